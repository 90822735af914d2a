import Banking
import Ledger
import Money
import Rules
import Wire

/// A refusal as the API tells it: one problem type for each, a row of `docs/reference/problems.md`.
public struct RefusalProblem: Hashable, Sendable {
    /// A word a program may rely on; it never changes once published.
    public let code: String
    /// The kind of problem in a few words; the same for every occurrence.
    public let title: String
    /// This occurrence in a sentence: what was refused, why, and what to do next.
    public let detail: String
    /// The status of an HTTP answer.
    public let status: Int
    /// The numbers behind the sentence, such as `owed_minor`.
    public let values: JSON.Object

    /// Members of an RFC 9457 problem, without its `type` and `instance`.
    public var json: JSON {
        var object: JSON.Object = [
            "code": .string(code), "title": .string(title),
            "status": .integer(Int64(status)), "detail": .string(detail),
        ]
        for member in values.members { object[member.key] = member.value }
        return .object(object)
    }

    /// The RFC 9457 problem, whose type is `base` with the code at its end.
    public func details(base: String, instance: String? = nil) -> ProblemDetails {
        var extensions = values
        extensions["code"] = .string(code)
        return ProblemDetails(
            type: base + code, title: title, status: status, detail: detail, instance: instance,
            extensions: extensions)
    }
}

