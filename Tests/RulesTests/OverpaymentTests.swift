import Banking
import Ledger
import Money
import Testing

@testable import Rules

/// What a payment by the processor brings too much goes back to where it came from, once.
struct OverpaymentTests {
    /// Owes 300 dollars and chooses the card; a wire of `wire` arrives before the charge succeeds.
    private func overpaid(
        wire: Int64 = 18_000, stopped stop: StopFlag.Kind? = nil,
        kind: SettlementKindName = .card
    ) throws -> (Scene, SettlementID) {
        let scene = try Scene()
        try scene.returnedDeposit()
        let card = try scene.start(kind)
        if wire > 0 { try scene.wire(wire) }
        if let stop { try scene.flag(stop) }
        try scene.act(
            .chargeSucceeded(
                Command.ChargeSucceeded(
                    settlement: card.id, amount: Cents(30_000),
                    fee: Cents(kind == .card ? 870 : 0))))
        return (scene, card.id)
    }

    @discardableResult
    private func refund(
        _ scene: Scene, _ id: SettlementID, _ amount: Int64, named name: String? = nil
    ) throws -> Reply {
        try scene.act(
            .chargeRefunded(
                Command.ChargeRefunded(
                    settlement: id, refund: name ?? id.refundOfOverpayment,
                    amount: Cents(amount))))
    }

    private func asked(_ scene: Scene) -> [Cents] {
        scene.store.outgoing.compactMap {
            if case .refund(_, let amount) = $0.outgoing { amount } else { nil }
        }
    }

    private func told(_ scene: Scene) -> [Notice.Content] {
        scene.store.notices.map(\.notice.content).filter {
            switch $0 {
            case .overpaid, .overpaymentRefunded, .overpaymentKept: true
            default: false
            }
        }
    }

