import Banking
import Ledger
import Money
import Rows
import Rules
import Tables

/// Finds entries of ours by the trace numbers they left under, many at once.
extension Reader {
    /// What left under a trace number, as far as it takes to know it again.
    public struct SentEntry: Hashable, Sendable {
        public let payment: PaymentReference
        /// `nil` for a dishonored return, which is the house's.
        public let customer: CustomerID?
        public let amount: Cents
        public let queuedAt: Instant

        public init(
            payment: PaymentReference, customer: CustomerID?, amount: Cents, queuedAt: Instant
        ) {
            self.payment = payment
            self.customer = customer
            self.amount = amount
            self.queuedAt = queuedAt
        }
    }

    /// Calls `found` with what left under each trace number, newest first; with nothing where
    /// nothing did. Ask in ascending order: then neighbours are read from one page.
    ///
    /// Of one snapshot; the answer comes from the index alone.
    public func sentEntries(
        traces: some Sequence<UInt64>, _ found: (UInt64, [SentEntry]) throws -> Void
    ) throws {
        switch pool.dialect {
        case .sqlite:
            try pool.read { db in
                let sql = """
                    SELECT payment, customer, amount, queued_at FROM entry
                    WHERE trace = ? ORDER BY queued_at DESC
                    """
                var entries: [SentEntry] = []
                for trace in traces {
                    entries.removeAll(keepingCapacity: true)
                    let rows = try Row.fetchCursor(
                        db, sql: sql, arguments: [Self.text(ofTrace: trace)])
                    while let row = try rows.next() {
                        if let entry = Self.sent(row) { entries.append(entry) }
                    }
                    try found(trace, entries)
                }
            }
        case .postgres: try sentTogether(Array(traces), found)
        }
    }

    /// So many trace numbers are looked for by one statement.
    private static let tracesTogether = 256

    /// A way to the server and back costs more than the search: many trace numbers go with one.
    private func sentTogether(
        _ traces: [UInt64], _ found: (UInt64, [SentEntry]) throws -> Void
    ) throws {
        let sql = """
            SELECT trace, payment, customer, amount, queued_at FROM entry WHERE trace IN (
                \(Array(repeating: "?", count: Self.tracesTogether).joined(separator: ", ")))
            ORDER BY queued_at DESC
            """
        let texts = traces.map { Self.text(ofTrace: $0) }
        let entries = try pool.read { db in
            var entries: [String: [SentEntry]] = [:]
            for start in stride(from: 0, to: texts.count, by: Self.tracesTogether) {
                var some = Array(texts[start..<min(start + Self.tracesTogether, texts.count)])
                // The last again, so that one prepared statement does for any number of them.
                while some.count < Self.tracesTogether { some.append(some[some.count - 1]) }
                let rows = try Row.fetchAll(db, sql: sql, arguments: StatementArguments(some))
                for row in rows {
                    if let entry = Self.sent(row) {
                        entries[row["trace"], default: []].append(entry)
                    }
                }
            }
            return entries
        }
        for (trace, text) in zip(traces, texts) { try found(trace, entries[text] ?? []) }
    }

    private static func sent(_ row: Row) -> SentEntry? {
        guard let payment = PaymentReference(key: row["payment"]) else { return nil }
        return SentEntry(
            payment: payment, customer: CustomerID(data: row["customer"]),
            amount: Cents(row["amount"] as Int64),
            queuedAt: Instant(milliseconds: row["queued_at"]))
    }

    /// Entries of ours that a return of this amount could be of, newest first.
    public func sentEntries(
        amount: Cents, since: Instant, until: Instant, limit: Int
    ) throws -> [SentEntry] {
        try sent(
            "amount = ? AND queued_at BETWEEN ? AND ? ORDER BY queued_at DESC LIMIT ?",
            [amount.count, since.milliseconds, until.milliseconds, limit])
    }

    /// The entry whose payment's id begins with these characters, as the individual
    /// identification of what we send does.
    public func sentEntries(identification: String) throws -> [SentEntry] {
        let text = identification.lowercased()
        guard text.utf8.count == QueuedEntry.identificationLength,
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) })
        else { return [] }
        return try [DepositKind.prefix, SettlementKind.prefix].flatMap { prefix in
            try sent(
                "payment BETWEEN ? AND ? AND trace IS NOT NULL LIMIT 2",
                ["\(prefix)_\(text)", "\(prefix)_\(text)~"])
        }
    }

    private func sent(
        _ condition: String, _ arguments: [any DatabaseValueConvertible]
    ) throws -> [SentEntry] {
        try pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT payment, customer, amount, queued_at FROM entry
                    WHERE trace IS NOT NULL AND \(condition)
                    """,
                arguments: StatementArguments(arguments)
            ).compactMap(Self.sent)
        }
    }

    /// Fifteen digits, as a trace number is kept.
    static func text(ofTrace number: UInt64) -> String {
        var digits = number
        return String(unsafeUninitializedCapacity: 15) { buffer in
            for index in (0..<15).reversed() {
                buffer[index] = UInt8(0x30 + digits % 10)
                digits /= 10
            }
            return 15
        }
    }
}
