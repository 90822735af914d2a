import Banking
import Engine
import Ledger
import Money
import Nacha
import Rows
import Rules

/// The store for several processes on one PostgreSQL database: any of them takes any command.
///
/// A batch holds the rows of its customers from the moment it is decided until it is kept, so two
/// processes never decide about one customer at once. Aggregates stay in memory between batches; the
/// version that comes back with each held row says whether they are still true
/// (`docs/decisions/0018-postgresql.md`).
///
/// Used from the engine's thread only, which it blocks.
public final class PostgresStore: Store {
    private let address: String
    /// The name under which this process writes; no other may have it at the same time.
    public let writer: String
    public let figures: PostgresFigures
    private let application: String
    private var connection: Connection?
    private var registration: Registration
    /// The house as of the last commit this process knows, and its version.
    private var houseKept = House()
    private var houseVersion: Int64 = -1
    private var versions = Versions()
    private var batch: Batch?
    /// What the last try of the batch turned out to need besides what it named.
    private var widened = Widening()
    private var claimed: [DueTimer] = []
    private var unresolved: Unresolved?
    private var plannedAt = ContinuousClock.now
    private var isReporting = false
    private let rows = CommitRows()
    private let names = Column(.uuid)
    private let strangers = Column(.uuid)
    private let causeNames = Column(.uuid)
    private let timerColumns = [Column(.uuid), Column(.bytes), Column(.integer8)]

    /// A process that died with a batch holds its timers for this long.
    public static let claimSeconds = 30
    /// How long a batch is tried again for while there is no connection: as long as a server takes
    /// to start again or to fail over.
    public static let retryingFor = Duration.seconds(20)
    /// How long the outcome of a commit is asked for before its callers are told that it is unknown.
    public static let resolvingFor = Duration.seconds(20)

    /// A plan that was made when a table had one row is not kept for longer than this.
    static let plansLive = Duration.seconds(5)

    /// The batch that is being decided.
    private struct Batch {
        let asked: Set<Key>
        /// Versions the customers get when it is kept; who is asked for and not here is unknown.
        let versions: [Key: Int64]
        /// The version the house gets, when the batch holds it.
        let house: Int64?
        let houseSeen: Int64
        /// The largest turn of any commit that can be seen.
        let turnSeen: Int64
        let floor: Instant?
        var known: [Cause: KnownCause]
        let causes: Set<Cause>
        var read: [Key: Customer]
        let standing: Set<DueTimer>
    }

    private struct Widening {
        var customers: Set<CustomerID> = []
        var house = false
    }

    /// A commit that was sent and not answered.
    private struct Unresolved {
        let result: CommitRows.Result
        let causes: [Cause]
    }

    /// Connects and takes the writer's name.
    ///
    /// - Parameters:
    ///   - address: a connection string or URI of libpq; several hosts for a database that fails over.
    ///   - migrating: brings the tables up to date first; otherwise they must be.
    /// - Throws: ``PostgresFault``.
    public init(
        _ address: String, writer: String, migrating: Bool = true,
        figures: PostgresFigures = PostgresFigures()
    ) throws {
        self.address = address
        self.writer = writer
        self.figures = figures
        application = "makewhole \(writer)"
        if migrating { _ = try Self.migrate(address) }
        let opened = try Connection(address, application: application)
        try Schema.check(opened)
        registration = try Registration.take(writer, opened)
        try opened.prepare(Statements.all)
        connection = opened
        try readHouse(opened)
    }

    /// Brings the tables of the database up to what this program knows.
    ///
    /// - Returns: how many migrations were made.
    public static func migrate(_ address: String, distribute: Bool = false) throws -> Int {
        let connection = try Connection(address, patience: Connection.readersPatience)
        let made = try Schema.migrate(connection)
        if distribute { try Distribution.distribute(connection) }
        return made
    }

    /// Throws unless the database answers and its tables are those this program knows.
    public static func check(_ address: String) throws {
        try Schema.check(try Connection(address, patience: .seconds(10)))
    }

    /// The server's process that this store talks to; `nil` while there is none.
    public var serverProcess: Int32? { connection?.process }

    // MARK: Deciding

    public func deciding<Value>(
        _ scope: BatchScope, _ body: () throws -> Value
    ) throws -> Value {
        try reporting {
            let connection = try connected()
            do {
                batch = try hold(scope, connection)
                return try body()
            } catch {
                rollBack()
                throw error
            }
        }
    }

