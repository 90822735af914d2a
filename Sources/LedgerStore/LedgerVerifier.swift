import Books
import Dispatch
import GRDB
import Money

/// Works the whole of the books out again from the journal, with no code of the writer but the form
/// of a record: every hash, pointer, sum, limit, ending and index. What is kept beside the journal is
/// then read as the writer reads it, because that is what it would go on from, and compared.
public struct LedgerVerifier {
    public struct Report: Sendable {
        public internal(set) var commits: Int64 = 0
        public internal(set) var records: UInt64 = 0
        public internal(set) var accounts: Int64 = 0
        /// The hash of the last commit.
        public internal(set) var hash: [UInt8] = LedgerHash.zero
        /// One sentence for each thing that is wrong, at most ``problemsMax``.
        public internal(set) var problems: [String] = []
    }

    public static let problemsMax = 100

    /// Verifies a file, which may be in use: what was committed when this began.
    ///
    /// A file that cannot be read at all is a problem in the report, too.
    public static func verify(path: String) throws -> Report {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        let queue: DatabaseQueue
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw LedgerFault.corrupt("\(path) cannot be opened as a ledger: \(error)")
        }
        var report = Report()
        do {
            try queue.read { db in
                guard let connection = db.sqliteConnection else {
                    throw LedgerFault.database("the file is closed")
                }
                let run = VerifierRun(connection)
                do { try run.run() } catch { run.problem("\(error)") }
                do { try run.namePages() } catch { run.problem("\(error)") }
                report = run.report
            }
        } catch {
            report.problems.append("\(error)")
        }
        return report
    }
}

private final class VerifierRun {
    var report = LedgerVerifier.Report()
    private let connection: OpaquePointer
    private var accounts: [Known] = []
    private var states: [UInt64] = []
    private var pendings: [UInt64: Promise] = [:]
    private var reasons: [ReasonKey: Sums] = [:]
    private var idSum: UInt64 = 0
    private var idCount = 0

    private struct Known {
        let id: BookID
        let asset: AssetCode
        let detail: BalanceDetail
        let code: UInt32
        var terms: AccountTerms
        var last: UInt64
        var moved = 0
        var debitsPosted: UInt64 = 0
        var creditsPosted: UInt64 = 0
        var debitsPending: UInt64 = 0
        var creditsPending: UInt64 = 0

        var balance: BookBalance {
            BookBalance(
                debitsPosted: debitsPosted, creditsPosted: creditsPosted,
                debitsPending: debitsPending, creditsPending: creditsPending)
        }
    }

    private struct Promise {
        let debit, credit: UInt32
        let amount: UInt64
        let reason: UInt32
        let deadline: Int64?
    }

    private struct ReasonKey: Hashable {
        let account: UInt32
        let reason: UInt32
    }

    init(_ connection: OpaquePointer) { self.connection = connection }

    func problem(_ sentence: String) {
        if report.problems.count < LedgerVerifier.problemsMax { report.problems.append(sentence) }
    }

    /// Names the pages of the file that SQLite itself finds wrong, also where nothing of ours lies.
    func namePages() throws {
        let check = try LedgerStatement(connection, "PRAGMA quick_check(10)")
        while try check.step() {
            let said = String(decoding: check.bytes(0), as: UTF8.self)
            if said != "ok" { problem("SQLite: \(said)") }
        }
    }

    // MARK: The journal

    /// A megabyte or so of blocks: while one thread decodes them another hashes them.
    private struct Chunk {
        var bytes: [UInt8] = []
        var blocks: [(first: UInt64, at: Int64, start: Int, count: Int)] = []
    }

    func run() throws {
        let commits = try LedgerStatement(
            connection,
            "SELECT sequence, at, first, records, accounts, hash FROM ledger_commit ORDER BY sequence"
        )
        let blocks = try LedgerStatement(
            connection, "SELECT first, at, body FROM ledger_journal ORDER BY first")
        var chain = ChainCheck(commits)
        var next: UInt64 = 1
        while report.problems.count < LedgerVerifier.problemsMax {
            var chunk = Chunk()
            while chunk.bytes.count < 1 << 20, try blocks.step() {
                let body = blocks.bytes(2)
                chunk.blocks.append(
                    (blocks.unsigned(0), blocks.integer(1), chunk.bytes.count, body.count))
                chunk.bytes.append(contentsOf: body)
            }
            guard !chunk.blocks.isEmpty else { break }
            let digests = decodeAndHash(chunk, &next)
            for (block, digest) in zip(chunk.blocks, digests) {
                try chain.take(block.first, block.at, (digest.hash, digest.records), problem)
            }
        }
        try chain.finish(next, problem)
        report.commits = chain.commits
        report.hash = chain.hash
        report.accounts = Int64(accounts.count)
        report.records = next &- 1
        if chain.accounts != report.accounts {
            problem(
                "The last commit tells of \(chain.accounts) accounts; \(report.accounts) were opened."
            )
        }
        try compare()
    }

