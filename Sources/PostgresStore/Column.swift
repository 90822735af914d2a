/// One parameter in PostgreSQL's binary form: a column of many rows as a one-dimensional array, or
/// one value. Its memory is used again for every batch.
package final class Column {
    /// The types that are sent, each with the object id of itself and of its arrays, which are the
    /// same in every PostgreSQL.
    package enum Element: UInt32 {
        case bytes = 17
        case integer8 = 20
        case integer2 = 21
        case integer4 = 23
        case text = 25
        case uuid = 2950

        var array: UInt32 {
            switch self {
            case .bytes: 1001
            case .integer8: 1016
            case .integer2: 1005
            case .integer4: 1007
            case .text: 1009
            case .uuid: 2951
            }
        }
    }

    private static let headerSize = 20

    let element: Element
    private(set) var count = 0
    private var hasNull = false
    private var start: UnsafeMutableRawPointer
    private var capacity = 256
    private var size = Column.headerSize

    package init(_ element: Element) {
        self.element = element
        start = .allocate(byteCount: capacity, alignment: 8)
    }

    deinit { start.deallocate() }

    var isEmpty: Bool { count == 0 }

    package func removeAll() {
        count = 0
        hasNull = false
        size = Column.headerSize
    }

    /// The array as it is sent; valid until the column changes.
    var parameter: UnsafeRawBufferPointer {
        put(Int32(isEmpty ? 0 : 1), at: 0)
        put(Int32(hasNull ? 1 : 0), at: 4)
        put(Int32(bitPattern: element.rawValue), at: 8)
        put(Int32(count), at: 12)
        put(Int32(1), at: 16)
        return UnsafeRawBufferPointer(start: start, count: isEmpty ? 12 : size)
    }

    private func put(_ value: Int32, at offset: Int) {
        start.storeBytes(of: value.bigEndian, toByteOffset: offset, as: Int32.self)
    }

    /// Room for one element of so many bytes, after its length.
    private func grow(by length: Int) -> UnsafeMutableRawPointer {
        let needed = size + 4 + length
        if needed > capacity {
            let larger = max(needed, capacity * 2)
            let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 8)
            moved.copyMemory(from: start, byteCount: size)
            start.deallocate()
            start = moved
            capacity = larger
        }
        put(Int32(length), at: size)
        defer { size = needed }
        count += 1
        return start + (size + 4)
    }

    package func append(_ value: Int64) {
        grow(by: 8).storeBytes(of: value.bigEndian, as: Int64.self)
    }

    package func append(_ value: Int32) {
        grow(by: 4).storeBytes(of: value.bigEndian, as: Int32.self)
    }

    package func append(_ value: Int16) {
        grow(by: 2).storeBytes(of: value.bigEndian, as: Int16.self)
    }

    func append(_ key: Key) {
        let place = grow(by: 16)
        place.storeBytes(of: key.high.bigEndian, as: UInt64.self)
        place.storeBytes(of: key.low.bigEndian, toByteOffset: 8, as: UInt64.self)
    }

    func append(_ bytes: UnsafeRawBufferPointer) {
        let place = grow(by: bytes.count)
        if let address = bytes.baseAddress {
            place.copyMemory(from: address, byteCount: bytes.count)
        }
    }

    func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    func append(_ text: String?) {
        if let text { append(text) } else { appendNull() }
    }

    func append(_ value: Int64?) {
        if let value { append(value) } else { appendNull() }
    }

    private func appendNull() {
        _ = grow(by: 0)
        put(-1, at: size - 4)
        hasNull = true
    }
}

/// 128 bits as PostgreSQL keeps an identifier: a `uuid`. Zero stands for the house, and for no item.
package struct Key: Hashable, Comparable {
    let high: UInt64
    let low: UInt64

    static let none = Key(high: 0, low: 0)

    package static func < (lhs: Key, rhs: Key) -> Bool { (lhs.high, lhs.low) < (rhs.high, rhs.low) }
}
