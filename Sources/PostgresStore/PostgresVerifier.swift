import Banking
import Ledger
import Money
import Rows

/// Recomputes the whole of the books from the journal: the chain of every writer, every balance of
/// customers and of the house. All in one snapshot, beside writers at work.
public struct PostgresVerifier {
    public struct Report: Sendable {
        public internal(set) var writers = 0
        public internal(set) var commits: Int64 = 0
        public internal(set) var transfers: Int64 = 0
        public internal(set) var accounts: Int64 = 0
        /// One sentence for each thing that is wrong; empty means the books are right.
        public internal(set) var problems: [String] = []
    }

    static let problemsMax = 100

    /// An account in one asset, as rows name it.
    private struct AccountKey: Hashable {
        let side: WriterChain.Side
        let asset: String
    }

    private struct HouseKey: Hashable {
        let kind: String
        let asset: String
    }

    private let connection: Connection
    private var report = Report()
    /// Wide enough for whatever the rows say: each amount has 64 bits.
    private var balances: [AccountKey: Int128] = [:]
    private var sums: [String: Int128] = [:]

    private init(_ connection: Connection) { self.connection = connection }

    /// - Parameter address: a connection string or URI of libpq.
    /// - Throws: ``PostgresFault`` when the database does not answer.
    public static func verify(_ address: String) throws -> Report {
        let connection = try Connection(
            address, application: "makewhole verify", patience: Connection.readersPatience)
        try Schema.check(connection)
        // The whole journal is read in order: no index helps.
        try connection.execute(
            """
            RESET ALL;
            BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY
            """)
        var verifier = PostgresVerifier(connection)
        try verifier.verifyChains()
        try verifier.verifyAccounts()
        try verifier.verifyReferences()
        for (asset, sum) in verifier.sums where sum != 0 {
            verifier.problem("The accounts of \(asset) sum to \(sum), not to zero.")
        }
        try connection.execute("ROLLBACK")
        return verifier.report
    }

    private mutating func problem(_ sentence: String) {
        if report.problems.count < Self.problemsMax { report.problems.append(sentence) }
    }

    // MARK: Chains

    private mutating func verifyChains() throws {
        let writers = try connection.query(
            "SELECT number, name, sequence, hash FROM writer ORDER BY number")
        report.writers = writers.rows
        var commits = Cursor(
            connection, "commits",
            "SELECT writer, sequence, at, transfers, hash FROM book_commit ORDER BY 1, 2")
        var transfers = Cursor(
            connection, "transfers",
            """
            SELECT writer, book_commit, place, customer, version, cause, debit, debit_customer,
                debit_item, credit, credit_customer, credit_item, asset, amount, reason
            FROM transfer ORDER BY 1, 2, 3
            """)
        var postings = Cursor(
            connection, "postings",
            "SELECT writer, sequence, kind, asset, amount, balance FROM house_posting ORDER BY 1, 2"
        )
        for row in 0..<writers.rows {
            try verify(
                writer: Int32(writers.integer(row, 0)), name: writers.text(row, 1),
                last: writers.integer(row, 2), hash: writers.bytes(row, 3), &commits, &transfers,
                &postings)
        }
        if let row = try commits.current() {
            problem("Commit \(row.integer(1)) of writer \(row.integer(0)) belongs to no writer.")
        }
        if let row = try transfers.current() {
            problem(
                "Transfer \(row.integer(2)) of commit \(row.integer(1)) of writer "
                    + "\(row.integer(0)) belongs to no commit.")
        }
        if let row = try postings.current() {
            problem(
                "A posting of the house in commit \(row.integer(1)) of writer \(row.integer(0)) "
                    + "belongs to no commit.")
        }
    }

