import Crypto

/// How commits are hashed: SHA-256 from the record up.
///
///     record   of its bytes, whose first is below 0x80
///     block    0x81, the number of its first record, the hashes of its records
///     root     0x82, the hashes of the commit's blocks
///     commit   0x83, the hash of the commit before, its numbers, the root
///
/// Every record has a hash of its own, so that one can be shown without its neighbours.
enum LedgerHash {
    static let size = 32
    static let zero = [UInt8](repeating: 0, count: size)

    static func of(_ bytes: UnsafeRawBufferPointer, to digest: UnsafeMutableRawPointer) {
        var hash = SHA256()
        hash.update(bufferPointer: bytes)
        hash.finalize().withUnsafeBytes {
            digest.copyMemory(from: $0.baseAddress!, byteCount: size)
        }
    }

    static func of(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

    static func commit(
        previous: [UInt8], sequence: Int64, at: Int64, first: UInt64, records: Int, accounts: Int64,
        root: [UInt8]
    ) -> [UInt8] {
        var bytes: [UInt8] = [0x83]
        bytes += previous
        for number in [sequence, at, Int64(bitPattern: first), Int64(records), accounts] {
            withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
        }
        return of(bytes + root)
    }
}

/// The hashes of one commit as its blocks are written or read.
struct RootHasher {
    /// A block's head and the hashes of its records; kept, so that nothing is allocated a block.
    private var leaves: [UInt8] = []
    private var blocks: [UInt8] = [0x82]

    mutating func begin() {
        blocks.removeAll(keepingCapacity: true)
        blocks.append(0x82)
    }

    /// Takes a block: its first record's number, and where each record begins and the last ends.
    mutating func add(
        first: UInt64, _ base: UnsafePointer<UInt8>, _ offsets: some RandomAccessCollection<Int>
    ) {
        let count = offsets.count - 1
        let needed = 9 + count * LedgerHash.size
        if leaves.count < needed { leaves = [UInt8](repeating: 0, count: needed * 2) }
        let digest = leaves.withUnsafeMutableBytes { leaves in
            leaves[0] = 0x81
            leaves.storeBytes(of: first.bigEndian, toByteOffset: 1, as: UInt64.self)
            var start = offsets.startIndex
            for index in 0..<count {
                let end = offsets.index(after: start)
                LedgerHash.of(
                    UnsafeRawBufferPointer(
                        start: base + offsets[start], count: offsets[end] - offsets[start]),
                    to: leaves.baseAddress! + 9 + index * LedgerHash.size)
                start = end
            }
            return SHA256.hash(data: UnsafeRawBufferPointer(rebasing: leaves[..<needed]))
        }
        digest.withUnsafeBytes { blocks.append(contentsOf: $0) }
    }

    mutating func root() -> [UInt8] { LedgerHash.of(blocks) }
}
