import Banking
import Edges
import Foundation
import Ledger
import Money
import Nacha
import Rules
import Service
import Web

extension Site {
    /// Customers a list for people looks at, so that a page never costs what the whole book holds.
    /// Figures count all.
    static let deskCustomersMax = 500
    static let deskRowsPerPage = 50

    var deskRoutes: [Route] {
        [
            .get("/operator", .desk(overview)),
            .get("/operator/negative-accounts", .desk(negatives)),
            .get("/operator/customers/:id", .desk(customer)),
            .post("/operator/customers/:id/:action", .deskAct(act)),
            .get("/operator/documents", .desk(documentQueue)),
            .get("/operator/documents/:id", .desk(document)),
            .get("/operator/documents/:id/pages/:number", .deskAct(documentPage)),
            .post("/operator/documents/:id", .deskAct(reviewDocument)),
            .get("/operator/suspense", .desk(suspense)),
            .get("/operator/suspense/:id", .desk(suspense)),
            .post("/operator/suspense/:id", .deskAct(decideSuspense)),
            .get("/operator/tasks", .desk(tasks)),
            .post("/operator/tasks/:id/done", .deskAct(finishTask)),
            .get("/operator/liquidation", .desk(liquidation)),
            .post("/operator/liquidation/pause", .deskAct(pauseLiquidation)),
            .post("/operator/liquidation/resume", .deskAct(resumeLiquidation)),
            .get("/operator/bank-files", .desk(bankFiles)),
            .get("/operator/bank-files/:id", .desk(bankFile)),
            .get("/operator/reconciliation", .desk(reconciliation)),
            .get("/operator/reconciliation/days/:id", .desk(reconciliationDay)),
            .get("/operator/reconciliation/breaks/:id", .desk(reconciliationBreak)),
            .post("/operator/reconciliation/breaks/:id", .deskAct(actOnBreak)),
            .get("/operator/webhooks", .desk(webhookEndpoints)),
            .get("/operator/webhooks/:id", .desk(webhookEndpoint)),
            .post("/operator/webhooks/:id", .deskAct(actOnWebhookEndpoint)),
            .get("/operator/audit", .desk(audit)),
        ]
    }

    /// Customers with something of this kind in one of these states, for lists a person reads.
    func deskCustomers(_ part: Reader.Part, _ tags: [String]) throws -> [Customer] {
        var ids: [CustomerID] = []
        var seen: Set<CustomerID> = []
        for tag in tags {
            for id in try service.reader.customers(
                with: part, tag: tag, limit: Site.deskCustomersMax)
            where seen.insert(id).inserted { ids.append(id) }
        }
        return try ids.prefix(Site.deskCustomersMax).compactMap { try service.reader.customer($0) }
    }
}

// MARK: Overview and the queue

extension Site {
    private func overview(_ visit: DeskVisit) async throws -> Answer {
        let figures = try service.reader.figures(at: visit.facts.now)
        let tasks = try openTasks()
        let documents = try service.reader.count(of: .document, tag: "uploaded")
        let quotes = visit.facts.quotes.values.map(\.asOf)
        return .page(
            OverviewPage(
                owedCents: figures.owed.count, negativeAccounts: figures.negativeCustomers,
                openedLastDay: figures.opened, settledLastDay: figures.settled,
                cureRateBasisPoints: figures.over >= Site.ratesNeed
                    ? figures.madeWhole * 10_000 / figures.over : nil,
                chargedOffCents: figures.chargedOff.count, exposureCents: figures.exposure.count,
                holdsMaturing: figures.holdsEnding, documentsWaiting: documents,
                oldestDocumentAt: try waitingDocuments().first?.document.uploadedAt.milliseconds,
                suspended: try service.reader.openSuspenseCount(), tasks: tasks.count,
                outboxWaiting: try service.edge.outgoingWaiting(),
                outboxOldestAt: try service.edge.oldestOutgoingDue()?.milliseconds,
                liquidation: try liquidationState(), pricesAt: quotes.max()?.milliseconds,
                arePricesStale: visit.facts.policy.assets.allSatisfy {
                    visit.facts.pageQuote($0.code) == nil
                }, returnRates: try returnRates(), urgent: Array(tasks.prefix(5))))
    }

