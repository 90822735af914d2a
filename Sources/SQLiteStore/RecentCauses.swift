import Edges
import GRDB
import Ledger
import Synchronization

/// How causes wait for their index.
public struct CauseSizes: Sendable {
    /// So many wait before they are taken into the index.
    public var waiting = 131_072
    /// So many are taken with one commit, for every ``sliceEvery`` commands: the index has all that
    /// waited before as many wait again.
    public var slice = 1_024
    public var sliceEvery = 512

    public init() {}
}

/// Which causes were carried out lately: in memory, because an index on ids that come in no order
/// would change a page of its own for every command.
///
/// Every cause is a row of `cause`, in the order of the commits. When enough are new they are taken
/// into the index `cause_index`, sorted and a slice at a time, so that neighbours share a page; until
/// then they are found here. At a start what is not in the index is read from the end of `cause`.
///
/// One for a database that is written to: its store changes it, and readers ask it.
public final class RecentCauses: Sendable {
    private let sizes: CauseSizes
    private let state: Mutex<State>

    private struct State {
        var recent = Table()
        /// What is being taken into the index: still found here until all of it is there.
        var leaving = Table()
        var sorted: [Entry] = []
        var sliced = 0
        var commandsSinceSlice = 0
        var lastSequence: Int64 = 0
    }

    struct Entry {
        let high: UInt64
        let low: UInt64
        let sequence: Int64
    }

    /// What a commit takes into the index with it.
    struct Slice {
        let entries: ArraySlice<Entry>
        /// Everything up to this cause is in the index then; `nil` while some is missing.
        let completes: Int64?
    }

    public init(pool: DatabasePool, _ sizes: CauseSizes = CauseSizes()) throws {
        self.sizes = sizes
        state = Mutex(State())
        try pool.read { db in try reload(db) }
    }

    /// Reads again what is not in the index.
    func reload(_ db: Database) throws {
        var fresh = State()
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT id, sequence FROM cause
                WHERE sequence > (SELECT sequence FROM cause_indexed) ORDER BY sequence
                """)
        while let row = try rows.next() {
            guard let id = Cause(data: row[0]) else {
                throw SQLiteFault("a cause has no id of 16 bytes")
            }
            fresh.lastSequence = row[1]
            fresh.recent.insert(id, fresh.lastSequence)
        }
        state.withLock { $0 = fresh }
    }

    func sequence(of cause: Cause) -> Int64? {
        state.withLock { $0.recent[cause] ?? $0.leaving[cause] }
    }

    /// Begins a commit of so many commands, when nobody decides by an older view of the store. What
    /// was taken into the index by earlier commits need not be found here any more.
    func slice(for commands: Int) -> Slice? {
        state.withLock { state in
            if !state.sorted.isEmpty, state.sliced == state.sorted.count {
                state.leaving = Table()
                state.sorted = []
                state.sliced = 0
            }
            if state.sorted.isEmpty, state.recent.count >= sizes.waiting {
                state.leaving = state.recent
                state.recent = Table()
                state.sorted = state.leaving.entries.sorted {
                    ($0.high, $0.low) < ($1.high, $1.low)
                }
            }
            state.commandsSinceSlice += commands
            guard !state.sorted.isEmpty, state.commandsSinceSlice >= sizes.sliceEvery else {
                return nil
            }
            let slices = state.commandsSinceSlice / sizes.sliceEvery
            let end = min(state.sliced + slices * sizes.slice, state.sorted.count)
            let isLast = end == state.sorted.count
            return Slice(
                entries: state.sorted[state.sliced..<end],
                completes: isLast ? state.sorted.lazy.map(\.sequence).max() : nil)
        }
    }

    /// The commit that took `slice` with it is durable.
    func kept(_ causes: [(id: Cause, sequence: Int64)], _ slice: Slice?) {
        state.withLock { state in
            for cause in causes { state.recent.insert(cause.id, cause.sequence) }
            guard let slice else { return }
            state.sliced = slice.entries.endIndex
            state.commandsSinceSlice %= sizes.sliceEvery
        }
    }

    /// Ids and where they are, found by open addressing in one piece of memory.
    private struct Table {
        private(set) var count = 0
        private var slots: [Entry] = []

        /// A slot whose sequence is zero is free: sequences begin above it.
        private static let free = Entry(high: 0, low: 0, sequence: 0)

        subscript(_ cause: Cause) -> Int64? {
            guard !slots.isEmpty else { return nil }
            var slot = place(cause.high, cause.low)
            while slots[slot].sequence != 0 {
                if slots[slot].low == cause.low, slots[slot].high == cause.high {
                    return slots[slot].sequence
                }
                slot = (slot + 1) & (slots.count - 1)
            }
            return nil
        }

        mutating func insert(_ cause: Cause, _ sequence: Int64) {
            if 4 * count >= 3 * slots.count { grow() }
            put(Entry(high: cause.high, low: cause.low, sequence: sequence))
            count += 1
        }

        var entries: [Entry] { slots.filter { $0.sequence != 0 } }

        private mutating func put(_ entry: Entry) {
            var slot = place(entry.high, entry.low)
            while slots[slot].sequence != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = entry
        }

        private mutating func grow() {
            let old = slots
            slots = Array(repeating: Self.free, count: max(1_024, 2 * old.count))
            for entry in old where entry.sequence != 0 { put(entry) }
        }

        private func place(_ high: UInt64, _ low: UInt64) -> Int {
            let mixed = (high ^ low &* 0x9E37_79B9_7F4A_7C15) &* 0xD6E8_FEB8_6659_FD93
            return Int(truncatingIfNeeded: mixed >> 32) & (slots.count - 1)
        }
    }
}
