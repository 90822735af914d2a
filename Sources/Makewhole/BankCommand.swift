import ArgumentParser
import Banking
import Edges
import Foundation
import Rails
import Service
import Wire

/// What went to the bank and what came, and how to send it again.
struct BankCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bank",
        abstract: "Show the files to and from the bank, take files in, and send files again.",
        subcommands: [Files.self, BankTake.self, BankBytes.self, Resend.self])

    struct Files: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what went and what came, with receipts.",
            discussion: """
                One line for each file, newest first: when, direction, state, name, and for files \
                to the bank how each delivery ended. The database may be in use.
                """)

        @OptionGroup var database: DatabaseOptions
        @Option(help: "From when on, as in 2026-11-30T00:00:00Z. Without it, the last 7 days.")
        var since: String?
        @Option(help: "At most so many files.") var limit = 1_000
        @Flag(help: "Print everything that is known, as JSON.") var json = false

        func run() async throws {
            try await Failure.reported {
                guard (1...100_000).contains(limit) else {
                    throw Failure.badData("--limit is 1 through 100000.")
                }
                let edge = try database.edge()
                let from =
                    try since.map { try Time.read($0, "--since") }
                    ?? Time.now(edge).adding(days: -7)
                let rows = try edge.bankFiles(since: from, limit: limit).map { file in
                    (file, try edge.deliveries(of: file.name))
                }
                let missing = try edge.missing()
                if json {
                    let answer: JSON = [
                        "files": .array(rows.map { Self.json($0, $1) }),
                        "missing": .array(
                            missing.map {
                                [
                                    "expected": .string($0.expectation),
                                    "day": .string($0.day.iso),
                                ]
                            }),
                    ]
                    Terminal.data(answer.text(.pretty))
                } else {
                    for (file, deliveries) in rows { Self.lines(file, deliveries) }
                    for one in missing {
                        Terminal.data("\(one.day.iso)\tinbound\tmissing\t\(one.expectation)")
                    }
                }
            }
        }

        private static func lines(
            _ file: EdgeStore.BankFile, _ deliveries: [EdgeStore.Delivery]
        ) {
            Terminal.data(
                [file.at.rfc3339, file.direction, file.state, file.name].joined(separator: "\t"))
            for delivery in deliveries {
                var words = ["    delivery \(delivery.number)", delivery.state.rawValue]
                if let receipt = delivery.receipt {
                    words.append(
                        "receipt \(receipt.at.rfc3339), \(receipt.size) bytes at \(receipt.place)")
                    if !receipt.note.isEmpty { words.append(receipt.note) }
                } else {
                    words.append("\(delivery.tries) tries")
                    if delivery.isOpen { words.append("next \(delivery.due.rfc3339)") }
                }
                if let failure = delivery.failure { words.append(failure) }
                if let request = delivery.request {
                    words.append("asked for by \(request.by): \(request.reason)")
                }
                Terminal.data(words.joined(separator: "; "))
            }
        }

        private static func json(
            _ file: EdgeStore.BankFile, _ deliveries: [EdgeStore.Delivery]
        ) -> JSON {
            [
                "name": .string(file.name), "direction": .string(file.direction),
                "at": .string(file.at.rfc3339), "state": .string(file.state),
                "sha256": .string(Hex.encode(Array(file.digest))),
                "report": .array(
                    file.report.split(separator: "\n").map { .string(String($0)) }),
                "deliveries": .array(deliveries.map(json)),
            ]
        }

        private static func json(_ delivery: EdgeStore.Delivery) -> JSON {
            [
                "number": .integer(Int64(delivery.number)),
                "state": .string(delivery.state.rawValue),
                "tries": .integer(Int64(delivery.tries)),
                "asked_at": .string(delivery.askedAt.rfc3339),
                "next_try": delivery.isOpen ? .string(delivery.due.rfc3339) : .null,
                "failure": delivery.failure.map { .string($0) } ?? .null,
                "request": delivery.request.map { request in
                    [
                        "by": .string(request.by), "reason": .string(request.reason),
                        "at": .string(request.at.rfc3339), "again": .boolean(request.again),
                    ]
                } ?? .null,
                "receipt": delivery.receipt.map { receipt in
                    [
                        "at": .string(receipt.at.rfc3339), "place": .string(receipt.place),
                        "size": .integer(Int64(receipt.size)),
                        "sha256": .string(Hex.encode(Array(receipt.digest))),
                        "tries": .integer(Int64(receipt.tries)), "note": .string(receipt.note),
                    ]
                } ?? .null,
            ]
        }
    }

    struct Resend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send the files of a time again, byte for byte as they were.",
            discussion: """
                Files made from one instant through another. Those whose receipt stands are listed \
                and skipped unless --again is said. The wish is kept with who asked and why; the \
                running program carries it out at once, or the next start does. Without --yes \
                nothing is asked for.
                """)

        @OptionGroup var database: DatabaseOptions
        @Option(help: "The first instant, as in 2026-11-30T00:00:00Z.") var from: String
        @Option(help: "The last instant.") var to: String
        @Option(help: "Who asks, as it stands in the receipts.") var by: String?
        @Option(help: "Why.") var reason: String?
        @Flag(help: "Send those too whose receipt stands, or that the bank may have.")
        var again = false
        @Flag(name: .customLong("dry-run"), help: "Only list what would be sent.")
        var dryRun = false
        @Flag(help: "Ask for it.") var yes = false

        func run() async throws {
            try await Failure.reported {
                let first = try Time.read(from, "--from")
                let last = try Time.read(to, "--to")
                guard first <= last else { throw Failure.badData("--from is after --to.") }
                let edge = try database.edge()
                let rows = try ResendPlan.rows(from: first, through: last, again: again, edge: edge)
                for row in rows { Terminal.data("\(row.file)\t\(row.what.words)") }
                let moved = rows.count { $0.what == .sends || $0.what == .isOnItsWay }
                guard yes, !dryRun else {
                    Terminal.talk("\(moved) of \(rows.count) files would go. Nothing is asked for.")
                    if !dryRun { Terminal.talk("Say --yes with --by and --reason to ask for it.") }
                    return
                }
                guard let by = by.flatMap(Self.word), let reason = reason.flatMap(Self.word) else {
                    throw Failure.badData("Say --by NAME and --reason TEXT: both are kept.")
                }
                guard moved > 0 else {
                    throw Failure.failed("There is nothing to send in this time.")
                }
                let id = try edge.ask(
                    by: by, reason: reason, from: first, to: last, again: again,
                    at: Time.now(edge))
                Terminal.talk(
                    "Request \(id) is kept: \(moved) files go as soon as makewhole runs. "
                        + "makewhole bank files shows what became of them.")
            }
        }

        /// One line somebody can read later.
        private static func word(_ text: String) -> String? {
            let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
            let isLine = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
            return text.isEmpty || text.count > 500 || !isLine ? nil : text
        }
    }

    private enum Time {
        static func read(_ text: String, _ option: String) throws -> Instant {
            guard let instant = Instant(rfc3339: text) else {
                throw Failure.badData("\(option) is an RFC 3339 time, as in 2026-11-30T00:00:00Z.")
            }
            return instant
        }

        /// The clock of the service: in a sandbox somebody may have moved it.
        static func now(_ edge: EdgeStore) throws -> Instant {
            let offset = try edge.setting("clock_offset_ms").flatMap { Int64($0) } ?? 0
            return ServiceClock(offsetMilliseconds: offset).now()
        }
    }
}
