import Banking
import HTML
import Ledger
import Money
import Nacha
import Rules
import Service
import Web
import Wire

extension Site {
    var moneyRoutes: [Route] {
        [
            .get("/add-money", .customer(addMoney)),
            .post("/add-money/review", .customer(checkAddMoney)),
            .get("/add-money/review", .customer(reviewAddMoney)),
            .post("/deposits", .customer(startDeposit)),
            .get("/bank-accounts/new", .customer(linkBank)),
            .post("/bank-accounts/new", .customer(addBank)),
            .get("/withdraw", .customer(withdraw)),
            .post("/withdraw", .customer(requestWithdrawal)),
            .get("/trade", .customer(trade)),
            .post("/trade/quote", .customer(quoteTrade)),
            .post("/trade", .customer(acceptTrade)),
        ]
    }
}

// MARK: Adding money

/// How much, and from which account: what a customer chose on the way to a deposit.
private struct DepositChoice {
    let amount: Cents
    let method: PaymentMethod
    /// The deposit as it would be, decided on a copy that is thrown away.
    let credit: Cents
    let releaseAt: Instant
}

extension Site {
    private func addMoney(_ visit: CustomerVisit) async throws -> Answer {
        .page(addMoneyPage(visit, chosen: nil, amount: "", problems: []))
    }

    private func addMoneyPage(
        _ visit: CustomerVisit, chosen: String?, amount: String, problems: [FieldProblem]
    ) -> AddMoneyPage {
        let (customer, facts) = (visit.customer, visit.facts)
        let accounts = customer.bankAccountChoices(facts)
        let release = facts.now.adding(hours: facts.policy.hold.hours)
        return AddMoneyPage(
            accounts: accounts,
            chosenAccount: chosen ?? accounts.first { $0.refusal == nil }?.id, amount: amount,
            instantLimitCents: instantLimit(visit).count,
            maximumCents: facts.policy.credit.depositMax.count,
            withdrawableAt: facts.withdrawableAt(release: release),
            owedCents: customer.owed.count, problems: problems)
    }

    /// The most a deposit made now would give at once: what the rules say of the largest that
    /// could still be given.
    private func instantLimit(_ visit: CustomerVisit) -> Cents {
        let (customer, policy) = (visit.customer, visit.facts.policy)
        let left = min(
            customer.tier(policy).limit.remaining(after: customer.exposure),
            policy.credit.depositMax)
        guard left >= policy.credit.depositMin else { return .zero }
        return customer.methods.values.filter { $0.bankAccount != nil && $0.standing == .usable }
            .compactMap { method -> Cents? in
                guard case .success(let reply) = tried(visit, method.id, left) else { return nil }
                return reply.credit
            }.max() ?? .zero
    }

    /// Runs a deposit through the rules on a copy and keeps nothing.
    private func tried(
        _ visit: CustomerVisit, _ method: PaymentMethodID, _ amount: Cents
    ) -> Result<(credit: Cents, releaseAt: Instant), Refusal> {
        var draft = Draft(
            visit.customer, facts: visit.facts,
            cause: Causes.named(scope: "preview", key: "\(visit.id)"))
        do {
            let reply = try draft.decide(
                .startDeposit(Command.StartDeposit(method: method, amount: amount)))
            guard case .deposit(_, let credit, let releaseAt, _) = reply else {
                return .failure(.wrongState("no deposit came of it"))
            }
            return .success((credit, releaseAt))
        } catch {
            return .failure(error)
        }
    }

