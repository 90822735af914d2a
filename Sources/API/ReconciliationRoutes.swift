import Banking
import Edges
import Service
import Statements
import Wire

// MARK: - Reconciliation

extension RouteTable {
    static let reconciliation: [Route] = [
        look(
            "/v1/reconciliation/days", "listReconciliationDays",
            "Settlement dates with what had to move and what moved, latest first",
            .page("ReconciliationDay"), query: Route.Query.page, listDays),
        look(
            "/v1/reconciliation/days/{day}", "getReconciliationDay",
            "A settlement date, movement by movement", .named("ReconciliationDayDetail"), getDay),
        look(
            "/v1/reconciliation/breaks", "listBreaks",
            "Movements one side knows and the other does not, the first found first",
            .page("Break"), query: [state(["open", "closed"])] + Route.Query.page, listBreaks),
        look(
            "/v1/reconciliation/breaks/{break}", "getBreak", "A break with what was done to it",
            .named("Break")
        ) { call in .json(try describe(try found(call), call)) },
        act(
            "assign", "assignBreak", "Give a break to somebody", field: "owner", max: 64,
            example: "Dana"
        ) { try $0.assign($1, to: $2, by: $3, at: $4) },
        act(
            "close", "closeBreak", "Close a break that was explained elsewhere", field: "reason",
            max: 500, example: "The bank's own correction."
        ) { try $0.close($1, reason: $2, by: $3, at: $4) },
    ]

    private static func look(
        _ path: String, _ operation: String, _ summary: String, _ schema: Schema,
        query: [Route.Query] = [], _ handle: @escaping @Sendable (Call) async throws -> Answer
    ) -> Route {
        Route(
            method: .get, path: path, operation: operation, tag: .reconciliation,
            summary: summary, access: .key(.reconciliationRead), query: query,
            answer: Route.Success(status: 200, words: summary, schema: schema), handle: handle)
    }

    /// A break's number, what is said of it, who says it, and when.
    private typealias Act =
        @Sendable (ReconciliationStore, Int64, String, String, Instant) throws
        -> ReconciliationStore.Acting

    /// An act says what should be so, so that asking twice needs no key.
    private static func act(
        _ verb: String, _ operation: String, _ summary: String, field: String, max: Int,
        example: String, _ act: @escaping Act
    ) -> Route {
        Route(
            method: .post, path: "/v1/reconciliation/breaks/{break}/\(verb)",
            operation: operation, tag: .reconciliation, summary: summary,
            access: .key(.reconciliationWrite),
            body: Route.Body(
                schema: Schema([
                    "type": "object",
                    "properties": .object([
                        (field, Schema.text(1...max, example: example).json)
                    ]),
                    "required": [.string(field)], "additionalProperties": false,
                ]), example: .object([(field, .string(example))])),
            answer: Route.Success(status: 200, words: "The break.", schema: .named("Break")),
            problems: ["break_closed"]
        ) { call in
            let text = try JSONObjectReader.read(call.body) { $0.string(field, max: max) }
            let name = call.key?.name ?? "none"
            switch try act(store(call), try number(call), text, name, call.now) {
            case .done, .unchanged: return .json(try describe(try found(call), call))
            case .unknown: throw Denial(.notFound, "No break has this number.")
            case .closed: throw Denial(.breakClosed)
            }
        }
    }

    // MARK: Looking

    private static func store(_ call: Call) -> ReconciliationStore {
        ReconciliationStore(call.service.edge)
    }

    @Sendable private static func listDays(_ call: Call) async throws -> Answer {
        let page = try call.page()
        var before: Day?
        if let after = page.after {
            guard after.parts.count == 1, case .integer(let count) = after.parts[0] else {
                throw Denial(.invalidCursor)
            }
            before = Day(daysSinceEpoch: Int(count))
        }
        let days = try store(call).days(before: before, limit: page.limit + 1)
        let shown = days.prefix(page.limit)
        let next =
            days.count > shown.count
            ? shown.last.map { Cursor([.integer(Int64($0.day.daysSinceEpoch))]) } : nil
        return call.list(shown.map(describe), next: next, page)
    }

    @Sendable private static func getDay(_ call: Call) async throws -> Answer {
        guard let day = call.parameters["day"].flatMap({ Day(iso: $0) }) else {
            throw Denial(.notFound, "A day is written YYYY-MM-DD.")
        }
        let store = store(call)
        let lines = try store.lines(of: day, limit: linesMax)
        let json = describe(try store.day(day))
            .with("items", .array(lines.map(describe)))
            .with(
                "breaks",
                .array(try store.breaks(of: day, limit: linesMax).map { try describe($0, call) }))
        return .json(json)
    }

    /// Movements of one side of a day that one answer holds.
    private static let linesMax = 1_000

