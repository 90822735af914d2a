import Banking
import Edges
import Engine
import Foundation
import Ledger
import Money
import Rules
import Service
import Web

// MARK: Documents

/// A document with the customer it belongs to.
struct WaitingDocument: Sendable {
    let document: Document
    let customer: Customer
}

extension Site {
    /// Documents nobody has decided on, the oldest first.
    func waitingDocuments() throws -> [WaitingDocument] {
        try deskCustomers(.document, ["uploaded"]).flatMap { customer in
            customer.documents.values.filter { $0.state == .uploaded }
                .map { WaitingDocument(document: $0, customer: customer) }
        }.sorted {
            ($0.document.uploadedAt, $0.document.id) < ($1.document.uploadedAt, $1.document.id)
        }
    }

    func documentQueue(_ visit: DeskVisit) async throws -> Answer {
        let rows = try waitingDocuments().map { item in
            DocumentQueuePage.Row(
                id: "\(item.document.id)", kind: item.document.type.onPages,
                customer: item.customer.profile.name,
                receivedAt: item.document.uploadedAt.milliseconds,
                pauseEndsAt: pauseEnd(item, visit.facts))
        }
        return .page(DocumentQueuePage(rows: rows))
    }

    private func pauseEnd(_ item: WaitingDocument, _ facts: Facts) -> Int64? {
        guard let settlement = item.customer.settlements[item.document.settlement] else {
            return nil
        }
        let isPaused = settlement.allocations.contains {
            if case .paused(_, .documents) = item.customer.obligations[$0.obligation]?.grace {
                true
            } else {
                false
            }
        }
        guard isPaused else { return nil }
        return settlement.startedAt.adding(hours: facts.policy.verification.pauseHours).milliseconds
    }

    /// A document is looked up among those that wait: what was decided is no longer shown.
    private func waiting(_ visit: DeskVisit) throws -> WaitingDocument {
        let id: DocumentID = try visit.visit.id()
        guard let item = try waitingDocuments().first(where: { $0.document.id == id }) else {
            throw Turn.notFound
        }
        return item
    }

    func document(_ visit: DeskVisit) async throws -> Answer {
        .page(try await documentPage(visit, try waiting(visit), key: Form.newKey()))
    }

    private func documentPage(
        _ visit: DeskVisit, _ item: WaitingDocument, key: String, problems: [FieldProblem] = []
    ) async throws -> DocumentReviewPage {
        let customer = item.customer
        let shown: DocumentReviewPage.Shown =
            visit.mayAct
            ? try await service.view(of: item.document.id, mediaType: item.document.mediaType)
                .onDesk : .notForReader
        let label = customer.label(of: customer.settlements[item.document.settlement]?.method)
        var checks = [
            DocumentReviewPage.Check(title: "Name", expected: customer.profile.name, found: nil)
        ]
        if item.document.type == .bankProof {
            checks.append(
                DocumentReviewPage.Check(title: "Bank", expected: label.bank, found: nil))
            checks.append(
                DocumentReviewPage.Check(
                    title: "Last four digits", expected: label.lastFour, found: nil))
        }
        return DocumentReviewPage(
            id: "\(item.document.id)", kind: item.document.type.onPages,
            customerID: "\(customer.id)", customer: customer.profile.name,
            receivedAt: item.document.uploadedAt.milliseconds,
            shown: shown,
            events: try service.edge.documentRecords(of: item.document.id).map(\.onDesk),
            checks: checks, mayDecide: visit.mayAct, idempotencyKey: key, problems: problems)
    }

    /// A picture of one page, for operators only; who saw the first is recorded.
    func documentPage(_ visit: DeskVisit) async throws -> Answer {
        let item = try waiting(visit)
        guard let number = visit.visit.parameters.get("number").flatMap({ Int($0) }),
            let picture = try service.picture(number, of: item.document.id)
        else { throw Turn.notFound }
        if number == 1 {
            try service.edge.documentShown(
                item.document.id, to: visit.name, at: service.clock.now())
        }
        return .picture(picture)
    }

