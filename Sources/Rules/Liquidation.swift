import Banking
import Ledger
import Money

/// An order to sell a customer's asset: forced, or by his own choice to settle.
public struct Sale: Hashable, Sendable, Codable {
    public let id: SaleID
    public let purpose: Purpose
    public let asset: AssetCode
    public let ordered: Quantity
    /// The index when it was ordered; slippage is told against it and never posted.
    public let reference: Price
    /// The worst price it may fill at.
    public let limit: Price
    public let feeRate: BasisPoints
    public let orderedAt: Instant
    public var fills: [Fill] = []
    public var fee: Cents = .zero
    public var state: State
    /// What its proceeds paid, which is owed again if the sale is made good.
    public var paid: [Settlement.Allocation] = []
    /// Fills the venue told of that could not be booked; a person must look at each.
    public var parkedFills: [Fill] = []
    /// The first deadline that had passed when a forced sale was ordered.
    public var dueSince: Instant?
    /// What its proceeds did. Sales from before receipts were kept have none.
    public var receipt: Receipt?

    public enum Purpose: Hashable, Sendable, Codable {
        case liquidation
        case settlement(SettlementID)
    }

    public struct Fill: Hashable, Sendable, Codable {
        /// The venue's own id: a fill told twice is booked once.
        public let trade: String
        public let quantity: Quantity
        public let price: Price
        public let gross: Cents
        /// When it was booked; fills from before that was kept do not say.
        public var at: Instant?
    }

    public enum State: String, Hashable, Sendable, Codable {
        case ordered
        case finished
        /// A person found that it should not have happened; the asset was bought back.
        case restored
    }

    public var sold: Quantity { fills.reduce(Quantity.zero) { $0 + $1.quantity } }
    public var gross: Cents { fills.map(\.gross).sum() }
    public var net: Cents { gross - fee }
}

/// Where a customer's forced sale stands between its slices.
public struct LiquidationProgress: Hashable, Sendable, Codable {
    /// Times an order filled nothing at its band; the next one is wider.
    public var attempts = 0
    public var slices: [Instant] = []
    /// The index at the last slice, for the circuit breaker.
    public var lastIndex: [AssetCode: Price] = [:]
    /// A person must look before anything more is sold.
    public var stopped: LiquidationGuard?

    public init() {}
}

/// Why nothing is sold now. All are evaluated at the moment of the order.
public enum LiquidationGuard: Hashable, Sendable, Codable {
    case nothingDue
    case everythingHalted
    case stopFlag(StopFlag.Kind)
    case paymentUnderWay(SettlementID)
    case saleInFlight
    case ordersToCancel
    case tooManySlices
    case priceFell(AssetCode)
    case bandsExhausted
    case nothingToSell
}

extension Customer {
    /// What may be sold for: the obligations whose time is over, and with a deadline those whose
    /// time is over by then too if nothing happens. Oldest first.
    public func due(by deadline: Instant?) -> [Obligation] {
        openObligations.filter { obligation in
            switch obligation.grace {
            case .ended: true
            case .running(let until): deadline.map { until <= $0 } ?? false
            case .awaitingNotice, .paused, .none: false
            }
        }
    }

    /// The next deadline at which assets may be sold; `nil` while none runs.
    public var nextDeadline: Instant? {
        openObligations.compactMap {
            if case .running(let until) = $0.grace { until } else { nil }
        }.min()
    }
}

/// An asset in the order of a forced sale, and what keeps it from being sold now.
public struct SalePlace: Hashable, Sendable {
    public let asset: AssetCode
    public let hindrance: Hindrance?

    public enum Hindrance: String, Hashable, Sendable, CaseIterable {
        /// An operator has stopped sales of everything, or of this asset.
        case halted
        /// The policy never sells it against the customer's will.
        case neverSold
        /// The customer has none of it that is free.
        case notHeld
        /// There is no fresh price, or one too far from the index.
        case noPrice
        /// What is held is below the venue's smallest order.
        case tooLittle
    }
}

