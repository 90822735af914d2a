import Nacha

/// The readers of bank files, `StreamReader` and `FileReader`, and what `FileWriter` makes of what
/// they read.
enum Target: FuzzTarget {
    static func changed(_ bytes: [UInt8], most: Int, _ random: inout Sequence64) -> [UInt8] {
        Records.changed(bytes, most: most, &random) { libFuzzerChanged($0, most: $1) }
    }

    static func prove(_ bytes: [UInt8]) {
        var random = Sequence64(bytes)
        let strict = Told([bytes], .strict)
        let lenient = Told([bytes], .lenient)
        proveOneTruth(strict, lenient)
        proveByColumns(bytes, lenient)
        provePlaces(bytes, lenient)
        proveCuts(bytes, whole: lenient, &random)
        proveValues(bytes, strict: strict, lenient: lenient)
        let other = [BankProfile.fragments, .loose, .agreed][random.below(3)]
        let told = Told([bytes], other, readsFields: true)
        provePlaces(bytes, told)
        _ = provenValues(bytes, told)
    }

    /// How strictly a file is read changes what follows from a problem, never what is found.
    private static func proveOneTruth(_ strict: Told, _ lenient: Told) {
        promise(strict.problems.map(\.what) == lenient.problems.map(\.what), "problems differ")
        promise(strict.files.count == lenient.files.count, "the number of files differs")
        for (one, other) in zip(strict.files, lenient.files) {
            promise(one.proof == other.proof, "the proof differs")
            promise(one.totals == other.totals, "the totals differ")
            promise(one.counts.entries == other.counts.entries, "the number of entries differs")
            promise(one.counts.addenda == other.counts.addenda, "the number of addenda differs")
            switch (one.verdict, other.verdict) {
            case (.valid, .valid): promise(one.proof == .proven, "strictly valid and unproven")
            case (.valid, .quarantined), (.valid, .refused), (.valid, .notNacha):
                fail("strictly valid, and leniently \(other.verdict)")
            case (.notNacha, .valid), (.notNacha, .quarantined), (.notNacha, .refused),
                (.refused, .notNacha), (.quarantined, _):
                fail("strictly \(one.verdict), and leniently \(other.verdict)")
            case (.refused, .valid), (.refused, .quarantined), (.refused, .refused),
                (.notNacha, .notNacha):
                break
            }
        }
    }

    /// What a naive reader sums up by columns, the stream proves; what it does not, neither.
    private static func proveByColumns(_ bytes: [UInt8], _ told: Told) {
        guard let opinion = Records(plain: bytes)?.opinion, opinion != .none else { return }
        guard told.files.count == 1, let file = told.files.first else {
            fail("one file by columns, \(told.files.count) by the stream")
        }
        switch opinion {
        case .none: break
        case .contradicted:
            promise(file.proof == .contradicted, "contradicted by columns, \(file.proof)")
            promise(file.verdict == .refused, "contradicted by columns, \(file.verdict)")
        case .proven(let sums, let entries, let addenda):
            promise(file.proof == .proven, "proven by columns, \(file.proof)")
            promise(file.counts.entries == entries, "another number of entries by columns")
            promise(file.counts.addenda == addenda, "another number of addenda by columns")
            promise(file.totals.count == Int(sums.count), "another count by columns")
            promise(file.totals.hash == sums.hash, "another hash by columns")
            promise(file.totals.debits == sums.debits, "other debits by columns")
            promise(file.totals.credits == sums.credits, "other credits by columns")
        }
    }

    /// Whoever keeps the bytes can cut each entry out of them again: nothing is lost, and what may be
    /// acted on shares no byte with anything else.
    private static func provePlaces(_ bytes: [UInt8], _ told: Told) {
        var last = 0
        var starts: Set<Int> = []
        for place in told.places {
            promise(
                !place.bytes.isEmpty && place.bytes.upperBound <= bytes.count,
                "\(place.records) records at \(place.bytes) of \(bytes.count)")
            promise(
                starts.insert(place.bytes.lowerBound).inserted, "two begin at \(place.bytes)")
            if place.isActionable {
                promise(place.bytes.lowerBound >= last, "\(place.bytes) begins before \(last)")
            }
            last = max(last, place.bytes.upperBound)
            let cut = bytes[place.bytes]
            // Where a line may be wider than its record, or was made readable, more is there.
            guard cut.allSatisfy({ (0x21...0x7E).contains($0) || $0 == 0x20 || $0 == 0x0A }),
                cut.prefix(94).count == 94, !cut.prefix(94).contains(0x0A)
            else { continue }
            promise(
                String(decoding: cut.prefix(94), as: UTF8.self) == place.text,
                "the entry at \(place.bytes) does not stand there")
        }
    }

