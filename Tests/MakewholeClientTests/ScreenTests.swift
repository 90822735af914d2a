import Foundation
import Testing

@testable import MakewholeClient

@MainActor @Suite struct ScreenTests {
    private let stub = Stub()
    private let folder: URL
    private let client: Client

    init() throws {
        folder = try Stub.folder()
        client = try stub.client(folder)
    }

    @Test("Home says what to do next: add money, settle, or watch the payment under way")
    func home() async throws {
        let model = HomeModel(client: client, snapshot: Snapshot(folder: folder))
        #expect(model.state == .loading)
        func next() async -> HomeModel.Next? {
            await model.load()
            guard case .shown(let home) = model.state else { return nil }
            return home.next
        }

        stub.answer("GET ", (200, Stub.customer(owed: 0)))
        #expect(await next() == .addMoney)
        stub.answer("GET ", (200, Stub.customer(owed: 15_000)))
        stub.answer("GET /obligations?limit=200", (200, Stub.page(Stub.obligation())))
        #expect(await next() == .settle)
        stub.answer(
            "GET /obligations?limit=200", (200, Stub.page(Stub.obligation(active: "stl_1"))))
        #expect(await next() == .watch("stl_1"))
        guard case .shown(let home) = model.state else { return }
        #expect(home.payBy == Date(timeIntervalSince1970: 1_795_705_200))
        #expect(home.customer.holdings.first?.quantity == "0.5")
    }

    @Test("Without a connection Home shows the last snapshot as of its time, until sign-out")
    func offline() async throws {
        let snapshot = Snapshot(folder: folder)
        stub.answer("GET ", (200, Stub.customer(owed: 0)), (0, ""))
        await HomeModel(client: client, snapshot: snapshot).load()
        let model = HomeModel(client: client, snapshot: snapshot)

        await model.load()

        guard case .stale(let home) = model.state else {
            Issue.record("\(model.state)")
            return
        }
        #expect(home.asOf == Date(timeIntervalSince1970: 1_764_000_000))
        stub.answer("GET ", (401, "{}"))
        await model.load()
        #expect(model.state == .failed(.signedOut))
        stub.answer("GET ", (0, ""))
        await model.load()
        #expect(model.state == .failed(.unreachable), "the snapshot is gone")
    }

    @Test("Only the server's 401 signs out: a token that cannot be renewed is no connection")
    func tokens() async throws {
        let snapshot = Snapshot(folder: folder)
        stub.answer("GET ", (200, Stub.customer(owed: 0)))
        await HomeModel(client: client, snapshot: snapshot).load()
        let lost = try stub.client(folder) { throw URLError(.notConnectedToInternet) }
        let model = HomeModel(client: lost, snapshot: snapshot)

        await model.load()

        guard case .stale = model.state else {
            Issue.record("\(model.state)")
            return
        }
        let ended = try stub.client(folder) { throw ClientFailure.signedOut }
        let other = HomeModel(client: ended, snapshot: snapshot)
        await other.load()
        #expect(other.state == .failed(.signedOut))
    }

    @Test("What is being sent, and what was sent without an answer, is never loaded over")
    func reloading() async throws {
        stub.answer("GET /payment-methods?limit=200", (200, Stub.page(Stub.method)))
        stub.answer("POST /deposits", (0, ""), (201, Stub.made))
        let model = DepositModel(client: client)
        await model.load()
        model.review(amount: "50", method: "pmt_1")
        guard case .reviewing(let review) = model.state else {
            Issue.record("\(model.state)")
            return
        }

        stub.whileSending { request in
            guard request == "POST /deposits" else { return }
            await model.load()
            let state = await model.state
            #expect(state == .sending(review))
        }
        await model.send()
        stub.whileSending(nil)
        await model.load()
        await model.refresh()
        #expect(model.state == .over(review, .unknown))

        // A load that was slow does not undo what was done meanwhile.
        await model.send()
        stub.whileSending { _ in await model.review(amount: "60", method: "pmt_1") }
        await model.load()
        stub.whileSending(nil)
        await model.load()
        model.review(amount: "70", method: "pmt_1")
        stub.whileSending { _ in await model.back() }
        model.review(amount: "80", method: "pmt_1")
        await model.load()
        guard case .editing = model.state else {
            Issue.record("\(model.state)")
            return
        }
    }

    @Test("A payment that is being sent, or has no answer, is never loaded over")
    func reloadingPayments() async throws {
        stub.answer("GET ", (200, Stub.customer(owed: 15_000)))
        stub.answer("GET /obligations?limit=200", (200, Stub.page(Stub.obligation())))
        stub.answer("GET /settlement-options", (200, Stub.page(Stub.option("wire"))))
        stub.answer("POST /settlements", (0, ""))
        let model = SettleModel(client: client)
        await model.load()
        guard case .choosing(_, let options) = model.state else { return }
        model.choose(options[0])
        guard case .reviewing(let review) = model.state else { return }

        stub.whileSending { request in
            guard request == "POST /settlements" else { return }
            await model.load()
            await model.refresh()
        }
        await model.send()
        stub.whileSending(nil)
        await model.load()
        await model.refresh()

        #expect(model.state == .over(review, .unknown))
        #expect(stub.asked.count { $0.path == "" } == 1, "nothing was even asked")
    }

