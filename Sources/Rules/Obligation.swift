import Banking
import Ledger
import Money
import Nacha

/// What the customer owes for one deposit that came back, or one card payment he disputed.
///
/// How much is left is in the books, in the obligation's own account; it is nowhere else.
public struct Obligation: Hashable, Sendable, Codable {
    public let id: ObligationID
    public let origin: Origin
    public let openedAt: Instant
    public var principal: Cents
    public let code: String
    public let group: ReasonGroup
    /// The policy under which it was opened.
    public let policy: String
    /// What the customer was promised with it; a later policy does not change it under him.
    public let terms: Terms
    public var state: State
    public var grace: Grace
    public var noticeID: NoticeID?
    /// When the debit was presented again; the Nacha rules allow two.
    public var representedAt: [Instant] = []
    /// A pause for documents is granted once.
    public var documentPauseUsed = false
    /// Booked as an expected loss, in whole; the allowance then carries the charge-off.
    public var provided: Cents = .zero
    /// Waived by single persons, which together may not pass what one may do alone.
    public var waivedAlone: Cents = .zero
    /// Given up of the claim that survived a charge-off.
    public var claimWaived: Cents = .zero
    /// The deadline that had been promised when the notice turned out not to have arrived: the time that
    /// starts when he is told ends no earlier.
    public var promisedUntil: Instant?

    /// The part of a policy that a notice has told the customer.
    public struct Terms: Hashable, Sendable, Codable {
        /// How long there is to pay, and when he is warned.
        public let grace: Policy.Grace
        /// The most a forced sale for this obligation may cost.
        public let liquidationFee: BasisPoints
    }

    public enum Origin: Hashable, Sendable, Codable {
        case deposit(DepositID)
        case chargeback(SettlementID)
        case warrantyClaim(ClaimID)
    }

    public enum State: Hashable, Sendable, Codable {
        case open
        case settled(at: Instant, by: SettledBy)
        /// `claim` is what survives of the debt outside the books.
        case chargedOff(at: Instant, written: Cents, claim: Cents)

        public var isOpen: Bool { self == .open }
    }

    /// The customer's time before assets may be sold. It starts at the delivered notice.
    public enum Grace: Hashable, Sendable, Codable {
        case awaitingNotice
        case running(until: Instant)
        /// Stands still for a payment, documents or a stop; `milliseconds` are left when it goes
        /// on.
        case paused(milliseconds: Int64, why: Pause)
        case ended(Instant)
        /// No clock: our own error, or nothing is owed any more.
        case none

        public enum Pause: String, Hashable, Sendable, Codable {
            case documents
            case payment
            case stop
        }
    }

    public var claimLeft: Cents {
        if case .chargedOff(_, _, let claim) = state { claim } else { .zero }
    }

    /// Whether there is a time to pay that runs, stands still or is over.
    var hasClock: Bool {
        switch grace {
        case .running, .paused, .ended: true
        case .awaitingNotice, .none: false
        }
    }

    public var deadline: Instant? {
        switch grace {
        case .running(let until), .ended(let until): until
        case .awaitingNotice, .paused, .none: nil
        }
    }
}

extension Obligation.Terms {
    init(_ policy: Policy) {
        self.init(grace: policy.grace, liquidationFee: policy.liquidation.fee)
    }
}

/// What made an obligation whole: a cured deposit and a clean one never look alike to operators.
public enum SettledBy: Hashable, Sendable, Codable {
    case payment(SettlementKindName)
    case cash
    case liquidation
    case waiver
}

extension Draft {
    mutating func openObligation(
        _ id: ObligationID, origin: Obligation.Origin, principal: Cents, against source: Account,
        code: ReturnCodeRule, reason: Transfer.Reason = .returnReceived
    ) throws(Refusal) {
        try post(.obligation(customer.id, id), source, principal, reason)
        var obligation = Obligation(
            id: id, origin: origin, openedAt: facts.now, principal: principal, code: code.code,
            group: code.group, policy: facts.policy.version, terms: Obligation.Terms(facts.policy),
            state: .open, grace: code.isOurOwnRequest ? .none : .awaitingNotice)
        tellOwed(&obligation, principal)
        setLossTimers(of: id)
    }

