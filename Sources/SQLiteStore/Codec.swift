import Foundation
import Ledger
import Money
import Rules

/// Aggregates as rows: one row for each part of a customer, its body in its stored form.
enum EntityKind: Int64, CaseIterable {
    case profile = 0
    case method, deposit, obligation, settlement, withdrawal, order, sale, document, claim
}

struct EntityRow {
    let kind: EntityKind
    var id: Blob = .empty
    /// What lists and queues look for: a state or a fingerprint; a profile's own reference.
    let tag: String
    /// What a wire must say to find its settlement.
    var reference: String?
    let body: [UInt8]
}

extension Customer {
    /// `nil` when the part is not in the aggregate, which would be a bug of the rules.
    func row(_ reference: EntityReference) -> EntityRow? {
        switch reference {
        case .profile:
            EntityRow(kind: .profile, tag: profile.reference, body: profile.packed)
        case .method(let id):
            methods[id].map {
                EntityRow(
                    kind: .method, id: Blob(id), tag: $0.bankAccount?.fingerprint ?? "card",
                    body: $0.packed)
            }
        case .deposit(let id):
            deposits[id].map {
                EntityRow(kind: .deposit, id: Blob(id), tag: $0.state.tag, body: $0.packed)
            }
        case .obligation(let id):
            obligations[id].map {
                EntityRow(kind: .obligation, id: Blob(id), tag: $0.state.tag, body: $0.packed)
            }
        case .settlement(let id):
            settlements[id].map {
                EntityRow(
                    kind: .settlement, id: Blob(id), tag: $0.state.tag, reference: $0.reference,
                    body: $0.packed)
            }
        case .withdrawal(let id):
            withdrawals[id].map {
                EntityRow(kind: .withdrawal, id: Blob(id), tag: $0.state.rawValue, body: $0.packed)
            }
        case .order(let id):
            orders[id].map {
                EntityRow(kind: .order, id: Blob(id), tag: $0.state.rawValue, body: $0.packed)
            }
        case .sale(let id):
            sales[id].map {
                EntityRow(kind: .sale, id: Blob(id), tag: $0.state.rawValue, body: $0.packed)
            }
        case .document(let id):
            documents[id].map {
                EntityRow(kind: .document, id: Blob(id), tag: $0.state.tag, body: $0.packed)
            }
        case .claim(let id):
            claims[id].map {
                EntityRow(kind: .claim, id: Blob(id), tag: $0.state.rawValue, body: $0.packed)
            }
        }
    }
}

extension Optional where Wrapped == Customer {
    /// Puts one stored row back into the aggregate. The profile row comes first.
    mutating func restore(_ kind: EntityKind, _ body: [UInt8]) throws {
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
enum JSON {
    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}

extension Blob {
    init<Kind>(_ id: Identifier<Kind>) { self.init(high: id.high, low: id.low) }
}

extension Identifier {
    init(_ blob: Blob) { self.init(high: blob.high, low: blob.low) }
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
    var stored: (kind: String, customer: Blob, item: Blob) {
        switch self {
        case .house(let account): (account.rawValue, .empty, .empty)
        case .customer(let id, let account): ("customer:\(account.rawValue)", Blob(id), .empty)
        case .instantCredit(let id, let item): ("instant_credit", Blob(id), Blob(item))
        case .uncredited(let id, let item): ("uncredited", Blob(id), Blob(item))
        case .obligation(let id, let item): ("obligation", Blob(id), Blob(item))
        case .unconfirmed(let id, let item): ("unconfirmed", Blob(id), Blob(item))
        }
    }

    init?(kind: String, customer: Blob, item: Blob) {
        if let house = HouseAccount(rawValue: kind) {
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
