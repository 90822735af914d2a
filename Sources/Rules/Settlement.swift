import Banking
import Ledger
import Money
import Nacha

/// The ways to make an obligation whole. The policy says which are offered, at what fee.
public enum SettlementKindName: String, Hashable, Sendable, Codable, CaseIterable {
    case wire
    case instant
    case card
    /// A debit of another bank account: never instant, and it may come back itself.
    case ach
    /// The same debit presented again, as the Nacha rules allow after R01 and R09.
    case representment
    /// Sell exactly enough of what the customer holds.
    case sellAsset = "sell_asset"
    /// Send in an asset at a quoted price.
    case sendAsset = "send_asset"
    /// An ordinary deposit that arrives while the balance is negative.
    case deposit
}

/// A customer's payment towards what he owes.
public struct Settlement: Hashable, Sendable, Codable {
    public let id: SettlementID
    public let kind: SettlementKindName
    public let method: PaymentMethodID?
    /// What goes to the obligations, without the fee.
    public let amount: Cents
    public let fee: Cents
    public let allocations: [Allocation]
    public let startedAt: Instant
    /// What a wire must say so that it finds its way here.
    public let reference: String
    /// The asset and price of a settlement by sale or by sending an asset in.
    public let quote: LockedQuote?
    public var state: State
    /// Documents still wanted before the payment goes on.
    public var documentsWanted: [DocumentType]
    /// Where the customer enters the card or approves the payment, once the processor said.
    public var actionURL: String?
    public var trace: TraceNumber?
    public var settlementDay: Day?
    /// What the processor captured, which is what a dispute takes back.
    public var captured: Capture?
    /// A card payment the customer disputed afterwards.
    public var disputed = false
    /// The trace number of the return that ended it: another one is a second return.
    public var returnTrace: TraceNumber?
    /// What the bank charged us for that return, once it has said so.
    public var returnFee: Cents?
    /// Returns that were not charged to the customer but went to suspense.
    public var parkedReturns: [ParkedReturn] = []
    /// What the processor has given back of a captured payment, by its own names for it.
    public var refunds: [String: Cents] = [:]
    /// That we asked the bank to send the debit back, and what it said.
    public var returnRequests: [ReturnRequest] = []
    /// Its return was charged from suspense before the debit settled: the bank's credit for the debit
    /// is still to come.
    public var isCreditOutstanding = false
    /// What it brought beyond what was owed, where the processor gives that back.
    public var overpayment: Overpayment?
    /// What it did, since the first of its money was booked. Payments from before receipts were kept
    /// have none.
    public var receipt: Receipt?

    /// Whether its debit is with the receiver's bank or was, and has not come back.
    public var hasLeft: Bool {
        switch state {
        case .submitted, .unconfirmed: true
        case .completed: trace != nil
        case .documentsRequired, .awaitingPayment, .queued, .selling, .failed, .returned,
            .cancelled:
            false
        }
    }

    public var refunded: Cents { refunds.values.sum() }

    public struct Capture: Hashable, Sendable, Codable {
        public let amount: Cents
        public let fee: Cents
    }

    public struct Allocation: Hashable, Sendable, Codable {
        public let obligation: ObligationID
        public let amount: Cents
    }

    public struct LockedQuote: Hashable, Sendable, Codable {
        public let asset: AssetCode
        public let price: Price
        public let quantity: Quantity
        public let expiresAt: Instant
    }

    public enum State: Hashable, Sendable, Codable {
        case documentsRequired
        /// The customer or his bank has to act: a wire, a card page, an asset on its way.
        case awaitingPayment
        /// Waiting for the next bank file.
        case queued
        /// Handed to the bank; not yet settled.
        case submitted
        /// Settled, but its own return window is open until then.
        case unconfirmed(until: Instant)
        case selling(SaleID)
        case completed(at: Instant)
        case failed(reason: String)
        case returned(code: String, settled: Bool)
        case cancelled

        public var isActive: Bool {
            switch self {
            case .documentsRequired, .awaitingPayment, .queued, .submitted, .unconfirmed, .selling:
                true
            case .completed, .failed, .returned, .cancelled: false
            }
        }

        /// Money is on its way and may not be asked for twice.
        public var isInFlight: Bool {
            switch self {
            case .queued, .submitted, .unconfirmed, .selling: true
            case .documentsRequired, .awaitingPayment, .completed, .failed, .returned, .cancelled:
                false
            }
        }
    }
}

extension Settlement {
    /// A charge is open at the processor and may succeed at any moment.
    var isWithProcessor: Bool {
        state == .awaitingPayment && (kind == .card || kind == .instant)
    }
}

