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

struct IntakeTests {
    @Test("A return finds its deposit, and the file is kept sealed to the byte and nowhere plain")
    func taken() async throws {
        let world = try await Sent([500_00, 200_00])
        let bytes = try world.file([world.entries[0].returned(.insufficientFunds, trace: its(1))])

        let file = try await world.take(bytes, as: "returns.ach")

        #expect(file.state == "taken")
        #expect(file.report == "1 applied, 0 seen before")
        #expect(try world.state(0).isReturned)
        #expect(try !world.state(1).isReturned)
        #expect(try world.service.bankFiles.all(of: "returns.ach", atMost: 1 << 20) == bytes)
        let sealed = try #require(try world.service.edge.part(of: "returns.ach", number: 0))
        #expect(sealed.firstRange(of: Data("123456789".utf8)) == nil)
        let left = FileManager.default.enumerator(atPath: world.world.inbound.path)
        #expect(left?.allObjects.compactMap { $0 as? String } == [".taking"])
    }

    @Test("Another report under a name that came before is still a report")
    func secondReport() async throws {
        let world = try await Sent([500_00])
        func report(_ total: Int) -> [UInt8] {
            Array(
                """
                record,trace_number,amount_minor,settlement_date,reference
                debit_settled,\(world.entries[0].trace),50000,2026-11-24,
                total,\(total),50000,2026-11-24,

                """.utf8)
        }

        let wrong = try await world.take(report(2), as: "settled.csv")
        let right = try await world.take(report(1), as: "settled.csv")

        #expect(wrong.state == "refused")
        #expect(right.name.hasPrefix("settled.csv#"))
        #expect(right.report == "0 applied, 1 seen before")
        #expect(right.state == "taken")
    }

    @Test("A file that cannot be read makes a task and holds up no other")
    func oneOfTwo() async throws {
        let world = try await Sent([500_00])
        let bytes = try world.file([world.entries[0].returned(.insufficientFunds, trace: its(1))])
        let bad = world.world.inbound.appendingPathComponent("a.ach")
        try FileManager.default.createSymbolicLink(
            at: bad, withDestinationURL: world.world.folder.appendingPathComponent("nowhere"))
        try world.service.edge.keep(
            EdgeStore.BankFile(
                name: "b.ach", direction: "inbound", digest: Data([1]), bytes: Data(),
                at: world.service.clock.now(), state: "kept", report: ""))
        try world.service.edge.keepParts(of: "b.ach", from: 0, sealed: [Data([1, 2, 3])])
        try Data(bytes).write(to: world.world.inbound.appendingPathComponent("c.ach"))

        await world.rail.tick()

        #expect(try world.state(0).isReturned)
        #expect(try world.world.alerts.contains(.bankFile(name: "b.ach")))
    }

    @Test("The return of a credit is no loss of ours: a person looks, and nothing is booked")
    func credit() async throws {
        let world = try await Sent([500_00])
        var entry = world.entries[0].returned(.noAccount, trace: its(1))
        entry.code = try #require(TransactionCode(rawValue: 21))
        let before = try world.service.reader.accounts().map(\.amount)

        let file = try await world.take(
            try world.file([entry], serviceClass: .mixed), as: "credit.ach")

        #expect(file.report.contains("is of a kind we do not receive"))
        #expect(try world.service.reader.accounts().map(\.amount) == before)
    }

    @Test("Two changes of one account in a file both hold")
    func twoChanges() async throws {
        let world = try await Sent([500_00, 300_00])
        let file = try world.file(
            [
                world.entries[0].corrected(.account("987654321"), trace: its(1)),
                world.entries[1].corrected(.account("987650000"), trace: its(2)),
            ], class: .cor)
        let methods = try world.world.read().methods.values
        try #require(methods.count == 1)

        try await world.take(file, as: "noc.ach")

        let account = try #require(try world.world.read().methods.values.first?.bankAccount)
        #expect(try world.service.vault.accountNumber(of: account) == "987650000")
    }

    @Test("The same bytes under another name change nothing, and say what they are the same as")
    func sameBytes() async throws {
        let world = try await Sent([500_00])
        let bytes = try world.file([world.entries[0].returned(.insufficientFunds, trace: its(1))])
        try await world.take(bytes, as: "one.ach")
        let before = try world.world.read()

        let again = try await world.take(bytes, as: "two.ach")

        #expect(again.state == "duplicate")
        #expect(again.report == "The same bytes as one.ach; nothing was applied.")
        #expect(try world.world.read() == before)
    }

