import GRDB

/// The statements that a batch is decided by, prepared once.
final class ReadStatements {
    let begin, rollback: Statement
    let entities, balances, indexedCause, cause, tagged, dueTimers: Statement
    let suspense, suspenseUnder, proposal: Statement

    init(_ db: Database) throws {
        let connection = try db.connection
        func prepare(_ sql: String) throws -> Statement { try Statement(connection, sql) }
        begin = try prepare("BEGIN DEFERRED")
        rollback = try prepare("ROLLBACK")
        entities = try prepare("SELECT kind, body FROM entity WHERE customer = ? ORDER BY kind")
        balances = try prepare(
            """
            SELECT id, kind, customer, item, asset, amount, last_transfer
            FROM account WHERE customer = ?
            """)
        indexedCause = try prepare("SELECT sequence FROM cause_index WHERE id = ?")
        cause = try prepare("SELECT fingerprint, reply FROM cause WHERE sequence = ?")
        tagged = try prepare("SELECT DISTINCT customer FROM entity WHERE kind = ? AND tag = ?")
        dueTimers = try prepare(
            """
            SELECT customer, kind, due FROM timer WHERE due <= ?
            ORDER BY due, customer, kind LIMIT ?
            """)
        suspense = try prepare("SELECT body FROM suspense WHERE id = ?")
        suspenseUnder = try prepare("SELECT body FROM suspense WHERE trace = ?")
        proposal = try prepare("SELECT body FROM proposal WHERE id = ?")
    }
}

extension Database {
    /// SQLite's own handle, for rows read or written by the thousand.
    var connection: OpaquePointer {
        get throws {
            guard let connection = sqliteConnection else {
                throw SQLiteFault("the database is closed")
            }
            return connection
        }
    }
}

/// Every statement of the writer, prepared once.
final class Statements {
    let begin, commit, rollback: Statement
    let findAccount, indexCause, indexedCause, causesIndexed: Statement
    let insertCommit, insertAccount, updateAccount, insertTransfer, insertCause: Statement
    let putEntity, changeEntity, putSuspense, putProposal, putSetting: Statement
    let setTimer, clearTimer, queueEntry, dequeueEntry, sendEntry: Statement
    let insertNotice, insertAlert, insertOutgoing, insertEvents: Statement
    let addDebits, addReturns, blockAccount: Statement

    init(_ db: Database) throws {
        let connection = try db.connection
        func prepare(_ sql: String) throws -> Statement { try Statement(connection, sql) }
        begin = try prepare("BEGIN IMMEDIATE")
        commit = try prepare("COMMIT")
        rollback = try prepare("ROLLBACK")
        findAccount = try prepare(
            """
            SELECT id, amount, last_transfer FROM account
            WHERE customer = ? AND kind = ? AND item = ? AND asset = ?
            """)
        indexCause = try prepare("INSERT OR IGNORE INTO cause_index VALUES (?, ?)")
        indexedCause = try prepare("SELECT sequence FROM cause_index WHERE id = ?")
        causesIndexed = try prepare("UPDATE cause_indexed SET sequence = ?")
        insertCommit = try prepare("INSERT INTO book_commit VALUES (?, ?, ?, ?, ?, ?, ?)")
        insertAccount = try prepare(
            "INSERT INTO account(id, kind, customer, item, asset, amount) VALUES (?, ?, ?, ?, ?, 0)"
        )
        updateAccount = try prepare(
            "UPDATE account SET amount = ?, last_transfer = ? WHERE id = ?")
        insertTransfer = try prepare("INSERT INTO transfer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        insertCause = try prepare("INSERT INTO cause VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        putEntity = try prepare(
            """
            INSERT INTO entity VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET tag = excluded.tag, body = excluded.body
            """)
        changeEntity = try prepare(
            "UPDATE entity SET body = ? WHERE customer = ? AND kind = ? AND id = ?")
        putSuspense = try prepare(
            "INSERT OR REPLACE INTO suspense(id, tag, body, trace, due) VALUES (?, ?, ?, ?, ?)")
        blockAccount = try prepare("INSERT OR IGNORE INTO blocked_account VALUES (?, ?)")
        putProposal = try prepare("INSERT OR REPLACE INTO proposal VALUES (?, ?, ?)")
        putSetting = try prepare("INSERT OR REPLACE INTO setting VALUES (?, ?)")
        setTimer = try prepare(
            "INSERT INTO timer VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET due = excluded.due")
        clearTimer = try prepare("DELETE FROM timer WHERE customer = ? AND kind = ?")
        queueEntry = try prepare(
            """
            INSERT OR REPLACE INTO entry(payment, customer, amount, presentment, queued_at)
            VALUES (?, ?, ?, ?, ?)
            """)
        dequeueEntry = try prepare("DELETE FROM entry WHERE payment = ? AND trace IS NULL")
        sendEntry = try prepare("UPDATE entry SET trace = ?, file = ? WHERE payment = ?")
        insertNotice = try prepare(
            "INSERT INTO notice(id, customer, at, content) VALUES (?, ?, ?, ?)")
        insertAlert = try prepare("INSERT INTO alert(id, at, content) VALUES (?, ?, ?)")
        insertOutgoing = try prepare("INSERT INTO outbox(customer, content, due) VALUES (?, ?, ?)")
        insertEvents = try prepare("INSERT INTO commit_event VALUES (?, ?, ?)")
        addDebits = try prepare(
            """
            INSERT INTO debit_count VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET count = count + excluded.count
            """)
        addReturns = try prepare(
            """
            INSERT INTO return_count VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET count = count + excluded.count
            """)
    }
}
