import Banking
import Ledger
import Money
import Nacha
import Testing

@testable import Rules

/// Stored forms: what was written is what is read, and nothing else is believed.
@Suite struct PackingTests {
    @Test func `every part of a customer reads back as it was written`() throws {
        try Self.roundTrip(Samples.profiles)
        try Self.roundTrip(Samples.methods)
        try Self.roundTrip(Samples.deposits)
        try Self.roundTrip(Samples.obligations)
        try Self.roundTrip(Samples.settlements)
        try Self.roundTrip(Samples.withdrawals)
        try Self.roundTrip(Samples.orders)
        try Self.roundTrip(Samples.sales)
        try Self.roundTrip(Samples.overpayments)
        try Self.roundTrip(Samples.documents)
        try Self.roundTrip(Samples.claims)
    }

    @Test func `every notice, timer, reply and thing to send reads back as it was written`() throws
    {
        try Self.roundTrip(Samples.notices)
        try Self.roundTrip(Samples.timers)
        try Self.roundTrip(Samples.replies)
        try Self.roundTrip(Samples.outgoing)
        try Self.roundTrip(Samples.presentments)
        try Self.roundTrip(Samples.guards)
    }

    @Test func `numbers of every size keep their value and stay short`() throws {
        let numbers: [Int64] = [0, 1, -1, 63, -64, 64, 8191, 1 << 35, .max, .min]
        for number in numbers {
            #expect(try Int64(packed: number.packed) == number)
            #expect(number.packed.count <= 11)
        }
        #expect(Int64(63).packed.count == 2)
    }

    @Test func `equal dictionaries have equal bytes`() {
        var one: [String: Int] = [:]
        var other: [String: Int] = [:]
        for number in 0..<100 { one["\(number)"] = number }
        for number in (0..<100).reversed() { other["\(number)"] = number }
        #expect(one.packed == other.packed)
    }

    @Test func `a value cut short anywhere is refused`() throws {
        for deposit in Samples.deposits {
            let bytes = deposit.packed
            for end in bytes.indices {
                #expect(throws: PackingFault.self) { try Deposit(packed: Array(bytes[..<end])) }
            }
            #expect(throws: PackingFault.self) { try Deposit(packed: bytes + [0]) }
        }
    }

    @Test func `a value changed in any byte is refused or is another value, never a crash`() {
        for settlement in Samples.settlements {
            let bytes = settlement.packed
            for index in bytes.indices {
                for change in [UInt8(1), 0x7F, 0x80, 0xFF] {
                    var changed = bytes
                    changed[index] ^= change
                    if let read = try? Settlement(packed: changed) {
                        #expect(read.packed.count <= changed.count)
                    }
                }
            }
        }
    }

    @Test func `an amount, a quantity or a rate below zero is refused, not trapped on`() {
        let below = Int64(-1).packed
        #expect(throws: PackingFault.self) { try Cents(packed: below) }
        #expect(throws: PackingFault.self) { try Quantity(packed: below) }
        #expect(throws: PackingFault.self) { try BasisPoints(packed: below) }
        #expect(throws: PackingFault.self) { try Price(packed: below) }
    }

