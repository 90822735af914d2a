import Banking
import Engine
import Foundation
import Ledger
import Rows
import Rules
import Tables

/// What the host is told, in the order of the commits. Nothing is written to make it: each event is
/// read from the rows that its commit wrote.
public struct EventLog: Sendable {
    let pool: any Pool

    public init(_ edge: EdgeStore) { pool = edge.pool }

    /// One look at the log.
    public struct Reading: Sendable {
        public let events: [HostEvent]
        /// The last place that was looked at; go on behind it.
        public let through: EventID
        /// Whether there may be more.
        public let hasMore: Bool
    }

    /// Items that one look passes at most, wanted or not, so that no reader stays long.
    static let itemsMax = 4_096
    /// Commits that one look passes at most.
    static let commitsMax = 512

    /// Behind everything there is now.
    public func head() throws -> EventID {
        try pool.numberCommits()
        return try pool.read { db in try Self.head(db) }
    }

    static func head(_ db: Database) throws -> EventID {
        let row = try Row.fetchOne(
            db, sql: "SELECT number, at FROM \(told(db.dialect)) ORDER BY number DESC LIMIT 1")
        guard let row else { return EventID(high: 0, low: 0) }
        return EventID(
            commit: row[0], at: Instant(milliseconds: row[1]), index: EventID.lastIndex)
    }

    /// Commits that tell something, by their numbers, with the time that is in their events' ids: it
    /// never goes back from one number to the next, as that of several writers may.
    private static func told(_ dialect: Dialect) -> String {
        switch dialect {
        case .sqlite:
            "(SELECT book_commit AS number, at, at AS kept_at, items FROM commit_event) AS told"
        case .postgres:
            """
            (SELECT o.number, o.at, e.at AS kept_at, e.items FROM commit_order o
            JOIN commit_event e ON e.writer = o.writer AND e.book_commit = o.book_commit) AS told
            """
        }
    }

    /// Whether `place` is one of this log: in a commit that tells something.
    public func has(_ place: EventID) throws -> Bool {
        try pool.read { db in try Self.commit(at: place, db) } != nil
    }