    func reviewDocument(_ visit: DeskVisit) async throws -> Answer {
        let id: DocumentID = try visit.visit.id()
        let key = try visit.key()
        if let item = try waitingDocuments().first(where: { $0.document.id == id }) {
            let refusal: String?
            switch visit.form[.decision] {
            case "accept": refusal = nil
            case "refuse":
                guard let reason = DocumentsPage.RefusalReason(rawValue: visit.form[.reason])
                else {
                    return .page(
                        try await documentPage(
                            visit, item, key: baseKey(key),
                            problems: [FieldProblem(.reason, .missing)]))
                }
                refusal = reason.rawValue
            default: throw Turn.bodyMalformed
            }
            let reply = try await visit.perform(
                .reviewDocument(Command.ReviewDocument(document: id, refusal: refusal)),
                to: .customer(item.customer.id), key: key)
            _ = try reply.reply()
            // The task that asked for this decision is done with it.
            for alert in try service.reader.openAlerts(limit: Site.alertsMax) {
                if case .documentWaiting(_, id) = alert.content {
                    try service.edge.closeAlert(alert.id, by: visit.name)
                }
            }
            service.bell.ring()
        }
        // Decided by now, by this form or by somebody else: the queue shows what is left.
        return .seeOther(Paths.Desk.documents.text)
    }

    /// Forms append what they do to the page's key.
    private func baseKey(_ key: String) -> String {
        key.lastIndex(of: "-").map { String(key[..<$0]) } ?? key
    }
}

// MARK: Suspense

extension Site {
    func suspense(_ visit: DeskVisit) async throws -> Answer {
        let reader = service.reader
        guard visit.visit.parameters.get("id") == nil else {
            guard let item = try reader.suspense(try visit.visit.id()) else { throw Turn.notFound }
            return .page(
                item.state == .open
                    ? SuspensePage(
                        items: [try page(of: item)], idempotencyKey: Form.newKey())
                    : SuspensePage(
                        items: [], decided: [item.decided], idempotencyKey: Form.newKey()))
        }
        return .page(
            SuspensePage(
                items: try reader.openSuspense(limit: Site.deskRowsPerPage).map {
                    try page(of: $0)
                },
                decided: try reader.decidedSuspense(limit: Site.deskRowsPerPage).map(\.decided),
                idempotencyKey: Form.newKey()))
    }

    private func page(of item: SuspenseItem) throws -> SuspensePage.Item {
        SuspensePage.Item(
            id: "\(item.id)", cause: item.why.onPages, code: item.code, cents: item.amount.count,
            trace: item.originalTrace?.text ?? item.funds?.reference ?? "",
            receivedAt: item.receivedAt.milliseconds,
            dishonorBy: (item.dishonorBy ?? item.receivedAt.adding(days: 365)).milliseconds,
            candidates: try candidates(for: item), isCredit: item.side == .credit)
    }

    private func candidates(for item: SuspenseItem) throws -> [SuspensePage.Candidate] {
        if item.why == .unidentifiedFunds {
            return try deskCustomers(.obligation, ["open"]).prefix(Site.candidatesMax).compactMap {
                customer in
                guard let deposit = customer.depositsByTime.first else { return nil }
                return candidate(deposit, customer, [.owes])
            }
        }
        return try service.suggestions(for: item, limit: Site.candidatesMax).compactMap {
            suggestion in
            let side = suggestion.customer.side(of: suggestion.payment)
            guard item.why == .unreadable || side == item.side ?? .debit else { return nil }
            return SuspensePage.Candidate(
                paymentID: suggestion.payment.key, customer: suggestion.customer.profile.name,
                startedAt: suggestion.sentAt.milliseconds, cents: suggestion.amount.count,
                isCredit: side == .credit, evidence: suggestion.reasons.map(\.onPages))
        }
    }

    /// More than a person would compare.
    private static let candidatesMax = 10

