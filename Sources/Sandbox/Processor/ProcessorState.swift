import Banking
import Money
import Wire

/// How a customer pays through the processor.
enum ChargeMethod: String, Codable, Sendable, CaseIterable {
    case card
    case instant
}

/// What Makewhole asked the processor to collect. Amounts are cents.
struct ChargeRequest: Codable, Hashable, Sendable {
    /// Makewhole's id of the payment: 1 to 64 characters.
    var chargeID: String
    var method: ChargeMethod
    var amountMinor: Int64
    /// On top of the amount: the customer pays the sum of both.
    var feeMinor: Int64
    var returnURL: String
    var description: String

    var total: Cents { Cents(amountMinor) + Cents(feeMinor) }
}

/// A payment back to the customer's card or account.
struct RefundRequest: Codable, Hashable, Sendable {
    var refundID: String
    var chargeID: String
    var amountMinor: Int64
}

/// A payment and what became of it.
struct Charge: Sendable, Equatable {
    enum Status: Sendable, Equatable {
        /// Waiting for the customer on the hosted page.
        case requiresAction
        /// The customer's bank asks the customer to confirm (3-D Secure).
        case requiresConfirmation
        case succeeded
        case failed(reason: FailureReason)
        /// The customer's bank took the money back.
        case disputed(feeMinor: Int64)

        /// As the charge resource shows it. The confirmation is a step within the same action.
        var name: String {
            switch self {
            case .requiresAction, .requiresConfirmation: "requires_action"
            case .succeeded: "succeeded"
            case .failed: "failed"
            case .disputed: "disputed"
            }
        }
    }

    enum FailureReason: String, Codable, Sendable, CaseIterable {
        case cardDeclined = "card_declined"
        case insufficientFunds = "insufficient_funds"
        case expiredCard = "expired_card"
        case confirmationFailed = "authentication_failed"
        case cancelledByCustomer = "cancelled_by_customer"
    }

    let request: ChargeRequest
    /// The unguessable id of the hosted page.
    let pageID: String
    let createdAt: Int64
    var status: Status = .requiresAction
    var refundedMinor: Int64 = 0
    var payoutID: String?

    /// What the processor keeps of a payment: 2.9 % and 30 cents of a card payment, 1 % and at
    /// least 25 cents of an instant one. Rounded half up, on the sum the customer paid.
    var processingCost: Cents {
        switch request.method {
        case .card:
            request.total.share(BasisPoints(290), rounding: .halfUp) + Cents(30)
        case .instant:
            max(request.total.share(BasisPoints(100), rounding: .halfUp), Cents(25))
        }
    }
}

/// A message to Makewhole that has to arrive at least once.
struct WebhookEvent: Codable, Hashable, Sendable {
    /// Unique; the receiver drops what it has seen.
    var id: String
    var type: String
    /// The complete JSON body. Every attempt sends these same bytes.
    var body: String
}

/// What the person at the hosted page chose.
enum PayChoice: String, Sendable, CaseIterable {
    case approve
    case decline
    case insufficientFunds = "insufficient_funds"
    case expiredCard = "expired_card"
    /// The card's bank asks for a confirmation first.
    case challenge
    case confirm
    case refuseConfirmation = "refuse_confirmation"
    case cancel
}

/// A misbehaviour the processor plays on the next calls of its API.
enum ProcessorFault: String, Codable, Sendable, CaseIterable {
    /// Does the work, then lets the caller wait until it gives up.
    case timeout
    /// Answers 500 and does nothing.
    case serverError = "server_error"
}

/// Why the processor did not do what it was asked.
enum ProcessorRefusal: Error, Equatable {
    case idempotencyKeyReused
    case chargeIDReused(String)
    case unknownCharge(String)
    case unknownRefund(String)
    case amountOutOfRange
    case notPayable(status: String)
    case notDisputable(status: String)
    case refundExceedsCharge
    case nothingToPayOut

    var detail: String {
        switch self {
        case .idempotencyKeyReused:
            "This idempotency key was used with another body. Take a new key."
        case .chargeIDReused(let id):
            "The charge \(id) exists with other details. Take a new charge id."
        case .unknownCharge(let id):
            "There is no charge \(id)."
        case .unknownRefund(let id):
            "There is no refund \(id)."
        case .amountOutOfRange:
            "Give an amount from 1 cent to 10 billion dollars, and a fee of at least zero."
        case .notPayable(let status):
            "This payment is already \(status). There is nothing left to do here."
        case .notDisputable(let status):
            "Only a payment that succeeded can be disputed; this one is \(status)."
        case .refundExceedsCharge:
            "A refund cannot be larger than what is left of the payment."
        case .nothingToPayOut:
            "No payment is waiting for a payout."
        }
    }
}

/// Ids and times a decision needs from outside.
struct ProcessorFacts: Sendable {
    var now: Instant
    /// A fresh unguessable text.
    var token: String
}