    /// At most `limit` events behind `place` of a type that is wanted, in their order.
    public func events(
        after place: EventID, limit: Int, where isWanted: (String) -> Bool = { _ in true }
    ) throws -> Reading {
        try pool.numberCommits()
        return try pool.read { db in
            var events: [HostEvent] = []
            var through = place
            var (passed, commits) = (0, 0)
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT number, at, kept_at, items FROM \(Self.told(db.dialect))
                    WHERE number >= ? ORDER BY number LIMIT \(Self.commitsMax)
                    """, arguments: [place.commit])
            while let row = try rows.next() {
                commits += 1
                let commit = Told(row, items: try CommitEvents.items(Array(row["items"] as Data)))
                for index in commit.items.indices {
                    let id = commit.id(index)
                    guard id > place else { continue }
                    guard events.count < limit, passed < Self.itemsMax else {
                        return Reading(events: events, through: through, hasMore: true)
                    }
                    through = id
                    passed += 1
                    if let event = try commit.event(index, where: isWanted, db) {
                        events.append(event)
                    }
                }
                through = max(through, commit.end)
            }
            return Reading(
                events: events, through: through, hasMore: commits == Self.commitsMax)
        }
    }

    /// The event, as it was told; `nil` when there is none.
    public func event(_ id: EventID) throws -> HostEvent? {
        try pool.read { db in
            guard let commit = try Self.commit(at: id, db),
                commit.items.indices.contains(Int(id.index))
            else { return nil }
            return try commit.event(Int(id.index), where: { _ in true }, db)
        }
    }

    private static func commit(at id: EventID, _ db: Database) throws -> Told? {
        try Row.fetchOne(
            db,
            sql: """
                SELECT number, at, kept_at, items FROM \(told(db.dialect))
                WHERE number = ? AND at = ?
                """,
            arguments: [id.commit, id.at.milliseconds]
        ).map { Told($0, items: try CommitEvents.items(Array($0["items"] as Data))) }
    }
}

/// What one commit tells.
private struct Told {
    let number: Int64
    /// In the ids of its events.
    private let order: Instant
    let at: Instant
    let items: [CommitEvents.Item]
    /// Places of each customer's items.
    private let places: [CustomerID: [Int]]

    init(_ row: Row, items: [CommitEvents.Item]) {
        number = row["number"]
        order = Instant(milliseconds: row["at"])
        at = Instant(milliseconds: row["kept_at"])
        self.items = items
        places = Dictionary(grouping: items.indices) { items[$0].customer }
    }

    private func items(of customer: CustomerID) -> some Sequence<CommitEvents.Item> {
        places[customer, default: []].lazy.map { items[$0] }
    }

    func id(_ index: Int) -> EventID { EventID(commit: number, at: order, index: UInt64(index)) }
    var end: EventID { EventID(commit: number, at: order, index: EventID.lastIndex) }

    /// The event of an item; `nil` when it is not wanted, or told by another of the commit.
    func event(
        _ index: Int, where isWanted: (String) -> Bool, _ db: Database
    ) throws -> HostEvent? {
        let item = items[index]
        func event(
            _ type: String, subject: HostEvent.Subject? = nil, state: String? = nil,
            notice: Notice? = nil, detail: HostEvent.Detail? = nil
        ) throws -> HostEvent? {
            guard isWanted(type) else { return nil }
            let reference = try String.fetchOne(
                db, sql: "SELECT tag FROM entity WHERE customer = ? AND kind = 0",
                arguments: [item.customer.data])
            return HostEvent(
                id: id(index), at: at, customer: item.customer, reference: reference ?? "",
                type: type, subject: subject, state: state, notice: notice, detail: detail)
        }
        switch item.kind {
        case .stopped: return try event(HostEvent.stopped, detail: stop(item))
        case .helpAsked: return try event(HostEvent.helpAsked, detail: .kind(item.word))
        case .stopRemoved: return try event(HostEvent.stopRemoved, detail: stop(item))
        case .stopExpired: return try event(HostEvent.stopExpired, detail: stop(item))
        case .notice:
            guard let notice = try notice(item, db) else { return nil }
            guard let twin = notice.content.event.twin, let row = row(of: twin, item.customer)
            else { return try event(notice.content.event.type, notice: notice) }
            return try event(
                notice.content.event.type, subject: try subject(row, db), state: row.word,
                notice: notice)
        case .deposit, .obligation, .settlement, .withdrawal, .order, .sale, .document, .claim:
            guard let thing = item.kind.thing?.thing else { return nil }
            let type = thing.type(of: item.word)
            guard isWanted(type), try !isTold(item, as: type, db) else { return nil }
            return try event(type, subject: try subject(item, db), state: item.word)
        }
    }

    /// An older program kept the customer in the place of a stop that was set, and no kind of one
    /// that was taken away.
    private func stop(_ item: CommitEvents.Item) -> HostEvent.Detail {
        let isKnown = item.thing != (item.customer.high, item.customer.low)
        return .stop(
            isKnown ? FlagID(high: item.thing.high, low: item.thing.low) : nil,
            kind: item.word.isEmpty ? nil : item.word)
    }

    private func notice(_ item: CommitEvents.Item, _ db: Database) throws -> Notice? {
        let id = NoticeID(high: item.thing.high, low: item.thing.low)
        let content = try Data.fetchOne(
            db, sql: "SELECT content FROM notice WHERE customer = ? AND at = ? AND id = ?",
            arguments: [item.customer.data, at.milliseconds, id.data])
        return try content.map {
            Notice(id: id, at: at, content: try Notice.Content(packed: Array($0)))
        }
    }

    /// The change of state that a notice of the same commit tells of.
    private func row(
        of twin: (thing: HostEvent.Thing, high: UInt64, low: UInt64), _ customer: CustomerID
    ) -> CommitEvents.Item? {
        items(of: customer).first {
            $0.kind.thing?.thing == twin.thing && $0.thing == (twin.high, twin.low)
        }
    }

    private func isTold(
        _ item: CommitEvents.Item, as type: String, _ db: Database
    ) throws -> Bool {
        for other in items(of: item.customer) where other.kind == .notice {
            guard let told = try notice(other, db)?.content.event, let twin = told.twin else {
                continue
            }
            if told.type == type, (twin.high, twin.low) == item.thing { return true }
        }
        return false
    }

    private func subject(
        _ item: CommitEvents.Item, _ db: Database
    ) throws -> HostEvent.Subject? {
        guard let (thing, kind) = item.kind.thing else { return nil }
        let id = EventID(high: item.thing.high, low: item.thing.low)
        guard
            let data = try Data.fetchOne(
                db, sql: "SELECT body FROM entity WHERE customer = ? AND kind = ? AND id = ?",
                arguments: [item.customer.data, kind.rawValue, id.data])
        else { return nil }
        let body = Array(data)
        return switch thing {
        case .deposit: .deposit(try Deposit(packed: body))
        case .obligation: .obligation(try Obligation(packed: body))
        case .settlement: .settlement(try Settlement(packed: body))
        case .withdrawal: .withdrawal(try Withdrawal(packed: body))
        case .order: .order(try Order(packed: body))
        case .sale: .sale(try Sale(packed: body))
        case .document: .document(try Document(packed: body))
        case .claim: .claim(try WarrantyClaim(packed: body))
        }
    }
}
