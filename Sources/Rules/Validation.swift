import Banking
import Ledger
import Money
import Nacha

/// The proof that a customer can see into a bank account: two small credits, taken back by one
/// debit of their sum, and the customer types what arrived.
///
///     queued ──▶ sent ──▶ proven
///         │        └────▶ failed   (three wrong tries, out of time, or an entry came back)
///         └─────────────▶ failed
///
/// Nacha Operating Rules, Micro-Entries: each credit below one dollar, the debit no more than the
/// credits together, all settling on the same day, described `ACCTVERIFY`.
public struct Validation: Hashable, Sendable, Codable {
    public let startedAt: Instant
    /// Two credits and the debit that takes them back, in this order.
    public var entries: [MicroEntry]
    public var state: State
    /// Tries that named other amounts.
    public var wrongTries = 0
    /// Until when the amounts may be typed, once they are on their way.
    public var expiresAt: Instant?

    public enum State: Hashable, Sendable, Codable {
        /// Waiting for the next bank file.
        case queued
        /// With the receiver's bank: the amounts may be typed.
        case sent
        case proven(at: Instant)
        case failed(Failure)

        public var isUnderWay: Bool {
            switch self {
            case .queued, .sent: true
            case .proven, .failed: false
            }
        }
    }

    public enum Failure: String, Hashable, Sendable, Codable, CaseIterable {
        case wrongAmounts = "wrong_amounts"
        case expired
        /// The receiver's bank sent one of the entries back.
        case returned
        /// The account could no longer be used when the entries were to leave.
        case accountUnusable = "account_unusable"
    }

    public var triesLeft: Int { max(0, Self.triesMax - wrongTries) }

    /// Of some 4,800 pairs of amounts a stranger would guess one in 1,600 within so many tries.
    public static let triesMax = 3
    /// The entries show up within a few days, and whoever has not looked by then will not.
    public static let daysMax = 10
    /// Each round costs two credits if the debit comes back: nobody is given more on one account. An
    /// account number may be written with zeros before it, so accounts of one bank whose last four
    /// digits are the same count as one.
    public static let roundsMax = 3
    /// Rounds that one customer is given within ``roundsDays``, whatever the account.
    public static let roundsOfCustomerMax = 6
    public static let roundsDays = 30
    /// Accounts of one customer that may be proven at once: more look like somebody else's list.
    public static let atOnceMax = 3
    /// Two credits and a debit.
    public static let entriesEach = 3
    /// Below a dollar (Nacha Operating Rules, Micro-Entries).
    public static let amountMax = Cents(99)

    /// Which limit is reached, and when it ends by itself.
    public enum Limit: Hashable, Sendable, Codable {
        /// ``roundsMax`` on what may be the same account, for ever.
        case account
        /// ``roundsOfCustomerMax`` within ``roundsDays``.
        case customer(until: Instant)
        /// ``atOnceMax``: until one of them is over, which is then at the latest; `nil` while none
        /// has left yet.
        case atOnce(until: Instant?)

        public var until: Instant? {
            switch self {
            case .account: nil
            case .customer(let until): until
            case .atOnce(let until): until
            }
        }
    }
}

/// One of the three entries.
public struct MicroEntry: Hashable, Sendable, Codable {
    public let id: MicroEntryID
    public let amount: Cents
    public let isCredit: Bool
    public var trace: TraceNumber?
    public var settlementDay: Day?
    /// Whether the bank has moved its money.
    public var isSettled = false
    public var back: Back?

    /// How it came back.
    public struct Back: Hashable, Sendable, Codable {
        public let code: String
        public let trace: TraceNumber
        /// Whether the bank has moved the money of that, or never had it.
        public var isSettled: Bool
        public var fee: Cents?
        /// Whether it came before the entry had settled, so that the two were netted. One that was
        /// booked from suspense was not: the entry still settles by itself.
        public let isNetted: Bool
    }
}

extension PaymentMethod {
    /// The last round, under way or over.
    public var validation: Validation? { validations.last }
}

extension PaymentMethod {
    public func microEntry(_ id: MicroEntryID) -> MicroEntry? {
        validations.lazy.flatMap(\.entries).first { $0.id == id }
    }
}

