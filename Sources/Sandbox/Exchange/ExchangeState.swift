import Banking
import Money

/// An order of a customer of the exchange.
struct ExchangeOrder: Codable, Hashable, Sendable {
    /// Our own id: the reference at Makewhole and the client order id at the market.
    var id: String
    /// Makewhole's id of the customer.
    var customer: String
    var side: Side
    var asset: String
    /// Cents a buy may cost at most; zero for a sale.
    var cashMinor: Int64
    /// Smallest units of the asset; zero for "as much as the cash buys".
    var quantity: Int64
    /// ``Price/count``; none trades at the market's price and never waits.
    var limit: Int64?
    var placedAt: Int64

    var quantityText: String {
        MarketAsset.named(asset)?.text(Quantity(quantity)) ?? ""
    }
}

/// The exchange's own memory: orders on their way between Makewhole's books and the market.
struct ExchangeState: JournaledState {
    enum Event: Codable, Sendable, Equatable {
        case wanted(ExchangeOrder)
        case refused(id: String, reason: String)
        case reserved(id: String, makewholeID: String)
        case sentToMarket(id: String)
        case booked(id: String, tradeID: String)
        case closed(id: String)
    }

    /// How far an order has come. Each step is safe to repeat, so after a crash the desk takes it
    /// up where the journal ends.
    enum Stage: Sendable, Equatable {
        case wanted
        case refused(reason: String)
        case reserved(makewholeID: String)
        case atMarket(makewholeID: String)
        case closed
    }

    private(set) var orders: [ExchangeOrder] = []
    private(set) var stages: [String: Stage] = [:]
    private(set) var bookedTrades: [String: Set<String>] = [:]

    init() {}

    /// Orders that still need something, oldest first.
    var unfinished: [ExchangeOrder] {
        orders.filter { order in
            switch stage(order) {
            case .wanted, .reserved, .atMarket: true
            case .refused, .closed: false
            }
        }
    }

    func stage(_ order: ExchangeOrder) -> Stage { stages[order.id] ?? .wanted }

    /// Whether a trade of an order is in Makewhole's books.
    func isBooked(_ tradeID: String, of order: ExchangeOrder) -> Bool {
        bookedTrades[order.id]?.contains(tradeID) == true
    }

    mutating func apply(_ event: Event) {
        switch event {
        case .wanted(let order):
            orders.append(order)
            stages[order.id] = .wanted
        case .refused(let id, let reason):
            stages[id] = .refused(reason: reason)
        case .reserved(let id, let makewholeID):
            stages[id] = .reserved(makewholeID: makewholeID)
        case .sentToMarket(let id):
            guard case .reserved(let makewholeID)? = stages[id] else { return }
            stages[id] = .atMarket(makewholeID: makewholeID)
        case .booked(let id, let tradeID):
            bookedTrades[id, default: []].insert(tradeID)
        case .closed(let id):
            stages[id] = .closed
        }
    }
}

/// What cash buys, and what trades cost.
enum Spending {
    /// What each trade of an order moves in cents: a sale's proceeds rounded down, a buy's price
    /// rounded up, but all together never more than the order reserved.
    static func amounts(of fills: [Fill], in order: ExchangeOrder) -> [(Fill, Cents)] {
        guard let asset = MarketAsset.named(order.asset) else { return [] }
        var left = Cents(order.cashMinor)
        return fills.compactMap { fill in
            guard let price = Price(count: fill.price) else { return nil }
            let quantity = Quantity(fill.quantity)
            switch order.side {
            case .sell:
                return (fill, price.value(of: quantity, of: asset.asset, rounding: .down))
            case .buy:
                let cash = min(
                    left, price.value(of: quantity, of: asset.asset, rounding: .up))
                left = left.remaining(after: cash)
                return (fill, cash)
            }
        }
    }

    /// How much of the offers `cash` pays for, walking from the best price down, and the worst
    /// price it reaches; `nil` when it buys nothing.
    static func quantity(
        for cash: Cents, of asset: Asset, offers: [BookLevel]
    ) -> (quantity: Quantity, worst: Price)? {
        var left = cash
        var bought = Quantity.zero
        var worst: Price?
        for offer in offers {
            let affordable = offer.price.quantity(for: left, of: asset, rounding: .down)
            let taken = min(affordable, offer.quantity)
            if taken.isZero { break }
            bought += taken
            worst = offer.price
            left = left.remaining(
                after: offer.price.value(of: taken, of: asset, rounding: .up))
            if taken < offer.quantity { break }
        }
        return worst.map { (bought, $0) }
    }
}
