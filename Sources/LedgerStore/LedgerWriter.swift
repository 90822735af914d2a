import Books

/// Appends to the books through a connection and within a transaction that are its caller's: it
/// begins none, commits none and has no thread.
///
/// ``begin(at:)``, then accounts and commands, then ``finish()``, then the caller's COMMIT. When
/// anything throws, or the transaction is rolled back, what is remembered here is wrong: the caller
/// makes another writer of what is on disk.
///
/// For one thread at a time, and for the only writer of the tables.
public final class LedgerWriter {
    private let stored: StoredBooks
    private let books: WorkingBooks
    private let statements: Writing
    private let options: Options

    private var sequence: Int64
    private var hash: [UInt8]
    private var seal: StoredBooks.Seal
    /// The earliest deadline on disk; `nil` when there is none.
    private var nextDue: Int64?
    private var hasChanged = false
    private var hasher = BlockHasher()
    private var digests: [UInt8] = []

    /// The moment of the open commit, or of the last: it never goes back.
    public private(set) var at: Int64

    /// Called at each step of a commit; a test's own way to fail.
    public var onStep: ((CommitStep) throws -> Void)?

    public struct Options: Sendable {
        /// Accounts that stay in memory: about a hundred bytes each.
        public var accountsMax = 1_048_576
        /// Records after which a page that has changed is written to disk: what a start reads
        /// again at most.
        public var replayMax: UInt64 = 1_048_576
        /// Pages that may differ from what is on disk: 96 MB, or a million accounts.
        public var dirtyPagesMax = 24_576
        /// Ids that stay in memory after others were written down in order: a command that comes
        /// this many commands late is still known without a look on disk.
        public var recentIDs = 131_072

        public init() {}
    }

    /// Reads the end of the books into memory.
    ///
    /// The tables of ``LedgerSchema`` must be there.
    public init(_ connection: OpaquePointer, options: Options = Options()) throws {
        stored = try StoredBooks(connection)
        statements = try Writing(connection)
        self.options = options
        let loaded = try LoadedBooks(stored, options)
        books = loaded.books
        seal = loaded.seal
        sequence = loaded.last?.sequence ?? 0
        hash = loaded.last?.hash ?? LedgerHash.zero
        at = loaded.last?.at ?? Int64.min
        nextDue = try statements.firstDeadline()
    }

    // MARK: A commit

    /// Begins a commit at `now` (milliseconds since 1970), or at the moment of the one before if
    /// the clock went back; ends pending transfers whose deadline has passed, at most
    /// ``expiriesMax`` of them.
    public func begin(at now: Int64) throws {
        precondition(books.output.isEmpty, "a commit was begun and not finished")
        guard try stored.last()?.sequence ?? 0 == sequence else {
            throw LedgerFault.stopped("another process has written to its file.")
        }
        at = max(at, now)
        hasChanged = false
        try step(.begun)
        guard let due = nextDue, due <= at else { return }
        let ended = try statements.deadlines(upTo: at, limit: Self.expiriesMax)
        for (deadline, pending) in ended {
            let record = try stored.record(pending)
            guard record.kind == .pend, record.deadline == deadline else {
                throw LedgerFault.corrupt(
                    "record \(pending) has not the deadline \(deadline) that is kept for it")
            }
            try books.gatherExpiry(pending, record, from: stored)
            _ = books.expire(pending, record, at: at)
            try statements.deleteDeadline(deadline, pending)
        }
        hasChanged = true
        nextDue = try statements.firstDeadline()
    }

    /// Pending transfers that end by themselves in one commit; more wait for the next.
    public static let expiriesMax = 8_192

    /// Opens accounts, in order; one result each.
    public func open(_ accounts: [BookAccount]) throws -> [AccountResult] {
        try books.open(accounts, at: at, from: stored)
    }

    /// Decides commands, in order; one result each. A chain may not go beyond them.
    public func post(_ commands: [BookCommand], results: inout [BookResult]) throws {
        guard commands.count <= BookLimits.commandsMax else {
            throw LedgerFault.tooManyCommands(commands.count)
        }
        try books.gather(commands, from: stored)
        books.decide(commands, at: at, results: &results)
    }

