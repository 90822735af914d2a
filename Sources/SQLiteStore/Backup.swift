import DatabaseCopies
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
        try copy(try SQLiteStore.openReadOnly(path: existing(source)), to: target)
    }

    /// Puts a copy where the program will look for its database, when there is none.
    ///
    /// What lies only in a log beside the copy is put back with it.
    public static func restore(from copy: String, to target: String) throws -> Verifier.Report {
        let found = try read(existing(copy))
        let database = try SQLiteStore.openReadOnly(path: copy)
        return try self.copy(database, to: target) { restored in
            guard restored.lastHash == found.lastHash else {
                throw Refusal.damaged(path: copy, problems: ["It was changed while it was read."])
            }
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
        _ database: DatabasePool, to target: String,
        _ check: (Verifier.Report) throws -> Void = { _ in }
    ) throws -> Verifier.Report {
        do {
            return try DatabaseCopy.write(to: target) { part in
                let copy = try DatabaseQueue(path: part)
                // In one step: a copy in several begins again whenever somebody writes between them.
                try database.backup(to: copy, pagesPerStep: -1)
                // One file, without a log beside it that could be forgotten.
                try copy.writeWithoutTransaction { db in
                    try db.execute(sql: "PRAGMA journal_mode = DELETE")
                }
                try copy.close()
            } prove: { part in
                let report = try read(part)
                try check(report)
                return report
            }
        } catch let failure as DatabaseCopy.Failure {
            switch failure {
            case .exists(let path): throw Refusal.exists(path: path)
            case .system(let sentence): throw SQLiteFault(sentence)
            }
        }
    }
}
