import Money

/// The books in memory: what a batch needs of accounts, ids and pending transfers, and the rules by
/// which each command of it is decided.
///
/// Deciding is pure: the same books, the same commands and the same moment give the same results
/// and the same records. ``gather(_:from:)`` asks for what is missing before, so that nothing is
/// read while. Who keeps the books writes ``output`` down, or throws the whole of this away.
///
/// Not for several threads: it belongs to whoever writes.
public final class WorkingBooks {
    /// Pages of accounts by number; an absent one has not been read.
    private var pages: [UnsafeMutablePointer<UInt64>?] = []
    private var pageCount = 0
    private var accounts: IDTable
    private var recent: RecentIDs
    private var states: [Int: StatePage] = [:]
    /// In the order in which they first differed from what is on disk.
    private var dirty = DirtyQueue()

    public private(set) var nextSequence: UInt64
    public private(set) var nextAccount: UInt32
    private let pagesMax: Int

    /// What the last commit decided, to be written down.
    public var output = BookOutput()

    private var sites: [Site] = []
    private var facts: [JournalRecord] = []
    private var factSequences: [UInt64] = []
    private var undo = Undo()

    /// Where a command's accounts lie and what it speaks of, found by ``gather(_:from:)``.
    private struct Site {
        var debit: UnsafeMutablePointer<UInt64>?
        var credit: UnsafeMutablePointer<UInt64>?
        var debitNumber: UInt32 = 0
        var creditNumber: UInt32 = 0
        /// Indices into `facts`, from 1.
        var existing: Int32 = 0
        var subject: Int32 = 0
    }

    /// Empty books, or books of which everything is on disk: the next numbers, and the highest id
    /// that is in the sorted pages there.
    public init(
        nextSequence: UInt64 = 1, nextAccount: UInt32 = 1, floor: BookID = BookID(high: 0, low: 0),
        accountsMax: Int = 1_048_576, recentIDs: Int = 131_072
    ) {
        self.nextSequence = nextSequence
        self.nextAccount = nextAccount
        pagesMax = accountsMax / AccountPage.accounts + 1
        accounts = IDTable(capacity: 4_096)
        recent = RecentIDs(floor: floor, window: recentIDs)
    }

    deinit {
        for page in pages { page?.deallocate() }
        for page in states.values { page.body.deallocate() }
        output.deallocate()
    }

    // MARK: Accounts

    /// Opens accounts; their records are in ``output``.
    public func open(
        _ requests: [BookAccount], at: Int64, from source: some BookSource
    ) throws -> [AccountResult] {
        var results: [AccountResult] = []
        results.reserveCapacity(requests.count)
        for request in requests {
            evictPages()
            results.append(try open(request, at: at, from: source))
        }
        return results
    }

    private func open(
        _ request: BookAccount, at: Int64, from source: some BookSource
    ) throws -> AccountResult {
        guard request.id.isValid else { return .idInvalid }
        if let found = try find(request.id, from: source)?.account {
            if found.asset != request.asset.packed { return .existsWithDifferent(.asset) }
            if found.code != request.code { return .existsWithDifferent(.code) }
            if found.detail != request.detail { return .existsWithDifferent(.detail) }
            return .exists
        }
        guard request.id.milliseconds <= at + BookLimits.aheadMilliseconds else { return .idAhead }
        guard Self.isTold(request.happenedAt, at) else { return .timeInvalid }
        guard Self.isInRange(request.terms) else { return .amountTooLarge }
        guard nextAccount < UInt32.max else { return .tooManyAccounts }
        let number = nextAccount
        let opened = JournalRecord.Opened(
            asset: request.asset, code: request.code, detail: request.detail)
        let page = try self.page(AccountPage.page(of: number), from: source)
        let account = AccountWords(page + AccountPage.offset(of: number))
        account.open(request.id, opened, request.terms)
        account.last = nextSequence
        accounts.insert(BookHash.table(request.id), number)
        nextAccount += 1
        mark(page, of: number)
        var record = JournalRecord(
            kind: .open, id: request.id, debit: number, happenedAt: request.happenedAt)
        record.cause = request.cause
        record.terms = request.terms
        record.opened = opened
        output.opened.append((request.id, number))
        emit(record, at: at)
        return .created
    }

