/// 128 bits as a store keeps an identifier: sixteen bytes, most significant first; or none.
package struct Blob: Hashable {
    package let high: UInt64
    package let low: UInt64
    package let size: Int

    package static let empty = Blob(high: 0, low: 0, size: 0)

    package init(high: UInt64, low: UInt64, size: Int = 16) {
        self.high = high
        self.low = low
        self.size = size
    }

    package init?(_ bytes: [UInt8]) {
        if bytes.isEmpty {
            self = .empty
            return
        }
        guard bytes.count == 16 else { return nil }
        self.init(
            high: bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) },
            low: bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) })
    }
}
