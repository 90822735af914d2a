extension Catalogue {
    // Proving a bank account

    func verifyBank(_ bank: String) -> String {
        pick("Verify \(bank)", "Verificar \(bank)")
    }
    var verifyLead: String {
        pick(
            "Two small amounts show that you can see into this account.",
            "Dos cantidades pequeñas demuestran que usted tiene acceso a esta cuenta.")
    }
    func verifyOffer(_ name: String) -> String {
        pick(
            """
            We send two amounts below one dollar, and take their sum back. In one to three \
            business days your bank shows them as \(name). Then come back and type them.
            """,
            """
            Enviamos dos cantidades menores de un dólar y retiramos su suma. En uno a tres días \
            hábiles su banco las mostrará como \(name). Vuelva entonces y escríbalas.
            """)
    }
    var verifyStart: String { pick("Send two small amounts", "Enviar dos cantidades pequeñas") }
    var verifyWaiting: String {
        pick(
            "The amounts leave with the next file to your bank. Come back in a day or two.",
            "Las cantidades salen con el próximo envío a su banco. Vuelva en uno o dos días.")
    }
    func verifyTyping(_ name: String, _ until: String) -> String {
        pick(
            "Find the two amounts from \(name) in your account and type them until \(until).",
            "Busque en su cuenta las dos cantidades de \(name) y escríbalas hasta el \(until).")
    }
    var verifyFirst: String { pick("One amount", "Una cantidad") }
    var verifySecond: String { pick("The other amount", "La otra cantidad") }
    var verifyHint: String {
        pick("In dollars, such as 0.12", "En dólares, por ejemplo 0.12")
    }
    func verifyTries(_ count: Int) -> String {
        pick(
            plural(count, "You have 1 try left.", "You have \(count) tries left."),
            plural(count, "Le queda 1 intento.", "Le quedan \(count) intentos."))
    }
    var verifyConfirm: String { pick("Verify this account", "Verificar esta cuenta") }
    var verifyDone: String {
        pick("This account is verified.", "Esta cuenta está verificada.")
    }
    var verifyOver: String {
        pick(
            "This account cannot be verified this way any more. Please link another one.",
            "Esta cuenta ya no se puede verificar de esta forma. Vincule otra.")
    }
    func verifyLimit(_ limit: VerifyBankPage.Limit) -> String {
        switch limit {
        case .tooOften(let times, let days):
            pick(
                """
                We have sent you amounts \(times) times within \(days) days, to this account and \
                others. That is as often as we do.
                """,
                """
                Le hemos enviado cantidades \(times) veces en \(days) días, a esta cuenta y a \
                otras. No lo hacemos más a menudo.
                """)
        case .others(let count):
            pick(
                "\(count) of your accounts are being verified, and no more can be at once.",
                "Se están verificando \(count) de sus cuentas y no puede haber más a la vez.")
        }
    }
    func verifyLimitUntil(_ limit: VerifyBankPage.Limit, _ deadline: String) -> String {
        switch limit {
        case .tooOften:
            pick(
                "You can ask again from \(deadline) on.",
                "Puede volver a pedirlo a partir del \(deadline).")
        case .others:
            pick(
                "You can ask when one of them is done: on \(deadline) at the latest.",
                "Puede pedirlo cuando una de ellas termine: a más tardar el \(deadline).")
        }
    }
    var verifyLimitOver: String {
        pick(
            "You can ask when one of them is done.",
            "Puede pedirlo cuando una de ellas termine.")
    }
    func verifyFailure(_ failure: VerifyBankPage.Failure) -> String {
        switch failure {
        case .wrongAmounts:
            pick(
                "Other amounts were typed three times.",
                "Se escribieron otras cantidades tres veces.")
        case .expired:
            pick(
                "Nobody typed the amounts in time.", "Nadie escribió las cantidades a tiempo.")
        case .returned:
            pick(
                "Your bank sent an amount back, so the account is not verified.",
                "Su banco devolvió una cantidad, así que la cuenta no está verificada.")
        case .accountUnusable:
            pick(
                "Nothing was sent, because the account could not be used.",
                "No se envió nada, porque la cuenta no se podía usar.")
        }
    }
    var verifyAgain: String {
        pick("You can have new ones sent.", "Puede pedir otras nuevas.")
    }
    func verifyProblem(_ problem: VerifyBankPage.Problem) -> String {
        switch problem {
        case .notCents:
            pick(
                "Type both amounts, each between 0.01 and 0.99.",
                "Escriba las dos cantidades, cada una entre 0.01 y 0.99.")
        case .wrong:
            pick(
                "These are not the amounts we sent. Look at both in your account.",
                "Estas no son las cantidades que enviamos. Mire ambas en su cuenta.")
        case .limit:
            pick(
                "Nothing was sent, because a limit is reached.",
                "No se envió nada, porque se alcanzó un límite.")
        case .notNow:
            pick(
                "This cannot be done now. Please write to us if you need help.",
                "Esto no se puede hacer ahora. Escríbanos si necesita ayuda.")
        }
    }
}
