import Banking
import Edges
import Ledger
import Rules
import Service
import Wire

// MARK: - Events, and the endpoints they are told to

extension RouteTable {
    static let events: [Route] = [
        row(
            .get, "/v1/events", "listEvents",
            "What happened, in its order: the same events that webhooks bring",
            .page("Event"), scope: .eventsRead,
            query: [
                Route.Query(
                    name: "after",
                    words: "Only those behind this one; from the first when left out.",
                    schema: .id(EventID.self)),
                Route.Query(
                    name: "types",
                    words: "Only these, with commas between them; `deposit.*` for all of a noun.",
                    schema: .pattern("^[a-z_.*,]{1,500}$", example: "deposit.*,obligation.opened")),
                .limit,
            ], problems: ["event_unknown"], listEvents),
        row(
            .get, "/v1/webhook-endpoints", "listWebhookEndpoints", "Endpoints, the oldest first",
            .page("WebhookEndpoint")
        ) { call in
            let rows = try webhooks(call).store.endpoints().map { try describe($0, call) }
            return .json(["data": .array(rows), "next_cursor": .null])
        },
        row(
            .post, "/v1/webhook-endpoints", "createWebhookEndpoint",
            "Have events told to a URL; the secret is shown this once",
            .named("WebhookEndpointMade"), status: 201,
            body: Route.Body(
                schema: .request(
                    ["url": url],
                    optional: [
                        "description": description, "types": types,
                        "asymmetric": Schema.boolean.described(
                            "Sign with an Ed25519 key of its own (v1a) besides the secret (v1)."),
                    ]),
                example: [
                    "url": "https://exchange.example.com/webhooks",
                    "types": ["deposit.*", "obligation.opened"],
                ]),
            problems: ["webhook_url_taken", "webhook_endpoints_full"], create),
        row(
            .get, "/v1/webhook-endpoints/{endpoint}", "getWebhookEndpoint", "An endpoint",
            .named("WebhookEndpoint")
        ) { call in .json(try describe(try endpoint(call), call)) },
        row(
            .post, "/v1/webhook-endpoints/{endpoint}", "changeWebhookEndpoint",
            "Change URL, description or filter; what is left out stays",
            .named("WebhookEndpoint"),
            body: Route.Body(
                schema: .request(
                    [:], optional: ["url": url, "description": description, "types": types]),
                example: ["types": ["settlement.*"]]),
            problems: ["webhook_url_taken"], change),
        row(
            .delete, "/v1/webhook-endpoints/{endpoint}", "deleteWebhookEndpoint",
            "Forget an endpoint with its secrets and deliveries", nil, status: 204
        ) { call in
            guard try webhooks(call).remove(try id(call), by: call.actor) else { throw unknown }
            return .noContent
        },
        act("enable", "enableWebhookEndpoint", "Tell it what happens from now on") { call in
            try change(call) { try $0.set($1, .enabled, by: call.actor) }
        },
        act("disable", "disableWebhookEndpoint", "Tell it nothing; what waits is stopped") {
            call in try change(call) { try $0.set($1, .disabled, by: call.actor) }
        },
        row(
            .post, "/v1/webhook-endpoints/{endpoint}/rotate-secret", "rotateWebhookSecret",
            "Sign with a new secret, and with the old one for a while",
            .named("WebhookEndpointMade"),
            body: Route.Body(
                schema: .request(
                    [:],
                    optional: [
                        "overlap_hours": .integer(
                            Int64(
                                Webhooks.overlapHours.lowerBound)...Int64(
                                    Webhooks.overlapHours.upperBound),
                            default: Int64(Webhooks.overlapHoursUsual))
                    ]), example: ["overlap_hours": 24], mayBeEmpty: true), rotate),
        row(
            .post, "/v1/webhook-endpoints/{endpoint}/test", "testWebhookEndpoint",
            "Send a webhook.test event, which says nothing", .named("WebhookTest"), status: 202,
            body: .empty, problems: ["webhook_endpoint_off"]
        ) { call in
            try JSONObjectReader.read(call.body) { _ in }
            let id = try endpoint(call).id
            guard let event = try webhooks(call).test(id, by: call.actor) else {
                throw Denial(.webhookEndpointOff)
            }
            return Answer(status: 202, content: .json(["event": .string("\(event)")]))
        },
        row(
            .get, "/v1/webhook-endpoints/{endpoint}/deliveries", "listWebhookDeliveries",
            "Deliveries with their tries, newest first", .page("WebhookDelivery"),
            query: [
                Route.Query(
                    name: "result", words: "Only those in this state.",
                    schema: .oneOf(WebhookStore.Delivery.State.self)),
                Route.Query(
                    name: "event", words: "Only the one of this event.", schema: .id(EventID.self)),
            ] + Route.Query.page, listDeliveries),
        row(
            .post, "/v1/webhook-endpoints/{endpoint}/replay", "replayWebhooks",
            "Send one event or a range of them again, under the ids they have",
            .named("WebhookReplay"), status: 202,
            body: Route.Body(
                schema: .any([
                    .request(["event": .id(EventID.self)]),
                    .request(
                        [:],
                        optional: [
                            "after": .id(EventID.self), "through": .id(EventID.self),
                        ]),
                ]), example: ["after": "evt_01kjqz8v5m3t9w2x4y6c7d8e9f"]),
            problems: ["event_unknown", "webhook_endpoint_off"], replay),
        row(
            .get, "/v1/webhook-endpoint-acts", "listWebhookEndpointActs",
            "Who did what with the endpoints, newest first, also with those that are deleted",
            .page("WebhookEndpointAct"),
            query: [
                Route.Query(
                    name: "endpoint", words: "Only what was done with this one.",
                    schema: .id(WebhookEndpointID.self))
            ] + Route.Query.page, listActs),
    ]

