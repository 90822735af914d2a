import Banking
import Engine
import Foundation
import Ledger
import Rows
import Rules
import Tables

/// What the edges keep for themselves, none of it money: outgoing work, bank files, processor
/// events, sign-in links and sessions.
public struct EdgeStore: Sendable {
    let pool: any Pool

    public init(pool: any Pool) { self.pool = pool }

    // MARK: Outgoing work

    public struct OutgoingRow: Sendable {
        public let id: OutgoingID
        public let customer: CustomerID?
        public let outgoing: Outgoing
        public let attempts: Int
    }

    /// Which piece of outgoing work: its number, or its place in a commit of its customer.
    public struct OutgoingID: Hashable, Sendable, CustomStringConvertible {
        fileprivate enum Key: Hashable {
            case number(Int64)
            case place(customer: Data, version: Int64, place: Int64)
        }

        fileprivate let key: Key

        fileprivate init(_ row: Row, _ dialect: Dialect) {
            switch dialect {
            case .sqlite: key = .number(row["id"])
            case .postgres:
                key = .place(
                    customer: row["customer"], version: row["version"], place: row["place"])
            }
        }

        public var description: String {
            switch key {
            case .number(let number): "\(number)"
            case .place(let customer, let version, let place):
                "\(CustomerID(data: customer).map { "\($0)" } ?? "house") \(version) \(place)"
            }
        }

        /// What finds its row, with placeholders behind `count` others.
        fileprivate func found(behind count: Int) -> String {
            switch key {
            case .number: "id = ?\(count + 1)"
            case .place:
                "customer = ?\(count + 1) AND version = ?\(count + 2) AND place = ?\(count + 3)"
            }
        }

        fileprivate var arguments: [(any DatabaseValueConvertible)?] {
            switch key {
            case .number(let number): [number]
            case .place(let customer, let version, let place): [customer, version, place]
            }
        }
    }

    public func dueOutgoing(at now: Instant, limit: Int) throws -> [OutgoingRow] {
        try pool.read { db in
            let order = db.dialect == .sqlite ? "id" : "customer, version, place"
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM outbox WHERE done_at IS NULL AND due <= ?
                    ORDER BY due, \(order) LIMIT ?
                    """,
                arguments: [now.milliseconds, limit]
            ).map { row in
                OutgoingRow(
                    id: OutgoingID(row, db.dialect), customer: CustomerID(data: row["customer"]),
                    outgoing: try Outgoing(packed: Array(row["content"] as Data)),
                    attempts: row["attempts"])
            }
        }
    }

    public func outgoingDone(_ id: OutgoingID, at now: Instant, failure: String? = nil) throws {
        try pool.write { db in
            try db.execute(
                sql: """
                    UPDATE outbox SET done_at = ?1, failure = ?2 WHERE \(id.found(behind: 2))
                    """,
                arguments: StatementArguments([now.milliseconds, failure] + id.arguments))
        }
    }

    public func outgoingFailed(_ id: OutgoingID, again: Instant, failure: String) throws {
        try pool.write { db in
            try db.execute(
                sql: """
                    UPDATE outbox SET attempts = attempts + 1, due = ?1, failure = ?2
                    WHERE \(id.found(behind: 2))
                    """,
                arguments: StatementArguments([again.milliseconds, failure] + id.arguments))
        }
    }

    public func outgoingWaiting() throws -> Int {
        try pool.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox WHERE done_at IS NULL") ?? 0
        }
    }

    // MARK: Bank files

    public struct BankFile: Sendable {
        public let name: String
        public let direction: String
        public let digest: Data
        public let bytes: Data
        public let at: Instant
        public let state: String
        public let report: String
        /// Of all its bytes, wherever they are kept.
        public let size: Int64
        /// Entries that have been looked at since it began to be applied, and how many there are.
        public var progress: (done: Int64, of: Int64?) = (0, nil)

        public init(
            name: String, direction: String, digest: Data, bytes: Data, at: Instant, state: String,
            report: String, size: Int64? = nil
        ) {
            self.size = size ?? Int64(bytes.count)
            self.name = name
            self.direction = direction
            self.digest = digest
            self.bytes = bytes
            self.at = at
            self.state = state
            self.report = report
        }
    }

    /// Keeps a file before anything is read of it; `false` when the same name is kept already.
    @discardableResult
    public func keep(_ file: BankFile) throws -> Bool {
        try pool.write { db in
            try db.execute(
                sql: """
                    INSERT INTO bank_file(
                        name, direction, digest, bytes, at, state, report, size)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                    """,
                arguments: [
                    file.name, file.direction, file.digest, file.bytes, file.at.milliseconds,
                    file.state, file.report, file.size,
                ])
            return db.changesCount > 0
        }
    }

    /// Puts the bytes into a file that was being gathered.
    public func complete(bankFile name: String, bytes: Data, digest: Data, state: String) throws {
        try pool.write { db in
            try db.execute(
                sql: """
                    UPDATE bank_file SET bytes = ?, digest = ?, state = ?, size = ? WHERE name = ?
                    """,
                arguments: [bytes, digest, state, bytes.count, name])
        }
    }

    public func mark(bankFile name: String, state: String, report: String) throws {
        try pool.write { db in
            try db.execute(
                sql: "UPDATE bank_file SET state = ?, report = ? WHERE name = ?",
                arguments: [state, report, name])
        }
    }

    public func bankFile(named name: String) throws -> BankFile? {
        try bankFiles("WHERE name = ?", [name]).first
    }

    public func bankFiles(digest: Data) throws -> [BankFile] {
        try bankFiles("WHERE digest = ?", [digest])
    }

    public func bankFiles(direction: String, limit: Int) throws -> [BankFile] {
        try bankFiles(
            "WHERE direction = ? ORDER BY at DESC, name DESC LIMIT ?", [direction, limit])
    }

    public func bankFiles(direction: String, state: String) throws -> [BankFile] {
        try bankFiles("WHERE direction = ? AND state = ? ORDER BY name", [direction, state])
    }

    private func bankFiles(
        _ rest: String, _ arguments: [any DatabaseValueConvertible]
    ) throws -> [BankFile] {
        try pool.read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM bank_file " + rest,
                arguments: StatementArguments(arguments)
            ).map { row in
                var file = BankFile(
                    name: row["name"], direction: row["direction"], digest: row["digest"],
                    bytes: row["bytes"], at: Instant(milliseconds: row["at"]), state: row["state"],
                    report: row["report"], size: row["size"])
                file.progress = (row["done"], row["entries"])
                return file
            }
        }
    }

    // MARK: Settings

    public func setting(_ name: String) throws -> String? {
        try pool.read { db in
            try String.fetchOne(
                db, sql: "SELECT value FROM setting WHERE name = ?", arguments: [name])
        }
    }

    public func set(_ name: String, to value: String) throws {
        try pool.write { db in try EdgeStore.set(name, to: value, db) }
    }

    static func set(_ name: String, to value: String, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO setting(name, value) VALUES (?, ?)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value
                """,
            arguments: [name, value])
    }

