public import Banking
import Money

/// Every version of the rules, by settlement day, with the calendar all of them count in.
///
/// An entry is judged by the version in force on its settlement day, whatever has changed since.
/// The built-in book goes back to 2020; a deployment adds later amendments as data
/// (`docs/reference/calendar.md`).
public struct RuleBook: Hashable, Sendable {
    public let calendar: BankingCalendar
    public let versions: EffectiveDated<OperatingRules>
    /// The windows alone, for the clock of a bank.
    public let windows: EffectiveDated<ACHWindows>

    private init(_ calendar: BankingCalendar, _ versions: EffectiveDated<OperatingRules>) {
        self.calendar = calendar
        self.versions = versions
        windows = versions.map(\.windows)
    }

    /// The rules in force for entries settled on `day`.
    public func rules(on day: Day) -> OperatingRules { versions.value(on: day) }

    /// What a code means on an entry settled on `day`.
    public func facts(_ code: ReturnCode, settlement day: Day) -> ReturnCodeFacts {
        rules(on: day).codes.facts(code)
    }

    /// A bank's clock under these rules.
    public func timing(
        opening: TimeOfDay = .openingOfBusiness, cutOff: TimeOfDay = .usualCutOff
    ) -> ACHTiming {
        ACHTiming(calendar: calendar, opening: opening, cutOff: cutOff, windows: windows)
    }

    /// The book with later amendments and with weekdays closed for a reason no rule foresees.
    ///
    /// Refused: an amendment that is not later than the one before it, the built-in ones included,
    /// one without a name or with a name already used, one that names a code twice, and a code
    /// whose window would outlast the standard one that holds are counted by.
    public func amended(
        by amendments: [Amendment], closures: Set<Day> = []
    ) throws(RuleProblem) -> RuleBook {
        var versions = versions
        var names = Set(versions.versions.map(\.value.name))
        for amendment in amendments {
            guard !amendment.name.isEmpty else {
                throw RuleProblem(amendment, "it needs a name")
            }
            guard names.insert(amendment.name).inserted else {
                throw RuleProblem(amendment, "its name is used twice")
            }
            if let last = versions.newestFrom, amendment.effectiveFrom <= last {
                throw RuleProblem(
                    amendment, "effectiveFrom must be later than \(last) of \(versions.newest.name)"
                )
            }
            guard Set(amendment.codes.map(\.code)).count == amendment.codes.count else {
                throw RuleProblem(amendment, "a code is named twice")
            }
            let rules = versions.newest.applying(amendment)
            if let beyond = rules.codeBeyondStandard {
                throw RuleProblem(
                    amendment,
                    "the window of \(beyond.code) is longer than standardReturnBankingDays, "
                        + "by which holds end")
            }
            versions = versions.changing(from: amendment.effectiveFrom, to: rules)
        }
        let calendar = BankingCalendar(
            holidays: calendar.holidays, extraClosures: calendar.extraClosures.union(closures))
        return RuleBook(calendar, versions)
    }
}

/// What is wrong with an amendment, in one sentence.
public struct RuleProblem: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ amendment: Amendment, _ sentence: String) {
        description = "Amendment \(amendment.name): \(sentence)."
    }
}

extension RuleBook {
    /// The Nacha Operating Rules of 2020 and the amendments since then whose days are certain;
    /// ``ReturnCodeBook/current`` is the newest of its code books.
    public static let builtIn: RuleBook = {
        do throws(RuleProblem) {
            return try RuleBook(.federalReserve, EffectiveDated(start)).amended(by: amendments)
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    /// Before 1 April 2020 R11 was no unauthorised return: it reported a check truncation entry.
    /// The rest of what a code meant before then is told as it is today.
    private static let start = OperatingRules(
        name: "2020",
        windows: ACHWindows(),
        codes: ReturnCodeBook.current.replacing([
            Amendment.CodeChange(.notAsAuthorized) { $0.rateBucket = .overallOnly }
                .applied(to: ReturnCodeBook.current.facts(.notAsAuthorized))
        ]),
        rates: ReturnRateLimits(
            // Between warning and limit there must be time to act: at 60 and 80 % of each limit.
            unauthorized: limit(50, warnings: [30, 40], .violation),
            administrative: limit(300, warnings: [180, 240], .inquiry),
            overall: limit(1_500, warnings: [900, 1_200], .inquiry),
            days: 60, months: 2),
        sameDay: SameDayLimits(amountMaxCents: 2_500_000, windows: twoWindows))

    /// Each with its source and how sure it is, in `docs/reference/calendar.md`.
    private static let amendments = [
        Amendment(
            name: "Same Day ACH, $100,000 an entry", effectiveFrom: day(2020, 3, 20),
            sameDay: SameDayLimits(amountMaxCents: 10_000_000, windows: twoWindows)),
        Amendment(
            name: "R11 unauthorized", effectiveFrom: day(2020, 4, 1),
            codes: [Amendment.CodeChange(.notAsAuthorized) { $0.rateBucket = .unauthorized }]),
        Amendment(
            name: "Same Day ACH, third window", effectiveFrom: day(2021, 3, 19),
            sameDay: SameDayLimits(amountMaxCents: 10_000_000, windows: threeWindows)),
        Amendment(
            name: "Same Day ACH, $1,000,000 an entry", effectiveFrom: day(2022, 3, 18),
            sameDay: SameDayLimits(amountMaxCents: 100_000_000, windows: threeWindows)),
    ]

    private static let twoWindows = [window(10, 30, settles: 13), window(14, 45, settles: 17)]
    private static let threeWindows = twoWindows + [window(16, 45, settles: 18)]

    private static func day(_ year: Int, _ month: Int, _ day: Int) -> Day {
        guard let day = Day(year: year, month: month, day: day) else {
            preconditionFailure("the days of amendments exist")
        }
        return day
    }

    private static func window(_ hour: Int, _ minute: Int, settles: Int) -> SameDayLimits.Window {
        guard let deadline = TimeOfDay(hour: hour, minute: minute),
            let settles = TimeOfDay(hour: settles, minute: 0)
        else { preconditionFailure("the times of windows exist") }
        return SameDayLimits.Window(deadline: deadline, settles: settles)
    }

    private static func limit(
        _ most: Int64, warnings: [Int64], _ consequence: RateLimit.Consequence
    ) -> RateLimit {
        RateLimit(
            most: BasisPoints(most), warnings: warnings.map { BasisPoints($0) },
            consequence: consequence)
    }
}

extension Amendment.CodeChange {
    fileprivate init(_ code: ReturnCode, _ change: (inout Self) -> Void) {
        self.init(code)
        change(&self)
    }
}
