import Banking
import Engine
import Ledger
import Rules

/// A memory store that also says what was decided, including what followed from a command: the
/// auditor's only window into a commit.
public final class RecordingStore: Store {
    public let memory = MemoryStore()
    /// Decisions kept since they were last taken, in order.
    private var decisions: [Commit.Decided] = []

    func takeDecisions() -> [Commit.Decided] {
        defer { decisions = [] }
        return decisions
    }

    public func customer(_ id: CustomerID) throws -> Customer? { memory.customer(id) }
    public func house() throws -> House { memory.house() }
    public func known(_ cause: Cause) throws -> KnownCause? { memory.known(cause) }

    public func holders(ofFingerprint fingerprint: String) throws -> [CustomerID] {
        memory.holders(ofFingerprint: fingerprint)
    }

    public func keep(_ commit: Commit) throws {
        let before = memory.commits
        defer { if memory.commits > before { decisions += commit.decisions } }
        try memory.keep(commit)
    }

    public func dueTimers(at now: Instant, limit: Int) throws -> [DueTimer] {
        memory.dueTimers(at: now, limit: limit)
    }

    public func nextTimer() throws -> Instant? { memory.nextTimer() }
    public func lastCommitAt() throws -> Instant? { memory.lastCommitAt() }
}
