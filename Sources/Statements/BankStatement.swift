import Banking
import Money

/// What is said of one account for one day or period, without its items: they come one by one.
public struct BankStatement: Hashable, Sendable {
    /// Counted from one: a file may hold several.
    public let number: Int
    /// What it was read from.
    public let format: StatementFormat
    /// Whose items these are, as far as it may be shown.
    public let account: StatementAccount
    /// The currency of every amount in it, and so their decimals.
    public let currency: Currency
    /// What its sender calls it: the file's id in BAI2, the statement's in camt; empty in CSV.
    public internal(set) var identification: String
    /// The day it speaks of, where it names one.
    public internal(set) var asOf: Day?
    /// The days it speaks of, where it names them.
    public internal(set) var period: ClosedRange<Day>?
    /// Booked money at its beginning.
    public internal(set) var opening: Balance?
    /// Booked money at its end.
    public internal(set) var closing: Balance?
    /// Whether its sender means it to be believed once, and now.
    public internal(set) var standing: Standing

    /// What its sender says it is for.
    public enum Standing: String, Hashable, Sendable, CaseIterable {
        /// To be taken.
        case current
        /// Of a day that is not over: its items come again in a later statement.
        case interim
        /// A copy of one that was sent before.
        case duplicate
        /// One that takes back another; nothing follows from its items.
        case deletion
        /// A trial.
        case test
    }

    /// A statement of that account; balances and standing are told as they are read.
    public init(
        number: Int, format: StatementFormat, account: StatementAccount, currency: Currency,
        identification: String = "", asOf: Day? = nil, period: ClosedRange<Day>? = nil,
        opening: Balance? = nil, closing: Balance? = nil, standing: Standing = .current
    ) {
        self.number = number
        self.format = format
        self.account = account
        self.currency = currency
        self.identification = identification
        self.asOf = asOf
        self.period = period
        self.opening = opening
        self.closing = closing
        self.standing = standing
    }
}

/// How a statement is written down.
public enum StatementFormat: String, Hashable, Sendable, CaseIterable {
    /// Cash Management Balance Reporting, version 2: comma-separated records 01 through 99.
    case bai2
    /// ISO 20022 camt.053 (statement) and camt.054 (notification), versions 02 through 13.
    case camt
    /// Rows and columns, explained by a ``CSVProfile``.
    case csv
}

/// An account by its last four characters: the rest of the number is read and not kept.
public struct StatementAccount: Hashable, Sendable, CustomStringConvertible {
    /// Up to four characters; empty when the statement names no account.
    public let lastFour: String

    /// Keeps the end of a number; nothing of a number of four characters or less, because that
    /// would be all of it.
    public init(number: some StringProtocol) {
        lastFour = number.count > 4 ? String(number.suffix(4)) : ""
    }

    /// An account of which only the end is known.
    public init(lastFour: String) { self.lastFour = String(lastFour.suffix(4)) }

    /// `****6789`.
    public var description: String { "****" + lastFour }
}

/// Which way money moved, or stands, as the account's holder sees it.
public enum StatementSide: String, Hashable, Sendable, CaseIterable, Codable {
    /// It came in; a balance in our favour.
    case credit
    /// It went out; a balance we owe the bank.
    case debit

    /// The other one.
    public var opposite: StatementSide { self == .credit ? .debit : .credit }
}

/// Money in an account at one moment.
public struct Balance: Hashable, Sendable {
    /// In the currency's minor units.
    public let amount: Quantity
    /// Debit when it is overdrawn.
    public let side: StatementSide
    /// Of which day, where that is said.
    public let day: Day?

    /// So much, on that side of zero.
    public init(amount: Quantity, side: StatementSide, day: Day? = nil) {
        self.amount = amount
        self.side = side
        self.day = day
    }

    /// In minor units, negative when overdrawn.
    public var signed: Int128 {
        side == .credit ? Int128(amount.count) : -Int128(amount.count)
    }
}

