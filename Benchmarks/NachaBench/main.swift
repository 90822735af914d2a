import Foundation
import Nacha

// Reads returns as a stream with their totals proven, beside `wc -l` on the same file in the same
// run: this machine's own pace drifts, the ratio does not. Each pair is measured in turn.
//
//     makewhole-nacha-bench [ENTRIES] [ROUNDS]

let ofSelf = Int32(0)
let ofChildren: Int32 = -1
let entryCount = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000
let rounds = CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) } ?? 5
let path = FileManager.default.temporaryDirectory
    .appendingPathComponent("makewhole-nacha-bench-\(getpid()).ach").path
try ReturnFile(entries: entryCount).write(to: path)
defer { unlink(path) }
let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
print("\(entryCount) returns with addenda, \(size / 1_000_000) MB, in batches of 5,000")
print("round       read      entries/s   wc -l      read/wc   verdict")

var fastest = Double.infinity
var leastRatio = Double.infinity
for round in 1...rounds {
    let before = processorSeconds(ofSelf)
    let report = try readAll(path)
    let read = processorSeconds(ofSelf) - before
    let counted = try countLines(path)
    fastest = min(fastest, read)
    leastRatio = min(leastRatio, read / counted)
    let verdict = report.map { "\($0.verdict.rawValue), \($0.proof.rawValue)" } ?? "none"
    print(
        "\(round)        \(text(read)) s  \(grouped(Double(entryCount) / read))"
            + "   \(text(counted)) s   \(text(read / counted))     \(verdict)")
}
print(
    "best: \(grouped(Double(entryCount) / fastest)) entries/s of processor time, "
        + "\(text(leastRatio)) times wc -l; resident at most \(residentMax() / 1_000_000) MB")

/// Processor time of this process, or of its children, so that a busy machine does not count.
func processorSeconds(_ who: Int32) -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(who), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

func residentMax() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(ofSelf), &usage)
    return usage.ru_maxrss * 1_024
}

func readAll(_ path: String) throws -> FileReport? {
    let file = open(path, O_RDONLY)
    guard file >= 0 else { throw CocoaError(.fileReadUnknown) }
    defer { close(file) }
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
    defer { chunk.deallocate() }
    var reader = StreamReader(profile: .strict)
    var report: FileReport?
    var cents: UInt64 = 0
    while true {
        let count = read(file, chunk.baseAddress, chunk.count)
        guard count > 0 else { break }
        reader.read(UnsafeRawBufferPointer(rebasing: chunk[..<count])) { event in
            if case .entry(let entry) = event { cents &+= entry.cents ?? 0 }
        }
    }
    reader.finish { event in
        if case .fileEnd(let end) = event { report = end }
    }
    guard report?.totals.debits == cents else { throw CocoaError(.fileReadCorruptFile) }
    return report
}

func countLines(_ path: String) throws -> Double {
    let before = processorSeconds(ofChildren)
    let wc = Process()
    wc.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    wc.arguments = ["wc", "-l", path]
    wc.standardOutput = FileHandle.nullDevice
    try wc.run()
    wc.waitUntilExit()
    return processorSeconds(ofChildren) - before
}

func text(_ value: Double) -> String { String(format: "%.3f", value) }

func grouped(_ value: Double) -> String {
    let formatter = NumberFormatter()
    formatter.numberStyle = .decimal
    formatter.locale = Locale(identifier: "en_US")
    return formatter.string(from: NSNumber(value: value.rounded())) ?? ""
}

/// A valid file of returns, written column by column and not by the library.
struct ReturnFile {
    let entries: Int

    func write(to path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else {
            throw CocoaError(.fileWriteUnknown)
        }
        var text =
            "101 123456780 0210000212611270700B094101" + filled("EXAMPLE EXCHANGE", 23)
            + filled("SAMPLE BANK", 31) + "\n"
        var records = 2
        var batches = 0
        var left = entries
        var sequence = 0
        var debits = 0
        var fileHash = 0
        while left > 0 {
            batches += 1
            let count = min(left, 5_000)
            left -= count
            let company = "EXAMPLE EXCHANGE                    1123456789"
            let number = zeros(batches, 7)
            text += "5225\(company)WEBDEPOSIT         2611253311\("07640125")\(number)\n"
            var sum = 0
            for _ in 0..<count {
                sequence += 1
                let amount = 100 + sequence % 90_000
                sum += amount
                let trace = "07640125" + zeros(sequence, 7)
                text +=
                    "626021000021" + filled("00\(12_345_678 + sequence)", 17) + zeros(amount, 10)
                    + filled("dep_\(sequence)", 15) + filled("Ada Sample", 22) + "S 1\(trace)\n"
                text +=
                    "799R0\(1 + sequence % 4)02100002\(zeros(sequence, 7))      07640125"
                    + filled("", 44) + trace + "\n"
            }
            let hash = 2_100_002 * count % 10_000_000_000
            fileHash = (fileHash + hash) % 10_000_000_000
            debits += sum
            text +=
                "8225\(zeros(count * 2, 6))\(zeros(hash, 10))\(zeros(sum, 12))\(zeros(0, 12))"
                + "1123456789" + filled("", 25) + "07640125\(number)\n"
            records += 2 + count * 2
            handle.write(Data(text.utf8))
            text = ""
        }
        let blocks = (records + 9) / 10
        text =
            "9\(zeros(batches, 6))\(zeros(blocks, 6))\(zeros(entries * 2, 8))\(zeros(fileHash, 10))"
            + "\(zeros(debits, 12))\(zeros(0, 12))" + filled("", 39) + "\n"
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
