import HTML

/// What an operator may do to a customer's matters. Each needs a reason and is kept in the audit.
public enum OperatorAction: String, Sendable, CaseIterable {
    /// Gives more hours until the deadline.
    case extend
    /// No sale for this customer until released.
    case pauseSales = "pause-sales"
    /// Lets what is owed go.
    case waive
    /// Books what is owed as a loss; it is still owed.
    case chargeOff = "charge-off"
    /// Releases a hold early.
    case releaseHold = "release-hold"
    /// Sends the last notice again.
    case sendNotice = "send-notice"
    /// Keeps a sentence with the customer.
    case addNote = "add-note"
    /// Ends a stop flag.
    case removeFlag = "remove-flag"
    /// Lets a stopped sale of this customer go on.
    case resumeSales = "resume-sales"
    /// Confirms that a withdrawal has left.
    case sendWithdrawal = "send-withdrawal"
    /// Undoes a forced sale; a second person has to agree.
    case restoreSale = "restore-sale"
    /// Keeps a claim under the warranty of an entry's authorization.
    case recordClaim = "record-claim"
    /// Pays such a claim.
    case acceptClaim = "accept-claim"
    /// Refuses such a claim.
    case refuseClaim = "refuse-claim"
    /// Keeps that a bank was asked to send a debit back.
    case requestReturn = "request-return"
    /// Keeps that the bank said it will.
    case returnAgreed = "return-agreed"
    /// Keeps that the bank said it will not.
    case returnDeclined = "return-declined"
}

/// Everything about one customer, with the cause of every number.
public struct CustomerPage: Page, Equatable {
    /// One thing that happened: money, messages, decisions, jobs, in one list.
    public struct Event: Sendable, Equatable {
        /// What kind of thing.
        public enum Kind: String, Sendable, CaseIterable {
            /// Money moved.
            case money
            /// Something was told to the customer or by them.
            case message
            /// A person or a rule decided.
            case decision
            /// A timer or a file did something.
            case system
        }

        /// When.
        public var at: Int64
        /// What kind.
        public var kind: Kind
        /// What happened, in a sentence of the program's.
        public var title: String
        /// Who or what did it.
        public var actor: String
        /// The values the reader sees, each described at its property.
        public init(at: Int64, kind: Kind, title: String, actor: String) {
            self.at = at
            self.kind = kind
            self.title = title
            self.actor = actor
        }
    }

    /// An obligation.
    public struct Obligation: Sendable, Equatable {
        /// The obligation's id.
        public var id: String
        /// The deposit it belongs to.
        public var depositID: String
        /// Cents when it was opened.
        public var openedCents: Int64
        /// Cents still open.
        public var openCents: Int64
        /// The return code.
        public var code: String
        /// Where it stands.
        public var situation: OwedSummary.Situation?
        /// The values the reader sees, each described at its property.
        public init(
            id: String, depositID: String, openedCents: Int64, openCents: Int64, code: String,
            situation: OwedSummary.Situation?
        ) {
            self.id = id
            self.depositID = depositID
            self.openedCents = openedCents
            self.openCents = openCents
            self.code = code
            self.situation = situation
        }
    }

    /// A posting with its cause.
    public struct Posting: Sendable, Equatable {
        /// When it was booked.
        public var at: Int64
        /// The account posted to.
        public var account: String
        /// Why.
        public var reason: String
        /// Cents; debits positive, credits negative.
        public var cents: Int64
        /// The quantity with its asset instead, for anything but dollars.
        public var quantity: String? = nil
        /// The unique id of what asked for it.
        public var cause: String
        /// The values the reader sees, each described at its property.
        public init(
            at: Int64, account: String, reason: String, cents: Int64, quantity: String? = nil,
            cause: String
        ) {
            self.quantity = quantity
            self.at = at
            self.account = account
            self.reason = reason
            self.cents = cents
            self.cause = cause
        }
    }

    /// A stop flag.
    public struct Flag: Sendable, Equatable {
        /// Its name, such as "Dispute open".
        public var title: String
        /// Whether automated steps stop at it.
        public var stopsSales: Bool
        /// When it ends by itself, if it does.
        public var until: Int64?
        /// The values the reader sees, each described at its property.
        public init(title: String, stopsSales: Bool, until: Int64?) {
            self.title = title
            self.stopsSales = stopsSales
            self.until = until
        }
    }

