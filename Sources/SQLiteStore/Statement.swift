import GRDBSQLite
import Rows
import Rules

/// A prepared statement on the writer's connection, for rows written by the thousand.
///
/// GRDB owns the connection; only the posting loop speaks to SQLite directly, because that is where
/// every microsecond is multiplied.
final class Statement {
    private let handle: OpaquePointer
    private let connection: OpaquePointer
    private var packed: [UInt8] = []

    init(_ connection: OpaquePointer, _ sql: String) throws {
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(
            connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle else { throw SQLiteFault(connection, sql) }
        self.handle = handle
        self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }

    func bind(_ index: Int32, _ value: Int64?) {
        if let value { bind(index, value) } else { sqlite3_bind_null(handle, index) }
    }

    func bind(_ index: Int32, _ text: String) {
        var text = text
        text.withUTF8 { bytes in
            _ = bytes.withMemoryRebound(to: CChar.self) {
                sqlite3_bind_text(handle, index, $0.baseAddress, Int32($0.count), Self.transient)
            }
        }
    }

    func bind(_ index: Int32, _ blob: Blob) {
        let size = Int32(blob.size)
        _ = withUnsafeBytes(of: (blob.high.bigEndian, blob.low.bigEndian)) {
            sqlite3_bind_blob(handle, index, $0.baseAddress, size, Self.transient)
        }
    }

    func bind(_ index: Int32, _ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes {
            sqlite3_bind_blob(handle, index, $0.baseAddress, Int32($0.count), Self.transient)
        }
    }

    /// The stored form of a value.
    func bind(_ index: Int32, packing value: some Packable) {
        packed.removeAll(keepingCapacity: true)
        value.pack(onto: &packed)
        bind(index, packed)
    }

    func bind(_ index: Int32, _ bytes: UnsafeRawBufferPointer) {
        sqlite3_bind_blob(
            handle, index, bytes.baseAddress, Int32(bytes.count), Self.transient)
    }

    func bind(_ index: Int32, _ text: String?) {
        if let text { bind(index, text) } else { sqlite3_bind_null(handle, index) }
    }

    /// Runs a statement that returns nothing.
    func run() throws {
        defer { sqlite3_reset(handle) }
        guard sqlite3_step(handle) == SQLITE_DONE else { throw SQLiteFault(connection, "step") }
    }

    /// Rows that the connection's last statement changed.
    var changes: Int32 { sqlite3_changes(connection) }

    /// Runs a query, calling `row` for each of its rows.
    func each(_ row: (Statement) throws -> Void) throws {
        defer { sqlite3_reset(handle) }
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW: try row(self)
            case SQLITE_DONE: return
            default: throw SQLiteFault(connection, "step")
            }
        }
    }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func bytes(_ column: Int32) -> [UInt8] {
        let count = Int(sqlite3_column_bytes(handle, column))
        guard count > 0, let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    func text(_ column: Int32) -> String {
        let count = Int(sqlite3_column_bytes(handle, column))
        guard count > 0, let start = sqlite3_column_blob(handle, column) else { return "" }
        return String(
            decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// `nil` for bytes that are neither an identifier nor none.
    func blob(_ column: Int32) -> Blob? {
        let count = Int(sqlite3_column_bytes(handle, column))
        guard count > 0, let start = sqlite3_column_blob(handle, column) else { return .empty }
        guard count == 16 else { return nil }
        let words = start.loadUnaligned(as: (UInt64, UInt64).self)
        return Blob(high: words.0.bigEndian, low: words.1.bigEndian)
    }

    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}

/// What SQLite said when it could not do its work.
public struct SQLiteFault: Error, CustomStringConvertible {
    public let description: String

    init(_ connection: OpaquePointer, _ doing: String) {
        description = "SQLite: \(String(cString: sqlite3_errmsg(connection))) (\(doing))"
    }

    init(_ sentence: String) { description = sentence }
}
