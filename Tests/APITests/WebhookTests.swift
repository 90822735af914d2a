import Foundation
import Hummingbird
import Ledger
import Testing
import Wire

@testable import API

@Suite("What the processor tells us")
struct WebhookTests {
    /// Sends an event as the processor does.
    private func send(
        _ world: World, _ id: String, _ type: String, _ data: JSON,
        secret: WebhookSecret? = World.secret, ageSeconds: Int64 = 0, tampered: Bool = false
    ) async throws -> World.Got {
        let event: JSON = [
            "type": .string(type), "timestamp": "2026-03-02T20:00:00Z", "data": data,
        ]
        let secret = try #require(secret)
        let headers = try WebhookSignature.headers(
            id: id,
            timestampSeconds: world.service.clock.now().milliseconds / 1_000 - ageSeconds,
            body: event.bytes(), secrets: [secret])
        return try await world.send(
            .post, "/webhooks/processor", key: nil,
            headers: headers.map { ($0.name, $0.value) },
            body: tampered ? event.bytes() + [0x20] : event.bytes())
    }

    /// A card payment that waits for the processor.
    private func charge(_ world: World) async throws -> (customer: String, settlement: String) {
        let (customer, _) = try await world.owing()
        let started = try await world.post(
            "/v1/customers/\(customer)/settlements", ["kind": "card"])
        try #require(started.status == 201, "\(started.json.text())")
        return (customer, started.id)
    }

    @Test("A charge that succeeded settles what it was for, once however often it is told")
    func succeeded() async throws {
        try await World.run { (world: World) async throws in
            let (customer, settlement) = try await charge(world)
            let data: JSON = [
                "charge_id": .string(settlement), "amount_minor": 50_000, "fee_minor": 1_450,
            ]

            #expect(try await send(world, "evt_1", "charge.succeeded", data).status == 204)
            #expect(try await send(world, "evt_1", "charge.succeeded", data).status == 204)

            let after = try await world.get("/v1/customers/\(customer)")
            #expect(after.json["owed_minor"]?.integerValue == 0)
            #expect(after.json["cash_minor"]?.integerValue == 0)
            let paid = try await world.get(
                "/v1/customers/\(customer)/settlements/\(settlement)")
            #expect(paid.json["state"]?["name"]?.stringValue == "completed")
            #expect(try world.service.edge.result(ofEvent: "evt_1") == "done")
        }
    }

    @Test("A charge that failed leaves what is owed, and a dispute opens it again")
    func failedAndDisputed() async throws {
        try await World.run { (world: World) async throws in
            let (customer, settlement) = try await charge(world)
            let failed: JSON = ["charge_id": .string(settlement), "reason": "card_declined"]
            #expect(try await send(world, "evt_1", "charge.failed", failed).status == 204)
            let second = try await world.post(
                "/v1/customers/\(customer)/settlements", ["kind": "card"]
            ).id
            let paid: JSON = [
                "charge_id": .string(second), "amount_minor": 50_000, "fee_minor": 1_450,
            ]
            #expect(try await send(world, "evt_2", "charge.succeeded", paid).status == 204)
            let disputed: JSON = ["charge_id": .string(second), "dispute_fee_minor": 1_500]
            #expect(try await send(world, "evt_3", "charge.disputed", disputed).status == 204)

            let after = try await world.get("/v1/customers/\(customer)")

            #expect(after.json["owed_minor"]?.integerValue == 50_000)
        }
    }

    @Test("What the processor gave back is owed again")
    func refunded() async throws {
        try await World.run { (world: World) async throws in
            let (customer, settlement) = try await charge(world)
            let paid: JSON = [
                "charge_id": .string(settlement), "amount_minor": 50_000, "fee_minor": 1_450,
            ]
            _ = try await send(world, "evt_1", "charge.succeeded", paid)
            let refund: JSON = [
                "charge_id": .string(settlement), "refund_id": "re_1", "amount_minor": 20_000,
            ]

            #expect(try await send(world, "evt_2", "refund.succeeded", refund).status == 204)

            #expect(try world.service.edge.result(ofEvent: "evt_2") == "done")
            let after = try await world.get("/v1/customers/\(customer)")
            #expect(after.json["owed_minor"]?.integerValue == 20_000)
        }
    }

