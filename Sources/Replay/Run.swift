import Banking
import Engine
import Ledger
import Money
import Rules
import Vocabulary
import Wire

/// One scenario being run.
struct Run {
    private let store = RecordingStore()
    private let core: Core
    private let policies: PolicyBook
    private var names = Names()
    private var now: Instant
    private var commandsSent = 0
    private var mismatches: [Replay.Mismatch] = []

    init(_ scenario: Scenario, policies: PolicyBook) throws(ReplayProblem) {
        self.policies = policies
        now = scenario.steps[0].at
        do {
            core = try Core(store: store, policies: policies)
        } catch {
            throw ReplayProblem("", "The store could not be opened: \(error).")
        }
    }

    mutating func play(
        _ scenario: Scenario
    ) throws(ReplayProblem) -> (output: JSON, mismatches: [Replay.Mismatch]) {
        for customer in scenario.customers { try open(customer) }
        var steps: [JSON] = []
        for step in scenario.steps { steps.append(try play(step)) }
        let output: JSON = .object([
            ("title", .string(scenario.title)),
            ("policies", .array(policies.versions.map { .string($0.version) })),
            ("steps", .array(steps)),
        ])
        return (output, mismatches)
    }

    private mutating func open(_ customer: Scenario.NamedCustomer) throws(ReplayProblem) {
        let instruction = Scenario.Instruction(
            name: .openCustomer, named: customer.name, by: nil, refused: nil, body: customer.body,
            pointer: customer.pointer)
        for next in [instruction] + customer.methods {
            let outcome = try carryOut(next)
            if case .refused(let refusal) = outcome.outcome {
                throw ReplayProblem(next.pointer, "\(describe.problem(refusal).detail)")
            }
        }
    }

    /// The clock moves to the step and timers fire at their own times on the way; then the market
    /// speaks, timers due at this very moment fire, and the commands are carried out.
    private mutating func play(_ step: Scenario.Step) throws(ReplayProblem) -> JSON {
        let before = store.memory.balances
        try fireTimers(before: step.at, at: step.pointer)
        now = step.at
        try listen(to: step.market)
        if let stale = step.bankFeedStale { core.bankFeedStale = stale }
        try fireTimers(before: step.at.adding(milliseconds: 1), at: step.pointer)
        nameWhatHasNoName()
        var answers: [JSON] = []
        for command in step.commands {
            let answer = try carryOut(command)
            answers.append(answer.json)
        }
        try fireTimers(before: step.at.adding(milliseconds: 1), at: step.pointer)
        nameWhatHasNoName()
        let output = tell(step, answers: answers, before: before)
        compare(output, with: step)
        return output
    }

    private mutating func fireTimers(
        before end: Instant, at pointer: String
    ) throws(ReplayProblem) {
        var fired = 0
        while let due = store.nextTimer(), due < end {
            now = max(now, due)
            do {
                fired += try core.fireTimers(now: now, limit: 1_000)
            } catch {
                throw ReplayProblem(pointer, "The books refused a timer: \(error).")
            }
            guard fired <= Replay.firingsMax else {
                throw ReplayProblem(
                    pointer, "More than \(Replay.firingsMax) timers fired before it.")
            }
        }
    }

    private mutating func listen(
        to market: [(asset: AssetCode, quote: Scenario.MarketQuote)]
    ) throws(ReplayProblem) {
        for (asset, quote) in market {
            guard let scale = policy.asset(asset)?.scale else {
                throw ReplayProblem(quote.pointer, "The policy has no such asset.")
            }
            guard let depth = DecimalText.parse(quote.depth, scale: scale),
                let quantity = Quantity(exactly: depth)
            else {
                throw ReplayProblem(
                    "\(quote.pointer)/bid_depth",
                    "This must be a decimal string with at most \(scale) decimals.")
            }
            core.quotes[asset] = Quote(
                index: quote.index, bid: quote.bid, ask: quote.ask, bidDepth: quantity,
                asOf: quote.asOf ?? now, halted: quote.halted)
        }
    }

    private var policy: Policy { policies.policy(at: now) }
    private var describe: Describe { Describe(policy) }
}

// MARK: - Commands

