import Money
import Nacha
import Service
import Testing

@testable import Rails

struct FilePlanTests {
    @Test("Whatever the caps, each entry is in one file or named, and no file exceeds a cap")
    func nothingLostNothingTwice() {
        for seed in 0..<3_000 {
            var random = Seeded(seed)
            let items = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                FilePlan.Item(
                    amount: Cents(Int64.random(in: 1...40_000, using: &random)),
                    group: FilePlan.Group.allCases.randomElement(using: &random) ?? .payment)
            }
            func cap(_ range: ClosedRange<Int>) -> Int? {
                Bool.random(using: &random) ? Int.random(in: range, using: &random) : nil
            }
            let caps = FileCaps(
                lines: cap(10...60), entries: cap(1...12),
                debits: cap(1...100_000).map { Cents(Int64($0)) })
            let isBalanced = Bool.random(using: &random)

            let plan = FilePlan(items, caps: caps, isBalanced: isBalanced)

            let all = plan.files.flatMap(\.self) + plan.tooLarge
            #expect(all.sorted() == Array(items.indices), "seed \(seed)")
            #expect(plan.files.allSatisfy { $0 == $0.sorted() }, "seed \(seed)")
            for file in plan.files {
                let counted = Counted(file.map { items[$0] }, isBalanced: isBalanced)
                #expect(counted.lines <= caps.lines ?? .max, "seed \(seed)")
                #expect(counted.entries <= caps.entries ?? .max, "seed \(seed)")
                #expect(counted.debits <= caps.debits ?? .balanceMax, "seed \(seed)")
            }
            #expect(plan == FilePlan(items, caps: caps, isBalanced: isBalanced), "seed \(seed)")
        }
    }

    /// What stands in a file, counted the slow way: record by record.
    private struct Counted {
        var lines = 2
        var entries = 0
        var debits = Cents.zero

        init(_ items: [FilePlan.Item], isBalanced: Bool) {
            for group in FilePlan.Group.allCases {
                let own = items.filter { $0.group == group }
                guard !own.isEmpty else { continue }
                for item in own {
                    debits += item.amount
                    entries += 1
                    // A dishonored return: header, entry, addenda, control.
                    lines += group == .dishonor ? 4 : 1
                }
                guard group != .dishonor else { continue }
                lines += 2
                // Micro-entries are even by themselves.
                if isBalanced, group != .validation {
                    lines += 1
                    entries += 1
                }
            }
            while lines % 10 != 0 { lines += 1 }
        }
    }

    @Test("An entry above the dollar cap is named, and the others go")
    func tooLarge() {
        let items = [100, 900, 200].map { FilePlan.Item(amount: Cents($0), group: .payment) }

        let plan = FilePlan(items, caps: FileCaps(debits: Cents(500)), isBalanced: false)

        #expect(plan.files == [[0, 2]])
        #expect(plan.tooLarge == [1])
    }

    @Test("The micro-entries of one account are in one file, or in none")
    func together() {
        let payment = FilePlan.Item(amount: Cents(100), group: .payment)
        let proof = FilePlan.Item(amount: Cents(46), group: .validation, entries: 3)

        let plan = FilePlan(
            [payment, payment, proof], caps: FileCaps(entries: 4), isBalanced: false)
        let tight = FilePlan([payment, proof], caps: FileCaps(entries: 2), isBalanced: false)

        #expect(plan.files == [[0, 1], [2]])
        #expect(tight.files == [[0]] && tight.tooLarge == [1])
    }

    @Test("A file that a crash left half full is filled to its cap and no further")
    func goesOn() {
        let item = FilePlan.Item(amount: Cents(100), group: .payment)

        let plan = FilePlan(
            [item, item, item], caps: FileCaps(entries: 3), isBalanced: false,
            first: FileLoad([item, item]))

        #expect(plan.files == [[0], [1, 2]])
    }

    @Test("An offset is one entry of ten digits, so a balanced file holds no more")
    func offsetLimit() {
        let most = FilePlan.Item(amount: Entry.amountMax, group: .payment)
        let cent = FilePlan.Item(amount: Cents(1), group: .payment)

        #expect(FilePlan([most, cent], caps: FileCaps(), isBalanced: true).files == [[0], [1]])
        #expect(FilePlan([most, cent], caps: FileCaps(), isBalanced: false).files == [[0, 1]])
    }
}
