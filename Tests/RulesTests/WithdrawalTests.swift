import Banking
import Ledger
import Money
import Testing

@testable import Rules

/// The hold is a number of dollars over the whole account, whatever was bought with it.
struct WithdrawalTests {
    /// A customer with balances and holds that no story needs to explain.
    private func account(
        cash: Int64, bitcoin: Int64 = 0, holds: [Int64] = [], owed: Int64 = 0,
        inOrders: Int64 = 0
    ) throws -> Customer {
        let scene = try Scene()
        var customer = scene.person
        customer.balances.restore(
            BalanceKey(.customer(customer.id, .cash), .usd), to: -cash)
        customer.balances.restore(
            BalanceKey(.customer(customer.id, .crypto), Scene.bitcoin), to: -bitcoin)
        for (index, hold) in holds.enumerated() {
            let id = DepositID(high: 9, low: UInt64(index))
            customer.deposits[id] = Deposit(
                id: id, kind: .funding, method: scene.method, amount: Cents(hold),
                credit: Cents(hold),
                underwriting: Underwriting(
                    credit: Cents(hold), reasons: [], policy: "test-1", tier: "starter"),
                terms: Policy.usual.hold,
                initiatedAt: scene.now,
                releaseAt: scene.now.adding(days: 7 + index), state: .fundsReceived)
        }
        if owed > 0 {
            let id = ObligationID(high: 9, low: 9)
            customer.obligations[id] = Obligation(
                id: id, origin: .deposit(DepositID(high: 9, low: 9)), openedAt: scene.now,
                principal: Cents(owed), code: "R01", group: .insufficientFunds, policy: "test-1",
                terms: Obligation.Terms(.usual), state: .open, grace: .awaitingNotice)
            customer.balances.restore(
                BalanceKey(.obligation(customer.id, id), .usd), to: owed)
        }
        if inOrders > 0 {
            let id = OrderID(high: 9, low: 9)
            customer.orders[id] = Order(
                id: id, reference: "o", side: .sell, asset: Scene.bitcoin, reservedCash: .zero,
                reservedQuantity: Quantity(inOrders), state: .open)
        }
        return customer
    }

    private func facts(bidDollars: Int64 = 90_000, old: Bool = false) throws -> Facts {
        let now = Scene.time("2026-03-02T15:00:00-05:00")
        let bid = try #require(Price(cents: bidDollars * 100))
        return Facts(
            now: now, policy: .usual, actor: .system,
            quotes: [
                Scene.bitcoin: Quote(
                    index: bid, bid: bid, ask: bid, bidDepth: Quantity(1),
                    asOf: now.adding(seconds: old ? -61 : -60), halted: false)
            ])
    }

    @Test("Instant credit that was not touched may not leave at all")
    func untouched() throws {
        let withdrawable = try account(cash: 50_000, holds: [50_000]).withdrawable(facts())

        #expect(withdrawable.total == .zero)
        #expect(withdrawable.each[.usd] == 0)
        #expect(withdrawable.held == Cents(50_000))
    }

    @Test("When the asset bought rose, the gain above the hold may leave and no more")
    func gain() throws {
        let withdrawable = try account(cash: 0, bitcoin: 829_166, holds: [50_000])
            .withdrawable(facts())

        #expect(withdrawable.total == Cents(24_624))
        #expect(withdrawable.each == [.usd: 0, Scene.bitcoin: 273_600])
    }

    @Test("When it fell, other value backs the hold and nothing goes below zero")
    func loss() throws {
        let withdrawable = try account(cash: 10_000, bitcoin: 100_000, holds: [50_000])
            .withdrawable(facts(bidDollars: 30_000))

        #expect(withdrawable.total == .zero)
        #expect(withdrawable.each == [.usd: 0, Scene.bitcoin: 0])
    }

    @Test("Good money that came during a hold may leave above what is held")
    func goodMoney() throws {
        let withdrawable = try account(cash: 70_000, holds: [50_000]).withdrawable(facts())

        #expect(withdrawable.each[.usd] == 20_000)
    }

