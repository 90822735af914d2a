import Banking
import Ledger
import Money
import Testing

@testable import Rules

/// Grace, its pauses and its ladder; waiver, provision, charge-off and recovery.
struct ObligationTests {
    private func owing(
        _ change: (inout Policy) -> Void = { _ in }
    ) throws -> (Scene, ObligationID) {
        let scene = try Scene(change)
        let deposit = try scene.returnedDeposit()
        let obligation = try #require(scene.obligation(of: deposit))
        return (scene, obligation.id)
    }

    private func grace(_ scene: Scene, _ id: ObligationID) -> Obligation.Grace? {
        scene.person.obligations[id]?.grace
    }

    private func deliver(_ scene: Scene, _ id: ObligationID) throws {
        try scene.deliverNotice(of: #require(scene.person.obligations[id]))
    }

    private func notices(_ scene: Scene, _ isWanted: (Notice.Content) -> Bool) -> [Instant] {
        scene.store.notices.map(\.notice).filter { isWanted($0.content) }.map(\.at)
    }

    // MARK: The clock

    @Test("The clock does not start at the return but at the delivered notice")
    func startsAtNotice() throws {
        let (scene, id) = try owing()
        try scene.later(hours: 100)
        #expect(grace(scene, id) == .awaitingNotice)

        try deliver(scene, id)

        #expect(grace(scene, id) == .running(until: scene.now.adding(hours: 48)))
    }

    @Test("A notice that bounced starts nothing, and an operator is told")
    func bounced() throws {
        let (scene, id) = try owing()
        let notice = try #require(scene.person.obligations[id]?.noticeID)

        try scene.act(.noticeUndeliverable(notice))

        #expect(grace(scene, id) == .awaitingNotice)
        #expect(
            scene.store.alerts.map(\.content).contains(
                .noticeUndeliverable(scene.customer, notice)))
    }

    @Test(
        "A notice that came back after it was delivered stops the clock until the customer is told")
    func bouncedLate() throws {
        let (scene, id) = try owing()
        let notice = try #require(scene.person.obligations[id]?.noticeID)
        try deliver(scene, id)
        try scene.later(hours: 3)

        try scene.act(.noticeUndeliverable(notice))
        try scene.later(hours: 100)
        let stopped = grace(scene, id)
        try deliver(scene, id)

        #expect(stopped == .awaitingNotice)
        #expect(grace(scene, id) == .running(until: scene.now.adding(hours: 48)))
    }

    @Test("A deadline that was moved is kept when a notice comes back and is delivered after all")
    func bouncedAfterExtension() throws {
        let (scene, id) = try owing()
        let notice = try #require(scene.person.obligations[id]?.noticeID)
        try deliver(scene, id)
        let promised = scene.now.adding(days: 30)
        try scene.act(
            .extendDeadline(
                Command.ExtendDeadline(obligation: id, until: promised, reason: "asked")),
            by: .operator("alice"))
        try scene.later(hours: 3)

        try scene.act(.noticeUndeliverable(notice))
        try deliver(scene, id)

        #expect(grace(scene, id) == .running(until: promised))
    }

    @Test("A notice delivered on a second channel does not move the deadline")
    func deliveredTwice() throws {
        let (scene, id) = try owing()
        try deliver(scene, id)
        let first = grace(scene, id)
        try scene.later(hours: 3)

        try deliver(scene, id)

        #expect(grace(scene, id) == first)
    }

