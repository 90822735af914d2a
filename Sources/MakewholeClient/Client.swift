import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Why an app got no answer it can use.
public enum ClientFailure: Error, Hashable, Sendable {
    /// The API refused; nothing was done.
    case refused(Problem)
    /// The credentials are not believed any more: sign in again.
    case signedOut
    /// No answer. A request that was kept may have been carried out: ask again with the same wish, and
    /// nothing else.
    case unreachable
    /// The answer could not be read.
    case malformed
    /// Too many requests wait for an answer.
    case tooManyUnanswered
}

/// Sends a request and brings the answer, whatever its status.
public protocol Transport: Sendable {
    /// Throws when there was no answer.
    func send(_ request: URLRequest) async throws -> (Data, HTTPURLResponse)
}

/// The system's own way.
public struct SystemTransport: Transport {
    private let session: URLSession

    public init(session: URLSession = .shared) { self.session = session }

    public func send(_ request: URLRequest) async throws -> (Data, HTTPURLResponse) {
        let (data, response) = try await session.data(for: request)
        guard let http = response as? HTTPURLResponse else { throw ClientFailure.malformed }
        return (data, http)
    }
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
    static let answerBytesMax = 4 << 20

    /// - Parameter authorization: the value of the header `Authorization`, as the host's server wants
    ///   it from this customer.
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
        try await page("/notices?limit=\(limit)" + (cursor.map { "&cursor=\($0)" } ?? ""))
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
        do {
            let encoder = JSONEncoder()
            // The same wish is the same bytes.
            encoder.outputFormatting = [.sortedKeys]
            request = try await pending.begin(
                "/v1/customers/\(customer)\(path)", encoder.encode(fields), at: now())
        } catch let failure as ClientFailure {
            throw failure
        } catch {
            // What is not on disk is not sent.
            throw .malformed
        }
        return try await send(request)
    }

    /// Sends again what has no answer, the oldest first; what is refused by now is forgotten. Stops at
    /// the first that gets no answer this time either.
    @discardableResult
    public func resume() async throws(ClientFailure) -> [Made] {
        var made: [Made] = []
        for request in await pending.unanswered {
            do throws(ClientFailure) {
                made.append(try await send(request))
            } catch {
                guard case .refused = error else { throw error }
            }
        }
        return made
    }

    private func send(_ request: PendingRequests.Request) async throws(ClientFailure) -> Made {
        var outgoing = try await prepared(request.path)
        outgoing.httpMethod = "POST"
        outgoing.httpBody = request.body
        outgoing.setValue("application/json", forHTTPHeaderField: "Content-Type")
        outgoing.setValue(request.key, forHTTPHeaderField: "Idempotency-Key")
        let (data, status) = try await answer(to: outgoing)
        let made: Made
        switch status {
        case 200..<300: made = try read(data)
        // Whether it was done is not known, or is known to be undone for now: the wish stands.
        case 401: throw .signedOut
        case 408, 429, 500...: throw .unreachable
        default:
            let problem: Problem = try read(data)
            try await forget(request)
            throw .refused(problem)
        }
        try await forget(request)
        return made
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
            next = found.nextCursor.map { "&cursor=\($0)" }
        }
        return rows
    }

    private func page<Row>(_ path: String) async throws(ClientFailure) -> Page<Row>
    where Row: Decodable & Sendable { try await get(path) }

    private func get<Value: Decodable>(_ path: String) async throws(ClientFailure) -> Value {
        let request = try await prepared("/v1/customers/\(customer)\(path)")
        let (data, status) = try await answer(to: request)
        switch status {
        case 200..<300: return try read(data)
        case 401: throw .signedOut
        case 408, 429, 500...: throw .unreachable
        default: throw .refused(try read(data))
        }
    }

    private func prepared(_ path: String) async throws(ClientFailure) -> URLRequest {
        guard let url = URL(string: base.absoluteString + path) else { throw .malformed }
        var request = URLRequest(url: url, timeoutInterval: Self.timeoutSeconds)
        do {
            request.setValue(try await authorization(), forHTTPHeaderField: "Authorization")
        } catch {
            throw .signedOut
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
