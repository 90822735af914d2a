import Banking
import Engine
import Ledger
import Money
import Nacha
import Testing

@testable import Rules

struct ValidationTests {
    private func unverified() throws -> Scene { try Scene(verified: false) }

    @discardableResult
    private func start(_ scene: Scene, _ first: Int64 = 12, _ second: Int64 = 34) throws -> Reply {
        try scene.act(
            .startValidation(
                Command.StartValidation(
                    method: scene.method, first: Cents(first), second: Cents(second))))
    }

    private func validation(_ scene: Scene) throws -> Validation {
        try #require(scene.person.methods[scene.method]?.validation)
    }

    @discardableResult
    private func send(_ scene: Scene) throws -> Reply {
        let entries = try validation(scene).entries.map {
            Command.SubmitEntry(
                payment: .microEntry($0.id), trace: scene.trace(), file: "f",
                settlesOn: Day(iso: "2026-03-03"))
        }
        return try scene.act(.submitMicroEntries(entries))
    }

    private func settle(_ scene: Scene) throws {
        for entry in try validation(scene).entries { try scene.settle(.microEntry(entry.id)) }
    }

    private func type(_ scene: Scene, _ amounts: [Int64]) throws -> Reply {
        try scene.act(
            .confirmValidation(
                Command.ConfirmValidation(
                    method: scene.method, amounts: amounts.map { Cents($0) })))
    }

    private func isVerified(_ scene: Scene) -> Bool {
        scene.person.methods[scene.method]?.verified == true
    }

    private func told(_ scene: Scene) -> [Validation.Failure] {
        scene.store.notices.compactMap {
            if case .validationFailed(_, _, let why) = $0.notice.content { why } else { nil }
        }
    }

    @Test("Whoever types both amounts, in any order, has proven the account; the books are even")
    func proven() throws {
        let scene = try unverified()
        let bank = scene.books(.bankOperating)
        try start(scene)
        try send(scene)
        #expect(scene.books(.clearing) == 0)
        try settle(scene)

        #expect(try type(scene, [34, 12]) == .done)

        #expect(isVerified(scene))
        #expect(try validation(scene).state == .proven(at: scene.now))
        #expect(scene.books(.accountValidation) == 0 && scene.books(.clearing) == 0)
        #expect(scene.books(.bankOperating) == bank)
        #expect(try type(scene, [1, 2]) == .unchanged)
    }

