import Banking
import Money
import Nacha
import Testing

struct FileReaderTests {
    /// One wrong field: where it is written, and where the reader must point.
    struct Flaw: Sendable, CustomTestStringConvertible {
        let line: Int
        let column: Int
        let text: String
        let code: Problem.Code
        let field: String

        init(_ line: Int, _ column: Int, _ text: String, _ code: Problem.Code, _ field: String) {
            self.line = line
            self.column = column
            self.text = text
            self.code = code
            self.field = field
        }

        var testDescription: String { "\(field): \(code)" }
    }

    static let forwardFlaws = [
        Flaw(1, 2, "02", .wrongConstant, "priority code"),
        Flaw(1, 4, " 021000022", .partyCheckDigit, "immediate destination"),
        Flaw(1, 4, "          ", .blank, "immediate destination"),
        Flaw(1, 14, "          ", .blank, "immediate origin"),
        Flaw(1, 24, "261324", .notADate, "file creation date"),
        Flaw(1, 30, "2460", .notATime, "file creation time"),
        Flaw(1, 34, "a", .notAModifier, "file ID modifier"),
        Flaw(1, 35, "095", .wrongConstant, "record size"),
        Flaw(1, 38, "20", .wrongConstant, "blocking factor"),
        Flaw(1, 40, "2", .wrongConstant, "format code"),
        Flaw(2, 2, "300", .serviceClassUnknown, "service class code"),
        Flaw(2, 5, "0000000000000000", .blank, "company name"),
        Flaw(2, 41, "          ", .blank, "company identification"),
        Flaw(2, 51, "WEP", .entryClassUnknown, "standard entry class code"),
        Flaw(2, 54, "          ", .blank, "company entry description"),
        Flaw(2, 70, "261131", .dateUnreadable, "effective entry date"),
        Flaw(2, 76, "367", .dateUnreadable, "settlement date"),
        Flaw(2, 79, "7", .statusUnknown, "originator status code"),
        Flaw(2, 80, "0210000X", .notDigits, "originating DFI identification"),
        Flaw(2, 88, "000 001", .notDigits, "batch number"),
        Flaw(6, 88, "0000001", .batchNumberNotAscending, "batch number"),
        Flaw(3, 2, "25", .transactionCodeUnknown, "transaction code"),
        Flaw(3, 2, "22", .wrongSide, "transaction code"),
        Flaw(3, 2, "26", .addendaMissing, "transaction code"),
        Flaw(3, 4, "07640X25", .notDigits, "receiving DFI identification"),
        Flaw(3, 4, "07640135", .checkDigit, "receiving DFI identification"),
        Flaw(3, 12, "2", .checkDigit, "receiving DFI identification"),
        Flaw(3, 12, " ", .notDigits, "check digit"),
        Flaw(3, 13, "                 ", .blank, "DFI account number"),
        Flaw(3, 30, "000005000 ", .notDigits, "amount"),
        Flaw(3, 30, "0000000000", .amountZero, "amount"),
        Flaw(3, 55, "                      ", .blank, "name"),
        Flaw(3, 79, "1", .addendaIndicator, "addenda record indicator"),
        Flaw(3, 79, "2", .addendaIndicator, "addenda record indicator"),
        Flaw(3, 80, "021000010000001", .tracePrefix, "trace number"),
        Flaw(4, 80, "021000020000001", .traceNotAscending, "trace number"),
        Flaw(11, 2, "06", .addendaUnreadable, "addenda type code"),
        Flaw(11, 84, "0002", .addendaSequence, "addenda sequence number"),
        Flaw(11, 88, "0000005", .addendaSequence, "entry detail sequence number"),
        Flaw(10, 79, "0", .addendaIndicator, "addenda record indicator"),
        Flaw(5, 2, "200", .serviceClassDiffers, "service class code"),
        Flaw(5, 5, "000003", .countDiffers, "entry/addenda count"),
        Flaw(5, 11, "0016740127", .hashDiffers, "entry hash"),
        Flaw(5, 21, "010000049998", .totalDiffers, "total debit entry dollar amount"),
        Flaw(5, 33, "000000000001", .totalDiffers, "total credit entry dollar amount"),
        Flaw(5, 45, "1123456780", .companyDiffers, "company identification"),
        Flaw(5, 80, "02100001", .odfiDiffers, "originating DFI identification"),
        Flaw(5, 88, "0000002", .batchNumberDiffers, "batch number"),
        Flaw(13, 2, "000002", .batchCountDiffers, "batch count"),
        Flaw(13, 8, "000001", .blockCountDiffers, "block count"),
        Flaw(13, 14, "00000006", .countDiffers, "entry/addenda count"),
        Flaw(13, 22, "0033480253", .hashDiffers, "entry hash"),
        Flaw(13, 32, "010000059998", .totalDiffers, "total debit entry dollar amount"),
        Flaw(13, 44, "000000000002", .totalDiffers, "total credit entry dollar amount"),
    ]

