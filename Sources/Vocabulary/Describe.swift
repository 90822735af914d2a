import Banking
import Ledger
import Money
import Nacha
import Rules
import Wire

/// What the books and the rules hold, in the API's own words.
///
/// Dollars are whole cents in fields that end in `_minor`, other assets decimal strings in whole
/// units, times RFC 3339 in UTC. A value that is not there is `null`, never left out, so that a
/// reader can tell "none" from "not known here". Account numbers are never in what is described.
public struct Describe: Sendable {
    /// Says how many decimals an asset has.
    public let policy: Policy

    public init(_ policy: Policy) { self.policy = policy }

    // MARK: The customer

    /// One customer, the numbers that matter first: what is there, is owed, and may leave.
    public func customer(_ customer: Customer, _ facts: Facts) -> JSON {
        let profile = customer.profile
        return .object([
            ("id", text(customer.id)),
            ("reference", .string(profile.reference)),
            ("name", .string(profile.name)),
            ("email", .string(profile.email)),
            ("language", .string(profile.language.rawValue)),
            ("time_zone", .string(profile.timeZone)),
            ("opened_at", time(profile.openedAt)),
            ("display_balance_minor", .integer(customer.displayBalance)),
            ("cash_minor", cents(customer.cash)),
            ("cash_in_orders_minor", cents(customer.cashInOrders)),
            ("owed_minor", cents(customer.owed)),
            ("holdings", .array(customer.heldAssets.map { holding($0, of: customer) })),
            ("withdrawable", withdrawable(customer.withdrawable(facts))),
            ("exposure_minor", cents(customer.exposure)),
            ("tier", .string(customer.tier(facts.policy).name)),
            ("clean_deposits", .integer(Int64(profile.standing.cleanDeposits))),
            ("clean_deposits_needed", .integer(Int64(profile.standing.cleanDepositsNeeded))),
            ("flags", .array(profile.flags.map(flag))),
            (
                "security_locks",
                .array(
                    profile.securityLocks.filter { $0.until > facts.now }.map { lock in
                        ["kind": .string(lock.kind.rawValue), "until": time(lock.until)]
                    })
            ),
            (
                "liquidation_order",
                .array(profile.liquidationOrder.map { .string($0.description) })
            ),
            ("liquidation", liquidation(profile.liquidation)),
        ])
    }

    private func holding(_ asset: AssetCode, of customer: Customer) -> JSON {
        [
            "asset": .string(asset.description),
            "quantity": quantity(customer.holding(of: asset), asset),
            "in_orders": quantity(customer.inOrders(of: asset), asset),
        ]
    }

    /// A stop that somebody set, with who and why.
    public func flag(_ flag: StopFlag) -> JSON {
        [
            "id": text(flag.id), "kind": .string(flag.kind.rawValue),
            "reason": .string(flag.reason), "set_by": .string(flag.setBy),
            "set_at": time(flag.setAt), "expires_at": optional(flag.expiresAt, time),
        ]
    }

    private func liquidation(_ progress: LiquidationProgress) -> JSON {
        [
            "attempts": .integer(Int64(progress.attempts)),
            "stopped": optional(progress.stopped) { .string(word($0)) },
        ]
    }

    /// What may leave the account now, in all and asset by asset; the assets are not additive.
    public func withdrawable(_ withdrawable: Withdrawable) -> JSON {
        let each = withdrawable.each.sorted { $0.key < $1.key }
        return .object([
            ("total_minor", cents(withdrawable.total)),
            (
                "each",
                .array(
                    each.map { asset, amount in
                        asset == .usd
                            ? ["asset": "USD", "amount_minor": .integer(amount)]
                            : [
                                "asset": .string(asset.description),
                                "quantity": quantity(Quantity(amount), asset),
                            ]
                    })
            ),
            ("held_minor", cents(withdrawable.held)),
            ("next_release_at", optional(withdrawable.nextRelease, time)),
            ("last_release_at", optional(withdrawable.lastRelease, time)),
            ("owed_minor", cents(withdrawable.owed)),
            ("security_lock_until", optional(withdrawable.securityLockUntil, time)),
        ])
    }

