import Banking
import Money

/// Turns a file into the bytes a bank takes.
///
/// Everything is checked before a byte leaves: what does not fit its field, is not printable, or
/// would make the operator reject the file is refused with its place. Counts, hashes, totals,
/// addenda sequences and the padding to whole blocks are computed here. Blanks at the end of a
/// text are not kept. What this writes, a strict ``FileReader`` reads back as the same file.
public struct FileWriter: Sendable {
    /// What ends each record.
    public let lineEnding: LineEnding

    /// What follows each record; the rules ask for nothing, banks differ.
    public enum LineEnding: Hashable, Sendable {
        case lf, crlf, none

        var bytes: [UInt8] {
            switch self {
            case .lf: [0x0A]
            case .crlf: [0x0D, 0x0A]
            case .none: []
            }
        }
    }

    /// A writer for a bank that wants its lines ended so.
    public init(lineEnding: LineEnding = .lf) { self.lineEnding = lineEnding }

    /// The file as bytes, or the first thing that is wrong with it.
    public func bytes(_ file: NachaFile) throws(WriteRefusal) -> [UInt8] {
        let records = 2 + file.batches.reduce(0) { $0 + 2 + $1.entries.count * 2 }
        var page = Page(lineEnding: lineEnding, records: records)
        try page.write(file.header)
        var totals = ControlTotals()
        guard file.batches.count <= Layout.batchesMax else {
            throw page.refusal(
                .limitExceeded, FileControlFields.batches, "\(file.batches.count)", "fewer batches")
        }
        var previous: Int?
        for (index, batch) in file.batches.enumerated() {
            page.batch = index
            try page.write(batch, after: previous)
            previous = batch.header.number
            totals.add(page.totals)
        }
        page.batch = nil
        try page.writeControl(totals, batches: file.batches.count)
        return page.bytes
    }
}

/// Why a file cannot be written, and where to look.
public struct WriteRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// Index of the batch; `nil` for the file itself.
    public let batch: Int?
    /// Index of the entry in the batch; `nil` for the batch itself.
    public let entry: Int?
    /// The field's name in the Nacha rules.
    public let field: String
    /// The kind of problem.
    public let code: Problem.Code
    /// What was given; `(withheld)` where that would repeat an account number or a name.
    public let found: String
    /// What should have been, in words or as a value.
    public let expected: String

    /// One sentence for a person at a screen.
    public var description: String {
        var place = "File"
        if let batch { place = "Batch \(batch + 1)" }
        if let entry { place += ", entry \(entry + 1)" }
        return "\(place), \(field): found \(found), expected \(expected)."
    }
}

/// The bytes written so far, and the place being written.
private struct Page {
    var bytes: [UInt8] = []
    var batch: Int?
    private var entry: Int?
    /// Of the batch being written.
    private(set) var totals = ControlTotals()
    private let lineEnd: [UInt8]
    private var records = 0
    private var start = 0

    private static let blanks = [UInt8](repeating: 0x20, count: Layout.width)

    init(lineEnding: FileWriter.LineEnding, records: Int) {
        lineEnd = lineEnding.bytes
        bytes.reserveCapacity((records + Layout.blockingFactor) * (Layout.width + lineEnd.count))
    }

    func refusal(
        _ code: Problem.Code, _ field: RecordField, _ found: String, _ expected: String
    ) -> WriteRefusal {
        WriteRefusal(
            batch: batch, entry: entry, field: field.name, code: code,
            found: field.isPrivate ? "(withheld)" : found, expected: expected)
    }

    // MARK: - Records

    mutating func write(_ header: FileHeader) throws(WriteRefusal) {
        typealias Fields = FileHeaderFields
        begin(0x31)
        try put("01", Fields.priority)
        try put(header.destination.columns, Fields.destination)
        try put(header.origin.columns, Fields.origin)
        try put(header.created, Fields.created)
        if let time = header.createdAt { try put(time.hhmm, Fields.createdAt) }
        try put(header.modifier.description, Fields.modifier)
        try put("094", Fields.recordSize)
        try put("10", Fields.blocking)
        try put("1", Fields.format)
        try put(header.destinationName, Fields.destinationName)
        try put(header.originName, Fields.originName)
        try put(header.referenceCode, Fields.reference)
        for (party, field) in [
            (header.destination, Fields.destination), (header.origin, Fields.origin),
        ] where party.description.isEmpty {
            throw refusal(.blank, field, "only blanks", "a routing number or an agreed id")
        }
        if header.destination.looksLikeRouting, header.destination.routing == nil {
            throw refusal(
                .partyCheckDigit, Fields.destination, header.destination.columns,
                "a routing number with its check digit")
        }
        end()
    }