extension HouseAccount {
    /// Where the processor's money for such a payment is: cards are paid out later.
    static func processor(_ kind: SettlementKindName) -> HouseAccount {
        kind == .card ? .cardClearing : .bankOperating
    }
}

/// A way to pay as the customer sees it: what it costs, and why it cannot be used.
public struct SettlementOption: Hashable, Sendable {
    public let kind: SettlementKindName
    public let method: PaymentMethodID?
    public let asset: AssetCode?
    public let fee: Cents
    public let needsDocuments: Bool
    public let unavailable: Unavailable?

    public enum Unavailable: Hashable, Sendable {
        case off
        case methodUnusable(PaymentMethod.Standing)
        case representment(RepresentmentRefusal)
        case notHeld
        case noQuote
        case tooLittle
        case barredAfterDispute
    }
}

extension Customer {
    /// Every way to pay `amount`, usable or not, each with its reason.
    public func settlementOptions(for amount: Cents, _ facts: Facts) -> [SettlementOption] {
        var options: [SettlementOption] = []
        func add(
            _ kind: SettlementKindName, method: PaymentMethod? = nil, asset: AssetCode? = nil,
            unavailable: SettlementOption.Unavailable? = nil
        ) {
            guard let policy = facts.policy.method(kind) else { return }
            let documents = method.map { !documentsWanted(of: $0, policy, facts).isEmpty } ?? false
            options.append(
                SettlementOption(
                    kind: kind, method: method?.id, asset: asset,
                    fee: amount.share(policy.feeRate, rounding: .halfUp),
                    needsDocuments: documents,
                    unavailable: policy.enabled ? unavailable : .off))
        }
        let linked = methods.values.sorted { $0.id < $1.id }
        let retry = representable(facts)
        add(.instant)
        for method in linked {
            if case .card = method.kind {
                add(.card, method: method, unavailable: cardBarred ? .barredAfterDispute : nil)
            }
        }
        if !linked.contains(where: { $0.bankAccount == nil }) {
            add(.card, unavailable: cardBarred ? .barredAfterDispute : nil)
        }
        for method in linked where method.bankAccount != nil {
            if let retry, retry.method == method.id {
                add(
                    .representment, method: method,
                    unavailable: retry.refusal.map(SettlementOption.Unavailable.representment))
            } else {
                add(
                    .ach, method: method,
                    unavailable: method.standing == .usable
                        ? nil : .methodUnusable(method.standing))
            }
        }
        add(.wire)
        for asset in heldAssets {
            guard let policy = facts.policy.asset(asset) else { continue }
            guard let quote = facts.freshQuote(asset) else {
                add(.sellAsset, asset: asset, unavailable: .noQuote)
                continue
            }
            let worth = quote.bid.value(
                of: freeHolding(of: asset), of: policy.asset, rounding: .down)
            add(
                .sellAsset, asset: asset,
                unavailable: worth < policy.notionalMin ? .tooLittle : nil)
        }
        for policy in facts.policy.assets {
            add(
                .sendAsset, asset: policy.code,
                unavailable: facts.freshQuote(policy.code) == nil ? .noQuote : nil)
        }
        return options
    }

    var cardBarred: Bool { settlements.values.contains(where: \.disputed) }

    /// The oldest returned deposit whose debit could be presented again, with the rule's answer.
    public func representable(
        _ facts: Facts
    ) -> (deposit: DepositID, method: PaymentMethodID, refusal: RepresentmentRefusal?)? {
        for obligation in openObligations {
            guard case .deposit(let id) = obligation.origin, let deposit = deposits[id] else {
                continue
            }
            return (id, deposit.method, representmentRefusal(obligation, deposit, facts))
        }
        return nil
    }

    /// Whether a debit of `method` would be one more of the debit that came back, whatever it is
    /// called: all of them count as one.
    func isSameAccount(_ method: PaymentMethod, as obligation: Obligation) -> Bool {
        guard case .deposit(let id) = obligation.origin, let deposit = deposits[id],
            let account = method.bankAccount
        else { return false }
        return methods[deposit.method]?.bankAccount?.fingerprint == account.fingerprint
    }