extension Run {
    private mutating func carryOut(
        _ instruction: Scenario.Instruction
    ) throws(ReplayProblem) -> (outcome: Outcome, json: JSON) {
        commandsSent += 1
        let cause = Cause(high: 0, low: UInt64(commandsSent)).following(0)
        if let name = instruction.named, names.isTaken(name) {
            throw ReplayProblem("\(instruction.pointer)/as", "This name is taken.")
        }
        let request = try read(instruction, cause: cause)
        let envelope = Envelope(
            cause: cause, actor: try actor(of: instruction, request.addressee),
            to: request.addressee, request.command)
        let outcome: Outcome
        do {
            outcome = try core.process([envelope], now: now)[0]
        } catch {
            throw ReplayProblem(
                instruction.pointer, "The books refused what the rules decided: \(error).")
        }
        let refusal: RefusalProblem?
        if case .refused(let why) = outcome {
            refusal = describe.problem(why)
        } else {
            refusal = nil
        }
        if refusal?.code != instruction.refused {
            mismatches.append(
                Replay.Mismatch(
                    pointer: "\(instruction.pointer)/refused",
                    expected: instruction.refused.map(JSON.string) ?? .null,
                    found: refusal?.json ?? .null))
        }
        if case .accepted(let reply) = outcome { name(reply, instruction.named) }
        nameWhatHasNoName()
        return (outcome, answer(instruction, envelope, outcome, refusal))
    }

    private func answer(
        _ instruction: Scenario.Instruction, _ envelope: Envelope, _ outcome: Outcome,
        _ refusal: RefusalProblem?
    ) -> JSON {
        var answer: JSON.Object = [
            "do": .string(instruction.name.rawValue), "by": .string(envelope.actor.name),
            "cause": .string(envelope.cause.description),
        ]
        switch outcome {
        case .accepted(let reply), .replayed(let reply):
            answer["reply"] = describe.reply(reply)
        case .refused: answer["refused"] = refusal?.json ?? .null
        case .conflict: answer["refused"] = "conflict"
        }
        return names.inWords(.object(answer))
    }

    private func read(
        _ instruction: Scenario.Instruction, cause: Cause
    ) throws(ReplayProblem) -> (addressee: Addressee, command: Command) {
        var body = instruction.body
        if !instruction.name.isForHouse, instruction.name != .openCustomer,
            body["customer"] == nil, store.memory.customers.count == 1,
            let only = store.memory.customers.keys.first
        {
            body["customer"] = .string(only.description)
        }
        do throws(InvalidBody) {
            return try CommandReader.read(
                instruction.name, body: .object(body),
                context: context(for: instruction.name, body: body, cause: cause))
        } catch {
            throw ReplayProblem(error, under: instruction.pointer)
        }
    }

    private func context(
        for name: CommandName, body: JSON.Object, cause: Cause
    ) -> CommandContext {
        // A replay has no vault: equal numbers have equal fingerprints, and that is all it needs.
        var context = CommandContext(policy: policy, now: now) { routing, number in
            CommandContext.SealedAccount(
                number: "sealed", fingerprint: "\(routing.text):\(number)")
        }
        let names = names
        let customers = store.memory.customers
        context.named = { prefix, name in
            let text = names.identifier(prefix: prefix, name: name)
            // The notice of what is owed for a deposit goes by the deposit's name.
            guard prefix == NoticeKind.prefix,
                let obligation = names.identifier(prefix: ObligationKind.prefix, name: name)
                    .flatMap({ ObligationID($0) }),
                let notice = customers.values.lazy.compactMap({ $0.obligations[obligation] })
                    .first?.noticeID
            else { return text }
            return notice.description
        }
        context.assetOfSale = { sale in
            customers.values.lazy.compactMap { $0.sales[sale]?.asset }.first
        }
        if name == .openCustomer, body["customer"] == nil {
            let id: CustomerID = cause.identifier(0, atMilliseconds: now.milliseconds)
            return context.giving("customer", id)
        }
        if name == .submitDocument, body["document"] == nil {
            let id: DocumentID = cause.identifier(0, atMilliseconds: now.milliseconds)
            return context.giving("document", id)
        }
        return context
    }

    /// `host`, `customer`, `system` or `operator:NAME`; who usually asks, where nothing is said.
    private func actor(
        of instruction: Scenario.Instruction, _ addressee: Addressee
    ) throws(ReplayProblem) -> Actor {
        guard let by = instruction.by else {
            switch instruction.name.sender {
            case .host: return .host("exchange")
            case .customer:
                if case .customer(let id) = addressee { return .customer(id) }
                return .system
            case .bank, .processor, .venue, .mail: return .system
            case .operator: return .operator("operator")
            }
        }
        switch (by, addressee) {
        case ("host", _): return .host("exchange")
        case ("system", _): return .system
        case ("customer", .customer(let id)): return .customer(id)
        default:
            let prefix = "operator:"
            guard by.hasPrefix(prefix), by.count > prefix.count else {
                throw ReplayProblem(
                    "\(instruction.pointer)/by",
                    "This must be host, customer, system or operator:NAME.")
            }
            return .operator(String(by.dropFirst(prefix.count)))
        }
    }
}

// MARK: - Names

