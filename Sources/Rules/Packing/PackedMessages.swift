import Banking
import Ledger
import Money
import Nacha

// The stored forms of what a decision tells. `Packing.swift` says how they may change.

extension Notice.Content: Packable {
    public func pack(into packer: inout Packer) {
        switch self {
        case .depositCredited(let deposit, let amount, let credit, let releaseAt):
            packer.put(tag: 0, deposit, amount, credit, releaseAt)
        case .depositReleased(let deposit, let amount): packer.put(tag: 1, deposit, amount)
        case .depositReturnedCovered(let deposit, let amount, let group):
            packer.put(tag: 2, deposit, amount, group)
        case .obligationOpened(let obligation, let amount, let group, let ourError, let payBy):
            packer.put(tag: 3, obligation, amount, group, ourError, payBy)
        case .reminder(let obligation, let amount, let payBy):
            packer.put(tag: 4, obligation, amount, payBy)
        case .finalWarning(let obligation, let amount, let payBy, let plan):
            packer.put(tag: 5, obligation, amount, payBy, plan)
        case .deadlineExtended(let obligation, let amount, let payBy):
            packer.put(tag: 6, obligation, amount, payBy)
        case .documentsRequested(let settlement, let documents):
            packer.put(tag: 7, settlement, documents)
        case .documentsAccepted(let settlement): packer.put(tag: 8, settlement)
        case .documentRefused(let settlement, let document, let reason):
            packer.put(tag: 9, settlement, document, reason)
        case .fundsReceived(let amount, let applied, let toCash):
            packer.put(tag: 10, amount, applied, toCash)
        case .settlementFailed(let settlement, let amount): packer.put(tag: 11, settlement, amount)
        case .settlementReturned(let settlement, let amount, let group):
            packer.put(tag: 12, settlement, amount, group)
        case .obligationSettled(let obligation, let amount, let by):
            packer.put(tag: 13, obligation, amount, by)
        case .saleOrdered(let sale, let asset, let quantity, let limit):
            packer.put(tag: 14, sale, asset, quantity, limit)
        case .saleCompleted(let sale, let proceeds): packer.put(tag: 15, sale, proceeds)
        case .saleRestored(let sale): packer.put(tag: 16, sale)
        case .residualOwed(let obligation, let amount): packer.put(tag: 17, obligation, amount)
        case .chargedOff(let obligation, let amount): packer.put(tag: 18, obligation, amount)
        case .withdrawalCancelled(let withdrawal, let asset, let amount):
            packer.put(tag: 19, withdrawal, asset, amount)
        case .methodCorrected(let method, let lastFour): packer.put(tag: 20, method, lastFour)
        case .microEntriesSent(let method, let lastFour, let until):
            packer.put(tag: 21, method, lastFour, until)
        case .methodVerified(let method, let lastFour): packer.put(tag: 22, method, lastFour)
        case .validationFailed(let method, let lastFour, let why):
            packer.put(tag: 23, method, lastFour, why)
        case .overpaid(let settlement, let amount): packer.put(tag: 24, settlement, amount)
        case .overpaymentRefunded(let settlement, let amount):
            packer.put(tag: 25, settlement, amount)
        case .overpaymentKept(let settlement, let amount): packer.put(tag: 26, settlement, amount)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        switch try unpacker.tag() {
        case 0:
            self = .depositCredited(
                deposit: try unpacker.get(), amount: try unpacker.get(), credit: try unpacker.get(),
                releaseAt: try unpacker.get())
        case 1: self = .depositReleased(deposit: try unpacker.get(), amount: try unpacker.get())
        case 2:
            self = .depositReturnedCovered(
                deposit: try unpacker.get(), amount: try unpacker.get(), group: try unpacker.get())
        case 3:
            self = .obligationOpened(
                obligation: try unpacker.get(), amount: try unpacker.get(),
                group: try unpacker.get(), ourError: try unpacker.get(), payBy: try unpacker.get())
        case 4:
            self = .reminder(
                obligation: try unpacker.get(), amount: try unpacker.get(),
                payBy: try unpacker.get())
        case 5:
            self = .finalWarning(
                obligation: try unpacker.get(), amount: try unpacker.get(),
                payBy: try unpacker.get(), plan: try unpacker.get())
        case 6:
            self = .deadlineExtended(
                obligation: try unpacker.get(), amount: try unpacker.get(),
                payBy: try unpacker.get())
        case 7:
            self = .documentsRequested(
                settlement: try unpacker.get(), documents: try unpacker.get())
        case 8: self = .documentsAccepted(settlement: try unpacker.get())
        case 9:
            self = .documentRefused(
                settlement: try unpacker.get(), document: try unpacker.get(),
                reason: try unpacker.get())
        case 10:
            self = .fundsReceived(
                amount: try unpacker.get(), applied: try unpacker.get(), toCash: try unpacker.get())
        case 11:
            self = .settlementFailed(
                settlement: try unpacker.get(), amount: try unpacker.get())
        case 12:
            self = .settlementReturned(
                settlement: try unpacker.get(), amount: try unpacker.get(),
                group: try unpacker.get())
        case 13:
            self = .obligationSettled(
                obligation: try unpacker.get(), amount: try unpacker.get(), by: try unpacker.get())
        case 14:
            self = .saleOrdered(
                sale: try unpacker.get(), asset: try unpacker.get(), quantity: try unpacker.get(),
                limit: try unpacker.get())
        case 15: self = .saleCompleted(sale: try unpacker.get(), proceeds: try unpacker.get())
        case 16: self = .saleRestored(sale: try unpacker.get())
        case 17: self = .residualOwed(obligation: try unpacker.get(), amount: try unpacker.get())
        case 18: self = .chargedOff(obligation: try unpacker.get(), amount: try unpacker.get())
        case 19:
            self = .withdrawalCancelled(
                withdrawal: try unpacker.get(), asset: try unpacker.get(),
                amount: try unpacker.get())
        case 20: self = .methodCorrected(method: try unpacker.get(), lastFour: try unpacker.get())
        case 21:
            self = .microEntriesSent(
                method: try unpacker.get(), lastFour: try unpacker.get(), until: try unpacker.get())
        case 22: self = .methodVerified(method: try unpacker.get(), lastFour: try unpacker.get())
        case 23:
            self = .validationFailed(
                method: try unpacker.get(), lastFour: try unpacker.get(), why: try unpacker.get())
        case 24: self = .overpaid(settlement: try unpacker.get(), amount: try unpacker.get())
        case 25:
            self = .overpaymentRefunded(
                settlement: try unpacker.get(), amount: try unpacker.get())
        case 26:
            self = .overpaymentKept(settlement: try unpacker.get(), amount: try unpacker.get())
        case let tag: throw unpacker.unknown(tag, Notice.Content.self)
        }
    }
}

extension SalePlan: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(asset, quantity, price, gross, fee)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(
            asset: try unpacker.get(), quantity: try unpacker.get(), price: try unpacker.get(),
            gross: try unpacker.get(), fee: try unpacker.get())
    }
}

