import Banking
import Ledger
import Money
import Nacha

/// A customer's money on its way in by ACH debit, traded at once and good days later.
///
///     initiated ──▶ submitted ──▶ fundsReceived ──▶ settled
///         │             │               │              │
///         ▼             ▼               ▼              ▼
///     cancelled      returned        returned       returned  (a bank may return for 60 days)
public struct Deposit: Hashable, Sendable, Codable {
    public let id: DepositID
    public let kind: Kind
    public let method: PaymentMethodID
    public let amount: Cents
    /// What may be traded before the money is good; the rest is credited at release.
    public let credit: Cents
    public let underwriting: Underwriting
    /// The hold the customer was told of; a later policy does not lengthen it under him.
    public let terms: Policy.Hold
    public let initiatedAt: Instant
    public var releaseAt: Instant
    public var state: State
    public var trace: TraceNumber?
    public var settlementDay: Day?
    public var returns: [ReturnRecord] = []
    /// Returns that were not charged to the customer but went to suspense.
    public var parkedReturns: [ParkedReturn] = []
    /// That we asked the bank to send the debit back, and what it said.
    public var returnRequests: [ReturnRequest] = []
    public var history: [Moment] = []

    public enum Kind: Hashable, Sendable, Codable {
        case funding
        /// An instant buy: an order paid by this debit. It fails like any other deposit.
        case purchase(asset: AssetCode, quantity: Quantity)
    }

    public enum State: Hashable, Sendable, Codable {
        case initiated
        case submitted
        case fundsReceived
        case settled
        case returned(ReturnRecord)
        case cancelled
    }

    /// A step of the timeline the customer and the operator read.
    public struct Moment: Hashable, Sendable, Codable {
        public let at: Instant
        public let what: What

        public enum What: Hashable, Sendable, Codable {
            case initiated(credit: Cents)
            case submitted
            case fundsReceived
            case released
            case cancelled
            case returned(code: String)
            case returnDishonored
            case returnUpheld
            case noticeDelivered
            case paymentStarted(Cents)
            case paid(Cents)
            case paymentFailed
            case saleOrdered
            case settled
            case waived(Cents)
            case chargedOff(Cents)
            case recovered(Cents)
        }
    }

    public struct ReturnRecord: Hashable, Sendable, Codable {
        public let code: String
        public let trace: TraceNumber
        public let receivedAt: Instant
        /// Where the bank took the money from, or will.
        public let source: HouseAccount
        public let covered: Cents
        public let shortfall: Cents
        /// Whether the deposit had been released to the customer before.
        public let afterRelease: Bool
        public var settled: Bool
        /// What the bank charged us for the return, once it has said so.
        public var fee: Cents?
        /// What a return for a death says.
        public var dateOfDeath: Day?
    }

    /// Value in the account that may be traded but not leave, in dollars, whatever was bought.
    public var hold: Cents {
        switch state {
        case .initiated, .submitted, .fundsReceived: credit
        case .settled, .returned, .cancelled: .zero
        }
    }

    /// The bank has the debit or will have, and it can still come back.
    public var isUncollected: Bool {
        switch state {
        case .initiated, .submitted, .fundsReceived: true
        case .settled, .returned, .cancelled: false
        }
    }

    /// Its debit is with the receiver's bank or was, and has not come back.
    public var isWithReceiver: Bool {
        switch state {
        case .submitted, .fundsReceived, .settled: true
        case .initiated, .returned, .cancelled: false
        }
    }

    /// Whether its hold has no end for now: a return of it waits in suspense, or its bank may send it
    /// back because we asked for it.
    public var isHeldWithoutEnd: Bool { parkedReturns.hasOpen || returnRequests.mayComeBack }

    /// When its hold ends, as far as can be said: never before `now`, and `nil` while nobody knows.
    public func expectedRelease(_ facts: Facts) -> Instant? {
        if isHeldWithoutEnd || (facts.bankFeedStale && releaseAt <= facts.now) { return nil }
        return max(releaseAt, facts.now)
    }

    /// Debits initiated and not yet settled, which the linked balance must still cover.
    public var isUncleared: Bool { state == .initiated || state == .submitted }
}

extension Draft {
    mutating func start(_ command: Command.StartDeposit) throws(Refusal) -> Reply {
        let deposit = try initiate(
            kind: .funding, method: command.method, amount: command.amount, asked: command.credit)
        return .deposit(
            deposit.id, credit: deposit.credit, releaseAt: deposit.releaseAt,
            reasons: deposit.underwriting.reasons)
    }