/// What would be sold, for the final warning and the operator.
public struct SalePlan: Hashable, Sendable, Codable {
    public let asset: AssetCode
    public let quantity: Quantity
    public let price: Price
    public let gross: Cents
    public let fee: Cents
}

extension Draft {
    /// The debt whose grace is over: what may be sold for.
    private var due: [Obligation] { customer.due(by: nil) }

    /// One decision to sell, if every guard holds; otherwise nothing, and another look later.
    mutating func liquidate() throws(Refusal) -> Reply {
        guard !due.isEmpty else {
            clear(.liquidationSlice)
            return .unchanged
        }
        try applyCash()
        guard !due.isEmpty else { return .done }
        if let reason = liquidationGuard() {
            lookAgain(because: reason)
            return .done
        }
        let amount = due.map { customer.outstanding($0.id) }.sum()
        guard let choice = chooseSlice(for: withBuffer(amount)) else {
            lookAgain(because: .nothingToSell)
            notifyResidualOnce()
            return .done
        }
        customer.profile.liquidation.slices.append(facts.now)
        customer.profile.liquidation.lastIndex[choice.asset] = choice.index
        customer.profile.liquidation.stopped = nil
        keepProfile()
        _ = try order(
            choice.asset, choice.quantity, reference: choice.index, limit: choice.limit,
            purpose: .liquidation)
        for obligation in due { record(.saleOrdered, behind: obligation) }
        return .done
    }

    private mutating func liquidationGuard() -> LiquidationGuard? {
        let limits = facts.policy.liquidation
        if facts.halt.everything { return .everythingHalted }
        if let flag = customer.hasFlag(where: \.stopsLiquidation, at: facts.now) {
            return .stopFlag(flag)
        }
        if customer.saleInFlight != nil { return .saleInFlight }
        for obligation in due {
            if let active = customer.activeSettlement(of: obligation.id), isUnderWay(active),
                facts.policy.method(active.kind)?.protects == true
            {
                return .paymentUnderWay(active.id)
            }
        }
        let hourAgo = facts.now.adding(hours: -1)
        customer.profile.liquidation.slices.removeAll { $0 <= hourAgo }
        if customer.profile.liquidation.slices.count >= limits.slicesPerHourMax {
            return .tooManySlices
        }
        if customer.profile.liquidation.attempts >= limits.bands.count { return .bandsExhausted }
        let lastIndex = customer.profile.liquidation.lastIndex.sorted { $0.key < $1.key }
        for (asset, last) in lastIndex {
            guard let quote = facts.freshQuote(asset),
                let floor = last.lowered(by: limits.breakerMove)
            else { continue }
            if quote.index < floor { return .priceFell(asset) }
        }
        // Orders of the customer's own come first: what they lock may pay the debt without a sale.
        let locking = customer.orders.values.filter(\.state.isOpen).sorted { $0.id < $1.id }
        if locking.contains(where: { $0.state == .open }) {
            requestCancellation(of: locking)
            return .ordersToCancel
        }
        return nil
    }

    /// Money is on its way, or the customer is on the processor's page, for as long as a price
    /// quoted to him would hold: without an end the page would be a way to be left alone for ever.
    private func isUnderWay(_ settlement: Settlement) -> Bool {
        settlement.state.isInFlight
            || (settlement.isWithProcessor
                && facts.now
                    < settlement.startedAt.adding(seconds: facts.policy.settlement.quoteSeconds))
    }

    private mutating func lookAgain(because reason: LiquidationGuard) {
        // With nothing to sell, only something that comes in changes that, and it asks by itself;
        // a price that is old or a book that is thin is looked at again soon.
        let again =
            reason == .nothingToSell && holdsNothingWorthSelling
            ? facts.now.adding(days: 1)
            : facts.now.adding(seconds: facts.policy.liquidation.retrySeconds)
        if customer.profile.liquidation.stopped != reason {
            customer.profile.liquidation.stopped = reason
            raise(.liquidationStopped(customer.id, reason))
        }
        keepProfile()
        switch reason {
        case .nothingDue, .bandsExhausted:
            // Only a person starts it again.
            clear(.liquidationSlice)
        case .everythingHalted, .stopFlag, .paymentUnderWay, .saleInFlight, .ordersToCancel,
            .tooManySlices, .priceFell, .nothingToSell:
            set(.liquidationSlice, due: again)
        }
    }

