import Banking
import Ledger
import Money

/// Value leaving the account: dollars or any other asset, reserved when asked for.
public struct Withdrawal: Hashable, Sendable, Codable {
    public let id: WithdrawalID
    public let asset: AssetCode
    /// Smallest booked units of ``asset``.
    public let amount: Int64
    public let destination: String
    public let requestedAt: Instant
    /// Whether it gives back what a payment brought beyond what was owed.
    public let isRefund: Bool
    public var state: State

    public enum State: String, Hashable, Sendable, Codable {
        case requested
        case sent
        case cancelled
    }
}

/// What may leave the account now, and why not more.
public struct Withdrawable: Hashable, Sendable {
    /// Dollars' worth that may leave in all; limits for single assets are not additive.
    public let total: Cents
    /// What may leave if it were the only thing to leave.
    public let each: [AssetCode: Int64]
    /// Fixed dollars held back over the whole account.
    public let held: Cents
    /// When the next part of the hold ends; `nil` when nobody can say, or nothing is held.
    public let nextRelease: Instant?
    /// When all of it has ended; `nil` when nobody can say of a part of it.
    public let lastRelease: Instant?
    /// Owed on open obligations, with the claims that survive booked losses.
    public let owed: Cents
    public let securityLockUntil: Instant?
}

extension Customer {
    /// `total = open obligations > 0 ? 0 : max(0, cash + holdings at bid - unreleased holds)`;
    /// each asset: `min(free balance, total at its bid)`, rounded down.
    ///
    /// The hold is a fixed number of dollars over the whole account: a gain above it is free, a
    /// loss makes other assets back it. An asset without a fresh quote counts for nothing.
    public func withdrawable(_ facts: Facts) -> Withdrawable {
        let held = deposits.values.map(\.hold).sum()
        let withHold = deposits.values.filter { $0.hold > .zero }
        let releases = withHold.compactMap { $0.expectedRelease(facts) }
        let lock = profile.securityLocks.map(\.until).filter { $0 > facts.now }.max()
        var value = cash
        for asset in heldAssets {
            guard let policy = facts.policy.asset(asset), let quote = facts.freshQuote(asset) else {
                continue
            }
            value += quote.bid.value(of: holding(of: asset), of: policy.asset, rounding: .down)
        }
        let owing = owed + lossClaims
        let stopped =
            owing > .zero || lock != nil || hasFlag(where: \.stopsWithdrawals, at: facts.now) != nil
        let total = stopped ? .zero : value.remaining(after: held)

        var each: [AssetCode: Int64] = [.usd: min(freeCash, total).count]
        for asset in heldAssets {
            guard let policy = facts.policy.asset(asset) else { continue }
            let worth: Quantity
            if held == .zero, !stopped {
                worth = freeHolding(of: asset)
            } else if let quote = facts.freshQuote(asset) {
                worth = quote.bid.quantity(for: total, of: policy.asset, rounding: .down)
            } else {
                worth = .zero
            }
            each[asset] = min(freeHolding(of: asset), worth).count
        }
        return Withdrawable(
            total: total, each: each, held: held, nextRelease: releases.min(),
            lastRelease: releases.count == withHold.count ? releases.max() : nil, owed: owing,
            securityLockUntil: lock)
    }
}

extension Facts {
    /// The quote, unless it is missing, old, from the future, halted or crossed.
    func freshQuote(_ asset: AssetCode) -> Quote? {
        guard let quote = quotes[asset], !quote.halted, quote.bid <= quote.ask,
            (now - quote.asOf).magnitude <= UInt64(policy.liquidation.priceAgeSecondsMax) * 1000
        else { return nil }
        return quote
    }
}

