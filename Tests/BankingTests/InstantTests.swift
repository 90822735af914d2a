import Banking
import Testing

struct InstantTests {
    @Test("A timestamp is read with any offset and written in UTC")
    func offsets() throws {
        #expect(try instant("1970-01-01T00:00:00Z").milliseconds == 0)
        #expect(try instant("2026-11-30T08:30:00-05:00").rfc3339 == "2026-11-30T13:30:00Z")
        #expect(try instant("2026-11-30T00:15:00+05:45").rfc3339 == "2026-11-29T18:30:00Z")
        #expect(try instant("1969-12-31t23:59:59.999z").milliseconds == -1)
        #expect(Instant(milliseconds: -1).rfc3339 == "1969-12-31T23:59:59.999Z")
    }

    @Test("A fraction is cut to milliseconds and written only when it is not zero")
    func fractions() throws {
        #expect(try instant("2026-01-02T03:04:05.5Z").rfc3339 == "2026-01-02T03:04:05.500Z")
        #expect(try instant("2026-01-02T03:04:05.0079999Z").rfc3339 == "2026-01-02T03:04:05.007Z")
        #expect(try instant("2026-01-02T03:04:05.000Z").rfc3339 == "2026-01-02T03:04:05Z")
    }

    @Test(
        "Text that is not exactly a timestamp is refused",
        arguments: [
            "", "2026-11-30", "2026-11-30T13:30:00", "2026-11-30 13:30:00Z", "2026-11-30T13:30Z",
            "2026-11-31T13:30:00Z", "2026-02-29T00:00:00Z", "2026-11-30T24:00:00Z",
            "2026-11-30T13:60:00Z", "2026-11-30T23:59:60Z", "2026-11-30T13:30:00.Z",
            "2026-11-30T13:30:00+0500", "2026-11-30T13:30:00+24:00", "2026-11-30T13:30:00Zz",
            "2026-11-30T13:30:00+05:0٣", "+026-11-30T13:30:00Z",
        ])
    func refused(_ text: String) {
        #expect(Instant(rfc3339: text) == nil)
    }

    @Test("Every text written is read back as the same moment")
    func roundTrip() {
        for step in 0..<2_000 {
            let moment = Instant(milliseconds: -60_000_000_000_000 + Int64(step) * 123_456_789_013)
            #expect(Instant(rfc3339: moment.rfc3339) == moment)
        }
    }

    @Test("Adding and subtracting agree")
    func arithmetic() {
        let start = Instant(milliseconds: 5)
        #expect(start.adding(hours: 168) == start.adding(days: 7))
        #expect(start.adding(seconds: 3_600) - start == 3_600_000)
        #expect(start.adding(milliseconds: -6) < start)
    }
}

struct DayTests {
    @Test("A day survives each of its texts")
    func texts() throws {
        let leap = try day("2028-02-29")
        #expect(leap.iso == "2028-02-29")
        #expect(leap.yymmdd == "280229")
        #expect(Day(yymmdd: "280229") == leap)
        #expect(leap.dayOfYear == 60)
        #expect(try day("2028-12-31").dayOfYear == 366)
        #expect((leap.year, leap.month, leap.day) == (2028, 2, 29))
    }

    @Test(
        "A day that does not exist is refused",
        arguments: ["2027-02-29", "2100-02-29", "2026-13-01", "2026-00-01", "2026-01-00", "26-1-1"])
    func refused(_ iso: String) {
        #expect(Day(iso: iso) == nil)
    }

    @Test("The two calendars of a 400-year cycle agree day by day")
    func cycle() throws {
        var subject = try day("1699-12-31")
        var parts = subject.civil
        for _ in 0..<146_097 {
            subject = subject.adding(days: 1)
            parts.day += 1
            if parts.day > Day.days(inMonth: parts.month, of: parts.year) {
                parts = (parts.year, parts.month + 1, 1)
            }
            if parts.month > 12 { parts = (parts.year + 1, 1, 1) }
            if subject.civil != parts { Issue.record("\(subject) is not \(parts)") }
            let again = Day(year: parts.year, month: parts.month, day: parts.day)
            if again != subject { Issue.record("\(parts) is not \(subject)") }
        }
        #expect(subject.iso == "2099-12-31")
    }
}

struct EasternTests {
    @Test("Daylight time begins and ends on the Sundays of the law")
    func changes() throws {
        #expect(Eastern.offsetSeconds(at: try instant("2026-03-08T06:59:59.999Z")) == -18_000)
        #expect(Eastern.offsetSeconds(at: try instant("2026-03-08T07:00:00Z")) == -14_400)
        #expect(Eastern.offsetSeconds(at: try instant("2026-11-01T05:59:59.999Z")) == -14_400)
        #expect(Eastern.offsetSeconds(at: try instant("2026-11-01T06:00:00Z")) == -18_000)
        // Early and late extremes of the two rules.
        #expect(Eastern.offsetSeconds(at: try instant("2032-03-14T07:00:00Z")) == -14_400)
        #expect(Eastern.offsetSeconds(at: try instant("2027-11-07T05:59:59Z")) == -14_400)
        #expect(Eastern.offsetSeconds(at: try instant("2027-11-07T06:00:00Z")) == -18_000)
    }

    @Test("A time in the spring gap is as long after it as it says")
    func gap() throws {
        let moment = Eastern.instant(
            on: try day("2026-03-08"), at: try #require(TimeOfDay(hour: 2, minute: 30)))

        #expect(moment.rfc3339 == "2026-03-08T07:30:00Z")
        #expect(Eastern.timeOfDay(at: moment).hhmm == "0330")
    }

    @Test("A time of the autumn overlap is the first of the two")
    func overlap() throws {
        let moment = Eastern.instant(
            on: try day("2026-11-01"), at: try #require(TimeOfDay(hour: 1, minute: 30)))

        #expect(moment.rfc3339 == "2026-11-01T05:30:00Z")
    }

    @Test("Every hour of two years is read back from its wall clock, but for the second overlap")
    func roundTrip() throws {
        var moment = try instant("2027-01-01T00:30:00Z")
        var differing: [String] = []
        for _ in 0..<(731 * 24) {
            let back = Eastern.instant(
                on: Eastern.day(at: moment), at: Eastern.timeOfDay(at: moment))
            if back != moment { differing.append(moment.rfc3339) }
            moment = moment.adding(hours: 1)
        }
        #expect(differing == ["2027-11-07T06:30:00Z", "2028-11-05T06:30:00Z"])
    }

    @Test("Midnight in New York belongs to the new day, and the new year to the new year")
    func midnight() throws {
        #expect(Eastern.day(at: try instant("2027-01-01T04:59:59Z")).iso == "2026-12-31")
        #expect(Eastern.day(at: try instant("2027-01-01T05:00:00Z")).iso == "2027-01-01")
        #expect(TimeOfDay(hhmm: "2000") == .usualCutOff)
        for text in ["2400", "1260", "800", "08:30", ""] { #expect(TimeOfDay(hhmm: text) == nil) }
    }
}
