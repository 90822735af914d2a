/// Reads the bytes of a bank file and proves them: record order, every field, counts, hashes and
/// totals of each batch and of the file.
///
/// No bytes make it crash. What is wrong is a value with line and columns; what is wrong and could
/// move the wrong money refuses the whole file, because a file whose totals are not proved has no
/// part that is.
public struct FileReader: Sendable {
    /// How strictly this reader reads.
    public let profile: ReadingProfile

    /// No file a bank takes comes near it: 10,000 records are the usual limit. It bounds memory.
    public static let bytesMax = 256 << 20

    /// Refusals after this many are not collected; reading stops. Warnings after this many are
    /// only counted.
    public static let problemsMax = 100

    /// A reader as strict as the profile says.
    public init(profile: ReadingProfile) { self.profile = profile }

    /// The file and what should be told to the bank, or the problems for which it is not read.
    /// Bytes that hold more than one file are refused; see ``readAll(_:)``.
    public func read(_ bytes: [UInt8]) throws(FileRefusal) -> Reading {
        var assembler = FileAssembler(profile: profile)
        var scanner = try scanner(bytes, &assembler)
        while !assembler.hasStopped, let scanned = scanner.next() {
            assembler.take(scanned, line: scanner.line)
        }
        return try assembler.finish(line: scanner.line)
    }

    /// Reads bytes in which a bank put one file after another, each with its own result, in order.
    ///
    /// Lines are counted through. After a file whose records are out of order nothing more is
    /// read, as it is not known where the next one begins. At least one result.
    public func readAll(_ bytes: [UInt8]) -> [Result<Reading, FileRefusal>] {
        var assembler = FileAssembler(profile: profile)
        var scanner: RecordScanner
        do {
            scanner = try self.scanner(bytes, &assembler)
        } catch {
            return [.failure(error)]
        }
        var results: [Result<Reading, FileRefusal>] = []
        while !assembler.hasStopped, let scanned = scanner.next() {
            if assembler.isComplete, scanned.beginsFile {
                results.append(result(&assembler, line: scanner.line - 1))
                assembler = FileAssembler(profile: profile)
            }
            assembler.take(scanned, line: scanner.line)
        }
        results.append(result(&assembler, line: scanner.line))
        return results
    }

    private func result(
        _ assembler: inout FileAssembler, line: Int
    ) -> Result<Reading, FileRefusal> {
        do {
            return .success(try assembler.finish(line: line))
        } catch {
            return .failure(error)
        }
    }

    private func scanner(
        _ bytes: [UInt8], _ assembler: inout FileAssembler
    ) throws(FileRefusal) -> RecordScanner {
        guard bytes.count <= Self.bytesMax else {
            throw FileRefusal(problems: [
                assembler.problems.made(
                    .limitExceeded, Layout.record, line: 1, "\(bytes.count) bytes",
                    "at most \(Self.bytesMax)")
            ])
        }
        let scanner = RecordScanner(bytes)
        for stray in scanner.stray {
            assembler.problems.add(
                .strayBytes, Layout.recordType, line: stray.line, stray.found,
                "nothing around the records")
        }
        return scanner
    }
}

/// A file that could be read.
public struct Reading: Hashable, Sendable {
    /// All of it, proved as far as the profile asks.
    public let file: NachaFile
    /// At most ``FileReader/problemsMax``.
    public let warnings: [Problem]
    /// Warnings that were not kept.
    public let warningsOmitted: Int

    /// A reading as a test or a stand-in bank would make it.
    public init(file: NachaFile, warnings: [Problem] = [], warningsOmitted: Int = 0) {
        self.file = file
        self.warnings = warnings
        self.warningsOmitted = warningsOmitted
    }
}

/// The problems found so far, bounded.
struct ProblemList {
    let profile: ReadingProfile
    private(set) var refusals: [Problem] = []
    private(set) var warnings: [Problem] = []
    private(set) var warningsOmitted = 0

    init(profile: ReadingProfile) { self.profile = profile }

    mutating func add(
        _ code: Problem.Code, _ field: Field, line: Int, _ found: String, _ expected: String
    ) {
        switch profile.severity(code) {
        case .warning:
            guard warnings.count < FileReader.problemsMax else {
                warningsOmitted += 1
                return
            }
            warnings.append(made(code, field, line: line, found, expected))
        case .refusal:
            guard refusals.count < FileReader.problemsMax else { return }
            refusals.append(made(code, field, line: line, found, expected))
        }
    }

    func made(
        _ code: Problem.Code, _ field: Field, line: Int, _ found: String, _ expected: String
    ) -> Problem {
        Problem(
            line: line, columns: field.columns, field: field.name, code: code,
            found: field.isPrivate ? "(withheld)" : found, expected: expected,
            severity: profile.severity(code))
    }

    var isFull: Bool { refusals.count >= FileReader.problemsMax }

    /// In the order of the file.
    var all: [Problem] {
        (refusals + warnings).sorted {
            ($0.line, $0.columns.lowerBound) < ($1.line, $1.columns.lowerBound)
        }
    }
}