    private mutating func verify(
        writer: Int32, name: String, last: Int64, hash: [UInt8], _ commits: inout Cursor,
        _ transfers: inout Cursor, _ postings: inout Cursor
    ) throws {
        var chain = WriterChain(writer: writer)
        var house: [HouseKey: Int128] = [:]
        while let row = try commits.current(), row.integer(0) == Int64(writer) {
            report.commits += 1
            let sequence = row.integer(1)
            guard sequence == chain.sequence + 1 else {
                problem("Commit \(chain.sequence + 1) of writer \(name) is missing.")
                return
            }
            var link = chain.next(at: Instant(milliseconds: row.integer(2)))
            var changes: [HouseKey: Int128] = [:]
            let expected = row.integer(3)
            var place: Int64 = 0
            while let transfer = try transfers.current(),
                transfer.integer(0) == Int64(writer), transfer.integer(1) == sequence
            {
                if transfer.integer(2) != place {
                    problem("Transfer \(place) of commit \(sequence) of \(name) is missing.")
                }
                place = transfer.integer(2) + 1
                apply(transfer, &link, &changes)
                try transfers.step()
            }
            if place != expected {
                problem(
                    "Commit \(sequence) of \(name) made \(expected) transfers and has \(place).")
            }
            try verify(
                changes.filter { $0.value != 0 }, of: sequence, writer, name, &house, &postings)
            chain = chain.sealing(link)
            if chain.hash != row.bytes(4) {
                problem("The hash of commit \(sequence) of \(name) does not fit its transfers.")
            }
            if report.problems.count >= Self.problemsMax { return }
            try commits.step()
        }
        if chain.sequence != last || chain.hash != hash {
            problem("The chain of \(name) does not end where the writer's row says.")
        }
        for (key, balance) in house { sums[key.asset, default: 0] += balance }
    }

    private mutating func apply(
        _ row: Cursor.Row, _ link: inout WriterChain.Link, _ changes: inout [HouseKey: Int128]
    ) {
        report.transfers += 1
        let debit = WriterChain.Side(kind: row.text(6), customer: row.key(7), item: row.key(8))
        let credit = WriterChain.Side(kind: row.text(9), customer: row.key(10), item: row.key(11))
        let asset = row.text(12)
        let amount = row.integer(13)
        link.append(
            customer: row.key(3), version: row.integer(4), cause: row.key(5), debit: debit,
            credit: credit, asset: asset, amount: amount, reason: row.text(14))
        for (side, change) in [(debit, Int128(amount)), (credit, -Int128(amount))] {
            if side.customer == .none {
                changes[HouseKey(kind: side.kind, asset: asset), default: 0] += change
            } else {
                balances[AccountKey(side: side, asset: asset), default: 0] += change
            }
        }
    }

    private mutating func verify(
        _ changes: [HouseKey: Int128], of sequence: Int64, _ writer: Int32, _ name: String,
        _ house: inout [HouseKey: Int128], _ postings: inout Cursor
    ) throws {
        var left = changes
        while let row = try postings.current(),
            row.integer(0) == Int64(writer), row.integer(1) == sequence
        {
            let key = HouseKey(kind: row.text(2), asset: row.text(3))
            let amount = left.removeValue(forKey: key) ?? 0
            house[key, default: 0] += amount
            if Int128(row.integer(4)) != amount || Int128(row.integer(5)) != house[key] {
                problem(
                    "\(key.kind) of \(key.asset) says \(row.integer(4)) and \(row.integer(5)) after "
                        + "commit \(sequence) of \(name); its transfers say \(amount) and "
                        + "\(house[key, default: 0]).")
            }
            try postings.step()
        }
        for (key, amount) in left {
            problem(
                "\(key.kind) of \(key.asset) has no posting of \(amount) for commit \(sequence) of "
                    + "\(name).")
        }
    }

    // MARK: Accounts

