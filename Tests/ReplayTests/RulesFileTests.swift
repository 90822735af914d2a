import Banking
import Money
import Nacha
import Rules
import Testing
import Vocabulary
import Wire

@Suite struct RulesFileTests {
    /// Everything a file may say.
    static let full = """
        {
          "closures": ["2028-03-20"],
          "amendments": [
            {
              "name": "2028", "effectiveFrom": "2028-03-17",
              "windows": {
                "settlementBankingDays": 2, "standardReturnBankingDays": 3,
                "extendedReturnCalendarDays": 90, "dishonorBankingDays": 4,
                "contestBankingDays": 1, "prenoteBankingDays": 2
              },
              "codes": [
                {
                  "code": "R02", "title": "Closed", "initiator": "ach_operator",
                  "window": "1 banking day", "writtenStatement": true,
                  "representment": "1 within 30 days", "bankAccount": "block",
                  "customer": "suspend", "rate": "unauthorized", "reason": "other"
                },
                { "code": "R99", "window": "as agreed" }
              ],
              "rates": {
                "unauthorized":
                  { "most": 40, "warnings": [20, 30], "consequence": "violation" },
                "administrative":
                  { "most": 200, "warnings": [], "consequence": "inquiry" },
                "overall":
                  { "most": 1000, "warnings": [500], "consequence": "inquiry" },
                "days": 30, "months": 1
              },
              "sameDay": {
                "amountMax": 1000000000,
                "windows": [
                  { "deadline": "10:30", "settles": "13:00" },
                  { "deadline": "19:00", "settles": "20:30" }
                ]
              }
            }
          ]
        }
        """

    private func load(_ text: String) throws -> RuleBook { try RulesFile.load(Array(text.utf8)) }

    private func faults(_ text: String) -> [String] {
        do throws(RulesFileProblem) {
            _ = try RulesFile.load(Array(text.utf8))
            return []
        } catch {
            return error.sentences
        }
    }

    private func day(_ iso: String) throws -> Day { try #require(Day(iso: iso)) }

    @Test("Everything a file says is in the book from its day on, and nothing before")
    func everything() throws {
        let book = try load(Self.full)
        let closed = try #require(ReturnCode("R02"))
        let rules = book.rules(on: try day("2028-03-17"))

        #expect(book.rules(on: try day("2028-03-16")) == RuleBook.builtIn.versions.newest)
        #expect(
            rules.windows
                == ACHWindows(
                    settlementBankingDays: 2, standardReturnBankingDays: 3,
                    extendedReturnCalendarDays: 90, dishonorBankingDays: 4, contestBankingDays: 1,
                    prenoteBankingDays: 2))
        let facts = rules.codes.facts(closed)
        #expect(facts.title == "Closed")
        #expect(facts.initiator == .achOperator)
        #expect(facts.window == .bankingDays(1))
        #expect(facts.needsWrittenStatement)
        #expect(facts.representment == .allowed(max: 1, days: 30))
        #expect(facts.bankAccount == .block)
        #expect(facts.customerHold == .suspend)
        #expect(facts.rateBucket == .unauthorized)
        #expect(facts.reasonGroup == .other)
        #expect(rules.codes.facts(try #require(ReturnCode("R99"))).window == .asAgreed)
        #expect(rules.rates.unauthorized.most == BasisPoints(40))
        #expect(rules.rates.unauthorized.warnings == [BasisPoints(20), BasisPoints(30)])
        #expect(rules.rates.administrative.warnings.isEmpty)
        #expect(rules.rates.overall.consequence == .inquiry)
        #expect((rules.rates.days, rules.rates.months) == (30, 1))
        #expect(rules.sameDay.amountMaxCents == 1_000_000_000)
        #expect(rules.sameDay.windows.map { "\($0.settles)" } == ["13:00", "20:30"])
        #expect(!book.calendar.isBankingDay(try day("2028-03-20")))
    }

    @Test("The file that the page shows is read, and means what the page says")
    func shown() throws {
        let example = try #require(
            try Project.examples(in: "docs/reference/calendar.md").first {
                $0["amendments"] != nil
            })

