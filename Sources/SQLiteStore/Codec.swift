import Foundation
import Ledger
import Money
import Rules

/// Aggregates as rows: one row for each part of a customer, its body in JSON so that an operator
/// can read it with any SQLite shell.
enum EntityKind: Int64, CaseIterable {
    case profile = 0
    case method, deposit, obligation, settlement, withdrawal, order, sale, document, claim
}

struct EntityRow {
    let kind: EntityKind
    let id: Blob
    /// What lists and queues look for: a state, a reference, a fingerprint.
    let tag: String
    let body: String
}

struct Codec {
    private let encoder = JSONEncoder()
    private let decoder = JSONDecoder()

    init() { encoder.outputFormatting = [.withoutEscapingSlashes] }

    func encode(_ value: some Encodable) throws -> String {
        String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try decoder.decode(type, from: Data(text.utf8))
    }

    func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
        try decoder.decode(type, from: Data(bytes))
    }

    /// `nil` when the part is not in the aggregate, which would be a bug of the rules.
    func row(_ reference: EntityReference, of customer: Customer) throws -> EntityRow? {
        switch reference {
        case .profile:
            EntityRow(
                kind: .profile, id: .empty, tag: customer.profile.reference,
                body: try encode(customer.profile))
        case .method(let id):
            try customer.methods[id].map {
                EntityRow(
                    kind: .method, id: Blob(id), tag: $0.bankAccount?.fingerprint ?? "card",
                    body: try encode($0))
            }
        case .deposit(let id):
            try customer.deposits[id].map {
                EntityRow(kind: .deposit, id: Blob(id), tag: $0.state.tag, body: try encode($0))
            }
        case .obligation(let id):
            try customer.obligations[id].map {
                EntityRow(kind: .obligation, id: Blob(id), tag: $0.state.tag, body: try encode($0))
            }
        case .settlement(let id):
            try customer.settlements[id].map {
                EntityRow(kind: .settlement, id: Blob(id), tag: $0.state.tag, body: try encode($0))
            }
        case .withdrawal(let id):
            try customer.withdrawals[id].map {
                EntityRow(
                    kind: .withdrawal, id: Blob(id), tag: $0.state.rawValue, body: try encode($0))
            }
        case .order(let id):
            try customer.orders[id].map {
                EntityRow(kind: .order, id: Blob(id), tag: $0.state.rawValue, body: try encode($0))
            }
        case .sale(let id):
            try customer.sales[id].map {
                EntityRow(kind: .sale, id: Blob(id), tag: $0.state.rawValue, body: try encode($0))
            }
        case .document(let id):
            try customer.documents[id].map {
                EntityRow(kind: .document, id: Blob(id), tag: $0.state.tag, body: try encode($0))
            }
        case .claim(let id):
            try customer.claims[id].map {
                EntityRow(kind: .claim, id: Blob(id), tag: $0.state.rawValue, body: try encode($0))
            }
        }
    }

    /// Puts one stored row back into the aggregate. The profile row comes first.
    func restore(_ kind: EntityKind, _ body: [UInt8], into customer: inout Customer?) throws {
        if kind == .profile {
            customer = Customer(profile: try decode(Customer.Profile.self, body))
            return
        }
        switch kind {
        case .profile: break
        case .method:
            let value = try decode(PaymentMethod.self, body)
            customer?.methods[value.id] = value
        case .deposit:
            let value = try decode(Deposit.self, body)
            customer?.deposits[value.id] = value
        case .obligation:
            let value = try decode(Obligation.self, body)
            customer?.obligations[value.id] = value
        case .settlement:
            let value = try decode(Settlement.self, body)
            customer?.settlements[value.id] = value
        case .withdrawal:
            let value = try decode(Withdrawal.self, body)
            customer?.withdrawals[value.id] = value
        case .order:
            let value = try decode(Order.self, body)
            customer?.orders[value.id] = value
        case .sale:
            let value = try decode(Sale.self, body)
            customer?.sales[value.id] = value
        case .document:
            let value = try decode(Document.self, body)
            customer?.documents[value.id] = value
        case .claim:
            let value = try decode(WarrantyClaim.self, body)
            customer?.claims[value.id] = value
        }
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

extension PaymentReference {
    /// One text for each payment: the key of its bank entry.
    public var key: String {
        switch self {
        case .deposit(let id): "\(id)"
        case .settlement(let id): "\(id)"
        case .dishonor(let id): "\(id)"
        }
    }

    public init?(key: String) {
        if let id = DepositID(key) {
            self = .deposit(id)
        } else if let id = SettlementID(key) {
            self = .settlement(id)
        } else if let id = SuspenseID(key) {
            self = .dishonor(id)
        } else {
            return nil
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
