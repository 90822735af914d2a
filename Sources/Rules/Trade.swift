import Banking
import Ledger
import Money

extension Draft {
    /// A trade the host exchange executed for its customer. Trading is free during a hold.
    mutating func trade(_ command: Command.Trade) throws(Refusal) -> Reply {
        guard facts.policy.asset(command.asset) != nil else { throw .assetUnknown(command.asset) }
        guard !command.quantity.isZero else { throw .quantityOutOfRange }
        guard !command.cash.isZero, command.fee <= command.cash else {
            throw .amountOutOfRange(min: command.fee, max: .max)
        }
        if let id = command.order { try consume(id, command) }
        switch command.side {
        case .buy:
            try buy(command.asset, command.quantity, total: command.cash, fee: command.fee)
        case .sell:
            try sell(
                command.asset, command.quantity, gross: command.cash, fee: command.fee,
                feeAccount: .tradingFee, reasons: (.trade, .tradeFee))
        }
        try applyCash()
        return .done
    }

    /// `total` includes the fee, as the customer saw it.
    mutating func buy(
        _ asset: AssetCode, _ quantity: Quantity, total: Cents, fee: Cents
    ) throws(Refusal) {
        guard facts.policy.asset(asset) != nil else { throw .assetUnknown(asset) }
        guard customer.freeCash >= total else { throw .insufficientBalance(.usd) }
        let cash = Account.customer(customer.id, .cash)
        try post(cash, .house(.counterpartyCash), total - fee, .trade)
        try post(cash, .house(.tradingFee), fee, .tradeFee)
        try post(
            Transfer(
                debit: .house(.counterpartyCrypto), credit: .customer(customer.id, .crypto), asset,
                quantity, .trade))
    }

    mutating func sell(
        _ asset: AssetCode, _ quantity: Quantity, gross: Cents, fee: Cents,
        feeAccount: HouseAccount, reasons: (sale: Transfer.Reason, fee: Transfer.Reason)
    ) throws(Refusal) {
        guard customer.freeHolding(of: asset) >= quantity else {
            throw .insufficientBalance(asset)
        }
        try post(
            Transfer(
                debit: .customer(customer.id, .crypto), credit: .house(.counterpartyCrypto), asset,
                quantity, reasons.sale))
        let counterparty = Account.house(.counterpartyCash)
        try post(counterparty, .house(feeAccount), fee, reasons.fee)
        try post(counterparty, .customer(customer.id, .cash), gross - fee, reasons.sale)
    }

    /// An open order on the host exchange: what it reserves cannot be spent or withdrawn twice.
    mutating func open(_ command: Command.OpenOrder) throws(Refusal) -> Reply {
        guard facts.policy.asset(command.asset) != nil else { throw .assetUnknown(command.asset) }
        if let known = customer.orders.values.first(where: { $0.reference == command.reference }) {
            return .order(known.id)
        }
        let order: Order
        switch command.side {
        case .buy:
            guard customer.freeCash >= command.cash, !command.cash.isZero else {
                throw .insufficientBalance(.usd)
            }
            order = Order(
                id: identifier(), reference: command.reference, side: .buy, asset: command.asset,
                reservedCash: command.cash, reservedQuantity: .zero, state: .open)
        case .sell:
            guard customer.freeHolding(of: command.asset) >= command.quantity,
                !command.quantity.isZero
            else { throw .insufficientBalance(command.asset) }
            order = Order(
                id: identifier(), reference: command.reference, side: .sell, asset: command.asset,
                reservedCash: .zero, reservedQuantity: command.quantity, state: .open)
        }
        keep(order)
        return .order(order.id)
    }

    /// The host closed the order; what it reserved is free, and pays what is owed first.
    mutating func close(_ id: OrderID) throws(Refusal) -> Reply {
        guard var order = customer.orders[id] else { throw .orderUnknown }
        guard order.state.isOpen else { return .unchanged }
        order.state = .closed
        keep(order)
        try applyCash()
        return .done
    }

    private mutating func consume(_ id: OrderID, _ trade: Command.Trade) throws(Refusal) {
        guard var order = customer.orders[id] else { throw .orderUnknown }
        guard order.state.isOpen, order.side == trade.side, order.asset == trade.asset else {
            throw .wrongState("the order does not fit the trade")
        }
        order.reservedCash = order.reservedCash.remaining(after: trade.cash)
        order.reservedQuantity = order.reservedQuantity.remaining(after: trade.quantity)
        if order.reservedCash.isZero, order.reservedQuantity.isZero { order.state = .closed }
        keep(order)
    }

