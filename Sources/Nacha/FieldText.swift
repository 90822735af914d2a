public import Money

/// The text of one field, proved when it is made: printable ASCII of at most 24 columns.
///
/// A plain value without memory of its own, so that a million entries cost a million copies and no
/// allocation. Blanks at the end are dropped. Longer texts are `String`s in ``Entry``.
public struct FieldText: Hashable, Sendable, CustomStringConvertible {
    /// Columns in the order of a record, the first in the lowest byte, blanks after the text.
    let first: UInt64
    let second: UInt64
    let third: UInt64
    /// Columns up to the last that is not blank.
    public let count: Int

    /// The most columns.
    public static let columnsMax = 24

    /// No text.
    public static let empty = FieldText()

    private static let blanks: UInt64 = 0x2020_2020_2020_2020

    private init() {
        first = Self.blanks
        second = Self.blanks
        third = Self.blanks
        count = 0
    }

    /// `nil` for more columns than ``columnsMax``, or any byte that is not printable ASCII.
    public init?(_ bytes: Span<UInt8>) {
        let found = bytes.withUnsafeBytes { FieldText($0) }
        guard let found else { return nil }
        self = found
    }

    /// `nil` for more columns than ``columnsMax``, or any character that is not printable ASCII.
    public init?(_ text: String) {
        var text = text
        let found = text.withUTF8 { FieldText(UnsafeRawBufferPointer($0)) }
        guard let found else { return nil }
        self = found
    }

    /// Decimal digits, with zeros before them up to `width`; `nil` when they need more, or for a
    /// width above sixteen.
    public init?(_ number: UInt64, width: Int) {
        guard (1...16).contains(width), number < Digits.powers[width] else { return nil }
        // Sixteen digits in two words; those before the first wanted one are shifted out.
        let (high, low) = number.quotientAndRemainder(dividingBy: 100_000_000)
        let (left, right) = (Digits.ascii(high), Digits.ascii(low))
        let drop = UInt64(16 - width) * 8
        switch drop {
        case 0: (first, second) = (left, right)
        case 64...: (first, second) = (Self.filled(right >> (drop - 64), width), Self.blanks)
        default:
            first = left >> drop | right << (64 - drop)
            second = Self.filled(right >> drop, width - 8)
        }
        third = Self.blanks
        count = width
    }

    private init?(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress, !bytes.isEmpty else {
            self = .empty
            return
        }
        var count = bytes.count
        while count > 0, bytes[count - 1] == 0x20 { count -= 1 }
        guard count <= Self.columnsMax else { return nil }
        let words = (
            Self.word(base, 0, count), Self.word(base, 8, count), Self.word(base, 16, count)
        )
        let bad =
            PrintableWord.flags(words.0) | PrintableWord.flags(words.1)
            | PrintableWord.flags(words.2)
        guard bad == 0 else { return nil }
        first = words.0
        second = words.1
        third = words.2
        self.count = count
    }

    /// Eight columns from `start` on, blanks after the last of `count`.
    @inline(__always)
    private static func word(_ base: UnsafeRawPointer, _ start: Int, _ count: Int) -> UInt64 {
        let left = count - start
        if left >= 8 {
            return UInt64(littleEndian: base.loadUnaligned(fromByteOffset: start, as: UInt64.self))
        }
        if left <= 0 { return blanks }
        if start >= 8 {
            // The eight columns that end with the text, moved to their place.
            let last = base.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
            return filled(UInt64(littleEndian: last) >> UInt64((8 - left) * 8), left)
        }
        var word: UInt64 = 0
        for index in 0..<left {
            word |= UInt64(base.load(fromByteOffset: index, as: UInt8.self)) << UInt64(index * 8)
        }
        return filled(word, left)
    }

    /// The word's first `count` columns, one through eight, and blanks.
    @inline(__always)
    private static func filled(_ word: UInt64, _ count: Int) -> UInt64 {
        count == 8 ? word : word | blanks << UInt64(count * 8)
    }

    /// Nothing but blanks and zeros, which the rules do not count as filled.
    var isBlankOrZero: Bool {
        // A zero is a blank with one more bit.
        (first | second | third) & ~0x1010_1010_1010_1010 == Self.blanks
            && first & second & third & Self.blanks == Self.blanks
    }

    /// Whether blanks stand before the text: a reader would take it without them.
    var beginsBlank: Bool { count > 0 && first & 0xFF == 0x20 }

    /// Whether it stands in a field of that many columns as readers give it back.
    @inline(__always)
    func fits(_ columns: Int) -> Bool { count <= columns && !beginsBlank }

    /// The text without blanks at its end.
    public var description: String {
        withUnsafeBytes(of: (first.littleEndian, second.littleEndian, third.littleEndian)) {
            String(decoding: $0.prefix(count), as: UTF8.self)
        }
    }
}

/// Whether eight columns at once are printable ASCII.
enum PrintableWord {
    /// Zero when they are; else bits where one is not.
    @inline(__always)
    static func flags(_ word: UInt64) -> UInt64 {
        (word | (word &+ 0x0101_0101_0101_0101) | (word &- 0x2020_2020_2020_2020))
            & 0x8080_8080_8080_8080
    }
}

/// An entry without addenda, as fixed values: what ``StreamWriter`` writes without an allocation.
///
/// The same as an ``Entry`` of these texts; use that for one with addenda.
public struct PlainEntry: Hashable, Sendable {
    /// What is done to which kind of account.
    public var code: TransactionCode
    /// The bank the entry goes to.
    public var receiver: RoutingNumber
    /// At most 17 columns.
    public var account: FieldText
    /// Zero only where the code moves no money.
    public var amount: Cents
    /// At most 15 columns, 22 in CIE and MTE.
    public var identification: FieldText
    /// At most 22 columns; 16 where addenda are counted, 15 in CIE and MTE.
    public var name: FieldText
    /// At most 2 columns.
    public var discretionaryData: FieldText
    /// The sender's number for the entry.
    public var trace: TraceNumber

    /// An entry; what breaks the rules is refused when it is written.
    public init(
        code: TransactionCode, receiver: RoutingNumber, account: FieldText, amount: Cents,
        identification: FieldText = .empty, name: FieldText,
        discretionaryData: FieldText = .empty, trace: TraceNumber
    ) {
        self.code = code
        self.receiver = receiver
        self.account = account
        self.amount = amount
        self.identification = identification
        self.name = name
        self.discretionaryData = discretionaryData
        self.trace = trace
    }
}

extension Entry {
    /// The same entry with texts of their own.
    public init(_ plain: PlainEntry) {
        self.init(
            code: plain.code, receiver: plain.receiver, account: plain.account.description,
            amount: plain.amount, identification: plain.identification.description,
            name: plain.name.description, discretionaryData: plain.discretionaryData.description,
            trace: plain.trace)
    }
}

extension PlainEntry {
    /// The same entry with fixed texts; `nil` for one with addenda, or with a text that no field of
    /// a plain entry holds.
    init?(_ entry: Entry) {
        guard entry.addenda.isEmpty, let account = FieldText(entry.account),
            let identification = FieldText(entry.identification), let name = FieldText(entry.name),
            let discretionaryData = FieldText(entry.discretionaryData)
        else { return nil }
        self.init(
            code: entry.code, receiver: entry.receiver, account: account, amount: entry.amount,
            identification: identification, name: name, discretionaryData: discretionaryData,
            trace: entry.trace)
    }
}
