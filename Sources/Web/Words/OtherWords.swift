extension Catalogue {
    // Notices

    var noticesLead: String {
        pick("What we have told you about your money.", "Lo que le hemos avisado sobre su dinero.")
    }
    var noNotices: String {
        pick(
            "No notices. We'll write here when a deposit changes.",
            "No hay avisos. Escribiremos aquí cuando cambie un depósito.")
    }
    var new: String { pick("New", "Nuevo") }
    var open: String { pick("Open", "Abrir") }
    var markRead: String { pick("Mark as read", "Marcar como leído") }
    func mailGreeting(_ name: String) -> String { pick("Hello \(name),", "Hola, \(name):") }

    var mailLink: String {
        pick("See the details after signing in:", "Vea los detalles al entrar:")
    }

    func mailFooter(_ brand: String) -> String {
        pick(
            "\(brand) never asks for a password or a card number by mail.",
            "\(brand) nunca pide contraseñas ni números de tarjeta por correo.")
    }

    func notice(_ kind: NoticesPage.Kind, _ scene: Scene) -> (title: String, text: String) {
        let dollars = scene.dollars
        return switch kind {
        case .availableEarly(let cents):
            (
                pick("\(dollars(cents)) is available early", "\(dollars(cents)) disponibles antes"),
                pick(
                    """
                    You can trade with it now. Your bank usually confirms within 2 to 7 business \
                    days.
                    """,
                    "Ya puede operar. Su banco suele confirmar en 2 a 7 días hábiles.")
            )
        case .purchasedEarly(let bought, let cents):
            (
                pick("\(bought.text) is yours", "\(bought.text) ya es suyo"),
                pick(
                    """
                    You can trade it now. Your bank usually pays the \(dollars(cents)) within 2 to \
                    7 business days; keep them in your bank account until then.
                    """,
                    """
                    Ya puede operar con él. Su banco suele pagar los \(dollars(cents)) en 2 a 7 \
                    días hábiles; manténgalos en su cuenta bancaria hasta entonces.
                    """)
            )
        case .returnedCovered(let cents):
            (
                pick(
                    "Your bank sent back \(dollars(cents))", "Su banco devolvió \(dollars(cents))"),
                pick(
                    "Cash in your account covered it. Nothing is owed.",
                    "El efectivo de su cuenta lo cubrió. No debe nada.")
            )
        case .owed(let cents, let deadline):
            (
                youOwe(dollars(cents)),
                pick(
                    """
                    Your bank sent back a payment you had used early. Settle it by \
                    \(scene.time.deadline(deadline)) to keep your assets.
                    """,
                    """
                    Su banco devolvió un pago que usted ya había usado. Páguelo antes del \
                    \(scene.time.deadline(deadline)) para conservar sus activos.
                    """
                )
            )
        case .reminder(let cents, let deadline):
            (
                pick("Reminder: you owe \(dollars(cents))", "Recordatorio: debe \(dollars(cents))"),
                settleBy(scene.time.deadline(deadline))
            )
        case .documentsAsked:
            (
                pick("We need documents from you", "Necesitamos documentos suyos"),
                pick(
                    "Your deadline is paused while we wait and review.",
                    "Su plazo está en pausa mientras esperamos y revisamos.")
            )
        case .documentsAccepted:
            (
                pick("Your documents were accepted", "Sus documentos fueron aceptados"),
                pick("You can go on with your payment.", "Puede continuar con su pago.")
            )
        case .documentRefused:
            (
                pick("We need another document", "Necesitamos otro documento"),
                pick("The page says what was missing.", "La página explica qué faltó.")
            )
        case .paymentStarted(let cents):
            (
                pick(
                    "Your payment of \(dollars(cents)) started",
                    "Su pago de \(dollars(cents)) comenzó"),
                pick(
                    "Nothing will be sold while it clears.",
                    "No venderemos nada mientras se procesa.")
            )
        case .paymentReturned(let cents):
            (
                pick(
                    "Your payment of \(dollars(cents)) came back",
                    "Su pago de \(dollars(cents)) fue devuelto"),
                pick(
                    "The amount is owed again. Please choose another way.",
                    "La cantidad vuelve a estar pendiente. Elija otra forma.")
            )
        case .overpaid(let cents):
            (
                pick(
                    "You paid \(dollars(cents)) more than you owed",
                    "Pagó \(dollars(cents)) más de lo que debía"),
                pick(
                    "It goes back to where it came from. We tell you when it has.",
                    "Vuelve a donde vino. Le avisaremos cuando haya vuelto.")
            )
        case .overpaymentRefunded(let cents):
            (
                pick(
                    "\(dollars(cents)) that you paid too much went back",
                    "Le devolvimos los \(dollars(cents)) que pagó de más"),
                pick(
                    "Your card or bank may need a few days to show it.",
                    "Su tarjeta o su banco puede tardar unos días en mostrarlo.")
            )
        case .overpaymentKept(let cents):
            (
                pick(
                    "\(dollars(cents)) that you paid too much is in your balance",
                    "Los \(dollars(cents)) que pagó de más están en su saldo"),
                pick(
                    "It could not go back to where it came from. You can use it or withdraw it.",
                    "No se pudo devolver a donde vino. Puede usarlo o retirarlo.")
            )
        case .settled(let cents):
            (
                pick("Settled: \(dollars(cents))", "Pagado: \(dollars(cents))"),
                pick(
                    "Nothing is owed for it any more. Thank you.",
                    "Ya no debe nada por eso. Gracias.")
            )
        case .sold(let cents):
            (
                pick(
                    "We sold assets for \(dollars(cents))", "Vendimos activos por \(dollars(cents))"
                ),
                pick(
                    "The receipt shows every quantity, price and fee.",
                    "El comprobante muestra cada cantidad, precio y comisión.")
            )
        case .withdrawable(let cents):
            (
                pick("\(dollars(cents)) can be withdrawn", "Puede retirar \(dollars(cents))"),
                pick("A deposit has unlocked.", "Se liberó un depósito.")
            )
        case .deadlineMoved(let deadline):
            (
                pick("Your deadline has moved", "Su plazo cambió"),
                pick(
                    "It is now \(scene.time.deadline(deadline)).",
                    "Ahora es el \(scene.time.deadline(deadline)).")
            )
        case .ourError(let cents):
            (
                pick(
                    "We took back \(dollars(cents)) by mistake of ours",
                    "Devolvimos \(dollars(cents)) por un error nuestro"),
                pick(
                    "We are sorry. You have no deadline and nothing will be sold.",
                    "Lo sentimos. No tiene plazo y no venderemos nada.")
            )
        case .finalWarning(let cents, let deadline):
            (
                pick(
                    "Last reminder: you owe \(dollars(cents))",
                    "Último recordatorio: debe \(dollars(cents))"),
                pick(
                    """
                    After \(scene.time.deadline(deadline)) we may sell just enough of your assets \
                    to cover it.
                    """,
                    """
                    Después del \(scene.time.deadline(deadline)) podremos vender lo justo de sus \
                    activos para cubrirlo.
                    """)
            )
        case .fundsReceived(let cents, let toCash):
            (
                pick("\(dollars(cents)) arrived", "Llegaron \(dollars(cents))"),
                toCash == cents
                    ? pick("It is in your cash balance.", "Está en su saldo en efectivo.")
                    : pick(
                        """
                        It paid what you owed first; \(dollars(toCash)) went to your cash balance.
                        """,
                        """
                        Primero pagó lo que debía; \(dollars(toCash)) pasaron a su saldo en efectivo.
                        """)
            )
        case .paymentNotMade(let cents):
            (
                pick(
                    "Your payment of \(dollars(cents)) did not go through",
                    "Su pago de \(dollars(cents)) no se realizó"),
                pick(
                    "Nothing was taken. You can choose another way to pay.",
                    "No se cobró nada. Puede elegir otra forma de pago.")
            )
        case .saleStarted:
            (
                pick("We are selling some of your assets", "Estamos vendiendo algunos activos"),
                pick(
                    "Only as much as covers what you owe. A receipt follows.",
                    "Solo lo necesario para cubrir lo que debe. Le enviaremos un comprobante.")
            )
        case .saleRestored:
            (
                pick("A sale was made good", "Se corrigió una venta"),
                pick(
                    "It should not have happened. Your assets are back and the fee is returned.",
                    "No debió ocurrir. Sus activos están de vuelta y devolvimos la comisión.")
            )
        case .residualOwed(let cents):
            (
                pick("\(dollars(cents)) is still owed", "Aún debe \(dollars(cents))"),
                pick(
                    "There is nothing left to sell. Please choose a way to pay.",
                    "No queda nada que vender. Elija una forma de pago.")
            )
        case .writtenOff(let cents):
            (
                pick(
                    "\(dollars(cents)) was written off", "Se dio de baja \(dollars(cents))"),
                pick(
                    "You still owe it, and money that arrives pays it first.",
                    "Todavía lo debe, y el dinero que llegue lo pagará primero.")
            )
        case .withdrawalCancelled:
            (
                pick("A withdrawal was cancelled", "Se canceló un retiro"),
                pick(
                    "A deposit came back before it left. The value is in your account again.",
                    "Un depósito fue devuelto antes de que saliera. El valor volvió a su cuenta.")
            )
        case .bankDetailsCorrected(let lastFour):
            (
                pick(
                    "Your bank corrected the account ending in \(lastFour)",
                    "Su banco corrigió la cuenta terminada en \(lastFour)"),
                pick(
                    "The next deposit uses the new details. If you did not expect this, tell us.",
                    "El próximo depósito usará los datos nuevos. Si no lo esperaba, avísenos.")
            )
        case .smallAmountsSent(let lastFour, let until):
            (
                pick(
                    "Two small amounts are on their way to the account ending in \(lastFour)",
                    "Dos cantidades pequeñas van hacia la cuenta terminada en \(lastFour)"),
                pick(
                    "When your bank shows them, type them until \(scene.time.deadline(until)).",
                    "Cuando su banco las muestre, escríbalas hasta el \(scene.time.deadline(until))."
                )
            )
        case .bankVerified(let lastFour):
            (
                pick(
                    "The account ending in \(lastFour) is verified",
                    "La cuenta terminada en \(lastFour) está verificada"),
                pick(
                    "Deposits from it can be available at once.",
                    "Los depósitos desde ella pueden estar disponibles al instante.")
            )
        case .bankNotVerified(let lastFour, let failure, let mayTryAgain):
            (
                pick(
                    "The account ending in \(lastFour) is not verified",
                    "La cuenta terminada en \(lastFour) no está verificada"),
                [verifyFailure(failure), mayTryAgain ? verifyAgain : nil]
                    .compactMap(\.self).joined(separator: " ")
            )
        }
    }

    // Sale

    var saleTitle: String { pick("What we sold", "Lo que vendimos") }
    func saleLead(
        owed: String?, paid: String, isCovered: Bool, isChosen: Bool, deadline: String?
    ) -> String {
        let covered = isCovered ? owed : nil
        return switch (isChosen, covered, deadline) {
        case (true, let owed?, _):
            pick(
                "You chose to sell, and it paid all of the \(owed) you owed.",
                "Usted decidió vender, y con eso se pagaron los \(owed) que debía.")
        case (true, nil, _):
            pick(
                "You chose to sell, and it paid \(paid) of what you owed.",
                "Usted decidió vender, y con eso se pagaron \(paid) de lo que debía.")
        case (false, let owed?, let deadline?):
            pick(
                """
                You owed \(owed) and the deadline of \(deadline) had passed, so we sold just enough \
                to cover it.
                """,
                """
                Debía \(owed) y el plazo del \(deadline) había vencido, así que vendimos lo justo \
                para cubrirlo.
                """
            )
        case (false, nil, let deadline?):
            pick(
                """
                The deadline of \(deadline) had passed, so we sold some of your assets. That paid \
                \(paid) of what you owed.
                """,
                """
                El plazo del \(deadline) había vencido, así que vendimos parte de sus activos. Con \
                eso se pagaron \(paid) de lo que debía.
                """
            )
        case (false, _, nil):
            pick(
                """
                The time to pay was over, so we sold some of your assets. That paid \(paid) of what \
                you owed.
                """,
                """
                El plazo para pagar había vencido, así que vendimos parte de sus activos. Con eso \
                se pagaron \(paid) de lo que debía.
                """
            )
        }
    }
    var whatWasSold: String { pick("Sold", "Vendido") }
    var quantity: String { pick("Quantity", "Cantidad") }
    var proceeds: String { pick("Brought", "Obtenido") }
    var fee: String { pick("Fee", "Comisión") }
    var when: String { pick("When", "Cuándo") }
    var nothingSold: String { pick("Nothing was sold.", "No se vendió nada.") }
    var theSum: String { pick("The sum", "La cuenta") }
    var appliedToOwed: String { pick("Paid what you owed", "Pagó lo que debía") }
    var returnedToCash: String { pick("Returned to your cash", "Devuelto a su efectivo") }
    func stillOwedAfterSale(_ amount: String) -> String {
        pick("\(amount) was still owed.", "Aún debía \(amount).")
    }
    var nothingOwedNow: String {
        pick("Nothing was owed any more.", "Ya no debía nada.")
    }
    func saleReference(_ reference: String) -> String {
        pick(
            "Reference \(reference). Keep it for your taxes.",
            "Referencia \(reference). Consérvela para sus impuestos.")
    }
    var saleWrong: String { pick("Something here is not right", "Algo aquí no es correcto") }

    // Help

    var helpLead: String {
        pick(
            "Tell us what is wrong. A person reads every message.",
            "Díganos qué pasa. Una persona lee cada mensaje.")
    }
    var whatIsItAbout: String { pick("What is it about?", "¿De qué se trata?") }
    func helpTopicShort(_ topic: HelpPage.Topic) -> String {
        switch topic {
        case .notMine: pick("I didn't make this deposit", "Yo no hice este depósito")
        case .paidAlready: pick("I paid already", "Ya pagué")
        case .moreTime: pick("I need more time", "Necesito más tiempo")
        case .pendingCharge: pendingTitle
        case .cannotProvide: pick("I can't provide a document", "No puedo enviar un documento")
        case .saleWrong:
            pick("Something about a sale is not right", "Algo de una venta no es correcto")
        case .accessibility:
            pick("I need this page in another form", "Necesito esta página en otro formato")
        case .other: pick("Something else", "Otra cosa")
        }
    }
    func helpTopicLine(_ topic: HelpPage.Topic) -> String? {
        switch topic {
        case .notMine:
            pick(
                "We stop what we can at once and call you.",
                "Detenemos lo que podamos de inmediato y le llamamos.")
        case .paidAlready:
            pick(
                "We look for the payment and answer with what we find.",
                "Buscamos el pago y le respondemos con lo que encontremos.")
        case .moreTime:
            pick(
                "We can move the deadline or agree on parts.",
                "Podemos cambiar el plazo o acordar pagos en partes.")
        case .pendingCharge, .cannotProvide, .saleWrong, .accessibility, .other: nil
        }
    }
    var whichDeposit: String { pick("Which deposit?", "¿Qué depósito?") }
    var noDepositChosen: String { pick("None in particular", "Ninguno en particular") }
    func depositOption(_ date: String, _ amount: String, _ bank: String) -> String {
        pick("\(date), \(amount), \(bank)", "\(date), \(amount), \(bank)")
    }
    var proposePlan: String {
        pick("Propose how you would pay it", "Proponga cómo lo pagaría")
    }
    var proposePlanLead: String {
        pick(
            "A person looks at it and answers. Nothing is charged by this.",
            "Una persona lo revisa y le responde. Con esto no se cobra nada.")
    }
    var inHowManyPayments: String { pick("In how many payments?", "¿En cuántos pagos?") }
    func payments(_ count: Int, _ each: String) -> String {
        pick(
            plural(count, "1 payment of \(each)", "\(count) payments of up to \(each)"),
            plural(count, "1 pago de \(each)", "\(count) pagos de hasta \(each)"))
    }
    var lastPaymentBy: String { pick("The last one by", "El último a más tardar el") }
    func dayChoice(_ day: String) -> String { pick("\(day)", "\(day)") }
    var noPlanYet: String { pick("I do not know yet", "Aún no lo sé") }
    var yourMessage: String { pick("Your message", "Su mensaje") }
    var messageHint: String {
        pick(
            "Please leave out passwords and whole account numbers.",
            "No incluya contraseñas ni números de cuenta completos.")
    }
    var sendMessage: String { pick("Send", "Enviar") }
    var helpSent: String { pick("We have your message", "Recibimos su mensaje") }
    func helpAnswer(_ deadline: String) -> String {
        pick(
            "A person will answer by \(deadline).",
            "Una persona le responderá antes del \(deadline).")
    }
    var helpPauses: String {
        pick("Until then nothing will be sold.", "Hasta entonces no venderemos nada.")
    }
    var caseNumber: String { pick("Case number", "Número de caso") }

    // Doors and problems

    var signIn: String { pick("Sign in", "Iniciar sesión") }
    var openAgain: String { pick("Open it again", "Abrirla de nuevo") }
    var tryAgainThen: String {
        pick("I have signed in again", "Ya inicié sesión otra vez")
    }
    var checkAgain: String { pick("Check again", "Revisar de nuevo") }
    func message(_ kind: MessagePage.Kind, _ scene: Scene) -> (title: String, lines: [String]) {
        switch kind {
        case .signInNeeded:
            (
                pick("Please sign in", "Inicie sesión"),
                [
                    pick(
                        "You can go on where you were after that.",
                        "Después podrá continuar donde estaba.")
                ]
            )
        case .sessionEnded:
            (
                pick("You were signed out", "Se cerró su sesión"),
                [
                    pick(
                        """
                        Your session was over: its time was up, or it was ended from another \
                        device. Anything you had not confirmed was not sent.
                        """,
                        """
                        Su sesión terminó: se acabó su tiempo o se cerró desde otro dispositivo. \
                        Lo que no había confirmado no se envió.
                        """
                    )
                ]
            )
        case .freshSignInNeeded(let minutes, _):
            (
                pick("Please sign in once more", "Inicie sesión otra vez"),
                [
                    pick(
                        """
                        This decides where money goes or how we reach you. For that we ask you to \
                        have signed in within the last \(minutes) minutes. Nothing was changed.
                        """,
                        """
                        Esto decide a dónde va el dinero o cómo le avisamos. Para eso le pedimos \
                        haber iniciado sesión en los últimos \(minutes) minutos. No se cambió nada.
                        """
                    ),
                    pick(
                        "Open your account again from \(scene.brand), then go on here.",
                        "Abra de nuevo su cuenta desde \(scene.brand) y continúe aquí."),
                ]
            )
        case .linkExpired:
            (
                pick("This link has expired", "Este enlace venció"),
                [
                    pick(
                        """
                        Links in our messages work for a short while only. Open Home to see where \
                        things stand.
                        """,
                        """
                        Los enlaces de nuestros mensajes duran poco. Abra el inicio para ver cómo \
                        está todo.
                        """
                    )
                ]
            )
        case .amountChanged(let from, let to):
            (amountChangedTitle, [amountChanged(scene.dollars(from), scene.dollars(to))])
        case .staleForm:
            (
                pick("This page was open too long", "Esta página estuvo abierta demasiado tiempo"),
                [
                    pick(
                        "Nothing was sent. Please open it again and repeat the last step.",
                        "No se envió nada. Ábrala de nuevo y repita el último paso.")
                ]
            )
        case .notFound:
            (
                pick("Page not found", "Página no encontrada"),
                [
                    pick(
                        """
                        If you typed the address, check it. If you followed a link of ours, it is \
                        our mistake.
                        """,
                        """
                        Si escribió la dirección, revísela. Si siguió un enlace nuestro, es error \
                        nuestro.
                        """
                    )
                ]
            )
        case .notAllowed(let role):
            (
                pick("You can't open this page", "No puede abrir esta página"),
                [
                    pick(
                        "It needs the role “\(role)”. Ask an administrator of your team.",
                        "Requiere el rol «\(role)». Pídalo a un administrador de su equipo.")
                ]
            )
        case .tooMany(let seconds):
            (
                pick("Too many tries", "Demasiados intentos"),
                [
                    pick(
                        plural(
                            seconds, "Please wait 1 second and try again.",
                            "Please wait \(seconds) seconds and try again."),
                        plural(
                            seconds, "Espere 1 segundo e intente de nuevo.",
                            "Espere \(seconds) segundos e intente de nuevo."))
                ]
            )
        case .fault:
            (
                pick(
                    "Sorry, there is a problem with the service",
                    "Lo sentimos, hay un problema con el servicio"),
                [
                    pick(
                        """
                        Your balance and deposits are safe. Anything you had not confirmed was not \
                        sent. If you had just confirmed something, look at Home before you try \
                        again.
                        """,
                        """
                        Su saldo y sus depósitos están seguros. Lo que no había confirmado no se \
                        envió. Si acababa de confirmar algo, mire el inicio antes de intentarlo de \
                        nuevo.
                        """
                    )
                ]
            )
        case .unavailable(let until):
            (
                pick("We'll be right back", "Volvemos enseguida"),
                [
                    pick(
                        """
                        The service is not available for a moment. Your balance and deposits are \
                        safe, and no deadline passes unnoticed.
                        """,
                        """
                        El servicio no está disponible por un momento. Su saldo y sus depósitos \
                        están seguros, y ningún plazo vencerá sin aviso.
                        """
                    )
                ]
                    + (until.map {
                        [
                            pick(
                                "We expect to be back by \(scene.time.deadline($0)).",
                                "Esperamos volver antes del \(scene.time.deadline($0)).")
                        ]
                    } ?? [])
            )
        }
    }
}
