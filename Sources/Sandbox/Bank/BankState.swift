import Banking
import Money

/// An entry Makewhole sent, as the bank remembers it. Days are ISO text, amounts cents.
struct BankEntry: Codable, Hashable, Sendable {
    enum Direction: String, Codable, Sendable {
        /// We collect from the customer's account.
        case debit
        /// We pay to the customer's account.
        case credit
    }

    /// Counted from 1 in the order entries arrived.
    var id: Int
    var trace: String
    var direction: Direction
    var transactionCode: Int
    var amountMinor: Int64
    /// Nine digits.
    var routing: String
    var account: String
    var name: String
    /// Makewhole's own payment id, from the individual identification field.
    var individualID: String
    var batch: BankBatch
    var fileName: String
    var receivedAt: Int64
    var settlementDay: String

    var lastFour: String { String(account.suffix(4)) }

    /// Whether a person may mean this entry by `name`. The field of a Nacha entry holds 15
    /// characters, so a longer payment id is known by the part of it that fits.
    func isCalled(_ name: String) -> Bool {
        if trace == name || individualID == name { return true }
        return individualID.count >= Self.recognisableMin
            && name.lowercased().contains(individualID.lowercased())
    }

    /// Fewer characters could be in another payment's id by accident.
    private static let recognisableMin = 8
}

/// What a return has to repeat of the batch its entry came in.
struct BankBatch: Codable, Hashable, Sendable {
    var companyName: String
    var companyID: String
    var standardEntryClass: String
    var entryDescription: String
    /// First eight digits of the Originator's bank.
    var odfi: String
    var effectiveDay: String?
    /// The ten columns of the file header that name the sender; where answers go.
    var fileOrigin: String
    /// The ten columns that name the bank.
    var fileDestination: String
}

/// A return the bank made.
struct BankReturn: Codable, Hashable, Sendable {
    /// The return entry's own trace number.
    var trace: String
    /// The entry it returns; none when the bank made it up.
    var entryID: Int?
    var originalTrace: String
    var code: String
    var amountMinor: Int64
    /// The day the return settles.
    var day: String
    /// Whether money moves for it: not for a return before settlement.
    var movesMoney: Bool
}

/// A dishonored return Makewhole sent.
struct BankDishonor: Codable, Hashable, Sendable {
    enum Outcome: Codable, Hashable, Sendable {
        /// Will be paid at the opening of this banking day unless a person contests first.
        case waiting(day: String)
        case accepted(day: String)
        case contested(code: String)
    }

    var trace: String
    var returnTrace: String
    var originalTrace: String
    var code: String
    var amountMinor: Int64
    var receivedDay: String
    var outcome: Outcome
}

/// Something the bank will do by itself at an instant of the sandbox's clock.
struct BankJob: Codable, Hashable, Sendable {
    var id: Int
    var at: Int64
    var entryID: Int
    var code: String
}

/// Where an entry stands.
enum BankStage: Sendable, Equatable {
    case waiting
    case settled(day: String)
    case returned(code: String, before: Bool)

    var label: String {
        switch self {
        case .waiting: "Waiting for settlement"
        case .settled(let day): "Settled \(day)"
        case .returned(let code, let before):
            before ? "Returned \(code) before settlement" : "Returned \(code)"
        }
    }
}

/// The stories the bank plays by itself, chosen by the last four digits of the account number.
struct BankStory: Sendable, Equatable {
    var code: String
    /// After the day of settlement.
    var bankingDays: Int

    /// The story of an account; none means it settles and stays settled.
    static func of(account: String) -> BankStory? {
        switch account.suffix(4) {
        case "0001": BankStory(code: "R01", bankingDays: 2)
        case "0002": BankStory(code: "R02", bankingDays: 2)
        case "0010": BankStory(code: "R10", bankingDays: 3)
        default: nil
        }
    }
}

/// Why the bank cannot do what a person asked.
enum BankRefusal: Error, Equatable {
    case unknownEntry(String)
    case unknownReturn(String)
    case unknownFile(String)
    case alreadyReturned(String)
    case notReturned(String)
    case notWaiting(String)
    case codeMalformed(String)
    case amountOutOfRange
    case textNotAllowed(field: String, charactersMax: Int)
    case dishonorNotWaiting(String)
    case fileNotWritable(String)

