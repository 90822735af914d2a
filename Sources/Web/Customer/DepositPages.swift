import HTML

/// All deposits, newest first, a page at a time.
public struct DepositsPage: Page, Equatable {
    /// Which deposits are listed.
    public enum Filter: String, Sendable, CaseIterable {
        /// Every deposit.
        case all
        /// Available early or clearing.
        case clearing
        /// With something owed.
        case owed
        /// Settled.
        case settled
    }

    /// Which deposits are listed.
    public var filter: Filter
    /// The deposits of this page.
    public var rows: [DepositRow]
    /// Where the next page begins, if there is one.
    public var nextCursor: String? = nil
    /// The values the reader sees, each described at its property.
    public init(filter: Filter, rows: [DepositRow], nextCursor: String? = nil) {
        self.filter = filter
        self.rows = rows
        self.nextCursor = nextCursor
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(
            title: say.section(.deposits), place: .customer(.deposits), width: .narrow)
        return layout.document(in: scene) {
            scene.heading(say.section(.deposits), say.depositsLead)
            nav(.class("segmented filter"), .aria(.label, say.filterLabel)) {
                for filter in Filter.allCases {
                    a(
                        .href(Paths.deposits(filter)),
                        .aria(.current, "page").when(filter == self.filter)
                    ) { say.filter(filter) }
                }
            }
            section(.class("card flush"), .aria(.label, say.section(.deposits))) {
                if rows.isEmpty {
                    div(.class("empty")) {
                        p { filter == .all ? say.noDeposits : say.noDepositsHere }
                        if filter == .all {
                            scene.linkButton(
                                Paths.addMoney, say.section(.addMoney), "button second small")
                        } else {
                            a(.href(Paths.deposits(.all))) { say.clearFilter }
                        }
                    }
                } else {
                    ul(.class("rows")) { for row in rows { row.item(in: scene) } }
                }
            }
            if let nextCursor {
                scene.linkButton(
                    Paths.depositsPage(filter, cursor: nextCursor), say.showOlder, "button second")
            }
            if filter == .all, !rows.isEmpty {
                p { a(.href(Paths.depositsFile), .download) { say.depositsAsCSV } }
            }
        }
    }
}

/// One step of a deposit's history, or one still expected.
public struct TimelineStep: Sendable, Equatable {
    /// What happened.
    public enum Kind: String, Sendable, CaseIterable {
        /// The customer asked for the deposit.
        case started
        /// Instant credit was given.
        case availableEarly
        /// It went to the bank in a file.
        case sentToBank
        /// The bank's money arrived, still unconfirmed.
        case moneyArrived
        /// It was sent again after a first return.
        case sentAgain
        /// The bank sent it back.
        case returned
        /// Cash in the account covered all or a part.
        case coveredFromCash
        /// The shortfall became owed.
        case owed
        /// Documents were asked for.
        case documentsAsked
        /// Documents were accepted.
        case documentsAccepted
        /// A payment was started.
        case paymentStarted
        /// A payment came back.
        case paymentFailed
        /// A part was paid.
        case partPaid
        /// What was still owed was paid.
        case paid
        /// The deadline was moved.
        case deadlineMoved
        /// Assets were sold.
        case sold
        /// Nothing is owed any more, or the bank's money is good.
        case settled
        /// It may be withdrawn.
        case withdrawable
        /// Booked as a loss.
        case writtenOff
        /// Cancelled.
        case cancelled
    }

    /// Whether it has happened.
    public enum State: String, Sendable, CaseIterable {
        /// It has.
        case done
        /// It is where the deposit stands now.
        case current
        /// It is expected.
        case expected
    }

    /// What happened.
    public var kind: Kind
    /// Whether it has.
    public var state: State
    /// When it happened, or is expected; nil when nobody knows.
    public var at: Int64?
    /// The amount it concerns in cents, if one.
    public var cents: Int64? = nil
    /// The values the reader sees, each described at its property.
    public init(kind: Kind, state: State, at: Int64?, cents: Int64? = nil) {
        self.kind = kind
        self.state = state
        self.at = at
        self.cents = cents
    }
}

/// One posting of the customer's account, as a line of the receipt.
public struct ReceiptLine: Sendable, Equatable {
    /// Why it was posted.
    public enum Title: String, Sendable, CaseIterable {
        /// A deposit's credit.
        case depositCredited
        /// A returned deposit taken back.
        case depositTakenBack
        /// The shortfall put on its obligation.
        case obligationOpened
        /// A payment of the customer's.
        case paymentReceived
        /// A payment that came back.
        case paymentTakenBack
        /// Proceeds of assets sold.
        case assetsSold
        /// A fee of ours.
        case fee
        /// What we waived.
        case waived
        /// A withdrawal.
        case withdrawal
        /// A trade.
        case trade
        /// A correction.
        case correction
    }

