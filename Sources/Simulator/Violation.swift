/// A promise that was broken, with what is needed to see it again.
public struct Violation: Error, CustomStringConvertible, Sendable {
    public let seed: UInt64
    /// The number of the step in which it was seen.
    public let step: Int
    public let sentence: String
    public let lastSteps: [String]

    public init(seed: UInt64, step: Int, sentence: String, lastSteps: [String]) {
        self.seed = seed
        self.step = step
        self.sentence = sentence
        self.lastSteps = lastSteps
    }

    public var description: String {
        let steps = lastSteps.map { "    \($0)" }.joined(separator: "\n")
        return "seed \(seed), step \(step): \(sentence)\n\(steps)"
    }

    /// Whether both tell of the same promise: the sentences are the same but for names and numbers.
    func isLike(_ other: Violation) -> Bool { words == other.words }

    private var words: [Substring] {
        sentence.split { " \n.,:()".contains($0) }
            .filter { word in word.allSatisfy { !$0.isNumber } }
    }
}

/// The steps of a world that are enough to break a promise.
public struct ShortLife: Sendable {
    public let steps: [Int]
    public let violation: Violation

    /// Leaves out steps as long as the same promise is broken, large parts first, until none can be
    /// left out or `isOver` says so. `live` lives the steps it is given.
    public static func find(
        _ violation: Violation, steps count: Int, until isOver: () -> Bool,
        live: ([Int]) throws -> Void
    ) -> ShortLife {
        /// What lives again may see it earlier than it was told: the steps after are of no use.
        func broken(by steps: [Int]) -> ShortLife? {
            do {
                try live(steps)
            } catch let found as Violation where found.isLike(violation) {
                return ShortLife(steps: steps.filter { $0 <= found.step }, violation: found)
            } catch {
                return nil
            }
            return nil
        }
        guard violation.step >= 1, var best = broken(by: Array(1...max(1, count))) else {
            return ShortLife(steps: Array(1...max(1, count)), violation: violation)
        }
        var size = max(1, best.steps.count / 2)
        while true {
            var dropped = false
            var end = best.steps.count
            while end > 0, !isOver() {
                let start = max(0, end - size)
                let fewer = Array(best.steps[..<start] + best.steps[end...])
                if let found = broken(by: fewer), found.steps.count < best.steps.count {
                    best = found
                    dropped = true
                }
                end = min(start, best.steps.count)
            }
            guard !isOver() else { return best }
            if size > 1 {
                size /= 2
            } else if !dropped {
                return best
            }
        }
    }

    /// The steps as a text for ``steps(_:)``: `1-3,17`.
    public static func text(_ steps: [Int]) -> String {
        var ranges: [ClosedRange<Int>] = []
        for step in steps {
            if let last = ranges.last, last.upperBound + 1 == step {
                ranges[ranges.count - 1] = last.lowerBound...step
            } else {
                ranges.append(step...step)
            }
        }
        return ranges.map {
            $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
        }.joined(separator: ",")
    }

    /// The steps that ``text(_:)`` wrote; `nil` for anything else.
    public static func steps(_ text: String) -> [Int]? {
        var steps: [Int] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
                .map { Int($0) }
            guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1],
                first <= last, first > steps.last ?? 0
            else { return nil }
            steps += first...last
        }
        return steps
    }
}
