import Banking
import Engine
import Ledger
import Money
import Nacha
import Rules

/// Everything around the engine, made from one seed: customers, a bank, a processor, a market,
/// the mail and operators, each with its faults; a clock; and an auditor.
///
/// The same seed lives the same life, so a violation is a bug report. Each step has its own chance,
/// so a step can be left out and the others stay nearly what they were.
public final class World {
    public let seed: UInt64
    public private(set) var coverage = Coverage()
    public private(set) var steps = 0

    var random: Randomness
    var now: Instant
    let store: RecordingStore
    let policies: PolicyBook
    var core: Core
    private var auditor = Auditor()

    var people: [CustomerID] = []
    var market = Market()
    var bank = Bank()
    var venue = Venue()
    /// What the processor has once said of giving back what was too much.
    var refundsPossible: [SettlementID: Bool] = [:]
    private var inbox: [Delivery] = []
    private var deliveries: UInt64 = 0
    private var told: [Told] = []
    /// What was heard and answered last.
    public private(set) var log: [String] = []
    private var lineHash: UInt64 = 14_695_981_039_346_656_037
    private var outboxRead = 0
    /// What the life was so far, as one number for each step lived: two lives with the same
    /// numbers heard the same commands and gave the same answers.
    public private(set) var trace: [UInt64] = []

    /// A command on its way to the engine: what comes late also comes out of order.
    private struct Delivery {
        let due: Instant
        let number: UInt64
        let envelope: Envelope
    }

    /// An accepted command, to be sent again as it was.
    struct Told {
        let envelope: Envelope
        let reply: Reply
    }

    /// Steps of the log that a violation carries.
    static let logMax = 20
    /// Accepted commands kept for repetition.
    static let toldMax = 200
    /// Deliveries in one step, so that a burst is spread over steps.
    static let deliveriesPerStep = 12
    /// Sweeps for due timers in one step; a timer that always comes again is a bug.
    static let sweepsMax = 50

    /// A world before its first step. Without a disk its store is in memory and survives a crash.
    public init(seed: UInt64, disk: (any Disk)? = nil) throws {
        self.seed = seed
        store = try RecordingStore(disk: disk)
        random = Randomness(seed: seed)
        let start = Instant(milliseconds: 1_740_000_000_000)
            .adding(days: random.int(0...900)).adding(seconds: random.int(0...86_400))
        now = start
        policies = try SimulatedPolicy.book(&random, start: start)
        core = try Core(store: store, policies: policies)
        for asset in policy.assets { market.open(asset, at: start) }
        core.quotes = market.quotes
        try openAccounts()
    }

    /// Lives these steps, or until a promise is broken; all steps are 1, 2, 3 and so on.
    public func run(steps numbers: some Sequence<Int>) throws {
        for number in numbers { try live(step: number) }
        try lookAtEverything()
    }

    /// Lives one step.
    public func live(step number: Int) throws {
        try step(number)
        trace.append(lineHash)
    }

    var policy: Policy { policies.policy(at: now) }
    var house: House { store.memory.houseState }

    func person(_ id: CustomerID) -> Customer? { store.memory.customers[id] }

    // MARK: A step

    private func step(_ number: Int) throws {
        steps = number
        random = Randomness(seed: seed, step: number)
        advance()
        market.move(&random, to: now)
        core.quotes = market.quotes
        core.bankFeedStale = random.chance(2)
        if core.bankFeedStale { count("bank feed stale") }
        core.bankLinksStopped = random.chance(2)
        try fireTimers()
        try bankDay()
        try deliver()
        try act()
        readOutbox()
        if steps % 50 == 0 { try lookAtEverything() }
    }

    /// Checks every promise there is, whatever was touched; and that the disk has all it was told.
    public func lookAtEverything() throws {
        try audit([], before: before(), everything: true)
        if let sentence = try store.difference(farFuture: now.adding(days: 10_000)) {
            throw violation(sentence)
        }
    }

    private func advance() {
        let next = [inbox.map(\.due).min(), store.memory.nextTimer(), bank.nextCutOff].compactMap(
            \.self
        )
        .filter { $0 > now }.min()
        switch random.int(1...100) {
        case 1...35: now = now.adding(seconds: random.int(1...1_500))
        case 36...55: now = now.adding(seconds: random.int(600...18_000))
        case 56...94: now = max(now, next ?? now).adding(milliseconds: Int64(random.int(0...2_000)))
        case 95...98: now = now.adding(seconds: random.int(18_000...130_000))
        default: now = now.adding(days: random.int(1...6))
        }
    }

