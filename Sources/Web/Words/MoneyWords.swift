extension Catalogue {
    // Add money

    var addMoneyLead: String {
        pick(
            "From your bank to your account. No fee from us.",
            "De su banco a su cuenta. Sin comisión nuestra.")
    }
    var noBankAccounts: String {
        pick(
            "Link a bank account to add money.", "Vincule una cuenta bancaria para agregar dinero.")
    }
    var linkBank: String { pick("Link a bank account", "Vincular una cuenta bancaria") }
    var howMuch: String { pick("How much?", "¿Cuánto?") }
    func upTo(_ amount: String) -> String { pick("Up to \(amount)", "Hasta \(amount)") }
    var fromWhichAccount: String { pick("From which account?", "¿Desde qué cuenta?") }
    func bankRefusal(_ refusal: BankAccountChoice.Refusal) -> String {
        switch refusal {
        case .closed:
            pick(
                "Not available: this account is closed.", "No disponible: esta cuenta está cerrada."
            )
        case .notFound:
            pick(
                "Not available: the bank could not find this account.",
                "No disponible: el banco no encontró esta cuenta.")
        case .notAuthorized:
            pick(
                "Not available: a deposit from it was reported as not authorized.",
                "No disponible: un depósito desde ella se reportó como no autorizado.")
        case .unverified:
            pick(
                "Not available: this account is not verified yet.",
                "No disponible: esta cuenta aún no está verificada.")
        }
    }
    func instantNow(_ amount: String) -> String {
        pick(
            "Up to \(amount) can be traded at once.",
            "Puede operar con hasta \(amount) al instante.")
    }
    func owedFirst(_ amount: String) -> String {
        pick(
            "What you add pays the \(amount) you owe first, once your bank confirms it.",
            "Lo que agregue pagará primero los \(amount) que debe, cuando su banco lo confirme.")
    }
    var continueButton: String { pick("Continue", "Continuar") }
    var checkDeposit: String { pick("Check your deposit", "Revise su depósito") }
    var changeAmount: String { pick("amount", "la cantidad") }
    var changeAccount: String { pick("account", "la cuenta") }
    var paysOwed: String { pick("Pays what you owe", "Paga lo que debe") }
    var availableAtOnce: String {
        pick("Available to trade at once", "Disponible al instante para operar")
    }
    var restAvailable: String {
        pick("The rest, when your bank confirms", "El resto, cuando su banco confirme")
    }
    var onYourStatement: String { pick("On your bank statement as", "En su estado de cuenta como") }
    func authorizeDebit(_ brand: String, _ amount: String, _ account: String, _ date: String)
        -> String
    {
        pick(
            """
            I authorize \(brand) to debit \(amount) once from \(account) on or after \(date). I \
            can revoke this by contacting \(brand) before the debit is sent.
            """,
            """
            Autorizo a \(brand) a debitar \(amount) una sola vez de \(account) a partir del \
            \(date). Puedo revocarlo si contacto a \(brand) antes de que se envíe el débito.
            """
        )
    }
    func addAmount(_ amount: String) -> String { pick("Add \(amount)", "Agregar \(amount)") }
    var notNow: String { pick("Not now", "Ahora no") }

    // Withdraw

    var unlocksLater: String { pick("Unlocks later", "Se libera después") }
    var whyHeld: String {
        pick(
            """
            Money from a bank deposit can be traded right away, but leaves only once the bank can \
            no longer easily take it back. This goes for dollars and for crypto bought with it.
            """,
            """
            Con el dinero de un depósito bancario puede operar de inmediato, pero solo puede salir \
            cuando el banco ya no pueda retirarlo fácilmente. Vale para dólares y para la cripto \
            comprada con ellos.
            """
        )
    }
    var dollarsName: String { pick("US dollars", "Dólares") }
    var withdrawSome: String { pick("Make a withdrawal", "Hacer un retiro") }
    var whatToWithdraw: String { pick("What would you like to withdraw?", "¿Qué desea retirar?") }
    func to(_ destination: String) -> String { pick("To \(destination)", "A \(destination)") }
    var amountInUnits: String {
        pick(
            "In dollars, or in units of the asset you chose.",
            "En dólares, o en unidades del activo elegido.")
    }
    var withdrawButton: String { pick("Withdraw", "Retirar") }
    func notWithdrawn(_ amount: String) -> String {
        pick("\(amount) was not withdrawn", "No se retiró \(amount)")
    }
    func heldUntil(_ deadline: String) -> String {
        pick(
            "It comes from a recent bank deposit and can leave from \(deadline).",
            "Proviene de un depósito bancario reciente y podrá salir a partir del \(deadline).")
    }
    func refusedOwed(_ amount: String) -> String {
        pick(
            "You owe \(amount). You can withdraw again as soon as it is settled.",
            "Debe \(amount). Podrá retirar de nuevo en cuanto lo pague.")
    }
    var refusedNotEnough: String {
        pick("That is more than you have available.", "Es más de lo que tiene disponible.")
    }
    func refusedSecurity(_ deadline: String) -> String {
        pick(
            """
            Your sign-in details changed lately. To protect you, withdrawals start again on \
            \(deadline).
            """,
            """
            Sus datos de acceso cambiaron hace poco. Para protegerle, los retiros se reanudan el \
            \(deadline).
            """
        )
    }

    // Trade

    func tradeLead(_ amount: String) -> String {
        pick("\(amount) available to trade.", "\(amount) disponibles para operar.")
    }
    var checkTrade: String { pick("Check your trade", "Revise su operación") }
    var quoteExpired: String {
        pick(
            "That price has expired and nothing was traded. Please ask for a new one.",
            "Ese precio venció y no se realizó la operación. Pida uno nuevo.")
    }
    var buyOrSell: String { pick("Buy or sell?", "¿Comprar o vender?") }
    func side(_ side: TradePage.Side) -> String {
        switch side {
        case .buy: pick("Buy", "Comprar")
        case .sell: pick("Sell", "Vender")
        }
    }
    var whichAsset: String { pick("Which asset?", "¿Qué activo?") }
    func youHold(_ amount: String) -> String { pick("You hold \(amount)", "Usted tiene \(amount)") }
    var noPriceNoTrade: String {
        pick("Not available: there is no fresh price.", "No disponible: no hay un precio reciente.")
    }
    var howManyDollars: String { pick("For how many dollars?", "¿Por cuántos dólares?") }
    var seePrice: String { pick("See the price", "Ver el precio") }
    var price: String { pick("Price", "Precio") }
    func perUnit(_ price: String, _ symbol: String) -> String {
        pick("\(price) per \(symbol)", "\(price) por \(symbol)")
    }
    var youPay: String { pick("You pay", "Usted paga") }
    var youReceive: String { pick("You receive", "Usted recibe") }
    var priceHolds: String { pick("Price holds until", "Precio válido hasta las") }
    func buyFor(_ quantity: String, _ total: String) -> String {
        pick("Buy \(quantity) for \(total)", "Comprar \(quantity) por \(total)")
    }
    func sellFor(_ quantity: String, _ total: String) -> String {
        pick("Sell \(quantity) for \(total)", "Vender \(quantity) por \(total)")
    }

    // Settle

    var nothingOwed: String {
        pick("You're all set. Nothing is owed.", "Todo en orden. No debe nada.")
    }
    var amountChangedTitle: String { pick("The amount changed", "La cantidad cambió") }
    func amountChanged(_ from: String, _ to: String) -> String {
        pick(
            """
            It went from \(from) to \(to) since you opened the page. Nothing was paid. Please \
            check again.
            """,
            "Pasó de \(from) a \(to) desde que abrió la página. No se pagó nada. Revise de nuevo.")
    }
    var paymentCameBack: String {
        pick(
            "Your last payment did not go through. Please choose another way.",
            "Su último pago no se completó. Elija otra forma.")
    }
    func depositOf(_ date: String, _ isPurchase: Bool) -> String {
        isPurchase
            ? pick("Purchase of \(date)", "Compra del \(date)")
            : pick("Deposit of \(date)", "Depósito del \(date)")
    }
    var chooseMethod: String { pick("How would you like to pay?", "¿Cómo desea pagar?") }
    func partialHint(_ total: String) -> String {
        pick(
            "\(total) settles everything. If you pay less, the rest stays owed.",
            "\(total) lo paga todo. Si paga menos, el resto sigue pendiente.")
    }
    func speed(_ speed: SettleMethod.Speed) -> String {
        switch speed {
        case .instant: pick("Settles at once", "Se paga al instante")
        case .minutes: pick("Settles within minutes", "Se paga en minutos")
        case .sameDay: pick("Settles the same business day", "Se paga el mismo día hábil")
        case .days: pick("Settles in 2 to 7 business days", "Se paga en 2 a 7 días hábiles")
        }
    }
    func methodHint(_ kind: SettleMethod.Kind) -> String? {
        switch kind {
        case .sameBankAccount:
            pick(
                """
                The account the deposit came back from. Check that there is enough money in it \
                first.
                """,
                "La cuenta que devolvió el depósito. Compruebe antes que haya suficiente dinero.")
        case .wire:
            pick(
                "You send it from your bank with our reference. Your bank may charge for it.",
                """
                Usted la envía desde su banco con nuestra referencia. Su banco puede cobrar por \
                ello.
                """
            )
        case .instantPayment:
            pick(
                "You send it from your bank's app, day or night.",
                "Usted lo envía desde la app de su banco, de día o de noche.")
        case .sellAsset(let amount, _):
            pick(
                "Sell just enough of it at a price you see first. You hold \(amount.text).",
                "Venda solo lo necesario a un precio que verá antes. Usted tiene \(amount.text).")
        case .cash, .bankAccount, .linkBankAccount, .card, .saleOf, .sendAsset: nil
        }
    }
    var mayNeedDocuments: String {
        pick("We may ask for a document.", "Podemos pedirle un documento.")
    }
    var noFee: String { pick("No fee", "Sin comisión") }
    func fee(_ amount: String) -> String { pick("\(amount) fee", "Comisión de \(amount)") }
    var methodCash: String { pick("Cash in this account", "Efectivo en esta cuenta") }
    var methodAnotherBank: String { pick("Another bank account", "Otra cuenta bancaria") }
    func methodCard(_ network: String, _ lastFour: String) -> String {
        if lastFour.isEmpty { return pick("A card", "Una tarjeta") }
        return pick("\(network) card ••\(lastFour)", "Tarjeta \(network) ••\(lastFour)")
    }
    var methodInstant: String { pick("Instant payment", "Pago instantáneo") }
    var methodWire: String { pick("Wire transfer", "Transferencia bancaria") }
    func methodSell(_ symbol: String, _ value: String) -> String {
        pick("Use \(symbol) you hold (worth \(value))", "Usar su \(symbol) (vale \(value))")
    }
    func methodSale(_ amount: String) -> String {
        pick("Sale of \(amount)", "Venta de \(amount)")
    }
    func methodRefusal(_ refusal: SettleMethod.Refusal, _ scene: Scene) -> String {
        switch refusal {
        case .accountClosed: bankRefusal(.closed)
        case .accountNotFound: bankRefusal(.notFound)
        case .notAuthorized: bankRefusal(.notAuthorized)
        case .cardKind:
            pick(
                "Not available: credit cards cannot be used for what is owed.",
                "No disponible: no se aceptan tarjetas de crédito para un saldo pendiente.")
        case .aboveLimit(let cents):
            pick(
                "Not available: the limit is \(scene.dollars(cents)).",
                "No disponible: el límite es \(scene.dollars(cents)).")
        case .notEnough:
            pick("Not available: there is not enough of it.", "No disponible: no alcanza.")
        case .noPrice: noPriceNoTrade
        case .partCovered:
            pick(
                """
                Not available: part of it is covered already, and a debit that came back may be \
                sent again only for the same amount.
                """,
                """
                No disponible: una parte ya está cubierta, y un débito devuelto solo puede \
                enviarse otra vez por la misma cantidad.
                """
            )
        case .triedTooOften:
            pick(
                "Not available: your bank's rules do not let us ask this account again.",
                "No disponible: las reglas bancarias no permiten volver a cobrar a esta cuenta.")
        case .notOffered:
            pick("Not available right now.", "No disponible por ahora.")
        }
    }

    // Documents

    var documentsTitle: String { pick("Verify your payment method", "Verifique su método de pago") }
    func documentsLead(_ method: String) -> String {
        pick(
            "To protect you, we need to check that \(method) is yours. It takes about 2 minutes.",
            "Para protegerle, debemos comprobar que \(method) es suya. Toma unos 2 minutos.")
    }
    func pausedUntil(_ deadline: String) -> String {
        pick(
            """
            Your deadline is paused while we review, until \(deadline) at the latest. Nothing will \
            be sold meanwhile.
            """,
            """
            Su plazo está en pausa mientras revisamos, a más tardar hasta el \(deadline). Mientras \
            tanto no venderemos nada.
            """
        )
    }
    var allArrived: String { pick("We have what we asked for", "Tenemos lo que pedimos") }
    func reviewBy(_ deadline: String) -> String {
        pick(
            "A person will have looked at it by \(deadline).",
            "Una persona lo habrá revisado antes del \(deadline).")
    }
    func optional(_ title: String) -> String { pick("\(title) (optional)", "\(title) (opcional)") }
    func document(_ kind: DocumentsPage.Kind) -> String {
        switch kind {
        case .photoID: pick("Photo ID", "Identificación con foto")
        case .bankProof: pick("Proof this bank account is yours", "Prueba de que la cuenta es suya")
        case .chargeProof: pick("Proof of the charge", "Prueba del cargo")
        case .selfie: pick("Photo of yourself", "Foto de usted")
        }
    }
    func documentHint(_ kind: DocumentsPage.Kind) -> String {
        switch kind {
        case .photoID:
            pick(
                "A passport, driver's license or state ID that is still valid.",
                "Un pasaporte, licencia de conducir o identificación estatal vigente.")
        case .bankProof:
            pick(
                """
                A statement or bank letter of the last 90 days with your name and the last four \
                digits.
                """,
                """
                Un estado de cuenta o carta del banco de los últimos 90 días con su nombre y los \
                últimos cuatro números.
                """
            )
        case .chargeProof:
            pick(
                "A statement that shows the posted, not pending, charge.",
                "Un estado de cuenta que muestre el cargo registrado, no pendiente.")
        case .selfie:
            pick("Your face, well lit, without a hat.", "Su rostro, con buena luz y sin sombrero.")
        }
    }
    func taskStatus(_ status: DocumentsPage.TaskStatus) -> String {
        switch status {
        case .notStarted: pick("Not started", "Sin empezar")
        case .uploaded: pick("Uploaded", "Recibido")
        case .inReview: pick("In review", "En revisión")
        case .accepted: pick("Accepted", "Aceptado")
        case .needsAnother: pick("Needs another", "Falta otro")
        }
    }
    func documentRefusal(_ reason: DocumentsPage.RefusalReason) -> String {
        switch reason {
        case .unreadable:
            pick(
                "We could not read it. Please send a sharper copy.",
                "No pudimos leerlo. Envíe una copia más nítida.")
        case .expired:
            pick(
                "It has expired. Please send one that is still valid.",
                "Está vencido. Envíe uno vigente.")
        case .nameDiffers:
            pick(
                "The name on it differs from the name on your account.",
                "El nombre es distinto al de su cuenta.")
        case .accountDiffers:
            pick(
                "It does not show the last four digits of this bank account.",
                "No muestra los últimos cuatro números de esta cuenta bancaria.")
        case .incomplete:
            pick(
                "A part is missing. Please send the whole page.",
                "Falta una parte. Envíe la página completa.")
        case .wrongKind:
            pick("It is not the document we asked for.", "No es el documento que pedimos.")
        }
    }
    func chooseFile(_ title: String) -> String {
        pick("Choose a file: \(title)", "Elija un archivo: \(title)")
    }
    var sendFile: String { pick("Send this file", "Enviar este archivo") }
    var aboutDocuments: String { pick("About your documents", "Sobre sus documentos") }
    var whoSees: String {
        pick(
            "Only the people who check payment methods see them.",
            "Solo los ven quienes verifican métodos de pago.")
    }
    var kept: String {
        pick(
            "They are stored encrypted, for as long as the law asks.",
            "Se guardan cifrados, por el tiempo que exige la ley.")
    }
    func fileKinds(_ megabytes: Int) -> String {
        pick(
            "PDF, JPG, PNG or HEIC, smaller than \(megabytes) MB. No password.",
            "PDF, JPG, PNG o HEIC, de menos de \(megabytes) MB. Sin contraseña.")
    }
    var cannotProvide: String { pick("I can't provide this", "No puedo enviar esto") }
    func fileTooLarge(_ megabytes: Int) -> String {
        pick(
            "The selected file must be smaller than \(megabytes) MB.",
            "El archivo debe pesar menos de \(megabytes) MB.")
    }

    // Review, instructions, processing, done

    var reviewTitle: String { pick("Review and confirm", "Revise y confirme") }
    var reviewLead: String {
        pick("Nothing is paid until you confirm.", "No se paga nada hasta que confirme.")
    }
    var changeMethod: String { pick("payment method", "el método de pago") }
    var payWith: String { pick("Pay with", "Pagar con") }
    var feeIncluded: String { pick("Included in what you pay.", "Incluida en lo que paga.") }
    var feeFromSale: String {
        pick("Taken from what the sale brings.", "Se descuenta de lo que se obtiene de la venta.")
    }
    var arrives: String { pick("Arrives", "Llega") }
    var willBeSettled: String { pick("Will be settled", "Quedará pagado") }
    var owedAfterwards: String { pick("Owed afterwards", "Pendiente después") }
    func authorizeCard(_ brand: String, _ amount: String, _ card: String) -> String {
        pick(
            "I authorize \(brand) to charge \(amount) once to \(card).",
            "Autorizo a \(brand) a cobrar \(amount) una sola vez a \(card).")
    }
    func authorizeSale(_ brand: String, _ quantity: String, _ price: String, _ symbol: String)
        -> String
    {
        pick(
            """
            I ask \(brand) to sell \(quantity) for me now, at \(price) per \(symbol) or better, \
            and to use the money to settle what I owe.
            """,
            """
            Pido a \(brand) que venda \(quantity) por mí ahora, a \(price) por \(symbol) o mejor, \
            y que use el dinero para pagar lo que debo.
            """
        )
    }
    func authorizeCash(_ brand: String, _ amount: String) -> String {
        pick(
            "I ask \(brand) to use \(amount) of the cash in my account to settle what I owe.",
            "Pido a \(brand) que use \(amount) del efectivo de mi cuenta para pagar lo que debo.")
    }
    func payAmount(_ amount: String) -> String { pick("Pay \(amount)", "Pagar \(amount)") }
    func instructionsTitle(_ rail: PaymentInstructionsPage.Rail) -> String {
        switch rail {
        case .wire: pick("Pay by wire transfer", "Pagar por transferencia")
        case .instant: pick("Pay by instant payment", "Pagar con pago instantáneo")
        }
    }
    var instructionsLead: String {
        pick(
            "Send the payment from an account in your own name, with these details.",
            "Envíe el pago desde una cuenta a su nombre, con estos datos.")
    }
    var payTo: String { pick("Pay to", "Pagar a") }
    var bankTerm: String { pick("Bank", "Banco") }
    var routingNumber: String { pick("Routing number", "Número de ruta") }
    var accountNumber: String { pick("Account number", "Número de cuenta") }
    var referenceNeeded: String {
        pick(
            "Write it in the payment, so that we know it is yours.",
            "Escríbala en el pago, para que sepamos que es suyo.")
    }
    var instructionsNext: String {
        pick(
            "When the money arrives it settles what you owe, and we tell you at once.",
            "Cuando llegue el dinero pagará lo que debe y le avisaremos de inmediato.")
    }
    var haveSent: String { pick("I have sent it", "Ya lo envié") }
    var printPage: String { pick("Print", "Imprimir") }
    var confirmed: String { pick("Confirmed", "Confirmado") }
    var chooseAnotherWay: String { pick("Choose another way", "Elegir otra forma") }
    var backToHome: String { pick("Back to Home", "Volver al inicio") }
    var youCanClose: String {
        pick(
            "You can close this page. We will tell you when it is done.",
            "Puede cerrar esta página. Le avisaremos cuando esté listo.")
    }
    var onItsWayTitle: String { pick("Your payment is on its way", "Su pago está en camino") }
    func onItsWay(_ deadline: String) -> String {
        pick(
            "We expect it by \(deadline). Nothing will be sold while it clears.",
            "Lo esperamos antes del \(deadline). No venderemos nada mientras se procesa.")
    }
    var lateTitle: String {
        pick("This is taking longer than usual", "Está tardando más de lo normal")
    }
    func late(_ deadline: String) -> String {
        pick(
            """
            We expected it by \(deadline) and are looking into it. Nothing will be sold meanwhile, \
            and you do not have to do anything.
            """,
            """
            Lo esperábamos antes del \(deadline) y lo estamos revisando. Mientras tanto no \
            venderemos nada, y usted no tiene que hacer nada.
            """
        )
    }
    var unknownTitle: String {
        pick("We're checking with the bank", "Estamos consultando con el banco")
    }
    var unknown: String {
        pick(
            """
            We do not know yet whether your payment went through. Please don't pay again yet; we \
            will tell you as soon as we know.
            """,
            """
            Aún no sabemos si su pago se completó. No pague de nuevo todavía; le avisaremos en \
            cuanto lo sepamos.
            """
        )
    }
    var waitingTitle: String { pick("Waiting for your bank", "Esperando a su banco") }
    var waiting: String {
        pick(
            "We have not received it yet. It settles what you owe as soon as it arrives.",
            "Aún no lo hemos recibido. Pagará lo que debe en cuanto llegue.")
    }
    var failedTitle: String { pick("Your payment did not go through", "Su pago no se completó") }
    var failed: String {
        pick(
            "Nothing was taken. What you owe has not changed.",
            "No se cobró nada. Lo que debe no cambió.")
    }
    var balanceSettled: String { pick("Balance settled", "Saldo pagado") }
    func balanceSettledText(_ amount: String) -> String {
        pick(
            "Thank you. You paid \(amount) and nothing is owed.",
            "Gracias. Pagó \(amount) y no debe nada.")
    }
    var partPaidTitle: String { pick("Payment received", "Pago recibido") }
    func partPaidText(_ amount: String, _ rest: String) -> String {
        pick(
            "Thank you. You paid \(amount); \(rest) is still owed.",
            "Gracias. Pagó \(amount); aún debe \(rest).")
    }
    var settledAt: String { pick("Booked", "Registrado") }
    var payTheRest: String { pick("Pay the rest", "Pagar el resto") }
    var seeReceipt: String { pick("See the receipt", "Ver el comprobante") }
    var whatChanged: String { pick("What changed", "Qué cambió") }
    var limitsLifted: String {
        pick("You can withdraw again.", "Puede volver a retirar.")
    }
    var nothingWillBeSold: String {
        pick("None of your assets will be sold.", "No se venderá ninguno de sus activos.")
    }
    var noticeSent: String {
        pick("We sent you a notice you can keep.", "Le enviamos un aviso que puede conservar.")
    }
    var nextTime: String {
        pick(
            "Next time: keep the amount in your bank account for 7 business days after a deposit.",
            """
            La próxima vez: mantenga la cantidad en su cuenta bancaria 7 días hábiles después de \
            un depósito.
            """
        )
    }

    // Problems of fields

    func problem(_ problem: FieldProblem, _ scene: Scene) -> String {
        switch problem.reason {
        case .missing: missing(problem.field)
        case .notAnAmount:
            pick(
                "Enter an amount in dollars and cents, such as 50.00.",
                "Escriba una cantidad en dólares y centavos, como 50.00.")
        case .belowMinimum(let cents):
            pick("Enter \(scene.dollars(cents)) or more.", "Escriba \(scene.dollars(cents)) o más.")
        case .aboveMaximum(let cents):
            pick(
                "Enter \(scene.dollars(cents)) or less.", "Escriba \(scene.dollars(cents)) o menos."
            )
        case .notAuthorized:
            pick("Tick the box to authorize this.", "Marque la casilla para autorizarlo.")
        case .fileType:
            pick(
                "The selected file must be a PDF, JPG, PNG or HEIC.",
                "El archivo debe ser PDF, JPG, PNG o HEIC.")
        case .fileTooLarge(let megabytes): fileTooLarge(megabytes)
        case .fileEmpty: pick("The selected file is empty.", "El archivo está vacío.")
        case .filePassword:
            pick(
                "The selected file is password protected.",
                "El archivo está protegido con contraseña.")
        case .fileUnsafe:
            pick(
                """
                The selected file contains something we cannot open safely. A photo or a scan \
                works.
                """,
                """
                El archivo contiene algo que no podemos abrir con seguridad. Sirve una foto o un \
                escaneo.
                """
            )
        case .fileNotReceived:
            pick(
                "The selected file could not be uploaded. Please try again.",
                "No se pudo enviar el archivo. Intente de nuevo.")
        case .noSpan:
            pick(
                "Choose two different hours, or none in both.",
                "Elija dos horas distintas, o ninguna en ambas.")
        case .tooLong(let characters):
            pick("Use \(characters) characters or fewer.", "Use \(characters) caracteres o menos.")
        case .other(let text): text
        }
    }
    private func missing(_ field: Field) -> String {
        switch field {
        case .amount: pick("Enter an amount.", "Escriba una cantidad.")
        case .bankAccount: pick("Choose a bank account.", "Elija una cuenta bancaria.")
        case .asset: pick("Choose an asset.", "Elija un activo.")
        case .method: pick("Choose how you would like to pay.", "Elija cómo desea pagar.")
        case .file: pick("Choose a file.", "Elija un archivo.")
        case .topic: pick("Choose what it is about.", "Elija de qué se trata.")
        case .message: pick("Write a message.", "Escriba un mensaje.")
        case .reason: pick("Choose a reason.", "Elija un motivo.")
        case .quietFrom, .quietTo:
            pick(
                "Choose an hour here too, or none in both.",
                "Elija una hora aquí también, o ninguna en ambas.")
        case .csrf, .idempotencyKey, .amountSeen, .side, .quote, .authorize, .documentKind,
            .deposit, .returnTo, .language, .theme, .note, .owner, .destination, .decision, .hours,
            .search, .event, .parts, .days, .want, .address, .key, .secret, .code, .information:
            pick("This is needed.", "Este dato es necesario.")
        }
    }
}