    /// A claim under the warranty of an entry's authorization.
    public struct Claim: Sendable, Equatable {
        /// Whether somebody has decided.
        public enum State: String, Sendable, CaseIterable {
            /// Nobody has.
            case received
            /// It was paid.
            case accepted
            /// It was not.
            case refused
        }

        /// The deposit that is claimed.
        public var depositID: String
        /// Cents claimed.
        public var cents: Int64
        /// When it came.
        public var receivedAt: Int64
        /// Whether it came within the years a bank has.
        public var isInTime: Bool
        /// Whether somebody has decided.
        public var state: State
        /// The values the reader sees, each described at its property.
        public init(
            depositID: String, cents: Int64, receivedAt: Int64, isInTime: Bool, state: State
        ) {
            self.depositID = depositID
            self.cents = cents
            self.receivedAt = receivedAt
            self.isInTime = isInTime
            self.state = state
        }
    }

    /// The customer's id.
    public var customerID: String
    /// The name as the operator may see it.
    public var name: String
    /// Since when.
    public var memberSince: Int64
    /// Cash minus open obligations in cents.
    public var balanceCents: Int64
    /// Cents available to trade.
    public var tradableCents: Int64
    /// Cents that may leave.
    public var withdrawableCents: Int64
    /// Cents of instant credit not safe yet, plus open obligations.
    public var exposureCents: Int64
    /// Stop flags in force.
    public var flags: [Flag]
    /// Open obligations, the oldest first.
    public var obligations: [Obligation]
    /// Deposits, newest first.
    public var deposits: [DepositRow]
    /// Linked bank accounts and whether they can be used.
    public var accounts: [BankAccountChoice]
    /// What happened, newest first.
    public var events: [Event]
    /// Postings, newest first.
    public var postings: [Posting]
    /// What the reader may do.
    public var actions: [OperatorAction]
    /// Actions above this many cents wait for a second person.
    public var secondPersonAboveCents: Int64
    /// The key the action forms derive theirs from.
    public var idempotencyKey: String
    /// What was wrong with an action's form.
    public var problems: [FieldProblem] = []
    /// The action whose form had problems.
    public var problemAction: OperatorAction? = nil
    /// Claims of banks, newest first.
    public var claims: [Claim] = []
    /// What an action may be done to, where it is not a deposit: ids and what they name.
    public var items: [OperatorAction: [Item]] = [:]
    /// The values the reader sees, each described at its property.
    public init(
        customerID: String, name: String, memberSince: Int64, balanceCents: Int64,
        tradableCents: Int64, withdrawableCents: Int64, exposureCents: Int64, flags: [Flag],
        obligations: [Obligation], deposits: [DepositRow], accounts: [BankAccountChoice],
        events: [Event], postings: [Posting], actions: [OperatorAction],
        secondPersonAboveCents: Int64, idempotencyKey: String, problems: [FieldProblem] = [],
        problemAction: OperatorAction? = nil
    ) {
        self.customerID = customerID
        self.name = name
        self.memberSince = memberSince
        self.balanceCents = balanceCents
        self.tradableCents = tradableCents
        self.withdrawableCents = withdrawableCents
        self.exposureCents = exposureCents
        self.flags = flags
        self.obligations = obligations
        self.deposits = deposits
        self.accounts = accounts
        self.events = events
        self.postings = postings
        self.actions = actions
        self.secondPersonAboveCents = secondPersonAboveCents
        self.idempotencyKey = idempotencyKey
        self.problems = problems
        self.problemAction = problemAction
    }

