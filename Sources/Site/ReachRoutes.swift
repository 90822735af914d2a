import Banking
import Edges
import Foundation
import HTTPTypes
import Hummingbird
import Ledger
import Notices
import Rules
import Service
import Web
import Wire

// How a customer hears of what changed: on a page that is open, on a device, by mail or text.

extension Site {
    var reachRoutes: [Route] {
        [
            .get("/events", .customer(events)),
            .get("/notices/settings", .customer(noticeSettings)),
            .post("/notices/settings", .customer(keepNoticeSettings)),
            .post("/notices/devices", .customer(addDevice)),
            .post("/notices/devices/here", .customer(meetDevice)),
            .post("/notices/devices/:device/remove", .customer(removeDevice)),
            .get("/notices/:id", .customer(openNotice)),
        ]
    }
}

// MARK: Pages that are open

extension Site {
    private static let lastEventID = HTTPField.Name("Last-Event-ID")!
    private static let noBuffer = HTTPField.Name("X-Accel-Buffering")!
    /// Milliseconds after which a browser connects again.
    private static let retry = 3_000
    private static let retrySeconds = "15"

    /// Tells an open page that something changed; asked for JSON, says once whether something did.
    private func events(_ visit: CustomerVisit) async throws -> Answer {
        guard let session = visit.visit.session else { throw Turn.signInNeeded }
        let request = visit.visit.request
        let asked = request.headers[Self.lastEventID] ?? visit.visit.query["after"]
        let after = asked.flatMap { Int64($0) }.map { max(0, $0) } ?? service.live.last
        let news = News(site: self, visit: visit)
        guard request.headers[.accept]?.contains("application/json") != true else {
            let last = try service.reader.lastChange()
            let isBehind = try service.live.isBehind(visit.id, after: after, service.reader)
            var headers = Site.personalHeaders
            headers[.contentType] = "application/json"
            let json = try news.json(at: isBehind ? last : after)
            return .ready(
                Response(
                    status: .ok, headers: headers,
                    body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.bytes()))))
        }
        guard let page = service.live.open(visit.id, session: session.digest) else {
            var headers = Site.personalHeaders
            headers[.retryAfter] = Self.retrySeconds
            return .ready(Response(status: .serviceUnavailable, headers: headers))
        }
        let live = service.live
        let id = visit.id
        // What came between the page and this answer is said at once.
        let missed: Int64?
        do {
            missed =
                try live.isBehind(id, after: after, service.reader)
                ? max(after, page.start) : nil
        } catch {
            live.close(page.number, of: id)
            throw error
        }
        var headers = Site.personalHeaders
        headers[.contentType] = "text/event-stream"
        headers[Self.noBuffer] = "no"
        let start = page.start
        return .ready(
            Response(
                status: .ok, headers: headers,
                body: ResponseBody { writer in
                    defer { live.close(page.number, of: id) }
                    try await writer.write(ByteBuffer(string: "retry: \(Self.retry)\n\n"))
                    var last = start
                    if let missed { try await writer.write(news.event(at: missed)) }
                    for await number in page.numbers {
                        guard number > last else {
                            try await writer.write(News.beat)
                            continue
                        }
                        last = number
                        try await writer.write(news.event(at: number))
                    }
                    try await writer.finish(nil)
                }))
    }

    /// What an open page is told: how many notices wait, and the newest of them in words.
    private struct News: Sendable {
        let site: Site
        let customer: CustomerID
        let language: Language

        init(site: Site, visit: CustomerVisit) {
            self.site = site
            customer = visit.id
            language = visit.language
        }

        static let beat = ByteBuffer(string: ":\n\n")

        func event(at number: Int64) throws -> ByteBuffer {
            let json = try json(at: number)
            return ByteBuffer(string: "id: \(number)\nevent: change\ndata: \(json.text())\n\n")
        }

        func json(at number: Int64) throws -> JSON {
            let unread = try site.service.reader.unread(of: customer)
            var json: JSON = [
                "id": .string("\(number)"), "unread": .integer(Int64(unread.count)),
            ]
            if let row = unread.last, let customer = try site.service.reader.customer(customer) {
                let scene = site.scene(of: customer, language)
                let kind = NoticesPage.Kind(
                    row.notice.content, of: customer,
                    site.service.policies.policy(at: row.notice.at))
                json = .object(
                    (json.objectValue?.members ?? []).map { ($0.key, $0.value) } + [
                        ("notice", .string("\(row.notice.id)")),
                        ("at", .integer(row.notice.at.milliseconds)),
                        ("say", .string(NewsText(kind, in: scene).text)),
                    ])
            }
            return json
        }
    }

    fileprivate func scene(of customer: Customer, _ language: Language) -> Scene {
        Scene(
            language: language, timeZone: customer.profile.timeZone,
            now: service.clock.now().milliseconds, csrf: "", viewer: .nobody,
            brand: service.settings.brand)
    }
}

