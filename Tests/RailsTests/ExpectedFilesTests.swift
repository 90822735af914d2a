import Banking
import Edges
import Foundation
import Ledger
import Rules
import Service
import Testing

@testable import Rails

struct ExpectedFilesTests {
    private func expected(_ pattern: String, grace: Int = 30) throws -> ExpectedFile {
        ExpectedFile(
            name: "returns", pattern: try #require(FilePattern(pattern)),
            due: try #require(TimeOfDay(hhmm: "0900")), graceMinutes: grace)
    }

    private func assign(
        _ pattern: String, _ arrivals: [(String, String)], to days: [String]
    ) throws -> [String: String] {
        let expectation = Expectation(file: try expected(pattern), calendar: .federalReserve)
        let came = expectation.assign(
            arrivals.map { ($0.0, instant($0.1)) }, to: days.map { day($0) })
        return Dictionary(uniqueKeysWithValues: came.map { ($0.key.iso, $0.value) })
    }

    @Test("A late file counts for the day that waits longest, and the next for the next")
    func late() throws {
        let came = try assign(
            "RET*",
            [
                ("RET1", "2026-11-24T13:30:00Z"), ("RET2", "2026-11-24T17:00:00Z"),
                ("RET3", "2026-11-24T18:00:00Z"),
            ], to: ["2026-11-23", "2026-11-24"])

        #expect(came == ["2026-11-23": "RET1", "2026-11-24": "RET2"])
    }

    @Test("A file that comes too early for a day is none of that day's")
    func early() throws {
        // Before Monday's was due Tuesday's time had not begun; over the weekend Monday's has.
        #expect(try assign("*", [("a", "2026-11-23T13:00:00Z")], to: ["2026-11-24"]).isEmpty)
        #expect(
            try assign("*", [("a", "2026-11-21T13:00:00Z")], to: ["2026-11-23"])
                == ["2026-11-23": "a"])
    }

    @Test("A name that says its day counts for that day only, even under a name used twice")
    func dated() throws {
        let came = try assign(
            "r-{date}.ach",
            [("r-20261124.ach#ab", "2026-11-25T13:00:00Z"), ("x", "2026-11-25T13:00:00Z")],
            to: ["2026-11-23", "2026-11-24"])

        #expect(came == ["2026-11-24": "r-20261124.ach#ab"])
    }

    private func keep(_ name: String, in world: World, state: String = "taken") throws {
        try world.edge.keep(
            EdgeStore.BankFile(
                name: name, direction: "inbound", digest: Data(name.utf8), bytes: Data(),
                at: world.service.clock.now(), state: state, report: ""))
    }

    private func world() throws -> World {
        var bank = BankSetup()
        bank.expected = [try expected("RET*")]
        return try World(bank)
    }

    /// A deposit that the bank paid and whose hold has ended, once it fires.
    private func isReleased(_ world: World, _ deposit: DepositID) async throws -> Bool {
        await world.service.engine.sweep()
        return try world.read().deposits[deposit]?.state == .settled
    }

    @Test("A missing file is told once and holds up releases, over a restart, until it comes")
    func missing() async throws {
        let world = try world()
        _ = try world.rail()
        let deposits = try await world.deposit([20_00])
        // Monday's is due before the first look; Tuesday's comes, Wednesday's does not.
        world.advance(to: "2026-11-24T00:50:00Z")
        let rail = try world.rail()
        await rail.tick()
        try await world.tell(
            .settleEntry(
                Command.SettleEntry(payment: .deposit(deposits[0]), day: day("2026-11-24"))))
        world.advance(to: "2026-11-24T13:00:00Z")
        try keep("RET-24", in: world)
        await rail.tick()
        world.advance(to: "2026-11-25T14:29:00Z")
        await rail.tick()
        #expect(try world.alerts.isEmpty)

        world.advance(to: "2026-11-25T14:31:00Z")
        await rail.tick()
        await rail.tick()

        let told = Alert.Content.bankFileMissing(name: "returns", day: day("2026-11-25"))
        #expect(try world.alerts == [told])
        #expect(world.service.figuresText().contains("makewhole_bank_files_missing 1\n"))
        // The Friday after Thanksgiving and Monday bring theirs; Wednesday's is still missing.
        world.advance(to: "2026-12-02T20:00:00Z")
        let restarted = try world.rail()
        #expect(try await !isReleased(world, deposits[0]))
        #expect(
            try world.edge.missing().map(\.day.iso) == [
                "2026-11-25", "2026-11-27", "2026-11-30", "2026-12-01", "2026-12-02",
            ])
        // A file the reader refused brings nothing, and another name is another file.
        try keep("RET-broken", in: world, state: "refused")
        try keep("statement.csv", in: world)
        await restarted.tick()
        #expect(try world.edge.missing().count == 5)

        for number in 1...5 { try keep("RET-\(number)", in: world) }
        await restarted.tick()
        world.advance(to: "2026-12-02T22:00:00Z")

        #expect(try world.edge.missing().isEmpty && world.alerts.isEmpty)
        #expect(try await isReleased(world, deposits[0]))
    }

    @Test("Marking the task as done says that no file will come, and by whom")
    func excused() async throws {
        let world = try world()
        let rail = try world.rail()
        world.advance(to: "2026-11-24T14:31:00Z")
        await rail.tick()
        let alert = try #require(try world.service.reader.openAlerts(limit: 5).first)
        #expect(try world.edge.missing().count == 1)

        try world.edge.closeAlert(alert.id, by: "dana")
        await rail.tick()

        #expect(try world.edge.missing().isEmpty)
        #expect(
            try world.edge.expected("returns", from: day("2026-11-23")).map(\.outcome)
                == [.excused(by: "dana")])
        // The next day stands for itself.
        world.advance(to: "2026-11-25T14:31:00Z")
        await rail.tick()
        #expect(try world.edge.missing().map(\.day) == [day("2026-11-25")])
    }

    @Test("What we expect of ourselves is there with its receipt")
    func ours() async throws {
        var bank = BankSetup()
        bank.expected = [
            ExpectedFile(
                name: "ours", pattern: try #require(FilePattern("{day}-*")), direction: .outbound,
                due: try #require(TimeOfDay(hhmm: "2000")))
        ]
        let world = try World(bank)
        let rail = try world.rail()
        try await world.deposit([20_00])

        world.advance(to: "2026-11-24T00:46:00Z")
        await rail.tick()
        world.advance(to: "2026-11-24T01:00:00Z")
        await rail.tick()
        #expect(try world.edge.missing().count == 1)
        await rail.carry()
        await rail.tick()

        #expect(try world.edge.missing().isEmpty)
    }
}
