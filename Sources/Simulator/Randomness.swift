/// A small seeded generator (SplitMix64), so that a seed is a whole world.
public struct Randomness: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678 }

    /// What happens by chance in one step of a world: the same whichever steps came before.
    init(seed: UInt64, step: Int) {
        self.init(seed: seed)
        state ^= UInt64(step) &* 0xD1B5_4A32_D192_ED03
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// True `percent` times in a hundred.
    mutating func chance(_ percent: Int) -> Bool { int(1...100) <= percent }

    mutating func int(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }

    mutating func int64(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    /// One of the elements, all equally likely; `nil` when there is none.
    mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[int(0...elements.count - 1)]
    }

    /// One of the cases by weight. The weights must not all be zero.
    mutating func weighted<Choice>(_ choices: [(Int, Choice)]) -> Choice {
        var left = int(1...choices.reduce(0) { $0 + $1.0 })
        for (weight, choice) in choices {
            left -= weight
            if left <= 0 { return choice }
        }
        return choices[0].1
    }
}
