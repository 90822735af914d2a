import HTML

/// What may leave the account, and when the rest may.
public struct Withdrawable: Sendable, Equatable {
    /// One part of the held value and the instant it is released.
    public struct Unlock: Sendable, Equatable {
        /// Cents released.
        public var cents: Int64
        /// When, in milliseconds since 1970 UTC.
        public var at: Int64

        /// Cents released at an instant.
        public init(cents: Int64, at: Int64) {
            self.cents = cents
            self.at = at
        }
    }

    /// A reason besides time that nothing may leave.
    public enum Block: String, Sendable, CaseIterable {
        /// An obligation is open.
        case owed
        /// A password, second factor or e-mail address was changed lately.
        case securityChange
        /// A review of the account.
        case review
    }

    /// Cents that may be withdrawn now.
    public var cents: Int64
    /// What unlocks later, soonest first.
    public var unlocks: [Unlock] = []
    /// Cents on hold until something is decided, so that nobody can say when they are released.
    public var undatedCents: Int64 = 0
    /// Why nothing may leave whatever the time, if so.
    public var block: Block? = nil
    /// When the block ends by itself, if it does.
    public var blockedUntil: Int64? = nil
    /// The values the reader sees, each described at its property.
    public init(
        cents: Int64, unlocks: [Unlock] = [], undatedCents: Int64 = 0, block: Block? = nil,
        blockedUntil: Int64? = nil
    ) {
        self.undatedCents = undatedCents
        self.cents = cents
        self.unlocks = unlocks
        self.block = block
        self.blockedUntil = blockedUntil
    }
}

/// What the customer owes, for the notice on Home and the heading of Settle.
public struct OwedSummary: Sendable, Equatable {
    /// Where the matter stands. The first that applies, in this order.
    public enum Situation: Sendable, Equatable {
        /// Assets are being sold now.
        case saleInProgress
        /// A payment is under way; nothing is sold while it clears.
        case paymentInProgress
        /// A payment method waits for documents. The clock stands still, or runs again to a
        /// deadline.
        case documentsNeeded(settlement: String, by: Int64? = nil)
        /// The customer disputed it or asked for time: a person looks, and nothing is sold.
        case underReview
        /// We stopped the clock.
        case paused
        /// The deadline has passed.
        case deadlinePassed
        /// The deadline has passed, and nothing is left that could be sold.
        case nothingToSell
        /// The deadline, in milliseconds since 1970 UTC.
        case due(by: Int64)
    }

    /// Cents owed, positive.
    public var cents: Int64
    /// How many returned deposits make it up.
    public var depositCount: Int
    /// How many of them were purchases.
    public var purchaseCount: Int = 0
    /// The only deposit's id; with several, nil, and the link goes to the list.
    public var depositID: String?
    /// Where the matter stands.
    public var situation: Situation
    /// The values the reader sees, each described at its property.
    public init(
        cents: Int64, depositCount: Int, purchaseCount: Int = 0, depositID: String?,
        situation: Situation
    ) {
        self.cents = cents
        self.depositCount = depositCount
        self.purchaseCount = purchaseCount
        self.depositID = depositID
        self.situation = situation
    }
}

/// A deposit in a list.
public struct DepositRow: Sendable, Equatable {
    /// The deposit's id, as in its address.
    public var id: String
    /// When the customer asked for it.
    public var startedAt: Int64
    /// Where it comes from.
    public var from: BankLabel
    /// Cents.
    public var cents: Int64
    /// What it is.
    public var status: DepositStatus
    /// Cents still owed for it, 0 for none.
    public var owedCents: Int64 = 0
    /// When its value may leave, if that is still to come.
    public var withdrawableAt: Int64? = nil
    /// Whether it is on hold until something is decided, so that no day can be named.
    public var isHeldUndated = false
    /// What was bought with it at once, if it was a purchase.
    public var bought: AssetAmount? = nil
    /// The values the reader sees, each described at its property.
    public init(
        id: String, startedAt: Int64, from: BankLabel, cents: Int64, status: DepositStatus,
        owedCents: Int64 = 0, withdrawableAt: Int64? = nil, isHeldUndated: Bool = false,
        bought: AssetAmount? = nil
    ) {
        self.id = id
        self.startedAt = startedAt
        self.from = from
        self.cents = cents
        self.status = status
        self.owedCents = owedCents
        self.withdrawableAt = withdrawableAt
        self.isHeldUndated = isHeldUndated
        self.bought = bought
    }
}

/// What the customer holds of one asset.
public struct Holding: Sendable, Equatable {
    /// The asset's name, such as "Bitcoin".
    public var name: String
    /// How much.
    public var amount: AssetAmount
    /// What it is worth in cents; nil while no fresh price is known.
    public var valueCents: Int64?
    /// The values the reader sees, each described at its property.
    public init(name: String, amount: AssetAmount, valueCents: Int64?) {
        self.name = name
        self.amount = amount
        self.valueCents = valueCents
    }
}