    /// A linked bank account or card. Of the number only the last four digits are ours to show.
    public func method(_ method: PaymentMethod) -> JSON {
        let kind: String
        let routing: JSON
        let type: JSON
        switch method.kind {
        case .bankAccount(let account):
            kind = "bank_account"
            routing = .string(account.routingNumber)
            type = .string(account.type.rawValue)
        case .card:
            kind = "card"
            routing = .null
            type = .null
        }
        return .object([
            ("id", text(method.id)),
            ("type", .string(kind)),
            ("label", .string(method.label)),
            ("last_four", .string(method.lastFour)),
            ("routing_number", routing),
            ("account_type", type),
            ("verified", .boolean(method.verified)),
            ("verified_by", .array(method.proofs.map { .string($0.rawValue) })),
            ("validation", optional(method.validation, validation)),
            ("standing", .string(method.standing.rawValue)),
            ("standing_reason", optional(method.standingReason) { .string($0) }),
            (
                "balance",
                optional(method.balance) { balance in
                    ["amount_minor": cents(balance.amount), "as_of": time(balance.asOf)]
                }
            ),
            ("linked_at", time(method.linkedAt)),
        ])
    }

    /// How small amounts prove an account. Never what they are.
    private func validation(_ validation: Validation) -> JSON {
        let state: String
        let failure: Validation.Failure?
        switch validation.state {
        case .queued: (state, failure) = ("queued", nil)
        case .sent: (state, failure) = ("sent", nil)
        case .proven: (state, failure) = ("proven", nil)
        case .failed(let why): (state, failure) = ("failed", why)
        }
        return [
            "state": .string(state), "failure": optional(failure) { .string($0.rawValue) },
            "started_at": time(validation.startedAt),
            "tries_left": .integer(Int64(validation.triesLeft)),
            "expires_at": optional(validation.expiresAt, time),
        ]
    }

    // MARK: Deposits and what is owed

    /// A deposit with its status, which only its customer's other affairs can tell.
    public func deposit(_ deposit: Deposit, of customer: Customer) -> JSON {
        let obligation = customer.obligations.values.first { $0.origin == .deposit(deposit.id) }
        return .object([
            ("id", text(deposit.id)),
            ("customer", text(customer.id)),
            ("status", .string(customer.status(of: deposit).rawValue)),
            ("kind", kind(deposit.kind)),
            ("method", text(deposit.method)),
            ("amount_minor", cents(deposit.amount)),
            ("credit_minor", cents(deposit.credit)),
            ("hold_minor", cents(deposit.hold)),
            ("initiated_at", time(deposit.initiatedAt)),
            ("release_at", time(deposit.releaseAt)),
            ("release_waits", .boolean(deposit.isUncollected && deposit.isHeldWithoutEnd)),
            ("trace", optional(deposit.trace) { .string($0.text) }),
            ("settlement_day", optional(deposit.settlementDay) { .string($0.iso) }),
            ("underwriting", underwriting(deposit.underwriting)),
            ("returns", .array(deposit.returns.map(returned))),
            ("return_requests", .array(deposit.returnRequests.map(returnRequest))),
            ("obligation", optional(obligation) { self.obligation($0, of: customer) }),
            ("timeline", .array(deposit.history.map(moment))),
        ])
    }

    private func kind(_ kind: Deposit.Kind) -> JSON {
        switch kind {
        case .funding: ["type": "funding"]
        case .purchase(let asset, let bought):
            [
                "type": "purchase", "asset": .string(asset.description),
                "quantity": quantity(bought, asset),
            ]
        }
    }

    /// How much was credited at once, under which policy, and why not more.
    public func underwriting(_ underwriting: Underwriting) -> JSON {
        [
            "credit_minor": cents(underwriting.credit),
            "reasons": .array(underwriting.reasons.map { .string($0.rawValue) }),
            "policy": .string(underwriting.policy), "tier": .string(underwriting.tier),
        ]
    }

    private func returned(_ record: Deposit.ReturnRecord) -> JSON {
        .object([
            ("code", .string(record.code)),
            ("trace", .string(record.trace.text)),
            ("received_at", time(record.receivedAt)),
            ("covered_minor", cents(record.covered)),
            ("shortfall_minor", cents(record.shortfall)),
            ("after_release", .boolean(record.afterRelease)),
            ("settled", .boolean(record.settled)),
        ])
    }

