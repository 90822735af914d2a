import Foundation

/// What a column of a row holds, or a parameter of a statement: what both SQLite and PostgreSQL keep.
///
/// An identifier is its sixteen bytes, none is no bytes; a driver whose database keeps identifiers
/// otherwise translates them. A truth is one or zero.
public enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case text(String)
    case bytes(Data)
}

/// What can be a parameter and be read from a column.
public protocol DatabaseValueConvertible: Sendable {
    var sqlValue: SQLValue { get }

    /// `nil` when the column holds something else.
    init?(sqlValue: SQLValue)
}

extension Int64: DatabaseValueConvertible {
    public var sqlValue: SQLValue { .integer(self) }

    public init?(sqlValue: SQLValue) {
        guard case .integer(let value) = sqlValue else { return nil }
        self = value
    }
}

extension Int: DatabaseValueConvertible {
    public var sqlValue: SQLValue { .integer(Int64(self)) }

    public init?(sqlValue: SQLValue) {
        guard case .integer(let value) = sqlValue else { return nil }
        self.init(exactly: value)
    }
}

extension Bool: DatabaseValueConvertible {
    public var sqlValue: SQLValue { .integer(self ? 1 : 0) }

    public init?(sqlValue: SQLValue) {
        guard case .integer(let value) = sqlValue else { return nil }
        self = value != 0
    }
}

extension String: DatabaseValueConvertible {
    public var sqlValue: SQLValue { .text(self) }

    public init?(sqlValue: SQLValue) {
        guard case .text(let value) = sqlValue else { return nil }
        self = value
    }
}

extension Data: DatabaseValueConvertible {
    public var sqlValue: SQLValue { .bytes(self) }

    public init?(sqlValue: SQLValue) {
        guard case .bytes(let value) = sqlValue else { return nil }
        self = value
    }
}

/// The values of a statement's placeholders, in order.
public struct StatementArguments: ExpressibleByArrayLiteral, Sendable {
    package let values: [SQLValue]

    public init(arrayLiteral elements: (any DatabaseValueConvertible)?...) { self.init(elements) }

    public init(_ values: [(any DatabaseValueConvertible)?]) {
        self.values = values.map { $0?.sqlValue ?? .null }
    }

    public init(_ values: [any DatabaseValueConvertible]) {
        self.values = values.map(\.sqlValue)
    }

    package init(values: [SQLValue]) { self.values = values }

    /// The values of both, those of the first first.
    public static func + (first: Self, second: Self) -> Self {
        Self(values: first.values + second.values)
    }

    public static func += (first: inout Self, second: Self) { first = first + second }
}
