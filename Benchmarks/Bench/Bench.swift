import ArgumentParser
import Banking
import Engine
import Foundation
import GRDB
import Ledger
import Money
import Rules
import SQLiteStore
import Synchronization
import Vocabulary

/// Measures the engine on the embedded store and the whole program over HTTP, each figure beside a
/// calibration of the same minute: this machine's own append + fdatasync.
/// `docs/operating/speed.md` says what each means.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "makewhole-bench",
        abstract: "Measure the engine, the store and the program; run it from the project's folder."
    )

    @Option(help: "Seconds for each figure.") var seconds = 3.0
    @Option(help: "Only figures whose name contains this.") var only = ""
    @Option(help: "Customers whose deposits come back.") var customers = 100_000
    @Option(help: "Make the world of the intake in this folder, to look at it with other tools.")
    var world = ""
    @Flag(help: "Print JSON.") var json = false

    /// One line of the table: what was measured, and against what.
    struct Figure: Encodable {
        let name: String
        let value: Double
        let unit: String
        /// Share of the calibration taken just before, where that says something.
        var ratio: Double?
        /// Time of the engine's thread on a processor for each command, in microseconds.
        var processor: Double?
    }

    func run() async throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("makewhole-bench-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let policies = try Self.policies()
        if !json { print(Self.heading) }
        var figures: [Figure] = []
        func tell(_ figure: Figure) {
            figures.append(figure)
            if !json { print(Self.line(figure)) }
        }
        func isWanted(_ name: String) -> Bool { only.isEmpty || name.contains(only) }

        if !world.isEmpty {
            return try Self.intake(
                customers, policies, world: URL(fileURLWithPath: world), makeOnly: true, tell)
        }
        for size in [1, 64, 1_000] where isWanted("batches of \(size)") {
            let flushes = try Self.appendAndFlush(in: folder, seconds: 1)
            var figure = try Self.batches(
                of: size, policies, folder.appendingPathComponent("batch-\(size)").path, seconds)
            figure.ratio = figure.value / flushes
            tell(figure)
        }
        if isWanted("under way") {
            let flushes = try Self.appendAndFlush(in: folder, seconds: 1)
            var figure = try await Self.underWay(
                policies, folder.appendingPathComponent("under-way").path, seconds)
            figure.ratio = figure.value / flushes
            tell(figure)
        }
        for count in [1, 64] where isWanted("callers of the engine \(count)") {
            let flushes = try Self.appendAndFlush(in: folder, seconds: 1)
            let rate = try await Self.callers(
                count, policies, folder.appendingPathComponent("callers-\(count)").path, seconds)
            tell(
                Figure(
                    name: "callers of the engine: \(count)", value: rate, unit: "commands/s",
                    ratio: rate / flushes))
        }
        if isWanted("returns") {
            tell(
                try await Self.returns(
                    customers, batch: 4_096, policies,
                    folder.appendingPathComponent("returns").path))
        }
        if isWanted("intake") {
            try Self.intake(
                customers, policies, world: folder.appendingPathComponent("intake"), tell)
        }
        if isWanted("sweep") {
            let sweep = try Self.quietSweep(policies, folder.appendingPathComponent("quiet").path)
            tell(
                Figure(
                    name: "sweep for due timers over 1,000,000 quiet accounts",
                    value: sweep * 1000, unit: "ms"))
        }
        if isWanted("program") {
            let home = folder.appendingPathComponent("program")
            try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
            try Self.program(in: home, seconds: seconds, calibration: folder, tell)
        }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            print(String(decoding: try encoder.encode(figures), as: UTF8.self))
        }
    }

    /// The real program: memory at rest, then pages, then commands over HTTP.
    static func program(
        in folder: URL, seconds: Double, calibration: URL, _ tell: (Figure) -> Void
    ) throws {
        let binaries = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let program = try Program(in: folder, binaries: binaries)
        defer { program.stop() }
        let bench = try HTTPBench(program)
        Thread.sleep(forTimeInterval: 2)
        tell(
            Figure(
                name: "program: memory at rest", value: try program.residentMegabytes(),
                unit: "MB"))
        let page = try bench.homePage(times: 500)
        tell(Figure(name: "program: Home page, p50", value: page.p50, unit: "ms"))
        tell(Figure(name: "program: Home page, p99", value: page.p99, unit: "ms"))
        let flushes = try appendAndFlush(in: calibration, seconds: 1)
        let commands = try bench.commands(seconds: seconds)
        tell(
            Figure(
                name: "program: \(HTTPBench.callers) HTTP callers", value: commands.rate,
                unit: "commands/s", ratio: commands.rate / flushes))
        tell(Figure(name: "program: an HTTP command, p50", value: commands.p50, unit: "ms"))
        tell(Figure(name: "program: an HTTP command, p99", value: commands.p99, unit: "ms"))
        Thread.sleep(forTimeInterval: 2)
        tell(
            Figure(
                name: "program: memory after that", value: try program.residentMegabytes(),
                unit: "MB"))
    }

    static func columns(_ name: String, _ cells: [String]) -> String {
        name.padding(toLength: 52, withPad: " ", startingAt: 0)
            + cells.map { String(repeating: " ", count: max(1, 14 - $0.count)) + $0 }.joined()
    }

    static let heading =
        columns("", ["", "", "of append +", "µs of writer"])
        + "\n" + columns("figure", ["measured", "unit", "fdatasync", "a command"])

    static func line(_ figure: Figure) -> String {
        func number(_ value: Double?) -> String {
            guard let value else { return "" }
            return String(format: value < 100 ? "%.2f" : "%.0f", value)
        }
        return columns(
            figure.name,
            [number(figure.value), figure.unit, number(figure.ratio), number(figure.processor)])
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
    ) throws -> Figure {
        let core = try Core(
            store: try SQLiteStore(pool: try SQLiteStore.open(path: path)), policies: policies)
        var work = Workload(customers: max(64, size))
        _ = try core.process(work.opening, now: work.now)
        let start = ContinuousClock.now
        let processorStart = processorTime()
        var count = 0
        while (ContinuousClock.now - start).seconds < seconds {
            let envelopes = work.next(size)
            let outcomes = try core.process(envelopes, now: work.now)
            try Workload.check(outcomes)
            count += outcomes.count
        }
        let processor = processorTime() - processorStart
        return Figure(
            name: "commands in batches of \(size)",
            value: Double(count) / (ContinuousClock.now - start).seconds, unit: "commands/s",
            processor: processor / Double(count) * 1e6)
    }

    /// Through the engine's threads, a batch being decided while the one before is written: what one
    /// caller with much to do gets, such as the intake of a bank's file.
    static func underWay(
        _ policies: PolicyBook, _ path: String, _ seconds: Double
    ) async throws -> Figure {
        let pool = try SQLiteStore.open(path: path)
        let engine = try Engine(
            open: { try Core(store: try SQLiteStore(pool: pool), policies: policies) },
            clock: FixedClock(), afterCommit: {})
        defer { engine.stop() }
        var work = Workload(customers: 10_000)
        let size = Engine.batchMax
        for start in stride(from: 0, to: work.opening.count, by: size) {
            let end = min(start + size, work.opening.count)
            try Workload.check(try await engine.perform(batch: Array(work.opening[start..<end])))
        }
        let end = ContinuousClock.now + .seconds(seconds)
        return try await measure("commands, batches of \(size)", engine) {
            ContinuousClock.now < end ? work.next(size) : nil
        }
    }

    /// Carries out batch after batch, three under way, and says how fast.
    static func measure(
        _ name: String, _ engine: Engine, _ next: () throws -> [Envelope]?
    ) async throws -> Figure {
        let waiting = 3
        // Made with nothing and signalled: a semaphore may not end below what it was made with.
        let turns = DispatchSemaphore(value: 0)
        for _ in 0..<waiting { turns.signal() }
        let failure = Mutex<(any Error)?>(nil)
        let start = ContinuousClock.now
        let processorStart = processorTime()
        var count = 0
        while let envelopes = try next() {
            await Self.wait(for: turns)
            engine.submit(batch: envelopes) { result in
                do { try Workload.check(result.get()) } catch { failure.withLock { $0 = error } }
                turns.signal()
            }
            count += envelopes.count
        }
        for _ in 0..<waiting { await Self.wait(for: turns) }
        if let error = failure.withLock({ $0 }) { throw error }
        return Figure(
            name: "\(name), \(waiting) under way",
            value: Double(count) / (ContinuousClock.now - start).seconds, unit: "commands/s",
            processor: (processorTime() - processorStart) / Double(count) * 1e6)
    }

    private static func wait(for semaphore: DispatchSemaphore) async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                semaphore.wait()
                continuation.resume()
            }
        }
    }

    /// Seconds this process has spent on a processor.
    static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
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
            let kind = Data(Rules.Timer.Kind.liquidationSlice.packed)
            let insert = try db.makeStatement(sql: "INSERT INTO timer VALUES (?, ?, ?)")
            for index in 0..<1_000_000 {
                var key = [UInt8](repeating: 0, count: 16)
                withUnsafeBytes(of: UInt64(index).bigEndian) {
                    key.replaceSubrange(8..<16, with: $0)
                }
                try insert.execute(arguments: [
                    Data(key), kind, 4_000_000_000_000 + index,
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
    private let time: Instant

    init(_ time: Instant = Instant(milliseconds: 1_800_000_000_000)) { self.time = time }

    func now() -> Instant { time }
}

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
