import Banking
import Edges
import Engine
import GRDB
import Ledger
import Money
import Rules
import SQLiteStore
import Synchronization
import Testing

/// A batch is decided while the one before it is written.
struct PipelineTests {
    @Test("A batch sees the one that is on its way to disk, and its causes")
    func seesWhatIsPending() async throws {
        let asides = Asides()
        let (engine, pool, story) = try await opened { AsideStore($0, asides) }
        let answers = Answers()
        for round in 0..<40 {
            // Half of each batch was asked for in the batch before it.
            let batch = (0..<200).map { story.pay(round * 100 + $0) }
            while !answers.submit(batch, to: engine) {
                try? await Task.sleep(for: .milliseconds(1))
            }
        }
        await answers.all()
        engine.stop()

        let counts = answers.counts
        // Without one there was nothing to see.
        #expect(asides.count > 10)
        #expect(counts.accepted == 40 * 100 + 100)
        #expect(counts.replayed == 39 * 100)
        #expect(counts.failed == 0)
        #expect(
            try Reader(pool: pool).customer(story.customer)?.cash == Cents(Int64(counts.accepted)))
        #expect(try Verifier.verify(pool: pool).problems.isEmpty)
    }

    @Test("What was decided on top of a commit that failed is not kept, and nobody is told it is")
    func failure() async throws {
        let (engine, pool, story) = try await opened { AsideStore($0, Asides(), failsEvery: 7) }
        let answers = Answers()
        for round in 0..<60 {
            let batch = (0..<100).map { story.pay(round * 100 + $0) }
            while !answers.submit(batch, to: engine) {
                try? await Task.sleep(for: .milliseconds(1))
            }
        }
        await answers.all()
        engine.stop()

        let counts = answers.counts
        #expect(counts.failed >= 300)
        #expect(counts.accepted >= 1_000)
        #expect(counts.accepted + counts.failed == 6_000)
        #expect(
            try Reader(pool: pool).customer(story.customer)?.cash == Cents(Int64(counts.accepted)))
        #expect(try Verifier.verify(pool: pool).problems.isEmpty)
    }

    @Test(
        "A disk that takes nothing more is told of, nothing is half kept, and room is enough to go on",
        arguments: [
            (stop: "PRAGMA max_page_count = 1", go: "PRAGMA max_page_count = 1000000"),
            (stop: "PRAGMA query_only = ON", go: "PRAGMA query_only = OFF"),
        ])
    func fullDisk(_ disk: (stop: String, go: String)) async throws {
        let (engine, pool, story) = try await opened { $0 }
        let answers = Answers()
        func submit(_ rounds: Range<Int>) async {
            for round in rounds {
                let batch = (0..<300).map { story.pay(round * 1_000 + $0) }
                while !answers.submit(batch, to: engine) {
                    try? await Task.sleep(for: .milliseconds(1))
                }
            }
            await answers.all()
        }
        await submit(0..<5)
        // No page more than there are.
        try await pool.writeWithoutTransaction { db in try db.execute(sql: disk.stop) }
        await submit(5..<15)
        let full = answers.counts
        #expect(full.failed >= 300)
        await #expect(throws: Fault.self) { try await engine.perform(story.pay(99_999)) }
        #expect(
            try Reader(pool: pool).customer(story.customer)?.cash == Cents(Int64(full.accepted)))

        try await pool.writeWithoutTransaction { db in try db.execute(sql: disk.go) }
        await submit(5..<15)
        let counts = answers.counts
        engine.stop()

        #expect(counts.failed == full.failed)
        #expect(counts.accepted == 15 * 300)
        #expect(
            try Reader(pool: pool).customer(story.customer)?.cash == Cents(Int64(counts.accepted)))
        #expect(try Verifier.verify(pool: pool).problems.isEmpty)
    }

    @Test("A cause is known while it waits for the index, on its way there, and after a start")
    func causes() throws {
        let path = try Folder.new()
        let pool = try SQLiteStore.open(path: path)
        var sizes = CauseSizes()
        (sizes.waiting, sizes.slice, sizes.sliceEvery) = (100, 8, 4)
        var story = Story()
        var asked = 0
        for start in 0..<6 {
            let recent = try RecentCauses(pool: pool, sizes)
            let reader = Reader(pool: pool, causes: recent)
            let core = try Core(
                store: SQLiteStore(pool: pool, causes: recent), policies: try Folder.policies())
            if start == 0 { try story.openCustomer(core) }
            for size in [1, 30, 2, 17, 1, 1, 60, 9] {
                let batch = (asked..<asked + size).map { story.pay($0) }
                #expect(try !reader.causeExists(story.pay(asked).cause))
                asked += size
                let first = try core.process(batch, now: story.now)
                #expect(first.allSatisfy { $0 == .accepted(.done) })
                let again = try core.process(
                    stride(from: 0, to: asked, by: 3).map { story.pay($0) }, now: story.now)
                #expect(again.allSatisfy { $0 == .replayed(.done) })
                #expect(try (0..<asked).allSatisfy { try reader.causeExists(story.pay($0).cause) })
                #expect(try Verifier.verify(pool: pool).problems.isEmpty)
            }
        }

        let indexed = try pool.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM cause_index") ?? 0
        }
        #expect(indexed > 300)
        let reader = Reader(pool: pool)
        #expect(try (0..<asked).allSatisfy { try reader.causeExists(story.pay($0).cause) })
        #expect(try !reader.causeExists(story.pay(asked).cause))
        #expect(try reader.customer(story.customer)?.cash == Cents(Int64(asked)))
    }

    @Test("A cause that the index has under another number is not taken into it silently")
    func twice() throws {
        let pool = try SQLiteStore.open(path: try Folder.new())
        var sizes = CauseSizes()
        (sizes.waiting, sizes.slice, sizes.sliceEvery) = (10, 8, 4)
        var story = Story()
        let core = try Core(
            store: SQLiteStore(pool: pool, causes: sizes), policies: try Folder.policies())
        try story.openCustomer(core)
        _ = try core.process((0..<20).map { story.pay($0) }, now: story.now)
        try pool.write { db in
            try db.execute(
                sql: "INSERT INTO cause_index SELECT id, 1 FROM cause ORDER BY sequence LIMIT 1")
        }

        let fault = #expect(throws: SQLiteFault.self) {
            for number in 20..<60 { _ = try core.process([story.pay(number)], now: story.now) }
        }

        #expect(fault?.description.contains("a cause was carried out twice, as 1 and") == true)
    }

    private func opened(
        _ store: @escaping @Sendable (SQLiteStore) -> any Store
    ) async throws -> (Engine, DatabasePool, Story) {
        let pool = try SQLiteStore.open(path: Folder.new())
        let policies = try Folder.policies()
        let engine = try Engine(
            open: { try Core(store: store(try SQLiteStore(pool: pool)), policies: policies) },
            clock: StillClock(), afterCommit: {})
        var story = Story()
        #expect(try await engine.perform(story.opening()) == .accepted(.customer(story.customer)))
        return (engine, pool, story)
    }
}

