import Banking
import Engine
import Foundation
import GRDB
import GRDBSQLite
import Ledger
import Money
import Rows
import Rules
import Synchronization

/// The half of the store that writes: the pool's writing connection, used by one thread at a time.
final class SQLiteKeeper: Sendable {
    private let pool: DatabasePool
    private let state: Mutex<State>
    let causes: RecentCauses
    /// Pages that the log has grown to, as SQLite tells after each commit.
    private let logPages: LogPages

    private struct State {
        var chain: Chain
        var statements: Statements?
        var accounts = Accounts()
    }

    /// The log is written home when it has so many pages and nobody reads behind it (64 MB): a page
    /// that many commits touch is written home once.
    static let logMax: Int32 = 16_000
    /// Accounts remembered between commits; beyond it they are looked up again.
    static let accountsMax = 50_000

    init(pool: DatabasePool, _ causes: RecentCauses) throws {
        self.pool = pool
        state = Mutex(State(chain: try pool.read { db in try Chain.last(db) }))
        self.causes = causes
        logPages = LogPages()
        try pool.writeWithoutTransaction { [logPages] db in try logPages.watch(db) }
    }

    /// Writes the log home, if it is time: when nobody decides by an older view of the store, because
    /// what such a view needs could not be written home and the log would only grow.
    func tidy() throws {
        guard logPages.count >= Self.logMax else { return }
        try pool.writeWithoutTransaction { db in
            _ = try db.checkpoint(.passive)
            logPages.reset()
        }
    }

    /// Writes the commit durably. `loaded` are accounts as the store had them when their customers
    /// were read for it.
    func keep(
        _ commit: Commit, _ entities: EntityRows, loaded: [BalanceKey: AccountRow]
    ) throws {
        try state.withLock { state in
            let slice = causes.slice(for: commit.decisions.count)
            do {
                let kept = try pool.writeWithoutTransaction { db in
                    let statements = try state.statements ?? Statements(db)
                    state.statements = statements
                    try statements.begin.run()
                    do {
                        var writing = Writing(
                            statements: statements, chain: state.chain,
                            accounts: state.accounts, loaded: loaded)
                        state.accounts = Accounts()
                        try writing.write(commit, entities, slice)
                        try statements.commit.run()
                        state.chain = writing.chain
                        if writing.accounts.rows.count <= Self.accountsMax {
                            state.accounts = writing.accounts
                        }
                        return writing.causes
                    } catch {
                        try? statements.rollback.run()
                        throw error
                    }
                }
                causes.kept(kept, slice)
            } catch {
                // Nothing remembered may outlive a commit that may not have happened.
                state.accounts = Accounts()
                state.chain = try pool.read { db in
                    try causes.reload(db)
                    return try Chain.last(db)
                }
                throw error
            }
        }
    }
}

/// How far the log has grown.
private final class LogPages: Sendable {
    private let pages = UnsafeBox()

    /// Memory that SQLite writes to from the writing connection, for as long as that is open.
    private final class UnsafeBox: Sendable {
        let count = Atomic<Int32>(0)
    }

    var count: Int32 { pages.count.load(ordering: .relaxed) }

    func reset() { pages.count.store(0, ordering: .relaxed) }

    /// Takes the place of SQLite's own checkpoints after a thousand pages. The connection keeps the
    /// count alive. Should nobody tidy up, four times ``SQLiteKeeper/logMax`` is the end.
    func watch(_ db: Database) throws {
        guard let connection = db.sqliteConnection else {
            throw SQLiteFault("the database is closed")
        }
        sqlite3_wal_hook(
            connection,
            { context, connection, name, pages in
                guard let context else { return SQLITE_OK }
                Unmanaged<UnsafeBox>.fromOpaque(context).takeUnretainedValue()
                    .count.store(pages, ordering: .relaxed)
                if pages >= 4 * SQLiteKeeper.logMax {
                    sqlite3_wal_checkpoint_v2(
                        connection, name, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
                }
                return SQLITE_OK
            }, Unmanaged.passRetained(pages).toOpaque())
    }
}

struct AccountRow: Sendable {
    let id: Int64
    var amount: Int64
    var lastTransfer: Int64?
    var isDirty = false
}

/// Accounts as they are after the last transfer, found once and then by their place.
private struct Accounts: Sendable {
    private var places: [BalanceKey: Int] = [:]
    var rows: [AccountRow] = []

    func place(of key: BalanceKey) -> Int? { places[key] }

    mutating func add(_ row: AccountRow, as key: BalanceKey) -> Int {
        places[key] = rows.count
        rows.append(row)
        return rows.count - 1
    }
}

/// One commit being written.
private struct Writing {
    let statements: Statements
    var chain: Chain
    var accounts: Accounts
    let loaded: [BalanceKey: AccountRow]
    private(set) var causes: [(id: Cause, sequence: Int64)] = []
    private var events = CommitEvents()
    /// Places of the accounts that the commit changes, each once.
    private var dirty: [Int] = []

