import AsyncHTTPClient
import Banking
import Edges
import Foundation
import Ledger
import Logging
import Money
import Nacha
import Rules
import Service
import Testing
import Wire

@testable import Rails

/// Notices on their way: which channels, how often, and what becomes of those that do not arrive.
@Suite("Notices on their way")
struct CourierTests {
    private static let receiver = (
        key:
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        secret: "BTBZMqHH6r4Tts7J_aSIgg"
    )

    private static func ways(mail: Bool = true, push: Bool = false, text: Bool = false) throws
        -> NoticeWays
    {
        NoticeWays(
            hasMail: mail,
            push: push
                ? NoticeWays.Push(
                    key: .random(), contact: "mailto:ops@example.com", hosts: ["127.0.0.1"])
                : nil,
            text: text
                ? NoticeWays.Text(
                    // No client can speak this, so it fails at once and for now.
                    url: "nobody://127.0.0.1/", secrets: [WebhookSecret.random()]) : nil)
    }

    /// A courier whose mail server answers `verdict`.
    private func withCourier(
        _ world: World, mail verdict: SMTPVerdict = .accept,
        _ body: (Courier, Outbox) async throws -> Void
    ) async throws {
        let server = try await SMTPServer.bind(
            recipients: { _ in verdict }, receive: { _ in .accept })
        let running = Task { try await server.run() }
        defer { running.cancel() }
        let http = HTTPClient.shared
        let from = try #require(MailAddress("notices@example.com"))
        let quiet = Logger(label: "courier") { _ in SwiftLogNoOpLogHandler() }
        let glance: ComposeGlance = { _, _ in ("Sample", "There is something.", "/notices/1") }
        let courier = Courier(
            service: world.service,
            mailer: Mailer(
                client: SMTPClient(
                    SMTPClient.Configuration(
                        host: "127.0.0.1", port: server.port, security: .none)),
                from: from, domain: "example.com", clock: world.service.clock,
                compose: { _, _ in ("Subject", "Text", "<p>Text</p>") }),
            push: world.service.settings.notices.push.map {
                PushSender(ways: $0, http: http, compose: glance)
            },
            text: world.service.settings.notices.text.map {
                TextSender(
                    ways: $0, http: http, publicURL: "http://127.0.0.1", compose: glance)
            }, logger: quiet)
        let outbox = Outbox(
            service: world.service, processor: ProcessorClient(baseURL: "", http: http),
            venue: VenueClient(baseURL: "", http: http), courier: courier, logger: quiet)
        try await body(courier, outbox)
    }

    /// A customer who owes, with the notice that says so on its way.
    private func owe(_ world: World) async throws -> NoticeID {
        try await world.owe()
        return try #require(try world.read().openObligations.first?.noticeID)
    }

    private func grace(_ world: World) throws -> Obligation.Grace? {
        try world.read().openObligations.first?.grace
    }

    private func undeliverable(_ world: World) throws -> Int {
        try world.service.reader.openAlerts(limit: 100).count {
            if case .noticeUndeliverable = $0.content { true } else { false }
        }
    }

    @Test("A notice the mail server took is delivered, and the time to pay begins with it")
    func delivered() async throws {
        let world = try World(notices: try Self.ways())
        let notice = try await owe(world)

        try await withCourier(world) { courier, outbox in
            while await outbox.tick() {}
            while await courier.tickAll() {}
        }

        let ways = try world.edge.deliveries(of: notice)
        #expect(ways.map(\.state) == [.delivered])
        guard case .running = try grace(world) else {
            Issue.record("the clock does not run")
            return
        }
        #expect(try undeliverable(world) == 0)
    }

    @Test("When every channel refuses, no clock starts and operators are told once")
    func allRefused() async throws {
        let world = try World(notices: try Self.ways(push: true))
        let isKept = try world.service.subscribe(
            world.customer, address: "https://127.0.0.1:9/one", publicKey: Self.receiver.key,
            secret: Self.receiver.secret, session: nil)
        #expect(isKept)
        let notice = try await owe(world)
        let gone = try #require(try world.edge.pushSubscriptions(of: world.customer).first)
        try world.edge.dropPushSubscription(gone.id, of: world.customer)

        try await withCourier(world, mail: .refuse("no such mailbox")) { courier, outbox in
            try await courier.plan(notice, for: world.customer)
            while await outbox.tick() {}
            while await courier.tickAll() {}
            while await courier.tickAll() {}
        }

        #expect(try world.edge.deliveries(of: notice).allSatisfy { $0.state == .refused })
        #expect(try grace(world) == .awaitingNotice)
        let told = try world.service.reader.openAlerts(limit: 100).filter {
            $0.content == .noticeUndeliverable(world.customer, notice)
        }
        #expect(told.count == 1)
    }

