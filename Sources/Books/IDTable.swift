/// Numbers by id: an open-addressing table on flat storage, half full at most.
///
/// A slot holds 32 bits of the id's hash and the number; the id itself is looked at where its owner
/// keeps it.
struct IDTable: ~Copyable {
    private var slots: UnsafeMutablePointer<UInt64>
    private var mask: Int
    private(set) var count = 0

    init(capacity: Int) {
        var size = 1_024
        while size < capacity * 2 { size *= 2 }
        slots = .allocate(capacity: size)
        slots.initialize(repeating: 0, count: size)
        mask = size - 1
    }

    deinit { slots.deallocate() }

    /// The number of an id with this hash for which `isSame` holds; zero when there is none.
    @inline(__always)
    func find(_ hash: UInt64, _ isSame: (UInt32) -> Bool) -> UInt32 {
        var index = Int(truncatingIfNeeded: hash) & mask
        let tag = hash & Self.tagMask
        while true {
            let slot = slots[index]
            if slot == 0 { return 0 }
            if slot & Self.tagMask == tag {
                let number = UInt32(truncatingIfNeeded: slot)
                if isSame(number) { return number }
            }
            index = (index + 1) & mask
        }
    }

    /// Puts a number above zero under an id that is not there yet.
    @inline(__always)
    mutating func insert(_ hash: UInt64, _ number: UInt32) {
        if count * 2 > mask { grow() }
        put(hash & Self.tagMask | UInt64(number), at: hash)
        count += 1
    }

    @inline(__always)
    private func put(_ slot: UInt64, at hash: UInt64) {
        var index = Int(truncatingIfNeeded: hash) & mask
        while slots[index] != 0 { index = (index + 1) & mask }
        slots[index] = slot
    }

    /// Removes a number that is there, and moves up those that had to pass over its slot.
    mutating func remove(_ hash: UInt64, _ number: UInt32) {
        let slot = hash & Self.tagMask | UInt64(number)
        var hole = Int(truncatingIfNeeded: hash) & mask
        while slots[hole] != slot { hole = (hole + 1) & mask }
        var next = (hole + 1) & mask
        while slots[next] != 0 {
            let place = Int(truncatingIfNeeded: slots[next] >> 32) & mask
            if (next &- place) & mask >= (next &- hole) & mask {
                slots[hole] = slots[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        slots[hole] = 0
        count -= 1
    }

    mutating func removeAll() {
        slots.update(repeating: 0, count: mask + 1)
        count = 0
    }

    /// The tag is the place as well, so a table grows without looking at the ids.
    private mutating func grow() {
        let size = (mask + 1) * 2
        let old = slots
        let oldCount = mask + 1
        slots = .allocate(capacity: size)
        slots.initialize(repeating: 0, count: size)
        mask = size - 1
        for index in 0..<oldCount where old[index] != 0 {
            put(old[index], at: old[index] >> 32)
        }
        old.deallocate()
    }

    private static let tagMask: UInt64 = 0xFFFF_FFFF_0000_0000
}

extension BookHash {
    /// The same 32 bits above as the tag and below as the place: tables then grow by themselves.
    @inline(__always)
    static func table(_ id: BookID) -> UInt64 {
        let hash = of(id.high, id.low) & 0xFFFF_FFFF
        return hash << 32 | hash
    }
}