    @Test("A wrong field of a forward file is refused at its place", arguments: forwardFlaws)
    func forwardFlaw(_ flaw: Flaw) {
        expectFlaw(flaw, in: Golden.forward)
    }

    @Test("A prenote that moves money is refused for its amount")
    func prenoteWithAmount() {
        let problems = refusals(Golden.forward.replacing(line: 3, column: 2, with: "28"))

        #expect(problems.map(\.code) == [.amountNotZero])
        #expect(problems.map(\.columns) == [30...39])
    }

    static let returnFlaws = [
        Flaw(4, 4, "   ", .addendaUnreadable, "reason code"),
        Flaw(4, 7, "02100002000000 ", .addendaUnreadable, "original entry trace number"),
        Flaw(4, 28, "0764012A", .addendaUnreadable, "original receiving DFI identification"),
        Flaw(4, 80, "076401250000102", .addendaTrace, "trace number"),
        Flaw(6, 22, "261301", .dateUnreadable, "date of death"),
        Flaw(3, 2, "27", .wrongTransactionCode, "transaction code"),
    ]

    @Test("A wrong field of a return is refused at its place", arguments: returnFlaws)
    func returnFlaw(_ flaw: Flaw) {
        expectFlaw(flaw, in: Golden.returns)
    }

    static let contestFlaws = [
        Flaw(4, 22, "261327", .dateUnreadable, "date original entry returned"),
        Flaw(4, 36, "000", .dateUnreadable, "original settlement date"),
        Flaw(4, 39, "07640125000010X", .addendaUnreadable, "return trace number"),
        Flaw(4, 54, "3 1", .dateUnreadable, "return settlement date"),
        Flaw(4, 57, "  ", .addendaUnreadable, "return reason code"),
        Flaw(4, 59, "X21000020000009", .addendaUnreadable, "dishonored return trace number"),
        Flaw(4, 74, "999", .dateUnreadable, "dishonored return settlement date"),
        Flaw(4, 77, " 9", .addendaUnreadable, "dishonored return reason code"),
    ]

    @Test("A wrong field of a contested return is refused at its place", arguments: contestFlaws)
    func contestFlaw(_ flaw: Flaw) {
        expectFlaw(flaw, in: Golden.contested)
    }

    private func expectFlaw(_ flaw: Flaw, in golden: String) {
        let broken = golden.replacing(line: flaw.line, column: flaw.column, with: flaw.text)

        let problems = refusals(broken)

        let found = problems.contains {
            $0.line == flaw.line && $0.code == flaw.code && $0.field == flaw.field
                && $0.columns.contains(flaw.column)
        }
        #expect(found, "\(problems.map(\.description))")
    }

    /// Columns whose content no other column proves: names, dates, free text, the kind of account
    /// and the sequence of a trace number. Everything else in a forward file is held by a
    /// constant, a check digit, an order or a control total.
    static let free: [Character: [ClosedRange<Int>]] = [
        "1": [4...34, 41...94],
        "5": [5...50, 54...78, 79...79],
        "6": [2...2, 13...29, 40...78, 88...94],
        "7": [4...83],
        "8": [55...79],
        "9": [56...94],
    ]