    /// Takes `count` numbers that nobody will get again, even after a crash; returns the first.
    public func reserve(_ count: Int64, from counter: String, startingAt start: Int64) throws
        -> Int64
    {
        try pool.write { db in
            let next =
                try String.fetchOne(
                    db, sql: "SELECT value FROM setting WHERE name = ?", arguments: [counter]
                ).flatMap { Int64($0) } ?? start
            try EdgeStore.set(counter, to: "\(next + count)", db)
            return next
        }
    }

    // MARK: Webhooks

    /// Keeps an event as it was sent; `false` when it was received before.
    public func keepEvent(id: String, body: Data, at now: Instant, result: String) throws -> Bool {
        try pool.write { db in
            try db.execute(
                sql: """
                    INSERT INTO webhook_event(id, at, body, result) VALUES (?, ?, ?, ?)
                    ON CONFLICT DO NOTHING
                    """,
                arguments: [id, now.milliseconds, body, result])
            return db.changesCount > 0
        }
    }

    // MARK: Notices and alerts

    public func markRead(_ id: NoticeID, of customer: CustomerID, at now: Instant) throws {
        try pool.write { db in
            try db.execute(
                sql: """
                    UPDATE notice SET read_at = ?
                    WHERE customer = ? AND id = ? AND read_at IS NULL
                    """,
                arguments: [now.milliseconds, customer.data, id.data])
        }
    }

    /// Tells operators of what an edge found; the same alert is told once.
    public func keep(_ alert: Alert) throws {
        let content = try JSON.encode(alert.content)
        try pool.write { db in
            try db.execute(
                sql: """
                    INSERT INTO alert(id, at, content) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
                    """,
                arguments: [alert.id.data, alert.at.milliseconds, content])
        }
    }

    public func closeAlert(_ id: AlertID, by name: String) throws {
        try pool.write { db in
            try db.execute(
                sql: "UPDATE alert SET closed_by = ? WHERE id = ? AND closed_by IS NULL",
                arguments: [name, id.data])
        }
    }

    // MARK: Signing in

    /// Who a page belongs to.
    public enum Subject: Hashable, Sendable {
        case customer(CustomerID)
        case `operator`(name: String, role: String)

        var text: String {
            switch self {
            case .customer(let id): "\(id)"
            case .operator(let name, let role): "operator:\(role):\(name)"
            }
        }

        init?(_ text: String) {
            if let id = CustomerID(text) {
                self = .customer(id)
                return
            }
            let parts = text.split(separator: ":", maxSplits: 2)
            guard parts.count == 3, parts[0] == "operator" else { return nil }
            self = .operator(name: String(parts[2]), role: String(parts[1]))
        }
    }

    /// Keeps a link until its time; `false` when there was one with this digest, used or not.
    ///
    /// `now` is by the same clock as `expires`; what has expired is forgotten.
    @discardableResult
    public func keepLink(
        digest: Data, for subject: Subject, expires: Instant, at now: Instant
    ) throws -> Bool {
        try pool.write { db in
            try db.execute(
                sql: "DELETE FROM sign_in_link WHERE expires <= ?", arguments: [now.milliseconds])
            try db.execute(
                sql: """
                    INSERT INTO sign_in_link(digest, subject, expires) VALUES (?, ?, ?)
                    ON CONFLICT DO NOTHING
                    """,
                arguments: [digest, subject.text, expires.milliseconds])
            return db.changesCount == 1
        }
    }

    /// Uses a link, once: `nil` when it is unknown, used or past its time.
    public func useLink(digest: Data, at now: Instant) throws -> Subject? {
        try pool.write { db in
            try db.execute(
                sql: """
                    UPDATE sign_in_link SET used_at = ?
                    WHERE digest = ? AND used_at IS NULL AND expires > ?
                    """,
                arguments: [now.milliseconds, digest, now.milliseconds])
            guard db.changesCount == 1 else { return nil }
            return try String.fetchOne(
                db, sql: "SELECT subject FROM sign_in_link WHERE digest = ?", arguments: [digest]
            ).flatMap(Subject.init)
        }
    }
}
