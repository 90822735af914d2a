import Banking
import Testing

struct BankingCalendarTests {
    let calendar = BankingCalendar.federalReserve

    /// The Reserve Banks' published weekday closures.
    static let published = """
        2024: NewYear 01-01, King 01-15, Washington 02-19, Memorial 05-27, Juneteenth 06-19,
              Independence 07-04, Labor 09-02, Columbus 10-14, Veterans 11-11,
              Thanksgiving 11-28, Christmas 12-25
        2025: NewYear 01-01, King 01-20, Washington 02-17, Memorial 05-26, Juneteenth 06-19,
              Independence 07-04, Labor 09-01, Columbus 10-13, Veterans 11-11,
              Thanksgiving 11-27, Christmas 12-25
        2026: NewYear 01-01, King 01-19, Washington 02-16, Memorial 05-25, Juneteenth 06-19,
              Labor 09-07, Columbus 10-12, Veterans 11-11, Thanksgiving 11-26, Christmas 12-25
        2027: NewYear 01-01, King 01-18, Washington 02-15, Memorial 05-31, Independence 07-05,
              Labor 09-06, Columbus 10-11, Veterans 11-11, Thanksgiving 11-25
        2028: King 01-17, Washington 02-21, Memorial 05-29, Juneteenth 06-19,
              Independence 07-04, Labor 09-04, Columbus 10-09, Thanksgiving 11-23,
              Christmas 12-25
        2029: NewYear 01-01, King 01-15, Washington 02-19, Memorial 05-28, Juneteenth 06-19,
              Independence 07-04, Labor 09-03, Columbus 10-08, Veterans 11-12,
              Thanksgiving 11-22, Christmas 12-25
        2030: NewYear 01-01, King 01-21, Washington 02-18, Memorial 05-27, Juneteenth 06-19,
              Independence 07-04, Labor 09-02, Columbus 10-14, Veterans 11-11,
              Thanksgiving 11-28, Christmas 12-25
        2031: NewYear 01-01, King 01-20, Washington 02-17, Memorial 05-26, Juneteenth 06-19,
              Independence 07-04, Labor 09-01, Columbus 10-13, Veterans 11-11,
              Thanksgiving 11-27, Christmas 12-25
        2032: NewYear 01-01, King 01-19, Washington 02-16, Memorial 05-31, Independence 07-05,
              Labor 09-06, Columbus 10-11, Veterans 11-11, Thanksgiving 11-25
        2033: King 01-17, Washington 02-21, Memorial 05-30, Juneteenth 06-20,
              Independence 07-04, Labor 09-05, Columbus 10-10, Veterans 11-11,
              Thanksgiving 11-24, Christmas 12-26
        2034: NewYear 01-02, King 01-16, Washington 02-20, Memorial 05-29, Juneteenth 06-19,
              Independence 07-04, Labor 09-04, Columbus 10-09, Thanksgiving 11-23,
              Christmas 12-25
        2035: NewYear 01-01, King 01-15, Washington 02-19, Memorial 05-28, Juneteenth 06-19,
              Independence 07-04, Labor 09-03, Columbus 10-08, Veterans 11-12,
              Thanksgiving 11-22, Christmas 12-25
        """

    static let names: [Substring: Holiday] = [
        "NewYear": .newYear, "King": .martinLutherKing, "Washington": .washington,
        "Memorial": .memorial, "Juneteenth": .juneteenth, "Independence": .independence,
        "Labor": .labor, "Columbus": .columbus, "Veterans": .veterans,
        "Thanksgiving": .thanksgiving, "Christmas": .christmas,
    ]

