public import Money

/// How many of an originator's debits may come back (Nacha Operating Rules, ODFI Return Rate
/// Reporting and Return Rate Levels): three rates, each with its limit and warnings before it.
public struct ReturnRateLimits: Hashable, Sendable {
    public let unauthorized: RateLimit
    public let administrative: RateLimit
    public let overall: RateLimit
    /// The rates are taken over this many days, or over ``months`` calendar months.
    public let days: Int
    public let months: Int

    /// Traps unless both spans are at least one; whoever reads them from outside refuses those.
    public init(
        unauthorized: RateLimit, administrative: RateLimit, overall: RateLimit, days: Int,
        months: Int
    ) {
        precondition(days >= 1 && months >= 1, "a rate needs a span of time")
        self.unauthorized = unauthorized
        self.administrative = administrative
        self.overall = overall
        self.days = days
        self.months = months
    }

    /// The limit of one of the rates.
    public func limit(_ rate: ReturnRate) -> RateLimit {
        switch rate {
        case .unauthorized: unauthorized
        case .administrative: administrative
        case .overall: overall
        }
    }
}

/// The rates the rules measure.
public enum ReturnRate: String, Hashable, Sendable, CaseIterable {
    case unauthorized, administrative, overall

    /// Whether the rate counts returns of a code in `bucket`. Every counted return of a debit is
    /// in the overall rate.
    public func counts(_ bucket: RateBucket) -> Bool {
        switch (self, bucket) {
        case (_, .notCounted): false
        case (.overall, .unauthorized), (.overall, .administrative), (.overall, .overallOnly): true
        case (.unauthorized, .unauthorized), (.administrative, .administrative): true
        case (.unauthorized, .administrative), (.unauthorized, .overallOnly),
            (.administrative, .unauthorized), (.administrative, .overallOnly):
            false
        }
    }
}

/// The limit of one rate.
public struct RateLimit: Hashable, Sendable {
    /// The rate may not be above this.
    public let most: BasisPoints
    /// Levels at which operators are warned, ascending, each below ``most``.
    public let warnings: [BasisPoints]
    public let consequence: Consequence

    /// What a rate above its limit brings.
    public enum Consequence: Hashable, Sendable {
        /// The limit is a rule: the ODFI must bring the originator below it.
        case violation
        /// The limit is a level from which Nacha may ask for reasons.
        case inquiry
    }

    /// Traps on warnings that do not ascend below the limit.
    public init(most: BasisPoints, warnings: [BasisPoints], consequence: Consequence) {
        precondition(Self.problem(most: most, warnings: warnings) == nil)
        self.most = most
        self.warnings = warnings
        self.consequence = consequence
    }

    /// What is wrong with such a limit, in a sentence; `nil` for a possible one.
    public static func problem(most: BasisPoints, warnings: [BasisPoints]) -> String? {
        guard most.count > 0, most.count <= 10_000 else {
            return "A limit is above 0 and at most 10000 basis points"
        }
        guard zip(warnings, warnings.dropFirst()).allSatisfy({ $0 < $1 }),
            warnings.allSatisfy({ $0 < most && $0.count > 0 })
        else { return "Warnings must ascend from above 0 to below the limit" }
        return nil
    }
}
