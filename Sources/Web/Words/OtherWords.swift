extension Catalogue {
    // Notices

    var noticesLead: String { text(.noticesLead) }
    var noNotices: String { text(.noNotices) }
    var new: String { text(.new) }
    var open: String { text(.open) }
    var markRead: String { text(.markRead) }
    func mailGreeting(_ name: String) -> String { text(.mailGreeting, ["name": name]) }

    var mailLink: String { text(.mailLink) }
    var mailButton: String { text(.mailButton) }

    func mailFooter(_ brand: String) -> String { text(.mailFooter, ["brand": brand]) }

    func notice(_ kind: NoticesPage.Kind, _ scene: Scene) -> (title: String, text: String) {
        let dollars = scene.dollars
        return switch kind {
        case .availableEarly(let cents):
            (
                text(.noticeAvailableEarlyTitle, ["amount": dollars(cents)]),
                text(.noticeAvailableEarlyText)
            )
        case .purchasedEarly(let bought, let cents):
            (
                text(.noticePurchasedEarlyTitle, ["bought": bought.text(in: language)]),
                text(.noticePurchasedEarlyText, ["amount": dollars(cents)])
            )
        case .returnedCovered(let cents):
            (
                text(.noticeReturnedCoveredTitle, ["amount": dollars(cents)]),
                text(.noticeReturnedCoveredText)
            )
        case .owed(let cents, let deadline):
            (
                youOwe(dollars(cents)),
                text(.noticeOwedText, ["deadline": scene.time.deadline(deadline)])
            )
        case .reminder(let cents, let deadline):
            (
                text(.noticeReminderTitle, ["amount": dollars(cents)]),
                settleBy(scene.time.deadline(deadline))
            )
        case .documentsAsked:
            (
                text(.noticeDocumentsAskedTitle),
                text(.noticeDocumentsAskedText)
            )
        case .documentsAccepted:
            (
                text(.noticeDocumentsAcceptedTitle),
                text(.noticeDocumentsAcceptedText)
            )
        case .documentRefused:
            (
                text(.noticeDocumentRefusedTitle),
                text(.noticeDocumentRefusedText)
            )
        case .paymentStarted(let cents):
            (
                text(.noticePaymentStartedTitle, ["amount": dollars(cents)]),
                text(.noticePaymentStartedText)
            )
        case .paymentReturned(let cents):
            (
                text(.noticePaymentReturnedTitle, ["amount": dollars(cents)]),
                text(.noticePaymentReturnedText)
            )
        case .overpaid(let cents):
            (
                text(.noticeOverpaidTitle, ["amount": dollars(cents)]),
                text(.noticeOverpaidText)
            )
        case .overpaymentRefunded(let cents):
            (
                text(.noticeOverpaymentRefundedTitle, ["amount": dollars(cents)]),
                text(.noticeOverpaymentRefundedText)
            )
        case .overpaymentKept(let cents):
            (
                text(.noticeOverpaymentKeptTitle, ["amount": dollars(cents)]),
                text(.noticeOverpaymentKeptText)
            )
        case .settled(let cents):
            (
                text(.noticeSettledTitle, ["amount": dollars(cents)]),
                text(.noticeSettledText)
            )
        case .sold(let cents):
            (
                text(.noticeSoldTitle, ["amount": dollars(cents)]),
                text(.noticeSoldText)
            )
        case .withdrawable(let cents):
            (
                text(.noticeWithdrawableTitle, ["amount": dollars(cents)]),
                text(.noticeWithdrawableText)
            )
        case .deadlineMoved(let deadline):
            (
                text(.noticeDeadlineMovedTitle),
                text(.noticeDeadlineMovedText, ["deadline": scene.time.deadline(deadline)])
            )
        case .ourError(let cents):
            (
                text(.noticeOurErrorTitle, ["amount": dollars(cents)]),
                text(.noticeOurErrorText)
            )
        case .finalWarning(let cents, let deadline):
            (
                text(.noticeFinalWarningTitle, ["amount": dollars(cents)]),
                text(.noticeFinalWarningText, ["deadline": scene.time.deadline(deadline)])
            )
        case .fundsReceived(let cents, let toCash):
            (
                text(.noticeFundsReceivedTitle, ["amount": dollars(cents)]),
                toCash == cents
                    ? text(.noticeFundsReceivedToCash)
                    : text(.noticeFundsReceivedText, ["toCash": dollars(toCash)])
            )
        case .paymentNotMade(let cents):
            (
                text(.noticePaymentNotMadeTitle, ["amount": dollars(cents)]),
                text(.noticePaymentNotMadeText)
            )
        case .saleStarted:
            (
                text(.noticeSaleStartedTitle),
                text(.noticeSaleStartedText)
            )
        case .saleRestored:
            (
                text(.noticeSaleRestoredTitle),
                text(.noticeSaleRestoredText)
            )
        case .residualOwed(let cents):
            (
                text(.noticeResidualOwedTitle, ["amount": dollars(cents)]),
                text(.noticeResidualOwedText)
            )
        case .writtenOff(let cents):
            (
                text(.noticeWrittenOffTitle, ["amount": dollars(cents)]),
                text(.noticeWrittenOffText)
            )
        case .withdrawalCancelled:
            (
                text(.noticeWithdrawalCancelledTitle),
                text(.noticeWithdrawalCancelledText)
            )
        case .bankDetailsCorrected(let lastFour):
            (
                text(.noticeBankDetailsCorrectedTitle, ["lastFour": lastFour]),
                text(.noticeBankDetailsCorrectedText)
            )
        case .smallAmountsSent(let lastFour, let until):
            (
                text(.noticeSmallAmountsSentTitle, ["lastFour": lastFour]),
                text(.noticeSmallAmountsSentText, ["until": scene.time.deadline(until)])
            )
        case .bankVerified(let lastFour):
            (
                text(.noticeBankVerifiedTitle, ["lastFour": lastFour]),
                text(.noticeBankVerifiedText)
            )
        case .bankNotVerified(let lastFour, let failure, let mayTryAgain):
            (
                text(.noticeBankNotVerifiedTitle, ["lastFour": lastFour]),
                [verifyFailure(failure), mayTryAgain ? verifyAgain : nil]
                    .compactMap(\.self).joined(separator: " ")
            )
        }
    }

    // Sale

    var saleTitle: String { text(.saleTitle) }
    func saleLead(
        owed: String?, paid: String, isCovered: Bool, isChosen: Bool, deadline: String?
    ) -> String {
        let covered = isCovered ? owed : nil
        return switch (isChosen, covered, deadline) {
        case (true, let owed?, _): text(.saleLeadChosen, ["owed": owed])
        case (true, nil, _): text(.saleLeadChosenUncovered, ["paid": paid])
        case (false, let owed?, let deadline?):
            text(.saleLead, ["owed": owed, "deadline": deadline])
        case (false, nil, let deadline?):
            text(.saleLeadUncovered, ["paid": paid, "deadline": deadline])
        case (false, _, nil): text(.saleLeadOld, ["paid": paid])
        }
    }
    var whatWasSold: String { text(.whatWasSold) }
    var quantity: String { text(.quantity) }
    var proceeds: String { text(.proceeds) }
    var fee: String { text(.saleFee) }
    var when: String { text(.when) }
    var nothingSold: String { text(.nothingSold) }
    var theSum: String { text(.theSum) }
    var appliedToOwed: String { text(.appliedToOwed) }
    var returnedToCash: String { text(.returnedToCash) }
    func stillOwedAfterSale(_ amount: String) -> String { text(.saleLeftOwed, ["amount": amount]) }
    var nothingOwedNow: String { text(.nothingOwedNow) }
    func saleReference(_ reference: String) -> String {
        text(.saleReference, ["reference": reference])
    }
    var saleWrong: String { text(.saleWrong) }

    // Help

    var helpLead: String { text(.helpLead) }
    var whatIsItAbout: String { text(.whatIsItAbout) }
    func helpTopicShort(_ topic: HelpPage.Topic) -> String {
        switch topic {
        case .notMine: text(.helpTopicNotMine)
        case .paidAlready: text(.helpTopicPaidAlready)
        case .moreTime: text(.helpTopicMoreTime)
        case .pendingCharge: pendingTitle
        case .cannotProvide: text(.helpTopicCannotProvide)
        case .saleWrong: text(.helpTopicSaleWrong)
        case .accessibility: text(.helpTopicAccessibility)
        case .other: text(.helpTopicOther)
        }
    }
    func helpTopicLine(_ topic: HelpPage.Topic) -> String? {
        switch topic {
        case .notMine: text(.helpTopicLineNotMine)
        case .paidAlready: text(.helpTopicLinePaidAlready)
        case .moreTime: text(.helpTopicLineMoreTime)
        case .pendingCharge, .cannotProvide, .saleWrong, .accessibility, .other: nil
        }
    }
    var whichDeposit: String { text(.whichDeposit) }
    var noDepositChosen: String { text(.noDepositChosen) }
    func depositOption(_ date: String, _ amount: String, _ bank: String) -> String {
        text(.depositOption, ["date": date, "amount": amount, "bank": bank])
    }
    var proposePlan: String { text(.proposePlan) }
    var proposePlanLead: String { text(.proposePlanLead) }
    var inHowManyPayments: String { text(.inHowManyPayments) }
    func payments(_ count: Int, _ each: String) -> String {
        text(.payments, ["count": count, "each": each])
    }
    var lastPaymentBy: String { text(.lastPaymentBy) }
    var noPlanYet: String { text(.noPlanYet) }
    var yourMessage: String { text(.yourMessage) }
    var messageHint: String { text(.messageHint) }
    var sendMessage: String { text(.sendMessage) }
    var helpSent: String { text(.helpSent) }
    func helpAnswer(_ deadline: String) -> String { text(.helpAnswer, ["deadline": deadline]) }
    var helpPauses: String { text(.helpPauses) }
    var caseNumber: String { text(.caseNumber) }

    // Doors and problems

    var signIn: String { text(.signIn) }
    var openAgain: String { text(.openAgain) }
    var tryAgainThen: String { text(.tryAgainThen) }
    var checkAgain: String { text(.checkAgain) }
    func message(_ kind: MessagePage.Kind, _ scene: Scene) -> (title: String, lines: [String]) {
        switch kind {
        case .signInNeeded:
            (
                text(.messageSignInNeededTitle),
                [
                    text(.messageSignInNeededText)
                ]
            )
        case .sessionEnded:
            (
                text(.messageSessionEndedTitle),
                [
                    text(.messageSessionEndedText)
                ]
            )
        case .freshSignInNeeded(let minutes, _):
            (
                text(.messageFreshSignInTitle),
                [
                    text(.messageFreshSignInText, ["minutes": minutes]),
                    text(.messageFreshSignInNext, ["brand": scene.brand]),
                ]
            )
        case .linkExpired:
            (
                text(.messageLinkExpiredTitle),
                [
                    text(.messageLinkExpiredText)
                ]
            )
        case .amountChanged(let from, let to):
            (amountChangedTitle, [amountChanged(scene.dollars(from), scene.dollars(to))])
        case .staleForm:
            (
                text(.messageStaleFormTitle),
                [
                    text(.messageStaleFormText)
                ]
            )
        case .notFound:
            (
                text(.messageNotFoundTitle),
                [
                    text(.messageNotFoundText)
                ]
            )
        case .notAllowed(let role):
            (
                text(.messageNotAllowedTitle),
                [
                    text(.messageNotAllowedText, ["role": role])
                ]
            )
        case .tooMany(let seconds):
            (
                text(.messageTooManyTitle),
                [
                    text(.messageTooManyText, ["seconds": seconds])
                ]
            )
        case .fault:
            (
                text(.messageFaultTitle),
                [
                    text(.messageFaultText)
                ]
            )
        case .unavailable(let until):
            (
                text(.messageUnavailableTitle),
                [
                    text(.messageUnavailableText)
                ]
                    + (until.map {
                        [
                            text(.messageUnavailableUntil, ["deadline": scene.time.deadline($0)])
                        ]
                    } ?? [])
            )
        }
    }
}
