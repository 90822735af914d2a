extension Catalogue {
    // Add money

    var addMoneyLead: String { text(.addMoneyLead) }
    var noBankAccounts: String { text(.noBankAccounts) }
    var linkBank: String { text(.linkBank) }
    var howMuch: String { text(.howMuch) }
    func upTo(_ amount: String) -> String { text(.upTo, ["amount": amount]) }
    var fromWhichAccount: String { text(.fromWhichAccount) }
    func bankRefusal(_ refusal: BankAccountChoice.Refusal) -> String {
        switch refusal {
        case .closed: text(.bankRefusalClosed)
        case .notFound: text(.bankRefusalNotFound)
        case .notAuthorized: text(.bankRefusalNotAuthorized)
        case .unverified: text(.bankRefusalUnverified)
        }
    }
    func instantNow(_ amount: String) -> String { text(.instantNow, ["amount": amount]) }
    func owedFirst(_ amount: String) -> String { text(.owedFirst, ["amount": amount]) }
    var continueButton: String { text(.continueButton) }
    var checkDeposit: String { text(.checkDeposit) }
    var changeAmount: String { text(.changeAmount) }
    var changeAccount: String { text(.changeAccount) }
    var paysOwed: String { text(.paysOwed) }
    var availableAtOnce: String { text(.availableAtOnce) }
    var restAvailable: String { text(.restAvailable) }
    var onYourStatement: String { text(.onYourStatement) }
    func authorizeDebit(_ brand: String, _ amount: String, _ account: String, _ date: String)
        -> String
    {
        text(.authorizeDebit, ["brand": brand, "amount": amount, "account": account, "date": date])
    }
    func addAmount(_ amount: String) -> String { text(.addAmount, ["amount": amount]) }
    var notNow: String { text(.notNow) }

    // Withdraw

    var unlocksLater: String { text(.unlocksLater) }
    var whyHeld: String { text(.whyHeld) }
    var dollarsName: String { text(.dollarsName) }
    var withdrawSome: String { text(.withdrawSome) }
    var whatToWithdraw: String { text(.whatToWithdraw) }
    func to(_ destination: String) -> String { text(.to, ["destination": destination]) }
    var amountInUnits: String { text(.amountInUnits) }
    var withdrawButton: String { text(.withdrawButton) }
    func notWithdrawn(_ amount: String) -> String { text(.notWithdrawn, ["amount": amount]) }
    func heldUntil(_ deadline: String) -> String { text(.heldUntil, ["deadline": deadline]) }
    func refusedOwed(_ amount: String) -> String { text(.refusedOwed, ["amount": amount]) }
    var refusedNotEnough: String { text(.refusedNotEnough) }
    func refusedSecurity(_ deadline: String) -> String {
        text(.refusedSecurity, ["deadline": deadline])
    }

    // Trade

    func tradeLead(_ amount: String) -> String { text(.tradeLead, ["amount": amount]) }
    var checkTrade: String { text(.checkTrade) }
    var quoteExpired: String { text(.quoteExpired) }
    var buyOrSell: String { text(.buyOrSell) }
    func side(_ side: TradePage.Side) -> String {
        switch side {
        case .buy: text(.sideBuy)
        case .sell: text(.sideSell)
        }
    }
    var whichAsset: String { text(.whichAsset) }
    func youHold(_ amount: String) -> String { text(.youHold, ["amount": amount]) }
    var noPriceNoTrade: String { text(.noPriceNoTrade) }
    var howManyDollars: String { text(.howManyDollars) }
    var seePrice: String { text(.seePrice) }
    var price: String { text(.price) }
    func perUnit(_ price: String, _ symbol: String) -> String {
        text(.perUnit, ["price": price, "symbol": symbol])
    }
    var youPay: String { text(.youPay) }
    var youReceive: String { text(.youReceive) }
    var priceHolds: String { text(.priceHolds) }
    func buyFor(_ quantity: String, _ total: String) -> String {
        text(.buyFor, ["quantity": quantity, "total": total])
    }
    func sellFor(_ quantity: String, _ total: String) -> String {
        text(.sellFor, ["quantity": quantity, "total": total])
    }

    // Settle

    var nothingOwed: String { text(.nothingOwed) }
    var amountChangedTitle: String { text(.amountChangedTitle) }
    func amountChanged(_ from: String, _ to: String) -> String {
        text(.amountChanged, ["from": from, "to": to])
    }
    var paymentCameBack: String { text(.paymentCameBack) }
    func depositOf(_ date: String, _ isPurchase: Bool) -> String {
        isPurchase
            ? text(.depositOfPurchase, ["date": date])
            : text(.depositOf, ["date": date])
    }
    var chooseMethod: String { text(.chooseMethod) }
    func partialHint(_ total: String) -> String { text(.partialHint, ["total": total]) }
    func speed(_ speed: SettleMethod.Speed) -> String {
        switch speed {
        case .instant: text(.speedInstant)
        case .minutes: text(.speedMinutes)
        case .sameDay: text(.speedSameDay)
        case .days: text(.speedDays)
        }
    }
    func methodHint(_ kind: SettleMethod.Kind) -> String? {
        switch kind {
        case .sameBankAccount: text(.methodHintSameBankAccount)
        case .wire: text(.methodHintWire)
        case .instantPayment: text(.methodHintInstantPayment)
        case .sellAsset(let amount, _):
            text(.methodHintSellAsset, ["amount": amount.text(in: language)])
        case .cash, .bankAccount, .linkBankAccount, .card, .saleOf, .sendAsset: nil
        }
    }
    var mayNeedDocuments: String { text(.mayNeedDocuments) }
    var noFee: String { text(.noFee) }
    func fee(_ amount: String) -> String { text(.fee, ["amount": amount]) }
    var methodCash: String { text(.methodCash) }
    var methodAnotherBank: String { text(.methodAnotherBank) }
    func methodCard(_ network: String, _ lastFour: String) -> String {
        if lastFour.isEmpty { return text(.methodCardUnknown) }
        return text(.methodCard, ["network": network, "lastFour": lastFour])
    }
    var methodInstant: String { text(.methodInstant) }
    var methodWire: String { text(.methodWire) }
    func methodSell(_ symbol: String, _ value: String) -> String {
        text(.methodSell, ["symbol": symbol, "value": value])
    }
    func methodSale(_ amount: String) -> String { text(.methodSale, ["amount": amount]) }
    func methodRefusal(_ refusal: SettleMethod.Refusal, _ scene: Scene) -> String {
        switch refusal {
        case .accountClosed: bankRefusal(.closed)
        case .accountNotFound: bankRefusal(.notFound)
        case .notAuthorized: bankRefusal(.notAuthorized)
        case .cardKind: text(.methodRefusalCardKind)
        case .aboveLimit(let cents):
            text(.methodRefusalAboveLimit, ["amount": scene.dollars(cents)])
        case .notEnough: text(.methodRefusalNotEnough)
        case .noPrice: noPriceNoTrade
        case .partCovered: text(.methodRefusalPartCovered)
        case .triedTooOften: text(.methodRefusalTriedTooOften)
        case .notOffered: text(.methodRefusalNotOffered)
        }
    }

    // Documents

    var documentsTitle: String { text(.documentsTitle) }
    func documentsLead(_ method: String) -> String { text(.documentsLead, ["method": method]) }
    func pausedUntil(_ deadline: String) -> String { text(.pausedUntil, ["deadline": deadline]) }
    var allArrived: String { text(.allArrived) }
    func reviewBy(_ deadline: String) -> String { text(.reviewBy, ["deadline": deadline]) }
    func optional(_ title: String) -> String { text(.optional, ["title": title]) }
    func document(_ kind: DocumentsPage.Kind) -> String {
        switch kind {
        case .photoID: text(.documentPhotoID)
        case .bankProof: text(.documentBankProof)
        case .chargeProof: text(.documentChargeProof)
        case .selfie: text(.documentSelfie)
        }
    }
    func documentHint(_ kind: DocumentsPage.Kind) -> String {
        switch kind {
        case .photoID: text(.documentHintPhotoID)
        case .bankProof: text(.documentHintBankProof)
        case .chargeProof: text(.documentHintChargeProof)
        case .selfie: text(.documentHintSelfie)
        }
    }
    func taskStatus(_ status: DocumentsPage.TaskStatus) -> String {
        switch status {
        case .notStarted: text(.taskStatusNotStarted)
        case .uploaded: text(.taskStatusUploaded)
        case .inReview: text(.taskStatusInReview)
        case .accepted: text(.taskStatusAccepted)
        case .needsAnother: text(.taskStatusNeedsAnother)
        }
    }
    func documentRefusal(_ reason: DocumentsPage.RefusalReason) -> String {
        switch reason {
        case .unreadable: text(.documentRefusalUnreadable)
        case .expired: text(.documentRefusalExpired)
        case .nameDiffers: text(.documentRefusalNameDiffers)
        case .accountDiffers: text(.documentRefusalAccountDiffers)
        case .incomplete: text(.documentRefusalIncomplete)
        case .wrongKind: text(.documentRefusalWrongKind)
        }
    }
    func chooseFile(_ title: String) -> String { text(.chooseFile, ["title": title]) }
    var sendFile: String { text(.sendFile) }
    var takePhoto: String { text(.takePhoto) }
    /// Beside a bar that fills; the script puts the figure in the place of "%".
    var uploadProgress: String { text(.uploadProgress) }
    var uploadWaits: String { text(.uploadWaits) }
    var uploadCancelled: String { text(.uploadCancelled) }
    var stopSending: String { text(.stopSending) }
    func alreadyAccepted(_ date: String) -> String { text(.alreadyAccepted, ["date": date]) }
    var aboutDocuments: String { text(.aboutDocuments) }
    var whoSees: String { text(.whoSees) }
    var kept: String { text(.kept) }
    func fileKinds(_ megabytes: Int) -> String { text(.fileKinds, ["megabytes": megabytes]) }
    var cannotProvide: String { text(.cannotProvide) }
    func fileTooLarge(_ megabytes: Int) -> String { text(.fileTooLarge, ["megabytes": megabytes]) }

    // Review, instructions, processing, done

    var reviewTitle: String { text(.reviewTitle) }
    var reviewLead: String { text(.reviewLead) }
    var changeMethod: String { text(.changeMethod) }
    var payWith: String { text(.payWith) }
    var feeIncluded: String { text(.feeIncluded) }
    var feeFromSale: String { text(.feeFromSale) }
    var arrives: String { text(.arrives) }
    var willBeSettled: String { text(.willBeSettled) }
    var owedAfterwards: String { text(.owedAfterwards) }
    func authorizeCard(_ brand: String, _ amount: String, _ card: String) -> String {
        text(.authorizeCard, ["brand": brand, "amount": amount, "card": card])
    }
    func authorizeSale(_ brand: String, _ quantity: String, _ price: String, _ symbol: String)
        -> String
    {
        text(
            .authorizeSale,
            ["brand": brand, "quantity": quantity, "price": price, "symbol": symbol])
    }
    func authorizeCash(_ brand: String, _ amount: String) -> String {
        text(.authorizeCash, ["brand": brand, "amount": amount])
    }
    func payAmount(_ amount: String) -> String { text(.payAmount, ["amount": amount]) }
    func instructionsTitle(_ rail: PaymentInstructionsPage.Rail) -> String {
        switch rail {
        case .wire: text(.instructionsTitleWire)
        case .instant: text(.instructionsTitleInstant)
        }
    }
    var instructionsLead: String { text(.instructionsLead) }
    var payTo: String { text(.payTo) }
    var bankTerm: String { text(.bankTerm) }
    var routingNumber: String { text(.routingNumber) }
    var accountNumber: String { text(.accountNumber) }
    var referenceNeeded: String { text(.referenceNeeded) }
    var instructionsNext: String { text(.instructionsNext) }
    var haveSent: String { text(.haveSent) }
    var printPage: String { text(.printPage) }
    var confirmed: String { text(.confirmed) }
    var chooseAnotherWay: String { text(.chooseAnotherWay) }
    var backToHome: String { text(.backToHome) }
    var youCanClose: String { text(.youCanClose) }
    var onItsWayTitle: String { text(.onItsWayTitle) }
    func onItsWay(_ deadline: String) -> String { text(.onItsWay, ["deadline": deadline]) }
    var lateTitle: String { text(.lateTitle) }
    func late(_ deadline: String) -> String { text(.late, ["deadline": deadline]) }
    var unknownTitle: String { text(.unknownTitle) }
    var unknown: String { text(.unknown) }
    var waitingTitle: String { text(.waitingTitle) }
    var waiting: String { text(.waiting) }
    var failedTitle: String { text(.failedTitle) }
    var failed: String { text(.failed) }
    var balanceSettled: String { text(.balanceSettled) }
    func balanceSettledText(_ amount: String) -> String {
        text(.balanceSettledText, ["amount": amount])
    }
    var partPaidTitle: String { text(.partPaidTitle) }
    func partPaidText(_ amount: String, _ rest: String) -> String {
        text(.partPaidText, ["amount": amount, "rest": rest])
    }
    func paidText(_ amount: String) -> String { text(.paidText, ["amount": amount]) }
    func overpaid(_ overpaid: DonePage.Overpaid, _ scene: Scene) -> String {
        let amount = scene.dollars(overpaid.cents + overpaid.feeCents)
        return switch overpaid.state {
        case .held: text(.overpaidHeld, ["amount": amount])
        case .onItsWay: text(.overpaidOnItsWay, ["amount": amount])
        case .returned(let at):
            text(.overpaidReturned, ["amount": amount, "date": scene.time.date(at)])
        case .kept: text(.overpaidKept, ["amount": amount])
        }
    }
    var settledAt: String { text(.settledAt) }
    var payTheRest: String { text(.payTheRest) }
    var seeReceipt: String { text(.seeReceipt) }
    var whatChanged: String { text(.whatChanged) }
    var limitsLifted: String { text(.limitsLifted) }
    var nothingWillBeSold: String { text(.nothingWillBeSold) }
    var noticeSent: String { text(.noticeSent) }
    var nextTime: String { text(.nextTime) }

    // Problems of fields

    func problem(_ problem: FieldProblem, _ scene: Scene) -> String {
        switch problem.reason {
        case .missing: missing(problem.field)
        case .notAnAmount: text(.problemNotAnAmount)
        case .belowMinimum(let cents): text(.problemBelowMinimum, ["amount": scene.dollars(cents)])
        case .aboveMaximum(let cents): text(.problemAboveMaximum, ["amount": scene.dollars(cents)])
        case .notAuthorized: text(.problemNotAuthorized)
        case .fileType: text(.problemFileType)
        case .fileTooLarge(let megabytes): fileTooLarge(megabytes)
        case .fileEmpty: text(.problemFileEmpty)
        case .filePassword: text(.problemFilePassword)
        case .fileUnsafe: text(.problemFileUnsafe)
        case .fileUnreadable: text(.problemFileUnreadable)
        case .tooManyFiles: text(.problemTooManyFiles)
        case .fileNotReceived: text(.problemFileNotReceived)
        case .noSpan: text(.problemNoSpan)
        case .tooLong(let characters): text(.problemTooLong, ["characters": characters])
        case .other(let text): text
        }
    }
    private func missing(_ field: Field) -> String {
        switch field {
        case .amount: text(.missingAmount)
        case .bankAccount: text(.missingBankAccount)
        case .asset: text(.missingAsset)
        case .method: text(.missingMethod)
        case .file, .photo, .upload: text(.missingFile)
        case .topic: text(.missingTopic)
        case .message: text(.missingMessage)
        case .reason: text(.missingReason)
        case .quietFrom, .quietTo: text(.missingQuietHour)
        case .csrf, .idempotencyKey, .amountSeen, .side, .quote, .authorize, .documentKind,
            .deposit, .returnTo, .language, .theme, .note, .owner, .destination, .decision, .hours,
            .search, .event, .parts, .days, .want, .address, .key, .secret,
            .code, .information:
            text(.missingOther)
        }
    }
}