/// The processor's books: charges, the keys they came with, and the messages that have to go out.
struct ProcessorState: JournaledState {
    enum Event: Codable, Sendable, Equatable {
        case charged(ChargeRequest, key: String, pageID: String, at: Int64)
        case keyUsed(key: String, chargeID: String)
        case challenged(chargeID: String)
        case succeeded(chargeID: String, at: Int64)
        case failed(chargeID: String, reason: Charge.FailureReason)
        case disputed(chargeID: String, feeMinor: Int64)
        case refunded(RefundRequest, key: String)
        case paidOut(payoutID: String, chargeIDs: [String])
        case webhookQueued(WebhookEvent)
        case webhookDelivered(id: String)
        case faultSet(ProcessorFault, calls: Int)
        case faultPlayed(ProcessorFault)
    }

    private(set) var charges: [String: Charge] = [:]
    /// Charge ids, oldest first.
    private(set) var order: [String] = []
    private(set) var pages: [String: String] = [:]
    private(set) var refunds: [String: RefundRequest] = [:]
    private var chargeByKey: [String: String] = [:]
    private var refundByKey: [String: String] = [:]
    private(set) var webhooks: [String: WebhookEvent] = [:]
    /// Ids of messages nobody has acknowledged yet, oldest first.
    private(set) var undelivered: [String] = []
    private(set) var lastWebhookID: String?
    private(set) var deliveredCount = 0
    private(set) var faults: [ProcessorFault: Int] = [:]
    private var payoutCount = 0
    private var messageCount = 0

    init() {}

    // MARK: Deciding

    /// Takes a charge. The same key with the same body decides nothing: the first answer stands.
    func decideCharge(
        _ request: ChargeRequest, key: String, facts: ProcessorFacts
    ) throws(ProcessorRefusal) -> [Event] {
        if let knownID = chargeByKey[key] {
            guard charges[knownID]?.request == request else { throw .idempotencyKeyReused }
            return []
        }
        if let known = charges[request.chargeID] {
            guard known.request == request else { throw .chargeIDReused(request.chargeID) }
            return [.keyUsed(key: key, chargeID: request.chargeID)]
        }
        guard request.amountMinor > 0, request.amountMinor <= Cents.max.count,
            (0...Cents.max.count).contains(request.feeMinor)
        else { throw .amountOutOfRange }
        return [
            .charged(request, key: key, pageID: facts.token, at: facts.now.milliseconds)
        ]
    }

    /// Applies what the person at the hosted page chose.
    func decideChoice(
        _ choice: PayChoice, chargeID: String, facts: ProcessorFacts
    ) throws(ProcessorRefusal) -> [Event] {
        let charge = try charge(chargeID)
        switch (charge.status, choice) {
        case (.requiresAction, .approve), (.requiresConfirmation, .confirm):
            return [
                .succeeded(chargeID: chargeID, at: facts.now.milliseconds),
                queued(
                    "charge.succeeded",
                    data: [
                        "charge_id": .string(chargeID),
                        "amount_minor": .integer(charge.request.amountMinor),
                        "fee_minor": .integer(charge.request.feeMinor),
                    ], facts: facts),
            ]
        case (.requiresAction, .challenge):
            return [.challenged(chargeID: chargeID)]
        case (.requiresAction, .decline):
            return failure(.cardDeclined, of: chargeID, facts: facts)
        case (.requiresAction, .insufficientFunds):
            return failure(.insufficientFunds, of: chargeID, facts: facts)
        case (.requiresAction, .expiredCard):
            return failure(.expiredCard, of: chargeID, facts: facts)
        case (.requiresAction, .cancel), (.requiresConfirmation, .cancel):
            return failure(.cancelledByCustomer, of: chargeID, facts: facts)
        case (.requiresConfirmation, .refuseConfirmation):
            return failure(.confirmationFailed, of: chargeID, facts: facts)
        case (.requiresAction, .confirm), (.requiresAction, .refuseConfirmation),
            (.requiresConfirmation, .approve), (.requiresConfirmation, .challenge),
            (.requiresConfirmation, .decline), (.requiresConfirmation, .insufficientFunds),
            (.requiresConfirmation, .expiredCard), (.succeeded, _), (.failed, _), (.disputed, _):
            throw .notPayable(status: charge.status.name)
        }
    }

    private func failure(
        _ reason: Charge.FailureReason, of chargeID: String, facts: ProcessorFacts
    ) -> [Event] {
        [
            .failed(chargeID: chargeID, reason: reason),
            queued(
                "charge.failed",
                data: ["charge_id": .string(chargeID), "reason": .string(reason.rawValue)],
                facts: facts),
        ]
    }

    /// The customer's bank takes the payment back and charges a fee, in cents.
    func decideDispute(
        _ chargeID: String, feeMinor: Int64, facts: ProcessorFacts
    ) throws(ProcessorRefusal) -> [Event] {
        let charge = try charge(chargeID)
        guard charge.status == .succeeded else {
            throw .notDisputable(status: charge.status.name)
        }
        guard (0...Cents.max.count).contains(feeMinor) else { throw .amountOutOfRange }
        return [
            .disputed(chargeID: chargeID, feeMinor: feeMinor),
            queued(
                "charge.disputed",
                data: [
                    "charge_id": .string(chargeID), "dispute_fee_minor": .integer(feeMinor),
                ], facts: facts),
        ]
    }