    @Test("A payout is booked")
    func payout() async throws {
        try await World.run { (world: World) async throws in
            let (_, settlement) = try await charge(world)
            let paid: JSON = [
                "charge_id": .string(settlement), "amount_minor": 50_000, "fee_minor": 1_450,
            ]
            _ = try await send(world, "evt_1", "charge.succeeded", paid)
            let data: JSON = [
                "payout_id": "po_1", "charge_ids": [.string(settlement)], "gross": 51_450,
                "processing_cost_minor": 1_522,
            ]

            #expect(try await send(world, "evt_2", "payout.paid", data).status == 204)

            #expect(try world.service.edge.result(ofEvent: "evt_2") == "done")
            let cleared = try world.service.reader.accounts()
                .first { $0.name == HouseAccount.cardClearing.rawValue }
            #expect(cleared?.amount == 0)
        }
    }

    @Test("A forged, stale or tampered event is refused, and nothing is kept of it")
    func forged() async throws {
        try await World.run { (world: World) async throws in
            let (customer, settlement) = try await charge(world)
            let data: JSON = [
                "charge_id": .string(settlement), "amount_minor": 50_000, "fee_minor": 0,
            ]
            let other = WebhookSecret(bytes: Array(2...33))
            let forged = try await send(world, "evt_1", "charge.succeeded", data, secret: other)
            let stale = try await send(
                world, "evt_1", "charge.succeeded", data, ageSeconds: 301)
            let tampered = try await send(
                world, "evt_1", "charge.succeeded", data, tampered: true)
            let unsigned = try await world.send(
                .post, "/webhooks/processor", body: Array("{}".utf8))

            for got in [forged, stale, tampered, unsigned] {
                #expect(got.status == 401 && got.code == "webhook_not_verified")
            }
            #expect(try world.service.edge.result(ofEvent: "evt_1") == nil)
            let after = try await world.get("/v1/customers/\(customer)")
            #expect(after.json["owed_minor"]?.integerValue == 50_000)
        }
    }

    @Test("A genuine event of another type is kept and acknowledged")
    func unknownType() async throws {
        try await World.run { (world: World) async throws in
            for (id, type) in [("evt_1", "charge.teleported"), ("evt_2", "refund.pending")] {
                #expect(try await send(world, id, type, ["n": 1]).status == 204)
                #expect(
                    try world.service.edge.result(ofEvent: id)?.hasPrefix("kept") == true)
            }
        }
    }

    @Test("A genuine event that does not fit the books is kept, noted and acknowledged")
    func refused() async throws {
        try await World.run { (world: World) async throws in
            let nobody: JSON = [
                "charge_id": "stl_00000000000000000000000000", "reason": "card_declined",
            ]
            #expect(try await send(world, "evt_1", "charge.failed", nobody).status == 204)
            #expect(
                try world.service.edge.result(ofEvent: "evt_1") == "refused: settlement_unknown")
        }
    }

    @Test("A genuine event that makes no sense is kept and answered with what is wrong")
    func malformed() async throws {
        try await World.run { (world: World) async throws in
            let (_, settlement) = try await charge(world)
            let noID = try await send(world, "evt_1", "charge.succeeded", ["charge_id": 7])
            let negative = try await send(
                world, "evt_2", "charge.succeeded",
                ["charge_id": .string(settlement), "amount_minor": -1, "fee_minor": 0])
            #expect(noID.pointers == ["/data/charge_id"])
            #expect(negative.pointers == ["/data/amount_minor"])
            #expect(
                try world.service.edge.result(ofEvent: "evt_2")?.hasPrefix("malformed") == true)
            // The processor may go on asking; an operator is told once of each.
            _ = try await send(
                world, "evt_2", "charge.succeeded",
                ["charge_id": .string(settlement), "amount_minor": -1, "fee_minor": 0])
            let told = try world.service.reader.openAlerts(limit: 10).map(\.content)
            #expect(
                told.filter { if case .processorEvent = $0 { true } else { false } } == [
                    .processorEvent(id: "evt_1", what: "malformed"),
                    .processorEvent(id: "evt_2", what: "malformed"),
                ])
        }
    }

    @Test("The same event id with another body is refused")
    func changedEvent() async throws {
        try await World.run { (world: World) async throws in
            let (_, settlement) = try await charge(world)
            let one: JSON = ["charge_id": .string(settlement), "reason": "card_declined"]
            let other: JSON = ["charge_id": .string(settlement), "reason": "expired_card"]
            #expect(try await send(world, "evt_1", "charge.failed", one).status == 204)
            let got = try await send(world, "evt_1", "charge.failed", other)
            #expect(got.status == 422 && got.code == "idempotency_key_reused")
        }
    }
}
