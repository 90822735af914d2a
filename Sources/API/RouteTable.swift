import Banking
import Ledger
import Rules
import Service
import Vocabulary
import Wire

/// Every row of the API, in the order of the document.
enum RouteTable {
    static func routes(isSandbox: Bool) -> [Route] {
        customers + noticeRoutes + changes + methods + deposits + trading + withdrawals
            + obligations
            + settlements + house + reconciliation + events + signIn + system
            + (isSandbox ? sandbox : [])
    }

    /// A row that shows something.
    static func get(
        _ path: String, _ operation: String, _ tag: Route.Tag, _ summary: String, _ schema: Schema,
        query: [Route.Query] = [], problems: [String] = [],
        _ handle: @escaping @Sendable (Call) async throws -> Answer
    ) -> Route {
        Route(
            method: .get, path: path, operation: operation, tag: tag, summary: summary,
            access: .key(.customersRead), query: query,
            answer: Route.Success(status: 200, words: summary, schema: schema),
            problems: problems, handle: handle)
    }

    /// A row that carries out one command and answers what became of it.
    ///
    /// - Parameter creates: the last part of the path under which what was made can be seen.
    static func post(
        _ path: String, _ operation: String, _ tag: Route.Tag, _ summary: String,
        _ command: CommandName, scope: Service.Scope, key: Route.Idempotency = .required,
        body: Route.Body, creates: String? = nil,
        answer: Schema? = nil, status: Int? = nil, problems: [String] = []
    ) -> Route {
        Route(
            method: .post, path: path, operation: operation, tag: tag, summary: summary,
            access: .key(scope), idempotency: key, body: body,
            answer: Route.Success(
                status: status ?? (creates == nil ? 200 : 201), words: summary,
                schema: answer ?? .named(creates == nil ? "Done" : "Made")),
            problems: problems
        ) { call in
            let (reply, isReplayed) = try await call.perform(command)
            return call.answer(
                reply, isReplayed: isReplayed, created: creates.map { call.path($0) })
        }
    }

    static func state(_ words: [String]) -> Route.Query {
        Route.Query(name: "state", words: "Only those in this state.", schema: .oneOf(words))
    }
}

extension Route.Body {
    /// A body without fields, which may be left out.
    static let empty = Route.Body(
        schema: .request([:]), example: .object([:] as JSON.Object), mayBeEmpty: true)
}

// MARK: - Customers

extension RouteTable {
    static let newCustomer = Route.Body(
        schema: .request(
            [
                "reference": Schema.text(1...100, example: "ex-1001").described(
                    "The host's own name for the customer; one reference, one customer."),
                "name": .text(1...200, example: "Ana Sample"),
                "email": .text(3...254, example: "ana@example.com"),
            ],
            optional: [
                "language": .language,
                "time_zone": .text(1...64, example: "America/New_York"),
            ]),
        example: [
            "reference": "ex-1001", "name": "Ana Sample", "email": "ana@example.com",
            "language": "en", "time_zone": "America/New_York",
        ])