    @Test("What was too much is set aside with its share of the fee, and asked back once")
    func setAside() throws {
        let (scene, id) = try overpaid()

        // 120 of 300 dollars were owed: 180 go back, and 60 % of the fee of 8.70.
        let overpayment = try #require(scene.person.settlements[id]?.overpayment)
        #expect(overpayment.amount == Cents(18_000) && overpayment.fee == Cents(522))
        #expect(scene.person.cash == .zero)
        #expect(scene.books(.withdrawalsPayable) == -18_522)
        #expect(scene.books(.cardFee) == -348)
        #expect(
            scene.store.journal.map(\.transfer)
                .filter { $0.reason == .overpaymentRefunded }.map(\.amount) == [18_000, 522])
        #expect(asked(scene) == [Cents(18_522)])
        #expect(told(scene) == [.overpaid(settlement: id, amount: Cents(18_522))])
        let receipt = try #require(scene.person.settlements[id]?.receipt)
        #expect(receipt.givenBack == Cents(18_000) && receipt.feeGivenBack == Cents(522))
        #expect(receipt.toCash == .zero && receipt.paid.map(\.amount) == [Cents(12_000)])
    }

    @Test(
        "When the processor has given it back it is gone from the books, however often it is told")
    func refunded() throws {
        let (scene, id) = try overpaid()

        #expect(try refund(scene, id, 18_522) == .done)
        #expect(try refund(scene, id, 18_522) == .unchanged)

        #expect(scene.books(.withdrawalsPayable) == 0)
        #expect(scene.books(.cardClearing) == 30_870 - 18_522)
        #expect(scene.person.owed == .zero && scene.person.cash == .zero)
        #expect(
            told(scene).last == .overpaymentRefunded(settlement: id, amount: Cents(18_522)))
        try scene.later(hours: 24 * 9)
        #expect(asked(scene).count == 1)
    }

    @Test("Another amount than was asked for is refused, so that a person looks")
    func anotherAmount() throws {
        let (scene, id) = try overpaid()

        #expect(throws: Refusal.amountOutOfRange(min: Cents(18_522), max: Cents(18_522))) {
            try refund(scene, id, 18_000)
        }
    }

    @Test("While the processor says nothing it is asked again each day, and a person hears of it")
    func unanswered() throws {
        let (scene, id) = try overpaid()
        func late() -> Int {
            scene.store.alerts.count {
                $0.content == .refundUnanswered(scene.customer, id)
            }
        }

        try scene.later(hours: 24 * 2 + 1)
        #expect(asked(scene).count == 3 && late() == 0)
        try scene.later(hours: 24)
        #expect(asked(scene).count == 4 && late() == 1)
        #expect(Set(asked(scene)).count == 1)

        try refund(scene, id, 18_522)
        try scene.later(hours: 24 * 30)
        #expect(asked(scene).count == 4)
    }

    @Test("What cannot go back is the customer's cash with the fee, and a person is told why")
    func kept() throws {
        let (scene, id) = try overpaid()

        let no = Command.refundRefused(
            Command.RefundRefused(settlement: id, reason: "card_closed"))
        #expect(try scene.act(no) == .done)
        #expect(try scene.act(no) == .unchanged)

        #expect(scene.person.cash == Cents(18_522))
        #expect(scene.books(.withdrawalsPayable) == 0)
        #expect(told(scene).last == .overpaymentKept(settlement: id, amount: Cents(18_522)))
        #expect(
            scene.store.alerts.contains {
                $0.content == .refundRefused(scene.customer, id, "card_closed")
            })
        // It gives it back after all: from the cash, like any other refund.
        try refund(scene, id, 18_522)
        #expect(scene.person.cash == .zero && scene.person.owed == .zero)
    }

    @Test("A stop that holds withdrawals holds it too, and it leaves when the stop has ended")
    func held() throws {
        let (scene, id) = try overpaid(stopped: .identityReview)
        #expect(asked(scene).isEmpty)
        #expect(scene.person.settlements[id]?.overpayment?.state == .held)
        let flag = try #require(scene.person.profile.flags.first)

        try scene.act(
            .removeFlag(Command.RemoveFlag(flag: flag.id, reason: "looked at")),
            by: .operator("alice"))

        #expect(asked(scene) == [Cents(18_522)])
    }

    @Test("A payment of which nothing was owed any more goes back whole")
    func whole() throws {
        let (scene, id) = try overpaid(wire: 30_000, kind: .instant)

        #expect(asked(scene) == [Cents(30_000)])
        try refund(scene, id, 30_000)

        #expect(scene.books(.withdrawalsPayable) == 0)
        #expect(scene.person.cash == .zero && scene.person.owed == .zero)
    }

    @Test("What nobody paid too much is not given back")
    func nothing() throws {
        let (scene, id) = try overpaid(wire: 0)

        #expect(scene.person.settlements[id]?.overpayment == nil)
        #expect(asked(scene).isEmpty && told(scene).isEmpty)
    }

    @Test(
        "A dispute takes what the payment still brought, in whatever order the answers come",
        arguments: [true, false])
    func disputed(_ refundedFirst: Bool) throws {
        let (scene, id) = try overpaid()
        let before = scene.books(.bankOperating)
        if refundedFirst { try refund(scene, id, 18_522) }

        try scene.act(
            .chargeDisputed(Command.ChargeDisputed(settlement: id, disputeFee: .zero)))
        if !refundedFirst {
            try scene.act(
                .refundRefused(Command.RefundRefused(settlement: id, reason: "disputed")))
        }

        // The bank has its money back, whole; of ours nothing is left and the 120 dollars are owed.
        let taken = before - scene.books(.bankOperating)
        #expect(taken == (refundedFirst ? 30_870 - 18_522 : 30_870))
        #expect(scene.books(.cardFee) == 0 && scene.books(.withdrawalsPayable) == 0)
        #expect(scene.person.owed == Cents(12_000) && scene.person.cash == .zero)
    }
}
