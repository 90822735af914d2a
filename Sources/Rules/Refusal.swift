import Banking
import Ledger
import Money

/// Why a command was refused. A refusal is an answer: nothing has changed.
///
/// Each case is one problem type of the API and one row of `docs/reference/problems.md`.
public enum Refusal: Error, Hashable, Sendable {
    case customerExists
    case customerUnknown
    case methodUnknown
    case methodUnusable(PaymentMethod.Standing)
    case methodBlocked
    /// Small amounts that prove an account are sent only so often.
    case validationLimit(Validation.Limit)
    /// Too many debits came back as unauthorised; no new bank account is linked meanwhile.
    case bankLinksStopped
    case depositUnknown
    case obligationUnknown
    case settlementUnknown
    case withdrawalUnknown
    case orderUnknown
    case saleUnknown
    case documentUnknown
    case suspenseUnknown
    case claimUnknown
    case proposalUnknown
    case flagUnknown
    case assetUnknown(AssetCode)
    case amountOutOfRange(min: Cents, max: Cents)
    case quantityOutOfRange
    case insufficientBalance(AssetCode)
    /// Value that came in less than the hold's days ago may be traded but may not leave.
    case held(withdrawable: Cents, until: Instant?)
    case owing(Cents)
    case securityLock(until: Instant)
    case stopped(StopFlag.Kind)
    case purchaseNotCredited(credit: Cents)
    /// The command does not fit the state, as in cancelling a deposit the bank already has.
    case wrongState(String)
    case creditInUse
    case settlementInProgress(SettlementID)
    case settlementMethodOff(SettlementKindName)
    case settlementExceedsOwed(owed: Cents)
    case partialNotAllowed(owed: Cents)
    /// What is owed changed since the page was shown.
    case amountChanged(owed: Cents)
    case nothingOwed
    case representmentNotAllowed(RepresentmentRefusal)
    case quoteMissing(AssetCode)
    case tooLittleToSell(AssetCode)
    case overpaymentSourceDiffers
    case secondPersonRequired
    case samePerson
    case alreadyDecided
    case reasonRequired
    case warrantyWindowPassed
    /// The books refused; the rules should have known before. Reported as our fault.
    case books(LedgerRefusal)
}

/// Why a returned debit may not be presented again (Nacha Operating Rules, reinitiation).
public enum RepresentmentRefusal: String, Hashable, Sendable, Codable {
    case codeDoesNotAllow
    case triedTooOften
    case tooLate
    case amountWouldDiffer
    case accountUnusable
    /// Something stops the customer being asked for money.
    case stopped
}
