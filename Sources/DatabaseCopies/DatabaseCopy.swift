import Foundation

/// Copies of SQLite files: a copy gets its name when it is proven and on disk, and never before.
package enum DatabaseCopy {
    package enum Failure: Error, Hashable {
        /// Something is there already, and nothing is written over.
        case exists(path: String)
        /// What could not be done, and what the system says of it.
        case system(String)
    }

    /// Has `make` write a file, has `prove` read it, and gives it the name `target`.
    ///
    /// Until then it has the name with `.part` behind it; what an earlier try has left there is begun
    /// anew, and what fails is removed. It is its owner's alone from its first byte.
    ///
    /// - Throws: ``Failure``, and whatever `make` and `prove` throw.
    package static func write<Proof>(
        to target: String, make: (String) throws -> Void, prove: (String) throws -> Proof
    ) throws -> Proof {
        for left in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: target + left)
        {
            // A log of another database would be taken for this one's.
            throw Failure.exists(path: target + left)
        }
        let part = target + ".part"
        remove(part)
        do {
            let descriptor = open(part, O_CREAT | O_EXCL | O_WRONLY, 0o600)
            guard descriptor >= 0 else { throw failure("\(part) cannot be made") }
            close(descriptor)
            try make(part)
            let proof = try prove(part)
            try flush(part)
            try name(part, target)
            remove(part)
            try flush(URL(fileURLWithPath: target).deletingLastPathComponent().path)
            return proof
        } catch {
            remove(part)
            throw error
        }
    }

    /// Gives the file its name unless something has it by now. `link` is the system's; a test brings
    /// one that fails.
    static func name(
        _ part: String, _ target: String, link: (String, String) -> Int32 = { link($0, $1) }
    ) throws {
        if link(part, target) == 0 { return }
        guard errno != EEXIST else { throw Failure.exists(path: target) }
        // A file system without links: the name is taken first, and then given to the file.
        let descriptor = open(target, O_CREAT | O_EXCL | O_WRONLY, 0o600)
        guard descriptor >= 0 else {
            guard errno != EEXIST else { throw Failure.exists(path: target) }
            throw failure("\(target) cannot be made")
        }
        close(descriptor)
        guard rename(part, target) == 0 else {
            let failure = failure("\(part) cannot be named \(target)")
            unlink(target)
            throw failure
        }
    }

    private static func remove(_ part: String) {
        for left in ["", "-wal", "-shm", "-journal"] { unlink(part + left) }
    }

    /// Returns when the file, or the names in the folder, are on disk.
    private static func flush(_ path: String) throws {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { throw failure("\(path) cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("\(path) did not reach the disk") }
    }

    private static func failure(_ what: String) -> Failure {
        .system("\(what): \(String(cString: strerror(errno)))")
    }
}
