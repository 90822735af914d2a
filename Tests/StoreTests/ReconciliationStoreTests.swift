import Banking
import Edges
import Foundation
import Money
import Statements
import TestPostgres
import Testing

/// Statements, matches and breaks as they are kept.
struct ReconciliationStoreTests {
    private let store: ReconciliationStore
    private let now = Instant(milliseconds: 1_800_000_000_000)
    private let monday = Day(iso: "2026-11-23")!
    private let tuesday = Day(iso: "2026-11-24")!

    init() throws {
        store = ReconciliationStore(try TestDatabase(path: Folder.new()).edge)
    }

    private func entry(_ id: String, _ cents: Int64) -> ExpectedItem {
        var ach = ACHReferences()
        ach.trace = id
        return ExpectedItem(id: id, kind: .ach, signed: cents, day: monday, ach: ach)
    }

    /// A statement of Monday with lines of these cents, each with that trace number.
    private func keep(
        _ lines: [(String, Int64)], file: String = "a.bai2"
    ) throws -> ReconciliationStore.Keeping {
        let items = lines.map { "16,\($0.1 < 0 ? 455 : 165),\(abs($0.1)),Z,\($0.0),,TRACE \($0.0)" }
        let total = lines.reduce(0) { $0 + abs($1.1) }
        let text =
            """
            01,A,B,261124,,1,,,2/
            02,B,A,1,261123,,,2/
            03,100000006789,,,,,/

            """ + items.map { $0 + "\n" }.joined() + """
                49,\(total),\(items.count + 2)/
                98,\(total),1,\(items.count + 4)/
                99,\(total),1,\(items.count + 6)/

                """
        let reading = StatementReading(Array(text.utf8))
        let whole = try #require(reading.statements.first)
        #expect(whole.report.proof == .proven)
        let found = whole.items.enumerated().compactMap { index, item in
            item.found(
                id: "\(whole.report.fingerprint):\(index)", statement: whole.report.statement)
        }
        return try store.keep(whole.report, items: found, file: file, at: now)
    }

    private func reconcile() throws -> ReconciliationStore.Outcome {
        try store.reconcile(due: monday, today: tuesday, at: now)
    }

    private static let one = "021000020000001"
    private static let two = "021000020000002"

    @Test("What is on both sides is matched, and what is on one is a break of that side")
    func sides() throws {
        try store.expect([entry(Self.one, 500), entry(Self.two, 700)], from: "a.ach")
        #expect(try keep([(Self.one, 500), ("021000020000009", 30)]) == .kept(items: 2))

        let outcome = try reconcile()

        #expect(outcome == ReconciliationStore.Outcome(matched: 2, opened: 2, closed: 0))
        let breaks = try store.breaks(isOpen: true, limit: 9)
        #expect(breaks.map(\.side) == [.expected, .found])
        #expect(breaks.map(\.signed) == [700, 30])
        #expect(breaks.map(\.openedOn) == [tuesday, tuesday])
        #expect(breaks.allSatisfy { $0.owner == nil })
        let day = try #require(try store.days(limit: 9).first)
        #expect(day.expected == 1_200 && day.found == 530 && day.difference == -670)
        #expect(day.openBreaks == 2)
    }

    @Test("Reconciling again opens nothing twice and matches nothing twice")
    func again() throws {
        try store.expect([entry(Self.one, 500), entry(Self.two, 700)], from: "a.ach")
        _ = try keep([(Self.one, 500)])
        _ = try reconcile()

        #expect(try reconcile() == ReconciliationStore.Outcome())
        #expect(try store.breaks(isOpen: true, limit: 9).count == 1)
    }

    @Test("A source is heard once, and the same statement is known in another file")
    func once() throws {
        #expect(try store.expect([entry(Self.one, 500)], from: "a.ach") == 1)
        #expect(try store.expect([entry(Self.two, 700)], from: "a.ach") == 0)
        #expect(try keep([(Self.one, 500)]) == .kept(items: 1))
        #expect(try keep([(Self.one, 500)], file: "b.bai2") == .seenBefore(file: "a.bai2"))
        #expect(try store.day(monday).found == 500)
        #expect(try store.day(monday).expected == 500)
    }