    private func choice(
        _ visit: CustomerVisit, amount text: String, account: String
    ) -> Result<DepositChoice, Problems> {
        let bounds = visit.facts.policy.credit
        var problems: [FieldProblem] = []
        let amount = Typed.cents(text).flatMap { Cents(exactly: $0) }
        if text.isEmpty {
            problems.append(FieldProblem(.amount, .missing))
        } else if let amount {
            if amount < bounds.depositMin {
                problems.append(FieldProblem(.amount, .belowMinimum(bounds.depositMin.count)))
            }
            if amount > bounds.depositMax {
                problems.append(FieldProblem(.amount, .aboveMaximum(bounds.depositMax.count)))
            }
        } else {
            problems.append(FieldProblem(.amount, .notAnAmount))
        }
        let method = PaymentMethodID(account).flatMap { visit.customer.methods[$0] }
        if method == nil { problems.append(FieldProblem(.bankAccount, .missing)) }
        guard problems.isEmpty, let amount, let method else { return .failure(Problems(problems)) }
        switch tried(visit, method.id, amount) {
        case .success(let reply):
            return .success(
                DepositChoice(
                    amount: amount, method: method, credit: reply.credit,
                    releaseAt: reply.releaseAt))
        case .failure(let refusal):
            return .failure(
                Problems([FieldProblem(.bankAccount, .other(visit.say(refusal)))]))
        }
    }

    private func checkAddMoney(_ visit: CustomerVisit) async throws -> Answer {
        let (amount, account) = (visit.form[.amount], visit.form[.bankAccount])
        switch choice(visit, amount: amount, account: account) {
        case .success(let choice):
            let (amount, id) = (Typed.text(choice.amount.count), "\(choice.method.id)")
            let address: Location = "/add-money/review?amount=\(amount)&bank_account=\(id)"
            return .seeOther(address.text)
        case .failure(let problems):
            return .page(
                addMoneyPage(
                    visit, chosen: account, amount: amount, problems: problems.list))
        }
    }

    private func reviewAddMoney(_ visit: CustomerVisit) async throws -> Answer {
        let amount = visit.visit.query[Field.amount.rawValue] ?? ""
        let account = visit.visit.query[Field.bankAccount.rawValue] ?? ""
        switch choice(visit, amount: amount, account: account) {
        case .success(let choice):
            return .page(review(visit, choice, key: Form.newKey(), problems: []))
        case .failure(let problems):
            return .page(
                addMoneyPage(
                    visit, chosen: account, amount: amount, problems: problems.list))
        }
    }

    private func review(
        _ visit: CustomerVisit, _ choice: DepositChoice, key: String, problems: [FieldProblem]
    ) -> AddMoneyReviewPage {
        let facts = visit.facts
        let rest = choice.amount - choice.credit
        let toObligations = min(rest, visit.customer.owed)
        let withdrawableAt = facts.withdrawableAt(release: choice.releaseAt)
        return AddMoneyReviewPage(
            cents: choice.amount.count, accountID: "\(choice.method.id)",
            from: BankLabel(choice.method.label, choice.method.lastFour),
            availableNowCents: choice.credit.count, toObligationsCents: toObligations.count,
            restAvailableAt: rest > toObligations ? withdrawableAt : nil,
            withdrawableAt: withdrawableAt, debitAt: facts.noon(on: facts.nextSettlementDay),
            statementName: service.settings.originator.companyName, idempotencyKey: key,
            problems: problems)
    }

    private func startDeposit(_ visit: CustomerVisit) async throws -> Answer {
        let (amount, account) = (visit.form[.amount], visit.form[.bankAccount])
        guard let cents = Typed.cents(amount).flatMap({ Cents(exactly: $0) }),
            let method = PaymentMethodID(account), visit.customer.methods[method] != nil
        else { return try await checkAddMoney(visit) }
        guard visit.form[.authorize] == "yes" else {
            switch choice(visit, amount: amount, account: account) {
            case .success(let choice):
                return .page(
                    review(
                        visit, choice, key: visit.form.key,
                        problems: [FieldProblem(.authorize, .notAuthorized)]))
            case .failure(let problems):
                return .page(
                    addMoneyPage(
                        visit, chosen: account, amount: amount, problems: problems.list))
            }
        }
        do {
            let reply = try await visit.perform(
                .startDeposit(Command.StartDeposit(method: method, amount: cents)),
                key: try visit.key()
            ).reply()
            guard case .deposit(let id, _, _, _) = reply else { throw Turn.notFound }
            return .seeOther(Paths.deposit("\(id)").text)
        } catch let refusal as Refusal {
            return .page(
                addMoneyPage(
                    visit, chosen: account, amount: amount,
                    problems: [FieldProblem(.bankAccount, .other(visit.say(refusal)))]))
        }
    }
}

