import Foundation
import Synchronization

/// The thread that writes a commit while the engine's own decides the next batch: one commit at a
/// time, because each stands on the one before it.
final class Keeper: Sendable {
    private let state = Mutex(State())
    private let asked = DispatchSemaphore(value: 0)
    private let done = DispatchSemaphore(value: 0)

    private struct State {
        var job: Job?
        var result: Result<Void, any Error>?
        /// From the hand over until its end was learned.
        var isTaken = false
        var isStarted = false
        var isStopping = false
    }

    private struct Job: Sendable {
        let work: @Sendable () throws -> Void
        let failed: @Sendable (any Error) -> Void
        let ended: @Sendable () -> Void
    }

    /// Hands a commit over. Before it, the end of the one before must have been learned.
    ///
    /// - Parameters:
    ///   - failed: Told on the second thread what went wrong, before anybody learns of the end.
    ///   - ended: Called on the second thread when the end can be learned.
    func keep(
        _ work: @escaping @Sendable () throws -> Void,
        failed: @escaping @Sendable (any Error) -> Void, ended: @escaping @Sendable () -> Void
    ) {
        let isStarted = state.withLock { state in
            precondition(!state.isTaken, "a commit is kept after the one before it")
            state.job = Job(work: work, failed: failed, ended: ended)
            state.isTaken = true
            defer { state.isStarted = true }
            return state.isStarted
        }
        if !isStarted { start() }
        asked.signal()
    }

    /// Whether a commit is on its way to disk.
    var isKeeping: Bool { state.withLock { $0.isTaken && $0.result == nil } }

    /// Waits for the commit that was handed over. `nil` when there is none to learn of.
    func ended() -> Result<Void, any Error>? {
        guard state.withLock({ $0.isTaken }) else { return nil }
        done.wait()
        return state.withLock { state in
            defer {
                state.result = nil
                state.isTaken = false
            }
            return state.result
        }
    }

    /// Ends the thread. Nothing may be on its way.
    func stop() {
        state.withLock { $0.isStopping = true }
        asked.signal()
    }

    private func start() {
        let thread = Thread { [self] in run() }
        thread.name = "makewhole-keeper"
        thread.stackSize = 8 << 20
        thread.start()
    }

    private func run() {
        while true {
            asked.wait()
            guard let job = state.withLock({ $0.job.take() }) else { return }
            let result = Result { try job.work() }
            if case .failure(let error) = result { job.failed(error) }
            state.withLock { $0.result = result }
            done.signal()
            job.ended()
        }
    }
}
