import ArgumentParser
import Foundation
import Money
import Statements
import Vocabulary
import Wire

/// Tools for statements of banks and processors.
struct StatementsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "statements",
        abstract: "Prove bank and processor statements: BAI2, camt.053, camt.054, CSV.",
        discussion: """
            FILE may be - for standard input. Exit codes: 0 valid, 65 invalid, 64 wrong usage, \
            66 no such file, 74 it could not be read.
            """,
        subcommands: [StatementsCheck.self, StatementsProfile.self])
}

extension StatementFormat {
    /// As a command line says it.
    static func named(_ text: String) throws -> StatementFormat {
        guard let format = StatementFormat(rawValue: text) else {
            throw ValidationError(
                "There is no format \(text); there are "
                    + allCases.map(\.rawValue).joined(separator: ", ") + ".")
        }
        return format
    }
}

struct StatementsCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Prove statements: every field, the order, control totals and balances.")

    @Option(
        help: "bai2, camt or csv; told by the content unless it is said.",
        transform: StatementFormat.named)
    var format: StatementFormat?
    @Option(
        help: """
            How a CSV file's columns are to be understood: a profile's FILE, or one of \
            \(CSVProfile.names).
            """)
    var profile: String?
    @Flag(help: "One JSON object for each FILE, on a line of its own, with its problems.")
    var json = false
    @Argument(help: "The files, or - for standard input.") var files: [String]

    func run() async throws {
        try await Failure.reported {
            let chosen = try profile.map { try CSVProfile.chosen($0) }
            if format == .csv, chosen == nil {
                throw Failure(
                    description: "--format csv needs a --profile: a file, or \(CSVProfile.names).",
                    code: ExitCode(64))
            }
            var output = Output()
            var allValid = true
            for file in files {
                let summary = try check(file, chosen, &output)
                if !summary.isValid { allValid = false }
                output.write(json ? summary.json() : summary.text(file))
                try output.flush()
            }
            guard allValid else { throw ExitCode(65) }
        }
    }

    /// Problems are written as they are found, so that they are not gathered in memory.
    private func check(
        _ file: String, _ profile: CSVProfile?, _ output: inout Output
    ) throws -> StatementsSummary {
        let input = try NachaInput(file)
        var summary = StatementsSummary()
        var isFirst = true
        var out = output
        if json { out.write(#"{"file":\#(JSON.string(file).text()),"problems":["#) }
        var reader = StatementReader(format: format, profile: profile)
        let take: (StatementEvent) -> Void = { event in
            summary.take(event)
            if json, case .problem(let problem) = event {
                out.write(isFirst ? "" : ",")
                out.write(problem.json.text())
                isFirst = false
            }
        }
        while let chunk = try input.next() { reader.read(chunk, take) }
        reader.finish(take)
        if json { out.write("],") }
        output = out
        return summary
    }
}

struct StatementsProfile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "Print a profile as JSON, with every value: where to begin one's own.",
        discussion: "Built in: \(CSVProfile.names). A FILE is read, and refused when it is wrong.")

    @Argument(help: "A profile's FILE, or the name of a built-in one.") var name: String

    func run() async throws {
        try await Failure.reported {
            Terminal.data(StatementProfileFile.json(try CSVProfile.chosen(name)).text())
        }
    }
}

extension CSVProfile {
    static var names: String { all.map(\.name).joined(separator: ", ") }

    /// The built-in profile of that name, or the one in that file.
    static func chosen(_ name: String) throws -> CSVProfile {
        if let found = CSVProfile(named: name) { return found }
        let bytes = try ProfileBytes.of(name, names: names)
        do {
            return try StatementProfileFile.load(bytes)
        } catch {
            throw ProfileBytes.failure(name, error)
        }
    }
}

extension StatementProblem {
    var json: JSON {
        var members: [(String, JSON)] =
            switch place {
            case .line(let line): [("line", .integer(Int64(line)))]
            case .path(let path): [("path", .string(path))]
            }
        members += [
            ("field", .string(field)), ("code", .string(code.rawValue)),
            ("severity", .string(severity.rawValue)), ("found", .string(found)),
            ("expected", .string(expected)),
        ]
        return .object(members)
    }
}

/// What a check found, in a few lines whatever the size of the file.
struct StatementsSummary {
    private var first: [StatementProblem] = []
    private var reports: [StatementReport] = []
    private var file: StatementFileReport?

