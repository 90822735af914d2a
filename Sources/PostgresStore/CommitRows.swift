import Banking
import Engine
import Ledger
import Money
import Rows
import Rules

/// A commit as the rows it writes: a column for each parameter of each statement. The memory of the
/// columns is used again for the next commit.
final class CommitRows {
    /// What the rows need to know besides the commit.
    struct Held {
        /// Versions of the customers the batch holds.
        let versions: [Key: Int64]
        /// Of the house; `nil` when the batch does not hold it.
        let house: Int64?
        let chain: WriterChain
        /// Larger than that of every commit this one can follow from.
        let turn: Int64
        /// This writer's own balances of the house's accounts.
        let houseBalances: [BalanceKey: Int64]
    }

    /// What is so once the commit is durable.
    struct Result {
        let chain: WriterChain
        let houseBalances: [BalanceKey: Int64]
        let opened: [Key]
    }

    private var tables: [Table] = []

    private func table(_ statement: Statement, _ elements: Column.Element...) -> Table {
        let table = Table(statement, elements)
        tables.append(table)
        return table
    }

    private lazy var customers = table(Statements.insertCustomers, .uuid)
    private lazy var causes = table(
        Statements.insertCauses, .uuid, .integer8, .text, .uuid, .text, .text, .bytes, .text)
    private lazy var transfers = table(
        Statements.insertTransfers, .uuid, .integer8, .integer4, .uuid, .text, .uuid, .uuid, .text,
        .uuid, .uuid, .text, .integer8, .text)
    private lazy var accounts = table(
        Statements.putAccounts, .uuid, .text, .uuid, .text, .integer8)
    private lazy var postings = table(
        Statements.insertHousePostings, .text, .text, .integer8, .integer8)
    private lazy var entities = table(
        Statements.putEntities, .uuid, .integer2, .uuid, .bytes, .text, .text)
    private lazy var entitiesChanged = table(
        Statements.changeEntities, .uuid, .integer2, .uuid, .bytes)
    private lazy var timersCleared = table(Statements.clearTimers, .uuid, .bytes)
    private lazy var timersSet = table(Statements.setTimers, .uuid, .bytes, .integer8)
    private lazy var entriesUnsent = table(Statements.removeUnsentEntries, .uuid, .text)
    private lazy var entriesGone = table(Statements.removeEntries, .uuid, .text)
    private lazy var entriesSent = table(Statements.sendEntries, .uuid, .text, .text, .text)
    private lazy var entriesQueued = table(
        Statements.putEntries, .uuid, .text, .integer8, .bytes, .text, .text)
    private lazy var notices = table(Statements.insertNotices, .uuid, .uuid, .integer8, .bytes)
    private lazy var outgoing = table(
        Statements.insertOutgoing, .uuid, .integer8, .integer4, .bytes)
    private lazy var alerts = table(Statements.insertAlerts, .uuid, .integer8, .text)
    private lazy var suspense = table(
        Statements.putSuspense, .uuid, .text, .text, .text, .integer8)
    private lazy var proposals = table(Statements.putProposals, .uuid, .text, .text)
    private lazy var blocked = table(Statements.putBlocked, .text, .text)
    private lazy var debits = table(Statements.addDebits, .integer4, .text, .integer8)
    private lazy var returns = table(
        Statements.addReturns, .integer4, .integer4, .text, .integer8)

    // What several commands of the batch change is written once, as it is at the end.
    private var touchedAccounts: Set<BalanceKey> = []
    private var houseChanges: [BalanceKey: Int64] = [:]
    private var timers: [TimerKey: Instant?] = [:]
    private var entries: [EntryKey: EntryFate] = [:]
    private var link: WriterChain.Link?
    private var events = CommitEvents()

    private struct TimerKey: Hashable {
        let customer: Key
        let kind: [UInt8]
    }

    private struct EntryKey: Hashable {
        let customer: Key
        let payment: String
    }

    /// What the changes of one batch come to for one entry of the bank.
    private struct EntryFate {
        /// The last one queued in the batch, which replaces whatever was there.
        var queued: QueuedEntry?
        /// Taken back, if it has not been sent.
        var isDequeued = false
        var sent: Command.SubmitEntry?
    }

