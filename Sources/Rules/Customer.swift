import Banking
import HashTreeCollections
import Ledger
import Money

/// Parts of a customer by their id. A copy shares what is not changed in it: a decision copies a customer
/// several times, and what that costs must not grow with how long he has been one.
public typealias PartsByID<ID: Hashable, Part> = TreeDictionary<ID, Part>

/// One customer's whole life with us: the boundary within which every rule decides.
public struct Customer: Hashable, Sendable {
    /// Always one: an array copies only when a copy of the customer is changed, while a decision, the
    /// working set and the commit each hand the customer on several times.
    private var parts: [Parts]

    private struct Parts: Hashable, Sendable {
        var profile: Profile
        var methods: PartsByID<PaymentMethodID, PaymentMethod> = [:]
        var deposits: PartsByID<DepositID, Deposit> = [:]
        var obligations: PartsByID<ObligationID, Obligation> = [:]
        var settlements: PartsByID<SettlementID, Settlement> = [:]
        var withdrawals: PartsByID<WithdrawalID, Withdrawal> = [:]
        var orders: PartsByID<OrderID, Order> = [:]
        var sales: PartsByID<SaleID, Sale> = [:]
        var documents: PartsByID<DocumentID, Document> = [:]
        var claims: PartsByID<ClaimID, WarrantyClaim> = [:]
        var balances = Balances()
    }

    public var profile: Profile {
        get { parts[0].profile }
        _modify { yield &parts[0].profile }
    }
    public var methods: PartsByID<PaymentMethodID, PaymentMethod> {
        get { parts[0].methods }
        _modify { yield &parts[0].methods }
    }
    public var deposits: PartsByID<DepositID, Deposit> {
        get { parts[0].deposits }
        _modify { yield &parts[0].deposits }
    }
    public var obligations: PartsByID<ObligationID, Obligation> {
        get { parts[0].obligations }
        _modify { yield &parts[0].obligations }
    }
    public var settlements: PartsByID<SettlementID, Settlement> {
        get { parts[0].settlements }
        _modify { yield &parts[0].settlements }
    }
    public var withdrawals: PartsByID<WithdrawalID, Withdrawal> {
        get { parts[0].withdrawals }
        _modify { yield &parts[0].withdrawals }
    }
    public var orders: PartsByID<OrderID, Order> {
        get { parts[0].orders }
        _modify { yield &parts[0].orders }
    }
    public var sales: PartsByID<SaleID, Sale> {
        get { parts[0].sales }
        _modify { yield &parts[0].sales }
    }
    public var documents: PartsByID<DocumentID, Document> {
        get { parts[0].documents }
        _modify { yield &parts[0].documents }
    }
    public var claims: PartsByID<ClaimID, WarrantyClaim> {
        get { parts[0].claims }
        _modify { yield &parts[0].claims }
    }
    /// The customer's accounts, exactly as the books have them.
    public var balances: Balances {
        get { parts[0].balances }
        _modify { yield &parts[0].balances }
    }

    public var id: CustomerID { parts[0].profile.id }

    public init(profile: Profile) { parts = [Parts(profile: profile)] }

    public struct Profile: Hashable, Sendable, Codable {
        public let id: CustomerID
        public let openedAt: Instant
        /// The host exchange's own name for the customer.
        public let reference: String
        public var name: String
        public var email: String
        public var language: Language
        /// IANA name of the customer's time zone, for deadlines.
        public var timeZone: String
        public var standing = Standing()
        public var flags: [StopFlag] = []
        public var securityLocks: [SecurityLock] = []
        /// Assets in the order the customer wants them sold; others follow by the policy's rank.
        public var liquidationOrder: [AssetCode] = []
        public var liquidation = LiquidationProgress()
        public var lastFunds: LastFunds?
        /// Notices that are told once, each with its numbers; at most one for each thing owed.
        var told: [Notice.Content] = []
    }