extension Describe {
    /// What the API says of a refusal. 404 names something that is not there, 409 something that
    /// does not fit the present state, 422 a value that cannot be, 403 a person who may not, 503 a
    /// fact that is missing for now, and 500 a bug of ours.
    public func problem(_ refusal: Refusal) -> RefusalProblem {
        switch refusal {
        case .customerExists:
            RefusalProblem(
                "customer_exists", 409, "This customer exists already",
                "A customer with this id has been opened before; use that one.")
        case .customerUnknown: unknown("customer")
        case .methodUnknown: unknown("method", called: "payment method of the right kind")
        case .depositUnknown: unknown("deposit")
        case .obligationUnknown: unknown("obligation")
        case .settlementUnknown: unknown("settlement")
        case .withdrawalUnknown: unknown("withdrawal")
        case .orderUnknown: unknown("order")
        case .saleUnknown: unknown("sale")
        case .documentUnknown: unknown("document")
        case .suspenseUnknown: unknown("suspense", called: "item in suspense")
        case .claimUnknown: unknown("claim")
        case .proposalUnknown: unknown("proposal")
        case .flagUnknown: unknown("flag")
        case .methodUnusable(let standing):
            RefusalProblem(
                "method_unusable", 409, "This payment method cannot be used",
                "\(reason(standing)) Use another payment method or link this one again.",
                ["standing": .string(standing.rawValue)])
        case .methodBlocked:
            RefusalProblem(
                "method_blocked", 409, "This payment method is blocked",
                "Payments from it were disputed or denied by its owner. Use another one.")
        case .validationLimit(let limit): validationLimit(limit)
        case .bankLinksStopped:
            RefusalProblem(
                "bank_links_stopped", 409, "No bank account can be linked now",
                "Too many debits came back as unauthorized. Use an account that is linked, or "
                    + "another kind of payment method.")
        case .assetUnknown(let asset):
            RefusalProblem(
                "asset_unknown", 422, "This asset is not known here",
                "\(asset) is not an asset that can be used here.",
                ["asset": .string(asset.description)])
        case .amountOutOfRange(let min, let max):
            RefusalProblem(
                "amount_out_of_range", 422, "The amount is out of range",
                "The amount must be \(dollars(min)) through \(dollars(max)).",
                ["min_minor": cents(min), "max_minor": cents(max)])
        case .quantityOutOfRange:
            RefusalProblem(
                "quantity_out_of_range", 422, "The quantity is out of range",
                "The quantity must be above zero and no more than there is.")
        case .insufficientBalance(let asset):
            RefusalProblem(
                "insufficient_balance", 409, "There is not enough in the account",
                "The free balance of \(asset) is too small. What open orders reserve is not free.",
                ["asset": .string(asset.description)])
        case .held(let withdrawable, let until):
            RefusalProblem(
                "held", 409, "The hold on recent deposits has not ended",
                "\(dollars(withdrawable)) may leave the account now. The rest may be traded, and "
                    + "may leave when the hold ends\(until.map { ", at \($0.rfc3339)" } ?? "").",
                ["withdrawable_minor": cents(withdrawable), "until": optional(until, time)])
        case .owing(let owed):
            RefusalProblem(
                "owing", 409, "Something is owed",
                "Nothing may leave the account while \(dollars(owed)) is owed. Settle it first.",
                ["owed_minor": cents(owed)])
        case .securityLock(let until):
            RefusalProblem(
                "security_lock", 409, "Withdrawals are locked for a while",
                "A password or an address was changed lately. Try again when the lock has ended.",
                ["until": time(until)])
        case .stopped(let kind):
            RefusalProblem(
                "stopped", 409, "The account is stopped",
                "A person must look at this account before anything may leave it. Contact support.",
                // Why is not told where the law forbids it.
                kind == .compliance ? [:] : ["kind": .string(kind.rawValue)])
        case .purchaseNotCredited(let credit):
            RefusalProblem(
                "purchase_not_credited", 409, "The purchase cannot be credited at once",
                "Only \(dollars(credit)) can be used before the bank has paid. Buy for less, or "
                    + "deposit first and buy later.",
                ["credit_minor": cents(credit)])
        case .creditInUse:
            RefusalProblem(
                "credit_in_use", 409, "The deposit's credit is in use",
                "The deposit cannot be cancelled, because its credit has been spent or reserved.")
        case .wrongState(let sentence):
            RefusalProblem(
                "wrong_state", 409, "This does not fit the present state",
                "This cannot be done now: \(sentence).")
        case .settlementInProgress(let id):
            RefusalProblem(
                "settlement_in_progress", 409, "A payment is on its way",
                "A payment for what is owed is on its way. Wait for it, so that nothing is paid "
                    + "twice.", ["settlement": text(id)])
        case .settlementMethodOff(let kind):
            RefusalProblem(
                "settlement_method_off", 409, "This way to pay is not offered",
                "This way to pay is not offered. Choose another.", ["kind": .string(kind.rawValue)])
        case .settlementExceedsOwed(let owed):
            RefusalProblem(
                "settlement_exceeds_owed", 422, "This is more than is owed",
                "No more than \(dollars(owed)) is owed.", ["owed_minor": cents(owed)])
        case .partialNotAllowed(let owed):
            RefusalProblem(
                "partial_not_allowed", 422, "Part of it cannot be paid",
                "The \(dollars(owed)) owed must be paid in one payment.",
                ["owed_minor": cents(owed)])
        case .amountChanged(let owed):
            RefusalProblem(
                "amount_changed", 409, "What is owed has changed",
                "\(dollars(owed)) is owed now. Look again and confirm that amount.",
                ["owed_minor": cents(owed)])
        case .nothingOwed:
            RefusalProblem("nothing_owed", 409, "Nothing is owed", "There is nothing to pay here.")
        case .representmentNotAllowed(let why):
            RefusalProblem(
                "representment_not_allowed", 409, "The debit may not be presented again",
                "\(sentence(why)) Choose another way to pay.", ["reason": .string(why.word)])
        case .quoteMissing(let asset):
            RefusalProblem(
                "quote_missing", 503, "There is no fresh price",
                "There is no fresh price for \(asset). Try again in a minute.",
                ["asset": .string(asset.description)])
        case .tooLittleToSell(let asset):
            RefusalProblem(
                "too_little_to_sell", 422, "This is too little to sell",
                "The venue does not take so small an order of \(asset).",
                ["asset": .string(asset.description)])
        case .overpaymentSourceDiffers:
            RefusalProblem(
                "overpayment_source_differs", 409, "The money came from somewhere else",
                "What was paid too much can only go back to where it came from.")
        case .secondPersonRequired:
            RefusalProblem(
                "second_person_required", 403, "A second person must agree",
                "One person may not do this alone. Propose it, so that another can approve it.")
        case .samePerson:
            RefusalProblem(
                "same_person", 403, "Another person must agree",
                "Whoever proposed this cannot approve it. Ask somebody else.")
        case .alreadyDecided:
            RefusalProblem(
                "already_decided", 409, "This has been decided",
                "Somebody has decided about this already. Look again.")
        case .reasonRequired:
            RefusalProblem(
                "reason_required", 422, "A reason is required",
                "Say why, so that it can be understood later.")
        case .warrantyWindowPassed:
            RefusalProblem(
                "warranty_window_passed", 409, "The claim came too late",
                "The years in which a bank may make this claim have passed. Refuse it.")
        case .books(let refusal): books(refusal)
        }
    }

