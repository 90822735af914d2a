import Banking
import Foundation
import Money
import Nacha

/// Writes a file of WEB debits, each made as a value of the model and streamed to the file.
struct WriteBench {
    let entries: Int
    let rounds: Int

    private static let inBatch = 5_000

    func run() throws {
        let path = folder.appendingPathComponent("makewhole-nacha-write-\(getpid()).ach").path
        let copy = path + ".copy"
        defer {
            unlink(path)
            unlink(copy)
        }
        print("Writing \(entries) WEB debits in batches of 5,000")
        print(
            "round    wall s  entries/s wall  processor s  entries/s  wc -l s  write/wc"
                + "  write(2) s  write/write(2)")
        var best = Cost(wall: .infinity, processor: .infinity)
        var leastRatio = Double.infinity
        for round in 1...rounds {
            unlink(path)
            unlink(copy)
            let written = try Cost.of { try writePlain(to: path) }
            let counted = try Cost.ofLineCount(path)
            let size = try Self.size(path)
            let copied = try Cost.of { try Self.writeBytes(size, to: copy) }
            best.wall = min(best.wall, written.wall)
            best.processor = min(best.processor, written.processor)
            leastRatio = min(leastRatio, written.processor / counted.processor)
            print(
                "\(round)       \(text(written.wall))     "
                    + grouped(Double(entries) / written.wall)
                    + "      \(text(written.processor)) "
                    + grouped(Double(entries) / written.processor)
                    + "  \(text(counted.processor))    "
                    + text(written.processor / counted.processor)
                    + "      \(text(copied.wall))          \(text(written.wall / copied.wall))")
        }
        print(
            "best: \(grouped(Double(entries) / best.wall)) entries/s on the clock,"
                + " \(grouped(Double(entries) / best.processor)) of processor time,"
                + " \(text(leastRatio)) times wc -l; resident at most \(residentMax()) MB")
        let report = try ReadBench.readAll(path)
        guard report?.verdict == .valid, report?.proof == .proven,
            report?.counts.entries == entries
        else { throw CocoaError(.fileReadCorruptFile) }
        let values = try Cost.of { try writeValues(to: path) }
        print(
            "as entries with texts of their own: \(grouped(Double(entries) / values.processor))"
                + " entries/s of processor time; each file was read back strictly, and proven")
        guard try ReadBench.readAll(path) == report else { throw CocoaError(.fileReadCorruptFile) }
    }

    private static func size(_ path: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    }

    /// As many bytes as the file has, from one buffer: what the system itself asks.
    private static func writeBytes(_ size: Int, to path: String) throws {
        let file = try Descriptor(writing: path)
        let buffer = [UInt8](repeating: 0x39, count: 128 << 10)
        var left = size
        while left > 0 {
            let count = min(left, buffer.count)
            try buffer.withUnsafeBytes {
                try Descriptor.write(UnsafeRawBufferPointer(rebasing: $0[..<count]), to: file.raw)
            }
            left -= count
        }
    }

    private func writePlain(to path: String) throws {
        let file = try Descriptor(writing: path)
        let number = file.raw
        var writer = try StreamWriter(Model.fileHeader) { bytes in
            try bytes.withUnsafeBytes { try Descriptor.write($0, to: number) }
        }
        var model = Model()
        for index in 0..<entries {
            if index % Self.inBatch == 0 {
                try writer.begin(Model.batchHeader(number: index / Self.inBatch + 1))
            }
            try writer.add(model.plain(index))
        }
        _ = try writer.finish()
    }

    private func writeValues(to path: String) throws {
        let file = try Descriptor(writing: path)
        let number = file.raw
        var writer = try StreamWriter(Model.fileHeader) { bytes in
            try bytes.withUnsafeBytes { try Descriptor.write($0, to: number) }
        }
        var model = Model()
        for index in 0..<entries {
            if index % Self.inBatch == 0 {
                try writer.begin(Model.batchHeader(number: index / Self.inBatch + 1))
            }
            try writer.add(Entry(model.plain(index)))
        }
        _ = try writer.finish()
    }
}

/// Deposits of many customers at many banks, no two alike.
private struct Model {
    static let odfi = DFIIdentification("02100002")!
    static let fileHeader = FileHeader(
        destination: FileParty(RoutingNumber(odfi)), origin: FileParty("123456780")!,
        created: Day(iso: "2026-11-24")!, createdAt: TimeOfDay(hour: 15, minute: 30),
        destinationName: "SAMPLE BANK", originName: "EXAMPLE EXCHANGE")

    static func batchHeader(number: Int) -> BatchHeader {
        BatchHeader(
            serviceClass: .debits, companyName: "EXAMPLE EXCHANGE",
            companyIdentification: "1123456789", entryClass: .web, entryDescription: "DEPOSIT",
            effectiveEntryDate: Day(iso: "2026-11-25"), odfi: odfi, number: number)
    }

    private let banks = (0..<97).map {
        RoutingNumber(DFIIdentification(number: 1_000_000 + $0 * 987_654)!)
    }
    private let names = (0..<89).map { index in
        let last = ["Sample", "Example", "Specimen", "Placeholder-Sample"][index % 4]
        return FieldText("\(["Ada", "Bob", "Cyd", "Dee"][index / 4 % 4]) \(last)")!
    }
    private var payment = Array("dep_0000000".utf8)

    /// The next deposit; its values come from its number.
    mutating func plain(_ index: Int) -> PlainEntry {
        var place = payment.count - 1
        while payment[place] == 0x39 {
            payment[place] = 0x30
            place -= 1
        }
        payment[place] += 1
        let number = UInt64(index)
        return PlainEntry(
            code: index % 3 == 0 ? .savingsDebit : .checkingDebit, receiver: banks[index % 97],
            account: FieldText(
                4_000_000_000 + number * 7_919 % 5_000_000_000, width: 10 + index % 3)!,
            amount: Cents(Int64(1_000 + number * 31 % 90_000)),
            identification: FieldText(payment.span)!, name: names[index % 89],
            discretionaryData: single,
            trace: TraceNumber(odfi: Self.odfi, sequence: index + 1)!)
    }

    private let single = FieldText("S")!
}
