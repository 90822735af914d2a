import Banking
import Ledger
import Money
import Nacha

// The stored forms of a customer's parts. `Packing.swift` says how they may change.

extension Customer.Language: Packable {}
extension StopFlag.Kind: Packable {}
extension SecurityLock.Kind: Packable {}
extension FundsRail: Packable {}
extension PaymentMethod.AccountType: Packable {}
extension PaymentMethod.Standing: Packable {}
extension Underwriting.Reason: Packable {}
extension HouseAccount: Packable {}
extension Obligation.Grace.Pause: Packable {}
extension SettlementKindName: Packable {}
extension DocumentType: Packable {}
extension ReturnRequest.Answer: Packable {}
extension PaymentMethod.Proof: Packable {}
extension Validation.Failure: Packable {}
extension Withdrawal.State: Packable {}
extension Order.State: Packable {}
extension TradeSide: Packable {}
extension Sale.State: Packable {}
extension WarrantyClaim.State: Packable {}

extension Customer.Profile: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(
            id, openedAt, reference, name, email, language, timeZone, standing, flags,
            securityLocks, liquidationOrder, liquidation, lastFunds, told)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            id: try unpacker.get(), openedAt: try unpacker.get(), reference: try unpacker.get(),
            name: try unpacker.get(), email: try unpacker.get(), language: try unpacker.get(),
            timeZone: try unpacker.get(), standing: try unpacker.get(), flags: try unpacker.get(),
            securityLocks: try unpacker.get(), liquidationOrder: try unpacker.get(),
            liquidation: try unpacker.get(), lastFunds: try unpacker.get(),
            told: try unpacker.get())
    }
}

extension Customer.Standing: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(cleanDeposits, cleanDepositsNeeded)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            cleanDeposits: try unpacker.get(), cleanDepositsNeeded: try unpacker.get())
    }
}

extension StopFlag: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(id, kind, reason, setBy, setAt, expiresAt)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            id: try unpacker.get(), kind: try unpacker.get(), reason: try unpacker.get(),
            setBy: try unpacker.get(), setAt: try unpacker.get(), expiresAt: try unpacker.get())
    }
}

extension SecurityLock: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(kind, until)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            kind: try unpacker.get(), until: try unpacker.get())
    }
}

extension LiquidationProgress: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(attempts, slices, lastIndex, stopped)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init()
        attempts = try unpacker.get()
        slices = try unpacker.get()
        lastIndex = try unpacker.get()
        stopped = try unpacker.get()
    }
}

extension LiquidationGuard: Packable {
    public func pack(into packer: inout Packer) {
        switch self {
        case .nothingDue: packer.put(tag: 0)
        case .everythingHalted: packer.put(tag: 1)
        case .stopFlag(let kind): packer.put(tag: 2, kind)
        case .paymentUnderWay(let id): packer.put(tag: 3, id)
        case .saleInFlight: packer.put(tag: 4)
        case .ordersToCancel: packer.put(tag: 5)
        case .tooManySlices: packer.put(tag: 6)
        case .priceFell(let asset): packer.put(tag: 7, asset)
        case .bandsExhausted: packer.put(tag: 8)
        case .nothingToSell: packer.put(tag: 9)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        switch try unpacker.tag() {
        case 0: self = .nothingDue
        case 1: self = .everythingHalted
        case 2: self = .stopFlag(try unpacker.get())
        case 3: self = .paymentUnderWay(try unpacker.get())
        case 4: self = .saleInFlight
        case 5: self = .ordersToCancel
        case 6: self = .tooManySlices
        case 7: self = .priceFell(try unpacker.get())
        case 8: self = .bandsExhausted
        case 9: self = .nothingToSell
        case let tag: throw unpacker.unknown(tag, LiquidationGuard.self)
        }
    }
}

extension Customer.LastFunds: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(source, rail, amount, excess, at)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            source: try unpacker.get(), rail: try unpacker.get(), amount: try unpacker.get(),
            excess: try unpacker.get(), at: try unpacker.get())
    }
}