extension Customer {
    /// Linked bank accounts, newest first, each with the reason it cannot be used.
    func bankAccountChoices(_ facts: Facts) -> [BankAccountChoice] {
        methods.values.filter { $0.bankAccount != nil }
            .sorted { ($0.linkedAt, $0.id) > ($1.linkedAt, $1.id) }
            .map { method in
                BankAccountChoice(
                    id: "\(method.id)", label: BankLabel(method.label, method.lastFour),
                    refusal: refusal(of: method, facts),
                    mayBeVerified: !method.verified && method.standing == .usable)
            }
    }

    private func refusal(of method: PaymentMethod, _ facts: Facts) -> BankAccountChoice.Refusal? {
        if let account = method.bankAccount, facts.isBlocked(account) {
            return .notAuthorized
        }
        return switch method.standing {
        case .usable: nil
        case .needsCorrection: .notFound
        case .disabled: method.standingReason == "R02" ? .closed : .notFound
        case .blocked: .notAuthorized
        }
    }
}

/// What is wrong with a form.
struct Problems: Error {
    let list: [FieldProblem]
    init(_ list: [FieldProblem]) { self.list = list }
}

extension CustomerVisit {
    /// The form's key; a form that changes something has one.
    func key() throws(Turn) -> String {
        guard !form.key.isEmpty else { throw .bodyMalformed }
        return form.key
    }

    func say(_ refusal: Refusal) -> String { refusal.excuse.sentence(in: language) }
}

// MARK: Linking a bank account

extension Site {
    private func linkBank(_ visit: CustomerVisit) async throws -> Answer {
        try visit.requireFreshSignIn(returnTo: Paths.linkBank)
        return .page(LinkBankPage(idempotencyKey: Form.newKey()))
    }

    private func addBank(_ visit: CustomerVisit) async throws -> Answer {
        try visit.requireFreshSignIn(returnTo: Paths.linkBank)
        func typed(_ field: LinkBankPage.Input) -> String {
            (visit.form.fields[field.rawValue] ?? "").filter { $0 != " " && $0 != "-" }
        }
        let name = String(
            (visit.form.fields[LinkBankPage.Input.bankName.rawValue] ?? "")
                .filter { !$0.isNewline }.prefix(60))
        let routing = RoutingNumber(typed(.routingNumber))
        let account = typed(.accountNumber)
        var problems: [LinkBankPage.Problem] = []
        if name.allSatisfy(\.isWhitespace) { problems.append(.bankNameMissing) }
        if routing == nil { problems.append(.routingNumber) }
        // Seventeen characters are all an entry holds (Nacha, entry detail record).
        let isNumber = account.utf8.allSatisfy { (0x30...0x39).contains($0) }
        let isZero = account.utf8.allSatisfy { $0 == 0x30 }
        if !isNumber || isZero || !(4...17).contains(account.utf8.count) {
            problems.append(.accountNumber)
        }
        if account != typed(.accountNumberAgain) { problems.append(.accountNumberDiffers) }
        let type =
            visit.form.fields[LinkBankPage.Input.accountType.rawValue]
            .flatMap { PaymentMethod.AccountType(rawValue: $0) }
        if type == nil { problems.append(.accountType) }
        func again(_ problems: [LinkBankPage.Problem]) -> Answer {
            // Account numbers are typed again rather than sent back.
            .page(
                LinkBankPage(
                    bankName: name, routingNumber: typed(.routingNumber),
                    accountType: type?.rawValue,
                    idempotencyKey: visit.form.key, problems: problems))
        }
        guard problems.isEmpty, let routing, let type else { return again(problems) }
        let sealed = service.vault.seal(
            routingNumber: routing.text, accountNumber: account, type: type)
        do {
            _ = try await visit.perform(
                .linkMethod(
                    Command.LinkMethod(
                        kind: .bankAccount(sealed), label: name,
                        lastFour: String(account.suffix(4)), verified: false, balance: nil)),
                key: try visit.key(), body: "link \(sealed.fingerprint) \(type) \(name)"
            ).reply()
        } catch is Refusal {
            return again([.cannotBeUsed])
        }
        return .seeOther(Paths.addMoney.text)
    }
}

// MARK: Withdrawing