    /// 422 when a form had problems.
    public var status: Int { problems.isEmpty ? 200 : 422 }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(
            title: name, place: .desk(.negatives), width: .full, hasProblems: !problems.isEmpty)
        return layout.document(in: scene) {
            scene.problemSummary(problems)
            scene.back(Paths.Desk.negatives, say.deskSection(.negatives))
            div(.class("heading")) {
                h1 { name }
                p {
                    code { customerID }
                    " · "
                    say.memberSince(scene.time.date(memberSince))
                    " · "
                    a(.href(Paths.Desk.notices(of: customerID))) { say.noticesOfCustomer }
                }
                if !flags.isEmpty {
                    div(.class("flags")) {
                        for flag in flags {
                            scene.chip(
                                flag.until.map {
                                    say.flagUntil(flag.title, scene.time.shortDay($0))
                                } ?? flag.title, flag.stopsSales ? .attention : .quiet, .flag)
                        }
                    }
                }
            }
            figures(in: scene)
            div(.class("columns")) {
                div(.class("stack")) {
                    obligationTable(in: scene)
                    depositTable(in: scene)
                    if !claims.isEmpty { claimTable(in: scene) }
                    postingTable(in: scene)
                }
                div(.class("stack")) {
                    actionForms(in: scene)
                    accountList(in: scene)
                    eventList(in: scene)
                }
            }
        }
    }

    private func figures(in scene: Scene) -> Markup {
        let say = scene.say
        let figures: [(String, Int64, Bool)] = [
            (say.balance, balanceCents, balanceCents < 0),
            (say.availableToTrade, tradableCents, false),
            (say.availableToWithdraw, withdrawableCents, false),
            (say.exposure, exposureCents, false),
        ]
        return div(.class("tiles")) {
            for (title, cents, isOwed) in figures {
                div(.class("tile"), .data(.tone, isOwed ? "attention" : "quiet")) {
                    span(.class("label")) { title }
                    span(.class("figure")) { scene.dollars(cents) }
                    if isOwed { small { say.owedWord } }
                }
            }
        }
    }

    private func obligationTable(in scene: Scene) -> Markup {
        let say = scene.say
        return scene.card(say.obligations, id: "obligations-title") {
            scene.table(
                say.obligations, isCaptionHidden: true,
                columns: [
                    Column(say.depositColumn, name: true), Column(say.openedWith, number: true),
                    Column(say.stillOpen, number: true), Column(say.codeColumn),
                    Column(say.stage),
                ],
                rows: obligations.map { item in
                    [
                        group {
                            code { item.depositID }
                            small(.class("soft block")) { item.id }
                        },
                        scene.number(item.openedCents),
                        scene.number(item.openCents), code { item.code },
                        item.situation.map { scene.situationChip($0) } ?? scene.chip(.settled),
                    ]
                }, empty: say.noObligations)
        }
    }

    private func depositTable(in scene: Scene) -> Markup {
        let say = scene.say
        return scene.card(say.section(.deposits), id: "deposits-title") {
            scene.table(
                say.section(.deposits), isCaptionHidden: true,
                columns: [
                    Column(say.started, name: true), Column(say.fromAccount),
                    Column(say.amount, number: true), Column(say.owedColumn, number: true),
                    Column(say.statusColumn),
                ],
                rows: deposits.map { row in
                    [
                        scene.stamp(row.startedAt), .text(say.bank(row.from)),
                        scene.number(row.cents), scene.number(row.owedCents),
                        scene.chip(row.status),
                    ]
                }, empty: say.noDepositsHere)
        }
    }

    private func claimTable(in scene: Scene) -> Markup {
        let say = scene.say
        return scene.card(say.claims, id: "claims-title") {
            scene.table(
                say.claims, isCaptionHidden: true,
                columns: [
                    Column(say.depositColumn, name: true), Column(say.received),
                    Column(say.amount, number: true), Column(say.statusColumn),
                ],
                rows: claims.map { claim in
                    [
                        code { claim.depositID }, scene.stamp(claim.receivedAt),
                        scene.number(claim.cents),
                        group {
                            scene.chip(
                                say.claimState(claim.state),
                                claim.state == .received ? .attention : .quiet,
                                claim.state == .received ? .clock : .check)
                            if claim.state == .received {
                                " "
                                scene.chip(
                                    claim.isInTime ? say.claimInTime : say.claimLate,
                                    claim.isInTime ? .quiet : .bad,
                                    claim.isInTime ? .check : .cross)
                            }
                        },
                    ]
                }, empty: say.noObligations)
        }
    }

    private func postingTable(in scene: Scene) -> Markup {
        let say = scene.say
        return scene.card(say.postings, id: "postings-title") {
            scene.table(
                say.postings, isCaptionHidden: true,
                columns: [
                    Column(say.when, name: true), Column(say.account), Column(say.why),
                    Column(say.debitCredit, number: true), Column(say.cause),
                ],
                rows: postings.map { posting in
                    [
                        scene.stamp(posting.at), code { posting.account },
                        .text(posting.reason),
                        posting.quantity.map { .text($0) } ?? scene.number(posting.cents),
                        code { posting.cause },
                    ]
                }, empty: say.noPostings)
        }
    }

    private func accountList(in scene: Scene) -> Markup {
        let say = scene.say
        return scene.card(say.bankAccounts, id: "accounts-title") {
            if accounts.isEmpty { p(.class("empty")) { say.noLinkedAccounts } }
            ul(.class("ledger")) {
                for account in accounts {
                    li {
                        div {
                            span { say.bank(account.label) }
                            if let refusal = account.refusal {
                                small(.class("soft")) { say.bankRefusal(refusal) }
                            }
                        }
                        account.refusal == nil
                            ? scene.chip(say.usable, .good, .check)
                            : scene.chip(say.notUsable, .attention, .cross)
                    }
                }
            }
        }
    }

    private func eventList(in scene: Scene) -> Markup {
        let say = scene.say
        return scene.card(say.timeline, id: "events-title") {
            ol(.class("timeline")) {
                for event in events {
                    li(.data(.tone, event.kind.tone.rawValue)) {
                        span(.class("dot")) { event.kind.icon.markup }
                        div {
                            strong { event.title }
                            small {
                                scene.stamp(event.at)
                                " · \(event.actor) · "
                                say.eventKind(event.kind)
                            }
                        }
                    }
                }
            }
        }
    }

    private func actionForms(in scene: Scene) -> Markup {
        let say = scene.say
        return scene.card(say.actions, id: "actions-title") {
            p(.class("soft small")) { say.actionsLead(scene.dollars(secondPersonAboveCents)) }
            for action in actions { actionForm(action, in: scene) }
        }
    }

    private func actionForm(_ action: OperatorAction, in scene: Scene) -> Markup {
        let say = scene.say
        let isWrong = problemAction == action
        let id = isWrong ? "field-reason" : "reason-\(action.rawValue)"
        return details(isWrong ? .open : .absent) {
            summary { say.action(action) }
            scene.post(
                Paths.Desk.action(customerID, action), key: "\(idempotencyKey)-\(action.rawValue)"
            ) {
                p(.class("soft small")) { say.actionExplained(action) }
                if action == .extend {
                    scene.textField(
                        .hours, say.hours, value: "24", id: "hours-\(action.rawValue)", limit: 4)
                }
                if action == .waive || action == .chargeOff || action == .releaseHold {
                    scene.selectField(
                        .deposit, say.depositColumn,
                        options: deposits.map {
                            (
                                $0.id,
                                say.depositOption(
                                    scene.time.date($0.startedAt), scene.dollars($0.cents),
                                    say.bank($0.from))
                            )
                        }, selected: obligations.first?.depositID,
                        id: "deposit-\(action.rawValue)")
                }
                if let list = items[action] {
                    scene.selectField(
                        .note, say.action(action),
                        options: list.map { ($0.id, $0.title) }, selected: nil,
                        id: "note-\(action.rawValue)")
                }
                if action == .restoreSale || action == .recordClaim {
                    scene.textField(
                        .amount, action == .recordClaim ? say.claimAmount : say.restoreCost,
                        id: "amount-\(action.rawValue)", limit: 16)
                }
                scene.textField(
                    .reason, say.reasonLabel, id: id, limit: 500, isWrong ? problems : [])
                div(.class("actions")) {
                    scene.submit(
                        say.action(action),
                        action == .waive || action == .chargeOff || action == .acceptClaim
                            ? "button grave small" : "button small")
                }
            }
        }
    }
}