extension PaymentMethod: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(
            id, kind, linkedAt, label, lastFour, standing, proofs, balance, standingReason,
            validations)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            id: try unpacker.get(), kind: try unpacker.get(), linkedAt: try unpacker.get(),
            label: try unpacker.get(), lastFour: try unpacker.get(), standing: try unpacker.get(),
            proofs: try Self.proofs(&unpacker), balance: try unpacker.get(),
            standingReason: try unpacker.get(),
            validations: unpacker.format >= 3 ? try unpacker.get() : [])
        guard unpacker.format < 5, verified, case .proven = validation?.state else { return }
        // It was proven by the amounts, and whether by anything else was not kept.
        withdraw(.unrecorded)
        prove(by: .microEntries)
    }

    /// Before format 5 there was only whether it was proven.
    private static func proofs(_ unpacker: inout Unpacker) throws -> [Proof] {
        guard unpacker.format < 5 else { return try unpacker.get() }
        return try Bool(unpacking: &unpacker) ? [.unrecorded] : []
    }
}

extension PaymentMethod.Kind: Packable {
    public func pack(into packer: inout Packer) {
        switch self {
        case .bankAccount(let account): packer.put(tag: 0, account)
        case .card(let token): packer.put(tag: 1, token)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        switch try unpacker.tag() {
        case 0: self = .bankAccount(try unpacker.get())
        case 1: self = .card(token: try unpacker.get())
        case let tag: throw unpacker.unknown(tag, PaymentMethod.Kind.self)
        }
    }
}

extension PaymentMethod.BankAccount: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(routingNumber, sealedNumber, fingerprint, type)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            routingNumber: try unpacker.get(), sealedNumber: try unpacker.get(),
            fingerprint: try unpacker.get(), type: try unpacker.get())
    }
}

extension PaymentMethod.BalanceCheck: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(amount, asOf)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            amount: try unpacker.get(), asOf: try unpacker.get())
    }
}

extension Deposit: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(
            id, kind, method, amount, credit, underwriting, terms, initiatedAt, releaseAt, state,
            trace, settlementDay, returns, parkedReturns, history, returnRequests)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            id: try unpacker.get(), kind: try unpacker.get(), method: try unpacker.get(),
            amount: try unpacker.get(), credit: try unpacker.get(),
            underwriting: try unpacker.get(), terms: try unpacker.get(),
            initiatedAt: try unpacker.get(), releaseAt: try unpacker.get(),
            state: try unpacker.get(), trace: try unpacker.get(),
            settlementDay: try unpacker.get(), returns: try unpacker.get(),
            parkedReturns: try unpacker.get(), history: try unpacker.get())
        returnRequests = unpacker.format >= 3 ? try unpacker.get() : []
    }
}

extension PaymentReference: Packable {
    public func pack(into packer: inout Packer) {
        switch self {
        case .deposit(let id): packer.put(tag: 0, id)
        case .settlement(let id): packer.put(tag: 1, id)
        case .dishonor(let id): packer.put(tag: 2, id)
        case .microEntry(let id): packer.put(tag: 3, id)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        switch try unpacker.tag() {
        case 0: self = .deposit(try unpacker.get())
        case 1: self = .settlement(try unpacker.get())
        case 2: self = .dishonor(try unpacker.get())
        case 3: self = .microEntry(try unpacker.get())
        case let tag: throw unpacker.unknown(tag, PaymentReference.self)
        }
    }
}

extension Validation: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(startedAt, entries, state, wrongTries, expiresAt)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            startedAt: try unpacker.get(), entries: try unpacker.get(),
            state: try unpacker.get(), wrongTries: try unpacker.get(),
            expiresAt: try unpacker.get())
    }
}

extension Validation.State: Packable {
    public func pack(into packer: inout Packer) {
        switch self {
        case .queued: packer.put(tag: 0)
        case .sent: packer.put(tag: 1)
        case .proven(let at): packer.put(tag: 2, at)
        case .failed(let why): packer.put(tag: 3, why)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        switch try unpacker.tag() {
        case 0: self = .queued
        case 1: self = .sent
        case 2: self = .proven(at: try unpacker.get())
        case 3: self = .failed(try unpacker.get())
        case let tag: throw unpacker.unknown(tag, Validation.State.self)
        }
    }
}

extension MicroEntry: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(id, amount, isCredit, trace, settlementDay, isSettled, back)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            id: try unpacker.get(), amount: try unpacker.get(), isCredit: try unpacker.get(),
            trace: try unpacker.get(), settlementDay: try unpacker.get(),
            isSettled: try unpacker.get(), back: try unpacker.get())
    }
}

