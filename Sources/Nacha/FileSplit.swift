public import Money

/// How large the files and batches for a bank may be. What is not given is what the format holds.
public struct SplitCaps: Hashable, Sendable {
    /// Lines of a file, with headers, controls and the nines that fill the last block. Many banks
    /// take 10,000.
    public var records: Int
    /// Batches of a file.
    public var batches: Int
    /// Entries of a file, with offsets and without addenda.
    public var fileEntries: Int
    /// Entries and addenda of a batch.
    public var batchEntries: Int
    /// Debits of a file, with offsets.
    public var fileDebits: Cents
    /// Credits of a file, with offsets.
    public var fileCredits: Cents
    /// Debits of a batch, with its offset.
    public var batchDebits: Cents
    /// Credits of a batch, with its offset.
    public var batchCredits: Cents

    /// Nacha Operating Rules, Appendix Three: six digits count blocks, batches, and the entries of a
    /// batch; twelve hold a total.
    public init(
        records: Int = 9_999_990, batches: Int = 999_999, fileEntries: Int = 9_999_990,
        batchEntries: Int = 999_999, fileDebits: Cents = totalMax, fileCredits: Cents = totalMax,
        batchDebits: Cents = totalMax, batchCredits: Cents = totalMax
    ) {
        self.records = min(records, 9_999_990)
        self.batches = min(batches, Layout.batchesMax)
        self.fileEntries = min(fileEntries, 9_999_990)
        self.batchEntries = min(batchEntries, Layout.batchCountMax)
        self.fileDebits = min(fileDebits, Self.totalMax)
        self.fileCredits = min(fileCredits, Self.totalMax)
        self.batchDebits = min(batchDebits, Self.totalMax)
        self.batchCredits = min(batchCredits, Self.totalMax)
    }

    /// What twelve digits hold.
    public static let totalMax = Cents(999_999_999_999)

    /// The caps, by name.
    public enum Cap: String, Hashable, Sendable, CaseIterable {
        case records, batches
        case fileEntries = "file_entries"
        case batchEntries = "batch_entries"
        case fileDebits = "file_debits"
        case fileCredits = "file_credits"
        case batchDebits = "batch_debits"
        case batchCredits = "batch_credits"
    }
}

/// Something to send: entries that stay together in one batch, under the caller's own key.
public struct WaitingEntry<Key: Hashable & Sendable>: Hashable, Sendable {
    /// The payment, settlement or answer it is.
    public let key: Key
    /// What its batch says. Entries of equal headers share batches, so that a re-presentment stands
    /// with re-presentments alone; the number is not looked at.
    public let header: BatchHeader
    /// One for most; the micro-entries of one account together.
    public let entries: [Entry]

    /// An entry, or a few that stay together.
    public init(key: Key, header: BatchHeader, entries: [Entry]) {
        self.key = key
        self.header = header
        self.entries = entries
    }
}

/// A queue, shared out to files: each key is in exactly one file or set aside with a reason.
///
/// The same queue, caps and counters always give the same files. Each entry goes into the first file
/// that has room for it.
public struct FileSplit<Key: Hashable & Sendable>: Sendable {
    /// In the order of their modifiers.
    public private(set) var files: [File] = []
    /// What is in no file, and why.
    public private(set) var aside: [Aside] = []

    /// One file, without its header.
    public struct File: Hashable, Sendable {
        /// A, B, … Z, 0, … 9.
        public let modifier: FileModifier
        /// Numbered from one.
        public let batches: [Batch]
        /// Of each payment in the file, in order.
        public let keys: [Key]
    }

    /// A payment that is in no file.
    public struct Aside: Hashable, Sendable {
        /// Whose it is.
        public let key: Key
        /// Why.
        public let reason: Reason
    }

    /// Why a payment is in no file.
    public enum Reason: Hashable, Sendable {
        /// By itself it is above this cap; raise the cap, or pay another way.
        case aboveCap(SplitCaps.Cap)
        /// The key, or one of its trace numbers, is in the queue before.
        case twice
        /// It has no entries.
        case empty
        /// All 36 files of the day are used; send it tomorrow.
        case noModifierLeft
        /// There is no offset for its batch: no trace number is free, or no account to take it.
        case noOffset(OriginationRefusal)
    }

    /// Shares the queue out. `firstModifier` is the first that no file of the day has; `nil` when
    /// none is left. Offsets take their trace numbers from `traces`.
    public init(
        _ queue: [WaitingEntry<Key>], caps: SplitCaps = SplitCaps(), offset: OffsetAccount? = nil,
        firstModifier: FileModifier? = .first, traces: inout TraceAllocator
    ) {
        let whole = sendable(queue)
        let plan = FilePlan(whole.map { PlannedEntries($0, offset) }, caps: caps)
        aside += plan.aside.map { Aside(key: whole[$0.place].key, reason: .aboveCap($0.cap)) }
        var modifier = firstModifier
        for planned in plan.files {
            var batches: [Batch] = []
            var keys: [Key] = []
            for items in planned.batches.map({ $0.map { whole[$0] } }) {
                var batch = Batch(
                    header: items[0].header,
                    entries: items.flatMap(\.entries).sorted { $0.trace < $1.trace })
                batch.header.number = batches.count + 1
                // A number that was taken for a batch that is not sent is lost, not given again.
                do {
                    try offset?.balance(&batch, &traces)
                } catch {
                    aside += items.map { Aside(key: $0.key, reason: .noOffset(error)) }
                    continue
                }
                batches.append(batch)
                keys += items.map(\.key)
            }
            guard !batches.isEmpty else { continue }
            guard let letter = modifier else {
                aside += keys.map { Aside(key: $0, reason: .noModifierLeft) }
                continue
            }
            files.append(File(modifier: letter, batches: batches, keys: keys))
            modifier = letter.next
        }
    }

    /// What can be sent at all; the rest is set aside.
    private mutating func sendable(_ queue: [WaitingEntry<Key>]) -> [WaitingEntry<Key>] {
        var keys: Set<Key> = []
        var traces: Set<TraceNumber> = []
        return queue.filter { item in
            guard !item.entries.isEmpty else {
                aside.append(Aside(key: item.key, reason: .empty))
                return false
            }
            let own = Set(item.entries.map(\.trace))
            guard own.count == item.entries.count, own.isDisjoint(with: traces),
                keys.insert(item.key).inserted
            else {
                aside.append(Aside(key: item.key, reason: .twice))
                return false
            }
            traces.formUnion(own)
            return true
        }
    }
}

/// What batches have in common: what their header says but its number, and answers or not.
private struct Group: Hashable {
    private let header: BatchHeader
    private let kind: EntryKind

    init(_ header: BatchHeader, _ kind: EntryKind) {
        var header = header
        header.number = 0
        self.header = header
        self.kind = kind
    }
}

extension PlannedEntries<Group> {
    fileprivate init<Key>(_ item: WaitingEntry<Key>, _ offset: OffsetAccount?) {
        self.init(
            group: Group(item.header, item.entries[0].kind), entries: item.entries.count,
            addenda: item.entries.reduce(0) { $0 + $1.addenda.count },
            debits: item.entries.total(.debit), credits: item.entries.total(.credit),
            hasOffset: offset != nil && OffsetAccount.balances(item.header, item.entries))
    }
}
