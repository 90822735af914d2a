import Banking
import Money

/// Takes records one by one and puts the file together.
///
/// A field that cannot be read leaves a problem and a `nil`; what depends on it is then not
/// checked, so that one wrong digit is one problem and not ten.
struct FileAssembler {
    var problems: ProblemList
    private(set) var hasStopped = false

    private var state = State.start
    private var header: FileHeader?
    private var batches: [Batch] = []
    private var open: OpenBatch?
    private var totals = ControlTotals()
    /// False once a batch's control fields could not be read.
    private var totalsAreKnown = true
    private var batchCount = 0
    private var previousBatchNumber: Int?
    private var records = 0
    private var blocks: (declared: Int, line: Int)?

    private enum State { case start, file, batch, done }

    /// Whether the file control has been read.
    var isComplete: Bool { state == .done }

    init(profile: ReadingProfile) { problems = ProblemList(profile: profile) }

    // MARK: - Records in order

    mutating func take(_ scanned: RecordScanner.Scanned, line: Int) {
        switch scanned {
        case .record(let record):
            take(record)
        case .mended(let record, let code, let found, let expected):
            if state == .start, !looksLikeHeader(record) { return refuseOther(record) }
            problems.add(code, Field("record", 1...94), line: line, found, expected)
            take(record)
        case .blankLine:
            problems.add(.blankLine, Layout.recordType, line: line, "a blank line", "a record")
        case .tooLong(let count):
            if state == .start {
                return stop(
                    .notANachaFile, Field("record", 1...94), line: line, "\(count) columns",
                    "a file header record of \(Layout.width) columns")
            }
            stop(
                .recordTooLong, Field("record", 1...94), line: line, "\(count) columns",
                "\(Layout.width) columns")
        }
        if problems.isFull { hasStopped = true }
    }

    private mutating func take(_ record: Record) {
        switch (state, record.type) {
        case (.start, 0x31) where looksLikeHeader(record):
            records += 1
            readFileHeader(record)
            state = .file
        case (.start, _):
            refuseOther(record)
        case (.file, 0x35):
            records += 1
            openBatch(record)
            state = .batch
        case (.file, 0x39):
            records += 1
            readFileControl(record)
            state = .done
        case (.batch, 0x36):
            records += 1
            closeEntry()
            readEntry(record)
        case (.batch, 0x37):
            records += 1
            readAddenda(record)
        case (.batch, 0x38):
            records += 1
            closeEntry()
            closeBatch(record)
            state = .file
        case (.done, 0x39) where record.isPadding:
            records += 1
        case (.done, 0x31):
            stop(
                .secondFile, Layout.recordType, line: record.line, "another file header",
                "the end of the file")
        case (_, 0x31), (_, 0x35), (_, 0x36), (_, 0x37), (_, 0x38), (_, 0x39):
            stop(
                .recordOutOfOrder, Layout.recordType, line: record.line,
                "a record of type \(Character(Unicode.Scalar(record.type)))", expectedTypes)
        default:
            stop(
                .unknownRecordType, Layout.recordType, line: record.line,
                "a record of no known type", expectedTypes)
        }
    }

    private var expectedTypes: String {
        switch state {
        case .start: "1, the file header"
        case .file: "5, a batch header, or 9, the file control"
        case .batch where open?.entry == nil: "6, an entry, or 8, the batch control"
        case .batch: "6, an entry, 7, an addenda, or 8, the batch control"
        case .done: "the end of the file"
        }
    }

    /// The reading, or why there is none. `line` is the last one.
    mutating func finish(line: Int) throws(FileRefusal) -> Reading {
        if !hasStopped {
            switch state {
            case .start:
                problems.add(
                    .emptyFile, Layout.record, line: 1, "nothing", "a file header record")
            case .file, .batch:
                problems.add(
                    .endedEarly, Layout.recordType, line: line, "the end of the file",
                    expectedTypes)
            case .done:
                proveBlocks(line: line)
            }
        }
        guard problems.refusals.isEmpty, let header else {
            throw FileRefusal(problems: problems.all)
        }
        return Reading(
            file: NachaFile(header: header, batches: batches), warnings: problems.warnings,
            warningsOmitted: problems.warningsOmitted)
    }