extension Draft {
    mutating func withdraw(_ command: Command.RequestWithdrawal) throws(Refusal) -> Reply {
        if command.asset != .usd, facts.policy.asset(command.asset) == nil {
            throw .assetUnknown(command.asset)
        }
        guard command.amount > 0, command.amount <= Quantity.max.count else {
            throw .quantityOutOfRange
        }
        if let stop = customer.hasFlag(where: \.stopsWithdrawals, at: facts.now) {
            throw .stopped(stop)
        }
        let limits = customer.withdrawable(facts)
        guard limits.owed == .zero else { throw .owing(limits.owed) }
        if let until = limits.securityLockUntil { throw .securityLock(until: until) }
        let free =
            command.asset == .usd
            ? customer.freeCash.count : customer.freeHolding(of: command.asset).count
        guard command.amount <= free else { throw .insufficientBalance(command.asset) }
        guard command.amount <= limits.each[command.asset] ?? 0 else {
            throw .held(withdrawable: limits.total, until: limits.lastRelease)
        }
        let withdrawal = Withdrawal(
            id: identifier(), asset: command.asset, amount: command.amount,
            destination: command.destination, requestedAt: facts.now, isRefund: false,
            state: .requested)
        keep(withdrawal)
        try move(
            withdrawal, from: account(of: withdrawal), to: .house(.withdrawalsPayable),
            .withdrawalReserved)
        return .withdrawal(withdrawal.id)
    }

    mutating func confirmSent(_ id: WithdrawalID) throws(Refusal) -> Reply {
        var withdrawal = try withdrawal(id)
        switch withdrawal.state {
        case .requested: break
        case .sent: return .unchanged
        case .cancelled: throw .wrongState("the withdrawal was cancelled")
        }
        try move(
            withdrawal, from: .house(.withdrawalsPayable),
            to: .house(withdrawal.asset == .usd ? .bankOperating : .custody), .withdrawalSent)
        withdrawal.state = .sent
        keep(withdrawal)
        return .done
    }

    mutating func cancelWithdrawal(_ id: WithdrawalID) throws(Refusal) -> Reply {
        var withdrawal = try withdrawal(id)
        switch withdrawal.state {
        case .requested: break
        case .cancelled: return .unchanged
        case .sent: throw .wrongState("the withdrawal has left")
        }
        try move(
            withdrawal, from: .house(.withdrawalsPayable), to: account(of: withdrawal),
            .withdrawalCancelled)
        withdrawal.state = .cancelled
        keep(withdrawal)
        mayBeRefundedAgain(withdrawal)
        try applyCash()
        return .done
    }

    /// A return takes back what has not left: a queued withdrawal is one of the first to go.
    mutating func cancelQueuedWithdrawals() throws(Refusal) {
        for id in customer.withdrawals.values.filter({ $0.state == .requested }).map(\.id).sorted()
        {
            guard var withdrawal = customer.withdrawals[id] else { continue }
            try move(
                withdrawal, from: .house(.withdrawalsPayable), to: account(of: withdrawal),
                .withdrawalCancelled)
            withdrawal.state = .cancelled
            keep(withdrawal)
            mayBeRefundedAgain(withdrawal)
            notify(
                .withdrawalCancelled(
                    withdrawal: id, asset: withdrawal.asset,
                    amount: withdrawal.amount))
        }
    }

    /// A refund that did not leave may be asked for again, if no other money came since.
    private mutating func mayBeRefundedAgain(_ refund: Withdrawal) {
        guard refund.isRefund, let last = customer.profile.lastFunds,
            last.source == refund.destination, last.at <= refund.requestedAt
        else { return }
        customer.profile.lastFunds?.excess = last.excess + Cents(refund.amount)
        keepProfile()
    }

    private mutating func move(
        _ withdrawal: Withdrawal, from debit: Account, to credit: Account,
        _ reason: Transfer.Reason
    ) throws(Refusal) {
        try post(
            Transfer(
                debit: debit, credit: credit, withdrawal.asset, Quantity(withdrawal.amount), reason)
        )
    }

    private func account(of withdrawal: Withdrawal) -> Account {
        .customer(customer.id, withdrawal.asset == .usd ? .cash : .crypto)
    }

    private func withdrawal(_ id: WithdrawalID) throws(Refusal) -> Withdrawal {
        guard let withdrawal = customer.withdrawals[id] else { throw .withdrawalUnknown }
        return withdrawal
    }
}
