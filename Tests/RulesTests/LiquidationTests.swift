import Banking
import Ledger
import Money
import Testing

@testable import Rules

extension Scene {
    func receiveBitcoin(_ quantity: Int64) throws {
        try act(
            .receiveAsset(
                Command.ReceiveAsset(asset: Scene.bitcoin, quantity: Quantity(quantity))))
    }

    @discardableResult
    func fill(
        _ sale: Sale, _ quantity: Quantity, _ trade: String, dollars: Int64? = nil
    ) throws -> Reply {
        try act(
            .fill(
                Command.Fill(
                    sale: sale.id, trade: trade, quantity: quantity,
                    price: dollars.flatMap { Price(cents: $0 * 100) } ?? sale.limit)))
    }
}

/// A sale against the customer's will: each guard alone, the size, and what the venue says.
struct LiquidationTests {
    /// Owes 300 dollars, holds 0.015 BTC, was told on Thursday 08:30; Saturday 08:30 is the end.
    private func told(
        bitcoin: Int64 = 1_000_000, _ change: (inout Policy) -> Void = { _ in }
    ) throws -> (Scene, Deposit) {
        let scene = try Scene(change)
        let deposit = try scene.returnedDeposit()
        if bitcoin > 0 { try scene.receiveBitcoin(bitcoin) }
        try scene.deliverNotice(of: #require(scene.obligation(of: deposit)))
        return (scene, deposit)
    }

    private let end = "2026-03-07T08:30:00-05:00"

    // MARK: The sale itself

    @Test("A sale is just enough in whole lots: 506000 satoshi for 300 dollars at 59700")
    func size() throws {
        let (scene, deposit) = try told()
        try scene.at("2026-03-07T08:29:59-05:00")
        #expect(scene.forcedSales.isEmpty)

        try scene.at(end)

        let sale = try #require(scene.forcedSales.first)
        #expect(sale.ordered == Quantity(506_000))
        #expect(sale.limit == Price(cents: 59_700_00))
        #expect(scene.person.status(of: scene.person.deposits[deposit.id]!) == .liquidating)
        try scene.fill(sale, sale.ordered, "t1")
        try scene.act(.finishSale(sale.id))
        #expect(scene.person.cash == Cents(27))
        #expect(scene.books(.liquidationFee) == -181)
        #expect(
            scene.person.status(of: scene.person.deposits[deposit.id]!) == .settledByLiquidation)
    }

    @Test("The customer's own order of assets comes before the policy's rank")
    func customersOrder() throws {
        let (scene, _) = try told()
        try scene.act(
            .receiveAsset(
                Command.ReceiveAsset(asset: Scene.ether, quantity: Quantity(1_00000000))))
        try scene.act(.setLiquidationOrder([Scene.ether]))

        try scene.at(end)

        #expect(scene.forcedSales.first?.asset == Scene.ether)
    }

    @Test("A slice takes no more of the book than its share of the depth")
    func depth() throws {
        let (scene, _) = try told()
        scene.price(Scene.bitcoin, dollars: 60_000, depth: 2_000_000)

        try scene.at(end)

        #expect(scene.forcedSales.first?.ordered == Quantity(200_000))
    }

    @Test("A fill told twice is booked once")
    func fillTwice() throws {
        let (scene, _) = try told()
        try scene.at(end)
        let sale = try #require(scene.forcedSales.first)
        try scene.fill(sale, Quantity(100_000), "t1")
        let cash = scene.person.cash

        #expect(try scene.fill(sale, Quantity(100_000), "t1") == .unchanged)
        #expect(scene.person.cash == cash)
    }