    private func fireTimers() throws {
        for _ in 0..<World.sweepsMax {
            let due = store.memory.dueTimers(at: now, limit: 7)
            guard !due.isEmpty else { return }
            let before = before()
            store.crash = random.chance(2) ? .random(&random) : nil
            do {
                _ = try core.fireTimers(now: now, limit: 7)
            } catch is RecordingStore.Crashed {
                count("crash in timers")
                try restart()
            }
            store.crash = nil
            note("timers: " + due.map(\.timer.kind.name).joined(separator: " "))
            try audit(store.takeDecisions(), before: before, everything: false)
        }
        if !store.memory.dueTimers(at: now, limit: 1).isEmpty {
            throw violation("timers come again for ever")
        }
    }

    private func deliver() throws {
        let due = inbox.filter { $0.due <= now }
            .sorted { ($0.due, $0.number) < ($1.due, $1.number) }
            .prefix(World.deliveriesPerStep)
        let numbers = Set(due.map(\.number))
        inbox.removeAll { numbers.contains($0.number) }
        for delivery in due { try hear(delivery.envelope) }
    }

    /// Reads what was told to the world since the last look. A crash loses none of it.
    private func readOutbox() {
        let outgoing = store.memory.outgoing
        for stored in outgoing[outboxRead...] { take(stored) }
        outboxRead = outgoing.count
    }

    private func take(_ stored: MemoryStore.StoredOutgoing) {
        switch stored.outgoing {
        case .notice(let notice): post(notice, to: stored.customer)
        case .charge(let settlement, let kind, let amount, let fee):
            charge(settlement, kind, amount, fee, of: stored.customer)
        case .placeOrder(let sale, let asset, let quantity, let limit):
            place(sale, asset, quantity, limit, of: stored.customer)
        case .refund(let settlement, let amount):
            giveBack(settlement, amount, to: stored.customer)
        case .orderCancellationRequested(let order, _):
            let delay = random.int(1...7_200)
            expect(
                .closeOrder(order), to: .customer(stored.customer), by: .host("exchange"), in: delay
            )
        }
    }

    // MARK: Sending

    func newCause() -> Cause { Cause(high: random.next(), low: random.next()) }

    func envelope(_ command: Command, to addressee: Addressee, by actor: Actor) -> Envelope {
        Envelope(
            cause: newCause(), fingerprint: random.next(), actor: actor, to: addressee, command)
    }

    /// The command will arrive in so many seconds; now and then it arrives twice.
    func expect(_ command: Command, to addressee: Addressee, by actor: Actor, in seconds: Int) {
        expect(envelope(command, to: addressee, by: actor), in: seconds)
    }

    func expect(_ envelope: Envelope, in seconds: Int) {
        var times = [max(0, seconds)]
        if random.chance(8) { times.append(seconds + random.int(0...90_000)) }
        for time in times {
            deliveries += 1
            inbox.append(
                Delivery(due: now.adding(seconds: time), number: deliveries, envelope: envelope))
        }
    }

    @discardableResult
    func send(_ command: Command, to addressee: Addressee, by actor: Actor) throws -> Outcome {
        try send([envelope(command, to: addressee, by: actor)])[0]
    }

    /// Sends a batch, through a crash if there is one: afterwards the same causes are sent again,
    /// and what was done before must be the answer.
    func send(_ envelopes: [Envelope]) throws -> [Outcome] {
        let before = before()
        var clock = now
        if random.chance(1) {
            clock = now.adding(hours: -random.int(1...30))
            count("clock went back")
        }
        let point: Crash? = random.chance(3) ? .random(&random) : nil
        store.crash = point
        var outcomes: [Outcome]
        do {
            outcomes = try core.process(envelopes, now: clock)
            store.crash = nil
        } catch is RecordingStore.Crashed {
            try restart()
            let isKept = try envelopes.contains { try store.known($0.cause) != nil }
            if let point { count("crash \(point.name) commit") }
            switch point {
            case .beforeCommit, .duringCommit:
                guard !isKept else { throw violation("half of a lost commit was kept") }
            case .afterCommit, nil:
                guard isKept else { throw violation("a commit was lost") }
            }
            outcomes = zip(envelopes, try core.process(envelopes, now: clock)).map {
                envelope, outcome in
                guard case .replayed(let reply) = outcome,
                    !told.contains(where: { $0.envelope.cause == envelope.cause })
                else { return outcome }
                count("replayed")
                return .accepted(reply)
            }
        }
        for (envelope, outcome) in zip(envelopes, outcomes) { try heard(envelope, outcome) }
        try audit(store.takeDecisions(), before: before, everything: false)
        return outcomes
    }

