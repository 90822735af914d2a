/// How one bank's files are read: what is wrong with them, and what follows from it.
///
/// A profile is data: a way of reading and a table of exceptions from it. Make one for a bank from
/// ``lenient`` and the codes this bank's files always bring.
public struct BankProfile: Hashable, Sendable {
    /// What `--profile` calls it.
    public let name: String
    /// One sentence for the person who chooses.
    public let summary: String
    /// What the exceptions are from.
    public let reading: ReadingMode
    /// What is no problem with this bank.
    public let accepted: Set<Problem.Code>
    /// What is more or less of a problem with this bank than with others.
    public let severities: [Problem.Code: Problem.Severity]

    /// How strictly files are read.
    public enum ReadingMode: String, Hashable, Sendable, CaseIterable {
        /// As an operator reads what an ODFI sends it: every problem is a refusal.
        case strict
        /// As a customer reads what its bank sends: what leaves a total unproved is refused, what
        /// makes an entry ambiguous sets that entry aside, and the rest is read and flagged,
        /// because a return that is thrown away over its punctuation is lost money.
        case lenient
    }

    /// A profile of your own, for a bank you know.
    public init(
        name: String, summary: String, reading: ReadingMode,
        accepted: Set<Problem.Code> = [], severities: [Problem.Code: Problem.Severity] = [:]
    ) {
        self.name = name
        self.summary = summary
        self.reading = reading
        self.accepted = accepted
        self.severities = severities
    }

    /// What an ACH operator accepts, and what we send.
    public static let strict = BankProfile(
        name: "strict", summary: "What an ACH operator accepts, and what we send.",
        reading: .strict)

    /// What banks really send back.
    public static let lenient = BankProfile(
        name: "lenient", summary: "What banks really send; each deviation is told.",
        reading: .lenient)

    /// Batches or entries without the records around them.
    public static let fragments = BankProfile(
        name: "fragments",
        summary: "Batches or entries cut from a file: headers and controls may be missing.",
        reading: .lenient,
        severities: [
            .fileHeaderMissing: .warning, .fileControlMissing: .warning,
            .batchHeaderMissing: .warning, .batchControlMissing: .warning, .endedEarly: .warning,
        ])

    /// Lines as text editors and mainframe exports leave them.
    public static let loose = BankProfile(
        name: "loose",
        summary: "Lines trimmed or extended, no nines at the end: said of no line.",
        reading: .lenient,
        accepted: [
            .recordLength, .paddingMissing, .blankLine,
            .strayBytes, .blockCountDiffers,
        ])

    /// Ids by agreement, and returns that keep what the forward batch said.
    public static let agreed = BankProfile(
        name: "agreed",
        summary: "Ids agreed with the bank instead of routing numbers; returns keep forward codes.",
        reading: .lenient,
        accepted: [
            .partyCheckDigit, .companyDiffers,
            .serviceClassDiffers, .wrongSide,
            .wrongTransactionCode, .tracePrefix,
            .traceNotAscending,
        ])

    /// The profiles that come with the library.
    public static let all = [strict, lenient, fragments, loose, agreed]

    /// The built-in profile of that name.
    public init?(named name: String) {
        guard let found = Self.all.first(where: { $0.name == name }) else { return nil }
        self = found
    }

    /// What follows from a problem; `nil` when it is none under this profile.
    public func severity(of code: Problem.Code) -> Problem.Severity? {
        severity(code, .file)
    }

    func severity(_ code: Problem.Code, _ scope: ProblemScope) -> Problem.Severity? {
        if accepted.contains(code) { return nil }
        if let severity = severities[code] { return severity }
        switch (reading, scope) {
        case (.strict, _): return code.isAlwaysMinor ? .warning : .refusal
        case (.lenient, .after): return .warning
        case (.lenient, .entry): return min(code.lenientSeverity, .quarantine)
        case (.lenient, .file), (.lenient, .batch): return code.lenientSeverity
        }
    }
}

extension Problem.Code {
    /// Said, but not held against a file by any operator.
    fileprivate var isAlwaysMinor: Bool {
        switch self {
        case .paddingMissing, .blankLine, .returnCodeUnknown, .changeCodeUnknown: true
        default: false
        }
    }

    fileprivate var lenientSeverity: Problem.Severity {
        switch self {
        case .paddingMissing, .blankLine, .returnCodeUnknown, .changeCodeUnknown, .lowerCase,
            .secondFile, .reservedNotBlank, .statusUnknown, .serviceClassUnknown,
            .recordLength, .notPrintable, .strayBytes, .wrongConstant, .notATime, .blank,
            .partyCheckDigit, .dateUnreadable, .wrongSide, .amountZero, .amountNotZero,
            .wrongTransactionCode, .tracePrefix, .traceNotAscending, .batchNumberNotAscending,
            .addendaIndicator, .addendaTooMany, .addendaTrace, .addendaSequence, .addendaCount,
            .addendaOrder, .addendaMisplaced, .entryClassMismatch, .kindsMixed, .batchEmpty,
            .serviceClassDiffers, .companyDiffers, .blockCountDiffers:
            .warning
        case .addendaUnreadable, .addendaMissing, .addendaMixed, .addendaWithoutEntry,
            .entryClassUnknown:
            .quarantine
        case .notANachaFile, .emptyFile, .endedEarly, .recordOutOfOrder, .unknownRecordType,
            .fileHeaderMissing, .fileControlMissing, .batchHeaderMissing, .batchControlMissing,
            .recordTooLong, .notDigits, .notADate, .notAModifier, .leadingBlank, .tooLong,
            .transactionCodeUnknown, .checkDigit, .odfiDiffers, .batchNumberDiffers,
            .countDiffers, .hashDiffers, .totalDiffers, .batchCountDiffers, .limitExceeded:
            .refusal
        }
    }
}
