/// One record: 94 columns, and the line they stand on.
struct Record {
    private let bytes: [UInt8]
    private let start: Int
    /// Counted from one.
    let line: Int

    init(_ bytes: [UInt8], from start: Int, line: Int) {
        self.bytes = bytes
        self.start = start
        self.line = line
    }

    /// Column 1.
    var type: UInt8 { bytes[start] }

    subscript(_ field: Field) -> ArraySlice<UInt8> {
        bytes[(start + field.columns.lowerBound - 1)..<(start + field.columns.upperBound)]
    }

    /// The column of a field that has only one.
    func byte(_ field: Field) -> UInt8 { bytes[start + field.columns.lowerBound - 1] }

    /// The field without blanks at its end.
    func text(_ field: Field) -> String { ASCIIText.trimmedEnd(self[field]) }

    /// The field without blanks at either end.
    func trimmed(_ field: Field) -> String { ASCIIText.trimmed(self[field]) }

    /// The field as it stands.
    func columns(_ field: Field) -> String { String(decoding: self[field], as: UTF8.self) }

    /// `nil` unless every column is a digit.
    func number(_ field: Field) -> Int? { Digits.number(self[field]) }

    func isBlank(_ field: Field) -> Bool { self[field].allSatisfy { $0 == 0x20 } }

    /// Nothing but nines: a record that fills the last block.
    var isPadding: Bool { self[Layout.record].allSatisfy { $0 == 0x39 } }

    static let empty = [UInt8](repeating: 0x20, count: Layout.width)
}

/// Cuts bytes into records of 94 columns, whatever ends the lines, one at a time.
///
/// LF, CRLF and CR end a line; bytes without any are cut every 94. Lines that banks trimmed at the
/// right are filled with blanks, lines they extended with blanks are cut.
struct RecordScanner {
    private let bytes: [UInt8]
    private var position = 0
    private let end: Int
    private let hasLines: Bool
    private(set) var line = 0

    /// What the next record is, or why there is none on the line.
    enum Scanned {
        case record(Record)
        /// A record that had to be mended first: what was found, and what was expected.
        case mended(Record, Problem.Code, found: String, expected: String)
        case blankLine
        case tooLong(count: Int)

        /// Only a file header begins with `1`.
        var beginsFile: Bool {
            switch self {
            case .record(let record), .mended(let record, _, _, _): record.type == 0x31
            case .blankLine, .tooLong: false
            }
        }
    }

    /// What stood around the records: the mark some editors put before text, or the byte old
    /// systems put after it.
    let stray: [(found: String, line: Int)]

    init(_ bytes: [UInt8]) {
        var stray: [(found: String, line: Int)] = []
        var end = bytes.count
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            position = 3
            stray.append((found: "a byte order mark before the file", line: 1))
        }
        while end > position, bytes[end - 1] == 0x1A || bytes[end - 1] == 0x00 { end -= 1 }
        if end < bytes.count { stray.append((found: "end-of-file bytes", line: 1)) }
        var last = end
        while last > position, bytes[last - 1] == 0x0A || bytes[last - 1] == 0x0D { last -= 1 }
        hasLines = bytes[position..<last].contains { $0 == 0x0A || $0 == 0x0D }
        // Records without separators may still end with one line end, which is no record.
        self.end = hasLines ? end : last
        self.bytes = bytes
        self.stray = stray
    }

    /// The next line's record; `nil` at the end.
    mutating func next() -> Scanned? {
        guard position < end else { return nil }
        line += 1
        let start = position
        let stop: Int
        if hasLines {
            stop = bytes[start..<end].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? end
            position = stop + 1
            if stop + 1 < end, bytes[stop] == 0x0D, bytes[stop + 1] == 0x0A { position += 1 }
        } else {
            stop = min(start + Layout.width, end)
            position = stop
        }
        return record(start, stop)
    }

    private func record(_ start: Int, _ stop: Int) -> Scanned {
        let raw = bytes[start..<stop]
        if raw.count == Layout.width, raw.allSatisfy({ (0x20...0x7E).contains($0) }) {
            return .record(Record(bytes, from: start, line: line))
        }
        var columns = Self.columns(raw)
        let filled = columns.lastIndex { $0 != 0x20 }.map { $0 + 1 } ?? 0
        guard filled > 0 else { return .blankLine }
        guard filled <= Layout.width else { return .tooLong(count: columns.count) }
        let count = columns.count
        columns.removeSubrange(min(count, Layout.width)...)
        columns.append(contentsOf: repeatElement(0x20, count: Layout.width - columns.count))
        let record = Record(columns, from: 0, line: line)
        if !raw.allSatisfy({ (0x20...0x7E).contains($0) }) {
            return .mended(
                record, .notPrintable, found: "characters that are not printable ASCII",
                expected: "printable ASCII")
        }
        return .mended(
            record, .recordLength, found: "\(count) columns", expected: "\(Layout.width) columns")
    }

    /// One byte a column. A letter in UTF-8 takes one column when only that makes 94 of them;
    /// whatever is not printable ASCII is replaced by `?`.
    private static func columns(_ raw: ArraySlice<UInt8>) -> [UInt8] {
        func printable(_ byte: UInt8) -> UInt8 { (0x20...0x7E).contains(byte) ? byte : 0x3F }
        if raw.count > Layout.width, raw.contains(where: { $0 >= 0x80 }) {
            return String(decoding: raw, as: UTF8.self).unicodeScalars.map {
                $0.value < 0x80 ? printable(UInt8($0.value)) : 0x3F
            }
        }
        return raw.map(printable)
    }
}
