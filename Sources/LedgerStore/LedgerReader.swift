import Books
import GRDB

/// Reads a ledger's file, also while another process writes to it: every call sees one moment.
///
/// Not for several threads at once; open one reader for each.
public final class LedgerReader {
    private let queue: DatabaseQueue
    private let options: LedgerWriter.Options
    private var open: (stored: StoredBooks, books: WorkingBooks)?

    /// Opens a file that is there, for looking only.
    public init(path: String, options: LedgerWriter.Options = LedgerWriter.Options()) throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw LedgerFault.database("\(path): \(error)")
        }
        self.options = options
    }

    /// Calls `body` with the books as they are now; everything it reads is of the same moment.
    public func read<Value>(_ body: (LedgerView) throws -> Value) throws -> Value {
        try queue.read { db in
            guard let connection = db.sqliteConnection else {
                throw LedgerFault.database("the file is closed")
            }
            do {
                return try body(try view(connection))
            } catch {
                // What was half read must not be gone on from.
                open = nil
                throw error
            }
        }
    }

    private func view(_ connection: OpaquePointer) throws -> LedgerView {
        let stored = try open?.stored ?? StoredBooks(connection)
        stored.forget()
        let last = try stored.last()
        if let books = open?.books, books.figures.dirty < options.dirtyPagesMax,
            books.figures.ids < options.recentIDs * 4
        {
            books.makeRoom()
            if let last, last.next > books.nextSequence {
                try stored.forEach(from: books.nextSequence) { record, sequence, at in
                    try books.replay(record, sequence, at: at, upTo: last, from: stored)
                }
            }
        } else {
            let loaded = try LoadedBooks(stored, options)
            open = (stored, loaded.books)
        }
        guard let open else { throw LedgerFault.database("the file is closed") }
        return LedgerView(
            stored: open.stored, books: open.books, connection: connection, last: last)
    }
}

/// The books at one moment.
public struct LedgerView {
    let stored: StoredBooks
    let books: WorkingBooks
    let connection: OpaquePointer
    let last: StoredBooks.CommitRow?

    /// Commits and records up to this moment, and the hash of the last commit.
    public var head: LedgerHead {
        LedgerHead(
            commits: last?.sequence ?? 0, records: books.nextSequence - 1,
            accounts: Int64(books.nextAccount) - 1, hash: last?.hash ?? LedgerHash.zero)
    }

    /// An account as it stands; `nil` when there is none.
    public func account(_ id: BookID) throws -> BookAccountState? {
        try books.state(of: id, from: stored)
    }

    /// The same by the account's number, as records name it.
    public func account(number: UInt32) throws -> BookAccountState? {
        try books.state(ofNumber: number, from: stored)
    }

    /// The record a command made; `nil` when there is no such command.
    public func record(of command: BookID) throws -> BookedRecord? {
        let sequence =
            try books.recentSequence(of: command)
            ?? (command <= books.floor ? stored.sequence(of: command) : nil)
        return try sequence.map { try record($0) }
    }

    /// A record by its number, from 1.
    public func record(_ sequence: UInt64) throws -> BookedRecord {
        let (record, at) = try stored.located(sequence)
        return BookedRecord(sequence: sequence, bookedAt: at, record: record)
    }

    // MARK: History

    /// An account's records, the newest first: at most `limit` of those before the record `before`.
    ///
    /// The next page begins before the last record of this one. A page costs what is on it.
    public func history(
        of account: BookID, before: UInt64? = nil, limit: Int
    ) throws -> [BookedRecord] {
        guard let state = try self.account(account) else { return [] }
        var found: [BookedRecord] = []
        try walk(state.number, from: try start(state, before: before)) { record in
            found.append(record)
            return found.count < limit
        }
        return found
    }

    /// The account's newest record before `before`: through the first waymark at or after it, so
    /// that no more than a stretch of records is walked.
    private func start(_ state: BookAccountState, before: UInt64?) throws -> UInt64 {
        guard let before, before <= state.last else { return state.last }
        guard before > 0 else { return 0 }
        let mark = try waymark(after: before - 1, of: state.number)
        var start = state.last
        try walk(state.number, from: mark?.sequence ?? state.last) { record in
            start = record.sequence
            if record.sequence < before { return false }
            start = 0
            return true
        }
        return start
    }