    var detail: String {
        switch self {
        case .unknownEntry(let id):
            "The bank knows no entry \(id). Use an entry number, a trace number or a payment id."
        case .unknownReturn(let trace): "The bank made no return with the trace \(trace)."
        case .unknownFile(let name): "The bank wrote no file \(name)."
        case .alreadyReturned(let id):
            "Entry \(id) is returned already. Choose “return again” to send a second return."
        case .notReturned(let id): "Entry \(id) has no return yet."
        case .notWaiting(let id): "Entry \(id) is not waiting for settlement any more."
        case .codeMalformed(let code):
            "\(code) is no code. Give a letter and two digits, such as R01 or C01."
        case .amountOutOfRange: "Give an amount from 1 cent to $99,999,999.99."
        case .textNotAllowed(let field, let max):
            "\(field) must be 1 to \(max) characters, without commas, bars or line breaks."
        case .dishonorNotWaiting(let trace):
            "The dishonored return \(trace) is settled already, or was never received."
        case .fileNotWritable(let reason): "The file could not be made: \(reason)"
        }
    }
}

/// The bank: what it received, what it settles and returns and when, and the files it wrote.
struct BankState: JournaledState {
    enum Event: Codable, Sendable, Equatable {
        case fileAccepted(
            name: String, digest: String, key: String, entries: [BankEntry],
            dishonors: [BankDishonor])
        case fileRefused(name: String, digest: String)
        case settled(entryIDs: [Int], day: String)
        case returned(BankReturn)
        case dishonorAccepted(returnTrace: String, day: String)
        case dishonorContested(returnTrace: String, code: String)
        case jobAdded(BankJob)
        case jobDone(id: Int)
        case inboundQueued(name: String, text: String, at: Int64)
        case inboundWritten(name: String)
        case contestPolicy(code: String?)
    }

    private(set) var entries: [BankEntry] = []
    private(set) var stages: [Int: BankStage] = [:]
    /// Numbers of the entries that wait, by the day they settle: what is due costs what is due.
    private var waitingByDay: [String: [Int]] = [:]
    private(set) var returns: [BankReturn] = []
    private(set) var dishonors: [BankDishonor] = []
    private(set) var jobs: [BankJob] = []
    /// Digest of each outbound file that was looked at, by name.
    private(set) var seen: [String: String] = [:]
    /// What the operator tells two files apart by.
    private(set) var fileKeys: Set<String> = []
    /// Every file written for Makewhole, by name.
    private(set) var inbound: [String: String] = [:]
    private(set) var inboundOrder: [String] = []
    /// Names not known to be on disk yet.
    private(set) var unwritten: [String] = []
    /// The code dishonored returns are contested with at once; none accepts them.
    private(set) var contestCode: String?
    private(set) var returnCount = 0
    private var jobCount = 0

    /// The bank's hours: settlement at 08:30 Eastern, and a cut-off late enough that a file sent
    /// at the customary 20:00 Eastern is processed the same banking day.
    static let timing: ACHTiming = {
        guard let cutOff = TimeOfDay(hour: 23, minute: 30) else {
            preconditionFailure("23:30 is a time of day")
        }
        return ACHTiming(cutOff: cutOff)
    }()

    /// Return files by story arrive this long before the opening of business, so that a return
    /// "by opening of the second banking day" is in time (Nacha Operating Rules, return windows).
    static let returnLead: Int64 = 15 * 60_000

    init() {}

    // MARK: Reading

    /// The entry a person means: its number, its trace number, or Makewhole's id of the payment
    /// (then the latest entry of the payment).
    func entry(_ name: String) throws(BankRefusal) -> BankEntry {
        if let number = Int(name), entries.indices.contains(number - 1) {
            return entries[number - 1]
        }
        guard let match = entries.last(where: { $0.isCalled(name) }) else {
            throw .unknownEntry(name)
        }
        return match
    }

    func stage(_ entry: BankEntry) -> BankStage { stages[entry.id] ?? .waiting }

    var hasWaitingEntries: Bool { !waitingByDay.isEmpty }

    /// When the bank will next do something by itself.
    var nextEventAt: Instant? {
        let settlements = waitingByDay.keys.map { Self.settlementInstant($0) }
        let returns = jobs.map { Instant(milliseconds: $0.at) }
        let payments = dishonors.compactMap { dishonor -> Instant? in
            guard case .waiting(let day) = dishonor.outcome else { return nil }
            return Self.settlementInstant(day)
        }
        return (settlements + returns + payments).min()
    }

