import Banking
import Nacha

// How values of the pure targets below are stored: as the text a person would write.

extension Instant: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let instant = Instant(rfc3339: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a time is RFC 3339 text")
        }
        self = instant
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rfc3339)
    }
}

extension Day: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let day = Day(iso: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a day is YYYY-MM-DD")
        }
        self = day
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(iso)
    }
}

extension TraceNumber: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let trace = TraceNumber(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a trace number has fifteen digits")
        }
        self = trace
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

extension ReasonGroup: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        switch try container.decode(String.self) {
        case "insufficient_funds": self = .insufficientFunds
        case "reversed_unauthorized": self = .reversedUnauthorized
        case "closed_or_invalid": self = .closedOrInvalid
        case "other": self = .other
        default:
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "not a reason group")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .insufficientFunds: try container.encode("insufficient_funds")
        case .reversedUnauthorized: try container.encode("reversed_unauthorized")
        case .closedOrInvalid: try container.encode("closed_or_invalid")
        case .other: try container.encode("other")
        }
    }
}

extension Eastern {
    /// The first instant of an Eastern day.
    static func midnight(on day: Day) -> Instant {
        guard let midnight = TimeOfDay(hour: 0, minute: 0) else {
            preconditionFailure("midnight is a time of day")
        }
        return instant(on: day, at: midnight)
    }
}
