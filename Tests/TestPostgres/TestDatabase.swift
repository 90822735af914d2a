import Edges
import Engine
import Foundation
import PostgresStore
import SQLiteStore
import Tables

/// The database of a test's service, empty: a SQLite file or, where `MAKEWHOLE_TEST_DATABASE` says
/// `postgres`, tables of its own in a PostgreSQL. So every test of what is above is one of both.
package struct TestDatabase: Sendable {
    package let pool: any Pool
    package let edge: EdgeStore
    package let reader: Reader
    package let figures: StoreFigures
    /// Opens what an engine keeps these books with.
    package let store: @Sendable () throws -> any Store

    /// - Parameter path: of the file, where it is one.
    package init(path: String) throws {
        switch ProcessInfo.processInfo.environment["MAKEWHOLE_TEST_DATABASE"] {
        case nil, "sqlite": try self.init(sqlite: path)
        case "postgres": try self.init(postgres: PostgresServer.newAddress())
        case let other?: throw ServerProblem("MAKEWHOLE_TEST_DATABASE is \(other)")
        }
    }

    package init(sqlite path: String) throws {
        let file = try SQLiteStore.open(path: path)
        pool = SQLitePool(file)
        edge = EdgeStore(pool: file)
        reader = Reader(pool: file)
        figures = StoreFigures(pool: file)
        store = { try SQLiteStore(pool: file) }
    }

    package init(postgres address: String, name: String = "test") throws {
        _ = try PostgresStore.migrate(address)
        let pool = PostgresPool(address, name: name, connections: 3)
        self.pool = pool
        edge = EdgeStore(pool: pool)
        reader = Reader(pool: pool, address: address)
        figures = StoreFigures(pool: pool)
        store = { try PostgresStore(address, writer: name, migrating: false) }
    }
}
