import Foundation
import Nacha

/// Reads a file of returns, each with its addenda.
struct ReadBench {
    let entries: Int
    let rounds: Int

    func run() throws {
        let path = folder.appendingPathComponent("makewhole-nacha-read-\(getpid()).ach").path
        try ReturnFile(entries: entries).write(to: path)
        defer { unlink(path) }
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
        print("Reading \(entries) returns with addenda, \(size / 1_000_000) MB, batches of 5,000")
        print("round    wall s  entries/s wall  processor s  entries/s  wc -l s  read/wc  verdict")
        var best = Cost(wall: .infinity, processor: .infinity)
        var leastRatio = Double.infinity
        for round in 1...rounds {
            var report: FileReport?
            let read = try Cost.of { report = try Self.readAll(path) }
            let counted = try Cost.ofLineCount(path)
            best.wall = min(best.wall, read.wall)
            best.processor = min(best.processor, read.processor)
            leastRatio = min(leastRatio, read.processor / counted.processor)
            let verdict = report.map { "\($0.verdict.rawValue), \($0.proof.rawValue)" } ?? "none"
            print(
                "\(round)       \(text(read.wall))     \(grouped(Double(entries) / read.wall))"
                    + "      \(text(read.processor)) \(grouped(Double(entries) / read.processor))"
                    + "  \(text(counted.processor))   \(text(read.processor / counted.processor))"
                    + "  \(verdict)")
        }
        print(
            "best: \(grouped(Double(entries) / best.wall)) entries/s on the clock,"
                + " \(grouped(Double(entries) / best.processor)) of processor time,"
                + " \(text(leastRatio)) times wc -l; resident at most \(residentMax()) MB")
    }

    /// Proves the file strictly; the entries' cents must be those the controls say.
    static func readAll(_ path: String) throws -> FileReport? {
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