    public func isCurrent(_ id: CustomerID) -> Bool {
        guard let batch, let version = batch.versions[Key(id)] else { return false }
        return versions[Key(id)] == version - 1
    }

    public func changedHouse() throws -> House? {
        guard let batch, batch.houseSeen != houseVersion, let connection else { return nil }
        try readHouse(connection)
        return houseKept
    }

    public func latestOfOthers() -> Instant? { batch?.floor }

    public func isStanding(_ timer: DueTimer) -> Bool { batch?.standing.contains(timer) ?? true }

    public func customer(_ id: CustomerID) throws -> Customer? {
        let key = Key(id)
        guard let batch else {
            return try reporting { try read([key], try connected())[key] }
        }
        guard batch.asked.contains(key) else {
            // Rows are held in the order of their ids, so nothing more can be held now.
            widened.customers.insert(id)
            throw PostgresFault.overtaken("\(id) was not named by the batch that decides about it")
        }
        guard let version = batch.versions[key] else { return nil }
        var customer = batch.read[key]
        if customer == nil, let connection { customer = try read([key], connection)[key] }
        if customer != nil { versions[key] = version - 1 }
        return customer
    }

    public func known(_ cause: Cause) throws -> KnownCause? {
        if let batch, batch.causes.contains(cause) { return batch.known[cause] }
        return try reporting {
            causeNames.removeAll()
            causeNames.append(Key(cause))
            let answer = try connected().run([Request(Statements.causes, [.column(causeNames)])])
            return try Self.causes(answer[0])[cause]
        }
    }

    public func holders(ofFingerprint fingerprint: String) throws -> [CustomerID] {
        try reporting {
            let answer = try connected().run([Request(Statements.holders, [.text(fingerprint)])])
            let holders = (0..<answer[0].rows).map { CustomerID(answer[0].key($0, 0)) }
            if let batch {
                // Each of them is decided about next: all at once are named for the next try.
                let unnamed = holders.filter { !batch.asked.contains(Key($0)) }
                widened.customers.formUnion(unnamed)
                guard unnamed.isEmpty else {
                    throw PostgresFault.overtaken(
                        "\(unnamed.count) holders of an account were not named by the batch that "
                            + "decides about them")
                }
            }
            return holders
        }
    }

    /// As of the last commit this process knows: every batch first asks whether it has changed. What
    /// is over is read when a command names it.
    public func house() throws -> House { houseKept }

    public func suspense(_ id: SuspenseID) throws -> SuspenseItem? {
        try items(Request(Statements.suspense, [.key(Key(id))])).first
    }

    public func suspense(trace: TraceNumber) throws -> [SuspenseItem] {
        try items(Request(Statements.suspenseUnder, [.text(trace.text)]))
    }

    private func items(_ request: Request) throws -> [SuspenseItem] {
        try reporting {
            let answer = try connected().run([request])[0]
            return try (0..<answer.rows).map {
                try JSON.decode(SuspenseItem.self, answer.text($0, 0))
            }
        }
    }

    public func proposal(_ id: ProposalID) throws -> Proposal? {
        try reporting {
            let answer = try connected().run([Request(Statements.proposal, [.key(Key(id))])])[0]
            return try answer.rows == 1 ? JSON.decode(Proposal.self, answer.text(0, 0)) : nil
        }
    }

    public func abandon() {
        rollBack()
        widened = Widening()
        claimed = []
    }

    // MARK: Keeping

    public func keep(_ commit: Commit) throws {
        try reporting {
            guard let batch, let connection else {
                throw PostgresFault.lost("it ended while the batch was decided")
            }
            let unnamed = commit.customers.keys.filter { !batch.asked.contains(Key($0)) }
            guard unnamed.isEmpty else {
                widened.customers.formUnion(unnamed)
                rollBack()
                throw PostgresFault.overtaken(
                    "\(unnamed.count) customers were not named by the batch that changes them")
            }
            if commit.house != nil, batch.house == nil {
                widened.house = true
                rollBack()
                throw PostgresFault.overtaken("the batch changed the house and had not named it")
            }
            let written: (requests: [Request], result: CommitRows.Result)
            do {
                written = try rows.requests(
                    commit,
                    CommitRows.Held(
                        versions: batch.versions, house: batch.house, chain: registration.chain,
                        turn: batch.turnSeen + 1,
                        houseBalances: registration.houseBalances))
            } catch {
                rollBack()
                throw error
            }
            let causes = commit.decisions.map(\.envelope.cause)
            self.batch = nil
            if try send(written.requests, connection) {
                adopt(written.result)
            } else {
                unresolved = Unresolved(result: written.result, causes: causes)
                guard try resolve() else {
                    throw PostgresFault.lost("the commit that was under way was not carried out")
                }
            }
            learn(commit, batch, written.result)
            widened = Widening()
            claimed = []
        }
    }

