import Banking
import Nacha
import Rules

/// When the files for the bank are closed: on banking days, some minutes before each cut-off, so
/// that a file reaches the ODFI in time; and what settles when.
public struct BankFileClock: Sendable {
    public let timing: ACHTiming
    /// In the order of the day, at least one.
    public let cutOffs: [BankSetup.CutOff]

    /// The bank's own cut-offs, or the policy's where it has none.
    public init(_ policy: Policy, _ rules: RuleBook, _ bank: BankSetup = BankSetup()) {
        timing = policy.timing(under: rules)
        cutOffs =
            bank.cutOffs.isEmpty
            ? [BankSetup.CutOff(time: timing.cutOff)]
            : bank.cutOffs.sorted { $0.time < $1.time }
    }

    /// A cut-off on a banking day.
    public struct Window: Hashable, Sendable {
        public let cutOff: BankSetup.CutOff
        /// The banking day on which the ODFI processes what came before it.
        public let processingDay: Day
        /// The day asked for in the batches, on which the entries settle.
        public let effectiveEntryDate: Day

        /// The moment from which it is too late.
        public var end: Instant { Eastern.instant(on: processingDay, at: cutOff.time) }

        /// When the file for it is closed.
        public var closing: Instant { end.adding(seconds: -60 * cutOff.leadMinutes) }
    }

    /// The first closing after `instant`.
    public func closing(after instant: Instant) -> Instant {
        first(onOrAfter: Eastern.day(at: instant)) { $0.closing > instant }.closing
    }

    /// The window that takes a file handed in at `instant`: the next cut-off still ahead.
    public func window(at instant: Instant) -> Window {
        first(onOrAfter: Eastern.day(at: instant)) { $0.end > instant }
    }

    private func first(onOrAfter day: Day, where isIt: (Window) -> Bool) -> Window {
        var day = timing.calendar.bankingDay(onOrAfter: day)
        while true {
            for cutOff in cutOffs {
                let window = window(cutOff, on: day)
                if isIt(window) { return window }
            }
            day = timing.calendar.bankingDay(1, after: day)
        }
    }

    private func window(_ cutOff: BankSetup.CutOff, on day: Day) -> Window {
        let settles =
            switch cutOff.service {
            case .sameDay: day
            case .nextDay: timing.forwardSettlement(processingDay: day)
            }
        return Window(cutOff: cutOff, processingDay: day, effectiveEntryDate: settles)
    }
}
