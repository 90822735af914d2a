import AsyncHTTPClient
import Banking
import Edges
import Engine
import Foundation
import Ledger
import Logging
import Money
import Rules
import Service
import Wire

/// Tells the world what a commit decided, at least once, each thing under a key of its own.
public struct Outbox: Sendable {
    let service: Service
    let processor: ProcessorClient
    let venue: VenueClient
    let courier: Courier
    let logger: Logger

    /// Seconds until the next try, by the tries made; then a person must look.
    static let delays = [1, 2, 5, 15, 60, 300, 900, 3_600]
    static let batchMax = 64

    public init(
        service: Service, processor: ProcessorClient, venue: VenueClient, courier: Courier,
        logger: Logger
    ) {
        self.service = service
        self.processor = processor
        self.venue = venue
        self.courier = courier
        self.logger = logger
    }

    /// Sends what is due; says whether there was anything.
    public func tick() async -> Bool {
        do {
            let due = try service.edge.dueOutgoing(
                at: service.clock.now(), limit: Self.batchMax)
            for row in due { try await send(row) }
            return !due.isEmpty
        } catch {
            logger.error("the outbox could not go on", metadata: ["error": "\(error)"])
            service.figures.stumbled(.outbox)
            return false
        }
    }

    private func send(_ row: EdgeStore.OutgoingRow) async throws {
        guard let customer = row.customer else {
            try service.edge.outgoingDone(
                row.id, at: service.clock.now(), failure: "no customer")
            return
        }
        do {
            let result: Figures.Sending?
            switch row.outgoing {
            case .notice(let notice):
                // The courier takes it from here and counts it, over each channel by itself.
                try await courier.plan(notice, for: customer)
                result = nil
            case .charge(let settlement, let kind, let amount, let fee):
                result = try await charge(settlement, of: customer, kind, amount, fee)
            case .refund(let settlement, let amount):
                result = try await refund(settlement, of: customer, amount)
            case .placeOrder(let sale, let asset, let quantity, let limit):
                try await place(sale, of: customer, asset, quantity, limit)
                result = .sent
            case .orderCancellationRequested:
                // The host reads what it is asked to cancel at `GET /v1/orders`.
                result = .sent
            }
            try service.edge.outgoingDone(row.id, at: service.clock.now())
            if let result { service.figures.sending(row.outgoing, result) }
        } catch {
            let again = row.attempts < Self.delays.count
            service.figures.sending(row.outgoing, again ? .failed : .gaveUp)
            logger.warning(
                "outgoing work failed",
                metadata: ["id": "\(row.id)", "error": "\(error)", "again": "\(again)"])
            if again {
                try service.edge.outgoingFailed(
                    row.id,
                    again: service.clock.now().adding(seconds: Self.delays[row.attempts]),
                    failure: "\(error)")
            } else {
                try service.edge.outgoingDone(
                    row.id, at: service.clock.now(), failure: "gave up: \(error)")
                if case .notice(let notice) = row.outgoing {
                    try await courier.undeliverable(notice, to: customer)
                }
            }
        }
    }

    private func charge(
        _ settlement: SettlementID, of customer: CustomerID, _ kind: SettlementKindName,
        _ amount: Cents, _ fee: Cents
    ) async throws -> Figures.Sending {
        let answer = try await processor.open(
            settlement, kind: kind, amount: amount, fee: fee,
            returnURL: "\(service.settings.publicURL)/settlements/\(settlement)?back=processor")
        let command: Command
        let result: Figures.Sending
        switch answer {
        case .opened(let url):
            result = .sent
            command = .chargeOpened(
                Command.ChargeOpened(settlement: settlement, actionURL: url))
        case .refused(let reason):
            result = .refused
            command = .chargeFailed(Command.ChargeFailed(settlement: settlement, reason: reason))
        }
        _ = try await service.perform(
            command, to: .customer(customer), by: .system, scope: "processor:open",
            key: "\(settlement)", body: "opened")
        return result
    }

    /// Gives back what was too much. What the processor cannot say yet it is asked again by the
    /// rules' own clock, so a try that is given up is not the last.
    private func refund(
        _ settlement: SettlementID, of customer: CustomerID, _ amount: Cents
    ) async throws -> Figures.Sending {
        let name = settlement.refundOfOverpayment
        let command: Command
        let result: Figures.Sending
        switch try await processor.refund(settlement, named: name, amount: amount) {
        case .pending: return .sent
        case .succeeded:
            result = .sent
            command = .chargeRefunded(
                Command.ChargeRefunded(settlement: settlement, refund: name, amount: amount))
        case .refused(let reason):
            result = .refused
            command = .refundRefused(
                Command.RefundRefused(settlement: settlement, reason: reason))
        }
        _ = try await service.perform(
            command, to: .customer(customer), by: .system, scope: "processor:refund",
            key: "\(name) \(command.name)", body: "\(amount.count)")
        return result
    }