    private static func row(
        _ method: Route.Method, _ path: String, _ operation: String, _ summary: String,
        _ schema: Schema?, scope: Service.Scope = .webhooksManage, status: Int = 200,
        query: [Route.Query] = [], body: Route.Body? = nil, problems: [String] = [],
        _ handle: @escaping @Sendable (Call) async throws -> Answer
    ) -> Route {
        Route(
            method: method, path: path, operation: operation, tag: .events, summary: summary,
            access: .key(scope), query: query, body: body,
            answer: Route.Success(status: status, words: summary, schema: schema),
            problems: problems, handle: handle)
    }

    private static func act(
        _ verb: String, _ operation: String, _ summary: String,
        _ handle: @escaping @Sendable (Call) async throws -> Answer
    ) -> Route {
        row(
            .post, "/v1/webhook-endpoints/{endpoint}/\(verb)", operation, summary,
            .named("WebhookEndpoint"), body: .empty
        ) { call in
            try JSONObjectReader.read(call.body) { _ in }
            return try await handle(call)
        }
    }

    // MARK: Schemas of what is sent

    private static let url = Schema.text(
        9...OutsideURL.lengthMax, example: "https://exchange.example.com/webhooks"
    ).described("An https URL of a public address, on port 443 or one from 1024 on.")
    private static let description = Schema.text(0...Webhooks.descriptionMax)
    private static let types = Schema.list(
        .pattern("^[a-z_]+\\.([a-z_]+|\\*)$", example: "deposit.*"), max: typesMax
    ).described("Types of events, or `noun.*`; every event when empty or left out.")
    private static let typesMax = 50

    // MARK: Reading

    private static func webhooks(_ call: Call) -> Webhooks { Webhooks(call.service) }

    private static let unknown = Denial(.notFound, "No endpoint has this id.")

    private static func id(_ call: Call) throws -> WebhookEndpointID {
        guard let id = call.parameters["endpoint"].flatMap({ WebhookEndpointID($0) }) else {
            throw unknown
        }
        return id
    }

    private static func endpoint(_ call: Call) throws -> WebhookStore.Endpoint {
        guard let found = try webhooks(call).store.endpoint(try id(call)) else { throw unknown }
        return found
    }

    private static func url(
        _ reader: inout JSONObjectReader, _ call: Call, isNeeded: Bool = false
    ) -> OutsideURL? {
        let text =
            isNeeded
            ? reader.string("url", max: OutsideURL.lengthMax)
            : reader.optionalString("url", max: OutsideURL.lengthMax)
        // What is missing has been noted.
        guard let text, !text.isEmpty else { return nil }
        do throws(OutsideURL.Refusal) {
            return try OutsideURL(
                text, allowsInsecure: call.service.settings.webhooksMayStayInside)
        } catch {
            reader.reject("url", .malformed, "The URL \(error.words).")
            return nil
        }
    }

    private static func types(_ reader: inout JSONObjectReader) -> [String]? {
        guard let values = reader.optionalArray("types", max: typesMax) else { return nil }
        var types: [String] = []
        for value in values {
            guard let type = value.stringValue, isKnown(type) else {
                reader.reject(
                    "types", .notAllowed,
                    "Each is a type of docs/reference/webhooks.md, or a noun with .* behind it.")
                return nil
            }
            if !types.contains(type) { types.append(type) }
        }
        return types
    }

