import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Why an app got no answer it can use.
public enum ClientFailure: Error, Hashable, Sendable {
    /// The API refused; nothing was done, by this try or an earlier one.
    case refused(Problem)
    /// The server answered 401: sign in again.
    case signedOut
    /// No answer, or none that says what became of it. A request that was kept may have been carried
    /// out: ask again with the same wish, and nothing else.
    case unreachable
    /// The answer could not be read.
    case malformed
    /// Too many requests wait for an answer.
    case tooManyUnanswered
}

/// What one customer's app asks of the API, through the host's own server: `base` is where that passes
/// `/v1/customers/{customer}/…` on, under a key that no phone ever has (`docs/reference/client.md`).
public struct Client: Sendable {
    public let base: URL
    public let customer: String
    public let pending: PendingRequests
    private let authorization: @Sendable () async throws -> String
    private let transport: any Transport
    private let now: @Sendable () -> Date

    static let timeoutSeconds: TimeInterval = 20
    /// A stream that is silent for longer is broken: the service says something every 15 seconds.
    static let silenceSeconds: TimeInterval = 50
    static let answerBytesMax = 4 << 20

    /// - Parameter authorization: the value of the header `Authorization`, as the host's server wants
    ///   it from this customer. What it throws reads as no connection, because a token cannot be
    ///   renewed without one; when the host's server itself said that the customer is signed out,
    ///   throw ``ClientFailure/signedOut``.
    public init(
        base: URL, customer: String, pending: PendingRequests,
        transport: any Transport = SystemTransport(),
        now: @escaping @Sendable () -> Date = { Date() },
        authorization: @escaping @Sendable () async throws -> String
    ) {
        self.base = base
        self.customer = customer
        self.pending = pending
        self.transport = transport
        self.now = now
        self.authorization = authorization
    }

    public var time: Date { now() }

    // MARK: Looking

    public func home() async throws(ClientFailure) -> CustomerValue { try await get("") }

    public func paymentMethods() async throws(ClientFailure) -> [PaymentMethodValue] {
        try await all("/payment-methods")
    }

    public func deposits(limit: Int = 50) async throws(ClientFailure) -> [DepositValue] {
        try await page("/deposits?limit=\(limit)").data
    }

    public func deposit(_ id: String) async throws(ClientFailure) -> DepositValue {
        try await get("/deposits/\(id)")
    }

    public func openObligations() async throws(ClientFailure) -> [ObligationValue] {
        try await all("/obligations").filter { $0.state.name == "open" }
    }

    public func settlementOptions() async throws(ClientFailure) -> [SettlementOptionValue] {
        try await page("/settlement-options").data
    }

    public func settlements(limit: Int = 50) async throws(ClientFailure) -> [SettlementValue] {
        try await page("/settlements?limit=\(limit)").data
    }

    public func settlement(_ id: String) async throws(ClientFailure) -> SettlementValue {
        try await get("/settlements/\(id)")
    }

    /// Notices, the newest first, behind a cursor of the page before.
    public func notices(
        limit: Int = 50, cursor: String? = nil
    ) async throws(ClientFailure) -> Page<NoticeValue> {
        try await page("/notices?limit=\(limit)" + (cursor.map(Self.cursor) ?? ""))
    }

    // MARK: Acting

    /// Starts a deposit, once however often it is asked while there is no answer.
    public func startDeposit(
        method: String, amountMinor: Int64
    ) async throws(ClientFailure) -> Made {
        try await post(
            "/deposits", ["method": .text(method), "amount_minor": .number(amountMinor)])
    }

    /// Starts a payment of what is owed. It is refused with `amount_changed` when that is not
    /// `owedShownMinor` any more.
    public func startSettlement(
        _ option: SettlementOptionValue, owedShownMinor: Int64
    ) async throws(ClientFailure) -> Made {
        var body: [String: Field] = [
            "kind": .text(option.kind), "owed_shown_minor": .number(owedShownMinor),
        ]
        body["method"] = option.method.map { .text($0) }
        body["asset"] = option.asset.map { .text($0) }
        return try await post("/settlements", body)
    }

