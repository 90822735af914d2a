import Banking
import Edges
import Engine
import Foundation
import HTML
import HTTPTypes
import Hummingbird
import Ledger
import Money
import Rules
import Service
import Web
import Wire

extension Site {
    var settleRoutes: [Route] {
        [
            .get("/settle", .customer(settle)),
            .post("/settle", .customer(chooseMethod)),
            .get("/settlements/:id/review", .customer(reviewPayment)),
            .post("/settlements/:id", .customer(confirmPayment)),
            .get("/settlements/:id", .customer(settlement)),
            .get("/settlements/:id/continue", .customer(continuePayment)),
            .get("/settlements/:id/wire", .customer(wireInstructions)),
            .get("/settlements/:id/send", .customer(sendInstructions)),
            .get("/settlements/:id/documents", .customer(documents)),
            .post("/settlements/:id/documents", .customer(uploadDocument), takesFile: true),
            .post("/settlements/:id/documents/uploads", .customer(beginUpload)),
            .postBytes("/settlements/:id/documents/uploads/:upload", .customer(takePart)),
            .post("/settlements/:id/documents/uploads/:upload/cancel", .customer(cancelUpload)),
        ]
    }
}

/// A payment chosen and not yet confirmed. It travels in the address, sealed, so that nothing is
/// kept for somebody who only looked.
private struct PaymentPlan {
    let kind: SettlementKindName
    let method: PaymentMethodID?
    let asset: AssetCode?
    let amount: Cents
    /// What was owed in all when it was chosen.
    let owed: Cents
    /// The key of the payment: confirming twice pays once.
    let key: String
    /// The price the customer was shown for an asset to be sold.
    var price: Price?

    func text(_ codec: Cursor.Codec, of customer: CustomerID) -> String {
        codec.encode(
            Cursor([
                .text(kind.rawValue), .text(method.map { "\($0)" } ?? ""),
                .text(asset?.description ?? ""), .integer(amount.count), .integer(owed.count),
                .text(key), .integer(price?.count ?? 0),
            ]), scope: "payment plan:\(customer)")
    }

    init?(_ text: String, _ codec: Cursor.Codec, of customer: CustomerID) {
        guard let parts = codec.decode(text, scope: "payment plan:\(customer)")?.parts,
            parts.count == 7, case .text(let kind) = parts[0],
            let kind = SettlementKindName(rawValue: kind), case .text(let method) = parts[1],
            case .text(let asset) = parts[2], case .integer(let amount) = parts[3],
            let amount = Cents(exactly: amount), case .integer(let owed) = parts[4],
            let owed = Cents(exactly: owed), case .text(let key) = parts[5],
            case .integer(let price) = parts[6]
        else { return nil }
        self.init(
            kind: kind, method: PaymentMethodID(method), asset: AssetCode(asset), amount: amount,
            owed: owed, key: key, price: Price(count: price))
    }

    init(
        kind: SettlementKindName, method: PaymentMethodID?, asset: AssetCode?, amount: Cents,
        owed: Cents, key: String, price: Price? = nil
    ) {
        self.kind = kind
        self.method = method
        self.asset = asset
        self.amount = amount
        self.owed = owed
        self.key = key
        self.price = price
    }

    /// The command, the same each time it is made of the same plan.
    func command(for customer: Customer, _ facts: Facts) -> Command {
        // The bank's rules let one debit be sent again, whole; everything else pays all that is
        // owed, oldest first.
        if kind == .representment, let again = customer.representable(facts) {
            return .startSettlement(
                Command.StartSettlement(
                    kind: kind, method: method, obligations: [ObligationID(sharing: again.deposit)]
                ))
        }
        return .startSettlement(
            Command.StartSettlement(
                kind: kind, method: method, asset: asset, amount: amount == owed ? nil : amount,
                owedShown: owed))
    }

    /// Whether the customer confirms here. A wire, an instant payment and an asset sent in are
    /// confirmed where they are sent from.
    var isConfirmedHere: Bool {
        switch kind {
        case .card, .ach, .representment, .sellAsset: true
        case .wire, .instant, .sendAsset, .deposit: false
        }
    }
}

// MARK: Choosing

extension Site {
    /// The id of the way to pay that begins with linking an account.
    private static let linkFirst = "link"

    private func settle(_ visit: CustomerVisit) async throws -> Answer {
        var visit = visit
        visit.customer = try await afterShowing(visit)
        return .payable(settlePage(visit, key: Form.newKey()))
    }

