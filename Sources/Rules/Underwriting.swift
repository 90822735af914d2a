import Banking
import Ledger
import Money

/// How much of a deposit may be traded at once, and why not more.
public struct Underwriting: Hashable, Sendable, Codable {
    public let credit: Cents
    public let reasons: [Reason]
    /// The policy in force, so that the decision can be explained for ever.
    public let policy: String
    public let tier: String

    /// In the order they were found; an empty list means the whole deposit was credited.
    public enum Reason: String, Hashable, Sendable, Codable, CaseIterable {
        case obligationOpen = "obligation_open"
        case documentsPending = "documents_pending"
        case recentReturn = "recent_return"
        case accountStopped = "account_stopped"
        case methodUnverified = "method_unverified"
        case balanceUnknown = "balance_unknown"
        case balanceTooLow = "balance_too_low"
        case limitReached = "limit_reached"
        case lessAsked = "less_asked"
    }
}

extension Customer {
    /// Instant credit not yet safe from return, plus what is owed: what limits compare with.
    public var exposure: Cents {
        deposits.values.lazy.filter(\.isUncollected).map(\.credit).sum() + owed
    }

    public func tier(_ policy: Policy) -> Policy.Credit.Tier {
        policy.credit.tiers.last { $0.cleanDeposits <= profile.standing.cleanDeposits }
            ?? policy.credit.tiers[0]
    }
}

extension Draft {
    func underwrite(
        _ amount: Cents, from method: PaymentMethod, asked: Cents?
    ) -> Underwriting {
        var reasons: [Underwriting.Reason] = []
        let credit = facts.policy.credit
        let tier = customer.tier(facts.policy)
        var limit = tier.limit

        func refuse(_ reason: Underwriting.Reason) {
            limit = .zero
            reasons.append(reason)
        }
        if customer.owed + customer.lossClaims > .zero { refuse(.obligationOpen) }
        if customer.settlements.values.contains(where: { $0.state == .documentsRequired }) {
            refuse(.documentsPending)
        }
        if customer.profile.standing.cleanDepositsNeeded > 0 { refuse(.recentReturn) }
        if customer.hasFlag(where: \.stopsInstantCredit, at: facts.now) != nil {
            refuse(.accountStopped)
        }
        if !method.verified {
            limit = min(limit, credit.starterLimit)
            reasons.append(.methodUnverified)
        }
        if let balance = method.balance,
            facts.now - balance.asOf <= Int64(credit.balanceAgeHoursMax) * 3_600_000
        {
            // The linked balance must cover this debit and those still on their way, with a margin.
            let since = facts.now.adding(days: -credit.unclearedDays)
            let uncleared = customer.deposits.values.lazy
                .filter { $0.isUncleared && $0.method == method.id && $0.initiatedAt >= since }
                .map(\.amount).sum()
            let needed = (amount + uncleared).share(credit.balanceCover, rounding: .up)
            if balance.amount < needed { refuse(.balanceTooLow) }
        } else {
            limit = min(limit, credit.starterLimit)
            reasons.append(.balanceUnknown)
        }
        var granted = min(amount, limit.remaining(after: customer.exposure))
        if granted < amount && limit > Cents.zero { reasons.append(.limitReached) }
        if let asked, asked < granted {
            granted = asked
            reasons.append(.lessAsked)
        }
        // A reason that did not bind is no reason.
        if granted == amount { reasons = [] }
        return Underwriting(
            credit: granted, reasons: reasons, policy: facts.policy.version, tier: tier.name)
    }

    /// A deposit passed its hold without coming back.
    mutating func depositProvedClean(by method: PaymentMethodID) {
        var standing = customer.profile.standing
        standing.cleanDeposits += 1
        standing.cleanDepositsNeeded = max(0, standing.cleanDepositsNeeded - 1)
        customer.profile.standing = standing
        keepProfile()
        // A past good WEB debit counts as validation of the account (Nacha, WEB debit rule 2021).
        if var proven = customer.methods[method], !proven.proofs.contains(.cleanDebit) {
            proven.prove(by: .cleanDebit)
            keep(proven)
        }
    }

    mutating func depositFailed() {
        customer.profile.standing.cleanDeposits = 0
        customer.profile.standing.cleanDepositsNeeded = facts.policy.credit.cleanDepositsAfterReturn
        keepProfile()
    }
}
