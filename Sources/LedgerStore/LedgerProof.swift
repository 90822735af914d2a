import Books
import Foundation

/// A tree over the hashes of all commits, shaped as RFC 6962 section 2.1 shapes its own, so that
/// one commit is proven with as many hashes as a million has binary digits.
///
/// A leaf is the hash of 0x84 and a commit's hash; a node that of 0x85 and its two children.
public enum LedgerTree {
    /// The root over these hashes; of none it is thirty-two zeros.
    public static func root(_ hashes: [[UInt8]]) -> [UInt8] {
        hashes.isEmpty ? LedgerHash.zero : root(hashes[...])
    }

    private static func root(_ hashes: ArraySlice<[UInt8]>) -> [UInt8] {
        if hashes.count == 1, let only = hashes.first { return LedgerHash.of([0x84] + only) }
        let middle = hashes.startIndex + half(hashes.count)
        return node(root(hashes[..<middle]), root(hashes[middle...]))
    }

    /// The hashes beside the way from one leaf to the root, the nearest first.
    static func path(to index: Int, in hashes: ArraySlice<[UInt8]>) -> [LedgerProof.Sibling] {
        guard hashes.count > 1 else { return [] }
        let split = half(hashes.count)
        let middle = hashes.startIndex + split
        if index < split {
            return path(to: index, in: hashes[..<middle])
                + [LedgerProof.Sibling(isLeft: false, hash: root(hashes[middle...]))]
        }
        return path(to: index - split, in: hashes[middle...])
            + [LedgerProof.Sibling(isLeft: true, hash: root(hashes[..<middle]))]
    }

    static func root(from leaf: [UInt8], along path: [LedgerProof.Sibling]) -> [UInt8] {
        path.reduce(LedgerHash.of([0x84] + leaf)) { below, sibling in
            sibling.isLeft ? node(sibling.hash, below) : node(below, sibling.hash)
        }
    }

    private static func node(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        LedgerHash.of([0x85] + left + right)
    }

    /// On which side of the way from a leaf to the root over `count` leaves its siblings lie, the
    /// nearest first: `true` for the left. The shape of the tree says it (RFC 6962 section 2.1.1).
    static func sides(of index: Int, in count: Int) -> [Bool] {
        guard count > 1 else { return [] }
        let split = half(count)
        return index < split
            ? sides(of: index, in: split) + [false]
            : sides(of: index - split, in: count - split) + [true]
    }

    /// The largest power of two below `count`.
    private static func half(_ count: Int) -> Int {
        1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }
}

/// That a record is in books of which only the head is known: how many commits, and their root.
///
/// It shows the record itself and the openings of its accounts, and of everything else hashes only.
public struct LedgerProof: Hashable, Sendable, Codable {
    /// Commits the root is over.
    public let commits: Int64
    /// Thirty-two bytes, as all hashes here in hexadecimal digits.
    public let root: HexBytes
    /// The record that is proven, and after it those that opened its accounts.
    public let records: [Membership]

    public struct Membership: Hashable, Sendable, Codable {
        public let sequence: UInt64
        /// The record as it lies in the journal.
        public let record: HexBytes
        /// The hashes of the other records of its block: those before it, and those after.
        public let before: [HexBytes]
        public let after: [HexBytes]
        /// The hashes of the other blocks of its commit.
        public let blocksBefore: [HexBytes]
        public let blocksAfter: [HexBytes]
        public let commit: Commit
        public let path: [Sibling]
    }

    public struct Commit: Hashable, Sendable, Codable {
        public let sequence: Int64
        /// Milliseconds since 1970.
        public let bookedAt: Int64
        public let firstRecord: UInt64
        public let records: Int
        public let accounts: Int64
        public let previous: HexBytes
    }

    public struct Sibling: Hashable, Sendable, Codable {
        public let isLeft: Bool
        public let hash: [UInt8]

        init(isLeft: Bool, hash: [UInt8]) {
            self.isLeft = isLeft
            self.hash = hash
        }