    /// Goes back from a record of the account, until `body` answers `false`.
    private func walk(
        _ number: UInt32, from start: UInt64, _ body: (BookedRecord) throws -> Bool
    ) throws {
        var sequence = start
        while sequence > 0 {
            let record = try record(sequence)
            guard try body(record) else { return }
            let previous = record.record.previous(of: number)
            guard previous < sequence else {
                throw LedgerFault.corrupt("record \(sequence) points forward")
            }
            sequence = previous
        }
    }

    // MARK: Balances of the past

    /// The sums as they stood in the books at a moment (milliseconds since 1970): of everything
    /// booked until then. `nil` when there was no such account.
    public func balance(of account: BookID, bookedBy moment: Int64) throws -> BookBalance? {
        guard let state = try self.account(account) else { return nil }
        let bound = try stored.lastCommit { $0.at <= moment }.map { $0.next - 1 } ?? 0
        let mark = try waymark(after: bound, of: state.number)
        var sums = Sums(mark?.balance ?? state.balance)
        var wasOpen = false
        try walk(state.number, from: mark?.sequence ?? state.last) { record in
            guard record.sequence > bound else {
                wasOpen = true
                return false
            }
            sums.add(record.record, of: state.number, times: -1)
            return true
        }
        return wasOpen ? sums.balance : nil
    }

    /// The sums of everything that had happened by a moment, whenever it was booked; what was
    /// booked late is in it. `nil` when there is no such account.
    public func balance(of account: BookID, happenedBy moment: Int64) throws -> BookBalance? {
        guard let state = try self.account(account) else { return nil }
        let number = state.number
        var sums = Sums(.zero)
        var from = state.last
        var upper: BookOutput.Waymark?
        while true {
            let lower = try waymark(before: upper?.sequence ?? UInt64(Int64.max), of: number)
            if let upper, upper.at + BookLimits.aheadMilliseconds <= moment {
                // Nothing up to here can have happened later.
                sums.add(upper.balance)
                break
            }
            if let lower, let upper, upper.lagWidth < 48,
                lower.at - (1 << Int64(upper.lagWidth)) > moment
            {
                // Nothing in this stretch can have happened so early.
            } else {
                let end = lower?.sequence ?? 0
                try walk(number, from: from) { record in
                    guard record.sequence > end else { return false }
                    if record.record.happenedAt <= moment {
                        sums.add(record.record, of: number, times: 1)
                    }
                    return true
                }
            }
            guard let lower else { break }
            from = lower.sequence
            upper = lower
        }
        return sums.balance
    }

    private static let waymarkColumns =
        "sequence, at, debits_posted, credits_posted, debits_pending, credits_pending, lag_width"

    private func waymark(after sequence: UInt64, of number: UInt32) throws -> BookOutput.Waymark? {
        try waymark(
            number, sequence,
            """
            SELECT \(Self.waymarkColumns) FROM ledger_waymark
            WHERE account = ? AND sequence > ? ORDER BY sequence LIMIT 1
            """)
    }

    private func waymark(before sequence: UInt64, of number: UInt32) throws -> BookOutput.Waymark? {
        try waymark(
            number, sequence,
            """
            SELECT \(Self.waymarkColumns) FROM ledger_waymark
            WHERE account = ? AND sequence < ? ORDER BY sequence DESC LIMIT 1
            """)
    }

    private func waymark(
        _ number: UInt32, _ sequence: UInt64, _ sql: String
    ) throws -> BookOutput.Waymark? {
        let statement = try LedgerStatement(connection, sql)
        statement.bind(1, Int64(number))
        statement.bind(2, sequence)
        guard try statement.step() else { return nil }
        return BookOutput.Waymark(
            account: number, sequence: statement.unsigned(0), at: statement.integer(1),
            balance: BookBalance(
                debitsPosted: statement.unsigned(2), creditsPosted: statement.unsigned(3),
                debitsPending: statement.unsigned(4), creditsPending: statement.unsigned(5)),
            lagWidth: UInt8(truncatingIfNeeded: statement.integer(6)))
    }

    // MARK: Balances by reason

    /// The account's sums by reason, which together are its balance. Kept where the account asks
    /// for it; for any other the whole of its history is walked.
    public func balances(byReasonOf account: BookID) throws -> [UInt32: BookBalance] {
        guard let state = try self.account(account) else { return [:] }
        switch state.detail {
        case .byReason: return try keptByReason(state.number)
        case .total: return try walkedByReason(state)
        }
    }

