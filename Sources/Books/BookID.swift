/// The 128-bit name of an account or of a command, chosen by the caller and unique for ever.
///
/// The upper 48 bits are milliseconds since 1970, as in a UUID of version 7 or a ULID, so ids made
/// one after the other lie one after the other on disk. ``BookLimits/aheadMilliseconds`` says how
/// far such a time may be ahead of the books.
public struct BookID: Hashable, Comparable, Sendable {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An id of `milliseconds` since 1970, of which the other 80 bits are `tail` and `low`.
    public init(atMilliseconds milliseconds: Int64, tail: UInt16, low: UInt64) {
        self.init(high: UInt64(truncatingIfNeeded: milliseconds) << 16 | UInt64(tail), low: low)
    }

    /// Zero and all ones name nothing: they are what a forgotten id looks like.
    public var isValid: Bool {
        high | low != 0 && high & low != UInt64.max
    }

    /// When the id was made, as it says itself.
    public var milliseconds: Int64 { Int64(high >> 16) }

    public static func < (lhs: BookID, rhs: BookID) -> Bool {
        lhs.high != rhs.high ? lhs.high < rhs.high : lhs.low < rhs.low
    }

    /// The id the books give to the expiry of this pending transfer: of the moment of the expiry,
    /// and the same each time it is worked out.
    public func expiry(atMilliseconds milliseconds: Int64) -> BookID {
        let first = BookHash.mix(high ^ BookHash.mix(low ^ 0x6578_7069_7279))
        return BookID(
            atMilliseconds: milliseconds, tail: UInt16(truncatingIfNeeded: first),
            low: BookHash.mix(low ^ first))
    }
}

extension BookID: CustomStringConvertible {
    /// `nil` unless `text` is 32 hexadecimal digits, with the hyphens of a UUID or without.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        let hyphens: Set<Int>
        switch bytes.count {
        case 32: hyphens = []
        case 36: hyphens = Self.hyphens
        default: return nil
        }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            if hyphens.contains(index) {
                guard byte == 0x2D else { return nil }
                continue
            }
            guard let digit = Self.digit(byte) else { return nil }
            high = high << 4 | low >> 60
            low = low << 4 | digit
        }
        self.init(high: high, low: low)
    }

    /// As a UUID is written, in lower case.
    public var description: String {
        var text = ""
        text.reserveCapacity(36)
        for index in 0..<32 {
            if Self.hyphens.contains(text.utf8.count) { text.append("-") }
            let word = index < 16 ? high : low
            let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - index % 16 * 4)) & 15
            text.unicodeScalars.append(Unicode.Scalar(digit < 10 ? 0x30 + digit : 0x57 + digit))
        }
        return text
    }

    private static let hyphens: Set<Int> = [8, 13, 18, 23]

    private static func digit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case 0x30...0x39: UInt64(byte - 0x30)
        case 0x41...0x46: UInt64(byte - 0x37)
        case 0x61...0x66: UInt64(byte - 0x57)
        default: nil
        }
    }
}

/// What keeps work and memory bounded.
public enum BookLimits {
    /// How far an id's own time, or a happening, may be ahead of the books: clocks differ.
    ///
    /// One id a year ahead would make every later one look old, and old ids cost a look on disk.
    public static let aheadMilliseconds: Int64 = 60_000

    /// The largest sum of one side of an account, and the largest amount, allowance or hold: what
    /// a signed 64-bit integer holds, so that any database and language can read it.
    public static let amountMax = UInt64(Int64.max)

    /// The earliest happening that can be told: about the year -6,900.
    public static let happenedMin: Int64 = -(1 << 48)

    /// An account's sums are noted every so many of its records, so that a moment in the past costs
    /// a walk over at most these.
    public static let recordsPerWaymark = 1_024

    /// Commands in one call; more are refused before anything is read.
    public static let commandsMax = 65_536
}

enum BookHash {
    /// The finalizer of SplitMix64: every input bit reaches every output bit.
    @inline(__always)
    static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// One multiplication: ids are unique already, they need only be spread.
    @inline(__always)
    static func of(_ high: UInt64, _ low: UInt64) -> UInt64 {
        let product = (low ^ (high << 32 | high >> 32)) &* 0x9E37_79B9_7F4A_7C15
        return product ^ (product >> 29) ^ (product >> 47)
    }
}
