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

/// The hash of one block.
struct BlockHasher {
    /// A block's head and the hashes of its records; kept, so that nothing is allocated a block.
    private var leaves: [UInt8] = []

    /// The number of the first record, and where each record begins and the last ends.
    mutating func digest(
        first: UInt64, _ base: UnsafePointer<UInt8>, _ offsets: ArraySlice<Int>
    ) -> [UInt8] {
        let count = offsets.count - 1
        let size = 9 + count * LedgerHash.size
        if leaves.count < size { leaves = [UInt8](repeating: 0, count: size * 2) }
        return leaves.withUnsafeMutableBytes { leaves in
            leaves[0] = 0x81
            leaves.storeBytes(of: first.bigEndian, toByteOffset: 1, as: UInt64.self)
            var start = offsets[offsets.startIndex]
            for (index, end) in offsets.dropFirst().enumerated() {
                LedgerHash.of(
                    UnsafeRawBufferPointer(start: base + start, count: end - start),
                    to: leaves.baseAddress! + 9 + index * LedgerHash.size)
                start = end
            }
            return Array(SHA256.hash(data: UnsafeRawBufferPointer(rebasing: leaves[..<size])))
        }
    }
}
