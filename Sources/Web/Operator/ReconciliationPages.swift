import HTML

/// A movement one side knows and the other does not.
public struct BreakRow: Sendable, Equatable {
    /// Who knows it.
    public enum Side: String, Sendable, CaseIterable {
        /// Our books and files.
        case expected
        /// The bank.
        case found
    }

    /// What was done to it.
    public struct Act: Sendable, Equatable {
        /// When.
        public var at: Int64
        /// By whom.
        public var by: String
        /// `assigned` or `closed`.
        public var act: String
        /// To whom it was given.
        public var owner: String?
        /// Why it was closed.
        public var reason: String
        /// The values the reader sees, each described at its property.
        public init(at: Int64, by: String, act: String, owner: String?, reason: String) {
            self.at = at
            self.by = by
            self.act = act
            self.owner = owner
            self.reason = reason
        }
    }

    /// Its number.
    public var id: String
    /// Who knows it.
    public var side: Side
    /// The movement's id.
    public var item: String
    /// The settlement date, as `2026-11-24`.
    public var day: String
    /// The day it was found.
    public var openedOn: String
    /// Cents; negative when money went out.
    public var cents: Int64
    /// Banking days since it was found.
    public var age: Int
    /// Who takes care of it.
    public var owner: String?
    /// Whether nobody has to any more.
    public var isClosed: Bool
    /// What was done, the first act first.
    public var acts: [Act]
    /// The values the reader sees, each described at its property.
    public init(
        id: String, side: Side, item: String, day: String, openedOn: String, cents: Int64,
        age: Int, owner: String?, isClosed: Bool, acts: [Act]
    ) {
        self.id = id
        self.side = side
        self.item = item
        self.day = day
        self.openedOn = openedOn
        self.cents = cents
        self.age = age
        self.owner = owner
        self.isClosed = isClosed
        self.acts = acts
    }
}

/// Settlement dates with what had to move and what moved, and the open breaks.
public struct ReconciliationPage: Page, Equatable {
    /// A settlement date.
    public struct Day: Sendable, Equatable {
        /// As `2026-11-24`.
        public var day: String
        /// Cents that had to move: incoming less outgoing.
        public var expectedCents: Int64
        /// Cents the bank says moved.
        public var foundCents: Int64
        /// Breaks nobody has closed.
        public var openBreaks: Int
        /// The values the reader sees, each described at its property.
        public init(day: String, expectedCents: Int64, foundCents: Int64, openBreaks: Int) {
            self.day = day
            self.expectedCents = expectedCents
            self.foundCents = foundCents
            self.openBreaks = openBreaks
        }

        /// Found less expected.
        public var differenceCents: Int64 { foundCents - expectedCents }
    }

    /// Days, latest first.
    public var days: [Day]
    /// Open breaks, the first found first.
    public var breaks: [BreakRow]
    /// Open breaks there are in all.
    public var openBreaks: Int
    /// The values the reader sees, each described at its property.
    public init(days: [Day], breaks: [BreakRow], openBreaks: Int) {
        self.days = days
        self.breaks = breaks
        self.openBreaks = openBreaks
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(
            title: say.deskSection(.reconciliation), place: .desk(.reconciliation), width: .full)
        return layout.document(in: scene) {
            scene.heading(say.deskSection(.reconciliation), say.reconciliationLead)
            if days.isEmpty { scene.note(.quiet) { p { say.noStatementYet } } }
            scene.card(say.breaksTitle, id: "breaks-title") {
                scene.breakTable(say.breaksTitle, breaks, empty: say.noBreaks)
                if openBreaks > breaks.count {
                    p(.class("soft small")) { say.moreRows(breaks.count) }
                }
            }
            scene.card(say.settlementDates, id: "dates-title") {
                scene.table(
                    say.settlementDates, isCaptionHidden: true,
                    columns: [
                        Column(say.settlementDate, name: true),
                        Column(say.expectedColumn, number: true),
                        Column(say.foundColumn, number: true),
                        Column(say.difference, number: true),
                        Column(say.openBreaksColumn, number: true),
                    ],
                    rows: days.map { day in
                        [
                            a(.href(Paths.Desk.reconciliationDay(day.day))) { day.day },
                            scene.number(day.expectedCents), scene.number(day.foundCents),
                            scene.number(day.differenceCents),
                            day.openBreaks == 0
                                ? .text("0")
                                : scene.chip("\(day.openBreaks)", .attention, .warning),
                        ]
                    }, empty: say.noMovements)
            }
        }
    }
}

