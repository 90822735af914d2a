import Banking
import Engine
import Ledger
import Money
import Rules

/// What the auditor found wrong, in one sentence.
struct Finding: Error {
    let sentence: String

    init(_ sentence: String) { self.sentence = sentence }
}

/// Checks after every step that the promises hold, from books of its own.
///
/// It reads states as data, and computes with neither the ledger's nor the rules' arithmetic:
/// what it knows of stops, prices and limits is written down here a second time.
struct Auditor {
    /// The world as it was before the decisions that are audited.
    struct Before {
        let customers: [CustomerID: Customer]
        let house: House
        let quotes: [AssetCode: Quote]
    }

    private(set) var books = Books()
    private var journalRead = 0
    private var noticesRead = 0
    private var commitOfCause: [Cause: Int] = [:]
    private var lastAt = Instant(milliseconds: 0)
    /// What bank, processor and custodian have by their own statements.
    private var statements: [Books.Place: Int64] = [:]
    private var deliveredAt: [NoticeID: Instant] = [:]
    private var settledNotices: Set<ObligationID> = []
    private var recovered: Int64 = 0
    private var register = Register()
    /// Debits that we asked back, and when, by the commands and not by what the rules keep.
    private var askedBack: [PaymentReference: Instant] = [:]
    /// Debits that their bank agreed to send back, and when it did.
    private var promised: [PaymentReference: Instant] = [:]

    mutating func audit(
        _ decisions: [Commit.Decided], _ store: MemoryStore, before: Before, policies: PolicyBook,
        everything: Bool
    ) throws(Finding) {
        try readJournal(store)
        readNotices(store)
        let now = store.lastCommitAt() ?? Instant(milliseconds: 0)
        let policy = policies.policy(at: now)
        var touched: Set<CustomerID> = []
        for decided in decisions {
            keepStatement(decided, before)
            try checkRequest(decided, now)
            if case .noticeDelivered(let id) = decided.envelope.command, deliveredAt[id] == nil {
                deliveredAt[id] = now
            }
            var customer: Customer?
            if case .customer(let id) = decided.envelope.addressee {
                touched.insert(id)
                customer = store.customers[id]
            }
            try register.enter(decided, customer, policy)
            try Authority.check(decided, house: store.houseState, policy)
            try checkDecision(decided, store, before, policy, now)
        }
        try Ways.check(before.house, store.houseState)
        for (id, customer) in store.customers where everything || touched.contains(id) {
            try Ways.check(before.customers[id], customer)
            try register.check(customer)
            try check(customer, store, now)
            try checkOpened(customer, before, decisions, store, policy, now)
            try checkShown(customer, before, policy, now)
            try checkSales(customer, before, policy, now)
        }
        try checkHouse(store)
        if everything { try checkEverything(store) }
    }

    // MARK: The journal

    private mutating func readJournal(_ store: MemoryStore) throws(Finding) {
        guard journalRead <= store.journal.count else { throw Finding("the journal got shorter") }
        var places: Set<Books.Place> = []
        for entry in store.journal[journalRead...] {
            let transfer = entry.transfer
            guard transfer.amount > 0 else { throw Finding("a transfer of \(transfer.amount)") }
            guard entry.at >= lastAt else { throw Finding("time went back in the journal") }
            lastAt = entry.at
            if let commit = commitOfCause[entry.cause], commit != entry.commit {
                throw Finding("the cause \(entry.cause) was carried out in two commits")
            }
            commitOfCause[entry.cause] = entry.commit
            for (account, change) in [
                (transfer.debit, transfer.amount), (transfer.credit, -transfer.amount),
            ] {
                if let wrong = books.post(account, transfer.asset, change, transfer.reason) {
                    throw Finding(wrong)
                }
                places.insert(Books.Place(account: account, asset: transfer.asset))
            }
            if transfer.reason == .recovery { recovered += transfer.amount }
        }
        journalRead = store.journal.count
        for place in places
        where store.balances[place.account, place.asset] != books.balances[place] {
            throw Finding("the stored balance of \(place.account.name) is not its journal's sum")
        }
        for (asset, total) in books.totals where total != 0 {
            throw Finding("the books do not sum to zero in \(asset): \(total)")
        }
    }

    private mutating func readNotices(_ store: MemoryStore) {
        for stored in store.notices[noticesRead...] {
            if case .obligationSettled(let id, _, _) = stored.notice.content {
                settledNotices.insert(id)
            }
        }
        noticesRead = store.notices.count
    }

    // MARK: Statements of the world outside

    private mutating func state(
        _ account: HouseAccount, _ change: Int64, _ asset: AssetCode = .usd
    ) {
        statements[Books.Place(account: .house(account), asset: asset), default: 0] += change
    }