    private func settlePage(
        _ visit: CustomerVisit, key: String, changedFrom: Cents? = nil,
        problems: [FieldProblem] = []
    ) -> SettlePage {
        let (customer, facts) = (visit.customer, visit.facts)
        let rows = customer.openObligations.map { obligation in
            let deposit = customer.deposits[customer.depositID(behind: obligation)]
            return ObligationRow(
                depositID: "\(customer.depositID(behind: obligation))",
                startedAt: (deposit?.initiatedAt ?? obligation.openedAt).milliseconds,
                from: customer.label(of: deposit?.method),
                cents: customer.outstanding(obligation.id).count,
                isPurchase: deposit?.isPurchase == true)
        }
        let methods = customer.settleMethods(facts)
        // A link may name a way to pay; a form that was sent says it itself.
        let asked = visit.visit.query[Field.method.rawValue].flatMap { wanted in
            methods.first { $0.id == wanted && $0.refusal == nil }?.id
        }
        let chosen = visit.form[.method]
        let typed = changedFrom == nil ? visit.form[.amount] : ""
        return SettlePage(
            obligations: rows, situation: customer.situation(at: facts.now), methods: methods,
            chosen: chosen.isEmpty
                ? asked ?? methods.first { $0.refusal == nil }?.id : chosen,
            allowsPartial: facts.policy.settlement.partialAllowed,
            amount: typed.isEmpty ? Typed.text(customer.owed.count) : typed,
            changedFromCents: changedFrom?.count, hasFailedPayment: customer.lastPaymentFailed,
            idempotencyKey: key, problems: problems)
    }

    private func chooseMethod(_ visit: CustomerVisit) async throws -> Answer {
        func again(_ problem: FieldProblem) -> Answer {
            .payable(settlePage(visit, key: visit.form.key, problems: [problem]))
        }
        let wanted = visit.form[.method]
        if wanted == Site.linkFirst { return .seeOther(Paths.linkBank.text) }
        let key = try visit.key()
        let owed = visit.customer.owed
        let seen = Int64(visit.form[.amountSeen]).flatMap { Cents(exactly: $0) }
        let known = try service.reader.causeExists(
            Causes.named(scope: "web:\(visit.id)", key: key))
        guard known || seen == owed else {
            return .payable(settlePage(visit, key: Form.newKey(), changedFrom: seen ?? owed))
        }
        guard let (kind, method, asset) = SettleMethodID.parse(wanted) else {
            return again(FieldProblem(.method, .missing))
        }
        guard let amount = Typed.cents(visit.form[.amount]).flatMap({ Cents(exactly: $0) }) else {
            return again(
                FieldProblem(.amount, visit.form[.amount].isEmpty ? .missing : .notAnAmount))
        }
        guard amount > .zero else { return again(FieldProblem(.amount, .belowMinimum(1))) }
        var plan = PaymentPlan(
            kind: kind, method: method, asset: asset, amount: amount, owed: seen ?? owed, key: key)
        // What was done under this key is answered again, whatever has changed since.
        if known { return try await start(plan, visit) }
        switch drafted(plan, visit) {
        case .failure(let refusal): return try refused(refusal, plan, visit)
        case .success(let settlement): plan.price = settlement.quote?.price
        }
        guard plan.isConfirmedHere else { return try await start(plan, visit) }
        return .seeOther(
            Paths.settleReview(plan.text(service.vault.cursors, of: visit.id)).text)
    }

    /// The payment as it would be, decided on a copy that is thrown away.
    private func drafted(
        _ plan: PaymentPlan, _ visit: CustomerVisit
    ) -> Result<Settlement, Refusal> {
        var draft = Draft(
            visit.customer, facts: visit.facts,
            cause: Causes.named(scope: "preview", key: "\(visit.id)"))
        do {
            let reply = try draft.decide(plan.command(for: visit.customer, visit.facts))
            guard case .settlement(let id) = reply, let made = draft.customer.settlements[id] else {
                return .failure(.nothingOwed)
            }
            return .success(made)
        } catch {
            return .failure(error)
        }
    }

    /// What the customer sees when the rules say no: the new amount, the payment in the way, or
    /// the field to change.
    private func refused(
        _ refusal: Refusal, _ plan: PaymentPlan, _ visit: CustomerVisit
    ) throws -> Answer {
        switch refusal {
        case .amountChanged, .nothingOwed:
            return .payable(settlePage(visit, key: Form.newKey(), changedFrom: plan.owed))
        case .settlementInProgress(let id): return .seeOther(Paths.settlement("\(id)").text)
        case .insufficientBalance(let asset), .tooLittleToSell(let asset):
            let most = visit.customer.mostSold(of: asset, visit.facts)
            let excuse =
                most < plan.amount && most > .zero
                ? Excuse.assetCovers(asset.description, most.count) : refusal.excuse
            return .payable(
                settlePage(
                    visit, key: Form.newKey(),
                    problems: [
                        FieldProblem(.amount, .other(excuse.sentence(in: visit.language)))
                    ]))
        case .settlementExceedsOwed, .partialNotAllowed, .amountOutOfRange:
            return .payable(
                settlePage(
                    visit, key: Form.newKey(),
                    problems: [FieldProblem(.amount, .other(visit.say(refusal)))]))
        default:
            return .payable(
                settlePage(
                    visit, key: Form.newKey(),
                    problems: [FieldProblem(.method, .other(visit.say(refusal)))]))
        }
    }

