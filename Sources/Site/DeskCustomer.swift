import Banking
import Edges
import Engine
import Foundation
import Ledger
import Money
import Rules
import Service
import Web

extension Site {
    private static let postingsShown = 100
    private static let eventsShown = 100

    func customer(_ visit: DeskVisit) async throws -> Answer {
        .page(try customerPage(visit, try visit.customer(), key: Form.newKey()))
    }

    private func customerPage(
        _ visit: DeskVisit, _ customer: Customer, key: String, problems: [FieldProblem] = [],
        of action: OperatorAction? = nil
    ) throws -> CustomerPage {
        let facts = visit.facts
        let postings = try service.reader.postings(of: customer.id, limit: Site.postingsShown)
        let notices = try service.reader.notices(of: customer.id, limit: Site.eventsShown)
        var page = CustomerPage(
            customerID: "\(customer.id)", name: customer.profile.name,
            memberSince: customer.profile.openedAt.milliseconds,
            balanceCents: customer.displayBalance, tradableCents: customer.freeCash.count,
            withdrawableCents: customer.withdrawable(facts).total.count,
            exposureCents: customer.exposure.count, flags: customer.flags(facts.now),
            obligations: customer.deskObligations(facts.now),
            deposits: customer.depositsByTime.map { customer.row(of: $0, facts) },
            accounts: customer.bankAccountChoices(facts),
            events: Array((customer.events(notices, postings)).prefix(Site.eventsShown)),
            postings: postings.map { $0.onPages(facts.policy) },
            actions: visit.mayAct ? customer.possibleActions(facts) : [],
            secondPersonAboveCents: facts.policy.approval.soleAuthorityMax.count,
            idempotencyKey: key, problems: problems, problemAction: action)
        page.items = customer.actionItems(facts)
        page.claims = customer.claims.values
            .sorted { ($0.receivedAt, $0.id) > ($1.receivedAt, $1.id) }.map { $0.onPages }
        return page
    }

    func act(_ visit: DeskVisit) async throws -> Answer {
        let customer = try visit.customer()
        guard
            let action = visit.visit.parameters.get("action").flatMap({
                OperatorAction(rawValue: $0)
            })
        else { throw Turn.notFound }
        let reason = visit.form[.reason]
        let key = try visit.key()
        do throws(Refusal) {
            guard !reason.allSatisfy(\.isWhitespace) else { throw .reasonRequired }
        } catch {
            return try again(visit, customer, action, error)
        }
        do {
            switch try request(action, visit, customer, reason) {
            case .command(let command):
                do {
                    _ = try await visit.perform(command, to: .customer(customer.id), key: key)
                        .reply()
                } catch Refusal.secondPersonRequired {
                    guard let proposed = command.proposal else {
                        throw Refusal.secondPersonRequired
                    }
                    try await propose(proposed, visit, customer, reason, key)
                    return .seeOther(Paths.Desk.tasks.text)
                }
            case .proposal(let proposed):
                try await propose(proposed, visit, customer, reason, key)
                return .seeOther(Paths.Desk.tasks.text)
            }
        } catch let refusal as Refusal {
            return try again(visit, customer, action, refusal)
        }
        if action == .acceptClaim || action == .refuseClaim {
            // The task that asked for this decision is done with it.
            for alert in try service.reader.openAlerts(limit: Site.alertsMax) {
                if case .warrantyClaim(_, let claim) = alert.content,
                    "\(claim)" == visit.form[.note]
                {
                    try service.edge.closeAlert(alert.id, by: visit.name)
                }
            }
        }
        service.bell.ring()
        return .seeOther(Paths.Desk.customer("\(customer.id)").text)
    }

    private func propose(
        _ action: Proposal.Action, _ visit: DeskVisit, _ customer: Customer, _ reason: String,
        _ key: String
    ) async throws {
        _ = try await visit.perform(
            .propose(
                Command.Propose(
                    addressee: .customer(customer.id), action: action, reason: reason)),
            to: .house, key: "\(key)-proposal"
        ).reply()
    }

