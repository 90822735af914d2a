import ArgumentParser

/// The one program: commands, configuration, wiring; nothing else.
@main
struct Makewhole: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "makewhole",
        abstract: "Instant credit on bank deposits, and making whole what the bank takes back.",
        discussion: """
            Data goes to standard output, talk to standard error. Exit codes: 0 done, 1 failed, \
            64 wrong usage, 65 bad data, 75 try again later.
            """,
        subcommands: [
            Serve.self, Verify.self, Migrate.self, Balances.self, Export.self, ReplayCommand.self,
            Operator.self,
            Key.self, NachaCommand.self, StatementsCommand.self, BankCommand.self,
            DocumentsCommand.self, CalendarCommand.self, LedgerCommand.self, BackupCommand.self,
            RestoreCommand.self, LanguagesCommand.self, Check.self,
        ])
}

/// Ends the program with a sentence on standard error and an exit code a script can act on.
struct Failure: Error, CustomStringConvertible {
    let description: String
    let code: ExitCode

    static func badData(_ sentence: String) -> Failure {
        Failure(description: sentence, code: ExitCode(65))
    }

    static func failed(_ sentence: String) -> Failure {
        Failure(description: sentence, code: ExitCode(1))
    }

    static func later(_ sentence: String) -> Failure {
        Failure(description: sentence, code: ExitCode(75))
    }

    /// Runs `body`; a failure is said once, plainly, without the parser's usage text.
    static func reported(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let failure as Failure {
            Terminal.talk("makewhole: \(failure.description)")
            throw failure.code
        }
    }
}
