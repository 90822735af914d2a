import Books
import Foundation
import GRDB
import Testing

@testable import LedgerStore

/// Whoever changes the file behind the ledger's back is found out.
struct LedgerVerifierTests {
    struct Tampering: Sendable, CustomTestStringConvertible {
        let sql: String
        let problem: String
        var testDescription: String { sql }
    }

    static let tamperings = [
        Tampering(
            sql: "DELETE FROM ledger_journal WHERE first = 4", problem: "Record 4 is missing."),
        Tampering(
            sql: "DELETE FROM ledger_commit WHERE sequence = 2", problem: "Commit 2 is missing."),
        Tampering(
            sql: "UPDATE ledger_commit SET at = at + 1 WHERE sequence = 3",
            problem: "The hash of commit 3 does not fit its records"),
        Tampering(
            sql: "UPDATE ledger_commit SET hash = zeroblob(32) WHERE sequence = 1",
            problem: "The hash of commit 1 does not fit its records, 1 to 3."),
        Tampering(
            sql: "UPDATE ledger_account_page SET body = zeroblob(3872), as_of = 100000",
            problem: "Account 1 is not the one that was opened."),
        Tampering(
            sql: "DELETE FROM ledger_account_id WHERE number = 2",
            problem: "The index has 2 accounts; 3 were opened."),
        Tampering(
            sql: "UPDATE ledger_state_page SET body = zeroblob(3840)",
            problem: "The state of record"),
        Tampering(
            sql: "DELETE FROM ledger_id_page WHERE page = 1", problem: "The index of ids has"),
        Tampering(
            sql: "UPDATE ledger_waymark SET debits_posted = debits_posted + 1",
            problem: "A waymark of account"),
        Tampering(sql: "DELETE FROM ledger_waymark", problem: "waymarks are missing."),
        Tampering(
            sql: "UPDATE ledger_reason_balance SET credits_posted = 1 WHERE reason = 1",
            problem: "Account 1 is wrong about reason 1."),
        Tampering(
            sql: "DELETE FROM ledger_deadline", problem: "The deadline of record"),
        Tampering(
            sql: "INSERT INTO ledger_deadline VALUES (0, 5)",
            problem: "Record 5 has not the deadline 0 that is kept for it."),
        Tampering(
            sql: "INSERT INTO ledger_deadline VALUES (0, 7)",
            problem: "Record 7 has not the deadline 0 that is kept for it."),
        Tampering(
            sql: "UPDATE ledger_commit SET records = -1 WHERE sequence = 2",
            problem: "The hash of commit 2 does not fit its records"),
        Tampering(
            sql: "UPDATE ledger_commit SET records = 9223372036854775807 WHERE sequence = 4",
            problem: "Commit 4 lacks its last"),
        Tampering(
            sql: "UPDATE ledger_commit SET sequence = 9223372036854775807 WHERE sequence = 4",
            problem: "Commit 4 is missing."),
        Tampering(
            sql: "UPDATE ledger_commit SET accounts = -1 WHERE sequence = 4",
            problem: "The last commit tells of -1 accounts"),
        Tampering(
            sql: "UPDATE ledger_commit SET accounts = 9000000000 WHERE sequence = 4",
            problem: "The last commit tells of 9000000000 accounts"),
        Tampering(
            sql: "UPDATE ledger_account_id SET number = -9223372036854775807 - 1 WHERE number = 2",
            problem: "The index of accounts is wrong"),
        Tampering(
            sql: "UPDATE ledger_id_seal SET floor = x'00'",
            problem: "the floor of the ids has 1 bytes"),
        Tampering(
            sql: "UPDATE ledger_state_page SET page = 9223372036854775807",
            problem: "is a page of states that there cannot be."),
        Tampering(
            sql: """
                UPDATE ledger_journal SET first = 9223372036854775000
                WHERE first = (SELECT max(first) FROM ledger_journal)
                """, problem: "is missing."),
    ]

    @Test(
        "What was changed, removed or forgotten is a problem that says what", arguments: tamperings)
    func tampered(_ tampering: Tampering) async throws {
        let ledger = try SampleLedger()
        try await fill(ledger)
        #expect(try LedgerVerifier.verify(path: ledger.path).problems == [])

        let queue = try DatabaseQueue(path: ledger.path)
        try await queue.write { db in try db.execute(sql: tampering.sql) }
        try queue.close()
        let problems = try LedgerVerifier.verify(path: ledger.path).problems

        #expect(problems.contains { $0.contains(tampering.problem) }, "\(problems)")
    }

    @Test("An expiry that was booked before its promise was over is a problem")
    func earlyExpiry() async throws {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        _ = try await file.post(ledger.pend(ledger.bank, ledger.ada, 5, for: 60_000))
        ledger.clock.wait(60_000)
        try await file.expire()
        try file.close()
        #expect(try LedgerVerifier.verify(path: ledger.path).problems == [])

        let queue = try DatabaseQueue(path: ledger.path)
        try await queue.write { db in
            try db.execute(sql: "UPDATE ledger_journal SET at = at - 1 WHERE first = 5")
        }
        try queue.close()

        #expect(
            try LedgerVerifier.verify(path: ledger.path).problems.contains(
                "Record 5 ends 4 before its deadline."))
    }

    @Test(
        "A deadline that is not the promise's own ends nothing, and stops the books",
        arguments: [4, 5])
    func forgedDeadline(_ sequence: Int) async throws {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        _ = try await file.post([
            ledger.pend(ledger.bank, ledger.ada, 5, for: 60_000),
            BookCommand(
                id: ledger.id(),
                .pend(
                    Movement(debit: ledger.bank, credit: ledger.ada, asset: .usd, amount: 7),
                    deadline: nil), happenedAt: ledger.clock.now),
        ])
        try file.close()
        let queue = try DatabaseQueue(path: ledger.path)
        try await queue.write { db in
            try db.execute(sql: "INSERT INTO ledger_deadline VALUES (0, \(sequence))")
        }
        try queue.close()

        let again = try await ledger.open()
        await #expect(throws: LedgerFault.self) { try await again.post(ledger.deposit(1)) }
        try again.close()

        let balance = try LedgerReader(path: ledger.path).read { view in
            try view.account(ledger.ada)?.balance
        }
        #expect(balance?.creditsPending == 12)
        #expect(
            try LedgerVerifier.verify(path: ledger.path).problems == [
                "Record \(sequence) has not the deadline 0 that is kept for it."
            ])
    }

    /// With pages of everything, which takes small limits.
    private func fill(_ ledger: SampleLedger) async throws {
        var options = LedgerFile.Options()
        options.writer.replayMax = 200
        options.writer.recentIDs = 300
        let clock = ledger.clock
        options.now = { clock.now }
        let file = try LedgerFile(path: ledger.path, options: options)
        try await ledger.openAccounts(file)
        for _ in 0..<3 {
            clock.wait(10)
            let pending = ledger.pend(ledger.bank, ledger.ada, 5, for: 60_000)
            let open = ledger.pend(ledger.bank, ledger.ada, 5, for: 60_000)
            let batch = [pending, open, ledger.command(.post(pending.id, amount: nil))]
            let results = try await file.post(batch + (0..<500).map { _ in ledger.deposit(1) })
            #expect(results.allSatisfy { $0 == .created })
        }
        try file.close()
    }
}
