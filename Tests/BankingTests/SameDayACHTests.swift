import Banking
import Testing

struct SameDayACHTests {
    private let timing = ACHTiming()

    /// No service, then two windows, then three.
    private var limits: EffectiveDated<SameDayLimits> {
        EffectiveDated(.notOffered)
            .changing(from: day("2016-09-23"), to: limits(windows: 2))
            .changing(from: day("2021-03-19"), to: limits(windows: 3))
    }

    private func limits(windows: Int) -> SameDayLimits {
        let times = [("1030", "1300"), ("1445", "1700"), ("1645", "1800")].prefix(windows)
        return SameDayLimits(
            amountMaxCents: 100_000_000,
            windows: times.map { deadline, settles in
                SameDayLimits.Window(
                    deadline: TimeOfDay(hhmm: deadline)!, settles: TimeOfDay(hhmm: settles)!)
            })
    }

    private func day(_ iso: String) -> Day { Day(iso: iso)! }

    private func at(_ iso: String, _ hour: Int, _ minute: Int) -> Instant {
        Eastern.instant(on: day(iso), at: TimeOfDay(hour: hour, minute: minute)!)
    }

    private func schedule(
        _ iso: String, _ hour: Int, _ minute: Int, _ service: ACHService = .sameDay
    ) -> String {
        let found = SameDayACH(limits: limits)
            .schedule(service, submittedAt: at(iso, hour, minute), timing: timing)
        #expect(found.effectiveEntryDate == found.settlement)
        return "\(found.window?.descriptiveDate ?? "-") \(found.processingDay) "
            + "\(Eastern.day(at: found.settles)) \(Eastern.timeOfDay(at: found.settles))"
    }

    @Test("A window takes what comes before its deadline, and the next one what comes at it")
    func windows() {
        #expect(schedule("2026-11-30", 0, 0) == "SD1300 2026-11-30 2026-11-30 13:00")
        #expect(schedule("2026-11-30", 10, 29) == "SD1300 2026-11-30 2026-11-30 13:00")
        #expect(schedule("2026-11-30", 10, 30) == "SD1700 2026-11-30 2026-11-30 17:00")
        #expect(schedule("2026-11-30", 14, 44) == "SD1700 2026-11-30 2026-11-30 17:00")
        #expect(schedule("2026-11-30", 14, 45) == "SD1800 2026-11-30 2026-11-30 18:00")
        #expect(schedule("2026-11-30", 16, 44) == "SD1800 2026-11-30 2026-11-30 18:00")
    }

    @Test("After the last window the next day's service is no later, until its cut-off")
    func afterwards() {
        #expect(schedule("2026-11-30", 16, 45) == "- 2026-11-30 2026-12-01 08:30")
        #expect(schedule("2026-11-30", 19, 59) == "- 2026-11-30 2026-12-01 08:30")
        // After the cut-off the next day's service settles on the 2nd, the first window on the 1st.
        #expect(schedule("2026-11-30", 20, 0) == "SD1300 2026-12-01 2026-12-01 13:00")
    }

    @Test("Weekends and holidays have no windows")
    func closures() {
        #expect(schedule("2026-11-28", 9, 0) == "SD1300 2026-11-30 2026-11-30 13:00")
        // Thanksgiving, before a Friday that is open.
        #expect(schedule("2026-11-26", 9, 0) == "SD1300 2026-11-27 2026-11-27 13:00")
        #expect(schedule("2026-11-26", 9, 0, .nextDay) == "- 2026-11-27 2026-11-30 08:30")
        // The Wednesday before, after its windows: the next-day service settles on Friday.
        #expect(schedule("2026-11-25", 17, 0) == "- 2026-11-25 2026-11-27 08:30")
    }

    @Test("The clocks of spring and autumn change no window")
    func clocks() {
        #expect(schedule("2026-03-09", 10, 29) == "SD1300 2026-03-09 2026-03-09 13:00")
        #expect(schedule("2026-11-02", 10, 29) == "SD1300 2026-11-02 2026-11-02 13:00")
        let closes = limits.newest.windows[0].closes(on: day("2026-03-09"))
        #expect(closes.rfc3339 == "2026-03-09T14:30:00Z")
    }

    @Test("A bank that wants its file earlier closes the window earlier")
    func lead() {
        let early = SameDayACH(limits: limits, leadMinutes: 45)
        func window(_ hour: Int, _ minute: Int) -> String? {
            early.schedule(.sameDay, submittedAt: at("2026-11-30", hour, minute), timing: timing)
                .window?.descriptiveDate
        }
        #expect(window(9, 44) == "SD1300")
        #expect(window(9, 45) == "SD1700")
        #expect(window(15, 59) == "SD1800")
        #expect(window(16, 0) == nil)
    }

    @Test("A window is open from the day of its amendment on")
    func thirdWindow() {
        #expect(schedule("2021-03-18", 15, 0) == "- 2021-03-18 2021-03-19 08:30")
        #expect(schedule("2021-03-19", 15, 0) == "SD1800 2021-03-19 2021-03-19 18:00")
    }

    @Test("Before the service began every entry goes with the next day's")
    func before() {
        #expect(schedule("2016-09-21", 9, 0) == "- 2016-09-21 2016-09-22 08:30")
        #expect(schedule("2016-09-22", 9, 0) == "- 2016-09-22 2016-09-23 08:30")
        // After the cut-off before the first day its first window is sooner.
        #expect(schedule("2016-09-22", 20, 0) == "SD1300 2016-09-23 2016-09-23 13:00")
        #expect(schedule("2016-09-23", 9, 0) == "SD1300 2016-09-23 2016-09-23 13:00")
    }
}
