import Foundation
import Ledger
import Service
import Testing
import Wire

@testable import API

@Suite("A stream of changes")
struct ChangeTests {
    /// What a stream tells while `body` runs, and before it was opened.
    private func told(
        _ world: World, _ customer: String, after: String? = nil,
        _ body: @Sendable () async throws -> Void = {}
    ) async throws -> World.Got {
        let live = world.service.live
        let path = "/v1/customers/\(customer)/changes"
        async let stream = world.send(
            .get, path, headers: after.map { [("Last-Event-ID", $0)] } ?? [])
        while live.count == 0 { await Task.yield() }
        try await body()
        try live.look(world.service.reader)
        live.stop()
        return try await stream
    }

    @Test("A reader that does not say where it was is told once, and of each change after")
    func beginning() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            try world.service.live.look(world.service.reader)
            let start = world.service.live.last

            let got = try await told(world, customer) {
                _ = try await world.bankAccount(customer)
            }

            #expect(got.status == 200)
            #expect(got.header("Content-Type") == "text/event-stream")
            let now = world.service.live.last
            #expect(now == 0, "stopped")
            let last = try world.service.reader.lastChange()
            #expect(
                got.text == "retry: 3000\n\nid: \(start)\nevent: change\ndata: {}\n\n"
                    + "id: \(last)\nevent: change\ndata: {}\n\n")
        }
    }

    @Test("Who says where it was is told what it missed, and nothing when it missed nothing")
    func resuming() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            try world.service.live.look(world.service.reader)
            let here = world.service.live.last

            let quiet = try await told(world, customer, after: "\(here)")

            #expect(quiet.text == "retry: 3000\n\n")
        }
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let other = try await world.customer("ex-2")
            try world.service.live.look(world.service.reader)
            let here = world.service.live.last
            _ = try await world.bankAccount(customer)
            try world.service.live.look(world.service.reader)

            let missed = try await told(world, customer, after: "\(here)") {
                _ = try await world.bankAccount(other)
            }

            #expect(missed.text.components(separatedBy: "event: change").count == 2)
        }
    }

    @Test("A stream of nobody, without a key or only for its headers leaves nothing open")
    func nothingOpen() async throws {
        try await World.run(keys: [World.key("mk_reader", [.eventsRead])]) {
            (world: World) async throws in
            let customer = try await world.customer()
            let path = "/v1/customers/\(customer)/changes"

            #expect(try await world.send(.head, path).status == 200)
            #expect(try await world.get(path, key: nil).status == 401)
            #expect(try await world.get(path, key: "mk_reader").status == 403)
            #expect(
                try await world.get("/v1/customers/\(CustomerID(high: 1, low: 1))/changes").status
                    == 404)
            #expect(world.service.live.count == 0)
            world.service.live.stop()
            let stopped = try await world.get(path)
            #expect((stopped.status, stopped.code) == (503, "busy"))
            #expect(stopped.header("Retry-After") == "15")
        }
    }
}
