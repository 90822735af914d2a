import Banking
import Engine
import Foundation
import Money
import Statements
import Tables

/// What the bank reported, what our books and files say it must have seen, and what does not agree.
///
/// None of it is money: the books are elsewhere and nothing here changes them. Rows are only added;
/// a match and a closed break are marks on them, and every act of a person is kept.
public struct ReconciliationStore: Sendable {
    let pool: any Pool

    /// Over the same database as the rest.
    public init(_ edge: EdgeStore) { pool = edge.pool }

    // MARK: - Statements

    /// What became of a statement that was to be kept.
    public enum Keeping: Hashable, Sendable {
        case kept(items: Int)
        /// The same account, day and items came before, in that file.
        case seenBefore(file: String)
    }

    /// Keeps a statement with its items, whole or not at all.
    public func keep(
        _ report: StatementReport, items: [FoundItem], file: String, at now: Instant
    ) throws -> Keeping {
        let statement = report.statement
        let fingerprint = Int64(bitPattern: report.fingerprint)
        return try pool.write { db in
            if let known = try String.fetchOne(
                db, sql: "SELECT file FROM bank_statement WHERE fingerprint = ?",
                arguments: [fingerprint])
            {
                return .seenBefore(file: known)
            }
            let id = try db.insert(
                sql: """
                    INSERT INTO bank_statement(
                        file, number, format, account, currency, as_of, opening, closing, items,
                        proof, standing, fingerprint, at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
                    """,
                arguments: [
                    file, statement.number, statement.format.rawValue,
                    statement.account.description, statement.currency.description,
                    statement.asOf?.daysSinceEpoch, statement.opening.flatMap(Self.minor),
                    statement.closing.flatMap(Self.minor), report.items, report.proof.rawValue,
                    statement.standing.rawValue, fingerprint, now.milliseconds,
                ])
            for item in items {
                try db.execute(
                    sql: "INSERT INTO bank_found VALUES (?, ?, ?, ?, ?, ?, NULL)",
                    arguments: [
                        item.id, id, item.kind.rawValue, item.signed, item.day.daysSinceEpoch,
                        try FoundBody(item).text(),
                    ])
            }
            return .kept(items: items.count)
        }
    }

    private static func minor(_ balance: Balance) -> Int64? { Int64(exactly: balance.signed) }

    /// The first and the last day of which there is a statement; `nil` before the first.
    public func days() throws -> ClosedRange<Day>? {
        try pool.read { db in
            guard
                let row = try Row.fetchOne(
                    db,
                    sql: """
                        SELECT min(as_of), max(as_of) FROM bank_statement
                        WHERE as_of IS NOT NULL AND standing = 'current'
                        """),
                let first = row[0] as Int?, let last = row[1] as Int?
            else { return nil }
            return Day(daysSinceEpoch: first)...Day(daysSinceEpoch: last)
        }
    }

    // MARK: - Matching

    /// Adds what a source says must have moved, all of it or nothing; a source is heard once.
    /// `mark` is a setting kept in the same transaction. Returns how many were new.
    @discardableResult
    public func expect(
        _ items: [ExpectedItem], from source: String?, mark: (name: String, value: String)? = nil
    ) throws -> Int {
        try pool.write { db in
            if let source {
                try db.execute(
                    sql: """
                        INSERT INTO bank_due_source(name, items) VALUES (?, ?)
                        ON CONFLICT DO NOTHING
                        """,
                    arguments: [source, items.count])
                guard db.changesCount > 0 else { return 0 }
            }
            var new = 0
            for item in items where item.signed != 0 {
                try db.execute(
                    sql: """
                        INSERT INTO bank_due(
                            id, kind, amount, day, file, batch, trace, return_trace, reference)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                        """,
                    arguments: [
                        item.id, item.kind.rawValue, item.signed, item.day.daysSinceEpoch,
                        item.ach.file, item.ach.batch, item.ach.trace, item.ach.returnTrace,
                        item.reference,
                    ])
                new += db.changesCount
            }
            if let mark {
                try EdgeStore.set(mark.name, to: mark.value, db)
            }
            return new
        }
    }

