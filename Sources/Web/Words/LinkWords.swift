extension Catalogue {
    // Linking a bank account

    var linkBankLead: String {
        pick(
            "You find these numbers on a check or in your bank's app.",
            "Encontrará estos números en un cheque o en la app de su banco.")
    }
    var bankName: String { pick("Bank's name", "Nombre del banco") }
    var routingNumberHint: String { pick("Nine digits", "Nueve dígitos") }
    var accountNumberAgain: String {
        pick("Account number again", "Número de cuenta otra vez")
    }
    var accountType: String { pick("What kind of account?", "¿Qué tipo de cuenta?") }
    func accountType(_ type: LinkBankPage.AccountType) -> String {
        switch type {
        case .checking: pick("Checking", "Corriente")
        case .savings: pick("Savings", "Ahorros")
        }
    }
    var linkBankSafety: String {
        pick(
            "The number is locked away. Pages show its last four digits and never more.",
            "El número se guarda bajo llave. Las páginas muestran solo los últimos cuatro dígitos.")
    }
    func linkProblem(_ problem: LinkBankPage.Problem) -> String {
        switch problem {
        case .bankNameMissing: pick("Enter the bank's name.", "Escriba el nombre del banco.")
        case .routingNumber:
            pick(
                "Check the routing number: it has nine digits, and the last proves the others.",
                "Revise el número de ruta: tiene nueve dígitos y el último comprueba los demás.")
        case .accountNumber:
            pick(
                "Enter the account number: 4 to 17 digits.",
                "Escriba el número de cuenta: de 4 a 17 dígitos.")
        case .accountNumberDiffers:
            pick("The two account numbers differ.", "Los dos números de cuenta no coinciden.")
        case .accountType: pick("Choose the kind of account.", "Elija el tipo de cuenta.")
        case .cannotBeUsed:
            pick(
                "This account cannot be used. Please link another one.",
                "Esta cuenta no se puede usar. Vincule otra.")
        }
    }

    // Sending an asset in

    func sendAssetTitle(_ symbol: String) -> String {
        pick("Send \(symbol)", "Enviar \(symbol)")
    }
    var sendAssetLead: String {
        pick(
            "Send it to your deposit address at the exchange. The price below is held for you.",
            "Envíelo a su dirección de depósito en la plataforma. Le mantenemos este precio.")
    }
    var sendExactly: String { pick("Send exactly", "Envíe exactamente") }
    var worth: String { pick("Counts as", "Equivale a") }
    var sendBefore: String { pick("It has to arrive by", "Debe llegar antes de") }
    var sentLate: String {
        pick(
            "What arrives later, and what you send beyond it, is yours and stays in your account.",
            "Lo que llegue después, o de más, es suyo y queda en su cuenta.")
    }
    var methodSendTitle: String { pick("Send an asset in", "Enviar un activo") }
    func methodSend(_ symbol: String) -> String {
        pick(
            "Send \(symbol) from another wallet", "Enviar \(symbol) desde otra billetera")
    }
}
