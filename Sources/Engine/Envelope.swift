import Banking
import Ledger
import Rules

/// A command on its way to the engine, with who asked and the cause that makes it happen once.
public struct Envelope: Sendable {
    public let cause: Cause
    /// Digest of what was asked under the cause: the same cause with another is refused.
    public let fingerprint: UInt64
    public let actor: Actor
    public let addressee: Addressee
    public let command: Command
    /// Why a person asked for it, kept with the command for whoever audits it.
    public let reason: String?

    public init(
        cause: Cause, fingerprint: UInt64 = 0, actor: Actor, to addressee: Addressee,
        _ command: Command, reason: String? = nil
    ) {
        self.cause = cause
        self.fingerprint = fingerprint
        self.actor = actor
        self.addressee = addressee
        self.command = command
        self.reason = reason
    }
}

/// The engine's answer. Whoever has it can rely on it: what it says is on disk.
public enum Outcome: Hashable, Sendable {
    case accepted(Reply)
    /// The cause had been carried out before; this is the first answer.
    case replayed(Reply)
    case refused(Refusal)
    /// The cause was used before for something else.
    case conflict
}

/// The world said "not now". Nothing is known to have happened; asking again by cause is safe.
public enum Fault: Error, Hashable, Sendable {
    /// The queue is full: come back after this many seconds.
    case busy(retryAfterSeconds: Int)
    /// The store failed; the sentence is for the log.
    case store(String)
    case stopped
}

/// What tells the time. Money decisions never see it go back.
public protocol Clock: Sendable {
    func now() -> Instant
}
