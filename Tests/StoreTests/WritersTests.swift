import Banking
import Edges
import Engine
import Foundation
import GRDB
import Ledger
import Money
import Rules
import SQLiteStore
import TestPostgres
import Testing

@testable import PostgresStore

/// What is read of books that several processes keep.
@Suite("Reading what several wrote")
struct WritersTests {
    private let address: String
    private let database: TestDatabase
    private let cores: [Core]

    init() throws {
        address = try PostgresServer.newAddress()
        database = try TestDatabase(postgres: address, name: "reader")
        let policies = try Folder.policies()
        cores = try ["one", "two"].map { [address] name in
            try Core(
                store: PostgresStore(address, writer: name, migrating: false), policies: policies)
        }
    }

    private var reader: Reader { database.reader }

    private static func pay(_ serial: UInt64, _ person: CustomerID = Story().customer) -> Envelope {
        Envelope(
            cause: Cause(high: 4_243, low: serial), actor: .host("test"), to: .customer(person),
            .receiveFunds(
                Command.ReceiveFunds(
                    rail: .wire, amount: Cents(Int64(serial)), source: "s\(serial)",
                    reference: nil)))
    }

    /// Both write about one customer in turn, within one millisecond.
    private func write(_ count: UInt64, from first: UInt64 = 1) throws -> Instant {
        var story = Story()
        if first == 1 { _ = try story.negativeBalance(cores[0]) }
        for serial in first..<(first + count) {
            let outcomes = try cores[Int(serial % 2)].process([Self.pay(serial)], now: story.now)
            #expect(outcomes == [.accepted(.done)])
        }
        return story.now
    }

    @Test(
        "A customer's journal is in the order in which it happened, whoever wrote it, page by page")
    func journal() throws {
        _ = try write(12)
        let customer = Story().customer
        let all = try reader.postings(of: customer, limit: 1_000)
        let versions = try Connection(address).query(
            """
            SELECT version, place, amount FROM transfer
            WHERE customer <> '00000000-0000-0000-0000-000000000000'
            ORDER BY version DESC, place DESC
            """)
        #expect(all.map(\.amount) == (0..<versions.rows).map { versions.integer($0, 2) })
        #expect(all.map(\.sequence) == all.map(\.sequence).sorted(by: >))
        #expect(Set(all.map(\.sequence)).count == all.count)

        var pages: [Int64] = []
        var walk = try reader.walk(of: customer)
        while !walk.isOver { pages += try reader.next(3, of: &walk).map(\.sequence) }
        #expect(pages == all.map(\.sequence))
    }

    @Test(
        "Whoever follows the journal a few transfers at a time sees each once, also those of later")
    func following() throws {
        _ = try write(6)
        let store = ReconciliationStore(database.edge)
        var seen: [Int64] = []
        var last: Int64 = -1
        func follow() throws {
            while true {
                let found = try store.transfers(after: last, limit: 2)
                guard !found.rows.isEmpty else { return }
                seen += found.rows.map(\.sequence)
                last = found.last
            }
        }
        try follow()
        let then = seen.count
        _ = try write(5, from: 20)
        try follow()
        #expect(seen.count > then)
        #expect(seen == Array(Set(seen)).sorted())
        var whole: [Int64] = []
        try reader.forEachPosting { whole.append($0.sequence) }
        #expect(seen == whole)
        for (asset, sum) in try Dictionary(
            reader.accounts().map { ($0.asset, $0.amount) }, uniquingKeysWith: +)
        {
            #expect(sum == 0, "the accounts of \(asset)")
        }
        #expect(try reader.verify(atMost: 1_000)?.problems == [])
        #expect(try reader.verify(atMost: 1) == nil)
    }

