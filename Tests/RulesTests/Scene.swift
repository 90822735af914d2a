import Banking
import Engine
import Ledger
import Money
import Nacha
import Testing

@testable import Rules

/// One customer, a house and a clock, with the engine's own wiring between them, so that what
/// follows from a command is tested with it.
final class Scene {
    let store = MemoryStore()
    let core: Core
    let policy: Policy
    let customer: CustomerID
    private(set) var method: PaymentMethodID
    private(set) var now: Instant
    private var causes: UInt64 = 0
    private var traces = 0
    /// Whether quotes are as old as the clock; a test of stale prices turns it off.
    var quotesAreFresh = true

    static let bitcoin = AssetCode("BTC")!
    static let ether = AssetCode("ETH")!

    /// `then` makes a second policy, in force from a second after ``returnedDeposit``'s return.
    init(
        verified: Bool = true, balance: Cents? = Cents(10_000_000), rules: RuleBook = .builtIn,
        _ change: (inout Policy) -> Void = { _ in }, then: ((inout Policy) -> Void)? = nil
    ) throws {
        var policy = Policy.usual
        change(&policy)
        self.policy = policy
        var book = [policy]
        if let then {
            policy.version = "test-2"
            policy.effectiveFrom = Scene.time("2026-03-05T08:30:01-05:00")
            then(&policy)
            book.append(policy)
        }
        core = try Core(store: store, policies: PolicyBook(book), rules: rules)
        now = Scene.time("2026-03-02T15:00:00-05:00")
        customer = CustomerID(high: 1, low: 1)
        method = PaymentMethodID(high: 0, low: 0)
        try act(
            .openCustomer(
                Command.OpenCustomer(
                    id: customer, reference: "u-1", name: "Sample", email: "s@example.com",
                    language: .english, timeZone: "America/New_York")))
        method = try link("main", verified: verified, balance: balance)
        for (asset, amount) in [(AssetCode.usd, 1_000_000_000), (Scene.bitcoin, 10_00000000)] {
            try house(.fundCounterparty(asset: asset, amount: Int64(amount)))
        }
        try house(.fundCounterparty(asset: Scene.ether, amount: 1_000_00000000))
        price(Scene.bitcoin, dollars: 60_000)
        price(Scene.ether, dollars: 2_400)
    }

    static func time(_ text: String) -> Instant {
        guard let instant = Instant(rfc3339: text) else { preconditionFailure(text) }
        return instant
    }

    // MARK: Telling

    @discardableResult
    func act(_ command: Command, by actor: Actor = .system, as id: CustomerID? = nil) throws
        -> Reply
    {
        try send(command, to: .customer(id ?? customer), by: actor)
    }

    @discardableResult
    func house(_ command: Command, by name: String = "alice") throws -> Reply {
        try send(command, to: .house, by: .operator(name))
    }

    private func send(_ command: Command, to addressee: Addressee, by actor: Actor) throws -> Reply
    {
        causes += 1
        freshen()
        let envelope = Envelope(
            cause: Cause(high: causes, low: 7), actor: actor, to: addressee, command)
        switch try core.process([envelope], now: now)[0] {
        case .accepted(let reply), .replayed(let reply): return reply
        case .refused(let refusal): throw refusal
        case .conflict: preconditionFailure("causes are new")
        }
    }

    /// Goes to a time, firing each timer when it is due.
    func at(_ text: String) throws { try go(to: Scene.time(text)) }

    func later(hours: Int = 0, seconds: Int = 0) throws {
        try go(to: now.adding(hours: hours).adding(seconds: seconds))
    }

    private func go(to time: Instant) throws {
        while let next = store.nextTimer(), next <= time {
            now = max(now, next)
            freshen()
            _ = try core.fireTimers(now: now, limit: 10)
        }
        now = time
    }

    // MARK: Market

    func price(
        _ asset: AssetCode, dollars: Int64, halted: Bool = false, depth: Int64 = 1_000_00000000
    ) {
        guard let index = Price(cents: dollars * 100),
            let bid = Price(count: index.count * 995 / 1000)
        else { return }
        core.quotes[asset] = Quote(
            index: index, bid: bid, ask: index, bidDepth: Quantity(depth), asOf: now,
            halted: halted)
    }

    private func freshen() {
        guard quotesAreFresh else { return }
        for asset in core.quotes.keys { core.quotes[asset]?.asOf = now }
    }

    // MARK: The usual events

    var person: Customer { store.customers[customer]! }

