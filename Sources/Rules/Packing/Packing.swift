import Banking
import Ledger
import Money
import Nacha

// How the parts of an aggregate are stored: field after field in the order of the declaration, in
// as few bytes as they need. Every command rewrites what it changed, on the one thread that
// writes, so a general format with names in it was most of the cost of a command.
//
// The form of each type is fixed by its `pack` and its `init(unpacking:)`, which stand together.
// Every stored value begins with the number of the format it was written in. Whoever changes the
// form of a type raises `Packer.format` by one and reads the older form when `unpacker.format` says
// so; the tag of an enum's case is never used again for another case.

/// A value with a stored form.
public protocol Packable {
    func pack(into packer: inout Packer)
    /// Throws ``PackingFault`` for bytes that are no such value.
    init(unpacking unpacker: inout Unpacker) throws
}

extension Packable {
    /// The stored form.
    public var packed: [UInt8] {
        var packer = Packer()
        pack(into: &packer)
        return packer.bytes
    }

    /// Appends the stored form: many forms can lie in one piece of memory.
    public func pack(onto bytes: inout [UInt8]) {
        // Swapped, not assigned: a second owner would make each byte appended copy all of them.
        var packer = Packer(bytes: [])
        swap(&packer.bytes, &bytes)
        packer.bytes.append(Packer.format)
        pack(into: &packer)
        swap(&packer.bytes, &bytes)
    }

    /// Reads a stored form, all of it.
    public init(packed bytes: [UInt8]) throws {
        var unpacker = try Unpacker(bytes)
        try self.init(unpacking: &unpacker)
        guard unpacker.isAtEnd else { throw PackingFault("bytes are left after a \(Self.self)") }
    }
}

/// Stored bytes that cannot be read: the database was changed by something else, or by a newer
/// version of this program.
public struct PackingFault: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ sentence: String) { description = sentence }
}

/// Bytes being written.
public struct Packer {
    /// The format of everything that is written now.
    static let format: UInt8 = 5

    fileprivate(set) var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(512)
        bytes.append(Packer.format)
    }

    fileprivate init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func put<each Value: Packable>(_ value: repeat each Value) {
        repeat (each value).pack(into: &self)
    }

    /// A case of an enum, and what it carries.
    mutating func put<each Value: Packable>(tag: UInt8, _ value: repeat each Value) {
        bytes.append(tag)
        repeat (each value).pack(into: &self)
    }

    /// Seven bits a byte, the least significant first.
    fileprivate mutating func put(bits: UInt64) {
        // Most numbers and every count are small.
        guard bits > 0x7F else { return bytes.append(UInt8(truncatingIfNeeded: bits)) }
        var rest = bits
        while rest > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    fileprivate mutating func put(word: UInt64) {
        withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
    }
}

/// Bytes being read.
public struct Unpacker {
    /// The format the value was written in.
    let format: UInt8
    private let bytes: [UInt8]
    private var position = 1

    init(_ bytes: [UInt8]) throws {
        guard let format = bytes.first else { throw PackingFault("the stored value is empty") }
        guard (1...Packer.format).contains(format) else {
            throw PackingFault("format \(format) is not known: a newer version wrote it")
        }
        self.format = format
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func get<Value: Packable>() throws -> Value { try Value(unpacking: &self) }

    mutating func tag() throws -> UInt8 {
        guard position < bytes.count else { throw PackingFault("the stored value ends too soon") }
        defer { position += 1 }
        return bytes[position]
    }

    /// What to throw for a tag that no case has.
    func unknown(_ tag: UInt8, _ type: Any.Type) -> PackingFault {
        PackingFault("\(type) has no case \(tag)")
    }

    fileprivate mutating func bits() throws -> UInt64 {
        let first = try tag()
        guard first > 0x7F else { return UInt64(first) }
        var bits = UInt64(first & 0x7F)
        for shift in stride(from: UInt64(7), to: 64, by: 7) {
            let byte = try tag()
            bits |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return bits }
        }
        throw PackingFault("a stored number is too long")
    }

    fileprivate mutating func word() throws -> UInt64 {
        guard bytes.count - position >= 8 else {
            throw PackingFault("the stored value ends too soon")
        }
        defer { position += 8 }
        return bytes.withUnsafeBytes { [position] in
            UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: position, as: UInt64.self))
        }
    }

    fileprivate mutating func count() throws -> Int {
        let count = try bits()
        // Everything counted takes at least a byte: a wrong count cannot ask for all memory.
        guard count <= UInt64(bytes.count - position) else {
            throw PackingFault("the stored value ends too soon")
        }
        return Int(count)
    }

    /// A number that must not be below zero, where the type itself would trap.
    fileprivate mutating func notNegative(_ name: String) throws -> Int64 {
        let number: Int64 = try get()
        guard number >= 0 else { throw PackingFault("a stored \(name) is negative") }
        return number
    }

    fileprivate mutating func text() throws -> String {
        let count = try count()
        defer { position += count }
        let text = bytes.withUnsafeBufferPointer { [position] bytes in
            String(
                validating: UnsafeBufferPointer(rebasing: bytes[position..<position + count]),
                as: UTF8.self)
        }
        guard let text else { throw PackingFault("a stored text is not UTF-8") }
        return text
    }
}

