import Banking
import Edges
import Ledger
import Money
import Nacha
import Rules
import Web

// The domain's values as the values pages are made of.

extension Customer {
    func label(of method: PaymentMethodID?) -> BankLabel {
        guard let method = method.flatMap({ methods[$0] }) else { return BankLabel("", "") }
        return BankLabel(method.label, method.lastFour)
    }

    func row(of deposit: Deposit, _ facts: Facts) -> DepositRow {
        let policy = facts.policy
        let release = deposit.expectedRelease(facts)
        let owed = deposits[deposit.id] == nil ? 0 : owed(behind: deposit).count
        return DepositRow(
            id: "\(deposit.id)", startedAt: deposit.initiatedAt.milliseconds,
            from: label(of: deposit.method), cents: deposit.amount.count,
            status: pageStatus(of: deposit), owedCents: owed,
            withdrawableAt: deposit.isUncollected
                ? release.flatMap { $0 > facts.now ? $0.milliseconds : nil } : nil,
            isHeldUndated: deposit.isUncollected && release == nil,
            bought: bought(with: deposit, policy))
    }

    /// What an instant buy bought; `nil` for a plain deposit.
    func bought(with deposit: Deposit, _ policy: Policy) -> AssetAmount? {
        guard case .purchase(let asset, let quantity) = deposit.kind,
            let known = policy.asset(asset)
        else { return nil }
        return AssetAmount(known, quantity)
    }

    /// Newest first.
    var depositsByTime: [Deposit] {
        deposits.values.sorted { ($0.initiatedAt, $0.id) > ($1.initiatedAt, $1.id) }
    }

    func obligation(behind deposit: Deposit) -> Obligation? {
        obligations.values.first { $0.origin == .deposit(deposit.id) }
    }

    /// Still owed for a deposit, also after its loss was booked: the claim survives.
    func owed(behind deposit: Deposit) -> Cents {
        guard let obligation = obligation(behind: deposit) else { return .zero }
        return obligation.state.isOpen ? outstanding(obligation.id) : obligation.claimLeft
    }

    func pageStatus(of deposit: Deposit) -> Web.DepositStatus {
        switch status(of: deposit) {
        case .created: .clearing
        case .preCredited, .submitted, .fundsReceivedUnconfirmed:
            deposit.credit == deposit.amount ? .availableEarly : .clearing
        case .settled: .settled
        case .returnedCovered: .returned
        case .returnedAfterSettlement, .outstanding, .liquidating: .outstanding
        case .partiallySettled: .partlySettled
        case .settling, .retrying: .paymentInProgress
        case .documentsRequired: .documentsNeeded
        case .settledByLiquidation: .soldToCover
        case .chargedOff, .chargedOffPartiallyRecovered: .writtenOff
        case .cancelled: .cancelled
        }
    }

    /// Where one obligation stands, by the order the pages document.
    func situation(of obligation: Obligation, at now: Instant) -> OwedSummary.Situation {
        if case .ended = obligation.grace, saleInFlight?.purpose == .liquidation {
            return .saleInProgress
        }
        if let active = activeSettlement(of: obligation.id) {
            if active.state.isInFlight { return .paymentInProgress }
            if active.state == .documentsRequired {
                switch obligation.grace {
                case .running(let until):
                    return .documentsNeeded(settlement: "\(active.id)", by: until.milliseconds)
                case .awaitingNotice, .paused, .none:
                    return .documentsNeeded(settlement: "\(active.id)")
                // Documents alone hold no sale off: what is said next is what may happen next.
                case .ended: break
                }
            }
        }
        if isUnderReview(at: now) { return .underReview }
        return switch obligation.grace {
        case .awaitingNotice, .paused, .none: .paused
        case .ended:
            profile.liquidation.stopped == .nothingToSell ? .nothingToSell : .deadlinePassed
        case .running(let until): .due(by: until.milliseconds)
        }
    }

    /// Where all of it stands: of several obligations the one that presses most.
    func situation(at now: Instant) -> OwedSummary.Situation {
        let all = openObligations.map { situation(of: $0, at: now) }
        return all.min { $0.pressure < $1.pressure } ?? .paused
    }

    func owedSummary(at now: Instant) -> OwedSummary? {
        guard owed > .zero else { return nil }
        let deposits = openObligations.compactMap { obligation -> DepositID? in
            if case .deposit(let id) = obligation.origin { id } else { nil }
        }
        return OwedSummary(
            cents: owed.count, depositCount: openObligations.count,
            purchaseCount: deposits.filter { self.deposits[$0]?.isPurchase == true }.count,
            depositID: openObligations.count == 1 ? deposits.first.map { "\($0)" } : nil,
            situation: situation(at: now))
    }

    /// Whether the customer said that something is not right, or asked for time, and a person has
    /// not answered yet. Other stops are none of his doing, and of some he may not be told.
    func isUnderReview(at now: Instant) -> Bool {
        hasFlag(
            where: { ($0 == .dispute || $0 == .hardship) && $0.stopsLiquidation }, at: now) != nil
    }

