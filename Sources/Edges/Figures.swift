import Banking
import Foundation
import Ledger
import Money
import Rows
import Rules
import Tables

/// Sums over all customers, each over the rows an index finds: what they cost is what is open or
/// recent, never what the whole book holds.
extension Reader {
    /// Where the house stands at an instant, to the cent.
    public struct Figures: Hashable, Sendable {
        /// Owed by all customers.
        public var owed = Cents.zero
        /// Customers who owe something.
        public var negativeCustomers = 0
        /// Obligations opened since the day before.
        public var opened = 0
        /// Obligations settled since the day before.
        public var settled = 0
        /// Obligations of the last sixty days' payments that are over.
        public var over = 0
        /// Of those over, how many a payment or the customer's cash made whole.
        public var madeWhole = 0
        /// Booked as lost in the last thirty days.
        public var chargedOff = Cents.zero
        /// Instant credit not yet safe from return, plus what is owed.
        public var exposure = Cents.zero
        /// Holds that end within a day.
        public var holdsEnding = 0
    }

    /// The figures at `now`, of one snapshot.
    public func figures(at now: Instant) throws -> Figures {
        try pool.read { db in
            var figures = Figures()
            try Self.owed(into: &figures, db)
            try Self.obligations(since: now, into: &figures, db)
            try Self.deposits(into: &figures, db)
            let ending = try Data.fetchCursor(
                db, sql: "SELECT kind FROM timer WHERE due > ? AND due <= ?",
                arguments: [now.milliseconds, now.adding(days: 1).milliseconds])
            while let kind = try ending.next() {
                if case .release = try Rules.Timer.Kind(packed: Array(kind)) {
                    figures.holdsEnding += 1
                }
            }
            return figures
        }
    }

    private static func owed(into figures: inout Figures, _ db: Database) throws {
        guard
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT count(DISTINCT e.customer), coalesce(sum(a.amount), 0)
                    FROM entity e LEFT JOIN account a
                        ON a.customer = e.customer AND a.kind = 'obligation' AND a.item = e.id
                        AND a.asset = 'USD'
                    WHERE e.kind = ? AND e.tag = 'open'
                    """,
                arguments: [EntityKind.obligation.rawValue])
        else { return }
        figures.negativeCustomers = row[0]
        figures.owed = Cents(row[1] as Int64)
    }

    private static func obligations(
        since now: Instant, into figures: inout Figures, _ db: Database
    ) throws {
        let (day, month) = (now.adding(days: -1), now.adding(days: -30))
        let recent = lowestID(at: now.adding(days: -ratesDays))
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT id, body FROM entity
                WHERE kind = ? AND (tag = 'open' OR (tag IN ('settled', 'charged_off') AND id >= ?))
                """,
            arguments: [
                EntityKind.obligation.rawValue, lowestID(at: now.adding(days: -closedDays)),
            ])
        while let row = try rows.next() {
            let isRecent = (row[0] as Data).lexicographicallyPrecedes(recent) == false
            let obligation = try Obligation(packed: Array(row[1] as Data))
            if obligation.openedAt > day { figures.opened += 1 }
            switch obligation.state {
            case .open: break
            case .settled(let at, let by):
                if at > day { figures.settled += 1 }
                if isRecent {
                    figures.over += 1
                    switch by {
                    case .payment, .cash: figures.madeWhole += 1
                    case .liquidation, .waiver: break
                    }
                }
            case .chargedOff(let at, let written, _):
                if isRecent { figures.over += 1 }
                if at > month { figures.chargedOff += written }
            }
        }
    }

    private static func deposits(into figures: inout Figures, _ db: Database) throws {
        let uncollected = try Data.fetchCursor(
            db,
            sql: """
                SELECT body FROM entity
                WHERE kind = ? AND tag IN ('initiated', 'submitted', 'funds_received')
                """,
            arguments: [EntityKind.deposit.rawValue])
        figures.exposure = figures.owed
        while let body = try uncollected.next() {
            figures.exposure += try Deposit(packed: Array(body)).credit
        }
    }

    /// What became of obligations is told of those opened in so many days.
    private static let ratesDays = 60
    /// A payment older than this is not looked at for what became of it lately.
    private static let closedDays = 400

    /// No id made at `instant` or later is below this one: ids begin with their time.
    private static func lowestID(at instant: Instant) -> Data {
        Cause(high: UInt64(max(0, instant.milliseconds)) << 16, low: 0).data
    }
}

