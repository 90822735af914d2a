import HTML

/// The operators' first page: where the house stands, each figure a link to what is behind it.
public struct OverviewPage: Page, Equatable {
    /// Cents owed by all customers.
    public var owedCents: Int64
    /// Customers with a negative balance.
    public var negativeAccounts: Int
    /// Obligations opened in the last 24 hours.
    public var openedLastDay: Int
    /// Obligations settled in the last 24 hours.
    public var settledLastDay: Int
    /// Of the obligations of the last 60 days that are over, the share made whole by a payment or
    /// by cash, in basis points; nil with too few to say.
    public var cureRateBasisPoints: Int?
    /// Cents charged off in the last 30 days.
    public var chargedOffCents: Int64
    /// Cents of instant credit not yet safe from return.
    public var exposureCents: Int64
    /// Holds that end in the next 24 hours.
    public var holdsMaturing: Int
    /// Documents waiting for review.
    public var documentsWaiting: Int
    /// When the oldest of them arrived.
    public var oldestDocumentAt: Int64?
    /// Returns in suspense.
    public var suspended: Int
    /// Open tasks and alerts.
    public var tasks: Int
    /// Messages waiting to be told to the world, and the oldest.
    public var outboxWaiting: Int
    /// When the oldest of them was written.
    public var outboxOldestAt: Int64?
    /// Whether liquidation runs.
    public var liquidation: LiquidationPage.State
    /// When the newest price arrived.
    public var pricesAt: Int64?
    /// True when the newest price is too old to sell by.
    public var arePricesStale: Bool
    /// Unauthorized, administrative and all returns against their limits.
    public var returnRates: [ReturnRate]
    /// What needs somebody now, most urgent first.
    public var urgent: [TasksPage.Task]
    /// The values the reader sees, each described at its property.
    public init(
        owedCents: Int64, negativeAccounts: Int, openedLastDay: Int, settledLastDay: Int,
        cureRateBasisPoints: Int?, chargedOffCents: Int64, exposureCents: Int64, holdsMaturing: Int,
        documentsWaiting: Int, oldestDocumentAt: Int64?, suspended: Int, tasks: Int,
        outboxWaiting: Int, outboxOldestAt: Int64?, liquidation: LiquidationPage.State,
        pricesAt: Int64?, arePricesStale: Bool, returnRates: [ReturnRate], urgent: [TasksPage.Task]
    ) {
        self.owedCents = owedCents
        self.negativeAccounts = negativeAccounts
        self.openedLastDay = openedLastDay
        self.settledLastDay = settledLastDay
        self.cureRateBasisPoints = cureRateBasisPoints
        self.chargedOffCents = chargedOffCents
        self.exposureCents = exposureCents
        self.holdsMaturing = holdsMaturing
        self.documentsWaiting = documentsWaiting
        self.oldestDocumentAt = oldestDocumentAt
        self.suspended = suspended
        self.tasks = tasks
        self.outboxWaiting = outboxWaiting
        self.outboxOldestAt = outboxOldestAt
        self.liquidation = liquidation
        self.pricesAt = pricesAt
        self.arePricesStale = arePricesStale
        self.returnRates = returnRates
        self.urgent = urgent
    }

    /// Returns of one class over the preceding 60 days against the limit of the Nacha Operating
    /// Rules, which stand at 0.5 %, 3.0 % and 15.0 % of originated debits.
    public struct ReturnRate: Sendable, Equatable {
        /// Which class of return codes.
        public enum Class: String, Sendable, CaseIterable {
            /// R05, R07, R10, R11, R29, R51.
            case unauthorized
            /// R02, R03, R04.
            case administrative
            /// All.
            case overall
        }

        /// Which returns are held against which debits.
        public enum Method: String, Sendable, CaseIterable {
            /// The debits that settled in the span, and those of them that came back.
            case cohort
            /// The debits sent and the returns received in the span.
            case period
        }

        /// How near the limit is.
        public enum Band: Sendable {
            /// Below every warning.
            case below
            /// At a warning or above it.
            case warned
            /// Above the limit.
            case exceeded
        }

        /// Which class.
        public var kind: Class
        /// By which method.
        public var method: Method
        /// Returns counted.
        public var returned: Int
        /// Debits originated.
        public var originated: Int
        /// The rate in basis points, rounded up; nil with nothing originated.
        public var basisPoints: Int?
        /// The limit in basis points.
        public var limitBasisPoints: Int
        /// The next warning or the limit, in basis points; nil above the limit.
        public var nextBasisPoints: Int?
        /// How near the limit is.
        public var band: Band
        /// The values the reader sees, each described at its property.
        public init(
            kind: Class, method: Method, returned: Int, originated: Int, basisPoints: Int?,
            limitBasisPoints: Int, nextBasisPoints: Int?, band: Band
        ) {
            self.kind = kind
            self.method = method
            self.returned = returned
            self.originated = originated
            self.basisPoints = basisPoints
            self.limitBasisPoints = limitBasisPoints
            self.nextBasisPoints = nextBasisPoints
            self.band = band
        }
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(
            title: say.deskSection(.overview), place: .desk(.overview), width: .full)
        return layout.document(in: scene) {
            scene.heading(say.deskSection(.overview), say.asOf(scene.time.deadline(scene.now)))
            tiles(in: scene)
            div(.class("columns")) {
                scene.card(
                    say.urgentTitle, id: "urgent-title", link: (Paths.Desk.tasks, say.allTasks)
                ) {
                    if urgent.isEmpty {
                        p(.class("empty")) { say.nothingUrgent }
                    } else {
                        ul(.class("ledger")) {
                            for task in urgent { task.line(in: scene) }
                        }
                    }
                }
                scene.card(say.returnRates, id: "rates-title") {
                    for rate in returnRates { self.rate(rate, in: scene) }
                    small(.class("soft")) { say.returnRatesNote }
                }
            }
        }
    }

