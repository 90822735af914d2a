public import Banking
public import Money

/// One file between two banks, or a bank and its customer. Counts, hashes and totals are not kept:
/// the writer computes them and the reader proves them.
public struct NachaFile: Hashable, Sendable {
    /// Between whom, and when.
    public var header: FileHeader
    /// None in a file that says there is nothing today.
    public var batches: [Batch]

    /// A file of these batches, in this order.
    public init(header: FileHeader, batches: [Batch]) {
        self.header = header
        self.batches = batches
    }

    /// The entries of all batches, in order.
    public var entries: [Entry] { batches.flatMap(\.entries) }
}

/// Who sends the file to whom, and when it was made.
public struct FileHeader: Hashable, Sendable {
    /// Who the file is for.
    public var destination: FileParty
    /// Who sends it.
    public var origin: FileParty
    /// Eastern by custom; the rules do not say.
    public var created: Day
    /// To the minute; optional in the rules.
    public var createdAt: TimeOfDay?
    /// Which of the day's files it is.
    public var modifier: FileModifier
    /// At most 23 characters.
    public var destinationName: String
    /// At most 23 characters.
    public var originName: String
    /// At most 8 characters.
    public var referenceCode: String

    /// A header; text too long for its field is refused when the file is written.
    public init(
        destination: FileParty, origin: FileParty, created: Day, createdAt: TimeOfDay? = nil,
        modifier: FileModifier = .first, destinationName: String = "", originName: String = "",
        referenceCode: String = ""
    ) {
        self.destination = destination
        self.origin = origin
        self.created = created
        self.createdAt = createdAt
        self.modifier = modifier
        self.destinationName = destinationName
        self.originName = originName
        self.referenceCode = referenceCode
    }

    /// What tells two files apart. The operator rejects a file whose key it has accepted before,
    /// and so should everyone who takes files in.
    public var key: FileKey {
        FileKey(origin: origin, created: created, createdAt: createdAt, modifier: modifier)
    }
}

/// What tells two files apart; see ``FileHeader/key``.
public struct FileKey: Hashable, Sendable {
    /// Who sent the file.
    public let origin: FileParty
    /// The day it was made.
    public let created: Day
    /// The minute, when the file says.
    public let createdAt: TimeOfDay?
    /// Which of the day's files it is.
    public let modifier: FileModifier
}

/// The ten columns that name a party of a file: a routing number after a blank, `1` and an
/// employer number, or whatever the bank assigned.
public struct FileParty: Hashable, Sendable, CustomStringConvertible {
    /// Exactly ten printable characters.
    public let columns: String

    /// A blank and the nine digits.
    public init(_ routing: RoutingNumber) { columns = " " + routing.text }

    /// Moves shorter text to the right. `nil` when empty, longer than ten or not printable ASCII.
    public init?(_ text: String) {
        guard (1...10).contains(text.utf8.count), ASCIIText.isPrintable(text) else { return nil }
        columns = String(repeating: " ", count: 10 - text.utf8.count) + text
    }

    /// The routing number, when the columns hold one.
    public var routing: RoutingNumber? {
        columns.first == " " ? RoutingNumber(columns.dropFirst()) : nil
    }

    /// The columns without the blanks around them.
    public var description: String { ASCIIText.trimmed(Array(columns.utf8)[...]) }
}

/// The letter or digit that tells apart the files one party sends on one day.
public struct FileModifier: Hashable, Comparable, Sendable, CustomStringConvertible {
    let byte: UInt8

    /// `A`.
    public static let first = FileModifier(trusted: 0x41)

    /// The most files a day.
    public static let count = 36

    /// `nil` unless `A-Z` or `0-9`.
    public init?(_ character: Character) {
        guard let byte = character.asciiValue, Self.isValid(byte) else { return nil }
        self.byte = byte
    }

    /// The `number`-th file of the day, counted from zero: A through Z, then 0 through 9. `nil`
    /// from the 37th on.
    public init?(number: Int) {
        switch number {
        case 0..<26: byte = 0x41 + UInt8(number)
        case 26..<36: byte = 0x30 + UInt8(number - 26)
        default: return nil
        }
    }

    /// The one of the day's next file; `nil` after 9.
    public var next: FileModifier? { FileModifier(number: number + 1) }

    init(trusted byte: UInt8) { self.byte = byte }

    static func isValid(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
    }

    /// The one character.
    public var description: String { String(Character(Unicode.Scalar(byte))) }

    /// In the order of the day: Z comes before 0.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.number < rhs.number }

    private var number: Int { byte >= 0x41 ? Int(byte) - 0x41 : Int(byte) - 0x30 + 26 }
}

/// Entries of one company, class and date.
public struct Batch: Hashable, Sendable {
    /// What the entries have in common.
    public var header: BatchHeader
    /// In ascending order of their trace numbers.
    public var entries: [Entry]
    /// Only in a batch of class ADV, which has no entries.
    public var advice: [Advice]

    /// A batch of these entries, in this order.
    public init(header: BatchHeader, entries: [Entry]) {
        self.header = header
        self.entries = entries
        advice = []
    }

