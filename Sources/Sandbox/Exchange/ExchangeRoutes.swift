import HTML
import HTTPTypes
import Hummingbird
import Money
import Wire

/// The sample exchange's pages.
struct ExchangeRoutes: Sendable {
    let exchange: Exchange
    let market: Market
    let clock: SandboxClock

    /// The operators one can sign in as: two, because some acts need a second person, and one who
    /// may only look.
    static let operators = [
        (name: "Olga Operator", role: "operator"), (name: "Omar Operator", role: "operator"),
        (name: "Vera Viewer", role: "viewer"),
    ]

    func add(to router: some RouterMethods<BasicRequestContext>) {
        router.get("/exchange") { request, _ in await list(request) }
        router.post("/exchange/operator") { request, _ in try await signInOperator(request) }
        router.get("/exchange/{reference}") { request, context in
            try await page(context, Flash(request))
        }
        router.post("/exchange/{reference}/{action}") { request, context in
            try await act(request, context)
        }
    }

    // MARK: Pages

    private var client: ExchangeClient { exchange.client }

    private func list(_ request: Request) async -> Response {
        let ready = Set(await exchange.customerIDs.keys)
        var response = Self.shown(
            ExchangePage.list(
                ready: ready, trouble: await exchange.setupTrouble, flash: Flash(request)),
            request)
        // The samples appear by themselves as soon as Makewhole answers.
        if ready.count < SampleCustomer.all.count { response.headers[.refresh] = "3" }
        return response
    }

    private func page(
        _ context: BasicRequestContext, _ flash: Flash?
    ) async throws -> Response {
        guard let (sample, id) = await sample(context) else { return Self.noSuchCustomer }
        let view: ExchangePage.View
        do {
            view = try await self.view(sample, id)
        } catch let failure as MakewholeFailure {
            return Reply.page(
                SandboxPage.message(title: "Makewhole did not answer", text: "\(failure)"),
                status: .badGateway)
        }
        var response = Reply.page(ExchangePage.customer(view, flash: flash))
        if flash != nil { response.headers[.setCookie] = Flash.clearing }
        return response
    }

    private func view(_ sample: SampleCustomer, _ id: String) async throws -> ExchangePage.View {
        let state = await exchange.state
        let marketState = await market.state
        let now = await clock.now()
        return ExchangePage.View(
            sample: sample, customer: try await client.customer(id: id),
            methods: try await accounts(of: sample, id),
            withdrawable: try await client.withdrawable(of: id),
            orders: await exchange.ordersShown(of: id).map { order in
                (order, state.stage(order), marketState.orders[order.id]?.filled ?? .zero)
            },
            prices: MarketAsset.all.map { asset in
                (asset.code, asset.text(marketState.index(of: asset, at: now)))
            })
    }

    // MARK: Acting

    /// Does what a form asks; a program that accepts JSON gets a sentence or a problem instead of
    /// a redirect.
    private func act(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let isProgram = request.headers[.accept]?.contains("application/json") == true
        guard let (sample, id) = await sample(context) else {
            return isProgram
                ? Reply.problem(
                    .notFound, "unknown-customer",
                    "There is no such sample customer, or Makewhole has not answered yet.")
                : Self.noSuchCustomer
        }
        let form = try await request.form()
        let action = try context.parameters.require("action")
        do {
            if action == "makewhole" {
                let link = try await client.signInLink(customer: id)
                return isProgram
                    ? Reply.json(["message": .string(link)]) : Reply.redirect(link)
            }
            let message = try await perform(action, form, of: sample, customer: id)
            return isProgram
                ? Reply.json(["message": .string(message)])
                : Reply.redirect(
                    "/exchange/\(sample.reference)", flash: Flash(tone: .done, text: message))
        } catch {
            guard let sentence = Self.sentence(error) else { throw error }
            return isProgram
                ? Reply.problem(.conflict, "exchange-refused", sentence)
                : Reply.redirect(
                    "/exchange/\(sample.reference)",
                    flash: Flash(tone: .problem, text: sentence))
        }
    }

    private func perform(
        _ action: String, _ form: FormBody, of sample: SampleCustomer, customer: String
    ) async throws -> String {
        let fields = ExchangeFields(form: form)
        switch action {
        case "deposit":
            let amount = try fields.dollars()
            try await client.deposit(
                amount.count, from: try await method(fields, sample, customer), customer: customer,
                key: fields.key())
            return "\(Dollars.text(amount.count)) is on its way, and yours to trade."
        case "buy":
            return try await place(
                TradeTicket(side: .buy, asset: fields.asset(), cash: fields.dollars()), customer)
        case "sell":
            let asset = try fields.asset()
            return try await place(
                TradeTicket(side: .sell, asset: asset, quantity: fields.quantity(of: asset)),
                customer)
        case "limit":
            let asset = try fields.asset()
            return try await place(
                TradeTicket(
                    side: fields.side(), asset: asset, quantity: fields.quantity(of: asset),
                    limit: fields.price(of: asset)), customer)
        case "cancel":
            try await exchange.cancel(fields.text("order"), of: customer)
            return "The order is cancelled."
        case "withdraw":
            let asset = try fields.text("asset")
            let amount = try fields.amountText(of: asset)
            try await client.withdraw(
                asset, amount, to: fields.text("destination"), customer: customer,
                key: fields.key())
            return "\(amount) \(asset) is on its way out."
        default:
            throw ControlMistake(field: "action", detail: "The exchange cannot do that.")
        }
    }

    /// The account a form names; without a name, the one that tells the customer's story.
    private func method(
        _ fields: ExchangeFields, _ sample: SampleCustomer, _ customer: String
    ) async throws -> String {
        if fields.form["method"] != nil { return try fields.text("method") }
        guard let first = try await accounts(of: sample, customer).first else {
            throw ControlMistake(field: "method", detail: "This customer has no bank account.")
        }
        return first.id
    }