    private mutating func proveBlocks(line: Int) {
        let full = (records + Layout.blockingFactor - 1) / Layout.blockingFactor
        if let blocks, blocks.declared != full {
            problems.add(
                .blockCountDiffers, FileControlFields.blocks, line: blocks.line,
                "\(blocks.declared)", "\(full)")
        }
        if records % Layout.blockingFactor != 0 {
            problems.add(
                .paddingMissing, Layout.recordType, line: line, "\(records) records",
                "records of nines up to \(full * Layout.blockingFactor)")
        }
    }

    private mutating func stop(
        _ code: Problem.Code, _ field: Field, line: Int, _ found: String, _ expected: String
    ) {
        problems.add(code, field, line: line, found, expected)
        hasStopped = true
    }

    // MARK: - The file

    /// A `1` and the constants that no other kind of text has in these columns.
    private func looksLikeHeader(_ record: Record) -> Bool {
        guard record.type == 0x31 else { return false }
        let signs = [
            record.columns(FileHeaderFields.priority) == "01",
            record.columns(FileHeaderFields.recordSize) == "094",
            record.columns(FileHeaderFields.blocking) == "10",
            record.number(FileHeaderFields.created) != nil,
        ]
        // One of them may be wrong and the file still be meant as one.
        return signs.filter { $0 }.count >= 3
    }

    private mutating func refuseOther(_ record: Record) {
        let looks =
            switch record.type {
            case 0x3C: "something like a web page"
            case 0x7B, 0x5B: "something like JSON"
            case 0x50 where record.columns(Field("", 1...2)) == "PK": "a compressed archive"
            case 0x25 where record.columns(Field("", 1...4)) == "%PDF": "a PDF document"
            case 0x2D where record.columns(Field("", 1...5)) == "-----": "an encrypted message"
            default: "something else"
            }
        stop(
            .notANachaFile, Field("record", 1...94), line: record.line, looks,
            "a file header record, beginning with 101")
    }

    private mutating func readFileHeader(_ record: Record) {
        typealias Fields = FileHeaderFields
        prove(record, Fields.priority, is: "01")
        prove(record, Fields.recordSize, is: "094")
        prove(record, Fields.blocking, is: "10")
        prove(record, Fields.format, is: "1")
        let destination = party(record, Fields.destination)
        let origin = party(record, Fields.origin)
        if let destination, destination.looksLikeRouting, destination.routing == nil {
            problems.add(
                .partyCheckDigit, Fields.destination, line: record.line, destination.columns,
                "a routing number with its check digit")
        }
        let created = day(record, Fields.created)
        let modifier = record.byte(Fields.modifier)
        if !FileModifier.isValid(modifier) {
            problems.add(
                .notAModifier, Fields.modifier, line: record.line, quoted(record, Fields.modifier),
                "A-Z or 0-9")
        }
        guard let destination, let origin, let created else { return }
        header = FileHeader(
            destination: destination, origin: origin, created: created,
            createdAt: time(record, Fields.createdAt),
            modifier: FileModifier(trusted: modifier),
            destinationName: record.text(Fields.destinationName),
            originName: record.text(Fields.originName),
            referenceCode: record.text(Fields.reference))
    }

    private mutating func readFileControl(_ record: Record) {
        typealias Fields = FileControlFields
        if let declared = number(record, Fields.batches), declared != batchCount {
            problems.add(
                .batchCountDiffers, Fields.batches, line: record.line, "\(declared)",
                "\(batchCount)")
        }
        if let declared = number(record, Fields.blocks) { blocks = (declared, record.line) }
        let count = number(record, Fields.count)
        let hash = number(record, Fields.hash)
        let debits = number(record, Fields.debits)
        let credits = number(record, Fields.credits)
        guard totalsAreKnown else { return }
        prove(record, Fields.count, count, is: totals.count, .countDiffers)
        prove(record, Fields.hash, hash, is: Int(totals.hash), .hashDiffers)
        prove(record, Fields.debits, debits, is: Int(totals.debits), .totalDiffers)
        prove(record, Fields.credits, credits, is: Int(totals.credits), .totalDiffers)
    }

    // MARK: - Batches

