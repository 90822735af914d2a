extension Catalogue {
    // Proving a bank account

    func verifyBank(_ bank: String) -> String { text(.verifyBank, ["bank": bank]) }
    var verifyLead: String { text(.verifyLead) }
    func verifyOffer(_ name: String) -> String { text(.verifyOffer, ["name": name]) }
    var verifyStart: String { text(.verifyStart) }
    var verifyWaiting: String { text(.verifyWaiting) }
    func verifyTyping(_ name: String, _ until: String) -> String {
        text(.verifyTyping, ["name": name, "until": until])
    }
    var verifyFirst: String { text(.verifyFirst) }
    var verifySecond: String { text(.verifySecond) }
    var verifyHint: String { text(.verifyHint) }
    func verifyTries(_ count: Int) -> String { text(.verifyTries, ["count": count]) }
    var verifyConfirm: String { text(.verifyConfirm) }
    var verifyDone: String { text(.verifyDone) }
    var verifyOver: String { text(.verifyOver) }
    func verifyLimit(_ limit: VerifyBankPage.Limit) -> String {
        switch limit {
        case .tooOften(let times, let days):
            text(.verifyLimitTooOften, ["times": times, "days": days])
        case .others(let count): text(.verifyLimitOthers, ["count": count])
        }
    }
    func verifyLimitUntil(_ limit: VerifyBankPage.Limit, _ deadline: String) -> String {
        switch limit {
        case .tooOften: text(.verifyLimitTooOftenUntil, ["deadline": deadline])
        case .others: text(.verifyLimitOthersUntil, ["deadline": deadline])
        }
    }
    var verifyLimitOver: String { text(.verifyLimitOver) }
    func verifyFailure(_ failure: VerifyBankPage.Failure) -> String {
        switch failure {
        case .wrongAmounts: text(.verifyFailureWrongAmounts)
        case .expired: text(.verifyFailureExpired)
        case .returned: text(.verifyFailureReturned)
        case .accountUnusable: text(.verifyFailureAccountUnusable)
        }
    }
    var verifyAgain: String { text(.verifyAgain) }
    func verifyProblem(_ problem: VerifyBankPage.Problem) -> String {
        switch problem {
        case .notCents: text(.verifyProblemNotCents)
        case .wrong: text(.verifyProblemWrong)
        case .limit: text(.verifyProblemLimit)
        case .notNow: text(.verifyProblemNotNow)
        }
    }
}
