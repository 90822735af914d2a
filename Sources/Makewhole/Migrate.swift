import ArgumentParser
import PostgresStore

/// Makes and updates the tables of a PostgreSQL, before any process writes to it.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the tables of a PostgreSQL, or bring them up to date.")

    @Option(help: "The database: a connection string of libpq.") var postgres: String
    @Flag(help: "Spread the customers over the workers of a Citus cluster; say it once.")
    var distribute = false

    func run() async throws {
        try await Failure.reported {
            let made: Int
            do {
                made = try PostgresStore.migrate(postgres, distribute: distribute)
            } catch let fault as PostgresFault {
                throw Failure.failed("\(fault).")
            }
            Terminal.data(
                made == 0 ? "The tables were up to date." : "\(made) migrations were made.")
            if distribute { Terminal.data("The customers are spread over the workers.") }
        }
    }
}
