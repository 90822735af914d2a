import Banking
import Money

/// What the bytes read so far tell. An event and what it shows live until the closure that takes it
/// returns; the compiler sees to it. What is to be kept is decoded.
public enum StreamEvent: ~Escapable {
    /// A file header. A stream holds several when a bank put one file after another, and none when
    /// it sent a part of one.
    case file(RecordView)
    /// A batch header. Entries before it, or after a batch control, have none.
    case batch(BatchView)
    /// An entry with its addenda, of which everything the rules ask could be read.
    case entry(EntryView)
    /// An entry, or a record that belongs to none, that a person must look at. Nothing may follow
    /// from it until then, and it must not be forgotten: it may be a return.
    case quarantined(EntryView)
    /// A batch control, or the place where it is missing.
    case batchEnd(BatchReport)
    /// The end of a file. Its totals are proven or not from here on.
    case fileEnd(FileReport)
    /// Something is wrong; told before the event of the record it is in.
    case problem(Problem)
}

/// One record of 94 columns, each printable ASCII.
public struct RecordView: ~Escapable {
    let span: RawSpan
    /// Counted from one; in a file without line ends, the record.
    public let line: Int

    @_lifetime(copy span)
    init(_ span: RawSpan) {
        self.span = span
        line = span.unsafeLoad(fromByteOffset: Columns.lineOffset, as: Int.self)
    }

    /// The digit in column 1.
    public var type: UInt8 { span.unsafeLoad(fromByteOffset: 0, as: UInt8.self) }

    /// The columns as they stand, counted from one.
    public subscript(columns: ClosedRange<Int>) -> String {
        precondition(columns.lowerBound >= 1 && columns.upperBound <= Layout.width)
        return withColumns { String(decoding: $0.bytes(columns), as: UTF8.self) }
    }

    /// The field without blanks at either end.
    public func text(_ field: RecordField) -> String { withColumns { $0.trimmed(field) } }

    /// The field as a number; `nil` unless all its columns are digits.
    public func number(_ field: RecordField) -> UInt64? { withColumns { $0.number(field) } }

    /// All of it.
    public var text: String { self[1...Layout.width] }

    func withColumns<Value>(_ body: (Columns) -> Value) -> Value {
        span.withUnsafeBytes { bytes in
            // A view is never empty.
            bytes.baseAddress.map { body(Columns(base: $0)) }!
        }
    }
}

/// The header of a batch, and what it says about the entries after it.
public struct BatchView: ~Escapable {
    /// The header as it stands.
    public let record: RecordView
    /// `nil` for three letters the rules do not know.
    public let entryClass: StandardEntryClass?
    /// `nil` when it is none of the rules.
    public let serviceClass: ServiceClass?
    /// Where the header stands in the stream, with its line end.
    public let bytes: Range<Int>

    @_lifetime(copy record)
    init(
        _ record: consuming RecordView, _ entryClass: StandardEntryClass?,
        _ serviceClass: ServiceClass?, bytes: Range<Int>
    ) {
        self.record = record
        self.entryClass = entryClass
        self.serviceClass = serviceClass
        self.bytes = bytes
    }

    /// The header's values; `nil` when one of them could not be read.
    public func decoded() -> BatchHeader? {
        record.withColumns { BatchHeader($0, entryClass, serviceClass) }
    }
}

/// An entry and its addenda. Nothing is decoded until it is asked for.
public struct EntryView: ~Escapable {
    let span: RawSpan
    /// Of its batch; `nil` where there is no header or the class is unknown.
    public let entryClass: StandardEntryClass?
    /// Whether its batch has a header.
    public let hasBatch: Bool
    /// Records of the entry that are here: the entry and its addenda. An entry's addenda after
    /// ``StreamReader/addendaMax`` are counted in the totals and not kept.
    public let recordCount: Int
    /// Where its bytes stand in the stream, up to the end of its last line: the place to cut it
    /// from what was kept. A record that belongs to none may stand among them.
    public let bytes: Range<Int>
    let shape: EntryShape
    private let isInternationalChange: Bool

    @_lifetime(copy span)
    init(
        _ span: RawSpan, _ recordCount: Int, _ entryClass: StandardEntryClass?, _ shape: EntryShape,
        hasBatch: Bool, isInternationalChange: Bool, bytes: Range<Int>
    ) {
        self.span = span
        self.recordCount = recordCount
        self.entryClass = entryClass
        self.shape = shape
        self.hasBatch = hasBatch
        self.isInternationalChange = isInternationalChange
        self.bytes = bytes
    }

    /// The entry's record, or the record that belongs to no entry.
    public var record: RecordView {
        @_lifetime(copy self)
        get { record(at: 0) }
    }

    /// Counted from one.
    public var line: Int { span.unsafeLoad(fromByteOffset: Columns.lineOffset, as: Int.self) }

    /// Whether there is an entry at all; without, it is a record that belongs to none.
    public var isEntry: Bool { span.unsafeLoad(fromByteOffset: 0, as: UInt8.self) == 0x36 }

    /// The addenda that are here.
    public var addendaCount: Int { recordCount - 1 }

