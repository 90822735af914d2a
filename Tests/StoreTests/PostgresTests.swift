import Banking
import Engine
import Foundation
import Ledger
import Money
import Rules
import Synchronization
import TestPostgres
import Testing

@testable import PostgresStore

/// Several processes on one PostgreSQL, and what the network and the server do to them.
struct PostgresTests {
    private func core(_ address: String, _ writer: String = "one") throws -> (Core, PostgresStore) {
        let store = try PostgresStore(address, writer: writer)
        return (try Core(store: store, policies: try Folder.policies()), store)
    }

    private static func pay(_ serial: UInt64, _ cents: Int64 = 1) -> Envelope {
        Envelope(
            cause: Cause(high: 4_242, low: serial), actor: .host("test"),
            to: .customer(Story().customer),
            .receiveFunds(
                Command.ReceiveFunds(
                    rail: .wire, amount: Cents(cents), source: "s", reference: nil)))
    }

    @Test("What leaves for the bank and for people is written as the rules said")
    func queues() throws {
        let address = try PostgresServer.newAddress()
        let memory = MemoryStore()
        let postgres = try PostgresStore(address, writer: "one")
        for store in [memory, postgres] as [any Store] {
            let core = try Core(store: store, policies: try Folder.policies())
            var story = Story()
            _ = try story.negativeBalance(core)
            let method = try #require(try store.customer(story.customer)?.methods.keys.first)
            // Queued in one batch and taken back in the next; queued and taken back in one.
            let deposits = (0..<3).map { _ in
                story.envelope(
                    .startDeposit(Command.StartDeposit(method: method, amount: Cents(20_00))))
            }
            let replies = try core.process(Array(deposits[0...1]), now: story.now)
            guard case .accepted(.deposit(let first, _, _, _)) = replies[0] else {
                throw StoryProblem.unexpected
            }
            let third: DepositID = deposits[2].cause.identifier(
                1, atMilliseconds: story.now.milliseconds)
            let last = try core.process(
                [
                    story.envelope(.cancelDeposit(first)), deposits[2],
                    story.envelope(.cancelDeposit(third)),
                ], now: story.now)
            #expect(last.filter { if case .accepted = $0 { true } else { false } }.count == 3)
        }

        let connection = try Connection(address)
        func texts(_ sql: String) throws -> [String] {
            let answer = try connection.query(sql)
            return (0..<answer.rows).map { answer.text($0, 0) }.sorted()
        }
        let entries = memory.entries.values.map {
            "\($0.entry.payment.key) \($0.entry.amount.count) "
                + "\($0.sent?.trace.text ?? "-") \($0.sent?.file ?? "-")"
        }
        #expect(
            try texts(
                """
                SELECT payment || ' ' || amount || ' ' || coalesce(trace, '-') || ' '
                    || coalesce(file, '-') FROM entry
                """) == entries.sorted())
        #expect(memory.entries.count == 2)
        func hexadecimal(_ bytes: [UInt8]) -> String {
            bytes.map { String(format: "%02x", $0) }.joined()
        }
        #expect(
            try texts("SELECT encode(content, 'hex') FROM notice")
                == memory.notices.map { hexadecimal($0.notice.content.packed) }.sorted())
        #expect(
            try texts("SELECT encode(content, 'hex') FROM outbox")
                == memory.outgoing.map { hexadecimal($0.outgoing.packed) }.sorted())
        #expect(!memory.outgoing.isEmpty)
        #expect(
            try texts("SELECT replace(id::text, '-', '') FROM alert")
                == memory.alerts.map {
                    String(format: "%016lx%016lx", $0.id.high, $0.id.low)
                }.sorted())
    }

    // MARK: Several at once

    @Test("Two processes that take turns with one customer each know what the other decided")
    func turns() throws {
        let address = try PostgresServer.newAddress()
        let (one, _) = try core(address, "one")
        let (two, _) = try core(address, "two")
        var story = Story()
        let (_, owed) = try story.negativeBalance(one)

        let first = try two.process([Self.pay(1, 100)], now: story.now)
        let second = try one.process([Self.pay(2, 200)], now: story.now)
        let third = try two.process([Self.pay(3, 300)], now: story.now)

        #expect(first + second + third == [.accepted(.done), .accepted(.done), .accepted(.done)])
        let customer = try #require(try one.store.customer(story.customer))
        #expect(customer.owed == owed.remaining(after: Cents(600)))
        #expect(try PostgresVerifier.verify(address).problems.isEmpty)
    }

    @Test("What one process has in memory is not read again while nobody else wrote it")
    func current() throws {
        let address = try PostgresServer.newAddress()
        let (one, store) = try core(address, "one")
        let (two, _) = try core(address, "two")
        var story = Story()
        _ = try story.negativeBalance(one)

        try store.deciding(BatchScope([Self.pay(1)])) {
            #expect(store.isCurrent(story.customer))
        }
        store.abandon()
        _ = try two.process([Self.pay(2)], now: story.now)
        try store.deciding(BatchScope([Self.pay(3)])) {
            #expect(!store.isCurrent(story.customer))
            _ = try store.customer(story.customer)
            #expect(store.isCurrent(story.customer))
        }
        store.abandon()
    }

    @Test("Processes that start at once on an empty database make its tables once")
    func startTogether() async throws {
        let address = try PostgresServer.newAddress()

        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask { _ = try PostgresStore(address, writer: "node-\(number)") }
            }
            try await group.waitForAll()
        }

        let report = try PostgresVerifier.verify(address)
        #expect(report.writers == 8)
        #expect(try PostgresStore.migrate(address) == 0)
    }

    @Test("A switch that one process threw holds for the next batch of every other")
    func switches() throws {
        let address = try PostgresServer.newAddress()
        let (one, _) = try core(address, "one")
        let (two, other) = try core(address, "two")
        var story = Story()
        _ = try story.negativeBalance(one)
        let pause = story.envelope(
            .pauseLiquidation(.init(asset: nil, paused: true, reason: "drill")), to: .house)
        _ = try two.process([pause], now: story.now)
        let resume = story.envelope(
            .pauseLiquidation(.init(asset: nil, paused: true, reason: "again")), to: .house)

        _ = try one.process([resume], now: story.now)
        try other.deciding(BatchScope([Self.pay(1)])) {
            let house = try #require(try other.changedHouse())
            #expect(house.settings.haltReason == "again")
        }
        other.abandon()
    }

    @Test("A change of the house waits for the batches that are under way")
    func houseWaits() throws {
        let address = try PostgresServer.newAddress()
        let (one, first) = try core(address, "one")
        let (two, second) = try core(address, "two")
        var story = Story()
        _ = try story.negativeBalance(one)
        let pause = story.envelope(
            .pauseLiquidation(.init(asset: nil, paused: true, reason: "drill")), to: .house)
        let now = story.now

        try first.deciding(BatchScope([Self.pay(1)])) {}
        let process = try #require(second.serverProcess)
        let asked = Asked(two)
        let thread = Thread { asked.process([pause], now: now) }
        thread.start()
        let watcher = try Connection(address)
        let waits = "SELECT cardinality(pg_blocking_pids($1::integer))"
        try wait {
            try asked.outcomes != nil
                || watcher.query(waits, [.small(process)]).integer(0, 0) > 0
        }
        let saidEarly = asked.outcomes
        first.abandon()
        try wait { asked.outcomes != nil }

        #expect(saidEarly == nil)
        #expect(asked.outcomes == [.accepted(.done)])
    }

    @Test("An account that is blocked while another process links it does not stay usable")
    func blockedWhileLinking() async throws {
        let address = try PostgresServer.newAddress()
        let (one, _) = try core(address, "one")
        let policies = try Folder.policies()
        var story = Story()
        _ = try story.negativeBalance(one)
        let start = story.now
        let people = (0..<40).map { CustomerID(high: 1 << 41, low: $0) }
        for person in people { _ = try one.process([Self.open(person)], now: start) }

        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let store = try PostgresStore(address, writer: "links")
                let core = try Core(store: store, policies: policies)
                for person in people { _ = try core.process([Self.link(person)], now: start) }
            }
            group.addTask {
                let store = try PostgresStore(address, writer: "blocks")
                let core = try Core(store: store, policies: policies)
                let block = Envelope(
                    cause: Cause(high: 6, low: 6), actor: .system, to: .house,
                    .blockAccount(fingerprint: "shared", code: "R10"))
                _ = try core.process([block], now: start)
            }
            try await group.waitForAll()
        }

        let reader = try PostgresStore(address, writer: "reader")
        for person in people {
            let customer = try #require(try reader.customer(person))
            #expect(customer.methods.values.allSatisfy { $0.standing == .blocked })
        }
        #expect(try PostgresVerifier.verify(address).problems.isEmpty)
    }

    @Test("What is asked of two processes at once happens once, and both give the same answer")
    func sameCauses() async throws {
        let address = try PostgresServer.newAddress()
        let (one, _) = try core(address, "zero")
        let policies = try Folder.policies()
        var story = Story()
        let (_, owed) = try story.negativeBalance(one)
        let now = story.now

        let answers = try await withThrowingTaskGroup(of: [Outcome].self) { group in
            for name in ["one", "two", "three"] {
                group.addTask {
                    let store = try PostgresStore(address, writer: name)
                    let core = try Core(store: store, policies: policies)
                    return try (0..<60).flatMap {
                        try core.process([Self.pay(UInt64($0))], now: now)
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }

        #expect(answers.filter { $0 == .accepted(.done) }.count == 60)
        #expect(answers.filter { $0 == .replayed(.done) }.count == 120)
        let customer = try #require(
            try PostgresStore(address, writer: "reader").customer(story.customer))
        #expect(customer.owed == owed.remaining(after: Cents(60)))
        #expect(try PostgresVerifier.verify(address).problems.isEmpty)
    }

    @Test("A timer that two processes see fires once")
    func timers() async throws {
        let address = try PostgresServer.newAddress()
        let (one, _) = try core(address, "one")
        let (two, second) = try core(address, "two")
        var story = Story()
        _ = try story.negativeBalance(one)
        let notice = try #require(
            try one.store.customer(story.customer)?.obligations.values.first?.noticeID)
        _ = try story.perform(.noticeDelivered(notice), one)
        let due = try #require(try one.store.nextTimer())

        let mine = try second.claimTimers(at: due, limit: 100)
        let nothing = try one.fireTimers(now: due, limit: 100)
        let later = due.adding(milliseconds: Int64(PostgresStore.claimSeconds) * 1000)
        let after = try one.fireTimers(now: later, limit: 100)
        try second.deciding(BatchScope([Self.pay(1)])) {
            #expect(!second.isStanding(mine[0]))
        }
        second.abandon()

        #expect(mine.count == 1)
        #expect(nothing == 0)
        #expect(after > 0)
        #expect(try two.fireTimers(now: later, limit: 100) == 0)
    }

    @Test("Whoever takes a writer's name keeps the one who had it from writing")
    func fenced() throws {
        let address = try PostgresServer.newAddress()
        let (old, _) = try core(address, "node")
        var story = Story()
        _ = try story.negativeBalance(old)
        let (new, _) = try core(address, "node")

        #expect(throws: PostgresFault.self) {
            try old.process([Self.pay(1)], now: story.now)
        }
        let outcomes = try new.process([Self.pay(1)], now: story.now)

        #expect(outcomes == [.accepted(.done)])
        #expect(try PostgresVerifier.verify(address).problems.isEmpty)
    }

    @Test("A process that is frozen in the middle of a batch holds nobody up for long")
    func frozen() throws {
        let address = try PostgresServer.newAddress()
        let (one, frozen) = try core(address, "frozen")
        let (two, _) = try core(address, "two")
        var story = Story()
        _ = try story.negativeBalance(one)

        try frozen.deciding(BatchScope([Self.pay(1)])) {}
        let start = ContinuousClock.now
        let outcomes = try two.process([Self.pay(2)], now: story.now)
        let waited = ContinuousClock.now - start
        // It comes back, and finds that its batch has to be decided again.
        frozen.abandon()
        let later = try one.process([Self.pay(1)], now: story.now)

        #expect(outcomes == [.accepted(.done)])
        #expect(waited < .seconds(9))
        #expect(later == [.accepted(.done)])
        #expect(try PostgresVerifier.verify(address).problems.isEmpty)
    }

    @Test("Rows are found by their keys, however small the tables were when plans were made")
    func plans() throws {
        let address = try PostgresServer.newAddress()
        let (one, _) = try core(address)
        var story = Story()
        _ = try story.negativeBalance(one)
        let method = try #require(try one.store.customer(story.customer)?.methods.keys.first)
        for _ in 0..<2 {
            _ = try story.perform(
                .startDeposit(Command.StartDeposit(method: method, amount: Cents(20_00))), one)
        }
        let connection = try Connection(address)
        try connection.execute("ANALYZE entity; ANALYZE timer; ANALYZE entry; ANALYZE customer")
        let joins = [
            Statements.changeEntities, Statements.clearTimers, Statements.removeEntries,
            Statements.removeUnsentEntries, Statements.sendEntries, Statements.claimTimers,
            Statements.standingTimers, Statements.holdCustomers,
        ]
        try connection.prepare(joins)

        for statement in joins {
            let values = statement.types.map { $0 > 1_000 ? "'{}'" : "0" }.joined(separator: ", ")
            let rows = try connection.query("EXPLAIN EXECUTE \(statement.name)(\(values))")
            let plan = (0..<rows.rows).map { rows.text($0, 0) }.joined(separator: "\n")
            #expect(plan.contains("Index Cond:"), "\(statement.name): \(plan)")
            #expect(!plan.contains("Hash") && !plan.contains("Merge"), "\(plan)")
        }
    }

    // MARK: When something breaks

    @Test(
        "A server that says nothing is waited for until the moment the asker names, and no longer")
    func silence() throws {
        let address = try PostgresServer.newAddress()
        let start = ContinuousClock.now
        func soon() -> ContinuousClock.Instant { ContinuousClock.now + .milliseconds(200) }

        for ask in [
            { try $0.query("SELECT pg_sleep(20)", until: soon()) },
            { try $0.execute("SELECT pg_sleep(20)", until: soon()) },
        ] as [(Connection) throws -> Void] {
            let fault = #expect(throws: PostgresFault.self) { try ask(Connection(address)) }
            guard case .lost = fault else { throw StoryProblem.unexpected }
        }
        #expect(throws: PostgresFault.self) {
            try Connection(address, patience: .milliseconds(200)).query("SELECT pg_sleep(20)")
        }

        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test("A server that is away is asked again for a time, however few tries that makes")
    func triesEnd() {
        let lost = PostgresFault.lost("gone")

        #expect(lost.pause(beforeAttempt: 1_000, after: .seconds(19)) != nil)
        #expect(lost.pause(beforeAttempt: 1, after: PostgresStore.retryingFor) == nil)
    }

    @Test("More than the connection takes at once is sent all the same")
    func large() throws {
        let connection = try Connection(try PostgresServer.newAddress())
        let bytes = [UInt8](repeating: 7, count: 20 << 20)

        let answer = try connection.query("SELECT $1::bytea", [.bytes(bytes)])

        #expect(answer.bytes(0, 0) == bytes)
    }

    @Test("A batch whose session the server ended is decided again")
    func terminated() throws {
        let address = try PostgresServer.newAddress()
        let (one, store) = try core(address)
        var story = Story()
        _ = try story.negativeBalance(one)
        let process = try #require(store.serverProcess)
        try Connection(address).query(
            "SELECT pg_terminate_backend($1::integer, 5000)", [.small(process)])

        let outcomes = try one.process([Self.pay(1)], now: story.now)

        #expect(outcomes == [.accepted(.done)])
        #expect(store.figures.reading.retries == [.connection: 1])
        #expect(store.figures.reading.reconnects == 1)
    }

    @Test("A deadlock with somebody else's statement is tried again")
    func deadlock() throws {
        let address = try PostgresServer.newAddress()
        let (one, store) = try core(address)
        var story = Story()
        _ = try story.negativeBalance(one)
        let now = story.now
        let batch = try #require(store.serverProcess)
        let holds = DispatchSemaphore(value: 0)
        let thread = Thread {
            do {
                // It holds the customer, and then wants the writer's row that the batch holds.
                let other = try Connection(address)
                try other.execute(
                    """
                    BEGIN; SET LOCAL deadlock_timeout = '20s';
                    UPDATE customer SET version = version
                    """)
                holds.signal()
                let watcher = try Connection(address)
                let waits = "SELECT cardinality(pg_blocking_pids($1::integer))"
                try wait { try watcher.query(waits, [.small(batch)]).integer(0, 0) > 0 }
                try other.execute("UPDATE writer SET epoch = epoch; ROLLBACK")
            } catch {
                Issue.record(error)
                holds.signal()
            }
        }
        thread.start()
        holds.wait()

        let outcomes = try one.process([Self.pay(1)], now: now)

        #expect(outcomes == [.accepted(.done)])
        #expect(store.figures.reading.retries == [.deadlock: 1])
    }

    @Test(
        "A commit whose connection is cut is answered as it came out, and happens once",
        arguments: [CuttingProxy.Cut.before, .after])
    func cut(_ cut: CuttingProxy.Cut) throws {
        let server = try PostgresServer()
        let proxy = try CuttingProxy(to: server.socket)
        let through = "host=\(proxy.folder) user=makewhole dbname=postgres"
        let (one, store) = try core(through)
        var story = Story()
        let (_, owed) = try story.negativeBalance(one)

        proxy.cutNext(cut)
        let outcomes = try one.process([Self.pay(1)], now: story.now)
        let again = try one.process([Self.pay(1)], now: story.now)

        #expect(proxy.count == 1)
        #expect(outcomes == [.accepted(.done)])
        #expect(again == [.replayed(.done)])
        let reading = store.figures.reading
        switch cut {
        case .before: #expect(reading.unknownLost == 1 && reading.retries == [.connection: 1])
        case .after: #expect(reading.unknownKept == 1 && reading.retries.isEmpty)
        }
        let customer = try #require(try one.store.customer(story.customer))
        #expect(customer.owed == owed.remaining(after: Cents(1)))
        #expect(try PostgresVerifier.verify(server.address).problems.isEmpty)
    }

    @Test("A lost commit that another process carried out meanwhile is answered as done, once")
    func overtakenWhileUnknown() throws {
        let server = try PostgresServer()
        let proxy = try CuttingProxy(to: server.socket)
        let (one, store) = try core("host=\(proxy.folder) user=makewhole dbname=postgres", "one")
        let (two, _) = try core(server.address, "two")
        var story = Story()
        let (_, owed) = try story.negativeBalance(one)
        let now = story.now
        let other = Asked(two)

        proxy.cutNext(.before) { other.process([Self.pay(1)], now: now) }
        let outcomes = try one.process([Self.pay(1)], now: now)
        let later = try one.process([Self.pay(2)], now: now)

        #expect(other.outcomes == [.accepted(.done)])
        #expect(outcomes == [.replayed(.done)])
        #expect(later == [.accepted(.done)])
        #expect(store.figures.reading.unknownLost == 1)
        let customer = try #require(try one.store.customer(story.customer))
        #expect(customer.owed == owed.remaining(after: Cents(2)))
        #expect(try PostgresVerifier.verify(server.address).problems.isEmpty)
    }

    @Test("A kept commit stays our own when another process was asked for the same meanwhile")
    func keptWhileUnknown() throws {
        let server = try PostgresServer()
        let proxy = try CuttingProxy(to: server.socket)
        let (one, store) = try core("host=\(proxy.folder) user=makewhole dbname=postgres", "one")
        let (two, _) = try core(server.address, "two")
        var story = Story()
        _ = try story.negativeBalance(one)
        let now = story.now
        let other = Asked(two)

        proxy.cutNext(.after) { other.process([Self.pay(1)], now: now) }
        let outcomes = try one.process([Self.pay(1)], now: now)

        #expect(outcomes == [.accepted(.done)])
        #expect(other.outcomes == [.replayed(.done)])
        #expect(store.figures.reading.unknownKept == 1)
        #expect(try PostgresVerifier.verify(server.address).problems.isEmpty)
    }

    @Test("A process that runs when the tables are migrated writes no more")
    func migratedMeanwhile() throws {
        let address = try PostgresServer.newAddress()
        let (old, _) = try core(address)
        var story = Story()
        _ = try story.negativeBalance(old)
        // By a program that knows one migration more.
        let more = Schema.migrations + [("The next one", "CREATE TABLE something(id integer)")]
        #expect(try Schema.migrate(Connection(address), more) == 1)

        let fault = #expect(throws: PostgresFault.self) {
            try old.process([Self.pay(1)], now: story.now)
        }
        guard case .fenced = fault else { throw StoryProblem.unexpected }
        #expect(throws: PostgresFault.self) { try core(address) }
        try Connection(address).execute(
            "DROP TABLE something; DELETE FROM migration WHERE name = 'The next one'")
        let (new, _) = try core(address)
        #expect(try new.process([Self.pay(1)], now: story.now) == [.accepted(.done)])
    }

    @Test("A batch that is run again counts once, however deep the reason was found")
    func countedOnce() throws {
        let address = try PostgresServer.newAddress()
        let (one, store) = try core(address)
        let person = CustomerID(high: 1 << 41, low: 1)
        _ = try one.process([Self.open(person)], now: Story.start)
        _ = try one.process([Self.link(person)], now: Story.start)
        let block = Envelope(
            cause: Cause(high: 6, low: 6), actor: .system, to: .house,
            .blockAccount(fingerprint: "shared", code: "R10"))

        let outcomes = try one.process([block], now: Story.start)

        #expect(outcomes == [.accepted(.done)])
        #expect(store.figures.reading.retries == [.overtaken: 1])
    }

    @Test("A commit that no standby has is answered only when one has, or none is asked for")
    func cancelledWait() throws {
        let server = try PostgresServer()
        let (one, store) = try core(server.address)
        var story = Story()
        _ = try story.negativeBalance(one)
        let now = story.now
        let admin = try Connection(server.address)
        try admin.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        try admin.execute("SELECT pg_reload_conf()")
        func waiting(_ name: String = "makewhole %") throws -> [Int32] {
            let rows = try admin.query(
                """
                SELECT pid FROM pg_stat_activity
                WHERE wait_event = 'SyncRep' AND application_name LIKE '\(name)'
                """)
            return (0..<rows.rows).map { Int32(rows.integer($0, 0)) }
        }
        // The server takes its new setting in its own time: others commit until one has to wait.
        let isWaiting = Atomic(false)
        let ended = DispatchSemaphore(value: 0)
        let probe = Thread {
            defer { ended.signal() }
            do {
                let other = try Connection(server.address)
                try other.execute("SET application_name = 'probe'")
                while !isWaiting.load(ordering: .acquiring) {
                    try other.execute("SELECT pg_current_xact_id()")
                }
            } catch {
                Issue.record(error)
            }
        }
        probe.start()
        try wait { try !waiting("probe").isEmpty }
        isWaiting.store(true, ordering: .releasing)
        let first = try #require(store.serverProcess)
        let asked = Asked(one)
        let thread = Thread { asked.process([Self.pay(1)], now: now) }
        thread.start()

        try wait { try waiting().contains(first) }
        // The server now says that all is well, with a warning beside it.
        try admin.query("SELECT pg_cancel_backend($1::integer)", [.small(first)])
        // It asks again, from a session that waits too.
        try wait { try asked.outcomes != nil || waiting().contains { $0 != first } }
        let saidEarly = asked.outcomes
        try admin.execute("ALTER SYSTEM RESET synchronous_standby_names")
        try admin.execute("SELECT pg_reload_conf()")
        try wait { asked.outcomes != nil }
        ended.wait()

        #expect(saidEarly == nil)
        #expect(asked.outcomes == [.accepted(.done)])
        #expect(store.figures.reading.unknownKept == 1)
        #expect(try PostgresVerifier.verify(server.address).problems.isEmpty)
    }

    // MARK: Helpers

    private static func open(_ person: CustomerID) -> Envelope {
        Envelope(
            cause: Cause(high: 5, low: person.low), actor: .host("test"), to: .customer(person),
            .openCustomer(
                Command.OpenCustomer(
                    id: person, reference: "person-\(person.low)", name: "Ada Sample",
                    email: "ada@localhost", language: .english, timeZone: "America/New_York")))
    }

    private static func link(_ person: CustomerID) -> Envelope {
        Envelope(
            cause: Cause(high: 7, low: person.low), actor: .host("test"), to: .customer(person),
            .linkMethod(
                Command.LinkMethod(
                    kind: .bankAccount(
                        PaymentMethod.BankAccount(
                            routingNumber: "091000019", sealedNumber: "", fingerprint: "shared",
                            type: .checking)),
                    label: "Bank", lastFour: "6789", verified: true, balance: nil)))
    }
}

