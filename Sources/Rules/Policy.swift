import Banking
import Money
import Nacha

/// Everything an operator may choose, as data: `docs/reference/policy.md` explains each value.
///
/// A policy never changes; a new version with a later ``effectiveFrom`` takes its place, and what
/// was decided under an old one keeps it by name.
public struct Policy: Hashable, Sendable, Codable {
    /// The name recorded by every decision made under this policy.
    public var version: String
    public var effectiveFrom: Instant
    public var assets: [AssetPolicy]
    public var credit: Credit
    public var hold: Hold
    public var bank: Bank
    public var grace: Grace
    public var settlement: Settlement
    public var verification: Verification
    public var representment: Representment
    public var returns: Returns
    public var liquidation: Liquidation
    public var loss: Loss
    public var approval: Approval
    public var security: Security

    public struct AssetPolicy: Hashable, Sendable, Codable {
        public var code: AssetCode
        /// Decimals of the smallest booked unit.
        public var scale: Int
        /// The venue's smallest step, in booked units.
        public var lot: Quantity
        /// The venue's smallest order.
        public var notionalMin: Cents
        /// Lower is sold first when the customer has stated no order.
        public var liquidationRank: Int
        /// An asset that is never sold against the customer's will, such as a delisted one.
        public var liquidable: Bool

        public var asset: Asset { Asset(code: code, scale: scale) }
    }

    /// How much of a deposit may be traded before the bank's money is good.
    public struct Credit: Hashable, Sendable, Codable {
        /// Ascending by ``Tier/cleanDeposits``; the first is where a customer starts.
        public var tiers: [Tier]
        /// Limit while the linked balance is unknown or older than ``balanceAgeHoursMax``.
        public var starterLimit: Cents
        /// The linked balance must be this share of the deposit and uncleared debits together
        /// (13000 = 130 %).
        public var balanceCover: BasisPoints
        /// Debits of this many days count against the linked balance.
        public var unclearedDays: Int
        public var balanceAgeHoursMax: Int
        public var depositMin: Cents
        public var depositMax: Cents
        /// Clean deposits that restore credit after a return; until then the limit is zero.
        public var cleanDepositsAfterReturn: Int

        public struct Tier: Hashable, Sendable, Codable {
            public var name: String
            public var cleanDeposits: Int
            /// Ceiling on uncollected exposure: all instant credit not yet safe, plus what is owed.
            public var limit: Cents
        }
    }

    public struct Hold: Hashable, Sendable, Codable {
        /// Elapsed hours from initiation; the product article says seven days.
        public var hours: Int
        /// Banking days added to the standard return window, for the ODFI's own posting.
        public var slackBankingDays: Int

        public init(hours: Int, slackBankingDays: Int) {
            self.hours = hours
            self.slackBankingDays = slackBankingDays
        }
    }

    public struct Bank: Hashable, Sendable, Codable {
        /// Eastern time of the daily cut-off, `HH:MM`.
        public var cutOff: String
        /// Eastern opening of business at which return deadlines fall, `HH:MM`.
        public var opening: String
        /// Pending charges vanish from a customer's statement within this many banking days.
        public var pendingChargeBankingDays: Int
    }

    public struct Grace: Hashable, Sendable, Codable {
        /// Elapsed hours from the delivered notice; never below 48, the product article's least.
        public var hours: Int
        /// Whether an end on a day without banking moves to after the next opening.
        public var extendsToBankingDay: Bool
        public var hoursAfterOpening: Int
        public var reminderAfterHours: Int
        public var finalWarningBeforeHours: Int
    }

    public struct Settlement: Hashable, Sendable, Codable {
        public var methods: [SettlementMethod]
        /// A rest at or below this is waived instead of collected.
        public var residualTolerance: Cents
        /// Seconds between the payment that left a small rest and its waiver.
        public var residualWaiverSeconds: Int
        /// Whether part of what is owed may be paid.
        public var partialAllowed: Bool
        /// Seconds a price quoted to a customer holds.
        public var quoteSeconds: Int
        /// Fee for selling an asset by the customer's own choice.
        public var sellFee: BasisPoints
    }

