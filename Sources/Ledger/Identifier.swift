/// What an identifier names; its prefix is part of the text form.
public protocol IdentifierKind: Sendable {
    /// Three lower-case letters, such as `dep`.
    static var prefix: String { get }
}

/// A 128-bit identifier that says what it names, as in `dep_01k9zq…`.
///
/// Time-ordered when made by ``Cause/identifier(_:at:)``, so that rows written together lie
/// together. The text form is the prefix, an underscore and 26 characters of Crockford's base 32.
public struct Identifier<Kind: IdentifierKind>: Hashable, Comparable, Sendable {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The same 128 bits naming another kind of thing: an obligation shares its deposit's.
    public init<Other>(sharing other: Identifier<Other>) {
        self.init(high: other.high, low: other.low)
    }

    /// `nil` unless `text` is exactly the text form with this kind's prefix.
    public init?(_ text: some StringProtocol) {
        let prefix = Kind.prefix + "_"
        guard text.hasPrefix(prefix),
            let bits = Base32.parse(text.utf8.dropFirst(prefix.utf8.count))
        else { return nil }
        self.init(
            high: UInt64(truncatingIfNeeded: bits >> 64), low: UInt64(truncatingIfNeeded: bits))
    }

    /// One word is enough to tell identifiers apart in a table, and costs half of two.
    public func hash(into hasher: inout Hasher) { hasher.combine(mixed) }

    /// The same without the hasher: every command looks some ten identifiers up, and most of what that
    /// costs is a hasher made for one word. The seed keeps the order of a table from being foreseen.
    public func _rawHashValue(seed: Int) -> Int {
        var word = mixed ^ UInt64(bitPattern: Int64(seed))
        word = (word ^ word >> 32) &* 0xD6E8_FEB8_6659_FD93
        return Int(truncatingIfNeeded: word ^ word >> 32)
    }

    private var mixed: UInt64 { (high ^ low &* 0x9E37_79B9_7F4A_7C15) &* 0xFF51_AFD7_ED55_8CCD }

    public static func < (lhs: Identifier, rhs: Identifier) -> Bool {
        (lhs.high, lhs.low) < (rhs.high, rhs.low)
    }
}

extension Identifier: CustomStringConvertible {
    public var description: String {
        Base32.format(UInt128(high) << 64 | UInt128(low), after: Kind.prefix)
    }
}

extension Identifier: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let identifier = Identifier(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "not an identifier of kind \(Kind.prefix)")
        }
        self = identifier
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

enum Base32 {
    static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    static let length = 26

    /// The prefix, an underscore and 26 characters.
    static func format(_ bits: UInt128, after prefix: String) -> String {
        let start = prefix.utf8.count + 1
        return String(unsafeUninitializedCapacity: start + length) { buffer in
            for (index, byte) in prefix.utf8.enumerated() { buffer[index] = byte }
            buffer[start - 1] = 0x5F
            alphabet.withUnsafeBufferPointer { alphabet in
                var rest = bits
                for index in stride(from: start + length - 1, through: start, by: -1) {
                    buffer[index] = alphabet[Int(truncatingIfNeeded: rest & 31)]
                    rest >>= 5
                }
            }
            return start + length
        }
    }

    /// The digit of each byte; 0xFF where it is none.
    private static let digits: [UInt8] = {
        var digits = [UInt8](repeating: 0xFF, count: 256)
        for (digit, byte) in alphabet.enumerated() { digits[Int(byte)] = UInt8(digit) }
        return digits
    }()

    static func parse(_ bytes: some Collection<UInt8>) -> UInt128? {
        var high: UInt64 = 0
        var low: UInt64 = 0
        var count = 0
        for byte in bytes {
            let digit = digits[Int(byte)]
            // The first of 26 times five bits holds three.
            guard digit < 32, count < length, count > 0 || digit < 8 else { return nil }
            high = high << 5 | low >> 59
            low = low << 5 | UInt64(digit)
            count += 1
        }
        return count == length ? UInt128(high) << 64 | UInt128(low) : nil
    }
}

