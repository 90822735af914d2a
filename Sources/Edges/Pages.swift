import Banking
import Foundation
import Ledger
import Rows
import Rules
import Tables

/// Lists in pages: each goes on behind the last row of the page before it, in an order that new
/// rows do not disturb.
extension Reader {
    /// Where a part lies: its customer and its own 128 bits.
    public struct PartPlace: Hashable, Sendable {
        public let customer: CustomerID
        public let high: UInt64
        public let low: UInt64

        public init(customer: CustomerID, high: UInt64, low: UInt64) {
            self.customer = customer
            self.high = high
            self.low = low
        }
    }

    /// The parts of a kind in a state over all customers, in the order of customer and id.
    public func parts(
        _ part: Part, tag: String, after: PartPlace?, limit: Int
    ) throws -> [PartPlace] {
        let place = after.map { place in
            (
                place.customer.data,
                Identifier<CauseKind>(high: place.high, low: place.low).data
            )
        }
        return try pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT customer, id FROM entity
                    WHERE kind = ? AND tag = ? AND (customer, id) > (?, ?)
                    ORDER BY customer, id LIMIT ?
                    """,
                arguments: [
                    part.kind.rawValue, tag, place?.0 ?? Data(), place?.1 ?? Data(), limit,
                ]
            ).compactMap { row in
                guard let customer = CustomerID(data: row[0]),
                    let id = Identifier<CauseKind>(data: row[1])
                else { return nil }
                return PartPlace(customer: customer, high: id.high, low: id.low)
            }
        }
    }

    /// How many entries of a file of ours the bank has answered for neither with money nor with a
    /// return: point reads of one snapshot, one for each entry.
    public func unanswered(inFile name: String) throws -> Int {
        try pool.read { db in
            let state = "SELECT tag FROM entity WHERE customer = ? AND kind = ? AND id = ?"
            let suspended = "SELECT tag FROM suspense WHERE id = ?"
            let part = "SELECT body FROM entity WHERE customer = ? AND kind = ? AND id = ?"
            let rows = try Row.fetchCursor(
                db, sql: "SELECT payment, customer, presentment FROM entry WHERE file = ?",
                arguments: [name])
            var open = 0
            while let row = try rows.next() {
                guard let payment = PaymentReference(key: row[0]) else { continue }
                let customer: Data = row[1]
                let tag: String?
                switch payment {
                case .deposit(let id):
                    tag = try String.fetchOne(
                        db, sql: state,
                        arguments: [customer, EntityKind.deposit.rawValue, id.data])
                case .settlement(let id):
                    tag = try String.fetchOne(
                        db, sql: state,
                        arguments: [customer, EntityKind.settlement.rawValue, id.data])
                case .dishonor(let id):
                    tag = try String.fetchOne(db, sql: suspended, arguments: [id.data])
                case .microEntry(let id):
                    guard
                        case .validation(_, let method) = try QueuedEntry.Presentment(
                            packed: Array(row[2] as Data)),
                        let body = try Data.fetchOne(
                            db, sql: part,
                            arguments: [customer, EntityKind.method.rawValue, method.data])
                    else { continue }
                    let entry = try PaymentMethod(packed: Array(body)).microEntry(id)
                    if let entry, !entry.isSettled, entry.back == nil { open += 1 }
                    continue
                }
                if tag == "submitted" || tag == "dishonored" { open += 1 }
            }
            return open
        }
    }

    /// Notices older than the one at `before`, newest first.
    public func notices(
        of id: CustomerID, before: (at: Instant, id: NoticeID)?, limit: Int
    ) throws -> [NoticeRow] {
        guard let before else { return try notices(of: id, limit: limit) }
        return try pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM notice WHERE customer = ? AND (at, id) < (?, ?)
                    ORDER BY at DESC, id DESC LIMIT ?
                    """,
                arguments: [id.data, before.at.milliseconds, before.id.data, limit]
            ).compactMap { try Self.notice($0) }
        }
    }
}

/// A walk through a customer's journal, newest first: all of it, however long, a part at a time and
/// each entry looked up once. What is booked after its start is not in it.
public struct PostingWalk: Sendable {
    fileprivate enum Rest: Sendable {
        /// Transfers that the walk goes on from, ascending, and the customer's own accounts.
        case pointers(heads: [Int64], own: Set<Int64>)
        /// All of the customer's transfers before a place; `nil` when there are no more.
        case ordered(CustomerID, before: Int64?)
    }

    fileprivate var rest: Rest

