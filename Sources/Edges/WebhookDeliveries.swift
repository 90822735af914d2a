import Banking
import Foundation
import Ledger
import Rules
import Tables

/// Deliveries: what waits, what was tried, what is sent again.
extension WebhookStore {
    public struct Delivery: Sendable, Equatable {
        /// Its own number, by which lists go on; `0` before it is kept.
        public var number: Int64 = 0
        public let event: EventID
        public let type: String
        /// What is sent, where it is in no commit.
        public let body: Data?
        public var state: State = .waiting
        public var attempts = 0
        /// How often somebody asked for it. A round that began before the last asking keeps its tries
        /// and leaves the delivery as it was asked for.
        public var asked = 0
        public var due: Instant
        public let madeAt: Instant
        public var doneAt: Instant?
        /// Tries that are kept, the first of them first.
        public var tries: [Try] = []

        public enum State: String, Sendable, CaseIterable {
            case waiting
            case delivered
            /// It was tried as often as it may be.
            case failed
            /// Its endpoint was switched off or is gone.
            case stopped
        }

        public init(event: EventID, type: String, body: Data? = nil, at now: Instant) {
            self.event = event
            self.type = type
            self.body = body
            due = now
            madeAt = now
        }
    }

    /// One request, or why there was none.
    public struct Try: Sendable, Equatable {
        public let at: Instant
        public let milliseconds: Int64
        /// What was answered; `nil` without an answer.
        public let status: Int?
        public let result: Result

        public enum Result: String, Sendable, CaseIterable {
            case delivered
            /// 410: the endpoint is switched off.
            case gone
            /// 429, 502 or 504: it asks for rest.
            case throttled
            /// 3xx, which is never followed.
            case redirected
            /// Any other status.
            case refused
            case timedOut = "timed_out"
            /// No connection, or it broke.
            case unreachable
            /// Its certificate does not lead to one that is trusted, is of another name, or is over.
            case untrusted
            /// The host's name has no address.
            case nameUnknown = "name_unknown"
            /// The name's address is not one that may be called.
            case addressForbidden = "address_forbidden"
        }

        public init(at: Instant, milliseconds: Int64, status: Int?, result: Result) {
            self.at = at
            self.milliseconds = milliseconds
            self.status = status
            self.result = result
        }
    }

    /// What a round did, kept in one transaction.
    public struct Round: Sendable {
        public var deliveries: [Delivery] = []
        /// How far the log was passed; `nil` when it was not looked at.
        public var position: EventID?
        /// The filter it was passed with: under another one the place is not kept, because what was
        /// passed over may be wanted now. `nil` when nothing was filtered.
        public var types: [String]?
        public var quietUntil: Instant?
        public var isGone = false

        /// Whether the endpoint wants nothing more for now.
        public var asksForRest: Bool { isGone || quietUntil != nil }

        public init() {}
    }

    // MARK: Rounds