extension CustomerPage.Event.Kind {
    var tone: Tone {
        switch self {
        case .money: .good
        case .message, .decision: .info
        case .system: .quiet
        }
    }

    var icon: Icon {
        switch self {
        case .money: .coin
        case .message: .bell
        case .decision: .shield
        case .system: .clock
        }
    }
}

/// Documents waiting for a person, the oldest first.
public struct DocumentQueuePage: Page, Equatable {
    /// One document.
    public struct Row: Sendable, Equatable {
        /// The document's id.
        public var id: String
        /// What it should show.
        public var kind: DocumentsPage.Kind
        /// The customer's name as the operator may see it.
        public var customer: String
        /// When it arrived.
        public var receivedAt: Int64
        /// When the paused deadline runs again.
        public var pauseEndsAt: Int64?
        /// The values the reader sees, each described at its property.
        public init(
            id: String, kind: DocumentsPage.Kind, customer: String, receivedAt: Int64,
            pauseEndsAt: Int64?
        ) {
            self.id = id
            self.kind = kind
            self.customer = customer
            self.receivedAt = receivedAt
            self.pauseEndsAt = pauseEndsAt
        }
    }

    /// The documents.
    public var rows: [Row]
    /// The values the reader sees, each described at its property.
    public init(rows: [Row]) {
        self.rows = rows
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(
            title: say.deskSection(.documents), place: .desk(.documents), width: .full)
        return layout.document(in: scene) {
            scene.heading(say.deskSection(.documents), say.documentsCount(rows.count))
            section(.class("card"), .aria(.label, say.deskSection(.documents))) {
                scene.table(
                    say.deskSection(.documents), isCaptionHidden: true,
                    columns: [
                        Column(say.documentColumn, name: true), Column(say.customer),
                        Column(say.received), Column(say.pauseEnds),
                    ],
                    rows: rows.map { row in
                        [
                            a(.href(Paths.Desk.document(row.id))) { say.document(row.kind) },
                            .text(row.customer), scene.stamp(row.receivedAt),
                            row.pauseEndsAt.map { scene.stamp($0) } ?? .text(say.notPaused),
                        ]
                    }, empty: say.noDocuments)
            }
        }
    }
}