    /// The language the customer is written to in, by its BCP 47 tag: `es`, `fr-CA`. Any language
    /// there is; where a deployment has no words in it, its pages and mail are in English.
    public struct Language: RawRepresentable, Hashable, Sendable, Codable {
        public let rawValue: String

        /// A letter tag of two or three, then parts of up to eight letters and digits (RFC 5646).
        public init?(rawValue: String) {
            let parts = rawValue.split(separator: "-", omittingEmptySubsequences: false)
            guard let first = parts.first, (2...3).contains(first.utf8.count),
                first.utf8.allSatisfy({ (0x61...0x7A).contains($0) }),
                rawValue.utf8.count <= Language.lengthMax,
                parts.dropFirst().allSatisfy(Language.isPart)
            else { return nil }
            self.rawValue = rawValue
        }

        private init(known: String) { rawValue = known }

        /// Longer tags are for private use, and none of them is a language (RFC 5646, 4.4.1).
        public static let lengthMax = 35
        public static let english = Language(known: "en")
        public static let spanish = Language(known: "es")

        private static func isPart(_ part: Substring) -> Bool {
            (1...8).contains(part.utf8.count)
                && part.utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20)
                }
        }
    }

    /// How the customer's deposits have fared: what the instant-credit tier follows from.
    public struct Standing: Hashable, Sendable, Codable {
        public var cleanDeposits = 0
        /// Clean deposits still needed after a return before there is instant credit again.
        public var cleanDepositsNeeded = 0
    }
}

extension Customer {
    /// Dollars, including what open orders have reserved.
    public var cash: Cents { Cents(-balances[.customer(id, .cash), .usd]) }

    public var cashInOrders: Cents {
        orders.values.filter { $0.state.isOpen && $0.side == .buy }.map(\.reservedCash).sum()
    }

    public var freeCash: Cents { cash.remaining(after: cashInOrders) }

    public func holding(of asset: AssetCode) -> Quantity {
        Quantity(-balances[.customer(id, .crypto), asset])
    }

    public func inOrders(of asset: AssetCode) -> Quantity {
        orders.values.reduce(Quantity.zero) { sum, order in
            order.state.isOpen && order.side == .sell && order.asset == asset
                ? sum + order.reservedQuantity : sum
        }
    }

    /// What a sale at the venue may still take: it cannot be traded or withdrawn meanwhile.
    public func inSale(of asset: AssetCode) -> Quantity {
        guard let sale = saleInFlight, sale.asset == asset else { return .zero }
        return sale.ordered.remaining(after: sale.sold)
    }

    public func freeHolding(of asset: AssetCode) -> Quantity {
        holding(of: asset).remaining(after: inOrders(of: asset) + inSale(of: asset))
    }

    /// Every asset the customer holds some of, besides dollars.
    public var heldAssets: [AssetCode] {
        balances.all.compactMap { key, amount in
            if case .customer(_, .crypto) = key.account, amount != 0 { key.asset } else { nil }
        }.sorted()
    }

    public func outstanding(_ id: ObligationID) -> Cents {
        Cents(balances[.obligation(self.id, id), .usd])
    }

    /// Paid towards the obligation, but its bank may still take it back.
    public func unconfirmed(_ id: ObligationID) -> Cents {
        Cents(-balances[.unconfirmed(self.id, id), .usd])
    }

    public func uncredited(_ id: DepositID) -> Cents {
        Cents(-balances[.uncredited(self.id, id), .usd])
    }

    /// Open obligations, oldest first: the order in which money pays them.
    public var openObligations: [Obligation] {
        obligations.values.filter(\.state.isOpen)
            .sorted { ($0.openedAt, $0.id) < ($1.openedAt, $1.id) }
    }

    /// Charged-off claims that survive, oldest first.
    public var openLosses: [Obligation] {
        obligations.values.filter { $0.claimLeft > .zero }
            .sorted { ($0.openedAt, $0.id) < ($1.openedAt, $1.id) }
    }

