import Banking
import Engine
import Ledger
import Money
import Rules

extension World {
    private static let names = ["alice", "bob", "carol"]

    private func someone() -> Actor { .operator(random.pick(World.names) ?? "alice") }

    /// A turn of the people who look after the exceptions.
    func operate() throws {
        guard let id = random.pick(people), let customer = person(id) else { return }
        let to = Addressee.customer(id)
        // What has a clock of the bank's comes first.
        if house.suspense.values.contains(where: { $0.state == .open }), random.chance(25) {
            return try workSuspense()
        }
        if house.proposals.values.contains(where: { $0.state == .waiting }), random.chance(25) {
            return try workProposals()
        }
        switch random.int(1...100) {
        case 1...22: try reviewDocuments(customer)
        case 23...30: try workSuspense()
        case 31...42: try workProposals()
        case 43...48: try forgive(customer)
        case 49...52:
            guard let obligation = random.pick(customer.openObligations) else { return }
            try send(
                .extendDeadline(
                    Command.ExtendDeadline(
                        obligation: random.chance(50) ? obligation.id : nil,
                        until: now.adding(hours: random.int(-5...120)),
                        reason: "asked for time")),
                to: to, by: someone())
        case 53...59: try stops(customer)
        case 60: try send(.resumeLiquidation(reason: "looked at"), to: to, by: someone())
        case 61...66: try restoreSale(customer)
        case 67...76: try decideClaims(customer)
        case 77...84: try halt()
        case 85...86: try askBanks(customer, by: someone())
        case 87...88:
            guard let obligation = random.pick(customer.openObligations) else { return }
            try send(.provide(obligation.id), to: to, by: someone())
        case 89...92:
            guard let account = pickMethod(of: customer, where: { $0.bankAccount != nil }),
                let fingerprint = account.bankAccount?.fingerprint, random.chance(20)
            else { return }
            try send(
                .blockAccount(fingerprint: fingerprint, code: "R10"), to: .house, by: someone())
        default:
            // An agent telephones those whom no mail reached.
            guard
                let obligation = customer.openObligations.first(where: {
                    $0.grace == .awaitingNotice
                }), let notice = obligation.noticeID
            else { return }
            try send(.noticeDelivered(notice), to: to, by: someone())
        }
    }

    private func reviewDocuments(_ customer: Customer) throws {
        let waiting = store.memory.customers.values.flatMap { customer in
            customer.documents.values.filter { $0.state == .uploaded }.map { (customer.id, $0.id) }
        }.sorted { $0.1 < $1.1 }
        guard let (id, document) = random.pick(waiting) else { return }
        let refusal = random.chance(20) ? (random.chance(90) ? "not readable" : "") : nil
        try send(
            .reviewDocument(Command.ReviewDocument(document: document, refusal: refusal)),
            to: .customer(id), by: someone())
    }

    private func forgive(_ customer: Customer) throws {
        let to = Addressee.customer(customer.id)
        guard let obligation = random.pick(customer.openObligations) else { return }
        let part = random.chance(60) ? Cents(random.int64(1...9_000)) : nil
        let reason = random.chance(95) ? "goodwill" : ""
        let waive = Command.Waive(obligation: obligation.id, amount: part, reason: reason)
        let chargeOff = Command.ChargeOff(obligation: obligation.id, reason: "no hope")
        switch random.int(1...4) {
        case 1: try send(.waive(waive), to: to, by: someone())
        case 2: try send(.chargeOff(chargeOff), to: to, by: someone())
        case 3: try propose(.waive(waive), to)
        default: try propose(.chargeOff(chargeOff), to)
        }
    }

    private func propose(_ action: Proposal.Action, _ addressee: Addressee) throws {
        try send(
            .propose(
                Command.Propose(
                    addressee: addressee, action: action,
                    reason: random.chance(95) ? "please look" : "")),
            to: .house, by: random.chance(95) ? someone() : .system)
    }

    private func workProposals() throws {
        let known = house.proposals.values.sorted { $0.id < $1.id }
        let waiting = known.filter { $0.state == .waiting }
        guard let proposal = random.pick(random.chance(90) ? waiting : known) else { return }
        let command: Command =
            random.chance(80) ? .approve(proposal.id) : .decline(proposal.id)
        try send(command, to: .house, by: someone())
    }

    private func workSuspense() throws {
        let open = house.suspense.values.filter { $0.state == .open }.sorted { $0.id < $1.id }
        let unpaid = house.suspense.values.filter {
            if case .dishonored = $0.state { true } else { false }
        }.sorted { $0.id < $1.id }
        if let item = random.pick(random.chance(70) ? open : unpaid), random.chance(12) {
            let close = Command.CloseSuspense(item: item.id, reason: "nobody can say")
            guard random.chance(90) else {
                try send(.closeSuspense(close), to: .house, by: someone())
                return
            }
            return try propose(.closeSuspense(close), .house)
        }
        guard let item = random.pick(open) else { return }
        if item.why == .unidentifiedFunds {
            guard let id = random.pick(people) else { return }
            return try propose(
                .assignFunds(Command.AssignFunds(item: item.id, customer: id)), .house)
        }
        if let real = bank.unnamed[item.id], random.chance(75) {
            let match = Command.MatchReturn(
                item: item.id, customer: real.customer, payment: .deposit(real.deposit))
            guard random.chance(95) else {
                try send(.matchReturn(match), to: .house, by: someone())
                return
            }
            return try propose(.matchReturn(match), .house)
        }
        try send(
            .dishonorReturn(
                Command.DishonorReturn(item: item.id, code: item.why.dishonorCode ?? "R69")),
            to: .house, by: someone())
    }