    /// The addenda of that index, counted from zero. Traps outside ``addendaCount``.
    @_lifetime(copy self)
    public func addenda(at index: Int) -> RecordView {
        precondition(index >= 0 && index < addendaCount, "the entry has no such addenda")
        return record(at: index + 1)
    }

    @_lifetime(copy self)
    private func record(at index: Int) -> RecordView {
        RecordView(span.extracting((index * Columns.stride)..<((index + 1) * Columns.stride)))
    }

    // MARK: - Values, each read when asked for

    /// Columns 2-3 as a number: also those of accounting advice, 81 through 88.
    public var transactionCode: Int? { columns { record in record.pair(2).map { Int($0) } } }

    /// Which control total counts it.
    public var side: EntrySide? {
        columns { $0.pair(2).flatMap { TransactionCode.side(of: Int($0)) } }
    }

    /// In cents.
    public var cents: UInt64? {
        columns { shape == .advice ? $0.number(EntryFields.adviceAmount) : $0.digits10(30) }
    }

    /// `nil` in accounting advice, which has none.
    public var trace: TraceNumber? {
        columns { shape == .advice ? nil : $0.digits15(80).map(TraceNumber.init(trusted:)) }
    }

    /// The bank the entry goes to, with its check digit.
    public var receiver: RoutingNumber? {
        columns { $0.number(EntryFields.receiver).flatMap { RoutingNumber(number: Int($0)) } }
    }

    /// The account, without the blanks around it.
    public var account: String { columns { $0.trimmed(EntryFields.account(shape)) } }

    /// Columns 4-6 of a return or a change: the first addenda of type 98 or 99.
    public var reason: String? {
        for index in 1..<max(1, recordCount) {
            let found = columns(index) { record -> String? in
                guard record.byte(1) == 0x37, record.byte(2) == 0x39,
                    record.byte(3) == 0x38 || record.byte(3) == 0x39
                else { return nil }
                return record.columns(AddendaFields.code)
            }
            if let found { return found }
        }
        return nil
    }

    /// Columns 7-21 of a return or a change: the trace number of the entry it answers, the key to
    /// it. `nil` for a forward entry, and when it is no number.
    public var originalTrace: TraceNumber? {
        for index in (1..<max(1, recordCount)).reversed() {
            let found = columns(index) { record in
                record.byte(2) == 0x39 ? record.digits15(7).map(TraceNumber.init(trusted:)) : nil
            }
            if let found { return found }
        }
        return nil
    }

    /// Everything, as values; `nil` for accounting advice, for records that belong to no entry, and
    /// for an entry set aside of which a field could not be read.
    ///
    /// An international entry has its foreign account as account, the receiver's name of its
    /// addenda 10 as name, and its addenda 10 through 18 as ``Addenda/other(_:)``.
    public func decoded() -> Entry? {
        guard isEntry, shape != .advice, var entry = columns({ Entry($0, shape) }) else {
            return nil
        }
        for index in 1..<max(1, recordCount) {
            entry.addenda.append(
                columns(index) { Addenda($0, isInternationalChange: isInternationalChange) })
        }
        if shape == .international {
            for index in 1..<max(1, recordCount) {
                let name = columns(index) { record in
                    record.equals(2...3, "10") ? record.trimmed(AddendaFields.receivingName) : nil
                }
                if let name { entry.name = name }
            }
        }
        return entry
    }

    /// Accounting advice as values; `nil` for anything else, and where a field could not be read.
    public func advice() -> Advice? {
        guard isEntry, shape == .advice else { return nil }
        return columns { Advice($0) }
    }

    private func columns<Value>(_ body: (Columns) -> Value) -> Value { columns(0, body) }

    private func columns<Value>(_ index: Int, _ body: (Columns) -> Value) -> Value {
        span.withUnsafeBytes { bytes in
            // A view holds one record at least.
            bytes.baseAddress.map { body(Columns(base: $0 + index * Columns.stride)) }!
        }
    }
}

/// What became of a batch.
public struct BatchReport: Hashable, Sendable {
    /// The line of the batch's first record.
    public let line: Int
    /// `nil` when it could not be read.
    public let number: Int?
    /// `nil` when there is no header or the class is unknown.
    public let entryClass: StandardEntryClass?
    /// How many records of each kind were read.
    public let counts: EntryCounts
    /// Of the entries, whatever the control says.
    public let totals: ControlTotals
    /// What the control says about them.
    public let proof: Proof
}

/// What became of a file.
public struct FileReport: Hashable, Sendable {
    /// Counted from one: a stream may hold several files.
    public let number: Int
    /// What to make of it.
    public let verdict: Verdict
    /// What the controls say about the records.
    public let proof: Proof
    /// How many batches there are.
    public let batches: Int
    /// How many records of each kind were read.
    public let counts: EntryCounts
    /// Of the entries, whatever the controls say.
    public let totals: ControlTotals
    /// The last line of the file.
    public let line: Int

    /// What to make of a file.
    public enum Verdict: String, Hashable, Sendable, CaseIterable {
        /// Every entry may be acted on.
        case valid
        /// Every entry but those set aside may be acted on.
        case quarantined
        /// No entry may be acted on.
        case refused
        /// It is no Nacha file.
        case notNacha
    }
}
