import Rules

/// What happened at least once in a campaign: a simulation that never reaches a thing has not
/// tested it.
public struct Coverage: Sendable {
    public private(set) var counts: [String: Int] = [:]

    public init() {}

    mutating func count(_ name: String) { counts[name, default: 0] += 1 }

    public mutating func merge(_ other: Coverage) {
        counts.merge(other.counts) { $0 + $1 }
    }

    /// The names of ``expected`` that were never counted, in order.
    public var missing: [String] { Coverage.expected.filter { counts[$0] == nil }.sorted() }

    /// Everything that can happen and must: commands accepted, refusals told, statuses reached,
    /// crash points passed, and faults of the world outside.
    public static let expected: [String] =
        commands.map { "command \($0)" } + refusals.map { "refusal \($0)" }
        + DepositStatus.allCases.map { "status \($0.rawValue)" }
        + timers.map { "timer \($0)" } + happenings

    private static let commands = [
        "open_customer", "link_method", "check_balance", "start_deposit", "purchase",
        "cancel_deposit", "trade", "open_order", "close_order", "request_withdrawal",
        "withdrawal_sent", "cancel_withdrawal", "receive_asset", "receive_funds",
        "refund_overpayment", "start_settlement", "cancel_settlement", "submit_document",
        "set_liquidation_order", "record_security_change", "ask_for_help", "submit_entry",
        "settle_entry", "receive_return", "settle_return", "correct_method", "receive_claim",
        "charge_opened", "charge_succeeded", "charge_failed", "charge_disputed",
        "charge_refunded", "refund_refused", "fill",
        "finish_sale", "notice_delivered", "notice_undeliverable", "review_document", "waive",
        "provide", "charge_off", "extend_deadline", "set_flag", "remove_flag",
        "resume_liquidation", "restore_sale", "decide_claim", "request_return",
        "answer_return_request", "start_validation", "submit_micro_entries",
        "confirm_validation", "timer", "block_methods",
        "uphold_return", "return_decided", "fund_counterparty", "park_return", "match_return",
        "dishonor_return",
        "submit_dishonor", "settle_parked_return", "settle_dishonor", "contest_dishonor",
        "block_account", "pause_liquidation", "receive_unidentified_funds", "assign_funds",
        "close_suspense", "receive_payout", "propose", "approve", "decline",
    ]

    private static let timers = [
        "release", "confirm", "quote_expiry", "grace_end", "reminder", "final_warning",
        "pause_end", "waive_residual", "provision", "charge_off", "liquidation_slice", "flag_end",
        "return_answer", "validation_end", "refund_answer",
    ]

    /// Every refusal but `books`, which would be a bug.
    private static let refusals = [
        "customerExists", "customerUnknown", "methodUnknown", "methodUnusable", "methodBlocked",
        "bankLinksStopped", "validationLimit",
        "depositUnknown", "obligationUnknown", "settlementUnknown", "withdrawalUnknown",
        "orderUnknown", "saleUnknown", "documentUnknown", "suspenseUnknown", "claimUnknown",
        "proposalUnknown", "flagUnknown", "assetUnknown", "amountOutOfRange",
        "quantityOutOfRange", "insufficientBalance", "held", "owing", "securityLock", "stopped",
        "purchaseNotCredited", "wrongState", "creditInUse", "settlementInProgress",
        "settlementMethodOff", "settlementExceedsOwed", "partialNotAllowed", "amountChanged",
        "nothingOwed", "representmentNotAllowed", "quoteMissing", "tooLittleToSell",
        "overpaymentSourceDiffers", "secondPersonRequired", "samePerson", "alreadyDecided",
        "reasonRequired", "warrantyWindowPassed",
    ]

    private static let happenings = [
        "over-payment given back", "crash before commit", "crash during commit",
        "crash after commit", "crash in timers",
        "replayed", "conflict", "two at once", "clock went back", "bank feed stale",
        "return before settlement", "return after settlement", "return after release",
        "return parked unknownTrace", "return parked amountDiffers", "return parked duplicate",
        "return parked untimely", "return parked neverSent", "return parked notRequested",
        "account proven", "wrong amounts typed", "micro-entry returned",
        "validation failed wrong_amounts", "validation failed expired",
        "validation failed returned", "validation failed account_unusable",
        "returned as we asked", "return request unanswered", "unknown return code",
        "payment returned after it completed", "charged from suspense before settlement",
        "card disputed", "sale partly filled", "sale not filled", "fill told twice",
        "fill after finish", "forced sale", "sale by choice", "obligation revived",
        "withdrawal cancelled by a return", "residual waived", "over-payment", "fill parked",
        "late fill booked",
    ]

    static func name(of refusal: Refusal) -> String {
        let text = "\(refusal)"
        return String(text.prefix { $0 != "(" })
    }
}
