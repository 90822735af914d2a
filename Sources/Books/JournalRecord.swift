import Money

/// One record of the journal: what was done, to which accounts, and where each was before.
///
/// On disk a record is a few dozen bytes: fields that are absent or zero take one byte or none.
public struct JournalRecord: Hashable, Sendable {
    public enum Kind: UInt8, Hashable, Sendable {
        case move = 0
        case pend = 1
        case post = 2
        case void = 3
        /// The books ended a pending transfer whose deadline had passed.
        case expire = 4
        case reverse = 5
        case limit = 6
        case open = 7
    }

    public var kind: Kind
    public var isLinked = false
    public var id: BookID
    /// Account numbers; for ``Kind/limit`` and ``Kind/open`` the account, and zero.
    public var debit: UInt32
    public var credit: UInt32 = 0
    public var amount: UInt64 = 0
    /// The part of a pending transfer that was let go.
    public var released: UInt64 = 0
    public var reason: UInt32 = 0
    public var cause: BookID?
    public var happenedAt: Int64
    public var deadline: Int64?
    /// The record this one posts, voids, expires or reverses; zero for none.
    public var subject: UInt64 = 0
    /// The record before this one on the same account; zero for none.
    public var debitPrevious: UInt64 = 0
    public var creditPrevious: UInt64 = 0
    /// What the account may do from here on: of ``Kind/limit`` and ``Kind/open``.
    public var terms: AccountTerms?
    /// What never changes of an account: of ``Kind/open``.
    public var opened: Opened?

    public struct Opened: Hashable, Sendable {
        public let asset: AssetCode
        public let code: UInt32
        public let detail: BalanceDetail

        public init(asset: AssetCode, code: UInt32, detail: BalanceDetail) {
            self.asset = asset
            self.code = code
            self.detail = detail
        }
    }

    public init(kind: Kind, id: BookID, debit: UInt32, happenedAt: Int64) {
        self.kind = kind
        self.id = id
        self.debit = debit
        self.happenedAt = happenedAt
    }

    /// What the record does to one side of both its accounts: posted, and pending.
    public var effect: (posted: UInt64, pended: UInt64, released: UInt64) {
        switch kind {
        case .move, .reverse: (amount, 0, 0)
        case .pend: (0, amount, 0)
        case .post: (amount, 0, amount + released)
        case .void, .expire: (0, 0, released)
        case .limit, .open: (0, 0, 0)
        }
    }
}

/// The form of a record in bytes.
///
/// One byte with the kind and what follows, sixteen of the id, then numbers of seven bits a byte,
/// smallest first; numbers of records as distances, times as distances from the commit.
public enum RecordCoding {
    /// No record is longer.
    public static let sizeMax = 192

    private static let linked: UInt8 = 0x08
    private static let caused: UInt8 = 0x10
    private static let backdated: UInt8 = 0x20
    private static let dated: UInt8 = 0x40

    /// Writes the record with number `sequence`, booked `at`; answers how many bytes. There must
    /// be room for ``sizeMax``.
    @inline(__always)
    static func encode(
        _ record: borrowing JournalRecord, sequence: UInt64, at: Int64,
        to start: UnsafeMutablePointer<UInt8>
    ) -> Int {
        var head = record.kind.rawValue
        if record.isLinked { head |= linked }
        if record.cause != nil { head |= caused }
        if record.happenedAt != at { head |= backdated }
        if record.deadline != nil { head |= dated }
        start[0] = head
        var next = start + 1
        put(record.id, &next)
        put(UInt64(record.debit), &next)
        put(UInt64(record.credit), &next)
        put(record.amount, &next)
        put(UInt64(record.reason), &next)
        put(record.debitPrevious == 0 ? 0 : sequence - record.debitPrevious, &next)
        put(record.creditPrevious == 0 ? 0 : sequence - record.creditPrevious, &next)
        if let cause = record.cause { put(cause, &next) }
        if head & backdated != 0 { put(zigzag(at &- record.happenedAt), &next) }
        if let deadline = record.deadline { put(zigzag(deadline &- at), &next) }
        switch record.kind {
        case .move, .pend: break
        case .post, .void, .expire:
            put(sequence - record.subject, &next)
            put(record.released, &next)
        case .reverse: put(sequence - record.subject, &next)
        case .limit: if let terms = record.terms { put(terms, &next) }
        case .open:
            if let terms = record.terms { put(terms, &next) }
            if let opened = record.opened {
                put(opened.asset.packed, &next)
                put(UInt64(opened.code), &next)
                next.pointee = opened.detail == .byReason ? 1 : 0
                next += 1
            }
        }
        return next - start
    }