    /// A cause's number is its commit's, and its place among the causes of it.
    static let causeBits = Int64(20)

    init(
        statements: Statements, chain: Chain, accounts: Accounts,
        loaded: [BalanceKey: AccountRow]
    ) {
        self.statements = statements
        self.chain = chain
        self.accounts = accounts
        self.loaded = loaded
    }

    mutating func write(
        _ commit: Commit, _ entities: EntityRows, _ slice: RecentCauses.Slice?
    ) throws {
        precondition(commit.decisions.count < 1 << Self.causeBits, "a commit is too large")
        chain.begin(at: commit.at)
        for decided in commit.decisions {
            let cause = decided.envelope.cause
            let number = chain.sequence << Self.causeBits | Int64(causes.count)
            causes.append((cause, number))
            try write(decided, number: number)
            events.add(decided)
            for transfer in decided.changes.transfers {
                try post(transfer, cause: cause, number: number, of: commit)
            }
        }
        try index(slice)
        // By number, which is by place in the file.
        for place in dirty.sorted(by: { accounts.rows[$0].id < accounts.rows[$1].id }) {
            accounts.rows[place].isDirty = false
            let row = accounts.rows[place]
            statements.updateAccount.bind(1, row.amount)
            statements.updateAccount.bind(2, row.lastTransfer)
            statements.updateAccount.bind(3, row.id)
            try statements.updateAccount.run()
        }
        try write(entities)
        try writeHouse(commit)
        try writeDebits(commit)
        let sealed = chain.seal()
        if !events.isEmpty {
            statements.insertEvents.bind(1, sealed.sequence)
            statements.insertEvents.bind(2, sealed.at.milliseconds)
            statements.insertEvents.bind(3, events.bytes)
            try statements.insertEvents.run()
        }
        statements.insertCommit.bind(1, sealed.sequence)
        statements.insertCommit.bind(2, sealed.at.milliseconds)
        statements.insertCommit.bind(3, sealed.firstTransfer)
        statements.insertCommit.bind(4, sealed.transfers)
        statements.insertCommit.bind(5, sealed.firstAccount)
        statements.insertCommit.bind(6, sealed.accounts)
        statements.insertCommit.bind(7, sealed.hash)
        try statements.insertCommit.run()
    }

    /// Takes causes of earlier commits into the index.
    private func index(_ slice: RecentCauses.Slice?) throws {
        guard let slice else { return }
        for entry in slice.entries {
            let id = Blob(high: entry.high, low: entry.low)
            statements.indexCause.bind(1, id)
            statements.indexCause.bind(2, entry.sequence)
            try statements.indexCause.run()
            // There already: in a slice that is taken again after a start, or what must not be.
            if statements.indexCause.changes == 0 { try checkIndexed(id, entry.sequence) }
        }
        if let sequence = slice.completes {
            statements.causesIndexed.bind(1, sequence)
            try statements.causesIndexed.run()
        }
    }

    private func checkIndexed(_ id: Blob, _ sequence: Int64) throws {
        statements.indexedCause.bind(1, id)
        try statements.indexedCause.each { row in
            guard row.integer(0) == sequence else {
                throw SQLiteFault(
                    "a cause was carried out twice, as \(row.integer(0)) and \(sequence): stop, run "
                        + "makewhole verify, and restore a backup")
            }
        }
    }

    private mutating func post(
        _ transfer: Transfer, cause: Cause, number: Int64, of commit: Commit
    ) throws {
        let debit = try account(BalanceKey(transfer.debit, transfer.asset), commit)
        let credit = try account(BalanceKey(transfer.credit, transfer.asset), commit)
        let (debitID, creditID) = (accounts.rows[debit].id, accounts.rows[credit].id)
        let sequence = chain.append(
            cause: cause, debit: debitID, credit: creditID, amount: transfer.amount,
            reason: transfer.reason.rawValue)
        statements.insertTransfer.bind(1, sequence)
        statements.insertTransfer.bind(2, chain.sequence)
        statements.insertTransfer.bind(3, number)
        statements.insertTransfer.bind(4, debitID)
        statements.insertTransfer.bind(5, creditID)
        statements.insertTransfer.bind(6, transfer.amount)
        statements.insertTransfer.bind(7, transfer.reason.rawValue)
        statements.insertTransfer.bind(8, accounts.rows[debit].lastTransfer)
        statements.insertTransfer.bind(9, accounts.rows[credit].lastTransfer)
        try statements.insertTransfer.run()
        move(transfer.amount, debit, sequence)
        move(-transfer.amount, credit, sequence)
    }

    private mutating func move(_ amount: Int64, _ place: Int, _ sequence: Int64) {
        accounts.rows[place].amount += amount
        accounts.rows[place].lastTransfer = sequence
        guard !accounts.rows[place].isDirty else { return }
        accounts.rows[place].isDirty = true
        dirty.append(place)
    }

