public import Money

/// One line of accounting advice: the operator tells a bank what it credited or debited to its
/// account. Nothing follows from it for a receiver, and it cannot come back.
///
/// Nacha Operating Rules, ADV: batches of service class 280, totals of twenty digits.
public struct Advice: Hashable, Sendable {
    /// What is advised.
    public var code: AdviceCode
    /// The bank the entries are of.
    public var receiver: RoutingNumber
    /// At most 15 characters.
    public var account: String
    /// Below ten billion dollars.
    public var amount: Cents
    /// Nine digits as they stand; the operator does not promise their check digit.
    public var routing: Int
    /// At most 5 characters.
    public var fileIdentification: String
    /// At most one character.
    public var operatorData: String
    /// At most 22 characters.
    public var name: String
    /// At most 2 characters.
    public var discretionaryData: String
    /// The operator that advises.
    public var operatorRouting: DFIIdentification
    /// The day of the year on which the entries were processed. `nil` where it could not be read;
    /// without one it is not written.
    public var day: JulianDay?
    /// 0 through 9,999, within that day.
    public var sequence: Int

    /// An advice; what does not fit is refused when it is written.
    public init(
        code: AdviceCode, receiver: RoutingNumber, account: String, amount: Cents, routing: Int,
        fileIdentification: String = "", operatorData: String = "", name: String,
        discretionaryData: String = "", operatorRouting: DFIIdentification, day: JulianDay?,
        sequence: Int
    ) {
        self.code = code
        self.receiver = receiver
        self.account = account
        self.amount = amount
        self.routing = routing
        self.fileIdentification = fileIdentification
        self.operatorData = operatorData
        self.name = name
        self.discretionaryData = discretionaryData
        self.operatorRouting = operatorRouting
        self.day = day
        self.sequence = sequence
    }
}

/// What accounting advice is about. Credits to the bank are odd.
public enum AdviceCode: UInt8, Hashable, Sendable, CaseIterable {
    /// For debits originated.
    case creditForDebitsOriginated = 81
    /// For credits originated.
    case debitForCreditsOriginated = 82
    /// For credits received.
    case creditForCreditsReceived = 83
    /// For debits received.
    case debitForDebitsReceived = 84
    /// For credits in rejected batches.
    case creditForCreditsRejected = 85
    /// For debits in rejected batches.
    case debitForDebitsRejected = 86
    /// The summary of a day's credits.
    case creditSummary = 87
    /// The summary of a day's debits.
    case debitSummary = 88

    /// Which control total counts it.
    public var side: EntrySide { rawValue % 2 == 1 ? .credit : .debit }
}
