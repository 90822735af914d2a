/// The code of an asset, such as `USD` or `BTC`: two to eight capital letters or digits, packed
/// into one machine word so that it hashes and compares at the cost of an integer.
public struct AssetCode: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let packed: UInt64

    public static let usd = AssetCode("USD")!

    /// `nil` unless `text` is two to eight characters of `A-Z` and `0-9`.
    public init?(_ text: some StringProtocol) { self.init(String(text)) }

    /// `nil` unless `text` is two to eight characters of `A-Z` and `0-9`.
    public init?(_ text: String) {
        guard (2...8).contains(text.utf8.count) else { return nil }
        var packed: UInt64 = 0
        for byte in text.utf8 {
            guard Self.isAllowed(byte) else { return nil }
            packed = packed << 8 | UInt64(byte)
        }
        self.packed = packed
    }

    /// The inverse of ``packed``; `nil` when the bytes are not those of a code.
    public init?(packed: UInt64) {
        guard packed > 0xFF else { return nil }
        var rest = packed
        while rest > 0 {
            guard Self.isAllowed(UInt8(truncatingIfNeeded: rest)) else { return nil }
            rest >>= 8
        }
        self.packed = packed
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
    }

    public var description: String {
        let aligned = aligned
        let count = 8 - aligned.trailingZeroBitCount / 8
        return String(unsafeUninitializedCapacity: count) { buffer in
            for place in 0..<count {
                buffer[place] = UInt8(truncatingIfNeeded: aligned >> UInt64(56 - 8 * place))
            }
            return count
        }
    }

    /// The code's characters from the highest byte on: in this form they are in alphabetical order.
    private var aligned: UInt64 { packed << UInt64(packed.leadingZeroBitCount / 8 * 8) }

    public static func < (lhs: AssetCode, rhs: AssetCode) -> Bool { lhs.aligned < rhs.aligned }
}

/// An asset the books can hold: its code and the decimals of its smallest booked unit.
public struct Asset: Hashable, Sendable {
    public let code: AssetCode
    /// Decimal places of the smallest booked unit, 0 through 9: 2 for dollars, 8 for bitcoin.
    public let scale: Int

    public static let scaleMax = 9

    public static let usd = Asset(code: .usd, scale: 2)

    public init(code: AssetCode, scale: Int) {
        precondition((0...Asset.scaleMax).contains(scale), "scale is 0 through 9")
        self.code = code
        self.scale = scale
    }

    /// Smallest units in one whole unit.
    public var unitsPerWhole: Int64 {
        var units: Int64 = 1
        for _ in 0..<scale { units *= 10 }
        return units
    }
}

/// An exact, non-negative count of an asset's smallest booked units.
public struct Quantity: Hashable, Comparable, Sendable {
    public let count: Int64

    public static let zero = Quantity(0)

    /// The largest quantity one command may name.
    public static let max = Quantity(1_000_000_000_000_000)

    public init(_ count: Int64) {
        precondition(count >= 0, "a quantity cannot be negative")
        self.count = count
    }

    /// A quantity from outside: `nil` when negative or above ``Quantity/max``.
    public init?(exactly count: Int64) {
        guard count >= 0, count <= Quantity.max.count else { return nil }
        self.count = count
    }

    public var isZero: Bool { count == 0 }

    public static func + (lhs: Quantity, rhs: Quantity) -> Quantity {
        Quantity(lhs.count + rhs.count)
    }

    public static func - (lhs: Quantity, rhs: Quantity) -> Quantity {
        Quantity(lhs.count - rhs.count)
    }

    public static func += (lhs: inout Quantity, rhs: Quantity) { lhs = lhs + rhs }

    public static func < (lhs: Quantity, rhs: Quantity) -> Bool { lhs.count < rhs.count }

    /// What remains after taking `other` away, stopping at zero.
    public func remaining(after other: Quantity) -> Quantity {
        Quantity(Swift.max(0, count - other.count))
    }

    /// The part that is a whole number of lots.
    public func roundedDown(toLot lot: Quantity) -> Quantity {
        Quantity(count / lot.count * lot.count)
    }

    /// The fewest whole lots that reach this quantity.
    public func roundedUp(toLot lot: Quantity) -> Quantity {
        Quantity((count + lot.count - 1) / lot.count * lot.count)
    }
}
