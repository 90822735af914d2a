/// A database that many tasks share, over a few connections.
///
/// Statements are written once for SQLite and PostgreSQL: placeholders are `?` or `?1`, identifiers
/// are sixteen bytes or none, and what only one of them understands asks for the ``Dialect``.
public protocol Pool: Sendable {
    var dialect: Dialect { get }

    /// Reads one snapshot: whatever others write meanwhile, every statement of `body` sees the same.
    /// It may be called again when the connection was lost, so nothing outside may be changed in it.
    func read<Value>(_ body: (Database) throws -> Value) throws -> Value

    /// Writes all that `body` does or, when it throws, nothing, as if nobody else wrote meanwhile. It
    /// may be called again when somebody else was first, so nothing outside may be changed in it.
    ///
    /// - Throws: ``DatabaseFault`` or what `body` throws.
    func write<Value>(_ body: (Database) throws -> Value) throws -> Value

    /// Gives every commit of the books that can be seen its place in the one order of all of them,
    /// where commits do not have it by themselves.
    func numberCommits() throws

    /// Empties a log that is written ahead of the database, where it is a file of ours; `false` while
    /// somebody reads from it.
    func emptyLog() throws -> Bool
}

extension Pool {
    public func numberCommits() throws {}
    public func emptyLog() throws -> Bool { true }
}

/// Whose SQL a connection understands, where the two differ.
public enum Dialect: Sendable {
    case sqlite
    case postgres
}

/// The database for the time of one read or write: one connection, and one transaction on it.
public final class Database {
    package let connection: any SQLConnection
    /// How many rows the last ``execute(sql:arguments:)`` changed.
    public private(set) var changesCount = 0

    public var dialect: Dialect { connection.dialect }

    package init(_ connection: any SQLConnection) { self.connection = connection }

    /// Runs a statement that returns no rows.
    public func execute(sql: String, arguments: StatementArguments = []) throws {
        changesCount = try connection.execute(sql, arguments.values)
    }

    /// Runs an insertion that ends with `RETURNING` of the number that the database gave the row.
    public func insert(sql: String, arguments: StatementArguments) throws -> Int64 {
        guard let number = try Int64.fetchOne(self, sql: sql, arguments: arguments) else {
            throw DatabaseFault.unreadable("a row that was inserted has no number")
        }
        return number
    }
}

/// One connection of a driver. Statements are prepared once for each text.
package protocol SQLConnection: AnyObject {
    var dialect: Dialect { get }

    func rows(_ sql: String, _ arguments: [SQLValue]) throws -> any RowSource

    /// - Returns: how many rows were changed.
    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int
}

/// Rows as a driver has them.
package protocol RowSource {
    func next() throws -> Row?
}

/// What kept a database from doing its work.
public enum DatabaseFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no connection, or none was free in time. Nothing was changed; it may be tried again.
    case unavailable(String)
    /// The connection was lost while the write was being kept: nobody can say whether it was.
    case unknownOutcome(String)
    /// Others were first so often that the write was given up. Nothing was changed.
    case overtaken(String)
    /// Another process does this work since: this one must not go on with it.
    case fenced(role: String)
    /// The database refused a statement.
    case refused(String)
    /// A row is not as this program writes it.
    case unreadable(String)

    public var description: String {
        switch self {
        case .unavailable(let sentence): "the database does not answer: \(sentence)"
        case .unknownOutcome(let sentence):
            "it is not known whether the database kept what was written: \(sentence)"
        case .overtaken(let sentence): "others wrote first, again and again: \(sentence)"
        case .fenced(let role): "another process has taken over the work \"\(role)\""
        case .refused(let sentence): "the database refused: \(sentence)"
        case .unreadable(let sentence): sentence
        }
    }

    /// Whether the same may succeed later.
    public var mayPass: Bool {
        switch self {
        case .unavailable, .unknownOutcome, .overtaken: true
        case .fenced, .refused, .unreadable: false
        }
    }
}