    private var holdsNothingWorthSelling: Bool {
        facts.halt.assets.isEmpty
            && sellable().allSatisfy { policy in
                guard let quote = facts.freshQuote(policy.code) else { return false }
                let free = customer.freeHolding(of: policy.code).roundedDown(toLot: policy.lot)
                return quote.bid.value(of: free, of: policy.asset, rounding: .down)
                    < policy.notionalMin
            }
    }

    private mutating func notifyResidualOnce() {
        for obligation in due {
            notifyOnce(
                .residualOwed(
                    obligation: obligation.id, amount: customer.outstanding(obligation.id)))
        }
    }

    private func withBuffer(_ amount: Cents) -> Cents {
        amount + amount.share(facts.policy.liquidation.buffer, rounding: .up)
    }

    private struct Slice {
        let asset: AssetCode
        let quantity: Quantity
        let index: Price
        let bid: Price
        let limit: Price
    }

    /// The customer's order first, then the policy's rank; just enough, in whole lots, no more
    /// than the book bears. `sold` is what slices before it would have taken.
    private func chooseSlice(for amount: Cents, after sold: [AssetCode: Quantity] = [:]) -> Slice? {
        let limits = facts.policy.liquidation
        for policy in sellable() {
            guard let quote = facts.freshQuote(policy.code),
                let limit = quote.index.lowered(
                    by: limits.bands[
                        min(
                            customer.profile.liquidation.attempts, limits.bands.count - 1)]),
                quote.bid >= limit
            else { continue }
            let wanted = saleQuantity(for: amount, of: policy, at: quote.bid, fee: forcedSaleFee)
            let bearable = Quantity(
                Rounding.down.divide(
                    Int128(quote.bidDepth.count) * Int128(limits.depthShare.count), by: 10_000)
            ).roundedDown(toLot: policy.lot)
            let free = customer.freeHolding(of: policy.code)
                .remaining(after: sold[policy.code] ?? .zero).roundedDown(toLot: policy.lot)
            let quantity = min(wanted, min(bearable, free))
            guard !quantity.isZero,
                quote.bid.value(of: quantity, of: policy.asset, rounding: .down)
                    >= policy.notionalMin
            else { continue }
            return Slice(
                asset: policy.code, quantity: quantity, index: quote.index, bid: quote.bid,
                limit: limit)
        }
        return nil
    }

    /// The fee of a forced sale: that of today, or a lower one that a debtor was promised.
    private var forcedSaleFee: BasisPoints {
        customer.openObligations.map(\.terms.liquidationFee)
            .reduce(facts.policy.liquidation.fee, min)
    }

    /// Every asset of the customer that may be sold, in the order it would be: the customer's own
    /// first, then the policy's.
    public func sellable() -> [Policy.AssetPolicy] {
        inOrderOfSale(customer.heldAssets)
            .filter { $0.liquidable && !facts.halt.assets.contains($0.code) }
    }

    /// Every asset that the customer holds or has given a place, in the order it would be sold, each
    /// with what keeps it from that now.
    public func salePlaces() -> [SalePlace] {
        let named = customer.profile.liquidationOrder
        let held = customer.heldAssets
        return inOrderOfSale(held + named.filter { !held.contains($0) })
            .map { SalePlace(asset: $0.code, hindrance: hindrance(to: $0)) }
    }