    /// Starts the payment and leads to its next step.
    private func start(_ plan: PaymentPlan, _ visit: CustomerVisit) async throws -> Answer {
        let outcome = try await visit.perform(
            plan.command(for: visit.customer, visit.facts), key: plan.key,
            body:
                "\(plan.kind) \(plan.method.map { "\($0)" } ?? "") \(plan.asset?.description ?? "")"
                + " \(plan.amount.count) of \(plan.owed.count)")
        do {
            guard case .settlement(let id) = try outcome.reply(),
                let customer = try service.reader.customer(visit.id),
                let settlement = customer.settlements[id]
            else { throw Turn.notFound }
            service.bell.ring()
            return .seeOther(settlement.nextStep.text)
        } catch let refusal as Refusal {
            var visit = visit
            visit.customer = try service.reader.customer(visit.id) ?? visit.customer
            return try refused(refusal, plan, visit)
        }
    }
}

/// The names of ways to pay in the form: `wire`, `ach:pmt_…`, `sell_asset:BTC`.
enum SettleMethodID {
    /// The way to pay that sells exactly enough of `asset`.
    static func ownSale(of asset: AssetCode) -> String {
        "\(SettlementKindName.sellAsset.rawValue):\(asset)"
    }

    static func text(_ option: SettlementOption) -> String {
        var text = option.kind.rawValue
        if let method = option.method { text += ":\(method)" }
        if let asset = option.asset { text += ":\(asset)" }
        return text
    }

    static func parse(
        _ text: String
    ) -> (kind: SettlementKindName, method: PaymentMethodID?, asset: AssetCode?)? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count),
            let kind = SettlementKindName(rawValue: String(parts[0]))
        else { return nil }
        guard parts.count == 2 else { return (kind, nil, nil) }
        if let method = PaymentMethodID(parts[1]) { return (kind, method, nil) }
        guard let asset = AssetCode(parts[1]) else { return nil }
        return (kind, nil, asset)
    }
}

// MARK: Reviewing and confirming

extension Site {
    private func plan(_ visit: CustomerVisit) -> PaymentPlan? {
        visit.visit.parameters.get("id").flatMap {
            PaymentPlan($0, service.vault.cursors, of: visit.id)
        }
    }

    private func reviewPayment(_ visit: CustomerVisit) async throws -> Answer {
        guard let plan = plan(visit) else {
            return .seeOther(Paths.settlement("\(try visit.settlement().id)").text)
        }
        switch drafted(plan, visit) {
        case .success(let settlement): return .payable(review(plan, settlement, visit, []))
        case .failure(let refusal): return try refused(refusal, plan, visit)
        }
    }

    private func review(
        _ plan: PaymentPlan, _ settlement: Settlement, _ visit: CustomerVisit,
        _ problems: [FieldProblem]
    ) -> ReviewPage {
        let (customer, facts) = (visit.customer, visit.facts)
        var plan = plan
        plan.price = settlement.quote?.price
        let authorization: ReviewPage.Authorization
        var arrivesAt: Int64?
        switch settlement.kind {
        case .sellAsset:
            let quote = settlement.quote
            let policy = quote.flatMap { facts.policy.asset($0.asset) }
            if let quote, let policy {
                let gross = quote.price.value(
                    of: quote.quantity, of: policy.asset, rounding: .down)
                authorization = .sale(
                    AssetAmount(policy, quote.quantity), atLeast: DollarPrice(quote.price),
                    feeCents: gross.share(facts.policy.settlement.sellFee, rounding: .halfUp).count)
            } else {
                authorization = .cash
            }
        case .ach, .representment:
            authorization = .bankDebit(on: facts.noon(on: facts.nextSettlementDay))
            arrivesAt = facts.nextConfirmation.milliseconds
        case .card, .wire, .instant, .sendAsset, .deposit: authorization = .cardCharge
        }
        return ReviewPage(
            settlementID: plan.text(service.vault.cursors, of: visit.id),
            cents: settlement.amount.count, feeCents: settlement.fee.count,
            method: customer.settleMethod(of: settlement, facts), authorization: authorization,
            arrivesAt: arrivesAt, shares: customer.shares(of: settlement),
            idempotencyKey: plan.key, problems: problems)
    }

    private func confirmPayment(_ visit: CustomerVisit) async throws -> Answer {
        guard let plan = plan(visit) else {
            // An old form of a payment that exists by now leads to it.
            return .seeOther(Paths.settlement("\(try visit.settlement().id)").text)
        }
        let cause = Causes.named(scope: "web:\(visit.id)", key: plan.key)
        guard try !service.reader.causeExists(cause) else { return try await start(plan, visit) }
        switch drafted(plan, visit) {
        case .failure(let refusal): return try refused(refusal, plan, visit)
        case .success(let settlement):
            guard visit.form[.authorize] == "yes" else {
                return .payable(
                    review(plan, settlement, visit, [FieldProblem(.authorize, .notAuthorized)]))
            }
            // What was agreed to was a price; another one is agreed to again.
            guard settlement.quote?.price == plan.price else {
                var newer = plan
                newer.price = settlement.quote?.price
                return .seeOther(
                    Paths.settleReview(newer.text(service.vault.cursors, of: visit.id)).text)
            }
            return try await start(plan, visit)
        }
    }
}

