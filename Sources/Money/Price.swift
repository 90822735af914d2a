/// Dollars for one whole unit of an asset, in hundred-millionths of a dollar, above zero.
public struct Price: Hashable, Comparable, Sendable {
    public let count: Int64

    /// Decimal places of ``count``: `59700.00` dollars is `5_970_000_000_000`.
    public static let scale = 8

    static let countPerCent: Int128 = 1_000_000

    /// `nil` unless positive: a price of zero or less is a broken feed, never a bargain.
    public init?(count: Int64) {
        guard count > 0 else { return nil }
        self.count = count
    }

    public init?(cents: Int64) {
        let (count, overflow) = cents.multipliedReportingOverflow(by: Int64(Price.countPerCent))
        guard !overflow else { return nil }
        self.init(count: count)
    }

    public static func < (lhs: Price, rhs: Price) -> Bool { lhs.count < rhs.count }

    /// What `quantity` is worth at this price; never more than ``Cents/balanceMax``, which the
    /// books refuse: an absurd price from outside must not stop the program.
    public func value(of quantity: Quantity, of asset: Asset, rounding: Rounding) -> Cents {
        Cents(
            rounding.divide(
                Int128(quantity.count) * Int128(count),
                by: Int128(asset.unitsPerWhole) * Price.countPerCent,
                atMost: Cents.balanceMax.count))
    }

    /// How much of `asset` this many cents are worth at this price; never more than
    /// ``Quantity/max``, which nobody can hold.
    public func quantity(for value: Cents, of asset: Asset, rounding: Rounding) -> Quantity {
        Quantity(
            rounding.divide(
                Int128(value.count) * Price.countPerCent * Int128(asset.unitsPerWhole),
                by: Int128(count), atMost: Quantity.max.count))
    }

    /// This price lowered by a rate, rounded up: the worst price a seller accepts. `nil` at 100 %.
    public func lowered(by rate: BasisPoints) -> Price? {
        guard rate.count < 10_000 else { return nil }
        return Price(
            count: Rounding.up.divide(Int128(count) * Int128(10_000 - rate.count), by: 10_000))
    }
}