extension MicroEntry.Back: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(code, trace, isSettled, fee, isNetted)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        // Before format 5 none came out of suspense: whatever had not settled was netted, and an entry
        // that had not settled never did. To be netted is then as good for one that had.
        self.init(
            code: try unpacker.get(), trace: try unpacker.get(), isSettled: try unpacker.get(),
            fee: try unpacker.get(), isNetted: unpacker.format >= 5 ? try unpacker.get() : true)
    }
}

extension ReturnRequest: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(reason, by, at, answerBy, answer, nextLookAt)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            reason: try unpacker.get(), by: try unpacker.get(), at: try unpacker.get(),
            answerBy: try unpacker.get(), answer: try unpacker.get())
        if unpacker.format >= 5 { nextLookAt = try unpacker.get() }
    }
}

extension Policy.Hold: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(hours, slackBankingDays)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(hours: try unpacker.get(), slackBankingDays: try unpacker.get())
    }
}

extension ParkedReturn: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(trace, isOpen)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(trace: try unpacker.get(), isOpen: try unpacker.get())
    }
}

extension Deposit.Kind: Packable {
    public func pack(into packer: inout Packer) {
        switch self {
        case .funding: packer.put(tag: 0)
        case .purchase(let asset, let quantity): packer.put(tag: 1, asset, quantity)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        switch try unpacker.tag() {
        case 0: self = .funding
        case 1: self = .purchase(asset: try unpacker.get(), quantity: try unpacker.get())
        case let tag: throw unpacker.unknown(tag, Deposit.Kind.self)
        }
    }
}

extension Deposit.State: Packable {
    public func pack(into packer: inout Packer) {
        switch self {
        case .initiated: packer.put(tag: 0)
        case .submitted: packer.put(tag: 1)
        case .fundsReceived: packer.put(tag: 2)
        case .settled: packer.put(tag: 3)
        case .returned(let record): packer.put(tag: 4, record)
        case .cancelled: packer.put(tag: 5)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        switch try unpacker.tag() {
        case 0: self = .initiated
        case 1: self = .submitted
        case 2: self = .fundsReceived
        case 3: self = .settled
        case 4: self = .returned(try unpacker.get())
        case 5: self = .cancelled
        case let tag: throw unpacker.unknown(tag, Deposit.State.self)
        }
    }
}

extension Deposit.Moment: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(at, what)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            at: try unpacker.get(), what: try unpacker.get())
    }
}

extension Deposit.Moment.What: Packable {
    public func pack(into packer: inout Packer) {
        switch self {
        case .initiated(let credit): packer.put(tag: 0, credit)
        case .submitted: packer.put(tag: 1)
        case .fundsReceived: packer.put(tag: 2)
        case .released: packer.put(tag: 3)
        case .cancelled: packer.put(tag: 4)
        case .returned(let code): packer.put(tag: 5, code)
        case .returnDishonored: packer.put(tag: 6)
        case .returnUpheld: packer.put(tag: 7)
        case .noticeDelivered: packer.put(tag: 8)
        case .paymentStarted(let amount): packer.put(tag: 9, amount)
        case .paid(let amount): packer.put(tag: 10, amount)
        case .paymentFailed: packer.put(tag: 11)
        case .saleOrdered: packer.put(tag: 12)
        case .settled: packer.put(tag: 13)
        case .waived(let amount): packer.put(tag: 14, amount)
        case .chargedOff(let amount): packer.put(tag: 15, amount)
        case .recovered(let amount): packer.put(tag: 16, amount)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        switch try unpacker.tag() {
        case 0: self = .initiated(credit: try unpacker.get())
        case 1: self = .submitted
        case 2: self = .fundsReceived
        case 3: self = .released
        case 4: self = .cancelled
        case 5: self = .returned(code: try unpacker.get())
        case 6: self = .returnDishonored
        case 7: self = .returnUpheld
        case 8: self = .noticeDelivered
        case 9: self = .paymentStarted(try unpacker.get())
        case 10: self = .paid(try unpacker.get())
        case 11: self = .paymentFailed
        case 12: self = .saleOrdered
        case 13: self = .settled
        case 14: self = .waived(try unpacker.get())
        case 15: self = .chargedOff(try unpacker.get())
        case 16: self = .recovered(try unpacker.get())
        case let tag: throw unpacker.unknown(tag, Deposit.Moment.What.self)
        }
    }
}

extension Deposit.ReturnRecord: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(
            code, trace, receivedAt, source, covered, shortfall, afterRelease, settled, fee,
            dateOfDeath)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            code: try unpacker.get(), trace: try unpacker.get(), receivedAt: try unpacker.get(),
            source: try unpacker.get(), covered: try unpacker.get(), shortfall: try unpacker.get(),
            afterRelease: try unpacker.get(), settled: try unpacker.get(), fee: try unpacker.get(),
            dateOfDeath: unpacker.format >= 2 ? try unpacker.get() : nil)
    }
}

