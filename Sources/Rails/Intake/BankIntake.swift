import Banking
import Edges
import Engine
import Foundation
import Ledger
import Nacha
import Rules
import Service
import Statements

// What the bank answers. A file is kept whole, proven, looked up and carried out; every entry is a
// command whose cause is the entry itself, so a file that comes twice, or is gone on with after a
// crash, changes nothing the second time.
extension BankRail {
    /// How far the file being taken in has come.
    public struct Progress: Sendable {
        public enum Stage: String, Sendable {
            case keeping, proving, applying
        }
        public let file: String
        public let stage: Stage
        public let done: Int
        public let of: Int
    }

    /// Goes on with what a crash interrupted, then takes in what has arrived. A file that cannot be
    /// taken in makes a task and holds up no other; it is tried again with each look.
    func takeIn() async throws {
        try await goOn()
        for url in try files(in: inbound) {
            await trying(url.lastPathComponent) { try await takeIn(url) }
        }
    }

    /// Goes on with what was being taken in when the program ended; says what became of it.
    @discardableResult
    public func goOn(
        progress: (@Sendable (Progress) -> Void)? = nil
    ) async throws -> [EdgeStore.BankFile] {
        var ended: [EdgeStore.BankFile?] = []
        for state in ["applying", "kept"] {
            for file in try service.edge.bankFiles(direction: "inbound", state: state) {
                ended.append(
                    await trying(file.name) { try await apply(file.name, progress: progress) })
            }
        }
        for url in try files(in: claimed) {
            ended.append(
                await trying(url.lastPathComponent) { try await takeIn(url, progress: progress) })
        }
        return ended.compactMap(\.self)
    }

    @discardableResult
    private func trying(
        _ name: String, _ body: () async throws -> EdgeStore.BankFile
    ) async -> EdgeStore.BankFile? {
        let key = "bank file cannot be taken in \(name)"
        do {
            let file = try await body()
            try service.settle(alertAbout: key)
            return file
        } catch {
            await going("\(name) could not be taken in") {
                try service.raise(.bankFile(name: name), about: key)
                throw error
            }
            return nil
        }
    }

    /// What is being taken in lies here, where the bank puts nothing: a new file under the name of
    /// one that is being read must not be taken for it.
    private var claimed: URL { inbound.appendingPathComponent(".taking", isDirectory: true) }

