/// When ACH entries are processed and settle, and until when they can come back.
///
/// Every number is a value given at creation: the bank's own clock, and the windows of the rules
/// with the day each amendment takes effect. An entry is judged by the windows in force on its
/// settlement day.
public struct ACHTiming: Hashable, Sendable {
    /// The banking days everything is counted in.
    public let calendar: BankingCalendar
    /// Opening of business, Eastern: next-day entries settle and return windows close at it.
    public let opening: TimeOfDay
    /// An entry handed to the bank before this Eastern time goes out the same banking day.
    public let cutOff: TimeOfDay
    /// The windows of the rules, by the settlement day of what is judged.
    public let windows: EffectiveDated<ACHWindows>
    /// Banking days a return may be on its way from the ODFI to us.
    public let slackBankingDays: Int

    /// The Reserve Banks' calendar and the rules of 2026 for whatever is not given. A negative
    /// slack is a bug and traps.
    public init(
        calendar: BankingCalendar = .federalReserve,
        opening: TimeOfDay = .openingOfBusiness,
        cutOff: TimeOfDay = .usualCutOff,
        windows: EffectiveDated<ACHWindows> = EffectiveDated(ACHWindows()),
        slackBankingDays: Int = 1
    ) {
        precondition(slackBankingDays >= 0, "slack cannot be negative")
        self.calendar = calendar
        self.opening = opening
        self.cutOff = cutOff
        self.windows = windows
        self.slackBankingDays = slackBankingDays
    }

    /// The banking day on which an entry handed in at this moment is processed: the same day when
    /// that is a banking day and the cut-off is still ahead, else the next banking day.
    public func processingDay(submittedAt instant: Instant) -> Day {
        let day = Eastern.day(at: instant)
        guard calendar.isBankingDay(day), Eastern.timeOfDay(at: instant) < cutOff else {
            return calendar.bankingDay(1, after: day)
        }
        return day
    }

    /// The last moment, exclusive, at which an entry still joins this processing day.
    public func cutOffInstant(_ processingDay: Day) -> Instant {
        Eastern.instant(on: processingDay, at: cutOff)
    }

    /// The settlement date of a next-day debit.
    ///
    /// Nacha Operating Rules, Effective Entry Date: at most one banking day after processing. The
    /// settlement day is what is asked for, so the processing day chooses the rules.
    public func forwardSettlement(processingDay: Day) -> Day {
        let count = windows.value(on: processingDay).settlementBankingDays
        return calendar.bankingDay(count, after: processingDay)
    }

    /// When the money of entries with this settlement date moves: 08:30 Eastern unless configured.
    public func settlementInstant(_ settlement: Day) -> Instant {
        Eastern.instant(on: settlement, at: opening)
    }

    /// The moment from which a return under the standard window is late.
    ///
    /// Nacha Operating Rules, Timing Requirements for Return Entries: available to the ODFI by
    /// opening of business on the second banking day after the original's settlement date.
    public func standardReturnDeadline(settlement: Day) -> Instant {
        let count = windows.value(on: settlement).standardReturnBankingDays
        return settlementInstant(calendar.bankingDay(count, after: settlement))
    }

    /// The moment from which a return of an unauthorised consumer debit is late.
    ///
    /// Nacha Operating Rules, exception for unauthorised debits: by opening of business on the
    /// banking day following the sixtieth calendar day after settlement. When day 60 is a
    /// Saturday, a return on day 62 can be in time.
    public func extendedReturnDeadline(settlement: Day) -> Instant {
        let count = windows.value(on: settlement).extendedReturnCalendarDays
        let last = settlement.adding(days: count)
        return settlementInstant(calendar.bankingDay(1, after: last))
    }

    /// The moment by which our dishonored return must be with the bank: the cut-off of the fifth
    /// banking day after the return's settlement date.
    ///
    /// Nacha Operating Rules, Dishonor of Return Entries: transmitted within five banking days.
    public func dishonorDeadline(returnSettlement: Day) -> Instant {
        let count = windows.value(on: returnSettlement).dishonorBankingDays
        return cutOffInstant(calendar.bankingDay(count, after: returnSettlement))
    }

    /// The moment from which a contested dishonored return is late: opening of business on the
    /// banking day after the last one on which the RDFI could send it, so that a file sent in the
    /// evening still counts.
    ///
    /// Nacha Operating Rules, Contested Dishonored Return Entries: transmitted within two banking
    /// days of the dishonored return's settlement date.
    public func contestDeadline(dishonorSettlement: Day) -> Instant {
        let count = windows.value(on: dishonorSettlement).contestBankingDays
        return settlementInstant(calendar.bankingDay(count + 1, after: dishonorSettlement))
    }

    /// The first banking day on which live entries may follow a prenote that neither returned nor
    /// brought a notification of change.
    ///
    /// Nacha Operating Rules, Prenotification: the third banking day after its settlement date.
    public func prenoteLiveFrom(settlement: Day) -> Day {
        let count = windows.value(on: settlement).prenoteBankingDays
        return calendar.bankingDay(count, after: settlement)
    }

    /// The moment from which the RDFI is late in saying whether it sends back an entry that we asked
    /// for: opening of business on the banking day after the last one it has, so that an answer of
    /// the evening still counts.
    ///
    /// Nacha Operating Rules, Return at the Request of the ODFI: within ten banking days of the
    /// request, since 1 April 2025.
    public func returnRequestDeadline(requested day: Day) -> Instant {
        let count = windows.value(on: day).returnRequestBankingDays
        return settlementInstant(calendar.bankingDay(count + 1, after: day))
    }

    /// Until when a settled debit may still be overtaken by a timely return that is on its way to
    /// us: the standard window plus this timing's own slack.
    public func unconfirmedUntil(settlement: Day) -> Instant {
        unconfirmedUntil(settlement: settlement, slackBankingDays: slackBankingDays)
    }

    /// As ``unconfirmedUntil(settlement:)``, with another slack: at least zero banking days.
    public func unconfirmedUntil(settlement: Day, slackBankingDays: Int) -> Instant {
        precondition(slackBankingDays >= 0, "slack cannot be negative")
        let count = windows.value(on: settlement).standardReturnBankingDays + slackBankingDays
        return settlementInstant(calendar.bankingDay(count, after: settlement))
    }
}

extension TimeOfDay {
    /// 20:00: the default moment by which a bank wants the day's file. Each bank sets its own.
    public static let usualCutOff = TimeOfDay(trustedMinutes: 20 * 60)
}