    /// An account as it stands; `nil` when there is none.
    public func state(
        of id: BookID, from source: some BookSource
    ) throws -> BookAccountState? {
        evictPages()
        guard let (number, account) = try find(id, from: source) else { return nil }
        return state(number, account)
    }

    /// The same by number.
    public func state(
        ofNumber number: UInt32, from source: some BookSource
    ) throws -> BookAccountState? {
        guard number > 0, number < nextAccount else { return nil }
        evictPages()
        let page = try self.page(AccountPage.page(of: number), from: source)
        return state(number, AccountWords(page + AccountPage.offset(of: number)))
    }

    private func state(_ number: UInt32, _ account: AccountWords) -> BookAccountState? {
        guard let asset = AssetCode(packed: account.asset) else { return nil }
        return BookAccountState(
            id: account.id, asset: asset, terms: account.terms, code: account.code,
            detail: account.detail, balance: account.balance, last: account.last, number: number)
    }

    private func find(
        _ id: BookID, from source: some BookSource
    ) throws -> (number: UInt32, account: AccountWords)? {
        var number = known(id)
        if number == 0 {
            guard let stored = try source.number(of: id) else { return nil }
            number = stored
        }
        let page = try self.page(AccountPage.page(of: number), from: source)
        return (number, AccountWords(page + AccountPage.offset(of: number)))
    }

    /// The number of an account whose page is in memory; zero for any other.
    @inline(__always)
    private func known(_ id: BookID) -> UInt32 {
        pages.withUnsafeBufferPointer { pages in
            accounts.find(BookHash.table(id)) { number in
                let index = AccountPage.page(of: number)
                guard let page = pages[index] else { return false }
                let words = page + AccountPage.offset(of: number)
                return words[0] == id.high && words[1] == id.low
            }
        }
    }

    private func page(
        _ index: Int, from source: some BookSource
    ) throws -> UnsafeMutablePointer<UInt64> {
        while pages.count <= index { pages.append(nil) }
        if let page = pages[index] { return page }
        let page = UnsafeMutablePointer<UInt64>.allocate(capacity: AccountPage.words)
        page.initialize(repeating: 0, count: AccountPage.words)
        do {
            page[0] = try source.page(
                index,
                into: UnsafeMutableRawBufferPointer(
                    start: page + AccountPage.headWords, count: AccountPage.bodyBytes))
        } catch {
            page.deallocate()
            throw error
        }
        pages[index] = page
        pageCount += 1
        for slot in 0..<AccountPage.accounts {
            let account = AccountWords(
                page + AccountPage.headWords + slot * AccountPage.accountWords)
            guard account.asset != 0 else { break }
            accounts.insert(
                BookHash.table(account.id), UInt32(index * AccountPage.accounts + slot + 1))
        }
        return page
    }

    /// Makes room, when there is too much: what is as it is on disk leaves memory. For whoever only
    /// reads; ``gather(_:from:)`` does it by itself.
    public func makeRoom() {
        evictStates()
        evictPages()
    }

    private func evictStates() {
        if states.count > Self.statePagesMax {
            for (index, page) in states where page.dirtySince == 0 {
                page.body.deallocate()
                states[index] = nil
            }
        }
    }

    /// Called when nothing points into the pages.
    private func evictPages() {
        // Those that differ from what is on disk must stay; for a few others it is not worth it.
        guard pageCount > pagesMax, pageCount - dirty.count > pagesMax / 4 else { return }
        var kept = 0
        for index in pages.indices {
            guard let page = pages[index] else { continue }
            if page[1] == 0 {
                page.deallocate()
                pages[index] = nil
            } else {
                kept += 1
            }
        }
        pageCount = kept
        accounts.removeAll()
        for (index, page) in pages.enumerated() {
            guard let page else { continue }
            for slot in 0..<AccountPage.accounts {
                let account = AccountWords(
                    page + AccountPage.headWords + slot * AccountPage.accountWords)
                guard account.asset != 0 else { break }
                accounts.insert(
                    BookHash.table(account.id), UInt32(index * AccountPage.accounts + slot + 1))
            }
        }
    }

    /// Sixteen megabytes.
    private static let statePagesMax = 4_096

    // MARK: What a batch needs

