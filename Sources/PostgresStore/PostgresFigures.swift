import Synchronization

/// How often this process had to ask PostgreSQL again, and why: for operators, from any thread.
public final class PostgresFigures: Sendable {
    private let state = Mutex(Reading())

    public struct Reading: Sendable, Equatable {
        /// Batches that were run again, by reason.
        public var retries: [Retry: Int] = [:]
        /// Commits whose outcome was not known at first, and was found to be carried out.
        public var unknownKept = 0
        /// The same, found not to be carried out.
        public var unknownLost = 0
        /// Commits whose outcome nobody could tell in time: their callers were told so.
        public var unknownLeft = 0
        /// Connections opened after the first.
        public var reconnects = 0
    }

    public init() {}

    public var reading: Reading { state.withLock { $0 } }

    func count(_ retry: Retry) { state.withLock { $0.retries[retry, default: 0] += 1 } }
    func countReconnect() { state.withLock { $0.reconnects += 1 } }

    func countUnknown(wasKept: Bool?) {
        state.withLock {
            switch wasKept {
            case true?: $0.unknownKept += 1
            case false?: $0.unknownLost += 1
            case nil: $0.unknownLeft += 1
            }
        }
    }
}
