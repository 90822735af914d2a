import Banking
import Edges
import Foundation
import Ledger
import Rules
import Vocabulary
import Wire

/// The verbs about events and the endpoints they are sent to, for API, desk and sender alike.
public struct Webhooks: Sendable {
    public let service: Service
    public let store: WebhookStore
    public let log: EventLog

    /// Events one request may set to be sent again; the answer says where to go on.
    public static let replayMax = 1_000
    /// Looks at the log for one such request: some sixty thousand events.
    static let looksMax = 16
    /// Hours for which an old secret may go on signing.
    public static let overlapHours = 0...168
    public static let overlapHoursUsual = 24
    public static let descriptionMax = 200
    /// What receivers expect at most (Standard Webhooks asks for small payloads).
    public static let bodyBytesMax = 20_000

    public init(_ service: Service) {
        self.service = service
        store = WebhookStore(service.edge)
        log = EventLog(service.edge)
    }

    // MARK: Endpoints

    /// What an endpoint shall be; `nil` leaves as it is.
    public struct Wish: Sendable {
        public var url: OutsideURL?
        public var description: String?
        public var types: [String]?

        public init(url: OutsideURL? = nil, description: String? = nil, types: [String]? = nil) {
            self.url = url
            self.description = description
            self.types = types
        }
    }

    /// What was made with an endpoint or a rotation. Only this once is the secret in the clear.
    public struct Made: Sendable {
        public let endpoint: WebhookEndpointID
        public let secret: WebhookSecret
        public let key: WebhookKey?
    }

    /// A new endpoint with a secret of its own, and a key where `hasKey`.
    public func add(
        _ url: OutsideURL, description: String, types: [String], hasKey: Bool, by actor: Actor
    ) throws -> (keeping: WebhookStore.Keeping, made: Made) {
        let now = service.clock.now()
        let id = WebhookEndpointID(sharing: Causes.named(scope: "webhook", key: Self.nonce))
        let (secrets, made) = secrets(of: id, number: 1, hasKey: hasKey, at: now)
        let keeping = try store.add(
            WebhookStore.Endpoint(
                id: id, url: url.text, description: description, types: types, hasKey: hasKey,
                madeAt: now), secrets, by: actor)
        return (keeping, made)
    }

    private static var nonce: String { Token.random(prefix: "").text }

    public func change(
        _ id: WebhookEndpointID, _ wish: Wish, by actor: Actor
    ) throws -> WebhookStore.Keeping {
        try store.change(id, by: actor, at: service.clock.now()) { endpoint in
            if let url = wish.url { endpoint.url = url.text }
            if let description = wish.description { endpoint.description = description }
            if let types = wish.types { endpoint.types = types }
        }
    }

    public func set(
        _ id: WebhookEndpointID, _ state: WebhookStore.Endpoint.State, by actor: Actor
    ) throws -> WebhookStore.Keeping {
        try store.change(id, by: actor, at: service.clock.now()) { $0.state = state }
    }

    /// Forgets an endpoint; `false` when there was none.
    public func remove(_ id: WebhookEndpointID, by actor: Actor) throws -> Bool {
        try store.remove(id, by: actor, at: service.clock.now())
    }

    /// A new secret, and a new key where the endpoint has one; the old ones sign for `hours` more.
    /// `nil` when there is no such endpoint.
    public func rotate(
        _ id: WebhookEndpointID, overlapHours hours: Int, by actor: Actor
    ) throws -> Made? {
        guard let endpoint = try store.endpoint(id) else { return nil }
        let now = service.clock.now()
        while true {
            let number = try store.nextSecret(of: id)
            let (secrets, made) = secrets(
                of: id, number: number, hasKey: endpoint.hasKey, at: now)
            if try store.rotate(
                id, to: secrets, oldUntil: now.adding(hours: hours), by: actor, at: now)
            {
                return made
            }
            // Somebody rotated at the same moment: theirs is the older one then.
            guard try store.endpoint(id) != nil else { return nil }
        }
    }

    private func secrets(
        of id: WebhookEndpointID, number: Int64, hasKey: Bool, at now: Instant
    ) -> ([WebhookStore.Secret], Made) {
        let secret = WebhookSecret.random()
        let key = hasKey ? WebhookKey.random() : nil
        func sealed(_ bytes: [UInt8], _ scheme: WebhookStore.Secret.Scheme) -> Data {
            service.vault.seal(webhookSecret: bytes, Self.place(id, number, scheme))
        }
        var secrets = [
            WebhookStore.Secret(
                number: number, scheme: .v1, sealed: sealed(Array(secret.text.utf8), .v1),
                publicKey: nil, madeAt: now)
        ]
        if let key {
            secrets.append(
                WebhookStore.Secret(
                    number: number, scheme: .v1a, sealed: sealed(key.privateBytes, .v1a),
                    publicKey: key.publicText, madeAt: now))
        }
        return (secrets, Made(endpoint: id, secret: secret, key: key))
    }

