import HTML

/// A linked bank account a customer may deposit from.
public struct BankAccountChoice: Sendable, Equatable {
    /// Why it cannot be used.
    public enum Refusal: String, Sendable, CaseIterable {
        /// The bank told us it is closed.
        case closed
        /// The bank could not find it.
        case notFound
        /// The customer, or someone for them, withdrew the authorization.
        case notAuthorized
        /// It has not been verified.
        case unverified
    }

    /// The account's id.
    public var id: String
    /// The bank and the last four digits.
    public var label: BankLabel
    /// Why it cannot be used, if so.
    public var refusal: Refusal? = nil
    /// Whether two small amounts may prove it.
    public var mayBeVerified = false
    /// The values the reader sees, each described at its property.
    public init(
        id: String, label: BankLabel, refusal: Refusal? = nil, mayBeVerified: Bool = false
    ) {
        self.id = id
        self.label = label
        self.refusal = refusal
        self.mayBeVerified = mayBeVerified
    }
}

/// Adding money, first step: how much and from where, with the day it may leave said at once.
public struct AddMoneyPage: Page, Equatable {
    /// Linked accounts.
    public var accounts: [BankAccountChoice]
    /// The account chosen so far.
    public var chosenAccount: String?
    /// The amount as typed so far.
    public var amount: String = ""
    /// Cents that would be available at once if added now.
    public var instantLimitCents: Int64
    /// The largest deposit in cents.
    public var maximumCents: Int64
    /// When a deposit made now may be withdrawn.
    public var withdrawableAt: Int64
    /// Open obligations in cents; a deposit pays them first.
    public var owedCents: Int64 = 0
    /// What was wrong with the form.
    public var problems: [FieldProblem] = []
    /// The values the reader sees, each described at its property.
    public init(
        accounts: [BankAccountChoice], chosenAccount: String?, amount: String = "",
        instantLimitCents: Int64, maximumCents: Int64, withdrawableAt: Int64, owedCents: Int64 = 0,
        problems: [FieldProblem] = []
    ) {
        self.accounts = accounts
        self.chosenAccount = chosenAccount
        self.amount = amount
        self.instantLimitCents = instantLimitCents
        self.maximumCents = maximumCents
        self.withdrawableAt = withdrawableAt
        self.owedCents = owedCents
        self.problems = problems
    }

    /// 422 when the form had problems.
    public var status: Int { problems.isEmpty ? 200 : 422 }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(
            title: say.section(.addMoney), place: .customer(.addMoney),
            hasProblems: !problems.isEmpty)
        return layout.document(in: scene) {
            scene.problemSummary(problems)
            scene.heading(say.section(.addMoney), say.addMoneyLead)
            section(.class("card"), .aria(.label, say.section(.addMoney))) {
                if accounts.isEmpty {
                    div(.class("empty")) {
                        p { say.noBankAccounts }
                        scene.linkButton(Paths.linkBank, say.linkBank)
                    }
                } else {
                    formContent(in: scene)
                }
            }
        }
    }

    private func formContent(in scene: Scene) -> Markup {
        let say = scene.say
        return scene.post(Paths.addMoneyReview) {
            scene.amountField(
                say.howMuch, value: amount, hint: say.upTo(scene.dollars(maximumCents)), problems)
            scene.choices(
                .bankAccount, say.fromWhichAccount, accounts.map { $0.choice(say) },
                selected: chosenAccount, problems)
            p { a(.href(Paths.linkBank)) { say.linkBank } }
            for account in accounts where account.mayBeVerified {
                p {
                    a(.href(Paths.verifyBank(account.id))) {
                        say.verifyBank(say.bank(account.label))
                    }
                }
            }
            scene.note(.info) {
                p {
                    strong {
                        owedCents > 0
                            ? say.owedFirst(scene.dollars(owedCents))
                            : say.instantNow(scene.dollars(instantLimitCents))
                    }
                }
                p { say.withdrawableOnLong(scene.time.deadline(withdrawableAt)) }
            }
            div(.class("actions wide")) { scene.submit(say.continueButton) }
        }
    }
}

