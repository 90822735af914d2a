import Banking
import Nacha
import Rules
import Wire

/// What the calendar and the rules say of one debit: when it is processed and settles, until when
/// it can come back, and when its money may leave. Computed as the product computes it.
public struct CalendarAnswer: Sendable {
    public let submitted: Instant
    /// What Same Day ACH has to do with it; `nil` when it was not asked for.
    public let sameDay: SameDay?
    public let processingDay: Day
    public let settlementDay: Day
    public let settlesAt: Instant
    /// The name of the newest amendment of the rules the entry is judged by.
    public let rules: String
    public let standardDeadline: Instant
    /// The last calendar day counted; the deadline is the opening after it.
    public let extendedLastDay: Day
    public let extendedDeadline: Instant
    public let codes: [Code]
    public let dishonorDeadline: Instant
    public let contestDeadline: Instant
    public let prenoteLiveFrom: Day
    public let representmentLastDay: Day
    public let promisedUntil: Instant
    public let unconfirmedUntil: Instant
    public let release: Instant

    /// A code that was asked for, as if it answered the debit, or a return or notification of its
    /// settlement day.
    public enum Code: Sendable {
        case `return`(ReturnCodeFacts, Instant?)
        case change(ChangeCode, Instant?)
    }

    /// Which of the operator's windows the entry makes.
    public struct SameDay: Sendable {
        public let amountMaxCents: Int64
        /// `nil` where the next-day service settles no later, and before there was the service.
        public let window: SameDayLimits.Window?
    }

    /// The answer for a debit handed to the bank at `submitted`, which also starts its hold.
    public init(
        submitted: Instant, sameDay asked: Bool, codes: [String], rules book: RuleBook,
        bank: ACHTiming, hold: Policy.Hold, representmentDaysMax: Int
    ) {
        self.submitted = submitted
        let calendar = bank.calendar
        // The very schedule that files are made by.
        let service = book.sameDay(leadMinutes: 0)
        let schedule = service.schedule(
            asked ? .sameDay : .nextDay, submittedAt: submitted, timing: bank)
        let limitDay =
            schedule.window == nil
            ? calendar.bankingDay(onOrAfter: Eastern.day(at: submitted)) : schedule.processingDay
        sameDay =
            asked
            ? SameDay(
                amountMaxCents: service.limits.value(on: limitDay).amountMaxCents,
                window: schedule.window) : nil
        let settlement = schedule.settlement
        processingDay = schedule.processingDay
        settlementDay = settlement
        settlesAt = schedule.settles

        let version = book.rules(on: settlement)
        rules = version.name
        standardDeadline = bank.standardReturnDeadline(settlement: settlement)
        extendedLastDay = settlement.adding(days: version.windows.extendedReturnCalendarDays)
        extendedDeadline = bank.extendedReturnDeadline(settlement: settlement)
        self.codes = codes.compactMap { text in
            if text.first == "C" {
                return ChangeCode(text).map {
                    .change($0, $0.facts.deadline(from: settlement, timing: bank))
                }
            }
            return ReturnCode(text).map(version.codes.facts).map {
                .return($0, $0.deadline(settlement: settlement, timing: bank))
            }
        }
        dishonorDeadline = bank.dishonorDeadline(returnSettlement: settlement)
        contestDeadline = bank.contestDeadline(dishonorSettlement: settlement)
        prenoteLiveFrom = bank.prenoteLiveFrom(settlement: settlement)
        representmentLastDay = settlement.adding(days: representmentDaysMax)
        promisedUntil = submitted.adding(hours: hold.hours)
        unconfirmedUntil = hold.unconfirmedUntil(settlement, bank)
        release = hold.release(initiatedAt: submitted, settlementDay: settlement, bank)
    }
}

extension CalendarAnswer {
    public var json: JSON {
        .object([
            ("submitted", .string(submitted.rfc3339)),
            ("rules", .string(rules)),
            ("same_day", sameDay.map(\.json) ?? .null),
            ("processing_day", .string(processingDay.iso)),
            ("settlement_day", .string(settlementDay.iso)),
            ("settles_at", .string(settlesAt.rfc3339)),
            (
                "return_deadlines",
                .object([
                    ("standard", .string(standardDeadline.rfc3339)),
                    ("extended", .string(extendedDeadline.rfc3339)),
                    ("extended_last_day", .string(extendedLastDay.iso)),
                ])
            ),
            ("codes", .array(codes.map(\.json))),
            (
                "return_settled_that_day",
                .object([
                    ("dishonor_by", .string(dishonorDeadline.rfc3339)),
                    ("contest_deadline", .string(contestDeadline.rfc3339)),
                ])
            ),
            ("prenote_live_from", .string(prenoteLiveFrom.iso)),
            ("representment_last_day", .string(representmentLastDay.iso)),
            (
                "hold",
                .object([
                    ("promised_until", .string(promisedUntil.rfc3339)),
                    ("unconfirmed_until", .string(unconfirmedUntil.rfc3339)),
                    ("release", .string(release.rfc3339)),
                ])
            ),
        ])
    }