    private func again(
        _ visit: DeskVisit, _ customer: Customer, _ action: OperatorAction, _ refusal: Refusal
    ) throws -> Answer {
        // The page appends the action to its key again.
        let key =
            visit.form.key.hasSuffix("-\(action.rawValue)")
            ? String(visit.form.key.dropLast(action.rawValue.count + 1)) : visit.form.key
        return .page(
            try customerPage(
                visit, customer, key: key,
                problems: [FieldProblem(.reason, .other(visit.say(refusal)))], of: action))
    }

    /// What an action asks for: at once, or of a second person from the start.
    private enum ActionRequest {
        case command(Command)
        case proposal(Proposal.Action)
    }

    private func request(
        _ action: OperatorAction, _ visit: DeskVisit, _ customer: Customer, _ reason: String
    ) throws -> ActionRequest {
        let now = visit.facts.now
        switch action {
        case .extend:
            guard let hours = Int(visit.form[.hours]), (1...Site.extensionHoursMax).contains(hours)
            else { throw Refusal.wrongState("hours are 1 through \(Site.extensionHoursMax)") }
            // All that is owed has the one new deadline: a sale for any of it is a sale.
            let from = customer.openObligations.compactMap(\.deadline).reduce(now, max)
            return .command(
                .extendDeadline(
                    Command.ExtendDeadline(
                        obligation: nil, until: from.adding(hours: hours), reason: reason)))
        case .pauseSales:
            let kind = StopFlag.Kind(rawValue: visit.form[.note]) ?? .hardship
            return .command(
                .setFlag(Command.SetFlag(kind: kind, reason: reason, expiresAt: nil)))
        case .removeFlag:
            guard let flag = FlagID(visit.form[.note]) else { throw Refusal.flagUnknown }
            return .command(.removeFlag(Command.RemoveFlag(flag: flag, reason: reason)))
        case .waive:
            return .command(
                .waive(
                    Command.Waive(
                        obligation: try obligation(visit, customer), amount: nil, reason: reason)))
        case .chargeOff:
            return .command(
                .chargeOff(
                    Command.ChargeOff(
                        obligation: try obligation(visit, customer), reason: reason)))
        case .resumeSales: return .command(.resumeLiquidation(reason: reason))
        case .sendWithdrawal:
            guard let id = WithdrawalID(visit.form[.note]) else { throw Refusal.withdrawalUnknown }
            return .command(.withdrawalSent(id))
        case .restoreSale:
            guard let id = SaleID(visit.form[.note]), customer.sales[id] != nil else {
                throw Refusal.saleUnknown
            }
            guard let cost = Typed.cents(visit.form[.amount]).flatMap({ Cents(exactly: $0) }) else {
                throw Refusal.amountOutOfRange(min: .zero, max: .max)
            }
            return .proposal(
                .restoreSale(
                    Command.RestoreSale(sale: id, cost: cost, owedAgain: nil, reason: reason)))
        case .recordClaim:
            guard let id = DepositID(visit.form[.note]) else { throw Refusal.depositUnknown }
            guard let amount = Typed.cents(visit.form[.amount]).flatMap({ Cents(exactly: $0) }),
                let most = customer.deposits[id]?.amount, amount > .zero, amount <= most
            else {
                throw Refusal.amountOutOfRange(
                    min: Cents(1), max: customer.deposits[id]?.amount ?? .max)
            }
            return .command(.receiveClaim(Command.ReceiveClaim(deposit: id, amount: amount)))
        case .acceptClaim, .refuseClaim:
            guard let id = ClaimID(visit.form[.note]) else { throw Refusal.claimUnknown }
            return .command(
                .decideClaim(Command.DecideClaim(claim: id, accept: action == .acceptClaim)))
        case .requestReturn:
            guard let payment = PaymentReference(key: visit.form[.note]) else {
                throw Refusal.depositUnknown
            }
            return .command(
                .requestReturn(Command.RequestReturn(payment: payment, reason: reason)))
        case .returnAgreed, .returnDeclined:
            guard let payment = PaymentReference(key: visit.form[.note]) else {
                throw Refusal.depositUnknown
            }
            return .command(
                .answerReturnRequest(
                    Command.AnswerReturnRequest(
                        payment: payment, agreed: action == .returnAgreed)))
        case .releaseHold, .sendNotice, .addNote:
            // No rule does these, so no page offers them.
            throw Turn.notFound
        }
    }

