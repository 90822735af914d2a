import Banking
import Edges
import Foundation
import Rules
import Service

// Files of the bank's, brought here. Fetched under a part's name, kept in the list of what was
// fetched, and only then put where files are taken in: none comes twice, and none is lost between.
extension BankRail {
    func fetch() async throws {
        guard let source, memory.isFetchDue else { return }
        do {
            try await fetch(from: source)
            memory.fetched(nextAfter: .seconds(source.setup.lookSeconds), failed: false)
            try service.settle(alertAbout: Self.unreachable)
        } catch let fault as TransportFault {
            let failures = memory.fetched(
                nextAfter: .seconds(source.setup.lookSeconds), failed: true)
            logger.warning(
                "the bank's files could not be fetched",
                metadata: ["try": "\(failures)", "why": "\(fault)"])
            service.figures.stumbled(.bank)
            if failures == Self.failuresUntilTold {
                try service.raise(
                    .bankDelivery(name: source.setup.inbound, .late), about: Self.unreachable)
            }
        }
    }

    private static let unreachable = "bank files cannot be fetched"
    private static let failuresUntilTold = 5

    private func fetch(from source: SFTPTransport) async throws {
        // What a crash interrupted, before anything new.
        for fetched in try service.edge.fetches(.fetched) {
            try bring(fetched, source)
        }
        let there = try await source.list().filter { !$0.isUnfinished }
        if try service.edge.fetches(.fetched).isEmpty { try source.tidyUp() }
        for brought in try service.edge.fetches(.brought) {
            let isThere = there.contains {
                $0.name == brought.name && $0.size == brought.size
                    && $0.modified == brought.modified
            }
            if isThere { try await source.finish(brought.name) }
            try service.edge.mark(brought, .done)
        }
        for file in there {
            guard file.hasUsableName else {
                let name = String(file.name.prefix(80))
                try service.raise(
                    .bankDelivery(name: name, .nameUnusable), about: "bank file name \(file.name)")
                continue
            }
            let known = try service.edge.fetch(
                name: file.name, size: file.size, modified: file.modified)
            guard known == nil else { continue }
            guard file.size <= limits.fileBytes else {
                try leave(file)
                continue
            }
            let part = "\(file.name).\(service.clock.now().milliseconds).part"
            let digest = try await source.fetch(file, as: part)
            var fetched = EdgeStore.Fetch(
                name: file.name, size: file.size, modified: file.modified,
                digest: digest, part: part, state: .fetched)
            if try service.edge.keep(fetched, at: service.clock.now()) {
                guard try bring(fetched, source) else { continue }
            } else {
                // The very bytes came before; the listing only shows their time otherwise now.
                try FileManager.default.removeItem(at: source.scratch.appendingPathComponent(part))
            }
            fetched.state = .brought
            try await source.finish(file.name)
            try service.edge.mark(fetched, .done)
            logger.info("a bank file was fetched", metadata: ["file": "\(file.name)"])
        }
    }

    /// A file larger than any bank sends stays at the bank, and a person is told once.
    private func leave(_ file: RemoteFile) throws {
        let now = service.clock.now()
        let kept = EdgeStore.BankFile(
            name: "\(file.name)#\(file.size)", direction: "inbound", digest: Data(),
            bytes: Data(), at: now, state: "refused",
            report: "It has \(file.size) bytes at the bank, more than the \(limits.fileBytes) that "
                + "are read, and was not fetched.",
            size: Int64(file.size))
        try service.edge.keep(kept)
        try service.raise(.bankFile(name: kept.name), about: "bank file \(kept.name)")
        service.figures.bankFile(.refused)
        // Its bytes are not known. What stands for their digest must be no other file's: one that
        // is known to have come before is dealt with at the bank, and may be removed there.
        let unknown = Data("\(file.size) \(file.modified)".utf8)
        _ = try service.edge.keep(
            EdgeStore.Fetch(
                name: file.name, size: file.size, modified: file.modified, digest: unknown,
                part: "", state: .done), at: now)
    }

    /// Puts what was fetched where it is taken in; `false` while another of its name lies there.
    @discardableResult
    private func bring(_ fetched: EdgeStore.Fetch, _ source: SFTPTransport) throws -> Bool {
        let part = source.scratch.appendingPathComponent(fetched.part)
        let target = inbound.appendingPathComponent(fetched.name)
        // Without its part it was brought already: only the mark is missing.
        if FileManager.default.fileExists(atPath: part.path) {
            guard !FileManager.default.fileExists(atPath: target.path) else { return false }
            try FileManager.default.moveItem(at: part, to: target)
            try Disk.flush(inbound)
        }
        try service.edge.mark(fetched, .brought)
        return true
    }
}