// MARK: After confirming

extension Settlement {
    /// Where the customer goes on with it.
    var nextStep: Location {
        let id = "\(id)"
        guard state == .awaitingPayment else {
            return state == .documentsRequired ? Paths.settleDocuments(id) : Paths.settlement(id)
        }
        return switch kind {
        case .wire: Paths.wireInstructions(id)
        case .sendAsset: Paths.sendAsset(id)
        case .card, .instant: Paths.continuePayment(id)
        case .ach, .representment, .sellAsset, .deposit: Paths.settlement(id)
        }
    }
}

extension Site {
    /// How long a page waits for the processor to name its page, and how often it looks.
    private static let processorWaitMilliseconds = 3_000
    private static let processorLookMilliseconds = 100

    /// What the address has when a customer comes back from the processor's page.
    static let backMark = "back"

    private func settlement(_ visit: CustomerVisit) async throws -> Answer {
        let settlement = try visit.settlement()
        let id = "\(settlement.id)"
        switch settlement.state {
        case .documentsRequired: return .seeOther(Paths.settleDocuments(id).text)
        case .cancelled:
            return .seeOther((visit.customer.owed.isZero ? Paths.home : Paths.settle).text)
        case .completed(let at): return .page(done(settlement, at, visit))
        case .awaitingPayment:
            var page = processing(settlement, .waitingForYou, visit)
            page.leadsOn = settlement.actionURL != nil
            guard settlement.kind == .card || settlement.kind == .instant else {
                return .watching(page, seconds: 15, address: nil)
            }
            // Back from the processor, and its answer has not come: paid or not, nobody knows yet.
            if visit.visit.query[Site.backMark] != nil, settlement.actionURL != nil {
                return .watching(
                    processing(settlement, .unknown, visit), seconds: 2, address: nil)
            }
            return settlement.actionURL == nil
                ? .watching(page, seconds: 2, address: Paths.continuePayment(id).text)
                : .watching(page, seconds: 2, address: nil)
        case .selling:
            let soon = visit.facts.now.adding(seconds: 60)
            return .watching(
                processing(settlement, .onItsWay(expectedAt: soon.milliseconds), visit),
                seconds: 2, address: nil)
        case .queued, .submitted, .unconfirmed:
            let expected = settlement.expectedAt(visit.facts)
            let state: ProcessingPage.State =
                expected < visit.now
                ? .late(expectedAt: expected) : .onItsWay(expectedAt: expected)
            return .page(processing(settlement, state, visit))
        case .failed:
            return .page(processing(settlement, .failed(ReturnReason(code: "")), visit))
        case .returned(let code, _):
            return .page(processing(settlement, .failed(ReturnReason(code: code)), visit))
        }
    }

    func done(
        _ settlement: Settlement, _ at: Instant, _ visit: CustomerVisit
    ) -> DonePage {
        let customer = visit.customer
        let sale = customer.sales.values.first { $0.purpose == .settlement(settlement.id) }
        let receipt = settlement.receipt
        return DonePage(
            settlementID: "\(settlement.id)", reference: settlement.reference,
            cents: (receipt?.received ?? settlement.captured?.amount ?? settlement.amount).count,
            feeCents: (settlement.captured?.fee ?? settlement.fee).count,
            saleFeeCents: sale?.fee.count ?? 0,
            method: customer.settleMethod(of: settlement, visit.facts),
            settledAt: at.milliseconds,
            shares: receipt.map { customer.shares(of: $0) } ?? customer.shares(of: settlement),
            areLimitsLifted: receipt?.owedAfterwards.isZero ?? customer.owed.isZero,
            owedAfterwardsCents: receipt?.owedAfterwards.count,
            recoveredCents: receipt?.recovered.count ?? 0,
            toCashCents: receipt?.toCash.count ?? 0, overpaid: settlement.overpayment?.onPages)
    }