    /// Says what is owed and until when. Nobody is asked for money through a stop: then it is said
    /// when the stop has ended, and the time to pay starts with that.
    mutating func tellOwed(_ obligation: inout Obligation, _ amount: Cents) {
        let isOurError = obligation.grace == .none
        if customer.hasFlag(where: \.stopsDunning, at: facts.now) != nil {
            obligation.noticeID = nil
        } else {
            obligation.noticeID = notify(
                .obligationOpened(
                    obligation: obligation.id, amount: amount, group: obligation.group,
                    ourError: isOurError,
                    payBy: graceEnd(deliveredAt: facts.now, obligation.terms.grace)))
        }
        keep(obligation)
    }

    /// Provision and charge-off count from the day the obligation opened, or opened again.
    mutating func setLossTimers(of id: ObligationID) {
        let day = Eastern.day(at: facts.now)
        let loss = facts.policy.loss
        set(.provision(id), due: Eastern.midnight(on: day.adding(days: loss.provisionAfterDays)))
        set(.chargeOff(id), due: Eastern.midnight(on: day.adding(days: loss.chargeOffAfterDays)))
    }

    /// `delivered + hours`; on a day without banking, hours after the next opening if the policy
    /// says so, because a customer can hardly pay when nothing works.
    func graceEnd(deliveredAt: Instant, _ grace: Policy.Grace) -> Instant {
        let end = deliveredAt.adding(hours: grace.hours)
        guard grace.extendsToBankingDay else { return end }
        let timing = facts.timing
        let day = Eastern.day(at: end)
        let isOpen =
            timing.calendar.isBankingDay(day) && Eastern.timeOfDay(at: end) >= timing.opening
        guard !isOpen else { return end }
        let next =
            timing.calendar.isBankingDay(day)
            ? day : timing.calendar.bankingDay(1, after: day)
        return max(
            end,
            Eastern.instant(on: next, at: timing.opening)
                .adding(hours: grace.hoursAfterOpening))
    }

    /// A notice reached the customer on some channel; for an obligation's first, the clock starts.
    mutating func noticeDelivered(_ id: NoticeID) throws(Refusal) -> Reply {
        let waiting = customer.openObligations.filter {
            $0.noticeID == id && $0.grace == .awaitingNotice
        }
        guard !waiting.isEmpty else { return .unchanged }
        for var obligation in waiting {
            let least = graceEnd(deliveredAt: facts.now, obligation.terms.grace)
            let end = max(least, obligation.promisedUntil ?? least)
            obligation.promisedUntil = nil
            if let why = holdsClock(of: obligation.id) {
                // Paid before told, or stopped: the time starts when that is over.
                obligation.grace = .paused(milliseconds: end - facts.now, why: why)
            } else {
                startClock(of: &obligation, until: end)
            }
            keep(obligation)
            record(.noticeDelivered, behind: obligation)
        }
        return .done
    }

    /// The notice that started the clock did not reach the customer after all. What has ended stays
    /// ended: assets may be sold already, and a person was told.
    mutating func stopClockUntilTold(of original: Obligation) {
        var obligation = original
        switch original.grace {
        case .running(let until): obligation.promisedUntil = until
        case .paused(let left, .stop):
            obligation.promisedUntil = facts.now.adding(milliseconds: left)
        // Whoever pays or sends documents for it knows of it.
        case .paused(_, .payment), .paused(_, .documents), .awaitingNotice, .ended, .none: return
        }
        obligation.grace = .awaitingNotice
        clearLadder(of: obligation.id)
        clear(.pauseEnd(obligation.id))
        keep(obligation)
    }