    /// Where the account stands; it is opened when the books do not have it.
    private mutating func account(_ key: BalanceKey, _ commit: Commit) throws -> Int {
        if let place = accounts.place(of: key) { return place }
        if let row = loaded[key] { return accounts.add(row, as: key) }
        let stored = key.account.stored
        var found: AccountRow?
        // An aggregate has every account of its customer: one it did not have is not in the books.
        let isNew =
            key.account.customer.flatMap { commit.customers[$0] }
            .map { $0.before?.balances.has(key) != true } ?? false
        if !isNew {
            statements.findAccount.bind(1, stored.customer)
            statements.findAccount.bind(2, stored.kind)
            statements.findAccount.bind(3, stored.item)
            statements.findAccount.bind(4, key.asset.description)
            try statements.findAccount.each { row in
                found = AccountRow(
                    id: row.integer(0), amount: row.integer(1),
                    lastTransfer: row.isNull(2) ? nil : row.integer(2))
            }
        }
        if let found { return accounts.add(found, as: key) }
        let id = chain.open(
            kind: stored.kind, customer: stored.customer, item: stored.item,
            asset: key.asset.description)
        statements.insertAccount.bind(1, id)
        statements.insertAccount.bind(2, stored.kind)
        statements.insertAccount.bind(3, stored.customer)
        statements.insertAccount.bind(4, stored.item)
        statements.insertAccount.bind(5, key.asset.description)
        try statements.insertAccount.run()
        return accounts.add(AccountRow(id: id, amount: 0, lastTransfer: nil), as: key)
    }

    private func write(_ decided: Commit.Decided, number: Int64) throws {
        let envelope = decided.envelope
        let customer: Blob
        switch envelope.addressee {
        case .customer(let id): customer = Blob(id)
        case .house: customer = .empty
        }
        statements.insertCause.bind(1, number)
        statements.insertCause.bind(2, Blob(envelope.cause))
        statements.insertCause.bind(3, Int64(bitPattern: envelope.fingerprint))
        statements.insertCause.bind(4, envelope.actor.name)
        statements.insertCause.bind(5, customer)
        statements.insertCause.bind(6, envelope.command.name)
        statements.insertCause.bind(7, decided.policy)
        statements.insertCause.bind(8, packing: decided.reply)
        statements.insertCause.bind(9, envelope.reason)
        try statements.insertCause.run()

        if case .timer(let kind) = envelope.command { try clear(kind, of: customer) }
        for change in decided.changes.timers {
            switch change {
            case .clear(let kind): try clear(kind, of: customer)
            case .set(let timer):
                statements.setTimer.bind(1, customer)
                statements.setTimer.bind(2, packing: timer.kind)
                statements.setTimer.bind(3, timer.due.milliseconds)
                try statements.setTimer.run()
            }
        }
        for change in decided.changes.entries { try write(change, of: customer) }
        for notice in decided.changes.notices {
            statements.insertNotice.bind(1, Blob(notice.id))
            statements.insertNotice.bind(2, customer)
            statements.insertNotice.bind(3, notice.at.milliseconds)
            statements.insertNotice.bind(4, packing: notice.content)
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
            statements.insertOutgoing.bind(2, packing: outgoing)
            statements.insertOutgoing.bind(3, chain.at.milliseconds)
            try statements.insertOutgoing.run()
        }
    }

    private func clear(_ kind: Rules.Timer.Kind, of customer: Blob) throws {
        statements.clearTimer.bind(1, customer)
        statements.clearTimer.bind(2, packing: kind)
        try statements.clearTimer.run()
    }

    private func write(
        _ change: Changes.EntryChange, of customer: Blob,
    ) throws {
        switch change {
        case .queue(let entry):
            statements.queueEntry.bind(1, entry.payment.key)
            statements.queueEntry.bind(2, customer)
            statements.queueEntry.bind(3, entry.amount.count)
            statements.queueEntry.bind(4, packing: entry.presentment)
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

    private mutating func write(_ entities: EntityRows) throws {
        try entities.bodies.withUnsafeBytes { bodies in
            for row in entities.rows {
                let body = UnsafeRawBufferPointer(rebasing: bodies[row.body])
                guard let tag = row.tag else {
                    statements.changeEntity.bind(1, body)
                    statements.changeEntity.bind(2, Blob(row.customer))
                    statements.changeEntity.bind(3, row.kind.rawValue)
                    statements.changeEntity.bind(4, row.id)
                    try statements.changeEntity.run()
                    continue
                }
                events.add(row, state: tag)
                statements.putEntity.bind(1, Blob(row.customer))
                statements.putEntity.bind(2, row.kind.rawValue)
                statements.putEntity.bind(3, row.id)
                statements.putEntity.bind(4, tag)
                statements.putEntity.bind(5, row.reference)
                statements.putEntity.bind(6, body)
                try statements.putEntity.run()
            }
        }
    }

    private func writeHouse(_ commit: Commit) throws {
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

    private func writeDebits(_ commit: Commit) throws {
        let counts = commit.debitCounts
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
}