// MARK: Notices

extension Site {
    /// Where a notice on a locked screen or in a mail leads: what it is about, and it is read.
    private func openNotice(_ visit: CustomerVisit) async throws -> Answer {
        let id: NoticeID = try visit.visit.id()
        guard let row = try service.reader.notice(id, of: visit.id) else { throw Turn.notFound }
        if !visit.visit.isPrefetch {
            try service.edge.markRead(id, of: visit.id, at: visit.facts.now)
        }
        let target = NoticesPage.Target(row.notice.content, of: visit.customer)
        return .seeOther((target?.path ?? Paths.notices).text)
    }

    private func noticeSettings(_ visit: CustomerVisit) async throws -> Answer {
        var page = try settingsPage(visit, try service.noticeWish(of: visit.id))
        page.said = visit.visit.query["said"].flatMap(NoticeSettingsPage.Said.init)
        return .page(page)
    }

    private func settingsPage(
        _ visit: CustomerVisit, _ wish: NoticeWish
    ) throws -> NoticeSettingsPage {
        let ways = service.settings.notices
        let wishes = NoticeTopic.allCases.flatMap { topic in
            ways.channels.map { channel in
                NoticeSettingsPage.Wish(
                    topic: topic.onPages, channel: channel.onPages,
                    isOn: wish.wants(topic, over: channel),
                    isFixed: channel == .mail && topic.isAlwaysMailed)
            }
        }
        let devices = try service.edge.pushSubscriptions(of: visit.id).map {
            NoticeSettingsPage.Device(
                id: Hex.encode($0.id), host: $0.host, since: $0.at.milliseconds)
        }
        return NoticeSettingsPage(
            mail: visit.customer.profile.email, wishes: wishes, quietFrom: wish.quiet?.from,
            quietTo: wish.quiet?.to, pushKey: ways.push?.key.publicText, devices: devices)
    }

    private func settings(_ said: NoticeSettingsPage.Said) -> Answer {
        .seeOther("\(Paths.noticeSettings.text)?said=\(said.rawValue)")
    }

    private func keepNoticeSettings(_ visit: CustomerVisit) async throws -> Answer {
        try visit.requireFreshSignIn(returnTo: Paths.noticeSettings)
        let wanted = Set(visit.form.fields.all(Field.want.rawValue))
        let old = try service.noticeWish(of: visit.id)
        var off: [NoticeChannel: Set<NoticeTopic>] = [:]
        for channel in NoticeChannel.allCases {
            // A channel that is not offered keeps what was wished of it.
            let isOffered = service.settings.notices.channels.contains(channel)
            for topic in NoticeTopic.allCases {
                let isWanted =
                    isOffered
                    ? wanted.contains("\(topic.rawValue).\(channel.rawValue)")
                    : old.wants(topic, over: channel)
                if !isWanted { off[channel, default: []].insert(topic) }
            }
        }
        let (from, to) = (visit.form[.quietFrom], visit.form[.quietTo])
        var wish = NoticeWish(off: off, quiet: nil)
        if !from.isEmpty || !to.isEmpty {
            let hours = (from: Int(from), to: Int(to))
            guard let first = hours.from, let end = hours.to,
                let quiet = NoticeWish.Quiet(from: first, to: end)
            else {
                // Half a span is no span, and "none" was not asked for: nothing is kept.
                var page = try settingsPage(visit, wish)
                (page.quietFrom, page.quietTo) = hours
                let isHalf = from.isEmpty || to.isEmpty
                page.problems = [
                    FieldProblem(
                        from.isEmpty ? .quietFrom : .quietTo, isHalf ? .missing : .noSpan)
                ]
                return .page(page)
            }
            wish = NoticeWish(off: off, quiet: quiet)
        }
        try service.keep(wish, of: visit.id)
        return settings(.kept)
    }

    private func addDevice(_ visit: CustomerVisit) async throws -> Answer {
        try visit.requireFreshSignIn(returnTo: Paths.noticeSettings)
        let isKept = try service.subscribe(
            visit.id, address: visit.form[.address], publicKey: visit.form[.key],
            secret: visit.form[.secret], session: visit.visit.session?.digest)
        return settings(isKept ? .kept : .refused)
    }