    @Test("Any one character changed outside of free text is refused")
    func everyCharacter() throws {
        let lines = Golden.forward.split(separator: "\n")
        for (index, line) in lines.enumerated() where !line.allSatisfy({ $0 == "9" }) {
            let free = Self.free[try #require(line.first)] ?? []
            for (place, byte) in line.utf8.enumerated()
            where !free.contains(where: { $0.contains(place + 1) }) {
                let isDigit = (0x30...0x39).contains(byte)
                let other = isDigit ? UInt8(0x30 + (byte - 0x30 + 1) % 10) : byte ^ 0x01
                let broken = Golden.forward.replacing(
                    line: index + 1, column: place + 1,
                    with: String(decoding: [other], as: UTF8.self))
                #expect(!refusals(broken).isEmpty, "line \(index + 1), column \(place + 1)")
            }
        }
    }

    @Test("A file without one of its records is refused", arguments: 1...13)
    func missingRecord(_ line: Int) {
        #expect(!refusals(Golden.forward.removing(line: line), .lenient).isEmpty)
    }

    @Test("A file cut off after any record says what should have followed", arguments: 1...12)
    func cutOff(_ count: Int) throws {
        let lines = Golden.forward.split(separator: "\n").prefix(count)

        let problems = refusals(lines.joined(separator: "\n"), .lenient)

        let last = try #require(problems.last)
        #expect(last.code == .endedEarly)
        #expect(last.line == count)
    }

    @Test("Records out of order are named for what is missing before them")
    func order() throws {
        let lines = Golden.forward.split(separator: "\n").map(String.init)
        func first(_ rows: [Int]) -> Problem? {
            refusals(rows.map { lines[$0 - 1] }.joined(separator: "\n")).first
        }
        #expect(first([1, 3])?.code == .batchHeaderMissing)
        #expect(first([1, 2, 11])?.code == .addendaWithoutEntry)
        #expect(first([1, 2, 2])?.line == 3)
        #expect(first([1, 2, 3, 13])?.code == .batchControlMissing)
        #expect(first([1, 5])?.code == .recordOutOfOrder)
        let control = "9" + "000000" + "000001" + String(repeating: "0", count: 42)
        let empty = lines[0] + "\n" + control + String(repeating: " ", count: 39) + "\n"
        #expect(refusals(empty + lines[0]).first?.code == .secondFile)
        #expect(refusals(empty + lines[2]).contains { $0.code == .secondFile })
        #expect(refusals(empty + "x").contains { $0.code == .unknownRecordType })
        #expect(refusals(empty, .strict).isEmpty)
    }

    @Test("What is not a Nacha file is called that, and once")
    func otherFiles() {
        for text in [
            "<!DOCTYPE html>\n<html></html>", "{\"error\": 1}", "PK\u{3}\u{4}aaaaaa", "%PDF-1.7\n",
            "-----BEGIN PGP MESSAGE-----\n", "RETURNS FOR TODAY\n" + Golden.returns,
            "record,trace_number,amount_minor\n", "1", "101", String(repeating: "1", count: 94),
            String(repeating: "x", count: 5_000), "\u{0}\u{1}\u{2}",
        ] {
            for profile in [BankProfile.strict, .lenient] {
                let problems = refusals(text, profile)
                #expect(problems.contains { $0.code == .notANachaFile }, "\(text.prefix(20))")
                #expect(problems.count <= 2)
            }
        }
        for text in ["", "\n\n", "\r\n"] {
            #expect(refusals(text).map(\.code).contains(.emptyFile))
        }
    }

    @Test("No problem repeats an account number or a name")
    func withheld() {
        let blanked = Golden.forward.replacing(
            line: 3, column: 55, with: String(repeating: "0", count: 22))
        for problem in refusals(blanked) {
            #expect(!problem.description.contains("12345678"))
            #expect(problem.found == "(withheld)")
        }
    }

    @Test("An account number that runs on into reserved columns is not repeated")
    func runsOn() throws {
        let longer = Golden.change.replacing(line: 4, column: 65, with: "12345678")

        let problem = try #require(refusals(longer).first)
        #expect(problem.code == .reservedNotBlank)
        #expect(problem.found == "(withheld)")
    }

    @Test("A problem is a sentence with line, columns and field")
    func sentence() {
        let broken = Golden.forward.replacing(line: 5, column: 5, with: "000009")

        #expect(
            refusals(broken).first?.description
                == "Line 5, columns 5-10 (entry/addenda count): found 9, expected 2.")
    }

    @Test("Thousands of wrong lines give a bounded list")
    func bounded() {
        let lines = Golden.forward.split(separator: "\n").map(String.init)
        let entry = String(lines[2].prefix(29)) + String(repeating: "x", count: 65)
        let text = [lines[0], lines[1]] + Array(repeating: entry, count: 5_000)

        let problems = refusals(text.joined(separator: "\n"))

        #expect(problems.count == FileReader.problemsMax)
    }
}

struct LenientReadingTests {
    /// Reads what a bank might send and tells the warnings.
    private func warnings(_ text: String, as file: NachaFile) throws -> [Problem.Code] {
        let reading = try read(text, .lenient)
        #expect(reading.file == file)
        #expect(!reading.warnings.contains { $0.severity != .warning })
        return reading.warnings.map(\.code)
    }

