import ArgumentParser
import Edges
import Foundation
import Logging
import Rails
import Service

struct BankTake: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "take",
        abstract: "Take in a file of the bank: keep it, prove it, carry out what it says.",
        discussion: """
            While the service runs on the same data, the file is handed to it and its progress is \
            followed; else it is taken in here. On PostgreSQL it is always handed to whoever runs. \
            Stopped at any moment, it goes on with the next start of either. Exit codes: 0 all of it followed, 65 refused or something needs a \
            person, 66 no such file.
            """)

    @OptionGroup var options: ConfigurationOptions
    @Flag(help: "One JSON object about what became of each FILE.") var json = false
    @Argument(help: "The files, copied before they are taken in.") var files: [String]

    func run() async throws {
        try await Failure.reported {
            let deployment = try await Deployment.load(file: options.config)
            for file in files { try check(file) }
            var isFine = true
            do {
                // Whoever runs on it has the bank's work, or will have.
                if deployment.postgres != nil {
                    throw Failure.later("A PostgreSQL is for the service to take files in.")
                }
                var logger = Logger(label: "makewhole") {
                    StreamLogHandler.standardError(label: $0)
                }
                logger.logLevel = .warning
                let running = try Running(deployment, logger: logger)
                let result = await Result {
                    let ended = try await goOn(by: running)
                    for file in files {
                        isFine =
                            try await take(file, by: running, after: ended, deployment)
                            && isFine
                    }
                }
                running.stop()
                try await running.http.shutdown()
                try result.get()
            } catch let failure as Failure where failure.code == ExitCode(75) {
                for file in files { isFine = try await hand(over: file, deployment) && isFine }
            }
            guard isFine else { throw ExitCode(65) }
        }
    }

    /// Before anything is copied: a file that would be refused unread stays where it is.
    private func check(_ file: String) throws {
        guard FileManager.default.isReadableFile(atPath: file),
            let size = try? BankFileBytes.size(of: URL(fileURLWithPath: file))
        else {
            throw Failure(
                description: "\(file) is not there or cannot be read.", code: ExitCode(66))
        }
        guard size <= BankFileBytes.fileBytesMax else {
            throw Failure.badData(
                "\(file) has \(size) bytes, and no bank's file has more than "
                    + "\(BankFileBytes.fileBytesMax). Nothing was taken in; it is where it was.")
        }
    }

    /// What a run that was stopped has begun comes first.
    private func goOn(by running: Running) async throws -> [EdgeStore.BankFile] {
        let bar = ProgressBar()
        defer { bar.finish() }
        return try await running.rail.goOn { progress in
            bar.show(progress.file, progress.stage.words, progress.done, of: progress.of)
        }
    }

    /// Nobody else has the data: the file is taken in here. One that a run before had begun has
    /// been gone on with.
    private func take(
        _ file: String, by running: Running, after ended: [EdgeStore.BankFile],
        _ deployment: Deployment
    ) async throws -> Bool {
        let (digest, _) = try BankFileBytes.digest(of: URL(fileURLWithPath: file))
        if let same = ended.first(where: { $0.digest == digest }) { return tell(same) }
        let bar = ProgressBar()
        let taken = try await running.rail.takeIn(
            try copy(file, into: deployment.bankFolder.appendingPathComponent("inbound"))
        ) { progress in
            bar.show(progress.file, progress.stage.words, progress.done, of: progress.of)
        }
        bar.finish()
        return tell(taken)
    }

    /// The service has the data: it finds the file in its inbound folder, and we watch.
    private func hand(over file: String, _ deployment: Deployment) async throws -> Bool {
        let edge = try deployment.edgeToRead()
        let (digest, _) = try BankFileBytes.digest(of: URL(fileURLWithPath: file))
        let inbound = deployment.bankFolder.appendingPathComponent("inbound")
        let before = try edge.bankFiles(digest: digest).map(\.name)
        let copied = try copy(file, into: inbound)
        let bar = ProgressBar()
        while true {
            try await Task.sleep(for: .milliseconds(200))
            let here = FileManager.default.fileExists(atPath: copied.path)
            let known = try edge.bankFiles(digest: digest).filter { $0.direction == "inbound" }
            let new = known.first { !before.contains($0.name) } ?? (here ? nil : known.first)
            guard let new else { continue }
            switch new.state {
            case "arriving", "kept", "applying":
                bar.show(
                    new.name, new.state == "arriving" ? "keeping" : "applying",
                    Int(new.progress.done), of: Int(new.progress.of ?? 0))
            default:
                bar.finish()
                return tell(new)
            }
        }
    }

    /// A copy under its own name, seen only when it is whole: the original stays where it is, and
    /// whoever starts next goes on with the copy.
    private func copy(_ file: String, into folder: URL) throws -> URL {
        let source = URL(fileURLWithPath: file)
        let target = folder.appendingPathComponent(source.lastPathComponent)
        // A run that was stopped right after it had copied.
        if FileManager.default.contentsEqual(atPath: source.path, andPath: target.path) {
            return target
        }
        let part = folder.appendingPathComponent(".\(source.lastPathComponent).part")
        try? FileManager.default.removeItem(at: part)
        do {
            try FileManager.default.copyItem(at: source, to: part)
            // Unlike a rename this never replaces a file of the bank that waits there.
            try FileManager.default.moveItem(at: part, to: target)
        } catch {
            throw Failure.later(
                "\(target.path) cannot be written, or a file of that name waits there: \(error)")
        }
        return target
    }

    private func tell(_ file: EdgeStore.BankFile) -> Bool {
        if json {
            Terminal.data(
                JSON(
                    file: file.name, state: file.state, size: file.size,
                    report: file.report.split(separator: "\n").map(String.init)
                ).text)
        } else {
            Terminal.data("\(file.name): \(file.state)")
            let lines = file.report.split(separator: "\n")
            for line in lines.prefix(20) { Terminal.data("  \(line)") }
            if lines.count > 20 {
                Terminal.data("  and \(lines.count - 20) lines more; --json gives all")
            }
        }
        return file.state != "refused" && !file.report.contains("\n")
    }

    private struct JSON: Encodable {
        let file: String
        let state: String
        let size: Int64
        let report: [String]

        var text: String {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
        }
    }
}

