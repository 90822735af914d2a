import Banking
import Edges
import Foundation
import Ledger
import TestPostgres
import Testing

/// Endpoints and deliveries as they are kept.
struct WebhookStoreTests {
    private typealias Delivery = WebhookStore.Delivery
    private let store: WebhookStore
    private let now = Instant(milliseconds: 1_800_000_000_000)
    private let id = WebhookEndpointID(high: 7, low: 7)
    private let start = EventID(high: 0, low: 0)

    init() throws {
        store = WebhookStore(try TestDatabase(path: Folder.new()).edge)
        let kept = try store.add(endpoint(id, "https://a.example.com/"), [])
        guard case .kept = kept else { throw Unexpected() }
    }

    private struct Unexpected: Error {}

    private func endpoint(_ id: WebhookEndpointID, _ url: String) -> WebhookStore.Endpoint {
        WebhookStore.Endpoint(
            id: id, url: url, description: "", types: ["deposit.*", "sale.ordered"],
            hasKey: false, madeAt: now)
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
        isGone: Bool = false
    ) throws {
        var round = WebhookStore.Round()
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
        #expect(try store.send([Delivery(event: event(1), type: "x", at: now)], to: id) == nil)
    }

    @Test("What is sent again begins anew under the same id")
    func again() throws {
        try keep([tried(1, .refused, .failed, attempts: 10)])
        #expect(try store.counts(of: id).failed == 1)

        #expect(
            try store.send([Delivery(event: event(1), type: "deposit.settled", at: now)], to: id)
                == 1)

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
        #expect(try store.remove(id))
        #expect(try store.deliveries(of: id, limit: 9).isEmpty)
    }
}
