import Banking
import Edges
import Foundation
import Ledger
import Rules
import Service
import Testing
import Wire

@testable import API

@Suite("Endpoints of the host")
struct WebhookEndpointTests {
    private static let path = "/v1/webhook-endpoints"
    private static let url = "https://exchange.example.com/hooks"

    private func made(_ world: World, _ body: JSON? = nil) async throws -> World.Got {
        let got = try await world.post(Self.path, body ?? ["url": .string(Self.url)])
        try #require(got.status == 201, "\(got.json.text())")
        return got
    }

    @Test("The secret is shown once, kept sealed, and signs")
    func secret() async throws {
        try await World.run { (world: World) async throws in
            let got = try await made(
                world, ["url": .string(Self.url), "asymmetric": true, "types": ["deposit.*"]])

            let secret = try #require(got.json["secret"]?.stringValue)
            #expect(WebhookSecret(secret) != nil)
            #expect(got.header("Location") == "\(Self.path)/\(got.id)")
            let schemes = got.json["signatures"]?.arrayValue?.map { $0["scheme"] }
            #expect(schemes == ["v1", "v1a"])
            let shown = try await world.get("\(Self.path)/\(got.id)")
            #expect(shown.json["secret"] == nil && !shown.text.contains("whsec_"))
            #expect(try await world.get(Self.path).rows == [shown.json])

            let id = try #require(WebhookEndpointID(got.id))
            let webhooks = Webhooks(world.service)
            let kept = try webhooks.store.secrets(of: id, at: world.service.clock.now())
            #expect(kept.count == 2)
            #expect(kept.allSatisfy { $0.sealed.range(of: Data(secret.utf8)) == nil })
            guard case .secret(let own) = try webhooks.signers(of: id).first else {
                Issue.record("the first signer is no secret")
                return
            }
            #expect(own.text == secret)
        }
    }

