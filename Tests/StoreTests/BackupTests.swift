import Engine
import Foundation
import GRDB
import Money
import Rules
import SQLiteStore
import Synchronization
import Testing

/// A copy is whole or it is not there.
struct BackupTests {
    @Test("A copy made while commands go on is of one moment, and verifies")
    func whileWriting() throws {
        let path = try Folder.new()
        let pool = try SQLiteStore.open(path: path)
        let policies = try Folder.policies()
        let copies = (0..<4).map { "\(path).copy\($0)" }
        let isDone = Atomic(false)
        // A thread of its own: tasks share as many as there are processors.
        let ended = DispatchSemaphore(value: 0)
        let writer = Thread {
            defer { ended.signal() }
            do {
                let core = try Core(store: try SQLiteStore(pool: pool), policies: policies)
                var story = Story()
                _ = try story.negativeBalance(core)
                while !isDone.load(ordering: .acquiring) {
                    _ = try story.perform(
                        .receiveFunds(
                            Command.ReceiveFunds(
                                rail: .wire, amount: Cents(1), source: "s", reference: nil)), core)
                }
            } catch {
                Issue.record(error)
            }
        }
        writer.start()
        var commits: [Int64] = []
        for copy in copies {
            usleep(50_000)
            commits.append(try Backup.write(from: path, to: copy).commits)
        }
        isDone.store(true, ordering: .releasing)
        ended.wait()

        #expect(commits == commits.sorted())
        #expect(try Verifier.verify(pool: pool).commits >= commits[3])
        #expect(try Backup.read(copies[3]).commits == commits[3])
        #expect(!FileManager.default.fileExists(atPath: copies[0] + ".part"))
        let mode = try FileManager.default.attributesOfItem(atPath: copies[0])[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    @Test("A copy that was put back is gone on with, and nothing is written over")
    func restore() throws {
        let path = try Folder.new()
        let pool = try SQLiteStore.open(path: path)
        var story = Story()
        let (_, owed) = try story.negativeBalance(
            Core(store: try SQLiteStore(pool: pool), policies: try Folder.policies()))
        let (copy, target) = (path + ".copy", path + ".restored")
        let written = try Backup.write(from: path, to: copy)

        let restored = try Backup.restore(from: copy, to: target)
        #expect(restored.lastHash == written.lastHash)
        let store = try SQLiteStore(pool: try SQLiteStore.open(path: target))
        #expect(try store.customer(story.customer)?.owed == owed)

        #expect(throws: Backup.Refusal.exists(path: copy)) {
            try Backup.write(from: path, to: copy)
        }
        #expect(throws: Backup.Refusal.exists(path: target)) {
            try Backup.restore(from: copy, to: target)
        }
        #expect(throws: Backup.Refusal.missing(path: path + ".no")) {
            try Backup.write(from: path + ".no", to: path + ".other")
        }
    }

    @Test("What lies only in the log beside a copy is put back with it")
    func log() throws {
        let path = try Folder.new()
        let pool = try SQLiteStore.open(path: path)
        var story = Story()
        let (_, owed) = try story.negativeBalance(
            Core(store: try SQLiteStore(pool: pool), policies: try Folder.policies()))
        // Two files copied by hand, as they lay there: all commits are in the second.
        let (copy, target) = (path + ".copy", path + ".restored")
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
        }

        let restored = try Backup.restore(from: copy, to: target)

        #expect(restored.lastHash == (try Verifier.verify(pool: pool).lastHash))
        #expect(restored.commits == 6)
        let store = try SQLiteStore(pool: try SQLiteStore.open(path: target))
        #expect(try store.customer(story.customer)?.owed == owed)
    }

    @Test("A damaged page is found and named, and no copy stays")
    func damaged() throws {
        let path = try Folder.new()
        let pool = try SQLiteStore.open(path: path)
        var story = Story()
        _ = try story.negativeBalance(
            Core(store: try SQLiteStore(pool: pool), policies: try Folder.policies()))
        let copy = path + ".copy"
        _ = try Backup.write(from: path, to: copy)
        let root = try pool.read { db in
            try Int.fetchOne(db, sql: "SELECT rootpage FROM sqlite_master WHERE name = 'entity'")
        }
        let handle = try #require(FileHandle(forUpdatingAtPath: copy))
        try handle.seek(toOffset: UInt64(try #require(root) - 1) * 4_096 + 8)
        try handle.write(contentsOf: Data(repeating: 0xFF, count: 600))
        try handle.close()

        let refusal = #expect(throws: Backup.Refusal.self) {
            try Backup.restore(from: copy, to: path + ".restored")
        }
        guard case .damaged(copy, let problems) = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        #expect(!problems.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: path + ".restored"))
    }
}
