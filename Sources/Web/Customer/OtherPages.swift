import HTML

/// Every notice, newest first.
public struct NoticesPage: Page, Equatable {
    /// What a notice tells.
    public enum Kind: Sendable, Equatable {
        /// A deposit can be used before the bank confirmed it.
        case availableEarly(cents: Int64)
        /// A purchase is the customer's before the bank paid for it.
        case purchasedEarly(bought: AssetAmount, cents: Int64)
        /// A deposit came back and nothing is owed.
        case returnedCovered(cents: Int64)
        /// A deposit came back and an amount is owed until a deadline.
        case owed(cents: Int64, deadline: Int64)
        /// The deadline is near.
        case reminder(cents: Int64, deadline: Int64)
        /// Documents are asked for.
        case documentsAsked
        /// Documents were accepted.
        case documentsAccepted
        /// A document was not accepted.
        case documentRefused
        /// A payment started.
        case paymentStarted(cents: Int64)
        /// A payment came back.
        case paymentReturned(cents: Int64)
        /// More was paid than was owed; so much goes back to where it came from.
        case overpaid(cents: Int64)
        /// It has gone back.
        case overpaymentRefunded(cents: Int64)
        /// It could not go back, and is cash.
        case overpaymentKept(cents: Int64)
        /// Nothing is owed for a deposit any more.
        case settled(cents: Int64)
        /// Assets were sold.
        case sold(cents: Int64)
        /// A deposit may be withdrawn.
        case withdrawable(cents: Int64)
        /// The deadline was moved.
        case deadlineMoved(deadline: Int64)
        /// We had asked the bank to send the deposit back: our error.
        case ourError(cents: Int64)
        /// The last warning before assets may be sold.
        case finalWarning(cents: Int64, deadline: Int64)
        /// Money arrived; `toCash` of it is the customer's.
        case fundsReceived(cents: Int64, toCash: Int64)
        /// A payment did not go through; nothing was taken.
        case paymentNotMade(cents: Int64)
        /// A sale of assets was ordered.
        case saleStarted
        /// A sale that should not have been was made good.
        case saleRestored
        /// Nothing more can be sold, and an amount stays owed.
        case residualOwed(cents: Int64)
        /// Booked as a loss; still owed.
        case writtenOff(cents: Int64)
        /// A withdrawal was cancelled because a deposit came back.
        case withdrawalCancelled
        /// The bank told us new details of a linked account.
        case bankDetailsCorrected(lastFour: String)
        /// Two small amounts are on their way, to be typed until then.
        case smallAmountsSent(lastFour: String, until: Int64)
        /// A linked account is proven.
        case bankVerified(lastFour: String)
        /// It is not; new amounts may be asked for or not.
        case bankNotVerified(
            lastFour: String, VerifyBankPage.Failure, mayTryAgain: Bool)
    }

    /// Where a notice leads.
    public enum Target: Sendable, Equatable {
        /// A deposit.
        case deposit(String)
        /// A settlement.
        case settlement(String)
        /// A settlement's documents.
        case documents(String)
        /// A sale.
        case sale(String)
        /// A linked account that is being proven.
        case bankAccount(String)
    }

    /// One notice.
    public struct Item: Sendable, Equatable {
        /// The notice's id.
        public var id: String
        /// What it tells.
        public var kind: Kind
        /// When it was written.
        public var at: Int64
        /// Whether the customer has read it.
        public var isRead: Bool
        /// Where it leads, if anywhere.
        public var target: Target?
        /// The values the reader sees, each described at its property.
        public init(id: String, kind: Kind, at: Int64, isRead: Bool, target: Target?) {
            self.id = id
            self.kind = kind
            self.at = at
            self.isRead = isRead
            self.target = target
        }
    }