    private func unknown(_ what: String, called name: String? = nil) -> RefusalProblem {
        let name = name ?? what
        return RefusalProblem(
            "\(what)_unknown", 404, "There is no such \(what == "suspense" ? "item" : what)",
            "There is no \(name) with this id here.")
    }

    private func validationLimit(_ limit: Validation.Limit) -> RefusalProblem {
        let (name, sentence): (String, String) =
            switch limit {
            case .account:
                (
                    "account",
                    "Amounts were sent to this account \(Validation.roundsMax) times, and are not sent "
                        + "again. Prove it by documents, or link another account."
                )
            case .customer(let until):
                (
                    "customer",
                    "Amounts were sent \(Validation.roundsOfCustomerMax) times within "
                        + "\(Validation.roundsDays) days. Ask again at \(until.rfc3339)."
                )
            case .atOnce(let until):
                (
                    "at_once",
                    "\(Validation.atOnceMax) other accounts are being verified. Ask again when one of "
                        + "them is over"
                        + (until.map { ", at \($0.rfc3339) at the latest." } ?? ".")
                )
            }
        return RefusalProblem(
            "validation_limit", 409, "No amounts are sent now", sentence,
            ["limit": .string(name), "until": optional(limit.until, time)])
    }

    private func reason(_ standing: PaymentMethod.Standing) -> String {
        switch standing {
        case .usable: "It can be used."
        case .needsCorrection: "Its bank asked for new details."
        case .disabled: "Its bank says that the account is closed or does not exist."
        case .blocked: "Its bank or its owner forbids debits."
        }
    }

    /// Nacha Operating Rules, reinitiation: what may be presented again, how often and how long.
    private func sentence(_ why: RepresentmentRefusal) -> String {
        switch why {
        case .codeDoesNotAllow: "Only debits returned for lack of funds may be presented again."
        case .triedTooOften: "It has been presented again as often as the rules allow."
        case .tooLate: "The time in which it may be presented again has passed."
        case .amountWouldDiffer:
            "It may only be presented again for the same amount, and part has been paid."
        case .accountUnusable: "The bank account cannot be debited any more."
        case .stopped: "It cannot be presented again at present."
        }
    }

    /// The rules should have known before: our fault, and nothing was changed.
    private func books(_ refusal: LedgerRefusal) -> RefusalProblem {
        let (why, key): (String, BalanceKey)
        switch refusal {
        case .overdrawn(let balance): (why, key) = ("overdrawn", balance)
        case .balanceTooLarge(let balance): (why, key) = ("balance_too_large", balance)
        }
        return RefusalProblem(
            "books", 500, "The books refused",
            "Something is wrong on our side. Nothing was changed, and we have been told.",
            ["why": .string(why), "account": .string(key.account.name)])
    }
}

extension RefusalProblem {
    fileprivate init(
        _ code: String, _ status: Int, _ title: String, _ detail: String,
        _ values: JSON.Object = [:]
    ) {
        self.init(code: code, title: title, detail: detail, status: status, values: values)
    }
}
