/// Which days are banking days: Monday through Friday, unless the Reserve Banks are closed.
///
/// Nacha Operating Rules, definition of Banking Day. The closures follow the Federal Reserve
/// Banks' own schedule, which differs from the federal employees' calendar: a holiday that falls
/// on a Saturday closes nothing, so the Friday before it is open; one that falls on a Sunday
/// closes the Monday after it.
public struct BankingCalendar: Hashable, Sendable {
    /// The holidays that are observed, each from its first year.
    public let holidays: [HolidayRule]

    /// Weekdays closed for a reason no rule foresees.
    public let extraClosures: Set<Day>

    /// A calendar with rules of its own, for a supervisor's later change of the schedule.
    public init(holidays: [HolidayRule], extraClosures: Set<Day> = []) {
        self.holidays = holidays
        self.extraClosures = extraClosures
    }

    /// The Federal Reserve Banks' calendar, right from 1986 on, when Martin Luther King Jr. Day
    /// was first observed.
    ///
    /// Juneteenth became law on 2021-06-17 (Pub. L. 117-17). In 2021 it fell on a Saturday, so
    /// the first day the Reserve Banks closed for it was 2022-06-20.
    public static let federalReserve = BankingCalendar(holidays: [
        HolidayRule(.newYear, .fixed(month: 1, day: 1)),
        HolidayRule(.martinLutherKing, .nth(3, .monday, month: 1), firstYear: 1986),
        HolidayRule(.washington, .nth(3, .monday, month: 2)),
        HolidayRule(.memorial, .last(.monday, month: 5)),
        HolidayRule(.juneteenth, .fixed(month: 6, day: 19), firstYear: 2021),
        HolidayRule(.independence, .fixed(month: 7, day: 4)),
        HolidayRule(.labor, .nth(1, .monday, month: 9)),
        HolidayRule(.columbus, .nth(2, .monday, month: 10)),
        HolidayRule(.veterans, .fixed(month: 11, day: 11)),
        HolidayRule(.thanksgiving, .nth(4, .thursday, month: 11)),
        HolidayRule(.christmas, .fixed(month: 12, day: 25)),
    ])

    /// Why `day` is not a banking day; `nil` when it is one. A holiday on a weekend is a weekend.
    public func closure(on day: Day) -> Closure? {
        let weekday = day.weekday
        guard !weekday.isWeekend else { return .weekend }
        let date = day.civil
        for rule in holidays where rule.falls(on: date, weekday) {
            return .holiday(rule.holiday)
        }
        if weekday == .monday {
            let sunday = day.adding(days: -1).civil
            for rule in holidays where rule.falls(on: sunday, .sunday) {
                return .holiday(rule.holiday)
            }
        }
        return extraClosures.contains(day) ? .extra : nil
    }

    /// Whether the Reserve Banks are open on `day`.
    public func isBankingDay(_ day: Day) -> Bool { closure(on: day) == nil }

    /// `day` itself when it is a banking day, else the next one.
    public func bankingDay(onOrAfter day: Day) -> Day {
        var day = day
        while !isBankingDay(day) { day = day.adding(days: 1) }
        return day
    }

    /// `day` itself when it is a banking day, else the last one before it.
    public func bankingDay(onOrBefore day: Day) -> Day {
        var day = day
        while !isBankingDay(day) { day = day.adding(days: -1) }
        return day
    }

    /// The `count`-th banking day after `day`, which is itself never counted. `count` is at
    /// least 1; fewer is a bug and traps.
    public func bankingDay(_ count: Int, after day: Day) -> Day {
        precondition(count >= 1, "banking days are counted from one")
        var day = day
        for _ in 0..<count { day = bankingDay(onOrAfter: day.adding(days: 1)) }
        return day
    }

    /// The `count`-th banking day before `day`, which is itself never counted. `count` is at
    /// least 1; fewer is a bug and traps.
    public func bankingDay(_ count: Int, before day: Day) -> Day {
        precondition(count >= 1, "banking days are counted from one")
        var day = day
        for _ in 0..<count { day = bankingDay(onOrBefore: day.adding(days: -1)) }
        return day
    }

    /// How many banking days lie after `start`, up to and including `end`; zero when `end` is not
    /// later. It undoes ``bankingDay(_:after:)``: counting to the n-th banking day gives n.
    public func bankingDays(from start: Day, to end: Day) -> Int {
        var count = 0
        var day = start.adding(days: 1)
        while day <= end {
            if isBankingDay(day) { count += 1 }
            day = day.adding(days: 1)
        }
        return count
    }
}

/// Why the banks are closed.
public enum Closure: Hashable, Sendable {
    case weekend
    /// A holiday, on its day or on the Monday after its Sunday.
    case holiday(Holiday)
    /// A closure the calendar was told of by date.
    case extra
}

/// The holidays on which the Federal Reserve Banks close. The raw value is the English name.
public enum Holiday: String, Hashable, Sendable, CaseIterable {
    case newYear = "New Year's Day"
    case martinLutherKing = "Martin Luther King Jr. Day"
    case washington = "Washington's Birthday"
    case memorial = "Memorial Day"
    case juneteenth = "Juneteenth"
    case independence = "Independence Day"
    case labor = "Labor Day"
    case columbus = "Columbus Day"
    case veterans = "Veterans Day"
    case thanksgiving = "Thanksgiving Day"
    case christmas = "Christmas Day"

    /// The name to show a customer, in English.
    public var name: String { rawValue }
}

/// When a holiday falls, and since when.
public struct HolidayRule: Hashable, Sendable {
    /// What is celebrated.
    public let holiday: Holiday
    /// Where in the year it falls, before moving from a Sunday.
    public let date: Date
    /// The first year the holiday exists.
    public let firstYear: Int

    /// The ways American law fixes a holiday's date.
    public enum Date: Hashable, Sendable {
        /// The same date every year; a Sunday moves to Monday.
        case fixed(month: Int, day: Int)
        /// The first, second, third ... such weekday of the month.
        case nth(Int, Weekday, month: Int)
        /// The last such weekday of the month.
        case last(Weekday, month: Int)
    }

    /// A holiday of every year from `firstYear` on.
    public init(_ holiday: Holiday, _ date: Date, firstYear: Int = .min) {
        self.holiday = holiday
        self.date = date
        self.firstYear = firstYear
    }

    /// Whether the holiday itself, before moving from a Sunday, is on this date.
    func falls(on civil: (year: Int, month: Int, day: Int), _ weekday: Weekday) -> Bool {
        guard civil.year >= firstYear else { return false }
        switch date {
        case .fixed(let month, let day):
            return civil.month == month && civil.day == day
        case .nth(let ordinal, let named, let month):
            return civil.month == month && weekday == named && (civil.day - 1) / 7 + 1 == ordinal
        case .last(let named, let month):
            return civil.month == month && weekday == named
                && civil.day + 7 > Day.days(inMonth: month, of: civil.year)
        }
    }
}
