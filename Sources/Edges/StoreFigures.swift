import Banking
import Foundation
import Tables

/// What waits in the database, counted for operators: each from an index that holds only what is
/// not done yet, so that a look costs what waits and not what exists.
public struct StoreFigures: Sendable {
    private let pool: any Pool

    public init(pool: any Pool) { self.pool = pool }

    public struct Reading: Sendable {
        public let commits: Int64
        public let outboxWaiting: Int
        public let outboxDue: Int
        public let outboxOldestDue: Instant?
        public let entriesQueued: Int
        /// Files for the bank that are complete and have no receipt.
        public let filesUnsent: Int
        /// Files that should have come, on any day.
        public let filesMissing: Int
        public let alertsOpen: Int
        public let nextTimer: Instant?
        public let breaksOpen: Int
        /// Breaks nobody has taken.
        public let breaksUnassigned: Int
        public let webhooksWaiting: Int
        /// Since when every try at an endpoint that is switched on failed: the earliest of them.
        public let webhooksFailingSince: Instant?
    }

    /// All of one moment: one snapshot.
    public func read(at now: Instant) throws -> Reading {
        try pool.read { db in
            func count(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
                try Int.fetchOne(db, sql: sql, arguments: arguments) ?? 0
            }
            func instant(_ sql: String) throws -> Instant? {
                try Int64.fetchOne(db, sql: sql).map { Instant(milliseconds: $0) }
            }
            return Reading(
                commits: try Int64.fetchOne(
                    db,
                    sql: db.dialect == .sqlite
                        ? "SELECT max(sequence) FROM book_commit"
                        : "SELECT sum(sequence) FROM writer") ?? 0,
                outboxWaiting: try count("SELECT count(*) FROM outbox WHERE done_at IS NULL"),
                outboxDue: try count(
                    "SELECT count(*) FROM outbox WHERE done_at IS NULL AND due <= ?",
                    [now.milliseconds]),
                outboxOldestDue: try instant("SELECT min(due) FROM outbox WHERE done_at IS NULL"),
                entriesQueued: try count("SELECT count(*) FROM entry WHERE trace IS NULL"),
                filesUnsent: try count(
                    """
                    SELECT count(*) FROM bank_file
                    WHERE direction = 'outbound' AND state IN ('ready', 'failed')
                    """),
                filesMissing: try count(
                    """
                    SELECT count(*) FROM bank_expected
                    WHERE file IS NULL AND excused_by IS NULL
                    """),
                alertsOpen: try count("SELECT count(*) FROM alert WHERE closed_by IS NULL"),
                nextTimer: try instant("SELECT min(due) FROM timer"),
                breaksOpen: try count("SELECT count(*) FROM bank_break WHERE closed_at IS NULL"),
                breaksUnassigned: try count(
                    "SELECT count(*) FROM bank_break WHERE closed_at IS NULL AND owner IS NULL"),
                webhooksWaiting: try count(
                    "SELECT count(*) FROM webhook_delivery WHERE state = 'waiting'"),
                webhooksFailingSince: try instant(
                    "SELECT min(failing_since) FROM webhook_endpoint WHERE state = 'enabled'"))
        }
    }
}