    public struct SettlementMethod: Hashable, Sendable, Codable {
        public var kind: SettlementKindName
        public var enabled: Bool
        public var feeRate: BasisPoints
        /// Whether liquidation waits while such a payment is on its way.
        public var protects: Bool
        /// Documents that a method not yet verified needs before it may settle a balance.
        public var documents: [DocumentType]
    }

    public struct Verification: Hashable, Sendable, Codable {
        /// How long the deadline stands still for documents, once for each obligation.
        public var pauseHours: Int
        public var documentBytesMax: Int
    }

    /// Nacha Operating Rules, reinitiation: at most two within 180 days of the original settlement.
    public struct Representment: Hashable, Sendable, Codable {
        public var countMax: Int
        public var daysMax: Int
    }

    /// What follows from the return rates before they reach the limits of the rules.
    public struct Returns: Hashable, Sendable, Codable {
        /// From this unauthorised rate on no new bank account is linked.
        public var linkStop: BasisPoints
        /// Over fewer debits than this a rate warns of nothing and stops nothing: one return in a
        /// hundred debits is above the limit already.
        public var debitsMin: Int

        public init(linkStop: BasisPoints, debitsMin: Int) {
            self.linkStop = linkStop
            self.debitsMin = debitsMin
        }
    }

    public struct Liquidation: Hashable, Sendable, Codable {
        /// Sold beyond what is owed, so that a moving price does not leave a rest.
        public var buffer: BasisPoints
        public var fee: BasisPoints
        /// How far below the index an order may fill, one entry for each attempt. Past the last, a
        /// person decides.
        public var bands: [BasisPoints]
        public var priceAgeSecondsMax: Int
        /// Share of the bid depth that one slice may take.
        public var depthShare: BasisPoints
        public var slicesPerHourMax: Int
        public var sliceIntervalSeconds: Int
        public var retrySeconds: Int
        /// A fall of the index beyond this since the last slice pauses the customer's sale.
        public var breakerMove: BasisPoints
    }

    public struct Loss: Hashable, Sendable, Codable {
        /// Days after opening, at the start of the Eastern day.
        public var provisionAfterDays: Int
        public var chargeOffAfterDays: Int
        /// Years within which an RDFI may claim breach of the authorisation warranty (consumer).
        public var warrantyYears: Int
    }

    public struct Approval: Hashable, Sendable, Codable {
        /// Manual waivers and charge-offs above this need a second person.
        public var soleAuthorityMax: Cents
    }

    public struct Security: Hashable, Sendable, Codable {
        public var passwordChangeHours: Int
        public var emailChangeHours: Int
        /// Minutes for which a sign-in is fresh enough for what a thief of an open page would do first;
        /// a policy without it has ``freshSignInMinutesUsual``.
        public var freshSignInMinutes: Int? = nil

        public static let freshSignInMinutesUsual = 15

        public var freshSignInMilliseconds: Int64 {
            Int64(freshSignInMinutes ?? Self.freshSignInMinutesUsual) * 60_000
        }
    }

    /// The bank's clock under the network's rules. The policy was validated when its book was read.
    public func timing(under rules: RuleBook) -> ACHTiming {
        guard let cutOff = TimeOfDay(clock: bank.cutOff),
            let opening = TimeOfDay(clock: bank.opening)
        else {
            preconditionFailure("a policy book holds only valid policies")
        }
        return rules.timing(opening: opening, cutOff: cutOff)
    }

    public func asset(_ code: AssetCode) -> AssetPolicy? { assets.first { $0.code == code } }

    public func method(_ kind: SettlementKindName) -> SettlementMethod? {
        settlement.methods.first { $0.kind == kind }
    }
}

/// The policies of a deployment, oldest first.
public struct PolicyBook: Hashable, Sendable, Codable {
    public let versions: [Policy]