extension Site {
    private func withdraw(_ visit: CustomerVisit) async throws -> Answer {
        .page(withdrawPage(visit, key: Form.newKey()))
    }

    private func withdrawPage(
        _ visit: CustomerVisit, key: String, refusal: WithdrawPage.Refusal? = nil,
        problems: [FieldProblem] = []
    ) -> WithdrawPage {
        let (withdrawable, limits) = visit.customer.pageWithdrawable(visit.facts)
        let items = withdrawalItems(visit, limits)
        let chosen = visit.form[.asset]
        return WithdrawPage(
            items: items, chosen: chosen.isEmpty ? items.first?.symbol : chosen,
            amount: visit.form[.amount], withdrawable: withdrawable, refusal: refusal,
            idempotencyKey: key, problems: problems)
    }

    private func withdrawalItems(
        _ visit: CustomerVisit, _ limits: Rules.Withdrawable
    ) -> [WithdrawPage.Item] {
        var items: [WithdrawPage.Item] = []
        if let account = payoutAccount(visit) {
            items.append(
                WithdrawPage.Item(
                    symbol: AssetCode.usd.description, name: AssetName.of(.usd),
                    available: AssetAmount("USD", limits.each[.usd] ?? 0, decimals: 2),
                    destination: "\(account.label) ••\(account.lastFour)"))
        }
        for code in visit.customer.heldAssets {
            guard let policy = visit.facts.policy.asset(code) else { continue }
            items.append(
                WithdrawPage.Item(
                    symbol: code.description, name: AssetName.of(code),
                    available: AssetAmount(policy, Quantity(limits.each[code] ?? 0)),
                    destination: service.settings.brand))
        }
        return items
    }

    /// Dollars leave to a verified account if there is one, and to the one used longest.
    private func payoutAccount(_ visit: CustomerVisit) -> PaymentMethod? {
        visit.customer.methods.values
            .filter { $0.bankAccount != nil && $0.standing == .usable }
            .min {
                ($0.verified ? 0 : 1, $0.linkedAt, $0.id) < (
                    $1.verified ? 0 : 1, $1.linkedAt, $1.id
                )
            }
    }

    private func requestWithdrawal(_ visit: CustomerVisit) async throws -> Answer {
        let typed = visit.form[.amount]
        func problem(_ field: Field, _ reason: FieldProblem.Reason) -> Answer {
            .page(
                withdrawPage(
                    visit, key: visit.form.key, problems: [FieldProblem(field, reason)]))
        }
        guard let code = AssetCode(visit.form[.asset]) else { return problem(.asset, .missing) }
        let scale = code == .usd ? 2 : visit.facts.policy.asset(code)?.scale
        guard let scale else { return problem(.asset, .missing) }
        guard !typed.isEmpty else { return problem(.amount, .missing) }
        guard let amount = Typed.count(typed, scale: scale), amount > 0 else {
            return problem(.amount, .notAnAmount)
        }
        let destination: String
        if code == .usd {
            guard let account = payoutAccount(visit) else { return problem(.asset, .missing) }
            destination = "\(account.id)"
        } else {
            // Addresses are the host exchange's to keep; it knows the customer by this name.
            destination = "exchange:\(visit.customer.profile.reference)"
        }
        let isKnown = visit.customer.withdrawals.values.contains {
            $0.destination == destination && $0.state == .sent
        }
        if !isKnown { try visit.requireFreshSignIn(returnTo: Paths.withdraw) }
        do {
            _ = try await visit.perform(
                .requestWithdrawal(
                    Command.RequestWithdrawal(
                        asset: code, amount: amount, destination: destination)),
                key: try visit.key()
            ).reply()
            return .seeOther(Paths.home.text)
        } catch let refusal as Refusal {
            guard let reason = refusal.withdrawalReason else { throw refusal }
            let asked =
                code == .usd
                ? "$\(Typed.text(amount))"
                : "\(DecimalText.format(amount, scale: scale)) \(code)"
            return .page(
                withdrawPage(
                    visit, key: visit.form.key,
                    refusal: WithdrawPage.Refusal(asked: asked, reason: reason)))
        }
    }
}