    /// Pays a part of a charge back. The same key with the same body decides nothing.
    func decideRefund(
        _ request: RefundRequest, key: String, facts: ProcessorFacts
    ) throws(ProcessorRefusal) -> [Event] {
        if let knownID = refundByKey[key] {
            guard refunds[knownID] == request else { throw .idempotencyKeyReused }
            return []
        }
        guard refunds[request.refundID] == nil else { throw .idempotencyKeyReused }
        let charge = try charge(request.chargeID)
        guard charge.status == .succeeded else {
            throw .notDisputable(status: charge.status.name)
        }
        let left = charge.request.total.remaining(after: Cents(charge.refundedMinor))
        guard request.amountMinor > 0, request.amountMinor <= left.count else {
            throw .refundExceedsCharge
        }
        return [
            .refunded(request, key: key),
            queued(
                "refund.succeeded",
                data: [
                    "refund_id": .string(request.refundID),
                    "charge_id": .string(request.chargeID),
                    "amount_minor": .integer(request.amountMinor),
                ], facts: facts),
        ]
    }

    /// Pays out everything that succeeded and was not paid out yet, in one sum.
    func decidePayout(facts: ProcessorFacts) throws(ProcessorRefusal) -> [Event] {
        let paid = awaitingPayout
        guard !paid.isEmpty else { throw .nothingToPayOut }
        let payoutID = "po_\(payoutCount + 1)"
        let gross = paid.map {
            $0.request.total.remaining(after: Cents($0.refundedMinor))
        }.sum()
        let cost = paid.map(\.processingCost).sum()
        let ids = paid.map(\.request.chargeID)
        return [
            .paidOut(payoutID: payoutID, chargeIDs: ids),
            queued(
                "payout.paid",
                data: [
                    "payout_id": .string(payoutID),
                    "charge_ids": .array(ids.map { .string($0) }),
                    "gross": .integer(gross.count),
                    "processing_cost_minor": .integer(cost.count),
                ], facts: facts),
        ]
    }

    /// Charges the next payout will carry, oldest first.
    var awaitingPayout: [Charge] {
        order.compactMap { charges[$0] }.filter { $0.status == .succeeded && $0.payoutID == nil }
    }

    /// Sends a message once more, under its own id, as an at-least-once sender may.
    func decideRepeating(_ webhookID: String) -> [Event] {
        guard let event = webhooks[webhookID], !undelivered.contains(webhookID) else { return [] }
        return [.webhookQueued(event)]
    }

    /// Uses up one call of a fault that is set; a timeout goes before an error.
    func decideFault() -> (fault: ProcessorFault, event: Event)? {
        for fault in ProcessorFault.allCases where faults[fault, default: 0] > 0 {
            return (fault, .faultPlayed(fault))
        }
        return nil
    }

    func charge(_ id: String) throws(ProcessorRefusal) -> Charge {
        guard let charge = charges[id] else { throw .unknownCharge(id) }
        return charge
    }

    func refund(_ id: String) throws(ProcessorRefusal) -> RefundRequest {
        guard let refund = refunds[id] else { throw .unknownRefund(id) }
        return refund
    }

    private func queued(
        _ type: String, data: JSON, facts: ProcessorFacts
    ) -> Event {
        .webhookQueued(
            WebhookEvent(
                id: "evt_\(messageCount + 1)_\(facts.token.suffix(8))", type: type,
                body: WebhookBody.text(type: type, at: facts.now, data: data)))
    }

    // MARK: Applying

    mutating func apply(_ event: Event) {
        switch event {
        case .charged(let request, let key, let pageID, let at):
            charges[request.chargeID] = Charge(request: request, pageID: pageID, createdAt: at)
            order.append(request.chargeID)
            pages[pageID] = request.chargeID
            chargeByKey[key] = request.chargeID
        case .keyUsed(let key, let chargeID):
            chargeByKey[key] = chargeID
        case .challenged(let id):
            charges[id]?.status = .requiresConfirmation
        case .succeeded(let id, _):
            charges[id]?.status = .succeeded
        case .failed(let id, let reason):
            charges[id]?.status = .failed(reason: reason)
        case .disputed(let id, let fee):
            charges[id]?.status = .disputed(feeMinor: fee)
        case .refunded(let request, let key):
            refunds[request.refundID] = request
            refundByKey[key] = request.refundID
            charges[request.chargeID]?.refundedMinor += request.amountMinor
        case .paidOut(let payoutID, let ids):
            payoutCount += 1
            for id in ids { charges[id]?.payoutID = payoutID }
        case .webhookQueued(let message):
            if webhooks[message.id] == nil { messageCount += 1 }
            webhooks[message.id] = message
            lastWebhookID = message.id
            undelivered.append(message.id)
        case .webhookDelivered(let id):
            undelivered.removeAll { $0 == id }
            deliveredCount += 1
        case .faultSet(let fault, let calls):
            faults[fault] = max(0, calls)
        case .faultPlayed(let fault):
            faults[fault] = max(0, faults[fault, default: 0] - 1)
        }
    }
}