    /// Entries that wait to be settled, in the order they came.
    private func waiting(until due: Instant? = nil) -> [BankEntry] {
        waitingByDay.filter { day, _ in
            due.map { Self.settlementInstant(day) <= $0 } ?? true
        }.values.joined().sorted().map { entries[$0 - 1] }
    }

    static func settlementInstant(_ day: String) -> Instant {
        Day(iso: day).map { timing.settlementInstant($0) } ?? Instant(milliseconds: 0)
    }

    /// The day an entry settles: the banking day after it is processed, and never before its
    /// effective entry date.
    static func settlementDay(receivedAt instant: Instant, effective: Day?) -> Day {
        let earliest = timing.forwardSettlement(
            processingDay: timing.processingDay(submittedAt: instant))
        guard let effective, effective > earliest else { return earliest }
        return timing.calendar.bankingDay(onOrAfter: effective)
    }

    // MARK: Deciding what is due

    /// Everything due at the earliest due instant up to `now`; no events when nothing is due. The
    /// caller applies and asks again, so that a long jump plays its days in order.
    func decideDue(at now: Instant) throws(BankRefusal) -> [Event] {
        guard let due = nextEventAt, due <= now else { return [] }
        if let job = jobs.min(by: { $0.at < $1.at }), job.at <= due.milliseconds {
            return try decideJob(job)
        }
        return settlement(of: waiting(until: due), on: Eastern.day(at: due), at: due)
    }

    private func decideJob(_ job: BankJob) throws(BankRefusal) -> [Event] {
        let entry = try entry(String(job.entryID))
        switch stage(entry) {
        case .returned: return [.jobDone(id: job.id)]
        case .waiting, .settled:
            return try decideReturn(
                entry, code: job.code, variation: .plain, at: Instant(milliseconds: job.at))
                + [.jobDone(id: job.id)]
        }
    }

    /// Settles entries, and the dishonored returns that are due, in one file.
    private func settlement(of due: [BankEntry], on day: Day, at instant: Instant) -> [Event] {
        let paid = dishonors.filter { dishonor in
            guard case .waiting(let due) = dishonor.outcome else { return false }
            return Self.settlementInstant(due) <= instant
        }
        var rows = due.filter { $0.amountMinor > 0 }.map { entry in
            SettlementRow(
                record: entry.direction == .debit ? .debitSettled : .creditSettled,
                trace: entry.trace, amountMinor: entry.amountMinor, day: day,
                reference: entry.fileName)
        }
        rows += paid.map { dishonor in
            SettlementRow(
                record: .dishonorSettled, trace: dishonor.trace,
                amountMinor: dishonor.amountMinor, day: day, reference: dishonor.returnTrace)
        }
        var events: [Event] = []
        if !due.isEmpty { events.append(.settled(entryIDs: due.map(\.id), day: day.iso)) }
        events += paid.map { .dishonorAccepted(returnTrace: $0.returnTrace, day: day.iso) }
        if !rows.isEmpty {
            events.append(queued(SettlementFile(rows: rows, day: day), at: instant))
        }
        for (offset, entry) in due.filter({ $0.direction == .debit }).enumerated() {
            guard let story = BankStory.of(account: entry.account) else { continue }
            let returnDay = Self.timing.calendar.bankingDay(story.bankingDays, after: day)
            events.append(
                .jobAdded(
                    BankJob(
                        id: jobCount + offset + 1,
                        at: Self.timing.settlementInstant(returnDay).milliseconds
                            - Self.returnLead,
                        entryID: entry.id, code: story.code)))
        }
        return events
    }

    // MARK: Deciding what a person asks

    /// Settles one waiting entry, or all of them, at once.
    func decideSettlingNow(_ name: String?, at now: Instant) throws(BankRefusal) -> [Event] {
        guard let name else { return settlement(of: waiting(), on: Eastern.day(at: now), at: now) }
        let entry = try entry(name)
        guard stage(entry) == .waiting else { throw .notWaiting(name) }
        return settlement(of: [entry], on: Eastern.day(at: now), at: now)
    }

