import Banking
import Engine
import Ledger
import Rules

/// A store in memory that also remembers what each decision was, for the replay to tell.
final class RecordingStore: Store {
    let memory = MemoryStore()
    private(set) var decisions: [Recorded] = []

    struct Recorded {
        let at: Instant
        let decided: Commit.Decided
    }

    func takeDecisions() -> [Recorded] {
        defer { decisions = [] }
        return decisions
    }

    func customer(_ id: CustomerID) -> Customer? { memory.customer(id) }
    func house() -> House { memory.house() }
    func known(_ cause: Cause) -> KnownCause? { memory.known(cause) }
    func holders(ofFingerprint fingerprint: String) -> [CustomerID] {
        memory.holders(ofFingerprint: fingerprint)
    }

    func keep(_ commit: Commit) throws {
        try memory.keep(commit)
        decisions += commit.decisions.map { Recorded(at: commit.at, decided: $0) }
    }

    func dueTimers(at now: Instant, limit: Int) -> [DueTimer] {
        memory.dueTimers(at: now, limit: limit)
    }
    func nextTimer() -> Instant? { memory.nextTimer() }
    func lastCommitAt() -> Instant? { memory.lastCommitAt() }
}
