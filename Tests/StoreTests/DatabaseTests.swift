import Edges
import Foundation
import Synchronization
import Tables
import TestPostgres
import Testing

@testable import PostgresStore

/// What pages, API and rails rely on, of either database.
@Suite("The database of the edges")
struct DatabaseTests {
    enum Kind: String, CaseIterable, CustomTestStringConvertible {
        case sqlite
        case postgres

        var testDescription: String { rawValue }

        func open() throws -> any Pool {
            switch self {
            case .sqlite: try TestDatabase(sqlite: Folder.new()).pool
            case .postgres: try TestDatabase(postgres: PostgresServer.newAddress()).pool
            }
        }
    }

    private static let insertFile = """
        INSERT INTO bank_file(name, direction, digest, bytes, at, state, report, size, entries)
        VALUES (?, 'inbound', ?, ?, ?, '', ?, ?, ?)
        """

    @Test("What was written comes back as it was, to the bit", arguments: Kind.allCases)
    func values(_ kind: Kind) throws {
        let pool = try kind.open()
        let text = "Zoë 取引 \u{1F3E6} ' \" ? $1 \\ \n"
        let bytes = Data((0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        try pool.write { db in
            try db.execute(
                sql: Self.insertFile,
                arguments: ["one", Data(), bytes, Int64.min, text, Int64.max, nil])
            #expect(db.changesCount == 1)
        }
        let row = try #require(
            try pool.read { db in
                try Row.fetchOne(
                    db, sql: "SELECT * FROM bank_file WHERE name = ?1 AND report = ?2",
                    arguments: ["one", text])
            })
        #expect(row["digest"] as Data == Data())
        #expect(row["bytes"] as Data == bytes)
        #expect(row["at"] as Int64 == .min)
        #expect(row["report"] as String == text)
        #expect(row["size"] as Int64? == .max)
        #expect(row["entries"] as Int64? == nil)
    }

    @Test("An identifier is sixteen bytes, and none is none", arguments: Kind.allCases)
    func identifiers(_ kind: Kind) throws {
        let pool = try kind.open()
        let id = Data(1...16)
        try pool.write { db in
            try db.execute(
                sql: "INSERT INTO document_file(id, customer, sealed) VALUES (?, ?, ?)",
                arguments: [id, Data(), Data()])
        }
        let row = try #require(
            try pool.read { db in
                try Row.fetchOne(
                    db, sql: "SELECT id, customer, sealed FROM document_file WHERE customer = ?",
                    arguments: [Data()])
            })
        #expect(row[0] as Data == id)
        #expect(row[1] as Data == Data())
        #expect(row[2] as Data == Data())
    }