    mutating func write(_ batch: Batch, after previous: Int?) throws(WriteRefusal) {
        totals = ControlTotals()
        let header = batch.header
        try write(header, after: previous)
        guard !batch.entries.isEmpty else {
            throw refusal(.batchEmpty, Layout.recordType, "no entry", "at least one")
        }
        var rules = BatchRules(
            serviceClass: header.serviceClass, entryClass: header.entryClass, odfi: header.odfi)
        for (index, entry) in batch.entries.enumerated() {
            self.entry = index
            if let violation = rules.violations(entry).first { throw refusal(violation) }
            try write(entry, header.entryClass)
        }
        entry = nil
        try writeControl(header)
    }

    private mutating func write(
        _ header: BatchHeader, after previous: Int?
    ) throws(WriteRefusal) {
        typealias Fields = BatchHeaderFields
        guard header.entryClass.isSupported else {
            throw refusal(
                .entryClassUnsupported, Fields.entryClass, header.entryClass.rawValue,
                "a class other than IAT and ADV")
        }
        if let previous, header.number <= previous {
            throw refusal(
                .batchNumberNotAscending, Fields.number, "\(header.number)", "more than \(previous)"
            )
        }
        if let violation = BatchRules.violations(header).first { throw refusal(violation) }
        begin(0x35)
        try put(header.serviceClass.rawValue, Fields.serviceClass)
        try put(header.companyName, Fields.companyName)
        try put(header.companyDiscretionaryData, Fields.discretionary)
        try put(header.companyIdentification, Fields.company)
        try put(header.entryClass.rawValue, Fields.entryClass)
        try put(header.entryDescription, Fields.description)
        try put(header.descriptiveDate, Fields.descriptiveDate)
        guard let effective = header.effectiveEntryDate else {
            throw refusal(.notADate, Fields.effective, "none", "a date")
        }
        try put(effective, Fields.effective)
        if let settlement = header.settlement { try put(settlement.text, Fields.settlement) }
        bytes[start + Fields.status.columns.lowerBound - 1] = header.originatorStatus.rawValue
        try put(header.odfi.text, Fields.odfi)
        try put(header.number, Fields.number)
        end()
    }

    private mutating func write(
        _ entry: Entry, _ entryClass: StandardEntryClass
    ) throws(WriteRefusal) {
        typealias Fields = EntryFields
        let shape = entryClass.shape
        begin(0x36)
        try put(Int(entry.code.rawValue), Fields.code)
        try put(entry.receiver.text, Fields.receiver)
        try putTrimmed(entry.account, Fields.account)
        try put(Int(entry.amount.count), Fields.amount)
        try putTrimmed(entry.identification, Fields.identification(shape))
        try putTrimmed(entry.name, Fields.name(shape))
        if shape == .addendaCounted { try put(entry.addenda.count, Fields.addendaCount) }
        try put(entry.discretionaryData, Fields.discretionary)
        try put(entry.addenda.isEmpty ? "0" : "1", Fields.indicator)
        try put(entry.trace.text, Fields.trace)
        end()
        totals.count += 1 + entry.addenda.count
        totals.hash = (totals.hash + UInt64(entry.receiver.identification.number))
        totals.hash %= Layout.hashModulus
        totals.add(entry.code.side, cents: UInt64(entry.amount.count))
        for (index, addenda) in entry.addenda.enumerated() {
            try write(addenda, number: index + 1, of: entry)
        }
    }

    private mutating func write(
        _ addenda: Addenda, number: Int, of entry: Entry
    ) throws(WriteRefusal) {
        typealias Fields = AddendaFields
        begin(0x37)
        switch addenda {
        case .paymentInformation(let text):
            try put("05", Fields.type)
            try put(text, Fields.paymentInformation)
            try put(number, Fields.sequence)
            try put(entry.trace.sequence, Fields.entrySequence)
        case .return(let addenda): try write(addenda, entry.trace)
        case .dishonored(let addenda): try write(addenda, entry.trace)
        case .contested(let addenda): try write(addenda, entry.trace)
        case .change(let addenda): try write(addenda, entry.trace)
        case .refusedChange(let addenda): try write(addenda, entry.trace)
        case .other(let addenda):
            guard addenda.type.utf8.count == 2, !["05", "98", "99"].contains(addenda.type) else {
                throw refusal(
                    .addendaUnreadable, Fields.type, addenda.type,
                    "a type that has no meaning of its own here")
            }
            try put(addenda.type, Fields.type)
            try put(addenda.columns, Fields.rest)
        }
        end()
    }

