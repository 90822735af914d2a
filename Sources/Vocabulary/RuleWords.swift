import Nacha

// How what the rules say of a code is written, in the rules file and in what the program prints.

extension ReturnWindow {
    /// `2 banking days`, `60 calendar days`, `as agreed` …
    public var text: String {
        switch self {
        case .bankingDays(let count): count == 1 ? "1 banking day" : "\(count) banking days"
        case .calendarDays(let count): count == 1 ? "1 calendar day" : "\(count) calendar days"
        case .asAgreed: "as agreed"
        case .nextFile: "next file"
        case .uponRefusal: "upon refusal"
        case .gatewayRule: "gateway rule"
        case .agencyRule: "agency rule"
        case .unverified: "unverified"
        }
    }

    /// Reads ``text``; counts are 1 through `daysMax`.
    init?(text: String, daysMax: Int) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        if words.count == 3, let count = Int(words[0]), (1...daysMax).contains(count) {
            switch words[1] {
            case "banking": self = .bankingDays(count)
            case "calendar": self = .calendarDays(count)
            default: return nil
            }
            guard self.text == text else { return nil }
            return
        }
        let others: [ReturnWindow] = [
            .asAgreed, .nextFile, .uponRefusal, .gatewayRule, .agencyRule, .unverified,
        ]
        guard let found = others.first(where: { $0.text == text }) else { return nil }
        self = found
    }
}

extension Representment {
    /// `2 within 180 days`, `after correction`, `new authorization`, `never`.
    public var text: String {
        switch self {
        case .allowed(let max, let days): "\(max) within \(days) days"
        case .afterCorrection: "after correction"
        case .newAuthorization: "new authorization"
        case .never: "never"
        }
    }

    /// Reads ``text``.
    init?(text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        if words.count == 4, let max = Int(words[0]), let days = Int(words[2]),
            (1...9).contains(max), (1...400).contains(days)
        {
            self = .allowed(max: max, days: days)
            guard self.text == text else { return nil }
            return
        }
        let others: [Representment] = [.afterCorrection, .newAuthorization, .never]
        guard let found = others.first(where: { $0.text == text }) else { return nil }
        self = found
    }
}

/// A set of values, each with its one word.
struct Words<Value: Hashable & Sendable>: Sendable {
    let all: [(word: String, value: Value)]

    func value(_ word: String) -> Value? { all.first { $0.word == word }?.value }

    func word(_ value: Value) -> String {
        guard let found = all.first(where: { $0.value == value }) else {
            preconditionFailure("every value has its word")
        }
        return found.word
    }

    /// Completes "This must be …".
    var expected: String { "one of: " + all.map(\.word).joined(separator: ", ") }

    static var rates: Words<RateBucket> {
        Words<RateBucket>(all: [
            ("unauthorized", .unauthorized), ("administrative", .administrative),
            ("overall_only", .overallOnly), ("not_counted", .notCounted),
        ])
    }

    static var accounts: Words<BankAccountEffect> {
        Words<BankAccountEffect>(all: [
            ("none", .none), ("correct", .correct), ("review", .review), ("disable", .disable),
            ("block", .block),
        ])
    }

    static var customers: Words<CustomerHold> {
        Words<CustomerHold>(all: [
            ("none", .none), ("normal", .normal), ("review", .review), ("suspend", .suspend),
            ("deceased", .deceased), ("compliance", .compliance),
        ])
    }

    static var reasons: Words<ReasonGroup> {
        Words<ReasonGroup>(all: [
            ("insufficient_funds", .insufficientFunds),
            ("reversed_unauthorized", .reversedUnauthorized),
            ("closed_or_invalid", .closedOrInvalid), ("other", .other),
        ])
    }

    static var initiators: Words<ReturnInitiator> {
        Words<ReturnInitiator>(all: [
            ("rdfi", .rdfi), ("odfi", .odfi), ("ach_operator", .achOperator),
            ("gateway", .gateway), ("federal_agency", .federalAgency),
        ])
    }

    static var consequences: Words<RateLimit.Consequence> {
        Words<RateLimit.Consequence>(all: [("violation", .violation), ("inquiry", .inquiry)])
    }
}