    /// Writes down what was decided; `false` when nothing was, and there is nothing to commit.
    public func finish() throws -> Bool {
        try step(.decided)
        guard !books.output.isEmpty else { return hasChanged }
        let first = books.output.firstSequence
        let records = books.output.count
        let root = try writeJournal()
        try step(.journalWritten)
        try writeIDs()
        try step(.idsWritten)
        try writeDeadlines()
        for waymark in books.output.waymarks { try statements.insert(waymark) }
        try writeSplits()
        try writePages()
        try step(.pagesWritten)
        sequence += 1
        let accounts = Int64(books.nextAccount) - 1
        hash = LedgerHash.commit(
            previous: hash, sequence: sequence, at: at, first: first, records: records,
            accounts: accounts, root: root)
        try statements.insertCommit(
            StoredBooks.CommitRow(
                sequence: sequence, at: at, first: first, records: records, accounts: accounts,
                replayFrom: books.replayFrom, hash: hash))
        books.output.removeAll()
        try step(.sealed)
        return true
    }

    private func step(_ step: CommitStep) throws { try onStep?(step) }

    private func writeJournal() throws -> [UInt8] {
        digests.removeAll(keepingCapacity: true)
        digests.append(0x82)
        let base = UnsafePointer(books.output.bytes)
        let first = books.output.firstSequence
        let offsets = books.output.offsets
        do {
            var start = 0
            while start < offsets.count - 1 {
                var end = start + 1
                while end < offsets.count - 1,
                    offsets[end + 1] - offsets[start] <= JournalBlock.sizeMax
                {
                    end += 1
                }
                let number = first + UInt64(start)
                digests += hasher.digest(first: number, base, offsets[start...end])
                try statements.insertBlock(
                    number, at,
                    UnsafeRawBufferPointer(
                        start: base + offsets[start], count: offsets[end] - offsets[start]))
                start = end
            }
        }
        return LedgerHash.of(digests)
    }

    private func writeIDs() throws {
        for (id, number) in books.output.opened { try statements.insertAccount(id, number) }
        for (id, number) in books.output.late { try statements.insertLate(id, number) }
        guard let sealed = books.sealIDs() else { return }
        var pages = seal.pages
        var rest = sealed.entries[...]
        var bytes: [UInt8] = []
        while !rest.isEmpty {
            IDPage.encode(&rest, into: &bytes)
            pages += 1
            try statements.insertIDs(pages, bytes)
        }
        seal = StoredBooks.Seal(
            number: seal.number + 1, pages: pages, floor: sealed.floor,
            oldestLeft: sealed.oldestLeft)
        try statements.insert(seal)
    }

    private func writeDeadlines() throws {
        for (due, pending) in books.output.deadlines {
            try statements.insertDeadline(due, pending)
            nextDue = min(nextDue ?? due, due)
        }
    }

    /// Summed first: a commit of a thousand postings changes a few rows.
    private func writeSplits() throws {
        guard !books.output.splits.isEmpty else { return }
        var sums: [Writing.SplitKey: [Int64]] = [:]
        for split in books.output.splits {
            let key = Writing.SplitKey(account: split.account, reason: split.reason)
            let side = split.isDebit ? 0 : 1
            var sum = sums[key] ?? [0, 0, 0, 0]
            sum[side] += Int64(split.posted)
            sum[2 + side] += Int64(split.pended) - Int64(split.released)
            sums[key] = sum
        }
        for (key, sum) in sums { try statements.add(sum, to: key) }
    }

    private func writePages() throws {
        let next = books.nextSequence
        try books.flush(
            before: next > options.replayMax ? next - options.replayMax : 0,
            dirtyMax: options.dirtyPagesMax
        ) { page, body in
            try statements.putAccounts(page, asOf: next - 1, body)
        } states: { page, body in
            try statements.putStates(page, body)
        }
    }

    // MARK: Reading what it remembers

    /// An account as the open commit has it; `nil` when there is none.
    public func state(of account: BookID) throws -> BookAccountState? {
        try books.state(of: account, from: stored)
    }

    /// The number of the next record.
    public var nextSequence: UInt64 { books.nextSequence }

    public var figures: (pages: Int, dirty: Int, ids: Int) { books.figures }
}

/// The steps of a commit after which a process may end, each with the books as they were or as
/// they are to be.
public enum CommitStep: Hashable, Sendable, CaseIterable {
    case begun, decided, journalWritten, idsWritten, pagesWritten, sealed, committed
}