    private mutating func write(
        _ addenda: ReturnAddenda, _ trace: TraceNumber
    ) throws(WriteRefusal) {
        typealias Fields = AddendaFields
        try put("99", Fields.type)
        try put(addenda.code, .return)
        try put(addenda.originalTrace.text, Fields.originalTrace)
        if let date = addenda.dateOfDeath {
            guard addenda.code.reportsDeath else {
                throw refusal(
                    .notADate, Fields.dateOfDeath, date.iso, "no date but with R14 and R15")
            }
            try put(date, Fields.dateOfDeath)
        }
        try put(addenda.originalReceivingDFI.text, Fields.originalDFI)
        try put(addenda.information, Fields.information)
        try put(trace.text, Fields.trace)
    }

    private mutating func write(
        _ addenda: DishonoredAddenda, _ trace: TraceNumber
    ) throws(WriteRefusal) {
        typealias Fields = AddendaFields
        try put("99", Fields.type)
        try put(addenda.code, .dishonored)
        try put(addenda.originalTrace.text, Fields.originalTrace)
        try put(addenda.originalReceivingDFI.text, Fields.originalDFI)
        try put(addenda.returnTrace.text, Fields.returnTrace)
        try put(addenda.returnSettlement, Fields.returnSettlement)
        try putShort(addenda.returnCode, Fields.returnCode)
        try put(addenda.information, Fields.dishonorInformation)
        try put(trace.text, Fields.trace)
    }

    private mutating func write(
        _ addenda: ContestedAddenda, _ trace: TraceNumber
    ) throws(WriteRefusal) {
        typealias Fields = AddendaFields
        try put("99", Fields.type)
        try put(addenda.code, .contested)
        try put(addenda.originalTrace.text, Fields.originalTrace)
        if let day = addenda.originalReturned { try put(day, Fields.originalReturned) }
        try put(addenda.originalReceivingDFI.text, Fields.originalDFI)
        try put(addenda.originalSettlement, Fields.originalSettlement)
        try put(addenda.returnTrace.text, Fields.returnTrace)
        try put(addenda.returnSettlement, Fields.returnSettlement)
        try putShort(addenda.returnCode, Fields.returnCode)
        try put(addenda.dishonoredTrace.text, Fields.dishonoredTrace)
        try put(addenda.dishonoredSettlement, Fields.dishonoredSettlement)
        try putShort(addenda.dishonoredCode, Fields.dishonoredCode)
        try put(trace.text, Fields.trace)
    }

    private mutating func write(
        _ addenda: ChangeAddenda, _ trace: TraceNumber
    ) throws(WriteRefusal) {
        typealias Fields = AddendaFields
        try put("98", Fields.type)
        guard addenda.code.facts.kind != .refusal else {
            throw refusal(.changeCodeUnknown, Fields.code, addenda.code.text, "C01 through C14")
        }
        try put(addenda.code.text, Fields.code)
        try put(addenda.originalTrace.text, Fields.originalTrace)
        try put(addenda.originalReceivingDFI.text, Fields.originalDFI)
        try put(addenda.correctedData, Fields.correctedData)
        try put(trace.text, Fields.trace)
    }

    private mutating func write(
        _ addenda: RefusedChangeAddenda, _ trace: TraceNumber
    ) throws(WriteRefusal) {
        typealias Fields = AddendaFields
        try put("98", Fields.type)
        guard addenda.code.facts.kind == .refusal else {
            throw refusal(.changeCodeUnknown, Fields.code, addenda.code.text, "C61 through C69")
        }
        try put(addenda.code.text, Fields.code)
        try put(addenda.originalTrace.text, Fields.originalTrace)
        try put(addenda.originalReceivingDFI.text, Fields.originalDFI)
        try put(addenda.correctedData, Fields.correctedData)
        try put(addenda.changeCode.text, Fields.changeCode)
        try put(addenda.changeTraceSequence, Fields.changeSequence)
        try put(trace.text, Fields.trace)
    }