    /// The same for a person, a fact a line.
    public var text: String {
        var rows: [(String, String)] = [("submitted", Self.eastern(submitted))]
        if let sameDay { rows.append(("same day", sameDay.text)) }
        rows += [
            ("processing day", Self.named(processingDay)),
            ("settles", Self.eastern(settlesAt)),
            ("standard return", "late from " + Self.eastern(standardDeadline)),
            (
                "extended return",
                "late from \(Self.eastern(extendedDeadline)), "
                    + "last day counted \(Self.named(extendedLastDay))"
            ),
        ]
        rows += codes.map(\.row)
        rows += [
            ("dishonor", "to the bank before " + Self.eastern(dishonorDeadline)),
            ("contest", "late from " + Self.eastern(contestDeadline)),
            ("prenote", "live entries from " + Self.named(prenoteLiveFrom)),
            ("re-presentment", "until " + Self.named(representmentLastDay)),
            ("promised hold", "until " + Self.eastern(promisedUntil)),
            ("unconfirmed", "until " + Self.eastern(unconfirmedUntil)),
            ("hold release", Self.eastern(release)),
            ("rules", rules),
        ]
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { label, value in
            label + String(repeating: " ", count: width - label.count + 2) + value
        }.joined(separator: "\n")
    }

    /// `Wed 2026-11-25`.
    static func named(_ day: Day) -> String {
        let name =
            switch day.weekday {
            case .sunday: "Sun"
            case .monday: "Mon"
            case .tuesday: "Tue"
            case .wednesday: "Wed"
            case .thursday: "Thu"
            case .friday: "Fri"
            case .saturday: "Sat"
            }
        return "\(name) \(day)"
    }

    /// `Wed 2026-11-25 08:30 Eastern`.
    static func eastern(_ instant: Instant) -> String {
        "\(named(Eastern.day(at: instant))) \(Eastern.timeOfDay(at: instant)) Eastern"
    }
}

extension CalendarAnswer.Code {
    fileprivate var json: JSON {
        switch self {
        case .return(let facts, let deadline):
            .object([
                ("code", .string(facts.code.text)),
                ("known", .boolean(facts.isKnown)),
                ("title", .string(facts.title)),
                ("window", .string(facts.window.text)),
                ("deadline", deadline.map { .string($0.rfc3339) } ?? .null),
                ("written_statement", .boolean(facts.needsWrittenStatement)),
                ("representment", .string(facts.representment.text)),
                (
                    "bank_account",
                    .string(Words<BankAccountEffect>.accounts.word(facts.bankAccount))
                ),
                ("customer", .string(Words<CustomerHold>.customers.word(facts.customerHold))),
                ("rate", .string(Words<RateBucket>.rates.word(facts.rateBucket))),
                ("reason", .string(Words<ReasonGroup>.reasons.word(facts.reasonGroup))),
            ])
        case .change(let code, let deadline):
            .object([
                ("code", .string(code.text)),
                ("known", .boolean(code.facts.isKnown)),
                ("title", .string(code.facts.title)),
                ("window", .string(code.facts.window.text)),
                ("deadline", deadline.map { .string($0.rfc3339) } ?? .null),
                (
                    "bank_account",
                    .string(Words<BankAccountEffect>.accounts.word(code.facts.bankAccount))
                ),
            ])
        }
    }

    fileprivate var row: (String, String) {
        switch self {
        case .return(let facts, let deadline):
            let isOurs = facts.kind == .dishonored
            return Self.row("\(facts.code)", facts.title, facts.window, deadline, isOurs)
        case .change(let code, let deadline):
            let facts = code.facts
            return Self.row(
                "\(code)", facts.title, facts.window, deadline, facts.kind == .refusal)
        }
    }

    private static func row(
        _ code: String, _ title: String, _ window: ReturnWindow, _ deadline: Instant?,
        _ isOurs: Bool
    ) -> (String, String) {
        let when =
            deadline.map { deadline in
                (isOurs ? "to the bank before " : "late from ") + CalendarAnswer.eastern(deadline)
            } ?? "no day can be counted"
        return (code, "\(title): \(window.text), \(when)")
    }
}

extension CalendarAnswer.SameDay {
    fileprivate var json: JSON {
        .object([
            ("in_time", .boolean(window != nil)),
            ("deadline", window.map { .string("\($0.deadline)") } ?? .null),
            ("amount_max_minor", .integer(amountMaxCents)),
        ])
    }

    fileprivate var text: String {
        guard amountMaxCents > 0 else { return "not offered, goes as a next-day entry" }
        guard let window else { return "too late for it, goes as a next-day entry" }
        return "with the operator before \(window.deadline) Eastern, "
            + "at most $\(amountMaxCents / 100) an entry"
    }
}

/// The weekdays of a year on which the Reserve Banks are closed.
public struct CalendarYear: Sendable {
    public let year: Int
    public let closures: [(day: Day, why: String)]

    /// The closures of `year`, which is 1 through 9998.
    public init(_ year: Int, _ calendar: BankingCalendar) {
        self.year = year
        guard let first = Day(year: year, month: 1, day: 1) else {
            preconditionFailure("a year of the calendar")
        }
        var closures: [(Day, String)] = []
        var day = first
        while day.year == year {
            switch calendar.closure(on: day) {
            case nil, .weekend: break
            case .holiday(let holiday): closures.append((day, holiday.name))
            case .extra: closures.append((day, "Closed by the rules file"))
            }
            day = day.adding(days: 1)
        }
        self.closures = closures
    }

    public var json: JSON {
        .object([
            ("year", .integer(Int64(year))),
            (
                "closures",
                .array(
                    closures.map {
                        .object([("day", .string($0.day.iso)), ("why", .string($0.why))])
                    })
            ),
        ])
    }

    public var text: String {
        closures.map { "\(CalendarAnswer.named($0.day))  \($0.why)" }.joined(separator: "\n")
    }
}
