import HTML

extension Paths {
    /// `/sale-notice`: what may be sold, before it is.
    public static let saleNotice: Location = "/sale-notice"
    /// `/sale-notice/order`: which asset goes first.
    public static let saleOrder: Location = "/sale-notice/order"
    /// `/settle?method={method}`: the ways to pay, with this one chosen.
    public static func settle(by method: String) -> Location { "/settle?method=\(method)" }
}

/// What may be sold for what is owed, in which order and at what price, before anything is sold,
/// and every way to stop it.
///
/// The figures are an estimate at the prices of `pricesAsOf`: the quantities are worked out again
/// when something is sold.
public struct SaleNoticePage: Page, Equatable {
    /// One asset, as it would be sold now.
    public struct Line: Sendable, Equatable {
        /// The asset's name, such as "Bitcoin".
        public var name: String
        /// How much of it.
        public var amount: AssetAmount
        /// Dollars for a whole unit, now.
        public var price: DollarPrice
        /// Cents it would bring.
        public var grossCents: Int64
        /// Our fee in cents, taken from that.
        public var feeCents: Int64
        /// The values the reader sees, each described at its property.
        public init(
            name: String, amount: AssetAmount, price: DollarPrice, grossCents: Int64,
            feeCents: Int64
        ) {
            self.name = name
            self.amount = amount
            self.price = price
            self.grossCents = grossCents
            self.feeCents = feeCents
        }
    }

    /// An asset the customer holds and may put first, whether or not it would be sold now.
    public struct Place: Sendable, Equatable {
        /// The ticker.
        public var symbol: String
        /// The name, such as "Bitcoin".
        public var name: String
        /// The way to pay that sells exactly enough of it, if it can pay now; sent to `/settle`.
        public var ownSale: String?
        /// What keeps it from being sold now.
        public var hindrance: Hindrance?
        /// The values the reader sees, each described at its property.
        public init(symbol: String, name: String, ownSale: String?, hindrance: Hindrance? = nil) {
            self.symbol = symbol
            self.name = name
            self.ownSale = ownSale
            self.hindrance = hindrance
        }
    }

    /// Why an asset would not be sold now.
    public enum Hindrance: String, Sendable, CaseIterable {
        /// Sales are paused by us.
        case halted
        /// It is never sold against the customer's will.
        case neverSold
        /// None of it is there, or all of it is in orders.
        case notHeld
        /// No fresh price, or one too far from the market's.
        case noPrice
        /// Less than the market takes.
        case tooLittle
    }

    /// Cents owed; 0 when nothing is.
    public var owedCents: Int64
    /// Cents of it that are sold for first: what is due already, or else due at `planAt`.
    public var plannedCents: Int64
    /// When they are due; nil when they are already, or no deadline runs.
    public var planAt: Int64?
    /// Where the matter stands.
    public var situation: OwedSummary.Situation
    /// What would be sold, in order.
    public var lines: [Line]
    /// Everything that is held or was given a place, in the order it would be sold.
    public var places: [Place]
    /// The instant of the prices.
    public var pricesAsOf: Int64
    /// How much more than is due is ordered, in hundredths of a percent, so that a falling price
    /// leaves nothing owed.
    public var bufferBasisPoints: Int
    /// The key of the form that changes the order.
    public var idempotencyKey: String
    /// The values the reader sees, each described at its property.
    public init(
        owedCents: Int64, situation: OwedSummary.Situation, lines: [Line], places: [Place],
        pricesAsOf: Int64, bufferBasisPoints: Int, idempotencyKey: String,
        plannedCents: Int64? = nil, planAt: Int64? = nil
    ) {
        self.plannedCents = plannedCents ?? owedCents
        self.planAt = planAt
        self.owedCents = owedCents
        self.situation = situation
        self.lines = lines
        self.places = places
        self.pricesAsOf = pricesAsOf
        self.bufferBasisPoints = bufferBasisPoints
        self.idempotencyKey = idempotencyKey
    }