    private func heard(_ envelope: Envelope, _ outcome: Outcome) throws {
        note("\(now) \(envelope.actor.name) \(describe(envelope.command)) -> \(describe(outcome))")
        switch outcome {
        case .accepted(let reply):
            told.append(Told(envelope: envelope, reply: reply))
            if told.count > World.toldMax { told.removeFirst(World.toldMax / 4) }
        case .replayed(let reply):
            count("replayed")
            if let first = told.last(where: { $0.envelope.cause == envelope.cause }),
                first.reply != reply
            {
                throw violation("the same cause got another answer")
            }
            if !told.contains(where: { $0.envelope.cause == envelope.cause }) {
                told.append(Told(envelope: envelope, reply: reply))
            }
        case .refused(let refusal):
            if World.mustBeBooked(envelope.command), refusal != .saleUnknown {
                throw violation("it happened outside and the rules refused it: \(refusal)")
            }
            count("refusal \(Coverage.name(of: refusal))")
            if case .books = refusal { throw violation("the books refused: \(refusal)") }
        case .conflict: count("conflict")
        }
    }

    /// What has happened at the bank, the processor or the venue is booked: a refusal would lose
    /// real money. (Fills named as rogue are the venue's own mistake.)
    private static func mustBeBooked(_ command: Command) -> Bool {
        switch command {
        case .fill(let fill): !fill.trade.hasPrefix("rogue")
        case .settleEntry, .receiveReturn, .settleReturn, .parkReturn, .settleParkedReturn,
            .chargeSucceeded, .chargeFailed, .finishSale:
            true
        default: false
        }
    }

    private func restart() throws {
        try store.reopen()
        core = try Core(store: store, policies: policies)
        core.quotes = market.quotes
    }

    // MARK: Repetition

    /// Sends something again that was accepted: as it was, under its cause with another body, or
    /// the same fact under a new cause, as a webhook or a bank file may come.
    func repeatSomething() throws {
        guard let old = random.pick(told) else { return }
        let envelope = old.envelope
        switch random.int(1...3) {
        case 1:
            let outcome = try send([envelope])[0]
            guard outcome == .replayed(old.reply) else {
                throw violation("\(envelope.command.name) was carried out twice for one cause")
            }
        case 2:
            let other = Envelope(
                cause: envelope.cause, fingerprint: envelope.fingerprint &+ 1,
                actor: envelope.actor, to: envelope.addressee, envelope.command)
            guard try send([other])[0] == .conflict else {
                throw violation("another body was accepted under a used cause")
            }
        default:
            guard World.isFact(envelope.command) else { return }
            let journal = store.memory.journal.count
            if case .fill = envelope.command { count("fill told twice") }
            _ = try send(envelope.command, to: envelope.addressee, by: envelope.actor)
            guard store.memory.journal.count == journal else {
                throw violation("\(envelope.command.name) told twice moved money twice")
            }
        }
    }

    /// Facts that carry their own identity: told again under another cause they change nothing.
    private static func isFact(_ command: Command) -> Bool {
        switch command {
        case .openCustomer, .cancelDeposit, .openOrder, .closeOrder, .withdrawalSent,
            .cancelWithdrawal, .cancelSettlement, .submitDocument, .submitEntry, .settleEntry,
            .receiveReturn, .settleReturn, .chargeOpened, .chargeSucceeded, .chargeFailed,
            .chargeDisputed, .chargeRefunded, .refundRefused, .fill, .finishSale,
            .noticeDelivered,
            .noticeUndeliverable,
            .reviewDocument, .provide, .decideClaim, .parkReturn, .matchReturn,
            .submitDishonor, .settleParkedReturn, .settleDishonor, .contestDishonor,
            .blockAccount, .assignFunds, .approve, .decline, .restoreSale, .closeSuspense,
            .returnDecided, .requestReturn, .answerReturnRequest, .startValidation,
            .submitMicroEntries:
            true
        case .linkMethod, .checkBalance, .startDeposit, .purchase, .trade, .requestWithdrawal,
            .receiveAsset, .receiveFunds, .refundOverpayment, .startSettlement,
            .setLiquidationOrder, .recordSecurityChange, .askForHelp, .correctMethod,
            .confirmValidation, .receiveClaim, .waive, .chargeOff, .extendDeadline, .setFlag,
            .removeFlag,
            .resumeLiquidation, .timer, .blockMethods, .upholdReturn, .fundCounterparty,
            .dishonorReturn, .pauseLiquidation, .receiveUnidentifiedFunds, .receivePayout,
            .propose:
            false
        }
    }

    // MARK: Watching

    func count(_ name: String) { coverage.count(name) }

    func violation(_ sentence: String) -> Violation {
        Violation(seed: seed, step: steps, sentence: sentence, lastSteps: log)
    }

