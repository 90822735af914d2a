import Banking
import Foundation
import Ledger
import Rules
import Tables

/// How a notice leaves, besides standing in the app.
public enum NoticeChannel: String, Sendable, Hashable, CaseIterable, Codable {
    case mail
    /// Web push, to each browser the customer has turned it on in.
    case push
    /// The host's own way, such as a text message: we ask its endpoint.
    case text
}

/// A notice's way over one channel to one place.
public struct NoticeDelivery: Sendable, Hashable {
    public enum State: String, Sendable, CaseIterable {
        case waiting
        /// The next on the way took it: the mail server, the push service, the host.
        case delivered
        /// The next on the way will never take it.
        case refused
        /// It was tried as often as it may be.
        case gaveUp = "gave_up"
        /// It was taken, and came back.
        case bounced
    }

    public let notice: NoticeID
    public let customer: CustomerID
    public let channel: NoticeChannel
    /// The subscription's id for a push, empty for the others.
    public let target: Data
    public let state: State
    /// When it is tried next, or was due.
    public let due: Instant
    public let tries: Int
    /// What the next on the way said.
    public let result: String
    public let doneAt: Instant?

    public init(
        notice: NoticeID, customer: CustomerID, channel: NoticeChannel, target: Data = Data(),
        due: Instant
    ) {
        self.init(
            notice: notice, customer: customer, channel: channel, target: target, state: .waiting,
            due: due, tries: 0, result: "", doneAt: nil)
    }

    private init(
        notice: NoticeID, customer: CustomerID, channel: NoticeChannel, target: Data, state: State,
        due: Instant, tries: Int, result: String, doneAt: Instant?
    ) {
        self.notice = notice
        self.customer = customer
        self.channel = channel
        self.target = target
        self.state = state
        self.due = due
        self.tries = tries
        self.result = result
        self.doneAt = doneAt
    }

    init?(_ row: Row) {
        guard let notice = NoticeID(data: row["notice"]),
            let customer = CustomerID(data: row["customer"]),
            let channel = NoticeChannel(rawValue: row["channel"]),
            let state = State(rawValue: row["state"])
        else { return nil }
        self.init(
            notice: notice, customer: customer, channel: channel, target: row["target"],
            state: state, due: Instant(milliseconds: row["due"]), tries: row["tries"],
            result: row["result"],
            doneAt: (row["done_at"] as Int64?).map { Instant(milliseconds: $0) })
    }
}

/// A browser that wants pushes. What it gave us is sealed: with it anybody could push to it.
public struct PushSubscription: Sendable, Hashable {
    /// The digest of its address.
    public let id: Data
    public let customer: CustomerID
    /// The push service's host, to show.
    public let host: String
    public let sealed: Data
    public let at: Instant
    /// The session it was last used in, which takes it along when it is ended; `nil` for one from
    /// before sessions were kept with it, until its browser comes again.
    public let session: Data?

    public init(
        id: Data, customer: CustomerID, host: String, sealed: Data, at: Instant, session: Data?
    ) {
        self.session = session
        self.id = id
        self.customer = customer
        self.host = host
        self.sealed = sealed
        self.at = at
    }
}

// MARK: Deliveries

extension EdgeStore {
    /// Keeps the ways a notice goes. Kept again, nothing changes: one notice, one channel, one place.
    public func keep(_ deliveries: [NoticeDelivery]) throws {
        try pool.write { db in
            for delivery in deliveries {
                try db.execute(
                    sql: """
                        INSERT INTO notice_delivery(
                            notice, channel, target, customer, state, due)
                        VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                        """,
                    arguments: [
                        delivery.notice.data, delivery.channel.rawValue, delivery.target,
                        delivery.customer.data, delivery.state.rawValue,
                        delivery.due.milliseconds,
                    ])
            }
        }
    }

    public func dueDeliveries(
        over channel: NoticeChannel, at now: Instant, limit: Int
    ) throws -> [NoticeDelivery] {
        try deliveries(
            "WHERE channel = ? AND state = 'waiting' AND due <= ? ORDER BY due LIMIT ?",
            [channel.rawValue, now.milliseconds, limit])
    }

    public func deliveries(of notice: NoticeID) throws -> [NoticeDelivery] {
        try deliveries("WHERE notice = ? ORDER BY channel, target", [notice.data])
    }

    /// Notices of which some way failed and operators were not told whether all did.
    public func noticesWithFailures(limit: Int) throws -> [NoticeDelivery] {
        try deliveries(
            """
            AS failed WHERE told = 0 AND state IN ('refused', 'gave_up', 'bounced')
            AND NOT EXISTS (
                SELECT 1 FROM notice_delivery AS other WHERE other.notice = failed.notice
                AND other.told = 0 AND other.state IN ('refused', 'gave_up', 'bounced')
                AND (other.channel, other.target) < (failed.channel, failed.target))
            LIMIT ?
            """, [limit])
    }

