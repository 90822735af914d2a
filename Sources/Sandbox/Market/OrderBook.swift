import Money

/// Which way an order goes, seen from the person who places it.
enum Side: String, Codable, Sendable, CaseIterable {
    case buy
    case sell

    var opposite: Side {
        switch self {
        case .buy: .sell
        case .sell: .buy
        }
    }
}

/// Who stands behind a level of the book.
enum Maker: Codable, Hashable, Sendable {
    /// The market's own quote, counted from the best price.
    case house(level: Int)
    /// A limit order somebody left in the book.
    case resting(clientOrderID: String)
}

/// One offer in the book.
struct BookLevel: Equatable, Sendable {
    var price: Price
    var quantity: Quantity
    var maker: Maker
}

/// One trade a taker makes.
struct Match: Equatable, Sendable {
    var maker: Maker
    var quantity: Quantity
    var price: Price
}

/// The matching engine: price first, then time.
enum Matching {
    /// Orders offers for a taker: best price first; at one price, people before the house and
    /// earlier before later. `offers` arrive in time order with the house's own quotes last.
    static func ranked(_ offers: [BookLevel], forTaker side: Side) -> [BookLevel] {
        offers.enumerated().sorted { lhs, rhs in
            if lhs.element.price == rhs.element.price { return lhs.offset < rhs.offset }
            switch side {
            case .sell: return lhs.element.price > rhs.element.price
            case .buy: return lhs.element.price < rhs.element.price
            }
        }.map(\.element)
    }

    /// Fills `quantity` from the best offer down, never at a price worse than `limit`. Each trade
    /// is at the maker's price. The sum of the matches is at most `quantity`.
    static func match(
        _ quantity: Quantity, side: Side, limit: Price?, against ranked: [BookLevel]
    ) -> [Match] {
        var left = quantity
        var matches: [Match] = []
        for level in ranked {
            if left.isZero { break }
            if let limit, !accepts(level.price, limit: limit, side: side) { break }
            let taken = min(left, level.quantity)
            if taken.isZero { continue }
            matches.append(Match(maker: level.maker, quantity: taken, price: level.price))
            left = left - taken
        }
        return matches
    }

    /// Whether a taker with this limit takes this price.
    static func accepts(_ price: Price, limit: Price, side: Side) -> Bool {
        switch side {
        case .sell: price >= limit
        case .buy: price <= limit
        }
    }
}