    /// A month: beyond it a payment plan is the honest thing.
    private static let extensionHoursMax = 744

    private func obligation(_ visit: DeskVisit, _ customer: Customer) throws -> ObligationID {
        guard let id = DepositID(visit.form[.deposit]), let deposit = customer.deposits[id],
            let obligation = customer.obligation(behind: deposit)
        else { throw Refusal.obligationUnknown }
        return obligation.id
    }
}

extension Command {
    /// The same as something another operator can agree to.
    fileprivate var proposal: Proposal.Action? {
        switch self {
        case .waive(let command): .waive(command)
        case .chargeOff(let command): .chargeOff(command)
        default: nil
        }
    }
}

extension Customer {
    fileprivate func flags(_ now: Instant) -> [CustomerPage.Flag] {
        profile.flags.filter { $0.isInForce(at: now) }.map {
            CustomerPage.Flag(
                title: $0.kind.title, stopsSales: $0.kind.stopsLiquidation,
                until: $0.expiresAt?.milliseconds)
        }
    }

    fileprivate func deskObligations(_ now: Instant) -> [CustomerPage.Obligation] {
        obligations.values.sorted { ($0.openedAt, $0.id) < ($1.openedAt, $1.id) }.map {
            CustomerPage.Obligation(
                id: "\($0.id)", depositID: "\(depositID(behind: $0))",
                openedCents: $0.principal.count, openCents: outstanding($0.id).count,
                code: $0.code, situation: $0.state.isOpen ? situation(of: $0, at: now) : nil)
        }
    }

    fileprivate func possibleActions(_ facts: Facts) -> [OperatorAction] {
        var actions: [OperatorAction] = []
        if !openObligations.isEmpty { actions += [.extend, .waive, .chargeOff] }
        actions.append(.pauseSales)
        let items = actionItems(facts)
        for action in [
            OperatorAction.removeFlag, .sendWithdrawal, .restoreSale, .acceptClaim, .refuseClaim,
            .recordClaim, .requestReturn, .returnAgreed, .returnDeclined,
        ] where items[action] != nil {
            actions.append(action)
        }
        if profile.liquidation.stopped != nil { actions.append(.resumeSales) }
        return actions
    }

    /// What an action may be done to, where that is not a deposit.
    fileprivate func actionItems(_ facts: Facts) -> [OperatorAction: [CustomerPage.Item]] {
        let now = facts.now
        var items: [OperatorAction: [CustomerPage.Item]] = [:]
        func add(_ action: OperatorAction, _ id: String, _ title: String) {
            items[action, default: []].append(CustomerPage.Item(id: id, title: title))
        }
        for kind in StopFlag.Kind.allCases where kind.stopsLiquidation {
            add(.pauseSales, kind.rawValue, kind.title)
        }
        for flag in profile.flags where flag.isInForce(at: now) {
            add(.removeFlag, "\(flag.id)", "\(flag.kind.title): \(flag.reason.prefix(60))")
        }
        for withdrawal in withdrawals.values.sorted(by: { $0.id < $1.id })
        where withdrawal.state == .requested {
            let amount =
                withdrawal.asset == .usd
                ? "$\(Typed.text(withdrawal.amount))"
                : facts.policy.asset(withdrawal.asset).map {
                    "\(DecimalText.format(withdrawal.amount, scale: $0.scale)) \($0.code)"
                } ?? "\(withdrawal.asset)"
            add(.sendWithdrawal, "\(withdrawal.id)", "\(amount) → \(withdrawal.destination)")
        }
        for sale in sales.values.sorted(by: { $0.id < $1.id })
        where sale.state == .finished && sale.purpose == .liquidation && !sale.fills.isEmpty {
            add(.restoreSale, "\(sale.id)", "\(sale.asset) $\(Typed.text(sale.gross.count))")
        }
        for claim in claims.values.sorted(by: { $0.id < $1.id }) where claim.state == .received {
            let title = "$\(Typed.text(claim.amount.count)), \(claim.deposit)"
            if claim.inTime { add(.acceptClaim, "\(claim.id)", title) }
            add(.refuseClaim, "\(claim.id)", title)
        }
        for deposit in depositsByTime where deposit.settlementDay != nil {
            if case .returned = deposit.state { continue }
            add(
                .recordClaim, "\(deposit.id)",
                "$\(Typed.text(deposit.amount.count)), \(deposit.id)")
        }
        for (payment, requests, title) in debitsWithBanks {
            if requests.mayAskAgain { add(.requestReturn, payment.key, title) }
            if requests.unanswered != nil {
                add(.returnAgreed, payment.key, title)
                add(.returnDeclined, payment.key, title)
            }
        }
        return items
    }

