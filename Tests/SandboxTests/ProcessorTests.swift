import Banking
import Testing
import Wire

@testable import makewhole_sandbox

struct ProcessorTests {
    static let facts = ProcessorFacts(
        now: Instant(milliseconds: 1_795_000_000_000), token: "0123456789abcdef")

    static func request(_ amount: Int64 = 50_00, method: ChargeMethod = .card) -> ChargeRequest {
        ChargeRequest(
            chargeID: "stl_1", method: method, amountMinor: amount, feeMinor: 1_50,
            returnURL: "http://127.0.0.1:8080/done", description: "Settle")
    }

    @Test("The same key and body make one charge; another body is refused")
    func idempotency() throws {
        var state = ProcessorState()
        try state.run(state.decideCharge(Self.request(), key: "k", facts: Self.facts))
        let first = try state.charge("stl_1")

        let later = ProcessorFacts(now: Self.facts.now, token: "another")
        try state.run(state.decideCharge(Self.request(), key: "k", facts: later))

        #expect(try state.charge("stl_1") == first)
        #expect(state.order == ["stl_1"])
        #expect(throws: ProcessorRefusal.idempotencyKeyReused) {
            try state.decideCharge(Self.request(1), key: "k", facts: Self.facts)
        }
    }

    @Test("Another key with the same charge finds the same charge")
    func naturalKey() throws {
        var state = ProcessorState()
        try state.run(state.decideCharge(Self.request(), key: "k", facts: Self.facts))

        try state.run(state.decideCharge(Self.request(), key: "k2", facts: Self.facts))

        #expect(state.order == ["stl_1"])
        #expect(throws: ProcessorRefusal.chargeIDReused("stl_1")) {
            try state.decideCharge(Self.request(9), key: "k3", facts: Self.facts)
        }
    }

    @Test("The answer to a charge is the same before and after it is paid")
    func sameAnswer() throws {
        var state = try charged()
        let before = ProcessorRoutes.accepted(try state.charge("stl_1"), base: "http://x")

        try state.run(state.decideChoice(.approve, chargeID: "stl_1", facts: Self.facts))

        #expect(
            ProcessorRoutes.accepted(try state.charge("stl_1"), base: "http://x") == before)
    }

    @Test("An approved charge succeeds once and tells Makewhole once")
    func approval() throws {
        var state = try charged()

        try state.run(state.decideChoice(.approve, chargeID: "stl_1", facts: Self.facts))

        #expect(try state.charge("stl_1").status == .succeeded)
        #expect(state.undelivered.count == 1)
        let body = try #require(state.webhooks[state.undelivered[0]]?.body)
        let json = try JSON.parse(body, bytesMax: 10_000)
        #expect(json["type"] == "charge.succeeded")
        #expect(json["timestamp"] == .string(Self.facts.now.rfc3339))
        #expect(
            json["data"]
                == ["charge_id": "stl_1", "amount_minor": 5000, "fee_minor": 150])
        #expect(throws: ProcessorRefusal.notPayable(status: "succeeded")) {
            try state.decideChoice(.approve, chargeID: "stl_1", facts: Self.facts)
        }
    }

    @Test("Every pair of state and choice is decided or refused")
    func everyPair() throws {
        let settled: [PayChoice: Charge.Status] = [
            .approve: .succeeded, .decline: .failed(reason: .cardDeclined),
            .insufficientFunds: .failed(reason: .insufficientFunds),
            .expiredCard: .failed(reason: .expiredCard), .challenge: .requiresConfirmation,
            .cancel: .failed(reason: .cancelledByCustomer),
        ]
        let confirmed: [PayChoice: Charge.Status] = [
            .confirm: .succeeded, .refuseConfirmation: .failed(reason: .confirmationFailed),
            .cancel: .failed(reason: .cancelledByCustomer),
        ]

        for choice in PayChoice.allCases {
            #expect(try outcome(of: choice, after: nil) == settled[choice], "\(choice)")
            #expect(
                try outcome(of: choice, after: .challenge) == confirmed[choice], "\(choice)")
            #expect(try outcome(of: choice, after: .approve) == nil, "\(choice)")
            #expect(try outcome(of: choice, after: .decline) == nil, "\(choice)")
        }
    }

    @Test("Only a payment that succeeded can be disputed, and only once")
    func disputes() throws {
        var state = try charged()
        #expect(throws: ProcessorRefusal.notDisputable(status: "requires_action")) {
            try state.decideDispute("stl_1", feeMinor: 15_00, facts: Self.facts)
        }
        try state.run(state.decideChoice(.approve, chargeID: "stl_1", facts: Self.facts))

        try state.run(state.decideDispute("stl_1", feeMinor: 15_00, facts: Self.facts))

        #expect(try state.charge("stl_1").status == .disputed(feeMinor: 15_00))
        #expect(throws: ProcessorRefusal.notDisputable(status: "disputed")) {
            try state.decideDispute("stl_1", feeMinor: 15_00, facts: Self.facts)
        }
    }

    @Test("A payout carries the gross and the processing cost, and no charge twice")
    func payouts() throws {
        var state = try charged()
        try state.run(state.decideChoice(.approve, chargeID: "stl_1", facts: Self.facts))

        try state.run(state.decidePayout(facts: Self.facts))

        let body = try #require(state.lastWebhookID.flatMap { state.webhooks[$0]?.body })
        let data = try #require(try JSON.parse(body, bytesMax: 10_000)["data"])
        #expect(data["gross"] == 5150)
        // 2.9 % of $51.50 is $1.4935, rounded half up to $1.49, and 30 cents.
        #expect(data["processing_cost_minor"] == 179)
        #expect(throws: ProcessorRefusal.nothingToPayOut) {
            try state.decidePayout(facts: Self.facts)
        }
    }

    @Test("Refunds never exceed the payment, and a repeated one is made once")
    func refunds() throws {
        var state = try charged()
        try state.run(state.decideChoice(.approve, chargeID: "stl_1", facts: Self.facts))
        let request = RefundRequest(refundID: "r1", chargeID: "stl_1", amountMinor: 51_50)
        try state.run(state.decideRefund(request, key: "a", facts: Self.facts))

        try state.run(state.decideRefund(request, key: "a", facts: Self.facts))

        #expect(try state.charge("stl_1").refundedMinor == 51_50)
        let more = RefundRequest(refundID: "r2", chargeID: "stl_1", amountMinor: 1)
        #expect(throws: ProcessorRefusal.refundExceedsCharge) {
            try state.decideRefund(more, key: "b", facts: Self.facts)
        }
    }

    @Test("A fault is played as often as it was set")
    func faults() throws {
        var state = ProcessorState()
        state.apply(.faultSet(.serverError, calls: 1))
        state.apply(.faultSet(.timeout, calls: 1))

        var played: [ProcessorFault] = []
        while let (fault, event) = state.decideFault() {
            played.append(fault)
            state.apply(event)
        }

        #expect(played == [.timeout, .serverError])
    }

    @Test("A webhook can be repeated under its own id")
    func repeatedWebhook() throws {
        var state = try charged()
        try state.run(state.decideChoice(.approve, chargeID: "stl_1", facts: Self.facts))
        let id = try #require(state.undelivered.first)
        state.apply(.webhookDelivered(id: id))

        try state.run(state.decideRepeating(id))

        #expect(state.undelivered == [id])
    }

    private func charged() throws -> ProcessorState {
        var state = ProcessorState()
        try state.run(state.decideCharge(Self.request(), key: "k", facts: Self.facts))
        return state
    }

    /// The status after a choice; `nil` when the choice is refused.
    private func outcome(
        of choice: PayChoice, after earlier: PayChoice?
    ) throws -> Charge.Status? {
        var state = try charged()
        if let earlier {
            try state.run(state.decideChoice(earlier, chargeID: "stl_1", facts: Self.facts))
        }
        do {
            try state.run(state.decideChoice(choice, chargeID: "stl_1", facts: Self.facts))
        } catch is ProcessorRefusal {
            return nil
        }
        return try state.charge("stl_1").status
    }
}

extension ProcessorState {
    fileprivate mutating func run(_ events: [Event]) throws {
        for event in events { apply(event) }
    }
}
