import ArgumentParser
import Foundation
import Nacha
import Vocabulary
import Wire

/// Tools for bank files. They read as a stream: a file may be larger than memory.
struct NachaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nacha",
        abstract: "Prove, show, convert and compose Nacha files.",
        discussion: """
            FILE may be - for standard input. Exit codes: 0 valid, 65 invalid, 64 wrong usage, \
            66 no such file, 74 it could not be read or written.
            """,
        subcommands: [
            NachaCheck.self, NachaShow.self, NachaConvert.self, NachaCompose.self,
        ])
}

struct ProfileOption: ParsableArguments {
    @Option(
        help: """
            How the bank's files are read: \(BankProfile.names), or a FILE with a profile or with \
            the bank's setup.
            """)
    var profile = "lenient"

    func chosen() throws -> BankProfile {
        if let found = BankProfile(named: profile) { return found }
        let bytes = try ProfileBytes.of(profile, names: BankProfile.names)
        do {
            return try BankProfileFile.load(bytes)
        } catch {
            throw ProfileBytes.failure(profile, error)
        }
    }
}

/// A profile's file as a command line names it.
enum ProfileBytes {
    /// As many bytes as any profile has; `names` are those that are built in.
    static func of(_ file: String, names: String) throws -> [UInt8] {
        guard FileManager.default.fileExists(atPath: file) else {
            throw Failure(
                description: "There is no profile \(file): no file, and none of \(names).",
                code: ExitCode(64))
        }
        let input = try NachaInput(file)
        var bytes: [UInt8] = []
        while bytes.count <= ProfileFile.bytesMax, let chunk = try input.next() { bytes += chunk }
        return bytes
    }

    static func failure(_ file: String, _ fault: ProfileFile.Fault) -> Failure {
        .badData("The profile \(file) cannot be used.\n\(fault)")
    }
}

extension BankProfile {
    static var names: String { all.map(\.name).joined(separator: ", ") }
}

struct NachaCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Prove a file: every field, the order, counts, hashes and totals.")

    @OptionGroup var option: ProfileOption
    @Flag(help: "One JSON object for each FILE, on a line of its own, with every problem.")
    var json = false
    @Argument(help: "The files, or - for standard input.") var files: [String]

    func run() async throws {
        try await Failure.reported {
            let profile = try option.chosen()
            var output = Output()
            var allValid = true
            for file in files {
                let summary = try check(file, profile, &output)
                if !summary.isValid { allValid = false }
                output.write(json ? summary.json() : summary.text(file, profile))
                try output.flush()
            }
            guard allValid else { throw ExitCode(65) }
        }
    }

    /// Problems are written as they are found: a file may have more of them than memory holds.
    private func check(
        _ file: String, _ profile: BankProfile, _ output: inout Output
    ) throws -> NachaSummary {
        var summary = NachaSummary()
        var isFirst = true
        let json = json
        var out = output
        if json {
            out.write(
                #"{"file":\#(JSON.string(file).text()),"profile":"\#(profile.name)","problems":["#)
        }
        try NachaInput.read(file, profile) { event in
            summary.take(event)
            if json, case .problem(let problem) = event {
                out.write(isFirst ? "" : ",")
                out.write(problem.json.text())
                isFirst = false
            }
        }
        if json { out.write("],") }
        output = out
        return summary
    }
}

extension Problem {
    var json: JSON {
        [
            "line": .integer(Int64(line)),
            "columns": .array([
                .integer(Int64(columns.lowerBound)), .integer(Int64(columns.upperBound)),
            ]),
            "field": .string(field), "code": .string(code.rawValue),
            "severity": .string(severity.rawValue), "found": .string(found),
            "expected": .string(expected), "reject": reject.map { .string($0) } ?? .null,
        ]
    }
}