    private func tiles(in scene: Scene) -> Markup {
        let say = scene.say
        return div(.class("tiles")) {
            tile(
                say.totalOwed, scene.dollars(owedCents), say.accountsNegative(negativeAccounts),
                path: Paths.Desk.negatives)
            tile(say.exposure, scene.dollars(exposureCents), say.exposureNote)
            tile(
                say.cureRate, cureRateBasisPoints.map { say.percent($0) } ?? say.tooFew,
                say.openedSettled(openedLastDay, settledLastDay))
            tile(say.chargedOff, scene.dollars(chargedOffCents), say.last30Days)
            tile(
                say.liquidationTile, say.liquidationState(liquidation.isRunning),
                arePricesStale ? say.pricesStale : pricesAge(in: scene),
                path: Paths.Desk.liquidation,
                tone: liquidation.isRunning && !arePricesStale ? .good : .attention)
            tile(
                say.documentsWaiting, String(documentsWaiting),
                oldestDocumentAt.map { say.oldest(scene.time.relative($0, now: scene.now)) }
                    ?? say.noneWaiting,
                path: Paths.Desk.documents)
            tile(
                say.inSuspense, String(suspended), say.suspenseNote, path: Paths.Desk.returns,
                tone: suspended > 0 ? .attention : .quiet)
            tile(say.openTasks, String(tasks), say.tasksNote, path: Paths.Desk.tasks)
            tile(say.holdsMaturing, String(holdsMaturing), say.next24Hours)
            tile(
                say.outbox, String(outboxWaiting),
                outboxOldestAt.map { say.oldest(scene.time.relative($0, now: scene.now)) }
                    ?? say.noneWaiting)
        }
    }

    private func pricesAge(in scene: Scene) -> String {
        pricesAt.map { scene.say.pricesAge(scene.time.relative($0, now: scene.now)) }
            ?? scene.say.noPrices
    }

    private func tile(
        _ name: String, _ figure: String, _ detail: String, path: Location? = nil,
        tone: Tone = .quiet
    ) -> Markup {
        let content = group {
            span(.class("label")) { name }
            span(.class("figure")) { figure }
            small { detail }
        }
        if let path {
            return a(.class("tile"), .href(path), .data(.tone, tone.rawValue)) { content }
        }
        return div(.class("tile"), .data(.tone, tone.rawValue)) { content }
    }

    private func rate(_ rate: ReturnRate, in scene: Scene) -> Markup {
        let say = scene.say
        let basisPoints = rate.basisPoints ?? 0
        let share = rate.limitBasisPoints == 0 ? 0 : basisPoints * 100 / rate.limitBasisPoints
        let tone: Tone =
            switch rate.band {
            case .below: .good
            case .warned: .attention
            case .exceeded: .bad
            }
        let name = "rate-\(rate.kind.rawValue)-\(rate.method.rawValue)"
        return div(.class("rate")) {
            div(.class("card-head")) {
                span(.id(name)) { say.rateName(rate.kind, rate.method) }
                scene.chip(
                    say.rateBand(share, rate.band), tone, tone == .good ? .check : .warning)
            }
            progress(
                .value(String(min(share, 100))), .max("100"), .aria(.labelledby, name),
                .data(.tone, tone.rawValue)
            ) { say.rateOf(basisPoints, rate.limitBasisPoints) }
            small(.class("soft")) {
                say.rateLine(
                    basisPoints, rate.limitBasisPoints, next: rate.nextBasisPoints, rate.returned,
                    rate.originated)
            }
        }
    }
}

/// The queue of customers who owe.
public struct NegativeAccountsPage: Page, Equatable {
    /// How long something has been owed.
    public enum Age: String, Sendable, CaseIterable {
        /// Every age.
        case all
        /// Up to 24 hours.
        case day
        /// 24 to 48 hours.
        case twoDays
        /// 2 to 7 days.
        case week
        /// 8 to 30 days.
        case month
        /// More than 30 days.
        case older
    }

    /// One customer.
    public struct Row: Sendable, Equatable {
        /// The customer's id.
        public var customerID: String
        /// The customer's name as the operator may see it.
        public var name: String
        /// Cents owed.
        public var owedCents: Int64
        /// When the oldest obligation was opened.
        public var since: Int64
        /// Where the matter stands.
        public var situation: OwedSummary.Situation
        /// Whether the last notice was delivered.
        public var isNoticeDelivered: Bool
        /// What could be sold, as a share of what is owed in percent; nil without prices.
        public var coverPercent: Int?
        /// The return code of the oldest obligation.
        public var code: String
        /// The values the reader sees, each described at its property.
        public init(
            customerID: String, name: String, owedCents: Int64, since: Int64,
            situation: OwedSummary.Situation, isNoticeDelivered: Bool, coverPercent: Int?,
            code: String
        ) {
            self.customerID = customerID
            self.name = name
            self.owedCents = owedCents
            self.since = since
            self.situation = situation
            self.isNoticeDelivered = isNoticeDelivered
            self.coverPercent = coverPercent
            self.code = code
        }
    }

