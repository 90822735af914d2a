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
        case .accountUnusable:
            say.pick(
                "This account cannot be used. Please choose another one.",
                "Esta cuenta no se puede usar. Elija otra.")
        case .amountOutOfRange(let least, let most):
            say.pick(
                "Enter between \(MoneyText.dollars(least)) and \(MoneyText.dollars(most)).",
                "Escriba entre \(MoneyText.dollars(least)) y \(MoneyText.dollars(most)).")
        case .notEnough: say.pick("There is not enough of it.", "No alcanza.")
        case .assetCovers(let symbol, let most):
            say.pick(
                """
                The \(symbol) you hold pays about \(MoneyText.dollars(most)) after our fee. Enter \
                that or less, or choose another way to pay.
                """,
                """
                Los \(symbol) que tiene pagan unos \(MoneyText.dollars(most)) después de nuestra \
                comisión. Escriba eso o menos, o elija otra forma de pago.
                """)
        case .stopped:
            say.pick(
                "A review of your account has to end first. Please ask for help.",
                "Antes debe terminar una revisión de su cuenta. Pida ayuda.")
        case .paymentUnderWay:
            say.pick(
                "Another payment is on its way. Please wait for it.",
                "Hay otro pago en camino. Espere a que llegue.")
        case .methodOff:
            say.pick(
                "This way to pay is not offered right now.",
                "Esta forma de pago no se ofrece ahora.")
        case .moreThanOwed(let cents):
            say.pick(
                "You owe \(MoneyText.dollars(cents)). Enter that or less.",
                "Debe \(MoneyText.dollars(cents)). Escriba eso o menos.")
        case .onlyInFull(let cents):
            say.pick(
                "Only the whole \(MoneyText.dollars(cents)) can be paid.",
                "Solo se pueden pagar los \(MoneyText.dollars(cents)) completos.")
        case .nothingOwed: say.pick("Nothing is owed any more.", "Ya no debe nada.")
        case .noPrice:
            say.pick(
                "There is no fresh price. Please try again in a minute.",
                "No hay un precio reciente. Intente en un minuto.")
        case .tooLittleToSell:
            say.pick(
                "It is worth less than the market takes.",
                "Vale menos de lo que el mercado acepta.")
        case .cannotBeSentAgain:
            say.pick(
                "This deposit cannot be sent to your bank again. Please choose another way.",
                "Este depósito no se puede volver a enviar a su banco. Elija otra forma.")
        case .notNow:
            say.pick(
                "That is not possible as things stand now. Nothing was changed.",
                "Eso no es posible en este momento. No se cambió nada.")
        case .secondPersonNeeded: say.staff("A second person has to agree.")
        case .samePerson: say.staff("Somebody else has to agree, not the person who asked.")
        case .alreadyDecided: say.staff("Somebody decided this already.")
        case .reasonNeeded: say.pick("Give a reason.", "Escriba un motivo.")
        }
    }
}
