import Banking
import Ledger
import Money
import Rules

/// A store that forgets when the process ends: for replay, the simulator and tests.
///
/// Deliberately plain: it applies a commit to dictionaries, and can be told to crash.
public final class MemoryStore: Store {
    public private(set) var customers: [CustomerID: Customer] = [:]
    public private(set) var houseState = House()
    public private(set) var causes: [Cause: KnownCause] = [:]
    public private(set) var balances = Balances()
    public private(set) var journal: [JournalEntry] = []
    public private(set) var timers: [CustomerID: [String: Timer]] = [:]
    public private(set) var notices: [StoredNotice] = []
    public private(set) var alerts: [Alert] = []
    public private(set) var outgoing: [StoredOutgoing] = []
    public private(set) var entries: [PaymentReference: StoredEntry] = [:]
    public private(set) var debits = DebitCounts()
    public private(set) var commits = 0
    private var last: Instant?

    /// Where the next commit dies, once.
    public var crash: CrashPoint?

    public enum CrashPoint: Sendable {
        /// The machine stops before anything is on disk.
        case beforeCommit
        /// Everything is on disk, and nobody was answered.
        case afterCommit
    }

    public struct Crashed: Error {}

    public struct JournalEntry: Hashable, Sendable {
        public let commit: Int
        public let at: Instant
        public let cause: Cause
        public let transfer: Transfer
    }

    public struct StoredNotice: Hashable, Sendable {
        public let customer: CustomerID
        public let notice: Notice
    }

    public struct StoredOutgoing: Hashable, Sendable {
        public let customer: CustomerID
        public let outgoing: Outgoing
    }

    public struct StoredEntry: Hashable, Sendable {
        public let customer: CustomerID?
        public let entry: QueuedEntry
        public var sent: Command.SubmitEntry?
    }

    public init() {}

    public func customer(_ id: CustomerID) -> Customer? { customers[id] }
    public func house() -> House { houseState }
    public func known(_ cause: Cause) -> KnownCause? { causes[cause] }

    public func holders(ofFingerprint fingerprint: String) -> [CustomerID] {
        customers.values.filter { customer in
            customer.methods.values.contains { $0.bankAccount?.fingerprint == fingerprint }
        }.map(\.id).sorted()
    }

    public func keep(_ commit: Commit) throws {
        if case .beforeCommit = crash {
            crash = nil
            throw Crashed()
        }
        commits += 1
        last = commit.at
        for (id, changed) in commit.customers { customers[id] = changed.customer }
        if let house = commit.house { keep(house, commit.decisions) }
        for decided in commit.decisions { try keep(decided, at: commit.at) }
        if case .afterCommit = crash {
            crash = nil
            throw Crashed()
        }
    }

    /// The engine's house has only what waits; here is all there ever was.
    private func keep(_ house: House, _ decisions: [Commit.Decided]) {
        for item in decisions.lazy.flatMap(\.suspense).compactMap({ house.suspense[$0] }) {
            houseState.put(item)
        }
        for id in decisions.lazy.flatMap(\.proposals) {
            houseState.proposals[id] = house.proposals[id]
        }
        houseState.settings = house.settings
        houseState.blockedAccounts = house.blockedAccounts
    }

    private func keep(_ decided: Commit.Decided, at: Instant) throws {
        let cause = decided.envelope.cause
        causes[cause] = KnownCause(
            fingerprint: decided.envelope.fingerprint, reply: decided.reply)
        for transfer in decided.changes.transfers {
            try balances.apply(transfer)
            journal.append(JournalEntry(commit: commits, at: at, cause: cause, transfer: transfer))
        }
        alerts += decided.changes.alerts
        for count in decided.changes.debits { debits.add(count) }
        let customer: CustomerID?
        if case .customer(let id) = decided.envelope.addressee {
            customer = id
        } else {
            customer = nil
        }
        for change in decided.changes.entries {
            switch change {
            case .queue(let entry):
                entries[entry.payment] = StoredEntry(customer: customer, entry: entry)
            case .dequeue(let payment):
                if entries[payment]?.sent == nil { entries[payment] = nil }
            case .send(let sent): entries[sent.payment]?.sent = sent
            }
        }
        guard let customer else { return }
        if case .timer(let kind) = decided.envelope.command {
            timers[customer]?[kind.name] = nil
        }
        for change in decided.changes.timers {
            switch change {
            case .set(let timer): timers[customer, default: [:]][timer.kind.name] = timer
            case .clear(let kind): timers[customer]?[kind.name] = nil
            }
        }
        notices += decided.changes.notices.map { StoredNotice(customer: customer, notice: $0) }
        outgoing += decided.changes.outgoing.map {
            StoredOutgoing(customer: customer, outgoing: $0)
        }
    }

    public func dueTimers(at now: Instant, limit: Int) -> [DueTimer] {
        let due = timers.flatMap { customer, timers in
            timers.values.filter { $0.due <= now }.map { DueTimer(customer: customer, timer: $0) }
        }
        let ordered = due.sorted { first, second in
            let one = (first.timer.due, first.customer)
            let other = (second.timer.due, second.customer)
            return one == other
                ? first.timer.kind.packed.lexicographicallyPrecedes(second.timer.kind.packed)
                : one < other
        }
        return Array(ordered.prefix(limit))
    }

    public func nextTimer() -> Instant? {
        timers.values.flatMap { $0.values.map(\.due) }.min()
    }

    public func lastCommitAt() -> Instant? { last }
}
