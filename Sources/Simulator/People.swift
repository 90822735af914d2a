import Banking
import Engine
import Ledger
import Money
import Rules

extension World {
    /// Three customers, two of whom share a bank account, and counterparties to trade with.
    func openAccounts() throws {
        for (asset, amount): (String, Int64) in [
            ("USD", 100_000_000_00), ("BTC", 1_000_00000000), ("ETH", 10_000_00000000),
            ("USDC", 10_000_000_000000), ("OLD", 1_000_000),
        ] {
            guard let code = AssetCode(asset) else { continue }
            try send(.fundCounterparty(asset: code, amount: amount), to: .house, by: .system)
        }
        for number in 1...3 {
            let id = CustomerID(high: random.next(), low: random.next())
            people.append(id)
            try send(
                .openCustomer(
                    Command.OpenCustomer(
                        id: id, reference: "user-\(number)", name: "Sample \(number)",
                        email: "sample\(number)@example.com",
                        language: number == 2 ? .spanish : .english,
                        timeZone: "America/New_York")),
                to: .customer(id), by: host)
            try link(id, account: number < 3 ? sharedAccount() : newAccount())
        }
    }

    var host: Actor { .host("exchange") }

    private func sharedAccount() -> PaymentMethod.BankAccount {
        PaymentMethod.BankAccount(
            routingNumber: "076401251", sealedNumber: "sealed", fingerprint: "shared-\(seed)",
            type: .checking)
    }

    func newAccount() -> PaymentMethod.BankAccount {
        PaymentMethod.BankAccount(
            routingNumber: "076401251", sealedNumber: "sealed",
            fingerprint: "account-\(random.next())", type: random.chance(70) ? .checking : .savings)
    }

    private func link(_ id: CustomerID, account: PaymentMethod.BankAccount) throws {
        try send(
            .linkMethod(
                Command.LinkMethod(
                    kind: .bankAccount(account), label: "Bank", lastFour: "1234",
                    verified: random.chance(60),
                    balance: random.chance(80)
                        ? PaymentMethod.BalanceCheck(amount: Cents(5_000_000), asOf: now) : nil)),
            to: .customer(id), by: host)
    }

    func pickMethod(
        of customer: Customer, where fits: (PaymentMethod) -> Bool
    ) -> PaymentMethod? {
        random.pick(customer.methods.values.filter(fits).sorted { $0.id < $1.id })
    }

    // MARK: Who acts

    func act() throws {
        switch random.int(1...100) {
        case 1...64:
            guard let id = random.pick(people), let customer = person(id) else { return }
            if let sale = customer.saleInFlight, random.chance(60) {
                try interfere(with: sale, customer)
            } else if customer.owed > .zero, random.chance(55) {
                try settle(customer)
            } else if customer.freeCash > Cents(1_000), random.chance(40) {
                try spend(customer)
            } else if customer.methods.values.allSatisfy({ $0.standing != .usable }),
                random.chance(50)
            {
                try link(customer.id, account: newAccount())
            } else if random.chance(12) {
                try prove(customer)
            } else {
                try live(customer)
            }
        case 65...84: try operate()
        case 85...90: try bankActs()
        case 91...97: try repeatSomething()
        default: try mistake()
        }
    }

    /// What instant credit is for: all of it becomes something else at once.
    private func spend(_ customer: Customer) throws {
        guard let asset = random.pick(policy.assets.filter(\.liquidable)) else { return }
        let cash = customer.freeCash
        try send(
            .trade(
                Command.Trade(
                    side: .buy, asset: asset.code, quantity: quantity(worth: cash.count, of: asset),
                    cash: cash, fee: Cents(cash.count / 200))),
            to: .customer(customer.id), by: host)
    }

    /// While the venue sells, the customer sells, orders or withdraws the same asset.
    private func interfere(with sale: Sale, _ customer: Customer) throws {
        guard let asset = policy.asset(sale.asset) else { return }
        let free = customer.freeHolding(of: sale.asset)
        let quantity = max(Quantity(1), free)
        let to = Addressee.customer(customer.id)
        switch random.int(1...3) {
        case 1:
            let gross = max(Cents(1), worth(quantity, of: asset))
            try send(
                .trade(
                    Command.Trade(
                        side: .sell, asset: sale.asset, quantity: quantity, cash: gross,
                        fee: .zero)),
                to: to, by: host)
        case 2:
            try send(
                .openOrder(
                    Command.OpenOrder(
                        reference: "o-\(random.int(1...100_000))", side: .sell, asset: sale.asset,
                        cash: .zero, quantity: quantity)),
                to: to, by: host)
        default:
            try send(
                .requestWithdrawal(
                    Command.RequestWithdrawal(
                        asset: sale.asset, amount: quantity.count, destination: "elsewhere")),
                to: to, by: .customer(customer.id))
        }
    }