    /// Any way to cut the bytes tells the same.
    private static func proveCuts(
        _ bytes: [UInt8], whole: Told, _ random: inout Sequence64
    ) {
        let single = Told(bytes.map { [$0] }, .lenient)
        prove(single, is: whole, "cut into single bytes")
        let most = 1 + random.below(200)
        prove(
            Told(pieces(bytes, most: most, &random), .lenient), is: whole,
            "cut into pieces of at most \(most)")
    }

    private static func prove(_ told: Told, is whole: Told, _ how: String) {
        for (index, (one, other)) in zip(told.events, whole.events).enumerated()
        where one.hash != other.hash {
            fail("\(how): event \(index) is \(one.name), and \(other.name) when whole")
        }
        promise(told.events.count == whole.events.count, "\(how): another number of events")
    }

    private static func proveValues(_ bytes: [UInt8], strict: Told, lenient: Told) {
        for reading in provenValues(bytes, lenient) { proveWritten(reading.file, mayRefuse: true) }
        for reading in provenValues(bytes, strict) {
            promise(reading.quarantined.isEmpty, "strictly valid, and an entry set aside")
            let hasOtherLayout = reading.file.batches.contains { $0.header.entryClass == .iat }
            proveWritten(reading.file, mayRefuse: hasOtherLayout)
        }
    }

    private static func read(_ result: Result<Reading, FileRefusal>) -> Reading? {
        switch result {
        case .success(let reading): return reading
        case .failure(let refusal):
            promise(
                refusal.problems.contains { $0.severity == .refusal }, "refused for no reason")
            return nil
        }
    }

    /// What `FileWriter` writes although a strict reader refuses it: addenda of types that it copies
    /// as they are.
    private static let uncheckedByWriter: Set<Problem.Code> = [
        .addendaMisplaced, .addendaTrace, .addendaSequence,
    ]

    /// What the writer writes, a strict reader reads back as the same file.
    private static func proveWritten(_ file: NachaFile, mayRefuse: Bool) {
        let written: [UInt8]
        do {
            written = try FileWriter().bytes(file)
        } catch {
            promise(mayRefuse, "what was read strictly cannot be written: \(error.code)")
            return
        }
        do {
            let again = try FileReader(profile: .strict).read(written)
            promise(again.file == file, "what was written reads as another file")
            promise(again.quarantined.isEmpty, "what was written has an entry set aside")
        } catch {
            let codes = Set(error.problems.filter { $0.severity == .refusal }.map(\.code))
            promise(
                mayRefuse && codes.isSubset(of: uncheckedByWriter),
                "what was written is refused: \(codes)")
        }
    }

    /// Values lose no entry that the stream tells of a file that may be acted on.
    private static func provenValues(_ bytes: [UInt8], _ told: Told) -> [Reading] {
        let results = FileReader(profile: told.profile).readAll(bytes)
        promise(results.count == told.files.count, "another number of files as values")
        var readings: [Reading] = []
        for (index, result) in results.enumerated() {
            guard let reading = read(result) else { continue }
            readings.append(reading)
            let file = told.files[index]
            promise(
                file.verdict == .valid || file.verdict == .quarantined,
                "values of a file that is \(file.verdict)")
            // Accounting advice is told by the stream only.
            guard told.advice[index] == 0 else { continue }
            promise(
                reading.file.entries.count == told.actionable[index],
                "\(told.actionable[index]) entries told, \(reading.file.entries.count) as values")
            promise(
                reading.quarantined.count == file.counts.quarantined,
                "\(file.counts.quarantined) set aside, \(reading.quarantined.count) as values")
            if file.verdict == .valid, file.proof == .proven {
                promise(
                    UInt64(reading.file.entries.total(.debit).count) == file.totals.debits
                        && UInt64(reading.file.entries.total(.credit).count) == file.totals.credits,
                    "values have other totals")
            }
        }
        return readings
    }
}

/// Everything a stream tells of some bytes, in a form that can be compared.
struct Told {
    struct Event {
        let name: String
        let hash: Int
    }

    struct Found {
        /// The problem without what follows from it.
        let what: String
    }

    struct Place {
        let bytes: Range<Int>
        /// Not set aside.
        let isActionable: Bool
        let records: Int
        let text: String
    }

    let profile: BankProfile
    private let readsFields: Bool
    private(set) var events: [Event] = []
    private(set) var problems: [Found] = []
    private(set) var files: [FileReport] = []
    private(set) var places: [Place] = []
    /// Of each file, entries that may be acted on, and how many of them are accounting advice.
    private(set) var actionable: [Int] = []
    private(set) var advice: [Int] = []
    private var entries = 0
    private var advices = 0
    private var batches = 0

