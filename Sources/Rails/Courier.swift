import AsyncHTTPClient
import Banking
import Edges
import Foundation
import Ledger
import Logging
import Rules
import Service
import Wire

/// Brings notices over every channel the customer wants, each by itself: a mail server that does not
/// answer keeps no push from leaving.
///
/// A notice leaves at least once over each channel and under the same id each time, so whoever takes
/// it can see a twin: the Message-ID of a mail, the topic of a push, the id of a webhook.
public struct Courier: Sendable {
    let service: Service
    let mailer: Mailer
    let push: PushSender?
    let text: TextSender?
    let logger: Logger

    /// Seconds until the next try, by the tries made; then it is given up.
    static let delays = [1, 2, 5, 15, 60, 300, 900, 3_600]
    static let batchMax = 64
    /// Notices looked at for what became of them; the rest in the next round.
    static let failuresMax = 1_000

    /// What became of one try.
    enum Sending: Sendable {
        case taken(String)
        /// It will never be taken.
        case refused(String)
        /// Not now; after so many seconds, if the other side said.
        case later(String, seconds: Int?)
    }

    public init(
        service: Service, mailer: Mailer, push: PushSender?, text: TextSender?, logger: Logger
    ) {
        self.service = service
        self.mailer = mailer
        self.push = push
        self.text = text
        self.logger = logger
    }

    // MARK: Which ways

    /// Keeps the ways a notice goes. Planned again, it goes no other way.
    func plan(_ id: NoticeID, for customerID: CustomerID) async throws {
        guard let notice = try service.reader.notice(id, of: customerID)?.notice,
            let customer = try service.reader.customer(customerID)
        else { return }
        let ways = try ways(of: notice, for: customer)
        if ways.isEmpty, NoticeTopic(notice.content).isAlwaysMailed {
            // There is no way to tell him, and he had better be told.
            try await undeliverable(id, to: customerID)
        }
        try service.edge.keep(ways)
    }

    private func ways(of notice: Notice, for customer: Customer) throws -> [NoticeDelivery] {
        let wish = try service.noticeWish(of: customer.id)
        let topic = NoticeTopic(notice.content)
        let now = service.clock.now()
        return try service.settings.notices.channels.flatMap { channel -> [NoticeDelivery] in
            guard wish.wants(topic, over: channel) else { return [] }
            let due = wish.time(
                for: notice.content, over: channel, now: now, zone: customer.profile.timeZone)
            let targets =
                channel == .push
                ? try service.edge.pushSubscriptions(of: customer.id).map(\.id) : [Data()]
            return targets.map {
                NoticeDelivery(
                    notice: notice.id, customer: customer.id, channel: channel, target: $0,
                    due: due)
            }
        }
    }

    // MARK: On the way

    /// Sends what is due over one channel; says whether there was anything. Each channel has a loop of
    /// its own, so that one which does not answer holds up no other.
    public func tick(over channel: NoticeChannel) async -> Bool {
        let found = await work(channel)
        do {
            try await tellOfFailures()
        } catch {
            stumbled(error)
        }
        return found
    }

    private func work(_ channel: NoticeChannel) async -> Bool {
        do {
            let due = try service.edge.dueDeliveries(
                over: channel, at: service.clock.now(), limit: Self.batchMax)
            for delivery in due where !Task.isCancelled {
                do {
                    try await send(delivery)
                } catch {
                    // It counts as a try, or one that cannot be sent would hold up all behind it.
                    stumbled(error)
                    try put(off: delivery, "\(error)", seconds: nil)
                }
            }
            return !due.isEmpty
        } catch {
            stumbled(error)
            return false
        }
    }

    private func stumbled(_ error: any Error) {
        logger.error("notices could not go on", metadata: ["error": "\(error)"])
        service.figures.stumbled(.outbox)
    }

    private func send(_ delivery: NoticeDelivery) async throws {
        if let morning = try quietUntil(delivery) {
            return try service.edge.putOff(delivery, until: morning)
        }
        let sending = try await attempt(delivery)
        let now = service.clock.now()
        switch sending {
        case .taken(let said):
            // First the clock it starts: kept twice it starts once, and not kept it never would.
            _ = try await service.perform(
                .noticeDelivered(delivery.notice), to: .customer(delivery.customer), by: .system,
                scope: "notice:mail", key: "\(delivery.notice)", body: "delivered")
            try service.edge.ended(delivery, as: .delivered, said, at: now)
            service.figures.delivery(delivery.channel, .sent)
        case .refused(let said):
            try service.edge.ended(delivery, as: .refused, said, at: now)
            service.figures.delivery(delivery.channel, .refused)
        case .later(let said, let seconds):
            try put(off: delivery, said, seconds: seconds)
        }
    }

