/// Cuts a stream into lines at LF, CRLF or CR, whatever the pieces it comes in.
struct LineCutter {
    /// The line that is being gathered, without its end; of a longer one, its first `max` bytes.
    private(set) var line: [UInt8] = []
    /// Bytes of the line, also those that were not kept.
    private(set) var count = 0
    private var isAfterReturn = false
    let max: Int

    init(max: Int) { self.max = max }

    /// Whether the line has more bytes than are kept.
    var isTooLong: Bool { count > max }

    /// Takes a byte; true when it ended a line. Then ``clear()`` before the next.
    mutating func take(_ byte: UInt8) -> Bool {
        if byte == 0x0A {
            guard !isAfterReturn else {
                isAfterReturn = false
                return false
            }
            return true
        }
        isAfterReturn = byte == 0x0D
        if isAfterReturn { return true }
        count += 1
        if count <= max { line.append(byte) }
        return false
    }

    mutating func clear() {
        line.removeAll(keepingCapacity: true)
        count = 0
    }
}

/// What a reader has to tell, kept until its caller takes it.
struct StatementTeller {
    private(set) var pending: [StatementEvent] = []
    var tally = StatementTally()
    private var told: [StatementProblem.Code: Int] = [:]

    /// Problems of one code that are told; the others are counted in the report. Enough to see
    /// what is wrong, and few enough that a file of nothing but problems costs no memory.
    static let toldMax = 1_000

    mutating func tell(_ event: StatementEvent) {
        tally.count(event)
        if case .problem(let problem) = event {
            told[problem.code, default: 0] += 1
            guard told[problem.code, default: 0] <= Self.toldMax else { return }
        }
        pending.append(event)
    }

    mutating func drain(_ take: (StatementEvent) -> Void) {
        guard !pending.isEmpty else { return }
        for event in pending { take(event) }
        pending.removeAll(keepingCapacity: true)
    }
}

/// Recognising bytes that are something else.
enum Stranger {
    /// Bytes that are looked at.
    static let length = 512

    /// What the beginning of a file is, in words, when it is a well-known thing that is no
    /// statement.
    static func name(_ bytes: some Collection<UInt8>) -> String? {
        let start = Array(bytes.prefix(length))
        for (magic, name) in magics where start.starts(with: magic) { return name }
        if start.count > 262, Array(start[257..<262]) == Array("ustar".utf8) { return "an archive" }
        let text = String(decoding: start, as: UTF8.self).lowercased()
            .drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") { return "a web page" }
        if text.hasPrefix("{") || text.hasPrefix("[") { return "JSON" }
        if text.hasPrefix("101 ") || text.hasPrefix("101") && text.contains("094101") {
            return "a Nacha file"
        }
        if text.hasPrefix(":20:") || text.hasPrefix("{1:") { return "an MT940 statement" }
        return nil
    }

    private static let magics: [([UInt8], String)] = [
        ([0x50, 0x4B, 0x03, 0x04], "an archive"), ([0x50, 0x4B, 0x05, 0x06], "an archive"),
        ([0x1F, 0x8B], "an archive"), ([0x42, 0x5A, 0x68], "an archive"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "an archive"), ([0x37, 0x7A, 0xBC, 0xAF], "an archive"),
        ([0x28, 0xB5, 0x2F, 0xFD], "an archive"), ([0x52, 0x61, 0x72, 0x21], "an archive"),
        ([0x25, 0x50, 0x44, 0x46], "a PDF"), ([0xD0, 0xCF, 0x11, 0xE0], "a spreadsheet"),
        ([0x7F, 0x45, 0x4C, 0x46], "a program"), ([0x89, 0x50, 0x4E, 0x47], "a picture"),
        ([0xFF, 0xD8, 0xFF], "a picture"),
    ]
}

extension Collection<UInt8> {
    /// As text, with a blank for the end of a line and `?` for what cannot be printed.
    var printable: String {
        guard hasControls || contains(0x09) else { return String(decoding: self, as: UTF8.self) }
        return String(
            decoding: map { byte -> UInt8 in
                switch byte {
                case 0x09, 0x0A, 0x0D: 0x20
                case 0..<0x20, 0x7F: 0x3F
                default: byte
                }
            }, as: UTF8.self)
    }

    var hasControls: Bool { contains { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F } }
}

extension RandomAccessCollection<UInt8> where SubSequence: RandomAccessCollection<UInt8> {
    /// Without blanks and tabs at either end.
    var trimmed: SubSequence {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        guard let first = firstIndex(where: { !isBlank($0) }),
            let last = lastIndex(where: { !isBlank($0) })
        else { return self[startIndex..<startIndex] }
        return self[first...last]
    }
}