    private mutating func openBatch(_ record: Record) {
        typealias Fields = BatchHeaderFields
        batchCount += 1
        let serviceClass = value(
            record, Fields.serviceClass, .serviceClassUnknown, "200, 220 or 225"
        ) { Digits.number($0).flatMap(ServiceClass.init) }
        let entryClass = value(
            record, Fields.entryClass, .entryClassUnknown, "a class of the Nacha rules"
        ) { StandardEntryClass(rawValue: String(decoding: $0, as: UTF8.self)) }
        if let entryClass, !entryClass.isSupported {
            return stop(
                .entryClassUnsupported, Fields.entryClass, line: record.line, entryClass.rawValue,
                "a class other than IAT and ADV, which have layouts of their own")
        }
        let status = value(record, Fields.status, .statusUnknown, "1 or 2") {
            $0.first.flatMap(OriginatorStatus.init)
        }
        let odfi = value(record, Fields.odfi, .notDigits, "eight digits") {
            Digits.number($0).flatMap(DFIIdentification.init(number:))
        }
        let number = number(record, Fields.number)
        if let number, let previous = previousBatchNumber, number <= previous {
            problems.add(
                .batchNumberNotAscending, Fields.number, line: record.line, "\(number)",
                "more than \(previous)")
        }
        previousBatchNumber = number ?? previousBatchNumber
        let effective = effectiveDay(record)
        let settlement = julianDay(record, Fields.settlement, .dateUnreadable)
        open = OpenBatch(
            line: record.line, serviceClass: serviceClass,
            company: record.text(Fields.company), odfi: odfi, number: number,
            entryClass: entryClass)
        guard let serviceClass, let entryClass, let status, let odfi, let number else { return }
        let header = BatchHeader(
            serviceClass: serviceClass, companyName: record.text(Fields.companyName),
            companyDiscretionaryData: record.text(Fields.discretionary),
            companyIdentification: record.text(Fields.company), entryClass: entryClass,
            entryDescription: record.text(Fields.description),
            descriptiveDate: record.text(Fields.descriptiveDate), effectiveEntryDate: effective,
            settlement: settlement, originatorStatus: status, odfi: odfi, number: number)
        for violation in BatchRules.violations(header) {
            problems.add(
                violation.code, violation.field, line: record.line, violation.found,
                violation.expected)
        }
        open?.header = header
    }

    private mutating func closeBatch(_ record: Record) {
        typealias Fields = BatchControlFields
        guard let batch = open else { return }
        open = nil
        let serviceClass = value(
            record, Fields.serviceClass, .serviceClassUnknown, "200, 220 or 225"
        ) { Digits.number($0).flatMap(ServiceClass.init) }
        if let here = serviceClass, let there = batch.serviceClass, here != there {
            problems.add(
                .serviceClassDiffers, Fields.serviceClass, line: record.line, "\(here.rawValue)",
                "\(there.rawValue), as the batch header on line \(batch.line)")
        }
        proveControl(record, batch)
        let company = record.text(Fields.company)
        if company.drop(while: { $0 == " " }) != batch.company.drop(while: { $0 == " " }) {
            problems.add(
                .companyDiffers, Fields.company, line: record.line, quoted(record, Fields.company),
                "\"\(batch.company)\", as the batch header on line \(batch.line)")
        }
        let odfi = number(record, Fields.odfi)
        if let there = batch.odfi {
            prove(record, Fields.odfi, odfi, is: Int(there.number), .odfiDiffers)
        }
        let number = number(record, Fields.number)
        if let there = batch.number {
            prove(record, Fields.number, number, is: there, .batchNumberDiffers)
        }
        if batch.entryCount == 0 {
            problems.add(
                .batchEmpty, Layout.recordType, line: record.line, "no entry", "at least one")
        }
        if let header = batch.header {
            batches.append(Batch(header: header, entries: batch.entries))
        }
    }

    /// Proves the batch's own totals, and adds what is declared to the file's: the rules sum the
    /// fields of the control records, so that a wrong batch does not make the file wrong as well.
    private mutating func proveControl(_ record: Record, _ batch: OpenBatch) {
        typealias Fields = BatchControlFields
        let count = number(record, Fields.count)
        let hash = number(record, Fields.hash)
        let debits = number(record, Fields.debits)
        let credits = number(record, Fields.credits)
        prove(record, Fields.count, count, is: batch.totals.count, .countDiffers)
        if batch.hashIsKnown {
            prove(record, Fields.hash, hash, is: Int(batch.totals.hash), .hashDiffers)
        }
        if batch.amountsAreKnown {
            prove(record, Fields.debits, debits, is: Int(batch.totals.debits), .totalDiffers)
            prove(record, Fields.credits, credits, is: Int(batch.totals.credits), .totalDiffers)
        }
        guard let count, let hash, let debits, let credits else {
            totalsAreKnown = false
            return
        }
        totals.add(
            ControlTotals(
                count: count, hash: UInt64(hash), debits: Int64(debits),
                credits: Int64(credits)))
    }

