/// What a commit decided, in the form in which it is kept. Whoever keeps it takes it whole, and
/// empties it.
public struct BookOutput {
    /// The records one after the other, and where each begins, with one more for the end.
    public private(set) var bytes: UnsafeMutablePointer<UInt8>
    public private(set) var offsets: [Int] = [0]
    private var capacity: Int
    /// The number of the first record.
    public private(set) var firstSequence: UInt64 = 0

    /// Accounts that were opened, with their numbers.
    public internal(set) var opened: [(id: BookID, number: UInt32)] = []
    /// Ids at or below the floor of what is remembered: they are kept one by one.
    public internal(set) var late: [(id: BookID, sequence: UInt64)] = []
    public internal(set) var deadlines: [(due: Int64, pending: UInt64)] = []
    public internal(set) var waymarks: [Waymark] = []
    public internal(set) var splits: [Split] = []

    /// The sums of an account after every 1,024th of its records.
    public struct Waymark: Hashable, Sendable {
        public let account: UInt32
        /// The record after which it was so, and when that was booked.
        public let sequence: UInt64
        public let at: Int64
        public let balance: BookBalance
        /// No record since the waymark before was booked later after its happening than two to
        /// this power, in milliseconds.
        public let lagWidth: UInt8

        public init(
            account: UInt32, sequence: UInt64, at: Int64, balance: BookBalance, lagWidth: UInt8
        ) {
            self.account = account
            self.sequence = sequence
            self.at = at
            self.balance = balance
            self.lagWidth = lagWidth
        }
    }

    /// What a record changes in the sums of one reason, on one side of an account.
    public struct Split: Hashable, Sendable {
        public let account: UInt32
        public let reason: UInt32
        public let isDebit: Bool
        public let posted: UInt64
        public let pended: UInt64
        public let released: UInt64
    }

    init() {
        capacity = 1 << 16
        bytes = .allocate(capacity: capacity)
    }

    public var count: Int { offsets.count - 1 }
    public var isEmpty: Bool { count == 0 }

    /// Frees the storage; the value is not to be used after it.
    func deallocate() { bytes.deallocate() }

    @inline(__always)
    mutating func append(_ record: borrowing JournalRecord, _ sequence: UInt64, at: Int64) {
        let end = offsets[offsets.count - 1]
        if end + RecordCoding.sizeMax > capacity { grow() }
        if end == 0 { firstSequence = sequence }
        let size = RecordCoding.encode(record, sequence: sequence, at: at, to: bytes + end)
        offsets.append(end + size)
    }

    private mutating func grow() {
        let wider = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity * 2)
        wider.initialize(from: bytes, count: offsets[offsets.count - 1])
        bytes.deallocate()
        bytes = wider
        capacity *= 2
    }

    /// A record of this commit; `nil` when the number is not one of them.
    func record(_ sequence: UInt64, at: Int64) -> JournalRecord? {
        guard count > 0, sequence >= firstSequence, sequence < firstSequence + UInt64(count) else {
            return nil
        }
        var offset = offsets[Int(sequence - firstSequence)]
        return RecordCoding.decode(
            UnsafeRawBufferPointer(start: bytes, count: offsets[count]), &offset,
            sequence: sequence, at: at)
    }

    mutating func mark(_ number: UInt32, _ sequence: UInt64, _ at: Int64, _ account: AccountWords) {
        waymarks.append(
            Waymark(
                account: number, sequence: sequence, at: at, balance: account.balance,
                lagWidth: account.takeLagWidth()))
    }

    mutating func split(
        _ number: UInt32, _ record: borrowing JournalRecord, releases reason: UInt32,
        isDebit: Bool
    ) {
        let effect = record.effect
        if effect.posted > 0 || effect.pended > 0 {
            splits.append(
                Split(
                    account: number, reason: record.reason, isDebit: isDebit,
                    posted: effect.posted, pended: effect.pended, released: 0))
        }
        if effect.released > 0 {
            splits.append(
                Split(
                    account: number, reason: reason, isDebit: isDebit, posted: 0, pended: 0,
                    released: effect.released))
        }
    }

    /// How far each list was.
    struct Mark {
        let records, opened, late, deadlines, waymarks, splits: Int
    }

    var mark: Mark {
        Mark(
            records: count, opened: opened.count, late: late.count, deadlines: deadlines.count,
            waymarks: waymarks.count, splits: splits.count)
    }

    mutating func truncate(to mark: Mark) {
        offsets.removeLast(count - mark.records)
        opened.removeLast(opened.count - mark.opened)
        late.removeLast(late.count - mark.late)
        deadlines.removeLast(deadlines.count - mark.deadlines)
        waymarks.removeLast(waymarks.count - mark.waymarks)
        splits.removeLast(splits.count - mark.splits)
    }

    public mutating func removeAll() {
        truncate(to: Mark(records: 0, opened: 0, late: 0, deadlines: 0, waymarks: 0, splits: 0))
    }
}

/// Pages that differ from what is on disk, the longest first.
struct DirtyQueue {
    enum Page: Hashable {
        case accounts(Int)
        case states(Int)
    }

    private var entries: [(page: Page, since: UInt64)] = []
    private var head = 0

    var count: Int { entries.count - head }

    /// The number of the first record that some page on disk lacks; `nil` when none lacks any.
    var oldest: UInt64? { head < entries.count ? entries[head].since : nil }

    mutating func append(_ page: Page, since: UInt64) { entries.append((page, since)) }

    /// Numbers from `sequence` on were taken back and are given again: a page that first differed
    /// at one of them may now differ from there.
    mutating func takeBack(to sequence: UInt64) {
        var index = entries.count - 1
        while index >= head, entries[index].since > sequence {
            entries[index].since = sequence
            index -= 1
        }
    }

    mutating func takeFirst() -> Page {
        defer {
            head += 1
            if head > 4_096, head * 2 > entries.count {
                entries.removeFirst(head)
                head = 0
            }
        }
        return entries[head].page
    }
}

/// How to take back what a chain has done so far.
struct Undo {
    private(set) var isOn = false
    private(set) var mark = BookOutput.Mark(
        records: 0, opened: 0, late: 0, deadlines: 0, waymarks: 0, splits: 0)
    private(set) var recent = 0
    private(set) var sequence: UInt64 = 0
    var accounts: [(at: UnsafeMutablePointer<UInt64>, words: UnsafeMutablePointer<UInt64>)] = []
    var states: [(sequence: UInt64, state: RecordState)] = []

    mutating func begin(_ mark: BookOutput.Mark, recent: Int, sequence: UInt64) {
        isOn = true
        self.mark = mark
        self.recent = recent
        self.sequence = sequence
    }

    mutating func save(_ words: UnsafeMutablePointer<UInt64>) {
        let copy = UnsafeMutablePointer<UInt64>.allocate(capacity: AccountPage.accountWords)
        copy.initialize(from: words, count: AccountPage.accountWords)
        accounts.append((words, copy))
    }

    mutating func end() {
        isOn = false
        for saved in accounts { saved.words.deallocate() }
        accounts.removeAll(keepingCapacity: true)
        states.removeAll(keepingCapacity: true)
    }
}