    /// Adds a payout of which both the books and the processor's report tell, whichever comes
    /// first: the same amount within `days` is the same payout, once. Returns how many were new.
    @discardableResult
    public func expectPayout(
        _ item: ExpectedItem, isFromBooks: Bool, days: Int
    ) throws -> Int {
        try pool.write { db in
            try db.execute(
                sql: """
                    INSERT INTO bank_due_source(name, items) VALUES (?, 1)
                    ON CONFLICT DO NOTHING
                    """,
                arguments: [item.id])
            guard db.changesCount > 0 else { return 0 }
            let other = try String.fetchOne(
                db,
                sql: """
                    SELECT id FROM bank_due
                    WHERE kind = 'card' AND amount = ? AND day BETWEEN ? AND ? AND id LIKE ?
                    AND NOT EXISTS (
                        SELECT 1 FROM bank_due_source s
                        WHERE s.name = 'pair:' || bank_due.id)
                    ORDER BY day, id LIMIT 1
                    """,
                arguments: [
                    item.signed, item.day.daysSinceEpoch - days, item.day.daysSinceEpoch + days,
                    isFromBooks ? "payout:%" : "transfer:%",
                ])
            if let other {
                try db.execute(
                    sql: "INSERT INTO bank_due_source VALUES (?, 0)",
                    arguments: ["pair:" + other])
                if !isFromBooks {
                    try db.execute(
                        sql: "UPDATE bank_due SET reference = ? WHERE id = ?",
                        arguments: [item.reference, other])
                }
                return 0
            }
            try db.execute(
                sql: """
                    INSERT INTO bank_due VALUES (?, ?, ?, ?, NULL, NULL, NULL, NULL, ?, NULL)
                    """,
                arguments: [
                    item.id, item.kind.rawValue, item.signed, item.day.daysSinceEpoch,
                    item.reference,
                ])
            return 1
        }
    }