    @Test("Line ends, a missing last one and blank lines after it change nothing")
    func lineEnds() throws {
        let golden = Golden.returns
        #expect(try warnings(golden, as: Samples.returns) == [])
        #expect(try warnings(String(golden.dropLast()), as: Samples.returns) == [])
        for end in ["\r\n", "\r", ""] {
            let text = golden.split(separator: "\n").joined(separator: end)
            #expect(try warnings(text, as: Samples.returns) == [])
        }
        #expect(try warnings(golden + "\n", as: Samples.returns) == [.blankLine])
        let joined = golden.split(separator: "\n").joined() + "\r\n"
        #expect(try warnings(joined, as: Samples.returns) == [])
    }

    @Test("A return without its addenda is flagged and nothing follows from it")
    func missingAddenda() throws {
        let text = Golden.returns.removing(line: 4)
            .replacing(line: 6, column: 5, with: "000003")
            .replacing(line: 7, column: 14, with: "00000003")

        let reading = try read(text, .lenient)

        #expect(reading.warnings.map(\.code) == [.addendaIndicator, .paddingMissing])
        #expect(reading.quarantined.map(\.line) == [3])
        #expect(reading.quarantined.first?.problems.map(\.code) == [.addendaMissing])
        #expect(reading.file.entries == [Samples.returns.entries[1]])
    }

    @Test("Files one after another are read one by one, and lines are counted through")
    func severalFiles() throws {
        let broken = Golden.change.replacing(line: 5, column: 20, with: "1")
        let text = Golden.returns + broken + Golden.contested

        let results = FileReader(profile: .lenient).readAll(Array(text.utf8))

        #expect(results.count == 3)
        #expect(try results.first?.get() == Reading(file: Samples.returns))
        #expect(try results.last?.get().file == Samples.contested)
        #expect(throws: FileRefusal.self) { try results[1].get() }
        if case .failure(let refusal) = results[1] {
            #expect(refusal.problems.map(\.line) == [11, 15, 16])
        }
        #expect(refusals(text, .lenient).map(\.code) == [.secondFile])
        #expect(FileReader(profile: .strict).readAll([]).count == 1)
    }

    @Test("Missing nines are a warning, whoever reads")
    func padding() throws {
        let text = Golden.returns.split(separator: "\n").prefix(8).joined(separator: "\n")

        #expect(try warnings(text, as: Samples.returns) == [.paddingMissing])
        #expect(try read(text, .strict).warnings.map(\.code) == [.paddingMissing])
    }