/// What a check found, in a few numbers whatever the size of the file.
struct NachaSummary {
    private var reports: [FileReport] = []
    private var reportCount = 0
    private var counts = (batches: 0, entries: 0, addenda: 0, quarantined: 0)
    private var totals: (debits: UInt64, credits: UInt64) = (0, 0)
    private var classes: [String: Int] = [:]
    private var codes: [String: Int] = [:]
    private var severities: [Problem.Severity: Int] = [:]
    private var first: [Problem] = []
    private var worst = FileReport.Verdict.valid
    private var proof = Proof.proven

    /// Problems a terminal is shown; JSON has them all.
    private static let shown = 20

    var isValid: Bool { worst == .valid }

    mutating func take(_ event: borrowing StreamEvent) {
        switch event {
        case .file: break
        case .batch: break
        case .entry(let entry), .quarantined(let entry):
            if entry.isEntry { classes[entry.entryClass?.rawValue ?? "unknown", default: 0] += 1 }
            if let reason = entry.reason { codes[reason, default: 0] += 1 }
        case .batchEnd: break
        case .fileEnd(let report):
            reportCount += 1
            // One a file; what a stream of thousands of files holds is in the sums.
            if reports.count < 100 { reports.append(report) }
            counts.batches += report.batches
            counts.entries += report.counts.entries
            counts.addenda += report.counts.addenda
            counts.quarantined += report.counts.quarantined
            totals.debits &+= report.totals.debits
            totals.credits &+= report.totals.credits
            worst = Self.worse(worst, report.verdict)
            proof = Self.weaker(proof, report.proof)
        case .problem(let problem):
            severities[problem.severity, default: 0] += 1
            if first.count < Self.shown { first.append(problem) }
        }
    }

    private static func worse(
        _ one: FileReport.Verdict, _ other: FileReport.Verdict
    ) -> FileReport.Verdict {
        let order: [FileReport.Verdict] = [.notNacha, .refused, .quarantined, .valid]
        return order.first { $0 == one || $0 == other } ?? one
    }

    private static func weaker(_ one: Proof, _ other: Proof) -> Proof {
        let order: [Proof] = [.contradicted, .unproven, .proven]
        return order.first { $0 == one || $0 == other } ?? one
    }

    private static func json(_ counts: [String: Int]) -> String {
        let members = counts.sorted { $0.key < $1.key }.map {
            "\(JSON.string($0.key).text()):\($0.value)"
        }
        return "{\(members.joined(separator: ","))}"
    }

    /// What follows the problems in the object of a file.
    func json() -> String {
        let files = reports.map { report in
            """
            {"verdict":"\(report.verdict.rawValue)","proof":"\(report.proof.rawValue)",\
            "batches":\(report.batches),"entries":\(report.counts.entries),\
            "addenda":\(report.counts.addenda),"quarantined":\(report.counts.quarantined),\
            "debit_cents":\(report.totals.debits),"credit_cents":\(report.totals.credits),\
            "entry_hash":\(report.totals.hash),"line":\(report.line)}
            """
        }
        return """
            "verdict":"\(worst.rawValue)","proof":"\(proof.rawValue)","files":\(reportCount),\
            "batches":\(counts.batches),"entries":\(counts.entries),"addenda":\(counts.addenda),\
            "quarantined":\(counts.quarantined),"debit_cents":\(totals.debits),\
            "credit_cents":\(totals.credits),"classes":\(Self.json(classes)),\
            "codes":\(Self.json(codes)),"each":[\(files.joined(separator: ","))]}

            """
    }

