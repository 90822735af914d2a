import Engine
import Foundation
import GRDB
import SQLiteStore
import Simulator

/// A disk whose books a verifier can look at.
protocol VerifiedDisk: Disk {
    /// What the verifier says of the books.
    func problems() throws -> [String]
}

/// A folder with the real store's file. After a crash the store is opened on a copy of what had
/// been written, as a process finds it that starts after another was killed: the write-ahead log
/// is there, perhaps torn, and nobody has closed anything.
final class SQLiteDisk: VerifiedDisk {
    private static let parts = ["", "-wal"]

    private let folder: URL
    private var lives = 0
    private var pool: DatabasePool?

    /// In memory where the machine has a folder for it, because flushing is not what is tested.
    init() throws {
        let shared = URL(fileURLWithPath: "/dev/shm", isDirectory: true)
        let base =
            FileManager.default.isWritableFile(atPath: shared.path)
            ? shared : FileManager.default.temporaryDirectory
        folder = base.appendingPathComponent("makewhole-world-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// The world is over.
    func remove() throws {
        pool = nil
        try FileManager.default.removeItem(at: folder)
    }

    func open() throws -> any Store {
        let pool = try SQLiteStore.open(path: path(lives))
        self.pool = pool
        return try SQLiteStore(pool: pool)
    }

    func mark() throws { try copy(path(lives), to: marked) }

    func crash(torn: Int?) throws {
        let old = path(lives)
        lives += 1
        if let torn {
            let whole = try bytes(old + "-wal")
            let start = try bytes(marked + "-wal").count
            try copy(marked, to: path(lives))
            // A log that did not grow began again at its front: then the commit is lost whole.
            if whole.count > start {
                let reached = start + (whole.count - start) * torn / 1_000
                try whole.prefix(reached).write(to: URL(fileURLWithPath: path(lives) + "-wal"))
            }
        } else {
            try copy(old, to: path(lives))
        }
        pool = nil
        for part in SQLiteDisk.parts { try remove(old + part) }
    }

    func problems() throws -> [String] {
        guard let pool else { return ["the file is not open"] }
        return try Verifier.verify(pool: pool).problems
    }

    /// One row of numbers.
    func numbers(_ sql: String) throws -> [Int] {
        try pool?.read { db in
            try Row.fetchOne(db, sql: sql).map { row in
                row.databaseValues.map(Int.fromDatabaseValue)
            }
        }?.compactMap(\.self) ?? []
    }

    private func path(_ life: Int) -> String {
        folder.appendingPathComponent("\(life).sqlite").path
    }

    private var marked: String { folder.appendingPathComponent("marked.sqlite").path }

    private func bytes(_ path: String) throws -> Data {
        guard FileManager.default.fileExists(atPath: path) else { return Data() }
        return try Data(contentsOf: URL(fileURLWithPath: path))
    }

    private func copy(_ old: String, to new: String) throws {
        for part in SQLiteDisk.parts {
            try remove(new + part)
            guard FileManager.default.fileExists(atPath: old + part) else { continue }
            try FileManager.default.copyItem(atPath: old + part, toPath: new + part)
        }
    }

    private func remove(_ path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        try FileManager.default.removeItem(atPath: path)
    }
}