    @Test("A change brings what is shown up to date, and leaves what the customer is doing")
    func refreshing() async throws {
        stub.answer("GET ", (200, Stub.customer(owed: 15_000)), (200, Stub.customer(owed: 9_000)))
        stub.answer("GET /obligations?limit=200", (200, Stub.page(Stub.obligation())))
        stub.answer("GET /settlement-options", (200, Stub.page(Stub.option("wire"))))
        let model = SettleModel(client: client)
        await model.load()
        stub.stream(Stub.Stream(parts: ["id: 1\ndata: x\n\n"]), Stub.Stream(status: 401))
        let feed = ChangeFeed(client: client) { _ in }

        await #expect(throws: ClientFailure.signedOut) { try await feed.follow([model]) }

        guard case .choosing(9_000, let options) = model.state else {
            Issue.record("\(model.state)")
            return
        }
        model.choose(options[0])
        let reviewing = model.state
        await model.refresh()
        #expect(model.state == reviewing)
    }

    @Test("A deposit is typed, reviewed to the cent, sent, and done once")
    func deposit() async throws {
        stub.answer("GET /payment-methods?limit=200", (200, Stub.page(Stub.method)))
        stub.answer("POST /deposits", (0, ""), (201, Stub.made))
        let model = DepositModel(client: client)
        await model.load()

        model.review(amount: "fifty", method: "pmt_1")
        guard case .editing(_, .notAnAmount) = model.state else {
            Issue.record("\(model.state)")
            return
        }
        model.review(amount: "50", method: "other")
        model.review(amount: "50.00", method: "pmt_1")
        guard case .reviewing(let review) = model.state else {
            Issue.record("\(model.state)")
            return
        }
        #expect(review.amountMinor == 5_000)
        await model.send()
        #expect(model.state == .over(review, .unknown))
        model.review(amount: "60", method: "pmt_1")
        model.back()
        #expect(model.state == .over(review, .unknown), "nothing else may be started")
        await model.send()
        guard case .over(_, .done(let made)) = model.state else {
            Issue.record("\(model.state)")
            return
        }
        await model.send()
        #expect(made.id == "dep_1")
        #expect(stub.posts.count == 2 && stub.posts[0].key == stub.posts[1].key)
    }

