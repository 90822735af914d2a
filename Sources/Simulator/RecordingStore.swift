import Banking
import Engine
import Ledger
import Nacha
import Rules

/// What a world's commits are written to. The store on it is thrown away at every crash, as a
/// process that is killed throws away its memory; the disk is what stays.
public protocol Disk: AnyObject {
    /// A store on what the disk has now.
    func open() throws -> any Store
    /// Remembers what the disk has now, before a commit that will be torn.
    func mark() throws
    /// The process is gone: nothing but what was written can be read again.
    ///
    /// With `torn`, that many thousandths of what was written since ``mark()`` reached the disk.
    func crash(torn: Int?) throws
}

/// Where a commit dies, once.
enum Crash {
    /// The machine stops before anything is on disk.
    case beforeCommit
    /// A part of it is on disk, in thousandths, and nothing of it may ever be seen.
    case duringCommit(Int)
    /// Everything is on disk, and nobody was answered.
    case afterCommit

    static func random(_ random: inout Randomness) -> Crash {
        switch random.int(1...3) {
        case 1: .beforeCommit
        case 2: .duringCommit(random.int(0...999))
        default: .afterCommit
        }
    }

    var name: String {
        switch self {
        case .beforeCommit: "before"
        case .duringCommit: "during"
        case .afterCommit: "after"
        }
    }
}

/// The store that the engine of a world has: it writes to the disk, dies where it is told to, and
/// says what was decided, including what followed from a command: the auditor's only window into
/// a commit.
public final class RecordingStore: Store {
    /// Every commit that was kept, as the world outside may know it. The engine reads it only
    /// where there is no disk.
    public let memory = MemoryStore()
    private let disk: (any Disk)?
    private var opened: (any Store)?
    private var torn: Int?
    /// What the batch under way keeps.
    /// Decisions kept since they were last taken, in order.
    private var decisions: [Commit.Decided] = []

    /// Where the next commit dies, once.
    var crash: Crash?

    struct Crashed: Error {}

    init(disk: (any Disk)?) throws {
        self.disk = disk
        opened = try disk?.open()
    }

    private var store: any Store { opened ?? memory }

    func takeDecisions() -> [Commit.Decided] {
        defer { decisions = [] }
        return decisions
    }

    /// The process starts again, on what the disk has.
    func reopen() throws {
        crash = nil
        guard let disk else { return }
        try disk.crash(torn: torn)
        torn = nil
        // A process that is gone holds nothing any more, such as a connection.
        opened = nil
        opened = try disk.open()
    }

    public func customer(_ id: CustomerID) throws -> Customer? { try store.customer(id) }
    public func house() throws -> House { try store.house() }
    public func suspense(_ id: SuspenseID) throws -> SuspenseItem? { try store.suspense(id) }
    public func suspense(trace: TraceNumber) throws -> [SuspenseItem] {
        try store.suspense(trace: trace)
    }
    public func proposal(_ id: ProposalID) throws -> Proposal? { try store.proposal(id) }
    public func known(_ cause: Cause) throws -> KnownCause? { try store.known(cause) }

    public func holders(ofFingerprint fingerprint: String) throws -> [CustomerID] {
        try store.holders(ofFingerprint: fingerprint)
    }

    public func deciding<Value>(
        _ scope: BatchScope, _ body: () throws -> Value
    ) throws -> Value { try store.deciding(scope, body) }

    public func isCurrent(_ id: CustomerID) -> Bool { store.isCurrent(id) }
    public func changedHouse() throws -> House? { try store.changedHouse() }
    public func latestOfOthers() -> Instant? { store.latestOfOthers() }
    public func isStanding(_ timer: DueTimer) -> Bool { store.isStanding(timer) }

    public func claimTimers(at now: Instant, limit: Int) throws -> [DueTimer] {
        try store.claimTimers(at: now, limit: limit)
    }

    public func abandon() { store.abandon() }

    /// Keeps the commit, and dies where it was told to.
    public func keep(_ commit: Commit) throws {
        let point = crash
        crash = nil
        switch point {
        case .beforeCommit: throw Crashed()
        case .duringCommit(let part):
            try disk?.mark()
            try opened?.keep(commit)
            if disk != nil { torn = part }
            throw Crashed()
        case .afterCommit, nil: break
        }
        try opened?.keep(commit)
        try memory.keep(commit)
        decisions += commit.decisions
        if case .afterCommit = point { throw Crashed() }
    }

    public func dueTimers(at now: Instant, limit: Int) throws -> [DueTimer] {
        try store.dueTimers(at: now, limit: limit)
    }

    public func nextTimer() throws -> Instant? { try store.nextTimer() }
    public func lastCommitAt() throws -> Instant? { try store.lastCommitAt() }

    /// What the disk has otherwise than it was told, in a sentence; `nil` when all is there.
    func difference(farFuture: Instant) throws -> String? {
        guard let opened else { return nil }
        for (id, customer) in memory.customers where try opened.customer(id) != customer {
            return "\(id) is read back otherwise than kept"
        }
        var (read, kept) = (try opened.house(), memory.houseState)
        read.forgetWhatIsOver()
        kept.forgetWhatIsOver()
        guard read == kept else { return "the house is read back otherwise than kept" }
        for (id, item) in memory.houseState.suspense where try opened.suspense(id) != item {
            return "\(id) is read back otherwise than kept"
        }
        for (id, proposal) in memory.houseState.proposals
        where try opened.proposal(id) != proposal {
            return "\(id) is read back otherwise than kept"
        }
        for (cause, known) in memory.causes where try opened.known(cause) != known {
            return "the cause \(cause) is read back otherwise than kept"
        }
        let limit = Int.max / 2
        guard
            try opened.dueTimers(at: farFuture, limit: limit)
                == memory.dueTimers(at: farFuture, limit: limit),
            try opened.nextTimer() == memory.nextTimer()
        else { return "the timers are read back otherwise than kept" }
        guard try opened.lastCommitAt() == memory.lastCommitAt() else {
            return "the time of the last commit is read back otherwise than kept"
        }
        return nil
    }
}
