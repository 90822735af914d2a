import Books
import Foundation
import LedgerStore

/// The figures, each in short slices with what it is compared to between them.
struct Bench {
    let folder: URL
    var slices = 10
    var sustained = 5_000_000
    var figures: [Figure] = []

    init(folder: URL) {
        self.folder = folder.appending(path: "makewhole-ledger-bench-\(getpid())")
        try? FileManager.default.createDirectory(
            at: self.folder, withIntermediateDirectories: true)
    }

    func cleanUp() { try? FileManager.default.removeItem(at: folder) }

    /// One caller, one batch after the other.
    mutating func batches(size: Int, accounts: Int, name: String, isHot: Bool = false) throws {
        let ledger = try BenchLedger(folder: folder, name: "\(name).ledger", accounts: accounts)
        let raw = RawRows(
            path: folder.appending(path: "\(name).raw").path, accounts: accounts)
        var ours = Workload(seed: 1, accounts: accounts, isHot: isHot)
        var theirs = ours
        let perSlice = max(1, sustained / slices / size)
        let bytesBefore = Machine.size(of: ledger.path)
        var (cost, rawCost) = (Cost(), Cost())
        for _ in 0..<slices {
            for _ in 0..<perSlice {
                let batch = theirs.raw(size)
                rawCost.add { raw.post(batch) }
            }
            for _ in 0..<perSlice {
                let batch = ours.commands(size)
                try cost.add { try ledger.post(batch) }
            }
        }
        let count = Double(slices * perSlice * size)
        var figure = Figure(name: name, rate: count / cost.wall, processor: cost.processor / count * 1e9)
        figure.raw = count / rawCost.wall
        figure.rawProcessor = rawCost.processor / count * 1e9
        figure.bytes = Double(Machine.size(of: ledger.path) - bytesBefore) / count
        figure.resident = Machine.resident
        try ledger.file.close()
        print(Figure.head)
        print(figure.line)
        figures.append(figure)
    }
}