    private mutating func verifyAccounts() throws {
        var accounts = Cursor(
            connection, "accounts", "SELECT customer, kind, item, asset, amount FROM account")
        while let row = try accounts.current() {
            report.accounts += 1
            let side = WriterChain.Side(kind: row.text(1), customer: row.key(0), item: row.key(2))
            let asset = row.text(3)
            let amount = row.integer(4)
            let own = balances.removeValue(forKey: AccountKey(side: side, asset: asset)) ?? 0
            sums[asset, default: 0] += Int128(amount)
            let account = Account(
                kind: side.kind, customer: side.customer.blob, item: side.item.blob)
            let name = account?.name ?? "\(side.kind) of \(CustomerID(side.customer))"
            if Int128(amount) != own {
                problem("\(name) says \(amount) of \(asset); its transfers say \(own).")
            }
            switch account?.side {
            case .debit? where amount < 0, .credit? where amount > 0:
                problem("\(name) is on the wrong side of zero.")
            case .debit?, .credit?: break
            case nil: problem("\(name) is no account of a customer.")
            }
            try accounts.step()
        }
        for (key, amount) in balances {
            problem(
                "\(key.side.kind) of \(CustomerID(key.side.customer)) has transfers of \(amount) in "
                    + "\(key.asset) and no balance.")
        }
    }

    // MARK: What belongs to what

    /// Two batches that decided about one customer at once would share a version.
    private mutating func verifyReferences() throws {
        let questions = [
            (
                """
                SELECT count(*) FROM (SELECT 1 FROM transfer GROUP BY customer, version
                    HAVING min(writer) <> max(writer) OR min(book_commit) <> max(book_commit)) AS two
                """, "versions of a customer were made by two commits."
            ),
            (
                """
                SELECT count(*) FROM (SELECT customer, max(version) AS version FROM transfer
                    WHERE customer <> '00000000-0000-0000-0000-000000000000' GROUP BY customer) AS made
                LEFT JOIN customer ON customer.id = made.customer
                WHERE customer.version IS NULL OR customer.version < made.version
                """, "customers are older than their transfers."
            ),
            (
                """
                SELECT count(*) FROM transfer LEFT JOIN cause ON cause.id = transfer.cause
                WHERE cause.id IS NULL OR cause.writer <> transfer.writer
                    OR cause.book_commit <> transfer.book_commit
                """, "transfers were made by no cause of their commit."
            ),
            (
                """
                SELECT count(*) FROM cause LEFT JOIN book_commit
                    ON book_commit.writer = cause.writer
                    AND book_commit.sequence = cause.book_commit
                WHERE book_commit.sequence IS NULL
                """, "causes belong to no commit."
            ),
            (
                """
                SELECT count(*) FROM (SELECT DISTINCT customer FROM entity) AS owner
                LEFT JOIN customer ON customer.id = owner.customer WHERE customer.id IS NULL
                """, "customers have parts and no version."
            ),
        ]
        for (question, sentence) in questions {
            let count = try connection.query(question).integer(0, 0)
            if count > 0 { problem("\(count) \(sentence)") }
        }
    }
}

/// Rows of a query, some thousands at a time.
private struct Cursor {
    private let connection: Connection
    private let name: String
    private let sql: String
    private var answer: Answer?
    private var index = 0

    static let rowsMax = 20_000

    init(_ connection: Connection, _ name: String, _ sql: String) {
        self.connection = connection
        self.name = name
        self.sql = sql
    }

    struct Row {
        fileprivate let answer: Answer
        fileprivate let index: Int

        func integer(_ column: Int) -> Int64 { answer.integer(index, column) }
        func text(_ column: Int) -> String { answer.text(index, column) }
        func bytes(_ column: Int) -> [UInt8] { answer.bytes(index, column) }
        func key(_ column: Int) -> Key { answer.key(index, column) }
    }

    /// The row it stands at; `nil` after the last.
    mutating func current() throws(PostgresFault) -> Row? {
        if answer == nil {
            try connection.execute("DECLARE \(name) NO SCROLL CURSOR FOR \(sql)")
            try fetch()
        }
        if let answer, index < answer.rows { return Row(answer: answer, index: index) }
        return nil
    }

    mutating func step() throws(PostgresFault) {
        index += 1
        if let answer, index == answer.rows, answer.rows == Self.rowsMax { try fetch() }
    }

    private mutating func fetch() throws(PostgresFault) {
        answer = try connection.query("FETCH \(Self.rowsMax) FROM \(name)")
        index = 0
    }
}
