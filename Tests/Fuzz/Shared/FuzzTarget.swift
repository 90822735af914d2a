import LibFuzzer

/// What one fuzz target proves of any bytes. Its file declares `enum Target: FuzzTarget`.
protocol FuzzTarget {
    /// Reads the bytes in every way they can be read, and fails where a promise is broken.
    static func prove(_ bytes: [UInt8])

    /// The next input to try, made of this one; longer than `most` it is cut.
    static func changed(_ bytes: [UInt8], most: Int, _ random: inout Sequence64) -> [UInt8]
}

extension FuzzTarget {
    static func changed(_ bytes: [UInt8], most: Int, _ random: inout Sequence64) -> [UInt8] {
        libFuzzerChanged(bytes, most: most)
    }

    /// Bytes changed as libFuzzer does it, by what it has learned from comparisons.
    static func libFuzzerChanged(_ bytes: [UInt8], most: Int) -> [UInt8] {
        var buffer = Array(bytes.prefix(most))
        let count = buffer.count
        buffer += repeatElement(0, count: most - count)
        let changed = buffer.withUnsafeMutableBufferPointer {
            LLVMFuzzerMutate($0.baseAddress, count, most)
        }
        buffer.removeSubrange(changed...)
        return buffer
    }
}

/// Stops, so that libFuzzer keeps the input. `what` never repeats it.
func fail(_ what: String) -> Never { fatalError("\nBROKEN: \(what)\n") }

/// Fails with the sentence unless the promise holds.
func promise(_ holds: Bool, _ what: @autoclosure () -> String) {
    if !holds { fail(what()) }
}

/// Numbers that depend on nothing but the seed (splitmix64), so that an input fails every time.
struct Sequence64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// Seeded by an input's own bytes (FNV-1a).
    init(_ bytes: [UInt8]) {
        state = bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// 0 up to, but not including, `count`.
    mutating func below(_ count: Int) -> Int { Int(next() % UInt64(max(1, count))) }
}

/// The bytes cut in pieces of 1 through `most` bytes, some of them empty.
func pieces(_ bytes: [UInt8], most: Int, _ random: inout Sequence64) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var at = 0
    while at < bytes.count {
        let end = min(bytes.count, at + random.below(most + 1))
        pieces.append(Array(bytes[at..<end]))
        at = end
    }
    return pieces
}

@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    Target.prove(Array(UnsafeBufferPointer(start: data, count: size)))
    return 0
}

@c(LLVMFuzzerCustomMutator)
public func customMutator(
    _ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ most: Int, _ seed: CUnsignedInt
) -> Int {
    var random = Sequence64(seed: UInt64(seed))
    let changed = Target.changed(
        Array(UnsafeBufferPointer(start: data, count: size)), most: most, &random
    ).prefix(most)
    for (index, byte) in changed.enumerated() { data[index] = byte }
    return changed.count
}
