import Engine
import Foundation
import Ledger
import Money
import Rules

/// Aggregates as rows: one row for each part of a customer, its body in its stored form.
package enum EntityKind: Int64, CaseIterable {
    case profile = 0
    case method, deposit, obligation, settlement, withdrawal, order, sale, document, claim
}

package struct EntityRow {
    package let kind: EntityKind
    package let id: Blob
    /// What lists and queues look for: a state or a fingerprint; a profile's own reference.
    package let tag: String
    /// What a wire must say to find its settlement.
    package let reference: String?
}

/// The rows of a commit's customers, by customer, so that neighbours are written together; their
/// bodies lie in one piece.
package struct EntityRows: Sendable {
    package struct Row: Sendable {
        package let customer: CustomerID
        package let kind: EntityKind
        package let id: Blob
        /// `nil` when the row is there and its tag is what it was: its indexes need not be touched.
        package let tag: String?
        package let reference: String?
        package let body: Range<Int>
    }

    package private(set) var rows: [Row] = []
    package private(set) var bodies: [UInt8] = []

    package init(_ commit: Commit) {
        rows.reserveCapacity(2 * commit.customers.count)
        for id in commit.customers.keys.sorted() {
            guard let changed = commit.customers[id] else { continue }
            for reference in changed.touched {
                let start = bodies.count
                guard let row = changed.customer.row(reference, onto: &bodies) else { continue }
                rows.append(
                    Row(
                        customer: id, kind: row.kind, id: row.id,
                        tag: changed.before?.tag(reference) == row.tag ? nil : row.tag,
                        reference: row.reference, body: start..<bodies.count))
            }
        }
    }
}

extension Commit {
    /// Debits and returns of all its decisions, by day: a batch of a thousand is a few rows.
    package var debitCounts: DebitCounts {
        var counts = DebitCounts()
        for decided in decisions {
            for count in decided.changes.debits { counts.add(count) }
        }
        return counts
    }
}

extension Customer {
    /// The part's row; its body is put at the end of `bodies`. `nil` when the part is not in the
    /// aggregate, which would be a bug of the rules.
    package func row(_ reference: EntityReference, onto bodies: inout [UInt8]) -> EntityRow? {
        func row(
            _ kind: EntityKind, _ id: Blob, _ tag: String, _ part: some Packable,
            named reference: String? = nil
        ) -> EntityRow {
            part.pack(onto: &bodies)
            return EntityRow(kind: kind, id: id, tag: tag, reference: reference)
        }
        switch reference {
        case .profile: return row(.profile, .empty, profile.reference, profile)
        case .method(let id):
            guard let part = methods[id] else { return nil }
            return row(.method, Blob(id), part.bankAccount?.fingerprint ?? "card", part)
        case .deposit(let id):
            guard let part = deposits[id] else { return nil }
            return row(.deposit, Blob(id), part.state.tag, part)
        case .obligation(let id):
            guard let part = obligations[id] else { return nil }
            return row(.obligation, Blob(id), part.state.tag, part)
        case .settlement(let id):
            guard let part = settlements[id] else { return nil }
            return row(.settlement, Blob(id), part.state.tag, part, named: part.reference)
        case .withdrawal(let id):
            guard let part = withdrawals[id] else { return nil }
            return row(.withdrawal, Blob(id), part.state.rawValue, part)
        case .order(let id):
            guard let part = orders[id] else { return nil }
            return row(.order, Blob(id), part.state.rawValue, part)
        case .sale(let id):
            guard let part = sales[id] else { return nil }
            return row(.sale, Blob(id), part.state.rawValue, part)
        case .document(let id):
            guard let part = documents[id] else { return nil }
            return row(.document, Blob(id), part.state.tag, part)
        case .claim(let id):
            guard let part = claims[id] else { return nil }
            return row(.claim, Blob(id), part.state.rawValue, part)
        }
    }
}

extension Customer {
    /// The tag that the part's row has; `nil` when it has none yet.
    package func tag(_ reference: EntityReference) -> String? {
        switch reference {
        case .profile: profile.reference
        case .method(let id): methods[id].map { $0.bankAccount?.fingerprint ?? "card" }
        case .deposit(let id): deposits[id]?.state.tag
        case .obligation(let id): obligations[id]?.state.tag
        case .settlement(let id): settlements[id]?.state.tag
        case .withdrawal(let id): withdrawals[id]?.state.rawValue
        case .order(let id): orders[id]?.state.rawValue
        case .sale(let id): sales[id]?.state.rawValue
        case .document(let id): documents[id]?.state.tag
        case .claim(let id): claims[id]?.state.rawValue
        }
    }
}