    /// When it was booked.
    public var at: Int64
    /// Why it was posted.
    public var title: Title
    /// Cents; positive in the customer's favour.
    public var cents: Int64
    /// The transfer's id, by which an operator finds it.
    public var transferID: String
    /// The values the reader sees, each described at its property.
    public init(at: Int64, title: Title, cents: Int64, transferID: String) {
        self.at = at
        self.title = title
        self.cents = cents
        self.transferID = transferID
    }
}

/// One deposit: what it is, how it came to that, what is owed for it, and what to do.
public struct DepositPage: Page, Equatable {
    /// How the deposit came to be settled.
    public enum SettledBy: String, Sendable, CaseIterable {
        /// The bank's own money.
        case bank
        /// Cash that was in the account.
        case cash
        /// A payment of the customer's.
        case payment
        /// The sale of assets.
        case sale
        /// We let it go.
        case waiver
    }

    /// What happened to a returned deposit's money, in cents. All are positive or zero, and
    /// `used - stillThere - paid - sold - waived = owed`.
    public struct Arithmetic: Sendable, Equatable {
        /// What could be used early and the bank did not bring.
        public var usedCents: Int64
        /// What was still in the account as cash and was taken back.
        public var stillThereCents: Int64
        /// What was paid since.
        public var paidCents: Int64 = 0
        /// What sales of assets brought.
        public var soldCents: Int64 = 0
        /// What we waived.
        public var waivedCents: Int64 = 0
        /// What is owed.
        public var owedCents: Int64
        /// The values the reader sees, each described at its property.
        public init(
            usedCents: Int64, stillThereCents: Int64, paidCents: Int64 = 0, soldCents: Int64 = 0,
            waivedCents: Int64 = 0, owedCents: Int64
        ) {
            self.usedCents = usedCents
            self.stillThereCents = stillThereCents
            self.paidCents = paidCents
            self.soldCents = soldCents
            self.waivedCents = waivedCents
            self.owedCents = owedCents
        }
    }

    /// The deposit as it is listed.
    public var deposit: DepositRow
    /// Why the bank sent it back, if it did.
    public var reason: ReturnReason? = nil
    /// Its history in order of time, and what is expected.
    public var timeline: [TimelineStep]
    /// What is owed and why, for a returned deposit.
    public var arithmetic: Arithmetic? = nil
    /// Where the obligation stands, if one is open.
    public var situation: OwedSummary.Situation? = nil
    /// How it was settled, if it is.
    public var settledBy: SettledBy? = nil
    /// The business day after which a pending charge at the bank should be gone.
    public var pendingGoneAfter: Int64? = nil
    /// Our fee for the return, in cents; 0 is said too.
    public var feeCents: Int64 = 0
    /// The settlement under way for it, if any.
    public var settlementID: String? = nil
    /// The sale that covered it, if any.
    public var saleID: String? = nil
    /// True while it may be cancelled.
    public var canCancel: Bool = false
    /// The key of the cancellation's form.
    public var idempotencyKey: String
    /// The postings of the customer's account for this deposit.
    public var receipt: [ReceiptLine]
    /// The values the reader sees, each described at its property.
    public init(
        deposit: DepositRow, reason: ReturnReason? = nil, timeline: [TimelineStep],
        arithmetic: Arithmetic? = nil, situation: OwedSummary.Situation? = nil,
        settledBy: SettledBy? = nil, pendingGoneAfter: Int64? = nil, feeCents: Int64 = 0,
        settlementID: String? = nil, saleID: String? = nil, canCancel: Bool = false,
        idempotencyKey: String, receipt: [ReceiptLine]
    ) {
        self.deposit = deposit
        self.reason = reason
        self.timeline = timeline
        self.arithmetic = arithmetic
        self.situation = situation
        self.settledBy = settledBy
        self.pendingGoneAfter = pendingGoneAfter
        self.feeCents = feeCents
        self.settlementID = settlementID
        self.saleID = saleID
        self.canCancel = canCancel
        self.idempotencyKey = idempotencyKey
        self.receipt = receipt
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let amount = scene.dollars(deposit.cents)
        let title =
            deposit.bought.map { say.purchaseTitle($0.text(in: scene.language), amount) }
            ?? say.depositTitle(amount)
        return Layout(title: title, place: .customer(.deposits), width: .full).document(in: scene) {
            scene.back(Paths.deposits, say.section(.deposits))
            div(.class("heading")) {
                h1 { title }
                div(.class("actions")) {
                    scene.chip(deposit.status)
                    span(.class("soft")) { say.bank(deposit.from) }
                }
            }
            div(.class("columns")) {
                div(.class("stack")) {
                    owedCard(in: scene)
                    explanation(in: scene)
                    scene.card(say.timeline, id: "timeline-title") { timelineList(in: scene) }
                }
                div(.class("stack")) {
                    details(in: scene)
                    pendingCharge(in: scene)
                    receiptCard(in: scene)
                }
            }
        }
    }

