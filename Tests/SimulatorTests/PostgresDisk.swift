import Banking
import Engine
import Ledger
import Nacha
import PostgresStore
import Rules
import Simulator
import TestPostgres

/// Tables of their own in a real PostgreSQL. A process that dies leaves its connection behind; what it
/// had not committed is gone, whatever of it had been sent.
final class PostgresDisk: VerifiedDisk {
    private let address: String
    /// The next commit dies on its way.
    fileprivate var isMarked = false

    init() throws { address = try PostgresServer.newAddress() }

    func open() throws -> any Store {
        MortalStore(try PostgresStore(address, writer: "world"), on: self)
    }

    func mark() { isMarked = true }

    func crash(torn: Int?) { isMarked = false }

    func problems() throws -> [String] { try PostgresVerifier.verify(address).problems }
}

/// Decides like the store it stands for; a commit that is to die is not sent.
private final class MortalStore: Store {
    private let store: PostgresStore
    private let disk: PostgresDisk

    init(_ store: PostgresStore, on disk: PostgresDisk) {
        self.store = store
        self.disk = disk
    }

    func deciding<Value>(_ scope: BatchScope, _ body: () throws -> Value) throws -> Value {
        try store.deciding(scope, body)
    }

    func keep(_ commit: Commit) throws {
        if disk.isMarked { store.abandon() } else { try store.keep(commit) }
    }

    func isCurrent(_ id: CustomerID) -> Bool { store.isCurrent(id) }
    func changedHouse() throws -> House? { try store.changedHouse() }
    func latestOfOthers() -> Instant? { store.latestOfOthers() }
    func isStanding(_ timer: DueTimer) -> Bool { store.isStanding(timer) }
    func abandon() { store.abandon() }
    func customer(_ id: CustomerID) throws -> Customer? { try store.customer(id) }
    func suspense(_ id: SuspenseID) throws -> SuspenseItem? { try store.suspense(id) }
    func suspense(trace: TraceNumber) throws -> [SuspenseItem] { try store.suspense(trace: trace) }
    func proposal(_ id: ProposalID) throws -> Proposal? { try store.proposal(id) }
    func house() throws -> House { try store.house() }
    func known(_ cause: Cause) throws -> KnownCause? { try store.known(cause) }
    func holders(ofFingerprint fingerprint: String) throws -> [CustomerID] {
        try store.holders(ofFingerprint: fingerprint)
    }
    func claimTimers(at now: Instant, limit: Int) throws -> [DueTimer] {
        try store.claimTimers(at: now, limit: limit)
    }
    func dueTimers(at now: Instant, limit: Int) throws -> [DueTimer] {
        try store.dueTimers(at: now, limit: limit)
    }
    func nextTimer() throws -> Instant? { try store.nextTimer() }
    func lastCommitAt() throws -> Instant? { try store.lastCommitAt() }
}
