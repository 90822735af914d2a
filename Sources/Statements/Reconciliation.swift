import Banking

/// A movement our books and files say the bank account must have seen.
public struct ExpectedItem: Hashable, Sendable {
    /// The same for the same movement, for ever.
    public let id: String
    /// What it is.
    public let kind: StatementItem.Kind
    /// In minor units; negative when money goes out.
    public let signed: Int64
    /// The settlement date.
    public let day: Day
    /// Of ACH, where and under what it was sent or came.
    public let ach: ACHReferences
    /// A reference the bank may give back: of a wire or a payout.
    public let reference: String

    /// A movement of that amount, settling on that day.
    public init(
        id: String, kind: StatementItem.Kind, signed: Int64, day: Day,
        ach: ACHReferences = ACHReferences(), reference: String = ""
    ) {
        self.id = id
        self.kind = kind
        self.signed = signed
        self.day = day
        self.ach = ach
        self.reference = reference
    }
}

/// A movement the bank says the account has seen.
public struct FoundItem: Hashable, Sendable {
    /// The same for the same item of the same statement.
    public let id: String
    /// What the bank's code says it is.
    public let kind: StatementItem.Kind
    /// In minor units; negative when money went out.
    public let signed: Int64
    /// The day it was booked, or that of its statement.
    public let day: Day
    /// The day it is good, where that is another.
    public let settles: Day?
    /// What it says of ACH.
    public let ach: ACHReferences
    /// The references of the bank and of ours in it, however the bank wrote them.
    public let references: [String]
    /// Its single payments, where they are listed with all their amounts.
    public let parts: [Part]

    /// One payment of a sum.
    public struct Part: Hashable, Sendable {
        /// In minor units, with the sign of its own direction.
        public let signed: Int64
        /// The entry's trace number.
        public let trace: String

        /// A payment of that amount under that trace number.
        public init(signed: Int64, trace: String) {
            self.signed = signed
            self.trace = trace
        }
    }

    /// A movement of that amount, booked on that day.
    public init(
        id: String, kind: StatementItem.Kind, signed: Int64, day: Day, settles: Day? = nil,
        ach: ACHReferences = ACHReferences(), references: [String] = [], parts: [Part] = []
    ) {
        self.id = id
        self.kind = kind
        self.signed = signed
        self.day = day
        self.settles = settles
        self.ach = ach
        self.references = references
        self.parts = parts
    }

    var days: Set<Day> { Set([day, settles ?? day]) }
}

/// Which movements of the bank are which of ours.
///
/// Banks book one entry each, one line a batch, one line a file, or one net line a day. So the
/// narrowest name is tried first and the widest last, and what a name covers must be the amount
/// to the cent: a sum that is nearly right is two breaks, never a match.
public enum Reconciliation {
    /// What was found to be the same money.
    public struct Match: Hashable, Sendable {
        /// What it was found by.
        public let by: Basis
        /// The bank's movements; one, but where several are one of ours.
        public let found: [String]
        /// Ours.
        public let expected: [String]
    }

    /// What a match is found by, the narrowest first.
    public enum Basis: String, Hashable, Sendable, CaseIterable {
        /// One movement: by trace number, by reference, or by amount and day alone.
        case item
        /// All that is left of a batch of a file.
        case batch
        /// All that is left of a file.
        case file
        /// All that is left of a settlement date: of a kind, of a direction, or the net of all.
        case day
    }

    /// Movements that are compared at once; the oldest beyond wait for the next time. A day of a
    /// large originator has a tenth of it.
    public static let itemsMax = 500_000

    /// Matches what is left on both sides. The order of the arguments does not matter: the same
    /// movements always give the same matches.
    public static func match(expected: [ExpectedItem], found: [FoundItem]) -> [Match] {
        var matching = Matching(
            expected: expected.sorted { ($0.day, $0.id) < ($1.day, $1.id) },
            found: found.sorted { ($0.day, $0.id) < ($1.day, $1.id) })
        matching.byTrace()
        matching.byReference()
        matching.byBatch()
        matching.byFile()
        matching.byAmount()
        matching.byDay()
        return matching.matches
    }
}

/// What is left on both sides, and what was matched so far.
private struct Matching {
    private var expected: [ExpectedItem?]
    private var found: [FoundItem?]
    private(set) var matches: [Reconciliation.Match] = []

    init(expected: [ExpectedItem], found: [FoundItem]) {
        self.expected = expected
        self.found = found
    }

    // MARK: - Single movements

