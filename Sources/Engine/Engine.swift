import Banking
import Foundation
import Ledger
import Money
import Rules
import Synchronization

/// One thread that decides, in front of a store: commands that arrive while a commit is on its way
/// to disk form the next batch, so a lone command commits at once and a thousand share one flush.
/// A large batch is kept by a second thread (``Keeper``) while the next is decided on top of it.
public final class Engine: Sendable {
    /// Commands waiting beyond this are refused with a time to come back.
    public static let queueMax = 20_000
    /// Commands in one commit: large enough to share the flush, small enough to answer soon.
    public static let batchMax = 4_096
    static let timersMax = 1_000

    private let state: Mutex<State>
    private let wake = DispatchSemaphore(value: 0)
    /// Set with every call, so that the writer can see it without the lock.
    private let isCalled = Atomic(false)
    private let keeper = Keeper()
    private let clock: any Clock
    private let afterCommit: @Sendable () -> Void

    private struct Waiting: Sendable {
        let envelope: Envelope
        let answer: @Sendable (Result<Outcome, Fault>) -> Void
    }

    /// Commands of one caller that belong together, as the entries of a bank's file do.
    private struct Bulk: Sendable {
        let envelopes: [Envelope]
        let answer: @Sendable (Result<[Outcome], Fault>) -> Void
    }

    private struct State {
        var queue: [Waiting] = []
        var bulks: [Bulk] = []
        var isSleeping = false
        var isStopping = false
        var isStopped = false
        var quotes: [AssetCode: Quote]?
        var bankFeedStale: Bool?
        var bankLinksStopped: Bool?
        var sweeps: [@Sendable () -> Void] = []
    }

    /// Starts the writer thread. `afterCommit` is called after every durable commit, on the thread
    /// that wrote it, and must only wake whoever sends outgoing work.
    public init(
        open: @escaping @Sendable () throws -> Core, clock: any Clock,
        afterCommit: @escaping @Sendable () -> Void
    ) throws {
        state = Mutex(State())
        self.clock = clock
        self.afterCommit = afterCommit
        let started = DispatchSemaphore(value: 0)
        let failure = Mutex<String?>(nil)
        let thread = Thread { [self] in
            do {
                let core = try open()
                started.signal()
                run(core)
            } catch {
                failure.withLock { $0 = "\(error)" }
                started.signal()
            }
        }
        thread.name = "makewhole-writer"
        thread.stackSize = 8 << 20
        thread.start()
        started.wait()
        if let sentence = failure.withLock({ $0 }) { throw Fault.store(sentence) }
    }

