import Banking
import Engine
import Foundation
import Ledger
import Money
import Rows
import Rules
import Tables

/// Reads for pages, the API and operators, on connections of their own: every answer is a snapshot
/// of one commit.
public struct Reader: Sendable {
    let pool: any Pool
    private let books: any KeptBooks

    /// - Parameter books: what the store of these books knows of them without a statement.
    public init(pool: any Pool, books: any KeptBooks) {
        self.pool = pool
        self.books = books
    }

    public func customer(_ id: CustomerID) throws -> Customer? {
        try pool.read { db in try Self.customer(id, db) }
    }

    static func customer(_ id: CustomerID, _ db: Database) throws -> Customer? {
        var customer: Customer?
        let rows = try Row.fetchCursor(
            db, sql: "SELECT kind, body FROM entity WHERE customer = ? ORDER BY kind",
            arguments: [id.data])
        while let row = try rows.next() {
            guard let kind = EntityKind(rawValue: row[0]) else { continue }
            try customer.restore(kind, Array(row[1] as Data))
        }
        guard customer != nil else { return nil }
        for (key, amount) in try balances(of: id, db) {
            customer?.balances.restore(key, to: amount)
        }
        return customer
    }

    private static func balances(
        of id: CustomerID, _ db: Database
    ) throws -> [(BalanceKey, Int64)] {
        try Row.fetchAll(
            db, sql: "SELECT kind, customer, item, asset, amount FROM account WHERE customer = ?",
            arguments: [id.data]
        ).compactMap { row in
            guard let account = Account(row), let asset = AssetCode(row["asset"] as String) else {
                return nil
            }
            return (BalanceKey(account, asset), row["amount"])
        }
    }

    public func customerID(reference: String) throws -> CustomerID? {
        try ids(kind: .profile, tag: reference, limit: 1).first
    }

    public func customer(ofSettlement id: SettlementID) throws -> CustomerID? {
        try pool.read { db in
            try Data.fetchOne(
                db, sql: "SELECT customer FROM entity WHERE kind = 4 AND id = ?",
                arguments: [id.data]
            ).flatMap { CustomerID(data: $0) }
        }
    }

    /// Whose deposit it is; `nil` when it has never been queued for the bank.
    public func customer(of payment: PaymentReference) throws -> CustomerID? {
        try pool.read { db in
            try Data.fetchOne(
                db, sql: "SELECT customer FROM entry WHERE payment = ?", arguments: [payment.key]
            ).flatMap { CustomerID(data: $0) }
        }
    }

    /// Whose payment a wire names: the reference of a settlement, in capitals.
    public func customer(ofSettlementReference reference: String) throws -> CustomerID? {
        try pool.read { db in
            try Data.fetchOne(
                db,
                sql: """
                    SELECT customer FROM entity
                    WHERE reference = ? AND kind = 4
                    """,
                arguments: [reference]
            ).flatMap { CustomerID(data: $0) }
        }
    }

    /// Customers with a part of this kind in this state, as queues and lists need them.
    public func customers(
        with part: Part, tag: String, limit: Int
    ) throws -> [CustomerID] {
        try ids(kind: part.kind, tag: tag, limit: limit)
    }

    /// How many parts of this kind are in this state, over all customers.
    public func count(of part: Part, tag: String) throws -> Int {
        try pool.read { db in
            try Int.fetchOne(
                db, sql: "SELECT count(*) FROM entity WHERE kind = ? AND tag = ?",
                arguments: [part.kind.rawValue, tag]) ?? 0
        }
    }

    public enum Part: Sendable {
        case deposit, obligation, settlement, withdrawal, order, sale, document, claim

        var kind: EntityKind {
            switch self {
            case .deposit: .deposit
            case .obligation: .obligation
            case .settlement: .settlement
            case .withdrawal: .withdrawal
            case .order: .order
            case .sale: .sale
            case .document: .document
            case .claim: .claim
            }
        }
    }

    private func ids(kind: EntityKind, tag: String, limit: Int) throws -> [CustomerID] {
        try pool.read { db in
            try Data.fetchAll(
                db, sql: "SELECT DISTINCT customer FROM entity WHERE kind = ? AND tag = ? LIMIT ?",
                arguments: [kind.rawValue, tag, limit]
            ).compactMap { CustomerID(data: $0) }
        }
    }

