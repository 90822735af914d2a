import Banking
import Foundation
import Ledger
import Rules
import Tables

/// To whom the host wants events told, how far each endpoint is, and what became of every delivery.
public struct WebhookStore: Sendable {
    let pool: any Pool

    public init(_ edge: EdgeStore) { pool = edge.pool }

    /// Endpoints there may be; each has a round of its own.
    public static let endpointsMax = 32
    /// Deliveries that ended are kept so long, for lists and replay of one.
    public static let keptDays = 30

    // MARK: Endpoints

    public struct Endpoint: Sendable, Equatable {
        public let id: WebhookEndpointID
        public var url: String
        public var description: String
        /// Types, or `noun.*` for all of one noun; empty for every event.
        public var types: [String]
        /// Whether it is signed with a key of its own besides the secret.
        public var hasKey: Bool
        public var state: State
        public var madeAt: Instant
        /// The last event that was sent to it or passed over.
        public var position: EventID
        /// It asked for rest until then.
        public var quietUntil: Instant?
        /// Since when every try failed.
        public var failingSince: Instant?
        public var deliveredAt: Instant?

        public enum State: String, Sendable, CaseIterable {
            case enabled
            /// A person switched it off.
            case disabled
            /// It answered 410: nobody is there any more.
            case gone
        }

        public init(
            id: WebhookEndpointID, url: String, description: String, types: [String],
            hasKey: Bool, state: State = .enabled, madeAt: Instant,
            position: EventID = EventID(high: 0, low: 0)
        ) {
            self.id = id
            self.url = url
            self.description = description
            self.types = types
            self.hasKey = hasKey
            self.state = state
            self.madeAt = madeAt
            self.position = position
        }

        public func wants(_ type: String) -> Bool {
            guard !types.isEmpty, type != HostEvent.test else { return true }
            return types.contains {
                $0 == type || $0.hasSuffix(".*") && type.hasPrefix($0.dropLast())
            }
        }
    }

    /// One secret or key, as it is kept.
    public struct Secret: Sendable, Equatable {
        public enum Scheme: String, Sendable, CaseIterable {
            case v1
            case v1a
        }
        public let number: Int64
        public let scheme: Scheme
        public let sealed: Data
        public let publicKey: String?
        public let madeAt: Instant
        /// It signs until then; `nil` for the newest.
        public let endsAt: Instant?

        public init(
            number: Int64, scheme: Scheme, sealed: Data, publicKey: String?, madeAt: Instant,
            endsAt: Instant? = nil
        ) {
            self.number = number
            self.scheme = scheme
            self.sealed = sealed
            self.publicKey = publicKey
            self.madeAt = madeAt
            self.endsAt = endsAt
        }
    }

    /// What became of adding or changing an endpoint.
    public enum Keeping: Sendable {
        case kept
        case unknown
        /// Another endpoint has the URL.
        case taken
        case tooMany
    }

    /// Adds an endpoint that is told what happens from now on.
    public func add(
        _ endpoint: Endpoint, _ secrets: [Secret], by actor: Actor
    ) throws -> Keeping {
        try pool.numberCommits()
        return try pool.write { db in
            let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM webhook_endpoint") ?? 0
            guard count < Self.endpointsMax else { return .tooMany }
            try db.execute(
                sql: """
                    INSERT INTO webhook_endpoint(
                        id, url, description, types, has_key, state, made_at, position)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                    """,
                arguments: [
                    "\(endpoint.id)", endpoint.url, endpoint.description,
                    endpoint.types.joined(separator: " "), endpoint.hasKey,
                    endpoint.state.rawValue, endpoint.madeAt.milliseconds,
                    "\(try EventLog.head(db))",
                ])
            guard db.changesCount == 1 else { return .taken }
            for secret in secrets { try Self.insert(secret, of: endpoint.id, db) }
            try Self.note(
                .added, of: endpoint.id, url: endpoint.url,
                detail: "types: \(endpoint.typesInWords)", by: actor.name, at: endpoint.madeAt, db)
            return .kept
        }
    }

    /// Keeps URL, description, filter and state. One that is switched on again is told what happens
    /// from then on; what waits for one that is switched off is stopped. A new filter holds for
    /// everything that was not sent yet.
    public func change(
        _ id: WebhookEndpointID, by actor: Actor, at now: Instant,
        _ body: (inout Endpoint) -> Void
    ) throws -> Keeping {
        try pool.numberCommits()
        return try pool.write { db in
            guard var endpoint = try Self.endpoint(id, db) else { return .unknown }
            let before = endpoint
            body(&endpoint)
            let others = try Int.fetchOne(
                db, sql: "SELECT count(*) FROM webhook_endpoint WHERE url = ? AND id <> ?",
                arguments: [endpoint.url, "\(id)"])
            guard others == 0 else { return .taken }
            try db.execute(
                sql: """
                    UPDATE webhook_endpoint SET url = ?, description = ?, types = ?, state = ?
                    WHERE id = ?
                    """,
                arguments: [
                    endpoint.url, endpoint.description, endpoint.types.joined(separator: " "),
                    endpoint.state.rawValue, "\(id)",
                ])
            if before.state != .enabled, endpoint.state == .enabled {
                try db.execute(
                    sql: """
                        UPDATE webhook_endpoint
                        SET position = ?, quiet_until = NULL, failing_since = NULL WHERE id = ?
                        """, arguments: ["\(try EventLog.head(db))", "\(id)"])
            }
            if endpoint.state != .enabled { try Self.stopWaiting(id, at: now, db) }
            for (act, detail) in endpoint.changes(since: before) {
                try Self.note(
                    act, of: id, url: endpoint.url, detail: detail, by: actor.name, at: now, db)
            }
            return .kept
        }
    }