    /// That its bank was asked to send a debit back, and what it said.
    public func returnRequest(_ request: ReturnRequest) -> JSON {
        [
            "reason": .string(request.reason), "by": .string(request.by), "at": time(request.at),
            "answer_by": time(request.answerBy),
            "answer": optional(request.answer) { .string($0.rawValue) },
        ]
    }

    /// One step of a deposit's timeline.
    public func moment(_ moment: Deposit.Moment) -> JSON {
        let (what, amount, code) = words(of: moment.what)
        return [
            "at": time(moment.at), "what": .string(what), "amount_minor": optional(amount, cents),
            "code": optional(code) { .string($0) },
        ]
    }

    private func words(of what: Deposit.Moment.What) -> (String, Cents?, String?) {
        switch what {
        case .initiated(let credit): ("initiated", credit, nil)
        case .submitted: ("submitted", nil, nil)
        case .fundsReceived: ("funds_received", nil, nil)
        case .released: ("released", nil, nil)
        case .cancelled: ("cancelled", nil, nil)
        case .returned(let code): ("returned", nil, code)
        case .returnDishonored: ("return_dishonored", nil, nil)
        case .returnUpheld: ("return_upheld", nil, nil)
        case .noticeDelivered: ("notice_delivered", nil, nil)
        case .paymentStarted(let amount): ("payment_started", amount, nil)
        case .paid(let amount): ("paid", amount, nil)
        case .paymentFailed: ("payment_failed", nil, nil)
        case .saleOrdered: ("sale_ordered", nil, nil)
        case .settled: ("settled", nil, nil)
        case .waived(let amount): ("waived", amount, nil)
        case .chargedOff(let amount): ("charged_off", amount, nil)
        case .recovered(let amount): ("recovered", amount, nil)
        }
    }

    /// What is owed for one deposit that came back, or one payment that was taken back.
    public func obligation(_ obligation: Obligation, of customer: Customer) -> JSON {
        .object([
            ("id", text(obligation.id)),
            ("customer", text(customer.id)),
            ("origin", origin(obligation.origin)),
            ("state", state(obligation.state)),
            ("opened_at", time(obligation.openedAt)),
            ("principal_minor", cents(obligation.principal)),
            ("outstanding_minor", cents(customer.outstanding(obligation.id))),
            ("unconfirmed_minor", cents(customer.unconfirmed(obligation.id))),
            ("code", .string(obligation.code)),
            ("reason", .string(word(obligation.group))),
            ("grace", grace(obligation.grace)),
            ("pay_by", optional(obligation.deadline, time)),
            ("notice", optional(obligation.noticeID) { text($0) }),
            ("represented_at", .array(obligation.representedAt.map(time))),
            ("provided_minor", cents(obligation.provided)),
            ("claim_left_minor", cents(obligation.claimLeft)),
            (
                "active_settlement",
                optional(customer.activeSettlement(of: obligation.id)) { text($0.id) }
            ),
            ("policy", .string(obligation.policy)),
        ])
    }

    private func origin(_ origin: Obligation.Origin) -> JSON {
        switch origin {
        case .deposit(let id): ["type": "deposit", "id": text(id)]
        case .chargeback(let id): ["type": "chargeback", "id": text(id)]
        case .warrantyClaim(let id): ["type": "warranty_claim", "id": text(id)]
        }
    }

    private func state(_ state: Obligation.State) -> JSON {
        switch state {
        case .open: ["name": "open"]
        case .settled(let at, let by):
            ["name": "settled", "at": time(at), "by": .string(word(by))]
        case .chargedOff(let at, let written, let claim):
            [
                "name": "charged_off", "at": time(at), "written_minor": cents(written),
                "claim_minor": cents(claim),
            ]
        }
    }

    private func grace(_ grace: Obligation.Grace) -> JSON {
        switch grace {
        case .awaitingNotice: ["name": "awaiting_notice"]
        case .running(let until): ["name": "running", "until": time(until)]
        case .paused(let left, let why):
            [
                "name": "paused", "why": .string(why.rawValue),
                "seconds_left": .integer(left / 1_000),
            ]
        case .ended(let at): ["name": "ended", "at": time(at)]
        case .none: ["name": "none"]
        }
    }

    // MARK: Payments, sales and withdrawals