    static let customers: [Route] = [
        Route(
            method: .post, path: "/v1/customers", operation: "openCustomer", tag: .customers,
            summary: "Open a customer", access: .key(.customersWrite), idempotency: .optional,
            body: newCustomer,
            answer: Route.Success(
                status: 201, words: "The customer is open.", schema: .named("Made")),
            problems: ["customer_exists"], handle: openCustomer),
        get(
            "/v1/customers", "listCustomers", .customers,
            "List customers, or find the one with a reference", .page("Customer"),
            query: [
                Route.Query(
                    name: "reference", words: "Only the customer the host calls so.",
                    schema: .text(1...100))
            ] + Route.Query.page,
            listCustomers),
        get(
            "/v1/customers/{customer}", "getCustomer", .customers,
            "A customer: balances, what is owed, standing", .named("Customer")
        ) { call in .json(call.describe.customer(try call.customer(), try call.facts())) },
        get(
            "/v1/customers/{customer}/notices", "listNotices", .customers,
            "What a customer was told, newest first", .page("Notice"), query: Route.Query.page,
            listNotices),
        get(
            "/v1/customers/{customer}/postings", "listPostings", .customers,
            "The journal of a customer's accounts, newest first", .page("Posting"),
            query: Route.Query.page, listPostings),
        post(
            "/v1/customers/{customer}/liquidation-order", "setLiquidationOrder", .customers,
            "Say which assets to sell first, should any have to be sold", .setLiquidationOrder,
            scope: .customersWrite, key: .optional,
            body: Route.Body(
                schema: .request(["assets": .list(.asset, max: 100)]),
                example: ["assets": ["USDC", "BTC"]]),
            problems: ["asset_unknown"]),
        post(
            "/v1/customers/{customer}/security-changes", "recordSecurityChange", .customers,
            "Tell of a changed password or address, which locks withdrawals for a while",
            .recordSecurityChange, scope: .customersWrite, key: .optional,
            body: Route.Body(
                schema: .request(["kind": .oneOf(SecurityLock.Kind.self)]),
                example: ["kind": "password_changed"])),
        post(
            "/v1/customers/{customer}/help", "askForHelp", .customers,
            "Ask for a person: not mine, paid already, more time", .askForHelp,
            scope: .customersWrite, key: .optional,
            body: Route.Body(
                schema: .request([
                    "kind": .oneOf(Command.AskForHelp.Kind.self), "words": .text(1...2_000),
                ]),
                example: ["kind": "more_time", "words": "My salary comes on Friday."])),
    ]

    /// The id follows from the reference, so that two requests at once cannot open it twice.
    @Sendable static func openCustomer(_ call: Call) async throws -> Answer {
        let reference = call.body["reference"]?.stringValue ?? ""
        let id = CustomerID(
            sharing: Causes.named(scope: "customer:reference", key: reference))
        let context = try call.context().giving("customer", id)
        let (reply, isReplayed) = try await call.perform(.openCustomer, in: context)
        return call.answer(reply, isReplayed: isReplayed, created: "/v1/customers")
    }

    @Sendable static func listCustomers(_ call: Call) async throws -> Answer {
        let page = try call.page()
        let facts = try call.facts()
        let ids: [CustomerID]
        if let reference = call.query["reference"] {
            ids = try call.service.reader.customerID(reference: reference).map { [$0] } ?? []
        } else {
            let after = try page.afterID.map { CustomerID(high: $0.high, low: $0.low) }
            ids = try call.service.reader.customers(after: after, limit: page.limit + 1)
        }
        let shown = ids.prefix(page.limit)
        let rows = try shown.compactMap { id in
            try call.service.reader.customer(id).map { call.describe.customer($0, facts) }
        }
        let next = ids.count > shown.count ? shown.last.map { Cursor.after($0) } : nil
        return call.list(rows, next: next, page)
    }

    @Sendable static func listNotices(_ call: Call) async throws -> Answer {
        let customer = try call.customer()
        let page = try call.page()
        var before: (at: Instant, id: NoticeID)?
        if let cursor = page.after {
            guard cursor.parts.count == 2, case .integer(let at) = cursor.parts[0],
                case .text(let text) = cursor.parts[1], let id = NoticeID(text)
            else { throw Denial(.invalidCursor) }
            before = (Instant(milliseconds: at), id)
        }
        let rows = try call.service.reader.notices(
            of: customer.id, before: before, limit: page.limit + 1)
        let shown = rows.prefix(page.limit)
        let next =
            rows.count > shown.count
            ? shown.last.map { row in
                Cursor([
                    .integer(row.notice.at.milliseconds), .text(row.notice.id.description),
                ])
            } : nil
        let json = shown.map { row in
            call.describe.notice(row.notice)
                .with("read_at", row.readAt.map { .string($0.rfc3339) } ?? .null)
        }
        return call.list(json, next: next, page)
    }

