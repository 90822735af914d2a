import Banking
import Foundation
import Money
import Nacha

/// How one ODFI takes our files and brings its own: what differs from bank to bank, as data.
///
/// `docs/reference/bank-setup.md` explains every value; ``BankSetupFile`` reads them. The empty
/// setup is a bank without wishes: one file before the policy's cut-off, left in a local folder.
public struct BankSetup: Sendable {
    /// Who the file header says takes the file; the ODFI's routing number unless given.
    public var destination: FileParty?
    /// Who it says sends it; `1` and the company's identification unless given.
    public var origin: FileParty?
    public var destinationName: String?
    public var originName: String?
    public var lineEnding: FileWriter.LineEnding = .lf
    public var fileName: BankFileName = .standard
    /// In the order of the day; empty for the policy's one.
    public var cutOffs: [CutOff] = []
    /// The largest entry this bank lets settle the same day, where it wants less than the rules.
    public var sameDayMax: Cents?
    public var caps = SplitCaps()
    /// Where the other side of each batch goes; `nil` for unbalanced files.
    public var offset: OffsetAccount?
    /// The class of micro-entries. A credit is no WEB entry unless it goes from person to person (Nacha
    /// Operating Rules, Internet-Initiated/Mobile Entries), and the two credits and their debit stand in
    /// one batch.
    public var microEntryClass: StandardEntryClass = .ppd
    /// How this bank's files are read.
    public var reading: BankProfile = .lenient
    public var transport: Transport = .folder
    /// Banking days, at least one, that a break in reconciliation is open before it makes a task.
    public var breakDays = 2
    /// Files that must come or leave, each on every banking day.
    public var expected: [ExpectedFile] = []

    public init() {}

    /// The largest entry that may settle the same day on `day`: what the rules allow then (Nacha
    /// Operating Rules, Same Day Entries), or the bank's own limit when that is lower.
    public func sameDayMax(under rules: RuleBook, on day: Day) -> Cents {
        let allowed = Cents(rules.rules(on: day).sameDay.amountMaxCents)
        return sameDayMax.map { min($0, allowed) } ?? allowed
    }

    /// A moment by which the bank wants what it shall process in one of its windows.
    public struct CutOff: Hashable, Sendable {
        /// Eastern.
        public var time: TimeOfDay
        /// How long before it the file is closed.
        public var leadMinutes: Int
        public var service: Service
        /// What the batches say beside the date, as some banks ask for same-day entries:
        /// `SD1300`; empty for nothing.
        public var descriptiveDate: String

        public init(
            time: TimeOfDay, leadMinutes: Int = CutOff.leadMinutesUsual,
            service: Service = .nextDay, descriptiveDate: String = ""
        ) {
            self.time = time
            self.leadMinutes = leadMinutes
            self.service = service
            self.descriptiveDate = descriptiveDate
        }

        /// Long enough to write and send a day's file, short enough to lose no business.
        public static let leadMinutesUsual = 15
    }

    /// When what a window takes settles.
    public enum Service: String, Hashable, Sendable, CaseIterable {
        /// On the banking day after.
        case nextDay
        /// On the same banking day (Nacha Operating Rules, Same Day ACH).
        case sameDay
    }

    /// How files get there and back.
    public enum Transport: Hashable, Sendable {
        /// The folders `outbound` and `inbound`, which somebody else empties and fills.
        case folder
        case sftp(SFTPSetup)
    }
}

/// How files to the bank are named: words of the bank's with marks in braces.
///
/// The name must tell apart the files of one day and of different days, because under it a file
/// is kept, sent and looked for.
public struct BankFileName: Hashable, Sendable, CustomStringConvertible {
    private enum Part: Hashable {
        case text(String)
        case mark(Mark)
    }

    private enum Mark: String, Hashable, CaseIterable {
        /// `2026-11-30`.
        case day
        /// `20261130`.
        case date
        /// `261130`.
        case yymmdd
        /// `1945`, Eastern, when the file was closed.
        case time
        /// The file ID modifier.
        case modifier
        /// Which of the day's files it is, counted from `01`.
        case number
    }

