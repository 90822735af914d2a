import Banking
import Money
import Testing

@testable import makewhole_sandbox

struct ExchangeTests {
    @Test("Cash buys no more than it pays for, across several levels")
    func spending() throws {
        let offers = [
            BookLevel(
                price: try #require(Price(cents: 60_000_00)), quantity: Quantity(100_000),
                maker: .house(level: 0)),
            BookLevel(
                price: try #require(Price(cents: 61_000_00)), quantity: Quantity(100_000_000),
                maker: .house(level: 1)),
        ]

        let bought = try #require(
            Spending.quantity(
                for: Cents(121_00), of: MarketAsset.bitcoin.asset, offers: offers))

        // $60.00 at the first level, and 0.001 BTC for the $61.00 that are left.
        #expect(bought.quantity == Quantity(200_000))
        #expect(bought.worst == Price(cents: 61_000_00))
    }

    @Test("Cash that buys nothing is no order")
    func nothing() {
        #expect(
            Spending.quantity(for: Cents(1), of: MarketAsset.bitcoin.asset, offers: []) == nil)
    }

    @Test("The trades of a buy never cost more than was reserved")
    func reserved() {
        let fills = (1...3).map {
            Fill(tradeID: "t\($0)", quantity: 333, price: 6_000_000_000_000, at: 0)
        }
        let order = Self.order(side: .buy, cash: 60)

        let amounts = Spending.amounts(of: fills, in: order).map(\.1)

        // Each costs 19.98 cents: 20 cents rounded up, and together not above 60.
        #expect(amounts == [Cents(20), Cents(20), Cents(20)])
        #expect(
            Spending.amounts(of: fills, in: Self.order(side: .buy, cash: 59)).map(\.1)
                == [Cents(20), Cents(20), Cents(19)])
        #expect(
            Spending.amounts(of: fills, in: Self.order(side: .sell, cash: 0)).map(\.1)
                == [Cents(19), Cents(19), Cents(19)])
    }

    @Test("An order is unfinished until it is closed or refused, also after a restart")
    func stages() throws {
        let folder = try TemporaryFolder()
        let order = Self.order(side: .buy, cash: 100)
        var kept = try Kept<ExchangeState>(folder.path("exchange.jsonl"))
        try kept.keep([.wanted(order)])
        try kept.keep([.reserved(id: order.id, makewholeID: "ord_1")])
        try kept.keep([.sentToMarket(id: order.id)])
        try kept.keep([.booked(id: order.id, tradeID: "t1")])

        var revived = try Kept<ExchangeState>(folder.path("exchange.jsonl"))

        #expect(revived.state.unfinished == [order])
        #expect(revived.state.stage(order) == .atMarket(makewholeID: "ord_1"))
        #expect(revived.state.isBooked("t1", of: order))
        try revived.keep([.closed(id: order.id)])
        #expect(revived.state.unfinished.isEmpty)
    }

    @Test("Every sample account number tells a story of its own and is a valid account")
    func samples() {
        let numbers = SampleCustomer.all.flatMap(\.accounts).map(\.number)

        #expect(Set(numbers).count == numbers.count)
        #expect(SampleCustomer.named("ben")?.accounts.first.map(\.number) == "100000001")
        #expect(SampleCustomer.named("nobody") == nil)
    }

    private static func order(side: Side, cash: Int64) -> ExchangeOrder {
        ExchangeOrder(
            id: "sx-1", customer: "cus_1", side: side, asset: "BTC", cashMinor: cash,
            quantity: 0, limit: nil, placedAt: 0)
    }
}
