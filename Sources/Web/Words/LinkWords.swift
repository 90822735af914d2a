extension Catalogue {
    // Linking a bank account

    var linkBankLead: String { text(.linkBankLead) }
    var bankName: String { text(.bankName) }
    var routingNumberHint: String { text(.routingNumberHint) }
    var accountNumberAgain: String { text(.accountNumberAgain) }
    var accountType: String { text(.accountType) }
    func accountType(_ type: LinkBankPage.AccountType) -> String {
        switch type {
        case .checking: text(.accountTypeChecking)
        case .savings: text(.accountTypeSavings)
        }
    }
    var linkBankSafety: String { text(.linkBankSafety) }
    func linkProblem(_ problem: LinkBankPage.Problem) -> String {
        switch problem {
        case .bankNameMissing: text(.linkProblemBankNameMissing)
        case .routingNumber: text(.linkProblemRoutingNumber)
        case .accountNumber: text(.linkProblemAccountNumber)
        case .accountNumberDiffers: text(.linkProblemAccountNumberDiffers)
        case .accountType: text(.linkProblemAccountType)
        case .cannotBeUsed: text(.linkProblemCannotBeUsed)
        }
    }

    // Sending an asset in

    func sendAssetTitle(_ symbol: String) -> String { text(.sendAssetTitle, ["symbol": symbol]) }
    var sendAssetLead: String { text(.sendAssetLead) }
    var sendExactly: String { text(.sendExactly) }
    var worth: String { text(.worth) }
    var sendBefore: String { text(.sendBefore) }
    var sentLate: String { text(.sentLate) }
    var methodSendTitle: String { text(.methodSendTitle) }
    func methodSend(_ symbol: String) -> String { text(.methodSend, ["symbol": symbol]) }
}