    /// A payment towards what is owed.
    public func settlement(_ settlement: Settlement, of customer: Customer) -> JSON {
        .object([
            ("id", text(settlement.id)),
            ("customer", text(customer.id)),
            ("kind", .string(settlement.kind.rawValue)),
            ("state", state(settlement.state)),
            ("method", optional(settlement.method) { text($0) }),
            ("amount_minor", cents(settlement.amount)),
            ("fee_minor", cents(settlement.fee)),
            (
                "allocations",
                .array(
                    settlement.allocations.map { allocation in
                        [
                            "obligation": text(allocation.obligation),
                            "amount_minor": cents(allocation.amount),
                        ]
                    })
            ),
            ("started_at", time(settlement.startedAt)),
            ("reference", .string(settlement.reference)),
            ("quote", optional(settlement.quote, lockedQuote)),
            (
                "documents_wanted",
                .array(settlement.documentsWanted.map { .string($0.rawValue) })
            ),
            (
                "documents_missing",
                .array(
                    settlement.documentsWanted.filter { type in
                        switch customer.document(type, for: settlement.id)?.state {
                        case .refused, nil: true
                        case .uploaded, .accepted: false
                        }
                    }.map { .string($0.rawValue) })
            ),
            ("action_url", optional(settlement.actionURL) { .string($0) }),
            ("trace", optional(settlement.trace) { .string($0.text) }),
            ("settlement_day", optional(settlement.settlementDay) { .string($0.iso) }),
            ("disputed", .boolean(settlement.disputed)),
            ("receipt", optional(settlement.receipt, receipt)),
            ("overpayment", optional(settlement.overpayment, overpayment)),
            ("return_requests", .array(settlement.returnRequests.map(returnRequest))),
        ])
    }

    /// What a payment did, as it was on its day.
    public func receipt(_ receipt: Receipt) -> JSON {
        [
            "at": time(receipt.at), "received_minor": cents(receipt.received),
            "paid": .array(
                receipt.paid.map { line in
                    [
                        "obligation": text(line.obligation), "amount_minor": cents(line.amount),
                        "left_minor": cents(line.left),
                    ]
                }),
            "recovered_minor": cents(receipt.recovered), "to_cash_minor": cents(receipt.toCash),
            "given_back_minor": cents(receipt.givenBack),
            "fee_given_back_minor": cents(receipt.feeGivenBack),
            "owed_afterwards_minor": cents(receipt.owedAfterwards),
        ]
    }

    /// What a payment brought too much, and how far it has gone back.
    public func overpayment(_ overpayment: Overpayment) -> JSON {
        let (state, at): (String, Instant?) =
            switch overpayment.state {
            case .held: ("held", nil)
            case .asked(let at): ("asked", at)
            case .refunded(let at): ("refunded", at)
            case .kept(let at): ("kept", at)
            }
        return [
            "amount_minor": cents(overpayment.amount), "fee_minor": cents(overpayment.fee),
            "state": .string(state), "at": optional(at, time),
        ]
    }

    private func lockedQuote(_ quote: Settlement.LockedQuote) -> JSON {
        [
            "asset": .string(quote.asset.description), "price": .string(quote.price.text),
            "quantity": quantity(quote.quantity, quote.asset), "expires_at": time(quote.expiresAt),
        ]
    }

    private func state(_ state: Settlement.State) -> JSON {
        switch state {
        case .documentsRequired: ["name": "documents_required"]
        case .awaitingPayment: ["name": "awaiting_payment"]
        case .queued: ["name": "queued"]
        case .submitted: ["name": "submitted"]
        case .unconfirmed(let until): ["name": "unconfirmed", "until": time(until)]
        case .selling(let sale): ["name": "selling", "sale": text(sale)]
        case .completed(let at): ["name": "completed", "at": time(at)]
        case .failed(let reason): ["name": "failed", "reason": .string(reason)]
        case .returned(let code, let settled):
            ["name": "returned", "code": .string(code), "settled": .boolean(settled)]
        case .cancelled: ["name": "cancelled"]
        }
    }

    /// A way to pay, usable or not, with what it costs.
    public func option(_ option: SettlementOption) -> JSON {
        [
            "kind": .string(option.kind.rawValue), "method": optional(option.method) { text($0) },
            "asset": optional(option.asset) { .string($0.description) },
            "fee_minor": cents(option.fee), "needs_documents": .boolean(option.needsDocuments),
            "unavailable": optional(option.unavailable) { .string(word($0)) },
        ]
    }