    /// What keeps an obligation's time from running now.
    private func holdsClock(of id: ObligationID) -> Obligation.Grace.Pause? {
        if customer.hasFlag(where: \.stopsLiquidation, at: facts.now) != nil { return .stop }
        guard let active = customer.activeSettlement(of: id), active.state.isInFlight,
            facts.policy.method(active.kind)?.protects == true
        else { return nil }
        return .payment
    }

    mutating func startClock(of obligation: inout Obligation, until end: Instant) {
        let grace = obligation.terms.grace
        obligation.grace = .running(until: end)
        set(.graceEnd(obligation.id), due: end)
        let final = end.adding(hours: -grace.finalWarningBeforeHours)
        if final > facts.now { set(.finalWarning(obligation.id), due: final) }
        let reminder = facts.now.adding(hours: grace.reminderAfterHours)
        if reminder < final { set(.reminder(obligation.id), due: reminder) }
    }

    mutating func pauseClock(of id: ObligationID, why: Obligation.Grace.Pause) {
        guard var obligation = customer.obligations[id] else { return }
        switch obligation.grace {
        case .running(let until):
            obligation.grace = .paused(
                milliseconds: max(0, until - facts.now), why: why)
        case .awaitingNotice, .paused, .ended, .none: return
        }
        clearLadder(of: id)
        keep(obligation)
    }

    /// The clock goes on with what was left, unless something else holds it: a failed payment is
    /// not a fresh 48 hours.
    mutating func resumeClock(of id: ObligationID) {
        guard var obligation = customer.obligations[id], obligation.state.isOpen else { return }
        guard case .paused(let left, _) = obligation.grace else { return }
        if let why = holdsClock(of: id) {
            obligation.grace = .paused(milliseconds: left, why: why)
        } else {
            startClock(of: &obligation, until: facts.now.adding(milliseconds: left))
        }
        clear(.pauseEnd(id))
        keep(obligation)
    }

    mutating func clearLadder(of id: ObligationID) {
        for timer in [Timer.Kind.graceEnd(id), .reminder(id), .finalWarning(id)] { clear(timer) }
    }

    mutating func remind(_ id: ObligationID, final: Bool) throws(Refusal) -> Reply {
        guard let obligation = customer.obligations[id], obligation.state.isOpen,
            case .running(let until) = obligation.grace,
            customer.hasFlag(where: \.stopsDunning, at: facts.now) == nil
        else { return .unchanged }
        let amount = customer.outstanding(id)
        notify(
            final
                ? .finalWarning(
                    obligation: id, amount: amount, payBy: until,
                    plan: try salePlan(dueBy: until))
                : .reminder(obligation: id, amount: amount, payBy: until))
        return .done
    }

    mutating func graceEnded(_ id: ObligationID) throws(Refusal) -> Reply {
        guard var obligation = customer.obligations[id], obligation.state.isOpen,
            case .running(let until) = obligation.grace, facts.now >= until
        else { return .unchanged }
        obligation.grace = .ended(until)
        keep(obligation)
        return try liquidate()
    }

    /// An operator moves the deadline, with a reason; never to before what was promised. Without an
    /// obligation named it is moved for all that is owed and has an earlier one.
    mutating func extend(_ command: Command.ExtendDeadline) throws(Refusal) -> Reply {
        guard !command.reason.isEmpty else { throw .reasonRequired }
        guard command.until > facts.now else {
            throw .wrongState("a deadline must be in the future")
        }
        let targets: [Obligation]
        if let id = command.obligation {
            guard let named = customer.obligations[id] else { throw .obligationUnknown }
            guard named.state.isOpen else { throw .nothingOwed }
            guard named.grace != .awaitingNotice else {
                throw .wrongState("the time to pay starts when the notice is delivered")
            }
            targets = [named]
        } else {
            guard customer.owed > .zero else { throw .nothingOwed }
            targets = customer.openObligations.filter {
                $0.hasClock && earliestDeadline(of: $0) <= command.until
            }
            guard !targets.isEmpty else {
                throw .wrongState("no deadline of what is owed is before that")
            }
        }
        for target in targets { try extend(target, until: command.until) }
        return .done
    }

