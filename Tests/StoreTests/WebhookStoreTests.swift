import Banking
import Foundation
import Ledger
import Rules
import Tables
import TestPostgres
import Testing

@testable import Edges

/// Endpoints and deliveries as they are kept.
struct WebhookStoreTests {
    private typealias Delivery = WebhookStore.Delivery
    private let store: WebhookStore
    private let now = Instant(milliseconds: 1_800_000_000_000)
    private let id = WebhookEndpointID(high: 7, low: 7)
    private let start = EventID(high: 0, low: 0)

    init() throws {
        store = WebhookStore(try TestDatabase(path: Folder.new()).edge)
        let kept = try store.add(endpoint(id, "https://a.example.com/"), [], by: .host("exchange"))
        guard case .kept = kept else { throw Unexpected() }
    }

    private struct Unexpected: Error {}

    private func endpoint(_ id: WebhookEndpointID, _ url: String) -> WebhookStore.Endpoint {
        WebhookStore.Endpoint(
            id: id, url: url, description: "", types: ["deposit.*", "sale.ordered"],
            hasKey: false, madeAt: now)
    }

    private func send(_ deliveries: [Delivery]) throws -> Int? {
        try store.send(
            deliveries, to: id, as: .replayed, detail: "", by: .operator("Ada"), at: now)
    }

    private func event(_ number: UInt64) -> EventID { EventID(high: 1, low: number) }

    private func tried(
        _ number: UInt64, _ result: WebhookStore.Try.Result, _ state: Delivery.State,
        attempts: Int = 1, due: Int = 0
    ) -> Delivery {
        var delivery = Delivery(event: event(number), type: "deposit.settled", at: now)
        delivery.state = state
        delivery.attempts = attempts
        delivery.due = now.adding(seconds: due)
        delivery.doneAt = state == .waiting ? nil : now
        delivery.tries = [
            WebhookStore.Try(
                at: now.adding(seconds: attempts), milliseconds: 9, status: nil, result: result)
        ]
        return delivery
    }

    private func keep(
        _ deliveries: [Delivery], through: UInt64? = nil, from: EventID? = nil,
        types: [String]? = nil, isGone: Bool = false
    ) throws {
        var round = WebhookStore.Round()
        round.types = types
        round.deliveries = deliveries
        round.position = through.map(event)
        round.isGone = isGone
        try store.keep(round, of: id, from: from ?? start, at: now)
    }

    @Test("A filter takes its types and all of a noun, and nothing that only begins alike")
    func filter() throws {
        let endpoint = try #require(try store.endpoint(id))

        #expect(endpoint.wants("deposit.settled") && endpoint.wants("sale.ordered"))
        #expect(!endpoint.wants("sale.completed") && !endpoint.wants("deposits.settled"))
        #expect(endpoint.wants("webhook.test"))
    }

