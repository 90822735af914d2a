import Foundation
import Tables

/// One connection of those who look and of the edges, with what it has prepared.
final class PostgresSession {
    let connection: Connection
    private var prepared: [String: Prepared] = [:]
    private var number = 0
    private let transactions: [Statement]

    struct Prepared {
        let statement: Statement
        let types: [UInt32]
    }

    /// Statements that one connection keeps prepared; a program has a few hundred.
    private static let preparedMax = 1_000

    /// A process that is frozen in the middle of a write must not hold its rows for longer than the
    /// server waits for it, and a question that takes longer than anybody would wait is ended.
    private static let settings = """
        SELECT set_config('synchronous_commit', 'on', false)
            WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write');
        SET idle_in_transaction_session_timeout = '5s';
        SET lock_timeout = '8s';
        SET statement_timeout = '20s';
        SET client_min_messages = warning;
        SET jit = off;
        """

    /// - Parameter transactions: the statements that begin and end them.
    init(
        _ address: String, application: String, transactions: [Statement]
    ) throws(PostgresFault) {
        connection = try Connection(
            address, application: application, settings: PostgresSession.settings)
        self.transactions = transactions
        try connection.prepare(transactions)
    }

    /// Prepares the statement, or finds it prepared.
    func prepare(_ sql: String) throws(PostgresFault) -> Prepared {
        if let known = prepared[sql] { return known }
        if prepared.count >= Self.preparedMax {
            try connection.execute("DEALLOCATE ALL")
            prepared.removeAll()
            try connection.prepare(transactions)
        }
        number += 1
        let name = "s\(number)"
        let types = try connection.prepare(finding: name, Placeholders.numbered(sql))
        let found = Prepared(statement: Statement(name: name, sql: sql, types: types), types: types)
        prepared[sql] = found
        return found
    }
}

/// A transaction on a connection, as the statements of the edges see it.
final class PostgresTransaction: SQLConnection {
    private let session: PostgresSession
    /// What is sent before the first statement, in one way with it.
    private var opening: [Request]

    init(_ session: PostgresSession, opening: [Request]) {
        self.session = session
        self.opening = opening
    }

    var dialect: Dialect { .postgres }

    /// Whether something was sent, and a transaction is open.
    var isOpen: Bool { opening.isEmpty }

    func rows(_ sql: String, _ arguments: [SQLValue]) throws -> any RowSource {
        PostgresRows(try run(sql, arguments))
    }

    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int {
        try run(sql, arguments).changes
    }

    private func run(_ sql: String, _ arguments: [SQLValue]) throws -> Answer {
        // Outside of the transaction's first way: preparing needs none.
        let prepared = try session.prepare(sql)
        guard prepared.types.count == arguments.count else {
            throw DatabaseFault.refused("\(arguments.count) values were given for: \(sql)")
        }
        var parameters: [Parameter] = []
        parameters.reserveCapacity(arguments.count)
        for (value, type) in zip(arguments, prepared.types) {
            parameters.append(try Self.parameter(value, type, sql))
        }
        let requests = opening + [Request(prepared.statement, parameters)]
        opening = []
        let answers = try session.connection.run(requests)
        return answers[answers.count - 1]
    }

    /// The value as the server's type of the parameter has it. Object ids of types are the same in every
    /// PostgreSQL (its `pg_type.dat`).
    private static func parameter(_ value: SQLValue, _ type: UInt32, _ sql: String) throws
        -> Parameter
    {
        func refuse() -> DatabaseFault { .refused("\(value) is not of type \(type) in: \(sql)") }
        switch (value, type) {
        case (.null, _): return .null
        case (.integer(let number), 20): return .integer(number)
        case (.integer(let number), 23):
            guard let small = Int32(exactly: number) else { throw refuse() }
            return .small(small)
        case (.integer(let number), 21):
            guard let tiny = Int16(exactly: number) else { throw refuse() }
            return .tiny(tiny)
        case (.integer(let number), 16): return .bool(number != 0)
        case (.text(let text), 25), (.text(let text), 1043):
            // PostgreSQL has no zero byte in a text, and what people type may have one.
            return .text(
                text.utf8.contains(0) ? text.replacing("\0", with: "\u{FFFD}") : text)
        case (.bytes(let bytes), 17): return .bytes(Array(bytes))
        case (.bytes(let bytes), 2950):
            if bytes.isEmpty { return .key(.none) }
            guard let key = Key(bytes) else { throw refuse() }
            return .key(key)
        default: throw refuse()
        }
    }
}

/// The rows of an answer, all of which are here.
private final class PostgresRows: RowSource {
    private let answer: Answer
    private let names: [String]
    private let types: [UInt32]
    private var row = 0

    init(_ answer: Answer) {
        self.answer = answer
        names = answer.rows > 0 ? answer.names : []
        types = answer.rows > 0 ? answer.types : []
    }

    func next() throws -> Row? {
        guard row < answer.rows else { return nil }
        defer { row += 1 }
        var values: [SQLValue] = []
        values.reserveCapacity(types.count)
        for (column, type) in types.enumerated() {
            values.append(try value(column, type))
        }
        return Row(names: names, values: values)
    }

    private func value(_ column: Int, _ type: UInt32) throws -> SQLValue {
        if answer.isNull(row, column) { return .null }
        switch type {
        case 20, 21, 23: return .integer(answer.integer(row, column))
        case 16: return .integer(answer.value(row, column).first == 1 ? 1 : 0)
        case 25, 1043, 19: return .text(answer.text(row, column))
        case 17: return .bytes(Data(answer.value(row, column)))
        case 2950:
            let key = answer.key(row, column)
            return .bytes(key == .none ? Data() : Data(answer.value(row, column)))
        case 1700:
            guard let number = Int64(numeric: answer.value(row, column)) else {
                throw DatabaseFault.unreadable("\(names[column]) is no whole number of 64 bits")
            }
            return .integer(number)
        default:
            throw DatabaseFault.unreadable(
                "\(names[column]) is of type \(type), which nobody reads")
        }
    }
}

extension Key {
    fileprivate init?(_ bytes: Data) {
        guard bytes.count == 16 else { return nil }
        let words = bytes.withUnsafeBytes { $0.loadUnaligned(as: (UInt64, UInt64).self) }
        self.init(high: words.0.bigEndian, low: words.1.bigEndian)
    }
}

extension Int64 {
    /// A `numeric` in its binary form, as sums come: how many digits there are of four decimals each, the
    /// weight of the first, the sign, how many decimals are shown, the digits. `nil` unless it is whole and
    /// has 64 bits.
    init?(numeric bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 8, bytes.count.isMultiple(of: 2) else { return nil }
        func word(_ index: Int) -> UInt16 {
            UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
        }
        let count = Int(word(0))
        let weight = Int(Int16(bitPattern: word(1)))
        guard bytes.count == 8 + 2 * count, word(2) == 0 || word(2) == 0x4000, weight < 6,
            count <= weight + 1
        else {
            // Zero has no digits, and its weight says nothing.
            guard bytes.count == 8, count == 0, word(2) == 0 else { return nil }
            self = 0
            return
        }
        var sum: Int128 = 0
        for index in 0...Swift.max(weight, 0) {
            sum = sum * 10_000 + (index < count ? Int128(word(4 + index)) : 0)
        }
        self.init(exactly: word(2) == 0 ? sum : -sum)
    }
}