extension BankAccountChoice {
    func choice(_ say: Catalogue) -> Choice {
        Choice(
            value: id, title: say.bank(label), refusal: refusal.map { say.bankRefusal($0) },
            icon: .bank)
    }
}

/// Adding money, second step: everything that follows from it, before it is confirmed.
public struct AddMoneyReviewPage: Page, Equatable {
    /// Cents.
    public var cents: Int64
    /// The account's id.
    public var accountID: String
    /// The bank and the last four digits.
    public var from: BankLabel
    /// Cents available to trade at once.
    public var availableNowCents: Int64
    /// Cents that pay open obligations first.
    public var toObligationsCents: Int64 = 0
    /// When the rest, not available at once, is expected.
    public var restAvailableAt: Int64?
    /// When it may be withdrawn.
    public var withdrawableAt: Int64
    /// The day the bank account is debited.
    public var debitAt: Int64
    /// The name customers find on their bank statement.
    public var statementName: String
    /// The key of this one deposit.
    public var idempotencyKey: String
    /// What was wrong with the form.
    public var problems: [FieldProblem] = []
    /// The values the reader sees, each described at its property.
    public init(
        cents: Int64, accountID: String, from: BankLabel, availableNowCents: Int64,
        toObligationsCents: Int64 = 0, restAvailableAt: Int64?, withdrawableAt: Int64,
        debitAt: Int64, statementName: String, idempotencyKey: String, problems: [FieldProblem] = []
    ) {
        self.cents = cents
        self.accountID = accountID
        self.from = from
        self.availableNowCents = availableNowCents
        self.toObligationsCents = toObligationsCents
        self.restAvailableAt = restAvailableAt
        self.withdrawableAt = withdrawableAt
        self.debitAt = debitAt
        self.statementName = statementName
        self.idempotencyKey = idempotencyKey
        self.problems = problems
    }

    /// 422 when the form had problems.
    public var status: Int { problems.isEmpty ? 200 : 422 }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(
            title: say.checkDeposit, place: .customer(.addMoney), hasProblems: !problems.isEmpty)
        let change = (path: Paths.addMoney, what: say.changeAmount)
        return layout.document(in: scene) {
            scene.problemSummary(problems)
            scene.back(Paths.addMoney, say.section(.addMoney))
            scene.heading(say.checkDeposit)
            section(.class("card"), .aria(.label, say.checkDeposit)) {
                scene.facts(
                    [
                        Fact(say.amount, scene.number(cents), change: change),
                        Fact(
                            say.fromAccount, say.bank(from),
                            change: (path: Paths.addMoney, what: say.changeAccount)),
                        Fact(say.ourFee, scene.number(0), detail: say.bankFeeMayDiffer),
                    ] + consequences(in: scene))
                scene.post(Paths.deposits, key: idempotencyKey) {
                    hiddenField(.amount, MoneyText.field(cents))
                    hiddenField(.bankAccount, accountID)
                    scene.checkBox(
                        .authorize,
                        say.authorizeDebit(
                            scene.brand, scene.dollars(cents), say.bank(from),
                            scene.time.date(debitAt)), problems)
                    div(.class("actions wide")) {
                        scene.submit(say.addAmount(scene.dollars(cents)))
                        scene.linkButton(Paths.home, say.notNow, "button second")
                    }
                }
            }
        }
    }

    private func consequences(in scene: Scene) -> [Fact] {
        let say = scene.say
        var rows: [Fact] = []
        if toObligationsCents > 0 {
            rows.append(Fact(say.paysOwed, scene.number(toObligationsCents)))
        }
        rows.append(Fact(say.availableAtOnce, scene.number(availableNowCents)))
        if let restAvailableAt {
            let rest = cents - availableNowCents - toObligationsCents
            rows.append(
                Fact(
                    say.restAvailable, scene.number(rest),
                    detail: scene.time.weekdayAndDate(restAvailableAt)))
        }
        rows.append(
            Fact(
                say.canBeWithdrawn, scene.time.weekdayAndDate(withdrawableAt),
                detail: scene.time.time(withdrawableAt)))
        rows.append(Fact(say.onYourStatement, statementName))
        return rows
    }
}

