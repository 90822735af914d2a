import Banking
import Money
import Nacha
import Testing

struct FileSplitTests {
    private func traces() throws -> TraceAllocator {
        try #require(TraceAllocator(odfi: Samples.odfi, next: 5_000_000))
    }

    private func queued(
        _ key: Int, _ cents: Int64, _ code: TransactionCode = .checkingDebit,
        _ description: String = "DEPOSIT"
    ) -> WaitingEntry<Int> {
        var entry = Samples.first
        entry.code = code
        entry.amount = Cents(cents)
        entry.trace = Samples.ours(key)
        return WaitingEntry(
            key: key,
            header: Samples.header(
                code.side == .debit ? .debits : .credits, description, number: 9),
            entries: [entry])
    }

    @Test("An entry goes into the first file with room for it, and modifiers go on")
    func dollars() throws {
        var traces = try traces()
        let queue = [
            queued(1, 60), queued(2, 40), queued(3, 1), queued(4, 101), queued(5, 100),
            queued(6, 30, .checkingDebit, "RETRY PYMT"),
        ]
        let split = FileSplit(
            queue, caps: SplitCaps(fileDebits: Cents(100)), firstModifier: FileModifier("Y")!,
            traces: &traces)

        #expect(split.files.map(\.keys) == [[1, 2], [3, 6], [5]])
        #expect(split.files.map(\.modifier.description) == ["Y", "Z", "0"])
        #expect(split.aside.map(\.key) == [4])
        #expect(split.aside.map(\.reason) == [.aboveCap(.fileDebits)])
    }