    private func processing(
        _ settlement: Settlement, _ state: ProcessingPage.State, _ visit: CustomerVisit
    ) -> ProcessingPage {
        var steps = [
            TimelineStep(
                kind: .paymentStarted, state: .done, at: settlement.startedAt.milliseconds,
                cents: settlement.amount.count)
        ]
        func add(_ kind: TimelineStep.Kind, _ state: TimelineStep.State, _ at: Int64?) {
            steps.append(TimelineStep(kind: kind, state: state, at: at))
        }
        switch settlement.state {
        case .queued:
            let timing = visit.facts.timing
            let cutOff = timing.cutOffInstant(timing.processingDay(submittedAt: visit.facts.now))
            add(.sentToBank, .expected, cutOff.milliseconds)
            add(.settled, .expected, settlement.expectedAt(visit.facts))
        case .submitted, .unconfirmed:
            let day = settlement.settlementDay.map { visit.facts.noon(on: $0) }
            add(.moneyArrived, settlement.state == .submitted ? .expected : .done, day)
            add(.settled, .expected, settlement.expectedAt(visit.facts))
        case .failed, .returned: add(.paymentFailed, .current, nil)
        case .documentsRequired, .awaitingPayment, .selling, .completed, .cancelled:
            add(.settled, .expected, nil)
        }
        return ProcessingPage(
            settlementID: "\(settlement.id)", reference: settlement.reference,
            cents: settlement.amount.count,
            method: visit.customer.settleMethod(of: settlement, visit.facts),
            confirmedAt: settlement.startedAt.milliseconds, state: state, steps: steps)
    }

    /// On to the processor's page as soon as it has one; else to the page that waits.
    private func continuePayment(_ visit: CustomerVisit) async throws -> Answer {
        var settlement = try visit.settlement()
        var waited = 0
        service.bell.ring()
        while settlement.state == .awaitingPayment, settlement.actionURL == nil,
            waited < Site.processorWaitMilliseconds
        {
            try await Task.sleep(for: .milliseconds(Site.processorLookMilliseconds))
            waited += Site.processorLookMilliseconds
            if let newer = try service.reader.customer(visit.id)?.settlements[settlement.id] {
                settlement = newer
            }
        }
        guard settlement.state == .awaitingPayment, let address = settlement.actionURL,
            Site.origin(of: address) != nil
        else { return .seeOther(Paths.settlement("\(settlement.id)").text) }
        return .seeOther(address)
    }

    private func wireInstructions(_ visit: CustomerVisit) async throws -> Answer {
        let settlement = try visit.settlement()
        guard settlement.kind == .wire, settlement.state == .awaitingPayment else {
            return .seeOther(Paths.settlement("\(settlement.id)").text)
        }
        let originator = service.settings.originator
        return .page(
            PaymentInstructionsPage(
                settlementID: "\(settlement.id)", rail: .wire, cents: settlement.amount.count,
                beneficiary: originator.companyName, bank: originator.odfiName,
                routingNumber: originator.odfiRoutingNumber,
                accountNumber: originator.odfiAccountNumber, reference: settlement.reference,
                situation: visit.customer.situation(at: visit.facts.now)))
    }

    private func sendInstructions(_ visit: CustomerVisit) async throws -> Answer {
        let settlement = try visit.settlement()
        guard settlement.kind == .sendAsset, settlement.state == .awaitingPayment,
            let quote = settlement.quote, let policy = visit.facts.policy.asset(quote.asset)
        else { return .seeOther(Paths.settlement("\(settlement.id)").text) }
        return .page(
            SendAssetPage(
                settlementID: "\(settlement.id)", amount: AssetAmount(policy, quote.quantity),
                price: DollarPrice(quote.price), cents: settlement.amount.count,
                expiresAt: quote.expiresAt.milliseconds, reference: settlement.reference))
    }
}

extension Settlement {
    /// When the payment can no longer come back.
    fileprivate func expectedAt(_ facts: Facts) -> Int64 {
        switch state {
        case .unconfirmed(let until): until.milliseconds
        case .submitted:
            settlementDay.map {
                facts.timing.unconfirmedUntil(
                    settlement: $0, slackBankingDays: facts.policy.hold.slackBankingDays
                ).milliseconds
            } ?? facts.nextConfirmation.milliseconds
        case .documentsRequired, .awaitingPayment, .queued, .selling, .completed, .failed,
            .returned, .cancelled:
            facts.nextConfirmation.milliseconds
        }
    }
}

// MARK: Values

extension Customer {
    /// The deposit an obligation goes back to, also by way of a disputed payment or a claim.
    func depositID(behind obligation: Obligation) -> DepositID {
        switch obligation.origin {
        case .deposit(let id): return id
        case .warrantyClaim(let id): return claims[id]?.deposit ?? DepositID(sharing: id)
        case .chargeback(let id):
            let paid = settlements[id]?.allocations.first.flatMap { obligations[$0.obligation] }
            guard let paid, paid.id != obligation.id else { return DepositID(sharing: id) }
            return depositID(behind: paid)
        }
    }

    var lastPaymentFailed: Bool {
        let last = settlements.values.filter { $0.state != .cancelled }
            .max { ($0.startedAt, $0.id) < ($1.startedAt, $1.id) }
        switch last?.state {
        case .failed, .returned: return true
        case nil, .documentsRequired, .awaitingPayment, .queued, .submitted, .unconfirmed,
            .selling, .completed, .cancelled:
            return false
        }
    }

