import Banking
import Ledger
import Money

/// A decision in the making: the aggregate as it will be, and everything to keep with it.
///
/// Rules are extensions of this type, one life-cycle a file. They change nothing outside it; a
/// refusal throws it away.
public struct Draft {
    public internal(set) var customer: Customer
    let facts: Facts
    let cause: Cause
    public internal(set) var changes = Changes()
    /// Set when an obligation closed: what was to pay it may be idle now.
    var closedObligation = false
    private var identifiersMade = 0

    public init(_ customer: Customer, facts: Facts, cause: Cause) {
        self.customer = customer
        self.facts = facts
        self.cause = cause
    }

    mutating func identifier<Kind>() -> Identifier<Kind> {
        identifiersMade += 1
        return cause.identifier(identifiersMade, atMilliseconds: facts.now.milliseconds)
    }

    mutating func post(_ transfer: Transfer?) throws(Refusal) {
        guard let transfer else { return }
        do throws(LedgerRefusal) {
            try customer.balances.apply(transfer, onlyOf: customer.id)
        } catch {
            throw .books(error)
        }
        changes.transfers.append(transfer)
    }

    mutating func post(
        _ debit: Account, _ credit: Account, _ amount: Cents, _ reason: Transfer.Reason
    ) throws(Refusal) {
        try post(Transfer(debit: debit, credit: credit, amount, reason))
    }

    mutating func keepProfile() { changes.keep(.profile) }

    mutating func keep(_ method: PaymentMethod) {
        customer.methods[method.id] = method
        changes.keep(.method(method.id))
    }

    mutating func keep(_ deposit: Deposit) {
        customer.deposits[deposit.id] = deposit
        changes.keep(.deposit(deposit.id))
    }

    mutating func keep(_ obligation: Obligation) {
        customer.obligations[obligation.id] = obligation
        changes.keep(.obligation(obligation.id))
    }

    mutating func keep(_ settlement: Settlement) {
        customer.settlements[settlement.id] = settlement
        changes.keep(.settlement(settlement.id))
    }

    mutating func keep(_ withdrawal: Withdrawal) {
        customer.withdrawals[withdrawal.id] = withdrawal
        changes.keep(.withdrawal(withdrawal.id))
    }

    mutating func keep(_ order: Order) {
        customer.orders[order.id] = order
        changes.keep(.order(order.id))
    }

    mutating func keep(_ sale: Sale) {
        customer.sales[sale.id] = sale
        changes.keep(.sale(sale.id))
    }

    mutating func keep(_ document: Document) {
        customer.documents[document.id] = document
        changes.keep(.document(document.id))
    }

    mutating func keep(_ claim: WarrantyClaim) {
        customer.claims[claim.id] = claim
        changes.keep(.claim(claim.id))
    }

    mutating func set(_ kind: Timer.Kind, due: Instant) {
        changes.timers.append(.set(Timer(kind: kind, due: due)))
    }

    mutating func clear(_ kind: Timer.Kind) { changes.timers.append(.clear(kind)) }

    /// Tells the customer, in the app and over the channels he wants.
    @discardableResult
    mutating func notify(_ content: Notice.Content) -> NoticeID {
        let notice = Notice(id: identifier(), at: facts.now, content: content)
        changes.notices.append(notice)
        changes.outgoing.append(.notice(notice.id))
        return notice.id
    }

    /// Tells it only if it has not been told before, with the same numbers.
    mutating func notifyOnce(_ content: Notice.Content) {
        guard !customer.profile.told.contains(content) else { return }
        customer.profile.told.append(content)
        keepProfile()
        notify(content)
    }

    mutating func raise(_ content: Alert.Content) {
        changes.alerts.append(Alert(id: identifier(), at: facts.now, content: content))
    }

    mutating func tell(_ outgoing: Outgoing) { changes.outgoing.append(outgoing) }

    mutating func queueEntry(
        _ payment: PaymentReference, amount: Cents, presentment: QueuedEntry.Presentment
    ) {
        changes.entries.append(
            .queue(QueuedEntry(payment: payment, amount: amount, presentment: presentment)))
    }

