import Banking
import Ledger
import Nacha
import Rules
import Wire

/// What the API answers, by name, in the order of a first reading.
enum Schemas {
    static let all: KeyValuePairs<String, Schema> = [
        "Customer": customer, "PaymentMethod": method, "Deposit": deposit,
        "Obligation": obligation, "Settlement": settlement,
        "SettlementOption": settlementOption, "Withdrawable": withdrawable,
        "Withdrawal": withdrawal, "Order": order, "Sale": sale, "Notice": notice,
        "Delivery": delivery, "NoticePreferences": noticePreferences,
        "Posting": posting, "Done": done, "Made": made, "Validated": validated,
        "DepositMade": depositMade,
        "ReturnRates": returnRates,
        "SignInLink": signInLink, "Clock": clock, "ReconciliationDay": reconciliationDay,
        "ReconciliationDayDetail": reconciliationDayDetail,
        "ReconciliationItem": reconciliationItem, "Break": bankBreak, "Event": event,
        "WebhookMessage": webhookMessage,
        "WebhookEndpoint": webhookEndpoint, "WebhookEndpointMade": webhookEndpointMade,
        "WebhookTest": webhookTest, "WebhookReplay": webhookReplay,
        "WebhookDelivery": webhookDelivery, "WebhookEndpointAct": webhookEndpointAct,
        "FieldError": fieldError,
        "Problem": problem,
    ]

    /// `asset` with `amount_minor` of dollars, or with `quantity` of anything else.
    private static func amounts(_ members: [(String, Schema)]) -> Schema {
        func schema(_ asset: Schema, _ name: String, _ amount: Schema) -> Schema {
            let all = members + [("asset", asset), (name, amount)]
            return Schema([
                "type": "object", "properties": .object(all.map { ($0.0, $0.1.json) }),
                "required": .array(all.map { .string($0.0) }),
            ])
        }
        return .any([
            schema(.constant("USD"), "amount_minor", .cents),
            schema(.asset, "quantity", .quantity),
        ])
    }

    static let flagKinds = StopFlag.Kind.allCases.map(\.rawValue)

    static let customer = Schema.answer([
        "id": .id(CustomerID.self),
        "reference": .text(1...100).described("The host's own name for the customer."),
        "name": .words, "email": .words, "language": .language,
        "time_zone": .words, "opened_at": .time,
        "display_balance_minor": .signedCents.described(
            "What the customer sees: cash less what is owed."),
        "cash_minor": .cents, "cash_in_orders_minor": .cents, "owed_minor": .cents,
        "holdings": .list(
            .answer(["asset": .asset, "quantity": .quantity, "in_orders": .quantity])),
        "withdrawable": .named("Withdrawable"),
        "exposure_minor": .cents.described(
            "Instant credit not yet safe from return, plus what is owed."),
        "tier": .words, "clean_deposits": .count, "clean_deposits_needed": .count,
        "flags": .list(
            .answer([
                "id": .id(FlagID.self), "kind": .oneOf(flagKinds), "reason": .words,
                "set_by": .words, "set_at": .time, "expires_at": .time.orNull,
            ])),
        "security_locks": .list(
            .answer(["kind": .oneOf(SecurityLock.Kind.self), "until": .time])),
        "liquidation_order": .list(.asset),
        "liquidation": .answer(["attempts": .count, "stopped": .words.orNull]),
    ])

    private static let level = Schema.count.described("Basis points: 50 is 0.5 %.")

    static let returnRates = Schema.answer([
        "day": .day,
        "bank_links_stopped": .boolean.described(
            "Whether the unauthorized rate is so near its limit that no bank account is linked."),
        "figures": .list(
            .answer([
                "rate": .oneOf(ReturnRate.self),
                "method": .oneOf(ReturnRates.Method.self).described(
                    "cohort: debits settled in the span, and how many of just those came back. "
                        + "period: debits sent in the span, and returns received in it."),
                "span": .oneOf(ReturnRates.Span.self).described(
                    "days: the sixty that end today. months: the two before this one."),
                "from": .day, "through": .day, "returned": .count, "originated": .count,
                "basis_points": level.described("Rounded up; null when nothing was originated.")
                    .orNull,
                "limit_basis_points": level, "warning_basis_points": .list(level),
                "reached_basis_points": level.described(
                    "The highest warning reached, or the limit when the rate is above it."
                ).orNull,
                "next_basis_points": level.described("The next warning or the limit.").orNull,
                "exceeded": .boolean,
            ])),
    ])

