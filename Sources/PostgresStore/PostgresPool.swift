import Edges
import Engine
import Foundation
import Ledger
import Tables

/// PostgreSQL as those who look and the edges know it: a few connections, lent for one read or write.
///
/// It blocks the thread that asks, for a bounded time. Call it from a thread that may wait, or from tasks on
/// ``WaitingThreads``; never from Swift's own task pool, which has a thread for each core.
public final class PostgresPool: Pool, Leases {
    private let address: String
    private let application: String
    /// Who takes leases: this process by name, and this run of it.
    private let holder: String
    private let instance = UUID().uuidString
    private let size: Int
    private let waitingFor: TimeInterval
    private let idle = Idle()
    private let leases = HeldLeases()

    /// Connections at most.
    public static let connections = 8
    /// A connection that is free is waited for so long.
    public static let waitingFor: TimeInterval = 10
    /// While the server starts again or fails over a read or write is tried again for so long; a page waits.
    public static let retryingFor = Duration.seconds(5)
    /// Writers that meet are told so by the server and try again, so often.
    static let meetingsMax = 50

    /// Connections that nobody uses just now. They are lent to one thread at a time.
    private final class Idle: @unchecked Sendable {
        let condition = NSCondition()
        var sessions: [PostgresSession] = []
        var lent = 0
    }

    /// - Parameters:
    ///   - address: a connection string or URI of libpq.
    ///   - name: of this process; no other has it.
    public init(
        _ address: String, name: String, connections: Int = PostgresPool.connections,
        waitingFor: TimeInterval = PostgresPool.waitingFor
    ) {
        self.waitingFor = waitingFor
        self.address = address
        holder = name
        application = "makewhole \(name)"
        size = connections
    }

    public var dialect: Dialect { .postgres }

    // MARK: Reading and writing