    private mutating func keepStatement(_ decided: Commit.Decided, _ before: Before) {
        guard decided.reply != .unchanged else { return }
        let customer: Customer?
        if case .customer(let id) = decided.envelope.addressee {
            customer = before.customers[id]
        } else {
            customer = nil
        }
        switch decided.envelope.command {
        case .settleEntry(let command):
            state(.bankOperating, amount(command.payment, customer))
        case .trade(let command): state(.tradingFee, -command.fee.count)
        case .purchase(let command): state(.tradingFee, -command.fee.count)
        case .settleReturn(let command):
            state(.returnFee, command.fee.count)
            let owed = isUnsettledReturn(command.payment, customer)
            state(
                .bankOperating,
                -(owed ? amount(command.payment, customer) : 0) - command.fee.count)
        case .receiveFunds(let funds):
            state(.bankOperating, funds.amount.count)
        case .assignFunds(let command):
            state(.bankOperating, -(before.house.suspense[command.item]?.amount.count ?? 0))
        case .receiveUnidentifiedFunds(let funds):
            state(.bankOperating, funds.amount.count)
        case .withdrawalSent(let id):
            guard let withdrawal = customer?.withdrawals[id] else { return }
            state(
                withdrawal.asset == .usd ? .bankOperating : .custody, -withdrawal.amount,
                withdrawal.asset)
        case .fundCounterparty(let asset, let amount):
            state(asset == .usd ? .bankOperating : .custody, amount, asset)
        case .receiveAsset(let command):
            state(.custody, command.quantity.count, command.asset)
        case .settleParkedReturn(let id):
            state(.bankOperating, -(before.house.suspense[id]?.amount.count ?? 0))
        case .settleDishonor(let id):
            state(.bankOperating, before.house.suspense[id]?.amount.count ?? 0)
        case .contestDishonor(let command):
            guard let item = before.house.suspense[command.item],
                case .dishonorSettled = item.state
            else { return }
            state(.bankOperating, -item.amount.count)
        case .decideClaim(let command):
            guard command.accept, let claim = customer?.claims[command.claim] else { return }
            state(.bankOperating, -claim.amount.count)
        case .chargeSucceeded(let command):
            // Of the fee, the share of what was not owed is set aside to go back with it.
            let feeBack = decided.changes.transfers.filter {
                $0.debit == .house(.cardFee) && $0.reason == .overpaymentRefunded
            }.reduce(0) { $0 + $1.amount }
            state(.cardFee, feeBack - command.fee.count)
            let isCard = customer?.settlements[command.settlement]?.kind == .card
            state(
                isCard ? .cardClearing : .bankOperating,
                command.amount.count + command.fee.count)
        case .chargeDisputed(let command):
            guard let settlement = customer?.settlements[command.settlement],
                let captured = settlement.captured
            else { return }
            let refunded = settlement.refunds.values.reduce(0) { $0 + $1.count }
            let left = captured.amount.count + captured.fee.count - refunded
            state(.cardFee, left - principalLeft(settlement, captured))
            state(.disputeFee, command.disputeFee.count)
            state(.bankOperating, -left - command.disputeFee.count)
        case .chargeRefunded(let command):
            guard let settlement = customer?.settlements[command.settlement],
                let captured = settlement.captured
            else { return }
            if !isOfOverpayment(command, settlement) {
                let principal = min(command.amount.count, principalLeft(settlement, captured))
                state(.cardFee, command.amount.count - principal)
            }
            state(
                settlement.kind == .card ? .cardClearing : .bankOperating, -command.amount.count)
        case .refundRefused(let command):
            guard let settlement = customer?.settlements[command.settlement],
                settlement.disputed, let overpayment = settlement.overpayment
            else { return }
            state(.cardFee, -overpayment.fee.count)
        case .closeSuspense(let command):
            guard let item = before.house.suspense[command.item], item.why == .unidentifiedFunds
            else { return }
            state(.bankOperating, -item.amount.count)
        case .receivePayout(let command):
            state(.bankOperating, command.gross.count - command.cost.count)
            state(.cardClearing, -command.gross.count)
            state(.processingCost, command.cost.count)
        default: break
        }
    }

    /// Whether it gives back what was set aside as too much.
    private func isOfOverpayment(
        _ command: Command.ChargeRefunded, _ settlement: Settlement
    ) -> Bool {
        guard command.refund == "over_\(settlement.id)" else { return false }
        switch settlement.overpayment?.state {
        case .held, .asked: return true
        case nil, .refunded, .kept: return false
        }
    }

    /// What the customer still has of what the payment brought; a refund gives back that before the
    /// fee, and the fee of what was too much goes back or becomes the customer's.
    private func principalLeft(_ settlement: Settlement, _ captured: Settlement.Capture) -> Int64 {
        var brought = captured.amount.count
        var refunded = settlement.refunds.values.reduce(0) { $0 + $1.count }
        switch settlement.overpayment?.state {
        case .refunded: refunded -= settlement.overpayment?.fee.count ?? 0
        case .kept: brought += settlement.overpayment?.fee.count ?? 0
        case nil, .held, .asked: break
        }
        return max(0, brought - refunded)
    }

    private func isUnsettledReturn(_ payment: PaymentReference, _ customer: Customer?) -> Bool {
        switch payment {
        case .deposit(let id):
            guard case .returned(let record) = customer?.deposits[id]?.state else { return false }
            return !record.settled
        case .settlement(let id):
            guard case .returned(_, let settled) = customer?.settlements[id]?.state else {
                return false
            }
            return !settled
        case .dishonor: return false
        case .microEntry(let id):
            guard let back = microEntry(id, customer)?.back else { return false }
            return !back.isSettled
        }
    }

    private func microEntry(_ id: MicroEntryID, _ customer: Customer?) -> MicroEntry? {
        customer?.methods.values.lazy.flatMap(\.validations).flatMap(\.entries)
            .first { $0.id == id }
    }

    /// What a payment brings to the bank account; a credit of ours takes away.
    private func amount(_ payment: PaymentReference, _ customer: Customer?) -> Int64 {
        switch payment {
        case .deposit(let id): customer?.deposits[id]?.amount.count ?? 0
        case .settlement(let id): customer?.settlements[id]?.amount.count ?? 0
        case .dishonor: 0
        case .microEntry(let id):
            microEntry(id, customer).map { $0.isCredit ? -$0.amount.count : $0.amount.count } ?? 0
        }
    }