/// One document beside what it should say.
public struct DocumentReviewPage: Page, Equatable {
    /// A comparison made by the program.
    public struct Check: Sendable, Equatable {
        /// What is compared, such as "Name".
        public var title: String
        /// What our records say.
        public var expected: String
        /// Whether it was found; nil when only a person can tell.
        public var found: Bool?
        /// The values the reader sees, each described at its property.
        public init(title: String, expected: String, found: Bool?) {
            self.title = title
            self.expected = expected
            self.found = found
        }
    }

    /// What there is to see of a document. Nobody opens the file itself.
    public enum Shown: Sendable, Equatable {
        /// Pictures of so many pages, each at `Paths.Desk.documentPage`; the file has more when cut.
        case pages(Int, isCut: Bool)
        /// The reader is no operator.
        case notForReader
        /// The virus scanner found something of this name.
        case virus(String)
        /// The virus scanner does not answer.
        case notScanned
        /// This machine cannot make pictures; the sentence says what is missing.
        case noPrograms(String)
        /// Too many documents are opened at once.
        case busy
        /// No program can read it.
        case unreadable
        /// It was kept as long as it is to be.
        case destroyed
    }

    /// Something that happened to the document.
    public struct Event: Sendable, Equatable {
        /// What can happen.
        public enum Kind: Sendable, Equatable, CaseIterable {
            /// It was kept.
            case kept
            /// Somebody saw it.
            case shown
            /// Its key was destroyed.
            case destroyed
        }

        /// What happened.
        public var kind: Kind
        /// Who did it.
        public var by: String
        /// When.
        public var at: Int64
        /// The values the reader sees, each described at its property.
        public init(kind: Kind, by: String, at: Int64) {
            self.kind = kind
            self.by = by
            self.at = at
        }
    }