    private func note(_ line: String) {
        for byte in line.utf8 { lineHash = (lineHash ^ UInt64(byte)) &* 1_099_511_628_211 }
        log.append(line)
        if log.count > World.logMax { log.removeFirst() }
    }

    private func describe(_ command: Command) -> String { String("\(command)".prefix(260)) }
    private func describe(_ outcome: Outcome) -> String { String("\(outcome)".prefix(160)) }

    private func before() -> Auditor.Before {
        Auditor.Before(
            customers: store.memory.customers, house: store.memory.houseState,
            quotes: market.quotes)
    }

    private func audit(
        _ decisions: [Commit.Decided], before: Auditor.Before, everything: Bool
    ) throws {
        do throws(Finding) {
            try auditor.audit(
                decisions, store.memory, before: before, policies: policies,
                everything: everything)
        } catch {
            throw violation(error.sentence)
        }
        for decided in decisions { observe(decided, before) }
    }

    /// Counts what was reached.
    private func observe(_ decided: Commit.Decided, _ before: Auditor.Before) {
        count("command \(decided.envelope.command.name)")
        for change in decided.changes.transfers where change.reason == .withdrawalCancelled {
            if case .receiveReturn = decided.envelope.command {
                count("withdrawal cancelled by a return")
            }
        }
        for item in decided.changes.parked { count("return parked \(item.why)") }
        if case .parkReturn = decided.envelope.command { count("return parked unknownTrace") }
        guard case .customer(let id) = decided.envelope.addressee, let customer = person(id) else {
            return
        }
        for deposit in customer.deposits.values {
            count("status \(customer.status(of: deposit).rawValue)")
        }
        let was = before.customers[id]
        for sale in customer.sales.values where was?.sales[sale.id] == nil {
            count(sale.purpose == .liquidation ? "forced sale" : "sale by choice")
        }
        for (id, obligation) in customer.obligations
        where obligation.state.isOpen && was?.obligations[id].map({ !$0.state.isOpen }) == true {
            count("obligation revived")
        }
        for method in customer.methods.values {
            guard case .failed(let why)? = method.validation?.state,
                was?.methods[method.id]?.validation?.state != method.validation?.state
            else { continue }
            count("validation failed \(why.rawValue)")
        }
        observe(decided.envelope.command, decided, customer, was)
    }

    private func observe(
        _ command: Command, _ decided: Commit.Decided, _ customer: Customer, _ was: Customer?
    ) {
        switch command {
        case .timer(let kind):
            count("timer \(kind.name.prefix { $0 != ":" })")
            if case .waiveResidual = kind, decided.reply == .done { count("residual waived") }
            if case .returnAnswer = kind, decided.reply == .done {
                count("return request unanswered")
            }
        case .receiveReturn(let entry):
            guard decided.reply == .done else { return }
            if ReturnCode(entry.code)?.facts.isKnown != true { count("unknown return code") }
            if entry.code == "R06" { count("returned as we asked") }
            switch entry.payment {
            case .deposit(let id):
                switch was?.deposits[id]?.state {
                case .submitted: count("return before settlement")
                case .fundsReceived: count("return after settlement")
                case .settled: count("return after release")
                default: break
                }
            case .settlement(let id):
                if case .completed = was?.settlements[id]?.state {
                    count("payment returned after it completed")
                }
            case .microEntry: count("micro-entry returned")
            case .dishonor: break
            }
        case .upholdReturn(let uphold):
            if case .deposit(let id) = uphold.payment, was?.deposits[id]?.state == .submitted {
                count("charged from suspense before settlement")
            }
        case .confirmValidation:
            count(decided.reply == .done ? "account proven" : "wrong amounts typed")
        case .chargeDisputed: if decided.reply == .done { count("card disputed") }
        case .chargeRefunded(let command):
            if case .refunded = customer.settlements[command.settlement]?.overpayment?.state {
                count("over-payment given back")
            }
        case .receiveFunds(let funds):
            if let excess = customer.profile.lastFunds?.excess, excess > .zero,
                excess < funds.amount
            {
                count("over-payment")
            }
        case .fill(let fill):
            let before = was?.sales[fill.sale]
            if decided.changes.alerts.contains(where: { alert in
                if case .fillParked = alert.content { true } else { false }
            }) {
                count("fill parked")
            } else if before?.state == .finished, decided.reply == .done {
                count("late fill booked")
            }
        case .finishSale(let id):
            guard let sale = customer.sales[id], decided.reply == .done else { return }
            if sale.fills.isEmpty {
                count("sale not filled")
            } else if sale.sold < sale.ordered {
                count("sale partly filled")
            }
        default: break
        }
    }
}