    @Test("Two credits and one debit of their sum are queued, and nothing of it is an answer")
    func queued() throws {
        let scene = try unverified()

        #expect(try start(scene) == .done)
        #expect(try start(scene, 1, 2) == .unchanged)

        let queued = scene.store.entries.values.map(\.entry)
        #expect(queued.map(\.amount.count).sorted() == [12, 34, 46])
        #expect(
            queued.first { $0.amount == Cents(46) }?.presentment
                == .validation(isCredit: false, of: scene.method))
    }

    @Test("Three wrong tries end it, and the right amounts come too late then")
    func wrong() throws {
        let scene = try unverified()
        try start(scene)
        try send(scene)

        #expect(try type(scene, [12, 35]) == .triesLeft(2))
        #expect(try type(scene, [12]) == .triesLeft(1))
        #expect(try type(scene, [46]) == .triesLeft(0))

        #expect(throws: Refusal.self) { try type(scene, [12, 34]) }
        #expect(!isVerified(scene))
        #expect(told(scene) == [.wrongAmounts])
    }

    @Test("After ten days the amounts prove nothing")
    func expired() throws {
        let scene = try unverified()
        try start(scene)
        try send(scene)

        try scene.at("2026-03-12T16:00:01-04:00")

        #expect(try validation(scene).state == .failed(.expired))
        #expect(throws: Refusal.self) { try type(scene, [12, 34]) }
        #expect(told(scene) == [.expired])
    }

    @Test("An account may be tried three times and no more")
    func rounds() throws {
        let scene = try unverified()
        for _ in 0..<3 {
            try start(scene)
            try send(scene)
            for _ in 0..<3 { _ = try type(scene, [1, 1]) }
        }

        #expect(throws: Refusal.validationLimit(.account)) { try start(scene) }
    }

    @Test(
        "An entry that comes back fails the proof, whatever was typed before",
        arguments: [false, true])
    func returned(_ typedFirst: Bool) throws {
        let scene = try unverified()
        try start(scene)
        try send(scene)
        try settle(scene)
        if typedFirst { _ = try type(scene, [12, 34]) }
        let credit = try #require(try validation(scene).entries.first)

        #expect(try scene.giveBack(.microEntry(credit.id), 12, code: "R03") == .done)

        #expect(!isVerified(scene))
        #expect(scene.person.methods[scene.method]?.standing == .disabled)
        #expect(told(scene) == [.returned])
        // The bank owes us twelve cents until it has moved them.
        #expect(scene.books(.returnsPayable) == 12 && scene.books(.accountValidation) == -12)
        let before = scene.books(.bankOperating)
        let settled = Command.settleReturn(
            Command.SettleReturn(payment: .microEntry(credit.id), fee: Cents(2)))
        try scene.act(settled)
        #expect(try scene.act(settled) == .unchanged)
        #expect(scene.books(.bankOperating) == before + 12 - 2)
        #expect(scene.books(.returnsPayable) == 0)
    }

    @Test("A debit that comes back before it settled leaves the credits as our cost, and counts")
    func debitBack() throws {
        let scene = try unverified()
        try start(scene)
        try send(scene)
        let debit = try #require(try validation(scene).entries.last)
        try scene.giveBack(.microEntry(debit.id), 46, code: "R01")

        try settle(scene)

        #expect(scene.books(.accountValidation) == 46 && scene.books(.clearing) == 0)
        #expect(scene.store.debits.returned.map(\.key.code) == ["R01"])
        #expect(scene.store.debits.sent.map(\.value) == [1])
    }

    @Test("A return told twice is one; another of the same entry waits in suspense")
    func returnedTwice() throws {
        let scene = try unverified()
        try start(scene)
        try send(scene)
        let debit = try #require(try validation(scene).entries.last)
        let trace = scene.trace()
        try scene.giveBack(.microEntry(debit.id), 46, code: "R01", trace: trace)

        #expect(
            try scene.giveBack(.microEntry(debit.id), 46, code: "R01", trace: trace) == .unchanged)
        try scene.giveBack(.microEntry(debit.id), 46, code: "R01")

        #expect(scene.suspense.map(\.why) == [.duplicate])
    }

    @Test("A credit that comes back twice gives us its money twice, and nobody is asked for it")
    func creditReturnedTwice() throws {
        let scene = try unverified()
        try start(scene)
        try send(scene)
        try settle(scene)
        let bank = scene.books(.bankOperating)
        let credit = try #require(try validation(scene).entries.first)
        try scene.giveBack(.microEntry(credit.id), 12, code: "R03")
        try scene.act(
            .settleReturn(Command.SettleReturn(payment: .microEntry(credit.id), fee: .zero)))
        #expect(scene.books(.bankOperating) == bank + 12)

        try scene.giveBack(.microEntry(credit.id), 12, code: "R03")
        let item = try #require(scene.suspense.first)
        #expect(item.side == .credit && item.why == .duplicate)
        try scene.house(.settleParkedReturn(item.id))

        #expect(scene.books(.bankOperating) == bank + 24)
        #expect(scene.books(.suspenseReturns) == -12 && scene.books(.returnsPayable) == 0)
        #expect(throws: Refusal.self) {
            try scene.house(.dishonorReturn(Command.DishonorReturn(item: item.id, code: "R67")))
        }
        let closing = try scene.propose(
            .closeSuspense(Command.CloseSuspense(item: item.id, reason: "theirs")), to: .house)
        try scene.house(.approve(closing), by: "bob")
        #expect(scene.books(.suspenseReturns) == 0 && scene.books(.suspenseLoss) == -12)
    }

    @Test("A debit that was good goes on proving an account when an amount comes back")
    func provenOtherwise() throws {
        let scene = try unverified()
        try start(scene)
        try send(scene)
        let deposit = try scene.deposit(30_000)
        try scene.submit(.deposit(deposit.id))
        try scene.settle(.deposit(deposit.id))
        try scene.at("2026-03-11T12:00:00-04:00")
        try #require(isVerified(scene))
        let debit = try #require(try validation(scene).entries.last)

        try scene.giveBack(.microEntry(debit.id), 46, code: "R01")

        #expect(isVerified(scene))
        #expect(try validation(scene).state == .failed(.returned))
    }

    @Test("The same account under another spelling is given no rounds of its own")
    func spelledOtherwise() throws {
        let scene = try unverified()
        let other = try scene.link("spelled otherwise", verified: false)
        for _ in 0..<Validation.roundsMax {
            try start(scene)
            try send(scene)
            for _ in 0..<Validation.triesMax { _ = try type(scene, [1, 1]) }
        }

        #expect(throws: Refusal.self) { try start(scene) }
        #expect(throws: Refusal.self) {
            try scene.act(
                .startValidation(
                    Command.StartValidation(method: other, first: Cents(1), second: Cents(2))))
        }
    }

    @Test("A notification of change is applied, and the amounts that arrived go on proving")
    func changed() throws {
        let scene = try unverified()
        try start(scene)
        try send(scene)
        try scene.act(
            .correctMethod(
                Command.CorrectMethod(
                    method: scene.method, code: "C01",
                    bankAccount: PaymentMethod.BankAccount(
                        routingNumber: "021000021", sealedNumber: "y", fingerprint: "new",
                        type: .checking), lastFour: "9999")))

        #expect(try type(scene, [12, 34]) == .done)

        #expect(isVerified(scene))
        #expect(scene.person.methods[scene.method]?.lastFour == "9999")
    }

    @Test("Nothing leaves for an account that was closed meanwhile")
    func closedMeanwhile() throws {
        let scene = try unverified()
        let deposit = try scene.deposit(10_000)
        try scene.submit(.deposit(deposit.id))
        try start(scene)
        try scene.giveBack(.deposit(deposit.id), 10_000, code: "R02")

        #expect(try send(scene) == .done)

        #expect(try validation(scene).state == .failed(.accountUnusable))
        #expect(scene.store.entries.keys.allSatisfy { $0 == .deposit(deposit.id) })
        #expect(scene.books(.accountValidation) == 0)
    }

    @Test("The three entries leave in one decision or not at all")
    func apart() throws {
        let scene = try unverified()
        try start(scene)
        let entries = try validation(scene).entries
        let two = entries.prefix(2).map {
            Command.SubmitEntry(payment: .microEntry($0.id), trace: scene.trace(), file: "f")
        }

        #expect(throws: Refusal.self) { try scene.act(.submitMicroEntries(two)) }
        #expect(throws: Refusal.self) { try scene.submit(.microEntry(entries[2].id)) }

        #expect(scene.store.entries.values.allSatisfy { $0.sent == nil })
    }

    @Test("Amounts are one cent through ninety-nine, and only of an account that needs proof")
    func refused() throws {
        let scene = try unverified()
        let range = Refusal.amountOutOfRange(min: Cents(1), max: Cents(99))
        #expect(throws: range) { try start(scene, 100, 1) }
        #expect(throws: range) { try start(scene, 1, 0) }
        let verified = try Scene()

        #expect(throws: Refusal.wrongState("the account is verified already")) {
            try start(verified)
        }
    }

    @Test("Three accounts may be proven at once, and not a fourth")
    func atOnce() throws {
        let scene = try unverified()
        try start(scene)
        func other(_ name: String) throws {
            let method = try scene.link(name, verified: false, lastFour: name)
            try scene.act(
                .startValidation(
                    Command.StartValidation(method: method, first: Cents(1), second: Cents(2))))
        }
        try other("second")
        try other("third")

        #expect(throws: Refusal.validationLimit(.atOnce(until: nil))) { try other("fourth") }
        try send(scene)
        let end = try #require(try validation(scene).expiresAt)
        #expect(throws: Refusal.validationLimit(.atOnce(until: end))) { try other("fifth") }
    }

    @Test("Six rounds are given within thirty days, and the refusal says when the next is")
    func inThirtyDays() throws {
        let scene = try unverified()
        func round(_ day: String, of method: PaymentMethodID) throws {
            try scene.at("\(day)T12:00:00-04:00")
            try scene.act(
                .startValidation(
                    Command.StartValidation(method: method, first: Cents(1), second: Cents(2))))
            let entries = try #require(scene.person.methods[method]?.validation?.entries)
            try scene.act(
                .submitMicroEntries(
                    entries.map {
                        Command.SubmitEntry(
                            payment: .microEntry($0.id), trace: scene.trace(), file: "f")
                    }))
            for _ in 0..<Validation.triesMax {
                try scene.act(
                    .confirmValidation(
                        Command.ConfirmValidation(method: method, amounts: [Cents(8), Cents(9)])))
            }
        }
        let other = try scene.link("other", verified: false, lastFour: "9876")
        let third = try scene.link("third", verified: false, lastFour: "5555")
        for day in ["2026-04-01", "2026-04-02", "2026-04-03"] {
            try round(day, of: scene.method)
            try round(day, of: other)
        }

        let until = Scene.time("2026-05-01T12:00:00-04:00")
        #expect(throws: Refusal.validationLimit(.customer(until: until))) {
            try round("2026-04-30", of: third)
        }
        #expect(throws: Refusal.validationLimit(.account)) {
            try round("2026-05-01", of: scene.method)
        }
        try round("2026-05-01", of: third)
    }

    @Test("Documents and a good debit go on proving an account that amounts proved too")
    func provenTwice() throws {
        let scene = try unverified()
        try start(scene)
        try send(scene)
        let deposit = try scene.deposit(30_000)
        try scene.submit(.deposit(deposit.id))
        try scene.settle(.deposit(deposit.id))
        _ = try type(scene, [12, 34])
        try scene.at("2026-03-11T12:00:00-04:00")
        #expect(
            scene.person.methods[scene.method]?.proofs == [.microEntries, .cleanDebit])
        let debit = try #require(try validation(scene).entries.last)

        try scene.giveBack(.microEntry(debit.id), 46, code: "R01")

        #expect(scene.person.methods[scene.method]?.proofs == [.cleanDebit])
        #expect(isVerified(scene))
        #expect(try validation(scene).state == .failed(.returned))
    }

    private func park(
        _ scene: Scene, _ amount: Int64, side: SuspenseItem.Side?, why: SuspenseItem.Why
    ) throws -> SuspenseItem {
        try scene.house(
            .parkReturn(
                Command.ParkReturn(
                    code: why == .unreadable ? "" : "R03", amount: Cents(amount),
                    trace: scene.trace(), originalTrace: scene.trace(), why: why, side: side)))
        return try #require(scene.suspense.last)
    }

    @Test("A returned credit that nobody knew is matched by two people, and its account has failed")
    func matchedCredit() throws {
        let scene = try unverified()
        try start(scene)
        try send(scene)
        let credit = try #require(try validation(scene).entries.first)
        let item = try park(scene, 12, side: .credit, why: .unknownTrace)
        let match = Command.MatchReturn(
            item: item.id, customer: scene.customer, payment: .microEntry(credit.id))

        let proposal = try scene.propose(.matchReturn(match), to: .house)
        try scene.house(.approve(proposal), by: "bob")

        #expect(try validation(scene).state == .failed(.returned))
        #expect(scene.person.methods[scene.method]?.standing == .disabled)
        #expect(scene.books(.suspenseReturns) == 0)
        // The bank still moves the money of all: of the entries and of the return.
        try settle(scene)
        try scene.house(.settleParkedReturn(item.id))
        #expect(scene.books(.clearing) == 0 && scene.books(.returnsPayable) == 0)
        #expect(scene.books(.accountValidation) == -12)
    }

    @Test("A credit is matched to no debit, and a debit to no credit, whatever the amount")
    func wrongSide() throws {
        let scene = try unverified()
        try start(scene)
        try send(scene)
        let entries = try validation(scene).entries
        for (side, amount, entry) in [
            (SuspenseItem.Side.credit, Int64(46), entries[2]), (.debit, 12, entries[0]),
        ] {
            let item = try park(scene, amount, side: side, why: .unknownTrace)
            let match = Command.MatchReturn(
                item: item.id, customer: scene.customer, payment: .microEntry(entry.id))
            let proposal = try scene.propose(.matchReturn(match), to: .house)
            #expect(throws: Refusal.self) { try scene.house(.approve(proposal), by: "bob") }
        }
        #expect(try validation(scene).state == .sent)
    }

    @Test(
        "Whoever matches says which way an unreadable entry went; what was booked becomes that",
        arguments: [false, true])
    func correctedSide(_ bankHasMovedIt: Bool) throws {
        let scene = try unverified()
        try start(scene)
        try send(scene)
        try settle(scene)
        let bank = scene.books(.bankOperating)
        let credit = try #require(try validation(scene).entries.first)
        let item = try park(scene, 21, side: nil, why: .unreadable)
        if bankHasMovedIt { try scene.house(.settleParkedReturn(item.id)) }
        let match = Command.MatchReturn(
            item: item.id, customer: scene.customer, payment: .microEntry(credit.id), code: "R03",
            amount: Cents(12), side: .credit)

        let proposal = try scene.propose(.matchReturn(match), to: .house)
        try scene.house(.approve(proposal), by: "bob")
        if !bankHasMovedIt { try scene.house(.settleParkedReturn(item.id)) }

        #expect(try validation(scene).state == .failed(.returned))
        #expect(scene.books(.bankOperating) == bank + 12)
        #expect(scene.books(.suspenseReturns) == 0 && scene.books(.returnsPayable) == 0)
        #expect(scene.suspense.first?.side == .credit)
    }

    @Test("Which way a record that could be read went is not changed by a match")
    func sideNotInDoubt() throws {
        let scene = try unverified()
        try start(scene)
        try send(scene)
        let credit = try #require(try validation(scene).entries.first)
        let item = try park(scene, 12, side: .debit, why: .unknownTrace)
        let match = Command.MatchReturn(
            item: item.id, customer: scene.customer, payment: .microEntry(credit.id), side: .credit)
        let proposal = try scene.propose(.matchReturn(match), to: .house)

        #expect(
            throws: Refusal.wrongState(
                "which way the entry moved money was read, and is not in doubt")
        ) { try scene.house(.approve(proposal), by: "bob") }
    }
}