    private let parts: [Part]
    public let description: String

    /// `2026-11-30-A.ach`.
    public static let standard = BankFileName(
        parts: [.mark(.day), .text("-"), .mark(.modifier), .text(".ach")],
        description: "{day}-{modifier}.ach")

    /// More is no name any bank asks for.
    public static let lengthMax = 100

    private init(parts: [Part], description: String) {
        self.parts = parts
        self.description = description
    }

    /// `nil` unless made of letters, digits, `.`, `_`, `-` and known marks, beginning with a
    /// letter, a digit or a mark, with a date and one of `{modifier}` and `{number}` in it.
    public init?(_ pattern: String) {
        guard pattern.utf8.count <= Self.lengthMax, let first = pattern.first,
            first != ".", first != "-"
        else { return nil }
        var parts: [Part] = []
        var rest = pattern[...]
        while let next = rest.first {
            if next == "{" {
                guard let end = rest.firstIndex(of: "}"),
                    let mark = Mark(rawValue: String(rest[..<end].dropFirst()))
                else { return nil }
                parts.append(.mark(mark))
                rest = rest[rest.index(after: end)...]
            } else {
                let text = rest.prefix { $0 != "{" }
                guard text.allSatisfy({ $0.isPlainInName }) else { return nil }
                parts.append(.text(String(text)))
                rest = rest[text.endIndex...]
            }
        }
        func has(_ marks: Mark...) -> Bool { marks.contains { parts.contains(.mark($0)) } }
        guard has(.day, .date, .yymmdd), has(.modifier, .number) else { return nil }
        // A name that ends so is one of a file that is still being written.
        guard !pattern.hasSuffix(".part") else { return nil }
        self.init(parts: parts, description: pattern)
    }

    /// The name of the day's file with this modifier; `number` counts the day's files from zero.
    public func name(day: Day, time: TimeOfDay, modifier: FileModifier, number: Int) -> String {
        let digits = day.iso.filter { $0 != "-" }
        return parts.reduce(into: "") { name, part in
            switch part {
            case .text(let text): name += text
            case .mark(.day): name += day.iso
            case .mark(.date): name += digits
            case .mark(.yymmdd): name += digits.suffix(6)
            case .mark(.time): name += time.hhmm
            case .mark(.modifier): name += modifier.description
            case .mark(.number): name += number < 9 ? "0\(number + 1)" : "\(number + 1)"
            }
        }
    }
}

extension Character {
    /// A character no file system, no shell and no server reads as anything but itself.
    var isPlainInName: Bool {
        isASCII && (isLetter || isNumber || self == "." || self == "_" || self == "-")
    }
}

/// A server that takes files and brings them, reached with OpenSSH's client.
public struct SFTPSetup: Hashable, Sendable {
    public var host: String
    public var port: Int
    public var user: String
    /// The private key, without a passphrase or with one an agent knows.
    public var keyFile: String
    /// The server's key, as `ssh-keyscan` prints it; no other is believed.
    public var knownHostsFile: String
    public var outbound: String
    public var inbound: String
    /// Where the bank moves what it has taken, when it lets us look.
    public var collected: String?
    /// What is done with a file of the bank's once it is here.
    public var afterFetch: AfterFetch
    public var verify: Verify
    /// Seconds until a connection must stand.
    public var connectSeconds: Int
    /// Seconds one transfer may take.
    public var transferSeconds: Int
    /// Tries before a person must look; each waits twice as long as the one before.
    public var triesMax: Int
    public var firstRetrySeconds: Int
    /// Seconds between two looks for new files.
    public var lookSeconds: Int

