import Banking
import Edges
import Foundation
import Ledger
import Nacha
import Rules
import Service
import Testing
import Wire

@testable import API

@Suite("Stories told through the API")
struct StoryTests {
    @Test("From a deposit over its return to Settled, by a wire that names its settlement")
    func settled() async throws {
        try await World.run { (world: World) async throws in
            let (customer, deposit) = try await world.owing()
            let path = "/v1/customers/\(customer)"
            let owed = try await world.get(path)
            #expect(owed.json["owed_minor"]?.integerValue == 50_000)
            #expect(owed.json["display_balance_minor"]?.integerValue == -50_000)
            let obligations = try await world.get("\(path)/obligations").rows
            #expect(obligations.map { $0["outstanding_minor"] } == [50_000])
            #expect(try await world.get("/v1/obligations?state=open").rows == obligations)
            let options = try await world.get("\(path)/settlement-options").rows
            #expect(options.contains { $0["kind"]?.stringValue == "wire" })

            let stale = try await world.post(
                "\(path)/settlements", ["kind": "wire", "owed_shown_minor": 49_999])
            #expect(stale.status == 409 && stale.code == "amount_changed")
            #expect(stale.json["owed_minor"]?.integerValue == 50_000)
            let started = try await world.post(
                "\(path)/settlements", ["kind": "wire", "owed_shown_minor": 50_000])
            #expect(started.status == 201)
            let location = try #require(started.header("Location"))
            let settlement = try await world.get(location)
            #expect(settlement.json["state"]?["name"]?.stringValue == "awaiting_payment")
            let reference = try #require(settlement.json["reference"]?.stringValue)
            try await world.happen(
                .receiveFunds(
                    .init(
                        rail: .wire, amount: .init(50_100), source: "First Sample",
                        reference: reference)), to: customer)

            #expect(
                try await world.get("\(path)/deposits/\(deposit)").json["status"] == "SETTLED")
            #expect(try await world.get(location).json["state"]?["name"] == "completed")
            #expect(try await world.get(path).json["cash_minor"]?.integerValue == 100)
            let refund = try await world.post(
                "\(path)/refunds", ["amount_minor": 100, "source": "Elsewhere"])
            #expect(refund.code == "overpayment_source_differs")
        }
    }

    @Test("A settlement that is not under way can be cancelled; its money cannot go twice")
    func cancelledSettlement() async throws {
        try await World.run { (world: World) async throws in
            let (customer, _) = try await world.owing()
            let path = "/v1/customers/\(customer)/settlements"
            let wire = try await world.post(path, ["kind": "wire"]).id
            let cancelled = try await world.post("\(path)/\(wire)/cancel")
            #expect(cancelled.status == 200)
            #expect(cancelled.json["settlement"]?.stringValue == wire)
            let card = try await world.post(path, ["kind": "card"]).id
            let second = try await world.post(path, ["kind": "wire"])
            #expect(second.code == "settlement_in_progress")
            #expect(second.json["settlement"]?.stringValue == card)
            #expect(try await world.get(path).rows.count == 2)
        }
    }

    @Test("Withdrawals: refused with the reason and the date, requested, sent")
    func withdrawals() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let method = try await world.bankAccount(customer)
            let path = "/v1/customers/\(customer)"
            _ = try await world.deposit(customer, method)
            let body: JSON = [
                "asset": "USD", "amount_minor": 10_000, "destination": "Everyday checking",
            ]

            let held = try await world.post("\(path)/withdrawals", body)
            #expect(held.status == 409 && held.code == "held")
            #expect(held.json["until"]?.stringValue != nil)

            try await world.happen(
                .receiveFunds(
                    .init(rail: .wire, amount: .init(30_000), source: "Bank", reference: nil)),
                to: customer)
            let asked = try await world.post("\(path)/withdrawals", body)
            #expect(asked.status == 201)
            let waiting = try await world.get("/v1/withdrawals?state=requested").rows
            #expect(waiting.map { $0["id"]?.stringValue } == [asked.id])
            #expect(waiting.first?["customer"]?.stringValue == customer)
            let sent = try await world.post("\(path)/withdrawals/\(asked.id)/sent")
            #expect(sent.status == 200)
            let shown = try await world.get("\(path)/withdrawals/\(asked.id)")
            #expect(shown.json["state"] == "sent")
            let late = try await world.post("\(path)/withdrawals/\(asked.id)/cancel")
            #expect(late.status == 409 && late.code == "wrong_state")
            #expect(try await world.get("\(path)/withdrawable").status == 200)
        }
    }

    @Test("Two small amounts prove an account, and no answer says what they are")
    func microEntries() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let method = try await world.post(
                "/v1/customers/\(customer)/payment-methods",
                [
                    "type": "bank_account", "label": "Everyday checking",
                    "routing_number": "021000021", "account_number": "9876543210",
                    "account_type": "checking",
                ]
            ).id
            let path = "/v1/customers/\(customer)/payment-methods/\(method)"
            let named = try await world.post(
                "\(path)/micro-entries", ["amounts_minor": [12, 34]])
            #expect(named.status == 400 || named.status == 422)

            let asked = try await world.post("\(path)/micro-entries")
            #expect(asked.status == 201)
            #expect(
                try await world.get(path).json["validation"]?["state"]?.stringValue == "queued")
            let id = try #require(CustomerID(customer))
            let known = try #require(
                try world.service.reader.customer(id)?.methods.values.first?.validation)
            let odfi = try #require(DFIIdentification("09100001"))
            try await world.happen(
                .submitMicroEntries(
                    try known.entries.enumerated().map { index, entry in
                        Command.SubmitEntry(
                            payment: .microEntry(entry.id),
                            trace: try #require(TraceNumber(odfi: odfi, sequence: 1 + index)),
                            file: "f")
                    }), to: customer)
            let credits = known.entries.filter(\.isCredit).map { JSON.integer($0.amount.count) }

            let wrong = try await world.post(
                "\(path)/micro-entries/confirm",
                ["amounts_minor": .array([credits[0], credits[0]])])
            #expect(wrong.status == 200 && wrong.json["result"] == "wrong_amounts")
            #expect(wrong.json["tries_left"]?.integerValue == 2)
            let right = try await world.post(
                "\(path)/micro-entries/confirm", ["amounts_minor": .array(credits.reversed())])

            #expect(right.json["result"] == "done")
            let shown = try await world.get(path).json
            #expect(shown["verified"] == true)
            #expect(shown["validation"]?["state"] == "proven")
        }
    }

    @Test("A debit that was asked back is told with its deposit, and its answer is kept")
    func returnRequest() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let method = try await world.bankAccount(customer)
            let deposit = try await world.deposit(customer, method).id
            let path = "/v1/customers/\(customer)/deposits/\(deposit)"
            let early = try await world.post(
                "\(path)/return-requests", ["reason": "Sent twice."])
            #expect(early.code == "wrong_state")
            let id = try #require(DepositID(deposit))
            let odfi = try #require(DFIIdentification("09100001"))
            try await world.happen(
                .submitEntry(
                    Command.SubmitEntry(
                        payment: .deposit(id),
                        trace: try #require(TraceNumber(odfi: odfi, sequence: 1)), file: "f")),
                to: customer)

            let asked = try await world.post(
                "\(path)/return-requests", ["reason": "Sent twice."])
            let answered = try await world.post(
                "\(path)/return-requests/answer", ["answer": "declined"])

            #expect(asked.status == 201 && answered.status == 200)
            let request = try await world.get(path).json["return_requests"]?.arrayValue?.first
            #expect(request?["reason"] == "Sent twice.")
            #expect(request?["answer"] == "declined")
        }
    }

    @Test("Trades, orders, purchases and assets that arrive")
    func trading() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let method = try await world.bankAccount(customer)
            let path = "/v1/customers/\(customer)"
            let bought = try await world.post(
                "\(path)/purchases",
                [
                    "method": .string(method), "asset": "ETH", "quantity": "0.1",
                    "amount_minor": 20_000, "fee_minor": 100,
                ])
            #expect(bought.status == 201)
            #expect(bought.header("Location") == "\(path)/deposits/\(bought.id)")
            #expect(
                try await world.get("\(path)/deposits/\(bought.id)").json["kind"]?["type"]
                    == "purchase")
            let arrived = try await world.post(
                "\(path)/assets-received", ["asset": "BTC", "quantity": "0.5"])
            #expect(arrived.status == 201)
            let order = try await world.post(
                "\(path)/orders",
                ["reference": "o-1", "side": "sell", "asset": "BTC", "quantity": "0.2"])
            let sold = try await world.post(
                "\(path)/trades",
                [
                    "side": "sell", "asset": "BTC", "quantity": "0.1", "cash_minor": 600_000,
                    "order": .string(order.id),
                ])
            #expect(sold.status == 201)
            let part = try await world.get("\(path)/orders/\(order.id)")
            #expect(part.json["reserved_quantity"] == "0.10000000")
            #expect(try await world.post("\(path)/orders/\(order.id)/close").status == 200)
            #expect(try await world.get("\(path)/orders").rows.map { $0["state"] } == ["closed"])
            let holdings = try await world.get(path).json["holdings"]?.arrayValue ?? []
            #expect(holdings.map { $0["asset"] } == ["BTC", "ETH"])
            let tooMuch = try await world.post(
                "\(path)/trades",
                ["side": "buy", "asset": "BTC", "quantity": "1", "cash_minor": 9_000_000])
            #expect(tooMuch.code == "insufficient_balance")
            let odd = try await world.post(
                "\(path)/trades",
                [
                    "side": "buy", "asset": "XYZ", "quantity": "1", "cash_minor": 1,
                    "amount_minor": 1,
                ])
            #expect(odd.pointers == ["/asset", "/amount_minor"])
        }
    }

    @Test("Wishes, locks and calls for help change what the customer may do")
    func customerChanges() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let path = "/v1/customers/\(customer)"
            #expect(
                try await world.post("\(path)/liquidation-order", ["assets": ["ETH", "BTC"]])
                    .status == 200)
            #expect(
                try await world.post("\(path)/security-changes", ["kind": "email_changed"])
                    .status == 200)
            #expect(
                try await world.post(
                    "\(path)/help", ["kind": "not_mine", "words": "I did not do this."]
                ).status == 200)
            let shown = try await world.get(path).json
            #expect(shown["liquidation_order"] == ["ETH", "BTC"])
            #expect(shown["security_locks"]?[0]?["kind"] == "email_changed")
            #expect(shown["flags"]?[0]?["kind"] == "dispute")
            let twice = try await world.post(
                "\(path)/liquidation-order", ["assets": ["ETH", "ETH"]])
            #expect(twice.status == 422)
        }
    }

    @Test("Cards are linked by token, balances told, and the house funded")
    func smallThings() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let path = "/v1/customers/\(customer)/payment-methods"
            let card = try await world.post(
                path, ["type": "card", "label": "Card", "token": "tok_1", "last_four": "4242"])
            #expect(card.status == 201)
            #expect(try await world.get("\(path)/\(card.id)").json["type"] == "card")
            let number = try await world.post(
                path,
                [
                    "type": "card", "label": "Card", "token": "tok_1", "last_four": "4242",
                    "account_number": "4111111111111111",
                ])
            #expect(number.pointers == ["/account_number"])
            let method = try await world.bankAccount(customer)
            let told = try await world.post("\(path)/\(method)/balance", ["amount_minor": 7])
            #expect(told.status == 200)
            #expect(
                try await world.get("\(path)/\(method)").json["balance"]?["amount_minor"] == 7)
            #expect(
                try await world.post("/v1/house/funding", ["asset": "BTC", "quantity": "10"])
                    .status == 201)
            let mixed = try await world.post(
                "/v1/house/funding", ["asset": "USD", "quantity": "10"])
            #expect(mixed.status == 422)
        }
    }

    @Test("A sign-in link works once, until its time has passed, for whom it was made")
    func signInLinks() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let got = try await world.post(
                "/v1/customers/\(customer)/sign-in-links", idempotencyKey: nil)
            #expect(got.status == 201)
            let url = try #require(got.json["url"]?.stringValue)
            let text = try #require(url.split(separator: "=").last.map(String.init))
            #expect(url == "https://money.example.com/sign-in?token=\(text)")
            let token = try #require(Token(text, prefix: "link"))
            let now = world.service.clock.now()
            let subject = try world.service.edge.useLink(digest: Data(token.hash), at: now)
            #expect(subject == .customer(try #require(CustomerID(customer))))
            #expect(try world.service.edge.useLink(digest: Data(token.hash), at: now) == nil)

            let nobody = try await world.post(
                "/v1/customers/cus_00000000000000000000000000/sign-in-links")
            #expect(nobody.status == 404)
            let chatty = try await world.post(
                "/v1/customers/\(customer)/sign-in-links", ["minutes": 10_000])
            #expect(chatty.pointers == ["/minutes"])
            let desk = try await world.post(
                "/v1/operators/sign-in-links", ["name": "Dana", "role": "operator"])
            #expect(desk.status == 201)
            let king = try await world.post(
                "/v1/operators/sign-in-links", ["name": "Dana", "role": "king"])
            #expect(king.pointers == ["/role"])
        }
    }

    @Test("The sandbox's clock moves forward, does what falls due, and is remembered")
    func clock() async throws {
        try await World.run { (world: World) async throws in
            let start = try await world.get("/v1/sandbox/clock")
            #expect(start.json["next_due"] == .null)
            let customer = try await world.customer()
            let method = try await world.bankAccount(customer)
            _ = try await world.deposit(customer, method)
            let cutOff = try #require(
                try await world.get("/v1/sandbox/clock").json["next_due"]?.stringValue)
            #expect(Instant(rfc3339: cutOff).map { $0 > world.service.clock.now() } == true)

            let target = world.service.clock.now().adding(days: 2)
            let moved = try await world.post(
                "/v1/sandbox/clock", ["advance_to": .string(target.rfc3339)])

            #expect(moved.status == 200)
            #expect(world.service.clock.now() >= target)
            let kept = try world.service.edge.setting("clock_offset_ms").flatMap { Int64($0) }
            #expect(kept == world.service.clock.offsetMilliseconds)
            let back = try await world.post(
                "/v1/sandbox/clock", ["advance_to": "2020-01-01T00:00:00Z"])
            #expect(back.status == 200 && world.service.clock.now() >= target)
            let far = try await world.post(
                "/v1/sandbox/clock", ["advance_to": "2999-01-01T00:00:00Z"])
            #expect(far.pointers == ["/advance_to"])
            let nonsense = try await world.post(
                "/v1/sandbox/clock", ["advance_to": "tomorrow"])
            #expect(nonsense.pointers == ["/advance_to"])
        }
    }

    @Test("The clock is busy from the closing of a bank file until its entries have left")
    func busyWithFile() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let method = try await world.bankAccount(customer)
            let now = world.service.clock.now()
            try world.service.edge.set("bank_last_closing", to: now.rfc3339)
            let deposit = try await world.deposit(customer, method).id
            for row in try world.service.edge.dueOutgoing(at: now.adding(days: 9), limit: 100) {
                try world.service.edge.outgoingDone(row.id, at: now)
            }
            let before = try await world.get("/v1/sandbox/clock").json
            #expect(before["busy"] == false)
            let closing = try #require(before["next_due"])

            let at = try await world.post("/v1/sandbox/clock", ["advance_to": closing])
            #expect(at.json["busy"] == true)
            let payment = PaymentReference.deposit(try #require(DepositID(deposit)))
            let trace = try #require(TraceNumber("021000020000001"))
            try await world.happen(
                .submitEntry(Command.SubmitEntry(payment: payment, trace: trace, file: "a.ach")),
                to: customer)
            #expect(try await world.get("/v1/sandbox/clock").json["busy"] == false)
        }
    }

    @Test("A stopped service says when to come back")
    func stopped() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let method = try await world.bankAccount(customer)
            world.service.engine.stop()
            let got = try await world.deposit(customer, method)
            #expect(got.status == 503 && got.code == "stopping")
            #expect(got.header("Retry-After") != nil)
            #expect(try await world.get("/v1/customers/\(customer)").status == 200)
        }
    }
}
