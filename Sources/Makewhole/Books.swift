import ArgumentParser
import Edges
import Foundation
import Ledger
import Money
import PostgresStore
import Replay
import Rules
import SQLiteStore
import Vocabulary

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Recompute every hash and every balance from the journal.")

    @OptionGroup var database: DatabaseOptions
    @Flag(help: "Print the result as JSON.") var json = false

    func run() async throws {
        try await Failure.reported {
            let problems: [String]
            if let postgres = database.postgres {
                problems = try verify(postgres: postgres)
            } else {
                problems = try verifyFile()
            }
            for problem in problems { Terminal.talk(problem) }
            guard problems.isEmpty else {
                throw Failure.failed("The books are not right: \(problems.count) problems.")
            }
            if !json { Terminal.data("The books are right.") }
        }
    }

    private func verifyFile() throws -> [String] {
        let pool = try SQLiteStore.open(path: database.checked())
        let report = try Verifier.verify(pool: pool)
        let documents = try EdgeStore(pool: pool).verifyDocuments()
        if json {
            Terminal.data(
                """
                {"commits":\(report.commits),"transfers":\(report.transfers),\
                "accounts":\(report.accounts),"hash":"\(report.lastHash)",\
                "documents":\(documents.kept),"documents_destroyed":\(documents.destroyed),\
                "problems":\(report.problems.count + documents.problems.count)}
                """)
        } else {
            Terminal.data(
                "\(report.commits) commits, \(report.transfers) transfers, "
                    + "\(report.accounts) accounts; last hash \(report.lastHash)")
            Terminal.data(
                "\(documents.kept) documents kept, \(documents.destroyed) destroyed by the record")
        }
        return report.problems + documents.problems
    }

    private func verify(postgres address: String) throws -> [String] {
        let report = try PostgresVerifier.verify(address)
        let documents = try database.edge().verifyDocuments()
        if json {
            Terminal.data(
                """
                {"writers":\(report.writers),"commits":\(report.commits),\
                "transfers":\(report.transfers),"accounts":\(report.accounts),\
                "documents":\(documents.kept),"documents_destroyed":\(documents.destroyed),\
                "problems":\(report.problems.count + documents.problems.count)}
                """)
        } else {
            Terminal.data(
                "\(report.commits) commits of \(report.writers) writers, \(report.transfers) "
                    + "transfers, \(report.accounts) accounts")
            Terminal.data(
                "\(documents.kept) documents kept, \(documents.destroyed) destroyed by the record")
        }
        return report.problems + documents.problems
    }
}

struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the journal for another program to check.")

    enum Format: String, ExpressibleByArgument, CaseIterable { case hledger }

    @OptionGroup var database: DatabaseOptions
    @Option(help: "The journal's format.") var format: Format = .hledger
    @Option(help: "The policy, for the decimals of each asset.") var policy = "policy.json"

    func run() async throws {
        try await Failure.reported {
            let scales = try Scales.read(policy)
            let reader = try database.reader()
            try HledgerJournal(scales: scales).write(reader) { Terminal.data($0) }
        }
    }
}

struct Balances: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print every account with its balance: account, asset, amount, tab-separated.")

    @OptionGroup var database: DatabaseOptions
    @Option(help: "The policy, for the decimals of each asset.") var policy = "policy.json"

    func run() async throws {
        try await Failure.reported {
            let scales = try Scales.read(policy)
            for row in try database.reader().accounts().sorted(by: { $0.name < $1.name }) {
                let amount = DecimalText.format(row.amount, scale: try scales.of(row.asset))
                Terminal.data("\(row.name)\t\(row.asset)\t\(amount)")
            }
        }
    }
}

/// The decimals of every asset any policy has known.
struct Scales {
    let all: [AssetCode: Int]

    static func read(_ path: String) throws -> Scales {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure.badData("\(path) is not there; name the policy with --policy.")
        }
        var scales: [AssetCode: Int] = [.usd: Asset.usd.scale]
        for version in try PolicyFile.load(Array(data)).versions {
            for asset in version.assets { scales[asset.code] = asset.scale }
        }
        return Scales(all: scales)
    }

    func of(_ asset: AssetCode) throws -> Int {
        guard let scale = all[asset] else {
            throw Failure.badData("The policy does not know \(asset).")
        }
        return scale
    }
}

/// The books as a plain-text journal: one transaction for each transfer, so that `hledger check`
/// and `hledger balance` can be held against ours.
struct HledgerJournal {
    let scales: Scales

    func write(_ reader: Reader, line: (String) -> Void) throws {
        for (asset, scale) in scales.all.sorted(by: { $0.key < $1.key }) {
            line("commodity \(amount(0, scale)) \(Self.name(asset))")
        }
        for name in Set(try reader.accounts().map(\.name)).sorted() { line("account \(name)") }
        line("")
        try reader.forEachPosting { posting in
            let scale = try scales.of(posting.asset)
            let day = posting.at.rfc3339.prefix(10)
            line("\(day) (\(posting.sequence)) \(posting.reason)  ; cause: \(posting.cause)")
            line(
                "    \(posting.debit)  \(amount(posting.amount, scale)) \(Self.name(posting.asset))"
            )
            line(
                "    \(posting.credit)  \(amount(-posting.amount, scale)) \(Self.name(posting.asset))"
            )
            line("")
        }
    }

    private func amount(_ count: Int64, _ scale: Int) -> String {
        DecimalText.format(count, scale: scale)
    }

    /// A commodity whose name has digits must be quoted.
    private static func name(_ asset: AssetCode) -> String {
        let text = asset.description
        return text.contains(where: \.isNumber) ? "\"\(text)\"" : text
    }
}

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Run a scenario against a virtual clock and print what happened, as JSON.")

    @Argument(help: "The scenario file; docs/reference/scenario.md says what it holds.")
    var scenario: String
    @Option(help: "The policy book the scenario starts from.") var policy = "policy.json"

    func run() async throws {
        try await Failure.reported {
            guard let bytes = FileManager.default.contents(atPath: scenario) else {
                throw Failure.badData("\(scenario) is not there or cannot be read.")
            }
            guard let book = FileManager.default.contents(atPath: policy) else {
                throw Failure.badData("\(policy) is not there; name the policy with --policy.")
            }
            do {
                let result = try Replay.run(
                    Array(bytes), policies: try PolicyFile.load(Array(book)))
                Terminal.data(result.bytes(.pretty) + [0x0A])
            } catch {
                throw Failure.badData("\(scenario): \(error)")
            }
        }
    }
}