    /// The notices of this page.
    public var items: [Item]
    /// Where the next page begins, if there is one.
    public var nextCursor: String? = nil
    /// The values the reader sees, each described at its property.
    public init(items: [Item], nextCursor: String? = nil) {
        self.items = items
        self.nextCursor = nextCursor
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(title: say.section(.notices), place: .customer(.notices))
        return layout.document(in: scene) {
            scene.heading(say.section(.notices), say.noticesLead)
            p { a(.href(Paths.noticeSettings)) { say.noticeSettings } }
            if items.isEmpty {
                section(.class("card"), .aria(.label, say.section(.notices))) {
                    p(.class("empty")) { say.noNotices }
                }
            }
            for item in items { notice(item, in: scene) }
            if let nextCursor {
                scene.linkButton(Paths.notices(cursor: nextCursor), say.showOlder, "button second")
            }
        }
    }

    private func notice(_ item: Item, in scene: Scene) -> Markup {
        let say = scene.say
        let words = say.notice(item.kind, scene)
        let name = "notice-\(item.id)"
        return article(
            .class(item.isRead ? "card letter" : "card letter unread"), .aria(.labelledby, name)
        ) {
            div(.class("card-head")) {
                h2(.id(name)) { words.title }
                if !item.isRead { scene.chip(say.new, .info, .bell) }
            }
            p { words.text }
            small(.class("soft")) { scene.stamp(item.at) }
            div(.class("actions")) {
                if let path = item.target?.path {
                    a(.class("button second small"), .href(path)) {
                        say.open
                        span(.class("unseen")) { ": \(words.title)" }
                    }
                }
                if !item.isRead {
                    scene.post(Paths.readNotice(item.id)) {
                        button(.class("text-button"), .type("submit")) {
                            say.markRead
                            span(.class("unseen")) { ": \(words.title)" }
                        }
                    }
                }
            }
        }
    }
}

extension NoticesPage.Target {
    /// The page it is on.
    public var path: Location {
        switch self {
        case .deposit(let id): Paths.deposit(id)
        case .settlement(let id): Paths.settlement(id)
        case .documents(let id): Paths.settleDocuments(id)
        case .sale(let id): Paths.sale(id)
        case .bankAccount(let id): Paths.verifyBank(id)
        }
    }
}

/// What was sold to cover what was owed, in full.
public struct SaleReceiptPage: Page, Equatable {
    /// One fill.
    public struct Line: Sendable, Equatable {
        /// How much of what.
        public var sold: AssetAmount
        /// Dollars for a whole unit.
        public var price: DollarPrice
        /// Cents it brought, before the fee.
        public var proceedsCents: Int64
        /// The fee in cents.
        public var feeCents: Int64
        /// When it was sold.
        public var at: Int64
        /// The market's own id for it.
        public var reference: String
        /// The values the reader sees, each described at its property.
        public init(
            sold: AssetAmount, price: DollarPrice, proceedsCents: Int64, feeCents: Int64, at: Int64,
            reference: String
        ) {
            self.sold = sold
            self.price = price
            self.proceedsCents = proceedsCents
            self.feeCents = feeCents
            self.at = at
            self.reference = reference
        }
    }

    /// Every fill, in order of time.
    public var lines: [Line]
    /// Cents owed in all before; nil for a sale from before that was kept.
    public var owedCents: Int64?
    /// Cents owed in all afterwards; nil as before, and while the sale is under way.
    public var owedAfterwardsCents: Int64?
    /// Whether the customer chose the sale himself.
    public var isChosen: Bool
    /// Cents that went to what was owed.
    public var appliedCents: Int64
    /// Cents left over, returned to cash.
    public var returnedCents: Int64
    /// The first deadline that had passed; nil for a sale that was chosen, or where it was not kept.
    public var deadline: Int64?
    /// The reference to quote.
    public var reference: String
    /// The sale's id, as in its address.
    public var saleID: String
    /// The values the reader sees, each described at its property.
    public init(
        saleID: String, lines: [Line], owedCents: Int64?, owedAfterwardsCents: Int64?,
        appliedCents: Int64, returnedCents: Int64, isChosen: Bool = false, deadline: Int64?,
        reference: String
    ) {
        self.owedAfterwardsCents = owedAfterwardsCents
        self.isChosen = isChosen
        self.saleID = saleID
        self.lines = lines
        self.owedCents = owedCents
        self.appliedCents = appliedCents
        self.returnedCents = returnedCents
        self.deadline = deadline
        self.reference = reference
    }