    /// Files of the bank, sent or taken since an instant, that were not heard as a source.
    public func filesUnheard(since instant: Instant, limit: Int) throws -> [String] {
        try pool.read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT name FROM bank_file
                    WHERE at >= ? AND state IN ('sent', 'taken') AND name LIKE '%.ach%'
                    AND NOT EXISTS (
                        SELECT 1 FROM bank_due_source s WHERE s.name = bank_file.name)
                    ORDER BY at, name LIMIT ?
                    """,
                arguments: [instant.milliseconds, limit])
        }
    }

    /// Transfers after a sequence number, in their order, and the number of the last one looked at.
    public func transfers(
        after sequence: Int64, limit: Int
    ) throws -> (rows: [Reader.Posting], last: Int64) {
        try pool.numberCommits()
        return try pool.read { db in
            let rows = try Reader.postingRows(after: sequence, limit: limit, db)
            return (
                rows.compactMap(Reader.posting),
                rows.last.map { $0["sequence"] as Int64 } ?? sequence
            )
        }
    }

    /// The number of the last transfer booked before an instant.
    public func lastTransfer(before instant: Instant) throws -> Int64 {
        try pool.numberCommits()
        return try pool.read { db in
            switch db.dialect {
            case .sqlite:
                try Int64.fetchOne(
                    db,
                    sql: """
                        SELECT coalesce(max(first_transfer + transfers - 1), 0) FROM book_commit
                        WHERE at < ?
                        """,
                    arguments: [instant.milliseconds]) ?? 0
            case .postgres:
                try Int64.fetchOne(
                    db, sql: "SELECT max(number) FROM commit_order WHERE at < ?",
                    arguments: [instant.milliseconds]
                ).map { CommitPlace.last(of: $0) } ?? 0
            }
        }
    }

    /// Matches what is left, keeps the matches, closes the breaks they explain and opens one for
    /// each movement that is still alone. Repeating it changes nothing.
    ///
    /// - Parameters:
    ///   - due: Ours up to this day must have been found by now.
    ///   - today: The day a new break is found.
    public func reconcile(due: Day, today: Day, at now: Instant) throws -> Outcome {
        // Compared outside of a transaction, which commands would wait for.
        let (expected, found) = try pool.read { db in
            (
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT * FROM bank_due WHERE matched IS NULL ORDER BY day, id LIMIT ?
                        """,
                    arguments: [Reconciliation.itemsMax]
                ).compactMap(Self.expected),
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT * FROM bank_found WHERE matched IS NULL ORDER BY day, id LIMIT ?
                        """,
                    arguments: [Reconciliation.itemsMax]
                ).compactMap(Self.found)
            )
        }
        var outcome = Outcome()
        var rest = Reconciliation.match(expected: expected, found: found)[...]
        while !rest.isEmpty {
            let together = rest.prefix(Self.matchesTogether)
            outcome = try pool.write { [outcome] db in
                var outcome = outcome
                for match in together { try Self.keep(match, at: now, db, &outcome) }
                return outcome
            }
            rest = rest.dropFirst(Self.matchesTogether)
        }
        outcome.opened += try pool.write { db in
            try Self.openBreaks("expected", "bank_due", through: due, today, db)
                + Self.openBreaks("found", "bank_found", through: nil, today, db)
        }
        return outcome
    }

    /// Matches kept in one transaction: commands wait for no more.
    private static let matchesTogether = 500

    /// What a reconciliation did.
    public struct Outcome: Hashable, Sendable {
        /// Movements, of both sides.
        public var matched: Int
        public var opened: Int
        public var closed: Int

        public init(matched: Int = 0, opened: Int = 0, closed: Int = 0) {
            self.matched = matched
            self.opened = opened
            self.closed = closed
        }
    }

    private static func keep(
        _ match: Reconciliation.Match, at now: Instant, _ db: Database, _ outcome: inout Outcome
    ) throws {
        let id = try db.insert(
            sql: "INSERT INTO bank_match(basis, at) VALUES (?, ?) RETURNING id",
            arguments: [match.by.rawValue, now.milliseconds])
        for (side, table, items) in [
            ("found", "bank_found", match.found), ("expected", "bank_due", match.expected),
        ] {
            for item in items {
                try db.execute(
                    sql: "UPDATE \(table) SET matched = ? WHERE id = ? AND matched IS NULL",
                    arguments: [id, item])
                outcome.matched += db.changesCount
                let known = try Int64.fetchOne(
                    db,
                    sql: """
                        SELECT id FROM bank_break
                        WHERE side = ? AND item = ? AND closed_at IS NULL
                        """,
                    arguments: [side, item])
                guard let known else { continue }
                try close(known, by: "system", "Found by \(match.by.rawValue).", at: now, db)
                outcome.closed += 1
            }
        }
    }

    private static func openBreaks(
        _ side: String, _ table: String, through due: Day?, _ today: Day, _ db: Database
    ) throws -> Int {
        try db.execute(
            sql: """
                INSERT INTO bank_break(side, item, day, opened_on, amount)
                SELECT '\(side)', i.id, i.day, CAST(? AS BIGINT), i.amount FROM \(table) i
                WHERE i.matched IS NULL AND i.day <= ?
                AND NOT EXISTS (
                    SELECT 1 FROM bank_break b WHERE b.side = '\(side)' AND b.item = i.id)
                ORDER BY i.day, i.id
                """,
            arguments: [today.daysSinceEpoch, due?.daysSinceEpoch ?? Int.max])
        return db.changesCount
    }

    private static func close(
        _ id: Int64, by name: String, _ reason: String, at now: Instant, _ db: Database
    ) throws {
        try db.execute(
            sql: "UPDATE bank_break SET closed_at = ? WHERE id = ?",
            arguments: [now.milliseconds, id])
        try db.execute(
            sql: """
                INSERT INTO bank_break_act(break, at, by, act, reason)
                VALUES (?, ?, ?, 'closed', ?)
                """,
            arguments: [id, now.milliseconds, name, reason])
    }

    // MARK: - Breaks

    /// A movement that one side knows and the other does not.
    public struct Break: Hashable, Sendable {
        public let id: Int64
        public let side: Side
        public let item: String
        /// The settlement date, or the day the bank booked it.
        public let day: Day
        /// When nobody could explain it for the first time.
        public let openedOn: Day
        /// In cents; negative when money went out.
        public let signed: Int64
        /// Nobody at first.
        public let owner: String?
        public let closedAt: Instant?
        /// What was done to it, the first act first.
        public let acts: [Act]

        /// Who knows it.
        public enum Side: String, Hashable, Sendable, CaseIterable {
            /// Our books and files; the bank has not told of it.
            case expected
            /// The bank; we do not know it.
            case found
        }

        /// What somebody did to a break.
        public struct Act: Hashable, Sendable {
            public let at: Instant
            public let by: String
            /// `assigned` or `closed`.
            public let act: String
            public let owner: String?
            public let reason: String
        }
    }

    /// Breaks with a number above `after`, in their order.
    public func breaks(isOpen: Bool, after: Int64 = 0, limit: Int) throws -> [Break] {
        try breaks(
            "WHERE closed_at IS \(isOpen ? "" : "NOT ")NULL AND id > ? ORDER BY id LIMIT ?",
            [after, limit])
    }

    /// How many breaks nobody has closed, and the day the oldest was found.
    public func openBreaks() throws -> (count: Int, oldest: Day?) {
        try pool.read { db in
            let row = try Row.fetchOne(
                db,
                sql: "SELECT count(*), min(opened_on) FROM bank_break WHERE closed_at IS NULL")
            return (
                row?[0] ?? 0, row.flatMap { $0[1] as Int? }.map { Day(daysSinceEpoch: $0) }
            )
        }
    }

    /// Settlement dates with breaks that nobody has closed and that were found on `day` or before.
    public func daysOfBreaks(foundThrough day: Day) throws -> [Day] {
        try pool.read { db in
            try Int.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT day FROM bank_break
                    WHERE closed_at IS NULL AND opened_on <= ? ORDER BY day
                    """,
                arguments: [day.daysSinceEpoch]
            ).map { Day(daysSinceEpoch: $0) }
        }
    }

    /// Every break of a day, open or not.
    public func breaks(of day: Day, limit: Int) throws -> [Break] {
        try breaks("WHERE day = ? ORDER BY id LIMIT ?", [day.daysSinceEpoch, limit])
    }

    public func `break`(_ id: Int64) throws -> Break? {
        try breaks("WHERE id = ?", [id]).first
    }

    private func breaks(
        _ rest: String, _ arguments: [any DatabaseValueConvertible]
    ) throws -> [Break] {
        try pool.read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM bank_break " + rest,
                arguments: StatementArguments(arguments)
            ).compactMap { row in
                guard let side = Break.Side(rawValue: row["side"]) else { return nil }
                let id: Int64 = row["id"]
                let acts = try Row.fetchAll(
                    db, sql: "SELECT * FROM bank_break_act WHERE break = ? ORDER BY id",
                    arguments: [id]
                ).map { act in
                    Break.Act(
                        at: Instant(milliseconds: act["at"]), by: act["by"], act: act["act"],
                        owner: act["owner"], reason: act["reason"])
                }
                return Break(
                    id: id, side: side, item: row["item"],
                    day: Day(daysSinceEpoch: row["day"]),
                    openedOn: Day(daysSinceEpoch: row["opened_on"]), signed: row["amount"],
                    owner: row["owner"],
                    closedAt: (row["closed_at"] as Int64?).map { Instant(milliseconds: $0) },
                    acts: acts)
            }
        }
    }

    /// What became of an act on a break.
    public enum Acting: Hashable, Sendable {
        case done
        /// It was so already; nothing was kept again.
        case unchanged
        case unknown
        /// It is closed: nobody can own it any more.
        case closed
    }

    /// Gives a break to somebody.
    public func assign(
        _ id: Int64, to owner: String, by name: String, at now: Instant
    ) throws -> Acting {
        try act(id, at: now) { db, row in
            guard (row["owner"] as String?) != owner else { return .unchanged }
            try db.execute(
                sql: "UPDATE bank_break SET owner = ? WHERE id = ?", arguments: [owner, id])
            try db.execute(
                sql: """
                    INSERT INTO bank_break_act(break, at, by, act, owner, reason)
                    VALUES (?, ?, ?, 'assigned', ?, '')
                    """,
                arguments: [id, now.milliseconds, name, owner])
            return .done
        }
    }

    /// Closes a break that was explained outside; its movement may still be found.
    public func close(
        _ id: Int64, reason: String, by name: String, at now: Instant
    ) throws -> Acting {
        try act(id, at: now) { db, _ in
            try Self.close(id, by: name, reason, at: now, db)
            return .done
        }
    }

    private func act(
        _ id: Int64, at now: Instant, _ body: (Database, Row) throws -> Acting
    ) throws -> Acting {
        try pool.write { db in
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT * FROM bank_break WHERE id = ?", arguments: [id])
            else { return .unknown }
            guard (row["closed_at"] as Int64?) == nil else { return .closed }
            return try body(db, row)
        }
    }

    // MARK: - Days

    /// Days with a movement, the latest first, from the one before `before` on.
    public func days(before: Day? = nil, limit: Int) throws -> [ReconciliationDay] {
        try pool.read { db in
            let bound = before?.daysSinceEpoch ?? Int.max
            let days = try Int.fetchAll(
                db,
                sql: """
                    SELECT day FROM bank_due WHERE day < ?
                    UNION SELECT day FROM bank_found WHERE day < ?
                    ORDER BY day DESC LIMIT ?
                    """,
                arguments: [bound, bound, limit])
            return try days.map { try Self.day(Day(daysSinceEpoch: $0), db) }
        }
    }

    /// The sums of one day.
    public func day(_ day: Day) throws -> ReconciliationDay {
        try pool.read { db in try Self.day(day, db) }
    }

    private static func day(_ day: Day, _ db: Database) throws -> ReconciliationDay {
        func sums(_ table: String) throws -> (sum: Int64, count: Int) {
            let row = try Row.fetchOne(
                db, sql: "SELECT coalesce(sum(amount), 0), count(*) FROM \(table) WHERE day = ?",
                arguments: [day.daysSinceEpoch])
            return (row?[0] ?? 0, row?[1] ?? 0)
        }
        let (expected, found) = (try sums("bank_due"), try sums("bank_found"))
        let open = try Int.fetchOne(
            db, sql: "SELECT count(*) FROM bank_break WHERE day = ? AND closed_at IS NULL",
            arguments: [day.daysSinceEpoch])
        return ReconciliationDay(
            day: day, expected: expected.sum, found: found.sum, expectedCount: expected.count,
            foundCount: found.count, openBreaks: open ?? 0)
    }

    /// A movement of a day with what it was matched with.
    public struct Line: Hashable, Sendable {
        public let side: Break.Side
        public let id: String
        public let kind: StatementItem.Kind
        /// In cents; negative when money goes out.
        public let signed: Int64
        /// File and batch, trace number or reference, as far as there is one.
        public let name: String
        /// The number of the match; `nil` while it is alone.
        public let match: Int64?
        /// What it was matched by.
        public let basis: Reconciliation.Basis?
    }

    /// The movements of a day on both sides, those that are alone first.
    public func lines(of day: Day, limit: Int) throws -> [Line] {
        try pool.read { db in
            let expected = try Row.fetchAll(
                db,
                sql: """
                    SELECT e.*, m.basis FROM bank_due e
                    LEFT JOIN bank_match m ON m.id = e.matched
                    WHERE e.day = ? ORDER BY e.matched IS NOT NULL, e.matched, e.id LIMIT ?
                    """,
                arguments: [day.daysSinceEpoch, limit]
            ).compactMap { row in
                Self.expected(row).map { item in
                    Line(
                        side: .expected, id: item.id, kind: item.kind, signed: item.signed,
                        name: item.name, match: row["matched"],
                        basis: (row["basis"] as String?).flatMap {
                            Reconciliation.Basis(rawValue: $0)
                        })
                }
            }
            let found = try Row.fetchAll(
                db,
                sql: """
                    SELECT f.*, m.basis FROM bank_found f
                    LEFT JOIN bank_match m ON m.id = f.matched
                    WHERE f.day = ? ORDER BY f.matched IS NOT NULL, f.matched, f.id LIMIT ?
                    """,
                arguments: [day.daysSinceEpoch, limit]
            ).compactMap { row in
                try Self.found(row).map { item in
                    Line(
                        side: .found, id: item.id, kind: item.kind, signed: item.signed,
                        name: item.name, match: row["matched"],
                        basis: (row["basis"] as String?).flatMap {
                            Reconciliation.Basis(rawValue: $0)
                        })
                }
            }
            return (expected + found).sorted {
                ($0.match ?? 0, $0.side.rawValue, $0.id) < ($1.match ?? 0, $1.side.rawValue, $1.id)
            }
        }
    }

    // MARK: - Rows

    private static func expected(_ row: Row) -> ExpectedItem? {
        guard let kind = StatementItem.Kind(rawValue: row["kind"]) else { return nil }
        var ach = ACHReferences()
        ach.file = row["file"]
        ach.batch = row["batch"]
        ach.trace = row["trace"]
        ach.returnTrace = row["return_trace"]
        return ExpectedItem(
            id: row["id"], kind: kind, signed: row["amount"], day: Day(daysSinceEpoch: row["day"]),
            ach: ach, reference: row["reference"])
    }

    private static func found(_ row: Row) throws -> FoundItem? {
        guard let kind = StatementItem.Kind(rawValue: row["kind"]) else { return nil }
        let body = try FoundBody(row["body"] as String)
        var ach = ACHReferences()
        ach.file = body.file
        ach.batch = body.batch
        ach.trace = body.trace
        ach.returnTrace = body.returnTrace
        return FoundItem(
            id: row["id"], kind: kind, signed: row["amount"], day: Day(daysSinceEpoch: row["day"]),
            settles: body.settles.map { Day(daysSinceEpoch: $0) }, ach: ach,
            references: body.references,
            parts: body.parts.map { FoundItem.Part(signed: $0.signed, trace: $0.trace) })
    }
}

