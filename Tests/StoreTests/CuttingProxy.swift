import Foundation
import Synchronization
import TestPostgres

/// Stands between a store and PostgreSQL's socket, and cuts the connection at a commit: before the
/// server has it, or after the server did it and before its answer is passed on.
final class CuttingProxy: Sendable {
    enum Cut: Sendable {
        /// The commit never reaches the server.
        case before
        /// The server commits, and nobody hears of it.
        case after
    }

    let folder: String
    private let server: String
    private let listener: Int32
    private let nextCut = Mutex<(cut: Cut, meanwhile: @Sendable () -> Void)?>(nil)
    private let cuts = Atomic(0)

    /// Commits that were cut.
    var count: Int { cuts.load(ordering: .acquiring) }

    /// - Parameter server: the path of the server's socket.
    init(to server: String) throws {
        self.server = server
        folder = "/tmp/makewhole-cut-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let bound = Self.withAddress("\(folder)/.s.PGSQL.5432") { bind(listener, $0, $1) }
        guard bound == 0, listen(listener, 16) == 0 else {
            throw ServerProblem("the proxy cannot listen in \(folder)")
        }
        Thread.detachNewThread { [self] in accept() }
    }

    deinit {
        close(listener)
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Cuts the next commit, once. `meanwhile` runs when the server has lost the connection and the
    /// store does not know it yet.
    func cutNext(_ cut: Cut, meanwhile: @escaping @Sendable () -> Void = {}) {
        nextCut.withLock { $0 = (cut, meanwhile) }
    }

    private func accept() {
        let listener = listener
        while true {
            let client = Foundation.accept(listener, nil, nil)
            guard client >= 0 else { return }
            let upstream = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            guard Self.withAddress(server, { connect(upstream, $0, $1) }) == 0 else {
                close(client)
                close(upstream)
                continue
            }
            Thread.detachNewThread { [self] in pass(client, upstream) }
        }
    }

    /// Both ways on one thread, until one of them ends or the connection is cut.
    private func pass(_ client: Int32, _ upstream: Int32) {
        defer {
            close(client)
            close(upstream)
        }
        // "Bind" of the prepared statement named commit, which no other bytes of a batch look like.
        let commit = Array("\0commit\0".utf8)
        let done = Array("COMMIT\0".utf8)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var isWaitingForCommit = false
        var said: [UInt8] = []
        var meanwhile: @Sendable () -> Void = {}
        func cut() {
            shutdown(upstream, Int32(SHUT_RDWR))
            meanwhile()
            cuts.add(1, ordering: .releasing)
        }
        while true {
            var ends = [
                pollfd(fd: client, events: Int16(POLLIN), revents: 0),
                pollfd(fd: upstream, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&ends, 2, -1) > 0 else { return }
            if ends[0].revents != 0 {
                let count = read(client, &buffer, buffer.count)
                guard count > 0 else { return }
                if buffer[..<count].firstRange(of: commit) != nil {
                    if let next = nextCut.withLock({ $0.take() }) {
                        meanwhile = next.meanwhile
                        switch next.cut {
                        case .before: return cut()
                        case .after: isWaitingForCommit = true
                        }
                    }
                }
                guard Self.send(buffer[..<count], to: upstream) else { return }
            }
            if ends[1].revents != 0 {
                let count = read(upstream, &buffer, buffer.count)
                guard count > 0 else { return }
                if isWaitingForCommit {
                    said += buffer[..<count]
                    if said.firstRange(of: done) != nil { return cut() }
                } else {
                    guard Self.send(buffer[..<count], to: client) else { return }
                }
            }
        }
    }

    private static func send(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = Foundation.send(
                    descriptor, bytes.baseAddress! + sent, bytes.count - sent,
                    Int32(MSG_NOSIGNAL))
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }

    private static func withAddress<Value>(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
