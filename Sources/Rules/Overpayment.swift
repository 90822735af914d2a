import Banking
import Ledger
import Money

/// What a payment by the processor brought beyond all that was owed: it goes back to where it came
/// from, with the part of the fee that was paid for it.
///
///     held ──▶ asked ──▶ refunded
///                └─────▶ kept   (the processor cannot give it back: it is the customer's cash)
///
/// Other payments are not given back by themselves. What a bank debit, an asset or a wire brings too
/// much is the customer's cash; a wire's may be sent back to its source (``Command/refundOverpayment``).
public struct Overpayment: Hashable, Sendable, Codable {
    /// Without the fee.
    public let amount: Cents
    /// Of the payment's fee, the share that was paid for it.
    public let fee: Cents
    public var state: State

    public enum State: Hashable, Sendable, Codable {
        /// A stop forbids that anything leaves the account.
        case held
        /// The processor is to give it back.
        case asked(at: Instant)
        case refunded(at: Instant)
        case kept(at: Instant)
    }

    public var total: Cents { amount + fee }

    /// Days until the processor is asked what became of it.
    public static let daysToAnswer = 1
    /// Days after which a person is told that it has not said so.
    public static let daysToAnswerMax = 3
}

extension SettlementID {
    /// The name under which the processor gives back what was too much; there is one a payment.
    public var refundOfOverpayment: String { "over_\(self)" }
}

extension Settlement {
    /// What was given back of what the payment was for, so without the fee of an over-payment.
    var refundedBeforeFee: Cents {
        guard case .refunded = overpayment?.state else { return refunded }
        return refunded.remaining(after: overpayment?.fee ?? .zero)
    }

    /// What the payment brought in all: a fee that could not be given back became cash.
    var broughtBeforeFee: Cents {
        let amount = captured?.amount ?? .zero
        guard let overpayment, case .kept = overpayment.state else { return amount }
        return amount + overpayment.fee
    }
}

extension Draft {
    /// Sets aside what `settlement` brought beyond what was owed, which has just become cash.
    mutating func giveBack(_ excess: Cents, of settlement: inout Settlement) throws(Refusal) {
        guard excess > .zero, let captured = settlement.captured else { return }
        let fee = Cents(
            Rounding.halfUp.divide(
                Int128(captured.fee.count) * Int128(excess.count), by: Int128(captured.amount.count)
            ))
        try post(
            .customer(customer.id, .cash), .house(.withdrawalsPayable), excess,
            .overpaymentRefunded)
        try post(
            .house(.cardFee), .house(.withdrawalsPayable), fee, .overpaymentRefunded)
        settlement.overpayment = Overpayment(amount: excess, fee: fee, state: .held)
        settlement.receipt?.toCash -= excess
        settlement.receipt?.givenBack = excess
        settlement.receipt?.feeGivenBack = fee
        if customer.hasFlag(where: \.stopsWithdrawals, at: facts.now) == nil {
            askForRefund(&settlement)
        }
        notify(.overpaid(settlement: settlement.id, amount: excess + fee))
    }

    /// A stop has ended: what it held goes back now.
    mutating func giveBackWhatWasHeld() {
        guard customer.hasFlag(where: \.stopsWithdrawals, at: facts.now) == nil else { return }
        let held = customer.settlements.values.filter { $0.overpayment?.state == .held }
        for var settlement in held.sorted(by: { $0.id < $1.id }) {
            askForRefund(&settlement)
            keep(settlement)
        }
    }

    private mutating func askForRefund(_ settlement: inout Settlement) {
        guard let total = settlement.overpayment?.total else { return }
        settlement.overpayment?.state = .asked(at: facts.now)
        tell(.refund(settlement: settlement.id, amount: total))
        set(
            .refundAnswer(settlement.id),
            due: facts.now.adding(days: Overpayment.daysToAnswer))
    }

    /// The processor has not said what became of it: it is asked again under the same name, which
    /// gives back once, and a person is told when that lasts.
    mutating func refundUnanswered(_ id: SettlementID) throws(Refusal) -> Reply {
        let settlement = try settlement(id)
        guard let overpayment = settlement.overpayment, case .asked(let at) = overpayment.state
        else { return .unchanged }
        guard facts.now >= at.adding(days: Overpayment.daysToAnswer) else {
            set(.refundAnswer(id), due: at.adding(days: Overpayment.daysToAnswer))
            return .unchanged
        }
        tell(.refund(settlement: id, amount: overpayment.total))
        let isLate = facts.now >= at.adding(days: Overpayment.daysToAnswerMax)
        if isLate { raise(.refundUnanswered(customer.id, id)) }
        set(
            .refundAnswer(id),
            due: facts.now.adding(
                days: isLate ? Overpayment.daysToAnswerMax : Overpayment.daysToAnswer))
        return .done
    }

    /// The processor gave back what was too much; `nil` when the refund is another one.
    mutating func overpaymentRefunded(
        _ command: Command.ChargeRefunded
    ) throws(Refusal) -> Reply? {
        var settlement = try settlement(command.settlement)
        guard command.refund == settlement.id.refundOfOverpayment,
            let overpayment = settlement.overpayment
        else { return nil }
        switch overpayment.state {
        case .held, .asked: break
        case .refunded: return .unchanged
        // It said that it could not, and did: it is a refund like any other.
        case .kept: return nil
        }
        guard command.amount == overpayment.total else {
            throw .amountOutOfRange(min: overpayment.total, max: overpayment.total)
        }
        try post(
            .house(.withdrawalsPayable), .house(.processor(settlement.kind)), overpayment.total,
            .paymentRefunded)
        settlement.refunds[command.refund] = command.amount
        settlement.overpayment?.state = .refunded(at: facts.now)
        keep(settlement)
        clear(.refundAnswer(settlement.id))
        notify(.overpaymentRefunded(settlement: settlement.id, amount: overpayment.total))
        return .done
    }

    /// The processor says that it cannot give it back: it is the customer's cash, and pays what is
    /// owed by now. The fee of a payment that was disputed is the bank's already.
    mutating func refundRefused(_ command: Command.RefundRefused) throws(Refusal) -> Reply {
        var settlement = try settlement(command.settlement)
        guard let overpayment = settlement.overpayment, case .asked = overpayment.state else {
            return .unchanged
        }
        let payable = Account.house(.withdrawalsPayable)
        let cash = Account.customer(customer.id, .cash)
        try post(payable, cash, overpayment.amount, .withdrawalCancelled)
        try post(
            payable, settlement.disputed ? .house(.cardFee) : cash, overpayment.fee,
            .withdrawalCancelled)
        settlement.overpayment?.state = .kept(at: facts.now)
        keep(settlement)
        clear(.refundAnswer(settlement.id))
        raise(.refundRefused(customer.id, settlement.id, command.reason))
        notify(
            .overpaymentKept(
                settlement: settlement.id,
                amount: settlement.disputed ? overpayment.amount : overpayment.total))
        try applyCash()
        return .done
    }
}