    /// How a return departs from a truthful one.
    enum ReturnVariation: String, Sendable, CaseIterable {
        case plain
        /// A second, distinct return of an entry that is returned already.
        case again
        /// The amount is one dollar more than the entry's.
        case wrongAmount = "wrong_amount"
        /// The original trace number is one nobody sent.
        case unknownTrace = "unknown_trace"
    }

    /// Returns an entry now. Before settlement no money moves; after it, the settlement of the
    /// return follows in a file of its own.
    func decideReturn(
        _ entry: BankEntry, code: String, variation: ReturnVariation, at now: Instant
    ) throws(BankRefusal) -> [Event] {
        guard Self.isCode(code, letter: "R") else { throw .codeMalformed(code) }
        let stage = stage(entry)
        switch (stage, variation) {
        case (.returned, .plain), (.returned, .wrongAmount):
            throw .alreadyReturned(String(entry.id))
        case (.waiting, .again), (.settled, .again):
            throw .notReturned(String(entry.id))
        case (.waiting, _), (.settled, _), (.returned, _): break
        }
        let item = BankReturn(
            trace: nextReturnTrace(of: entry),
            entryID: variation == .unknownTrace ? nil : entry.id,
            originalTrace: variation == .unknownTrace
                ? entry.batch.odfi + Self.sevenDigits(9_900_000 + returnCount) : entry.trace,
            code: code,
            amountMinor: entry.amountMinor + (variation == .wrongAmount ? 100 : 0),
            day: Eastern.day(at: now).iso, movesMoney: stage != .waiting)
        return try [.returned(item)] + files(for: item, like: entry, at: now)
    }

    private func files(
        for item: BankReturn, like entry: BankEntry, at now: Instant
    ) throws(BankRefusal) -> [Event] {
        var events = [
            inboundQueued(
                "return", "ach",
                try BankFiles.returnFile(item, of: entry, at: now, count: fileCount),
                at: now)
        ]
        if item.movesMoney {
            let day = Eastern.day(at: now)
            let row = SettlementRow(
                record: .returnSettled, trace: item.originalTrace,
                amountMinor: item.amountMinor, day: day, reference: item.trace)
            events.append(
                queued(SettlementFile(rows: [row], day: day), at: now, after: events.count))
        }
        return events
    }

    /// Plans a return for the opening of a later banking day, counted from the settlement day.
    func decideReturnLater(
        _ entry: BankEntry, code: String, bankingDays: Int, at now: Instant
    ) throws(BankRefusal) -> [Event] {
        guard Self.isCode(code, letter: "R") else { throw .codeMalformed(code) }
        guard (0...500).contains(bankingDays) else { throw .amountOutOfRange }
        guard let settlement = Day(iso: entry.settlementDay) else {
            throw .unknownEntry(String(entry.id))
        }
        let day = Self.timing.calendar.bankingDay(bankingDays, after: settlement)
        let at = Self.timing.settlementInstant(day).milliseconds - Self.returnLead
        return [
            .jobAdded(
                BankJob(
                    id: jobCount + 1, at: max(at, now.milliseconds), entryID: entry.id,
                    code: code))
        ]
    }

    /// Sends the latest return entry of an entry once more, in another file. No money moves.
    func decideRepeatingReturn(_ entry: BankEntry, at now: Instant) throws(BankRefusal) -> [Event] {
        guard let item = returns.last(where: { $0.entryID == entry.id }) else {
            throw .notReturned(String(entry.id))
        }
        return [
            inboundQueued(
                "return", "ach",
                try BankFiles.returnFile(item, of: entry, at: now, count: fileCount),
                at: now)
        ]
    }

    /// Sends a file once more, the same bytes under a new name.
    func decideRepeatingFile(_ name: String, at now: Instant) throws(BankRefusal) -> [Event] {
        guard let text = inbound[name] else { throw .unknownFile(name) }
        let parts = name.split(separator: "-", maxSplits: 1)
        let kind = parts.first.map(String.init) ?? "file"
        return [inboundQueued(kind, name.hasSuffix(".csv") ? "csv" : "ach", text, at: now)]
    }

