import Banking
import Money
import Nacha
import Testing

struct StreamWriterTests {
    /// The bytes the sink was given, and in how many pieces.
    final class Taken {
        var bytes: [UInt8] = []
        var pieces: [Int] = []
        var hasFailed = false

        func take(_ piece: RawSpan) {
            piece.withUnsafeBytes { bytes.append(contentsOf: $0) }
            pieces.append(piece.byteCount)
        }
    }

    private struct DiskFull: Error {}

    static func streamed(
        _ file: NachaFile, _ ending: FileWriter.LineEnding = .lf
    ) throws -> (Taken, WriteReport) {
        let taken = Taken()
        var writer = try StreamWriter(file.header, lineEnding: ending) { taken.take($0) }
        for batch in file.batches {
            try writer.begin(batch.header)
            for entry in batch.entries { try writer.add(entry) }
            for advice in batch.advice { try writer.add(advice) }
        }
        let report = try writer.finish()
        return (taken, report)
    }

    @Test(
        "A file written entry by entry is the file written at once",
        arguments: [
            Samples.forward, Samples.returns, Samples.dishonored, Samples.contested,
            Samples.change, Samples.refusedChange,
        ])
    func same(_ file: NachaFile) throws {
        for ending in [FileWriter.LineEnding.lf, .crlf, .none] {
            let (taken, report) = try Self.streamed(file, ending)

            #expect(taken.bytes == (try FileWriter(lineEnding: ending).bytes(file)))
            #expect(report.batches == file.batches.count)
            #expect(report.counts.entries == file.entries.count)
            #expect(report.records % 10 == 0)
        }
    }

