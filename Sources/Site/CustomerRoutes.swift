import Banking
import Edges
import Foundation
import HTML
import Ledger
import Money
import Notices
import Rules
import Service
import Web

extension Site {
    var customerRoutes: [Route] {
        [
            .get("/notices", .customer(notices)),
            .post("/notices/:id/read", .customer(readNotice)),
            .get("/help", .customer(help)),
            .post("/help", .customer(askForHelp)),
            .get("/sales/:id", .customer(sale)),
        ]
    }
}

// MARK: Notices

extension Site {
    static let noticesPerPage = 20

    private func notices(_ visit: CustomerVisit) async throws -> Answer {
        let customer = try await afterShowing(visit)
        var rows = try service.reader.notices(of: visit.id, limit: Site.noticesKept)
        if let after = visit.visit.query["after"].flatMap({ NoticeID($0) }),
            let index = rows.firstIndex(where: { $0.notice.id == after })
        {
            rows.removeFirst(index + 1)
        }
        let page = rows.prefix(Site.noticesPerPage)
        if !visit.visit.isPrefetch {
            for row in page where row.readAt == nil {
                try service.edge.markRead(row.notice.id, of: visit.id, at: visit.facts.now)
            }
        }
        return .page(
            NoticesPage(
                items: page.map { customer.item(of: $0, visit.facts.policy) },
                nextCursor: rows.count > page.count ? page.last.map { "\($0.notice.id)" } : nil))
    }

    /// The notices a customer can leaf back through.
    private static let noticesKept = 1_000

    private func readNotice(_ visit: CustomerVisit) async throws -> Answer {
        let id: NoticeID = try visit.visit.id()
        guard try service.reader.notice(id, of: visit.id) != nil else { throw Turn.notFound }
        try service.edge.markRead(id, of: visit.id, at: visit.facts.now)
        return .seeOther(Paths.notices.text)
    }
}

extension Customer {
    fileprivate func item(of row: Reader.NoticeRow, _ policy: Policy) -> NoticesPage.Item {
        NoticesPage.Item(
            id: "\(row.notice.id)", kind: NoticesPage.Kind(row.notice.content, of: self, policy),
            at: row.notice.at.milliseconds, isRead: row.readAt != nil,
            target: NoticesPage.Target(row.notice.content, of: self))
    }
}

// MARK: Help

extension Site {
    /// Most customers mean a recent deposit.
    private static let helpDeposits = 20
    private static let messageMax = 4_000

    private func help(_ visit: CustomerVisit) async throws -> Answer {
        if let number = visit.visit.query["case"], number.utf8.count == Site.caseDigits,
            number.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) })
        {
            let calendar = visit.facts.timing.calendar
            let nextDay = calendar.bankingDay(1, after: Eastern.day(at: visit.facts.now))
            return .page(
                HelpSentPage(
                    caseNumber: number, answerBy: visit.facts.noon(on: nextDay),
                    pausesSales: visit.customer.owed > .zero
                        && visit.customer.isUnderReview(at: visit.facts.now)))
        }
        let topic = visit.visit.query["topic"].flatMap { HelpPage.Topic(rawValue: $0) }
        return .page(helpPage(visit, topic: topic, key: Form.newKey()))
    }

    private static let caseDigits = 8

    private func helpPage(
        _ visit: CustomerVisit, topic: HelpPage.Topic?, key: String, problems: [FieldProblem] = []
    ) -> HelpPage {
        HelpPage(
            topic: topic,
            deposits: visit.customer.depositsByTime.prefix(Site.helpDeposits).map {
                visit.customer.row(of: $0, visit.facts)
            },
            depositID: visit.form[.deposit].isEmpty ? nil : visit.form[.deposit],
            message: visit.form[.message], owedCents: visit.customer.owed.count,
            parts: Int(visit.form[.parts]), days: Int(visit.form[.days]), idempotencyKey: key,
            problems: problems)
    }

    /// The plan that was proposed, as operators read it; `nil` for none.
    private func plan(_ visit: CustomerVisit) throws(Turn) -> String? {
        let (parts, days) = (visit.form[.parts], visit.form[.days])
        guard !parts.isEmpty || !days.isEmpty, visit.customer.owed > .zero else { return nil }
        var words: [String] = []
        if !parts.isEmpty {
            guard let count = Int(parts), HelpPage.partsOffered.contains(count) else {
                throw .bodyMalformed
            }
            words.append(count == 1 ? "1 payment" : "\(count) payments")
        }
        if !days.isEmpty {
            guard let count = Int(days), HelpPage.daysOffered.contains(count) else {
                throw .bodyMalformed
            }
            words.append("by \(Eastern.day(at: visit.facts.now.adding(days: count)))")
        }
        return "[plan: \(words.joined(separator: " "))]"
    }

    private func askForHelp(_ visit: CustomerVisit) async throws -> Answer {
        let topic = HelpPage.Topic(rawValue: visit.form[.topic])
        let message = visit.form[.message]
        var problems: [FieldProblem] = []
        if topic == nil { problems.append(FieldProblem(.topic, .missing)) }
        let plan = try plan(visit)
        // A plan says what is wanted; whoever proposes one need not write too.
        if plan == nil, message.allSatisfy(\.isWhitespace) {
            problems.append(FieldProblem(.message, .missing))
        }
        if message.count > Site.messageMax {
            problems.append(FieldProblem(.message, .tooLong(characters: Site.messageMax)))
        }
        guard problems.isEmpty, let topic else {
            return .page(helpPage(visit, topic: topic, key: visit.form.key, problems: problems))
        }
        var marks = ["[\(topic.rawValue)]"]
        if let id = DepositID(visit.form[.deposit]), visit.customer.deposits[id] != nil {
            marks.append("[\(id)]")
        }
        if let plan { marks.append(plan) }
        if !message.allSatisfy(\.isWhitespace) { marks.append(message) }
        let words = marks.joined(separator: " ")
        let key = try visit.key()
        _ = try await visit.perform(
            .askForHelp(Command.AskForHelp(kind: topic.command, words: words)), key: key
        ).reply()
        let cause = Causes.named(scope: "web:\(visit.id)", key: key)
        let number = "\(cause)".suffix(Site.caseDigits).uppercased()
        let address: Location = "/help?case=\(number)"
        return .seeOther(address.text)
    }
}