    private func keptByReason(_ number: UInt32) throws -> [UInt32: BookBalance] {
        let statement = try LedgerStatement(
            connection,
            """
            SELECT reason, debits_posted, credits_posted, debits_pending, credits_pending
            FROM ledger_reason_balance WHERE account = ?
            """)
        statement.bind(1, Int64(number))
        var balances: [UInt32: BookBalance] = [:]
        while try statement.step() {
            balances[UInt32(truncatingIfNeeded: statement.integer(0))] = BookBalance(
                debitsPosted: statement.unsigned(1), creditsPosted: statement.unsigned(2),
                debitsPending: statement.unsigned(3), creditsPending: statement.unsigned(4))
        }
        return balances
    }

    private func walkedByReason(_ state: BookAccountState) throws -> [UInt32: BookBalance] {
        var sums: [UInt32: Sums] = [:]
        try walk(state.number, from: state.last) { booked in
            let record = booked.record
            let released = record.effect.released
            var rest = Sums(.zero)
            rest.add(record, of: state.number, times: 1)
            if released > 0 {
                // What is released was promised for the pending transfer's reason.
                let pending = try self.record(record.subject).record
                sums[pending.reason, default: Sums(.zero)].release(
                    released, isDebit: record.debit == state.number)
                rest.release(released, isDebit: record.debit == state.number, times: -1)
            }
            if rest != Sums(.zero) { sums[record.reason, default: Sums(.zero)].add(rest) }
            return true
        }
        return sums.mapValues(\.balance)
    }
}

/// A record of the journal with its number, and when it was booked (milliseconds since 1970).
public struct BookedRecord: Hashable, Sendable {
    public let sequence: UInt64
    public let bookedAt: Int64
    public let record: JournalRecord
}

/// How far the books go.
public struct LedgerHead: Hashable, Sendable {
    public let commits: Int64
    public let records: UInt64
    public let accounts: Int64
    public let hash: [UInt8]
}

extension JournalRecord {
    /// The record before this one on one of its accounts.
    func previous(of number: UInt32) -> UInt64 {
        debit == number ? debitPrevious : creditPrevious
    }
}

/// Sums while they are added up, when one may be below zero for a moment: by the time of the
/// happening, all that was released may come before all that was promised.
struct Sums: Hashable {
    private(set) var debitsPosted: Int128
    private(set) var creditsPosted: Int128
    private var debitsPending: Int128
    private var creditsPending: Int128

    init(_ balance: BookBalance) {
        debitsPosted = Int128(balance.debitsPosted)
        creditsPosted = Int128(balance.creditsPosted)
        debitsPending = Int128(balance.debitsPending)
        creditsPending = Int128(balance.creditsPending)
    }

    /// Posted and pending together.
    var debits: Int128 { debitsPosted + debitsPending }
    var credits: Int128 { creditsPosted + creditsPending }

    mutating func add(_ balance: BookBalance) { add(Sums(balance)) }

    mutating func add(_ other: Sums) {
        debitsPosted += other.debitsPosted
        creditsPosted += other.creditsPosted
        debitsPending += other.debitsPending
        creditsPending += other.creditsPending
    }

    /// Adds what the record does to the account, or takes it away.
    mutating func add(_ record: JournalRecord, of number: UInt32, times sign: Int128) {
        let effect = record.effect
        let posted = Int128(effect.posted) * sign
        let pending = (Int128(effect.pended) - Int128(effect.released)) * sign
        if record.debit == number {
            debitsPosted += posted
            debitsPending += pending
        } else {
            creditsPosted += posted
            creditsPending += pending
        }
    }

    mutating func release(_ amount: UInt64, isDebit: Bool, times sign: Int128 = 1) {
        if isDebit {
            debitsPending -= Int128(amount) * sign
        } else {
            creditsPending -= Int128(amount) * sign
        }
    }

    /// What is below zero is told as zero, and what is beyond ``BookLimits/amountMax`` as that:
    /// promises whose end happened before themselves, or which never stood beside each other.
    var balance: BookBalance {
        func told(_ sum: Int128) -> UInt64 {
            UInt64(min(max(sum, 0), Int128(BookLimits.amountMax)))
        }
        return BookBalance(
            debitsPosted: told(debitsPosted), creditsPosted: told(creditsPosted),
            debitsPending: told(debitsPending), creditsPending: told(creditsPending))
    }
}