extension Customer {
    /// The account that a micro-entry of ours went to.
    public func method(ofMicroEntry id: MicroEntryID) -> PaymentMethod? {
        methods.values.first { $0.microEntry(id) != nil }
    }

    /// How often amounts were sent to what may be the same account, however its number is written.
    public func validationRounds(of method: PaymentMethod) -> Int {
        methods.values.lazy.filter {
            $0.bankAccount?.routingNumber == method.bankAccount?.routingNumber
                && $0.lastFour == method.lastFour
        }.map(\.validations.count).reduce(0, +)
    }

    /// What keeps the account from another round at `now`; of several limits the one that lasts
    /// longest.
    public func validationLimit(
        of method: PaymentMethod, at now: Instant
    ) -> Validation.Limit? {
        guard validationRounds(of: method) < Validation.roundsMax else { return .account }
        let rounds = methods.values.flatMap(\.validations).map(\.startedAt)
            .filter { $0 > now.adding(days: -Validation.roundsDays) }.sorted()
        if rounds.count >= Validation.roundsOfCustomerMax {
            // So many may stand in any span: this one must be out of it before the next.
            let oldest = rounds[rounds.count - Validation.roundsOfCustomerMax]
            return .customer(until: oldest.adding(days: Validation.roundsDays))
        }
        let underWay = methods.values.compactMap(\.validation).filter(\.state.isUnderWay)
        guard underWay.count >= Validation.atOnceMax else { return nil }
        return .atOnce(until: underWay.compactMap(\.expiresAt).min())
    }

    public func microEntry(_ id: MicroEntryID) -> MicroEntry? {
        method(ofMicroEntry: id)?.microEntry(id)
    }
}

extension Draft {
    /// Queues the three entries; what they are is never told to whoever asked.
    mutating func startValidation(_ command: Command.StartValidation) throws(Refusal) -> Reply {
        var method = try method(command.method)
        guard let account = method.bankAccount else { throw .methodUnknown }
        guard method.standing == .usable else { throw .methodUnusable(method.standing) }
        guard !facts.isBlocked(account) else { throw .methodBlocked }
        guard !method.verified else { throw .wrongState("the account is verified already") }
        if let last = method.validation, last.state.isUnderWay { return .unchanged }
        if let limit = customer.validationLimit(of: method, at: facts.now) {
            throw .validationLimit(limit)
        }
        for amount in [command.first, command.second] {
            guard amount > .zero, amount <= Validation.amountMax else {
                throw .amountOutOfRange(min: Cents(1), max: Validation.amountMax)
            }
        }
        let entries = [
            MicroEntry(id: identifier(), amount: command.first, isCredit: true),
            MicroEntry(id: identifier(), amount: command.second, isCredit: true),
            MicroEntry(id: identifier(), amount: command.first + command.second, isCredit: false),
        ]
        method.validations.append(
            Validation(startedAt: facts.now, entries: entries, state: .queued))
        keep(method)
        for entry in entries {
            queueEntry(
                .microEntry(entry.id), amount: entry.amount,
                presentment: .validation(isCredit: entry.isCredit, of: method.id))
        }
        return .done
    }

    /// The three are in one file: they settle together or not at all.
    mutating func submitMicroEntries(_ sent: [Command.SubmitEntry]) throws(Refusal) -> Reply {
        guard case .microEntry(let first)? = sent.first?.payment,
            var method = customer.method(ofMicroEntry: first),
            var validation = method.validation, validation.state == .queued,
            Set(validation.entries.map { PaymentReference.microEntry($0.id) })
                == Set(sent.map(\.payment)), sent.count == validation.entries.count
        else { throw .wrongState("these micro-entries do not wait to be sent together") }
        guard method.standing == .usable, let account = method.bankAccount,
            !facts.isBlocked(account)
        else {
            // Something closed the account meanwhile: nothing to it may leave.
            for entry in validation.entries { dequeueEntry(.microEntry(entry.id)) }
            try end(&method, as: .failed(.accountUnusable))
            return .done
        }
        for index in validation.entries.indices {
            let entry = validation.entries[index]
            guard let leaving = sent.first(where: { $0.payment == .microEntry(entry.id) }) else {
                continue
            }
            validation.entries[index].trace = leaving.trace
            if entry.isCredit {
                try post(
                    .house(.accountValidation), .house(.clearing), entry.amount,
                    .validationSubmitted)
                validation.entries[index].settlementDay = leaving.settlesOn
            } else {
                try post(
                    .house(.clearing), .house(.accountValidation), entry.amount,
                    .validationSubmitted)
                validation.entries[index].settlementDay = countSent(settlingOn: leaving.settlesOn)
            }
            sendEntry(leaving)
        }
        validation.state = .sent
        let end = facts.now.adding(days: Validation.daysMax)
        validation.expiresAt = end
        method.validations[method.validations.count - 1] = validation
        keep(method)
        set(.validationEnd(method.id), due: end)
        notify(.microEntriesSent(method: method.id, lastFour: method.lastFour, until: end))
        return .done
    }

