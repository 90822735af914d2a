import Banking
import Testing

struct SameDayACHTests {
    private let sameDay = SameDayACH()
    private let timing = ACHTiming()

    private func day(_ iso: String) -> Day { Day(iso: iso)! }

    private func at(_ iso: String, _ hour: Int, _ minute: Int) -> Instant {
        Eastern.instant(on: day(iso), at: TimeOfDay(hour: hour, minute: minute)!)
    }

    private func schedule(
        _ iso: String, _ hour: Int, _ minute: Int, _ service: ACHService = .sameDay
    ) -> String {
        let found = sameDay.schedule(service, submittedAt: at(iso, hour, minute), timing: timing)
        #expect(found.effectiveEntryDate == found.settlement)
        return "\(found.window?.number ?? 0) \(found.processingDay) "
            + "\(Eastern.day(at: found.settles)) \(Eastern.timeOfDay(at: found.settles))"
    }

    @Test("A window takes what comes before its deadline, and the next one what comes at it")
    func windows() {
        #expect(schedule("2026-11-30", 0, 0) == "1 2026-11-30 2026-11-30 13:00")
        #expect(schedule("2026-11-30", 10, 29) == "1 2026-11-30 2026-11-30 13:00")
        #expect(schedule("2026-11-30", 10, 30) == "2 2026-11-30 2026-11-30 17:00")
        #expect(schedule("2026-11-30", 14, 44) == "2 2026-11-30 2026-11-30 17:00")
        #expect(schedule("2026-11-30", 14, 45) == "3 2026-11-30 2026-11-30 18:00")
        #expect(schedule("2026-11-30", 16, 44) == "3 2026-11-30 2026-11-30 18:00")
    }

    @Test("After the last window the next day's service is no later, until its cut-off")
    func afterwards() {
        #expect(schedule("2026-11-30", 16, 45) == "0 2026-11-30 2026-12-01 08:30")
        #expect(schedule("2026-11-30", 19, 59) == "0 2026-11-30 2026-12-01 08:30")
        // After the cut-off the next day's service settles on the 2nd, the first window on the 1st.
        #expect(schedule("2026-11-30", 20, 0) == "1 2026-12-01 2026-12-01 13:00")
    }

    @Test("Weekends and holidays have no windows")
    func closures() {
        #expect(schedule("2026-11-28", 9, 0) == "1 2026-11-30 2026-11-30 13:00")
        // Thanksgiving, before a Friday that is open.
        #expect(schedule("2026-11-26", 9, 0) == "1 2026-11-27 2026-11-27 13:00")
        #expect(schedule("2026-11-26", 9, 0, .nextDay) == "0 2026-11-27 2026-11-30 08:30")
        // The Wednesday before, after its windows: the next-day service settles on Friday.
        #expect(schedule("2026-11-25", 17, 0) == "0 2026-11-25 2026-11-27 08:30")
    }

    @Test("The clocks of spring and autumn change no window")
    func clocks() {
        #expect(schedule("2026-03-09", 10, 29) == "1 2026-03-09 2026-03-09 13:00")
        #expect(schedule("2026-11-02", 10, 29) == "1 2026-11-02 2026-11-02 13:00")
        let closes = sameDay.closes(sameDay.windows[0], on: day("2026-03-09"))
        #expect(closes.rfc3339 == "2026-03-09T14:30:00Z")
    }

    @Test("A bank that wants its file earlier closes the window earlier")
    func lead() {
        let early = SameDayACH(leadMinutes: 45)
        func window(_ hour: Int, _ minute: Int) -> Int? {
            early.schedule(.sameDay, submittedAt: at("2026-11-30", hour, minute), timing: timing)
                .window?.number
        }
        #expect(window(9, 44) == 1)
        #expect(window(9, 45) == 2)
        #expect(window(15, 59) == 3)
        #expect(window(16, 0) == nil)
    }

    @Test("The third window is open from 19 March 2021")
    func thirdWindow() {
        #expect(schedule("2021-03-18", 15, 0) == "0 2021-03-18 2021-03-19 08:30")
        #expect(schedule("2021-03-19", 15, 0) == "3 2021-03-19 2021-03-19 18:00")
    }

    @Test("The limit of an entry is that of its processing day")
    func limits() {
        #expect(sameDay.limitCents(on: day("2016-09-22")) == nil)
        #expect(sameDay.limitCents(on: day("2020-03-19")) == 2_500_000)
        #expect(sameDay.limitCents(on: day("2020-03-20")) == 10_000_000)
        #expect(sameDay.limitCents(on: day("2022-03-17")) == 10_000_000)
        #expect(sameDay.limitCents(on: day("2022-03-18")) == 100_000_000)
        #expect(sameDay.limitCents(on: day("2026-11-30")) == 100_000_000)
    }

    @Test("A window says its settlement as SD and the time")
    func words() {
        #expect(sameDay.windows.map(\.descriptiveDate) == ["SD1300", "SD1700", "SD1800"])
    }
}