extension ReconciliationStore.Break {
    /// Banking days since it was found; of a closed one, until it was closed.
    public func age(at now: Instant, _ calendar: BankingCalendar) -> Int {
        calendar.bankingDays(from: openedOn, to: Eastern.day(at: closedAt ?? now))
    }
}

/// What of an item is only read to match it.
private struct FoundBody: Codable {
    struct Part: Codable {
        let signed: Int64
        let trace: String
    }

    var settles: Int?
    var file: String?
    var batch: String?
    var trace: String?
    var returnTrace: String?
    var references: [String] = []
    var parts: [Part] = []

    init(_ item: FoundItem) {
        settles = item.settles?.daysSinceEpoch
        file = item.ach.file
        batch = item.ach.batch
        trace = item.ach.trace
        returnTrace = item.ach.returnTrace
        references = item.references
        parts = item.parts.map { Part(signed: $0.signed, trace: $0.trace) }
    }

    init(_ text: String) throws {
        self = try JSONDecoder().decode(FoundBody.self, from: Data(text.utf8))
    }

    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

extension ExpectedItem {
    /// What a person looks for.
    fileprivate var name: String {
        if let trace = ach.trace ?? ach.returnTrace {
            return [ach.file, trace].compactMap { $0 }.joined(separator: " ")
        }
        return reference
    }
}

extension FoundItem {
    /// What a person looks for; never free text, which may hold names and account numbers.
    fileprivate var name: String {
        ach.trace ?? ach.returnTrace
            ?? [ach.file, ach.batch.map { "batch \($0)" }].compactMap { $0 }.joined(separator: " ")
    }
}