/// Withdrawing: what may leave, and if not, why and when.
public struct WithdrawPage: Page, Equatable {
    /// Something that can be withdrawn.
    public struct Item: Sendable, Equatable {
        /// The asset's symbol; `USD` for dollars.
        public var symbol: String
        /// Its name. Dollars are named by the page, in its language.
        public var name: String
        /// How much may leave now: dollars with 2 decimals, or a quantity.
        public var available: AssetAmount
        /// Where it would go: a bank account's label or a shortened address, ready to be shown.
        public var destination: String
        /// The values the reader sees, each described at its property.
        public init(symbol: String, name: String, available: AssetAmount, destination: String) {
            self.symbol = symbol
            self.name = name
            self.available = available
            self.destination = destination
        }
    }

    /// Why a request was refused.
    public struct Refusal: Sendable, Equatable {
        /// The amount asked for, ready to be shown.
        public var asked: String
        /// Why it may not leave.
        public var reason: Reason
        /// The values the reader sees, each described at its property.
        public init(asked: String, reason: Reason) {
            self.asked = asked
            self.reason = reason
        }
        /// Why a withdrawal may not leave.
        public enum Reason: Sendable, Equatable {
            /// It is held until the given instant; until nobody knows when, without one.
            case held(until: Int64?)
            /// An obligation of this many cents is open.
            case owed(cents: Int64)
            /// There is not so much.
            case notEnough
            /// Paused until the instant because sign-in details changed.
            case securityChange(until: Int64)
            /// A review without a known end.
            case review
        }
    }

    /// What can be withdrawn, dollars first.
    public var items: [Item]
    /// The asset chosen so far.
    public var chosen: String?
    /// The amount as typed so far.
    public var amount: String = ""
    /// The whole account's figures.
    public var withdrawable: Withdrawable
    /// The last request, if it was refused.
    public var refusal: Refusal? = nil
    /// The key of this one withdrawal.
    public var idempotencyKey: String
    /// What was wrong with the form.
    public var problems: [FieldProblem] = []
    /// The values the reader sees, each described at its property.
    public init(
        items: [Item], chosen: String?, amount: String = "", withdrawable: Withdrawable,
        refusal: Refusal? = nil, idempotencyKey: String, problems: [FieldProblem] = []
    ) {
        self.items = items
        self.chosen = chosen
        self.amount = amount
        self.withdrawable = withdrawable
        self.refusal = refusal
        self.idempotencyKey = idempotencyKey
        self.problems = problems
    }