    /// An instant buy: the debit is credited in full and spent in the same decision.
    mutating func purchase(_ command: Command.Purchase) throws(Refusal) -> Reply {
        guard command.fee <= command.amount else {
            throw .amountOutOfRange(min: .zero, max: command.amount)
        }
        let deposit = try initiate(
            kind: .purchase(asset: command.asset, quantity: command.quantity),
            method: command.method, amount: command.amount, asked: nil)
        guard deposit.credit == deposit.amount else {
            throw .purchaseNotCredited(credit: deposit.credit)
        }
        try buy(command.asset, command.quantity, total: command.amount, fee: command.fee)
        return .deposit(
            deposit.id, credit: deposit.credit, releaseAt: deposit.releaseAt,
            reasons: deposit.underwriting.reasons)
    }

    private mutating func initiate(
        kind: Deposit.Kind, method id: PaymentMethodID, amount: Cents, asked: Cents?
    ) throws(Refusal) -> Deposit {
        let limits = facts.policy.credit
        guard amount >= limits.depositMin, amount <= limits.depositMax else {
            throw .amountOutOfRange(min: limits.depositMin, max: limits.depositMax)
        }
        let method = try method(id)
        guard let account = method.bankAccount else { throw .methodUnknown }
        guard method.standing == .usable else { throw .methodUnusable(method.standing) }
        guard !facts.isBlocked(account) else { throw .methodBlocked }

        let underwriting = underwrite(amount, from: method, asked: asked)
        let deposit = Deposit(
            id: identifier(), kind: kind, method: id, amount: amount,
            credit: underwriting.credit, underwriting: underwriting, terms: facts.policy.hold,
            initiatedAt: facts.now,
            releaseAt: releaseTime(
                initiatedAt: facts.now, terms: facts.policy.hold,
                settlementDay: facts.timing.forwardSettlement(
                    processingDay: facts.timing.processingDay(submittedAt: facts.now))),
            state: .initiated,
            history: [
                Deposit.Moment(at: facts.now, what: .initiated(credit: underwriting.credit))
            ])
        keep(deposit)
        try post(
            .instantCredit(customer.id, deposit.id), .customer(customer.id, .cash),
            deposit.credit, .instantCredit)
        queueEntry(.deposit(deposit.id), amount: deposit.amount, presentment: .original)
        notify(
            .depositCredited(
                deposit: deposit.id, amount: amount, credit: deposit.credit,
                releaseAt: deposit.releaseAt))
        return deposit
    }

    /// The debit is in a file for the ODFI.
    mutating func submit(_ command: Command.SubmitEntry) throws(Refusal) -> Reply {
        switch command.payment {
        case .deposit(let id): try submitDeposit(id, command)
        case .settlement(let id): try submitSettlement(id, command)
        case .dishonor: throw .wrongState("a dishonored return belongs to the house")
        case .microEntry: throw .wrongState("micro-entries leave together")
        }
    }

    private mutating func submitDeposit(
        _ id: DepositID, _ entry: Command.SubmitEntry
    ) throws(Refusal) -> Reply {
        var deposit = try deposit(id)
        switch deposit.state {
        case .initiated: break
        case .submitted, .fundsReceived, .settled, .returned, .cancelled:
            throw .wrongState("the deposit is not waiting to be sent")
        }
        if let method = customer.methods[deposit.method],
            method.standing == .blocked || method.standing == .disabled
        {
            // Another return closed the account meanwhile: no debit to it may leave.
            dequeueEntry(.deposit(id))
            try giveUp(deposit, trace: entry.trace, code: method.standingReason ?? "R02")
            return .done
        }
        try post(
            .house(.clearing), .instantCredit(customer.id, id), deposit.credit, .depositSubmitted)
        try post(
            .house(.clearing), .uncredited(customer.id, id), deposit.amount - deposit.credit,
            .depositSubmitted)
        deposit.trace = entry.trace
        deposit.settlementDay = countSent(settlingOn: entry.settlesOn)
        deposit.releaseAt = releaseTime(
            initiatedAt: deposit.initiatedAt, terms: deposit.terms,
            settlementDay: deposit.settlementDay)
        deposit.state = .submitted
        record(.submitted, on: &deposit)
        sendEntry(entry)
        return .done
    }