    @Sendable static func listPostings(_ call: Call) async throws -> Answer {
        let customer = try call.customer()
        let page = try call.page()
        var before = Int64.max
        if let cursor = page.after {
            guard cursor.parts.count == 1, case .integer(let sequence) = cursor.parts[0] else {
                throw Denial(.invalidCursor)
            }
            before = sequence
        }
        let rows = try call.service.reader.postings(
            of: customer.id, before: before, limit: page.limit + 1)
        let shown = rows.prefix(page.limit)
        let next =
            rows.count > shown.count ? shown.last.map { Cursor([.integer($0.sequence)]) } : nil
        let json = shown.map { row -> JSON in
            let isDollars = row.asset == .usd
            return .object([
                ("at", .string(row.at.rfc3339)), ("cause", .string("\(row.cause)")),
                ("command", .string(row.command)), ("actor", .string(row.actor)),
                ("debit", .string(row.debit)), ("credit", .string(row.credit)),
                ("asset", .string(row.asset.description)),
                isDollars
                    ? ("amount_minor", .integer(row.amount))
                    : ("quantity", .string(call.describe.decimal(row.amount, row.asset))),
                ("reason", .string(row.reason)),
            ])
        }
        return call.list(json, next: next, page)
    }
}

// MARK: - Payment methods

extension RouteTable {
    static let newMethod = Route.Body(
        schema: .any([
            .request(
                [
                    "type": .constant("bank_account"),
                    "label": .text(1...100, example: "Everyday checking"),
                    "routing_number": .pattern("^[0-9]{9}$", example: "021000021"),
                    "account_number": Schema.pattern("^[0-9]{4,17}$", example: "9876543210")
                        .described("Sealed at once; only its last four digits are ever shown."),
                    "account_type": .oneOf(PaymentMethod.AccountType.self),
                ],
                optional: [
                    "verified": .boolean,
                    "balance_minor": Schema.cents.described("What its bank said of it just now."),
                ]),
            .request(
                [
                    "type": .constant("card"), "label": .text(1...100, example: "My card"),
                    "token": Schema.text(1...200).described(
                        "The processor's; no card number may ever be sent here."),
                    "last_four": .pattern("^[0-9]{4}$", example: "4242"),
                ],
                optional: ["verified": .boolean]),
        ]),
        example: [
            "type": "bank_account", "label": "Everyday checking", "routing_number": "021000021",
            "account_number": "9876543210", "account_type": "checking", "verified": true,
            "balance_minor": 250_000,
        ])

    static let methods: [Route] = [
        post(
            "/v1/customers/{customer}/payment-methods", "linkPaymentMethod", .methods,
            "Link a bank account or a card", .linkMethod, scope: .customersWrite, key: .optional,
            body: newMethod, creates: "payment-methods",
            problems: ["method_unusable", "method_blocked", "bank_links_stopped"]),
        get(
            "/v1/customers/{customer}/payment-methods", "listPaymentMethods", .methods,
            "Linked methods, newest first", .page("PaymentMethod"), query: Route.Query.page
        ) { call in try call.list(try call.customer().methods) { call.describe.method($0) } },
        get(
            "/v1/customers/{customer}/payment-methods/{method}", "getPaymentMethod", .methods,
            "A linked method", .named("PaymentMethod"), problems: ["method_unknown"]
        ) { call in
            let id: PaymentMethodID = try call.id("method", orElse: .methodUnknown)
            guard let method = try call.customer().methods[id] else { throw Refusal.methodUnknown }
            return .json(call.describe.method(method))
        },
        post(
            "/v1/customers/{customer}/payment-methods/{method}/balance", "reportBalance", .methods,
            "Tell what the bank said of an account's balance", .checkBalance,
            scope: .customersWrite, key: .optional,
            body: Route.Body(
                schema: .request(["amount_minor": .cents]), example: ["amount_minor": 250_000]),
            answer: .named("Made"), status: 200, problems: ["method_unknown"]),
        post(
            "/v1/customers/{customer}/payment-methods/{method}/micro-entries",
            "startValidation", .methods,
            "Send two small amounts that prove the account", .startValidation,
            scope: .customersWrite, body: .empty, status: 201,
            problems: [
                "method_unknown", "method_unusable", "method_blocked", "wrong_state",
            ]),
        post(
            "/v1/customers/{customer}/payment-methods/{method}/micro-entries/confirm",
            "confirmValidation", .methods,
            "Type the amounts that arrived; three times, within ten days", .confirmValidation,
            scope: .customersWrite,
            body: Route.Body(
                schema: .request([
                    "amounts_minor": Schema.list(
                        .amount, max: 2
                    ).described("Both, in any order, 1 through 99 cents.")
                ]), example: ["amounts_minor": [12, 34]]),
            answer: .named("Validated"), status: 200,
            problems: ["method_unknown", "wrong_state"]),
    ]
}