extension Optional where Wrapped == Customer {
    /// Puts one stored row back into the aggregate. The profile row comes first.
    package mutating func restore(_ kind: EntityKind, _ body: [UInt8]) throws {
        switch kind {
        case .profile:
            self = Customer(profile: try Customer.Profile(packed: body))
        case .method:
            let value = try PaymentMethod(packed: body)
            self?.methods[value.id] = value
        case .deposit:
            let value = try Deposit(packed: body)
            self?.deposits[value.id] = value
        case .obligation:
            let value = try Obligation(packed: body)
            self?.obligations[value.id] = value
        case .settlement:
            let value = try Settlement(packed: body)
            self?.settlements[value.id] = value
        case .withdrawal:
            let value = try Withdrawal(packed: body)
            self?.withdrawals[value.id] = value
        case .order:
            let value = try Order(packed: body)
            self?.orders[value.id] = value
        case .sale:
            let value = try Sale(packed: body)
            self?.sales[value.id] = value
        case .document:
            let value = try Document(packed: body)
            self?.documents[value.id] = value
        case .claim:
            let value = try WarrantyClaim(packed: body)
            self?.claims[value.id] = value
        }
    }
}

/// What is rare and read by people is kept as JSON: suspense, proposals, alerts, settings.
package enum JSON {
    package static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    package static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value
    {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}

extension Blob {
    package init<Kind>(_ id: Identifier<Kind>) { self.init(high: id.high, low: id.low) }
}

extension Identifier {
    package init(_ blob: Blob) { self.init(high: blob.high, low: blob.low) }
}

extension Deposit.State {
    public var tag: String {
        switch self {
        case .initiated: "initiated"
        case .submitted: "submitted"
        case .fundsReceived: "funds_received"
        case .settled: "settled"
        case .returned: "returned"
        case .cancelled: "cancelled"
        }
    }
}

extension Obligation.State {
    public var tag: String {
        switch self {
        case .open: "open"
        case .settled: "settled"
        case .chargedOff: "charged_off"
        }
    }
}

extension Settlement.State {
    public var tag: String {
        switch self {
        case .documentsRequired: "documents_required"
        case .awaitingPayment: "awaiting_payment"
        case .queued: "queued"
        case .submitted: "submitted"
        case .unconfirmed: "unconfirmed"
        case .selling: "selling"
        case .completed: "completed"
        case .failed: "failed"
        case .returned: "returned"
        case .cancelled: "cancelled"
        }
    }
}

extension Document.State {
    public var tag: String {
        switch self {
        case .uploaded: "uploaded"
        case .accepted: "accepted"
        case .refused: "refused"
        }
    }
}

extension SuspenseItem.State {
    public var tag: String {
        switch self {
        case .open: "open"
        case .matched: "matched"
        case .dishonorQueued: "dishonor_queued"
        case .dishonored: "dishonored"
        case .dishonorSettled: "dishonor_settled"
        case .contested: "contested"
        case .closed: "closed"
        }
    }
}

extension Proposal.State {
    public var tag: String {
        switch self {
        case .waiting: "waiting"
        case .approved: "approved"
        case .declined: "declined"
        }
    }
}

extension Account {
    /// How an account is stored: what it is, whose, and of which item.
    package var stored: (kind: String, customer: Blob, item: Blob) {
        switch self {
        case .house(let account): (account.rawValue, .empty, .empty)
        case .customer(let id, .cash): ("customer:cash", Blob(id), .empty)
        case .customer(let id, .crypto): ("customer:crypto", Blob(id), .empty)
        case .instantCredit(let id, let item): ("instant_credit", Blob(id), Blob(item))
        case .uncredited(let id, let item): ("uncredited", Blob(id), Blob(item))
        case .obligation(let id, let item): ("obligation", Blob(id), Blob(item))
        case .unconfirmed(let id, let item): ("unconfirmed", Blob(id), Blob(item))
        }
    }

    package init?(kind: String, customer: Blob, item: Blob) {
        guard customer.size > 0 else {
            guard let house = HouseAccount(rawValue: kind) else { return nil }
            self = .house(house)
            return
        }
        let id = CustomerID(customer)
        switch kind {
        case "customer:cash": self = .customer(id, .cash)
        case "customer:crypto": self = .customer(id, .crypto)
        case "instant_credit": self = .instantCredit(id, DepositID(item))
        case "uncredited": self = .uncredited(id, DepositID(item))
        case "obligation": self = .obligation(id, ObligationID(item))
        case "unconfirmed": self = .unconfirmed(id, ObligationID(item))
        default: return nil
        }
    }
}