    /// Each field of each record by its name costs most of the time, and is asked for once.
    init(_ chunks: [[UInt8]], _ profile: BankProfile, readsFields: Bool = false) {
        self.profile = profile
        self.readsFields = readsFields
        var reader = StreamReader(profile: profile)
        for chunk in chunks { reader.read(chunk) { take($0) } }
        reader.finish { take($0) }
        promise(!files.isEmpty, "no file ended")
        promise(events.last?.name == "fileEnd", "something follows the last file's end")
    }

    private mutating func take(_ event: borrowing StreamEvent) {
        var hasher = Hasher()
        let name: String
        switch event {
        case .file(let record):
            name = "file"
            take(record, &hasher)
            hasher.combine(record.fileHeader())
            hasher.combine(record.fileHeader()?.key)
        case .batch(let batch):
            name = "batch"
            batches += 1
            take(batch.record, &hasher)
            hasher.combine(batch.entryClass)
            hasher.combine(batch.serviceClass)
            hasher.combine(batch.decoded())
        case .entry(let entry):
            name = "entry"
            entries += 1
            promise(entry.isEntry, "an entry that is none may be acted on")
            take(entry, isActionable: true, &hasher)
            // Whoever moves money relies on these of an entry that was not set aside.
            promise(entry.cents != nil && entry.side != nil, "an entry without an amount")
            promise(entry.receiver != nil, "an entry without a bank")
            if entry.entryClass == .adv {
                advices += 1
            } else {
                promise(entry.trace != nil && entry.decoded() != nil, "an entry without values")
            }
        case .quarantined(let entry):
            name = "quarantined"
            take(entry, isActionable: false, &hasher)
        case .batchEnd(let report):
            name = "batchEnd"
            hasher.combine(report)
        case .fileEnd(let report):
            name = "fileEnd"
            hasher.combine(report)
            take(report)
        case .problem(let problem):
            name = "problem \(problem.code)"
            hasher.combine(problem)
            promise(problem.line >= 0, "a problem before the first line")
            promise(
                (1...94).contains(problem.columns.lowerBound)
                    && (1...94).contains(problem.columns.upperBound), "a problem beside the record")
            problems.append(
                Found(what: "\(problem.code) \(problem.description) \(problem.reject ?? "")"))
        }
        events.append(Event(name: name, hash: hasher.finalize()))
    }

    private mutating func take(_ report: FileReport) {
        files.append(report)
        actionable.append(entries)
        advice.append(advices)
        promise(report.number == files.count, "files are not numbered one by one")
        promise(report.counts.entries >= entries, "more entries than were counted")
        promise(
            report.totals.count <= report.counts.entries + report.counts.addenda,
            "more records than were counted")
        if report.proof == .contradicted, profile.reading == .strict || profile == .lenient {
            promise(report.verdict == .refused, "contradicted, and \(report.verdict)")
        }
        entries = 0
        advices = 0
    }

    private mutating func take(
        _ entry: borrowing EntryView, isActionable: Bool, _ hasher: inout Hasher
    ) {
        places.append(
            Place(
                bytes: entry.bytes, isActionable: isActionable, records: entry.recordCount,
                text: entry.record.text))
        hasher.combine(entry.bytes)
        hasher.combine(entry.hasBatch)
        hasher.combine(entry.entryClass)
        hasher.combine(entry.recordCount)
        hasher.combine(entry.transactionCode)
        hasher.combine(entry.side)
        hasher.combine(entry.cents)
        hasher.combine(entry.trace)
        hasher.combine(entry.receiver)
        hasher.combine(entry.account)
        hasher.combine(entry.reason)
        hasher.combine(entry.originalTrace)
        take(entry.record, &hasher)
        for index in 0..<entry.addendaCount { take(entry.addenda(at: index), &hasher) }
        guard let value = entry.decoded() else { return }
        hasher.combine(value)
        promise(value.addenda.count == entry.addendaCount, "an addenda is lost")
        for case .change(let addenda) in value.addenda { prove(addenda) }
    }

    /// A correction that is certain is written as it was read.
    private func prove(_ addenda: ChangeAddenda) {
        guard case .exact(let correction) = addenda.reading else { return }
        promise(correction.code == addenda.code, "a correction of another code")
        promise(
            addenda.code.read(correction.correctedData) == .exact(correction),
            "a correction written reads as another")
    }

    private func take(_ record: borrowing RecordView, _ hasher: inout Hasher) {
        hasher.combine(record.line)
        let text = record.text
        hasher.combine(text)
        promise(
            text.utf8.count == 94 && text.utf8.allSatisfy { (0x20...0x7E).contains($0) },
            "a record that is not 94 printable columns")
        guard readsFields, let layout = RecordLayout.of(Array(text.utf8), class: "WEB") else {
            return
        }
        for field in layout.fields {
            let value = record.text(field)
            if let number = record.number(field) {
                promise(UInt64(value) == number, "a field is \(field.name) and another number")
            }
        }
    }
}
