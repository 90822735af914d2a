import Banking
import Ledger
import Money
import Rules

/// Prices that move, jump, go stale, halt and get thin.
struct Market {
    private(set) var quotes: [AssetCode: Quote] = [:]

    private static let dollars = ["BTC": 60_000, "ETH": 2_400, "USDC": 1, "OLD": 3]

    mutating func open(_ asset: Policy.AssetPolicy, at now: Instant) {
        let cents = Int64(Market.dollars[asset.code.description] ?? 10) * 100
        guard let index = Price(cents: cents) else { return }
        quotes[asset.code] = quote(index, asset.scale, thin: false, at: now, halted: false)
    }

    mutating func move(_ random: inout Randomness, to now: Instant) {
        for (asset, last) in quotes.sorted(by: { $0.key < $1.key }) {
            let perMille =
                random.chance(3) ? random.int(-350...250) : random.int(-12...12)
            let moved = last.index.count / 1_000 * Int64(1_000 + perMille)
            guard let index = Price(count: max(10_000_000, moved)) else { continue }
            // A stale quote keeps its old time; the next look may find it fresh again.
            guard !random.chance(7) else { continue }
            quotes[asset] = quote(
                index, last.bidDepth.count > 0 ? scale(of: asset) : 0, thin: random.chance(10),
                at: now, halted: random.chance(3))
        }
    }

    private func scale(of asset: AssetCode) -> Int {
        switch asset.description {
        case "USDC": 6
        case "OLD": 0
        default: 8
        }
    }

    private func quote(
        _ index: Price, _ scale: Int, thin: Bool, at now: Instant, halted: Bool
    ) -> Quote {
        let spread = max(1, index.count / 2_000)
        // Depth of twenty thousand dollars, or of fifty when the book is thin.
        var units: Int128 = 1
        for _ in 0..<scale { units *= 10 }
        let depth = Int128(thin ? 5_000 : 2_000_000) * 1_000_000 * units / Int128(index.count)
        return Quote(
            index: index, bid: Price(count: index.count - spread) ?? index,
            ask: Price(count: index.count + spread) ?? index,
            bidDepth: Quantity(Int64(max(1, depth))), asOf: now, halted: halted)
    }
}

/// The venue where assets are sold: fills in parts, twice, not at all, and after the end.
struct Venue {
    fileprivate var trades = 0
}

extension World {
    func place(
        _ sale: SaleID, _ asset: AssetCode, _ quantity: Quantity, _ limit: Price,
        of customer: CustomerID
    ) {
        let whole = quantity.count
        var parts: [Int64] = []
        switch random.int(1...10) {
        case 1...5: parts = [whole]
        case 6...7: parts = whole > 2 ? [whole / 3, whole - whole / 3] : [whole]
        case 8...9: parts = whole > 4 ? [whole / 4, whole / 4] : [whole]
        default: parts = []
        }
        var delay = 0
        for part in parts {
            delay += random.chance(50) ? random.int(1...20) : random.int(20...2_000)
            venue.trades += 1
            guard
                let price = Price(
                    count: limit.count + limit.count / 1_000 * Int64(random.int(0...9)))
            else { continue }
            expect(
                .fill(
                    Command.Fill(
                        sale: sale, trade: "t\(venue.trades)", quantity: Quantity(part),
                        price: price)),
                to: .customer(customer), by: .system, in: delay)
        }
        // The end may overtake the last fills on their way to us.
        let end =
            random.chance(12) ? random.int(1...max(1, delay)) : delay + random.int(1...60)
        expect(.finishSale(sale), to: .customer(customer), by: .system, in: end)
        if random.chance(15) {
            venue.trades += 1
            expect(
                .fill(
                    Command.Fill(
                        sale: sale, trade: "rogue\(venue.trades)", quantity: Quantity(whole + 1),
                        price: limit)),
                to: .customer(customer), by: .system, in: random.int(0...end + 600))
            count("fill after finish")
        }
    }
}