    // MARK: - Entries

    private mutating func readEntry(_ record: Record) {
        typealias Fields = EntryFields
        let shape = open?.entryClass?.shape ?? .usual
        let code = value(
            record, Fields.code, .transactionCodeUnknown, "a code of the Nacha rules"
        ) { Digits.number($0).flatMap { TransactionCode(rawValue: UInt8($0)) } }
        let receivingDFI = number(record, Fields.receivingDFI)
        let amount = number(record, Fields.amount)
        let indicator = value(record, Fields.indicator, .addendaIndicator, "0 or 1") {
            switch $0.first {
            case 0x30: false
            case 0x31: true
            default: nil
            }
        }
        let trace = trace(record, Fields.trace)
        var entry = OpenEntry(line: record.line, indicator: indicator, trace: trace)
        if shape == .addendaCounted { entry.addendaCount = number(record, Fields.addendaCount) }
        if let receivingDFI {
            open?.totals.addHash(receivingDFI)
        } else {
            open?.hashIsKnown = false
        }
        if let code, let amount {
            open?.totals.add(code.side, cents: Int64(amount))
        } else {
            open?.amountsAreKnown = false
        }
        open?.totals.count += 1
        open?.entryCount += 1
        if let receiver = receiver(record, receivingDFI), let code, let amount, let trace {
            entry.entry = Entry(
                code: code, receiver: receiver, account: record.trimmed(Fields.account),
                amount: Cents(Int64(amount)),
                identification: record.trimmed(Fields.identification(shape)),
                name: record.trimmed(Fields.name(shape)),
                discretionaryData: record.text(Fields.discretionary), trace: trace)
        }
        open?.entry = entry
    }

    private mutating func receiver(_ record: Record, _ receivingDFI: Int?) -> RoutingNumber? {
        guard let receivingDFI else { return nil }
        guard let digit = Digits.number(record[EntryFields.checkDigit]) else {
            problems.add(
                .notDigits, EntryFields.checkDigit, line: record.line,
                quoted(record, EntryFields.checkDigit), "a digit")
            return nil
        }
        guard let receiver = RoutingNumber(number: receivingDFI * 10 + digit) else {
            problems.add(
                .checkDigit, EntryFields.receiver, line: record.line,
                quoted(record, EntryFields.receiver), "a routing number with its check digit")
            return nil
        }
        return receiver
    }

    private mutating func readAddenda(_ record: Record) {
        guard let number = open?.entry?.addenda.count else {
            return stop(
                .recordOutOfOrder, Layout.recordType, line: record.line, "an addenda",
                expectedTypes)
        }
        open?.totals.count += 1
        var reader = AddendaReader(
            record: record, entryTrace: open?.entry?.trace, number: number + 1)
        let addenda = reader.read()
        for flaw in reader.flaws {
            problems.add(flaw.code, flaw.field, line: record.line, flaw.found, flaw.expected)
        }
        open?.entry?.addenda.append(addenda)
        open?.entry?.addendaLines.append(record.line)
    }

    /// Checks what only shows once all addenda of the entry are known.
    private mutating func closeEntry() {
        guard let pending = open?.entry else { return }
        open?.entry = nil
        let hasAddenda = !pending.addenda.isEmpty
        if let indicator = pending.indicator, indicator != hasAddenda {
            problems.add(
                .addendaIndicator, EntryFields.indicator, line: pending.line,
                indicator ? "1" : "0",
                hasAddenda ? "1, as addenda follow" : "0, as no addenda follows")
        }
        if let count = pending.addendaCount, count != pending.addenda.count {
            problems.add(
                .addendaCount, EntryFields.addendaCount, line: pending.line, "\(count)",
                "\(pending.addenda.count)")
        }
        guard var entry = pending.entry else { return }
        entry.addenda = pending.addenda
        for violation in open?.rules.violations(entry) ?? [] {
            let line = violation.addenda.map { pending.addendaLines[$0] } ?? pending.line
            problems.add(
                violation.code, violation.field, line: line, violation.found, violation.expected)
        }
        open?.entries.append(entry)
    }

    // MARK: - Fields