    @Test("Fills never pass the order, and none is taken after the end")
    func overfill() throws {
        let (scene, _) = try told()
        try scene.at(end)
        let sale = try #require(scene.forcedSales.first)
        try scene.fill(sale, Quantity(506_000), "t1")

        #expect(throws: Refusal.quantityOutOfRange) {
            try scene.fill(sale, Quantity(1), "t2")
        }
        try scene.act(.finishSale(sale.id))
        #expect(throws: Refusal.wrongState("the sale is over")) {
            try scene.fill(sale, Quantity(1), "t3")
        }
        #expect(try scene.act(.finishSale(sale.id)) == .unchanged)
    }

    @Test("What the venue may still sell cannot be traded, ordered or withdrawn meanwhile")
    func reserved() throws {
        let (scene, _) = try told()
        try scene.at(end)
        let sale = try #require(scene.forcedSales.first)
        #expect(scene.person.freeHolding(of: Scene.bitcoin) == Quantity(994_000))

        #expect(throws: Refusal.insufficientBalance(Scene.bitcoin)) {
            try scene.act(
                .trade(
                    Command.Trade(
                        side: .sell, asset: Scene.bitcoin, quantity: Quantity(994_001),
                        cash: Cents(1_000), fee: .zero)))
        }
        #expect(throws: Never.self) { try scene.fill(sale, sale.ordered, "t1") }
    }

    @Test("Paid while the venue sells: the fills stand and the proceeds are cash")
    func paidMeanwhile() throws {
        let (scene, _) = try told()
        try scene.at(end)
        let sale = try #require(scene.forcedSales.first)
        try scene.wire(30_000)

        try scene.fill(sale, sale.ordered, "t1")
        try scene.act(.finishSale(sale.id))

        #expect(scene.person.owed == .zero)
        #expect(scene.person.cash == Cents(30_027))
    }

    @Test("A bankruptcy while the venue sells leaves the proceeds as cash")
    func stayMeanwhile() throws {
        let (scene, _) = try told()
        try scene.at(end)
        let sale = try #require(scene.forcedSales.first)
        try scene.flag(.bankruptcy)

        try scene.fill(sale, sale.ordered, "t1")
        try scene.act(.finishSale(sale.id))

        #expect(scene.person.cash == Cents(30_027))
        #expect(scene.person.owed == Cents(30_000))
    }

    @Test("Each order that fills nothing widens the band, and past the last a person decides")
    func bands() throws {
        let (scene, _) = try told { $0.liquidation.slicesPerHourMax = 9 }
        try scene.at(end)
        var limits: [Price] = []
        for _ in 1...3 {
            let sale = try #require(scene.person.saleInFlight)
            limits.append(sale.limit)
            try scene.act(.finishSale(sale.id))
            try scene.later(seconds: 31)
        }

        #expect(limits == [59_700, 59_400, 58_800].compactMap { Price(cents: $0 * 100) })
        #expect(scene.stoppedBy == .bandsExhausted)
        try scene.later(hours: 24)
        #expect(scene.forcedSales.count == 3)
        try scene.act(.resumeLiquidation(reason: "looked"), by: .operator("alice"))
        #expect(scene.person.saleInFlight?.limit == limits.first)
    }

    @Test("A debt that was paid leaves nothing of its sale to the next one")
    func freshStart() throws {
        let (scene, _) = try told()
        try scene.at(end)
        let sale = try #require(scene.forcedSales.first)
        try scene.act(.finishSale(sale.id))
        #expect(scene.person.profile.liquidation.attempts == 1)

        try scene.wire(30_000)

        #expect(scene.person.profile.liquidation.attempts == 0)
        #expect(scene.person.profile.liquidation.lastIndex.isEmpty)
    }

    @Test("When everything is sold, the rest is told once and owed")
    func residual() throws {
        let (scene, _) = try told(bitcoin: 0)
        scene.price(Scene.bitcoin, dollars: 40_000)
        try scene.at(end)
        let sale = try #require(scene.forcedSales.first)
        #expect(sale.ordered == Quantity(500_000))
        try scene.fill(sale, sale.ordered, "t1")
        try scene.act(.finishSale(sale.id))

        try scene.later(hours: 30)

        #expect(scene.person.owed > .zero)
        let told = scene.store.notices.filter {
            if case .residualOwed = $0.notice.content { true } else { false }
        }
        #expect(told.count == 1)
    }

    // MARK: Guards, one by one

    @Test("Without a delivered notice nothing is ever sold")
    func notTold() throws {
        let scene = try Scene()
        try scene.returnedDeposit()

        try scene.later(hours: 1_000)

        #expect(scene.forcedSales.isEmpty)
    }

    @Test(
        "Every stop but the identity review stops the sale",
        arguments: StopFlag.Kind.allCases.filter { $0 != .identityReview })
    func stopFlag(_ kind: StopFlag.Kind) throws {
        let (scene, _) = try told()
        try scene.flag(kind)

        try scene.at(end)

        #expect(scene.forcedSales.isEmpty)
        #expect(scene.stoppedBy == .stopFlag(kind))
    }

    @Test("A stop that runs out lets the sale go on")
    func stopRunsOut() throws {
        let (scene, _) = try told()
        try scene.flag(.hardship, until: Scene.time(end).adding(hours: 5))

        try scene.at(end)
        #expect(scene.forcedSales.isEmpty)
        try scene.later(hours: 6)

        #expect(scene.forcedSales.count == 1)
    }

    @Test("A halt of everything, or of the asset, stops the sale")
    func halts() throws {
        for asset in [nil, Scene.bitcoin] {
            let (scene, _) = try told()
            try scene.house(
                .pauseLiquidation(
                    Command.PauseLiquidation(asset: asset, paused: true, reason: "storm")))

            try scene.at(end)

            #expect(scene.forcedSales.isEmpty)
        }
    }

    @Test("A payment on its way that the policy protects stops the sale until it fails")
    func paymentUnderWay() throws {
        let (scene, _) = try told()
        try scene.later(hours: 47)
        let retry = try scene.start(.representment)
        try scene.submit(.settlement(retry.id))
        try scene.later(hours: 20)
        #expect(scene.forcedSales.isEmpty)

        try scene.giveBack(.settlement(retry.id), 30_000)
        #expect(scene.forcedSales.isEmpty)
        try scene.later(hours: 1)

        #expect(scene.forcedSales.count == 1)
    }

    @Test("A price that is old, halted, crossed or missing sells nothing")
    func prices() throws {
        for spoil: (Scene) -> Void in [
            { $0.quotesAreFresh = false },
            { $0.price(Scene.bitcoin, dollars: 60_000, halted: true) },
            { $0.core.quotes[Scene.bitcoin]?.bid = Price(cents: 61_000_00)! },
            { $0.core.quotes[Scene.bitcoin] = nil },
        ] {
            let (scene, _) = try told()
            spoil(scene)

            try scene.at(end)

            #expect(scene.forcedSales.isEmpty)
            #expect(scene.stoppedBy == .nothingToSell)
        }
    }

    @Test("A price that was old is looked at again soon, not a day later")
    func priceComesBack() throws {
        let (scene, _) = try told()
        scene.quotesAreFresh = false
        try scene.at(end)

        scene.quotesAreFresh = true
        try scene.later(seconds: 300)

        #expect(scene.forcedSales.count == 1)
    }

    @Test("A bid below the band sells nothing")
    func bidBelowBand() throws {
        let (scene, _) = try told()
        scene.core.quotes[Scene.bitcoin]?.bid = try #require(Price(cents: 59_699_99))

        try scene.at(end)

        #expect(scene.forcedSales.isEmpty)
    }

    @Test("The customer's own orders are asked back before anything is sold")
    func ordersFirst() throws {
        let (scene, _) = try told()
        try scene.act(
            .openOrder(
                Command.OpenOrder(
                    reference: "o", side: .sell, asset: Scene.bitcoin, cash: .zero,
                    quantity: Quantity(1_500_000))))

        try scene.at(end)

        #expect(scene.forcedSales.isEmpty)
        #expect(scene.stoppedBy == .ordersToCancel)
        #expect(scene.person.orders.values.map(\.state) == [.cancelRequested])
    }

    @Test("While one sale is under way no other is ordered, by time or by a person")
    func oneSaleAtATime() throws {
        let (scene, _) = try told()
        try scene.at(end)

        try scene.act(.resumeLiquidation(reason: "looked"), by: .operator("alice"))
        try scene.later(hours: 2)

        #expect(scene.forcedSales.count == 1)
        #expect(scene.stoppedBy == .saleInFlight)
    }

    @Test("No more slices an hour than the policy allows")
    func slices() throws {
        let (scene, _) = try told()
        scene.price(Scene.bitcoin, dollars: 60_000, depth: 100_000)
        try scene.at(end)
        for trade in ["t1", "t2"] {
            let sale = try #require(scene.person.saleInFlight)
            try scene.fill(sale, sale.ordered, trade)
            try scene.act(.finishSale(sale.id))
            try scene.later(seconds: 31)
        }

        #expect(scene.forcedSales.count == 2)
        #expect(scene.stoppedBy == .tooManySlices)
        try scene.later(hours: 1)
        #expect(scene.forcedSales.count == 3)
    }

    @Test("A price that fell by more than the breaker since the last slice stops the sale")
    func breaker() throws {
        let (scene, _) = try told()
        scene.price(Scene.bitcoin, dollars: 60_000, depth: 100_000)
        try scene.at(end)
        let sale = try #require(scene.person.saleInFlight)
        try scene.fill(sale, sale.ordered, "t1")
        scene.price(Scene.bitcoin, dollars: 53_999)

        try scene.act(.finishSale(sale.id))
        try scene.later(seconds: 31)

        #expect(scene.stoppedBy == .priceFell(Scene.bitcoin))
        #expect(scene.forcedSales.count == 1)
    }

    @Test("Cash pays before anything is sold")
    func cashFirst() throws {
        let (scene, _) = try told()
        try scene.flag(.dispute, until: Scene.time(end))
        try scene.wire(30_000)
        #expect(scene.person.owed == Cents(30_000))

        try scene.at(end)

        #expect(scene.person.owed == .zero)
        #expect(scene.forcedSales.isEmpty)
    }

    @Test("Dust below the venue's smallest order is kept, not sold")
    func dust() throws {
        let (scene, _) = try told(bitcoin: 0) { $0.assets[0].notionalMin = Cents(40_000) }

        try scene.at(end)

        #expect(scene.forcedSales.isEmpty)
        #expect(scene.stoppedBy == .nothingToSell)
    }

    // MARK: Made good

    private func sold() throws -> (Scene, Deposit, Sale) {
        let (scene, deposit) = try told()
        try scene.at(end)
        let sale = try #require(scene.forcedSales.first)
        try scene.fill(sale, sale.ordered, "t1")
        try scene.act(.finishSale(sale.id))
        return (scene, deposit, try #require(scene.person.sales[sale.id]))
    }

    @Test("A sale that should not have been is made good in kind, with its fee, by two people")
    func restitution() throws {
        let (scene, deposit, sale) = try sold()
        let restore = Command.RestoreSale(
            sale: sale.id, cost: Cents(31_000),
            owedAgain: Command.RestoreSale.OwedAgain(
                obligation: ObligationID(sharing: deposit.id), amount: Cents(30_000)),
            reason: "in error")
        #expect(throws: Refusal.secondPersonRequired) {
            try scene.act(.restoreSale(restore), by: .operator("alice"))
        }
        let proposal = try scene.propose(.restoreSale(restore), to: .customer(scene.customer))

        try scene.house(.approve(proposal), by: "bob")

        #expect(scene.person.holding(of: Scene.bitcoin) == Quantity(1_500_000))
        #expect(scene.books(.liquidationFee) == 0)
        // 310.00 less 0.27 still in cash, 300.00 owed again and the fee of 1.81.
        #expect(scene.books(.restitution) == 31_000 - 27 - 30_000 - 181 + 0)
        #expect(scene.person.owed == Cents(30_000))
        #expect(scene.obligation(of: deposit)?.grace == .awaitingNotice)
    }

    @Test("No more is owed again than the sale had paid")
    func restitutionBounded() throws {
        let (scene, deposit, sale) = try sold()
        let proposal = try scene.propose(
            .restoreSale(
                Command.RestoreSale(
                    sale: sale.id, cost: Cents(99_000),
                    owedAgain: Command.RestoreSale.OwedAgain(
                        obligation: ObligationID(sharing: deposit.id), amount: Cents(30_028)),
                    reason: "in error")),
            to: .customer(scene.customer))

        #expect(throws: Refusal.amountOutOfRange(min: .zero, max: sale.net)) {
            try scene.house(.approve(proposal), by: "bob")
        }
        #expect(scene.store.houseState.proposals[proposal]?.state == .waiting)
    }
}