    @Test func `a value of a newer version is named as such`() {
        var bytes = Cents(1).packed
        bytes[0] = Packer.format + 1
        let format = Packer.format + 1
        #expect(throws: PackingFault("format \(format) is not known: a newer version wrote it")) {
            try Cents(packed: bytes)
        }
    }

    @Test func `a return kept before dates of death were kept is read without one`() throws {
        var bytes = Samples.records[0].packed
        #expect(bytes.removeLast() == 0)
        bytes[0] = 1

        #expect(try Deposit.ReturnRecord(packed: bytes) == Samples.records[0])
    }

    @Test(
        "A deposit, a payment and a method of the format before are read without what they lacked")
    func formatTwo() throws {
        // The list that came with format 3 is last, and empty: one byte. A payment has got one more with
        // format 4, and two with format 5.
        func older<Value: Packable>(
            _ value: Value, format: UInt8 = 2, lacking count: Int = 1
        ) throws -> Value {
            var bytes = value.packed
            for _ in 0..<count { #expect(bytes.removeLast() == 0) }
            bytes[0] = format
            return try Value(packed: bytes)
        }
        let (deposit, method) = (Samples.deposits[0], Samples.methods[1])
        var settlement = Samples.settlements[0]
        settlement.returnRequests = []

        #expect(try older(deposit) == deposit)
        #expect(try older(method) == method)
        #expect(try older(settlement, lacking: 4) == settlement)
        #expect(try older(settlement, format: 3, lacking: 3) == settlement)
        #expect(try older(settlement, format: 4, lacking: 2) == settlement)
    }

    @Test(
        "A method of the format before is proven by its amounts, or in a way that was not kept",
        arguments: [
            (Validation.State.proven(at: Samples.at), PaymentMethod.Proof.microEntries),
            (.failed(.expired), .unrecorded),
        ])
    func formatFour(_ state: Validation.State, _ proof: PaymentMethod.Proof) throws {
        // Written field by field as format 4 did: a Boolean where the list of proofs is now.
        let entries = [MicroEntry(id: Samples.id(16), amount: Cents(7), isCredit: true)]
        let rounds = [Validation(startedAt: Samples.at, entries: entries, state: state)]
        var bytes: [UInt8] = [4]
        func add(_ value: some Packable) { bytes += value.packed.dropFirst() }
        add(Samples.id(3) as PaymentMethodID)
        add(PaymentMethod.Kind.card(token: "t"))
        add(Samples.at)
        add("Bank")
        add("0001")
        add(PaymentMethod.Standing.usable)
        add(true)
        add(PaymentMethod.BalanceCheck?.none)
        add(String?.none)
        add(rounds)

        let method = try PaymentMethod(packed: bytes)

        #expect(method.proofs == [proof] && method.verified)
        #expect(method.validations == rounds)
    }

    @Test("A sale, a fill and a request of the format before are read without what they lacked")
    func formatFourOfOthers() throws {
        func older<Value: Packable>(_ value: Value, lacking: Int) throws -> Value {
            var bytes = value.packed
            bytes.removeLast(lacking)
            bytes[0] = 4
            return try Value(packed: bytes)
        }
        var sale = Samples.sales[0]
        (sale.fills, sale.parkedFills, sale.dueSince, sale.receipt) = ([], [], nil, nil)
        let fill = Sale.Fill(
            trade: "t", quantity: Quantity(1), price: Samples.price, gross: Cents(1))
        let request = Samples.requests[1]

        #expect(try older(sale, lacking: 2) == sale)
        #expect(try older(fill, lacking: 1) == fill)
        #expect(
            try older(request, lacking: Samples.at.packed.count - 1) == request)
    }

    private static func roundTrip<Value: Packable & Equatable>(_ values: [Value]) throws {
        #expect(!values.isEmpty)
        for value in values { #expect(try Value(packed: value.packed) == value) }
    }
}

/// At least one value for every case of every stored type.
private enum Samples {
    static let at = Instant(milliseconds: 1_800_000_000_123)
    static let day = Day(daysSinceEpoch: 20_777)
    static let price = Price(cents: 59_700_00)!
    static let bitcoin = AssetCode("BTC")!
    static let trace = TraceNumber("091000010000001")!

    static func id<Kind>(_ number: UInt64) -> Identifier<Kind> {
        Identifier(high: number << 40, low: .max - number)
    }

    static let profiles: [Customer.Profile] = [
        Customer.Profile(
            id: id(1), openedAt: at, reference: "r", name: "", email: "a@b.example",
            language: .spanish, timeZone: "America/Denver"),
        Customer.Profile(
            id: id(1), openedAt: at, reference: "r", name: "Ñandú \u{1F600}", email: "",
            language: .english, timeZone: "UTC",
            standing: Customer.Standing(cleanDeposits: 3, cleanDepositsNeeded: 2),
            flags: StopFlag.Kind.allCases.map {
                StopFlag(
                    id: id(2), kind: $0, reason: "why", setBy: "operator", setAt: at,
                    expiresAt: $0 == .dispute ? at : nil)
            },
            securityLocks: SecurityLock.Kind.allCases.map { SecurityLock(kind: $0, until: at) },
            liquidationOrder: [bitcoin, .usd], liquidation: progress,
            lastFunds: Customer.LastFunds(
                source: "bank", rail: .wire, amount: Cents(5), excess: .zero, at: at),
            told: notices),
    ]

    static let progress: LiquidationProgress = {
        var progress = LiquidationProgress()
        progress.attempts = 4
        progress.slices = [at, at]
        progress.lastIndex = [bitcoin: price]
        progress.stopped = .priceFell(bitcoin)
        return progress
    }()

    static let guards: [LiquidationGuard] = [
        .nothingDue, .everythingHalted, .stopFlag(.deceased), .paymentUnderWay(id(1)),
        .saleInFlight, .ordersToCancel, .tooManySlices, .priceFell(bitcoin), .bandsExhausted,
        .nothingToSell,
    ]