        let book = try RulesFile.load(example.bytes())

        let rules = book.rules(on: try day("2028-03-17"))
        #expect(rules.windows.standardReturnBankingDays == 1)
        #expect(rules.codes.facts(try #require(ReturnCode("R02"))).window == .bankingDays(1))
        #expect(!book.calendar.isBankingDay(try day("2028-03-20")))
    }

    @Test("A file may say nothing")
    func empty() throws {
        #expect(try load("{}") == RuleBook.builtIn)
    }

    @Test(
        "What was misspelt or cannot be meant is refused, each with its place",
        arguments: [
            ("[]", ["This must be an object."]),
            ("{\"closure\": []}", ["/closure: This field is not known here."]),
            (
                "{\"closures\": [\"2028-02-30\"]}",
                ["/closures: Element 0 must be YYYY-MM-DD."]
            ),
            (
                "{\"amendments\": [{\"name\": \"a\", \"effectiveFrom\": \"2028-3-17\"}]}",
                ["/amendments/0/effectiveFrom: This must be YYYY-MM-DD."]
            ),
            (
                "{\"amendments\": [{\"name\": \"a\", \"effectiveFrom\": \"2021-03-19\"}]}",
                [
                    "Amendment a: effectiveFrom must be later than 2022-03-18 of "
                        + "Same Day ACH, $1,000,000 an entry."
                ]
            ),
        ])
    func refused(_ text: String, _ expected: [String]) {
        #expect(faults(text) == expected)
    }

    @Test(
        "One wrong value anywhere in a full file is named by its pointer",
        arguments: [
            ("\"settlementBankingDays\": 2", "\"settlementBankingDays\": 0"),
            ("\"contestBankingDays\": 1", "\"contestDays\": 1"),
            ("\"extendedReturnCalendarDays\": 90", "\"extendedReturnCalendarDays\": 401"),
            ("\"R99\"", "\"X99\""), ("\"1 banking day\"", "\"1 banking days\""),
            ("\"1 banking day\"", "\"one banking day\""), ("\"as agreed\"", "\"agreed\""),
            ("\"1 within 30 days\"", "\"0 within 30 days\""), ("\"suspend\"", "\"suspended\""),
            ("\"rate\": \"unauthorized\"", "\"rate\": \"unauthorised\""),
            ("[20, 30]", "[30, 20]"), ("[20, 30]", "[20, 40]"), ("[20, 30]", "[0.2, 30]"),
            ("\"most\": 40", "\"most\": 0"), ("\"days\": 30", "\"days\": 0"),
            ("\"19:00\"", "\"10:30\""), ("\"20:30\"", "\"19:00\""), ("\"20:30\"", "\"8:30pm\""),
            ("\"amountMax\": 1000000000", "\"amountMax\": -1"),
        ])
    func oneWrong(_ right: String, _ wrong: String) throws {
        #expect(Self.full.contains(right))

        let faults = faults(Self.full.replacing(right, with: wrong))

        #expect(!faults.isEmpty)
        #expect(faults.allSatisfy { $0.hasPrefix("/amendments/0/") })
    }

    @Test("Two wrong values are both told")
    func twoWrong() {
        let text = Self.full.replacing("\"block\"", with: "\"shut\"")
            .replacing("\"closures\": [\"2028-03-20\"]", with: "\"closures\": [\"soon\"]")

        #expect(faults(text).count == 2)
    }
}

@Suite struct CalendarAnswerTests {
    private func answer(
        _ submitted: String, sameDay: Bool = false, codes: [String] = []
    ) throws -> CalendarAnswer {
        CalendarAnswer(
            submitted: try #require(Instant(rfc3339: submitted)), sameDay: sameDay, codes: codes,
            rules: .builtIn, bank: RuleBook.builtIn.timing(),
            hold: Policy.Hold(hours: 168, slackBankingDays: 1), representmentDaysMax: 180)
    }