    /// Fewer say nothing.
    private static let ratesNeed = 20

    private static func row(_ figure: ReturnRates.Figure) -> OverviewPage.ReturnRate {
        let kind: OverviewPage.ReturnRate.Class =
            switch figure.rate {
            case .unauthorized: .unauthorized
            case .administrative: .administrative
            case .overall: .overall
            }
        let method: OverviewPage.ReturnRate.Method =
            switch figure.method {
            case .cohort: .cohort
            case .period: .period
            }
        return OverviewPage.ReturnRate(
            kind: kind, method: method, returned: figure.returned, originated: figure.originated,
            basisPoints: figure.basisPoints.map { Int($0) },
            limitBasisPoints: Int(figure.limit.most.count),
            nextBasisPoints: figure.next.map { Int($0.count) },
            band: figure.isExceeded ? .exceeded : figure.reached == nil ? .below : .warned)
    }

    /// Each rate by both methods, the same rate's beside each other.
    private func returnRates() throws -> [OverviewPage.ReturnRate] {
        let figures = try service.returnRates().figures.filter { $0.span == .days }
        return ReturnRate.allCases.flatMap { rate in
            figures.filter { $0.rate == rate }.map(Self.row)
        }
    }

    private func negatives(_ visit: DeskVisit) async throws -> Answer {
        let age =
            visit.visit.query["age"].flatMap { NegativeAccountsPage.Age(rawValue: $0) } ?? .all
        let (from, through) = age.opened(at: visit.facts.now)
        let all = try service.reader.negatives(openedAfter: from, through: through)
        let found = try service.reader.negatives(
            openedAfter: from, through: through,
            after: visit.visit.query["after"].flatMap { Reader.Negative(cursor: $0) },
            limit: Site.deskRowsPerPage + 1)
        let page = found.prefix(Site.deskRowsPerPage)
        return .page(
            NegativeAccountsPage(
                age: age,
                rows: try page.compactMap {
                    try service.reader.customer($0.customer).flatMap { row(of: $0, visit.facts) }
                },
                count: all.customers, totalCents: all.owed.count,
                nextCursor: found.count > page.count ? page.last?.cursor : nil))
    }

    private func row(of customer: Customer, _ facts: Facts) -> NegativeAccountsPage.Row? {
        guard let oldest = customer.openObligations.first else { return nil }
        var worth = customer.freeCash
        var hasPrices = true
        for code in customer.heldAssets {
            guard let policy = facts.policy.asset(code), let quote = facts.pageQuote(code) else {
                hasPrices = false
                continue
            }
            worth += quote.bid.value(
                of: customer.freeHolding(of: code), of: policy.asset, rounding: .down)
        }
        let cover = Int128(worth.count) * 100 / Int128(max(1, customer.owed.count))
        return NegativeAccountsPage.Row(
            customerID: "\(customer.id)", name: customer.profile.name,
            owedCents: customer.owed.count, since: oldest.openedAt.milliseconds,
            situation: customer.situation(at: facts.now),
            isNoticeDelivered: customer.openObligations.allSatisfy { $0.grace != .awaitingNotice },
            coverPercent: hasPrices ? Int(min(cover, 9_999)) : nil, code: oldest.code)
    }
}

extension Reader.Negative {
    fileprivate var cursor: String { "\(due.milliseconds)-\(customer)" }

    fileprivate init?(cursor: String) {
        let parts = cursor.split(separator: "-", maxSplits: 1)
        guard parts.count == 2, let milliseconds = Int64(parts[0]),
            let customer = CustomerID(parts[1])
        else { return nil }
        self.init(customer: customer, due: Instant(milliseconds: milliseconds))
    }
}

