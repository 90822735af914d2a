import Foundation

// What the API answers, as far as a customer's app shows it. Members that are not named here are
// passed over, so that the API may tell more.

/// One page of a list.
public struct Page<Row: Decodable & Sendable>: Decodable, Sendable {
    public let data: [Row]
    public let nextCursor: String?
}

/// The customer whose app it is. Amounts are whole cents.
public struct CustomerValue: Codable, Hashable, Sendable {
    public let id: String
    public let reference: String
    public let name: String
    /// Cash less what is owed: below zero when more is owed than there is.
    public let displayBalanceMinor: Int64
    public let cashMinor: Int64
    public let owedMinor: Int64
    public let withdrawable: Withdrawable
    public let holdings: [Holding]

    public struct Withdrawable: Codable, Hashable, Sendable {
        public let totalMinor: Int64
        public let heldMinor: Int64
        public let nextReleaseAt: Date?
    }

    public struct Holding: Codable, Hashable, Sendable {
        public let asset: String
        /// Whole units in decimal digits; never a floating-point number.
        public let quantity: String
    }
}

/// A linked bank account or card.
public struct PaymentMethodValue: Codable, Hashable, Sendable, Identifiable {
    public let id: String
    public let type: String
    public let label: String
    public let lastFour: String
    public let verified: Bool
    public let standing: String

    public var isUsableBankAccount: Bool { type == "bank_account" && standing == "usable" }
}

/// A deposit with its timeline.
public struct DepositValue: Codable, Hashable, Sendable, Identifiable {
    public let id: String
    public let status: String
    public let amountMinor: Int64
    public let creditMinor: Int64
    public let initiatedAt: Date
    public let releaseAt: Date
    public let timeline: [Moment]

    public struct Moment: Codable, Hashable, Sendable {
        public let at: Date
        public let what: String
        public let amountMinor: Int64?
    }
}

/// What is owed for one deposit that came back.
public struct ObligationValue: Codable, Hashable, Sendable, Identifiable {
    public let id: String
    public let state: StateName
    public let outstandingMinor: Int64
    public let payBy: Date?
    public let reason: String
    public let activeSettlement: String?
}

/// The name of a state; what more a state has is passed over.
public struct StateName: Codable, Hashable, Sendable {
    public let name: String
}

/// A way to pay what is owed.
public struct SettlementOptionValue: Codable, Hashable, Sendable {
    public let kind: String
    public let method: String?
    public let asset: String?
    public let feeMinor: Int64
    public let needsDocuments: Bool
    /// Why it cannot be used; `nil` when it can.
    public let unavailable: String?
}

/// A payment towards what is owed.
public struct SettlementValue: Codable, Hashable, Sendable, Identifiable {
    public let id: String
    public let kind: String
    public let state: StateName
    public let amountMinor: Int64
    public let feeMinor: Int64
    /// What a wire must say.
    public let reference: String
    /// What must be sent before it goes on.
    public let documentsWanted: [String]
    /// What of it was not sent yet, or was not accepted.
    public let documentsMissing: [String]
    /// Where the customer enters a card or approves a payment: the processor's page.
    public let actionUrl: URL?
}

/// What the customer was told.
public struct NoticeValue: Codable, Hashable, Sendable, Identifiable {
    public let id: String
    public let at: Date
    public let type: String
    /// One sentence in English; ``Words`` has the app's own.
    public let text: String
    public let readAt: Date?
}

/// An error of the API (RFC 9457). Rely on ``code``.
public struct Problem: Codable, Hashable, Sendable {
    public let code: String
    public let title: String
    public let status: Int
    public let detail: String?
    public let requestId: String?
    /// What the answer says of a request that may move money: `refused` (decided; neither this try nor
    /// one before it did anything), `not_reached` (this try did nothing), `unknown`.
    public let outcome: String?
    /// What is owed now, where that is what the problem is about.
    public let owedMinor: Int64?
}

/// What a command made.
public struct Made: Codable, Hashable, Sendable {
    public let result: String
    public let id: String?
    public let creditMinor: Int64?
    public let releaseAt: Date?
}

/// Dates as the API writes them (RFC 3339), with a fraction of a second or without.
enum Timestamps {
    static func decode(_ decoder: any Decoder) throws -> Date {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let date = date(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\(text) is not an RFC 3339 time")
        }
        return date
    }

    static func date(_ text: String) -> Date? {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains("."))
        do { return try Date(text, strategy: style) } catch { return nil }
    }

    static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        decoder.dateDecodingStrategy = .custom(decode)
        return decoder
    }
}
