import Money
import Nacha
import Testing

struct FilePlanTests {
    private enum Kind: Hashable, CaseIterable { case payment, retry, answer }

    private typealias Item = PlannedEntries<Kind>

    private func item(_ cents: Int64, _ kind: Kind = .payment, hasOffset: Bool = false) -> Item {
        Item(
            group: kind, addenda: kind == .answer ? 1 : 0, debits: Cents(cents),
            hasOffset: hasOffset && kind != .answer)
    }

    private func places(_ plan: FilePlan) -> [[Int]] { plan.files.map(\.places) }

    @Test("Whatever the caps, each place is in one batch or named, and no file exceeds a cap")
    func nothingLostNothingTwice() {
        for seed in 0..<2_000 {
            var random = Seeded(seed: UInt64(seed))
            let isBalanced = Bool.random(using: &random)
            let queue = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                item(
                    Int64.random(in: 1...40_000, using: &random),
                    Kind.allCases.randomElement(using: &random) ?? .payment,
                    hasOffset: isBalanced)
            }
            var caps = SplitCaps()
            if Bool.random(using: &random) { caps.records = .random(in: 10...60, using: &random) }
            if Bool.random(using: &random) {
                caps.fileEntries = .random(in: 1...12, using: &random)
            }
            if Bool.random(using: &random) {
                caps.fileDebits = Cents(.random(in: 1...100_000, using: &random))
            }
            let begun = queue.prefix(Int.random(in: 0...2, using: &random)).map(\.self)
            let oneBatchEach = Bool.random(using: &random)

            let plan = FilePlan(queue, caps: caps, begun: begun, oneBatchEach: oneBatchEach)

            let all = plan.files.flatMap(\.places) + plan.aside.map(\.place)
            #expect(all.sorted() == Array(queue.indices), "seed \(seed)")
            for (number, file) in plan.files.enumerated() {
                var batches = file.batches.map { $0.map { queue[$0] } }
                let isBegun = number == 0 && !begun.isEmpty
                // What a file held before may be above the caps by itself: then nothing is added.
                if isBegun, file.places.isEmpty { continue }
                if isBegun { batches = joined(begun, batches) }
                let counted = Counted(batches)
                #expect(counted.lines <= caps.records, "seed \(seed)")
                #expect(counted.entries <= caps.fileEntries, "seed \(seed)")
                #expect(counted.debits <= caps.fileDebits, "seed \(seed)")
                for batch in batches {
                    #expect(Set(batch.map(\.group)).count <= 1, "seed \(seed)")
                }
                if oneBatchEach {
                    let groups = batches.compactMap(\.first?.group)
                    #expect(Set(groups).count == groups.count, "seed \(seed)")
                }
            }
            let again = FilePlan(queue, caps: caps, begun: begun, oneBatchEach: oneBatchEach)
            #expect(plan == again, "seed \(seed)")
        }
    }

    /// What was there stands before what is added, in the batches it began.
    private func joined(_ begun: [Item], _ batches: [[Item]]) -> [[Item]] {
        var order: [Kind] = []
        for item in begun where !order.contains(item.group) { order.append(item.group) }
        return batches.enumerated().map { index, batch in
            guard index < order.count else { return batch }
            return begun.filter { $0.group == order[index] } + batch
        }
    }

    /// What stands in a file, counted the slow way: record by record.
    private struct Counted {
        var lines = 2
        var entries = 0
        var debits = Cents.zero

        init(_ batches: [[Item]]) {
            for batch in batches {
                lines += 2
                for item in batch {
                    debits += item.debits
                    entries += 1
                    lines += item.group == .answer ? 2 : 1
                }
                if batch.allSatisfy(\.hasOffset) {
                    lines += 1
                    entries += 1
                }
            }
            while lines % 10 != 0 { lines += 1 }
        }
    }

    @Test("What is above a cap by itself is named, and the others go")
    func tooLarge() {
        let queue = [100, 900, 200].map { item($0) }

        let plan = FilePlan(queue, caps: SplitCaps(fileDebits: Cents(500)))

        #expect(places(plan) == [[0, 2]])
        #expect(plan.aside.map(\.place) == [1])
        #expect(plan.aside.map(\.cap) == [.fileDebits])
    }

    @Test("A file that was begun is filled to its cap and no further")
    func goesOn() {
        let cent = item(1)

        let plan = FilePlan(
            [cent, cent, cent], caps: SplitCaps(fileEntries: 3), begun: [cent, cent])

        #expect(places(plan) == [[0], [1, 2]])
    }

    @Test("A file that was begun and takes nothing more is still the first")
    func full() {
        let plan = FilePlan(
            [item(1)], caps: SplitCaps(fileEntries: 1), begun: [item(1)])

        #expect(places(plan) == [[], [0]])
    }

    @Test("An offset is one entry of ten digits, so a balanced batch holds no more")
    func offsetLimit() {
        let most = item(Entry.amountMax.count, hasOffset: true)
        let cent = item(1, hasOffset: true)

        #expect(FilePlan([most, cent]).files.map(\.batches) == [[[0], [1]]])
        #expect(places(FilePlan([most, cent], oneBatchEach: true)) == [[0], [1]])
        #expect(places(FilePlan([item(Entry.amountMax.count), item(1)])) == [[0, 1]])
    }
}
