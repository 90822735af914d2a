import Banking
import Ledger
import Money
import Nacha

/// A return as the RDFI sent it, found to be of one of this customer's payments.
public struct ReturnedEntry: Hashable, Sendable, Codable {
    public let payment: PaymentReference
    public let code: String
    public let amount: Cents
    /// The return's own trace number: two returns of one entry differ in it.
    public let trace: TraceNumber
    /// The return's own settlement date, by which it is in time or late; without one, when it came.
    public let settlesOn: Day?
    /// What the bank said besides the code; `nil` when nothing.
    public let remarks: ReturnRemarks?
    /// Where the return stands in what the bank sent.
    public let place: FilePlace?

    public init(
        payment: PaymentReference, code: String, amount: Cents, trace: TraceNumber,
        settlesOn: Day? = nil, remarks: ReturnRemarks? = nil, place: FilePlace? = nil
    ) {
        self.payment = payment
        self.code = code
        self.amount = amount
        self.trace = trace
        self.settlesOn = settlesOn
        self.remarks = remarks
        self.place = place
    }
}

/// What a bank may say with a return besides its code.
public struct ReturnRemarks: Hashable, Sendable, Codable {
    /// Only with R14 and R15: entries initiated before it are judged otherwise than later ones.
    public let dateOfDeath: Day?
    /// R17 with QUESTIONABLE in its addenda: the RDFI believes that the entry was made under
    /// questionable circumstances (Nacha Operating Rules, return for questionable activity).
    public let isQuestionable: Bool

    public init(dateOfDeath: Day? = nil, isQuestionable: Bool = false) {
        self.dateOfDeath = dateOfDeath
        self.isQuestionable = isQuestionable
    }
}

/// Where a record stands: what was decided about it may need the whole of it again.
public struct FilePlace: Hashable, Sendable, Codable {
    public let file: String
    /// Counted from one.
    public let line: Int
    /// The byte it begins at, and the byte the header of its batch begins at.
    public let offset: Int
    public let batch: Int

    public init(file: String, line: Int, offset: Int, batch: Int) {
        self.file = file
        self.line = line
        self.offset = offset
        self.batch = batch
    }
}

extension Draft {
    mutating func receiveReturn(_ entry: ReturnedEntry) throws(Refusal) -> Reply {
        switch entry.payment {
        case .deposit(let id): try returnDeposit(id, entry)
        case .settlement(let id): try returnSettlement(id, entry)
        case .dishonor: throw .wrongState("a dishonored return is contested, not returned")
        case .microEntry(let id): try returnMicroEntry(id, entry)
        }
    }

    private mutating func returnDeposit(
        _ id: DepositID, _ entry: ReturnedEntry
    ) throws(Refusal) -> Reply {
        let deposit = try deposit(id)
        if deposit.returns.contains(where: { $0.trace == entry.trace && $0.code == entry.code })
            || deposit.parkedReturns.contains(where: { $0.trace == entry.trace })
        {
            return .unchanged
        }
        guard entry.amount == deposit.amount else {
            countReturn(code: entry.code, ofDebitSettledOn: deposit.settlementDay)
            return try park(entry, of: .deposit(id), because: .amountDiffers)
        }
        guard !customer.claims.values.contains(where: { $0.deposit == id && $0.state == .accepted })
        else {
            // The bank's customer was made whole by a warranty claim; not a second time.
            return try park(entry, of: .deposit(id), because: .duplicate)
        }
        let source: HouseAccount
        switch deposit.state {
        case .submitted: source = .clearing
        case .fundsReceived, .settled: source = .returnsPayable
        case .returned: return try park(entry, of: .deposit(id), because: .duplicate)
        case .initiated, .cancelled:
            return try park(entry, of: .deposit(id), because: .neverSent)
        }
        countReturn(code: entry.code, ofDebitSettledOn: deposit.settlementDay)
        let rule = facts.returnCode(
            entry.code, settledOn: deposit.settlementDay, entry.remarks)
        if isUninvited(entry, deposit.returnRequests) {
            return try park(entry, of: .deposit(id), because: .notRequested)
        }
        if source == .returnsPayable, isUntimely(entry, ofDebitSettledOn: deposit.settlementDay) {
            return try park(entry, of: .deposit(id), because: .untimely)
        }
        try takeBack(deposit, entry, rule, source: .house(source), recordedAs: source)
        return .done
    }

