import Banking
import Statements
import Testing

struct ReconciliationTests {
    private static let monday = day("2026-11-23")
    private static let tuesday = day("2026-11-24")

    private func sent(
        _ trace: Int, _ cents: Int64, batch: String = "1", file: String = "2026-11-20-A.ach",
        on day: Day = Self.monday
    ) -> ExpectedItem {
        var ach = ACHReferences()
        ach.file = file
        ach.batch = batch
        ach.trace = "02100002000000\(trace)"
        return ExpectedItem(
            id: "out:\(trace)", kind: .ach, signed: cents, day: day, ach: ach)
    }

    private func returned(_ trace: Int, _ cents: Int64, on day: Day = Self.monday) -> ExpectedItem {
        var ach = ACHReferences()
        ach.trace = "02100002000000\(trace)"
        ach.returnTrace = "07640125000010\(trace)"
        ach.file = "returns.ach"
        ach.batch = "7"
        return ExpectedItem(
            id: "in:\(trace)", kind: .achReturn, signed: -cents, day: day, ach: ach)
    }

    private func line(
        _ id: String, _ signed: Int64, _ kind: StatementItem.Kind = .ach, on day: Day = Self.monday,
        trace: String? = nil, file: String? = nil, batch: String? = nil,
        references: [String] = [], parts: [FoundItem.Part] = []
    ) -> FoundItem {
        var ach = ACHReferences()
        ach.trace = trace
        ach.file = file
        ach.batch = batch
        return FoundItem(
            id: id, kind: kind, signed: signed, day: day, ach: ach, references: references,
            parts: parts)
    }

    @Test("A line with a trace number is the entry that was sent under it, whatever the day")
    func trace() {
        let matches = Reconciliation.match(
            expected: [sent(1, 500), sent(2, 500)],
            found: [line("f", 500, on: Self.tuesday, trace: "021000020000002")])

        #expect(matches.map(\.expected) == [["out:2"]])
        #expect(matches.map(\.by) == [.item])
    }

    @Test("A trace number with another amount, or the other way round, is not that entry")
    func traceAlone() {
        let matches = Reconciliation.match(
            expected: [sent(1, 500), returned(2, 300)],
            found: [
                line("f", 501, on: Self.tuesday, trace: "021000020000001"),
                line("g", 300, .achReturn, on: Self.tuesday, trace: "021000020000002"),
            ])

        #expect(matches == [])
    }

    @Test("A return is found by the trace of the entry it brings back")
    func returns() {
        let matches = Reconciliation.match(
            expected: [sent(1, 500), returned(1, 500, on: Self.tuesday)],
            found: [line("f", -500, .achReturn, on: Self.tuesday, trace: "021000020000001")])

        #expect(matches.map(\.expected) == [["in:1"]])
    }

    @Test("A line whose payments are listed is those entries, and only when all are there")
    func parts() {
        let parts = [
            FoundItem.Part(signed: 500, trace: "021000020000001"),
            FoundItem.Part(signed: 700, trace: "021000020000002"),
        ]
        let whole = Reconciliation.match(
            expected: [sent(1, 500), sent(2, 700), sent(3, 1_200)],
            found: [line("f", 1_200, on: Self.tuesday, parts: parts)])
        let part = Reconciliation.match(
            expected: [sent(1, 500), sent(2, 701)],
            found: [line("f", 1_200, on: Self.tuesday, parts: parts)])

        #expect(whole.map(\.expected) == [["out:1", "out:2"]])
        #expect(part == [])
    }

    @Test("One net line for a file is all of its entries")
    func file() {
        let expected = [
            sent(1, 500), sent(2, 700, batch: "2"), sent(3, 100, file: "2026-11-20-B.ach"),
        ]
        let named = Reconciliation.match(
            expected: expected,
            found: [line("f", 1_200, on: Self.tuesday, references: ["2026-11-20-a.ach"])])
        let unnamed = Reconciliation.match(expected: expected, found: [line("f", 1_200)])

        for matches in [named, unnamed] {
            #expect(matches.map(\.expected) == [["out:1", "out:2"]])
            #expect(matches.map(\.by) == [.file])
        }
    }

    @Test("One line for a batch is the entries of that batch")
    func batch() {
        let matches = Reconciliation.match(
            expected: [sent(1, 500), sent(2, 600), sent(3, 700, batch: "2")],
            found: [
                line("f", 1_100, file: "2026-11-20-A.ach", batch: "1"),
                line("g", 700, file: "2026-11-20-A.ach", batch: "2"),
            ])

        #expect(Set(matches.map(\.expected)) == [["out:1", "out:2"], ["out:3"]])
        #expect(matches.map(\.by) == [.batch, .batch])
    }

