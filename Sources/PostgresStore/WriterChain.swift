import Banking
import Crypto

/// The chain of one writer's commits: each hash covers the one before it of the same writer and
/// every transfer the commit made. A row changed, removed or added afterwards breaks it.
struct WriterChain {
    let writer: Int32
    private(set) var sequence: Int64
    private(set) var hash: [UInt8]

    static let startHash = [UInt8](repeating: 0, count: 32)

    init(writer: Int32, sequence: Int64 = 0, hash: [UInt8] = WriterChain.startHash) {
        self.writer = writer
        self.sequence = sequence
        self.hash = hash
    }

    /// One side of a transfer as it is stored.
    struct Side: Hashable {
        let kind: String
        let customer: Key
        let item: Key
    }

    /// A commit being taken into the chain.
    struct Link {
        let writer: Int32
        let sequence: Int64
        let at: Int64
        private var bytes: [UInt8]
        private(set) var transfers: Int32 = 0

        fileprivate init(after chain: WriterChain, at: Instant) {
            writer = chain.writer
            sequence = chain.sequence + 1
            self.at = at.milliseconds
            bytes = chain.hash
            append(Int64(writer))
            append(sequence)
            append(self.at)
        }

        /// Takes the next transfer into the hash.
        mutating func append(
            customer: Key, version: Int64, cause: Key, debit: Side, credit: Side, asset: String,
            amount: Int64, reason: String
        ) {
            transfers += 1
            append(customer)
            append(version)
            append(cause)
            append(debit)
            append(credit)
            append(asset)
            append(amount)
            append(reason)
        }

        fileprivate func digest() -> [UInt8] { Array(SHA256.hash(data: bytes)) }

        private mutating func append(_ side: Side) {
            append(side.kind)
            append(side.customer)
            append(side.item)
        }

        private mutating func append(_ value: Int64) {
            withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
        }

        private mutating func append(_ key: Key) {
            append(Int64(bitPattern: key.high))
            append(Int64(bitPattern: key.low))
        }

        /// With its length, so that two texts cannot pass for others that read the same in a row.
        private mutating func append(_ text: String) {
            append(Int64(text.utf8.count))
            bytes.append(contentsOf: text.utf8)
        }
    }

    func next(at: Instant) -> Link { Link(after: self, at: at) }

    /// The chain with this commit at its end.
    func sealing(_ link: Link) -> WriterChain {
        WriterChain(writer: writer, sequence: link.sequence, hash: link.digest())
    }
}
