import Banking
import Engine
import Foundation
import GRDB
import Ledger
import Money
import Nacha
import Rules
import SQLiteStore
import Synchronization
import Vocabulary

/// Measures the engine on the embedded store, each figure beside a calibration of the same minute:
/// this machine's own append + fdatasync. `docs/operating/speed.md` says what each means.
@main
struct Bench {
    static func main() async throws {
        let seconds = Double(CommandLine.arguments.dropFirst().first ?? "3") ?? 3
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("makewhole-bench-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let policies = try policies()

        var results: [(String, Double, String)] = []
        let flushes = try appendAndFlush(in: folder, seconds: seconds)
        results.append(("append + fdatasync of 4 KiB", flushes, "/s"))
        for size in [1, 64, 1_000] {
            let rate = try batches(
                of: size, policies, folder.appendingPathComponent("batch-\(size)").path, seconds)
            results.append(("commands in batches of \(size)", rate, "/s"))
            if size == 1 {
                results.append(("  as a share of append + fdatasync", rate / flushes, ""))
            }
        }
        let one = try await callers(
            1, policies, folder.appendingPathComponent("one").path, seconds)
        results.append(("one caller through the engine's thread", one, "/s"))
        results.append(("  as a share of append + fdatasync", one / flushes, ""))
        results.append(
            (
                "64 callers through the engine's thread",
                try await callers(
                    64, policies, folder.appendingPathComponent("many").path, seconds),
                "/s"
            ))
        let sweep = try quietSweep(policies, folder.appendingPathComponent("quiet").path)
        results.append(("sweep over 1,000,000 quiet accounts", sweep * 1000, "ms"))
        for (name, value, unit) in results {
            let digits = value < 100 ? String(format: "%.2f", value) : String(format: "%.0f", value)
            print("\(name.padding(toLength: 48, withPad: " ", startingAt: 0)) \(digits) \(unit)")
        }
    }

    /// The default policy with room for one customer to return a deposit again and again.
    static func policies() throws -> PolicyBook {
        guard let data = FileManager.default.contents(atPath: "policy.json") else {
            throw BenchProblem("run it from the project's folder: policy.json is not here")
        }
        var policy = try PolicyFile.load(Array(data)).versions[0]
        policy.credit.cleanDepositsAfterReturn = 0
        policy.credit.tiers = Array(policy.credit.tiers.prefix(1))
        policy.credit.tiers[0].limit = Cents(100_000_000)
        policy.credit.starterLimit = Cents(100_000_000)
        return try PolicyBook([policy])
    }

    static func appendAndFlush(in folder: URL, seconds: Double) throws -> Double {
        let path = folder.appendingPathComponent("flush").path
        let descriptor = open(path, O_CREAT | O_WRONLY | O_APPEND, 0o600)
        defer { close(descriptor) }
        let block = [UInt8](repeating: 7, count: 4096)
        let start = ContinuousClock.now
        var count = 0
        while (ContinuousClock.now - start).seconds < seconds {
            guard write(descriptor, block, block.count) == block.count, fdatasync(descriptor) == 0
            else { throw BenchProblem("the disk refused to write") }
            count += 1
        }
        return Double(count) / (ContinuousClock.now - start).seconds
    }

    static func batches(
        of size: Int, _ policies: PolicyBook, _ path: String, _ seconds: Double
    ) throws -> Double {
        let core = try Core(
            store: try SQLiteStore(pool: try SQLiteStore.open(path: path)), policies: policies)
        var work = Workload(customers: max(64, size))
        _ = try core.process(work.opening, now: work.now)
        let start = ContinuousClock.now
        var count = 0
        while (ContinuousClock.now - start).seconds < seconds {
            let envelopes = work.next(size)
            let outcomes = try core.process(envelopes, now: work.now)
            try work.check(outcomes)
            count += outcomes.count
        }
        return Double(count) / (ContinuousClock.now - start).seconds
    }

    static func callers(
        _ count: Int, _ policies: PolicyBook, _ path: String, _ seconds: Double
    ) async throws -> Double {
        let pool = try SQLiteStore.open(path: path)
        let engine = try Engine(
            open: { try Core(store: try SQLiteStore(pool: pool), policies: policies) },
            clock: FixedClock(), afterCommit: {})
        var setup = Workload(customers: 64)
        for envelope in setup.opening { _ = try await engine.perform(envelope) }
        let all = setup.next(64 * 6 * 400)
        // Every caller has customers of its own, so that its commands stay in order.
        let mine = (0..<count).map { caller in
            all.filter { envelope in
                guard case .customer(let id) = envelope.addressee else { return false }
                return Int(id.low % UInt64(count)) == caller
            }
        }
        let start = ContinuousClock.now
        let total = try await withThrowingTaskGroup(of: Int.self) { group in
            for commands in mine {
                group.addTask {
                    var done = 0
                    for envelope in commands {
                        _ = try await engine.perform(envelope)
                        done += 1
                        if (ContinuousClock.now - start).seconds > seconds { break }
                    }
                    return done
                }
            }
            return try await group.reduce(0, +)
        }
        let elapsed = (ContinuousClock.now - start).seconds
        engine.stop()
        return Double(total) / elapsed
    }

    /// Timers of a million customers, none of them due.
    static func quietSweep(_ policies: PolicyBook, _ path: String) throws -> Double {
        let pool = try SQLiteStore.open(path: path)
        let store = try SQLiteStore(pool: pool)
        let core = try Core(store: store, policies: policies)
        try pool.write { db in
            let kind = #"{"liquidationSlice":{}}"#
            let insert = try db.makeStatement(sql: "INSERT INTO timer VALUES (?, ?, ?, ?)")
            for index in 0..<1_000_000 {
                var key = [UInt8](repeating: 0, count: 16)
                withUnsafeBytes(of: UInt64(index).bigEndian) {
                    key.replaceSubrange(8..<16, with: $0)
                }
                try insert.execute(arguments: [
                    Data(key), "liquidation_slice", 4_000_000_000_000 + index, kind,
                ])
            }
        }
        var times: [Double] = []
        for _ in 0..<20 {
            let start = ContinuousClock.now
            _ = try core.fireTimers(now: Instant(milliseconds: 1_800_000_000_000), limit: 1000)
            times.append((ContinuousClock.now - start).seconds)
        }
        return times.sorted()[times.count / 2]
    }
}

struct BenchProblem: Error, CustomStringConvertible {
    let description: String
    init(_ sentence: String) { description = sentence }
}

struct FixedClock: Clock {
    func now() -> Instant { Instant(milliseconds: 1_800_000_000_000) }
}

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

/// The story of the product, over and over: deposit, buy, hand to the bank, settle, return, pay.
struct Workload {
    let now = Instant(milliseconds: 1_800_000_000_000)
    let opening: [Envelope]
    private var customers: [Person]
    private var cursor = 0
    private var serial: UInt64 = 1