    @Test("A debit of the evening before Thanksgiving is told to its release, as it is decided")
    func beforeThanksgiving() throws {
        let json = try answer("2026-11-25T20:30:00-05:00", codes: ["R10", "R06", "R97"]).json

        #expect(json["processing_day"] == "2026-11-27")
        #expect(json["settlement_day"] == "2026-11-30")
        #expect(json["return_deadlines"]?["standard"] == "2026-12-02T13:30:00Z")
        #expect(json["return_deadlines"]?["extended"] == "2027-02-01T13:30:00Z")
        #expect(json["prenote_live_from"] == "2026-12-03")
        #expect(json["representment_last_day"] == "2027-05-29")
        // Seven days end on Wednesday evening; the return window and a day's slack later.
        #expect(json["hold"]?["promised_until"] == "2026-12-03T01:30:00Z")
        #expect(json["hold"]?["release"] == "2026-12-03T13:30:00Z")
        #expect(json["codes"]?[0]?["deadline"] == "2027-02-01T13:30:00Z")
        #expect(json["codes"]?[1]?["deadline"] == .null)
        #expect(json["codes"]?[2]?["known"] == false)
    }

    @Test("What is too late for Same Day ACH is told so, and settles the next banking day")
    func sameDay() throws {
        let early = try answer("2026-11-25T16:44:00-05:00", sameDay: true)
        let late = try answer("2026-11-25T16:45:00-05:00", sameDay: true)

        #expect(early.settlementDay.iso == "2026-11-25")
        #expect(early.settlesAt == Instant(rfc3339: "2026-11-25T18:00:00-05:00"))
        #expect(late.settlementDay.iso == "2026-11-27")
        #expect(late.json["same_day"]?["in_time"] == false)
    }

    @Test("After the next-day cut-off the next banking day's first window settles first")
    func sameDayEvening() throws {
        let before = try answer("2026-11-24T19:59:00-05:00", sameDay: true)
        let after = try answer("2026-11-24T20:00:00-05:00", sameDay: true)

        #expect(before.settlesAt == Instant(rfc3339: "2026-11-25T08:30:00-05:00"))
        #expect(before.json["same_day"]?["in_time"] == false)
        #expect(after.settlesAt == Instant(rfc3339: "2026-11-25T13:00:00-05:00"))
        #expect(after.processingDay.iso == "2026-11-25")
        #expect(after.json["same_day"]?["deadline"] == "10:30")
    }

    @Test("Before there was Same Day ACH no day has a window or an amount")
    func beforeSameDay() throws {
        let before = try answer("2016-09-22T09:00:00-04:00", sameDay: true)
        let first = try answer("2016-09-23T09:00:00-04:00", sameDay: true)

        #expect(before.settlementDay.iso == "2016-09-23")
        #expect(before.json["same_day"]?["in_time"] == false)
        #expect(before.json["same_day"]?["amount_max_minor"] == .integer(0))
        #expect(before.text.contains("not offered"))
        #expect(first.settlementDay.iso == "2016-09-23")
        #expect(first.json["same_day"]?["amount_max_minor"] == .integer(2_500_000))
    }

    @Test("A person is told each fact on a line of its own")
    func text() throws {
        let lines = try answer("2026-11-25T00:00:00-05:00", codes: ["R68"]).text
            .split(separator: "\n")

        #expect(lines.contains("settles          Fri 2026-11-27 08:30 Eastern"))
        #expect(
            lines.contains(
                "R68              Untimely return: 5 banking days, "
                    + "to the bank before Fri 2026-12-04 20:00 Eastern"))
    }

    @Test("The closures of a year are told with their names, and those by date with the reason")
    func year() throws {
        let book = try RulesFile.load(Array("{\"closures\": [\"2026-03-10\"]}".utf8))
        let year = CalendarYear(2026, book.calendar)

        #expect(year.closures.count == 11)
        #expect(year.text.contains("Tue 2026-03-10  Closed by the rules file"))
        #expect(!year.text.contains("Independence"))
    }
}