    private static func isKnown(_ type: String) -> Bool {
        HostEvent.types.contains(type)
            || type.hasSuffix(".*") && HostEvent.types.contains { $0.hasPrefix(type.dropLast()) }
    }

    // MARK: Acting

    @Sendable private static func create(_ call: Call) async throws -> Answer {
        let wish = try JSONObjectReader.read(call.body) { reader in
            let url = url(&reader, call, isNeeded: true)
            return (
                url: url, types: types(&reader) ?? [],
                description: reader.optionalString(
                    "description", min: 0, max: Webhooks.descriptionMax),
                hasKey: reader.optionalBoolean("asymmetric") ?? false
            )
        }
        guard let url = wish.url else { throw Denial(.invalidBody) }
        let (keeping, made) = try webhooks(call).add(
            url, description: wish.description ?? "", types: wish.types, hasKey: wish.hasKey,
            by: call.actor)
        try check(keeping)
        return try answer(made, call, status: 201)
    }

    @Sendable private static func change(_ call: Call) async throws -> Answer {
        let wish = try JSONObjectReader.read(call.body) { reader in
            Webhooks.Wish(
                url: url(&reader, call),
                description: reader.optionalString(
                    "description", min: 0, max: Webhooks.descriptionMax),
                types: types(&reader))
        }
        return try change(call) { try $0.change($1, wish, by: call.actor) }
    }

    private static func change(
        _ call: Call, _ body: (Webhooks, WebhookEndpointID) throws -> WebhookStore.Keeping
    ) throws -> Answer {
        let id = try id(call)
        try check(try body(webhooks(call), id))
        return .json(try describe(try endpoint(call), call))
    }

    private static func check(_ keeping: WebhookStore.Keeping) throws {
        switch keeping {
        case .kept: break
        case .unknown: throw unknown
        case .taken: throw Denial(.webhookURLTaken)
        case .tooMany: throw Denial(.webhookEndpointsFull)
        }
    }

    @Sendable private static func rotate(_ call: Call) async throws -> Answer {
        let range = Webhooks.overlapHours
        let hours = try JSONObjectReader.read(call.body) { reader in
            reader.optionalInteger(
                "overlap_hours", in: Int64(range.lowerBound)...Int64(range.upperBound))
        }
        let made = try webhooks(call).rotate(
            try id(call), overlapHours: hours.map { Int($0) } ?? Webhooks.overlapHoursUsual,
            by: call.actor)
        guard let made else { throw unknown }
        return try answer(made, call, status: 200)
    }

    private static func answer(
        _ made: Webhooks.Made, _ call: Call, status: Int
    ) throws -> Answer {
        guard let endpoint = try webhooks(call).store.endpoint(made.endpoint) else { throw unknown }
        var answer = Answer(
            status: status,
            content: .json(
                try describe(endpoint, call).with("secret", .string(made.secret.text))))
        if status == 201 {
            answer.headers.append(("Location", "/v1/webhook-endpoints/\(made.endpoint)"))
        }
        return answer
    }

    @Sendable private static func replay(_ call: Call) async throws -> Answer {
        let webhooks = webhooks(call)
        func event(_ reader: inout JSONObjectReader, _ name: String) -> EventID? {
            reader.optionalParsed(name, max: 64, expected: "an event's id") { EventID($0) }
        }
        let asked = try JSONObjectReader.read(call.body) { reader in
            let one = event(&reader, "event")
            let range = (after: event(&reader, "after"), through: event(&reader, "through"))
            if one != nil, range.after != nil || range.through != nil {
                reader.reject("event", .conflict, "Name one event or a range, not both.")
            }
            return (one: one, after: range.after, through: range.through)
        }
        let id = try endpoint(call).id
        let replaying: Webhooks.Replaying
        if let one = asked.one {
            replaying = try webhooks.replay(one, to: id, by: call.actor)
        } else {
            for place in [asked.after, asked.through].compactMap({ $0 })
            where try !webhooks.log.has(place) { throw Denial(.eventUnknown) }
            replaying = try webhooks.replay(
                after: asked.after ?? EventID(high: 0, low: 0),
                through: try asked.through ?? webhooks.log.head(), to: id, by: call.actor)
        }
        switch replaying {
        case .unknown: throw unknown
        case .off: throw Denial(.webhookEndpointOff)
        case .eventUnknown: throw Denial(.eventUnknown)
        case .again(let count, let goOn):
            return Answer(
                status: 202,
                content: .json([
                    "events": .integer(Int64(count)),
                    "go_on_after": goOn.map { .string("\($0)") } ?? .null,
                ]))
        }
    }

    // MARK: Looking

    /// Looks at the log for one page: some sixty thousand events.
    private static let looksMax = 16

