/// A time on a wall clock, to the minute.
public struct TimeOfDay: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// 0 through 1439.
    public let minutesSinceMidnight: Int

    /// `nil` unless the hour is 0 through 23 and the minute 0 through 59.
    public init?(hour: Int, minute: Int) {
        guard (0..<24).contains(hour), (0..<60).contains(minute) else { return nil }
        self.init(trustedMinutes: hour * 60 + minute)
    }

    init(trustedMinutes: Int) { minutesSinceMidnight = trustedMinutes }

    /// When the Federal Reserve settles next-day ACH and the Nacha rules say business opens.
    public static let openingOfBusiness = TimeOfDay(trustedMinutes: 8 * 60 + 30)

    /// 0 through 23.
    public var hour: Int { minutesSinceMidnight / 60 }

    /// 0 through 59.
    public var minute: Int { minutesSinceMidnight % 60 }

    /// `0830`, as bank files write it.
    public var hhmm: String { ASCII.padded(hour, to: 2) + ASCII.padded(minute, to: 2) }

    /// Reads `0830`; `nil` for anything else.
    public init?(hhmm text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 4, let hour = ASCII.number(bytes[0..<2]),
            let minute = ASCII.number(bytes[2..<4])
        else { return nil }
        self.init(hour: hour, minute: minute)
    }

    /// Reads `08:30`; `nil` for anything else.
    public init?(clock text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }) else { return nil }
        self.init(hhmm: "\(parts[0])\(parts[1])")
    }

    /// `08:30`.
    public var description: String {
        ASCII.padded(hour, to: 2) + ":" + ASCII.padded(minute, to: 2)
    }

    /// Earlier on the clock first.
    public static func < (lhs: TimeOfDay, rhs: TimeOfDay) -> Bool {
        lhs.minutesSinceMidnight < rhs.minutesSinceMidnight
    }
}

/// United States Eastern time, in which the ACH network keeps its deadlines.
///
/// The rule is the one in force since 2007 (Energy Policy Act of 2005, 15 U.S.C. 260a): daylight
/// time runs from 02:00 standard time on the second Sunday of March to 02:00 daylight time on the
/// first Sunday of November. It is applied to every year; before 2007 the answers can be an hour
/// off in spring and autumn. Should Congress change the rule, this is the only place that knows it.
public enum Eastern {
    private static let standardSeconds = -5 * 3_600
    private static let daylightSeconds = -4 * 3_600

    /// Seconds to add to UTC for the Eastern wall clock at this moment: -18000 or -14400.
    public static func offsetSeconds(at instant: Instant) -> Int {
        let seconds = Day.floorQuotient(Int(instant.milliseconds), 1_000)
        // The year on the standard-time clock is right: no change falls near the new year.
        let year = Day(
            daysSinceEpoch: Day.floorQuotient(seconds + standardSeconds, 86_400)
        ).year
        let begins = daylightBegins(year).daysSinceEpoch * 86_400 + 2 * 3_600 - standardSeconds
        let ends = daylightEnds(year).daysSinceEpoch * 86_400 + 2 * 3_600 - daylightSeconds
        return begins <= seconds && seconds < ends ? daylightSeconds : standardSeconds
    }

    /// The date an Eastern wall calendar shows at this moment.
    public static func day(at instant: Instant) -> Day {
        Day(daysSinceEpoch: Day.floorQuotient(localSeconds(at: instant), 86_400))
    }

    /// The time an Eastern wall clock shows at this moment, seconds dropped.
    public static func timeOfDay(at instant: Instant) -> TimeOfDay {
        TimeOfDay(trustedMinutes: Day.floorRemainder(localSeconds(at: instant), 86_400) / 60)
    }

    /// The moment when Eastern clocks show this time on this day.
    ///
    /// In spring 02:00 through 02:59 does not exist: the moment is that long after 01:59:59, so
    /// `02:30` gives what clocks call 03:30. In autumn 01:00 through 01:59 comes twice: the
    /// moment is the first of the two.
    public static func instant(on day: Day, at time: TimeOfDay) -> Instant {
        let (year, _, _) = day.civil
        let begins = (daylightBegins(year), TimeOfDay(trustedMinutes: 3 * 60))
        let ends = (daylightEnds(year), TimeOfDay(trustedMinutes: 2 * 60))
        let isDaylight = begins <= (day, time) && (day, time) < ends
        let local = day.daysSinceEpoch * 86_400 + time.minutesSinceMidnight * 60
        let seconds = local - (isDaylight ? daylightSeconds : standardSeconds)
        return Instant(milliseconds: Int64(seconds) * 1_000)
    }

    private static func localSeconds(at instant: Instant) -> Int {
        Day.floorQuotient(Int(instant.milliseconds), 1_000) + offsetSeconds(at: instant)
    }

    private static func daylightBegins(_ year: Int) -> Day { sunday(2, ofMonth: 3, year) }

    private static func daylightEnds(_ year: Int) -> Day { sunday(1, ofMonth: 11, year) }

    private static func sunday(_ ordinal: Int, ofMonth month: Int, _ year: Int) -> Day {
        let first = Day(trustedYear: year, month: month, day: 1)
        let wait = (7 - first.weekday.rawValue) % 7
        return first.adding(days: wait + 7 * (ordinal - 1))
    }
}