    /// Brings into memory what deciding these commands needs. Nothing is decided.
    public func gather(_ commands: [BookCommand], from source: some BookSource) throws {
        makeRoom()
        facts.removeAll(keepingCapacity: true)
        factSequences.removeAll(keepingCapacity: true)
        sites.removeAll(keepingCapacity: true)
        sites.reserveCapacity(commands.count)
        var speaksOfItself = false
        for command in commands {
            var site = Site()
            switch command.action {
            case .move(let movement), .pend(let movement, _):
                (site.debitNumber, site.debit) = try place(movement.debit, from: source)
                (site.creditNumber, site.credit) = try place(movement.credit, from: source)
            case .post(let subject, _), .void(let subject), .reverse(let subject):
                site.subject = try fact(subject, from: source)
                guard site.subject > 0 else {
                    speaksOfItself = true
                    break
                }
                let record = facts[Int(site.subject) - 1]
                guard record.kind != .open, record.kind != .limit else { break }
                (site.debitNumber, site.debit) = try place(record.debit, from: source)
                (site.creditNumber, site.credit) = try place(record.credit, from: source)
                _ = try statePage(of: factSequences[Int(site.subject) - 1], from: source)
            case .limit(let account, _):
                (site.debitNumber, site.debit) = try place(account, from: source)
            }
            site.existing = try fact(command.id, from: source)
            if site.existing > 0 {
                // To compare bodies, the accounts of the one that is there must be named too.
                let record = facts[Int(site.existing) - 1]
                _ = try place(record.debit, from: source)
                if record.credit > 0 { _ = try place(record.credit, from: source) }
            }
            sites.append(site)
        }
        // What this batch itself makes may be spoken of by a later command of it.
        guard speaksOfItself else { return }
        let first = StatePage.page(of: nextSequence - UInt64(output.count))
        for page in first...StatePage.page(of: nextSequence + UInt64(commands.count)) {
            _ = try statePage(of: UInt64(page) * StatePage.records, from: source)
        }
    }

    @inline(__always)
    private func place(
        _ id: BookID, from source: some BookSource
    ) throws -> (UInt32, UnsafeMutablePointer<UInt64>?) {
        let number = known(id)
        if number > 0 {
            return (number, pages[AccountPage.page(of: number)])
        }
        guard let stored = try source.number(of: id) else { return (0, nil) }
        return (stored, try page(AccountPage.page(of: stored), from: source))
    }

    private func place(
        _ number: UInt32, from source: some BookSource
    ) throws -> (UInt32, UnsafeMutablePointer<UInt64>?) {
        (number, try page(AccountPage.page(of: number), from: source))
    }

    /// The index, from 1, of the record with this id among the facts; zero when there is none.
    @inline(__always)
    private func fact(_ id: BookID, from source: some BookSource) throws -> Int32 {
        var sequence = recent.find(id)
        if sequence == 0 {
            guard id <= recent.floor, let stored = try source.sequence(of: id) else { return 0 }
            sequence = stored
        }
        // What the open commit has made is in ``output``, and not on disk.
        if sequence >= nextSequence - UInt64(output.count) { return 0 }
        if factSequences.last == sequence { return Int32(facts.count) }
        facts.append(try source.record(sequence))
        factSequences.append(sequence)
        return Int32(facts.count)
    }

    private func statePage(of sequence: UInt64, from source: some BookSource) throws -> StatePage {
        let index = StatePage.page(of: sequence)
        if let page = states[index] { return page }
        let page = StatePage()
        do {
            _ = try source.states(
                index,
                into: UnsafeMutableRawBufferPointer(start: page.body, count: StatePage.bodyBytes))
        } catch {
            page.body.deallocate()
            throw error
        }
        states[index] = page
        return page
    }

    // MARK: Deciding

    /// Decides the commands that were gathered, from `offset` on, `count` of them, as booked `at`
    /// (milliseconds since 1970). One result each.
    public func decide(
        _ commands: [BookCommand], at: Int64, results: inout [BookResult]
    ) {
        results.removeAll(keepingCapacity: true)
        results.reserveCapacity(commands.count)
        commands.withUnsafeBufferPointer { commands in
            decide(commands, at: at, results: &results)
        }
    }