    /// Whether a return came after its window. The RDFI must make it available to the ODFI by an
    /// opening of business: a file that reaches us later says nothing about that, and what is here
    /// before it was in time whatever date it bears.
    func isUntimely(_ entry: ReturnedEntry, ofDebitSettledOn day: Day?) -> Bool {
        guard let day,
            let deadline = facts.returnCode(entry.code, settledOn: day)
                .deadline(day, facts.timing)
        else { return false }
        let settled = entry.settlesOn.map(facts.timing.settlementInstant) ?? facts.now
        return min(settled, facts.now) > deadline
    }

    /// A deposit that may no longer be sent: the instant credit is taken back as a return would.
    mutating func giveUp(
        _ deposit: Deposit, trace: TraceNumber, code: String
    ) throws(Refusal) {
        let entry = ReturnedEntry(
            payment: .deposit(deposit.id), code: code, amount: deposit.credit, trace: trace)
        try takeBack(
            deposit, entry, facts.returnCode(code, settledOn: deposit.settlementDay),
            source: .instantCredit(customer.id, deposit.id), recordedAs: .clearing)
    }

    /// The deposit's money is gone: what the customer has covers it first, the rest is owed.
    private mutating func takeBack(
        _ original: Deposit, _ entry: ReturnedEntry, _ rule: ReturnCodeRule, source: Account,
        recordedAs house: HouseAccount
    ) throws(Refusal) {
        var deposit = original
        let id = deposit.id
        let uncredited = customer.uncredited(id)
        try post(.uncredited(customer.id, id), source, uncredited, .returnReceived)
        let fromCustomer = entry.amount - uncredited
        try cancelQueuedWithdrawals()
        let covered = cashForSetOff(fromCustomer)
        try post(.customer(customer.id, .cash), source, covered, .returnReceived)
        let shortfall = fromCustomer - covered

        let returned = Deposit.ReturnRecord(
            code: rule.code, trace: entry.trace, receivedAt: facts.now, source: house,
            covered: covered, shortfall: shortfall, afterRelease: deposit.state == .settled,
            settled: house != .returnsPayable, dateOfDeath: entry.remarks?.dateOfDeath)
        deposit.returns.append(returned)
        deposit.state = .returned(returned)
        requestAnswered(&deposit.returnRequests, .deposit(id))
        record(.returned(code: rule.code), on: &deposit)
        clear(.release(id))
        if !rule.isOurOwnRequest { depositFailed() }
        applyReturn(rule, to: deposit.method)
        stopCustomer(after: rule, remarks: entry.remarks)
        if shortfall > .zero {
            try openObligation(
                ObligationID(sharing: id), origin: .deposit(id), principal: shortfall,
                against: source, code: rule)
            requestCancellation(
                of: customer.orders.values.filter { $0.side == .buy }.sorted { $0.id < $1.id })
        } else {
            notify(
                .depositReturnedCovered(deposit: id, amount: deposit.amount, group: rule.group))
        }
    }

    /// What free cash covers of `amount`: nothing while a stop forbids set-off.
    func cashForSetOff(_ amount: Cents) -> Cents {
        guard customer.hasFlag(where: \.stopsSetOff, at: facts.now) == nil else { return .zero }
        return min(customer.freeCash, amount)
    }

    mutating func stopCustomer(after rule: ReturnCodeRule, remarks: ReturnRemarks? = nil) {
        let kind: StopFlag.Kind
        switch rule.customerEffect {
        case .none, .normal, .review: return
        case .suspend: kind = .identityReview
        case .deceased: kind = .deceased
        case .compliance: kind = .compliance
        }
        let died = remarks?.dateOfDeath.map { ", died \($0.iso)" } ?? ""
        setFlag(kind, reason: "return \(rule.code)\(died)", expiresAt: nil)
        raise(.customerStopped(customer.id, kind))
    }