    private mutating func extend(
        _ original: Obligation, until end: Instant
    ) throws(Refusal) {
        var obligation = original
        guard end >= earliestDeadline(of: obligation) else {
            throw .wrongState("a deadline may only be moved to later")
        }
        if case .paused(_, let why) = obligation.grace {
            obligation.grace = .paused(milliseconds: end - facts.now, why: why)
        } else {
            clearLadder(of: obligation.id)
            startClock(of: &obligation, until: end)
        }
        keep(obligation)
        notify(
            .deadlineExtended(
                obligation: obligation.id, amount: customer.outstanding(obligation.id),
                payBy: end))
    }

    /// What the customer has been promised already.
    private func earliestDeadline(of obligation: Obligation) -> Instant {
        switch obligation.grace {
        case .running(let until), .ended(let until): until
        case .paused(let left, _): facts.now.adding(milliseconds: left)
        case .none, .awaitingNotice:
            graceEnd(deliveredAt: facts.now, obligation.terms.grace)
        }
    }

    /// Pays obligations from `source`: those named first, then the oldest. Returns what is left.
    mutating func pay(
        _ amount: Cents, from source: Account, first named: [ObligationID] = [], by: SettledBy,
        _ reason: Transfer.Reason
    ) throws(Refusal) -> Cents {
        var left = amount
        let rest = customer.openObligations.map(\.id).filter { !named.contains($0) }
        for id in named + rest where left > .zero {
            guard customer.obligations[id]?.state.isOpen == true else { continue }
            let part = min(left, customer.outstanding(id))
            try reduce(id, by: part, from: source, settledBy: by, reason)
            left -= part
        }
        return left
    }

    /// One payment to one obligation, and all that follows when nothing is left.
    mutating func reduce(
        _ id: ObligationID, by part: Cents, from source: Account, settledBy: SettledBy,
        _ reason: Transfer.Reason
    ) throws(Refusal) {
        guard part > .zero, let obligation = customer.obligations[id] else { return }
        try post(source, .obligation(customer.id, id), part, reason)
        if case .waiver = settledBy {
            record(.waived(part), behind: obligation)
        } else {
            record(.paid(part), behind: obligation)
        }
        let left = customer.outstanding(id)
        if left.isZero {
            try closeObligation(obligation, by: settledBy)
        } else if left <= facts.policy.settlement.residualTolerance {
            set(
                .waiveResidual(id),
                due: facts.now.adding(seconds: facts.policy.settlement.residualWaiverSeconds))
        }
    }

    private mutating func closeObligation(
        _ open: Obligation, by: SettledBy
    ) throws(Refusal) {
        var obligation = open
        // What was set aside for a loss that did not come is set free.
        try post(
            .house(.allowance), .house(.creditLossProvision), obligation.provided, .provision)
        obligation.provided = .zero
        obligation.state = .settled(at: facts.now, by: by)
        obligation.grace = .none
        keep(obligation)
        clearLadder(of: obligation.id)
        for timer in [
            Timer.Kind.pauseEnd(obligation.id), .waiveResidual(obligation.id),
            .provision(obligation.id), .chargeOff(obligation.id),
        ] {
            clear(timer)
        }
        record(.settled, behind: obligation)
        notify(.obligationSettled(obligation: obligation.id, amount: obligation.principal, by: by))
        closedObligation = true
        if customer.owed.isZero {
            clear(.liquidationSlice)
            // What the next debt meets is a sale of its own, not the rest of this one's.
            customer.profile.liquidation.attempts = 0
            customer.profile.liquidation.stopped = nil
            customer.profile.liquidation.lastIndex = [:]
            keepProfile()
        }
    }

