import Books
import Foundation
import GRDB
import Money
import Testing

@testable import LedgerStore

/// The real books on a real file, and a naive second ledger, are asked the same.
struct ModelCheckTests {
    @Test("Every result and every balance is what a second ledger says, for many random commands")
    func agrees() throws {
        let environment = ProcessInfo.processInfo.environment
        let wanted = environment["MAKEWHOLE_LEDGER_COMMANDS"].flatMap(Int.init) ?? 20_000
        let seed = environment["MAKEWHOLE_LEDGER_SEED"].flatMap(UInt64.init) ?? 1
        var left = wanted
        var number: UInt64 = 0
        var kinds: Set<String> = []
        var expired = 0
        // Worlds of a bounded size: the naive ledger looks through everything it knows.
        while left > 0 {
            let count = min(left, 10_000)
            var world = try ModelWorld(seed: seed &* 1_000_003 &+ number)
            try world.run(commands: count)
            left -= count
            number += 1
            kinds.formUnion(world.kinds)
            expired += world.model.expired
        }
        // The walk is worthless if it never went there.
        if wanted >= 20_000 {
            #expect(ModelWorld.kindsWanted.subtracting(kinds) == [])
            #expect(expired > 20)
        }
    }
}

/// One ledger and its model, going the same way.
struct ModelWorld {
    private var random: RandomCommands
    private(set) var model = ModelLedger()
    private let seed: UInt64
    private let file: TemporaryLedger
    private var writer: LedgerWriter
    private(set) var kinds: Set<String> = []

    /// So small that everything that is done seldom is done often.
    private static var options: LedgerWriter.Options {
        var options = LedgerWriter.Options()
        options.accountsMax = 88
        options.replayMax = 300
        options.dirtyPagesMax = 6
        options.recentIDs = 250
        return options
    }

    init(seed: UInt64) throws {
        self.seed = seed
        random = RandomCommands(seed: seed)
        file = try TemporaryLedger()
        writer = try file.writer(Self.options)
    }

    mutating func run(commands: Int) throws {
        var done = 0
        var commits = 0
        while done < commands {
            done += try commit(isFirst: commits == 0)
            commits += 1
            if random.random(12) == 0 { writer = try file.writer(Self.options) }
            if commits % 10 == 0 { try compareBalances() }
        }
        try compareBalances()
        try comparePast()
        let report = try LedgerVerifier.verify(path: file.path)
        #expect(report.problems == [], "seed \(seed)")
        #expect(report.records == UInt64(model.records), "seed \(seed)")
    }

    static let kindsWanted: Set<String> = [
        "created", "exists", "existsWithDifferent", "linkedFailed", "linkedOpen", "idInvalid",
        "idAhead", "timeInvalid", "amountZero", "amountTooLarge", "accountsSame",
        "accountUnknown", "assetDiffers", "balanceTooLarge", "exceedsLimit", "deadlinePassed",
        "pendingUnknown", "notPending", "pendingPosted", "pendingVoided", "pendingExpired",
        "exceedsPending", "reversedUnknown", "notReversible", "alreadyReversed",
    ]

    private mutating func commit(isFirst: Bool) throws -> Int {
        random.wait()
        try file.begin()
        try writer.begin(at: random.now)
        model.expire(at: random.now)
        if isFirst || random.random(25) == 0 {
            for _ in 0..<(isFirst ? 30 : 3) {
                let accounts = random.opening()
                let results = try writer.open(accounts)
                let expected = model.open(accounts, at: random.now)
                #expect(results == expected, "seed \(seed)")
            }
        }
        var count = 0
        for _ in 0...random.random(3) {
            let batch = random.batch(1 + random.random(60))
            var results: [BookResult] = []
            try writer.post(batch, results: &results)
            let expected = model.post(batch, at: random.now)
            for (index, command) in batch.enumerated() where results[index] != expected[index] {
                Issue.record(
                    "seed \(seed): \(command) is \(results[index]), not \(expected[index])")
                throw Disagreement()
            }
            for result in results {
                kinds.insert(String("\(result)".prefix { $0 != "(" }))
            }
            count += batch.count
        }
        if try writer.finish() { try file.commit() } else { try file.rollBack() }
        return count
    }

    struct Disagreement: Error {}

    private func compareBalances() throws {
        let reader = try LedgerReader(path: file.path, options: Self.options)
        try reader.read { view in
            for (id, account) in model.accounts {
                let state = try #require(try view.account(id))
                #expect(state.balance.sums == model.balance(of: id), "seed \(seed)")
                #expect(state.terms.limit == account.limit)
                #expect(Int128(state.terms.held) == account.held)
                #expect(try writer.state(of: id) == state)
            }
        }
    }

    /// The past, by both times, the history, and the sums by reason.
    private mutating func comparePast() throws {
        let reader = try LedgerReader(path: file.path, options: Self.options)
        let ids = Array(model.accounts.keys.sorted().prefix(6)) + random.accounts.prefix(8)
        let moments = (0..<6).map { _ in
            random.now - Int64(random.random(40) == 0 ? 1 << 40 : random.random(4_000_000))
        }
        try reader.read { view in
            for id in ids {
                let history = try view.history(of: id, limit: 1 << 30)
                let effects = model.effects.filter { $0.account == id }
                let moved = history.filter { ![.open, .limit].contains($0.record.kind) }
                #expect(moved.count == effects.count)
                #expect(
                    moved.reversed().map(\.record.happenedAt) == effects.map(\.happenedAt))
                for moment in moments {
                    let happened = try view.balance(of: id, happenedBy: moment)
                    #expect(
                        happened?.sums
                            == model.balance(of: id) { $0.happenedAt <= moment },
                        "seed \(seed)")
                    if let booked = try view.balance(of: id, bookedBy: moment) {
                        #expect(
                            booked.sums == model.balance(of: id) { $0.bookedAt <= moment },
                            "seed \(seed)")
                    }
                }
                let reasons = try view.balances(byReasonOf: id).mapValues(\.sums)
                let expected = (model.accounts[id]?.byReason ?? [:]).filter {
                    $0.value != [0, 0, 0, 0]
                }
                #expect(reasons.filter { $0.value != [0, 0, 0, 0] } == expected)
            }
            for entry in model.done.values.prefix(200) {
                #expect(try view.record(of: entry.command.id)?.record.id == entry.command.id)
            }
        }
    }
}

/// A ledger in a folder that goes when it does.
final class TemporaryLedger {
    let path: String
    private let folder: URL
    private let queue: DatabaseQueue

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "ledger-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appending(path: "books.ledger").path
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { db in
            // Whether the disk keeps it is what other tests ask.
            try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF")
        }
        queue = try DatabaseQueue(path: path, configuration: configuration)
        try LedgerSchema.migrate(queue)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func writer(_ options: LedgerWriter.Options = .init()) throws -> LedgerWriter {
        try queue.inDatabase { db in
            try LedgerWriter(try #require(db.sqliteConnection), options: options)
        }
    }

    func begin() throws { try execute("BEGIN IMMEDIATE") }
    func commit() throws { try execute("COMMIT") }
    func rollBack() throws { try execute("ROLLBACK") }

    func execute(_ sql: String) throws {
        try queue.inDatabase { db in
            guard let connection = db.sqliteConnection else { return }
            try LedgerStatement(connection, sql).run()
        }
    }
}