    /// Refuses an empty book, two policies of one name, times out of order, and values that no
    /// operator can mean.
    public init(_ versions: [Policy]) throws(PolicyProblem) {
        guard !versions.isEmpty else { throw PolicyProblem(policy: "-", "there is no policy") }
        var names: Set<String> = []
        for (index, policy) in versions.enumerated() {
            guard names.insert(policy.version).inserted else {
                throw PolicyProblem(policy: policy.version, "its name is used twice")
            }
            if index > 0, policy.effectiveFrom <= versions[index - 1].effectiveFrom {
                throw PolicyProblem(
                    policy: policy.version, "effectiveFrom must be later than the one before it")
            }
            try policy.validate()
        }
        self.versions = versions
    }

    /// The policy in force: the last whose time has come, or the first before any has.
    public func policy(at now: Instant) -> Policy {
        versions.last { $0.effectiveFrom <= now } ?? versions[0]
    }

    public func policy(named version: String) -> Policy? {
        versions.first { $0.version == version }
    }
}

/// What is wrong with a policy, in one sentence.
public struct PolicyProblem: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(policy: String, _ sentence: String) {
        description = "Policy \(policy): \(sentence)."
    }
}

extension Policy {
    func validate() throws(PolicyProblem) {
        func require(_ holds: Bool, _ sentence: String) throws(PolicyProblem) {
            guard holds else { throw PolicyProblem(policy: version, sentence) }
        }
        try require(!version.isEmpty, "version must not be empty")
        try require(!credit.tiers.isEmpty, "credit.tiers must not be empty")
        try require(
            credit.tiers.map(\.cleanDeposits) == credit.tiers.map(\.cleanDeposits).sorted(),
            "credit.tiers must ascend by cleanDeposits")
        try require(
            credit.tiers[0].cleanDeposits == 0, "the first of credit.tiers must need no deposit")
        try require(credit.depositMin <= credit.depositMax, "depositMin must not exceed depositMax")
        try require(hold.hours >= 0 && hold.slackBankingDays >= 0, "hold must not be negative")
        try require(grace.hours >= 48, "grace.hours must be at least 48, as customers are promised")
        try require(
            grace.reminderAfterHours < grace.hours && grace.finalWarningBeforeHours < grace.hours,
            "warnings must fall within the grace period")
        try require(!liquidation.bands.isEmpty, "liquidation.bands must not be empty")
        try require(
            liquidation.bands.allSatisfy { $0.count < 10_000 }, "a band must be below 100 %")
        try require(liquidation.fee.count < 10_000, "liquidation.fee must be below 100 %")
        try require(liquidation.slicesPerHourMax > 0, "slicesPerHourMax must be positive")
        try require(liquidation.retrySeconds > 0, "retrySeconds must be positive")
        try require(liquidation.sliceIntervalSeconds > 0, "sliceIntervalSeconds must be positive")
        try require(TimeOfDay(clock: bank.cutOff) != nil, "bank.cutOff must be HH:MM")
        try require(TimeOfDay(clock: bank.opening) != nil, "bank.opening must be HH:MM")
        try require(representment.countMax <= 2, "Nacha allows at most 2 re-presentments")
        try require(representment.daysMax <= 180, "Nacha allows re-presentment within 180 days")
        try require(returns.linkStop.count > 0, "returns.linkStop must be positive")
        try require(returns.debitsMin >= 0, "returns.debitsMin must not be negative")
        try require(
            security.freshSignInMinutes.map { (1...1_440).contains($0) } ?? true,
            "security.freshSignInMinutes must be 1 through 1440, a session's day")
        for asset in assets {
            try require(
                (0...Asset.scaleMax).contains(asset.scale), "\(asset.code): scale is 0 through 9")
            try require(asset.lot.count > 0, "\(asset.code): lot must be positive")
        }
        try require(
            Set(assets.map(\.code)).count == assets.count, "an asset is listed twice")
        try require(asset(.usd) == nil, "USD is built in and must not be listed")
    }
}