    /// Which ages are listed.
    public var age: Age
    /// The customers of this page, the earliest deadline first.
    public var rows: [Row]
    /// Customers that match, on all pages.
    public var count: Int
    /// Cents they owe together.
    public var totalCents: Int64
    /// Where the next page begins, if there is one.
    public var nextCursor: String? = nil
    /// The values the reader sees, each described at its property.
    public init(age: Age, rows: [Row], count: Int, totalCents: Int64, nextCursor: String? = nil) {
        self.age = age
        self.rows = rows
        self.count = count
        self.totalCents = totalCents
        self.nextCursor = nextCursor
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(
            title: say.deskSection(.negatives), place: .desk(.negatives), width: .full)
        return layout.document(in: scene) {
            scene.heading(
                say.deskSection(.negatives), say.negativeLead(count, scene.dollars(totalCents)))
            nav(.class("segmented filter"), .aria(.label, say.ageLabel)) {
                for age in Age.allCases {
                    a(
                        .href(Paths.Desk.negatives(age: age.rawValue, cursor: "")),
                        .aria(.current, "page").when(age == self.age)
                    ) { say.age(age) }
                }
            }
            section(.class("card"), .aria(.label, say.deskSection(.negatives))) {
                scene.table(
                    say.deskSection(.negatives), isCaptionHidden: true,
                    columns: [
                        Column(say.customer, name: true), Column(say.owedColumn, number: true),
                        Column(say.since), Column(say.stage), Column(say.noticeColumn),
                        Column(say.cover, number: true), Column(say.codeColumn),
                    ], rows: rows.map { cells($0, in: scene) }, empty: say.nobodyOwes)
            }
            if let nextCursor {
                scene.linkButton(
                    Paths.Desk.negatives(age: age.rawValue, cursor: nextCursor), say.showMore,
                    "button second")
            }
        }
    }

    private func cells(_ row: Row, in scene: Scene) -> [Markup] {
        let say = scene.say
        return [
            a(.href(Paths.Desk.customer(row.customerID))) { row.name },
            scene.number(row.owedCents),
            .text(scene.time.relative(row.since, now: scene.now)),
            stage(row.situation, in: scene),
            scene.chip(
                row.isNoticeDelivered ? say.delivered : say.notDelivered,
                row.isNoticeDelivered ? .quiet : .attention,
                row.isNoticeDelivered ? .check : .warning),
            .text(row.coverPercent.map { say.wholePercent($0) } ?? say.unknownFigure),
            code { row.code },
        ]
    }

    private func stage(_ situation: OwedSummary.Situation, in scene: Scene) -> Markup {
        group {
            scene.situationChip(situation)
            if case .due(let deadline) = situation {
                small(.class("soft block")) { scene.stamp(deadline) }
            }
        }
    }
}

extension Scene {
    func situationChip(_ situation: OwedSummary.Situation) -> Markup {
        let text = say.stage(situation, time, now)
        return switch situation {
        case .due: chip(text, .attention, .clock)
        case .deadlinePassed, .nothingToSell: chip(text, .bad, .warning)
        case .saleInProgress: chip(text, .info, .sold)
        case .paymentInProgress: chip(text, .info, .clock)
        case .documentsNeeded: chip(text, .quiet, .document)
        case .underReview, .paused: chip(text, .quiet, .pause)
        }
    }
}

/// Tasks and alerts: what a person has to do, with its clock.
public struct TasksPage: Page, Equatable {
    /// How urgent it is.
    public enum Urgency: String, Sendable, CaseIterable {
        /// Money or a legal clock is at stake now.
        case now
        /// Today.
        case today
        /// When there is time.
        case later
    }

    /// Where a task is worked on.
    public enum Target: Sendable, Equatable {
        /// A customer.
        case customer(String)
        /// A document.
        case document(String)
        /// A return in suspense.
        case suspense(String)
        /// A bank file.
        case file(String)
        /// Liquidation.
        case liquidation
        /// A settlement date in reconciliation.
        case reconciliationDay(String)
    }

    /// What a task is about.
    public enum Subject: Sendable, Equatable {
        /// A return that fits no deposit.
        case suspendedReturn
        /// Money for nobody we know.
        case unknownMoney
        /// A customer was stopped.
        case customerStopped
        /// A document waits for review.
        case document
        /// A forced sale was given up.
        case saleStopped
        /// A loss is to be booked.
        case chargeOff
        /// A bank claims that a debit was not authorized.
        case warrantyClaim
        /// A customer asks for help; the topic, where he chose one.
        case help(HelpPage.Topic?)
        /// A notice reached nobody.
        case noticeUndelivered
        /// A bank has not said whether it sends a debit back.
        case returnRequestUnanswered
        /// A bank agreed to send a debit back, and it has not come.
        case returnNotCome
        /// The processor could not give back what was paid too much.
        case refundRefused
        /// The processor has not said whether it did.
        case refundUnanswered
        /// The venue filled what could not be booked.
        case fillParked
        /// A command was given up.
        case commandFailed
        /// A bank file was refused, or not all of it could be applied.
        case bankFile
        /// The processor told of something that could not be read or booked.
        case processorEvent
        /// A file for the bank did not get there by itself.
        case bankDelivery(BankTrouble)
        /// A file of the bank's has not come by its time.
        case bankFileMissing
        /// Breaks of a settlement date are open for too long.
        case breaksLeft
        /// A return rate reached a warning, or is above its limit.
        case returnRate(basisPoints: Int, isExceeded: Bool)
        /// A second person is asked to agree to a waiver, of so many cents or of all.
        case agreeWaiver(cents: Int64?)
        /// A second person is asked to agree to a loss.
        case agreeChargeOff
        /// A second person is asked to agree to undo a sale.
        case agreeRestoredSale
        /// A second person is asked to agree to give up what nobody can place.
        case agreeGivingUp
        /// A second person is asked to agree to whose a return is.
        case agreeMatch
        /// A second person is asked to agree to whose money it is.
        case agreeAssignment
        /// A second person is asked to let sales go on.
        case agreeResumption
    }

