import Banking
import Testing

struct EffectiveDatedTests {
    @Test("A version holds from its own day until the day before the next one's")
    func boundaries() throws {
        let speed = EffectiveDated(1)
            .changing(from: try day("2027-03-19"), to: 2)
            .changing(from: try day("2028-03-17"), to: 3)

        #expect(speed.value(on: try day("1999-01-01")) == 1)
        #expect(speed.value(on: try day("2027-03-18")) == 1)
        #expect(speed.value(on: try day("2027-03-19")) == 2)
        #expect(speed.value(on: try day("2028-03-16")) == 2)
        #expect(speed.value(on: try day("2028-03-17")) == 3)
        #expect(speed.newest == 3)
        #expect(speed.map { $0 * 10 }.value(on: try day("2027-12-31")) == 20)
    }

    @Test("Each deadline follows the windows of its own settlement day, across a change of them")
    func amendedWindows() throws {
        let change = try day("2027-03-15")
        let timing = ACHTiming(
            windows: EffectiveDated(ACHWindows()).changing(
                from: change,
                to: ACHWindows(
                    settlementBankingDays: 2, standardReturnBankingDays: 1,
                    extendedReturnCalendarDays: 45, dishonorBankingDays: 3, contestBankingDays: 1,
                    prenoteBankingDays: 1)))
        let friday = try day("2027-03-12")
        func opening(_ iso: String) throws -> Instant { timing.settlementInstant(try day(iso)) }

        // 2027-03-12 is a Friday under the old windows, the 15th a Monday under the new ones.
        #expect(timing.standardReturnDeadline(settlement: friday) == (try opening("2027-03-16")))
        #expect(timing.standardReturnDeadline(settlement: change) == (try opening("2027-03-16")))
        #expect(timing.extendedReturnDeadline(settlement: friday) == (try opening("2027-05-12")))
        #expect(timing.extendedReturnDeadline(settlement: change) == (try opening("2027-04-30")))
        #expect(
            timing.dishonorDeadline(returnSettlement: change)
                == timing.cutOffInstant(try day("2027-03-18")))
        #expect(timing.contestDeadline(dishonorSettlement: change) == (try opening("2027-03-17")))
        #expect(timing.prenoteLiveFrom(settlement: change).iso == "2027-03-16")
        #expect(timing.forwardSettlement(processingDay: friday).iso == "2027-03-15")
        #expect(timing.forwardSettlement(processingDay: change).iso == "2027-03-17")
        #expect(timing.unconfirmedUntil(settlement: friday) == (try opening("2027-03-17")))
        #expect(timing.unconfirmedUntil(settlement: change) == (try opening("2027-03-17")))
    }
}

struct SameDayLimitsTests {
    private func limits() throws -> SameDayLimits {
        SameDayLimits(
            amountMaxCents: 100_000_000,
            windows: [
                .init(deadline: try time("10:30"), settles: try time("13:00")),
                .init(deadline: try time("14:45"), settles: try time("17:00")),
                .init(deadline: try time("16:45"), settles: try time("18:00")),
            ])
    }

    private func time(_ text: String) throws -> TimeOfDay { try #require(TimeOfDay(clock: text)) }

    @Test("A deadline itself is too late for its window")
    func deadlines() throws {
        let limits = try limits()
        let day = try #require(Day(iso: "2026-11-25"))
        func found(_ clock: String) throws -> String? {
            limits.window(on: day, submittedAt: try instant("2026-11-25T\(clock)-05:00"))
                .map { "\($0.settles)" }
        }

        #expect(try found("00:00:00") == "13:00")
        #expect(try found("10:29:59.999") == "13:00")
        #expect(try found("10:30:00") == "17:00")
        #expect(try found("14:45:00") == "18:00")
        #expect(try found("16:44:59") == "18:00")
        #expect(try found("16:45:00") == nil)
    }

    @Test("Without the service there is no window on any day")
    func notOffered() throws {
        for text in ["2010-11-24", "2010-11-25"] {
            let found = SameDayLimits.notOffered.window(
                on: try #require(Day(iso: text)),
                submittedAt: try instant("\(text)T09:00:00-05:00"))
            #expect(found == nil)
        }
        #expect(SameDayLimits.notOffered.amountMaxCents == 0)
    }
}