    /// A sale of the customer's asset, with each fill.
    public func sale(_ sale: Sale) -> JSON {
        let purpose: JSON
        switch sale.purpose {
        case .liquidation: purpose = ["type": "liquidation"]
        case .settlement(let id): purpose = ["type": "settlement", "settlement": text(id)]
        }
        return .object([
            ("id", text(sale.id)),
            ("purpose", purpose),
            ("state", .string(sale.state.rawValue)),
            ("asset", .string(sale.asset.description)),
            ("ordered", quantity(sale.ordered, sale.asset)),
            ("sold", quantity(sale.sold, sale.asset)),
            ("reference_price", .string(sale.reference.text)),
            ("limit_price", .string(sale.limit.text)),
            ("gross_minor", cents(sale.gross)),
            ("fee_minor", cents(sale.fee)),
            ("net_minor", cents(sale.net)),
            ("ordered_at", time(sale.orderedAt)),
            ("due_since", optional(sale.dueSince, time)),
            ("receipt", optional(sale.receipt, receipt)),
            ("fills", fills(sale.fills, of: sale)),
            ("parked_fills", fills(sale.parkedFills, of: sale)),
        ])
    }

    private func fills(_ fills: [Sale.Fill], of sale: Sale) -> JSON {
        .array(
            fills.map { fill in
                [
                    "trade": .string(fill.trade), "quantity": quantity(fill.quantity, sale.asset),
                    "price": .string(fill.price.text), "gross_minor": cents(fill.gross),
                    "at": optional(fill.at, time),
                ]
            })
    }

    public func withdrawal(_ withdrawal: Withdrawal) -> JSON {
        .object(
            [
                ("id", text(withdrawal.id)),
                ("state", .string(withdrawal.state.rawValue)),
            ] + amount(withdrawal.amount, withdrawal.asset) + [
                ("destination", .string(withdrawal.destination)),
                ("refund", .boolean(withdrawal.isRefund)),
                ("requested_at", time(withdrawal.requestedAt)),
            ])
    }

    /// An order that is open on the host exchange.
    public func order(_ order: Order) -> JSON {
        [
            "id": text(order.id), "reference": .string(order.reference),
            "side": .string(order.side.rawValue), "asset": .string(order.asset.description),
            "reserved_minor": cents(order.reservedCash),
            "reserved_quantity": quantity(order.reservedQuantity, order.asset),
            "state": .string(order.state.rawValue),
        ]
    }

    public func document(_ document: Document) -> JSON {
        let state: JSON
        switch document.state {
        case .uploaded: state = ["name": "uploaded"]
        case .accepted(let by, let at):
            state = ["name": "accepted", "by": .string(by), "at": time(at)]
        case .refused(let by, let at, let reason):
            state = [
                "name": "refused", "by": .string(by), "at": time(at), "reason": .string(reason),
            ]
        }
        return [
            "id": text(document.id), "settlement": text(document.settlement),
            "type": .string(document.type.rawValue), "media_type": .string(document.mediaType),
            "bytes": .integer(Int64(document.bytes)), "uploaded_at": time(document.uploadedAt),
            "state": state,
        ]
    }

    /// A bank's claim that a debit was never authorised.
    public func claim(_ claim: WarrantyClaim) -> JSON {
        [
            "id": text(claim.id), "deposit": text(claim.deposit),
            "amount_minor": cents(claim.amount), "received_at": time(claim.receivedAt),
            "in_time": .boolean(claim.inTime), "state": .string(claim.state.rawValue),
        ]
    }

    // MARK: The house

    /// A return or a payment that waits for a person.
    public func suspense(_ item: SuspenseItem) -> JSON {
        .object([
            ("id", text(item.id)),
            ("state", state(item.state)),
            ("why", .string(item.why.rawValue)),
            ("amount_minor", cents(item.amount)),
            ("code", item.code.isEmpty ? .null : .string(item.code)),
            ("trace", optional(item.trace) { .string($0.text) }),
            ("original_trace", optional(item.originalTrace) { .string($0.text) }),
            ("customer", optional(item.customer) { text($0) }),
            ("payment", optional(item.payment, payment)),
            ("funds", optional(item.funds, funds)),
            ("received_at", time(item.receivedAt)),
            ("dishonor_by", optional(item.dishonorBy, time)),
            ("dishonor_code", optional(item.why.dishonorCode) { .string($0) }),
            ("settled", .boolean(item.settled)),
            ("side", .string((item.side ?? .debit).rawValue)),
            ("file", optional(item.place) { .string($0.file) }),
            ("line", optional(item.place) { .integer(Int64($0.line)) }),
        ])
    }