    static let method = Schema.answer([
        "id": .id(PaymentMethodID.self), "type": .oneOf(["bank_account", "card"]),
        "label": .words, "last_four": .pattern("^[0-9]{4}$", example: "6789"),
        "routing_number": .pattern("^[0-9]{9}$", example: "021000021").orNull,
        "account_type": .oneOf(PaymentMethod.AccountType.self).orNull, "verified": .boolean,
        "verified_by": Schema.list(.oneOf(PaymentMethod.Proof.self)).described(
            "How, each way once; one that falls away leaves the others."),
        "validation": Schema.answer([
            "state": .oneOf(["queued", "sent", "proven", "failed"]),
            "failure": .oneOf(Validation.Failure.self).orNull, "started_at": .time,
            "tries_left": .count, "expires_at": .time.orNull,
        ]).described("How two small amounts prove it, the last time that was asked for.").orNull,
        "standing": .oneOf(["usable", "needs_correction", "disabled", "blocked"]),
        "standing_reason": .words.orNull,
        "balance": Schema.answer(["amount_minor": .cents, "as_of": .time]).orNull,
        "linked_at": .time,
    ])

    static let underwriting = Schema.answer([
        "credit_minor": .cents, "reasons": .list(.oneOf(Underwriting.Reason.self)),
        "policy": .words, "tier": .words,
    ])

    static let depositStatuses = [
        "CREATED", "PRE_CREDITED", "SUBMITTED", "FUNDS_RECEIVED_UNCONFIRMED", "SETTLED",
        "RETURNED_COVERED", "RETURNED_AFTER_SETTLEMENT", "OUTSTANDING", "PARTIALLY_SETTLED",
        "SETTLING", "RETRYING", "DOCUMENTS_REQUIRED", "LIQUIDATING", "SETTLED_BY_LIQUIDATION",
        "CHARGED_OFF", "CHARGED_OFF_PARTIALLY_RECOVERED", "CANCELLED",
    ]

    /// That the receiver's bank was asked to send a debit back (R06).
    static let returnRequests = Schema.list(
        .answer([
            "reason": .words, "by": .words, "at": .time,
            "answer_by": .time.described("Until when the bank must say whether it will."),
            "answer": .oneOf(ReturnRequest.Answer.self).orNull,
        ]))

    static let deposit = Schema.answer([
        "id": .id(DepositID.self), "customer": .id(CustomerID.self),
        "status": .oneOf(depositStatuses),
        "kind": .any([
            .answer([
                "type": .constant("purchase"), "asset": .asset, "quantity": .quantity,
            ]),
            .answer(["type": .constant("funding")]),
        ]),
        "method": .id(PaymentMethodID.self), "amount_minor": .cents,
        "credit_minor": .cents.described("What could be traded at once."),
        "hold_minor": .cents.described("What may be traded but not leave."),
        "initiated_at": .time, "release_at": .time,
        "release_waits": .boolean.described(
            "Whether the hold stays past release_at, until a return of it is decided."),
        "trace": .words.orNull,
        "settlement_day": .day.orNull, "underwriting": underwriting,
        "returns": .list(
            .answer([
                "code": .pattern("^R[0-9]{2}$", example: "R01"), "trace": .words,
                "received_at": .time, "covered_minor": .cents, "shortfall_minor": .cents,
                "after_release": .boolean, "settled": .boolean,
            ])),
        "return_requests": returnRequests,
        "obligation": Schema.named("Obligation").orNull,
        "timeline": .list(
            .answer([
                "at": .time, "what": .words, "amount_minor": .cents.orNull, "code": .words.orNull,
            ])),
    ])