    func link(
        _ fingerprint: String, verified: Bool = true, balance: Cents? = Cents(10_000_000),
        lastFour: String = "1234", of id: CustomerID? = nil
    ) throws -> PaymentMethodID {
        let reply = try act(
            .linkMethod(
                Command.LinkMethod(
                    kind: .bankAccount(
                        PaymentMethod.BankAccount(
                            routingNumber: "021000021", sealedNumber: "x",
                            fingerprint: fingerprint, type: .checking)),
                    label: "Bank", lastFour: lastFour, verified: verified,
                    balance: balance.map { PaymentMethod.BalanceCheck(amount: $0, asOf: now) })),
            as: id)
        guard case .method(let method) = reply else { preconditionFailure("\(reply)") }
        return method
    }

    func linkCard() throws -> PaymentMethodID {
        let reply = try act(
            .linkMethod(
                Command.LinkMethod(
                    kind: .card(token: "t"), label: "Card", lastFour: "4242", verified: true,
                    balance: nil)))
        guard case .method(let method) = reply else { preconditionFailure("\(reply)") }
        return method
    }

    @discardableResult
    func deposit(_ amount: Int64, asking credit: Int64? = nil) throws -> Deposit {
        let reply = try act(
            .startDeposit(
                Command.StartDeposit(
                    method: method, amount: Cents(amount), credit: credit.map { Cents($0) })))
        guard case .deposit(let id, _, _, _) = reply, let deposit = person.deposits[id] else {
            preconditionFailure("\(reply)")
        }
        return deposit
    }

    func trace() -> TraceNumber {
        traces += 1
        guard let odfi = DFIIdentification("02100002"),
            let trace = TraceNumber(odfi: odfi, sequence: traces)
        else { preconditionFailure("a trace number") }
        return trace
    }

    @discardableResult
    func submit(_ payment: PaymentReference) throws -> Reply {
        try act(
            .submitEntry(Command.SubmitEntry(payment: payment, trace: trace(), file: "f")))
    }

    @discardableResult
    func settle(_ payment: PaymentReference, day: String = "2026-03-03") throws -> Reply {
        guard let day = Day(iso: day) else { preconditionFailure(day) }
        return try act(.settleEntry(Command.SettleEntry(payment: payment, day: day)))
    }

    @discardableResult
    func giveBack(
        _ payment: PaymentReference, _ amount: Int64, code: String = "R01",
        trace: TraceNumber? = nil
    ) throws -> Reply {
        try act(
            .receiveReturn(
                ReturnedEntry(
                    payment: payment, code: code, amount: Cents(amount),
                    trace: trace ?? self.trace())))
    }

    @discardableResult
    func askBack(_ payment: PaymentReference, by name: String = "alice") throws -> Reply {
        try act(
            .requestReturn(Command.RequestReturn(payment: payment, reason: "sent twice")),
            by: .operator(name))
    }

    func buyBitcoin(_ cents: Int64) throws {
        let quantity = cents * 100_000_000 / 6_000_000
        try act(
            .trade(
                Command.Trade(
                    side: .buy, asset: Scene.bitcoin, quantity: Quantity(quantity),
                    cash: Cents(cents), fee: .zero)))
    }

    /// A deposit of which `spent` became bitcoin, settled on Tuesday and returned on Thursday.
    @discardableResult
    func returnedDeposit(
        _ amount: Int64 = 30_000, spent: Int64 = 30_000, code: String = "R01"
    ) throws -> Deposit {
        let deposit = try deposit(amount)
        if spent > 0 { try buyBitcoin(spent) }
        try at("2026-03-02T19:00:00-05:00")
        try submit(.deposit(deposit.id))
        try at("2026-03-03T08:30:00-05:00")
        try settle(.deposit(deposit.id))
        if code == "R06" { try askBack(.deposit(deposit.id)) }
        try at("2026-03-05T08:30:00-05:00")
        try giveBack(.deposit(deposit.id), amount, code: code)
        return person.deposits[deposit.id] ?? deposit
    }

    func obligation(of deposit: Deposit) -> Obligation? {
        person.obligations[ObligationID(sharing: deposit.id)]
    }

    func deliverNotice(of obligation: Obligation) throws {
        guard let notice = obligation.noticeID else { return }
        try act(.noticeDelivered(notice))
    }

    func wire(_ amount: Int64, reference: String? = nil, source: String = "wire-1") throws {
        try act(
            .receiveFunds(
                Command.ReceiveFunds(
                    rail: .wire, amount: Cents(amount), source: source, reference: reference)))
    }