    private func candidate(
        _ deposit: Deposit, _ customer: Customer, _ evidence: [SuspensePage.Evidence]
    ) -> SuspensePage.Candidate {
        SuspensePage.Candidate(
            paymentID: "\(deposit.id)", customer: customer.profile.name,
            startedAt: deposit.initiatedAt.milliseconds, cents: deposit.amount.count,
            evidence: evidence)
    }

    func decideSuspense(_ visit: DeskVisit) async throws -> Answer {
        let id: SuspenseID = try visit.visit.id()
        guard let item = try service.reader.suspense(id) else { throw Turn.notFound }
        let key = try visit.key()
        switch visit.form[.decision] {
        case "dishonor":
            let typed = visit.form[.code].uppercased()
            guard let code = item.why == .change ? typed : item.why.dishonorCode else {
                throw Turn.bodyMalformed
            }
            let information = visit.form[.information]
            _ = try await visit.perform(
                .dishonorReturn(
                    Command.DishonorReturn(
                        item: id, code: code,
                        information: information.isEmpty ? nil : information)), to: .house,
                key: "\(key)-dishonor"
            ).reply()
            service.bell.ring()
        case "match":
            guard let payment = PaymentReference(key: visit.form[.deposit]),
                let owner = try owner(of: payment, item)
            else { throw Turn.bodyMalformed }
            let typed = visit.form[.code].uppercased()
            let typedCode = item.why == .unreadable && !typed.isEmpty ? typed : nil
            let action: Proposal.Action =
                item.why == .unidentifiedFunds
                ? .assignFunds(Command.AssignFunds(item: id, customer: owner))
                : .matchReturn(
                    Command.MatchReturn(
                        item: id, customer: owner, payment: payment, code: typedCode,
                        amount: item.why == .unreadable
                            ? try service.reader.customer(owner)?.amount(of: payment) : nil,
                        // What cannot be read is what the payment was.
                        side: item.why == .unreadable
                            ? try service.reader.customer(owner)?.side(of: payment) : nil))
            let reason = visit.form[.reason]
            _ = try await visit.perform(
                .propose(Command.Propose(addressee: .house, action: action, reason: reason)),
                to: .house, key: "\(key)-match"
            ).reply()
            return .seeOther(Paths.Desk.tasks.text)
        case "close":
            let reason = visit.form[.reason]
            _ = try await visit.perform(
                .propose(
                    Command.Propose(
                        addressee: .house,
                        action: .closeSuspense(Command.CloseSuspense(item: id, reason: reason)),
                        reason: reason)),
                to: .house, key: "\(key)-close"
            ).reply()
            return .seeOther(Paths.Desk.tasks.text)
        default: throw Turn.bodyMalformed
        }
        return .seeOther(Paths.Desk.returns.text)
    }

    private func owner(of payment: PaymentReference, _ item: SuspenseItem) throws -> CustomerID? {
        try item.customer ?? service.reader.customer(of: payment)
    }
}

extension Customer {
    /// Which way an entry for the payment moves money.
    fileprivate func side(of payment: PaymentReference) -> SuspenseItem.Side {
        guard case .microEntry(let id) = payment else { return .debit }
        return microEntry(id)?.isCredit == true ? .credit : .debit
    }

    fileprivate func amount(of payment: PaymentReference) -> Cents? {
        switch payment {
        case .deposit(let id): deposits[id]?.amount
        case .settlement(let id): settlements[id]?.amount
        case .microEntry(let id): microEntry(id)?.amount
        case .dishonor: nil
        }
    }
}

extension Suggestion.Reason {
    fileprivate var onPages: SuspensePage.Evidence {
        switch self {
        case .named: .named
        case .identification: .identification
        case .similarTrace: .similarTrace
        case .lastFour: .lastFour
        case .amount: .amount
        }
    }
}

