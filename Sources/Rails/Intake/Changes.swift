import Ledger
import Money
import Nacha
import Rules
import Service

extension BankRail {
    /// A notification of change: what can be read is applied before the next entry.
    func change(
        _ entry: Entry, _ arrival: Arrival, _ place: FilePlace, _ report: inout IntakeReport
    ) throws -> Service.Asked? {
        guard case .change(let addenda)? = entry.addenda.first else { return nil }
        let key = "\(entry.trace):\(addenda.originalTrace):\(addenda.code)"
        guard let id = arrival.customer, let payment = arrival.payment,
            let customer = try service.reader.customer(id),
            let methodID = customer.method(of: payment),
            let account = customer.methods[methodID]?.bankAccount
        else {
            // Not ours to apply: it is refused within its fifteen days, or a person finds whose.
            return Self.asked(
                .parkReturn(
                    Command.ParkReturn(
                        code: addenda.code.text, amount: .zero, trace: entry.trace,
                        originalTrace: addenda.originalTrace, why: .change, place: place)),
                to: .house, "bank:change", key)
        }
        var corrected: PaymentMethod.BankAccount?
        var lastFour: String?
        if case .exact(let correction) = addenda.reading,
            let details = try correction.applied(
                routing: account.routingNumber,
                number: service.vault.accountNumber(of: account), type: account.type)
        {
            corrected = service.vault.seal(
                routingNumber: details.routing, accountNumber: details.number, type: details.type)
            lastFour = String(details.number.suffix(4))
        }
        return Self.asked(
            .correctMethod(
                Command.CorrectMethod(
                    method: methodID, code: addenda.code.text, bankAccount: corrected,
                    lastFour: lastFour)),
            to: .customer(id), "bank:change", key)
    }
}

extension Correction {
    /// The account's details with the correction; `nil` when it corrects none of them.
    fileprivate func applied(
        routing: String, number: String, type: PaymentMethod.AccountType
    ) -> (routing: String, number: String, type: PaymentMethod.AccountType)? {
        func kind(_ code: TransactionCode) -> PaymentMethod.AccountType {
            code.account == .savings ? .savings : .checking
        }
        switch self {
        case .account(let new): return (routing, new, type)
        case .routing(let new): return (new.text, number, type)
        case .routingAndAccount(let newRouting, let new): return (newRouting.text, new, type)
        case .transactionCode(let code): return (routing, number, kind(code))
        case .accountAndTransactionCode(let new, let code): return (routing, new, kind(code))
        case .routingAccountAndTransactionCode(let newRouting, let new, let code):
            return (newRouting.text, new, kind(code))
        case .name, .foreignDFI, .identification, .addendaFormat, .entryClass: return nil
        }
    }
}