    private func hindrance(to policy: Policy.AssetPolicy) -> SalePlace.Hindrance? {
        if !policy.liquidable { return .neverSold }
        if facts.halt.everything || facts.halt.assets.contains(policy.code) { return .halted }
        let free = customer.freeHolding(of: policy.code)
        if free.isZero { return .notHeld }
        let limits = facts.policy.liquidation
        let band = limits.bands[min(customer.profile.liquidation.attempts, limits.bands.count - 1)]
        guard let quote = facts.freshQuote(policy.code),
            let limit = quote.index.lowered(by: band), quote.bid >= limit
        else { return .noPrice }
        let worth = quote.bid.value(
            of: free.roundedDown(toLot: policy.lot), of: policy.asset, rounding: .down)
        return worth < policy.notionalMin ? .tooLittle : nil
    }

    private func inOrderOfSale(_ assets: [AssetCode]) -> [Policy.AssetPolicy] {
        let preferred = customer.profile.liquidationOrder
        return assets.compactMap { facts.policy.asset($0) }.sorted { left, right in
            let leftPlace = preferred.firstIndex(of: left.code) ?? Int.max
            let rightPlace = preferred.firstIndex(of: right.code) ?? Int.max
            return (leftPlace, left.liquidationRank, left.code)
                < (rightPlace, right.liquidationRank, right.code)
        }
    }

    /// The fewest whole lots whose proceeds at `price`, less the fee, reach `amount`; all there can
    /// be when none do.
    func saleQuantity(
        for amount: Cents, of policy: Policy.AssetPolicy, at price: Price, fee: BasisPoints
    ) -> Quantity {
        func net(_ quantity: Quantity) -> Cents {
            let gross = price.value(of: quantity, of: policy.asset, rounding: .down)
            return gross.remaining(after: gross.share(fee, rounding: .halfUp))
        }
        // Proceeds never fall as the quantity grows, so the fewest lots are found by halving.
        var enough = Quantity.max.count / policy.lot.count
        var tooFew: Int64 = 0
        while enough - tooFew > 1 {
            let middle = tooFew + (enough - tooFew) / 2
            if net(Quantity(middle * policy.lot.count)) >= amount {
                enough = middle
            } else {
                tooFew = middle
            }
        }
        return Quantity(enough * policy.lot.count)
    }

    /// What would be sold, slice after slice at the bids of now, for what is due by `deadline`; for
    /// what is due already without one.
    ///
    /// It is the sale's own choice of slices, with its buffer, its depth and its band, and after the
    /// cash that pays first. A plan ends with the slices of a day. It does not ask the guards:
    /// they may keep all of it from being sold.
    public func salePlan(dueBy deadline: Instant?) throws(Refusal) -> [SalePlan] {
        var draft = self
        try draft.applyCash()
        let due = draft.customer.due(by: deadline)
        var left = due.map { draft.customer.outstanding($0.id) }.sum()
        let fee = draft.forcedSaleFee
        var sold: [AssetCode: Quantity] = [:]
        var plan: [SalePlan] = []
        for _ in 0..<facts.policy.liquidation.slicesPerHourMax * 24 where left > .zero {
            guard
                let slice = draft.chooseSlice(for: draft.withBuffer(left), after: sold),
                let asset = facts.policy.asset(slice.asset)?.asset
            else { break }
            let gross = slice.bid.value(of: slice.quantity, of: asset, rounding: .down)
            let cost = gross.share(fee, rounding: .halfUp)
            sold[slice.asset, default: .zero] += slice.quantity
            left = left.remaining(after: gross - cost)
            if let last = plan.last, last.asset == slice.asset {
                plan[plan.count - 1] = SalePlan(
                    asset: last.asset, quantity: last.quantity + slice.quantity, price: slice.bid,
                    gross: last.gross + gross, fee: last.fee + cost)
            } else {
                plan.append(
                    SalePlan(
                        asset: slice.asset, quantity: slice.quantity, price: slice.bid,
                        gross: gross, fee: cost))
            }
        }
        return plan
    }