extension SuspenseItem {
    fileprivate var decided: SuspensePage.Decided {
        let outcome: SuspensePage.Outcome =
            switch state {
            case .open: .waits
            case .matched(let customer): .matched(customer: "\(customer)")
            case .dishonorQueued(let code): .toBeSent(code: code)
            case .dishonored(let code): .sent(code: code)
            case .dishonorSettled(let code): .paidBack(code: code)
            case .contested(let code): .contested(code: code)
            case .closed(let reason): .givenUp(reason: reason)
            }
        return SuspensePage.Decided(
            id: "\(id)", code: code, cents: amount.count,
            trace: originalTrace?.text ?? funds?.reference ?? "",
            receivedAt: receivedAt.milliseconds, outcome: outcome)
    }
}

extension SuspenseItem.Why {
    fileprivate var onPages: SuspensePage.Cause {
        switch self {
        case .unknownTrace, .neverSent, .unidentifiedFunds: .unknownTrace
        case .amountDiffers: .amountDiffers
        case .duplicate: .duplicate
        case .untimely: .late
        case .notRequested: .notRequested
        case .unreadable: .unreadable
        case .change: .change
        }
    }
}

// MARK: Tasks

extension Site {
    static let alertsMax = 200

    func tasks(_ visit: DeskVisit) async throws -> Answer {
        .page(TasksPage(tasks: try openTasks()))
    }

    /// What waits for a person: proposals for a second one, then alerts, the most urgent first.
    func openTasks() throws -> [TasksPage.Task] {
        let proposals = try service.reader.waitingProposals().map { proposal in
            var task = TasksPage.Task(
                id: "\(proposal.id)", subject: proposal.action.subject,
                detail: "\(proposal.by): \(proposal.reason) (\(proposal.action.about))",
                urgency: .today,
                openedAt: proposal.at.milliseconds, dueAt: nil, target: proposal.target)
            task.asksApproval = true
            return task
        }
        let alerts = try service.reader.openAlerts(limit: Site.alertsMax).map { alert in
            var task = alert.task
            if case .returnInSuspense(let id) = alert.content {
                task.dueAt = try service.reader.suspense(id)?.dishonorBy?.milliseconds
            }
            if let id = alert.content.customer,
                let name = try service.reader.customer(id)?.profile.name
            {
                task.detail = "\(name): \(task.detail)"
            }
            return task
        }
        return (proposals + alerts).enumerated().sorted {
            ($0.element.urgency.order, $0.offset) < ($1.element.urgency.order, $1.offset)
        }.map(\.element)
    }

    func finishTask(_ visit: DeskVisit) async throws -> Answer {
        let text = visit.visit.parameters.get("id") ?? ""
        if let proposal = ProposalID(text) {
            let command: Command
            switch visit.form[.decision] {
            case "approve": command = .approve(proposal)
            case "decline": command = .decline(proposal)
            default: throw Turn.bodyMalformed
            }
            _ = try await visit.perform(command, to: .house, key: try visit.key()).reply()
            service.bell.ring()
        } else {
            let alert: AlertID = try visit.visit.id()
            try service.edge.closeAlert(alert, by: visit.name)
        }
        return .seeOther(Paths.Desk.tasks.text)
    }
}

extension DocumentView {
    fileprivate var onDesk: DocumentReviewPage.Shown {
        switch self {
        case .pages(let count, let isCut): .pages(count, isCut: isCut)
        case .nothing(let reason):
            switch reason {
            case .virus(let name): .virus(name)
            case .notScanned: .notScanned
            case .noPrograms(let why): .noPrograms(why)
            case .busy: .busy
            case .unreadable: .unreadable
            case .destroyed: .destroyed
            }
        }
    }
}

extension EdgeStore.DocumentRecord {
    fileprivate var onDesk: DocumentReviewPage.Event {
        let kind: DocumentReviewPage.Event.Kind =
            switch event {
            case .kept: .kept
            case .shown: .shown
            case .destroyed: .destroyed
            }
        return DocumentReviewPage.Event(kind: kind, by: by, at: at.milliseconds)
    }
}

extension TasksPage.Urgency {
    fileprivate var order: Int {
        switch self {
        case .now: 0
        case .today: 1
        case .later: 2
        }
    }
}

