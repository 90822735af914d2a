import Banking
import Foundation
import Tables

/// Sessions, and what happened at the doors of an account, so that its owner sees who is in.
extension EdgeStore {
    public struct Session: Sendable {
        public let subject: Subject
        public let csrf: String
        /// When its reader signed in.
        public let startedAt: Instant
        /// When it was last written that somebody used it.
        public let seenAt: Instant
    }

    /// A session as its owner may see it.
    public struct OpenSession: Sendable {
        public let digest: Data
        /// What the browser said of itself, in the page's words.
        public let device: String
        public let startedAt: Instant
        public let seenAt: Instant
        public let expires: Instant
    }

    /// What happened at an account's doors.
    public enum DoorEvent: String, Sendable {
        case signedIn = "signed_in"
        case signedOut = "signed_out"
        case signedOutFromAfar = "signed_out_from_afar"
    }

    /// What happened, when, and in which browser.
    public struct DoorEventRow: Sendable {
        public let event: DoorEvent
        public let at: Instant
        public let device: String
    }

    /// What happened longer ago is forgotten: it says where a person was.
    static let doorEventDays = 90

    /// Keeps a session until its time; what has expired by the same clock is forgotten.
    ///
    /// - Parameter device: The families of browser and system, not what would tell one from another.
    public func keepSession(
        digest: Data, subject: Subject, csrf: String, device: String = "", expires: Instant,
        at now: Instant
    ) throws {
        try pool.write { db in
            try db.execute(
                sql: "DELETE FROM session WHERE expires <= ?", arguments: [now.milliseconds])
            try db.execute(
                sql: "DELETE FROM door_event WHERE at <= ?",
                arguments: [now.adding(days: -EdgeStore.doorEventDays).milliseconds])
            try db.execute(
                sql: """
                    INSERT INTO session(digest, subject, csrf, expires, started_at, seen_at, device)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    digest, subject.text, csrf, expires.milliseconds, now.milliseconds,
                    now.milliseconds, device,
                ])
            try EdgeStore.keep(.signedIn, of: subject.text, device: device, at: now, in: db)
        }
    }

    public func session(digest: Data, at now: Instant) throws -> Session? {
        try pool.read { db in
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT * FROM session WHERE digest = ? AND expires > ?",
                    arguments: [digest, now.milliseconds]),
                let subject = Subject(row["subject"] as String)
            else { return nil }
            return Session(
                subject: subject, csrf: row["csrf"],
                startedAt: Instant(milliseconds: row["started_at"]),
                seenAt: Instant(milliseconds: row["seen_at"]))
        }
    }

    /// Writes that somebody used a session.
    public func seeSession(digest: Data, at now: Instant) throws {
        try pool.write { db in
            try db.execute(
                sql: "UPDATE session SET seen_at = ? WHERE digest = ? AND seen_at < ?",
                arguments: [now.milliseconds, digest, now.milliseconds])
        }
    }

    /// Every session of `subject`, the newest first.
    public func sessions(of subject: Subject, at now: Instant) throws -> [OpenSession] {
        try pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM session WHERE subject = ? AND expires > ?
                    ORDER BY started_at DESC, digest
                    """,
                arguments: [subject.text, now.milliseconds]
            ).map { row in
                OpenSession(
                    digest: row["digest"], device: row["device"],
                    startedAt: Instant(milliseconds: row["started_at"]),
                    seenAt: Instant(milliseconds: row["seen_at"]),
                    expires: Instant(milliseconds: row["expires"]))
            }
        }
    }

    // A session that is ended takes along the pushes its browser asked for. One that runs out does
    // not: the notice of what is owed has to come on the second day too.

    /// Ends a session by the wish of whoever is in it; one that is over already stays so.
    public func endSession(digest: Data, at now: Instant) throws {
        try pool.write { db in
            try EdgeStore.end("digest = ?", [digest], as: .signedOut, at: now, in: db)
        }
    }

    /// Ends one session of `subject`; a session of anybody else stays.
    public func endSession(digest: Data, of subject: Subject, at now: Instant) throws {
        try pool.write { db in
            try EdgeStore.end(
                "digest = ? AND subject = ?", [digest, subject.text], as: .signedOutFromAfar,
                at: now, in: db)
        }
    }

    /// Ends every session of `subject` but one, in one step.
    public func endSessions(of subject: Subject, except kept: Data, at now: Instant) throws {
        try pool.write { db in
            try EdgeStore.end(
                "subject = ? AND digest <> ?", [subject.text, kept], as: .signedOutFromAfar,
                at: now, in: db)
        }
    }

    private static func end(
        _ condition: String, _ arguments: StatementArguments, as event: DoorEvent,
        at now: Instant, in db: Database
    ) throws {
        let ended = try Row.fetchAll(
            db, sql: "DELETE FROM session WHERE \(condition) RETURNING digest, subject, device",
            arguments: arguments)
        for row in ended {
            // Whoever signs out of a browser that others use wants no notice shown on it.
            try db.execute(
                sql: "DELETE FROM push_subscription WHERE session = ?",
                arguments: [row["digest"] as Data])
            try keep(event, of: row["subject"], device: row["device"], at: now, in: db)
        }
    }

    private static func keep(
        _ event: DoorEvent, of subject: String, device: String, at now: Instant, in db: Database
    ) throws {
        try db.execute(
            sql: "INSERT INTO door_event(subject, at, event, device) VALUES (?, ?, ?, ?)",
            arguments: [subject, now.milliseconds, event.rawValue, device])
    }

    /// What happened at the doors of `subject`, newest first.
    public func doorEvents(of subject: Subject, limit: Int) throws -> [DoorEventRow] {
        try pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT event, at, device FROM door_event WHERE subject = ?
                    ORDER BY at DESC, id DESC LIMIT ?
                    """,
                arguments: [subject.text, limit]
            ).compactMap { row in
                DoorEvent(rawValue: row["event"]).map {
                    DoorEventRow(
                        event: $0, at: Instant(milliseconds: row["at"]), device: row["device"])
                }
            }
        }
    }
}
