import Money

/// A currency and the decimals of its minor unit (ISO 4217): 2 for dollars, none for yen.
public struct Currency: Hashable, Sendable, CustomStringConvertible {
    /// Three capital letters.
    public let code: AssetCode
    /// Decimals of the minor unit.
    public let decimals: Int

    /// United States dollars.
    public static let usd = Currency("USD")!

    /// `nil` unless three capital letters. A code that is not in the list has two decimals, as
    /// ISO 4217 has for most.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 3, text.utf8.allSatisfy({ (0x41...0x5A).contains($0) }),
            let code = AssetCode(text)
        else { return nil }
        self.code = code
        decimals = Self.exceptions[String(text)] ?? 2
    }

    /// The three letters.
    public var description: String { code.description }

    private static let exceptions: [String: Int] = [
        "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0,
        "RWF": 0, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
        "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMN": 3, "TND": 3,
        "CLF": 4, "UYW": 4,
    ]
}

/// Amounts as statements write them, read into minor units without rounding.
enum AmountText {
    enum Fault: Error { case malformed, tooLarge, tooManyDecimals }

    /// A whole number of minor units: digits alone. At most 30, so that it fits.
    static func minor(_ bytes: some Collection<UInt8>) -> Int128? {
        guard !bytes.isEmpty, bytes.count <= 30 else { return nil }
        var count: Int128 = 0
        for byte in bytes {
            guard (0x30...0x39).contains(byte) else { return nil }
            count = count * 10 + Int128(byte - 0x30)
        }
        return count
    }

    /// A decimal number such as `12`, `12.5`, `.5` or `12.500`, without a sign.
    ///
    /// Zeros after the last decimal the currency has are nothing; any other digit there is a
    /// fault, because no bank books it.
    static func decimal(
        _ bytes: some Collection<UInt8>, decimals: Int, point: UInt8 = 0x2E, thousands: UInt8? = nil
    ) throws(Fault) -> Int128 {
        var count: Int128 = 0
        var digits = 0
        var places: Int?
        var sinceSeparator: Int?
        for byte in bytes {
            if byte == point {
                guard places == nil, sinceSeparator.map({ $0 == 3 }) ?? true else {
                    throw .malformed
                }
                places = 0
                continue
            }
            if let thousands, byte == thousands {
                // Groups of three, as people write them; anything else is another number.
                guard places == nil, digits > 0, sinceSeparator.map({ $0 == 3 }) ?? (digits <= 3)
                else { throw .malformed }
                sinceSeparator = 0
                continue
            }
            guard (0x30...0x39).contains(byte) else { throw .malformed }
            digits += 1
            guard digits <= 40 else { throw .tooLarge }
            if let seen = places {
                places = seen + 1
                if seen >= decimals {
                    guard byte == 0x30 else { throw .tooManyDecimals }
                    continue
                }
            } else if let since = sinceSeparator {
                sinceSeparator = since + 1
            }
            guard count < ceiling else { throw .tooLarge }
            count = count * 10 + Int128(byte - 0x30)
        }
        guard digits > 0, places != 0, places != nil || (sinceSeparator.map { $0 == 3 } ?? true)
        else { throw .malformed }
        for _ in min(places ?? 0, decimals)..<decimals {
            guard count < ceiling else { throw .tooLarge }
            count *= 10
        }
        return count
    }

    /// Far above any amount, far below what `Int128` holds.
    private static let ceiling: Int128 = 1_000_000_000_000_000_000_000_000_000_000

    /// `nil` above ``Money/Quantity/max``, ten million million of a currency with two decimals.
    static func quantity(_ count: Int128) -> Quantity? {
        guard count >= 0, count <= Int128(Quantity.max.count) else { return nil }
        return Quantity(Int64(count))
    }
}
