import Banking
import Engine
import Ledger
import Money
import Nacha
import Rules

/// The ODFI and everything behind it: it settles, returns in every way the rules know and in some
/// they forbid, corrects, claims and contests.
struct Bank {
    fileprivate(set) var nextCutOff: Instant?
    fileprivate var traces = 0
    fileprivate var files = 0
    /// Which deposit a return without a known trace was really of.
    fileprivate(set) var unnamed: [SuspenseID: (customer: CustomerID, deposit: DepositID)] = [:]
    fileprivate var unnamedByTrace: [TraceNumber: (customer: CustomerID, deposit: DepositID)] = [:]
}

extension World {
    var timing: ACHTiming { ACHTiming() }
    private static let odfi = DFIIdentification("07640125")

    func newTrace() -> TraceNumber? {
        bank.traces += 1
        return World.odfi.flatMap { TraceNumber(odfi: $0, sequence: bank.traces) }
    }

    func seconds(until time: Instant) -> Int { Int(max(0, time - now) / 1000) }

    // MARK: Files out

    /// At the cut-off the day's entries leave in one file.
    func bankDay() throws {
        let next = bank.nextCutOff ?? timing.cutOffInstant(timing.processingDay(submittedAt: now))
        bank.nextCutOff = next
        guard now >= next else { return }
        bank.nextCutOff = timing.cutOffInstant(timing.processingDay(submittedAt: now))
        bank.files += 1
        let queued = store.memory.entries.values.filter { $0.sent == nil }
            .sorted { "\($0.entry.payment)" < "\($1.entry.payment)" }
        for stored in queued {
            if case .validation = stored.entry.presentment { continue }
            guard let trace = newTrace() else { continue }
            try submit(stored, trace)
        }
        try submitMicroEntries(queued, file: "file-\(bank.files)")
    }

    private func submit(_ stored: MemoryStore.StoredEntry, _ trace: TraceNumber) throws {
        let entry = Command.SubmitEntry(
            payment: stored.entry.payment, trace: trace, file: "file-\(bank.files)")
        switch stored.entry.payment {
        case .dishonor(let item):
            let outcome = try send(.submitDishonor(item, entry), to: .house, by: .system)
            guard case .refused = outcome else { return dishonored(item) }
        case .microEntry: return
        case .deposit, .settlement:
            guard let customer = stored.customer else { return }
            let outcome = try send(.submitEntry(entry), to: .customer(customer), by: .system)
            guard case .refused = outcome else {
                // What a rule took back at the last moment is in no file.
                guard store.memory.entries[stored.entry.payment]?.sent != nil else { return }
                return debited(stored.entry, of: customer, trace)
            }
        }
        throw violation("an entry left for the bank that its rule refused")
    }

    // MARK: What becomes of a debit

    private enum Fate {
        case good
        case returnedBeforeSettlement
        case returned
        case unauthorized
        case late
        case wrongAmount
        case unnamed
    }

    private func debited(_ entry: QueuedEntry, of customer: CustomerID, _ trace: TraceNumber) {
        let payment = entry.payment
        let day = timing.forwardSettlement(processingDay: timing.processingDay(submittedAt: now))
        let opens = seconds(until: timing.settlementInstant(day))
        let settles = opens + random.int(0...10_000)
        let closes = seconds(until: timing.standardReturnDeadline(settlement: day))
        func settle() {
            expect(
                .settleEntry(Command.SettleEntry(payment: payment, day: day)),
                to: .customer(customer), by: .system, in: settles)
        }
        func returns(_ code: String, _ amount: Cents, in seconds: Int, trace: TraceNumber?) {
            guard let trace else { return }
            let returned = ReturnedEntry(
                payment: payment, code: code, amount: amount, trace: trace)
            let told = envelope(.receiveReturn(returned), to: .customer(customer), by: .system)
            expect(told, in: seconds)
            if random.chance(8), let second = newTrace() {
                expect(
                    .receiveReturn(
                        ReturnedEntry(
                            payment: payment, code: code, amount: amount, trace: second)),
                    to: .customer(customer), by: .system, in: seconds + random.int(60...90_000))
            }
        }
        switch random.weighted([
            (46, Fate.good), (8, .returnedBeforeSettlement), (24, .returned), (7, .unauthorized),
            (4, .late), (4, .wrongAmount), (7, .unnamed),
        ]) {
        case .good:
            settle()
        case .returnedBeforeSettlement:
            returns(anyCode(), entry.amount, in: random.int(60...max(61, opens)), trace: newTrace())
            if random.chance(40) { settle() }
        case .returned:
            settle()
            returns(
                anyCode(), entry.amount, in: random.int(settles + 1...max(settles + 2, closes)),
                trace: newTrace())
        case .unauthorized:
            settle()
            returns(
                random.pick(["R05", "R07", "R10", "R11"]) ?? "R10", entry.amount,
                in: settles + random.int(86_400...(58 * 86_400)), trace: newTrace())
        case .late:
            settle()
            returns(
                "R01", entry.amount, in: closes + random.int(3_600...700_000), trace: newTrace())
        case .wrongAmount:
            settle()
            returns(
                "R01", entry.amount + Cents(random.int64(1...5_000)),
                in: random.int(settles...max(settles + 1, closes)), trace: newTrace())
        case .unnamed:
            settle()
            guard case .deposit(let deposit) = payment, let own = newTrace(), let odd = newTrace()
            else { return }
            bank.unnamedByTrace[own] = (customer, deposit)
            expect(
                .parkReturn(
                    Command.ParkReturn(
                        code: anyCode(), amount: entry.amount, trace: own, originalTrace: odd,
                        why: .unknownTrace, settlesOn: day.adding(days: random.int(-400...5)))),
                to: .house, by: .system,
                in: random.int(60...max(61, random.chance(60) ? opens / 2 : closes)))
        }
    }

