import Money
import Testing

@testable import Rules

struct UnderwritingTests {
    @Test("A deposit within the limit is credited in full and for no reason less")
    func full() throws {
        let scene = try Scene()

        let deposit = try scene.deposit(50_000)

        #expect(deposit.credit == Cents(50_000))
        #expect(deposit.underwriting.reasons == [])
        #expect(deposit.underwriting.policy == "test-1")
    }

    @Test("The limit is on all that is not collected, not on each deposit")
    func limitIsShared() throws {
        let scene = try Scene()
        try scene.deposit(30_000)

        let second = try scene.deposit(30_000)

        #expect(second.credit == Cents(20_000))
        #expect(second.underwriting.reasons == [.limitReached])
    }

    @Test("With the limit used up a deposit is accepted and credited with nothing")
    func limitUsedUp() throws {
        let scene = try Scene()
        try scene.deposit(50_000)

        let second = try scene.deposit(30_000)

        #expect(second.credit == .zero)
        #expect(second.underwriting.reasons == [.limitReached])
        #expect(scene.person.status(of: second) == .created)
    }

    @Test("An account not yet verified gets the starter limit and the reason")
    func unverified() throws {
        let scene = try Scene(verified: false)

        let deposit = try scene.deposit(30_000)

        #expect(deposit.credit == Cents(20_000))
        #expect(deposit.underwriting.reasons == [.methodUnverified, .limitReached])
    }

    @Test("Without a bank balance there is no credit above the starter limit")
    func balanceUnknown() throws {
        let scene = try Scene(balance: nil)

        let deposit = try scene.deposit(30_000)

        #expect(deposit.credit == Cents(20_000))
        #expect(deposit.underwriting.reasons == [.balanceUnknown, .limitReached])
    }

    @Test("A balance checked more than a day ago is an unknown one")
    func balanceOld() throws {
        let scene = try Scene()
        try scene.later(hours: 25)

        let deposit = try scene.deposit(30_000)

        #expect(deposit.underwriting.reasons.contains(.balanceUnknown))
    }

    @Test("The linked balance must be 130 % of the deposit, to the cent")
    func balanceCover() throws {
        let scene = try Scene(balance: Cents(13_000))

        let enough = try scene.deposit(10_000)

        #expect(enough.credit == Cents(10_000))
        let poorer = try Scene(balance: Cents(12_999))
        let tooLittle = try poorer.deposit(10_000)
        #expect(tooLittle.credit == .zero)
        #expect(tooLittle.underwriting.reasons == [.balanceTooLow])
    }

    @Test("Debits of the last three days that have not cleared count against the balance")
    func unclearedCounts() throws {
        let scene = try Scene(balance: Cents(25_999))
        try scene.deposit(10_000)

        let second = try scene.deposit(10_000)

        #expect(second.underwriting.reasons == [.balanceTooLow])
    }

    @Test("Who owes gets no instant credit, and the deposit is accepted")
    func owing() throws {
        let scene = try Scene()
        try scene.returnedDeposit()
        try scene.act(
            .checkBalance(
                Command.CheckBalance(method: scene.method, amount: Cents(10_000_000))))

        let deposit = try scene.deposit(5_000)

        #expect(deposit.credit == .zero)
        #expect(deposit.underwriting.reasons == [.obligationOpen, .recentReturn])
    }

    @Test("After a return credit comes back with clean deposits, not with payment alone")
    func afterReturn() throws {
        let scene = try Scene()
        try scene.returnedDeposit()
        try scene.wire(30_000)

        let deposit = try scene.deposit(5_000)

        #expect(deposit.credit == .zero)
        #expect(deposit.underwriting.reasons.contains(.recentReturn))
        #expect(scene.person.profile.standing.cleanDepositsNeeded == 2)
    }

    @Test("Every stop flag takes instant credit away", arguments: StopFlag.Kind.allCases)
    func stopped(_ kind: StopFlag.Kind) throws {
        let scene = try Scene()
        try scene.flag(kind)

        let deposit = try scene.deposit(5_000)

        #expect(deposit.credit == .zero)
        #expect(deposit.underwriting.reasons == [.accountStopped])
    }

    @Test("The host may ask for less credit than the policy gives")
    func lessAsked() throws {
        let scene = try Scene()

        let deposit = try scene.deposit(30_000, asking: 10_000)

        #expect(deposit.credit == Cents(10_000))
        #expect(deposit.underwriting.reasons == [.lessAsked])
    }

    @Test("A deposit outside the smallest and largest amounts is refused with them")
    func amounts() throws {
        let scene = try Scene()
        let range = Refusal.amountOutOfRange(min: Cents(1_000), max: Cents(1_000_000))

        #expect(throws: range) { try scene.deposit(999) }
        #expect(throws: range) { try scene.deposit(1_000_001) }
    }

    @Test("Clean deposits raise the tier and verify the account they came from")
    func tierRises() throws {
        let scene = try Scene(verified: false)
        let deposit = try scene.deposit(10_000)
        try scene.at("2026-03-02T19:00:00-05:00")
        try scene.submit(.deposit(deposit.id))
        try scene.settle(.deposit(deposit.id))

        try scene.at("2026-03-10T12:00:00-04:00")

        #expect(scene.person.profile.standing.cleanDeposits == 1)
        #expect(scene.person.methods[scene.method]?.verified == true)
    }

    @Test("An instant buy is refused unless all of it is credited")
    func purchase() throws {
        let scene = try Scene()
        let purchase = Command.Purchase(
            method: scene.method, asset: Scene.bitcoin, quantity: Quantity(100_000),
            amount: Cents(60_000), fee: Cents(300))

        #expect(throws: Refusal.purchaseNotCredited(credit: Cents(50_000))) {
            try scene.act(.purchase(purchase))
        }
        #expect(scene.person.deposits.isEmpty)
    }

    @Test("An instant buy that fails at the bank leaves its whole amount owed")
    func purchaseReturns() throws {
        let scene = try Scene()
        try scene.act(
            .purchase(
                Command.Purchase(
                    method: scene.method, asset: Scene.bitcoin, quantity: Quantity(66_333),
                    amount: Cents(40_000), fee: Cents(200))))
        let deposit = try #require(scene.person.deposits.values.first)
        try scene.at("2026-03-02T19:00:00-05:00")
        try scene.submit(.deposit(deposit.id))

        try scene.giveBack(.deposit(deposit.id), 40_000, code: "R02")

        #expect(scene.person.owed == Cents(40_000))
        #expect(scene.person.displayBalance == -40_000)
    }
}