    mutating func dequeueEntry(_ payment: PaymentReference) {
        changes.entries.append(.dequeue(payment))
    }

    mutating func sendEntry(_ entry: Command.SubmitEntry) { changes.entries.append(.send(entry)) }

    mutating func follow(_ addressee: Addressee, _ command: Command) {
        changes.following.append(Following(addressee: addressee, command: command))
    }
}

/// Whom a command is for.
public enum Addressee: Hashable, Sendable, Codable {
    case customer(CustomerID)
    case house
}

/// A command that a decision asks for in another aggregate: kept with the decision, run after it.
public struct Following: Hashable, Sendable, Codable {
    public let addressee: Addressee
    public let command: Command
}

/// What a decision changed: rows to keep and things to send, in the order they were decided.
public struct Changes: Hashable, Sendable {
    public internal(set) var transfers: [Transfer] = []
    public internal(set) var touched: [EntityReference] = []
    public internal(set) var timers: [TimerChange] = []
    public internal(set) var notices: [Notice] = []
    public internal(set) var alerts: [Alert] = []
    public internal(set) var outgoing: [Outgoing] = []
    public internal(set) var entries: [EntryChange] = []
    public internal(set) var following: [Following] = []
    public internal(set) var parked: [SuspenseItem] = []
    public internal(set) var debits: [DebitCount] = []
    public internal(set) var blocked: [BlockedAccount] = []
    public internal(set) var stops: [StopChange] = []

    /// A customer comes into being.
    public static let opening = Changes(touched: [.profile])

    /// A timer that a rule refuses is taken out, and an operator is told.
    public static func dropping(_ kind: Timer.Kind, alert: Alert) -> Changes {
        Changes(timers: [.clear(kind)], alerts: [alert])
    }

    init(
        touched: [EntityReference] = [], timers: [TimerChange] = [], alerts: [Alert] = []
    ) {
        self.touched = touched
        self.timers = timers
        self.alerts = alerts
    }

    public enum TimerChange: Hashable, Sendable {
        case set(Timer)
        case clear(Timer.Kind)
    }

    /// What became of a stop, for the host.
    public enum StopChange: Hashable, Sendable {
        case set(FlagID, StopFlag.Kind)
        case removed(FlagID, StopFlag.Kind)
        /// Its time ran out.
        case expired(FlagID, StopFlag.Kind)
    }

    public enum EntryChange: Hashable, Sendable {
        case queue(QueuedEntry)
        case dequeue(PaymentReference)
        case send(Command.SubmitEntry)
    }

    mutating func keep(_ reference: EntityReference) {
        if !touched.contains(reference) { touched.append(reference) }
    }
}

/// A bank account that no customer may use again, with the return code that said so.
public struct BlockedAccount: Hashable, Sendable {
    public let fingerprint: String
    public let code: String
}

/// A part of a customer's aggregate that has a row of its own.
public enum EntityReference: Hashable, Sendable {
    case profile
    case method(PaymentMethodID)
    case deposit(DepositID)
    case obligation(ObligationID)
    case settlement(SettlementID)
    case withdrawal(WithdrawalID)
    case order(OrderID)
    case sale(SaleID)
    case document(DocumentID)
    case claim(ClaimID)
}

/// The answer to whoever asked; the same again for the same cause.
public enum Reply: Hashable, Sendable, Codable {
    case done
    /// The command had been carried out before, or there was nothing left to do.
    case unchanged
    case customer(CustomerID)
    case method(PaymentMethodID)
    case deposit(
        DepositID, credit: Cents, releaseAt: Instant, reasons: [Underwriting.Reason])
    case settlement(SettlementID)
    case withdrawal(WithdrawalID)
    case order(OrderID)
    case document(DocumentID)
    case claim(ClaimID)
    case parked(SuspenseID)
    case proposal(ProposalID)
    /// The amounts were wrong; so many more may be typed.
    case triesLeft(Int)
    /// The amounts came after the time for them, and were not looked at.
    case validationExpired
}
