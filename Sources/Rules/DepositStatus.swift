/// The one word for where a deposit stands: what the API, the pages and the exports call it.
///
/// A status is read, never kept: it follows from the deposit, its obligation and what is under way
/// for it, so it cannot disagree with the books.
public enum DepositStatus: String, Hashable, Sendable, Codable, CaseIterable {
    /// Initiated without instant credit: nothing may be traded before the money is good.
    case created = "CREATED"
    /// Initiated, and at least part of it may be traded.
    case preCredited = "PRE_CREDITED"
    /// The debit is with the bank.
    case submitted = "SUBMITTED"
    /// The bank credited us; an ordinary return may still be on its way.
    case fundsReceivedUnconfirmed = "FUNDS_RECEIVED_UNCONFIRMED"
    /// The hold has ended, or what a return left owing has been paid.
    case settled = "SETTLED"
    /// It came back, and the customer's cash covered all of it.
    case returnedCovered = "RETURNED_COVERED"
    /// It came back after its hold had ended, and nothing has been paid towards it.
    case returnedAfterSettlement = "RETURNED_AFTER_SETTLEMENT"
    /// It came back, and what the customer's cash did not cover is owed.
    case outstanding = "OUTSTANDING"
    /// Part of what is owed has been paid.
    case partiallySettled = "PARTIALLY_SETTLED"
    /// A payment for what is owed is on its way.
    case settling = "SETTLING"
    /// The same debit has been queued or presented again.
    case retrying = "RETRYING"
    /// A payment waits for documents.
    case documentsRequired = "DOCUMENTS_REQUIRED"
    /// Assets are being sold for what is owed, because the time to pay is over.
    case liquidating = "LIQUIDATING"
    /// A forced sale paid the last of what was owed.
    case settledByLiquidation = "SETTLED_BY_LIQUIDATION"
    /// The loss has been booked; the claim survives.
    case chargedOff = "CHARGED_OFF"
    /// Part of the claim, or all of it, came in after the loss was booked.
    case chargedOffPartiallyRecovered = "CHARGED_OFF_PARTIALLY_RECOVERED"
    /// Taken back before the bank had it.
    case cancelled = "CANCELLED"
}

extension Customer {
    /// Where `deposit` stands now. It must be one of this customer's.
    ///
    /// For a deposit that came back the obligation speaks, and of several things that are true of
    /// it the most pressing is told: a forced sale, documents, a debit presented again, another
    /// payment, a part paid, a return after release.
    public func status(of deposit: Deposit) -> DepositStatus {
        switch deposit.state {
        case .initiated: deposit.credit.isZero ? .created : .preCredited
        case .submitted: .submitted
        case .fundsReceived: .fundsReceivedUnconfirmed
        case .settled: .settled
        case .cancelled: .cancelled
        case .returned(let record):
            if let obligation = obligations.values.first(where: {
                $0.origin == .deposit(deposit.id)
            }) {
                status(of: obligation, afterRelease: record.afterRelease)
            } else {
                .returnedCovered
            }
        }
    }

    private func status(of obligation: Obligation, afterRelease: Bool) -> DepositStatus {
        switch obligation.state {
        case .open: openStatus(of: obligation, afterRelease: afterRelease)
        case .settled(_, .liquidation): .settledByLiquidation
        case .settled(_, .payment), .settled(_, .cash), .settled(_, .waiver): .settled
        case .chargedOff(_, let written, let claim):
            claim < written.remaining(after: obligation.claimWaived)
                ? .chargedOffPartiallyRecovered : .chargedOff
        }
    }

    private func openStatus(of obligation: Obligation, afterRelease: Bool) -> DepositStatus {
        // A forced sale is for the obligations whose time is over, and for no other.
        if case .ended = obligation.grace, saleInFlight?.purpose == .liquidation {
            return .liquidating
        }
        if let settlement = activeSettlement(of: obligation.id) {
            if settlement.state == .documentsRequired { return .documentsRequired }
            if settlement.state.isInFlight {
                return settlement.kind == .representment ? .retrying : .settling
            }
        }
        if outstanding(obligation.id) < obligation.principal { return .partiallySettled }
        return afterRelease ? .returnedAfterSettlement : .outstanding
    }
}
