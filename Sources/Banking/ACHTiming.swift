/// When ACH entries are processed and settle, and until when they can come back.
///
/// Every number is a value given at creation, so that a bank's earlier cut-off or a changed rule
/// is a new `ACHTiming` from its effective day on, never an edit of code. The defaults are the
/// Nacha Operating Rules as of 2026. A negative or, where a count of banking days is at least
/// one, a zero value is a bug in the configuration's reader and traps.
public struct ACHTiming: Hashable, Sendable {
    /// The banking days everything is counted in.
    public let calendar: BankingCalendar
    /// Opening of business, Eastern: next-day entries settle and return windows close at it.
    public let opening: TimeOfDay
    /// An entry handed to the bank before this Eastern time goes out the same banking day.
    public let cutOff: TimeOfDay
    /// Banking days from processing to settlement of a debit.
    public let settlementBankingDays: Int
    /// The standard window: a return is available to the ODFI by opening of business on this
    /// banking day after settlement.
    public let standardReturnBankingDays: Int
    /// The extended window of an unauthorised consumer debit, in calendar days after settlement.
    public let extendedReturnCalendarDays: Int
    /// Banking days after a return's settlement in which the ODFI may dishonor it.
    public let dishonorBankingDays: Int
    /// Banking days after a dishonored return's settlement in which the RDFI may contest it.
    public let contestBankingDays: Int
    /// Banking days after a prenote's settlement from which live entries may follow.
    public let prenoteBankingDays: Int
    /// Banking days a return may be on its way from the ODFI to us.
    public let slackBankingDays: Int

    /// The rules of 2026 for whatever is not given. Counts of banking days are at least one, the
    /// others at least zero.
    public init(
        calendar: BankingCalendar = .federalReserve,
        opening: TimeOfDay = .openingOfBusiness,
        cutOff: TimeOfDay = .usualCutOff,
        settlementBankingDays: Int = 1,
        standardReturnBankingDays: Int = 2,
        extendedReturnCalendarDays: Int = 60,
        dishonorBankingDays: Int = 5,
        contestBankingDays: Int = 2,
        prenoteBankingDays: Int = 3,
        slackBankingDays: Int = 1
    ) {
        precondition(settlementBankingDays >= 1 && standardReturnBankingDays >= 1)
        precondition(dishonorBankingDays >= 1 && contestBankingDays >= 1)
        precondition(prenoteBankingDays >= 1)
        precondition(extendedReturnCalendarDays >= 0 && slackBankingDays >= 0)
        self.calendar = calendar
        self.opening = opening
        self.cutOff = cutOff
        self.settlementBankingDays = settlementBankingDays
        self.standardReturnBankingDays = standardReturnBankingDays
        self.extendedReturnCalendarDays = extendedReturnCalendarDays
        self.dishonorBankingDays = dishonorBankingDays
        self.contestBankingDays = contestBankingDays
        self.prenoteBankingDays = prenoteBankingDays
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
    /// Nacha Operating Rules, Effective Entry Date: at most one banking day after processing.
    public func forwardSettlement(processingDay: Day) -> Day {
        calendar.bankingDay(settlementBankingDays, after: processingDay)
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
        settlementInstant(calendar.bankingDay(standardReturnBankingDays, after: settlement))
    }

    /// The moment from which a return of an unauthorised consumer debit is late.
    ///
    /// Nacha Operating Rules, exception for unauthorised debits: by opening of business on the
    /// banking day following the sixtieth calendar day after settlement. When day 60 is a
    /// Saturday, a return on day 62 can be in time.
    public func extendedReturnDeadline(settlement: Day) -> Instant {
        let last = settlement.adding(days: extendedReturnCalendarDays)
        return settlementInstant(calendar.bankingDay(1, after: last))
    }

    /// The moment by which our dishonored return must be with the bank: the cut-off of the fifth
    /// banking day after the return's settlement date.
    ///
    /// Nacha Operating Rules, Dishonor of Return Entries: transmitted within five banking days.
    public func dishonorDeadline(returnSettlement: Day) -> Instant {
        cutOffInstant(calendar.bankingDay(dishonorBankingDays, after: returnSettlement))
    }

    /// The moment from which a contested dishonored return is late: opening of business on the
    /// banking day after the last one on which the RDFI could send it, so that a file sent in the
    /// evening still counts.
    ///
    /// Nacha Operating Rules, Contested Dishonored Return Entries: transmitted within two banking
    /// days of the dishonored return's settlement date.
    public func contestDeadline(dishonorSettlement: Day) -> Instant {
        settlementInstant(calendar.bankingDay(contestBankingDays + 1, after: dishonorSettlement))
    }

    /// The first banking day on which live entries may follow a prenote that neither returned nor
    /// brought a notification of change.
    ///
    /// Nacha Operating Rules, Prenotification: the third banking day after its settlement date.
    public func prenoteLiveFrom(settlement: Day) -> Day {
        calendar.bankingDay(prenoteBankingDays, after: settlement)
    }

    /// Until when a settled debit may still be overtaken by a timely return that is on its way to
    /// us: the standard window plus this timing's own slack.
    public func unconfirmedUntil(settlement: Day) -> Instant {
        unconfirmedUntil(settlement: settlement, slackBankingDays: slackBankingDays)
    }

    /// As ``unconfirmedUntil(settlement:)``, with another slack: at least zero banking days.
    public func unconfirmedUntil(settlement: Day, slackBankingDays: Int) -> Instant {
        precondition(slackBankingDays >= 0, "slack cannot be negative")
        return settlementInstant(
            calendar.bankingDay(standardReturnBankingDays + slackBankingDays, after: settlement))
    }
}

extension TimeOfDay {
    /// 20:00: the default moment by which a bank wants the day's file. Each bank sets its own.
    public static let usualCutOff = TimeOfDay(trustedMinutes: 20 * 60)
}