    func pageWithdrawable(_ facts: Facts) -> (page: Web.Withdrawable, limits: Rules.Withdrawable) {
        let limits = withdrawable(facts)
        let held = deposits.values
            .filter { $0.hold > .zero }.sorted { ($0.releaseAt, $0.id) < ($1.releaseAt, $1.id) }
        let unlocks = held.compactMap { deposit in
            deposit.expectedRelease(facts).map {
                Web.Withdrawable.Unlock(cents: deposit.hold.count, at: $0.milliseconds)
            }
        }
        let undated = held.filter { $0.expectedRelease(facts) == nil }.map(\.hold).sum()
        let block: Web.Withdrawable.Block? =
            if limits.owed > .zero {
                .owed
            } else if limits.securityLockUntil != nil {
                .securityChange
            } else if hasFlag(where: \.stopsWithdrawals, at: facts.now) != nil {
                .review
            } else {
                nil
            }
        return (
            Web.Withdrawable(
                cents: limits.total.count, unlocks: unlocks, undatedCents: undated.count,
                block: block,
                blockedUntil: block == .securityChange
                    ? limits.securityLockUntil?.milliseconds : nil), limits
        )
    }

    func holdings(_ facts: Facts) -> [Holding] {
        heldAssets.compactMap { code in
            guard let policy = facts.policy.asset(code) else { return nil }
            let quantity = holding(of: code)
            let value = facts.pageQuote(code)?.bid.value(
                of: quantity, of: policy.asset, rounding: .down)
            return Holding(
                name: AssetName.of(code), amount: AssetAmount(policy, quantity),
                valueCents: value?.count)
        }.sorted { ($0.valueCents ?? -1, $0.name) > ($1.valueCents ?? -1, $1.name) }
    }
}

extension Deposit {
    /// Whether it paid for an instant buy.
    var isPurchase: Bool {
        switch kind {
        case .purchase: true
        case .funding: false
        }
    }
}

extension OwedSummary.Situation {
    /// Lower presses more: what will be sold soonest is told first.
    fileprivate var pressure: (Int, Int64) {
        switch self {
        case .saleInProgress: (0, 0)
        case .deadlinePassed, .nothingToSell: (1, 0)
        case .due(let by): (2, by)
        case .documentsNeeded(_, let by?): (2, by)
        case .documentsNeeded: (3, 0)
        case .paymentInProgress: (4, 0)
        case .underReview: (5, 0)
        case .paused: (6, 0)
        }
    }
}

extension Facts {
    /// The quote a page may show: not old, not halted, not crossed. The rules check again.
    func pageQuote(_ asset: AssetCode) -> Quote? {
        guard let quote = quotes[asset], !quote.halted, quote.bid <= quote.ask,
            now - quote.asOf <= Int64(policy.liquidation.priceAgeSecondsMax) * 1000
        else { return nil }
        return quote
    }

    /// Noon on a banking day: the same day in every American time zone.
    func noon(on day: Day) -> Int64 {
        guard let noon = TimeOfDay(hour: 12, minute: 0) else {
            preconditionFailure("noon is a time of day")
        }
        return Eastern.instant(on: day, at: noon).milliseconds
    }

    /// When a debit sent with the next file settles.
    var nextSettlementDay: Day {
        timing.forwardSettlement(processingDay: timing.processingDay(submittedAt: now))
    }

    /// When a debit sent with the next file can no longer be in doubt.
    var nextConfirmation: Instant {
        timing.unconfirmedUntil(
            settlement: nextSettlementDay, slackBankingDays: policy.hold.slackBankingDays)
    }

    /// When a deposit made now may leave, unless its own release says later.
    func withdrawableAt(release: Instant) -> Int64 { max(release, nextConfirmation).milliseconds }
}

extension AssetAmount {
    init(_ policy: Policy.AssetPolicy, _ quantity: Quantity) {
        self.init(policy.code.description, quantity.count, decimals: policy.scale)
    }
}

extension DollarPrice {
    init(_ price: Price) { self.init(count: price.count) }
}

/// Names of assets as people know them; the symbol where we know no other.
enum AssetName {
    static func of(_ code: AssetCode) -> String {
        switch code.description {
        case "USD": "US Dollar"
        case "BTC": "Bitcoin"
        case "ETH": "Ether"
        case "USDC": "USD Coin"
        case "SOL": "Solana"
        case "ADA": "Cardano"
        default: code.description
        }
    }
}

/// Amounts as people type them.
enum Typed {
    /// `50`, `50.00`, `1,250.5` and `$50` as cents; `nil` for anything else.
    static func cents(_ text: String) -> Int64? { count(text, scale: 2) }

    /// A quantity with at most `scale` decimals.
    static func count(_ text: String, scale: Int) -> Int64? {
        var rest = text.filter { $0 != " " }[...]
        if rest.hasPrefix("$") { rest = rest.dropFirst() }
        guard rest.utf8.count <= 24 else { return nil }
        if rest.contains(",") {
            // Commas only where thousands are grouped: "1,5" might mean one and a half.
            let whole = rest.prefix { $0 != "." }.split(
                separator: ",", omittingEmptySubsequences: false)
            guard let first = whole.first, (1...3).contains(first.count),
                whole.dropFirst().allSatisfy({ $0.count == 3 }),
                !rest.drop(while: { $0 != "." }).contains(",")
            else { return nil }
        }
        return DecimalText.parse(rest.filter { $0 != "," }, scale: scale)
    }

    static func text(_ cents: Int64) -> String { DecimalText.format(cents, scale: 2) }
}