    @Test("One net line for a settlement date is what was sent less what came back")
    func netOfDay() {
        let matches = Reconciliation.match(
            expected: [
                sent(1, 500), sent(2, 700, file: "2026-11-20-B.ach"), returned(3, 200),
                sent(4, 50, on: Self.tuesday),
            ],
            found: [line("f", 1_000)])

        #expect(matches.map { Set($0.expected) } == [["out:1", "out:2", "in:3"]])
        #expect(matches.map(\.by) == [.day])
    }

    @Test("Credits and debits of a day may be two lines")
    func twoLines() {
        let matches = Reconciliation.match(
            expected: [
                sent(1, 500), sent(2, 700, file: "2026-11-20-B.ach"), returned(3, 200),
                returned(4, 100),
            ],
            found: [line("f", 1_200), line("g", -300, .achReturn)])

        #expect(Set(matches.flatMap(\.expected)) == ["out:1", "out:2", "in:3", "in:4"])
        #expect(Set(matches.flatMap(\.found)) == ["f", "g"])
    }

    @Test("A sum that is a cent off is no match")
    func aCent() {
        #expect(
            Reconciliation.match(
                expected: [sent(1, 500), sent(2, 700)], found: [line("f", 1_201)]) == [])
        #expect(
            Reconciliation.match(
                expected: [sent(1, 500)], found: [line("f", 500, on: Self.tuesday)])
                == [])
    }

    @Test("A wire is found by its reference, or as the only one of its amount that day")
    func wires() {
        func wire(_ id: String, _ reference: String) -> ExpectedItem {
            ExpectedItem(
                id: id, kind: .wire, signed: 900, day: Self.monday, reference: reference)
        }
        let named = Reconciliation.match(
            expected: [wire("a", "MW-REF-1"), wire("b", "MW-REF-2")],
            found: [line("f", 900, .wire, references: ["payment mw-ref-2 thanks"])])
        let alone = Reconciliation.match(
            expected: [wire("a", "")], found: [line("f", 900, .wire)])
        let either = Reconciliation.match(
            expected: [wire("a", "")], found: [line("f", 900, .card)])

        #expect(named.map(\.expected) == [["b"]])
        #expect(alone.map(\.expected) == [["a"]])
        #expect(either == [])
    }

    @Test("The same movements give the same matches in any order")
    func order() {
        for seed in 0..<200 {
            var random = Seeded(seed: UInt64(seed))
            var expected = (0..<12).map { index in
                sent(
                    index, Int64.random(in: 1...5, using: &random) * 100,
                    batch: "\(Int.random(in: 1...2, using: &random))",
                    file: "2026-11-20-\(["A", "B"].randomElement(using: &random)!).ach",
                    on: [Self.monday, Self.tuesday].randomElement(using: &random)!)
            }
            var found = (0..<6).map { index in
                line(
                    "f\(index)", Int64.random(in: 1...20, using: &random) * 100,
                    on: [Self.monday, Self.tuesday].randomElement(using: &random)!)
            }
            let first = Reconciliation.match(expected: expected, found: found)
            expected.shuffle(using: &random)
            found.shuffle(using: &random)
            let second = Reconciliation.match(expected: expected, found: found)

            if first != second { Issue.record("seed \(seed)") }
        }
    }

    @Test("A match is money for money, and nothing is matched twice")
    func invariants() {
        for seed in 0..<400 {
            var random = Seeded(seed: UInt64(seed))
            let expected = (0..<Int.random(in: 0...30, using: &random)).map {
                index -> ExpectedItem in
                let cents = Int64.random(in: 1...4, using: &random) * 100
                let date = [Self.monday, Self.tuesday].randomElement(using: &random)!
                return Bool.random(using: &random)
                    ? sent(index, cents, batch: "\(index % 3)", on: date)
                    : returned(index, cents, on: date)
            }
            let found = (0..<Int.random(in: 0...15, using: &random)).map { index in
                line(
                    "f\(index)", Int64.random(in: -12...12, using: &random) * 100 + 100,
                    [.ach, .achReturn, .other, .wire].randomElement(using: &random)!,
                    on: [Self.monday, Self.tuesday].randomElement(using: &random)!,
                    batch: Bool.random(using: &random) ? "1" : nil)
            }
            let ours = Dictionary(uniqueKeysWithValues: expected.map { ($0.id, $0.signed) })
            let theirs = Dictionary(uniqueKeysWithValues: found.map { ($0.id, $0.signed) })
            let matches = Reconciliation.match(expected: expected, found: found)
            for match in matches {
                let sum = match.expected.reduce(0) { $0 + (ours[$1] ?? 0) }
                let seen = match.found.reduce(0) { $0 + (theirs[$1] ?? 0) }
                if sum != seen || match.expected.isEmpty { Issue.record("seed \(seed): \(match)") }
            }
            let all = matches.flatMap(\.expected)
            if Set(all).count != all.count { Issue.record("seed \(seed): twice") }
        }
    }
}
