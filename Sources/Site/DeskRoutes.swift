import Banking
import Foundation
import Ledger
import Money
import Rules
import SQLiteStore
import Service
import Web

extension Site {
    /// Customers one list or figure looks at. Beyond it a figure is of the first so many, so that
    /// a page never costs what the whole book holds.
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
            .get("/operator/documents/:id/image", .deskAct(documentImage)),
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
            .get("/operator/audit", .desk(audit)),
        ]
    }

    /// Customers with something of this kind in one of these states.
    func deskCustomers(_ part: Reader.Part, _ tags: [String]) throws -> [Customer] {
        var known: [CustomerID: Customer] = [:]
        return try deskCustomers(part, tags, &known)
    }

    /// The same for a page that asks several times: each customer is read once.
    private func deskCustomers(
        _ part: Reader.Part, _ tags: [String], _ known: inout [CustomerID: Customer]
    ) throws -> [Customer] {
        var ids: [CustomerID] = []
        for tag in tags {
            for id in try service.reader.customers(
                with: part, tag: tag, limit: Site.deskCustomersMax) where !ids.contains(id)
            {
                ids.append(id)
            }
        }
        return try ids.prefix(Site.deskCustomersMax).compactMap { id in
            if let customer = known[id] { return customer }
            let customer = try service.reader.customer(id)
            known[id] = customer
            return customer
        }
    }
}

// MARK: Overview and the queue

extension Site {
    private func overview(_ visit: DeskVisit) async throws -> Answer {
        let now = visit.facts.now
        var known: [CustomerID: Customer] = [:]
        let open = try deskCustomers(.obligation, ["open"], &known)
        let closed = try deskCustomers(.obligation, ["settled", "charged_off"], &known)
        let exposed = try deskCustomers(
            .deposit, ["initiated", "submitted", "funds_received"], &known)
        let debited = try deskCustomers(
            .deposit, ["submitted", "funds_received", "settled", "returned"], &known)
        let obligations = unique(open + closed).flatMap { $0.obligations.values }
        let dayAgo = now.adding(days: -1)
        let documents = try waitingDocuments()
        let house = try service.reader.house()
        let tasks = try openTasks(visit, house)
        let quotes = visit.facts.quotes.values.map(\.asOf)
        return .page(
            OverviewPage(
                owedCents: open.map(\.owed).sum().count, negativeAccounts: open.count,
                openedLastDay: obligations.filter { $0.openedAt > dayAgo }.count,
                settledLastDay: obligations.filter { $0.settledAt.map { $0 > dayAgo } ?? false }
                    .count,
                cureRateBasisPoints: cureRate(obligations),
                chargedOffCents: obligations.map { $0.chargedOff(since: now.adding(days: -30)) }
                    .sum().count,
                exposureCents: unique(open + exposed).map(\.exposure).sum().count,
                holdsMaturing: exposed.flatMap { $0.deposits.values }.filter {
                    $0.hold > .zero && $0.releaseAt > now && $0.releaseAt <= now.adding(days: 1)
                }.count,
                documentsWaiting: documents.count,
                oldestDocumentAt: documents.map(\.document.uploadedAt).min()?.milliseconds,
                suspended: house.openSuspense.count, tasks: tasks.count,
                outboxWaiting: try service.edge.outgoingWaiting(), outboxOldestAt: nil,
                liquidation: try state(house), pricesAt: quotes.max()?.milliseconds,
                arePricesStale: visit.facts.policy.assets.allSatisfy {
                    visit.facts.pageQuote($0.code) == nil
                }, returnRates: returnRates(debited, now), urgent: Array(tasks.prefix(5))))
    }

    private func unique(_ customers: [Customer]) -> [Customer] {
        var seen: Set<CustomerID> = []
        return customers.filter { seen.insert($0.id).inserted }
    }

    /// Of the obligations that are over, the share the customer or his cash made whole.
    private func cureRate(_ obligations: [Obligation]) -> Int? {
        let over = obligations.filter { !$0.state.isOpen }
        guard over.count >= Site.ratesNeed else { return nil }
        let cured = over.filter { obligation in
            switch obligation.state {
            case .settled(_, .payment), .settled(_, .cash): true
            case .open, .settled(_, .liquidation), .settled(_, .waiver), .chargedOff: false
            }
        }
        return cured.count * 10_000 / over.count
    }

    /// Fewer say nothing.
    private static let ratesNeed = 20

