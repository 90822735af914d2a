import Foundation
import GRDBSQLite

/// What SQLite itself does with a transfer as one row: a unique key of sixteen bytes in the order
/// of time, pointers to the row before of both accounts, and balances summed by batch. No result,
/// no limit, no state: a ceiling for any ledger made of rows, in the same minute on the same disk.
final class RawRows {
    private let connection: OpaquePointer
    private let insert, update, begin, commit: OpaquePointer
    private var sequence: Int64 = 0
    private var last: [Int64]
    private var balances: [Int64]
    private var isDirty: [Bool]
    private var dirty: [Int] = []

    init(path: String, accounts: Int) throws {
        var opened: OpaquePointer?
        // As the ledger opens its own: without a lock around every call.
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        guard sqlite3_open_v2(path, &opened, flags, nil) == SQLITE_OK, let opened else {
            throw BenchProblem("\(path) cannot be opened")
        }
        connection = opened
        let tables = """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA wal_autocheckpoint = 4000;
            PRAGMA cache_size = -16384;
            CREATE TABLE account(id INTEGER PRIMARY KEY, amount INTEGER NOT NULL);
            CREATE TABLE transfer(
                sequence INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE,
                debit INTEGER NOT NULL, credit INTEGER NOT NULL, amount INTEGER NOT NULL,
                debit_previous INTEGER, credit_previous INTEGER);
            WITH RECURSIVE number(n) AS
                (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < \(accounts))
            INSERT INTO account SELECT n, 0 FROM number;
            """
        guard sqlite3_exec(connection, tables, nil, nil, nil) == SQLITE_OK else {
            throw BenchProblem(String(cString: sqlite3_errmsg(connection)))
        }
        func prepare(_ connection: OpaquePointer, _ sql: String) throws -> OpaquePointer {
            var statement: OpaquePointer?
            guard
                sqlite3_prepare_v3(
                    connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
                    == SQLITE_OK, let statement
            else { throw BenchProblem(String(cString: sqlite3_errmsg(connection))) }
            return statement
        }
        insert = try prepare(connection, "INSERT INTO transfer VALUES (?, ?, ?, ?, ?, ?, ?)")
        update = try prepare(connection, "UPDATE account SET amount = ? WHERE id = ?")
        begin = try prepare(connection, "BEGIN IMMEDIATE")
        commit = try prepare(connection, "COMMIT")
        last = [Int64](repeating: 0, count: accounts)
        balances = last
        isDirty = [Bool](repeating: false, count: accounts)
    }

    deinit {
        for statement in [insert, update, begin, commit] { sqlite3_finalize(statement) }
        sqlite3_close(connection)
    }

    func post(_ transfers: [RawTransfer]) throws {
        try run(begin)
        for transfer in transfers {
            sequence += 1
            let debit = transfer.debit
            let credit = transfer.credit
            sqlite3_bind_int64(insert, 1, sequence)
            var id = (transfer.high.bigEndian, transfer.low.bigEndian)
            try withUnsafeBytes(of: &id) {
                _ = sqlite3_bind_blob(insert, 2, $0.baseAddress, 16, nil)
                sqlite3_bind_int64(insert, 3, Int64(debit))
                sqlite3_bind_int64(insert, 4, Int64(credit))
                sqlite3_bind_int64(insert, 5, transfer.amount)
                sqlite3_bind_int64(insert, 6, last[debit])
                sqlite3_bind_int64(insert, 7, last[credit])
                try run(insert)
            }
            last[debit] = sequence
            last[credit] = sequence
            balances[debit] += transfer.amount
            balances[credit] -= transfer.amount
            for account in [debit, credit] where !isDirty[account] {
                isDirty[account] = true
                dirty.append(account)
            }
        }
        for account in dirty {
            sqlite3_bind_int64(update, 1, balances[account])
            sqlite3_bind_int64(update, 2, Int64(account))
            try run(update)
            isDirty[account] = false
        }
        dirty.removeAll(keepingCapacity: true)
        try run(commit)
    }

    private func run(_ statement: OpaquePointer) throws {
        guard sqlite3_step(statement) == SQLITE_DONE else {
            throw BenchProblem(String(cString: sqlite3_errmsg(connection)))
        }
        sqlite3_reset(statement)
    }
}

/// Why a measurement is none.
struct BenchProblem: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

struct RawTransfer {
    let high: UInt64
    let low: UInt64
    let debit: Int
    let credit: Int
    let amount: Int64
}

/// Append four kibibytes, fdatasync, again: what one commit alone cannot be quicker than.
final class Appends {
    private let file: Int32
    private let block = [UInt8](repeating: 7, count: 4_096)

    init(path: String) {
        file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        precondition(file >= 0, "\(path) cannot be written")
    }

    deinit { close(file) }

    func append() {
        precondition(write(file, block, block.count) == block.count)
        precondition(fdatasync(file) == 0)
    }
}
