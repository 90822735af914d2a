/// A civil date of the proleptic Gregorian calendar, without a time and without a time zone.
///
/// Kept as the count of days since 1970-01-01, so that comparing, hashing and adding cost what
/// they cost on an integer. The text forms hold years 0000 through 9999.
public struct Day: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Whole days since 1970-01-01; negative before it.
    public let daysSinceEpoch: Int

    /// The day that many days after 1970-01-01.
    public init(daysSinceEpoch: Int) { self.daysSinceEpoch = daysSinceEpoch }

    /// `nil` unless the three numbers name a day that exists, in years 0 through 9999.
    public init?(year: Int, month: Int, day: Int) {
        guard (0...9999).contains(year), (1...12).contains(month),
            (1...Day.days(inMonth: month, of: year)).contains(day)
        else { return nil }
        self.init(trustedYear: year, month: month, day: day)
    }

    /// Reads `2026-11-25`, and nothing shorter, longer or otherwise punctuated.
    public init?(iso text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == ASCII.hyphen, bytes[7] == ASCII.hyphen,
            let year = ASCII.number(bytes[0..<4]), let month = ASCII.number(bytes[5..<7]),
            let day = ASCII.number(bytes[8..<10])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// Reads the six digits of a bank file, `261125`, as a day of 2000 through 2099.
    ///
    /// Nacha dates carry no century. ACH records older than 2000 are past every retention rule,
    /// so this century is the only reading that can be meant.
    public init?(yymmdd text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 6, let year = ASCII.number(bytes[0..<2]),
            let month = ASCII.number(bytes[2..<4]), let day = ASCII.number(bytes[4..<6])
        else { return nil }
        self.init(year: 2000 + year, month: month, day: day)
    }

    /// The parts must already be known to make a day.
    init(trustedYear year: Int, month: Int, day: Int) {
        daysSinceEpoch = Day.count(toFirstOfMarchCountedYear: year, month: month) + day - 1
    }

    /// The year, as people write it.
    public var year: Int { civil.year }

    /// 1 through 12.
    public var month: Int { civil.month }

    /// 1 through 31, the day of the month.
    public var day: Int { civil.day }

    /// The day of the week.
    public var weekday: Weekday {
        // 1970-01-01 was a Thursday, four days after a Sunday.
        Weekday(sinceSunday: Day.floorRemainder(daysSinceEpoch + 4, 7))
    }

    /// 1 for the first of January: what bank files call the Julian day.
    public var dayOfYear: Int {
        daysSinceEpoch - Day(trustedYear: year, month: 1, day: 1).daysSinceEpoch + 1
    }

    /// The day `days` later; earlier when negative.
    public func adding(days: Int) -> Day { Day(daysSinceEpoch: daysSinceEpoch + days) }

    /// `2026-11-25`.
    public var iso: String {
        let (year, month, day) = civil
        guard (0...9999).contains(year) else {
            return [(year, 4), (month, 2), (day, 2)]
                .map { ASCII.padded($0.0, to: $0.1) }.joined(separator: "-")
        }
        return String(unsafeUninitializedCapacity: 10) { text in
            ASCII.write(year, digits: 4, into: text, at: 0)
            text[4] = ASCII.hyphen
            ASCII.write(month, digits: 2, into: text, at: 5)
            text[7] = ASCII.hyphen
            ASCII.write(day, digits: 2, into: text, at: 8)
            return 10
        }
    }

    /// `261125`, the date of a bank file: the century is dropped.
    public var yymmdd: String {
        let (year, month, day) = civil
        let short = Day.floorRemainder(year, 100)
        return ASCII.padded(short, to: 2) + ASCII.padded(month, to: 2) + ASCII.padded(day, to: 2)
    }

    /// The same as ``iso``.
    public var description: String { iso }

    /// Earlier first.
    public static func < (lhs: Day, rhs: Day) -> Bool { lhs.daysSinceEpoch < rhs.daysSinceEpoch }

    /// The days from `rhs` to `lhs`; negative when `lhs` is earlier.
    public static func - (lhs: Day, rhs: Day) -> Int { lhs.daysSinceEpoch - rhs.daysSinceEpoch }

    /// Year, month and day at once, for a caller that needs more than one of them.
    public var civil: (year: Int, month: Int, day: Int) {
        let sinceMarch0000 = daysSinceEpoch + Day.epochFromMarch0000
        let cycle = Day.floorQuotient(sinceMarch0000, Day.daysInCycle)
        let dayOfCycle = sinceMarch0000 - cycle * Day.daysInCycle
        // Take out the leap days seen so far; what is left is a whole number of 365-day years.
        let yearOfCycle =
            (dayOfCycle - dayOfCycle / 1_460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfMarchYear =
            dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let monthsAfterMarch = (5 * dayOfMarchYear + 2) / 153
        let day = dayOfMarchYear - (153 * monthsAfterMarch + 2) / 5 + 1
        let month = monthsAfterMarch < 10 ? monthsAfterMarch + 3 : monthsAfterMarch - 9
        let year = cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0)
        return (year, month, day)
    }

    /// 28 through 31. `month` is 1 through 12.
    public static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Whether the year has a 29 February.
    public static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    // The arithmetic counts years from 1 March, so that the leap day is the last of its year and
    // the months before it follow one formula. A cycle is 400 years, after which dates repeat.

    private static let daysInCycle = 146_097
    /// Days from 0000-03-01 to 1970-01-01.
    private static let epochFromMarch0000 = 719_468

    private static func count(toFirstOfMarchCountedYear year: Int, month: Int) -> Int {
        let marchYear = month <= 2 ? year - 1 : year
        let cycle = floorQuotient(marchYear, 400)
        let yearOfCycle = marchYear - cycle * 400
        let monthsAfterMarch = month > 2 ? month - 3 : month + 9
        let dayOfMarchYear = (153 * monthsAfterMarch + 2) / 5
        let dayOfCycle = yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfMarchYear
        return cycle * daysInCycle + dayOfCycle - epochFromMarch0000
    }

    static func floorQuotient(_ number: Int, _ divisor: Int) -> Int {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    static func floorRemainder(_ number: Int, _ divisor: Int) -> Int {
        let remainder = number % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}

/// A day of the week.
public enum Weekday: Int, Hashable, Sendable, CaseIterable {
    case sunday, monday, tuesday, wednesday, thursday, friday, saturday

    /// Saturday or Sunday.
    public var isWeekend: Bool { self == .saturday || self == .sunday }

    /// `count` is 0 through 6.
    init(sinceSunday count: Int) { self = Weekday.allCases[count] }
}

/// The few operations on ASCII digits that dates and times need.
enum ASCII {
    static let hyphen: UInt8 = 0x2D
    static let colon: UInt8 = 0x3A

    /// The value of one or more digits; `nil` when any byte is not one. At most 18 bytes.
    static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard !bytes.isEmpty, bytes.count <= 18 else { return nil }
        var number = 0
        for byte in bytes {
            guard (0x30...0x39).contains(byte) else { return nil }
            number = number * 10 + Int(byte - 0x30)
        }
        return number
    }

    /// The last `digits` decimal digits of a number that is not negative, with leading zeros.
    static func write(
        _ number: Int, digits: Int, into text: UnsafeMutableBufferPointer<UInt8>, at start: Int
    ) {
        var rest = number
        for index in stride(from: start + digits - 1, through: start, by: -1) {
            text[index] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }

    static func padded(_ number: Int, to width: Int) -> String {
        let digits = String(number.magnitude)
        let sign = number < 0 ? "-" : ""
        return sign + String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