    /// What waits for an endpoint and is due, the longest due first.
    public func due(_ id: WebhookEndpointID, at now: Instant, limit: Int) throws -> [Delivery] {
        try pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM webhook_delivery
                    WHERE endpoint = ? AND state = 'waiting' AND due <= ?
                    ORDER BY due, number LIMIT ?
                    """, arguments: ["\(id)", now.milliseconds, limit]
            ).compactMap(Self.delivery)
        }
    }

    /// Keeps what a round did, unless the endpoint was switched off, changed its place or filter or
    /// was removed meanwhile: then only the tries are kept.
    public func keep(
        _ round: Round, of id: WebhookEndpointID, from position: EventID, at now: Instant
    ) throws {
        try pool.write { db in
            guard
                let row = try Row.fetchOne(
                    db,
                    sql: "SELECT state, position, types, url FROM webhook_endpoint WHERE id = ?",
                    arguments: ["\(id)"])
            else { return }
            let isOn = (row["state"] as String) == Endpoint.State.enabled.rawValue
            for delivery in round.deliveries {
                try Self.keep(delivery, of: id, isOn: isOn && !round.isGone, at: now, db)
            }
            guard isOn else { return }
            let isSameFilter =
                round.types.map { $0.joined(separator: " ") == row["types"] as String } ?? true
            if let through = round.position, isSameFilter,
                (row["position"] as String) == "\(position)"
            {
                try db.execute(
                    sql: "UPDATE webhook_endpoint SET position = ? WHERE id = ?",
                    arguments: ["\(through)", "\(id)"])
            }
            guard !round.deliveries.isEmpty else { return }
            let isDelivered = round.deliveries.contains { $0.state == .delivered }
            try db.execute(
                sql: """
                    UPDATE webhook_endpoint SET
                        quiet_until = ?1,
                        failing_since = \(
                            isDelivered ? "NULL" : "coalesce(failing_since, ?2)"),
                        delivered_at = \(isDelivered ? "?2" : "delivered_at")
                    WHERE id = ?3
                    """,
                arguments: [
                    round.quietUntil?.milliseconds, now.milliseconds, "\(id)",
                ])
            if round.isGone {
                try db.execute(
                    sql: "UPDATE webhook_endpoint SET state = 'gone' WHERE id = ?",
                    arguments: ["\(id)"])
                try db.execute(
                    sql: """
                        UPDATE webhook_delivery SET state = 'stopped', done_at = ?
                        WHERE endpoint = ? AND state = 'waiting'
                        """, arguments: [now.milliseconds, "\(id)"])
                try Self.note(
                    .gone, of: id, url: row["url"], detail: "It answered 410.",
                    by: Actor.system.name, at: now, db)
            }
        }
    }

    private static func keep(
        _ delivery: Delivery, of id: WebhookEndpointID, isOn: Bool, at now: Instant, _ db: Database
    ) throws {
        let isStopped = delivery.state == .waiting && !isOn
        let state = isStopped ? Delivery.State.stopped : delivery.state
        let doneAt = isStopped ? now : delivery.doneAt
        try db.execute(
            sql: """
                INSERT INTO webhook_delivery(
                    endpoint, event, type, body, state, attempts, due, made_at, done_at, asked)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (endpoint, event) DO UPDATE SET state = excluded.state,
                    attempts = excluded.attempts, due = excluded.due, done_at = excluded.done_at
                    WHERE webhook_delivery.asked = excluded.asked
                """,
            arguments: [
                "\(id)", "\(delivery.event)", delivery.type, delivery.body, state.rawValue,
                delivery.attempts, delivery.due.milliseconds, delivery.madeAt.milliseconds,
                doneAt?.milliseconds, delivery.asked,
            ])
        for (offset, one) in delivery.tries.enumerated() {
            try db.execute(
                sql: """
                    INSERT INTO webhook_attempt(delivery, at, number, milliseconds, status, result)
                    SELECT number, CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT),
                        CAST(? AS BIGINT), CAST(? AS TEXT)
                    FROM webhook_delivery WHERE endpoint = ? AND event = ?
                    ON CONFLICT DO NOTHING
                    """,
                arguments: [
                    one.at.milliseconds, delivery.attempts - delivery.tries.count + offset + 1,
                    one.milliseconds, one.status, one.result.rawValue, "\(id)",
                    "\(delivery.event)",
                ])
        }
    }

    // MARK: Sending again

    /// Sets deliveries to be sent as if for the first time, under the same ids, also those that a
    /// round has in hand; says how many. Nothing when the endpoint is not switched on.
    public func send(
        _ deliveries: [Delivery], to id: WebhookEndpointID, as act: Act.Kind, detail: String,
        by actor: Actor, at now: Instant
    ) throws -> Int? {
        try pool.write { db in
            guard let endpoint = try Self.endpoint(id, db), endpoint.state == .enabled else {
                return nil
            }
            for delivery in deliveries {
                try db.execute(
                    sql: """
                        INSERT INTO webhook_delivery(
                            endpoint, event, type, body, state, attempts, due, made_at, asked)
                        VALUES (?, ?, ?, ?, 'waiting', 0, ?, ?, 1)
                        ON CONFLICT (endpoint, event) DO UPDATE SET state = 'waiting',
                            attempts = 0, due = excluded.due, done_at = NULL,
                            asked = webhook_delivery.asked + 1
                        """,
                    arguments: [
                        "\(id)", "\(delivery.event)", delivery.type, delivery.body,
                        delivery.due.milliseconds, delivery.madeAt.milliseconds,
                    ])
            }
            try Self.note(
                act, of: id, url: endpoint.url, detail: detail, by: actor.name, at: now, db)
            return deliveries.count
        }
    }

    // MARK: Looking

    /// Which deliveries of an endpoint are looked at.
    public struct Filter: Sendable {
        public var state: Delivery.State?
        public var event: EventID?
        /// Those made before this one.
        public var before: Int64?

        public init(state: Delivery.State? = nil, event: EventID? = nil, before: Int64? = nil) {
            self.state = state
            self.event = event
            self.before = before
        }
    }

    /// Deliveries with their tries, the newest first.
    public func deliveries(
        of id: WebhookEndpointID, _ filter: Filter = Filter(), limit: Int
    ) throws -> [Delivery] {
        try pool.read { db in
            var arguments: StatementArguments = ["\(id)", filter.before ?? Int64.max]
            if let event = filter.event { arguments += ["\(event)"] }
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM webhook_delivery
                    WHERE endpoint = ? AND number < ? \(Self.words(of: filter))
                    ORDER BY number DESC LIMIT ?
                    """, arguments: arguments + [limit])
            return try rows.compactMap { row in
                guard var delivery = Self.delivery(row) else { return nil }
                delivery.tries = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT * FROM (SELECT * FROM webhook_attempt WHERE delivery = ?
                            ORDER BY at DESC, number DESC LIMIT 20) AS last ORDER BY at, number
                        """, arguments: [delivery.number]
                ).compactMap(Self.attempt)
                return delivery
            }
        }
    }

    /// The conditions of a filter, for whose every form there is an index: an event is unique of its
    /// endpoint, and what was not delivered has one; of those delivered the newest are found at once.
    static func words(of filter: Filter) -> String {
        let state =
            switch filter.state {
            case .delivered: "AND state = 'delivered'"
            // The index is of this condition, and SQLite wants to see it.
            case .waiting: "AND state <> 'delivered' AND state = 'waiting'"
            case .failed: "AND state <> 'delivered' AND state = 'failed'"
            case .stopped: "AND state <> 'delivered' AND state = 'stopped'"
            case nil: ""
            }
        return (filter.event == nil ? "" : "AND event = ? ") + state
    }

    /// How many wait, and how many were given up and are still kept.
    public func counts(of id: WebhookEndpointID) throws -> (waiting: Int, failed: Int) {
        try pool.read { db in
            func count(_ state: Delivery.State) throws -> Int {
                try Int.fetchOne(
                    db,
                    sql: """
                        SELECT count(*) FROM webhook_delivery
                        WHERE endpoint = ? \(Self.words(of: Filter(state: state)))
                        """, arguments: ["\(id)"]) ?? 0
            }
            return (try count(.waiting), try count(.failed))
        }
    }

    /// Forgets deliveries that ended before `instant`, the oldest first, at most `limit`, so that
    /// nobody waits long for the writer; says how many. When it is `limit` there may be more.
    public func forget(before instant: Instant, limit: Int) throws -> Int {
        let isAny = try pool.read { db in
            try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM webhook_delivery WHERE done_at < ?)",
                arguments: [instant.milliseconds])
        }
        guard isAny == true else { return 0 }
        return try pool.write { db in
            try db.execute(
                sql: """
                    DELETE FROM webhook_delivery WHERE number IN (
                        SELECT number FROM webhook_delivery WHERE done_at < ?
                        ORDER BY done_at LIMIT ?)
                    """, arguments: [instant.milliseconds, limit])
            return db.changesCount
        }
    }

    private static func delivery(_ row: Row) -> Delivery? {
        guard let event = EventID(row["event"] as String),
            let state = Delivery.State(rawValue: row["state"])
        else { return nil }
        var delivery = Delivery(
            event: event, type: row["type"], body: row["body"],
            at: Instant(milliseconds: row["made_at"]))
        delivery.number = row["number"]
        delivery.state = state
        delivery.attempts = row["attempts"]
        delivery.asked = row["asked"]
        delivery.due = Instant(milliseconds: row["due"])
        delivery.doneAt = (row["done_at"] as Int64?).map { Instant(milliseconds: $0) }
        return delivery
    }

    private static func attempt(_ row: Row) -> Try? {
        Try.Result(rawValue: row["result"]).map {
            Try(
                at: Instant(milliseconds: row["at"]), milliseconds: row["milliseconds"],
                status: row["status"], result: $0)
        }
    }
}
