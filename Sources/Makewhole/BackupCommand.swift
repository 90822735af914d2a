import ArgumentParser
import Foundation
import SQLiteStore

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the database while it is in use, and prove the copy.",
        discussion: """
            The copy is of one moment. It has its name only when every page has been read, every hash \
            and balance recomputed, and all of it is on disk. The master key is not in it: keep that \
            elsewhere.
            """)

    @OptionGroup var database: DatabaseOptions
    @Option(help: "The file to write; nothing may be there.") var to: String

    func run() async throws {
        try await Failure.reported {
            try Failure.ofBackup {
                let report = try Backup.write(from: database.checked(), to: to)
                Terminal.data("\(to): \(report.commits) commits; last hash \(report.lastHash)")
            }
        }
    }
}

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a copy where the program looks for its database.",
        discussion: """
            The copy is proven first. A database that is there is not written over: move it away, and \
            the files that begin with its name too.
            """)

    @Argument(help: "The file that backup wrote.") var copy: String
    @Option(name: .long, help: "The folder to put makewhole.sqlite into.") var data = "data"

    func run() async throws {
        try await Failure.reported {
            try Failure.ofBackup {
                try FileManager.default.createDirectory(
                    atPath: data, withIntermediateDirectories: true)
                let target = data + "/makewhole.sqlite"
                let report = try Backup.restore(from: copy, to: target)
                Terminal.data("\(target): \(report.commits) commits; last hash \(report.lastHash)")
            }
        }
    }
}

extension Failure {
    fileprivate static func ofBackup(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let refusal as Backup.Refusal {
            switch refusal {
            case .missing, .damaged: throw Failure.badData(refusal.description)
            case .exists: throw Failure.failed(refusal.description)
            }
        }
    }
}