    /// Why it was sold and what that paid, in a sentence; never more than is known of its day.
    func lead(in scene: Scene) -> String {
        scene.say.saleLead(
            owed: owedCents.map(scene.dollars), paid: scene.dollars(appliedCents),
            isCovered: owedAfterwardsCents == 0, isChosen: isChosen,
            deadline: deadline.map(scene.time.date))
    }

    private var proceeds: Int64 { lines.reduce(0) { $0 + $1.proceedsCents } }
    private var fees: Int64 { lines.reduce(0) { $0 + $1.feeCents } }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        return Layout(title: say.saleTitle, place: .customer(nil)).document(in: scene) {
            scene.back(Paths.home, say.section(.home))
            scene.heading(
                say.saleTitle, lead(in: scene))
            scene.card(say.whatWasSold, id: "sold-title") {
                scene.table(
                    say.whatWasSold, isCaptionHidden: true,
                    columns: [
                        Column(say.quantity, name: true), Column(say.price, number: true),
                        Column(say.proceeds, number: true), Column(say.fee, number: true),
                        Column(say.when),
                    ],
                    rows: lines.map { line in
                        [
                            group {
                                line.sold.text(in: scene.language)
                                small(.class("soft block")) { line.reference }
                            },
                            .text(line.price.text(in: scene.language)),
                            scene.number(line.proceedsCents), scene.number(line.feeCents),
                            scene.stamp(line.at),
                        ]
                    }, empty: say.nothingSold)
            }
            scene.card(say.theSum, id: "sum-title") {
                scene.sum(
                    say.theSum,
                    [
                        (say.proceeds, proceeds), (say.fee, -fees),
                        (say.appliedToOwed, -appliedCents),
                    ], total: (say.returnedToCash, returnedCents))
                if let left = owedAfterwardsCents, left > 0 {
                    scene.note(.attention) {
                        p { say.stillOwedAfterSale(scene.dollars(left)) }
                    }
                    scene.linkButton(Paths.settle, say.settleBalance)
                } else if owedAfterwardsCents == 0 {
                    scene.note(.good) { p { say.nothingOwedNow } }
                }
                p(.class("soft small")) { say.saleReference(reference) }
                p { a(.href(Paths.help(.saleWrong))) { say.saleWrong } }
            }
            scene.keeping(Paths.saleReceiptFile(saleID))
        }
    }
}

/// Asking for help: one form, a few topics, a case number in answer.
public struct HelpPage: Page, Equatable {
    /// What it is about.
    public enum Topic: String, Sendable, CaseIterable {
        /// "I did not make this deposit."
        case notMine = "not-mine"
        /// "I paid already."
        case paidAlready = "paid-already"
        /// "I need more time."
        case moreTime = "more-time"
        /// "I still see the charge at my bank."
        case pendingCharge = "pending-charge"
        /// "I cannot provide a document."
        case cannotProvide = "cannot-provide"
        /// "Something about a sale is wrong."
        case saleWrong = "sale-wrong"
        /// "I need this page in another form."
        case accessibility
        /// Anything else.
        case other
    }

    /// The topic chosen so far.
    public var topic: Topic?
    /// Deposits to choose from, newest first; may be empty.
    public var deposits: [DepositRow]
    /// The deposit chosen so far.
    public var depositID: String?
    /// The message so far.
    public var message: String = ""
    /// Cents a plan may be proposed for; 0 when nothing is owed.
    public var owedCents: Int64 = 0
    /// In how many payments, as chosen so far.
    public var parts: Int?
    /// In how many days, as chosen so far.
    public var days: Int?
    /// The key of this one case.
    public var idempotencyKey: String
    /// What was wrong with the form.
    public var problems: [FieldProblem] = []
    /// The values the reader sees, each described at its property.
    public init(
        topic: Topic?, deposits: [DepositRow], depositID: String?, message: String = "",
        owedCents: Int64 = 0, parts: Int? = nil, days: Int? = nil, idempotencyKey: String,
        problems: [FieldProblem] = []
    ) {
        self.topic = topic
        self.deposits = deposits
        self.depositID = depositID
        self.message = message
        self.owedCents = owedCents
        self.parts = parts
        self.days = days
        self.idempotencyKey = idempotencyKey
        self.problems = problems
    }