    @Test("With anything owed nothing may leave")
    func owing() throws {
        let withdrawable = try account(cash: 20_000, bitcoin: 1_000_000, owed: 1)
            .withdrawable(facts())

        #expect(withdrawable.total == .zero)
        #expect(withdrawable.each == [.usd: 0, Scene.bitcoin: 0])
        #expect(withdrawable.owed == Cents(1))
    }

    @Test("An asset without a fresh price counts for nothing while anything is held")
    func stalePrice() throws {
        let customer = try account(cash: 0, bitcoin: 829_166, holds: [50_000])

        let withdrawable = customer.withdrawable(try facts(old: true))

        #expect(withdrawable.total == .zero)
        #expect(withdrawable.each[Scene.bitcoin] == 0)
    }

    @Test("With nothing held an asset may leave whole, whatever its price")
    func nothingHeld() throws {
        let customer = try account(cash: 0, bitcoin: 829_166)

        #expect(customer.withdrawable(try facts(old: true)).each[Scene.bitcoin] == 829_166)
    }

    @Test("What an open order reserves may not leave")
    func inOrders() throws {
        let customer = try account(cash: 0, bitcoin: 829_166, inOrders: 800_000)

        #expect(customer.withdrawable(try facts()).each[Scene.bitcoin] == 29_166)
    }

    @Test("Two holds end at two times, and both are told")
    func twoHolds() throws {
        let now = Scene.time("2026-03-02T15:00:00-05:00")

        let withdrawable = try account(cash: 80_000, holds: [50_000, 20_000])
            .withdrawable(facts())

        #expect(withdrawable.total == Cents(10_000))
        #expect(withdrawable.nextRelease == now.adding(days: 7))
        #expect(withdrawable.lastRelease == now.adding(days: 8))
    }

    @Test("The second of two withdrawals cannot use what the first took")
    func twice() throws {
        let scene = try Scene()
        try scene.wire(10_000)
        let all = Command.requestWithdrawal(
            Command.RequestWithdrawal(asset: .usd, amount: 10_000, destination: "d"))
        try scene.act(all)

        #expect(throws: Refusal.insufficientBalance(.usd)) { try scene.act(all) }
    }

    @Test("A withdrawal of held value is refused with what may leave and until when")
    func held() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(30_000)
        try scene.wire(5_000)

