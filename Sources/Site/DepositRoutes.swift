import Banking
import Edges
import Ledger
import Money
import Rules
import Web

extension Site {
    /// Deposits on one page of the list.
    static let depositsPerPage = 25
    /// Postings looked through for a receipt; a customer has far fewer.
    static let postingsMax = 2_000

    var depositRoutes: [Route] {
        [
            .get("/", .customer(home)),
            .get("/deposits", .customer(deposits)),
            .get("/deposits/:id", .customer(deposit)),
            .post("/deposits/:id/cancel", .customer(cancelDeposit)),
        ]
    }

    private func home(_ visit: CustomerVisit) async throws -> Answer {
        let customer = try await afterShowing(visit)
        return .page(
            HomePage(
                balanceCents: customer.displayBalance,
                owed: customer.owedSummary(at: visit.facts.now),
                tradableCents: customer.freeCash.count,
                withdrawable: customer.pageWithdrawable(visit.facts).page, asOf: visit.now,
                deposits: customer.depositsByTime.prefix(3).map {
                    customer.row(of: $0, visit.facts)
                }, holdings: customer.holdings(visit.facts)))
    }

    /// A page that tells what is owed tells it: the notice counts as delivered in the app, and the
    /// customer's time to pay begins. Answers with the customer as he is then.
    func afterShowing(_ visit: CustomerVisit) async throws -> Customer {
        guard !visit.visit.isPrefetch else { return visit.customer }
        let owed = visit.customer.openObligations
        let waiting = owed.filter { $0.grace == .awaitingNotice }.compactMap(\.noticeID)
        // Told over another channel before, it has been seen here too: a mail that comes back later
        // takes nothing back.
        for id in owed.compactMap(\.noticeID) where !waiting.contains(id) {
            guard let row = try service.reader.notice(id, of: visit.id), row.readAt == nil else {
                continue
            }
            try service.edge.markRead(id, of: visit.id, at: visit.facts.now)
        }
        guard !waiting.isEmpty else { return visit.customer }
        for id in waiting {
            do {
                _ = try await service.perform(
                    .noticeDelivered(id), to: .customer(visit.id), by: visit.actor,
                    scope: "shown in the app", key: "\(id)")
            } catch {
                // What is owed is shown although nothing can be written now; the time to pay
                // begins when it is shown again.
                return visit.customer
            }
            try service.edge.markRead(id, of: visit.id, at: visit.facts.now)
        }
        return try service.reader.customer(visit.id) ?? visit.customer
    }

    private func deposits(_ visit: CustomerVisit) async throws -> Answer {
        let filter =
            visit.visit.query["show"].flatMap { DepositsPage.Filter(rawValue: $0) } ?? .all
        let customer = visit.customer
        var matching = customer.depositsByTime.filter {
            filter.includes(customer.pageStatus(of: $0))
        }
        if let after = visit.visit.query["after"].flatMap({ DepositID($0) }),
            let index = matching.firstIndex(where: { $0.id == after })
        {
            matching.removeFirst(index + 1)
        }
        let page = matching.prefix(Site.depositsPerPage)
        return .page(
            DepositsPage(
                filter: filter, rows: page.map { customer.row(of: $0, visit.facts) },
                nextCursor: matching.count > page.count ? page.last.map { "\($0.id)" } : nil))
    }

    private func deposit(_ visit: CustomerVisit) async throws -> Answer {
        let id = try visit.deposit().id
        let customer = try await afterShowing(visit)
        guard let deposit = customer.deposits[id] else { throw Turn.notFound }
        let postings = try service.reader.postings(of: visit.id, limit: Site.postingsMax)
        return .page(
            DepositStory(
                deposit: deposit, customer: customer, facts: visit.facts, postings: postings
            )
            .page(idempotencyKey: Form.newKey()))
    }

    private func cancelDeposit(_ visit: CustomerVisit) async throws -> Answer {
        let deposit = try visit.deposit()
        _ = try await visit.perform(.cancelDeposit(deposit.id), key: visit.form.key).reply()
        return .seeOther(Paths.deposit("\(deposit.id)").text)
    }
}

extension DepositsPage.Filter {
    func includes(_ status: Web.DepositStatus) -> Bool {
        switch self {
        case .all: true
        case .clearing: status == .availableEarly || status == .clearing
        case .owed:
            [.outstanding, .partlySettled, .paymentInProgress, .documentsNeeded, .writtenOff]
                .contains(status)
        case .settled: status == .settled || status == .soldToCover
        }
    }
}