    // MARK: Requests for returns

    /// R06 is taken from a customer only when we asked for it, and kept apart only when we did not.
    private mutating func checkRequest(
        _ decided: Commit.Decided, _ now: Instant
    ) throws(Finding) {
        switch decided.envelope.command {
        case .requestReturn(let command):
            guard decided.reply == .done else { return }
            guard !command.reason.isEmpty else { throw Finding("asked back without a reason") }
            askedBack[command.payment] = now
        case .receiveReturn(let entry):
            let isApart = decided.changes.parked.contains { $0.why == .notRequested }
            let wasAsked = askedBack[entry.payment] != nil
            if case .microEntry = entry.payment { return }
            if entry.code == "R06", decided.reply == .done, !wasAsked {
                throw Finding("\(entry.payment.key) was taken back and nobody had asked for it")
            }
            if isApart, wasAsked || entry.code != "R06" {
                throw Finding("\(entry.payment.key) waits as uninvited and was asked for")
            }
        case .timer(.returnAnswer(let payment)):
            guard !decided.changes.alerts.isEmpty else { return }
            // Ten banking days are two weeks at least; five, from a morning on, six days.
            let isPromised = decided.changes.alerts.contains {
                if case .returnNotCome = $0.content { true } else { false }
            }
            let since = isPromised ? promised[payment] : askedBack[payment]
            guard let since, now - since >= (isPromised ? 6 : 14) * 86_400_000 else {
                throw Finding("the bank of \(payment.key) was called late and was not")
            }
        case .answerReturnRequest(let command):
            guard decided.reply == .done, command.agreed else { return }
            promised[command.payment] = now
        default: break
        }
    }

    /// While an entry may come back because we asked for it, somebody looks again.
    private func check(
        _ requests: [ReturnRequest], for payment: PaymentReference, _ timers: [String: Timer]
    ) throws(Finding) {
        guard let last = requests.last, last.answer == nil || last.answer == .agreed else { return }
        guard timers["return_answer:\(payment.key)"] != nil else {
            throw Finding("nobody will hear that the bank of \(payment.key) does not answer")
        }
    }

    // MARK: Decisions

    private func checkDecision(
        _ decided: Commit.Decided, _ store: MemoryStore, _ before: Before, _ policy: Policy,
        _ now: Instant
    ) throws(Finding) {
        guard case .customer(let id) = decided.envelope.addressee,
            let was = before.customers[id], let customer = store.customers[id]
        else { return }
        switch decided.envelope.command {
        case .startDeposit, .purchase:
            guard case .deposit(let deposit, let credit, _, _) = decided.reply, credit.count > 0
            else { return }
            let limit =
                policy.credit.tiers.filter {
                    $0.cleanDeposits <= was.profile.standing.cleanDeposits
                }.map(\.limit.count).max() ?? 0
            let exposure = uncollected(customer) + owed(customer)
            guard exposure <= limit else {
                throw Finding("\(deposit) took the exposure to \(exposure) of \(limit)")
            }
            guard owed(was) == 0 else { throw Finding("instant credit to one who owes") }
            guard !was.profile.flags.contains(where: { isInForce($0, now) }) else {
                throw Finding("instant credit to one who is stopped")
            }
        case .requestWithdrawal, .refundOverpayment:
            guard owed(was) == 0 else { throw Finding("value left one who owes") }
            guard stop(was, Auditor.stopsWithdrawals, now) == nil else {
                throw Finding("value left one who is stopped")
            }
            guard !was.profile.securityLocks.contains(where: { $0.until > now }) else {
                throw Finding("value left through a security lock")
            }
            let held = uncollected(customer)
            guard held == 0 || value(customer, before.quotes, policy, now) >= held else {
                throw Finding("value left and the rest does not cover the hold of \(held)")
            }
        case .settleEntry(let entry):
            guard decided.reply == .unchanged, case .deposit(let deposit) = entry.payment,
                let known = was.deposits[deposit],
                !known.history.contains(where: { $0.what == .fundsReceived })
            else { return }
            // Only a return that was netted against it makes a settlement nothing new.
            guard case .returned(let record) = known.state, record.source == .clearing else {
                throw Finding("the bank paid for \(deposit) and nobody booked it")
            }
        case .confirmValidation(let command):
            let sent = was.methods[command.method]?.validations.last
            let credits = sent?.entries.filter(\.isCredit).map(\.amount.count).sorted()
            let isRight = command.amounts.map(\.count).sorted() == credits
            let isNowVerified = customer.methods[command.method]?.verified == true
            guard case .done = decided.reply else {
                guard
                    !isRight || sent?.state != .sent || (sent?.expiresAt).map({ now >= $0 }) == true
                else { throw Finding("\(command.method) was proven and is not") }
                return
            }
            guard isRight, sent?.wrongTries ?? 3 < 3, isNowVerified else {
                throw Finding("\(command.method) counts as proven and was not")
            }
        case .settleReturn(let command):
            guard decided.reply == .unchanged, command.fee.count > 0,
                case .deposit(let deposit) = command.payment,
                case .returned(let record) = was.deposits[deposit]?.state
            else { return }
            guard record.fee != nil else { throw Finding("the fee for \(deposit) was forgotten") }
        case .startSettlement(let command) where command.kind == .representment:
            try checkRepresentment(decided.reply, customer, policy, now)
        case .receiveFunds(let funds):
            try checkNothingVanishes(funds.amount.count, decided, id)
            guard funds.reference == nil else { return }
            // The oldest is paid before the next: what was open and is still open may have been
            // paid only if everything older is closed.
            let open = was.obligations.values.filter { $0.state == .open }
                .sorted { ($0.openedAt, $0.id) < ($1.openedAt, $1.id) }
            var olderIsOpen = false
            for obligation in open {
                let left = books.balance(.obligation(id, obligation.id))
                let paid = left < was.balances[.obligation(id, obligation.id), .usd]
                if paid, olderIsOpen { throw Finding("money passed an older obligation by") }
                olderIsOpen = olderIsOpen || left > 0
            }
        default: break
        }
    }

