import Banking
import Nacha
import Testing

struct StreamReaderTests {
    static let goldens = [
        Golden.forward, Golden.returns, Golden.dishonored, Golden.contested, Golden.change,
        Golden.refusedChange,
    ]

    @Test(
        "Where the bytes are cut changes nothing of what is told", arguments: [1, 7, 94, 95, 200])
    func pieces(_ size: Int) {
        let ends = ["\n", "\r\n", "\r", ""]
        for golden in Self.goldens {
            for end in ends {
                let text = golden.split(separator: "\n").joined(separator: end)
                let bytes = Array(text.utf8)
                #expect(Told(bytes, .lenient, pieces: size) == Told(bytes, .lenient))
            }
        }
    }

    @Test(
        "An entry is where its bytes are said to be, also the last of a file that ended early",
        arguments: ["\n", "\r\n", "\r", ""])
    func places(_ end: String) {
        var lines = Golden.returns.split(separator: "\n").map(String.init)
        let stray = "T" + String(repeating: "-", count: 93)
        let entries = [lines[2...3], lines[4...5]].map { $0.joined(separator: end) }
        lines.insert(stray, at: 2)
        let text = lines[...6].joined(separator: end)
        for bytes in [Array(text.utf8), Array((text + end).utf8)] {
            for size in [1, 95, .max] {
                let told = Told(bytes, .lenient, pieces: size)

                #expect(
                    told.places.map { String(decoding: bytes[$0], as: UTF8.self) }
                        == [stray] + entries)
            }
        }
    }

    @Test("Broken files are told the same however they are cut")
    func brokenPieces() {
        for seed in 0..<600 {
            var random = Seeded(seed: UInt64(seed))
            var bytes = Array(Self.goldens[seed % 6].utf8)
            for _ in 0..<3 {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 3:
                    let blanks = Array(String(repeating: " ", count: 94).utf8) + [0x0A]
                    bytes.insert(contentsOf: blanks, at: place - place % 95)
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
                }
            }
            let size = Int.random(in: 1...120, using: &random)
            #expect(
                Told(bytes, .lenient, pieces: size) == Told(bytes, .lenient), "seed \(seed)")
        }
    }

    /// A record more or less of nines, or the last line end, says nothing.
    private func isEquivalent(_ bytes: [UInt8], _ golden: String) -> Bool {
        let nines = String(repeating: "9", count: 94)
        func core(_ text: String) -> [String] {
            text.split(separator: "\n").map(String.init).filter { $0 != nines }
        }
        return core(String(decoding: bytes, as: UTF8.self)) == core(golden)
    }

    @Test("No prefix of a file is taken for the file")
    func prefixes() {
        for golden in Self.goldens {
            let bytes = Array(golden.utf8)
            for count in 0..<bytes.count {
                let prefix = Array(bytes[..<count])
                let isValid = Told(prefix, .strict).reports.allSatisfy { $0.verdict == .valid }
                if isValid { #expect(isEquivalent(prefix, golden), "\(count) bytes") }
            }
        }
    }

    @Test("A file with one byte changed is refused, or it is another file and says so")
    func singleBytes() throws {
        for golden in Self.goldens {
            let original = try read(golden).file
            let bytes = Array(golden.utf8)
            for place in bytes.indices {
                for other in [bytes[place] ^ 0x01, 0x20, 0x30, 0x39, 0x41, 0x00, 0xFF]
                where other != bytes[place] {
                    var changed = bytes
                    changed[place] = other
                    let reading: Reading
                    do {
                        reading = try FileReader(profile: .strict).read(changed)
                    } catch { continue }
                    #expect(reading.file != original, "byte \(place) is \(other)")
                }
            }
        }
    }

    @Test("An entry tells where its bytes stand, so that they can be cut from what was kept")
    func places() throws {
        let bytes = Array(Golden.returns.utf8)
        let told = Told(bytes, .lenient)

        #expect(told.places == [190..<379, 380..<569])
        #expect(told.originalTraces == ["021000020000001", "021000020000003"])
        let first = String(decoding: bytes[told.places[0]], as: UTF8.self)
        #expect(first.hasPrefix("626021000021"))
        #expect(first.hasSuffix("076401250000101"))
    }

    @Test("An entry stays set aside when a lesser problem follows the one it is set aside for")
    func worstOfTwo() {
        // No such code, and then an indicator that contradicts the addenda.
        let text = Golden.returns.replacing(line: 3, column: 2, with: "25")
            .replacing(line: 3, column: 79, with: "0")

        let told = Told(Array(text.utf8), .lenient)

        #expect(told.problems.map(\.code) == [.transactionCodeUnknown, .addendaIndicator])
        #expect(told.problems.map(\.severity) == [.quarantine, .warning])
        #expect(told.quarantined == [3])
    }

    @Test("A part of a file is read under the profile that expects one, and is not proven")
    func fragments() {
        let lines = Golden.returns.split(separator: "\n").map(String.init)
        for part in [lines[1...6], lines[2...5], lines[1...5], lines[0...6]] {
            let bytes = Array(part.joined(separator: "\n").utf8)

            let told = Told(bytes, .fragments)
            #expect(told.entries == Samples.returns.entries)
            #expect(told.reports.map(\.verdict) == [.valid])
            #expect(told.reports.map(\.proof) == [.unproven])
            #expect(Told(bytes, .lenient).reports.map(\.verdict) == [.refused])
        }
    }

    @Test("A file that says there is nothing today is valid")
    func nothingToday() {
        let header = String(Golden.returns.prefix(95))
        let control = "9000000000001" + String(repeating: "0", count: 42)
        let text = header + control + String(repeating: " ", count: 39) + "\n"

        let told = Told(Array(text.utf8), .lenient)

        #expect(told.reports.map(\.verdict) == [.valid])
        #expect(told.reports.map(\.proof) == [.proven])
        #expect(told.problems.map(\.code) == [.paddingMissing])
    }

    @Test("A line of megabytes is one bad record, and its entry alone is set aside")
    func endlessLine() {
        var lines = Golden.returns.split(separator: "\n").map(String.init)
        lines.insert(String(repeating: "7", count: 3_000_000), at: 4)
        let told = Told(Array(lines.joined(separator: "\n").utf8), .lenient, pieces: 65_536)

        #expect(told.quarantined == [5, 3])
        #expect(told.entries == [Samples.returns.entries[1]])
        #expect(told.problems.map(\.code).contains(.recordTooLong))
        #expect(told.reports.first?.proof == .unproven)
    }

    @Test("An entry with more addenda than the rules allow keeps bounded memory and its count")
    func endlessAddenda() throws {
        var lines = Golden.forward.split(separator: "\n").map(String.init)
        lines.insert(contentsOf: repeatElement(lines[10], count: 12_000), at: 10)
        let told = Told(Array(lines.joined(separator: "\n").utf8), .lenient)

        #expect(told.reports.first?.counts.addenda == 12_001)
        #expect(told.problems.contains { $0.code == .addendaTooMany })
    }
}

