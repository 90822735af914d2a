import Engine
import Foundation
import GRDB
import PostgresStore
import SQLiteStore
import TestPostgres
import Testing

/// Every store there is, each empty.
enum Stores: String, CaseIterable, CustomTestStringConvertible {
    case memory
    case sqlite
    case postgres

    var testDescription: String { rawValue }

    func open() throws -> any Store {
        switch self {
        case .memory: MemoryStore()
        case .sqlite: try SQLiteStore(pool: try SQLiteStore.open(path: Folder.new()))
        case .postgres: try PostgresStore(try PostgresServer.newAddress(), writer: "test")
        }
    }
}