    @Test("A break closes by itself when a later statement brings what was missing")
    func closesItself() throws {
        try store.expect([entry(Self.one, 500), entry(Self.two, 700)], from: "a.ach")
        _ = try keep([(Self.one, 500)])
        _ = try reconcile()
        let item = try #require(try store.breaks(isOpen: true, limit: 9).first)
        #expect(try store.assign(item.id, to: "operator-one", by: "operator-two", at: now) == .done)

        _ = try keep([(Self.two, 700)], file: "b.bai2")
        let outcome = try reconcile()

        #expect(outcome == ReconciliationStore.Outcome(matched: 2, opened: 0, closed: 1))
        let after = try #require(try store.break(item.id))
        #expect(after.closedAt != nil && after.owner == "operator-one")
        #expect(after.acts.map(\.by) == ["operator-two", "system"])
        #expect(try store.openBreaks().count == 0)
    }

    @Test("What is not due is not missing")
    func notDue() throws {
        try store.expect([entry(Self.one, 500)], from: "a.ach")

        let early = try store.reconcile(due: monday.adding(days: -1), today: monday, at: now)

        #expect(early.opened == 0)
        #expect(try reconcile().opened == 1)
    }

    @Test("Acts are kept once; a closed break takes no more, and an unknown one is unknown")
    func acts() throws {
        try store.expect([entry(Self.one, 500)], from: "a.ach")
        _ = try reconcile()
        let id = try #require(try store.breaks(isOpen: true, limit: 9).first).id

        #expect(try store.assign(id, to: "operator-one", by: "operator-one", at: now) == .done)
        #expect(try store.assign(id, to: "operator-one", by: "operator-one", at: now) == .unchanged)
        #expect(try store.close(id, reason: "a correction", by: "operator-one", at: now) == .done)
        #expect(try store.close(id, reason: "again", by: "operator-two", at: now) == .closed)
        #expect(try store.assign(id, to: "operator-two", by: "operator-two", at: now) == .closed)
        #expect(try store.assign(99, to: "operator-two", by: "operator-two", at: now) == .unknown)
        #expect(try store.break(id)?.acts.map(\.act) == ["assigned", "closed"])
        #expect(try store.breaks(isOpen: false, limit: 9).map(\.id) == [id])
    }

    @Test("A break closed by a person stays closed, and its movement is still found")
    func closedThenFound() throws {
        try store.expect([entry(Self.one, 500)], from: "a.ach")
        _ = try reconcile()
        let id = try #require(try store.breaks(isOpen: true, limit: 9).first).id
        _ = try store.close(id, reason: "explained", by: "operator-one", at: now)

        _ = try keep([(Self.one, 500)])
        let outcome = try reconcile()

        #expect(outcome == ReconciliationStore.Outcome(matched: 2, opened: 0, closed: 0))
        #expect(try store.openBreaks().count == 0)
    }

    @Test(
        "A payout told by the books and by the processor is expected once",
        arguments: [true, false])
    func payouts(_ booksFirst: Bool) throws {
        let books = ExpectedItem(id: "transfer:7", kind: .card, signed: 3_210, day: monday)
        let report = ExpectedItem(
            id: "payout:po_01", kind: .card, signed: 3_210, day: tuesday, reference: "po_01")
        let inOrder = booksFirst ? [books, report] : [report, books]

        let new = try inOrder.map {
            try store.expectPayout($0, isFromBooks: $0.id == books.id, days: 5)
        }
        let repeated = try inOrder.map {
            try store.expectPayout($0, isFromBooks: $0.id == books.id, days: 5)
        }
        let second = try store.expectPayout(
            ExpectedItem(id: "transfer:8", kind: .card, signed: 3_210, day: monday),
            isFromBooks: true, days: 5)

        #expect(new == [1, 0])
        #expect(repeated == [0, 0])
        #expect(second == 1)
    }

    @Test("Age is counted in banking days")
    func age() throws {
        try store.expect([entry(Self.one, 500)], from: "a.ach")
        let wednesday = Day(iso: "2026-11-25")!
        _ = try store.reconcile(due: monday, today: wednesday, at: now)
        let item = try #require(try store.breaks(isOpen: true, limit: 9).first)
        // Thanksgiving and a weekend lie between.
        let later = Eastern.instant(on: Day(iso: "2026-11-30")!, at: .openingOfBusiness)

        #expect(item.age(at: later, .federalReserve) == 2)
    }
}
