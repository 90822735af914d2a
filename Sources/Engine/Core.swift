import Banking
import Ledger
import Money
import Nacha
import Rules

/// Gathers facts, asks the rules and keeps the answers: the engine without its thread.
///
/// It has no opinion about money. A branch on an amount or a state here belongs in the rules.
public final class Core {
    public let store: any Store
    public let policies: PolicyBook
    public let rules: RuleBook
    public var quotes: [AssetCode: Quote] = [:]
    public var bankFeedStale = false
    public var bankLinksStopped = false

    private var workingSet: WorkingSet
    private var house: House
    private var floor: Instant

    /// Customers kept in memory between batches; beyond it the least recent are read again.
    public static let workingSetMax = 50_000

    public init(store: any Store, policies: PolicyBook, rules: RuleBook = .builtIn) throws {
        self.store = store
        self.policies = policies
        self.rules = rules
        workingSet = WorkingSet(max: Core.workingSetMax)
        house = try store.house()
        house.forgetWhatIsOver()
        floor = try store.lastCommitAt() ?? Instant(milliseconds: 0)
    }

    /// Carries out a batch in one commit. Refusals change nothing; a fault leaves all undone.
    public func process(_ envelopes: [Envelope], now clockNow: Instant) throws -> [Outcome] {
        // The clock may jump back; decisions about money never do.
        let now = max(clockNow, floor)
        var batch = Batch(
            commit: Commit(at: now), house: house, policy: policies.policy(at: now), rules: rules)
        var outcomes: [Outcome] = []
        outcomes.reserveCapacity(envelopes.count)
        do {
            try store.batch {
                for envelope in envelopes {
                    outcomes.append(try outcome(of: envelope, in: &batch))
                }
                if !batch.commit.decisions.isEmpty {
                    if batch.houseChanged { batch.commit.house = batch.house }
                    try store.keep(batch.commit)
                }
            }
        } catch {
            // Whether the commit is on disk is unknown: believe only what is read again.
            workingSet.removeAll()
            house = try store.house()
            house.forgetWhatIsOver()
            throw error
        }
        floor = now
        house = batch.house
        for decided in batch.commit.decisions {
            for id in decided.suspense { house.forget(id) }
            for id in decided.proposals { house.forget(id) }
        }
        for id in batch.recalled { house.forget(id) }
        for id in batch.recalledProposals { house.forget(id) }
        for (id, customer) in batch.commit.customers { workingSet.keep(customer, as: id) }
        return outcomes
    }

    /// Fires the timers whose time has come, at most `limit`; says how many there were.
    public func fireTimers(now clockNow: Instant, limit: Int) throws -> Int {
        let now = max(clockNow, floor)
        let due = try store.dueTimers(at: now, limit: limit)
        guard !due.isEmpty else { return 0 }
        let envelopes = due.map { timer in
            Envelope(
                cause: Cause.timer(timer, firedAt: now), actor: .system,
                to: .customer(timer.customer),
                .timer(timer.timer.kind))
        }
        _ = try process(envelopes, now: now)
        return due.count
    }

    private func outcome(of envelope: Envelope, in batch: inout Batch) throws -> Outcome {
        if let known = try batch.known[envelope.cause] ?? store.known(envelope.cause) {
            guard known.fingerprint == envelope.fingerprint else { return .conflict }
            return .replayed(known.reply)
        }
        // What follows from a command happens in the same commit or not at all.
        batch.begin()
        do {
            let reply = try decide(envelope, in: &batch)
            batch.known[envelope.cause] = KnownCause(
                fingerprint: envelope.fingerprint, reply: reply)
            return .accepted(reply)
        } catch let refusal as Refusal {
            batch.undo()
            guard case .timer(let kind) = envelope.command else { return .refused(refusal) }
            // A timer that a rule refuses would come back for ever: it is dropped and told of.
            if case .customer(let id) = envelope.addressee {
                batch.drop(kind, of: id, envelope: envelope, refusal: refusal)
            }
            return .refused(refusal)
        }
    }

