import Foundation
import Ledger
import Money
import Rules
import Testing

@Suite struct MoneyTests {
    @Test("A customer links an account, adds money, trades it and sees when it may leave")
    func addAndTrade() async throws {
        try await World.run { world, reader in
            let link = try await reader.get("/bank-accounts/new")
            let linked = try await reader.post(
                "/bank-accounts/new",
                [
                    ("bank_name", "First Harbor"), ("routing_number", "021000021"),
                    ("account_number", "123456789"), ("account_number_again", "123456789"),
                    ("account_type", "checking"),
                ], from: link)
            #expect(linked.location == "/add-money")

            let add = try await reader.get("/add-money")
            let method = try #require(add.field("bank_account"))
            #expect(add.html.contains("First Harbor") && !add.html.contains("123456789"))
            let check = try await reader.post(
                "/add-money/review", [("amount", "200.00"), ("bank_account", method)], from: add)
            #expect(check.status == 303)
            let review = try await reader.get(check.location)
            // A first deposit of an unverified account: within the starter limit.
            #expect(review.html.contains("$200.00"))
            let unsigned = try await reader.post(
                "/deposits", [("amount", "200.00"), ("bank_account", method)], from: review)
            #expect(unsigned.status == 422)
            #expect(try world.read().deposits.isEmpty)
            let done = try await reader.post(
                "/deposits",
                [("amount", "200.00"), ("bank_account", method), ("authorize", "yes")],
                from: review)
            let again = try await reader.post(
                "/deposits",
                [("amount", "200.00"), ("bank_account", method), ("authorize", "yes")],
                from: review)
            #expect(done.status == 303)
            #expect(again.location == done.location)
            #expect(try world.read().deposits.count == 1)
            #expect(try world.read().freeCash == Cents(20_000))

            let deposit = try await reader.get(done.location)
            #expect(deposit.status == 200)
            #expect(deposit.html.contains("Available early"))

            try world.price()
            let trade = try await reader.get("/trade")
            let quote = try await reader.post(
                "/trade/quote", [("side", "buy"), ("asset", "BTC"), ("amount", "150")], from: trade)
            let id = try #require(quote.field("quote"))
            let bought = try await reader.post("/trade", [("quote", id)], from: quote)
            let twice = try await reader.post("/trade", [("quote", id)], from: quote)
            #expect(bought.location == "/" && twice.location == "/")
            #expect(try world.read().freeCash == Cents(5_000))

            let withdraw = try await reader.get("/withdraw")
            let refused = try await reader.post(
                "/withdraw", [("asset", "USD"), ("amount", "50")], from: withdraw)
            #expect(refused.status == 422)
            #expect(refused.html.contains("Nov 30"))
        }
    }

    @Test("A withdrawal locked after a change of password says when it is free again")
    func securityLock() async throws {
        try await World.run { world, reader in
            try await world.tell(.recordSecurityChange(.passwordChanged))

            for path in ["/", "/withdraw"] {
                let page = try await reader.get(path)
                #expect(page.html.contains("It ends Wednesday, Nov 25, 10:0"), "\(path)")
            }
        }
    }

    @Test("A quote that is not ours, or is another customer's, buys nothing")
    func forgedQuote() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            let trade = try await reader.get("/trade")

            let answer = try await reader.post(
                "/trade", [("quote", "AAAA"), ("idempotency_key", "form_12345678")], from: trade)

            #expect(answer.status == 403)
        }
    }

    @Test(
        "A routing number whose last digit does not prove it is not linked",
        arguments: ["021000022", "000000000", "12345678", "02100002A"])
    func routingNumber(number: String) async throws {
        try await World.run { world, reader in
            let link = try await reader.get("/bank-accounts/new")

            let answer = try await reader.post(
                "/bank-accounts/new",
                [
                    ("bank_name", "First Harbor"), ("routing_number", number),
                    ("account_number", "123456789"), ("account_number_again", "123456789"),
                    ("account_type", "checking"),
                ], from: link)

            #expect(answer.status == 422)
            #expect(answer.html.contains("error-routing_number"))
            #expect(answer.html.contains("value=\"First Harbor\""))
            #expect(!answer.html.contains("123456789"))
            #expect(try world.read().methods.isEmpty)
        }
    }

    @Test("What is typed wrong is told beside its field, and what was typed is kept")
    func amounts() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            let add = try await reader.get("/add-money")
            let method = try #require(add.field("bank_account"))

            for amount in ["", "12.345", "fifty", "-5", "0.10", "1,00", "99999999"] {
                let answer = try await reader.post(
                    "/add-money/review", [("amount", amount), ("bank_account", method)], from: add)

                #expect(answer.status == 422, "\(amount)")
                #expect(answer.html.contains("id=\"error-amount\""))
                #expect(answer.html.contains("value=\"\(amount)\""))
            }
        }
    }

    @Test("Another customer's deposit does not exist, whoever asks for it")
    func foreignDeposit() async throws {
        try await World.run { world, reader in
            let deposit = try await world.owe()
            let stranger = CustomerID(high: 2, low: 2)
            try await world.tell(
                .openCustomer(
                    Command.OpenCustomer(
                        id: stranger, reference: "bob", name: "Bob Sample",
                        email: "bob@example.com", language: .english, timeZone: "UTC")),
                to: .customer(stranger))
            let other = reader.another()
            try await other.signIn(.customer(stranger), world)
            let home = try await other.get("/")

            let page = try await other.get("/deposits/\(deposit)")
            let cancel = try await other.post(
                "/deposits/\(deposit)/cancel", [("idempotency_key", "form_12345678")], from: home)

            #expect(try await reader.get("/deposits/\(deposit)").status == 200)
            #expect(page.status == 404)
            #expect(cancel.status == 404)
            #expect(!page.html.contains("200.00"))
        }
    }
}
