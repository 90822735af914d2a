import Banking
import Engine
import Foundation
import Ledger
import Nacha
import Rules
import SQLiteStore
import Service

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

    /// Goes on with what a crash interrupted, then takes in what has arrived.
    func takeIn() async throws {
        for file in try service.edge.bankFiles(direction: "inbound", state: "arriving") {
            try service.edge.forgetArriving(bankFile: file.name)
        }
        for state in ["applying", "kept"] {
            for file in try service.edge.bankFiles(direction: "inbound", state: state) {
                _ = try await apply(file.name)
            }
        }
        for name in try arrived() { _ = try await takeIn(inbound.appendingPathComponent(name)) }
    }

    private func arrived() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: inbound.path).filter { name in
            guard !name.hasPrefix("."), !name.hasSuffix(".part") else { return false }
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(
                atPath: inbound.appendingPathComponent(name).path, isDirectory: &isDirectory)
                && !isDirectory.boolValue
        }.sorted()
    }

    /// Takes in one file, wherever it lies; says how it was kept and what became of it.
    ///
    /// The plain file is removed once all of it is kept sealed.
    @discardableResult
    public func takeIn(
        _ url: URL, progress: (@Sendable (Progress) -> Void)? = nil
    ) async throws -> EdgeStore.BankFile {
        let name = url.lastPathComponent
        let (digest, size) = try BankFileBytes.digest(of: url)
        progress?(Progress(file: name, stage: .keeping, done: 0, of: 0))
        let keptName = try nameToKeep(name, digest)
        if size > BankFileBytes.fileBytesMax {
            return try setAside(url, keptName, digest, size)
        }
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
        guard let known = try service.edge.bankFile(named: name), known.digest != digest else {
            return name
        }
        return "\(name)#\(digest.prefix(4).map { String($0, radix: 16) }.joined())"
    }

    private func twin(of digest: Data) throws -> EdgeStore.BankFile? {
        try service.edge.bankFiles(digest: digest).first {
            $0.direction == "inbound" && $0.state == "taken"
        }
    }

    /// A file larger than any bank sends is not read: it stays whole where a person finds it.
    private func setAside(
        _ url: URL, _ name: String, _ digest: Data, _ size: Int64
    ) throws -> EdgeStore.BankFile {
        let folder = inbound.appendingPathComponent("refused", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let target = folder.appendingPathComponent(name)
        if FileManager.default.fileExists(atPath: target.path) {
            try FileManager.default.removeItem(at: url)
        } else {
            try FileManager.default.moveItem(at: url, to: target)
        }
        let file = EdgeStore.BankFile(
            name: name, direction: "inbound", digest: digest, bytes: Data(),
            at: service.clock.now(), state: "refused",
            report: "It has \(size) bytes, more than the \(BankFileBytes.fileBytesMax) that are "
                + "read, and lies whole in \(folder.lastPathComponent)/ of the inbound folder.",
            size: size)
        try service.edge.keep(file)
        try service.raise(.bankFile(name: name), about: "bank file \(name) \(digest)")
        service.figures.bankFile(.refused)
        return file
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
        if name.hasSuffix(".json") {
            let bytes = try service.bankFiles.all(of: name, atMost: Self.rejectBytesMax) ?? []
            try await applyRejection(name, bytes, &report)
            return report
        }
        if let head = try service.bankFiles.part(0, of: name), StatementIntake.takes(name, head) {
            guard let bytes = try service.bankFiles.all(of: name, atMost: Self.statementBytesMax)
            else {
                report.refuse(["A statement has at most \(Self.statementBytesMax) bytes."])
                return report
            }
            report.take(try StatementIntake(service: service).take(name, bytes))
            return report
        }
        let today = Eastern.day(at: service.clock.now())
        if name.hasSuffix(".csv") {
            let source = ReportSource(name: name, bytes: service.bankFiles)
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
                name: name, bytes: service.bankFiles, profile: inboundProfile)
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

    /// A bank's refusal of a file of ours is small.
    private static let rejectBytesMax = 1 << 20
    /// A day's statement of one account, with room.
    private static let statementBytesMax = 64 << 20
}

/// What became of a file, line by line where something was wrong.
struct IntakeReport {
    private(set) var applied = 0
    private(set) var unchanged = 0
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
        return !isGoneOn && applied == 0 && unchanged > 0 && leftOut == 0 ? .duplicate : .taken
    }

    var needsPerson: Bool { isRefused || leftOut > 0 }

    mutating func refuse(_ problems: [String]) {
        isRefused = true
        for problem in problems { note(problem) }
    }

    mutating func take(_ proof: NachaSource.Proof) {
        problemCount += proof.problems
        lines += proof.lines
        let refused = proof.reports.filter { $0.verdict == .refused || $0.verdict == .notNacha }
        if proof.isRefused {
            isRefused = true
            if proof.reports.allSatisfy({ $0.verdict == .notNacha }) {
                lines.insert("This is not a Nacha file.", at: 0)
            }
        } else if !refused.isEmpty {
            leftOut += refused.count
            lines.insert(
                "\(refused.count) of the \(proof.reports.count) files in it were refused whole: "
                    + refused.map { "the one that ends on line \($0.line)" }
                    .joined(separator: ", "), at: 0)
        }
    }

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
        case .accepted(.unchanged), .replayed: unchanged += 1
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
