import Banking
import Edges
import Foundation
import HTTPTypes
import Ledger
import Money
import Rules
import Testing

@Suite struct SettleTests {
    @Test("From a returned deposit to Settled by wire, with every page on the way")
    func wholeStory() async throws {
        try await World.run { world, reader in
            let deposit = try await world.owe()
            let obligation = try #require(try world.read().openObligations.first)
            #expect(obligation.grace == .awaitingNotice)

            let home = try await reader.get("/")
            // The grace clock started with the page that told of it.
            #expect(home.html.contains("−$150.00"))
            #expect(home.html.contains("Nov 25"))
            let running = try #require(try world.read().openObligations.first)
            guard case .running = running.grace else {
                Issue.record("the time to pay has not begun")
                return
            }

            let details = try await reader.get("/deposits/\(deposit)")
            #expect(details.html.contains("R01"))
            #expect(details.html.contains("$200.00"))
            // Five banking days after Monday, with Thanksgiving between.
            #expect(details.html.contains("Tue, Dec 1"))

            let settle = try await reader.get("/settle")
            let fields = [
                ("method", "wire"), ("amount", "150.00"), ("amount_seen", "15000"),
            ]
            let chosen = try await reader.post("/settle", fields, from: settle)
            let again = try await reader.post("/settle", fields, from: settle)
            #expect(chosen.status == 303)
            #expect(again.location == chosen.location)
            #expect(try world.read().settlements.count == 1)
            let settlement = try #require(try world.read().settlements.values.first)

            let wire = try await reader.get(chosen.location)
            #expect(wire.html.contains(settlement.reference))
            #expect(wire.html.contains("021000021"))

            try await world.tell(
                .receiveFunds(
                    Command.ReceiveFunds(
                        rail: .wire, amount: Cents(15_000), source: "••4321",
                        reference: settlement.reference)))
            let done = try await reader.get("/settlements/\(settlement.id)")
            #expect(done.status == 200)
            #expect(done.html.contains("Settled"))
            let settled = try await reader.get("/deposits/\(deposit)")
            #expect(settled.html.contains("Settled"))
            #expect(!settled.html.contains("href=\"/settle\""))
            let notices = try await reader.get("/notices")
            #expect(notices.html.contains("$150.00"))
            #expect(try await reader.get("/").html.contains("$0.00"))
        }
    }

    @Test("A form made before the amount changed pays nothing and shows the new amount")
    func staleAmount() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            let settle = try await reader.get("/settle")
            try await world.tell(
                .receiveFunds(
                    Command.ReceiveFunds(
                        rail: .wire, amount: Cents(5_000), source: "••4321", reference: nil)))

            let answer = try await reader.post(
                "/settle", [("method", "wire"), ("amount", "150.00"), ("amount_seen", "15000")],
                from: settle)