    /// What the customer read in his statement, in any order.
    mutating func confirmValidation(
        _ command: Command.ConfirmValidation
    ) throws(Refusal) -> Reply {
        var method = try method(command.method)
        guard var validation = method.validation, validation.state == .sent else {
            if case .proven = method.validation?.state { return .unchanged }
            throw .wrongState("no amounts are on their way to this account")
        }
        guard validation.expiresAt.map({ facts.now < $0 }) ?? true else {
            try end(&method, as: .failed(.expired))
            return .validationExpired
        }
        let credits = validation.entries.filter(\.isCredit).map(\.amount)
        if command.amounts.sorted() == credits.sorted() {
            method.prove(by: .microEntries)
            try end(&method, as: .proven(at: facts.now))
            return .done
        }
        validation.wrongTries += 1
        method.validations[method.validations.count - 1] = validation
        if validation.triesLeft > 0 {
            keep(method)
        } else {
            try end(&method, as: .failed(.wrongAmounts))
        }
        return .triesLeft(validation.triesLeft)
    }

    /// Nobody typed the amounts in time.
    mutating func validationEnded(_ id: PaymentMethodID) throws(Refusal) -> Reply {
        var method = try method(id)
        guard let validation = method.validation, validation.state == .sent,
            let end = validation.expiresAt
        else { return .unchanged }
        guard facts.now >= end else {
            set(.validationEnd(id), due: end)
            return .unchanged
        }
        try self.end(&method, as: .failed(.expired))
        return .done
    }

    private mutating func end(
        _ method: inout PaymentMethod, as state: Validation.State
    ) throws(Refusal) {
        method.validations[method.validations.count - 1].state = state
        keep(method)
        clear(.validationEnd(method.id))
        switch state {
        case .proven: notify(.methodVerified(method: method.id, lastFour: method.lastFour))
        case .failed(let why):
            notify(
                .validationFailed(method: method.id, lastFour: method.lastFour, why: why))
        case .queued, .sent: break
        }
    }

    // MARK: The bank

    /// The bank has moved the money of one of the entries.
    mutating func settleMicroEntry(_ id: MicroEntryID, on day: Day) throws(Refusal) -> Reply {
        let entry = try microEntry(id)
        guard entry.trace != nil else {
            throw .wrongState("the bank settled an entry that was not with it")
        }
        // What came back before it settled was netted against it.
        guard !entry.isSettled, entry.back?.isNetted != true else { return .unchanged }
        if entry.isCredit {
            try post(
                .house(.clearing), .house(.bankOperating), entry.amount, .validationSettled)
        } else {
            try post(
                .house(.bankOperating), .house(.clearing), entry.amount, .validationSettled)
            countSettled(expected: entry.settlementDay, on: day)
        }
        update(id) { entry in
            entry.isSettled = true
            entry.settlementDay = day
        }
        return .done
    }

