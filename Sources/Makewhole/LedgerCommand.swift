import ArgumentParser
import Banking
import Books
import Foundation
import LedgerStore
import Money
import Wire

/// A general ledger in one file, for any accounts: not the product's books, which the service keeps.
struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract:
            "Keep a double-entry ledger of any accounts in one file, and prove what is in it.",
        discussion: "docs/reference/ledger.md has every field and every answer.",
        subcommands: [
            LedgerCreate.self, LedgerOpen.self, LedgerPost.self, LedgerBalance.self,
            LedgerHistory.self, LedgerHeadCommand.self, LedgerVerify.self, LedgerBackup.self,
            LedgerRestore.self, LedgerProofCommand.self,
        ])
}

struct LedgerOptions: ParsableArguments {
    @Option(name: .long, help: "The ledger's file.")
    var file: String

    func checked() throws -> String {
        guard FileManager.default.fileExists(atPath: file) else {
            throw Failure.badData("\(file) is not there; make it with makewhole ledger create.")
        }
        return file
    }

    func read<Value>(_ body: (LedgerView) throws -> Value) throws -> Value {
        try Self.told { try LedgerReader(path: try checked()).read(body) }
    }

    /// A fault of the ledger becomes one sentence.
    static func told<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let fault as LedgerFault { throw Failure.failed("\(fault)") }
    }

    static func id(_ text: String, _ what: String) throws -> BookID {
        guard let id = BookID(text) else {
            throw Failure.badData("\(what) is 32 hexadecimal digits, as a UUID is written.")
        }
        return id
    }
}

struct LedgerCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make an empty ledger.")

    @OptionGroup var options: LedgerOptions

    func run() async throws {
        try await Failure.reported {
            guard !FileManager.default.fileExists(atPath: options.file) else {
                throw Failure.failed("\(options.file) is there already.")
            }
            try LedgerOptions.told { try LedgerFile(path: options.file).close() }
        }
    }
}

struct LedgerOpen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Open accounts: one JSON object a line comes in, one answer a line goes out.")

    @OptionGroup var options: LedgerOptions

    func run() async throws {
        try await Failure.reported {
            let exchange = LineExchange(read: LedgerLine.account, key: \.id, isOpen: { _ in false })
            try await exchange.run(try options.checked()) { file, accounts in
                try await file.open(accounts).map(LedgerLine.answer)
            }
        }
    }
}

struct LedgerPost: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "post",
        abstract:
            "Carry out commands: one JSON object a line comes in, one answer a line goes out.",
        discussion: """
            An answer is written when its command is on disk. Lines that are there at the same time \
            share a commit. Commands linked with the next stand or fall together.
            """)

    @OptionGroup var options: LedgerOptions

    func run() async throws {
        try await Failure.reported {
            let exchange = LineExchange(read: LedgerLine.command, key: \.id, isOpen: \.isLinked)
            try await exchange.run(try options.checked()) { file, commands in
                try await file.post(commands).map(LedgerLine.answer)
            }
        }
    }
}

/// Reads lines as they come, asks for all that are there at once, and answers each.
struct LineExchange<Request: Sendable> {
    let read: (JSON) throws -> Request
    let key: (Request) -> BookID
    /// Whether the next line belongs to the same batch.
    let isOpen: (Request) -> Bool

    private static var lineMax: Int { 64 << 10 }
    private static var requestsMax: Int { 8_192 }

    func run(
        _ path: String, _ ask: (LedgerFile, [Request]) async throws -> [JSON]
    ) async throws {
        do {
            let file = try LedgerFile(path: path)
            try await exchange { try await ask(file, $0) }
            try file.close()
        } catch let fault as LedgerFault {
            throw Failure.failed("\(fault)")
        }
    }

