import Foundation
import Service
import Subprocess
import SystemPackage

/// Files over SFTP with OpenSSH's own client, `sftp -b`: keys, ciphers and known hosts are its
/// business, and an operator can try by hand what this does.
struct SFTPTransport: BankTransport {
    let setup: SFTPSetup
    /// Where files lie while they go and come; the client's own folder.
    let scratch: URL
    /// Held by the client as long as it runs, so that one that outlived a killed program has ended
    /// before the next begins.
    private let lock: URL

    init(_ setup: SFTPSetup, folder: URL) throws {
        self.setup = setup
        scratch = folder.appendingPathComponent(".transfer", isDirectory: true)
        lock = scratch.appendingPathComponent("lock")
        try FileManager.default.createDirectory(
            at: scratch, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    /// A server may lose a part, and its owner may tidy up.
    var keepsParts: Bool { false }

    var patience: (triesMax: Int, firstRetrySeconds: Int) {
        (setup.triesMax, setup.firstRetrySeconds)
    }

    func place(of name: String) -> String {
        "sftp://\(setup.host):\(setup.port)/\(setup.outbound)/\(name)"
            .replacing("//\(setup.host):\(setup.port)//", with: "//\(setup.host):\(setup.port)/")
    }

    // MARK: Out

    func sight(_ parcel: Parcel) async throws(TransportFault) -> Sighting {
        var sighting = Sighting(file: .absent, part: .absent, collected: .absent)
        for entry in try await list(setup.outbound) {
            if entry.name == parcel.name {
                sighting.file = try await compare(entry, in: setup.outbound, with: parcel)
            } else if entry.name == parcel.part {
                sighting.part = try await compare(entry, in: setup.outbound, with: parcel)
            }
        }
        if sighting.file == .absent, let collected = setup.collected,
            let entry = try await list(collected).first(where: { $0.name == parcel.name })
        {
            sighting.collected = try await compare(entry, in: collected, with: parcel)
        }
        return sighting
    }

    private func compare(
        _ entry: RemoteFile, in folder: String, with parcel: Parcel
    ) async throws(TransportFault) -> Sighting.Seen {
        guard entry.size == parcel.bytes.count else { return .other }
        switch setup.verify {
        case .size: return .same
        case .content:
            return try await readBack(folder + "/" + entry.name, of: parcel) == parcel.bytes
                ? .same : .other
        }
    }

    private func readBack(
        _ path: String, of parcel: Parcel
    ) async throws(TransportFault) -> Data {
        let copy = parcel.name + ".back"
        defer { remove(copy) }
        try await run(["get \(Self.quoted(path)) \(Self.quoted(copy))"])
        return try contents(of: copy)
    }

    func put(_ parcel: Parcel) async throws(TransportFault) {
        let copy = parcel.name + ".back"
        defer {
            remove(parcel.name)
            remove(copy)
        }
        try write(parcel.bytes, to: parcel.name)
        let remote = Self.quoted("\(setup.outbound)/\(parcel.part)")
        var commands = ["put -f \(Self.quoted(parcel.name)) \(remote)", "ls -lna \(remote)"]
        if setup.verify == .content { commands.append("get \(remote) \(Self.quoted(copy))") }
        let output = try await run(commands)
        let arrived = RemoteFile.all(in: output).first { $0.name == parcel.part }
        guard arrived?.size == parcel.bytes.count else {
            throw TransportFault(
                "\(parcel.name) arrived with \(arrived.map { "\($0.size)" } ?? "no") bytes "
                    + "instead of \(parcel.bytes.count)")
        }
        if setup.verify == .content, try contents(of: copy) != parcel.bytes {
            throw TransportFault("\(parcel.name) arrived with other bytes")
        }
    }

    func rename(_ parcel: Parcel) async throws(TransportFault) {
        try await run([
            "rename \(Self.quoted("\(setup.outbound)/\(parcel.part)")) "
                + Self.quoted("\(setup.outbound)/\(parcel.name)")
        ])
    }

    func discard(part: String) async throws(TransportFault) {
        try await run(["-rm \(Self.quoted("\(setup.outbound)/\(part)"))"])
    }

    // MARK: In

    func list() async throws(TransportFault) -> [RemoteFile] { try await list(setup.inbound) }

    private func list(_ folder: String) async throws(TransportFault) -> [RemoteFile] {
        RemoteFile.all(in: try await run(["ls -lna \(Self.quoted(folder))"])).filter(\.isFile)
    }

    /// Brings a file here under the name of a part in ``scratch``, whole and on disk; gives the
    /// digest of its bytes.
    func fetch(_ file: RemoteFile, as part: String) async throws(TransportFault) -> Data {
        let path = "\(setup.inbound)/\(file.name)"
        let output = try await run([
            "get \(Self.quoted(path)) \(Self.quoted(part))", "ls -lna \(Self.quoted(path))",
        ])
        let fetched: (digest: Data, size: Int64)
        do {
            fetched = try BankFileBytes.digest(of: scratch.appendingPathComponent(part))
        } catch {
            throw TransportFault("\(part) cannot be read: \(error)")
        }
        // While it grows at the bank, the next look brings it.
        guard fetched.size == file.size, RemoteFile.all(in: output).contains(file) else {
            remove(part)
            throw TransportFault("\(file.name) changed while it was fetched")
        }
        do {
            try Disk.flush(scratch.appendingPathComponent(part))
            try Disk.flush(scratch)
        } catch {
            throw TransportFault("\(part) cannot be flushed: \(error)")
        }
        return fetched.digest
    }

    /// Removes what a crash left of files that were being fetched. Only right after an answer of the
    /// client, which proves that no earlier one runs, and while nothing fetched waits.
    func tidyUp() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: scratch.path)
        where name.hasSuffix(".part") || name.hasPrefix("batch-") { remove(name) }
    }