    /// The bank took a return's money from the operating account, with its fee if it charges one.
    mutating func settleReturn(_ command: Command.SettleReturn) throws(Refusal) -> Reply {
        switch command.payment {
        case .deposit(let id):
            var deposit = try deposit(id)
            guard case .returned(var record) = deposit.state,
                let index = deposit.returns.lastIndex(where: { $0.trace == record.trace })
            else { throw .wrongState("the deposit has not been returned") }
            // Netted before settlement, or paid from suspense: only the fee may be new.
            guard !record.settled || (record.fee == nil && command.fee > .zero) else {
                return .unchanged
            }
            if !record.settled {
                try post(
                    .house(.returnsPayable), .house(.bankOperating), deposit.amount,
                    .returnSettled)
            }
            record.settled = true
            if command.fee > .zero { record.fee = command.fee }
            deposit.returns[index] = record
            deposit.state = .returned(record)
            keep(deposit)
        case .settlement(let id):
            var settlement = try settlement(id)
            guard case .returned(let code, let settled) = settlement.state else {
                throw .wrongState("the payment has not been returned")
            }
            guard !settled || (settlement.returnFee == nil && command.fee > .zero) else {
                return .unchanged
            }
            if !settled {
                try post(
                    .house(.returnsPayable), .house(.bankOperating), settlement.amount,
                    .returnSettled)
            }
            if command.fee > .zero { settlement.returnFee = command.fee }
            settlement.state = .returned(code: code, settled: true)
            keep(settlement)
        case .dishonor:
            throw .wrongState("a dishonored return belongs to the house")
        case .microEntry(let id):
            return try settleReturn(ofMicroEntry: id, fee: command.fee)
        }
        try post(.house(.returnFee), .house(.bankOperating), command.fee, .returnFee)
        return .done
    }

    /// A return that cannot be charged to the customer: kept apart, with its clock, for a person.
    mutating func park(
        _ entry: ReturnedEntry, of payment: PaymentReference, because why: SuspenseItem.Why,
        from source: HouseAccount = .returnsPayable, reason: Transfer.Reason = .returnParked
    ) throws(Refusal) -> Reply {
        let isCredit =
            if case .microEntry(let id) = payment { try microEntry(id).isCredit } else { false }
        let accounts = (Account.house(.suspenseReturns), Account.house(source))
        // A credit that comes back gives its money to us.
        try post(
            isCredit ? accounts.1 : accounts.0, isCredit ? accounts.0 : accounts.1, entry.amount,
            reason)
        let settledOn = settlementDay(of: payment)
        var item = SuspenseItem(
            id: identifier(), amount: entry.amount, code: entry.code, trace: entry.trace,
            originalTrace: nil, customer: customer.id, payment: payment, why: why,
            receivedAt: facts.now,
            dishonorBy: facts.dishonorDeadline(
                returnSettledOn: entry.settlesOn, ofEntrySettledOn: settledOn),
            state: .open, settled: source != .returnsPayable)
        item.side = isCredit ? .credit : nil
        item.wasContested = reason == .dishonorContested
        item.place = entry.place
        changes.parked.append(item)
        raise(.returnInSuspense(item.id))
        switch payment {
        case .deposit(let id):
            if var deposit = customer.deposits[id] {
                deposit.parkedReturns.append(ParkedReturn(trace: entry.trace))
                if deposit.returnRequests.mayComeBack {
                    requestAnswered(&deposit.returnRequests, payment)
                }
                keep(deposit)
            }
        case .settlement(let id):
            if var settlement = customer.settlements[id] {
                settlement.parkedReturns.append(ParkedReturn(trace: entry.trace))
                if settlement.returnRequests.mayComeBack {
                    requestAnswered(&settlement.returnRequests, payment)
                }
                keep(settlement)
            }
        case .dishonor, .microEntry: break
        }
        return .parked(item.id)
    }

    private func settlementDay(of payment: PaymentReference) -> Day? {
        switch payment {
        case .deposit(let id): customer.deposits[id]?.settlementDay
        case .settlement(let id): customer.settlements[id]?.settlementDay
        case .dishonor: nil
        case .microEntry(let id): customer.microEntry(id)?.settlementDay
        }
    }

