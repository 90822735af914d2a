/// What follows from a problem in a file. Each is worse than the one before.
public enum ProblemSeverity: String, Hashable, Comparable, Sendable, CaseIterable {
    /// Read, but somebody should tell the sender.
    case warning
    /// Its entry is set aside with all that it says: nothing may follow from it until a person has
    /// looked. The rest of the file is good.
    case quarantine
    /// The file is not what its sender meant: acting on it could move the wrong money.
    case refusal

    /// In the order of the cases.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rank < rhs.rank }

    private var rank: Int {
        switch self {
        case .warning: 0
        case .quarantine: 1
        case .refusal: 2
        }
    }
}

/// What the totals in a file prove of what is in it.
public enum TotalsProof: String, Hashable, Sendable, CaseIterable {
    /// Every total that is there agrees, and those that must be there are.
    case proven
    /// One is missing, or something could not be read, so that nothing is certain.
    case unproven
    /// They disagree.
    case contradicted

    /// Takes the worse of two.
    public mutating func weaken(_ other: TotalsProof) {
        switch (self, other) {
        case (_, .contradicted), (.proven, .unproven): self = other
        case (_, .proven), (.unproven, .unproven), (.contradicted, .unproven): break
        }
    }
}