extension HelpPage.Topic {
    /// What the rules know: two of them stop what is in dispute, the third asks for time. The
    /// topic itself travels in the words.
    fileprivate var command: Command.AskForHelp.Kind {
        switch self {
        case .notMine: .notMine
        case .paidAlready, .pendingCharge, .saleWrong: .alreadyPaid
        case .moreTime, .cannotProvide: .moreTime
        case .accessibility, .other: .other
        }
    }
}

// MARK: A sale

extension Site {
    private func sale(_ visit: CustomerVisit) async throws -> Answer {
        .page(try salePage(visit))
    }

    func salePage(_ visit: CustomerVisit) throws -> SaleReceiptPage {
        let id: SaleID = try visit.visit.id()
        guard let sale = visit.customer.sales[id] else { throw Turn.notFound }
        guard let policy = visit.facts.policy.asset(sale.asset) else { throw Turn.notFound }
        return SaleStory(sale: sale, scale: policy.scale).page
    }
}

/// What one sale brought and where it went, from what was kept with it.
private struct SaleStory {
    let sale: Sale
    /// Decimals of the asset's smallest booked unit.
    let scale: Int

    var page: SaleReceiptPage {
        let paid = sale.paid.map(\.amount).sum()
        return SaleReceiptPage(
            saleID: "\(sale.id)", lines: lines, owedCents: sale.receipt?.owedBefore.count,
            owedAfterwardsCents: sale.receipt?.owedAfterwards.count, appliedCents: paid.count,
            returnedCents: sale.net.remaining(after: paid).count, isChosen: isChosen,
            deadline: sale.dueSince?.milliseconds, reference: "\(sale.id)")
    }

    private var isChosen: Bool {
        switch sale.purpose {
        case .settlement: true
        case .liquidation: false
        }
    }

    /// The fee is booked with each fill as the share of all fills so far, so the lines sum to it.
    private var lines: [SaleReceiptPage.Line] {
        var gross = Cents.zero
        var fee = Cents.zero
        return sale.fills.map { fill in
            gross += fill.gross
            let feeSoFar = gross.share(sale.feeRate, rounding: .halfUp)
            defer { fee = feeSoFar }
            return SaleReceiptPage.Line(
                sold: AssetAmount(
                    sale.asset.description, fill.quantity.count, decimals: scale),
                price: DollarPrice(fill.price), proceedsCents: fill.gross.count,
                feeCents: (feeSoFar - fee).count, at: (fill.at ?? sale.orderedAt).milliseconds,
                reference: fill.trade)
        }
    }
}