    func representmentRefusal(
        _ obligation: Obligation, _ deposit: Deposit, _ facts: Facts
    ) -> RepresentmentRefusal? {
        if hasFlag(where: \.stopsDunning, at: facts.now) != nil { return .stopped }
        let rule = facts.returnCode(obligation.code, settledOn: deposit.settlementDay)
        guard rule.mayBePresentedAgain else { return .codeDoesNotAllow }
        let limits = facts.policy.representment
        guard obligation.representedAt.count < limits.countMax else { return .triedTooOften }
        if let day = deposit.settlementDay,
            Eastern.day(at: facts.now) > day.adding(days: limits.daysMax)
        {
            return .tooLate
        }
        // The rules want the same amount; a part paid or covered meanwhile would be taken twice.
        guard outstanding(obligation.id) == deposit.amount else { return .amountWouldDiffer }
        guard let method = methods[deposit.method], method.standing == .usable else {
            return .accountUnusable
        }
        return nil
    }
}

extension Draft {
    /// Begins a payment; documents, the customer's bank or the processor may be next.
    mutating func startSettlement(_ command: Command.StartSettlement) throws(Refusal) -> Reply {
        guard let policy = facts.policy.method(command.kind), policy.enabled,
            command.kind != .deposit
        else { throw .settlementMethodOff(command.kind) }
        let targets = try settlementTargets(command.obligations)
        let owed = targets.map { customer.outstanding($0.id) }.sum()
        if let shown = command.owedShown, shown != owed { throw .amountChanged(owed: owed) }
        let amount = command.amount ?? owed
        guard amount > .zero, amount <= owed else { throw .settlementExceedsOwed(owed: owed) }
        guard amount == owed || facts.policy.settlement.partialAllowed else {
            throw .partialNotAllowed(owed: owed)
        }
        for target in targets {
            guard let active = customer.activeSettlement(of: target.id) else { continue }
            // A way chosen and not yet acted on gives way to another; money under way does not.
            guard !active.state.isInFlight, !active.isWithProcessor else {
                throw .settlementInProgress(active.id)
            }
            try close(active, as: .cancelled)
        }
        let method = try settlementMethod(command, targets: targets)
        let quote = try lockQuote(command, amount: amount)

        var left = amount
        var allocations: [Settlement.Allocation] = []
        for target in targets where left > .zero {
            let part = min(left, customer.outstanding(target.id))
            allocations.append(Settlement.Allocation(obligation: target.id, amount: part))
            left -= part
        }
        let id: SettlementID = identifier()
        let documents = method.map { customer.documentsWanted(of: $0, policy, facts) } ?? []
        var settlement = Settlement(
            id: id, kind: command.kind, method: method?.id, amount: amount,
            fee: amount.share(policy.feeRate, rounding: .halfUp), allocations: allocations,
            startedAt: facts.now, reference: String(id.description.suffix(8)).uppercased(),
            quote: quote, state: .documentsRequired, documentsWanted: documents)
        keep(settlement)
        for allocation in allocations {
            guard let obligation = customer.obligations[allocation.obligation] else { continue }
            record(.paymentStarted(allocation.amount), behind: obligation)
        }
        if documents.isEmpty {
            try proceed(&settlement)
        } else {
            keep(settlement)
            pauseForDocuments(settlement)
            notify(.documentsRequested(settlement: id, documents: documents))
        }
        return .settlement(id)
    }

    private func settlementTargets(_ named: [ObligationID]) throws(Refusal) -> [Obligation] {
        guard !named.isEmpty else {
            guard !customer.openObligations.isEmpty else { throw .nothingOwed }
            return customer.openObligations
        }
        var targets: [Obligation] = []
        for id in named {
            guard let obligation = customer.obligations[id] else { throw .obligationUnknown }
            guard obligation.state.isOpen else { throw .nothingOwed }
            targets.append(obligation)
        }
        return targets
    }

    private func settlementMethod(
        _ command: Command.StartSettlement, targets: [Obligation]
    ) throws(Refusal) -> PaymentMethod? {
        switch command.kind {
        case .wire, .instant, .sellAsset, .sendAsset, .deposit: return nil
        case .card:
            guard !customer.cardBarred else { throw .methodBlocked }
            guard let id = command.method else { return nil }
            let method = try method(id)
            guard case .card = method.kind else { throw .methodUnknown }
            return method
        case .ach:
            guard let id = command.method else { throw .methodUnknown }
            let method = try method(id)
            guard method.standing == .usable, let account = method.bankAccount else {
                throw .methodUnusable(method.standing)
            }
            guard !facts.isBlocked(account) else {
                throw .methodBlocked
            }
            let tried =
                targets.filter { customer.isSameAccount(method, as: $0) }
                .map(\.representedAt.count).max() ?? 0
            guard tried < facts.policy.representment.countMax else {
                throw .representmentNotAllowed(.triedTooOften)
            }
            return method
        case .representment:
            guard targets.count == 1, case .deposit(let id) = targets[0].origin,
                let deposit = customer.deposits[id]
            else { throw .representmentNotAllowed(.codeDoesNotAllow) }
            if let refusal = customer.representmentRefusal(targets[0], deposit, facts) {
                throw .representmentNotAllowed(refusal)
            }
            if let amount = command.amount, amount != deposit.amount {
                throw .representmentNotAllowed(.amountWouldDiffer)
            }
            return customer.methods[deposit.method]
        }
    }