extension Underwriting: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(credit, reasons, policy, tier)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            credit: try unpacker.get(), reasons: try unpacker.get(), policy: try unpacker.get(),
            tier: try unpacker.get())
    }
}

extension Obligation: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(
            id, origin, openedAt, principal, code, group, policy, terms, state, grace, noticeID,
            representedAt, documentPauseUsed, provided, waivedAlone, claimWaived,
            promisedUntil)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            id: try unpacker.get(), origin: try unpacker.get(), openedAt: try unpacker.get(),
            principal: try unpacker.get(), code: try unpacker.get(), group: try unpacker.get(),
            policy: try unpacker.get(), terms: try unpacker.get(), state: try unpacker.get(),
            grace: try unpacker.get(), noticeID: try unpacker.get(),
            representedAt: try unpacker.get(), documentPauseUsed: try unpacker.get(),
            provided: try unpacker.get(), waivedAlone: try unpacker.get(),
            claimWaived: try unpacker.get())
        promisedUntil = unpacker.format >= 4 ? try unpacker.get() : nil
    }
}

extension Obligation.Terms: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(grace, liquidationFee)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(grace: try unpacker.get(), liquidationFee: try unpacker.get())
    }
}

extension Policy.Grace: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(
            hours, extendsToBankingDay, hoursAfterOpening, reminderAfterHours,
            finalWarningBeforeHours)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            hours: try unpacker.get(), extendsToBankingDay: try unpacker.get(),
            hoursAfterOpening: try unpacker.get(), reminderAfterHours: try unpacker.get(),
            finalWarningBeforeHours: try unpacker.get())
    }
}

