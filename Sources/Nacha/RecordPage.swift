import Banking

/// Records being written, in memory of their own, and the place they are for.
///
/// A record counts once it is ended: one that is refused half-way leaves nothing behind.
struct RecordPage: ~Copyable {
    /// Index of the batch being written; `nil` for the file itself.
    var batch: Int?
    /// Index of the entry being written in its batch; `nil` for the batch itself.
    var entry: Int?
    /// Records ended so far, also those that were handed on.
    private(set) var records = 0
    /// Bytes ended and not yet handed on.
    private(set) var count = 0

    private var base: UnsafeMutableRawPointer
    private var capacity: Int
    private let ending: FileWriter.LineEnding
    private let stride: Int

    /// Bytes gathered before they are handed on. Large enough that a system call is rare, small
    /// enough to stay in the processor's second cache.
    static let full = 128 << 10

    init(_ ending: FileWriter.LineEnding) {
        self.ending = ending
        stride = Layout.width + ending.bytes.count
        // Room for one more record after a page that is not yet full.
        capacity = Self.full + 4_096
        base = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
    }

    deinit { base.deallocate() }

    var isFull: Bool { count >= Self.full }

    /// Hands on what was ended, and forgets it once it is taken.
    mutating func hand(to sink: (RawSpan) throws -> Void) rethrows {
        guard count > 0 else { return }
        try sink(RawSpan(_unsafeStart: base, byteCount: count))
        count = 0
    }

    /// Where the page stands, to come back to.
    struct Mark {
        fileprivate let count: Int
        fileprivate let records: Int
    }

    var mark: Mark { Mark(count: count, records: records) }

    /// Takes back every record since the mark. Nothing may have been handed on in between.
    mutating func rewind(to mark: Mark) {
        count = mark.count
        records = mark.records
    }

    func refusal(
        _ code: Problem.Code, _ field: RecordField, _ found: String, _ expected: String
    ) -> WriteRefusal {
        WriteRefusal(
            batch: batch, entry: entry, field: field.name, code: code,
            found: field.isPrivate ? "(withheld)" : found, expected: expected)
    }

    // MARK: - Records

    /// A record of blanks after its type.
    mutating func begin(_ type: UInt8) {
        makeRoom()
        let start = base + count
        start.initializeMemory(as: UInt8.self, repeating: 0x20, count: Layout.width)
        start.storeBytes(of: type, as: UInt8.self)
    }

    mutating func end() {
        endLine(base + count)
        count += stride
        records += 1
    }

    /// A record of nines.
    mutating func pad() {
        makeRoom()
        (base + count).initializeMemory(as: UInt8.self, repeating: 0x39, count: Layout.width)
        end()
    }

    @inline(__always)
    private mutating func makeRoom() {
        if count + stride > capacity { grow() }
    }

