import Banking
import Foundation
import GRDB
import Ledger
import Money

/// Recomputes the whole of the books from the journal: every hash, every balance, every pointer.
public struct Verifier {
    public struct Report: Sendable {
        public internal(set) var commits: Int64 = 0
        public internal(set) var transfers: Int64 = 0
        public internal(set) var accounts: Int64 = 0
        /// One sentence for each thing that is wrong; empty means the books are right.
        public internal(set) var problems: [String] = []
        public internal(set) var lastHash = ""
    }

    static let problemsMax = 100

    /// Two lower-case digits a byte.
    static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    public static func verify(pool: DatabasePool) throws -> Report {
        try pool.read { db in try verify(db) }
    }

    static func verify(_ db: Database) throws -> Report {
        var report = Report()
        var balances: [Int64: Int64] = [:]
        var lastTransfer: [Int64: Int64] = [:]
        func problem(_ sentence: String) {
            if report.problems.count < problemsMax { report.problems.append(sentence) }
        }

        let accountRows = try Row.fetchCursor(db, sql: "SELECT * FROM account ORDER BY id")
        let transferRows = try Row.fetchCursor(
            db,
            sql: """
                SELECT t.*, k.id AS cause_id FROM transfer t
                LEFT JOIN cause k ON k.sequence = t.cause ORDER BY t.sequence
                """)
        let commitRows = try Row.fetchCursor(db, sql: "SELECT * FROM book_commit ORDER BY sequence")
        var chain = Chain.start
        var assets: [Int64: String] = [:]
        var nextAccount = try accountRows.next()?.copy()
        var nextTransfer = try transferRows.next()?.copy()
        while let commit = try commitRows.next() {
            report.commits += 1
            let sequence: Int64 = commit["sequence"]
            if sequence != report.commits {
                problem("Commit \(report.commits) is missing.")
                break
            }
            chain.begin(at: Instant(milliseconds: commit["at"]))
            let firstAccount: Int64 = commit["first_account"]
            let accounts: Int64 = commit["accounts"]
            let firstTransfer: Int64 = commit["first_transfer"]
            let transfers: Int64 = commit["transfers"]
            // Accounts are opened as the first transfer that needs them is written.
            func takeAccount(upTo id: Int64) throws {
                while let row = nextAccount, (row["id"] as Int64) <= id {
                    let data: Data = row["customer"]
                    let item: Data = row["item"]
                    let asset: String = row["asset"]
                    _ = chain.open(
                        kind: row["kind"], customer: Blob(Array(data)) ?? .empty,
                        item: Blob(Array(item)) ?? .empty, asset: asset)
                    assets[row["id"]] = asset
                    report.accounts += 1
                    nextAccount = try accountRows.next()?.copy()
                }
            }
            for expected in firstTransfer..<(firstTransfer + transfers) {
                guard let row = nextTransfer, (row["sequence"] as Int64) == expected else {
                    problem("Transfer \(expected) is missing.")
                    continue
                }
                let debit: Int64 = row["debit"]
                let credit: Int64 = row["credit"]
                let amount: Int64 = row["amount"]
                let highest = max(debit, credit)
                if highest >= firstAccount, highest < firstAccount + accounts {
                    try takeAccount(upTo: highest)
                }
                let cause: Data? = row["cause_id"]
                if cause == nil { problem("Transfer \(expected) names a cause that is not there.") }
                _ = chain.append(
                    cause: cause.flatMap { Cause(data: $0) } ?? Cause(high: 0, low: 0),
                    debit: debit,
                    credit: credit, amount: amount, reason: row["reason"])
                if assets[debit] == nil || assets[debit] != assets[credit] {
                    problem("Transfer \(expected) joins accounts of different assets.")
                }
                if (row["debit_previous"] as Int64?) != lastTransfer[debit]
                    || (row["credit_previous"] as Int64?) != lastTransfer[credit]
                {
                    problem("Transfer \(expected) does not point to the one before it.")
                }
                balances[debit, default: 0] += amount
                balances[credit, default: 0] -= amount
                lastTransfer[debit] = expected
                lastTransfer[credit] = expected
                report.transfers += 1
                nextTransfer = try transferRows.next()?.copy()
            }
            let sealed = chain.seal()
            let hash: Data = commit["hash"]
            if Array(hash) != sealed.hash {
                problem("The hash of commit \(sequence) does not fit its transfers.")
            }
            report.lastHash = hex(sealed.hash)
            if report.problems.count >= problemsMax { break }
        }
        if let row = nextTransfer {
            problem("Transfer \(row["sequence"] as Int64) belongs to no commit.")
        }

        var sums: [String: Int64] = [:]
        let stored = try Row.fetchCursor(db, sql: "SELECT * FROM account")
        while let row = try stored.next() {
            let id: Int64 = row["id"]
            let amount: Int64 = row["amount"]
            sums[row["asset"], default: 0] += amount
            if amount != balances[id, default: 0] {
                problem(
                    "Account \(id) says \(amount); its transfers say \(balances[id, default: 0]).")
            }
            if (row["last_transfer"] as Int64?) != lastTransfer[id] {
                problem("Account \(id) does not point to its last transfer.")
            }
            if let account = Account(row), let side = account.side {
                let wrong = side == .debit ? amount < 0 : amount > 0
                if wrong { problem("Account \(account.name) is on the wrong side of zero.") }
            }
        }
        for (asset, sum) in sums where sum != 0 {
            problem("The accounts of \(asset) sum to \(sum), not to zero.")
        }
        return report
    }
}
