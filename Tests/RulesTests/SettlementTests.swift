import Banking
import Ledger
import Money
import Testing

@testable import Rules

extension Scene {
    /// Sends the documents a settlement wants and lets an operator accept them.
    func accept(_ settlement: Settlement) throws {
        for (index, type) in settlement.documentsWanted.enumerated() {
            let document = DocumentID(high: settlement.id.high, low: UInt64(index) + 77)
            try upload(type, as: document, for: settlement)
            try act(
                .reviewDocument(Command.ReviewDocument(document: document, refusal: nil)),
                by: .operator("alice"))
        }
    }

    @discardableResult
    func upload(
        _ type: DocumentType, as document: DocumentID, for settlement: Settlement
    ) throws -> Reply {
        try act(
            .submitDocument(
                Command.SubmitDocument(
                    document: document, settlement: settlement.id, type: type,
                    mediaType: "image/png", bytes: 10)))
    }

    func state(_ settlement: Settlement) -> Settlement.State? {
        person.settlements[settlement.id]?.state
    }
}

struct SettlementTests {
    private func owing(
        _ change: (inout Policy) -> Void = { _ in }
    ) throws -> (Scene, Deposit) {
        let scene = try Scene(change)
        return (scene, try scene.returnedDeposit())
    }

    private func status(_ scene: Scene, _ deposit: Deposit) throws -> DepositStatus {
        scene.person.status(of: try #require(scene.person.deposits[deposit.id]))
    }

    // MARK: Starting

    @Test("With nothing owed there is nothing to settle")
    func nothingOwed() throws {
        let scene = try Scene()

        #expect(throws: Refusal.nothingOwed) { _ = try scene.start(.wire) }
    }

    @Test("What the page showed must still be owed")
    func amountChanged() throws {
        let (scene, _) = try owing()
        try scene.wire(100)

        #expect(throws: Refusal.amountChanged(owed: Cents(29_900))) {
            _ = try scene.start(.wire, shown: 30_000)
        }
    }