    public func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try attempt { session in
            let transaction = PostgresTransaction(
                session, opening: [Request(PostgresPool.snapshot)])
            let value: Value
            do {
                value = try body(Database(transaction))
            } catch {
                try PostgresPool.rollBack(transaction, session)
                throw error
            }
            // It has only read: what was read is true however this ends.
            try? PostgresPool.rollBack(transaction, session)
            return value
        }
    }

    public func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try write(PostgresPool.begin, body)
    }

    private func write<Value>(
        _ begin: Statement, _ body: (Database) throws -> Value
    ) throws -> Value {
        let lease = Lease.current
        return try attempt { session in
            let transaction = PostgresTransaction(session, opening: [Request(begin)])
            let value: Value
            do {
                let db = Database(transaction)
                if let lease { try PostgresPool.prove(lease, db) }
                value = try body(db)
            } catch {
                try PostgresPool.rollBack(transaction, session)
                throw error
            }
            guard transaction.isOpen else { return value }
            try PostgresPool.commit(session)
            return value
        }
    }

    private static func statement(_ sql: String) -> Statement {
        // The simple ones are the same text as their name: every session prepares them once.
        Statement(name: sql, sql: sql, types: [])
    }

    /// One snapshot for all its statements.
    private static let snapshot = statement("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    /// As if nobody else wrote meanwhile: where that cannot be, the server says so and it is tried again.
    private static let begin = statement("BEGIN ISOLATION LEVEL SERIALIZABLE")
    /// For what takes a row first, and sees after it what others did before.
    private static let beginInTurn = statement("BEGIN ISOLATION LEVEL READ COMMITTED")
    private static let commitment = statement("COMMIT")
    private static let rollback = statement("ROLLBACK")
    private static let transactions = [snapshot, begin, beginInTurn, commitment, rollback]

    private static func rollBack(
        _ transaction: PostgresTransaction, _ session: PostgresSession
    ) throws {
        guard transaction.isOpen, !session.connection.isBroken else { return }
        _ = try session.connection.run([Request(rollback)])
    }

    /// Makes the write durable. A connection that ends meanwhile, or a standby that was not waited for,
    /// leaves nobody who could say whether it is.
    private static func commit(_ session: PostgresSession) throws {
        do throws(PostgresFault) {
            let answer = try session.connection.run([Request(commitment)])[0]
            guard answer.tag == "COMMIT" else {
                throw .refused(
                    state: "25P02", sentence: "the commit was answered by a rollback",
                    doing: "commit")
            }
        } catch {
            guard error.endsConnection else { throw error }
            throw DatabaseFault.unknownOutcome("\(error)")
        }
        guard session.connection.warnings.isEmpty else {
            throw DatabaseFault.unknownOutcome(
                session.connection.warnings.joined(separator: "; "))
        }
    }

    /// Runs `body` with a connection, again while it may help.
    private func attempt<Value>(_ body: (PostgresSession) throws -> Value) throws -> Value {
        let start = ContinuousClock.now
        var meetings = 0
        var losses = 0
        while true {
            do {
                let session = try borrow()
                do {
                    let value = try body(session)
                    giveBack(session)
                    return value
                } catch {
                    giveBack(session, mayBeUsed: !((error as? PostgresFault)?.isStale ?? false))
                    throw error
                }
            } catch let fault as PostgresFault {
                let pause: Duration
                switch fault.retry {
                case .deadlock, .serialization:
                    meetings += 1
                    guard meetings < Self.meetingsMax else {
                        throw DatabaseFault.overtaken("\(fault)")
                    }
                    pause = .microseconds(Int.random(in: 200...2_000) * min(meetings, 10))
                case .lockTimeout, .overtaken:
                    meetings += 1
                    guard meetings < 3 else { throw PostgresPool.named(fault) }
                    pause = .milliseconds(2)
                case .connection:
                    losses += 1
                    guard ContinuousClock.now - start < Self.retryingFor else {
                        throw DatabaseFault.unavailable("\(fault)")
                    }
                    pause = .milliseconds(min(25 << min(losses, 5), 500))
                case nil:
                    // Its plans are of tables that were changed since; another connection has none.
                    guard fault.isStale, losses == 0 else { throw PostgresPool.named(fault) }
                    losses += 1
                    pause = .zero
                }
                Pause.wait(pause)
            }
        }
    }

    private static func named(_ fault: PostgresFault) -> DatabaseFault {
        switch fault {
        case .lost(let sentence): .unavailable(sentence)
        case .unknownOutcome(let sentence): .unknownOutcome(sentence)
        case .overtaken(let sentence): .overtaken(sentence)
        case .fenced(let name): .fenced(role: name)
        case .unreadable(let sentence): .unreadable(sentence)
        case .refused: fault.retry == .lockTimeout ? .unavailable("\(fault)") : .refused("\(fault)")
        }
    }

    // MARK: Connections

    private func borrow() throws -> PostgresSession {
        idle.condition.lock()
        let deadline = Date(timeIntervalSinceNow: waitingFor)
        while idle.sessions.isEmpty, idle.lent >= size {
            guard idle.condition.wait(until: deadline) else {
                idle.condition.unlock()
                throw DatabaseFault.unavailable(
                    "none of \(size) connections was free within \(waitingFor) seconds")
            }
        }
        let free = idle.sessions.popLast()
        idle.lent += 1
        idle.condition.unlock()
        if let free { return free }
        do {
            return try PostgresSession(
                address, application: application, transactions: Self.transactions)
        } catch {
            forget()
            throw error
        }
    }

    private func giveBack(_ session: PostgresSession, mayBeUsed: Bool = true) {
        guard mayBeUsed, !session.connection.isBroken else { return forget() }
        idle.condition.lock()
        idle.sessions.append(session)
        idle.lent -= 1
        idle.condition.signal()
        idle.condition.unlock()
    }

    private func forget() {
        idle.condition.lock()
        idle.lent -= 1
        idle.condition.signal()
        idle.condition.unlock()
    }

    // MARK: One order of all commits

    /// Commits that are numbered in one step.
    private static let numberedTogether = 5_000

    /// Commits become visible in whatever order the server ends them. Each gets its number once it can be
    /// seen, behind all that have one, from whoever looks next: so a number is never put between two that
    /// were read. Of those that are numbered together, what follows from another has the larger turn.
    public func numberCommits() throws {
        let isBehind = try read { db in
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM writer w WHERE w.sequence > (
                        SELECT coalesce(max(o.book_commit), 0) FROM commit_order o
                        WHERE o.writer = w.number))
                    """) ?? false
        }
        guard isBehind else { return }
        try Lease.$current.withValue(nil) {
            while try write(Self.beginInTurn, Self.number) == Self.numberedTogether {}
        }
    }

    private static func number(_ db: Database) throws -> Int {
        // One process at a time; what it did is seen by the next.
        try db.execute(sql: "UPDATE commit_order_end SET number = number")
        try db.execute(
            sql: """
                INSERT INTO commit_order(number, writer, book_commit, at)
                SELECT e.number + row_number() OVER together, n.writer, n.sequence,
                    greatest(e.at, max(n.at) OVER together)
                FROM commit_order_end e, (
                    SELECT c.writer, c.sequence, c.at, c.turn
                    FROM writer w CROSS JOIN LATERAL (
                        SELECT * FROM book_commit c WHERE c.writer = w.number AND c.sequence > (
                            SELECT coalesce(max(o.book_commit), 0) FROM commit_order o
                            WHERE o.writer = w.number)
                        ORDER BY c.sequence LIMIT \(numberedTogether)) c
                    ORDER BY c.turn, c.writer, c.sequence LIMIT \(numberedTogether)) n
                WINDOW together AS (ORDER BY n.turn, n.writer, n.sequence)
                """)
        let made = db.changesCount
        try db.execute(
            sql: """
                UPDATE commit_order_end SET number = o.number, at = o.at
                FROM (SELECT number, at FROM commit_order ORDER BY number DESC LIMIT 1) o
                """)
        return made
    }

    // MARK: Leases

    /// Who takes a lease has it for so long by the server's clock, and renews it in time.
    static let leaseSeconds = 15

    private final class HeldLeases: @unchecked Sendable {
        let lock = NSLock()
        /// By the clock of this machine, read before the server was asked: not longer than the server thinks.
        var ends: [Lease: ContinuousClock.Instant] = [:]
    }

    public func take(_ role: String) throws -> Lease? {
        let now = ContinuousClock.now
        let held = leases.lock.withLock { leases.ends.first { $0.key.role == role } }
        if let held, held.value - now > .seconds(Self.leaseSeconds / 2) { return held.key }
        let epoch = try write(Self.beginInTurn) { db in
            try Int64.fetchOne(
                db,
                sql: """
                    INSERT INTO lease(role, epoch, holder, instance, ends_at)
                    VALUES (?1, 1, ?2, ?3, clock_timestamp() + interval '\(Self.leaseSeconds) s')
                    ON CONFLICT (role) DO UPDATE SET
                        epoch = lease.epoch
                            + CASE WHEN lease.instance = excluded.instance THEN 0 ELSE 1 END,
                        holder = excluded.holder, instance = excluded.instance,
                        ends_at = excluded.ends_at
                    WHERE lease.holder = excluded.holder OR lease.ends_at <= clock_timestamp()
                    RETURNING epoch
                    """,
                arguments: [role, holder, instance])
        }
        return leases.lock.withLock {
            leases.ends = leases.ends.filter { $0.key.role != role }
            guard let epoch else { return nil }
            let lease = Lease(role: role, epoch: epoch)
            leases.ends[lease] = now + .seconds(Self.leaseSeconds)
            return lease
        }
    }

    public func releaseAll() throws {
        leases.lock.withLock { leases.ends = [:] }
        try write(Self.beginInTurn) { db in
            try db.execute(
                sql: "UPDATE lease SET ends_at = clock_timestamp() WHERE instance = ?",
                arguments: [instance])
        }
    }

    /// That the lease is held still, until this write is over: whoever takes it waits so long.
    private static func prove(_ lease: Lease, _ db: Database) throws {
        let holds = try Int64.fetchOne(
            db, sql: "SELECT epoch FROM lease WHERE role = ? AND epoch = ? FOR KEY SHARE",
            arguments: [lease.role, lease.epoch])
        guard holds != nil else { throw DatabaseFault.fenced(role: lease.role) }
    }
}

extension PostgresFault {
    /// Statements were prepared before the tables were changed.
    fileprivate var isStale: Bool {
        if case .refused(let state, _, _) = self {
            ["0A000", "26000"].contains(state)
        } else {
            false
        }
    }
}

/// The books that several processes keep.
struct PostgresBooks: KeptBooks {
    let pool: PostgresPool
    let address: String

    func hasCause(_ cause: Cause) throws -> Bool {
        try pool.read { db in
            try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM cause WHERE id = ?)",
                arguments: [cause.data]) ?? false
        }
    }

    func verify(atMost limit: Int64) throws -> BooksReport? {
        let transfers = try pool.read { db in
            try Int64.fetchOne(db, sql: "SELECT sum(transfers) FROM book_commit") ?? 0
        }
        return transfers <= limit ? BooksReport(try PostgresVerifier.verify(address)) : nil
    }
}

extension BooksReport {
    init(_ report: PostgresVerifier.Report) {
        self.init()
        commits = report.commits
        transfers = report.transfers
        accounts = report.accounts
        problems = report.problems
    }
}

extension Reader {
    /// - Parameter address: of the same database, for what reads the whole of the books.
    public init(pool: PostgresPool, address: String) {
        self.init(pool: pool, books: PostgresBooks(pool: pool, address: address))
    }
}