    /// Does with a file of the bank's what was agreed once it is here.
    func finish(_ name: String) async throws(TransportFault) {
        let path = Self.quoted("\(setup.inbound)/\(name)")
        switch setup.afterFetch {
        case .keep: return
        case .remove: try await run(["rm \(path)"])
        case .archive(let folder):
            try await run(["rename \(path) \(Self.quoted("\(folder)/\(name)"))"])
        }
    }

    // MARK: The client

    /// More is no folder of bank files.
    private static let outputMax = 8 << 20

    /// Runs commands in one connection and gives what they wrote; the first that fails ends it.
    @discardableResult
    private func run(_ commands: [String]) async throws(TransportFault) -> String {
        // In a file and not through a pipe: when this program is killed meanwhile, what was asked
        // for still happens, and nothing after it; and a client that ends early breaks no pipe.
        let batch = "batch-" + ProcessInfo.processInfo.globallyUniqueString
        defer { remove(batch) }
        try write(Data(commands.map { $0 + "\n" }.joined().utf8), to: batch)
        let configuration = Configuration(
            executable: .name("flock"),
            arguments: Arguments(
                ["-n", "-E", "\(Self.locked)", lock.path, "sftp", "-b", batch]
                    + Self.arguments(setup)),
            environment: .custom(Self.environment()), workingDirectory: FilePath(scratch.path),
            platformOptions: Self.ownGroup())
        let seconds = setup.transferSeconds
        let result: (status: TerminationStatus, output: String, error: String)
        do {
            result = try await Deadline.run(seconds: seconds) {
                let done = try await Subprocess.run(
                    configuration, input: .none, output: .string(limit: Self.outputMax),
                    error: .string(limit: Self.outputMax))
                return (done.terminationStatus, done.standardOutput, done.standardError)
            }
        } catch is Deadline {
            throw TransportFault("\(setup.host) did not finish within \(seconds) seconds")
        } catch {
            throw TransportFault("sftp could not be run: \(error)")
        }
        switch result.status {
        case .exited(0): return result.output
        case .exited(Self.locked):
            throw TransportFault("a transfer of an earlier run has not ended yet")
        case .exited, .signaled:
            throw TransportFault("\(setup.host): \(Self.lastWords(of: result.error))")
        }
    }

    /// No exit code of `sftp`, which has 0, 1 and 255.
    private static let locked: Int32 = 75

    /// No secret is among the arguments: the key is named by its file.
    static func arguments(_ setup: SFTPSetup) -> [String] {
        let options = [
            "BatchMode=yes", "StrictHostKeyChecking=yes", "IdentitiesOnly=yes",
            "PasswordAuthentication=no", "KbdInteractiveAuthentication=no",
            "UserKnownHostsFile=\(optionValue(setup.knownHostsFile))",
            "GlobalKnownHostsFile=/dev/null", "UpdateHostKeys=no",
            "IdentityFile=\(optionValue(setup.keyFile))", "ConnectTimeout=\(setup.connectSeconds)",
            "ServerAliveInterval=10", "ServerAliveCountMax=3", "ControlMaster=no",
            "ControlPath=none", "ClearAllForwardings=yes", "ForwardAgent=no",
        ]
        let host = setup.host.contains(":") ? "[\(setup.host)]" : setup.host
        return ["-F", "none", "-P", "\(setup.port)"]
            + options.flatMap { ["-o", $0] } + ["\(setup.user)@\(host)"]
    }