    private struct Person {
        let id: CustomerID
        let method: PaymentMethodID
        var step = 0
        var deposit: DepositID
        var cause: Cause
    }

    init(customers count: Int) {
        var opening: [Envelope] = []
        customers = (0..<count).map { index in
            let id = CustomerID(high: 1 << 32, low: UInt64(index))
            let link = Cause(high: 1, low: UInt64(index))
            opening.append(
                Envelope(
                    cause: Cause(high: 0, low: UInt64(index)), actor: .host("bench"),
                    to: .customer(id),
                    .openCustomer(
                        Command.OpenCustomer(
                            id: id, reference: "bench-\(index)", name: "Bench",
                            email: "bench@localhost", language: .english,
                            timeZone: "America/New_York"))))
            opening.append(
                Envelope(
                    cause: link, actor: .host("bench"), to: .customer(id),
                    .linkMethod(
                        Command.LinkMethod(
                            kind: .bankAccount(
                                PaymentMethod.BankAccount(
                                    routingNumber: "091000019", sealedNumber: "",
                                    fingerprint: "f\(index)", type: .checking)),
                            label: "Bank", lastFour: "0000", verified: true, balance: nil))))
            return Person(
                id: id, method: link.identifier(1, atMilliseconds: 1_800_000_000_000),
                deposit: DepositID(high: 0, low: 0), cause: link)
        }
        self.opening = opening
    }

    mutating func next(_ count: Int) -> [Envelope] { (0..<count).map { _ in next() } }

    private mutating func next() -> Envelope {
        cursor = (cursor + 1) % customers.count
        serial += 1
        let cause = Cause(high: 0x1234_5678 << 32 | serial, low: serial &* 0x9E37_79B9_7F4A_7C15)
        var person = customers[cursor]
        defer { customers[cursor] = person }
        let command: Command
        switch person.step {
        case 0:
            person.deposit = cause.identifier(1, atMilliseconds: now.milliseconds)
            command = .startDeposit(
                Command.StartDeposit(method: person.method, amount: Cents(500_00)))
        case 1:
            command = .trade(
                Command.Trade(
                    side: .buy, asset: AssetCode("BTC") ?? .usd, quantity: Quantity(829_166),
                    cash: Cents(500_00), fee: Cents(2_50)))
        case 2:
            command = .submitEntry(
                Command.SubmitEntry(
                    payment: .deposit(person.deposit), trace: Self.trace(serial), file: "bench"))
        case 3:
            command = .settleEntry(
                Command.SettleEntry(
                    payment: .deposit(person.deposit), day: Eastern.day(at: now)))
        case 4:
            command = .receiveReturn(
                ReturnedEntry(
                    payment: .deposit(person.deposit), code: "R01", amount: Cents(500_00),
                    trace: Self.trace(serial)))
        default:
            command = .receiveFunds(
                Command.ReceiveFunds(
                    rail: .wire, amount: Cents(500_00), source: "bench", reference: nil))
        }
        person.step = (person.step + 1) % 6
        return Envelope(cause: cause, actor: .host("bench"), to: .customer(person.id), command)
    }

    private static func trace(_ serial: UInt64) -> TraceNumber {
        guard let odfi = DFIIdentification(number: 9_100_001),
            let trace = TraceNumber(
                odfi: odfi, sequence: Int(serial % UInt64(TraceNumber.sequenceMax)))
        else { preconditionFailure("a bench trace is in range") }
        return trace
    }

    func check(_ outcomes: [Outcome]) throws {
        for outcome in outcomes {
            guard case .accepted = outcome else {
                throw BenchProblem("a command of the bench was not accepted: \(outcome)")
            }
        }
    }
}
