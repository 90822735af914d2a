import Banking
import Money

/// What somebody asked the market to do.
struct OrderRequest: Codable, Hashable, Sendable {
    enum TimeInForce: String, Codable, Sendable, CaseIterable {
        /// What cannot be filled at once is cancelled.
        case immediateOrCancel = "IOC"
        /// The rest stays in the book until it is filled or cancelled.
        case goodTillCancelled = "GTC"
    }

    /// The caller's own id, the key of idempotency: 1 to 64 characters.
    var clientOrderID: String
    var asset: String
    var side: Side
    /// In the asset's smallest units, above zero.
    var quantity: Int64
    /// ``Price/count``, or none for "at the market's price".
    var limit: Int64?
    var timeInForce: TimeInForce
}

/// A trade of one order.
struct Fill: Codable, Hashable, Sendable {
    /// Both sides of a trade carry the same id.
    var tradeID: String
    /// Smallest units of the asset.
    var quantity: Int64
    /// ``Price/count``.
    var price: Int64
    /// Milliseconds since 1970 UTC on the sandbox's clock.
    var at: Int64
}

/// An order and what became of it.
struct Order: Sendable, Equatable {
    enum Status: String, Sendable {
        case open
        case filled
        case partlyFilled = "partly_filled"
        case cancelled
    }

    let orderID: String
    let request: OrderRequest
    let placedAt: Int64
    var fills: [Fill] = []
    var isResting = false

    var filled: Quantity { Quantity(fills.reduce(0) { $0 + $1.quantity }) }

    var remaining: Quantity { Quantity(request.quantity) - filled }

    var status: Status {
        if remaining.isZero { return .filled }
        if !fills.isEmpty { return .partlyFilled }
        return isResting ? .open : .cancelled
    }
}

/// Why the market did not take an order.
enum MarketRefusal: Error, Equatable {
    case unknownAsset(String)
    case clientOrderIDReused(String)
    case unknownOrder(String)
    case quantityNotPositive
    case priceOutOfRange

    var detail: String {
        switch self {
        case .unknownAsset(let code):
            "The market does not trade \(code). It trades BTC, ETH and USDC."
        case .clientOrderIDReused(let id):
            "The client order id \(id) was used for another order. Take a new id."
        case .unknownOrder(let id):
            "The market knows no order with the client order id \(id)."
        case .quantityNotPositive:
            "Give a quantity above zero."
        case .priceOutOfRange:
            "Give a price above zero and at most ten million dollars."
        }
    }
}

/// The whole market: prices, books and orders.
///
/// Deciding and applying are apart: a `decide…` function reads the state and returns events; only
/// ``apply(_:)`` changes anything, so a replayed journal never matches an order again.
struct MarketState: JournaledState {
    enum Event: Codable, Sendable, Equatable {
        case placed(OrderRequest, orderID: String, at: Int64)
        case filled(clientOrderID: String, maker: Maker, fill: Fill)
        case rested(clientOrderID: String)
        case withdrawn(clientOrderID: String)
        case priceSet(asset: String, count: Int64, at: Int64)
        case halted(asset: String, isHalted: Bool)
        case thinned(asset: String, percent: Int64)
        case frozen(at: Int64?)
        case drifting(isDrifting: Bool, at: Int64)
    }

    /// The condition of one asset.
    struct Listing: Sendable {
        /// The index price at ``anchoredAt``; drift is counted from there. Until the market opens
        /// there is no drift.
        var anchor: Price
        var anchoredAt: Int64?
        var isHalted = false
        /// How much of its usual size the house quotes, 0 through 100.
        var depthPercent: Int64 = 100
        /// What was taken of each of the house's quotes in ``takenEpoch``.
        var taken: [HouseQuote: Int64] = [:]
        var takenEpoch: Int64 = 0
    }

    struct HouseQuote: Hashable, Sendable {
        var side: Side
        var level: Int
    }

