import Banking
import Edges
import Statements
import Testing
import Wire

@testable import API

@Suite("Reconciliation")
struct ReconciliationRouteTests {
    private static let day = Day(iso: "2026-11-24")!

    /// A day with three movements of ours and none of the bank's.
    private func breaks(_ world: World) throws -> ReconciliationStore {
        let store = ReconciliationStore(world.service.edge)
        try store.expect(
            (1...3).map {
                ExpectedItem(
                    id: "transfer:\($0)", kind: .wire, signed: Int64($0) * 100, day: Self.day)
            }, from: nil)
        _ = try store.reconcile(due: Self.day, today: Self.day, at: world.service.clock.now())
        return store
    }

    @Test("Days and breaks are listed page by page, and a day shows its movements")
    func looking() async throws {
        try await World.run { (world: World) async throws in
            _ = try breaks(world)

            let days = try await world.get("/v1/reconciliation/days")
            #expect(days.rows.map { $0["difference_minor"] } == [-600])
            let day = try await world.get("/v1/reconciliation/days/2026-11-24")
            #expect(day.json["items"]?.arrayValue?.count == 3)
            #expect(day.json["breaks"]?.arrayValue?.count == 3)
            let first = try await world.get("/v1/reconciliation/breaks?state=open&limit=2")
            #expect(first.rows.count == 2)
            let cursor = try #require(first.json["next_cursor"]?.stringValue)
            let second = try await world.get(
                "/v1/reconciliation/breaks?state=open&limit=2&cursor=\(cursor)")
            #expect(second.rows.map { $0["amount_minor"] } == [300])
            #expect(second.json["next_cursor"] == .null)
        }
    }

    @Test("Assigning and closing are kept with the caller's name, and once")
    func acting() async throws {
        try await World.run { (world: World) async throws in
            let store = try breaks(world)
            let id = try #require(try store.breaks(isOpen: true, limit: 1).first).id
            let path = "/v1/reconciliation/breaks/\(id)"

            let taken = try await world.post("\(path)/assign", ["owner": "Dana"])
            let again = try await world.post("\(path)/assign", ["owner": "Dana"])
            let closed = try await world.post("\(path)/close", ["reason": "booked late"])
            let late = try await world.post("\(path)/close", ["reason": "booked late"])

            #expect(taken.status == 200 && taken.json["owner"] == "Dana")
            #expect(again.status == 200)
            #expect(closed.json["state"] == "closed")
            #expect(late.status == 409 && late.code == "break_closed")
            let acts = try #require(try store.break(id)).acts
            #expect(acts.map(\.by) == [World.fullKey, World.fullKey])
            #expect(try await world.get(path).json["acts"]?.arrayValue?.count == 2)
        }
    }

    @Test("What is not there is not found, and a body that says nothing is refused")
    func wrong() async throws {
        try await World.run { (world: World) async throws in
            let store = try breaks(world)
            let id = try #require(try store.breaks(isOpen: true, limit: 1).first).id

            #expect(try await world.get("/v1/reconciliation/breaks/999").status == 404)
            #expect(try await world.get("/v1/reconciliation/breaks/x").status == 404)
            #expect(try await world.get("/v1/reconciliation/days/monday").status == 404)
            #expect(try await world.get("/v1/reconciliation/breaks").status == 400)
            let unknown = try await world.post(
                "/v1/reconciliation/breaks/999/assign", ["owner": "Dana"])
            #expect(unknown.status == 404)
            let silent = try await world.post(
                "/v1/reconciliation/breaks/\(id)/close", ["reason": ""])
            #expect(silent.status == 422 && silent.pointers == ["/reason"])
        }
    }
}
