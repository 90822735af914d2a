/// Reads a bank file of any size as its bytes come, and proves it: record order, every field,
/// counts, hashes and totals of each batch and of the file.
///
/// Memory holds one entry with its addenda, two headers and one line; it does not grow with the
/// file. No bytes make the reader crash. What is wrong is a ``Problem`` with its line and columns:
/// a bad record sets its own entry aside (``StreamEvent/quarantined(_:)``) and never the file.
///
/// An entry is told before the control records that prove it have been read. Whoever moves money
/// reads twice: once to prove the file, and when its ``FileReport`` says so, again to act.
///
///     var reader = StreamReader(profile: .lenient)
///     while let chunk = try next() { reader.read(chunk) { event in … } }
///     reader.finish { event in … }
public struct StreamReader: ~Copyable {
    /// How strictly this reader reads.
    public let profile: BankProfile

    /// The most addenda the rules allow one entry; more are counted and not kept.
    public static let addendaMax = 9_999

    /// Bytes of one line that are kept. What is not blank after 94 columns is no record, however
    /// long it is.
    static let lineMax = 1_024

    // Memory of this reader alone, given back when it ends.
    var records: UnsafeMutableRawPointer
    var capacity = 16
    let fileHeader: UnsafeMutableRawPointer
    let batchHeader: UnsafeMutableRawPointer
    let partial: UnsafeMutableRawPointer

    // The line being cut out of the chunks.
    var lineEnds = LineEnds.unknown
    var partialCount = 0
    var partialFilled = 0
    var afterReturn = false
    /// Bytes taken before the present place.
    var offset = 0
    var lineOffset = 0
    /// After the columns of the last line, before what ends it: no cut of the chunks moves it.
    var lineStop = 0
    var line = 0

    // The file.
    var state = State.start
    var recordCount = 0
    var hasFileHeader = false
    var files = 0
    var fileTotals = ControlTotals()
    var fileSums = EntryCounts()
    var fileProof = Proof.proven
    /// False once a batch's control fields could not be read.
    var fileTotalsAreKnown = true
    /// Of the entries, while `fileTotals` is what the batch controls declare.
    var fileComputed = ControlTotals()
    var batchCount = 0
    var previousBatchNumber: UInt64?
    var declaredBlocks: (count: UInt64, line: Int)?
    var isAdviceFile = false
    var worst: Problem.Severity?

    // The batch.
    var batch = OpenBatch()
    var rules = BatchRules(serviceClass: nil, entryClass: nil, odfi: nil)

    // The entry: `heldCount` records from `records` on, the next one is put after them.
    var heldCount = 0
    var addendaSeen = 0
    var entryOffset = 0
    var entryStop = 0
    var entryWorst: Problem.Severity?

    // Waiting to be told.
    var problems: [Problem] = []
    var violations: [Violation] = []

    enum State { case start, file, batch, done, notNacha }
    enum LineEnds { case unknown, lines, none }

    /// A reader for one stream of bytes, as strict as the profile says.
    public init(profile: BankProfile) {
        self.profile = profile
        records = Self.memory(16 * Columns.stride)
        fileHeader = Self.memory(Columns.stride)
        batchHeader = Self.memory(Columns.stride)
        partial = Self.memory(Self.lineMax)
    }

    deinit {
        records.deallocate()
        fileHeader.deallocate()
        batchHeader.deallocate()
        partial.deallocate()
    }