    func text(_ file: String, _ profile: BankProfile) -> String {
        let proven =
            switch proof {
            case .proven: "totals proven"
            case .unproven: "totals not proven"
            case .contradicted: "totals contradicted"
            }
        func list(_ counts: [String: Int]) -> String {
            counts.isEmpty
                ? "none"
                : counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
                    .joined(separator: ", ")
        }
        var lines = [
            "\(file): \(worst.words), \(proven) (profile \(profile.name))",
            "  batches \(counts.batches), entries \(counts.entries), addenda \(counts.addenda), "
                + "set aside \(counts.quarantined)"
                + (reportCount > 1 ? ", files \(reportCount)" : ""),
            "  debits \(Dollars.text(totals.debits)), credits \(Dollars.text(totals.credits))",
            "  classes: \(list(classes)); codes: \(list(codes))",
        ]
        lines += first.map { "  \($0.severity.rawValue): \($0.description)" }
        let all = severities.values.reduce(0, +)
        if all > first.count {
            lines.append("  and \(all - first.count) more problems; --json tells them all")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension FileReport.Verdict {
    fileprivate var words: String {
        switch self {
        case .valid: "valid"
        case .quarantined: "invalid: entries were set aside"
        case .refused: "invalid"
        case .notNacha: "not a Nacha file"
        }
    }
}

struct NachaShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print a file for people, with account numbers masked.")

    @OptionGroup var option: ProfileOption
    @Argument(help: "The file, or - for standard input.") var file = "-"

    func run() async throws {
        try await Failure.reported {
            let profile = try option.chosen()
            var output = Output()
            try NachaInput.read(file, profile) { event in
                output.write(Self.lines(event))
            }
            try output.flush()
        }
    }

    private static func lines(_ event: borrowing StreamEvent) -> String {
        switch event {
        case .file(let record):
            return "File of \(record[24...29]) \(record[30...33]), \(record[34...34])"
                + "  from \(words(record[14...23])) \(words(record[64...86]))"
                + "  to \(words(record[4...13])) \(words(record[41...63]))\n"
        case .batch(let batch):
            let record = batch.record
            return "Batch \(record[88...94])  \(record[51...53]) \(record[2...4])"
                + "  \(words(record[5...20]))  \(words(record[54...63]))"
                + "  effective \(record[70...75])  ODFI \(record[80...87])\n"
        case .entry(let entry): return lines(entry, "")
        case .quarantined(let entry):
            return entry.isEntry
                ? lines(entry, "  SET ASIDE")
                : "  line \(entry.line)  SET ASIDE  \(masked(entry.record.text))\n"
        case .batchEnd(let report):
            return "  batch \(report.proof.rawValue): entries \(report.counts.entries), "
                + "addenda \(report.counts.addenda), debits \(Dollars.text(report.totals.debits)), "
                + "credits \(Dollars.text(report.totals.credits))\n"
        case .fileEnd(let report):
            return "File \(report.verdict.rawValue), \(report.proof.rawValue): batches "
                + "\(report.batches), entries \(report.counts.entries), addenda "
                + "\(report.counts.addenda), debits \(Dollars.text(report.totals.debits)), "
                + "credits \(Dollars.text(report.totals.credits))\n"
        case .problem(let problem): return "  ! \(problem.description)\n"
        }
    }

    private static func lines(_ entry: borrowing EntryView, _ note: String) -> String {
        let side = entry.side.map { $0 == .debit ? "debit" : "credit" } ?? "?"
        var text =
            "  line \(entry.line)  \(entry.record[2...3]) \(side)"
            + "  \(entry.cents.map(Dollars.text) ?? "?")  bank \(entry.record[4...12])"
            + "  account \(lastFour(entry.account))"
            + "  \(entry.trace.map { "trace \($0)" } ?? "no trace")\(note)\n"
        for index in 0..<entry.addendaCount {
            let record = entry.addenda(at: index)
            let type = record[2...3]
            text += "    addenda \(type)  "
            text +=
                type == "99" || type == "98"
                ? "\(record[4...6]) of \(record[7...21]) at bank \(record[28...35])  "
                    + masked(record[36...79])
                : masked(record[4...94])
            text += "\n"
        }
        return text
    }

    private static func words(_ text: String) -> String {
        text.split(separator: " ").joined(separator: " ")
    }

    private static func lastFour(_ account: String) -> String {
        account.count > 4 ? "****\(account.suffix(4))" : "****"
    }

    /// Free text may hold an account number: of five digits and more only the last four are shown.
    private static func masked(_ text: String) -> String {
        var result = ""
        var digits = ""
        for character in words(text) + " " {
            if character.isNumber {
                digits.append(character)
                continue
            }
            result += digits.count > 4 ? "****\(digits.suffix(4))" : digits
            digits = ""
            result.append(character)
        }
        return String(result.dropLast())
    }
}

struct NachaConvert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Make JSON of a file, or the file of its JSON, without loss.",
        discussion: "Any bytes come back as they were, also those of a file that is not valid.")