    private func funds(_ funds: Command.ReceiveFunds) -> JSON {
        [
            "rail": .string(funds.rail.rawValue), "source": .string(funds.source),
            "reference": optional(funds.reference) { .string($0) },
        ]
    }

    private func payment(_ payment: PaymentReference) -> JSON {
        switch payment {
        case .deposit(let id): text(id)
        case .settlement(let id): text(id)
        case .dishonor(let id): text(id)
        case .microEntry(let id): text(id)
        }
    }

    private func state(_ state: SuspenseItem.State) -> JSON {
        switch state {
        case .open: ["name": "open"]
        case .matched(let customer): ["name": "matched", "customer": text(customer)]
        case .dishonorQueued(let code): ["name": "dishonor_queued", "code": .string(code)]
        case .dishonored(let code): ["name": "dishonored", "code": .string(code)]
        case .dishonorSettled(let code): ["name": "dishonor_settled", "code": .string(code)]
        case .contested(let code): ["name": "contested", "code": .string(code)]
        case .closed(let reason): ["name": "closed", "reason": .string(reason)]
        }
    }

    /// What one operator asked for and another decides about.
    public func proposal(_ proposal: Proposal) -> JSON {
        let addressee: JSON
        switch proposal.addressee {
        case .customer(let id): addressee = text(id)
        case .house: addressee = .null
        }
        let state: JSON
        switch proposal.state {
        case .waiting: state = ["name": "waiting"]
        case .approved(let by, let at):
            state = ["name": "approved", "by": .string(by), "at": time(at)]
        case .declined(let by, let at):
            state = ["name": "declined", "by": .string(by), "at": time(at)]
        }
        return .object([
            ("id", text(proposal.id)),
            ("state", state),
            ("customer", addressee),
            ("action", action(proposal.action)),
            ("reason", .string(proposal.reason)),
            ("by", .string(proposal.by)),
            ("at", time(proposal.at)),
        ])
    }

    private func action(_ action: Proposal.Action) -> JSON {
        switch action {
        case .waive(let waive):
            [
                "do": "waive", "obligation": text(waive.obligation),
                "amount_minor": optional(waive.amount, cents),
            ]
        case .chargeOff(let chargeOff):
            ["do": "charge_off", "obligation": text(chargeOff.obligation)]
        case .restoreSale(let restore):
            [
                "do": "restore_sale", "sale": text(restore.sale), "cost_minor": cents(restore.cost),
                "owed_again_minor": optional(restore.owedAgain, cents),
            ]
        case .matchReturn(let match):
            [
                "do": "match_return", "item": text(match.item), "customer": text(match.customer),
                "payment": payment(match.payment),
                "code": optional(match.code) { .string($0) },
                "amount_minor": optional(match.amount, cents),
            ]
        case .assignFunds(let assign):
            ["do": "assign_funds", "item": text(assign.item), "customer": text(assign.customer)]
        case .resumeLiquidation(let pause):
            [
                "do": "resume_liquidation",
                "asset": optional(pause.asset) { .string($0.description) },
            ]
        case .closeSuspense(let close): ["do": "close_suspense", "item": text(close.item)]
        }
    }

    // MARK: The books

    /// A transfer; `amount_minor` of dollars, `quantity` of another asset.
    public func transfer(_ transfer: Transfer) -> JSON {
        .object(
            [
                ("debit", .string(transfer.debit.name)), ("credit", .string(transfer.credit.name)),
            ] + amount(transfer.amount, transfer.asset) + [
                ("reason", .string(transfer.reason.rawValue))
            ])
    }

    public func timer(_ timer: Timer) -> JSON {
        ["name": .string(timer.kind.name), "due": time(timer.due)]
    }

