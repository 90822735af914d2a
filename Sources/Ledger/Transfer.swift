import Money

/// One debit, one credit, one positive amount of one asset. Never changed, never deleted: a
/// correction is another transfer.
public struct Transfer: Hashable, Sendable {
    public let debit: Account
    public let credit: Account
    public let asset: AssetCode
    /// Smallest units of ``asset``, above zero.
    public let amount: Int64
    public let reason: Reason

    /// `nil` for an amount of zero: there is nothing to move.
    public init?(debit: Account, credit: Account, _ amount: Cents, _ reason: Reason) {
        self.init(debit: debit, credit: credit, .usd, amount.count, reason)
    }

    /// `nil` for a quantity of zero: there is nothing to move.
    public init?(
        debit: Account, credit: Account, _ asset: AssetCode, _ quantity: Quantity, _ reason: Reason
    ) {
        self.init(debit: debit, credit: credit, asset, quantity.count, reason)
    }

    private init?(
        debit: Account, credit: Account, _ asset: AssetCode, _ amount: Int64, _ reason: Reason
    ) {
        precondition(debit != credit, "a transfer has two accounts")
        guard amount > 0 else { return nil }
        self.debit = debit
        self.credit = credit
        self.asset = asset
        self.amount = amount
        self.reason = reason
    }

    /// Why money moved; the first thing an accountant asks. One row each in the chart of accounts.
    public enum Reason: String, Hashable, Sendable, CaseIterable, Codable {
        case counterpartyFunding = "counterparty_funding"
        case instantCredit = "instant_credit"
        case depositSubmitted = "deposit_submitted"
        case depositSettled = "deposit_settled"
        case depositReleased = "deposit_released"
        case depositCancelled = "deposit_cancelled"
        case trade
        case tradeFee = "trade_fee"
        case assetReceived = "asset_received"
        case fundsReceived = "funds_received"
        case withdrawalReserved = "withdrawal_reserved"
        case withdrawalSent = "withdrawal_sent"
        case withdrawalCancelled = "withdrawal_cancelled"
        case returnReceived = "return_received"
        case returnSettled = "return_settled"
        case returnFee = "return_fee"
        case returnParked = "return_parked"
        case dishonorSent = "dishonor_sent"
        case dishonorSettled = "dishonor_settled"
        case dishonorContested = "dishonor_contested"
        case validationSubmitted = "validation_submitted"
        case validationSettled = "validation_settled"
        case validationReturned = "validation_returned"
        case suspenseWrittenOff = "suspense_written_off"
        case fundsSentBack = "funds_sent_back"
        case warrantyClaim = "warranty_claim"
        case settlementReceived = "settlement_received"
        case settlementSubmitted = "settlement_submitted"
        case settlementSettled = "settlement_settled"
        case settlementConfirmed = "settlement_confirmed"
        case settlementReturned = "settlement_returned"
        case settlementFee = "settlement_fee"
        case cashApplied = "cash_applied"
        case sale
        case saleFee = "sale_fee"
        case overpaymentRefunded = "overpayment_refunded"
        case payout
        case processingCost = "processing_cost"
        case paymentRefunded = "payment_refunded"
        case chargeback
        case disputeFee = "dispute_fee"
        case waiver
        case provision
        case chargeOff = "charge_off"
        case recovery
        case restitution
    }
}

/// One account's balance in one asset: what a posting changes.
public struct BalanceKey: Hashable, Sendable {
    public let account: Account
    public let asset: AssetCode

    public init(_ account: Account, _ asset: AssetCode) {
        self.account = account
        self.asset = asset
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(word) }

    /// As an identifier does, and for the same reason.
    public func _rawHashValue(seed: Int) -> Int {
        var mixed = word ^ UInt64(bitPattern: Int64(seed))
        mixed = (mixed ^ mixed >> 32) &* 0xD6E8_FEB8_6659_FD93
        return Int(truncatingIfNeeded: mixed ^ mixed >> 32)
    }