    @Test("A channel that does not answer is tried again later and holds up no other")
    func besides() async throws {
        let world = try World(notices: try Self.ways(text: true))
        let notice = try await owe(world)

        try await withCourier(world) { courier, outbox in
            while await outbox.tick() {}
            _ = await courier.tickAll()
        }

        let ways = try world.edge.deliveries(of: notice)
        let planned = try #require(try world.service.reader.notice(notice, of: world.customer))
        let mail = try #require(ways.first { $0.channel == .mail })
        let text = try #require(ways.first { $0.channel == .text })
        #expect(mail.state == .delivered)
        #expect(text.state == .waiting && text.tries == 1)
        #expect(text.due > planned.notice.at && !text.result.isEmpty)
        #expect(try undeliverable(world) == 0)
    }

    @Test("A text that is tried again keeps quiet at night, and the night is no try")
    func retriesAtNight() async throws {
        let world = try World(notices: try Self.ways(mail: false, text: true))
        _ = try await owe(world)
        let credited = try #require(
            try world.service.reader.notices(of: world.customer, limit: 10).map(\.notice)
                .first { !$0.content.isPressing })
        let night = try #require(Instant(rfc3339: "2026-11-24T04:30:00Z"))

        try await withCourier(world) { courier, outbox in
            while await outbox.tick() {}
            _ = await courier.tickAll()
            let tried = try world.edge.deliveries(of: credited.id).first
            #expect(tried?.tries == 1)
            // Half past eleven in New York.
            world.service.clock.advance(to: night)
            _ = await courier.tickAll()
        }

        let text = try #require(try world.edge.deliveries(of: credited.id).first)
        #expect(text.state == .waiting && text.tries == 1)
        #expect(text.due == Instant(rfc3339: "2026-11-24T13:00:00Z"))
    }

    @Test("What is planned twice goes once over each channel")
    func once() async throws {
        let world = try World(notices: try Self.ways(text: true))
        let notice = try await owe(world)

        try await withCourier(world) { courier, _ in
            try await courier.plan(notice, for: world.customer)
            try await courier.plan(notice, for: world.customer)
        }

        #expect(try world.edge.deliveries(of: notice).map(\.channel) == [.mail, .text])
    }

    @Test("A customer who wants no mail gets none of deposits, and all of what he owes")
    func wishes() async throws {
        let world = try World(notices: try Self.ways())
        try world.service.keep(
            NoticeWish(off: [.mail: Set(NoticeTopic.allCases)], quiet: nil), of: world.customer)
        let notice = try await owe(world)

        try await withCourier(world) { courier, outbox in
            while await outbox.tick() {}
        }

        #expect(try world.edge.deliveries(of: notice).count == 1)
        let others = try world.service.reader.notices(of: world.customer, limit: 10)
            .map(\.notice.id).filter { $0 != notice }
        #expect(!others.isEmpty)
        for other in others { #expect(try world.edge.deliveries(of: other).isEmpty) }
    }

    @Test("A bounce that comes late stops the clock and is a person's task, unless it was read")
    func lateBounce() async throws {
        let world = try World(notices: try Self.ways())
        let notice = try await owe(world)
        try await withCourier(world) { courier, outbox in
            while await outbox.tick() {}
            while await courier.tickAll() {}

            let known = try world.edge.bounced(
                notice, of: world.customer, over: .mail, "full", at: world.service.clock.now())
            #expect(known)
            _ = await courier.tickAll()
        }

        #expect(try grace(world) == .awaitingNotice)
        #expect(try undeliverable(world) == 1)
    }

    @Test("A notice that was read in the app and bounced is no task")
    func readAndBounced() async throws {
        let world = try World(notices: try Self.ways())
        let notice = try await owe(world)
        try world.edge.markRead(notice, of: world.customer, at: world.service.clock.now())

        try await withCourier(world, mail: .refuse("no such mailbox")) { courier, outbox in
            while await outbox.tick() {}
            while await courier.tickAll() {}
        }

        let told = try world.service.reader.openAlerts(limit: 100).contains {
            $0.content == .noticeUndeliverable(world.customer, notice)
        }
        #expect(!told)
    }
}

@Suite("What a push service answers")
struct PushAnswerTests {
    @Test("Gone means gone, and a busy service is asked again when it says")
    func answers() {
        guard case (.taken, false) = PushSender.read(201, retryAfter: nil),
            case (.refused, true) = PushSender.read(410, retryAfter: nil),
            case (.refused, true) = PushSender.read(404, retryAfter: nil),
            case (.refused, false) = PushSender.read(413, retryAfter: nil),
            case (.later(_, seconds: 120), false) = PushSender.read(429, retryAfter: "120"),
            case (.later(_, seconds: nil), false) = PushSender.read(503, retryAfter: "soon")
        else {
            Issue.record("an answer is read otherwise")
            return
        }
    }