    /// When the customer's quiet hours end, if this delivery may not leave within them. Asked at each
    /// try: the first may have been in the evening and the fifth in the night.
    private func quietUntil(_ delivery: NoticeDelivery) throws -> Instant? {
        guard
            let notice = try service.reader.notice(delivery.notice, of: delivery.customer)?.notice,
            let customer = try service.reader.customer(delivery.customer)
        else { return nil }
        let now = service.clock.now()
        let time = try service.noticeWish(of: customer.id).time(
            for: notice.content, over: delivery.channel, now: now, zone: customer.profile.timeZone)
        return time > now ? time : nil
    }

    /// Has it tried again later, or given up after the last try.
    private func put(off delivery: NoticeDelivery, _ said: String, seconds: Int?) throws {
        let now = service.clock.now()
        let again = delivery.tries < Self.delays.count
        service.figures.delivery(delivery.channel, again ? .failed : .gaveUp)
        logger.warning(
            "a notice did not leave",
            metadata: [
                "notice": "\(delivery.notice)", "channel": "\(delivery.channel.rawValue)",
                "error": "\(said)", "again": "\(again)",
            ])
        if again {
            let wait = max(Self.delays[delivery.tries], min(seconds ?? 0, 86_400))
            try service.edge.failed(delivery, said, again: now.adding(seconds: wait))
        } else {
            try service.edge.ended(delivery, as: .gaveUp, said, at: now)
        }
    }

    /// Reads a small answer to its end, so that its connection can be used again. The status has been
    /// told: what the body is, and whether it ends, changes nothing.
    static func finish(_ body: HTTPClientResponse.Body, upTo most: Int) async {
        do { _ = try await body.collect(upTo: most) } catch {}
    }

    private func attempt(_ delivery: NoticeDelivery) async throws -> Sending {
        guard
            let notice = try service.reader.notice(delivery.notice, of: delivery.customer)?.notice,
            let customer = try service.reader.customer(delivery.customer)
        else { return .refused("The notice or its customer is not there.") }
        switch delivery.channel {
        case .mail: return await mailer.send(notice, to: customer)
        case .text:
            guard let text else { return .refused("No endpoint for texts is configured.") }
            return await text.send(notice, to: customer, at: service.wallTime)
        case .push:
            let known = try service.edge.pushSubscriptions(of: customer.id)
            guard let push, let subscription = known.first(where: { $0.id == delivery.target }),
                let browser = try service.browser(of: subscription)
            else { return .refused("The browser does not want pushes any more.") }
            let unread = try service.reader.unread(of: customer.id).count
            let (sending, isGone) = await push.send(
                notice, to: customer, browser, unread: unread, at: service.wallTime)
            if isGone {
                try service.edge.dropPushSubscription(subscription.id, of: customer.id)
            }
            return sending
        }
    }

    // MARK: Where no way led

    /// A notice that no channel brought, and that was not read in the app, is a person's task.
    private func tellOfFailures() async throws {
        for failed in try service.edge.noticesWithFailures(limit: Self.failuresMax) {
            let all = try service.edge.deliveries(of: failed.notice)
            guard !all.contains(where: { $0.state == .waiting }) else { continue }
            try await undeliverable(failed.notice, to: failed.customer)
            try service.edge.told(of: failed.notice)
        }
    }

    /// Nothing brought it; whoever has read it in the app, or had it over another channel, was told.
    func undeliverable(_ id: NoticeID, to customer: CustomerID) async throws {
        let wasTold =
            try service.reader.notice(id, of: customer)?.readAt != nil
            || service.edge.deliveries(of: id).contains { $0.state == .delivered }
        guard !wasTold else { return }
        _ = try await service.perform(
            .noticeUndeliverable(id), to: .customer(customer), by: .system,
            scope: "notice:bounce", key: "\(id)", body: "undeliverable")
    }
}

/// What stands on a locked screen: that there is something, never how much; and where on our pages
/// it leads.
public typealias ComposeGlance =
    @Sendable (Notice, Customer) -> (title: String, body: String, path: String)

/// Web push: RFC 8030 to the push service, RFC 8292 to say who we are, RFC 8291 so that the service
/// cannot read it.
public struct PushSender: Sendable {
    let ways: NoticeWays.Push
    let http: HTTPClient
    let compose: ComposeGlance

    /// How long the push service keeps it for a browser that is off: longer than the time to pay.
    static let lifeSeconds = 7 * 86_400
    static let timeoutSeconds: Int64 = 10
    /// Services refuse more than 24 hours (RFC 8292, section 2); clocks differ.
    static let tokenHours = 12
    /// Every message is sealed to the same length.
    static let paddedTo = 1_024
    static let answerBytesMax = 4_096

    public init(ways: NoticeWays.Push, http: HTTPClient, compose: @escaping ComposeGlance) {
        self.ways = ways
        self.http = http
        self.compose = compose
    }

