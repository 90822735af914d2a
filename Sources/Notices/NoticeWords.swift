import Ledger
import Rules
import Web

extension NoticesPage.Kind {
    /// What a notice of the rules tells, for the page and for mail. The deadline is the one in
    /// force, which may have moved since the notice was written.
    public init(_ content: Notice.Content, of customer: Customer, _ policy: Policy) {
        switch content {
        case .depositCredited(let deposit, let amount, let credit, _):
            guard case .purchase(let code, let quantity)? = customer.deposits[deposit]?.kind,
                let asset = policy.asset(code)
            else {
                self = .availableEarly(cents: credit.count)
                return
            }
            self = .purchasedEarly(
                bought: AssetAmount(code.description, quantity.count, decimals: asset.scale),
                cents: amount.count)
        case .depositReleased(_, let amount): self = .withdrawable(cents: amount.count)
        case .depositReturnedCovered(_, let amount, _):
            self = .returnedCovered(cents: amount.count)
        case .obligationOpened(let id, let amount, _, let ourError, let payBy):
            self =
                ourError
                ? .ourError(cents: amount.count)
                : .owed(
                    cents: amount.count,
                    deadline: (customer.obligations[id]?.deadline ?? payBy).milliseconds)
        case .reminder(_, let amount, let payBy):
            self = .reminder(cents: amount.count, deadline: payBy.milliseconds)
        case .finalWarning(_, let amount, let payBy, _):
            self = .finalWarning(cents: amount.count, deadline: payBy.milliseconds)
        case .deadlineExtended(_, _, let payBy):
            self = .deadlineMoved(deadline: payBy.milliseconds)
        case .documentsRequested: self = .documentsAsked
        case .documentsAccepted: self = .documentsAccepted
        case .documentRefused: self = .documentRefused
        case .fundsReceived(let amount, _, let toCash):
            self = .fundsReceived(cents: amount.count, toCash: toCash.count)
        case .settlementFailed(_, let amount): self = .paymentNotMade(cents: amount.count)
        case .settlementReturned(_, let amount, _): self = .paymentReturned(cents: amount.count)
        case .overpaid(_, let amount): self = .overpaid(cents: amount.count)
        case .overpaymentRefunded(_, let amount):
            self = .overpaymentRefunded(cents: amount.count)
        case .overpaymentKept(_, let amount): self = .overpaymentKept(cents: amount.count)
        case .obligationSettled(_, let amount, _): self = .settled(cents: amount.count)
        case .saleOrdered: self = .saleStarted
        case .saleCompleted(_, let proceeds): self = .sold(cents: proceeds.count)
        case .saleRestored: self = .saleRestored
        case .residualOwed(_, let amount): self = .residualOwed(cents: amount.count)
        case .chargedOff(_, let amount): self = .writtenOff(cents: amount.count)
        case .withdrawalCancelled: self = .withdrawalCancelled
        case .methodCorrected(_, let lastFour): self = .bankDetailsCorrected(lastFour: lastFour)
        case .microEntriesSent(_, let lastFour, let until):
            self = .smallAmountsSent(lastFour: lastFour, until: until.milliseconds)
        case .methodVerified(_, let lastFour): self = .bankVerified(lastFour: lastFour)
        case .validationFailed(let id, let lastFour, let why):
            let mayAsk =
                customer.methods[id].map {
                    customer.validationRounds(of: $0) < Validation.roundsMax
                } ?? false
            self = .bankNotVerified(
                lastFour: lastFour, why.onPages,
                mayTryAgain: mayAsk && (why == .wrongAmounts || why == .expired))
        }
    }
}

extension NoticesPage.Target {
    /// Where a notice leads, as far as the customer's aggregate knows.
    public init?(_ content: Notice.Content, of customer: Customer) {
        switch content {
        case .depositCredited(let deposit, _, _, _), .depositReleased(let deposit, _),
            .depositReturnedCovered(let deposit, _, _):
            self = .deposit("\(deposit)")
        case .obligationOpened(let id, _, _, _, _), .reminder(let id, _, _),
            .finalWarning(let id, _, _, _), .deadlineExtended(let id, _, _),
            .obligationSettled(let id, _, _), .residualOwed(let id, _), .chargedOff(let id, _):
            guard case .deposit(let deposit)? = customer.obligations[id]?.origin else {
                return nil
            }
            self = .deposit("\(deposit)")
        case .documentsRequested(let id, _), .documentRefused(let id, _, _):
            self = .documents("\(id)")
        case .documentsAccepted(let id), .settlementFailed(let id, _),
            .settlementReturned(let id, _, _), .overpaid(let id, _),
            .overpaymentRefunded(let id, _), .overpaymentKept(let id, _):
            self = .settlement("\(id)")
        case .saleOrdered(let id, _, _, _), .saleCompleted(let id, _), .saleRestored(let id):
            self = .sale("\(id)")
        case .microEntriesSent(let id, _, _), .methodVerified(let id, _),
            .validationFailed(let id, _, _):
            self = .bankAccount("\(id)")
        case .fundsReceived, .withdrawalCancelled, .methodCorrected: return nil
        }
    }
}

extension Validation.Failure {
    /// The same for pages and mail.
    public var onPages: VerifyBankPage.Failure {
        switch self {
        case .wrongAmounts: .wrongAmounts
        case .expired: .expired
        case .returned: .returned
        case .accountUnusable: .accountUnusable
        }
    }
}