// MARK: - Deposits

extension RouteTable {
    static let deposits: [Route] = [
        post(
            "/v1/customers/{customer}/deposits", "startDeposit", .deposits,
            "Start a deposit, with instant credit as the policy allows", .startDeposit,
            scope: .depositsWrite,
            body: Route.Body(
                schema: .request(
                    ["method": .id(PaymentMethodID.self), "amount_minor": .amount],
                    optional: [
                        "credit_minor": Schema.cents.described(
                            "At most this much instant credit, if less than the policy would give.")
                    ]),
                example: [
                    "method": "pmt_01kjqz8v5m3t9w2x4y6c7d8e9f", "amount_minor": 50_000,
                ]),
            creates: "deposits", answer: .named("DepositMade"),
            problems: [
                "method_unknown", "method_unusable", "method_blocked", "amount_out_of_range",
            ]),
        get(
            "/v1/customers/{customer}/deposits", "listDeposits", .deposits,
            "Deposits, newest first", .page("Deposit"), query: Route.Query.page
        ) { call in
            let customer = try call.customer()
            return try call.list(customer.deposits) { call.describe.deposit($0, of: customer) }
        },
        get(
            "/v1/customers/{customer}/deposits/{deposit}", "getDeposit", .deposits,
            "A deposit, its timeline and what is owed for it", .named("Deposit"),
            problems: ["deposit_unknown"]
        ) { call in
            let id: DepositID = try call.id("deposit", orElse: .depositUnknown)
            let customer = try call.customer()
            guard let deposit = customer.deposits[id] else { throw Refusal.depositUnknown }
            return .json(call.describe.deposit(deposit, of: customer))
        },
        post(
            "/v1/customers/{customer}/deposits/{deposit}/cancel", "cancelDeposit", .deposits,
            "Cancel a deposit the bank does not have yet", .cancelDeposit, scope: .depositsWrite,
            body: .empty, problems: ["deposit_unknown", "wrong_state", "credit_in_use"]),
        requestReturn("deposits/{deposit}", "Deposit", .deposits, "deposit_unknown"),
        answerReturnRequest("deposits/{deposit}", "Deposit", .deposits, "deposit_unknown"),
        post(
            "/v1/customers/{customer}/purchases", "purchase", .deposits,
            "Buy at once with a debit, as one decision", .purchase, scope: .depositsWrite,
            body: Route.Body(
                schema: .request(
                    [
                        "method": .id(PaymentMethodID.self), "asset": .asset,
                        "quantity": .quantity,
                        "amount_minor": Schema.amount.described("All the customer pays."),
                    ],
                    optional: ["fee_minor": Schema.cents.described("Part of the amount.")]),
                example: [
                    "method": "pmt_01kjqz8v5m3t9w2x4y6c7d8e9f", "asset": "BTC",
                    "quantity": "0.00829166", "amount_minor": 50_000, "fee_minor": 250,
                ]),
            creates: "deposits", answer: .named("DepositMade"),
            problems: [
                "method_unknown", "method_unusable", "method_blocked", "amount_out_of_range",
                "purchase_not_credited", "insufficient_balance",
            ]),
        post(
            "/v1/customers/{customer}/assets-received", "receiveAsset", .deposits,
            "Tell of an asset that arrived on chain", .receiveAsset, scope: .depositsWrite,
            body: Route.Body(
                schema: .request(
                    ["asset": .asset, "quantity": .quantity],
                    optional: [
                        "settlement": Schema.id(SettlementID.self).described(
                            "The settlement the customer sent it for.")
                    ]),
                example: ["asset": "BTC", "quantity": "0.01"]),
            status: 201, problems: ["quantity_out_of_range", "settlement_unknown"]),
    ]
}