    static let methods: [PaymentMethod] = [
        PaymentMethod(
            id: id(3),
            kind: .bankAccount(
                PaymentMethod.BankAccount(
                    routingNumber: "091000019", sealedNumber: "s", fingerprint: "f",
                    type: .savings)),
            linkedAt: at, label: "Bank", lastFour: "0001", standing: .needsCorrection,
            proofs: PaymentMethod.Proof.allCases,
            balance: PaymentMethod.BalanceCheck(amount: Cents(7), asOf: at),
            standingReason: "C01", validations: validations),
        PaymentMethod(
            id: id(3), kind: .card(token: "tok"), linkedAt: at, label: "", lastFour: "",
            standing: .usable, proofs: [], balance: nil, standingReason: nil),
    ]

    static let validationStates: [Validation.State] =
        [.queued, .sent, .proven(at: at)] + Validation.Failure.allCases.map { .failed($0) }

    static let validations: [Validation] = validationStates.map { state in
        Validation(
            startedAt: at,
            entries: [
                MicroEntry(id: id(16), amount: Cents(7), isCredit: true),
                MicroEntry(
                    id: id(17), amount: Cents(7), isCredit: false, trace: trace,
                    settlementDay: day, isSettled: true,
                    back: MicroEntry.Back(
                        code: "R03", trace: trace, isSettled: true, fee: Cents(3), isNetted: true)),
            ], state: state, wrongTries: 2, expiresAt: state == .queued ? nil : at)
    }

    static let requests: [ReturnRequest] =
        ([nil] + ReturnRequest.Answer.allCases).map {
            ReturnRequest(reason: "twice", by: "operator:alice", at: at, answerBy: at, answer: $0)
        }

    static let records: [Deposit.ReturnRecord] = [
        Deposit.ReturnRecord(
            code: "R01", trace: trace, receivedAt: at, source: .returnsPayable, covered: Cents(1),
            shortfall: Cents(2), afterRelease: true, settled: false, fee: Cents(3)),
        Deposit.ReturnRecord(
            code: "R10", trace: trace, receivedAt: at, source: .clearing, covered: .zero,
            shortfall: .zero, afterRelease: false, settled: true),
        Deposit.ReturnRecord(
            code: "R15", trace: trace, receivedAt: at, source: .clearing, covered: .zero,
            shortfall: .zero, afterRelease: false, settled: true,
            dateOfDeath: Day(daysSinceEpoch: 20_000)),
    ]

    static let deposits: [Deposit] = [
        .initiated, .submitted, .fundsReceived, .settled, .returned(records[0]),
        .returned(records[1]), .cancelled,
    ].enumerated().map { index, state in
        Deposit(
            id: id(4),
            kind: index == 0
                ? .funding : .purchase(asset: bitcoin, quantity: Quantity(829_166)),
            method: id(3), amount: Cents(500_00), credit: Cents(250_00),
            underwriting: Underwriting(
                credit: Cents(250_00), reasons: Underwriting.Reason.allCases, policy: "2026-01",
                tier: "starter"),
            terms: Policy.Hold(hours: 168, slackBankingDays: 1),
            initiatedAt: at, releaseAt: at, state: state, trace: index == 0 ? nil : trace,
            settlementDay: index == 0 ? nil : day, returns: index == 0 ? [] : records,
            parkedReturns: index == 0 ? [] : [ParkedReturn(trace: trace, isOpen: index == 1)],
            returnRequests: index == 0 ? [] : requests, history: index == 0 ? [] : moments)
    }

    static let moments: [Deposit.Moment] = [
        .initiated(credit: Cents(1)), .submitted, .fundsReceived, .released, .cancelled,
        .returned(code: "R02"), .returnDishonored, .returnUpheld, .noticeDelivered,
        .paymentStarted(Cents(2)), .paid(Cents(3)), .paymentFailed, .saleOrdered, .settled,
        .waived(Cents(4)), .chargedOff(Cents(5)), .recovered(Cents(6)),
    ].map { Deposit.Moment(at: at, what: $0) }

    static let graces: [Obligation.Grace] = [
        .awaitingNotice, .running(until: at), .paused(milliseconds: 5, why: .documents),
        .paused(milliseconds: 0, why: .payment), .paused(milliseconds: 1, why: .stop),
        .ended(at), .none,
    ]

    static let settledBy: [SettledBy] =
        [.cash, .liquidation, .waiver] + SettlementKindName.allCases.map { .payment($0) }