    private func quoted(_ record: Record, _ field: Field) -> String {
        "\"\(record.columns(field))\""
    }

    private mutating func value<Value>(
        _ record: Record, _ field: Field, _ code: Problem.Code, _ expected: String,
        _ read: (ArraySlice<UInt8>) -> Value?
    ) -> Value? {
        if let value = read(record[field]) { return value }
        problems.add(code, field, line: record.line, quoted(record, field), expected)
        return nil
    }

    private mutating func number(_ record: Record, _ field: Field) -> Int? {
        if let number = record.number(field) { return number }
        problems.add(
            .notDigits, field, line: record.line, quoted(record, field), "\(field.width) digits")
        return nil
    }

    private mutating func trace(_ record: Record, _ field: Field) -> TraceNumber? {
        number(record, field).map { TraceNumber(trusted: UInt64($0)) }
    }

    private mutating func day(_ record: Record, _ field: Field) -> Day? {
        value(record, field, .notADate, "a date, YYMMDD") {
            Day(yymmdd: String(decoding: $0, as: UTF8.self))
        }
    }

    /// Our files need one; a bank may leave it out of what comes back.
    private mutating func effectiveDay(_ record: Record) -> Day? {
        let field = BatchHeaderFields.effective
        return value(record, field, .dateUnreadable, "a date, YYMMDD") {
            Day(yymmdd: String(decoding: $0, as: UTF8.self))
        }
    }

    private mutating func time(_ record: Record, _ field: Field) -> TimeOfDay? {
        guard !record.isBlank(field) else { return nil }
        return value(record, field, .notATime, "a time, HHMM, or blanks") {
            TimeOfDay(hhmm: String(decoding: $0, as: UTF8.self))
        }
    }

    private mutating func julianDay(
        _ record: Record, _ field: Field, _ code: Problem.Code
    ) -> JulianDay? {
        guard !record.isBlank(field) else { return nil }
        return value(record, field, code, "001 through 366, or blanks") {
            Digits.number($0).flatMap(JulianDay.init)
        }
    }

    private mutating func party(_ record: Record, _ field: Field) -> FileParty? {
        if record.isBlank(field) {
            problems.add(
                .blank, field, line: record.line, "only blanks",
                "a routing number or an agreed id")
        }
        return FileParty(record.columns(field))
    }

    private mutating func prove(_ record: Record, _ field: Field, is constant: String) {
        guard record.columns(field) != constant else { return }
        problems.add(
            .wrongConstant, field, line: record.line, quoted(record, field), constant)
    }

    private mutating func prove(
        _ record: Record, _ field: Field, _ found: Int?, is expected: Int, _ code: Problem.Code
    ) {
        guard let found, found != expected else { return }
        problems.add(code, field, line: record.line, "\(found)", "\(expected)")
    }
}

/// A batch whose control record has not come yet.
private struct OpenBatch {
    let line: Int
    let serviceClass: ServiceClass?
    let company: String
    let odfi: DFIIdentification?
    let number: Int?
    let entryClass: StandardEntryClass?
    var header: BatchHeader?
    var rules: BatchRules
    var entries: [Entry] = []
    var entry: OpenEntry?
    /// With those that could not be read.
    var entryCount = 0
    var totals = ControlTotals()
    var hashIsKnown = true
    var amountsAreKnown = true

    init(
        line: Int, serviceClass: ServiceClass?, company: String, odfi: DFIIdentification?,
        number: Int?, entryClass: StandardEntryClass?
    ) {
        self.line = line
        self.serviceClass = serviceClass
        self.company = company
        self.odfi = odfi
        self.number = number
        self.entryClass = entryClass
        rules = BatchRules(serviceClass: serviceClass, entryClass: entryClass, odfi: odfi)
    }
}

/// An entry whose addenda have not all come yet.
private struct OpenEntry {
    let line: Int
    let indicator: Bool?
    let trace: TraceNumber?
    var addendaCount: Int?
    /// `nil` when a field could not be read.
    var entry: Entry?
    var addenda: [Addenda] = []
    var addendaLines: [Int] = []

    init(line: Int, indicator: Bool?, trace: TraceNumber?) {
        self.line = line
        self.indicator = indicator
        self.trace = trace
    }
}

extension ControlTotals {
    fileprivate mutating func addHash(_ receivingDFI: Int) {
        hash = (hash + UInt64(receivingDFI)) % Layout.hashModulus
    }
}
