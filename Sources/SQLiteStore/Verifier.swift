import Banking
import Edges
import Foundation
import GRDB
import Ledger
import Money
import Rows

/// Recomputes the whole of the books from the journal: every hash, every balance, every pointer.
public struct Verifier {
    public typealias Report = BooksReport

    static let problemsMax = 100

    public static func verify(pool: DatabasePool) throws -> Report {
        try pool.read { db in try verify(db) }
    }

    static func verify(_ db: Database) throws -> Report {
        var report = Report()
        // Wide enough for whatever the rows say: each amount has 64 bits.
        var balances: [Int64: Int128] = [:]
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
        var begin: Int64 = 1
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
            let (end, isBeyond) = firstTransfer.addingReportingOverflow(transfers)
            guard firstTransfer == begin, transfers >= 0, !isBeyond, accounts >= 0,
                firstAccount > 0, !firstAccount.addingReportingOverflow(accounts).overflow
            else {
                problem("Commit \(sequence) counts its transfers or accounts wrong.")
                break
            }
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
            var expected = begin
            while expected < end {
                guard let row = nextTransfer, (row["sequence"] as Int64) < end else {
                    problem("Transfers \(expected) to \(end - 1) are missing.")
                    break
                }
                let found: Int64 = row["sequence"]
                if found != expected {
                    problem("Transfers \(expected) to \(found - 1) are missing.")
                    expected = found
                }
                defer { expected += 1 }
                if (row["book_commit"] as Int64) != sequence {
                    problem("Transfer \(expected) names another commit than \(sequence).")
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
                balances[debit, default: 0] += Int128(amount)
                balances[credit, default: 0] -= Int128(amount)
                lastTransfer[debit] = expected
                lastTransfer[credit] = expected
                report.transfers += 1
                nextTransfer = try transferRows.next()?.copy()
            }
            begin = end
            let sealed = chain.seal()
            if sealed.firstAccount != firstAccount || sealed.accounts != accounts {
                problem("Commit \(sequence) did not open the accounts that it counts.")
            }
            let hash: Data = commit["hash"]
            if Array(hash) != sealed.hash {
                problem("The hash of commit \(sequence) does not fit its transfers.")
            }
            report.lastHash = BooksReport.hex(sealed.hash)
            if report.problems.count >= problemsMax { break }
        }
        if let row = nextTransfer {
            problem("Transfer \(row["sequence"] as Int64) belongs to no commit.")
        }
        if let row = nextAccount {
            problem("Account \(row["id"] as Int64) was opened by no commit.")
        }
        for sentence in try causes(db, commits: report.commits) { problem(sentence) }

        var sums: [String: Int128] = [:]
        let stored = try Row.fetchCursor(db, sql: "SELECT * FROM account")
        while let row = try stored.next() {
            let id: Int64 = row["id"]
            let amount: Int64 = row["amount"]
            sums[row["asset"], default: 0] += Int128(amount)
            if Int128(amount) != balances[id, default: 0] {
                problem(
                    "Account \(id) says \(amount); its transfers say \(balances[id, default: 0]).")
            }
            if (row["last_transfer"] as Int64?) != lastTransfer[id] {
                problem("Account \(id) does not point to its last transfer.")
            }
            let account = Account(kind: row["kind"], data: row["customer"], item: row["item"])
            if let account, let side = account.side {
                let wrong = side == .debit ? amount < 0 : amount > 0
                if wrong { problem("Account \(account.name) is on the wrong side of zero.") }
            }
        }
        for (asset, sum) in sums where sum != 0 {
            problem("The accounts of \(asset) sum to \(sum), not to zero.")
        }
        return report
    }

    /// What is wrong with the causes: each is carried out once, by a commit that is there, and the
    /// index knows all up to the one it says. A cause it forgot would be carried out again.
    private static func causes(_ db: Database, commits: Int64) throws -> [String] {
        let indexed = try Int64.fetchAll(db, sql: "SELECT sequence FROM cause_indexed")
        guard indexed.count == 1, let last = indexed.first else {
            return ["The index of causes does not say how far it goes."]
        }
        func count(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
            try Int.fetchOne(db, sql: sql, arguments: arguments) ?? 0
        }
        var problems: [String] = []
        func report(_ count: Int, _ sentence: String) {
            if count > 0 { problems.append("\(count) \(sentence)") }
        }
        if last != 0, try count("SELECT count(*) FROM cause WHERE sequence = ?", [last]) == 0 {
            problems.append("The index of causes goes to \(last), which is no cause.")
        }
        report(
            try count(
                "SELECT count(*) FROM cause WHERE sequence >> 20 NOT BETWEEN 1 AND ?", [commits]),
            "causes belong to no commit.")
        report(
            try count(
                """
                SELECT count(*) FROM cause_index i LEFT JOIN cause k ON k.sequence = i.sequence
                WHERE k.id IS NOT i.id
                """), "entries of the index of causes name another cause, or none.")
        // Entries are distinct by id, and each names its own cause: as many as there are causes is all.
        report(
            abs(
                try count("SELECT count(*) FROM cause WHERE sequence <= ?", [last])
                    - count("SELECT count(*) FROM cause_index WHERE sequence <= ?", [last])),
            "causes are missing from their index, or were carried out twice.")
        report(
            try count(
                "SELECT count(*) - count(DISTINCT id) FROM cause WHERE sequence > ?", [last]),
            "causes were carried out twice.")
        report(
            try count(
                """
                SELECT count(*) FROM cause k JOIN cause_index i ON i.id = k.id
                WHERE k.sequence > ? AND i.sequence <> k.sequence
                """, [last]), "causes were carried out twice.")
        return problems
    }
}