    /// A trace number names one entry; a return bears that of the entry it brings back, or its
    /// own, so the amount and its direction must agree.
    mutating func byTrace() {
        var places: [String: [Int]] = [:]
        for (index, item) in expected.enumerated() {
            for trace in [item?.ach.trace, item?.ach.returnTrace].compactMap({ $0 }) {
                places[trace, default: []].append(index)
            }
        }
        guard !places.isEmpty else { return }
        for index in found.indices {
            guard let item = found[index] else { continue }
            let parts =
                item.parts.isEmpty
                ? [item.ach.returnTrace, item.ach.trace].compactMap { $0 }.prefix(1).map {
                    FoundItem.Part(signed: item.signed, trace: $0)
                } : item.parts
            guard !parts.isEmpty, parts.reduce(0, { $0 + Int128($1.signed) }) == item.signed else {
                continue
            }
            var taken: [Int] = []
            for part in parts {
                let next = places[part.trace]?.first {
                    expected[$0]?.signed == part.signed && !taken.contains($0)
                }
                guard let next else { break }
                taken.append(next)
            }
            if taken.count == parts.count {
                match(parts.count == 1 ? .item : .batch, index, taken)
            }
        }
    }

    /// A reference of ours that the bank gives back.
    mutating func byReference() {
        var places: [String: [Int]] = [:]
        for (index, item) in expected.enumerated() {
            guard let reference = item?.reference, reference.count >= Self.referenceMin else {
                continue
            }
            places[reference.uppercased(), default: []].append(index)
        }
        guard !places.isEmpty else { return }
        for index in found.indices {
            guard let item = found[index] else { continue }
            let words = item.references.flatMap { text in
                [text.uppercased()]
                    + text.uppercased().split { " ,;|/".contains($0) }.map(String.init)
            }
            let candidates = words.lazy.flatMap { places[$0] ?? [] }
            if let place = candidates.first(where: { expected[$0]?.signed == item.signed }) {
                match(.item, index, [place])
            }
        }
    }

    /// Shorter words are words.
    private static let referenceMin = 5

    /// The only one of its amount, direction and day on both sides, and of a kind that may be.
    mutating func byAmount() {
        struct Key: Hashable {
            let signed: Int64
            let day: Day
        }
        var ours: [Key: [Int]] = [:]
        for (index, item) in expected.enumerated() {
            guard let item else { continue }
            ours[Key(signed: item.signed, day: item.day), default: []].append(index)
        }
        var theirs: [Key: Int] = [:]
        for item in found {
            guard let item else { continue }
            for day in item.days { theirs[Key(signed: item.signed, day: day), default: 0] += 1 }
        }
        for index in found.indices {
            guard let item = found[index] else { continue }
            for day in item.days.sorted() {
                let key = Key(signed: item.signed, day: day)
                guard theirs[key] == 1, let places = ours[key], places.count == 1,
                    let other = expected[places[0]], Self.agree(other.kind, item.kind)
                else { continue }
                match(.item, index, places)
                break
            }
        }
    }

    /// A bank's `other` may be anything; what has a name must have ours.
    private static func agree(_ one: StatementItem.Kind, _ other: StatementItem.Kind) -> Bool {
        one == other || one == .other || other == .other
    }

    // MARK: - Sums

    /// A line that names a file and a batch, or that is the sum of a batch of the day.
    mutating func byBatch() {
        sum(.batch) { item in
            guard let file = item.ach.file, let batch = item.ach.batch else { return nil }
            return file.uppercased() + "#" + batch
        } names: { item in
            guard let batch = item.ach.batch else { return [] }
            return Self.files(item).map { $0 + "#" + batch }
        }
    }

    mutating func byFile() {
        sum(.file) {
            $0.ach.file?.uppercased()
        } names: {
            Self.files($0)
        }
    }

    /// The names by which a bank's line may mean a file of ours.
    private static func files(_ item: FoundItem) -> [String] {
        ([item.ach.file].compactMap { $0 } + item.references).map { $0.uppercased() }
    }

    /// All that is left under a name is the line that has the name; and a line without a name is
    /// the only sum of its amount on its day.
    private mutating func sum(
        _ basis: Reconciliation.Basis, _ name: (ExpectedItem) -> String?,
        names: (FoundItem) -> [String]
    ) {
        var groups = Groups(expected, by: name)
        for index in found.indices {
            guard let item = found[index] else { continue }
            for name in names(item) {
                guard let taken = groups.members(name, thatAre: item.signed, expected) else {
                    continue
                }
                match(basis, index, taken)
                groups.forget(name)
                break
            }
        }
        let places = groups.byDayAndAmount(expected)
        for index in found.indices {
            guard let item = found[index], item.kind != .wire, item.kind != .card else { continue }
            let fitting = Set(
                item.days.flatMap { places[DayAndAmount(day: $0, signed: item.signed)] ?? [] })
            guard fitting.count == 1, let name = fitting.first,
                let taken = groups.members(name, thatAre: item.signed, expected)
            else { continue }
            match(basis, index, taken)
            groups.forget(name)
        }
    }

