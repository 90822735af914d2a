import Banking
import Engine
import Ledger
import Money
import Nacha
import Rules

/// What may happen once, and has: causes, debits that left, charges, orders, mail.
///
/// A second time is a finding, whichever command brought it.
struct Register {
    private var causes: Set<Cause> = []
    private var queued: [PaymentReference: Cents] = [:]
    private var sent: [PaymentReference: TraceNumber] = [:]
    private var traces: Set<TraceNumber> = []
    private var charged: Set<SettlementID> = []
    private var ordered: Set<SaleID> = []
    private var noticed: Set<NoticeID> = []
    private var mailed: Set<NoticeID> = []

    mutating func enter(
        _ decided: Commit.Decided, _ customer: Customer?, _ policy: Policy
    ) throws(Finding) {
        let name = decided.envelope.command.name
        guard causes.insert(decided.envelope.cause).inserted else {
            throw Finding("the cause of \(name) was carried out twice")
        }
        guard !decided.envelope.actor.name.isEmpty else {
            throw Finding("nobody asked for \(name)")
        }
        // A timer that was refused is only taken out: no policy has decided.
        guard decided.policy == policy.version || decided.policy.isEmpty else {
            throw Finding("\(name) was decided under \(decided.policy), not \(policy.version)")
        }
        for change in decided.changes.entries { try enter(change, customer) }
        for notice in decided.changes.notices {
            guard noticed.insert(notice.id).inserted else {
                throw Finding("\(notice.id) was written twice")
            }
        }
        for outgoing in decided.changes.outgoing { try enter(outgoing, customer) }
        guard noticed == mailed else { throw Finding("a notice of \(name) was not mailed") }
    }

    private mutating func enter(
        _ change: Changes.EntryChange, _ customer: Customer?
    ) throws(Finding) {
        switch change {
        case .queue(let entry):
            guard sent[entry.payment] == nil else {
                throw Finding("\(entry.payment) is to be debited a second time")
            }
            let amount: Cents?
            switch entry.payment {
            case .deposit(let id): amount = customer?.deposits[id]?.amount
            case .settlement(let id): amount = customer?.settlements[id]?.amount
            case .dishonor: amount = entry.amount
            case .microEntry(let id):
                amount =
                    customer?.methods.values.lazy.flatMap(\.validations).flatMap(\.entries)
                    .first { $0.id == id }?.amount
            }
            guard entry.amount == amount else {
                throw Finding("\(entry.payment) is to be debited for another amount")
            }
            queued[entry.payment] = entry.amount
        case .dequeue(let payment): queued[payment] = nil
        case .send(let entry):
            guard queued.removeValue(forKey: entry.payment) != nil else {
                throw Finding("\(entry.payment) left and was not to leave")
            }
            guard sent.updateValue(entry.trace, forKey: entry.payment) == nil else {
                throw Finding("\(entry.payment) left twice")
            }
            guard traces.insert(entry.trace).inserted else {
                throw Finding("the trace \(entry.trace) was used twice")
            }
        }
    }

    private mutating func enter(_ outgoing: Outgoing, _ customer: Customer?) throws(Finding) {
        switch outgoing {
        case .notice(let notice):
            guard mailed.insert(notice).inserted else {
                throw Finding("\(notice) was mailed twice")
            }
        case .charge(let id, let kind, let amount, let fee):
            guard charged.insert(id).inserted else { throw Finding("\(id) is charged twice") }
            guard let settlement = customer?.settlements[id], settlement.kind == kind,
                settlement.amount == amount, settlement.fee == fee
            else { throw Finding("\(id) is charged otherwise than agreed") }
        case .placeOrder(let id, let asset, let quantity, let limit):
            guard ordered.insert(id).inserted else { throw Finding("\(id) is ordered twice") }
            guard let sale = customer?.sales[id], sale.asset == asset, sale.ordered == quantity,
                sale.limit == limit
            else { throw Finding("\(id) is ordered otherwise than recorded") }
        case .refund(let id, let amount):
            // Asked again it is the same refund, under the same name.
            guard let overpayment = customer?.settlements[id]?.overpayment,
                amount.count == overpayment.amount.count + overpayment.fee.count
            else { throw Finding("\(id) gives back what was not too much") }
        case .orderCancellationRequested: break
        }
    }

    /// Each sale that is recorded was ordered at the venue, in the same commit.
    func check(_ customer: Customer) throws(Finding) {
        for sale in customer.sales.keys where !ordered.contains(sale) {
            throw Finding("\(sale) is recorded and was never ordered")
        }
    }
}
