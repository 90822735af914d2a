import Banking
import Hummingbird
import Money
import Wire

/// The market's HTTP interface, as Makewhole's adapter uses it.
struct MarketRoutes: Sendable {
    let market: Market
    let clock: SandboxClock

    func add(to router: some RouterMethods<BasicRequestContext>) {
        router.get("/market/prices") { _, _ in await prices() }
        router.get("/market/book/{asset}") { _, context in
            try await answering { try await book(context.parameters.require("asset")) }
        }
        router.post("/market/orders") { request, _ in
            try await answering {
                Reply.json(
                    Self.json(try await market.place(Self.order(request))), status: .created)
            }
        }
        router.get("/market/orders/{id}") { _, context in
            try await answering {
                Reply.json(Self.json(try await market.order(context.parameters.require("id"))))
            }
        }
        router.delete("/market/orders/{id}") { _, context in
            try await answering {
                Reply.json(Self.json(try await market.cancel(context.parameters.require("id"))))
            }
        }
    }

    private func answering(_ body: () async throws -> Response) async throws -> Response {
        do {
            return try await body()
        } catch let refusal as MarketRefusal {
            return Reply.problem(refusal.problem)
        }
    }

    private func prices() async -> Response {
        let state = await market.state
        let now = await clock.now()
        await market.noteReading(at: now)
        let rows = MarketAsset.all.map { asset -> JSON in
            let bids = state.bids(of: asset, at: now)
            let index = state.index(of: asset, at: now)
            let depth = bids.reduce(Quantity.zero) { $0 + $1.quantity }
            return [
                "asset": .string(asset.code),
                "index": .string(asset.text(index)),
                "bid": .string(asset.text(bids.first?.price ?? index)),
                "ask": .string(
                    asset.text(state.asks(of: asset, at: now).first?.price ?? index)),
                "bid_depth": .string(asset.text(depth)),
                "halted": .boolean(state.listing(asset).isHalted),
            ]
        }
        return Reply.json([
            "as_of": .string(state.asOf(now).rfc3339), "prices": .array(rows),
        ])
    }

    private func book(_ code: String) async throws -> Response {
        guard let asset = MarketAsset.named(code) else { throw MarketRefusal.unknownAsset(code) }
        let state = await market.state
        let now = await clock.now()
        return Reply.json([
            "asset": .string(code),
            "as_of": .string(state.asOf(now).rfc3339),
            "halted": .boolean(state.listing(asset).isHalted),
            "bids": .array(state.bids(of: asset, at: now).map { Self.json($0, of: asset) }),
            "asks": .array(state.asks(of: asset, at: now).map { Self.json($0, of: asset) }),
        ])
    }

    private static func json(_ level: BookLevel, of asset: MarketAsset) -> JSON {
        [
            "price": .string(asset.text(level.price)),
            "quantity": .string(asset.text(level.quantity)),
        ]
    }

    /// Reads an order; quantities and prices are decimal text with the asset's decimals.
    private static func order(_ request: Request) async throws -> OrderRequest {
        let text = try await request.read { reader in
            (
                id: reader.string("client_order_id", max: 64),
                asset: reader.parsed(
                    "asset", max: 8, expected: "BTC, ETH or USDC", placeholder: .bitcoin
                ) { MarketAsset.named($0) },
                side: reader.enumeration("side", as: Side.self),
                quantity: reader.string("quantity", max: 24),
                limit: reader.optionalString("limit", max: 24),
                timeInForce: reader.enumeration(
                    "time_in_force", as: OrderRequest.TimeInForce.self)
            )
        }
        var errors: [FieldError] = []
        let quantity = DecimalText.parse(text.quantity, scale: text.asset.asset.scale) ?? 0
        if !(1...Quantity.max.count).contains(quantity) {
            errors.append(
                FieldError(
                    pointer: "/quantity", code: .outOfRange,
                    detail: "This must be a decimal above zero with at most "
                        + "\(text.asset.asset.scale) decimals."))
        }
        let limit = text.limit.flatMap { text.asset.limit($0, side: text.side) }
        if text.limit != nil, limit == nil {
            errors.append(
                FieldError(
                    pointer: "/limit", code: .outOfRange,
                    detail: "This must be a price above zero, with at most \(Price.scale) decimals "
                        + "and at most ten million dollars."))
        }
        guard errors.isEmpty else {
            throw ProblemDetails(
                type: "/problems/invalid-body", InvalidBody(errors: errors))
        }
        return OrderRequest(
            clientOrderID: text.id, asset: text.asset.code, side: text.side,
            quantity: quantity, limit: limit?.count, timeInForce: text.timeInForce)
    }

    static func json(_ order: Order) -> JSON {
        let asset = MarketAsset.named(order.request.asset)
        return [
            "order_id": .string(order.orderID),
            "status": .string(order.status.rawValue),
            "fills": .array(
                order.fills.map { fill in
                    [
                        "trade_id": .string(fill.tradeID),
                        "quantity": .string(asset?.text(Quantity(fill.quantity)) ?? ""),
                        "price": .string(
                            Price(count: fill.price).flatMap { asset?.text($0) } ?? ""),
                    ]
                }),
        ]
    }
}

extension MarketRefusal {
    var problem: ProblemDetails {
        switch self {
        case .unknownAsset:
            ProblemDetails(
                type: "/problems/unknown-asset", title: "Unknown asset", status: 404,
                detail: detail)
        case .unknownOrder:
            ProblemDetails(
                type: "/problems/unknown-order", title: "Unknown order", status: 404,
                detail: detail)
        case .clientOrderIDReused:
            ProblemDetails(
                type: "/problems/client-order-id-reused", title: "Client order id reused",
                status: 422, detail: detail)
        case .quantityNotPositive, .priceOutOfRange:
            ProblemDetails(
                type: "/problems/invalid-order", title: "Invalid order", status: 422,
                detail: detail)
        }
    }
}