    /// All that came in is the customer's, or lowers what was lost on him.
    private func checkNothingVanishes(
        _ amount: Int64, _ decided: Commit.Decided, _ id: CustomerID
    ) throws(Finding) {
        var kept: Int64 = 0
        for transfer in decided.changes.transfers where transfer.debit == .house(.bankOperating) {
            let isHis = transfer.credit.customer == id
            guard isHis || transfer.credit == .house(.recoveredBadDebt) else {
                throw Finding("money of \(id) went to \(transfer.credit.name)")
            }
            kept += transfer.amount
        }
        guard kept == amount else { throw Finding("of \(amount) that came in \(kept) was booked") }
    }

    /// A debit may be presented again twice, within 180 days, after R01 and R09, for the same
    /// amount (Nacha Operating Rules, reinitiation).
    private func checkRepresentment(
        _ reply: Reply, _ customer: Customer, _ policy: Policy, _ now: Instant
    ) throws(Finding) {
        guard case .settlement(let id) = reply, let again = customer.settlements[id],
            let obligation = again.allocations.first.flatMap({
                customer.obligations[$0.obligation]
            }), case .deposit(let depositID) = obligation.origin,
            let deposit = customer.deposits[depositID]
        else { throw Finding("a debit is presented again that was not one") }
        guard ["R01", "R09"].contains(obligation.code), again.amount == deposit.amount,
            obligation.representedAt.count < 2
        else { throw Finding("\(id) presents \(depositID) again against the rules") }
        if let day = deposit.settlementDay {
            guard Eastern.day(at: now) <= day.adding(days: 180) else {
                throw Finding("\(id) presents \(depositID) again after 180 days")
            }
        }
    }

    // MARK: A customer

    /// What is owed begins with its reason, its policy, the notice that tells of it, and the timers
    /// of its loss, all in one commit.
    private func checkOpened(
        _ customer: Customer, _ before: Before, _ decisions: [Commit.Decided],
        _ store: MemoryStore, _ policy: Policy, _ now: Instant
    ) throws(Finding) {
        let known = before.customers[customer.id]?.obligations ?? [:]
        for obligation in customer.obligations.values where known[obligation.id] == nil {
            let id = obligation.id
            let told = decisions.flatMap(\.changes.notices).contains { notice in
                guard case .obligationOpened(let told, let amount, _, _, _) = notice.content else {
                    return false
                }
                return notice.id == obligation.noticeID && told == id
                    && amount == obligation.principal
            }
            // Nobody is asked for money through a stop; he is told when it ends.
            let waits =
                obligation.noticeID == nil && stop(customer, Auditor.stopsDunning, now) != nil
            guard told || waits else {
                throw Finding("\(id) was opened and its customer was not told")
            }
            guard !obligation.code.isEmpty, obligation.policy == policy.version else {
                throw Finding("\(id) was opened without its reason or policy")
            }
            let timers = store.timers[customer.id] ?? [:]
            guard
                obligation.state != .open
                    || (timers["provision:\(id)"] != nil && timers["charge_off:\(id)"] != nil)
            else { throw Finding("\(id) was opened and its loss will never be seen") }
        }
    }

    /// What a customer and an operator read is what the books say.
    private func checkShown(
        _ customer: Customer, _ before: Before, _ policy: Policy, _ now: Instant
    ) throws(Finding) {
        let id = customer.id
        let cash = -books.balance(.customer(id, .cash))
        let owed = owed(customer)
        guard customer.owed.count == owed, customer.displayBalance == cash - owed else {
            throw Finding("\(id) is shown \(customer.displayBalance), not \(cash - owed)")
        }
        let open = customer.orders.values.filter { $0.state != .closed }
        let reserved = open.filter { $0.side == .buy }.reduce(0) { $0 + $1.reservedCash.count }
        guard cash >= reserved else { throw Finding("\(id) has orders for more than his cash") }
        for asset in policy.assets {
            let held = -books.balance(.customer(id, .crypto), asset.code)
            let inOrders = open.filter { $0.side == .sell && $0.asset == asset.code }
                .reduce(0) { $0 + $1.reservedQuantity.count }
            let inSale = customer.sales.values
                .filter { $0.state == .ordered && $0.asset == asset.code }
                .reduce(0) { sum, sale in
                    sum + sale.ordered.count - sale.fills.reduce(0) { $0 + $1.quantity.count }
                }
            guard held >= inOrders + inSale else {
                throw Finding("\(id) sells more \(asset.code) than there is")
            }
        }
        // He may look at any time after the last commit: the newest price is not of the future.
        let now = before.quotes.values.map(\.asOf).reduce(now, max)
        let facts = Facts(now: now, policy: policy, actor: .system, quotes: before.quotes)
        let claims = customer.obligations.values.reduce(0) { $0 + $1.claimLeft.count }
        let stopped =
            owed > 0 || claims > 0 || stop(customer, Auditor.stopsWithdrawals, now) != nil
            || customer.profile.securityLocks.contains { $0.until > now }
        let most =
            stopped
            ? 0 : max(0, value(customer, before.quotes, policy, now) - uncollected(customer))
        let shown = customer.withdrawable(facts)
        guard shown.total.count == most, (shown.each[.usd] ?? 0) <= min(cash - reserved, most)
        else { throw Finding("\(id) is shown \(shown.total.count) to withdraw, not \(most)") }
        for deposit in customer.deposits.values {
            if let was = before.customers[id]?.deposits[deposit.id] {
                guard deposit.releaseAt >= was.releaseAt else {
                    throw Finding("the hold of \(deposit.id) got shorter")
                }
            }
            switch customer.status(of: deposit) {
            case .settled, .settledByLiquidation:
                guard books.balance(.obligation(id, ObligationID(sharing: deposit.id))) == 0 else {
                    throw Finding("\(deposit.id) is shown as settled and something is owed")
                }
            default: break
            }
        }
    }