    @Test("No more than is owed can be settled, and a part only where parts are taken")
    func parts() throws {
        let (scene, _) = try owing { $0.settlement.partialAllowed = false }

        #expect(throws: Refusal.settlementExceedsOwed(owed: Cents(30_000))) {
            _ = try scene.start(.wire, amount: 30_001)
        }
        #expect(throws: Refusal.partialNotAllowed(owed: Cents(30_000))) {
            _ = try scene.start(.wire, amount: 29_999)
        }
    }

    @Test(
        "A way to pay that the policy turned off is refused by name",
        arguments: [
            SettlementKindName.wire, .card, .ach, .sellAsset,
        ])
    func methodOff(_ kind: SettlementKindName) throws {
        let (scene, _) = try owing { policy in
            policy.settlement.methods.removeAll { $0.kind == kind }
        }

        #expect(throws: Refusal.settlementMethodOff(kind)) { _ = try scene.start(kind) }
    }

    @Test("A way chosen and not acted on gives way to another")
    func changesMind() throws {
        let (scene, _) = try owing()
        let wire = try scene.start(.wire)

        let asset = try scene.start(.sendAsset, asset: Scene.ether)

        #expect(scene.state(wire) == .cancelled)
        #expect(scene.state(asset) == .awaitingPayment)
    }

    @Test("Money under way is not asked for twice")
    func oneAtATime() throws {
        let (scene, _) = try owing()
        let retry = try scene.start(.representment)

        #expect(throws: Refusal.settlementInProgress(retry.id)) { _ = try scene.start(.wire) }
    }

    // MARK: Wire, over-payment, order

    @Test("A wire that names its settlement completes it; too little leaves it waiting")
    func wire() throws {
        let (scene, deposit) = try owing()
        let wire = try scene.start(.wire)

        try scene.wire(10_000, reference: wire.reference.lowercased())
        #expect(scene.state(wire) == .awaitingPayment)
        #expect(try status(scene, deposit) == .partiallySettled)
        try scene.wire(20_000, reference: wire.reference)

        #expect(try status(scene, deposit) == .settled)
        guard case .completed = scene.state(wire) else { throw Missing() }
        #expect(
            scene.obligation(of: deposit)?.state == .settled(at: scene.now, by: .payment(.wire)))
    }

    @Test("A wire for a part is complete with that part, and the rest stays owed")
    func wireForAPart() throws {
        let (scene, deposit) = try owing()
        let wire = try scene.start(.wire, amount: 10_000, shown: 30_000)
        try scene.wire(10_000, reference: wire.reference)

        guard case .completed = scene.state(wire) else { throw Missing() }
        #expect(scene.person.owed == Cents(20_000))
        #expect(try status(scene, deposit) == .partiallySettled)
    }

    @Test("An over-payment becomes cash and goes back to its source only")
    func overpayment() throws {
        let (scene, _) = try owing()
        try scene.wire(35_000)
        #expect(scene.person.cash == Cents(5_000))
        func refund(_ amount: Int64, to source: String) throws {
            try scene.act(
                .refundOverpayment(
                    Command.RefundOverpayment(amount: Cents(amount), source: source)))
        }

        #expect(throws: Refusal.overpaymentSourceDiffers) { try refund(5_000, to: "other") }
        #expect(throws: Refusal.amountOutOfRange(min: Cents(1), max: Cents(5_000))) {
            try refund(5_001, to: "wire-1")
        }
        let before = scene.books(.bankOperating)
        try refund(5_000, to: "wire-1")

        #expect(scene.person.cash == .zero)
        #expect(throws: Refusal.self) { try refund(1, to: "wire-1") }
        #expect(scene.books(.bankOperating) == before)
        let withdrawal = try #require(scene.person.withdrawals.values.first)
        #expect(withdrawal.destination == "wire-1" && withdrawal.isRefund)
        try scene.act(.withdrawalSent(withdrawal.id))
        #expect(scene.books(.bankOperating) == before - 5_000)
    }

    @Test("A refund that did not leave may be asked for again")
    func refundCancelled() throws {
        let (scene, _) = try owing()
        try scene.wire(35_000)
        let refund = Command.refundOverpayment(
            Command.RefundOverpayment(amount: Cents(5_000), source: "wire-1"))
        guard case .withdrawal(let id) = try scene.act(refund) else { throw Missing() }

        try scene.act(.cancelWithdrawal(id))

        #expect(scene.person.cash == Cents(5_000))
        #expect(throws: Never.self) { try scene.act(refund) }
    }

    @Test("A refund cannot take value that backs a hold")
    func refundKeepsHold() throws {
        let scene = try Scene()
        try scene.deposit(30_000)
        try scene.buyBitcoin(30_000)
        try scene.wire(5_000)
        scene.price(Scene.bitcoin, dollars: 30_000)

        #expect(throws: Refusal.self) {
            try scene.act(
                .refundOverpayment(
                    Command.RefundOverpayment(amount: Cents(5_000), source: "wire-1")))
        }
    }

    @Test("Money pays the oldest obligation first, unless the customer chose another")
    func oldestFirst() throws {
        let scene = try Scene()
        let first = try scene.deposit(20_000)
        let second = try scene.deposit(10_000)
        try scene.buyBitcoin(30_000)
        try scene.submit(.deposit(first.id))
        try scene.submit(.deposit(second.id))
        try scene.later(hours: 1)
        try scene.giveBack(.deposit(second.id), 10_000)
        try scene.later(hours: 1)
        try scene.giveBack(.deposit(first.id), 20_000)

        try scene.wire(4_000)
        #expect(scene.person.outstanding(ObligationID(sharing: second.id)) == Cents(6_000))
        let chosen = try scene.start(.wire, obligations: [ObligationID(sharing: first.id)])
        try scene.wire(20_000, reference: chosen.reference)

        #expect(scene.person.outstanding(ObligationID(sharing: first.id)) == .zero)
        #expect(scene.person.outstanding(ObligationID(sharing: second.id)) == Cents(6_000))
        #expect(try status(scene, first) == .settled)
    }

    @Test("What waits to pay ends when something else has paid")
    func idleEnds() throws {
        let (scene, _) = try owing()
        let other = try scene.link("other", verified: false)
        let ach = try scene.start(.ach, method: other)
        #expect(scene.state(ach) == .documentsRequired)

        try scene.wire(30_000)

        #expect(scene.state(ach) == .cancelled)
        let deposit = try scene.deposit(5_000)
        #expect(!deposit.underwriting.reasons.contains(.documentsPending))
    }

    @Test("A debit queued for an obligation that was paid meanwhile does not leave")
    func queuedEnds() throws {
        let (scene, _) = try owing()
        let other = try scene.link("other")
        let ach = try scene.start(.ach, method: other)
        #expect(scene.state(ach) == .queued)

        try scene.wire(30_000)

        #expect(scene.state(ach) == .cancelled)
        #expect(scene.store.entries[.settlement(ach.id)] == nil)
    }

    // MARK: Debits

    @Test("A debit pays only when its own return window has passed")
    func ach() throws {
        let (scene, deposit) = try owing()
        let other = try scene.link("other")
        let ach = try scene.start(.ach, method: other)
        try scene.submit(.settlement(ach.id))
        try scene.settle(.settlement(ach.id), day: "2026-03-06")

        #expect(scene.person.owed == Cents(30_000))
        #expect(try status(scene, deposit) == .settling)
        try scene.at("2026-03-11T08:30:00-04:00")

        #expect(scene.person.owed == .zero)
        #expect(try status(scene, deposit) == .settled)
    }

    @Test("A debit that comes back is undone on the same obligation")
    func achReturned() throws {
        let (scene, deposit) = try owing()
        let other = try scene.link("other")
        let ach = try scene.start(.ach, method: other)
        try scene.submit(.settlement(ach.id))
        try scene.settle(.settlement(ach.id), day: "2026-03-06")
        let trace = scene.trace()

        try scene.giveBack(.settlement(ach.id), 30_000, code: "R02", trace: trace)

        #expect(scene.person.owed == Cents(30_000))
        #expect(scene.person.obligations.count == 1)
        #expect(scene.person.methods[other]?.standing == .disabled)
        #expect(scene.person.unconfirmed(ObligationID(sharing: deposit.id)) == .zero)
        #expect(
            try scene.giveBack(.settlement(ach.id), 30_000, code: "R02", trace: trace)
                == .unchanged)
        try scene.giveBack(.settlement(ach.id), 30_000, code: "R02")
        #expect(scene.suspense.map(\.why) == [.duplicate])
    }

    @Test("A debit that comes back after it had paid revives the obligation, with its own notice")
    func achReturnedLate() throws {
        let (scene, deposit) = try owing()
        let other = try scene.link("other")
        let ach = try scene.start(.ach, method: other)
        try scene.submit(.settlement(ach.id))
        try scene.settle(.settlement(ach.id), day: "2026-03-06")
        try scene.at("2026-03-20T12:00:00-04:00")
        #expect(scene.person.owed == .zero)

        try scene.giveBack(.settlement(ach.id), 30_000, code: "R10")

        let obligation = try #require(scene.obligation(of: deposit))
        #expect(obligation.state == .open && obligation.grace == .awaitingNotice)
        #expect(scene.person.owed == Cents(30_000))
        #expect(scene.store.timers[scene.customer]?["charge_off:\(obligation.id)"] != nil)
        #expect(scene.person.profile.flags.map(\.kind) == [.identityReview])
    }

    @Test("A bankrupt customer's cash is not taken for a payment that came back")
    func achReturnedInBankruptcy() throws {
        let (scene, _) = try owing()
        let other = try scene.link("other")
        let ach = try scene.start(.ach, method: other)
        try scene.submit(.settlement(ach.id))
        try scene.settle(.settlement(ach.id), day: "2026-03-06")
        try scene.at("2026-03-20T12:00:00-04:00")
        try scene.wire(10_000)
        try scene.flag(.bankruptcy)

        try scene.giveBack(.settlement(ach.id), 30_000, code: "R10")

        #expect(scene.person.cash == Cents(10_000))
        #expect(scene.person.owed == Cents(30_000))
    }

    @Test("The same debit may be presented twice more, and not a third time")
    func representment() throws {
        let (scene, deposit) = try owing()
        for _ in 1...2 {
            let retry = try scene.start(.representment)
            #expect(try status(scene, deposit) == .retrying)
            try scene.submit(.settlement(retry.id))
            try scene.later(hours: 24)
            try scene.giveBack(.settlement(retry.id), 30_000)
        }

        #expect(throws: Refusal.representmentNotAllowed(.triedTooOften)) {
            _ = try scene.start(.representment)
        }
    }

    @Test("A retry taken back before it left does not count")
    func representmentCancelled() throws {
        let (scene, deposit) = try owing()
        let retry = try scene.start(.representment)

        try scene.act(.cancelSettlement(retry.id))

        #expect(scene.obligation(of: deposit)?.representedAt == [])
    }

    @Test("Debits of the same account count as one debit, whatever they are called")
    func sameAccount() throws {
        let (scene, deposit) = try owing()
        for kind in [SettlementKindName.ach, .representment] {
            let again = try scene.start(kind, method: scene.method)
            try scene.submit(.settlement(again.id))
            try scene.later(hours: 24)
            try scene.giveBack(.settlement(again.id), 30_000)
        }
        #expect(scene.obligation(of: deposit)?.representedAt.count == 2)

        for kind in [SettlementKindName.ach, .representment] {
            #expect(throws: Refusal.representmentNotAllowed(.triedTooOften)) {
                _ = try scene.start(kind, method: scene.method)
            }
        }
        let other = try scene.link("other")
        #expect(throws: Never.self) { _ = try scene.start(.ach, method: other) }
    }

    @Test("Nothing is presented again through a stop, nor what was queued before it")
    func stoppedRetry() throws {
        let (scene, deposit) = try owing()
        let retry = try scene.start(.representment)
        try scene.flag(.deceased)

        try scene.submit(.settlement(retry.id))

        #expect(scene.state(retry) == .failed(reason: "stopped"))
        #expect(scene.store.entries[.settlement(retry.id)] == nil)
        #expect(scene.obligation(of: deposit)?.representedAt == [])
        #expect(throws: Refusal.representmentNotAllowed(.stopped)) {
            _ = try scene.start(.representment)
        }
    }

    @Test("A queued debit of an account that was blocked meanwhile does not leave")
    func blockedWhileQueued() throws {
        let (scene, _) = try owing()
        let other = try scene.link("other")
        let ach = try scene.start(.ach, method: other)
        try scene.house(.blockAccount(fingerprint: "other", code: "R10"))

        try scene.submit(.settlement(ach.id))

        #expect(scene.state(ach) == .failed(reason: "method_unusable"))
        #expect(scene.store.entries[.settlement(ach.id)] == nil)
        #expect(scene.books(.clearing) == 0)
    }

    @Test("A payment whose return is in doubt is not good until somebody has decided")
    func doubtfulPayment() throws {
        let (scene, _) = try owing()
        let other = try scene.link("other")
        let ach = try scene.start(.ach, method: other)
        try scene.submit(.settlement(ach.id))
        try scene.settle(.settlement(ach.id), day: "2026-03-06")
        try scene.giveBack(.settlement(ach.id), 29_999)
        let item = try #require(scene.suspense.first)

        try scene.at("2026-03-13T12:00:00-04:00")
        #expect(scene.person.owed == Cents(30_000))
        let proposal = try scene.propose(
            .closeSuspense(Command.CloseSuspense(item: item.id, reason: "misread")), to: .house)
        try scene.house(.approve(proposal), by: "bob")
        try scene.later(seconds: 1)

        #expect(scene.person.owed == .zero)
    }

    @Test("A contested dishonor of a payment's return makes it owed again")
    func contestedPayment() throws {
        let (scene, deposit) = try owing()
        let other = try scene.link("other")
        let ach = try scene.start(.ach, method: other)
        try scene.submit(.settlement(ach.id))
        try scene.settle(.settlement(ach.id), day: "2026-03-06")
        try scene.at("2026-05-18T08:30:00-04:00")
        try scene.giveBack(.settlement(ach.id), 30_000, code: "R10")
        let item = try #require(scene.suspense.first)
        #expect(item.why == .untimely && scene.person.owed == .zero)
        try scene.house(.dishonorReturn(Command.DishonorReturn(item: item.id, code: "R68")))
        try scene.house(
            .submitDishonor(
                item.id,
                Command.SubmitEntry(
                    payment: .dishonor(item.id), trace: scene.trace(), file: "f")))

        try scene.house(.contestDishonor(Command.ContestDishonor(item: item.id, code: "R73")))

        #expect(scene.person.outstanding(ObligationID(sharing: deposit.id)) == Cents(30_000))
        #expect(scene.books(.claimDishonored) == 0 && scene.books(.suspenseReturns) == 0)
        #expect(scene.state(ach) == .returned(code: "R10", settled: true))
        #expect(scene.person.methods[other]?.standing == .blocked)
    }

    @Test("Two people may find that a return in suspense is of a payment")
    func matchedPayment() throws {
        let (scene, _) = try owing()
        let other = try scene.link("other")
        let ach = try scene.start(.ach, method: other)
        try scene.submit(.settlement(ach.id))
        try scene.settle(.settlement(ach.id), day: "2026-03-06")
        try scene.house(
            .parkReturn(
                Command.ParkReturn(
                    code: "R01", amount: Cents(30_000), trace: scene.trace(),
                    originalTrace: scene.trace(), why: .unknownTrace)))
        let item = try #require(scene.suspense.first)

        let proposal = try scene.propose(
            .matchReturn(
                Command.MatchReturn(
                    item: item.id, customer: scene.customer, payment: .settlement(ach.id))),
            to: .house)
        try scene.house(.approve(proposal), by: "bob")

        #expect(scene.state(ach) == .returned(code: "R01", settled: true))
        #expect(scene.books(.suspenseReturns) == 0)
        #expect(scene.person.owed == Cents(30_000))
    }

    @Test("A return upheld before the debit settled leaves the bank's credit to come, once")
    func upheldBeforeItSettled() throws {
        let (scene, _) = try owing()
        let bank = scene.books(.bankOperating)
        let payable = scene.books(.returnsPayable)
        let again = try scene.start(.representment)
        try scene.submit(.settlement(again.id))
        try scene.giveBack(.settlement(again.id), 30_000, code: "R06")
        let item = try #require(scene.suspense.first)

        let proposal = try scene.propose(
            .matchReturn(
                Command.MatchReturn(
                    item: item.id, customer: scene.customer, payment: .settlement(again.id))),
            to: .house)
        try scene.house(.approve(proposal), by: "bob")
        #expect(scene.books(.clearing) == 30_000)

        #expect(try scene.settle(.settlement(again.id), day: "2026-03-09") == .done)
        #expect(try scene.settle(.settlement(again.id), day: "2026-03-09") == .unchanged)
        try scene.house(.settleParkedReturn(item.id))

        #expect(scene.books(.clearing) == 0 && scene.books(.suspenseReturns) == 0)
        #expect(scene.books(.returnsPayable) == payable)
        #expect(scene.books(.bankOperating) == bank)
        #expect(scene.person.owed == Cents(30_000))
    }

    @Test("Only the same amount may be presented again")
    func representmentAmount() throws {
        let (scene, _) = try owing()

        #expect(throws: Refusal.representmentNotAllowed(.amountWouldDiffer)) {
            _ = try scene.start(.representment, amount: 10_000)
        }
        try scene.wire(1_000)
        #expect(throws: Refusal.representmentNotAllowed(.amountWouldDiffer)) {
            _ = try scene.start(.representment)
        }
    }

    @Test("Only R01 and R09 may be presented again", arguments: ["R02", "R08", "R10", "X99"])
    func representmentCode(_ code: String) throws {
        let scene = try Scene()
        try scene.returnedDeposit(code: code)

        #expect(throws: Refusal.representmentNotAllowed(.codeDoesNotAllow)) {
            _ = try scene.start(.representment)
        }
    }

    @Test("After 180 days from settlement nothing is presented again")
    func representmentLate() throws {
        let (scene, _) = try owing()
        try scene.at("2026-08-30T23:59:00-04:00")
        let last = try scene.start(.representment)
        try scene.act(.cancelSettlement(last.id))

        try scene.at("2026-08-31T00:00:00-04:00")

        #expect(throws: Refusal.representmentNotAllowed(.tooLate)) {
            _ = try scene.start(.representment)
        }
    }

    // MARK: Cards

    private func charged(
        _ scene: Scene, captured: Int64 = 30_000
    ) throws -> Settlement {
        let card = try scene.linkCard()
        let settlement = try scene.start(.card, method: card)
        try scene.act(
            .chargeSucceeded(
                Command.ChargeSucceeded(
                    settlement: settlement.id, amount: Cents(captured), fee: Cents(870))))
        return settlement
    }

    @Test("A card pays the amount and its fee, once however often the processor says so")
    func card() throws {
        let (scene, _) = try owing()
        let settlement = try charged(scene)

        #expect(settlement.fee == Cents(870))
        #expect(scene.person.owed == .zero)
        #expect(scene.books(.cardClearing) == 30_870)
        #expect(
            try scene.act(
                .chargeSucceeded(
                    Command.ChargeSucceeded(
                        settlement: settlement.id, amount: Cents(30_000), fee: Cents(870))))
                == .unchanged)
    }

    @Test("A success that overtakes its failure is booked: the money was taken")
    func cardOutOfOrder() throws {
        let (scene, _) = try owing()
        let card = try scene.linkCard()
        let settlement = try scene.start(.card, method: card)
        try scene.act(
            .chargeFailed(Command.ChargeFailed(settlement: settlement.id, reason: "declined")))

        try scene.act(
            .chargeSucceeded(
                Command.ChargeSucceeded(
                    settlement: settlement.id, amount: Cents(30_000), fee: Cents(870))))

        #expect(scene.person.owed == .zero)
    }

    @Test("A card being charged is not cancelled: only the processor's answer ends it")
    func cardNotCancelled() throws {
        let (scene, _) = try owing()
        let card = try scene.linkCard()
        let settlement = try scene.start(.card, method: card)

        #expect(throws: Refusal.self) { try scene.act(.cancelSettlement(settlement.id)) }
        #expect(throws: Refusal.settlementInProgress(settlement.id)) {
            _ = try scene.start(.wire)
        }
    }

    @Test("A disputed card payment opens an obligation of what was captured and bars cards")
    func chargeback() throws {
        let (scene, _) = try owing()
        let settlement = try charged(scene, captured: 31_000)
        // The ten dollars too much could not go back: they are cash, with their share of the fee.
        try scene.act(
            .refundRefused(Command.RefundRefused(settlement: settlement.id, reason: "no")))
        #expect(scene.person.cash == Cents(1_028))
        let before = scene.books(.bankOperating)

        try scene.act(
            .chargeDisputed(
                Command.ChargeDisputed(settlement: settlement.id, disputeFee: Cents(1_500))))

        #expect(scene.person.owed == Cents(30_000))
        #expect(scene.person.cash == .zero)
        #expect(scene.books(.bankOperating) == before - 31_000 - 870 - 1_500)
        #expect(scene.books(.cardFee) == 0)
        #expect(throws: Refusal.methodBlocked) { _ = try scene.start(.card) }
        #expect(
            try scene.act(
                .chargeDisputed(
                    Command.ChargeDisputed(settlement: settlement.id, disputeFee: Cents(1_500))))
                == .unchanged)
    }

    @Test("What the processor gave back is taken from cash first, and the rest is owed again")
    func refunded() throws {
        let (scene, deposit) = try owing()
        let settlement = try charged(scene, captured: 31_000)
        try scene.act(
            .refundRefused(Command.RefundRefused(settlement: settlement.id, reason: "no")))
        func refund(_ id: String, _ amount: Int64) throws -> Reply {
            try scene.act(
                .chargeRefunded(
                    Command.ChargeRefunded(
                        settlement: settlement.id, refund: id, amount: Cents(amount))))
        }

        #expect(try refund("r1", 11_000) == .done)
        #expect(try refund("r1", 11_000) == .unchanged)

        #expect(scene.person.cash == .zero)
        // Of 110 dollars 10.28 were in cash.
        #expect(scene.person.owed == Cents(9_972))
        #expect(scene.obligation(of: deposit)?.grace == .awaitingNotice)
        #expect(scene.books(.cardClearing) == 31_870 - 11_000)
        #expect(throws: Refusal.amountOutOfRange(min: Cents(1), max: Cents(20_870))) {
            try refund("r2", 20_871)
        }
        #expect(try refund("r2", 20_870) == .done)
        #expect(scene.person.owed == Cents(30_000))
        #expect(scene.books(.cardClearing) == 0 && scene.books(.cardFee) == 0)
    }

    @Test("A dispute takes back what was not given back before")
    func disputedAfterRefund() throws {
        let (scene, _) = try owing()
        let settlement = try charged(scene)
        try scene.act(
            .chargeRefunded(
                Command.ChargeRefunded(
                    settlement: settlement.id, refund: "r1", amount: Cents(10_000))))
        let before = scene.books(.bankOperating)

        try scene.act(
            .chargeDisputed(Command.ChargeDisputed(settlement: settlement.id, disputeFee: .zero)))

        #expect(scene.person.owed == Cents(30_000))
        #expect(scene.books(.bankOperating) == before - 20_870)
    }

    @Test("The processor's word is about its own payments, and a card payment needs a card")
    func notTheProcessors() throws {
        let (scene, _) = try owing()
        #expect(throws: Refusal.methodUnknown) {
            _ = try scene.start(.card, method: scene.method)
        }
        let wire = try scene.start(.wire)

        #expect(throws: Refusal.self) {
            try scene.act(
                .chargeSucceeded(
                    Command.ChargeSucceeded(
                        settlement: wire.id, amount: Cents(30_000), fee: .zero)))
        }
        #expect(
            try scene.act(
                .chargeFailed(Command.ChargeFailed(settlement: wire.id, reason: "declined")))
                == .unchanged)
        #expect(scene.state(wire) == .awaitingPayment)
    }

    // MARK: Assets

    @Test("An asset sent in at the locked price pays, and what is too much is the customer's")
    func sendAsset() throws {
        let (scene, _) = try owing()
        let settlement = try scene.start(.sendAsset, asset: Scene.ether)
        let quote = try #require(settlement.quote)

        try scene.act(
            .receiveAsset(
                Command.ReceiveAsset(
                    asset: Scene.ether, quantity: quote.quantity + Quantity(500),
                    settlement: settlement.id)))

        #expect(scene.person.owed == .zero)
        #expect(scene.person.holding(of: Scene.ether) == Quantity(500))
    }

    @Test("An asset that comes after the quote expired is the customer's, and nothing is paid")
    func sendAssetLate() throws {
        let (scene, _) = try owing()
        let settlement = try scene.start(.sendAsset, asset: Scene.ether)
        let quantity = try #require(settlement.quote?.quantity)

        try scene.later(seconds: 901)
        #expect(scene.state(settlement) == .failed(reason: "quote_expired"))
        try scene.act(
            .receiveAsset(
                Command.ReceiveAsset(
                    asset: Scene.ether, quantity: quantity, settlement: settlement.id)))

        #expect(scene.person.owed == Cents(30_000))
        #expect(scene.person.holding(of: Scene.ether) == quantity)
    }

    @Test("Selling exactly enough needs a price, enough of the asset and no other sale")
    func sellAsset() throws {
        let (scene, _) = try owing()
        #expect(throws: Refusal.insufficientBalance(Scene.bitcoin)) {
            _ = try scene.start(.sellAsset, asset: Scene.bitcoin)
        }
        #expect(throws: Refusal.tooLittleToSell(Scene.bitcoin)) {
            _ = try scene.start(.sellAsset, asset: Scene.bitcoin, amount: 1)
        }
        scene.price(Scene.bitcoin, dollars: 60_000, halted: true)
        #expect(throws: Refusal.quoteMissing(Scene.bitcoin)) {
            _ = try scene.start(.sellAsset, asset: Scene.bitcoin)
        }
    }

    @Test("A sale by choice pays what it was for, at the ordinary fee")
    func sellAssetPays() throws {
        let (scene, deposit) = try owing()
        try scene.receiveBitcoin(1_000_000)
        let settlement = try scene.start(.sellAsset, asset: Scene.bitcoin)
        guard case .selling(let sale) = settlement.state else { throw Missing() }
        let ordered = try #require(scene.person.sales[sale])
        try scene.fill(ordered, ordered.ordered, "t1")

        try scene.act(.finishSale(sale))

        #expect(scene.person.owed == .zero)
        #expect(try status(scene, deposit) == .settled)
        #expect(scene.books(.tradingFee) < 0 && scene.books(.liquidationFee) == 0)
    }

    // MARK: Documents

    @Test("A bank account nobody verified needs documents before it may settle a balance")
    func documents() throws {
        let (scene, deposit) = try owing()
        let other = try scene.link("other", verified: false)
        let ach = try scene.start(.ach, method: other)
        #expect(ach.documentsWanted == [.photoID, .bankProof])
        #expect(try status(scene, deposit) == .documentsRequired)

        try scene.accept(ach)

        #expect(scene.state(ach) == .queued)
        #expect(scene.person.methods[other]?.verified == true)
    }

    @Test("A photo ID serves for a year and for every account; a bank's proof for its own account")
    func documentsReused() throws {
        let (scene, _) = try owing()
        let first = try scene.link("other", verified: false)
        let ach = try scene.start(.ach, method: first)
        let proof = DocumentID(high: 5, low: 1)
        try scene.upload(.bankProof, as: proof, for: ach)
        try scene.act(
            .reviewDocument(Command.ReviewDocument(document: proof, refusal: nil)),
            by: .operator("alice"))
        try scene.act(.cancelSettlement(ach.id))

        let second = try scene.link("third", verified: false)
        #expect(try scene.start(.ach, method: second).documentsWanted == [.photoID, .bankProof])
        let again = try scene.start(.ach, method: first)
        #expect(again.documentsWanted == [.photoID])
        let photo = DocumentID(high: 5, low: 2)
        try scene.upload(.photoID, as: photo, for: again)
        try scene.act(
            .reviewDocument(Command.ReviewDocument(document: photo, refusal: nil)),
            by: .operator("alice"))
        #expect(scene.person.methods[first]?.verified == true)
        try scene.act(.cancelSettlement(again.id))

        // The year is over for the photo ID, and the third account still has no proof.
        #expect(try scene.start(.ach, method: second).documentsWanted == [.bankProof])
        try scene.later(hours: 24 * 366)
        let fourth = try scene.link("fourth", verified: false)
        #expect(try scene.start(.ach, method: fourth).documentsWanted == [.photoID, .bankProof])
    }

    @Test("Documents stop the clock once, for a bounded time; a refusal goes on with what is left")
    func documentsPause() throws {
        let (scene, deposit) = try owing()
        let obligation = try #require(scene.obligation(of: deposit))
        try scene.deliverNotice(of: obligation)
        let other = try scene.link("other", verified: false)
        try scene.later(hours: 8)
        let ach = try scene.start(.ach, method: other)
        #expect(
            scene.obligation(of: deposit)?.grace
                == .paused(milliseconds: 40 * 3_600_000, why: .documents))
        let document = DocumentID(high: 3, low: 3)
        try scene.upload(.photoID, as: document, for: ach)
        try scene.later(hours: 20)

        try scene.act(
            .reviewDocument(Command.ReviewDocument(document: document, refusal: "not readable")),
            by: .operator("alice"))

        #expect(
            scene.obligation(of: deposit)?.grace == .running(until: scene.now.adding(hours: 40)))
        try scene.act(.cancelSettlement(ach.id))
        _ = try scene.start(.ach, method: other)
        guard case .running = scene.obligation(of: deposit)?.grace else { throw Missing() }
    }

    @Test("The pause for documents ends after 72 hours whether or not anyone looked")
    func documentsPauseEnds() throws {
        let (scene, deposit) = try owing()
        try scene.deliverNotice(of: #require(scene.obligation(of: deposit)))
        let other = try scene.link("other", verified: false)
        _ = try scene.start(.ach, method: other)

        try scene.later(hours: 72)

        #expect(
            scene.obligation(of: deposit)?.grace == .running(until: scene.now.adding(hours: 48)))
    }

    @Test("A document is decided once, and the same upload twice is one document")
    func documentOnce() throws {
        let (scene, _) = try owing()
        let other = try scene.link("other", verified: false)
        let ach = try scene.start(.ach, method: other)
        let document = DocumentID(high: 3, low: 3)
        try scene.upload(.photoID, as: document, for: ach)
        let review = Command.reviewDocument(
            Command.ReviewDocument(document: document, refusal: nil))
        try scene.act(review, by: .operator("alice"))

        #expect(throws: Refusal.alreadyDecided) {
            try scene.act(review, by: .operator("bob"))
        }
        #expect(try scene.upload(.photoID, as: document, for: ach) == .unchanged)
    }

    @Test("An account blocked while its documents were read is not debited")
    func blockedMeanwhile() throws {
        let (scene, _) = try owing()
        let other = try scene.link("other", verified: false)
        let ach = try scene.start(.ach, method: other)
        try scene.house(.blockAccount(fingerprint: "other", code: "R10"))

        try scene.accept(ach)

        #expect(scene.state(ach) == .failed(reason: "method_unusable"))
        #expect(scene.store.entries[.settlement(ach.id)] == nil)
    }
}
