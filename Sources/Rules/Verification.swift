import Banking
import Ledger

/// A document a customer sent to prove that a payment method is his.
///
/// The file itself is sealed on disk; rules see what it is for and what was decided.
public struct Document: Hashable, Sendable, Codable {
    public let id: DocumentID
    public let settlement: SettlementID
    public let type: DocumentType
    public let mediaType: String
    public let bytes: Int
    public let uploadedAt: Instant
    public var state: State

    public enum State: Hashable, Sendable, Codable {
        case uploaded
        case accepted(by: String, at: Instant)
        case refused(by: String, at: Instant, reason: String)

        public var isRefused: Bool {
            if case .refused = self { true } else { false }
        }
    }
}

public enum DocumentType: String, Hashable, Sendable, Codable, CaseIterable {
    case photoID = "photo_id"
    case bankProof = "bank_proof"
}

extension Customer {
    /// The newest document of each type a settlement wants.
    public func document(_ type: DocumentType, for settlement: SettlementID) -> Document? {
        documents.values.filter { $0.settlement == settlement && $0.type == type }
            .max { ($0.uploadedAt, $0.id) < ($1.uploadedAt, $1.id) }
    }
}

extension Customer {
    /// How long an accepted document may stand for another payment.
    public static let documentReuseDays = 365

    /// The documents that a method not yet verified needs, without those that were accepted before
    /// and show the same: who the customer is, or that this very account is his.
    func documentsWanted(
        of method: PaymentMethod, _ policy: Policy.SettlementMethod, _ facts: Facts
    ) -> [DocumentType] {
        guard !method.verified else { return [] }
        return policy.documents.filter { acceptedBefore($0, for: method.id, facts) == nil }
    }

    /// When a document that serves here too was accepted; `nil` when there is none, or it is too long
    /// ago.
    private func acceptedBefore(
        _ type: DocumentType, for method: PaymentMethodID?, _ facts: Facts
    ) -> Instant? {
        documents.values.compactMap { document -> Instant? in
            guard document.type == type, case .accepted(_, let at) = document.state,
                at.adding(days: Customer.documentReuseDays) > facts.now
            else { return nil }
            switch type {
            case .photoID: return at
            case .bankProof:
                return settlements[document.settlement]?.method == method ? at : nil
            }
        }.max()
    }

    /// What a payment did not ask for again, with the time it was accepted.
    public func documentsReused(
        by settlement: Settlement, _ facts: Facts
    ) -> [(type: DocumentType, at: Instant)] {
        let policy = facts.policy.method(settlement.kind)
        return (policy?.documents ?? []).filter { !settlement.documentsWanted.contains($0) }
            .compactMap { type in
                acceptedBefore(type, for: settlement.method, facts).map { (type: type, at: $0) }
            }
    }
}

extension Draft {
    /// Documents stop the clock once for each obligation, and for a bounded time.
    mutating func pauseForDocuments(_ settlement: Settlement) {
        for allocation in settlement.allocations {
            guard var obligation = customer.obligations[allocation.obligation],
                !obligation.documentPauseUsed, case .running = obligation.grace
            else { continue }
            obligation.documentPauseUsed = true
            keep(obligation)
            pauseClock(of: obligation.id, why: .documents)
            set(
                .pauseEnd(obligation.id),
                due: facts.now.adding(hours: facts.policy.verification.pauseHours))
        }
    }

    mutating func submitDocument(_ command: Command.SubmitDocument) throws(Refusal) -> Reply {
        let settlement = try settlement(command.settlement)
        guard settlement.state == .documentsRequired else {
            throw .wrongState("no documents are wanted for this payment")
        }
        guard settlement.documentsWanted.contains(command.type) else {
            throw .wrongState("this document is not wanted")
        }
        guard customer.documents[command.document] == nil else { return .unchanged }
        let document = Document(
            id: command.document, settlement: settlement.id, type: command.type,
            mediaType: command.mediaType, bytes: command.bytes, uploadedAt: facts.now,
            state: .uploaded)
        keep(document)
        raise(.documentWaiting(customer.id, document.id))
        return .document(document.id)
    }

    /// An operator's decision; when the last document is accepted the payment goes on by itself.
    mutating func reviewDocument(_ command: Command.ReviewDocument) throws(Refusal) -> Reply {
        guard var document = customer.documents[command.document] else { throw .documentUnknown }
        guard document.state == .uploaded else { throw .alreadyDecided }
        var settlement = try settlement(document.settlement)
        let reviewer = facts.actor.name
        if let reason = command.refusal {
            guard !reason.isEmpty else { throw .reasonRequired }
            document.state = .refused(by: reviewer, at: facts.now, reason: reason)
            keep(document)
            // The time that was left goes on; it is not a fresh deadline.
            for allocation in settlement.allocations { resumeClock(of: allocation.obligation) }
            notify(
                .documentRefused(
                    settlement: settlement.id, document: document.type, reason: reason))
            return .done
        }
        document.state = .accepted(by: reviewer, at: facts.now)
        keep(document)
        let missing = settlement.documentsWanted.filter { type in
            guard case .accepted = customer.document(type, for: settlement.id)?.state else {
                return true
            }
            return false
        }
        guard missing.isEmpty, settlement.state == .documentsRequired else { return .done }
        if let id = settlement.method, var method = customer.methods[id] {
            method.prove(by: .documents)
            keep(method)
        }
        notify(.documentsAccepted(settlement: settlement.id))
        try proceed(&settlement)
        return .done
    }

    /// The pause for documents is over, whether or not anyone has looked at them.
    mutating func pauseEnded(_ id: ObligationID) throws(Refusal) -> Reply {
        guard let obligation = customer.obligations[id],
            case .paused(_, .documents) = obligation.grace
        else { return .unchanged }
        resumeClock(of: id)
        return .done
    }
}