/// One movement a statement tells of.
public struct StatementItem: Hashable, Sendable {
    /// Where it stands in the file.
    public let place: StatementPlace
    /// Whether money came or went.
    public let side: StatementSide
    /// In the minor units of the statement's currency; never negative.
    public let amount: Quantity
    /// The day the bank booked it, where that is said of it or of its statement.
    public internal(set) var booked: Day?
    /// The day the money is good, or was settled with the other bank.
    public internal(set) var settles: Day?
    /// Whether it is in the balances.
    public internal(set) var status: Status = .booked
    /// Whether it takes back an earlier item. ``side`` is that of this item itself.
    public internal(set) var isReversal = false
    /// The sender's own code for what it is: `165` in BAI2, `PMNT/RDDT/ESDD` in camt, the record
    /// kind in CSV.
    public internal(set) var type = ""
    /// What it is to us, as far as the code says.
    public internal(set) var kind: Kind = .other
    /// The bank's reference.
    public internal(set) var bankReference = ""
    /// Ours, as the bank gives it back.
    public internal(set) var customerReference = ""
    /// What it says of ACH files, batches and entries.
    public internal(set) var ach = ACHReferences()
    /// Before fees, where the sender says so; ``amount`` is after them.
    public internal(set) var gross: Quantity?
    /// What the sender kept.
    public internal(set) var fee: Quantity?
    /// Free text. It may hold names and account numbers: mask it before it is shown.
    public internal(set) var text = ""
    /// The single payments of an item that is a sum of them.
    public internal(set) var details: [Detail] = []
    /// How many payments it is a sum of, where that is said; they may be listed or not.
    public internal(set) var detailCount: Int?
    /// Whether nothing may follow from it until a person has looked.
    public internal(set) var isSetAside = false

    /// Whether an item is in the balances.
    public enum Status: String, Hashable, Sendable, CaseIterable {
        /// It is.
        case booked
        /// It may be later.
        case pending
        /// It is told for information and never will be.
        case information
    }

    /// What an item is to us.
    public enum Kind: String, Hashable, Sendable, CaseIterable, Codable {
        /// Money by ACH in either direction: entries we sent, or that came.
        case ach
        /// ACH entries that came back.
        case achReturn = "ach_return"
        /// A wire or another transfer of a single amount.
        case wire
        /// What a card processor pays out or takes back.
        case card
        /// What the bank or the processor charges.
        case fee
        /// Anything else.
        case other
    }

    /// One payment of a sum.
    public struct Detail: Hashable, Sendable {
        /// Which way this one went.
        public var side: StatementSide
        /// `nil` where only the sum is told.
        public var amount: Quantity?
        /// The bank's reference.
        public var bankReference: String
        /// End-to-end id, or ours.
        public var customerReference: String
        /// What it says of ACH entries.
        public var ach: ACHReferences
    }

    /// A booked movement; everything else is told where the format has it.
    public init(place: StatementPlace, side: StatementSide, amount: Quantity) {
        self.place = place
        self.side = side
        self.amount = amount
    }

    /// In minor units, negative when money went out.
    public var signed: Int128 {
        side == .credit ? Int128(amount.count) : -Int128(amount.count)
    }
}

/// What a statement says of ACH files, batches and entries. Each is `nil` where it does not.
public struct ACHReferences: Hashable, Sendable {
    /// Fifteen digits: of the entry, or of the entry that came back.
    public var trace: String?
    /// Of a return, its own trace number.
    public var returnTrace: String?
    /// Batch number, without leading zeros.
    public var batch: String?
    /// The name or id of the file.
    public var file: String?
    /// The originator's company identification.
    public var company: String?
    /// `R01`.
    public var returnCode: String?

    /// Nothing is said.
    public init() {}

    /// Whether nothing is said.
    public var isEmpty: Bool { self == ACHReferences() }
}

/// A place in a file.
public enum StatementPlace: Hashable, Sendable, CustomStringConvertible {
    /// Counted from one, as an editor shows it.
    case line(Int)
    /// An element of an XML document: `Document/BkToCstmrStmt/Stmt[1]/Ntry[3]/Amt`.
    case path(String)

    /// `line 3`, or the path.
    public var description: String {
        switch self {
        case .line(let line): "line \(line)"
        case .path(let path): path
        }
    }
}
