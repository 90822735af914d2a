import Banking
import Money
import Nacha
import Testing

/// Files of every class and every type of addenda, made column by column from the record layouts.
struct EveryRecordTests {
    /// One batch: what its entries and addenda are, and how many records and cents that makes.
    struct Sample: Sendable, CustomTestStringConvertible {
        let entryClass: String
        let rows: String
        let hash: Int
        let debits: Int
        let credits: Int
        var serviceClass = "200"

        var testDescription: String { entryClass }

        private var records: [String] {
            rows.split(separator: "\n").map { row in
                let text = row.last == "|" ? String(row.dropLast()) : String(row)
                return text + String(repeating: " ", count: max(0, 94 - text.count))
            }
        }

        private func zeros(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: width - digits.count) + digits
        }

        private func filled(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: width - text.count)
        }

        var text: String {
            let isAdvice = entryClass == "ADV"
            let middle =
                entryClass == "IAT"
                ? filled("", 16) + "FF3" + filled("", 15) + "CA1123456789IATTRADE     USDCAD"
                : filled("EXAMPLE EXCHANGE", 36) + "1123456789\(entryClass)DEPOSIT         "
            let header = "5\(serviceClass)\(middle)261125331\(isAdvice ? "0" : "1")021000020000001"
            let width = isAdvice ? 20 : 12
            let count = records.count
            var control = "8\(serviceClass)\(zeros(count, 6))\(zeros(hash, 10))"
            control += zeros(debits, width) + zeros(credits, width)
            control += isAdvice ? filled("", 19) : "1123456789" + filled("", 25)
            control += "021000020000001"
            let blocks = (count + 4 + 9) / 10
            let end =
                "9000001\(zeros(blocks, 6))\(zeros(count, 8))\(zeros(hash, 10))"
                + zeros(debits, width) + zeros(credits, width)
            let start = "101 021000021 1234567802611241530A094101" + filled("SAMPLE BANK", 54)
            let nines = String(repeating: "9", count: 94)
            return
                ([start, header] + records + [control, filled(end, 94)]
                + Array(repeating: nines, count: blocks * 10 - count - 4))
                .map { $0 + "\n" }.joined()
        }
    }

    static let samples = [
        Sample(
            entryClass: "PPD",
            rows: """
                6270764012510012345678       0000050000dep_01         Ada Sample              1021000020000001
                705Rent of November                                                                00010000001
                6280764012510012345678       0000000000dep_02         Ada Sample              0021000020000002
                """,
            hash: 15_280_250, debits: 50_000, credits: 0),
        Sample(
            entryClass: "CTX",
            rows: """
                6270764012510012345678       0000050000dep_01         0003EXAMPLE LTD       S 1021000020000001
                705ISA*00*first                                                                    00010000001
                705second                                                                          00020000001
                705third                                                                           00030000001
                """,
            hash: 7_640_125, debits: 50_000, credits: 0),
        Sample(
            entryClass: "MTE",
            rows: """
                6270764012510012345678       0000002000Ada Sample     card 4711               1021000020000001
                702REF0001ABCTERM01000001112412AUTH1 FIRST STREET             SPRINGFIELD    IL021000020000001
                """,
            hash: 7_640_125, debits: 2_000, credits: 0),
        Sample(
            entryClass: "POS",
            rows: """
                6270764012510012345678       0000002000dep_01         Ada Sample            011021000020000001
                702REF0001ABCTERM01000001112412AUTH1 FIRST STREET             SPRINGFIELD    IL021000020000001
                """,
            hash: 7_640_125, debits: 2_000, credits: 0),
        Sample(
            entryClass: "SHR",
            rows: """
                6270764012510012345678       000000200012274711       0000000000000000004711011021000020000001
                702REF0001ABCTERM01000001112412AUTH1 FIRST STREET             SPRINGFIELD    IL021000020000001
                """,
            hash: 7_640_125, debits: 2_000, credits: 0),
        Sample(
            entryClass: "POP",
            rows: """
                6270764012510012345678       0000002000000004711SPRIILAda Sample              0021000020000001
                """,
            hash: 7_640_125, debits: 2_000, credits: 0),
        Sample(
            entryClass: "ARC",
            rows: """
                6270764012510012345678       0000002000000000000004711Ada Sample              0021000020000001
                """,
            hash: 7_640_125, debits: 2_000, credits: 0),
        Sample(
            entryClass: "CIE",
            rows: """
                6220764012510012345678       0000002000Ada Sample     invoice 4711            0021000020000001
                """,
            hash: 7_640_125, debits: 0, credits: 2_000),
        Sample(
            entryClass: "IAT",
            rows: """
                6270764012510010             0000012345CA998877665544                         1021000020000001
                710ANN000000000000012345FT-1                  Ada Sample                               0000001
                711EXAMPLE EXCHANGE                   1 FIRST STREET                                   0000001
                712SPRINGFIELD*IL\\                    US*62701\\                                        0000001
                713SAMPLE BANK                        01021000021                         US           0000001
                714BANK OF ELSEWHERE                  02ELSECA01                          CA           0000001
                715R-4711         2 SECOND STREET                                                      0000001
                716TORONTO*ON\\                        CA*M5V 1A1\\                                      0000001
                717Invoice 4711                                                                    00010000001
                717Invoice 4712                                                                    00020000001
                718BANK BETWEEN                       01021000021                         US       00010000001
                """,
            hash: 7_640_125, debits: 12_345, credits: 0),
        Sample(
            entryClass: "IAT",
            rows: """
                6210210000210008             0000012345CA998877665544                         1021000020000001
                710ANN000000000000012345FT-1                  Ada Sample                               0000001
                711EXAMPLE EXCHANGE                   1 FIRST STREET                                   0000001
                712SPRINGFIELD*IL\\                    US*62701\\                                        0000001
                713SAMPLE BANK                        01021000021                         US           0000001
                714BANK OF ELSEWHERE                  02ELSECA01                          CA           0000001
                715R-4711         2 SECOND STREET                                                      0000001
                716TORONTO*ON\\                        CA*M5V 1A1\\                                      0000001
                799R03021000020000009      076401250000012345                                  021000020000001
                """,
            hash: 2_100_002, debits: 0, credits: 12_345),
        Sample(
            entryClass: "ADV",
            rows: """
                681076401251123456789012345000000012345021000021FILE  Ada Sample              0021000023310001
                """,
            hash: 7_640_125, debits: 0, credits: 12_345, serviceClass: "280"),
    ]

    @Test("A file of every class is what an operator accepts, and proven", arguments: samples)
    func everyClass(_ sample: Sample) {
        let told = Told(Array(sample.text.utf8), .strict)

        #expect(told.problems.map(\.description) == [])
        #expect(told.reports.map(\.verdict) == [.valid])
        #expect(told.reports.map(\.proof) == [.proven])
        #expect(told.reports.first?.totals.debits == UInt64(sample.debits))
        #expect(told.reports.first?.totals.credits == UInt64(sample.credits))
    }

    @Test("Every field of every class has a name, and JSON loses none of it", arguments: samples)
    func namedFields(_ sample: Sample) throws {
        var writer = RecordJSONWriter()
        let json = writer.write(Array(sample.text.utf8)) + writer.finish()

        #expect(!json.contains("raw"))
        #expect(try nacha(of: json) == Array(sample.text.utf8))
    }

    static let named: [(String, [String: String])] = [
        (
            "PPD",
            ["payment related information": "Rent of November", "identification number": "dep_01"]
        ),
        ("CTX", ["number of addenda records": "0003", "name": "EXAMPLE LTD"]),
        (
            "POS",
            [
                "reference information 1": "REF0001", "reference information 2": "ABC",
                "terminal identification code": "TERM01", "transaction serial number": "000001",
                "transaction date": "1124", "authorization code or expiration date": "12AUTH",
                "terminal location": "1 FIRST STREET", "terminal city": "SPRINGFIELD",
                "terminal state": "IL",
            ]
        ),
        (
            "SHR",
            [
                "card expiration date": "1227", "document reference number": "4711",
                "card account number": "0000000000000000004711",
            ]
        ),
        (
            "POP",
            [
                "check serial number": "000004711", "terminal city": "SPRI",
                "terminal state": "IL", "name": "Ada Sample",
            ]
        ),
        ("ARC", ["check serial number": "000000000004711"]),
        ("CIE", ["name": "Ada Sample", "identification number": "invoice 4711"]),
        (
            "IAT",
            [
                "foreign exchange indicator": "FF", "foreign exchange reference indicator": "3",
                "destination country": "CA", "originating currency": "USD",
                "destination currency": "CAD", "foreign receiver's account": "CA998877665544",
                "transaction type code": "ANN", "foreign payment amount": "000000000000012345",
                "foreign trace number": "FT-1",
                "receiving company or individual name": "Ada Sample",
                "originator name": "EXAMPLE EXCHANGE", "originator street": "1 FIRST STREET",
                "originating DFI name": "SAMPLE BANK", "originating DFI qualifier": "01",
                "originating DFI country": "US", "receiving DFI name": "BANK OF ELSEWHERE",
                "receiving DFI identification": "ELSECA01", "receiving DFI country": "CA",
                "receiver identification": "R-4711", "receiver street": "2 SECOND STREET",
                "correspondent bank name": "BANK BETWEEN", "correspondent bank country": "US",
            ]
        ),
        (
            "ADV",
            [
                "DFI account number": "123456789012345", "amount": "000000012345",
                "advice routing number": "021000021", "file identification": "FILE",
                "ACH operator routing number": "02100002", "Julian day": "331",
                "sequence number": "0001",
                "total credit entry dollar amount": "00000000000000012345",
            ]
        ),
    ]

    @Test("Each name stands for its own columns", arguments: named)
    func names(_ entryClass: String, _ fields: [String: String]) throws {
        let sample = try #require(Self.samples.first { $0.entryClass == entryClass })
        var writer = RecordJSONWriter()
        let json = writer.write(Array(sample.text.utf8)) + writer.finish()

        for (name, value) in fields {
            #expect(json.contains("\"\(name)\":\"\(value)\""), "\(json)")
        }
    }

    @Test("The columns of a dispute are named as they stand")
    func disputeNames() {
        var writer = RecordJSONWriter()
        let json = writer.write(Array((Golden.contested + Golden.refusedChange).utf8))
        for (name, value) in [
            ("date original entry returned", "261127"), ("original settlement date", "329"),
            ("return trace number", "076401250000101"), ("return settlement date", "331"),
            ("return reason code", "01"), ("dishonored return trace number", "021000020000009"),
            ("dishonored return settlement date", "338"), ("dishonored return reason code", "69"),
            ("change code", "C03"), ("trace sequence number", "0000007"),
            ("corrected data", "076401251   0099887766"),
        ] {
            #expect(json.contains("\"\(name)\":\"\(value)\""), "\(name)")
        }
    }

    @Test(
        "An international entry carries two of 17 and five of 18 at most",
        arguments: [
            (17, 2, true), (17, 3, false), (18, 5, true), (18, 6, false),
        ])
    func internationalLimits(_ type: Int, _ count: Int, _ isAllowed: Bool) throws {
        let sample = try #require(Self.samples.first { $0.entryClass == "IAT" })
        var lines = sample.text.split(separator: "\n").map(String.init)
        let first = try #require(lines.firstIndex { $0.hasPrefix("7\(type)") })
        let kept = lines[first]
        lines.removeAll { $0.hasPrefix("717") || $0.hasPrefix("718") }
        let place = try #require(lines.lastIndex { $0.hasPrefix("716") }) + 1
        lines.insert(contentsOf: repeatElement(kept, count: count), at: place)

        let told = Told(Array(lines.joined(separator: "\n").utf8), .lenient)

        #expect(told.problems.contains { $0.code == .addendaOrder } == !isAllowed)
    }

    @Test("A layout names all 94 columns once", arguments: RecordLayout.all)
    func layout(_ layout: RecordLayout) {
        #expect(layout.fields.first?.columns.lowerBound == 1)
        #expect(layout.fields.last?.columns.upperBound == 94)
        for (one, next) in zip(layout.fields, layout.fields.dropFirst()) {
            #expect(one.columns.upperBound + 1 == next.columns.lowerBound)
        }
        #expect(Set(layout.fields.map(\.name)).count == layout.fields.count)
        #expect(RecordLayout(named: layout.name) == layout)
    }

    @Test("An international return names its account, its amount and what it returns")
    func internationalReturn() throws {
        let sample = try #require(Self.samples.last { $0.entryClass == "IAT" })
        let told = Told(Array(sample.text.utf8), .strict)

        let entry = try #require(told.entries.first)
        #expect(entry.kind == .return)
        #expect(entry.account == "CA998877665544")
        #expect(entry.name == "Ada Sample")
        #expect(entry.amount == Cents(12_345))
        guard case .return(let addenda)? = entry.addenda.last else {
            Issue.record("no return")
            return
        }
        #expect(addenda.code.text == "R03")
        #expect(addenda.originalTrace.text == "021000020000009")
    }

    @Test("Accounting advice has its own columns for account and amount")
    func advice() throws {
        let sample = try #require(Self.samples.first { $0.entryClass == "ADV" })
        var found: [String] = []
        var reader = StreamReader(profile: .strict)
        reader.read(Array(sample.text.utf8)) { event in
            if case .entry(let entry) = event {
                found.append("\(entry.account) \(entry.cents ?? 0) \(entry.side == .credit)")
            }
        }
        reader.finish { _ in }

        #expect(found == ["123456789012345 12345 true"])
    }

    @Test("Accounting advice under a class that has sides is read, told, and written under its own")
    func adviceClass() throws {
        let sample = try #require(Self.samples.first { $0.entryClass == "ADV" })
        let text = sample.text.replacing(line: 2, column: 2, with: "220")
            .replacing(line: 4, column: 2, with: "220")

        let reading = try read(text, .lenient)

        #expect(reading.warnings.map(\.code) == [.serviceClassUnknown])
        #expect(refusals(text).map(\.code) == [.serviceClassUnknown])
        #expect(try read(try written(reading.file)).file == reading.file)
    }

    @Test("Accounting advice of a day that is none is read without a day, and not written")
    func adviceWithoutDay() throws {
        let sample = try #require(Self.samples.first { $0.entryClass == "ADV" })
        let text = sample.text.replacing(line: 3, column: 88, with: "000")

        let file = try read(text, .lenient).file

        #expect(file.batches.flatMap(\.advice).map(\.day) == [nil])
        #expect {
            try FileWriter().bytes(file)
        } throws: {
            ($0 as? WriteRefusal)?.code == .dateUnreadable
        }
    }
}

