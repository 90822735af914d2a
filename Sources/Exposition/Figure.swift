/// One figure an operator reads: its name, what it means, and the labels that tell its series apart.
public struct Figure: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// Only goes up, and starts again at zero with the process.
        case counter
        /// What is so now.
        case gauge
        /// How often a value was at most each of these bounds, which ascend; beyond the last is
        /// infinity. A timer's bounds are seconds.
        case histogram(bounds: [Double])
    }

    public let name: String
    /// One sentence, for whoever sees the figure for the first time.
    public let help: String
    public let kind: Kind
    /// Names of labels. Their values must come from small sets known beforehand.
    public let labels: [String]

    /// A figure. A name that the format does not allow is a bug and traps.
    public init(_ name: String, _ kind: Kind, labels: [String] = [], _ help: String) {
        precondition(Figure.isName(name, colons: true), "\(name) cannot name a figure")
        precondition(
            labels.allSatisfy { Figure.isName($0, colons: false) && $0 != "le" }
                && Set(labels).count == labels.count, "\(labels) cannot be labels")
        if case .histogram(let bounds) = kind {
            precondition(
                !bounds.isEmpty && bounds.allSatisfy(\.isFinite)
                    && zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 },
                "bounds are finite and ascend")
        }
        self.name = name
        self.kind = kind
        self.labels = labels
        self.help = help
    }

    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`, without colons for labels.
    private static func isName(_ text: String, colons: Bool) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                || $0 == 0x5F || (colons && $0 == 0x3A)
        }
    }
}