    private func lockQuote(
        _ command: Command.StartSettlement, amount: Cents
    ) throws(Refusal) -> Settlement.LockedQuote? {
        guard command.kind == .sellAsset || command.kind == .sendAsset else { return nil }
        guard let asset = command.asset else { throw .assetUnknown(.usd) }
        guard let policy = facts.policy.asset(asset) else { throw .assetUnknown(asset) }
        guard let quote = facts.freshQuote(asset) else { throw .quoteMissing(asset) }
        let quantity: Quantity
        if command.kind == .sellAsset {
            quantity = saleQuantity(
                for: amount, of: policy, at: quote.bid, fee: facts.policy.settlement.sellFee)
            guard quantity <= customer.freeHolding(of: asset) else {
                throw .insufficientBalance(asset)
            }
            guard
                quote.bid.value(of: quantity, of: policy.asset, rounding: .down)
                    >= policy.notionalMin
            else { throw .tooLittleToSell(asset) }
        } else {
            // The sender sends whole lots, so that what arrives is worth at least what is owed.
            quantity = quote.bid.quantity(for: amount, of: policy.asset, rounding: .up)
        }
        return Settlement.LockedQuote(
            asset: asset, price: quote.bid, quantity: quantity,
            expiresAt: facts.now.adding(seconds: facts.policy.settlement.quoteSeconds))
    }

    /// The step after documents, or at once when none were needed.
    mutating func proceed(_ settlement: inout Settlement) throws(Refusal) {
        if let reason = noLongerPossible(settlement) {
            try close(settlement, as: .failed(reason: reason))
            notify(.settlementFailed(settlement: settlement.id, amount: settlement.amount))
            return
        }
        switch settlement.kind {
        case .wire, .sendAsset:
            settlement.state = .awaitingPayment
            keep(settlement)
            if let quote = settlement.quote {
                set(.quoteExpiry(settlement.id), due: quote.expiresAt)
            }
        case .card, .instant:
            settlement.state = .awaitingPayment
            keep(settlement)
            tell(
                .charge(
                    settlement: settlement.id, kind: settlement.kind, amount: settlement.amount,
                    fee: settlement.fee))
        case .ach:
            settlement.state = .queued
            keep(settlement)
            queueEntry(
                .settlement(settlement.id), amount: settlement.amount, presentment: .original)
        case .representment:
            settlement.state = .queued
            keep(settlement)
            queueEntry(
                .settlement(settlement.id), amount: settlement.amount, presentment: .again)
        case .sellAsset:
            guard let quote = settlement.quote else { throw .quoteMissing(.usd) }
            let sale = try order(
                quote.asset, quote.quantity, reference: quote.price, limit: quote.price,
                purpose: .settlement(settlement.id))
            settlement.state = .selling(sale)
            keep(settlement)
        case .deposit:
            throw .settlementMethodOff(.deposit)
        }
        if facts.policy.method(settlement.kind)?.protects == true, settlement.state.isInFlight {
            for allocation in settlement.allocations {
                resumeClock(of: allocation.obligation)
                pauseClock(of: allocation.obligation, why: .payment)
            }
        } else {
            for allocation in settlement.allocations { resumeClock(of: allocation.obligation) }
        }
    }

    /// What may have changed since the customer chose, while documents were wanted or the entry
    /// waited for the bank's file: the account, or the right to try again.
    private func noLongerPossible(_ settlement: Settlement) -> String? {
        guard let id = settlement.method, let method = customer.methods[id],
            let account = method.bankAccount
        else { return nil }
        guard method.standing == .usable, !facts.isBlocked(account)
        else {
            return "method_unusable"
        }
        guard settlement.kind == .representment, let target = settlement.allocations.first,
            let obligation = customer.obligations[target.obligation],
            case .deposit(let depositID) = obligation.origin,
            let deposit = customer.deposits[depositID]
        else { return nil }
        return customer.representmentRefusal(obligation, deposit, facts)?.rawValue
    }

