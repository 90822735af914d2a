/// Reads a whole file into values, over ``StreamReader``.
///
/// For files of a size that fits in memory: our own before they leave, a bank's when all of it is
/// wanted at once. No bytes make it crash. What could move the wrong money refuses the file,
/// because a file whose totals are not proved has no part that is; a record that is bad by itself
/// is set aside.
public struct FileReader: Sendable {
    /// How strictly this reader reads.
    public let profile: BankProfile

    /// No file a bank takes comes near it: 10,000 records are the usual limit. It bounds memory.
    public static let bytesMax = 256 << 20

    /// Problems after this many of a severity are only counted.
    public static let problemsMax = 100

    /// A reader as strict as the profile says.
    public init(profile: BankProfile) { self.profile = profile }

    /// The file and what should be told to the bank, or the problems for which it is not read.
    /// Bytes that hold more than one file are refused; see ``readAll(_:)``.
    public func read(_ bytes: [UInt8]) throws(FileRefusal) -> Reading {
        let results = readAll(bytes)
        guard results.count == 1, let only = results.first else {
            throw FileRefusal(problems: [
                Problem(
                    line: 1, field: Layout.recordType, code: .secondFile,
                    found: "\(results.count) files", expected: "one file", severity: .refusal)
            ])
        }
        return try only.get()
    }

    /// Reads bytes in which a bank put one file after another, each with its own result, in order.
    ///
    /// Lines are counted through. At least one result.
    public func readAll(_ bytes: [UInt8]) -> [Result<Reading, FileRefusal>] {
        guard bytes.count <= Self.bytesMax else {
            return [
                .failure(
                    FileRefusal(problems: [
                        Problem(
                            line: 1, field: Layout.record, code: .limitExceeded,
                            found: "\(bytes.count) bytes", expected: "at most \(Self.bytesMax)",
                            severity: .refusal)
                    ]))
            ]
        }
        var assembler = FileAssembler(profile: profile)
        var reader = StreamReader(profile: profile)
        reader.read(bytes) { assembler.take($0) }
        reader.finish { assembler.take($0) }
        return assembler.results
    }
}

/// A file that could be read.
public struct Reading: Hashable, Sendable {
    /// All of it but what is in ``quarantined``, proved as far as the profile asks.
    public let file: NachaFile
    /// At most ``FileReader/problemsMax``.
    public let warnings: [Problem]
    /// Warnings that were not kept.
    public let warningsOmitted: Int
    /// What a person must look at before anything follows from it. It may be a return.
    public let quarantined: [QuarantinedEntry]

    /// A reading as a test or a stand-in bank would make it.
    public init(
        file: NachaFile, warnings: [Problem] = [], warningsOmitted: Int = 0,
        quarantined: [QuarantinedEntry] = []
    ) {
        self.file = file
        self.warnings = warnings
        self.warningsOmitted = warningsOmitted
        self.quarantined = quarantined
    }
}

/// An entry that was set aside, or a record that belongs to none.
public struct QuarantinedEntry: Hashable, Sendable {
    /// Where it begins, counted from one.
    public let line: Int
    /// Where its bytes stand in the file.
    public let bytes: Range<Int>
    /// As far as it could be read.
    public let entry: Entry?
    /// Why, at most as many as ``FileReader/problemsMax`` in a file.
    public let problems: [Problem]
}

/// Gathers what the stream tells into files.
private struct FileAssembler {
    private(set) var results: [Result<Reading, FileRefusal>] = []
    private let profile: BankProfile
    private var header: FileHeader?
    private var batches: [Batch] = []
    private var openHeader: BatchHeader?
    private var entries: [Entry] = []
    private var advice: [Advice] = []
    private var quarantined: [QuarantinedEntry] = []
    private var grave: [Problem] = []
    private var graveLeft = FileReader.problemsMax
    private var refusals: [Problem] = []
    private var warnings: [Problem] = []
    private var warningsOmitted = 0

    init(profile: BankProfile) { self.profile = profile }

    mutating func take(_ event: borrowing StreamEvent) {
        switch event {
        case .file(let record): header = record.fileHeader()
        case .batch(let batch):
            openHeader = batch.decoded()
        case .entry(let entry):
            if let value = entry.decoded() { entries.append(value) }
            if let value = entry.advice() { advice.append(value) }
        case .quarantined(let entry):
            quarantined.append(
                QuarantinedEntry(
                    line: entry.line, bytes: entry.bytes, entry: entry.decoded(), problems: grave))
            grave = []
        case .batchEnd(let report):
            if let openHeader {
                var batch = Batch(header: openHeader, entries: entries)
                batch.advice = advice
                batches.append(batch)
            } else if !entries.isEmpty {
                // A profile may allow it, values cannot hold it, and no entry may be lost.
                refuse(
                    .batchHeaderMissing, line: report.line, "entries without a batch header",
                    "5, a batch header that can be read")
            }
            openHeader = nil
            entries = []
            advice = []
        case .fileEnd(let report): end(report)
        case .problem(let problem): take(problem)
        }
    }

    private mutating func take(_ problem: Problem) {
        switch problem.severity {
        case .warning:
            if warnings.count < FileReader.problemsMax {
                warnings.append(problem)
            } else {
                warningsOmitted += 1
            }
        case .quarantine:
            if graveLeft > 0 {
                graveLeft -= 1
                grave.append(problem)
            }
        case .refusal:
            if refusals.count < FileReader.problemsMax { refusals.append(problem) }
        }
    }

    private mutating func refuse(
        _ code: Problem.Code, line: Int, _ found: String, _ expected: String
    ) {
        take(
            Problem(
                line: line, field: Layout.recordType, code: code, found: found,
                expected: expected, severity: .refusal))
    }

    private mutating func end(_ report: FileReport) {
        switch (report.verdict, header) {
        case (.valid, let header?) where refusals.isEmpty,
            (.quarantined, let header?) where refusals.isEmpty:
            results.append(
                .success(
                    Reading(
                        file: NachaFile(header: header, batches: batches), warnings: warnings,
                        warningsOmitted: warningsOmitted, quarantined: quarantined)))
        case (.valid, _), (.quarantined, _), (.refused, _), (.notNacha, _):
            if header == nil, report.verdict == .valid || report.verdict == .quarantined {
                refuse(
                    .fileHeaderMissing, line: report.line, "no file header", "1, the file header")
            }
            let all = (refusals + quarantined.flatMap(\.problems) + warnings).sorted {
                ($0.line, $0.columns.lowerBound) < ($1.line, $1.columns.lowerBound)
            }
            results.append(.failure(FileRefusal(problems: all)))
        }
        let results = results
        self = FileAssembler(profile: profile)
        self.results = results
    }
}