    private func decide(_ envelope: Envelope, in batch: inout Batch) throws -> Reply {
        let policy = batch.policy
        let facts = Facts(
            now: batch.commit.at, policy: policy, rules: rules, actor: envelope.actor,
            quotes: quotes, halt: batch.house.settings.halt, bankFeedStale: bankFeedStale,
            bankLinksStopped: bankLinksStopped, blockedAccounts: batch.house.blockedAccounts,
            timing: batch.timing)
        let reply: Reply
        let following: [Following]
        switch envelope.addressee {
        case .customer(let id):
            if case .openCustomer(let command) = envelope.command {
                guard try customer(id, in: batch) == nil else { throw Refusal.customerExists }
                batch.open(
                    Customer.open(command, facts: facts), envelope: envelope, policy: policy.version
                )
                return .customer(id)
            }
            guard let customer = try customer(id, in: batch) else { throw Refusal.customerUnknown }
            var draft = Draft(customer, facts: facts, cause: envelope.cause)
            reply = try draft.decide(envelope.command)
            following = draft.changes.following
            batch.accept(draft, envelope: envelope, reply: reply, policy: policy.version)
        case .house:
            if let recall = envelope.command.recalls { try read(recall, into: &batch) }
            var draft = HouseDraft(batch.house, facts: facts, cause: envelope.cause)
            reply = try draft.decide(envelope.command)
            following = draft.changes.following
            batch.accept(draft, envelope: envelope, reply: reply, policy: policy.version)
            if case .blockAccount(let fingerprint, let code) = envelope.command, reply == .done {
                for (index, holder) in try store.holders(ofFingerprint: fingerprint).enumerated() {
                    _ = try decide(
                        Envelope(
                            cause: envelope.cause.following(1000 + index), actor: .system,
                            to: .customer(holder),
                            .blockMethods(fingerprint: fingerprint, code: code)),
                        in: &batch)
                }
            }
        }
        for (index, next) in following.enumerated() {
            _ = try decide(
                Envelope(
                    cause: envelope.cause.following(index), actor: envelope.actor,
                    to: next.addressee, next.command),
                in: &batch)
        }
        return reply
    }

    /// Brings back what a command names and what has left memory, until the batch is over.
    private func read(_ named: Command.Recall, into batch: inout Batch) throws {
        switch named {
        case .item(let id):
            guard batch.house.suspense[id] == nil, let item = try store.suspense(id) else { return }
            batch.recall(item)
        case .returned(let trace):
            for item in try store.suspense(trace: trace)
            where batch.house.suspense[item.id] == nil { batch.recall(item) }
        case .proposal(let id):
            guard batch.house.proposals[id] == nil, let proposal = try store.proposal(id) else {
                return
            }
            batch.house.proposals[id] = proposal
            batch.recalledProposals.append(id)
        }
    }

    private func customer(_ id: CustomerID, in batch: Batch) throws -> Customer? {
        if let customer = batch.commit.customers[id] ?? workingSet[id] { return customer }
        guard let customer = try store.customer(id) else { return nil }
        workingSet.keep(customer, as: id)
        return customer
    }
}

extension Identifier where Kind == CauseKind {
    /// One cause for each firing; that a timer fires once is the work of the commit that removes it.
    static func timer(_ due: DueTimer, firedAt now: Instant) -> Cause {
        var hash = UInt64(14_695_981_039_346_656_037)
        for byte in due.timer.kind.name.utf8 { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
        let base = Cause(
            high: due.customer.high ^ hash,
            low: due.customer.low ^ UInt64(bitPattern: due.timer.due.milliseconds))
        return base.following(Int(truncatingIfNeeded: now.milliseconds))
    }
}

/// A commit being gathered, with the working copies its commands see.
private struct Batch {
    var commit: Commit
    /// In force at the commit's time, with its bank clock.
    let policy: Policy
    let timing: ACHTiming
    var house: House
    var houseChanged = false
    var known: [Cause: KnownCause] = [:]
    /// What was read again because a command named it.
    private(set) var recalled: [SuspenseID] = []
    var recalledProposals: [ProposalID] = []
    private var before: Before

