import Foundation
import Testing

@testable import DatabaseCopies

/// How a copy gets its name.
struct DatabaseCopyTests {
    private struct Failed: Error {}

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test("A copy is its owner's alone from its first byte, and has its name when it is proven")
    func whole() throws {
        let target = try Folder.new()

        let proof = try DatabaseCopy.write(to: target) { part in
            #expect(try mode(part) == 0o600)
            try Data("whole".utf8).write(to: URL(fileURLWithPath: part))
        } prove: { part in
            #expect(!FileManager.default.fileExists(atPath: target))
            return try String(contentsOfFile: part, encoding: .utf8)
        }

        #expect(proof == "whole")
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "whole")
        #expect(!FileManager.default.fileExists(atPath: target + ".part"))
    }

    @Test("What is not proven has no name and leaves nothing")
    func unproven() throws {
        let target = try Folder.new()

        #expect(throws: Failed.self) {
            try DatabaseCopy.write(to: target) { _ in
            } prove: { _ in
                throw Failed()
            }
        }

        #expect(!FileManager.default.fileExists(atPath: target))
        #expect(!FileManager.default.fileExists(atPath: target + ".part"))
    }

    @Test("Nothing is written over, and no log of another database is taken for the copy's")
    func exists() throws {
        for left in ["", "-wal", "-shm"] {
            let target = try Folder.new()
            try Data().write(to: URL(fileURLWithPath: target + left))

            #expect(throws: DatabaseCopy.Failure.exists(path: target + left)) {
                try DatabaseCopy.write(to: target) { _ in
                } prove: { _ in
                }
            }
        }
    }

    @Test("Where the file system has no links the name is taken all the same, and once")
    func noLinks() throws {
        let target = try Folder.new()
        func refusing(_ part: String, _ target: String) -> Int32 {
            errno = EPERM
            return -1
        }
        try Data("one".utf8).write(to: URL(fileURLWithPath: target + ".1"))
        try Data("two".utf8).write(to: URL(fileURLWithPath: target + ".2"))

        try DatabaseCopy.name(target + ".1", target, link: refusing)
        #expect(throws: DatabaseCopy.Failure.exists(path: target)) {
            try DatabaseCopy.name(target + ".2", target, link: refusing)
        }
        #expect(throws: DatabaseCopy.Failure.exists(path: target)) {
            try DatabaseCopy.name(target + ".2", target)
        }

        #expect(try String(contentsOfFile: target, encoding: .utf8) == "one")
    }

    @Test("A folder that is not there is told of as that")
    func noFolder() throws {
        let target = try Folder.new() + ".no/copy"

        #expect(
            throws: DatabaseCopy.Failure.system(
                "\(target).part cannot be made: No such file or directory")
        ) {
            try DatabaseCopy.write(to: target) { _ in
            } prove: { _ in
            }
        }
    }
}