    /// A person matched a suspense item to this payment, or its dishonor was contested: the
    /// customer is charged now, from where the money waits.
    mutating func upholdReturn(_ command: Command.UpholdReturn) throws(Refusal) -> Reply {
        let entry = ReturnedEntry(
            payment: command.payment, code: command.code, amount: command.amount,
            trace: command.trace)
        let wasOfPayment = decideParked(command.payment, command.trace)
        if let problem = try upholdProblem(entry, isCredit: command.isCredit) {
            // The money of a contested dishonor is gone whether or not the payment can be charged
            // for it; then it waits in suspense again. A wrong match by a person is refused.
            guard command.from != .suspenseReturns else {
                throw .wrongState("the payment is not one that this return could be of")
            }
            return try park(
                entry, of: command.payment, because: problem, from: command.from,
                reason: .dishonorContested)
        }
        switch command.payment {
        case .microEntry(let id):
            try upholdReturn(ofMicroEntry: id, entry, from: command.from)
        case .deposit(let id):
            var deposit = try deposit(id)
            if !wasOfPayment {
                countReturn(code: entry.code, ofDebitSettledOn: deposit.settlementDay)
            }
            record(.returnUpheld, on: &deposit)
            try takeBack(
                deposit, entry,
                facts.returnCode(command.code, settledOn: deposit.settlementDay),
                source: .house(command.from), recordedAs: command.from)
        case .settlement(let id):
            let settlement = try settlement(id)
            if !wasOfPayment {
                countReturn(code: entry.code, ofDebitSettledOn: settlement.settlementDay)
            }
            try takeBack(settlement, entry, source: command.from)
        case .dishonor: break
        }
        return .done
    }

    /// Why a return cannot be charged to the payment it is said to be of.
    private func upholdProblem(
        _ entry: ReturnedEntry, isCredit: Bool
    ) throws(Refusal) -> SuspenseItem.Why? {
        let amount: Cents
        let hasLeft: Bool
        let wasCredit: Bool
        switch entry.payment {
        case .deposit(let id):
            let deposit = try deposit(id)
            amount = deposit.amount
            hasLeft = deposit.isWithReceiver
            wasCredit = false
        case .settlement(let id):
            let settlement = try settlement(id)
            amount = settlement.amount
            hasLeft = settlement.hasLeft
            wasCredit = false
        case .dishonor: throw .wrongState("a dishonored return is not returned")
        case .microEntry(let id):
            let micro = try microEntry(id)
            amount = micro.amount
            hasLeft = micro.trace != nil && micro.back == nil
            wasCredit = micro.isCredit
        }
        guard wasCredit == isCredit else {
            throw .wrongState(
                isCredit
                    ? "a credit of ours came back; no customer's payment did"
                    : "a debit came back, and the entry is a credit of ours")
        }
        if amount != entry.amount { return .amountDiffers }
        return hasLeft ? nil : .duplicate
    }

    /// What became of a return in suspense, told to the payment it is of.
    mutating func returnDecided(_ command: Command.ReturnDecided) throws(Refusal) -> Reply {
        if command.outcome == .dishonored {
            if case .deposit(let id) = command.payment {
                var deposit = try deposit(id)
                record(.returnDishonored, on: &deposit)
            }
        } else {
            _ = decideParked(command.payment, command.trace)
        }
        return .done
    }

    /// A return no longer waits: what stood still because of it is looked at again. Says whether
    /// the return was found to be of this payment when it came, and so was counted then.
    private mutating func decideParked(
        _ payment: PaymentReference, _ trace: TraceNumber
    ) -> Bool {
        switch payment {
        case .deposit(let id):
            guard var deposit = customer.deposits[id] else { return false }
            let isKnown = deposit.parkedReturns.contains { $0.trace == trace }
            guard deposit.parkedReturns.decide(trace) else { return isKnown }
            keep(deposit)
            if deposit.state == .fundsReceived {
                set(.release(id), due: max(deposit.releaseAt, facts.now))
            }
            return true
        case .settlement(let id):
            guard var settlement = customer.settlements[id] else { return false }
            let isKnown = settlement.parkedReturns.contains { $0.trace == trace }
            guard settlement.parkedReturns.decide(trace) else { return isKnown }
            keep(settlement)
            if case .unconfirmed(let until) = settlement.state {
                set(.confirm(id), due: max(until, facts.now))
            }
            return true
        case .dishonor, .microEntry: return false
        }
    }

