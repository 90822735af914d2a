public import Banking

/// One thing that is wrong with a file, with the place to look at.
public struct Problem: Hashable, Sendable, CustomStringConvertible {
    /// Counted from one, as an editor shows it; in a file without line ends, the record.
    public let line: Int
    /// Counted from one.
    public let columns: ClosedRange<Int>
    /// The field's name in the Nacha rules.
    public let field: String
    /// The kind of problem, for programs.
    public let code: Code
    /// What stands there; `(withheld)` where that would repeat an account number or a name.
    public let found: String
    /// What should, in words or as a value.
    public let expected: String
    /// What follows from it.
    public let severity: Severity
    /// The code under which an ACH operator would return the entry for it, where the rules name
    /// one (Nacha Operating Rules, Appendix Two): `R28` for a wrong check digit.
    public let reject: String?

    init(
        line: Int, field: RecordField, code: Code, found: String, expected: String,
        severity: Severity
    ) {
        self.line = line
        columns = field.columns
        self.field = field.name
        self.code = code
        self.found = field.isPrivate ? "(withheld)" : found
        self.expected = expected
        self.severity = severity
        reject = code.reject(field)
    }

    /// What follows from a problem.
    public typealias Severity = ProblemSeverity

    /// The kinds of problem. `docs/reference/nacha.md` says what each means and what is done.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case notANachaFile, emptyFile, endedEarly, recordOutOfOrder, unknownRecordType, secondFile
        case fileHeaderMissing, fileControlMissing, batchHeaderMissing, batchControlMissing
        case recordLength, recordTooLong, blankLine, notPrintable, strayBytes, paddingMissing
        case wrongConstant, notDigits, notADate, notATime, notAModifier, blank, leadingBlank
        case tooLong, reservedNotBlank, lowerCase
        case serviceClassUnknown, entryClassUnknown, statusUnknown
        case transactionCodeUnknown, checkDigit, partyCheckDigit, dateUnreadable
        case wrongSide, amountZero, amountNotZero, wrongTransactionCode
        case tracePrefix, traceNotAscending, batchNumberNotAscending
        case addendaIndicator, addendaUnreadable, addendaTooMany, addendaMissing, addendaMixed
        case addendaTrace, addendaSequence, addendaCount, addendaOrder, addendaMisplaced
        case addendaWithoutEntry, returnCodeUnknown, changeCodeUnknown
        case entryClassMismatch, kindsMixed, batchEmpty
        case serviceClassDiffers, companyDiffers, odfiDiffers, batchNumberDiffers
        case countDiffers, hashDiffers, totalDiffers, batchCountDiffers, blockCountDiffers
        case limitExceeded

        /// Nacha Operating Rules, Appendix Two: the entries an operator returns rather than a
        /// batch or a file it rejects.
        func reject(_ field: RecordField) -> String? {
            switch self {
            case .amountZero, .amountNotZero: "R19"
            case .notDigits where field.name == EntryFields.amount.name: "R19"
            case .addendaIndicator, .addendaTooMany, .addendaMissing, .addendaCount,
                .addendaOrder, .addendaMisplaced, .addendaMixed, .addendaSequence:
                "R25"
            case .addendaUnreadable:
                field.name == AddendaFields.originalTrace.name ? "R27" : "R25"
            case .blank where field.name == "name" || field.name == "identification number": "R26"
            case .transactionCodeUnknown: "R26"
            case .addendaTrace: "R27"
            case .checkDigit: "R28"
            default: nil
            }
        }
    }

    /// One sentence for a person at a screen.
    public var description: String {
        let place =
            columns.count == 1
            ? "column \(columns.lowerBound)" : "columns \(columns.lowerBound)-\(columns.upperBound)"
        return "Line \(line), \(place) (\(field)): found \(found), expected \(expected)."
    }
}

/// Why a file is not read.
public struct FileRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// At least one of severity ``Problem/Severity/refusal``, in the order of the file.
    public let problems: [Problem]

    /// The sentence of each refusal, one a line.
    public var description: String {
        problems.filter { $0.severity == .refusal }.map(\.description).joined(separator: "\n")
    }
}

/// What a problem is about, and so how far its damage goes.
enum ProblemScope {
    case file, batch, entry
    /// What follows the last record of a file.
    case after
}
