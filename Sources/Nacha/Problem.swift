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
    /// Whether the file can still be used.
    public let severity: Severity

    /// Whether the file can still be used.
    public enum Severity: Hashable, Sendable {
        /// Read, but somebody should tell the bank.
        case warning
        /// Not read: acting on this file could move the wrong money.
        case refusal
    }

    /// The kinds of problem.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case notANachaFile, emptyFile, endedEarly, recordOutOfOrder, unknownRecordType, secondFile
        case recordLength, recordTooLong, blankLine, notPrintable, strayBytes, paddingMissing
        case wrongConstant, notDigits, notADate, notATime, notAModifier, blank, leadingBlank
        case tooLong
        case serviceClassUnknown, entryClassUnknown, entryClassUnsupported, statusUnknown
        case transactionCodeUnknown, checkDigit, partyCheckDigit, dateUnreadable
        case wrongSide, amountZero, amountNotZero, wrongTransactionCode
        case tracePrefix, traceNotAscending, batchNumberNotAscending
        case addendaIndicator, addendaUnreadable, addendaTooMany, addendaMissing, addendaMixed
        case addendaTrace, addendaSequence, addendaCount, returnCodeUnknown, changeCodeUnknown
        case entryClassMismatch, kindsMixed, batchEmpty
        case serviceClassDiffers, companyDiffers, odfiDiffers, batchNumberDiffers
        case countDiffers, hashDiffers, totalDiffers, batchCountDiffers, blockCountDiffers
        case limitExceeded
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

/// How strictly a file is read.
public enum ReadingProfile: Hashable, Sendable {
    /// As an operator reads what an ODFI sends it: for our own files before they leave, and for
    /// whoever plays the bank.
    case strict
    /// As a customer reads what its bank sends: what makes an entry ambiguous or a total unproved
    /// is refused, everything else is read and flagged, because a return that is thrown away over
    /// its punctuation is lost money.
    case lenient

    func severity(_ code: Problem.Code) -> Problem.Severity {
        switch code {
        case .paddingMissing, .blankLine, .returnCodeUnknown, .changeCodeUnknown:
            .warning
        case .recordLength, .notPrintable, .strayBytes, .wrongConstant, .notATime, .blank,
            .partyCheckDigit, .dateUnreadable, .wrongSide, .amountZero, .amountNotZero,
            .wrongTransactionCode, .tracePrefix, .traceNotAscending, .batchNumberNotAscending,
            .addendaIndicator, .addendaUnreadable, .addendaTooMany, .addendaMissing,
            .addendaMixed, .addendaTrace, .addendaSequence, .addendaCount, .entryClassMismatch,
            .kindsMixed, .batchEmpty, .serviceClassDiffers, .companyDiffers, .blockCountDiffers:
            self == .lenient ? .warning : .refusal
        case .notANachaFile, .emptyFile, .endedEarly, .recordOutOfOrder, .unknownRecordType,
            .secondFile, .recordTooLong, .notDigits, .notADate, .notAModifier, .leadingBlank,
            .tooLong,
            .serviceClassUnknown, .entryClassUnknown, .entryClassUnsupported, .statusUnknown,
            .transactionCodeUnknown, .checkDigit, .odfiDiffers, .batchNumberDiffers,
            .countDiffers, .hashDiffers, .totalDiffers, .batchCountDiffers, .limitExceeded:
            .refusal
        }
    }
}