    /// A browser that has a subscription says so in each session: it is this session's from now on,
    /// or, where it is not this customer's, the browser is told to give it up.
    private func meetDevice(_ visit: CustomerVisit) async throws -> Answer {
        guard let session = visit.visit.session else { throw Turn.signInNeeded }
        let isKnown = try service.edge.pushSubscription(
            Service.subscriptionID(of: visit.form[.address]), isUsedIn: session.digest,
            of: visit.id)
        return .ready(
            Response(status: isKnown ? .noContent : .gone, headers: Site.personalHeaders))
    }

    private func removeDevice(_ visit: CustomerVisit) async throws -> Answer {
        guard let id = visit.visit.parameters.get("device").flatMap({ Hex.decode($0) }) else {
            throw Turn.notFound
        }
        try service.edge.dropPushSubscription(Data(id), of: visit.id)
        return settings(.kept)
    }
}

extension NoticeTopic {
    var onPages: NoticeSettingsPage.Topic {
        switch self {
        case .owed: .owed
        case .sales: .sales
        case .payments: .payments
        case .deposits: .deposits
        case .account: .account
        }
    }
}

extension NoticeChannel {
    var onPages: NoticeSettingsPage.Channel {
        switch self {
        case .mail: .mail
        case .push: .push
        case .text: .text
        }
    }
}

// MARK: The desk

extension Site {
    var deskNoticeRoutes: [Route] {
        [
            .get("/operator/customers/:id/notices", .desk(customerNotices)),
            .post("/operator/customers/:id/notices/:notice/told", .deskAct(toldOtherwise)),
        ]
    }

    /// Notices an operator looks back on at once.
    private static let deskNotices = 50

    private func customerNotices(_ visit: DeskVisit) async throws -> Answer {
        .page(try noticesPage(visit, of: try visit.customer(), key: Form.newKey()))
    }

    private func noticesPage(
        _ visit: DeskVisit, of customer: Customer, key: String, problems: [FieldProblem] = []
    ) throws -> CustomerNoticesPage {
        let waiting = Set(
            customer.openObligations.filter { $0.grace == .awaitingNotice }.compactMap(\.noticeID))
        let items = try service.reader.notices(of: customer.id, limit: Self.deskNotices).map {
            row in
            let app = CustomerNoticesPage.Way(
                channel: nil, state: row.readAt == nil ? .unread : .read, tries: 0, said: "",
                at: (row.readAt ?? row.notice.at).milliseconds)
            return CustomerNoticesPage.Item(
                id: "\(row.notice.id)",
                kind: NoticesPage.Kind(
                    row.notice.content, of: customer, service.policies.policy(at: row.notice.at)),
                at: row.notice.at.milliseconds,
                ways: [app] + (try service.edge.deliveries(of: row.notice.id)).map(\.onDesk),
                startsClock: waiting.contains(row.notice.id))
        }
        return CustomerNoticesPage(
            customerID: "\(customer.id)", name: customer.profile.name, items: items,
            mayAct: visit.mayAct, idempotencyKey: key, problems: problems)
    }

    /// A person told the customer by telephone or letter: that counts as delivered.
    private func toldOtherwise(_ visit: DeskVisit) async throws -> Answer {
        let customer = try visit.customer()
        let id: NoticeID = try visit.visit.id("notice")
        guard try service.reader.notice(id, of: customer.id) != nil else { throw Turn.notFound }
        guard !visit.form[.reason].allSatisfy(\.isWhitespace) else {
            return .page(
                try noticesPage(
                    visit, of: customer, key: visit.form.key,
                    problems: [FieldProblem(.reason, .missing)]))
        }
        guard !visit.form.key.isEmpty else { throw Turn.bodyMalformed }
        _ = try await visit.perform(
            .noticeDelivered(id), to: .customer(customer.id), key: visit.form.key
        ).reply()
        try service.edge.toldByPerson(of: id)
        return .seeOther(Paths.Desk.notices(of: "\(customer.id)").text)
    }
}

extension NoticeDelivery {
    fileprivate var onDesk: CustomerNoticesPage.Way {
        let shown: CustomerNoticesPage.State =
            switch state {
            case .waiting: .waiting
            case .delivered: .delivered
            case .refused: .refused
            case .gaveUp: .gaveUp
            case .bounced: .bounced
            }
        return CustomerNoticesPage.Way(
            channel: channel.onPages, state: shown, tries: tries, said: result,
            at: (doneAt ?? due).milliseconds)
    }
}
