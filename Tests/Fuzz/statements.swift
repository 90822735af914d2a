import Banking
import Money
import Statements

/// What banks and processors report: BAI2, camt.053 and camt.054, CSV.
enum Target: FuzzTarget {
    static func changed(_ bytes: [UInt8], most: Int, _ random: inout Sequence64) -> [UInt8] {
        let changed = random.below(3) == 0 ? lines(bytes, &random) : bytes
        let plainly = libFuzzerChanged(changed, most: most)
        return random.below(2) == 0 ? StatementRepair.repaired(plainly) : plainly
    }

    /// A line elsewhere, twice, or away.
    private static func lines(_ bytes: [UInt8], _ random: inout Sequence64) -> [UInt8] {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        let at = random.below(lines.count)
        switch random.below(3) {
        case 0: lines.insert(lines[at], at: random.below(lines.count))
        case 1: lines.remove(at: at)
        default: lines.swapAt(at, random.below(lines.count))
        }
        return Array(lines.joined(separator: [0x0A]))
    }

    static func prove(_ bytes: [UInt8]) {
        var random = Sequence64(bytes)
        prove(bytes, nil, nil, &random)
        switch random.below(4) {
        case 0: prove(bytes, .bai2, nil, &random)
        case 1: prove(bytes, .camt, nil, &random)
        case 2: prove(bytes, .csv, .settlementReport, &random)
        default: prove(bytes, .csv, .cardPayout, &random)
        }
    }

    private static func prove(
        _ bytes: [UInt8], _ format: StatementFormat?, _ profile: CSVProfile?,
        _ random: inout Sequence64
    ) {
        let whole = Told([bytes], format, profile)
        let single = Told(bytes.map { [$0] }, format, profile)
        promise(whole.events == single.events, "cut into single bytes it tells something else")
        let most = 1 + random.below(99)
        promise(
            whole.events == Told(pieces(bytes, most: most, &random), format, profile).events,
            "cut into pieces of at most \(most) it tells something else")
        let reading = StatementReading(bytes, format: format, profile: profile)
        promise(reading.report == whole.report, "values have another report")
        promise(
            reading.statements.map(\.report) == whole.statements, "values have other statements")
        promise(
            reading.statements.flatMap(\.items).count == whole.report?.items,
            "values have another number of items")
    }
}

/// What a reader tells, with its own counts and sums of it.
private struct Told {
    private(set) var events: [Int] = []
    private(set) var statements: [StatementReport] = []
    private(set) var report: StatementFileReport?
    private var problems: [StatementProblem.Severity: Int] = [:]
    private var items = 0
    private var setAside = 0
    private var open: (items: Int, setAside: Int, credits: Int128, debits: Int128)?

    init(_ chunks: [[UInt8]], _ format: StatementFormat?, _ profile: CSVProfile?) {
        var reader = StatementReader(format: format, profile: profile)
        for chunk in chunks { reader.read(chunk) { take($0) } }
        reader.finish { take($0) }
        promise(report != nil, "the file did not end")
    }

    private mutating func take(_ event: StatementEvent) {
        promise(report == nil, "something follows the file's end")
        var hasher = Hasher()
        switch event {
        case .statement(let statement):
            promise(open == nil, "a statement within a statement")
            open = (0, 0, 0, 0)
            hasher.combine(statement)
        case .item(let item):
            hasher.combine(item)
            take(item)
        case .statementEnd(let end):
            hasher.combine(end)
            take(end)
        case .problem(let problem):
            hasher.combine(problem)
            promise(problem.description.hasSuffix("."), "a problem is a sentence")
            problems[problem.severity, default: 0] += 1
        case .file(let end):
            hasher.combine(end)
            take(end)
        }
        events.append(hasher.finalize())
    }

    private mutating func take(_ item: StatementItem) {
        promise(open != nil, "an item outside of a statement")
        promise(item.amount.count >= 0, "an amount below zero")
        items += 1
        open?.items += 1
        if item.isSetAside {
            setAside += 1
            open?.setAside += 1
        }
        if item.side == .credit {
            open?.credits += Int128(item.amount.count)
        } else {
            open?.debits += Int128(item.amount.count)
        }
    }

