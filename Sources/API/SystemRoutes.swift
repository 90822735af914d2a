import Banking
import Edges
import Engine
import Exposition
import Foundation
import Ledger
import Rules
import Service
import Vocabulary
import Wire

// MARK: - The house and signing in

extension RouteTable {
    static let house: [Route] = [
        post(
            "/v1/house/funding", "fundHouse", .house,
            "Fund what customers trade against", .fundCounterparty, scope: .houseWrite,
            body: Route.Body(
                schema: amountOrQuantity([:]),
                example: ["asset": "USD", "amount_minor": 100_000_000]),
            status: 201, problems: ["quantity_out_of_range", "asset_unknown"]),
        Route(
            method: .get, path: "/v1/return-rates", operation: "getReturnRates", tag: .house,
            summary: "How many of our debits came back, against the limits of the rules",
            access: .key(.metricsRead),
            answer: Route.Success(
                status: 200, words: "The rates of today.", schema: .named("ReturnRates"))
        ) { call in .json(try call.service.returnRates().json(call.policy.returns)) },
    ]

    static let signIn: [Route] = [
        Route(
            method: .post, path: "/v1/customers/{customer}/sign-in-links",
            operation: "createCustomerSignInLink", tag: .signIn,
            summary: "A link that signs a customer in, once", access: .key(.signInLinks),
            body: .empty,
            answer: Route.Success(
                status: 201, words: "The link; keep it secret.", schema: .named("SignInLink"))
        ) { call in
            // There is nothing to say here, and what is said is refused like any unknown field.
            try JSONObjectReader.read(call.body) { _ in }
            return try link(call, for: .customer(try call.customer().id))
        },
        Route(
            method: .post, path: "/v1/operators/sign-in-links",
            operation: "createOperatorSignInLink", tag: .signIn,
            summary: "A link that signs an operator in, once", access: .key(.operatorLinks),
            body: Route.Body(
                schema: .request([
                    "name": .text(1...64, example: "Dana"), "role": .oneOf(OperatorRole.self),
                ]), example: ["name": "Dana", "role": "operator"]),
            answer: Route.Success(
                status: 201, words: "The link; keep it secret.", schema: .named("SignInLink"))
        ) { call in
            let subject = try JSONObjectReader.read(call.body) { reader in
                let name = reader.string("name", max: 64)
                let role = reader.enumeration("role", as: OperatorRole.self)
                return EdgeStore.Subject.operator(name: name, role: role.rawValue)
            }
            return try link(call, for: subject)
        },
    ]

    /// Who may sign in to the desk: one looks, the other also acts.
    enum OperatorRole: String, CaseIterable {
        case `operator`
        case viewer
    }

    private static func link(_ call: Call, for subject: EdgeStore.Subject) throws -> Answer {
        let link = try call.service.signInLink(for: subject)
        return Answer(
            status: 201,
            content: .json([
                "url": .string(link.url), "expires_at": .string(link.expires.rfc3339),
            ]))
    }
}

// MARK: - Health, the document, problems and the processor