/// The first page: what I have, what I may do with it, what is owed and until when.
public struct HomePage: Page, Equatable {
    /// Cash minus open obligations, in cents; negative when owed.
    public var balanceCents: Int64
    /// What is owed, if anything.
    public var owed: OwedSummary?
    /// Cents that may be traded now.
    public var tradableCents: Int64
    /// What may be withdrawn, and when the rest.
    public var withdrawable: Withdrawable
    /// The instant the figures are true for.
    public var asOf: Int64
    /// The latest three deposits, newest first.
    public var deposits: [DepositRow]
    /// What is held besides dollars, largest value first.
    public var holdings: [Holding]
    /// The values the reader sees, each described at its property.
    public init(
        balanceCents: Int64, owed: OwedSummary?, tradableCents: Int64, withdrawable: Withdrawable,
        asOf: Int64, deposits: [DepositRow], holdings: [Holding]
    ) {
        self.balanceCents = balanceCents
        self.owed = owed
        self.tradableCents = tradableCents
        self.withdrawable = withdrawable
        self.asOf = asOf
        self.deposits = deposits
        self.holdings = holdings
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(title: say.section(.home), place: .customer(.home), width: .full)
        return layout.document(in: scene) {
            if let owed { banner(owed, in: scene) }
            h1(.class(owed == nil ? "" : "unseen")) { say.section(.home) }
            div(.class("columns")) {
                div(.class("stack")) {
                    hero(in: scene)
                    latestDeposits(in: scene)
                }
                div(.class("stack")) {
                    assets(in: scene)
                    support(in: scene)
                }
            }
        }
    }

    private func banner(_ owed: OwedSummary, in scene: Scene) -> Markup {
        let words = OwedWords(owed, in: scene)
        return section(
            .class("banner wide"), .aria(.labelledby, "notice-title"),
            .data(.tone, words.tone.rawValue)
        ) {
            div(.class("say")) {
                words.icon.markup
                h2(.id("notice-title")) { words.title }
                p { words.cause }
                words.nextLine
            }
            viewDetails(owed, in: scene)
        }
    }

    /// The label differs between phone and desk, as the product article has it. Both are in the
    /// page and the width shows one; the other is not displayed, so nobody hears it twice.
    private func viewDetails(_ owed: OwedSummary, in scene: Scene) -> Markup {
        let path: Location
        if case .documentsNeeded(let settlement, _) = owed.situation {
            path = Paths.settleDocuments(settlement)
        } else if let id = owed.depositID {
            path = Paths.deposit(id)
        } else {
            path = Paths.settle
        }
        return a(.class("button"), .href(path)) {
            if case .documentsNeeded = owed.situation {
                scene.say.sendDocuments
            } else {
                span(.class("on-phone")) { scene.say.viewDetails }
                span(.class("on-desk")) { scene.say.learnMore }
            }
        }
    }

    private func hero(in scene: Scene) -> Markup {
        let say = scene.say
        return section(.class("hero"), .aria(.labelledby, "balance-title")) {
            div {
                h2(.class("label"), .id("balance-title")) { say.balance }
                p(.class("amount")) {
                    strong(.class("number")) { scene.dollars(balanceCents) }
                    if balanceCents < 0 { span(.class("owed-word")) { say.owedWord } }
                }
                p(.class("label")) { say.asOf(scene.time.time(asOf)) }
            }
            dl(.class("figures")) {
                div {
                    dt { say.availableToTrade }
                    dd { scene.number(tradableCents) }
                }
                div {
                    dt { say.availableToWithdraw }
                    dd {
                        scene.number(withdrawable.cents)
                        if withdrawable.block != nil {
                            small { scene.block(withdrawable) }
                        }
                        for unlock in withdrawable.unlocks.prefix(2) {
                            small {
                                say.unlocks(
                                    scene.dollars(unlock.cents), scene.time.shortDay(unlock.at),
                                    scene.time.time(unlock.at))
                            }
                        }
                        if withdrawable.unlocks.count > 2 {
                            small { say.moreUnlocks(withdrawable.unlocks.count - 2) }
                        }
                        if withdrawable.undatedCents > 0 {
                            small { say.undated(scene.dollars(withdrawable.undatedCents)) }
                        }
                    }
                }
            }
            div(.class("actions")) {
                if owed?.situation.canSettle == true {
                    scene.linkButton(Paths.settle, say.settleBalance)
                    scene.linkButton(Paths.addMoney, say.section(.addMoney), "button second")
                } else {
                    scene.linkButton(Paths.addMoney, say.section(.addMoney))
                    scene.linkButton(Paths.trade, say.section(.trade), "button second")
                }
                scene.linkButton(Paths.withdraw, say.section(.withdraw), "button second")
            }
        }
    }

    private func latestDeposits(in scene: Scene) -> Markup {
        let say = scene.say
        return scene.card(
            say.latestDeposits, id: "deposits-title", link: (Paths.deposits, say.allDeposits)
        ) {
            if deposits.isEmpty {
                div(.class("empty")) {
                    p { say.noDeposits }
                    scene.linkButton(Paths.addMoney, say.section(.addMoney), "button second small")
                }
            } else {
                ul(.class("rows")) { for row in deposits { row.item(in: scene) } }
            }
        }
    }