    /// Customers in the order they were opened; ids are time-ordered.
    public func customers(after: CustomerID?, limit: Int) throws -> [CustomerID] {
        try pool.read { db in
            try Data.fetchAll(
                db,
                sql: """
                    SELECT customer FROM entity
                    WHERE customer > ? AND kind = 0 AND id = ? ORDER BY customer LIMIT ?
                    """,
                arguments: [after?.data ?? Data(), Data(), limit]
            ).compactMap { CustomerID(data: $0) }
        }
    }

    public func house() throws -> House { try pool.read { db in try Reader.house(db) } }

    /// The house as the engine starts with it: what waits. The rest is read when a command names it.
    package static func house(_ db: Database) throws -> House {
        var house = House()
        let bodies = try String.fetchCursor(
            db, sql: "SELECT body FROM suspense WHERE tag IN (\(tagsWaiting))")
        while let body = try bodies.next() {
            house.put(try JSON.decode(SuspenseItem.self, body))
        }
        for proposal in try waitingProposals(db) { house.proposals[proposal.id] = proposal }
        house.settings = try settings(db)
        let blocked = try Row.fetchCursor(db, sql: "SELECT fingerprint, code FROM blocked_account")
        while let row = try blocked.next() {
            house.blockedAccounts[row[0] as String] = row[1] as String
        }
        return house
    }

    /// Tags of the states that ``SuspenseItem/State/isOver`` says are not over.
    private static let tagsWaiting = "'open', 'dishonor_queued', 'dishonored'"

    private static func settings(_ db: Database) throws -> House.Settings {
        try String.fetchOne(db, sql: "SELECT value FROM setting WHERE name = 'house'")
            .map { try JSON.decode(House.Settings.self, $0) } ?? House.Settings()
    }

    private static func waitingProposals(_ db: Database) throws -> [Proposal] {
        try String.fetchAll(db, sql: "SELECT body FROM proposal WHERE tag = 'waiting'")
            .map { try JSON.decode(Proposal.self, $0) }
            .sorted { ($0.at, $0.id) < ($1.at, $1.id) }
    }

    /// The switches of the house, and nothing that grows.
    public func houseSettings() throws -> House.Settings {
        try pool.read { db in try Reader.settings(db) }
    }

    /// What waits for a second person, oldest first.
    public func waitingProposals() throws -> [Proposal] {
        try pool.read { db in try Reader.waitingProposals(db) }
    }