    /// The processor opened the charge and says where the customer goes.
    mutating func chargeOpened(_ command: Command.ChargeOpened) throws(Refusal) -> Reply {
        var settlement = try settlement(command.settlement)
        guard settlement.state == .awaitingPayment else { return .unchanged }
        settlement.actionURL = command.actionURL
        keep(settlement)
        return .done
    }

    mutating func chargeSucceeded(_ command: Command.ChargeSucceeded) throws(Refusal) -> Reply {
        var settlement = try settlement(command.settlement)
        guard settlement.kind == .card || settlement.kind == .instant else {
            throw .wrongState("this payment is not the processor's")
        }
        switch settlement.state {
        case .completed: return .unchanged
        case .documentsRequired, .awaitingPayment, .failed, .cancelled: break
        case .queued, .submitted, .unconfirmed, .selling, .returned:
            throw .wrongState("no charge of the processor is open")
        }
        // What the processor captured is booked, whatever we had asked for.
        let before = owing
        let source = Account.house(.processor(settlement.kind))
        try post(source, .house(.cardFee), command.fee, .settlementFee)
        let left = try pay(
            command.amount, from: source, first: settlement.allocations.map(\.obligation),
            by: .payment(settlement.kind), .settlementReceived)
        let rest = try recover(left, from: source)
        try post(source, .customer(customer.id, .cash), rest, .settlementReceived)
        settlement.captured = Settlement.Capture(amount: command.amount, fee: command.fee)
        settlement.receipt = receipt(of: command.amount, since: before)
        try giveBack(rest, of: &settlement)
        try close(settlement, as: .completed(at: facts.now))
        return .done
    }

    mutating func chargeFailed(_ command: Command.ChargeFailed) throws(Refusal) -> Reply {
        let settlement = try settlement(command.settlement)
        guard settlement.isWithProcessor else { return .unchanged }
        try close(settlement, as: .failed(reason: command.reason))
        notify(.settlementFailed(settlement: settlement.id, amount: settlement.amount))
        return .done
    }

    /// The cardholder's bank took a card payment back.
    mutating func chargeDisputed(_ command: Command.ChargeDisputed) throws(Refusal) -> Reply {
        var settlement = try settlement(command.settlement)
        guard !settlement.disputed else { return .unchanged }
        guard case .completed = settlement.state, settlement.kind == .card,
            let captured = settlement.captured
        else { throw .wrongState("only a completed card payment can be disputed") }
        settlement.disputed = true
        keep(settlement)
        try cancelQueuedWithdrawals()
        // What the processor has given back already is not taken a second time.
        let principal = settlement.broughtBeforeFee.remaining(
            after: settlement.refundedBeforeFee)
        let fee = (captured.amount + captured.fee).remaining(after: settlement.refunded) - principal
        try post(.house(.cardFee), .house(.bankOperating), fee, .chargeback)
        try post(.house(.disputeFee), .house(.bankOperating), command.disputeFee, .disputeFee)
        if principal > .zero {
            try openObligation(
                ObligationID(sharing: settlement.id), origin: .chargeback(settlement.id),
                principal: principal, against: .house(.bankOperating),
                code: ReturnCodeRule.chargeback, reason: .chargeback)
        }
        try applyCash()
        return .done
    }

    /// The processor gave back part of a captured payment, or all of it: what the payment had
    /// brought is taken from cash first, and the rest is owed again.
    mutating func chargeRefunded(_ command: Command.ChargeRefunded) throws(Refusal) -> Reply {
        if let reply = try overpaymentRefunded(command) { return reply }
        var settlement = try settlement(command.settlement)
        guard settlement.refunds[command.refund] == nil else { return .unchanged }
        guard case .completed = settlement.state, let captured = settlement.captured else {
            throw .wrongState("only a captured payment can be given back")
        }
        let left = (captured.amount + captured.fee).remaining(after: settlement.refunded)
        guard command.amount > .zero, command.amount <= left, !settlement.disputed else {
            throw .amountOutOfRange(min: Cents(1), max: settlement.disputed ? .zero : left)
        }
        // The amount goes back before its fee.
        let principal = min(
            command.amount,
            settlement.broughtBeforeFee.remaining(after: settlement.refundedBeforeFee))
        settlement.refunds[command.refund] = command.amount
        keep(settlement)
        let source = HouseAccount.processor(settlement.kind)
        try post(
            .house(.cardFee), .house(source), command.amount - principal, .paymentRefunded)
        try cancelQueuedWithdrawals()
        try owePaymentAgain(settlement, principal, against: .house(source), .paymentRefunded)
        notify(.settlementReturned(settlement: settlement.id, amount: principal, group: .other))
        return .done
    }

