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
