import Banking
import Foundation
import Logging
import Wire

/// The processor: its books, kept durable, and the doorbell that wakes the sender of webhooks.
actor Processor {
    private var kept: Kept<ProcessorState>
    private let clock: SandboxClock
    /// Wakes the sender when a message was queued.
    nonisolated let doorbell: AsyncStream<Void>
    private let ring: AsyncStream<Void>.Continuation

    init(folder: URL, clock: SandboxClock) throws {
        kept = try Kept(folder.appendingPathComponent("processor.jsonl"))
        self.clock = clock
        (doorbell, ring) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    var state: ProcessorState { kept.state }

    func charge(_ request: ChargeRequest, key: String) async throws -> Charge {
        let facts = await facts()
        try keep(kept.state.decideCharge(request, key: key, facts: facts))
        return try kept.state.charge(request.chargeID)
    }

    func choose(_ choice: PayChoice, chargeID: String) async throws -> Charge {
        let facts = await facts()
        try keep(kept.state.decideChoice(choice, chargeID: chargeID, facts: facts))
        return try kept.state.charge(chargeID)
    }

    func dispute(_ chargeID: String, feeMinor: Int64) async throws {
        let facts = await facts()
        try keep(kept.state.decideDispute(chargeID, feeMinor: feeMinor, facts: facts))
    }

    func refund(_ request: RefundRequest, key: String) async throws -> RefundRequest {
        let facts = await facts()
        try keep(kept.state.decideRefund(request, key: key, facts: facts))
        return request
    }

    /// The charges that were paid out.
    func payOut() async throws -> Int {
        let facts = await facts()
        let count = kept.state.awaitingPayout.count
        try keep(kept.state.decidePayout(facts: facts))
        return count
    }

    func repeatWebhook(_ id: String) throws {
        try keep(kept.state.decideRepeating(id))
    }

    func set(_ fault: ProcessorFault, calls: Int) throws {
        try keep([.faultSet(fault, calls: calls)])
    }

    /// The misbehaviour to play on this call, which is used up by asking.
    func takeFault() throws -> ProcessorFault? {
        guard let (fault, event) = kept.state.decideFault() else { return nil }
        try keep([event])
        return fault
    }

    func delivered(_ id: String) throws {
        try keep([.webhookDelivered(id: id)])
    }

    private func keep(_ events: [ProcessorState.Event]) throws {
        try kept.keep(events)
        if events.contains(where: \.isWebhook) { ring.yield() }
    }

    private func facts() async -> ProcessorFacts {
        ProcessorFacts(now: await clock.now(), token: Secrets.token())
    }
}

extension ProcessorState.Event {
    fileprivate var isWebhook: Bool {
        switch self {
        case .webhookQueued: true
        case .charged, .keyUsed, .challenged, .succeeded, .failed, .disputed, .refunded, .paidOut,
            .webhookDelivered, .faultSet, .faultPlayed:
            false
        }
    }
}