    private func stops(_ customer: Customer) throws {
        let to = Addressee.customer(customer.id)
        if let flag = random.pick(customer.profile.flags), random.chance(85) {
            try send(
                .removeFlag(Command.RemoveFlag(flag: flag.id, reason: "cleared")), to: to,
                by: someone())
            return
        }
        let kind = random.pick(StopFlag.Kind.allCases) ?? .hardship
        try send(
            .setFlag(
                Command.SetFlag(
                    kind: kind, reason: "told so",
                    expiresAt: random.chance(70) ? now.adding(hours: random.int(1...200)) : nil)),
            to: to, by: someone())
    }

    private func restoreSale(_ customer: Customer) throws {
        let to = Addressee.customer(customer.id)
        let finished = customer.sales.values.filter { $0.state == .finished && !$0.fills.isEmpty }
            .sorted { $0.id < $1.id }
        guard let sale = random.pick(finished) else { return }
        let paid = sale.paid.reduce(Int64(0)) { $0 + $1.amount.count }
        let gross = sale.gross.count
        let restore = Command.RestoreSale(
            sale: sale.id, cost: Cents(max(1, gross + random.int64(-gross / 10...gross / 10))),
            owedAgain: random.chance(30) ? Cents(random.int64(0...paid + 1)) : nil,
            reason: "sold in error")
        guard random.chance(90) else {
            try send(.restoreSale(restore), to: to, by: someone())
            return
        }
        try propose(.restoreSale(restore), to)
    }

    private func decideClaims(_ customer: Customer) throws {
        let waiting = customer.claims.values.filter { $0.state == .received }.sorted {
            $0.id < $1.id
        }
        guard let claim = random.pick(waiting) else { return }
        try send(
            .decideClaim(Command.DecideClaim(claim: claim.id, accept: random.chance(60))),
            to: .customer(customer.id), by: someone())
    }

    /// One may stop the sales; it takes two to let them go on.
    private func halt() throws {
        let halted = house.settings.halt
        let asset = random.pick(policy.assets)?.code
        if halted.everything {
            return try propose(
                .resumeLiquidation(
                    Command.PauseLiquidation(asset: nil, paused: false, reason: "calm again")),
                .house)
        }
        if let asset = random.pick(halted.assets.sorted()) {
            return try propose(
                .resumeLiquidation(
                    Command.PauseLiquidation(asset: asset, paused: false, reason: "calm again")),
                .house)
        }
        guard random.chance(40) else { return }
        try send(
            .pauseLiquidation(
                Command.PauseLiquidation(
                    asset: random.chance(60) ? asset : nil, paused: random.chance(90),
                    reason: "a storm")),
            to: .house, by: someone())
    }

    // MARK: Mistakes

    /// Commands that make no sense: each must be refused by its name, and change nothing.
    func mistake() throws {
        guard let id = random.pick(people), let unknown = AssetCode("NOPE"),
            let btc = AssetCode("BTC")
        else { return }
        func any<Kind>() -> Identifier<Kind> { Identifier(high: random.next(), low: random.next()) }
        let methods = person(id)?.methods.keys.sorted() ?? []
        let one = Cents(1)
        let mistakes: [(Addressee, Command)] = [
            (.customer(any()), .cancelDeposit(any())),
            (
                .customer(id),
                .startDeposit(Command.StartDeposit(method: any(), amount: Cents(5_000)))
            ),
            (
                .customer(id),
                .startDeposit(
                    Command.StartDeposit(method: random.pick(methods) ?? any(), amount: one))
            ),
            (.customer(id), .cancelDeposit(any())), (.customer(id), .cancelSettlement(any())),
            (.customer(id), .provide(any())), (.customer(id), .cancelWithdrawal(any())),
            (.customer(id), .closeOrder(any())), (.customer(id), .finishSale(any())),
            (
                .customer(id),
                .reviewDocument(Command.ReviewDocument(document: any(), refusal: nil))
            ),
            (.house, .settleDishonor(any())),
            (.customer(id), .decideClaim(Command.DecideClaim(claim: any(), accept: true))),
            (.house, .approve(any())),
            (.customer(id), .removeFlag(Command.RemoveFlag(flag: any(), reason: "oops"))),
            (
                .customer(id),
                .receiveAsset(Command.ReceiveAsset(asset: unknown, quantity: Quantity(1)))
            ),
            (
                .customer(id),
                .receiveAsset(Command.ReceiveAsset(asset: btc, quantity: Quantity(0)))
            ),
            (.customer(id), .setLiquidationOrder([unknown])), (.house, .cancelDeposit(any())),
            (
                .customer(id),
                .setFlag(Command.SetFlag(kind: .dispute, reason: "", expiresAt: nil))
            ),
            (.customer(id), .startSettlement(Command.StartSettlement(kind: .wire))),
            (
                .customer(id),
                .startSettlement(Command.StartSettlement(kind: .sellAsset, asset: btc, amount: one))
            ),
            (
                .customer(id),
                .openCustomer(
                    Command.OpenCustomer(
                        id: id, reference: "again", name: "Sample", email: "s@example.com",
                        language: .english, timeZone: "America/New_York"))
            ),
        ]
        guard let (addressee, command) = random.pick(mistakes) else { return }
        try send(command, to: addressee, by: someone())
    }
}
