import Banking
import Engine
import Ledger
import Money
import Nacha
import Rules

/// The story of the product, over and over: deposit, buy, hand to the bank, settle, return, pay.
struct Workload {
    let now = Instant(milliseconds: 1_800_000_000_000)
    let opening: [Envelope]
    private var customers: [Person]
    private var cursor = 0
    private var serial: UInt64 = 1

    private struct Person {
        let id: CustomerID
        let method: PaymentMethodID
        var step = 0
        var deposit: DepositID
        var cause: Cause
    }

    init(customers count: Int) {
        var opening: [Envelope] = []
        customers = (0..<count).map { index in
            let id = CustomerID(high: 1 << 32, low: UInt64(index))
            let link = Cause(high: 1, low: UInt64(index))
            opening.append(
                Envelope(
                    cause: Cause(high: 0, low: UInt64(index)), actor: .host("bench"),
                    to: .customer(id),
                    .openCustomer(
                        Command.OpenCustomer(
                            id: id, reference: "bench-\(index)", name: "Bench",
                            email: "bench@localhost", language: .english,
                            timeZone: "America/New_York"))))
            opening.append(
                Envelope(
                    cause: link, actor: .host("bench"), to: .customer(id),
                    .linkMethod(
                        Command.LinkMethod(
                            kind: .bankAccount(
                                PaymentMethod.BankAccount(
                                    routingNumber: "091000019", sealedNumber: "",
                                    fingerprint: "f\(index)", type: .checking)),
                            label: "Bank", lastFour: "0000", verified: true, balance: nil))))
            return Person(
                id: id, method: link.identifier(1, atMilliseconds: 1_800_000_000_000),
                deposit: DepositID(high: 0, low: 0), cause: link)
        }
        self.opening = opening
    }

    mutating func next(_ count: Int) -> [Envelope] { (0..<count).map { _ in next() } }

    private mutating func next() -> Envelope {
        cursor = (cursor + 1) % customers.count
        serial += 1
        let cause = Cause(high: 0x1234_5678 << 32 | serial, low: serial &* 0x9E37_79B9_7F4A_7C15)
        var person = customers[cursor]
        defer { customers[cursor] = person }
        let command: Command
        switch person.step {
        case 0:
            person.deposit = cause.identifier(1, atMilliseconds: now.milliseconds)
            command = .startDeposit(
                Command.StartDeposit(method: person.method, amount: Cents(500_00)))
        case 1:
            command = .trade(
                Command.Trade(
                    side: .buy, asset: AssetCode("BTC") ?? .usd, quantity: Quantity(829_166),
                    cash: Cents(500_00), fee: Cents(2_50)))
        case 2:
            command = .submitEntry(
                Command.SubmitEntry(
                    payment: .deposit(person.deposit), trace: Self.trace(serial), file: "bench"))
        case 3:
            command = .settleEntry(
                Command.SettleEntry(
                    payment: .deposit(person.deposit), day: Eastern.day(at: now)))
        case 4:
            command = .receiveReturn(
                ReturnedEntry(
                    payment: .deposit(person.deposit), code: "R01", amount: Cents(500_00),
                    trace: Self.trace(serial)))
        default:
            command = .receiveFunds(
                Command.ReceiveFunds(
                    rail: .wire, amount: Cents(500_00), source: "bench", reference: nil))
        }
        person.step = (person.step + 1) % 6
        return Envelope(cause: cause, actor: .host("bench"), to: .customer(person.id), command)
    }

    private static func trace(_ serial: UInt64) -> TraceNumber {
        guard let odfi = DFIIdentification(number: 9_100_001),
            let trace = TraceNumber(
                odfi: odfi, sequence: Int(serial % UInt64(TraceNumber.sequenceMax)))
        else { preconditionFailure("a bench trace is in range") }
        return trace
    }

    static func check(_ outcomes: [Outcome]) throws {
        for outcome in outcomes {
            guard case .accepted = outcome else {
                throw BenchProblem("a command of the bench was not accepted: \(outcome)")
            }
        }
    }
}