    /// Problems a terminal is shown; JSON has them all, of each kind the first thousand.
    private static let shown = 20
    /// Statements that are listed, of files that hold more.
    private static let listed = 100

    var isValid: Bool { file?.verdict == .valid }

    mutating func take(_ event: StatementEvent) {
        switch event {
        case .statement, .item: break
        case .statementEnd(let report):
            if reports.count < Self.listed { reports.append(report) }
        case .problem(let problem):
            if first.count < Self.shown { first.append(problem) }
        case .file(let report): file = report
        }
    }

    func json() -> String {
        guard let file else { return "}\n" }
        let each: [JSON] = reports.map { report in
            let statement = report.statement
            return [
                "account": .string(statement.account.description),
                "currency": .string(statement.currency.description),
                "id": .string(statement.identification),
                "as_of": statement.asOf.map { .string($0.iso) } ?? .null,
                "standing": .string(statement.standing.rawValue),
                "opening": Self.amount(statement.opening?.signed, statement.currency),
                "closing": Self.amount(statement.closing?.signed, statement.currency),
                "credits": Self.amount(report.credits, statement.currency),
                "debits": Self.amount(report.debits, statement.currency),
                "items": .integer(Int64(report.items)),
                "set_aside": .integer(Int64(report.setAside)),
                "proof": .string(report.proof.rawValue),
                "balances": .string(report.balances.rawValue),
            ]
        }
        let problems = StatementProblem.Severity.allCases.map { severity in
            (severity.rawValue, JSON.integer(Int64(file.problems[severity] ?? 0)))
        }
        let rest: JSON = [
            "verdict": .string(file.verdict.rawValue), "proof": .string(file.proof.rawValue),
            "format": file.format.map { .string($0.rawValue) } ?? .null,
            "statements": .integer(Int64(file.statements)), "items": .integer(Int64(file.items)),
            "set_aside": .integer(Int64(file.setAside)), "lines": .integer(Int64(file.lines)),
            "problem_counts": .object(problems), "each": .array(each),
        ]
        return String(rest.text().dropFirst()) + "\n"
    }

    /// Decimal text, because no JSON number is large enough for certain.
    private static func amount(_ minor: Int128?, _ currency: Currency) -> JSON {
        minor.map { .string(text($0, currency)) } ?? .null
    }

    private static func text(_ minor: Int128, _ currency: Currency) -> String {
        guard let count = Int64(exactly: minor) else { return "\(minor) minor units" }
        return DecimalText.format(count, scale: currency.decimals)
    }

    func text(_ name: String) -> String {
        guard let file else { return "" }
        let format = file.format.map { " \($0.rawValue)" } ?? ""
        var lines = [
            "\(name):\(format) \(file.verdict.words), \(file.proof.words)",
            "  statements \(file.statements), items \(file.items), set aside \(file.setAside)",
        ]
        lines += reports.map(Self.line)
        if file.statements > reports.count {
            lines.append("  and \(file.statements - reports.count) more statements")
        }
        lines += first.map { "  \($0.severity.rawValue): \($0.description)" }
        let all = file.problems.values.reduce(0, +)
        if all > first.count {
            lines.append("  and \(all - first.count) more problems; --json tells more of them")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func line(_ report: StatementReport) -> String {
        let statement = report.statement
        var parts = [
            "account \(statement.account)", statement.currency.description,
            statement.asOf?.iso ?? statement.period.map { "\($0.lowerBound)..\($0.upperBound)" }
                ?? "no day",
            "in \(text(report.credits, statement.currency))",
            "out \(text(report.debits, statement.currency))",
            report.proof.words, "balances \(report.balances.rawValue)",
        ]
        if statement.standing != .current { parts.append(statement.standing.rawValue) }
        return "  " + parts.joined(separator: "  ")
    }
}

extension StatementVerdict {
    fileprivate var words: String {
        switch self {
        case .valid: "valid"
        case .quarantined: "invalid: items were set aside"
        case .refused: "invalid"
        case .notAStatement: "not a statement"
        }
    }
}

extension StatementProof {
    fileprivate var words: String {
        switch self {
        case .proven: "totals proven"
        case .unproven: "totals not proven"
        case .contradicted: "totals contradicted"
        }
    }
}