    /// Records the order in the same commit that asks the venue for it.
    mutating func order(
        _ asset: AssetCode, _ quantity: Quantity, reference: Price, limit: Price,
        purpose: Sale.Purpose
    ) throws(Refusal) -> SaleID {
        guard customer.saleInFlight == nil else { throw .wrongState("a sale is under way") }
        let rate: BasisPoints
        switch purpose {
        case .liquidation: rate = forcedSaleFee
        case .settlement: rate = facts.policy.settlement.sellFee
        }
        var sale = Sale(
            id: identifier(), purpose: purpose, asset: asset, ordered: quantity,
            reference: reference, limit: limit, feeRate: rate, orderedAt: facts.now,
            state: .ordered)
        if case .liquidation = purpose { sale.dueSince = due.compactMap(\.deadline).min() }
        keep(sale)
        tell(.placeOrder(sale: sale.id, asset: asset, quantity: quantity, limit: limit))
        if case .liquidation = purpose {
            notify(.saleOrdered(sale: sale.id, asset: asset, quantity: quantity, limit: limit))
        }
        return sale.id
    }

    /// A fill of the venue. Gross rounds down; the fee rounds half up over all fills so far.
    ///
    /// The venue has moved the asset whatever we think of it: a fill after the end is booked while
    /// the customer still has what it sold, and one that cannot be booked waits for a person.
    mutating func fill(_ command: Command.Fill) throws(Refusal) -> Reply {
        guard var sale = customer.sales[command.sale] else { throw .saleUnknown }
        if (sale.fills + sale.parkedFills).contains(where: { $0.trade == command.trade }) {
            return .unchanged
        }
        guard let policy = facts.policy.asset(sale.asset) else { throw .assetUnknown(sale.asset) }
        guard !command.quantity.isZero else { throw .quantityOutOfRange }
        let gross = command.price.value(
            of: command.quantity, of: policy.asset, rounding: .down)
        let fill = Sale.Fill(
            trade: command.trade, quantity: command.quantity, price: command.price, gross: gross,
            at: facts.now)
        let isLate = sale.state != .ordered
        guard gross <= .max, sale.state != .restored,
            sale.sold + command.quantity <= sale.ordered,
            !isLate || customer.freeHolding(of: sale.asset) >= command.quantity
        else {
            sale.parkedFills.append(fill)
            keep(sale)
            raise(.fillParked(customer.id, sale.id, trade: command.trade))
            return .done
        }
        let feeSoFar = sale.fee
        sale.fills.append(fill)
        sale.fee = sale.gross.share(sale.feeRate, rounding: .halfUp)
        keep(sale)
        try sell(
            sale.asset, command.quantity, gross: gross, fee: sale.fee - feeSoFar,
            feeAccount: .feeAccount(of: sale.purpose), reasons: (.sale, .saleFee))
        if isLate {
            try applyProceeds(of: sale.id, gross - (sale.fee - feeSoFar))
            notify(.saleCompleted(sale: sale.id, proceeds: sale.net))
        }
        return .done
    }

    /// What a sale brought pays what it was for, and the sale remembers what that was.
    ///
    /// Fills stand; but what they brought is cash, and a stay forbids taking it for a debt that
    /// the customer did not choose to pay.
    private mutating func applyProceeds(of id: SaleID, _ proceeds: Cents) throws(Refusal) {
        guard var sale = customer.sales[id] else { throw .saleUnknown }
        let before = owing
        let cash = Account.customer(customer.id, .cash)
        switch sale.purpose {
        case .settlement(let settlement):
            _ = try pay(
                min(proceeds, customer.freeCash), from: cash,
                first: customer.settlements[settlement]?.allocations.map(\.obligation) ?? [],
                by: .payment(.sellAsset), .cashApplied)
        case .liquidation:
            _ = try pay(
                cashForSetOff(proceeds), from: cash, first: due.map(\.id), by: .liquidation,
                .cashApplied)
        }
        for line in receipt(of: proceeds, since: before).paid {
            sale.paid.append(
                Settlement.Allocation(obligation: line.obligation, amount: line.amount))
        }
        sale.receipt = receipt(of: proceeds, since: before, adding: sale.receipt)
        keep(sale)
        guard case .settlement(let id) = sale.purpose, var settlement = customer.settlements[id]
        else { return }
        settlement.receipt = sale.receipt
        keep(settlement)
    }

