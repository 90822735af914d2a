import Banking
import Engine
import Ledger
import Money
import Nacha
import Testing

@testable import Rules

struct ReturnRequestTests {
    private func sent(_ scene: Scene, _ amount: Int64 = 30_000) throws -> PaymentReference {
        let deposit = try scene.deposit(amount)
        try scene.submit(.deposit(deposit.id))
        return .deposit(deposit.id)
    }

    private func requests(_ scene: Scene, _ payment: PaymentReference) throws -> [ReturnRequest] {
        guard case .deposit(let id) = payment else { throw Missing() }
        return try #require(scene.person.deposits[id]).returnRequests
    }

    private func overdue(_ scene: Scene) -> [PaymentReference] {
        scene.store.alerts.compactMap {
            if case .returnRequestUnanswered(_, let payment) = $0.content { payment } else { nil }
        }
    }

    @Test("An R06 that nobody asked for waits in suspense for R70, and the customer is untouched")
    func uninvited() throws {
        let scene = try Scene()
        let payment = try sent(scene)
        try scene.settle(payment)

        let reply = try scene.giveBack(payment, 30_000, code: "R06")

        let item = try #require(scene.suspense.first)
        #expect(reply == .parked(item.id))
        #expect(item.why == .notRequested && item.why.dishonorCode == "R70")
        #expect(scene.person.cash == Cents(30_000))
        #expect(scene.person.openObligations.isEmpty)
        #expect(scene.person.methods[scene.method]?.standing == .usable)
        // Tuesday 3 March and five banking days, at the cut-off.
        #expect(item.dishonorBy == Scene.time("2026-03-09T20:00:00-04:00"))
        try scene.house(.dishonorReturn(Command.DishonorReturn(item: item.id, code: "R70")))
        #expect(scene.suspense.first?.state == .dishonorQueued(code: "R70"))
    }

    @Test("An R06 of a payment towards what is owed needs a request of its own")
    func uninvitedPayment() throws {
        let scene = try Scene()
        _ = try scene.returnedDeposit()
        let settlement = try scene.start(.representment)
        try scene.submit(.settlement(settlement.id))
        func back() throws -> Reply {
            try scene.giveBack(.settlement(settlement.id), 30_000, code: "R06")
        }

        _ = try back()

        #expect(scene.suspense.map(\.why) == [.notRequested])
        #expect(scene.person.settlements[settlement.id]?.state == .submitted)
        try scene.askBack(.settlement(settlement.id))
        #expect(try back() == .done)
        #expect(scene.person.settlements[settlement.id]?.returnRequests.last?.answer == .returned)
    }

    @Test("A request says who asked and why, and when the bank must have answered")
    func recorded() throws {
        let scene = try Scene()
        let payment = try sent(scene)
        try scene.at("2026-03-06T16:00:00-05:00")

        try scene.askBack(payment, by: "bob")

        // Ten banking days from Friday 6 March are Friday 20 March; late from Monday's opening on.
        let request = try #require(try requests(scene, payment).first)
        #expect(request.by == "operator:bob" && request.reason == "sent twice")
        #expect(request.at == Scene.time("2026-03-06T16:00:00-05:00"))
        #expect(request.answerBy == Scene.time("2026-03-23T08:30:00-04:00"))
        #expect(try scene.askBack(payment) == .unchanged)
    }

    @Test("When ten banking days pass without an answer, a person is told, and each week again")
    func unanswered() throws {
        let scene = try Scene()
        let payment = try sent(scene)
        try scene.askBack(payment)

        try scene.at("2026-03-17T08:29:59-04:00")
        #expect(overdue(scene).isEmpty)
        try scene.at("2026-03-17T08:30:00-04:00")
        #expect(overdue(scene) == [payment])

        // Five banking days after Tuesday 17 March are Tuesday the 24th.
        try scene.at("2026-03-24T08:29:59-04:00")
        #expect(overdue(scene) == [payment])
        try scene.at("2026-03-24T08:30:00-04:00")
        #expect(overdue(scene) == [payment, payment])
    }

    private func notCome(_ scene: Scene) -> [PaymentReference] {
        scene.store.alerts.compactMap {
            if case .returnNotCome(_, let payment) = $0.content { payment } else { nil }
        }
    }