    /// The answer to a command: which one, and the id of what was made.
    public func reply(_ reply: Reply) -> JSON {
        switch reply {
        case .done: ["result": "done"]
        case .unchanged: ["result": "unchanged"]
        case .customer(let id): made("customer", id)
        case .method(let id): made("method", id)
        case .deposit(let id, let credit, let releaseAt, let reasons):
            [
                "result": "deposit", "id": text(id), "credit_minor": cents(credit),
                "release_at": time(releaseAt),
                "reasons": .array(reasons.map { .string($0.rawValue) }),
            ]
        case .settlement(let id): made("settlement", id)
        case .withdrawal(let id): made("withdrawal", id)
        case .order(let id): made("order", id)
        case .document(let id): made("document", id)
        case .claim(let id): made("claim", id)
        case .parked(let id): made("parked", id)
        case .proposal(let id): made("proposal", id)
        case .triesLeft(let count):
            ["result": "wrong_amounts", "tries_left": .integer(Int64(count))]
        case .validationExpired: ["result": "expired"]
        }
    }

    private func made<Kind>(_ what: String, _ id: Identifier<Kind>) -> JSON {
        ["result": .string(what), "id": text(id)]
    }
}

// MARK: - Values

extension Describe {
    func text<Kind>(_ id: Identifier<Kind>) -> JSON { .string(id.description) }

    func time(_ instant: Instant) -> JSON { .string(instant.rfc3339) }

    func cents(_ cents: Cents) -> JSON { .integer(cents.count) }

    func optional<Value>(_ value: Value?, _ describe: (Value) -> JSON) -> JSON {
        value.map(describe) ?? .null
    }

    /// `asset` with `amount_minor` for dollars and `quantity` for anything else.
    func amount(_ amount: Int64, _ asset: AssetCode) -> [(String, JSON)] {
        asset == .usd
            ? [("asset", "USD"), ("amount_minor", .integer(amount))]
            : [
                ("asset", .string(asset.description)),
                ("quantity", .string(decimal(amount, asset))),
            ]
    }

    func quantity(_ quantity: Quantity, _ asset: AssetCode) -> JSON {
        .string(decimal(quantity.count, asset))
    }

    /// Smallest units as text in whole units, with a sign for a balance below zero. Where the
    /// policy has dropped the asset its decimals are gone too, and the units are named as such.
    public func decimal(_ count: Int64, _ asset: AssetCode) -> String {
        if asset == .usd { return DecimalText.format(count, scale: 2) }
        guard let scale = policy.asset(asset)?.scale else { return "\(count) units" }
        return DecimalText.format(count, scale: scale)
    }

    func word(_ group: ReasonGroup) -> String {
        switch group {
        case .insufficientFunds: "insufficient_funds"
        case .reversedUnauthorized: "reversed_unauthorized"
        case .closedOrInvalid: "closed_or_invalid"
        case .other: "other"
        }
    }

    func word(_ by: SettledBy) -> String {
        switch by {
        case .payment(let kind): kind.rawValue
        case .cash: "cash"
        case .liquidation: "liquidation"
        case .waiver: "waiver"
        }
    }

    func word(_ reason: LiquidationGuard) -> String {
        switch reason {
        case .nothingDue: "nothing_due"
        case .everythingHalted: "everything_halted"
        case .stopFlag(let kind): "stop_flag:\(kind.rawValue)"
        case .paymentUnderWay(let id): "payment_under_way:\(id)"
        case .saleInFlight: "sale_in_flight"
        case .ordersToCancel: "orders_to_cancel"
        case .tooManySlices: "too_many_slices"
        case .priceFell(let asset): "price_fell:\(asset)"
        case .bandsExhausted: "bands_exhausted"
        case .nothingToSell: "nothing_to_sell"
        }
    }

    func word(_ reason: SettlementOption.Unavailable) -> String {
        switch reason {
        case .off: "off"
        case .methodUnusable(let standing): "method_\(standing.rawValue)"
        case .representment(let refusal): "representment_\(refusal.word)"
        case .notHeld: "not_held"
        case .noQuote: "no_quote"
        case .tooLittle: "too_little"
        case .barredAfterDispute: "barred_after_dispute"
        }
    }
}

extension RepresentmentRefusal {
    /// In snake case, as every word of the API.
    var word: String {
        switch self {
        case .codeDoesNotAllow: "code_does_not_allow"
        case .triedTooOften: "tried_too_often"
        case .tooLate: "too_late"
        case .amountWouldDiffer: "amount_would_differ"
        case .accountUnusable: "account_unusable"
        case .stopped: "stopped"
        }
    }
}
