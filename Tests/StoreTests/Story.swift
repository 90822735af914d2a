import Banking
import Engine
import Ledger
import Money
import Nacha
import Rules
import Testing

/// A customer's story as commands, run through a `Core` over whichever store a test brings.
struct Story {
    static let start = Instant(milliseconds: 1_800_000_000_000)
    let customer = CustomerID(high: 1 << 40, low: 7)
    var now = Story.start
    private var serial: UInt64 = 0

    mutating func envelope(
        _ command: Command, to addressee: Addressee? = nil, by actor: Actor = .host("test"),
        cause: Cause? = nil
    ) -> Envelope {
        serial += 1
        return Envelope(
            cause: cause ?? Cause(high: 99, low: serial), actor: actor,
            to: addressee ?? .customer(customer), command)
    }

    /// Opens a customer with $500 of bitcoin bought on instant credit, and the bank's return.
    mutating func negativeBalance(_ core: Core) throws -> (deposit: DepositID, owed: Cents) {
        _ = try perform(
            .openCustomer(
                Command.OpenCustomer(
                    id: customer, reference: "story", name: "Story Sample",
                    email: "story@localhost", language: .spanish, timeZone: "America/Chicago")),
            core)
        guard
            case .method(let method) = try perform(
                .linkMethod(
                    Command.LinkMethod(
                        kind: .bankAccount(
                            PaymentMethod.BankAccount(
                                routingNumber: "091000019", sealedNumber: "c2VhbGVk",
                                fingerprint: "print", type: .checking)),
                        label: "Bank", lastFour: "6789", verified: true,
                        balance: PaymentMethod.BalanceCheck(
                            amount: Cents(10_000_00), asOf: now))), core),
            case .deposit(let deposit, let credit, _, _) = try perform(
                .startDeposit(Command.StartDeposit(method: method, amount: Cents(500_00))), core)
        else { throw StoryProblem.unexpected }
        let bitcoin = try #require(AssetCode("BTC"))
        _ = try perform(
            .trade(
                Command.Trade(
                    side: .buy, asset: bitcoin, quantity: Quantity(829_166), cash: credit,
                    fee: Cents(2_50))), core)
        let odfi = try #require(DFIIdentification("09100001"))
        _ = try perform(
            .submitEntry(
                Command.SubmitEntry(
                    payment: .deposit(deposit),
                    trace: try #require(TraceNumber(odfi: odfi, sequence: 1)), file: "f.ach")),
            core)
        _ = try perform(
            .receiveReturn(
                ReturnedEntry(
                    payment: .deposit(deposit), code: "R01", amount: Cents(500_00),
                    trace: try #require(TraceNumber(odfi: odfi, sequence: 2)))), core)
        return (deposit, credit)
    }

    mutating func perform(
        _ command: Command, _ core: Core, to addressee: Addressee? = nil,
        by actor: Actor = .host("test")
    ) throws -> Reply {
        let asked = envelope(command, to: addressee, by: actor)
        guard case .accepted(let reply) = try core.process([asked], now: now).first
        else { throw StoryProblem.unexpected }
        return reply
    }
}

enum StoryProblem: Error { case unexpected }