    /// 422 when the form had problems or the request was refused.
    public var status: Int { problems.isEmpty && refusal == nil ? 200 : 422 }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(
            title: say.section(.withdraw), place: .customer(.withdraw),
            hasProblems: !problems.isEmpty)
        return layout.document(in: scene) {
            scene.problemSummary(problems)
            scene.heading(say.section(.withdraw))
            if let refusal { refusalNote(refusal, in: scene) }
            section(.class("card"), .aria(.labelledby, "available-title")) {
                h2(.id("available-title")) { say.availableToWithdraw }
                p(.class("big number")) { scene.dollars(withdrawable.cents) }
                if let block = withdrawable.block {
                    p { scene.block(withdrawable) }
                    if block == .owed {
                        div(.class("actions")) {
                            scene.linkButton(Paths.settle, say.settleBalance)
                        }
                    }
                }
                if !withdrawable.unlocks.isEmpty || withdrawable.undatedCents > 0 {
                    div {
                        h3 { say.unlocksLater }
                        ul(.class("ledger")) {
                            for unlock in withdrawable.unlocks {
                                li {
                                    span { scene.time.deadline(unlock.at) }
                                    scene.number(unlock.cents)
                                }
                            }
                            if withdrawable.undatedCents > 0 {
                                li {
                                    span {
                                        say.noDateYet
                                        small(.class("soft block")) { say.heldUndatedExplained }
                                    }
                                    scene.number(withdrawable.undatedCents)
                                }
                            }
                        }
                    }
                    p(.class("soft small")) { say.whyHeld }
                }
            }
            if withdrawable.block == nil, !items.isEmpty { request(in: scene) }
        }
    }

    private func request(in scene: Scene) -> Markup {
        let say = scene.say
        return section(.class("card"), .aria(.label, say.withdrawSome)) {
            scene.post(Paths.withdraw, key: idempotencyKey) {
                scene.choices(
                    .asset, say.whatToWithdraw,
                    items.map { item in
                        Choice(
                            value: item.symbol,
                            title: item.symbol == "USD" ? say.dollarsName : item.name,
                            lines: [say.to(item.destination)],
                            end: say.upTo(
                                item.symbol == "USD"
                                    ? scene.dollars(item.available.count)
                                    : item.available.text(in: scene.language)))
                    }, selected: chosen, problems)
                scene.textField(
                    .amount, say.amount, value: amount, hint: say.amountInUnits, limit: 24,
                    problems)
                div(.class("actions wide")) { scene.submit(say.withdrawButton) }
            }
        }
    }

    private func refusalNote(_ refusal: Refusal, in scene: Scene) -> Markup {
        let say = scene.say
        return div(.class("note"), .data(.tone, Tone.attention.rawValue), .role("alert")) {
            p { strong { say.notWithdrawn(refusal.asked) } }
            p {
                switch refusal.reason {
                case .held(let until?): say.heldUntil(scene.deadline(until))
                case .held(nil): say.heldUndatedExplained
                case .owed(let cents): say.refusedOwed(scene.dollars(cents))
                case .notEnough: say.refusedNotEnough
                case .securityChange(let until): say.refusedSecurity(scene.deadline(until))
                case .review: say.block(.review)
                }
            }
        }
    }
}

/// Buying and selling at a quoted price: choose, then confirm the quote.
public struct TradePage: Page, Equatable {
    /// An asset that can be traded.
    public struct Market: Sendable, Equatable {
        /// The asset's symbol.
        public var symbol: String
        /// Its name.
        public var name: String
        /// The latest price; nil while there is none fresh enough.
        public var price: DollarPrice?
        /// What the customer holds of it.
        public var held: AssetAmount
        /// The values the reader sees, each described at its property.
        public init(symbol: String, name: String, price: DollarPrice?, held: AssetAmount) {
            self.symbol = symbol
            self.name = name
            self.price = price
            self.held = held
        }
    }

    /// Buy or sell.
    public enum Side: String, Sendable, CaseIterable {
        /// Dollars into the asset.
        case buy
        /// The asset into dollars.
        case sell
    }

    /// A price held for a short while.
    public struct Quote: Sendable, Equatable {
        /// The quote's id, sent back to accept it.
        public var id: String
        /// Buy or sell.
        public var side: Side
        /// How much of the asset.
        public var amount: AssetAmount
        /// Dollars for a whole unit.
        public var price: DollarPrice
        /// Cents paid or received, the fee included.
        public var totalCents: Int64
        /// Our fee in cents.
        public var feeCents: Int64
        /// Until when it holds.
        public var expiresAt: Int64
        /// The key of this one trade.
        public var idempotencyKey: String
        /// The values the reader sees, each described at its property.
        public init(
            id: String, side: Side, amount: AssetAmount, price: DollarPrice, totalCents: Int64,
            feeCents: Int64, expiresAt: Int64, idempotencyKey: String
        ) {
            self.id = id
            self.side = side
            self.amount = amount
            self.price = price
            self.totalCents = totalCents
            self.feeCents = feeCents
            self.expiresAt = expiresAt
            self.idempotencyKey = idempotencyKey
        }
    }