    // MARK: An ordinary day

    private func live(_ customer: Customer) throws {
        let to = Addressee.customer(customer.id)
        switch random.int(1...100) {
        case 1...22: try deposit(customer)
        case 23...28: try purchase(customer)
        case 29...46: try trade(customer)
        case 47...56: try order(customer)
        case 57...66: try withdraw(customer)
        case 67...70:
            let deposits = customer.deposits.values
                .sorted { ($0.initiatedAt, $0.id) > ($1.initiatedAt, $1.id) }
            guard let deposit = random.pick(Array(deposits.prefix(3))) else { return }
            try send(.cancelDeposit(deposit.id), to: to, by: .customer(customer.id))
        case 71...74:
            guard let asset = pickAsset() else { return }
            try send(
                .receiveAsset(
                    Command.ReceiveAsset(
                        asset: asset.code, quantity: quantity(worth: 20_000, of: asset))),
                to: to, by: .system)
        case 75...79:
            try send(
                .receiveFunds(
                    Command.ReceiveFunds(
                        rail: random.chance(50) ? .wire : .instant,
                        amount: Cents(random.int64(100...90_000)),
                        source: "acct-\(random.int(1...2))",
                        reference: nil)),
                to: to, by: .system)
        case 80...82:
            guard let last = customer.profile.lastFunds else { return }
            try send(
                .refundOverpayment(
                    Command.RefundOverpayment(
                        amount: max(Cents(1), last.excess),
                        source: random.chance(85) ? last.source : "acct-other")),
                to: to, by: .operator("alice"))
        case 83...86:
            guard random.chance(70) else { return try link(customer.id, account: newAccount()) }
            if random.chance(40) { return try link(customer.id, account: sharedAccount()) }
            try send(
                .linkMethod(
                    Command.LinkMethod(
                        kind: .card(token: "tok"), label: "Card", lastFour: "4242",
                        verified: random.chance(50), balance: nil)),
                to: to, by: host)
        case 87...92:
            guard let method = pickMethod(of: customer, where: { _ in true }) else { return }
            let amount = random.chance(85) ? Cents(5_000_000) : Cents(random.int64(0...50_000))
            try send(
                .checkBalance(Command.CheckBalance(method: method.id, amount: amount)), to: to,
                by: host)
        case 93...94:
            try send(
                .recordSecurityChange(random.chance(50) ? .passwordChanged : .emailChanged),
                to: to, by: host)
        case 95...96:
            let order = ["ETH", "BTC", "USDC"].compactMap { AssetCode($0) }
                .shuffled(using: &random)
            try send(.setLiquidationOrder(order), to: to, by: .customer(customer.id))
        case 97:
            let kind = random.pick(Command.AskForHelp.Kind.allCases) ?? .moreTime
            try send(
                .askForHelp(Command.AskForHelp(kind: kind, words: "Please help.")), to: to,
                by: .customer(customer.id))
        default:
            guard let order = random.pick(openOrders(of: customer)) else { return }
            try send(.closeOrder(order.id), to: to, by: host)
        }
    }

    private func deposit(_ customer: Customer) throws {
        guard let method = pickMethod(of: customer, where: { _ in true }) else { return }
        let amount = Cents(random.int64(1_000...70_000))
        let start = Command.startDeposit(
            Command.StartDeposit(
                method: method.id, amount: amount,
                credit: random.chance(10) ? Cents(amount.count / 2) : nil))
        try oneOrTwo(start, customer)
    }

    /// Two devices at the same moment: both commands come in one batch, and both cannot pass a
    /// limit that one fills.
    private func oneOrTwo(_ command: Command, _ customer: Customer) throws {
        let actor = Actor.customer(customer.id)
        var envelopes = [envelope(command, to: .customer(customer.id), by: actor)]
        if random.chance(15) {
            envelopes.append(envelope(command, to: .customer(customer.id), by: actor))
            count("two at once")
        }
        _ = try send(envelopes)
    }

