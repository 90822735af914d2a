import Banking
import Edges
import Foundation
import Ledger
import Money
import Rules
import Service
import Testing
import Wire

@testable import API

@Suite("Events")
struct EventTests {
    private func types(_ got: World.Got) -> [String] {
        got.rows.compactMap { $0["type"]?.stringValue }
    }

    @Test("A deposit that came back is told once for each thing that happened, in its order")
    func story() async throws {
        try await World.run { (world: World) async throws in
            let (customer, deposit) = try await world.owing()

            let got = try await world.get("/v1/events")

            // Of one commit, the states it left come before what the customer was told.
            #expect(
                types(got) == [
                    "deposit.initiated", "deposit.credited", "deposit.submitted",
                    "deposit.returned", "obligation.opened",
                ])
            #expect(got.rows.allSatisfy { $0["data"]?["reference"] == "ex-1" })
            #expect(got.rows.allSatisfy { $0["data"]?["customer"] == .string(customer) })
            let opened = try #require(
                got.rows.first { $0["type"] == "obligation.opened" }?["data"])
            #expect(opened["amount_minor"] == 50_000)
            #expect(opened["deposit"] == .string(deposit))
            #expect(opened["state"] == "open")
            #expect(opened["reason"] == "insufficient_funds")
            #expect(got.json["next_cursor"] == .null)
        }
    }

    @Test("Read from any event on, the rest is the same")
    func resuming() async throws {
        try await World.run { (world: World) async throws in
            _ = try await world.owing()
            _ = try await world.owing("ex-22")
            let all = try await world.get("/v1/events").rows

            for (place, row) in all.enumerated() {
                let id = row["id"]?.stringValue ?? ""
                let rest = try await world.get("/v1/events?after=\(id)").rows
                #expect(rest == Array(all[(place + 1)...]))
                let one = try await world.get("/v1/events?after=\(id)&limit=1")
                #expect(one.rows == Array(all[(place + 1)...].prefix(1)))
                let isLast = place >= all.count - 2
                #expect((one.json["next_cursor"] == .null) == isLast, "\(place)")
            }
        }
    }

    @Test("Only what is wanted is listed, and what is no type or no event is refused")
    func filter() async throws {
        try await World.run { (world: World) async throws in
            _ = try await world.owing()

            let some = try await world.get("/v1/events?types=obligation.*,deposit.returned")

            #expect(types(some) == ["deposit.returned", "obligation.opened"])
            #expect(try await world.get("/v1/events?types=claim.*").rows == [])
            for query in [
                "types=nothing", "types=deposit", "types=*", "types=,", "limit=0", "cursor=x",
            ] {
                #expect(try await world.get("/v1/events?\(query)").status == 400, "\(query)")
            }
            for id in ["x", "evt_00000000000000000000000000", "evt_7zzzzzzzzzzzzzzzzzzzzzzzzz"] {
                let got = try await world.get("/v1/events?after=\(id)")
                #expect((got.status, got.code) == (404, "event_unknown"), "\(id)")
            }
        }
    }

    @Test("Stops, their end, calls for help, withdrawals and orders to cancel are told")
    func others() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let method = try await world.bankAccount(customer)
            _ = try await world.deposit(customer, method)
            _ = try await world.post(
                "/v1/customers/\(customer)/orders",
                [
                    "reference": "order-17", "side": "buy", "asset": "BTC",
                    "cash_minor": 20_000,
                ])
            _ = try await world.post(
                "/v1/customers/\(customer)/help", ["kind": "more_time", "words": "Friday."])
            let id = try #require(CustomerID(customer))
            func flag() throws -> FlagID {
                try #require(world.service.reader.customer(id)?.profile.flags.last?.id)
            }
            let hardship = try flag()
            try await world.happen(
                .setFlag(
                    Command.SetFlag(kind: .compliance, reason: "a letter", expiresAt: nil)),
                to: customer)
            let letter = try flag()
            try await world.happen(
                .removeFlag(Command.RemoveFlag(flag: letter, reason: "answered")), to: customer)
            let until = world.service.clock.now().adding(hours: 1)
            try await world.happen(
                .setFlag(Command.SetFlag(kind: .legalHold, reason: "an order", expiresAt: until)),
                to: customer)
            let order = try flag()
            try await world.happen(.timer(.flagEnd(order)), to: customer)
            world.service.clock.advance(to: until)
            try await world.happen(.timer(.flagEnd(order)), to: customer)

            let rows = try await world.get("/v1/events?types=customer.*,order.*").rows

            #expect(
                rows.map { $0["type"] } == [
                    "order.opened", "customer.help_asked", "customer.stopped",
                    "customer.stopped", "customer.stop_removed", "customer.stopped",
                    "customer.stop_expired",
                ], "each stop is told by who or what set it, and its end once")
            #expect(rows[0]["data"]?["order_reference"] == "order-17")
            #expect(rows[1]["data"]?["kind"] == "more_time")
            let stops: [(String, FlagID)] = [
                ("hardship", hardship), ("compliance", letter), ("compliance", letter),
                ("legal_hold", order), ("legal_hold", order),
            ]
            for (row, (kind, flag)) in zip(rows[2...], stops) {
                #expect(row["data"]?["kind"] == .string(kind))
                #expect(row["data"]?["flag"] == .string("\(flag)"))
            }
        }
    }

    @Test("An event is short enough for a webhook, however much there is to tell")
    func short() async throws {
        try await World.run { (world: World) async throws in
            let notice = Notice(
                id: NoticeID(high: 1, low: 1), at: world.service.clock.now(),
                content: .documentsRequested(
                    settlement: SettlementID(high: 1, low: 2),
                    documents: Array(repeating: .photoID, count: 3_000)))
            let event = HostEvent(
                id: EventID(high: 1, low: 1), at: notice.at,
                customer: CustomerID(high: 1, low: 3), reference: "ex-1",
                type: notice.content.event.type, notice: notice)

            let json = Webhooks(world.service).json(event)

            #expect(json.bytes().count < 20_000)
            #expect(json["type"] == "settlement.documents_required")
            #expect(json["data"]?["customer"] == .string("\(event.customer)"))
            #expect(json["data"]?["documents"] == .null)
        }
    }

    @Test("Every type has its line in the reference")
    func reference() throws {
        let text = try String(
            contentsOf: World.root.appendingPathComponent("docs/reference/webhooks.md"),
            encoding: .utf8)

        for type in HostEvent.types + [HostEvent.test] {
            #expect(text.contains("`\(type)`"), "\(type)")
        }
    }
}