    /// Every way to pay that the policy offers, those that are possible first.
    func settleMethods(_ facts: Facts) -> [SettleMethod] {
        let options = settlementOptions(for: owed, facts).filter { $0.unavailable != .off }
        var methods = options.map { option in
            SettleMethod(
                id: SettleMethodID.text(option),
                kind: kind(option.kind, option.method, option.asset, facts),
                speed: option.kind.speed, feeCents: fee(of: option, facts).count,
                mayNeedDocuments: option.needsDocuments,
                refusal: option.unavailable?.onPages(
                    option.method.flatMap { self.methods[$0]?.standing }))
        }
        if facts.policy.method(.ach)?.enabled == true {
            methods.append(
                SettleMethod(
                    id: "link", kind: .linkBankAccount, speed: .days, feeCents: 0,
                    mayNeedDocuments: true))
        }
        return methods.filter { $0.refusal == nil } + methods.filter { $0.refusal != nil }
    }

    /// The fee of paying all that is owed this way; a sale's is taken from what it brings.
    private func fee(of option: SettlementOption, _ facts: Facts) -> Cents {
        guard option.kind == .sellAsset else { return option.fee }
        return owed.share(facts.policy.settlement.sellFee, rounding: .halfUp)
    }

    func settleMethod(of settlement: Settlement, _ facts: Facts) -> SettleMethod {
        var kind = kind(settlement.kind, settlement.method, settlement.quote?.asset, facts)
        if settlement.kind == .sellAsset, let quote = settlement.quote,
            let policy = facts.policy.asset(quote.asset)
        {
            kind = .saleOf(AssetAmount(policy, quote.quantity))
        }
        return SettleMethod(
            id: "\(settlement.id)", kind: kind,
            speed: settlement.kind.speed, feeCents: settlement.fee.count)
    }

    private func kind(
        _ name: SettlementKindName, _ method: PaymentMethodID?, _ asset: AssetCode?, _ facts: Facts
    ) -> SettleMethod.Kind {
        switch name {
        case .wire: return .wire
        case .instant: return .instantPayment
        case .card:
            let card = label(of: method)
            return .card(network: card.bank, lastFour: card.lastFour)
        case .ach: return .bankAccount(label(of: method))
        case .representment: return .sameBankAccount(label(of: method))
        case .deposit: return .cash
        case .sendAsset:
            return .sendAsset(symbol: asset?.description ?? "")
        case .sellAsset:
            guard let asset, let policy = facts.policy.asset(asset) else { return .cash }
            let held = freeHolding(of: asset)
            let worth = facts.pageQuote(asset)?.bid.value(
                of: held, of: policy.asset, rounding: .down)
            return .sellAsset(AssetAmount(policy, held), valueCents: worth?.count ?? 0)
        }
    }

    /// What each deposit gets of a payment, and what would still be owed for it afterwards.
    func shares(of settlement: Settlement) -> [ReviewPage.Share] {
        settlement.allocations.compactMap { allocation in
            share(
                of: allocation.obligation, allocation.amount,
                left: outstanding(allocation.obligation).remaining(after: allocation.amount))
        }
    }

    /// What each deposit got, and what was owed for it then.
    func shares(of receipt: Receipt) -> [ReviewPage.Share] {
        receipt.paid.compactMap { share(of: $0.obligation, $0.amount, left: $0.left) }
    }

    private func share(
        of id: ObligationID, _ amount: Cents, left: Cents
    ) -> ReviewPage.Share? {
        guard let obligation = obligations[id] else { return nil }
        let deposit = depositID(behind: obligation)
        return ReviewPage.Share(
            depositID: "\(deposit)",
            startedAt: (deposits[deposit]?.initiatedAt ?? obligation.openedAt).milliseconds,
            paysCents: amount.count, remainingCents: left.count,
            isPurchase: deposits[deposit]?.isPurchase == true)
    }
}

extension Customer {
    /// What selling all of an asset that can be sold would pay now, after our fee.
    func mostSold(of code: AssetCode, _ facts: Facts) -> Cents {
        guard let policy = facts.policy.asset(code), let quote = facts.pageQuote(code) else {
            return .zero
        }
        let held = freeHolding(of: code).count
        let gross = quote.bid.value(
            of: Quantity(held - held % max(1, policy.lot.count)), of: policy.asset, rounding: .down)
        return gross.remaining(after: gross.share(facts.policy.settlement.sellFee, rounding: .up))
    }
}

extension Overpayment {
    fileprivate var onPages: DonePage.Overpaid {
        let state: DonePage.Overpaid.State =
            switch self.state {
            case .held: .held
            case .asked: .onItsWay
            case .refunded(let at): .returned(at: at.milliseconds)
            case .kept: .kept
            }
        return DonePage.Overpaid(cents: amount.count, feeCents: fee.count, state: state)
    }
}

extension SettlementKindName {
    fileprivate var speed: SettleMethod.Speed {
        switch self {
        case .card: .instant
        case .instant, .sellAsset, .sendAsset: .minutes
        case .wire: .sameDay
        case .ach, .representment, .deposit: .days
        }
    }
}