    /// An entry came back: the account is not proven by what was typed. What proved it otherwise
    /// meanwhile, documents or a debit that was good, still does.
    mutating func returnMicroEntry(
        _ id: MicroEntryID, _ returned: ReturnedEntry
    ) throws(Refusal) -> Reply {
        let entry = try microEntry(id)
        if entry.back?.trace == returned.trace { return .unchanged }
        guard returned.amount == entry.amount else {
            return try park(returned, of: .microEntry(id), because: .amountDiffers)
        }
        guard entry.back == nil else {
            return try park(returned, of: .microEntry(id), because: .duplicate)
        }
        guard entry.trace != nil else {
            return try park(returned, of: .microEntry(id), because: .neverSent)
        }
        if !entry.isCredit {
            countReturn(code: returned.code, ofDebitSettledOn: entry.settlementDay)
        }
        // Before it settled it is netted; after, the bank moves the money once more.
        try takeBack(
            entry, returned, against: entry.isSettled ? .returnsPayable : .clearing,
            MicroEntry.Back(
                code: returned.code, trace: returned.trace, isSettled: !entry.isSettled,
                isNetted: !entry.isSettled))
        return .done
    }

    /// A person found that a return in suspense is of one of the entries. Its money waits there and
    /// is the bank's business by now; the entry settles as if it had not come back.
    mutating func upholdReturn(
        ofMicroEntry id: MicroEntryID, _ returned: ReturnedEntry, from source: HouseAccount
    ) throws(Refusal) {
        let entry = try microEntry(id)
        if !entry.isCredit {
            countReturn(code: returned.code, ofDebitSettledOn: entry.settlementDay)
        }
        try takeBack(
            entry, returned, against: source,
            MicroEntry.Back(
                code: returned.code, trace: returned.trace, isSettled: true, isNetted: false))
    }

    /// The entry's money is back, and the account is not proven by what was typed.
    private mutating func takeBack(
        _ entry: MicroEntry, _ returned: ReturnedEntry, against source: HouseAccount,
        _ back: MicroEntry.Back
    ) throws(Refusal) {
        if entry.isCredit {
            try post(
                .house(source), .house(.accountValidation), entry.amount, .validationReturned)
        } else {
            try post(
                .house(.accountValidation), .house(source), entry.amount, .validationReturned)
        }
        update(entry.id) { $0.back = back }
        let id = entry.id
        guard var method = customer.method(ofMicroEntry: id) else { throw .methodUnknown }
        let isLastRound = method.validation?.entries.contains { $0.id == id } == true
        if isLastRound, let state = method.validation?.state {
            switch state {
            case .queued, .sent: try end(&method, as: .failed(.returned))
            case .proven:
                method.withdraw(.microEntries)
                try end(&method, as: .failed(.returned))
            case .failed: break
            }
        }
        let rule = facts.returnCode(
            returned.code, settledOn: entry.settlementDay, returned.remarks)
        applyReturn(rule, to: method.id)
        stopCustomer(after: rule, remarks: returned.remarks)
    }

    /// The bank has moved the money of a return, and perhaps charged for it.
    mutating func settleReturn(ofMicroEntry id: MicroEntryID, fee: Cents) throws(Refusal) -> Reply {
        let entry = try microEntry(id)
        guard let back = entry.back else { throw .wrongState("the entry has not been returned") }
        guard !back.isSettled || (back.fee == nil && fee > .zero) else { return .unchanged }
        if !back.isSettled {
            let (debit, credit): (HouseAccount, HouseAccount) =
                entry.isCredit
                ? (.bankOperating, .returnsPayable) : (.returnsPayable, .bankOperating)
            try post(.house(debit), .house(credit), entry.amount, .returnSettled)
        }
        update(id) { entry in
            entry.back?.isSettled = true
            if fee > .zero { entry.back?.fee = fee }
        }
        try post(.house(.returnFee), .house(.bankOperating), fee, .returnFee)
        return .done
    }

    func microEntry(_ id: MicroEntryID) throws(Refusal) -> MicroEntry {
        guard let entry = customer.microEntry(id) else { throw .methodUnknown }
        return entry
    }

    private mutating func update(_ id: MicroEntryID, _ change: (inout MicroEntry) -> Void) {
        guard var method = customer.method(ofMicroEntry: id) else { return }
        for round in method.validations.indices {
            for index in method.validations[round].entries.indices
            where method.validations[round].entries[index].id == id {
                change(&method.validations[round].entries[index])
            }
        }
        keep(method)
    }
}
