extension Catalogue {
    // Live pages

    var pageRenewed: String { pick("This page is up to date.", "Esta página está al día.") }

    /// Said beside a new notice's title.
    func newNotice(_ title: String) -> String {
        pick("New notice: \(title)", "Nuevo aviso: \(title)")
    }

    // Without a connection

    var offlineTitle: String { pick("You are offline", "Está sin conexión") }
    var offlineLead: String {
        pick(
            "This page needs a connection. Nothing was sent and nothing is lost.",
            "Esta página necesita conexión. No se envió nada y no se perdió nada.")
    }
    var offlineNow: String {
        pick(
            "You are offline. Buttons that move money are off until you are back, so that nothing "
                + "is sent twice.",
            "Está sin conexión. Los botones que mueven dinero están apagados hasta que vuelva, para "
                + "que nada se envíe dos veces.")
    }
    /// Above the copy of Home that a phone keeps.
    func offlineThen(_ moment: String) -> String {
        pick(
            "You are offline. This is how your account was on \(moment). Amounts and deadlines may "
                + "have changed, and buttons that move money are off until you are back.",
            "Está sin conexión. Así estaba su cuenta el \(moment). Las cantidades y los plazos "
                + "pueden haber cambiado, y los botones que mueven dinero están apagados hasta que "
                + "vuelva.")
    }
    var offlineSeeHome: String {
        pick("See how your account was", "Ver cómo estaba su cuenta")
    }
    var tryAgain: String { pick("Try again", "Intentar de nuevo") }

    // The installed app

    func appDescription(_ brand: String) -> String {
        pick("Your account at \(brand).", "Su cuenta en \(brand).")
    }

    // What a locked screen may show: that there is something, never how much or of whom.

    func glance(_ kind: NoticesPage.Kind) -> String {
        switch kind {
        case .owed, .reminder, .finalWarning, .residualOwed, .ourError:
            pick(
                "There is something to settle, with a date. Open to see it.",
                "Hay algo que pagar, con una fecha. Abra para verlo.")
        case .deadlineMoved:
            pick("A date has moved. Open to see it.", "Una fecha cambió. Abra para verla.")
        case .sold, .saleStarted, .saleRestored, .writtenOff:
            pick(
                "Something happened in your account. Open to see it.",
                "Algo ocurrió en su cuenta. Abra para verlo.")
        case .documentsAsked, .documentRefused:
            pick("We need something from you.", "Necesitamos algo de usted.")
        case .documentsAccepted, .paymentStarted, .paymentReturned, .settled, .fundsReceived,
            .paymentNotMade, .overpaid, .overpaymentRefunded, .overpaymentKept:
            pick("There is news about a payment.", "Hay novedades sobre un pago.")
        case .availableEarly, .purchasedEarly, .returnedCovered, .withdrawable,
            .withdrawalCancelled:
            pick("There is news about your money.", "Hay novedades sobre su dinero.")
        case .bankDetailsCorrected, .smallAmountsSent, .bankVerified, .bankNotVerified:
            pick(
                "There is news about a bank account you linked.",
                "Hay novedades sobre una cuenta bancaria que vinculó.")
        }
    }

    // How notices reach the customer

    var noticeSettings: String { pick("How we reach you", "Cómo le avisamos") }
    var noticeSettingsLead: String {
        pick(
            "Every notice is in the app. Choose what else it comes by.",
            "Todos los avisos están en la aplicación. Elija por qué otras vías llegan.")
    }
    var whatAbout: String { pick("What, and how", "Qué y cómo") }

    func topic(_ topic: NoticeSettingsPage.Topic) -> String {
        switch topic {
        case .owed: pick("What you owe and until when", "Lo que debe y hasta cuándo")
        case .sales: pick("Sales of your assets", "Ventas de sus activos")
        case .payments: pick("Payments and documents", "Pagos y documentos")
        case .deposits: pick("Deposits", "Depósitos")
        case .account: pick("Linked accounts and withdrawals", "Cuentas vinculadas y retiros")
        }
    }

    func channel(_ channel: NoticeSettingsPage.Channel) -> String {
        switch channel {
        case .mail: pick("Mail", "Correo")
        case .push: pick("Notices on your devices", "Avisos en sus dispositivos")
        case .text: pick("Text message", "Mensaje de texto")
        }
    }

