import Foundation
import Tables

/// The bytes of what a bank sent, in parts, sealed by whoever keeps them: a file may be larger than
/// memory, and it holds account numbers.
extension EdgeStore {
    /// Adds parts to a file, numbered on from `number`.
    public func keepParts(of file: String, from number: Int, sealed: [Data]) throws {
        try pool.write { db in
            for (index, part) in sealed.enumerated() {
                try db.execute(
                    sql: "INSERT INTO bank_file_part(file, number, sealed) VALUES (?, ?, ?)",
                    arguments: [file, number + index, part])
            }
        }
    }

    /// One part as it was sealed; `nil` after the last.
    public func part(of file: String, number: Int) throws -> Data? {
        try pool.read { db in
            try Data.fetchOne(
                db, sql: "SELECT sealed FROM bank_file_part WHERE file = ? AND number = ?",
                arguments: [file, number])
        }
    }

    /// Says that every part of a file is here.
    public func markKept(bankFile name: String, digest: Data, size: Int64) throws {
        try pool.write { db in
            try db.execute(
                sql: "UPDATE bank_file SET digest = ?, size = ?, state = 'kept' WHERE name = ?",
                arguments: [digest, size, name])
        }
    }

    /// Forgets a file whose bytes had not all arrived: the whole of it is still where it came from.
    public func forgetArriving(bankFile name: String) throws {
        try pool.write { db in
            try db.execute(sql: "DELETE FROM bank_file_part WHERE file = ?", arguments: [name])
            try db.execute(
                sql: "DELETE FROM bank_file WHERE name = ? AND state = 'arriving'",
                arguments: [name])
        }
    }

    /// How far a file has been applied, for whoever watches; nothing relies on it.
    public func mark(bankFile name: String, done: Int64, of entries: Int64) throws {
        try pool.write { db in
            try db.execute(
                sql: "UPDATE bank_file SET done = ?, entries = ? WHERE name = ?",
                arguments: [done, entries, name])
        }
    }
}