        #expect(throws: Refusal.held(withdrawable: Cents(5_000), until: deposit.releaseAt)) {
            try scene.act(
                .requestWithdrawal(
                    Command.RequestWithdrawal(asset: .usd, amount: 5_001, destination: "d")))
        }
    }

    @Test("The hold is released after 168 elapsed hours, across the change of clocks")
    func release() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(30_000)
        try scene.at("2026-03-02T19:00:00-05:00")
        try scene.submit(.deposit(deposit.id))
        try scene.settle(.deposit(deposit.id))

        try scene.at("2026-03-09T15:59:59-04:00")
        #expect(scene.person.deposits[deposit.id]?.state == .fundsReceived)
        try scene.at("2026-03-09T16:00:00-04:00")

        #expect(scene.person.deposits[deposit.id]?.state == .settled)
    }

    @Test("A debit that settles late is held past seven days, until its return window closed")
    func lateSettlement() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(30_000)
        try scene.at("2026-03-05T19:00:00-05:00")
        try scene.submit(.deposit(deposit.id))

        try scene.settle(.deposit(deposit.id), day: "2026-03-06")

        // Friday the 6th, two banking days and one of slack: Wednesday the 11th at opening.
        #expect(
            scene.person.deposits[deposit.id]?.releaseAt
                == Scene.time("2026-03-11T08:30:00-04:00"))
    }

    @Test("A hold the customer was told of is not lengthened by a later policy")
    func promisedHold() throws {
        let scene = try Scene(then: { policy in
            policy.effectiveFrom = Scene.time("2026-03-02T16:00:00-05:00")
            policy.hold = Policy.Hold(hours: 500, slackBankingDays: 9)
        })
        let deposit = try scene.deposit(30_000)
        try scene.at("2026-03-02T19:00:00-05:00")
        try scene.submit(.deposit(deposit.id))
        try scene.at("2026-03-03T08:30:00-05:00")
        try scene.settle(.deposit(deposit.id))

        #expect(scene.person.deposits[deposit.id]?.releaseAt == deposit.releaseAt)
        try scene.at("2026-03-09T16:00:00-04:00")

        #expect(scene.person.deposits[deposit.id]?.state == .settled)
    }

    @Test("While the bank's files are late nothing is released")
    func feedStale() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(30_000)
        try scene.submit(.deposit(deposit.id))
        try scene.settle(.deposit(deposit.id))
        scene.core.bankFeedStale = true

        try scene.at("2026-03-09T20:30:00-04:00")
        #expect(scene.person.deposits[deposit.id]?.state == .fundsReceived)
        scene.core.bankFeedStale = false
        try scene.later(hours: 1)

        #expect(scene.person.deposits[deposit.id]?.state == .settled)
    }

    @Test("A change of password locks withdrawals for 48 hours, of e-mail for 120")
    func securityLocks() throws {
        let scene = try Scene()
        try scene.wire(10_000)
        try scene.act(.recordSecurityChange(.passwordChanged))
        try scene.act(.recordSecurityChange(.emailChanged))
        let until = scene.now.adding(hours: 120)
        let command = Command.requestWithdrawal(
            Command.RequestWithdrawal(asset: .usd, amount: 1, destination: "d"))

        try scene.later(hours: 49)
        #expect(throws: Refusal.securityLock(until: until)) { try scene.act(command) }
        try scene.later(hours: 71)

        #expect(throws: Never.self) { try scene.act(command) }
    }

    @Test(
        "Frozen accounts, estates and cases keep their value in",
        arguments: [
            StopFlag.Kind.deceased, .bankruptcy, .compliance, .legalHold, .fraudVictim,
            .identityReview,
        ])
    func stops(_ kind: StopFlag.Kind) throws {
        let scene = try Scene()
        try scene.wire(10_000)
        try scene.flag(kind)

        #expect(throws: Refusal.stopped(kind)) {
            try scene.act(
                .requestWithdrawal(
                    Command.RequestWithdrawal(asset: .usd, amount: 1, destination: "d")))
        }
    }

    @Test("A return takes back a withdrawal that has not left")
    func queuedWithdrawal() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(30_000)
        try scene.wire(10_000)
        try scene.act(
            .requestWithdrawal(
                Command.RequestWithdrawal(asset: .usd, amount: 10_000, destination: "d")))
        try scene.buyBitcoin(30_000)
        try scene.submit(.deposit(deposit.id))

        try scene.giveBack(.deposit(deposit.id), 30_000)

        #expect(scene.person.withdrawals.values.map(\.state) == [.cancelled])
        #expect(scene.person.owed == Cents(20_000))
    }

    @Test("Who owes is told how much, and withdraws nothing")
    func owingWithdrawal() throws {
        let scene = try Scene()
        try scene.returnedDeposit()

        #expect(throws: Refusal.owing(Cents(30_000))) {
            try scene.act(
                .requestWithdrawal(
                    Command.RequestWithdrawal(
                        asset: Scene.bitcoin, amount: 1, destination: "d")))
        }
    }

    @Test("A withdrawal that was sent stays sent, and told twice it leaves once")
    func sentTwice() throws {
        let scene = try Scene()
        try scene.wire(10_000)
        try scene.act(
            .requestWithdrawal(
                Command.RequestWithdrawal(asset: .usd, amount: 4_000, destination: "d")))
        let id = try #require(scene.person.withdrawals.keys.first)
        let before = scene.books(.bankOperating)
        try scene.act(.withdrawalSent(id))

        #expect(try scene.act(.withdrawalSent(id)) == .unchanged)
        #expect(scene.books(.bankOperating) == before - 4_000)
        #expect(throws: Refusal.self) { try scene.act(.cancelWithdrawal(id)) }
    }
}