    @Test("A re-presentment never shares a batch with a payment, in whatever order they wait")
    func batches() throws {
        var traces = try traces()
        let queue = [
            queued(1, 10, .checkingDebit, "RETRY PYMT"), queued(2, 10),
            queued(3, 10, .savingsDebit),
            queued(4, 10, .checkingDebit, "RETRY PYMT"), queued(5, 10, .checkingCredit),
        ]
        let split = FileSplit(queue, traces: &traces)

        let file = try #require(split.files.first)
        #expect(split.files.count == 1)
        #expect(
            file.batches.map(\.header.entryDescription) == ["RETRY PYMT", "DEPOSIT", "DEPOSIT"])
        #expect(file.batches.map { $0.entries.map(\.trace.sequence) } == [[1, 4], [2, 3], [5]])
        #expect(file.batches.map(\.header.number) == [1, 2, 3])
    }

    @Test("What is twice, empty or after the last file of the day is named")
    func aside() throws {
        var traces = try traces()
        let header = Samples.header(.debits, "DEPOSIT", number: 1)
        let queue = [
            queued(1, 10), queued(1, 20), WaitingEntry(key: 2, header: header, entries: []),
            WaitingEntry(key: 3, header: header, entries: queued(1, 10).entries), queued(4, 10),
        ]
        let split = FileSplit(
            queue, caps: SplitCaps(fileDebits: Cents(10)), firstModifier: FileModifier("9")!,
            traces: &traces)

        #expect(split.files.map(\.keys) == [[1]])
        #expect(split.aside.map(\.key) == [1, 2, 3, 4])
        #expect(split.aside.map(\.reason) == [.twice, .empty, .twice, .noModifierLeft])
        #expect(FileSplit(queue, firstModifier: nil, traces: &traces).files.isEmpty)
    }

    @Test("An offset that has no trace number leaves its batch aside, not half sent")
    func noOffset() throws {
        var traces = try #require(
            TraceAllocator(odfi: Samples.odfi, next: 1, alive: [1...9_999_999]))
        let split = FileSplit(
            [queued(1, 10), queued(2, 10)],
            offset: OffsetAccount(receiver: Samples.bankOne, account: "777", name: "US"),
            traces: &traces)

        #expect(split.files.isEmpty)
        #expect(split.aside.map(\.key) == [1, 2])
    }

    @Test("Nothing is lost, nothing is sent twice, no cap is passed, and it is always the same")
    func property() throws {
        var split = 0
        var aside = 0
        for seed in 0..<600 {
            var random = Seeded(seed: UInt64(seed))
            let queue = randomQueue(&random)
            let caps = randomCaps(&random)
            let offset: OffsetAccount? =
                Bool.random(using: &random)
                ? OffsetAccount(receiver: Samples.bankOne, account: "777", name: "US") : nil
            var (one, other) = (try traces(), try traces())

            let result = FileSplit(queue, caps: caps, offset: offset, traces: &one)
            let again = FileSplit(queue, caps: caps, offset: offset, traces: &other)

            #expect(result.files == again.files && result.aside == again.aside, "seed \(seed)")
            try check(result, queue, caps, offset, seed)
            split += result.files.count
            aside += result.aside.count
        }
        // Else the caps were too wide to prove anything.
        #expect(split > 1_500)
        #expect(aside > 100)
    }

    private func check(
        _ split: FileSplit<Int>, _ queue: [WaitingEntry<Int>], _ caps: SplitCaps,
        _ offset: OffsetAccount?, _ seed: Int
    ) throws {
        let sent = split.files.flatMap(\.keys)
        #expect(
            (sent + split.aside.map(\.key)).sorted() == queue.map(\.key).sorted(), "seed \(seed)")
        #expect(Set(split.files.map(\.modifier)).count == split.files.count)
        #expect(split.files.map(\.modifier) == split.files.map(\.modifier).sorted())
        for file in split.files {
            let mine = Set(file.keys)
            let expected = queue.filter { mine.contains($0.key) }.flatMap(\.entries)
            let offsets = file.batches.flatMap(\.entries).filter { $0.account == "777" }
            let others = file.batches.flatMap(\.entries).filter { $0.account != "777" }
            #expect(
                others.map(\.trace).sorted() == expected.map(\.trace).sorted(), "seed \(seed)")
            #expect(offsets.isEmpty == (offset == nil), "seed \(seed)")
            for batch in file.batches {
                let count = batch.entries.reduce(0) { $0 + 1 + $1.addenda.count }
                #expect(count <= caps.batchEntries, "seed \(seed)")
                #expect(batch.entries.total(.debit) <= caps.batchDebits, "seed \(seed)")
                #expect(batch.entries.total(.credit) <= caps.batchCredits, "seed \(seed)")
                if offset != nil {
                    #expect(batch.entries.total(.debit) == batch.entries.total(.credit))
                }
            }
            let entries = file.batches.flatMap(\.entries)
            #expect(entries.total(.debit) <= caps.fileDebits, "seed \(seed)")
            #expect(entries.total(.credit) <= caps.fileCredits, "seed \(seed)")
            #expect(file.batches.count <= caps.batches, "seed \(seed)")
            let whole = NachaFile(header: Samples.forward.header, batches: file.batches)
            let text = try written(whole)
            #expect(text.split(separator: "\n").count <= caps.records, "seed \(seed)")
            #expect(try read(text) == Reading(file: whole), "seed \(seed)")
        }
        // What stays together is in one batch.
        for item in queue where item.entries.count > 1 {
            let traces = Set(item.entries.map(\.trace))
            let holding = split.files.flatMap(\.batches).filter { batch in
                batch.entries.contains { traces.contains($0.trace) }
            }
            #expect(holding.count <= 1, "seed \(seed)")
        }
    }

    private func randomQueue(_ random: inout Seeded) -> [WaitingEntry<Int>] {
        (1...Int.random(in: 1...60, using: &random)).map { key in
            let cents = Int64.random(in: 1...3_000, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: return queued(key, cents, .checkingCredit)
            case 1: return queued(key, cents, .savingsDebit, "RETRY PYMT")
            case 2:
                // Micro-entries of one account: two credits and what takes them back.
                var entries = [Samples.withdrawal, Samples.withdrawal, Samples.first]
                for (index, amount) in [12, 34, 46].enumerated() {
                    entries[index].amount = Cents(Int64(amount))
                    entries[index].account = "0012345678"
                    entries[index].addenda = []
                    entries[index].trace = Samples.ours(key + 1_000 * (index + 1))
                }
                return WaitingEntry(
                    key: key, header: Samples.header(.mixed, "ACCTVERIFY", number: 1),
                    entries: entries)
            default: return queued(key, cents)
            }
        }
    }

    private func randomCaps(_ random: inout Seeded) -> SplitCaps {
        func dollars() -> Cents {
            Bool.random(using: &random)
                ? SplitCaps.totalMax : Cents(Int64.random(in: 2_000...9_000, using: &random))
        }
        return SplitCaps(
            records: Bool.random(using: &random)
                ? 9_999_990 : Int.random(in: 10...50, using: &random),
            batches: Bool.random(using: &random) ? 999_999 : Int.random(in: 1...4, using: &random),
            batchEntries: Bool.random(using: &random)
                ? 999_999 : Int.random(in: 3...9, using: &random),
            fileDebits: dollars(), fileCredits: dollars(), batchDebits: dollars(),
            batchCredits: dollars())
    }
}