    /// Returns of the last 60 days as a share of the debits (Nacha Operating Rules, return rate
    /// thresholds: 0.5 %, 3.0 % and 15.0 %).
    private func returnRates(
        _ customers: [Customer], _ now: Instant
    ) -> [OverviewPage.ReturnRate] {
        let since = now.adding(days: -60)
        let deposits = customers.flatMap { $0.deposits.values }
            .filter { $0.initiatedAt >= since && $0.trace != nil }
        let codes = deposits.flatMap(\.returns).filter { $0.receivedAt >= since }.map(\.code)
        let unauthorized = ["R05", "R07", "R10", "R11", "R29", "R51"]
        let administrative = ["R02", "R03", "R04"]
        func rate(
            _ kind: OverviewPage.ReturnRate.Class, _ count: Int, limit: Int
        ) -> OverviewPage.ReturnRate {
            OverviewPage.ReturnRate(
                kind: kind, returned: count, originated: deposits.count, limitBasisPoints: limit)
        }
        return [
            rate(.unauthorized, codes.filter(unauthorized.contains).count, limit: 50),
            rate(.administrative, codes.filter(administrative.contains).count, limit: 300),
            rate(.overall, codes.count, limit: 1_500),
        ]
    }

    private func negatives(_ visit: DeskVisit) async throws -> Answer {
        let now = visit.facts.now
        let age =
            visit.visit.query["age"].flatMap { NegativeAccountsPage.Age(rawValue: $0) } ?? .all
        let matching = try deskCustomers(.obligation, ["open"]).filter { customer in
            customer.openObligations.first.map { age.includes(now - $0.openedAt) } ?? false
        }
        var rows = matching.compactMap { row(of: $0, visit.facts) }
        rows.sort { ($0.dueOrder, $0.customerID) < ($1.dueOrder, $1.customerID) }
        if let after = visit.visit.query["after"],
            let index = rows.firstIndex(where: { $0.customerID == after })
        {
            rows.removeFirst(index + 1)
        }
        let page = rows.prefix(Site.deskRowsPerPage)
        return .page(
            NegativeAccountsPage(
                age: age, rows: Array(page), count: matching.count,
                totalCents: matching.map(\.owed).sum().count,
                nextCursor: rows.count > page.count ? page.last?.customerID : nil))
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
            coverPercent: hasPrices ? Int(min(cover, 9_999)) : nil, code: oldest.code,
            assignee: nil)
    }
}

extension NegativeAccountsPage.Row {
    /// The earliest deadline first; those without one after them.
    fileprivate var dueOrder: Int64 {
        switch situation {
        case .deadlinePassed, .nothingToSell, .saleInProgress: Int64.min
        case .due(let by), .documentsNeeded(_, let by?): by
        case .paymentInProgress, .documentsNeeded, .underReview, .paused: Int64.max
        }
    }
}

extension NegativeAccountsPage.Age {
    fileprivate func includes(_ milliseconds: Int64) -> Bool {
        let hours = milliseconds / 3_600_000
        return switch self {
        case .all: true
        case .day: hours < 24
        case .twoDays: (24..<48).contains(hours)
        case .week: (48..<8 * 24).contains(hours)
        case .month: (8 * 24..<31 * 24).contains(hours)
        case .older: hours >= 31 * 24
        }
    }
}

extension Obligation {
    fileprivate var settledAt: Instant? {
        if case .settled(let at, _) = state { at } else { nil }
    }

    fileprivate func chargedOff(since: Instant) -> Cents {
        if case .chargedOff(let at, let written, _) = state, at > since { written } else { .zero }
    }
}

extension House {
    /// Returns and money that wait for a person, the earliest clock first.
    var openSuspense: [SuspenseItem] {
        suspense.values.filter { $0.state == .open }.sorted {
            ($0.dishonorBy ?? $0.receivedAt.adding(days: 365), $0.id)
                < ($1.dishonorBy ?? $1.receivedAt.adding(days: 365), $1.id)
        }
    }

    var waitingProposals: [Proposal] {
        proposals.values.filter { $0.state == .waiting }.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
    }
}

// MARK: Liquidation

