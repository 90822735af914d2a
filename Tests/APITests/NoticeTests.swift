import Edges
import Ledger
import Service
import Testing
import Wire

@testable import API

@Suite("How notices reach a customer")
struct NoticeRouteTests {
    @Test("Preferences are set as a whole, and mail about debts stays on")
    func preferences() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let path = "/v1/customers/\(customer)/notice-preferences"

            let first = try await world.get(path)
            let set = try await world.post(
                path,
                [
                    "off": ["mail": ["owed", "deposits"], "push": ["account"]],
                    "quiet_hours": .null,
                ])
            let after = try await world.get(path)

            #expect(first.json["quiet_hours"] == ["from": 22, "to": 8])
            #expect(set.status == 200 && after.json == set.json)
            #expect(after.json["off"]?["mail"] == ["deposits"])
            #expect(after.json["off"]?["push"] == ["account"])
            #expect(after.json["off"]?["text"] == [])
        }
    }

    @Test("Preferences that are not what they should be change nothing")
    func badPreferences() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let path = "/v1/customers/\(customer)/notice-preferences"
            let before = try await world.get(path).json

            for body: JSON in [
                [:] as JSON, ["off": ["pigeon": []], "quiet_hours": .null],
                ["off": [:] as JSON, "quiet_hours": ["from": 8, "to": 8]],
                ["off": [:] as JSON, "quiet_hours": .null, "loud_hours": .null],
            ] {
                #expect(try await world.post(path, body).status == 422)
            }

            #expect(try await world.get(path).json == before)
        }
    }

    @Test("A bounce is reported once or twice, of a notice that was taken")
    func bounce() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let account = try await world.bankAccount(customer)
            _ = try await world.deposit(customer, account)
            let notices = try await world.get("/v1/customers/\(customer)/notices")
            let id = try #require(notices.rows.first?["id"]?.stringValue)
            let path = "/v1/customers/\(customer)/notices/\(id)"
            let edge = world.service.edge
            let delivery = NoticeDelivery(
                notice: try #require(NoticeID(id)), customer: try #require(CustomerID(customer)),
                channel: .mail, due: world.service.clock.now())
            try edge.keep([delivery])
            let body: JSON = ["channel": "mail", "reason": "550 no such mailbox"]

            let early = try await world.post("\(path)/bounces", body)
            try edge.ended(delivery, as: .delivered, "taken", at: world.service.clock.now())
            let told = try await world.post("\(path)/bounces", body)
            let again = try await world.post("\(path)/bounces", body)
            let shown = try await world.get("\(path)/deliveries")

            #expect(early.status == 404)
            #expect(told.status == 200 && again.json == told.json)
            #expect(shown.rows.map { $0["state"] } == ["bounced"])
            let unknown = try await world.get(
                "/v1/customers/\(customer)/notices/ntc_01kjqz8v5m3t9w2x4y6c7d8e9f/deliveries")
            #expect(unknown.status == 404)
        }
    }
}
