import Banking
import Ledger
import Money
import Nacha
import Testing

@testable import Rules

/// Suspense, dishonor, four eyes and stop flags.
struct HouseTests {
    private func parked(_ scene: Scene, _ deposit: Deposit) throws -> SuspenseItem {
        try scene.house(
            .parkReturn(
                Command.ParkReturn(
                    code: "R01", amount: deposit.amount, trace: scene.trace(),
                    originalTrace: scene.trace(), why: .unknownTrace)))
        return try #require(scene.suspense.last)
    }

    private func untimely() throws -> (Scene, Deposit, SuspenseItem) {
        let scene = try Scene()
        let deposit = try scene.deposit(30_000)
        try scene.submit(.deposit(deposit.id))
        try scene.settle(.deposit(deposit.id))
        try scene.buyBitcoin(30_000)
        try scene.at("2026-05-18T08:30:00-04:00")
        try scene.giveBack(.deposit(deposit.id), 30_000, code: "R10")
        return (scene, deposit, try #require(scene.suspense.first))
    }

    private func dishonor(_ scene: Scene, _ item: SuspenseItem) throws {
        try scene.house(.dishonorReturn(Command.DishonorReturn(item: item.id, code: "R68")))
        try scene.house(
            .submitDishonor(
                item.id,
                Command.SubmitEntry(
                    payment: .dishonor(item.id), trace: scene.trace(), file: "f")))
    }

    @Test("An unknown return told twice is one item in suspense")
    func parkedOnce() throws {
        let scene = try Scene()
        let park = Command.parkReturn(
            Command.ParkReturn(
                code: "R01", amount: Cents(5_000), trace: scene.trace(),
                originalTrace: scene.trace(), why: .unknownTrace))
        try scene.house(park)

        #expect(try scene.house(park) == .unchanged)
        #expect(scene.books(.suspenseReturns) == 5_000)
    }

    @Test("Two people match a return to its deposit, and only then is the customer charged")
    func matched() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(50_000)
        try scene.submit(.deposit(deposit.id))
        try scene.settle(.deposit(deposit.id))
        let item = try parked(scene, deposit)
        let match = Command.MatchReturn(
            item: item.id, customer: scene.customer, payment: .deposit(deposit.id))
        #expect(throws: Refusal.secondPersonRequired) { try scene.house(.matchReturn(match)) }
        let proposal = try scene.propose(.matchReturn(match), to: .house)

        #expect(throws: Refusal.samePerson) { try scene.house(.approve(proposal)) }
        try scene.house(.approve(proposal), by: "bob")

        #expect(scene.person.cash == .zero)
        #expect(scene.books(.suspenseReturns) == 0)
        #expect(throws: Refusal.alreadyDecided) {
            try scene.house(.approve(proposal), by: "carol")
        }
    }

    @Test("A debit charged from suspense before it settled still settles with the bank")
    func matchedBeforeSettlement() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(50_000)
        try scene.submit(.deposit(deposit.id))
        let item = try parked(scene, deposit)
        let proposal = try scene.propose(
            .matchReturn(
                Command.MatchReturn(
                    item: item.id, customer: scene.customer, payment: .deposit(deposit.id))),
            to: .house)
        try scene.house(.approve(proposal), by: "bob")

        try scene.settle(.deposit(deposit.id))

        #expect(scene.books(.clearing) == 0)
        #expect(try scene.settle(.deposit(deposit.id)) == .unchanged)
    }

    @Test("A wrong match is refused whole, and the proposal waits")
    func wrongMatch() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(50_000)
        let item = try parked(scene, deposit)
        let proposal = try scene.propose(
            .matchReturn(
                Command.MatchReturn(
                    item: item.id, customer: scene.customer, payment: .deposit(deposit.id))),
            to: .house)

        #expect(throws: Refusal.self) { try scene.house(.approve(proposal), by: "bob") }
        #expect(scene.suspense.first?.state == .open)
        #expect(scene.store.houseState.proposals[proposal]?.state == .waiting)
    }

    @Test("A declined proposal does nothing and is over")
    func declined() throws {
        let scene = try Scene()
        let proposal = try scene.propose(
            .chargeOff(
                Command.ChargeOff(obligation: ObligationID(high: 1, low: 1), reason: "r")),
            to: .customer(scene.customer))

        try scene.house(.decline(proposal))

        #expect(throws: Refusal.alreadyDecided) {
            try scene.house(.approve(proposal), by: "bob")
        }
    }

    @Test("An untimely return that is dishonored and accepted never reaches the customer")
    func dishonored() throws {
        let (scene, _, item) = try untimely()
        try scene.house(.settleParkedReturn(item.id))
        let before = scene.books(.bankOperating)
        try dishonor(scene, item)
        #expect(scene.books(.claimDishonored) == 30_000)

        try scene.house(.settleDishonor(item.id))

        #expect(scene.books(.claimDishonored) == 0)
        #expect(scene.books(.bankOperating) == before + 30_000)
        #expect(scene.person.owed == .zero)
        #expect(try scene.house(.settleDishonor(item.id)) == .unchanged)
    }

    @Test("A contested dishonor charges the customer then, and the time to pay starts then")
    func contested() throws {
        let (scene, deposit, item) = try untimely()
        try dishonor(scene, item)

        try scene.house(
            .contestDishonor(Command.ContestDishonor(item: item.id, code: "R73")))

        #expect(scene.person.owed == Cents(30_000))
        #expect(scene.obligation(of: deposit)?.openedAt == scene.now)
        #expect(scene.obligation(of: deposit)?.grace == .awaitingNotice)
        #expect(scene.books(.claimDishonored) == 0)
    }

    @Test("A contested dishonor of a deposit that came back already waits for a person")
    func contestedDuplicate() throws {
        let scene = try Scene()
        let deposit = try scene.returnedDeposit()
        try scene.giveBack(.deposit(deposit.id), 30_000, code: "R01")
        let item = try #require(scene.suspense.first)
        try scene.house(.dishonorReturn(Command.DishonorReturn(item: item.id, code: "R67")))
        try scene.house(
            .submitDishonor(
                item.id,
                Command.SubmitEntry(
                    payment: .dishonor(item.id), trace: scene.trace(), file: "f")))

        try scene.house(
            .contestDishonor(Command.ContestDishonor(item: item.id, code: "R75")))

        #expect(scene.person.owed == Cents(30_000))
        #expect(scene.books(.suspenseReturns) == 30_000)
        #expect(scene.suspense.filter { $0.state == .open }.map(\.why) == [.duplicate])
        let left = try #require(scene.suspense.first { $0.state == .open })
        #expect(throws: Refusal.self) {
            try scene.house(.dishonorReturn(Command.DishonorReturn(item: left.id, code: "R67")))
        }
    }

    @Test("A return whose dishonor was contested is matched by people, and not dishonored again")
    func contestedUnknown() throws {
        let scene = try Scene()
        try scene.house(
            .parkReturn(
                Command.ParkReturn(
                    code: "R01", amount: Cents(30_000), trace: scene.trace(),
                    originalTrace: scene.trace(), why: .unknownTrace)))
        let item = try #require(scene.suspense.first)
        try dishonor(scene, item)
        try scene.house(
            .contestDishonor(Command.ContestDishonor(item: item.id, code: "R74")))

        #expect(throws: Refusal.self) {
            try scene.house(.dishonorReturn(Command.DishonorReturn(item: item.id, code: "R61")))
        }
        #expect(scene.suspense.first?.state == .open)
        #expect(scene.books(.suspenseReturns) == 30_000)
    }

    @Test("After five banking days a return can no longer be dishonored")
    func dishonorDeadline() throws {
        let (scene, _, item) = try untimely()
        try scene.at("2026-05-26T20:00:01-04:00")

        #expect(throws: Refusal.self) {
            try scene.house(.dishonorReturn(Command.DishonorReturn(item: item.id, code: "R68")))
        }
    }

    @Test("Only a dishonor code dishonors")
    func dishonorCode() throws {
        let (scene, _, item) = try untimely()

        #expect(throws: Refusal.self) {
            try scene.house(.dishonorReturn(Command.DishonorReturn(item: item.id, code: "R01")))
        }
    }

    @Test("Money from nobody is kept whole until two people say whose it is")
    func unidentified() throws {
        let scene = try Scene()
        try scene.returnedDeposit()
        try scene.house(
            .receiveUnidentifiedFunds(
                Command.ReceiveFunds(
                    rail: .wire, amount: Cents(30_000), source: "w", reference: nil)))
        let item = try #require(scene.suspense.first)
        let assign = Command.AssignFunds(item: item.id, customer: scene.customer)
        #expect(throws: Refusal.secondPersonRequired) { try scene.house(.assignFunds(assign)) }
        let proposal = try scene.propose(.assignFunds(assign), to: .house)

        try scene.house(.approve(proposal), by: "bob")

        #expect(scene.person.owed == .zero)
        #expect(scene.books(.unidentifiedFunds) == 0)
    }

    private func close(_ scene: Scene, _ item: SuspenseItem) throws {
        let proposal = try scene.propose(
            .closeSuspense(Command.CloseSuspense(item: item.id, reason: "no answer")),
            to: .house)
        try scene.house(.approve(proposal), by: "bob")
    }

    @Test("A return nobody can place becomes a loss when two people say so")
    func writtenOff() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(5_000)
        let item = try parked(scene, deposit)
        let alone = Command.closeSuspense(
            Command.CloseSuspense(item: item.id, reason: "no answer"))
        #expect(throws: Refusal.secondPersonRequired) { try scene.house(alone) }

        try close(scene, item)

        #expect(scene.books(.suspenseReturns) == 0)
        #expect(scene.books(.suspenseLoss) == 5_000)
        #expect(throws: Refusal.self) { try close(scene, item) }
        // The bank takes its money all the same.
        try scene.house(.settleParkedReturn(item.id))
        #expect(scene.books(.returnsPayable) == 0)
    }

    @Test("A dishonor that is never answered can be given up, and its claim is a loss")
    func unansweredDishonor() throws {
        let (scene, _, item) = try untimely()
        try dishonor(scene, item)

        try close(scene, item)

        #expect(scene.books(.claimDishonored) == 0)
        #expect(scene.books(.suspenseLoss) == 30_000)
        #expect(scene.person.owed == .zero)
    }

    @Test("Money nobody can place goes back to its sender")
    func sentBack() throws {
        let scene = try Scene()
        let before = scene.books(.bankOperating)
        try scene.house(
            .receiveUnidentifiedFunds(
                Command.ReceiveFunds(
                    rail: .wire, amount: Cents(30_000), source: "w", reference: nil)))

        try close(scene, #require(scene.suspense.first))

        #expect(scene.books(.unidentifiedFunds) == 0)
        #expect(scene.books(.bankOperating) == before)
    }

    @Test("One person stops the sales at once; it takes two to let them go on")
    func halt() throws {
        let scene = try Scene()
        try scene.house(
            .pauseLiquidation(
                Command.PauseLiquidation(asset: nil, paused: true, reason: "storm")))
        let resume = Command.PauseLiquidation(asset: nil, paused: false, reason: "calm")
        #expect(throws: Refusal.secondPersonRequired) {
            try scene.house(.pauseLiquidation(resume))
        }
        let proposal = try scene.propose(.resumeLiquidation(resume), to: .house)

        try scene.house(.approve(proposal), by: "bob")

        #expect(!scene.store.houseState.settings.halt.everything)
    }

    @Test("Only an operator with a name proposes, and with a reason")
    func whoProposes() throws {
        let scene = try Scene()
        let action = Proposal.Action.chargeOff(
            Command.ChargeOff(obligation: ObligationID(high: 1, low: 1), reason: "r"))
        func propose(_ reason: String) -> Command {
            .propose(Command.Propose(addressee: .house, action: action, reason: reason))
        }

        #expect(throws: Refusal.reasonRequired) { try scene.house(propose("")) }
        #expect(throws: Refusal.self) { try scene.act(propose("r")) }
    }

    // MARK: Stops

    @Test(
        "Cash of estates, stays, cases and frozen accounts is not taken for what is owed",
        arguments: [
            StopFlag.Kind.deceased, .bankruptcy, .dispute, .fraudVictim, .compliance, .legalHold,
        ])
    func noSetOff(_ kind: StopFlag.Kind) throws {
        let scene = try Scene()
        let deposit = try scene.deposit(30_000)
        try scene.submit(.deposit(deposit.id))
        try scene.flag(kind)

        try scene.giveBack(.deposit(deposit.id), 30_000)

        #expect(scene.person.cash == Cents(30_000))
        #expect(scene.person.owed == Cents(30_000))
    }

    @Test(
        "Hardship, service and an identity review leave cash to pay what is owed",
        arguments: [
            StopFlag.Kind.hardship, .activeDuty, .identityReview,
        ])
    func setOff(_ kind: StopFlag.Kind) throws {
        let scene = try Scene()
        let deposit = try scene.deposit(30_000)
        try scene.submit(.deposit(deposit.id))
        try scene.flag(kind)

        try scene.giveBack(.deposit(deposit.id), 30_000)

        #expect(scene.person.owed == .zero)
    }

    @Test("Money that does not name what it pays stays the customer's during a stay")
    func stayKeepsWire() throws {
        let scene = try Scene()
        try scene.returnedDeposit()
        try scene.flag(.bankruptcy)

        try scene.wire(10_000)
        #expect(scene.person.cash == Cents(10_000))
        let wire = try scene.start(.wire)
        try scene.wire(5_000, reference: wire.reference)

        #expect(scene.person.owed == Cents(25_000))
    }

    @Test("When a stop is removed, or runs out, cash pays what is owed")
    func stopEnds() throws {
        let removed = try Scene()
        try removed.returnedDeposit()
        try removed.flag(.dispute)
        try removed.wire(10_000)
        let flag = try #require(removed.person.profile.flags.first)
        #expect(throws: Refusal.reasonRequired) {
            try removed.act(.removeFlag(Command.RemoveFlag(flag: flag.id, reason: "")))
        }
        try removed.act(.removeFlag(Command.RemoveFlag(flag: flag.id, reason: "cleared")))
        #expect(removed.person.owed == Cents(20_000))

        let expired = try Scene()
        try expired.returnedDeposit()
        try expired.flag(.dispute, until: expired.now.adding(hours: 5))
        try expired.wire(10_000)
        #expect(expired.person.owed == Cents(30_000))
        try expired.later(hours: 5)
        #expect(expired.person.owed == Cents(20_000))
    }

    @Test("A stop may be made longer, and a shorter one of its kind changes nothing")
    func longerStop() throws {
        let scene = try Scene()
        try scene.flag(.hardship, until: scene.now.adding(hours: 5))
        try scene.flag(.hardship, until: scene.now.adding(hours: 50))
        try scene.flag(.hardship, until: scene.now.adding(hours: 20))

        try scene.later(hours: 49)

        #expect(scene.person.profile.flags.count == 2)
        #expect(scene.person.hasFlag(where: \.stopsLiquidation, at: scene.now) == .hardship)
    }

    @Test(
        "Who says it was not he, or that he paid, is in dispute; who asks for time, in hardship; a question stops nothing"
    )
    func help() throws {
        for (kind, flags) in [
            (Command.AskForHelp.Kind.notMine, [StopFlag.Kind.dispute]), (.alreadyPaid, [.dispute]),
            (.moreTime, [.hardship]), (.other, []),
        ] {
            let scene = try Scene()
            try scene.act(.askForHelp(Command.AskForHelp(kind: kind, words: "w")))
            #expect(scene.person.profile.flags.map(\.kind) == flags)
        }
    }

    // MARK: Orders

    @Test("What an order reserves cannot be spent twice, and its trade uses the reserve")
    func orders() throws {
        let scene = try Scene()
        try scene.wire(10_000)
        let open = Command.openOrder(
            Command.OpenOrder(
                reference: "o-1", side: .buy, asset: Scene.bitcoin, cash: Cents(8_000),
                quantity: .zero))
        guard case .order(let order) = try scene.act(open) else { throw Missing() }
        #expect(try scene.act(open) == .order(order))

        #expect(throws: Refusal.insufficientBalance(.usd)) { try scene.buyBitcoin(2_001) }
        try scene.act(
            .trade(
                Command.Trade(
                    side: .buy, asset: Scene.bitcoin, quantity: Quantity(100),
                    cash: Cents(8_000), fee: .zero, order: order)))

        #expect(scene.person.orders[order]?.state == .closed)
        #expect(scene.person.freeCash == Cents(2_000))
    }

    @Test("Proceeds of a trade pay what is owed")
    func tradePays() throws {
        let scene = try Scene()
        try scene.returnedDeposit()

        try scene.act(
            .trade(
                Command.Trade(
                    side: .sell, asset: Scene.bitcoin, quantity: Quantity(500_000),
                    cash: Cents(31_000), fee: Cents(155))))

        #expect(scene.person.owed == .zero)
        #expect(scene.person.cash == Cents(845))
    }
}
