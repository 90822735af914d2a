import Banking
import Foundation

/// The sandbox's own clock: how far it is ahead of the real one.
struct ClockState: JournaledState {
    enum Event: Codable, Sendable, Equatable {
        case ahead(milliseconds: Int64)
    }

    private(set) var ahead: Int64 = 0

    mutating func apply(_ event: Event) {
        switch event {
        case .ahead(let milliseconds): ahead = milliseconds
        }
    }
}

/// What time it is in the sandbox.
///
/// Makewhole owns the time: each reading of its clock sets this one. Between readings, and while
/// Makewhole is away, this clock runs on by itself from where it was.
actor SandboxClock {
    private var kept: Kept<ClockState>
    private var ahead: Int64
    private var latest = Instant(milliseconds: 0)

    /// A difference below this is the time readings take, and is not worth a line in the journal.
    private static let toleranceMilliseconds: Int64 = 5_000

    init(folder: URL) throws {
        kept = try Kept(folder.appendingPathComponent("clock.jsonl"))
        ahead = kept.state.ahead
    }

    /// Never earlier than an answer before, unless Makewhole's clock was set back for good.
    func now() -> Instant {
        latest = max(latest, Instant(milliseconds: Self.wallMilliseconds() + ahead))
        return latest
    }

    /// Takes over a reading of Makewhole's clock.
    func follow(_ reading: Instant) throws {
        ahead = reading.milliseconds - Self.wallMilliseconds()
        if latest.milliseconds - reading.milliseconds > Self.toleranceMilliseconds {
            latest = reading
        }
        try keep()
    }

    /// Moves this clock by itself, while Makewhole is away. Never backwards.
    func advance(to target: Instant) throws {
        ahead = max(ahead, target.milliseconds - Self.wallMilliseconds())
        try keep()
    }

    private func keep() throws {
        guard abs(ahead - kept.state.ahead) > Self.toleranceMilliseconds else { return }
        try kept.keep([.ahead(milliseconds: ahead)])
    }

    private static func wallMilliseconds() -> Int64 {
        Int64(Date().timeIntervalSince1970 * 1_000)
    }
}
