import Banking

/// Makes the records of one file, in order, each proved before it counts.
///
/// What ``StreamWriter`` and ``FileWriter`` have in common: they differ in where the bytes go.
struct FileComposer: ~Copyable {
    var page: RecordPage

    private var state = State.file
    /// Of the batches that are closed.
    private var fileTotals = ControlTotals()
    private var fileCounts = EntryCounts()
    private var batches = 0
    private var isAdvice = false
    /// Records are refused from here on; the control records still fit.
    private static let recordsMax = Layout.blocksMax * Layout.blockingFactor - 2

    // The batch.
    private var header: BatchHeader?
    private var totals = ControlTotals()
    private var entries = 0
    private var rules = BatchRules(serviceClass: nil, entryClass: nil, odfi: nil)
    private var plain = PlainRules()
    private var previousNumber: Int?

    enum State { case file, batch, done, abandoned }

    init(_ fileHeader: FileHeader, _ ending: FileWriter.LineEnding) throws(WriteRefusal) {
        page = RecordPage(ending)
        try page.write(fileHeader)
    }

    // MARK: - Batches

    mutating func begin(_ next: BatchHeader) throws(WriteRefusal) {
        try closeBatch()
        try expect(.file, "a batch header")
        guard batches < Layout.batchesMax else {
            throw page.refusal(
                .limitExceeded, FileControlFields.batches, "\(batches + 1)", "fewer batches")
        }
        page.batch = batches
        if let previousNumber, next.number <= previousNumber {
            throw page.refusal(
                .batchNumberNotAscending, BatchHeaderFields.number, "\(next.number)",
                "more than \(previousNumber)")
        }
        guard batches == 0 || isAdvice == (next.entryClass == .adv) else {
            throw page.refusal(
                .entryClassMismatch, BatchHeaderFields.entryClass, next.entryClass.rawValue,
                "accounting advice in a file of its own")
        }
        if let violation = BatchRules.violations(next).first { throw page.refusal(violation) }
        try page.write(next)
        header = next
        state = .batch
        batches += 1
        isAdvice = next.entryClass == .adv
        previousNumber = next.number
        totals = ControlTotals()
        entries = 0
        rules = BatchRules(
            serviceClass: next.entryClass == .adv ? nil : next.serviceClass,
            entryClass: next.entryClass, odfi: next.odfi)
        plain = PlainRules(next)
    }

    private mutating func closeBatch() throws(WriteRefusal) {
        guard state == .batch, let header else { return }
        page.entry = nil
        guard entries > 0 else {
            throw page.refusal(.batchEmpty, Layout.recordType, "no entry", "at least one")
        }
        totals.hash %= Layout.hashModulus
        try page.writeControl(of: header, totals)
        fileTotals.add(totals)
        state = .file
        page.batch = nil
    }

    /// Closes what is open and writes the file control and the nines after it.
    mutating func finish() throws(WriteRefusal) -> WriteReport {
        try closeBatch()
        try expect(.file, "the end of the file")
        page.batch = nil
        try page.writeControl(fileTotals, batches: batches, isAdvice: isAdvice)
        state = .done
        return WriteReport(
            batches: batches, counts: fileCounts, totals: fileTotals, records: page.records)
    }

    // MARK: - Entries

    /// A refused entry is not in the file; the next one may follow.
    mutating func add(_ entry: Entry) throws(WriteRefusal) {
        if let plain = PlainEntry(entry), addPlain(plain) { return }
        try addInFull(entry)
    }

    /// As ``add(_:)`` of an ``Entry``, for one without addenda.
    @inline(__always)
    mutating func add(_ entry: PlainEntry) throws(WriteRefusal) {
        if addPlain(entry) { return }
        try addInFull(Entry(entry))
    }

    /// Adds an entry that passes every rule in a few comparisons; false, and nothing is done, for
    /// one that needs a second look or is to be refused.
    @inline(__always)
    private mutating func addPlain(_ entry: PlainEntry) -> Bool {
        let cents = UInt64(entry.amount.count)
        let side = entry.code.side
        guard state == .batch, plain.isPassed(by: entry), hasRoom(1, side, cents: cents) else {
            return false
        }
        page.endPlain(
            entry, odfi: plain.odfiDigits, sequence: entry.trace.number &- plain.odfiBase)
        plain.previous = entry.trace.number
        rules.notePlain(entry.trace.number)
        count(entry.receiver, side, cents, 0)
        return true
    }

    private mutating func addInFull(_ entry: Entry) throws(WriteRefusal) {
        let header = try openHeader("an entry")
        guard header.entryClass != .adv else {
            throw refusal(
                .entryClassMismatch, EntryFields.code, "an entry of an account",
                "accounting advice, as the batch's class says")
        }
        let mark = page.mark
        let rulesBefore = rules
        do throws(WriteRefusal) {
            if let violation = rules.violations(entry).first { throw page.refusal(violation) }
            try reserve(
                1 + entry.addenda.count, entry.code.side, cents: UInt64(entry.amount.count))
            try page.write(entry, in: header)
        } catch {
            page.rewind(to: mark)
            rules = rulesBefore
            page.entry = nil
            throw error
        }
        plain.note(entry)
        count(entry.receiver, entry.code.side, UInt64(entry.amount.count), entry.addenda.count)
    }