/// One settlement date, movement by movement.
public struct ReconciliationDayPage: Page, Equatable {
    /// A movement.
    public struct Line: Sendable, Equatable {
        /// Whose it is.
        public var side: BreakRow.Side
        /// What it is.
        public var kind: Kind
        /// File and trace number, or reference.
        public var name: String
        /// Cents; negative when money goes out.
        public var cents: Int64
        /// What it was matched by; `nil` while it is alone.
        public var basis: Basis?
        /// The number of the match.
        public var match: Int64?
        /// The values the reader sees, each described at its property.
        public init(
            side: BreakRow.Side, kind: Kind, name: String, cents: Int64, basis: Basis?,
            match: Int64?
        ) {
            self.side = side
            self.kind = kind
            self.name = name
            self.cents = cents
            self.basis = basis
            self.match = match
        }
    }

    /// What a movement is.
    public enum Kind: Sendable, Equatable, CaseIterable {
        /// Entries by ACH.
        case ach
        /// Entries by ACH that came back.
        case achReturn
        /// A single transfer.
        case wire
        /// What a card processor pays out or takes back.
        case card
        /// What the bank or the processor charges.
        case fee
        /// Anything else.
        case other
    }

    /// What two sides were matched by.
    public enum Basis: Sendable, Equatable, CaseIterable {
        /// One movement.
        case item
        /// All that was left of a batch.
        case batch
        /// All that was left of a file.
        case file
        /// All that was left of the settlement date.
        case day
    }

    /// The date with its sums.
    public var day: ReconciliationPage.Day
    /// Movements, those that are alone first.
    public var lines: [Line]
    /// Movements there are in all.
    public var lineCount: Int
    /// Breaks of the day, open or not.
    public var breaks: [BreakRow]
    /// The values the reader sees, each described at its property.
    public init(
        day: ReconciliationPage.Day, lines: [Line], lineCount: Int, breaks: [BreakRow]
    ) {
        self.day = day
        self.lines = lines
        self.lineCount = lineCount
        self.breaks = breaks
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(title: day.day, place: .desk(.reconciliation), width: .full)
        return layout.document(in: scene) {
            scene.back(Paths.Desk.reconciliation, say.deskSection(.reconciliation))
            div(.class("heading")) { h1 { day.day } }
            section(.class("card"), .aria(.label, say.details)) {
                scene.facts([
                    Fact(say.expectedColumn, scene.number(day.expectedCents)),
                    Fact(say.foundColumn, scene.number(day.foundCents)),
                    Fact(say.difference, scene.number(day.differenceCents)),
                ])
            }
            scene.card(say.breaksOfDay, id: "breaks-title") {
                scene.breakTable(say.breaksOfDay, breaks, empty: say.noBreaksOfDay)
            }
            scene.card(say.movements, id: "movements-title") {
                scene.table(
                    say.movements, isCaptionHidden: true,
                    columns: [
                        Column(say.nameColumn, name: true), Column(say.whoKnows),
                        Column(say.kindColumn), Column(say.amount, number: true),
                        Column(say.matchedBy),
                    ],
                    rows: lines.map { line in
                        [
                            code { line.name.isEmpty ? "–" : line.name },
                            .text(say.side(line.side)), .text(say.movementKind(line.kind)),
                            scene.number(line.cents), matching(line, in: scene),
                        ]
                    }, empty: say.noMovements)
                if lineCount > lines.count {
                    p(.class("soft small")) { say.moreRows(lines.count) }
                }
            }
        }
    }