    /// Carries out one command; returns when its answer is durable.
    public func perform(_ envelope: Envelope) async throws(Fault) -> Outcome {
        let result = await withCheckedContinuation { continuation in
            submit(envelope) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// The same for callers that are not asynchronous.
    public func submit(
        _ envelope: Envelope, answer: @escaping @Sendable (Result<Outcome, Fault>) -> Void
    ) {
        let refused: Fault? = state.withLock { state in
            if state.isStopping { return .stopped }
            if state.queue.count >= Engine.queueMax { return .busy(retryAfterSeconds: 1) }
            state.queue.append(Waiting(envelope: envelope, answer: answer))
            return nil
        }
        if let refused {
            answer(.failure(refused))
        } else {
            wakeWriter()
        }
    }

    /// Carries out many commands in one commit, answered in their order; at most ``batchMax``, so
    /// that nobody else waits long. Two such batches may wait: then one is decided while its caller
    /// makes the next.
    ///
    /// Those who ask one command at a time go before them and share their commit.
    public func perform(batch envelopes: [Envelope]) async throws(Fault) -> [Outcome] {
        let result = await withCheckedContinuation { continuation in
            submit(batch: envelopes) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// The same for callers that are not asynchronous: batches are carried out in the order in which
    /// they were submitted.
    public func submit(
        batch envelopes: [Envelope],
        answer: @escaping @Sendable (Result<[Outcome], Fault>) -> Void
    ) {
        precondition(envelopes.count <= Engine.batchMax, "a batch is at most batchMax commands")
        guard !envelopes.isEmpty else { return answer(.success([])) }
        let refused: Fault? = state.withLock { state in
            if state.isStopping { return .stopped }
            if state.bulks.count >= Engine.bulksMax { return .busy(retryAfterSeconds: 1) }
            state.bulks.append(Bulk(envelopes: envelopes, answer: answer))
            return nil
        }
        if let refused {
            answer(.failure(refused))
        } else {
            wakeWriter()
        }
    }

    /// Batches of ``perform(batch:)`` that may wait: a file of the bank, and a person's.
    static let bulksMax = 8

    /// Commands waiting for the next batch.
    public var queueLength: Int { state.withLock { $0.queue.count } }

    /// New prices for the decisions of the next batch.
    public func update(quotes: [AssetCode: Quote]) {
        state.withLock { $0.quotes = quotes }
        wakeWriter()
    }

    public func update(bankFeedStale: Bool) {
        state.withLock { $0.bankFeedStale = bankFeedStale }
        wakeWriter()
    }

    public func update(bankLinksStopped: Bool) {
        state.withLock { $0.bankLinksStopped = bankLinksStopped }
        wakeWriter()
    }

    /// Fires every timer that is due now; returns when their commits are durable, or at once when
    /// the engine is stopping.
    public func sweep() async {
        await withCheckedContinuation { continuation in
            let isStopping = state.withLock { state in
                if !state.isStopping { state.sweeps.append { continuation.resume() } }
                return state.isStopping
            }
            // The thread ends or has ended: nothing is fired any more.
            if isStopping { continuation.resume() } else { wakeWriter() }
        }
    }

    /// Refuses new commands, finishes those waiting, and ends the thread.
    public func stop() {
        state.withLock { $0.isStopping = true }
        wake.signal()
        while !state.withLock({ $0.isStopped }) { usleep(2_000) }
    }

    private func wakeWriter() {
        isCalled.store(true, ordering: .releasing)
        let sleeping = state.withLock { state in
            defer { state.isSleeping = false }
            return state.isSleeping
        }
        if sleeping { wake.signal() }
    }

    /// How long the writer stays awake after a batch: whoever was answered often asks again at once,
    /// and waking a thread takes as long as a third of a flush.
    static let watchfulFor = Duration.microseconds(100)

    /// Returns when somebody calls, after ``watchfulFor`` at the latest.
    private func staysAwake() {
        let end = ContinuousClock.now + Engine.watchfulFor
        while !isCalled.load(ordering: .acquiring), ContinuousClock.now < end { sched_yield() }
    }

    /// Timers are looked for this often, however busy the engine is.
    static let looksEvery = Duration.seconds(1)

    private func run(_ core: Core) {
        var nextLook = ContinuousClock.now + Engine.looksEvery
        while true {
            isCalled.store(false, ordering: .relaxed)
            let isKeeping = keeper.isKeeping
            let work = takeWork(core)
            if !isKeeping { learn(core) }
            if !work.isIdle { carryOut(work, core) }
            if !work.sweeps.isEmpty {
                while fire(core) {}
                for done in work.sweeps { done() }
            }
            var isBusy = !work.isIdle || !work.sweeps.isEmpty
            if ContinuousClock.now >= nextLook {
                // Those who wait for a command wait for one round of timers at most.
                if fire(core) {
                    isBusy = true
                } else {
                    nextLook = ContinuousClock.now + Engine.looksEvery
                }
            }
            if isBusy {
                staysAwake()
            } else if work.stop, !isKeeping {
                break
            } else {
                _ = wake.wait(timeout: .now() + Engine.looksEvery.seconds)
            }
        }
        keeper.stop()
        state.withLock { $0.isStopped = true }
    }

    private func takeWork(_ core: Core) -> Work {
        state.withLock { state in
            if let quotes = state.quotes {
                core.quotes = quotes
                state.quotes = nil
            }
            if let stale = state.bankFeedStale {
                core.bankFeedStale = stale
                state.bankFeedStale = nil
            }
            if let stopped = state.bankLinksStopped {
                core.bankLinksStopped = stopped
                state.bankLinksStopped = nil
            }
            let count = min(state.queue.count, Engine.batchMax)
            let batch = Array(state.queue.prefix(count))
            state.queue.removeFirst(count)
            let bulk = state.bulks.isEmpty ? nil : state.bulks.removeFirst()
            let sweeps = state.sweeps
            state.sweeps = []
            state.isSleeping = batch.isEmpty && bulk == nil && sweeps.isEmpty
            return Work(batch: batch, bulk: bulk, sweeps: sweeps, stop: state.isStopping)
        }
    }

    /// What one round of the writer does.
    private struct Work: Sendable {
        let batch: [Waiting]
        let bulk: Bulk?
        let sweeps: [@Sendable () -> Void]
        let stop: Bool

        var isIdle: Bool { batch.isEmpty && bulk == nil }
        var envelopes: [Envelope] { batch.map(\.envelope) + (bulk?.envelopes ?? []) }

        func answer(_ outcomes: [Outcome]) {
            for (waiting, outcome) in zip(batch, outcomes) { waiting.answer(.success(outcome)) }
            bulk?.answer(.success(Array(outcomes.dropFirst(batch.count))))
        }

        func fail(_ error: any Error) {
            let fault = Fault.store("\(error)")
            for waiting in batch { waiting.answer(.failure(fault)) }
            bulk?.answer(.failure(fault))
        }
    }

    /// A batch of this many is kept by the second thread while the next is decided. Below it the
    /// hand over takes longer than what it saves.
    static let asideMin = 64

    private func carryOut(_ work: Work, _ core: Core) {
        do {
            try core.again { try carryOutOnce(work, core) }
        } catch {
            work.fail(error)
        }
    }

    private func carryOutOnce(_ work: Work, _ core: Core) throws {
        let decision = try core.decide(work.envelopes, now: clock.now())
        // What was decided stands on the commit before it: first that one must be on disk.
        if let fault = learn(core) {
            core.store.abandon()
            core.forget()
            throw fault
        }
        guard let commit = decision.commit else { return work.answer(decision.outcomes) }
        do {
            if work.envelopes.count >= Engine.asideMin,
                let keep = try core.store.keepAside(commit)
            {
                let afterCommit = afterCommit
                keeper.keep {
                    try keep()
                    work.answer(decision.outcomes)
                    afterCommit()
                } failed: {
                    work.fail($0)
                } ended: { [self] in
                    wakeWriter()
                }
                return
            }
            try core.store.keep(commit)
        } catch {
            core.forget()
            throw error
        }
        core.kept()
        work.answer(decision.outcomes)
        afterCommit()
    }

    /// Waits for the commit that is on its way to disk, if there is one, and learns how it ended.
    /// What it failed with, if it did: then nothing that was decided since may be kept.
    @discardableResult
    private func learn(_ core: Core) -> (any Error)? {
        switch keeper.ended() {
        case nil: return nil
        case .success:
            core.kept()
            return nil
        case .failure(let error):
            core.forget()
            return error
        }
    }

    /// Fires a round of due timers; says whether there may be more.
    private func fire(_ core: Core) -> Bool {
        do {
            // Nobody waits for the commit on its way when there is nothing to fire.
            if keeper.isKeeping, try !core.hasDueTimers(now: clock.now()) { return false }
            // A timer that the commit on its way takes out must not be seen.
            learn(core)
            let fired = try core.fireTimers(now: clock.now(), limit: Engine.timersMax)
            if fired > 0 { afterCommit() }
            return fired == Engine.timersMax
        } catch {
            // The timers are still in the store and come again with the next look.
            FileHandle.standardError.write(Data("makewhole: timers: \(error)\n".utf8))
            return false
        }
    }
}

extension Duration {
    fileprivate var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
