import Banking
import Edges
import Foundation
import Ledger
import Money
import Nacha
import Rules
import Service
import Statements
import Testing

@testable import Rails

/// Statements taken by the rail, held against bank files that left and came.
struct StatementIntakeTests {
    private let world: World
    private let intake: StatementIntake
    private let store: ReconciliationStore

    private var service: Service { world.service }

    /// Tuesday, 24 November 2026, 12:00 in New York.
    private static let noon = instant("2026-11-24T17:00:00Z")
    private static let tuesday = day("2026-11-24")

    init() throws {
        world = try World()
        world.advance(to: "2026-11-24T17:00:00Z")
        intake = StatementIntake(service: world.service)
        store = ReconciliationStore(world.service.edge)
    }

    // MARK: - What left

    /// A file of two debits that settle on Tuesday, as the rail keeps one that has left.
    private func send() throws {
        let odfi = try #require(RoutingNumber("021000021"))
        var origination = Origination(
            originator: Originator(
                companyName: "SAMPLE", companyIdentification: "1234567890",
                entryDescription: "DEPOSIT", odfi: odfi.identification),
            effectiveEntryDate: Self.tuesday)
        for (sequence, cents) in [(1, 50_000), (2, 70_000)] {
            origination.add(
                Entry(
                    code: .checkingDebit, receiver: try #require(RoutingNumber("076401251")),
                    account: "12345678", amount: Cents(Int64(cents)),
                    identification: "dep_0\(sequence)", name: "Ada Sample",
                    discretionaryData: "S",
                    trace: try #require(
                        TraceNumber(odfi: odfi.identification, sequence: sequence))))
        }
        let bytes = try FileWriter().bytes(
            NachaFile(
                header: FileHeader(
                    destination: FileParty(odfi), origin: FileParty(odfi),
                    created: Self.tuesday.adding(days: -1), modifier: .first,
                    destinationName: "SAMPLE BANK", originName: "SAMPLE"),
                batches: origination.batches()))
        try service.edge.keep(
            EdgeStore.BankFile(
                name: "2026-11-23-A.ach", direction: "outbound", digest: Data([1]),
                bytes: Data(bytes), at: Self.noon.adding(days: -1), state: "sent", report: ""))
    }

    private func statement(
        _ lines: [String], day: String = "261124", opening: Int = 0, closing: Int, total: Int
    ) -> [UInt8] {
        let sum = opening + closing + total
        let text = """
            01,021000021,SAMPLE,261125,0630,1,,,2/
            02,SAMPLE,021000021,1,\(day),,USD,2/
            03,1002003001,,010,\(opening),,,015,\(closing),,/
            \(lines.joined(separator: "\n"))
            49,\(sum),\(lines.count + 2)/
            98,\(sum),1,\(lines.count + 4)/
            99,\(sum),1,\(lines.count + 6)/
            """
        return Array(text.utf8)
    }

    @Test("One net line for a file explains each of its entries")
    func netLine() throws {
        try send()
        let report = try intake.take(
            "2026-11-24.bai2",
            statement(
                ["16,165,120000,Z,BR1,2026-11-23-A.ach,ACH SETTLEMENT"], closing: 120_000,
                total: 120_000))

        #expect(!report.refused && report.leftOut == 0 && report.applied == 1)
        let day = try store.day(Self.tuesday)
        #expect(day.expected == 120_000 && day.difference == 0 && day.openBreaks == 0)
        let lines = try store.lines(of: Self.tuesday, limit: 9)
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.basis == .file || $0.basis == .batch })
    }

    @Test("What the bank has less is named entry by entry, and explained when it comes")
    func difference() throws {
        try send()
        _ = try intake.take(
            "2026-11-24.bai2",
            statement(
                ["16,165,50000,Z,BR1,,TRACE NO 021000020000001"], closing: 50_000, total: 50_000))
        let open = try store.breaks(isOpen: true, limit: 9)
        #expect(open.map(\.signed) == [70_000])
        #expect(open.map(\.side) == [.expected])
        #expect(try store.day(Self.tuesday).difference == -70_000)

        _ = try intake.take(
            "2026-11-25.bai2",
            statement(
                ["16,165,70000,Z,BR2,,TRACE NO 021000020000002"], day: "261125", opening: 50_000,
                closing: 120_000, total: 70_000))

        #expect(try store.breaks(isOpen: true, limit: 9) == [])
    }

    @Test("A statement that contradicts itself leaves nothing, and is told")
    func contradicted() throws {
        try send()
        let report = try intake.take(
            "2026-11-24.bai2",
            statement(["16,165,120000,Z,BR1,,X"], closing: 120_001, total: 120_000))

        #expect(report.refused)
        #expect(report.problems.contains { $0.contains("closing ledger balance") })
        #expect(try store.days() == nil)
        #expect(try store.days(limit: 9) == [])
    }

    @Test("The same statement in another file changes nothing")
    func twice() throws {
        try send()
        let bytes = statement(
            ["16,165,120000,Z,BR1,,ACH SETTLEMENT"], closing: 120_000, total: 120_000)
        _ = try intake.take("a.bai2", bytes)
        let again = try intake.take("b.bai2", bytes + [0x0A])

        #expect(again.applied == 0 && again.unchanged == 1)
        #expect(try store.day(Self.tuesday).foundCount == 1)
    }

    @Test("Tomorrow's statement may have the name of today's")
    func sameName() throws {
        try send()
        _ = try intake.take(
            "statement.bai2",
            statement(
                ["16,165,50000,Z,BR1,,TRACE NO 021000020000001"], closing: 50_000, total: 50_000))
        let next = try intake.take(
            "statement.bai2",
            statement(
                ["16,165,70000,Z,BR2,,TRACE NO 021000020000002"], day: "261125", opening: 50_000,
                closing: 120_000, total: 70_000))

        #expect(next.applied == 1)
        #expect(try store.openBreaks().count == 0)
    }

    @Test("A day that is not over is not reconciled, and its items count when they come again")
    func interim() throws {
        try send()
        let final = statement(
            ["16,165,120000,Z,BR1,,ACH SETTLEMENT"], closing: 120_000, total: 120_000)
        let text = String(decoding: final, as: UTF8.self)
        let early = try intake.take("a.bai2", Array(text.replacing("USD,2/", with: "USD,3/").utf8))
        #expect(!early.refused && early.applied == 0)
        #expect(try store.days() == nil)

        // Sent again as final, it is another statement of the same items.
        let later = try intake.take("b.bai2", final)

        #expect(later.applied == 1)
        #expect(try store.day(Self.tuesday).difference == 0)
    }

    @Test("A processor's payout is money the bank must see, by its own name")
    func payout() throws {
        let csv = """
            payout_id,type,transaction_id,reference,created,available_on,gross,fee,net,currency,description
            po_00042,charge,tx_1,set_1,2026-11-23,2026-11-24,100.00,2.90,97.10,USD,
            po_00042,payout,tx_2,,2026-11-24,2026-11-24,-97.10,0.00,-97.10,USD,
            """
        #expect(StatementIntake.takes("payouts.csv", Array(csv.utf8)))
        _ = try intake.take("payouts.csv", Array(csv.utf8))
        _ = try intake.take(
            "2026-11-24.bai2",
            statement(["16,195,9710,Z,BR1,,PAYOUT PO_00042"], closing: 9_710, total: 9_710))

        #expect(try store.breaks(isOpen: true, limit: 9) == [])
        #expect(try store.day(Self.tuesday).expected == 9_710)
    }

    @Test("A settlement report stays with the rail, and a page of something else is refused")
    func others() throws {
        let report = "record,trace_number,amount_minor,settlement_date,reference\n"
        #expect(!StatementIntake.takes("s.csv", Array(report.utf8)))
        #expect(StatementIntake.takes("a.XML", []))
        #expect(try intake.take("a.xml", Array("<html/>".utf8)).refused)
    }

    @Test("Nothing is missing before the first statement, whatever left")
    func before() throws {
        try send()

        #expect(try intake.reconcile() == ReconciliationStore.Outcome())
        #expect(try store.openBreaks().count == 0)
    }

    // MARK: - What is left

    @Test("A break that is open for longer than the setup says makes one task for its date")
    func breaksLeft() async throws {
        try send()
        _ = try intake.take(
            "2026-11-24.bai2",
            statement(
                ["16,165,50000,Z,BR1,,TRACE NO 021000020000001"], closing: 50_000, total: 50_000))
        let rail = try world.rail()

        // Thursday is Thanksgiving: the second banking day after Tuesday is Friday.
        world.advance(to: "2026-11-26T17:00:00Z")
        await rail.tick()
        #expect(try world.alerts.isEmpty)
        world.advance(to: "2026-11-27T17:00:00Z")
        await rail.tick()
        await rail.tick()
        #expect(try world.alerts == [.breaksLeft(day: Self.tuesday)])

        _ = try intake.take(
            "2026-11-27.bai2",
            statement(
                ["16,165,70000,Z,BR2,,TRACE NO 021000020000002"], day: "261127", opening: 50_000,
                closing: 120_000, total: 70_000))
        await rail.tick()
        #expect(try world.alerts.isEmpty)
    }
}
