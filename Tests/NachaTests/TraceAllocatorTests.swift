import Banking
import Nacha
import Testing

struct TraceAllocatorTests {
    private func taken(_ allocator: inout TraceAllocator, _ count: Int) throws -> [Int] {
        var sequences: [Int] = []
        for _ in 0..<count { sequences.append(try allocator.take().sequence) }
        return sequences
    }

    @Test("Numbers ascend, begin again after 9,999,999, and pass over those alive")
    func order() throws {
        var allocator = try #require(
            TraceAllocator(
                odfi: Samples.odfi, next: 9_999_997, alive: [9_999_998...9_999_998, 1...3, 5...6]))

        #expect(try taken(&allocator, 4) == [9_999_997, 9_999_999, 4, 7])
        #expect(allocator.next == 8)
        #expect(allocator.alive == [1...7, 9_999_997...9_999_999])
        #expect(try allocator.take().odfi == Samples.odfi)
    }

    @Test("When every number is alive none is given, however often it is asked")
    func exhausted() throws {
        var allocator = try #require(
            TraceAllocator(
                odfi: Samples.odfi, next: 77, alive: [1...4_999_999, 5_000_001...9_999_999]))

        #expect(try taken(&allocator, 1) == [5_000_000])
        for _ in 0..<3 {
            let refusal = #expect(throws: OriginationRefusal.self) { try allocator.take() }
            #expect(refusal?.rule == .traceNumber)
        }
    }

    @Test("A counter or a range that is no sequence makes no allocator")
    func creation() {
        #expect(TraceAllocator(odfi: Samples.odfi, next: 0) == nil)
        #expect(TraceAllocator(odfi: Samples.odfi, next: 10_000_000) == nil)
        #expect(TraceAllocator(odfi: Samples.odfi, next: 1, alive: [0...5]) == nil)
    }

    @Test("No number is given twice while it is alive, whatever is alive")
    func neverTwice() throws {
        for seed in 0..<200 {
            var random = Seeded(seed: UInt64(seed))
            // The last of the numbers alone, so that the end is near.
            let free = Int.random(in: 0...40, using: &random)
            let alive: [ClosedRange<Int>] = (0..<Int.random(in: 0...8, using: &random)).map { _ in
                let start = Int.random(in: 1...40, using: &random)
                return start...min(40, start + Int.random(in: 0...6, using: &random))
            }
            let start = Int.random(in: 1...40, using: &random)
            var allocator = try #require(
                TraceAllocator(odfi: Samples.odfi, next: start, alive: alive + [41...9_999_999]))
            var given: Set<Int> = []
            for _ in 0..<free {
                do {
                    let sequence = try allocator.take().sequence
                    #expect(given.insert(sequence).inserted, "seed \(seed)")
                    #expect(!alive.contains { $0.contains(sequence) }, "seed \(seed)")
                } catch {
                    let used = given.union(alive.flatMap(Array.init))
                    #expect(used.count == 40, "seed \(seed): some were free")
                }
            }
        }
    }

    @Test("A number is free when no return, dishonor or contest that names it can come")
    func life() {
        // Settled 2026-11-25: day 60 is Sunday 2027-01-24, the last return is there on Monday the
        // 25th and settles. Dishonored until the fifth banking day, 1 February, settling on the 2nd;
        // contested until 2 banking days later, the 4th, and open until the 5th; a day on its way.
        let timing = ACHTiming()
        let free = timing.traceIsFree(settlement: Samples.day("2026-11-25"))
        #expect(Eastern.day(at: free) == Samples.day("2027-02-08"))
        #expect(Eastern.timeOfDay(at: free) == .openingOfBusiness)
        let prompt = ACHTiming(slackBankingDays: 0)
        #expect(
            Eastern.day(at: prompt.traceIsFree(settlement: Samples.day("2026-11-25")))
                == Samples.day("2027-02-05"))
    }
}
