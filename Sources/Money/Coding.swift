// Amounts are coded as plain integers and codes as text, so that stored rows read well.

/// A count that is never negative, coded as that whole number.
protocol CountCoded: Codable {
    var count: Int64 { get }
    init(_ count: Int64)
    /// What is wrong with a negative one.
    static var problem: String { get }
}

extension CountCoded {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let count = try container.decode(Int64.self)
        guard count >= 0 else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: Self.problem)
        }
        self.init(count)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(count)
    }
}

extension Cents: CountCoded, Codable {
    static let problem = "cents cannot be negative"
}

extension Quantity: CountCoded, Codable {
    static let problem = "a quantity cannot be negative"
}

extension BasisPoints: CountCoded, Codable {
    static let problem = "basis points cannot be negative"
}

extension AssetCode: Codable, CodingKeyRepresentable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let code = AssetCode(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "not an asset code")
        }
        self = code
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    public var codingKey: any CodingKey { AssetCodingKey(stringValue: description) }

    public init?(codingKey: some CodingKey) { self.init(codingKey.stringValue) }
}

private struct AssetCodingKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension Price: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let count = DecimalText.parse(text, scale: Price.scale),
            let price = Price(count: count)
        else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a price is decimal text above zero")
        }
        self = price
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// Dollars with two decimals, or more where the price has them: `59700.00`.
    public var text: String {
        var text = DecimalText.format(count, scale: Price.scale)
        while text.hasSuffix("0"), !text.hasSuffix(".00"), text.split(separator: ".")[1].count > 2 {
            text.removeLast()
        }
        return text
    }
}
