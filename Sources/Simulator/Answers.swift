import Banking
import Engine
import Ledger
import Money
import Nacha
import Rules

/// What we ask of the receivers' banks, and how they answer or do not.
extension World {
    /// A person asks for a debit back, or says what its bank answered.
    func askBanks(_ customer: Customer, by actor: Actor) throws {
        let to = Addressee.customer(customer.id)
        let asked = paymentsAsked(of: customer)
        if let payment = random.pick(asked), random.chance(25) {
            try send(
                .answerReturnRequest(
                    Command.AnswerReturnRequest(payment: payment, agreed: random.chance(50))),
                to: to, by: actor)
            return
        }
        let deposits = customer.deposits.keys.map(PaymentReference.deposit)
        let settlements = customer.settlements.values.filter { $0.trace != nil }.map {
            PaymentReference.settlement($0.id)
        }
        let all = (deposits + settlements).sorted { $0.key < $1.key }
        guard let payment = random.pick(all) else { return }
        let reason = random.chance(95) ? "sent twice" : ""
        try hear(
            envelope(
                .requestReturn(Command.RequestReturn(payment: payment, reason: reason)),
                to: to, by: actor))
    }

    private func paymentsAsked(of customer: Customer) -> [PaymentReference] {
        let deposits = customer.deposits.values.filter { !$0.returnRequests.isEmpty }.map {
            PaymentReference.deposit($0.id)
        }
        let settlements = customer.settlements.values.filter { !$0.returnRequests.isEmpty }.map {
            PaymentReference.settlement($0.id)
        }
        return (deposits + settlements).sorted { $0.key < $1.key }
    }

    /// The receiver's bank has our request: it sends the entry back, says that it will not, or says
    /// nothing at all.
    func answer(_ payment: PaymentReference, of id: CustomerID) {
        let amount: Cents?
        switch payment {
        case .deposit(let deposit): amount = person(id)?.deposits[deposit]?.amount
        case .settlement(let settlement): amount = person(id)?.settlements[settlement]?.amount
        case .dishonor: amount = nil
        }
        guard let amount else { return }
        let later = random.int(3_600...(12 * 86_400))
        switch random.int(1...10) {
        case 1...5:
            guard let trace = newTrace() else { return }
            expect(
                .receiveReturn(
                    ReturnedEntry(payment: payment, code: "R06", amount: amount, trace: trace)),
                to: .customer(id), by: .system, in: later)
        case 6...7:
            expect(
                .answerReturnRequest(
                    Command.AnswerReturnRequest(payment: payment, agreed: random.chance(40))),
                to: .customer(id), by: .operator("alice"), in: later)
        default: break
        }
    }
}