            #expect(answer.status == 409)
            #expect(answer.html.contains("$100.00"))
            #expect(answer.html.contains("value=\"10000\""))
            #expect(try world.read().settlements.isEmpty)
        }
    }

    @Test("Nothing is promised to a customer who only asks a question")
    func helpThatStopsNothing() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            let help = try await reader.get("/help")

            let sent = try await reader.post(
                "/help", [("topic", "accessibility"), ("message", "Larger letters, please.")],
                from: help)
            let answer = try await reader.get(sent.location)
            let home = try await reader.get("/")

            #expect(answer.html.contains("We have your message"))
            #expect(!answer.html.contains("nothing will be sold"))
            #expect(home.html.contains("to keep your assets"))
        }
    }

    @Test("Who says a deposit is not his reads that nothing is sold while a person looks")
    func helpThatStopsSales() async throws {
        try await World.run { world, reader in
            let deposit = try await world.owe()
            let help = try await reader.get("/help")

            let sent = try await reader.post(
                "/help", [("topic", "not-mine"), ("message", "I did not do this.")], from: help)
            let answer = try await reader.get(sent.location)

            #expect(answer.html.contains("nothing will be sold"))
            for path in ["/", "/deposits/\(deposit)", "/settle"] {
                let page = try await reader.get(path)
                #expect(page.html.contains("Nothing will be sold meanwhile."), "\(path)")
                #expect(!page.html.contains("to keep your assets"), "\(path)")
            }
        }
    }

    @Test("An amount of zero is told as too small, not as too much")
    func nothingPaid() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            let settle = try await reader.get("/settle")

            let answer = try await reader.post(
                "/settle", [("method", "wire"), ("amount", "0"), ("amount_seen", "15000")],
                from: settle)

            #expect(answer.status == 422)
            #expect(answer.html.contains("Enter $0.01 or more."))
        }
    }

    @Test("An asset that does not pay it all says how much it pays")
    func assetCovers() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            try world.price(cents: 4_000_000)
            let settle = try await reader.get("/settle")

            let answer = try await reader.post(
                "/settle",
                [("method", "sell_asset:BTC"), ("amount", "150.00"), ("amount_seen", "15000")],
                from: settle)
            let less = try await reader.post(
                "/settle",
                [("method", "sell_asset:BTC"), ("amount", "119.40"), ("amount_seen", "15000")],
                from: try await reader.get("/settle"))

            #expect(answer.status == 422)
            // 0.003 BTC at 40,000 dollars, less a fee of half a percent.
            #expect(answer.html.contains("pays about $119.40 after our fee"))
            #expect(less.status == 303)
        }
    }

    @Test("A failed instant buy is told as a purchase, from the notice to Settled")
    func failedPurchase() async throws {
        try await World.run { world, reader in
            let purchase = try await world.buyAtOnce()
            let home = try await reader.get("/")
            let notices = try await reader.get("/notices")
            let before = try await reader.get("/deposits/\(purchase)")
            try await world.sendBack(purchase)

            let owed = try await reader.get("/")
            let details = try await reader.get("/deposits/\(purchase)")
            let settle = try await reader.get("/settle")

            #expect(home.html.contains("Purchase of 0.003 BTC"))
            #expect(notices.html.contains("0.003 BTC is yours"))
            #expect(!notices.html.contains("is available early"))
            #expect(before.html.contains("Purchase of 0.003 BTC for $150.00"))
            #expect(before.html.contains("Purchase started: $150.00"))
            #expect(
                owed.html.contains(
                    "Your bank did not pay for a purchase you had already received."))
            #expect(details.html.contains("You bought 0.003 BTC for $150.00"))
            #expect(!details.html.contains("this deposit"))
            #expect(settle.html.contains("Purchase of Nov 23, 2026"))
        }
    }

    @Test("A review of a debit is confirmed once, and only when it is authorized")
    func bankDebit() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            let account = world.service.vault.seal(
                routingNumber: "011401533", accountNumber: "555500001", type: .checking)
            guard
                case .method(let other) = try await world.tell(
                    .linkMethod(
                        Command.LinkMethod(
                            kind: .bankAccount(account), label: "Prairie", lastFour: "0001",
                            verified: true, balance: nil)))
            else { return }
            let settle = try await reader.get("/settle")
            let chosen = try await reader.post(
                "/settle",
                [("method", "ach:\(other)"), ("amount", "150.00"), ("amount_seen", "15000")],
                from: settle)
            #expect(chosen.status == 303)
            #expect(try world.read().settlements.isEmpty)
            let review = try await reader.get(chosen.location)
            #expect(review.html.contains("Prairie"))
            let path = chosen.location.replacingOccurrences(of: "/review", with: "")

            let unsigned = try await reader.post(path, [], from: review)
            let confirmed = try await reader.post(path, [("authorize", "yes")], from: review)
            let twice = try await reader.post(path, [("authorize", "yes")], from: review)

            #expect(unsigned.status == 422)
            #expect(confirmed.status == 303)
            #expect(twice.location == confirmed.location)
            #expect(try world.read().settlements.count == 1)
            let processing = try await reader.get(confirmed.location)
            #expect(processing.status == 200)
            let now = try await reader.get("/settle")
            #expect(now.status == 200)
        }
    }

    @Test("A card payment leads to the processor as soon as it has a page")
    func card() async throws {
        try await World.run(processorURL: "http://127.0.0.1:9090/api") { world, reader in
            _ = try await world.owe()
            let settle = try await reader.get("/settle")
            let chosen = try await reader.post(
                "/settle", [("method", "card"), ("amount", "150.00"), ("amount_seen", "15000")],
                from: settle)
            let review = try await reader.get(chosen.location)
            let policy = review.headers[.contentSecurityPolicy] ?? ""
            let confirmed = try await reader.post(
                chosen.location.replacingOccurrences(of: "/review", with: ""),
                [("authorize", "yes")], from: review)
            let settlement = try #require(try world.read().settlements.values.first)
            try await world.tell(
                .chargeOpened(
                    Command.ChargeOpened(
                        settlement: settlement.id, actionURL: "http://127.0.0.1:9090/pay/1")))

            let onward = try await reader.get(confirmed.location)

            #expect(policy.contains("form-action 'self' http://127.0.0.1:9090;"))
            #expect(confirmed.location == "/settlements/\(settlement.id)/continue")
            #expect(onward.status == 303)
            #expect(onward.location == "http://127.0.0.1:9090/pay/1")
            try await world.tell(
                .chargeSucceeded(
                    Command.ChargeSucceeded(
                        settlement: settlement.id, amount: settlement.amount,
                        fee: settlement.fee)))
            let done = try await reader.get("/settlements/\(settlement.id)")
            #expect(done.html.contains("Settled"))
        }
    }

    @Test("Selling an asset to settle asks again when the price has moved")
    func sellAsset() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            try world.price(cents: 6_000_000)
            let settle = try await reader.get("/settle")
            let chosen = try await reader.post(
                "/settle",
                [("method", "sell_asset:BTC"), ("amount", "150.00"), ("amount_seen", "15000")],
                from: settle)
            let review = try await reader.get(chosen.location)
            try world.price(cents: 6_100_000)

            let moved = try await reader.post(
                chosen.location.replacingOccurrences(of: "/review", with: ""),
                [("authorize", "yes")], from: review)
            let second = try await reader.get(moved.location)
            let confirmed = try await reader.post(
                moved.location.replacingOccurrences(of: "/review", with: ""),
                [("authorize", "yes")], from: second)

            #expect(review.html.contains("$60,000.00"))
            #expect(second.html.contains("$61,000.00"))
            #expect(confirmed.status == 303)
            let settlement = try #require(try world.read().settlements.values.first)
            guard case .selling = settlement.state else {
                Issue.record("nothing is being sold")
                return
            }
        }
    }

    @Test("A plan made for one customer is nothing to another")
    func foreignPlan() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            let settle = try await reader.get("/settle")
            let chosen = try await reader.post(
                "/settle", [("method", "card"), ("amount", "150.00"), ("amount_seen", "15000")],
                from: settle)
            let stranger = CustomerID(high: 2, low: 2)
            try await world.tell(
                .openCustomer(
                    Command.OpenCustomer(
                        id: stranger, reference: "bob", name: "Bob Sample",
                        email: "bob@example.com", language: .english, timeZone: "UTC")),
                to: .customer(stranger))
            let other = reader.another()
            try await other.signIn(.customer(stranger), world)

            #expect(try await other.get(chosen.location).status == 404)
        }
    }

    @Test("Asking for help stops what is in dispute, and says so")
    func help() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            let page = try await reader.get("/help?topic=not-mine")

            let empty = try await reader.post(
                "/help", [("topic", "not-mine"), ("message", " ")], from: page)
            let sent = try await reader.post(
                "/help", [("topic", "not-mine"), ("message", "I did not do this.")], from: page)
            let answer = try await reader.get(sent.location)

            #expect(empty.status == 422)
            #expect(sent.status == 303)
            #expect(answer.status == 200)
            #expect(try world.read().profile.flags.map(\.kind) == [.dispute])
        }
    }
}

