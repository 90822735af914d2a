import ArgumentParser
import Edges
import Engine
import Foundation
import PostgresStore
import SQLiteStore
import Tables

/// The database of a deployment, as the parts of the service use it: a SQLite file of one process, or a
/// PostgreSQL of several.
struct KeptDatabase: Sendable {
    let edge: EdgeStore
    let reader: Reader
    let figures: StoreFigures
    /// Opens what the engine keeps the books with, on the engine's thread.
    let store: @Sendable () throws -> any Store
    /// Which works this process does; `nil` where it is the only one.
    let leases: (any Leases)?
    /// For tasks that ask the database, where asking means to wait for a server.
    let threads: WaitingThreads?

    /// Threads that wait for PostgreSQL. More than there are connections: a request that waits for a
    /// connection keeps no other from what needs none.
    private static let threadsCount = 4 * PostgresPool.connections

    static func open(_ deployment: Deployment) throws -> KeptDatabase {
        guard let postgres = deployment.postgres else {
            return try sqlite(deployment.dataFolder.appendingPathComponent("makewhole.sqlite").path)
        }
        return try self.postgres(postgres.address, node: postgres.node)
    }

    private static func sqlite(_ path: String) throws -> KeptDatabase {
        let pool = try SQLiteStore.open(path: path)
        let causes = try RecentCauses(pool: pool)
        return KeptDatabase(
            edge: EdgeStore(pool: pool), reader: Reader(pool: pool, causes: causes),
            figures: StoreFigures(pool: pool),
            store: { try SQLiteStore(pool: pool, causes: causes) }, leases: nil, threads: nil)
    }

    private static func postgres(_ address: String, node: String) throws -> KeptDatabase {
        let pool = try PostgresDatabase.open(address, node: node)
        return KeptDatabase(
            edge: EdgeStore(pool: pool), reader: Reader(pool: pool, address: address),
            figures: StoreFigures(pool: pool),
            store: { try PostgresStore(address, writer: node, migrating: false) }, leases: pool,
            threads: WaitingThreads(threadsCount))
    }
}

extension Deployment {
    /// For a command that only looks, beside the service.
    func edgeToRead() throws -> EdgeStore {
        guard postgres == nil else { return try KeptDatabase.open(self).edge }
        let path = dataFolder.appendingPathComponent("makewhole.sqlite").path
        return EdgeStore(pool: try SQLiteStore.openReadOnly(path: path))
    }
}

/// A PostgreSQL with the tables that this program knows.
enum PostgresDatabase {
    static func open(_ address: String, node: String) throws -> PostgresPool {
        do {
            try PostgresStore.check(address)
        } catch let fault as PostgresFault {
            throw Failure.failed("\(fault).")
        }
        return PostgresPool(address, name: node)
    }
}

/// Which database a command looks at.
struct DatabaseOptions: ParsableArguments {
    @Option(name: .long, help: "The folder with makewhole.sqlite; it may be in use.")
    var data = "data"
    @Option(name: .long, help: "A PostgreSQL instead: a connection string of libpq.")
    var postgres: String?

    func checked() throws -> String {
        guard postgres == nil else {
            throw Failure.badData(
                "This command is for the file of SQLite. A PostgreSQL has programs of its own for it."
            )
        }
        let path = data + "/makewhole.sqlite"
        guard FileManager.default.fileExists(atPath: path) else {
            throw Failure.badData("\(path) is not there.")
        }
        return path
    }

    func edge() throws -> EdgeStore {
        guard let postgres else { return EdgeStore(pool: try SQLiteStore.open(path: checked())) }
        return EdgeStore(pool: try PostgresDatabase.open(postgres, node: Self.name))
    }

    func reader() throws -> Reader {
        guard let postgres else { return Reader(pool: try SQLiteStore.open(path: checked())) }
        return Reader(
            pool: try PostgresDatabase.open(postgres, node: Self.name), address: postgres)
    }

    /// Under which a command is seen by the server; it takes no work.
    private static let name = "command"
}
