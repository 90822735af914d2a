import Engine

/// What kept PostgreSQL from doing its work.
public enum PostgresFault: Error, Sendable, CustomStringConvertible {
    /// There is no connection, or it ended before the answer came. Nothing was being committed.
    case lost(String)
    /// The server refused a statement: its SQLSTATE, its sentence, and what we were doing.
    case refused(state: String, sentence: String, doing: String)
    /// A commit was sent and nobody could say within ``PostgresStore/resolvingFor`` whether it was
    /// carried out. Nobody may be answered; the next batch asks again first.
    case unknownOutcome(String)
    /// Another process has taken this writer's name, or the tables were migrated: this one must not
    /// write any more.
    case fenced(writer: String)
    /// Something in the database is not as this program wrote it.
    case unreadable(String)
    /// Somebody else was first, at what we had not locked; the same batch finds it decided.
    case overtaken(String)

    public var description: String {
        switch self {
        case .lost(let sentence): "PostgreSQL: the connection was lost: \(sentence)"
        case .refused(let state, let sentence, let doing):
            "PostgreSQL: \(sentence) (\(state), \(doing))"
        case .unknownOutcome(let sentence):
            "PostgreSQL: it is not known whether the commit was carried out: \(sentence)"
        case .fenced(let writer):
            """
            PostgreSQL: another process writes as "\(writer)", or the tables were migrated since \
            this one started; give every process a name of its own and start this one again
            """
        case .unreadable(let sentence): "PostgreSQL: \(sentence)"
        case .overtaken(let sentence): "PostgreSQL: \(sentence)"
        }
    }
}

/// Why a batch was run again; each is a figure.
public enum Retry: String, Sendable, CaseIterable {
    case deadlock
    case serialization
    case lockTimeout = "lock_timeout"
    case overtaken
    case connection
}

extension PostgresFault {
    /// Why the same batch may be tried again; `nil` when that would change nothing.
    ///
    /// SQLSTATE as in appendix A of PostgreSQL's manual.
    var retry: Retry? {
        switch self {
        case .lost: .connection
        case .overtaken: .overtaken
        case .refused(let state, _, _):
            switch state {
            case "40P01": .deadlock
            case "40001": .serialization
            case "55P03": .lockTimeout
            // A row of the same key was inserted by another writer meanwhile.
            case "23505": .overtaken
            // Shut down, crashed, starting, a standby, or a session ended by its time limit.
            case "57P01", "57P02", "57P03", "57P05", "25P03", "25006", "53300": .connection
            default: state.hasPrefix("08") ? .connection : nil
            }
        case .unknownOutcome, .fenced, .unreadable: nil
        }
    }

    /// Whether the connection can be used again after a rollback.
    var endsConnection: Bool {
        switch self {
        case .lost, .unknownOutcome: true
        case .refused: retry == .connection
        case .fenced, .unreadable, .overtaken: false
        }
    }
}

extension PostgresFault: StoreFault {
    /// Whoever was only overtaken is tried again at once; a server that fails over or starts again
    /// is waited for, ``PostgresStore/retryingFor`` in all.
    public func pause(beforeAttempt attempt: Int, after elapsed: Duration) -> Duration? {
        switch retry {
        case nil: nil
        case .deadlock, .serialization, .overtaken:
            attempt <= 10 ? .milliseconds(2 * attempt) : nil
        case .lockTimeout: attempt <= 3 ? .milliseconds(2 * attempt) : nil
        case .connection:
            elapsed < PostgresStore.retryingFor
                ? .milliseconds(min(25 << min(attempt, 6), 1000)) : nil
        }
    }
}
