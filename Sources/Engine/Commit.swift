import Banking
import Ledger
import Money
import Nacha
import Rules

/// Everything a batch decided, kept whole or not at all.
public struct Commit: Sendable {
    public let at: Instant
    public internal(set) var decisions: [Decided] = []
    /// Customers as they are after the batch, for the rows that changed.
    public internal(set) var customers: [CustomerID: Customer] = [:]
    public internal(set) var house: House?

    init(at: Instant) { self.at = at }

    /// One accepted command with what it changed.
    public struct Decided: Sendable {
        public let envelope: Envelope
        public let reply: Reply
        public let policy: String
        public let changes: Changes
        public let suspense: [SuspenseID]
        public let proposals: [ProposalID]
        public let settings: Bool
    }
}

/// A cause the store has carried out, with what it answered.
public struct KnownCause: Hashable, Sendable {
    public let fingerprint: UInt64
    public let reply: Reply

    public init(fingerprint: UInt64, reply: Reply) {
        self.fingerprint = fingerprint
        self.reply = reply
    }
}

/// A timer whose time has come.
public struct DueTimer: Hashable, Sendable {
    public let customer: CustomerID
    public let timer: Timer

    public init(customer: CustomerID, timer: Timer) {
        self.customer = customer
        self.timer = timer
    }
}

/// Where the engine keeps what it decided. One conformance suite holds every store to it.
///
/// Called from the engine's own thread only, one call at a time.
public protocol Store: AnyObject {
    /// Runs one batch: what it reads and the commit it keeps belong to one transaction, which is
    /// durable when this returns. When it throws, nothing of the batch may be seen later.
    func batch<Value>(_ body: () throws -> Value) throws -> Value
    func customer(_ id: CustomerID) throws -> Customer?
    /// The house with everything that waits; what is over may be in it too.
    func house() throws -> House
    /// An item in suspense, over or not.
    func suspense(_ id: SuspenseID) throws -> SuspenseItem?
    /// Every return in suspense that came under a trace number, over or not.
    func suspense(trace: TraceNumber) throws -> [SuspenseItem]
    /// A proposal, decided or not.
    func proposal(_ id: ProposalID) throws -> Proposal?
    func known(_ cause: Cause) throws -> KnownCause?
    /// Customers who have linked a bank account with this fingerprint.
    func holders(ofFingerprint fingerprint: String) throws -> [CustomerID]
    /// Writes the commit durably. When it throws, nothing of it may be seen later.
    func keep(_ commit: Commit) throws
    /// Timers due at or before `now`, at most `limit`: earliest first, then by customer and by the
    /// bytes of their kind, so that every store fires them alike.
    func dueTimers(at now: Instant, limit: Int) throws -> [DueTimer]
    /// When the next timer is due.
    func nextTimer() throws -> Instant?
    /// The time of the last commit: the floor under the clock.
    func lastCommitAt() throws -> Instant?
}

/// For stores whose ``house()`` is the whole of it.
extension Store {
    public func suspense(_ id: SuspenseID) throws -> SuspenseItem? { try house().suspense[id] }

    public func suspense(trace: TraceNumber) throws -> [SuspenseItem] {
        try house().suspense.values.filter { $0.trace == trace }
    }

    public func proposal(_ id: ProposalID) throws -> Proposal? { try house().proposals[id] }
}

extension Store {
    /// For stores whose ``keep(_:)`` is a transaction by itself.
    public func batch<Value>(_ body: () throws -> Value) throws -> Value { try body() }
}