public enum CustomerKind: IdentifierKind { public static let prefix = "cus" }
public enum PaymentMethodKind: IdentifierKind { public static let prefix = "pmt" }
public enum DepositKind: IdentifierKind { public static let prefix = "dep" }
public enum ObligationKind: IdentifierKind { public static let prefix = "obl" }
public enum SettlementKind: IdentifierKind { public static let prefix = "stl" }
public enum WithdrawalKind: IdentifierKind { public static let prefix = "wdl" }
public enum OrderKind: IdentifierKind { public static let prefix = "ord" }
public enum SaleKind: IdentifierKind { public static let prefix = "sal" }
public enum DocumentKind: IdentifierKind { public static let prefix = "doc" }
public enum NoticeKind: IdentifierKind { public static let prefix = "ntc" }
public enum SuspenseKind: IdentifierKind { public static let prefix = "sus" }
public enum ClaimKind: IdentifierKind { public static let prefix = "clm" }
public enum ProposalKind: IdentifierKind { public static let prefix = "ppl" }
public enum AlertKind: IdentifierKind { public static let prefix = "alr" }
public enum FlagKind: IdentifierKind { public static let prefix = "flg" }
public enum MicroEntryKind: IdentifierKind { public static let prefix = "mic" }
public enum CauseKind: IdentifierKind { public static let prefix = "cmd" }
public enum EventKind: IdentifierKind { public static let prefix = "evt" }
public enum WebhookEndpointKind: IdentifierKind { public static let prefix = "whe" }

public typealias CustomerID = Identifier<CustomerKind>
public typealias MicroEntryID = Identifier<MicroEntryKind>
public typealias PaymentMethodID = Identifier<PaymentMethodKind>
public typealias DepositID = Identifier<DepositKind>
public typealias ObligationID = Identifier<ObligationKind>
public typealias SettlementID = Identifier<SettlementKind>
public typealias WithdrawalID = Identifier<WithdrawalKind>
public typealias OrderID = Identifier<OrderKind>
public typealias SaleID = Identifier<SaleKind>
public typealias DocumentID = Identifier<DocumentKind>
public typealias NoticeID = Identifier<NoticeKind>
public typealias SuspenseID = Identifier<SuspenseKind>
public typealias ClaimID = Identifier<ClaimKind>
public typealias ProposalID = Identifier<ProposalKind>
public typealias AlertID = Identifier<AlertKind>
public typealias FlagID = Identifier<FlagKind>
public typealias EventID = Identifier<EventKind>
public typealias WebhookEndpointID = Identifier<WebhookEndpointKind>

/// The unique id of what asked for a change. One cause changes the books at most once.
public typealias Cause = Identifier<CauseKind>

extension Identifier where Kind == CauseKind {
    /// The `index`th identifier this cause makes, ordered by `milliseconds` since 1970.
    ///
    /// Pure: the same cause makes the same identifiers, so a decision can be made again.
    public func identifier<Made: IdentifierKind>(
        _ index: Int, atMilliseconds milliseconds: Int64
    ) -> Identifier<Made> {
        let first = Self.mix(high ^ Self.mix(UInt64(truncatingIfNeeded: index) &+ 0x9E37_79B9))
        let second = Self.mix(low ^ first)
        return Identifier<Made>(
            high: UInt64(truncatingIfNeeded: milliseconds) << 16 | first & 0xFFFF, low: second)
    }

    /// The cause of the `index`th command that follows from this one.
    public func following(_ index: Int) -> Cause {
        let first = Self.mix(high ^ Self.mix(UInt64(truncatingIfNeeded: index) &+ 0xD1B5_4A32))
        return Cause(high: first, low: Self.mix(low ^ first))
    }

    /// The finalizer of SplitMix64: every input bit reaches every output bit.
    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
