import Banking
import Ledger
import Money
import Nacha
import Rules
import Wire

extension Describe {
    /// A notice: its type, the values it tells, and one sentence in English. The pages and the mail
    /// have sentences of their own in the customer's language, made from the same values.
    public func notice(_ notice: Notice) -> JSON {
        [
            "id": text(notice.id), "at": time(notice.at), "type": .string(type(of: notice.content)),
            "values": .object(values(of: notice.content)),
            "text": .string(sentence(for: notice.content)),
        ]
    }

    /// The notice's type, a word a program may rely on.
    public func type(of content: Notice.Content) -> String {
        switch content {
        case .depositCredited: "deposit_credited"
        case .depositReleased: "deposit_released"
        case .depositReturnedCovered: "deposit_returned_covered"
        case .obligationOpened: "obligation_opened"
        case .reminder: "reminder"
        case .finalWarning: "final_warning"
        case .deadlineExtended: "deadline_extended"
        case .documentsRequested: "documents_requested"
        case .documentsAccepted: "documents_accepted"
        case .documentRefused: "document_refused"
        case .fundsReceived: "funds_received"
        case .settlementFailed: "settlement_failed"
        case .settlementReturned: "settlement_returned"
        case .overpaid: "overpaid"
        case .overpaymentRefunded: "overpayment_refunded"
        case .overpaymentKept: "overpayment_kept"
        case .obligationSettled: "obligation_settled"
        case .saleOrdered: "sale_ordered"
        case .saleCompleted: "sale_completed"
        case .saleRestored: "sale_restored"
        case .residualOwed: "residual_owed"
        case .chargedOff: "charged_off"
        case .withdrawalCancelled: "withdrawal_cancelled"
        case .methodCorrected: "method_corrected"
        case .microEntriesSent: "micro_entries_sent"
        case .methodVerified: "method_verified"
        case .validationFailed: "validation_failed"
        }
    }

    func values(of content: Notice.Content) -> [(String, JSON)] {
        switch content {
        case .depositCredited(let deposit, let amount, let credit, let releaseAt):
            [
                ("deposit", text(deposit)), ("amount_minor", cents(amount)),
                ("credit_minor", cents(credit)), ("release_at", time(releaseAt)),
            ]
        case .depositReleased(let deposit, let amount):
            [("deposit", text(deposit)), ("amount_minor", cents(amount))]
        case .depositReturnedCovered(let deposit, let amount, let group):
            [
                ("deposit", text(deposit)), ("amount_minor", cents(amount)),
                ("reason", .string(word(group))),
            ]
        case .obligationOpened(let obligation, let amount, let group, let ourError, let payBy):
            [
                ("obligation", text(obligation)), ("amount_minor", cents(amount)),
                ("reason", .string(word(group))), ("our_error", .boolean(ourError)),
                ("pay_by", time(payBy)),
            ]
        case .reminder(let obligation, let amount, let payBy),
            .deadlineExtended(let obligation, let amount, let payBy):
            [
                ("obligation", text(obligation)), ("amount_minor", cents(amount)),
                ("pay_by", time(payBy)),
            ]
        case .finalWarning(let obligation, let amount, let payBy, let plan):
            [
                ("obligation", text(obligation)), ("amount_minor", cents(amount)),
                ("pay_by", time(payBy)), ("plan", .array(plan.map(salePlan))),
            ]
        case .documentsRequested(let settlement, let documents):
            [
                ("settlement", text(settlement)),
                ("documents", .array(documents.map { .string($0.rawValue) })),
            ]
        case .documentsAccepted(let settlement): [("settlement", text(settlement))]
        case .documentRefused(let settlement, let document, let reason):
            [
                ("settlement", text(settlement)), ("document", .string(document.rawValue)),
                ("reason", .string(reason)),
            ]
        case .fundsReceived(let amount, let applied, let toCash):
            [
                ("amount_minor", cents(amount)), ("applied_minor", cents(applied)),
                ("to_cash_minor", cents(toCash)),
            ]
        case .settlementFailed(let settlement, let amount),
            .overpaid(let settlement, let amount),
            .overpaymentRefunded(let settlement, let amount),
            .overpaymentKept(let settlement, let amount):
            [("settlement", text(settlement)), ("amount_minor", cents(amount))]
        case .settlementReturned(let settlement, let amount, let group):
            [
                ("settlement", text(settlement)), ("amount_minor", cents(amount)),
                ("reason", .string(word(group))),
            ]
        case .obligationSettled(let obligation, let amount, let by):
            [
                ("obligation", text(obligation)), ("amount_minor", cents(amount)),
                ("by", .string(word(by))),
            ]
        case .saleOrdered(let sale, let asset, let ordered, let limit):
            [
                ("sale", text(sale)), ("asset", .string(asset.description)),
                ("quantity", quantity(ordered, asset)), ("limit_price", .string(limit.text)),
            ]
        case .saleCompleted(let sale, let proceeds):
            [("sale", text(sale)), ("proceeds_minor", .integer(proceeds.count))]
        case .saleRestored(let sale): [("sale", text(sale))]
        case .residualOwed(let obligation, let amount), .chargedOff(let obligation, let amount):
            [("obligation", text(obligation)), ("amount_minor", cents(amount))]
        case .withdrawalCancelled(let withdrawal, let asset, let amount):
            [("withdrawal", text(withdrawal))] + self.amount(amount, asset)
        case .methodCorrected(let method, let lastFour):
            [("method", text(method)), ("last_four", .string(lastFour))]
        case .microEntriesSent(let method, let lastFour, let until):
            [
                ("method", text(method)), ("last_four", .string(lastFour)), ("until", time(until)),
            ]
        case .methodVerified(let method, let lastFour):
            [("method", text(method)), ("last_four", .string(lastFour))]
        case .validationFailed(let method, let lastFour, let why):
            [
                ("method", text(method)), ("last_four", .string(lastFour)),
                ("why", .string(why.rawValue)),
            ]
        }
    }