    enum Form: String, ExpressibleByArgument, CaseIterable { case json, nacha }

    @Option(help: "What to make: json or nacha.") var to = Form.json
    @Argument(help: "The file, or - for standard input.") var file = "-"

    func run() async throws {
        try await Failure.reported {
            let input = try NachaInput(file)
            var output = Output()
            switch to {
            case .json:
                var writer = RecordJSONWriter()
                while let chunk = try input.next() {
                    output.write(writer.write(chunk))
                    try output.flush(above: Output.full)
                }
                output.write(writer.finish())
            case .nacha:
                try Self.read(input, &output)
            }
            try output.flush()
        }
    }

    private static func read(_ input: NachaInput, _ output: inout Output) throws {
        var fault: (any Error)?
        var reader = RecordJSONReader {
            do {
                return try input.next()
            } catch {
                fault = error
                return nil
            }
        }
        var written = output
        do {
            try reader.read { bytes in
                written.write(bytes)
                do {
                    try written.flush(above: Output.full)
                } catch {
                    fault = error
                }
            }
        } catch {
            if let fault { throw fault }
            throw Failure.badData(error.description)
        }
        if let fault { throw fault }
        output = written
    }
}

/// Dollars and cents of a number of cents.
private enum Dollars {
    static func text(_ cents: UInt64) -> String {
        let rest = String(cents % 100)
        return "$\(cents / 100).\(rest.count == 1 ? "0" : "")\(rest)"
    }
}

/// A file, or standard input, in pieces.
struct NachaInput {
    private let handle: FileHandle
    private let name: String

    private static let chunk = 256 << 10

    init(_ file: String) throws {
        name = file
        guard file != "-" else {
            handle = .standardInput
            return
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder),
            !isFolder.boolValue
        else { throw Failure(description: "\(file) is not there.", code: ExitCode(66)) }
        guard let found = FileHandle(forReadingAtPath: file) else {
            throw Failure(description: "\(file) may not be read.", code: ExitCode(66))
        }
        handle = found
    }

    func next() throws -> [UInt8]? {
        do {
            guard let data = try handle.read(upToCount: Self.chunk), !data.isEmpty else {
                return nil
            }
            return [UInt8](data)
        } catch {
            throw Failure(description: "\(name) could not be read: \(error)", code: ExitCode(74))
        }
    }

    static func read(
        _ file: String, _ profile: BankProfile, _ take: (borrowing StreamEvent) -> Void
    ) throws {
        let input = try NachaInput(file)
        var reader = StreamReader(profile: profile)
        while let chunk = try input.next() { reader.read(chunk, take) }
        reader.finish(take)
    }
}

/// Standard output, gathered so that a line is not a system call.
struct Output {
    private var bytes: [UInt8] = []

    static let full = 256 << 10

    mutating func write(_ text: String) {
        bytes += text.utf8
        flushWhenFull()
    }

    mutating func write(_ more: [UInt8]) {
        bytes += more
        flushWhenFull()
    }

    private mutating func flushWhenFull() {
        guard bytes.count > Self.full * 4 else { return }
        Terminal.data(bytes)
        bytes.removeAll(keepingCapacity: true)
    }

    mutating func flush(above count: Int = 0) throws {
        guard bytes.count > count else { return }
        Terminal.data(bytes)
        bytes.removeAll(keepingCapacity: true)
    }
}