extension Run {
    private mutating func name(_ reply: Reply, _ name: String?) {
        guard let name else { return }
        switch reply {
        case .done, .unchanged, .triesLeft, .validationExpired: return
        case .customer(let id): names.name(id, name)
        case .method(let id): names.name(id, name)
        case .deposit(let id, _, _, _): names.name(id, name)
        case .settlement(let id): names.name(id, name)
        case .withdrawal(let id): names.name(id, name)
        case .order(let id): names.name(id, name)
        case .document(let id): names.name(id, name)
        case .claim(let id): names.name(id, name)
        case .parked(let id): names.name(id, name)
        case .proposal(let id): names.name(id, name)
        }
    }

    /// What a step made without a name gets one, so that later steps and readers can say it.
    private mutating func nameWhatHasNoName() {
        for recorded in store.decisions {
            let decided = recorded.decided
            for reference in decided.changes.touched { nameNext(reference) }
            for notice in decided.changes.notices { names.nameNext(notice.id, "N") }
            for item in decided.suspense { names.nameNext(item, "SUS") }
            for proposal in decided.proposals { names.nameNext(proposal, "P") }
        }
        for customer in customers {
            for flag in customer.profile.flags { names.nameNext(flag.id, "F") }
            for method in customer.methods.values.sorted(by: { $0.id < $1.id }) {
                for entry in method.validations.flatMap(\.entries) {
                    names.nameNext(entry.id, "MIC")
                }
            }
        }
    }

    private mutating func nameNext(_ reference: EntityReference) {
        switch reference {
        case .profile: return
        case .method(let id): names.nameNext(id, "M")
        case .deposit(let id): names.nameNext(id, "D")
        case .obligation(let id): names.nameNext(id, "OBL")
        case .settlement(let id): names.nameNext(id, "S")
        case .withdrawal(let id): names.nameNext(id, "W")
        case .order(let id): names.nameNext(id, "O")
        case .sale(let id): names.nameNext(id, "SALE")
        case .document(let id): names.nameNext(id, "DOC")
        case .claim(let id): names.nameNext(id, "CLAIM")
        }
    }

    private var customers: [Customer] {
        store.memory.customers.values.sorted {
            ($0.profile.openedAt, $0.id) < ($1.profile.openedAt, $1.id)
        }
    }
}

// MARK: - Telling

extension Run {
    private func tell(_ step: Scenario.Step, answers: [JSON], before: Balances) -> JSON {
        let decisions = store.takeDecisions()
        let facts = Facts(
            now: now, policy: policy, actor: .system, quotes: core.quotes,
            halt: store.memory.houseState.settings.halt, bankFeedStale: core.bankFeedStale)
        let json: JSON = .object([
            ("at", .string(step.at.rfc3339)),
            ("note", step.note.map(JSON.string) ?? .null),
            ("commands", .array(answers)),
            ("timers_fired", .array(decisions.compactMap(timerFired))),
            ("transfers", .array(decisions.flatMap(transfers))),
            ("postings", postings(since: before)),
            ("balances", byAsset(store.memory.balances.all)),
            ("customer_cash_minor", eachCustomer { .integer($0.cash.count) }),
            ("display_balance_minor", eachCustomer { .integer($0.displayBalance) }),
            ("obligations_minor", obligations()),
            ("statuses", statuses()),
            ("holds", holds()),
            ("withdrawable", eachCustomer { withdrawable($0, facts) }),
            ("customers", eachCustomer { describe.customer($0, facts) }),
            ("deposits", deposits()),
            ("notices", .array(decisions.flatMap(notices))),
            (
                "alerts", .array(decisions.flatMap(\.decided.changes.alerts).map(describe.alert))
            ),
            ("timers", timers()),
        ])
        return names.inWords(json)
    }

    private func timerFired(_ recorded: RecordingStore.Recorded) -> JSON? {
        guard case .timer(let kind) = recorded.decided.envelope.command else { return nil }
        return [
            "at": .string(recorded.at.rfc3339), "timer": .string(kind.name),
            "customer": customer(of: recorded),
        ]
    }

    private func customer(of recorded: RecordingStore.Recorded) -> JSON {
        switch recorded.decided.envelope.addressee {
        case .customer(let id): .string(id.description)
        case .house: .null
        }
    }

    /// The raw transfers, in smallest units, with why and because of what they were booked.
    private func transfers(_ recorded: RecordingStore.Recorded) -> [JSON] {
        let envelope = recorded.decided.envelope
        let command: String
        if case .timer(let kind) = envelope.command {
            command = "timer:\(kind.name)"
        } else {
            command = envelope.command.name
        }
        return recorded.decided.changes.transfers.map { transfer in
            .object([
                ("at", .string(recorded.at.rfc3339)),
                ("debit", .string(transfer.debit.name)),
                ("credit", .string(transfer.credit.name)),
                ("asset", .string(transfer.asset.description)),
                ("amount", .integer(transfer.amount)),
                ("reason", .string(transfer.reason.rawValue)),
                ("command", .string(command)),
                ("cause", .string(envelope.cause.description)),
            ])
        }
    }

