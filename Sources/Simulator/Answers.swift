import Banking
import Engine
import Ledger
import Money
import Nacha
import Rules

/// What we ask of the receivers' banks, and how they answer or do not.
extension World {
    /// A person asks for a debit back, or says what its bank answered.
    func askBanks(_ customer: Customer, by actor: Actor) throws {
        let to = Addressee.customer(customer.id)
        let asked = paymentsAsked(of: customer)
        if let payment = random.pick(asked), random.chance(25) {
            try send(
                .answerReturnRequest(
                    Command.AnswerReturnRequest(payment: payment, agreed: random.chance(50))),
                to: to, by: actor)
            return
        }
        let deposits = customer.deposits.keys.map(PaymentReference.deposit)
        let settlements = customer.settlements.values.filter { $0.trace != nil }.map {
            PaymentReference.settlement($0.id)
        }
        let all = (deposits + settlements).sorted { $0.key < $1.key }
        guard let payment = random.pick(all) else { return }
        let reason = random.chance(95) ? "sent twice" : ""
        try hear(
            envelope(
                .requestReturn(Command.RequestReturn(payment: payment, reason: reason)),
                to: to, by: actor))
    }

    private func paymentsAsked(of customer: Customer) -> [PaymentReference] {
        let deposits = customer.deposits.values.filter { !$0.returnRequests.isEmpty }.map {
            PaymentReference.deposit($0.id)
        }
        let settlements = customer.settlements.values.filter { !$0.returnRequests.isEmpty }.map {
            PaymentReference.settlement($0.id)
        }
        return (deposits + settlements).sorted { $0.key < $1.key }
    }

    /// The receiver's bank has our request: it sends the entry back, says that it will not, or says
    /// nothing at all.
    func answer(_ payment: PaymentReference, of id: CustomerID) {
        let amount: Cents?
        switch payment {
        case .deposit(let deposit): amount = person(id)?.deposits[deposit]?.amount
        case .settlement(let settlement): amount = person(id)?.settlements[settlement]?.amount
        case .dishonor, .microEntry: amount = nil
        }
        guard let amount else { return }
        let later = random.int(3_600...(12 * 86_400))
        switch random.int(1...10) {
        case 1...5:
            guard let trace = newTrace() else { return }
            expect(
                .receiveReturn(
                    ReturnedEntry(payment: payment, code: "R06", amount: amount, trace: trace)),
                to: .customer(id), by: .system, in: later)
        case 6...7:
            expect(
                .answerReturnRequest(
                    Command.AnswerReturnRequest(payment: payment, agreed: random.chance(40))),
                to: .customer(id), by: .operator("alice"), in: later)
        default: break
        }
    }
}

/// Small amounts that prove an account.
extension World {
    /// A customer has an account proven, or types what he found; a stranger guesses.
    func prove(_ customer: Customer) throws {
        let to = Addressee.customer(customer.id)
        if let sent = pickMethod(of: customer, where: { $0.validation?.state == .sent }),
            let credits = sent.validation?.entries.filter(\.isCredit).map(\.amount)
        {
            let amounts =
                random.chance(45) ? credits.reversed() : [Cents(random.int64(1...99)), Cents(1)]
            try send(
                .confirmValidation(Command.ConfirmValidation(method: sent.id, amounts: amounts)),
                to: to, by: .customer(customer.id))
            return
        }
        // Drawn before: a dictionary asks for its methods in no order.
        let isAny = random.chance(10)
        guard let method = pickMethod(of: customer, where: { !$0.verified || isAny }) else {
            return
        }
        try send(
            .startValidation(
                Command.StartValidation(
                    method: method.id,
                    first: Cents(random.int64(random.chance(5) ? 0...120 : 1...99)),
                    second: Cents(random.int64(1...99)))), to: to, by: .customer(customer.id))
    }

    /// The three entries of each account that waits leave in one file.
    func submitMicroEntries(_ queued: [MemoryStore.StoredEntry], file: String) throws {
        var accounts: [PaymentMethodID: [MemoryStore.StoredEntry]] = [:]
        for stored in queued {
            guard case .validation(_, let method) = stored.entry.presentment else { continue }
            accounts[method, default: []].append(stored)
        }
        for (_, stored) in accounts.sorted(by: { $0.key < $1.key }) {
            guard let customer = stored.first?.customer else { continue }
            let entries = stored.compactMap { stored in
                newTrace().map {
                    Command.SubmitEntry(payment: stored.entry.payment, trace: $0, file: file)
                }
            }
            let outcome = try send(
                .submitMicroEntries(entries), to: .customer(customer), by: .system)
            if case .refused = outcome {
                throw violation("micro-entries left for the bank that their rule refused")
            }
            let left = stored.filter { store.memory.entries[$0.entry.payment]?.sent != nil }
            guard left.isEmpty || left.count == stored.count else {
                throw violation("micro-entries of one account left apart")
            }
            if !left.isEmpty { proving(left.map(\.entry), of: customer) }
        }
    }

    /// They settle together; now and then the debit comes back, or all of them do.
    private func proving(_ entries: [QueuedEntry], of customer: CustomerID) {
        let day = timing.forwardSettlement(processingDay: timing.processingDay(submittedAt: now))
        let settles = seconds(until: timing.settlementInstant(day)) + random.int(0...10_000)
        let comesBack = random.int(1...10)
        let code = random.pick(["R01", "R02", "R03", "R04", "R10", "R16", "R20"]) ?? "R03"
        let back = random.int(60...(settles + 150_000))
        for entry in entries {
            expect(
                .settleEntry(Command.SettleEntry(payment: entry.payment, day: day)),
                to: .customer(customer), by: .system, in: settles + random.int(0...60))
            guard case .validation(let isCredit, _) = entry.presentment,
                comesBack == 1 || comesBack == 2 && !isCredit, let trace = newTrace()
            else { continue }
            expect(
                .receiveReturn(
                    ReturnedEntry(
                        payment: entry.payment, code: code, amount: entry.amount, trace: trace)),
                to: .customer(customer), by: .system, in: back)
        }
    }
}