    private func check(
        _ customer: Customer, _ store: MemoryStore, _ now: Instant
    ) throws(Finding) {
        let id = customer.id
        for (key, amount) in customer.balances.all
        where books.balance(key.account, key.asset) != amount {
            throw Finding("\(id) believes \(amount) of \(key.account.name), not the journal's sum")
        }
        for method in customer.methods.values { try check(method) }
        for deposit in customer.deposits.values {
            try check(deposit, of: customer)
            try check(deposit.returnRequests, for: .deposit(deposit.id), store.timers[id] ?? [:])
        }
        for settlement in customer.settlements.values {
            try check(
                settlement.returnRequests, for: .settlement(settlement.id), store.timers[id] ?? [:])
        }
        for obligation in customer.obligations.values {
            try check(obligation, of: customer, store, now)
        }
        for sale in customer.sales.values {
            let sold = sale.fills.reduce(Int64(0)) { $0 + $1.quantity.count }
            guard sold <= sale.ordered.count else { throw Finding("\(sale.id) sold too much") }
            guard Set(sale.fills.map(\.trade)).count == sale.fills.count else {
                throw Finding("\(sale.id) booked a fill twice")
            }
        }
        let timers = store.timers[id] ?? [:]
        for settlement in customer.settlements.values {
            switch settlement.state {
            case .unconfirmed:
                guard timers["confirm:\(settlement.id)"] != nil else {
                    throw Finding("\(settlement.id) will never be confirmed")
                }
            case .awaitingPayment where settlement.kind == .sendAsset:
                guard timers["quote_expiry:\(settlement.id)"] != nil else {
                    throw Finding("the quote of \(settlement.id) will never expire")
                }
            case .documentsRequired, .awaitingPayment, .queued:
                let isOwed = settlement.allocations.contains {
                    books.balance(.obligation(id, $0.obligation)) > 0
                }
                guard isOwed else { throw Finding("\(settlement.id) waits to pay nothing") }
            case .submitted, .selling, .completed, .failed, .returned, .cancelled: break
            }
        }
        try checkFreeCash(customer, now)
    }

    private func checkFreeCash(_ customer: Customer, _ now: Instant) throws(Finding) {
        guard owed(customer) > 0, stop(customer, Auditor.stopsSetOff, now) == nil,
            !customer.sales.values.contains(where: { $0.state == .ordered })
        else { return }
        let reserved = customer.orders.values.filter { $0.state != .closed && $0.side == .buy }
            .reduce(Int64(0)) { $0 + $1.reservedCash.count }
        let free = -books.balance(.customer(customer.id, .cash)) - reserved
        guard free <= 0 else { throw Finding("\(customer.id) owes and has \(free) in cash") }
    }

    /// Micro-entries leave together, take back no more than they gave, and prove an account only
    /// while none of them came back.
    private func check(_ method: PaymentMethod) throws(Finding) {
        let id = method.id
        guard method.validations.count <= 3 else { throw Finding("\(id) was tried too often") }
        for validation in method.validations {
            let credits = validation.entries.filter(\.isCredit)
            let debits = validation.entries.filter { !$0.isCredit }
            let given = credits.reduce(0) { $0 + $1.amount.count }
            guard credits.count == 2, credits.allSatisfy({ (1...99).contains($0.amount.count) }),
                debits.reduce(0, { $0 + $1.amount.count }) == given
            else { throw Finding("\(id) is proven by other entries than the rules allow") }
            guard Set(validation.entries.map { $0.trace == nil }).count == 1 else {
                throw Finding("the micro-entries of \(id) left apart")
            }
            guard validation.wrongTries <= 3 else {
                throw Finding("\(id) was guessed at too often")
            }
            if case .proven = validation.state {
                guard validation.entries.allSatisfy({ $0.back == nil }) else {
                    throw Finding("\(id) is proven by an entry that came back")
                }
            }
        }
    }

    private func check(_ deposit: Deposit, of customer: Customer) throws(Finding) {
        let id = deposit.id
        let advanced = books.balance(.instantCredit(customer.id, id))
        let uncredited = -books.balance(.uncredited(customer.id, id))
        let rest = deposit.amount.count - deposit.credit.count
        let expected: (Int64, Int64)
        switch deposit.state {
        case .initiated: expected = (deposit.credit.count, 0)
        case .submitted, .fundsReceived: expected = (0, rest)
        case .settled, .returned, .cancelled: expected = (0, 0)
        }
        guard (advanced, uncredited) == expected else {
            throw Finding("\(id) in \(deposit.state) has \(advanced) advanced, \(uncredited) kept")
        }
        guard deposit.credit.count <= deposit.amount.count else {
            throw Finding("\(id) was credited with more than its amount")
        }
        guard deposit.returns.count <= 1 else { throw Finding("\(id) was returned twice") }
        for once in [Deposit.Moment.What.fundsReceived, .released, .submitted, .cancelled]
        where deposit.history.filter({ $0.what == once }).count > 1 {
            throw Finding("\(id) has \(once) twice in its history")
        }
        for moment in deposit.history where moment.what == .released {
            guard moment.at - deposit.initiatedAt >= 168 * 3_600_000 else {
                throw Finding("\(id) was released before seven days")
            }
            if let day = deposit.settlementDay {
                guard moment.at >= Eastern.instant(on: day.adding(days: 2), at: .openingOfBusiness)
                else { throw Finding("\(id) was released within its return window") }
            }
        }
    }