    /// Why a file for the bank needs a person.
    public enum BankTrouble: Sendable, Equatable, CaseIterable {
        /// Its bytes cannot be made.
        case cannotBeMade
        /// Not sent so far; tried on.
        case late
        /// Tried as often as it may be.
        case gaveUp
        /// Another file has its name there.
        case otherBytes
        /// It may have been taken already.
        case unknown
        /// The day has no file ID modifier left.
        case noModifierLeft
        /// An entry alone is more than a file may hold.
        case entryTooLarge
        /// Every trace number is in use.
        case noTraceLeft
        /// A name at the bank cannot be fetched.
        case nameUnusable
    }

    /// One task.
    public struct Task: Sendable, Equatable {
        /// The task's id.
        public var id: String
        /// What it is about.
        public var subject: Subject
        /// What more there is to know.
        public var detail: String
        /// How urgent it is.
        public var urgency: Urgency
        /// When it was opened.
        public var openedAt: Int64
        /// When it has to be done, if there is a clock.
        public var dueAt: Int64?
        /// Where it is worked on, if anywhere.
        public var target: Target?
        /// True when it waits for a second person's yes or no.
        public var asksApproval: Bool = false
        /// The values the reader sees, each described at its property.
        public init(
            id: String, subject: Subject, detail: String, urgency: Urgency, openedAt: Int64,
            dueAt: Int64?, target: Target?
        ) {
            self.id = id
            self.subject = subject
            self.detail = detail
            self.urgency = urgency
            self.openedAt = openedAt
            self.dueAt = dueAt
            self.target = target
        }

        /// As much of the detail as a list has room for.
        private var shortDetail: String {
            detail.count > 160 ? detail.prefix(160) + "…" : detail
        }

        var path: Location? {
            switch target {
            case .customer(let id): Paths.Desk.customer(id)
            case .document(let id): Paths.Desk.document(id)
            case .suspense(let id): Paths.Desk.suspense(id)
            case .file(let id): Paths.Desk.file(id)
            case .liquidation: Paths.Desk.liquidation
            case .reconciliationDay(let day): Paths.Desk.reconciliationDay(day)
            case nil: nil
            }
        }

        func line(in scene: Scene) -> Markup {
            li {
                div {
                    if let path {
                        a(.href(path)) { scene.say.task(subject) }
                    } else {
                        strong { scene.say.task(subject) }
                    }
                    small(.class("soft")) { shortDetail }
                }
                if let dueAt {
                    span(.class("number")) { scene.time.relative(dueAt, now: scene.now) }
                }
            }
        }
    }