    /// A refused advice is not in the file; the next one may follow.
    mutating func add(_ advice: Advice) throws(WriteRefusal) {
        let header = try openHeader("an advice")
        guard header.entryClass == .adv else {
            page.entry = nil
            throw refusal(
                .entryClassMismatch, EntryFields.code, "an advice",
                "an entry of class \(header.entryClass.rawValue)")
        }
        let mark = page.mark
        do throws(WriteRefusal) {
            try reserve(1, advice.code.side, cents: UInt64(advice.amount.count))
            try page.write(advice)
        } catch {
            page.rewind(to: mark)
            page.entry = nil
            throw error
        }
        count(advice.receiver, advice.code.side, UInt64(advice.amount.count), 0)
    }

    private mutating func openHeader(_ found: String) throws(WriteRefusal) -> BatchHeader {
        try expect(.batch, found)
        guard let header else { throw refusal(.recordOutOfOrder, Layout.recordType, found, "5") }
        page.entry = entries
        return header
    }

    @inline(__always)
    private mutating func count(
        _ receiver: RoutingNumber, _ side: EntrySide, _ cents: UInt64, _ addenda: Int
    ) {
        entries &+= 1
        totals.count &+= 1 &+ addenda
        // At most a million banks of eight digits: the modulus can wait for the control record.
        totals.hash &+= UInt64(receiver.identification.number)
        totals.add(side, cents: cents)
        fileCounts.entries &+= 1
        fileCounts.addenda &+= addenda
        page.entry = nil
    }

    // MARK: - Limits

    /// Whether the controls can still count and sum this much more.
    @inline(__always)
    private func hasRoom(_ records: Int, _ side: EntrySide, cents: UInt64) -> Bool {
        let sum: UInt64
        switch side {
        case .debit: sum = totals.debits &+ fileTotals.debits
        case .credit: sum = totals.credits &+ fileTotals.credits
        }
        let limit = isAdvice ? Layout.adviceTotalMax : Layout.totalMax
        return totals.count &+ records <= Layout.batchCountMax
            && page.records &+ records <= Self.recordsMax && sum <= limit && cents <= limit &- sum
    }

    private func reserve(
        _ records: Int, _ side: EntrySide, cents: UInt64
    ) throws(WriteRefusal) {
        guard !hasRoom(records, side, cents: cents) else { return }
        if totals.count + records > Layout.batchCountMax {
            throw page.refusal(
                .limitExceeded, BatchControlFields.count, "\(totals.count + records)",
                "at most \(Layout.batchCountMax) entries and addenda in a batch")
        }
        if page.records + records > Self.recordsMax {
            throw page.refusal(
                .limitExceeded, FileControlFields.blocks, "\(page.records + records) records",
                "at most \(Self.recordsMax)")
        }
        throw page.refusal(
            .limitExceeded,
            side == .debit ? FileControlFields.debits : FileControlFields.credits,
            "more than its digits hold", "another file for what follows")
    }

    // MARK: - Order

    private func expect(_ wanted: State, _ found: String) throws(WriteRefusal) {
        guard state != wanted else { return }
        let expected =
            switch state {
            case .file: "a batch header first"
            case .batch: "the end of the batch"
            case .done: "nothing after the end of the file"
            case .abandoned: "nothing more: the file cannot be finished"
            }
        throw refusal(.recordOutOfOrder, Layout.recordType, found, expected)
    }

    /// Nothing more may be written: a part has already gone wrong.
    mutating func abandon() { state = .abandoned }

    private func refusal(
        _ code: Problem.Code, _ field: RecordField, _ found: String, _ expected: String
    ) -> WriteRefusal {
        page.refusal(code, field, found, expected)
    }
}

/// What a written file holds.
public struct WriteReport: Hashable, Sendable {
    /// How many batches there are.
    public let batches: Int
    /// How many entries and addenda.
    public let counts: EntryCounts
    /// What the file control says.
    public let totals: ControlTotals
    /// Records with the nines that fill the last block.
    public let records: Int
}

/// What an entry without addenda passes in a batch of the usual layout, as a few comparisons. It
/// lets nothing through that ``BatchRules`` would refuse.
private struct PlainRules {
    private var takesDebits = false
    private var takesCredits = false
    private var needsName = false
    private(set) var odfiBase: UInt64 = 0
    private(set) var odfiDigits: UInt64 = 0
    /// The trace number before; the next is larger.
    var previous: UInt64?

    init() {}

    init(_ header: BatchHeader) {
        odfiBase = UInt64(header.odfi.number) * 10_000_000
        odfiDigits = Digits.ascii(UInt64(header.odfi.number))
        needsName = header.entryClass.needsName
        guard header.entryClass.shape == .usual, header.entryClass != .cor else { return }
        takesDebits = header.serviceClass.allows(.debit)
        takesCredits = header.serviceClass.allows(.credit)
    }

    /// After an entry with an answer to another one, plain ones would be mixed with it.
    mutating func note(_ entry: Entry) {
        previous = entry.trace.number
        if entry.kind != .forward {
            takesDebits = false
            takesCredits = false
        }
    }

    @inline(__always)
    func isPassed(by entry: PlainEntry) -> Bool {
        let trace = entry.trace.number
        let cents = UInt64(entry.amount.count)
        return (entry.code.side == .debit ? takesDebits : takesCredits)
            && entry.code.use == .live
            && trace >= odfiBase && trace &- odfiBase <= UInt64(TraceNumber.sequenceMax)
            && previous.map { trace > $0 } ?? true
            && cents > 0 && cents <= UInt64(Entry.amountMax.count)
            && entry.account.fits(17) && !entry.account.isBlankOrZero
            && entry.identification.fits(15) && entry.name.fits(22)
            && (!needsName || !entry.name.isBlankOrZero)
            && entry.discretionaryData.count <= 2
    }
}
