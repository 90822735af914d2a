import ArgumentParser
import Foundation
import Service
import Wire

struct Operator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let an operator in.", subcommands: [SignIn.self])

    struct SignIn: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sign-in",
            abstract: "Print a link that signs an operator in, once, within its time.")

        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The operator's name, as it stands in the audit.") var name: String
        @Option(help: "operator may act, viewer may only look.") var role = "operator"
        @Option(help: "Minutes the link is good for.") var minutes = 60

        func run() async throws {
            try await Failure.reported {
                guard ["operator", "viewer"].contains(role) else {
                    throw Failure.badData("--role is operator or viewer.")
                }
                let deployment = try await Deployment.load(file: options.config)
                let edge = try KeptDatabase.open(deployment).edge
                let link = try SignInLink.make(
                    for: .operator(name: name, role: role), edge: edge,
                    now: ServiceClock().now(),
                    publicURL: deployment.settings.publicURL, minutes: minutes)
                Terminal.data(link.url)
            }
        }
    }
}

struct Key: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make secrets.", subcommands: [Master.self, APIKey.self, Webhook.self, Push.self])

    struct Master: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a new master key; keep it where only the service can read it.")

        func run() async throws { Terminal.data(Hex.encode(RandomBytes.make(32))) }
    }

    struct Webhook: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a new secret for signing webhooks.")

        func run() async throws { Terminal.data(WebhookSecret.random().text) }
    }

    struct Push: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Print a new key for web push. With another, every browser has to subscribe again.")

        func run() async throws { Terminal.data(PushKey.random().text) }
    }

    struct APIKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "api",
            abstract: "Print a new API key, and its line for the keys file on standard error.")

        @Argument(help: "The caller's name, as it stands in the audit.") var name: String
        @Option(help: "A scope; repeat it. Without one, all scopes but the sandbox's.")
        var scope: [String] = []

        func run() async throws {
            try await Failure.reported {
                for text in scope where Service.Scope(rawValue: text) == nil {
                    throw Failure.badData("\(text) is not a scope.")
                }
                let token = Token.random(prefix: "mk")
                let scopes = scope.isEmpty ? Service.Scope.allCases.map(\.rawValue) : scope
                let row: JSON = [
                    "name": .string(name),
                    "hash": .string(Hex.encode(token.hash)),
                    "scopes": .array(scopes.map { .string($0) }),
                ]
                Terminal.data(token.text)
                Terminal.talk(row.text())
            }
        }
    }
}

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read the configuration and the policy, and print what is in force.")

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        try await Failure.reported {
            let deployment = try await Deployment.load(file: options.config)
            for row in deployment.values {
                Terminal.data("makewhole.\(row.key) = \(row.value)")
            }
            for policy in deployment.policies.versions {
                Terminal.data("policy \(policy.version) from \(policy.effectiveFrom)")
            }
            for version in deployment.rules.versions.versions {
                let from = version.from.map { "settlement day \($0)" } ?? "the beginning"
                Terminal.data("rules \(version.value.name) from \(from)")
            }
            for day in deployment.rules.calendar.extraClosures.sorted() {
                Terminal.data("closed \(day)")
            }
            let missing = await deployment.settings.documents.pictures.check()
            Terminal.data("documents are \(missing == nil ? "" : "not ")shown as pictures")
            if let missing { Terminal.talk(missing) }
        }
    }
}
