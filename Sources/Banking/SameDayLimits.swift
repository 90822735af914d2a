/// What Same Day ACH allows at one time: how much in one entry, and in which of the operator's
/// windows it settles. A bank's own deadlines are earlier than the operator's.
public struct SameDayLimits: Hashable, Sendable {
    /// The most one entry may be, in cents; this target knows no money.
    public let amountMaxCents: Int64
    /// The operator's windows of a banking day, the earliest first; at least one.
    public let windows: [Window]

    /// One of the operator's windows, in Eastern time.
    public struct Window: Hashable, Sendable {
        /// A file that is with the operator before this time is in the window.
        public let deadline: TimeOfDay
        /// When the window's entries settle, later than the deadline.
        public let settles: TimeOfDay

        /// Traps when it would settle before its own deadline.
        public init(deadline: TimeOfDay, settles: TimeOfDay) {
            precondition(deadline < settles, "a window settles after its deadline")
            self.deadline = deadline
            self.settles = settles
        }
    }

    /// Traps on a negative amount, no window, or deadlines that do not ascend: whoever reads them
    /// from outside refuses those.
    public init(amountMaxCents: Int64, windows: [Window]) {
        precondition(amountMaxCents >= 0 && !windows.isEmpty)
        for (earlier, later) in zip(windows, windows.dropFirst()) {
            precondition(earlier.deadline < later.deadline, "windows must ascend")
        }
        self.amountMaxCents = amountMaxCents
        self.windows = windows
    }

    /// The banking day and window of a file handed to the operator at this moment, when that is
    /// still a same-day one: the first window ahead on that day or, when the banks are closed on
    /// it, on the next banking day. `nil` after the last deadline of a banking day: the entry then
    /// settles as a next-day one.
    public func window(
        submittedAt instant: Instant, _ calendar: BankingCalendar
    ) -> (day: Day, window: Window)? {
        let day = Eastern.day(at: instant)
        guard calendar.isBankingDay(day) else {
            return (calendar.bankingDay(onOrAfter: day), windows[0])
        }
        let time = Eastern.timeOfDay(at: instant)
        return windows.first { time < $0.deadline }.map { (day, $0) }
    }
}