    private mutating func take(_ end: StatementReport) {
        statements.append(end)
        promise(open?.items == end.items, "a statement of another number of items")
        promise(open?.setAside == end.setAside, "a statement of another number set aside")
        promise(open?.credits == end.credits, "a statement of other credits")
        promise(open?.debits == end.debits, "a statement of other debits")
        open = nil
    }

    private mutating func take(_ end: StatementFileReport) {
        report = end
        promise(open == nil, "a statement that did not end")
        promise(end.statements == statements.count, "another number of statements")
        promise(end.items == items, "another number of items")
        promise(end.setAside == setAside, "another number set aside")
        promise(end.problems == problems, "another number of problems")
        switch end.verdict {
        case .valid:
            promise(problems[.refusal] == nil && problems[.quarantine] == nil, "valid in spite")
            promise(setAside == 0, "valid, and an item set aside")
            promise(end.proof != .contradicted, "valid and contradicted")
        case .quarantined: promise(problems[.refusal] == nil, "quarantined in spite of a refusal")
        case .refused: promise(problems[.refusal] != nil, "refused for no reason")
        case .notAStatement: promise(items == 0, "no statement, and it has items")
        }
    }
}

/// Makes the totals of BAI2 files and of settlement reports true; chance hardly ever does.
private enum StatementRepair {
    static func repaired(_ bytes: [UInt8]) -> [UInt8] {
        if bytes.starts(with: "01,".utf8) { return bai2(bytes) }
        return bytes.starts(with: "record,".utf8) ? settlement(bytes) : bytes
    }

    private static func bai2(_ bytes: [UInt8]) -> [UInt8] {
        var account = (total: Int64(0), records: 0)
        var group = (total: Int64(0), records: 0, members: 0)
        var file = (total: Int64(0), records: 0, members: 0)
        let lines = text(bytes).split(separator: "\n", omittingEmptySubsequences: false)
        return join(
            lines.map { line in
                let fields = line.split(separator: ",", omittingEmptySubsequences: false)
                if !line.isEmpty {
                    account.records += 1
                    group.records += 1
                    file.records += 1
                }
                switch fields[0] {
                case "02":
                    group = (0, 1, 0)
                    file.members += 1
                case "03":
                    account = (0, 1)
                    group.members += 1
                    for index in stride(from: 4, to: fields.count, by: 4) {
                        account.total &+= Int64(fields[index]) ?? 0
                    }
                case "88":
                    for index in stride(from: 2, to: fields.count, by: 4) {
                        account.total &+= Int64(fields[index]) ?? 0
                    }
                case "16" where fields.count > 2: account.total &+= Int64(fields[2]) ?? 0
                case "49":
                    group.total &+= account.total
                    return "49,\(account.total),\(account.records)/"
                case "98":
                    file.total &+= group.total
                    return "98,\(group.total),\(group.members),\(group.records)/"
                case "99": return "99,\(file.total),\(file.members),\(file.records)/"
                default: break
                }
                return String(line)
            })
    }

    private static func settlement(_ bytes: [UInt8]) -> [UInt8] {
        var sum: Int64 = 0
        var rows = 0
        let lines = text(bytes).split(separator: "\n", omittingEmptySubsequences: false)
        return join(
            lines.enumerated().map { index, line in
                var fields = line.split(separator: ",", omittingEmptySubsequences: false)
                guard index > 0, fields.count >= 3 else { return String(line) }
                if fields[0] == "total" {
                    fields[1] = "\(rows)"
                    fields[2] = "\(sum)"
                    return fields.joined(separator: ",")
                }
                rows += 1
                sum &+= Int64(fields[2]) ?? 0
                return String(line)
            })
    }

    /// One character a byte, so that all of them come back.
    private static func text(_ bytes: [UInt8]) -> String {
        String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }

    private static func join(_ lines: [String]) -> [UInt8] {
        lines.joined(separator: "\n").unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }
}