extension RouteTable {
    static let system: [Route] = [
        Route(
            method: .get, path: "/livez", operation: "getLiveness", tag: .system,
            summary: "Whether the process runs", access: .open,
            answer: Route.Success(
                status: 200, words: "It runs.", schema: .words, mediaType: "text/plain")
        ) { _ in Answer(status: 200, content: .text("ok\n", mediaType: "text/plain")) },
        Route(
            method: .get, path: "/readyz", operation: "getReadiness", tag: .system,
            summary: "Whether requests can be answered", access: .open,
            answer: Route.Success(
                status: 200, words: "They can.", schema: .words, mediaType: "text/plain"),
            problems: ["not_ready"]
        ) { call in
            do {
                _ = try call.service.reader.nextTimer()
            } catch {
                call.log("Not ready: \(error)")
                throw Denial(.notReady, headers: [("Retry-After", "5")])
            }
            guard call.service.engine.queueLength < Engine.queueMax / 2 else {
                throw Denial(.notReady, headers: [("Retry-After", "1")])
            }
            return Answer(status: 200, content: .text("ok\n", mediaType: "text/plain"))
        },
        Route(
            method: .get, path: "/metrics", operation: "getMetrics", tag: .system,
            summary: "Figures for operators, as Prometheus reads them",
            access: .key(.metricsRead),
            answer: Route.Success(
                status: 200, words: "The figures.", schema: .words, mediaType: "text/plain")
        ) { call in
            Answer(
                status: 200,
                content: .text(call.service.figuresText(), mediaType: FigureBook.contentType))
        },
        Route(
            method: .get, path: "/openapi.json", operation: "getOpenAPI", tag: .system,
            summary: "This document", access: .open,
            answer: Route.Success(
                status: 200, words: "The document.",
                schema: Schema(["type": "object", "additionalProperties": true]))
        ) { _ in
            preconditionFailure("the dispatcher has the document and answers itself")
        },
        Route(
            method: .get, path: "/problems/{code}", operation: "getProblem", tag: .system,
            summary: "What a problem type means", access: .open,
            answer: Route.Success(
                status: 200, words: "A page.", schema: .words, mediaType: "text/html")
        ) { call in
            let book = ProblemBook(policy: call.policy)
            guard let entry = call.parameters["code"].flatMap({ book[$0] }) else {
                throw Denial(.notFound)
            }
            var answer = Answer(
                status: 200,
                content: .text(
                    ProblemPage.html(entry, brand: call.service.settings.brand),
                    mediaType: "text/html; charset=utf-8"))
            answer.headers.append(
                ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"))
            return answer
        },
        Route(
            method: .post, path: "/webhooks/processor", operation: "receiveProcessorEvent",
            tag: .system, summary: "What the processor tells us, signed as Standard Webhooks",
            access: .signature,
            answer: Route.Success(status: 204, words: "The event is kept.", schema: nil),
            problems: ["webhook_not_verified"], handle: ProcessorWebhook.receive),
    ]
}

// MARK: - The sandbox's clock

extension RouteTable {
    /// A leap by more than this is a slip of the finger: every timer on the way would fire.
    static let clockLeapDaysMax = 400

    static let sandbox: [Route] = [
        Route(
            method: .get, path: "/v1/sandbox/clock", operation: "getSandboxClock", tag: .sandbox,
            summary: "What time it is here, and what comes next", access: .key(.sandboxClock),
            answer: Route.Success(status: 200, words: "The clock.", schema: .named("Clock"))
        ) { call in .json(try clock(call)) },
        Route(
            method: .post, path: "/v1/sandbox/clock", operation: "advanceSandboxClock",
            tag: .sandbox, summary: "Move the time forward and do what fell due",
            access: .key(.sandboxClock),
            body: Route.Body(
                schema: .request(["advance_to": .time]),
                example: ["advance_to": "2026-03-02T20:00:00Z"]),
            answer: Route.Success(
                status: 200, words: "The clock afterwards.", schema: .named("Clock")),
            handle: advance),
    ]

    /// Time only goes forward: an earlier time leaves the clock as it is, because the one who
    /// asked may have read it a moment ago.
    @Sendable private static func advance(_ call: Call) async throws -> Answer {
        let service = call.service
        let latest = call.now.adding(days: clockLeapDaysMax)
        let target = try JSONObjectReader.read(call.body) { reader in
            let target = reader.parsed(
                "advance_to", max: 64,
                expected: "an RFC 3339 time, as in \"2026-03-02T20:00:00Z\"",
                placeholder: call.now
            ) { Instant(rfc3339: $0) }
            if target > latest {
                reader.reject(
                    "advance_to", .outOfRange, "At most \(clockLeapDaysMax) days at once.")
            }
            return target
        }
        service.clock.advance(to: target)
        try service.edge.set("clock_offset_ms", to: "\(service.clock.offsetMilliseconds)")
        await service.engine.sweep()
        service.bell.ring()
        return .json(try clock(call))
    }

    private static func clock(_ call: Call) throws -> JSON {
        let now = call.now
        let edge = call.service.edge
        let files = BankFileClock(call.policy, call.service.rules, call.service.settings.bank)
        let isQueued = try !call.service.reader.queuedEntries(limit: 1).isEmpty
        var due = try call.service.reader.nextTimer()
        if isQueued {
            let closing = files.closing(after: now)
            due = min(due ?? closing, closing)
        }
        // A file that should be closed by now must leave before the time may go on.
        let lastClosing = try edge.setting("bank_last_closing").flatMap { Instant(rfc3339: $0) }
        let isFileDue = isQueued && lastClosing.map { files.closing(after: $0) <= now } == true
        let isLeaving = try ["gathering", "ready"].contains { state in
            try !edge.bankFiles(direction: "outbound", state: state).isEmpty
        }
        let isSending = try !edge.dueOutgoing(at: now, limit: 1).isEmpty
        return [
            "now": .string(now.rfc3339), "next_due": due.map { .string($0.rfc3339) } ?? .null,
            "busy": .boolean(isSending || isFileDue || isLeaving),
        ]
    }
}