extension Refusal {
    fileprivate var withdrawalReason: WithdrawPage.Refusal.Reason? {
        switch self {
        case .held(_, let until): .held(until: until?.milliseconds)
        case .owing(let cents): .owed(cents: cents.count)
        case .securityLock(let until): .securityChange(until: until.milliseconds)
        case .insufficientBalance, .quantityOutOfRange: .notEnough
        case .stopped: .review
        default: nil
        }
    }
}

// MARK: Trading

/// A price held for a short while, as the form sends it back: sealed, so nobody can better it.
private struct TradeQuote {
    let side: TradeSide
    let asset: AssetCode
    let quantity: Quantity
    /// A buy's total with the fee; a sale's gross before the fee.
    let cash: Cents
    let fee: Cents
    let price: Price
    let expiresAt: Instant

    /// Long enough to read the page, short against a moving market.
    static let seconds = 30

    func text(_ codec: Cursor.Codec, of customer: CustomerID) -> String {
        codec.encode(
            Cursor([
                .text(side.rawValue), .text(asset.description), .integer(quantity.count),
                .integer(cash.count), .integer(fee.count), .integer(price.count),
                .integer(expiresAt.milliseconds),
            ]), scope: "trade:\(customer)")
    }

    init?(_ text: String, _ codec: Cursor.Codec, of customer: CustomerID) {
        guard let parts = codec.decode(text, scope: "trade:\(customer)")?.parts, parts.count == 7,
            case .text(let side) = parts[0], let side = TradeSide(rawValue: side),
            case .text(let code) = parts[1], let asset = AssetCode(code),
            case .integer(let quantity) = parts[2], case .integer(let cash) = parts[3],
            case .integer(let fee) = parts[4], case .integer(let price) = parts[5],
            let price = Price(count: price), case .integer(let expires) = parts[6],
            let quantity = Quantity(exactly: quantity), let cash = Cents(exactly: cash),
            let fee = Cents(exactly: fee)
        else { return nil }
        self.init(
            side: side, asset: asset, quantity: quantity, cash: cash, fee: fee, price: price,
            expiresAt: Instant(milliseconds: expires))
    }

    init(
        side: TradeSide, asset: AssetCode, quantity: Quantity, cash: Cents, fee: Cents,
        price: Price, expiresAt: Instant
    ) {
        self.side = side
        self.asset = asset
        self.quantity = quantity
        self.cash = cash
        self.fee = fee
        self.price = price
        self.expiresAt = expiresAt
    }
}

extension Site {
    private func trade(_ visit: CustomerVisit) async throws -> Answer {
        .page(tradePage(visit))
    }

    private func tradePage(
        _ visit: CustomerVisit, quote: TradePage.Quote? = nil, expired: Bool = false,
        problems: [FieldProblem] = []
    ) -> TradePage {
        let facts = visit.facts
        let side = TradePage.Side(rawValue: visit.form[.side]) ?? .buy
        let markets = facts.policy.assets.map { policy in
            TradePage.Market(
                symbol: policy.code.description, name: AssetName.of(policy.code),
                price: tradable(policy.code, facts).map {
                    DollarPrice(side == .buy ? $0.ask : $0.bid)
                },
                held: AssetAmount(policy, visit.customer.freeHolding(of: policy.code)))
        }
        let chosen = visit.form[.asset]
        return TradePage(
            markets: markets,
            chosen: chosen.isEmpty ? markets.first { $0.price != nil }?.symbol : chosen,
            side: side, amount: visit.form[.amount],
            tradableCents: visit.customer.freeCash.count, quote: quote, hasExpiredQuote: expired,
            problems: problems)
    }

    /// Orders belong to the host exchange. In the sandbox there is none, so the page trades.
    private func tradable(_ code: AssetCode, _ facts: Facts) -> Quote? {
        service.settings.isSandbox ? facts.pageQuote(code) : nil
    }