    private func purchase(_ customer: Customer) throws {
        guard let method = pickMethod(of: customer, where: { _ in true }), let asset = pickAsset()
        else { return }
        let amount = Cents(random.int64(1_000...60_000))
        let fee = Cents(amount.count / 200)
        try send(
            .purchase(
                Command.Purchase(
                    method: method.id, asset: asset.code,
                    quantity: quantity(worth: amount.count - fee.count, of: asset),
                    amount: amount, fee: random.chance(97) ? fee : amount + fee + Cents(1))),
            to: .customer(customer.id), by: .customer(customer.id))
    }

    private func trade(_ customer: Customer) throws {
        let held = customer.heldAssets.compactMap { policy.asset($0) }
        let order = random.chance(30) ? random.pick(openOrders(of: customer)) : nil
        if let order {
            let cash = max(Cents(10), order.reservedCash)
            guard let asset = policy.asset(order.asset) else { return }
            let quantity =
                order.side == .buy
                ? self.quantity(worth: cash.count, of: asset)
                : max(Quantity(1), order.reservedQuantity)
            try send(
                .trade(
                    Command.Trade(
                        side: order.side, asset: order.asset, quantity: quantity,
                        cash: order.side == .buy ? cash : worth(quantity, of: asset),
                        fee: .zero, order: order.id)),
                to: .customer(customer.id), by: host)
        } else if let asset = random.pick(held), random.chance(45) {
            let free = customer.freeHolding(of: asset.code).count
            let part = random.chance(5) ? free + 1 : random.int64(0...max(0, free))
            let quantity = Quantity(part)
            let gross = worth(quantity, of: asset)
            try send(
                .trade(
                    Command.Trade(
                        side: .sell, asset: asset.code, quantity: quantity, cash: gross,
                        fee: Cents(gross.count / 200))),
                to: .customer(customer.id), by: host)
        } else if let asset = pickAsset() {
            let free = customer.freeCash.count
            let cash = random.chance(50) ? free : random.int64(0...free + 20)
            try send(
                .trade(
                    Command.Trade(
                        side: .buy, asset: asset.code,
                        quantity: quantity(worth: cash, of: asset), cash: Cents(cash),
                        fee: Cents(cash / 200))),
                to: .customer(customer.id), by: host)
        }
    }

    private func order(_ customer: Customer) throws {
        guard let asset = pickAsset() else { return }
        let side: TradeSide = random.chance(60) ? .buy : .sell
        let free = customer.freeHolding(of: asset.code).count
        try send(
            .openOrder(
                Command.OpenOrder(
                    reference: "o-\(random.int(1...100_000))", side: side, asset: asset.code,
                    cash: side == .buy
                        ? Cents(random.int64(0...customer.freeCash.count + 2)) : .zero,
                    quantity: side == .sell ? Quantity(random.int64(0...free + 1)) : .zero)),
            to: .customer(customer.id), by: host)
    }

    private func openOrders(of customer: Customer) -> [Order] {
        customer.orders.values.filter(\.state.isOpen).sorted { $0.id < $1.id }
    }

    private func withdraw(_ customer: Customer) throws {
        let to = Addressee.customer(customer.id)
        let waiting = customer.withdrawals.values.filter { $0.state == .requested }
            .sorted { $0.id < $1.id }
        if let withdrawal = random.pick(waiting), random.chance(50) {
            let command: Command =
                random.chance(75)
                ? .withdrawalSent(withdrawal.id) : .cancelWithdrawal(withdrawal.id)
            try send(command, to: to, by: host)
            return
        }
        let asset = random.pick([AssetCode.usd] + customer.heldAssets) ?? .usd
        let free =
            asset == .usd
            ? customer.freeCash.count : customer.freeHolding(of: asset).count
        let facts = Facts(now: now, policy: policy, actor: .system, quotes: market.quotes)
        let most = customer.withdrawable(facts).each[asset] ?? 0
        let amount = random.weighted([
            (5, most), (2, free), (1, free + 1), (1, most / 2), (1, most + 1),
        ])
        try oneOrTwo(
            .requestWithdrawal(
                Command.RequestWithdrawal(asset: asset, amount: amount, destination: "elsewhere")),
            customer)
    }

    // MARK: Owing

