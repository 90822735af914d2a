extension Catalogue {
    // Frame

    var skipToContent: String { text(.skipToContent) }
    var sandbox: String { text(.sandbox) }
    var sandboxRibbon: String { text(.sandboxRibbon) }
    func titleOfPage(_ title: String, _ brand: String) -> String {
        text(.titleOfPage, ["title": title, "brand": brand])
    }
    func titleWithProblem(_ title: String, _ brand: String) -> String {
        text(.titleWithProblem, ["title": title, "brand": brand])
    }
    var mainNavigation: String { text(.mainNavigation) }
    func section(_ section: Section) -> String {
        switch section {
        case .home: text(.sectionHome)
        case .deposits: text(.sectionDeposits)
        case .addMoney: text(.sectionAddMoney)
        case .trade: text(.sectionTrade)
        case .withdraw: text(.sectionWithdraw)
        case .notices: text(.sectionNotices)
        case .help: text(.sectionHelp)
        }
    }
    func unreadSuffix(_ count: Int) -> String { text(.unreadSuffix, ["count": count]) }
    func call(_ phone: String) -> String { text(.call, ["phone": phone]) }
    var signOut: String { text(.signOut) }
    var languageLabel: String { text(.languageLabel) }
    var appearanceLabel: String { text(.appearanceLabel) }
    func theme(_ theme: Scene.Theme) -> String {
        switch theme {
        case .device: text(.themeDevice)
        case .light: text(.themeLight)
        case .dark: text(.themeDark)
        }
    }
    var change: String { text(.change) }
    var thereIsAProblem: String { text(.thereIsAProblem) }
    func deadlineAndSpan(_ deadline: String, _ span: String) -> String {
        text(.deadlineAndSpan, ["deadline": deadline, "span": span])
    }
    func bank(_ label: BankLabel) -> String {
        text(.bank, ["bank": label.bank, "lastFour": label.lastFour])
    }

    // Status

    func status(_ status: DepositStatus) -> String {
        switch status {
        case .availableEarly: text(.statusAvailableEarly)
        case .clearing: text(.statusClearing)
        case .returned: text(.statusReturned)
        case .outstanding: text(.statusOutstanding)
        case .partlySettled: text(.statusPartlySettled)
        case .paymentInProgress: text(.statusPaymentInProgress)
        case .documentsNeeded: text(.statusDocumentsNeeded)
        case .settled: text(.statusSettled)
        case .soldToCover: text(.statusSoldToCover)
        case .writtenOff: text(.statusWrittenOff)
        case .cancelled: text(.statusCancelled)
        }
    }

    // Home

    var viewDetails: String { text(.viewDetails) }
    var learnMore: String { text(.learnMore) }
    var settleBalance: String { text(.settleBalance) }
    var sendDocuments: String { text(.sendDocuments) }
    func youOwe(_ amount: String) -> String { text(.youOwe, ["amount": amount]) }
    func sentBack(deposits count: Int, purchases: Int) -> String {
        guard purchases == 0 || purchases < count else {
            return text(.sentBackPurchases, ["count": count])
        }
        return text(.sentBackDeposits, ["count": count])
    }
    func settleBy(_ deadline: String) -> String { text(.settleBy, ["deadline": deadline]) }
    var deadlinePassed: String { text(.deadlinePassed) }
    var saleInProgress: String { text(.saleInProgress) }
    var paymentOnItsWay: String { text(.paymentOnItsWay) }
    var documentsWaited: String { text(.documentsWaited) }
    func documentsBy(_ deadline: String) -> String { text(.documentsBy, ["deadline": deadline]) }
    var stillOwedAfterSale: String { text(.nothingLeftToSell) }
    var underReview: String { text(.underReview) }
    var clockPaused: String { text(.clockPaused) }
    var balance: String { text(.balance) }
    var owedWord: String { text(.owedWord) }
    func asOf(_ time: String) -> String { text(.asOf, ["time": time]) }
    var availableToTrade: String { text(.availableToTrade) }
    var availableToWithdraw: String { text(.availableToWithdraw) }
    func block(_ block: Withdrawable.Block) -> String {
        switch block {
        case .owed: text(.blockOwed)
        case .securityChange: text(.blockSecurityChange)
        case .review: text(.blockReview)
        }
    }
    func blockUntil(_ block: String, _ deadline: String) -> String {
        text(.blockUntil, ["block": block, "deadline": deadline])
    }
    func unlocks(_ amount: String, _ day: String, _ time: String) -> String {
        text(.unlocks, ["amount": amount, "day": day, "time": time])
    }
    func undated(_ amount: String) -> String { text(.undated, ["amount": amount]) }
    var heldUndated: String { text(.heldUndated) }
    var noDateYet: String { text(.noDateYet) }
    var heldUndatedExplained: String { text(.heldUndatedExplained) }
    func moreUnlocks(_ count: Int) -> String { text(.moreUnlocks, ["count": count]) }
    var latestDeposits: String { text(.latestDeposits) }
    var allDeposits: String { text(.allDeposits) }
    var noDeposits: String { text(.noDeposits) }
    var yourAssets: String { text(.yourAssets) }
    var noHoldings: String { text(.noHoldings) }
    var noPrice: String { text(.noPrice) }
    var goodToKnow: String { text(.goodToKnow) }
    func stillOwed(_ amount: String) -> String { text(.stillOwed, ["amount": amount]) }
    func withdrawableOn(_ day: String) -> String { text(.withdrawableOn, ["day": day]) }

    // Deposits

    var depositsLead: String { text(.depositsLead) }
    var filterLabel: String { text(.filterLabel) }
    func filter(_ filter: DepositsPage.Filter) -> String {
        switch filter {
        case .all: text(.filterAll)
        case .clearing: text(.filterClearing)
        case .owed: text(.filterOwed)
        case .settled: text(.filterSettled)
        }
    }
    var noDepositsHere: String { text(.noDepositsHere) }
    var clearFilter: String { text(.clearFilter) }
    var showOlder: String { text(.showOlder) }

    // One deposit

    func depositTitle(_ amount: String) -> String { text(.depositTitle, ["amount": amount]) }
    func purchaseTitle(_ bought: String, _ amount: String) -> String {
        text(.purchaseTitle, ["bought": bought, "amount": amount])
    }
    func boughtRow(_ bought: String) -> String { text(.boughtRow, ["bought": bought]) }
    var boughtTerm: String { text(.boughtTerm) }
    var nothingOwedForThis: String { text(.nothingOwedForThis) }
    var nothingOwedForPurchase: String { text(.nothingOwedForPurchase) }
    var letYouHave: String { text(.letYouHave) }
    func whatHappenedPurchase(_ bought: String, _ amount: String) -> String {
        text(.whatHappenedPurchase, ["bought": bought, "amount": amount])
    }
    var purchaseExplained: String { text(.purchaseExplained) }
    var howOwed: String { text(.howOwed) }
    var letYouUse: String { text(.letYouUse) }
    var stillHad: String { text(.stillHad) }
    var youPaid: String { text(.youPaid) }
    var soldForYou: String { text(.soldForYou) }
    var weWaived: String { text(.weWaived) }
    var youOweLine: String { text(.youOweLine) }
    var seePayment: String { text(.seePayment) }
    var seeSale: String { text(.seeSale) }
    var getHelp: String { text(.getHelp) }
    var whatHappened: String { text(.whatHappened) }
    func whatHappenedReturned(_ amount: String) -> String {
        text(.whatHappenedReturned, ["amount": amount])
    }
    var why: String { text(.why) }
    func reason(_ sentence: ReturnReason.Sentence) -> String {
        switch sentence {
        case .notEnoughMoney: text(.reasonNotEnoughMoney)
        case .notYetCollected: text(.reasonNotYetCollected)
        case .accountClosed: text(.reasonAccountClosed)
        case .accountNotFound: text(.reasonAccountNotFound)
        case .paymentStopped: text(.reasonPaymentStopped)
        case .notAuthorized: text(.reasonNotAuthorized)
        case .askedByUs: text(.reasonAskedByUs)
        case .other: text(.reasonOther)
        }
    }
    func bankCode(_ code: String) -> String { text(.bankCode, ["code": code]) }
    var whatYouCanDo: String { text(.whatYouCanDo) }
    var canSettle: String { text(.canSettle) }
    func canCheckAccount(_ lastFour: String) -> String {
        text(.canCheckAccount, ["lastFour": lastFour])
    }
    var canAskForHelp: String { text(.canAskForHelp) }
    var ifNothing: String { text(.ifNothing) }
    var ifNothingAnswer: String { text(.ifNothingAnswer) }
    var whatHappensNext: String { text(.whatHappensNext) }
    var earlyExplained: String { text(.earlyExplained) }
    func withdrawableOnLong(_ deadline: String) -> String {
        text(.withdrawableOnLong, ["deadline": deadline])
    }
    var timeline: String { text(.timeline) }
    func step(_ kind: TimelineStep.Kind, cents: String?, isPurchase: Bool = false) -> String {
        let name = isPurchase ? purchaseStepName(kind) : stepName(kind)
        guard let cents else { return name }
        return text(.stepWithAmount, ["name": name, "cents": cents])
    }
    private func purchaseStepName(_ kind: TimelineStep.Kind) -> String {
        switch kind {
        case .started: text(.purchaseStepStarted)
        case .availableEarly: text(.purchaseStepAvailableEarly)
        default: stepName(kind)
        }
    }
    private func stepName(_ kind: TimelineStep.Kind) -> String {
        switch kind {
        case .started: text(.stepStarted)
        case .availableEarly: text(.stepAvailableEarly)
        case .sentToBank: text(.stepSentToBank)
        case .moneyArrived: text(.stepMoneyArrived)
        case .sentAgain: text(.stepSentAgain)
        case .returned: text(.stepReturned)
        case .coveredFromCash: text(.stepCoveredFromCash)
        case .owed: text(.stepOwed)
        case .documentsAsked: text(.stepDocumentsAsked)
        case .documentsAccepted: text(.stepDocumentsAccepted)
        case .paymentStarted: text(.stepPaymentStarted)
        case .paymentFailed: text(.stepPaymentFailed)
        case .partPaid: text(.stepPartPaid)
        case .paid: text(.stepPaid)
        case .deadlineMoved: text(.stepDeadlineMoved)
        case .sold: text(.stepSold)
        case .settled: text(.stepSettled)
        case .withdrawable: text(.stepWithdrawable)
        case .writtenOff: text(.stepWrittenOff)
        case .cancelled: text(.stepCancelled)
        }
    }
    var expected: String { text(.expected) }
    var notYet: String { text(.notYet) }
    var details: String { text(.details) }
    var amount: String { text(.amount) }
    var started: String { text(.started) }
    var fromAccount: String { text(.fromAccount) }
    var canBeWithdrawn: String { text(.canBeWithdrawn) }
    var settledByTerm: String { text(.settledByTerm) }
    func settledBy(_ cause: DepositPage.SettledBy) -> String {
        switch cause {
        case .bank: text(.settledByBank)
        case .cash: text(.settledByCash)
        case .payment: text(.settledByPayment)
        case .sale: text(.settledBySale)
        case .waiver: text(.settledByWaiver)
        }
    }
    var ourFee: String { text(.ourFee) }
    var bankFeeMayDiffer: String { text(.bankFeeMayDiffer) }
    var referenceTerm: String { text(.referenceTerm) }
    var cancelDeposit: String { text(.cancelDeposit) }
    var pendingTitle: String { text(.pendingTitle) }
    var pendingExplained: String { text(.pendingExplained) }
    func pendingStillThere(_ day: String) -> String { text(.pendingStillThere, ["day": day]) }
    var tellOfCharge: String { text(.tellOfCharge) }
    var receiptTitle: String { text(.receiptTitle) }
    var receiptLead: String { text(.receiptLead) }
    func receiptLine(_ title: ReceiptLine.Title) -> String {
        switch title {
        case .depositCredited: text(.receiptLineDepositCredited)
        case .depositTakenBack: text(.receiptLineDepositTakenBack)
        case .obligationOpened: text(.receiptLineObligationOpened)
        case .paymentReceived: text(.receiptLinePaymentReceived)
        case .paymentTakenBack: text(.receiptLinePaymentTakenBack)
        case .assetsSold: text(.receiptLineAssetsSold)
        case .fee: text(.receiptLineFee)
        case .waived: text(.receiptLineWaived)
        case .withdrawal: text(.receiptLineWithdrawal)
        case .trade: text(.receiptLineTrade)
        case .correction: text(.receiptLineCorrection)
        }
    }
}