/// Everything a stream told, kept.
struct Told: Equatable {
    var problems: [Problem] = []
    var reports: [FileReport] = []
    var batches: [BatchReport] = []
    var entries: [Entry] = []
    var quarantined: [Int] = []
    var places: [Range<Int>] = []
    var originalTraces: [String] = []

    /// Hands the bytes over in pieces of `size`.
    init(_ bytes: [UInt8], _ profile: BankProfile, pieces size: Int = .max) {
        var reader = StreamReader(profile: profile)
        var at = 0
        while at < bytes.count {
            let end = size < bytes.count - at ? at + size : bytes.count
            reader.read(Array(bytes[at..<end])) { take($0) }
            at = end
        }
        reader.finish { take($0) }
    }

    private mutating func take(_ event: borrowing StreamEvent) {
        switch event {
        case .file, .batch: break
        case .entry(let entry):
            if let value = entry.decoded() { entries.append(value) }
            if let trace = entry.originalTrace { originalTraces.append(trace.text) }
            places.append(entry.bytes)
        case .quarantined(let entry):
            quarantined.append(entry.line)
            places.append(entry.bytes)
        case .batchEnd(let report): batches.append(report)
        case .fileEnd(let report): reports.append(report)
        case .problem(let problem): problems.append(problem)
        }
    }
}

/// The file of its JSON.
func nacha(of json: String) throws(RecordJSONReader.Failure) -> [UInt8] {
    var pieces = [Array(json.utf8.prefix(100)), [], Array(json.utf8.dropFirst(100))][...]
    var reader = RecordJSONReader { pieces.popFirst() }
    var bytes: [UInt8] = []
    try reader.read { bytes += $0 }
    return bytes
}
