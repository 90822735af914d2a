import Foundation

/// State that is nothing but the sum of its events, so a journal of the events is a full backup.
protocol JournaledState: Sendable {
    associatedtype Event: Codable & Sendable

    /// The state before anything happened.
    init()

    /// Adds one event. Replaying the same events always gives the same state: an implementation
    /// reads no clock and draws no random number.
    mutating func apply(_ event: Event)
}

/// Why a journal cannot be used. Every case is something a person has to look at.
enum JournalError: Error, CustomStringConvertible {
    /// A complete line does not decode: the file was edited, or written by another version.
    case unreadable(file: String, line: Int, reason: String)
    /// The folder belongs to another sandbox that is still running.
    case folderInUse(String)

    var description: String {
        switch self {
        case .unreadable(let file, let line, let reason):
            "The journal \(file) cannot be read at line \(line): \(reason). "
                + "Move the file away to start this part afresh."
        case .folderInUse(let folder):
            "Another sandbox is running in \(folder). Stop it, or name another folder."
        }
    }
}

/// The durable history of one part of the sandbox: a file of JSON lines.
///
/// A line holds all events of one decision, so a crash keeps a decision whole or drops it whole.
/// `append` returns after the line is on disk. A last line without its line feed was never
/// acknowledged; opening cuts it off.
///
/// It is not `Sendable` on purpose: one actor owns it.
final class Journal<Event: Codable & Sendable> {
    private let file: FileHandle
    private var length: UInt64

    /// Opens or creates the journal and returns the decisions it already holds, oldest first.
    static func open(_ url: URL) throws -> (journal: Journal<Event>, history: [[Event]]) {
        let files = FileManager.default
        try files.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        if !files.fileExists(atPath: url.path) {
            try Data().write(to: url)
        }
        let bytes = try Data(contentsOf: url)
        var history: [[Event]] = []
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: 0x0A) {
            do {
                history.append(
                    try JSONDecoder().decode([Event].self, from: Data(bytes[start..<end])))
            } catch {
                throw JournalError.unreadable(
                    file: url.lastPathComponent, line: history.count + 1, reason: "\(error)")
            }
            start = bytes.index(after: end)
        }
        let file = try FileHandle(forUpdating: url)
        let length = UInt64(bytes.distance(from: bytes.startIndex, to: start))
        try file.truncate(atOffset: length)
        return (Journal(file: file, length: length), history)
    }

    private init(file: FileHandle, length: UInt64) {
        self.file = file
        self.length = length
    }

    deinit {
        // Every line is synchronised when it is written, so a failing close loses nothing.
        do { try file.close() } catch { return }
    }

    /// Keeps one decision. When it throws, nothing of the decision is kept.
    func append(_ decision: [Event]) throws {
        guard !decision.isEmpty else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var line = try encoder.encode(decision)
        line.append(0x0A)
        do {
            try file.seek(toOffset: length)
            try file.write(contentsOf: line)
            try file.synchronize()
        } catch {
            try file.truncate(atOffset: length)
            throw error
        }
        length += UInt64(line.count)
    }
}

/// A state together with its journal: what is applied is on disk first.
struct Kept<State: JournaledState> {
    private(set) var state: State
    private let journal: Journal<State.Event>

    /// Replays the journal at `url`, which is created when absent.
    init(_ url: URL) throws {
        let (journal, history) = try Journal<State.Event>.open(url)
        var state = State()
        for event in history.joined() { state.apply(event) }
        self.journal = journal
        self.state = state
    }

    /// Writes the events to disk, then applies them.
    mutating func keep(_ events: [State.Event]) throws {
        try journal.append(events)
        for event in events { state.apply(event) }
    }
}

/// The claim of one process on a sandbox folder; the system drops it when the process ends.
final class FolderLock: Sendable {
    private let file: FileHandle

    /// Takes the folder or throws ``JournalError/folderInUse(_:)``.
    init(folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let url = folder.appendingPathComponent("sandbox.lock")
        if !FileManager.default.fileExists(atPath: url.path) { try Data().write(to: url) }
        file = try FileHandle(forUpdating: url)
        guard flock(file.fileDescriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw JournalError.folderInUse(folder.path)
        }
    }
}