    /// What a completed payment had brought is gone again: cash covers it first, the rest revives
    /// what the payment had paid.
    private mutating func owePaymentAgain(
        _ settlement: Settlement, _ amount: Cents, against source: Account,
        _ reason: Transfer.Reason
    ) throws(Refusal) {
        let covered = cashForSetOff(amount)
        try post(.customer(customer.id, .cash), source, covered, reason)
        var left = amount - covered
        for (index, allocation) in settlement.allocations.enumerated() where left > .zero {
            // More than was chosen may have been captured; the last obligation carries it.
            let isLast = index == settlement.allocations.count - 1
            let part = isLast ? left : min(left, allocation.amount)
            try revive(allocation.obligation, by: part, against: source, reason: reason)
            left -= part
        }
    }

    mutating func submitSettlement(
        _ id: SettlementID, _ entry: Command.SubmitEntry
    ) throws(Refusal) -> Reply {
        var settlement = try settlement(id)
        guard settlement.state == .queued else {
            throw .wrongState("the payment is not waiting to be sent")
        }
        if let reason = noLongerPossible(settlement) {
            try close(settlement, as: .failed(reason: reason))
            notify(.settlementFailed(settlement: id, amount: settlement.amount))
            return .done
        }
        for allocation in settlement.allocations {
            try post(
                .house(.clearing), .unconfirmed(customer.id, allocation.obligation),
                allocation.amount, .settlementSubmitted)
        }
        // Counted when it leaves: a retry taken back before is none.
        if let method = settlement.method.flatMap({ customer.methods[$0] }) {
            for allocation in settlement.allocations {
                guard var obligation = customer.obligations[allocation.obligation],
                    customer.isSameAccount(method, as: obligation)
                else { continue }
                obligation.representedAt.append(facts.now)
                keep(obligation)
            }
        }
        settlement.trace = entry.trace
        settlement.settlementDay = countSent(settlingOn: entry.settlesOn)
        settlement.state = .submitted
        keep(settlement)
        sendEntry(entry)
        return .done
    }

    mutating func settleSettlement(_ id: SettlementID, on day: Day) throws(Refusal) -> Reply {
        var settlement = try settlement(id)
        switch settlement.state {
        case .submitted: break
        case .unconfirmed, .completed: return .unchanged
        case .returned:
            // Netted against its return when that came, or only the clearing is still to do.
            guard settlement.isCreditOutstanding else { return .unchanged }
            try post(
                .house(.bankOperating), .house(.clearing), settlement.amount, .settlementSettled)
            countSettled(expected: settlement.settlementDay, on: day)
            settlement.settlementDay = day
            settlement.isCreditOutstanding = false
            keep(settlement)
            return .done
        case .documentsRequired, .awaitingPayment, .queued, .selling, .failed, .cancelled:
            throw .wrongState("the bank settled a debit that was not with it")
        }
        try post(
            .house(.bankOperating), .house(.clearing), settlement.amount, .settlementSettled)
        let until = unconfirmedUntil(day, facts.policy.hold)
        countSettled(expected: settlement.settlementDay, on: day)
        settlement.settlementDay = day
        settlement.state = .unconfirmed(until: until)
        keep(settlement)
        set(.confirm(id), due: max(until, facts.now))
        return .done
    }

    /// The payment's own return window has passed.
    mutating func confirmSettlement(_ id: SettlementID) throws(Refusal) -> Reply {
        var settlement = try settlement(id)
        guard case .unconfirmed(let until) = settlement.state else { return .unchanged }
        guard facts.now >= until else {
            set(.confirm(id), due: until)
            return .unchanged
        }
        guard !facts.bankFeedStale else {
            set(.confirm(id), due: facts.now.adding(hours: 1))
            return .unchanged
        }
        guard !settlement.parkedReturns.hasOpen, !settlement.returnRequests.mayComeBack else {
            set(.confirm(id), due: facts.now.adding(days: 1))
            keepAsking(settlement.returnRequests, .settlement(id))
            return .unchanged
        }
        let before = owing
        for allocation in settlement.allocations {
            let source = Account.unconfirmed(customer.id, allocation.obligation)
            // Something else may have paid meanwhile; then the rest is the customer's.
            let part = min(allocation.amount, customer.outstanding(allocation.obligation))
            try reduce(
                allocation.obligation, by: part, from: source,
                settledBy: .payment(settlement.kind), .settlementConfirmed)
            let over = try pay(
                allocation.amount - part, from: source, by: .payment(settlement.kind),
                .settlementConfirmed)
            let rest = try recover(over, from: source)
            try post(source, .customer(customer.id, .cash), rest, .settlementConfirmed)
        }
        settlement.receipt = receipt(of: settlement.amount, since: before)
        try close(settlement, as: .completed(at: facts.now))
        return .done
    }