    private func decide(
        _ commands: UnsafeBufferPointer<BookCommand>, at: Int64, results: inout [BookResult]
    ) {
        var index = 0
        while index < commands.count {
            if !commands[index].isLinked {
                results.append(decide(commands[index], index, at))
                index += 1
                continue
            }
            var end = index
            while end < commands.count, commands[end].isLinked { end += 1 }
            decideChain(commands, index...min(end, commands.count - 1), at, &results)
            index = end + 1
        }
    }

    /// All of the chain, or nothing of it.
    private func decideChain(
        _ commands: UnsafeBufferPointer<BookCommand>, _ chain: ClosedRange<Int>, _ at: Int64,
        _ results: inout [BookResult]
    ) {
        // A chain that was sent again is answered as each of its commands would be.
        if chain.allSatisfy({ existing(commands[$0], $0, at) == .exists }),
            !commands[chain.upperBound].isLinked
        {
            for _ in chain { results.append(.exists) }
            return
        }
        undo.begin(output.mark, recent: recent.count, sequence: nextSequence)
        for index in chain {
            var result = decide(commands[index], index, at)
            if index == chain.upperBound, commands[index].isLinked { result = .linkedOpen }
            if result == .created { continue }
            rollBack()
            for other in chain { results.append(other == index ? result : .linkedFailed) }
            return
        }
        undo.end()
        for _ in chain { results.append(.created) }
    }

    private func rollBack() {
        for saved in undo.accounts.reversed() {
            saved.at.update(from: saved.words, count: AccountPage.accountWords)
        }
        for saved in undo.states.reversed() {
            states[StatePage.page(of: saved.sequence)]?[saved.sequence] = saved.state
        }
        output.truncate(to: undo.mark)
        recent.truncate(to: undo.recent)
        nextSequence = undo.sequence
        dirty.takeBack(to: nextSequence)
        undo.end()
    }

    /// What is known of a command with this id: nothing, the same, or another one.
    @inline(__always)
    private func existing(
        _ command: BookCommand, _ index: Int, _ at: Int64
    ) -> BookResult? {
        let fact = sites[index].existing
        if fact > 0 { return compare(command, index, facts[Int(fact) - 1]) }
        // Made by this batch itself.
        let sequence = recent.find(command.id)
        guard sequence > 0, let record = output.record(sequence, at: at) else { return nil }
        return compare(command, index, record)
    }

    @inline(__always)
    private func decide(_ command: BookCommand, _ index: Int, _ at: Int64) -> BookResult {
        guard command.id.isValid else { return .idInvalid }
        if let result = existing(command, index, at) { return result }
        guard command.id.milliseconds <= at + BookLimits.aheadMilliseconds else { return .idAhead }
        guard Self.isTold(command.happenedAt, at) else { return .timeInvalid }
        let site = sites[index]
        switch command.action {
        case .move(let movement):
            if let refusal = check(movement, site) { return refusal }
            var record = JournalRecord(
                kind: .move, id: command.id, debit: site.debitNumber,
                happenedAt: command.happenedAt)
            record.credit = site.creditNumber
            record.amount = movement.amount
            return post(&record, command, site, at)
        case .pend(let movement, let deadline):
            if let refusal = check(movement, site) { return refusal }
            if let deadline, deadline <= at { return .deadlinePassed }
            var record = JournalRecord(
                kind: .pend, id: command.id, debit: site.debitNumber,
                happenedAt: command.happenedAt)
            record.credit = site.creditNumber
            record.amount = movement.amount
            record.deadline = deadline
            if let deadline { output.deadlines.append((deadline, nextSequence)) }
            return post(&record, command, site, at)
        case .post(let subject, let amount):
            return settle(command, subject, .post, amount, index, at)
        case .void(let subject):
            return settle(command, subject, .void, 0, index, at)
        case .reverse(let subject):
            return reverse(command, subject, index, at)
        case .limit(_, let terms):
            guard Self.isInRange(terms) else { return .amountTooLarge }
            guard site.debitNumber > 0 else { return .accountUnknown(.debit) }
            var record = JournalRecord(
                kind: .limit, id: command.id, debit: site.debitNumber,
                happenedAt: command.happenedAt)
            record.terms = terms
            return post(&record, command, site, at)
        }
    }

    @inline(__always)
    private static func isTold(_ happenedAt: Int64, _ at: Int64) -> Bool {
        happenedAt <= at + BookLimits.aheadMilliseconds && happenedAt >= BookLimits.happenedMin
    }