    @Test("Every class is written as it was read", arguments: EveryRecordTests.samples)
    func everyClass(_ sample: EveryRecordTests.Sample) throws {
        let reading = try read(sample.text)

        #expect(try written(reading.file) == sample.text)
        #expect(
            String(decoding: try Self.streamed(reading.file).0.bytes, as: UTF8.self) == sample.text)
    }

    @Test("A file of any size is handed on in pieces of one size, and proven")
    func pieces() throws {
        let taken = Taken()
        var writer = try StreamWriter(Samples.forward.header) { taken.take($0) }
        try writer.begin(Samples.header(.debits, "DEPOSIT", number: 1))
        for sequence in 1...20_000 {
            var entry = Samples.first
            entry.trace = Samples.ours(sequence)
            try writer.add(entry)
        }
        _ = try writer.finish()

        #expect(taken.pieces.count == 15)
        #expect(taken.pieces.allSatisfy { $0 < 132 << 10 })
        let told = Told(taken.bytes, .strict)
        #expect(told.reports.map(\.proof) == [.proven])
        #expect(told.reports.first?.counts.entries == 20_000)
    }

    @Test("A plain entry is written as the entry of its texts, or refused as that is")
    func plain() throws {
        var refusals: Set<Problem.Code> = []
        var accepted = 0
        for seed in 0..<3_000 {
            var random = Seeded(seed: UInt64(seed))
            let classes: [StandardEntryClass] = [.web, .ppd, .tel, .cie, .ctx, .cor, .iat, .adv]
            var header = Samples.header(
                ServiceClass.allCases.randomElement(using: &random)!, "DEPOSIT", number: 1)
            header.entryClass =
                seed % 3 == 0 ? .web : classes.randomElement(using: &random)!
            // Advice has one service class, whatever was drawn.
            if header.entryClass == .adv { header.serviceClass = .mixed }
            let entries = (1...3).map { plainEntry($0, &random) }

            let (one, oneRefusals) = try outcome(header) { writer, index in
                try writer.add(entries[index])
            }
            let (other, otherRefusals) = try outcome(header) { writer, index in
                try writer.add(Entry(entries[index]))
            }

            if one != other || oneRefusals != otherRefusals { Issue.record("seed \(seed)") }
            refusals.formUnion(oneRefusals.map(\.code))
            if !one.isEmpty {
                accepted += 1
                #expect(Told(one, .strict).reports.map(\.verdict) == [.valid], "seed \(seed)")
            }
        }
        #expect(accepted > 500)
        #expect(
            refusals.isSuperset(of: [
                .blank, .leadingBlank, .tooLong, .wrongSide, .amountZero, .amountNotZero,
                .tracePrefix, .traceNotAscending, .addendaMissing, .limitExceeded,
            ]))
    }

    /// The file of what was taken, and why the rest was not.
    private func outcome(
        _ header: BatchHeader, _ add: (inout StreamWriter, Int) throws -> Void
    ) throws -> ([UInt8], [WriteRefusal]) {
        let taken = Taken()
        var refusals: [WriteRefusal] = []
        var writer = try StreamWriter(Samples.forward.header) { taken.take($0) }
        try writer.begin(header)
        for index in 0..<3 {
            do {
                try add(&writer, index)
            } catch {
                guard case .refused(let refusal)? = error as? WriteFailure else { throw error }
                refusals.append(refusal)
            }
        }
        do {
            _ = try writer.finish()
        } catch {
            return ([], refusals)
        }
        return (taken.bytes, refusals)
    }

    private func plainEntry(_ sequence: Int, _ random: inout Seeded) -> PlainEntry {
        func text(_ usual: String, _ others: [String]) -> FieldText {
            let isUsual = Int.random(in: 0..<12, using: &random) > 0
            return FieldText(isUsual ? usual : others.randomElement(using: &random)!)!
        }
        let isUsual = Int.random(in: 0..<6, using: &random) > 0
        let code =
            isUsual ? .checkingDebit : TransactionCode.allCases.randomElement(using: &random)!
        let odd = Int.random(in: 0..<16, using: &random)
        return PlainEntry(
            code: code, receiver: odd == 0 ? Samples.bankTwo : Samples.bankOne,
            account: text(
                "0012345678", ["", " 1", "000", "123456789012345678", "12345678901234567"]),
            amount: odd == 1
                ? .zero : odd == 2 ? Cents(10_000_000_000) : Cents(Int64(sequence) * 4_711),
            identification: text("dep_01", ["", " x", "1234567890123456", "123456789012345"]),
            name: text("Ada Sample", ["", " x", "00", "12345678901234567890123", "x y"]),
            discretionaryData: text("S", ["", " R", "abc", "R1"]),
            trace: odd == 3
                ? Samples.trace(Samples.bankOne.identification, sequence)
                : Samples.ours(odd == 4 ? 1 : sequence + 5))
    }

    @Test("A refused entry is not in the file, and the next one is")
    func refusedEntry() throws {
        let taken = Taken()
        var writer = try StreamWriter(Samples.forward.header) { taken.take($0) }
        let file = Samples.forward
        try writer.begin(file.batches[0].header)
        try writer.add(file.batches[0].entries[0])
        var wrong = Samples.withdrawal
        wrong.code = .checkingDebit
        wrong.trace = Samples.ours(2)
        wrong.addenda = [.paymentInformation("fits"), .paymentInformation("one too many")]
        #expect(throws: WriteFailure.self) { try writer.add(wrong) }
        wrong.addenda = [.paymentInformation("\u{7}")]
        #expect(throws: WriteFailure.self) { try writer.add(wrong) }
        try writer.add(file.batches[0].entries[1])
        for batch in file.batches.dropFirst() {
            try writer.begin(batch.header)
            for entry in batch.entries { try writer.add(entry) }
        }
        _ = try writer.finish()

        #expect(taken.bytes == (try FileWriter().bytes(file)))
    }

    @Test("A sink that fails ends the file, and a part of one is no file to any reader")
    func failingSink() throws {
        let taken = Taken()
        var writer = try StreamWriter(Samples.forward.header) { piece in
            if taken.pieces.count == 2, !taken.hasFailed {
                taken.hasFailed = true
                throw DiskFull()
            }
            taken.take(piece)
        }
        try writer.begin(Samples.header(.debits, "DEPOSIT", number: 1))
        var failures = 0
        for sequence in 1...9_000 {
            var entry = Samples.first
            entry.trace = Samples.ours(sequence)
            do {
                try writer.add(entry)
            } catch {
                failures += 1
                switch error {
                case .sink(let error): #expect(error is DiskFull)
                case .refused(let refusal): #expect(refusal.code == .recordOutOfOrder)
                }
            }
        }

        // Once it has failed nothing is handed on, though this sink would take it.
        #expect(failures > 4_000)
        #expect(throws: WriteFailure.self) { try writer.finish() }
        #expect(taken.pieces.count == 2)
        for profile in BankProfile.all where profile != .fragments {
            let verdicts = Told(taken.bytes, profile).reports.map(\.verdict)
            #expect(verdicts == [.refused], "\(profile.name)")
        }
    }

    @Test("What comes out of order is refused, and the file with it")
    func order() throws {
        var writer = try StreamWriter(Samples.forward.header) { _ in }

        #expect(code { try writer.add(Samples.first) } == .recordOutOfOrder)
        try writer.begin(Samples.header(.debits, "DEPOSIT", number: 1))
        #expect(code { _ = try writer.finish() } == .batchEmpty)
        let next = Samples.header(.debits, "DEPOSIT", number: 2)
        #expect(code { try writer.begin(next) } == .recordOutOfOrder)
    }

    /// Why the work was refused; `nil` when it was done.
    private func code(_ work: () throws -> Void) -> Problem.Code? {
        do {
            try work()
            return nil
        } catch {
            guard case .refused(let refusal)? = error as? WriteFailure else { return nil }
            return refusal.code
        }
    }

    @Test("An entry beyond what the controls can hold is refused before it is written")
    func limits() throws {
        let taken = Taken()
        var writer = try StreamWriter(Samples.forward.header) { taken.take($0) }
        try writer.begin(Samples.header(.debits, "DEPOSIT", number: 1))
        var refused: [Int] = []
        for sequence in 1...102 {
            var entry = Samples.first
            entry.amount = Entry.amountMax
            entry.trace = Samples.ours(sequence)
            let found = code { try writer.add(entry) }
            if found == .limitExceeded { refused.append(sequence) }
        }
        // A batch of its own does not help: the file has one total.
        try writer.begin(Samples.header(.debits, "DEPOSIT", number: 2))
        var last = Samples.first
        last.amount = Cents(101)
        last.trace = Samples.ours(200)
        #expect(code { try writer.add(last) } == .limitExceeded)
        last.amount = Cents(99)
        try writer.add(last)
        _ = try writer.finish()

        #expect(refused == [101, 102])
        #expect(Told(taken.bytes, .strict).reports.map(\.proof) == [.proven])
    }

    @Test("Accounting advice stands alone in its file")
    func advice() throws {
        let sample = try #require(EveryRecordTests.samples.first { $0.entryClass == "ADV" })
        let file = try read(sample.text).file
        let batch = try #require(file.batches.first)
        let advice = try #require(batch.advice.first)
        #expect(advice.amount == Cents(12_345))
        #expect(advice.code == .creditForDebitsOriginated)

        var writer = try StreamWriter(file.header) { _ in }
        try writer.begin(batch.header)
        #expect(code { try writer.add(Samples.first) } == .entryClassMismatch)
        try writer.add(advice)
        let mixed = code { try writer.begin(Samples.header(.debits, "DEPOSIT", number: 2)) }
        #expect(mixed == .entryClassMismatch)
    }

    @Test("A field's text is what it was made of, in any number of columns")
    func fieldText() {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        for count in 0...26 {
            let text = String(letters.prefix(count))
            let bytes = Array(text.utf8)
            #expect(FieldText(text)?.description == (count <= 24 ? text : nil))
            #expect(FieldText(bytes.span)?.description == (count <= 24 ? text : nil))
            #expect(FieldText(text + "  ")?.description == (count <= 24 ? text : nil))
            for place in 0..<min(count, 24) {
                for byte in [0x1F, 0x7F, 0x80, 0xFF, 0x0A] as [UInt8] {
                    var wrong = Array(bytes.prefix(24))
                    wrong[place] = byte
                    #expect(FieldText(wrong.span) == nil, "\(count) \(place) \(byte)")
                }
            }
        }
    }

    @Test("Digits are those of the number, with zeros before them")
    func digits() {
        var random = Seeded(seed: 1)
        for width in 1...16 {
            let limit = (0..<width).reduce(UInt64(1)) { power, _ in power * 10 }
            let random = (0..<500).map { _ in UInt64.random(in: 0..<limit, using: &random) }
            for number in [0, 1, 9, limit - 1, limit / 10, limit / 2] + random
            where number < limit {
                let digits = String(number)
                let expected = String(repeating: "0", count: width - digits.count) + digits
                #expect(FieldText(number, width: width)?.description == expected)
            }
            #expect(FieldText(limit, width: width) == nil)
        }
        #expect(FieldText(1, width: 17) == nil)
        #expect(FieldText(1, width: 0) == nil)
    }
}
