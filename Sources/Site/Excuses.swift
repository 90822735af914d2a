import Money
import Rules
import Web

extension Refusal {
    /// The sentence a page has for it.
    var excuse: Excuse {
        switch self {
        case .methodUnknown, .methodUnusable, .methodBlocked: .accountUnusable
        case .amountOutOfRange(let min, let max):
            .amountOutOfRange(minCents: min.count, maxCents: max.count)
        case .quantityOutOfRange, .insufficientBalance, .held, .creditInUse: .notEnough
        case .stopped, .securityLock: .stopped
        case .settlementInProgress: .paymentUnderWay
        case .settlementMethodOff: .methodOff
        case .settlementExceedsOwed(let owed): .moreThanOwed(owed.count)
        case .partialNotAllowed(let owed): .onlyInFull(owed.count)
        case .nothingOwed: .nothingOwed
        case .quoteMissing, .assetUnknown: .noPrice
        case .tooLittleToSell: .tooLittleToSell
        case .representmentNotAllowed: .cannotBeSentAgain
        case .secondPersonRequired: .secondPersonNeeded
        case .samePerson: .samePerson
        case .alreadyDecided: .alreadyDecided
        case .reasonRequired: .reasonNeeded
        case .customerExists, .customerUnknown, .depositUnknown, .obligationUnknown,
            .settlementUnknown, .withdrawalUnknown, .orderUnknown, .saleUnknown, .documentUnknown,
            .suspenseUnknown, .claimUnknown, .proposalUnknown, .flagUnknown,
            .owing, .purchaseNotCredited, .validationLimit, .bankLinksStopped, .wrongState,
            .amountChanged,
            .overpaymentSourceDiffers,
            .warrantyWindowPassed, .books:
            .notNow
        }
    }
}