extension NegativeAccountsPage.Age {
    /// When what is so old was opened.
    fileprivate func opened(at now: Instant) -> (after: Instant, through: Instant) {
        let first = Instant(milliseconds: 0)
        return switch self {
        case .all: (first, now)
        case .day: (now.adding(hours: -24), now)
        case .twoDays: (now.adding(hours: -48), now.adding(hours: -24))
        case .week: (now.adding(days: -8), now.adding(hours: -48))
        case .month: (now.adding(days: -31), now.adding(days: -8))
        case .older: (first, now.adding(days: -31))
        }
    }
}

// MARK: Liquidation

extension Site {
    func liquidationState() throws -> LiquidationPage.State {
        let settings = try service.reader.houseSettings()
        guard settings.halt.everything || !settings.halt.assets.isEmpty else { return .running }
        if let asked = try resumptionAsked() {
            return .resumeAsked(
                by: asked.by, reason: asked.reason, since: asked.at.milliseconds)
        }
        return .paused(
            by: settings.haltBy, reason: settings.haltReason, since: try pausedSince(settings))
    }

    private func resumptionAsked() throws -> Proposal? {
        try service.reader.waitingProposals().first {
            if case .resumeLiquidation = $0.action { true } else { false }
        }
    }

    /// The name of the setting that keeps when a page paused sales, and with which reason.
    private static let pausedSetting = "liquidation_paused"

    /// When sales were paused here; now, if it was done elsewhere.
    private func pausedSince(_ settings: House.Settings) throws -> Int64 {
        let parts = try service.edge.setting(Site.pausedSetting)?.split(
            separator: " ", maxSplits: 1)
        guard let parts, parts.count == 2, parts[1] == settings.haltReason,
            let since = Int64(parts[0])
        else { return service.clock.now().milliseconds }
        return since
    }

    private func liquidation(_ visit: DeskVisit) async throws -> Answer {
        .page(try liquidationPage(visit, key: Form.newKey()))
    }

    private func liquidationPage(
        _ visit: DeskVisit, key: String, problems: [FieldProblem] = []
    ) throws -> LiquidationPage {
        let customers = try deskCustomers(.obligation, ["open"])
        let inFlight = try service.reader.count(of: .sale, tag: "ordered")
        let sales = customers.flatMap { self.sales(of: $0, visit.facts) }
            .sorted { ($0.dueAt, $0.customerID) < ($1.dueAt, $1.customerID) }
        return LiquidationPage(
            state: try liquidationState(), inFlight: inFlight,
            pricesAt: visit.facts.quotes.values.map(\.asOf).max()?.milliseconds,
            sales: Array(sales.prefix(Site.deskRowsPerPage)), mayResume: visit.mayAct,
            idempotencyKey: key, problems: problems)
    }

    /// What would be sold of each asset, with every guard and its answer.
    private func sales(
        of customer: Customer, _ facts: Facts
    ) -> [LiquidationPage.Sale] {
        let due = customer.openObligations.compactMap(\.deadline).min()
        guard let due,
            let code = customer.heldAssets.first(where: { facts.policy.asset($0) != nil }),
            let policy = facts.policy.asset(code)
        else { return [] }
        let held = customer.freeHolding(of: code)
        let quote = facts.pageQuote(code)
        func check(_ kind: LiquidationPage.Guard.Kind, _ holds: Bool) -> LiquidationPage.Guard {
            LiquidationPage.Guard(kind, holds: holds)
        }
        let halt = facts.halt
        let paying = customer.activeSettlements.contains { $0.state.isInFlight }
        return [
            LiquidationPage.Sale(
                customerID: "\(customer.id)", name: customer.profile.name,
                owedCents: customer.owed.count, asset: AssetAmount(policy, held),
                expectedCents: quote.map {
                    min(
                        customer.owed,
                        $0.bid.value(of: held, of: policy.asset, rounding: .down)
                    ).count
                }, dueAt: due.milliseconds,
                guards: [
                    check(.timeOver, due <= facts.now),
                    check(.notPaused, !halt.everything && !halt.assets.contains(code)),
                    check(
                        .noStopFlag,
                        customer.hasFlag(where: \.stopsLiquidation, at: facts.now) == nil),
                    check(.noPayment, !paying),
                    check(.freshPrice, quote != nil),
                    check(.notGivenUp, customer.profile.liquidation.stopped == nil),
                ])
        ]
    }