    /// One line for a settlement date: what is left of a kind, of both kinds of ACH in one
    /// direction, or the net of everything.
    mutating func byDay() {
        var kinds = Groups(expected) { "\($0.day) \($0.kind)" }
        var ach = Groups(expected) { item in
            item.kind == .ach || item.kind == .achReturn ? "\(item.day)" : nil
        }
        var all = Groups(expected) { "\($0.day)" }
        for index in found.indices {
            guard let item = found[index] else { continue }
            for day in item.days.sorted() {
                // A line that says what it is covers nothing else.
                let isACH = item.kind == .ach || item.kind == .achReturn
                var taken = kinds.members("\(day) \(item.kind)", thatAre: item.signed, expected)
                if taken == nil, isACH || item.kind == .other {
                    taken = ach.members("\(day)", thatAre: item.signed, expected)
                }
                if taken == nil, item.kind == .other {
                    taken = all.members("\(day)", thatAre: item.signed, expected)
                }
                guard let taken else { continue }
                match(taken.count == 1 ? .item : .day, index, taken)
                for kind in StatementItem.Kind.allCases { kinds.forget("\(day) \(kind)") }
                ach.forget("\(day)")
                all.forget("\(day)")
                break
            }
        }
    }

    private mutating func match(_ basis: Reconciliation.Basis, _ index: Int, _ places: [Int]) {
        guard let item = found[index] else { return }
        matches.append(
            Reconciliation.Match(
                by: basis, found: [item.id], expected: places.compactMap { expected[$0]?.id }))
        found[index] = nil
        for place in places { expected[place] = nil }
    }
}

private struct DayAndAmount: Hashable {
    let day: Day
    let signed: Int64
}

/// Movements of ours under names, with the sums of what is left of each: a sum is made once and
/// again only after something was taken from it, so that the work is as large as what there is.
private struct Groups {
    private var places: [String: [Int]] = [:]
    private var sums: [String: Sums] = [:]

    private struct Sums {
        var credits: Int128 = 0
        var debits: Int128 = 0
    }

    init(_ expected: [ExpectedItem?], by name: (ExpectedItem) -> String?) {
        for (index, item) in expected.enumerated() {
            guard let item, let name = name(item) else { continue }
            places[name, default: []].append(index)
        }
    }

    mutating func forget(_ name: String) { sums[name] = nil }

    /// What is left under the name and makes that amount: all of it, or all of its direction.
    mutating func members(
        _ name: String, thatAre signed: Int64, _ expected: [ExpectedItem?]
    ) -> [Int]? {
        guard let all = places[name] else { return nil }
        let sums = self.sums[name] ?? Self.sums(all, expected)
        self.sums[name] = sums
        let isAll = sums.credits + sums.debits == Int128(signed)
        guard isAll || (signed < 0 ? sums.debits : sums.credits) == Int128(signed) else {
            return nil
        }
        let members = all.filter { place in
            expected[place].map { isAll || ($0.signed < 0) == (signed < 0) } ?? false
        }
        return members.isEmpty ? nil : members
    }

    private static func sums(_ places: [Int], _ expected: [ExpectedItem?]) -> Sums {
        var sums = Sums()
        for place in places {
            guard let signed = expected[place]?.signed else { continue }
            if signed < 0 { sums.debits += Int128(signed) } else { sums.credits += Int128(signed) }
        }
        return sums
    }

    /// Names of groups of several movements of one day, by what they come to.
    func byDayAndAmount(_ expected: [ExpectedItem?]) -> [DayAndAmount: [String]] {
        var found: [DayAndAmount: [String]] = [:]
        for (name, places) in places {
            let left = places.filter { expected[$0] != nil }
            guard left.count > 1, let day = expected[left[0]]?.day,
                left.allSatisfy({ expected[$0]?.day == day })
            else { continue }
            let sums = Self.sums(left, expected)
            for sum in Set([sums.credits + sums.debits, sums.credits, sums.debits]) {
                guard sum != 0, let signed = Int64(exactly: sum) else { continue }
                found[DayAndAmount(day: day, signed: signed), default: []].append(name)
            }
        }
        return found
    }
}