    /// Sends the rows and the commit in one go: `true` when the server says that it is durable,
    /// `false` when nobody can say. Throws when it certainly did not happen.
    private func send(_ requests: [Request], _ connection: Connection) throws -> Bool {
        do throws(PostgresFault) {
            let answers = try connection.run(requests + [Request(Statements.commit)])
            guard answers.last?.tag == "COMMIT" else {
                throw .refused(
                    state: "25P02", sentence: "the commit was answered by a rollback",
                    doing: "commit")
            }
            // Beside "all is well" the server may warn that the wait for a standby was ended: then
            // the commit is lost with this server (PostgreSQL manual, 27.2.8).
            if connection.warnings.isEmpty { return true }
            disconnect()
            return false
        } catch {
            if error.endsConnection {
                disconnect()
                return false
            }
            rollBack()
            throw error
        }
    }

    private func adopt(_ result: CommitRows.Result) {
        registration.chain = result.chain
        registration.houseBalances = result.houseBalances
    }

    /// What is remembered of the customers and the house once the commit is durable.
    private func learn(_ commit: Commit, _ batch: Batch, _ result: CommitRows.Result) {
        for (key, version) in batch.versions where versions[key] == version - 1 {
            versions[key] = version
        }
        for key in result.opened { versions[key] = 1 }
        if let version = batch.house { houseVersion = version }
        if let house = commit.house {
            houseKept = house
            for decided in commit.decisions {
                for id in decided.suspense { houseKept.forget(id) }
                for id in decided.proposals { houseKept.forget(id) }
            }
        }
    }

    // MARK: When the outcome is unknown

    /// Finds out whether the commit that was not answered was carried out, and makes sure that it
    /// stays: by a commit of its own behind it, which waits for the standby as that one should have.
    ///
    /// The server's end of the broken connection holds the writer's row until its transaction is
    /// over. So once this one holds it nothing can be committed behind our back.
    private func resolve() throws -> Bool {
        guard let asked = unresolved else { return true }
        let deadline = ContinuousClock.now + Self.resolvingFor
        var attempt = 0
        var last = PostgresFault.lost("it was not asked")
        while ContinuousClock.now < deadline {
            do throws(PostgresFault) {
                let wasKept = try ask(asked, until: deadline)
                unresolved = nil
                figures.countUnknown(wasKept: wasKept)
                return wasKept
            } catch {
                guard error.retry != nil else { throw error }
                last = error
                disconnect()
                attempt += 1
                Pause.wait(.milliseconds(min(20 << min(attempt, 6), 1000)))
            }
        }
        figures.countUnknown(wasKept: nil)
        throw PostgresFault.unknownOutcome("\(last)")
    }

    /// The writer's own row says it, which nobody else can change meanwhile: it ends with the hash of
    /// that commit, or still with the one before. That the causes are there says nothing, because
    /// another writer may have been asked for the same.
    private func ask(
        _ asked: Unresolved, until deadline: ContinuousClock.Instant
    ) throws(PostgresFault) -> Bool {
        let connection = try reconnected(until: deadline)
        causeNames.removeAll()
        for cause in asked.causes { causeNames.append(Key(cause)) }
        let answers = try connection.run(
            [
                Request(Statements.begin),
                Request(
                    Statements.holdWriter,
                    [.small(registration.number), .integer(registration.epoch)]),
                Request(
                    Statements.causesOfCommit,
                    [
                        .column(causeNames), .small(registration.number),
                        .integer(asked.result.chain.sequence),
                    ]),
                Request(Statements.commit),
            ], until: deadline)
        guard answers[3].tag == "COMMIT", connection.warnings.isEmpty else {
            throw .lost("the standby was not waited for")
        }
        guard answers[1].rows == 1 else { throw .fenced(writer: writer) }
        let hash = answers[1].bytes(0, 2)
        let found = Int(answers[2].integer(0, 0))
        let expected = Set(asked.causes).count
        if hash == asked.result.chain.hash, found == expected {
            adopt(asked.result)
            return true
        }
        guard hash == registration.chain.hash, found == 0 else {
            throw .unreadable(
                "a broken commit of writer \(writer) carried out \(found) of its \(expected) "
                    + "causes, and the chain ends at neither of the two ends it can have")
        }
        return false
    }