    @Test("Events stand in one order, and a commit that is seen late is behind what was read")
    func events() throws {
        let now = try write(4)
        let log = EventLog(database.edge)
        let first = try log.events(after: EventID(high: 0, low: 0), limit: 1_000)
        #expect(!first.events.isEmpty && !first.hasMore)
        #expect(first.events.map(\.id) == first.events.map(\.id).sorted())
        #expect(try log.head() == first.through)

        // Another person, by a process whose clock is behind all the others.
        let person = CustomerID(high: 1 << 41, low: 5)
        let early = now.adding(seconds: -3_600)
        let open = Envelope(
            cause: Cause(high: 5, low: 5), actor: .host("test"), to: .customer(person),
            .openCustomer(
                Command.OpenCustomer(
                    id: person, reference: "late", name: "Ada Sample", email: "ada@localhost",
                    language: .english, timeZone: "America/New_York")))
        _ = try cores[1].process([open], now: early)
        let flag = Envelope(
            cause: Cause(high: 5, low: 6), actor: .operator("ada"), to: .customer(person),
            .setFlag(Command.SetFlag(kind: .compliance, reason: "late", expiresAt: nil)))
        _ = try cores[1].process([flag], now: early)
        let second = try log.events(after: first.through, limit: 1_000)
        #expect(!second.events.isEmpty)
        #expect(second.events.allSatisfy { $0.customer == person })
        for event in first.events + second.events {
            #expect(try log.has(event.id))
            #expect(try log.event(event.id)?.type == event.type)
        }
        var one: [EventID] = []
        var place = EventID(high: 0, low: 0)
        while true {
            let reading = try log.events(after: place, limit: 1)
            one += reading.events.map(\.id)
            guard reading.hasMore || !reading.events.isEmpty else { break }
            place = reading.through
        }
        #expect(one == (first.events + second.events).map(\.id))
    }

    @Test("Open pages hear of every commit of every process, once")
    func changes() throws {
        _ = try write(2)
        let before = try reader.lastChange()
        let customer = Story().customer
        #expect(try !reader.hasChanged(customer, after: before))
        _ = try write(40, from: 50)
        var last = before
        var told: Set<CustomerID> = []
        while true {
            let found = try reader.changes(after: last, limit: 16 * 7)
            guard found.last > last else { break }
            last = found.last
            told.formUnion(found.customers.keys)
        }
        #expect(told == [customer])
        #expect(last == (try reader.lastChange()))
        #expect(try reader.hasChanged(customer, after: before))
        #expect(try !reader.hasChanged(customer, after: last))
        #expect(try reader.carriedOut(commits: 3).count == 3)
    }

    @Test("Commits get their numbers without a gap, from however many who look at once")
    func numbers() throws {
        _ = try write(9)
        let pool = database.pool
        try Aside.runTogether(3) { for _ in 0..<5 { try pool.numberCommits() } }
        let rows = try Connection(address).query(
            """
            SELECT count(*), max(number), count(DISTINCT (writer, book_commit)),
                (SELECT count(*) FROM book_commit) FROM commit_order
            """)
        #expect(rows.integer(0, 0) == rows.integer(0, 1))
        #expect(rows.integer(0, 2) == rows.integer(0, 3))
        #expect(rows.integer(0, 0) == rows.integer(0, 3))
    }

    /// Tables of the engine, which each store has in a way of its own.
    private static let engines: Set<String> = [
        "book_commit", "account", "transfer", "cause", "cause_index", "cause_indexed", "entity",
        "suspense", "proposal", "timer", "entry", "notice", "alert", "outbox", "debit_count",
        "return_count", "blocked_account", "commit_event", "grdb_migrations",
    ]

    @Test("Every table of the edges is in both databases, with the same columns in the same order")
    func sameTables() throws {
        let file = try SQLiteStore.open(path: Folder.new())
        let tables = try file.read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT name FROM sqlite_schema
                    WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name
                    """)
        }
        #expect(tables.count > Self.engines.count + 20)
        for table in tables where !Self.engines.contains(table) {
            let columns = try file.read { db in
                try String.fetchAll(
                    db, sql: "SELECT name FROM pragma_table_info(?) ORDER BY cid",
                    arguments: [table])
            }
            let found = try Connection(address).query(
                """
                SELECT attname::text FROM pg_attribute
                WHERE attrelid = to_regclass($1::text) AND attnum > 0 AND NOT attisdropped
                ORDER BY attnum
                """, [.text(table)])
            #expect((0..<found.rows).map { found.text($0, 0) } == columns, "\(table)")
        }
    }
}