extension Obligation.Origin: Packable {
    public func pack(into packer: inout Packer) {
        switch self {
        case .deposit(let id): packer.put(tag: 0, id)
        case .chargeback(let id): packer.put(tag: 1, id)
        case .warrantyClaim(let id): packer.put(tag: 2, id)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        switch try unpacker.tag() {
        case 0: self = .deposit(try unpacker.get())
        case 1: self = .chargeback(try unpacker.get())
        case 2: self = .warrantyClaim(try unpacker.get())
        case let tag: throw unpacker.unknown(tag, Obligation.Origin.self)
        }
    }
}

extension Obligation.State: Packable {
    public func pack(into packer: inout Packer) {
        switch self {
        case .open: packer.put(tag: 0)
        case .settled(let at, let by): packer.put(tag: 1, at, by)
        case .chargedOff(let at, let written, let claim): packer.put(tag: 2, at, written, claim)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        switch try unpacker.tag() {
        case 0: self = .open
        case 1: self = .settled(at: try unpacker.get(), by: try unpacker.get())
        case 2:
            self = .chargedOff(
                at: try unpacker.get(), written: try unpacker.get(), claim: try unpacker.get())
        case let tag: throw unpacker.unknown(tag, Obligation.State.self)
        }
    }
}

extension Obligation.Grace: Packable {
    public func pack(into packer: inout Packer) {
        switch self {
        case .awaitingNotice: packer.put(tag: 0)
        case .running(let until): packer.put(tag: 1, until)
        case .paused(let milliseconds, let why): packer.put(tag: 2, milliseconds, why)
        case .ended(let at): packer.put(tag: 3, at)
        case .none: packer.put(tag: 4)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        switch try unpacker.tag() {
        case 0: self = .awaitingNotice
        case 1: self = .running(until: try unpacker.get())
        case 2: self = .paused(milliseconds: try unpacker.get(), why: try unpacker.get())
        case 3: self = .ended(try unpacker.get())
        case 4: self = .none
        case let tag: throw unpacker.unknown(tag, Obligation.Grace.self)
        }
    }
}

extension SettledBy: Packable {
    public func pack(into packer: inout Packer) {
        switch self {
        case .payment(let kind): packer.put(tag: 0, kind)
        case .cash: packer.put(tag: 1)
        case .liquidation: packer.put(tag: 2)
        case .waiver: packer.put(tag: 3)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        switch try unpacker.tag() {
        case 0: self = .payment(try unpacker.get())
        case 1: self = .cash
        case 2: self = .liquidation
        case 3: self = .waiver
        case let tag: throw unpacker.unknown(tag, SettledBy.self)
        }
    }
}

extension Settlement: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(
            id, kind, method, amount, fee, allocations, startedAt, reference, quote, state,
            documentsWanted, actionURL, trace, settlementDay, captured, disputed, returnTrace,
            returnFee, parkedReturns, refunds, returnRequests, isCreditOutstanding, receipt,
            overpayment)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            id: try unpacker.get(), kind: try unpacker.get(), method: try unpacker.get(),
            amount: try unpacker.get(), fee: try unpacker.get(), allocations: try unpacker.get(),
            startedAt: try unpacker.get(), reference: try unpacker.get(), quote: try unpacker.get(),
            state: try unpacker.get(), documentsWanted: try unpacker.get(),
            actionURL: try unpacker.get(), trace: try unpacker.get(),
            settlementDay: try unpacker.get(), captured: try unpacker.get(),
            disputed: try unpacker.get(), returnTrace: try unpacker.get(),
            returnFee: try unpacker.get(), parkedReturns: try unpacker.get(),
            refunds: try unpacker.get())
        returnRequests = unpacker.format >= 3 ? try unpacker.get() : []
        isCreditOutstanding = unpacker.format >= 4 ? try unpacker.get() : false
        guard unpacker.format >= 5 else { return }
        receipt = try unpacker.get()
        overpayment = try unpacker.get()
    }
}

extension Overpayment: Packable {
    public func pack(into packer: inout Packer) { packer.put(amount, fee, state) }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            amount: try unpacker.get(), fee: try unpacker.get(), state: try unpacker.get())
    }
}

extension Overpayment.State: Packable {
    public func pack(into packer: inout Packer) {
        switch self {
        case .held: packer.put(tag: 0)
        case .asked(let at): packer.put(tag: 1, at)
        case .refunded(let at): packer.put(tag: 2, at)
        case .kept(let at): packer.put(tag: 3, at)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        switch try unpacker.tag() {
        case 0: self = .held
        case 1: self = .asked(at: try unpacker.get())
        case 2: self = .refunded(at: try unpacker.get())
        case 3: self = .kept(at: try unpacker.get())
        case let tag: throw unpacker.unknown(tag, Overpayment.State.self)
        }
    }
}

extension Receipt: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(
            at, received, paid, recovered, toCash, owedAfterwards, givenBack, feeGivenBack)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            at: try unpacker.get(), received: try unpacker.get(), paid: try unpacker.get(),
            recovered: try unpacker.get(), toCash: try unpacker.get(),
            owedAfterwards: try unpacker.get(), givenBack: try unpacker.get(),
            feeGivenBack: try unpacker.get())
    }
}

extension Receipt.Line: Packable {
    public func pack(into packer: inout Packer) { packer.put(obligation, amount, left) }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            obligation: try unpacker.get(), amount: try unpacker.get(), left: try unpacker.get())
    }
}

extension Settlement.Capture: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(amount, fee)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            amount: try unpacker.get(), fee: try unpacker.get())
    }
}

extension Settlement.Allocation: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(obligation, amount)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            obligation: try unpacker.get(), amount: try unpacker.get())
    }
}

extension Settlement.LockedQuote: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(asset, price, quantity, expiresAt)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            asset: try unpacker.get(), price: try unpacker.get(), quantity: try unpacker.get(),
            expiresAt: try unpacker.get())
    }
}

