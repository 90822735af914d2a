import Banking
import Ledger
import Money
import Nacha

/// What a customer is told, written in the commit that made it true.
public struct Notice: Hashable, Sendable, Codable {
    public let id: NoticeID
    public let at: Instant
    public let content: Content

    public init(id: NoticeID, at: Instant, content: Content) {
        self.id = id
        self.at = at
        self.content = content
    }

    public enum Content: Hashable, Sendable, Codable {
        case depositCredited(deposit: DepositID, amount: Cents, credit: Cents, releaseAt: Instant)
        case depositReleased(deposit: DepositID, amount: Cents)
        case depositReturnedCovered(deposit: DepositID, amount: Cents, group: ReasonGroup)
        case obligationOpened(
            obligation: ObligationID, amount: Cents, group: ReasonGroup, ourError: Bool,
            payBy: Instant)
        case reminder(obligation: ObligationID, amount: Cents, payBy: Instant)
        case finalWarning(
            obligation: ObligationID, amount: Cents, payBy: Instant, plan: [SalePlan])
        case deadlineExtended(obligation: ObligationID, amount: Cents, payBy: Instant)
        case documentsRequested(settlement: SettlementID, documents: [DocumentType])
        case documentsAccepted(settlement: SettlementID)
        case documentRefused(settlement: SettlementID, document: DocumentType, reason: String)
        case fundsReceived(amount: Cents, applied: Cents, toCash: Cents)
        case settlementFailed(settlement: SettlementID, amount: Cents)
        case settlementReturned(settlement: SettlementID, amount: Cents, group: ReasonGroup)
        /// More came in than was owed; so much goes back to where it came from, its fee included.
        case overpaid(settlement: SettlementID, amount: Cents)
        case overpaymentRefunded(settlement: SettlementID, amount: Cents)
        /// It could not go back, and is cash.
        case overpaymentKept(settlement: SettlementID, amount: Cents)
        case obligationSettled(obligation: ObligationID, amount: Cents, by: SettledBy)
        case saleOrdered(sale: SaleID, asset: AssetCode, quantity: Quantity, limit: Price)
        case saleCompleted(sale: SaleID, proceeds: Cents)
        case saleRestored(sale: SaleID)
        case residualOwed(obligation: ObligationID, amount: Cents)
        case chargedOff(obligation: ObligationID, amount: Cents)
        case withdrawalCancelled(withdrawal: WithdrawalID, asset: AssetCode, amount: Int64)
        case methodCorrected(method: PaymentMethodID, lastFour: String)
        /// Two small amounts are on their way; they may be typed until then.
        case microEntriesSent(method: PaymentMethodID, lastFour: String, until: Instant)
        case methodVerified(method: PaymentMethodID, lastFour: String)
        case validationFailed(
            method: PaymentMethodID, lastFour: String, why: Validation.Failure)
    }
}

/// What an operator is told.
public struct Alert: Hashable, Sendable, Codable {
    public let id: AlertID
    public let at: Instant
    public let content: Content

    public init(id: AlertID, at: Instant, content: Content) {
        self.id = id
        self.at = at
        self.content = content
    }

    public enum Content: Hashable, Sendable, Codable {
        case returnInSuspense(SuspenseID)
        case customerStopped(CustomerID, StopFlag.Kind)
        case documentWaiting(CustomerID, DocumentID)
        case liquidationStopped(CustomerID, LiquidationGuard)
        case chargeOffNeedsApproval(CustomerID, ObligationID)
        case warrantyClaim(CustomerID, ClaimID)
        case helpAsked(CustomerID, Command.AskForHelp.Kind, String)
        case unidentifiedFunds(SuspenseID)
        case noticeUndeliverable(CustomerID, NoticeID)
        /// A bank has not said within its ten banking days whether it sends an entry back.
        case returnRequestUnanswered(CustomerID, PaymentReference)
        /// A bank agreed to send an entry back, and it has not come.
        case returnNotCome(CustomerID, PaymentReference)
        /// The processor could not give back what was too much, and said why.
        case refundRefused(CustomerID, SettlementID, String)
        /// For days the processor has not said whether it gave it back.
        case refundUnanswered(CustomerID, SettlementID)
        /// The venue told of a fill that the books cannot take.
        case fillParked(CustomerID, SaleID, trade: String)
        case commandFailed(String)
        /// A bank file was refused, or part of it could not be applied.
        case bankFile(name: String)
        /// The processor told of something that could not be read or booked; `what` says why.
        case processorEvent(id: String, what: String)
        /// A file for the bank did not get there by itself.
        case bankDelivery(name: String, BankTrouble)
        /// A file of the bank's has not come by its time; releases wait for it.
        case bankFileMissing(name: String, day: Day)
        /// Money of a settlement date is unexplained, by the bank's books or ours, for longer than
        /// it may be.
        case breaksLeft(day: Day)
        /// A return rate reached a level; `name` and `method` are words of ours.
        case returnRate(name: String, method: String, reached: BasisPoints, isExceeded: Bool)
    }