    private struct BlockDigest: Sendable {
        var hash = [UInt8]()
        var records = 0
    }

    private func decodeAndHash(_ chunk: Chunk, _ next: inout UInt64) -> [BlockDigest] {
        // One of two iterations touches `digests`, the other everything else.
        nonisolated(unsafe) var digests = [BlockDigest](
            repeating: BlockDigest(), count: chunk.blocks.count)
        nonisolated(unsafe) var number = next
        nonisolated(unsafe) let run = self
        DispatchQueue.concurrentPerform(iterations: 2) { side in
            chunk.bytes.withUnsafeBytes { bytes in
                for (index, block) in chunk.blocks.enumerated() {
                    let body = UnsafeRawBufferPointer(
                        rebasing: bytes[block.start..<(block.start + block.count)])
                    if side == 0 {
                        digests[index] = Self.digest(block.first, body)
                    } else {
                        run.decode(block.first, block.at, body, &number)
                    }
                }
            }
        }
        next = number
        return digests
    }

    private static func digest(_ first: UInt64, _ body: UnsafeRawBufferPointer) -> BlockDigest {
        var offsets = [0]
        var offset = 0
        while offset < body.count, RecordCoding.skip(body, &offset) { offsets.append(offset) }
        var hasher = BlockHasher()
        guard let base = body.bindMemory(to: UInt8.self).baseAddress else { return BlockDigest() }
        return BlockDigest(
            hash: hasher.digest(first: first, base, offsets[...]), records: offsets.count - 1)
    }

    private func decode(
        _ first: UInt64, _ at: Int64, _ body: UnsafeRawBufferPointer, _ next: inout UInt64
    ) {
        if first != next { problem("Record \(next) is missing.") }
        next = first
        var offset = 0
        while offset < body.count {
            guard let record = RecordCoding.decode(body, &offset, sequence: next, at: at) else {
                problem("Record \(next) cannot be read.")
                return
            }
            take(record, next, at)
            next &+= 1
        }
    }

    // MARK: One record

    private func take(_ record: JournalRecord, _ sequence: UInt64, _ at: Int64) {
        if record.kind == .open {
            guard let opened = record.opened, let terms = record.terms,
                Int(record.debit) == accounts.count + 1
            else { return problem("Record \(sequence) opens an account out of turn.") }
            accounts.append(
                Known(
                    id: record.id, asset: opened.asset, detail: opened.detail, code: opened.code,
                    terms: terms, last: sequence))
            return
        }
        idSum &+= Self.idHash(record.id, sequence)
        idCount += 1
        let debit = Int(record.debit) - 1
        guard accounts.indices.contains(debit) else {
            return problem("Record \(sequence) names account \(record.debit), which is not open.")
        }
        if accounts[debit].last != record.debitPrevious {
            problem("Record \(sequence) does not point to the one before it on its debit account.")
        }
        accounts[debit].last = sequence
        accounts[debit].moved += 1
        if record.kind == .limit {
            if let terms = record.terms { accounts[debit].terms = terms }
            return mark(debit, sequence)
        }
        let credit = Int(record.credit) - 1
        guard accounts.indices.contains(credit), credit != debit else {
            return problem("Record \(sequence) has no credit account.")
        }
        if accounts[credit].last != record.creditPrevious {
            problem("Record \(sequence) does not point to the one before it on its credit account.")
        }
        if accounts[debit].asset != accounts[credit].asset {
            problem("Record \(sequence) joins accounts of different assets.")
        }
        accounts[credit].last = sequence
        accounts[credit].moved += 1
        let reason = follow(record, sequence, at)
        apply(record, debit, credit, releases: reason)
        switch record.kind {
        case .move, .pend, .reverse: limits(sequence, debit, credit)
        case .post, .void, .expire, .limit, .open: break
        }
        mark(credit, sequence)
        mark(debit, sequence)
    }

