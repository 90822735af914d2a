import Testing
import Wire

@testable import API

@Suite("The same request twice")
struct IdempotencyTests {
    @Test("A POST that moves money needs a key")
    func keyIsRequired() async throws {
        try await World.run { (world: World) async throws in
            for route in world.api.routes where route.idempotency == .required {
                let path = route.path.replacingParameters(with: "none")
                let got = try await world.post(path, idempotencyKey: nil)
                #expect(got.status == 400, "\(route.operation)")
                #expect(got.code == "idempotency_key_missing")
            }
        }
    }

    @Test("The same key and request give the same status and body, and say so")
    func replay() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let method = try await world.bankAccount(customer)

            let first = try await world.deposit(customer, method, idempotencyKey: "d-1")
            let second = try await world.deposit(customer, method, idempotencyKey: "d-1")

            #expect(first.status == 201 && second.status == 201)
            #expect(first.text == second.text)
            #expect(first.header("Idempotency-Replayed") == nil)
            #expect(second.header("Idempotency-Replayed") == "true")
            #expect(first.header("Location") == second.header("Location"))
            #expect(
                try await world.get("/v1/customers/\(customer)/deposits").rows.count == 1)
        }
    }

    @Test("A problem says whether the request was decided, did nothing, or may have been done")
    func outcomes() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let method = try await world.bankAccount(customer)
            let path = "/v1/customers/\(customer)/deposits"
            func outcome(_ got: World.Got) -> String? { got.json["outcome"]?.stringValue }
            let body: JSON = ["method": .string(method), "amount_minor": 100_000_000_000]

            #expect(outcome(try await world.post(path, body)) == "refused")
            #expect(
                outcome(try await world.post(path, ["method": .string(method)])) == "not_reached")
            #expect(outcome(try await world.post(path, body, key: nil)) == "not_reached")
            #expect(
                outcome(try await world.post(path, body, idempotencyKey: nil)) == "not_reached")
            #expect(
                outcome(try await world.post("/v1/customers/none/deposits", body))
                    == "not_reached")
            _ = try await world.deposit(customer, method, idempotencyKey: "d-1")
            let reused = try await world.post(
                path, ["method": .string(method), "amount_minor": 7], idempotencyKey: "d-1")
            #expect((reused.code, outcome(reused)) == ("idempotency_key_reused", "refused"))
            world.service.engine.stop()
            let stopping = try await world.post(path, body)
            #expect((stopping.status, outcome(stopping)) == (503, "not_reached"))
            #expect(EdgeProblem.storeUnavailable.outcome == .unknown)
        }
    }

    @Test("A replay is the same even after what was made has changed")
    func replayAfterChange() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let method = try await world.bankAccount(customer)
            let first = try await world.deposit(customer, method, idempotencyKey: "d-1")
            let path = "/v1/customers/\(customer)/deposits/\(first.id)"
            #expect(try await world.post("\(path)/cancel").status == 200)

            let second = try await world.deposit(customer, method, idempotencyKey: "d-1")

            #expect(second.text == first.text)
        }
    }

    @Test("The same key with another body is refused, and so is another path")
    func reuse() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let method = try await world.bankAccount(customer)
            _ = try await world.deposit(customer, method, idempotencyKey: "d-1")

            let other = try await world.deposit(customer, method, 60_000, idempotencyKey: "d-1")
            let elsewhere = try await world.post(
                "/v1/customers/\(customer)/refunds", ["amount_minor": 1, "source": "x"],
                idempotencyKey: "d-1")

            #expect(other.status == 422 && other.code == "idempotency_key_reused")
            #expect(elsewhere.status == 422 && elsewhere.code == "idempotency_key_reused")
        }
    }

    @Test("Spaces and the order of members make no other request")
    func canonicalBody() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let method = try await world.bankAccount(customer)
            let first = try await world.deposit(customer, method, idempotencyKey: "d-1")
            let body = "{ \"amount_minor\": 50000,\n \"method\": \"\(method)\" }"

            let second = try await world.send(
                .post, "/v1/customers/\(customer)/deposits",
                headers: [("Content-Type", "application/json"), ("Idempotency-Key", "\"d-1\"")],
                body: Array(body.utf8))

            #expect(second.text == first.text)
        }
    }

    @Test("Requests with one key at the same time happen once, and all get the same answer")
    func race() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let method = try await world.bankAccount(customer)

            let answers = try await withThrowingTaskGroup(of: World.Got.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await world.deposit(customer, method, idempotencyKey: "d-1")
                    }
                }
                return try await group.reduce(into: [World.Got]()) { $0.append($1) }
            }

            #expect(Set(answers.map(\.text)).count == 1)
            #expect(answers.filter { $0.header("Idempotency-Replayed") == nil }.count == 1)
            let shown = try await world.get("/v1/customers/\(customer)")
            #expect(shown.json["cash_minor"]?.integerValue == 50_000)
        }
    }

    @Test("A refused request leaves its key free")
    func refusalKeepsNothing() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let method = try await world.bankAccount(customer)
            let refused = try await world.post(
                "/v1/customers/\(customer)/trades",
                [
                    "side": "buy", "asset": "BTC", "quantity": "1", "cash_minor": 50_000,
                ], idempotencyKey: "t-1")
            _ = try await world.deposit(customer, method)

            let again = try await world.post(
                "/v1/customers/\(customer)/trades",
                [
                    "side": "buy", "asset": "BTC", "quantity": "1", "cash_minor": 50_000,
                ], idempotencyKey: "t-1")

            #expect(refused.code == "insufficient_balance")
            #expect(again.status == 201)
        }
    }

    @Test("Two keys of the API do not share idempotency keys")
    func scopeOfKeys() async throws {
        let other = World.key("other", [.depositsWrite])
        try await World.run(keys: [other]) { (world: World) async throws in
            let customer = try await world.customer()
            let method = try await world.bankAccount(customer)
            let body: JSON = ["method": .string(method), "amount_minor": 10_000]
            let path = "/v1/customers/\(customer)/deposits"

            let first = try await world.post(path, body, idempotencyKey: "d-1")
            let second = try await world.post(path, body, key: "other", idempotencyKey: "d-1")

            #expect(first.id != second.id)
        }
    }

    @Test(
        "A key is 1 through 255 visible characters, quoted or not",
        arguments: [
            ("abc", "abc"), ("\"abc\"", "abc"), ("\"a b\"", "a b"), ("\"a\\\"b\"", "a\"b"),
            ("", nil), ("\"\"", nil), ("a b", nil), ("\"abc", nil), ("abc\"", nil),
            ("\"a\\b\"", nil), ("a,b", nil), ("ä", nil),
            (String(repeating: "k", count: 255), String(repeating: "k", count: 255)),
            (String(repeating: "k", count: 256), nil),
        ] as [(String, String?)])
    func spelling(_ text: String, _ key: String?) {
        #expect(Dispatcher.token(text) == key)
    }
}

extension String {
    /// A route's path with one text for every parameter.
    func replacingParameters(with text: String) -> String {
        split(separator: "/").map { $0.hasPrefix("{") ? text : String($0) }
            .reduce("") { "\($0)/\($1)" }
    }
}
