import Banking
import Money

/// How one sender's rows and columns are to be understood. A profile is data: it is written as a
/// JSON file, which `docs/reference/statements.md` describes.
public struct CSVProfile: Hashable, Sendable {
    /// What `--profile` calls it.
    public var name: String
    /// One sentence for the person who chooses.
    public var summary: String
    /// What stands between fields.
    public var delimiter: UInt8 = 0x2C
    /// What stands around fields that hold a delimiter (RFC 4180); `nil` when nothing does.
    public var quote: UInt8? = 0x22
    /// Lines before the header that are none of the table.
    public var linesBefore = 0
    /// Whether the first row names the columns.
    public var hasHeader = true
    /// Which column holds what.
    public var columns: [Field: Column]
    /// How amounts are written, and what tells their side.
    public var amounts: Amounts
    /// How dates are written.
    public var dates: DatePattern
    /// Of every row, where no column says it.
    public var currency: Currency = .usd
    /// The account, where no column says it.
    public var account = StatementAccount(lastFour: "")
    /// What the words in the record column mean; empty when there is none.
    public var records: [String: Record] = [:]
    /// What is done with a row whose record is in no list.
    public var otherRecords = Other.refuse
    /// What rows are, where there is no record column.
    public var kind = StatementItem.Kind.other
    /// The row that proves the others.
    public var total: Total?

    /// What a column may hold. The raw value is its name in a profile.
    public enum Field: String, Hashable, Sendable, CaseIterable {
        case record, amount, credit, debit, indicator, gross, fee
        case booked, settles
        case trace
        case returnTrace = "return_trace"
        case batch, file, company
        case bankReference = "bank_reference"
        case customerReference = "customer_reference"
        case text, currency, account, statement
    }

    /// Which column.
    public enum Column: Hashable, Sendable {
        /// By its name in the header, in any case of letters.
        case name(String)
        /// Counted from one.
        case number(Int)
    }

    /// How amounts are written.
    public struct Amounts: Hashable, Sendable {
        /// What tells money that came from money that went.
        public var sign: Sign
        /// How the number is written.
        public var notation: Notation

        /// Amounts of that sign and notation.
        public init(sign: Sign, notation: Notation) {
            self.sign = sign
            self.notation = notation
        }
    }

    /// What tells the side of an amount.
    public enum Sign: Hashable, Sendable {
        /// A minus before or after the number, or parentheses around it, is a debit.
        case signed
        /// A column for each side.
        case columns
        /// A word in the indicator column.
        case indicator(credit: Set<String>, debit: Set<String>)
        /// The kind of the record.
        case record
    }

    /// How a number is written.
    public enum Notation: Hashable, Sendable {
        /// Whole minor units: `1250` is 12.50.
        case minor
        /// With a decimal point of that byte, and groups of three apart by the other.
        case decimal(point: UInt8, thousands: UInt8?)
    }

    /// What a word in the record column means.
    public struct Record: Hashable, Sendable {
        /// What the item is to us.
        public var kind: StatementItem.Kind
        /// Which way it goes, where the record tells it.
        public var side: StatementSide?

        /// A record of that kind.
        public init(kind: StatementItem.Kind, side: StatementSide? = nil) {
            self.kind = kind
            self.side = side
        }
    }

    /// What is done with a row whose record is in no list.
    public enum Other: String, Hashable, Sendable, CaseIterable {
        /// The file is refused: nobody knows what the row is.
        case refuse
        /// The row is set aside.
        case setAside = "set_aside"
        /// The row is no item; the total does not count it.
        case pass
    }

    /// The row that proves the others.
    public struct Total: Hashable, Sendable {
        /// The word in the record column.
        public var record: String
        /// Where the number of rows stands.
        public var count: Column?
        /// Where their sum stands.
        public var sum: Column?
        /// What the sum is of.
        public var sumOf: Sum
        /// Whether rows of another statement may follow it.
        public var repeats: Bool

        /// What a sum is of.
        public enum Sum: String, Hashable, Sendable, CaseIterable {
            /// All amounts, whichever way they went.
            case amounts
            /// What came less what went.
            case net
            /// What went less what came: a payout takes away what the rows have gathered.
            case minusNet = "minus_net"
        }

        /// A row of that record.
        public init(
            record: String, count: Column? = nil, sum: Column? = nil, sumOf: Sum = .net,
            repeats: Bool = false
        ) {
            self.record = record
            self.count = count
            self.sum = sum
            self.sumOf = sumOf
            self.repeats = repeats
        }
    }