/// Waits for what another thread or the server does; a test that waits in vain fails.
private func wait(for condition: () throws -> Bool) throws {
    let end = Date(timeIntervalSinceNow: 60)
    while try !condition() {
        guard Date() < end else { throw StoryProblem.unexpected }
        usleep(5_000)
    }
}

/// A core that another thread uses from then on, and what it said.
private final class Asked: @unchecked Sendable {
    private let core: Core
    private let said = Mutex<[Outcome]?>(nil)

    init(_ core: Core) { self.core = core }

    var outcomes: [Outcome]? { said.withLock { $0 } }

    func process(_ envelopes: [Envelope], now: Instant) {
        do {
            let outcomes = try core.process(envelopes, now: now)
            said.withLock { $0 = outcomes }
        } catch {
            Issue.record(error)
            said.withLock { $0 = [] }
        }
    }
}

/// The verifier must see every kind of tampering: a check that cannot fail is none.
struct PostgresVerifierTests {
    private func books() throws -> String {
        let address = try PostgresServer.newAddress()
        for name in ["one", "two"] {
            let store = try PostgresStore(address, writer: name)
            let core = try Core(store: store, policies: try Folder.policies())
            var story = Story()
            if name == "one" {
                _ = try story.negativeBalance(core)
            } else {
                let pay = Envelope(
                    cause: Cause(high: 8, low: 8), actor: .host("test"),
                    to: .customer(story.customer),
                    .receiveFunds(
                        .init(rail: .wire, amount: Cents(600_00), source: "s", reference: nil)))
                _ = try core.process([pay], now: story.now)
            }
        }
        return address
    }

