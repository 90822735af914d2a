import Banking
import Edges
import Foundation
import Ledger
import Money
import Rules
import Service
import Statements
import Testing

@Suite struct DeskTests {
    private func desk(_ name: String, _ world: World, _ reader: Browser) async throws -> Browser {
        let browser = reader.another()
        try await browser.signIn(.operator(name: name, role: "operator"), world)
        return browser
    }

    @Test("Every page of the desk opens, with a customer who owes")
    func pages() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            let dana = try await desk("dana", world, reader)

            for path in [
                "/operator", "/operator/negative-accounts", "/operator/negative-accounts?age=day",
                "/operator/customers/\(world.customer)", "/operator/documents",
                "/operator/suspense", "/operator/tasks", "/operator/liquidation",
                "/operator/bank-files", "/operator/reconciliation",
                "/operator/reconciliation/days/2026-11-24", "/operator/webhooks",
                "/operator/audit",
            ] {
                #expect(try await dana.get(path).status == 200, "\(path)")
            }
            let queue = try await dana.get("/operator/negative-accounts")
            #expect(queue.html.contains("Alice Sample") && queue.html.contains("$150.00"))
        }
    }

    @Test("A break is taken and closed with a reason, by a person whose name is kept")
    func breaks() async throws {
        try await World.run { world, reader in
            let store = ReconciliationStore(world.service.edge)
            let day = World.tuesday
            try store.expect(
                [ExpectedItem(id: "transfer:1", kind: .wire, signed: 12_345, day: day)], from: nil)
            _ = try store.reconcile(due: day, today: day, at: world.service.clock.now())
            let item = try #require(try store.breaks(isOpen: true, limit: 9).first)
            let path = "/operator/reconciliation/breaks/\(item.id)"
            let dana = try await desk("dana", world, reader)
            let page = try await dana.get(path)

            let taken = try await dana.post(
                path, [("decision", "assign"), ("owner", " Eve ")], from: page)
            let silent = try await dana.post(
                path, [("decision", "close"), ("reason", " ")], from: page)
            let closed = try await dana.post(
                path, [("decision", "close"), ("reason", "booked a day late")], from: page)

            #expect(page.html.contains("$123.45"))
            #expect(taken.location == path && closed.location == path)
            #expect(silent.status == 422)
            let after = try #require(try store.break(item.id))
            #expect(after.owner == "Eve" && after.closedAt != nil)
            #expect(after.acts.map(\.by) == ["dana", "dana"])
            #expect(after.acts.last?.reason == "booked a day late")
            #expect(try await dana.get("/operator/reconciliation/breaks/999").status == 404)
            #expect(try await dana.get("/operator/reconciliation/days/monday").status == 404)
        }
    }

    @Test("An endpoint is tried, switched off and on, and sent an event again, by who may act")
    func webhooks() async throws {
        try await World.run { world, reader in
            let webhooks = Webhooks(world.service)
            let id = WebhookEndpointID(high: 1, low: 1)
            _ = try webhooks.store.add(
                WebhookStore.Endpoint(
                    id: id, url: "https://exchange.example.com/in", description: "Ledger",
                    types: [], hasKey: false, madeAt: world.service.clock.now()), [],
                by: .host("exchange"))
            _ = try await world.owe()
            let dana = try await desk("dana", world, reader)
            let path = "/operator/webhooks/\(id)"
            let page = try await dana.get(path)
            func states() throws -> [WebhookStore.Delivery.State] {
                try webhooks.store.deliveries(of: id, limit: 9).map(\.state)
            }

            #expect(try await dana.get("/operator/webhooks").html.contains(path))
            #expect(page.html.contains("https://exchange.example.com/in"))
            let tried = try await dana.post(path, [("decision", "test")], from: page)
            #expect(tried.location == path)
            #expect(try states() == [.waiting])
            _ = try await dana.post(path, [("decision", "disable")], from: page)
            #expect(try states() == [.stopped])
            #expect(try await dana.get(path).html.contains("Stopped"))
            _ = try await dana.post(path, [("decision", "enable")], from: page)
            let event = try #require(
                webhooks.log.events(after: EventID(high: 0, low: 0), limit: 1).events.first)
            _ = try await dana.post(
                path, [("decision", "replay"), ("event", "\(event.id)")], from: page)
            #expect(try states() == [.waiting, .stopped])
            #expect(try await dana.get(path).html.contains("\(event.id)"))
            let odd = try await dana.post(
                path, [("decision", "replay"), ("event", "x")], from: page)
            #expect(odd.status == 400)
            let acts = try webhooks.store.acts(of: id, limit: 9)
            #expect(acts.map(\.kind) == [.replayed, .enabled, .disabled, .tested, .added])
            #expect(acts.dropLast().allSatisfy { $0.actor == "operator:dana" })
            let trail = try await dana.get(path).html
            #expect(trail.contains("What was done with it") && trail.contains("operator:dana"))
            #expect(try await dana.get("/operator/webhooks/x").status == 404)

            let looker = reader.another()
            try await looker.signIn(.operator(name: "eve", role: "viewer"), world)
            let shown = try await looker.get(path)
            #expect(shown.status == 200 && !shown.html.contains("Send a test"))
            let refused = try await looker.post(path, [("decision", "disable")], from: shown)
            #expect(refused.status == 403)
            #expect(try webhooks.store.endpoint(id)?.state == .enabled)
        }
    }

    @Test("A waiver above one person's authority waits for a second, who is somebody else")
    func twoPeople() async throws {
        try await World.run { world, reader in
            let deposit = try await world.owe()
            let dana = try await desk("dana", world, reader)
            let page = try await dana.get("/operator/customers/\(world.customer)")
            let path = "/operator/customers/\(world.customer)/waive"

            let silent = try await dana.post(
                path, [("deposit", "\(deposit)"), ("reason", "")], from: page)
            let asked = try await dana.post(
                path, [("deposit", "\(deposit)"), ("reason", "our own error")], from: page)

            #expect(silent.status == 422)
            #expect(asked.location == "/operator/tasks")
            #expect(try world.read().owed == Cents(15_000))
            let proposal = try #require(try world.service.reader.waitingProposals().first)
            let tasks = try await dana.get("/operator/tasks")
            let approve = "/operator/tasks/\(proposal.id)/done"
            let herself = try await dana.post(
                approve, [("decision", "approve"), ("idempotency_key", "form_dana1")], from: tasks)
            #expect(herself.status == 409)
            let eve = try await desk("eve", world, reader)
            let hers = try await eve.get("/operator/tasks")
            let agreed = try await eve.post(approve, [("decision", "approve")], from: hers)
            #expect(agreed.location == "/operator/tasks")
            #expect(try world.read().owed == .zero)
        }
    }

    @Test("One person pauses sales with one click; resuming takes two")
    func pause() async throws {
        try await World.run { world, reader in
            let dana = try await desk("dana", world, reader)
            let running = try await dana.get("/operator/liquidation")

            _ = try await dana.post("/operator/liquidation/pause", [], from: running)
            #expect(try world.service.reader.houseSettings().halt.everything)
            let paused = try await dana.get("/operator/liquidation")
            _ = try await dana.post(
                "/operator/liquidation/resume", [("reason", "all is well")], from: paused)
            #expect(try world.service.reader.houseSettings().halt.everything)
            let eve = try await desk("eve", world, reader)
            let asked = try await eve.get("/operator/liquidation")
            _ = try await eve.post(
                "/operator/liquidation/resume", [("reason", "agreed")], from: asked)

            #expect(try !world.service.reader.houseSettings().halt.everything)
        }
    }

    @Test("A deadline moves later and a flag comes and goes, each with its reason")
    func deadlineAndFlag() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            _ = try await reader.get("/")
            let before = try #require(try world.read().openObligations.first?.deadline)
            let dana = try await desk("dana", world, reader)
            let root = "/operator/customers/\(world.customer)"
            let page = try await dana.get(root)

            let extended = try await dana.post(
                "\(root)/extend", [("hours", "24"), ("reason", "asked by telephone")], from: page)
            let after = try #require(try world.read().openObligations.first?.deadline)
            let flagged = try await dana.post(
                "\(root)/pause-sales", [("note", "dispute"), ("reason", "says not his")],
                from: page)
            #expect(extended.location == root && flagged.location == root)
            #expect(after - before == 24 * 3_600_000)
            let flag = try #require(try world.read().profile.flags.first)
            #expect(flag.kind == .dispute && flag.setBy == "operator:dana")
            #expect(try world.read().openObligations.first?.deadline == nil)
            let second = try await dana.get(root)
            _ = try await dana.post(
                "\(root)/remove-flag", [("note", "\(flag.id)"), ("reason", "cleared")],
                from: second)

            #expect(try world.read().profile.flags.isEmpty)
            #expect(try world.read().openObligations.first?.deadline != nil)
        }
    }

    @Test("The figures are those of every customer's books, to the cent")
    func figures() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            for number in 2...40 {
                try await world.openOther(number, owing: number % 3 == 0)
            }
            let now = world.service.clock.now()
            let everybody = try world.service.reader.customers(after: nil, limit: 1_000)
                .compactMap { try world.service.reader.customer($0) }

            let figures = try world.service.reader.figures(at: now)
            let negatives = try world.service.reader.negatives(
                openedAfter: now.adding(days: -1), through: now)

            #expect(everybody.count == 40)
            #expect(figures.owed == everybody.map(\.owed).sum())
            #expect(figures.negativeCustomers == everybody.filter { $0.owed > .zero }.count)
            #expect(figures.exposure == everybody.map(\.exposure).sum())
            #expect(figures.opened == figures.negativeCustomers)
            let overall = try #require(
                try world.service.returnRates().figures.first {
                    $0.rate == .overall && $0.method == .period && $0.span == .days
                })
            #expect(overall.originated == figures.negativeCustomers)
            #expect(overall.returned == figures.negativeCustomers)
            #expect(negatives.customers == figures.negativeCustomers)
            #expect(negatives.owed == figures.owed)
        }
    }

    @Test("The figures tell what was settled, by whom, and what was lost")
    func figuresOfEnds() async throws {
        try await World.run { world, _ in
            _ = try await world.owe()
            try await world.openOther(2, owing: true)
            let paid = try world.read()
            try await world.tell(
                .receiveFunds(
                    Command.ReceiveFunds(
                        rail: .wire, amount: paid.owed, source: "••4321", reference: nil)))
            let other = CustomerID(high: 2, low: 2)
            let lost = try #require(try world.service.reader.customer(other)?.openObligations.first)
            try await world.tell(
                .chargeOff(Command.ChargeOff(obligation: lost.id, reason: "gone")),
                to: .customer(other), by: .system)

            let figures = try world.service.reader.figures(at: world.service.clock.now())

            #expect(figures.owed == .zero && figures.negativeCustomers == 0)
            #expect(figures.settled == 1)
            #expect(figures.over == 2 && figures.madeWhole == 1)
            #expect(figures.chargedOff == lost.principal)
        }
    }

    @Test("The queue of who owes is read page by page, each customer once")
    func queue() async throws {
        try await World.run { world, reader in
            for number in 2...61 { try await world.openOther(number, owing: true) }
            let dana = try await desk("dana", world, reader)

            let first = try await dana.get("/operator/negative-accounts")
            // The filter leads to the first page, whose cursor is empty.
            let mark = "age=all&amp;after=2"
            let link = try #require(first.html.range(of: mark))
            let cursor = first.html[link.upperBound...].prefix { $0 != "\"" }
            let second = try await dana.get("/operator/negative-accounts?age=all&after=2\(cursor)")

            #expect(first.html.contains("60 customers owe"))
            func names(_ page: Browser.Answer) -> [Int] {
                (2...61).filter { page.html.contains(">Other \($0)<") }
            }
            #expect(names(first).count == 50 && names(second).count == 10)
            #expect(Set(names(first) + names(second)).count == 60)
            #expect(first.html.contains("Show more") && !second.html.contains("Show more"))
        }
    }

    @Test("A whole second stands before its own fraction in the queue and its ages")
    func wholeSecond() async throws {
        try await World.run { world, _ in
            _ = try await world.owe()
            let opened = try #require(try world.read().openObligations.first?.openedAt)
            let second = Instant(milliseconds: opened.milliseconds / 1_000 * 1_000)
            let reader = world.service.reader

            #expect(
                try reader.negatives(openedAfter: second.adding(milliseconds: -1), through: opened)
                    .customers == 1)
            #expect(
                try reader.negatives(
                    openedAfter: second.adding(seconds: -1), through: second
                ).customers == (opened == second ? 1 : 0))
            #expect(
                try reader.negatives(openedAfter: opened, through: second.adding(seconds: 1))
                    .customers == 0)
        }
    }

    @Test("A claim of a bank is recorded, refused or paid, by a person, once")
    func claims() async throws {
        try await World.run { world, reader in
            let deposit = try await world.settledDeposit()
            let dana = try await desk("dana", world, reader)
            let root = "/operator/customers/\(world.customer)"
            func record(_ amount: String) async throws -> Browser.Answer {
                let page = try await dana.get(root)
                return try await dana.post(
                    "\(root)/record-claim",
                    [("note", "\(deposit)"), ("amount", amount), ("reason", "letter")], from: page)
            }

            let tooMuch = try await record("200.01")
            let first = try await record("120.00")
            let second = try await record("80.00")
            let page = try await dana.get(root)
            let tasks = try await dana.get("/operator/tasks")

            #expect(tooMuch.status == 422)
            #expect(first.location == root && second.location == root)
            #expect(tasks.html.contains("A warranty claim waits for a decision"))
            #expect(page.html.contains("Waits for a decision"))
            let claims = try world.read().claims.values.sorted { $0.amount > $1.amount }
            let refused = try await dana.post(
                "\(root)/refuse-claim", [("note", "\(claims[1].id)"), ("reason", "no proof")],
                from: page)
            let accepted = try await dana.post(
                "\(root)/accept-claim", [("note", "\(claims[0].id)"), ("reason", "proof seen")],
                from: page)
            #expect(refused.location == root && accepted.location == root)
            let after = try world.read()
            #expect(after.claims[claims[1].id]?.state == .refused)
            #expect(after.claims[claims[0].id]?.state == .accepted)
            // 200 dollars of cash, less the claim that was paid.
            #expect(after.freeCash == Cents(8_000))
            #expect(
                try await !dana.get("/operator/tasks").html.contains("waits for a decision"))
            // Why is kept with every command an operator gives, whatever the command holds.
            let audit = try await dana.get("/operator/audit").html
            #expect(audit.contains("no proof") && audit.contains("proof seen"))
        }
    }

    @Test("One bank file opens: its entries masked, what was noted, and when all are answered")
    func bankFile() async throws {
        try await World.run { world, reader in
            let dana = try await desk("dana", world, reader)
            let deposit = try await world.sentDeposit(file: "2026-11-23-A.ach")
            let edge = world.service.edge
            func keep(
                _ name: String, _ direction: String, _ text: String, _ state: String,
                _ report: String
            ) throws {
                try edge.keep(
                    EdgeStore.BankFile(
                        name: name, direction: direction, digest: Data(name.utf8),
                        bytes: Data(text.utf8), at: world.service.clock.now(), state: state,
                        report: report))
            }
            try keep("2026-11-23-A.ach", "outbound", "", "sent", "")
            let csv = """
                record,trace_number,amount_minor,settlement_date,reference
                debit_settled,021000020000001,20000,2026-11-24,
                total,1,20000,,
                """
            // As what a bank sends is kept: sealed, in parts.
            let url = FileManager.default.temporaryDirectory
                .appendingPathComponent("settlement-\(UUID().uuidString).csv")
            try Data(csv.utf8).write(to: url)
            defer { _ = try? FileManager.default.removeItem(at: url) }
            try keep("settlement-1.csv", "inbound", "", "arriving", "")
            try world.service.bankFiles.keep("settlement-1.csv", from: url)
            try edge.mark(
                bankFile: "settlement-1.csv", state: "taken", report: "1 applied, 0 seen before")
            try keep(
                "return-9.ach", "inbound", "no Nacha file", "refused",
                "0 applied, 0 seen before\nThis is not a Nacha file.")

            let sent = try await dana.get("/operator/bank-files")
            let file = try await dana.get("/operator/bank-files/2026-11-23-A.ach")
            try await world.tell(
                .settleEntry(
                    Command.SettleEntry(
                        payment: .deposit(deposit), day: World.tuesday)))
            let answered = try await dana.get("/operator/bank-files/2026-11-23-A.ach")
            let report = try await dana.get("/operator/bank-files/settlement-1.csv")
            let broken = try await dana.get("/operator/bank-files/return-9.ach")
            let none = try await dana.get("/operator/bank-files/nothing.ach")

            #expect(sent.html.contains("Sent, no answer yet"))
            #expect(sent.html.contains("This is not a Nacha file."))
            #expect(!sent.html.contains("0 applied"))
            #expect(file.html.contains("First Harbor ••6789"))
            #expect(!file.html.contains("123456789"))
            #expect(file.html.contains("021000020000001") && file.html.contains("$200.00"))
            #expect(answered.html.contains("<span>Done</span>"))
            #expect(report.html.contains("Debit settled") && report.html.contains("Alice Sample"))
            #expect(broken.html.contains("<span>Problem</span>"))
            #expect(none.status == 404)

            try world.service.raise(.bankFile(name: "2026-11-23-A.ach"), about: "a")
            try world.service.raise(.bankFile(name: "2026-11-23-A.ach"), about: "a")
            let tasks = try await dana.get("/operator/tasks").html
            #expect(tasks.contains("A bank file needs somebody"))
            let told = try world.service.reader.openAlerts(limit: 9).map(\.content)
            #expect(told == [.bankFile(name: "2026-11-23-A.ach")])
            #expect(tasks.contains("/operator/bank-files/2026-11-23-A.ach"))
        }
    }

    @Test("Operators see each return rate by both methods, and a task when one reaches a level")
    func returnRates() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            let dana = try await desk("dana", world, reader)
            try world.service.raise(
                .returnRate(
                    name: "unauthorized", method: "cohort", reached: BasisPoints(40),
                    isExceeded: false), about: "a rate")

            let overview = try await dana.get("/operator").html
            let tasks = try await dana.get("/operator/tasks").html

            for name in ["Unauthorized", "Administrative", "Overall"] {
                #expect(overview.contains("\(name), by cohort"))
                #expect(overview.contains("\(name), by period"))
            }
            #expect(overview.contains("100.0% (1 of 1), limit 15.0%"))
            #expect(overview.contains("0.0% (0 of 1), limit 0.5%, next warning 0.3%"))
            #expect(tasks.contains("A return rate reached 0.4%"))
            #expect(tasks.contains("unauthorized, by cohort"))
        }
    }

    @Test("What a customer writes is told by its topic and cannot break the first page")
    func helpTask() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            let help = try await reader.get("/help")
            let long = "<script>alert(1)</script>" + String(repeating: "long", count: 400)
            _ = try await reader.post(
                "/help", [("topic", "paid-already"), ("message", long)], from: help)
            let dana = try await desk("dana", world, reader)

            let overview = try await dana.get("/operator")
            let tasks = try await dana.get("/operator/tasks")

            #expect(tasks.html.contains("A customer writes: I paid already"))
            #expect(tasks.html.contains("Alice Sample: &lt;script&gt;"))
            #expect(!tasks.html.contains("[paid-already]"))
            #expect(overview.html.contains("…"))
            #expect(!overview.html.contains(String(repeating: "long", count: 100)))
        }
    }

    @Test("A viewer reads of a document and is told that operators decide")
    func viewer() async throws {
        try await World.run { world, reader in
            let document = try await world.uploadedDocument()
            let vera = reader.another()
            try await vera.signIn(.operator(name: "vera", role: "viewer"), world)

            let page = try await vera.get("/operator/documents/\(document)")

            #expect(page.status == 200)
            #expect(page.html.contains("An operator sees the document and decides."))
            #expect(!page.html.contains("value=\"accept\""))
        }
    }
}

extension House {
    var waitingProposals: [Proposal] { proposals.values.filter { $0.state == .waiting } }
}
