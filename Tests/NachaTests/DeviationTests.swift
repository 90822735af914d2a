import Foundation
import Nacha
import Testing

/// What banks really send: one fault a file, what a lenient reading makes of it, and that an
/// operator would refuse it. `docs/reference/nacha.md` says the same in words.
struct DeviationTests {
    struct Deviation: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let code: Problem.Code
        let verdict: FileReport.Verdict
        let line: Int?
        let strict: FileReport.Verdict
        let reject: String?

        init(
            _ name: String, _ text: String, _ code: Problem.Code,
            _ verdict: FileReport.Verdict = .valid, line: Int? = nil,
            strict: FileReport.Verdict = .refused, reject: String? = nil
        ) {
            self.init(
                name, bytes: Array(text.utf8), code, verdict, line: line, strict: strict,
                reject: reject)
        }

        init(
            _ name: String, bytes: [UInt8], _ code: Problem.Code,
            _ verdict: FileReport.Verdict = .valid, line: Int? = nil,
            strict: FileReport.Verdict = .refused, reject: String? = nil
        ) {
            self.name = name
            self.bytes = bytes
            self.code = code
            self.verdict = verdict
            self.line = line
            self.strict = strict
            self.reject = reject
        }

        var testDescription: String { name }
    }

    private static let returns = Golden.returns
    private static let forward = Golden.forward
    private static let change = Golden.change

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map(String.init)
    }

    private static func joined(_ lines: some Collection<String>, _ end: String = "\n") -> String {
        lines.joined(separator: end) + end
    }

    /// The file with `text` as a line of its own before line `line`, and one line of nines less.
    private static func inserting(_ text: String, line: Int, _ golden: String) -> String {
        var all = lines(golden)
        all.insert(
            text.padding(toLength: max(94, text.count), withPad: " ", startingAt: 0), at: line - 1)
        return joined(all)
    }

    private static func trimmed(_ line: String) -> String {
        String(line.reversed().drop { $0 == " " }.reversed())
    }

    private static func sample(_ entryClass: String) -> String {
        EveryRecordTests.samples.first { $0.entryClass == entryClass }?.text ?? ""
    }

    private static func blanks(_ count: Int) -> String { String(repeating: " ", count: count) }

    static let around: [Deviation] = [
        Deviation("a mark before the file", "\u{FEFF}" + returns, .strayBytes, line: 1),
        Deviation("an end-of-file byte after it", returns + "\u{1A}", .strayBytes, line: 11),
        Deviation("bytes of zero after it", returns + "\0\0\0", .strayBytes),
        Deviation(
            "a blank line", inserting("", line: 3, returns).replacing(blanks(94), with: ""),
            .blankLine, line: 3, strict: .valid),
        Deviation("a footer after the file", returns + "TOTAL 2 RETURNS\n", .unknownRecordType),
        Deviation(
            "no nines at the end", joined(lines(returns)[..<8]), .paddingMissing, strict: .valid),
        Deviation(
            "lines trimmed at the right",
            joined(lines(returns).map { trimmed($0) }), .recordLength, line: 1),
        Deviation(
            "lines extended with blanks", joined(lines(returns).map { $0 + "  " }), .recordLength),
        Deviation("a letter in UTF-8", returns.replacing("Ada", with: "Adä"), .notPrintable),
        Deviation(
            "a letter in Latin-1",
            bytes: returns.replacing("Ada", with: "Adä").unicodeScalars.map { UInt8($0.value) },
            .notPrintable, line: 3),
        Deviation(
            "a byte of zero in a name", returns.replacing("Ada", with: "A\0a"), .notPrintable),
        Deviation("two files in one", returns + change, .secondFile, line: 11),
        Deviation("nothing", "", .emptyFile, .refused),
        Deviation("a web page", "<html>\n", .notANachaFile, .notNacha, strict: .notNacha),
        Deviation("an archive", "PK\u{3}\u{4}aa", .notANachaFile, .notNacha, strict: .notNacha),
        Deviation(
            "text before the file", "RETURNS\n" + returns, .notANachaFile, .notNacha,
            strict: .notNacha),
    ]

    static let header: [Deviation] = [
        Deviation(
            "another priority", returns.replacing(line: 1, column: 2, with: "02"), .wrongConstant),
        Deviation(
            "another record size", returns.replacing(line: 1, column: 35, with: "096"),
            .wrongConstant),
        Deviation(
            "a time that is none", returns.replacing(line: 1, column: 30, with: "2460"), .notATime),
        Deviation(
            "a date that is none", returns.replacing(line: 1, column: 24, with: "260230"),
            .notADate,
            .refused),
        Deviation(
            "a modifier that is none", returns.replacing(line: 1, column: 34, with: "a"),
            .notAModifier, .refused),
        Deviation(
            "a blank origin", returns.replacing(line: 1, column: 14, with: blanks(10)), .blank),
        Deviation(
            "a destination by agreement", returns.replacing(line: 1, column: 4, with: " 123456789"),
            .partyCheckDigit),
        Deviation(
            "no file header", returns.removing(line: 1), .fileHeaderMissing, .refused, line: 1),
        Deviation(
            "no file control", joined(lines(returns)[..<7]), .endedEarly, .refused, line: 7),
        Deviation(
            "no file control before another file", joined(lines(returns)[..<7]) + change,
            .fileControlMissing, .refused, line: 8),
        Deviation("cut off in an entry", joined(lines(returns)[..<5]), .endedEarly, .refused),
    ]

    static let batch: [Deviation] = [
        Deviation(
            "200 where a side would do",
            returns.replacing(line: 2, column: 2, with: "200"), .serviceClassDiffers, line: 7),
        Deviation(
            "a class of no kind", returns.replacing(line: 2, column: 2, with: "300"),
            .serviceClassUnknown),
        Deviation(
            "220 around debits",
            returns.replacing(line: 2, column: 2, with: "220").replacing(
                line: 7, column: 2, with: "220"),
            .wrongSide, line: 3),
        Deviation(
            "a lower-case class", returns.replacing(line: 2, column: 51, with: "web"), .lowerCase),
        Deviation(
            "an unknown class", returns.replacing(line: 2, column: 51, with: "WEP"),
            .entryClassUnknown, .quarantined),
        Deviation(
            "a blank company name", returns.replacing(line: 2, column: 5, with: blanks(16)), .blank),
        Deviation(
            "a prefix at the company's id", returns.replacing(line: 7, column: 45, with: "3"),
            .companyDiffers),
        Deviation(
            "no effective date", returns.replacing(line: 2, column: 70, with: blanks(6)),
            .dateUnreadable),
        Deviation(
            "a settlement date of zeros", returns.replacing(line: 2, column: 76, with: "000"),
            .dateUnreadable),
        Deviation(
            "another status", returns.replacing(line: 2, column: 79, with: "7"), .statusUnknown),
        Deviation(
            "an ODFI with a letter", returns.replacing(line: 2, column: 80, with: "O"), .notDigits,
            .quarantined),
        Deviation(
            "another ODFI at the end", returns.replacing(line: 7, column: 87, with: "6"),
            .odfiDiffers,
            .refused),
        Deviation(
            "another number at the end", returns.replacing(line: 7, column: 94, with: "2"),
            .batchNumberDiffers, .refused),
        Deviation(
            "batch numbers that do not ascend",
            forward.replacing(line: 6, column: 88, with: "0000001")
                .replacing(line: 8, column: 88, with: "0000001"),
            .batchNumberNotAscending, line: 6),
        Deviation(
            "an authentication code", returns.replacing(line: 7, column: 55, with: "KEY"),
            .reservedNotBlank),
        Deviation(
            "no batch control", returns.removing(line: 7), .batchControlMissing, .refused, line: 7),
        Deviation(
            "no batch header", returns.removing(line: 2), .batchHeaderMissing, .refused, line: 2),
        Deviation(
            "a batch control twice", inserting(lines(returns)[6], line: 8, returns),
            .recordOutOfOrder, .quarantined, line: 8),
        Deviation(
            "an empty batch",
            joined(
                [
                    lines(returns)[0], lines(returns)[1],
                    "8225" + String(repeating: "0", count: 40) + "1123456789" + blanks(25)
                        + "076401250000001",
                    "9000001000001" + String(repeating: "0", count: 42) + blanks(39),
                ] + lines(returns)[8...] + Array(repeating: lines(returns)[8], count: 4)),
            .batchEmpty),
    ]

    static let entry: [Deviation] = [
        Deviation(
            "a code of no kind", returns.replacing(line: 3, column: 2, with: "25"),
            .transactionCodeUnknown, .quarantined, line: 3, reject: "R26"),
        Deviation(
            "a wrong check digit", returns.replacing(line: 3, column: 12, with: "2"), .checkDigit,
            .quarantined, line: 3, reject: "R28"),
        Deviation(
            "a letter in the amount", returns.replacing(line: 3, column: 30, with: "O"), .notDigits,
            .quarantined, line: 3, reject: "R19"),
        Deviation(
            "a letter in the trace number", returns.replacing(line: 3, column: 94, with: "I"),
            .notDigits, .quarantined),
        Deviation(
            "a debit of nothing",
            forward.replacing(line: 3, column: 30, with: "0000000000").replacing(
                line: 5, column: 21, with: "009999999999"
            ).replacing(line: 13, column: 32, with: "010000009999"), .amountZero, reject: "R19"),
        Deviation(
            "a prenote that moves money", forward.replacing(line: 3, column: 2, with: "28"),
            .amountNotZero, line: 3, reject: "R19"),
        Deviation(
            "no name in WEB", forward.replacing(line: 3, column: 55, with: blanks(22)), .blank,
            reject: "R26"),
        Deviation("no account", returns.replacing(line: 3, column: 13, with: blanks(17)), .blank),
        Deviation(
            "a return that keeps the debit's code",
            returns.replacing(line: 3, column: 2, with: "27"), .wrongTransactionCode, line: 3),
        Deviation(
            "a trace of another bank",
            forward.replacing(line: 3, column: 80, with: "091000010000001"), .tracePrefix),
        Deviation(
            "traces that do not ascend",
            forward.replacing(line: 3, column: 80, with: "021000020000003"), .traceNotAscending,
            line: 4),
        Deviation(
            "a record of no type", inserting("PAGE 2", line: 5, returns), .unknownRecordType,
            .quarantined, line: 5),
        Deviation(
            "a record that is too long", returns.replacing(line: 4, column: 94, with: "1 x"),
            .recordTooLong, .quarantined, line: 4),
        Deviation(
            "a trimmed entry", returns.replacing(line: 3, column: 79, with: blanks(16)), .notDigits,
            .quarantined),
    ]

    static let addenda: [Deviation] = [
        Deviation(
            "the indicator says none", returns.replacing(line: 3, column: 79, with: "0"),
            .addendaIndicator, line: 3, reject: "R25"),
        Deviation(
            "an addenda of no type", returns.replacing(line: 4, column: 2, with: "77"),
            .addendaUnreadable, .quarantined, reject: "R25"),
        Deviation(
            "no original trace", returns.replacing(line: 4, column: 7, with: blanks(15)),
            .addendaUnreadable, .quarantined, reject: "R27"),
        Deviation(
            "another trace in the addenda", returns.replacing(line: 4, column: 94, with: "9"),
            .addendaTrace, line: 4, reject: "R27"),
        Deviation(
            "a lower-case return code", returns.replacing(line: 4, column: 4, with: "r01"),
            .lowerCase, line: 4),
        Deviation(
            "an unknown return code", returns.replacing(line: 4, column: 4, with: "R97"),
            .returnCodeUnknown, line: 4, strict: .valid),
        Deviation(
            "an unknown change code", change.replacing(line: 4, column: 4, with: "C44"),
            .changeCodeUnknown, strict: .valid),
        Deviation(
            "a date of death that is none", returns.replacing(line: 6, column: 22, with: "261301"),
            .dateUnreadable, line: 6),
        Deviation(
            "a date where none belongs", returns.replacing(line: 4, column: 22, with: "261101"),
            .reservedNotBlank, line: 4),
        Deviation(
            "a return without its addenda",
            returns.removing(line: 4).replacing(line: 6, column: 5, with: "000003").replacing(
                line: 7, column: 14, with: "00000003"), .addendaMissing, .quarantined, line: 3,
            reject: "R25"),
        Deviation(
            "two returns in one entry",
            inserting(lines(returns)[3], line: 5, returns).replacing(
                line: 8, column: 5, with: "000005"
            ).replacing(line: 9, column: 14, with: "00000005"), .addendaMixed, .quarantined, line: 5
        ),
        Deviation(
            "a change in another class", change.replacing(line: 2, column: 51, with: "WEB"),
            .entryClassMismatch),
        Deviation(
            "kinds mixed in a batch",
            returns.replacing(
                line: 6, column: 4,
                with: "R61021000020000003      07640125   0910000100000013310102021000021   "),
            .kindsMixed, line: 5),
        Deviation(
            "an addenda before any entry",
            inserting(lines(returns)[3], line: 3, returns).replacing(
                line: 8, column: 5, with: "000005"
            ).replacing(line: 9, column: 14, with: "00000005"), .addendaWithoutEntry, .quarantined,
            line: 3),
        Deviation(
            "a wrong addenda number", forward.replacing(line: 11, column: 84, with: "0002"),
            .addendaSequence, line: 11, reject: "R25"),
        Deviation(
            "two addenda where one may be",
            inserting(
                lines(forward)[10].replacing("00010000004", with: "00020000004"), line: 12, forward
            ).replacing(line: 13, column: 5, with: "000003").replacing(
                line: 14, column: 14, with: "00000006"), .addendaTooMany, reject: "R25"),
        Deviation(
            "a count of addenda that is wrong",
            sample("CTX").replacing(line: 3, column: 55, with: "0004"), .addendaCount, line: 3,
            reject: "R25"),
        Deviation(
            "an international entry out of order",
            sample("IAT").replacing(line: 5, column: 2, with: "12"), .addendaOrder, reject: "R25"),
        Deviation(
            "an addenda of another class",
            sample("POS").replacing(line: 2, column: 51, with: "PPD"), .addendaMisplaced,
            reject: "R25"),
    ]

    static let totals: [Deviation] = [
        Deviation(
            "a wrong batch count of records", returns.replacing(line: 7, column: 10, with: "2"),
            .countDiffers, .refused, line: 7),
        Deviation(
            "a wrong batch hash", returns.replacing(line: 7, column: 20, with: "5"), .hashDiffers,
            .refused, line: 7),
        Deviation(
            "a wrong batch total", returns.replacing(line: 7, column: 32, with: "1"), .totalDiffers,
            .refused, line: 7),
        Deviation(
            "a wrong number of batches", returns.replacing(line: 8, column: 7, with: "2"),
            .batchCountDiffers, .refused, line: 8),
        Deviation(
            "a wrong block count", returns.replacing(line: 8, column: 13, with: "2"),
            .blockCountDiffers, line: 8),
        Deviation(
            "a wrong file total", returns.replacing(line: 8, column: 55, with: "1"), .totalDiffers,
            .refused, line: 8),
        Deviation(
            "an amount that was changed", returns.replacing(line: 3, column: 39, with: "1"),
            .totalDiffers, .refused, line: 7),
    ]

    @Test(
        "A deviation is named at its place, and what follows is what the reference says",
        arguments: [around, header, batch, entry, addenda, totals].flatMap(\.self))
    func deviation(_ deviation: Deviation) throws {
        let told = Told(deviation.bytes, .lenient)

        let problem = try #require(
            told.problems.first {
                $0.code == deviation.code && (deviation.line ?? $0.line) == $0.line
            }, "\(told.problems.map(\.description))")
        #expect(told.reports.map(\.verdict).contains(deviation.verdict), "\(told.problems)")
        #expect(told.reports.allSatisfy { $0.verdict == deviation.verdict || $0.verdict == .valid })
        if let reject = deviation.reject { #expect(problem.reject == reject) }
        let strict = Told(deviation.bytes, .strict)
        #expect(
            strict.reports.contains { $0.verdict == deviation.strict }, "\(strict.problems)")
    }

    @Test("No return is lost: each is told as an entry or set aside, whatever its record holds")
    func nothingIsLost() {
        let bytes = Array(Golden.returns.utf8)
        // Every column of the first return and its addenda, but the digits that tell the type.
        for place in 190..<380 where place != 284 && place != 379 {
            for byte in [0x20, 0x30, 0x41, 0x7A, 0x00, 0xE9] as [UInt8] {
                var changed = bytes
                changed[place] = byte
                let told = Told(changed, .lenient)
                let count = told.entries.count + told.quarantined.count
                #expect(count >= 2, "byte \(place) is \(byte)")
            }
        }
    }

    @Test("The reference names every kind of problem and every profile")
    func reference() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(
            contentsOf: root.appendingPathComponent("docs/reference/nacha.md"), encoding: .utf8)

        for code in Problem.Code.allCases {
            #expect(text.contains("`\(code.rawValue)`"), "\(code)")
        }
        for profile in BankProfile.all { #expect(text.contains("`\(profile.name)`")) }
    }

    @Test("Every kind of problem a reader can find has a file here")
    func coverage() {
        let found = Set(
            [Self.around, Self.header, Self.batch, Self.entry, Self.addenda, Self.totals]
                .flatMap(\.self).map(\.code))
        // What only the writer refuses, and what only a file of values cannot hold.
        let others: Set<Problem.Code> = [
            .leadingBlank, .tooLong, .limitExceeded,
        ]
        #expect(Set(Problem.Code.allCases).subtracting(found).subtracting(others) == [])
    }
}