    @Test("What is owed is paid by a way that can be used, and followed to its end")
    func settling() async throws {
        stub.answer("GET ", (200, Stub.customer(owed: 15_000)))
        stub.answer("GET /obligations?limit=200", (200, Stub.page(Stub.obligation())))
        stub.answer(
            "GET /settlement-options",
            (200, Stub.page(Stub.option("wire"), Stub.option("card", unavailable: "off"))))
        stub.answer("POST /settlements", (201, #"{"result":"settlement","id":"stl_1"}"#))
        stub.answer(
            "GET /settlements/stl_1", (200, Stub.settlement("awaiting_payment")), (0, ""),
            (200, Stub.settlement("completed")))
        let model = SettleModel(client: client)
        await model.load()
        guard case .choosing(15_000, let options) = model.state else {
            Issue.record("\(model.state)")
            return
        }

        model.choose(options[1])
        guard case .choosing = model.state else {
            Issue.record("a way that cannot be used was chosen")
            return
        }
        model.choose(options[0])
        guard case .reviewing(let review) = model.state else {
            Issue.record("\(model.state)")
            return
        }
        #expect(review.totalMinor == 15_250)
        await model.send()
        #expect(stub.posts[0].body == #"{"kind":"wire","owed_shown_minor":15000}"#)
        func followed() -> String? {
            guard case .following(let settlement) = model.state else { return nil }
            return settlement.state.name
        }
        #expect(followed() == "awaiting_payment")
        await model.follow()
        #expect(followed() == "awaiting_payment", "what is shown stays without an answer")
        await model.follow()
        #expect(followed() == "completed")
    }

    @Test("An amount that changed meanwhile is shown and asked again, and nothing is paid")
    func changed() async throws {
        stub.answer("GET ", (200, Stub.customer(owed: 15_000)))
        stub.answer("GET /obligations?limit=200", (200, Stub.page(Stub.obligation())))
        stub.answer("GET /settlement-options", (200, Stub.page(Stub.option("wire"))))
        stub.answer(
            "POST /settlements", (409, Stub.problem("amount_changed", status: 409, owed: 9_000)))
        let model = SettleModel(client: client)
        await model.load()
        guard case .choosing(_, let options) = model.state else { return }
        model.choose(options[0])

        await model.send()

        #expect(model.state == .amountChanged(owedMinor: 9_000))
        stub.answer("GET ", (200, Stub.customer(owed: 0)))
        await model.load()
        #expect(model.state == .nothingOwed)
    }

    @Test("A payment under way is followed instead of another being offered")
    func underWay() async throws {
        stub.answer("GET ", (200, Stub.customer(owed: 15_000)))
        stub.answer(
            "GET /obligations?limit=200", (200, Stub.page(Stub.obligation(active: "stl_1"))))
        stub.answer("GET /settlements/stl_1", (200, Stub.settlement("submitted")))
        let model = SettleModel(client: client)

        await model.load()

        guard case .following(let settlement) = model.state else {
            Issue.record("\(model.state)")
            return
        }
        #expect(settlement.id == "stl_1")
        await model.send()
        #expect(stub.posts.isEmpty)
    }

    @Test("Documents are sent on the service's page while they are wanted, and are in review after")
    func documents() async throws {
        stub.answer(
            "GET /settlements?limit=50",
            (200, Stub.page(Stub.settlement("documents_required", documents: #""photo_id""#))),
            (200, Stub.page(Stub.settlement("documents_required"))),
            (200, Stub.page(Stub.settlement("completed"))))
        let model = DocumentsModel(
            client: client, pages: try #require(URL(string: "https://money.example.com")))

        await model.load()
        guard case .wanted(let types, _, let page) = model.state else {
            Issue.record("\(model.state)")
            return
        }
        #expect(types == ["photo_id"])
        #expect(page.absoluteString == "https://money.example.com/settlements/stl_1/documents")
        await model.load()
        #expect(model.state == .inReview(settlement: "stl_1"))
        await model.load()
        #expect(model.state == .nothingWanted)
    }

    @Test("Notifications are read page by page and stay when the connection goes")
    func notifications() async throws {
        stub.answer(
            "GET /notices?limit=50",
            (200, Stub.page(Stub.notice(3), Stub.notice(2), next: "c/1")), (0, ""))
        stub.answer("GET /notices?limit=50&cursor=c%2F1", (200, Stub.page(Stub.notice(1))))
        let model = NotificationsModel(client: client)

        await model.load()
        #expect(model.unread == 2)
        await model.loadMore()
        await model.loadMore()
        await model.load()

        guard case .shown(let notices, false) = model.state else {
            Issue.record("\(model.state)")
            return
        }
        #expect(notices.map(\.id) == ["ntc_3", "ntc_2", "ntc_1"])
    }

    @Test("An answer that is not understood is a failure of its own and never a crash")
    func malformed() async throws {
        for body in ["", "[]", "{}", "{\"id\":7}", "<html>"] {
            stub.answer("GET ", (200, body))
            let model = HomeModel(client: client, snapshot: Snapshot(folder: folder))
            await model.load()
            #expect(model.state == .failed(.malformed), "\(body)")
        }
    }

    @Test("Every language of the client says the same things, and each otherwise")
    func languages() {
        #expect(Words.Language.allCases.map(\.tag) == ["en-US", "es-US"])
        #expect(Words.Language.allCases.map(\.name) == ["English", "Español"])
        let texts = Words.Language.allCases.map { language in
            let words = Words(language)
            return [
                words.home, words.balance(-5_000), words.unknownOutcome, words.method("wire"),
                words.settlement("queued"), words.document("photo_id"), words.documentsInReview,
            ]
        }
        #expect(texts[0].indices.allSatisfy { texts[0][$0] != texts[1][$0] })
        #expect(texts[0][1] == "Balance: \u{2212}$50.00")
    }

    @Test("Both languages say something for every word of the API, and not the same")
    func words() throws {
        let zone = try #require(TimeZone(identifier: "America/New_York"))
        let english = Words(.english, timeZone: zone)
        let spanish = Words(preferred: ["fr-FR", "es-MX", "en"], timeZone: zone)
        #expect(spanish.language == .spanish && Words(preferred: []).language == .english)
        let notices = [
            "deposit_credited", "obligation_opened", "final_warning", "obligation_settled",
        ]
        #expect(Set(notices.map(english.notice)).count == notices.count)
        for type in notices + ["unheard_of"] {
            #expect(english.notice(type) != spanish.notice(type))
        }
        #expect(english.pay(15_000) == "Pay $150.00" && spanish.pay(15_000) == "Pagar $150.00")
        let date = Date(timeIntervalSince1970: 1_795_705_200)
        #expect(english.moment(date).contains("Nov 26, 2026"))
        #expect(english.moment(date).contains("10:00"))
        #expect(english.moment(date).contains("EST"))
        #expect(spanish.moment(date) != english.moment(date))
    }
}