    func start(
        _ kind: SettlementKindName, method: PaymentMethodID? = nil, asset: AssetCode? = nil,
        amount: Int64? = nil, obligations: [ObligationID] = [], shown: Int64? = nil
    ) throws -> Settlement {
        let reply = try act(
            .startSettlement(
                Command.StartSettlement(
                    kind: kind, method: method, asset: asset, amount: amount.map { Cents($0) },
                    obligations: obligations, owedShown: shown.map { Cents($0) })))
        guard case .settlement(let id) = reply, let settlement = person.settlements[id] else {
            preconditionFailure("\(reply)")
        }
        return settlement
    }

    func flag(_ kind: StopFlag.Kind, until end: Instant? = nil) throws {
        try act(
            .setFlag(Command.SetFlag(kind: kind, reason: "told", expiresAt: end)),
            by: .operator("alice"))
    }

    func propose(_ action: Proposal.Action, to addressee: Addressee) throws -> ProposalID {
        let reply = try house(
            .propose(Command.Propose(addressee: addressee, action: action, reason: "look")))
        guard case .proposal(let id) = reply else { preconditionFailure("\(reply)") }
        return id
    }

    func books(_ account: HouseAccount, _ asset: AssetCode = .usd) -> Int64 {
        store.balances[.house(account), asset]
    }

    var suspense: [SuspenseItem] {
        store.houseState.suspense.values.sorted { ($0.receivedAt, $0.id) < ($1.receivedAt, $1.id) }
    }

    var forcedSales: [Sale] {
        person.sales.values.filter { $0.purpose == .liquidation }
            .sorted { ($0.orderedAt, $0.id) < ($1.orderedAt, $1.id) }
    }

    var stoppedBy: LiquidationGuard? { person.profile.liquidation.stopped }
}

extension Policy {
    /// The policy the tests decide under, unless they say otherwise.
    static let usual = Policy(
        version: "test-1", effectiveFrom: Scene.time("2020-01-01T00:00:00Z"),
        assets: [
            AssetPolicy(
                code: Scene.bitcoin, scale: 8, lot: Quantity(1_000), notionalMin: Cents(100),
                liquidationRank: 1, liquidable: true),
            AssetPolicy(
                code: Scene.ether, scale: 8, lot: Quantity(10_000), notionalMin: Cents(100),
                liquidationRank: 2, liquidable: true),
        ],
        credit: Credit(
            tiers: [
                Credit.Tier(name: "starter", cleanDeposits: 0, limit: Cents(50_000)),
                Credit.Tier(name: "standard", cleanDeposits: 3, limit: Cents(250_000)),
            ],
            starterLimit: Cents(20_000), balanceCover: BasisPoints(13_000), unclearedDays: 3,
            balanceAgeHoursMax: 24, depositMin: Cents(1_000), depositMax: Cents(1_000_000),
            cleanDepositsAfterReturn: 2),
        hold: Hold(hours: 168, slackBankingDays: 1),
        bank: Bank(cutOff: "20:00", opening: "08:30", pendingChargeBankingDays: 5),
        grace: Grace(
            hours: 48, extendsToBankingDay: false, hoursAfterOpening: 4, reminderAfterHours: 24,
            finalWarningBeforeHours: 6),
        settlement: Settlement(
            methods: SettlementKindName.allCases.map { kind in
                SettlementMethod(
                    kind: kind, enabled: true, feeRate: BasisPoints(kind == .card ? 290 : 0),
                    protects: [.ach, .representment, .card, .instant, .sellAsset].contains(kind),
                    documents: kind == .ach ? [.photoID, .bankProof] : [])
            },
            residualTolerance: Cents(100), residualWaiverSeconds: 1, partialAllowed: true,
            quoteSeconds: 900, sellFee: BasisPoints(30)),
        verification: Verification(pauseHours: 72, documentBytesMax: 10_000_000),
        representment: Representment(countMax: 2, daysMax: 180),
        returns: Returns(linkStop: BasisPoints(45), debitsMin: 1_000),
        liquidation: Liquidation(
            buffer: BasisPoints(0), fee: BasisPoints(60),
            bands: [BasisPoints(50), BasisPoints(100), BasisPoints(200)], priceAgeSecondsMax: 60,
            depthShare: BasisPoints(1_000), slicesPerHourMax: 2, sliceIntervalSeconds: 30,
            retrySeconds: 300, breakerMove: BasisPoints(1_000)),
        loss: Loss(
            provisionAfterDays: 90, chargeOffAfterDays: 180, warrantyYears: 2),
        approval: Approval(soleAuthorityMax: Cents(10_000)),
        security: Security(passwordChangeHours: 48, emailChangeHours: 120))
}
