import Banking
import Ledger
import Money
import Nacha
import Rules

/// Everything a batch decided, kept whole or not at all.
public struct Commit: Sendable {
    public let at: Instant
    public internal(set) var decisions: [Decided] = []
    /// Customers that the batch changed.
    public internal(set) var customers: [CustomerID: Changed] = [:]
    public internal(set) var house: House?

    /// A customer as the batch found and left it.
    public struct Changed: Sendable {
        /// `nil` for one who came into being with the batch.
        public let before: Customer?
        public internal(set) var customer: Customer
        /// Parts whose rows change, each once.
        public internal(set) var touched: [EntityReference] = []
    }

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

/// What a batch names before it is decided, so that a store can read or lock it in few statements.
public struct BatchScope: Sendable {
    /// Whose aggregates the commands name: in ascending order, each once.
    public let customers: [CustomerID]
    /// In the order of the commands.
    public let causes: [Cause]
    /// Whether a command is for the house.
    public let hasHouse: Bool

    public init(_ envelopes: [Envelope]) {
        var customers: [CustomerID] = []
        customers.reserveCapacity(envelopes.count)
        var hasHouse = false
        for envelope in envelopes {
            switch envelope.addressee {
            case .customer(let id): customers.append(id)
            case .house: hasHouse = true
            }
        }
        customers.sort()
        var distinct: [CustomerID] = []
        distinct.reserveCapacity(customers.count)
        for id in customers where id != distinct.last { distinct.append(id) }
        self.customers = distinct
        causes = envelopes.map(\.cause)
        self.hasHouse = hasHouse
    }
}

/// Where the engine keeps what it decided. One conformance suite holds every store to it.
///
/// Called from the engine's own thread only, one call at a time, but for what ``keepAside(_:)``
/// returns.
public protocol Store: AnyObject {
    /// Runs `body`, which asks for what a batch needs and decides it, in one view of the store. A
    /// store that several nodes write locks what the scope names, until ``keep(_:)`` or
    /// ``abandon()``; one of them always follows, unless this throws.
    func deciding<Value>(_ scope: BatchScope, _ body: () throws -> Value) throws -> Value
    /// Whether the aggregate that this node kept last is still the customer's newest.
    func isCurrent(_ id: CustomerID) -> Bool
    /// The house, when another node may have changed it since this one kept it.
    func changedHouse() throws -> House?
    /// The time of the last commit of any node, once what the scope names is held: nothing about it
    /// was decided later.
    func latestOfOthers() -> Instant?
    /// Whether a timer that was claimed is still to be fired, once its customer is held.
    func isStanding(_ timer: DueTimer) -> Bool
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
    /// Writes the commit durably. When it throws, nothing of it may be seen later, or it is unknown
    /// whether it happened: then only what is read again by cause says.
    func keep(_ commit: Commit) throws
    /// The same for another thread, while this one decides the next batch: called once, and before
    /// it is asked for again. `nil` when the store can only keep before it goes on.
    func keepAside(_ commit: Commit) throws -> (@Sendable () throws -> Void)?
    /// Nothing of the batch that was decided is kept.
    func abandon()
    /// Timers due at or before `now`, at most `limit`: earliest first, then by customer and by the
    /// bytes of their kind, so that every store fires them alike.
    func dueTimers(at now: Instant, limit: Int) throws -> [DueTimer]
    /// The same for firing them: no other node is given those of the answer for a while.
    func claimTimers(at now: Instant, limit: Int) throws -> [DueTimer]
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

/// For stores that one node writes and that keep before they go on.
extension Store {
    public func deciding<Value>(
        _ scope: BatchScope, _ body: () throws -> Value
    ) throws -> Value { try body() }
    public func isCurrent(_ id: CustomerID) -> Bool { true }
    public func changedHouse() throws -> House? { nil }
    public func latestOfOthers() -> Instant? { nil }
    public func isStanding(_ timer: DueTimer) -> Bool { true }
    public func claimTimers(at now: Instant, limit: Int) throws -> [DueTimer] {
        try dueTimers(at: now, limit: limit)
    }
    public func keepAside(_ commit: Commit) throws -> (@Sendable () throws -> Void)? { nil }
    public func abandon() {}
}

/// A failure of a store that says whether the same batch may be tried again. The rules are pure, so
/// a batch that was not kept can be decided as often as it must.
public protocol StoreFault: Error {
    /// How long to wait before the try of this number, the first again being 1, when so long has
    /// passed since the first began; `nil` to give up and tell whoever waits.
    func pause(beforeAttempt attempt: Int, after elapsed: Duration) -> Duration?
}