    private static func isInRange(_ terms: AccountTerms) -> Bool {
        let allowance: UInt64 =
            switch terms.limit {
            case .none: 0
            case .debits(let allowance), .credits(let allowance): allowance
            }
        return allowance <= BookLimits.amountMax && terms.held <= BookLimits.amountMax
    }

    @inline(__always)
    private func check(_ movement: Movement, _ site: Site) -> BookResult? {
        guard movement.amount > 0 else { return .amountZero }
        guard movement.amount <= BookLimits.amountMax else { return .amountTooLarge }
        guard movement.debit != movement.credit else { return .accountsSame }
        guard let debitPage = site.debit else { return .accountUnknown(.debit) }
        guard let creditPage = site.credit else { return .accountUnknown(.credit) }
        let debit = AccountWords(debitPage + AccountPage.offset(of: site.debitNumber))
        let credit = AccountWords(creditPage + AccountPage.offset(of: site.creditNumber))
        guard debit.asset == movement.asset.packed else { return .assetDiffers(.debit) }
        guard credit.asset == movement.asset.packed else { return .assetDiffers(.credit) }
        return check(debit, credit, movement.amount)
    }

    /// Whether the amount fits both accounts: it is at most ``BookLimits/amountMax``, and so is
    /// every sum, so two of them never overflow.
    @inline(__always)
    private func check(
        _ debit: AccountWords, _ credit: AccountWords, _ amount: UInt64
    ) -> BookResult? {
        let debits = debit.debitsPosted + debit.debitsPending
        let credits = credit.creditsPosted + credit.creditsPending
        guard debits <= BookLimits.amountMax - amount else { return .balanceTooLarge(.debit) }
        guard credits <= BookLimits.amountMax - amount else { return .balanceTooLarge(.credit) }
        if debit.limitKind == 1,
            debits + amount + debit.held > debit.creditsPosted + debit.allowance
        {
            return .exceedsLimit(.debit)
        }
        if credit.limitKind == 2,
            credits + amount + credit.held > credit.debitsPosted + credit.allowance
        {
            return .exceedsLimit(.credit)
        }
        return nil
    }

    /// The record another command speaks of, with its number; in the facts, or of this batch.
    private func subject(
        _ id: BookID, _ index: Int, _ at: Int64
    ) -> (record: JournalRecord, sequence: UInt64)? {
        let fact = Int(sites[index].subject)
        if fact > 0 { return (facts[fact - 1], factSequences[fact - 1]) }
        let sequence = recent.find(id)
        guard sequence > 0, let record = output.record(sequence, at: at) else { return nil }
        return (record, sequence)
    }

    private func settle(
        _ command: BookCommand, _ id: BookID, _ kind: JournalRecord.Kind, _ amount: UInt64?,
        _ index: Int, _ at: Int64
    ) -> BookResult {
        guard let (pending, sequence) = subject(id, index, at) else { return .pendingUnknown }
        guard pending.kind == .pend else { return .notPending }
        switch state(of: sequence).ending {
        case RecordState.posted: return .pendingPosted
        case RecordState.voided: return .pendingVoided
        case RecordState.expired: return .pendingExpired
        default: break
        }
        if let deadline = pending.deadline, deadline <= at { return .pendingExpired }
        let posted = amount ?? pending.amount
        if kind == .post {
            guard posted > 0 else { return .amountZero }
            guard posted <= pending.amount else { return .exceedsPending }
        }
        var record = JournalRecord(
            kind: kind, id: command.id, debit: pending.debit, happenedAt: command.happenedAt)
        record.credit = pending.credit
        record.amount = posted
        record.released = pending.amount - posted
        record.subject = sequence
        end(sequence, kind == .post ? RecordState.posted : RecordState.voided)
        return post(&record, command, site(of: pending), at, releases: pending.reason)
    }

