/// Reads a statement of any format as its bytes come: always as a stream.
///
///     var reader = StatementReader()
///     while let chunk = try next() { reader.read(chunk) { event in … } }
///     reader.finish { event in … }
public struct StatementReader: Sendable {
    private var form: Form
    private let profile: CSVProfile?
    private let isCSV: Bool

    private enum Form {
        /// Bytes gathered until the format is known.
        case unknown([UInt8])
        case bai2(BAI2Reader)
        case camt(CamtReader)
        case csv(CSVReader)
        /// A file that is none of them.
        case stranger(String, lines: Int)
    }

    /// Bytes in which the format shows. A first line longer than that is no header.
    static let headMax = 65_536

    /// A reader for one file. Without a format it is told by the content; CSV needs a profile, or
    /// a header line that is a built-in profile's.
    public init(format: StatementFormat? = nil, profile: CSVProfile? = nil) {
        self.profile = profile
        isCSV = format == .csv
        switch format {
        case .bai2: form = .bai2(BAI2Reader())
        case .camt: form = .camt(CamtReader())
        case .csv: form = profile.map { .csv(CSVReader(profile: $0)) } ?? .unknown([])
        case nil: form = .unknown([])
        }
    }

    /// Takes the next bytes, cut anywhere, and tells what they complete.
    public mutating func read(_ chunk: [UInt8], _ take: (StatementEvent) -> Void) {
        switch form {
        case .unknown(var head):
            form = .unknown([])
            head += chunk
            guard head.count >= Self.headMax || head.count >= Stranger.length && Self.hasLine(head)
            else {
                form = .unknown(head)
                return
            }
            choose(head)
            if case .stranger = form { return }
            read(head, take)
        case .bai2(var reader):
            form = .unknown([])
            reader.read(chunk, take)
            form = .bai2(reader)
        case .camt(var reader):
            form = .unknown([])
            reader.read(chunk, take)
            form = .camt(reader)
        case .csv(var reader):
            form = .unknown([])
            reader.read(chunk, take)
            form = .csv(reader)
        case .stranger: break
        }
    }

    /// Tells what the end of the bytes completes, and what is proven. Call it once.
    public mutating func finish(_ take: (StatementEvent) -> Void) {
        if case .unknown(let head) = form {
            choose(head)
            if case .stranger = form {} else { read(head, take) }
        }
        switch form {
        case .bai2(var reader): reader.finish(take)
        case .camt(var reader): reader.finish(take)
        case .csv(var reader): reader.finish(take)
        case .stranger(let name, let lines):
            var teller = StatementTeller()
            let isEmpty = name.isEmpty
            teller.tell(
                .problem(
                    StatementProblem(
                        isEmpty ? .emptyFile : .notAStatement, .line(1), "file",
                        found: isEmpty ? "nothing" : name,
                        expected: "BAI2, camt.053, camt.054, or CSV with a profile")))
            teller.drain(take)
            take(.file(teller.tally.report(nil, lines: lines)))
        case .unknown: break
        }
    }

    /// Whether there is a whole line that is not blank.
    private static func hasLine(_ head: [UInt8]) -> Bool {
        guard let first = head.firstIndex(where: { $0 > 0x20 }) else { return false }
        return head[first...].contains { $0 == 0x0A || $0 == 0x0D }
    }

    private mutating func choose(_ head: [UInt8]) {
        // Of what is here whatever the pieces: the same bytes are always the same format.
        var text = head.prefix(Self.headMax)
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        text = text.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        if text.isEmpty {
            form = .stranger("", lines: 0)
        } else if !isCSV, text.starts(with: "01,".utf8) {
            form = .bai2(BAI2Reader())
        } else if !isCSV, text.first == 0x3C {
            form = .camt(CamtReader())
        } else if let name = Stranger.name(head) {
            form = .stranger(name, lines: 1)
        } else {
            let line = Array(text.prefix { $0 != 0x0A && $0 != 0x0D })
            if let profile = profile ?? CSVProfile.recognised(header: line) {
                form = .csv(CSVReader(profile: profile))
            } else {
                let isText = !head.prefix(Stranger.length).hasUnprintables
                form = .stranger(
                    isText ? "text that no built-in profile explains" : "bytes that are no text",
                    lines: 1)
            }
        }
    }
}

