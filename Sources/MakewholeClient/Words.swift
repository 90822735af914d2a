import Foundation

/// What screens say, in the customer's language. A language is one more case and one more column.
public struct Words: Sendable {
    public enum Language: String, Sendable, CaseIterable {
        case english = "en"
        case spanish = "es"
    }

    public let language: Language
    public let timeZone: TimeZone

    public init(_ language: Language, timeZone: TimeZone = .current) {
        self.language = language
        self.timeZone = timeZone
    }

    /// The language nearest to what the device prefers, in its order.
    public init(preferred: [String], timeZone: TimeZone = .current) {
        let known = preferred.lazy.compactMap { tag in
            Language(rawValue: String(tag.lowercased().prefix { $0.isLetter }))
        }
        self.init(known.first ?? .english, timeZone: timeZone)
    }

    private func pick(_ english: String, _ spanish: String) -> String {
        switch language {
        case .english: english
        case .spanish: spanish
        }
    }

    // MARK: Home

    public var home: String { pick("Home", "Inicio") }
    public var addMoney: String { pick("Add money", "Añadir dinero") }
    public var settle: String { pick("Settle what you owe", "Pagar lo que debe") }
    public var watchPayment: String { pick("See your payment", "Ver su pago") }
    public func balance(_ cents: Int64) -> String {
        pick("Balance: \(Amount.text(cents))", "Saldo: \(Amount.text(cents))")
    }
    public func owed(_ cents: Int64) -> String {
        pick("You owe \(Amount.text(cents))", "Debe \(Amount.text(cents))")
    }
    public func payBy(_ date: Date) -> String {
        pick("Pay by \(moment(date))", "Pague antes del \(moment(date))")
    }
    public func asOf(_ date: Date) -> String {
        pick(
            "As of \(moment(date)). You are not connected.",
            "Datos del \(moment(date)). No hay conexión.")
    }
    public var offlineMoney: String {
        pick(
            "Connect to the internet to move money.",
            "Conéctese a internet para mover dinero.")
    }

    // MARK: Acting

    public func deposit(_ cents: Int64) -> String {
        pick("Deposit \(Amount.text(cents))", "Depositar \(Amount.text(cents))")
    }
    public func pay(_ cents: Int64) -> String {
        pick("Pay \(Amount.text(cents))", "Pagar \(Amount.text(cents))")
    }
    public var unknownOutcome: String {
        pick(
            "We do not know yet whether this was done. Do not start it anew: check again, and it "
                + "happens only once.",
            "Aún no sabemos si se hizo. No lo empiece de nuevo: compruébelo otra vez y se hará una "
                + "sola vez.")
    }
    public var checkAgain: String { pick("Check again", "Comprobar otra vez") }
    public func amountChanged(_ cents: Int64) -> String {
        pick(
            "What you owe has changed. It is \(Amount.text(cents)) now.",
            "Lo que debe ha cambiado. Ahora es \(Amount.text(cents)).")
    }
    public func problem(_ problem: DepositModel.AmountProblem) -> String {
        switch problem {
        case .notAnAmount:
            pick("Enter an amount, as in 50.00.", "Escriba una cantidad, como 50.00.")
        case .tooSmall: pick("Enter more than $0.00.", "Escriba más de $0.00.")
        case .tooLarge: pick("Enter a smaller amount.", "Escriba una cantidad menor.")
        case .noBankAccount: pick("Choose a bank account.", "Elija una cuenta bancaria.")
        }
    }
    public func failure(_ failure: ClientFailure) -> String {
        switch failure {
        case .refused(let problem): problem.title
        case .signedOut: pick("Please sign in again.", "Inicie sesión de nuevo.")
        case .unreachable:
            pick("There is no connection. Try again.", "No hay conexión. Inténtelo de nuevo.")
        case .malformed:
            pick(
                "Something is wrong. Update the app, or tell us.",
                "Algo no funciona. Actualice la aplicación o avísenos.")
        case .tooManyUnanswered:
            pick(
                "Too many requests have no answer. Check again before you start another.",
                "Demasiadas solicitudes sin respuesta. Compruébelas antes de empezar otra.")
        }
    }

    // MARK: Settling and documents