    /// Asks the host to cancel orders that lock value a debt needs. Each is asked once.
    mutating func requestCancellation(of orders: [Order]) {
        for order in orders where order.state == .open {
            var asked = order
            asked.state = .cancelRequested
            keep(asked)
            tell(.orderCancellationRequested(order: order.id, reference: order.reference))
        }
    }

    /// Assets that arrived on chain. They pay what is owed only when the customer said so.
    mutating func receive(_ command: Command.ReceiveAsset) throws(Refusal) -> Reply {
        guard facts.policy.asset(command.asset) != nil else { throw .assetUnknown(command.asset) }
        guard !command.quantity.isZero else { throw .quantityOutOfRange }
        if let id = command.settlement {
            return try receiveForSettlement(id, command)
        }
        try post(
            Transfer(
                debit: .house(.custody), credit: .customer(customer.id, .crypto), command.asset,
                command.quantity, .assetReceived))
        if customer.profile.liquidation.stopped == .nothingToSell {
            set(.liquidationSlice, due: facts.now)
        }
        return .done
    }

    /// Dollars that are good when they come: a wire or an instant payment in.
    ///
    /// Charges what is owed first, oldest first (or the obligations its settlement named), then
    /// claims that were charged off, then cash. Never instant credit.
    mutating func receive(_ command: Command.ReceiveFunds) throws(Refusal) -> Reply {
        guard command.amount > .zero else { throw .amountOutOfRange(min: Cents(1), max: .max) }
        var left = command.amount
        let before = owing
        let named = command.reference.flatMap(settlement(withReference:))
        let first = named?.allocations.map(\.obligation) ?? []
        // Money that does not say it is for what is owed is only set off where that is allowed.
        if named != nil || customer.hasFlag(where: \.stopsSetOff, at: facts.now) == nil {
            left = try pay(
                left, from: .house(.bankOperating), first: first,
                by: .payment(command.rail.settles), .fundsReceived)
            left = try recover(left, from: .house(.bankOperating))
        }
        try post(
            .house(.bankOperating), .customer(customer.id, .cash), left, .fundsReceived)
        customer.profile.lastFunds = Customer.LastFunds(
            source: command.source, rail: command.rail, amount: command.amount, excess: left,
            at: facts.now)
        keepProfile()
        if let named { try settlementPaid(named, received: command.amount, since: before) }
        notify(.fundsReceived(amount: command.amount, applied: command.amount - left, toCash: left))
        return .done
    }

    /// Gives back what a payment brought beyond what was owed, to where it came from only. It is
    /// reserved now and leaves as a withdrawal does; the bank is touched when it has left.
    mutating func refund(_ command: Command.RefundOverpayment) throws(Refusal) -> Reply {
        guard let last = customer.profile.lastFunds, last.source == command.source else {
            throw .overpaymentSourceDiffers
        }
        guard command.amount > .zero, command.amount <= last.excess else {
            throw .amountOutOfRange(min: Cents(1), max: last.excess)
        }
        // A refund leaves the account like any withdrawal, and what stops one stops the other.
        if let stop = customer.hasFlag(where: \.stopsWithdrawals, at: facts.now) {
            throw .stopped(stop)
        }
        let limits = customer.withdrawable(facts)
        guard limits.owed == .zero else { throw .owing(limits.owed) }
        guard customer.freeCash >= command.amount else { throw .insufficientBalance(.usd) }
        if let until = limits.securityLockUntil { throw .securityLock(until: until) }
        guard command.amount <= limits.total else {
            throw .held(withdrawable: limits.total, until: limits.lastRelease)
        }
        let refund = Withdrawal(
            id: identifier(), asset: .usd, amount: command.amount.count,
            destination: last.source, requestedAt: facts.now, isRefund: true, state: .requested)
        keep(refund)
        try post(
            .customer(customer.id, .cash), .house(.withdrawalsPayable), command.amount,
            .overpaymentRefunded)
        customer.profile.lastFunds?.excess = last.excess - command.amount
        keepProfile()
        return .withdrawal(refund.id)
    }
}

extension Customer {
    /// The last money that came in by itself; an over-payment may go back to this source only.
    public struct LastFunds: Hashable, Sendable, Codable {
        public let source: String
        public let rail: FundsRail
        public let amount: Cents
        public var excess: Cents
        public let at: Instant
    }
}
