import Foundation
import Localization

/// Instants as text in one time zone and one language.
///
/// Only the offset comes from Foundation's time-zone data. Calendar arithmetic is written here, names
/// and order in the language's file, so a page reads the same on every machine and with every locale
/// database.
struct LocalTime: Sendable {
    let zone: TimeZone
    let language: Language

    /// An unknown zone name falls back to UTC, which the text then says.
    init(zone name: String, language: Language) {
        zone = TimeZone(identifier: name) ?? .gmt
        self.language = language
    }

    private var say: Catalogue { Catalogue(language: language) }

    /// `Nov 24, 2026`, `24 de nov. de 2026`
    func date(_ instant: Int64) -> String {
        let day = civil(instant)
        return say.text(
            .dateWithYear,
            ["month": month(day), "day": String(day.day), "year": String(day.year)])
    }

    /// `Tuesday, Nov 24`, `martes 24 de nov.`
    func weekdayAndDate(_ instant: Int64) -> String {
        let day = civil(instant)
        return dateWithWeekday(day, say.text(Names.weekdays[day.weekday]))
    }

    /// `Tue, Nov 24`, `mar. 24 de nov.`
    func shortDay(_ instant: Int64) -> String {
        let day = civil(instant)
        return dateWithWeekday(day, say.text(Names.shortWeekdays[day.weekday]))
    }

    private func dateWithWeekday(_ day: Civil, _ weekday: String) -> String {
        say.text(
            .dateWithWeekday,
            ["weekday": weekday, "month": month(day), "day": String(day.day)])
    }

    /// `3:05 PM EST`, `3:05 p. m. (hora del este)`
    func time(_ instant: Int64) -> String {
        let day = civil(instant)
        return say.text(
            .timeOfDay,
            [
                "hour12": "\(day.hour % 12 == 0 ? 12 : day.hour % 12)",
                "hour24": NumberForms.padded(UInt64(day.hour), 2),
                "minute": NumberForms.padded(UInt64(day.minute), 2), "half": say.half(day.hour),
                "zone": zoneName(instant),
            ])
    }

    /// `Tuesday, Nov 24, 3:05 PM EST`. The absolute time, which a deadline leads with.
    func deadline(_ instant: Int64) -> String {
        dateThenTime(weekdayAndDate(instant), instant)
    }

    /// `Nov 24, 3:05 PM EST`, with the year when it is not the year of `now`.
    func moment(_ instant: Int64, now: Int64) -> String {
        let day = civil(instant)
        if day.year != civil(now).year { return dateThenTime(date(instant), instant) }
        let short = say.text(.dateWithoutYear, ["month": month(day), "day": String(day.day)])
        return dateThenTime(short, instant)
    }

    private func dateThenTime(_ date: String, _ instant: Int64) -> String {
        say.text(.dateThenTime, ["date": date, "time": time(instant)])
    }

    /// `in 1 day 23 hours`, `2 hours ago`. Says minutes only below one day, never seconds.
    func relative(_ instant: Int64, now: Int64) -> String {
        let (difference, overflow) = instant.subtractingReportingOverflow(now)
        guard !overflow else { return date(instant) }
        let span = self.span(difference.magnitude)
        return difference >= 0 ? ahead(span) : say.text(.spanAgo, ["span": span])
    }

    /// `in 1 day 23 hours`, around a length of time or the mark that stands for one.
    func ahead(_ span: String) -> String { say.text(.spanAhead, ["span": span]) }

    /// The two largest parts of a length of time: `1 day 23 hours`.
    func span(_ milliseconds: UInt64) -> String {
        let minutes = Int(min(milliseconds / 60_000, UInt64(Int32.max)))
        let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60)
        var parts: [String] = []
        if days > 0 { parts.append(say.text(.spanDays, ["count": days])) }
        if hours > 0 { parts.append(say.text(.spanHours, ["count": hours])) }
        if rest > 0, days == 0 { parts.append(say.text(.spanMinutes, ["count": rest])) }
        switch parts.count {
        case 0: return say.text(.spanBelowAMinute)
        case 1: return parts[0]
        default: return say.text(.spanOfTwo, ["larger": parts[0], "smaller": parts[1]])
        }
    }

    /// RFC 3339 in UTC, for the `datetime` of a `time` element.
    func machine(_ instant: Int64) -> String {
        let day = Civil(milliseconds: instant, offsetSeconds: 0)
        func two(_ number: Int) -> String { NumberForms.padded(UInt64(number), 2) }
        return
            "\(NumberForms.padded(UInt64(max(0, day.year)), 4))-\(two(day.month))-\(two(day.day))T"
            + "\(two(day.hour)):\(two(day.minute)):\(two(day.second))Z"
    }

    private func civil(_ instant: Int64) -> Civil {
        Civil(milliseconds: instant, offsetSeconds: offset(instant))
    }

    private func offset(_ instant: Int64) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant) / 1000))
    }

    private func month(_ day: Civil) -> String { say.text(Names.months[day.month - 1]) }

    /// American zones by name, all others by offset: an abbreviation such as `CST` means different
    /// hours in different countries.
    private func zoneName(_ instant: Int64) -> String {
        let offset = offset(instant)
        if let name = Names.zones[zone.identifier] {
            return say.text(offset == name.standardSeconds ? name.standard : name.daylight)
        }
        if offset == 0 { return say.text(.zoneUniversal) }
        let sign = offset < 0 ? language.numbers.minus : "+"
        let (hours, minutes) = (abs(offset) / 3600, abs(offset) / 60 % 60)
        let text =
            minutes == 0
            ? "\(sign)\(hours)" : "\(sign)\(hours):\(NumberForms.padded(UInt64(minutes), 2))"
        return say.text(.zoneOffset, ["offset": text])
    }
}