    private mutating func writeControl(_ header: BatchHeader) throws(WriteRefusal) {
        typealias Fields = BatchControlFields
        begin(0x38)
        try put(header.serviceClass.rawValue, Fields.serviceClass)
        try put(totals.count, Fields.count)
        try put(Int(totals.hash), Fields.hash)
        try put(Int(totals.debits), Fields.debits)
        try put(Int(totals.credits), Fields.credits)
        try put(header.companyIdentification, Fields.company)
        try put(header.odfi.text, Fields.odfi)
        try put(header.number, Fields.number)
        end()
    }

    mutating func writeControl(
        _ totals: ControlTotals, batches: Int
    ) throws(WriteRefusal) {
        typealias Fields = FileControlFields
        begin(0x39)
        let blocks = (records + Layout.blockingFactor - 1) / Layout.blockingFactor
        try put(batches, Fields.batches)
        try put(blocks, Fields.blocks)
        try put(totals.count, Fields.count)
        try put(Int(totals.hash), Fields.hash)
        try put(Int(totals.debits), Fields.debits)
        try put(Int(totals.credits), Fields.credits)
        end()
        while records < blocks * Layout.blockingFactor {
            records += 1
            bytes.append(contentsOf: repeatElement(0x39, count: Layout.width))
            end()
        }
    }

    // MARK: - Fields

    private mutating func begin(_ type: UInt8) {
        records += 1
        start = bytes.count
        bytes.append(contentsOf: Page.blanks)
        bytes[start] = type
    }

    private mutating func end() { bytes.append(contentsOf: lineEnd) }

    /// Text at the left, blanks after it.
    private mutating func put(_ text: String, _ field: RecordField) throws(WriteRefusal) {
        guard ASCIIText.isPrintable(text) else {
            throw refusal(.notPrintable, field, "another character", "printable ASCII")
        }
        var index = start + field.columns.lowerBound - 1
        let end = index + field.width
        for byte in text.utf8 {
            guard index < end else {
                // What does not fit may only be blank.
                guard byte == 0x20 else {
                    throw refusal(
                        .tooLong, field, "\(text.utf8.count) characters",
                        "at most \(field.width)")
                }
                continue
            }
            bytes[index] = byte
            index += 1
        }
    }

    /// Text that readers take without the blanks before it, so none may be there.
    private mutating func putTrimmed(_ text: String, _ field: RecordField) throws(WriteRefusal) {
        guard text.utf8.first != 0x20 else {
            throw refusal(.leadingBlank, field, text, "text that does not begin with a blank")
        }
        try put(text, field)
    }

    /// Digits at the right, zeros before them.
    private mutating func put(_ number: Int, _ field: RecordField) throws(WriteRefusal) {
        var rest = number
        for index in (field.columns.lowerBound...field.columns.upperBound).reversed() {
            bytes[start + index - 1] = 0x30 + UInt8(max(0, rest % 10))
            rest /= 10
        }
        guard number >= 0, rest == 0 else {
            throw refusal(
                .limitExceeded, field, "\(number)", "0 through \(field.width) nines")
        }
    }

    private mutating func put(_ day: Day, _ field: RecordField) throws(WriteRefusal) {
        guard (2000...2099).contains(day.year) else {
            throw refusal(.notADate, field, day.iso, "a day of 2000 through 2099")
        }
        try put(day.yymmdd, field)
    }

    private mutating func put(_ day: JulianDay?, _ field: RecordField) throws(WriteRefusal) {
        if let day { try put(day.text, field) }
    }

    /// The code decides which layout readers see, so it must belong to the layout written.
    private mutating func put(_ code: ReturnCode, _ kind: ReturnKind) throws(WriteRefusal) {
        guard code.facts.kind == kind else {
            throw refusal(
                .returnCodeUnknown, AddendaFields.code, code.text, "a code of a \(kind) entry")
        }
        try put(code.text, AddendaFields.code)
    }

    /// The code without its `R`.
    private mutating func putShort(_ code: ReturnCode, _ field: RecordField) throws(WriteRefusal) {
        guard code.text.first == "R" else {
            throw refusal(.returnCodeUnknown, field, code.text, "R and two characters")
        }
        try put(String(code.text.dropFirst()), field)
    }

    private func refusal(_ violation: Violation) -> WriteRefusal {
        refusal(violation.code, violation.field, violation.found, violation.expected)
    }
}

extension FileParty {
    /// A blank and nine digits claim to be a routing number.
    var looksLikeRouting: Bool {
        columns.utf8.first == 0x20
            && columns.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }
}
