/// Same Day ACH: the operator's windows, the limit of an entry, and what follows for one that is
/// handed in now.
///
/// Every number is data with the day it takes effect, so that a change of the rules is another
/// value. The defaults are the Nacha Operating Rules as of 2026. Days before the service began have
/// no windows and no limit.
public struct SameDayACH: Hashable, Sendable {
    /// In the order of their deadlines.
    public let windows: [Window]
    /// In the order of their days.
    public let limits: [Limit]
    /// How long before the operator's deadline our bank must have the file. Each bank sets its own.
    public let leadMinutes: Int

    /// One of the times a day at which the operator takes same-day entries.
    public struct Window: Hashable, Sendable {
        /// 1 for the first of the day.
        public let number: Int
        /// The operator's deadline, Eastern.
        public let deadline: TimeOfDay
        /// When what came by then settles, Eastern, the same day.
        public let settles: TimeOfDay
        /// The first processing day the window is open on.
        public let effectiveFrom: Day

        /// A window of a bank or a later rule.
        public init(number: Int, deadline: TimeOfDay, settles: TimeOfDay, effectiveFrom: Day) {
            self.number = number
            self.deadline = deadline
            self.settles = settles
            self.effectiveFrom = effectiveFrom
        }

        /// `SD1300`: how a batch asks for this settlement in its company descriptive date. A
        /// convention that some banks want and others ignore.
        public var descriptiveDate: String { "SD" + settles.hhmm }
    }

    /// The largest entry that may be same-day.
    public struct Limit: Hashable, Sendable {
        /// The first processing day it applies to.
        public let effectiveFrom: Day
        /// In cents.
        public let cents: Int64

        /// A limit of a bank or a later rule.
        public init(effectiveFrom: Day, cents: Int64) {
            self.effectiveFrom = effectiveFrom
            self.cents = cents
        }
    }

    /// The rules of 2026 for whatever is not given. A negative lead is a bug and traps.
    public init(
        windows: [Window] = SameDayACH.operatorWindows, limits: [Limit] = SameDayACH.entryLimits,
        leadMinutes: Int = 0
    ) {
        precondition(leadMinutes >= 0, "a file cannot be wanted after the deadline")
        self.windows = windows.sorted { $0.deadline < $1.deadline }
        self.limits = limits.sorted { $0.effectiveFrom < $1.effectiveFrom }
        self.leadMinutes = leadMinutes
    }

    /// 10:30, 14:45 and, since 19 March 2021, 16:45 Eastern.
    public static let operatorWindows = [
        Window(
            number: 1, deadline: TimeOfDay(trustedMinutes: 10 * 60 + 30),
            settles: TimeOfDay(trustedMinutes: 13 * 60), effectiveFrom: began),
        Window(
            number: 2, deadline: TimeOfDay(trustedMinutes: 14 * 60 + 45),
            settles: TimeOfDay(trustedMinutes: 17 * 60), effectiveFrom: began),
        Window(
            number: 3, deadline: TimeOfDay(trustedMinutes: 16 * 60 + 45),
            settles: TimeOfDay(trustedMinutes: 18 * 60),
            effectiveFrom: Day(trustedYear: 2021, month: 3, day: 19)),
    ]

    /// $25,000, since 20 March 2020 $100,000, since 18 March 2022 $1,000,000.
    public static let entryLimits = [
        Limit(effectiveFrom: began, cents: 2_500_000),
        Limit(effectiveFrom: Day(trustedYear: 2020, month: 3, day: 20), cents: 10_000_000),
        Limit(effectiveFrom: Day(trustedYear: 2022, month: 3, day: 18), cents: 100_000_000),
    ]

    /// Credits began on this day, debits a year later.
    private static let began = Day(trustedYear: 2016, month: 9, day: 23)

    /// The largest entry in cents on this processing day; `nil` before there was the service.
    public func limitCents(on day: Day) -> Int64? {
        limits.last { $0.effectiveFrom <= day }?.cents
    }

    /// What becomes of an entry handed in at this moment.
    ///
    /// Next day: the processing day by the bank's cut-off, settlement one banking day later. Same
    /// day: the first window whose deadline, less the lead, is still ahead, today or on the next
    /// banking day; when the next-day service settles no later, that is what the entry gets, and
    /// ``ACHSchedule/window`` is `nil`. The moment of the deadline itself is too late.
    public func schedule(
        _ service: ACHService, submittedAt instant: Instant, timing: ACHTiming
    ) -> ACHSchedule {
        let nextDay = Self.nextDay(instant, timing)
        switch service {
        case .nextDay: return nextDay
        case .sameDay:
            guard let sameDay = sameDay(instant, timing), sameDay.settles < nextDay.settles else {
                return nextDay
            }
            return sameDay
        }
    }

    private static func nextDay(_ instant: Instant, _ timing: ACHTiming) -> ACHSchedule {
        let processing = timing.processingDay(submittedAt: instant)
        let settlement = timing.forwardSettlement(processingDay: processing)
        return ACHSchedule(
            processingDay: processing, effectiveEntryDate: settlement, settlement: settlement,
            settles: timing.settlementInstant(settlement), window: nil)
    }

    private func sameDay(_ instant: Instant, _ timing: ACHTiming) -> ACHSchedule? {
        let today = Eastern.day(at: instant)
        let first = timing.calendar.bankingDay(onOrAfter: today)
        for day in [first, timing.calendar.bankingDay(1, after: first)] {
            let window = windows.first { $0.effectiveFrom <= day && instant < closes($0, on: day) }
            guard let window else { continue }
            return ACHSchedule(
                processingDay: day, effectiveEntryDate: day, settlement: day,
                settles: Eastern.instant(on: day, at: window.settles), window: window)
        }
        return nil
    }

    /// The moment from which a file is too late for the window on that day.
    public func closes(_ window: Window, on day: Day) -> Instant {
        Eastern.instant(on: day, at: window.deadline).adding(seconds: -leadMinutes * 60)
    }
}

/// What is asked of the operator.
public enum ACHService: String, Hashable, Sendable, CaseIterable {
    case nextDay = "next_day"
    case sameDay = "same_day"
}

/// When an entry is processed and settles.
public struct ACHSchedule: Hashable, Sendable {
    /// The banking day the operator works on it.
    public let processingDay: Day
    /// What the batch header says.
    public let effectiveEntryDate: Day
    /// The banking day its money moves.
    public let settlement: Day
    /// The moment of that.
    public let settles: Instant
    /// The same-day window it makes; `nil` for the next-day service.
    public let window: SameDayACH.Window?
}
