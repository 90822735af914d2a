import Banking
import Edges
import Foundation
import Ledger
import Rules
import Wire

/// What notices are about, as a customer chooses among them.
public enum NoticeTopic: String, Sendable, Hashable, CaseIterable {
    /// What is owed and until when.
    case owed
    /// Assets that are sold.
    case sales
    case payments
    case deposits
    /// Linked accounts and withdrawals.
    case account

    public init(_ content: Notice.Content) {
        switch content {
        case .obligationOpened, .reminder, .finalWarning, .deadlineExtended, .residualOwed,
            .chargedOff:
            self = .owed
        case .saleOrdered, .saleCompleted, .saleRestored: self = .sales
        case .documentsRequested, .documentsAccepted, .documentRefused, .fundsReceived,
            .settlementFailed, .settlementReturned, .obligationSettled, .overpaid,
            .overpaymentRefunded, .overpaymentKept:
            self = .payments
        case .depositCredited, .depositReleased, .depositReturnedCovered: self = .deposits
        case .withdrawalCancelled, .methodCorrected, .microEntriesSent, .methodVerified,
            .validationFailed:
            self = .account
        }
    }

    /// Mail about it always leaves: a time to pay begins with it, or assets are sold.
    public var isAlwaysMailed: Bool {
        switch self {
        case .owed, .sales: true
        case .payments, .deposits, .account: false
        }
    }
}

extension Notice.Content {
    /// Whether the customer may lose something by hearing of it in the morning: a time to pay runs
    /// or goes on, or something is sold. Quiet hours never hold it back.
    public var isPressing: Bool {
        switch NoticeTopic(self) {
        case .owed, .sales: true
        case .payments:
            switch self {
            case .documentsRequested, .documentRefused, .settlementFailed, .settlementReturned: true
            default: false
            }
        case .deposits, .account: false
        }
    }
}

/// How a customer wants notices: which topics over which channels, and when his phone is quiet.
/// In the app there is always every one.
public struct NoticeWish: Sendable, Hashable {
    /// Topics that do not go over a channel.
    public private(set) var off: [NoticeChannel: Set<NoticeTopic>] = [:]
    /// Full hours of the customer's day, the first of them and the one it ends at; `nil` for none.
    public private(set) var quiet: Quiet?

    /// From one full hour to another, over midnight or not. Mail makes no noise and is not held.
    public struct Quiet: Sendable, Hashable {
        public let from: Int
        public let to: Int

        /// `nil` unless both are 0 through 23 and differ.
        public init?(from: Int, to: Int) {
            guard (0...23).contains(from), (0...23).contains(to), from != to else { return nil }
            self.from = from
            self.to = to
        }

        func contains(hour: Int) -> Bool {
            from < to ? (from..<to).contains(hour) : hour >= from || hour < to
        }
    }

    /// Everything everywhere, and quiet from ten in the evening to eight in the morning.
    public init() { quiet = Quiet(from: 22, to: 8) }

    /// What is always mailed is, whatever is said here.
    public init(off: [NoticeChannel: Set<NoticeTopic>], quiet: Quiet?) {
        self.quiet = quiet
        for (channel, topics) in off {
            let may = topics.filter { channel != .mail || !$0.isAlwaysMailed }
            if !may.isEmpty { self.off[channel] = may }
        }
    }

    public func wants(_ topic: NoticeTopic, over channel: NoticeChannel) -> Bool {
        !(off[channel]?.contains(topic) ?? false)
    }

    /// When a notice may leave over a channel: now, or when the quiet hours end in the customer's
    /// zone. A zone nobody knows has no night.
    public func time(
        for content: Notice.Content, over channel: NoticeChannel, now: Instant, zone: String
    ) -> Instant {
        guard channel != .mail, !content.isPressing, let quiet,
            let zone = TimeZone(identifier: zone)
        else { return now }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let date = Date(timeIntervalSince1970: Double(now.milliseconds) / 1000)
        guard quiet.contains(hour: calendar.component(.hour, from: date)),
            let end = calendar.nextDate(
                after: date, matching: DateComponents(hour: quiet.to, minute: 0, second: 0),
                matchingPolicy: .nextTime)
        else { return now }
        return Instant(milliseconds: Int64(end.timeIntervalSince1970 * 1000))
    }

    // MARK: As it is kept, and as the API says it

    public var json: JSON {
        let lists = NoticeChannel.allCases.map { channel in
            (
                channel.rawValue,
                JSON.array(
                    NoticeTopic.allCases.filter { !wants($0, over: channel) }
                        .map { .string($0.rawValue) })
            )
        }
        let hours: JSON =
            quiet.map { ["from": .integer(Int64($0.from)), "to": .integer(Int64($0.to))] } ?? .null
        return ["off": .object(lists), "quiet_hours": hours]
    }

    /// `nil` unless it is what ``json`` writes. Channels may be left out.
    public init?(_ json: JSON) {
        guard let lists = json["off"]?.objectValue else { return nil }
        var off: [NoticeChannel: Set<NoticeTopic>] = [:]
        for key in lists.keys {
            guard let channel = NoticeChannel(rawValue: key),
                let words = lists[key]?.arrayValue
            else { return nil }
            let topics = words.compactMap { $0.stringValue.flatMap(NoticeTopic.init(rawValue:)) }
            guard topics.count == words.count else { return nil }
            off[channel] = Set(topics)
        }
        var quiet: Quiet?
        if let hours = json["quiet_hours"], hours != .null {
            guard case .integer(let from)? = hours["from"], case .integer(let to)? = hours["to"],
                let known = Quiet(from: Int(clamping: from), to: Int(clamping: to))
            else { return nil }
            quiet = known
        }
        self.init(off: off, quiet: quiet)
    }
}

