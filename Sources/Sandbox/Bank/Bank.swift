import Banking
import Crypto
import Foundation
import Logging

/// The bank at work: it reads the folder Makewhole writes to and writes the folder it reads from.
///
/// A file for Makewhole is in the journal before it is in the folder, so a crash between the two
/// repeats the writing, never the decision.
actor Bank {
    private var kept: Kept<BankState>
    private let outbound: URL
    private let inbound: URL
    private let logger: Logger

    /// A file larger than this is refused unread: it is a hundred times a busy day of the sandbox.
    static let fileBytesMax = 16 * 1024 * 1024

    init(folder: URL, logger: Logger) throws {
        kept = try Kept(folder.appendingPathComponent("bank.jsonl"))
        outbound = folder.appendingPathComponent("bank/outbound", isDirectory: true)
        inbound = folder.appendingPathComponent("bank/inbound", isDirectory: true)
        self.logger = logger
        for url in [outbound, inbound] {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }
    }

    var state: BankState { kept.state }

    /// Takes new files, does everything that is due, and writes what is to be written.
    func pulse(at now: Instant) throws {
        try takeOutbound(at: now)
        while true {
            let events = try kept.state.decideContesting(at: now)
            if events.isEmpty { break }
            try kept.keep(events)
        }
        while true {
            let events = try kept.state.decideDue(at: now)
            if events.isEmpty { break }
            try kept.keep(events)
        }
        try writeInbound()
    }

    /// Does what a person asked, and writes the files it makes.
    func perform(
        _ decide: @Sendable (BankState) throws(BankRefusal) -> [BankState.Event]
    ) throws {
        try kept.keep(decide(kept.state))
        try writeInbound()
    }

    /// Names of files Makewhole has not taken out of the folder yet.
    func untakenInbound() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: inbound.path).filter { name in
            let url = inbound.appendingPathComponent(name)
            return !name.hasPrefix(".") && !isFolder(url)
        }
    }

    // MARK: Files in

    private func takeOutbound(at now: Instant) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: outbound.path)
        for name in names.filter({ $0.hasSuffix(".ach") && !$0.hasPrefix(".") }).sorted() {
            guard kept.state.seen[name] == nil else { continue }
            try take(name, at: now)
        }
    }

    private func take(_ name: String, at now: Instant) throws {
        let url = outbound.appendingPathComponent(name)
        guard !isFolder(url) else { return }
        let size = try FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int ?? 0
        guard size <= Self.fileBytesMax, Self.isPlainName(name) else {
            try refuse(
                name, digest: "unread", at: now,
                problems: [
                    .plain(
                        "The bank reads files of at most \(Self.fileBytesMax) bytes "
                            + "whose names are letters, digits, points, hyphens and underscores.")
                ])
            return
        }
        let bytes = [UInt8](try Data(contentsOf: url))
        let digest = SHA256.hash(data: bytes).map {
            ($0 < 16 ? "0" : "") + String($0, radix: 16)
        }.joined()
        switch OutboundFile.read(bytes) {
        case .refused(let problems):
            try refuse(name, digest: digest, at: now, problems: problems)
        case .read(let file):
            guard !kept.state.fileKeys.contains(file.key) else {
                // Operators reject a second file with the same origin, creation time and modifier.
                try refuse(
                    name, digest: digest, at: now,
                    problems: [.plain("The bank has taken a file with this header already.")])
                return
            }
            try kept.keep(
                kept.state.decideAccepting(file, name: name, digest: digest, at: now))
            logger.info(
                """
                The bank took \(name): \(file.entries.count) entries and \
                \(file.dishonors.count) dishonored returns.
                """)
        }
    }

    private func refuse(
        _ name: String, digest: String, at now: Instant, problems: [OutboundProblem]
    ) throws {
        let text = OutboundProblem.document(file: name, problems: problems)
        try kept.keep(
            kept.state.decideRefusing(name: name, digest: digest, problems: text, at: now))
        logger.warning("The bank refused \(name) with \(problems.count) problems.")
    }

    // MARK: Files out

    private func writeInbound() throws {
        for name in kept.state.unwritten {
            let url = inbound.appendingPathComponent(name)
            let taken = inbound.appendingPathComponent("taken").appendingPathComponent(name)
            let files = FileManager.default
            if !files.fileExists(atPath: url.path), !files.fileExists(atPath: taken.path),
                let text = kept.state.inbound[name]
            {
                try write(text, to: url)
                logger.info("The bank wrote \(name).")
            }
            try kept.keep([.inboundWritten(name: name)])
        }
    }

    /// Complete or not there: the bytes are on disk before the name is.
    private func write(_ text: String, to url: URL) throws {
        let draft = url.deletingLastPathComponent()
            .appendingPathComponent(".\(url.lastPathComponent).part")
        try Data(text.utf8).write(to: draft)
        let file = try FileHandle(forWritingTo: draft)
        try file.synchronize()
        try file.close()
        guard rename(draft.path, url.path) == 0 else {
            throw BankRefusal.fileNotWritable("renaming \(url.lastPathComponent) failed")
        }
    }

    private func isFolder(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
            && isFolder.boolValue
    }

    private static func isPlainName(_ name: String) -> Bool {
        name.utf8.count <= 120
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                default: false
                }
            }
    }
}
