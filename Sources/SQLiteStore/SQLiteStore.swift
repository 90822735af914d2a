import Banking
import Engine
import Foundation
import GRDB
import Ledger
import Money
import Nacha
import Rules

/// The embedded store: one SQLite file, write-ahead log, every commit flushed before it is
/// answered (`synchronous = FULL`).
///
/// Used from the engine's thread only. Readers have connections of their own (``Reader``).
public final class SQLiteStore: Store {
    private let pool: DatabasePool
    private var prepared: Statements?
    /// The statements of the batch that is being carried out.
    private var open: Statements?
    private var chain: Chain
    private var accounts: [BalanceKey: AccountRow] = [:]
    private var dirty: Set<BalanceKey> = []

    /// Accounts remembered between commits; beyond it they are looked up again.
    static let accountsMax = 200_000

    struct AccountRow {
        let id: Int64
        var amount: Int64
        var lastTransfer: Int64?
    }

    /// Opens the file, creating and migrating it as needed.
    public static func open(path: String) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 16000")
            try db.execute(sql: "PRAGMA cache_size = -32000")
        }
        configuration.busyMode = .timeout(5)
        let pool = try DatabasePool(path: path, configuration: configuration)
        // Account balances and sealed documents: for the service's own user only.
        for suffix in ["", "-wal", "-shm"] {
            chmod(path + suffix, 0o600)
        }
        try Schema.migrator.migrate(pool)
        return pool
    }

    /// Opens a file that is there for looking only, also while a program writes to it.
    public static func openReadOnly(path: String) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        return try DatabasePool(path: path, configuration: configuration)
    }

    public init(pool: DatabasePool) throws {
        self.pool = pool
        chain = try pool.read { db in try Chain.last(db) }
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
                if accounts[key] == nil { accounts[key] = stored }
            }
            return customer
        }
    }

    private static func account(_ row: Statement) throws -> (BalanceKey, AccountRow) {
        guard let customer = Blob(row.bytes(2)), let item = Blob(row.bytes(3)),
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

    public func house() throws -> House { try pool.read { db in try Reader.house(db) } }

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
            statements.cause.bind(1, Blob(cause))
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
                if let blob = Blob(row.bytes(0)) { holders.append(CustomerID(blob)) }
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
                guard let customer = Blob(row.bytes(0)) else { return }
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
        try pool.read { db in
            try Int64.fetchOne(db, sql: "SELECT min(due) FROM timer").map {
                Instant(milliseconds: $0)
            }
        }
    }

    public func lastCommitAt() throws -> Instant? {
        try pool.read { db in
            try Int64.fetchOne(
                db, sql: "SELECT at FROM book_commit ORDER BY sequence DESC LIMIT 1"
            ).map { Instant(milliseconds: $0) }
        }
    }

    public func batch<Value>(_ body: () throws -> Value) throws -> Value {
        let chainBefore = chain
        do {
            return try pool.writeWithoutTransaction { db in
                let statements = try statements(db)
                try statements.begin.run()
                open = statements
                defer { open = nil }
                do {
                    let value = try body()
                    // Without anything to keep there is nothing to flush either.
                    try
                        (chain.sequence > chainBefore.sequence
                        ? statements.commit : statements.rollback)
                        .run()
                    if accounts.count > Self.accountsMax { accounts = [:] }
                    return value
                } catch {
                    try? statements.rollback.run()
                    throw error
                }
            }
        } catch {
            // Nothing remembered may outlive a commit that may not have happened.
            chain = chainBefore
            accounts = [:]
            dirty = []
            chain = try pool.read { db in try Chain.last(db) }
            throw error
        }
    }

    public func keep(_ commit: Commit) throws {
        guard let open else { return try batch { try keep(commit) } }
        try write(commit, open)
    }

    private func write(_ commit: Commit, _ statements: Statements) throws {
        chain.begin(at: commit.at)
        for decided in commit.decisions {
            let cause = decided.envelope.cause
            try write(decided, statements)
            for transfer in decided.changes.transfers {
                try post(transfer, cause: cause, statements)
            }
        }
        for key in dirty {
            guard let row = accounts[key] else { continue }
            statements.updateAccount.bind(1, row.amount)
            statements.updateAccount.bind(2, row.lastTransfer)
            statements.updateAccount.bind(3, row.id)
            try statements.updateAccount.run()
        }
        dirty.removeAll(keepingCapacity: true)
        try writeEntities(commit, statements)
        try writeHouse(commit, statements)
        try writeDebits(commit, statements)
        let sealed = chain.seal()
        statements.insertCommit.bind(1, sealed.sequence)
        statements.insertCommit.bind(2, sealed.at.milliseconds)
        statements.insertCommit.bind(3, sealed.firstTransfer)
        statements.insertCommit.bind(4, sealed.transfers)
        statements.insertCommit.bind(5, sealed.firstAccount)
        statements.insertCommit.bind(6, sealed.accounts)
        statements.insertCommit.bind(7, sealed.hash)
        try statements.insertCommit.run()
    }

    private func post(_ transfer: Transfer, cause: Cause, _ statements: Statements) throws {
        let debitKey = BalanceKey(transfer.debit, transfer.asset)
        let creditKey = BalanceKey(transfer.credit, transfer.asset)
        var debit = try account(debitKey, statements)
        var credit = try account(creditKey, statements)
        let sequence = chain.append(
            cause: cause, debit: debit.id, credit: credit.id, amount: transfer.amount,
            reason: transfer.reason.rawValue)
        statements.insertTransfer.bind(1, sequence)
        statements.insertTransfer.bind(2, chain.sequence)
        statements.insertTransfer.bind(3, Blob(cause))
        statements.insertTransfer.bind(4, debit.id)
        statements.insertTransfer.bind(5, credit.id)
        statements.insertTransfer.bind(6, transfer.amount)
        statements.insertTransfer.bind(7, transfer.reason.rawValue)
        statements.insertTransfer.bind(8, debit.lastTransfer)
        statements.insertTransfer.bind(9, credit.lastTransfer)
        try statements.insertTransfer.run()
        debit.amount += transfer.amount
        credit.amount -= transfer.amount
        debit.lastTransfer = sequence
        credit.lastTransfer = sequence
        accounts[debitKey] = debit
        accounts[creditKey] = credit
        dirty.insert(debitKey)
        dirty.insert(creditKey)
    }

    private func account(_ key: BalanceKey, _ statements: Statements) throws -> AccountRow {
        if let row = accounts[key] { return row }
        let stored = key.account.stored
        var found: AccountRow?
        statements.findAccount.bind(1, stored.customer)
        statements.findAccount.bind(2, stored.kind)
        statements.findAccount.bind(3, stored.item)
        statements.findAccount.bind(4, key.asset.description)
        try statements.findAccount.each { row in
            found = AccountRow(
                id: row.integer(0), amount: row.integer(1),
                lastTransfer: row.isNull(2) ? nil : row.integer(2))
        }
        if let found { return found }
        let id = chain.open(
            kind: stored.kind, customer: stored.customer, item: stored.item,
            asset: key.asset.description)
        statements.insertAccount.bind(1, id)
        statements.insertAccount.bind(2, stored.kind)
        statements.insertAccount.bind(3, stored.customer)
        statements.insertAccount.bind(4, stored.item)
        statements.insertAccount.bind(5, key.asset.description)
        try statements.insertAccount.run()
        return AccountRow(id: id, amount: 0, lastTransfer: nil)
    }

    private func write(_ decided: Commit.Decided, _ statements: Statements) throws {
        let envelope = decided.envelope
        let customer: Blob
        switch envelope.addressee {
        case .customer(let id): customer = Blob(id)
        case .house: customer = .empty
        }
        statements.insertCause.bind(1, Blob(envelope.cause))
        statements.insertCause.bind(2, chain.sequence)
        statements.insertCause.bind(3, Int64(bitPattern: envelope.fingerprint))
        statements.insertCause.bind(4, envelope.actor.name)
        statements.insertCause.bind(5, customer)
        statements.insertCause.bind(6, envelope.command.name)
        statements.insertCause.bind(7, decided.policy)
        statements.insertCause.bind(8, decided.reply.packed)
        statements.insertCause.bind(9, envelope.reason)
        try statements.insertCause.run()

        if case .timer(let kind) = envelope.command { try clear(kind, of: customer, statements) }
        for change in decided.changes.timers {
            switch change {
            case .clear(let kind): try clear(kind, of: customer, statements)
            case .set(let timer):
                statements.setTimer.bind(1, customer)
                statements.setTimer.bind(2, timer.kind.packed)
                statements.setTimer.bind(3, timer.due.milliseconds)
                try statements.setTimer.run()
            }
        }
        for change in decided.changes.entries { try write(change, of: customer, statements) }
        for notice in decided.changes.notices {
            statements.insertNotice.bind(1, Blob(notice.id))
            statements.insertNotice.bind(2, customer)
            statements.insertNotice.bind(3, notice.at.milliseconds)
            statements.insertNotice.bind(4, notice.content.packed)
            try statements.insertNotice.run()
        }
        for alert in decided.changes.alerts {
            statements.insertAlert.bind(1, Blob(alert.id))
            statements.insertAlert.bind(2, alert.at.milliseconds)
            statements.insertAlert.bind(3, try JSON.encode(alert.content))
            try statements.insertAlert.run()
        }
        for outgoing in decided.changes.outgoing {
            statements.insertOutgoing.bind(1, customer)
            statements.insertOutgoing.bind(2, outgoing.packed)
            statements.insertOutgoing.bind(3, chain.at.milliseconds)
            try statements.insertOutgoing.run()
        }
    }

    private func clear(_ kind: Rules.Timer.Kind, of customer: Blob, _ statements: Statements) throws
    {
        statements.clearTimer.bind(1, customer)
        statements.clearTimer.bind(2, kind.packed)
        try statements.clearTimer.run()
    }

    private func write(
        _ change: Changes.EntryChange, of customer: Blob, _ statements: Statements
    ) throws {
        switch change {
        case .queue(let entry):
            statements.queueEntry.bind(1, entry.payment.key)
            statements.queueEntry.bind(2, customer)
            statements.queueEntry.bind(3, entry.amount.count)
            statements.queueEntry.bind(4, entry.presentment.packed)
            statements.queueEntry.bind(5, chain.at.milliseconds)
            try statements.queueEntry.run()
        case .dequeue(let payment):
            statements.dequeueEntry.bind(1, payment.key)
            try statements.dequeueEntry.run()
        case .send(let sent):
            statements.sendEntry.bind(1, sent.trace.text)
            statements.sendEntry.bind(2, sent.file)
            statements.sendEntry.bind(3, sent.payment.key)
            try statements.sendEntry.run()
        }
    }

    private func writeEntities(_ commit: Commit, _ statements: Statements) throws {
        // A part touched by several commands of the batch is written once, as it is at the end.
        var written: [CustomerID: Set<EntityReference>] = [:]
        for decided in commit.decisions where !decided.changes.touched.isEmpty {
            guard case .customer(let id) = decided.envelope.addressee,
                let customer = commit.customers[id]
            else { continue }
            for reference in decided.changes.touched
            where written[id, default: []].insert(reference).inserted {
                guard let row = customer.row(reference) else { continue }
                statements.putEntity.bind(1, Blob(id))
                statements.putEntity.bind(2, row.kind.rawValue)
                statements.putEntity.bind(3, row.id)
                statements.putEntity.bind(4, row.tag)
                statements.putEntity.bind(5, row.reference)
                statements.putEntity.bind(6, row.body)
                try statements.putEntity.run()
            }
        }
    }

    private func writeHouse(_ commit: Commit, _ statements: Statements) throws {
        guard let house = commit.house else { return }
        for id in Set(commit.decisions.flatMap(\.suspense)) {
            guard let item = house.suspense[id] else { continue }
            statements.putSuspense.bind(1, Blob(id))
            statements.putSuspense.bind(2, item.state.tag)
            statements.putSuspense.bind(3, try JSON.encode(item))
            statements.putSuspense.bind(4, item.trace?.text)
            statements.putSuspense.bind(5, item.dishonorBy?.milliseconds)
            try statements.putSuspense.run()
        }
        for id in Set(commit.decisions.flatMap(\.proposals)) {
            guard let proposal = house.proposals[id] else { continue }
            statements.putProposal.bind(1, Blob(id))
            statements.putProposal.bind(2, proposal.state.tag)
            statements.putProposal.bind(3, try JSON.encode(proposal))
            try statements.putProposal.run()
        }
        for account in commit.decisions.lazy.flatMap(\.changes.blocked) {
            statements.blockAccount.bind(1, account.fingerprint)
            statements.blockAccount.bind(2, account.code)
            try statements.blockAccount.run()
        }
        if commit.decisions.contains(where: \.settings) {
            statements.putSetting.bind(1, "house")
            statements.putSetting.bind(2, try JSON.encode(house.settings))
            try statements.putSetting.run()
        }
    }

    /// Summed first: a batch of a thousand debits is a few rows.
    private func writeDebits(_ commit: Commit, _ statements: Statements) throws {
        var counts = DebitCounts()
        for decided in commit.decisions {
            for count in decided.changes.debits { counts.add(count) }
        }
        for (kind, days) in [("sent", counts.sent), ("settling", counts.settling)] {
            for (day, count) in days where count != 0 {
                statements.addDebits.bind(1, Int64(day.daysSinceEpoch))
                statements.addDebits.bind(2, kind)
                statements.addDebits.bind(3, Int64(count))
                try statements.addDebits.run()
            }
        }
        for (entry, count) in counts.returned {
            statements.addReturns.bind(1, Int64(entry.settled.daysSinceEpoch))
            statements.addReturns.bind(2, Int64(entry.received.daysSinceEpoch))
            statements.addReturns.bind(3, entry.code)
            statements.addReturns.bind(4, Int64(count))
            try statements.addReturns.run()
        }
    }

    /// Inside a batch the batch's own connection and transaction; outside a moment of its own.
    private func perform<Value>(_ body: (Statements) throws -> Value) throws -> Value {
        if let open { return try body(open) }
        return try pool.writeWithoutTransaction { db in try body(statements(db)) }
    }

    private func statements(_ db: Database) throws -> Statements {
        if let prepared { return prepared }
        guard let connection = db.sqliteConnection else {
            throw SQLiteFault("the database is closed")
        }
        let statements = try Statements(connection)
        prepared = statements
        return statements
    }
}