    @Test(
        "What a bank agreed to send back and does not is brought up each week until it is decided")
    func agreedAndNotCome() throws {
        let scene = try Scene()
        let payment = try sent(scene)
        try scene.askBack(payment)
        func say(agreed: Bool) throws {
            try scene.act(
                .answerReturnRequest(
                    Command.AnswerReturnRequest(payment: payment, agreed: agreed)))
        }
        try scene.at("2026-03-04T10:00:00-05:00")
        try say(agreed: true)

        try scene.at("2026-03-11T08:29:59-04:00")
        #expect(notCome(scene).isEmpty)
        try scene.at("2026-03-11T08:30:00-04:00")
        #expect(notCome(scene) == [payment])
        try scene.at("2026-03-18T08:30:00-04:00")
        #expect(notCome(scene) == [payment, payment])

        try say(agreed: false)
        try scene.at("2026-05-01T08:30:00-04:00")
        #expect(notCome(scene).count == 2 && overdue(scene).isEmpty)
    }

    @Test("What comes with another amount answers the request, and waits for a person instead")
    func anotherAmount() throws {
        let scene = try Scene()
        let payment = try sent(scene)
        try scene.settle(payment)
        try scene.askBack(payment)

        try scene.giveBack(payment, 29_999, code: "R06")

        #expect(scene.suspense.map(\.why) == [.amountDiffers])
        #expect(try requests(scene, payment).map(\.answer) == [.returned])
        try scene.at("2026-04-20T12:00:00-04:00")
        #expect(overdue(scene).isEmpty && notCome(scene).isEmpty)
        guard case .deposit(let id) = payment else { throw Missing() }
        #expect(scene.person.deposits[id]?.state == .fundsReceived)
        let item = try #require(scene.suspense.first)
        let closing = try scene.propose(
            .closeSuspense(Command.CloseSuspense(item: item.id, reason: "ours")), to: .house)
        try scene.house(.approve(closing), by: "bob")
        #expect(try scene.askBack(payment) == .done)
        try scene.act(
            .answerReturnRequest(Command.AnswerReturnRequest(payment: payment, agreed: false)))
        try scene.later(seconds: 1)
        #expect(scene.person.deposits[id]?.state == .settled)
    }

    @Test("A hold that nobody can end has no date")
    func noDate() throws {
        let scene = try Scene()
        let payment = try sent(scene)
        try scene.settle(payment)
        guard case .deposit(let id) = payment, let deposit = scene.person.deposits[id] else {
            throw Missing()
        }
        let facts = Facts(now: scene.now, policy: scene.policy, actor: .system)
        #expect(deposit.expectedRelease(facts) == deposit.releaseAt)
        #expect(scene.person.withdrawable(facts).lastRelease == deposit.releaseAt)

        try scene.askBack(payment)

        let held = try #require(scene.person.deposits[id])
        #expect(held.isHeldWithoutEnd && held.expectedRelease(facts) == nil)
        #expect(scene.person.withdrawable(facts).nextRelease == nil)
        #expect(scene.person.withdrawable(facts).lastRelease == nil)
    }