    static let obligation = Schema.answer([
        "id": .id(ObligationID.self), "customer": .id(CustomerID.self),
        "origin": .answer([
            "type": .oneOf(["deposit", "chargeback", "warranty_claim"]), "id": .words,
        ]),
        "state": .any([
            .answer(["name": .constant("settled"), "at": .time, "by": .words]),
            .answer([
                "name": .constant("charged_off"), "at": .time, "written_minor": .cents,
                "claim_minor": .cents,
            ]),
            .answer(["name": .constant("open")]),
        ]),
        "opened_at": .time, "principal_minor": .cents, "outstanding_minor": .cents,
        "unconfirmed_minor": .cents, "code": .words,
        "reason": .oneOf([
            "insufficient_funds", "reversed_unauthorized", "closed_or_invalid", "other",
        ]),
        "grace": .any([
            .answer(["name": .constant("running"), "until": .time]),
            .answer(["name": .constant("paused"), "why": .words, "seconds_left": .count]),
            .answer(["name": .constant("ended"), "at": .time]),
            .answer(["name": .oneOf(["awaiting_notice", "none"])]),
        ]),
        "pay_by": .time.orNull, "notice": .id(NoticeID.self).orNull,
        "represented_at": .list(.time), "provided_minor": .cents, "claim_left_minor": .cents,
        "active_settlement": .id(SettlementID.self).orNull, "policy": .words,
    ])

    static let settlement = Schema.answer([
        "id": .id(SettlementID.self), "customer": .id(CustomerID.self),
        "kind": .oneOf(SettlementKindName.self),
        "state": .any([
            .answer(["name": .constant("unconfirmed"), "until": .time]),
            .answer(["name": .constant("selling"), "sale": .id(SaleID.self)]),
            .answer(["name": .constant("completed"), "at": .time]),
            .answer(["name": .constant("failed"), "reason": .words]),
            .answer(["name": .constant("returned"), "code": .words, "settled": .boolean]),
            .answer([
                "name": .oneOf([
                    "documents_required", "awaiting_payment", "queued", "submitted", "cancelled",
                ])
            ]),
        ]),
        "method": .id(PaymentMethodID.self).orNull, "amount_minor": .cents, "fee_minor": .cents,
        "allocations": .list(
            .answer(["obligation": .id(ObligationID.self), "amount_minor": .cents])),
        "started_at": .time,
        "reference": .words.described("What a wire must say so that it finds its way."),
        "quote": Schema.answer([
            "asset": .asset, "price": .price, "quantity": .quantity, "expires_at": .time,
        ]).orNull,
        "documents_wanted": .list(.oneOf(DocumentType.self)),
        "documents_missing": Schema.list(.oneOf(DocumentType.self)).described(
            "Those of them that were not sent yet, or were not accepted."),
        "action_url": .words.orNull,
        "trace": .words.orNull, "settlement_day": .day.orNull, "return_requests": returnRequests,
        "disputed": .boolean, "receipt": receipt.orNull,
        "overpayment": Schema.answer([
            "amount_minor": .cents, "fee_minor": .cents,
            "state": .oneOf(["held", "asked", "refunded", "kept"]), "at": .time.orNull,
        ]).described("What came beyond what was owed and goes back to where it came from.").orNull,
    ])

    private static let receipt = Schema.answer([
        "at": .time, "received_minor": .cents,
        "paid": .list(
            .answer([
                "obligation": .id(ObligationID.self), "amount_minor": .cents,
                "left_minor": .cents,
            ])),
        "recovered_minor": .cents, "to_cash_minor": .cents, "given_back_minor": .cents,
        "fee_given_back_minor": .cents, "owed_afterwards_minor": .cents,
    ]).described("What it did, as it was on the day; null for what is older than receipts.")

    static let settlementOption = Schema.answer([
        "kind": .oneOf(SettlementKindName.self), "method": .id(PaymentMethodID.self).orNull,
        "asset": .asset.orNull, "fee_minor": .cents, "needs_documents": .boolean,
        "unavailable": .words.orNull,
    ])

    static let withdrawable = Schema.answer([
        "total_minor": .cents, "each": .list(amounts([])), "held_minor": .cents,
        "next_release_at": .time.orNull, "last_release_at": .time.orNull, "owed_minor": .cents,
        "security_lock_until": .time.orNull,
    ])