    /// The house renews its quotes this often, so that one large order does not end the story.
    static let refillMilliseconds: Int64 = 10 * 60_000

    /// Ten million dollars: far above any story, far below overflow.
    static let priceCountMax: Int64 = 10_000_000 * 100_000_000

    private(set) var listings: [String: Listing] = [:]
    private(set) var orders: [String: Order] = [:]
    /// Client order ids in the book, oldest first.
    private(set) var resting: [String] = []
    private(set) var frozenAt: Int64?
    private(set) var isDrifting = true
    private var tradeCount: Int64 = 0

    init() {
        for asset in MarketAsset.all {
            listings[asset.code] = Listing(anchor: asset.startIndex)
        }
    }

    func listing(_ asset: MarketAsset) -> Listing {
        listings[asset.code] ?? Listing(anchor: asset.startIndex)
    }

    /// When the prices read at `now` were made: earlier than `now` while they are frozen.
    func asOf(_ now: Instant) -> Instant {
        frozenAt.map { Instant(milliseconds: min($0, now.milliseconds)) } ?? now
    }

    func index(of asset: MarketAsset, at now: Instant) -> Price {
        let listing = listing(asset)
        guard isDrifting, let anchoredAt = listing.anchoredAt else { return listing.anchor }
        let deviation =
            Drift.deviation(of: asset, at: asOf(now))
            - Drift.deviation(of: asset, at: Instant(milliseconds: anchoredAt))
        return asset.onTick(
            Int128(listing.anchor.count) * Int128(1_000_000 + deviation) / 1_000_000,
            rounding: .halfUp)
    }

    /// The best prices and the bid depth of an asset, as `/market/prices` shows them.
    func bids(of asset: MarketAsset, at now: Instant) -> [BookLevel] {
        offers(to: .sell, of: asset, at: now)
    }

    func asks(of asset: MarketAsset, at now: Instant) -> [BookLevel] {
        offers(to: .buy, of: asset, at: now)
    }

    /// What a taker on `taker`'s side can meet, best first; nothing while the asset is halted.
    func offers(to taker: Side, of asset: MarketAsset, at now: Instant) -> [BookLevel] {
        guard !listing(asset).isHalted else { return [] }
        let people = resting.compactMap { orders[$0] }.filter {
            $0.request.asset == asset.code && $0.request.side == taker.opposite
        }.compactMap { order -> BookLevel? in
            guard let limit = order.request.limit.flatMap({ Price(count: $0) }) else { return nil }
            return BookLevel(
                price: limit, quantity: order.remaining,
                maker: .resting(clientOrderID: order.request.clientOrderID))
        }
        return Matching.ranked(
            people + houseQuotes(on: taker.opposite, of: asset, at: now), forTaker: taker)
    }

    private func houseQuotes(
        on side: Side, of asset: MarketAsset, at now: Instant
    ) -> [BookLevel] {
        let listing = listing(asset)
        let index = index(of: asset, at: now)
        let isFresh = listing.takenEpoch != Self.epoch(now.milliseconds)
        return asset.quotes.enumerated().compactMap { level, quote in
            let quoted = Quantity(quote.quantity.count * listing.depthPercent / 100)
            let taken =
                isFresh ? 0 : listing.taken[HouseQuote(side: side, level: level)] ?? 0
            let left = quoted.remaining(after: Quantity(taken))
            guard !left.isZero else { return nil }
            return BookLevel(
                price: asset.quotePrice(quote, side: side, index: index), quantity: left,
                maker: .house(level: level))
        }
    }

    private static func epoch(_ milliseconds: Int64) -> Int64 {
        milliseconds / refillMilliseconds
    }

    // MARK: Deciding

    /// Ties the first prices to the first instant anybody looks, so that a new sandbox opens at
    /// its starting prices whatever the time.
    func decideOpening(at now: Instant) -> [Event] {
        guard listings.values.contains(where: { $0.anchoredAt == nil }) else { return [] }
        return MarketAsset.all.map { asset in
            .priceSet(
                asset: asset.code, count: listing(asset).anchor.count, at: now.milliseconds)
        }
    }