extension Proposal {
    fileprivate var target: TasksPage.Target? {
        switch addressee {
        case .customer(let id): .customer("\(id)")
        case .house:
            switch action {
            case .matchReturn(let match): .suspense("\(match.item)")
            case .assignFunds(let assign): .suspense("\(assign.item)")
            case .closeSuspense(let close): .suspense("\(close.item)")
            case .resumeLiquidation: .liquidation
            case .waive, .chargeOff, .restoreSale: nil
            }
        }
    }
}

extension Proposal.Action {
    fileprivate var subject: TasksPage.Subject {
        switch self {
        case .waive(let waive): .agreeWaiver(cents: waive.amount?.count)
        case .chargeOff: .agreeChargeOff
        case .restoreSale: .agreeRestoredSale
        case .matchReturn: .agreeMatch
        case .assignFunds: .agreeAssignment
        case .resumeLiquidation: .agreeResumption
        case .closeSuspense: .agreeGivingUp
        }
    }

    /// The id of what it is done to.
    fileprivate var about: String {
        switch self {
        case .waive(let command): "\(command.obligation)"
        case .chargeOff(let command): "\(command.obligation)"
        case .restoreSale(let command): "\(command.sale)"
        case .matchReturn(let command):
            command.payment.key + (command.side.map { ", \($0.rawValue)" } ?? "")
        case .closeSuspense(let command): "\(command.item)"
        case .assignFunds(let command): "\(command.customer)"
        case .resumeLiquidation(let command): command.asset.map { "\($0)" } ?? "all"
        }
    }
}

/// What a customer wrote, without the marks the form put before it.
private struct HelpWords {
    var topic: HelpPage.Topic?
    var message: String

    init(_ words: String) {
        message = words
        if let mark = takeMark() { topic = HelpPage.Topic(rawValue: mark) }
        guard topic != nil else {
            message = words
            return
        }
        let rest = message
        if let mark = takeMark(), DepositID(mark) != nil {
            message += " (\(mark))"
        } else {
            message = rest
        }
    }

    /// Takes `[mark] ` off the front.
    private mutating func takeMark() -> String? {
        guard message.hasPrefix("["), let end = message.firstIndex(of: "]") else { return nil }
        let mark = String(message[message.index(after: message.startIndex)..<end])
        message = String(message[message.index(after: end)...].drop { $0 == " " })
        return mark
    }
}

extension Alert.Content {
    /// Whom it is about, where it is about a customer.
    fileprivate var customer: CustomerID? {
        switch self {
        case .customerStopped(let id, _), .documentWaiting(let id, _),
            .liquidationStopped(let id, _), .chargeOffNeedsApproval(let id, _),
            .warrantyClaim(let id, _), .helpAsked(let id, _, _), .noticeUndeliverable(let id, _),
            .fillParked(let id, _, _), .returnRequestUnanswered(let id, _),
            .returnNotCome(let id, _), .refundRefused(let id, _, _), .refundUnanswered(let id, _):
            id
        case .returnInSuspense, .unidentifiedFunds, .commandFailed, .bankFile, .processorEvent,
            .bankDelivery, .bankFileMissing, .breaksLeft, .returnRate:
            nil
        }
    }
}

extension Alert {
    /// `nothingToSell` and `identity_review` as people write them: `nothing to sell`.
    private func words(_ name: String) -> String {
        name.reduce(into: "") { text, letter in
            if letter == "_" || letter.isUppercase { text += " " }
            if letter != "_" { text += letter.lowercased() }
        }
    }