    /// The numbers of payments a plan may have. More is for a person to agree on.
    public static let partsOffered = [1, 2, 3, 4]
    /// The days a plan may take.
    public static let daysOffered = [3, 7, 14, 30]

    /// 422 when the form had problems.
    public var status: Int { problems.isEmpty ? 200 : 422 }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(
            title: say.section(.help), place: .customer(.help), hasProblems: !problems.isEmpty)
        return layout.document(in: scene) {
            scene.problemSummary(problems)
            scene.heading(say.section(.help), say.helpLead)
            if topic == .pendingCharge {
                scene.note(.info) {
                    p { strong { say.pendingTitle } }
                    p { say.pendingExplained }
                }
            }
            section(.class("card"), .aria(.label, say.section(.help))) {
                scene.post(Paths.help, key: idempotencyKey) {
                    scene.choices(
                        .topic, say.whatIsItAbout,
                        Topic.allCases.map {
                            Choice(
                                value: $0.rawValue, title: say.helpTopicShort($0),
                                lines: say.helpTopicLine($0).map { [$0] } ?? [])
                        }, selected: topic?.rawValue, problems)
                    if !deposits.isEmpty {
                        scene.selectField(
                            .deposit, say.whichDeposit,
                            options: [("", say.noDepositChosen)]
                                + deposits.map { row in
                                    (
                                        row.id,
                                        say.depositOption(
                                            scene.time.date(row.startedAt),
                                            scene.dollars(row.cents), say.bank(row.from))
                                    )
                                }, selected: depositID)
                    }
                    plan(in: scene)
                    scene.textArea(
                        .message, say.yourMessage, value: message, hint: say.messageHint,
                        limit: 4000, problems)
                    div(.class("actions wide")) { scene.submit(say.sendMessage) }
                }
            }
        }
    }
}

extension HelpPage {
    /// A proposal how to pay, for whoever owes: folded up until it is what the page is about.
    private func plan(in scene: Scene) -> Markup {
        guard owedCents > 0 else { return .nothing }
        let say = scene.say
        let dayLength: Int64 = 86_400_000
        return details(.open.when(topic == .moreTime)) {
            summary { say.proposePlan }
            div(.class("stack")) {
                p(.class("soft")) { say.proposePlanLead }
                div(.class("pair")) {
                    scene.selectField(
                        .parts, say.inHowManyPayments,
                        options: [("", say.noPlanYet)]
                            + HelpPage.partsOffered.map { count in
                                let each =
                                    (owedCents + Int64(count) - 1) / Int64(count)
                                return (
                                    String(count), say.payments(count, scene.dollars(each))
                                )
                            }, selected: parts.map(String.init))
                    scene.selectField(
                        .days, say.lastPaymentBy,
                        options: [("", say.noPlanYet)]
                            + HelpPage.daysOffered.map { count in
                                (
                                    String(count),
                                    scene.time.shortDay(scene.now + Int64(count) * dayLength)
                                )
                            }, selected: days.map(String.init))
                }
            }
        }
    }
}

/// A help case was opened.
public struct HelpSentPage: Page, Equatable {
    /// The case number.
    public var caseNumber: String
    /// When a person will have answered.
    public var answerBy: Int64
    /// True when sales wait until the case is answered.
    public var pausesSales: Bool
    /// The values the reader sees, each described at its property.
    public init(caseNumber: String, answerBy: Int64, pausesSales: Bool) {
        self.caseNumber = caseNumber
        self.answerBy = answerBy
        self.pausesSales = pausesSales
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        return Layout(title: say.helpSent, place: .customer(.help)).document(in: scene) {
            section(.class("card"), .aria(.labelledby, "done-title")) {
                div(.class("done")) {
                    span(.class("seal")) { Icon.check.markup }
                    h1(.id("done-title")) { say.helpSent }
                    p { say.helpAnswer(scene.time.deadline(answerBy)) }
                    if pausesSales { p { say.helpPauses } }
                }
                scene.facts([
                    Fact(say.caseNumber, span(.class("reference")) { caseNumber })
                ])
                scene.linkButton(Paths.home, say.backToHome, "button second")
            }
        }
    }
}