    /// What survives of debts whose loss was booked: it restricts and is recovered like a debt.
    public var lossClaims: Cents { obligations.values.map(\.claimLeft).sum() }

    /// Everything owed on open obligations.
    public var owed: Cents { openObligations.map { outstanding($0.id) }.sum() }

    /// What the customer sees as the dollar balance, in cents: cash less what is owed.
    public var displayBalance: Int64 { cash.count - owed.count }

    /// The settlement under way for an obligation, if any: there is at most one.
    public func activeSettlement(of obligation: ObligationID) -> Settlement? {
        settlements.values.first {
            $0.state.isActive && $0.allocations.contains { $0.obligation == obligation }
        }
    }

    public var activeSettlements: [Settlement] {
        settlements.values.filter(\.state.isActive).sorted { $0.id < $1.id }
    }

    public var saleInFlight: Sale? { sales.values.first { $0.state == .ordered } }

    public func hasFlag(where stops: (StopFlag.Kind) -> Bool, at now: Instant) -> StopFlag.Kind? {
        profile.flags.first { $0.isInForce(at: now) && stops($0.kind) }?.kind
    }
}

/// A reason to stop automated steps. Every step asks at the moment it acts.
public struct StopFlag: Hashable, Sendable, Codable {
    public let id: FlagID
    public let kind: Kind
    public let reason: String
    public let setBy: String
    public let setAt: Instant
    public let expiresAt: Instant?

    public func isInForce(at now: Instant) -> Bool { expiresAt.map { now < $0 } ?? true }

    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case deceased
        case bankruptcy
        case dispute
        case fraudVictim = "fraud_victim"
        case compliance
        case legalHold = "legal_hold"
        case hardship
        case activeDuty = "active_duty"
        case identityReview = "identity_review"

        /// Assets are not sold against the customer's will.
        public var stopsLiquidation: Bool { self != .identityReview }

        /// Cash in the account is not taken for what is owed: in bankruptcy the automatic stay
        /// (11 U.S.C. 362) forbids set-off; a frozen or disputed account is left as it is.
        public var stopsSetOff: Bool {
            switch self {
            case .deceased, .bankruptcy, .dispute, .fraudVictim, .compliance, .legalHold: true
            case .hardship, .activeDuty, .identityReview: false
            }
        }

        /// No reminders and no retries.
        public var stopsDunning: Bool {
            switch self {
            case .deceased, .bankruptcy, .fraudVictim, .compliance, .legalHold, .dispute: true
            case .hardship, .activeDuty, .identityReview: false
            }
        }

        public var stopsWithdrawals: Bool {
            switch self {
            case .deceased, .compliance, .legalHold, .fraudVictim, .identityReview, .bankruptcy:
                true
            case .dispute, .hardship, .activeDuty: false
            }
        }

        public var stopsInstantCredit: Bool { true }
    }
}

/// A time lock after a change of credentials; it adds to holds, it does not replace them.
public struct SecurityLock: Hashable, Sendable, Codable {
    public let kind: Kind
    public let until: Instant

    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case passwordChanged = "password_changed"
        case emailChanged = "email_changed"
    }
}

/// An order that is open on the host exchange and reserves value there.
public struct Order: Hashable, Sendable, Codable {
    public let id: OrderID
    /// The host's own name for the order.
    public let reference: String
    public let side: TradeSide
    public let asset: AssetCode
    public var reservedCash: Cents
    public var reservedQuantity: Quantity
    public var state: State

    public enum State: String, Hashable, Sendable, Codable {
        case open
        /// We asked the host to cancel it, so that what it reserves can pay what is owed.
        case cancelRequested = "cancel_requested"
        case closed

        public var isOpen: Bool { self != .closed }
    }
}

public enum TradeSide: String, Hashable, Sendable, Codable, CaseIterable {
    case buy
    case sell
}