    private func notices(_ recorded: RecordingStore.Recorded) -> [JSON] {
        recorded.decided.changes.notices.map { notice in
            guard case .object(var object) = describe.notice(notice) else {
                preconditionFailure("a notice is described by an object")
            }
            object["customer"] = customer(of: recorded)
            return .object(object)
        }
    }

    /// What the step changed in each account, debits positive; accounts it left alone are left out.
    private func postings(since before: Balances) -> JSON {
        var changes: [BalanceKey: Int64] = [:]
        for (key, amount) in store.memory.balances.all { changes[key] = amount - before[key] }
        return byAsset(changes)
    }

    private func byAsset(_ amounts: [BalanceKey: Int64]) -> JSON {
        var assets: [String: [String: Int64]] = [:]
        for (key, amount) in amounts where amount != 0 {
            assets[key.asset.description, default: [:]][names.inWords(key.account.name)] = amount
        }
        return sorted(
            assets.mapValues { accounts in sorted(accounts.mapValues(JSON.integer)) })
    }

    private func sorted(_ members: [String: JSON]) -> JSON {
        .object(members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    private func eachCustomer(_ tell: (Customer) -> JSON) -> JSON {
        .object(customers.map { (names.name(of: $0.id), tell($0)) })
    }

    private func obligations() -> JSON {
        sorted(
            Dictionary(
                uniqueKeysWithValues: customers.flatMap { customer in
                    customer.openObligations.map { obligation in
                        (
                            names.name(of: obligation.id),
                            JSON.integer(customer.outstanding(obligation.id).count)
                        )
                    }
                }))
    }

    private func statuses() -> JSON {
        eachDeposit { customer, deposit in .string(customer.status(of: deposit).rawValue) }
    }

    private func deposits() -> JSON {
        eachDeposit { customer, deposit in describe.deposit(deposit, of: customer) }
    }

    private func holds() -> JSON {
        eachDeposit { _, deposit in
            deposit.hold == .zero
                ? nil
                : [
                    "amount_minor": .integer(deposit.hold.count),
                    "release_at": .string(deposit.releaseAt.rfc3339),
                ]
        }
    }

    private func eachDeposit(_ tell: (Customer, Deposit) -> JSON?) -> JSON {
        var members: [String: JSON] = [:]
        for customer in customers {
            for deposit in customer.deposits.values {
                members[names.name(of: deposit.id)] = tell(customer, deposit)
            }
        }
        return sorted(members)
    }

    /// What may leave, in smallest units; the customer's own description has it in whole units.
    private func withdrawable(_ customer: Customer, _ facts: Facts) -> JSON {
        let withdrawable = customer.withdrawable(facts)
        return [
            "total_minor": .integer(withdrawable.total.count),
            "each": sorted(
                Dictionary(
                    uniqueKeysWithValues: withdrawable.each.map {
                        ($0.key.description, JSON.integer($0.value))
                    })),
        ]
    }

    private func timers() -> JSON {
        let waiting = store.memory.timers.flatMap { customer, timers in
            timers.values.map { (customer: customer, timer: $0) }
        }.sorted {
            ($0.timer.due, $0.customer, $0.timer.kind.name)
                < ($1.timer.due, $1.customer, $1.timer.kind.name)
        }
        return .array(
            waiting.map { waiting in
                [
                    "due": .string(waiting.timer.due.rfc3339),
                    "timer": .string(waiting.timer.kind.name),
                    "customer": .string(waiting.customer.description),
                ]
            })
    }
}

// MARK: - Expectations

extension Run {
    private mutating func compare(_ output: JSON, with step: Scenario.Step) {
        guard let expect = step.expect else { return }
        guard case .object(let members) = expect else {
            mismatches.append(
                Replay.Mismatch(pointer: "\(step.pointer)/expect", expected: [:], found: expect))
            return
        }
        for member in members.members {
            let found = output[member.key] ?? .null
            if !Self.same(found, member.value) {
                mismatches.append(
                    Replay.Mismatch(
                        pointer: JSONPointer.appending(
                            member.key, to: "\(step.pointer)/expect"),
                        expected: member.value, found: found))
            }
        }
    }

    /// Equal, whatever the order in which objects name their members.
    private static func same(_ left: JSON, _ right: JSON) -> Bool {
        switch (left, right) {
        case (.object(let left), .object(let right)):
            left.count == right.count
                && left.members.allSatisfy { member in
                    right[member.key].map { same(member.value, $0) } ?? false
                }
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy(same)
        default: left == right
        }
    }
}
