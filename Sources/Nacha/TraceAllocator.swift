public import Banking

/// Gives trace numbers of one ODFI and never one that is still alive.
///
/// A plain value: whoever uses it keeps ``next`` durably before a number leaves, and hands in what
/// is alive. Numbers ascend; after 9,999,999 comes 1. One that is alive is passed over, and when all
/// are alive there is none to give: an entry is refused rather than a number used twice.
public struct TraceAllocator: Hashable, Sendable {
    /// The bank that originates.
    public let odfi: DFIIdentification
    /// The sequence looked at next, 1 through 9,999,999: what is kept durably.
    public private(set) var next: Int
    /// Sequences that may not be given, apart from each other and in ascending order.
    public private(set) var alive: [ClosedRange<Int>]

    /// A counter that was kept, and the sequences of entries whose life has not ended
    /// (``ACHTiming/traceIsFree(settlement:)``), in any order. `nil` unless all are 1 through
    /// 9,999,999.
    public init?(odfi: DFIIdentification, next: Int = 1, alive: [ClosedRange<Int>] = []) {
        let all = 1...TraceNumber.sequenceMax
        guard all.contains(next),
            alive.allSatisfy({ all.contains($0.lowerBound) && all.contains($0.upperBound) })
        else { return nil }
        self.odfi = odfi
        self.next = next
        self.alive = Self.joined(alive)
    }

    /// Gives these sequences and no others, each once: what was taken from a durable counter
    /// before. `nil` unless all are 1 through 9,999,999.
    public init?(odfi: DFIIdentification, giving sequences: [Int]) {
        let free = Set(sequences).sorted()
        var kept: [ClosedRange<Int>] = []
        var from = 1
        for sequence in free {
            guard (1...TraceNumber.sequenceMax).contains(sequence) else { return nil }
            if sequence > from { kept.append(from...sequence - 1) }
            from = sequence + 1
        }
        if from <= TraceNumber.sequenceMax { kept.append(from...TraceNumber.sequenceMax) }
        self.init(odfi: odfi, next: free.first ?? 1, alive: kept)
    }

    /// The next number that is not alive; from now on it is.
    public mutating func take() throws(OriginationRefusal) -> TraceNumber {
        var sequence = next
        var passed = 0
        while let range = range(holding: sequence) {
            passed += 1
            guard passed <= alive.count else {
                throw OriginationRefusal(
                    .traceNumber,
                    "All trace numbers of ODFI \(odfi) are alive. Originate through another ODFI, "
                        + "or wait until the life of the oldest entries ends.")
            }
            sequence = Self.following(range.upperBound)
        }
        insert(sequence)
        next = Self.following(sequence)
        return TraceNumber(trusted: UInt64(odfi.number) * 10_000_000 + UInt64(sequence))
    }

    /// Never gives this number: an entry of ours has it already. One of another ODFI is none of ours.
    public mutating func keep(_ trace: TraceNumber) {
        guard trace.odfi == odfi, trace.sequence >= 1, range(holding: trace.sequence) == nil else {
            return
        }
        insert(trace.sequence)
    }

    private static func following(_ sequence: Int) -> Int {
        sequence == TraceNumber.sequenceMax ? 1 : sequence + 1
    }

    /// The place of the first range that ends at or after the sequence.
    private func place(_ sequence: Int) -> Int {
        var low = 0
        var high = alive.count
        while low < high {
            let middle = (low + high) / 2
            if alive[middle].upperBound < sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func range(holding sequence: Int) -> ClosedRange<Int>? {
        let place = place(sequence)
        guard place < alive.count, alive[place].contains(sequence) else { return nil }
        return alive[place]
    }

    private mutating func insert(_ sequence: Int) {
        let place = place(sequence)
        let joinsBefore = place > 0 && alive[place - 1].upperBound == sequence - 1
        let joinsAfter = place < alive.count && alive[place].lowerBound == sequence + 1
        switch (joinsBefore, joinsAfter) {
        case (true, true):
            alive[place - 1] = alive[place - 1].lowerBound...alive[place].upperBound
            alive.remove(at: place)
        case (true, false): alive[place - 1] = alive[place - 1].lowerBound...sequence
        case (false, true): alive[place] = sequence...alive[place].upperBound
        case (false, false): alive.insert(sequence...sequence, at: place)
        }
    }

    private static func joined(_ ranges: [ClosedRange<Int>]) -> [ClosedRange<Int>] {
        var joined: [ClosedRange<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = joined.last, range.lowerBound <= last.upperBound + 1 {
                let upper = max(last.upperBound, range.upperBound)
                joined[joined.count - 1] = last.lowerBound...upper
            } else {
                joined.append(range)
            }
        }
        return joined
    }
}

extension ACHTiming {
    /// The moment from which the trace number of an entry with this settlement may be given again:
    /// nothing that names it can be in time any more.
    ///
    /// Nacha Operating Rules, Trace Number, asks only that a number is used once within a day's
    /// file; a return names nothing else, so here it is used once while one may come. The last
    /// return is available at the extended deadline and settles that banking day; it may be
    /// dishonored for `dishonorBankingDays` more and that settles a banking day later; the contest
    /// of it has its own deadline; and it may be `slackBankingDays` on its way to us. The same for
    /// credits and for returns of shorter windows, because a return as agreed has no deadline.
    public func traceIsFree(settlement: Day) -> Instant {
        let returned = Eastern.day(at: extendedReturnDeadline(settlement: settlement))
        let count = windows.value(on: returned).dishonorBankingDays
        let dishonored = calendar.bankingDay(count + 1, after: returned)
        let contested = Eastern.day(at: contestDeadline(dishonorSettlement: dishonored))
        guard slackBankingDays > 0 else { return settlementInstant(contested) }
        return settlementInstant(calendar.bankingDay(slackBankingDays, after: contested))
    }
}
