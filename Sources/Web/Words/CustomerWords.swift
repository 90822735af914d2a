extension Catalogue {
    // Frame

    var skipToContent: String { pick("Skip to main content", "Ir al contenido principal") }
    var sandbox: String { pick("Sandbox", "Entorno de prueba") }
    var sandboxRibbon: String {
        pick(
            "Sandbox: no real money moves here.", "Entorno de prueba: aquí no se mueve dinero real."
        )
    }
    func titleOfPage(_ title: String, _ brand: String) -> String {
        pick("\(title) – \(brand)", "\(title) – \(brand)")
    }
    func titleWithProblem(_ title: String, _ brand: String) -> String {
        pick("Error: \(title) – \(brand)", "Error: \(title) – \(brand)")
    }
    var mainNavigation: String { pick("Main", "Principal") }
    func section(_ section: Section) -> String {
        switch section {
        case .home: pick("Home", "Inicio")
        case .deposits: pick("Deposits", "Depósitos")
        case .addMoney: pick("Add money", "Agregar dinero")
        case .trade: pick("Trade", "Operar")
        case .withdraw: pick("Withdraw", "Retirar")
        case .notices: pick("Notices", "Avisos")
        case .help: pick("Help", "Ayuda")
        }
    }
    func unreadSuffix(_ count: Int) -> String {
        pick(plural(count, " unread", " unread"), plural(count, " sin leer", " sin leer"))
    }
    func call(_ phone: String) -> String { pick("Call \(phone)", "Llame al \(phone)") }
    var signOut: String { pick("Sign out", "Cerrar sesión") }
    var languageLabel: String { pick("Language", "Idioma") }
    func nameOf(_ language: Language) -> String {
        // A language is always named in itself.
        switch language {
        case .english: "English"
        case .spanish: "Español"
        case .pseudo: "⟦English⟧"
        }
    }
    var appearanceLabel: String { pick("Appearance", "Apariencia") }
    func theme(_ theme: Scene.Theme) -> String {
        switch theme {
        case .device: pick("Automatic", "Automático")
        case .light: pick("Light", "Claro")
        case .dark: pick("Dark", "Oscuro")
        }
    }
    var change: String { pick("Change", "Cambiar") }
    var thereIsAProblem: String { pick("There is a problem", "Hay un problema") }
    func deadlineAndSpan(_ deadline: String, _ span: String) -> String {
        pick("\(deadline) (\(span))", "\(deadline) (\(span))")
    }
    func bank(_ label: BankLabel) -> String {
        pick("\(label.bank) ••\(label.lastFour)", "\(label.bank) ••\(label.lastFour)")
    }

    // Status

    func status(_ status: DepositStatus) -> String {
        switch status {
        case .availableEarly: pick("Available early", "Disponible antes")
        case .clearing: pick("Clearing", "En proceso")
        case .returned: pick("Returned", "Devuelto")
        case .outstanding: pick("Outstanding", "Saldo pendiente")
        case .partlySettled: pick("Partly settled", "Pagado en parte")
        case .paymentInProgress: pick("Payment in progress", "Pago en curso")
        case .documentsNeeded: pick("Documents needed", "Faltan documentos")
        case .settled: pick("Settled", "Pagado")
        case .soldToCover: pick("Sold to cover", "Cubierto con una venta")
        case .writtenOff: pick("Written off", "Dado por perdido")
        case .cancelled: pick("Cancelled", "Cancelado")
        }
    }

    // Home

    var viewDetails: String { pick("View Details", "Ver detalles") }
    var learnMore: String { pick("Learn More", "Más información") }
    var settleBalance: String { pick("Settle Balance", "Pagar el saldo") }
    var sendDocuments: String { pick("Send documents", "Enviar documentos") }
    func youOwe(_ amount: String) -> String { pick("You owe \(amount)", "Debe \(amount)") }
    func sentBack(deposits count: Int, purchases: Int) -> String {
        guard purchases == 0 || purchases < count else {
            return pick(
                plural(
                    count, "Your bank did not pay for a purchase you had already received.",
                    "Your bank did not pay for \(count) purchases you had already received."),
                plural(
                    count, "Su banco no pagó una compra que usted ya había recibido.",
                    "Su banco no pagó \(count) compras que usted ya había recibido."))
        }
        return pick(
            plural(
                count, "A deposit you used early was sent back by your bank.",
                "\(count) deposits you used early were sent back by your bank."),
            plural(
                count, "Su banco devolvió un depósito que usted ya había usado.",
                "Su banco devolvió \(count) depósitos que usted ya había usado."))
    }
    func settleBy(_ deadline: String) -> String {
        pick(
            "Settle it by \(deadline) to keep your assets.",
            "Páguelo antes del \(deadline) para conservar sus activos.")
    }
    var deadlinePassed: String {
        pick(
            """
            The deadline has passed, and we may sell some of your assets at any time. You can \
            still stop this by settling now.
            """,
            """
            El plazo ya venció y podemos vender parte de sus activos en cualquier momento. Todavía \
            puede evitarlo si paga ahora.
            """
        )
    }
    var saleInProgress: String {
        pick(
            """
            We are selling some of your assets to cover it. You will get a receipt for every sale.
            """,
            """
            Estamos vendiendo parte de sus activos para cubrirlo. Recibirá un comprobante de cada \
            venta.
            """
        )
    }
    var paymentOnItsWay: String {
        pick(
            "Your payment is on its way. Nothing will be sold while it clears.",
            "Su pago está en camino. No venderemos nada mientras se procesa.")
    }
    var documentsWaited: String {
        pick(
            """
            We need to check your payment method. Your deadline is paused while we wait for your \
            documents.
            """,
            """
            Necesitamos verificar su método de pago. Su plazo está en pausa mientras esperamos sus \
            documentos.
            """
        )
    }
    func documentsBy(_ deadline: String) -> String {
        pick(
            """
            We need to check your payment method. Send the documents, or pay in another way, by \
            \(deadline) to keep your assets.
            """,
            """
            Necesitamos verificar su método de pago. Envíe los documentos, o pague de otra forma, \
            antes del \(deadline) para conservar sus activos.
            """
        )
    }
    var stillOwedAfterSale: String {
        pick(
            "There is nothing left that we could sell for it. Please choose a way to pay.",
            "Ya no queda nada que podamos vender para cubrirlo. Elija una forma de pago.")
    }
    var underReview: String {
        pick(
            "A person is looking at what you told us. Nothing will be sold meanwhile.",
            "Una persona está revisando lo que nos dijo. Mientras tanto no venderemos nada.")
    }
    var clockPaused: String {
        pick(
            "The deadline is paused. We will write before it starts again.",
            "El plazo está en pausa. Le avisaremos antes de que vuelva a correr.")
    }
    var balance: String { pick("Balance", "Saldo") }
    var owedWord: String { pick("owed", "pendiente") }
    func asOf(_ time: String) -> String { pick("As of \(time)", "A las \(time)") }
    var availableToTrade: String { pick("Available to trade", "Disponible para operar") }
    var availableToWithdraw: String { pick("Available to withdraw", "Disponible para retirar") }
    func block(_ block: Withdrawable.Block) -> String {
        switch block {
        case .owed:
            pick(
                "Settle what you owe to withdraw again.",
                "Pague su saldo pendiente para volver a retirar.")
        case .securityChange:
            pick(
                "Paused after a change to your sign-in details.",
                "En pausa por un cambio en sus datos de acceso.")
        case .review:
            pick("Paused while we review your account.", "En pausa mientras revisamos su cuenta.")
        }
    }
    func blockUntil(_ block: String, _ deadline: String) -> String {
        pick("\(block) It ends \(deadline).", "\(block) Termina el \(deadline).")
    }
    func unlocks(_ amount: String, _ day: String, _ time: String) -> String {
        pick("\(amount) more on \(day), \(time)", "\(amount) más el \(day), \(time)")
    }
    func undated(_ amount: String) -> String {
        pick("\(amount) on hold, no date yet", "\(amount) en retención, sin fecha todavía")
    }
    var heldUndated: String {
        pick("on hold, no date yet", "en retención, sin fecha todavía")
    }
    var noDateYet: String { pick("No date yet", "Sin fecha todavía") }
    var heldUndatedExplained: String {
        pick(
            """
            The banks have to clear something up about this deposit. Until then it stays on hold \
            and nobody can name a day. You can trade with it, and need not do anything.
            """,
            """
            Los bancos tienen que aclarar algo sobre este depósito. Hasta entonces sigue en \
            retención y nadie puede decir una fecha. Puede operar con él y no tiene que hacer nada.
            """)
    }
    func moreUnlocks(_ count: Int) -> String {
        pick(
            plural(count, "and 1 more date", "and \(count) more dates"),
            plural(count, "y 1 fecha más", "y \(count) fechas más"))
    }
    var latestDeposits: String { pick("Latest deposits", "Últimos depósitos") }
    var allDeposits: String { pick("See all deposits", "Ver todos los depósitos") }
    var noDeposits: String {
        pick(
            "No deposits yet. When you add money it shows here, with the day it can be withdrawn.",
            """
            Aún no hay depósitos. Cuando agregue dinero aparecerá aquí, con el día en que podrá \
            retirarlo.
            """
        )
    }
    var yourAssets: String { pick("Your assets", "Sus activos") }
    var noHoldings: String {
        pick("What you buy shows here.", "Lo que compre aparecerá aquí.")
    }
    var noPrice: String { pick("No price right now", "Sin precio por ahora") }
    var goodToKnow: String { pick("Need a hand?", "¿Necesita ayuda?") }
    func stillOwed(_ amount: String) -> String {
        pick("\(amount) owed", "\(amount) pendientes")
    }
    func withdrawableOn(_ day: String) -> String {
        pick("withdrawable \(day)", "retirable el \(day)")
    }

    // Deposits

    var depositsLead: String {
        pick(
            "Money you added from your bank, and where each deposit stands.",
            "El dinero que agregó desde su banco y el estado de cada depósito.")
    }
    var filterLabel: String { pick("Show", "Mostrar") }
    func filter(_ filter: DepositsPage.Filter) -> String {
        switch filter {
        case .all: pick("All", "Todos")
        case .clearing: pick("Clearing", "En proceso")
        case .owed: pick("Owed", "Pendientes")
        case .settled: pick("Settled", "Pagados")
        }
    }
    var noDepositsHere: String {
        pick("No deposits of this kind.", "No hay depósitos de este tipo.")
    }
    var clearFilter: String { pick("Clear filter", "Quitar el filtro") }
    var showOlder: String { pick("Show older", "Ver anteriores") }

    // One deposit

    func depositTitle(_ amount: String) -> String {
        pick("\(amount) deposit", "Depósito de \(amount)")
    }
    func purchaseTitle(_ bought: String, _ amount: String) -> String {
        pick("Purchase of \(bought) for \(amount)", "Compra de \(bought) por \(amount)")
    }
    func boughtRow(_ bought: String) -> String {
        pick("Purchase of \(bought)", "Compra de \(bought)")
    }
    var boughtTerm: String { pick("Bought", "Comprado") }
    var nothingOwedForThis: String {
        pick("Nothing is owed for this deposit", "No debe nada por este depósito")
    }
    var nothingOwedForPurchase: String {
        pick("Nothing is owed for this purchase", "No debe nada por esta compra")
    }
    var letYouHave: String {
        pick(
            "We let you have this purchase early; your bank sent the payment back",
            "Le dejamos tener esta compra antes; su banco devolvió el pago")
    }
    func whatHappenedPurchase(_ bought: String, _ amount: String) -> String {
        pick(
            """
            You bought \(bought) for \(amount), and we let you have it before your bank had paid. \
            Then your bank sent the payment back, so the money never reached us.
            """,
            """
            Usted compró \(bought) por \(amount) y se lo dejamos tener antes de que su banco \
            pagara. Después su banco devolvió el pago, así que el dinero nunca nos llegó.
            """
        )
    }
    var purchaseExplained: String {
        pick(
            """
            What you bought is yours to trade now. Your bank usually takes 2 to 7 business days to \
            pay for it. Keep that amount in your bank account until then.
            """,
            """
            Ya puede operar con lo que compró. Su banco suele tardar de 2 a 7 días hábiles en \
            pagarlo. Mantenga esa cantidad en su cuenta bancaria hasta entonces.
            """
        )
    }
    var howOwed: String { pick("How we got to what you owe", "Cómo se calcula lo que debe") }
    var letYouUse: String {
        pick(
            "We let you use this early; your bank sent it back",
            "Le dejamos usarlo antes; su banco lo devolvió")
    }
    var stillHad: String { pick("You still had this in cash", "Aún tenía esto en efectivo") }
    var youPaid: String { pick("You have paid", "Usted ha pagado") }
    var soldForYou: String { pick("We sold assets for", "Vendimos activos por") }
    var weWaived: String { pick("We waived", "Le perdonamos") }
    var youOweLine: String { pick("You owe", "Usted debe") }
    var seePayment: String { pick("See your payment", "Ver su pago") }
    var seeSale: String { pick("See what was sold", "Ver lo que se vendió") }
    var getHelp: String { pick("Get help", "Pedir ayuda") }
    var whatHappened: String { pick("What happened", "Qué pasó") }
    func whatHappenedReturned(_ amount: String) -> String {
        pick(
            """
            You added \(amount), and we let you use it before your bank had confirmed it. Then \
            your bank sent the deposit back, so the money never reached us.
            """,
            """
            Usted agregó \(amount) y le dejamos usarlo antes de que su banco lo confirmara. \
            Después su banco devolvió el depósito, así que el dinero nunca nos llegó.
            """
        )
    }
    var why: String { pick("Why", "Por qué") }
    func reason(_ sentence: ReturnReason.Sentence) -> String {
        switch sentence {
        case .notEnoughMoney:
            pick(
                "There was not enough money in the account that day.",
                "Ese día no había suficiente dinero en la cuenta.")
        case .notYetCollected:
            pick(
                "The money was in the account, but your bank had not released it yet.",
                "El dinero estaba en la cuenta, pero su banco aún no lo había liberado.")
        case .accountClosed:
            pick("That bank account is closed.", "Esa cuenta bancaria está cerrada.")
        case .accountNotFound:
            pick(
                "The bank could not find that account. A digit may be wrong.",
                "El banco no encontró esa cuenta. Puede que haya un número equivocado.")
        case .paymentStopped:
            pick(
                "A stop was placed on this payment at your bank.",
                "En su banco se pidió detener este pago.")
        case .notAuthorized:
            pick(
                "Your bank told us this payment was not authorized. If that was not you, tell us.",
                "Su banco nos dijo que este pago no fue autorizado. Si no fue usted, díganoslo."
            )
        case .askedByUs:
            pick(
                """
                We asked your bank to send it back because of a mistake of ours. We are sorry. You \
                do not have to do anything.
                """,
                """
                Le pedimos a su banco que lo devolviera por un error nuestro. Lo sentimos. No \
                tiene que hacer nada.
                """
            )
        case .other:
            pick(
                "Your bank could not complete this payment. Your bank can tell you more.",
                "Su banco no pudo completar este pago. Su banco puede darle más información.")
        }
    }
    func bankCode(_ code: String) -> String {
        pick("Your bank's code: \(code)", "Código de su banco: \(code)")
    }
    var whatYouCanDo: String { pick("What you can do", "Qué puede hacer") }
    var canSettle: String {
        pick(
            "Settle the balance. We show every way to pay, how long it takes and what it costs.",
            "Pagar el saldo. Le mostramos cada forma de pago, cuánto tarda y cuánto cuesta.")
    }
    func canCheckAccount(_ lastFour: String) -> String {
        pick(
            "Check that \(lastFour) are the last four digits of the account you meant to use.",
            "Compruebe que \(lastFour) son los últimos cuatro números de la cuenta que quería usar."
        )
    }
    var canAskForHelp: String {
        pick(
            "Ask us for help or for more time, if this is not right or not possible.",
            "Pedirnos ayuda o más tiempo, si algo no es correcto o no es posible.")
    }
    var ifNothing: String { pick("What if I do nothing", "Qué pasa si no hago nada") }
    var ifNothingAnswer: String {
        pick(
            """
            After the deadline we may sell just enough of your assets to cover what you owe. You \
            keep the rest, and you get a receipt with every quantity, price and fee.
            """,
            """
            Después del plazo podemos vender solo los activos necesarios para cubrir lo que debe. \
            Usted conserva el resto y recibe un comprobante con cada cantidad, precio y comisión.
            """
        )
    }
    var whatHappensNext: String { pick("What happens next", "Qué sigue") }
    var earlyExplained: String {
        pick(
            """
            We let you use this deposit early. Your bank usually takes 2 to 7 business days to \
            send us the money. Keep that amount in your bank account until then.
            """,
            """
            Le dejamos usar este depósito antes. Su banco suele tardar de 2 a 7 días hábiles en \
            enviarnos el dinero. Mantenga esa cantidad en su cuenta bancaria hasta entonces.
            """
        )
    }
    func withdrawableOnLong(_ deadline: String) -> String {
        pick(
            "You can withdraw it, in dollars or crypto, from \(deadline).",
            "Podrá retirarlo, en dólares o en cripto, a partir del \(deadline).")
    }
    var timeline: String { pick("Timeline", "Cronología") }
    func step(_ kind: TimelineStep.Kind, cents: String?, isPurchase: Bool = false) -> String {
        let name = isPurchase ? purchaseStepName(kind) : stepName(kind)
        guard let cents else { return name }
        return pick("\(name): \(cents)", "\(name): \(cents)")
    }
    private func purchaseStepName(_ kind: TimelineStep.Kind) -> String {
        switch kind {
        case .started: pick("Purchase started", "Compra iniciada")
        case .availableEarly: pick("Paid for by us at once", "Pagada por nosotros al momento")
        default: stepName(kind)
        }
    }
    private func stepName(_ kind: TimelineStep.Kind) -> String {
        switch kind {
        case .started: pick("Deposit started", "Depósito iniciado")
        case .availableEarly: pick("Available to trade early", "Disponible antes para operar")
        case .sentToBank: pick("Sent to your bank", "Enviado a su banco")
        case .moneyArrived:
            pick("Money received, not yet final", "Dinero recibido, aún no definitivo")
        case .sentAgain: pick("Sent to your bank again", "Enviado otra vez a su banco")
        case .returned: pick("Your bank sent it back", "Su banco lo devolvió")
        case .coveredFromCash: pick("Covered by cash you had", "Cubierto con su efectivo")
        case .owed: pick("Became owed", "Quedó pendiente")
        case .documentsAsked: pick("We asked for documents", "Le pedimos documentos")
        case .documentsAccepted: pick("Documents accepted", "Documentos aceptados")
        case .paymentStarted: pick("Your payment started", "Su pago comenzó")
        case .paymentFailed: pick("Your payment came back", "Su pago fue devuelto")
        case .partPaid: pick("Part of it paid", "Una parte pagada")
        case .paid: pick("Paid", "Pago recibido")
        case .deadlineMoved: pick("Deadline moved", "Plazo cambiado")
        case .sold: pick("Assets sold to cover it", "Activos vendidos para cubrirlo")
        case .settled: pick("Settled", "Pagado")
        case .withdrawable: pick("Can be withdrawn", "Se puede retirar")
        case .writtenOff: pick("Written off", "Dado por perdido")
        case .cancelled: pick("Cancelled", "Cancelado")
        }
    }
    var expected: String { pick("Expected", "Previsto:") }
    var notYet: String { pick("Not yet", "Todavía no") }
    var details: String { pick("Details", "Detalles") }
    var amount: String { pick("Amount", "Cantidad") }
    var started: String { pick("Started", "Iniciado") }
    var fromAccount: String { pick("From", "Desde") }
    var canBeWithdrawn: String { pick("Can be withdrawn", "Se puede retirar") }
    var settledByTerm: String { pick("Settled by", "Pagado con") }
    func settledBy(_ cause: DepositPage.SettledBy) -> String {
        switch cause {
        case .bank: pick("Your bank's money arrived", "El dinero de su banco llegó")
        case .cash: pick("Cash you had in the account", "Efectivo que tenía en la cuenta")
        case .payment: pick("Your payment", "Su pago")
        case .sale: pick("The sale of assets", "La venta de activos")
        case .waiver: pick("We let the rest go", "Le perdonamos el resto")
        }
    }
    var ourFee: String { pick("Our fee", "Nuestra comisión") }
    var bankFeeMayDiffer: String {
        pick("Your bank may charge its own.", "Su banco puede cobrar la suya.")
    }
    var referenceTerm: String { pick("Reference", "Referencia") }
    var cancelDeposit: String { pick("Cancel this deposit", "Cancelar este depósito") }
    var pendingTitle: String {
        pick("I still see this charge at my bank", "Todavía veo este cargo en mi banco")
    }
    var pendingExplained: String {
        pick(
            """
            Banks show a charge as “pending” before money really moves. It can stay 1 to 5 \
            business days. If the payment failed, the pending line disappears by itself, and you \
            have not paid twice.
            """,
            """
            Los bancos muestran un cargo como «pendiente» antes de que el dinero se mueva. Puede \
            durar de 1 a 5 días hábiles. Si el pago falló, la línea pendiente desaparece sola \
            y usted no ha pagado dos veces.
            """
        )
    }
    func pendingStillThere(_ day: String) -> String {
        pick(
            """
            Still there after \(day)? Write to us what the posted (not pending) line says, with \
            its date and amount, and we will look.
            """,
            """
            ¿Sigue ahí después del \(day)? Escríbanos qué dice la línea registrada (no pendiente), \
            con su fecha y cantidad, y la revisaremos.
            """
        )
    }
    var tellOfCharge: String { pick("Write to us", "Escríbanos") }
    var receiptTitle: String { pick("Account entries", "Movimientos de la cuenta") }
    var receiptLead: String {
        pick(
            "Every change to your balance that came of it.",
            "Cada cambio en su saldo por este motivo.")
    }
    func receiptLine(_ title: ReceiptLine.Title) -> String {
        switch title {
        case .depositCredited: pick("Deposit credited early", "Depósito acreditado antes")
        case .depositTakenBack: pick("Returned deposit taken back", "Depósito devuelto")
        case .obligationOpened: pick("Put down as owed", "Anotado como pendiente")
        case .paymentReceived: pick("Your payment", "Su pago")
        case .paymentTakenBack: pick("Payment returned", "Pago devuelto")
        case .assetsSold: pick("Assets sold", "Activos vendidos")
        case .fee: pick("Fee", "Comisión")
        case .waived: pick("Waived", "Perdonado")
        case .withdrawal: pick("Withdrawal", "Retiro")
        case .trade: pick("Trade", "Operación")
        case .correction: pick("Correction", "Corrección")
        }
    }
}
