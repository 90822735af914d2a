import Banking
import HashTreeCollections
import Ledger
import Money
import Nacha

/// What a rule may know besides the aggregate: everything that is not a function of its arguments
/// arrives here, so that the same facts always give the same decision.
public struct Facts: Sendable {
    public let now: Instant
    public let policy: Policy
    /// The network's rules by settlement day.
    public let rules: RuleBook
    public let actor: Actor
    public let quotes: [AssetCode: Quote]
    public let halt: LiquidationHalt
    /// Whether the bank's files are late, which pauses releases.
    public let bankFeedStale: Bool
    /// Whether the unauthorised return rate is so near its limit that no new bank account is linked.
    public let bankLinksStopped: Bool
    /// Bank accounts that no customer may use, by fingerprint. Of those who only look at one
    /// customer, his own.
    public let blockedAccounts: TreeDictionary<String, String>
    /// The policy's bank clock, under the network's rules.
    public let timing: ACHTiming

    /// `timing` is the policy's, for who has it at hand already.
    public init(
        now: Instant, policy: Policy, rules: RuleBook = .builtIn, actor: Actor,
        quotes: [AssetCode: Quote] = [:], halt: LiquidationHalt = LiquidationHalt(),
        bankFeedStale: Bool = false, bankLinksStopped: Bool = false,
        blockedAccounts: TreeDictionary<String, String> = [:], timing: ACHTiming? = nil
    ) {
        self.now = now
        self.policy = policy
        self.rules = rules
        self.actor = actor
        self.quotes = quotes
        self.halt = halt
        self.bankFeedStale = bankFeedStale
        self.bankLinksStopped = bankLinksStopped
        self.blockedAccounts = blockedAccounts
        self.timing = timing ?? policy.timing(under: rules)
    }

    public func isBlocked(_ account: PaymentMethod.BankAccount) -> Bool {
        blockedAccounts[account.fingerprint] != nil
    }

    /// What a return code means on a payment settled on `day`, by the rules in force then. One
    /// that has not settled yet is judged by today's.
    public func returnCode(
        _ text: String, settledOn day: Day?, _ remarks: ReturnRemarks? = nil
    ) -> ReturnCodeRule {
        ReturnCodeRule(
            text, under: rules.rules(on: day ?? Eastern.day(at: now)).codes,
            isQuestionable: remarks?.isQuestionable ?? false)
    }
}

extension Facts {
    /// Until when a return may be dishonored: five banking days from its own settlement date, or
    /// from today where that date cannot be true (Nacha Operating Rules, dishonored returns).
    ///
    /// A date is believed when it is a banking day, not after the next one, not before its entry settled
    /// where that is known, and no more than ``returnOnItsWayBankingDays`` ago: a header with three
    /// digits of a day that nobody filled in must not take away a right that is there.
    func dishonorDeadline(
        returnSettledOn said: Day?, ofEntrySettledOn original: Day? = nil
    ) -> Instant {
        let today = Eastern.day(at: now)
        let calendar = timing.calendar
        let oldest = calendar.bankingDay(Self.returnOnItsWayBankingDays, before: today)
        let newest = calendar.bankingDay(1, after: today)
        guard let said, calendar.isBankingDay(said), said <= newest, said >= oldest,
            original.map({ said >= $0 }) ?? true
        else { return timing.dishonorDeadline(returnSettlement: today) }
        return timing.dishonorDeadline(returnSettlement: said)
    }

    /// Two weeks: longer than any file was ever late and still a file.
    static let returnOnItsWayBankingDays = 10
}

/// Who asked. Kept with every cause.
public enum Actor: Hashable, Sendable, Codable {
    /// The host exchange, by the name of its key.
    case host(String)
    case customer(CustomerID)
    case `operator`(String)
    /// A timer, a bank file, a webhook or a venue.
    case system

    public var operatorName: String? {
        if case .operator(let name) = self { name } else { nil }
    }

    public var name: String {
        switch self {
        case .host(let name): "host:\(name)"
        case .customer(let id): "customer:\(id)"
        case .operator(let name): "operator:\(name)"
        case .system: "system"
        }
    }
}

/// What a venue and an index say of an asset at one moment.
public struct Quote: Hashable, Sendable, Codable {
    /// The reference: never the last trade of the venue's own thin book.
    public var index: Price
    public var bid: Price
    public var ask: Price
    /// What the bid side takes near its best price, in booked units.
    public var bidDepth: Quantity
    public var asOf: Instant
    public var halted: Bool

    public init(
        index: Price, bid: Price, ask: Price, bidDepth: Quantity, asOf: Instant, halted: Bool
    ) {
        self.index = index
        self.bid = bid
        self.ask = ask
        self.bidDepth = bidDepth
        self.asOf = asOf
        self.halted = halted
    }
}

/// The liquidation switch: everything, or single assets.
public struct LiquidationHalt: Hashable, Sendable, Codable {
    public var everything: Bool
    public var assets: Set<AssetCode>

    public init(everything: Bool = false, assets: Set<AssetCode> = []) {
        self.everything = everything
        self.assets = assets
    }
}