    @Sendable private static func listBreaks(_ call: Call) async throws -> Answer {
        let page = try call.page()
        guard let state = call.query["state"], ["open", "closed"].contains(state) else {
            throw Denial(.invalidQuery, "state is required: open, closed.")
        }
        var after: Int64 = 0
        if let cursor = page.after {
            guard cursor.parts.count == 1, case .integer(let number) = cursor.parts[0] else {
                throw Denial(.invalidCursor)
            }
            after = number
        }
        let breaks = try store(call).breaks(
            isOpen: state == "open", after: after, limit: page.limit + 1)
        let shown = breaks.prefix(page.limit)
        let next =
            breaks.count > shown.count ? shown.last.map { Cursor([.integer($0.id)]) } : nil
        return call.list(try shown.map { try describe($0, call) }, next: next, page)
    }

    private static func number(_ call: Call) throws -> Int64 {
        guard let number = call.parameters["break"].flatMap({ Int64($0) }) else {
            throw Denial(.notFound, "No break has this number.")
        }
        return number
    }

    private static func found(_ call: Call) throws -> ReconciliationStore.Break {
        guard let found = try store(call).break(try number(call)) else {
            throw Denial(.notFound, "No break has this number.")
        }
        return found
    }

    // MARK: Words

    @Sendable private static func describe(_ day: ReconciliationDay) -> JSON {
        [
            "day": .string(day.day.iso), "expected_minor": .integer(day.expected),
            "found_minor": .integer(day.found), "difference_minor": .integer(day.difference),
            "expected_items": .integer(Int64(day.expectedCount)),
            "found_items": .integer(Int64(day.foundCount)),
            "open_breaks": .integer(Int64(day.openBreaks)),
        ]
    }

    @Sendable private static func describe(_ line: ReconciliationStore.Line) -> JSON {
        [
            "side": .string(line.side.rawValue), "item": .string(line.id),
            "kind": .string(line.kind.rawValue), "amount_minor": .integer(line.signed),
            "name": .string(line.name), "match": line.match.map { .integer($0) } ?? .null,
            "matched_by": line.basis.map { .string($0.rawValue) } ?? .null,
        ]
    }

    private static func describe(_ item: ReconciliationStore.Break, _ call: Call) throws -> JSON {
        let calendar = BankFileClock(call.policy, call.service.rules).timing.calendar
        let acts: [JSON] = item.acts.map { act in
            [
                "at": .string(act.at.rfc3339), "by": .string(act.by), "act": .string(act.act),
                "owner": act.owner.map { .string($0) } ?? .null, "reason": .string(act.reason),
            ]
        }
        return [
            "id": .integer(item.id), "side": .string(item.side.rawValue),
            "item": .string(item.item), "day": .string(item.day.iso),
            "opened_on": .string(item.openedOn.iso), "amount_minor": .integer(item.signed),
            "age_banking_days": .integer(Int64(item.age(at: call.now, calendar))),
            "owner": item.owner.map { .string($0) } ?? .null,
            "state": item.closedAt == nil ? "open" : "closed",
            "closed_at": item.closedAt.map { .string($0.rfc3339) } ?? .null,
            "acts": .array(acts),
        ]
    }
}

extension Schemas {
    static let reconciliationDay = Schema.answer(dayMembers)

    private static let dayMembers: KeyValuePairs<String, Schema> = [
        "day": .day,
        "expected_minor": .signedCents.described("What had to move: incoming less outgoing."),
        "found_minor": .signedCents.described("What the bank says moved."),
        "difference_minor": .signedCents.described("Found less expected."),
        "expected_items": .count, "found_items": .count, "open_breaks": .count,
    ]

    static let reconciliationDayDetail: Schema = {
        let lists: [(String, Schema)] = [
            ("items", .list(.named("ReconciliationItem"))), ("breaks", .list(.named("Break"))),
        ]
        let all = dayMembers.map { ($0.key, $0.value) } + lists
        return Schema([
            "type": "object", "properties": .object(all.map { ($0.0, $0.1.json) }),
            "required": .array(all.map { .string($0.0) }),
        ])
    }()

    static let reconciliationItem = Schema.answer([
        "side": .oneOf(ReconciliationStore.Break.Side.self), "item": .words,
        "kind": .oneOf(StatementItem.Kind.self), "amount_minor": .signedCents,
        "name": .words.described("File and trace number, or reference."),
        "match": .count.orNull.described("Items of one match have one number."),
        "matched_by": .oneOf(Reconciliation.Basis.self).orNull,
    ])

    static let bankBreak = Schema.answer([
        "id": .count, "side": .oneOf(ReconciliationStore.Break.Side.self), "item": .words,
        "day": .day, "opened_on": .day, "amount_minor": .signedCents,
        "age_banking_days": .count, "owner": .words.orNull, "state": .oneOf(["open", "closed"]),
        "closed_at": .time.orNull,
        "acts": .list(
            .answer([
                "at": .time, "by": .words, "act": .oneOf(["assigned", "closed"]),
                "owner": .words.orNull, "reason": .words,
            ])),
    ])
}