    /// Why a file for the bank needs a person.
    public enum BankTrouble: String, Hashable, Sendable, Codable, CaseIterable {
        /// Its bytes cannot be made from the entries in it, so none of them leaves.
        case cannotBeMade = "cannot_be_made"
        /// It could not be sent so far; it is tried on.
        case late
        /// It was tried as often as it may be.
        case gaveUp = "gave_up"
        /// Another file has its name there.
        case otherBytes = "other_bytes"
        /// It may have been taken already: neither its name nor its part is there.
        case unknown
        /// The 36 file ID modifiers of the day are used.
        case noModifierLeft = "no_modifier_left"
        /// An entry alone is more than a file may hold.
        case entryTooLarge = "entry_too_large"
        /// Every trace number is still in use.
        case noTraceLeft = "no_trace_left"
        /// A file at the bank has a name that cannot be fetched.
        case nameUnusable = "name_unusable"
    }
}

/// What the world is told after the commit, at least once, each with its own key.
public enum Outgoing: Hashable, Sendable, Codable {
    /// A notice, over every channel the customer wants.
    case notice(NoticeID)
    case charge(settlement: SettlementID, kind: SettlementKindName, amount: Cents, fee: Cents)
    /// Gives back what a payment brought beyond what was owed, under
    /// ``SettlementID/refundOfOverpayment``.
    case refund(settlement: SettlementID, amount: Cents)
    case placeOrder(sale: SaleID, asset: AssetCode, quantity: Quantity, limit: Price)
    case orderCancellationRequested(order: OrderID, reference: String)
}

/// An entry for the next bank file.
public struct QueuedEntry: Hashable, Sendable, Codable {
    public let payment: PaymentReference
    public let amount: Cents
    public let presentment: Presentment

    /// The individual identification of what we send: this many characters of the payment's id,
    /// from the one after its prefix on. Returns bring it back; time comes first in an id, so these
    /// characters tell it from every other and find it.
    public static let identificationLength = 15

    public enum Presentment: Hashable, Sendable, Codable {
        case original
        /// RETRY PYMT: the same amount in a batch of its own.
        case again
        /// A dishonored return, with the code and the return it answers.
        case dishonor(code: String, returnCode: String, returnTrace: String)
        /// One of the three micro-entries that prove an account; they leave together.
        case validation(isCredit: Bool, of: PaymentMethodID)
    }
}

/// A promise to look again at a time; found by index, so a quiet account costs nothing.
public struct Timer: Hashable, Sendable, Codable {
    public let kind: Kind
    public let due: Instant

    public init(kind: Kind, due: Instant) {
        self.kind = kind
        self.due = due
    }

    public enum Kind: Hashable, Sendable, Codable {
        case release(DepositID)
        case confirm(SettlementID)
        case quoteExpiry(SettlementID)
        case graceEnd(ObligationID)
        case reminder(ObligationID)
        case finalWarning(ObligationID)
        case pauseEnd(ObligationID)
        case waiveResidual(ObligationID)
        case provision(ObligationID)
        case chargeOff(ObligationID)
        case liquidationSlice
        case flagEnd(FlagID)
        case returnAnswer(PaymentReference)
        case validationEnd(PaymentMethodID)
        case refundAnswer(SettlementID)

        /// One timer of each name per customer.
        public var name: String {
            switch self {
            case .release(let id): "release:\(id)"
            case .confirm(let id): "confirm:\(id)"
            case .quoteExpiry(let id): "quote_expiry:\(id)"
            case .graceEnd(let id): "grace_end:\(id)"
            case .reminder(let id): "reminder:\(id)"
            case .finalWarning(let id): "final_warning:\(id)"
            case .pauseEnd(let id): "pause_end:\(id)"
            case .waiveResidual(let id): "waive_residual:\(id)"
            case .provision(let id): "provision:\(id)"
            case .chargeOff(let id): "charge_off:\(id)"
            case .liquidationSlice: "liquidation_slice"
            case .flagEnd(let id): "flag_end:\(id)"
            case .returnAnswer(let payment): "return_answer:\(payment.key)"
            case .validationEnd(let id): "validation_end:\(id)"
            case .refundAnswer(let id): "refund_answer:\(id)"
            }
        }
    }
}