    private func reverse(
        _ command: BookCommand, _ id: BookID, _ index: Int, _ at: Int64
    ) -> BookResult {
        guard let (reversed, sequence) = subject(id, index, at) else { return .reversedUnknown }
        guard reversed.kind == .move || reversed.kind == .post else { return .notReversible }
        var state = state(of: sequence)
        guard !state.isReversed else { return .alreadyReversed }
        var record = JournalRecord(
            kind: .reverse, id: command.id, debit: reversed.credit,
            happenedAt: command.happenedAt)
        record.credit = reversed.debit
        record.amount = reversed.amount
        record.subject = sequence
        let site = site(of: record)
        guard let debit = site.debit, let credit = site.credit else {
            preconditionFailure("the accounts of a record were not gathered")
        }
        let refusal = check(
            AccountWords(debit + AccountPage.offset(of: record.debit)),
            AccountWords(credit + AccountPage.offset(of: record.credit)), record.amount)
        if let refusal { return refusal }
        state.isReversed = true
        set(state, of: sequence)
        return post(&record, command, site, at)
    }

    private func site(of record: JournalRecord) -> Site {
        var site = Site()
        site.debitNumber = record.debit
        site.creditNumber = record.credit
        site.debit = pages[AccountPage.page(of: record.debit)]
        site.credit = pages[AccountPage.page(of: record.credit)]
        return site
    }

    /// Ends a pending transfer whose deadline has passed; `false` when it has ended already, or has
    /// no deadline that has passed.
    ///
    /// The record of the pending transfer and its state must have been brought into memory with
    /// ``gatherExpiry(_:from:)``.
    public func expire(_ sequence: UInt64, _ pending: JournalRecord, at: Int64) -> Bool {
        guard pending.kind == .pend, let deadline = pending.deadline, deadline <= at,
            state(of: sequence).ending == RecordState.open
        else { return false }
        var record = JournalRecord(
            kind: .expire, id: pending.id.expiry(atMilliseconds: at), debit: pending.debit,
            happenedAt: deadline)
        record.credit = pending.credit
        record.released = pending.amount
        record.subject = sequence
        record.reason = pending.reason
        end(sequence, RecordState.expired)
        let command = BookCommand(
            id: record.id, .void(pending.id), reason: pending.reason, happenedAt: record.happenedAt)
        _ = post(&record, command, site(of: pending), at, releases: pending.reason)
        return true
    }

    /// Brings into memory what the expiry of this pending transfer needs.
    public func gatherExpiry(
        _ sequence: UInt64, _ pending: JournalRecord, from source: some BookSource
    ) throws {
        _ = try place(pending.debit, from: source)
        _ = try place(pending.credit, from: source)
        _ = try statePage(of: sequence, from: source)
    }

    /// Applies a record to its accounts and puts it at the end of the journal.
    @inline(__always)
    private func post(
        _ record: inout JournalRecord, _ command: BookCommand, _ site: Site, _ at: Int64,
        releases reason: UInt32 = 0
    ) -> BookResult {
        record.isLinked = command.isLinked
        record.reason = command.reason
        record.cause = command.cause
        let sequence = nextSequence
        let lag = UInt64(clamping: at &- record.happenedAt)
        guard let debitPage = site.debit else {
            preconditionFailure("the accounts of a record were not gathered")
        }
        let debit = AccountWords(debitPage + AccountPage.offset(of: record.debit))
        if undo.isOn { undo.save(debit.words) }
        mark(debitPage, of: record.debit)
        record.debitPrevious = debit.last
        debit.last = sequence
        if let terms = record.terms { debit.set(terms) }
        let effect = record.effect
        if record.credit > 0, let creditPage = site.credit {
            let credit = AccountWords(creditPage + AccountPage.offset(of: record.credit))
            if undo.isOn { undo.save(credit.words) }
            mark(creditPage, of: record.credit)
            record.creditPrevious = credit.last
            credit.last = sequence
            credit.creditsPosted += effect.posted
            credit.creditsPending = credit.creditsPending + effect.pended - effect.released
            if credit.count(lag: lag) { output.mark(record.credit, sequence, at, credit) }
            if credit.isByReason {
                output.split(record.credit, record, releases: reason, isDebit: false)
            }
        }
        debit.debitsPosted += effect.posted
        debit.debitsPending = debit.debitsPending + effect.pended - effect.released
        if debit.count(lag: lag) { output.mark(record.debit, sequence, at, debit) }
        if debit.isByReason {
            output.split(record.debit, record, releases: reason, isDebit: true)
        }
        if record.id <= recent.floor { output.late.append((record.id, sequence)) }
        recent.insert(record.id, sequence)
        emit(record, at: at)
        return .created
    }

