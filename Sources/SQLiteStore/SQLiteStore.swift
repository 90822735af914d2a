import Banking
import CSQLiteSettings
import Edges
import Engine
import Foundation
import GRDB
import Ledger
import Money
import Nacha
import Rows
import Rules

/// The embedded store: one SQLite file, write-ahead log, every commit flushed before it is
/// answered (`synchronous = FULL`).
///
/// Used from the engine's thread only, but for ``SQLiteKeeper``, which writes. Those who only look have
/// connections of their own (``Reader``).
public final class SQLiteStore: Store {
    private let keeper: SQLiteKeeper
    /// A connection of its own for deciding: what is read for one batch is one view of the store,
    /// also while the batch before it is being written.
    private let queue: DatabaseQueue
    private var prepared: ReadStatements?
    /// The statements of the batch that is being decided.
    private var open: ReadStatements?
    /// Accounts of the customers who were read for the batch, as the books have them.
    private var loaded: [BalanceKey: AccountRow] = [:]

    /// Opens the file, creating and migrating it as needed.
    public static func open(path: String) throws -> DatabasePool {
        _ = settings
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 16000")
            // What is deleted is written over: a document's key must be gone when it is gone.
            try db.execute(sql: "PRAGMA secure_delete = ON")
            // Whoever reads a page or two needs little.
            try db.execute(
                sql: "PRAGMA cache_size = \(db.configuration.readonly ? -4000 : -48000)")
        }
        configuration.busyMode = .timeout(5)
        let pool = try DatabasePool(path: path, configuration: configuration)
        // GRDB turns the log on after it has prepared the connection, and with it flushing off.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        // Account balances and sealed documents: for the service's own user only.
        for suffix in ["", "-wal", "-shm"] {
            chmod(path + suffix, 0o600)
        }
        try Schema.migrator.migrate(pool)
        return pool
    }

    /// For the whole process, before its first connection.
    private static let settings = makewhole_sqlite_settings()

    /// Opens a file that is there for looking only, also while a program writes to it.
    public static func openReadOnly(path: String) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        return try DatabasePool(path: path, configuration: configuration)
    }

    public convenience init(pool: DatabasePool, causes: CauseSizes = CauseSizes()) throws {
        try self.init(pool: pool, causes: RecentCauses(pool: pool, causes))
    }

    /// - Parameter causes: of this database; a ``Reader`` that has them too finds causes at once.
    public init(pool: DatabasePool, causes: RecentCauses) throws {
        keeper = try SQLiteKeeper(pool: pool, causes)
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA cache_size = -16000")
        }
        queue = try DatabaseQueue(path: pool.path, configuration: configuration)
    }

    public func deciding<Value>(
        _ scope: BatchScope, _ body: () throws -> Value
    ) throws -> Value {
        try queue.inDatabase { db in
            let statements = try statements(db)
            try statements.begin.run()
            open = statements
            loaded.removeAll(keepingCapacity: true)
            defer {
                open = nil
                // It has only read: ending it cannot fail in a way that matters.
                try? statements.rollback.run()
            }
            return try body()
        }
    }

    public func keep(_ commit: Commit) throws {
        defer { loaded.removeAll(keepingCapacity: true) }
        try keeper.tidy()
        try keeper.keep(commit, EntityRows(commit), loaded: loaded)
    }

    public func keepAside(_ commit: Commit) throws -> (@Sendable () throws -> Void)? {
        // Nobody decides just now.
        try keeper.tidy()
        let loaded = loaded
        self.loaded = [:]
        let entities = EntityRows(commit)
        return { [keeper] in try keeper.keep(commit, entities, loaded: loaded) }
    }

    public func customer(_ id: CustomerID) throws -> Customer? {
        try perform { statements in
            var customer: Customer?
            statements.entities.bind(1, Blob(id))
            try statements.entities.each { row in
                guard let kind = EntityKind(rawValue: row.integer(0)) else {
                    throw SQLiteFault("entity kind \(row.integer(0)) is not known")
                }
                try customer.restore(kind, row.bytes(1))
            }
            guard customer != nil else { return nil }
            statements.balances.bind(1, Blob(id))
            try statements.balances.each { row in
                let (key, stored) = try Self.account(row)
                customer?.balances.restore(key, to: stored.amount)
                loaded[key] = stored
            }
            return customer
        }
    }

    private static func account(_ row: Statement) throws -> (BalanceKey, AccountRow) {
        guard let customer = row.blob(2), let item = row.blob(3),
            let account = Account(kind: row.text(1), customer: customer, item: item),
            let asset = AssetCode(row.text(4))
        else { throw SQLiteFault("account \(row.integer(0)) cannot be read") }
        return (
            BalanceKey(account, asset),
            AccountRow(
                id: row.integer(0), amount: row.integer(5),
                lastTransfer: row.isNull(6) ? nil : row.integer(6))
        )
    }

    public func house() throws -> House {
        try queue.read { db in try Reader.house(db) }
    }

    public func suspense(_ id: SuspenseID) throws -> SuspenseItem? {
        try perform { statements in
            statements.suspense.bind(1, Blob(id))
            return try items(statements.suspense).first
        }
    }

    public func suspense(trace: TraceNumber) throws -> [SuspenseItem] {
        try perform { statements in
            statements.suspenseUnder.bind(1, trace.text)
            return try items(statements.suspenseUnder)
        }
    }

    private func items(_ statement: Statement) throws -> [SuspenseItem] {
        var items: [SuspenseItem] = []
        try statement.each { row in
            items.append(try JSON.decode(SuspenseItem.self, row.text(0)))
        }
        return items
    }

    public func proposal(_ id: ProposalID) throws -> Proposal? {
        try perform { statements in
            var proposal: Proposal?
            statements.proposal.bind(1, Blob(id))
            try statements.proposal.each { row in
                proposal = try JSON.decode(Proposal.self, row.text(0))
            }
            return proposal
        }
    }

    public func known(_ cause: Cause) throws -> KnownCause? {
        try perform { statements in
            var known: KnownCause?
            var number = keeper.causes.sequence(of: cause)
            if number == nil {
                statements.indexedCause.bind(1, Blob(cause))
                try statements.indexedCause.each { row in number = row.integer(0) }
            }
            guard let number else { return nil }
            statements.cause.bind(1, number)
            try statements.cause.each { row in
                known = KnownCause(
                    fingerprint: UInt64(bitPattern: row.integer(0)),
                    reply: try Reply(packed: row.bytes(1)))
            }
            return known
        }
    }

    public func holders(ofFingerprint fingerprint: String) throws -> [CustomerID] {
        try perform { statements in
            var holders: [CustomerID] = []
            statements.tagged.bind(1, EntityKind.method.rawValue)
            statements.tagged.bind(2, fingerprint)
            try statements.tagged.each { row in
                if let blob = row.blob(0) { holders.append(CustomerID(blob)) }
            }
            return holders
        }
    }

    public func dueTimers(at now: Instant, limit: Int) throws -> [DueTimer] {
        try perform { statements in
            var due: [DueTimer] = []
            statements.dueTimers.bind(1, now.milliseconds)
            statements.dueTimers.bind(2, Int64(limit))
            try statements.dueTimers.each { row in
                guard let customer = row.blob(0) else { return }
                due.append(
                    DueTimer(
                        customer: CustomerID(customer),
                        timer: Rules.Timer(
                            kind: try Rules.Timer.Kind(packed: row.bytes(1)),
                            due: Instant(milliseconds: row.integer(2)))))
            }
            return due
        }
    }

    public func nextTimer() throws -> Instant? {
        try queue.read { db in
            try Int64.fetchOne(db, sql: "SELECT min(due) FROM timer").map {
                Instant(milliseconds: $0)
            }
        }
    }

    public func lastCommitAt() throws -> Instant? {
        try queue.read { db in
            try Int64.fetchOne(
                db, sql: "SELECT at FROM book_commit ORDER BY sequence DESC LIMIT 1"
            ).map { Instant(milliseconds: $0) }
        }
    }

    /// Inside a batch the batch's own view; outside a moment of its own.
    private func perform<Value>(_ body: (ReadStatements) throws -> Value) throws -> Value {
        if let open { return try body(open) }
        return try queue.inDatabase { db in try body(statements(db)) }
    }

    private func statements(_ db: Database) throws -> ReadStatements {
        if let prepared { return prepared }
        let statements = try ReadStatements(db)
        prepared = statements
        return statements
    }
}