// MARK: - Asking a bank for an entry

extension RouteTable {
    static func requestReturn(
        _ path: String, _ what: String, _ tag: Route.Tag, _ unknown: String
    ) -> Route {
        post(
            "/v1/customers/{customer}/\(path)/return-requests", "request\(what)Return", tag,
            "Keep that the receiver's bank was asked to send the debit back", .requestReturn,
            scope: .houseWrite,
            body: Route.Body(
                schema: .request([
                    "reason": Schema.text(1...500, example: "Sent twice by mistake.")
                ]), example: ["reason": "Sent twice by mistake."]),
            status: 201, problems: [unknown, "wrong_state"])
    }

    static func answerReturnRequest(
        _ path: String, _ what: String, _ tag: Route.Tag, _ unknown: String
    ) -> Route {
        post(
            "/v1/customers/{customer}/\(path)/return-requests/answer",
            "answer\(what)ReturnRequest", tag,
            "Keep what the bank said to that, before any return came", .answerReturnRequest,
            scope: .houseWrite,
            body: Route.Body(
                schema: .request(["answer": .oneOf(["agreed", "declined"])]),
                example: ["answer": "agreed"]),
            problems: [unknown, "wrong_state", "already_decided"])
    }
}

// MARK: - Trading

extension RouteTable {
    static let trading: [Route] = [
        post(
            "/v1/customers/{customer}/trades", "recordTrade", .trading,
            "Book a trade the host executed; trading is free during a hold", .trade,
            scope: .tradesWrite,
            body: Route.Body(
                schema: .request(
                    [
                        "side": .oneOf(TradeSide.self), "asset": .asset, "quantity": .quantity,
                        "cash_minor": Schema.amount.described(
                            "A buy's total with the fee; a sale's gross before the fee."),
                    ],
                    optional: [
                        "fee_minor": .cents,
                        "order": Schema.id(OrderID.self).described("The order it filled."),
                    ]),
                example: [
                    "side": "buy", "asset": "BTC", "quantity": "0.00829166",
                    "cash_minor": 50_000, "fee_minor": 250,
                ]),
            status: 201,
            problems: ["insufficient_balance", "order_unknown", "wrong_state"]),
        post(
            "/v1/customers/{customer}/orders", "openOrder", .trading,
            "Reserve what an open order on the host's books needs", .openOrder,
            scope: .tradesWrite,
            body: Route.Body(
                schema: .any([
                    .request([
                        "reference": .text(1...100), "side": .constant("buy"), "asset": .asset,
                        "cash_minor": .amount,
                    ]),
                    .request([
                        "reference": .text(1...100), "side": .constant("sell"), "asset": .asset,
                        "quantity": .quantity,
                    ]),
                ]),
                example: [
                    "reference": "order-17", "side": "buy", "asset": "BTC", "cash_minor": 20_000,
                ]),
            creates: "orders", problems: ["insufficient_balance"]),
        get(
            "/v1/customers/{customer}/orders", "listOrders", .trading, "Orders, newest first",
            .page("Order"), query: Route.Query.page
        ) { call in
            let customer = try call.customer()
            return try call.list(customer.orders) { describe(call, $0, of: customer) }
        },
        get(
            "/v1/customers/{customer}/orders/{order}", "getOrder", .trading, "An order",
            .named("Order"), problems: ["order_unknown"]
        ) { call in
            let id: OrderID = try call.id("order", orElse: .orderUnknown)
            let customer = try call.customer()
            guard let order = customer.orders[id] else { throw Refusal.orderUnknown }
            return .json(describe(call, order, of: customer))
        },
        post(
            "/v1/customers/{customer}/orders/{order}/close", "closeOrder", .trading,
            "Free what an order still reserves", .closeOrder, scope: .tradesWrite, body: .empty,
            problems: ["order_unknown"]),
        get(
            "/v1/orders", "listOrdersInState", .trading,
            "Orders of all customers in one state; cancel_requested are those to cancel",
            .page("Order"),
            query: [state(["open", "cancel_requested", "closed"])] + Route.Query.page
        ) { call in
            try call.queue(.order, ["open", "cancel_requested", "closed"]) { customer, place in
                customer.orders[OrderID(high: place.high, low: place.low)].map {
                    describe(call, $0, of: customer)
                }
            }
        },
    ]