    private func owedCard(in scene: Scene) -> Markup {
        guard let arithmetic else { return .nothing }
        let say = scene.say
        return scene.card(
            arithmetic.owedCents > 0
                ? say.youOwe(scene.dollars(arithmetic.owedCents))
                : deposit.bought == nil ? say.nothingOwedForThis : say.nothingOwedForPurchase,
            id: "owed-title"
        ) {
            scene.sum(
                say.howOwed, lines(arithmetic, say),
                total: (say.youOweLine, arithmetic.owedCents))
            if let situation, arithmetic.owedCents > 0 { deadline(situation, in: scene) }
            if let settlementID, deposit.status == .paymentInProgress {
                scene.linkButton(Paths.settlement(settlementID), say.seePayment, "button second")
            } else if let settlementID, deposit.status == .documentsNeeded {
                scene.linkButton(Paths.settleDocuments(settlementID), say.sendDocuments)
            } else if arithmetic.owedCents > 0 {
                div(.class("actions wide")) {
                    scene.linkButton(Paths.settle, say.settleBalance)
                    scene.linkButton(Paths.help(.moreTime), say.getHelp, "button second")
                }
            }
            if let saleID { a(.href(Paths.sale(saleID))) { say.seeSale } }
        }
    }

    private func lines(_ sum: Arithmetic, _ say: Catalogue) -> [(text: String, cents: Int64)] {
        let parts = [
            (say.stillHad, -sum.stillThereCents), (say.youPaid, -sum.paidCents),
            (say.soldForYou, -sum.soldCents), (say.weWaived, -sum.waivedCents),
        ]
        let used = deposit.bought == nil ? say.letYouUse : say.letYouHave
        return [(used, sum.usedCents)] + parts.filter { $0.1 != 0 }
    }

    private func deadline(_ situation: OwedSummary.Situation, in scene: Scene) -> Markup {
        let owed = OwedSummary(
            cents: arithmetic?.owedCents ?? 0, depositCount: 1, depositID: deposit.id,
            situation: situation)
        let words = OwedWords(owed, in: scene)
        return scene.note(words.tone) { words.nextLine }
    }

    @MarkupBuilder
    private func explanation(in scene: Scene) -> Markup {
        let say = scene.say
        if let reason {
            scene.card(say.whatHappened, id: "what-title") {
                if let bought = deposit.bought {
                    p {
                        say.whatHappenedPurchase(
                            bought.text(in: scene.language), scene.dollars(deposit.cents))
                    }
                } else {
                    p { say.whatHappenedReturned(scene.dollars(deposit.cents)) }
                }
                div(.class("prose")) {
                    h3 { say.why }
                    p { say.reason(reason.sentence) }
                    if !reason.code.isEmpty { small(.class("soft")) { say.bankCode(reason.code) } }
                    if reason.sentence == .notAuthorized {
                        p { a(.href(Paths.help(.notMine))) { say.helpTopicShort(.notMine) } }
                    }
                }
                if (arithmetic?.owedCents ?? 0) > 0 {
                    div(.class("prose")) {
                        h3 { say.whatYouCanDo }
                        ul(.class("bullets")) {
                            if situation?.canSettle ?? true { li { say.canSettle } }
                            li { say.canCheckAccount(deposit.from.lastFour) }
                            li { say.canAskForHelp }
                        }
                    }
                    div(.class("prose")) {
                        h3 { say.ifNothing }
                        p { say.ifNothingAnswer }
                        p { a(.href(Paths.saleNotice)) { say.seeSaleNotice } }
                    }
                }
            }
        } else if deposit.status == .availableEarly || deposit.status == .clearing {
            scene.card(say.whatHappensNext, id: "what-title") {
                p { deposit.bought == nil ? say.earlyExplained : say.purchaseExplained }
                if deposit.isHeldUndated {
                    scene.note(.attention) { p { say.heldUndatedExplained } }
                } else if let at = deposit.withdrawableAt {
                    p { say.withdrawableOnLong(scene.time.deadline(at)) }
                }
            }
        }
    }