        private enum CodingKeys: String, CodingKey { case left, right }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            isLeft = container.contains(.left)
            hash = try container.decode(HexBytes.self, forKey: isLeft ? .left : .right).bytes
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(HexBytes(hash), forKey: isLeft ? .left : .right)
        }
    }

    /// What a proof shows once it holds.
    public struct Shown: Hashable, Sendable {
        public let record: BookedRecord
        /// The openings of the record's debit and credit accounts; for a record of one account,
        /// the one.
        public let openings: [BookedRecord]
    }

    /// Why a proof shows nothing.
    public struct Flaw: Error, Hashable, CustomStringConvertible {
        public let description: String
    }

    /// Works the proof out again, without any books; whether the root is that of the books is for
    /// the reader to know.
    public func check() throws(Flaw) -> Shown {
        guard Self.isHash(root.bytes) else { throw Flaw(description: "The root is no hash.") }
        var shown: [BookedRecord] = []
        for membership in records { shown.append(try check(membership)) }
        guard let first = shown.first else {
            throw Flaw(description: "The proof has no record.")
        }
        let openings = Array(shown.dropFirst())
        let numbers =
            first.record.kind == .open
            ? [] : [first.record.debit, first.record.credit].filter { $0 > 0 }
        guard openings.count == numbers.count,
            zip(openings, numbers).allSatisfy({
                $0.record.kind == .open && $0.record.debit == $1
            })
        else {
            throw Flaw(
                description: "The proof does not show the openings of the record's accounts.")
        }
        return Shown(record: first, openings: openings)
    }

    private func check(_ membership: Membership) throws(Flaw) -> BookedRecord {
        let commit = membership.commit
        let bytes = membership.record.bytes
        // Two hashes in one piece, or less than one, would be another number of records.
        guard
            [
                membership.before, membership.after, membership.blocksBefore,
                membership.blocksAfter, [commit.previous],
            ].allSatisfy({ $0.allSatisfy { Self.isHash($0.bytes) } }),
            membership.path.allSatisfy({ Self.isHash($0.hash) })
        else {
            throw Flaw(
                description: "The proof of record \(membership.sequence) has what is no hash.")
        }
        guard let first = Self.firstOfBlock(membership), commit.sequence > 0,
            commit.sequence <= commits, commits <= Int64.max / 2,
            membership.path.map(\.isLeft)
                == LedgerTree.sides(of: Int(commit.sequence) - 1, in: Int(commits))
        else {
            throw Flaw(description: "The proof of record \(membership.sequence) counts wrong.")
        }
        var block: [UInt8] = [0x81]
        withUnsafeBytes(of: first.bigEndian) { block.append(contentsOf: $0) }
        for hash in membership.before { block += hash.bytes }
        block += LedgerHash.of(bytes)
        for hash in membership.after { block += hash.bytes }
        var blocks: [UInt8] = [0x82]
        for hash in membership.blocksBefore { blocks += hash.bytes }
        blocks += LedgerHash.of(block)
        for hash in membership.blocksAfter { blocks += hash.bytes }
        let hash = LedgerHash.commit(
            previous: commit.previous.bytes, sequence: commit.sequence, at: commit.bookedAt,
            first: commit.firstRecord, records: commit.records, accounts: commit.accounts,
            root: LedgerHash.of(blocks))
        guard LedgerTree.root(from: hash, along: membership.path) == root.bytes else {
            throw Flaw(
                description: "Record \(membership.sequence) does not lead to the root: it, or the "
                    + "proof, is not of these books.")
        }
        var offset = 0
        let record = bytes.withUnsafeBytes {
            RecordCoding.decode(
                $0, &offset, sequence: membership.sequence, at: commit.bookedAt)
        }
        guard let record, offset == bytes.count else {
            throw Flaw(description: "Record \(membership.sequence) cannot be read.")
        }
        return BookedRecord(
            sequence: membership.sequence, bookedAt: commit.bookedAt, record: record)
    }
}

extension LedgerProof {
    private static func isHash(_ bytes: [UInt8]) -> Bool { bytes.count == LedgerHash.size }

    /// The number of the first record of the record's block; `nil` unless the block is within the
    /// records of its commit, and begins and ends where that does if there is no other.
    private static func firstOfBlock(_ membership: Membership) -> UInt64? {
        let commit = membership.commit
        let before = UInt64(membership.before.count)
        guard commit.firstRecord > 0, commit.records > 0, membership.sequence > before else {
            return nil
        }
        let first = membership.sequence - before
        let (next, isBeyond) = membership.sequence.addingReportingOverflow(
            UInt64(membership.after.count) + 1)
        let (end, endsBeyond) = commit.firstRecord.addingReportingOverflow(UInt64(commit.records))
        guard !isBeyond, !endsBeyond, commit.firstRecord <= first, next <= end,
            (commit.firstRecord == first) == membership.blocksBefore.isEmpty,
            (next == end) == membership.blocksAfter.isEmpty
        else { return nil }
        return first
    }
}