    /// What a sale would take if it were made now.
    public func salePlan(_ plan: SalePlan) -> JSON {
        [
            "asset": .string(plan.asset.description),
            "quantity": quantity(plan.quantity, plan.asset),
            "price": .string(plan.price.text), "gross_minor": cents(plan.gross),
            "fee_minor": cents(plan.fee),
        ]
    }

    /// What happened and what to do next, without blame. Times are told by the values beside it.
    public func sentence(for content: Notice.Content) -> String {
        switch content {
        case .depositCredited(_, let amount, let credit, _):
            credit.isZero
                ? "Your deposit of \(dollars(amount)) is on its way. "
                    + "You can use it once it is good."
                : "\(dollars(credit)) of your deposit of \(dollars(amount)) can be traded now. "
                    + "It can be withdrawn when its hold ends."
        case .depositReleased(_, let amount):
            "Your deposit of \(dollars(amount)) is no longer on hold."
        case .depositReturnedCovered(_, let amount, let group):
            "Your deposit of \(dollars(amount)) was sent back by your bank: \(why(group)). "
                + "We took it out of your balance. You owe nothing."
        case .obligationOpened(_, let amount, let group, let ourError, _):
            ourError
                ? "We asked your bank to send back a deposit. \(dollars(amount)) of it has been "
                    + "used and is missing; please help us put it right."
                : "Your deposit was sent back by your bank: \(why(group)). You owe "
                    + "\(dollars(amount)). Please pay it in time; after that, assets may be sold."
        case .reminder(_, let amount, _):
            "You still owe \(dollars(amount)). Please choose how to pay it."
        case .finalWarning(_, let amount, _, let plan):
            plan.isEmpty
                ? "You still owe \(dollars(amount)), and the time to pay is almost over."
                : "You still owe \(dollars(amount)), and the time to pay is almost over. After it, "
                    + "we sell just enough of your assets to pay it."
        case .deadlineExtended(_, let amount, _):
            "You have more time to pay the \(dollars(amount)) you owe."
        case .documentsRequested(_, let documents):
            "Before this payment can go on, please send us: "
                + documents.map(name).joined(separator: ", ") + "."
        case .documentsAccepted: "Your documents were accepted. Your payment goes on by itself."
        case .documentRefused(_, let document, let reason):
            "We could not accept your \(name(document)): \(reason)"
        case .fundsReceived(let amount, let applied, let toCash):
            "We received \(dollars(amount)). \(dollars(applied)) paid what you owed; "
                + "\(dollars(toCash)) is in your balance."
        case .settlementFailed(_, let amount):
            "Your payment of \(dollars(amount)) did not go through. Please try again or pay in "
                + "another way."
        case .settlementReturned(_, let amount, let group):
            "Your payment of \(dollars(amount)) was sent back: \(why(group)). You owe it again."
        case .overpaid(_, let amount):
            "\(dollars(amount)) of your payment was more than you owed. It goes back to where it "
                + "came from."
        case .overpaymentRefunded(_, let amount):
            "\(dollars(amount)) that you paid too much has gone back to where it came from."
        case .overpaymentKept(_, let amount):
            "\(dollars(amount)) that you paid too much could not go back. It is in your balance."
        case .obligationSettled(_, let amount, _):
            "The \(dollars(amount)) you owed is settled. Thank you."
        case .saleOrdered(_, let asset, let ordered, let limit):
            "The time to pay is over. We ordered the sale of \(decimal(ordered.count, asset)) "
                + "\(asset) for no less than $\(limit.text) each, to pay what you owe."
        case .saleCompleted:
            "A sale of your assets is complete. See what was sold and for how much."
        case .saleRestored:
            "A sale of your assets should not have happened. You have the assets back, and the fee."
        case .residualOwed(_, let amount):
            "We sold what could be sold. You still owe \(dollars(amount))."
        case .chargedOff(_, let amount):
            "We have written off \(dollars(amount)) in our books. You still owe it."
        case .withdrawalCancelled(_, let asset, let amount):
            asset == .usd
                ? "Your withdrawal of \(dollars(Cents(amount))) was cancelled, because "
                    + "a deposit came back."
                : "Your withdrawal of \(decimal(amount, asset)) \(asset) was cancelled, because a "
                    + "deposit came back."
        case .methodCorrected(_, let lastFour):
            "Your bank told us of new details for the account that ends in \(lastFour)."
        case .microEntriesSent(_, let lastFour, _):
            "Two small amounts are on their way to the account that ends in \(lastFour)."
        case .methodVerified(_, let lastFour): "The account that ends in \(lastFour) is verified."
        case .validationFailed(_, let lastFour, _):
            "The account that ends in \(lastFour) could not be verified."
        }
    }