    private func place(
        _ sale: SaleID, of customer: CustomerID, _ asset: AssetCode, _ quantity: Quantity,
        _ limit: Price
    ) async throws {
        let policy = service.policies.policy(at: service.clock.now())
        guard let known = policy.asset(asset) else { return }
        let fills = try await venue.sell(sale, known.asset, quantity, limit)
        for fill in fills {
            _ = try await service.perform(
                .fill(fill), to: .customer(customer), by: .system, scope: "venue:fill",
                key: fill.trade)
        }
        _ = try await service.perform(
            .finishSale(sale), to: .customer(customer), by: .system, scope: "venue:finish",
            key: "\(sale)", body: "finish")
    }
}

/// The processor of cards and instant payments. It is asked under the settlement's own id, so
/// asking again after an unknown answer charges once.
public struct ProcessorClient: Sendable {
    let baseURL: String
    let http: HTTPClient

    static let timeoutSeconds: Int64 = 10
    static let answerBytesMax = 64 << 10

    enum Answer {
        case opened(url: String)
        case refused(reason: String)
    }

    /// What became of giving money back.
    enum Refund: Equatable {
        /// It will say when it has.
        case pending
        case succeeded
        case refused(reason: String)
    }

    public init(baseURL: String, http: HTTPClient) {
        self.baseURL = baseURL
        self.http = http
    }

    func open(
        _ settlement: SettlementID, kind: SettlementKindName, amount: Cents, fee: Cents,
        returnURL: String
    ) async throws -> Answer {
        guard !baseURL.isEmpty else { return .refused(reason: "no_processor") }
        var request = HTTPClientRequest(url: "\(baseURL)/processor/charges")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Idempotency-Key", value: "\(settlement)")
        let body: JSON = [
            "charge_id": .string("\(settlement)"),
            "method": .string(kind == .card ? "card" : "instant"),
            "amount_minor": .integer(amount.count),
            "fee_minor": .integer(fee.count),
            "currency": "USD",
            "return_url": .string(returnURL),
            "description": "Settle balance",
        ]
        request.body = .bytes(body.bytes())
        let response = try await http.execute(request, timeout: .seconds(Self.timeoutSeconds))
        let bytes = try await response.body.collect(upTo: Self.answerBytesMax)
        switch response.status.code {
        case 200, 201:
            let json = try JSON.parse(
                Array(bytes.readableBytesView), bytesMax: Self.answerBytesMax)
            guard let url = json["action_url"]?.stringValue else {
                throw RailProblem("the processor's answer has no action_url")
            }
            return .opened(url: url)
        case 400..<500: return .refused(reason: "refused_by_processor")
        default: throw RailProblem("the processor answered \(response.status.code)")
        }
    }
}

extension ProcessorClient {
    /// Asks what became of the refund `name`, and asks for it when the processor does not know it: what
    /// was asked for before and never answered is given back once.
    func refund(
        _ settlement: SettlementID, named name: String, amount: Cents
    ) async throws -> Refund {
        guard !baseURL.isEmpty else { return .refused(reason: "no_processor") }
        let known = try await answer(
            HTTPClientRequest(url: "\(baseURL)/processor/refunds/\(name)"))
        if known.status != 404 { return try Self.refund(known) }
        var request = HTTPClientRequest(url: "\(baseURL)/processor/refunds")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Idempotency-Key", value: name)
        let body: JSON = [
            "refund_id": .string(name), "charge_id": .string("\(settlement)"),
            "amount_minor": .integer(amount.count),
        ]
        request.body = .bytes(body.bytes())
        return try Self.refund(try await answer(request))
    }

    private func answer(_ request: HTTPClientRequest) async throws -> (status: Int, bytes: [UInt8])
    {
        let response = try await http.execute(request, timeout: .seconds(Self.timeoutSeconds))
        let bytes = try await response.body.collect(upTo: Self.answerBytesMax)
        return (Int(response.status.code), Array(bytes.readableBytesView))
    }

