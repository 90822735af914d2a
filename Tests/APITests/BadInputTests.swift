import Testing
import Wire

@testable import API

@Suite("What is wrong with a request")
struct BadInputTests {
    @Test("Every POST refuses a field it does not know, beside ones that are right")
    func unknownFields() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            for route in world.api.routes where route.method == .post {
                guard case .key = route.access, var body = route.body?.example.objectValue else {
                    continue
                }
                body["surprise"] = .boolean(true)
                let path = route.path.split(separator: "/").map { segment in
                    switch segment {
                    case "{customer}": customer
                    case "{method}": "pmt_01kjqz8v5m3t9w2x4y6c7d8e9f"
                    case "{deposit}": "dep_01kjqz8v5m3t9w2x4y6c7d8e9f"
                    case "{order}": "ord_01kjqz8v5m3t9w2x4y6c7d8e9f"
                    case "{withdrawal}": "wdl_01kjqz8v5m3t9w2x4y6c7d8e9f"
                    case "{settlement}": "stl_01kjqz8v5m3t9w2x4y6c7d8e9f"
                    case "{break}": "1"
                    default: String(segment)
                    }
                }.reduce("") { "\($0)/\($1)" }

                let got = try await world.post(path, .object(body))

                #expect(got.status == 422, "\(route.operation)")
                #expect(got.pointers.contains("/surprise"), "\(route.operation)")
            }
        }
    }

    @Test(
        "An amount is a whole number of cents above zero and not absurd",
        arguments: [
            "0", "-1", "1000000000001", "50.5", "1e3", "\"500\"", "null", "true",
            "99999999999999999999",
        ])
    func amounts(_ amount: String) async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let method = try await world.bankAccount(customer)
            let body = "{\"method\": \"\(method)\", \"amount_minor\": \(amount)}"

            let got = try await world.send(
                .post, "/v1/customers/\(customer)/deposits",
                headers: [("Content-Type", "application/json"), ("Idempotency-Key", "k")],
                body: Array(body.utf8))

            #expect(got.status == 422)
            #expect(got.code == "invalid_body")
            #expect(got.pointers == ["/amount_minor"])
        }
    }

    @Test(
        "Text that is not JSON is answered 400 with the place",
        arguments: [
            "", "{", "{\"a\": 1,}", "{\"a\": 1, \"a\": 2}", "nonsense", "{\"a\": \u{1}}",
            String(repeating: "[", count: 200),
        ])
    func malformed(_ text: String) async throws {
        try await World.run { (world: World) async throws in
            let got = try await world.send(
                .post, "/v1/customers", headers: [("Content-Type", "application/json")],
                body: Array(text.utf8))

            #expect(got.status == 400)
            #expect(got.code == "malformed_json")
            #expect(got.json["errors"]?[0]?["code"]?.stringValue == "malformed")
        }
    }

    @Test("Unknown fields, missing ones and wrong types are all told at once, by pointer")
    func fields() async throws {
        try await World.run { (world: World) async throws in
            let got = try await world.post(
                "/v1/customers", ["reference": 7, "name": "Ana", "colour": "red"])

            #expect(got.status == 422)
            #expect(got.pointers == ["/reference", "/email", "/colour"])
        }
    }

    @Test("Faults of a bank account are told with the pointers of the body that was sent")
    func accountPointers() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()

            let got = try await world.post(
                "/v1/customers/\(customer)/payment-methods",
                [
                    "type": "bank_account", "label": "x", "routing_number": "021000022",
                    "account_number": "12", "account_type": "gold", "balance_minor": -1,
                ])

            #expect(
                Set(got.pointers) == [
                    "/routing_number", "/account_number", "/account_type", "/balance_minor",
                ])
        }
    }

    @Test(
        "What only an answer or a card has is an unknown field of an account",
        arguments: ["bank_account", "balance", "card", "token", "last_four", "kind"])
    func otherNames(_ name: String) async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            var body: JSON = [
                "type": "bank_account", "label": "x", "routing_number": "021000021",
                "account_number": "123456789", "account_type": "checking",
            ]
            body = body.with(name, .object([]))

            let got = try await world.post("/v1/customers/\(customer)/payment-methods", body)

            #expect(got.status == 422)
            #expect(got.pointers == ["/\(name)"])
        }
    }

    @Test("A body that says again what the path says is refused")
    func twoAnswers() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let method = try await world.bankAccount(customer)

            let got = try await world.post(
                "/v1/customers/\(customer)/deposits",
                [
                    "customer": .string(customer), "method": .string(method),
                    "amount_minor": 50_000,
                ])

            #expect(got.pointers == ["/customer"])
        }
    }

    @Test("A body must be JSON and say so")
    func mediaType() async throws {
        try await World.run { (world: World) async throws in
            let got = try await world.send(
                .post, "/v1/customers", headers: [("Content-Type", "text/plain")],
                body: Array("{}".utf8))
            #expect(got.status == 415)
            let without = try await world.send(.post, "/v1/customers", body: Array("{}".utf8))
            #expect(without.status == 415)
        }
    }

    @Test("A body that is too large is refused before it is read")
    func tooLarge() async throws {
        try await World.run { (world: World) async throws in
            let got = try await world.send(
                .post, "/v1/customers", headers: [("Content-Type", "application/json")],
                body: [UInt8](repeating: 0x20, count: Call.bodyBytesMax + 1))
            #expect(got.status == 413)
            #expect(got.code == "body_too_large")
        }
    }

    @Test(
        "A query that is unknown, doubled or out of range is refused",
        arguments: [
            "limit=0", "limit=201", "limit=-1", "limit=1.5", "limit=ten", "limit=%2B5",
            "limit=1&limit=2", "offset=3", "limit", "limit=",
        ])
    func queries(_ query: String) async throws {
        try await World.run { (world: World) async throws in
            let got = try await world.get("/v1/customers?\(query)")
            #expect(got.status == 400)
            #expect(got.code == "invalid_query")
        }
    }

    @Test("The state of a queue is required, and one of its own")
    func states() async throws {
        try await World.run { (world: World) async throws in
            #expect(try await world.get("/v1/orders").code == "invalid_query")
            #expect(try await world.get("/v1/orders?state=sent").code == "invalid_query")
            #expect(try await world.get("/v1/withdrawals?state=sent").status == 200)
        }
    }

    @Test("A problem says what a client needs: type, code, status, request")
    func problem() async throws {
        try await World.run { (world: World) async throws in
            let got = try await world.get("/v1/customers/none")
            #expect(got.header("Content-Type") == "application/problem+json")
            #expect(
                got.json["type"]?.stringValue
                    == "https://money.example.com/problems/customer_unknown")
            #expect(got.json["status"]?.integerValue == 404)
            #expect(got.json["request_id"]?.stringValue == got.header("X-Request-Id"))
        }
    }

    @Test("What is not a customer's own is not there, in the same words as what is nowhere")
    func foreignIDs() async throws {
        try await World.run { (world: World) async throws in
            let ana = try await world.customer("ana")
            let ben = try await world.customer("ben")
            let method = try await world.bankAccount(ana)
            let deposit = try await world.deposit(ana, method).id
            let nowhere = "dep_00000000000000000000000000"

            let foreign = try await world.get("/v1/customers/\(ben)/deposits/\(deposit)")
            let none = try await world.get("/v1/customers/\(ben)/deposits/\(nowhere)")
            let notAnID = try await world.get("/v1/customers/\(ben)/deposits/x")
            let used = try await world.deposit(ben, method)
            let cancelled = try await world.post(
                "/v1/customers/\(ben)/deposits/\(deposit)/cancel")

            for got in [foreign, none, notAnID, cancelled] {
                #expect(got.status == 404 && got.code == "deposit_unknown")
                #expect(got.json["detail"] == none.json["detail"])
            }
            #expect(used.status == 404 && used.code == "method_unknown")
        }
    }

    @Test("One reference is one customer")
    func references() async throws {
        try await World.run { (world: World) async throws in
            let first = try await world.customer("ex-7")
            let again = try await world.post(
                "/v1/customers",
                ["reference": "ex-7", "name": "Other", "email": "other@example.com"])
            #expect(again.status == 409 && again.code == "customer_exists")
            let found = try await world.get("/v1/customers?reference=ex-7")
            #expect(found.rows.compactMap { $0["id"]?.stringValue } == [first])
            #expect(try await world.get("/v1/customers?reference=ex-8").rows.isEmpty)
        }
    }

    @Test("An account number goes in and never comes out")
    func accountNumbers() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let number = "8086123454321"
            let made = try await world.bankAccount(customer, number: number)
            let path = "/v1/customers/\(customer)/payment-methods"
            let shown = try await world.get("\(path)/\(made)")
            #expect(shown.json["last_four"]?.stringValue == "4321")
            for text in [shown.text, try await world.get(path).text] {
                #expect(!text.contains("808612345"))
            }
        }
    }
}