    @Test("An end on a day without banking moves to four hours after the next opening")
    func extendsToBankingDay() throws {
        let (scene, id) = try owing { $0.grace.extendsToBankingDay = true }

        try deliver(scene, id)

        // Saturday 08:30 becomes Monday 08:30 and four hours.
        #expect(
            grace(scene, id) == .running(until: Scene.time("2026-03-09T12:30:00-04:00")))
    }

    @Test("A reminder comes after 24 hours and the last warning six hours before the end")
    func ladder() throws {
        let (scene, id) = try owing()
        try deliver(scene, id)
        let told = scene.now

        try scene.later(hours: 47)

        let reminders = notices(scene) { if case .reminder = $0 { true } else { false } }
        let warnings = notices(scene) { if case .finalWarning = $0 { true } else { false } }
        #expect(reminders == [told.adding(hours: 24)])
        #expect(warnings == [told.adding(hours: 42)])
    }

    @Test("Nobody is dunned through a stop")
    func noDunning() throws {
        let (scene, id) = try owing()
        try deliver(scene, id)
        try scene.flag(.bankruptcy)

        try scene.later(hours: 47)

        #expect(
            notices(scene) { content in
                switch content {
                case .reminder, .finalWarning: true
                default: false
                }
            }.isEmpty)
    }

    @Test("An operator may move the deadline to later, with a reason, and never to earlier")
    func deadlineExtended() throws {
        let (scene, id) = try owing()
        func extend(_ until: Instant, _ reason: String = "asked") throws {
            try scene.act(
                .extendDeadline(
                    Command.ExtendDeadline(obligation: id, until: until, reason: reason)))
        }
        #expect(throws: Refusal.self) { try extend(scene.now.adding(hours: 500)) }
        try deliver(scene, id)
        let end = scene.now.adding(hours: 48)

        #expect(throws: Refusal.reasonRequired) { try extend(end.adding(hours: 1), "") }
        #expect(throws: Refusal.self) { try extend(end.adding(hours: -1)) }
        try extend(end.adding(hours: 24))

        #expect(grace(scene, id) == .running(until: end.adding(hours: 24)))
    }

    @Test("A pause is not shortened by an extension that is earlier than what was left")
    func extensionOfPause() throws {
        let (scene, id) = try owing()
        try deliver(scene, id)
        try scene.later(hours: 10)
        _ = try scene.start(.representment)
        #expect(grace(scene, id) == .paused(milliseconds: 38 * 3_600_000, why: .payment))

        #expect(throws: Refusal.self) {
            try scene.act(
                .extendDeadline(
                    Command.ExtendDeadline(
                        obligation: id, until: scene.now.adding(hours: 37), reason: "r")))
        }
        try scene.act(
            .extendDeadline(
                Command.ExtendDeadline(
                    obligation: id, until: scene.now.adding(hours: 60), reason: "r")))

        #expect(grace(scene, id) == .paused(milliseconds: 60 * 3_600_000, why: .payment))
    }

    @Test("A payment that comes back gives the time that was left, not a fresh 48 hours")
    func pausedTimeComesBack() throws {
        let (scene, id) = try owing()
        try deliver(scene, id)
        try scene.later(hours: 10)
        let retry = try scene.start(.representment)
        try scene.submit(.settlement(retry.id))
        try scene.later(hours: 60)

        try scene.giveBack(.settlement(retry.id), 30_000)

        #expect(grace(scene, id) == .running(until: scene.now.adding(hours: 38)))
    }

    @Test("A payment already on its way when the notice arrives holds the clock from its start")
    func paidBeforeTold() throws {
        let (scene, id) = try owing()
        let retry = try scene.start(.representment)
        try deliver(scene, id)
        #expect(grace(scene, id) == .paused(milliseconds: 48 * 3_600_000, why: .payment))
        try scene.submit(.settlement(retry.id))
        try scene.later(hours: 30)

        try scene.giveBack(.settlement(retry.id), 30_000)

        #expect(grace(scene, id) == .running(until: scene.now.adding(hours: 48)))
    }

    @Test("What a notice promised does not change with a later policy", arguments: [24, 96])
    func promisedTerms(_ hours: Int) throws {
        let scene = try Scene(then: {
            $0.grace.hours = max(48, hours)
            $0.grace.finalWarningBeforeHours = hours / 8
            $0.grace.reminderAfterHours = hours / 2
        })
        let deposit = try scene.returnedDeposit()
        let id = ObligationID(sharing: deposit.id)
        try scene.later(hours: 1)

        try deliver(scene, id)
        let told = scene.now
        #expect(grace(scene, id) == .running(until: told.adding(hours: 48)))
        try scene.later(hours: 47)

        #expect(scene.person.obligations[id]?.policy == "test-1")
        let reminders = notices(scene) { if case .reminder = $0 { true } else { false } }
        let warnings = notices(scene) { if case .finalWarning = $0 { true } else { false } }
        #expect(reminders == [told.adding(hours: 24)])
        #expect(warnings == [told.adding(hours: 42)])
    }

    @Test("Without an obligation named, all that is owed has the new deadline")
    func allExtended() throws {
        let scene = try Scene()
        let first = try scene.deposit(20_000)
        let second = try scene.deposit(10_000)
        let ourError = try scene.deposit(1_000)
        try scene.buyBitcoin(31_000)
        for deposit in [first, second] {
            try scene.submit(.deposit(deposit.id))
            try scene.giveBack(.deposit(deposit.id), deposit.amount.count)
            try deliver(scene, ObligationID(sharing: deposit.id))
            try scene.later(hours: 5)
        }
        try scene.submit(.deposit(ourError.id))
        try scene.askBack(.deposit(ourError.id))
        try scene.giveBack(.deposit(ourError.id), 1_000, code: "R06")
        let until = scene.now.adding(hours: 100)
        func extend(_ until: Instant) throws {
            try scene.act(
                .extendDeadline(
                    Command.ExtendDeadline(obligation: nil, until: until, reason: "asked")))
        }

        #expect(throws: Refusal.self) { try extend(scene.now.adding(hours: 30)) }
        try extend(until)

        // The time of our own error, which has no clock, does not begin with it.
        #expect(
            scene.person.openObligations.map(\.grace)
                == [.running(until: until), .running(until: until), .none])
    }

    @Test("Who is stopped when a deposit comes back is asked for it when the stop has ended")
    func openedThroughStop() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(30_000)
        try scene.buyBitcoin(30_000)
        try scene.submit(.deposit(deposit.id))
        try scene.flag(.dispute, until: scene.now.adding(hours: 50))
        try scene.giveBack(.deposit(deposit.id), 30_000)
        func asked() -> Int {
            notices(scene) { if case .obligationOpened = $0 { true } else { false } }.count
        }
        #expect(asked() == 0)
        #expect(scene.obligation(of: deposit)?.grace == .awaitingNotice)

        try scene.later(hours: 50)
        #expect(asked() == 1)
        try scene.deliverNotice(of: #require(scene.obligation(of: deposit)))

        #expect(
            scene.obligation(of: deposit)?.grace == .running(until: scene.now.adding(hours: 48)))
    }

    @Test("One stop that ends does not start the clock that another holds")
    func twoStops() throws {
        let (scene, id) = try owing()
        try deliver(scene, id)
        try scene.later(hours: 10)
        try scene.flag(.hardship, until: scene.now.adding(hours: 5))
        try scene.flag(.dispute, until: scene.now.adding(hours: 20))
        let held = Obligation.Grace.paused(milliseconds: 38 * 3_600_000, why: .stop)

        try scene.later(hours: 6)
        #expect(grace(scene, id) == held)
        try scene.later(hours: 14)

        #expect(grace(scene, id) == .running(until: scene.now.adding(hours: 38)))
    }

    @Test("A payment that fails during a stop leaves the clock to the stop")
    func paymentFailsThroughStop() throws {
        let (scene, id) = try owing()
        try deliver(scene, id)
        let retry = try scene.start(.representment)
        try scene.submit(.settlement(retry.id))
        try scene.flag(.hardship)

        try scene.giveBack(.settlement(retry.id), 30_000)

        #expect(grace(scene, id) == .paused(milliseconds: 48 * 3_600_000, why: .stop))
    }

    // MARK: Waiver

    @Test("A small rest is waived a second after the payment that left it")
    func residual() throws {
        let (scene, id) = try owing()

        try scene.wire(29_950)
        #expect(scene.person.owed == Cents(50))
        try scene.later(seconds: 1)

        #expect(scene.person.owed == .zero)
        #expect(scene.books(.goodwill) == 50)
        #expect(
            scene.person.obligations[id]?.state == .settled(at: scene.now, by: .waiver))
    }

    @Test("A rest above the tolerance is owed until it is paid")
    func residualTooLarge() throws {
        let (scene, _) = try owing()

        try scene.wire(29_899)
        try scene.later(hours: 10)

        #expect(scene.person.owed == Cents(101))
    }

    @Test("One person may waive up to the limit; above it takes two, and a reason always")
    func waiver() throws {
        let (scene, id) = try owing()
        func waive(_ amount: Int64?, _ reason: String = "goodwill") throws {
            try scene.act(
                .waive(
                    Command.Waive(
                        obligation: id, amount: amount.map { Cents($0) }, reason: reason)),
                by: .operator("alice"))
        }

        #expect(throws: Refusal.reasonRequired) { try waive(100, "") }
        #expect(throws: Refusal.secondPersonRequired) { try waive(nil) }
        #expect(throws: Refusal.amountOutOfRange(min: Cents(1), max: Cents(30_000))) {
            try waive(30_001)
        }
        try waive(10_000)

        #expect(scene.person.owed == Cents(20_000))
    }

    @Test("In many small steps one person may waive no more than in one")
    func waiverInSteps() throws {
        let (scene, id) = try owing()
        func waive(_ amount: Int64) throws {
            try scene.act(
                .waive(Command.Waive(obligation: id, amount: Cents(amount), reason: "goodwill")),
                by: .operator("alice"))
        }
        try waive(6_000)

        #expect(throws: Refusal.secondPersonRequired) { try waive(4_001) }
        try waive(4_000)

        #expect(scene.person.owed == Cents(20_000))
    }

    // MARK: Losses

    @Test("A loss is provided for, charged off with the allowance, and its claim survives")
    func chargeOff() throws {
        let (scene, id) = try owing { $0.approval.soleAuthorityMax = Cents(1_000_000) }
        try scene.wire(9_122)

        try scene.at("2026-09-01T00:00:00-04:00")

        #expect(scene.person.obligations[id]?.claimLeft == Cents(20_878))
        #expect(scene.person.outstanding(id) == .zero)
        #expect(scene.books(.allowance) == 0)
        #expect(scene.books(.creditLossProvision) == 20_878)
        #expect(scene.person.obligations[id]?.provided == .zero)
    }

    @Test("Money after a charge-off is income and lowers the claim; more than it is cash")
    func recovery() throws {
        let (scene, id) = try owing { $0.approval.soleAuthorityMax = Cents(1_000_000) }
        let deposit = try #require(scene.person.deposits.values.first)
        try scene.at("2026-09-01T00:00:00-04:00")
        #expect(scene.person.status(of: deposit) == .chargedOff)

        try scene.wire(8_000)
        #expect(scene.person.obligations[id]?.claimLeft == Cents(22_000))
        #expect(scene.person.status(of: deposit) == .chargedOffPartiallyRecovered)
        try scene.wire(25_000)

        #expect(scene.books(.recoveredBadDebt) == -30_000)
        #expect(scene.person.cash == Cents(3_000))
    }

    @Test("A booked loss is not forgiven: nothing leaves and nothing is credited until it is paid")
    func chargeOffRestricts() throws {
        let (scene, id) = try owing {
            $0.approval.soleAuthorityMax = Cents(1_000_000)
            $0.credit.cleanDepositsAfterReturn = 0
        }
        try scene.receiveBitcoin(1_000_000)
        try scene.act(
            .chargeOff(Command.ChargeOff(obligation: id, reason: "gone")), by: .operator("alice"))

        #expect(throws: Refusal.owing(Cents(30_000))) {
            try scene.act(
                .requestWithdrawal(
                    Command.RequestWithdrawal(
                        asset: Scene.bitcoin, amount: 1_000, destination: "away")))
        }
        try scene.act(
            .checkBalance(Command.CheckBalance(method: scene.method, amount: Cents(10_000_000))))
        let deposit = try scene.deposit(5_000)
        #expect(deposit.credit == .zero)
        #expect(deposit.underwriting.reasons == [.obligationOpen])

        // What the customer's own trade brings is a recovery too.
        try scene.act(
            .trade(
                Command.Trade(
                    side: .sell, asset: Scene.bitcoin, quantity: Quantity(500_000),
                    cash: Cents(29_000), fee: .zero)))
        #expect(scene.person.obligations[id]?.claimLeft == Cents(1_000))
        #expect(scene.books(.recoveredBadDebt) == -29_000)
    }

    @Test("A claim may be given up, and then it restricts nothing")
    func claimWaived() throws {
        let (scene, id) = try owing { $0.approval.soleAuthorityMax = Cents(30_000) }
        try scene.act(
            .chargeOff(Command.ChargeOff(obligation: id, reason: "gone")), by: .operator("alice"))
        let before = scene.store.journal.count

        try scene.act(
            .waive(Command.Waive(obligation: id, amount: nil, reason: "discharged")),
            by: .operator("alice"))

        #expect(scene.person.lossClaims == .zero)
        #expect(scene.store.journal.count == before)
        let deposit = try #require(scene.person.deposits.values.first)
        #expect(scene.person.status(of: deposit) == .chargedOff)
    }

    @Test("A charge-off above one person's authority waits for two, by age too")
    func chargeOffNeedsTwo() throws {
        let (scene, id) = try owing()

        try scene.at("2026-09-02T00:00:00-04:00")

        #expect(scene.person.obligations[id]?.state == .open)
        #expect(
            scene.store.alerts.map(\.content).contains(
                .chargeOffNeedsApproval(scene.customer, id)))
        #expect(throws: Refusal.secondPersonRequired) {
            try scene.act(
                .chargeOff(Command.ChargeOff(obligation: id, reason: "age")),
                by: .operator("alice"))
        }
    }

    @Test("What was set aside for a loss is set free when the customer pays after all")
    func provisionReversed() throws {
        let (scene, id) = try owing()
        try scene.act(.provide(id))
        #expect(scene.books(.allowance) == -30_000)
        #expect(try scene.act(.provide(id)) == .unchanged)

        try scene.wire(30_000)

        #expect(scene.books(.allowance) == 0)
        #expect(scene.books(.creditLossProvision) == 0)
    }

    @Test("A payment under way is waited for; a wire that never came is not")
    func chargeOffWaits() throws {
        let (scene, id) = try owing { $0.approval.soleAuthorityMax = Cents(1_000_000) }
        try scene.at("2026-08-31T12:00:00-04:00")
        let wire = try scene.start(.wire)

        try scene.at("2026-09-01T00:00:00-04:00")

        #expect(scene.person.settlements[wire.id]?.state == .cancelled)
        #expect(scene.person.obligations[id]?.claimLeft == Cents(30_000))
    }

    @Test("An obligation paid by a debit that comes back after a charge-off enlarges the claim")
    func chargedOffAndReturned() throws {
        let (scene, id) = try owing { $0.approval.soleAuthorityMax = Cents(1_000_000) }
        let other = try scene.link("other")
        let part = try scene.start(.ach, method: other, amount: 10_000)
        try scene.accept(part)
        try scene.submit(.settlement(part.id))
        try scene.settle(.settlement(part.id), day: "2026-03-06")
        try scene.at("2026-03-20T12:00:00-04:00")
        #expect(scene.person.owed == Cents(20_000))
        try scene.act(
            .chargeOff(Command.ChargeOff(obligation: id, reason: "gone")), by: .operator("alice"))

        try scene.giveBack(.settlement(part.id), 10_000, code: "R10")

        #expect(scene.person.obligations[id]?.claimLeft == Cents(30_000))
        #expect(scene.person.outstanding(id) == .zero)
        #expect(scene.books(.creditLossProvision) == 30_000)
        #expect(scene.books(.allowance) == 0)
    }
}