    private func check(
        _ obligation: Obligation, of customer: Customer, _ store: MemoryStore, _ now: Instant
    ) throws(Finding) {
        let id = obligation.id
        let account = Account.obligation(customer.id, id)
        let outstanding = books.balance(account)
        let principal = books.moved(id, [.returnReceived, .chargeback])
        let revived = books.moved(id, [.settlementReturned, .restitution, .paymentRefunded])
        let paid = -books.moved(
            id, [.fundsReceived, .settlementReceived, .settlementConfirmed, .cashApplied])
        let waived = -books.moved(id, [.waiver])
        let chargedOff = -books.moved(id, [.chargeOff])
        guard principal == obligation.principal.count else {
            throw Finding("\(id) was opened for \(principal), not \(obligation.principal.count)")
        }
        guard principal + revived - paid - waived - chargedOff == outstanding else {
            throw Finding("\(id) has moved for a reason that is none of an obligation's")
        }
        guard paid >= 0, waived >= 0, chargedOff >= 0, revived >= 0 else {
            throw Finding("\(id) moved to the wrong side")
        }
        switch obligation.state {
        case .open:
            guard outstanding > 0 else { throw Finding("\(id) is open and nothing is owed") }
            try checkClock(of: obligation, customer, store.timers[customer.id] ?? [:], now)
        case .settled:
            guard outstanding == 0 else { throw Finding("\(id) is settled and owes") }
            guard settledNotices.contains(id) else { throw Finding("nobody said \(id) settled") }
        case .chargedOff(_, let written, let claim):
            guard outstanding == 0, written.count == chargedOff, claim <= written else {
                throw Finding("\(id) was written off by \(chargedOff), not \(written.count)")
            }
        }
        let coming = customer.settlements.values.reduce(Int64(0)) { sum, settlement in
            switch settlement.state {
            case .submitted, .unconfirmed: break
            default: return sum
            }
            return settlement.allocations.filter { $0.obligation == id }
                .reduce(sum) { $0 + $1.amount.count }
        }
        guard -books.balance(.unconfirmed(customer.id, id)) == coming else {
            throw Finding("\(id) has unconfirmed payments other than \(coming)")
        }
        guard obligation.representedAt.count <= 2 else {
            throw Finding("\(id) was presented again more than twice")
        }
    }

    private func checkClock(
        of obligation: Obligation, _ customer: Customer, _ timers: [String: Timer], _ now: Instant
    ) throws(Finding) {
        let id = obligation.id
        switch obligation.grace {
        case .running(let until):
            guard timers["grace_end:\(id)"]?.due == until else {
                throw Finding("the time of \(id) runs to \(until) and no timer ends it")
            }
        case .paused(_, .documents):
            guard timers["pause_end:\(id)"] != nil else {
                throw Finding("the pause of \(id) never ends")
            }
        case .paused(_, .payment):
            let isPaying = customer.settlements.values.contains { settlement in
                guard settlement.allocations.contains(where: { $0.obligation == id }) else {
                    return false
                }
                switch settlement.state {
                case .queued, .submitted, .unconfirmed, .selling: return true
                default: return false
                }
            }
            guard isPaying else { throw Finding("\(id) waits for a payment that is not there") }
        case .ended:
            let isSelling = customer.sales.values.contains { $0.state == .ordered }
            guard
                isSelling || timers["liquidation_slice"] != nil
                    || customer.profile.liquidation.stopped == .bandsExhausted
            else { throw Finding("the time of \(id) is over and nobody looks at it") }
        case .paused(_, .stop):
            guard isHeldByStop(customer, timers, now) else {
                throw Finding("\(id) stands still for a stop that is not there")
            }
        case .awaitingNotice where obligation.noticeID == nil:
            guard isHeldByStop(customer, timers, now) else {
                throw Finding("nobody was told of \(id)")
            }
        case .awaitingNotice, .none: break
        }
    }

    private func isHeldByStop(
        _ customer: Customer, _ timers: [String: Timer], _ now: Instant
    ) -> Bool {
        stop(customer, Auditor.stopsLiquidation, now) != nil
            || timers.keys.contains { $0.hasPrefix("flag_end:") }
    }

    // MARK: Sales

    /// A forced sale needs a debt whose time is over, told at least 48 hours ago, no stop, no
    /// halt and a price that is fresh; and it sells no more than it needs.
    private func checkSales(
        _ customer: Customer, _ before: Before, _ policy: Policy, _ now: Instant
    ) throws(Finding) {
        guard let was = before.customers[customer.id] else { return }
        for sale in customer.sales.values where was.sales[sale.id] == nil {
            guard !was.sales.values.contains(where: { $0.state == .ordered }) else {
                throw Finding("\(sale.id) was ordered while another sale was under way")
            }
            let held = -was.balances[.customer(customer.id, .crypto), sale.asset]
            guard sale.ordered.count <= held else {
                throw Finding("\(sale.id) sells what the customer does not have")
            }
            guard case .liquidation = sale.purpose else { continue }
            try checkForced(sale, of: customer, was, before, policy, now)
        }
    }

