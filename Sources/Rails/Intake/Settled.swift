import Banking
import Ledger
import Money
import Nacha
import Rules
import Service

extension BankRail {
    /// What a line of the bank's settlement report asks for.
    ///
    /// `asked` are the returns in suspense that lines before this one are of: several may have come
    /// under one trace number of another bank.
    func settled(
        _ arrival: Arrival, _ window: ArrivalWindow, _ asked: inout Set<SuspenseID>,
        _ report: inout IntakeReport
    ) throws -> Service.Asked? {
        let trace = TraceNumber(number: arrival.trace)
        func key(_ record: String, _ day: Day, _ reference: String) -> String {
            "\(record):\(trace):\(day.iso):\(arrival.amount.count):\(reference)"
        }
        func leaveOut(_ why: String) -> Service.Asked? {
            report.leaveOut("line \(arrival.line): \(trace): \(why)")
            return nil
        }
        switch arrival.what {
        case .debitSettled(let day):
            guard let payment = arrival.payment, let customer = arrival.customer else {
                return leaveOut("no entry of ours has this trace and amount")
            }
            return Self.asked(
                .settleEntry(Command.SettleEntry(payment: payment, day: day)),
                to: .customer(customer), Self.settlement, key("debit_settled", day, ""))
        case .creditSettled(let day):
            guard let payment = arrival.payment, let customer = arrival.customer else { return nil }
            return Self.asked(
                .settleEntry(Command.SettleEntry(payment: payment, day: day)),
                to: .customer(customer), Self.settlement, key("credit_settled", day, ""))
        case .returnSettled(let day, let reference):
            let text = reference == 0 ? "" : TraceNumber(number: reference).text
            let parked = try service.reader.unsettledReturns(trace: text).first { item in
                item.amount == arrival.amount && !asked.contains(item.id)
                    && (item.originalTrace == nil || item.originalTrace == trace)
            }
            if let item = parked {
                asked.insert(item.id)
                return Self.asked(
                    .settleParkedReturn(item.id), to: .house, Self.settlement,
                    key("return_settled", day, text) + ":\(item.id)")
            }
            guard let payment = arrival.payment, let customer = arrival.customer else {
                return leaveOut("no return of ours has this trace")
            }
            return Self.asked(
                .settleReturn(Command.SettleReturn(payment: payment, fee: .zero)),
                to: .customer(customer), Self.settlement, key("return_settled", day, text))
        case .dishonorSettled(let day):
            guard case .dishonor(let item)? = arrival.payment else {
                return leaveOut("no dishonored return of ours has this trace")
            }
            return Self.asked(
                .settleDishonor(item), to: .house, Self.settlement,
                key("dishonor_settled", day, ""))
        case .wireReceived(let at): return try wire(window.wires[at], arrival)
        case .returned, .changed, .contested, .setAside, .unexpected, .nothing: return nil
        }
    }

    private func wire(_ wire: ArrivalWindow.Wire, _ arrival: Arrival) throws -> Service.Asked {
        let funds = Command.ReceiveFunds(
            rail: .wire, amount: arrival.amount, source: wire.source, reference: wire.reference)
        let customer =
            try service.reader.customer(ofSettlementReference: wire.reference.uppercased())
            ?? service.reader.customerID(reference: wire.reference)
        let key =
            "wire_received:\(wire.trace):\(wire.day.iso):\(arrival.amount.count):\(wire.whole)"
        guard let customer else {
            return Self.asked(
                .receiveUnidentifiedFunds(funds), to: .house, Self.settlement, key)
        }
        return Self.asked(.receiveFunds(funds), to: .customer(customer), Self.settlement, key)
    }

    private static let settlement = "bank:settlement"
}