    /// An answer that only says "not now" is none.
    private static func refund(_ answer: (status: Int, bytes: [UInt8])) throws -> Refund {
        switch answer.status {
        case 200, 201:
            let json = try JSON.parse(answer.bytes, bytesMax: answerBytesMax)
            switch json["status"]?.stringValue {
            case "pending": return .pending
            case "succeeded": return .succeeded
            case "failed":
                return .refused(reason: json["reason"]?.stringValue ?? "refused_by_processor")
            default: throw RailProblem("the processor's answer to a refund has no known status")
            }
        case 408, 425, 429: throw RailProblem("the processor answered \(answer.status)")
        case 400..<500: return .refused(reason: "refused_by_processor")
        default: throw RailProblem("the processor answered \(answer.status)")
        }
    }
}

/// The venue where assets are sold: one order at a time, immediate or cancelled, under the sale's
/// own id.
public struct VenueClient: Sendable {
    let baseURL: String
    let http: HTTPClient

    static let timeoutSeconds: Int64 = 10
    static let answerBytesMax = 1 << 20

    public init(baseURL: String, http: HTTPClient) {
        self.baseURL = baseURL
        self.http = http
    }

    func sell(
        _ sale: SaleID, _ asset: Asset, _ quantity: Quantity, _ limit: Price
    ) async throws -> [Command.Fill] {
        guard !baseURL.isEmpty else { return [] }
        var request = HTTPClientRequest(url: "\(baseURL)/market/orders")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        let body: JSON = [
            "client_order_id": .string("\(sale)"),
            "asset": .string(asset.code.description),
            "side": "sell",
            "quantity": .string(DecimalText.format(quantity.count, scale: asset.scale)),
            "limit": .string(limit.text),
            "time_in_force": "IOC",
        ]
        request.body = .bytes(body.bytes())
        let json = try await answer(request)
        guard let fills = json["fills"]?.arrayValue else {
            throw RailProblem("the venue's answer has no fills")
        }
        return try fills.map { fill in
            guard let trade = fill["trade_id"]?.stringValue,
                let text = fill["quantity"]?.stringValue,
                let count = DecimalText.parse(text, scale: asset.scale),
                let quantity = Quantity(exactly: count),
                let priceText = fill["price"]?.stringValue,
                let priceCount = DecimalText.parse(priceText, scale: Price.scale),
                let price = Price(count: priceCount)
            else { throw RailProblem("the venue's answer has a fill that cannot be read") }
            return Command.Fill(sale: sale, trade: trade, quantity: quantity, price: price)
        }
    }

    /// What the venue quotes now. An asset that cannot be read is left out, and so counts as stale.
    public func quotes(_ policy: Policy) async throws -> [AssetCode: Quote] {
        guard !baseURL.isEmpty else { return [:] }
        let json = try await answer(HTTPClientRequest(url: "\(baseURL)/market/prices"))
        guard let asOf = json["as_of"]?.stringValue.flatMap({ Instant(rfc3339: $0) }) else {
            throw RailProblem("the market's answer has no as_of")
        }
        var quotes: [AssetCode: Quote] = [:]
        for row in json["prices"]?.arrayValue ?? [] {
            guard let code = row["asset"]?.stringValue.flatMap({ AssetCode($0) }),
                let asset = policy.asset(code)?.asset,
                let index = Self.price(row["index"]), let bid = Self.price(row["bid"]),
                let ask = Self.price(row["ask"]),
                let depth = row["bid_depth"]?.stringValue.flatMap({
                    DecimalText.parse($0, scale: asset.scale)
                }).flatMap({ Quantity(exactly: $0) })
            else { continue }
            let rowTime = row["as_of"]?.stringValue.flatMap { Instant(rfc3339: $0) }
            quotes[code] = Quote(
                index: index, bid: bid, ask: ask, bidDepth: depth, asOf: rowTime ?? asOf,
                halted: row["halted"]?.booleanValue ?? false)
        }
        return quotes
    }

    private static func price(_ json: JSON?) -> Price? {
        json?.stringValue.flatMap { DecimalText.parse($0, scale: Price.scale) }
            .flatMap { Price(count: $0) }
    }

    private func answer(_ request: HTTPClientRequest) async throws -> JSON {
        let response = try await http.execute(request, timeout: .seconds(Self.timeoutSeconds))
        let bytes = try await response.body.collect(upTo: Self.answerBytesMax)
        guard (200..<300).contains(Int(response.status.code)) else {
            throw RailProblem("the venue answered \(response.status.code)")
        }
        return try JSON.parse(Array(bytes.readableBytesView), bytesMax: Self.answerBytesMax)
    }
}