    static let obligationStates: [Obligation.State] =
        [.open, .chargedOff(at: at, written: Cents(1), claim: Cents(2))]
        + settledBy.map { .settled(at: at, by: $0) }

    static let obligations: [Obligation] =
        graces.map { obligation(.deposit(id(1)), .other, .open, $0) }
        + obligationStates.map { obligation(.chargeback(id(1)), .closedOrInvalid, $0, .none) }
        + [ReasonGroup.insufficientFunds, .reversedUnauthorized, .closedOrInvalid, .other].map {
            obligation(.warrantyClaim(id(1)), $0, .open, .none)
        }

    static func obligation(
        _ origin: Obligation.Origin, _ group: ReasonGroup, _ state: Obligation.State,
        _ grace: Obligation.Grace
    ) -> Obligation {
        Obligation(
            id: id(5), origin: origin, openedAt: at, principal: Cents(9), code: "R01",
            group: group, policy: "2026-01", terms: Obligation.Terms(.usual), state: state,
            grace: grace, noticeID: id(6),
            representedAt: [at], documentPauseUsed: true, provided: Cents(8),
            waivedAlone: Cents(7), claimWaived: Cents(6))
    }

    static let settlementStates: [Settlement.State] = [
        .documentsRequired, .awaitingPayment, .queued, .submitted, .unconfirmed(until: at),
        .selling(id(7)), .completed(at: at), .failed(reason: "why"),
        .returned(code: "R01", settled: true), .cancelled,
    ]

    static let settlements: [Settlement] = settlementStates.flatMap { state in
        SettlementKindName.allCases.map { kind in
            Settlement(
                id: id(8), kind: kind, method: id(3), amount: Cents(10), fee: Cents(1),
                allocations: [Settlement.Allocation(obligation: id(5), amount: Cents(10))],
                startedAt: at, reference: "MW-1",
                quote: Settlement.LockedQuote(
                    asset: bitcoin, price: price, quantity: Quantity(3), expiresAt: at),
                state: state, documentsWanted: DocumentType.allCases, actionURL: "/pay",
                trace: trace, settlementDay: day,
                captured: Settlement.Capture(amount: Cents(10), fee: Cents(1)), disputed: true,
                returnTrace: trace, returnFee: Cents(2),
                parkedReturns: [ParkedReturn(trace: trace)], refunds: ["re_1": Cents(4)],
                returnRequests: requests, overpayment: kind == .card ? overpayments[0] : nil,
                receipt: kind == .card ? receipt : nil)
        }
    }

    static let withdrawals: [Withdrawal] = [.requested, .sent, .cancelled].map {
        Withdrawal(
            id: id(9), asset: bitcoin, amount: 5, destination: "out", requestedAt: at,
            isRefund: $0 == .sent, state: $0)
    }

    static let orders: [Order] = [.open, .cancelRequested, .closed].map {
        Order(
            id: id(10), reference: "o", side: .sell, asset: bitcoin, reservedCash: Cents(1),
            reservedQuantity: Quantity(2), state: $0)
    }

    static let sales: [Sale] = [.ordered, .finished, .restored].map {
        Sale(
            id: id(11), purpose: $0 == .ordered ? .liquidation : .settlement(id(8)),
            asset: bitcoin, ordered: Quantity(5), reference: price, limit: price,
            feeRate: BasisPoints(50), orderedAt: at,
            fills: [
                Sale.Fill(trade: "t", quantity: Quantity(1), price: price, gross: Cents(3))
            ], fee: Cents(1), state: $0,
            paid: [Settlement.Allocation(obligation: id(5), amount: Cents(2))],
            parkedFills: [
                Sale.Fill(trade: "u", quantity: Quantity(2), price: price, gross: Cents(4), at: at)
            ], dueSince: at, receipt: receipt)
    }

    static let overpayments: [Overpayment] = [
        .held, .asked(at: at), .refunded(at: at), .kept(at: at),
    ].map { Overpayment(amount: Cents(7), fee: Cents(2), state: $0) }

    static let receipt = Receipt(
        at: at, received: Cents(9),
        paid: [Receipt.Line(obligation: id(5), amount: Cents(2), left: Cents(1))],
        recovered: Cents(3), toCash: Cents(4), owedAfterwards: Cents(1), givenBack: Cents(5),
        feeGivenBack: Cents(6))

    static let documents: [Document] = [
        .uploaded, .accepted(by: "operator", at: at),
        .refused(by: "operator", at: at, reason: "blurred"),
    ].map {
        Document(
            id: id(12), settlement: id(8), type: .bankProof, mediaType: "image/png", bytes: 99,
            uploadedAt: at, state: $0)
    }

