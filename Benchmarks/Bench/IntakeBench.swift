import Banking
import Engine
import Foundation
import GRDB
import Nacha
import Rules
import SQLiteStore

extension Bench {
    /// A bank's file of returns, taken in by the real program as an operator would do it: kept,
    /// proven, looked up, every obligation opened with its notice and its timers, all of it durable.
    ///
    /// Beside it what `wc -l` takes for the same file in the same minute.
    static func intake(
        _ count: Int, _ policies: PolicyBook, world folder: URL, makeOnly: Bool = false,
        _ tell: (Figure) -> Void
    ) throws {
        let binaries = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let world = try ReturnWorld(count: count)
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("data"), withIntermediateDirectories: true)
        let setup = try Program.prepare(in: folder, binaries: binaries)
        let data = folder.appendingPathComponent("data/makewhole.sqlite").path
        let file = folder.appendingPathComponent("returns.ach")
        do {
            let pool = try SQLiteStore.open(path: data)
            let core = try Core(store: try SQLiteStore(pool: pool), policies: policies)
            try world.build(core) { made in
                if made % 100_000 == 0 {
                    FileHandle.standardError.write(Data("  \(made) customers made\n".utf8))
                }
            }
            try pool.writeWithoutTransaction { db in
                _ = try db.checkpoint(.truncate)
            }
        }
        try world.writeReturns(to: file.path)
        if makeOnly { return }
        let lines = try timed("/usr/bin/wc", ["-l", file.path])
        let taken = try timed(
            setup.executable.path,
            ["bank", "take", file.path, "--config", setup.configuration.path])
        let found = try Self.found(in: data)
        guard found.obligations == count, found.notices >= count, found.timers >= 2 * count else {
            throw BenchProblem("not everything followed: \(found)")
        }
        tell(
            Figure(
                name: "intake of \(count) returns, seconds", value: taken.seconds, unit: "s",
                ratio: nil, processor: taken.processor / Double(count) * 1e6))
        tell(
            Figure(
                name: "intake: memory at most", value: taken.megabytes, unit: "MB"))
        tell(
            Figure(
                name: "intake: times wc -l of the file", value: taken.seconds / lines.seconds,
                unit: "times"))
    }

    private static func found(
        in path: String
    ) throws -> (obligations: Int, notices: Int, timers: Int) {
        try SQLiteStore.openReadOnly(path: path).read { db in
            func count(_ sql: String) throws -> Int { try Int.fetchOne(db, sql: sql) ?? 0 }
            return (
                try count("SELECT count(*) FROM entity WHERE kind = 3"),
                try count("SELECT count(*) FROM notice"), try count("SELECT count(*) FROM timer")
            )
        }
    }

    /// Runs a program to its end: wall time, processor time and the most memory it held.
    private static func timed(
        _ path: String, _ arguments: [String]
    ) throws -> (seconds: Double, processor: Double, megabytes: Double) {
        let start = ContinuousClock.now
        var child = pid_t()
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        guard posix_spawn(&child, path, nil, nil, &words, environ) == 0 else {
            throw BenchProblem("\(path) did not start")
        }
        var status: Int32 = 0
        var usage = rusage()
        guard wait4(child, &status, 0, &usage) == child, status == 0 else {
            throw BenchProblem("\(path) \(arguments.joined(separator: " ")) failed")
        }
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return (
            (ContinuousClock.now - start).seconds,
            seconds(usage.ru_utime) + seconds(usage.ru_stime), Double(usage.ru_maxrss) / 1_024
        )
    }
}

extension ReturnWorld {
    /// The file the bank would send, column by column and not by the library: a batch of 5,000 for
    /// each day's file, in an order of the bank's own.
    func writeReturns(to path: String) throws {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        guard let handle = FileHandle(forWritingAtPath: path) else {
            throw BenchProblem("\(path) cannot be written")
        }
        let today = Eastern.day(at: now)
        var text =
            "101 091000019 091000019" + today.yymmdd + "1000A094101" + filled("BENCH", 23)
            + filled("BENCH BANK", 23) + filled("", 8) + "\n"
        var records = 2
        var batches = 0
        var fileHash = 0
        var debits = 0
        for start in stride(from: 0, to: count, by: 5_000) {
            let end = min(start + 5_000, count)
            batches += 1
            let company = filled("BENCH", 16) + filled("", 20) + "1234567890"
            text +=
                "5225\(company)WEB" + filled("DEPOSIT", 10) + filled("", 6) + today.yymmdd
                + zeros(JulianDay(today).number, 3) + "1" + "02100002" + zeros(batches, 7) + "\n"
            for position in start..<end {
                // Another order than that of the traces: 104,729 is prime.
                let sequence = (position &* 104_729 % count) + 1
                let trace = "02100002" + zeros(position + 1, 7)
                text +=
                    "626" + "091000019" + filled("00\(sequence)", 17) + zeros(50_000, 10)
                    + filled("", 15) + filled("ADA SAMPLE", 22) + "S " + "1" + trace + "\n"
                text +=
                    "799R0\(1 + sequence % 3)" + "09100001" + zeros(sequence, 7) + filled("", 6)
                    + "09100001" + filled("", 44) + trace + "\n"
            }
            let hash = 9_100_001 * (end - start) % 10_000_000_000
            fileHash = (fileHash + hash) % 10_000_000_000
            let sum = 50_000 * (end - start)
            debits += sum
            text +=
                "8225" + zeros((end - start) * 2, 6) + zeros(hash, 10) + zeros(sum, 12)
                + zeros(0, 12) + "1234567890" + filled("", 25) + "02100002" + zeros(batches, 7)
                + "\n"
            records += 2 + (end - start) * 2
            handle.write(Data(text.utf8))
            text = ""
        }
        let blocks = (records + 9) / 10
        text +=
            "9" + zeros(batches, 6) + zeros(blocks, 6) + zeros(count * 2, 8) + zeros(fileHash, 10)
            + zeros(debits, 12) + zeros(0, 12) + filled("", 39) + "\n"
        for _ in 0..<(blocks * 10 - records) { text += String(repeating: "9", count: 94) + "\n" }
        handle.write(Data(text.utf8))
        try handle.close()
    }

    private func zeros(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private func filled(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
