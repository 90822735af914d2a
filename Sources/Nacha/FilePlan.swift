public import Money

/// Something that waits, as far as caps look at it: entries that stay together in one batch.
public struct PlannedEntries<Group: Hashable & Sendable>: Hashable, Sendable {
    /// Only entries of one group share a batch.
    public let group: Group
    /// How many entries.
    public let entries: Int
    /// Addenda of all of them.
    public let addenda: Int
    /// What they debit.
    public let debits: Cents
    /// What they credit.
    public let credits: Cents
    /// Whether their batch gets an entry for the other side of each side's money.
    public let hasOffset: Bool

    /// Entries that wait.
    public init(
        group: Group, entries: Int = 1, addenda: Int = 0, debits: Cents = .zero,
        credits: Cents = .zero, hasOffset: Bool = false
    ) {
        self.group = group
        self.entries = entries
        self.addenda = addenda
        self.debits = debits
        self.credits = credits
        self.hasOffset = hasOffset
    }
}

/// Which of a queue goes into which batch of which file, so that none is larger than the bank takes.
///
/// Pure: the same queue under the same caps always makes the same plan. Each place in the queue is in
/// exactly one batch, or named among those that fit into none. Groups come one after another, in the
/// order of their first entry; each entry goes into the first file that has room for it, so that a day's
/// 36 modifiers go as far as they can.
public struct FilePlan: Hashable, Sendable {
    /// The files; the first is the one that was begun, where one was.
    public private(set) var files: [File] = []
    /// What is in no file, because by itself it is above a cap.
    public private(set) var aside: [Aside] = []

    /// What is added to a file.
    public struct File: Hashable, Sendable {
        /// Places in the queue, batch by batch.
        public fileprivate(set) var batches: [[Int]] = []

        /// All of them, in the order of the queue.
        public var places: [Int] { batches.flatMap(\.self).sorted() }
    }

    /// What fits into no file.
    public struct Aside: Hashable, Sendable {
        /// Where in the queue.
        public let place: Int
        /// The cap it is above.
        public let cap: SplitCaps.Cap
    }

    /// Plans a queue. `begun` is what a first file holds already; `oneBatchEach` says that a file
    /// has one batch of each group and takes no more of it when that is full.
    public init<Group>(
        _ queue: [PlannedEntries<Group>], caps: SplitCaps = SplitCaps(),
        begun: [PlannedEntries<Group>] = [], oneBatchEach: Bool = false
    ) {
        let empty = OpenFile<Group>(caps: caps, oneBatchEach: oneBatchEach)
        var open = [empty]
        for item in begun { open[0].hold(item) }
        for place in Self.byGroup(queue) {
            let item = queue[place]
            if let cap = Load(item).exceeded(caps, in: Totals()) {
                aside.append(Aside(place: place, cap: cap))
                continue
            }
            // A day has no more files; those before them are full.
            var index = max(0, open.count - FileModifier.count)
            while index < open.count, !open[index].add(item, place) { index += 1 }
            guard index == open.count else { continue }
            open.append(empty)
            _ = open[index].add(item, place)
        }
        files = open.filter { !$0.isEmpty }.map(\.file)
    }

    /// Places, those of a group together.
    private static func byGroup<Group>(_ queue: [PlannedEntries<Group>]) -> [Int] {
        var ranks: [Group: Int] = [:]
        var groups: [[Int]] = []
        for (place, item) in queue.enumerated() {
            if let rank = ranks[item.group] {
                groups[rank].append(place)
            } else {
                ranks[item.group] = groups.count
                groups.append([place])
            }
        }
        return groups.flatMap(\.self)
    }

    private struct OpenFile<Group: Hashable & Sendable> {
        let caps: SplitCaps
        let oneBatchEach: Bool
        private(set) var file = File()
        private var loads: [Load] = []
        /// The batch of each group that is still open.
        private var last: [Group: Int] = [:]
        private var totals = Totals()

        init(caps: SplitCaps, oneBatchEach: Bool) {
            self.caps = caps
            self.oneBatchEach = oneBatchEach
        }

        var isEmpty: Bool { loads.isEmpty }