    @Test("What a round did is kept with its place, and what failed waits for its time")
    func rounds() throws {
        try keep(
            [
                tried(1, .delivered, .delivered), tried(2, .timedOut, .waiting, due: 5),
                tried(3, .refused, .waiting, due: 300),
            ], through: 3)

        #expect(try store.endpoint(id)?.position == event(3))
        #expect(try store.due(id, at: now, limit: 9).isEmpty)
        #expect(
            try store.due(id, at: now.adding(seconds: 300), limit: 9).map(\.event)
                == [event(2), event(3)])
        try keep([tried(2, .delivered, .delivered, attempts: 2)], from: event(3))
        let second = try #require(
            store.deliveries(of: id, .init(event: event(2)), limit: 1).first)
        #expect(second.tries.map(\.result) == [.timedOut, .delivered])
        #expect(second.attempts == 2 && second.state == .delivered)
        let counts = try store.counts(of: id)
        #expect(counts.waiting == 1 && counts.failed == 0)
    }

    @Test("A round that began before the endpoint was switched on anew moves no place")
    func staleRound() throws {
        try keep([tried(1, .delivered, .delivered)], through: 5)

        try keep([tried(2, .delivered, .delivered)], through: 2, from: start)

        #expect(try store.endpoint(id)?.position == event(5))
        #expect(try store.deliveries(of: id, limit: 9).count == 2)
    }

    @Test("Failing is told from the first failure to the next arrival")
    func failing() throws {
        try keep([tried(1, .refused, .waiting)])
        #expect(try store.endpoint(id)?.failingSince == now)
        #expect(try store.endpoint(id)?.deliveredAt == nil)

        try keep([tried(1, .delivered, .delivered, attempts: 2)])

        #expect(try store.endpoint(id)?.failingSince == nil)
        #expect(try store.endpoint(id)?.deliveredAt == now)
    }

    @Test("One that is gone or switched off has nothing waiting, also not what was under way")
    func gone() throws {
        try keep([tried(1, .refused, .waiting)])

        try keep([tried(2, .gone, .waiting)], through: 2, isGone: true)

        #expect(try store.endpoint(id)?.state == .gone)
        #expect(try store.due(id, at: now.adding(days: 9), limit: 9).isEmpty)
        try keep([tried(3, .timedOut, .waiting)], through: 3, from: event(2))
        #expect(
            try store.deliveries(of: id, limit: 9).map(\.state) == [.stopped, .stopped, .stopped])
        #expect(try send([Delivery(event: event(1), type: "x", at: now)]) == nil)
    }

    @Test("What is sent again begins anew under the same id")
    func again() throws {
        try keep([tried(1, .refused, .failed, attempts: 10)])
        #expect(try store.counts(of: id).failed == 1)

        #expect(try send([Delivery(event: event(1), type: "deposit.settled", at: now)]) == 1)

        let delivery = try #require(try store.due(id, at: now, limit: 9).first)
        #expect(delivery.attempts == 0 && delivery.doneAt == nil)
        #expect(try store.deliveries(of: id, limit: 9).count == 1)
    }

    @Test("What is over is forgotten after its time, and what waits never")
    func forgetting() throws {
        try keep([tried(1, .delivered, .delivered), tried(2, .refused, .waiting)])

        #expect(try store.forget(before: now, limit: 9) == 0)
        #expect(try store.forget(before: now.adding(seconds: 1), limit: 9) == 1)

        #expect(try store.deliveries(of: id, limit: 9).map(\.event) == [event(2)])
        #expect(try store.remove(id, by: .system, at: now))
        #expect(try store.deliveries(of: id, limit: 9).isEmpty)
    }

    @Test("What is asked for while a round has it in hand is sent again after the round")
    func askedMeanwhile() throws {
        try keep([tried(1, .timedOut, .waiting, due: 5)], through: 1)
        let inHand = try #require(try store.due(id, at: now.adding(seconds: 5), limit: 9).first)
        #expect(try send([Delivery(event: event(1), type: "deposit.settled", at: now)]) == 1)
        #expect(try send([Delivery(event: event(2), type: "deposit.settled", at: now)]) == 1)

        var after = inHand
        after.state = .delivered
        after.attempts = 2
        after.doneAt = now
        after.tries = [
            WebhookStore.Try(at: now, milliseconds: 9, status: 204, result: .delivered)
        ]
        // The second stood in the log too, and the round had it as new.
        try keep([after, tried(2, .refused, .waiting, due: 300)], from: event(1))

        let due = try store.due(id, at: now, limit: 9)
        #expect(due.map(\.event) == [event(1), event(2)])
        #expect(due.allSatisfy { $0.attempts == 0 })
        let told = try store.deliveries(of: id, limit: 9)
        #expect(told.map(\.tries.count) == [1, 2], "the tries are kept")
        for delivery in due {
            var sent = delivery
            sent.state = .delivered
            sent.doneAt = now
            try keep([sent], from: event(1))
        }
        #expect(try store.due(id, at: now, limit: 9).isEmpty, "and it ends")
    }

    @Test("What a round passed with another filter is looked at again")
    func otherFilter() throws {
        try keep(
            [tried(1, .delivered, .delivered)], through: 1, types: ["deposit.*", "sale.ordered"])
        #expect(try store.endpoint(id)?.position == event(1))
        _ = try store.change(id, by: .system, at: now) { $0.types = ["claim.*"] }

        try keep([], through: 9, from: event(1), types: ["deposit.*", "sale.ordered"])

        #expect(try store.endpoint(id)?.position == event(1))
        try keep([], through: 9, from: event(1), types: ["claim.*"])
        #expect(try store.endpoint(id)?.position == event(9))
    }

    @Test("Every act on an endpoint is kept with who did it, also when the endpoint is gone")
    func acts() throws {
        _ = try store.change(id, by: .operator("Ada"), at: now) { $0.types = [] }
        _ = try store.change(id, by: .operator("Ada"), at: now) { $0.types = [] }
        _ = try store.change(id, by: .host("exchange"), at: now) { $0.state = .disabled }
        _ = try send([Delivery(event: event(1), type: "x", at: now)])
        _ = try store.change(id, by: .host("exchange"), at: now) { $0.state = .enabled }
        _ = try send([Delivery(event: event(1), type: "x", at: now)])
        let secret = WebhookStore.Secret(
            number: 1, scheme: .v1, sealed: Data([1]), publicKey: nil, madeAt: now)
        #expect(
            try store.rotate(
                id, to: [secret], oldUntil: now.adding(hours: 1), by: .host("exchange"), at: now))
        try keep([tried(2, .gone, .waiting)], isGone: true)
        #expect(try store.remove(id, by: .host("exchange"), at: now))
        #expect(try !store.remove(id, by: .host("exchange"), at: now))

        let acts = try store.acts(of: id, limit: 20).reversed()

        #expect(
            acts.map(\.kind) == [
                .added, .changed, .disabled, .enabled, .replayed, .rotated, .gone, .removed,
            ], "what changed nothing is no act")
        #expect(
            acts.map(\.actor) == [
                "host:exchange", "operator:Ada", "host:exchange", "host:exchange", "operator:Ada",
                "host:exchange", "system", "host:exchange",
            ])
        #expect(
            acts.dropFirst().first?.detail
                == "types: deposit.*, sale.ordered → every event")
        #expect(acts.allSatisfy { $0.url == "https://a.example.com/" && $0.at == now })
        let newest = try store.acts(limit: 2)
        #expect(newest.map(\.kind) == [.removed, .gone])
        #expect(
            try store.acts(before: newest[1].number, limit: 1).map(\.kind) == [.rotated])
    }

    @Test("Each list and count of deliveries finds its rows by an index of their own")
    func indexes() throws {
        // Plans are SQLite's.
        let pool = try TestDatabase(sqlite: Folder.new()).pool
        func plan(_ sql: String, _ arguments: StatementArguments) throws -> String {
            try pool.read { db in
                try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql, arguments: arguments)
                    .map { $0["detail"] as String }.joined(separator: " / ")
            }
        }
        for state in Delivery.State.allCases where state != .delivered {
            let words = WebhookStore.words(of: .init(state: state))
            let list = try plan(
                "SELECT * FROM webhook_delivery WHERE endpoint = ? AND number < ? \(words) "
                    + "ORDER BY number DESC LIMIT 9", ["a", 1])
            #expect(list.contains("webhook_delivery_open (endpoint=? AND state=?"), "\(list)")
            let count = try plan(
                "SELECT count(*) FROM webhook_delivery WHERE endpoint = ? \(words)", ["a"])
            #expect(count.contains("webhook_delivery_open (endpoint=? AND state=?"), "\(count)")
        }
        let event = try plan(
            "SELECT * FROM webhook_delivery WHERE endpoint = ? AND number < ? "
                + "\(WebhookStore.words(of: .init(event: event(1)))) ORDER BY number DESC LIMIT 9",
            ["a", 1, "e"])
        #expect(event.contains("(endpoint=? AND event=?)"), "\(event)")
    }
}
