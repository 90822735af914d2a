import Edges
import Foundation
import GRDB
import GRDBSQLite
import Ledger
import Rules
import Tables

/// SQLite as those who look and the edges know it, over the connections that GRDB keeps.
///
/// GRDB opens connections and transactions; statements are its prepared ones, stepped here, because a row
/// is read into what both databases have.
public struct SQLitePool: Pool {
    let pool: DatabasePool

    public init(_ pool: DatabasePool) { self.pool = pool }

    public var dialect: Dialect { .sqlite }

    public func read<Value>(_ body: (Tables.Database) throws -> Value) throws -> Value {
        try SQLitePool.naming {
            try pool.read { db in try body(Tables.Database(SQLiteConnection(db))) }
        }
    }

    public func write<Value>(_ body: (Tables.Database) throws -> Value) throws -> Value {
        try SQLitePool.naming {
            try pool.write { db in try body(Tables.Database(SQLiteConnection(db))) }
        }
    }

    public func emptyLog() throws -> Bool {
        do {
            _ = try pool.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
            return true
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            return false
        }
    }

    /// What GRDB says of a transaction, in the words of both databases.
    private static func naming<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            switch error.resultCode {
            case .SQLITE_BUSY: throw DatabaseFault.unavailable("\(error)")
            default: throw DatabaseFault.refused("\(error)")
            }
        }
    }
}

/// One connection, for the time of one read or write.
final class SQLiteConnection: SQLConnection {
    private let db: GRDB.Database
    private let handle: OpaquePointer
    /// What was asked for already: some ask the same for thousands of keys.
    private var known: [String: Prepared] = [:]

    init(_ db: GRDB.Database) throws {
        self.db = db
        handle = try db.connection
    }

    var dialect: Dialect { .sqlite }

    func rows(_ sql: String, _ arguments: [SQLValue]) throws -> any RowSource {
        try bound(sql, arguments)
    }

    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int {
        let rows = try bound(sql, arguments)
        while try rows.step() {}
        return Int(sqlite3_changes(handle))
    }

    private func bound(_ sql: String, _ arguments: [SQLValue]) throws -> SQLiteRows {
        let prepared: Prepared
        if let found = known[sql] {
            prepared = found
        } else {
            prepared = Prepared(try db.cachedStatement(sql: sql))
            known[sql] = prepared
        }
        // Its rows are being read just now, further out.
        let isBusy = sqlite3_stmt_busy(prepared.handle) != 0
        return try SQLiteRows(
            isBusy ? Prepared(try db.makeStatement(sql: sql)) : prepared, arguments, handle, sql)
    }
}

/// A statement with the names of its columns, which are read once.
private final class Prepared {
    /// Keeps the handle alive.
    private let statement: GRDB.Statement
    let handle: OpaquePointer
    private(set) lazy var names = (0..<sqlite3_column_count(handle)).map {
        String(cString: sqlite3_column_name(handle, $0))
    }

    init(_ statement: GRDB.Statement) {
        self.statement = statement
        handle = statement.sqliteStatement
    }
}

/// The rows of one run of a statement.
private final class SQLiteRows: RowSource {
    private let prepared: Prepared
    private let handle: OpaquePointer
    private let connection: OpaquePointer
    private let sql: String
    private var isOver = false

    init(
        _ prepared: Prepared, _ arguments: [SQLValue], _ connection: OpaquePointer,
        _ sql: String
    ) throws {
        self.prepared = prepared
        self.connection = connection
        self.sql = sql
        handle = prepared.handle
        guard Int(sqlite3_bind_parameter_count(handle)) == arguments.count else {
            throw DatabaseFault.refused("\(arguments.count) values were given for: \(sql)")
        }
        for (index, value) in arguments.enumerated() { bind(Int32(index + 1), value) }
    }

    deinit { end() }

    /// Leaves the statement to the next who asks, once.
    private func end() {
        guard !isOver else { return }
        isOver = true
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    private func bind(_ index: Int32, _ value: SQLValue) {
        switch value {
        case .null: sqlite3_bind_null(handle, index)
        case .integer(let number): sqlite3_bind_int64(handle, index, number)
        case .text(var text):
            text.withUTF8 { bytes in
                _ = bytes.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text64(
                        handle, index, $0.baseAddress, UInt64($0.count), Self.transient,
                        UInt8(SQLITE_UTF8))
                }
            }
        case .bytes(let data):
            _ = data.withUnsafeBytes { bytes in
                // No bytes are not NULL.
                if let start = bytes.baseAddress, !bytes.isEmpty {
                    sqlite3_bind_blob64(
                        handle, index, start, UInt64(bytes.count), Self.transient)
                } else {
                    sqlite3_bind_zeroblob(handle, index, 0)
                }
            }
        }
    }

    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// Whether there is another row.
    func step() throws -> Bool {
        guard !isOver else { return false }
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            end()
            return false
        case SQLITE_BUSY: throw DatabaseFault.unavailable("SQLite is busy (\(sql))")
        default:
            throw DatabaseFault.refused("\(String(cString: sqlite3_errmsg(connection))) (\(sql))")
        }
    }

    func next() throws -> Tables.Row? {
        guard try step() else { return nil }
        let names = prepared.names
        return Tables.Row(names: names, values: (0..<Int32(names.count)).map(value))
    }

    private func value(_ column: Int32) -> SQLValue {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: .integer(sqlite3_column_int64(handle, column))
        case SQLITE_TEXT: .text(String(decoding: bytes(column), as: UTF8.self))
        case SQLITE_BLOB: .bytes(Data(bytes(column)))
        default: .null
        }
    }

    private func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(
            start: start, count: Int(sqlite3_column_bytes(handle, column)))
    }
}

/// The books of one process: what it has in memory of the causes, and the journal in the same file.
struct SQLiteBooks: KeptBooks {
    let pool: DatabasePool
    /// Those of the store that writes; without them the newest causes are looked through on disk.
    let causes: RecentCauses?

    func hasCause(_ cause: Cause) throws -> Bool {
        guard let causes else { return try isStored(cause) }
        // In this order: a cause is in the index before it leaves memory.
        if causes.sequence(of: cause) != nil { return true }
        return try pool.read { db in
            try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM cause_index WHERE id = ?)",
                arguments: [cause.data]) ?? false
        }
    }

    private func isStored(_ cause: Cause) throws -> Bool {
        try pool.read { db in
            // The newest are not in the index yet.
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM cause_index WHERE id = ?1)
                        OR EXISTS (SELECT 1 FROM cause WHERE id = ?1
                            AND sequence > (SELECT sequence FROM cause_indexed))
                    """,
                arguments: [cause.data]) ?? false
        }
    }

    func verify(atMost limit: Int64) throws -> BooksReport? {
        try pool.read { db in
            let last = try Int64.fetchOne(db, sql: "SELECT max(sequence) FROM transfer") ?? 0
            return last <= limit ? try Verifier.verify(db) : nil
        }
    }
}

extension EdgeStore {
    public init(pool: DatabasePool) { self.init(pool: SQLitePool(pool)) }
}

extension StoreFigures {
    public init(pool: DatabasePool) { self.init(pool: SQLitePool(pool)) }
}

extension Reader {
    /// - Parameter causes: those of the store that writes; without them the newest causes are looked
    ///   through on disk.
    public init(pool: DatabasePool, causes: RecentCauses? = nil) {
        self.init(pool: SQLitePool(pool), books: SQLiteBooks(pool: pool, causes: causes))
    }
}

extension Reader {
    static func house(_ db: GRDB.Database) throws -> House {
        try house(Tables.Database(SQLiteConnection(db)))
    }
}