    @Test("A request that was agreed to before anybody looked again is looked at from now on")
    func agreedLongAgo() throws {
        let scene = try Scene()
        let payment = try sent(scene)
        try scene.settle(payment)
        guard case .deposit(let id) = payment else { throw Missing() }
        // As an earlier version kept it: agreed, and no timer.
        var known = scene.person
        known.deposits[id]?.returnRequests = [
            ReturnRequest(
                reason: "sent twice", by: "operator:alice", at: scene.now,
                answerBy: Scene.time("2026-03-16T08:30:00-04:00"), answer: .agreed)
        ]
        var draft = Draft(
            known,
            facts: Facts(
                now: Scene.time("2026-03-20T12:00:00-04:00"), policy: scene.policy, actor: .system),
            cause: Cause(high: 9, low: 9))

        _ = try draft.decide(.timer(.release(id)))

        #expect(
            draft.changes.timers.contains(
                .set(
                    Timer(
                        kind: .returnAnswer(payment), due: Scene.time("2026-03-20T12:00:00-04:00")))
            ))
    }

    @Test("An answer ends the clock, and so does the entry that comes back")
    func answered() throws {
        let scene = try Scene()
        let (first, second) = (try sent(scene, 10_000), try sent(scene, 10_000))
        try scene.askBack(first)
        try scene.askBack(second)

        try scene.act(
            .answerReturnRequest(Command.AnswerReturnRequest(payment: first, agreed: true)))
        try scene.giveBack(second, 10_000, code: "R06")
        try scene.at("2026-03-04T08:30:00-05:00")

        #expect(overdue(scene).isEmpty)
        #expect(try requests(scene, first).map(\.answer) == [.agreed])
        #expect(try requests(scene, second).map(\.answer) == [.returned])
    }

    @Test("A bank that declined may be asked again, and what it then returns was asked for")
    func askedAgain() throws {
        let scene = try Scene()
        let payment = try sent(scene)
        try scene.askBack(payment)
        try scene.act(
            .answerReturnRequest(Command.AnswerReturnRequest(payment: payment, agreed: false)))

        #expect(try scene.askBack(payment) == .done)
        #expect(try scene.giveBack(payment, 30_000, code: "R06") == .done)

        #expect(try requests(scene, payment).map(\.answer) == [.declined, .returned])
        #expect(throws: Refusal.alreadyDecided) {
            try scene.act(
                .answerReturnRequest(Command.AnswerReturnRequest(payment: payment, agreed: true)))
        }
    }

    @Test("Only what is with the receiver's bank is asked for, with a reason")
    func refused() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(30_000)
        let payment = PaymentReference.deposit(deposit.id)
        #expect(throws: Refusal.wrongState("the payment is not with the receiver's bank")) {
            try scene.askBack(payment)
        }
        try scene.submit(payment)
        #expect(throws: Refusal.reasonRequired) {
            try scene.act(.requestReturn(Command.RequestReturn(payment: payment, reason: "")))
        }
        try scene.giveBack(payment, 30_000)

        #expect(throws: Refusal.wrongState("the payment is not with the receiver's bank")) {
            try scene.askBack(payment)
        }
    }

    @Test(
        "The hold does not end while the bank may still send back what we asked for",
        arguments: [nil, true, false])
    func hold(_ agreed: Bool?) throws {
        let scene = try Scene()
        let payment = try sent(scene)
        try scene.settle(payment)
        try scene.askBack(payment)
        if let agreed {
            try scene.act(
                .answerReturnRequest(
                    Command.AnswerReturnRequest(payment: payment, agreed: agreed)))
        }

        try scene.at("2026-04-20T12:00:00-04:00")

        guard case .deposit(let id) = payment else { throw Missing() }
        #expect(scene.person.deposits[id]?.state == (agreed == false ? .settled : .fundsReceived))
        guard agreed != false else { return }
        try scene.act(
            .answerReturnRequest(Command.AnswerReturnRequest(payment: payment, agreed: false)))
        try scene.at("2026-04-20T12:00:01-04:00")
        #expect(scene.person.deposits[id]?.state == .settled)
    }

    @Test(
        "Five banking days run from the return's settlement date where that can be true",
        arguments: [
            // Received on Thursday 12 March, settled a week ago on Friday: over on Friday the 13th.
            ("2026-03-06", "2026-03-13"), ("2026-03-12", "2026-03-19"),
            // A file of the evening settles on the next banking day.
            ("2026-03-13", "2026-03-20"),
            // A Saturday, a later day, before the debit settled, and one of last year: not true.
            ("2026-03-07", "2026-03-19"), ("2026-03-16", "2026-03-19"),
            ("2026-03-02", "2026-03-19"), ("2025-03-12", "2026-03-19"),
        ])
    func dishonorClock(_ settles: String, _ end: String) throws {
        let scene = try Scene()
        let deposit = try scene.deposit(30_000)
        try scene.submit(.deposit(deposit.id))
        try scene.settle(.deposit(deposit.id))
        try scene.at("2026-03-12T10:00:00-04:00")

        try scene.act(
            .receiveReturn(
                ReturnedEntry(
                    payment: .deposit(deposit.id), code: "R01", amount: Cents(1),
                    trace: scene.trace(), settlesOn: Day(iso: settles))))

        #expect(scene.suspense.map(\.dishonorBy) == [Scene.time("\(end)T20:00:00-04:00")])
    }

    @Test(
        "So it is with a return of no payment of ours, as far back as two weeks",
        arguments: [
            ("2026-02-26", "2026-03-05T20:00:00-05:00"),
            ("2026-02-25", "2026-03-19T20:00:00-04:00"),
        ])
    func dishonorClockOfUnknown(_ settles: String, _ end: String) throws {
        let scene = try Scene()
        try scene.at("2026-03-12T10:00:00-04:00")

        try scene.house(
            .parkReturn(
                Command.ParkReturn(
                    code: "R01", amount: Cents(500), trace: scene.trace(),
                    originalTrace: scene.trace(), why: .unknownTrace,
                    settlesOn: Day(iso: settles))))

        #expect(scene.suspense.map(\.dishonorBy) == [Scene.time(end)])
    }
}
