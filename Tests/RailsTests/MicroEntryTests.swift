import Banking
import Foundation
import Ledger
import Money
import Nacha
import Rules
import Service
import Testing

@testable import Rails

/// Small amounts that prove an account, through files to and from the bank.
struct MicroEntryTests {
    private func its(_ sequence: Int) -> TraceNumber {
        TraceNumber(number: 2_100_002 * 10_000_000 + UInt64(sequence))
    }

    /// A world in which an account is to be proven; it is Monday, before the file is closed.
    private func asked(_ bank: BankSetup = BankSetup()) async throws -> (World, PaymentMethodID) {
        let world = try World(bank)
        try await world.deposit([500_00])
        guard
            case .method(let method) = try await world.tell(
                .linkMethod(
                    Command.LinkMethod(
                        kind: .bankAccount(
                            world.service.vault.seal(
                                routingNumber: "021000021", accountNumber: "555000111",
                                type: .savings)), label: "Second Harbor", lastFour: "0111",
                        verified: false, balance: nil)))
        else { throw WorldProblem("no method") }
        try await world.tell(
            .startValidation(
                Command.StartValidation(method: method, first: Cents(12), second: Cents(34))))
        return (world, method)
    }

    private func close(_ world: World, at text: String = "2026-11-24T00:46:00Z") async throws {
        world.advance(to: text)
        let rail = try world.rail()
        await rail.tick()
        await rail.carry()
    }

    private func validation(_ world: World, _ method: PaymentMethodID) throws -> Validation {
        try #require(try world.read().methods[method]?.validation)
    }

    /// The batch that proves accounts, of the first file that has one.
    private func proof(_ world: World) throws -> Batch {
        try #require(
            try world.left().flatMap(\.file.batches).first {
                $0.header.entryDescription == EntryDescription.accountVerification
            })
    }

    private func file(_ answers: [Entry], of batch: Batch) throws -> [UInt8] {
        let header = batch.header.answered(
            by: answers[0].trace.odfi, number: 1, settlement: JulianDay(day("2026-11-24")))
        return try FileWriter().bytes(
            NachaFile(
                header: FileHeader(
                    destination: try #require(FileParty("091000019")),
                    origin: try #require(FileParty("021000021")), created: day("2026-11-24")),
                batches: [Batch(header: header, entries: answers)]))
    }

    @Test("Two credits and a debit of their sum leave in one batch of both sides, ACCTVERIFY")
    func leaves() async throws {
        let (world, method) = try await asked()

        try await close(world)

        let batch = try proof(world)
        #expect(batch.header.serviceClass == .mixed)
        #expect(batch.entries.map(\.amount.count).sorted() == [12, 34, 46])
        #expect(
            batch.entries.total(.credit) == Cents(46) && batch.entries.total(.debit) == Cents(46))
        #expect(
            batch.entries.allSatisfy { $0.account == "555000111" && $0.code.account == .savings })
        #expect(try validation(world, method).state == .sent)
        #expect(try world.left().flatMap(\.file.batches).count == 2)
    }

    @Test("Where the bank wants balanced files, the deposit has an offset and the proof none")
    func balanced() async throws {
        var bank = BankSetup()
        bank.offset = OffsetAccount(
            receiver: try #require(RoutingNumber("091000019")), account: "1002003001",
            kind: .checking, name: "SAMPLE EXCHANGE")
        let (world, _) = try await asked(bank)

        try await close(world)

        #expect(try proof(world).entries.count == 3)
        let payments = try #require(try world.left().first?.file.batches.first)
        #expect(payments.entries.map(\.identification).contains("OFFSET"))
    }

    @Test("A cap that has no room for all three leaves none of them, and a person is told")
    func capped() async throws {
        var bank = BankSetup()
        bank.caps = SplitCaps(fileEntries: 2)
        let (world, method) = try await asked(bank)

        try await close(world)

        #expect(try validation(world, method).state == .queued)
        #expect(try world.left().flatMap(\.file.entries).map(\.amount) == [Cents(500_00)])
        #expect(
            try world.alerts.contains {
                if case .bankDelivery(_, .entryTooLarge) = $0 { true } else { false }
            })
    }

    @Test("The bank's report settles credits and debit, and what was typed proves the account")
    func settles() async throws {
        let (world, method) = try await asked()
        try await close(world)
        world.advance(to: "2026-11-24T15:00:00Z")
        let rows = try proof(world).entries.map { entry in
            let record = entry.code.side == .credit ? "credit_settled" : "debit_settled"
            return "\(record),\(entry.trace),\(entry.amount.count),2026-11-24,"
        }
        let report =
            "record,trace_number,amount_minor,settlement_date,reference\n"
            + rows.joined(separator: "\n") + "\ntotal,3,92,2026-11-24,\n"

        let file = try await world.take(Array(report.utf8), as: "settled.csv")
        let reply = try await world.tell(
            .confirmValidation(
                Command.ConfirmValidation(method: method, amounts: [Cents(34), Cents(12)])))

        #expect(file.report == "3 applied, 0 seen before")
        #expect(try validation(world, method).entries.allSatisfy(\.isSettled))
        #expect(reply == .done)
        #expect(try world.read().methods[method]?.verified == true)
        let books = try world.service.reader.accounts()
        for account in [HouseAccount.accountValidation, .bankOperating] {
            #expect(
                books.filter { $0.name == account.rawValue }.map(\.amount).allSatisfy { $0 == 0 })
        }
    }

    @Test("A credit that comes back as R03 fails the proof, and its account is not used again")
    func creditBack() async throws {
        let (world, method) = try await asked()
        try await close(world)
        let batch = try proof(world)
        let credit = try #require(batch.entries.first { $0.code.side == .credit })

        let file = try await world.take(
            try file([credit.returned(.noAccount, trace: its(1))], of: batch), as: "returns.ach")

        #expect(file.report == "1 applied, 0 seen before")
        #expect(try validation(world, method).state == .failed(.returned))
        #expect(try world.read().methods[method]?.standing == .disabled)
    }

    @Test("A notification of change for a micro-entry is applied to the account it went to")
    func changed() async throws {
        let (world, method) = try await asked()
        try await close(world)
        let batch = try proof(world)
        let change = batch.entries[0].corrected(.account("555000222"), trace: its(1))
        var header = batch
        header.header.entryClass = .cor

        let file = try await world.take(try file([change], of: header), as: "noc.ach")

        #expect(file.report == "1 applied, 0 seen before")
        let account = try #require(try world.read().methods[method]?.bankAccount)
        #expect(try world.service.vault.accountNumber(of: account) == "555000222")
        #expect(try validation(world, method).state == .sent)
    }
}