    @Test("Sums, truths and numbers of new rows are whole numbers", arguments: Kind.allCases)
    func numbers(_ kind: Kind) throws {
        let pool = try kind.open()
        let ids = try pool.write { db in
            try [7, -20_007, 40_000_000_000_000].map { (at: Int64) in
                try db.insert(
                    sql: "INSERT INTO bank_match(basis, at) VALUES ('day', ?) RETURNING id",
                    arguments: [at])
            }
        }
        #expect(Set(ids).count == 3)
        try pool.read { (db: Database) throws -> Void in
            #expect(
                try Int64.fetchOne(db, sql: "SELECT sum(at) FROM bank_match") == 39_999_999_980_000)
            #expect(
                try Int64.fetchOne(db, sql: "SELECT sum(at) FROM bank_match WHERE at < 0")
                    == -20_007)
            #expect(
                try Int64.fetchOne(db, sql: "SELECT sum(at) FROM bank_match WHERE at = 0") == nil)
            #expect(
                try Bool.fetchOne(
                    db, sql: "SELECT EXISTS (SELECT 1 FROM bank_match WHERE id = ?)",
                    arguments: [ids[1]]) == true)
            #expect(
                try Int64.fetchAll(
                    db, sql: "SELECT at FROM bank_match WHERE at < ? ORDER BY at",
                    arguments: [100]) == [-20_007, 7])
        }
    }

    @Test("A write that throws leaves nothing, and the next one goes on", arguments: Kind.allCases)
    func rollback(_ kind: Kind) throws {
        struct Stop: Error {}
        let pool = try kind.open()
        let edge = EdgeStore(pool: pool)
        #expect(throws: Stop.self) {
            try pool.write { db in
                try db.execute(sql: "INSERT INTO setting(name, value) VALUES ('a', '1')")
                throw Stop()
            }
        }
        #expect(throws: DatabaseFault.self) {
            try pool.write { db in
                try db.execute(sql: "INSERT INTO setting(name, value) VALUES ('a', '1')")
                try db.execute(sql: "INSERT INTO no_table VALUES (1)")
            }
        }
        #expect(throws: DatabaseFault.self) {
            try pool.write { db in
                try db.execute(
                    sql: "INSERT INTO setting(name, value) VALUES (?, ?)", arguments: ["a"])
            }
        }
        #expect(try edge.setting("a") == nil)
        try edge.set("a", to: "2")
        #expect(try edge.setting("a") == "2")
    }

    @Test("A read sees one moment, whatever is written meanwhile", arguments: Kind.allCases)
    func snapshot(_ kind: Kind) throws {
        let pool = try kind.open()
        let edge = EdgeStore(pool: pool)
        try edge.set("a", to: "1")
        let seen = try pool.read { db in
            let first = try String.fetchOne(
                db, sql: "SELECT value FROM setting WHERE name = ?", arguments: ["a"])
            try Aside.run { try edge.set("a", to: "2") }
            let second = try String.fetchOne(
                db, sql: "SELECT value FROM setting WHERE name = ?", arguments: ["a"])
            return [first, second]
        }
        #expect(seen == ["1", "1"])
        #expect(try edge.setting("a") == "2")
    }

    @Test("Of numbers that several take at once none is taken twice", arguments: Kind.allCases)
    func meeting(_ kind: Kind) throws {
        let pool = try kind.open()
        let edge = EdgeStore(pool: pool)
        let taken = Mutex<[Int64]>([])
        try Aside.runTogether(3) {
            for _ in 0..<20 {
                let first = try edge.reserve(2, from: "numbers", startingAt: 1)
                taken.withLock { $0 += [first, first + 1] }
            }
        }
        #expect(taken.withLock { $0.sorted() } == Array(1...120))
    }

    @Test("The same statement can be asked for while its rows are read", arguments: Kind.allCases)
    func nested(_ kind: Kind) throws {
        let pool = try kind.open()
        let edge = EdgeStore(pool: pool)
        for name in ["a", "b", "c"] { try edge.set(name, to: name) }
        let sql = "SELECT name FROM setting WHERE name >= ? ORDER BY name"
        let pairs = try pool.read { db in
            var pairs: [String] = []
            let outer = try String.fetchCursor(db, sql: sql, arguments: ["a"])
            while let one = try outer.next() {
                pairs += try String.fetchAll(db, sql: sql, arguments: [one]).map { one + $0 }
            }
            return pairs
        }
        #expect(pairs == ["aa", "ab", "ac", "bb", "bc", "cc"])
    }

    // MARK: Of PostgreSQL alone

    @Test("A connection that ends in the middle is replaced, and nothing is done twice or half")
    func lostConnection() throws {
        let address = try PostgresServer.newAddress()
        let pool = try TestDatabase(postgres: address).pool
        let edge = EdgeStore(pool: pool)
        try edge.set("a", to: "0")
        func end(_ db: Database) throws {
            let process = try Int64.fetchOne(db, sql: "SELECT pg_backend_pid()") ?? 0
            try Connection(address).query(
                "SELECT pg_terminate_backend($1::integer)", [.small(Int32(process))])
        }
        var tries = 0
        let read = try pool.read { db in
            tries += 1
            if tries == 1 { try end(db) }
            return try String.fetchOne(db, sql: "SELECT value FROM setting WHERE name = 'a'")
        }
        #expect(read == "0")
        #expect(tries == 2)
        tries = 0
        try pool.write { db in
            tries += 1
            try db.execute(
                sql: "UPDATE setting SET value = value || 'x' WHERE name = ?", arguments: ["a"])
            if tries == 1 { try end(db) }
            try db.execute(
                sql: "UPDATE setting SET value = value || 'y' WHERE name = ?", arguments: ["a"])
        }
        #expect(tries == 2)
        #expect(try edge.setting("a") == "0xy")
    }

    @Test("A connection that ends as the write is kept leaves it unknown, and says so")
    func unknownOutcome() throws {
        let address = try PostgresServer.newAddress()
        let pool = try TestDatabase(postgres: address).pool
        let edge = EdgeStore(pool: pool)
        do {
            try pool.write { db in
                try db.execute(sql: "INSERT INTO setting(name, value) VALUES ('a', '1')")
                let process = try Int64.fetchOne(db, sql: "SELECT pg_backend_pid()") ?? 0
                try Connection(address).query(
                    "SELECT pg_terminate_backend($1::integer, 5000)", [.small(Int32(process))])
            }
            Issue.record("the write was acknowledged")
        } catch let fault as DatabaseFault {
            guard case .unknownOutcome = fault else {
                Issue.record("\(fault)")
                return
            }
            #expect(fault.mayPass)
        }
        #expect(try edge.setting("a") == nil)
    }

    @Test("Whoever lost a work to another process writes nothing under it any more")
    func leases() throws {
        let address = try PostgresServer.newAddress()
        _ = try PostgresStore.migrate(address)
        let first = PostgresPool(address, name: "node-1", connections: 2)
        let second = PostgresPool(address, name: "node-2", connections: 2)
        let held = try #require(try first.take("bank"))
        #expect(try first.take("bank") == held)
        #expect(try second.take("bank") == nil)
        #expect(try second.take("outbox") != nil)
        try Lease.$current.withValue(held) { try EdgeStore(pool: first).set("a", to: "1") }

        // As if fifteen seconds had passed in which the first was frozen.
        try Connection(address).execute("UPDATE lease SET ends_at = now() WHERE role = 'bank'")
        let taken = try #require(try second.take("bank"))
        #expect(taken.epoch == held.epoch + 1)
        #expect(throws: DatabaseFault.fenced(role: "bank")) {
            try Lease.$current.withValue(held) { try EdgeStore(pool: first).set("a", to: "2") }
        }
        #expect(try EdgeStore(pool: first).setting("a") == "1")

        try second.releaseAll()
        #expect(try PostgresPool(address, name: "node-3").take("bank")?.epoch == held.epoch + 2)
    }

    @Test(
        "A process that starts again under its name has its works at once, and the one before has not"
    )
    func replaced() throws {
        let address = try PostgresServer.newAddress()
        _ = try PostgresStore.migrate(address)
        let before = PostgresPool(address, name: "node-1", connections: 1)
        let after = PostgresPool(address, name: "node-1", connections: 1)
        let old = try #require(try before.take("bank"))
        let new = try #require(try after.take("bank"))
        #expect(new.epoch == old.epoch + 1)
        #expect(throws: DatabaseFault.fenced(role: "bank")) {
            try Lease.$current.withValue(old) { try EdgeStore(pool: before).set("a", to: "2") }
        }
    }

    @Test("Who waits longer than is bearable for a connection is told that there is none")
    func exhausted() throws {
        let address = try PostgresServer.newAddress()
        _ = try PostgresStore.migrate(address)
        let pool = PostgresPool(address, name: "node-1", connections: 1, waitingFor: 0.1)
        try pool.read { db in
            _ = try Int64.fetchOne(db, sql: "SELECT 1::bigint")
            #expect(throws: DatabaseFault.self) { try EdgeStore(pool: pool).setting("a") }
        }
        #expect(try EdgeStore(pool: pool).setting("a") == nil)
    }

    @Test(
        "Placeholders get their numbers, and what stands in quotes is left alone",
        arguments: [
            ("SELECT ? WHERE a = ?", "SELECT $1 WHERE a = $2"),
            ("SELECT ?2, ?1, ?12", "SELECT $2, $1, $12"),
            ("SELECT '?', \"?\", 'it''s ?', ?", "SELECT '?', \"?\", 'it''s ?', $1"),
            ("SELECT 'Ä'", "SELECT 'Ä'"),
        ])
    func placeholders(_ sql: String, _ numbered: String) {
        #expect(Placeholders.numbered(sql) == numbered)
    }
}

/// Threads for what waits: tests share Swift's own few.
enum Aside {
    /// Runs `body` on a thread of its own and waits for it.
    static func run(_ body: @escaping @Sendable () throws -> Void) throws {
        try runTogether(1, body)
    }

    /// Runs `body` on so many threads at once and waits for all.
    static func runTogether(_ count: Int, _ body: @escaping @Sendable () throws -> Void) throws {
        let failure = Mutex<(any Error)?>(nil)
        let done = DispatchSemaphore(value: 0)
        for _ in 0..<count {
            Thread {
                do { try body() } catch { failure.withLock { $0 = error } }
                done.signal()
            }.start()
        }
        for _ in 0..<count { done.wait() }
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