    /// Takes an order. The same request again decides nothing: the first answer stands.
    func decidePlacing(
        _ request: OrderRequest, at now: Instant
    ) throws(MarketRefusal) -> [Event] {
        if let known = orders[request.clientOrderID] {
            guard known.request == request else {
                throw .clientOrderIDReused(request.clientOrderID)
            }
            return []
        }
        guard let asset = MarketAsset.named(request.asset) else {
            throw .unknownAsset(request.asset)
        }
        guard request.quantity > 0, request.quantity <= Quantity.max.count else {
            throw .quantityNotPositive
        }
        let limit = try Self.limit(request.limit)
        let matches = Matching.match(
            Quantity(request.quantity), side: request.side, limit: limit,
            against: offers(to: request.side, of: asset, at: now))
        var events: [Event] = [
            .placed(request, orderID: "mo-\(orders.count + 1)", at: now.milliseconds)
        ]
        var filled: Int64 = 0
        for (offset, match) in matches.enumerated() {
            filled += match.quantity.count
            events.append(
                .filled(
                    clientOrderID: request.clientOrderID, maker: match.maker,
                    fill: Fill(
                        tradeID: "mt-\(tradeCount + Int64(offset) + 1)",
                        quantity: match.quantity.count, price: match.price.count,
                        at: now.milliseconds)))
        }
        let mayRest = request.timeInForce == .goodTillCancelled && limit != nil
        if mayRest && filled < request.quantity {
            events.append(.rested(clientOrderID: request.clientOrderID))
        }
        return events
    }

    private static func limit(_ count: Int64?) throws(MarketRefusal) -> Price? {
        guard let count else { return nil }
        guard let price = Price(count: count), count <= priceCountMax else {
            throw .priceOutOfRange
        }
        return price
    }

    /// Takes an order out of the book. An order that is no longer there stays as it is.
    func decideCancelling(_ clientOrderID: String) throws(MarketRefusal) -> [Event] {
        guard let order = orders[clientOrderID] else { throw .unknownOrder(clientOrderID) }
        return order.isResting ? [.withdrawn(clientOrderID: clientOrderID)] : []
    }

    /// The first resting order whose limit the house's moved quotes have reached, filled at its
    /// own limit. Nothing to do is no events; the caller applies and asks again until then.
    func decideCrossing(at now: Instant) -> [Event] {
        for id in resting {
            guard let order = orders[id], let asset = MarketAsset.named(order.request.asset),
                let limit = order.request.limit.flatMap({ Price(count: $0) })
            else { continue }
            guard !listing(asset).isHalted else { continue }
            let quotes = houseQuotes(on: order.request.side.opposite, of: asset, at: now)
            let match = Matching.match(
                order.remaining, side: order.request.side, limit: limit,
                against: Matching.ranked(quotes, forTaker: order.request.side)
            ).first
            guard let match else { continue }
            let fill = Fill(
                tradeID: "mt-\(tradeCount + 1)", quantity: match.quantity.count,
                price: limit.count, at: now.milliseconds)
            return [.filled(clientOrderID: id, maker: match.maker, fill: fill)]
        }
        return []
    }

    func decidePrice(
        of code: String, count: Int64, at now: Instant
    ) throws(MarketRefusal) -> [Event] {
        guard let asset = MarketAsset.named(code) else { throw .unknownAsset(code) }
        guard count > 0, count <= Self.priceCountMax else { throw .priceOutOfRange }
        let price = asset.onTick(Int128(count), rounding: .halfUp)
        return [.priceSet(asset: code, count: price.count, at: asOf(now).milliseconds)]
    }