    /// Cash in the account pays what is owed, and then claims whose loss was booked, unless a stop
    /// forbids set-off.
    mutating func applyCash() throws(Refusal) {
        guard customer.freeCash > .zero, customer.owed + customer.lossClaims > .zero,
            customer.hasFlag(where: \.stopsSetOff, at: facts.now) == nil
        else { return }
        let cash = Account.customer(customer.id, .cash)
        let left = try pay(customer.freeCash, from: cash, by: .cash, .cashApplied)
        _ = try recover(left, from: cash)
    }

    /// Gives up what is owed, or the claim that survived a charge-off: of that nothing is in the
    /// books any more, so nothing is posted.
    mutating func waive(_ command: Command.Waive) throws(Refusal) -> Reply {
        guard !command.reason.isEmpty else { throw .reasonRequired }
        guard var obligation = customer.obligations[command.obligation] else {
            throw .obligationUnknown
        }
        let isOpen = obligation.state.isOpen
        let left = isOpen ? customer.outstanding(command.obligation) : obligation.claimLeft
        guard left > .zero else { throw .nothingOwed }
        let amount = command.amount ?? left
        guard amount > .zero, amount <= left else {
            throw .amountOutOfRange(min: Cents(1), max: left)
        }
        if command.approvedBy == nil {
            // In many small steps one person may give up no more than in one.
            guard obligation.waivedAlone + amount <= facts.policy.approval.soleAuthorityMax else {
                throw .secondPersonRequired
            }
            obligation.waivedAlone += amount
        }
        if case .chargedOff(let at, let written, let claim) = obligation.state {
            obligation.state = .chargedOff(at: at, written: written, claim: claim - amount)
            obligation.claimWaived += amount
            keep(obligation)
            record(.waived(amount), behind: obligation)
            return .done
        }
        keep(obligation)
        try reduce(
            command.obligation, by: amount, from: .house(.goodwill), settledBy: .waiver, .waiver)
        return .done
    }

    mutating func waiveResidual(_ id: ObligationID) throws(Refusal) -> Reply {
        guard customer.obligations[id]?.state.isOpen == true else { return .unchanged }
        let left = customer.outstanding(id)
        guard left > .zero, left <= facts.policy.settlement.residualTolerance else {
            return .unchanged
        }
        try reduce(id, by: left, from: .house(.goodwill), settledBy: .waiver, .waiver)
        return .done
    }

    mutating func provide(_ id: ObligationID) throws(Refusal) -> Reply {
        guard var obligation = customer.obligations[id] else { throw .obligationUnknown }
        guard obligation.state.isOpen else { return .unchanged }
        let missing = customer.outstanding(id).remaining(after: obligation.provided)
        guard missing > .zero else { return .unchanged }
        try post(.house(.creditLossProvision), .house(.allowance), missing, .provision)
        obligation.provided += missing
        keep(obligation)
        return .done
    }

    /// Books the loss. The claim survives: money that comes later is a recovery.
    mutating func chargeOff(_ command: Command.ChargeOff) throws(Refusal) -> Reply {
        guard let known = customer.obligations[command.obligation] else { throw .obligationUnknown }
        guard known.state.isOpen else { return .unchanged }
        let amount = customer.outstanding(known.id)
        guard amount <= facts.policy.approval.soleAuthorityMax || command.approvedBy != nil else {
            if facts.actor == .system {
                raise(.chargeOffNeedsApproval(customer.id, known.id))
                return .unchanged
            }
            throw .secondPersonRequired
        }
        if let underWay = paymentUnderWay(for: known.id) {
            guard facts.actor == .system else { throw .wrongState(underWay) }
            set(.chargeOff(known.id), due: facts.now.adding(days: 1))
            return .unchanged
        }
        if let idle = customer.activeSettlement(of: known.id) { try close(idle, as: .cancelled) }
        _ = try provide(known.id)
        guard var obligation = customer.obligations[known.id] else { throw .obligationUnknown }
        try post(
            .house(.allowance), .obligation(customer.id, obligation.id), amount, .chargeOff)
        if obligation.provided > amount {
            // Provided for more than was lost, because the customer paid part of it meanwhile.
            try post(
                .house(.allowance), .house(.creditLossProvision), obligation.provided - amount,
                .provision)
        }
        // The allowance has been used; what was set aside is no more.
        obligation.provided = .zero
        obligation.state = .chargedOff(at: facts.now, written: amount, claim: amount)
        obligation.grace = .none
        keep(obligation)
        clearLadder(of: obligation.id)
        record(.chargedOff(amount), behind: obligation)
        notify(.chargedOff(obligation: obligation.id, amount: amount))
        return .done
    }

