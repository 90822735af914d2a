import Foundation
import Ledger
import Money
import Rules
import Testing
import Wire

/// What a customer sees before a sale, keeps after a payment, and knows of his sessions.
@Suite struct KeepingTests {
    @Test("What may be sold is shown with its price before anything is, and can be chosen oneself")
    func saleNotice() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()

            let notice = try await reader.get("/sale-notice")
            let own = try await reader.get("/settle?method=sell_asset%3ABTC")

            #expect(notice.status == 200)
            #expect(notice.html.contains("1. Bitcoin"))
            #expect(notice.html.contains("$50,000.00 per BTC"))
            #expect(notice.html.contains("Nothing is sold before that time."))
            #expect(
                own.html.contains("value=\"wire\"") && !own.html.contains("value=\"wire\" checked"))
        }
    }

    @Test("A link that names no way to pay chooses none for the customer")
    func unknownWayToPay() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()

            let page = try await reader.get("/settle?method=%22%3E%3Cscript%3E")

            #expect(page.status == 200)
            #expect(!page.html.contains("<script>"))
        }
    }

    @Test("The customer says which asset goes first; what is no asset changes nothing")
    func order() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            let page = try await reader.get("/sale-notice")
            let key = "form_order_1"

            let refused = try await reader.post(
                "/sale-notice/order", [("asset", "../BTC"), ("idempotency_key", key)], from: page)
            #expect(refused.status == 400)
            #expect(try world.read().profile.liquidationOrder.isEmpty)

            let done = try await reader.post(
                "/sale-notice/order", [("asset", "BTC"), ("idempotency_key", key)], from: page)
            #expect(done.location == "/sale-notice")
            #expect(try world.read().profile.liquidationOrder.map(\.description) == ["BTC"])
        }
    }

    @Test("With nothing owed nothing is said to be sold")
    func nothingOwed() async throws {
        try await World.run { _, reader in
            let page = try await reader.get("/sale-notice")

            #expect(page.html.contains("Nothing is owed."))
            #expect(!page.html.contains("Put "))
        }
    }

    @Test("A receipt comes once the books have the payment, as a page and as a file")
    func receipt() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            let settle = try await reader.get("/settle")
            _ = try await reader.post(
                "/settle", [("method", "wire"), ("amount", "150.00"), ("amount_seen", "15000")],
                from: settle)
            let settlement = try #require(try world.read().settlements.values.first)
            let path = "/settlements/\(settlement.id)"

            let early = try await reader.get(path + "/receipt.pdf")
            #expect(early.status == 303)
            #expect(early.location == path)

            try await world.tell(
                .receiveFunds(
                    Command.ReceiveFunds(
                        rail: .wire, amount: Cents(15_000), source: "••4321",
                        reference: settlement.reference)))
            let page = try await reader.get(path + "/receipt")
            let file = try await reader.get(path + "/receipt.pdf")

            #expect(page.html.contains("Alice Sample"))
            #expect(page.html.contains("$150.00"))
            #expect(file.status == 200)
            #expect(file.headers[.contentType] == "application/pdf")
            #expect(
                file.headers[.contentDisposition]
                    == "attachment; filename=\"receipt-\(settlement.reference).pdf\"")
            #expect(file.html.hasPrefix("%PDF-1.4"))
            #expect(file.html.contains("($150.00)"))
            #expect(file.html.contains("(\(settlement.reference)"))
        }
    }

    @Test("Nobody reads another's receipt")
    func foreignReceipt() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            let settle = try await reader.get("/settle")
            _ = try await reader.post(
                "/settle", [("method", "wire"), ("amount", "150.00"), ("amount_seen", "15000")],
                from: settle)
            let settlement = try #require(try world.read().settlements.values.first)
            try await world.openOther(7, owing: false)
            let other = reader.another()
            try await other.signIn(.customer(CustomerID(high: 7, low: 7)), world)

            let answer = try await other.get("/settlements/\(settlement.id)/receipt.pdf")

            #expect(answer.status == 404)
        }
    }

    @Test("A receipt says for ever what was owed on its day")
    func receiptStays() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            let settle = try await reader.get("/settle")
            _ = try await reader.post(
                "/settle", [("method", "wire"), ("amount", "50.00"), ("amount_seen", "15000")],
                from: settle)
            let settlement = try #require(try world.read().settlements.values.first)
            let path = "/settlements/\(settlement.id)"
            func wire(_ cents: Int64, _ reference: String?) async throws {
                try await world.tell(
                    .receiveFunds(
                        Command.ReceiveFunds(
                            rail: .wire, amount: Cents(cents), source: "••4321",
                            reference: reference)))
            }
            try await wire(5_000, settlement.reference)
            let before = try await reader.get(path + "/receipt")
            let file = try await reader.get(path + "/receipt.pdf")
            #expect(before.html.contains("$100.00 is still owed"))

            try await wire(10_000, nil)

            #expect(try world.read().owed == .zero)
            let after = try await reader.get(path + "/receipt")
            #expect(after.html.contains("$100.00 is still owed"))
            #expect(file.html.contains("$100.00"))
            #expect(try await reader.get(path + "/receipt.pdf").html.contains("$100.00"))
            // What can be done now is what is so now: nothing is left to pay.
            #expect(!(try await reader.get(path).html.contains("Pay the rest")))
        }
    }

    @Test("What came too much is on the payment's page until it has gone back, and then says when")
    func tooMuch() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            guard
                case .settlement(let id) = try await world.tell(
                    .startSettlement(Command.StartSettlement(kind: .instant)))
            else { return }
            try await world.tell(
                .chargeSucceeded(
                    Command.ChargeSucceeded(settlement: id, amount: Cents(20_000), fee: .zero)))

            let page = try await reader.get("/settlements/\(id)")
            let receipt = try await reader.get("/settlements/\(id)/receipt")
            #expect(page.html.contains("$50.00 was more than you owed. It goes back"))
            #expect(receipt.html.contains("More than was owed, goes back"))
            try await world.tell(
                .chargeRefunded(
                    Command.ChargeRefunded(
                        settlement: id, refund: id.refundOfOverpayment, amount: Cents(5_000))))

            #expect(try await reader.get("/settlements/\(id)").html.contains("It went back"))
            let notices = try await reader.get("/notices")
            #expect(notices.html.contains("$50.00 that you paid too much went back"))
            #expect(try world.read().cash == .zero)
        }
    }

    @Test("The order names what is not sold now with its reason, and keeps its place")
    func hindrances() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            let eth = try #require(AssetCode("ETH"))
            let btc = try #require(AssetCode("BTC"))
            try await world.tell(
                .pauseLiquidation(
                    Command.PauseLiquidation(
                        asset: btc, paused: true, reason: "look")),
                to: .house, by: .operator("ana"))
            try await world.tell(.setLiquidationOrder([eth, btc]))

            let page = try await reader.get("/sale-notice")
            #expect(page.html.contains("1. Ether") && page.html.contains("2. Bitcoin"))
            #expect(page.html.contains("you have none that is free"))
            #expect(page.html.contains("we have paused its sale"))

            _ = try await reader.post(
                "/sale-notice/order",
                [("asset", "BTC"), ("idempotency_key", "form_order_2")], from: page)
            #expect(try world.read().profile.liquidationOrder == [btc, eth])
        }
    }

    @Test("Deposits and entries leave as tables, and what was typed runs nothing in a spreadsheet")
    func tables() async throws {
        try await World.run { world, reader in
            let deposit = try await world.owe()

            let deposits = try await reader.get("/deposits.csv")
            let entries = try await reader.get("/account-entries.csv")

            #expect(deposits.headers[.contentType] == "text/csv; charset=utf-8")
            let rows = deposits.html.components(separatedBy: "\r\n")
            #expect(rows[0].hasPrefix("deposit,started_at,from,last_four,amount,status,owed"))
            #expect(rows[1].hasPrefix("\(deposit),2026-11-23T15:0"))
            #expect(rows[1].contains(",First Harbor,6789,200.00,outstanding,150.00,"))
            #expect(entries.html.components(separatedBy: "\r\n").count > 4)
            #expect(entries.html.contains(",USD,200.00"))
        }
    }

    @Test("The table of entries has every one of them, in parts of any size")
    func allEntries() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            for _ in 0..<1_200 {
                try await world.tell(
                    .receiveFunds(
                        Command.ReceiveFunds(
                            rail: .wire, amount: Cents(1), source: "••4321", reference: nil)))
            }
            let all = try world.service.reader.postings(of: world.customer, limit: 1_000_000)
            #expect(all.count > 1_200)
            let sequences = all.map(\.sequence)
            #expect(sequences == Set(sequences).sorted(by: >))

            let rows = try await reader.get("/account-entries.csv").html
                .components(separatedBy: "\r\n").dropFirst().dropLast()

            #expect(
                rows.map { $0.prefix { $0 != "," } } == all.map { "tr_\($0.sequence)"[...] })
            var walk = try world.service.reader.walk(of: world.customer)
            var found: [Int64] = []
            while !walk.isOver {
                found += try world.service.reader.next(7, of: &walk).map(\.sequence)
            }
            #expect(found == all.map(\.sequence))
        }
    }

    @Test("A deposit that its bank may send back is on hold without a date")
    func noDate() async throws {
        try await World.run { world, reader in
            let deposit = try await world.settledDeposit()
            #expect(try await reader.get("/").html.contains("withdrawable "))

            try await world.tell(
                .requestReturn(
                    Command.RequestReturn(payment: .deposit(deposit), reason: "sent twice")),
                by: .operator("ana"))

            let home = try await reader.get("/")
            #expect(home.html.contains("on hold, no date yet"))
            #expect(!home.html.contains("withdrawable "))
            let page = try await reader.get("/deposits/\(deposit)")
            #expect(page.html.contains("nobody can name a day"))
            #expect(try await reader.get("/withdraw").html.contains("No date yet"))
        }
    }

    @Test("A plan is a proposal: it stops sales until a person answers, and needs no words besides")
    func plan() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            let page = try await reader.get("/help?topic=more-time")
            #expect(page.html.contains("3 payments of up to $50.00"))

            let sent = try await reader.post(
                "/help", [("topic", "more-time"), ("parts", "3"), ("days", "14"), ("message", "")],
                from: page)

            #expect(sent.status == 303)
            #expect(sent.location.hasPrefix("/help?case="))
            #expect(try await reader.get(sent.location).html.contains("nothing will be sold"))
            let flag = try #require(try world.read().profile.flags.first)
            #expect(flag.reason == "[more-time] [plan: 3 payments by 2026-12-07]")
        }
    }

    @Test("A plan nobody offered is not taken", arguments: [("9", "7"), ("2", "400"), ("x", "7")])
    func madeUpPlan(_ parts: String, _ days: String) async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            let page = try await reader.get("/help?topic=more-time")

            let sent = try await reader.post(
                "/help",
                [("topic", "more-time"), ("parts", parts), ("days", days), ("message", "Please.")],
                from: page)

            #expect(sent.status == 400)
            #expect(try world.read().profile.flags.isEmpty)
        }
    }

    @Test("Every session is listed, and others can be ended from here")
    func sessions() async throws {
        try await World.run { world, reader in
            let phone = reader.another()
            phone.headers[.userAgent] = "Mozilla/5.0 (Linux; Android 15) Chrome/140.0"
            try await phone.signIn(.customer(world.customer), world)

            let page = try await reader.get("/security")
            #expect(page.html.contains("Chrome on Android"))
            #expect(page.html.contains("This device"))

            let done = try await reader.post("/security/sign-out-others", [], from: page)
            #expect(done.location == "/security")
            #expect(try await phone.get("/").status == 401)
            #expect(try await reader.get("/").status == 200)
            #expect(
                try await reader.get("/security").html.contains("Signed out from another device"))
        }
    }

    @Test("One device is signed out by its own button, and no name of a stranger's session works")
    func oneSession() async throws {
        try await World.run { world, reader in
            let phone = reader.another()
            try await phone.signIn(.customer(world.customer), world)
            try await world.openOther(7, owing: false)
            let stranger = reader.another()
            try await stranger.signIn(.customer(CustomerID(high: 7, low: 7)), world)
            let page = try await reader.get("/security")
            let action = try #require(
                page.html.components(separatedBy: "action=\"/security/devices/").last)
            let path = "/security/devices/" + action.prefix { $0 != "\"" }

            let foreign = try await stranger.post(
                path, [], from: try await stranger.get("/security"))
            #expect(foreign.status == 303)
            #expect(try await phone.get("/").status == 200)

            _ = try await reader.post(path, [], from: page)
            #expect(try await phone.get("/").status == 401)
            #expect(try await stranger.get("/").status == 200)
        }
    }

    @Test("Signing out everywhere ends this session too")
    func everywhere() async throws {
        try await World.run { _, reader in
            let page = try await reader.get("/security")

            let done = try await reader.post("/security/sign-out-everywhere", [], from: page)

            #expect(done.location == "/sign-in")
            #expect(try await reader.get("/").status == 401)
        }
    }

    @Test("Another site ends nobody's session")
    func otherSite() async throws {
        try await World.run { _, reader in
            let done = try await reader.post(
                "/security/sign-out-everywhere", [("csrf", "made-up")],
                origin: "https://evil.example")

            #expect(done.status == 403)
            #expect(try await reader.get("/").status == 200)
        }
    }

    @Test("The made-up language is nobody's choice")
    func madeUpLanguage() async throws {
        try await World.run { _, reader in
            let home = try await reader.get("/")
            #expect(!home.html.contains("en-XA"))

            let chosen = try await reader.post(
                "/preferences", [("language", "en-XA"), ("return_to", "/")], from: home)

            #expect(chosen.headers[.setCookie] == nil)
            #expect(try await !reader.get("/").html.contains("⟦"))
        }
    }
}