extension Outgoing: Packable {
    public func pack(into packer: inout Packer) {
        switch self {
        case .notice(let notice): packer.put(tag: 0, notice)
        case .charge(let settlement, let kind, let amount, let fee):
            packer.put(tag: 1, settlement, kind, amount, fee)
        case .placeOrder(let sale, let asset, let quantity, let limit):
            packer.put(tag: 2, sale, asset, quantity, limit)
        case .orderCancellationRequested(let order, let reference):
            packer.put(tag: 3, order, reference)
        case .refund(let settlement, let amount): packer.put(tag: 4, settlement, amount)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        switch try unpacker.tag() {
        case 0: self = .notice(try unpacker.get())
        case 1:
            self = .charge(
                settlement: try unpacker.get(), kind: try unpacker.get(),
                amount: try unpacker.get(), fee: try unpacker.get())
        case 2:
            self = .placeOrder(
                sale: try unpacker.get(), asset: try unpacker.get(), quantity: try unpacker.get(),
                limit: try unpacker.get())
        case 3:
            self = .orderCancellationRequested(
                order: try unpacker.get(), reference: try unpacker.get())
        case 4: self = .refund(settlement: try unpacker.get(), amount: try unpacker.get())
        case let tag: throw unpacker.unknown(tag, Outgoing.self)
        }
    }
}

extension QueuedEntry.Presentment: Packable {
    public func pack(into packer: inout Packer) {
        switch self {
        case .original: packer.put(tag: 0)
        case .again: packer.put(tag: 1)
        case .dishonor(let code, let returnCode, let returnTrace):
            packer.put(tag: 2, code, returnCode, returnTrace)
        case .validation(let isCredit, let method): packer.put(tag: 3, isCredit, method)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        switch try unpacker.tag() {
        case 0: self = .original
        case 1: self = .again
        case 2:
            self = .dishonor(
                code: try unpacker.get(), returnCode: try unpacker.get(),
                returnTrace: try unpacker.get())
        case 3: self = .validation(isCredit: try unpacker.get(), of: try unpacker.get())
        case let tag: throw unpacker.unknown(tag, QueuedEntry.Presentment.self)
        }
    }
}

extension Timer.Kind: Packable {
    public func pack(into packer: inout Packer) {
        switch self {
        case .release(let id): packer.put(tag: 0, id)
        case .confirm(let id): packer.put(tag: 1, id)
        case .quoteExpiry(let id): packer.put(tag: 2, id)
        case .graceEnd(let id): packer.put(tag: 3, id)
        case .reminder(let id): packer.put(tag: 4, id)
        case .finalWarning(let id): packer.put(tag: 5, id)
        case .pauseEnd(let id): packer.put(tag: 6, id)
        case .waiveResidual(let id): packer.put(tag: 7, id)
        case .provision(let id): packer.put(tag: 8, id)
        case .chargeOff(let id): packer.put(tag: 9, id)
        case .liquidationSlice: packer.put(tag: 10)
        case .flagEnd(let id): packer.put(tag: 11, id)
        case .returnAnswer(let payment): packer.put(tag: 12, payment)
        case .validationEnd(let id): packer.put(tag: 13, id)
        case .refundAnswer(let id): packer.put(tag: 14, id)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        switch try unpacker.tag() {
        case 0: self = .release(try unpacker.get())
        case 1: self = .confirm(try unpacker.get())
        case 2: self = .quoteExpiry(try unpacker.get())
        case 3: self = .graceEnd(try unpacker.get())
        case 4: self = .reminder(try unpacker.get())
        case 5: self = .finalWarning(try unpacker.get())
        case 6: self = .pauseEnd(try unpacker.get())
        case 7: self = .waiveResidual(try unpacker.get())
        case 8: self = .provision(try unpacker.get())
        case 9: self = .chargeOff(try unpacker.get())
        case 10: self = .liquidationSlice
        case 11: self = .flagEnd(try unpacker.get())
        case 12: self = .returnAnswer(try unpacker.get())
        case 13: self = .validationEnd(try unpacker.get())
        case 14: self = .refundAnswer(try unpacker.get())
        case let tag: throw unpacker.unknown(tag, Timer.Kind.self)
        }
    }
}

extension Reply: Packable {
    public func pack(into packer: inout Packer) {
        switch self {
        case .done: packer.put(tag: 0)
        case .unchanged: packer.put(tag: 1)
        case .customer(let id): packer.put(tag: 2, id)
        case .method(let id): packer.put(tag: 3, id)
        case .deposit(let id, let credit, let releaseAt, let reasons):
            packer.put(tag: 4, id, credit, releaseAt, reasons)
        case .settlement(let id): packer.put(tag: 5, id)
        case .withdrawal(let id): packer.put(tag: 6, id)
        case .order(let id): packer.put(tag: 7, id)
        case .document(let id): packer.put(tag: 8, id)
        case .claim(let id): packer.put(tag: 9, id)
        case .parked(let id): packer.put(tag: 10, id)
        case .proposal(let id): packer.put(tag: 11, id)
        case .triesLeft(let count): packer.put(tag: 12, count)
        case .validationExpired: packer.put(tag: 13)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        switch try unpacker.tag() {
        case 0: self = .done
        case 1: self = .unchanged
        case 2: self = .customer(try unpacker.get())
        case 3: self = .method(try unpacker.get())
        case 4:
            self = .deposit(
                try unpacker.get(), credit: try unpacker.get(), releaseAt: try unpacker.get(),
                reasons: try unpacker.get())
        case 5: self = .settlement(try unpacker.get())
        case 6: self = .withdrawal(try unpacker.get())
        case 7: self = .order(try unpacker.get())
        case 8: self = .document(try unpacker.get())
        case 9: self = .claim(try unpacker.get())
        case 10: self = .parked(try unpacker.get())
        case 11: self = .proposal(try unpacker.get())
        case 12: self = .triesLeft(try unpacker.get())
        case 13: self = .validationExpired
        case let tag: throw unpacker.unknown(tag, Reply.self)
        }
    }
}
