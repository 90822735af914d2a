/// A small generator with a seed (SplitMix64), so that a failing case can be made again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Damaged copies of good input.
struct Mutator {
    var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// `original` after one through four random changes: a byte set, added, removed or repeated,
    /// or everything after a place cut off.
    mutating func mutate(_ original: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let place = Int.random(in: 0...bytes.count, using: &generator)
            let byte = interesting.randomElement(using: &generator) ?? 0
            switch Int.random(in: 0..<6, using: &generator) {
            case 0 where place < bytes.count: bytes[place] = byte
            case 1 where place < bytes.count: bytes[place] ^= 1 << UInt8(place % 8)
            case 2: bytes.insert(byte, at: place)
            case 3 where place < bytes.count: bytes.remove(at: place)
            case 4: bytes.insert(contentsOf: bytes[place...].prefix(16), at: place)
            case 5 where place > bytes.count / 2: bytes.removeSubrange(place...)
            default: bytes.append(byte)
            }
        }
        return bytes
    }

    private let interesting: [UInt8] = [
        0x00, 0x0A, 0x0D, 0x20, 0x22, 0x25, 0x2C, 0x2D, 0x2E, 0x30, 0x3A, 0x3B, 0x3D, 0x5B, 0x5C,
        0x5D, 0x65, 0x75, 0x7B, 0x7D, 0x7F, 0x80, 0xC0, 0xE2, 0xED, 0xF4, 0xFF,
    ]
}
