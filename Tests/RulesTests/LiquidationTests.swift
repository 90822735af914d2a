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

    private func parkedFills(_ scene: Scene) -> [String] {
        scene.store.alerts.compactMap {
            if case .fillParked(_, _, let trade) = $0.content { trade } else { nil }
        }
    }

    @Test("A fill beyond the order is not booked and not lost: a person is told, once")
    func overfill() throws {
        let (scene, _) = try told()
        try scene.at(end)
        let sale = try #require(scene.forcedSales.first)
        try scene.fill(sale, Quantity(506_000), "t1")
        let cash = scene.person.cash

        try scene.fill(sale, Quantity(1), "t2")
        #expect(try scene.fill(sale, Quantity(1), "t2") == .unchanged)

        #expect(scene.person.cash == cash)
        #expect(parkedFills(scene) == ["t2"])
        #expect(scene.person.sales[sale.id]?.parkedFills.map(\.quantity) == [Quantity(1)])
        try scene.act(.finishSale(sale.id))
        #expect(try scene.act(.finishSale(sale.id)) == .unchanged)
    }

    @Test("A fill told after the end is booked, and pays what is owed")
    func lateFill() throws {
        let (scene, _) = try told()
        try scene.at(end)
        let sale = try #require(scene.forcedSales.first)
        try scene.fill(sale, Quantity(300_000), "t1")
        try scene.act(.finishSale(sale.id))
        let owed = scene.person.owed

        try scene.fill(sale, Quantity(206_000), "t2")

        // 30208.20 - 181.25 of fees, of which the whole 30000 is paid.
        #expect(owed > .zero && scene.person.owed == .zero)
        #expect(scene.person.cash == Cents(27))
        #expect(scene.person.holding(of: Scene.bitcoin) == Quantity(1_500_000 - 506_000))
        #expect(scene.person.sales[sale.id]?.paid.map(\.amount).sum() == Cents(30_000))
        #expect(parkedFills(scene).isEmpty)
    }

    @Test("A late fill of what the customer no longer has waits for a person")
    func lateFillOfNothing() throws {
        let (scene, _) = try told(bitcoin: 0)
        scene.price(Scene.bitcoin, dollars: 62_000)
        try scene.at(end)
        let sale = try #require(scene.forcedSales.first)
        try scene.act(.finishSale(sale.id))
        try scene.wire(30_000)
        try scene.act(
            .trade(
                Command.Trade(
                    side: .sell, asset: Scene.bitcoin, quantity: Quantity(500_000),
                    cash: Cents(30_000), fee: .zero)))

        try scene.fill(sale, Quantity(100_000), "t1")

        #expect(parkedFills(scene) == ["t1"])
        #expect(scene.person.cash == Cents(30_000))
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
        scene.quotesAreFresh = false
        try scene.at(end)
        try scene.flag(kind)
        scene.quotesAreFresh = true

        try scene.later(hours: 1)

        #expect(scene.forcedSales.isEmpty)
        #expect(scene.stoppedBy == .stopFlag(kind))
    }

    @Test("A stop holds the clock, and what was left goes on with its warnings when it has ended")
    func stopRunsOut() throws {
        let (scene, _) = try told()
        try scene.later(hours: 40)
        try scene.flag(.hardship, until: scene.now.adding(hours: 100))
        try scene.later(hours: 99)
        #expect(scene.forcedSales.isEmpty && scene.stoppedBy == nil)

        // Eight hours were left: the last warning comes after two of them, the sale after all.
        try scene.later(hours: 1 + 7)
        let warnings = scene.store.notices.map(\.notice).filter {
            if case .finalWarning = $0.content { true } else { false }
        }
        #expect(warnings.map(\.at) == [scene.now.adding(hours: -5)])
        #expect(scene.forcedSales.isEmpty)
        try scene.later(hours: 1)

        #expect(scene.forcedSales.count == 1)
    }

    @Test("A forced sale never costs more than the policy its debtor was told of")
    func promisedFee() throws {
        let scene = try Scene(then: { $0.liquidation.fee = BasisPoints(500) })
        let deposit = try scene.returnedDeposit()
        try scene.receiveBitcoin(1_000_000)
        try scene.deliverNotice(of: #require(scene.obligation(of: deposit)))

        try scene.at(end)

        #expect(scene.core.policies.policy(at: scene.now).liquidation.fee == BasisPoints(500))
        #expect(scene.forcedSales.first?.feeRate == BasisPoints(60))
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

    @Test("A sale waits for a card payment the customer has begun, for as long as a quote holds")
    func cardUnderWay() throws {
        let (scene, _) = try told()
        let card = try scene.linkCard()
        try scene.at("2026-03-07T08:25:00-05:00")
        let payment = try scene.start(.card, method: card)

        try scene.at("2026-03-07T08:39:59-05:00")
        #expect(scene.forcedSales.isEmpty)
        #expect(scene.stoppedBy == .paymentUnderWay(payment.id))
        try scene.later(seconds: 301)

        #expect(scene.forcedSales.count == 1)
    }

    @Test("A price that is old, of the future, halted, crossed or missing sells nothing")
    func prices() throws {
        for spoil: (Scene) -> Void in [
            { $0.quotesAreFresh = false },
            { $0.price(Scene.bitcoin, dollars: 60_000, halted: true) },
            { $0.core.quotes[Scene.bitcoin]?.bid = Price(cents: 61_000_00)! },
            { $0.core.quotes[Scene.bitcoin] = nil },
            {
                $0.quotesAreFresh = false
                $0.core.quotes[Scene.bitcoin]?.asOf = $0.now.adding(days: 9)
            },
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
            owedAgain: nil, reason: "in error")
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

    @Test("What was sold in error is not sold again at once: the time to pay starts anew")
    func restitutionStartsAnew() throws {
        let (scene, deposit) = try told()
        scene.price(Scene.bitcoin, dollars: 60_000, depth: 2_000_000)
        try scene.at(end)
        let sale = try #require(scene.forcedSales.first)
        try scene.fill(sale, sale.ordered, "t1")
        try scene.act(.finishSale(sale.id))
        try scene.house(
            .pauseLiquidation(Command.PauseLiquidation(asset: nil, paused: true, reason: "r")))
        let proposal = try scene.propose(
            .restoreSale(
                Command.RestoreSale(
                    sale: sale.id, cost: Cents(12_000), owedAgain: nil, reason: "in error")),
            to: .customer(scene.customer))
        try scene.house(.approve(proposal), by: "bob")

        #expect(scene.person.owed == Cents(30_000))
        #expect(scene.obligation(of: deposit)?.grace == .awaitingNotice)
        #expect(scene.obligation(of: deposit)?.noticeID != nil)
    }

    @Test("What had never been owed is not owed again")
    func restitutionOfNothingOwed() throws {
        let (scene, _, sale) = try sold()
        let proposal = try scene.propose(
            .restoreSale(
                Command.RestoreSale(
                    sale: sale.id, cost: Cents(31_000), owedAgain: .zero, reason: "in error")),
            to: .customer(scene.customer))

        try scene.house(.approve(proposal), by: "bob")

        #expect(scene.person.owed == .zero)
        #expect(scene.books(.restitution) == 31_000 - 27 - 181)
    }

    // MARK: The plan

    private func plan(_ scene: Scene, by deadline: String?) throws -> [SalePlan] {
        try Draft(
            scene.person,
            facts: Facts(
                now: scene.now, policy: scene.policy, actor: .system, quotes: scene.core.quotes,
                halt: scene.store.houseState.settings.halt),
            cause: Cause(high: 9, low: 9)
        ).salePlan(dueBy: deadline.map(Scene.time))
    }

    private func price(_ scene: Scene, depth: Int64 = 1_000_00000000) {
        scene.price(Scene.bitcoin, dollars: 60_000, depth: depth)
        scene.price(Scene.ether, dollars: 2_400)
    }

    @Test(
        "The plan is what is sold, with its buffer and no more than the book bears",
        arguments: [Int64(1_000_00000000), 2_000_000])
    func planIsSale(_ depth: Int64) throws {
        let (scene, _) = try told { policy in
            policy.liquidation.buffer = BasisPoints(100)
            policy.liquidation.slicesPerHourMax = 100
        }
        price(scene, depth: depth)
        let planned = try plan(scene, by: end)

        try scene.at(end)
        price(scene, depth: depth)
        var sold = Quantity.zero
        while scene.person.owed > .zero {
            let sale = try #require(scene.person.saleInFlight)
            sold += sale.ordered
            let bid = try #require(scene.core.quotes[sale.asset]).bid
            try scene.act(
                .fill(
                    Command.Fill(
                        sale: sale.id, trade: "\(sale.id)", quantity: sale.ordered, price: bid)))
            try scene.act(.finishSale(sale.id))
            try scene.later(seconds: 30)
            price(scene, depth: depth)
        }

        #expect(planned.map(\.asset) == [Scene.bitcoin])
        #expect(planned.map(\.quantity) == [sold])
        #expect((scene.forcedSales.count > 1) == (depth == 2_000_000))
    }

    @Test("Only what is due by then is planned for, never all that is owed")
    func planOfDue() throws {
        let scene = try Scene()
        let second = try scene.deposit(10_000)
        try scene.buyBitcoin(10_000)
        try scene.submit(.deposit(second.id))
        let deposit = try scene.returnedDeposit()
        try scene.receiveBitcoin(1_000_000)
        try scene.deliverNotice(of: #require(scene.obligation(of: deposit)))
        try scene.giveBack(.deposit(second.id), 10_000)
        price(scene)
        #expect(scene.person.owed == Cents(40_000))
        let first = try #require(scene.obligation(of: deposit))

        #expect(try plan(scene, by: nil).isEmpty)
        #expect(try plan(scene, by: end).map(\.quantity) == [Quantity(506_000)])
        #expect(scene.person.nextDeadline == first.deadline)
        #expect(scene.person.due(by: first.deadline).map(\.id) == [first.id])
    }

    @Test("The final warning names what its own deadline would bring, at the prices then")
    func planOfWarning() throws {
        let (scene, deposit) = try told()
        try scene.at("2026-03-07T02:30:00-05:00")
        price(scene)
        let warning = try #require(
            scene.store.notices.map(\.notice.content).last {
                if case .finalWarning = $0 { true } else { false }
            })
        guard case .finalWarning(let id, _, let by, let planned) = warning else { return }

        #expect(id == ObligationID(sharing: deposit.id))
        #expect(planned.map(\.quantity) == [Quantity(506_000)] && by == Scene.time(end))
    }

    @Test("Each asset in the order says why it is not sold now, and none is dropped")
    func places() throws {
        let (scene, _) = try told()
        price(scene)
        try scene.act(
            .receiveAsset(
                Command.ReceiveAsset(asset: Scene.ether, quantity: Quantity(10_000))))
        func places(_ halt: LiquidationHalt = LiquidationHalt()) -> [SalePlace] {
            Draft(
                scene.person,
                facts: Facts(
                    now: scene.now, policy: scene.policy, actor: .system,
                    quotes: scene.core.quotes, halt: halt),
                cause: Cause(high: 9, low: 9)
            ).salePlaces()
        }
        #expect(
            places() == [
                SalePlace(asset: Scene.bitcoin, hindrance: nil),
                SalePlace(asset: Scene.ether, hindrance: .tooLittle),
            ])
        try scene.act(.setLiquidationOrder([Scene.ether, Scene.bitcoin]))
        #expect(
            places(LiquidationHalt(assets: [Scene.bitcoin])).map(\.hindrance)
                == [.tooLittle, .halted])
        scene.core.quotes[Scene.bitcoin] = nil
        #expect(places().map(\.hindrance) == [.tooLittle, .noPrice])
    }

    @Test("An asset that was put in the order and is not held keeps its place")
    func notHeld() throws {
        let (scene, _) = try told()
        price(scene)
        try scene.act(.setLiquidationOrder([Scene.ether, Scene.bitcoin]))
        let draft = Draft(
            scene.person,
            facts: Facts(
                now: scene.now, policy: scene.policy, actor: .system, quotes: scene.core.quotes),
            cause: Cause(high: 9, low: 9))

        #expect(
            draft.salePlaces() == [
                SalePlace(asset: Scene.ether, hindrance: .notHeld),
                SalePlace(asset: Scene.bitcoin, hindrance: nil),
            ])
    }

    @Test("No more is owed again than the sale had paid")
    func restitutionBounded() throws {
        let (scene, _, sale) = try sold()
        let proposal = try scene.propose(
            .restoreSale(
                Command.RestoreSale(
                    sale: sale.id, cost: Cents(99_000), owedAgain: Cents(30_001),
                    reason: "in error")),
            to: .customer(scene.customer))

        #expect(throws: Refusal.amountOutOfRange(min: .zero, max: Cents(30_000))) {
            try scene.house(.approve(proposal), by: "bob")
        }
        #expect(scene.store.houseState.proposals[proposal]?.state == .waiting)
    }
}