/// One deposit's page from its history and its postings.
struct DepositStory {
    let deposit: Deposit
    let customer: Customer
    let facts: Facts
    /// The customer's journal, newest first.
    let postings: [Reader.Posting]

    private var obligation: Obligation? { customer.obligation(behind: deposit) }

    func page(idempotencyKey: String) -> DepositPage {
        let obligation = obligation
        let isOpen = obligation?.state.isOpen ?? false
        return DepositPage(
            deposit: customer.row(of: deposit, facts),
            reason: returned.map { ReturnReason(code: $0.code) }, timeline: timeline,
            arithmetic: arithmetic,
            situation: isOpen ? obligation.map { customer.situation(of: $0, at: facts.now) } : nil,
            settledBy: settledBy, pendingGoneAfter: returned == nil ? nil : pendingGoneAfter,
            settlementID: obligation.flatMap { customer.activeSettlement(of: $0.id) }
                .map { "\($0.id)" },
            saleID: sale.map { "\($0.id)" },
            canCancel: deposit.state == .initiated && customer.freeCash >= deposit.credit,
            idempotencyKey: idempotencyKey, receipt: receipt)
    }

    private var returned: Deposit.ReturnRecord? {
        if case .returned(let record) = deposit.state { record } else { nil }
    }

    /// Banks drop a pending charge within so many banking days of the debit.
    private var pendingGoneAfter: Int64 {
        let started = Eastern.day(at: deposit.initiatedAt)
        return facts.noon(
            on: facts.timing.calendar.bankingDay(
                facts.policy.bank.pendingChargeBankingDays, after: started))
    }

    /// What the obligation's own account says; `paid` is the rest, so the sum always holds.
    private var arithmetic: DepositPage.Arithmetic? {
        guard let returned else { return nil }
        let used = returned.covered + returned.shortfall
        let owed = customer.owed(behind: deposit)
        var waived = Cents.zero
        var sold = Cents.zero
        for posting in postings where posting.credit == obligationAccount {
            if posting.reason == Transfer.Reason.waiver.rawValue { waived += Cents(posting.amount) }
            if isForcedSale(posting) { sold += Cents(posting.amount) }
        }
        let gone = used.remaining(after: returned.covered + owed)
        waived = min(waived, gone)
        sold = min(sold, gone.remaining(after: waived))
        return DepositPage.Arithmetic(
            usedCents: used.count, stillThereCents: returned.covered.count,
            paidCents: gone.remaining(after: waived + sold).count, soldCents: sold.count,
            waivedCents: waived.count, owedCents: owed.count)
    }

    private var obligationAccount: String {
        "asset:obligation:\(ObligationID(sharing: deposit.id))"
    }

    /// What a finished sale brought goes to what is owed with the sale's own command, unless the
    /// customer had chosen the sale himself.
    private func isForcedSale(_ posting: Reader.Posting) -> Bool {
        guard posting.command == "finish_sale" else { return false }
        return !customer.settlements.values.contains {
            $0.kind == .sellAsset && $0.state == .completed(at: posting.at)
        }
    }

    private var settledBy: DepositPage.SettledBy? {
        switch deposit.state {
        case .settled: return .bank
        case .initiated, .submitted, .fundsReceived, .cancelled: return nil
        case .returned: break
        }
        guard let obligation else { return .cash }
        guard case .settled(_, let by) = obligation.state else { return nil }
        return switch by {
        case .payment: .payment
        case .cash: .cash
        case .liquidation: .sale
        case .waiver: .waiver
        }
    }

    /// The forced sale that was ordered for it last.
    private var sale: Sale? {
        let times = deposit.history.filter { $0.what == .saleOrdered }.map(\.at)
        return customer.sales.values
            .filter { times.contains($0.orderedAt) && $0.purpose == .liquidation }
            .max { $0.orderedAt < $1.orderedAt }
    }
}

// MARK: Timeline

extension DepositStory {
    private var timeline: [TimelineStep] {
        var steps = deposit.history.flatMap { self.steps(of: $0) }
        if let last = steps.indices.last, !expected.isEmpty { steps[last].state = .current }
        return steps + expected
    }