    /// What a refused command puts back: only what it touched, because a copy of the whole batch
    /// would cost each command as much as all before it.
    private struct Before {
        var decisions = 0
        var customers: [(id: CustomerID, was: Customer?)] = []
        var house: House
        var houseChanged = false
    }

    init(commit: Commit, house: House, policy: Policy, rules: RuleBook) {
        self.commit = commit
        self.policy = policy
        timing = policy.timing(under: rules)
        self.house = house
        before = Before(house: house)
    }

    mutating func recall(_ item: SuspenseItem) {
        house.put(item)
        recalled.append(item.id)
    }

    /// A command and what follows from it begin.
    mutating func begin() {
        before.decisions = commit.decisions.count
        before.customers.removeAll(keepingCapacity: true)
        before.house = house
        before.houseChanged = houseChanged
    }

    /// Everything since ``begin()`` did not happen.
    mutating func undo() {
        commit.decisions.removeLast(commit.decisions.count - before.decisions)
        for touched in before.customers.reversed() {
            commit.customers[touched.id] = touched.was
        }
        house = before.house
        houseChanged = before.houseChanged
    }

    private mutating func put(_ customer: Customer) {
        let was = commit.customers.updateValue(customer, forKey: customer.id)
        before.customers.append((customer.id, was))
    }

    mutating func open(_ customer: Customer, envelope: Envelope, policy: String) {
        put(customer)
        commit.decisions.append(
            Commit.Decided(
                envelope: envelope, reply: .customer(customer.id), policy: policy,
                changes: .opening, suspense: [], proposals: [], settings: false))
    }

    mutating func accept(_ draft: Draft, envelope: Envelope, reply: Reply, policy: String) {
        put(draft.customer)
        for item in draft.changes.parked {
            house.put(item)
            houseChanged = true
        }
        commit.decisions.append(
            Commit.Decided(
                envelope: envelope, reply: reply, policy: policy, changes: draft.changes,
                suspense: draft.changes.parked.map(\.id), proposals: [], settings: false))
    }

    mutating func accept(_ draft: HouseDraft, envelope: Envelope, reply: Reply, policy: String) {
        house = draft.house
        houseChanged = true
        commit.decisions.append(
            Commit.Decided(
                envelope: envelope, reply: reply, policy: policy, changes: draft.changes,
                suspense: draft.touchedSuspense, proposals: draft.touchedProposals,
                settings: draft.touchedSettings))
    }

    mutating func drop(
        _ kind: Timer.Kind, of customer: CustomerID, envelope: Envelope, refusal: Refusal
    ) {
        let alert = Alert(
            id: envelope.cause.identifier(0, atMilliseconds: commit.at.milliseconds),
            at: commit.at, content: .commandFailed("\(kind.name): \(refusal)"))
        commit.decisions.append(
            Commit.Decided(
                envelope: envelope, reply: .unchanged, policy: "",
                changes: .dropping(kind, alert: alert), suspense: [], proposals: [],
                settings: false))
    }
}

/// Recently used customers in bounded memory: two generations, the older thrown away whole.
private struct WorkingSet {
    private var recent: [CustomerID: Customer] = [:]
    private var older: [CustomerID: Customer] = [:]
    private let max: Int

    init(max: Int) { self.max = max }

    subscript(_ id: CustomerID) -> Customer? { recent[id] ?? older[id] }

    mutating func keep(_ customer: Customer, as id: CustomerID) {
        if recent.count >= max / 2 {
            older = recent
            recent = [:]
        }
        recent[id] = customer
    }

    mutating func removeAll() {
        recent = [:]
        older = [:]
    }
}