struct RecordJSONTests {
    @Test("Any bytes come back from JSON as they were")
    func anyBytes() throws {
        for seed in 0..<800 {
            var random = Seeded(seed: UInt64(seed))
            var bytes = Array(StreamReaderTests.goldens[seed % 6].utf8)
            if seed % 5 == 0 {
                bytes = (0..<300).map { _ in UInt8.random(in: 0...255, using: &random) }
            }
            for _ in 0..<(seed % 4) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] = [0x0A, 0x0D, 0x20, 0x22, 0x5C, 0x00, 0xE9].randomElement(
                    using: &random)!
                bytes.removeLast(Int.random(in: 0...40, using: &random))
            }
            let half = bytes.count / 2
            var writer = RecordJSONWriter()
            let json =
                writer.write(Array(bytes[..<half])) + writer.write(Array(bytes[half...]))
                + writer.finish()
            #expect(try nacha(of: json) == bytes, "seed \(seed)")
        }
    }

    @Test("A line that is trimmed or extended has its fields in JSON, and its length")
    func lengths() throws {
        for length in [50, 93, 94, 95, 200] {
            let lines = Golden.returns.split(separator: "\n").map { line in
                let blanks = String(repeating: " ", count: max(0, length - line.count))
                // Only the file header may lose its end without losing a field.
                return line.first == "1"
                    ? String((line + blanks).prefix(max(length, 60))) : line + blanks
            }
            let bytes = Array(lines.joined(separator: "\n").utf8)
            var writer = RecordJSONWriter()
            let json = writer.write(bytes) + writer.finish()

            #expect(!json.contains("raw"))
            #expect(try nacha(of: json) == bytes)
        }
    }

    @Test("JSON that would lose something is refused with its place")
    func wrongJSON() {
        let start = #"{"format":"makewhole-nacha","version":1,"records":["#
        for (record, sentence) in [
            (#"{"record":"entry","fields":{"amounts":"1"}}"#, "no field of a entry"),
            (#"{"record":"entry","fields":{"amount":"12345678901"}}"#, "holds 10 characters"),
            (#"{"record":"entry"}"#, "a record has a record and its fields, or raw"),
            (#"{"record":"letter","fields":{}}"#, "is no kind of record"),
            (#"{"raw":"0g"}"#, "hexadecimal"),
            (#"{"raw":"00","end":"x"}"#, "end must be a line end"),
            (#"{"note":"x"}"#, "is not known"),
            (#"{"raw":"00"#, "within a string"),
        ] {
            let failure = #expect(throws: RecordJSONReader.Failure.self) {
                try nacha(of: start + record + "]}")
            }
            #expect(failure?.description.contains(sentence) == true, "\(failure as Any)")
        }
        #expect(throws: RecordJSONReader.Failure.self) { try nacha(of: "{}") }
        #expect(throws: RecordJSONReader.Failure.self) { try nacha(of: start + "]} x") }
    }
}