    /// The requests that write `commit`, ready to be followed by `COMMIT`.
    func requests(_ commit: Commit, _ held: Held) throws -> (requests: [Request], result: Result) {
        clear()
        let link = held.chain.next(at: commit.at)
        self.link = link
        for decided in commit.decisions { try add(decided, commit, held) }
        let opened = open(commit, held)
        try addAccounts(commit)
        let houseBalances = try addHousePostings(held)
        addEntities(commit)
        addTimers()
        addEntries()
        addDebits(commit)
        let hasSettings = try addHouse(commit)

        guard let link = self.link else { preconditionFailure("a commit has its link") }
        let chain = held.chain.sealing(link)
        let writer = Parameter.small(link.writer)
        let sequence = Parameter.integer(link.sequence)
        let at = Parameter.integer(link.at)
        let version = Parameter.integer(held.house ?? 0)
        var requests = [
            Request(
                Statements.insertCommit,
                [
                    writer, sequence, at, .small(link.transfers), .bytes(chain.hash),
                    .integer(held.turn),
                ])
        ]
        if !events.isEmpty {
            requests.append(
                Request(Statements.insertEvents, [writer, sequence, at, .bytes(events.bytes)]))
        }
        for table in tables {
            let values: [Parameter] =
                switch table.statement.name {
                case Statements.insertCauses.name, Statements.insertTransfers.name,
                    Statements.insertHousePostings.name:
                    [writer, sequence]
                case Statements.putEntries.name, Statements.insertOutgoing.name: [at]
                case Statements.putSuspense.name, Statements.putProposals.name,
                    Statements.putBlocked.name:
                    [version]
                case Statements.addDebits.name, Statements.addReturns.name: [writer]
                default: []
                }
            if let request = table.request(values) { requests.append(request) }
        }
        if hasSettings, let house = commit.house {
            requests.append(
                Request(Statements.putSettings, [.text(try JSON.encode(house.settings))]))
        }
        requests.append(
            Request(
                Statements.updateWriter,
                [writer, sequence, at, .bytes(chain.hash), .integer(held.turn)]))
        return (requests, Result(chain: chain, houseBalances: houseBalances, opened: opened))
    }

    private func clear() {
        if tables.isEmpty { makeTables() }
        for table in tables { table.removeAll() }
        touchedAccounts.removeAll(keepingCapacity: true)
        houseChanges.removeAll(keepingCapacity: true)
        timers.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        events = CommitEvents()
    }

    /// In the order in which they are written: what is taken out goes before what is put in.
    private func makeTables() {
        _ = (customers, causes, transfers, accounts, postings, entities, entitiesChanged)
        _ = (timersCleared, timersSet)
        _ = (entriesUnsent, entriesGone, entriesSent, entriesQueued)
        _ = (notices, outgoing, alerts, suspense, proposals, blocked, debits, returns)
    }

    // MARK: One decision

    private func add(_ decided: Commit.Decided, _ commit: Commit, _ held: Held) throws {
        events.add(decided)
        let envelope = decided.envelope
        let customer: Key
        let version: Int64
        switch envelope.addressee {
        case .customer(let id):
            customer = Key(id)
            version = held.versions[customer] ?? 1
        case .house:
            guard let house = held.house else {
                throw PostgresFault.unreadable("a decision of the house was made without its row")
            }
            customer = .none
            version = house
        }
        let cause = Key(envelope.cause)
        causes[0].append(cause)
        causes[1].append(Int64(bitPattern: envelope.fingerprint))
        causes[2].append(envelope.actor.name)
        causes[3].append(customer)
        causes[4].append(envelope.command.name)
        causes[5].append(decided.policy)
        causes[6].append(decided.reply.packed)
        causes[7].append(envelope.reason)
        for transfer in decided.changes.transfers {
            add(transfer, customer: customer, version: version, cause: cause)
        }
        if case .timer(let kind) = envelope.command {
            timers.updateValue(nil, forKey: TimerKey(customer: customer, kind: kind.packed))
        }
        for change in decided.changes.timers {
            switch change {
            case .clear(let kind):
                timers.updateValue(nil, forKey: TimerKey(customer: customer, kind: kind.packed))
            case .set(let timer):
                timers[TimerKey(customer: customer, kind: timer.kind.packed)] = timer.due
            }
        }
        for change in decided.changes.entries { add(change, customer) }
        for notice in decided.changes.notices {
            notices[0].append(customer)
            notices[1].append(Key(notice.id))
            notices[2].append(notice.at.milliseconds)
            notices[3].append(notice.content.packed)
        }
        for item in decided.changes.outgoing {
            outgoing[0].append(customer)
            outgoing[1].append(version)
            outgoing[2].append(Int32(outgoing[2].count))
            outgoing[3].append(item.packed)
        }
        for alert in decided.changes.alerts {
            alerts[0].append(Key(alert.id))
            alerts[1].append(alert.at.milliseconds)
            alerts[2].append(try JSON.encode(alert.content))
        }
    }