@Suite struct DocumentTests {
    /// A payment from an account nobody has verified: two documents are wanted.
    private func wanting(_ world: World, _ reader: Browser) async throws -> (String, String) {
        _ = try await world.owe()
        let account = world.service.vault.seal(
            routingNumber: "011401533", accountNumber: "555500001", type: .checking)
        guard
            case .method(let other) = try await world.tell(
                .linkMethod(
                    Command.LinkMethod(
                        kind: .bankAccount(account), label: "Prairie", lastFour: "0001",
                        verified: false, balance: nil))),
            case .settlement(let id) = try await world.tell(
                .startSettlement(Command.StartSettlement(kind: .ach, method: other)))
        else { throw Problem("no settlement") }
        let page = try await reader.get("/settlements/\(id)/documents")
        return ("/settlements/\(id)/documents", page.field("csrf") ?? "")
    }

    /// The smallest picture: one white point.
    private static let png: [UInt8] = {
        let text = """
            iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJg\
            gg==
            """
        return Array(Data(base64Encoded: text) ?? Data())
    }()

    @Test("A harmless picture is kept, sealed, and an operator looks at it in a box")
    func accepted() async throws {
        try await World.run { world, reader in
            let (path, csrf) = try await wanting(world, reader)
            let fields = [
                ("csrf", csrf), ("idempotency_key", "form_12345678-photoID"),
                ("document_kind", "photoID"),
            ]

            let sent = try await reader.upload(path, fields, file: Self.png, named: "id.png")
            let again = try await reader.upload(path, fields, file: Self.png, named: "id.png")

            #expect(sent.status == 303)
            #expect(again.status == 303)
            let document = try #require(try world.read().documents.values.first)
            #expect(try world.read().documents.count == 1)
            let kept = try #require(try world.service.edge.documentFile(document.id))
            #expect(!kept.sealed.starts(with: Self.png.prefix(8)))
            let dana = reader.another()
            try await dana.signIn(.operator(name: "dana", role: "operator"), world)
            let image = try await dana.get("/operator/documents/\(document.id)/pages/1")
            #expect(image.headers[.contentType] == "image/jpeg")
            #expect(image.headers[.contentSecurityPolicy] == "sandbox; default-src 'none'")
            #expect(
                try await reader.get("/operator/documents/\(document.id)/pages/1").status == 403)
            let review = try await dana.get("/operator/documents/\(document.id)")
            #expect(review.status == 200)
            let refused = try await dana.post(
                "/operator/documents/\(document.id)",
                [
                    ("decision", "refuse"), ("reason", "unreadable"),
                    ("idempotency_key", "form_12345678-refuse"),
                ], from: review)
            #expect(refused.location == "/operator/documents")
            #expect(try await reader.get(path).html.contains("cannot"))
        }
    }

    @Test("What is no document, or is more than one, is refused with its reason and not kept")
    func refused() async throws {
        try await World.run { world, reader in
            let (path, csrf) = try await wanting(world, reader)
            let script = Array("%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript>>>>".utf8)
            let files: [([UInt8], String)] = [
                ([], "empty.png"), (Array("<html>".utf8), "page.png"), (script, "acts.pdf"),
                (Self.png, "picture.pdf"), (Array(Self.png.dropLast(20)), "broken.png"),
            ]

            for (file, name) in files {
                let answer = try await reader.upload(
                    path,
                    [
                        ("csrf", csrf), ("idempotency_key", "form_\(name.prefix(4))12345678"),
                        ("document_kind", "photoID"),
                    ], file: file, named: name)

                #expect(answer.status == 422, "\(name)")
                #expect(answer.html.contains("error-file"))
            }
            #expect(try world.read().documents.isEmpty)
        }
    }

    @Test("A file that is too large is told how large it may be")
    func tooLarge() async throws {
        try await World.run { world, reader in
            let (path, csrf) = try await wanting(world, reader)
            let large = Self.png + [UInt8](repeating: 0, count: 11 << 20)

            let answer = try await reader.upload(
                path,
                [
                    ("csrf", csrf), ("idempotency_key", "form_12345678"),
                    ("document_kind", "photoID"),
                ], file: large, named: "id.png")

            #expect(answer.status == 422)
            #expect(answer.html.contains("10 MB"))
            #expect(try world.read().documents.isEmpty)
        }
    }

    @Test("A document for a payment that wants none is not kept")
    func notWanted() async throws {
        try await World.run { world, reader in
            let (path, csrf) = try await wanting(world, reader)
            let id = try #require(try world.read().settlements.keys.first)
            try await world.tell(.cancelSettlement(id))

            let answer = try await reader.upload(
                path,
                [
                    ("csrf", csrf), ("idempotency_key", "form_12345678"),
                    ("document_kind", "photoID"),
                ], file: Self.png, named: "id.png")

            #expect(answer.status == 409)
            #expect(try world.read().documents.isEmpty)
        }
    }
}