    public func cancelSettlement(_ id: String) async throws(ClientFailure) -> Made {
        try await post("/settlements/\(id)/cancel", [:])
    }

    /// What of a body can be said.
    enum Field: Encodable {
        case text(String)
        case number(Int64)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .number(let number): try container.encode(number)
            }
        }
    }

    private func post(
        _ path: String, _ fields: [String: Field]
    ) async throws(ClientFailure) -> Made {
        let request: PendingRequests.Request
        let isNew: Bool
        do {
            let encoder = JSONEncoder()
            // The same wish is the same bytes.
            encoder.outputFormatting = [.sortedKeys]
            (request, isNew) = try await pending.begin(
                "/v1/customers/\(customer)\(path)", encoder.encode(fields), at: now())
        } catch let failure as ClientFailure {
            throw failure
        } catch {
            // What is not on disk is not sent.
            throw .malformed
        }
        switch try await send(request, isFirst: isNew) {
        case .made(let made): return made
        case .refused(let problem): throw .refused(problem)
        case .open(let failure): throw failure
        }
    }

    /// What became of the requests that had no answer.
    public struct Resumption: Sendable, Equatable {
        public var made: [Made] = []
        /// Refused, and forgotten: neither tries before nor this one did anything.
        public var refused: [Problem] = []
        /// Kept to be sent again: there is still nothing that says what became of them.
        public var unanswered: [PendingRequests.Request] = []
        /// Not sent any more; see ``PendingRequests/expired(at:)``.
        public var expired: [PendingRequests.Request] = []
        /// Records that could not be read; see ``PendingRequests/unreadable``.
        public var unreadable = 0
        /// Why the rest was not asked; `nil` when all were.
        public var stoppedBy: ClientFailure?
    }

    /// Sends again what has no answer, the oldest first. One whose answer says nothing, or cannot be
    /// read, does not hold up the others; without a connection and signed out the rest waits.
    @discardableResult
    public func resume() async -> Resumption {
        var resumption = Resumption()
        let time = now()
        resumption.expired = await pending.expired(at: time)
        resumption.unreadable = await pending.unreadable.count
        for request in await pending.unanswered(at: time) {
            guard resumption.stoppedBy == nil else {
                resumption.unanswered.append(request)
                continue
            }
            do throws(ClientFailure) {
                switch try await send(request, isFirst: false) {
                case .made(let made): resumption.made.append(made)
                case .refused(let problem): resumption.refused.append(problem)
                case .open(let failure):
                    resumption.unanswered.append(request)
                    if failure == .signedOut { resumption.stoppedBy = failure }
                }
            } catch {
                resumption.unanswered.append(request)
                // What cannot be read or written is this one's own; no connection is everybody's.
                if error != .malformed { resumption.stoppedBy = error }
            }
        }
        return resumption
    }

    /// What an answer says of a request that was kept.
    private enum Answered {
        case made(Made)
        case refused(Problem)
        /// Nothing that ends it: it stays, with its key.
        case open(ClientFailure)
    }

    /// - Throws: when there was no answer at all, or it could not be read or kept.
    private func send(
        _ request: PendingRequests.Request, isFirst: Bool
    ) async throws(ClientFailure) -> Answered {
        var outgoing = try await prepared(request.path)
        outgoing.httpMethod = "POST"
        outgoing.httpBody = request.body
        outgoing.setValue("application/json", forHTTPHeaderField: "Content-Type")
        outgoing.setValue(request.key, forHTTPHeaderField: "Idempotency-Key")
        let (data, status) = try await answer(to: outgoing)
        switch status {
        case 200..<300:
            let made: Made = try read(data)
            try await forget(request)
            return .made(made)
        case 401: return .open(.signedOut)
        default:
            let problem: Problem
            do throws(ClientFailure) {
                problem = try read(data)
            } catch {
                // Not of the API: something in between answered, or broke.
                return .open(Self.isForNow(status) ? .unreachable : .malformed)
            }
            guard Self.isOver(problem, status: status, isFirst: isFirst) else {
                return .open(.unreachable)
            }
            try await forget(request)
            return .refused(problem)
        }
    }

    /// Whether a problem says that the request was never carried out, by this try or an earlier one.
    /// Of an earlier one only a decision speaks, because only for that was the key looked up.
    static func isOver(_ problem: Problem, status: Int, isFirst: Bool) -> Bool {
        switch problem.outcome {
        case "refused": true
        case "not_reached": isFirst
        case "unknown": false
        // A server between, or one of another version: its 4xx is about its own try.
        default: isFirst && status < 500 && !isForNow(status) && status != 409
        }
    }

    /// Answers that say "not now": too slow, too early, too many, or broken.
    private static func isForNow(_ status: Int) -> Bool {
        switch status {
        case 408, 425, 429, 500...: true
        default: false
        }
    }

    private func forget(_ request: PendingRequests.Request) async throws(ClientFailure) {
        do {
            try await pending.end(request)
        } catch {
            // It stays with its key, and the same answer comes again.
            throw .malformed
        }
    }

    // MARK: The way there

    private func all<Row>(_ path: String) async throws(ClientFailure) -> [Row]
    where Row: Decodable & Sendable {
        var rows: [Row] = []
        var next: String? = ""
        while let cursor = next, rows.count < 2_000 {
            let found: Page<Row> = try await page(path + "?limit=200" + cursor)
            rows += found.data
            next = found.nextCursor.map(Self.cursor)
        }
        return rows
    }

    private static func cursor(_ text: String) -> String {
        "&cursor=" + (text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
    }

    private func page<Row>(_ path: String) async throws(ClientFailure) -> Page<Row>
    where Row: Decodable & Sendable { try await get(path) }

    private func get<Value: Decodable>(_ path: String) async throws(ClientFailure) -> Value {
        let request = try await prepared("/v1/customers/\(customer)\(path)")
        let (data, status) = try await answer(to: request)
        switch status {
        case 200..<300: return try read(data)
        case 401: throw .signedOut
        case let status where Self.isForNow(status): throw .unreachable
        default: throw .refused(try read(data))
        }
    }

    /// The stream that tells of changes, from behind `last`.
    func openChanges(after last: String?) async throws(ClientFailure) -> OpenAnswer {
        var request = try await prepared("/v1/customers/\(customer)/changes")
        request.timeoutInterval = Self.silenceSeconds
        request.setValue("text/event-stream", forHTTPHeaderField: "Accept")
        request.setValue("no-cache", forHTTPHeaderField: "Cache-Control")
        if let last { request.setValue(last, forHTTPHeaderField: "Last-Event-ID") }
        do {
            return try await transport.open(request)
        } catch let failure as ClientFailure {
            throw failure
        } catch {
            throw .unreachable
        }
    }

    private func prepared(_ path: String) async throws(ClientFailure) -> URLRequest {
        guard let url = URL(string: base.absoluteString + path) else { throw .malformed }
        var request = URLRequest(url: url, timeoutInterval: Self.timeoutSeconds)
        do {
            request.setValue(try await authorization(), forHTTPHeaderField: "Authorization")
        } catch ClientFailure.signedOut {
            throw .signedOut
        } catch {
            throw .unreachable
        }
        request.setValue("application/json", forHTTPHeaderField: "Accept")
        return request
    }

    private func answer(
        to request: URLRequest
    ) async throws(ClientFailure) -> (data: Data, status: Int) {
        do {
            let (data, response) = try await transport.send(request)
            guard data.count <= Self.answerBytesMax else { throw ClientFailure.malformed }
            return (data, response.statusCode)
        } catch let failure as ClientFailure {
            throw failure
        } catch {
            throw .unreachable
        }
    }

    private func read<Value: Decodable>(_ data: Data) throws(ClientFailure) -> Value {
        do {
            return try Timestamps.decoder().decode(Value.self, from: data)
        } catch {
            throw .malformed
        }
    }
}