    fileprivate var task: TasksPage.Task {
        let (subject, detail, urgency, target):
            (TasksPage.Subject, String, TasksPage.Urgency, TasksPage.Target?) =
                switch content {
                case .returnInSuspense(let id):
                    (.suspendedReturn, "\(id)", .now, .suspense("\(id)"))
                case .customerStopped(let id, let kind):
                    (.customerStopped, words(kind.rawValue), .today, .customer("\(id)"))
                case .documentWaiting(_, let id):
                    (.document, "\(id)", .today, .document("\(id)"))
                case .liquidationStopped(let id, let why):
                    (.saleStopped, words("\(why)"), .now, .customer("\(id)"))
                case .chargeOffNeedsApproval(let id, let obligation):
                    (.chargeOff, "\(obligation)", .today, .customer("\(id)"))
                case .warrantyClaim(let id, let claim):
                    (.warrantyClaim, "\(claim)", .now, .customer("\(id)"))
                case .helpAsked(let id, let kind, let words):
                    HelpWords(words).task(of: id, kind)
                case .unidentifiedFunds(let id):
                    (.unknownMoney, "\(id)", .today, .suspense("\(id)"))
                case .noticeUndeliverable(let id, let notice):
                    (.noticeUndelivered, "\(notice)", .now, .customer("\(id)"))
                case .returnRequestUnanswered(let id, let payment):
                    (.returnRequestUnanswered, payment.key, .today, .customer("\(id)"))
                case .returnNotCome(let id, let payment):
                    (.returnNotCome, payment.key, .today, .customer("\(id)"))
                case .refundRefused(let id, let settlement, let reason):
                    (
                        .refundRefused, "\(settlement): \(words(reason))", .today,
                        .customer("\(id)")
                    )
                case .refundUnanswered(let id, let settlement):
                    (.refundUnanswered, "\(settlement)", .now, .customer("\(id)"))
                case .fillParked(let id, _, let trade):
                    (.fillParked, trade, .now, .customer("\(id)"))
                case .commandFailed(let sentence): (.commandFailed, sentence, .now, nil)
                case .bankFile(let name): (.bankFile, name, .now, .file(name))
                case .processorEvent(let id, let what):
                    (.processorEvent, "\(id): \(words(what))", .now, nil)
                case .bankDelivery(let name, let trouble):
                    (
                        .bankDelivery(trouble.word), name, .now,
                        trouble.isAboutFile ? .file(name) : nil
                    )
                case .bankFileMissing(let name, let day):
                    (.bankFileMissing, "\(name), \(day.iso)", .now, nil)
                case .breaksLeft(let day):
                    (.breaksLeft, day.iso, .today, .reconciliationDay(day.iso))
                case .returnRate(let name, let method, let reached, let isExceeded):
                    (
                        .returnRate(basisPoints: Int(reached.count), isExceeded: isExceeded),
                        "\(name), by \(method)",
                        isExceeded ? .now : .today, nil
                    )
                }
        return TasksPage.Task(
            id: "\(id)", subject: subject, detail: detail, urgency: urgency,
            openedAt: at.milliseconds, dueAt: nil, target: target)
    }
}

extension HelpWords {
    /// A topic says more than what the rules made of it.
    fileprivate func task(
        of customer: CustomerID, _ kind: Command.AskForHelp.Kind
    ) -> (TasksPage.Subject, String, TasksPage.Urgency, TasksPage.Target?) {
        let known: HelpPage.Topic? =
            switch kind {
            case .notMine: .notMine
            case .alreadyPaid: .paidAlready
            case .moreTime: .moreTime
            case .other: nil
            }
        return (.help(topic ?? known), message, .now, .customer("\(customer)"))
    }
}

extension Alert.BankTrouble {
    fileprivate var word: TasksPage.BankTrouble {
        switch self {
        case .cannotBeMade: .cannotBeMade
        case .late: .late
        case .gaveUp: .gaveUp
        case .otherBytes: .otherBytes
        case .unknown: .unknown
        case .noModifierLeft: .noModifierLeft
        case .entryTooLarge: .entryTooLarge
        case .noTraceLeft: .noTraceLeft
        case .nameUnusable: .nameUnusable
        }
    }

    /// Whether it names one of our files, which has a page.
    fileprivate var isAboutFile: Bool {
        switch self {
        case .cannotBeMade, .late, .gaveUp, .otherBytes, .unknown: true
        case .noModifierLeft, .entryTooLarge, .noTraceLeft, .nameUnusable: false
        }
    }
}