    private func exchange(_ ask: ([Request]) async throws -> [JSON]) async throws {
        var rest: [UInt8] = []
        var number = 0
        var requests: [Request] = []
        var isBad = false
        while true {
            let data = FileHandle.standardInput.availableData
            rest += data
            var start = 0
            while let end = rest[start...].firstIndex(of: 0x0A) {
                number += 1
                let line = Array(rest[start..<end])
                start = end + 1
                if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) { continue }
                do {
                    requests.append(try read(try JSON.parse(line, bytesMax: Self.lineMax)))
                } catch {
                    isBad = true
                    // What came before it is carried out; what is linked to it is not.
                    while let last = requests.last, isOpen(last) { requests.removeLast() }
                    try await answer(&requests, ask)
                    Terminal.data(
                        JSON.object([
                            ("line", .integer(Int64(number))), ("error", .string(Self.told(error))),
                        ]).text())
                    continue
                }
                if requests.count >= Self.requestsMax, !isOpen(requests[requests.count - 1]) {
                    try await answer(&requests, ask)
                }
            }
            rest.removeFirst(start)
            guard rest.count <= Self.lineMax else {
                throw Failure.badData("Line \(number + 1) is longer than 65,536 bytes.")
            }
            let isEnd = data.isEmpty
            if isEnd || requests.last.map({ !isOpen($0) }) ?? false {
                try await answer(&requests, ask)
            }
            if isEnd { break }
        }
        if !rest.isEmpty {
            throw Failure.badData("Line \(number + 1) has no end, and was not carried out.")
        }
        if isBad { throw Failure.badData("Some lines could not be read; each was answered.") }
    }

    private func answer(
        _ requests: inout [Request], _ ask: ([Request]) async throws -> [JSON]
    ) async throws {
        guard !requests.isEmpty else { return }
        var bytes: [UInt8] = []
        for (request, answer) in zip(requests, try await ask(requests)) {
            guard case .object(var object) = answer else { continue }
            object["id"] = .string(key(request).description)
            bytes += JSON.object(object).bytes() + [0x0A]
        }
        Terminal.data(bytes)
        requests.removeAll()
    }

    private static func told(_ error: any Error) -> String {
        guard let body = error as? InvalidBody else { return "This line is no JSON: \(error)" }
        return body.errors.map { "\($0.pointer) \($0.detail)" }.joined(separator: " ")
    }
}

struct LedgerBalance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "balance", abstract: "Print an account with its sums, as JSON.")

    @OptionGroup var options: LedgerOptions
    @Argument(help: "The account's id.") var account: String
    @Option(help: "The sums as they stood in the books at this moment (RFC 3339).")
    var bookedBy: String?
    @Option(help: "The sums of all that had happened by this moment, booked whenever (RFC 3339).")
    var happenedBy: String?
    @Flag(help: "Split the sums by reason.") var byReason = false

    func run() async throws {
        try await Failure.reported {
            let id = try LedgerOptions.id(account, "The account")
            let moments = try (moment(bookedBy, "--booked-by"), moment(happenedBy, "--happened-by"))
            guard moments.0 == nil || moments.1 == nil else {
                throw Failure(
                    description: "Say --booked-by or --happened-by, not both.", code: ExitCode(64))
            }
            let answer = try options.read { view -> JSON in
                guard let state = try view.account(id) else {
                    throw Failure.badData("There is no account \(id).")
                }
                if let moment = moments.0 {
                    guard let balance = try view.balance(of: id, bookedBy: moment) else {
                        throw Failure.badData("There was no account \(id) then.")
                    }
                    return LedgerLine.json(balance)
                }
                if let moment = moments.1 {
                    return LedgerLine.json(
                        try view.balance(of: id, happenedBy: moment) ?? .zero)
                }
                var object = LedgerLine.json(state)
                if byReason {
                    let reasons = try view.balances(byReasonOf: id).sorted { $0.key < $1.key }
                    object["reasons"] = .array(
                        reasons.map { reason, balance in
                            guard case .object(var sums) = LedgerLine.json(balance) else {
                                return .null
                            }
                            sums["reason"] = .integer(Int64(reason))
                            return .object(sums)
                        })
                }
                return .object(object)
            }
            Terminal.data(answer.text())
        }
    }

    private func moment(_ text: String?, _ option: String) throws -> Int64? {
        guard let text else { return nil }
        guard let instant = Instant(rfc3339: text) else {
            throw Failure(
                description: "\(option) is an RFC 3339 time with its offset.", code: ExitCode(64))
        }
        return instant.milliseconds
    }
}

struct LedgerHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Print an account's records, the newest first, one JSON object a line.")

    @OptionGroup var options: LedgerOptions
    @Argument(help: "The account's id.") var account: String
    @Option(help: "Only records before this one: the last of the page before.") var before: UInt64?
    @Option(help: "How many.") var limit = 100

    func run() async throws {
        try await Failure.reported {
            let id = try LedgerOptions.id(account, "The account")
            guard limit > 0 else {
                throw Failure(description: "--limit is 1 or more.", code: ExitCode(64))
            }
            try options.read { view in
                guard try view.account(id) != nil else {
                    throw Failure.badData("There is no account \(id).")
                }
                for record in try view.history(of: id, before: before, limit: limit) {
                    Terminal.data(try LedgerLine.json(record, view).text())
                }
            }
        }
    }
}

struct LedgerHeadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "head",
        abstract: "Print how far the books go and the root over all commits: what to publish.")

    @OptionGroup var options: LedgerOptions

    func run() async throws {
        try await Failure.reported {
            let (head, root) = try options.read { ($0.head, try $0.root()) }
            Terminal.data(
                JSON.object([
                    ("commits", .integer(head.commits)), ("records", .integer(Int64(head.records))),
                    ("accounts", .integer(head.accounts)),
                    ("hash", .string(HexBytes(head.hash).description)),
                    ("root", .string(HexBytes(root).description)),
                ]).text())
        }
    }
}