    @Test("The closures of 2024 through 2035 are the published ones, by day and by name")
    func publishedClosures() throws {
        var expected: [Day: Closure] = [:]
        var year: Substring = ""
        for word in Self.published.split(whereSeparator: { " \n,".contains($0) }) {
            if word.last == ":" {
                year = word.dropLast()
            } else if let holiday = Self.names[word] {
                expected[Day(daysSinceEpoch: expected.count)] = .holiday(holiday)
            } else {
                let placeholder = Day(daysSinceEpoch: expected.count - 1)
                let closure = expected.removeValue(forKey: placeholder)
                expected[try #require(Day(iso: "\(year)-\(word)"))] = closure
            }
        }
        #expect(expected.count == 123)

        var found: [Day: Closure] = [:]
        var day = try #require(Day(iso: "2024-01-01"))
        while day.year < 2036 {
            if let closure = calendar.closure(on: day), closure != .weekend { found[day] = closure }
            day = day.adding(days: 1)
        }

        #expect(found == expected)
    }

    @Test("A Saturday holiday closes nothing and a Sunday holiday closes Monday")
    func weekendHolidays() throws {
        for open in ["2026-07-03", "2027-12-24", "2027-12-31", "2021-06-18", "2021-12-31"] {
            #expect(calendar.closure(on: try day(open)) == nil, "\(open)")
        }
        #expect(calendar.closure(on: try day("2027-07-05")) == .holiday(.independence))
        #expect(calendar.closure(on: try day("2027-07-04")) == .weekend)
        #expect(calendar.closure(on: try day("2026-07-04")) == .weekend)
    }

    @Test("Juneteenth first closes the banks on 2022-06-20")
    func juneteenth() throws {
        #expect(calendar.isBankingDay(try day("2020-06-19")))
        #expect(calendar.isBankingDay(try day("2021-06-18")))
        #expect(calendar.isBankingDay(try day("2021-06-21")))
        #expect(calendar.closure(on: try day("2022-06-20")) == .holiday(.juneteenth))
    }

    /// Steps a calendar of its own one day at a time from a known Wednesday and counts Mondays
    /// and Thursdays as they pass. It shares no code with the one under test.
    @Test("Every day of 2020 through 2040 is open or closed as a naive walk says")
    func naiveWalk() throws {
        var (year, month, date, weekday) = (2020, 1, 1, 3)
        var sundayHoliday = false
        var subject = try day("2020-01-01")
        while year <= 2040 {
            let leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
            let lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            let fixed =
                [[1, 1], [7, 4], [11, 11], [12, 25]].contains([month, date])
                || (month == 6 && date == 19 && year > 2020)
            let monday =
                weekday == 1
                && ([1, 2].contains(month) && (15...21).contains(date)
                    || month == 5 && date > 24 || month == 9 && date < 8
                    || month == 10 && (8...14).contains(date))
            let thursday = weekday == 4 && month == 11 && (22...28).contains(date)
            let closed =
                weekday == 0 || weekday == 6 || fixed || monday || thursday
                || (weekday == 1 && sundayHoliday)

            #expect(subject.civil == (year, month, date))
            #expect(subject.weekday.rawValue == weekday)
            #expect(calendar.isBankingDay(subject) == !closed, "\(subject)")

            if weekday == 0 { sundayHoliday = fixed }
            weekday = (weekday + 1) % 7
            date += 1
            if date > lengths[month - 1] { (month, date) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
            subject = subject.adding(days: 1)
        }
        #expect(subject.iso == "2041-01-01")
    }

    @Test("Counting banking days undoes moving by them")
    func countingUndoesMoving() throws {
        var start = try day("2026-11-20")
        for _ in 0..<60 {
            for count in 1...12 {
                let end = calendar.bankingDay(count, after: start)
                #expect(calendar.bankingDays(from: start, to: end) == count)
                let next = calendar.bankingDay(1, after: end)
                #expect(calendar.bankingDay(1, before: next) == end)
            }
            start = start.adding(days: 1)
        }
        #expect(calendar.bankingDays(from: start, to: start) == 0)
        #expect(calendar.bankingDays(from: start, to: start.adding(days: -9)) == 0)
    }

    @Test("A banking day is its own neighbour, a holiday weekend is bridged both ways")
    func neighbours() throws {
        let thanksgiving = try day("2026-11-26")
        #expect(calendar.bankingDay(onOrAfter: thanksgiving).iso == "2026-11-27")
        #expect(calendar.bankingDay(onOrBefore: thanksgiving).iso == "2026-11-25")
        #expect(calendar.bankingDay(onOrAfter: try day("2026-11-25")).iso == "2026-11-25")
        #expect(calendar.bankingDay(onOrAfter: try day("2027-07-03")).iso == "2027-07-06")
    }

    @Test("A closure told by date closes that day only")
    func extraClosure() throws {
        let closed = BankingCalendar(
            holidays: calendar.holidays, extraClosures: [try day("2026-03-10")])

        #expect(closed.closure(on: try day("2026-03-10")) == .extra)
        #expect(closed.bankingDay(1, after: try day("2026-03-09")).iso == "2026-03-11")
        #expect(calendar.isBankingDay(try day("2026-03-10")))
    }
}

func day(_ iso: String) throws -> Day { try #require(Day(iso: iso)) }

func instant(_ text: String) throws -> Instant { try #require(Instant(rfc3339: text)) }
