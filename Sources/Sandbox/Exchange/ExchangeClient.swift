import Banking
import Money
import Wire

/// A customer as the exchange's pages show one.
struct ExchangeCustomer: Sendable, Equatable {
    var id: String
    var reference: String
    var name: String
    /// Cents the customer can spend.
    var cashMinor: Int64
    /// Cents owed for returned deposits.
    var owedMinor: Int64
    /// Quantities by asset, as exact decimal text.
    var holdings: [Holding]

    struct Holding: Sendable, Equatable {
        var asset: String
        var quantity: String
    }
}

/// A way to pay that a customer linked.
struct ExchangeMethod: Sendable, Equatable {
    var id: String
    /// `bank_account` or `card`.
    var kind: String
    var label: String
    var lastFour: String
}

/// What may leave now, and when the rest may.
struct ExchangeWithdrawable: Sendable, Equatable {
    /// Up to so much of each asset, as exact decimal text. Together they may be worth less.
    var each: [ExchangeCustomer.Holding]
    var heldMinor: Int64
    var nextRelease: Instant?
}

/// Makewhole's API in the words of the exchange. Everything that knows a path or a field of that
/// API is in this file.
struct ExchangeClient: Sendable {
    let makewhole: MakewholeClient

    // MARK: Setting up

    /// The customer with this reference of ours, if Makewhole knows one.
    func customer(reference: String) async throws(MakewholeFailure) -> ExchangeCustomer? {
        let json: JSON
        do {
            json = try await makewhole.get("/v1/customers?reference=\(reference)")
        } catch .refused(status: 404, _, _) {
            return nil
        }
        if let list = json["data"]?.arrayValue {
            guard let first = list.first else { return nil }
            return try Self.customer(first)
        }
        return try Self.customer(json)
    }

    func create(_ sample: SampleCustomer) async throws(MakewholeFailure) -> ExchangeCustomer {
        try Self.customer(
            await makewhole.post(
                "/v1/customers",
                [
                    "reference": .string(sample.reference), "name": .string(sample.name),
                    "email": .string(sample.email), "language": .string(sample.language),
                    "time_zone": .string(sample.timeZone),
                ], idempotencyKey: "sandbox-customer-\(sample.reference)"))
    }

    func link(
        _ account: SampleCustomer.Account, to customer: String, reference: String
    ) async throws(MakewholeFailure) {
        _ = try await makewhole.post(
            "/v1/customers/\(customer)/payment-methods",
            [
                "type": "bank_account", "label": .string(account.label),
                "routing_number": .string(SampleCustomer.routing),
                "account_number": .string(account.number),
                "account_type": .string(account.type), "verified": .boolean(account.isVerified),
                "balance_minor": .integer(account.balanceMinor),
            ], idempotencyKey: "sandbox-method-\(reference)-\(account.number)")
    }

    func linkCard(to customer: String, reference: String) async throws(MakewholeFailure) {
        _ = try await makewhole.post(
            "/v1/customers/\(customer)/payment-methods",
            [
                "type": "card", "label": "Sample Bank", "token": .string("tok_\(reference)"),
                "last_four": "0010",
            ], idempotencyKey: "sandbox-card-\(reference)")
    }

    /// Gives the house what it trades with customers from: smallest units of dollars, decimal text
    /// of anything else.
    func fund(_ asset: String, _ quantity: String) async throws(MakewholeFailure) {
        var members: [(String, JSON)] = [("asset", .string(asset))]
        if asset == "USD", let cents = DecimalText.parse(quantity, scale: 2) {
            members.append(("amount_minor", .integer(cents)))
        } else {
            members.append(("quantity", .string(quantity)))
        }
        _ = try await makewhole.post(
            "/v1/house/funding", .object(members), idempotencyKey: "sandbox-funding-\(asset)")
    }

    // MARK: Reading

    func customer(id: String) async throws(MakewholeFailure) -> ExchangeCustomer {
        try Self.customer(await makewhole.get("/v1/customers/\(id)"))
    }

    func methods(of customer: String) async throws(MakewholeFailure) -> [ExchangeMethod] {
        try await makewhole.get("/v1/customers/\(customer)/payment-methods").list.map {
            ExchangeMethod(
                id: $0["id"]?.stringValue ?? "",
                kind: $0["kind"]?.stringValue ?? $0["type"]?.stringValue ?? "",
                label: $0["label"]?.stringValue ?? "", lastFour: $0["last_four"]?.stringValue ?? "")
        }
    }

    func withdrawable(of customer: String) async throws(MakewholeFailure) -> ExchangeWithdrawable {
        let json = try await makewhole.get("/v1/customers/\(customer)/withdrawable")
        return ExchangeWithdrawable(
            each: (json["each"]?.arrayValue ?? []).map { row in
                ExchangeCustomer.Holding(
                    asset: row["asset"]?.stringValue ?? "",
                    quantity: row["amount_minor"]?.integerValue.map {
                        DecimalText.format($0, scale: 2)
                    } ?? row["quantity"]?.stringValue ?? "")
            },
            heldMinor: json["held_minor"]?.integerValue ?? 0,
            nextRelease: json["next_release_at"]?.stringValue.flatMap { Instant(rfc3339: $0) })
    }

    // MARK: Acting for a customer

    func deposit(
        _ amountMinor: Int64, from method: String, customer: String, key: String
    ) async throws(MakewholeFailure) {
        _ = try await makewhole.post(
            "/v1/customers/\(customer)/deposits",
            ["method": .string(method), "amount_minor": .integer(amountMinor)],
            idempotencyKey: key)
    }