extension BankRail.Progress.Stage {
    fileprivate var words: String { rawValue }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

struct BankBytes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bytes",
        abstract: "Write what the bank sent to standard output, byte for byte.",
        discussion: "It holds account numbers: send it nowhere but to who must have it.")

    @OptionGroup var options: ConfigurationOptions
    @Argument(help: "The file's name, as the operators' pages list it.") var name: String

    func run() async throws {
        try await Failure.reported {
            let deployment = try await Deployment.load(file: options.config)
            let files = BankFileBytes(
                edge: try deployment.edgeToRead(), vault: Vault(key: deployment.masterKey))
            var number = 0
            while let part = try files.part(number, of: name) {
                Terminal.data(part)
                number += 1
            }
            guard number > 0 else {
                throw Failure(description: "No file \(name) is kept.", code: ExitCode(66))
            }
        }
    }
}

/// One line on a terminal that says how far a file has come; nothing when nobody is there to see.
final class ProgressBar: Sendable {
    private let isTerminal = isatty(STDERR_FILENO) == 1

    private static let width = 30

    func show(_ name: String, _ stage: String, _ done: Int, of total: Int) {
        guard isTerminal else { return }
        var line = "\r\u{1B}[K\(name)  \(stage)"
        if total > 0 {
            let filled = min(Self.width, Self.width * done / total)
            line += "  [" + String(repeating: "#", count: filled)
            line += String(repeating: ".", count: Self.width - filled) + "]"
            line += "  \(done) of \(total)"
        }
        FileHandle.standardError.write(Data(line.utf8))
    }

    func finish() {
        guard isTerminal else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }
}