    @Test("Lines trimmed or extended with blanks are read, and flagged")
    func blanks() throws {
        let lines = Golden.returns.split(separator: "\n")
        let trimmed = lines.map { line in
            String(line.reversed().drop { $0 == " " }.reversed())
        }
        #expect(
            try warnings(trimmed.joined(separator: "\n"), as: Samples.returns)
                == [.recordLength, .recordLength])
        let extended = lines.map { $0 + "   " }.joined(separator: "\n")
        #expect(
            try warnings(extended, as: Samples.returns)
                == Array(repeating: .recordLength, count: 10))

        let longer = try read(Golden.returns.replacing(line: 4, column: 94, with: "1x"), .lenient)
        #expect(
            longer.quarantined.flatMap(\.problems).map(\.code) == [.recordTooLong, .addendaMissing])
        #expect(longer.file.entries == [Samples.returns.entries[1]])
    }

    @Test("A mark before the file and end-of-file bytes after it are passed over")
    func strayBytes() throws {
        #expect(
            try warnings("\u{FEFF}" + Golden.returns + "\u{1A}", as: Samples.returns)
                == [.strayBytes, .strayBytes])
    }

    @Test("An accent in a name does not shift the columns after it")
    func accents() throws {
        var file = Samples.returns
        file.batches[0].entries[0].name = "Ada S?mple"
        let lines = Golden.returns.split(separator: "\n").map(String.init)
        let accented = lines[2].prefix(59) + "ä" + lines[2].dropFirst(60)

        let text = (lines[0...1] + [String(accented)] + lines[3...]).joined(separator: "\n")
        #expect(try warnings(text, as: file) == [.notPrintable])

        // The same letter as one byte.
        let bytes = Array(text.unicodeScalars.map { UInt8($0.value) })
        let reading = try FileReader(profile: .lenient).read(bytes)
        #expect(reading.file == file)
        #expect(reading.warnings.map(\.code) == [.notPrintable])
        #expect(refusals(text, .strict).map(\.code) == [.notPrintable])
    }

    @Test("A return is never lost over an unknown or lower-case code")
    func unknownCodes() throws {
        let lower = Golden.returns.replacing(line: 4, column: 4, with: "r01")
        #expect(try warnings(lower, as: Samples.returns) == [.lowerCase])

        let newer = try read(Golden.returns.replacing(line: 4, column: 4, with: "R97"), .strict)
        guard case .return(let addenda)? = newer.file.entries.first?.addenda.first else {
            Issue.record("not a return")
            return
        }
        #expect(addenda.code.text == "R97")
        #expect(!addenda.code.facts.isKnown)
        #expect(newer.warnings.map(\.code) == [.returnCodeUnknown])
    }

    @Test("The 7 record is believed over the indicator")
    func indicator() throws {
        let text = Golden.returns.replacing(line: 3, column: 79, with: "0")

        #expect(try warnings(text, as: Samples.returns) == [.addendaIndicator])
    }

    @Test("A return that keeps the debit's code is still a return")
    func forwardCode() throws {
        var file = Samples.returns
        file.batches[0].entries[0].code = .checkingDebit
        let text = Golden.returns.replacing(line: 3, column: 2, with: "27")

        #expect(try warnings(text, as: file) == [.wrongTransactionCode])
        #expect(file.entries[0].kind == .return)
    }

    @Test("A return whose addenda cannot be read is kept for a person to look at")
    func unreadableAddenda() throws {
        let text = Golden.returns.replacing(
            line: 4, column: 7, with: String(repeating: " ", count: 15))

        let reading = try read(text, .lenient)

        guard case .other(let kept)? = reading.quarantined.first?.entry?.addenda.first else {
            Issue.record("not kept")
            return
        }
        #expect(kept.type == "99")
        #expect(kept.columns.hasPrefix("R01"))
        #expect(reading.quarantined.first?.problems.map(\.code) == [.addendaUnreadable])
        #expect(reading.warnings == [])
        #expect(reading.file.entries == [Samples.returns.entries[1]])
    }

    @Test("Two returns in one entry set it aside with both kept")
    func twoReturns() throws {
        var lines = Golden.returns.split(separator: "\n").map(String.init)
        lines.insert(lines[3], at: 4)
        lines.removeLast()
        let text = lines.joined(separator: "\n")
            .replacing(line: 8, column: 5, with: "000005")
            .replacing(line: 9, column: 14, with: "00000005")

        let reading = try read(text, .lenient)

        #expect(reading.quarantined.first?.entry?.addenda.count == 2)
        #expect(reading.quarantined.first?.problems.map(\.code) == [.addendaMixed])
        #expect(reading.file.entries == [Samples.returns.entries[1]])
    }

    @Test("Totals are proved however lenient the reading")
    func totals() {
        for (line, column) in [(7, 10), (7, 20), (7, 32), (7, 44), (8, 7), (8, 21), (8, 31)] {
            let broken = Golden.returns.replacing(line: line, column: column, with: "7")
            #expect(!refusals(broken, .lenient).isEmpty, "line \(line), column \(column)")
        }
        let amount = Golden.returns.replacing(line: 3, column: 39, with: "1")
        #expect(refusals(amount, .lenient).map(\.line) == [7])
    }

    @Test("Entries without a batch header are refused as values, also where they may be read")
    func noBatchHeader() {
        let text = Golden.returns.removing(line: 2)

        #expect(refusals(text, .fragments).map(\.code) == [.batchHeaderMissing])
    }

    @Test("Warnings beyond the limit are counted, not kept, and do not refuse the file")
    func manyWarnings() throws {
        var file = Samples.returns
        let entry = file.batches[0].entries[0]
        file.batches[0].entries = (1...300).map { sequence in
            var entry = entry
            entry.trace = Samples.trace(Samples.bankOne.identification, sequence)
            return entry
        }
        // The codes change and their sum does not.
        let text = try written(file).split(separator: "\n").map { line in
            line.hasPrefix("626") ? "627" + line.dropFirst(3) : String(line)
        }.joined(separator: "\n")

        let reading = try read(text, .lenient)

        #expect(reading.file.entries.count == 300)
        #expect(reading.warnings.count == FileReader.problemsMax)
        #expect(reading.warningsOmitted == 300 - FileReader.problemsMax)
    }
}
