import Banking
import Nacha

// How values of the pure targets below are written in JSON: as the text a person would write.

/// A value that is coded as one text.
protocol TextCoded: Codable {
    var coded: String { get }
    /// `nil` for any other text than that of a value.
    init?(coded: String)
    /// What its text must be, for whoever wrote another.
    static var form: String { get }
}

extension TextCoded {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Self(coded: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: Self.form)
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(coded)
    }
}

extension Instant: TextCoded, Codable {
    static let form = "a time is RFC 3339 text"
    var coded: String { rfc3339 }
    init?(coded: String) { self.init(rfc3339: coded) }
}

extension Day: TextCoded, Codable {
    static let form = "a day is YYYY-MM-DD"
    var coded: String { iso }
    init?(coded: String) { self.init(iso: coded) }
}

extension TraceNumber: TextCoded, Codable {
    static let form = "a trace number has fifteen digits"
    var coded: String { text }
    init?(coded: String) { self.init(coded) }
}

extension ReasonGroup: TextCoded, Codable {
    static let form = "not a reason group"

    var coded: String {
        switch self {
        case .insufficientFunds: "insufficient_funds"
        case .reversedUnauthorized: "reversed_unauthorized"
        case .closedOrInvalid: "closed_or_invalid"
        case .other: "other"
        }
    }

    init?(coded: String) {
        switch coded {
        case "insufficient_funds": self = .insufficientFunds
        case "reversed_unauthorized": self = .reversedUnauthorized
        case "closed_or_invalid": self = .closedOrInvalid
        case "other": self = .other
        default: return nil
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