    /// The document's id.
    public var id: String
    /// What it should show.
    public var kind: DocumentsPage.Kind
    /// The customer's id.
    public var customerID: String
    /// The customer's name.
    public var customer: String
    /// When it arrived.
    public var receivedAt: Int64
    /// What there is to see.
    public var shown: Shown
    /// What happened to it so far, oldest first.
    public var events: [Event]
    /// What to compare.
    public var checks: [Check]
    /// Whether the reader decides, or only looks.
    public var mayDecide: Bool
    /// The key of the decision.
    public var idempotencyKey: String
    /// What was wrong with the form.
    public var problems: [FieldProblem] = []
    /// The values the reader sees, each described at its property.
    public init(
        id: String, kind: DocumentsPage.Kind, customerID: String, customer: String,
        receivedAt: Int64, shown: Shown, events: [Event] = [], checks: [Check],
        mayDecide: Bool,
        idempotencyKey: String, problems: [FieldProblem] = []
    ) {
        self.id = id
        self.kind = kind
        self.customerID = customerID
        self.customer = customer
        self.receivedAt = receivedAt
        self.shown = shown
        self.events = events
        self.checks = checks
        self.mayDecide = mayDecide
        self.idempotencyKey = idempotencyKey
        self.problems = problems
    }

    /// 422 when the form had problems.
    public var status: Int { problems.isEmpty ? 200 : 422 }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let title = say.document(kind)
        let layout = Layout(
            title: title, place: .desk(.documents), width: .full, hasProblems: !problems.isEmpty)
        return layout.document(in: scene) {
            scene.problemSummary(problems)
            scene.back(Paths.Desk.documents, say.deskSection(.documents))
            div(.class("heading")) {
                h1 { title }
                p {
                    a(.href(Paths.Desk.customer(customerID))) { customer }
                    " · "
                    say.receivedAt(scene.moment(receivedAt))
                }
            }
            div(.class("columns even")) {
                section(.class("card"), .aria(.label, title)) { pictures(title, in: scene) }
                div(.class("stack")) {
                    scene.card(say.compare, id: "compare-title") {
                        scene.facts(
                            checks.map { check in
                                Fact(
                                    check.title,
                                    group {
                                        check.expected
                                        " "
                                        scene.chip(
                                            say.check(check.found),
                                            check.found == nil
                                                ? .quiet : check.found == true ? .good : .bad,
                                            check.found == nil
                                                ? .help : check.found == true ? .check : .cross)
                                    })
                            })
                    }
                    decision(in: scene)
                    if !events.isEmpty {
                        scene.card(say.documentEvents, id: "events-title") {
                            ul(.class("ledger")) {
                                for event in events {
                                    li {
                                        span { say.documentEvent(event.kind, event.by) }
                                        small(.class("soft")) { scene.stamp(event.at) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private func pictures(_ title: String, in scene: Scene) -> Markup {
        let say = scene.say
        return group {
            if case .pages(let count, let isCut) = shown {
                if isCut { scene.note(.attention) { p { say.documentIsCut(count) } } }
                for number in 1...max(1, count) {
                    img(
                        .class("paper"), .src(Paths.Desk.documentPage(id, number)),
                        .alt(say.documentImage(title, number, of: count)))
                }
            } else {
                scene.note(.attention) { p { say.documentNotShown(shown) } }
            }
        }
    }

    private func decision(in scene: Scene) -> Markup {
        let say = scene.say
        return scene.card(say.yourDecision, id: "decision-title") {
            if !mayDecide {
                scene.note(.attention) { p { say.onlyOperatorsDecide } }
            } else {
                scene.post(Paths.Desk.document(id), key: "\(idempotencyKey)-accept") {
                    scene.submit(say.accept, decision: "accept")
                }
                scene.post(Paths.Desk.document(id), key: "\(idempotencyKey)-refuse") {
                    scene.choices(
                        .reason, say.needAnother,
                        DocumentsPage.RefusalReason.allCases.map {
                            Choice(value: $0.rawValue, title: say.documentRefusal($0))
                        }, selected: nil, problems)
                    p(.class("soft small")) { say.customerReads }
                    scene.submit(say.refuse, "button second", decision: "refuse")
                }
            }
        }
    }
}

/// Returns that fit no deposit of ours, with their clocks.
public struct SuspensePage: Page, Equatable {
    /// Why a return is in suspense.
    public enum Cause: String, Sendable, CaseIterable {
        /// No entry of ours has its original trace number.
        case unknownTrace
        /// Its amount differs from the entry's.
        case amountDiffers
        /// The entry was returned already.
        case duplicate
        /// It came after its window.
        case late
        /// It says that we asked for it, and nobody did.
        case notRequested
        /// A field of its record cannot be read.
        case unreadable
        /// It is a notification of change that fits nothing of ours.
        case change
    }

    /// A payment it may belong to.
    public struct Candidate: Sendable, Equatable {
        /// The payment's id.
        public var paymentID: String
        /// The customer's name as the operator may see it.
        public var customer: String
        /// When the payment was started.
        public var startedAt: Int64
        /// Cents of the payment.
        public var cents: Int64
        /// Whether it is a small credit of ours that proves an account.
        public var isCredit: Bool
        /// Why it may be this one.
        public var evidence: [Evidence]
        /// The values the reader sees, each described at its property.
        public init(
            paymentID: String, customer: String, startedAt: Int64, cents: Int64,
            isCredit: Bool = false, evidence: [Evidence]
        ) {
            self.paymentID = paymentID
            self.customer = customer
            self.startedAt = startedAt
            self.cents = cents
            self.isCredit = isCredit
            self.evidence = evidence
        }
    }

    /// What speaks for a deposit.
    public enum Evidence: String, Sendable, CaseIterable {
        /// The return has its trace number.
        case named
        /// The return has its identification.
        case identification
        /// The return's trace number is one slip away from its own.
        case similarTrace
        /// The return has the last four digits of its account.
        case lastFour
        /// The return has its amount.
        case amount
        /// Its customer owes something, for which money may have come.
        case owes
    }

    /// One return.
    public struct Item: Sendable, Equatable {
        /// Its id.
        public var id: String
        /// Why it is here.
        public var cause: Cause
        /// The return code.
        public var code: String
        /// Cents.
        public var cents: Int64
        /// The original trace number as the return gives it.
        public var trace: String
        /// When it arrived.
        public var receivedAt: Int64
        /// Until when it may be dishonored: five banking days after its settlement (Nacha Operating
        /// Rules, dishonor of returns).
        public var dishonorBy: Int64
        /// Payments it may belong to, the likeliest first.
        public var candidates: [Candidate]
        /// Whether a credit of ours came back, as far as its record says.
        public var isCredit: Bool
        /// The values the reader sees, each described at its property.
        public init(
            id: String, cause: Cause, code: String, cents: Int64, trace: String, receivedAt: Int64,
            dishonorBy: Int64, candidates: [Candidate], isCredit: Bool = false
        ) {
            self.id = id
            self.cause = cause
            self.code = code
            self.cents = cents
            self.trace = trace
            self.receivedAt = receivedAt
            self.dishonorBy = dishonorBy
            self.candidates = candidates
            self.isCredit = isCredit
        }
    }

    /// What became of one that no longer waits for a person.
    public enum Outcome: Sendable, Equatable {
        /// Nobody has decided yet.
        case waits
        /// It was found to be of a customer's payment.
        case matched(customer: String)
        /// Its answer goes with the next file.
        case toBeSent(code: String)
        /// Its answer is with the bank.
        case sent(code: String)
        /// The bank gave the money back.
        case paidBack(code: String)
        /// The bank insisted.
        case contested(code: String)
        /// Two people gave it up.
        case givenUp(reason: String)
    }

    /// One that no longer waits for a person.
    public struct Decided: Sendable, Equatable {
        /// The item's id.
        public var id: String
        /// The return code; empty for money.
        public var code: String
        /// Cents of it.
        public var cents: Int64
        /// The original trace number, or what a sender wrote.
        public var trace: String
        /// When it came.
        public var receivedAt: Int64
        /// What became of it.
        public var outcome: Outcome
        /// The values the reader sees, each described at its property.
        public init(
            id: String, code: String, cents: Int64, trace: String, receivedAt: Int64,
            outcome: Outcome
        ) {
            self.id = id
            self.code = code
            self.cents = cents
            self.trace = trace
            self.receivedAt = receivedAt
            self.outcome = outcome
        }
    }

    /// The returns, the earliest clock first.
    public var items: [Item]
    /// What was decided, newest first.
    public var decided: [Decided]
    /// The key the forms derive theirs from.
    public var idempotencyKey: String
    /// The values the reader sees, each described at its property.
    public init(items: [Item], decided: [Decided] = [], idempotencyKey: String) {
        self.items = items
        self.decided = decided
        self.idempotencyKey = idempotencyKey
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(title: say.deskSection(.returns), place: .desk(.returns), width: .full)
        return layout.document(in: scene) {
            scene.heading(say.deskSection(.returns), say.suspenseLead)
            if items.isEmpty, decided.count != 1 {
                section(.class("card"), .aria(.label, say.deskSection(.returns))) {
                    p(.class("empty")) { say.noSuspense }
                }
            }
            for item in items { card(item, in: scene) }
            if !decided.isEmpty {
                scene.card(say.decidedSuspense, id: "decided-title") {
                    for item in decided { self.line(item, in: scene) }
                }
            }
        }
    }

    private func line(_ item: Decided, in scene: Scene) -> Markup {
        let say = scene.say
        return scene.facts([
            Fact(
                say.suspended(item.code, scene.dollars(item.cents)),
                a(.href(Paths.Desk.suspense(item.id))) { say.outcome(item.outcome) }),
            Fact(say.trace, code { item.trace }),
            Fact(say.received, scene.stamp(item.receivedAt)),
        ])
    }

    private func card(_ item: Item, in scene: Scene) -> Markup {
        let say = scene.say
        let name = "suspense-\(item.id)"
        return article(.class("card"), .aria(.labelledby, name)) {
            div(.class("card-head")) {
                h2(.id(name)) { say.suspended(item.code, scene.dollars(item.cents)) }
                scene.chip(
                    say.dishonorBy(scene.time.relative(item.dishonorBy, now: scene.now)),
                    .attention, .clock)
            }
            p { say.suspenseCause(item.cause) }
            if item.isCredit { p { say.suspendedCredit } }
            scene.facts([
                Fact(say.trace, item.trace.isEmpty ? .text("–") : code { item.trace }),
                Fact(say.received, scene.stamp(item.receivedAt)),
                Fact(say.dishonorUntil, scene.time.deadline(item.dishonorBy)),
            ])
            scene.post(Paths.Desk.suspense(item.id), key: "\(idempotencyKey)-\(item.id)") {
                if !item.candidates.isEmpty {
                    fieldset {
                        legend { say.belongsTo }
                        div(.class("options")) {
                            for candidate in item.candidates {
                                self.candidate(candidate, of: item, in: scene)
                            }
                        }
                    }
                }
                if item.cause == .unreadable || item.cause == .change {
                    scene.textField(
                        .code, item.cause == .change ? say.refusalCode : say.codeRead,
                        value: item.code, id: "code-\(item.id)", limit: 3)
                }
                if item.cause == .unreadable || item.cause == .amountDiffers {
                    scene.textField(
                        .information, say.fieldErrors, id: "information-\(item.id)", limit: 21)
                }
                scene.textField(
                    .reason, say.reasonLabel, id: "reason-\(item.id)", limit: 500)
                div(.class("actions")) {
                    if !item.candidates.isEmpty, item.cause != .change {
                        scene.submit(say.match, "button small", decision: "match")
                    }
                    scene.submit(
                        item.cause == .change ? say.refuseChange : say.dishonor,
                        "button second small", decision: "dishonor")
                    scene.submit(say.giveUp, "button second small", decision: "close")
                }
            }
        }
    }

    private func candidate(_ candidate: Candidate, of item: Item, in scene: Scene) -> Markup {
        let id = "candidate-\(item.id)-\(candidate.paymentID)"
        return label(.class("option"), .for(id)) {
            input(
                .type("radio"), .id(id), .name(Field.deposit.rawValue),
                .value(candidate.paymentID))
            span(.class("body")) {
                span(.class("lead")) { "\(candidate.customer) · \(candidate.paymentID)" }
                if candidate.isCredit { small { scene.say.creditOfOurs } }
                if !candidate.evidence.isEmpty { small { scene.say.evidence(candidate.evidence) } }
                small { scene.stamp(candidate.startedAt) }
            }
            span(.class("fee")) { scene.dollars(candidate.cents) }
        }
    }
}