    /// As `ssh_config` reads a path with blanks or marks of its own in it.
    private static func optionValue(_ path: String) -> String {
        "\"" + path.replacing("%", with: "%%") + "\""
    }

    private static func environment() -> [Environment.Key: String] {
        var environment: [Environment.Key: String] = ["LC_ALL": "C", "TZ": "UTC"]
        for key in ["PATH", "HOME", "SSH_AUTH_SOCK"] {
            if let value = ProcessInfo.processInfo.environment[key] {
                environment[Environment.Key(stringLiteral: key)] = value
            }
        }
        return environment
    }

    /// A group of its own, so that the end of it ends the connection's process too.
    private static func ownGroup() -> PlatformOptions {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(2)),
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1)),
        ]
        return options
    }

    /// As the client reads its commands: blanks kept. Names of ours and ``RemoteFile/hasUsableName``
    /// have nothing else that it would take for more than itself.
    static func quoted(_ path: String) -> String { "\"\(path)\"" }

    /// What the client said last, for a log: why, and that the connection is closed. Printable and
    /// not endless.
    static func lastWords(of text: String) -> String {
        let lines = text.split(whereSeparator: \.isNewline)
            .filter { !$0.trimmingCharacters(in: .whitespaces).isEmpty }
        let words = lines.isEmpty ? "no word why" : lines.suffix(2).joined(separator: " ")
        return String(
            words.unicodeScalars.prefix(400).map { $0.value < 0x20 ? "?" : Character($0) })
    }

    private func write(_ bytes: Data, to name: String) throws(TransportFault) {
        let url = scratch.appendingPathComponent(name)
        do {
            try bytes.write(to: url)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o600], ofItemAtPath: url.path)
        } catch {
            throw TransportFault("\(name) cannot be written: \(error)")
        }
    }

    private func contents(of name: String) throws(TransportFault) -> Data {
        do {
            return try Data(contentsOf: scratch.appendingPathComponent(name))
        } catch {
            throw TransportFault("\(name) cannot be read: \(error)")
        }
    }

    private func remove(_ name: String) {
        // What cannot be removed is written over the next time.
        _ = try? FileManager.default.removeItem(at: scratch.appendingPathComponent(name))
    }
}

/// A line of the client's long listing with numbers, which it makes itself, whatever the server.
struct RemoteFile: Hashable, Sendable {
    let name: String
    let size: Int
    /// The time as listed: it tells a file from a later one of its name.
    let modified: String
    let isFile: Bool

    /// The entries of a listing; other lines, such as the commands repeated, are passed over.
    static func all(in output: String) -> [RemoteFile] {
        output.split(whereSeparator: \.isNewline).compactMap { RemoteFile(line: $0) }
    }

    /// `-rw-r--r--    ? root     root           13 Nov 30 08:30 folder/name`: kind, links, owners,
    /// whose names may have blanks, then size, time and name.
    init?(line: Substring) {
        guard let kind = line.first, "-dlbcps".contains(kind) else { return nil }
        var fields: [Substring] = []
        var rest = line
        while let field = Self.next(&rest) {
            fields.append(field)
            guard fields.count > 7, Self.months.contains(fields[fields.count - 3]),
                let size = Int(fields[fields.count - 4]), size >= 0
            else { continue }
            // One blank, and then the name with whatever blanks it has.
            guard rest.first == " " else { return nil }
            let path = rest.dropFirst()
            name = String(path.split(separator: "/").last ?? path)
            self.size = size
            modified = fields.suffix(3).joined(separator: " ")
            isFile = kind == "-"
            guard !name.isEmpty else { return nil }
            return
        }
        return nil
    }

    private static let months: Set<Substring> = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func next(_ rest: inout Substring) -> Substring? {
        rest = rest.drop { $0 == " " }
        let field = rest.prefix { $0 != " " }
        rest = rest[field.endIndex...]
        return field.isEmpty ? nil : field
    }

    /// Whether the name can be written into a command and a folder of ours.
    var hasUsableName: Bool {
        name.utf8.count <= 200 && name.first != "-"
            && name.unicodeScalars.allSatisfy {
                (0x20...0x7E).contains($0.value) && !"\"\\*?[]".unicodeScalars.contains($0)
            }
    }

    /// Whether its sender has not finished it, by its name.
    var isUnfinished: Bool {
        name.hasPrefix(".") || name.hasSuffix(".part") || name.hasSuffix(".tmp")
            || name.hasSuffix(".filepart")
    }
}

/// What runs out when something takes too long.
struct Deadline: Error {
    /// Runs `body`, and cancels it after `seconds`.
    static func run<Value: Sendable>(
        seconds: Int, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else { throw Deadline() }
            return value
        }
    }
}
