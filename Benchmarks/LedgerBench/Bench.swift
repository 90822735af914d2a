import Books
import Foundation
import LedgerStore

/// The figures. Each is measured in short slices, with what it is compared to between them: this
/// machine's own pace drifts, and other work runs on it; the ratio of neighbours does not.
struct Bench {
    let folder: URL
    let settings: Settings
    private(set) var figures: [Figure] = []

    struct Settings {
        /// Transfers of the sustained figures.
        var transfers = 5_000_000
        var isJSON = false
        var only: String?
        /// Transfers after which a batch must cost what it cost at the first million.
        var growth: Int?
    }

    init(_ settings: Settings) throws {
        self.settings = settings
        folder = FileManager.default.temporaryDirectory
            .appending(path: "makewhole-ledger-bench-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    mutating func run() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        if !settings.isJSON { print(Figure.head) }
        let all = settings.transfers
        if let growth = settings.growth {
            try self.growth(to: growth)
        } else {
            try batches("batch 8,189", 8_189, transfers: all)
            try batches("batch 8,189, one account in all", 8_189, isHot: true, transfers: all / 5)
            try batches("batch 1,000", 1_000, transfers: all / 5)
            try batches("batch 100", 100, transfers: all / 10)
            try batches("batch 10", 10, transfers: all / 50)
            try batches("one caller, batch 1", 1, transfers: all / 200)
            try callers("64 callers", isHot: false, transfers: all / 10)
            try callers("64 callers, one account in all", isHot: true, transfers: all / 10)
            try batches("1,000,000 accounts, 8,189", 8_189, accounts: 1_000_000, transfers: all / 2)
            try twoPhase(transfers: all / 5)
        }
        if settings.isJSON {
            print("[" + figures.map(\.json).joined(separator: ",\n") + "]")
        }
    }

    private func isWanted(_ name: String) -> Bool {
        settings.only.map { name.contains($0) } ?? true
    }

    private mutating func add(_ figure: Figure) {
        figures.append(figure)
        if !settings.isJSON { print(figure.line) }
        fflush(nil)
    }

    /// About a tenth of a second of work, or a hundred thousand transfers.
    private static func perSlice(_ size: Int) -> Int {
        size == 1 ? 500 : max(1, min(100_000 / size, 100))
    }

    private static let accounts = 10_000

    /// One caller, one batch after the other.
    private mutating func batches(
        _ name: String, _ size: Int, accounts: Int = Bench.accounts, isHot: Bool = false,
        transfers: Int
    ) throws {
        guard isWanted(name) else { return }
        let ours = Workload(seed: 1, accounts: accounts, isHot: isHot)
        try measure(
            name, size, ours, transfers: transfers, batchesPerSlice: Self.perSlice(size)
        ) { workload, count in
            (0..<count).map { _ in workload.commands(size) }
        } post: { ledger, batches in
            try ledger.post(batches)
        }
    }

    /// Sixty-four callers, one transfer each, all at once.
    private mutating func callers(_ name: String, isHot: Bool, transfers: Int) throws {
        guard isWanted(name) else { return }
        let ours = Workload(seed: 1, accounts: Self.accounts, isHot: isHot)
        try measure(name, 64, ours, transfers: transfers, batchesPerSlice: 300) { workload, count in
            (0..<64).map { _ in workload.commands(count) }
        } post: { ledger, batches in
            try ledger.post(byCallers: batches)
        }
    }

    /// Every transfer promised in one batch and posted, or voided, in the next but one.
    private mutating func twoPhase(transfers: Int) throws {
        let name = "two phases, 8,189"
        guard isWanted(name) else { return }
        let ours = Workload(seed: 1, accounts: Self.accounts)
        var waiting: [[BookCommand]] = []
        try measure(name, 8_189, ours, transfers: transfers, batchesPerSlice: 12) {
            workload, count in
            (0..<count).map { index in
                let now = Workload.now
                if index % 2 == 0 || waiting.count < 2 {
                    let batch = (0..<8_189).map { _ in
                        workload.command(now) { .pend($0, deadline: now + 3_600_000) }
                    }
                    waiting.append(batch)
                    return batch
                }
                return waiting.removeFirst().map { pending in
                    BookCommand(
                        id: workload.id(now),
                        pending.id.low % 8 == 0
                            ? .void(pending.id) : .post(pending.id, amount: nil),
                        happenedAt: now)
                }
            }
        } post: { ledger, batches in
            try ledger.post(batches)
        }
    }

    private mutating func measure(
        _ name: String, _ size: Int, _ workload: Workload, transfers: Int, batchesPerSlice: Int,
        make: (inout Workload, Int) -> [[BookCommand]],
        post: (BenchLedger, [[BookCommand]]) throws -> Void
    ) throws {
        var ours = workload
        var theirs = workload
        let file = name.replacing(" ", with: "-").replacing(",", with: "")
        let ledger = try BenchLedger(
            folder: folder, name: "\(file).ledger", accounts: workload.accounts)
        let raw = try RawRows(
            path: folder.appending(path: "\(file).raw").path, accounts: workload.accounts)
        let appends = Appends(path: folder.appending(path: "\(file).appends").path)
        let before = Machine.size(of: ledger.path)
        var (cost, rawCost, appendCost) = (Cost(), Cost(), Cost())
        var (count, rawCount, appendCount) = (0, 0, 0)
        while count < transfers {
            for batch in (0..<batchesPerSlice).map({ _ in theirs.raw(size) }) {
                try rawCost.add { try raw.post(batch) }
                rawCount += batch.count
            }
            for _ in 0..<100 {
                appendCost.add { appends.append() }
                appendCount += 1
            }
            let batches = make(&ours, batchesPerSlice)
            try cost.add { try post(ledger, batches) }
            count += batches.reduce(0) { $0 + $1.count }
        }
        var figure = Figure(
            name: name, rate: Double(count) / cost.wall,
            processor: cost.processor / Double(count) * 1e9)
        figure.raw = Double(rawCount) / rawCost.wall
        figure.rawProcessor = rawCost.processor / Double(rawCount) * 1e9
        figure.appends = Double(appendCount) / appendCost.wall
        figure.bytes = Double(Machine.size(of: ledger.path) - before) / Double(count)
        figure.resident = Machine.resident
        try ledger.file.close()
        if size == 8_189, workload.accounts == Self.accounts { try verify(name, ledger.path) }
        add(figure)
        for path in [ledger.path, folder.appending(path: "\(file).raw").path] {
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: path + suffix)
            }
        }
    }

    /// The whole of the books, worked out again.
    private mutating func verify(_ name: String, _ path: String) throws {
        var cost = Cost()
        var report: LedgerVerifier.Report?
        try cost.add { report = try LedgerVerifier.verify(path: path) }
        guard let report, report.problems.isEmpty else {
            throw BenchProblem("the ledger is not right: \(report?.problems ?? [])")
        }
        let postings = Double(report.records) * 2
        add(
            Figure(
                name: "verify, postings (\(name))", rate: postings / cost.wall,
                processor: cost.processor / postings * 1e9))
    }

    /// The same batch after many transfers and after a million.
    private mutating func growth(to transfers: Int) throws {
        let ledger = try BenchLedger(folder: folder, name: "growth.ledger", accounts: Self.accounts)
        let appends = Appends(path: folder.appending(path: "growth.appends").path)
        var workload = Workload(seed: 1, accounts: Self.accounts)
        let stretch = 1_000_000
        for million in 1...(transfers / stretch) {
            var (cost, appendCost) = (Cost(), Cost())
            var count = 0
            while count < stretch {
                for _ in 0..<50 { appendCost.add { appends.append() } }
                let batches = (0..<12).map { _ in workload.commands(8_189) }
                try cost.add { try ledger.post(batches) }
                count += 12 * 8_189
            }
            var figure = Figure(
                name: "batch 8,189 in million \(million)", rate: Double(count) / cost.wall,
                processor: cost.processor / Double(count) * 1e9)
            figure.appends = Double(550) / appendCost.wall
            figure.resident = Machine.resident
            add(figure)
        }
        try ledger.file.close()
        try verify("\(transfers) transfers", ledger.path)
        var cost = Cost()
        try cost.add { try LedgerFile(path: ledger.path).close() }
        print(String(format: "opened again in %.3f s", cost.wall))
    }
}