extension Int64: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(bits: UInt64(bitPattern: self << 1 ^ self >> 63))
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        let bits = try unpacker.bits()
        self = Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1)
    }
}

extension Int: Packable {
    public func pack(into packer: inout Packer) { packer.put(Int64(self)) }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(try Int64(unpacking: &unpacker))
    }
}

extension Bool: Packable {
    public func pack(into packer: inout Packer) { packer.put(tag: self ? 1 : 0) }

    public init(unpacking unpacker: inout Unpacker) throws {
        switch try unpacker.tag() {
        case 0: self = false
        case 1: self = true
        case let tag: throw unpacker.unknown(tag, Bool.self)
        }
    }
}

extension String: Packable {
    public func pack(into packer: inout Packer) {
        var text = self
        text.withUTF8 { utf8 in
            packer.put(bits: UInt64(utf8.count))
            packer.bytes.append(contentsOf: utf8)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws { self = try unpacker.text() }
}

extension Optional: Packable where Wrapped: Packable {
    public func pack(into packer: inout Packer) {
        switch self {
        case nil: packer.put(tag: 0)
        case let value?: packer.put(tag: 1, value)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self = try Bool(unpacking: &unpacker) ? Wrapped(unpacking: &unpacker) : nil
    }
}

extension Array: Packable where Element: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(bits: UInt64(count))
        for element in self { packer.put(element) }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        let count = try unpacker.count()
        self = []
        reserveCapacity(count)
        for _ in 0..<count { append(try unpacker.get()) }
    }
}

/// Sorted by key, so that equal values have equal bytes.
extension Dictionary: Packable where Key: Packable & Comparable, Value: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(bits: UInt64(count))
        guard count > 0 else { return }
        for (key, value) in sorted(by: { $0.key < $1.key }) {
            packer.put(key, value)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self = [:]
        for _ in 0..<(try unpacker.count()) {
            let key: Key = try unpacker.get()
            self[key] = try Value(unpacking: &unpacker)
        }
    }
}

/// Enums that have a name for every case are stored by it.
extension Packable where Self: RawRepresentable, RawValue == String {
    public func pack(into packer: inout Packer) { packer.put(rawValue) }

    public init(unpacking unpacker: inout Unpacker) throws {
        let name = try unpacker.text()
        guard let value = Self(rawValue: name) else {
            throw PackingFault("\(Self.self) has no case \(name)")
        }
        self = value
    }
}

// MARK: - Values of the targets below

extension Identifier: Packable {
    public func pack(into packer: inout Packer) {
        packer.put(word: high)
        packer.put(word: low)
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(high: try unpacker.word(), low: try unpacker.word())
    }
}

extension Instant: Packable {
    public func pack(into packer: inout Packer) { packer.put(milliseconds) }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(milliseconds: try unpacker.get())
    }
}

extension Day: Packable {
    public func pack(into packer: inout Packer) { packer.put(daysSinceEpoch) }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(daysSinceEpoch: try unpacker.get())
    }
}

extension Cents: Packable {
    public func pack(into packer: inout Packer) { packer.put(count) }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(try unpacker.notNegative("amount"))
    }
}

extension Quantity: Packable {
    public func pack(into packer: inout Packer) { packer.put(count) }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(try unpacker.notNegative("quantity"))
    }
}

extension BasisPoints: Packable {
    public func pack(into packer: inout Packer) { packer.put(count) }

    public init(unpacking unpacker: inout Unpacker) throws {
        self.init(try unpacker.notNegative("rate"))
    }
}

extension Price: Packable {
    public func pack(into packer: inout Packer) { packer.put(count) }

    public init(unpacking unpacker: inout Unpacker) throws {
        guard let price = Price(count: try unpacker.get()) else {
            throw PackingFault("a stored price is not above zero")
        }
        self = price
    }
}

extension AssetCode: Packable {
    public func pack(into packer: inout Packer) { packer.put(bits: packed) }

    public init(unpacking unpacker: inout Unpacker) throws {
        guard let code = AssetCode(packed: try unpacker.bits()) else {
            throw PackingFault("a stored asset has no code")
        }
        self = code
    }
}

extension TraceNumber: Packable {
    public func pack(into packer: inout Packer) { packer.put(bits: number) }

    public init(unpacking unpacker: inout Unpacker) throws {
        let number = try unpacker.bits()
        guard let odfi = DFIIdentification(number: Int(number / 10_000_000)),
            let trace = TraceNumber(odfi: odfi, sequence: Int(number % 10_000_000))
        else { throw PackingFault("a stored trace number has more than fifteen digits") }
        self = trace
    }
}

extension ReasonGroup: Packable {
    public func pack(into packer: inout Packer) {
        switch self {
        case .insufficientFunds: packer.put(tag: 0)
        case .reversedUnauthorized: packer.put(tag: 1)
        case .closedOrInvalid: packer.put(tag: 2)
        case .other: packer.put(tag: 3)
        }
    }

    public init(unpacking unpacker: inout Unpacker) throws {
        switch try unpacker.tag() {
        case 0: self = .insufficientFunds
        case 1: self = .reversedUnauthorized
        case 2: self = .closedOrInvalid
        case 3: self = .other
        case let tag: throw unpacker.unknown(tag, ReasonGroup.self)
        }
    }
}