    /// An RDFI claims breach of the authorisation warranty after the return windows have closed.
    mutating func receiveClaim(_ command: Command.ReceiveClaim) throws(Refusal) -> Reply {
        let deposit = try deposit(command.deposit)
        guard command.amount > .zero, command.amount <= deposit.amount else {
            throw .amountOutOfRange(min: Cents(1), max: deposit.amount)
        }
        let claim = WarrantyClaim(
            id: identifier(), deposit: command.deposit, amount: command.amount,
            receivedAt: facts.now,
            inTime: deposit.settlementDay.map {
                Eastern.day(at: facts.now) <= $0.adding(days: 365 * facts.policy.loss.warrantyYears)
            } ?? false,
            state: .received)
        keep(claim)
        raise(.warrantyClaim(customer.id, claim.id))
        return .claim(claim.id)
    }

    /// A person accepted or refused the claim; only an accepted one moves money.
    mutating func decideClaim(_ command: Command.DecideClaim) throws(Refusal) -> Reply {
        guard var claim = customer.claims[command.claim] else { throw .claimUnknown }
        guard claim.state == .received else { throw .alreadyDecided }
        if command.accept {
            guard claim.inTime else { throw .warrantyWindowPassed }
            let deposit = try deposit(claim.deposit)
            if case .returned = deposit.state { throw .wrongState("the deposit came back already") }
            let accepted = customer.claims.values
                .filter { $0.deposit == deposit.id && $0.state == .accepted }.map(\.amount).sum()
            guard accepted + claim.amount <= deposit.amount else {
                throw .amountOutOfRange(min: .zero, max: deposit.amount - accepted)
            }
            try cancelQueuedWithdrawals()
            let covered = cashForSetOff(claim.amount)
            try post(
                .customer(customer.id, .cash), .house(.bankOperating), covered, .warrantyClaim)
            // The bank's customer denies the debit, which means what R10 means.
            let rule = facts.returnCode(
                ReturnCode.notAuthorized.text, settledOn: deposit.settlementDay)
            depositFailed()
            applyReturn(rule, to: deposit.method)
            stopCustomer(after: rule)
            if claim.amount > covered {
                try openObligation(
                    ObligationID(sharing: claim.id), origin: .warrantyClaim(claim.id),
                    principal: claim.amount - covered, against: .house(.bankOperating),
                    code: rule)
            } else {
                notify(
                    .depositReturnedCovered(
                        deposit: deposit.id, amount: claim.amount, group: rule.group))
            }
        }
        claim.state = command.accept ? .accepted : .refused
        keep(claim)
        return .done
    }
}

/// A return that was not charged to the customer but went to suspense.
public struct ParkedReturn: Hashable, Sendable, Codable {
    public let trace: TraceNumber
    /// Whether nobody has decided yet what becomes of it; until then no hold ends.
    public var isOpen = true
}

extension [ParkedReturn] {
    var hasOpen: Bool { contains(where: \.isOpen) }

    /// Says that a return no longer waits; `false` when none was open under that trace.
    mutating func decide(_ trace: TraceNumber) -> Bool {
        guard let index = firstIndex(where: { $0.trace == trace && $0.isOpen }) else {
            return false
        }
        self[index].isOpen = false
        return true
    }
}

public struct WarrantyClaim: Hashable, Sendable, Codable {
    public let id: ClaimID
    public let deposit: DepositID
    public let amount: Cents
    public let receivedAt: Instant
    /// Whether it came within the years a consumer's bank has.
    public let inTime: Bool
    public var state: State

    public enum State: String, Hashable, Sendable, Codable {
        case received
        case accepted
        case refused
    }
}