extension Site {
    func state(_ house: House) throws -> LiquidationPage.State {
        let settings = house.settings
        guard settings.halt.everything || !settings.halt.assets.isEmpty else { return .running }
        let asked = house.waitingProposals.first {
            if case .resumeLiquidation = $0.action { true } else { false }
        }
        if let asked {
            return .resumeAsked(
                by: asked.by, reason: asked.reason, since: asked.at.milliseconds)
        }
        return .paused(
            by: settings.haltBy, reason: settings.haltReason, since: try pausedSince(settings))
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
        let house = try service.reader.house()
        let customers = try deskCustomers(.obligation, ["open"])
        let inFlight = try deskCustomers(.sale, ["ordered"]).count
        let sales = customers.flatMap { self.sales(of: $0, house, visit.facts) }
            .sorted { ($0.dueAt, $0.customerID) < ($1.dueAt, $1.customerID) }
        return LiquidationPage(
            state: try state(house), inFlight: inFlight,
            pricesAt: visit.facts.quotes.values.map(\.asOf).max()?.milliseconds,
            sales: Array(sales.prefix(Site.deskRowsPerPage)), mayResume: visit.mayAct,
            idempotencyKey: key, problems: problems)
    }

    /// What would be sold of each asset, with every guard and its answer.
    private func sales(
        of customer: Customer, _ house: House, _ facts: Facts
    ) -> [LiquidationPage.Sale] {
        let due = customer.openObligations.compactMap(\.deadline).min()
        guard let due,
            let code = customer.heldAssets.first(where: { facts.policy.asset($0) != nil }),
            let policy = facts.policy.asset(code)
        else { return [] }
        let held = customer.freeHolding(of: code)
        let quote = facts.pageQuote(code)
        func check(_ title: String, _ holds: Bool) -> LiquidationPage.Guard {
            LiquidationPage.Guard(title: title, holds: holds)
        }
        let halt = house.settings.halt
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
                    check("Time to settle is over", due <= facts.now),
                    check("Not paused", !halt.everything && !halt.assets.contains(code)),
                    check(
                        "No stop flag",
                        customer.hasFlag(where: \.stopsLiquidation, at: facts.now) == nil),
                    check("No payment on its way", !paying),
                    check("Fresh price", quote != nil),
                    check("Nobody stopped it", customer.profile.liquidation.stopped == nil),
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
        let house = try service.reader.house()
        let key = try visit.key()
        let cause = Causes.named(scope: "desk:\(visit.name)", key: key)
        guard try !service.reader.causeExists(cause) else {
            return .seeOther(Paths.Desk.liquidation.text)
        }
        let asked = house.waitingProposals.first {
            if case .resumeLiquidation = $0.action { true } else { false }
        }
        do {
            if let asked, asked.by != visit.name {
                _ = try await visit.perform(.approve(asked.id), to: .house, key: key).reply()
            } else if asked == nil {
                let reason = visit.form[.reason]
                let halt = house.settings.halt
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

// MARK: Files and commits

extension Site {
    private static let filesShown = 100

    private func bankFiles(_ visit: DeskVisit) async throws -> Answer {
        .page(BankFilesPage(files: try files()))
    }

    private func files() throws -> [BankFilesPage.File] {
        let all =
            try service.edge.bankFiles(direction: "outbound", limit: Site.filesShown)
            + service.edge.bankFiles(direction: "inbound", limit: Site.filesShown)
        return try all.sorted { ($0.at, $0.name) > ($1.at, $1.name) }.map { file in
            // What comes in is kept and read; its entries are counted where they end, in the books.
            let entries =
                file.direction == "outbound" ? try service.reader.entries(inFile: file.name) : nil
            return BankFilesPage.File(
                id: file.name, name: file.name,
                direction: file.direction == "outbound" ? .outgoing : .incoming,
                at: file.at.milliseconds, entries: entries?.count,
                debitCents: entries?.map(\.amount).sum().count ?? 0, creditCents: 0,
                status: .init(state: file.state, report: file.report))
        }
    }

    /// One file among the others: its line and what is wrong with it; never its bytes.
    private func bankFile(_ visit: DeskVisit) async throws -> Answer {
        let name = visit.visit.parameters.get("id")?.removingPercentEncoding ?? ""
        let found = try files().filter { $0.id == name }
        guard !found.isEmpty else { throw Turn.notFound }
        return .page(BankFilesPage(files: found))
    }

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
                        reason: nil, hash: row.hash)
                }))
    }

    /// More than these take longer to recompute than a page may take; `makewhole verify` does.
    private static let transfersVerifiedMax: Int64 = 100_000
}

extension BankFilesPage.Status {
    /// From the state the bank's adapter keeps with the file.
    fileprivate init(state: String, report: String) {
        switch state {
        case "ready", "gathering", "kept": self = .ready
        case "sent": self = .sent
        case "missing": self = .missing
        case "problem", "refused", "failed", "rejected":
            self = .problem(report.isEmpty ? state : report)
        default: self = .done
        }
    }
}