    /// The name of a way to pay, by the API's word for it.
    public func method(_ kind: String) -> String {
        switch kind {
        case "wire": pick("Wire", "Transferencia bancaria")
        case "instant": pick("Instant bank payment", "Pago bancario inmediato")
        case "card": pick("Card", "Tarjeta")
        case "ach": pick("Another bank account", "Otra cuenta bancaria")
        case "representment": pick("The same bank account again", "La misma cuenta otra vez")
        case "sell_asset": pick("Sell exactly enough", "Vender justo lo necesario")
        case "send_asset": pick("Send in an asset", "Enviar un activo")
        default: pick("Another way", "Otra forma")
        }
    }
    /// Where a payment stands, by the API's word for it.
    public func settlement(_ state: String) -> String {
        switch state {
        case "documents_required": pick("Documents needed", "Faltan documentos")
        case "awaiting_payment": pick("Waiting for your payment", "Esperamos su pago")
        case "queued": pick("Leaves with the next bank file", "Sale con el próximo envío al banco")
        case "submitted": pick("With the bank", "En el banco")
        case "unconfirmed":
            pick("Arrived; its bank may still take it back", "Llegó; el banco aún puede devolverlo")
        case "selling": pick("Selling", "En venta")
        case "completed": pick("Done", "Listo")
        case "failed": pick("Did not go through", "No se pudo hacer")
        case "returned": pick("Sent back by the bank", "Devuelto por el banco")
        case "cancelled": pick("Cancelled", "Cancelado")
        default: pick("In progress", "En curso")
        }
    }
    public func document(_ type: String) -> String {
        switch type {
        case "photo_id": pick("Photo identification", "Identificación con foto")
        case "bank_proof":
            pick("Proof that the account is yours", "Comprobante de que la cuenta es suya")
        default: pick("A document", "Un documento")
        }
    }
    public var documentsInReview: String {
        pick("We are looking at your documents.", "Estamos revisando sus documentos.")
    }

    // MARK: Notices

    /// What a notice is about, by the API's word for it.
    public func notice(_ type: String) -> String {
        switch type {
        case "deposit_credited": pick("Deposit on its way", "Depósito en camino")
        case "deposit_released": pick("Deposit no longer on hold", "Depósito ya disponible")
        case "deposit_returned_covered": pick("Deposit sent back", "Depósito devuelto")
        case "obligation_opened":
            pick("A deposit came back; you owe", "Depósito devuelto; debe dinero")
        case "reminder": pick("You still owe", "Aún debe")
        case "final_warning": pick("The time to pay is almost over", "El plazo está por terminar")
        case "deadline_extended": pick("You have more time", "Tiene más tiempo")
        case "documents_requested": pick("Documents needed", "Faltan documentos")
        case "documents_accepted": pick("Documents accepted", "Documentos aceptados")
        case "document_refused": pick("A document was not accepted", "Documento no aceptado")
        case "funds_received": pick("Money received", "Dinero recibido")
        case "settlement_failed": pick("Payment did not go through", "El pago no se pudo hacer")
        case "settlement_returned": pick("Payment sent back", "Pago devuelto")
        case "overpaid": pick("You paid more than you owed", "Pagó más de lo que debía")
        case "overpayment_refunded": pick("Money given back", "Dinero devuelto")
        case "overpayment_kept": pick("Paid too much: in your balance", "Pago de más: en su saldo")
        case "obligation_settled": pick("Settled. Thank you.", "Pagado. Gracias.")
        case "sale_ordered": pick("A sale was ordered", "Se ordenó una venta")
        case "sale_completed": pick("A sale is complete", "Venta terminada")
        case "sale_restored": pick("A sale was undone", "Venta deshecha")
        case "residual_owed": pick("You still owe after the sale", "Aún debe después de la venta")
        case "charged_off": pick("Written off in our books", "Dado de baja en nuestros libros")
        case "withdrawal_cancelled": pick("Withdrawal cancelled", "Retiro cancelado")
        case "method_corrected": pick("New bank details", "Nuevos datos bancarios")
        case "micro_entries_sent":
            pick("Two small amounts are on their way", "Dos cantidades pequeñas en camino")
        case "method_verified": pick("Bank account verified", "Cuenta bancaria verificada")
        case "validation_failed":
            pick("Bank account not verified", "Cuenta bancaria sin verificar")
        default: pick("News about your account", "Novedades de su cuenta")
        }
    }

    /// A day and time in the customer's zone, which is named.
    public func moment(_ date: Date) -> String {
        var style = Date.FormatStyle(date: .abbreviated, time: .shortened)
        style.locale = Locale(identifier: language == .english ? "en_US" : "es_US")
        style.timeZone = timeZone
        return date.formatted(style.timeZone(.specificName(.short)))
    }
}