    @inline(__always)
    private func emit(_ record: borrowing JournalRecord, at: Int64) {
        output.append(record, nextSequence, at: at)
        nextSequence += 1
    }

    private func state(of sequence: UInt64) -> RecordState {
        guard let page = states[StatePage.page(of: sequence)] else {
            preconditionFailure("the state of a record was not gathered")
        }
        return page[sequence]
    }

    private func set(_ state: RecordState, of sequence: UInt64) {
        let index = StatePage.page(of: sequence)
        if undo.isOn { undo.states.append((sequence, self.state(of: sequence))) }
        states[index]?[sequence] = state
        if states[index]?.dirtySince == 0 {
            states[index]?.dirtySince = nextSequence
            dirty.append(.states(index), since: nextSequence)
        }
    }

    private func end(_ sequence: UInt64, _ ending: UInt64) {
        var state = state(of: sequence)
        state.ending = ending
        set(state, of: sequence)
    }

    @inline(__always)
    private func mark(_ page: UnsafeMutablePointer<UInt64>, of number: UInt32) {
        if page[1] != 0 { return }
        page[1] = nextSequence
        dirty.append(.accounts(AccountPage.page(of: number)), since: nextSequence)
    }

    // MARK: Comparing

    /// Whether a command is the one that made the record, or in what it differs.
    private func compare(
        _ command: BookCommand, _ index: Int, _ record: JournalRecord
    ) -> BookResult {
        func differs(_ field: BookResult.Field) -> BookResult { .existsWithDifferent(field) }
        switch (command.action, record.kind) {
        case (.move(let movement), .move), (.pend(let movement, _), .pend):
            let debit = account(record.debit)
            guard debit.id == movement.debit else { return differs(.debit) }
            guard account(record.credit).id == movement.credit else { return differs(.credit) }
            guard debit.asset == movement.asset.packed else { return differs(.asset) }
            guard record.amount == movement.amount else { return differs(.amount) }
            if case .pend(_, let deadline) = command.action, deadline != record.deadline {
                return differs(.deadline)
            }
        case (.post(let subject, let amount), .post):
            guard isSubject(subject, index, of: record) else { return differs(.subject) }
            let whole = record.amount + record.released
            guard amount ?? whole == record.amount else { return differs(.amount) }
        case (.void(let subject), .void), (.reverse(let subject), .reverse):
            guard isSubject(subject, index, of: record) else { return differs(.subject) }
        case (.limit(let id, let terms), .limit):
            guard account(record.debit).id == id else { return differs(.debit) }
            guard record.terms == terms else { return differs(.terms) }
        case (.move, _), (.pend, _), (.post, _), (.void, _), (.reverse, _), (.limit, _):
            return differs(.action)
        }
        guard record.reason == command.reason else { return differs(.reason) }
        guard record.cause == command.cause else { return differs(.cause) }
        guard record.happenedAt == command.happenedAt else { return differs(.happenedAt) }
        guard record.isLinked == command.isLinked else { return differs(.link) }
        return .exists
    }

    private func account(_ number: UInt32) -> AccountWords {
        guard let page = pages[AccountPage.page(of: number)] else {
            preconditionFailure("the accounts of a record were not gathered")
        }
        return AccountWords(page + AccountPage.offset(of: number))
    }

    /// Whether the id is that of the record this one speaks of.
    private func isSubject(_ id: BookID, _ index: Int, of record: JournalRecord) -> Bool {
        let fact = Int(sites[index].subject)
        return (fact > 0 ? factSequences[fact - 1] : recent.find(id)) == record.subject
    }

    // MARK: What is written down

    /// The number of the first record that the pages on disk lack.
    public var replayFrom: UInt64 { dirty.oldest ?? nextSequence }