    var alwaysMailed: String {
        pick(
            "Always by mail too: a deadline may begin with it.",
            "Siempre también por correo: un plazo puede comenzar con él.")
    }

    func mailGoesTo(_ address: String) -> String {
        pick("Mail goes to \(address).", "El correo va a \(address).")
    }

    var quietHours: String { pick("Quiet hours", "Horas de silencio") }
    var quietHoursHint: String {
        pick(
            "Your devices stay quiet then. A notice with a deadline comes at once all the same.",
            "Sus dispositivos no suenan entonces. Un aviso con plazo llega enseguida de todos modos."
        )
    }
    var quietFrom: String { pick("From", "Desde") }
    var quietTo: String { pick("Until", "Hasta") }
    var noQuietHours: String { pick("None", "Ninguna") }

    /// A full hour, as in "10 PM" or "22:00".
    func hour(_ hour: Int) -> String {
        let twelve = hour % 12 == 0 ? 12 : hour % 12
        return pick(
            "\(twelve) \(hour < 12 ? "AM" : "PM")", "\(twelve) \(hour < 12 ? "a. m." : "p. m.")")
    }

    var keepSettings: String { pick("Keep these settings", "Guardar los ajustes") }
    var settingsKept: String { pick("Your settings are kept.", "Sus ajustes están guardados.") }

    var yourDevices: String { pick("Your devices", "Sus dispositivos") }
    var noDevices: String {
        pick(
            "No device shows notices yet.", "Ningún dispositivo muestra avisos todavía.")
    }
    var deviceOn: String {
        pick("Show notices on this device", "Mostrar avisos en este dispositivo")
    }
    var deviceOnHint: String {
        pick(
            "A locked screen shows that there is something, never an amount.",
            "La pantalla bloqueada muestra que hay algo, nunca una cantidad.")
    }
    var deviceIsOn: String {
        pick("This device shows notices.", "Este dispositivo muestra avisos.")
    }
    var deviceDenied: String {
        pick(
            "This browser does not allow notices from us. Allow them in its settings for this site, "
                + "then come back.",
            "Este navegador no permite nuestros avisos. Permítalos en su configuración para este "
                + "sitio y vuelva.")
    }
    var deviceUnable: String {
        pick(
            "This browser cannot show notices. On an iPhone or iPad, add this page to the Home "
                + "Screen first and open it there.",
            "Este navegador no puede mostrar avisos. En un iPhone o iPad, agregue primero esta "
                + "página a la pantalla de inicio y ábrala allí.")
    }
    var deviceNotAdded: String {
        pick(
            "This device could not be added. Nothing was changed.",
            "No se pudo agregar este dispositivo. No se cambió nada.")
    }

    func device(_ host: String) -> String {
        pick("A browser reached by \(host)", "Un navegador al que se llega por \(host)")
    }
    func deviceSince(_ moment: String) -> String { pick("Since \(moment)", "Desde \(moment)") }
    var removeDevice: String { pick("Remove", "Quitar") }

    // Operators

    var noticesOfCustomer: String { staff("Notices and how they went") }
    var noticesOfCustomerLead: String {
        staff(
            "The time to pay begins with the first that is delivered, or is read in the app. Where "
                + "none arrived, tell the customer another way and say so here.")
    }
    var noticeColumnName: String { staff("Notice") }
    var channelColumn: String { staff("Channel") }
    var outcomeColumn: String { staff("Outcome") }
    var saidColumn: String { staff("What was said") }
    var noDeliveries: String { staff("Nothing has been told yet.") }
    var inTheApp: String { staff("In the app") }

    func delivery(_ state: CustomerNoticesPage.State) -> String {
        switch state {
        case .unread: staff("Not read")
        case .read: staff("Read")
        case .waiting: staff("On its way")
        case .delivered: staff("Delivered")
        case .refused: staff("Refused")
        case .gaveUp: staff("Given up")
        case .bounced: staff("Came back")
        }
    }

    var toldOtherwise: String { staff("I told the customer") }
    var toldOtherwiseHint: String {
        staff("By telephone or letter: say how and when. The time to pay begins now.")
    }
}