    private func anyCode() -> String {
        if random.chance(55) { return random.chance(70) ? "R01" : "R09" }
        if random.chance(4) { return "X99" }
        let codes = [
            "R01", "R02", "R03", "R04", "R06", "R07", "R08", "R09", "R10", "R11", "R12", "R14",
            "R15", "R16", "R17", "R20", "R24", "R29", "R31",
        ]
        return random.pick(codes) ?? "R01"
    }

    // MARK: What follows from the answers

    /// Delivers one thing to the engine and lets its sender react.
    func hear(_ envelope: Envelope) throws {
        let outcome = try send([envelope])[0]
        switch outcome {
        case .accepted(let reply), .replayed(let reply):
            react(to: envelope, reply, isRepeat: outcome == .replayed(reply))
        case .refused, .conflict: break
        }
    }

    private func react(to envelope: Envelope, _ reply: Reply, isRepeat: Bool) {
        guard !isRepeat else { return }
        let hours = random.int(1...20) * 3_600
        switch envelope.command {
        case .receiveReturn(let entry):
            switch reply {
            case .parked(let item):
                expect(.settleParkedReturn(item), to: .house, by: .system, in: hours)
            case .done:
                let fee = Cents(random.chance(30) ? 250 : 0)
                expect(
                    .settleReturn(Command.SettleReturn(payment: entry.payment, fee: fee)),
                    to: envelope.addressee, by: .system, in: hours)
            default: break
            }
        case .requestReturn(let command):
            guard reply == .done, case .customer(let id) = envelope.addressee else { return }
            answer(command.payment, of: id)
        case .parkReturn(let command):
            guard case .parked(let item) = reply else { return }
            bank.unnamed[item] = command.trace.flatMap { bank.unnamedByTrace[$0] }
            expect(.settleParkedReturn(item), to: .house, by: .system, in: hours)
        default: break
        }
    }

    private func dishonored(_ item: SuspenseID) {
        let contest = Command.contestDishonor(
            Command.ContestDishonor(
                item: item, code: random.pick(["R73", "R74", "R75", "R76"]) ?? "R73"))
        let settles = random.int(40_000...100_000)
        switch random.int(1...10) {
        case 1...6:
            expect(.settleDishonor(item), to: .house, by: .system, in: settles)
        case 7...8:
            expect(.settleDishonor(item), to: .house, by: .system, in: settles)
            expect(contest, to: .house, by: .system, in: settles + random.int(1...150_000))
        default:
            expect(contest, to: .house, by: .system, in: random.int(1...settles))
            expect(.settleDishonor(item), to: .house, by: .system, in: settles)
        }
    }

    // MARK: The bank of its own accord

    /// A correction, a claim, a return of what was never sent, or money nobody announced.
    func bankActs() throws {
        guard let id = random.pick(people), let customer = person(id) else { return }
        switch random.int(1...5) {
        case 1:
            guard let method = pickMethod(of: customer, where: { $0.bankAccount != nil }) else {
                return
            }
            let account = random.chance(60) ? newAccount() : nil
            try send(
                .correctMethod(
                    Command.CorrectMethod(
                        method: method.id, code: account == nil ? "C04" : "C01",
                        bankAccount: account, lastFour: account.map { _ in "4242" })),
                to: .customer(id), by: .system)
        case 2:
            let settled = customer.deposits.values.filter { $0.settlementDay != nil }
                .sorted { $0.id < $1.id }
            guard let deposit = random.pick(settled) else { return }
            let amount = random.chance(70) ? deposit.amount : Cents(deposit.amount.count / 2 + 1)
            try send(
                .receiveClaim(Command.ReceiveClaim(deposit: deposit.id, amount: amount)),
                to: .customer(id), by: .system)
        case 3:
            let unsent = customer.deposits.values.filter {
                $0.state == .initiated || $0.state == .cancelled
            }.sorted { $0.id < $1.id }
            guard let deposit = random.pick(unsent), let trace = newTrace() else { return }
            try hear(
                envelope(
                    .receiveReturn(
                        ReturnedEntry(
                            payment: .deposit(deposit.id), code: "R03", amount: deposit.amount,
                            trace: trace)),
                    to: .customer(id), by: .system))
        case 4:
            try send(
                .receiveUnidentifiedFunds(
                    Command.ReceiveFunds(
                        rail: random.chance(50) ? .wire : .instant,
                        amount: Cents(random.int64(100...60_000)), source: "acct-9",
                        reference: nil)),
                to: .house, by: .system)
        default:
            let clearing = store.memory.balances[.house(.cardClearing), .usd]
            guard clearing > 0 else { return }
            let gross = random.chance(50) ? clearing : clearing / 2
            try send(
                .receivePayout(
                    Command.ReceivePayout(gross: Cents(gross), cost: Cents(gross / 40))),
                to: .house, by: .system)
        }
    }
}
