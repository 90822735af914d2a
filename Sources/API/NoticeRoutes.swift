import Edges
import Ledger
import Rules
import Service
import Wire

// MARK: - How notices reach a customer

extension RouteTable {
    private static let wishBody = Schema.request(
        [
            "off": Schema([
                "type": "object",
                "properties": .object(
                    NoticeChannel.allCases.map { channel in
                        (
                            channel.rawValue,
                            Schema.list(.oneOf(NoticeTopic.self), max: NoticeTopic.allCases.count)
                                .json
                        )
                    }), "additionalProperties": false,
            ]).described(
                "Topics that do not come over a channel. Mail about owed and sales always leaves.")
        ],
        optional: [
            "quiet_hours": Schema.request(["from": .integer(0...23), "to": .integer(0...23)])
                .orNull.described(
                    "Full hours of the customer's day; devices and texts wait until the last. "
                        + "Without them there are none.")
        ])

    static let wishExample: JSON = [
        "off": ["mail": ["deposits"], "text": ["deposits", "account"]],
        "quiet_hours": ["from": 22, "to": 8],
    ]

    static let noticeRoutes: [Route] = [
        Route(
            method: .get, path: "/v1/customers/{customer}/notices/{notice}/deliveries",
            operation: "listDeliveries", tag: .customers,
            summary: "How a notice went over each channel", access: .key(.customersRead),
            answer: Route.Success(
                status: 200, words: "One row a channel and device.",
                schema: .answer(["data": .list(.named("Delivery"))])), handle: listDeliveries),
        Route(
            method: .post, path: "/v1/customers/{customer}/notices/{notice}/bounces",
            operation: "reportBounce", tag: .customers,
            summary: "Tell of a notice that was taken and came back",
            access: .key(.customersWrite),
            body: Route.Body(
                schema: .request([
                    "channel": .oneOf(NoticeChannel.self), "reason": .text(1...500),
                ]), example: ["channel": "mail", "reason": "550 5.1.1 no such mailbox"]),
            answer: Route.Success(
                status: 200, words: "Every channel of the notice.",
                schema: .answer(["data": .list(.named("Delivery"))])), handle: reportBounce),
        Route(
            method: .get, path: "/v1/customers/{customer}/notice-preferences",
            operation: "getNoticePreferences", tag: .customers,
            summary: "What a customer hears of over which channel, and when devices stay quiet",
            access: .key(.customersRead),
            answer: Route.Success(
                status: 200, words: "The preferences in force.",
                schema: .named("NoticePreferences"))
        ) { call in .json(try call.service.noticeWish(of: try call.customer().id).json) },
        Route(
            method: .post, path: "/v1/customers/{customer}/notice-preferences",
            operation: "setNoticePreferences", tag: .customers,
            summary: "Set them all", access: .key(.customersWrite),
            body: Route.Body(schema: wishBody, example: wishExample),
            answer: Route.Success(
                status: 200, words: "The preferences in force.",
                schema: .named("NoticePreferences")), handle: setNoticePreferences),
    ]

    private static func notice(_ call: Call) throws -> (CustomerID, NoticeID) {
        let customer = try call.customer().id
        guard let id = call.parameters["notice"].flatMap({ NoticeID($0) }),
            try call.service.reader.notice(id, of: customer) != nil
        else { throw Denial(.notFound, "The customer has no notice with this id.") }
        return (customer, id)
    }

    private static func deliveries(of notice: NoticeID, _ call: Call) throws -> Answer {
        let rows = try call.service.edge.deliveries(of: notice)
        return .json(["data": .array(rows.map(describe))])
    }

    @Sendable private static func listDeliveries(_ call: Call) async throws -> Answer {
        try deliveries(of: try notice(call).1, call)
    }

    /// Says what is so, so that telling it twice needs no key.
    @Sendable private static func reportBounce(_ call: Call) async throws -> Answer {
        let (channel, reason) = try JSONObjectReader.read(call.body) {
            ($0.enumeration("channel", as: NoticeChannel.self), $0.string("reason", max: 500))
        }
        let (customer, id) = try notice(call)
        guard
            try call.service.edge.bounced(id, of: customer, over: channel, reason, at: call.now)
        else { throw Denial(.notFound, "The notice was not taken over this channel.") }
        return try deliveries(of: id, call)
    }

    @Sendable private static func setNoticePreferences(_ call: Call) async throws -> Answer {
        let customer = try call.customer().id
        let wish = try JSONObjectReader.read(call.body) { reader in
            let off = reader.object("off") { lists in
                var all: [NoticeChannel: Set<NoticeTopic>] = [:]
                for channel in NoticeChannel.allCases {
                    all[channel] = topics(channel.rawValue, in: &lists)
                }
                return all
            }
            let quiet = reader.optionalObject("quiet_hours") { hours in
                (from: hours.integer("from", in: 0...23), to: hours.integer("to", in: 0...23))
            }
            if let quiet, quiet.from == quiet.to {
                reader.reject("quiet_hours", .conflict, "The two hours must differ.")
            }
            return NoticeWish(
                off: off,
                quiet: quiet.flatMap {
                    NoticeWish.Quiet(from: Int($0.from), to: Int($0.to))
                })
        }
        try call.service.keep(wish, of: customer)
        return .json(wish.json)
    }

    private static func topics(
        _ name: String, in reader: inout JSONObjectReader
    ) -> Set<NoticeTopic> {
        let words = reader.optionalArray(name, max: NoticeTopic.allCases.count) ?? []
        let topics = words.compactMap { $0.stringValue.flatMap(NoticeTopic.init(rawValue:)) }
        if topics.count != words.count {
            let known = NoticeTopic.allCases.map(\.rawValue).joined(separator: ", ")
            reader.reject(name, .notAllowed, "Topics are \(known).")
        }
        return Set(topics)
    }

    private static func describe(_ delivery: NoticeDelivery) -> JSON {
        [
            "channel": .string(delivery.channel.rawValue),
            "state": .string(delivery.state.rawValue), "tries": .integer(Int64(delivery.tries)),
            "due": .string(delivery.due.rfc3339),
            "ended_at": delivery.doneAt.map { .string($0.rfc3339) } ?? .null,
            "result": .string(delivery.result),
        ]
    }
}

extension Schemas {
    static let delivery = Schema.answer([
        "channel": .oneOf(NoticeChannel.self), "state": .oneOf(NoticeDelivery.State.self),
        "tries": .count, "due": .time, "ended_at": .time.orNull, "result": .words,
    ])

    static let noticePreferences = Schema.answer([
        "off": .answer([
            "mail": .list(.oneOf(NoticeTopic.self)), "push": .list(.oneOf(NoticeTopic.self)),
            "text": .list(.oneOf(NoticeTopic.self)),
        ]),
        "quiet_hours": Schema.answer(["from": .integer(0...23), "to": .integer(0...23)]).orNull,
    ])
}