/// Bytes that are written as hexadecimal digits.
public struct HexBytes: Hashable, Sendable, Codable, CustomStringConvertible {
    public let bytes: [UInt8]

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// `nil` unless `text` is an even number of hexadecimal digits.
    public init?(_ text: String) {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in text {
            guard let digit = character.hexDigitValue, character.isASCII else { return nil }
            if let upper = high {
                bytes.append(upper << 4 | UInt8(digit))
                high = nil
            } else {
                high = UInt8(digit)
            }
        }
        guard high == nil else { return nil }
        self.bytes = bytes
    }

    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = HexBytes(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "these are no hexadecimal digits")
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension LedgerView {
    /// The root over every commit up to now: what to publish, so that proofs can be held against
    /// it. Costs a look at every commit.
    public func root() throws -> [UInt8] { LedgerTree.root(try commitHashes()) }

    private func commitHashes() throws -> [[UInt8]] {
        let rows = try LedgerStatement(
            connection, "SELECT hash FROM ledger_commit ORDER BY sequence")
        var hashes: [[UInt8]] = []
        while try rows.step() { hashes.append(Array(rows.bytes(0))) }
        return hashes
    }

    /// The proof that a record is in these books.
    public func proof(of sequence: UInt64) throws -> LedgerProof {
        let hashes = try commitHashes()
        let booked = try record(sequence)
        var records = [try membership(sequence, hashes)]
        if booked.record.kind != .open {
            for number in [booked.record.debit, booked.record.credit] where number > 0 {
                records.append(try membership(try opening(of: number), hashes))
            }
        }
        return LedgerProof(
            commits: Int64(hashes.count), root: HexBytes(LedgerTree.root(hashes)),
            records: records)
    }

    /// The number of the record that opened an account: in the first commit after which there were
    /// as many accounts.
    private func opening(of number: UInt32) throws -> UInt64 {
        let before = try stored.lastCommit { $0.accounts < Int64(number) }
        guard let commit = try stored.commit((before?.sequence ?? 0) + 1) else {
            throw LedgerFault.corrupt("account \(number) was opened by no commit")
        }
        for sequence in commit.first..<commit.next {
            let record = try record(sequence).record
            if record.kind == .open, record.debit == number { return sequence }
        }
        throw LedgerFault.corrupt("account \(number) was opened by no record")
    }

    private func membership(
        _ sequence: UInt64, _ hashes: [[UInt8]]
    ) throws -> LedgerProof.Membership {
        let before = try stored.lastCommit { $0.next <= sequence }
        guard let commit = try stored.commit((before?.sequence ?? 0) + 1) else {
            throw LedgerFault.corrupt("record \(sequence) belongs to no commit")
        }
        let blocks = try LedgerStatement(
            connection,
            "SELECT first, body FROM ledger_journal WHERE first >= ? AND first < ? ORDER BY first")
        blocks.bind(1, commit.first)
        blocks.bind(2, commit.next)
        var blockHashes: [[UInt8]] = []
        var found: (block: Int, index: Int, record: [UInt8], leaves: [[UInt8]])?
        while try blocks.step() {
            let first = blocks.unsigned(0)
            let body = blocks.bytes(1)
            guard let base = body.bindMemory(to: UInt8.self).baseAddress else { continue }
            var offsets = [0]
            var offset = 0
            while offset < body.count, RecordCoding.skip(body, &offset) { offsets.append(offset) }
            var hasher = BlockHasher()
            blockHashes.append(hasher.digest(first: first, base, offsets[...]))
            guard sequence >= first, sequence < first + UInt64(offsets.count - 1) else { continue }
            let pieces = zip(offsets, offsets.dropFirst()).map { Array(body[$0..<$1]) }
            let index = Int(sequence - first)
            found = (blockHashes.count - 1, index, pieces[index], pieces.map(LedgerHash.of))
        }
        guard let found else {
            throw LedgerFault.corrupt("record \(sequence) is missing from the journal")
        }
        return LedgerProof.Membership(
            sequence: sequence, record: HexBytes(found.record),
            before: found.leaves[..<found.index].map(HexBytes.init),
            after: found.leaves[(found.index + 1)...].map(HexBytes.init),
            blocksBefore: blockHashes[..<found.block].map(HexBytes.init),
            blocksAfter: blockHashes[(found.block + 1)...].map(HexBytes.init),
            commit: LedgerProof.Commit(
                sequence: commit.sequence, bookedAt: commit.at, firstRecord: commit.first,
                records: commit.records, accounts: commit.accounts,
                previous: HexBytes(before?.hash ?? LedgerHash.zero)),
            path: LedgerTree.path(to: Int(commit.sequence) - 1, in: hashes[...]))
    }
}