    /// What the record ends or reverses; the reason under which that was promised.
    private func follow(_ record: JournalRecord, _ sequence: UInt64, _ at: Int64) -> UInt32 {
        switch record.kind {
        case .pend:
            pendings[sequence] = Promise(
                debit: record.debit, credit: record.credit, amount: record.amount,
                reason: record.reason, deadline: record.deadline)
        case .post, .void, .expire:
            guard let promise = pendings.removeValue(forKey: record.subject) else {
                problem("Record \(sequence) ends \(record.subject), which is not pending.")
                return 0
            }
            if promise.debit != record.debit || promise.credit != record.credit
                || promise.amount != record.amount + record.released
            {
                problem("Record \(sequence) ends another promise than \(record.subject).")
            }
            let isOver = promise.deadline.map { $0 <= at } ?? false
            if isOver != (record.kind == .expire) {
                problem(
                    "Record \(sequence) ends \(record.subject) "
                        + (isOver ? "after its deadline." : "before its deadline."))
            }
            set(record.subject, record.kind == .post ? 1 : record.kind == .void ? 2 : 3)
            return promise.reason
        case .reverse:
            if state(record.subject) & 4 != 0 {
                problem("Record \(sequence) reverses \(record.subject) a second time.")
            }
            set(record.subject, 4)
        case .move, .limit, .open: break
        }
        return record.reason
    }

    private func apply(
        _ record: JournalRecord, _ debit: Int, _ credit: Int, releases reason: UInt32
    ) {
        let effect = record.effect
        accounts[debit].debitsPosted &+= effect.posted
        accounts[debit].debitsPending &+= effect.pended &- effect.released
        accounts[credit].creditsPosted &+= effect.posted
        accounts[credit].creditsPending &+= effect.pended &- effect.released
        for (index, number) in [(debit, record.debit), (credit, record.credit)]
        where accounts[index].detail == .byReason {
            var rest = Sums(.zero)
            rest.add(record, of: number, times: 1)
            if effect.released > 0 {
                let isDebit = index == debit
                rest.release(effect.released, isDebit: isDebit, times: -1)
                reasons[ReasonKey(account: number, reason: reason), default: Sums(.zero)].release(
                    effect.released, isDebit: isDebit)
            }
            if rest != Sums(.zero) {
                reasons[ReasonKey(account: number, reason: record.reason), default: Sums(.zero)]
                    .add(rest)
            }
        }
    }

    private func limits(_ sequence: UInt64, _ debit: Int, _ credit: Int) {
        let payer = Sums(accounts[debit].balance)
        let payee = Sums(accounts[credit].balance)
        let most = Int128(BookLimits.amountMax)
        if payer.debits > most || payee.credits > most {
            problem("Record \(sequence) takes a sum beyond 64 bits.")
        }
        let (debited, credited) = (accounts[debit].terms, accounts[credit].terms)
        if case .debits(let allowance) = debited.limit,
            payer.debits + Int128(debited.held) > payer.creditsPosted + Int128(allowance)
        {
            problem("Record \(sequence) takes account \(debit + 1) over its limit.")
        }
        if case .credits(let allowance) = credited.limit,
            payee.credits + Int128(credited.held) > payee.debitsPosted + Int128(allowance)
        {
            problem("Record \(sequence) takes account \(credit + 1) over its limit.")
        }
    }

    private var waymarks: [(account: UInt32, sequence: UInt64, balance: BookBalance)] = []

    private func mark(_ index: Int, _ sequence: UInt64) {
        guard accounts[index].moved % 1_024 == 0 else { return }
        waymarks.append((UInt32(index + 1), sequence, accounts[index].balance))
    }

    private func state(_ sequence: UInt64) -> UInt64 {
        let index = Int(sequence / 16)
        return index < states.count ? states[index] >> (sequence % 16 * 4) & 15 : 0
    }

    private func set(_ sequence: UInt64, _ bits: UInt64) {
        let index = Int(sequence / 16)
        // A number beyond all records is of a block that was moved, which is told of already.
        guard index <= (idCount + accounts.count) / 16 else { return }
        while states.count <= index { states.append(0) }
        states[index] |= bits << (sequence % 16 * 4)
    }