    private static func place(
        _ id: WebhookEndpointID, _ number: Int64, _ scheme: WebhookStore.Secret.Scheme
    ) -> String { "\(id):\(number):\(scheme.rawValue)" }

    /// Everything that signs for an endpoint now, the newest first.
    public func signers(of id: WebhookEndpointID) throws -> [WebhookSigner] {
        try store.secrets(of: id, at: service.clock.now()).map { secret in
            let bytes = try service.vault.open(
                webhookSecret: secret.sealed, Self.place(id, secret.number, secret.scheme))
            switch secret.scheme {
            case .v1:
                guard let own = WebhookSecret(String(decoding: bytes, as: UTF8.self)) else {
                    throw SealedRefusal.malformed
                }
                return .secret(own)
            case .v1a:
                guard let own = WebhookKey(privateBytes: bytes) else {
                    throw SealedRefusal.malformed
                }
                return .key(own)
            }
        }
    }

    // MARK: Events

    /// An event as it is sent and listed: the same bytes each time, of fewer than
    /// ``bodyBytesMax``.
    public func json(_ event: HostEvent) -> JSON {
        let policy = service.policies.policy(at: event.at)
        let json = Describe(policy).event(event)
        guard json.bytes().count > Self.bodyBytesMax else { return json }
        return Describe(policy).event(event, isShort: true)
    }

    /// What is sent for a delivery; `nil` when its event is in no commit, as after a restore.
    public func body(of delivery: WebhookStore.Delivery) throws -> [UInt8]? {
        if let body = delivery.body { return Array(body) }
        return try log.event(delivery.event).map { json($0).bytes() }
    }

    /// Sends an event that says nothing, so that an endpoint can be tried. `nil` when there is no
    /// such endpoint or it is switched off.
    public func test(_ id: WebhookEndpointID, by actor: Actor) throws -> EventID? {
        let now = service.clock.now()
        let random = Causes.named(scope: "webhook-test", key: Self.nonce)
        let event = EventID(
            high: UInt64(max(0, now.milliseconds)) << 16 | random.high & 0xFFFF, low: random.low)
        let body: JSON = [
            "type": .string(HostEvent.test), "timestamp": .string(now.rfc3339),
            "data": ["endpoint": .string("\(id)")],
        ]
        let delivery = WebhookStore.Delivery(
            event: event, type: HostEvent.test, body: Data(body.bytes()), at: now)
        let sent = try store.send(
            [delivery], to: id, as: .tested, detail: "\(event)", by: actor, at: now)
        guard sent != nil else { return nil }
        service.eventBell.ring()
        return event
    }

    /// What became of a wish to send again.
    public enum Replaying: Sendable {
        /// How many, and behind which event to go on when there are more.
        case again(Int, goOn: EventID?)
        case unknown
        /// The endpoint is not switched on.
        case off
        case eventUnknown
    }

    /// Sends one event again, wanted by its filter or not, under the id it has.
    public func replay(
        _ event: EventID, to id: WebhookEndpointID, by actor: Actor
    ) throws -> Replaying {
        guard try store.endpoint(id) != nil else { return .unknown }
        let now = service.clock.now()
        let kept = try store.deliveries(
            of: id, WebhookStore.Filter(event: event), limit: 1
        ).first
        let type = try kept?.type ?? log.event(event)?.type
        guard let type else { return .eventUnknown }
        let delivery = WebhookStore.Delivery(event: event, type: type, body: kept?.body, at: now)
        let sent = try store.send(
            [delivery], to: id, as: .replayed, detail: "\(event)", by: actor, at: now)
        guard let count = sent else { return .off }
        service.eventBell.ring()
        return .again(count, goOn: nil)
    }

    /// Sends again, under the ids they have, the events behind `after` through `through` that the
    /// endpoint's filter wants: at most ``replayMax`` of them.
    public func replay(
        after: EventID, through: EventID, to id: WebhookEndpointID, by actor: Actor
    ) throws -> Replaying {
        guard let endpoint = try store.endpoint(id) else { return .unknown }
        guard endpoint.state == .enabled else { return .off }
        let now = service.clock.now()
        // What it has not been sent yet is on its way.
        let last = min(through, endpoint.position)
        var place = after
        var deliveries: [WebhookStore.Delivery] = []
        var hasMore = true
        for _ in 0..<Self.looksMax
        where hasMore && place < last && deliveries.count < Self.replayMax {
            let reading = try log.events(
                after: place, limit: Self.replayMax - deliveries.count, where: endpoint.wants)
            for event in reading.events where event.id <= last {
                deliveries.append(WebhookStore.Delivery(event: event.id, type: event.type, at: now))
            }
            place = reading.through
            hasMore = reading.hasMore
        }
        let sent = try store.send(
            deliveries, to: id, as: .replayed,
            detail: "\(deliveries.count) behind \(after) through \(last)", by: actor, at: now)
        guard let count = sent else { return .off }
        service.eventBell.ring()
        return .again(count, goOn: hasMore && place < last ? place : nil)
    }
}