    /// The venue has no more of the order: proceeds go to what is owed, the rest is cash.
    mutating func finishSale(_ id: SaleID) throws(Refusal) -> Reply {
        guard var sale = customer.sales[id] else { throw .saleUnknown }
        guard sale.state == .ordered else { return .unchanged }
        sale.state = .finished
        keep(sale)
        switch sale.purpose {
        case .settlement(let settlementID):
            try applyProceeds(of: id, sale.net)
            try close(
                try settlement(settlementID),
                as: sale.fills.isEmpty
                    ? .failed(reason: "not_sold") : .completed(at: facts.now))
            notify(.saleCompleted(sale: id, proceeds: sale.net))
        case .liquidation:
            if sale.fills.isEmpty {
                customer.profile.liquidation.attempts += 1
            } else {
                customer.profile.liquidation.attempts = 0
                try applyProceeds(of: id, sale.net)
                notify(.saleCompleted(sale: id, proceeds: sale.net))
            }
            keepProfile()
            if due.isEmpty {
                clear(.liquidationSlice)
            } else {
                set(
                    .liquidationSlice,
                    due: facts.now.adding(
                        seconds: facts.policy.liquidation.sliceIntervalSeconds))
            }
        }
        return .done
    }

    /// A person lets a stopped sale go on, with the narrowest band again.
    mutating func resumeLiquidation(reason: String) throws(Refusal) -> Reply {
        guard !reason.isEmpty else { throw .reasonRequired }
        customer.profile.liquidation.attempts = 0
        customer.profile.liquidation.stopped = nil
        customer.profile.liquidation.lastIndex = [:]
        keepProfile()
        return try liquidate()
    }

    /// Makes good a sale that should not have been: the asset is bought back in kind, the fee is
    /// given back, and what the proceeds had paid is owed again: all of it, or as much as is said.
    mutating func restore(_ command: Command.RestoreSale) throws(Refusal) -> Reply {
        guard !command.reason.isEmpty else { throw .reasonRequired }
        guard command.approvedBy != nil else { throw .secondPersonRequired }
        guard var sale = customer.sales[command.sale] else { throw .saleUnknown }
        guard sale.state == .finished, !sale.fills.isEmpty else {
            throw .wrongState("only a finished sale can be made good")
        }
        let counterparty = Account.house(.counterpartyCash)
        let paid = sale.paid.map(\.amount).sum()
        let owedAgain = command.owedAgain ?? paid
        guard owedAgain <= paid else { throw .amountOutOfRange(min: .zero, max: paid) }
        let feeAccount = HouseAccount.feeAccount(of: sale.purpose)
        // The customer gives back what the sale gave him, as far as it is still there.
        let fromCash = min(min(sale.net, customer.freeCash), command.cost)
        var left = command.cost - fromCash
        var again = min(left, owedAgain)
        left -= again
        for allocation in sale.paid where again > .zero {
            let part = min(again, allocation.amount)
            try revive(
                allocation.obligation, by: part, against: counterparty, reason: .restitution)
            again -= part
        }
        let fromFee = min(sale.fee, left)
        try post(.customer(customer.id, .cash), counterparty, fromCash, .restitution)
        try post(.house(feeAccount), counterparty, fromFee, .restitution)
        try post(
            .house(.restitution), counterparty, left - fromFee, .restitution)
        if sale.fee > fromFee {
            try post(
                .house(feeAccount), .customer(customer.id, .cash), sale.fee - fromFee,
                .restitution)
        }
        try post(
            Transfer(
                debit: .house(.counterpartyCrypto), credit: .customer(customer.id, .crypto),
                sale.asset, sale.sold, .restitution))
        sale.state = .restored
        keep(sale)
        notify(.saleRestored(sale: sale.id))
        try applyCash()
        return .done
    }
}

extension HouseAccount {
    /// Where the fee of a sale is earned: forced sales are told apart from chosen ones.
    static func feeAccount(of purpose: Sale.Purpose) -> HouseAccount {
        switch purpose {
        case .liquidation: .liquidationFee
        case .settlement: .tradingFee
        }
    }
}
