import Banking
import Ledger
import Money
import Testing

@testable import Rules

/// What a receipt says is what was so on its day, and adds up.
struct ReceiptTests {
    private func check(_ receipt: Receipt?) throws -> Receipt {
        let receipt = try #require(receipt)
        let parts = receipt.paid.map(\.amount).sum() + receipt.recovered + receipt.toCash
        #expect(parts == receipt.received)
        return receipt
    }

    @Test("What is owed later changes no receipt")
    func stays() throws {
        let scene = try Scene()
        let deposit = try scene.returnedDeposit()
        let owed = try #require(scene.obligation(of: deposit)).id
        let part = try scene.start(.card, amount: 10_000)
        try scene.act(
            .chargeSucceeded(
                Command.ChargeSucceeded(
                    settlement: part.id, amount: Cents(10_000), fee: Cents(290))))
        let onTheDay = try check(scene.person.settlements[part.id]?.receipt)
        #expect(
            onTheDay.paid
                == [Receipt.Line(obligation: owed, amount: Cents(10_000), left: Cents(20_000))])
        #expect(onTheDay.owedAfterwards == Cents(20_000) && onTheDay.owedBefore == Cents(30_000))

        try scene.wire(20_000)

        #expect(scene.person.owed == .zero)
        #expect(scene.person.settlements[part.id]?.receipt == onTheDay)
    }

    @Test("A wire that comes in parts has one receipt of both")
    func inParts() throws {
        let scene = try Scene()
        let deposit = try scene.returnedDeposit()
        let owed = try #require(scene.obligation(of: deposit)).id
        let wire = try scene.start(.wire)

        try scene.wire(12_000, reference: wire.reference)
        try scene.later(hours: 1)
        try scene.wire(20_000, reference: wire.reference)

        let receipt = try check(scene.person.settlements[wire.id]?.receipt)
        #expect(receipt.received == Cents(32_000) && receipt.at == scene.now)
        #expect(
            receipt.paid == [Receipt.Line(obligation: owed, amount: Cents(30_000), left: .zero)])
        #expect(receipt.toCash == Cents(2_000))
    }

    @Test("A bank debit has its receipt when it is confirmed, with what something else had paid")
    func confirmed() throws {
        let scene = try Scene()
        let deposit = try scene.returnedDeposit()
        let owed = try #require(scene.obligation(of: deposit)).id
        let other = try scene.link("other")
        let ach = try scene.start(.ach, method: other)
        try scene.submit(.settlement(ach.id))
        try scene.settle(.settlement(ach.id), day: "2026-03-06")
        #expect(scene.person.settlements[ach.id]?.receipt == nil)
        try scene.wire(25_000)

        try scene.at("2026-03-20T12:00:00-04:00")

        let receipt = try check(scene.person.settlements[ach.id]?.receipt)
        #expect(
            receipt.paid == [Receipt.Line(obligation: owed, amount: Cents(5_000), left: .zero)])
        #expect(receipt.toCash == Cents(25_000) && receipt.owedAfterwards == .zero)
    }

    @Test("A sale the customer chose has one receipt, which the payment and the sale share")
    func ownSale() throws {
        let scene = try Scene()
        try scene.returnedDeposit()
        let payment = try scene.start(.sellAsset, asset: Scene.bitcoin, amount: 10_000)
        guard case .selling(let id) = payment.state, let sale = scene.person.sales[id],
            let quote = scene.core.quotes[Scene.bitcoin]
        else { throw Missing() }

        try scene.act(
            .fill(
                Command.Fill(sale: id, trade: "t1", quantity: sale.ordered, price: quote.bid)))
        try scene.later(seconds: 5)
        try scene.act(.finishSale(id))

        let sold = try #require(scene.person.sales[id])
        let receipt = try check(sold.receipt)
        #expect(receipt == scene.person.settlements[payment.id]?.receipt)
        #expect(receipt.received == sold.net && receipt.owedBefore == Cents(30_000))
        #expect(sold.dueSince == nil)
        #expect(sold.fills.map(\.at) == [scene.now.adding(seconds: -5)])
    }

    @Test("A forced sale keeps the deadline that had passed, and each fill its time")
    func forcedSale() throws {
        let scene = try Scene()
        let deposit = try scene.returnedDeposit()
        try scene.deliverNotice(of: try #require(scene.obligation(of: deposit)))
        let deadline = try #require(scene.obligation(of: deposit)?.deadline)
        try scene.later(hours: 49)
        let sale = try #require(scene.forcedSales.first)
        let bid = try #require(scene.core.quotes[Scene.bitcoin]).bid
        let half = Quantity(sale.ordered.count / 2)

        try scene.act(.fill(Command.Fill(sale: sale.id, trade: "t1", quantity: half, price: bid)))
        try scene.act(.finishSale(sale.id))
        let first = try check(scene.person.sales[sale.id]?.receipt)
        try scene.later(seconds: 1)
        try scene.act(.fill(Command.Fill(sale: sale.id, trade: "t2", quantity: half, price: bid)))

        let whole = try #require(scene.person.sales[sale.id])
        let both = try check(whole.receipt)
        #expect(whole.dueSince == deadline)
        #expect(first.received < both.received && both.received == whole.net)
        #expect(both.owedBefore == Cents(30_000))
    }

    private struct Missing: Error {}
}