    /// Why an obligation cannot be written off now: something may still pay it.
    private func paymentUnderWay(for id: ObligationID) -> String? {
        if customer.saleInFlight != nil { return "a sale is under way" }
        guard let active = customer.activeSettlement(of: id) else { return nil }
        let mayStillSucceed =
            active.state.isInFlight || active.isWithProcessor
        return mayStillSucceed ? "a payment is on its way" : nil
    }

    /// Money after a charge-off is income, and lowers the claim. Returns what is left.
    mutating func recover(_ amount: Cents, from source: Account) throws(Refusal) -> Cents {
        var left = amount
        for var obligation in customer.openLosses where left > .zero {
            guard case .chargedOff(let at, let written, let claim) = obligation.state else {
                continue
            }
            let part = min(left, claim)
            try post(source, .house(.recoveredBadDebt), part, .recovery)
            obligation.state = .chargedOff(at: at, written: written, claim: claim - part)
            keep(obligation)
            record(.recovered(part), behind: obligation)
            left -= part
        }
        return left
    }

    mutating func setFlag(_ kind: StopFlag.Kind, reason: String, expiresAt: Instant?) {
        let isInForceAsLong = customer.profile.flags.contains {
            guard $0.kind == kind, $0.isInForce(at: facts.now) else { return false }
            guard let end = $0.expiresAt else { return true }
            return expiresAt.map { $0 <= end } ?? false
        }
        guard !isInForceAsLong else { return }
        let flag = StopFlag(
            id: identifier(), kind: kind, reason: reason, setBy: facts.actor.name,
            setAt: facts.now, expiresAt: expiresAt)
        customer.profile.flags.append(flag)
        keepProfile()
        changes.stops.append(.set(flag.id, kind))
        if let expiresAt { set(.flagEnd(flag.id), due: expiresAt) }
        guard kind.stopsLiquidation else { return }
        for obligation in customer.openObligations { pauseClock(of: obligation.id, why: .stop) }
    }

    /// A stop ran out: cash it had protected pays what is owed, and clocks it held go on.
    mutating func flagEnded(_ id: FlagID) throws(Refusal) -> Reply {
        if let flag = customer.profile.flags.first(where: { $0.id == id }),
            !flag.isInForce(at: facts.now)
        {
            changes.stops.append(.expired(id, flag.kind))
        }
        try goOnAfterStop()
        return .done
    }

    /// What one stop held goes on, unless another holds it too.
    private mutating func goOnAfterStop() throws(Refusal) {
        try applyCash()
        giveBackWhatWasHeld()
        for var obligation in customer.openObligations {
            switch obligation.grace {
            case .paused(_, .stop): resumeClock(of: obligation.id)
            case .awaitingNotice where obligation.noticeID == nil,
                .none where obligation.noticeID == nil:
                tellOwed(&obligation, customer.outstanding(obligation.id))
            case .awaitingNotice, .running, .paused, .ended, .none: break
            }
        }
    }

    mutating func removeFlag(_ command: Command.RemoveFlag) throws(Refusal) -> Reply {
        guard !command.reason.isEmpty else { throw .reasonRequired }
        guard let index = customer.profile.flags.firstIndex(where: { $0.id == command.flag }) else {
            throw .flagUnknown
        }
        let flag = customer.profile.flags.remove(at: index)
        changes.stops.append(.removed(flag.id, flag.kind))
        clear(.flagEnd(command.flag))
        keepProfile()
        try goOnAfterStop()
        return .done
    }
}
