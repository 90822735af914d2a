/// Where the books lie when they are not in memory. Asked before a batch is decided, never while.
public protocol BookSource: AnyObject {
    /// The number of the account with this id; `nil` when there is none.
    func number(of account: BookID) throws -> UInt32?
    /// Fills the body of a page of accounts as it was kept, and answers the commit it is of; zero,
    /// with the body untouched, when it was never kept.
    func page(_ page: Int, into body: UnsafeMutableRawBufferPointer) throws -> UInt64
    /// Fills the states of a stretch of records; `false`, with the body untouched, when it was
    /// never kept.
    func states(_ page: Int, into body: UnsafeMutableRawBufferPointer) throws -> Bool
    /// The number of the record with this id, which is at or below the floor of what is in memory.
    func sequence(of id: BookID) throws -> UInt64?
    func record(_ sequence: UInt64) throws -> JournalRecord
}

/// What has become of a record since it was made: four bits, kept in pages of their own.
struct RecordState: Hashable {
    var bits: UInt64

    static let open: UInt64 = 0
    static let posted: UInt64 = 1
    static let voided: UInt64 = 2
    static let expired: UInt64 = 3

    /// Of a pending transfer.
    var ending: UInt64 {
        get { bits & 3 }
        set { bits = bits & ~3 | newValue }
    }
    var isReversed: Bool {
        get { bits & 4 != 0 }
        set { bits = newValue ? bits | 4 : bits & ~4 }
    }
}

/// The states of 7,680 records in a row: what fits on one page of the file.
struct StatePage {
    static let words = 480
    static let records = UInt64(words * 16)
    static let bodyBytes = words * 8

    static func page(of sequence: UInt64) -> Int { Int(sequence / records) }

    /// The commit at which it first differed from what is on disk; zero while it does not.
    var dirtySince: UInt64 = 0
    let body: UnsafeMutablePointer<UInt64>

    init() {
        body = .allocate(capacity: Self.words)
        body.initialize(repeating: 0, count: Self.words)
    }

    subscript(sequence: UInt64) -> RecordState {
        get {
            let index = Int(sequence % Self.records)
            return RecordState(bits: body[index / 16] >> UInt64(index % 16 * 4) & 15)
        }
        nonmutating set {
            let index = Int(sequence % Self.records)
            let shift = UInt64(index % 16 * 4)
            body[index / 16] = body[index / 16] & ~(15 << shift) | newValue.bits << shift
        }
    }
}
