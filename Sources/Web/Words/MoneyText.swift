import Localization

/// Amounts as text where no language is at hand: in form fields, and on the operator's pages.
enum MoneyText {
    /// The dollars of a form field: `5000` becomes `50.00`.
    static func field(_ cents: Int64) -> String {
        "\(cents.magnitude / 100).\(NumberForms.padded(cents.magnitude % 100, 2))"
    }

    static func dollars(_ cents: Int64) -> String { NumberForms.american.dollars(cents) }

    static func grouped(_ number: UInt64) -> String { NumberForms.american.grouped(number) }
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
    func text(in language: Language) -> String {
        "\(language.numbers.decimal(count, places: decimals)) \(symbol)"
    }
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
    func text(in language: Language) -> String {
        language.numbers.inDollars(language.numbers.decimal(count, places: 8, minimum: 2))
    }
}
