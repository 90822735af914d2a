import Banking
import Edges
import Foundation
import HTTPTypes
import Ledger
import Money
import Rules
import Testing
import Wire

@testable import Service
@testable import Web

/// How customers hear of what changed, seen by a reader with cookies.
@Suite("Notices, devices and open pages")
struct ReachTests {
    private static let address = "https://fcm.googleapis.com/fcm/send/one"
    private static let key =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    private static let secret = "BTBZMqHH6r4Tts7J_aSIgg"

    private static func ways() throws -> NoticeWays {
        NoticeWays(
            hasMail: true,
            push: NoticeWays.Push(
                key: .random(), contact: "mailto:ops@example.com",
                hosts: NoticeWays.Push.knownHosts),
            text: NoticeWays.Text(url: "https://host.example", secrets: [.random()]))
    }

    private func device(_ address: String = address) -> [(String, String)] {
        [("address", address), ("key", Self.key), ("secret", Self.secret)]
    }

    // MARK: Settings

    @Test("What is chosen on the page is what is kept, and mail about debts stays on")
    func settings() async throws {
        try await World.run(notices: try Self.ways()) { world, reader in
            let page = try await reader.get("/notices/settings")
            #expect(page.status == 200 && page.html.contains("alice@example.com"))

            let kept = try await reader.post(
                "/notices/settings",
                [
                    ("want", "payments.mail"), ("want", "owed.push"), ("want", "no.such"),
                    ("quiet_from", "21"), ("quiet_to", "7"),
                ], from: page)

            #expect(kept.location == "/notices/settings?said=kept")
            let wish = try world.service.noticeWish(of: world.customer)
            #expect(wish.wants(.owed, over: .mail) && wish.wants(.payments, over: .mail))
            #expect(!wish.wants(.deposits, over: .mail))
            #expect(wish.wants(.owed, over: .push) && !wish.wants(.sales, over: .push))
            #expect(!wish.wants(.owed, over: .text))
            #expect(wish.quiet == NoticeWish.Quiet(from: 21, to: 7))
            let shown = try await reader.get(kept.location)
            #expect(shown.html.contains("Your settings are kept."))
        }
    }

    @Test(
        "Hours that make no span are refused with a sentence, and nothing is kept of the form",
        arguments: [
            ("7", "7", "Choose two different hours"), ("25", "3", "Choose two different hours"),
            ("", "3", "Choose an hour here too"), ("22", "", "Choose an hour here too"),
            ("-1", "2", "Choose two different hours"), ("x", "y", "Choose two different hours"),
        ])
    func oddHours(from: String, to: String, sentence: String) async throws {
        try await World.run(notices: try Self.ways()) { world, reader in
            let page = try await reader.get("/notices/settings")

            let refused = try await reader.post(
                "/notices/settings",
                [("want", "payments.push"), ("quiet_from", from), ("quiet_to", to)], from: page)

            #expect(refused.status == 422 && refused.html.contains(sentence))
            // What was ticked is not lost while the hours are put right.
            #expect(refused.html.contains(/value="payments.push" checked/))
            #expect(try world.service.noticeWish(of: world.customer) == NoticeWish())
        }
    }

    @Test("No hours at all mean that no hour is quiet")
    func noHours() async throws {
        try await World.run(notices: try Self.ways()) { world, reader in
            let page = try await reader.get("/notices/settings")

            let kept = try await reader.post(
                "/notices/settings", [("quiet_from", ""), ("quiet_to", "")], from: page)

            #expect(kept.status == 303)
            #expect(try world.service.noticeWish(of: world.customer).quiet == nil)
        }
    }

    @Test("A wish that cannot be read any more is as if nothing had been wished")
    func brokenWish() async throws {
        try await World.run(notices: try Self.ways()) { world, reader in
            try world.service.edge.keep(noticeWish: "{\"off\": ", of: world.customer)

            #expect(try world.service.noticeWish(of: world.customer) == NoticeWish())
            #expect(try await reader.get("/notices/settings").status == 200)
        }
    }

