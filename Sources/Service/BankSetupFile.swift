import Banking
import Foundation
import Money
import Nacha
import Vocabulary
import Wire

/// Reads how a bank takes and brings files, as operators write it.
///
/// Strictly: a value somebody meant and misspelt must not silently be another.
public enum BankSetupFile {
    /// Far above any setup; bounds the work on a wrong file.
    public static let bytesMax = 1 << 20

    static let cutOffsMax = 12
    static let expectedMax = 100

    /// The setup in `bytes`. Relative paths in it are relative to `folder`.
    ///
    /// - Throws: ``BankSetupProblem`` with a JSON pointer to each thing that is wrong.
    public static func load(
        _ bytes: [UInt8], relativeTo folder: URL
    ) throws(BankSetupProblem) -> BankSetup {
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(bytes, bytesMax: bytesMax)
        } catch {
            throw BankSetupProblem(places: [(error.pointer, "\(error)")])
        }
        do throws(InvalidBody) {
            return try JSONObjectReader.read(json) { reader in setup(&reader, folder) }
        } catch {
            throw BankSetupProblem(places: error.errors.map { ($0.pointer, $0.detail) })
        }
    }

    private static func setup(_ reader: inout JSONObjectReader, _ folder: URL) -> BankSetup {
        var setup = BankSetup()
        setup.destination = party("immediateDestination", &reader)
        setup.origin = party("immediateOrigin", &reader)
        setup.destinationName = name("destinationName", 23, &reader)
        setup.originName = name("originName", 23, &reader)
        if let ending = reader.optionalEnumeration("lineEnding", as: LineEndingWord.self) {
            setup.lineEnding = ending.value
        }
        if let name = reader.optionalParsed(
            "fileName", max: BankFileName.lengthMax,
            expected: "a name with a date and {modifier} or {number}, as in {day}-{modifier}.ach",
            { BankFileName($0) })
        {
            setup.fileName = name
        }
        if let cutOffs = reader.optionalArray("cutOffs", min: 1, max: cutOffsMax) {
            setup.cutOffs = reader.objects("cutOffs", min: 1, max: cutOffsMax) { cutOff(&$0) }
            if setup.cutOffs.count == cutOffs.count { check(setup.cutOffs, &reader) }
        }
        if let most = reader.optionalInteger("sameDayCentsMax", in: 1...Entry.amountMax.count) {
            setup.sameDayMax = Cents(most)
        }
        setup.caps = reader.optionalObject("caps") { caps(&$0) } ?? SplitCaps()
        setup.offset = reader.optionalObject("offset") { offset(&$0) } ?? nil
        if setup.offset != nil, setup.caps.fileEntries == 1 {
            reader.reject(
                "caps", .conflict, "A balanced file needs room for an entry and its offset.")
        }
        if let entryClass = reader.optionalEnumeration(
            "microEntryClass", as: MicroEntryClassWord.self)
        {
            setup.microEntryClass = entryClass.value
        }
        setup.reading = reader.optionalObject("reading") { BankProfileFile.read(&$0) } ?? .lenient
        setup.transport = reader.optionalObject("transport") { transport(&$0, folder) } ?? .folder
        if let days = reader.optionalInteger("breakDays", in: 1...60) {
            setup.breakDays = Int(days)
        }
        if reader.optionalArray("expected", max: expectedMax) != nil {
            setup.expected = reader.objects("expected", max: expectedMax) { expected(&$0) }
            if Set(setup.expected.map(\.name)).count < setup.expected.count {
                reader.reject("expected", .conflict, "Each name must be given once.")
            }
        }
        return setup
    }

    private enum MicroEntryClassWord: String, CaseIterable {
        case ppd = "PPD"
        case web = "WEB"
        case ccd = "CCD"

        var value: StandardEntryClass {
            switch self {
            case .ppd: .ppd
            case .web: .web
            case .ccd: .ccd
            }
        }
    }

    private enum LineEndingWord: String, CaseIterable {
        case lf, crlf, none

        var value: FileWriter.LineEnding {
            switch self {
            case .lf: .lf
            case .crlf: .crlf
            case .none: .none
            }
        }
    }

    private static func party(_ name: String, _ reader: inout JSONObjectReader) -> FileParty? {
        reader.optionalParsed(
            name, max: 10, expected: "ten printable characters, or fewer",
            { FileParty($0) })
    }

    private static func name(
        _ field: String, _ columns: Int, _ reader: inout JSONObjectReader
    ) -> String? {
        reader.optionalParsed(
            field, max: columns, expected: "at most \(columns) printable ASCII characters",
            { $0.utf8.allSatisfy { (0x20...0x7E).contains($0) } ? $0 : nil })
    }

    // MARK: Windows

    private static func time(_ name: String, _ reader: inout JSONObjectReader) -> TimeOfDay {
        reader.parsed(
            name, max: 5, expected: "an Eastern time, as in \"20:00\"",
            placeholder: .openingOfBusiness
        ) { text in
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ $0.count == 2 }) else { return nil }
            return TimeOfDay(hhmm: parts.joined())
        }
    }

    private static func cutOff(_ reader: inout JSONObjectReader) -> BankSetup.CutOff {
        var cutOff = BankSetup.CutOff(time: time("time", &reader))
        if let minutes = reader.optionalInteger("leadMinutes", in: 1...720) {
            cutOff.leadMinutes = Int(minutes)
        }
        if let service = reader.optionalEnumeration("service", as: BankSetup.Service.self) {
            cutOff.service = service
        }
        cutOff.descriptiveDate = name("descriptiveDate", 6, &reader) ?? ""
        return cutOff
    }

    /// A file must be closed after the cut-off before it, or it would be made for that one.
    private static func check(_ cutOffs: [BankSetup.CutOff], _ reader: inout JSONObjectReader) {
        var before = 0
        for cutOff in cutOffs {
            let closing = cutOff.time.minutesSinceMidnight - cutOff.leadMinutes
            if closing < before {
                reader.reject(
                    "cutOffs", .conflict,
                    "In the order of the day, each with its lead after the one before it.")
                return
            }
            before = cutOff.time.minutesSinceMidnight
        }
    }

    // MARK: Files

    /// The fewest lines a file with an entry has: two blocks would be waste, so one.
    private static let linesMin: Int64 = 10

    private static func caps(_ reader: inout JSONObjectReader) -> SplitCaps {
        var caps = SplitCaps()
        if let lines = reader.optionalInteger("lines", in: linesMin...9_999_990) {
            caps.records = Int(lines)
        }
        if let entries = reader.optionalInteger("entries", in: 1...999_999) {
            caps.fileEntries = Int(entries)
        }
        if let debits = reader.optionalInteger("debitCents", in: 1...SplitCaps.totalMax.count) {
            caps.fileDebits = Cents(debits)
        }
        return caps
    }

    private enum OffsetKind: String, CaseIterable { case checking, savings }

    private static func offset(_ reader: inout JSONObjectReader) -> OffsetAccount? {
        let routing = reader.optionalParsed(
            "routing", max: 9, expected: "a routing number of nine digits that proves",
            { RoutingNumber($0) })
        if routing == nil { reader.reject("routing", .missing, "This field is required.") }
        let account = reader.parsed(
            "account", max: 17, expected: "at most 17 letters, digits and hyphens",
            placeholder: ""
        ) { text in
            let isPlain = text.allSatisfy { $0.isPlainInName && $0 != "." && $0 != "_" }
            return text.isEmpty || !isPlain ? nil : text
        }
        let kind = reader.optionalEnumeration("type", as: OffsetKind.self)
        let name = name("name", 22, &reader)
        return routing.map {
            OffsetAccount(
                receiver: $0, account: account, kind: kind == .savings ? .savings : .checking,
                name: name ?? "OFFSET")
        }
    }

    private static func expected(_ reader: inout JSONObjectReader) -> ExpectedFile {
        let anything = FilePattern("*") ?? { preconditionFailure("a star is a pattern") }()
        return ExpectedFile(
            name: reader.string("name", max: 80),
            pattern: reader.parsed(
                "pattern", max: 200,
                expected: "a file name with *, ? and at most one of {day}, {date} and {yymmdd}",
                placeholder: anything, { FilePattern($0) }),
            direction: reader.optionalEnumeration("direction", as: ExpectedFile.Direction.self)
                ?? .inbound,
            due: time("due", &reader),
            graceMinutes: Int(reader.optionalInteger("graceMinutes", in: 0...720) ?? 0))
    }

    // MARK: Transport

    private enum TransportWord: String, CaseIterable { case folder, sftp }

    private static func transport(
        _ reader: inout JSONObjectReader, _ folder: URL
    ) -> BankSetup.Transport {
        switch reader.enumeration("kind", as: TransportWord.self) {
        case .folder: .folder
        case .sftp: .sftp(sftp(&reader, folder))
        }
    }

    private enum AfterFetchWord: String, CaseIterable { case keep, remove, archive }

    private static func sftp(_ reader: inout JSONObjectReader, _ folder: URL) -> SFTPSetup {
        func path(_ name: String) -> String {
            let path = reader.string(name, max: 1_000)
            return path.hasPrefix("/") ? path : folder.appendingPathComponent(path).path
        }
        var setup = SFTPSetup(
            host: word("host", &reader), user: word("user", &reader), keyFile: path("keyFile"),
            knownHostsFile: path("knownHostsFile"), outbound: remoteFolder("outbound", &reader),
            inbound: remoteFolder("inbound", &reader))
        func number(_ name: String, _ range: ClosedRange<Int64>, _ fallback: Int) -> Int {
            reader.optionalInteger(name, in: range).map(Int.init) ?? fallback
        }
        setup.port = number("port", 1...65_535, setup.port)
        setup.connectSeconds = number("connectSeconds", 1...300, setup.connectSeconds)
        setup.transferSeconds = number("transferSeconds", 5...7_200, setup.transferSeconds)
        setup.triesMax = number("tries", 1...100, setup.triesMax)
        setup.firstRetrySeconds = number("firstRetrySeconds", 1...600, setup.firstRetrySeconds)
        setup.lookSeconds = number("lookSeconds", 1...3_600, setup.lookSeconds)
        if let verify = reader.optionalEnumeration("verify", as: SFTPSetup.Verify.self) {
            setup.verify = verify
        }
        setup.collected = reader.optionalParsed(
            "collected", max: 500, expected: remoteFolderWords, plainFolder)
        let archive = reader.optionalParsed(
            "archive", max: 500, expected: remoteFolderWords, plainFolder)
        let after = reader.optionalEnumeration("afterFetch", as: AfterFetchWord.self)
        switch (after ?? (archive == nil ? .keep : .archive), archive) {
        case (.keep, nil): setup.afterFetch = .keep
        case (.remove, nil): setup.afterFetch = .remove
        case (.archive, let archive?): setup.afterFetch = .archive(archive)
        case (.archive, nil):
            reader.reject("archive", .missing, "afterFetch archive needs a folder.")
        case (.keep, .some), (.remove, .some):
            reader.reject("archive", .conflict, "Only with afterFetch archive.")
        }
        return setup
    }

    /// A word that an option of a command cannot be mistaken for.
    private static func word(_ name: String, _ reader: inout JSONObjectReader) -> String {
        reader.parsed(
            name, max: 255, expected: "letters, digits, '.', '_', ':' and '-', no '-' first",
            placeholder: ""
        ) { text in
            text.first == "-" || !text.allSatisfy { $0.isPlainInName || $0 == ":" } ? nil : text
        }
    }

    private static let remoteFolderWords =
        "a folder of letters, digits, '.', '_', '-' and '/', no '-' first"

    private static func remoteFolder(_ name: String, _ reader: inout JSONObjectReader) -> String {
        reader.parsed(
            name, max: 500, expected: remoteFolderWords, placeholder: "", plainFolder)
    }

    private static func plainFolder(_ text: String) -> String? {
        guard !text.isEmpty, text.first != "-",
            text.allSatisfy({ $0.isPlainInName || $0 == "/" })
        else { return nil }
        return text.count > 1 && text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}

/// What is wrong with a bank's file of settings, and where.
public struct BankSetupProblem: Error, CustomStringConvertible {
    /// A JSON pointer and a sentence each; at least one.
    public let places: [(pointer: String, detail: String)]

    public var description: String {
        places.map { $0.pointer.isEmpty ? $0.detail : "\($0.pointer): \($0.detail)" }
            .joined(separator: "\n")
    }
}
