import Banking
import Money
import Testing
import Wire

@testable import makewhole_sandbox

struct ControlTests {
    @Test("A form reads as the command it means")
    func commands() throws {
        #expect(
            try command("bank/return", ["entry": "1", "code": "r01"])
                == .bank(.returnNow(entry: "1", code: "R01", variation: .plain)))
        #expect(
            try command("bank/return", ["entry": "1", "code": "R01", "after": "5"])
                == .bank(.returnLater(entry: "1", code: "R01", bankingDays: 5)))
        #expect(try command("bank/settle", ["entry": ""]) == .bank(.settle(entry: nil)))
        #expect(
            try command("bank/contest-policy", ["code": "off"])
                == .bank(.contestPolicy(code: nil)))
        #expect(
            try command(
                "bank/wire", ["amount": "$1,250.5", "reference": "MW-1", "sender": "Ana"])
                == .bank(.wire(amountMinor: 1_250_50, reference: "MW-1", sender: "Ana")))
        #expect(
            try command("market/move", ["asset": "btc", "percent": "-12.5"])
                == .market(.move(asset: "BTC", basisPoints: -1_250)))
        #expect(
            try command("processor/fault", ["fault": "timeout"])
                == .processor(.fault(.timeout, calls: 1)))
        #expect(
            try command("clock/advance", ["by": "2d"]) == .advance(.by(milliseconds: 172_800_000)))
    }

    @Test("A form with a mistake names the field and what it should be")
    func mistakes() throws {
        for (path, fields, field) in [
            ("clock/advance", ["by": "soon"], "by"), ("bank/return", ["entry": "1"], "code"),
            ("bank/wire", ["amount": "-5", "reference": "a", "sender": "b"], "amount"),
            ("market/price", ["asset": "BTC", "price": "0"], "price"),
            ("market/halt", ["asset": "DOGE", "state": "on"], "asset"),
            ("processor/fault", ["fault": "fire"], "fault"),
            ("mail/bounce", ["address": "a@b.c", "state": "maybe"], "state"),
        ] {
            #expect(throws: ControlMistake.self, "\(path)") { try command(path, fields) }
            do {
                _ = try command(path, fields)
            } catch let mistake as ControlMistake {
                #expect(mistake.field == field)
            }
        }
    }

    @Test("A command that does not exist is none")
    func unknown() throws {
        #expect(try command("bank/rob", [:]) == nil)
    }

    @Test("Times to move by are exact, forward and bounded")
    func targets() throws {
        #expect(AdvanceTarget("90m") == .by(milliseconds: 5_400_000))
        #expect(AdvanceTarget("next") == .nextEvent)
        #expect(
            AdvanceTarget("2026-12-01T12:00:00Z")
                == .to(try #require(Instant(rfc3339: "2026-12-01T12:00:00Z"))))
        for text in ["", "d", "0d", "-1d", "1.5d", "401d", "1w", "99999999999999999999d", "+1h"] {
            #expect(AdvanceTarget(text) == nil, "\(text)")
        }
    }

    @Test("Dollars are written with groups and read with or without them")
    func dollars() {
        #expect(Dollars.text(0) == "$0.00")
        #expect(Dollars.text(1_234_567_89) == "$1,234,567.89")
        #expect(Dollars.text(-50_00) == "\u{2212}$50.00")
        #expect(Dollars.cents("$1,250.00") == 1_250_00)
        for text in ["", "0", "-1", "1.001", "1e3", "abc", "99999999999999"] {
            #expect(Dollars.cents(text) == nil, "\(text)")
        }
    }

    private func command(_ path: String, _ fields: [String: String]) throws -> ControlCommand? {
        try ControlCommand(
            path: path,
            form: FormBody(fields.map { FormBody.Field(name: $0.key, value: $0.value) }))
    }
}

/// Moving the clock while Makewhole is away: the bank's days pass in order all the same.
struct AdvancerTests {
    @Test("Moving by days plays the bank's story on the sandbox's own clock")
    func story() async throws {
        let folder = try TemporaryFolder()
        let clock = try SandboxClock(folder: folder.url)
        let bank = try Bank(folder: folder.url, logger: .quiet)
        let advancer = Advancer(
            clock: clock, bank: bank, market: try Market(folder: folder.url, clock: clock),
            processor: try Processor(folder: folder.url, clock: clock), exchange: nil,
            makewhole: nil,
            logger: .quiet)
        let running = Task { try await advancer.run() }
        defer { running.cancel() }
        try await clock.advance(to: eastern("2035-11-19", "2000"))
        try await bank.perform { state throws(BankRefusal) in
            state.decideAccepting(
                try Self.outbound(), name: "out.ach", digest: "d",
                at: eastern("2035-11-19", "2000"))
        }

        _ = try await advancer.start(.by(milliseconds: 4 * 24 * 3_600_000))
        let hasArrived = try await advancer.wait(atMost: .seconds(900))

        #expect(hasArrived)
        #expect(await clock.now() >= eastern("2035-11-23", "2000"))
        let state = await bank.state
        #expect(state.stage(state.entries[0]) == .returned(code: "R01", before: false))
        #expect(await advancer.progress?.steps == 3)
    }

    @Test("The clock stops before the cut-off, so that Makewhole's file is in time")
    func collection() {
        let cutOff = eastern("2026-11-23", "2000")
        let noon = eastern("2026-11-23", "1200")

        #expect(
            Advancer.collection(before: cutOff, after: noon) == eastern("2026-11-23", "1950"))
        #expect(Advancer.collection(before: cutOff, after: eastern("2026-11-23", "1955")) == nil)
        #expect(Advancer.collection(before: eastern("2026-11-23", "1945"), after: noon) == nil)
        #expect(Advancer.collection(before: nil, after: noon) == nil)
    }

    @Test("A second move is refused while the first is on its way, and so is the past")
    func refusals() async throws {
        let folder = try TemporaryFolder()
        let clock = try SandboxClock(folder: folder.url)
        let advancer = Advancer(
            clock: clock, bank: try Bank(folder: folder.url, logger: .quiet),
            market: try Market(folder: folder.url, clock: clock),
            processor: try Processor(folder: folder.url, clock: clock), exchange: nil,
            makewhole: nil,
            logger: .quiet)

        await #expect(throws: AdvanceRefusal.nothingDue) { try await advancer.start(.nextEvent) }
        await #expect(throws: AdvanceRefusal.inThePast) {
            try await advancer.start(.to(Instant(milliseconds: 0)))
        }
        _ = try await advancer.start(.by(milliseconds: 60_000))
        await #expect(throws: AdvanceRefusal.alreadyMoving) {
            try await advancer.start(.by(milliseconds: 60_000))
        }
    }

    private static func outbound() throws(BankRefusal) -> OutboundFile {
        do {
            switch OutboundFile.read(try Outbound.file(accounts: ["100000001"])) {
            case .read(let file): return file
            case .refused: throw BankRefusal.unknownFile("out.ach")
            }
        } catch {
            throw .unknownFile("out.ach")
        }
    }
}
