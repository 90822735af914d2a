import Banking
import Edges
import Service
import Statements
import Web

// MARK: Reconciliation

extension Site {
    private static let daysShown = 60
    /// Movements of one day on its page; the API lists all.
    private static let linesShown = 200
    private static let ownerLengthMax = 64
    private static let reasonLengthMax = 500

    private var store: ReconciliationStore { ReconciliationStore(service.edge) }

    func reconciliation(_ visit: DeskVisit) async throws -> Answer {
        .page(
            ReconciliationPage(
                days: try store.days(limit: Site.daysShown).map(Self.page(of:)),
                breaks: try store.breaks(isOpen: true, limit: Site.deskRowsPerPage)
                    .map { row(of: $0, visit) },
                openBreaks: try store.openBreaks().count))
    }

    func reconciliationDay(_ visit: DeskVisit) async throws -> Answer {
        guard let day = visit.visit.parameters.get("id").flatMap({ Day(iso: $0) }) else {
            throw Turn.notFound
        }
        let sums = try store.day(day)
        let lines = try store.lines(of: day, limit: Site.linesShown)
        return .page(
            ReconciliationDayPage(
                day: Self.page(of: sums),
                lines: lines.map { line in
                    ReconciliationDayPage.Line(
                        side: line.side == .expected ? .expected : .found,
                        kind: line.kind.onPages, name: line.name, cents: line.signed,
                        basis: line.basis?.onPages, match: line.match)
                }, lineCount: sums.expectedCount + sums.foundCount,
                breaks: try store.breaks(of: day, limit: Site.linesShown)
                    .map { row(of: $0, visit) }))
    }

    func reconciliationBreak(_ visit: DeskVisit) async throws -> Answer {
        .page(breakPage(visit, try found(visit)))
    }

    /// Taking and closing are kept with who, when and why; doing it twice keeps it once.
    func actOnBreak(_ visit: DeskVisit) async throws -> Answer {
        let item = try found(visit)
        let now = service.clock.now()
        let acting: ReconciliationStore.Acting
        switch visit.form[.decision] {
        case "assign":
            let owner = visit.form[.owner].trimmedText
            if let problem = Self.problem(.owner, owner, Site.ownerLengthMax) {
                return .page(breakPage(visit, item, [problem]))
            }
            acting = try store.assign(item.id, to: owner, by: visit.name, at: now)
        case "close":
            let reason = visit.form[.reason].trimmedText
            if let problem = Self.problem(.reason, reason, Site.reasonLengthMax) {
                return .page(breakPage(visit, item, [problem]))
            }
            acting = try store.close(item.id, reason: reason, by: visit.name, at: now)
        default: throw Turn.bodyMalformed
        }
        switch acting {
        // Closed by now, by somebody else or by a statement: the page shows what it is.
        case .done, .unchanged, .closed:
            return .seeOther(Paths.Desk.reconciliationBreak("\(item.id)").text)
        case .unknown: throw Turn.notFound
        }
    }

    private static func problem(_ field: Field, _ text: String, _ limit: Int) -> FieldProblem? {
        if text.isEmpty { return FieldProblem(field, .missing) }
        return text.count > limit ? FieldProblem(field, .tooLong(characters: limit)) : nil
    }

    private func found(_ visit: DeskVisit) throws -> ReconciliationStore.Break {
        guard let id = visit.visit.parameters.get("id").flatMap({ Int64($0) }),
            let item = try store.break(id)
        else { throw Turn.notFound }
        return item
    }

    private func breakPage(
        _ visit: DeskVisit, _ item: ReconciliationStore.Break, _ problems: [FieldProblem] = []
    ) -> BreakPage {
        BreakPage(
            item: row(of: item, visit), mayAct: visit.mayAct, reader: visit.name,
            problems: problems)
    }

    private static func page(of day: ReconciliationDay) -> ReconciliationPage.Day {
        ReconciliationPage.Day(
            day: day.day.iso, expectedCents: day.expected, foundCents: day.found,
            openBreaks: day.openBreaks)
    }

    private func row(of item: ReconciliationStore.Break, _ visit: DeskVisit) -> BreakRow {
        BreakRow(
            id: "\(item.id)", side: item.side == .expected ? .expected : .found, item: item.item,
            day: item.day.iso, openedOn: item.openedOn.iso, cents: item.signed,
            age: item.age(at: visit.facts.now, visit.facts.timing.calendar),
            owner: item.owner, isClosed: item.closedAt != nil,
            acts: item.acts.map { act in
                BreakRow.Act(
                    at: act.at.milliseconds, by: act.by, act: act.act, owner: act.owner,
                    reason: act.reason)
            })
    }
}

extension String {
    /// Without blanks at either end.
    fileprivate var trimmedText: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text = text.dropFirst() }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return String(text)
    }
}

extension StatementItem.Kind {
    fileprivate var onPages: ReconciliationDayPage.Kind {
        switch self {
        case .ach: .ach
        case .achReturn: .achReturn
        case .wire: .wire
        case .card: .card
        case .fee: .fee
        case .other: .other
        }
    }
}

extension Reconciliation.Basis {
    fileprivate var onPages: ReconciliationDayPage.Basis {
        switch self {
        case .item: .item
        case .batch: .batch
        case .file: .file
        case .day: .day
        }
    }
}