extension Settlement.State: Packable {
    public func pack(into packer: inout Packer) {
        switch self {
        case .documentsRequired: packer.put(tag: 0)
        case .awaitingPayment: packer.put(tag: 1)
        case .queued: packer.put(tag: 2)
        case .submitted: packer.put(tag: 3)
        case .unconfirmed(let until): packer.put(tag: 4, until)
        case .selling(let sale): packer.put(tag: 5, sale)
        case .completed(let at): packer.put(tag: 6, at)
        case .failed(let reason): packer.put(tag: 7, reason)
        case .returned(let code, let settled): packer.put(tag: 8, code, settled)
        case .cancelled: packer.put(tag: 9)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        switch try unpacker.tag() {
        case 0: self = .documentsRequired
        case 1: self = .awaitingPayment
        case 2: self = .queued
        case 3: self = .submitted
        case 4: self = .unconfirmed(until: try unpacker.get())
        case 5: self = .selling(try unpacker.get())
        case 6: self = .completed(at: try unpacker.get())
        case 7: self = .failed(reason: try unpacker.get())
        case 8: self = .returned(code: try unpacker.get(), settled: try unpacker.get())
        case 9: self = .cancelled
        case let tag: throw unpacker.unknown(tag, Settlement.State.self)
        }
    }
}

extension Withdrawal: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(id, asset, amount, destination, requestedAt, isRefund, state)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            id: try unpacker.get(), asset: try unpacker.get(), amount: try unpacker.get(),
            destination: try unpacker.get(), requestedAt: try unpacker.get(),
            isRefund: try unpacker.get(), state: try unpacker.get())
    }
}

extension Order: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(id, reference, side, asset, reservedCash, reservedQuantity, state)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            id: try unpacker.get(), reference: try unpacker.get(), side: try unpacker.get(),
            asset: try unpacker.get(), reservedCash: try unpacker.get(),
            reservedQuantity: try unpacker.get(), state: try unpacker.get())
    }
}

extension Sale: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(
            id, purpose, asset, ordered, reference, limit, feeRate, orderedAt, fills, fee, state,
            paid, parkedFills, dueSince, receipt)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            id: try unpacker.get(), purpose: try unpacker.get(), asset: try unpacker.get(),
            ordered: try unpacker.get(), reference: try unpacker.get(), limit: try unpacker.get(),
            feeRate: try unpacker.get(), orderedAt: try unpacker.get(), fills: try unpacker.get(),
            fee: try unpacker.get(), state: try unpacker.get(), paid: try unpacker.get(),
            parkedFills: try unpacker.get())
        guard unpacker.format >= 5 else { return }
        dueSince = try unpacker.get()
        receipt = try unpacker.get()
    }
}

extension Sale.Purpose: Packable {
    public func pack(into packer: inout Packer) {
        switch self {
        case .liquidation: packer.put(tag: 0)
        case .settlement(let id): packer.put(tag: 1, id)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        switch try unpacker.tag() {
        case 0: self = .liquidation
        case 1: self = .settlement(try unpacker.get())
        case let tag: throw unpacker.unknown(tag, Sale.Purpose.self)
        }
    }
}

extension Sale.Fill: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(trade, quantity, price, gross, at)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            trade: try unpacker.get(), quantity: try unpacker.get(), price: try unpacker.get(),
            gross: try unpacker.get(), at: unpacker.format >= 5 ? try unpacker.get() : nil)
    }
}

extension Document: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(id, settlement, type, mediaType, bytes, uploadedAt, state)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            id: try unpacker.get(), settlement: try unpacker.get(), type: try unpacker.get(),
            mediaType: try unpacker.get(), bytes: try unpacker.get(),
            uploadedAt: try unpacker.get(), state: try unpacker.get())
    }
}

extension Document.State: Packable {
    public func pack(into packer: inout Packer) {
        switch self {
        case .uploaded: packer.put(tag: 0)
        case .accepted(let by, let at): packer.put(tag: 1, by, at)
        case .refused(let by, let at, let reason): packer.put(tag: 2, by, at, reason)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        switch try unpacker.tag() {
        case 0: self = .uploaded
        case 1: self = .accepted(by: try unpacker.get(), at: try unpacker.get())
        case 2:
            self = .refused(
                by: try unpacker.get(), at: try unpacker.get(), reason: try unpacker.get())
        case let tag: throw unpacker.unknown(tag, Document.State.self)
        }
    }
}

extension WarrantyClaim: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(id, deposit, amount, receivedAt, inTime, state)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            id: try unpacker.get(), deposit: try unpacker.get(), amount: try unpacker.get(),
            receivedAt: try unpacker.get(), inTime: try unpacker.get(), state: try unpacker.get())
    }
}
