/// A bank file as lines of 94 columns, with nothing taken from the library under test: what
/// follows is a second, naive opinion of what control records prove.
struct Records {
    var lines: [[UInt8]]

    static let width = 94

    /// `nil` unless every line is 94 printable columns and a line feed.
    init?(plain bytes: [UInt8]) {
        guard !bytes.isEmpty, bytes.count % (Self.width + 1) == 0 else { return nil }
        lines = []
        for start in stride(from: 0, to: bytes.count, by: Self.width + 1) {
            let line = bytes[start..<(start + Self.width)]
            guard bytes[start + Self.width] == 0x0A,
                line.allSatisfy({ (0x20...0x7E).contains($0) })
            else { return nil }
            lines.append(Array(line))
        }
    }

    /// Lines of any bytes, made 94 columns wide.
    init(fitting bytes: [UInt8]) {
        lines = bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).map { line in
            let cut = line.prefix(Self.width)
            return cut + Array(repeating: 0x20, count: Self.width - cut.count)
        }
    }

    func bytes(_ lineEnd: [UInt8] = [0x0A]) -> [UInt8] { lines.flatMap { $0 + lineEnd } }
}

/// Sums by columns. Two are equal when a control says what its records do.
struct ColumnSums: Equatable {
    var count: UInt64 = 0
    var hash: UInt64 = 0
    var debits: UInt64 = 0
    var credits: UInt64 = 0

    mutating func add(_ other: ColumnSums) {
        count += other.count
        hash = (hash + other.hash) % 10_000_000_000
        debits &+= other.debits
        credits &+= other.credits
    }
}

/// What the naive opinion is.
enum ColumnOpinion: Equatable {
    /// The file is of a shape that it has no opinion on.
    case none
    case proven(ColumnSums, entries: Int, addenda: Int)
    case contradicted
}

extension Records {
    /// Of one whole file whose numbers are digits and whose records stand in order.
    var opinion: ColumnOpinion {
        guard let first = lines.first, Self.isFileHeader(first) else { return .none }
        var agree = true
        var computed = ColumnSums()
        var declared = ColumnSums()
        var batches: UInt64 = 0
        var entries = 0
        var addenda = 0
        var isAdviceFile = false
        var at = 1
        while at < lines.count, lines[at][0] == 0x35 {
            let header = lines[at]
            guard Self.isBatchHeader(header) else { return .none }
            let isAdvice = Self.text(header, 51...53) == "ADV"
            batches += 1
            if batches == 1 { isAdviceFile = isAdvice }
            var sums = ColumnSums()
            var hasEntry = false
            at += 1
            while at < lines.count, lines[at][0] == 0x36 || lines[at][0] == 0x37 {
                if lines[at][0] == 0x37 {
                    guard hasEntry else { return .none }
                    addenda += 1
                } else {
                    hasEntry = true
                    entries += 1
                    guard Self.add(lines[at], isAdvice, &sums) else { return .none }
                }
                sums.count += 1
                at += 1
            }
            guard at < lines.count, let control = Self.batchControl(lines[at], header, isAdvice)
            else { return .none }
            if control != sums { agree = false }
            // The rules sum what the controls declare, so a wrong batch is not told twice.
            declared.add(control)
            computed.add(sums)
            at += 1
        }
        guard at < lines.count, let control = Self.fileControl(lines[at], isAdviceFile),
            lines[(at + 1)...].allSatisfy(Self.isPadding)
        else { return .none }
        if control.sums != declared || control.batches != batches { agree = false }
        return agree ? .proven(computed, entries: entries, addenda: addenda) : .contradicted
    }

    static func isPadding(_ line: [UInt8]) -> Bool { line.allSatisfy { $0 == 0x39 } }

    private static func isFileHeader(_ line: [UInt8]) -> Bool {
        text(line, 1...3) == "101" && text(line, 35...39) == "09410" && number(line, 24...29) != nil
    }

    private static func isBatchHeader(_ line: [UInt8]) -> Bool {
        ["200", "220", "225", "280"].contains(text(line, 2...4))
            && StandardClasses.all.contains(text(line, 51...53))
            && number(line, 80...94) != nil
    }

    /// False when the record has no sums.
    private static func add(_ line: [UInt8], _ isAdvice: Bool, _ sums: inout ColumnSums) -> Bool {
        guard let code = number(line, 2...3), let receiver = number(line, 4...11),
            number(line, 12...12) != nil,
            let cents = number(line, isAdvice ? 28...39 : 30...39),
            isAdvice || number(line, 80...94) != nil,
            let isDebit = isDebit(code, isAdvice)
        else { return false }
        sums.hash = (sums.hash + receiver) % 10_000_000_000
        // Below 10^12 a record and few records in an input: 64 bits hold any sum.
        if isDebit { sums.debits += cents } else { sums.credits += cents }
        return true
    }

    private static func isDebit(_ code: UInt64, _ isAdvice: Bool) -> Bool? {
        if isAdvice { return (81...88).contains(code) ? code % 2 == 0 : nil }
        switch (code / 10, code % 10) {
        case (2...4, 1...4), (5, 1...4): return false
        case (2...4, 6...9), (5, 5...6): return true
        default: return nil
        }
    }

    /// `nil` unless it is certain that the record is the header's control.
    private static func batchControl(
        _ line: [UInt8], _ header: [UInt8], _ isAdvice: Bool
    ) -> ColumnSums? {
        guard line[0] == 0x38, line[1...3] == header[1...3], line[79...93] == header[79...93],
            let count = number(line, 5...10), let hash = number(line, 11...20),
            let debits = number(line, isAdvice ? 21...40 : 21...32),
            let credits = number(line, isAdvice ? 41...60 : 33...44)
        else { return nil }
        return ColumnSums(count: count, hash: hash, debits: debits, credits: credits)
    }

    private static func fileControl(
        _ line: [UInt8], _ isAdvice: Bool
    ) -> (sums: ColumnSums, batches: UInt64)? {
        guard line[0] == 0x39, !isPadding(line), let batches = number(line, 2...7),
            number(line, 8...13) != nil,
            let count = number(line, 14...21), let hash = number(line, 22...31),
            let debits = number(line, isAdvice ? 32...51 : 32...43),
            let credits = number(line, isAdvice ? 52...71 : 44...55)
        else { return nil }
        return (ColumnSums(count: count, hash: hash, debits: debits, credits: credits), batches)
    }

    static func text(_ line: [UInt8], _ columns: ClosedRange<Int>) -> String {
        String(decoding: line[(columns.lowerBound - 1)..<columns.upperBound], as: UTF8.self)
    }

    /// `nil` unless all are digits and 64 bits hold them.
    static func number(_ line: [UInt8], _ columns: ClosedRange<Int>) -> UInt64? {
        let digits = line[(columns.lowerBound - 1)..<columns.upperBound]
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return UInt64(String(decoding: digits, as: UTF8.self))
    }
}

/// The three letters in columns 51-53.
enum StandardClasses {
    static let all = [
        "ACK", "ADV", "ARC", "ATX", "BOC", "CCD", "CIE", "COR", "CTX", "DNE", "ENR", "IAT", "MTE",
        "POP", "POS", "PPD", "RCK", "SHR", "TEL", "TRC", "TRX", "WEB", "XCK",
    ]
}