    /// Tells Makewhole that a detail of the entry has to change.
    func decideChange(
        _ entry: BankEntry, code: String, corrected: String, at now: Instant
    ) throws(BankRefusal) -> [Event] {
        guard Self.isCode(code, letter: "C") else { throw .codeMalformed(code) }
        guard (1...29).contains(corrected.utf8.count),
            corrected.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { throw .textNotAllowed(field: "Corrected data", charactersMax: 29) }
        let text = try BankFiles.changeFile(
            of: entry, code: code, corrected: corrected,
            trace: nextReturnTrace(of: entry), at: now, count: fileCount)
        return [inboundQueued("noc", "ach", text, at: now)]
    }

    /// Answers a dishonored return: the first return was right after all.
    func decideContest(
        _ trace: String, code: String, at now: Instant
    ) throws(BankRefusal) -> [Event] {
        guard Self.isCode(code, letter: "R") else { throw .codeMalformed(code) }
        guard
            let dishonor = dishonors.last(where: {
                $0.trace == trace || $0.returnTrace == trace || $0.originalTrace == trace
            })
        else { throw .dishonorNotWaiting(trace) }
        guard case .waiting = dishonor.outcome else { throw .dishonorNotWaiting(trace) }
        return try contest(dishonor, code: code, at: now)
    }

    private func contest(
        _ dishonor: BankDishonor, code: String, at now: Instant
    ) throws(BankRefusal) -> [Event] {
        guard let item = returns.last(where: { $0.trace == dishonor.returnTrace }),
            let entry = item.entryID.flatMap({ entries[$0 - 1] })
        else { throw .unknownReturn(dishonor.returnTrace) }
        let text = try BankFiles.contestFile(
            of: dishonor, return: item, entry: entry, code: code,
            trace: nextReturnTrace(of: entry), at: now, count: fileCount)
        return [
            .dishonorContested(returnTrace: dishonor.returnTrace, code: code),
            inboundQueued("contested", "ach", text, at: now),
        ]
    }

    /// Whether dishonored returns that come in are contested at once, and with which code.
    func decideContestPolicy(_ code: String?) throws(BankRefusal) -> [Event] {
        if let code, !Self.isCode(code, letter: "R") { throw .codeMalformed(code) }
        return code == contestCode ? [] : [.contestPolicy(code: code)]
    }

    /// Money a customer sends by wire or instant credit: on the account at once.
    func decideWire(
        amountMinor: Int64, reference: String, sender: String, at now: Instant
    ) throws(BankRefusal) -> [Event] {
        guard (1...9_999_999_999).contains(amountMinor) else { throw .amountOutOfRange }
        for (field, text) in [("Reference", reference), ("Sender", sender)] {
            guard Self.isPlain(text, max: 35) else {
                throw .textNotAllowed(field: field, charactersMax: 35)
            }
        }
        let day = Eastern.day(at: now)
        let row = SettlementRow(
            record: .wireReceived, trace: "W\(day.iso.filter { $0 != "-" })-\(fileCount + 1)",
            amountMinor: amountMinor, day: day, reference: "\(reference)|\(sender)")
        return [queued(SettlementFile(rows: [row], day: day), at: now)]
    }

    // MARK: Deciding what arrives

    /// Takes a file of Makewhole's that read well.
    func decideAccepting(
        _ file: OutboundFile, name: String, digest: String, at now: Instant
    ) -> [Event] {
        let today = Eastern.day(at: now)
        let entries = file.entries.enumerated().map { offset, entry in
            var entry = entry
            entry.id = self.entries.count + offset + 1
            entry.fileName = name
            entry.receivedAt = now.milliseconds
            entry.settlementDay =
                Self.settlementDay(
                    receivedAt: now, effective: entry.batch.effectiveDay.flatMap { Day(iso: $0) }
                ).iso
            return entry
        }
        let settles = Self.timing.calendar.bankingDay(1, after: today)
        let dishonors = file.dishonors.map { dishonor in
            var dishonor = dishonor
            dishonor.receivedDay = today.iso
            dishonor.outcome = .waiting(day: settles.iso)
            return dishonor
        }
        return [
            .fileAccepted(
                name: name, digest: digest, key: file.key, entries: entries,
                dishonors: dishonors)
        ]
    }

    /// Contests the first waiting dishonored return while the bank is told to contest them. The
    /// caller applies and asks again until nothing comes.
    func decideContesting(at now: Instant) throws(BankRefusal) -> [Event] {
        guard let contestCode else { return [] }
        let waiting = dishonors.first { dishonor in
            guard case .waiting = dishonor.outcome else { return false }
            return returns.contains { $0.trace == dishonor.returnTrace && $0.entryID != nil }
        }
        guard let waiting else { return [] }
        return try contest(waiting, code: contestCode, at: now)
    }