    @Test("A topic is at most 32 characters that a push service takes")
    func topic() {
        let topic = PushSender.topic(of: NoticeID(high: .max, low: .max))
        #expect((1...32).contains(topic.count))
        #expect(!topic.contains("_"))
    }

    @Test(
        "Only the addresses of known push services are asked",
        arguments: [
            ("https://fcm.googleapis.com/fcm/send/x", true),
            ("https://web.push.apple.com/x", true),
            ("https://push.apple.com.evil.example/x", false),
            ("https://evilpush.apple.com.example/x", false),
            ("http://fcm.googleapis.com/x", false), ("https://127.0.0.1/x", false),
            ("https://user@fcm.googleapis.com/x", false), ("https://169.254.169.254/", false),
            ("https://fcm.googleapis.com\\@evil.example/", false), ("", false),
        ])
    func addresses(address: String, isKnown: Bool) {
        let push = NoticeWays.Push(
            key: .random(), contact: "mailto:ops@example.com", hosts: NoticeWays.Push.knownHosts)
        #expect((push.origin(of: address) != nil) == isKnown)
    }
}

@Suite("What a customer wishes")
struct NoticeWishTests {
    private let opened = Notice.Content.depositReleased(
        deposit: DepositID(high: 1, low: 1), amount: Cents(100))
    private let owed = Notice.Content.reminder(
        obligation: ObligationID(high: 1, low: 1), amount: Cents(100),
        payBy: Instant(milliseconds: 0))

    private func time(
        _ content: Notice.Content, _ channel: NoticeChannel, _ now: String,
        zone: String = "America/New_York"
    ) throws -> String {
        let now = try #require(Instant(rfc3339: now))
        return NoticeWish().time(for: content, over: channel, now: now, zone: zone).rfc3339
    }

    @Test("In quiet hours a push waits until they end in the customer's own zone")
    func quiet() throws {
        // 23:30 in New York; eight in the morning there is 13:00 UTC.
        #expect(try time(opened, .push, "2026-11-24T04:30:00Z") == "2026-11-24T13:00:00Z")
        #expect(
            try time(opened, .push, "2026-11-24T04:30:00Z", zone: "Pacific/Honolulu")
                == "2026-11-24T04:30:00Z")
        // The night in which the clocks go back has an hour more.
        #expect(try time(opened, .text, "2026-11-01T03:00:00Z") == "2026-11-01T13:00:00Z")
    }

    @Test("A notice with a deadline is never held back, nor is any mail")
    func pressing() throws {
        #expect(try time(owed, .push, "2026-11-24T04:30:00Z") == "2026-11-24T04:30:00Z")
        #expect(try time(opened, .mail, "2026-11-24T04:30:00Z") == "2026-11-24T04:30:00Z")
    }

    @Test("A zone nobody knows has no night")
    func unknownZone() throws {
        #expect(
            try time(opened, .push, "2026-11-24T04:30:00Z", zone: "Mars/North")
                == "2026-11-24T04:30:00Z")
    }

    @Test("Mail about what is owed cannot be turned off")
    func fixed() {
        let wish = NoticeWish(off: [.mail: Set(NoticeTopic.allCases)], quiet: nil)
        #expect(wish.wants(.owed, over: .mail) && wish.wants(.sales, over: .mail))
        #expect(!wish.wants(.deposits, over: .mail))
    }

    @Test("What is kept reads back the same, and nothing else is taken")
    func kept() throws {
        let wish = NoticeWish(
            off: [.push: [.deposits], .text: [.owed, .account]],
            quiet: NoticeWish.Quiet(from: 21, to: 7))
        #expect(NoticeWish(wish.json) == wish)
        for text in [
            "{}", #"{"off":{"pigeon":[]}}"#, #"{"off":{"mail":["weather"]}}"#,
            #"{"off":{},"quiet_hours":{"from":7,"to":7}}"#,
            #"{"off":{},"quiet_hours":{"from":-1,"to":24}}"#,
            #"{"off":{},"quiet_hours":5}"#, #"{"off":[]}"#,
        ] {
            #expect(NoticeWish(try JSON.parse(Array(text.utf8), bytesMax: 1_000)) == nil, "\(text)")
        }
    }
}

extension Courier {
    /// One round over every channel; says whether there was anything.
    fileprivate func tickAll() async -> Bool {
        var found = false
        for channel in NoticeChannel.allCases where await tick(over: channel) { found = true }
        return found
    }
}