extension SettlementOption.Unavailable {
    /// What a customer is told; an account that cannot be debited at all is told as that.
    fileprivate func onPages(_ standing: PaymentMethod.Standing?) -> SettleMethod.Refusal {
        switch self {
        case .representment where standing == .disabled || standing == .blocked:
            SettlementOption.Unavailable.methodUnusable(standing ?? .disabled).onPages(nil)
        case .off, .barredAfterDispute: .notOffered
        case .representment(.amountWouldDiffer): .partCovered
        case .representment: .triedTooOften
        case .notHeld, .tooLittle: .notEnough
        case .noQuote: .noPrice
        case .methodUnusable(let standing):
            switch standing {
            case .disabled: .accountClosed
            case .blocked: .notAuthorized
            case .needsCorrection, .usable: .accountNotFound
            }
        }
    }
}

// MARK: Documents

extension Site {
    private func documents(_ visit: CustomerVisit) async throws -> Answer {
        let settlement = try visit.settlement()
        guard settlement.state == .documentsRequired else {
            return .seeOther(settlement.nextStep.text)
        }
        return .page(documentsPage(visit, settlement))
    }

    private func documentsPage(
        _ visit: CustomerVisit, _ settlement: Settlement, kind: DocumentsPage.Kind? = nil,
        problem: FieldProblem.Reason? = nil
    ) -> DocumentsPage {
        let (customer, facts) = (visit.customer, visit.facts)
        let label = customer.label(of: settlement.method)
        let asked = settlement.documentsWanted.map { type in
            DocumentsPage.Task(
                kind: type.onPages,
                status: customer.document(type, for: settlement.id)?.onPages ?? .notStarted)
        }
        let reused = customer.documentsReused(by: settlement, facts).map { type, at in
            DocumentsPage.Task(
                kind: type.onPages, status: .accepted, acceptedAt: at.milliseconds)
        }
        let tasks = reused + asked
        let isPaused = settlement.allocations.contains {
            if case .paused(_, .documents) = customer.obligations[$0.obligation]?.grace {
                true
            } else {
                false
            }
        }
        let pausedUntil = settlement.startedAt.adding(hours: facts.policy.verification.pauseHours)
        let deadlines = settlement.allocations.compactMap { allocation -> Int64? in
            guard case .running(let until) = customer.obligations[allocation.obligation]?.grace
            else { return nil }
            return until.milliseconds
        }
        let haveAllArrived = tasks.allSatisfy { !$0.wantsFile }
        let nextDay = facts.timing.calendar.bankingDay(1, after: Eastern.day(at: facts.now))
        return DocumentsPage(
            settlementID: "\(settlement.id)", methodLabel: "\(label.bank) ••\(label.lastFour)",
            tasks: tasks, megabytesMax: megabytesMax(facts),
            pausedUntil: isPaused && pausedUntil > facts.now ? pausedUntil.milliseconds : nil,
            dueBy: deadlines.min(),
            reviewExpectedAt: haveAllArrived ? facts.noon(on: nextDay) : nil,
            idempotencyKey: Form.newKey(),
            problems: problem.map { [FieldProblem(.file, $0)] } ?? [], problemKind: kind)
    }

    private func megabytesMax(_ facts: Facts) -> Int {
        facts.policy.verification.documentBytesMax >> 20
    }

    private func uploadDocument(_ visit: CustomerVisit) async throws -> Answer {
        let settlement = try visit.settlement()
        func again(_ reason: FieldProblem.Reason, _ kind: DocumentsPage.Kind? = nil) -> Answer {
            .page(documentsPage(visit, settlement, kind: kind, problem: reason))
        }
        guard !visit.form.isTooLarge else {
            return again(.fileTooLarge(megabytes: megabytesMax(visit.facts)))
        }
        guard let kind = DocumentsPage.Kind(rawValue: visit.form[.documentKind]),
            let type = DocumentType.allCases.first(where: { $0.onPages == kind })
        else { throw Turn.bodyMalformed }
        let document = DocumentID(
            sharing: Causes.named(scope: "document:\(visit.id)", key: try visit.key()))
        let here = Paths.settleDocuments("\(settlement.id)").text
        let upload = Hex.decode(visit.form[.upload]).map { Data($0) } ?? Data()
        let bytes: [UInt8]
        if visit.form[.upload].isEmpty {
            guard let file = visit.form.file, !(file.filename ?? "").isEmpty else {
                return again(.missing, kind)
            }
            bytes = file.bytes
        } else if let whole = try service.uploaded(upload, of: visit.id) {
            bytes = whole
        } else {
            // Sent twice: the first found all parts, and they are gone.
            guard visit.customer.documents[document] == nil else { return .seeOther(here) }
            return again(.fileNotReceived, kind)
        }
        guard bytes.count <= visit.facts.policy.verification.documentBytesMax else {
            return again(.fileTooLarge(megabytes: megabytesMax(visit.facts)), kind)
        }
        let sent = visit.customer.documents.values.count { $0.settlement == settlement.id }
        guard sent < Service.documentsMax || visit.customer.documents[document] != nil else {
            return again(.tooManyFiles, kind)
        }
        // What a file is called says nothing, save that one whose name lies is refused.
        let name = visit.form.file?.filename ?? ""
        switch FileType.sniff(bytes, filename: name.isEmpty ? nil : name) {
        case .accepted(let fileType):
            let problem = try await keep(
                bytes, fileType,
                Command.SubmitDocument(
                    document: document, settlement: settlement.id, type: type,
                    mediaType: fileType.contentType, bytes: bytes.count), visit)
            if let problem { return again(problem, kind) }
            try service.edge.dropUpload(upload, of: visit.id)
            return .seeOther(here)
        case .empty: return again(.fileEmpty, kind)
        case .unknownType, .nameMismatch: return again(.fileType, kind)
        case .malformed: return again(.fileNotReceived, kind)
        case .encrypted: return again(.filePassword, kind)
        case .tooManyPixels, .hostile: return again(.fileUnsafe, kind)
        }
    }