    /// Refuses a file: its problems go back beside it.
    func decideRefusing(
        name: String, digest: String, problems: String, at now: Instant
    ) -> [Event] {
        [
            .fileRefused(name: name, digest: digest),
            .inboundQueued(
                name: "\(name).reject.json", text: problems, at: now.milliseconds),
        ]
    }

    // MARK: Names and numbers

    /// Files made so far: part of every name, so no two names are ever equal.
    var fileCount: Int { inboundOrder.count }

    private func queued(
        _ file: SettlementFile, at now: Instant, after offset: Int = 0
    ) -> Event {
        inboundQueued("settlement", "csv", file.text, at: now, after: offset)
    }

    private func inboundQueued(
        _ kind: String, _ suffix: String, _ text: String, at now: Instant, after offset: Int = 0
    ) -> Event {
        let day = Eastern.day(at: now).iso.filter { $0 != "-" }
        let time = Eastern.timeOfDay(at: now).hhmm
        let seconds = (now.milliseconds / 1_000) % 60
        let name =
            "\(kind)-\(day)-\(time)\(seconds < 10 ? "0" : "")\(seconds)-"
            + "\(fileCount + offset + 1).\(suffix)"
        return .inboundQueued(name: name, text: text, at: now.milliseconds)
    }

    private func nextReturnTrace(of entry: BankEntry) -> String {
        String(entry.routing.prefix(8)) + Self.sevenDigits(1_000_000 + fileCount + 1)
    }

    static func sevenDigits(_ number: Int) -> String {
        let digits = String(number % 10_000_000)
        return String(repeating: "0", count: 7 - digits.count) + digits
    }

    private static func isCode(_ code: String, letter: Character) -> Bool {
        code.count == 3 && code.first == letter
            && code.dropFirst().utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func isPlain(_ text: String, max: Int) -> Bool {
        (1...max).contains(text.count)
            && text.unicodeScalars.allSatisfy {
                $0.value >= 0x20 && $0.value != 0x7F && !"|,\"".unicodeScalars.contains($0)
            }
    }

    // MARK: Applying

    mutating func apply(_ event: Event) {
        switch event {
        case .fileAccepted(let name, let digest, let key, let entries, let dishonors):
            seen[name] = digest
            fileKeys.insert(key)
            self.entries += entries
            for entry in entries { waitingByDay[entry.settlementDay, default: []].append(entry.id) }
            self.dishonors += dishonors
        case .fileRefused(let name, let digest):
            seen[name] = digest
        case .settled(let ids, let day):
            for id in ids { leaveWaiting(id, as: .settled(day: day)) }
        case .returned(let item):
            returns.append(item)
            returnCount += 1
            if let id = item.entryID {
                leaveWaiting(id, as: .returned(code: item.code, before: !item.movesMoney))
            }
        case .dishonorAccepted(let trace, let day):
            settleDishonor(trace, .accepted(day: day))
        case .dishonorContested(let trace, let code):
            settleDishonor(trace, .contested(code: code))
        case .jobAdded(let job):
            jobCount += 1
            jobs.append(job)
        case .jobDone(let id):
            jobs.removeAll { $0.id == id }
        case .inboundQueued(let name, let text, _):
            inbound[name] = text
            inboundOrder.append(name)
            unwritten.append(name)
        case .inboundWritten(let name):
            unwritten.removeAll { $0 == name }
        case .contestPolicy(let code):
            contestCode = code
        }
    }

    private mutating func leaveWaiting(_ id: Int, as stage: BankStage) {
        stages[id] = stage
        guard entries.indices.contains(id - 1) else { return }
        let day = entries[id - 1].settlementDay
        waitingByDay[day]?.removeAll { $0 == id }
        if waitingByDay[day]?.isEmpty == true { waitingByDay[day] = nil }
    }

    private mutating func settleDishonor(_ trace: String, _ outcome: BankDishonor.Outcome) {
        for index in dishonors.indices where dishonors[index].returnTrace == trace {
            guard case .waiting = dishonors[index].outcome else { continue }
            dishonors[index].outcome = outcome
        }
    }
}