    /// A profile with the most common way of writing: commas, quotes, a header.
    public init(
        name: String, summary: String, columns: [Field: Column], amounts: Amounts,
        dates: DatePattern
    ) {
        self.name = name
        self.summary = summary
        self.columns = columns
        self.amounts = amounts
        self.dates = dates
    }

    /// What cannot be meant: the field of the profile and a sentence. Empty when it can be used.
    public var faults: [(field: String, sentence: String)] {
        var faults: [(field: String, sentence: String)] = []
        let has: (Field) -> Bool = { columns[$0] != nil }
        if delimiter == quote || delimiter == 0x0A || delimiter == 0x0D {
            faults.append(("delimiter", "This cannot stand between fields."))
        }
        switch amounts.sign {
        case .columns:
            if !has(.credit) || !has(.debit) {
                faults.append(("columns", "There must be a credit and a debit column."))
            }
        case .indicator:
            if !has(.indicator) { faults.append(("columns", "There must be an indicator column.")) }
        case .record:
            if !has(.record) || records.values.contains(where: { $0.side == nil }) {
                faults.append(("records", "Each record must have a side."))
            }
        case .signed: break
        }
        if amounts.sign != .columns, !has(.amount) {
            faults.append(("columns", "There must be an amount column."))
        }
        if !records.isEmpty || total != nil, !has(.record) {
            faults.append(("columns", "There must be a record column."))
        }
        if has(.gross) != has(.fee) {
            faults.append(("columns", "Gross and fee go together."))
        }
        if let total, total.count == nil, total.sum == nil {
            faults.append(("total", "A total proves a count or a sum."))
        }
        if let total, records[total.record] != nil {
            faults.append(("total", "The total's record may be no other's."))
        }
        if !hasHeader {
            for (field, column) in columns {
                if case .name = column {
                    faults.append(("columns.\(field.rawValue)", "Without a header, give a number."))
                }
            }
        }
        return faults.sorted { $0.field < $1.field }
    }
}

extension CSVProfile {
    /// What the bank's settlement report holds (`docs/reference/bank-files.md`). Sides are ours:
    /// debits we sent bring money, returns take it back.
    public static let settlementReport: CSVProfile = {
        var profile = CSVProfile(
            name: "settlement-report",
            summary: "The bank's report of what settled, proven by its last line.",
            columns: [
                .record: .name("record"), .trace: .name("trace_number"),
                .amount: .name("amount_minor"), .settles: .name("settlement_date"),
                .customerReference: .name("reference"),
            ],
            amounts: Amounts(sign: .record, notation: .minor), dates: .iso)
        profile.records = [
            "debit_settled": Record(kind: .ach, side: .credit),
            "credit_settled": Record(kind: .ach, side: .debit),
            "return_settled": Record(kind: .achReturn, side: .debit),
            "dishonor_settled": Record(kind: .achReturn, side: .credit),
            "wire_received": Record(kind: .wire, side: .credit),
        ]
        profile.total = Total(
            record: "total", count: .name("trace_number"), sum: .name("amount_minor"),
            sumOf: .amounts)
        return profile
    }()

    /// What a card processor pays out, charge by charge, with its fees; a payout row closes each
    /// payout and is what the bank account receives.
    public static let cardPayout: CSVProfile = {
        var profile = CSVProfile(
            name: "card-payout",
            summary: "A card processor's payouts, charge by charge, each closed by its payout.",
            columns: [
                .statement: .name("payout_id"), .record: .name("type"),
                .bankReference: .name("transaction_id"), .customerReference: .name("reference"),
                .booked: .name("created"), .settles: .name("available_on"),
                .gross: .name("gross"), .fee: .name("fee"), .amount: .name("net"),
                .currency: .name("currency"), .text: .name("description"),
            ],
            amounts: Amounts(sign: .signed, notation: .decimal(point: 0x2E, thousands: nil)),
            dates: .iso)
        profile.records = [
            "charge": Record(kind: .card), "refund": Record(kind: .card),
            "dispute": Record(kind: .card), "dispute_reversal": Record(kind: .card),
            "adjustment": Record(kind: .other), "fee": Record(kind: .fee),
        ]
        profile.total = Total(
            record: "payout", sum: .name("net"), sumOf: .minusNet, repeats: true)
        return profile
    }()

    /// The profiles that come with the library.
    public static let all = [settlementReport, cardPayout]

