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
    /// `false` while the house here may have what was never kept: nothing is decided on it.
    private var isHouseKnown = true
    private var floor: Instant
    /// Batches that were decided and are not known to be kept, oldest first: at most the one that
    /// is on its way to disk, and the one decided on top of it.
    private var pending: [Batch] = []

    /// Customers kept in memory between batches; beyond it the least recent are read again.
    public static let workingSetMax = 12_288

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
    public func process(_ envelopes: [Envelope], now: Instant) throws -> [Outcome] {
        try process(envelopes, timers: nil, now: now)
    }

    private func process(
        _ envelopes: [Envelope], timers: [DueTimer]?, now: Instant
    ) throws -> [Outcome] {
        try again {
            let decision = try decide(envelopes, timers: timers, now: now)
            guard let commit = decision.commit else { return decision.outcomes }
            do {
                try store.keep(commit)
            } catch {
                forget()
                throw error
            }
            kept()
            return decision.outcomes
        }
    }

    /// Runs a batch, and runs it again where the store says that this may help.
    func again<Value>(_ body: () throws -> Value) throws -> Value {
        let begin = ContinuousClock.now
        var attempt = 0
        while true {
            do {
                return try body()
            } catch let fault as any StoreFault {
                attempt += 1
                let elapsed = ContinuousClock.now - begin
                guard let pause = fault.pause(beforeAttempt: attempt, after: elapsed) else {
                    throw fault
                }
                Pause.wait(pause)
            }
        }
    }

    /// What a batch comes to, before any of it is on disk.
    public struct Decision: Sendable {
        /// To be told only when ``commit`` is kept.
        public let outcomes: [Outcome]
        /// `nil` when nothing changes.
        public let commit: Commit?
    }

    /// Decides a batch on top of what was decided before. Its commit is to be kept by the store;
    /// then ``kept()`` is called, or ``forget()`` when that failed, before the next but one.
    public func decide(_ envelopes: [Envelope], now: Instant) throws -> Decision {
        try decide(envelopes, timers: nil, now: now)
    }

    /// - Parameter timers: what the envelopes fire, one for each.
    private func decide(
        _ envelopes: [Envelope], timers: [DueTimer]?, now clockNow: Instant
    ) throws -> Decision {
        var outcomes: [Outcome] = []
        outcomes.reserveCapacity(envelopes.count)
        try recallHouse()
        let batch = try store.deciding(BatchScope(envelopes)) {
            if let changed = try store.changedHouse() {
                house = changed
                house.forgetWhatIsOver()
            }
            // The clock may jump back, or another node's be ahead; decisions about money never do.
            let now = max(clockNow, floor, store.latestOfOthers() ?? floor)
            var batch = Batch(
                commit: Commit(at: now), house: house, policy: policies.policy(at: now),
                rules: rules)
            for (index, envelope) in envelopes.enumerated() {
                if let timer = timers?[index], !store.isStanding(timer) {
                    // Another node fired it, or its customer's commands took it out meanwhile.
                    outcomes.append(.replayed(.unchanged))
                    continue
                }
                outcomes.append(try outcome(of: envelope, in: &batch))
            }
            return batch
        }
        guard !batch.commit.decisions.isEmpty else {
            store.abandon()
            return Decision(outcomes: outcomes, commit: nil)
        }
        var commit = batch.commit
        if batch.houseChanged { commit.house = batch.house }
        floor = commit.at
        house = batch.house
        for (id, changed) in commit.customers { workingSet.keep(changed.customer, as: id) }
        pending.append(batch)
        return Decision(outcomes: outcomes, commit: commit)
    }

    /// The oldest commit that was decided is durable: what is over with it leaves memory, for only
    /// now the store can give it back. What a later batch has changed waits for that.
    public func kept() {
        let kept = pending.removeFirst()
        for id in kept.suspenseNamed
        where !pending.contains(where: { $0.suspenseNamed.contains(id) }) { house.forget(id) }
        for id in kept.proposalsNamed
        where !pending.contains(where: { $0.proposalsNamed.contains(id) }) { house.forget(id) }
    }

    /// Whether a commit is on disk is unknown: what was decided since is thrown away, and only what
    /// is read again is believed.
    public func forget() {
        pending.removeAll()
        workingSet.removeAll()
        isHouseKnown = false
    }

    /// Reads the house where it was forgotten. While the store does not give it, nobody is answered
    /// by what a commit that failed has left here.
    private func recallHouse() throws {
        guard !isHouseKnown else { return }
        house = try store.house()
        house.forgetWhatIsOver()
        isHouseKnown = true
    }

    /// Whether a timer in the store is due; the commits on their way may take it out.
    func hasDueTimers(now: Instant) throws -> Bool {
        try again { try !store.claimTimers(at: max(now, floor), limit: 1).isEmpty }
    }

    /// Fires the timers whose time has come, at most `limit`; says how many there were.
    public func fireTimers(now clockNow: Instant, limit: Int) throws -> Int {
        let now = max(clockNow, floor)
        let due = try again { try store.claimTimers(at: now, limit: limit) }
        guard !due.isEmpty else { return 0 }
        let envelopes = due.map { timer in
            Envelope(
                cause: Cause.timer(timer, firedAt: now), actor: .system,
                to: .customer(timer.customer),
                .timer(timer.timer.kind))
        }
        _ = try process(envelopes, timers: due, now: now)
        return due.count
    }

    private func outcome(of envelope: Envelope, in batch: inout Batch) throws -> Outcome {
        if let known = try known(envelope.cause, in: batch) {
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
            batch.accept(
                draft, of: customer, envelope: envelope, reply: reply, policy: policy.version)
        case .house:
            if let recall = envelope.command.recalls { try read(recall, into: &batch) }
            var draft = HouseDraft(batch.house, facts: facts, cause: envelope.cause)
            reply = try draft.decide(envelope.command)
            following = draft.changes.following
            batch.accept(draft, envelope: envelope, reply: reply, policy: policy.version)
            if case .blockAccount(let fingerprint, let code) = envelope.command, reply == .done {
                for (index, holder) in try holders(of: fingerprint, in: batch).enumerated() {
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
            batch.recall(proposal)
        }
    }

    private func customer(_ id: CustomerID, in batch: Batch) throws -> Customer? {
        if let changed = batch.commit.customers[id] { return changed.customer }
        if store.isCurrent(id), let customer = workingSet.find(id) { return customer }
        // The store may not have yet what was decided last.
        for earlier in pending.reversed() {
            if let changed = earlier.commit.customers[id] { return changed.customer }
        }
        guard let customer = try store.customer(id) else { return nil }
        workingSet.keep(customer, as: id)
        return customer
    }

    private func known(_ cause: Cause, in batch: Batch) throws -> KnownCause? {
        if let known = batch.known[cause] { return known }
        for earlier in pending { if let known = earlier.known[cause] { return known } }
        return try store.known(cause)
    }

    private func holders(of fingerprint: String, in batch: Batch) throws -> [CustomerID] {
        var holders = Set(try store.holders(ofFingerprint: fingerprint))
        for commit in pending.map(\.commit) + [batch.commit] {
            for changed in commit.customers.values where changed.customer.hasAccount(fingerprint) {
                holders.insert(changed.customer.id)
            }
        }
        return holders.sorted()
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
    /// What was read again because a command named it, or has been changed.
    private(set) var suspenseNamed: Set<SuspenseID> = []
    private(set) var proposalsNamed: Set<ProposalID> = []
    private var before: Before

    /// What a refused command puts back: only what it touched, because a copy of the whole batch
    /// would cost each command as much as all before it.
    private struct Before {
        var decisions = 0
        var customers: [(id: CustomerID, was: Commit.Changed?)] = []
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
        suspenseNamed.insert(item.id)
    }

    mutating func recall(_ proposal: Proposal) {
        house.proposals[proposal.id] = proposal
        proposalsNamed.insert(proposal.id)
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

    private mutating func put(
        _ customer: Customer, found: Customer?, touched: [EntityReference]
    ) {
        let id = customer.id
        let was = commit.customers[id]
        var changed = was ?? Commit.Changed(before: found, customer: customer)
        changed.customer = customer
        for part in touched where !changed.touched.contains(part) { changed.touched.append(part) }
        commit.customers[id] = changed
        before.customers.append((id, was))
    }

    mutating func open(_ customer: Customer, envelope: Envelope, policy: String) {
        put(customer, found: nil, touched: [.profile])
        commit.decisions.append(
            Commit.Decided(
                envelope: envelope, reply: .customer(customer.id), policy: policy,
                changes: .opening, suspense: [], proposals: [], settings: false))
    }

    mutating func accept(
        _ draft: Draft, of customer: Customer, envelope: Envelope, reply: Reply, policy: String
    ) {
        put(draft.customer, found: customer, touched: draft.changes.touched)
        for item in draft.changes.parked {
            house.put(item)
            houseChanged = true
            suspenseNamed.insert(item.id)
        }
        commit.decisions.append(
            Commit.Decided(
                envelope: envelope, reply: reply, policy: policy, changes: draft.changes,
                suspense: draft.changes.parked.map(\.id), proposals: [], settings: false))
    }

    mutating func accept(_ draft: HouseDraft, envelope: Envelope, reply: Reply, policy: String) {
        house = draft.house
        houseChanged = true
        suspenseNamed.formUnion(draft.touchedSuspense)
        proposalsNamed.formUnion(draft.touchedProposals)
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

extension Customer {
    fileprivate func hasAccount(_ fingerprint: String) -> Bool {
        methods.values.contains { $0.bankAccount?.fingerprint == fingerprint }
    }
}

/// Customers used lately, in bounded memory: who was not asked for since the hand last passed gives
/// his place to another.
private struct WorkingSet {
    private var places: [CustomerID: Int] = [:]
    private var slots: [Slot] = []
    private var hand = 0
    private let max: Int

    private struct Slot {
        var customer: Customer
        var isUsed: Bool
    }

    init(max: Int) { self.max = max }

    mutating func find(_ id: CustomerID) -> Customer? {
        guard let place = places[id] else { return nil }
        slots[place].isUsed = true
        return slots[place].customer
    }

    mutating func keep(_ customer: Customer, as id: CustomerID) {
        if let place = places[id] {
            slots[place].customer = customer
        } else if slots.count < max {
            places[id] = slots.count
            slots.append(Slot(customer: customer, isUsed: false))
        } else {
            while slots[hand].isUsed {
                slots[hand].isUsed = false
                hand = (hand + 1) % max
            }
            places[slots[hand].customer.id] = nil
            places[id] = hand
            slots[hand] = Slot(customer: customer, isUsed: false)
            hand = (hand + 1) % max
        }
    }

    mutating func removeAll() {
        places = [:]
        slots = []
        hand = 0
    }
}