    private static func idHash(_ id: BookID, _ sequence: UInt64) -> UInt64 {
        var mixed = id.high &* 0x9E37_79B9_7F4A_7C15 ^ id.low
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9 ^ sequence
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    // MARK: What was worked out before

    /// Holds what is kept beside the journal against what the journal says.
    private func compare() throws {
        let stored = try StoredBooks(connection)
        let loaded = try LoadedBooks(stored, LedgerWriter.Options())
        for (index, known) in accounts.enumerated() {
            let number = UInt32(index + 1)
            guard let state = try loaded.books.state(ofNumber: number, from: stored),
                state.id == known.id, state.asset == known.asset, state.code == known.code,
                state.detail == known.detail
            else {
                problem("Account \(number) is not the one that was opened.")
                continue
            }
            if state.balance != known.balance {
                problem(
                    "Account \(number) says \(state.balance); its records say \(known.balance).")
            }
            if state.terms != known.terms { problem("Account \(number) has other terms.") }
            if state.last != known.last {
                problem("Account \(number) does not point to its last record.")
            }
        }
        try compareAccountIDs()
        try compareStates(loaded)
        try compareIDs(stored)
        try compareWaymarks()
        try compareReasons()
        try compareDeadlines(stored)
    }

    private func compareAccountIDs() throws {
        let rows = try LedgerStatement(connection, "SELECT id, number FROM ledger_account_id")
        var count = 0
        while try rows.step() {
            count += 1
            let number = Int(rows.integer(1))
            guard accounts.indices.contains(number &- 1), rows.bytes(0).count == 16,
                IDPage.id(rows.bytes(0), 0) == accounts[number &- 1].id
            else {
                problem("The index of accounts is wrong about account \(number).")
                continue
            }
        }
        if count != accounts.count {
            problem("The index has \(count) accounts; \(accounts.count) were opened.")
        }
    }

    private func compareStates(_ loaded: LoadedBooks) throws {
        let rows = try LedgerStatement(connection, "SELECT page, body FROM ledger_state_page")
        // Pages lack what came after `replayFrom`, which may only add to them.
        while try rows.step() {
            let page = Int(rows.integer(0))
            let body = rows.bytes(1)
            guard (0...states.count / 480).contains(page) else {
                if body.contains(where: { $0 != 0 }) {
                    problem("\(page) is a page of states that there cannot be.")
                }
                continue
            }
            for word in 0..<(body.count / 8) {
                let kept = body.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self)
                let index = page * 480 + word
                let known = index < states.count ? states[index] : 0
                if kept & ~known != 0 {
                    problem("The states of the records from \(index * 16) on are wrong.")
                }
            }
        }
        for sequence in UInt64(0)..<UInt64(states.count * 16) where state(sequence) != 0 {
            let kept = try loaded.books.endingBits(of: sequence, from: loaded.stored)
            if kept != state(sequence) { problem("The state of record \(sequence) is wrong.") }
        }
    }

    private func compareIDs(_ stored: StoredBooks) throws {
        var sum: UInt64 = 0
        var count = 0
        var previous = BookID(high: 0, low: 0)
        let pages = try LedgerStatement(
            connection, "SELECT page, body FROM ledger_id_page ORDER BY page")
        while try pages.step() {
            for (id, sequence) in try IDPage.decode(pages.bytes(1)) {
                if id <= previous {
                    problem("Page \(pages.integer(0)) of ids is out of order.")
                }
                previous = id
                sum &+= Self.idHash(id, sequence)
                count += 1
            }
        }
        let late = try LedgerStatement(connection, "SELECT id, sequence FROM ledger_late_id")
        while try late.step() {
            guard late.bytes(0).count == 16 else { continue }
            sum &+= Self.idHash(IDPage.id(late.bytes(0), 0), late.unsigned(1))
            count += 1
        }
        let seal = try stored.seal()
        try stored.forEach(from: seal.oldestLeft) { record, sequence, _ in
            guard record.kind != .open, record.id > seal.floor else { return }
            sum &+= Self.idHash(record.id, sequence)
            count += 1
        }
        if sum != idSum || count != idCount {
            problem("The index of ids has \(count) of \(idCount) commands, or wrong ones.")
        }
    }

    private func compareWaymarks() throws {
        let rows = try LedgerStatement(
            connection,
            """
            SELECT account, sequence, debits_posted, credits_posted, debits_pending,
                credits_pending
            FROM ledger_waymark ORDER BY account, sequence
            """)
        var expected = waymarks.sorted { ($0.account, $0.sequence) < ($1.account, $1.sequence) }[
            ...]
        while try rows.step() {
            let balance = BookBalance(
                debitsPosted: rows.unsigned(2), creditsPosted: rows.unsigned(3),
                debitsPending: rows.unsigned(4), creditsPending: rows.unsigned(5))
            guard let mark = expected.popFirst(), Int64(mark.account) == rows.integer(0),
                mark.sequence == rows.unsigned(1), mark.balance == balance
            else {
                return problem("A waymark of account \(rows.integer(0)) is wrong.")
            }
        }
        if !expected.isEmpty { problem("\(expected.count) waymarks are missing.") }
    }

