import Banking

/// One settlement date: what had to move, what moved, and what is not explained.
public struct ReconciliationDay: Hashable, Sendable {
    /// The settlement date.
    public let day: Day
    /// In cents, incoming less outgoing.
    public let expected: Int64
    /// In cents, incoming less outgoing.
    public let found: Int64
    /// Movements of ours on that day.
    public let expectedCount: Int
    /// Movements of the bank on that day.
    public let foundCount: Int
    /// Breaks of that day nobody has closed.
    public let openBreaks: Int

    /// The sums of a day.
    public init(
        day: Day, expected: Int64, found: Int64, expectedCount: Int, foundCount: Int,
        openBreaks: Int
    ) {
        self.day = day
        self.expected = expected
        self.found = found
        self.expectedCount = expectedCount
        self.foundCount = foundCount
        self.openBreaks = openBreaks
    }

    /// What the bank has more than the books; negative when it has less.
    public var difference: Int64 { found - expected }
}

extension StatementItem {
    /// The item as it is compared with the books; `nil` when nothing may follow from it, when it
    /// is not in the balances, or when it has no day.
    public func found(id: String, statement: BankStatement) -> FoundItem? {
        guard !isSetAside, status == .booked,
            let day = booked ?? statement.asOf ?? settles ?? statement.period?.upperBound,
            amount.count > 0
        else { return nil }
        let sign: Int64 = side == .credit ? 1 : -1
        let parts = details.compactMap { detail -> FoundItem.Part? in
            guard let trace = detail.ach.trace, let amount = detail.amount else { return nil }
            return FoundItem.Part(
                signed: detail.side == .credit ? amount.count : -amount.count, trace: trace)
        }
        return FoundItem(
            id: id, kind: kind, signed: sign * amount.count, day: day, settles: settles, ach: ach,
            references: [customerReference, bankReference, text].filter { !$0.isEmpty }
                + details.map(\.customerReference).filter { !$0.isEmpty },
            parts: parts.count == details.count ? parts : [])
    }
}