    @Test("The same entries in a file of other bytes are the same file again")
    func sameEntries() async throws {
        let world = try await Sent([500_00])
        let entry = world.entries[0].returned(.insufficientFunds, trace: its(1))
        try await world.take(try world.file([entry]), as: "one.ach")
        let before = try world.world.read()

        let again = try await world.take(try world.file([entry], modifier: 7), as: "two.ach")

        #expect(again.state == "duplicate")
        #expect(
            again.report
                == "0 applied, 1 seen before: every entry came before, in another file")
        #expect(try world.world.read() == before)
    }

    @Test("A file whose total is wrong moves nothing, is kept, and a person is told")
    func wrongTotal() async throws {
        let world = try await Sent([500_00])
        var bytes = try world.file([world.entries[0].returned(.insufficientFunds, trace: its(1))])
        let digit = 95 * 4 + 31
        #expect(bytes[digit] == UInt8(ascii: "0"))
        bytes[digit] = UInt8(ascii: "7")

        let file = try await world.take(bytes, as: "wrong.ach")

        #expect(file.state == "refused")
        #expect(file.report.contains("total"))
        #expect(try !world.state(0).isReturned)
        #expect(try world.service.bankFiles.all(of: "wrong.ach", atMost: 1 << 20) == bytes)
        #expect(try world.world.alerts.contains(.bankFile(name: "wrong.ach")))
    }

    @Test(
        "What is no bank file is refused and kept",
        arguments: [
            Array("PK\u{3}\u{4}archive".utf8), [0x7F, 0x45, 0x4C, 0x46, 0, 0, 0, 0],
            [UInt8](repeating: 0, count: 3_000), [UInt8](repeating: 0x41, count: 2_500_000),
            Array("<html>maintenance</html>".utf8), [],
        ])
    func notNacha(bytes: [UInt8]) async throws {
        let world = try World()

        let file = try await world.take(bytes, as: "odd.ach")

        #expect(file.state == "refused")
        #expect(try (world.service.bankFiles.all(of: "odd.ach", atMost: 4 << 20) ?? []) == bytes)
        #expect(try world.alerts == [.bankFile(name: "odd.ach")])
    }

    @Test("A file that was kept when the program died is gone on with by the next look")
    func resumed() async throws {
        let world = try await Sent([500_00])
        let bytes = try world.file([world.entries[0].returned(.insufficientFunds, trace: its(1))])
        let url = world.world.folder.appendingPathComponent("late.ach")
        try Data(bytes).write(to: url)
        try world.service.edge.keep(
            EdgeStore.BankFile(
                name: "late.ach", direction: "inbound", digest: Data(), bytes: Data(),
                at: world.service.clock.now(), state: "arriving", report: ""))
        try world.service.bankFiles.keep("late.ach", from: url)

        await world.rail.tick()

        #expect(try world.state(0).isReturned)
        #expect(try world.service.edge.bankFile(named: "late.ach")?.state == "taken")
    }

    @Test("Bytes that had only begun to arrive when the program died are taken in from the start")
    func halfArrived() async throws {
        let world = try await Sent([500_00])
        let bytes = try world.file([world.entries[0].returned(.insufficientFunds, trace: its(1))])
        try world.service.edge.keep(
            EdgeStore.BankFile(
                name: "half.ach", direction: "inbound", digest: Data([1]), bytes: Data(),
                at: world.service.clock.now(), state: "arriving", report: ""))
        try world.service.edge.keepParts(of: "half.ach", from: 0, sealed: [Data([1, 2, 3])])
        try Data(bytes).write(to: world.world.inbound.appendingPathComponent("half.ach"))

        await world.rail.tick()

        #expect(try world.state(0).isReturned)
        #expect(try world.service.bankFiles.all(of: "half.ach", atMost: 1 << 20) == bytes)
    }

    // MARK: What cannot be placed

    @Test("A return whose trace number is a slip away waits in suspense, with the deposit named")
    func slip() async throws {
        let world = try await Sent([500_00, 300_00])
        var entry = world.entries[0].returned(.insufficientFunds, trace: its(1))
        entry.identification = ""
        entry.addenda = [
            .return(
                ReturnAddenda(
                    code: .insufficientFunds, originalTrace: world.entries[0].trace.slipped,
                    originalReceivingDFI: world.entries[0].receiver.identification))
        ]

        try await world.take(try world.file([entry]), as: "slip.ach")

        let item = try #require(try world.item)
        #expect(item.why == .unknownTrace)
        #expect(item.place?.line == 3)
        let best = try #require(try world.service.suggestions(for: item).first)
        #expect(best.payment == .deposit(world.deposits[0]))
        #expect(best.reasons == [.similarTrace, .lastFour, .amount])
        #expect(try !world.state(0).isReturned)
    }

    @Test("The identification that comes back names the deposit whatever the trace number says")
    func identification() async throws {
        let world = try await Sent([500_00])
        var entry = world.entries[0].returned(.insufficientFunds, trace: its(1))
        entry.addenda = [
            .return(
                ReturnAddenda(
                    code: .insufficientFunds, originalTrace: its(99),
                    originalReceivingDFI: world.entries[0].receiver.identification))
        ]

        try await world.take(try world.file([entry]), as: "unknown.ach")

        let item = try #require(try world.item)
        let best = try #require(try world.service.suggestions(for: item).first)
        #expect(best.reasons == [.identification, .lastFour, .amount])
    }

    @Test("A record that cannot be read waits with its clock until two people say what it is")
    func unreadable() async throws {
        let world = try await Sent([500_00])
        var bytes = try world.file([world.entries[0].returned(.insufficientFunds, trace: its(1))])
        // A transaction code that is none: the reader sets the entry aside.
        bytes[95 * 2 + 2] = UInt8(ascii: "0")

        let file = try await world.take(bytes, as: "odd.ach")

        #expect(file.state == "taken")
        let item = try #require(try world.item)
        #expect(item.why == .unreadable)
        #expect(item.amount == Cents(500_00))
        #expect(item.dishonorBy != nil)
        #expect(try !world.state(0).isReturned)
        try await world.approve(
            .matchReturn(
                Command.MatchReturn(
                    item: item.id, customer: world.world.customer,
                    payment: .deposit(world.deposits[0]))))
        #expect(try world.state(0).isReturned)
    }

    @Test("Of a record without a readable amount the matched payment's own is booked")
    func unreadableAmount() async throws {
        let world = try await Sent([500_00])
        var bytes = try world.file([world.entries[0].returned(.insufficientFunds, trace: its(1))])
        bytes[95 * 2 + 34] = UInt8(ascii: "X")
        // The bank's totals still hold it: they are not held against what cannot be read.
        try await world.take(bytes, as: "odd.ach")
        let item = try #require(try world.item)
        #expect(item.amount == .zero)

        await #expect(throws: WorldProblem.self) {
            try await world.approve(
                .matchReturn(
                    Command.MatchReturn(
                        item: item.id, customer: world.world.customer,
                        payment: .deposit(world.deposits[0]))))
        }
        try await world.approve(
            .matchReturn(
                Command.MatchReturn(
                    item: item.id, customer: world.world.customer,
                    payment: .deposit(world.deposits[0]), code: "R01", amount: Cents(500_00))))

        #expect(try world.state(0).isReturned)
        let books = try world.service.reader.accounts()
        let suspense = books.filter { $0.name == HouseAccount.suspenseReturns.rawValue }
        // Where several write, an account of the house that one commit moves back and forth has no row.
        #expect(suspense.map(\.amount).reduce(0, +) == 0)
    }

    // MARK: What a return says besides

    @Test("A death is kept with its date, and stops what must stop")
    func death() async throws {
        let world = try await Sent([500_00])
        let entry = world.entries[0].returned(
            .accountHolderDeceased, trace: its(1), dateOfDeath: day("2026-11-19"))

        try await world.take(try world.file([entry]), as: "r15.ach")

        let customer = try world.world.read()
        #expect(customer.profile.flags.map(\.kind) == [.deceased])
        #expect(customer.profile.flags.map(\.reason) == ["return R15, died 2026-11-19"])
        #expect(
            customer.deposits[world.deposits[0]]?.returns.map(\.dateOfDeath)
                == [day("2026-11-19")])
    }

    @Test(
        "R17 is compliance's only when the bank calls the entry questionable",
        arguments: [("QUESTIONABLE", [StopFlag.Kind.compliance]), ("BAD FIELD", [])])
    func questionable(information: String, flags: [StopFlag.Kind]) async throws {
        let world = try await Sent([500_00])
        let entry = world.entries[0].returned(
            .fileRecordEditCriteria, trace: its(1), information: information)

        try await world.take(try world.file([entry]), as: "r17.ach")

        #expect(try world.world.read().profile.flags.map(\.kind) == flags)
    }

    // MARK: What is answered

    @Test("A change for an entry of nobody is refused within fifteen days, in the next file")
    func refusedChange() async throws {
        let world = try await Sent([500_00])
        var entry = world.entries[0].corrected(.account("987654321"), trace: its(1))
        if case .change(let addenda)? = entry.addenda.first {
            entry.addenda = [
                .change(
                    ChangeAddenda(
                        code: addenda.code, originalTrace: its(77),
                        originalReceivingDFI: addenda.originalReceivingDFI,
                        correctedData: addenda.correctedData))
            ]
        }
        try await world.take(try world.file([entry], class: .cor), as: "noc.ach")
        let item = try #require(try world.item)
        #expect(item.why == .change)
        #expect(item.dishonorBy == instant("2026-12-10T05:00:00Z"))
        await #expect(throws: WorldProblem.self) {
            try await world.world.tell(
                .dishonorReturn(Command.DishonorReturn(item: item.id, code: "R61")), to: .house)
        }

        try await world.world.tell(
            .dishonorReturn(Command.DishonorReturn(item: item.id, code: "C62")), to: .house)
        await world.close(at: "2026-11-25T00:46:00Z")

        let answer = try #require(try world.world.left().last?.file)
        #expect(answer.batches.map(\.header.entryClass) == [.cor])
        guard case .refusedChange(let addenda)? = answer.entries.first?.addenda.first else {
            Issue.record("no refused change left")
            return
        }
        #expect(addenda.code.text == "C62")
        #expect(addenda.changeCode.text == "C01")
        #expect(addenda.changeTraceSequence == its(1).sequence)
    }

    @Test(
        "A return with a wrong amount is dishonored as R69, which must say which field",
        arguments: [FileWriter.LineEnding.lf, .crlf, .none])
    func fieldError(lineEnding: FileWriter.LineEnding) async throws {
        let world = try await Sent([500_00])
        var entry = world.entries[0].returned(.insufficientFunds, trace: its(1))
        entry.amount = Cents(50_00)
        try await world.take(try world.file([entry], lineEnding: lineEnding), as: "amount.ach")
        let item = try #require(try world.item)
        #expect(item.why == .amountDiffers)
        for words in [nil, "the amount", "08", "02*"] {
            await #expect(throws: WorldProblem.self) {
                try await world.world.tell(
                    .dishonorReturn(
                        Command.DishonorReturn(item: item.id, code: "R69", information: words)),
                    to: .house)
            }
        }

        try await world.world.tell(
            .dishonorReturn(
                Command.DishonorReturn(item: item.id, code: "R69", information: "02")),
            to: .house)
        await world.close(at: "2026-11-25T00:46:00Z")

        let answer = try #require(try world.world.left().last?.file)
        guard case .dishonored(let addenda)? = answer.entries.first?.addenda.first else {
            Issue.record("no dishonored return left")
            return
        }
        #expect(addenda.information == "02")
        #expect(addenda.returnTrace == its(1))
    }

    @Test("The bank's refusal of one entry brings back that entry and no other")
    func rejection() async throws {
        let world = try await Sent([500_00, 300_00])
        let told = """
            {"file": "2026-11-23-A.ach", "reason": "edits", "entries": [
              {"trace_number": "\(world.entries[0].trace)", "code": "R13", "reason": "routing"},
              {"trace_number": "091000019999999", "code": "R13", "reason": "routing"}]}
            """

        let file = try await world.take(Array(told.utf8), as: "2026-11-23-A.ach.reject.json")

        #expect(file.report.hasPrefix("1 applied, 0 seen before\n"))
        let ours = world.entries[0].amount == Cents(500_00) ? (0, 1) : (1, 0)
        #expect(try world.state(ours.0).isReturned)
        #expect(try !world.state(ours.1).isReturned)
        #expect(
            try world.world.alerts.contains(.bankFile(name: "2026-11-23-A.ach.reject.json")))
    }

    private func its(_ sequence: Int) -> TraceNumber {
        TraceNumber(number: 2_100_002 * 10_000_000 + UInt64(sequence))
    }
}

extension TraceNumber {
    /// Its last two different digits have changed places.
    fileprivate var slipped: TraceNumber {
        TraceNumber(number: number / 100 * 100 + number % 10 * 10 + number / 10 % 10)
    }
}
