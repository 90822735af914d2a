import Banking
import Money

/// What the bytes read so far tell.
///
/// An item is told before the totals that prove it. Who acts on items waits for ``file(_:)`` and
/// acts when its verdict says so.
public enum StatementEvent: Sendable {
    /// A statement begins; its items follow.
    case statement(BankStatement)
    /// One movement of the statement that began last.
    case item(StatementItem)
    /// The statement is over.
    case statementEnd(StatementReport)
    /// Something is wrong; told once, in the order of the file.
    case problem(StatementProblem)
    /// The bytes are over.
    case file(StatementFileReport)
}

/// What became of one statement.
public struct StatementReport: Hashable, Sendable {
    /// The statement as far as it was told, now with both balances.
    public let statement: BankStatement
    /// How many items, with those set aside.
    public let items: Int
    /// How many of them nobody may act on.
    public let setAside: Int
    /// What came in, of all items in minor units.
    public let credits: Int128
    /// What went out.
    public let debits: Int128
    /// What control totals, summaries and balances say about the items.
    public let proof: StatementProof
    /// Whether opening balance and booked items make the closing balance; `unproven` where one of
    /// them is not told.
    public let balances: StatementProof
    /// The same for the same statement in another file: of account, day, balances and items, but
    /// not of where they stand or of the file's own id.
    public let fingerprint: UInt64
}

/// What became of a file.
public struct StatementFileReport: Hashable, Sendable {
    /// `nil` when it is none we know.
    public let format: StatementFormat?
    /// What to make of it.
    public let verdict: StatementVerdict
    /// The weakest proof of its statements; `unproven` when there is none.
    public let proof: StatementProof
    /// How many statements were told.
    public let statements: Int
    /// How many items, with those set aside.
    public let items: Int
    /// How many of them nobody may act on.
    public let setAside: Int
    /// How many problems were told, of each severity.
    public let problems: [StatementProblem.Severity: Int]
    /// Lines read; of XML, elements.
    public let lines: Int
}

/// The sums of one statement, and its fingerprint.
struct StatementSums {
    var items = 0
    var setAside = 0
    var credits: Int128 = 0
    var debits: Int128 = 0
    /// Of booked items alone: what the balances are made of.
    var booked: Int128 = 0
    private var hash = Fingerprint()

    init(_ statement: BankStatement, accountNumber: String) {
        hash.add(accountNumber)
        hash.add(statement.currency.description)
        hash.add(statement.standing.rawValue)
        hash.add(statement.asOf?.iso ?? "")
        hash.add(statement.period.map { $0.lowerBound.iso + $0.upperBound.iso } ?? "")
    }

    mutating func add(_ item: StatementItem) {
        items += 1
        if item.isSetAside { setAside += 1 }
        switch item.side {
        case .credit: credits += Int128(item.amount.count)
        case .debit: debits += Int128(item.amount.count)
        }
        if item.status == .booked { booked += item.signed }
        hash.add("\(item.signed)|\(item.type)|\(item.bankReference)|\(item.customerReference)")
        hash.add(
            "\(item.booked?.iso ?? "")|\(item.settles?.iso ?? "")|\(item.ach.trace ?? "")|\(item.text)"
        )
    }

    func report(
        _ statement: BankStatement, proof: StatementProof, balances: StatementProof
    ) -> StatementReport {
        var hash = hash
        hash.add("\(statement.opening?.signed ?? 0)|\(statement.closing?.signed ?? 0)")
        return StatementReport(
            statement: statement, items: items, setAside: setAside, credits: credits,
            debits: debits, proof: proof, balances: balances, fingerprint: hash.value)
    }

    /// Whether the balances agree with the booked items, and with what is known to be untold.
    func balances(_ statement: BankStatement, untold: Int128 = 0) -> StatementProof {
        guard let opening = statement.opening, let closing = statement.closing else {
            return .unproven
        }
        return opening.signed + booked + untold == closing.signed ? .proven : .contradicted
    }
}

/// FNV-1a, 64 bits: the same for ever, on every machine. Not a secret and not a signature.
struct Fingerprint {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte) }
        // Between parts, so that "ab", "c" is not "a", "bc".
        add(0xFF as UInt8)
    }

    private mutating func add(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }
}

/// What a reader of any format counts for the file: problems by severity, statements, items.
struct StatementTally {
    private(set) var problems: [StatementProblem.Severity: Int] = [:]
    private(set) var statements = 0
    private(set) var items = 0
    private(set) var setAside = 0
    private(set) var proof = StatementProof.proven
    private(set) var isNotAStatement = false
    private var seenStatements: Set<UInt64> = []

    /// Statements remembered, to know one that comes twice in a file; beyond, none is looked for.
    static let statementsMax = 100_000

    mutating func count(_ event: StatementEvent) {
        switch event {
        case .problem(let problem):
            problems[problem.severity, default: 0] += 1
            if problem.code == .notAStatement { isNotAStatement = true }
        case .statement: break
        case .item(let item):
            items += 1
            if item.isSetAside { setAside += 1 }
        case .statementEnd(let report):
            statements += 1
            proof.weaken(report.proof)
        case .file: break
        }
    }

    mutating func weaken(_ other: StatementProof) { proof.weaken(other) }

    /// Whether a statement of that fingerprint was in the file before.
    mutating func isRepeated(_ fingerprint: UInt64) -> Bool {
        guard seenStatements.count < Self.statementsMax else { return false }
        return !seenStatements.insert(fingerprint).inserted
    }

    func report(_ format: StatementFormat?, lines: Int) -> StatementFileReport {
        let verdict: StatementVerdict =
            isNotAStatement
            ? .notAStatement
            : problems[.refusal] != nil
                ? .refused : problems[.quarantine] != nil ? .quarantined : .valid
        return StatementFileReport(
            format: format, verdict: verdict, proof: statements == 0 ? .unproven : proof,
            statements: statements, items: items, setAside: setAside, problems: problems,
            lines: lines)
    }
}

/// Items seen, to know one that comes twice within a statement.
struct SeenItems {
    private var seen: Set<UInt64> = []

    /// Beyond, a repeated item is not looked for: memory must not grow with the file.
    static let itemsMax = 200_000

    /// Whether an item with a reference of its own was told before with the same amount and side.
    mutating func isRepeated(_ item: StatementItem) -> Bool {
        let reference = item.ach.returnTrace ?? item.ach.trace ?? item.bankReference
        guard !reference.isEmpty, item.amount.count > 0, seen.count < Self.itemsMax else {
            return false
        }
        var hash = Fingerprint()
        hash.add(
            "\(item.signed)|\(item.type)|\(item.bankReference)|\(item.customerReference)|\(item.text)"
        )
        hash.add(
            "\(item.ach.trace ?? "")|\(item.ach.returnTrace ?? "")|\(item.settles?.iso ?? "")|\(item.booked?.iso ?? "")"
        )
        return !seen.insert(hash.value).inserted
    }
}