    private func checkForced(
        _ sale: Sale, of customer: Customer, _ was: Customer, _ before: Before, _ policy: Policy,
        _ now: Instant
    ) throws(Finding) {
        let halt = before.house.settings.halt
        guard !halt.everything, !halt.assets.contains(sale.asset) else {
            throw Finding("\(sale.id) was ordered through a halt")
        }
        guard stop(was, Auditor.stopsLiquidation, now) == nil else {
            throw Finding("\(sale.id) was ordered through a stop")
        }
        guard let quote = fresh(before.quotes[sale.asset], now) else {
            throw Finding("\(sale.id) was ordered without a fresh price")
        }
        guard policy.assets.contains(where: { $0.code == sale.asset && $0.liquidable }) else {
            throw Finding("\(sale.id) sells what must never be sold")
        }
        let worst = policy.liquidation.bands.map(\.count).max() ?? 0
        guard
            Int128(sale.limit.count) * 10_000 >= Int128(quote.index.count) * Int128(10_000 - worst)
        else { throw Finding("\(sale.id) may fill below every band") }
        guard !customer.orders.values.contains(where: { $0.state == .open }) else {
            throw Finding("\(sale.id) came before the customer's orders were asked back")
        }
        var due: Int64 = 0
        for obligation in was.obligations.values where obligation.state == .open {
            let deadline: Instant
            switch obligation.grace {
            case .running(let until) where until <= now: deadline = until
            case .ended(let until): deadline = until
            default: continue
            }
            guard let notice = obligation.noticeID, let told = deliveredAt[notice],
                deadline - told >= 48 * 3_600_000, now >= deadline
            else {
                throw Finding("\(sale.id) came less than 48 hours after \(obligation.id)'s notice")
            }
            due += was.balances[.obligation(customer.id, obligation.id), .usd]
            let isProtected = customer.settlements.values.contains { settlement in
                guard settlement.allocations.contains(where: { $0.obligation == obligation.id })
                else { return false }
                switch settlement.state {
                case .queued, .submitted, .unconfirmed, .selling: return true
                default: return false
                }
            }
            guard !isProtected else { throw Finding("\(sale.id) came while a payment was coming") }
        }
        guard due > 0 else { throw Finding("\(sale.id) was ordered for nothing due") }
        guard let asset = policy.assets.first(where: { $0.code == sale.asset }) else { return }
        let oneLess = worth(sale.ordered.count - asset.lot.count, asset.scale, quote.bid)
        let net = oneLess - oneLess * policy.liquidation.fee.count / 10_000
        let needed = due + due * policy.liquidation.buffer.count / 10_000 + 2
        guard net <= needed else { throw Finding("\(sale.id) sells more than \(needed) needs") }
    }

    // MARK: The house, item by item

    private func checkHouse(_ store: MemoryStore) throws(Finding) {
        var clearing: Int64 = 0
        var returnsPayable: Int64 = 0
        var withdrawals: [AssetCode: Int64] = [:]
        var allowance: Int64 = 0
        var written: Int64 = 0
        var claims: Int64 = 0
        var waived: Int64 = 0
        var saleFees: [Bool: Int64] = [:]
        var proofs: Int64 = 0
        var lost: Int64 = 0
        for customer in store.customers.values {
            for sale in customer.sales.values where sale.state != .restored {
                saleFees[sale.purpose == .liquidation, default: 0] += sale.fee.count
            }
            for deposit in customer.deposits.values {
                let settled = deposit.history.contains { $0.what == .fundsReceived }
                switch deposit.state {
                case .submitted: clearing += deposit.amount.count
                case .returned(let record) where record.source != .clearing && !settled:
                    clearing += deposit.amount.count
                default: break
                }
                for record in deposit.returns
                where record.source == .returnsPayable && !record.settled {
                    returnsPayable += deposit.amount.count
                }
            }
            for entry in customer.methods.values.flatMap(\.validations).flatMap(\.entries)
            where entry.trace != nil {
                let brings = entry.isCredit ? -entry.amount.count : entry.amount.count
                guard let back = entry.back else {
                    proofs -= brings
                    if !entry.isSettled { clearing += brings }
                    continue
                }
                if !back.isSettled { returnsPayable += brings }
            }
            for settlement in customer.settlements.values {
                switch settlement.state {
                case .submitted: clearing += settlement.amount.count
                case .returned(_, settled: false): returnsPayable += settlement.amount.count
                default: break
                }
            }
            for overpayment in customer.settlements.values.compactMap(\.overpayment) {
                switch overpayment.state {
                case .held, .asked:
                    withdrawals[.usd, default: 0] +=
                        overpayment.amount.count + overpayment.fee.count
                case .refunded, .kept: break
                }
            }
            for withdrawal in customer.withdrawals.values where withdrawal.state == .requested {
                withdrawals[withdrawal.asset, default: 0] += withdrawal.amount
            }
            for obligation in customer.obligations.values {
                allowance += obligation.provided.count
                waived -= books.moved(obligation.id, [.waiver])
                if case .chargedOff(_, let amount, let claim) = obligation.state {
                    written += amount.count
                    claims += claim.count + obligation.claimWaived.count
                }
            }
        }
        var suspense: Int64 = 0
        var dishonored: Int64 = 0
        var unidentified: Int64 = 0
        for item in store.houseState.suspense.values {
            switch item.state {
            case .open where item.why == .unidentifiedFunds: unidentified += item.amount.count
            case .open, .dishonorQueued: suspense += item.amount.count
            case .dishonored: dishonored += item.amount.count
            case .matched, .dishonorSettled, .contested, .closed: break
            }
            if case .closed = item.state, item.why != .unidentifiedFunds {
                lost += item.amount.count
            }
            if item.why != .unidentifiedFunds, !item.settled {
                returnsPayable += item.amount.count
            }
        }
        try expect(.clearing, clearing)
        try expect(.returnsPayable, -returnsPayable)
        try expect(.suspenseReturns, suspense)
        try expect(.claimDishonored, dishonored)
        try expect(.suspenseLoss, lost)
        try expect(.accountValidation, proofs)
        try expect(.unidentifiedFunds, -unidentified)
        try expect(.allowance, -allowance)
        try expect(.creditLossProvision, allowance + written)
        try expect(.recoveredBadDebt, claims - written)
        try expect(.goodwill, waived)
        try expect(.liquidationFee, -(saleFees[true] ?? 0))
        try expect(.tradingFee, stated(.tradingFee) - (saleFees[false] ?? 0))
        for account in [HouseAccount.cardFee, .returnFee, .disputeFee, .processingCost] {
            try expect(account, stated(account))
        }
        for asset in books.totals.keys {
            try expect(.withdrawalsPayable, -(withdrawals[asset] ?? 0), asset)
            for account in [HouseAccount.bankOperating, .cardClearing, .custody] {
                let place = Books.Place(account: .house(account), asset: asset)
                try expect(account, statements[place] ?? 0, asset)
            }
        }
    }