    /// Reads the record at `offset` and moves `offset` behind it; `nil` where the bytes are none.
    @inline(__always)
    public static func decode(
        _ bytes: UnsafeRawBufferPointer, _ offset: inout Int, sequence: UInt64, at: Int64
    ) -> JournalRecord? {
        var reader = Reader(bytes, offset)
        guard let head = reader.byte(), head & 0x80 == 0,
            let kind = JournalRecord.Kind(rawValue: head & 7), let id = reader.id(),
            let debit = UInt32(exactly: reader.number()), debit > 0,
            let credit = UInt32(exactly: reader.number())
        else { return nil }
        var record = JournalRecord(kind: kind, id: id, debit: debit, happenedAt: at)
        record.credit = credit
        record.amount = reader.amount()
        guard let reason = UInt32(exactly: reader.number()) else { return nil }
        record.reason = reason
        record.isLinked = head & linked != 0
        guard let debitPrevious = back(reader.number(), from: sequence),
            let creditPrevious = back(reader.number(), from: sequence)
        else { return nil }
        record.debitPrevious = debitPrevious
        record.creditPrevious = creditPrevious
        if head & caused != 0 { record.cause = reader.id() }
        if head & backdated != 0 { record.happenedAt = at &- unzigzag(reader.number()) }
        if head & dated != 0 { record.deadline = at &+ unzigzag(reader.number()) }
        switch kind {
        case .move, .pend: break
        case .post, .void, .expire, .reverse:
            guard let subject = back(reader.number(), from: sequence), subject > 0 else {
                return nil
            }
            record.subject = subject
            if kind != .reverse { record.released = reader.amount() }
        case .limit, .open:
            guard let terms = reader.terms() else { return nil }
            record.terms = terms
            guard kind == .open else { break }
            guard let asset = AssetCode(packed: reader.number()),
                let code = UInt32(exactly: reader.number()), let detail = reader.byte(), detail < 2
            else { return nil }
            record.opened = .init(
                asset: asset, code: code, detail: detail == 1 ? .byReason : .total)
        }
        guard !reader.failed else { return nil }
        offset = reader.offset
        return record
    }

    /// Moves `offset` behind the record there without making it; `false` where the bytes are none.
    @inline(__always)
    public static func skip(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int) -> Bool {
        var reader = Reader(bytes, offset)
        guard let head = reader.byte() else { return false }
        reader.skip(16)
        var numbers = 6
        if head & backdated != 0 { numbers += 1 }
        if head & dated != 0 { numbers += 1 }
        let kind = head & 7
        switch kind {
        case 2, 3, 4: numbers += 2
        case 5: numbers += 1
        default: break
        }
        // The order does not matter for how far it is, but that of the cause does.
        for _ in 0..<6 { _ = reader.number() }
        if head & caused != 0 { reader.skip(16) }
        for _ in 6..<numbers { _ = reader.number() }
        if kind >= 6 { _ = reader.terms() }
        if kind == 7 {
            _ = reader.number()
            _ = reader.number()
            reader.skip(1)
        }
        offset = reader.offset
        return !reader.failed
    }

    private static func back(_ distance: UInt64, from sequence: UInt64) -> UInt64? {
        if distance == 0 { return 0 }
        return distance < sequence ? sequence - distance : nil
    }

    @inline(__always)
    private static func zigzag(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: (value << 1) ^ (value >> 63))
    }

    @inline(__always)
    private static func unzigzag(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    @inline(__always)
    private static func put(_ value: UInt64, _ next: inout UnsafeMutablePointer<UInt8>) {
        var rest = value
        while rest >= 0x80 {
            next.pointee = UInt8(truncatingIfNeeded: rest) | 0x80
            next += 1
            rest >>= 7
        }
        next.pointee = UInt8(truncatingIfNeeded: rest)
        next += 1
    }

    @inline(__always)
    private static func put(_ id: BookID, _ next: inout UnsafeMutablePointer<UInt8>) {
        let raw = UnsafeMutableRawPointer(next)
        raw.storeBytes(of: id.high.bigEndian, as: UInt64.self)
        raw.storeBytes(of: id.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        next += 16
    }

    private static func put(_ terms: AccountTerms, _ next: inout UnsafeMutablePointer<UInt8>) {
        switch terms.limit {
        case .none: put(0, &next)
        case .debits(let allowance):
            put(1, &next)
            put(allowance, &next)
        case .credits(let allowance):
            put(2, &next)
            put(allowance, &next)
        }
        put(terms.held, &next)
    }

    /// Reads without ever passing the end: what is missing is zero, and remembered.
    private struct Reader {
        private let bytes: UnsafeRawBufferPointer
        private(set) var offset: Int
        private(set) var failed = false

        init(_ bytes: UnsafeRawBufferPointer, _ offset: Int) {
            self.bytes = bytes
            self.offset = offset
        }

        @inline(__always)
        mutating func byte() -> UInt8? {
            guard offset < bytes.count else {
                failed = true
                return nil
            }
            defer { offset += 1 }
            return bytes[offset]
        }

        @inline(__always)
        mutating func number() -> UInt64 {
            var value: UInt64 = 0
            var shift: UInt64 = 0
            while offset < bytes.count, shift < 64 {
                let byte = bytes[offset]
                offset += 1
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return value }
                shift += 7
            }
            failed = true
            return 0
        }

        /// At most ``BookLimits/amountMax``, so that two of them never overflow.
        @inline(__always)
        mutating func amount() -> UInt64 {
            let amount = number()
            if amount > BookLimits.amountMax { failed = true }
            return amount
        }

        @inline(__always)
        mutating func id() -> BookID? {
            guard offset + 16 <= bytes.count else {
                failed = true
                return nil
            }
            defer { offset += 16 }
            return BookID(
                high: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self).bigEndian,
                low: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self).bigEndian)
        }

        mutating func skip(_ count: Int) {
            if offset + count > bytes.count { failed = true }
            offset += count
        }

        mutating func terms() -> AccountTerms? {
            let limit: AccountLimit
            switch number() {
            case 0: limit = .none
            case 1: limit = .debits(beyondCredits: amount())
            case 2: limit = .credits(beyondDebits: amount())
            default:
                failed = true
                return nil
            }
            return AccountTerms(limit: limit, held: amount())
        }
    }
}