    static let withdrawal = amounts([
        ("id", .id(WithdrawalID.self)), ("customer", .id(CustomerID.self)),
        ("state", .oneOf(["requested", "sent", "cancelled"])), ("destination", .words),
        ("refund", .boolean), ("requested_at", .time),
    ])

    static let order = Schema.answer([
        "id": .id(OrderID.self), "customer": .id(CustomerID.self), "reference": .words,
        "side": .oneOf(TradeSide.self), "asset": .asset, "reserved_minor": .cents,
        "reserved_quantity": .quantity, "state": .oneOf(["open", "cancel_requested", "closed"]),
    ])

    static let sale = Schema.answer([
        "id": .id(SaleID.self),
        "purpose": .any([
            .answer(["type": .constant("settlement"), "settlement": .id(SettlementID.self)]),
            .answer(["type": .constant("liquidation")]),
        ]),
        "state": .oneOf(["ordered", "finished", "restored"]), "asset": .asset,
        "ordered": .quantity, "sold": .quantity, "reference_price": .price, "limit_price": .price,
        "gross_minor": .cents, "fee_minor": .cents, "net_minor": .cents, "ordered_at": .time,
        "due_since": .time.orNull, "receipt": receipt.orNull,
        "fills": .list(fill), "parked_fills": .list(fill),
    ])

    private static let fill = Schema.answer([
        "trade": .words, "quantity": .quantity, "price": .price, "gross_minor": .cents,
        "at": .time.orNull,
    ])

    static let notice = Schema.answer([
        "id": .id(NoticeID.self), "at": .time, "type": .words,
        "values": Schema(["type": "object", "additionalProperties": true]).described(
            "The numbers and ids the notice tells, by its type."),
        "text": .words, "read_at": .time.orNull,
    ])

    static let posting = amounts([
        ("at", .time), ("cause", .id(Cause.self)), ("command", .words), ("actor", .words),
        ("debit", .words), ("credit", .words), ("reason", .words),
    ])

    /// The answer to a command that made nothing: what it was about is in it too.
    static let validated = Schema.any([
        .answer([
            "result": .oneOf(["done", "unchanged", "expired"]), "customer": .id(CustomerID.self),
            "method": .id(PaymentMethodID.self),
        ]),
        .answer([
            "result": .constant("wrong_amounts"), "tries_left": .count,
            "customer": .id(CustomerID.self), "method": .id(PaymentMethodID.self),
        ]),
    ])

    static let done = Schema([
        "type": "object",
        "properties": [
            "result": Schema.words.json
        ],
        "required": ["result"], "additionalProperties": ["type": "string"],
    ])

    static let made = Schema([
        "type": "object",
        "properties": ["result": Schema.words.json, "id": Schema.words.json],
        "required": ["result", "id"], "additionalProperties": ["type": "string"],
    ])

    static let depositMade = Schema.answer([
        "result": .constant("deposit"), "id": .id(DepositID.self), "credit_minor": .cents,
        "release_at": .time, "reasons": .list(.oneOf(Underwriting.Reason.self)),
        "customer": .id(CustomerID.self),
    ])

    static let signInLink = Schema.answer(["url": .words, "expires_at": .time])

    static let clock = Schema.answer([
        "now": .time,
        "next_due": .time.orNull.described("When the service will next do something by itself."),
        "busy": .boolean.described("Whether something that is due has not been sent yet."),
    ])

    static let fieldError = Schema.answer([
        "pointer": .words.described("The field, as a JSON pointer (RFC 6901)."),
        "code": .oneOf(FieldError.Code.self), "detail": .words,
    ])

    static let problem = Schema([
        "type": "object",
        "properties": .object([
            ("type", ["type": "string", "format": "uri"]), ("title", Schema.words.json),
            ("status", Schema.integer(400...599).json), ("detail", Schema.words.json),
            ("code", Schema.words.json), ("request_id", Schema.words.json),
            (
                "outcome",
                Schema.oneOf(ProblemOutcome.self).described(
                    "What this says of a request that may move money: docs/reference/problems.md."
                ).json
            ),
            ("errors", Schema.list(.named("FieldError"), max: InvalidBody.errorsMax).json),
        ]),
        "required": ["type", "title", "status", "detail", "code", "outcome", "request_id"],
        "additionalProperties": true,
    ])
}