struct LedgerVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Work every hash, pointer, sum, limit and index out again from the journal.")

    @OptionGroup var options: LedgerOptions
    @Flag(help: "Print the result as JSON.") var json = false

    func run() async throws {
        try await Failure.reported {
            let path = try options.checked()
            let report: LedgerVerifier.Report
            do { report = try LedgerVerifier.verify(path: path) } catch {
                throw Failure.failed("\(path) cannot be read: \(error)")
            }
            let hash = HexBytes(report.hash).description
            if json {
                Terminal.data(
                    JSON.object([
                        ("commits", .integer(report.commits)),
                        ("records", .integer(Int64(report.records))),
                        ("accounts", .integer(report.accounts)), ("hash", .string(hash)),
                        ("problems", .integer(Int64(report.problems.count))),
                    ]).text())
            } else {
                Terminal.data(
                    "\(report.commits) commits, \(report.records) records, "
                        + "\(report.accounts) accounts; last hash \(hash)")
            }
            for problem in report.problems { Terminal.talk(problem) }
            guard report.problems.isEmpty else {
                throw Failure.failed("The ledger is not right: \(report.problems.count) problems.")
            }
            if !json { Terminal.data("The ledger is right.") }
        }
    }
}

struct LedgerBackup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy the ledger as it is now, while it is in use.")

    @OptionGroup var options: LedgerOptions
    @Option(help: "The file to make.") var to: String

    func run() async throws {
        try await Failure.reported {
            try LedgerCopy.tell { try LedgerCopy.copy(from: try options.checked(), to: to) }
        }
    }
}

struct LedgerRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Make a ledger of a backup, and verify it.")

    @OptionGroup var options: LedgerOptions
    @Option(help: "The backup.") var from: String

    func run() async throws {
        try await Failure.reported {
            guard FileManager.default.fileExists(atPath: from) else {
                throw Failure.badData("\(from) is not there.")
            }
            try LedgerCopy.tell { try LedgerCopy.copy(from: from, to: options.file) }
        }
    }
}

extension LedgerCopy {
    fileprivate static func tell(_ copy: () throws -> LedgerVerifier.Report) throws {
        let report = try LedgerOptions.told(copy)
        Terminal.data("\(report.commits) commits, \(report.records) records, verified.")
    }
}

struct LedgerProofCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proof", abstract: "Prove that a record is in the books, and check a proof.",
        subcommands: [LedgerProofExport.self, LedgerProofCheck.self])
}

struct LedgerProofExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Print a proof as JSON: it shows one record, and of everything else hashes only.")

    @OptionGroup var options: LedgerOptions
    @Option(help: "The id of the command that made the record.") var command: String?
    @Option(help: "Or the record's number.") var record: UInt64?

    func run() async throws {
        try await Failure.reported {
            let proof = try options.read { view -> LedgerProof in
                switch (command, record) {
                case (let command?, nil):
                    let id = try LedgerOptions.id(command, "The command")
                    guard let booked = try view.record(of: id) else {
                        throw Failure.badData("There is no command \(id).")
                    }
                    return try view.proof(of: booked.sequence)
                case (nil, let record?):
                    guard record > 0, record <= view.head.records else {
                        throw Failure.badData("There is no record \(record).")
                    }
                    return try view.proof(of: record)
                default:
                    throw Failure(
                        description: "Say --command or --record.", code: ExitCode(64))
                }
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            Terminal.data(Array(try encoder.encode(proof)) + [0x0A])
        }
    }
}

struct LedgerProofCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check a proof without the books, and print what it shows.",
        discussion: """
            What a proof shows is in the books of the root that it names. Give the root you know, \
            as makewhole ledger head printed it, or compare it yourself.
            """)

    @Argument(help: "The proof.") var proof: String
    @Option(help: "The root you know.") var root: String?

    func run() async throws {
        try await Failure.reported {
            guard let data = FileManager.default.contents(atPath: proof) else {
                throw Failure.badData("\(proof) is not there or cannot be read.")
            }
            let read: LedgerProof
            do { read = try JSONDecoder().decode(LedgerProof.self, from: data) } catch {
                throw Failure.badData("\(proof) is no proof of a ledger.")
            }
            let shown: LedgerProof.Shown
            do { shown = try read.check() } catch { throw Failure.badData("\(error)") }
            if let root {
                guard HexBytes(root) == read.root else {
                    throw Failure.badData("The proof is of the root \(read.root), not of yours.")
                }
            }
            var object = LedgerLine.json(shown.record) { number in
                shown.openings.first { $0.record.debit == number }?.record.id
            }
            if let asset = shown.openings.first?.record.opened?.asset {
                object["asset"] = .string(asset.description)
            }
            object["commits"] = .integer(read.commits)
            object["root"] = .string(read.root.description)
            Terminal.data(JSON.object(object).text())
            if root == nil {
                Terminal.talk("It holds for the root \(read.root): compare it with one you know.")
            }
        }
    }
}