extension Sequence where Element == UInt8 {
    fileprivate var hasUnprintables: Bool {
        contains { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
    }
}

/// A file of statements as values, for files that fit in memory.
public struct StatementReading: Sendable {
    /// Each statement with its items.
    public internal(set) var statements: [Whole] = []
    /// What was wrong, in the order of the file; of each kind the first thousand.
    public internal(set) var problems: [StatementProblem] = []
    /// What to make of it.
    public internal(set) var report: StatementFileReport

    /// A statement and everything in it.
    public struct Whole: Sendable {
        /// The statement, its sums and its proof.
        public let report: StatementReport
        /// In the order of the file.
        public let items: [StatementItem]
    }

    /// Reads all of it.
    public init(
        _ bytes: [UInt8], format: StatementFormat? = nil, profile: CSVProfile? = nil
    ) {
        self.init(format: format, profile: profile) { read in read(bytes) }
    }

    /// Reads what `bytes` hands over, some at a time: what was read is held, and not the bytes.
    public init<Failure: Error>(
        format: StatementFormat? = nil, profile: CSVProfile? = nil,
        bytes: (([UInt8]) -> Void) throws(Failure) -> Void
    ) throws(Failure) {
        var reader = StatementReader(format: format, profile: profile)
        var gathered: [Whole] = []
        var items: [StatementItem] = []
        var problems: [StatementProblem] = []
        var report: StatementFileReport?
        let take: (StatementEvent) -> Void = { event in
            switch event {
            case .statement: items = []
            case .item(let item): items.append(item)
            case .statementEnd(let end):
                gathered.append(Whole(report: end, items: items))
                items = []
            case .problem(let problem): problems.append(problem)
            case .file(let end): report = end
            }
        }
        try bytes { reader.read($0, take) }
        reader.finish(take)
        statements = gathered
        self.problems = problems
        // A reader ends with the report of its file, whatever the bytes were.
        self.report = report ?? StatementTally().report(nil, lines: 0)
    }
}

/// What a fuzzer calls: reads any bytes whole, and again in two pieces, and stops the program when
/// the two tell different things.
public enum StatementFuzz {
    /// As BAI2.
    public static func bai2(_ bytes: [UInt8]) { read(bytes, .bai2, nil) }

    /// As camt.
    public static func camt(_ bytes: [UInt8]) { read(bytes, .camt, nil) }

    /// As CSV, by both built-in profiles.
    public static func csv(_ bytes: [UInt8]) {
        for profile in CSVProfile.all { read(bytes, .csv, profile) }
    }

    /// As whatever it looks like.
    public static func any(_ bytes: [UInt8]) { read(bytes, nil, nil) }

    private static func read(_ bytes: [UInt8], _ format: StatementFormat?, _ profile: CSVProfile?) {
        var whole = Fingerprint()
        var cut = Fingerprint()
        let middle = bytes.count / 2
        tell([bytes[...]], format, profile, &whole)
        tell([bytes[..<middle], bytes[middle...]], format, profile, &cut)
        precondition(whole.value == cut.value, "the same bytes told different things")
    }

    private static func tell(
        _ pieces: [ArraySlice<UInt8>], _ format: StatementFormat?, _ profile: CSVProfile?,
        _ told: inout Fingerprint
    ) {
        var reader = StatementReader(format: format, profile: profile)
        let take: (StatementEvent) -> Void = { event in
            guard case .file(let report) = event else { return told.add("\(event)") }
            // Without its dictionary, which has no order.
            told.add("\(report.verdict) \(report.proof) \(report.items) \(report.lines)")
        }
        for piece in pieces { reader.read(Array(piece), take) }
        reader.finish(take)
    }
}
