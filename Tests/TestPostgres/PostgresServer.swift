import Foundation
import PostgresStore

/// The PostgreSQL that the tests use: a real one, which they start themselves in a folder of its own
/// and which ends with them; or the one whose address is in `MAKEWHOLE_POSTGRES`.
package final class PostgresServer: Sendable {
    package let folder: String
    private let binaries: String

    private static let shared = Result { try PostgresServer() }
    private static let base: Result<String, any Error> = Result {
        if let given = ProcessInfo.processInfo.environment["MAKEWHOLE_POSTGRES"] { return given }
        return try shared.get().address
    }

    /// The address of tables of their own, with nothing in them yet.
    package static func newAddress() throws -> String {
        let address = try base.get()
        let schema = "test_\(UUID().uuidString.prefix(8).lowercased())"
        try Connection(address).execute("CREATE SCHEMA \(schema)")
        return with(schema: schema, address)
    }

    static func with(schema: String, _ address: String) -> String {
        guard address.contains("://") else {
            return "\(address) options='-c search_path=\(schema)'"
        }
        return address + (address.contains("?") ? "&" : "?")
            + "options=-c%20search_path%3D\(schema)"
    }

    package var address: String { "host=\(folder) user=makewhole dbname=postgres" }
    package var socket: String { "\(folder)/.s.PGSQL.5432" }

    /// Starts a server with these settings besides its defaults.
    package init(settings: [String] = []) throws {
        binaries = try Self.findBinaries()
        // A socket's path has little more than a hundred bytes.
        folder = "/tmp/makewhole-pg-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let isRoot = geteuid() == 0
        if isRoot { _ = try Self.run(["chown", "postgres", folder]) }
        // PostgreSQL does not run as root.
        let user =
            isRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
        _ = try Self.run(
            user + [
                "\(binaries)/initdb", "-D", "\(folder)/data", "-U", "makewhole", "-A", "trust",
                "--no-sync", "-E", "UTF8", "--locale=C",
            ])
        let server =
            user + [
                "\(binaries)/postgres", "-D", "\(folder)/data", "-k", folder, "-c",
                "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200", "-c",
                "shared_buffers=64MB",
            ] + settings.flatMap { ["-c", $0] }
        try startWatched(server)
        try waitUntilReady()
    }

    /// A shell stands between, which ends the server and takes its folder away when the tests are
    /// gone, however they went.
    private func startWatched(_ server: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments =
            [
                "-c",
                """
                parent=$1; folder=$2; shift 2
                cd / && "$@" >"$folder/log" 2>&1 & server=$!
                while kill -0 "$parent" 2>/dev/null && kill -0 "$server" 2>/dev/null; do
                    sleep 0.5
                done
                kill -QUIT "$server" 2>/dev/null; wait "$server"
                rm -rf "$folder"
                """, "sh", "\(getpid())", folder,
            ] + server
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    private func waitUntilReady() throws {
        let end = ContinuousClock.now + .seconds(60)
        while true {
            do {
                _ = try Connection(address)
                return
            } catch {
                guard ContinuousClock.now < end else {
                    let log = FileManager.default.contents(atPath: "\(folder)/log") ?? Data()
                    throw ServerProblem(
                        "PostgreSQL did not start: \(error): \(String(decoding: log, as: UTF8.self))"
                    )
                }
                usleep(20_000)
            }
        }
    }

    private static func findBinaries() throws -> String {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let newest = versions.compactMap { Int($0) }.sorted().last {
            FileManager.default.isExecutableFile(atPath: "\(root)/\($0)/bin/postgres")
        }
        guard let newest else {
            throw ServerProblem("there is no PostgreSQL in \(root); run bin/setup check")
        }
        return "\(root)/\(newest)/bin"
    }

    private static func run(_ command: [String]) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let told = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw ServerProblem("\(command.joined(separator: " ")) failed: \(told)")
        }
        return told
    }
}

package struct ServerProblem: Error, CustomStringConvertible {
    package let description: String
    package init(_ sentence: String) { description = sentence }
}