    static func memory(_ count: Int) -> UnsafeMutableRawPointer {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 8)
        memory.initializeMemory(as: UInt8.self, repeating: 0x20, count: count)
        return memory
    }

    // MARK: - Bytes

    /// Takes the next bytes, cut anywhere, and tells what they complete.
    public mutating func read<Failure: Error>(
        _ chunk: RawSpan, _ take: (borrowing StreamEvent) throws(Failure) -> Void
    ) throws(Failure) {
        // The pointer is only used before this returns, while the span is borrowed.
        var start: UnsafeRawPointer?
        chunk.withUnsafeBytes { start = $0.baseAddress }
        try read(UnsafeRawBufferPointer(start: start, count: chunk.byteCount), take)
    }

    /// Takes the next bytes, cut anywhere, and tells what they complete.
    public mutating func read<Failure: Error>(
        _ chunk: [UInt8], _ take: (borrowing StreamEvent) throws(Failure) -> Void
    ) throws(Failure) {
        try read(chunk.span.bytes, take)
    }

    /// Takes the next bytes, cut anywhere, and tells what they complete. The buffer is not kept.
    public mutating func read<Failure: Error>(
        _ chunk: UnsafeRawBufferPointer, _ take: (borrowing StreamEvent) throws(Failure) -> Void
    ) throws(Failure) {
        guard let start = chunk.baseAddress else { return }
        var at = 0
        let end = chunk.count
        while at < end {
            if state == .notNacha { break }
            if partialCount == 0, lineEnds != .unknown, end - at > Layout.width + 1 {
                // Most lines: 94 printable columns, and the line ends where it should.
                let taken = copy(start + at)
                if taken > 0 {
                    lineOffset = offset + at
                    lineStop = lineOffset + Layout.width
                    at += taken
                    line += 1
                    afterReturn = false
                    try self.take(next, take)
                    continue
                }
            }
            try takeByte((start + at).load(as: UInt8.self), at: offset + at, take)
            at += 1
        }
        offset += end
    }

    /// Tells what the end of the bytes completes, and what of the file is proven. Call it once.
    public mutating func finish<Failure: Error>(
        _ take: (borrowing StreamEvent) throws(Failure) -> Void
    ) throws(Failure) {
        if partialCount > 0, state != .notNacha {
            var strays = 0
            while strays < partialCount, partialCount <= Self.lineMax,
                Self.isStray(partialByte(partialCount - strays - 1))
            {
                strays += 1
            }
            partialCount -= strays
            if strays > 0 {
                partialFilled = partialCount
                while partialFilled > 0, partialByte(partialFilled - 1) == 0x20 {
                    partialFilled -= 1
                }
                line += 1
                addStray("end-of-file bytes")
                if partialCount > 0 { line -= 1 }
            }
            lineStop = offset - strays
            if partialCount > 0 { try takeLine(take) }
        }
        switch state {
        case .start:
            add(.emptyFile, Layout.record, line: 1, .file, "nothing", "a file header record")
        case .file, .batch:
            try closeEntry(take)
            add(
                .endedEarly, Layout.recordType, line: line, .file, "the end of the file",
                expectedTypes)
            if state == .batch { try closeBatch(nil, take) }
            fileProof.weaken(.unproven)
        case .done, .notNacha:
            break
        }
        try endFile(take)
    }

    /// The place for the next record.
    var next: Columns { Columns(base: records + heldCount * Columns.stride) }

    /// Copies 94 columns to the place of the next record when they are printable and followed by
    /// the line end of this file. Returns how many bytes that was, or zero.
    @inline(__always)
    private func copy(_ from: UnsafeRawPointer) -> Int {
        // A line that begins with a blank may be nothing else.
        guard from.load(as: UInt8.self) > 0x20 else { return 0 }
        var taken = Layout.width
        if lineEnds == .lines {
            switch from.load(fromByteOffset: 94, as: UInt8.self) {
            case 0x0A: taken = 95
            case 0x0D:
                guard from.load(fromByteOffset: 95, as: UInt8.self) == 0x0A else { return 0 }
                taken = 96
            default: return 0
            }
        }
        let to = records + heldCount * Columns.stride
        var bad: UInt64 = 0
        var place = 0
        while place < 88 {
            let word = from.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            bad |= Self.unprintable(word)
            to.storeBytes(of: word, toByteOffset: place, as: UInt64.self)
            place += 8
        }
        let word = from.loadUnaligned(fromByteOffset: 86, as: UInt64.self)
        bad |= Self.unprintable(word)
        to.storeBytes(of: word, toByteOffset: 86, as: UInt64.self)
        return bad & 0x8080_8080_8080_8080 == 0 ? taken : 0
    }

    /// High bits where a byte is above `~` or below a blank. A borrow or a carry between bytes only
    /// comes from a byte that is marked itself.
    @inline(__always)
    private static func unprintable(_ word: UInt64) -> UInt64 {
        word | (word &+ 0x0101_0101_0101_0101) | (word &- 0x2020_2020_2020_2020)
    }

    /// Bytes that old systems put after a file.
    private static func isStray(_ byte: UInt8) -> Bool { byte == 0x1A || byte == 0x00 }

    private func partialByte(_ index: Int) -> UInt8 {
        partial.load(fromByteOffset: index, as: UInt8.self)
    }

    /// The slow way, for lines that are cut by a chunk or are not what they should be.
    private mutating func takeByte<Failure: Error>(
        _ byte: UInt8, at place: Int, _ take: (borrowing StreamEvent) throws(Failure) -> Void
    ) throws(Failure) {
        if byte == 0x0A, afterReturn {
            afterReturn = false
            return
        }
        afterReturn = false
        guard byte != 0x0A, byte != 0x0D else {
            afterReturn = byte == 0x0D
            if lineEnds == .none, partialCount == 0 { return }
            if lineEnds == .unknown { lineEnds = .lines }
            lineStop = place
            try takeLine(take)
            return
        }
        if partialCount == 0 { lineOffset = place }
        if partialCount < Self.lineMax {
            partial.storeBytes(of: byte, toByteOffset: partialCount, as: UInt8.self)
        }
        partialCount += 1
        if byte != 0x20 { partialFilled = partialCount }
        if place == 2, partialCount == 3, startsWithMark {
            partialCount = 0
            partialFilled = 0
            line = 1
            addStray("a byte order mark before the file")
            line = 0
        }
        switch lineEnds {
        case .lines: break
        case .none:
            if partialCount == Layout.width {
                lineStop = place + 1
                try takeLine(take)
            }
        case .unknown:
            // 94 columns and then at once the type of a record that may follow: no line ends.
            if partialCount == Layout.width + 1, isJoined(byte) {
                lineEnds = .none
                partialCount = Layout.width
                partialFilled = Layout.width
                lineStop = place
                try takeLine(take)
                lineOffset = place
                partial.storeBytes(of: byte, as: UInt8.self)
                partialCount = 1
                partialFilled = 1
            } else if partialCount > Layout.width {
                lineEnds = .lines
            }
        }
    }

    private var startsWithMark: Bool {
        partialByte(0) == 0xEF && partialByte(1) == 0xBB && partialByte(2) == 0xBF
    }

    private func isJoined(_ byte: UInt8) -> Bool {
        (0x35...0x39).contains(byte)
            && (0..<Layout.width).allSatisfy { (0x20...0x7E).contains(partialByte($0)) }
    }

    /// Makes columns of the line that has been gathered, whatever it holds.
    private mutating func takeLine<Failure: Error>(
        _ take: (borrowing StreamEvent) throws(Failure) -> Void
    ) throws(Failure) {
        let count = partialCount
        let filled = partialFilled
        partialCount = 0
        partialFilled = 0
        line += 1
        let bytes = UnsafeRawBufferPointer(start: partial, count: min(count, Self.lineMax))
        if filled == 0 {
            add(.blankLine, Layout.recordType, line: line, .after, "a blank line", "a record")
            return try flush(take)
        }
        if filled <= Self.lineMax,
            bytes.prefix(filled).allSatisfy({ $0 == 0x20 || Self.isStray($0) })
        {
            addStray("end-of-file bytes")
            return try flush(take)
        }
        var width = filled
        var isPlain = true
        if filled <= Self.lineMax {
            isPlain = bytes.prefix(filled).allSatisfy { (0x20...0x7E).contains($0) }
        }
        let to = records + heldCount * Columns.stride
        to.initializeMemory(as: UInt8.self, repeating: 0x20, count: Columns.lineOffset)
        if filled <= Self.lineMax, !isPlain, count != Layout.width,
            let scalars = Self.characters(bytes.prefix(filled))
        {
            // Letters in UTF-8, one a column.
            width = scalars.count
            for (index, scalar) in scalars.prefix(Layout.width).enumerated() {
                to.storeBytes(of: scalar, toByteOffset: index, as: UInt8.self)
            }
        } else {
            for index in 0..<min(filled, Layout.width) {
                let byte = bytes[index]
                to.storeBytes(
                    of: (0x20...0x7E).contains(byte) ? byte : 0x3F, toByteOffset: index,
                    as: UInt8.self)
            }
        }
        guard width <= Layout.width else { return try takeTooLong(count, take) }
        let record = next
        if state == .start, !isReadable(record) { return try takeOther(record, take) }
        if !isPlain {
            add(
                .notPrintable, Layout.wholeRecord, line: line, .after,
                "characters that are not printable ASCII", "printable ASCII")
        } else if count != Layout.width {
            add(
                .recordLength, Layout.wholeRecord, line: line, .after, "\(count) columns",
                "\(Layout.width) columns")
        }
        try self.take(record, take)
    }

    /// One byte a character, `?` for all that is not printable ASCII; `nil` when it is not UTF-8.
    private static func characters(_ bytes: Slice<UnsafeRawBufferPointer>) -> [UInt8]? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        return text.unicodeScalars.map {
            (0x20...0x7E).contains($0.value) ? UInt8($0.value) : 0x3F
        }
    }

    private mutating func takeTooLong<Failure: Error>(
        _ count: Int, _ take: (borrowing StreamEvent) throws(Failure) -> Void
    ) throws(Failure) {
        guard state != .start else {
            add(
                .notANachaFile, Layout.wholeRecord, line: line, .file, "\(count) columns",
                "a file header record of \(Layout.width) columns")
            state = .notNacha
            return
        }
        recordCount += 1
        try takeUnknown(
            next, .recordTooLong, Layout.wholeRecord, "\(count) columns",
            "\(Layout.width) columns", take)
    }

    // MARK: - Records in order

    mutating func take<Failure: Error>(
        _ record: Columns, _ take: (borrowing StreamEvent) throws(Failure) -> Void
    ) throws(Failure) {
        (records + heldCount * Columns.stride).storeBytes(
            of: line, toByteOffset: Columns.lineOffset, as: Int.self)
        recordCount += 1
        switch (state, record.byte(1)) {
        case (.batch, 0x37) where heldCount > 0:
            takeAddenda()
        case (.batch, 0x36):
            try closeEntry(take)
            openEntry(from: record)
        case (.start, _):
            try begin(record, take)
        case (_, 0x37):
            addendaWithoutEntry()
            try tellLoose(record, take)
        case (.file, 0x36), (.done, 0x36):
            try openWithoutHeader(record, take)
            openEntry(from: record)
        case (_, 0x35) where looksLikeBatchHeader(record):
            try closeEntry(take)
            if state == .batch { try closeWithoutControl("another batch header", take) }
            if state == .done { try beginFragment(record, take) }
            state = .batch
            try openBatch(record, take)
        case (.batch, 0x38) where looksLikeBatchControl(record):
            try closeEntry(take)
            try closeBatch(record, take)
            state = .file
        case (_, 0x39) where record.isPadding:
            try closeEntry(take)
        case (.file, 0x39) where looksLikeFileControl(record),
            (.batch, 0x39) where looksLikeFileControl(record):
            try closeEntry(take)
            if state == .batch { try closeWithoutControl("the file control", take) }
            readFileControl(record)
            state = .done
        case (_, 0x31) where looksLikeHeader(record):
            try takeSecondHeader(record, take)
        case (_, 0x31), (_, 0x35), (_, 0x38), (_, 0x39):
            try takeUnknown(
                record, .recordOutOfOrder, Layout.recordType,
                "a record of type \(Character(Unicode.Scalar(record.byte(1))))", expectedTypes,
                take)
        default:
            try takeUnknown(
                record, .unknownRecordType, Layout.recordType, "a record of no known type",
                expectedTypes, take)
        }
        if !problems.isEmpty, heldCount == 0 { try flush(take) }
    }
}