    @Sendable private static func listEvents(_ call: Call) async throws -> Answer {
        let webhooks = webhooks(call)
        let limit = try call.page().limit
        var after = EventID(high: 0, low: 0)
        if let text = call.query["after"] {
            guard let id = EventID(text), try webhooks.log.has(id) else {
                throw Denial(.eventUnknown)
            }
            after = id
        }
        var filter = WebhookStore.Endpoint(
            id: WebhookEndpointID(high: 0, low: 0), url: "", description: "", types: [],
            hasKey: false, madeAt: call.now)
        if let text = call.query["types"] {
            filter.types = text.split(separator: ",").map(String.init)
            guard !filter.types.isEmpty, filter.types.allSatisfy(isKnown) else {
                throw Denial(.invalidQuery, "types names a type that there is not.")
            }
        }
        var reading = try webhooks.log.events(after: after, limit: limit, where: filter.wants)
        // Many may be passed over before one is wanted; a page looks through some of them only.
        for _ in 1..<looksMax where reading.events.isEmpty && reading.hasMore {
            reading = try webhooks.log.events(
                after: reading.through, limit: limit, where: filter.wants)
        }
        let rows = reading.events.map { event in
            JSON.object([("id", .string("\(event.id)"))]).merging(webhooks.json(event))
        }
        return .json([
            "data": .array(rows),
            "next_cursor": reading.hasMore
                ? .string("\(reading.events.last?.id ?? reading.through)") : .null,
        ])
    }

    @Sendable private static func listDeliveries(_ call: Call) async throws -> Answer {
        let page = try call.page()
        var filter = WebhookStore.Filter()
        if let text = call.query["result"] {
            guard let state = WebhookStore.Delivery.State(rawValue: text) else {
                throw Denial(.invalidQuery, "result is waiting, delivered, failed or stopped.")
            }
            filter.state = state
        }
        if let text = call.query["event"] {
            guard let event = EventID(text) else {
                throw Denial(.invalidQuery, "event must be an event's id.")
            }
            filter.event = event
        }
        if let cursor = page.after {
            guard cursor.parts.count == 1, case .integer(let number) = cursor.parts[0] else {
                throw Denial(.invalidCursor)
            }
            filter.before = number
        }
        let rows = try webhooks(call).store.deliveries(
            of: try endpoint(call).id, filter, limit: page.limit + 1)
        let shown = rows.prefix(page.limit)
        let next =
            rows.count > shown.count ? shown.last.map { Cursor([.integer($0.number)]) } : nil
        return call.list(shown.map(describe), next: next, page)
    }

    @Sendable private static func listActs(_ call: Call) async throws -> Answer {
        let page = try call.page()
        var endpoint: WebhookEndpointID?
        if let text = call.query["endpoint"] {
            guard let id = WebhookEndpointID(text) else {
                throw Denial(.invalidQuery, "endpoint must be an endpoint's id.")
            }
            endpoint = id
        }
        var before: Int64?
        if let cursor = page.after {
            guard cursor.parts.count == 1, case .integer(let number) = cursor.parts[0] else {
                throw Denial(.invalidCursor)
            }
            before = number
        }
        let rows = try webhooks(call).store.acts(
            of: endpoint, before: before, limit: page.limit + 1)
        let shown = rows.prefix(page.limit)
        let next =
            rows.count > shown.count ? shown.last.map { Cursor([.integer($0.number)]) } : nil
        return call.list(
            shown.map { act in
                [
                    "at": .string(act.at.rfc3339), "endpoint": .string("\(act.endpoint)"),
                    "url": .string(act.url), "actor": .string(act.actor),
                    "act": .string(act.kind.rawValue), "detail": .string(act.detail),
                ]
            }, next: next, page)
    }

    // MARK: Words

    private static func describe(
        _ endpoint: WebhookStore.Endpoint, _ call: Call
    ) throws -> JSON {
        let webhooks = webhooks(call)
        let counts = try webhooks.store.counts(of: endpoint.id)
        let secrets = try webhooks.store.secrets(of: endpoint.id, at: call.now)
        func time(_ instant: Instant?) -> JSON { instant.map { .string($0.rfc3339) } ?? .null }
        let signatures: [JSON] = secrets.map { secret in
            [
                "scheme": .string(secret.scheme.rawValue),
                "public_key": secret.publicKey.map { .string($0) } ?? .null,
                "made_at": time(secret.madeAt), "ends_at": time(secret.endsAt),
            ]
        }
        return [
            "id": .string("\(endpoint.id)"), "url": .string(endpoint.url),
            "description": .string(endpoint.description),
            "types": .array(endpoint.types.map { .string($0) }),
            "state": .string(endpoint.state.rawValue), "made_at": time(endpoint.madeAt),
            "signatures": .array(signatures), "delivered_at": time(endpoint.deliveredAt),
            "failing_since": time(endpoint.failingSince),
            "quiet_until": time(endpoint.quietUntil),
            "waiting": .integer(Int64(counts.waiting)), "failed": .integer(Int64(counts.failed)),
        ]
    }

