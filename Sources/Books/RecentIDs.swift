/// The ids of the newest commands, by which a repeated one is known without a look on disk.
///
/// Every id above ``floor`` is here. What is at or below it lies on disk, in pages in order of ids:
/// ``seal(_:)`` hands over the lowest ones to be written there.
struct RecentIDs: ~Copyable {
    private var highs: UnsafeMutablePointer<UInt64>
    private var lows: UnsafeMutablePointer<UInt64>
    private var sequences: UnsafeMutablePointer<UInt64>
    private var capacity: Int
    private(set) var count = 0
    private var table: IDTable
    private(set) var floor: BookID

    init(floor: BookID, window: Int) {
        self.floor = floor
        self.window = window
        capacity = window * 3
        highs = .allocate(capacity: capacity)
        lows = .allocate(capacity: capacity)
        sequences = .allocate(capacity: capacity)
        table = IDTable(capacity: capacity)
    }

    deinit {
        highs.deallocate()
        lows.deallocate()
        sequences.deallocate()
    }

    /// Ids that stay after others were handed over, and how many are handed over at once: a command
    /// that comes this much later than its neighbours is still known from memory.
    private let window: Int

    var isFull: Bool { count >= window * 2 }

    /// The number of the record with this id; zero when it is not here.
    @inline(__always)
    func find(_ id: BookID) -> UInt64 {
        let found = table.find(BookHash.table(id)) {
            highs[Int($0) - 1] == id.high && lows[Int($0) - 1] == id.low
        }
        return found == 0 ? 0 : sequences[Int(found) - 1]
    }

    /// Remembers an id that is not here yet.
    @inline(__always)
    mutating func insert(_ id: BookID, _ sequence: UInt64) {
        if count == capacity { grow() }
        highs[count] = id.high
        lows[count] = id.low
        sequences[count] = sequence
        count += 1
        table.insert(BookHash.table(id), UInt32(count))
    }

    /// Forgets the newest until `count` are left.
    mutating func truncate(to left: Int) {
        while count > left {
            let id = BookID(high: highs[count - 1], low: lows[count - 1])
            table.remove(BookHash.table(id), UInt32(count))
            count -= 1
        }
    }

    /// What goes to disk: ids in their order, each with its record's number.
    struct Sealed {
        var entries: [(id: BookID, sequence: UInt64)]
        let floor: BookID
        /// No record before this one has an id that is still in memory only.
        let oldestLeft: UInt64
    }

    /// Takes the lowest ids out. Those at or below the floor are dropped: they came late, and were
    /// written to disk one by one.
    mutating func seal(next sequence: UInt64) -> Sealed {
        var all: [(id: BookID, sequence: UInt64)] = []
        all.reserveCapacity(count)
        var isSorted = true
        var previous = floor
        for index in 0..<count {
            let id = BookID(high: highs[index], low: lows[index])
            if id <= floor { continue }
            if id < previous { isSorted = false }
            previous = id
            all.append((id, sequences[index]))
        }
        if !isSorted { all.sort { $0.id < $1.id } }
        let taken = min(all.count, window)
        let rest = all[taken...]
        let sealed = Array(all[..<taken])
        if let last = sealed.last { floor = last.id }
        count = 0
        table.removeAll()
        var oldest = sequence
        for entry in rest {
            insert(entry.id, entry.sequence)
            oldest = min(oldest, entry.sequence)
        }
        return Sealed(entries: sealed, floor: floor, oldestLeft: oldest)
    }

    private mutating func grow() {
        let wider = capacity * 2
        func widened(_ old: UnsafeMutablePointer<UInt64>) -> UnsafeMutablePointer<UInt64> {
            let new = UnsafeMutablePointer<UInt64>.allocate(capacity: wider)
            new.initialize(from: old, count: count)
            old.deallocate()
            return new
        }
        highs = widened(highs)
        lows = widened(lows)
        sequences = widened(sequences)
        capacity = wider
    }
}