    /// Customer, item, kind and asset in one word.
    private var word: UInt64 {
        let (kind, customer, item): (UInt64, UInt64, UInt64) =
            switch account {
            case .house(let account): (account.place, 0, 0)
            case .customer(let id, .cash): (1, id.high ^ id.low, 0)
            case .customer(let id, .crypto): (2, id.high ^ id.low, 0)
            case .instantCredit(let id, let item): (3, id.high ^ id.low, item.high ^ item.low)
            case .uncredited(let id, let item): (4, id.high ^ id.low, item.high ^ item.low)
            case .obligation(let id, let item): (5, id.high ^ id.low, item.high ^ item.low)
            case .unconfirmed(let id, let item): (6, id.high ^ id.low, item.high ^ item.low)
            }
        var word = (customer ^ kind << 56) &* 0x9E37_79B9_7F4A_7C15
        word = (word ^ word >> 29 ^ item) &* 0xBF58_476D_1CE4_E5B9
        return (word ^ word >> 32 ^ asset.packed) &* 0x94D0_49BB_1331_11EB
    }
}

/// Balances by account and asset, debits positive.
///
/// The pure heart of the books: the engine's aggregates, the replay and the auditor's expectations
/// all apply transfers through it.
public struct Balances: Hashable, Sendable {
    private var amounts: [BalanceKey: Int64] = [:]

    public init() {}

    public subscript(_ account: Account, _ asset: AssetCode) -> Int64 {
        amounts[BalanceKey(account, asset)] ?? 0
    }

    public subscript(_ key: BalanceKey) -> Int64 { amounts[key] ?? 0 }

    public var all: [BalanceKey: Int64] { amounts }

    /// Whether anything was ever booked there, whatever is left of it.
    public func has(_ key: BalanceKey) -> Bool { amounts[key] != nil }

    /// Sets a balance that was read from the store.
    public mutating func restore(_ key: BalanceKey, to amount: Int64) { amounts[key] = amount }

    /// Moves the transfer's amount. On refusal nothing has changed.
    public mutating func apply(_ transfer: Transfer) throws(LedgerRefusal) {
        let debit = BalanceKey(transfer.debit, transfer.asset)
        let credit = BalanceKey(transfer.credit, transfer.asset)
        let debited = try Self.limited(self[debit], plus: transfer.amount, debit)
        let credited = try Self.limited(self[credit], plus: -transfer.amount, credit)
        amounts[debit] = debited
        amounts[credit] = credited
    }

    /// Applies only the sides that belong to `customer`: what an aggregate keeps.
    public mutating func apply(
        _ transfer: Transfer, onlyOf customer: CustomerID
    ) throws(LedgerRefusal) {
        let debit = BalanceKey(transfer.debit, transfer.asset)
        let credit = BalanceKey(transfer.credit, transfer.asset)
        let debited = try Self.limited(self[debit], plus: transfer.amount, debit)
        let credited = try Self.limited(self[credit], plus: -transfer.amount, credit)
        if transfer.debit.customer == customer { amounts[debit] = debited }
        if transfer.credit.customer == customer { amounts[credit] = credited }
    }

    private static func limited(
        _ balance: Int64, plus change: Int64, _ key: BalanceKey
    ) throws(LedgerRefusal) -> Int64 {
        let (sum, overflow) = balance.addingReportingOverflow(change)
        guard let side = key.account.side else {
            guard !overflow else { throw .balanceTooLarge(key) }
            return sum
        }
        guard !overflow, sum.magnitude <= UInt64(Cents.balanceMax.count) else {
            throw .balanceTooLarge(key)
        }
        switch side {
        case .debit: guard sum >= 0 else { throw .overdrawn(key) }
        case .credit: guard sum <= 0 else { throw .overdrawn(key) }
        }
        return sum
    }
}

/// Why the books refused a transfer.
public enum LedgerRefusal: Error, Hashable, Sendable {
    /// The account would cross zero to the side it must not be on.
    case overdrawn(BalanceKey)
    /// The account would pass ``Cents/balanceMax``.
    case balanceTooLarge(BalanceKey)
}
