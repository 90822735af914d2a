import Banking
import Ledger
import Money
import Rules
import Synchronization
import Testing

@testable import Engine

/// The thread in front of a store.
struct EngineTests {
    @Test("Timers fire while commands never cease")
    func timersUnderLoad() async throws {
        let seen = Seen()
        let clock = HandClock(Story.start)
        let policies = try Folder.policies()
        let engine = try Engine(
            open: {
                let store = WatchedStore(seen)
                let core = try Core(store: store, policies: policies)
                var story = Story()
                let (deposit, _) = try story.negativeBalance(core)
                let customer = try store.customer(story.customer)
                guard let notice = customer?.obligations[ObligationID(sharing: deposit)]?.noticeID
                else { throw StoryProblem.unexpected }
                _ = try story.perform(.noticeDelivered(notice), core)
                return core
            }, clock: clock, afterCommit: {})
        let answers = try await withThrowingTaskGroup(of: Int.self) { group in
            for caller in 0..<4 {
                group.addTask {
                    var answers = 0
                    // Long, because other tests may keep all tasks from running for a while.
                    let end = ContinuousClock.now + .seconds(120)
                    while !seen.hasFired, ContinuousClock.now < end {
                        let pay = Envelope(
                            cause: Cause(high: UInt64(caller), low: UInt64(answers)),
                            actor: .host("test"), to: .customer(Story().customer),
                            .receiveFunds(
                                Command.ReceiveFunds(
                                    rail: .wire, amount: Cents(1), source: "s", reference: nil)))
                        _ = try await engine.perform(pay)
                        answers += 1
                        // In the middle of it the time of the customer's reminder comes.
                        if answers == 50 { clock.set(Story.start.adding(days: 30)) }
                    }
                    return answers
                }
            }
            return try await group.reduce(0, +)
        }
        engine.stop()

        #expect(seen.hasFired)
        #expect(answers > 50)
    }

    @Test("Commands that wait when the engine stops are answered, later ones are refused")
    func stopping() async throws {
        let policies = try Folder.policies()
        let engine = try Engine(
            open: { try Core(store: MemoryStore(), policies: policies) },
            clock: HandClock(Story.start), afterCommit: {})
        var story = Story()
        let open = story.envelope(
            .openCustomer(
                Command.OpenCustomer(
                    id: story.customer, reference: "r", name: "n", email: "e@localhost",
                    language: .english, timeZone: "UTC")))

        let outcome = try await engine.perform(open)
        engine.stop()

        #expect(outcome == .accepted(.customer(story.customer)))
        await #expect(throws: Fault.stopped) { try await engine.perform(open) }
    }

    @Test("A store that fails is asked again until it says that enough time has passed")
    func askedAgain() throws {
        struct Busy: StoreFault {
            func pause(beforeAttempt attempt: Int, after elapsed: Duration) -> Duration? {
                elapsed < .milliseconds(60) ? .milliseconds(20) : nil
            }
        }
        let core = try Core(store: MemoryStore(), policies: try Folder.policies())
        var tries = 0

        #expect(throws: Busy.self) {
            try core.again {
                tries += 1
                throw Busy()
            }
        }

        #expect((2...5).contains(tries))
    }

    @Test(
        "Whoever has timers swept when the engine has stopped is answered", .timeLimit(.minutes(1)))
    func sweepAfterStop() async throws {
        let policies = try Folder.policies()
        let engine = try Engine(
            open: { try Core(store: MemoryStore(), policies: policies) },
            clock: HandClock(Story.start), afterCommit: {})
        await engine.sweep()
        engine.stop()

        await engine.sweep()
    }
}

/// What a test learns from the engine's own thread.
private final class Seen: Sendable {
    let timerFired = Atomic(false)

    var hasFired: Bool { timerFired.load(ordering: .acquiring) }
}

private final class HandClock: Clock {
    private let time: Mutex<Instant>

    init(_ start: Instant) { time = Mutex(start) }

    func now() -> Instant { time.withLock { $0 } }
    func set(_ now: Instant) { time.withLock { $0 = now } }
}

/// A memory store that tells when a timer's commit was kept.
private final class WatchedStore: Store {
    private let store = MemoryStore()
    private let seen: Seen

    init(_ seen: Seen) { self.seen = seen }

    func customer(_ id: CustomerID) throws -> Customer? { store.customer(id) }
    func house() throws -> House { store.house() }
    func known(_ cause: Cause) throws -> KnownCause? { store.known(cause) }
    func holders(ofFingerprint fingerprint: String) throws -> [CustomerID] {
        store.holders(ofFingerprint: fingerprint)
    }
    func dueTimers(at now: Instant, limit: Int) throws -> [DueTimer] {
        store.dueTimers(at: now, limit: limit)
    }
    func nextTimer() throws -> Instant? { store.nextTimer() }
    func lastCommitAt() throws -> Instant? { store.lastCommitAt() }

    func keep(_ commit: Commit) throws {
        try store.keep(commit)
        let fired = commit.decisions.contains {
            if case .timer = $0.envelope.command { true } else { false }
        }
        if fired { seen.timerFired.store(true, ordering: .releasing) }
    }
}