    /// Debits that their banks could send back, newest first.
    private var debitsWithBanks: [(PaymentReference, [ReturnRequest], String)] {
        let deposits = depositsByTime.filter(\.isWithReceiver).map {
            (
                PaymentReference.deposit($0.id), $0.returnRequests,
                "$\(Typed.text($0.amount.count)), \($0.id)"
            )
        }
        let payments = settlements.values.filter(\.hasLeft).sorted { $0.id > $1.id }.map {
            (
                PaymentReference.settlement($0.id), $0.returnRequests,
                "$\(Typed.text($0.amount.count)), \($0.id)"
            )
        }
        return deposits + payments
    }

    /// Notices and postings in one list, newest first: each command once, by its money or its word.
    fileprivate func events(
        _ notices: [Reader.NoticeRow], _ postings: [Reader.Posting]
    ) -> [CustomerPage.Event] {
        let told = notices.map { row in
            CustomerPage.Event(
                at: row.notice.at.milliseconds, kind: .message,
                title: "Told: " + row.notice.content.name,
                actor: row.readAt == nil ? "not read" : "read")
        }
        var seen: Set<Cause> = []
        let moved = postings.filter { seen.insert($0.cause).inserted }.map { posting in
            CustomerPage.Event(
                at: posting.at.milliseconds, kind: posting.kindOnPages,
                title: posting.command.replacingOccurrences(of: "_", with: " "),
                actor: posting.actor)
        }
        return (told + moved).sorted { $0.at > $1.at }
    }
}

extension Notice.Content {
    /// The notice's own name: the case without its values.
    fileprivate var name: String {
        let text = "\(self)".prefix { $0 != "(" }
        return text.reduce(into: "") { name, character in
            name += character.isUppercase ? " \(character.lowercased())" : "\(character)"
        }
    }
}

extension WarrantyClaim {
    fileprivate var onPages: CustomerPage.Claim {
        CustomerPage.Claim(
            depositID: "\(deposit)", cents: amount.count, receivedAt: receivedAt.milliseconds,
            isInTime: inTime, state: state.onPages)
    }
}

extension WarrantyClaim.State {
    fileprivate var onPages: CustomerPage.Claim.State {
        switch self {
        case .received: .received
        case .accepted: .accepted
        case .refused: .refused
        }
    }
}

extension StopFlag.Kind {
    /// For operators.
    var title: String {
        switch self {
        case .deceased: "Deceased"
        case .bankruptcy: "Bankruptcy"
        case .dispute: "Dispute open"
        case .fraudVictim: "Fraud victim"
        case .compliance: "Compliance review"
        case .legalHold: "Legal hold"
        case .hardship: "Asked for more time"
        case .activeDuty: "Active duty"
        case .identityReview: "Identity review"
        }
    }
}

extension Reader.Posting {
    fileprivate var kindOnPages: CustomerPage.Event.Kind {
        actor.hasPrefix("operator") ? .decision : actor == "system" ? .system : .money
    }

    /// The side on the customer's own account; debits positive.
    fileprivate func onPages(_ policy: Policy) -> CustomerPage.Posting {
        let isDebit = debit.hasPrefix("liab:customer:") || !credit.hasPrefix("liab:customer:")
        let account = isDebit ? debit : credit
        let isCash = asset == .usd
        return CustomerPage.Posting(
            at: at.milliseconds, account: account,
            reason: reason, cents: isCash ? (isDebit ? amount : -amount) : 0,
            quantity: isCash ? nil : (isDebit ? "" : "\u{2212}") + quantity(policy),
            cause: "\(cause)")
    }

    private func quantity(_ policy: Policy) -> String {
        let scale = policy.asset(asset)?.scale ?? 0
        return "\(DecimalText.format(amount, scale: scale)) \(asset)"
    }
}
