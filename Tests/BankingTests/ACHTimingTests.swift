import Banking
import Testing

struct ACHTimingTests {
    let timing = ACHTiming()

    struct Vector: Sendable {
        let submitted, settles, standard, extended, prenote: String
    }

    static let vectors = [
        Vector(
            submitted: "2026-11-24", settles: "2026-11-25", standard: "2026-11-30",
            extended: "2027-01-25", prenote: "2026-12-01"),
        Vector(
            submitted: "2026-11-27", settles: "2026-11-30", standard: "2026-12-02",
            extended: "2027-02-01", prenote: "2026-12-03"),
        Vector(
            submitted: "2026-12-24", settles: "2026-12-28", standard: "2026-12-30",
            extended: "2027-03-01", prenote: "2026-12-31"),
        Vector(
            submitted: "2026-07-02", settles: "2026-07-03", standard: "2026-07-07",
            extended: "2026-09-02", prenote: "2026-07-08"),
        Vector(
            submitted: "2026-03-06", settles: "2026-03-09", standard: "2026-03-11",
            extended: "2026-05-11", prenote: "2026-03-12"),
        Vector(
            submitted: "2028-12-29", settles: "2029-01-02", standard: "2029-01-04",
            extended: "2029-03-05", prenote: "2029-01-05"),
    ]

    @Test("A next-day debit settles and comes back on the days of the vectors", arguments: vectors)
    func nextDayDebit(_ vector: Vector) throws {
        let noon = Eastern.instant(
            on: try day(vector.submitted), at: try #require(TimeOfDay(hour: 12, minute: 0)))

        let processing = timing.processingDay(submittedAt: noon)
        let settlement = timing.forwardSettlement(processingDay: processing)

        #expect(processing.iso == vector.submitted)
        #expect(settlement.iso == vector.settles)
        #expect(
            timing.standardReturnDeadline(settlement: settlement)
                == timing.settlementInstant(try day(vector.standard)))
        #expect(
            timing.extendedReturnDeadline(settlement: settlement)
                == timing.settlementInstant(try day(vector.extended)))
        #expect(timing.prenoteLiveFrom(settlement: settlement).iso == vector.prenote)
    }

    @Test("The cut-off itself is too late, and a closed day waits for the next banking day")
    func cutOff() throws {
        func processed(_ text: String) throws -> String {
            timing.processingDay(submittedAt: try instant(text)).iso
        }
        #expect(try processed("2026-11-25T19:59:59.999-05:00") == "2026-11-25")
        #expect(try processed("2026-11-25T20:00:00-05:00") == "2026-11-27")
        #expect(try processed("2026-11-26T09:00:00-05:00") == "2026-11-27")
        #expect(try processed("2026-11-28T00:00:00-05:00") == "2026-11-30")
        // Already Thursday in UTC, still Wednesday evening in New York.
        #expect(try processed("2026-07-09T01:00:00Z") == "2026-07-09")
        #expect(try processed("2026-07-08T23:59:59Z") == "2026-07-08")
    }

    @Test("Opening of business is 08:30 on the Eastern clock in winter and in summer")
    func opening() throws {
        #expect(timing.settlementInstant(try day("2026-12-02")).rfc3339 == "2026-12-02T13:30:00Z")
        #expect(timing.settlementInstant(try day("2026-07-07")).rfc3339 == "2026-07-07T12:30:00Z")
    }

    @Test("When day 60 is a Saturday, a return on day 62 is in time")
    func dayAfterWeekend() throws {
        let settlement = try day("2026-12-01")
        #expect(settlement.adding(days: 60).weekday == .saturday)

        let deadline = timing.extendedReturnDeadline(settlement: settlement)

        #expect(Eastern.day(at: deadline) == settlement.adding(days: 62))
    }

    @Test("Dishonor and contest are counted in banking days over a holiday")
    func dishonorAndContest() throws {
        // Friday the 20th; the fifth banking day jumps Thanksgiving.
        let dishonor = timing.dishonorDeadline(returnSettlement: try day("2026-11-20"))
        let contest = timing.contestDeadline(dishonorSettlement: try day("2026-11-24"))

        #expect(dishonor == (try instant("2026-11-30T20:00:00-05:00")))
        #expect(contest == (try instant("2026-11-30T08:30:00-05:00")))
    }

    @Test("A deposit is unconfirmed for the return window and the slack after it")
    func unconfirmed() throws {
        let settlement = try day("2026-11-25")
        let deadline = timing.standardReturnDeadline(settlement: settlement)

        #expect(timing.unconfirmedUntil(settlement: settlement, slackBankingDays: 0) == deadline)
        #expect(
            timing.unconfirmedUntil(settlement: settlement)
                == (try instant("2026-12-01T08:30:00-05:00")))
    }

    @Test("A bank's own hours and windows replace the defaults")
    func configured() throws {
        let early = ACHTiming(
            opening: try #require(TimeOfDay(hour: 6, minute: 0)),
            cutOff: try #require(TimeOfDay(hour: 14, minute: 0)),
            windows: EffectiveDated(ACHWindows(standardReturnBankingDays: 1)))

        #expect(
            early.processingDay(submittedAt: try instant("2026-03-03T14:00:00-05:00")).iso
                == "2026-03-04")
        #expect(
            early.standardReturnDeadline(settlement: try day("2026-03-04"))
                == (try instant("2026-03-05T06:00:00-05:00")))
    }
}