    /// Hands over, as bytes, every page that has lacked a record since before `sequence`, and then
    /// as many of the others as it takes until at most `dirtyMax` are left.
    ///
    /// To be called after a commit's last command was decided; what is handed over is of then.
    public func flush(
        before sequence: UInt64, dirtyMax: Int,
        accounts: (Int, UnsafeRawBufferPointer) throws -> Void,
        states write: (Int, UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        while let oldest = dirty.oldest, oldest < sequence || dirty.count > dirtyMax {
            switch dirty.takeFirst() {
            case .accounts(let index):
                guard let page = pages[index] else { continue }
                try accounts(
                    index,
                    UnsafeRawBufferPointer(
                        start: page + AccountPage.headWords, count: AccountPage.bodyBytes))
                page[0] = nextSequence - 1
                page[1] = 0
            case .states(let index):
                guard let page = states[index] else { continue }
                try write(
                    index, UnsafeRawBufferPointer(start: page.body, count: StatePage.bodyBytes))
                states[index]?.dirtySince = 0
            }
        }
    }

    /// Ids to be written in order; `nil` while there is room in memory.
    public func sealIDs() -> SealedIDs? {
        guard recent.isFull else { return nil }
        let sealed = recent.seal(next: nextSequence)
        return SealedIDs(
            entries: sealed.entries, floor: sealed.floor, oldestLeft: sealed.oldestLeft)
    }

    public struct SealedIDs {
        public let entries: [(id: BookID, sequence: UInt64)]
        public let floor: BookID
        /// No record before this one has an id that is in memory only.
        public let oldestLeft: UInt64
    }

    /// The number of the record with this id, if it is remembered.
    public func recentSequence(of id: BookID) -> UInt64? {
        let sequence = recent.find(id)
        return sequence == 0 ? nil : sequence
    }

    public var floor: BookID { recent.floor }

    // MARK: Being read again

    /// Takes a record of the journal into the books, where they lack it: how memory is made again
    /// of what is on disk. Records come in order.
    public func replay(
        _ record: JournalRecord, _ sequence: UInt64, at: Int64, from source: some BookSource
    ) throws {
        nextSequence = sequence
        let lag = UInt64(clamping: at &- record.happenedAt)
        let effect = record.effect
        let debitPage = try page(AccountPage.page(of: record.debit), from: source)
        if debitPage[0] < sequence {
            mark(debitPage, of: record.debit)
            let debit = AccountWords(debitPage + AccountPage.offset(of: record.debit))
            if record.kind == .open, let opened = record.opened, let terms = record.terms {
                debit.open(record.id, opened, terms)
                accounts.insert(BookHash.table(record.id), record.debit)
            } else {
                if let terms = record.terms { debit.set(terms) }
                debit.debitsPosted &+= effect.posted
                debit.debitsPending = debit.debitsPending &+ effect.pended &- effect.released
                if debit.count(lag: lag) { _ = debit.takeLagWidth() }
            }
            debit.last = sequence
        }
        if record.credit > 0 {
            let creditPage = try page(AccountPage.page(of: record.credit), from: source)
            if creditPage[0] < sequence {
                mark(creditPage, of: record.credit)
                let credit = AccountWords(creditPage + AccountPage.offset(of: record.credit))
                credit.creditsPosted &+= effect.posted
                credit.creditsPending = credit.creditsPending &+ effect.pended &- effect.released
                if credit.count(lag: lag) { _ = credit.takeLagWidth() }
                credit.last = sequence
            }
        }
        switch record.kind {
        case .post, .void, .expire, .reverse:
            _ = try statePage(of: record.subject, from: source)
            var state = state(of: record.subject)
            switch record.kind {
            case .post: state.ending = RecordState.posted
            case .void: state.ending = RecordState.voided
            case .expire: state.ending = RecordState.expired
            case .reverse: state.isReversed = true
            case .move, .pend, .limit, .open: break
            }
            set(state, of: record.subject)
        case .move, .pend, .limit: break
        case .open: nextAccount = record.debit + 1
        }
        remember(record, sequence)
        nextSequence = sequence + 1
    }

    /// Takes only the id of a record: of those that came before the ones the pages lack.
    public func remember(_ record: JournalRecord, _ sequence: UInt64) {
        if record.kind != .open, record.id > recent.floor { recent.insert(record.id, sequence) }
    }

    /// What has become of a record: 1 posted, 2 voided, 3 expired, and 4 if it was reversed.
    public func endingBits(of sequence: UInt64, from source: some BookSource) throws -> UInt64 {
        try statePage(of: sequence, from: source)[sequence].bits
    }

    /// Accounts in memory, and pages of them that differ from what is on disk.
    public var figures: (pages: Int, dirty: Int, ids: Int) {
        (pageCount, dirty.count, recent.count)
    }
}