    static let claims: [WarrantyClaim] = [.received, .accepted, .refused].map {
        WarrantyClaim(
            id: id(13), deposit: id(4), amount: Cents(5), receivedAt: at, inTime: true, state: $0)
    }

    static let notices: [Notice.Content] =
        [
            .depositCredited(deposit: id(4), amount: Cents(2), credit: Cents(1), releaseAt: at),
            .depositReleased(deposit: id(4), amount: Cents(2)),
            .depositReturnedCovered(deposit: id(4), amount: Cents(2), group: .other),
            .obligationOpened(
                obligation: id(5), amount: Cents(2), group: .insufficientFunds, ourError: true,
                payBy: at),
            .reminder(obligation: id(5), amount: Cents(2), payBy: at),
            .finalWarning(
                obligation: id(5), amount: Cents(2), payBy: at,
                plan: [
                    SalePlan(
                        asset: bitcoin, quantity: Quantity(1), price: price, gross: Cents(2),
                        fee: Cents(1))
                ]),
            .deadlineExtended(obligation: id(5), amount: Cents(2), payBy: at),
            .documentsRequested(settlement: id(8), documents: [.photoID]),
            .documentsAccepted(settlement: id(8)),
            .documentRefused(settlement: id(8), document: .photoID, reason: "blurred"),
            .fundsReceived(amount: Cents(3), applied: Cents(2), toCash: Cents(1)),
            .settlementFailed(settlement: id(8), amount: Cents(2)),
            .settlementReturned(settlement: id(8), amount: Cents(2), group: .closedOrInvalid),
            .obligationSettled(obligation: id(5), amount: Cents(2), by: .waiver),
            .saleOrdered(sale: id(11), asset: bitcoin, quantity: Quantity(2), limit: price),
            .saleCompleted(sale: id(11), proceeds: Cents(2)), .saleRestored(sale: id(11)),
            .residualOwed(obligation: id(5), amount: Cents(2)),
            .chargedOff(obligation: id(5), amount: Cents(2)),
            .withdrawalCancelled(withdrawal: id(9), asset: bitcoin, amount: 4),
            .methodCorrected(method: id(3), lastFour: "0002"),
            .microEntriesSent(method: id(3), lastFour: "0002", until: at),
            .methodVerified(method: id(3), lastFour: "0002"),
        ]
        + Validation.Failure.allCases.map {
            .validationFailed(method: id(3), lastFour: "0002", why: $0)
        } + [
            .overpaid(settlement: id(8), amount: Cents(3)),
            .overpaymentRefunded(settlement: id(8), amount: Cents(3)),
            .overpaymentKept(settlement: id(8), amount: Cents(3)),
        ]

    static let timers: [Timer.Kind] = [
        .release(id(4)), .confirm(id(8)), .quoteExpiry(id(8)), .graceEnd(id(5)), .reminder(id(5)),
        .finalWarning(id(5)), .pauseEnd(id(5)), .waiveResidual(id(5)), .provision(id(5)),
        .chargeOff(id(5)), .liquidationSlice, .flagEnd(id(2)), .validationEnd(id(3)),
        .refundAnswer(id(8)),
        .returnAnswer(.deposit(id(4))), .returnAnswer(.settlement(id(8))),
        .returnAnswer(.dishonor(id(14))), .returnAnswer(.microEntry(id(16))),
    ]

    static let replies: [Reply] = [
        .done, .unchanged, .customer(id(1)), .method(id(3)),
        .deposit(
            id(4), credit: Cents(1), releaseAt: at, reasons: [.obligationOpen, .limitReached]),
        .settlement(id(8)), .withdrawal(id(9)), .order(id(10)), .document(id(12)), .claim(id(13)),
        .parked(id(14)), .proposal(id(15)), .triesLeft(2),
    ]

    static let outgoing: [Outgoing] =
        [
            .notice(id(6)),
            .placeOrder(sale: id(11), asset: bitcoin, quantity: Quantity(2), limit: price),
            .orderCancellationRequested(order: id(10), reference: "o"),
            .refund(settlement: id(8), amount: Cents(3)),
        ]
        + SettlementKindName.allCases.map {
            .charge(settlement: id(8), kind: $0, amount: Cents(2), fee: Cents(1))
        }

    static let presentments: [QueuedEntry.Presentment] = [
        .original, .again, .dishonor(code: "R69", returnCode: "R02", returnTrace: "1"),
        .validation(isCredit: true, of: id(3)), .validation(isCredit: false, of: id(3)),
    ]
}