    /// Counts a debit that is in a file now; says when it will settle.
    ///
    /// `day` is the one asked for in its batch, where that is known.
    mutating func countSent(settlingOn day: Day? = nil) -> Day {
        let settles =
            day
            ?? facts.timing.forwardSettlement(
                processingDay: facts.timing.processingDay(submittedAt: facts.now))
        count(.sent(on: Eastern.day(at: facts.now), settles: settles))
        return settles
    }

    /// The bank says on which day a debit settled.
    mutating func countSettled(expected: Day?, on day: Day) {
        if let expected, expected != day { count(.settlementMoved(from: expected, to: day)) }
    }

    /// The ODFI credited us for the debit.
    mutating func settleDeposit(_ id: DepositID, on day: Day) throws(Refusal) -> Reply {
        var deposit = try deposit(id)
        switch deposit.state {
        case .submitted: break
        case .fundsReceived, .settled: return .unchanged
        case .returned(let record) where record.source == .clearing:
            // Returned before it settled: the two were netted against each other when it came.
            return .unchanged
        case .returned:
            // Charged from suspense before the debit settled: only the clearing is still to do.
            guard !deposit.history.contains(where: { $0.what == .fundsReceived }) else {
                return .unchanged
            }
            try post(.house(.bankOperating), .house(.clearing), deposit.amount, .depositSettled)
            countSettled(expected: deposit.settlementDay, on: day)
            deposit.settlementDay = day
            record(.fundsReceived, on: &deposit)
            return .done
        case .initiated, .cancelled:
            throw .wrongState("the bank settled a debit that was not with it")
        }
        try post(.house(.bankOperating), .house(.clearing), deposit.amount, .depositSettled)
        countSettled(expected: deposit.settlementDay, on: day)
        deposit.settlementDay = day
        deposit.releaseAt = releaseTime(
            initiatedAt: deposit.initiatedAt, terms: deposit.terms, settlementDay: day)
        deposit.state = .fundsReceived
        record(.fundsReceived, on: &deposit)
        set(.release(id), due: max(deposit.releaseAt, facts.now))
        return .done
    }

    /// The hold ends, once, when its time has passed, the bank's files are up to date, no return of it
    /// waits in suspense, and nobody has asked the bank to send it back.
    mutating func release(_ id: DepositID) throws(Refusal) -> Reply {
        var deposit = try deposit(id)
        guard deposit.state == .fundsReceived else { return .unchanged }
        guard facts.now >= deposit.releaseAt else {
            set(.release(id), due: deposit.releaseAt)
            return .unchanged
        }
        guard !facts.bankFeedStale else {
            set(.release(id), due: facts.now.adding(hours: 1))
            return .unchanged
        }
        guard !deposit.isHeldWithoutEnd else {
            set(.release(id), due: facts.now.adding(days: 1))
            keepAsking(deposit.returnRequests, .deposit(id))
            return .unchanged
        }
        try post(
            .uncredited(customer.id, id), .customer(customer.id, .cash),
            customer.uncredited(id), .depositReleased)
        deposit.state = .settled
        record(.released, on: &deposit)
        depositProvedClean(by: deposit.method)
        notify(.depositReleased(deposit: id, amount: deposit.amount))
        try applyCash()
        return .done
    }

    mutating func cancelDeposit(_ id: DepositID) throws(Refusal) -> Reply {
        var deposit = try deposit(id)
        switch deposit.state {
        case .initiated: break
        case .cancelled: return .unchanged
        case .submitted, .fundsReceived, .settled, .returned:
            throw .wrongState("the bank already has this deposit")
        }
        guard customer.freeCash >= deposit.credit else { throw .creditInUse }
        try post(
            .customer(customer.id, .cash), .instantCredit(customer.id, id), deposit.credit,
            .depositCancelled)
        deposit.state = .cancelled
        record(.cancelled, on: &deposit)
        dequeueEntry(.deposit(id))
        return .done
    }

    func deposit(_ id: DepositID) throws(Refusal) -> Deposit {
        guard let deposit = customer.deposits[id] else { throw .depositUnknown }
        return deposit
    }

    /// Adds a step to the deposit's timeline and keeps it.
    mutating func record(_ what: Deposit.Moment.What, on deposit: inout Deposit) {
        deposit.history.append(Deposit.Moment(at: facts.now, what: what))
        keep(deposit)
    }

    /// The same for the deposit behind an obligation; a disputed card payment has none.
    mutating func record(_ what: Deposit.Moment.What, behind obligation: Obligation) {
        guard case .deposit(let id) = obligation.origin, var deposit = customer.deposits[id] else {
            return
        }
        record(what, on: &deposit)
    }
}