    private var gross: Int64 { lines.reduce(0) { $0 + $1.grossCents } }
    private var fees: Int64 { lines.reduce(0) { $0 + $1.feeCents } }
    /// What would pay, never more than is owed; the rest of a whole lot is the customer's cash.
    private var covered: Int64 { min(gross - fees, plannedCents) }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        return Layout(title: say.saleNoticeTitle, place: .customer(nil)).document(in: scene) {
            scene.back(owedCents > 0 ? Paths.settle : Paths.home, backText(say))
            if owedCents > 0 {
                scene.heading(say.saleNoticeTitle, say.saleNoticeLead(scene.dollars(owedCents)))
                standing(in: scene)
                plan(in: scene)
                stopping(in: scene)
                order(in: scene)
            } else {
                scene.heading(say.saleNoticeTitle)
                section(.class("card"), .aria(.label, say.saleNoticeTitle)) {
                    p { say.nothingOwed }
                    p { say.nothingWillBeSold }
                    scene.linkButton(Paths.home, say.backToHome, "button second")
                }
            }
        }
    }

    private func backText(_ say: Catalogue) -> String {
        owedCents > 0 ? say.settleBalance : say.section(.home)
    }

    private func standing(in scene: Scene) -> Markup {
        let words = OwedWords(
            OwedSummary(
                cents: owedCents, depositCount: 1, depositID: nil, situation: situation),
            in: scene)
        return scene.note(words.tone) {
            words.nextLine
            if case .due = situation { p { scene.say.nothingSoldBefore } }
        }
    }

    private func plan(in scene: Scene) -> Markup {
        let say = scene.say
        return scene.card(say.saleOrderTitle, id: "plan-title") {
            if plannedCents < owedCents {
                p {
                    plannedCents == 0
                        ? say.saleOfNothing
                        : planAt.map {
                            say.saleOfPart(scene.dollars(plannedCents), scene.time.deadline($0))
                        } ?? say.saleOfPartNow(scene.dollars(plannedCents))
                }
            }
            if plannedCents == 0 {
                p { say.nothingToSellYet }
            } else if lines.isEmpty {
                p { hasAnything ? say.nothingToSellNow : say.nothingToSellAtAll }
            } else {
                scene.table(
                    say.saleOrderTitle, isCaptionHidden: true,
                    columns: [
                        Column(say.assetColumn, name: true), Column(say.price, number: true),
                        Column(say.wouldObtain, number: true), Column(say.fee, number: true),
                    ],
                    rows: lines.enumerated().map { index, line in
                        [
                            group {
                                say.placeInOrder(index + 1, line.name)
                                small(.class("soft block")) { line.amount.text(in: scene.language) }
                            },
                            .text(
                                say.perUnit(
                                    line.price.text(in: scene.language), line.amount.symbol)),
                            scene.number(line.grossCents), scene.number(line.feeCents),
                        ]
                    }, empty: say.nothingSold)
                scene.sum(say.theSum, sums(say), total: total(say))
                p(.class("soft small")) { say.pricesMove(scene.time.time(pricesAsOf)) }
                if bufferBasisPoints > 0 {
                    p(.class("soft small")) {
                        say.saleBuffer(
                            scene.language.numbers.decimal(Int64(bufferBasisPoints), places: 2))
                    }
                }
            }
        }
    }

    private var hasAnything: Bool { places.contains { $0.hindrance != .notHeld } }

    private func sums(_ say: Catalogue) -> [(text: String, cents: Int64)] {
        let all = [
            (say.wouldObtain, gross), (say.fee, -fees), (say.coversOwed, -covered),
        ]
        return all.filter { $0.1 != 0 }
    }

    private func total(_ say: Catalogue) -> (String, Int64) {
        covered < plannedCents
            ? (say.wouldStayOwed, plannedCents - covered)
            : (say.returnedToCash, gross - fees - covered)
    }

    private func stopping(in scene: Scene) -> Markup {
        let say = scene.say
        return scene.card(say.howToStop, id: "stop-title") {
            p { say.howToStopLead }
            ul(.class("bullets")) {
                if situation.canSettle {
                    li { say.stopByPaying }
                    for place in places {
                        if let method = place.ownSale {
                            li {
                                a(.href(Paths.settle(by: method))) { say.sellMyself(place.name) }
                            }
                        }
                    }
                }
                li { a(.href(Paths.help(.moreTime))) { say.askForTime } }
                li { a(.href(Paths.help(.notMine))) { say.helpTopicShort(.notMine) } }
                li { a(.href(Paths.help(.paidAlready))) { say.helpTopicShort(.paidAlready) } }
            }
            if situation.canSettle {
                div(.class("actions wide")) { scene.linkButton(Paths.settle, say.settleBalance) }
            }
        }
    }

    /// With one asset there is nothing to choose, but what keeps it from being sold is said.
    private func order(in scene: Scene) -> Markup {
        guard places.count > 1 || places.contains(where: { $0.hindrance != nil }) else {
            return .nothing
        }
        let say = scene.say
        return scene.card(say.changeOrder, id: "order-title") {
            if places.count > 1 { p { say.changeOrderLead } }
            ol(.class("ledger")) {
                for (index, place) in places.enumerated() {
                    li {
                        span {
                            say.placeInOrder(index + 1, place.name)
                            if let hindrance = place.hindrance {
                                small(.class("soft block")) { say.saleHindrance(hindrance) }
                            }
                        }
                        if index > 0 {
                            scene.post(Paths.saleOrder, key: "\(idempotencyKey)-\(place.symbol)") {
                                hiddenField(.asset, place.symbol)
                                button(.class("button second small"), .type("submit")) {
                                    say.sellFirst(place.name)
                                }
                            }
                        } else if places.count > 1 {
                            scene.chip(say.isFirst, .quiet, .check)
                        }
                    }
                }
            }
        }
    }
}