    private static func describe(_ call: Call, _ order: Order, of customer: Customer) -> JSON {
        call.describe.order(order).with("customer", .string(customer.id.description))
    }
}

// MARK: - Withdrawals

extension RouteTable {
    /// `amount_minor` of dollars, or `quantity` of another asset.
    static func amountOrQuantity(_ more: KeyValuePairs<String, Schema>) -> Schema {
        func request(_ members: [(String, Schema)]) -> Schema {
            let all = members + more.map { ($0.key, $0.value) }
            return Schema([
                "type": "object", "properties": .object(all.map { ($0.0, $0.1.json) }),
                "required": .array(all.map { .string($0.0) }), "additionalProperties": false,
            ])
        }
        return .any([
            request([("asset", .constant("USD")), ("amount_minor", .amount)]),
            request([("asset", .asset), ("quantity", .quantity)]),
        ])
    }

    static let withdrawals: [Route] = [
        post(
            "/v1/customers/{customer}/withdrawals", "requestWithdrawal", .withdrawals,
            "Reserve value to leave the account, or learn why not and when", .requestWithdrawal,
            scope: .withdrawalsWrite,
            body: Route.Body(
                schema: amountOrQuantity([
                    "destination": .text(1...140, example: "Everyday checking")
                ]),
                example: [
                    "asset": "USD", "amount_minor": 10_000, "destination": "Everyday checking",
                ]),
            creates: "withdrawals",
            problems: [
                "owing", "held", "security_lock", "stopped", "insufficient_balance",
                "quantity_out_of_range", "asset_unknown",
            ]),
        get(
            "/v1/customers/{customer}/withdrawals", "listWithdrawals", .withdrawals,
            "Withdrawals, newest first", .page("Withdrawal"), query: Route.Query.page
        ) { call in
            let customer = try call.customer()
            return try call.list(customer.withdrawals) { describe(call, $0, of: customer) }
        },
        get(
            "/v1/customers/{customer}/withdrawals/{withdrawal}", "getWithdrawal", .withdrawals,
            "A withdrawal", .named("Withdrawal"), problems: ["withdrawal_unknown"]
        ) { call in
            let id: WithdrawalID = try call.id("withdrawal", orElse: .withdrawalUnknown)
            let customer = try call.customer()
            guard let withdrawal = customer.withdrawals[id] else {
                throw Refusal.withdrawalUnknown
            }
            return .json(describe(call, withdrawal, of: customer))
        },
        post(
            "/v1/customers/{customer}/withdrawals/{withdrawal}/sent", "confirmWithdrawalSent",
            .withdrawals, "Tell that a withdrawal has left", .withdrawalSent,
            scope: .withdrawalsWrite, body: .empty,
            problems: ["withdrawal_unknown", "wrong_state"]),
        post(
            "/v1/customers/{customer}/withdrawals/{withdrawal}/cancel", "cancelWithdrawal",
            .withdrawals, "Give a reserved withdrawal back", .cancelWithdrawal,
            scope: .withdrawalsWrite, body: .empty,
            problems: ["withdrawal_unknown", "wrong_state"]),
        get(
            "/v1/customers/{customer}/withdrawable", "getWithdrawable", .withdrawals,
            "What may leave, per asset, and when the rest may", .named("Withdrawable")
        ) { call in
            .json(call.describe.withdrawable(try call.customer().withdrawable(try call.facts())))
        },
        post(
            "/v1/customers/{customer}/refunds", "refundOverpayment", .withdrawals,
            "Send back what was paid too much, to where it came from only", .refundOverpayment,
            scope: .withdrawalsWrite,
            body: Route.Body(
                schema: .request(["amount_minor": .amount, "source": .text(1...140)]),
                example: ["amount_minor": 1_000, "source": "First Sample Bank ••6789"]),
            status: 201,
            problems: [
                "overpayment_source_differs", "amount_out_of_range", "owing", "held", "stopped",
                "security_lock", "insufficient_balance",
            ]),
        get(
            "/v1/withdrawals", "listWithdrawalsInState", .withdrawals,
            "Withdrawals of all customers in one state; requested are those to send",
            .page("Withdrawal"),
            query: [state(["requested", "sent", "cancelled"])] + Route.Query.page
        ) { call in
            try call.queue(.withdrawal, ["requested", "sent", "cancelled"]) { customer, place in
                customer.withdrawals[WithdrawalID(high: place.high, low: place.low)].map {
                    describe(call, $0, of: customer)
                }
            }
        },
    ]

