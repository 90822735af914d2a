/// An account of the books. `docs/reference/chart.md` describes each.
///
/// Debits are positive and credits negative throughout. Within every asset the sum of all
/// balances is zero.
public enum Account: Hashable, Sendable {
    /// The operator's own accounts; never read to decide, so they never serialise customers.
    case house(HouseAccount)
    /// What is owed to a customer; never above zero, which means a customer is never overdrawn.
    case customer(CustomerID, CustomerAccount)
    /// Instant credit given on a deposit that has not been handed to the bank.
    case instantCredit(CustomerID, DepositID)
    /// The part of a deposit above the instant credit, collected but not yet the customer's.
    case uncredited(CustomerID, DepositID)
    /// What a customer owes for one returned deposit or one disputed card payment.
    case obligation(CustomerID, ObligationID)
    /// A payment towards an obligation that its bank may still send back.
    case unconfirmed(CustomerID, ObligationID)

    /// The customer whose aggregate decides about this account.
    public var customer: CustomerID? {
        switch self {
        case .house: nil
        case .customer(let id, _), .instantCredit(let id, _), .uncredited(let id, _),
            .obligation(let id, _), .unconfirmed(let id, _):
            id
        }
    }

    /// Which side of zero the balance must stay on; `nil` where both are sound.
    public var side: Side? {
        switch self {
        case .house: nil
        case .customer, .uncredited, .unconfirmed: .credit
        case .instantCredit, .obligation: .debit
        }
    }

    /// The name in exports and in the journal, as in `asset:obligation:obl_…`.
    public var name: String {
        switch self {
        case .house(let account): account.rawValue
        case .customer(let id, let account): "liab:customer:\(id):\(account.rawValue)"
        case .instantCredit(_, let id): "asset:precredit:\(id)"
        case .uncredited(_, let id): "liab:uncredited:\(id)"
        case .obligation(_, let id): "asset:obligation:\(id)"
        case .unconfirmed(_, let id): "liab:settlement_unconfirmed:\(id)"
        }
    }
}

/// The two sides of a transfer.
public enum Side: Hashable, Sendable {
    case debit
    case credit
}

/// What a customer holds: dollars, or any other asset.
public enum CustomerAccount: String, Hashable, Sendable, CaseIterable, Codable {
    case cash
    case crypto
}

/// The operator's accounts.
public enum HouseAccount: String, Hashable, Sendable, CaseIterable, Codable {
    /// Cash at the operator's bank.
    case bankOperating = "asset:bank:operating"
    /// Debits handed to the ODFI that have not settled.
    case clearing = "asset:bank:ach_clearing"
    /// Card payments captured that the processor has not paid out.
    case cardClearing = "asset:card_clearing"
    /// Assets held in custody for customers and counterparties.
    case custody = "asset:custody"
    /// Returns that match no deposit, or that came too late.
    case suspenseReturns = "asset:suspense:returns"
    /// Dishonored returns whose money the RDFI must give back.
    case claimDishonored = "asset:claim:dishonored_return"
    /// Returns received that the bank has not yet taken from the operating account.
    case returnsPayable = "liab:bank:returns_payable"
    /// Withdrawals reserved from a customer and not yet sent.
    case withdrawalsPayable = "liab:withdrawals_payable"
    /// Money that arrived without saying for whom.
    case unidentifiedFunds = "liab:suspense:unidentified_funds"
    /// Dollars owed to those the customers trade with.
    case counterpartyCash = "liab:counterparty:cash"
    /// Other assets owed to those the customers trade with.
    case counterpartyCrypto = "liab:counterparty:crypto"
    case allowance = "contra:allowance_credit_loss"
    case tradingFee = "income:trading_fee"
    case cardFee = "income:card_fee"
    case liquidationFee = "income:liquidation_fee"
    case recoveredBadDebt = "income:recovered_bad_debt"
    case returnFee = "expense:ach_return_fee"
    case processingCost = "expense:card_processing"
    case disputeFee = "expense:dispute_fee"
    case goodwill = "expense:goodwill"
    case creditLossProvision = "expense:credit_loss_provision"
    case restitution = "expense:restitution"
    /// Small credits that prove an account, less the debits that take them back.
    case accountValidation = "expense:account_validation"
    /// Returns in suspense that nobody could place.
    case suspenseLoss = "expense:suspense_loss"

    /// A number of its own while the program runs, from 8 on: below are a customer's accounts.
    var place: UInt64 { withUnsafeBytes(of: self) { UInt64($0[0]) + 8 } }
}