    private func steps(of moment: Deposit.Moment) -> [TimelineStep] {
        let at = moment.at.milliseconds
        func step(_ kind: TimelineStep.Kind, _ amount: Cents? = nil) -> TimelineStep {
            TimelineStep(kind: kind, state: .done, at: at, cents: amount?.count)
        }
        switch moment.what {
        case .initiated(let credit):
            let started = step(.started, deposit.amount)
            return credit.isZero ? [started] : [started, step(.availableEarly, credit)]
        case .submitted: return [step(.sentToBank)]
        case .fundsReceived: return [step(.moneyArrived)]
        case .released: return [step(.settled), step(.withdrawable)]
        case .cancelled: return [step(.cancelled)]
        case .returned:
            guard let record = deposit.returns.last(where: { $0.receivedAt == moment.at }) else {
                return [step(.returned)]
            }
            var steps = [step(.returned)]
            if record.covered > .zero { steps.append(step(.coveredFromCash, record.covered)) }
            if record.shortfall > .zero { steps.append(step(.owed, record.shortfall)) }
            return steps
        case .paymentStarted(let amount): return [step(.paymentStarted, amount)]
        case .paid(let amount):
            let isLast = deposit.history.contains { $0.what == .settled && $0.at == moment.at }
            return [step(isLast ? .paid : .partPaid, amount)]
        case .paymentFailed: return hasFailedPayment ? [step(.paymentFailed)] : []
        case .saleOrdered: return [step(.sold)]
        case .settled: return [step(.settled)]
        case .chargedOff(let amount): return [step(.writtenOff, amount)]
        case .recovered(let amount): return [step(.partPaid, amount)]
        // Told by other words on the page, or nothing the customer has to know.
        case .returnDishonored, .returnUpheld, .noticeDelivered, .waived: return []
        }
    }

    /// A way to pay that gave way to another is no payment that came back.
    private var hasFailedPayment: Bool {
        guard let obligation else { return false }
        return customer.settlements.values.contains { settlement in
            guard settlement.allocations.contains(where: { $0.obligation == obligation.id }) else {
                return false
            }
            switch settlement.state {
            case .failed, .returned: return true
            case .documentsRequired, .awaitingPayment, .queued, .submitted, .unconfirmed,
                .selling, .completed, .cancelled:
                return false
            }
        }
    }

    private var expected: [TimelineStep] {
        func step(_ kind: TimelineStep.Kind, _ at: Int64?) -> TimelineStep {
            TimelineStep(kind: kind, state: .expected, at: at)
        }
        let release = step(.withdrawable, deposit.expectedRelease(facts)?.milliseconds)
        switch deposit.state {
        case .initiated:
            let timing = facts.timing
            let sent = timing.cutOffInstant(timing.processingDay(submittedAt: facts.now))
            return [
                step(.sentToBank, sent.milliseconds),
                step(.moneyArrived, facts.noon(on: facts.nextSettlementDay)),
                step(.withdrawable, facts.withdrawableAt(release: deposit.releaseAt)),
            ]
        case .submitted:
            return [step(.moneyArrived, deposit.settlementDay.map { facts.noon(on: $0) }), release]
        case .fundsReceived: return [release]
        case .returned:
            return obligation?.state.isOpen == true ? [step(.settled, nil)] : []
        case .settled, .cancelled: return []
        }
    }
}

// MARK: Receipt

extension DepositStory {
    /// The postings of the customer's accounts that this deposit caused, oldest first.
    private var receipt: [ReceiptLine] {
        postings.reversed().compactMap { posting in
            guard posting.asset == .usd, let line = line(of: posting) else { return nil }
            return ReceiptLine(
                at: posting.at.milliseconds, title: line.title, cents: line.cents,
                transferID: "tr_\(posting.sequence)")
        }
    }

    private func line(of posting: Reader.Posting) -> (title: ReceiptLine.Title, cents: Int64)? {
        guard let reason = Transfer.Reason(rawValue: posting.reason) else { return nil }
        let own = ["asset:precredit:\(deposit.id)", "liab:uncredited:\(deposit.id)"]
        let cash = "liab:customer:\(customer.id):cash"
        let amount = posting.amount
        if posting.credit == cash, own.contains(posting.debit) { return (.depositCredited, amount) }
        if posting.debit == cash, own.contains(posting.credit) { return (.correction, -amount) }
        if posting.debit == cash, reason == .returnReceived,
            deposit.returns.contains(where: {
                $0.receivedAt == posting.at && $0.covered.count == amount
            })
        {
            return (.depositTakenBack, -amount)
        }
        if posting.debit == obligationAccount {
            switch reason {
            case .settlementReturned, .chargeback: return (.paymentTakenBack, -amount)
            case .restitution: return (.correction, -amount)
            default: return (.obligationOpened, -amount)
            }
        }
        guard posting.credit == obligationAccount else { return nil }
        return switch reason {
        case .waiver: (.waived, amount)
        case .chargeOff: (.correction, amount)
        default: (isForcedSale(posting) ? .assetsSold : .paymentReceived, amount)
        }
    }
}