    private func stated(_ account: HouseAccount) -> Int64 {
        statements[Books.Place(account: .house(account), asset: .usd)] ?? 0
    }

    private func expect(
        _ account: HouseAccount, _ amount: Int64, _ asset: AssetCode = .usd
    ) throws(Finding) {
        let booked = books.balance(account, asset)
        guard booked == amount else {
            throw Finding("\(account.rawValue) is \(booked) \(asset), its items sum to \(amount)")
        }
    }

    private func checkEverything(_ store: MemoryStore) throws(Finding) {
        for (place, amount) in books.balances {
            guard store.balances[place.account, place.asset] == amount else {
                throw Finding("the stored balance of \(place.account.name) differs")
            }
            guard let id = place.account.customer else { continue }
            guard store.customers[id]?.balances[place.account, place.asset] == amount else {
                throw Finding("\(id) does not know \(place.account.name)")
            }
        }
        for (key, amount) in store.balances.all
        where books.balance(key.account, key.asset) != amount {
            throw Finding("\(key.account.name) has a balance without a journal")
        }
    }

    // MARK: Known a second time

    private static let stopsSetOff: Set<StopFlag.Kind> = [
        .deceased, .bankruptcy, .dispute, .fraudVictim, .compliance, .legalHold,
    ]
    private static let stopsDunning: Set<StopFlag.Kind> = [
        .deceased, .bankruptcy, .dispute, .fraudVictim, .compliance, .legalHold,
    ]
    private static let stopsWithdrawals: Set<StopFlag.Kind> = [
        .deceased, .bankruptcy, .fraudVictim, .compliance, .legalHold, .identityReview,
    ]
    private static let stopsLiquidation: Set<StopFlag.Kind> = [
        .deceased, .bankruptcy, .dispute, .fraudVictim, .compliance, .legalHold, .hardship,
        .activeDuty,
    ]

    private func isInForce(_ flag: StopFlag, _ now: Instant) -> Bool {
        guard let end = flag.expiresAt else { return true }
        return now < end
    }

    private func stop(
        _ customer: Customer, _ kinds: Set<StopFlag.Kind>, _ now: Instant
    ) -> StopFlag.Kind? {
        customer.profile.flags.first { kinds.contains($0.kind) && isInForce($0, now) }?.kind
    }

    private func owed(_ customer: Customer) -> Int64 {
        customer.obligations.values.reduce(0) { sum, obligation in
            guard obligation.state == .open else { return sum }
            return sum + customer.balances[.obligation(customer.id, obligation.id), .usd]
        }
    }

    private func uncollected(_ customer: Customer) -> Int64 {
        customer.deposits.values.reduce(0) { sum, deposit in
            switch deposit.state {
            case .initiated, .submitted, .fundsReceived: sum + deposit.credit.count
            case .settled, .returned, .cancelled: sum
            }
        }
    }

    private func fresh(_ quote: Quote?, _ now: Instant) -> Quote? {
        guard let quote, !quote.halted, quote.bid <= quote.ask,
            (now - quote.asOf).magnitude <= 60_000
        else { return nil }
        return quote
    }

    private func worth(_ quantity: Int64, _ scale: Int, _ price: Price) -> Int64 {
        var units: Int128 = 1_000_000
        for _ in 0..<scale { units *= 10 }
        return Int64(Int128(quantity) * Int128(price.count) / units)
    }

    private func value(
        _ customer: Customer, _ quotes: [AssetCode: Quote], _ policy: Policy, _ now: Instant
    ) -> Int64 {
        var value = -customer.balances[.customer(customer.id, .cash), .usd]
        for asset in policy.assets {
            guard let quote = fresh(quotes[asset.code], now) else { continue }
            value += worth(
                -customer.balances[.customer(customer.id, .crypto), asset.code], asset.scale,
                quote.bid)
        }
        return value
    }
}
