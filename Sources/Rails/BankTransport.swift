import Crypto
import Edges
import Foundation
import Synchronization

/// A way to put files where the bank takes them.
protocol BankTransport: Sendable {
    /// What is there of a file: under its own name, its part's, and where the bank puts what it
    /// has taken.
    func sight(_ parcel: Parcel) async throws(TransportFault) -> Sighting

    /// Puts the bytes under the part's name and proves them; the file's own name is not touched.
    func put(_ parcel: Parcel) async throws(TransportFault)

    /// Gives the part the file's name, which nobody had when it was looked at. After a fault it may
    /// have happened.
    func rename(_ parcel: Parcel) async throws(TransportFault)

    /// Removes a part that nobody needs; none is there is fine.
    func discard(part: String) async throws(TransportFault)

    /// Whether a part that was there can only be gone because it was renamed.
    var keepsParts: Bool { get }

    /// Where a file of this name is, for a receipt. No secret is in it.
    func place(of name: String) -> String

    /// Tries before a person must look, and seconds until the second.
    var patience: (triesMax: Int, firstRetrySeconds: Int) { get }
}

/// A file on its way, with the name it has before its own.
struct Parcel: Sendable {
    let name: String
    let part: String
    let bytes: Data
    let digest: Data

    init(name: String, part: String, bytes: Data) {
        self.name = name
        self.part = part
        self.bytes = bytes
        digest = Data(SHA256.hash(data: bytes))
    }
}

/// What was seen of a file.
struct Sighting: Hashable, Sendable {
    var file: Seen
    var part: Seen
    /// Among what the bank has taken; absent where we may not look.
    var collected: Seen

    enum Seen: Hashable, Sendable, CaseIterable {
        case absent
        case same
        /// Fewer, more or other bytes.
        case other
    }
}

/// Why something did not go: weather, tried again.
struct TransportFault: Error, Hashable, CustomStringConvertible {
    let description: String
    init(_ sentence: String) { description = sentence }
}

/// What is done next about a file, from how far its delivery was and what is there. Pure, so that
/// every combination can be tried.
enum DeliveryStep: Hashable, Sendable {
    case put
    case rename
    case receipt(note: String)
    case stop(Stop)

    enum Stop: Hashable, Sendable {
        /// Another file has its name there.
        case otherBytes
        /// It may have been taken already.
        case unknown
    }

    init(
        _ state: EdgeStore.Delivery.State, isFirst: Bool, hasTried: Bool, sees seen: Sighting,
        keepsParts: Bool
    ) {
        switch seen.file {
        case .same:
            self = .receipt(note: hasTried ? "found there" : "was there already")
            return
        case .other:
            self = .stop(.otherBytes)
            return
        case .absent: break
        }
        // Somebody who asks for it again knows that it was taken before.
        if isFirst, seen.collected == .same {
            self = .receipt(note: "taken by the bank")
            return
        }
        switch (state, seen.part) {
        case (.renaming, .same): self = .rename
        case (.renaming, .absent):
            self = keepsParts ? .receipt(note: "taken by the bank") : .stop(.unknown)
        case (.renaming, .other), (.waiting, _), (.putting, _): self = .put
        case (.sent, _), (.stopped, _), (.unknown, _): self = .stop(.unknown)
        }
    }
}

/// The folder somebody else empties: written aside, flushed, renamed, so that nobody ever sees half
/// a file, and never two of a name.
struct FolderTransport: BankTransport {
    let folder: URL

    /// Only we write there, a part is flushed before its rename is asked for, and whoever takes
    /// files away leaves those that begin with a dot.
    var keepsParts: Bool { true }
    var patience: (triesMax: Int, firstRetrySeconds: Int) { (60, 1) }

    func place(of name: String) -> String { "\(folder.lastPathComponent)/\(name)" }

    func sight(_ parcel: Parcel) async throws(TransportFault) -> Sighting {
        Sighting(
            file: try look(at: parcel.name, parcel), part: try look(at: parcel.part, parcel),
            collected: .absent)
    }

    private func look(at name: String, _ parcel: Parcel) throws(TransportFault) -> Sighting.Seen {
        let url = folder.appendingPathComponent(name)
        guard FileManager.default.fileExists(atPath: url.path) else { return .absent }
        do {
            return try Data(contentsOf: url) == parcel.bytes ? .same : .other
        } catch {
            // It may have been taken between the two looks.
            if !FileManager.default.fileExists(atPath: url.path) { return .absent }
            throw TransportFault("\(name) cannot be read: \(error.localizedDescription)")
        }
    }

    func put(_ parcel: Parcel) async throws(TransportFault) {
        let aside = folder.appendingPathComponent(parcel.part)
        do {
            try parcel.bytes.write(to: aside)
            try flush(aside)
            try flush(folder)
        } catch {
            throw TransportFault("\(parcel.part) cannot be written: \(error.localizedDescription)")
        }
    }

    func rename(_ parcel: Parcel) async throws(TransportFault) {
        do {
            // One step, and not a link and its removal: while both names are there, somebody may
            // take the one, and the other would be taken for a file that has not left.
            try FileManager.default.moveItem(
                at: folder.appendingPathComponent(parcel.part),
                to: folder.appendingPathComponent(parcel.name))
            try flush(folder)
        } catch {
            throw TransportFault("\(parcel.name) cannot be put: \(error.localizedDescription)")
        }
    }

    func discard(part: String) async throws(TransportFault) {
        let url = folder.appendingPathComponent(part)
        guard FileManager.default.fileExists(atPath: url.path) else { return }
        do {
            try FileManager.default.removeItem(at: url)
        } catch {
            throw TransportFault("\(part) cannot be removed: \(error.localizedDescription)")
        }
    }

    private func flush(_ url: URL) throws { try Disk.flush(url) }
}

/// Makes sure that what was written, or the names in a folder, outlive a loss of power.
enum Disk {
    static func flush(_ url: URL) throws {
        let descriptor = open(url.path, O_RDONLY)
        guard descriptor >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    }
}

/// What the rail remembers between two looks, none of it needed after a restart.
final class RailMemory: Sendable {
    private let state = Mutex(State())

    private struct State {
        var isStale: Bool?
        var nextFetch: ContinuousClock.Instant?
        var fetchFailures = 0
    }

    /// Whether the engine must be told; `isStale` is what it will then know.
    func changes(to isStale: Bool) -> Bool {
        state.withLock { state in
            defer { state.isStale = isStale }
            return state.isStale != isStale
        }
    }

    /// Whether it is time to look for new files at the bank.
    var isFetchDue: Bool {
        state.withLock { state in state.nextFetch.map { $0 <= .now } ?? true }
    }

    /// After how many failures in a row this is.
    @discardableResult
    func fetched(nextAfter wait: Duration, failed: Bool) -> Int {
        state.withLock { state in
            state.nextFetch = .now + wait
            state.fetchFailures = failed ? state.fetchFailures + 1 : 0
            return state.fetchFailures
        }
    }
}