    private func add(_ transfer: Transfer, customer: Key, version: Int64, cause: Key) {
        let debit = WriterChain.Side(transfer.debit)
        let credit = WriterChain.Side(transfer.credit)
        let asset = transfer.asset.description
        transfers[0].append(customer)
        transfers[1].append(version)
        transfers[2].append(Int32(transfers[2].count))
        transfers[3].append(cause)
        transfers[4].append(debit.kind)
        transfers[5].append(debit.customer)
        transfers[6].append(debit.item)
        transfers[7].append(credit.kind)
        transfers[8].append(credit.customer)
        transfers[9].append(credit.item)
        transfers[10].append(asset)
        transfers[11].append(transfer.amount)
        transfers[12].append(transfer.reason.rawValue)
        link?.append(
            customer: customer, version: version, cause: cause, debit: debit, credit: credit,
            asset: asset, amount: transfer.amount, reason: transfer.reason.rawValue)
        touch(BalanceKey(transfer.debit, transfer.asset), by: transfer.amount)
        touch(BalanceKey(transfer.credit, transfer.asset), by: -transfer.amount)
    }

    private func touch(_ key: BalanceKey, by amount: Int64) {
        if key.account.customer == nil {
            houseChanges[key, default: 0] += amount
        } else {
            touchedAccounts.insert(key)
        }
    }

    private func add(_ change: Changes.EntryChange, _ customer: Key) {
        switch change {
        case .queue(let entry):
            let key = EntryKey(customer: customer, payment: entry.payment.key)
            entries[key] = EntryFate(queued: entry)
        case .dequeue(let payment):
            let key = EntryKey(customer: customer, payment: payment.key)
            // What has been sent stays.
            if entries[key]?.sent == nil { entries[key, default: EntryFate()].isDequeued = true }
        case .send(let sent):
            let key = EntryKey(customer: customer, payment: sent.payment.key)
            if entries[key]?.queued != nil, entries[key]?.isDequeued == true { return }
            entries[key, default: EntryFate()].sent = sent
        }
    }

    // MARK: What the batch comes to

    private func open(_ commit: Commit, _ held: Held) -> [Key] {
        let opened = commit.customers.keys.map { Key($0) }.filter { held.versions[$0] == nil }
            .sorted()
        for id in opened { customers[0].append(id) }
        return opened
    }

    private func addAccounts(_ commit: Commit) throws {
        // In the order of the index, where neighbours lie on one page.
        let keys = touchedAccounts.sorted {
            $0.account.customer ?? .zero < $1.account.customer ?? .zero
        }
        for key in keys {
            guard let id = key.account.customer, let changed = commit.customers[id] else {
                throw PostgresFault.unreadable(
                    "\(key.account.name) was posted to by a decision about somebody else")
            }
            let side = WriterChain.Side(key.account)
            accounts[0].append(side.customer)
            accounts[1].append(side.kind)
            accounts[2].append(side.item)
            accounts[3].append(key.asset.description)
            accounts[4].append(changed.customer.balances[key])
        }
    }

    private func addHousePostings(_ held: Held) throws -> [BalanceKey: Int64] {
        var balances = held.houseBalances
        for (key, amount) in houseChanges where amount != 0 {
            let (balance, overflow) = balances[key, default: 0].addingReportingOverflow(amount)
            guard !overflow else {
                throw PostgresFault.unreadable("\(key.account.name) passes what can be counted")
            }
            balances[key] = balance
            postings[0].append(WriterChain.Side(key.account).kind)
            postings[1].append(key.asset.description)
            postings[2].append(amount)
            postings[3].append(balance)
        }
        return balances
    }

    private func addEntities(_ commit: Commit) {
        let parts = EntityRows(commit)
        parts.bodies.withUnsafeBytes { bodies in
            for row in parts.rows {
                let body = UnsafeRawBufferPointer(rebasing: bodies[row.body])
                let table = row.tag == nil ? entitiesChanged : entities
                table[0].append(Key(row.customer))
                table[1].append(Int16(row.kind.rawValue))
                table[2].append(Key(row.id))
                table[3].append(body)
                if let tag = row.tag {
                    events.add(row, state: tag)
                    table[4].append(tag)
                    table[5].append(row.reference)
                }
            }
        }
    }