extension Service {
    public func noticeWish(of customer: CustomerID) throws -> NoticeWish {
        guard let text = try edge.noticeWish(of: customer) else { return NoticeWish() }
        let wished: JSON
        do {
            wished = try JSON.parse(Array(text.utf8), bytesMax: 1 << 16)
        } catch {
            // What cannot be read any more is as if nothing had been wished: everything is told.
            return NoticeWish()
        }
        return NoticeWish(wished) ?? NoticeWish()
    }

    public func keep(_ wish: NoticeWish, of customer: CustomerID) throws {
        try edge.keep(noticeWish: wish.json.text(), of: customer)
    }
}

/// How notices leave a deployment besides the app.
public struct NoticeWays: Sendable {
    public var hasMail: Bool
    /// Web push; `nil` when there is no key.
    public var push: Push?
    /// The host's endpoint for texts; `nil` when there is none.
    public var text: Text?

    public init(hasMail: Bool = false, push: Push? = nil, text: Text? = nil) {
        self.hasMail = hasMail
        self.push = push
        self.text = text
    }

    public var channels: [NoticeChannel] {
        (hasMail ? [.mail] : []) + (push == nil ? [] : [.push]) + (text == nil ? [] : [.text])
    }

    public struct Push: Sendable {
        public let key: PushKey
        /// A `mailto:` or `https:` address for the push services' operators.
        public let contact: String
        /// Hosts a browser's address may be at, a leading `*.` standing for any name before it. A
        /// customer tells us the address, so nothing else is ever asked.
        public let hosts: [String]

        public init(key: PushKey, contact: String, hosts: [String]) {
            self.key = key
            self.contact = contact
            self.hosts = hosts
        }

        /// The push services of Chrome and its kin, Firefox, Safari and Edge.
        public static let knownHosts = [
            "fcm.googleapis.com", "updates.push.services.mozilla.com", "*.push.apple.com",
            "*.notify.windows.com",
        ]

        /// `https://host[:port]` of an address at a known service; `nil` for any other. Plain HTTP is
        /// taken for this machine only, where tests listen.
        public func origin(of address: String) -> (origin: String, host: String)? {
            guard address.utf8.count <= 2_048,
                address.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x5C }),
                let url = URL(string: address), let scheme = url.scheme?.lowercased(),
                let host = url.host()?.lowercased(), url.user == nil, url.password == nil,
                hosts.contains(where: { Self.matches(host, $0) }),
                scheme == "https" || (scheme == "http" && host == "127.0.0.1")
            else { return nil }
            return ("\(scheme)://\(host)" + (url.port.map { ":\($0)" } ?? ""), host)
        }

        private static func matches(_ host: String, _ pattern: String) -> Bool {
            guard pattern.hasPrefix("*.") else { return host == pattern }
            return host.hasSuffix(pattern.dropFirst()) && host.utf8.count >= pattern.utf8.count
        }
    }

    public struct Text: Sendable {
        public let url: String
        public let secrets: [WebhookSecret]

        public init(url: String, secrets: [WebhookSecret]) {
            self.url = url
            self.secrets = secrets
        }
    }
}

// MARK: Browsers that want pushes

extension Service {
    /// Browsers of one customer; the oldest goes for the next.
    public static let pushSubscriptionsMax = 10

    /// What a browser gave us for pushing to it.
    public struct Browser: Sendable {
        public let address: String
        public let receiver: PushReceiver
    }

    /// Keeps a browser's subscription, with the session it was made in; `false` when it is not one of
    /// a known push service.
    public func subscribe(
        _ customer: CustomerID, address: String, publicKey: String, secret: String, session: Data?
    ) throws -> Bool {
        guard let known = settings.notices.push?.origin(of: address),
            PushReceiver(publicKey: publicKey, secret: secret) != nil
        else { return false }
        let id = Service.subscriptionID(of: address)
        let content: JSON = [
            "address": .string(address), "key": .string(publicKey), "secret": .string(secret),
        ]
        try edge.keep(
            PushSubscription(
                id: id, customer: customer, host: known.host,
                sealed: vault.seal(subscription: content.bytes(), as: id, of: customer),
                at: wallTime, session: session), max: Service.pushSubscriptionsMax)
        return true
    }

    public static func subscriptionID(of address: String) -> Data {
        Data(Causes.digest(of: "push:\(address)"))
    }

    public func browser(of subscription: PushSubscription) throws -> Browser? {
        let bytes = try vault.open(
            subscription: subscription.sealed, as: subscription.id, of: subscription.customer)
        let json = try JSON.parse(bytes, bytesMax: 1 << 16)
        guard let address = json["address"]?.stringValue, let key = json["key"]?.stringValue,
            let secret = json["secret"]?.stringValue,
            let receiver = PushReceiver(publicKey: key, secret: secret)
        else { return nil }
        return Browser(address: address, receiver: receiver)
    }
}
