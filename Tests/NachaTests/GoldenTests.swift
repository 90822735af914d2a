import Banking
import Money
import Nacha
import Testing

struct GoldenTests {
    @Test("A file of debits, re-presentments and credits is written as the layout says")
    func forward() throws {
        #expect(try written(Samples.forward) == Golden.forward)
        #expect(try read(Golden.forward) == Reading(file: Samples.forward))
    }

    @Test("A file of returns names the original entry and the date of death")
    func returns() throws {
        #expect(try written(Samples.returns) == Golden.returns)
        #expect(try read(Golden.returns) == Reading(file: Samples.returns))
    }

    @Test("A dishonored return carries the return it refuses")
    func dishonored() throws {
        #expect(try written(Samples.dishonored) == Golden.dishonored)
        #expect(try read(Golden.dishonored) == Reading(file: Samples.dishonored))
    }

    @Test("A contested dishonored return carries the whole dispute")
    func contested() throws {
        #expect(try written(Samples.contested) == Golden.contested)
        #expect(try read(Golden.contested) == Reading(file: Samples.contested))
    }

    @Test("A notification of change carries the corrected data in its columns")
    func change() throws {
        #expect(try written(Samples.change) == Golden.change)
        #expect(try read(Golden.change) == Reading(file: Samples.change))
    }

    @Test("A refused change carries the code and the trace it refuses")
    func refusedChange() throws {
        #expect(try written(Samples.refusedChange) == Golden.refusedChange)
        #expect(try read(Golden.refusedChange) == Reading(file: Samples.refusedChange))
    }

    @Test("A re-presentment never shares a batch with a first debit")
    func origination() {
        var origination = Origination(
            originator: Samples.originator, effectiveEntryDate: Samples.day("2026-11-25"))
        origination.add(Samples.withdrawal)
        origination.add(Samples.again, for: .representment)
        origination.add(Samples.second)
        origination.add(Samples.first)

        let batches = origination.batches()

        #expect(batches.map(\.header.entryDescription) == ["DEPOSIT", "DEPOSIT", "RETRY PYMT"])
        #expect(batches.map(\.header.serviceClass) == [.debits, .credits, .debits])
        #expect(batches.map(\.header.number) == [1, 2, 3])
        #expect(batches[0].entries == [Samples.first, Samples.second])
        #expect(batches[2].entries == [Samples.again])
    }

    @Test("A file that says there is nothing today is a file without batches")
    func nothingToday() throws {
        let empty = NachaFile(header: Samples.returns.header, batches: [])

        #expect(try read(try written(empty), .strict).file == empty)
    }

    @Test("Line ends are those the bank asked for, and each is read back")
    func lineEndings() throws {
        for ending in [FileWriter.LineEnding.lf, .crlf, .none] {
            let bytes = try FileWriter(lineEnding: ending).bytes(Samples.forward)
            #expect(bytes.count == 20 * (94 + (ending == .lf ? 1 : ending == .crlf ? 2 : 0)))
            #expect(
                try FileReader(profile: .strict).read(bytes) == Reading(file: Samples.forward))
        }
    }
}
