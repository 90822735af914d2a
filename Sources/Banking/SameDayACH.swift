/// Same Day ACH at one bank: the rules by processing day, and what follows for an entry that is
/// handed in now.
///
/// Windows and amounts are those of the rule book the value was made of, amendments included.
public struct SameDayACH: Hashable, Sendable {
    /// Windows and the largest entry, by processing day.
    public let limits: EffectiveDated<SameDayLimits>
    /// How long before the operator's deadline our bank must have the file. Each bank sets its own.
    public let leadMinutes: Int

    /// A negative lead is a bug and traps.
    public init(limits: EffectiveDated<SameDayLimits>, leadMinutes: Int = 0) {
        precondition(leadMinutes >= 0, "a file cannot be wanted after the deadline")
        self.limits = limits
        self.leadMinutes = leadMinutes
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
            let window = limits.value(on: day)
                .window(on: day, submittedAt: instant, leadMinutes: leadMinutes)
            guard let window else { continue }
            return ACHSchedule(
                processingDay: day, effectiveEntryDate: day, settlement: day,
                settles: Eastern.instant(on: day, at: window.settles), window: window)
        }
        return nil
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
    public let window: SameDayLimits.Window?
}