    private static func describe(
        _ call: Call, _ withdrawal: Withdrawal, of customer: Customer
    ) -> JSON {
        call.describe.withdrawal(withdrawal).with("customer", .string(customer.id.description))
    }
}

// MARK: - What is owed

extension RouteTable {
    static let obligations: [Route] = [
        get(
            "/v1/customers/{customer}/obligations", "listObligations", .obligations,
            "What is or was owed, newest first", .page("Obligation"), query: Route.Query.page
        ) { call in
            let customer = try call.customer()
            return try call.list(customer.obligations) {
                call.describe.obligation($0, of: customer)
            }
        },
        get(
            "/v1/customers/{customer}/obligations/{obligation}", "getObligation", .obligations,
            "What is owed for one deposit", .named("Obligation"), problems: ["obligation_unknown"]
        ) { call in
            let id: ObligationID = try call.id("obligation", orElse: .obligationUnknown)
            let customer = try call.customer()
            guard let obligation = customer.obligations[id] else {
                throw Refusal.obligationUnknown
            }
            return .json(call.describe.obligation(obligation, of: customer))
        },
        get(
            "/v1/customers/{customer}/settlement-options", "listSettlementOptions", .obligations,
            "The ways to pay all that is owed, each with its fee or why it cannot be used",
            .page("SettlementOption")
        ) { call in
            let customer = try call.customer()
            let options = customer.settlementOptions(for: customer.owed, try call.facts())
            return .json([
                "data": .array(options.map { call.describe.option($0) }), "next_cursor": .null,
            ])
        },
        get(
            "/v1/obligations", "listObligationsInState", .obligations,
            "Obligations of all customers in one state", .page("Obligation"),
            query: [state(["open", "settled", "charged_off"])] + Route.Query.page
        ) { call in
            try call.queue(.obligation, ["open", "settled", "charged_off"]) { customer, place in
                customer.obligations[ObligationID(high: place.high, low: place.low)].map {
                    call.describe.obligation($0, of: customer)
                }
            }
        },
        get(
            "/v1/customers/{customer}/sales", "listSales", .obligations,
            "Sales of a customer's assets with each fill, newest first", .page("Sale"),
            query: Route.Query.page
        ) { call in try call.list(try call.customer().sales) { call.describe.sale($0) } },
        get(
            "/v1/customers/{customer}/sales/{sale}", "getSale", .obligations, "A sale",
            .named("Sale"), problems: ["sale_unknown"]
        ) { call in
            let id: SaleID = try call.id("sale", orElse: .saleUnknown)
            guard let sale = try call.customer().sales[id] else { throw Refusal.saleUnknown }
            return .json(call.describe.sale(sale))
        },
    ]
}