/// A page that stands alone: a problem, or a door.
public struct MessagePage: Page, Equatable {
    /// What is to be said.
    public enum Kind: Sendable, Equatable {
        /// The reader has to sign in first.
        case signInNeeded(returnTo: String)
        /// The session ended; what was typed and not confirmed was not sent.
        case sessionEnded(returnTo: String)
        /// What was asked needs a sign-in within so many minutes; nothing was changed.
        case freshSignInNeeded(minutes: Int, returnTo: String)
        /// A link in a mail has run out.
        case linkExpired
        /// The form was made before the amount changed.
        case amountChanged(fromCents: Int64, toCents: Int64)
        /// The form's token did not fit, or it had been open too long.
        case staleForm(returnTo: String)
        /// No such page.
        case notFound
        /// The reader may not see this page; the role that may.
        case notAllowed(role: String)
        /// Too many requests; try again after this many seconds.
        case tooMany(retryAfterSeconds: Int)
        /// We were wrong. The reference finds it in the logs.
        case fault(reference: String)
        /// Not now: maintenance or overload, until the instant if known.
        case unavailable(until: Int64?)
    }

    /// What is to be said.
    public var kind: Kind
    /// The values the reader sees, each described at its property.
    public init(kind: Kind) {
        self.kind = kind
    }

    /// The status that fits: 401, 403, 404, 409, 410, 429, 500 or 503.
    public var status: Int {
        switch kind {
        case .signInNeeded, .sessionEnded: 401
        case .linkExpired: 410
        case .amountChanged: 409
        case .staleForm, .notAllowed, .freshSignInNeeded: 403
        case .notFound: 404
        case .tooMany: 429
        case .fault: 500
        case .unavailable: 503
        }
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let words = scene.say.message(kind, scene)
        return Layout(title: words.title, place: place(in: scene)).document(in: scene) {
            section(.class("card"), .aria(.labelledby, "message-title")) {
                div(.class("done")) {
                    span(.class("seal"), .data(.tone, Tone.quiet.rawValue)) { icon.markup }
                    h1(.id("message-title")) { words.title }
                    for line in words.lines { p { line } }
                    if case .fault(let reference) = kind {
                        p {
                            scene.say.referenceTerm + ": "
                            span(.class("reference")) { reference }
                        }
                    }
                }
                div(.class("actions wide")) { next(in: scene) }
            }
        }
    }

    private func place(in scene: Scene) -> Layout.Place {
        switch scene.viewer {
        case .nobody: .outside
        case .customer: .customer(nil)
        case .operator: .desk(nil)
        }
    }

    private var icon: Icon {
        switch kind {
        case .signInNeeded, .sessionEnded, .notAllowed, .freshSignInNeeded: .shield
        case .linkExpired, .staleForm, .tooMany: .clock
        case .amountChanged: .coin
        case .notFound: .help
        case .fault, .unavailable: .warning
        }
    }

    @MarkupBuilder
    private func next(in scene: Scene) -> Markup {
        let say = scene.say
        switch kind {
        case .signInNeeded(let address), .sessionEnded(let address):
            form(.method(.get), .action(Paths.signIn)) {
                hiddenField(.returnTo, address)
                scene.submit(say.signIn)
            }
        case .freshSignInNeeded(_, let address):
            if let path = Location(localPath: address) {
                scene.linkButton(path, say.tryAgainThen)
            }
        case .linkExpired, .notFound, .notAllowed, .fault, .unavailable, .tooMany:
            scene.linkButton(homePath(scene), say.backToHome, "button second")
        case .amountChanged:
            scene.linkButton(Paths.settle, say.checkAgain)
        case .staleForm(let address):
            if let path = Location(localPath: address) {
                scene.linkButton(path, say.openAgain)
            }
            scene.linkButton(homePath(scene), say.backToHome, "button second")
        }
    }

    private func homePath(_ scene: Scene) -> Location {
        switch scene.viewer {
        case .nobody, .customer: Paths.home
        case .operator: Paths.Desk.overview
        }
    }
}
