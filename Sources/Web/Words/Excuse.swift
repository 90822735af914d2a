/// Why something that was asked for was not done, as a sentence beside a field.
public enum Excuse: Sendable, Equatable {
    /// The bank account cannot be debited.
    case accountUnusable
    /// Between a smallest and a largest amount, in cents.
    case amountOutOfRange(minCents: Int64, maxCents: Int64)
    /// There is not so much of it.
    case notEnough
    /// Selling all of an asset pays at most so much, in cents.
    case assetCovers(String, Int64)
    /// A review of the account stops it.
    case stopped
    /// Another payment is on its way.
    case paymentUnderWay
    /// This way to pay is switched off.
    case methodOff
    /// More than is owed, in cents.
    case moreThanOwed(Int64)
    /// All of it has to be paid at once, in cents.
    case onlyInFull(Int64)
    /// Nothing is owed any more.
    case nothingOwed
    /// No fresh price.
    case noPrice
    /// Worth less than the market takes.
    case tooLittleToSell
    /// The bank's rules do not let the same debit be sent again.
    case cannotBeSentAgain
    /// It does not fit how things stand now.
    case notNow
    /// A second person has to agree.
    case secondPersonNeeded
    /// The person who asked cannot be the one who agrees.
    case samePerson
    /// Somebody decided already.
    case alreadyDecided
    /// A reason has to be given.
    case reasonNeeded

    /// The sentence in `language`.
    public func sentence(in language: Language) -> String {
        let say = Catalogue(language: language)
        return switch self {
        case .accountUnusable: say.text(.excuseAccountUnusable)
        case .amountOutOfRange(let least, let most):
            say.text(
                .excuseAmountOutOfRange,
                ["least": language.numbers.dollars(least), "most": language.numbers.dollars(most)])
        case .notEnough: say.text(.excuseNotEnough)
        case .assetCovers(let symbol, let most):
            say.text(
                .excuseAssetCovers, ["symbol": symbol, "most": language.numbers.dollars(most)])
        case .stopped: say.text(.excuseStopped)
        case .paymentUnderWay: say.text(.excusePaymentUnderWay)
        case .methodOff: say.text(.excuseMethodOff)
        case .moreThanOwed(let cents):
            say.text(.excuseMoreThanOwed, ["amount": language.numbers.dollars(cents)])
        case .onlyInFull(let cents):
            say.text(.excuseOnlyInFull, ["amount": language.numbers.dollars(cents)])
        case .nothingOwed: say.text(.excuseNothingOwed)
        case .noPrice: say.text(.excuseNoPrice)
        case .tooLittleToSell: say.text(.excuseTooLittleToSell)
        case .cannotBeSentAgain: say.text(.excuseCannotBeSentAgain)
        case .notNow: say.text(.excuseNotNow)
        case .secondPersonNeeded: say.staff("A second person has to agree.")
        case .samePerson: say.staff("Somebody else has to agree, not the person who asked.")
        case .alreadyDecided: say.staff("Somebody decided this already.")
        case .reasonNeeded: say.text(.excuseReasonNeeded)
        }
    }
}