    private func quoteTrade(_ visit: CustomerVisit) async throws -> Answer {
        func problem(_ field: Field, _ reason: FieldProblem.Reason) -> Answer {
            .page(tradePage(visit, problems: [FieldProblem(field, reason)]))
        }
        let facts = visit.facts
        guard let side = TradeSide(rawValue: visit.form[.side]) else {
            return problem(.side, .missing)
        }
        guard let code = AssetCode(visit.form[.asset]), let policy = facts.policy.asset(code),
            let market = tradable(code, facts)
        else { return problem(.asset, .missing) }
        guard !visit.form[.amount].isEmpty else { return problem(.amount, .missing) }
        guard let dollars = Typed.cents(visit.form[.amount]).flatMap({ Cents(exactly: $0) }) else {
            return problem(.amount, .notAnAmount)
        }
        guard dollars >= policy.notionalMin else {
            return problem(.amount, .belowMinimum(policy.notionalMin.count))
        }
        let quote = price(side, dollars, of: policy, market, visit)
        switch side {
        case .buy:
            guard dollars <= visit.customer.freeCash else {
                return problem(.amount, .aboveMaximum(visit.customer.freeCash.count))
            }
        case .sell:
            let held = visit.customer.freeHolding(of: code)
            guard quote.quantity <= held else {
                let worth = market.bid.value(of: held, of: policy.asset, rounding: .down)
                return problem(.amount, .aboveMaximum(worth.count))
            }
        }
        guard !quote.quantity.isZero else {
            return problem(.amount, .belowMinimum(policy.notionalMin.count))
        }
        return .page(
            tradePage(
                visit,
                quote: TradePage.Quote(
                    id: quote.text(service.vault.cursors, of: visit.id),
                    side: side == .buy ? .buy : .sell,
                    amount: AssetAmount(policy, quote.quantity), price: DollarPrice(quote.price),
                    totalCents: side == .buy ? quote.cash.count : (quote.cash - quote.fee).count,
                    feeCents: quote.fee.count, expiresAt: quote.expiresAt.milliseconds,
                    idempotencyKey: Form.newKey())))
    }

    /// A buy spends exactly the dollars typed, fee included; a sale brings at least them, before
    /// the fee. Roundings are in the house's favour by less than one unit.
    private func price(
        _ side: TradeSide, _ dollars: Cents, of policy: Policy.AssetPolicy, _ market: Quote,
        _ visit: CustomerVisit
    ) -> TradeQuote {
        let rate = visit.facts.policy.settlement.sellFee
        let expires = visit.facts.now.adding(seconds: TradeQuote.seconds)
        switch side {
        case .buy:
            let fee = dollars.share(rate, rounding: .up)
            return TradeQuote(
                side: .buy, asset: policy.code,
                quantity: market.ask.quantity(
                    for: dollars - fee, of: policy.asset, rounding: .down),
                cash: dollars, fee: fee, price: market.ask, expiresAt: expires)
        case .sell:
            let quantity = market.bid.quantity(for: dollars, of: policy.asset, rounding: .up)
            let gross = market.bid.value(of: quantity, of: policy.asset, rounding: .down)
            return TradeQuote(
                side: .sell, asset: policy.code, quantity: quantity, cash: gross,
                fee: gross.share(rate, rounding: .up), price: market.bid, expiresAt: expires)
        }
    }

    private func acceptTrade(_ visit: CustomerVisit) async throws -> Answer {
        guard service.settings.isSandbox,
            let quote = TradeQuote(visit.form[.quote], service.vault.cursors, of: visit.id)
        else { throw Turn.staleForm }
        // The quote itself is the key: it can be accepted once, by whatever form it comes.
        let key = visit.form[.quote]
        let cause = Causes.named(scope: "web:\(visit.id)", key: key)
        // A trade already made stays made, however late the page is sent again.
        guard try quote.expiresAt >= visit.facts.now || service.reader.causeExists(cause) else {
            return .page(tradePage(visit, expired: true))
        }
        do {
            _ = try await visit.perform(
                .trade(
                    Command.Trade(
                        side: quote.side, asset: quote.asset, quantity: quote.quantity,
                        cash: quote.cash, fee: quote.fee)), key: key
            ).reply()
        } catch let refusal as Refusal {
            return .page(
                tradePage(
                    visit, problems: [FieldProblem(.amount, .other(visit.say(refusal)))]))
        }
        return .seeOther(Paths.home.text)
    }
}