    private func files(in folder: URL) throws -> [URL] {
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            .filter { !$0.hasPrefix(".") && !$0.hasSuffix(".part") }
            .map { folder.appendingPathComponent($0) }
            .filter { url in
                var isDirectory: ObjCBool = false
                return FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory)
                    && !isDirectory.boolValue
            }
    }

    /// Moves a file out of reach of whoever puts files there.
    private func claim(_ url: URL) throws -> URL {
        guard url.deletingLastPathComponent().path != claimed.path else { return url }
        try FileManager.default.createDirectory(at: claimed, withIntermediateDirectories: true)
        let target = claimed.appendingPathComponent(url.lastPathComponent)
        // One that lies there already is taken in first.
        try FileManager.default.moveItem(at: url, to: target)
        return target
    }

    /// Takes in one file, wherever it lies; says how it was kept and what became of it.
    ///
    /// The plain file is removed once all of it is kept sealed.
    @discardableResult
    public func takeIn(
        _ file: URL, progress: (@Sendable (Progress) -> Void)? = nil
    ) async throws -> EdgeStore.BankFile {
        let url = try claim(file)
        let name = url.lastPathComponent
        let bytes = try BankFileBytes.size(of: url)
        if bytes > limits.fileBytes { return try setAside(url, bytes) }
        let (digest, size) = try BankFileBytes.digest(of: url)
        progress?(Progress(file: name, stage: .keeping, done: 0, of: 0))
        // Of bytes that had only begun to arrive nothing is believed.
        for known in try service.edge.bankFiles(direction: "inbound", state: "arriving")
        where Expectation.nameAsSent(known.name) == name {
            try service.edge.forgetArriving(bankFile: known.name)
        }
        let keptName = try nameToKeep(name, digest)
        if let twin = try twin(of: digest), twin.name != keptName || twin.state == "taken" {
            let file = EdgeStore.BankFile(
                name: twin.name == keptName ? twin.name : keptName, direction: "inbound",
                digest: digest, bytes: Data(), at: service.clock.now(), state: "duplicate",
                report: "The same bytes as \(twin.name); nothing was applied.", size: size)
            if twin.name != keptName { try service.edge.keep(file) }
            service.figures.bankFile(.duplicate)
            try FileManager.default.removeItem(at: url)
            return file
        }
        let isNew = try service.edge.keep(
            EdgeStore.BankFile(
                name: keptName, direction: "inbound", digest: digest, bytes: Data(),
                at: service.clock.now(), state: "arriving", report: "", size: size))
        // A name and digest we know whose state is no twin's: it was refused, and is looked at anew.
        if isNew { try service.bankFiles.keep(keptName, from: url) }
        try FileManager.default.removeItem(at: url)
        return try await apply(keptName, progress: progress)
    }

    /// Another file under a name we have seen: both are kept.
    private func nameToKeep(_ name: String, _ digest: Data) throws -> String {
        guard let known = try service.edge.bankFile(named: name),
            known.digest != digest || known.direction != "inbound"
        else { return name }
        return "\(name)#\(digest.prefix(4).map { String($0, radix: 16) }.joined())"
    }

    private func twin(of digest: Data) throws -> EdgeStore.BankFile? {
        try service.edge.bankFiles(digest: digest).first {
            $0.direction == "inbound" && $0.state == "taken"
        }
    }

    /// A file larger than any bank sends is not read, be it one endless line: it is moved and not
    /// copied, and stays whole where a person finds it.
    private func setAside(_ url: URL, _ size: Int64) throws -> EdgeStore.BankFile {
        let folder = inbound.appendingPathComponent("refused", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let name = try freeName(for: url.lastPathComponent, size, in: folder)
        let file = EdgeStore.BankFile(
            name: name, direction: "inbound", digest: Data(), bytes: Data(),
            at: service.clock.now(), state: "refused",
            report: "It has \(size) bytes, more than the \(limits.fileBytes) that are read, and "
                + "lies whole in \(folder.lastPathComponent)/ of the inbound folder.",
            size: size)
        try service.edge.keep(file)
        try service.raise(.bankFile(name: name), about: "bank file \(name)")
        try FileManager.default.moveItem(at: url, to: folder.appendingPathComponent(name))
        service.figures.bankFile(.refused)
        return file
    }

    /// A name that no file in the folder has and none that is kept, but this very one when a crash
    /// came before it was moved.
    private func freeName(for name: String, _ size: Int64, in folder: URL) throws -> String {
        var number = 0
        while true {
            number += 1
            let free = number == 1 ? name : "\(name)#\(number)"
            let target = folder.appendingPathComponent(free)
            guard !FileManager.default.fileExists(atPath: target.path) else { continue }
            guard let known = try service.edge.bankFile(named: free) else { return free }
            if known.digest.isEmpty, known.state == "refused", known.size == size { return free }
        }
    }

    /// Proves a kept file and carries out what it says.
    func apply(
        _ name: String, progress: (@Sendable (Progress) -> Void)? = nil
    ) async throws -> EdgeStore.BankFile {
        let start = ContinuousClock.now
        // Some of it may have been carried out when the program ended.
        let isGoneOn = try service.edge.bankFile(named: name)?.state == "applying"
        progress?(Progress(file: name, stage: .proving, done: 0, of: 0))
        let report = try await carryOut(name, IntakeReport(isGoneOn: isGoneOn), progress)
        let state = report.state
        if report.needsPerson {
            try service.raise(.bankFile(name: name), about: "bank file \(name)")
        }
        try service.edge.mark(bankFile: name, state: state.rawValue, report: report.text)
        service.figures.bankFile(state.figure)
        service.figures.bankProblems(report.problemCount)
        logger.info(
            "a bank file was taken in",
            metadata: [
                "file": "\(name)", "state": "\(state.rawValue)", "applied": "\(report.applied)",
                "took": "\(start.duration(to: .now))",
            ])
        guard let file = try service.edge.bankFile(named: name) else {
            throw RailProblem("\(name) was kept and is no longer there")
        }
        return file
    }

    private func carryOut(
        _ name: String, _ begun: IntakeReport, _ progress: (@Sendable (Progress) -> Void)?
    ) async throws -> IntakeReport {
        var report = begun
        // What it is stands in the name the bank gave it.
        let sent = Expectation.nameAsSent(name)
        if sent.hasSuffix(".json") {
            guard let bytes = try service.bankFiles.all(of: name, atMost: limits.rejectBytes)
            else {
                report.refuse(["A refusal has at most \(limits.rejectBytes) bytes."])
                return report
            }
            try await applyRejection(name, bytes, &report)
            return report
        }
        if let head = try service.bankFiles.part(0, of: name), StatementIntake.takes(sent, head) {
            guard try service.edge.bankFile(named: name)?.size ?? 0 <= limits.statementBytes else {
                report.refuse(["A statement has at most \(limits.statementBytes) bytes."])
                return report
            }
            let files = service.bankFiles
            let reading = try StatementReading(
                profile: CSVProfile.recognised(in: head)
            ) { read in
                var number = 0
                while let part = try files.part(number, of: name) {
                    read(part)
                    number += 1
                }
            }
            report.take(try StatementIntake(service: service).take(sent, reading))
            return report
        }
        let today = Eastern.day(at: service.clock.now())
        if sent.hasSuffix(".csv") {
            let source = ReportSource(name: name, bytes: service.bankFiles, limits: limits)
            let count: Int
            do {
                count = try source.prove()
            } catch let problem as RailProblem {
                report.refuse([problem.description])
                return report
            }
            try service.edge.mark(bankFile: name, state: "applying", report: "")
            var application = Application(self, name, of: count, today: today, progress)
            try await source.forEachWindow { window in
                try await application.carryOut(&window, &report)
            }
        } else {
            let source = NachaSource(
                name: name, bytes: service.bankFiles, profile: inboundProfile, limits: limits)
            let proof = try source.prove()
            report.take(proof)
            guard !proof.isRefused else { return report }
            try service.edge.mark(bankFile: name, state: "applying", report: "")
            var application = Application(self, name, of: proof.entries, today: today, progress)
            try await source.forEachWindow(proof, today: today) { window in
                try await application.carryOut(&window, &report)
            }
        }
        return report
    }
}