    private func matching(_ line: Line, in scene: Scene) -> Markup {
        guard let basis = line.basis, let match = line.match else {
            return scene.chip(scene.say.notMatched, .attention, .warning)
        }
        return .text(scene.say.matched(basis, match))
    }
}

/// One break: what it is, what was done, and the forms to take it and to close it.
public struct BreakPage: Page, Equatable {
    /// The break.
    public var item: BreakRow
    /// Whether the reader may act.
    public var mayAct: Bool
    /// The reader's name, which the form offers.
    public var reader: String
    /// What was wrong with a form.
    public var problems: [FieldProblem] = []
    /// The values the reader sees, each described at its property.
    public init(
        item: BreakRow, mayAct: Bool, reader: String, problems: [FieldProblem] = []
    ) {
        self.item = item
        self.mayAct = mayAct
        self.reader = reader
        self.problems = problems
    }

    /// 422 when a form had problems.
    public var status: Int { problems.isEmpty ? 200 : 422 }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(
            title: say.breakTitle(item.id), place: .desk(.reconciliation), width: .full,
            hasProblems: !problems.isEmpty)
        return layout.document(in: scene) {
            scene.problemSummary(problems)
            scene.back(Paths.Desk.reconciliation, say.deskSection(.reconciliation))
            div(.class("heading")) {
                h1 { say.breakTitle(item.id) }
                div(.class("actions")) { scene.breakState(item) }
            }
            section(.class("card"), .aria(.label, say.details)) {
                scene.facts([
                    Fact(
                        say.settlementDate,
                        a(.href(Paths.Desk.reconciliationDay(item.day))) { item.day }),
                    Fact(say.whoKnows, say.known(item.side)),
                    Fact(say.amount, scene.number(item.cents)),
                    Fact(say.nameColumn, code { item.item }),
                    Fact(say.foundOn, item.openedOn),
                    Fact(say.ageColumn, say.bankingDays(item.age)),
                    Fact(say.ownerColumn, item.owner ?? say.nobody),
                ])
            }
            if mayAct, !item.isClosed {
                scene.card(say.assignBreak, id: "assign-title") {
                    scene.post(Paths.Desk.reconciliationBreak(item.id)) {
                        scene.textField(
                            .owner, say.ownerColumn, value: item.owner ?? reader,
                            hint: say.ownerHint, limit: 64, problems)
                        scene.submit(say.assignButton, decision: "assign")
                    }
                }
                scene.card(say.closeBreak, id: "close-title") {
                    scene.post(Paths.Desk.reconciliationBreak(item.id)) {
                        scene.textField(
                            .reason, say.closeReason, hint: say.closeHint, limit: 500, problems)
                        scene.submit(say.closeBreak, "button second", decision: "close")
                    }
                }
            }
            scene.card(say.whatWasDone, id: "acts-title") {
                if item.acts.isEmpty {
                    p(.class("empty")) { say.nothingDone }
                } else {
                    ul(.class("bullets")) {
                        for act in item.acts {
                            li {
                                scene.stamp(act.at)
                                " \(act.by): \(say.act(act.act, act.owner, act.reason))"
                            }
                        }
                    }
                }
            }
        }
    }
}

extension Scene {
    fileprivate func breakState(_ item: BreakRow) -> Markup {
        item.isClosed
            ? chip(say.closedWord, .good, .check) : chip(say.openWord, .attention, .warning)
    }

    fileprivate func breakTable(_ caption: String, _ rows: [BreakRow], empty: String) -> Markup {
        table(
            caption, isCaptionHidden: true,
            columns: [
                Column(say.breakColumn, name: true), Column(say.settlementDate),
                Column(say.whoKnows), Column(say.amount, number: true), Column(say.ageColumn),
                Column(say.ownerColumn), Column(say.statusColumn),
            ],
            rows: rows.map { item in
                [
                    a(.href(Paths.Desk.reconciliationBreak(item.id))) { say.breakTitle(item.id) },
                    .text(item.day), .text(say.known(item.side)), number(item.cents),
                    .text(say.bankingDays(item.age)), .text(item.owner ?? say.nobody),
                    breakState(item),
                ]
            }, empty: empty)
    }
}
