import Foundation

/// Instants as text in one time zone and one language.
///
/// Only the offset comes from Foundation's time-zone data. Calendar arithmetic, names and order
/// are written here, so a page reads the same on every machine and with every locale database.
struct LocalTime: Sendable {
    let zone: TimeZone
    let language: Language

    /// An unknown zone name falls back to UTC, which the text then says.
    init(zone name: String, language: Language) {
        zone = TimeZone(identifier: name) ?? .gmt
        self.language = language
    }

    private var isSpanish: Bool { language == .spanish }

    /// `Nov 24, 2026`, `24 de nov. de 2026`
    func date(_ instant: Int64) -> String {
        let day = civil(instant)
        return isSpanish
            ? "\(day.day) de \(month(day)) de \(day.year)" : "\(month(day)) \(day.day), \(day.year)"
    }

    /// `Tuesday, Nov 24`, `martes 24 de nov.`
    func weekdayAndDate(_ instant: Int64) -> String {
        let day = civil(instant)
        return isSpanish
            ? "\(weekday(day)) \(day.day) de \(month(day))"
            : "\(weekday(day)), \(month(day)) \(day.day)"
    }

    /// `Tue, Nov 24`, `mar. 24 de nov.`
    func shortDay(_ instant: Int64) -> String {
        let day = civil(instant)
        let name = weekday(day)
        return isSpanish
            ? "\(name.prefix(3)). \(day.day) de \(month(day))"
            : "\(name.prefix(3)), \(month(day)) \(day.day)"
    }

    /// `3:05 PM EST`, `3:05 p. m. (hora del este)`
    func time(_ instant: Int64) -> String {
        let day = civil(instant)
        let hour = day.hour % 12 == 0 ? 12 : day.hour % 12
        let minute = MoneyText.padded(UInt64(day.minute), 2)
        let half =
            isSpanish
            ? (day.hour < 12 ? "a.\u{00A0}m." : "p.\u{00A0}m.") : (day.hour < 12 ? "AM" : "PM")
        return "\(hour):\(minute)\u{00A0}\(half)\u{00A0}\(zoneName(instant))"
    }

    /// `Tuesday, Nov 24, 3:05 PM EST`. The absolute time, which a deadline leads with.
    func deadline(_ instant: Int64) -> String {
        "\(weekdayAndDate(instant)), \(time(instant))"
    }

    /// `Nov 24, 3:05 PM EST`, with the year when it is not the year of `now`.
    func moment(_ instant: Int64, now: Int64) -> String {
        let day = civil(instant)
        if day.year != civil(now).year { return "\(date(instant)), \(time(instant))" }
        let short = isSpanish ? "\(day.day) de \(month(day))" : "\(month(day)) \(day.day)"
        return "\(short), \(time(instant))"
    }

    /// `in 1 day 23 hours`, `2 hours ago`. Says minutes only below one day, never seconds.
    func relative(_ instant: Int64, now: Int64) -> String {
        let (difference, overflow) = instant.subtractingReportingOverflow(now)
        guard !overflow else { return date(instant) }
        let span = self.span(difference.magnitude)
        if difference >= 0 { return ahead(span) }
        return isSpanish ? "hace \(span)" : "\(span) ago"
    }

    /// `in 1 day 23 hours`, around a length of time or the mark that stands for one.
    func ahead(_ span: String) -> String {
        isSpanish ? "dentro de \(span)" : "in \(span)"
    }

    /// The two largest parts of a length of time: `1 day 23 hours`.
    func span(_ milliseconds: UInt64) -> String {
        let minutes = Int(min(milliseconds / 60_000, UInt64(Int32.max)))
        let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60)
        let dayText =
            isSpanish
            ? plural(days, "1 día", "\(days) días") : plural(days, "1 day", "\(days) days")
        let hourText =
            isSpanish
            ? plural(hours, "1 hora", "\(hours) horas")
            : plural(hours, "1 hour", "\(hours) hours")
        let minuteText =
            isSpanish
            ? plural(rest, "1 minuto", "\(rest) minutos")
            : plural(rest, "1 minute", "\(rest) minutes")
        if days > 0 { return hours > 0 ? "\(dayText) \(hourText)" : dayText }
        if hours > 0 { return rest > 0 ? "\(hourText) \(minuteText)" : hourText }
        if rest > 0 { return minuteText }
        return isSpanish ? "menos de un minuto" : "less than a minute"
    }

    /// RFC 3339 in UTC, for the `datetime` of a `time` element.
    func machine(_ instant: Int64) -> String {
        let day = Civil(milliseconds: instant, offsetSeconds: 0)
        func two(_ number: Int) -> String { MoneyText.padded(UInt64(number), 2) }
        return "\(MoneyText.padded(UInt64(max(0, day.year)), 4))-\(two(day.month))-\(two(day.day))T"
            + "\(two(day.hour)):\(two(day.minute)):\(two(day.second))Z"
    }

    private func civil(_ instant: Int64) -> Civil {
        Civil(milliseconds: instant, offsetSeconds: offset(instant))
    }

    private func offset(_ instant: Int64) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant) / 1000))
    }

    private func weekday(_ day: Civil) -> String {
        (isSpanish ? Names.weekdaysSpanish : Names.weekdaysEnglish)[day.weekday]
    }

    private func month(_ day: Civil) -> String {
        (isSpanish ? Names.monthsSpanish : Names.monthsEnglish)[day.month - 1]
    }

    /// American zones by name, all others by offset: an abbreviation such as `CST` means different
    /// hours in different countries.
    private func zoneName(_ instant: Int64) -> String {
        let offset = offset(instant)
        if let name = Names.zones[zone.identifier] {
            if isSpanish { return "(\(name.spanish))" }
            return offset == name.standardSeconds ? name.standard : name.daylight
        }
        if offset == 0 { return "UTC" }
        let sign = offset < 0 ? MoneyText.minus : "+"
        let (hours, minutes) = (abs(offset) / 3600, abs(offset) / 60 % 60)
        return minutes == 0
            ? "GMT\(sign)\(hours)" : "GMT\(sign)\(hours):\(MoneyText.padded(UInt64(minutes), 2))"
    }
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
    static let weekdaysEnglish = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]
    static let weekdaysSpanish = [
        "domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado",
    ]
    static let monthsEnglish = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    static let monthsSpanish = [
        "ene.", "feb.", "mar.", "abr.", "may.", "jun.", "jul.", "ago.", "sep.", "oct.", "nov.",
        "dic.",
    ]

    struct Zone: Sendable {
        let standard, daylight, spanish: String
        let standardSeconds: Int

        init(_ letter: String, _ hours: Int, _ spanish: String) {
            standard = "\(letter)ST"
            daylight = "\(letter)DT"
            standardSeconds = hours * 3600
            self.spanish = spanish
        }
    }

    static let zones: [String: Zone] = {
        let eastern = Zone("E", -5, "hora del este")
        let central = Zone("C", -6, "hora del centro")
        let mountain = Zone("M", -7, "hora de la montaña")
        let pacific = Zone("P", -8, "hora del Pacífico")
        let alaska = Zone("AK", -9, "hora de Alaska")
        let hawaii = Zone("H", -10, "hora de Hawái")
        let atlantic = Zone("A", -4, "hora del Atlántico")
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