    private func settle(_ customer: Customer) throws {
        let to = Addressee.customer(customer.id)
        let active = customer.activeSettlements
        if let settlement = random.pick(active), random.chance(65) {
            return try goOn(settlement, customer)
        }
        if random.chance(12) {
            // A deposit of good money while the balance is negative.
            try send(
                .receiveFunds(
                    Command.ReceiveFunds(
                        rail: .wire, amount: Cents(random.int64(1...customer.owed.count + 50)),
                        source: "acct-1", reference: nil)),
                to: to, by: .system)
            return
        }
        let kind =
            random.chance(30) ? .ach : random.pick(SettlementKindName.allCases) ?? .wire
        let owed = customer.owed
        let open = customer.openObligations.map(\.id)
        let isRepresentment = kind == .representment
        let named =
            isRepresentment || random.chance(30) ? [random.pick(open)].compactMap(\.self) : []
        let target = named.isEmpty ? owed : named.map { customer.outstanding($0) }.sum()
        let method: PaymentMethod?
        switch kind {
        case .card: method = pickMethod(of: customer) { $0.bankAccount == nil }
        case .ach:
            let usable = pickMethod(of: customer) {
                $0.standing == .usable && $0.bankAccount != nil
            }
            method = random.chance(85) ? usable : pickMethod(of: customer) { _ in true }
        default: method = nil
        }
        let amount: Cents? =
            random.chance(12)
            ? Cents(max(1, target.count / 2)) : random.chance(4) ? target + Cents(1) : nil
        let shown = random.chance(4) ? target + Cents(5) : random.chance(50) ? target : nil
        let asset = random.chance(50) ? random.pick(customer.heldAssets) : pickAsset()?.code
        let start = Command.startSettlement(
            Command.StartSettlement(
                kind: kind, method: method?.id, asset: asset, amount: amount, obligations: named,
                owedShown: shown))
        guard random.chance(15) else {
            try send(start, to: to, by: .customer(customer.id))
            return
        }
        try oneOrTwo(start, customer)
    }

    private func goOn(_ settlement: Settlement, _ customer: Customer) throws {
        let to = Addressee.customer(customer.id)
        let me = Actor.customer(customer.id)
        switch settlement.state {
        case .documentsRequired:
            guard random.chance(85) else {
                try send(.cancelSettlement(settlement.id), to: to, by: me)
                return
            }
            let type =
                random.chance(95)
                ? random.pick(settlement.documentsWanted) : random.pick(DocumentType.allCases)
            guard let type else { return }
            try send(
                .submitDocument(
                    Command.SubmitDocument(
                        document: DocumentID(high: random.next(), low: random.next()),
                        settlement: settlement.id, type: type, mediaType: "image/png",
                        bytes: 1_000)),
                to: to, by: me)
        case .awaitingPayment where settlement.kind == .wire:
            guard random.chance(90) else {
                try send(.cancelSettlement(settlement.id), to: to, by: me)
                return
            }
            let whole = settlement.amount.count
            let amount = random.weighted([
                (5, whole), (2, max(1, whole - random.int64(1...400))), (1, max(1, whole / 2)),
                (2, whole + random.int64(1...9_000)),
            ])
            try send(
                .receiveFunds(
                    Command.ReceiveFunds(
                        rail: .wire, amount: Cents(amount), source: "acct-\(random.int(1...2))",
                        reference: settlement.reference)),
                to: to, by: .system)
        case .awaitingPayment where settlement.kind == .sendAsset:
            guard let quote = settlement.quote else { return }
            let asset = random.chance(92) ? quote.asset : pickAsset()?.code ?? quote.asset
            let part = random.weighted([
                (5, quote.quantity.count), (1, max(1, quote.quantity.count / 2)),
                (1, quote.quantity.count * 2),
            ])
            try send(
                .receiveAsset(
                    Command.ReceiveAsset(
                        asset: asset, quantity: Quantity(part), settlement: settlement.id)),
                to: to, by: .system)
        case .queued, .awaitingPayment, .submitted, .unconfirmed, .selling, .completed, .failed,
            .returned, .cancelled:
            guard random.chance(25) else { return }
            try send(.cancelSettlement(settlement.id), to: to, by: me)
        }
    }

    // MARK: Amounts

    func pickAsset() -> Policy.AssetPolicy? {
        random.chance(92) ? random.pick(policy.assets.filter(\.liquidable)) : policy.assets.last
    }

    func quantity(worth cents: Int64, of asset: Policy.AssetPolicy) -> Quantity {
        guard let quote = market.quotes[asset.code] else { return Quantity(1) }
        return max(
            Quantity(1), quote.index.quantity(for: Cents(cents), of: asset.asset, rounding: .down))
    }

    func worth(_ quantity: Quantity, of asset: Policy.AssetPolicy) -> Cents {
        guard let quote = market.quotes[asset.code] else { return Cents(1) }
        return quote.index.value(of: quantity, of: asset.asset, rounding: .down)
    }
}