    private func deliveries(
        _ rest: String, _ arguments: [any DatabaseValueConvertible]
    ) throws -> [NoticeDelivery] {
        try pool.read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM notice_delivery " + rest,
                arguments: StatementArguments(arguments)
            ).compactMap(NoticeDelivery.init)
        }
    }

    /// One way has come to its end.
    public func ended(
        _ delivery: NoticeDelivery, as state: NoticeDelivery.State, _ result: String,
        at now: Instant
    ) throws {
        try pool.write { db in
            try db.execute(
                sql: """
                    UPDATE notice_delivery
                    SET state = ?, result = ?, done_at = ?, tries = tries + 1
                    WHERE notice = ? AND channel = ? AND target = ? AND state = 'waiting'
                    """,
                arguments: [
                    state.rawValue, result, now.milliseconds, delivery.notice.data,
                    delivery.channel.rawValue, delivery.target,
                ])
        }
    }

    public func failed(_ delivery: NoticeDelivery, _ result: String, again: Instant) throws {
        try pool.write { db in
            try db.execute(
                sql: """
                    UPDATE notice_delivery SET tries = tries + 1, due = ?, result = ?
                    WHERE notice = ? AND channel = ? AND target = ? AND state = 'waiting'
                    """,
                arguments: [
                    again.milliseconds, result, delivery.notice.data, delivery.channel.rawValue,
                    delivery.target,
                ])
        }
    }

    /// Not now, and it was not tried: its customer's devices are quiet.
    public func putOff(_ delivery: NoticeDelivery, until due: Instant) throws {
        try pool.write { db in
            try db.execute(
                sql: """
                    UPDATE notice_delivery SET due = ?
                    WHERE notice = ? AND channel = ? AND target = ? AND state = 'waiting'
                    """,
                arguments: [
                    due.milliseconds, delivery.notice.data, delivery.channel.rawValue,
                    delivery.target,
                ])
        }
    }

    /// What was taken came back. `false` when no such delivery was taken.
    public func bounced(
        _ notice: NoticeID, of customer: CustomerID, over channel: NoticeChannel, _ reason: String,
        at now: Instant
    ) throws -> Bool {
        try pool.write { db in
            try db.execute(
                sql: """
                    UPDATE notice_delivery
                    SET state = 'bounced', result = ?, done_at = ?,
                        told = CASE told WHEN 2 THEN 2 ELSE 0 END
                    WHERE notice = ? AND customer = ? AND channel = ? AND state = 'delivered'
                    """,
                arguments: [
                    reason, now.milliseconds, notice.data, customer.data, channel.rawValue,
                ])
            if db.changesCount > 0 { return true }
            return try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS(SELECT 1 FROM notice_delivery WHERE notice = ?
                        AND customer = ? AND channel = ? AND state = 'bounced')
                    """, arguments: [notice.data, customer.data, channel.rawValue]) ?? false
        }
    }

    /// Operators know what became of this notice.
    public func told(of notice: NoticeID) throws { try told(of: notice, 1) }

    /// A person told the customer: whatever the channels say later, he knows.
    public func toldByPerson(of notice: NoticeID) throws { try told(of: notice, 2) }

    private func told(of notice: NoticeID, _ how: Int) throws {
        try pool.write { db in
            try db.execute(
                sql: "UPDATE notice_delivery SET told = ?1 WHERE notice = ?2 AND told < ?1",
                arguments: [how, notice.data])
        }
    }
}

// MARK: Wishes and subscriptions

extension EdgeStore {
    /// What a customer wishes, as the service wrote it.
    public func noticeWish(of customer: CustomerID) throws -> String? {
        try pool.read { db in
            try String.fetchOne(
                db, sql: "SELECT body FROM notice_wish WHERE customer = ?",
                arguments: [customer.data])
        }
    }

    public func keep(noticeWish body: String, of customer: CustomerID) throws {
        try pool.write { db in
            try db.execute(
                sql: """
                    INSERT INTO notice_wish(customer, body) VALUES (?, ?)
                    ON CONFLICT (customer) DO UPDATE SET body = excluded.body
                    """,
                arguments: [customer.data, body])
        }
    }

    /// Keeps a subscription; of more than `max` of a customer the oldest go. A browser that another
    /// customer used before is now this one's.
    public func keep(_ subscription: PushSubscription, max: Int) throws {
        try pool.write { db in
            try db.execute(
                sql: """
                    INSERT INTO push_subscription(id, customer, host, sealed, at, session)
                    VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (id) DO UPDATE SET customer = excluded.customer,
                        host = excluded.host, sealed = excluded.sealed, at = excluded.at,
                        session = excluded.session
                    """,
                arguments: [
                    subscription.id, subscription.customer.data, subscription.host,
                    subscription.sealed, subscription.at.milliseconds, subscription.session,
                ])
            try db.execute(
                sql: """
                    DELETE FROM push_subscription WHERE customer = ? AND id NOT IN (
                        SELECT id FROM push_subscription WHERE customer = ?
                        ORDER BY at DESC, id LIMIT ?)
                    """,
                arguments: [subscription.customer.data, subscription.customer.data, max])
        }
    }

    /// Oldest first.
    public func pushSubscriptions(of customer: CustomerID) throws -> [PushSubscription] {
        try pool.read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM push_subscription WHERE customer = ? ORDER BY at, id",
                arguments: [customer.data]
            ).map { row in
                PushSubscription(
                    id: row["id"], customer: customer, host: row["host"], sealed: row["sealed"],
                    at: Instant(milliseconds: row["at"]), session: row["session"])
            }
        }
    }

    /// The browser behind a subscription is signed in with `session`, of this customer. One that
    /// was of another customer is forgotten: whoever uses the browser now is somebody else.
    ///
    /// - Returns: Whether the subscription is this customer's.
    public func pushSubscription(
        _ id: Data, isUsedIn session: Data, of customer: CustomerID
    ) throws -> Bool {
        try pool.write { db in
            try db.execute(
                sql: "DELETE FROM push_subscription WHERE id = ? AND customer <> ?",
                arguments: [id, customer.data])
            try db.execute(
                sql: "UPDATE push_subscription SET session = ? WHERE id = ? AND customer = ?",
                arguments: [session, id, customer.data])
            return db.changesCount > 0
        }
    }

    public func dropPushSubscription(_ id: Data, of customer: CustomerID) throws {
        try pool.write { db in
            try db.execute(
                sql: "DELETE FROM push_subscription WHERE id = ? AND customer = ?",
                arguments: [id, customer.data])
        }
    }
}

// MARK: What changed

extension Reader {
    /// The number of the last command that was kept; numbers only grow.
    public func lastChange() throws -> Int64 {
        try pool.numberCommits()
        return try pool.read { db in
            switch db.dialect {
            case .sqlite: try Int64.fetchOne(db, sql: "SELECT max(sequence) FROM cause") ?? 0
            case .postgres:
                try Int64.fetchOne(db, sql: "SELECT max(number) FROM commit_order")
                    .map { CommitPlace.last(of: $0) } ?? 0
            }
        }
    }

    /// Whom commands after `number` were for, with the last number of each, and how far was read.
    public func changes(
        after number: Int64, limit: Int
    ) throws -> (customers: [CustomerID: Int64], last: Int64) {
        try pool.numberCommits()
        return try pool.read { db in
            var customers: [CustomerID: Int64] = [:]
            var last = number
            let rows: RowCursor
            switch db.dialect {
            case .sqlite:
                rows = try Row.fetchCursor(
                    db, sql: "SELECT sequence, customer FROM cause WHERE sequence > ? LIMIT ?",
                    arguments: [number, limit])
            case .postgres:
                // Whole commits, so that nobody's number is passed before he is told.
                rows = try Row.fetchCursor(
                    db,
                    sql: """
                        SELECT (o.number << 20) + 1048575 AS sequence, k.customer
                        FROM (SELECT * FROM commit_order WHERE number > ?
                            ORDER BY number LIMIT ?) o
                        JOIN cause k ON k.writer = o.writer AND k.book_commit = o.book_commit
                        ORDER BY o.number
                        """,
                    arguments: [CommitPlace.commit(of: number), max(1, limit / 16)])
            }
            while let row = try rows.next() {
                last = row["sequence"]
                if let id = CustomerID(data: row["customer"]) { customers[id] = last }
            }
            return (customers, last)
        }
    }

    /// How many notices a customer has not read, and the last of them.
    public func unread(of customer: CustomerID) throws -> (count: Int, last: NoticeRow?) {
        try pool.read { db in
            let count =
                try Int.fetchOne(
                    db,
                    sql: "SELECT count(*) FROM notice WHERE customer = ? AND read_at IS NULL",
                    arguments: [customer.data]) ?? 0
            let last = try Row.fetchOne(
                db,
                sql: """
                    SELECT * FROM notice WHERE customer = ? AND read_at IS NULL
                    ORDER BY at DESC, id DESC LIMIT 1
                    """, arguments: [customer.data]
            ).flatMap { try Self.notice($0) }
            return (count, last)
        }
    }
}

extension Reader {
    /// Whether a command after `number` was for this customer.
    public func hasChanged(_ customer: CustomerID, after number: Int64) throws -> Bool {
        try pool.numberCommits()
        return try pool.read { db in
            switch db.dialect {
            case .sqlite:
                try Bool.fetchOne(
                    db,
                    sql: "SELECT EXISTS(SELECT 1 FROM cause WHERE sequence > ? AND customer = ?)",
                    arguments: [number, customer.data]) ?? false
            case .postgres:
                try Bool.fetchOne(
                    db,
                    sql: """
                        SELECT EXISTS(SELECT 1 FROM commit_order o
                            JOIN cause k ON k.writer = o.writer AND k.book_commit = o.book_commit
                            WHERE o.number > ? AND k.customer = ?)
                        """,
                    arguments: [CommitPlace.commit(of: number), customer.data]) ?? false
            }
        }
    }
}