extension Catalogue {
    /// Which half of the day an hour of twenty-four is in.
    func half(_ hour: Int) -> String { text(hour < 12 ? .halfMorning : .halfAfternoon) }
}

/// A date and time of day in the Gregorian calendar, without a zone.
struct Civil: Sendable {
    let year, month, day, hour, minute, second: Int
    /// 0 is Sunday.
    let weekday: Int

    /// Counts days from 1 March 0000, so that the leap day is the last day of a year.
    init(milliseconds: Int64, offsetSeconds: Int) {
        let bounded = min(max(milliseconds, -62_135_596_800_000), 253_402_300_799_000)
        let seconds = Civil.floored(bounded, 1000) + Int64(offsetSeconds)
        let days = Civil.floored(seconds, 86_400)
        let secondOfDay = Int(seconds - days * 86_400)
        weekday = Int(((days + 4) % 7 + 7) % 7)
        let shifted = days + 719_468
        let era = Civil.floored(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400 + (shiftedMonth < 10 ? 0 : 1))
        (hour, minute, second) = (secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60)
    }

    private static func floored(_ number: Int64, _ divisor: Int64) -> Int64 {
        let quotient = number / divisor
        return number % divisor < 0 ? quotient - 1 : quotient
    }
}

private enum Names {
    static let weekdays: [Sentence] = [
        .weekdaySunday, .weekdayMonday, .weekdayTuesday, .weekdayWednesday, .weekdayThursday,
        .weekdayFriday, .weekdaySaturday,
    ]
    static let shortWeekdays: [Sentence] = [
        .weekdayShortSunday, .weekdayShortMonday, .weekdayShortTuesday, .weekdayShortWednesday,
        .weekdayShortThursday, .weekdayShortFriday, .weekdayShortSaturday,
    ]
    static let months: [Sentence] = [
        .monthJanuary, .monthFebruary, .monthMarch, .monthApril, .monthMay, .monthJune, .monthJuly,
        .monthAugust, .monthSeptember, .monthOctober, .monthNovember, .monthDecember,
    ]

    struct Zone: Sendable {
        let standard, daylight: Sentence
        let standardSeconds: Int

        init(_ standard: Sentence, _ daylight: Sentence, _ hours: Int) {
            self.standard = standard
            self.daylight = daylight
            standardSeconds = hours * 3600
        }
    }

    static let zones: [String: Zone] = {
        let eastern = Zone(.zoneEasternStandard, .zoneEasternDaylight, -5)
        let central = Zone(.zoneCentralStandard, .zoneCentralDaylight, -6)
        let mountain = Zone(.zoneMountainStandard, .zoneMountainDaylight, -7)
        let pacific = Zone(.zonePacificStandard, .zonePacificDaylight, -8)
        let alaska = Zone(.zoneAlaskaStandard, .zoneAlaskaDaylight, -9)
        let hawaii = Zone(.zoneHawaiiStandard, .zoneHawaiiDaylight, -10)
        let atlantic = Zone(.zoneAtlanticStandard, .zoneAtlanticDaylight, -4)
        return [
            "America/New_York": eastern, "America/Detroit": eastern, "US/Eastern": eastern,
            "America/Kentucky/Louisville": eastern, "America/Indiana/Indianapolis": eastern,
            "America/Chicago": central, "America/Menominee": central, "US/Central": central,
            "America/Denver": mountain, "America/Boise": mountain, "America/Phoenix": mountain,
            "US/Mountain": mountain, "America/Los_Angeles": pacific, "US/Pacific": pacific,
            "America/Anchorage": alaska, "America/Juneau": alaska, "Pacific/Honolulu": hawaii,
            "America/Puerto_Rico": atlantic, "America/St_Thomas": atlantic,
        ]
    }()
}