    /// Which of a customer's bank accounts nobody may use, with the return code that said so.
    public func blockedAccounts(of customer: CustomerID) throws -> [(String, String)] {
        try pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT blocked_account.fingerprint, blocked_account.code
                    FROM entity JOIN blocked_account ON blocked_account.fingerprint = entity.tag
                    WHERE entity.customer = ? AND entity.kind = \(EntityKind.method.rawValue)
                    """, arguments: [customer.data]
            ).map { ($0[0], $0[1]) }
        }
    }

    /// Items that wait for a person, the earliest clock first; those without one last.
    public func openSuspense(limit: Int) throws -> [SuspenseItem] {
        try suspense("WHERE tag = 'open' ORDER BY due IS NULL, due, id LIMIT ?", limit)
    }

    /// How many there are.
    public func openSuspenseCount() throws -> Int {
        try pool.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM suspense WHERE tag = 'open'") ?? 0
        }
    }

    /// Items nobody has to look at any more or for now, newest first.
    public func decidedSuspense(limit: Int) throws -> [SuspenseItem] {
        try suspense("WHERE tag <> 'open' ORDER BY id DESC LIMIT ?", limit)
    }

    private func suspense(_ condition: String, _ limit: Int) throws -> [SuspenseItem] {
        try pool.read { db in
            try String.fetchAll(
                db, sql: "SELECT body FROM suspense \(condition)", arguments: [limit]
            ).map { try JSON.decode(SuspenseItem.self, $0) }
        }
    }

    public struct NoticeRow: Sendable {
        public let customer: CustomerID
        public let notice: Notice
        public let readAt: Instant?
    }

    /// Newest first.
    public func notices(of id: CustomerID, limit: Int) throws -> [NoticeRow] {
        try pool.read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT * FROM notice WHERE customer = ? ORDER BY at DESC, id DESC LIMIT ?",
                arguments: [id.data, limit]
            ).compactMap { try Self.notice($0) }
        }
    }

    public func notice(_ id: NoticeID, of customer: CustomerID) throws -> NoticeRow? {
        try pool.read { db in
            try Row.fetchOne(
                db, sql: "SELECT * FROM notice WHERE customer = ? AND id = ?",
                arguments: [customer.data, id.data]
            ).flatMap { try Self.notice($0) }
        }
    }

    static func notice(_ row: Row) throws -> NoticeRow? {
        guard let id = NoticeID(data: row["id"]), let customer = CustomerID(data: row["customer"])
        else { return nil }
        return NoticeRow(
            customer: customer,
            notice: Notice(
                id: id, at: Instant(milliseconds: row["at"]),
                content: try Notice.Content(packed: Array(row["content"] as Data))),
            readAt: (row["read_at"] as Int64?).map { Instant(milliseconds: $0) })
    }

    /// Alerts nobody has closed, oldest first.
    public func openAlerts(limit: Int) throws -> [Alert] {
        try pool.read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM alert WHERE closed_by IS NULL ORDER BY at LIMIT ?",
                arguments: [limit]
            ).compactMap { row in
                guard let id = AlertID(data: row["id"]) else { return nil }
                return Alert(
                    id: id, at: Instant(milliseconds: row["at"]),
                    content: try JSON.decode(Alert.Content.self, row["content"] as String))
            }
        }
    }

    /// One transfer as the journal has it, with the commit and the command that made it.
    public struct Posting: Sendable {
        public let sequence: Int64
        public let at: Instant
        public let cause: Cause
        public let command: String
        public let actor: String
        public let debit: String
        public let credit: String
        public let asset: AssetCode
        public let amount: Int64
        public let reason: String
    }

    /// Entries of the journal of a customer's accounts before the one numbered `before`, newest first.
    public func postings(
        of customer: CustomerID, before: Int64 = .max, limit: Int
    ) throws -> [Posting] {
        var walk = try walk(of: customer, before: before)
        return try next(limit, of: &walk)
    }

    static let postingSQL = """
        SELECT t.sequence, c.at, k.id AS cause, k.command, k.actor, t.amount, t.reason,
            t.debit AS debit_id, t.credit AS credit_id, t.debit_previous, t.credit_previous,
            d.kind AS debit_kind, d.customer AS debit_customer, d.item AS debit_item,
            e.kind AS credit_kind, e.customer AS credit_customer, e.item AS credit_item, d.asset
        FROM transfer t
        JOIN book_commit c ON c.sequence = t.book_commit
        JOIN account d ON d.id = t.debit
        JOIN account e ON e.id = t.credit
        JOIN cause k ON k.sequence = t.cause
        """

    /// The same where several write: the place of a transfer is that of its commit, which has a number,
    /// and one within it.
    static let orderedPostingSQL = """
        SELECT (o.number << 20) + t.place AS sequence, c.at, k.id AS cause, k.command, k.actor,
            t.amount, t.reason, t.debit AS debit_kind, t.debit_customer, t.debit_item,
            t.credit AS credit_kind, t.credit_customer, t.credit_item, t.asset
        FROM commit_order o
        JOIN transfer t ON t.writer = o.writer AND t.book_commit = o.book_commit
        JOIN book_commit c ON c.writer = o.writer AND c.sequence = o.book_commit
        JOIN cause k ON k.id = t.cause
        """

    /// Transfers behind a place, in their order.
    static func postingRows(after place: Int64, limit: Int, _ db: Database) throws -> [Row] {
        switch db.dialect {
        case .sqlite:
            try Row.fetchAll(
                db, sql: postingSQL + " WHERE t.sequence > ? ORDER BY t.sequence LIMIT ?",
                arguments: [place, limit])
        case .postgres:
            try Row.fetchAll(
                db,
                sql: orderedPostingSQL + """
                     WHERE o.number >= ? AND (o.number > ? OR t.place > ?)
                    ORDER BY o.number, t.place LIMIT ?
                    """,
                arguments: [
                    CommitPlace.commit(of: place), CommitPlace.commit(of: place),
                    place & (1 << CommitPlace.bits - 1), limit,
                ])
        }
    }

    static func posting(_ row: Row) -> Posting? {
        guard let cause = Cause(data: row["cause"]),
            let debit = Account(
                kind: row["debit_kind"], data: row["debit_customer"], item: row["debit_item"]),
            let credit = Account(
                kind: row["credit_kind"], data: row["credit_customer"], item: row["credit_item"]),
            let asset = AssetCode(row["asset"] as String)
        else { return nil }
        return Posting(
            sequence: row["sequence"], at: Instant(milliseconds: row["at"]), cause: cause,
            command: row["command"], actor: row["actor"], debit: debit.name,
            credit: credit.name, asset: asset, amount: row["amount"], reason: row["reason"])
    }

    /// Every transfer in the order it was booked.
    public func forEachPosting(_ body: (Posting) throws -> Void) throws {
        func tell(_ row: Row) throws {
            guard let posting = Self.posting(row) else {
                throw DatabaseFault.unreadable("a transfer names an account that cannot be read")
            }
            try body(posting)
        }
        switch pool.dialect {
        case .sqlite:
            try pool.read { db in
                let rows = try Row.fetchCursor(db, sql: Self.postingSQL + " ORDER BY t.sequence")
                while let row = try rows.next() { try tell(row) }
            }
        case .postgres:
            try pool.numberCommits()
            var last: Int64 = -1
            while true {
                let rows = try pool.read { [last] db in
                    try Self.postingRows(after: last, limit: Self.postingsTogether, db)
                }
                for row in rows {
                    try tell(row)
                    last = row["sequence"]
                }
                if rows.count < Self.postingsTogether { return }
            }
        }
    }

    private static let postingsTogether = 5_000

    /// Every account with its balance, debits positive.
    public func accounts() throws -> [(name: String, asset: AssetCode, amount: Int64)] {
        try pool.read { db in
            var sql = "SELECT kind, customer, item, asset, amount FROM account"
            if db.dialect == .postgres {
                sql += " UNION ALL SELECT kind, customer, item, asset, amount FROM house_balance"
            }
            return try Row.fetchAll(db, sql: sql).compactMap { row in
                guard let account = Account(row), let asset = AssetCode(row["asset"] as String)
                else { return nil }
                return (account.name, asset, row["amount"])
            }
        }
    }

    /// One command that was carried out, with the commit that holds it.
    public struct CarriedOut: Sendable {
        public let commit: Int64
        public let at: Instant
        public let hash: String
        public let command: String
        public let actor: String
        /// `nil` for a command to the house.
        public let customer: CustomerID?
        public let policy: String
        /// Why, in the words of the person who asked.
        public let reason: String?
    }

    /// What was carried out in the last `limit` commits, newest first.
    public func carriedOut(commits limit: Int) throws -> [CarriedOut] {
        try pool.numberCommits()
        return try pool.read { db in
            let sql =
                switch db.dialect {
                case .sqlite:
                    """
                    SELECT c.sequence, c.at, c.hash, k.command, k.actor, k.customer, k.policy,
                        k.reason
                    FROM (SELECT * FROM book_commit ORDER BY sequence DESC LIMIT ?) c
                    JOIN cause k ON k.sequence >= c.sequence << 20
                        AND k.sequence < (c.sequence + 1) << 20
                    ORDER BY c.sequence DESC, k.sequence
                    """
                case .postgres:
                    """
                    SELECT o.number AS sequence, c.at, c.hash, k.command, k.actor, k.customer,
                        k.policy, k.reason
                    FROM (SELECT * FROM commit_order ORDER BY number DESC LIMIT ?) o
                    JOIN book_commit c ON c.writer = o.writer AND c.sequence = o.book_commit
                    JOIN cause k ON k.writer = o.writer AND k.book_commit = o.book_commit
                    ORDER BY o.number DESC, k.id
                    """
                }
            return try Row.fetchAll(db, sql: sql, arguments: [limit]).map { row in
                let hash: Data = row["hash"]
                return CarriedOut(
                    commit: row["sequence"], at: Instant(milliseconds: row["at"]),
                    hash: BooksReport.hex(Array(hash)), command: row["command"],
                    actor: row["actor"],
                    customer: CustomerID(data: row["customer"]), policy: row["policy"],
                    reason: row["reason"])
            }
        }
    }

    /// Recomputes the books, unless they hold more than `limit` transfers: then a page would wait.
    public func verify(atMost limit: Int64) throws -> BooksReport? {
        try books.verify(atMost: limit)
    }

    public func nextTimer() throws -> Instant? {
        try pool.read { db in
            try Int64.fetchOne(db, sql: "SELECT min(due) FROM timer").map {
                Instant(milliseconds: $0)
            }
        }
    }

    /// What a bank entry of ours was for.
    public struct EntryRow: Sendable {
        public let payment: PaymentReference
        public let customer: CustomerID?
        public let amount: Cents
        public let presentment: QueuedEntry.Presentment
        public let trace: String?
        public let file: String?

        /// Whether we send money with it.
        public var isCredit: Bool {
            if case .validation(let isCredit, _) = presentment { isCredit } else { false }
        }
    }

    public func queuedEntries(limit: Int) throws -> [EntryRow] {
        try entries(
            "SELECT * FROM entry WHERE trace IS NULL ORDER BY queued_at, payment LIMIT ?", [limit])
    }

    public func entries(inFile name: String) throws -> [EntryRow] {
        try entries("SELECT * FROM entry WHERE file = ? ORDER BY trace", [name])
    }

    /// The payments sent under a trace number; more than one only after the number was reused.
    public func entries(trace: String) throws -> [EntryRow] {
        try entries("SELECT * FROM entry WHERE trace = ? ORDER BY queued_at DESC", [trace])
    }

    private func entries(
        _ sql: String, _ arguments: [any DatabaseValueConvertible]
    ) throws -> [EntryRow] {
        try pool.read { db in
            try Row.fetchAll(db, sql: sql, arguments: StatementArguments(arguments)).compactMap {
                row in
                guard let payment = PaymentReference(key: row["payment"]) else { return nil }
                return EntryRow(
                    payment: payment, customer: CustomerID(data: row["customer"]),
                    amount: Cents(row["amount"] as Int64),
                    presentment: try QueuedEntry.Presentment(
                        packed: Array(row["presentment"] as Data)),
                    trace: row["trace"], file: row["file"])
            }
        }
    }

    /// Returns in suspense that came under a trace number and whose money the bank has not taken
    /// yet, as far as we know; newest first.
    public func unsettledReturns(trace: String) throws -> [SuspenseItem] {
        guard !trace.isEmpty else { return [] }
        return try pool.read { db in
            try String.fetchAll(
                db, sql: "SELECT body FROM suspense WHERE trace = ? ORDER BY id DESC",
                arguments: [trace]
            ).map { try JSON.decode(SuspenseItem.self, $0) }.filter { !$0.settled }
        }
    }

    public func suspense(_ id: SuspenseID) throws -> SuspenseItem? {
        try pool.read { db in
            try String.fetchOne(
                db, sql: "SELECT body FROM suspense WHERE id = ?", arguments: [id.data]
            ).map { try JSON.decode(SuspenseItem.self, $0) }
        }
    }

    /// Whether the cause was carried out.
    public func causeExists(_ cause: Cause) throws -> Bool {
        try books.hasCause(cause)
    }
}

extension Identifier {
    package var data: Data {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Data($0) }
    }

    package init?(data: Data) {
        guard data.count == 16, let blob = Blob(Array(data)) else { return nil }
        self.init(blob)
    }
}

extension Account {
    init?(_ row: Row) {
        self.init(kind: row["kind"], data: row["customer"], item: row["item"])
    }

    package init?(kind: String, data: Data, item: Data) {
        guard let customer = Blob(Array(data)), let item = Blob(Array(item)) else { return nil }
        self.init(kind: kind, customer: customer, item: item)
    }
}