    private func pauseLiquidation(_ visit: DeskVisit) async throws -> Answer {
        let typed = visit.form[.reason]
        let reason = typed.isEmpty ? "paused by hand" : typed
        _ = try await visit.perform(
            .pauseLiquidation(
                Command.PauseLiquidation(asset: nil, paused: true, reason: reason)),
            to: .house, key: try visit.key()
        ).reply()
        try service.edge.set(Site.pausedSetting, to: "\(visit.now) \(reason)")
        return .seeOther(Paths.Desk.liquidation.text)
    }

    /// The first person asks; the second agrees to what was asked.
    private func resumeLiquidation(_ visit: DeskVisit) async throws -> Answer {
        let key = try visit.key()
        let cause = Causes.named(scope: "desk:\(visit.name)", key: key)
        guard try !service.reader.causeExists(cause) else {
            return .seeOther(Paths.Desk.liquidation.text)
        }
        let asked = try resumptionAsked()
        do {
            if let asked, asked.by != visit.name {
                _ = try await visit.perform(.approve(asked.id), to: .house, key: key).reply()
            } else if asked == nil {
                let reason = visit.form[.reason]
                let halt = visit.facts.halt
                let asset = halt.everything ? nil : halt.assets.min()
                _ = try await visit.perform(
                    .propose(
                        Command.Propose(
                            addressee: .house,
                            action: .resumeLiquidation(
                                Command.PauseLiquidation(
                                    asset: asset, paused: false, reason: reason)), reason: reason)),
                    to: .house, key: key
                ).reply()
            } else {
                throw Refusal.samePerson
            }
        } catch let refusal as Refusal {
            return .page(
                try liquidationPage(
                    visit, key: visit.form.key,
                    problems: [FieldProblem(.reason, .other(visit.say(refusal)))]))
        }
        return .seeOther(Paths.Desk.liquidation.text)
    }
}

extension DeskVisit {
    func key() throws(Turn) -> String {
        guard !form.key.isEmpty else { throw .bodyMalformed }
        return form.key
    }

    func say(_ refusal: Refusal) -> String { refusal.excuse.sentence(in: .english) }
}

// MARK: Commits

extension Site {
    private static let commitsPerPage = 100

    private func audit(_ visit: DeskVisit) async throws -> Answer {
        let rows = try service.reader.carriedOut(commits: Site.commitsPerPage)
        let verification: AuditPage.Verification
        if let report = try service.reader.verify(atMost: Site.transfersVerifiedMax) {
            verification =
                report.problems.isEmpty
                ? .verified(toSequence: report.commits, at: visit.facts.now.milliseconds)
                : .broken(atSequence: report.commits)
        } else {
            verification = .notYet
        }
        return .page(
            AuditPage(
                verification: verification,
                commits: rows.map { row in
                    AuditPage.Commit(
                        sequence: row.commit, at: row.at.milliseconds, actor: row.actor,
                        command: row.command, subject: row.customer.map { "\($0)" } ?? "house",
                        reason: row.reason, hash: row.hash)
                }))
    }

    /// More than these take longer to recompute than a page may take; `makewhole verify` does.
    private static let transfersVerifiedMax: Int64 = 100_000
}