    func send(
        _ notice: Notice, to customer: Customer, _ browser: Service.Browser, unread: Int,
        at now: Instant
    ) async -> (Courier.Sending, isGone: Bool) {
        guard let origin = ways.origin(of: browser.address)?.origin else {
            return (.refused("The address is of no push service we know."), true)
        }
        let glance = compose(notice, customer)
        let payload: JSON = [
            "id": .string("\(notice.id)"), "title": .string(glance.title),
            "body": .string(glance.body), "path": .string(glance.path),
            "unread": .integer(Int64(unread)), "at": .integer(notice.at.milliseconds),
        ]
        do {
            var request = HTTPClientRequest(url: browser.address)
            request.method = .POST
            request.headers.add(name: "TTL", value: "\(Self.lifeSeconds)")
            request.headers.add(
                name: "Urgency", value: notice.content.isPressing ? "high" : "normal")
            // The same notice sent twice replaces itself while it waits at the service.
            request.headers.add(name: "Topic", value: Self.topic(of: notice.id))
            request.headers.add(name: "Content-Encoding", value: PushMessage.encoding)
            request.headers.add(name: "Content-Type", value: "application/octet-stream")
            request.headers.add(
                name: "Authorization",
                value: try ways.key.authorization(
                    origin: origin, contact: ways.contact,
                    expires: now.adding(hours: Self.tokenHours).milliseconds / 1000))
            request.body = .bytes(
                try PushMessage.seal(
                    Array(payload.bytes().prefix(PushMessage.bytesMax)), for: browser.receiver,
                    padded: Self.paddedTo))
            let response = try await http.execute(
                request, timeout: .seconds(Self.timeoutSeconds))
            await Courier.finish(response.body, upTo: Self.answerBytesMax)
            return Self.read(
                Int(response.status.code), retryAfter: response.headers.first(name: "Retry-After"))
        } catch {
            return (.later("\(error)", seconds: nil), false)
        }
    }

    /// What a push service's answer means (RFC 8030, sections 5 and 7.3).
    static func read(_ status: Int, retryAfter: String?) -> (Courier.Sending, isGone: Bool) {
        switch status {
        case 200..<300: (.taken("\(status)"), false)
        case 404, 410: (.refused("\(status): the subscription is gone"), true)
        case 429, 500..<600:
            (.later("\(status)", seconds: retryAfter.flatMap { Int($0) }), false)
        default: (.refused("\(status)"), false)
        }
    }

    /// At most 32 characters of URL-safe base64 (RFC 8030, section 5.4): the id without its prefix.
    static func topic(of id: NoticeID) -> String {
        String("\(id)".split(separator: "_").last?.prefix(32) ?? "")
    }
}

/// Asks the host to tell a customer by its own way, such as a text message: one signed POST, as
/// Standard Webhooks has it.
public struct TextSender: Sendable {
    let ways: NoticeWays.Text
    let http: HTTPClient
    let publicURL: String
    let compose: ComposeGlance

    static let type = "notice.text"
    static let timeoutSeconds: Int64 = 20
    static let answerBytesMax = 4_096

    public init(
        ways: NoticeWays.Text, http: HTTPClient, publicURL: String,
        compose: @escaping ComposeGlance
    ) {
        self.ways = ways
        self.http = http
        self.publicURL = publicURL
        self.compose = compose
    }

    func send(_ notice: Notice, to customer: Customer, at now: Instant) async -> Courier.Sending {
        let glance = compose(notice, customer)
        let message: JSON = [
            "type": .string(Self.type), "timestamp": .string(notice.at.rfc3339),
            "data": [
                "notice": .string("\(notice.id)"), "customer": .string("\(customer.id)"),
                "reference": .string(customer.profile.reference),
                "topic": .string(NoticeTopic(notice.content).rawValue),
                "pressing": .boolean(notice.content.isPressing),
                "language": .string(customer.profile.language.rawValue),
                "text": .string("\(glance.title): \(glance.body)"),
                "url": .string(publicURL + glance.path),
            ],
        ]
        let body = message.bytes()
        do {
            var request = HTTPClientRequest(url: ways.url)
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json")
            for header in try WebhookSignature.headers(
                id: "\(notice.id)", timestampSeconds: now.milliseconds / 1000, body: body,
                secrets: ways.secrets)
            {
                request.headers.add(name: header.name, value: header.value)
            }
            request.body = .bytes(body)
            let response = try await http.execute(
                request, timeout: .seconds(Self.timeoutSeconds))
            await Courier.finish(response.body, upTo: Self.answerBytesMax)
            let status = Int(response.status.code)
            return switch status {
            case 200..<300: .taken("\(status)")
            // The host has no way to reach this customer.
            case 404, 410, 422: .refused("\(status)")
            default:
                .later(
                    "\(status)",
                    seconds: response.headers.first(name: "Retry-After").flatMap { Int($0) })
            }
        } catch {
            return .later("\(error)", seconds: nil)
        }
    }
}