    @Test("An old secret signs for as long as was said, and not longer")
    func rotation() async throws {
        try await World.run { (world: World) async throws in
            let first = try await made(world)
            let id = try #require(WebhookEndpointID(first.id))
            let webhooks = Webhooks(world.service)
            func secrets() throws -> [String] {
                try webhooks.signers(of: id).compactMap {
                    if case .secret(let secret) = $0 { secret.text } else { nil }
                }
            }

            let second = try await world.post(
                "\(Self.path)/\(first.id)/rotate-secret", ["overlap_hours": 2])

            #expect(second.status == 200)
            let (old, new) = (
                try #require(first.json["secret"]?.stringValue),
                try #require(second.json["secret"]?.stringValue)
            )
            #expect(try secrets() == [new, old])
            let ends = second.json["signatures"]?.arrayValue?.map { $0["ends_at"] != .null }
            #expect(ends == [false, true])
            world.service.clock.advance(to: world.service.clock.now().adding(hours: 2))
            #expect(try secrets() == [new])

            let third = try await world.post(
                "\(Self.path)/\(first.id)/rotate-secret", ["overlap_hours": 0])
            #expect(try secrets() == [try #require(third.json["secret"]?.stringValue)])
            #expect(
                try await world.post(
                    "\(Self.path)/\(first.id)/rotate-secret", ["overlap_hours": 169]
                ).status == 422)
        }
    }

    @Test("What is named changes, the rest stays, and a URL belongs to one endpoint")
    func changing() async throws {
        try await World.run { (world: World) async throws in
            let one = try await made(world)
            let other = try await made(
                world, ["url": "https://b.example.com/", "description": "B"])
            let path = "\(Self.path)/\(one.id)"

            let changed = try await world.post(path, ["types": ["sale.*", "sale.*"]])

            #expect(changed.json["types"] == ["sale.*"])
            #expect(changed.json["url"] == .string(Self.url))
            let taken = try await world.post(path, ["url": "https://B.example.com"])
            #expect((taken.status, taken.code) == (409, "webhook_url_taken"))
            #expect(
                try await world.post(Self.path, ["url": .string(Self.url)]).code
                    == "webhook_url_taken")
            #expect(try await world.post(path, ["types": []]).json["types"] == [])
            #expect(try await world.send(.delete, path).status == 204)
            #expect(try await world.send(.delete, path).status == 404)
            #expect(try await world.get(path).status == 404)
            #expect(try await world.get(Self.path).rows.map { $0["id"] } == [.string(other.id)])
        }
    }

    @Test("Switched off it is told nothing, and switched on what happens from then on")
    func switching() async throws {
        try await World.run { (world: World) async throws in
            let got = try await made(world)
            let path = "\(Self.path)/\(got.id)"
            #expect(try await world.post(path + "/test").status == 202)

            let off = try await world.post(path + "/disable")

            #expect(off.json["state"] == "disabled" && off.json["waiting"] == 0)
            let stopped = try await world.get(path + "/deliveries")
            #expect(stopped.rows.map { $0["state"] } == ["stopped"])
            #expect(try await world.post(path + "/test").code == "webhook_endpoint_off")
            _ = try await world.owing()
            let on = try await world.post(path + "/enable")
            #expect(on.json["state"] == "enabled")
            let id = try #require(WebhookEndpointID(got.id))
            let webhooks = Webhooks(world.service)
            let place = try #require(try webhooks.store.endpoint(id)?.position)
            #expect(try webhooks.log.events(after: place, limit: 9).events.isEmpty)
        }
    }

    @Test("What it was not sent, or got wrong, is sent again when asked, wanted types only")
    func replay() async throws {
        try await World.run { (world: World) async throws in
            _ = try await world.owing()
            let got = try await made(
                world, ["url": .string(Self.url), "types": ["deposit.*"]])
            let path = "\(Self.path)/\(got.id)"
            let events = try await world.get("/v1/events").rows.map {
                $0["id"]?.stringValue ?? ""
            }

            let all = try await world.post(path + "/replay")
            let range = try await world.post(
                path + "/replay",
                ["after": .string(events[1]), "through": .string(events[3])])
            let one = try await world.post(path + "/replay", ["event": .string(events[4])])

            #expect(all.json == ["events": 4, "go_on_after": .null])
            #expect(range.json["events"] == 2)
            #expect(one.json["events"] == 1)
            let first = try await world.get(path + "/deliveries?limit=3")
            let cursor = try #require(first.json["next_cursor"]?.stringValue)
            let rest = try await world.get(path + "/deliveries?limit=3&cursor=\(cursor)")
            let rows = first.rows + rest.rows
            #expect(Set(rows.compactMap { $0["event"]?.stringValue }) == Set(events))
            #expect(rows.allSatisfy { $0["state"] == "waiting" && $0["attempts"] == 0 })
            #expect(
                try await world.get(path + "/deliveries?event=\(events[0])").rows.count == 1)
            #expect(try await world.get(path + "/deliveries?result=failed").rows == [])
            #expect(try await world.get(path + "/deliveries?result=lost").status == 400)
            #expect(
                try await world.post(
                    path + "/replay", ["event": "evt_00000000000000000000000000"]
                ).code == "event_unknown")
            #expect(try await world.post(path + "/replay", ["event": "x"]).status == 422)
            #expect(
                try await world.post(
                    path + "/replay",
                    ["event": .string(events[0]), "after": .string(events[0])]
                ).status == 422)
        }
    }

    @Test("What an endpoint may not be is refused, field by field")
    func badInput() async throws {
        try await World.run { (world: World) async throws in
            let bodies: [(JSON, String)] = [
                ([:], "/url"), (["url": ""], "/url"), (["url": 7], "/url"),
                (["url": "http://exchange.example.com/"], "/url"),
                (["url": "https://ada:pw@exchange.example.com/"], "/url"),
                (["url": "https://exchange.example.com:25/"], "/url"),
                (["url": .string(Self.url), "types": "deposit.*"], "/types"),
                (["url": .string(Self.url), "types": ["deposit"]], "/types"),
                (["url": .string(Self.url), "types": ["*"]], "/types"),
                (["url": .string(Self.url), "types": ["webhook.test"]], "/types"),
                (["url": .string(Self.url), "types": [1]], "/types"),
                (
                    [
                        "url": .string(Self.url),
                        "description": .string(String(repeating: "x", count: 201)),
                    ], "/description"
                ), (["url": .string(Self.url), "asymmetric": "yes"], "/asymmetric"),
                (["url": .string(Self.url), "secret": "whsec_"], "/secret"),
            ]
            for (body, pointer) in bodies {
                let got = try await world.post(Self.path, body)
                #expect(got.status == 422 && got.pointers == [pointer], "\(body.text())")
            }
            #expect(try await world.get(Self.path).rows == [])
            for id in ["x", "whe_00000000000000000000000000"] {
                #expect(try await world.get("\(Self.path)/\(id)").status == 404)
                #expect(try await world.post("\(Self.path)/\(id)/enable").status == 404)
                #expect(try await world.post("\(Self.path)/\(id)/test").status == 404)
                #expect(try await world.post("\(Self.path)/\(id)/rotate-secret").status == 404)
                #expect(try await world.post("\(Self.path)/\(id)/replay").status == 404)
                #expect(try await world.get("\(Self.path)/\(id)/deliveries").status == 404)
            }
        }
    }

    @Test("Who did what with an endpoint is listed, newest first, also when it is deleted")
    func acts() async throws {
        try await World.run { (world: World) async throws in
            let got = try await made(world)
            let other = try await made(world, ["url": "https://b.example.com/"])
            let path = "\(Self.path)/\(got.id)"
            _ = try await world.post(path + "/test")
            _ = try await world.post(path + "/rotate-secret")
            _ = try await world.post(path, ["types": ["sale.*"]])
            _ = try await world.post(path + "/disable")
            #expect(try await world.send(.delete, path).status == 204)

            let acts = "/v1/webhook-endpoint-acts"
            let mine = try await world.get("\(acts)?endpoint=\(got.id)")

            #expect(
                mine.rows.map { $0["act"] } == [
                    "removed", "disabled", "changed", "secret_rotated", "tested", "added",
                ])
            #expect(mine.rows.allSatisfy { $0["actor"]?.stringValue?.hasPrefix("host:") == true })
            #expect(!mine.text.contains("whsec_"))
            let first = try await world.get("\(acts)?limit=5")
            let cursor = try #require(first.json["next_cursor"]?.stringValue)
            let rest = try await world.get("\(acts)?limit=5&cursor=\(cursor)")
            #expect(rest.rows.map { $0["endpoint"] } == [.string(other.id), .string(got.id)])
            #expect(rest.json["next_cursor"] == .null)
            #expect(try await world.get("\(acts)?endpoint=x").status == 400)
        }
    }

    @Test("There are thirty-two at most")
    func limit() async throws {
        try await World.run { (world: World) async throws in
            for number in 1...32 {
                _ = try await made(world, ["url": .string("https://h\(number).example.com/")])
            }

            let got = try await world.post(Self.path, ["url": "https://h33.example.com/"])

            #expect((got.status, got.code) == (409, "webhook_endpoints_full"))
        }
    }

    @Test("A key without the scope manages nothing, and reading events is a scope of its own")
    func scopes() async throws {
        try await World.run(keys: [World.key("mk_reader", [.eventsRead])]) {
            (world: World) async throws in
            #expect(try await world.get("/v1/events", key: "mk_reader").status == 200)
            #expect(try await world.get(Self.path, key: "mk_reader").status == 403)
            #expect(
                try await world.post(
                    Self.path, ["url": .string(Self.url)], key: "mk_reader"
                ).status == 403)
        }
    }
}