    /// The built-in profile of that name.
    public init?(named name: String) {
        guard let found = Self.all.first(where: { $0.name == name }) else { return nil }
        self = found
    }

    /// The built-in profile that explains a file, by its header line; `nil` when none does.
    public static func recognised(in bytes: [UInt8]) -> CSVProfile? {
        var text = bytes.prefix(StatementReader.headMax)
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        return recognised(header: Array(text.prefix { $0 != 0x0A && $0 != 0x0D }))
    }

    /// The built-in profile whose columns are all in that header line.
    static func recognised(header line: [UInt8]) -> CSVProfile? {
        all.first { profile in
            let names = Set(
                line.split(separator: profile.delimiter, omittingEmptySubsequences: false)
                    .map { $0.filter { $0 != profile.quote }.trimmed.printable.lowercased() })
            return profile.columns.values.allSatisfy { column in
                switch column {
                case .name(let name): names.contains(name.lowercased())
                case .number: false
                }
            }
        }
    }
}

/// How dates are written: `YYYY-MM-DD`, `MM/DD/YYYY`, `D.M.YYYY`, `YYMMDD`. A star at the end
/// passes over what follows, such as a time.
public struct DatePattern: Hashable, Sendable, CustomStringConvertible {
    private let parts: [Part]
    private let hasRest: Bool
    /// As it was written.
    public let description: String

    private enum Part: Hashable {
        case year4, year2, month2, month, day2, day
        case literal(UInt8)
    }

    /// `2026-11-25`.
    public static let iso = DatePattern("YYYY-MM-DD")!

    /// `nil` unless it holds one year, one month and one day, and nothing else but punctuation.
    public init?(_ text: some StringProtocol) {
        var rest = Array(text.utf8)[...]
        description = String(text)
        hasRest = rest.last == 0x2A
        if hasRest { rest = rest.dropLast() }
        var parts: [Part] = []
        while let byte = rest.first {
            let run = rest.prefix { $0 == byte }.count
            rest = rest.dropFirst(run)
            switch (byte, run) {
            case (0x59, 4): parts.append(.year4)
            case (0x59, 2): parts.append(.year2)
            case (0x4D, 2): parts.append(.month2)
            case (0x4D, 1): parts.append(.month)
            case (0x44, 2): parts.append(.day2)
            case (0x44, 1): parts.append(.day)
            case (0x20, 1), (0x2D, 1), (0x2E, 1), (0x2F, 1): parts.append(.literal(byte))
            default: return nil
            }
        }
        let years = parts.filter { $0 == .year4 || $0 == .year2 }
        let months = parts.filter { $0 == .month2 || $0 == .month }
        let days = parts.filter { $0 == .day2 || $0 == .day }
        guard years.count == 1, months.count == 1, days.count == 1 else { return nil }
        self.parts = parts
    }

    /// The day, where the text is one; two digits of a year are of this century.
    public func day(_ bytes: some Collection<UInt8>) -> Day? {
        var rest = Array(bytes)[...]
        var (year, month, day) = (0, 0, 0)
        for part in parts {
            switch part {
            case .literal(let byte):
                guard rest.first == byte else { return nil }
                rest = rest.dropFirst()
            case .year4:
                guard let number = Self.take(&rest, 4...4) else { return nil }
                year = number
            case .year2:
                guard let number = Self.take(&rest, 2...2) else { return nil }
                year = 2000 + number
            case .month2, .month:
                guard let number = Self.take(&rest, part == .month ? 1...2 : 2...2) else {
                    return nil
                }
                month = number
            case .day2, .day:
                guard let number = Self.take(&rest, part == .day ? 1...2 : 2...2) else {
                    return nil
                }
                day = number
            }
        }
        guard rest.isEmpty || hasRest else { return nil }
        // A digit right after the day is another number, not a time.
        if case .literal = parts.last {
        } else if let next = rest.first, (0x30...0x39).contains(next) {
            return nil
        }
        return Day(year: year, month: month, day: day)
    }

    private static func take(_ rest: inout ArraySlice<UInt8>, _ digits: ClosedRange<Int>) -> Int? {
        var number = 0
        var count = 0
        while count < digits.upperBound, let byte = rest.first, (0x30...0x39).contains(byte) {
            number = number * 10 + Int(byte - 0x30)
            count += 1
            rest = rest.dropFirst()
        }
        return count >= digits.lowerBound ? number : nil
    }
}