    private func addTimers() {
        for (key, due) in timers {
            if let due {
                timersSet[0].append(key.customer)
                timersSet[1].append(key.kind)
                timersSet[2].append(due.milliseconds)
            } else {
                timersCleared[0].append(key.customer)
                timersCleared[1].append(key.kind)
            }
        }
    }

    private func addEntries() {
        for (key, fate) in entries {
            if let entry = fate.queued {
                if fate.isDequeued {
                    entriesGone[0].append(key.customer)
                    entriesGone[1].append(key.payment)
                } else {
                    entriesQueued[0].append(key.customer)
                    entriesQueued[1].append(key.payment)
                    entriesQueued[2].append(entry.amount.count)
                    entriesQueued[3].append(entry.presentment.packed)
                    entriesQueued[4].append(fate.sent?.trace.text)
                    entriesQueued[5].append(fate.sent?.file)
                }
                continue
            }
            if fate.isDequeued {
                entriesUnsent[0].append(key.customer)
                entriesUnsent[1].append(key.payment)
            }
            if let sent = fate.sent {
                entriesSent[0].append(key.customer)
                entriesSent[1].append(key.payment)
                entriesSent[2].append(sent.trace.text)
                entriesSent[3].append(sent.file)
            }
        }
    }

    private func addDebits(_ commit: Commit) {
        let counts = commit.debitCounts
        for (kind, days) in [("sent", counts.sent), ("settling", counts.settling)] {
            for (day, count) in days where count != 0 {
                debits[0].append(Int32(day.daysSinceEpoch))
                debits[1].append(kind)
                debits[2].append(Int64(count))
            }
        }
        for (entry, count) in counts.returned {
            returns[0].append(Int32(entry.settled.daysSinceEpoch))
            returns[1].append(Int32(entry.received.daysSinceEpoch))
            returns[2].append(entry.code)
            returns[3].append(Int64(count))
        }
    }

    /// Says whether the settings changed.
    private func addHouse(_ commit: Commit) throws -> Bool {
        guard let house = commit.house else { return false }
        for id in Set(commit.decisions.flatMap(\.suspense)) {
            guard let item = house.suspense[id] else { continue }
            suspense[0].append(Key(id))
            suspense[1].append(item.state.tag)
            suspense[2].append(try JSON.encode(item))
            suspense[3].append(item.trace?.text)
            suspense[4].append(item.dishonorBy?.milliseconds)
        }
        for account in commit.decisions.lazy.flatMap(\.changes.blocked) {
            blocked[0].append(account.fingerprint)
            blocked[1].append(account.code)
        }
        for id in Set(commit.decisions.flatMap(\.proposals)) {
            guard let proposal = house.proposals[id] else { continue }
            proposals[0].append(Key(id))
            proposals[1].append(proposal.state.tag)
            proposals[2].append(try JSON.encode(proposal))
        }
        return commit.decisions.contains(where: \.settings)
    }
}

/// The rows of one statement.
final class Table {
    let statement: Statement
    private let columns: [Column]

    init(_ statement: Statement, _ elements: [Column.Element]) {
        self.statement = statement
        columns = elements.map { Column($0) }
    }

    subscript(_ index: Int) -> Column { columns[index] }

    func removeAll() { for column in columns { column.removeAll() } }

    /// `nil` when there is no row.
    func request(_ values: [Parameter]) -> Request? {
        if columns[0].isEmpty { return nil }
        return Request(statement, columns.map { .column($0) } + values)
    }
}

extension Key {
    init<Kind>(_ id: Identifier<Kind>) { self.init(high: id.high, low: id.low) }
    init(_ blob: Blob) { self.init(high: blob.high, low: blob.low) }

    /// The same 128 bits as the rows of every store have them: none is of no bytes.
    var blob: Blob { self == .none ? .empty : Blob(high: high, low: low) }
}

extension Identifier {
    fileprivate static var zero: Identifier { Identifier(high: 0, low: 0) }

    init(_ key: Key) { self.init(high: key.high, low: key.low) }
}

extension WriterChain.Side {
    init(_ account: Account) {
        let stored = account.stored
        self.init(kind: stored.kind, customer: Key(stored.customer), item: Key(stored.item))
    }
}
