import Foundation

/// Time on the clock, and of the processor over all threads.
struct Cost {
    var wall = 0.0
    var processor = 0.0

    mutating func add(_ work: () throws -> Void) rethrows {
        let (wall, processor) = (Self.now, Self.processorNow)
        try work()
        self.wall += Self.now - wall
        self.processor += Self.processorNow - processor
    }

    static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }

    private static var processorNow: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(0), &usage)
        func seconds(_ time: timeval) -> Double {
            Double(time.tv_sec) + Double(time.tv_usec) / 1e6
        }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}

enum Machine {
    /// Megabytes this process has in memory now.
    static var resident: Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
            return 0
        }
        let words = text.split(separator: " ")
        guard words.count > 1, let pages = Int(words[1]) else { return 0 }
        return pages * 4_096 / 1_000_000
    }

    static func size(of path: String) -> Int {
        var size = 0
        for suffix in ["", "-wal"] {
            let attributes = try? FileManager.default.attributesOfItem(atPath: path + suffix)
            size += (attributes?[.size] as? Int) ?? 0
        }
        return size
    }
}

/// One line of the table: what the ledger did, beside what was done in the same seconds.
struct Figure {
    let name: String
    /// Transfers a second.
    let rate: Double
    /// Of the raw rows, and of append and fdatasync; `nil` where it does not apply.
    var raw: Double?
    var appends: Double?
    /// Nanoseconds of processor a transfer, ours and of the raw rows.
    let processor: Double
    var rawProcessor: Double?
    var bytes: Double?
    var resident: Int?

    var ratio: Double? { raw.map { rate / $0 } }
    var appendRatio: Double? { appends.map { rate / $0 } }
    var processorRatio: Double? { rawProcessor.map { $0 / processor } }

    static let head = Self.row([
        "figure", "a second", "raw rows", "ratio", "appends", "ratio", "ns cpu", "raw", "B", "MB",
    ])

    var line: String {
        func text(_ value: Double?, _ digits: Int = 2) -> String {
            value.map { String(format: "%.\(digits)f", $0) } ?? ""
        }
        return Self.row([
            name, Self.grouped(rate), raw.map(Self.grouped) ?? "", text(ratio),
            appends.map(Self.grouped) ?? "", text(appendRatio), text(processor, 0),
            text(rawProcessor, 0), text(bytes, 0), resident.map(String.init) ?? "",
        ])
    }

    var json: String {
        func member(_ name: String, _ value: Double?) -> String? {
            value.map { "\"\(name)\":\(String(format: "%.3f", $0))" }
        }
        let members = [
            "\"name\":\"\(name)\"", member("perSecond", rate), member("rawPerSecond", raw),
            member("ofRaw", ratio), member("appendsPerSecond", appends),
            member("ofAppends", appendRatio), member("processorNanoseconds", processor),
            member("rawProcessorNanoseconds", rawProcessor), member("bytesPerTransfer", bytes),
            member("residentMegabytes", resident.map(Double.init)),
        ]
        return "{" + members.compactMap { $0 }.joined(separator: ",") + "}"
    }

    private static func row(_ cells: [String]) -> String {
        zip(cells, [34, 11, 11, 6, 9, 6, 7, 7, 5, 5]).map { cell, width in
            let space = String(repeating: " ", count: max(0, width - cell.count))
            return width == 34 ? cell + space : space + cell
        }.joined(separator: " ")
    }

    static func grouped(_ value: Double) -> String {
        let digits = Array(String(Int(value.rounded())))
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return result
    }
}