@Suite struct MorePaymentTests {
    @Test("Sending an asset in holds its price, and what arrives in time settles")
    func sendAsset() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            try world.price()
            let settle = try await reader.get("/settle")
            let chosen = try await reader.post(
                "/settle",
                [("method", "send_asset:BTC"), ("amount", "150.00"), ("amount_seen", "15000")],
                from: settle)
            let page = try await reader.get(chosen.location)
            let settlement = try #require(try world.read().settlements.values.first)
            let quote = try #require(settlement.quote)

            #expect(chosen.location == "/settlements/\(settlement.id)/send")
            #expect(page.html.contains("0.003 BTC"))
            #expect(page.html.contains(settlement.reference))
            try await world.tell(
                .receiveAsset(
                    Command.ReceiveAsset(
                        asset: quote.asset, quantity: quote.quantity, settlement: settlement.id)))
            let done = try await reader.get("/settlements/\(settlement.id)")
            #expect(done.html.contains("Settled"))
            #expect(try world.read().owed == .zero)
        }
    }

    @Test("A forced sale has its receipt: what was sold, for how much, and where it went")
    func saleReceipt() async throws {
        try await World.run { world, reader in
            let deposit = try await world.owe()
            _ = try await reader.get("/")
            world.service.clock.advance(to: World.start.adding(hours: 49))
            try world.price(cents: 6_000_000)
            await world.service.engine.sweep()
            let sale = try #require(try world.read().sales.values.first)
            try await world.tell(
                .fill(
                    Command.Fill(
                        sale: sale.id, trade: "V-1", quantity: sale.ordered,
                        price: sale.reference)))
            try await world.tell(.finishSale(sale.id))

            let receipt = try await reader.get("/sales/\(sale.id)")
            let details = try await reader.get("/deposits/\(deposit)")

            #expect(receipt.status == 200)
            #expect(receipt.html.contains("V-1") && receipt.html.contains("$60,000.00"))
            #expect(receipt.html.contains("−$150.00"))
            #expect(receipt.html.contains("had passed, so we sold just enough"))
            #expect(!receipt.html.contains("You chose to sell"))
            #expect(details.html.contains("Sold to cover"))
            #expect(details.html.contains("href=\"/sales/\(sale.id)\""))
        }
    }

    @Test("While nothing can be written, forms say when to come back and pages still open")
    func stopped() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            let page = try await reader.get("/help")
            world.service.engine.stop()

            let answer = try await reader.post(
                "/help", [("topic", "not-mine"), ("message", "Not me.")], from: page)

            #expect(answer.status == 503)
            #expect(answer.headers[.retryAfter] == "5")
            #expect(try await reader.get("/").html.contains("−$150.00"))
        }
    }

    @Test("A page fetched ahead of the reader starts no clock")
    func prefetch() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            if let name = HTTPField.Name("Sec-Purpose") { reader.headers[name] = "prefetch" }

            _ = try await reader.get("/")
            _ = try await reader.get("/notices")

            #expect(try world.read().openObligations.first?.grace == .awaitingNotice)
            let notices = try world.service.reader.notices(of: world.customer, limit: 10)
            #expect(notices.allSatisfy { $0.readAt == nil })
        }
    }
}