        /// What is there counts, whether it fits or not.
        mutating func hold(_ item: PlannedEntries<Group>) {
            if let batch = last[item.group] {
                replace(batch, by: loads[batch] + Load(item))
            } else {
                begin(item)
            }
        }

        /// `false` when it does not fit.
        mutating func add(_ item: PlannedEntries<Group>, _ place: Int) -> Bool {
            if let batch = last[item.group] {
                let more = loads[batch] + Load(item)
                if more.exceeded(caps, in: totals - loads[batch]) == nil {
                    replace(batch, by: more)
                    file.batches[batch].append(place)
                    return true
                }
                if oneBatchEach { return false }
            }
            guard Load(item).exceeded(caps, in: totals) == nil else { return false }
            begin(item)
            file.batches[loads.count - 1].append(place)
            return true
        }

        private mutating func begin(_ item: PlannedEntries<Group>) {
            last[item.group] = loads.count
            loads.append(Load(item))
            file.batches.append([])
            totals = totals + Load(item)
        }

        private mutating func replace(_ batch: Int, by load: Load) {
            totals = totals - loads[batch] + load
            loads[batch] = load
        }
    }
}

/// What the batches of a file come to, without the file's header and control.
private struct Totals {
    var batches = 0
    var records = 0
    var entries = 0
    var debits = Cents.zero
    var credits = Cents.zero

    static func + (totals: Totals, load: Load) -> Totals {
        Totals(
            batches: totals.batches + 1, records: totals.records + load.records,
            entries: totals.entries + load.entries, debits: totals.debits + load.debits,
            credits: totals.credits + load.credits)
    }

    static func - (totals: Totals, load: Load) -> Totals {
        Totals(
            batches: totals.batches - 1, records: totals.records - load.records,
            entries: totals.entries - load.entries, debits: totals.debits - load.debits,
            credits: totals.credits - load.credits)
    }
}

/// What a batch comes to, with the offsets it will have.
private struct Load {
    private var own: Int
    private var addenda: Int
    private var debitTotal: Cents
    private var creditTotal: Cents
    private var hasOffset: Bool

    init<Group>(_ item: PlannedEntries<Group>) {
        own = item.entries
        addenda = item.addenda
        debitTotal = item.debits
        creditTotal = item.credits
        hasOffset = item.hasOffset
    }

    static func + (lhs: Load, rhs: Load) -> Load {
        var load = lhs
        load.own += rhs.own
        load.addenda += rhs.addenda
        load.debitTotal += rhs.debitTotal
        load.creditTotal += rhs.creditTotal
        load.hasOffset = lhs.hasOffset && rhs.hasOffset
        return load
    }

    var entries: Int {
        guard hasOffset else { return own }
        return own + (debitTotal.isZero ? 0 : 1) + (creditTotal.isZero ? 0 : 1)
    }

    /// With header and control.
    var records: Int { entries + addenda + 2 }

    /// A balanced batch has the same on both sides.
    var debits: Cents { hasOffset ? debitTotal + creditTotal : debitTotal }
    var credits: Cents { hasOffset ? debitTotal + creditTotal : creditTotal }

    /// The first cap that the batch, or the file with it, would be above; `nil` when it fits.
    func exceeded(_ caps: SplitCaps, in file: Totals) -> SplitCaps.Cap? {
        let all = file.records + records + 2
        let blocks = (all + Layout.blockingFactor - 1) / Layout.blockingFactor
        if entries + addenda > caps.batchEntries { return .batchEntries }
        if debits > caps.batchDebits { return .batchDebits }
        if credits > caps.batchCredits { return .batchCredits }
        // An offset is one entry, of ten digits.
        if hasOffset, debitTotal > Entry.amountMax { return .batchDebits }
        if hasOffset, creditTotal > Entry.amountMax { return .batchCredits }
        if blocks * Layout.blockingFactor > caps.records { return .records }
        if file.entries + entries > caps.fileEntries { return .fileEntries }
        if file.batches + 1 > caps.batches { return .batches }
        if file.debits + debits > caps.fileDebits { return .fileDebits }
        if file.credits + credits > caps.fileCredits { return .fileCredits }
        return nil
    }
}
