import Engine
import Foundation
import Ledger
import PostgresStore
import Rules
import Synchronization

/// The same commands on PostgreSQL, each figure beside what that server does with bare rows.
extension Bench {
    static func postgres(
        _ address: String, _ policies: PolicyBook, seconds: Double, _ tell: (Figure) -> Void
    ) throws {
        let schema = "bench_\(ProcessInfo.processInfo.processIdentifier)"
        let connection = try Connection(address)
        try connection.execute("CREATE SCHEMA \(schema)")
        try connection.execute("SET search_path = \(schema)")
        defer {
            do {
                try connection.execute("DROP SCHEMA \(schema) CASCADE")
            } catch {
                FileHandle.standardError.write(
                    Data("makewhole-bench: the schema \(schema) is left: \(error)\n".utf8))
            }
        }
        let calibration = try PostgresCalibration(connection)
        for size in [1, 64, 1_000, 4_096] {
            let bare =
                size == 1
                ? try calibration.commits(seconds: 1)
                : try calibration.copies(of: size, seconds: 1)
            tell(
                Figure(
                    name: size == 1
                        ? "PostgreSQL: commits of one row"
                        : "PostgreSQL: rows copied \(size) a commit",
                    value: bare, unit: size == 1 ? "commits/s" : "rows/s"))
            let options = "\(address) options='-c search_path=\(schema)'"
            var figure = try batches(
                on: PostgresStore(options, writer: "bench-\(size)"), of: size, policies, seconds,
                first: UInt64(size))
            figure.ratio = figure.value / bare
            tell(figure)
        }
        tell(
            Figure(
                name: "PostgreSQL: two writers, batches of 1000",
                value: try twoWriters(
                    "\(address) options='-c search_path=\(schema)'", policies, seconds),
                unit: "commands/s"))
        try connection.execute("CHECKPOINT")
        let size = try connection.query(
            """
            SELECT sum(pg_total_relation_size(oid))::bigint, (SELECT count(*) FROM transfer)
            FROM pg_class WHERE relname IN ('transfer', 'book_commit', 'house_posting')
                AND relnamespace = '\(schema)'::regnamespace
            """)
        tell(
            Figure(
                name: "PostgreSQL: the journal on disk",
                value: Double(size.integer(0, 0)) / Double(size.integer(0, 1)),
                unit: "B/transfer"))
        let start = ContinuousClock.now
        let report = try PostgresVerifier.verify("\(address) options='-c search_path=\(schema)'")
        guard report.problems.isEmpty else { throw BenchProblem("\(report.problems)") }
        tell(
            Figure(
                name: "PostgreSQL: verify",
                value: Double(report.transfers) / (ContinuousClock.now - start).seconds,
                unit: "transfers/s"))
    }

    /// Both at once, each with customers of its own: what the server does when it need not wait for
    /// one of them to decide.
    private static func twoWriters(
        _ address: String, _ policies: PolicyBook, _ seconds: Double
    ) throws -> Double {
        let rates = Mutex<[Result<Double, any Error>]>([])
        DispatchQueue.concurrentPerform(iterations: 2) { index in
            let rate = Result {
                try batches(
                    on: PostgresStore(address, writer: "bench-beside-\(index)"), of: 1_000,
                    policies,
                    seconds, first: UInt64(10_000 + 10_000 * index)
                ).value
            }
            rates.withLock { $0.append(rate) }
        }
        return try rates.withLock { try $0.reduce(0) { try $0 + $1.get() } }
    }

    private static func batches(
        on store: PostgresStore, of size: Int, _ policies: PolicyBook, _ seconds: Double,
        first: UInt64
    ) throws -> Figure {
        let core = try Core(store: store, policies: policies)
        // Customers of their own for each size: they begin with nothing.
        var work = Workload(customers: max(64, size), first: first << 20)
        _ = try core.process(work.opening, now: work.now)
        let start = ContinuousClock.now
        let processorStart = processorTime()
        var count = 0
        while (ContinuousClock.now - start).seconds < seconds {
            let outcomes = try core.process(work.next(size), now: work.now)
            try Workload.check(outcomes)
            count += outcomes.count
        }
        return Figure(
            name: "PostgreSQL: commands in batches of \(size)",
            value: Double(count) / (ContinuousClock.now - start).seconds, unit: "commands/s",
            processor: (processorTime() - processorStart) / Double(count) * 1e6)
    }
}

/// What this server does with rows that mean nothing, in the same minute.
private struct PostgresCalibration {
    private let connection: Connection
    private let insert = Statement(
        name: "calibrate", sql: "INSERT INTO calibration VALUES ($1)", types: [20])
    private let next = Counter()

    private final class Counter {
        var value: Int64 = 0
    }

    init(_ connection: Connection) throws {
        self.connection = connection
        try connection.execute("CREATE TABLE calibration(number bigint)")
        // As a transfer is: six numbers and texts, with a key.
        try connection.execute(
            """
            CREATE TABLE calibration_row(
                number bigint PRIMARY KEY, customer uuid, cause uuid, debit text, credit text,
                amount bigint)
            """)
        try connection.prepare([insert])
    }

    /// Rows inserted one by one, each committed before the next.
    func commits(seconds: Double) throws -> Double {
        try repeated(seconds) {
            next.value += 1
            _ = try connection.run([Request(insert, [.integer(next.value)])])
            return 1
        }
    }

    /// Rows copied so many a commit.
    func copies(of size: Int, seconds: Double) throws -> Double {
        try repeated(seconds) {
            var rows: [UInt8] = []
            rows.reserveCapacity(size * 150)
            for _ in 0..<size {
                next.value += 1
                rows += [0, 6]
                Self.put(next.value, into: &rows)
                for _ in 0..<2 {
                    rows += [0, 0, 0, 16]
                    withUnsafeBytes(of: (next.value.bigEndian, next.value)) { rows += $0 }
                }
                for text in ["customer:cash", "asset:bank:ach_clearing"] {
                    rows += [0, 0, 0, UInt8(text.utf8.count)]
                    rows += text.utf8
                }
                Self.put(next.value, into: &rows)
            }
            try rows.withUnsafeBytes { try connection.copy(into: "calibration_row", $0) }
            return size
        }
    }

    private static func put(_ value: Int64, into rows: inout [UInt8]) {
        rows += [0, 0, 0, 8]
        withUnsafeBytes(of: value.bigEndian) { rows += $0 }
    }

    private func repeated(_ seconds: Double, _ body: () throws -> Int) throws -> Double {
        let start = ContinuousClock.now
        var count = 0
        while (ContinuousClock.now - start).seconds < seconds { count += try body() }
        return Double(count) / (ContinuousClock.now - start).seconds
    }
}