    /// The payment itself came back.
    mutating func returnSettlement(
        _ id: SettlementID, _ entry: ReturnedEntry
    ) throws(Refusal) -> Reply {
        let settlement = try settlement(id)
        guard settlement.returnTrace != entry.trace,
            !settlement.parkedReturns.contains(where: { $0.trace == entry.trace })
        else { return .unchanged }
        guard entry.amount == settlement.amount else {
            countReturn(code: entry.code, ofDebitSettledOn: settlement.settlementDay)
            return try park(entry, of: .settlement(id), because: .amountDiffers)
        }
        let source: HouseAccount
        switch settlement.state {
        case .returned: return try park(entry, of: .settlement(id), because: .duplicate)
        case .submitted: source = .clearing
        case .unconfirmed: source = .returnsPayable
        case .completed where settlement.trace != nil:
            source = .returnsPayable
            if isUntimely(entry, ofDebitSettledOn: settlement.settlementDay) {
                countReturn(code: entry.code, ofDebitSettledOn: settlement.settlementDay)
                return try park(entry, of: .settlement(id), because: .untimely)
            }
        case .documentsRequired, .awaitingPayment, .queued, .selling, .completed, .failed,
            .cancelled:
            return try park(entry, of: .settlement(id), because: .neverSent)
        }
        countReturn(code: entry.code, ofDebitSettledOn: settlement.settlementDay)
        if isUninvited(entry, settlement.returnRequests) {
            return try park(entry, of: .settlement(id), because: .notRequested)
        }
        try takeBack(settlement, entry, source: source)
        return .done
    }

    /// The payment's money is gone: the same obligation, as it was, with the time it had left.
    mutating func takeBack(
        _ original: Settlement, _ entry: ReturnedEntry, source: HouseAccount
    ) throws(Refusal) {
        var settlement = original
        let id = settlement.id
        let rule = facts.returnCode(entry.code, settledOn: settlement.settlementDay)
        settlement.returnTrace = entry.trace
        settlement.isCreditOutstanding = settlement.state == .submitted && source != .clearing
        requestAnswered(&settlement.returnRequests, .settlement(id))
        if case .completed = settlement.state {
            try cancelQueuedWithdrawals()
            try owePaymentAgain(
                settlement, settlement.amount, against: .house(source), .settlementReturned)
        } else {
            for allocation in settlement.allocations {
                try post(
                    .unconfirmed(customer.id, allocation.obligation), .house(source),
                    allocation.amount, .settlementReturned)
            }
        }
        try close(
            settlement, as: .returned(code: rule.code, settled: source != .returnsPayable))
        if let method = settlement.method { applyReturn(rule, to: method) }
        stopCustomer(after: rule)
        notify(.settlementReturned(settlement: id, amount: settlement.amount, group: rule.group))
    }

    /// Opens a settled obligation again, by what a payment that came back had paid.
    mutating func revive(
        _ id: ObligationID, by amount: Cents, against source: Account,
        reason: Transfer.Reason = .settlementReturned
    ) throws(Refusal) {
        guard let known = customer.obligations[id] else { throw .obligationUnknown }
        guard amount > .zero else { return }
        var obligation = known
        try post(.obligation(customer.id, id), source, amount, reason)
        switch obligation.state {
        case .open:
            // Its time was over when the sale that is made good took place: it starts again, or
            // what was given back would be sold at once.
            guard reason == .restitution, case .ended = obligation.grace else { return }
        case .settled: break
        case .chargedOff(let at, let written, let claim):
            // The loss is that much larger, and so is the claim that survives it.
            try post(.house(.creditLossProvision), .house(.allowance), amount, .provision)
            try post(.house(.allowance), .obligation(customer.id, id), amount, .chargeOff)
            obligation.state = .chargedOff(
                at: at, written: written + amount, claim: claim + amount)
            keep(obligation)
            record(.chargedOff(amount), behind: obligation)
            return
        }
        obligation.state = .open
        let wasOpen = known.state.isOpen
        obligation.grace = .awaitingNotice
        tellOwed(&obligation, customer.outstanding(id))
        guard !wasOpen else { return }
        setLossTimers(of: id)
        record(.paymentFailed, behind: obligation)
    }

