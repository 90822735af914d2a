import Banking
import Foundation
import Money
import Nacha
import Testing

@testable import makewhole_sandbox

/// Monday 2026-11-23 to the banking days after Thanksgiving (Thursday 2026-11-26).
struct BankTests {
    let folder: TemporaryFolder
    let bank: Bank

    init() throws {
        folder = try TemporaryFolder()
        bank = try Bank(folder: folder.url, logger: .quiet)
    }

    @Test("A debit sent in the evening settles at 08:30 Eastern on the next banking day")
    func settlement() async throws {
        try send(Outbound.file(accounts: ["100005555"]))
        try await bank.pulse(at: eastern("2026-11-23", "2000"))

        try await bank.pulse(at: eastern("2026-11-24", "0829"))
        let before = try inboundNames()
        try await bank.pulse(at: eastern("2026-11-24", "0830"))

        #expect(before.isEmpty)
        let name = try #require(try inboundNames().first)
        #expect(name.hasPrefix("settlement-20261124-083000-"))
        #expect(
            try inboundText(name) == """
                record,trace_number,amount_minor,settlement_date,reference
                debit_settled,091000010000001,50000,2026-11-24,out.ach
                total,1,50000,2026-11-24,

                """)
    }

    @Test("A file sent before a holiday settles after it")
    func holiday() async throws {
        try send(Outbound.file(accounts: ["100005555"]))

        try await bank.pulse(at: eastern("2026-11-25", "2000"))

        #expect(await bank.state.nextEventAt == eastern("2026-11-27", "0830"))
    }

    @Test("An account ending in 0001 comes back R01 before opening of the second banking day")
    func storyR01() async throws {
        try send(Outbound.file(accounts: ["100000001"]))
        try await bank.pulse(at: eastern("2026-11-23", "2000"))
        try await bank.pulse(at: eastern("2026-11-24", "0830"))

        let next = await bank.state.nextEventAt
        try await bank.pulse(at: eastern("2026-11-27", "0815"))

        // Two banking days after Tuesday: Wednesday, then Friday, since Thursday is a holiday.
        #expect(next == eastern("2026-11-27", "0815"))
        let item = try onlyReturn(in: "return-20261127")
        #expect(item.code == ReturnCode("R01"))
        #expect(item.originalTrace.text == "091000010000001")
        let state = await bank.state
        let row = try inboundText(#require(try inboundNames().last))
        #expect(
            row.contains(
                "return_settled,091000010000001,50000,2026-11-27,\(state.returns[0].trace)\n"))
    }

    @Test("The last four digits choose the story")
    func stories() {
        #expect(BankStory.of(account: "990002") == BankStory(code: "R02", bankingDays: 2))
        #expect(BankStory.of(account: "990010") == BankStory(code: "R10", bankingDays: 3))
        #expect(BankStory.of(account: "991234") == nil)
        #expect(BankStory.of(account: "1") == nil)
    }

    @Test("A return before settlement moves no money and the debit never settles")
    func earlyReturn() async throws {
        try send(Outbound.file(accounts: ["100005555"]))
        try await bank.pulse(at: eastern("2026-11-23", "2000"))

        try await returnEntry("1", "R03", at: eastern("2026-11-23", "2100"))
        try await bank.pulse(at: eastern("2026-11-30", "0900"))

        #expect(try inboundNames().map { $0.prefix(7) } == ["return-"])
        #expect(await bank.state.nextEventAt == nil)
    }

    @Test("A return of a returned entry is refused, unless a second one is asked for")
    func secondReturn() async throws {
        try await settleOne()
        try await returnEntry("1", "R01", at: eastern("2026-11-24", "1000"))

        await #expect(throws: BankRefusal.alreadyReturned("1")) {
            try await returnEntry("1", "R01", at: eastern("2026-11-24", "1001"))
        }
        try await returnEntry("1", "R01", .again, at: eastern("2026-11-24", "1002"))

        let traces = await bank.state.returns.map(\.trace)
        #expect(Set(traces).count == 2)
    }

    @Test("A repeated file has the same bytes under another name")
    func repeatedFile() async throws {
        try await settleOne()
        try await returnEntry("1", "R01", at: eastern("2026-11-24", "1000"))
        let first = try #require(try inboundNames().first { $0.hasPrefix("return-") })

        try await bank.perform { state throws(BankRefusal) in
            try state.decideRepeatingFile(first, at: eastern("2026-11-24", "1001"))
        }

        let second = try #require(
            try inboundNames().last { $0.hasPrefix("return-") && $0 != first })
        #expect(try inboundText(second) == inboundText(first))
    }

    @Test("Wrong amounts, unknown traces and unknown codes are still files that read")
    func variations() async throws {
        try send(Outbound.file(accounts: ["100005551", "100005552", "100005553"]))
        try await bank.pulse(at: eastern("2026-11-23", "2000"))
        try await bank.pulse(at: eastern("2026-11-24", "0830"))

        try await returnEntry("1", "R01", .wrongAmount, at: eastern("2026-11-24", "1000"))
        try await returnEntry("2", "R01", .unknownTrace, at: eastern("2026-11-24", "1001"))
        try await returnEntry("3", "R97", at: eastern("2026-11-24", "1002"))

        let entries = try inboundNames().filter { $0.hasPrefix("return-") }.flatMap {
            try FileReader(profile: .lenient).read(inboundBytes($0)).file.entries
        }
        #expect(entries.map(\.amount) == [Cents(501_00), Cents(500_00), Cents(500_00)])
        let state = await bank.state
        #expect(!state.entries.map(\.trace).contains(state.returns[1].originalTrace))
    }

    @Test("A notification of change moves no money and names the corrected data")
    func change() async throws {
        try await settleOne()

        try await bank.perform { state throws(BankRefusal) in
            try state.decideChange(
                state.entry("1"), code: "C01", corrected: "777888999",
                at: eastern("2026-11-24", "1000"))
        }

        let name = try #require(try inboundNames().first { $0.hasPrefix("noc-") })
        let file = try FileReader(profile: .strict).read(inboundBytes(name)).file
        guard case .change(let addenda)? = file.entries.first?.addenda.first else {
            Issue.record("The entry carries no change.")
            return
        }
        #expect(addenda.correctedData == "777888999")
        #expect(file.entries.first?.amount == .zero)
    }

    @Test("A dishonored return is paid on the next banking day")
    func dishonorAccepted() async throws {
        try await settleOne()
        try await returnEntry("1", "R01", at: eastern("2026-11-30", "1000"))
        let item = try #require(await bank.state.returns.first)
        try send(
            Outbound.dishonor(item, code: ReturnCode("R68")!, modifier: FileModifier("B")!),
            as: "dishonor.ach")

        try await bank.pulse(at: eastern("2026-11-30", "2000"))
        try await bank.pulse(at: eastern("2026-12-01", "0830"))

        let rows = try inboundText(#require(try inboundNames().last))
        #expect(rows.contains("dishonor_settled,091000010000900,50000,2026-12-01,\(item.trace)\n"))
        #expect(await bank.state.dishonors.map(\.outcome) == [.accepted(day: "2026-12-01")])
    }

    @Test("A contested dishonor brings a contested return and no payment")
    func dishonorContested() async throws {
        try await settleOne()
        try await returnEntry("1", "R01", at: eastern("2026-11-30", "1000"))
        let item = try #require(await bank.state.returns.first)
        try await bank.perform { state throws(BankRefusal) in
            try state.decideContestPolicy("R73")
        }
        try send(
            Outbound.dishonor(item, code: ReturnCode("R68")!, modifier: FileModifier("B")!),
            as: "dishonor.ach")

        try await bank.pulse(at: eastern("2026-11-30", "2000"))
        try await bank.pulse(at: eastern("2026-12-02", "0900"))

        let name = try #require(try inboundNames().first { $0.hasPrefix("contested-") })
        let entry = try #require(
            try FileReader(profile: .strict).read(inboundBytes(name)).file.entries.first)
        guard case .contested(let addenda)? = entry.addenda.first else {
            Issue.record("The entry carries no contest.")
            return
        }
        #expect(addenda.returnTrace.text == item.trace)
        #expect(try !inboundNames().contains { try inboundText($0).contains("dishonor_settled") })
    }

    @Test("A file that does not prove is refused with line and field")
    func refusedFile() async throws {
        var text = String(decoding: try Outbound.file(accounts: ["100005555"]), as: UTF8.self)
        let amount = try #require(text.firstRange(of: "0000050000"))
        text.replaceSubrange(amount, with: "0000050001")
        try send(Array(text.utf8))

        try await bank.pulse(at: eastern("2026-11-23", "2000"))

        let reject = try inboundText("out.ach.reject.json")
        #expect(reject.contains("\"totalDiffers\""))
        #expect(await bank.state.entries.isEmpty)
    }

    @Test("A file sent twice is taken once and refused once")
    func duplicateFile() async throws {
        let bytes = try Outbound.file(accounts: ["100005555"])
        try send(bytes, as: "a.ach")
        try send(bytes, as: "b.ach")

        try await bank.pulse(at: eastern("2026-11-23", "2000"))
        try await bank.pulse(at: eastern("2026-11-23", "2001"))

        #expect(await bank.state.entries.count == 1)
        #expect(try inboundNames() == ["b.ach.reject.json"])
    }

    @Test("A wire arrives at once, and its reference cannot break the file")
    func wire() async throws {
        try await bank.perform { state throws(BankRefusal) in
            try state.decideWire(
                amountMinor: 50_00, reference: "MW-1", sender: "Ana Sample",
                at: eastern("2026-11-24", "1000"))
        }

        let rows = try inboundText(#require(try inboundNames().first))
        #expect(rows.contains("wire_received,W20261124-1,5000,2026-11-24,MW-1|Ana Sample\n"))
        await #expect(throws: BankRefusal.self) {
            try await bank.perform { state throws(BankRefusal) in
                try state.decideWire(
                    amountMinor: 50_00, reference: "A,B", sender: "Ana",
                    at: eastern("2026-11-24", "1000"))
            }
        }
    }

    @Test("A long jump plays its days in order, each file with its own time")
    func longJump() async throws {
        try send(Outbound.file(accounts: ["100000001", "100000010", "100005555"]))
        try await bank.pulse(at: eastern("2026-11-23", "2000"))

        try await bank.pulse(at: eastern("2026-12-31", "1200"))

        #expect(
            await bank.state.inboundOrder.map { $0.split(separator: "-").prefix(3).joined() } == [
                "settlement20261124083000", "return20261127081500", "settlement20261127081500",
                "return20261130081500", "settlement20261130081500",
            ])
    }

    @Test("After a kill the bank goes on where it stopped and writes no file twice")
    func restart() async throws {
        try send(Outbound.file(accounts: ["100000001"]))
        try await bank.pulse(at: eastern("2026-11-23", "2000"))
        try await bank.pulse(at: eastern("2026-11-24", "0830"))
        let taken = try #require(try inboundNames().first)
        try FileManager.default.removeItem(
            at: folder.path("bank/inbound").appendingPathComponent(taken))

        let second = try Bank(folder: folder.url, logger: .quiet)
        try await second.pulse(at: eastern("2026-11-24", "0900"))

        #expect(try inboundNames().isEmpty)
        #expect(await second.state.nextEventAt == eastern("2026-11-27", "0815"))
    }

    @Test("A file that was decided but not written is written after a restart")
    func restartBeforeWriting() async throws {
        let second = try TemporaryFolder()
        let line =
            #"[{"inboundQueued":{"at":1,"name":"settlement-1.csv","text":"x\n"}}]"# + "\n"
        try Data(line.utf8).write(to: second.path("bank.jsonl"))

        let revived = try Bank(folder: second.url, logger: .quiet)
        try await revived.pulse(at: eastern("2026-11-24", "0900"))

        let text = try String(
            contentsOf: second.path("bank/inbound/settlement-1.csv"), encoding: .utf8)
        #expect(text == "x\n")
    }

    // MARK: Helpers

    private func settleOne() async throws {
        try send(Outbound.file(accounts: ["100005555"]))
        try await bank.pulse(at: eastern("2026-11-23", "2000"))
        try await bank.pulse(at: eastern("2026-11-24", "0830"))
    }

    private func returnEntry(
        _ name: String, _ code: String, _ variation: BankState.ReturnVariation = .plain,
        at instant: Instant
    ) async throws {
        try await bank.perform { state throws(BankRefusal) in
            try state.decideReturn(
                state.entry(name), code: code, variation: variation, at: instant)
        }
    }

    private func send(_ bytes: [UInt8], as name: String = "out.ach") throws {
        try Data(bytes).write(
            to: folder.path("bank/outbound").appendingPathComponent(name), options: .atomic)
    }

    private func inboundNames() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path("bank/inbound").path)
            .sorted { lhs, rhs in number(lhs) < number(rhs) }
    }

    /// The count at the end of a name, in which order the bank wrote.
    private func number(_ name: String) -> Int {
        Int(name.split(separator: ".")[0].split(separator: "-").last ?? "") ?? 0
    }

    private func inboundBytes(_ name: String) throws -> [UInt8] {
        [UInt8](
            try Data(contentsOf: folder.path("bank/inbound").appendingPathComponent(name)))
    }

    private func inboundText(_ name: String) throws -> String {
        String(decoding: try inboundBytes(name), as: UTF8.self)
    }

    private func onlyReturn(in prefix: String) throws -> ReturnAddenda {
        let name = try #require(try inboundNames().first { $0.hasPrefix(prefix) })
        let file = try FileReader(profile: .strict).read(inboundBytes(name)).file
        guard file.entries.count == 1, case .return(let addenda)? = file.entries[0].addenda.first
        else {
            Issue.record("The file does not hold one return.")
            throw BankRefusal.unknownFile(name)
        }
        return addenda
    }
}
