import Foundation
import GRDB

/// Copies of the database, made while it is in use, and put back where there is none.
///
/// A copy counts only when it has been read through: every page, every hash, every balance.
public enum Backup {
    /// Why there is no copy.
    public enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        /// Something is there already, and nothing is written over.
        case exists(path: String)
        case missing(path: String)
        /// The file was read through and is not whole; at most ten sentences of what is wrong.
        case damaged(path: String, problems: [String])

        public var description: String {
            switch self {
            case .exists(let path):
                "\(path) is there already, and is not written over; move it away or name another."
            case .missing(let path): "\(path) is not there."
            case .damaged(let path, let problems):
                "\(path) is not whole: \(problems.joined(separator: " "))"
            }
        }
    }

    /// Writes a copy of the database at `source`, as it is at one moment, to `target`. Whoever writes
    /// to the database goes on meanwhile.
    ///
    /// The copy gets its name when it is proven and on disk; what was begun and not finished has the
    /// name with `.part` behind it, and is begun anew.
    public static func write(from source: String, to target: String) throws -> Verifier.Report {
        let database = try SQLiteStore.openReadOnly(path: existing(source))
        return try copy(to: target) { part in
            let copy = try DatabaseQueue(path: part)
            // In one step: a copy in several begins again whenever somebody writes between them.
            try database.backup(to: copy, pagesPerStep: -1)
            // One file, without a log beside it that could be forgotten.
            try copy.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA journal_mode = DELETE")
            }
            try copy.close()
        }
    }

    /// Puts a copy where the program will look for its database, when there is none.
    public static func restore(from copy: String, to target: String) throws -> Verifier.Report {
        _ = try read(existing(copy))
        for left in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: target + left)
        {
            // A log of another database would be taken for this one's.
            throw Refusal.exists(path: target + left)
        }
        return try self.copy(to: target) { part in
            try FileManager.default.copyItem(atPath: copy, toPath: part)
        }
    }

    /// Reads every page and recomputes the books.
    public static func read(_ path: String) throws -> Verifier.Report {
        do {
            let database = try SQLiteStore.openReadOnly(path: existing(path))
            let pages = try database.read { db in
                try String.fetchAll(db, sql: "PRAGMA integrity_check(10)")
            }
            guard pages == ["ok"] else { throw Refusal.damaged(path: path, problems: pages) }
            let report = try database.read { db in try Verifier.verify(db) }
            guard report.problems.isEmpty else {
                throw Refusal.damaged(path: path, problems: Array(report.problems.prefix(10)))
            }
            return report
        } catch let error as DatabaseError {
            throw Refusal.damaged(path: path, problems: [error.description])
        }
    }

    private static func existing(_ path: String) throws -> String {
        guard FileManager.default.fileExists(atPath: path) else {
            throw Refusal.missing(path: path)
        }
        return path
    }

    private static func copy(
        to target: String, _ make: (String) throws -> Void
    ) throws -> Verifier.Report {
        guard !FileManager.default.fileExists(atPath: target) else {
            throw Refusal.exists(path: target)
        }
        let part = target + ".part"
        for left in ["", "-wal", "-shm", "-journal"] {
            try? FileManager.default.removeItem(atPath: part + left)
        }
        try make(part)
        chmod(part, 0o600)
        let report = try read(part)
        try flush(part)
        // Fails when somebody put a file there meanwhile.
        guard link(part, target) == 0 else { throw Refusal.exists(path: target) }
        unlink(part)
        for left in ["-wal", "-shm"] { unlink(part + left) }
        try flush(URL(fileURLWithPath: target).deletingLastPathComponent().path)
        return report
    }

    /// Returns when the file, or the names in the folder, are on disk.
    private static func flush(_ path: String) throws {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { throw SQLiteFault("\(path) cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw SQLiteFault("\(path) did not reach the disk: \(String(cString: strerror(errno)))")
        }
    }
}
