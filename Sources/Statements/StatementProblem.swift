public import Banking

/// One thing that is wrong with a statement, with the place to look at.
public struct StatementProblem: Hashable, Sendable, CustomStringConvertible {
    /// Where it stands.
    public let place: StatementPlace
    /// The field's name in the format's own description, or the column's in a profile.
    public let field: String
    /// The kind of problem, for programs.
    public let code: Code
    /// What stands there; `(withheld)` where that would repeat an account number or a name.
    public let found: String
    /// What should, in words or as a value.
    public let expected: String
    /// What follows from it.
    public let severity: Severity

    init(
        _ code: Code, _ place: StatementPlace, _ field: String, found: String, expected: String,
        _ severity: Severity? = nil
    ) {
        self.place = place
        self.field = field
        self.code = code
        self.found = code.mayShow(found) ? Self.shortened(found) : "(withheld)"
        self.expected = expected
        self.severity = severity ?? code.severity
    }

    /// What follows from a problem.
    public typealias Severity = ProblemSeverity

    /// The kinds of problem. `docs/reference/statements.md` says what each means.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        // The file.
        case notAStatement, emptyFile, endedEarly, limitExceeded, strayBytes, notPrintable
        case blankLine, lineTooLong
        // Order and controls.
        case recordOutOfOrder, unknownRecord, controlMissing, secondFile, afterEnd
        case controlTotalDiffers, recordCountDiffers, accountCountDiffers, groupCountDiffers
        case totalMissing, countDiffers, sumDiffers
        // Statements.
        case summaryDiffers, balanceDiffers, batchDiffers, balanceMissing, detailsMissing
        case notCurrent, duplicateStatement, paginated, currencyUnknown, currencyDiffers
        case versionUnknown, statusUnknown, accountMissing, accountDiffers
        // Items and fields.
        case notAnAmount, amountTooLarge, tooManyDecimals, negativeAmount, amountMissing
        case notADate, dateMissing, notANumber, typeUnknown, sideUnknown, fundsTypeUnknown
        case fundsDiffer, terminatorMissing, fieldMissing, duplicateItem, netDiffers
        // XML.
        case notWellFormed, documentTypeDeclared, encodingUnknown, nestedTooDeep, elementMissing
        case elementTwice
        // CSV.
        case columnMissing, columnTwice, columnCount, strayQuote, unknownKind

        /// Whether what was found is no name and no account number that slipped into another
        /// field: totals are shown as they are, text only when it is short and one word.
        func mayShow(_ found: String) -> Bool {
            switch self {
            case .notADate, .notAnAmount, .notANumber, .tooManyDecimals, .currencyUnknown,
                .typeUnknown, .sideUnknown, .statusUnknown, .unknownKind, .fundsTypeUnknown,
                .versionUnknown, .unknownRecord:
                return found == "nothing"
                    || !found.contains { $0 == " " || $0 == "*" } && !Self.hasLongNumber(found)
                        && found.filter(\.isLetter).count <= (isWord ? 40 : 2)
            case .notAStatement, .emptyFile, .endedEarly, .limitExceeded, .strayBytes,
                .notPrintable, .blankLine, .lineTooLong, .recordOutOfOrder,
                .controlMissing, .secondFile, .afterEnd, .controlTotalDiffers, .recordCountDiffers,
                .accountCountDiffers, .groupCountDiffers, .totalMissing, .countDiffers,
                .sumDiffers, .summaryDiffers, .balanceDiffers, .batchDiffers, .balanceMissing,
                .detailsMissing, .notCurrent, .duplicateStatement, .paginated, .currencyDiffers,
                .accountMissing, .accountDiffers, .amountTooLarge, .negativeAmount, .amountMissing,
                .dateMissing, .fundsDiffer, .terminatorMissing, .fieldMissing, .duplicateItem,
                .netDiffers, .notWellFormed, .documentTypeDeclared, .encodingUnknown,
                .nestedTooDeep, .elementMissing, .elementTwice, .columnMissing, .columnTwice,
                .columnCount, .strayQuote:
                return true
            }
        }

        /// Whether its field holds a word rather than a number or a date.
        private var isWord: Bool {
            switch self {
            case .sideUnknown, .statusUnknown, .unknownKind, .currencyUnknown: true
            default: false
            }
        }

        /// Nine digits and more may be an account.
        private static func hasLongNumber(_ text: String) -> Bool {
            var run = 0
            for character in text {
                run = character.isNumber ? run + 1 : 0
                if run >= 9 { return true }
            }
            return false
        }

        var severity: Severity {
            switch self {
            case .strayBytes, .notPrintable, .blankLine, .secondFile, .afterEnd, .notCurrent,
                .paginated, .negativeAmount, .terminatorMissing, .fundsDiffer, .detailsMissing,
                .balanceMissing, .versionUnknown, .accountMissing, .typeUnknown:
                .warning
            case .notADate, .dateMissing, .fundsTypeUnknown, .duplicateItem, .netDiffers,
                .amountTooLarge:
                .quarantine
            case .notAStatement, .emptyFile, .endedEarly, .limitExceeded, .lineTooLong,
                .recordOutOfOrder, .unknownRecord, .controlMissing,
                .controlTotalDiffers, .recordCountDiffers, .accountCountDiffers,
                .groupCountDiffers, .totalMissing, .countDiffers, .sumDiffers, .summaryDiffers,
                .balanceDiffers, .batchDiffers, .duplicateStatement, .currencyUnknown,
                .currencyDiffers, .accountDiffers, .statusUnknown, .notAnAmount, .tooManyDecimals,
                .amountMissing,
                .notANumber, .sideUnknown, .fieldMissing, .notWellFormed, .documentTypeDeclared,
                .encodingUnknown, .nestedTooDeep, .elementMissing, .elementTwice,
                .columnMissing, .columnTwice, .columnCount, .strayQuote, .unknownKind:
                .refusal
            }
        }
    }

    /// One sentence for a person at a screen.
    public var description: String {
        var place = place.description
        if place.hasPrefix("line") { place = "Line" + place.dropFirst(4) }
        return "\(place) (\(field)): found \(found), expected \(expected)."
    }

    /// A field may be as long as the file; a sentence may not.
    private static func shortened(_ text: String) -> String {
        let clean = String(
            text.prefix(foundMax).unicodeScalars.map {
                $0.value < 0x20 || $0.value == 0x7F ? "?" : Character($0)
            })
        return text.count > foundMax ? clean + "…" : clean
    }

    /// Characters of what was found that are repeated.
    private static let foundMax = 80
}

/// What the totals in a file prove of its items.
public typealias StatementProof = TotalsProof

/// What to make of a file of statements.
public enum StatementVerdict: String, Hashable, Sendable, CaseIterable {
    /// Every item may be acted on.
    case valid
    /// Every item but those set aside.
    case quarantined
    /// None: the file is not what its sender meant.
    case refused
    /// It is something else.
    case notAStatement
}
