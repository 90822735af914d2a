/// Amounts as text, written by hand so that they are the same on every machine. American Spanish
/// writes dollars as American English does.
enum MoneyText {
    /// U+2212. A hyphen is shorter than the digits and is read as a dash, or not at all.
    static let minus = "\u{2212}"

    /// `-5000` becomes `−$50.00`, `123456789` becomes `$1,234,567.89`.
    static func dollars(_ cents: Int64) -> String {
        let magnitude = cents.magnitude
        let sign = cents < 0 ? minus : ""
        return "\(sign)$\(grouped(magnitude / 100)).\(padded(magnitude % 100, 2))"
    }

    /// The dollars of a form field: `5000` becomes `50.00`.
    static func field(_ cents: Int64) -> String {
        "\(cents.magnitude / 100).\(padded(cents.magnitude % 100, 2))"
    }

    /// A decimal with grouped whole digits, without trailing zeros beyond `minimum` places.
    static func decimal(_ count: Int64, places: Int, minimum: Int = 0) -> String {
        var scale: UInt64 = 1
        for _ in 0..<places { scale *= 10 }
        var fraction = places == 0 ? "" : padded(count.magnitude % scale, places)
        while fraction.count > minimum, fraction.hasSuffix("0") { fraction.removeLast() }
        let whole = grouped(count.magnitude / scale)
        let sign = count < 0 ? minus : ""
        return fraction.isEmpty ? sign + whole : "\(sign)\(whole).\(fraction)"
    }

    static func grouped(_ number: UInt64) -> String {
        let digits = String(number)
        guard digits.utf8.count > 3 else { return digits }
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.utf8.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return text
    }

    static func padded(_ number: UInt64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

/// A quantity of an asset, exact: `count` of its smallest booked unit.
public struct AssetAmount: Sendable, Equatable {
    /// The ticker, such as `BTC`.
    public var symbol: String
    /// How many of the smallest booked unit.
    public var count: Int64
    /// How many of the digits of `count` are decimals, 0 to 9.
    public var decimals: Int

    /// A quantity such as 0.0012 BTC: `AssetAmount("BTC", 120_000, decimals: 8)`.
    public init(_ symbol: String, _ count: Int64, decimals: Int) {
        self.symbol = symbol
        self.count = count
        self.decimals = min(max(decimals, 0), 9)
    }

    /// `0.0012 BTC`
    var text: String { "\(MoneyText.decimal(count, places: decimals)) \(symbol)" }
}

/// Dollars for one whole unit of an asset, in hundred-millionths of a dollar.
public struct DollarPrice: Sendable, Equatable {
    /// Hundred-millionths of a dollar: 41,900 dollars is `4_190_000_000_000`.
    public var count: Int64

    /// A price in hundred-millionths of a dollar.
    public init(count: Int64) {
        self.count = count
    }

    /// A price in whole cents.
    public init(cents: Int64) {
        count = cents * 1_000_000
    }

    /// `$41,900.00`; a price below a cent keeps the decimals it needs.
    var text: String { "$" + MoneyText.decimal(count, places: 8, minimum: 2) }
}