private struct StillClock: Clock {
    func now() -> Instant { Story.start }
}

/// What a caller was told of its batches.
private final class Answers: Sendable {
    struct Counts: Sendable {
        var accepted = 0
        var replayed = 0
        var failed = 0
        var waiting = 0
    }

    private let state = Mutex(Counts())

    var counts: Counts { state.withLock { $0 } }

    /// `false` when the engine has enough to do.
    func submit(_ batch: [Envelope], to engine: Engine) -> Bool {
        guard state.withLock({ $0.waiting }) < 3 else { return false }
        state.withLock { $0.waiting += 1 }
        engine.submit(batch: batch) { [self] result in
            state.withLock { state in
                state.waiting -= 1
                switch result {
                case .failure: state.failed += batch.count
                case .success(let outcomes):
                    for outcome in outcomes {
                        if case .accepted = outcome { state.accepted += 1 }
                        if case .replayed = outcome { state.replayed += 1 }
                    }
                }
            }
        }
        return true
    }

    func all() async {
        while state.withLock({ $0.waiting }) > 0 { try? await Task.sleep(for: .milliseconds(1)) }
    }
}

/// How many commits were written while the next batch could be decided.
private final class Asides: Sendable {
    private let taken = Atomic(0)

    var count: Int { taken.load(ordering: .acquiring) }

    func add() -> Int { taken.add(1, ordering: .acquiringAndReleasing).newValue }
}

/// A store that counts commits aside, and of which every so many do not reach the disk.
private final class AsideStore: Store {
    struct Failed: Error {}

    private let store: SQLiteStore
    private let asides: Asides
    private let failsEvery: Int?

    init(_ store: SQLiteStore, _ asides: Asides, failsEvery: Int? = nil) {
        self.store = store
        self.asides = asides
        self.failsEvery = failsEvery
    }

    func deciding<Value>(_ scope: BatchScope, _ body: () throws -> Value) throws -> Value {
        try store.deciding(scope, body)
    }
    func customer(_ id: CustomerID) throws -> Customer? { try store.customer(id) }
    func house() throws -> House { try store.house() }
    func known(_ cause: Cause) throws -> KnownCause? { try store.known(cause) }
    func holders(ofFingerprint fingerprint: String) throws -> [CustomerID] {
        try store.holders(ofFingerprint: fingerprint)
    }
    func keep(_ commit: Commit) throws { try store.keep(commit) }
    func keepAside(_ commit: Commit) throws -> (@Sendable () throws -> Void)? {
        guard let keep = try store.keepAside(commit) else { return nil }
        let number = asides.add()
        guard let failsEvery, number % failsEvery == 0 else { return keep }
        return { throw Failed() }
    }
    func dueTimers(at now: Instant, limit: Int) throws -> [DueTimer] {
        try store.dueTimers(at: now, limit: limit)
    }
    func nextTimer() throws -> Instant? { try store.nextTimer() }
    func lastCommitAt() throws -> Instant? { try store.lastCommitAt() }
}

extension Story {
    /// One cent, under a cause of this number.
    fileprivate func pay(_ number: Int) -> Envelope {
        Envelope(
            cause: Cause(high: 77, low: UInt64(number) &* 0x9E37_79B9_7F4A_7C15),
            actor: .host("test"), to: .customer(customer),
            .receiveFunds(
                Command.ReceiveFunds(rail: .wire, amount: Cents(1), source: "s", reference: nil)))
    }

    fileprivate mutating func opening() -> Envelope {
        envelope(
            .openCustomer(
                Command.OpenCustomer(
                    id: customer, reference: "r", name: "n", email: "e@localhost",
                    language: .english, timeZone: "UTC")))
    }

    fileprivate mutating func openCustomer(_ core: Core) throws {
        let opening = opening()
        _ = try core.process([opening], now: now)
    }
}
