import Banking
import Engine
import Foundation
import GRDB
import Ledger
import Rows
import Rules

/// What the edges keep for themselves, none of it money: outgoing work, bank files, processor
/// events, sign-in links and sessions.
public struct EdgeStore: Sendable {
    let pool: DatabasePool

    public init(pool: DatabasePool) { self.pool = pool }

    // MARK: Outgoing work

    public struct OutgoingRow: Sendable {
        public let id: Int64
        public let customer: CustomerID?
        public let outgoing: Outgoing
        public let attempts: Int
    }

    public func dueOutgoing(at now: Instant, limit: Int) throws -> [OutgoingRow] {
        try pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM outbox WHERE done_at IS NULL AND due <= ?
                    ORDER BY due, id LIMIT ?
                    """,
                arguments: [now.milliseconds, limit]
            ).map { row in
                OutgoingRow(
                    id: row["id"], customer: CustomerID(data: row["customer"]),
                    outgoing: try Outgoing(packed: Array(row["content"] as Data)),
                    attempts: row["attempts"])
            }
        }
    }

    public func outgoingDone(_ id: Int64, at now: Instant, failure: String? = nil) throws {
        try pool.write { db in
            try db.execute(
                sql: "UPDATE outbox SET done_at = ?, failure = ? WHERE id = ?",
                arguments: [now.milliseconds, failure, id])
        }
    }

    public func outgoingFailed(_ id: Int64, again: Instant, failure: String) throws {
        try pool.write { db in
            try db.execute(
                sql: "UPDATE outbox SET attempts = attempts + 1, due = ?, failure = ? WHERE id = ?",
                arguments: [again.milliseconds, failure, id])
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
                    INSERT OR IGNORE INTO bank_file(
                        name, direction, digest, bytes, at, state, report, size)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
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
        try pool.write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO setting VALUES (?, ?)", arguments: [name, value])
        }
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
            try db.execute(
                sql: "INSERT OR REPLACE INTO setting VALUES (?, ?)",
                arguments: [counter, "\(next + count)"])
            return next
        }
    }

    // MARK: Webhooks

    /// Keeps an event as it was sent; `false` when it was received before.
    public func keepEvent(id: String, body: Data, at now: Instant, result: String) throws -> Bool {
        try pool.write { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO webhook_event VALUES (?, ?, ?, ?)",
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
                sql: "INSERT OR IGNORE INTO alert(id, at, content) VALUES (?, ?, ?)",
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
                sql: "INSERT OR IGNORE INTO sign_in_link VALUES (?, ?, ?, NULL)",
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