// MARK: - Settlements

extension RouteTable {
    /// Each kind takes what it needs and nothing else.
    static let newSettlement: Schema = {
        func request(
            _ kinds: [String], _ required: [(String, Schema)], _ optional: [(String, Schema)] = []
        ) -> Schema {
            let always = [("kind", Schema.oneOf(kinds))] + required
            let sometimes: [(String, Schema)] =
                optional + [
                    (
                        "amount_minor",
                        Schema.amount.described("A part; all that is owed when left out.")
                    ),
                    (
                        "obligations",
                        Schema.list(.id(ObligationID.self), max: 100).described(
                            "All open ones, oldest first, when left out.")
                    ),
                    (
                        "owed_shown_minor",
                        Schema.amount.described(
                            "What the customer was shown; refused when it is no longer true.")
                    ),
                ]
            return Schema([
                "type": "object",
                "properties": .object((always + sometimes).map { ($0.0, $0.1.json) }),
                "required": .array(always.map { .string($0.0) }),
                "additionalProperties": false,
            ])
        }
        return .any([
            request(["wire", "instant", "representment"], []),
            request(["ach"], [("method", .id(PaymentMethodID.self))]),
            request(["card"], [], [("method", .id(PaymentMethodID.self))]),
            request(["sell_asset", "send_asset"], [("asset", .asset)]),
        ])
    }()

    static let settlements: [Route] = [
        post(
            "/v1/customers/{customer}/settlements", "startSettlement", .settlements,
            "Start a payment towards what is owed", .startSettlement, scope: .settlementsWrite,
            body: Route.Body(
                schema: newSettlement, example: ["kind": "wire", "owed_shown_minor": 50_000]),
            creates: "settlements",
            problems: [
                "nothing_owed", "amount_changed", "settlement_exceeds_owed", "partial_not_allowed",
                "settlement_in_progress", "settlement_method_off", "obligation_unknown",
                "method_unknown", "method_unusable", "method_blocked", "quote_missing",
                "insufficient_balance", "too_little_to_sell", "representment_not_allowed",
                "asset_unknown",
            ]),
        get(
            "/v1/customers/{customer}/settlements", "listSettlements", .settlements,
            "Payments towards what is owed, newest first", .page("Settlement"),
            query: Route.Query.page
        ) { call in
            let customer = try call.customer()
            return try call.list(customer.settlements) {
                call.describe.settlement($0, of: customer)
            }
        },
        get(
            "/v1/customers/{customer}/settlements/{settlement}", "getSettlement", .settlements,
            "A payment towards what is owed", .named("Settlement"),
            problems: ["settlement_unknown"]
        ) { call in
            let id: SettlementID = try call.id("settlement", orElse: .settlementUnknown)
            let customer = try call.customer()
            guard let settlement = customer.settlements[id] else {
                throw Refusal.settlementUnknown
            }
            return .json(call.describe.settlement(settlement, of: customer))
        },
        post(
            "/v1/customers/{customer}/settlements/{settlement}/cancel", "cancelSettlement",
            .settlements, "Cancel a payment that is not under way", .cancelSettlement,
            scope: .settlementsWrite, body: .empty,
            problems: ["settlement_unknown", "wrong_state"]),
        requestReturn("settlements/{settlement}", "Settlement", .settlements, "settlement_unknown"),
        answerReturnRequest(
            "settlements/{settlement}", "Settlement", .settlements, "settlement_unknown"),
    ]
}
