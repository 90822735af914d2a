import GRDBSQLite

/// Why the books could not be asked, or did not answer. None of them says that a command was
/// refused: that is a ``BookResult``.
public enum LedgerFault: Error, Hashable, CustomStringConvertible {
    /// The database said no: what it was doing, and what it said.
    case database(String)
    /// What is on disk is not what was written there.
    case corrupt(String)
    /// A commit failed before, or its outcome is unknown: the file must be opened again.
    case stopped(String)
    /// Too much is waiting already; ask again a little later.
    case busy
    /// More commands in one call than ``BookLimits/commandsMax``.
    case tooManyCommands(Int)

    public var description: String {
        switch self {
        case .database(let said): "The ledger's file could not be used: \(said)."
        case .corrupt(let what): "The ledger's file is damaged: \(what). Restore a backup."
        case .stopped(let why):
            "The ledger has stopped and keeps nothing more: \(why) Open it again to go on."
        case .busy: "The ledger has too much waiting; ask again in a moment."
        case .tooManyCommands(let count):
            "\(count) commands are too many for one call; send at most 65,536."
        }
    }
}

/// A prepared statement of the ledger, run through SQLite's own interface: the cost of every call
/// is multiplied by the number of records.
final class LedgerStatement {
    private let handle: OpaquePointer
    private let connection: OpaquePointer
    private let sql: String
    /// SQLite begins again when it is asked once more after the last row; we do not.
    private var isDone = false

    init(_ connection: OpaquePointer, _ sql: String) throws(LedgerFault) {
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(
            connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle else { throw Self.fault(connection, sql) }
        self.handle = handle
        self.connection = connection
        self.sql = sql
    }

    deinit { sqlite3_finalize(handle) }

    func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }
    func bind(_ index: Int32, _ value: UInt64) { bind(index, Int64(bitPattern: value)) }
    func bind(_ index: Int32, _ value: Int) { bind(index, Int64(value)) }

    /// The bytes must stay as they are until the statement has run.
    func bind(_ index: Int32, staying bytes: UnsafeRawBufferPointer) {
        sqlite3_bind_blob(handle, index, bytes.baseAddress, Int32(bytes.count), nil)
    }

    func bind(_ index: Int32, _ id: StoredID) {
        withUnsafeBytes(of: (id.high.bigEndian, id.low.bigEndian)) {
            _ = sqlite3_bind_blob(handle, index, $0.baseAddress, 16, Self.transient)
        }
    }

    /// Runs a statement that answers nothing.
    func run() throws(LedgerFault) {
        let code = sqlite3_step(handle)
        sqlite3_reset(handle)
        guard code == SQLITE_DONE else { throw Self.fault(connection, sql) }
    }

    /// The next row is there; when it is not, or no more rows are wanted, ``reset()`` is due.
    func step() throws(LedgerFault) -> Bool {
        if isDone { return false }
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            isDone = true
            return false
        default:
            let fault = Self.fault(connection, sql)
            sqlite3_reset(handle)
            throw fault
        }
    }

    func reset() {
        sqlite3_reset(handle)
        isDone = false
    }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
    func unsigned(_ column: Int32) -> UInt64 { UInt64(bitPattern: integer(column)) }
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    /// Valid until the next step.
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(
            start: start, count: Int(sqlite3_column_bytes(handle, column)))
    }

    static func fault(_ connection: OpaquePointer, _ sql: String) -> LedgerFault {
        let said = String(cString: sqlite3_errmsg(connection))
        let code = sqlite3_errcode(connection) & 0xFF
        if code == SQLITE_CORRUPT || code == SQLITE_NOTADB {
            return .corrupt("\(said), met by \"\(sql)\"")
        }
        return .database("\(said), met by \"\(sql)\"")
    }

    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