    /// Reserves what an order needs; Makewhole's id of the order.
    func reserve(_ order: ExchangeOrder) async throws(MakewholeFailure) -> String {
        var members: [(String, JSON)] = [
            ("reference", .string(order.id)), ("side", .string(order.side.rawValue)),
            ("asset", .string(order.asset)),
        ]
        switch order.side {
        case .buy: members.append(("cash_minor", .integer(order.cashMinor)))
        case .sell: members.append(("quantity", .string(order.quantityText)))
        }
        let json = try await makewhole.post(
            "/v1/customers/\(order.customer)/orders", .object(members),
            idempotencyKey: "sandbox-order-\(order.id)")
        guard let id = json["id"]?.stringValue ?? json["order"]?.stringValue else {
            throw .unexpected("an order without an id")
        }
        return id
    }

    /// Books one trade of an order.
    func book(
        _ order: ExchangeOrder, as makewholeID: String, tradeID: String, quantity: String,
        cashMinor: Int64
    ) async throws(MakewholeFailure) {
        _ = try await makewhole.post(
            "/v1/customers/\(order.customer)/trades",
            [
                "side": .string(order.side.rawValue), "asset": .string(order.asset),
                "quantity": .string(quantity), "cash_minor": .integer(cashMinor),
                "fee_minor": 0, "order": .string(makewholeID),
            ], idempotencyKey: "sandbox-trade-\(order.id)-\(tradeID)")
    }

    /// Gives free what an order still reserves.
    func close(
        _ order: ExchangeOrder, as makewholeID: String
    ) async throws(MakewholeFailure) {
        _ = try await makewhole.post(
            "/v1/customers/\(order.customer)/orders/\(makewholeID)/close", .object([]),
            idempotencyKey: "sandbox-close-\(order.id)")
    }

    /// References of orders Makewhole asks us to cancel, because a debt needs what they reserve.
    func ordersToCancel() async throws(MakewholeFailure) -> [String] {
        try await makewhole.get("/v1/orders?state=cancel_requested").list.compactMap {
            $0["reference"]?.stringValue
        }
    }

    /// Asks for a withdrawal; a refusal carries the reason and the date in its sentence.
    func withdraw(
        _ asset: String, _ amount: String, to destination: String, customer: String, key: String
    ) async throws(MakewholeFailure) {
        var members: [(String, JSON)] = [("asset", .string(asset))]
        if asset == "USD" {
            members.append(
                ("amount_minor", .integer(DecimalText.parse(amount, scale: 2) ?? 0)))
        } else {
            members.append(("quantity", .string(amount)))
        }
        members.append(("destination", .string(destination)))
        _ = try await makewhole.post(
            "/v1/customers/\(customer)/withdrawals", .object(members), idempotencyKey: key)
    }

    /// Withdrawals that wait to be sent, as customer and withdrawal ids.
    func withdrawalsToSend() async throws(MakewholeFailure) -> [(customer: String, id: String)] {
        try await makewhole.get("/v1/withdrawals?state=requested").list.compactMap { row in
            guard let id = row["id"]?.stringValue,
                let customer = row["customer"]?.stringValue
                    ?? row["customer_id"]?.stringValue
            else { return nil }
            return (customer, id)
        }
    }

    func markSent(_ withdrawal: String, of customer: String) async throws(MakewholeFailure) {
        _ = try await makewhole.post(
            "/v1/customers/\(customer)/withdrawals/\(withdrawal)/sent", .object([]),
            idempotencyKey: "sandbox-sent-\(withdrawal)")
    }

    // MARK: Signing in

    /// A link that signs a customer in once.
    func signInLink(customer: String) async throws(MakewholeFailure) -> String {
        try Self.url(
            await makewhole.post("/v1/customers/\(customer)/sign-in-links", .object([])))
    }

    /// A link that signs an operator in once.
    func operatorLink(name: String, role: String) async throws(MakewholeFailure) -> String {
        try Self.url(
            await makewhole.post(
                "/v1/operators/sign-in-links",
                ["name": .string(name), "role": .string(role)]))
    }

    private static func url(_ json: JSON) throws(MakewholeFailure) -> String {
        guard let url = json["url"]?.stringValue,
            url.hasPrefix("http://") || url.hasPrefix("https://"),
            url.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw .unexpected("a sign-in link without an address") }
        return url
    }

    private static func customer(_ json: JSON) throws(MakewholeFailure) -> ExchangeCustomer {
        guard let id = json["id"]?.stringValue else {
            throw .unexpected("a customer without an id")
        }
        return ExchangeCustomer(
            id: id, reference: json["reference"]?.stringValue ?? "",
            name: json["name"]?.stringValue ?? "",
            cashMinor: json["cash_minor"]?.integerValue ?? 0,
            owedMinor: json["owed_minor"]?.integerValue ?? 0,
            holdings: (json["holdings"]?.arrayValue ?? []).map { row in
                ExchangeCustomer.Holding(
                    asset: row["asset"]?.stringValue ?? "",
                    quantity: row["quantity"]?.stringValue ?? "")
            })
    }
}

extension JSON {
    /// The rows of a list, whether it stands alone or in a page of results.
    fileprivate var list: [JSON] { self["data"]?.arrayValue ?? arrayValue ?? [] }
}