    private mutating func grow() {
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity * 2, alignment: 64)
        larger.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = larger
        capacity *= 2
    }

    @inline(__always)
    private func endLine(_ start: UnsafeMutableRawPointer) {
        switch ending {
        case .lf: start.storeBytes(of: 0x0A, toByteOffset: Layout.width, as: UInt8.self)
        case .crlf: start.storeBytes(of: 0x0A0D, toByteOffset: Layout.width, as: UInt16.self)
        case .none: break
        }
    }

    /// An entry without addenda whose fields have been proved to fit, in the usual layout. Each
    /// text is stored whole and what comes after it is stored over its blanks.
    @inline(__always)
    mutating func endPlain(_ entry: PlainEntry, odfi: UInt64, sequence: UInt64) {
        makeRoom()
        let start = base + count
        func store<Value: FixedWidthInteger>(_ value: Value, _ column: Int) {
            start.storeBytes(of: value.littleEndian, toByteOffset: column - 1, as: Value.self)
        }
        func store(_ text: FieldText, _ column: Int) {
            store(text.first, column)
            store(text.second, column + 8)
            store(text.third, column + 16)
        }
        let code = entry.code.rawValue
        store(UInt32(0x30_30_36) &+ (UInt32(code / 10) << 8) &+ (UInt32(code % 10) << 16), 1)
        let bank = Digits.ascii(UInt64(entry.receiver.identification.number))
        store(entry.account, 13)
        store(bank, 4)
        store(Digits.check(of: bank), 12)
        let cents = UInt64(entry.amount.count)
        let high = cents / 100_000_000
        store(UInt16(truncatingIfNeeded: Digits.ascii(high) >> 48), 30)
        store(Digits.ascii(cents &- high &* 100_000_000), 32)
        store(entry.identification, 40)
        store(entry.name, 55)
        store(UInt16(truncatingIfNeeded: entry.discretionaryData.first), 77)
        store(UInt8(0x30), 79)
        store(Digits.ascii(sequence), 87)
        store(odfi, 80)
        end()
    }

    // MARK: - Fields

    /// One column of the record that was begun, counted from one.
    mutating func set(_ byte: UInt8, _ column: Int) {
        base.storeBytes(of: byte, toByteOffset: count + column - 1, as: UInt8.self)
    }

    /// Text at the left, blanks after it.
    mutating func put(_ text: String, _ field: RecordField) throws(WriteRefusal) {
        guard ASCIIText.isPrintable(text) else {
            throw refusal(.notPrintable, field, "another character", "printable ASCII")
        }
        var column = field.columns.lowerBound
        for byte in text.utf8 {
            guard column <= field.columns.upperBound else {
                // What does not fit may only be blank.
                guard byte == 0x20 else {
                    throw refusal(
                        .tooLong, field, "\(text.utf8.count) characters",
                        "at most \(field.width)")
                }
                continue
            }
            set(byte, column)
            column += 1
        }
    }

    /// Text that readers take without the blanks before it, so none may be there.
    mutating func putTrimmed(_ text: String, _ field: RecordField) throws(WriteRefusal) {
        guard text.utf8.first != 0x20 else {
            throw refusal(.leadingBlank, field, text, "text that does not begin with a blank")
        }
        try put(text, field)
    }

    /// Digits at the right, zeros before them.
    mutating func put(_ number: UInt64, _ field: RecordField) throws(WriteRefusal) {
        var rest = number
        for column in field.columns.reversed() {
            set(0x30 + UInt8(rest % 10), column)
            rest /= 10
        }
        guard rest == 0 else {
            throw refusal(.limitExceeded, field, "\(number)", "0 through \(field.width) nines")
        }
    }

    /// Digits at the right, zeros before them.
    mutating func put(_ number: Int, _ field: RecordField) throws(WriteRefusal) {
        guard let positive = UInt64(exactly: number) else {
            throw refusal(.limitExceeded, field, "\(number)", "0 through \(field.width) nines")
        }
        try put(positive, field)
    }

    mutating func put(_ day: Day, _ field: RecordField) throws(WriteRefusal) {
        guard (2000...2099).contains(day.year) else {
            throw refusal(.notADate, field, day.iso, "a day of 2000 through 2099")
        }
        try put(day.yymmdd, field)
    }

    mutating func put(_ day: JulianDay?, _ field: RecordField) throws(WriteRefusal) {
        if let day { try put(day.number, field) }
    }
}

extension Digits {
    /// The check digit, as ASCII, of eight ASCII digits, the first in the lowest byte.
    @inline(__always)
    static func check(of word: UInt64) -> UInt8 {
        let digits = word ^ 0x3030_3030_3030_3030
        let threes = ((digits & 0x00FF_0000_FF00_00FF) &* 0x0101_0101_0101_0101) &>> 56
        let sevens = ((digits & 0xFF00_00FF_0000_FF00) &* 0x0101_0101_0101_0101) &>> 56
        let ones = ((digits & 0x0000_FF00_00FF_0000) &* 0x0101_0101_0101_0101) &>> 56
        let rest = (threes &* 3 &+ sevens &* 7 &+ ones) % 10
        return 0x30 &+ UInt8(truncatingIfNeeded: rest == 0 ? 0 : 10 &- rest)
    }
}
