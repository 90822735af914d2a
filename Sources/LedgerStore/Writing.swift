import Books

/// Every statement that changes something, prepared once.
final class Writing {
    private let commit, block, account, accountPage, statePage, idPage, idSeal,
        late: LedgerStatement
    private let deadline, dueDeadlines, firstDue, deleteDue, waymark, reason: LedgerStatement

    init(_ connection: OpaquePointer) throws {
        func prepare(_ sql: String) throws -> LedgerStatement {
            try LedgerStatement(connection, sql)
        }
        commit = try prepare("INSERT INTO ledger_commit VALUES (?, ?, ?, ?, ?, ?, ?)")
        block = try prepare("INSERT INTO ledger_journal VALUES (?, ?, ?)")
        account = try prepare("INSERT INTO ledger_account_id VALUES (?, ?)")
        accountPage = try prepare("INSERT OR REPLACE INTO ledger_account_page VALUES (?, ?, ?)")
        statePage = try prepare("INSERT OR REPLACE INTO ledger_state_page VALUES (?, ?)")
        idPage = try prepare("INSERT INTO ledger_id_page VALUES (?, ?)")
        idSeal = try prepare("INSERT INTO ledger_id_seal VALUES (?, ?, ?, ?)")
        late = try prepare("INSERT INTO ledger_late_id VALUES (?, ?)")
        deadline = try prepare("INSERT INTO ledger_deadline VALUES (?, ?)")
        dueDeadlines = try prepare(
            "SELECT due, pending FROM ledger_deadline WHERE due <= ? ORDER BY due, pending LIMIT ?")
        firstDue = try prepare("SELECT due FROM ledger_deadline ORDER BY due LIMIT 1")
        deleteDue = try prepare("DELETE FROM ledger_deadline WHERE due = ? AND pending = ?")
        waymark = try prepare("INSERT INTO ledger_waymark VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        reason = try prepare(
            """
            INSERT INTO ledger_reason_balance VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
                debits_posted = debits_posted + excluded.debits_posted,
                credits_posted = credits_posted + excluded.credits_posted,
                debits_pending = debits_pending + excluded.debits_pending,
                credits_pending = credits_pending + excluded.credits_pending
            """)
    }

    func insertCommit(_ row: StoredBooks.CommitRow) throws {
        commit.bind(1, row.sequence)
        commit.bind(2, row.at)
        commit.bind(3, row.first)
        commit.bind(4, row.records)
        commit.bind(5, row.accounts)
        commit.bind(6, row.replayFrom)
        try row.hash.withUnsafeBytes {
            commit.bind(7, staying: $0)
            try commit.run()
        }
    }

    func insertBlock(_ first: UInt64, _ at: Int64, _ body: UnsafeRawBufferPointer) throws {
        block.bind(1, first)
        block.bind(2, at)
        block.bind(3, staying: body)
        try block.run()
    }

    func insertAccount(_ id: BookID, _ number: UInt32) throws {
        account.bind(1, id)
        account.bind(2, Int64(number))
        try account.run()
    }

    func insertLate(_ id: BookID, _ sequence: UInt64) throws {
        late.bind(1, id)
        late.bind(2, sequence)
        try late.run()
    }

    func putAccounts(_ page: Int, asOf: UInt64, _ body: UnsafeRawBufferPointer) throws {
        accountPage.bind(1, page)
        accountPage.bind(2, asOf)
        accountPage.bind(3, staying: body)
        try accountPage.run()
    }

    func putStates(_ page: Int, _ body: UnsafeRawBufferPointer) throws {
        statePage.bind(1, page)
        statePage.bind(2, staying: body)
        try statePage.run()
    }

    func insertIDs(_ page: Int, _ body: [UInt8]) throws {
        idPage.bind(1, page)
        try body.withUnsafeBytes {
            idPage.bind(2, staying: $0)
            try idPage.run()
        }
    }

    func insert(_ seal: StoredBooks.Seal) throws {
        idSeal.bind(1, seal.number)
        idSeal.bind(2, seal.pages)
        idSeal.bind(3, seal.floor)
        idSeal.bind(4, seal.oldestLeft)
        try idSeal.run()
    }

    // MARK: Deadlines

    func insertDeadline(_ due: Int64, _ pending: UInt64) throws {
        deadline.bind(1, due)
        deadline.bind(2, pending)
        try deadline.run()
    }

    func firstDeadline() throws -> Int64? {
        defer { firstDue.reset() }
        return try firstDue.step() ? firstDue.integer(0) : nil
    }

    func deadlines(upTo at: Int64, limit: Int) throws -> [(due: Int64, pending: UInt64)] {
        dueDeadlines.bind(1, at)
        dueDeadlines.bind(2, limit)
        defer { dueDeadlines.reset() }
        var found: [(due: Int64, pending: UInt64)] = []
        while try dueDeadlines.step() {
            found.append((dueDeadlines.integer(0), dueDeadlines.unsigned(1)))
        }
        return found
    }

    func deleteDeadline(_ due: Int64, _ pending: UInt64) throws {
        deleteDue.bind(1, due)
        deleteDue.bind(2, pending)
        try deleteDue.run()
    }

    // MARK: Sums

    func insert(_ mark: BookOutput.Waymark) throws {
        waymark.bind(1, Int64(mark.account))
        waymark.bind(2, mark.sequence)
        waymark.bind(3, mark.at)
        waymark.bind(4, mark.balance.debitsPosted)
        waymark.bind(5, mark.balance.creditsPosted)
        waymark.bind(6, mark.balance.debitsPending)
        waymark.bind(7, mark.balance.creditsPending)
        waymark.bind(8, Int64(mark.lagWidth))
        try waymark.run()
    }

    struct SplitKey: Hashable {
        let account: UInt32
        let reason: UInt32
    }

    /// Adds debits and credits posted, then debits and credits pending.
    func add(_ sums: [Int64], to key: SplitKey) throws {
        reason.bind(1, Int64(key.account))
        reason.bind(2, Int64(key.reason))
        for (index, sum) in sums.enumerated() { reason.bind(Int32(3 + index), sum) }
        try reason.run()
    }
}