/// What the return rates are made of.
extension Reader {
    /// Debits and returns of `first` and later, of one snapshot: a few rows for each day.
    public func debitCounts(since first: Day) throws -> DebitCounts {
        try pool.read { db in
            var counts = DebitCounts()
            let since = first.daysSinceEpoch
            let debits = try Row.fetchCursor(
                db,
                sql: """
                    SELECT day, kind, sum(count) FROM debit_count WHERE day >= ?
                    GROUP BY day, kind
                    """,
                arguments: [since])
            while let row = try debits.next() {
                let day = Day(daysSinceEpoch: row[0])
                if (row[1] as String) == "sent" {
                    counts.sent[day] = row[2]
                } else {
                    counts.settling[day] = row[2]
                }
            }
            let returns = try Row.fetchCursor(
                db,
                sql: """
                    SELECT settled, received, code, sum(count) FROM return_count
                    WHERE settled >= ?1 OR received >= ?1 GROUP BY settled, received, code
                    """,
                arguments: [since])
            while let row = try returns.next() {
                let entry = DebitCount.Return(
                    code: row[2], settled: Day(daysSinceEpoch: row[0]),
                    received: Day(daysSinceEpoch: row[1]))
                counts.returned[entry] = row[3]
            }
            return counts
        }
    }
}

/// Customers who owe, in the order in which it presses.
extension Reader {
    /// A customer in the queue.
    public struct Negative: Hashable, Sendable {
        public let customer: CustomerID
        /// When the time to settle ends or ended; the far future where no clock runs.
        public let due: Instant

        public init(customer: CustomerID, due: Instant) {
            self.customer = customer
            self.due = due
        }
    }

    /// How many customers owe, and how much, whose oldest obligation was opened between two
    /// instants.
    public func negatives(
        openedAfter: Instant, through: Instant
    ) throws -> (customers: Int, owed: Cents) {
        let owing = try owing(openedAfter: openedAfter, through: through)
        return (owing.count, owing.map(\.owed).sum())
    }

    /// The same customers, the earliest deadline first, from behind `after`.
    public func negatives(
        openedAfter: Instant, through: Instant, after: Negative?, limit: Int
    ) throws -> [Negative] {
        let negatives = try owing(openedAfter: openedAfter, through: through)
            .map { Negative(customer: $0.customer, due: $0.due) }
            .filter { negative in after.map { negative.isBehind($0) } ?? true }
            .sorted { $1.isBehind($0) }
        return Array(negatives.prefix(limit))
    }

    private struct Owing {
        let customer: CustomerID
        var opened: Instant
        var due: Instant
        var owed: Cents
    }

    /// Where no clock runs.
    private static let never = Instant(rfc3339: "9999-12-31T23:59:59Z") ?? Instant(milliseconds: 0)

    /// One for each customer who owes: there are as many as open obligations at most.
    private func owing(openedAfter: Instant, through: Instant) throws -> [Owing] {
        try pool.read { db in
            var owing: [CustomerID: Owing] = [:]
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT e.customer, e.body, coalesce(a.amount, 0)
                    FROM entity e LEFT JOIN account a
                        ON a.customer = e.customer AND a.kind = 'obligation' AND a.item = e.id
                        AND a.asset = 'USD'
                    WHERE e.kind = ? AND e.tag = 'open'
                    """,
                arguments: [EntityKind.obligation.rawValue])
            while let row = try rows.next() {
                guard let customer = CustomerID(data: row[0]) else { continue }
                let obligation = try Obligation(packed: Array(row[1] as Data))
                let due = obligation.deadline ?? Self.never
                var sum =
                    owing[customer]
                    ?? Owing(
                        customer: customer, opened: obligation.openedAt, due: due, owed: .zero)
                sum.opened = min(sum.opened, obligation.openedAt)
                sum.due = min(sum.due, due)
                sum.owed += Cents(row[2] as Int64)
                owing[customer] = sum
            }
            return owing.values.filter { $0.opened > openedAfter && $0.opened <= through }
        }
    }
}

extension Reader.Negative {
    fileprivate func isBehind(_ other: Reader.Negative) -> Bool {
        (other.due, other.customer) < (due, customer)
    }
}