    // MARK: Browsers that others use too

    @Test("Signing out takes along the pushes of that browser, and of no other")
    func signedOutBrowser() async throws {
        try await World.run(notices: try Self.ways()) { world, reader in
            let phone = reader.another()
            try await phone.signIn(.customer(world.customer), world)
            for (browser, address) in [(reader, Self.address), (phone, Self.address + "-phone")] {
                let page = try await browser.get("/notices/settings")
                _ = try await browser.post("/notices/devices", device(address), from: page)
            }
            #expect(try world.service.edge.pushSubscriptions(of: world.customer).count == 2)

            _ = try await reader.post("/sign-out", [], from: try await reader.get("/"))

            let left = try world.service.edge.pushSubscriptions(of: world.customer)
            #expect(
                left.map(\.id) == [Service.subscriptionID(of: Self.address + "-phone")])
        }
    }

    @Test("Signing out from afar and signing in over a session take its pushes along too")
    func endedSessions() async throws {
        try await World.run(notices: try Self.ways()) { world, reader in
            let phone = reader.another()
            try await phone.signIn(.customer(world.customer), world)
            let page = try await phone.get("/notices/settings")
            _ = try await phone.post("/notices/devices", device(), from: page)
            _ = try await reader.post(
                "/security/sign-out-others", [], from: try await reader.get("/security"))
            #expect(try world.service.edge.pushSubscriptions(of: world.customer).isEmpty)

            try await phone.signIn(.customer(world.customer), world)
            let again = try await phone.get("/notices/settings")
            _ = try await phone.post("/notices/devices", device(), from: again)
            try await world.openOther(2, owing: false)
            try await phone.signIn(.customer(CustomerID(high: 2, low: 2)), world)

            #expect(try world.service.edge.pushSubscriptions(of: world.customer).isEmpty)
        }
    }

    @Test(
        "A browser that comes again is its session's; one of another customer gives its pushes up")
    func metBrowser() async throws {
        try await World.run(notices: try Self.ways()) { world, reader in
            let isKept = try world.service.subscribe(
                world.customer, address: Self.address, publicKey: Self.key, secret: Self.secret,
                session: nil)
            #expect(isKept)
            let home = try await reader.get("/")

            let known = try await reader.post(
                "/notices/devices/here", [("address", Self.address)], from: home)
            let row = try #require(
                try world.service.edge.pushSubscriptions(of: world.customer).first)
            #expect(known.status == 204 && row.session != nil)

            try await world.openOther(2, owing: false)
            let other = reader.another()
            try await other.signIn(.customer(CustomerID(high: 2, low: 2)), world)
            let gone = try await other.post(
                "/notices/devices/here", [("address", Self.address)],
                from: try await other.get("/"))

            #expect(gone.status == 410)
            #expect(try world.service.edge.pushSubscriptions(of: world.customer).isEmpty)
        }
    }

    @Test("A page says which session it is of, and another session's page says another")
    func readers() async throws {
        try await World.run { world, reader in
            let name = try #require(HTTPField.Name("X-Reader"))
            let phone = reader.another()
            try await phone.signIn(.customer(world.customer), world)

            let mine = try await reader.get("/").headers[name]
            let again = try await reader.get("/deposits").headers[name]
            let other = try await phone.get("/").headers[name]

            #expect(mine != nil && mine == again && mine != other)
            #expect(try await reader.another().get("/").headers[name] == nil)
        }
    }

    @Test("A browser is kept sealed, shown by its service, and removed")
    func devices() async throws {
        try await World.run(notices: try Self.ways()) { world, reader in
            let page = try await reader.get("/notices/settings")

            let added = try await reader.post("/notices/devices", device(), from: page)
            let again = try await reader.post("/notices/devices", device(), from: page)

            #expect(added.location == "/notices/settings?said=kept")
            #expect(again.location == added.location)
            let rows = try world.service.edge.pushSubscriptions(of: world.customer)
            let row = try #require(rows.first)
            #expect(rows.count == 1 && row.host == "fcm.googleapis.com")
            #expect(row.sealed.range(of: Data("fcm.googleapis".utf8)) == nil)
            #expect(try world.service.browser(of: row)?.address == Self.address)
            let id = Hex.encode(row.id)
            let shown = try await reader.get("/notices/settings")
            #expect(shown.html.contains("/notices/devices/\(id)/remove"))
            let removed = try await reader.post("/notices/devices/\(id)/remove", [], from: shown)
            #expect(removed.status == 303)
            #expect(try world.service.edge.pushSubscriptions(of: world.customer).isEmpty)
        }
    }

    @Test(
        "An address that is of no push service is never kept",
        arguments: [
            "http://169.254.169.254/latest", "https://localhost/x", "", "javascript:alert(1)",
            "https://fcm.googleapis.com.evil.example/x",
        ])
    func otherAddresses(address: String) async throws {
        try await World.run(notices: try Self.ways()) { world, reader in
            let page = try await reader.get("/notices/settings")

            let answer = try await reader.post("/notices/devices", device(address), from: page)

            #expect(answer.location == "/notices/settings?said=refused")
            #expect(try world.service.edge.pushSubscriptions(of: world.customer).isEmpty)
        }
    }

    @Test("Only the newest browsers of a customer are kept")
    func manyDevices() async throws {
        try await World.run(notices: try Self.ways()) { world, _ in
            for number in 0...Service.pushSubscriptionsMax {
                let isKept = try world.service.subscribe(
                    world.customer, address: "\(Self.address)/\(number)", publicKey: Self.key,
                    secret: Self.secret, session: nil)
                #expect(isKept)
            }

            let kept = try world.service.edge.pushSubscriptions(of: world.customer)
            #expect(kept.count == Service.pushSubscriptionsMax)
        }
    }

    @Test("A notice's own address leads to what it is about, and the notice is read")
    func deepLink() async throws {
        try await World.run { world, reader in
            let deposit = try await world.owe()
            let row = try #require(
                try world.service.reader.notices(of: world.customer, limit: 10).first {
                    if case .obligationOpened = $0.notice.content { true } else { false }
                })

            let answer = try await reader.get("/notices/\(row.notice.id)")
            let other = try await reader.get("/notices/ntc_01kjqz8v5m3t9w2x4y6c7d8e9f")

            #expect(answer.location == "/deposits/\(deposit)")
            #expect(
                try world.service.reader.notice(row.notice.id, of: world.customer)?.readAt != nil)
            #expect(other.status == 404)
        }
    }

    // MARK: Pages that are open

    @Test("A page says what it knows, and asking after that says whether something changed")
    func polling() async throws {
        try await World.run { world, reader in
            try world.service.live.look(world.service.reader)
            let home = try await reader.get("/")
            let start = try #require(home.html.firstMatch(of: /data-live="(\d+)"/)?.1)
            reader.headers[.accept] = "application/json"

            let quiet = try await reader.get("/events?after=\(start)")
            _ = try await world.owe()
            let news = try await reader.get("/events?after=\(start)")

            let first = try JSON.parse(Array(quiet.html.utf8), bytesMax: 4_096)
            let second = try JSON.parse(Array(news.html.utf8), bytesMax: 4_096)
            #expect(first["id"]?.stringValue == String(start))
            #expect(second["id"]?.stringValue != String(start))
            #expect(second["say"]?.stringValue?.contains("$150.00") == true)
            #expect(second["unread"]?.integerValue ?? 0 > 0)
        }
    }

    @Test("The answer to a form and pages of operators are not kept up to date")
    func notLive() async throws {
        try await World.run { world, reader in
            let dana = reader.another()
            try await dana.signIn(.operator(name: "dana", role: "operator"), world)
            #expect(try await !dana.get("/operator").html.contains("data-live"))
            let help = try await reader.get("/help")
            let wrong = try await reader.post("/help", [], from: help)
            #expect(wrong.status == 422 && !wrong.html.contains("data-live"))
        }
    }

    @Test("Nobody else's stream opens: events need a customer's session")
    func strangers() async throws {
        try await World.run { world, reader in
            let stranger = reader.another()
            #expect(try await stranger.get("/events").status == 401)
            let dana = reader.another()
            try await dana.signIn(.operator(name: "dana", role: "operator"), world)
            #expect(try await dana.get("/events").status == 403)
        }
    }

    @Test("A change reaches the pages of its customer and no other's")
    func told() async throws {
        try await World.run { world, _ in
            let live = world.service.live
            try live.look(world.service.reader)
            let other = CustomerID(high: 9, low: 9)
            let mine = try #require(live.open(world.customer, session: Data([1])))
            let theirs = try #require(live.open(other, session: Data([2])))

            _ = try await world.owe()
            try live.look(world.service.reader)
            live.stop()

            var numbers: [Int64] = []
            for await number in mine.numbers { numbers.append(number) }
            var others: [Int64] = []
            for await number in theirs.numbers { others.append(number) }
            #expect(numbers.count == 1 && numbers.allSatisfy { $0 > mine.start })
            #expect(others.isEmpty)
            #expect(live.open(other, session: Data()) == nil)
        }
    }

    @Test("A page that opens while the first look is taken hears of what was kept meanwhile")
    func openedWhileLooking() async throws {
        let live = LiveUpdates()
        let customer = CustomerID(high: 1, low: 1)
        try live.look(lastChange: { 7 }, changes: { _ in ([:], 7) })
        var opened: (numbers: AsyncStream<Int64>, number: UInt64, start: Int64)?

        // Nobody listens when the look begins; a page opens, and then command 8 is kept.
        try live.look(
            lastChange: {
                opened = live.open(customer, session: Data([1]))
                return 8
            }, changes: { _ in ([:], 8) })
        live.stop()

        let page = try #require(opened)
        var numbers: [Int64] = []
        for await number in page.numbers { numbers.append(number) }
        #expect(page.start == 7 && numbers == [8])
    }

    @Test("More pages than one customer may have end the oldest; a session's pages end with it")
    func caps() async throws {
        let live = LiveUpdates()
        let customer = CustomerID(high: 1, low: 1)
        let first = try #require(live.open(customer, session: Data([0])))
        for number in 1...LiveUpdates.perCustomerMax {
            _ = live.open(customer, session: Data([UInt8(number)]))
        }
        #expect(live.count == LiveUpdates.perCustomerMax)
        for await _ in first.numbers { Issue.record("the oldest was told something") }

        live.end(session: Data([3]), of: customer)
        #expect(live.count == LiveUpdates.perCustomerMax - 1)
        live.close(first.number, of: customer)
        #expect(live.count == LiveUpdates.perCustomerMax - 1)
    }

    @Test("A page hears that we are there, and is ended when it has lasted long enough")
    func beats() async throws {
        let live = LiveUpdates()
        let page = try #require(live.open(CustomerID(high: 1, low: 1), session: Data()))

        live.beat(at: .now + .seconds(20))
        live.beat(at: .now + .seconds(21))
        live.beat(at: .now + .seconds(700))

        var numbers: [Int64] = []
        for await number in page.numbers { numbers.append(number) }
        #expect(numbers == [page.start])
        #expect(live.count == 0)
    }

    // MARK: The installed app

    @Test("The manifest names icons that are there, in the asked language")
    func manifest() async throws {
        try await World.run { world, reader in
            let stranger = reader.another()
            let answer = try await stranger.get("/manifest.webmanifest?lang=es-US")

            let json = try JSON.parse(Array(answer.html.utf8), bytesMax: 16_384)
            #expect(answer.headers[.contentType] == "application/manifest+json")
            #expect(json["lang"] == "es-US" && json["start_url"] == "/")
            let icons = try #require(json["icons"]?.arrayValue)
            let purposes = icons.compactMap { $0["purpose"]?.stringValue }
            #expect(purposes.contains("maskable"))
            for icon in icons {
                let picture = try await stranger.get(try #require(icon["src"]?.stringValue))
                #expect(picture.status == 200 && picture.headers[.contentType] == "image/png")
            }
        }
    }

    @Test("A host's own icon and colours are those of its app")
    func hostsManifest() async throws {
        let size = Look.Picture.Size(width: 512, height: 512)
        let icon = Look.Picture(name: "icon", bytes: [1, 2, 3], kind: .png, size: size)
        let look = try Look(
            colors: [
                .hero: Look.Pair(
                    light: try #require(Look.Color("#3f1b60")),
                    dark: try #require(Look.Color("#2c2038")))
            ], icon: icon)
        try await World.run(look: look) { _, reader in
            let answer = try await reader.get("/manifest.webmanifest")

            let json = try JSON.parse(Array(answer.html.utf8), bytesMax: 16_384)
            #expect(json["theme_color"] == "#3f1b60")
            let icons = try #require(json["icons"]?.arrayValue)
            #expect(icons.count == 1 && icons[0]["sizes"] == "512x512")
            let picture = try await reader.get(try #require(icons[0]["src"]?.stringValue))
            #expect(picture.status == 200 && picture.headers[.contentType] == "image/png")
        }
    }

    @Test("The worker is asked for each time and keeps only what is there for anybody")
    func worker() async throws {
        try await World.run { world, reader in
            let answer = try await reader.get("/worker.js")
            #expect(answer.headers[.cacheControl] == "no-cache")
            reader.headers[.ifNoneMatch] = answer.headers[.eTag]
            #expect(try await reader.get("/worker.js").status == 304)
            reader.headers[.ifNoneMatch] = nil

            let list = try #require(answer.html.firstMatch(of: /const shell = \[(.*)\];/)?.1)
            let paths = list.split(separator: ", ").map { $0.dropFirst().dropLast() }
            #expect(paths.contains("/offline"))
            let stranger = reader.another()
            for path in paths {
                #expect(try await stranger.get(String(path)).status == 200, "\(path)")
            }
        }
    }

    @Test("The offline page holds nothing of the customer who is signed in")
    func offline() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            let home = try await reader.get("/")
            let csrf = try #require(home.field("csrf"))

            let page = try await reader.get("/offline")

            #expect(page.html.contains("You are offline"))
            #expect(!page.html.contains(csrf) && !page.html.contains("data-live"))
            #expect(!page.html.contains("site-nav"))
        }
    }

    // MARK: Operators

    @Test("An operator sees how each notice went, and says that he told the customer")
    func desk() async throws {
        try await World.run(notices: try Self.ways()) { world, reader in
            _ = try await world.owe()
            let notice = try #require(try world.read().openObligations.first?.noticeID)
            let delivery = NoticeDelivery(
                notice: notice, customer: world.customer, channel: .mail,
                due: world.service.clock.now())
            try world.service.edge.keep([delivery])
            try world.service.edge.ended(
                delivery, as: .refused, "550 <no such mailbox>", at: world.service.clock.now())
            let dana = reader.another()
            try await dana.signIn(.operator(name: "dana", role: "operator"), world)
            let path = "/operator/customers/\(world.customer)/notices"

            let page = try await dana.get(path)
            let silent = try await dana.post(
                "\(path)/\(notice)/told", [("reason", " ")], from: page)
            let told = try await dana.post(
                "\(path)/\(notice)/told", [("reason", "by telephone, at ten")], from: page)

            #expect(page.html.contains("550 &lt;no such mailbox&gt;"))
            #expect(silent.status == 422)
            #expect(told.location == path)
            #expect(try world.service.edge.noticesWithFailures(limit: 9).isEmpty)
            guard case .running = try world.read().openObligations.first?.grace else {
                Issue.record("the clock does not run")
                return
            }
            #expect(try await !dana.get(path).html.contains("/told\""))
            let viewer = reader.another()
            try await viewer.signIn(.operator(name: "vic", role: "viewer"), world)
            #expect(try await viewer.get(path).status == 200)
        }
    }
}
