import Foundation
import GRDBSQLite
import Synchronization

/// A disk that fails when it is told to, for files in folders whose name says so: SQLite's own
/// layer below, with two of its calls replaced.
enum FaultyDisk {
    enum Fault: Equatable {
        case none
        /// What is written stays in the machine: fsync fails.
        case sync
        /// No space is left after this many more bytes.
        case full(after: Int)
        /// Nothing can be written.
        case readOnly
    }

    /// SQLITE_IOERR_FSYNC, a sum that Swift does not import.
    private static let fsyncFailed: Int32 = 1_034
    static let marker = "faulty-disk"
    static let fault = Mutex(Fault.none)

    struct NoDisk: Error {}

    /// Puts the layer in, once for the process.
    static func install() throws { try installed.get() }

    private static let installed: Result<Void, NoDisk> = {
        guard let system = sqlite3_vfs_find(nil) else { return .failure(NoDisk()) }
        original = system
        let copy = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        copy.initialize(to: system.pointee)
        copy.pointee.zName = UnsafePointer(strdup("faulty"))
        copy.pointee.pNext = nil
        copy.pointee.xOpen = { _, name, file, flags, answer in
            guard let open = FaultyDisk.original?.pointee.xOpen else { return SQLITE_ERROR }
            let code = open(FaultyDisk.original, name, file, flags, answer)
            guard code == SQLITE_OK, let file, let name,
                String(cString: name).contains(FaultyDisk.marker)
            else { return code }
            FaultyDisk.replace(file)
            return code
        }
        sqlite3_vfs_register(copy, 1)
        return .success(())
    }()

    private typealias Methods = UnsafePointer<sqlite3_io_methods>
    nonisolated(unsafe) private static var original: UnsafeMutablePointer<sqlite3_vfs>?
    /// The system's own calls by ours.
    nonisolated(unsafe) private static var originals: [Methods: Methods] = [:]
    private static let lock = NSLock()

    private static func replace(_ file: UnsafeMutablePointer<sqlite3_file>) {
        lock.withLock {
            guard let methods = file.pointee.pMethods else { return }
            if let known = originals.first(where: { $0.value == methods })?.key {
                file.pointee.pMethods = known
                return
            }
            let copy = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
            copy.initialize(to: methods.pointee)
            copy.pointee.xSync = { file, flags in
                if FaultyDisk.fault.withLock({ $0 }) == .sync { return FaultyDisk.fsyncFailed }
                return FaultyDisk.system(file)?.pointee.xSync?(file, flags) ?? SQLITE_ERROR
            }
            copy.pointee.xWrite = { file, bytes, count, offset in
                guard FaultyDisk.takes(Int(count)) else { return SQLITE_FULL }
                return FaultyDisk.system(file)?.pointee.xWrite?(file, bytes, count, offset)
                    ?? SQLITE_ERROR
            }
            originals[UnsafePointer(copy)] = methods
            file.pointee.pMethods = UnsafePointer(copy)
        }
    }

    private static func takes(_ count: Int) -> Bool {
        fault.withLock { fault in
            switch fault {
            case .none, .sync: return true
            case .readOnly: return false
            case .full(let left):
                guard left >= count else { return false }
                fault = .full(after: left - count)
                return true
            }
        }
    }

    private static func system(_ file: UnsafeMutablePointer<sqlite3_file>?) -> Methods? {
        guard let methods = file?.pointee.pMethods else { return nil }
        lock.lock()
        defer { lock.unlock() }
        return originals[methods]
    }
}