    private func assets(in scene: Scene) -> Markup {
        let say = scene.say
        return scene.card(
            say.yourAssets, id: "assets-title", link: (Paths.trade, say.section(.trade))
        ) {
            if holdings.isEmpty {
                p(.class("empty")) { say.noHoldings }
            } else {
                ul(.class("rows")) {
                    for holding in holdings {
                        li {
                            div(.class("row with-coin")) {
                                span(.class("coin"), .aria(.hidden, "true")) {
                                    String(holding.amount.symbol.prefix(4))
                                }
                                div {
                                    span(.class("lead")) { holding.name }
                                    small { holding.amount.text(in: scene.language) }
                                }
                                div(.class("end")) {
                                    if let value = holding.valueCents {
                                        scene.number(value)
                                    } else {
                                        span(.class("soft")) { say.noPrice }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private func support(in scene: Scene) -> Markup {
        let say = scene.say
        return scene.card(say.goodToKnow, id: "know-title") {
            ul(.class("stack tight")) {
                li { a(.href(Paths.help(.pendingCharge))) { say.helpTopicShort(.pendingCharge) } }
                li { a(.href(Paths.help(.notMine))) { say.helpTopicShort(.notMine) } }
                li { a(.href(Paths.help(.moreTime))) { say.helpTopicShort(.moreTime) } }
            }
        }
    }
}

extension OwedSummary.Situation {
    /// True when the customer has something to pay that is not being paid already.
    var canSettle: Bool {
        switch self {
        case .due, .deadlinePassed, .nothingToSell, .underReview, .paused: true
        case .saleInProgress, .paymentInProgress, .documentsNeeded: false
        }
    }
}

/// The sentences of the notice: fact, cause, next step with its time.
struct OwedWords {
    let title: String
    let cause: String
    let next: String
    let tone: Tone
    let icon: Icon
    /// The deadline, and the next step with `%` where the time left stands. The page script keeps
    /// that time true; without it the sentence stays as true as the page.
    private var live: (at: Int64, template: String)?

    init(_ owed: OwedSummary, in scene: Scene) {
        let say = scene.say
        title = say.youOwe(scene.dollars(owed.cents))
        cause = say.sentBack(deposits: owed.depositCount, purchases: owed.purchaseCount)
        switch owed.situation {
        case .due(let deadline):
            next = say.settleBy(scene.deadline(deadline))
            let mark = say.deadlineAndSpan(
                scene.time.deadline(deadline), scene.time.ahead("%"))
            live = (deadline, say.settleBy(mark))
            (tone, icon) = (.attention, .warning)
        case .deadlinePassed:
            next = say.deadlinePassed
            (tone, icon) = (.attention, .warning)
        case .nothingToSell:
            next = say.stillOwedAfterSale
            (tone, icon) = (.attention, .warning)
        case .saleInProgress:
            next = say.saleInProgress
            (tone, icon) = (.attention, .sold)
        case .paymentInProgress:
            next = say.paymentOnItsWay
            (tone, icon) = (.info, .clock)
        case .documentsNeeded(_, let deadline?):
            next = say.documentsBy(scene.deadline(deadline))
            let mark = say.deadlineAndSpan(
                scene.time.deadline(deadline), scene.time.ahead("%"))
            live = (deadline, say.documentsBy(mark))
            (tone, icon) = (.attention, .document)
        case .documentsNeeded(_, nil):
            next = say.documentsWaited
            (tone, icon) = (.attention, .document)
        case .underReview:
            next = say.underReview
            (tone, icon) = (.info, .pause)
        case .paused:
            next = say.clockPaused
            (tone, icon) = (.attention, .pause)
        }
    }

    /// The next step as a paragraph.
    var nextLine: Markup {
        guard let live else { return p { next } }
        return p(
            .data(.enhance, "relative"), .data(.instant, String(live.at)),
            .data(.value, live.template)
        ) { next }
    }
}

extension Scene {
    /// Why nothing may be withdrawn, with the time that ends it.
    func block(_ withdrawable: Withdrawable) -> String {
        guard let block = withdrawable.block else { return "" }
        guard let until = withdrawable.blockedUntil else { return say.block(block) }
        return say.blockUntil(say.block(block), time.deadline(until))
    }
}

extension DepositRow {
    /// The row as one link: date and amount name it, the status stands beside it.
    func item(in scene: Scene) -> Markup {
        li {
            a(.class("row"), .href(Paths.deposit(id))) {
                div {
                    span(.class("lead")) { scene.say.bank(from) }
                    if let bought { small { scene.say.boughtRow(bought.text(in: scene.language)) } }
                    small {
                        scene.day(startedAt)
                        if owedCents > 0 {
                            " · "
                            scene.say.stillOwed(scene.dollars(owedCents))
                        } else if isHeldUndated {
                            " · "
                            scene.say.heldUndated
                        } else if let withdrawableAt {
                            " · "
                            scene.say.withdrawableOn(scene.time.shortDay(withdrawableAt))
                        }
                    }
                }
                div(.class("end")) {
                    scene.number(cents)
                    scene.chip(status)
                }
            }
        }
    }
}