    // MARK: Holding

    private func hold(_ scope: BatchScope, _ connection: Connection) throws -> Batch {
        let named =
            widened.customers.isEmpty
            ? scope.customers : Set(scope.customers).union(widened.customers).sorted()
        let ids = named.map { Key($0) }
        let holdsHouse = scope.hasHouse || widened.house
        names.removeAll()
        strangers.removeAll()
        causeNames.removeAll()
        for id in ids {
            names.append(id)
            if versions[id] == nil { strangers.append(id) }
        }
        for cause in scope.causes { causeNames.append(Key(cause)) }
        var requests: [Request] = []
        if ContinuousClock.now - plannedAt > Self.plansLive {
            requests.append(Request(Statements.forgetPlans))
            plannedAt = ContinuousClock.now
        }
        requests.append(Request(Statements.begin))
        func ask(_ statement: Statement, _ parameters: [Parameter] = []) -> Int {
            requests.append(Request(statement, parameters))
            return requests.count - 1
        }
        let house = holdsHouse ? ask(Statements.holdHouse) : nil
        if holdsHouse { _ = ask(Statements.holdWriters) }
        let own = ask(
            Statements.holdWriter,
            [.small(registration.number), .integer(registration.epoch)])
        let customers = ids.isEmpty ? nil : ask(Statements.holdCustomers, [.column(names)])
        let view = ask(Statements.houseVersion)
        let causes = ask(Statements.causes, [.column(causeNames)])
        let read = strangers.isEmpty ? nil : ask(Statements.entities, [.column(strangers)])
        if read != nil { _ = ask(Statements.accounts, [.column(strangers)]) }
        let standing = claimed.isEmpty ? nil : askStanding(&requests)

        let answers = try connection.run(requests)
        guard answers[own].rows == 1 else { throw PostgresFault.fenced(writer: writer) }
        guard answers[own].bytes(0, 2) == registration.chain.hash else {
            throw PostgresFault.unreadable(
                "the chain of writer \(writer) does not end where this process ended it")
        }
        var held: [Key: Int64] = [:]
        if let customers {
            let answer = answers[customers]
            held.reserveCapacity(answer.rows)
            for row in 0..<answer.rows { held[answer.key(row, 0)] = answer.integer(row, 1) }
        }
        var found = try read.map { try Self.customers(answers[$0], answers[$0 + 1]) } ?? [:]
        let stale = ids.filter { id in
            guard let version = held[id], let mine = versions[id] else { return false }
            return mine != version - 1
        }
        if !stale.isEmpty {
            found.merge(try self.read(stale, connection)) { _, newer in newer }
        }
        return Batch(
            asked: Set(ids), versions: held, house: house.map { answers[$0].integer(0, 0) },
            // A batch that holds the house has already raised the version it found.
            houseSeen: answers[view].integer(0, 0) - (holdsHouse ? 1 : 0),
            turnSeen: answers[view].integer(0, 2),
            floor: answers[view].isNull(0, 1)
                ? nil : Instant(milliseconds: answers[view].integer(0, 1)),
            known: try Self.causes(answers[causes]), causes: Set(scope.causes), read: found,
            standing: try standing.map { try standingTimers(answers[$0]) } ?? [])
    }

    private func rollBack() {
        batch = nil
        guard let connection else { return }
        guard !connection.isBroken else { return disconnect() }
        do {
            _ = try connection.run([Request(Statements.rollback)])
        } catch {
            // The server rolls back what was begun on a connection that ends.
            disconnect()
        }
    }

    // MARK: Timers

