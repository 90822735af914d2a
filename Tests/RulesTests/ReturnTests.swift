import Banking
import Ledger
import Money
import Nacha
import Testing

@testable import Rules

struct ReturnTests {
    @Test("A return before settlement is netted against clearing and never settles")
    func beforeSettlement() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(10_000)
        try scene.submit(.deposit(deposit.id))

        try scene.giveBack(.deposit(deposit.id), 10_000, code: "R04")

        #expect(scene.books(.clearing) == 0)
        #expect(try scene.settle(.deposit(deposit.id)) == .unchanged)
        #expect(scene.books(.returnsPayable) == 0)
        let now = try #require(scene.person.deposits[deposit.id])
        #expect(scene.person.status(of: now) == .returnedCovered)
    }

    @Test("Cash covers a return first, and only the rest is owed")
    func partlyCovered() throws {
        let scene = try Scene()

        let deposit = try scene.returnedDeposit(50_000, spent: 30_000)

        #expect(scene.person.cash == .zero)
        #expect(scene.person.owed == Cents(30_000))
        guard case .returned(let record) = deposit.state else { throw Missing() }
        #expect(record.covered == Cents(20_000) && record.shortfall == Cents(30_000))
        #expect(scene.person.status(of: deposit) == .outstanding)
    }

    @Test("The part that was never credited is not charged to the customer")
    func uncreditedPart() throws {
        let scene = try Scene()

        let deposit = try scene.returnedDeposit(80_000, spent: 50_000)

        #expect(scene.obligation(of: deposit)?.principal == Cents(50_000))
        #expect(scene.person.uncredited(deposit.id) == .zero)
    }

    @Test("A return after release reopens the deposit and says so")
    func afterRelease() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(30_000)
        try scene.submit(.deposit(deposit.id))
        try scene.settle(.deposit(deposit.id))
        try scene.at("2026-03-12T10:00:00-04:00")
        try scene.act(
            .requestWithdrawal(
                Command.RequestWithdrawal(asset: .usd, amount: 25_000, destination: "d")))
        let withdrawal = try #require(scene.person.withdrawals.keys.first)
        try scene.act(.withdrawalSent(withdrawal))
        try scene.at("2026-04-17T08:30:00-04:00")

        try scene.giveBack(.deposit(deposit.id), 30_000, code: "R10")

        let returned = try #require(scene.person.deposits[deposit.id])
        #expect(scene.person.owed == Cents(25_000))
        #expect(scene.person.status(of: returned) == .returnedAfterSettlement)
    }

    /// The built-in rules with one more amendment.
    private func rules(
        from iso: String, window: ReturnWindow? = nil, standardBankingDays: Int? = nil
    ) throws -> RuleBook {
        var closed = Amendment.CodeChange(.accountClosed)
        closed.window = window
        closed.bankAccount = .block
        var windows = Amendment.WindowChange()
        windows.standardReturnBankingDays = standardBankingDays
        return try RuleBook.builtIn.amended(by: [
            Amendment(
                name: "amended", effectiveFrom: try #require(Day(iso: iso)), windows: windows,
                codes: [closed])
        ])
    }

    @Test("A return is late by the window in force on its debit's settlement day")
    func amendedWindow() throws {
        // The debit settles on 3 March; the return comes when two banking days have passed.
        let before = try Scene(rules: rules(from: "2026-03-04", window: .bankingDays(1)))
        let after = try Scene(rules: rules(from: "2026-03-03", window: .bankingDays(1)))

        try before.returnedDeposit(code: "R02")
        try after.returnedDeposit(code: "R02")

        #expect(before.suspense.isEmpty)
        #expect(before.person.owed == Cents(30_000))
        #expect(after.suspense.map(\.why) == [.untimely])
        #expect(after.person.owed == .zero)
    }

    @Test("A code says of the bank account what it said on the debit's settlement day")
    func amendedEffect() throws {
        let before = try Scene(rules: rules(from: "2026-03-04"))
        let after = try Scene(rules: rules(from: "2026-03-03"))

        try before.returnedDeposit(code: "R02")
        try after.returnedDeposit(code: "R02")

        #expect(before.person.methods[before.method]?.standing == .disabled)
        #expect(after.person.methods[after.method]?.standing == .blocked)
    }

    @Test("A hold outlasts the standard window in force on the debit's settlement day")
    func amendedHold() throws {
        let scene = try Scene(rules: rules(from: "2026-03-03", standardBankingDays: 6))
        let deposit = try scene.deposit(10_000)
        try scene.submit(.deposit(deposit.id))

        try scene.settle(.deposit(deposit.id))

        let settled = try #require(scene.person.deposits[deposit.id])
        #expect(settled.releaseAt == Scene.time("2026-03-12T08:30:00-04:00"))
    }

    @Test("The same return delivered twice changes nothing the second time")
    func twice() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(30_000)
        try scene.submit(.deposit(deposit.id))
        let trace = scene.trace()
        try scene.giveBack(.deposit(deposit.id), 30_000, trace: trace)

        #expect(try scene.giveBack(.deposit(deposit.id), 30_000, trace: trace) == .unchanged)
        #expect(scene.suspense.isEmpty)
    }

    @Test("A second return of one debit waits in suspense for R67, and the customer is untouched")
    func second() throws {
        let scene = try Scene()
        let deposit = try scene.returnedDeposit()
        let owed = scene.person.owed

        try scene.giveBack(.deposit(deposit.id), 30_000, code: "R03")

        #expect(scene.suspense.map(\.why) == [.duplicate])
        #expect(scene.suspense.first?.why.dishonorCode == "R67")
        #expect(scene.person.owed == owed)
    }

    @Test("A return of another amount is never posted in part")
    func wrongAmount() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(30_000)
        try scene.submit(.deposit(deposit.id))
        let trace = scene.trace()

        try scene.giveBack(.deposit(deposit.id), 29_999, trace: trace)

        #expect(scene.suspense.map(\.why) == [.amountDiffers])
        #expect(scene.person.cash == Cents(30_000))
        #expect(try scene.giveBack(.deposit(deposit.id), 29_999, trace: trace) == .unchanged)
        #expect(scene.suspense.count == 1)
    }

    @Test("A return of what was never sent waits in suspense")
    func neverSent() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(30_000)

        try scene.giveBack(.deposit(deposit.id), 30_000)

        #expect(scene.suspense.map(\.why) == [.neverSent])
        #expect(scene.person.deposits[deposit.id]?.state == .initiated)
    }

    @Test("R01 is in time at the opening of the second banking day and late after it")
    func standardWindow() throws {
        let inTime = try Scene()
        #expect(try inTime.returnedDeposit().returns.count == 1)
        let scene = try Scene()
        let deposit = try scene.deposit(30_000)
        try scene.submit(.deposit(deposit.id))
        try scene.settle(.deposit(deposit.id))

        try scene.at("2026-03-05T08:30:01-05:00")
        try scene.giveBack(.deposit(deposit.id), 30_000)

        #expect(scene.suspense.map(\.why) == [.untimely])
        #expect(scene.person.cash == Cents(30_000))
    }

    @Test("A return is in time by its own settlement date, whenever our bank's file comes")
    func timelyByItsDate() throws {
        for (time, day, isLate) in [
            ("2026-03-05T11:00:00-05:00", "2026-03-05", false),
            ("2026-03-05T11:00:00-05:00", "2026-03-06", true),
            ("2026-03-04T18:00:00-05:00", "2026-03-06", false),
        ] {
            let scene = try Scene()
            let deposit = try scene.deposit(10_000)
            try scene.submit(.deposit(deposit.id))
            try scene.settle(.deposit(deposit.id))
            try scene.at(time)

            try scene.act(
                .receiveReturn(
                    ReturnedEntry(
                        payment: .deposit(deposit.id), code: "R01", amount: Cents(10_000),
                        trace: scene.trace(), settlesOn: Day(iso: day))))

            #expect(scene.suspense.map(\.why) == (isLate ? [.untimely] : []))
        }
    }

    @Test("R10 is in time for sixty days and to the opening of the banking day after")
    func extendedWindow() throws {
        // Settled Tuesday 2026-03-03: day 60 is Saturday 2026-05-02, and Monday's opening counts.
        for (time, parked) in [
            ("2026-05-04T08:30:00-04:00", 0), ("2026-05-04T08:30:01-04:00", 1),
        ] {
            let scene = try Scene()
            let deposit = try scene.deposit(30_000)
            try scene.submit(.deposit(deposit.id))
            try scene.settle(.deposit(deposit.id))
            try scene.at(time)

            try scene.giveBack(.deposit(deposit.id), 30_000, code: "R10")

            #expect(scene.suspense.count == parked, "at \(time)")
        }
    }

    @Test("A code nobody knows is booked in full, as other, and the account is looked at")
    func unknownCode() throws {
        let scene = try Scene()

        let deposit = try scene.returnedDeposit(code: "X99")

        #expect(scene.obligation(of: deposit)?.group == .other)
        #expect(scene.obligation(of: deposit)?.code == "X99")
        #expect(scene.person.methods[scene.method]?.standing == .needsCorrection)
    }

    @Test("R06, which we asked for ourselves, neither blames nor duns")
    func ourOwn() throws {
        let scene = try Scene()

        let deposit = try scene.returnedDeposit(code: "R06")

        #expect(scene.obligation(of: deposit)?.grace == Obligation.Grace.none)
        #expect(scene.person.profile.standing.cleanDepositsNeeded == 0)
    }

    @Test("R07 blocks the account for every customer who has linked it")
    func blocksForAll() throws {
        let scene = try Scene()
        let other = CustomerID(high: 2, low: 2)
        try scene.act(
            .openCustomer(
                Command.OpenCustomer(
                    id: other, reference: "u-2", name: "Sample", email: "t@example.com",
                    language: .spanish, timeZone: "America/New_York")), as: other)
        let shared = try scene.link("main", of: other)

        try scene.returnedDeposit(code: "R07")

        #expect(scene.store.customers[other]?.methods[shared]?.standing == .blocked)
        #expect(throws: Refusal.methodUnusable(.blocked)) {
            try scene.act(
                .startDeposit(Command.StartDeposit(method: shared, amount: Cents(5_000))),
                as: other)
        }
        #expect(throws: Refusal.methodBlocked) { _ = try scene.link("main", of: other) }
    }

    @Test("A correction does not unblock an account its owner has blocked")
    func correctionKeepsBlock() throws {
        let scene = try Scene()
        try scene.returnedDeposit(code: "R10")

        try scene.act(
            .correctMethod(
                Command.CorrectMethod(
                    method: scene.method, code: "C01",
                    bankAccount: PaymentMethod.BankAccount(
                        routingNumber: "021000021", sealedNumber: "y", fingerprint: "corrected",
                        type: .checking), lastFour: "9999")))

        #expect(scene.person.methods[scene.method]?.standing == .blocked)
        #expect(scene.person.methods[scene.method]?.lastFour == "9999")
    }

    @Test("A milder return does not soften what a graver one said of the account")
    func gravestStays() throws {
        let scene = try Scene()
        let first = try scene.deposit(10_000)
        let second = try scene.deposit(10_000)
        try scene.submit(.deposit(first.id))
        try scene.submit(.deposit(second.id))
        try scene.giveBack(.deposit(first.id), 10_000, code: "R10")

        try scene.giveBack(.deposit(second.id), 10_000, code: "R02")

        #expect(scene.person.methods[scene.method]?.standing == .blocked)
        #expect(scene.person.methods[scene.method]?.standingReason == "R10")
    }

    @Test(
        "Codes of estates, sanctions and denied debits stop the customer",
        arguments: [
            ("R15", StopFlag.Kind.deceased), ("R16", .compliance), ("R10", .identityReview),
        ])
    func stopsCustomer(_ code: String, _ kind: StopFlag.Kind) throws {
        let scene = try Scene()

        try scene.returnedDeposit(code: code)

        #expect(scene.person.profile.flags.map(\.kind) == [kind])
    }

    @Test("The bank's settlement of a return is booked once, with its fee")
    func settlesOnce() throws {
        let scene = try Scene()
        let deposit = try scene.returnedDeposit()
        let before = scene.books(.bankOperating)
        let settled = Command.settleReturn(
            Command.SettleReturn(payment: .deposit(deposit.id), fee: Cents(200)))
        try scene.act(settled)

        #expect(try scene.act(settled) == .unchanged)
        #expect(scene.books(.returnsPayable) == 0)
        #expect(scene.books(.bankOperating) == before - 30_200)
        #expect(scene.books(.returnFee) == 200)
    }

    @Test("The fee for a return that was netted before settlement is booked once")
    func nettedFee() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(10_000)
        try scene.submit(.deposit(deposit.id))
        try scene.giveBack(.deposit(deposit.id), 10_000)
        let before = scene.books(.bankOperating)
        let settled = Command.settleReturn(
            Command.SettleReturn(payment: .deposit(deposit.id), fee: Cents(200)))

        try scene.act(settled)

        #expect(try scene.act(settled) == .unchanged)
        #expect(scene.books(.bankOperating) == before - 200)
    }

    @Test("A fee the bank tells of later is booked then, and once")
    func lateFee() throws {
        let scene = try Scene()
        let deposit = try scene.returnedDeposit()
        func settle(_ fee: Int64) throws -> Reply {
            try scene.act(
                .settleReturn(
                    Command.SettleReturn(payment: .deposit(deposit.id), fee: Cents(fee))))
        }
        #expect(try settle(0) == .done)
        #expect(try settle(0) == .unchanged)

        #expect(try settle(450) == .done)
        #expect(try settle(450) == .unchanged)

        #expect(scene.books(.returnFee) == 450)
        #expect(scene.books(.returnsPayable) == 0)
    }

    @Test("A hold does not end while a return of the deposit waits in suspense")
    func holdInDoubt() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(30_000)
        try scene.submit(.deposit(deposit.id))
        try scene.settle(.deposit(deposit.id))
        try scene.at("2026-03-06T10:00:00-05:00")
        try scene.giveBack(.deposit(deposit.id), 30_000, code: "R01")
        let item = try #require(scene.suspense.first)
        #expect(item.why == .untimely)
        try scene.house(.dishonorReturn(Command.DishonorReturn(item: item.id, code: "R68")))
        try scene.house(
            .submitDishonor(
                item.id,
                Command.SubmitEntry(
                    payment: .dishonor(item.id), trace: scene.trace(), file: "f")))

        try scene.at("2026-03-12T10:00:00-04:00")
        #expect(scene.person.deposits[deposit.id]?.state == .fundsReceived)
        try scene.house(.settleDishonor(item.id))
        try scene.later(seconds: 1)

        let released = try #require(scene.person.deposits[deposit.id])
        #expect(released.state == .settled)
        #expect(released.history.contains { $0.what == .returnDishonored })
    }

    @Test("The timeline tells of a dishonor and of a return that was upheld after it")
    func timelineOfDishonor() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(30_000)
        try scene.submit(.deposit(deposit.id))
        try scene.settle(.deposit(deposit.id))
        try scene.at("2026-05-18T08:30:00-04:00")
        try scene.giveBack(.deposit(deposit.id), 30_000, code: "R10")
        let item = try #require(scene.suspense.first)
        try scene.house(.dishonorReturn(Command.DishonorReturn(item: item.id, code: "R68")))
        try scene.house(
            .submitDishonor(
                item.id,
                Command.SubmitEntry(
                    payment: .dishonor(item.id), trace: scene.trace(), file: "f")))

        try scene.house(.contestDishonor(Command.ContestDishonor(item: item.id, code: "R73")))

        let told = try #require(scene.person.deposits[deposit.id]).history.map(\.what).suffix(3)
        #expect(told == [.returnDishonored, .returnUpheld, .returned(code: "R10")])
    }

    @Test("Cash in open orders is asked back, and pays when it comes")
    func ordersAreAskedBack() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(30_000)
        try scene.act(
            .openOrder(
                Command.OpenOrder(
                    reference: "o-1", side: .buy, asset: Scene.bitcoin, cash: Cents(30_000),
                    quantity: .zero)))
        let order = try #require(scene.person.orders.keys.first)
        try scene.submit(.deposit(deposit.id))

        try scene.giveBack(.deposit(deposit.id), 30_000)
        #expect(scene.person.owed == Cents(30_000))
        #expect(scene.person.orders[order]?.state == .cancelRequested)
        try scene.act(.closeOrder(order))

        #expect(scene.person.owed == .zero)
        #expect(scene.obligation(of: deposit)?.state.isOpen == false)
    }

    @Test("A deposit the bank has not seen can be cancelled; one whose credit is spent cannot")
    func cancellation() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(30_000)
        try scene.buyBitcoin(1_000)

        #expect(throws: Refusal.creditInUse) { try scene.act(.cancelDeposit(deposit.id)) }
        try scene.wire(1_000)
        try scene.act(.cancelDeposit(deposit.id))

        #expect(scene.person.deposits[deposit.id]?.state == .cancelled)
        #expect(scene.person.cash == .zero)
        #expect(scene.store.entries.isEmpty)
    }

    // MARK: Claims of breach of warranty

    private func claim(_ scene: Scene, _ deposit: Deposit, _ amount: Int64) throws -> ClaimID {
        let reply = try scene.act(
            .receiveClaim(Command.ReceiveClaim(deposit: deposit.id, amount: Cents(amount))))
        guard case .claim(let id) = reply else { throw Missing() }
        return id
    }

    private func released(_ scene: Scene) throws -> Deposit {
        let deposit = try scene.deposit(30_000)
        try scene.submit(.deposit(deposit.id))
        try scene.settle(.deposit(deposit.id))
        try scene.at("2026-03-12T10:00:00-04:00")
        return deposit
    }

    @Test("A warranty claim moves money only when a person accepts it")
    func claimAccepted() throws {
        let scene = try Scene()
        let deposit = try released(scene)
        try scene.buyBitcoin(20_000)
        let id = try claim(scene, deposit, 30_000)
        #expect(scene.person.cash == Cents(10_000))

        try scene.act(.decideClaim(Command.DecideClaim(claim: id, accept: true)))

        #expect(scene.person.cash == .zero)
        #expect(scene.person.owed == Cents(20_000))
        #expect(throws: Refusal.alreadyDecided) {
            try scene.act(.decideClaim(Command.DecideClaim(claim: id, accept: true)))
        }
    }

    @Test(
        "An accepted claim means what R10 means: the account is blocked, and the customer is told")
    func claimConsequences() throws {
        let scene = try Scene()
        let deposit = try released(scene)
        let id = try claim(scene, deposit, 30_000)

        try scene.act(.decideClaim(Command.DecideClaim(claim: id, accept: true)))

        #expect(scene.person.methods[scene.method]?.standing == .blocked)
        #expect(scene.person.profile.flags.map(\.kind) == [.identityReview])
        #expect(scene.person.profile.standing.cleanDepositsNeeded == 2)
        let covered = scene.store.notices.filter {
            if case .depositReturnedCovered = $0.notice.content { true } else { false }
        }
        #expect(covered.count == 1)
    }

    @Test("A claim after two years can be refused and not accepted")
    func claimLate() throws {
        let scene = try Scene()
        let deposit = try released(scene)
        try scene.at("2028-03-05T10:00:00-05:00")
        let id = try claim(scene, deposit, 30_000)

        #expect(throws: Refusal.warrantyWindowPassed) {
            try scene.act(.decideClaim(Command.DecideClaim(claim: id, accept: true)))
        }
        try scene.act(.decideClaim(Command.DecideClaim(claim: id, accept: false)))
        #expect(scene.person.cash == Cents(30_000))
    }

    @Test("Claims on one deposit never sum to more than it was, and no return follows them")
    func claimTwice() throws {
        let scene = try Scene()
        let deposit = try released(scene)
        let first = try claim(scene, deposit, 30_000)
        let second = try claim(scene, deposit, 1)
        try scene.act(.decideClaim(Command.DecideClaim(claim: first, accept: true)))

        #expect(throws: Refusal.amountOutOfRange(min: .zero, max: .zero)) {
            try scene.act(.decideClaim(Command.DecideClaim(claim: second, accept: true)))
        }
        try scene.giveBack(.deposit(deposit.id), 30_000, code: "R10")
        #expect(scene.suspense.map(\.why) == [.duplicate])
    }
}

/// Something a test expected was not there.
struct Missing: Error {}

struct UnsentDepositTests {
    @Test("A deposit on an account that was closed meanwhile does not leave; its credit is owed")
    func closedMeanwhile() throws {
        let scene = try Scene()
        let first = try scene.deposit(20_000)
        _ = try scene.submit(.deposit(first.id))
        let second = try scene.deposit(20_000)
        try scene.buyBitcoin(40_000)
        try scene.giveBack(.deposit(first.id), 20_000, code: "R02")

        _ = try scene.submit(.deposit(second.id))

        let customer = scene.person
        #expect(customer.deposits[second.id]?.state != .submitted)
        #expect(customer.outstanding(ObligationID(sharing: second.id)) == Cents(20_000))
        #expect(scene.store.entries[.deposit(second.id)] == nil)
        #expect(customer.owed == Cents(40_000))
    }
}
