public import Banking

/// What control records say about the records before them.
public struct ControlTotals: Hashable, Sendable {
    /// Entries and addenda.
    public internal(set) var count = 0
    /// The receiving banks' eight digits summed, the rightmost ten digits of that.
    public internal(set) var hash: UInt64 = 0
    /// In cents.
    public internal(set) var debits: UInt64 = 0
    /// In cents.
    public internal(set) var credits: UInt64 = 0

    init() {}

    mutating func add(_ other: ControlTotals) {
        count += other.count
        hash = (hash + other.hash) % Layout.hashModulus
        debits = Self.sum(debits, other.debits)
        credits = Self.sum(credits, other.credits)
    }

    @inline(__always)
    mutating func add(_ side: EntrySide, cents: UInt64) {
        switch side {
        case .credit: credits = Self.sum(credits, cents)
        case .debit: debits = Self.sum(debits, cents)
        }
    }

    /// Stops at the largest number, which no control record can declare.
    @inline(__always)
    private static func sum(_ one: UInt64, _ other: UInt64) -> UInt64 {
        let (sum, isTooLarge) = one.addingReportingOverflow(other)
        return isTooLarge ? .max : sum
    }
}

/// How many records of each kind, and how many of them nobody may act on.
public struct EntryCounts: Hashable, Sendable {
    /// Entry records, with those set aside.
    public internal(set) var entries = 0
    /// Addenda records, with those set aside.
    public internal(set) var addenda = 0
    /// Times ``StreamEvent/quarantined(_:)`` was told.
    public internal(set) var quarantined = 0

    init() {}

    mutating func add(_ other: EntryCounts) {
        entries += other.entries
        addenda += other.addenda
        quarantined += other.quarantined
    }
}

/// What the control records prove of the records before them.
public typealias Proof = TotalsProof