    public func claimTimers(at now: Instant, limit: Int) throws -> [DueTimer] {
        try reporting {
            let connection = try connected()
            let open = try connection.run([
                Request(
                    Statements.unclaimedTimers,
                    [.integer(now.milliseconds), .integer(Int64(limit))])
            ])[0]
            guard open.rows > 0 else { return [] }
            for column in timerColumns { column.removeAll() }
            for row in 0..<open.rows {
                timerColumns[0].append(open.key(row, 0))
                timerColumns[1].append(open.bytes(row, 1))
            }
            let mine = try connection.run([
                Request(
                    Statements.claimTimers,
                    [
                        .column(timerColumns[0]), .column(timerColumns[1]),
                        .integer(now.milliseconds),
                        .integer(now.milliseconds + Int64(Self.claimSeconds) * 1000),
                        .small(registration.number),
                    ])
            ])[0]
            let timers = try Self.timers(mine)
            let packed = Dictionary(
                uniqueKeysWithValues: timers.map { ($0, $0.timer.kind.packed) })
            claimed = timers.sorted { first, second in
                let one = (first.timer.due, first.customer)
                let other = (second.timer.due, second.customer)
                return one == other
                    ? (packed[first] ?? []).lexicographicallyPrecedes(packed[second] ?? [])
                    : one < other
            }
            return claimed
        }
    }

    private func askStanding(_ requests: inout [Request]) -> Int {
        for column in timerColumns { column.removeAll() }
        for due in claimed {
            timerColumns[0].append(Key(due.customer))
            timerColumns[1].append(due.timer.kind.packed)
            timerColumns[2].append(due.timer.due.milliseconds)
        }
        requests.append(
            Request(Statements.standingTimers, timerColumns.map { .column($0) }))
        return requests.count - 1
    }

    private func standingTimers(_ answer: Answer) throws -> Set<DueTimer> {
        Set(try Self.timers(answer))
    }

    public func dueTimers(at now: Instant, limit: Int) throws -> [DueTimer] {
        try reporting {
            let answer = try connected().run([
                Request(
                    Statements.dueTimers, [.integer(now.milliseconds), .integer(Int64(limit))])
            ])
            return try Self.timers(answer[0])
        }
    }

    public func nextTimer() throws -> Instant? {
        try reporting {
            let answer = try connected().run([Request(Statements.nextTimer)])[0]
            return answer.isNull(0, 0) ? nil : Instant(milliseconds: answer.integer(0, 0))
        }
    }

    public func lastCommitAt() throws -> Instant? {
        try reporting {
            let answer = try connected().run([Request(Statements.lastCommit)])[0]
            return answer.isNull(0, 0) ? nil : Instant(milliseconds: answer.integer(0, 0))
        }
    }

    /// Debits and returns by day, of all writers together.
    public func debitCounts(since first: Day) throws -> DebitCounts {
        try reporting {
            let since = Parameter.small(Int32(first.daysSinceEpoch))
            let answers = try connected().run([
                Request(Statements.debits, [since]), Request(Statements.returns, [since]),
            ])
            func day(_ answer: Answer, _ row: Int, _ column: Int) -> Day {
                Day(daysSinceEpoch: Int(answer.integer(row, column)))
            }
            var counts = DebitCounts()
            for row in 0..<answers[0].rows {
                let count = Int(answers[0].integer(row, 2))
                if answers[0].text(row, 1) == "sent" {
                    counts.sent[day(answers[0], row, 0)] = count
                } else {
                    counts.settling[day(answers[0], row, 0)] = count
                }
            }
            for row in 0..<answers[1].rows {
                let entry = DebitCount.Return(
                    code: answers[1].text(row, 2), settled: day(answers[1], row, 0),
                    received: day(answers[1], row, 1))
                counts.returned[entry] = Int(answers[1].integer(row, 3))
            }
            return counts
        }
    }

    // MARK: Connections

    /// A connection with nothing left open from before.
    private func connected() throws -> Connection {
        if unresolved != nil { _ = try resolve() }
        if let connection, !connection.isBroken { return connection }
        return try reconnected()
    }

    private func reconnected(
        until deadline: ContinuousClock.Instant? = nil
    ) throws(PostgresFault) -> Connection {
        if let connection, !connection.isBroken { return connection }
        connection = nil
        let opened = try Connection(address, application: application, until: deadline)
        try Schema.check(opened, until: deadline)
        try opened.prepare(Statements.all, until: deadline)
        figures.countReconnect()
        connection = opened
        return opened
    }

    private func disconnect() { connection = nil }

    /// Counts what a batch is run again for, and drops a connection that cannot be used any more.
    /// What is asked for within a batch is reported with it, once.
    private func reporting<Value>(_ body: () throws -> Value) throws -> Value {
        guard !isReporting else { return try body() }
        isReporting = true
        defer { isReporting = false }
        do {
            return try body()
        } catch let fault as PostgresFault {
            if fault.endsConnection { disconnect() }
            if let retry = fault.retry { figures.count(retry) }
            throw fault
        }
    }

