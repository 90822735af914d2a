public import Money

/// How large the files and batches for a bank may be. What is not given is what the format holds.
public struct SplitCaps: Hashable, Sendable {
    /// Lines of a file, with headers, controls and the nines that fill the last block. Many banks
    /// take 10,000.
    public var records: Int
    /// Batches of a file.
    public var batches: Int
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
        records: Int = 9_999_990, batches: Int = 999_999, batchEntries: Int = 999_999,
        fileDebits: Cents = totalMax, fileCredits: Cents = totalMax,
        batchDebits: Cents = totalMax, batchCredits: Cents = totalMax
    ) {
        self.records = min(records, 9_999_990)
        self.batches = min(batches, Layout.batchesMax)
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
/// The same queue, caps and counters always give the same files. Entries keep the order of the
/// queue; a file is closed when the next entry does not fit, and never opened again.
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

    private let caps: SplitCaps
    private let offset: OffsetAccount?
    private var modifier: FileModifier?
    private var file = OpenFile()
    private var batch: OpenBatch?

    /// Shares the queue out. `firstModifier` is the first that no file of the day has; `nil` when
    /// none is left. Offsets take their trace numbers from `traces`.
    public init(
        _ queue: [WaitingEntry<Key>], caps: SplitCaps = SplitCaps(), offset: OffsetAccount? = nil,
        firstModifier: FileModifier? = .first, traces: inout TraceAllocator
    ) {
        self.caps = caps
        self.offset = offset
        modifier = firstModifier
        for group in sorted(queue) {
            for item in group {
                if let cap = Sums(item, offset).exceeded(caps, in: FileSums()) {
                    aside.append(Aside(key: item.key, reason: .aboveCap(cap)))
                } else {
                    add(item, &traces)
                }
            }
            closeBatch(&traces)
        }
        closeFile(&traces)
    }

    /// Groups of equal headers, in the order of their first entry; what cannot be sent set aside.
    private mutating func sorted(_ queue: [WaitingEntry<Key>]) -> [[WaitingEntry<Key>]] {
        var places: [Group: Int] = [:]
        var groups: [[WaitingEntry<Key>]] = []
        var keys: Set<Key> = []
        var traces: Set<TraceNumber> = []
        for item in queue {
            guard !item.entries.isEmpty else {
                aside.append(Aside(key: item.key, reason: .empty))
                continue
            }
            let own = Set(item.entries.map(\.trace))
            guard own.count == item.entries.count, own.isDisjoint(with: traces),
                keys.insert(item.key).inserted
            else {
                aside.append(Aside(key: item.key, reason: .twice))
                continue
            }
            traces.formUnion(own)
            let group = Group(item.header, item.entries[0].kind)
            if let place = places[group] {
                groups[place].append(item)
            } else {
                places[group] = groups.count
                groups.append([item])
            }
        }
        return groups
    }

    private mutating func add(_ item: WaitingEntry<Key>, _ traces: inout TraceAllocator) {
        let sums = Sums(item, offset)
        if let open = batch {
            if (open.sums + sums).exceeded(caps, in: file.sums) == nil {
                batch?.add(item, sums)
                return
            }
            closeBatch(&traces)
        }
        if sums.exceeded(caps, in: file.sums) != nil { closeFile(&traces) }
        batch = OpenBatch(header: item.header, sums: Sums(offset))
        batch?.add(item, sums)
    }

    private mutating func closeBatch(_ traces: inout TraceAllocator) {
        guard let open = batch else { return }
        batch = nil
        var closed = Batch(
            header: open.header, entries: open.entries.sorted { $0.trace < $1.trace })
        closed.header.number = file.batches.count + 1
        // A number that was taken for a batch that is not sent is lost, not given again.
        do {
            try offset?.balance(&closed, &traces)
        } catch {
            for key in open.keys { aside.append(Aside(key: key, reason: .noOffset(error))) }
            return
        }
        file.add(closed, open)
    }

    private mutating func closeFile(_ traces: inout TraceAllocator) {
        closeBatch(&traces)
        defer { file = OpenFile() }
        guard !file.batches.isEmpty else { return }
        guard let modifier else {
            for key in file.keys { aside.append(Aside(key: key, reason: .noModifierLeft)) }
            return
        }
        files.append(File(modifier: modifier, batches: file.batches, keys: file.keys))
        self.modifier = modifier.next
    }

    // MARK: - What is open

    private struct OpenFile {
        var batches: [Batch] = []
        var keys: [Key] = []
        var sums = FileSums()

        mutating func add(_ batch: Batch, _ open: OpenBatch) {
            batches.append(batch)
            keys += open.keys
            sums.batches += 1
            sums.records += open.sums.records
            sums.debits += open.sums.debits
            sums.credits += open.sums.credits
        }
    }

    private struct OpenBatch {
        let header: BatchHeader
        private(set) var sums: Sums
        private(set) var keys: [Key] = []
        private(set) var entries: [Entry] = []

        init(header: BatchHeader, sums: Sums) {
            self.header = header
            self.sums = sums
        }

        mutating func add(_ item: WaitingEntry<Key>, _ more: Sums) {
            keys.append(item.key)
            entries += item.entries
            sums = sums + more
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

/// What the batches of a file that are closed come to, without the file's header and control.
private struct FileSums {
    var batches = 0
    var records = 0
    var debits = Cents.zero
    var credits = Cents.zero
}

/// What the entries of a batch come to, with the offsets they will have.
private struct Sums {
    private var count = 0
    private var debitTotal = Cents.zero
    private var creditTotal = Cents.zero
    private var hasOffset: Bool

    init(_ offset: OffsetAccount?) { hasOffset = offset != nil }

    init<Key>(_ item: WaitingEntry<Key>, _ offset: OffsetAccount?) {
        hasOffset = offset != nil && OffsetAccount.balances(item.header, item.entries)
        for entry in item.entries { count += 1 + entry.addenda.count }
        debitTotal = item.entries.total(.debit)
        creditTotal = item.entries.total(.credit)
    }

    static func + (lhs: Sums, rhs: Sums) -> Sums {
        var sums = lhs
        sums.count += rhs.count
        sums.debitTotal += rhs.debitTotal
        sums.creditTotal += rhs.creditTotal
        sums.hasOffset = lhs.hasOffset && rhs.hasOffset
        return sums
    }

    private var lines: Int {
        guard hasOffset else { return count }
        return count + (debitTotal.isZero ? 0 : 1) + (creditTotal.isZero ? 0 : 1)
    }

    /// With header and control.
    var records: Int { lines + 2 }

    /// A balanced batch has the same on both sides.
    var debits: Cents { hasOffset ? debitTotal + creditTotal : debitTotal }
    var credits: Cents { hasOffset ? debitTotal + creditTotal : creditTotal }

    /// The first cap that the batch, or the file with it, would be above; `nil` when it fits.
    func exceeded(_ caps: SplitCaps, in file: FileSums) -> SplitCaps.Cap? {
        let all = file.records + records + 2
        let blocks = (all + Layout.blockingFactor - 1) / Layout.blockingFactor
        if lines > caps.batchEntries { return .batchEntries }
        if debits > caps.batchDebits { return .batchDebits }
        if credits > caps.batchCredits { return .batchCredits }
        if hasOffset, debitTotal > Entry.amountMax { return .batchDebits }
        if hasOffset, creditTotal > Entry.amountMax { return .batchCredits }
        if blocks * Layout.blockingFactor > caps.records { return .records }
        if file.batches + 1 > caps.batches { return .batches }
        if file.debits + debits > caps.fileDebits { return .fileDebits }
        if file.credits + credits > caps.fileCredits { return .fileCredits }
        return nil
    }
}