    /// A batch of accounting advice, in this order.
    public init(header: BatchHeader, advice: [Advice]) {
        self.header = header
        entries = []
        self.advice = advice
    }
}

/// What the entries of a batch have in common.
public struct BatchHeader: Hashable, Sendable {
    /// Which sides the entries may have.
    public var serviceClass: ServiceClass
    /// At most 16 characters; the receiver's statement shows it.
    public var companyName: String
    /// At most 20 characters.
    public var companyDiscretionaryData: String
    /// At most 10 characters.
    public var companyIdentification: String
    /// How the entries were authorised.
    public var entryClass: StandardEntryClass
    /// At most 10 characters; the receiver's statement shows it. The reserved ones are in
    /// ``EntryDescription``.
    public var entryDescription: String
    /// At most 6 characters, free.
    public var descriptiveDate: String
    /// The day the originator wants settlement. Some banks leave it out of what they return.
    public var effectiveEntryDate: Day?
    /// Filled in by the operator; absent from what we send.
    public var settlement: JulianDay?
    /// `1` for a bank under the rules, `2` for a federal agency.
    public var originatorStatus: OriginatorStatus
    /// The bank that sends the batch: in a batch of returns the one that returns.
    public var odfi: DFIIdentification
    /// 0 through 9,999,999, ascending in the file.
    public var number: Int

    /// A header; text too long for its field is refused when the file is written.
    public init(
        serviceClass: ServiceClass, companyName: String, companyDiscretionaryData: String = "",
        companyIdentification: String, entryClass: StandardEntryClass, entryDescription: String,
        descriptiveDate: String = "", effectiveEntryDate: Day?, settlement: JulianDay? = nil,
        originatorStatus: OriginatorStatus = .depository, odfi: DFIIdentification, number: Int
    ) {
        self.serviceClass = serviceClass
        self.companyName = companyName
        self.companyDiscretionaryData = companyDiscretionaryData
        self.companyIdentification = companyIdentification
        self.entryClass = entryClass
        self.entryDescription = entryDescription
        self.descriptiveDate = descriptiveDate
        self.effectiveEntryDate = effectiveEntryDate
        self.settlement = settlement
        self.originatorStatus = originatorStatus
        self.odfi = odfi
        self.number = number
    }
}

/// Who vouches for the originator.
public enum OriginatorStatus: UInt8, Hashable, Sendable, CaseIterable {
    /// A depository institution bound by the Nacha rules.
    case depository = 0x31
    /// A federal agency that is not.
    case government = 0x32
}

/// Company entry descriptions the Nacha rules reserve for one meaning.
public enum EntryDescription {
    /// An entry that undoes an erroneous one.
    public static let reversal = "REVERSAL"
    /// A debit sent again after R01 or R09.
    public static let representment = "RETRY PYMT"
    /// The fee for a returned debit.
    public static let returnFee = "RETURN FEE"
    /// Micro-entries that validate an account.
    public static let accountVerification = "ACCTVERIFY"
}

/// One debit or credit to one account, or the return, dishonor, contest or change of one.
public struct Entry: Hashable, Sendable {
    /// What is done to which kind of account.
    public var code: TransactionCode
    /// The bank the entry goes to: in a return, our ODFI.
    public var receiver: RoutingNumber
    /// At most 17 characters: letters, digits, hyphens, sometimes blanks within.
    public var account: String
    /// Zero only where the code moves no money.
    public var amount: Cents
    /// At most 15 characters, 22 in CIE and MTE. They come back unchanged: the place for our own
    /// id of the payment.
    public var identification: String
    /// At most 22 characters; 16 where addenda are counted, 15 in CIE and MTE.
    public var name: String
    /// At most 2 characters. WEB and TEL: `S` for a single payment, `R` for a recurring one.
    public var discretionaryData: String
    /// The sender's number for the entry.
    public var trace: TraceNumber
    /// None for most forward entries, one for every return and change.
    public var addenda: [Addenda]

    /// The largest amount ten digits hold: $99,999,999.99.
    public static let amountMax = Cents(9_999_999_999)

    /// An entry; what breaks the rules is refused when the file is written.
    public init(
        code: TransactionCode, receiver: RoutingNumber, account: String, amount: Cents,
        identification: String = "", name: String, discretionaryData: String = "",
        trace: TraceNumber, addenda: [Addenda] = []
    ) {
        self.code = code
        self.receiver = receiver
        self.account = account
        self.amount = amount
        self.identification = identification
        self.name = name
        self.discretionaryData = discretionaryData
        self.trace = trace
        self.addenda = addenda
    }

    /// What the entry is: forward unless its addenda say otherwise.
    public var kind: EntryKind { addenda.first { $0.kind != .forward }?.kind ?? .forward }
}

extension Sequence where Element == Entry {
    /// The sum of the entries of one side.
    public func total(_ side: EntrySide) -> Cents {
        lazy.filter { $0.code.side == side }.map(\.amount).sum()
    }
}
