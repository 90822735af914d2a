/// An exact, non-negative number of United States cents.
///
/// Cents carry no sign: direction belongs to the transfer that moves them. Arithmetic traps on
/// overflow and on a negative result, because both are bugs: every amount that enters the system
/// is at most ``Cents/max`` and the books refuse a balance above ``Cents/balanceMax``.
public struct Cents: Hashable, Comparable, Sendable {
    public let count: Int64

    public static let zero = Cents(trusted: 0)

    /// The largest amount one command may name: ten billion dollars.
    public static let max = Cents(trusted: 1_000_000_000_000)

    /// The largest balance an account may reach. Nine thousand of them still fit an `Int64`.
    public static let balanceMax = Cents(trusted: 1_000_000_000_000_000)

    /// Traps when `count` is negative. Parse outside input with ``init(exactly:)``.
    public init(_ count: Int64) {
        precondition(count >= 0, "cents cannot be negative")
        self.count = count
    }

    /// An amount from outside: `nil` when negative or above ``Cents/max``.
    public init?(exactly count: Int64) {
        guard count >= 0, count <= Cents.max.count else { return nil }
        self.count = count
    }

    private init(trusted count: Int64) { self.count = count }

    public var isZero: Bool { count == 0 }

    public static func + (lhs: Cents, rhs: Cents) -> Cents { Cents(lhs.count + rhs.count) }

    public static func - (lhs: Cents, rhs: Cents) -> Cents { Cents(lhs.count - rhs.count) }

    public static func += (lhs: inout Cents, rhs: Cents) { lhs = lhs + rhs }

    public static func -= (lhs: inout Cents, rhs: Cents) { lhs = lhs - rhs }

    public static func < (lhs: Cents, rhs: Cents) -> Bool { lhs.count < rhs.count }

    /// What remains after taking `other` away, stopping at zero.
    public func remaining(after other: Cents) -> Cents {
        Cents(Swift.max(0, count - other.count))
    }

    /// A share of this amount; the caller names the rounding of the odd fraction of a cent.
    public func share(_ rate: BasisPoints, rounding: Rounding) -> Cents {
        Cents(rounding.divide(Int128(count) * Int128(rate.count), by: 10_000))
    }
}

extension Sequence where Element == Cents {
    public func sum() -> Cents { reduce(.zero, +) }
}

/// Hundredths of one percent.
public struct BasisPoints: Hashable, Comparable, Sendable {
    public let count: Int64

    public init(_ count: Int64) {
        precondition(count >= 0, "basis points cannot be negative")
        self.count = count
    }

    public static func < (lhs: BasisPoints, rhs: BasisPoints) -> Bool { lhs.count < rhs.count }
}

/// Which way the odd fraction goes when a non-negative amount is divided.
public enum Rounding: Sendable {
    case down
    case up
    case halfUp

    /// `numerator / denominator` for non-negative operands, rounded as named.
    ///
    /// A quotient above `ceiling` is the ceiling; without one, above `Int64` it traps.
    public func divide(
        _ numerator: Int128, by denominator: Int128, atMost ceiling: Int64 = .max
    ) -> Int64 {
        precondition(numerator >= 0 && denominator > 0, "rounding is defined for amounts only")
        let adjusted: Int128
        switch self {
        case .down: adjusted = numerator
        case .up: adjusted = numerator + denominator - 1
        case .halfUp: adjusted = numerator + denominator / 2
        }
        let quotient = adjusted / denominator
        return ceiling < .max && quotient > Int128(ceiling) ? ceiling : Int64(quotient)
    }
}
