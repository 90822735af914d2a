import Foundation

/// The real program, started on a folder of its own and stopped again.
final class Program {
    let port: Int
    let key: String
    private let process = Process()

    /// What the program needs to start in a folder.
    struct Setup {
        let executable: URL
        let configuration: URL
        let port: Int
        let key: String
    }

    /// `binaries` is where this benchmark itself was built to: the program lies beside it.
    static func prepare(in folder: URL, binaries: URL) throws -> Setup {
        let executable = binaries.appendingPathComponent("makewhole")
        guard FileManager.default.isExecutableFile(atPath: executable.path) else {
            throw BenchProblem("build it first: swift build -c release --product makewhole")
        }
        func keep(_ name: String, _ text: String) throws {
            try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        }
        let port = try Socket.freePort()
        try keep("master.key", try Self.ask(executable, ["key", "master"]).output)
        let api = try Self.ask(executable, ["key", "api", "bench"])
        let key = api.output.trimmingCharacters(in: .whitespacesAndNewlines)
        try keep("api-keys.json", "[\(api.errors)]")
        try keep(
            "config.json",
            """
            {"makewhole": {
              "data": {"folder": "data"}, "http": {"port": \(port)}, "sandbox": true,
              "public": {"url": "http://127.0.0.1:\(port)"},
              "policy": {"file": "\(FileManager.default.currentDirectoryPath)/policy.json"},
              "master": {"key": {"file": "master.key"}},
              "api": {"keys": {"file": "api-keys.json"}},
              "originator": {"name": "BENCH", "identification": "1234567890"},
              "odfi": {"routing": "091000019", "name": "BENCH BANK", "account": "1002003001"},
              "bank": {"folder": "bank"}, "support": {"phone": "1-800-555-0142"}
            }}
            """)
        return Setup(
            executable: executable, configuration: folder.appendingPathComponent("config.json"),
            port: port, key: key)
    }

    /// Starts the program and waits until it answers.
    init(in folder: URL, binaries: URL) throws {
        let setup = try Self.prepare(in: folder, binaries: binaries)
        port = setup.port
        key = setup.key
        process.executableURL = setup.executable
        process.arguments = ["serve", "--config", setup.configuration.path]
        let log = folder.appendingPathComponent("makewhole.log")
        try Data().write(to: log)
        let handle = try FileHandle(forWritingTo: log)
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        for _ in 0..<200 {
            if let socket = try? Socket(port: port),
                let answer = try? socket.ask("GET", "/readyz"), answer.status == 200
            {
                return
            }
            usleep(50_000)
        }
        stop()
        throw BenchProblem("the program did not come up; its log is \(log.path)")
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    /// Memory the program holds, in megabytes of 2^20 bytes (`VmRSS`).
    func residentMegabytes() throws -> Double {
        let path = "/proc/\(process.processIdentifier)/status"
        let status = try String(contentsOfFile: path, encoding: .utf8)
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
                .compactMap({ Double($0) }).first
        else { throw BenchProblem("\(path) does not tell its memory") }
        return kilobytes / 1024
    }

    private static func ask(
        _ executable: URL, _ arguments: [String]
    ) throws -> (output: String, errors: String) {
        let process = Process()
        let output = Pipe()
        let errors = Pipe()
        process.executableURL = executable
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let told = output.fileHandleForReading.readDataToEndOfFile()
        let alsoTold = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchProblem("makewhole \(arguments.joined(separator: " ")) failed")
        }
        return (String(decoding: told, as: UTF8.self), String(decoding: alsoTold, as: UTF8.self))
    }
}

/// One kept-alive connection with blocking calls: what a caller costs must not hide what the
/// program costs, on the same two cores.
final class Socket {
    private let descriptor: Int32
    private var kept: [UInt8] = []

    struct Answer {
        let status: Int
        let head: String
        let body: [UInt8]
    }

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.loopback(port)
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            close(descriptor)
            throw BenchProblem("no connection to port \(port)")
        }
        var yes: Int32 = 1
        setsockopt(
            descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes,
            socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    private static func loopback(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return address
    }

    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = loopback(0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 ? getsockname(descriptor, $0, &size) : -1
            }
        }
        guard code == 0 else { throw BenchProblem("no free port") }
        return Int(address.sin_port.bigEndian)
    }

    func ask(
        _ method: String, _ path: String, headers: String = "", body: String = ""
    ) throws -> Answer {
        var request = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(headers)"
        if !body.isEmpty {
            request += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
        }
        try send(Array((request + "\r\n" + body).utf8))
        return try receive()
    }

    private func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, 0)
            }
            guard count > 0 else { throw BenchProblem("the connection was closed") }
            sent += count
        }
    }

    private func receive() throws -> Answer {
        let end = Array("\r\n\r\n".utf8)
        var body = kept.firstRange(of: end)
        while body == nil {
            try readMore()
            body = kept.firstRange(of: end)
        }
        guard let body else { throw BenchProblem("no answer") }
        let head = String(decoding: kept[..<body.lowerBound], as: UTF8.self)
        let lines = head.split(separator: "\r\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { throw BenchProblem("not an answer: \(head)") }
        let length =
            lines.first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces)) } ?? 0
        while kept.count < body.upperBound + length { try readMore() }
        defer { kept.removeFirst(body.upperBound + length) }
        return Answer(
            status: status, head: head,
            body: Array(kept[body.upperBound..<body.upperBound + length]))
    }

    private func readMore() throws {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { throw BenchProblem("the connection was closed") }
        kept += buffer[..<count]
    }
}