    @Test("Sound books of two writers verify, commit by commit")
    func sound() throws {
        let report = try PostgresVerifier.verify(try books())

        #expect(report.problems.isEmpty)
        #expect(report.writers == 2)
        #expect(report.commits == 7)
        #expect(report.transfers > 5)
    }

    @Test(
        "Whatever is changed behind our back is found",
        arguments: [
            "UPDATE transfer SET amount = amount + 1 WHERE book_commit = 3 AND place = 0",
            "UPDATE transfer SET reason = 'trade' WHERE book_commit = 3",
            "UPDATE transfer SET cause = gen_random_uuid() WHERE book_commit = 4",
            "UPDATE transfer SET version = version + 1000 WHERE book_commit = 6",
            "UPDATE transfer SET asset = 'BTC' WHERE book_commit = 3",
            "DELETE FROM transfer WHERE book_commit = 5",
            "INSERT INTO transfer SELECT customer, version, place + 50, writer, book_commit, cause, debit, debit_customer, debit_item, credit, credit_customer, credit_item, asset, amount, reason FROM transfer LIMIT 1",
            "UPDATE account SET amount = amount * 2 WHERE amount <> 0",
            "DELETE FROM account WHERE kind = 'customer:crypto'",
            "UPDATE house_posting SET balance = balance + 1 WHERE sequence = 5",
            "DELETE FROM house_posting WHERE sequence = 4",
            "UPDATE book_commit SET at = at + 1 WHERE sequence = 4",
            "UPDATE book_commit SET hash = sha256('x') WHERE sequence = 3",
            "DELETE FROM book_commit WHERE sequence = 2",
            "UPDATE writer SET sequence = sequence - 1 WHERE name = 'one'",
            "DELETE FROM writer WHERE name = 'two'",
            "DELETE FROM cause WHERE book_commit = 3",
            "UPDATE customer SET version = 1",
            "UPDATE transfer SET amount = 9223372036854775807",
            "UPDATE account SET amount = -9223372036854775807 WHERE kind = 'customer:crypto'",
            "UPDATE house_posting SET amount = 9223372036854775807, balance = 9223372036854775807",
        ])
    func tampered(_ sql: String) throws {
        let address = try books()

        try Connection(address).execute(sql)

        #expect(!(try PostgresVerifier.verify(address)).problems.isEmpty)
    }
}
