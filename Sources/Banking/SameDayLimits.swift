/// What Same Day ACH allows at one time: how much in one entry, and in which of the operator's
/// windows it settles. A bank's own deadlines are earlier than the operator's.
public struct SameDayLimits: Hashable, Sendable {
    /// The most one entry may be, in cents; this target knows no money.
    public let amountMaxCents: Int64
    /// The operator's windows of a banking day, the earliest first; none when there is no service.
    public let windows: [Window]

    /// Before the service began: no window, and no entry may be same-day.
    public static let notOffered = SameDayLimits(amountMaxCents: 0, windows: [])

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

        /// `SD1300`: how a batch asks for this settlement in its company descriptive date. A
        /// convention that some banks want and others ignore.
        public var descriptiveDate: String { "SD" + settles.hhmm }

        /// The moment from which a file is too late for the window on that day, for a bank that
        /// must have it this long before the operator's deadline.
        public func closes(on day: Day, leadMinutes: Int = 0) -> Instant {
            Eastern.instant(on: day, at: deadline).adding(seconds: -leadMinutes * 60)
        }
    }

    /// Traps on a negative amount or deadlines that do not ascend: whoever reads them from outside
    /// refuses those.
    public init(amountMaxCents: Int64, windows: [Window]) {
        precondition(amountMaxCents >= 0)
        for (earlier, later) in zip(windows, windows.dropFirst()) {
            precondition(earlier.deadline < later.deadline, "windows must ascend")
        }
        self.amountMaxCents = amountMaxCents
        self.windows = windows
    }

    /// The first window of that banking day which a file handed in at this moment still makes.
    public func window(
        on day: Day, submittedAt instant: Instant, leadMinutes: Int = 0
    ) -> Window? {
        windows.first { instant < $0.closes(on: day, leadMinutes: leadMinutes) }
    }
}