    /// Open tasks, the most urgent first.
    public var tasks: [Task]
    /// The values the reader sees, each described at its property.
    public init(tasks: [Task]) {
        self.tasks = tasks
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(title: say.deskSection(.tasks), place: .desk(.tasks), width: .full)
        return layout.document(in: scene) {
            scene.heading(say.deskSection(.tasks), say.tasksLead(tasks.count))
            if tasks.isEmpty {
                section(.class("card"), .aria(.label, say.deskSection(.tasks))) {
                    p(.class("empty")) { say.noTasks }
                }
            }
            for task in tasks {
                article(.class("card"), .aria(.labelledby, "task-\(task.id)")) {
                    div(.class("card-head")) {
                        h2(.id("task-\(task.id)")) { say.task(task.subject) }
                        scene.chip(
                            say.urgency(task.urgency),
                            task.urgency == .now
                                ? .bad : task.urgency == .today ? .attention : .quiet,
                            task.urgency == .now ? .warning : .clock)
                    }
                    p { task.detail }
                    small(.class("soft")) {
                        say.opened(scene.moment(task.openedAt))
                        if let due = task.dueAt { " · " + say.dueBy(scene.deadline(due)) }
                    }
                    div(.class("actions")) {
                        if let path = task.path {
                            a(.class("button small"), .href(path)) {
                                say.open
                                span(.class("unseen")) { ": \(say.task(task.subject))" }
                            }
                        }
                        if task.asksApproval { approval(of: task, in: scene) }
                        if !task.asksApproval {
                            scene.post(Paths.Desk.task(task.id), key: "done-\(task.id)") {
                                button(.class("button second small"), .type("submit")) {
                                    say.markDone
                                    span(.class("unseen")) { ": \(say.task(task.subject))" }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Liquidation: whether it runs, and what is due.
public struct LiquidationPage: Page, Equatable {
    /// Whether it runs.
    public enum State: Sendable, Equatable {
        /// Sales are made when they are due.
        case running
        /// No new sale is started. One person's name is enough to pause.
        case paused(by: String, reason: String, since: Int64)
        /// Somebody asked to resume; a second person has to agree.
        case resumeAsked(by: String, reason: String, since: Int64)

        var isRunning: Bool { self == .running }
    }

    /// A condition that has to hold before a sale.
    public struct Guard: Sendable, Equatable {
        /// What has to hold.
        public enum Kind: String, Sendable, CaseIterable {
            /// The time to settle is over.
            case timeOver
            /// Nobody paused sales, of everything or of this asset.
            case notPaused
            /// The customer has no stop flag.
            case noStopFlag
            /// No payment of the customer's is under way.
            case noPayment
            /// There is a fresh price.
            case freshPrice
            /// Selling was not given up after the guards of the last slices.
            case notGivenUp
        }

        /// What has to hold.
        public var kind: Kind
        /// Whether it does.
        public var holds: Bool
        /// The values the reader sees, each described at its property.
        public init(_ kind: Kind, holds: Bool) {
            self.kind = kind
            self.holds = holds
        }
    }

    /// A sale that is due, or soon.
    public struct Sale: Sendable, Equatable {
        /// The customer's id.
        public var customerID: String
        /// The customer's name as the operator may see it.
        public var name: String
        /// Cents owed.
        public var owedCents: Int64
        /// What there is to sell from; just enough of it is sold.
        public var asset: AssetAmount
        /// Cents it would bring at the latest price, at most what is owed; nil without one.
        public var expectedCents: Int64?
        /// When it is due.
        public var dueAt: Int64
        /// Every guard and its answer.
        public var guards: [Guard]
        /// The values the reader sees, each described at its property.
        public init(
            customerID: String, name: String, owedCents: Int64, asset: AssetAmount,
            expectedCents: Int64?, dueAt: Int64, guards: [Guard]
        ) {
            self.customerID = customerID
            self.name = name
            self.owedCents = owedCents
            self.asset = asset
            self.expectedCents = expectedCents
            self.dueAt = dueAt
            self.guards = guards
        }
    }

    /// Whether it runs.
    public var state: State
    /// Sales already with the market.
    public var inFlight: Int
    /// When the newest price arrived.
    public var pricesAt: Int64?
    /// Sales due and coming, the earliest first.
    public var sales: [Sale]
    /// The reader may ask to resume, or agree to it.
    public var mayResume: Bool
    /// The key of the form.
    public var idempotencyKey: String
    /// What was wrong with the form.
    public var problems: [FieldProblem] = []
    /// The values the reader sees, each described at its property.
    public init(
        state: State, inFlight: Int, pricesAt: Int64?, sales: [Sale], mayResume: Bool,
        idempotencyKey: String, problems: [FieldProblem] = []
    ) {
        self.state = state
        self.inFlight = inFlight
        self.pricesAt = pricesAt
        self.sales = sales
        self.mayResume = mayResume
        self.idempotencyKey = idempotencyKey
        self.problems = problems
    }

    /// 422 when the form had problems.
    public var status: Int { problems.isEmpty ? 200 : 422 }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(
            title: say.deskSection(.liquidation), place: .desk(.liquidation), width: .full,
            hasProblems: !problems.isEmpty)
        return layout.document(in: scene) {
            scene.problemSummary(problems)
            scene.heading(say.deskSection(.liquidation))
            section(
                .class("switch"), .aria(.labelledby, "state-title"),
                .data(.tone, state.isRunning ? "good" : "attention")
            ) {
                h2(.class("state"), .id("state-title")) {
                    (state.isRunning ? Icon.play : Icon.pause).markup
                    span { say.liquidationState(state.isRunning) }
                }
                p { explanation(in: scene) }
                p(.class("small")) {
                    pricesAt.map { say.pricesAge(scene.time.relative($0, now: scene.now)) }
                        ?? say.noPrices
                }
                control(in: scene)
            }
            section(.class("card"), .aria(.label, say.salesDue)) {
                scene.table(
                    say.salesDue,
                    columns: [
                        Column(say.customer, name: true), Column(say.owedColumn, number: true),
                        Column(say.wouldSell), Column(say.wouldBring, number: true),
                        Column(say.due), Column(say.guards),
                    ], rows: sales.map { cells($0, in: scene) }, empty: say.noSalesDue)
            }
        }
    }

    private func explanation(in scene: Scene) -> String {
        let say = scene.say
        return switch state {
        case .running: say.runningText(inFlight)
        case .paused(let name, let reason, let since):
            say.pausedText(name, scene.moment(since), reason)
        case .resumeAsked(let name, let reason, let since):
            say.resumeAskedText(name, scene.moment(since), reason)
        }
    }

    @MarkupBuilder
    private func control(in scene: Scene) -> Markup {
        let say = scene.say
        switch state {
        case .running:
            p(.class("small")) { say.pauseNote(inFlight) }
            scene.post(Paths.Desk.pause, key: idempotencyKey) {
                scene.submit(say.pauseNow, "button grave")
            }
        case .paused, .resumeAsked:
            if mayResume {
                scene.post(Paths.Desk.resume, key: idempotencyKey) {
                    scene.textField(.reason, say.resumeReason, hint: say.twoPeople, problems)
                    div(.class("actions")) {
                        scene.submit(state.isAsked ? say.agreeResume : say.askResume)
                    }
                }
            } else {
                p(.class("small")) { say.resumeNotYou }
            }
        }
    }

    private func cells(_ sale: Sale, in scene: Scene) -> [Markup] {
        [
            a(.href(Paths.Desk.customer(sale.customerID))) { sale.name },
            scene.number(sale.owedCents), .text(sale.asset.text(in: scene.language)),
            sale.expectedCents.map { scene.number($0) } ?? .text(scene.say.noPrice),
            group {
                scene.stamp(sale.dueAt)
                small(.class("soft block")) { scene.time.relative(sale.dueAt, now: scene.now) }
            },
            div(.class("flags")) {
                for item in sale.guards {
                    scene.chip(
                        scene.say.guardWord(item.kind, holds: item.holds),
                        item.holds ? .good : .bad, item.holds ? .check : .cross)
                }
            },
        ]
    }
}

extension LiquidationPage.State {
    var isAsked: Bool {
        if case .resumeAsked = self { return true }
        return false
    }
}

/// Files to and from the bank.
public struct BankFilesPage: Page, Equatable {
    /// Which way it went.
    public enum Direction: String, Sendable, CaseIterable {
        /// From us to the ODFI.
        case outgoing
        /// From the ODFI to us.
        case incoming
    }

    /// Where it stands.
    public enum Status: Sendable, Equatable {
        /// Made, not sent.
        case ready
        /// Sent; the bank has answered for none of its entries.
        case sent
        /// The bank has answered for some of its entries.
        case partly
        /// The bank has answered for every entry, or the file was taken in.
        case done
        /// Taken in, with lines a person should read.
        case noted
        /// Expected and not there.
        case missing
        /// Something is wrong with it.
        case problem(String)
    }

    /// One file.
    public struct File: Sendable, Equatable {
        /// The file's id.
        public var id: String
        /// Its name.
        public var name: String
        /// Which way it went.
        public var direction: Direction
        /// When it was made, received or expected.
        public var at: Int64
        /// Entries in it; nil when nobody has counted them, and its sums are not known either.
        public var entries: Int?
        /// Sum of its debits in cents.
        public var debitCents: Int64
        /// Sum of its credits in cents.
        public var creditCents: Int64
        /// Where it stands.
        public var status: Status
        /// The values the reader sees, each described at its property.
        public init(
            id: String, name: String, direction: Direction, at: Int64, entries: Int?,
            debitCents: Int64, creditCents: Int64, status: Status
        ) {
            self.id = id
            self.name = name
            self.direction = direction
            self.at = at
            self.entries = entries
            self.debitCents = debitCents
            self.creditCents = creditCents
            self.status = status
        }
    }

    /// Files, newest first.
    public var files: [File]
    /// The values the reader sees, each described at its property.
    public init(files: [File]) {
        self.files = files
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(title: say.deskSection(.files), place: .desk(.files), width: .full)
        return layout.document(in: scene) {
            scene.heading(say.deskSection(.files))
            for file in files {
                if case .problem(let text) = file.status {
                    scene.note(.bad) {
                        p { strong { a(.href(Paths.Desk.file(file.id))) { file.name } } }
                        p { text }
                    }
                }
            }
            section(.class("card"), .aria(.label, say.deskSection(.files))) {
                scene.table(
                    say.deskSection(.files), isCaptionHidden: true,
                    columns: [
                        Column(say.file, name: true), Column(say.direction), Column(say.when),
                        Column(say.entries, number: true), Column(say.debits, number: true),
                        Column(say.credits, number: true), Column(say.statusColumn),
                    ],
                    rows: files.map { file in
                        [
                            a(.href(Paths.Desk.file(file.id))) { file.name },
                            .text(say.direction(file.direction)), scene.stamp(file.at),
                            .text(BankFilesPage.count(file.entries)),
                            file.entries == nil ? .text("–") : scene.number(file.debitCents),
                            file.entries == nil ? .text("–") : scene.number(file.creditCents),
                            file.status.chip(in: scene),
                        ]
                    }, empty: say.noFiles)
            }
        }
    }

    static func count(_ entries: Int?) -> String {
        entries.map { MoneyText.grouped(UInt64(max(0, $0))) } ?? "–"
    }
}

extension BankFilesPage.Status {
    func chip(in scene: Scene) -> Markup {
        let text = scene.say.fileStatus(self)
        return switch self {
        case .ready: scene.chip(text, .quiet, .clock)
        case .sent: scene.chip(text, .info, .arrow)
        case .partly, .noted: scene.chip(text, .attention, .warning)
        case .done: scene.chip(text, .good, .check)
        case .missing: scene.chip(text, .attention, .warning)
        case .problem: scene.chip(text, .bad, .warning)
        }
    }
}

/// One file to or from the bank: what is in it, and what became of it. Never its bytes, and of
/// accounts the last four digits.
public struct BankFilePage: Page, Equatable {
    /// One entry.
    public struct Entry: Sendable, Equatable {
        /// Its trace number.
        public var trace: String
        /// What it is for.
        public var what: What
        /// Cents; `nil` for an amount that proves an account, which is nobody's to see.
        public var cents: Int64?
        /// Whose it is, if we know.
        public var customerID: String?
        /// The customer's name as the operator may see it.
        public var customer: String
        /// The bank account's label and last four digits, if it has one.
        public var account: BankLabel?
        /// The status of the deposit behind it, if it is one.
        public var status: DepositStatus?
        /// The values the reader sees, each described at its property.
        public init(
            trace: String, what: What, cents: Int64?, customerID: String?, customer: String,
            account: BankLabel?, status: DepositStatus?
        ) {
            self.trace = trace
            self.what = what
            self.cents = cents
            self.customerID = customerID
            self.customer = customer
            self.account = account
            self.status = status
        }
    }

    /// What an entry is for.
    public enum What: Sendable, Equatable {
        /// A deposit or a purchase.
        case deposit
        /// A payment of what is owed.
        case payment
        /// A return sent back to its bank.
        case dishonor
        /// A small amount that proves an account.
        case microEntry
        /// A return, with the bank's code.
        case returned(code: String)
        /// A notification of change, with the bank's code.
        case change(code: String)
        /// The dispute of a dishonored return.
        case contest
        /// A line of a settlement report.
        case settled(Settled)
        /// Something else.
        case other
    }

    /// What a line of a settlement report says.
    public enum Settled: String, Sendable, Equatable, CaseIterable {
        /// The bank has a debit's money.
        case debit = "debit_settled"
        /// The bank has a credit's money.
        case credit = "credit_settled"
        /// The bank took a return's money.
        case `return` = "return_settled"
        /// The bank gave a dishonored return's money back.
        case dishonor = "dishonor_settled"
        /// A wire came.
        case wire = "wire_received"
    }

    /// One way of the file to the bank: the first, or one that somebody asked for again.
    public struct Delivery: Sendable, Equatable {
        /// How far it is.
        public enum State: Sendable, Equatable, CaseIterable {
            /// Not begun, or to be tried again.
            case waiting
            /// Begun, with no receipt yet.
            case underWay
            /// With a receipt.
            case sent
            /// Given up until a person has looked.
            case stopped
            /// The bank may have it or not.
            case unknown
        }

        /// How far it is.
        public var state: State
        /// When it was asked for.
        public var askedAt: Int64
        /// How often it was tried.
        public var tries: Int
        /// When it is tried next, if it is.
        public var nextAt: Int64?
        /// What the last try failed with.
        public var failure: String?
        /// Who asked for it again and why.
        public var request: String?
        /// What proves that it is there.
        public var receipt: Receipt?
        /// The values the reader sees, each described at its property.
        public init(
            state: State, askedAt: Int64, tries: Int, nextAt: Int64? = nil,
            failure: String? = nil, request: String? = nil, receipt: Receipt? = nil
        ) {
            self.state = state
            self.askedAt = askedAt
            self.tries = tries
            self.nextAt = nextAt
            self.failure = failure
            self.request = request
            self.receipt = receipt
        }
    }

    /// What proves that a file is at the bank.
    public struct Receipt: Sendable, Equatable {
        /// When it was kept.
        public var at: Int64
        /// Where the file was put.
        public var place: String
        /// Bytes of the file.
        public var size: Int
        /// SHA-256 in hexadecimal.
        public var digest: String
        /// How it was found, where it was not simply sent.
        public var note: String
        /// The values the reader sees, each described at its property.
        public init(at: Int64, place: String, size: Int, digest: String, note: String) {
            self.at = at
            self.place = place
            self.size = size
            self.digest = digest
            self.note = note
        }
    }

    /// The file as it is listed.
    public var file: BankFilesPage.File
    /// Its ways to the bank, the first first; none for a file from the bank.
    public var deliveries: [Delivery]
    /// What the reader of the file noted, a line each.
    public var report: [String]
    /// Its entries, in their order in the file.
    public var entries: [Entry]
    /// How many more there are than are shown.
    public var entriesLeft: Int
    /// The values the reader sees, each described at its property.
    public init(
        file: BankFilesPage.File, deliveries: [Delivery] = [], report: [String],
        entries: [Entry], entriesLeft: Int
    ) {
        self.file = file
        self.deliveries = deliveries
        self.report = report
        self.entries = entries
        self.entriesLeft = entriesLeft
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(title: file.name, place: .desk(.files), width: .full)
        return layout.document(in: scene) {
            scene.back(Paths.Desk.files, say.deskSection(.files))
            div(.class("heading")) {
                h1 { file.name }
                div(.class("actions")) {
                    file.status.chip(in: scene)
                    span(.class("soft")) { say.direction(file.direction) }
                }
            }
            section(.class("card"), .aria(.label, say.details)) {
                scene.facts([
                    Fact(say.when, scene.stamp(file.at)),
                    Fact(say.entries, BankFilesPage.count(file.entries)),
                    Fact(
                        say.debits,
                        file.entries == nil ? .text("–") : scene.number(file.debitCents)),
                    Fact(
                        say.credits,
                        file.entries == nil ? .text("–") : scene.number(file.creditCents)),
                ])
            }
            if !deliveries.isEmpty { deliveryTable(in: scene) }
            scene.card(say.fileReport, id: "report-title") {
                if report.isEmpty {
                    p(.class("empty")) { say.noReport }
                } else {
                    ul(.class("bullets")) { for line in report { li { line } } }
                }
            }
            section(.class("card"), .aria(.label, say.entries)) {
                scene.table(
                    say.entries, isCaptionHidden: true,
                    columns: [
                        Column(say.traceColumn, name: true), Column(say.entryFor),
                        Column(say.customer), Column(say.account),
                        Column(say.amount, number: true), Column(say.statusColumn),
                    ], rows: entries.map { cells($0, in: scene) }, empty: say.noEntries)
                if entriesLeft > 0 { p(.class("soft small")) { say.entriesLeft(entriesLeft) } }
            }
        }
    }

    private func deliveryTable(in scene: Scene) -> Markup {
        let say = scene.say
        return section(.class("card"), .aria(.label, say.deliveries)) {
            scene.table(
                say.deliveries, isCaptionHidden: false,
                columns: [
                    Column(say.when, name: true), Column(say.tries, number: true),
                    Column(say.receiptColumn), Column(say.statusColumn),
                ],
                rows: deliveries.map { delivery in
                    [
                        group {
                            scene.stamp(delivery.askedAt)
                            if let request = delivery.request {
                                small(.class("soft block")) { request }
                            }
                        },
                        .text("\(delivery.tries)"),
                        group {
                            if let receipt = delivery.receipt {
                                scene.stamp(receipt.at)
                                small(.class("soft block")) {
                                    say.receipt(receipt.size, receipt.place)
                                }
                                small(.class("soft block")) { code { receipt.digest } }
                                if !receipt.note.isEmpty {
                                    small(.class("soft block")) { receipt.note }
                                }
                            } else {
                                "–"
                            }
                            if let failure = delivery.failure {
                                small(.class("soft block")) { failure }
                            }
                            if let next = delivery.nextAt {
                                small(.class("soft block")) {
                                    say.nextTry(scene.moment(next))
                                }
                            }
                        },
                        delivery.chip(in: scene),
                    ]
                }, empty: "–")
        }
    }

    private func cells(_ entry: Entry, in scene: Scene) -> [Markup] {
        [
            code { entry.trace }, .text(scene.say.entryFor(entry.what)),
            entry.customerID.map { id in a(.href(Paths.Desk.customer(id))) { entry.customer } }
                ?? .text("–"),
            .text(entry.account.map { scene.say.bank($0) } ?? "–"),
            entry.cents.map { scene.number($0) } ?? .text("–"),
            entry.status.map { scene.chip($0) } ?? .text("–"),
        ]
    }
}

extension BankFilePage.Delivery {
    func chip(in scene: Scene) -> Markup {
        let text = scene.say.deliveryState(state)
        return switch state {
        case .waiting: scene.chip(text, .quiet, .clock)
        case .underWay: scene.chip(text, .info, .arrow)
        case .sent: scene.chip(text, .good, .check)
        case .stopped: scene.chip(text, .bad, .warning)
        case .unknown: scene.chip(text, .bad, .warning)
        }
    }
}

/// The commits, each chained to the one before.
public struct AuditPage: Page, Equatable {
    /// Whether the chain has been recomputed.
    public enum Verification: Sendable, Equatable {
        /// It holds up to the commit.
        case verified(toSequence: Int64, at: Int64)
        /// It breaks at the commit.
        case broken(atSequence: Int64)
        /// Nobody has checked.
        case notYet
    }

    /// One commit.
    public struct Commit: Sendable, Equatable {
        /// Its place in the chain.
        public var sequence: Int64
        /// When it was kept.
        public var at: Int64
        /// Who or what asked: a customer, an operator, a bank file, a timer.
        public var actor: String
        /// What was asked, by the command's name.
        public var command: String
        /// Whom it concerns: a customer's id, or the house.
        public var subject: String
        /// Why, where a reason was given.
        public var reason: String?
        /// The hash in hexadecimal.
        public var hash: String
        /// The values the reader sees, each described at its property.
        public init(
            sequence: Int64, at: Int64, actor: String, command: String, subject: String,
            reason: String?, hash: String
        ) {
            self.sequence = sequence
            self.at = at
            self.actor = actor
            self.command = command
            self.subject = subject
            self.reason = reason
            self.hash = hash
        }
    }

    /// Whether the chain has been recomputed.
    public var verification: Verification
    /// The commits of this page, newest first.
    public var commits: [Commit]
    /// Where the next page begins, if there is one.
    public var nextCursor: String? = nil
    /// The values the reader sees, each described at its property.
    public init(verification: Verification, commits: [Commit], nextCursor: String? = nil) {
        self.verification = verification
        self.commits = commits
        self.nextCursor = nextCursor
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(title: say.deskSection(.audit), place: .desk(.audit), width: .full)
        return layout.document(in: scene) {
            scene.heading(say.deskSection(.audit), say.auditLead)
            switch verification {
            case .verified(let sequence, let at):
                scene.note(.good) {
                    p { say.verified(MoneyText.grouped(sequence.magnitude), scene.moment(at)) }
                }
            case .broken(let sequence):
                scene.note(.bad) {
                    p { strong { say.brokenChain(MoneyText.grouped(sequence.magnitude)) } }
                }
            case .notYet:
                scene.note(.attention) { p { say.notVerified } }
            }
            section(.class("card"), .aria(.label, say.deskSection(.audit))) {
                scene.table(
                    say.deskSection(.audit), isCaptionHidden: true,
                    columns: [
                        Column(say.commit, name: true), Column(say.when), Column(say.actor),
                        Column(say.command), Column(say.subject), Column(say.hashColumn),
                    ],
                    rows: commits.map { commit in
                        [
                            .text(MoneyText.grouped(commit.sequence.magnitude)),
                            scene.stamp(commit.at), .text(commit.actor),
                            group {
                                commit.command
                                if let reason = commit.reason {
                                    small(.class("soft block")) { reason }
                                }
                            },
                            .text(commit.subject), code { String(commit.hash.prefix(16)) },
                        ]
                    }, empty: say.noCommits)
            }
            if let nextCursor {
                scene.linkButton(
                    Paths.Desk.audit(cursor: nextCursor), say.showOlder, "button second")
            }
        }
    }
}