/// What became of a file, line by line where something was wrong.
struct IntakeReport {
    private(set) var applied = 0
    private(set) var unchanged = 0
    /// Of those, the ones that are this very entry again.
    private var replayed = 0
    private(set) var problemCount = 0
    private(set) var isRefused = false
    /// Parts of the file from which nothing followed.
    private(set) var leftOut = 0
    /// Whether some of it may have been carried out before the program ended: what was then is seen
    /// now as having come before.
    private let isGoneOn: Bool
    private var lines: [String] = []

    init(isGoneOn: Bool = false) { self.isGoneOn = isGoneOn }

    enum State: String {
        case taken, refused, duplicate

        var figure: Figures.BankFile {
            switch self {
            case .taken: .taken
            case .refused: .refused
            case .duplicate: .duplicate
            }
        }
    }

    /// A file of which every entry came before, in whatever other bytes, is the same file again.
    var state: State {
        if isRefused { return .refused }
        return !isGoneOn && applied == 0 && replayed > 0 && replayed == unchanged && leftOut == 0
            ? .duplicate : .taken
    }

    var needsPerson: Bool { isRefused || leftOut > 0 }

    mutating func refuse(_ problems: [String]) {
        isRefused = true
        for problem in problems { note(problem) }
    }

    mutating func take(_ proof: NachaSource.Proof) {
        problemCount += proof.problems
        lines += proof.lines
        if proof.isRefused {
            isRefused = true
            if proof.parts.allSatisfy({ $0.verdict == .notNacha }) {
                lines.insert("This is not a Nacha file.", at: 0)
            }
            return
        }
        let refused = proof.parts.lazy.filter(\.isRefused)
        let count = refused.count
        guard count > 0 else { return }
        leftOut += count
        let named = refused.prefix(Self.refusedNamed).map { "the one that ends on line \($0.line)" }
        lines.insert(
            "\(count) of the \(proof.parts.count) files in it were refused whole: "
                + named.joined(separator: ", ") + (count > named.count ? ", and others" : ""),
            at: 0)
    }

    /// Files of many in one that are named.
    private static let refusedNamed = 20

    mutating func take(_ statement: StatementIntake.Report) {
        applied += statement.applied
        unchanged += statement.unchanged
        leftOut += statement.leftOut
        if statement.refused { isRefused = true }
        for problem in statement.problems { note(problem) }
    }

    mutating func leaveOut(_ problem: String) {
        leftOut += 1
        note(problem)
    }

    mutating func note(_ outcome: Outcome, _ what: @autoclosure () -> String) {
        switch outcome {
        case .accepted(.unchanged): unchanged += 1
        case .replayed:
            unchanged += 1
            replayed += 1
        case .accepted: applied += 1
        case .refused(let refusal): leaveOut("\(what()): \(refusal)")
        case .conflict: leaveOut("\(what()): told before with other contents")
        }
    }

    private mutating func note(_ line: String) {
        problemCount += 1
        if lines.count < NachaSource.Proof.linesMax { lines.append(line) }
    }

    var text: String {
        var all = ["\(applied) applied, \(unchanged) seen before"]
        if state == .duplicate { all[0] += ": every entry came before, in another file" }
        if isGoneOn { all[0] += ", after it was interrupted" }
        all += lines
        if problemCount > lines.count { all.append("and \(problemCount - lines.count) more") }
        return all.joined(separator: "\n")
    }
}
