import Banking
import Money
import Testing

@testable import makewhole_sandbox

struct MarketTests {
    static let noon = Instant(milliseconds: 1_795_000_000_000)

    @Test("A taker fills from the best price down and never beyond the limit")
    func limit() throws {
        var state = MarketState()
        try state.run(state.decideDrifting(false, at: Self.noon))

        let order = try state.place("a", .sell, 120_000_000, limit: "59880.00")

        #expect(
            order.fills.map { [$0.price, $0.quantity] } == [
                [5_994_000_000_000, 50_000_000], [5_988_000_000_000, 50_000_000],
            ])
        #expect(order.status == .partlyFilled)
        #expect(!order.isResting)
    }

    @Test("An order whose limit nobody meets is cancelled without a fill")
    func noMatch() throws {
        var state = MarketState()

        let order = try state.place("a", .sell, 1_000, limit: "99999.00")

        #expect(order.status == .cancelled)
        #expect(order.fills.isEmpty)
    }

    @Test("The same order again has the first answer and no second fill")
    func idempotency() throws {
        var state = MarketState()
        let first = try state.place("a", .sell, 1_000, limit: "50000.00")

        let second = try state.place("a", .sell, 1_000, limit: "50000.00")

        #expect(second == first)
        #expect(first.fills.count == 1)
        #expect(throws: MarketRefusal.clientOrderIDReused("a")) {
            try state.place("a", .sell, 2_000, limit: "50000.00")
        }
    }

    @Test("At one price, people come before the house and the earlier before the later")
    func priority() {
        let level = { (price: Int64, maker: Maker) in
            BookLevel(price: Price(cents: price)!, quantity: Quantity(10), maker: maker)
        }

        let ranked = Matching.ranked(
            [
                level(100, .resting(clientOrderID: "early")),
                level(100, .resting(clientOrderID: "late")), level(101, .house(level: 0)),
                level(100, .house(level: 1)),
            ], forTaker: .sell)

        #expect(
            ranked.map(\.maker) == [
                .house(level: 0), .resting(clientOrderID: "early"),
                .resting(clientOrderID: "late"), .house(level: 1),
            ])
    }

    @Test("A resting order is filled at its own limit when the price reaches it")
    func resting() throws {
        var state = MarketState()
        try state.run(state.decideDrifting(false, at: Self.noon))
        let placed = try state.place("a", .sell, 10_000_000, limit: "66000.00", .goodTillCancelled)

        try state.run(state.decideMove(of: "BTC", basisPoints: 1_200, at: Self.noon))
        try state.run(state.decideCrossing(at: Self.noon))

        #expect(placed.status == .open)
        let order = try #require(state.orders["a"])
        #expect(order.status == .filled)
        #expect(order.fills.map(\.price) == [6_600_000_000_000])
        #expect(state.resting.isEmpty)
    }

    @Test("Two people trade with each other at the price of the one who waited")
    func twoPeople() throws {
        var state = MarketState()
        try state.run(state.decideDrifting(false, at: Self.noon))
        _ = try state.place("maker", .buy, 5_000, limit: "59990.00", .goodTillCancelled)

        let taker = try state.place("taker", .sell, 5_000, limit: "59000.00")

        #expect(taker.fills.map(\.price) == [5_999_000_000_000])
        #expect(state.orders["maker"]?.status == .filled)
        #expect(state.orders["maker"]?.fills.map(\.tradeID) == taker.fills.map(\.tradeID))
    }

    @Test("What was taken from the house is missing until it renews its quotes")
    func refill() throws {
        var state = MarketState()
        _ = try state.place("a", .sell, 250_000_000, limit: nil)

        let soon = state.bids(of: .bitcoin, at: Self.noon)
        let later = state.bids(of: .bitcoin, at: Self.noon.adding(seconds: 601))

        #expect(soon.isEmpty)
        #expect(later.map(\.quantity).reduce(.zero, +) == Quantity(250_000_000))
    }

    @Test("Frozen prices keep the time they had, and fresh ones the clock's")
    func staleness() throws {
        var state = MarketState()
        let later = Self.noon.adding(hours: 5)
        let before = state.index(of: .bitcoin, at: Self.noon)

        try state.run(state.decideFreezing(true, at: Self.noon))

        #expect(state.asOf(later) == Self.noon)
        #expect(state.index(of: .bitcoin, at: later) == before)
        try state.run(state.decideFreezing(false, at: later))
        #expect(state.asOf(later) == later)
    }

    @Test("A halted asset fills nothing, and a thin book only what is left of it")
    func halts() throws {
        var state = MarketState()
        try state.run(state.decideHalt("BTC", isHalted: true))
        let halted = try state.place("a", .sell, 1_000, limit: nil)
        try state.run(state.decideHalt("BTC", isHalted: false))
        try state.run(state.decideThinning("BTC", percent: 1))

        let thin = try state.place("b", .sell, 100_000_000, limit: nil)

        #expect(halted.status == .cancelled)
        #expect(thin.filled == Quantity(2_500_000))
    }

    @Test("Prices wander within their band and are the same in every run")
    func drift() throws {
        var state = MarketState()
        try state.run(state.decideOpening(at: Self.noon))
        var lowest = Int64.max
        var highest = Int64.min

        for minute in stride(from: 0, to: 7 * 24 * 60, by: 7) {
            let count = state.index(
                of: .bitcoin, at: Self.noon.adding(seconds: minute * 60)
            ).count
            lowest = min(lowest, count)
            highest = max(highest, count)
        }

        #expect(state.index(of: .bitcoin, at: Self.noon) == MarketAsset.bitcoin.startIndex)
        #expect(lowest > 5_940_000_000_000)
        #expect(highest < 6_060_000_000_000)
        #expect(highest - lowest > 10_000_000_000)
    }

    @Test("A limit finer than a tick moves to the side that favours its owner")
    func fineLimits() {
        #expect(
            MarketAsset.bitcoin.limit("59640.07143500", side: .sell)
                == Price(cents: 59_640_08))
        #expect(
            MarketAsset.bitcoin.limit("59640.07143500", side: .buy) == Price(cents: 59_640_07))
        #expect(MarketAsset.bitcoin.limit("0", side: .sell) == nil)
        #expect(MarketAsset.bitcoin.limit("0.001", side: .buy) == nil)
        #expect(MarketAsset.bitcoin.limit("10000000.01", side: .sell) == nil)
    }

    @Test("Nonsense is refused by name")
    func refusals() {
        let state = MarketState()

        #expect(throws: MarketRefusal.unknownAsset("DOGE")) {
            try state.decidePrice(of: "DOGE", count: 1, at: Self.noon)
        }
        #expect(throws: MarketRefusal.priceOutOfRange) {
            try state.decidePrice(of: "BTC", count: 0, at: Self.noon)
        }
        #expect(throws: MarketRefusal.priceOutOfRange) {
            try state.decideMove(of: "BTC", basisPoints: -10_000, at: Self.noon)
        }
        #expect(throws: MarketRefusal.unknownOrder("x")) { try state.decideCancelling("x") }
    }
}

extension MarketState {
    mutating func run(_ events: [Event]) throws {
        for event in events { apply(event) }
    }

    mutating func place(
        _ id: String, _ side: Side, _ quantity: Int64, limit: String?,
        _ timeInForce: OrderRequest.TimeInForce = .immediateOrCancel
    ) throws -> Order {
        let request = OrderRequest(
            clientOrderID: id, asset: "BTC", side: side, quantity: quantity,
            limit: try limit.map { try #require(MarketAsset.bitcoin.price($0)).count },
            timeInForce: timeInForce)
        try run(decidePlacing(request, at: MarketTests.noon))
        return try #require(orders[id])
    }
}