    /// The customer's bank accounts, the one that tells the story first, whatever order Makewhole
    /// lists them in.
    private func accounts(
        of sample: SampleCustomer, _ customer: String
    ) async throws -> [ExchangeMethod] {
        let accounts = try await client.methods(of: customer).filter { $0.kind == "bank_account" }
        let story = sample.accounts.first.map { String($0.number.suffix(4)) }
        return accounts.filter { $0.lastFour == story } + accounts.filter { $0.lastFour != story }
    }

    private func place(_ ticket: TradeTicket, _ customer: String) async throws -> String {
        let order = try await exchange.place(ticket, for: customer)
        switch await exchange.state.stage(order) {
        case .wanted, .reserved: return "The order is on its way. Look again in a moment."
        case .atMarket, .closed, .refused: break
        }
        let placed = await market.state.orders[order.id]
        let filled = ticket.asset.text(placed?.filled ?? .zero)
        let verb = ticket.side == .buy ? "Bought" : "Sold"
        switch placed?.status {
        case .filled, .partlyFilled: return "\(verb) \(filled) \(ticket.asset.code)."
        case .open: return "The order waits in the market."
        case .cancelled, nil: return "Nobody took the other side, so nothing was traded."
        }
    }

    private func signInOperator(_ request: Request) async throws -> Response {
        let isProgram = request.headers[.accept]?.contains("application/json") == true
        let name = try await request.form()["name"]
        let person = Self.operators.first { $0.name == name } ?? Self.operators[0]
        let link: String
        do {
            link = try await client.operatorLink(name: person.name, role: person.role)
        } catch {
            return isProgram
                ? Reply.problem(.badGateway, "makewhole-failed", error.description)
                : Reply.redirect("/", flash: Flash(tone: .problem, text: error.description))
        }
        return isProgram ? Reply.json(["message": .string(link)]) : Reply.redirect(link)
    }

    // MARK: Helpers

    private func sample(_ context: BasicRequestContext) async -> (SampleCustomer, String)? {
        guard
            let sample = context.parameters.get("reference").flatMap({ SampleCustomer.named($0) }),
            let id = await exchange.customerIDs[sample.reference]
        else { return nil }
        return (sample, id)
    }

    private static func sentence(_ error: any Error) -> String? {
        switch error {
        case let mistake as ControlMistake: mistake.detail
        case MakewholeFailure.refused(_, _, let detail): detail
        case let failure as MakewholeFailure: failure.description
        case let refusal as MarketRefusal: refusal.detail
        default: nil
        }
    }

    private static func shown(_ markup: Markup, _ request: Request) -> Response {
        var response = Reply.page(markup)
        if Flash(request) != nil { response.headers[.setCookie] = Flash.clearing }
        return response
    }

    private static var noSuchCustomer: Response {
        Reply.page(
            SandboxPage.message(
                title: "This customer is not here",
                text: "Sample customers appear as soon as Makewhole answers."),
            status: .notFound)
    }
}

/// Typed reading of the exchange's forms.
private struct ExchangeFields {
    let form: FormBody

    private static let textMax = 120

    func text(_ name: String) throws(ControlMistake) -> String {
        guard let text = form[name], (1...Self.textMax).contains(text.utf8.count) else {
            throw ControlMistake(field: name, detail: "Fill in \(name).")
        }
        return text
    }

    /// The key of the form, so that a form sent twice acts once. A form without one acts each time.
    func key() throws(ControlMistake) -> String {
        form["key"] == nil ? "sandbox-form-\(Secrets.token())" : try text("key")
    }

    func dollars() throws(ControlMistake) -> Cents {
        guard let cents = Dollars.cents(try text("amount")) else {
            throw ControlMistake(field: "amount", detail: "Give an amount such as 500.00.")
        }
        return Cents(cents)
    }

    func asset() throws(ControlMistake) -> MarketAsset {
        guard let asset = MarketAsset.named(try text("asset")) else {
            throw ControlMistake(field: "asset", detail: "Choose BTC, ETH or USDC.")
        }
        return asset
    }

    func side() throws(ControlMistake) -> Side {
        guard let side = Side(rawValue: try text("side")) else {
            throw ControlMistake(field: "side", detail: "Choose buy or sell.")
        }
        return side
    }

    func quantity(of asset: MarketAsset) throws(ControlMistake) -> Quantity {
        guard
            let count = DecimalText.parse(try text("quantity"), scale: asset.asset.scale),
            count > 0, let quantity = Quantity(exactly: count)
        else {
            throw ControlMistake(
                field: "quantity",
                detail: "Give a quantity with at most \(asset.asset.scale) decimals.")
        }
        return quantity
    }

    func price(of asset: MarketAsset) throws(ControlMistake) -> Price {
        guard let price = asset.price(try text("price")) else {
            throw ControlMistake(
                field: "price",
                detail: "Give a price with at most \(asset.priceDecimals) decimals.")
        }
        return price
    }

    /// The amount of a withdrawal, written with all decimals of its asset.
    func amountText(of code: String) throws(ControlMistake) -> String {
        if code == "USD" { return DecimalText.format(try dollars().count, scale: 2) }
        let asset = try asset()
        guard let count = DecimalText.parse(try text("amount"), scale: asset.asset.scale),
            count > 0, let quantity = Quantity(exactly: count)
        else {
            throw ControlMistake(
                field: "amount",
                detail: "Give an amount with at most \(asset.asset.scale) decimals.")
        }
        return asset.text(quantity)
    }
}