    private func compareReasons() throws {
        let rows = try LedgerStatement(
            connection,
            """
            SELECT account, reason, debits_posted, credits_posted, debits_pending,
                credits_pending
            FROM ledger_reason_balance
            """)
        while try rows.step() {
            let key = ReasonKey(
                account: UInt32(truncatingIfNeeded: rows.integer(0)),
                reason: UInt32(truncatingIfNeeded: rows.integer(1)))
            let kept = BookBalance(
                debitsPosted: rows.unsigned(2), creditsPosted: rows.unsigned(3),
                debitsPending: rows.unsigned(4), creditsPending: rows.unsigned(5))
            let known = reasons.removeValue(forKey: key) ?? Sums(.zero)
            if known != Sums(kept) {
                problem("Account \(key.account) is wrong about reason \(key.reason).")
            }
        }
        for (key, sums) in reasons where sums != Sums(.zero) {
            problem("Account \(key.account) lacks reason \(key.reason).")
        }
    }

    /// Every promise with a deadline that has not ended must be found when it is due, and none
    /// before. What has ended may still be there.
    private func compareDeadlines(_ stored: StoredBooks) throws {
        let rows = try LedgerStatement(connection, "SELECT due, pending FROM ledger_deadline")
        var open = pendings.filter { $0.value.deadline != nil }
        while try rows.step() {
            if let promise = open[rows.unsigned(1)], promise.deadline == rows.integer(0) {
                open[rows.unsigned(1)] = nil
                continue
            }
            let (due, sequence) = (rows.integer(0), rows.unsigned(1))
            let record = try sequence <= report.records ? stored.record(sequence) : nil
            if record?.kind != .pend || record?.deadline != due {
                problem("Record \(sequence) has not the deadline \(due) that is kept for it.")
            }
        }
        for sequence in open.keys.sorted().prefix(10) {
            problem("The deadline of record \(sequence) is missing.")
        }
    }
}

/// The chain of commits, taken block by block.
private struct ChainCheck {
    private let rows: LedgerStatement
    private(set) var commits: Int64 = 0
    private(set) var hash = LedgerHash.zero
    private(set) var accounts: Int64 = 0
    private var open: Open?
    private var next: UInt64 = 1
    private var isBroken = false

    private struct Open {
        let sequence: Int64
        let at: Int64
        let first: UInt64
        let records: Int
        let accounts: Int64
        let hash: [UInt8]
        var digests: [UInt8] = [0x82]
        var left: Int
    }

    init(_ rows: LedgerStatement) { self.rows = rows }

    mutating func take(
        _ first: UInt64, _ at: Int64, _ digest: (hash: [UInt8], records: Int),
        _ problem: (String) -> Void
    ) throws {
        if open == nil { try begin(problem) }
        guard var commit = open else {
            if !isBroken { problem("Record \(first) belongs to no commit.") }
            isBroken = true
            return
        }
        if at != commit.at {
            problem(
                "The block of record \(first) tells another time than commit \(commit.sequence).")
        }
        commit.digests += digest.hash
        commit.left = commit.left &- digest.records
        next = first &+ UInt64(digest.records)
        open = commit
        if commit.left <= 0 { close(commit, problem) }
    }

    private mutating func begin(_ problem: (String) -> Void) throws {
        guard try rows.step() else { return }
        let sequence = rows.integer(0)
        if sequence != commits &+ 1 { problem("Commit \(commits &+ 1) is missing.") }
        if rows.unsigned(2) != next {
            problem("Commit \(sequence) does not begin with record \(next).")
        }
        open = Open(
            sequence: sequence, at: rows.integer(1), first: rows.unsigned(2),
            records: Int(rows.integer(3)), accounts: rows.integer(4), hash: Array(rows.bytes(5)),
            left: Int(rows.integer(3)))
    }

    private mutating func close(_ commit: Open, _ problem: (String) -> Void) {
        let computed = LedgerHash.commit(
            previous: hash, sequence: commit.sequence, at: commit.at, first: commit.first,
            records: commit.records, accounts: commit.accounts, root: LedgerHash.of(commit.digests))
        if computed != commit.hash || commit.left < 0 {
            let last = commit.first &+ UInt64(bitPattern: Int64(commit.records)) &- 1
            problem(
                "The hash of commit \(commit.sequence) does not fit its records, "
                    + "\(commit.first) to \(last).")
        }
        // What follows is held against what is kept, so that one wrong record is one problem.
        hash = commit.hash
        commits = commit.sequence
        accounts = commit.accounts
        open = nil
    }

    mutating func finish(_ next: UInt64, _ problem: (String) -> Void) throws {
        if let open { problem("Commit \(open.sequence) lacks its last \(open.left) records.") }
        if open == nil {
            try begin(problem)
            if let open { problem("Commit \(open.sequence) lacks all its records.") }
        }
    }
}
