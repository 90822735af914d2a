/// The counts of days the Nacha Operating Rules give, as they stand at one time.
///
/// The defaults are those of 2020 through 2026. Counts of banking days are 1 through
/// ``daysMax``, that of calendar days 0 through it; another value is a bug of the reader that
/// should have refused it, and traps.
public struct ACHWindows: Hashable, Sendable {
    /// Banking days from processing to settlement of a next-day debit.
    public let settlementBankingDays: Int
    /// The standard window: a return is available to the ODFI by opening of business on this
    /// banking day after settlement. No return code's own banking days may be more.
    public let standardReturnBankingDays: Int
    /// The extended window of an unauthorised consumer debit, in calendar days after settlement.
    public let extendedReturnCalendarDays: Int
    /// Banking days after a return's settlement in which the ODFI may dishonor it.
    public let dishonorBankingDays: Int
    /// Banking days after a dishonored return's settlement in which the RDFI may contest it.
    public let contestBankingDays: Int
    /// Banking days after a prenote's settlement from which live entries may follow.
    public let prenoteBankingDays: Int
    /// Banking days the RDFI has to say whether it sends back an entry we asked for.
    public let returnRequestBankingDays: Int

    /// More than any window there is, so that a slip of the pen makes no loop of years.
    public static let daysMax = 400

    /// The present rules for whatever is not given.
    public init(
        settlementBankingDays: Int = 1, standardReturnBankingDays: Int = 2,
        extendedReturnCalendarDays: Int = 60, dishonorBankingDays: Int = 5,
        contestBankingDays: Int = 2, prenoteBankingDays: Int = 3,
        returnRequestBankingDays: Int = 10
    ) {
        let banking = 1...Self.daysMax
        precondition(banking.contains(settlementBankingDays))
        precondition(banking.contains(standardReturnBankingDays))
        precondition(banking.contains(dishonorBankingDays))
        precondition(banking.contains(contestBankingDays))
        precondition(banking.contains(prenoteBankingDays))
        precondition(banking.contains(returnRequestBankingDays))
        precondition((0...Self.daysMax).contains(extendedReturnCalendarDays))
        self.settlementBankingDays = settlementBankingDays
        self.standardReturnBankingDays = standardReturnBankingDays
        self.extendedReturnCalendarDays = extendedReturnCalendarDays
        self.dishonorBankingDays = dishonorBankingDays
        self.contestBankingDays = contestBankingDays
        self.prenoteBankingDays = prenoteBankingDays
        self.returnRequestBankingDays = returnRequestBankingDays
    }
}