    private func timelineList(in scene: Scene) -> Markup {
        ol(.class("timeline")) {
            for step in timeline {
                li(
                    .data(.tone, step.tone),
                    .aria(.current, "step").when(step.state == .current)
                ) {
                    span(.class("dot")) { step.icon.markup }
                    div {
                        strong {
                            scene.say.step(
                                step.kind, cents: step.cents.map(scene.dollars),
                                isPurchase: deposit.bought != nil)
                        }
                        small {
                            if let at = step.at {
                                if step.state == .expected { scene.say.expected + " " }
                                scene.stamp(at)
                            } else if step.state == .expected {
                                scene.say.notYet
                            }
                        }
                    }
                }
            }
        }
    }

    private func details(in scene: Scene) -> Markup {
        let say = scene.say
        var rows = [
            Fact(say.amount, scene.number(deposit.cents)),
            Fact(say.started, scene.stamp(deposit.startedAt)),
            Fact(say.fromAccount, say.bank(deposit.from)),
        ]
        if let bought = deposit.bought {
            rows.insert(Fact(say.boughtTerm, bought.text(in: scene.language)), at: 1)
        }
        if deposit.isHeldUndated {
            rows.append(Fact(say.canBeWithdrawn, say.noDateYet))
        } else if let at = deposit.withdrawableAt, arithmetic == nil {
            rows.append(Fact(say.canBeWithdrawn, scene.stamp(at)))
        }
        if let settledBy { rows.append(Fact(say.settledByTerm, say.settledBy(settledBy))) }
        if reason != nil {
            rows.append(
                Fact(say.ourFee, scene.number(feeCents), detail: say.bankFeeMayDiffer))
        }
        rows.append(Fact(say.referenceTerm, code { deposit.id }))
        return scene.card(say.details, id: "details-title") {
            scene.facts(rows)
            if canCancel {
                scene.post(Paths.cancelDeposit(deposit.id), key: idempotencyKey) {
                    scene.submit(say.cancelDeposit, "button second")
                }
            }
        }
    }

    private func pendingCharge(in scene: Scene) -> Markup {
        guard reason != nil else { return .nothing }
        let say = scene.say
        return scene.card(say.pendingTitle, id: "pending-title") {
            p { say.pendingExplained }
            if let pendingGoneAfter {
                p { say.pendingStillThere(scene.time.shortDay(pendingGoneAfter)) }
            }
            a(.href(Paths.help(.pendingCharge))) { say.tellOfCharge }
        }
    }

    private func receiptCard(in scene: Scene) -> Markup {
        guard !receipt.isEmpty else { return .nothing }
        let say = scene.say
        return section(.class("card"), .aria(.label, say.receiptTitle)) {
            HTML.details(.class("plain")) {
                summary { say.receiptTitle }
                p(.class("soft small")) { say.receiptLead }
                ul(.class("ledger")) {
                    for line in receipt {
                        li {
                            div {
                                span { say.receiptLine(line.title) }
                                small(.class("soft")) {
                                    scene.stamp(line.at)
                                    " · "
                                    code { line.transferID }
                                }
                            }
                            span(.class("number")) {
                                line.cents > 0
                                    ? "+" + scene.dollars(line.cents) : scene.dollars(line.cents)
                            }
                        }
                    }
                }
            }
        }
    }
}

extension TimelineStep {
    /// The style sheet's tone for the dot; a step still expected has a dashed one.
    var tone: String {
        if state == .expected { return "later" }
        switch kind {
        case .returned, .paymentFailed, .owed, .documentsAsked: return Tone.attention.rawValue
        case .started, .availableEarly, .sentToBank, .moneyArrived, .sentAgain, .paymentStarted,
            .deadlineMoved:
            return Tone.info.rawValue
        case .coveredFromCash, .documentsAccepted, .partPaid, .paid, .settled, .withdrawable:
            return Tone.good.rawValue
        case .sold, .writtenOff, .cancelled: return Tone.info.rawValue
        }
    }

    var icon: Icon {
        switch kind {
        case .started: .plus
        case .availableEarly: .bolt
        case .sentToBank, .moneyArrived, .sentAgain: .bank
        case .returned, .paymentFailed: .returned
        case .coveredFromCash, .partPaid, .paid: .coin
        case .owed: .warning
        case .documentsAsked, .documentsAccepted: .document
        case .paymentStarted, .deadlineMoved: .clock
        case .sold: .sold
        case .settled: .check
        case .withdrawable: .down
        case .writtenOff, .cancelled: .cross
        }
    }
}