    /// Ways to pay that were chosen and not acted on end when nothing is left to pay.
    mutating func cancelIdleSettlements() throws(Refusal) {
        for settlement in customer.activeSettlements {
            switch settlement.state {
            case .documentsRequired, .awaitingPayment, .queued: break
            case .submitted, .unconfirmed, .selling, .completed, .failed, .returned, .cancelled:
                continue
            }
            let isPaid = settlement.allocations.allSatisfy {
                customer.outstanding($0.obligation).isZero
            }
            if isPaid { try close(settlement, as: .cancelled) }
        }
    }

    mutating func cancelSettlement(_ id: SettlementID) throws(Refusal) -> Reply {
        let settlement = try settlement(id)
        switch settlement.state {
        case .documentsRequired, .queued: break
        case .awaitingPayment:
            // A charge at the processor may succeed at any moment: only its answer ends it.
            guard !settlement.isWithProcessor else {
                throw .wrongState("the processor has this payment")
            }
        case .cancelled: return .unchanged
        case .submitted, .unconfirmed, .selling, .completed, .failed, .returned:
            throw .wrongState("the payment is under way or over")
        }
        try close(settlement, as: .cancelled)
        return .done
    }

    mutating func quoteExpired(_ id: SettlementID) throws(Refusal) -> Reply {
        let settlement = try settlement(id)
        guard settlement.kind == .sendAsset, settlement.state == .awaitingPayment else {
            return .unchanged
        }
        try close(settlement, as: .failed(reason: "quote_expired"))
        return .done
    }

    /// An asset that was sent in to settle is sold to the counterparty at the locked price.
    mutating func receiveForSettlement(
        _ id: SettlementID, _ command: Command.ReceiveAsset
    ) throws(Refusal) -> Reply {
        var settlement = try settlement(id)
        let customerCrypto = Account.customer(customer.id, .crypto)
        guard settlement.state == .awaitingPayment, let quote = settlement.quote,
            quote.asset == command.asset, facts.now <= quote.expiresAt,
            let policy = facts.policy.asset(command.asset)
        else {
            // Too late or another asset: it is the customer's, as any asset that arrives.
            return try receive(
                Command.ReceiveAsset(asset: command.asset, quantity: command.quantity))
        }
        let taken = min(command.quantity, quote.quantity)
        try post(
            Transfer(
                debit: .house(.custody), credit: .house(.counterpartyCrypto), command.asset, taken,
                .settlementReceived))
        try post(
            Transfer(
                debit: .house(.custody), credit: customerCrypto, command.asset,
                command.quantity.remaining(after: taken), .assetReceived))
        let worth = quote.price.value(of: taken, of: policy.asset, rounding: .down)
        let before = owing
        let counterparty = Account.house(.counterpartyCash)
        let left = try pay(
            worth, from: counterparty, first: settlement.allocations.map(\.obligation),
            by: .payment(.sendAsset), .settlementReceived)
        let rest = try recover(left, from: counterparty)
        try post(counterparty, .customer(customer.id, .cash), rest, .settlementReceived)
        settlement.receipt = receipt(of: worth, since: before)
        try close(settlement, as: .completed(at: facts.now))
        return .done
    }

    func settlement(withReference reference: String) -> Settlement? {
        customer.settlements.values.first {
            $0.reference == reference.uppercased() && $0.kind == .wire
        }
    }

    /// A wire that named its settlement came in; it stays open until it brought what it was for,
    /// which may be a part of what is owed.
    mutating func settlementPaid(
        _ original: Settlement, received: Cents, since before: Owing
    ) throws(Refusal) {
        guard original.state.isActive else { return }
        var settlement = original
        settlement.receipt = receipt(of: received, since: before, adding: original.receipt)
        keep(settlement)
        let paid = settlement.allocations.allSatisfy {
            customer.outstanding($0.obligation).isZero
        }
        guard paid || received >= settlement.amount else { return }
        try close(settlement, as: .completed(at: facts.now))
    }

    /// Ends a settlement and lets the clocks it held go on.
    mutating func close(_ settlement: Settlement, as state: Settlement.State) throws(Refusal) {
        var closed = settlement
        closed.state = state
        keep(closed)
        clear(.quoteExpiry(settlement.id))
        clear(.confirm(settlement.id))
        dequeueEntry(.settlement(settlement.id))
        for allocation in settlement.allocations {
            resumeClock(of: allocation.obligation)
            guard case .completed = state else {
                if let obligation = customer.obligations[allocation.obligation] {
                    record(.paymentFailed, behind: obligation)
                }
                continue
            }
        }
    }

    func settlement(_ id: SettlementID) throws(Refusal) -> Settlement {
        guard let settlement = customer.settlements[id] else { throw .settlementUnknown }
        return settlement
    }
}
