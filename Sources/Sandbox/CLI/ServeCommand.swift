import ArgumentParser
import AsyncHTTPClient
import Foundation
import Hummingbird
import Logging
import ServiceLifecycle
import Wire

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the sandbox until it is stopped.",
        discussion: """
            State lives in the folder: stop with Ctrl-C and start again, and it goes on where it \
            stopped. Bank files are exchanged in DIR/bank/outbound and DIR/bank/inbound.
            """)

    @Option(help: "The folder that holds the sandbox's state and the bank's files.")
    var folder: String

    @Option(help: "The port of the pages and the HTTP interfaces.")
    var port = 8090

    @Option(help: "The port of the mail box.")
    var smtpPort = 2525

    @Option(help: "The address to listen on. Keep it local: anyone who reaches it is in charge.")
    var host = "127.0.0.1"

    @Option(help: "This program's address as a browser sees it. Default: the host and port.")
    var publicURL: String?

    @Option(help: "Makewhole's address.")
    var makewhole = "http://127.0.0.1:8080"

    @Option(help: "The host's API key for Makewhole. Prefer --host-key-file.")
    var hostKey: String?

    @Option(help: "A file with the host's API key.")
    var hostKeyFile: String?

    @Option(help: "The secret webhooks are signed with. Prefer --webhook-secret-file.")
    var webhookSecret: String?

    @Option(help: "A file with the secret webhooks are signed with.")
    var webhookSecretFile: String?

    @Option(help: "Seconds a processor call hangs when a timeout is played.")
    var timeoutSeconds = 60

    @Option(help: "What is logged: trace, debug, info, warning or error.")
    var logLevel = "info"

    func validate() throws {
        guard (1...65_535).contains(port), (1...65_535).contains(smtpPort) else {
            throw ValidationError("A port is 1 through 65535.")
        }
        guard (0...3_600).contains(timeoutSeconds) else {
            throw ValidationError("--timeout-seconds is 0 through 3600.")
        }
        guard Logger.Level(rawValue: logLevel) != nil else {
            throw ValidationError("--log-level is trace, debug, info, warning or error.")
        }
        guard makewhole.hasPrefix("http://") || makewhole.hasPrefix("https://") else {
            throw ValidationError("--makewhole is an http or https address.")
        }
    }

    func run() async throws {
        let settings = try settings()
        let level = Logger.Level(rawValue: logLevel) ?? .info
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        try await SandboxServer(settings: settings, logger: Logger(label: "sandbox")).run()
    }

    private func settings() throws -> SandboxSettings {
        let hostKey = try Self.secret(
            hostKey, file: hostKeyFile, name: "host-key")
        let secretText = try Self.secret(
            webhookSecret, file: webhookSecretFile, name: "webhook-secret")
        guard let secret = WebhookSecret(secretText) else {
            throw ValidationError(
                "The webhook secret is whsec_ and the base64 of 24 to 64 random bytes.")
        }
        return SandboxSettings(
            folder: URL(fileURLWithPath: folder, isDirectory: true), host: host, port: port,
            smtpPort: smtpPort,
            publicBase: Self.withoutSlash(publicURL ?? "http://\(host):\(port)"),
            makewholeBase: Self.withoutSlash(makewhole), hostKey: hostKey,
            webhookSecret: secret, timeoutPause: .seconds(timeoutSeconds))
    }

    private static func secret(
        _ given: String?, file: String?, name: String
    ) throws -> String {
        switch (given, file) {
        case (.some(let secret), nil): return secret
        case (nil, .some(let path)):
            do {
                return try String(contentsOfFile: path, encoding: .utf8)
                    .trimmingCharacters(in: .whitespacesAndNewlines)
            } catch {
                throw ValidationError("--\(name)-file cannot be read: \(path)")
            }
        case (.some, .some):
            throw ValidationError("Give --\(name) or --\(name)-file, not both.")
        case (nil, nil):
            throw ValidationError("Give --\(name)-file, or --\(name).")
        }
    }

    private static func withoutSlash(_ address: String) -> String {
        address.hasSuffix("/") ? String(address.dropLast()) : address
    }
}
