import Banking
import Edges
import Foundation
import Ledger
import Money
import Nacha
import Rules
import Service
import Testing

@testable import Rails

struct GatheringTests {
    private func close(_ world: World, _ rail: BankRail, at text: String) async {
        world.advance(to: text)
        await rail.tick()
        await rail.carry()
    }

    private func identifications(_ files: [(name: String, file: NachaFile)]) -> [[String]] {
        files.map { $0.file.batches.flatMap { $0.entries.map(\.identification) } }
    }

    @Test("Caps split a closing into files in the order of their modifiers, each payment once")
    func split() async throws {
        var bank = BankSetup()
        bank.caps = SplitCaps(fileEntries: 2, fileDebits: Cents(60_00))
        let world = try World(bank)
        let rail = try world.rail()
        let deposits = try await world.deposit([40_00, 10_00, 30_00, 20_00, 25_00, 70_00])

        await close(world, rail, at: "2026-11-24T00:46:00Z")

        let files = try world.left()
        #expect(
            files.map(\.name) == [
                "2026-11-23-A.ach", "2026-11-23-B.ach", "2026-11-23-C.ach",
            ])
        #expect(files.map { $0.file.header.modifier.description } == ["A", "B", "C"])
        let names = deposits.prefix(5).map { PaymentReference.deposit($0).identification }
        #expect(identifications(files).flatMap(\.self).sorted() == names.sorted())
        // Which payment is in which file stands in the books as it stands in the files.
        for (name, file) in files {
            let rows = try world.service.reader.entries(inFile: name)
            #expect(
                rows.map(\.payment.identification).sorted()
                    == file.batches.flatMap { $0.entries.map(\.identification) }.sorted())
        }
        // Too large for any file: it waits, and a person knows.
        let large = PaymentReference.deposit(deposits[5]).key
        #expect(try world.alerts == [.bankDelivery(name: large, .entryTooLarge)])
        #expect(try world.service.reader.queuedEntries(limit: 9).map(\.payment.key) == [large])
    }

    @Test("A same-day window takes what may settle the same day, the evening the rest")
    func sameDay() async throws {
        var bank = BankSetup()
        bank.cutOffs = [
            BankSetup.CutOff(
                time: try #require(TimeOfDay(hhmm: "1645")), service: .sameDay,
                descriptiveDate: "SD1800"),
            BankSetup.CutOff(time: .usualCutOff),
        ]
        bank.sameDayMax = Cents(50_00)
        let world = try World(bank)
        let rail = try world.rail()
        let deposits = try await world.deposit([50_00, 50_01])

        await close(world, rail, at: "2026-11-23T21:31:00Z")
        await close(world, rail, at: "2026-11-24T00:46:00Z")

        let batches = try world.left().flatMap(\.file.batches)
        #expect(batches.map { $0.entries.map(\.amount) } == [[Cents(50_00)], [Cents(50_01)]])
        #expect(
            batches.map(\.header.effectiveEntryDate) == [day("2026-11-23"), day("2026-11-24")])
        #expect(batches.map(\.header.descriptiveDate) == ["SD1800", ""])
        let customer = try world.read()
        #expect(
            deposits.map { customer.deposits[$0]?.settlementDay } == [
                day("2026-11-23"), day("2026-11-24"),
            ])
    }

    @Test("A file that a kill left half gathered is finished in its window, within its caps")
    func goesOn() async throws {
        var bank = BankSetup()
        bank.caps = SplitCaps(fileEntries: 2)
        let world = try World(bank)
        let rail = try world.rail()
        let deposits = try await world.deposit([10_00, 20_00, 30_00, 40_00])
        world.advance(to: "2026-11-24T00:46:00Z")
        let clock = BankFileClock(world.service.policies.policy(at: World.start), .builtIn, bank)
        let now = world.service.clock.now()
        // Opened, one entry submitted, then killed.
        let opened = try world.edge.open(
            EdgeStore.OutboundFile(
                name: "2026-11-23-A.ach", day: day("2026-11-23"), modifier: "A",
                window: EdgeStore.FileWindow(clock.window(at: now))), at: now)
        #expect(opened)
        try await world.tell(
            .submitEntry(
                Command.SubmitEntry(
                    payment: .deposit(deposits[2]),
                    trace: try #require(TraceNumber("091000010000900")),
                    file: "2026-11-23-A.ach")))

        await rail.tick()
        await rail.carry()

        let files = try world.left()
        #expect(files.map(\.name) == ["2026-11-23-A.ach", "2026-11-23-B.ach"])
        #expect(files.map { $0.file.batches.flatMap(\.entries).count } == [2, 2])
        #expect(Set(identifications(files).flatMap(\.self)).count == 4)
    }

    @Test("A file that missed its cut-off takes nothing more and goes with the next one's date")
    func missedCutOff() async throws {
        let world = try World()
        let rail = try world.rail()
        let deposits = try await world.deposit([10_00, 20_00])
        world.advance(to: "2026-11-24T00:46:00Z")
        let now = world.service.clock.now()
        let clock = BankFileClock(world.service.policies.policy(at: now), .builtIn)
        let opened = try world.edge.open(
            EdgeStore.OutboundFile(
                name: "2026-11-23-A.ach", day: day("2026-11-23"), modifier: "A",
                window: EdgeStore.FileWindow(clock.window(at: now))), at: now)
        #expect(opened)
        try await world.tell(
            .submitEntry(
                Command.SubmitEntry(
                    payment: .deposit(deposits[0]),
                    trace: try #require(TraceNumber("091000010000900")),
                    file: "2026-11-23-A.ach")))

        await close(world, rail, at: "2026-11-24T12:00:00Z")

        let files = try world.left()
        #expect(files.map(\.name) == ["2026-11-23-A.ach", "2026-11-24-A.ach"])
        #expect(
            files.flatMap(\.file.batches).map(\.header.effectiveEntryDate) == [
                day("2026-11-25"), day("2026-11-25"),
            ])
        #expect(identifications(files).map(\.count) == [1, 1])
    }

    @Test("A file that cannot be made keeps its entries, and a person is told once")
    func cannotBeMade() async throws {
        let world = try World()
        let rail = try world.rail()
        // Only zeros are no account at any bank.
        try await world.deposit([10_00], account: "000000000")

        await close(world, rail, at: "2026-11-24T00:46:00Z")
        await rail.tick()

        #expect(try world.left().isEmpty)
        #expect(try world.alerts == [.bankDelivery(name: "2026-11-23-A.ach", .cannotBeMade)])
        #expect(try world.service.reader.entries(inFile: "2026-11-23-A.ach").count == 1)
    }

    @Test("After 36 files the rest of a day waits, and a person is told once")
    func modifiersUsedUp() async throws {
        var bank = BankSetup()
        bank.caps = SplitCaps(fileEntries: 1)
        let world = try World(bank)
        let rail = try world.rail()
        try await world.deposit(Array(repeating: 1_00, count: 38))

        await close(world, rail, at: "2026-11-24T00:46:00Z")
        await rail.tick()

        #expect(try world.left().count == 36)
        #expect(try world.left().first { $0.name.contains("-9.") } != nil)
        #expect(try world.alerts == [.bankDelivery(name: "2026-11-23", .noModifierLeft)])
        await close(world, rail, at: "2026-11-25T00:46:00Z")
        #expect(try world.left().count == 38)
        #expect(try world.service.reader.queuedEntries(limit: 9).isEmpty)
    }

    @Test("What the bank wants to be called stands in header and name")
    func wishes() async throws {
        var bank = BankSetup()
        bank.destination = FileParty("0910000190")
        bank.origin = FileParty("ACME")
        bank.originName = "ACME EXCHANGE"
        bank.lineEnding = .crlf
        bank.fileName = try #require(BankFileName("ACH_{date}_{number}{modifier}.txt"))
        let world = try World(bank)
        let rail = try world.rail()
        try await world.deposit([10_00])

        await close(world, rail, at: "2026-11-24T00:46:00Z")

        let (name, file) = try #require(try world.left().first)
        #expect(name == "ACH_20261123_01A.txt")
        #expect(file.header.destination.columns == "0910000190")
        #expect(file.header.origin.columns == "      ACME")
        #expect(file.header.originName == "ACME EXCHANGE")
        let bytes = try Data(contentsOf: world.outbound.appendingPathComponent(name))
        #expect(bytes.count == 10 * 96)
    }

    @Test("A balanced file has the other side of each batch, and its trace is nobody else's")
    func balanced() async throws {
        var bank = BankSetup()
        bank.offset = OffsetAccount(
            receiver: try #require(RoutingNumber("091000019")), account: "1002003001",
            kind: .checking, name: "SAMPLE CASH")
        let world = try World(bank)
        let rail = try world.rail()
        try await world.deposit([10_00, 20_50])

        await close(world, rail, at: "2026-11-24T00:46:00Z")
        try await world.deposit([5_00])
        await close(world, rail, at: "2026-11-25T00:46:00Z")

        let batches = try world.left().flatMap(\.file.batches)
        #expect(batches.map(\.header.serviceClass) == [.mixed, .mixed])
        #expect(
            batches.map { $0.entries.map { "\($0.code.side) \($0.amount.count)" } } == [
                ["debit 1000", "debit 2050", "credit 3050"], ["debit 500", "credit 500"],
            ])
        let traces = batches.flatMap { $0.entries.map(\.trace) }
        #expect(Set(traces).count == 5)
    }

    @Test("A trace number is given again only when the bank can no longer name it")
    func traces() async throws {
        let world = try World()
        let rail = try world.rail()
        let deposits = try await world.deposit([10_00, 20_00])
        await close(world, rail, at: "2026-11-24T00:46:00Z")
        let used = try world.read().deposits[deposits[0]]?.trace
        // The seven digits have been gone through once.
        try world.edge.set("trace_sequence", to: "\(TraceNumber.sequenceMax + 1)")

        let third = try await world.deposit([30_00])
        await close(world, rail, at: "2026-11-25T00:46:00Z")
        try world.edge.set("trace_sequence", to: "\(2 * TraceNumber.sequenceMax + 1)")
        let fourth = try await world.deposit([40_00])
        // Long after; the first two are forgotten, and the third is not.
        await close(world, rail, at: "2027-03-24T23:50:00Z")

        let customer = try world.read()
        #expect(used?.sequence == 1)
        #expect(customer.deposits[third[0]]?.trace?.sequence == 3)
        #expect(customer.deposits[fourth[0]]?.trace?.sequence == 1)
    }

    @Test("When every trace number lives, none is given twice")
    func noTraceLeft() throws {
        let world = try World()
        let now = world.service.clock.now()
        let odfi = try #require(RoutingNumber("091000019")).identification
        func take(_ count: Int, alive: Instant) throws -> [Int]? {
            try world.edge.takeTraces(
                count, of: odfi, aliveFrom: alive, except: [6...TraceNumber.sequenceMax])?
                .map(\.sequence)
        }
        #expect(try take(3, alive: now) == [1, 2, 3])
        let all = try (1...5).map { try #require(TraceNumber(odfi: odfi, sequence: $0)).text }
        try world.edge.keepOffsets(all, at: now)

        #expect(try take(2, alive: now) == [4, 5])
        #expect(try take(1, alive: now) == nil)
        #expect(try take(1, alive: now.adding(milliseconds: 1)) == [1])
    }
}
