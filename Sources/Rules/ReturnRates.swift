import Banking
import Money
import Nacha

/// A debit of ours that left or came back, as the return rates count it. Kept in the commit that
/// decided it, so that the rates never differ from what happened.
public enum DebitCount: Hashable, Sendable {
    /// Sent to the bank on one day, to settle on another. A re-presentment is a debit of its own.
    case sent(on: Day, settles: Day)
    /// The bank settled it on another day than we thought.
    case settlementMoved(from: Day, to: Day)
    /// It came back; one that a dishonor takes out of the books again stays counted.
    case returned(Return)

    /// What the rates need to know of a return.
    public struct Return: Hashable, Sendable {
        /// As received.
        public let code: String
        /// The settlement day of the debit that came back.
        public let settled: Day
        /// The Eastern day on which it came.
        public let received: Day

        public init(code: String, settled: Day, received: Day) {
            self.code = code
            self.settled = settled
            self.received = received
        }
    }
}

/// How many debits left and came back, by day: what they cost follows the days, never the debits.
public struct DebitCounts: Hashable, Sendable {
    /// By the day they were sent.
    public var sent: [Day: Int] = [:]
    /// The same debits, by the day they settle.
    public var settling: [Day: Int] = [:]
    public var returned: [DebitCount.Return: Int] = [:]

    public init() {}

    public mutating func add(_ count: DebitCount) {
        switch count {
        case .sent(let day, let settles):
            sent[day, default: 0] += 1
            settling[settles, default: 0] += 1
        case .settlementMoved(let from, let to):
            settling[from, default: 0] -= 1
            settling[to, default: 0] += 1
        case .returned(let entry): returned[entry, default: 0] += 1
        }
    }
}

/// An originator's return rates on one day (Nacha Operating Rules, ODFI Return Rate Reporting): the
/// share of the debits originated that came back, by both permitted methods over both permitted
/// spans. RCK entries are in none; we send none.
public struct ReturnRates: Hashable, Sendable {
    public let today: Day
    public let figures: [Figure]

    /// Which returns are held against which debits.
    public enum Method: String, Hashable, Sendable, CaseIterable {
        /// The debits that settled in the span, and how many of just those came back, whenever.
        case cohort
        /// The debits sent in the span, and the returns received in it, of whatever debits.
        case period
    }

    /// Over which days.
    public enum Span: String, Hashable, Sendable, CaseIterable {
        /// The sixty days that end today.
        case days
        /// The two calendar months before this one.
        case months
    }

    /// One rate, by one method over one span.
    public struct Figure: Hashable, Sendable {
        public let rate: ReturnRate
        public let method: Method
        public let span: Span
        public let from: Day
        public let through: Day
        public let returned: Int
        public let originated: Int
        public let limit: RateLimit

        /// Whether the rate is at or above a level; never with no returns. Exact: both sides are
        /// whole numbers.
        public func reaches(_ level: BasisPoints) -> Bool {
            returned > 0 && Int128(returned) * 10_000 >= Int128(level.count) * Int128(originated)
        }

        /// Whether the rate is above its limit. At the limit it is not.
        public var isExceeded: Bool {
            returned > 0
                && Int128(returned) * 10_000 > Int128(limit.most.count) * Int128(originated)
        }

        /// The highest level that is reached: a warning, or the limit when it is exceeded.
        public var reached: BasisPoints? {
            isExceeded ? limit.most : limit.warnings.last(where: reaches)
        }

        /// The next level ahead; `nil` above the limit.
        public var next: BasisPoints? {
            isExceeded ? nil : limit.warnings.first { !reaches($0) } ?? limit.most
        }

        /// The rate for people, rounded up, so that a rate above a limit never looks like it;
        /// `nil` with nothing originated. More than everything can come back by the period method.
        public var basisPoints: Int64? {
            originated > 0
                ? Rounding.up.divide(Int128(returned) * 10_000, by: Int128(originated)) : nil
        }
    }

    /// The rates of `counts` on `today`. Each return belongs to the rate its code had on its debit's
    /// settlement day; limits and spans are today's.
    public init(_ counts: DebitCounts, rules: RuleBook, today: Day) {
        self.today = today
        let limits = rules.rules(on: today).rates
        let buckets = counts.returned.map { entry, count in
            (
                entry: entry, count: count,
                bucket: ReturnCode(entry.code).map { rules.facts($0, settlement: entry.settled) }?
                    .rateBucket ?? .overallOnly
            )
        }
        var figures: [Figure] = []
        for span in Span.allCases {
            let days = Self.days(span, limits, today)
            for method in Method.allCases {
                let originated = (method == .cohort ? counts.settling : counts.sent)
                    .filter { days.contains($0.key) }.values.reduce(0, +)
                for rate in ReturnRate.allCases {
                    let returned = buckets.filter {
                        rate.counts($0.bucket)
                            && days.contains(
                                method == .cohort ? $0.entry.settled : $0.entry.received)
                    }.map(\.count).reduce(0, +)
                    figures.append(
                        Figure(
                            rate: rate, method: method, span: span, from: days.lowerBound,
                            through: days.upperBound, returned: returned,
                            originated: max(0, originated), limit: limits.limit(rate)))
                }
            }
        }
        self.figures = figures
    }

    /// The first day that any of the figures of `today` looks at.
    public static func firstDay(_ today: Day, rules: RuleBook) -> Day {
        let limits = rules.rules(on: today).rates
        return Span.allCases.map { days($0, limits, today).lowerBound }.min() ?? today
    }

    private static func days(
        _ span: Span, _ limits: ReturnRateLimits, _ today: Day
    ) -> ClosedRange<Day> {
        switch span {
        case .days: return today.adding(days: 1 - limits.days)...today
        case .months:
            let first = today.adding(days: 1 - today.day)
            var start = first
            for _ in 0..<limits.months {
                let last = start.adding(days: -1)
                start = last.adding(days: 1 - last.day)
            }
            return start...first.adding(days: -1)
        }
    }

    /// Whether new bank accounts must wait: the unauthorised rate of the days that end today is at
    /// or above the policy's level, by either method, over enough debits to say so.
    public func stopsBankLinks(_ policy: Policy.Returns) -> Bool {
        figures.contains { figure in
            figure.rate == .unauthorized && figure.span == .days
                && figure.originated >= policy.debitsMin && figure.reaches(policy.linkStop)
        }
    }
}

extension Draft {
    mutating func count(_ count: DebitCount) { changes.debits.append(count) }

    /// A return that belongs to a debit of ours, whatever is decided about it.
    mutating func countReturn(code: String, ofDebitSettledOn day: Day?) {
        let today = Eastern.day(at: facts.now)
        count(.returned(.init(code: code, settled: day ?? today, received: today)))
    }
}
