import Banking
import Foundation
import Nacha
import Rules

/// When the files for the bank are closed: on banking days, some minutes before the cut-off, so
/// that a file reaches the ODFI in time.
public struct BankFileClock: Sendable {
    /// Minutes between the closing of a file and the ODFI's cut-off.
    public static let leadMinutes = 15

    public let timing: ACHTiming

    public init(_ policy: Policy, _ rules: RuleBook) { timing = policy.timing(under: rules) }

    /// The first closing after `instant`.
    public func closing(after instant: Instant) -> Instant {
        var day = timing.calendar.bankingDay(onOrAfter: Eastern.day(at: instant))
        while true {
            let closing = timing.cutOffInstant(day).adding(seconds: -60 * Self.leadMinutes)
            if closing > instant { return closing }
            day = timing.calendar.bankingDay(1, after: day)
        }
    }
}