    public var isOver: Bool {
        switch rest {
        case .pointers(let heads, _): heads.isEmpty
        case .ordered(_, let before): before == nil
        }
    }

    fileprivate static func goOn(_ heads: inout [Int64], from transfer: Int64?) {
        guard let transfer else { return }
        var (low, high) = (0, heads.count)
        while low < high {
            let middle = (low + high) / 2
            if heads[middle] < transfer { low = middle + 1 } else { high = middle }
        }
        // A transfer between two of the customer's own accounts is come upon from both.
        if low == heads.count || heads[low] != transfer { heads.insert(transfer, at: low) }
    }
}

extension Reader {
    /// Begins a walk through the journal of `customer`'s accounts, behind the entry numbered `before`.
    public func walk(of customer: CustomerID, before: Int64 = .max) throws -> PostingWalk {
        if pool.dialect == .postgres {
            return PostingWalk(rest: .ordered(customer, before: min(before, try lastChange() + 1)))
        }
        return try pool.read { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT id, last_transfer FROM account WHERE customer = ?",
                arguments: [customer.data])
            var heads: [Int64] = []
            for row in rows {
                if let last: Int64 = row["last_transfer"], last > 0 {
                    PostingWalk.goOn(&heads, from: last)
                }
            }
            let own: Set<Int64> = Set(rows.map { $0["id"] })
            // Those of earlier pages are passed over: only where they point to is looked up.
            while let head = heads.last, head >= before {
                heads.removeLast()
                guard
                    let links = try Row.fetchOne(
                        db,
                        sql: """
                            SELECT debit, credit, debit_previous, credit_previous FROM transfer
                            WHERE sequence = ?
                            """, arguments: [head])
                else { throw DatabaseFault.unreadable("the transfer \(head) cannot be read") }
                if own.contains(links[0]) { PostingWalk.goOn(&heads, from: links[2]) }
                if own.contains(links[1]) { PostingWalk.goOn(&heads, from: links[3]) }
            }
            return PostingWalk(rest: .pointers(heads: heads, own: own))
        }
    }

    /// The next entries of a walk, `limit` at most.
    public func next(_ limit: Int, of walk: inout PostingWalk) throws -> [Posting] {
        switch walk.rest {
        case .ordered(_, nil): return []
        case .ordered(let customer, let before?):
            let found = try pool.read { db in
                try Row.fetchAll(
                    db,
                    sql: Self.orderedPostingSQL + """
                         WHERE t.customer = ? AND (o.number << 20) + t.place < ?
                        ORDER BY t.version DESC, t.place DESC LIMIT ?
                        """,
                    arguments: [customer.data, before, limit]
                ).compactMap(Self.posting)
            }
            let isLast = found.count < limit
            walk.rest = .ordered(customer, before: isLast ? nil : found.last?.sequence)
            return found
        case .pointers(let heads, let own):
            let (found, rest) = try pool.read { db in
                var (heads, found): ([Int64], [Posting]) = (heads, [])
                while found.count < limit, let next = heads.popLast() {
                    guard
                        let row = try Row.fetchOne(
                            db, sql: Self.postingSQL + " WHERE t.sequence = ?", arguments: [next]),
                        let posting = Self.posting(row)
                    else {
                        throw DatabaseFault.unreadable("the transfer \(next) cannot be read")
                    }
                    if own.contains(row["debit_id"]) {
                        PostingWalk.goOn(&heads, from: row["debit_previous"])
                    }
                    if own.contains(row["credit_id"]) {
                        PostingWalk.goOn(&heads, from: row["credit_previous"])
                    }
                    found.append(posting)
                }
                return (found, heads)
            }
            walk.rest = .pointers(heads: rest, own: own)
            return found
        }
    }
}

extension EdgeStore {
    /// When the outgoing work that has waited longest was due.
    public func oldestOutgoingDue() throws -> Instant? {
        try pool.read { db in
            try Int64.fetchOne(db, sql: "SELECT min(due) FROM outbox WHERE done_at IS NULL")
                .map { Instant(milliseconds: $0) }
        }
    }

    /// Notes what became of an event that was kept.
    public func mark(event id: String, result: String) throws {
        try pool.write { db in
            try db.execute(
                sql: "UPDATE webhook_event SET result = ? WHERE id = ?", arguments: [result, id])
        }
    }

    /// What was noted about an event; `nil` for one that never came.
    public func result(ofEvent id: String) throws -> String? {
        try pool.read { db in
            try String.fetchOne(
                db, sql: "SELECT result FROM webhook_event WHERE id = ?", arguments: [id])
        }
    }
}