    // MARK: Reading rows

    private func readHouse(_ connection: Connection) throws {
        let answers = try connection.run([
            Request(Statements.houseVersion),
            Request(Statements.suspenseSince, [.integer(houseVersion)]),
            Request(Statements.proposalsSince, [.integer(houseVersion)]),
            Request(Statements.settings),
            Request(Statements.blockedSince, [.integer(houseVersion)]),
        ])
        for row in 0..<answers[1].rows {
            let item = try JSON.decode(SuspenseItem.self, answers[1].text(row, 0))
            houseKept.put(item)
            houseKept.forget(item.id)
        }
        for row in 0..<answers[2].rows {
            let proposal = try JSON.decode(Proposal.self, answers[2].text(row, 0))
            houseKept.proposals[proposal.id] = proposal
            houseKept.forget(proposal.id)
        }
        if answers[3].rows == 1 {
            houseKept.settings = try JSON.decode(House.Settings.self, answers[3].text(0, 0))
        }
        for row in 0..<answers[4].rows {
            houseKept.blockedAccounts[answers[4].text(row, 0)] = answers[4].text(row, 1)
        }
        // A batch that holds the house has raised the version, and nobody else can meanwhile.
        houseVersion = batch?.houseSeen ?? answers[0].integer(0, 0)
    }

    private func read(_ ids: [Key], _ connection: Connection) throws -> [Key: Customer] {
        strangers.removeAll()
        for id in ids { strangers.append(id) }
        let answers = try connection.run([
            Request(Statements.entities, [.column(strangers)]),
            Request(Statements.accounts, [.column(strangers)]),
        ])
        return try Self.customers(answers[0], answers[1])
    }

    private static func customers(
        _ entities: Answer, _ accounts: Answer
    ) throws -> [Key: Customer] {
        var customers: [Key: Customer] = [:]
        var row = 0
        while row < entities.rows {
            let id = entities.key(row, 0)
            var customer: Customer?
            while row < entities.rows, entities.key(row, 0) == id {
                guard let kind = EntityKind(rawValue: entities.integer(row, 1)) else {
                    throw PostgresFault.unreadable(
                        "entity kind \(entities.integer(row, 1)) is not known")
                }
                try customer.restore(kind, entities.bytes(row, 2))
                row += 1
            }
            customers[id] = customer
        }
        for row in 0..<accounts.rows {
            let id = accounts.key(row, 0)
            guard
                let account = Account(
                    kind: accounts.text(row, 1), customer: id.blob,
                    item: accounts.key(row, 2).blob),
                let asset = AssetCode(accounts.text(row, 3))
            else {
                throw PostgresFault.unreadable(
                    "the account \(accounts.text(row, 1)) of \(CustomerID(id)) is not known")
            }
            customers[id]?.balances.restore(
                BalanceKey(account, asset), to: accounts.integer(row, 4))
        }
        return customers
    }

    private static func causes(_ answer: Answer) throws -> [Cause: KnownCause] {
        var known: [Cause: KnownCause] = [:]
        for row in 0..<answer.rows {
            known[Cause(answer.key(row, 0))] = KnownCause(
                fingerprint: UInt64(bitPattern: answer.integer(row, 1)),
                reply: try Reply(packed: answer.bytes(row, 2)))
        }
        return known
    }

    private static func timers(_ answer: Answer) throws -> [DueTimer] {
        try (0..<answer.rows).map { row in
            DueTimer(
                customer: CustomerID(answer.key(row, 0)),
                timer: Timer(
                    kind: try Timer.Kind(packed: answer.bytes(row, 1)),
                    due: Instant(milliseconds: answer.integer(row, 2))))
        }
    }
}

/// The version each aggregate had when this process last had it in its hands, in bounded memory: two
/// generations, the older thrown away whole. What is not here is read again.
private struct Versions {
    private var recent: [Key: Int64] = [:]
    private var older: [Key: Int64] = [:]

    static let max = 100_000

    subscript(_ key: Key) -> Int64? {
        get { recent[key] ?? older[key] }
        set {
            if recent.count >= Versions.max / 2 {
                older = recent
                recent = [:]
            }
            recent[key] = newValue
        }
    }
}
