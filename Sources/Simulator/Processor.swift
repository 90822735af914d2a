import Engine
import Ledger
import Money
import Rules

extension World {
    /// The card processor: it answers late, twice, out of order, and with another amount.
    func charge(
        _ settlement: SettlementID, _ kind: SettlementKindName, _ amount: Cents, _ fee: Cents,
        of customer: CustomerID
    ) {
        let to = Addressee.customer(customer)
        let opened = random.int(1...300)
        expect(
            .chargeOpened(
                Command.ChargeOpened(
                    settlement: settlement, actionURL: "https://pay.example/\(settlement)")),
            to: to, by: .system, in: opened)
        let answered = random.int(1...7_200)
        let captured =
            random.chance(8) ? Cents(max(1, amount.count + random.int64(-500...900))) : amount
        switch random.int(1...10) {
        case 1...6:
            expect(
                .chargeSucceeded(
                    Command.ChargeSucceeded(settlement: settlement, amount: captured, fee: fee)),
                to: to, by: .system, in: answered)
            if random.chance(15) {
                // Somebody at the processor gives part of it back, or all of it.
                let whole = captured.count + fee.count
                let refund = Command.chargeRefunded(
                    Command.ChargeRefunded(
                        settlement: settlement, refund: "refund-\(settlement)",
                        amount: Cents(random.chance(50) ? whole : random.int64(1...whole + 1))))
                let delay = answered + random.int(0...1_000_000)
                expect(refund, to: to, by: .system, in: delay)
            }
            if kind == .card, random.chance(30) {
                expect(
                    .chargeDisputed(
                        Command.ChargeDisputed(
                            settlement: settlement, disputeFee: Cents(random.int64(0...2_500)))),
                    to: to, by: .system, in: answered + random.int(0...2_000_000))
            }
        case 7...9:
            expect(
                .chargeFailed(Command.ChargeFailed(settlement: settlement, reason: "declined")),
                to: to, by: .system, in: answered)
            if random.chance(20) {
                // The customer tried again on the same page after the first answer.
                expect(
                    .chargeSucceeded(
                        Command.ChargeSucceeded(settlement: settlement, amount: amount, fee: fee)),
                    to: to, by: .system, in: answered + random.int(-600...600))
            }
        default: break
        }
    }

    /// What was too much goes back, or cannot; asked again it says the same, and now and then nothing.
    func giveBack(_ settlement: SettlementID, _ amount: Cents, to customer: CustomerID) {
        let isPossible = refundsPossible[settlement] ?? random.chance(70)
        refundsPossible[settlement] = isPossible
        guard random.chance(75) else { return }
        let answer: Command =
            isPossible
            ? .chargeRefunded(
                Command.ChargeRefunded(
                    settlement: settlement, refund: settlement.refundOfOverpayment, amount: amount))
            : .refundRefused(
                Command.RefundRefused(settlement: settlement, reason: "card_closed"))
        expect(answer, to: .customer(customer), by: .system, in: random.int(1...400_000))
    }

    /// The mail: delivered, delivered twice, bounced, or lost until somebody sends it again.
    func post(_ notice: NoticeID, to customer: CustomerID) {
        let to = Addressee.customer(customer)
        let delay = random.int(1...7_200)
        switch random.int(1...10) {
        case 1...8: expect(.noticeDelivered(notice), to: to, by: .system, in: delay)
        case 9:
            expect(.noticeUndeliverable(notice), to: to, by: .system, in: delay)
            expect(
                .noticeDelivered(notice), to: to, by: .operator("alice"),
                in: delay + random.int(3_600...200_000))
        default: break
        }
    }
}