    /// What can be traded.
    public var markets: [Market]
    /// The asset chosen so far.
    public var chosen: String?
    /// Buy or sell.
    public var side: Side = .buy
    /// The dollars typed so far.
    public var amount: String = ""
    /// Cents available to trade.
    public var tradableCents: Int64
    /// The quote to confirm; nil while choosing.
    public var quote: Quote? = nil
    /// True when an earlier quote ran out before it was accepted.
    public var hasExpiredQuote: Bool = false
    /// What was wrong with the form.
    public var problems: [FieldProblem] = []
    /// The values the reader sees, each described at its property.
    public init(
        markets: [Market], chosen: String?, side: Side = .buy, amount: String = "",
        tradableCents: Int64, quote: Quote? = nil, hasExpiredQuote: Bool = false,
        problems: [FieldProblem] = []
    ) {
        self.markets = markets
        self.chosen = chosen
        self.side = side
        self.amount = amount
        self.tradableCents = tradableCents
        self.quote = quote
        self.hasExpiredQuote = hasExpiredQuote
        self.problems = problems
    }

    /// 422 when the form had problems.
    public var status: Int { problems.isEmpty ? 200 : 422 }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(
            title: quote == nil ? say.section(.trade) : say.checkTrade,
            place: .customer(.trade), hasProblems: !problems.isEmpty)
        return layout.document(in: scene) {
            scene.problemSummary(problems)
            if let quote {
                scene.back(Paths.trade, say.section(.trade))
                scene.heading(say.checkTrade)
                confirmation(quote, in: scene)
            } else {
                scene.heading(
                    say.section(.trade), say.tradeLead(scene.dollars(tradableCents)))
                if hasExpiredQuote {
                    div(.class("note"), .data(.tone, "attention"), .role("alert")) {
                        p { say.quoteExpired }
                    }
                }
                order(in: scene)
            }
        }
    }

    private func order(in scene: Scene) -> Markup {
        let say = scene.say
        return section(.class("card"), .aria(.label, say.section(.trade))) {
            scene.post(Paths.tradeQuote) {
                scene.choices(
                    .side, say.buyOrSell,
                    Side.allCases.map { Choice(value: $0.rawValue, title: say.side($0)) },
                    selected: side.rawValue)
                scene.choices(
                    .asset, say.whichAsset,
                    markets.map { market in
                        Choice(
                            value: market.symbol, title: market.name,
                            lines: market.held.count > 0
                                ? [say.youHold(market.held.text(in: scene.language))] : [],
                            end: market.price.map { $0.text(in: scene.language) },
                            refusal: market.price == nil ? say.noPriceNoTrade : nil, icon: .coin)
                    }, selected: chosen, problems)
                scene.amountField(
                    say.howManyDollars, value: amount,
                    hint: side == .buy ? say.upTo(scene.dollars(tradableCents)) : nil, problems)
                div(.class("actions wide")) { scene.submit(say.seePrice) }
            }
        }
    }

    private func confirmation(_ quote: Quote, in scene: Scene) -> Markup {
        let say = scene.say
        let total = scene.dollars(quote.totalCents)
        return section(.class("card"), .aria(.label, say.checkTrade)) {
            scene.facts([
                Fact(say.side(quote.side), quote.amount.text(in: scene.language)),
                Fact(
                    say.price,
                    say.perUnit(quote.price.text(in: scene.language), quote.amount.symbol)),
                Fact(say.ourFee, scene.number(quote.feeCents)),
                Fact(
                    quote.side == .buy ? say.youPay : say.youReceive,
                    scene.number(quote.totalCents)),
                Fact(say.priceHolds, scene.time.time(quote.expiresAt)),
            ])
            scene.post(Paths.trade, key: quote.idempotencyKey) {
                hiddenField(.quote, quote.id)
                div(.class("actions wide")) {
                    scene.submit(
                        quote.side == .buy
                            ? say.buyFor(quote.amount.text(in: scene.language), total)
                            : say.sellFor(quote.amount.text(in: scene.language), total))
                    scene.linkButton(Paths.trade, say.notNow, "button second")
                }
            }
        }
    }
}