    @Sendable private static func describe(_ delivery: WebhookStore.Delivery) -> JSON {
        let tries: [JSON] = delivery.tries.map { one in
            [
                "at": .string(one.at.rfc3339), "milliseconds": .integer(one.milliseconds),
                "status": one.status.map { .integer(Int64($0)) } ?? .null,
                "result": .string(one.result.rawValue),
            ]
        }
        return [
            "event": .string("\(delivery.event)"), "type": .string(delivery.type),
            "state": .string(delivery.state.rawValue),
            "attempts": .integer(Int64(delivery.attempts)),
            "made_at": .string(delivery.madeAt.rfc3339),
            "next_at": delivery.state == .waiting ? .string(delivery.due.rfc3339) : .null,
            "done_at": delivery.doneAt.map { .string($0.rfc3339) } ?? .null,
            "tries": .array(tries),
        ]
    }
}

extension JSON {
    /// The same object with the members of another behind its own.
    fileprivate func merging(_ other: JSON) -> JSON {
        (other.objectValue?.members ?? []).reduce(self) { $0.with($1.key, $1.value) }
    }
}

extension Schemas {
    static let event = Schema.answer([
        "id": .id(EventID.self), "type": .oneOf(HostEvent.types),
        "timestamp": .time.described("When it was decided."),
        "data": Schema(["type": "object", "additionalProperties": true]).described(
            "`customer`, the host's `reference`, and what docs/reference/webhooks.md says of the type."
        ),
    ])

    static let webhookMessage = Schema.answer([
        "type": .oneOf(HostEvent.types + [HostEvent.test]), "timestamp": .time,
        "data": Schema(["type": "object", "additionalProperties": true]),
    ])

    private static let endpointMembers: KeyValuePairs<String, Schema> = [
        "id": .id(WebhookEndpointID.self), "url": .words, "description": .words,
        "types": .list(.words), "state": .oneOf(WebhookStore.Endpoint.State.self),
        "made_at": .time,
        "signatures": .list(
            .answer([
                "scheme": .oneOf(WebhookStore.Secret.Scheme.self), "public_key": .words.orNull,
                "made_at": .time,
                "ends_at": .time.orNull.described("It signs until then; `null` for the newest."),
            ])),
        "delivered_at": .time.orNull,
        "failing_since": .time.orNull.described("Since when every try failed."),
        "quiet_until": .time.orNull.described("It asked for rest until then."),
        "waiting": .count, "failed": .count,
    ]

    static let webhookEndpoint = Schema.answer(endpointMembers)

    static let webhookEndpointMade: Schema = {
        let all =
            endpointMembers.map { ($0.key, $0.value) } + [
                (
                    "secret",
                    Schema.pattern("^whsec_[A-Za-z0-9+/]+=*$", example: "whsec_c2FtcGxl")
                        .described("Shown this once.")
                )
            ]
        return Schema([
            "type": "object", "properties": .object(all.map { ($0.0, $0.1.json) }),
            "required": .array(all.map { .string($0.0) }),
        ])
    }()

    static let webhookEndpointAct = Schema.answer([
        "at": .time, "endpoint": .id(WebhookEndpointID.self), "url": .words,
        "actor": Schema.words.described("Whose key or sign-in it was; `system` for a 410."),
        "act": .oneOf(WebhookStore.Act.Kind.self),
        "detail": Schema.words.described("What was before and after, or which events."),
    ])

    static let webhookTest = Schema.answer(["event": .id(EventID.self)])

    static let webhookReplay = Schema.answer([
        "events": Schema.count.described("How many are sent again."),
        "go_on_after": .id(EventID.self).orNull.described(
            "Ask again with this as `after`: the range has more."),
    ])

    static let webhookDelivery = Schema.answer([
        "event": .id(EventID.self), "type": .words,
        "state": .oneOf(WebhookStore.Delivery.State.self), "attempts": .count, "made_at": .time,
        "next_at": .time.orNull, "done_at": .time.orNull,
        "tries": .list(
            .answer([
                "at": .time, "milliseconds": .count, "status": .count.orNull,
                "result": .oneOf(WebhookStore.Try.Result.self),
            ])),
    ])
}
