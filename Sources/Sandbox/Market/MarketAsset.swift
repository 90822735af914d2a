import Banking
import Money

/// An asset the market trades, with the fixed shape of its book.
struct MarketAsset: Sendable {
    /// One of the market's own quotes on each side of the index.
    struct Quote: Sendable {
        /// Distance from the index price, in hundred-thousandths of it (10 is one basis point).
        var distance: Int64
        var quantity: Quantity
    }

    let asset: Asset
    let startIndex: Price
    /// Decimals of a price on the wire; every price is a multiple of the last one.
    let priceDecimals: Int
    /// Best first.
    let quotes: [Quote]
    /// How far the index wanders from its anchor at most, in millionths of it.
    let driftMax: Int64

    /// Every asset of the sandbox, in the order pages show them.
    static let all: [MarketAsset] = [bitcoin, ether, usdc]

    static let bitcoin = MarketAsset(
        code: "BTC", scale: 8, startCents: 60_000_00, priceDecimals: 2,
        distances: [100, 200, 350, 500, 750], each: 50_000_000, driftMax: 4_000)
    static let ether = MarketAsset(
        code: "ETH", scale: 8, startCents: 3_000_00, priceDecimals: 2,
        distances: [100, 200, 350, 500, 750], each: 1_000_000_000, driftMax: 6_000)
    static let usdc = MarketAsset(
        code: "USDC", scale: 6, startCents: 1_00, priceDecimals: 4,
        distances: [10, 20, 30, 50, 80], each: 100_000_000_000, driftMax: 200)

    private init(
        code: StaticString, scale: Int, startCents: Int64, priceDecimals: Int,
        distances: [Int64], each count: Int64, driftMax: Int64
    ) {
        guard let code = AssetCode("\(code)"), let start = Price(cents: startCents) else {
            preconditionFailure("the sandbox's assets are written with valid codes and prices")
        }
        asset = Asset(code: code, scale: scale)
        startIndex = start
        self.priceDecimals = priceDecimals
        quotes = distances.map { Quote(distance: $0, quantity: Quantity(count)) }
        self.driftMax = driftMax
    }

    /// The asset with this code, if the market trades it.
    static func named(_ code: some StringProtocol) -> MarketAsset? {
        all.first { $0.code == code }
    }

    var code: String { asset.code.description }

    /// The smallest step of a price, in ``Price/count``.
    var tick: Int64 {
        var tick: Int64 = 1
        for _ in priceDecimals..<Price.scale { tick *= 10 }
        return tick
    }

    /// The price at or next to `count` that lies on a tick, and is at least one tick.
    func onTick(_ count: Int128, rounding: Rounding) -> Price {
        let ticks = rounding.divide(max(0, count), by: Int128(tick))
        guard let price = Price(count: max(1, ticks) * tick) else {
            preconditionFailure("a positive number of ticks is a price")
        }
        return price
    }

    /// The price of our own quote on `side`, away from the index; rounded away from it too, so
    /// that the house never quotes better than it says.
    func quotePrice(_ quote: Quote, side: Side, index: Price) -> Price {
        let base = Int128(index.count)
        switch side {
        case .buy:
            return onTick(base * Int128(100_000 - quote.distance) / 100_000, rounding: .down)
        case .sell:
            return onTick(
                (base * Int128(100_000 + quote.distance) + 99_999) / 100_000, rounding: .up)
        }
    }

    /// Reads a price such as `59700.00`; `nil` unless positive and on a tick.
    func price(_ text: some StringProtocol) -> Price? {
        guard let count = DecimalText.parse(text, scale: priceDecimals) else { return nil }
        let (scaled, overflow) = count.multipliedReportingOverflow(by: tick)
        return overflow ? nil : Price(count: scaled)
    }

    /// Reads a limit, which may be finer than a tick, and moves it to the tick that asks no more
    /// of its owner than was said: a sale's limit up, a buy's down. `nil` unless above zero.
    func limit(_ text: some StringProtocol, side: Side) -> Price? {
        guard let count = DecimalText.parse(text, scale: Price.scale), count > 0,
            count <= MarketState.priceCountMax
        else { return nil }
        switch side {
        case .sell: return onTick(Int128(count), rounding: .up)
        case .buy: return count < tick ? nil : onTick(Int128(count), rounding: .down)
        }
    }

    func text(_ price: Price) -> String {
        DecimalText.format(price.count / tick, scale: priceDecimals)
    }

    func text(_ quantity: Quantity) -> String {
        DecimalText.format(quantity.count, scale: asset.scale)
    }
}

/// The wandering of the index around its anchor: a pure function of time, so two runs of one
/// story see the same prices. Slow and fast triangle waves stand in for a quiet market.
enum Drift {
    private static let slowPeriod: Int64 = 6 * 3_600_000
    private static let fastPeriod: Int64 = 47 * 60_000

    /// The deviation at an instant in millionths of the anchor, within ±`asset.driftMax`.
    static func deviation(of asset: MarketAsset, at instant: Instant) -> Int64 {
        let phase = Int64(truncatingIfNeeded: asset.asset.code.packed % 10_007) * 1_000
        let slow = triangle(instant.milliseconds + phase, period: slowPeriod)
        let fast = triangle(instant.milliseconds + 3 * phase, period: fastPeriod)
        return asset.driftMax * (4 * slow + fast) / 5_000
    }

    /// -1000 through 1000, straight lines.
    private static func triangle(_ time: Int64, period: Int64) -> Int64 {
        let remainder = time % period
        let position = (remainder < 0 ? remainder + period : remainder) * 4_000 / period
        return position < 2_000 ? position - 1_000 : 3_000 - position
    }
}
