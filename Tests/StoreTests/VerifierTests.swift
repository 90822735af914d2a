import Engine
import GRDB
import Ledger
import Money
import Rules
import SQLiteStore
import Testing

/// The verifier must see every kind of tampering: a check that cannot fail is none.
struct VerifierTests {
    private func books() throws -> DatabasePool {
        let pool = try SQLiteStore.open(path: try Folder.new())
        let core = try Core(store: try SQLiteStore(pool: pool), policies: try Folder.policies())
        var story = Story()
        _ = try story.negativeBalance(core)
        _ = try story.perform(
            .receiveFunds(
                .init(rail: .wire, amount: Cents(600_00), source: "s", reference: nil)), core)
        return pool
    }

    @Test("Sound books verify, commit by commit")
    func sound() throws {
        let report = try Verifier.verify(pool: try books())

        #expect(report.problems.isEmpty)
        #expect(report.commits == 7)
        #expect(report.transfers > 5)
    }

    @Test(
        "Whatever is changed behind our back is found",
        arguments: [
            "UPDATE transfer SET amount = amount + 1 WHERE sequence = 2",
            "UPDATE transfer SET reason = 'trade' WHERE sequence = 1",
            "UPDATE transfer SET debit = credit, credit = debit WHERE sequence = 1",
            "UPDATE transfer SET cause = cause + 1000 WHERE sequence = 3",
            "UPDATE cause SET id = randomblob(16) WHERE sequence = (SELECT cause FROM transfer WHERE sequence = 3)",
            "UPDATE transfer SET debit_previous = 1 WHERE sequence = 4",
            "DELETE FROM transfer WHERE sequence = (SELECT max(sequence) FROM transfer)",
            "INSERT INTO transfer SELECT sequence + 1000, book_commit, cause, debit, credit, amount, reason, NULL, NULL FROM transfer LIMIT 1",
            "UPDATE account SET amount = amount + 1 WHERE id = 1",
            "UPDATE account SET kind = 'income:card_fee' WHERE id = 1",
            "UPDATE account SET last_transfer = 1 WHERE id = 2",
            "UPDATE book_commit SET at = at + 1 WHERE sequence = 4",
            "UPDATE book_commit SET hash = zeroblob(32) WHERE sequence = 3",
            "DELETE FROM book_commit WHERE sequence = 2",
            "UPDATE transfer SET book_commit = book_commit + 1 WHERE sequence = 2",
            "INSERT INTO account VALUES (1000, 'customer:cash', x'01', x'', 'USD', 0, NULL)",
            "UPDATE book_commit SET accounts = accounts + 1 WHERE sequence = 7",
            "UPDATE book_commit SET first_account = first_account + 1 WHERE sequence = 3",
            "UPDATE book_commit SET transfers = transfers + 1 WHERE sequence = 7",
            "UPDATE book_commit SET transfers = -1 WHERE sequence = 4",
            "UPDATE book_commit SET transfers = 9223372036854775807 WHERE sequence = 4",
            "UPDATE book_commit SET transfers = 9000000000000000000 WHERE sequence = 7",
            "UPDATE transfer SET amount = 9223372036854775807",
            "UPDATE transfer SET amount = -9223372036854775807 - 1 WHERE sequence = 2",
            "UPDATE account SET amount = 9223372036854775807",
            "UPDATE cause_indexed SET sequence = 9000000000000000000",
            "UPDATE cause_indexed SET sequence = (SELECT max(sequence) FROM cause)",
            "DELETE FROM cause_indexed",
            "INSERT INTO cause_index SELECT id, sequence + 1 FROM cause LIMIT 1",
            "INSERT INTO cause SELECT sequence + 5, id, fingerprint, actor, customer, command, policy, reply, reason FROM cause LIMIT 1",
            "INSERT INTO cause SELECT 9000 << 20, randomblob(16), fingerprint, actor, customer, command, policy, reply, reason FROM cause LIMIT 1",
        ])
    func tampered(_ sql: String) throws {
        let pool = try books()

        // Swapping the two sides in one statement would trip the check constraint half-way.
        try pool.write { db in
            try db.execute(sql: "PRAGMA ignore_check_constraints = ON")
            try db.execute(sql: sql)
        }

        #expect(!(try Verifier.verify(pool: pool)).problems.isEmpty)
    }
}