    /// Moves the index by hundredths of one percent, down to a tick at least.
    func decideMove(
        of code: String, basisPoints: Int64, at now: Instant
    ) throws(MarketRefusal) -> [Event] {
        guard let asset = MarketAsset.named(code) else { throw .unknownAsset(code) }
        guard (-9_999...1_000_000).contains(basisPoints) else { throw .priceOutOfRange }
        let count =
            Int128(index(of: asset, at: now).count) * Int128(10_000 + basisPoints) / 10_000
        guard count <= Int128(Self.priceCountMax) else { throw .priceOutOfRange }
        return try decidePrice(of: code, count: max(1, Int64(count)), at: now)
    }

    func decideHalt(_ code: String, isHalted: Bool) throws(MarketRefusal) -> [Event] {
        guard MarketAsset.named(code) != nil else { throw .unknownAsset(code) }
        return [.halted(asset: code, isHalted: isHalted)]
    }

    func decideThinning(_ code: String, percent: Int64) throws(MarketRefusal) -> [Event] {
        guard MarketAsset.named(code) != nil else { throw .unknownAsset(code) }
        guard (0...100).contains(percent) else { throw .quantityNotPositive }
        return [.thinned(asset: code, percent: percent)]
    }

    /// Stops or restarts the price feed. While it is stopped, prices keep the time they had.
    func decideFreezing(_ isFrozen: Bool, at now: Instant) -> [Event] {
        switch (isFrozen, frozenAt) {
        case (true, nil): [.frozen(at: now.milliseconds)]
        case (false, .some): [.frozen(at: nil)]
        case (true, .some), (false, nil): []
        }
    }

    /// Lets prices wander, or holds each where it is now.
    func decideDrifting(_ isDrifting: Bool, at now: Instant) -> [Event] {
        guard isDrifting != self.isDrifting else { return [] }
        let instant = asOf(now).milliseconds
        let anchors = MarketAsset.all.map { asset in
            Event.priceSet(
                asset: asset.code, count: index(of: asset, at: now).count, at: instant)
        }
        return anchors + [.drifting(isDrifting: isDrifting, at: instant)]
    }

    // MARK: Applying

    mutating func apply(_ event: Event) {
        switch event {
        case .placed(let request, let orderID, let at):
            orders[request.clientOrderID] = Order(
                orderID: orderID, request: request, placedAt: at)
        case .filled(let id, let maker, let fill):
            applyFill(fill, of: id, maker: maker)
        case .rested(let id):
            orders[id]?.isResting = true
            resting.append(id)
        case .withdrawn(let id):
            leaveBook(id)
        case .priceSet(let code, let count, let at):
            guard let price = Price(count: count) else { return }
            listings[code]?.anchor = price
            listings[code]?.anchoredAt = at
        case .halted(let code, let isHalted):
            listings[code]?.isHalted = isHalted
        case .thinned(let code, let percent):
            listings[code]?.depthPercent = percent
        case .frozen(let at):
            frozenAt = at
        case .drifting(let isDrifting, _):
            self.isDrifting = isDrifting
        }
    }

    private mutating func applyFill(_ fill: Fill, of id: String, maker: Maker) {
        guard let order = orders[id] else { return }
        tradeCount += 1
        orders[id]?.fills.append(fill)
        if orders[id]?.remaining.isZero == true { leaveBook(id) }
        switch maker {
        case .resting(let makerID):
            orders[makerID]?.fills.append(fill)
            if orders[makerID]?.remaining.isZero == true { leaveBook(makerID) }
        case .house(let level):
            let quote = HouseQuote(side: order.request.side.opposite, level: level)
            let epoch = Self.epoch(fill.at)
            guard var listing = listings[order.request.asset] else { return }
            if listing.takenEpoch != epoch {
                listing.takenEpoch = epoch
                listing.taken = [:]
            }
            listing.taken[quote, default: 0] += fill.quantity
            listings[order.request.asset] = listing
        }
    }

    private mutating func leaveBook(_ id: String) {
        orders[id]?.isResting = false
        resting.removeAll { $0 == id }
    }
}