    public init(
        host: String, port: Int = 22, user: String, keyFile: String, knownHostsFile: String,
        outbound: String, inbound: String, collected: String? = nil,
        afterFetch: AfterFetch = .keep, verify: Verify = .content, connectSeconds: Int = 20,
        transferSeconds: Int = 600, triesMax: Int = 12, firstRetrySeconds: Int = 5,
        lookSeconds: Int = 60
    ) {
        self.host = host
        self.port = port
        self.user = user
        self.keyFile = keyFile
        self.knownHostsFile = knownHostsFile
        self.outbound = outbound
        self.inbound = inbound
        self.collected = collected
        self.afterFetch = afterFetch
        self.verify = verify
        self.connectSeconds = connectSeconds
        self.transferSeconds = transferSeconds
        self.triesMax = triesMax
        self.firstRetrySeconds = firstRetrySeconds
        self.lookSeconds = lookSeconds
    }

    /// How what arrived is proven.
    public enum Verify: String, Hashable, Sendable, CaseIterable {
        /// Read back and compared, byte for byte.
        case content
        /// By its size alone, where the bank lets nobody read.
        case size
    }

    public enum AfterFetch: Hashable, Sendable {
        /// Left where it is, and known.
        case keep
        case remove
        /// Moved to this folder of the server's.
        case archive(String)
    }
}

/// A file that must be there on every banking day by a time of day.
public struct ExpectedFile: Hashable, Sendable {
    /// What operators call it.
    public var name: String
    public var pattern: FilePattern
    public var direction: Direction
    /// Eastern.
    public var due: TimeOfDay
    /// How long after that nobody is told yet.
    public var graceMinutes: Int

    public init(
        name: String, pattern: FilePattern, direction: Direction = .inbound, due: TimeOfDay,
        graceMinutes: Int = 0
    ) {
        self.name = name
        self.pattern = pattern
        self.direction = direction
        self.due = due
        self.graceMinutes = graceMinutes
    }

    public enum Direction: String, Hashable, Sendable, CaseIterable {
        /// From the bank: taken in.
        case inbound
        /// To the bank: its receipt is here.
        case outbound
    }
}

/// A file name with `*` for any characters, `?` for one, and at most one of `{day}`, `{date}` and
/// `{yymmdd}` for the banking day the file is of.
public struct FilePattern: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// `nil` when empty, longer than 200, with a slash or with an unknown mark in braces.
    public init?(_ pattern: String) {
        guard (1...200).contains(pattern.utf8.count), !pattern.contains("/") else { return nil }
        var rest = pattern
        var marks = 0
        for mark in Self.marks {
            marks += rest.components(separatedBy: mark).count - 1
            rest = rest.replacing(mark, with: "")
        }
        guard marks <= 1, !rest.contains("{"), !rest.contains("}") else { return nil }
        description = pattern
    }

    private static let marks = ["{day}", "{date}", "{yymmdd}"]

    /// Whether the name says the day, so that a file counts for no other.
    public var saysDay: Bool { description.contains("{") }

    /// Whether a file of `day` may be called `name`.
    public func matches(_ name: String, of day: Day) -> Bool {
        let digits = day.iso.filter { $0 != "-" }
        let pattern = description.replacing("{day}", with: day.iso)
            .replacing("{date}", with: digits).replacing("{yymmdd}", with: String(digits.suffix(6)))
        return Self.matches(Array(pattern.utf8)[...], Array(name.utf8)[...])
    }

    /// Goes back to the last `*` only, so that no pattern costs more than both lengths multiplied.
    private static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        var (p, n) = (pattern.startIndex, name.startIndex)
        var retry: (p: Int, n: Int)?
        while n < name.endIndex {
            if p < pattern.endIndex, pattern[p] == 0x2A {
                retry = (p + 1, n)
                p += 1
            } else if p < pattern.endIndex, pattern[p] == 0x3F || pattern[p] == name[n] {
                p += 1
                n += 1
            } else if let last = retry {
                retry = (last.p, last.n + 1)
                (p, n) = (last.p, last.n + 1)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == 0x2A }
    }
}
