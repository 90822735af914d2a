/// A row that was read, with all it holds: it outlives the statement.
public struct Row: Sendable {
    package let names: [String]
    package let values: [SQLValue]

    package init(names: [String], values: [SQLValue]) {
        self.names = names
        self.values = values
    }

    /// The column of this name; a statement that has none, or one that may be NULL or of another kind, is a
    /// bug.
    public subscript<Value: DatabaseValueConvertible>(_ name: String) -> Value {
        self[place(of: name)]
    }

    /// The column of this name; `nil` for NULL.
    public subscript<Value: DatabaseValueConvertible>(_ name: String) -> Value? {
        self[place(of: name)]
    }

    /// The column at this place; the first is 0.
    public subscript<Value: DatabaseValueConvertible>(_ place: Int) -> Value {
        guard let value = Value(sqlValue: values[place]) else {
            preconditionFailure("column \(names[place]) holds no \(Value.self)")
        }
        return value
    }

    /// The column at this place; `nil` for NULL.
    public subscript<Value: DatabaseValueConvertible>(_ place: Int) -> Value? {
        if case .null = values[place] { return nil }
        return self[place] as Value
    }

    private func place(of name: String) -> Int {
        guard let place = names.firstIndex(of: name) else {
            preconditionFailure("the statement has no column \(name)")
        }
        return place
    }
}

/// The rows of a statement, one after the other. It must not outlive the read or write it belongs to.
public struct RowCursor {
    private let source: any RowSource

    fileprivate init(_ source: any RowSource) { self.source = source }

    /// `nil` after the last.
    public func next() throws -> Row? { try source.next() }
}

/// The first columns of a statement's rows, one after the other.
public struct ValueCursor<Value: DatabaseValueConvertible> {
    fileprivate let rows: RowCursor

    public func next() throws -> Value? { try rows.next().map { $0[0] } }
}

extension Row {
    public static func fetchCursor(
        _ db: Database, sql: String, arguments: StatementArguments = []
    ) throws -> RowCursor {
        RowCursor(try db.connection.rows(sql, arguments.values))
    }

    public static func fetchAll(
        _ db: Database, sql: String, arguments: StatementArguments = []
    ) throws -> [Row] {
        let source = try db.connection.rows(sql, arguments.values)
        var rows: [Row] = []
        while let row = try source.next() { rows.append(row) }
        return rows
    }

    /// The first row; `nil` when there is none.
    public static func fetchOne(
        _ db: Database, sql: String, arguments: StatementArguments = []
    ) throws -> Row? {
        try db.connection.rows(sql, arguments.values).next()
    }
}

extension DatabaseValueConvertible {
    public static func fetchCursor(
        _ db: Database, sql: String, arguments: StatementArguments = []
    ) throws -> ValueCursor<Self> {
        ValueCursor(rows: try Row.fetchCursor(db, sql: sql, arguments: arguments))
    }

    /// The first column of every row.
    public static func fetchAll(
        _ db: Database, sql: String, arguments: StatementArguments = []
    ) throws -> [Self] {
        let source = try db.connection.rows(sql, arguments.values)
        var values: [Self] = []
        while let row = try source.next() { values.append(row[0]) }
        return values
    }

    /// The first column of the first row; `nil` when there is no row, or for NULL.
    public static func fetchOne(
        _ db: Database, sql: String, arguments: StatementArguments = []
    ) throws -> Self? {
        try db.connection.rows(sql, arguments.values).next().flatMap { $0[0] as Self? }
    }
}