    /// The file first, then the word that it is there; of a refused one nothing is left. The id
    /// follows from the form's key, so a second sending finds what the first kept.
    private func keep(
        _ bytes: [UInt8], _ type: FileType, _ command: Command.SubmitDocument,
        _ visit: CustomerVisit
    ) async throws -> FieldProblem.Reason? {
        let isNew: Bool
        switch try await service.take(document: bytes, type, as: command.document, of: visit.id) {
        case .kept(let isFirst): isNew = isFirst
        case .unsafe: return .fileUnsafe
        case .unreadable: return .fileUnreadable
        }
        let outcome = try await visit.perform(.submitDocument(command), key: visit.form.key)
        if case .refused = outcome, isNew {
            _ = try service.edge.destroyDocument(
                command.document, why: "it was not asked for", by: "system",
                at: service.clock.now())
        }
        _ = try outcome.reply()
        return nil
    }

    // MARK: Files in parts

    /// A file that the page's script sends bit by bit, so that one lost on the way goes on from where
    /// it was. Nothing is decided here: the form that ends it is the same as without a script.
    private func beginUpload(_ visit: CustomerVisit) async throws -> Answer {
        let settlement = try visit.settlement()
        let most = visit.facts.policy.verification.documentBytesMax
        guard settlement.state == .documentsRequired,
            let size = Int(visit.form.fields["size"] ?? ""), (1...most).contains(size),
            let digest = Hex.decode(visit.form.fields["digest"] ?? ""), digest.count == 32,
            let upload = try service.beginUpload(
                size: size, digest: digest, for: settlement.id, of: visit.id)
        else { throw Turn.bodyMalformed }
        return progress(["upload": .string(Hex.encode(upload.id))], upload.received)
    }

    private func takePart(_ visit: CustomerVisit) async throws -> Answer {
        guard let bytes = visit.form.file?.bytes, !bytes.isEmpty,
            let offset = Int(visit.visit.query["from"] ?? ""), offset >= 0
        else { throw Turn.bodyMalformed }
        guard
            let received = try service.take(
                part: bytes, of: try uploadID(visit), from: offset, of: visit.id)
        else { throw Turn.notFound }
        return progress([:], received)
    }

    private func cancelUpload(_ visit: CustomerVisit) async throws -> Answer {
        try service.edge.dropUpload(try uploadID(visit), of: visit.id)
        return progress([:], 0)
    }

    private func uploadID(_ visit: CustomerVisit) throws -> Data {
        guard let id = Hex.decode(visit.visit.parameters.get("upload") ?? "") else {
            throw Turn.notFound
        }
        return Data(id)
    }

    private func progress(_ more: [String: JSON], _ received: Int) -> Answer {
        var headers = Site.personalHeaders
        headers[.contentType] = "application/json"
        let json = JSON.object(
            more.map { ($0.key, $0.value) } + [("received", .integer(Int64(received)))])
        return .ready(
            Response(
                status: .ok, headers: headers,
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.bytes()))))
    }
}

extension DocumentsPage.Task {
    fileprivate var wantsFile: Bool {
        switch status {
        case .notStarted, .needsAnother: true
        case .uploaded, .inReview, .accepted: false
        }
    }
}

extension DocumentType {
    var onPages: DocumentsPage.Kind {
        switch self {
        case .photoID: .photoID
        case .bankProof: .bankProof
        }
    }
}

extension Document {
    fileprivate var onPages: DocumentsPage.TaskStatus {
        switch state {
        case .uploaded: .uploaded
        case .accepted: .accepted
        case .refused(_, _, let reason):
            .needsAnother(DocumentsPage.RefusalReason(rawValue: reason) ?? .unreadable)
        }
    }
}