    private static func stopWaiting(
        _ id: WebhookEndpointID, at now: Instant, _ db: Database
    ) throws {
        try db.execute(
            sql: """
                UPDATE webhook_delivery SET state = 'stopped', done_at = ?
                WHERE endpoint = ? AND state = 'waiting'
                """, arguments: [now.milliseconds, "\(id)"])
    }

    /// Forgets an endpoint with its secrets and deliveries; `false` when there was none. What was
    /// done with it stays in ``acts(of:before:limit:)``.
    public func remove(
        _ id: WebhookEndpointID, by actor: Actor, at now: Instant
    ) throws -> Bool {
        try pool.write { db in
            guard let endpoint = try Self.endpoint(id, db) else { return false }
            try db.execute(
                sql: "DELETE FROM webhook_endpoint WHERE id = ?", arguments: ["\(id)"])
            try Self.note(
                .removed, of: id, url: endpoint.url, detail: "", by: actor.name, at: now, db)
            return true
        }
    }

    public func endpoint(_ id: WebhookEndpointID) throws -> Endpoint? {
        try pool.read { db in try Self.endpoint(id, db) }
    }

    /// All there are, the oldest first.
    public func endpoints() throws -> [Endpoint] {
        try pool.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM webhook_endpoint ORDER BY made_at, id")
                .compactMap(Self.endpoint)
        }
    }

    static func endpoint(_ id: WebhookEndpointID, _ db: Database) throws -> Endpoint? {
        try Row.fetchOne(
            db, sql: "SELECT * FROM webhook_endpoint WHERE id = ?", arguments: ["\(id)"]
        ).flatMap(endpoint)
    }

    private static func endpoint(_ row: Row) -> Endpoint? {
        guard let id = WebhookEndpointID(row["id"] as String),
            let state = Endpoint.State(rawValue: row["state"]),
            let position = EventID(row["position"] as String)
        else { return nil }
        func instant(_ name: String) -> Instant? {
            (row[name] as Int64?).map { Instant(milliseconds: $0) }
        }
        var endpoint = Endpoint(
            id: id, url: row["url"], description: row["description"],
            types: (row["types"] as String).split(separator: " ").map(String.init),
            hasKey: row["has_key"], state: state, madeAt: Instant(milliseconds: row["made_at"]),
            position: position)
        endpoint.quietUntil = instant("quiet_until")
        endpoint.failingSince = instant("failing_since")
        endpoint.deliveredAt = instant("delivered_at")
        return endpoint
    }

    // MARK: Secrets

    /// Secrets and keys that sign now, the newest first.
    public func secrets(of id: WebhookEndpointID, at now: Instant) throws -> [Secret] {
        try pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM webhook_secret
                    WHERE endpoint = ? AND (ends_at IS NULL OR ends_at > ?)
                    ORDER BY number DESC, scheme
                    """, arguments: ["\(id)", now.milliseconds]
            ).compactMap { row in
                Secret.Scheme(rawValue: row["scheme"]).map { scheme in
                    Secret(
                        number: row["number"], scheme: scheme, sealed: row["sealed"],
                        publicKey: row["public_key"],
                        madeAt: Instant(milliseconds: row["made_at"]),
                        endsAt: (row["ends_at"] as Int64?).map { Instant(milliseconds: $0) })
                }
            }
        }
    }

    /// The number that the endpoint's next secret has.
    public func nextSecret(of id: WebhookEndpointID) throws -> Int64 {
        try pool.read { db in
            1
                + (try Int64.fetchOne(
                    db, sql: "SELECT max(number) FROM webhook_secret WHERE endpoint = ?",
                    arguments: ["\(id)"]) ?? 0)
        }
    }

    /// Begins to sign with new secrets; those before them sign until `ends`. What has ended is
    /// forgotten. `false` when the endpoint is gone, or somebody else did the same meanwhile.
    public func rotate(
        _ id: WebhookEndpointID, to secrets: [Secret], oldUntil ends: Instant, by actor: Actor,
        at now: Instant
    ) throws -> Bool {
        try pool.write { db in
            guard let endpoint = try Self.endpoint(id, db), let number = secrets.first?.number
            else { return false }
            let newest = try Int64.fetchOne(
                db, sql: "SELECT max(number) FROM webhook_secret WHERE endpoint = ?",
                arguments: ["\(id)"])
            guard newest.map({ $0 < number }) ?? true else { return false }
            try db.execute(
                sql: """
                    UPDATE webhook_secret SET ends_at = ?
                    WHERE endpoint = ? AND (ends_at IS NULL OR ends_at > ?)
                    """, arguments: [ends.milliseconds, "\(id)", ends.milliseconds])
            try db.execute(
                sql: "DELETE FROM webhook_secret WHERE endpoint = ? AND ends_at <= ?",
                arguments: ["\(id)", now.milliseconds])
            for secret in secrets { try Self.insert(secret, of: id, db) }
            try Self.note(
                .rotated, of: id, url: endpoint.url,
                detail: "secret \(number); the one before signs until \(ends.rfc3339)",
                by: actor.name, at: now, db)
            return true
        }
    }

    private static func insert(
        _ secret: Secret, of id: WebhookEndpointID, _ db: Database
    ) throws {
        try db.execute(
            sql: "INSERT INTO webhook_secret VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                "\(id)", secret.number, secret.scheme.rawValue, secret.sealed, secret.publicKey,
                secret.madeAt.milliseconds, secret.endsAt?.milliseconds,
            ])
    }
}