    private func why(_ group: ReasonGroup) -> String {
        switch group {
        case .insufficientFunds: "there was not enough money in the account"
        case .reversedUnauthorized: "the payment was stopped or was not authorized"
        case .closedOrInvalid: "the account is closed or was not found"
        case .other: "the bank could not pay it"
        }
    }

    private func name(_ document: DocumentType) -> String {
        switch document {
        case .photoID: "photo identification"
        case .bankProof: "proof that the bank account is yours"
        }
    }

    /// Cents as people read them: `$1,234.50`.
    func dollars(_ cents: Cents) -> String {
        let digits = String(cents.count / 100)
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { grouped.append(",") }
            grouped.append(digit)
        }
        let rest = cents.count % 100
        return "$\(grouped).\(rest < 10 ? "0" : "")\(rest)"
    }

    // MARK: Alerts

    /// What an operator is told: its type, what it is about, and one sentence.
    public func alert(_ alert: Alert) -> JSON {
        let told = telling(alert.content)
        return [
            "id": text(alert.id), "at": time(alert.at), "type": .string(told.type),
            "values": .object(told.values), "text": .string(told.text),
        ]
    }

    private func telling(
        _ content: Alert.Content
    ) -> (type: String, values: [(String, JSON)], text: String) {
        switch content {
        case .returnInSuspense(let item):
            (
                "return_in_suspense", [("item", text(item))],
                "A return could not be charged to a deposit. Match it or dishonor it in time."
            )
        case .customerStopped(let customer, let kind):
            (
                "customer_stopped",
                [("customer", text(customer)), ("kind", .string(kind.rawValue))],
                "A return set a stop on a customer."
            )
        case .documentWaiting(let customer, let document):
            (
                "document_waiting", [("customer", text(customer)), ("document", text(document))],
                "A document waits for review; the customer's deadline may stand still meanwhile."
            )
        case .liquidationStopped(let customer, let reason):
            (
                "liquidation_stopped",
                [("customer", text(customer)), ("reason", .string(word(reason)))],
                "A sale that is due was not ordered."
            )
        case .chargeOffNeedsApproval(let customer, let obligation):
            (
                "charge_off_needs_approval",
                [("customer", text(customer)), ("obligation", text(obligation))],
                "A loss is old enough to be charged off and too large for one person."
            )
        case .warrantyClaim(let customer, let claim):
            (
                "warranty_claim", [("customer", text(customer)), ("claim", text(claim))],
                "A bank claims that a debit was never authorized. Accept or refuse the claim."
            )
        case .helpAsked(let customer, let kind, let words):
            (
                "help_asked",
                [
                    ("customer", text(customer)), ("kind", .string(kind.rawValue)),
                    ("words", .string(words)),
                ],
                kind == .other
                    ? "A customer has a question."
                    : "A customer asked for help; a stop holds until a person has looked."
            )
        case .unidentifiedFunds(let item):
            (
                "unidentified_funds", [("item", text(item))],
                "Money arrived that does not say for whom."
            )
        case .noticeUndeliverable(let customer, let notice):
            (
                "notice_undeliverable", [("customer", text(customer)), ("notice", text(notice))],
                "A notice could not be delivered, so no deadline runs. Find another way."
            )
        case .returnRequestUnanswered(let customer, let payment):
            (
                "return_request_unanswered",
                [("customer", text(customer)), ("payment", .string(payment.key))],
                "A bank has not said in its ten banking days whether it sends a debit back."
            )
        case .returnNotCome(let customer, let payment):
            (
                "return_not_come",
                [("customer", text(customer)), ("payment", .string(payment.key))],
                "A bank agreed to send a debit back, and it has not come. Ask it again."
            )
        case .refundRefused(let customer, let settlement, let reason):
            (
                "refund_refused",
                [
                    ("customer", text(customer)), ("settlement", text(settlement)),
                    ("reason", .string(reason)),
                ],
                "The processor could not give back what was paid too much. It is in the balance."
            )
        case .refundUnanswered(let customer, let settlement):
            (
                "refund_unanswered",
                [("customer", text(customer)), ("settlement", text(settlement))],
                "The processor has not said for days whether it gave back what was paid too much."
            )
        case .fillParked(let customer, let sale, let trade):
            (
                "fill_parked",
                [("customer", text(customer)), ("sale", text(sale)), ("trade", .string(trade))],
                "The venue told of a fill that could not be booked. Settle it with the venue."
            )
        case .commandFailed(let sentence):
            ("command_failed", [("detail", .string(sentence))], "A timer was refused and dropped.")
        case .bankFile(let name):
            (
                "bank_file", [("file", .string(name))],
                "A bank file was refused, or part of it could not be applied."
            )
        case .processorEvent(let id, let what):
            (
                "processor_event", [("event", .string(id)), ("detail", .string(what))],
                "The processor told of something that could not be read or booked. It is kept."
            )
        case .bankDelivery(let name, let trouble):
            (
                "bank_delivery",
                [("file", .string(name)), ("trouble", .string(trouble.rawValue))],
                "Something for the bank did not get there by itself. See docs/reference/bank-files.md."
            )
        case .bankFileMissing(let name, let day):
            (
                "bank_file_missing", [("expected", .string(name)), ("day", .string(day.iso))],
                "A file of the bank's has not come by its time. Releases wait for it."
            )
        case .breaksLeft(let day):
            (
                "breaks_left", [("day", .string(day.iso))],
                "Movements of this settlement date are unexplained for too long."
            )
        case .returnRate(let name, let method, let reached, let isExceeded):
            (
                "return_rate",
                [
                    ("rate", .string(name)), ("method", .string(method)),
                    ("reached_basis_points", .integer(reached.count)),
                    ("exceeded", .boolean(isExceeded)),
                ],
                isExceeded
                    ? "A return rate is above its limit." : "A return rate reached a warning."
            )
        }
    }
}
