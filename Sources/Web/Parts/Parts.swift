import HTML

func hiddenField(_ field: Field, _ value: String) -> Markup {
    input(.type("hidden"), .name(field.rawValue), .value(value))
}

extension Scene {
    /// An amount that never breaks across lines.
    func number(_ cents: Int64) -> Markup {
        span(.class("number")) { dollars(cents) }
    }

    func chip(_ text: String, _ tone: Tone, _ icon: Icon) -> Markup {
        span(.class("chip"), .data(.tone, tone.rawValue)) {
            icon.markup
            span { text }
        }
    }

    func chip(_ status: DepositStatus) -> Markup {
        chip(say.status(status), status.tone, status.icon)
    }

    func back(_ path: Location, _ text: String) -> Markup {
        a(.class("back"), .href(path)) {
            Icon.back.markup
            span { text }
        }
    }

    func heading(_ title: String, _ lead: String? = nil) -> Markup {
        div(.class("heading")) {
            h1 { title }
            if let lead { p { lead } }
        }
    }

    /// A card whose heading names it as a region.
    func card(
        _ title: String, id: String, link: (Location, String)? = nil,
        @MarkupBuilder content: () -> Markup
    ) -> Markup {
        section(.class("card"), .aria(.labelledby, id)) {
            div(.class("card-head")) {
                h2(.id(id)) { title }
                if let link { a(.href(link.0)) { link.1 } }
            }
            content()
        }
    }

    func note(_ tone: Tone, @MarkupBuilder content: () -> Markup) -> Markup {
        div(.class("note"), .data(.tone, tone.rawValue), content: content)
    }

    func linkButton(_ path: Location, _ text: String, _ style: String = "button") -> Markup {
        a(.class(style), .href(path)) { text }
    }

    /// A form that changes something: POST, with the scene's token and, where given, the key that
    /// makes a second submission harmless.
    func post(
        _ path: Location, key: String? = nil, multipart: Bool = false, style: String? = nil,
        @MarkupBuilder content: () -> Markup
    ) -> Markup {
        form(
            .method(.post), .action(path), multipart ? .multipart : .absent, .novalidate,
            style.map { .class($0) } ?? .absent
        ) {
            hiddenField(.csrf, csrf)
            if let key { hiddenField(.idempotencyKey, key) }
            content()
        }
    }

    func submit(
        _ text: String, _ style: String = "button", decision: String? = nil
    ) -> Markup {
        button(
            .class(style), .type("submit"),
            decision == nil ? .absent : .name(Field.decision.rawValue),
            decision.map { .value($0) } ?? .absent
        ) { text }
    }

    /// The list of what is wrong, above the heading's form. It takes the focus when script runs.
    func problemSummary(_ problems: [FieldProblem]) -> Markup {
        guard !problems.isEmpty else { return .nothing }
        return div(
            .class("error-summary"), .role("alert"), .tabindex(-1),
            .aria(.labelledby, "problem-title")
        ) {
            h2(.id("problem-title")) { say.thereIsAProblem }
            ul(.class("stack tight")) {
                for problem in problems {
                    li {
                        a(.href("#field-\(problem.field.rawValue)")) { say.problem(problem, self) }
                    }
                }
            }
        }
    }

    func problemLine(_ field: Field, _ problems: [FieldProblem]) -> Markup {
        guard let problem = problems.first(where: { $0.field == field }) else { return .nothing }
        return span(.class("error"), .id("error-\(field.rawValue)")) {
            Icon.warning.markup
            span { say.problem(problem, self) }
        }
    }

    /// The ids a field is described by: its hint, then its error.
    func describedBy(_ field: Field, hint: Bool, _ problems: [FieldProblem]) -> [Attribute] {
        let isWrong = problems.contains { $0.field == field }
        let ids =
            (hint ? ["hint-\(field.rawValue)"] : [])
            + (isWrong ? ["error-\(field.rawValue)"] : [])
        return [
            ids.isEmpty ? .absent : .aria(.describedby, ids.joined(separator: " ")),
            isWrong ? .aria(.invalid, "true") : .absent,
        ]
    }

    func amountField(
        _ title: String, value: String, hint: String?, _ problems: [FieldProblem]
    ) -> Markup {
        let described = describedBy(.amount, hint: hint != nil, problems)
        return div(.class("field")) {
            label(.for("field-amount")) { title }
            if let hint { span(.class("hint"), .id("hint-amount")) { hint } }
            problemLine(.amount, problems)
            div(.class("money")) {
                span(.aria(.hidden, "true")) { "$" }
                input(
                    .type("text"), .id("field-amount"), .name(Field.amount.rawValue),
                    .inputmode("decimal"), .autocomplete("off"), .maxlength(16), .value(value),
                    described[0], described[1])
            }
        }
    }

    func textField(
        _ field: Field, _ title: String, value: String = "", hint: String? = nil,
        id: String? = nil, limit: Int = 200, _ problems: [FieldProblem] = []
    ) -> Markup {
        let described = describedBy(field, hint: hint != nil, problems)
        let id = id ?? "field-\(field.rawValue)"
        return div(.class("field")) {
            label(.for(id)) { title }
            if let hint { span(.class("hint"), .id("hint-\(field.rawValue)")) { hint } }
            problemLine(field, problems)
            input(
                .type("text"), .id(id), .name(field.rawValue), .value(value), .maxlength(limit),
                .autocomplete("off"), described[0], described[1])
        }
    }

    func textArea(
        _ field: Field, _ title: String, value: String = "", hint: String? = nil, limit: Int,
        _ problems: [FieldProblem] = []
    ) -> Markup {
        let described = describedBy(field, hint: hint != nil, problems)
        return div(.class("field")) {
            label(.for("field-\(field.rawValue)")) { title }
            if let hint { span(.class("hint"), .id("hint-\(field.rawValue)")) { hint } }
            problemLine(field, problems)
            textarea(
                .id("field-\(field.rawValue)"), .name(field.rawValue), .rows(5),
                .maxlength(limit), described[0], described[1]
            ) { value }
        }
    }

    func selectField(
        _ field: Field, _ title: String, options: [(value: String, text: String)],
        selected choice: String?, id: String? = nil, _ problems: [FieldProblem] = []
    ) -> Markup {
        let described = describedBy(field, hint: false, problems)
        let id = id ?? "field-\(field.rawValue)"
        return div(.class("field")) {
            label(.for(id)) { title }
            problemLine(field, problems)
            select(.id(id), .name(field.rawValue), described[0], described[1]) {
                for item in options {
                    option(.value(item.value), .selected.when(item.value == choice)) { item.text }
                }
            }
        }
    }

    /// One radio button as a row with a second line. A choice that is not possible keeps its place
    /// and says why; it has no control, so nothing can be chosen that would be refused.
    func choice(_ choice: Choice, field: Field, isFirst: Bool, isChecked: Bool) -> Markup {
        guard choice.refusal == nil else {
            return div(.class("option off")) {
                span(.class("mark"), .aria(.hidden, "true")) { choice.icon.markup }
                choiceBody(choice)
            }
        }
        // The summary of problems links to the first control of the group.
        let id = isFirst ? "field-\(field.rawValue)" : "\(field.rawValue)-\(choice.value)"
        return label(.class("option"), .for(id)) {
            input(
                .type("radio"), .id(id), .name(field.rawValue), .value(choice.value),
                .checked.when(isChecked))
            choiceBody(choice)
        }
    }

    private func choiceBody(_ choice: Choice) -> Markup {
        group {
            span(.class("body")) {
                span(.class("lead")) { choice.title }
                for line in choice.lines { small { line } }
                if let refusal = choice.refusal { small(.class("why")) { refusal } }
            }
            if let end = choice.end { span(.class("fee")) { end } }
        }
    }

    func choices(
        _ field: Field, _ title: String, _ list: [Choice], selected: String?,
        _ problems: [FieldProblem] = []
    ) -> Markup {
        let first = list.first { $0.refusal == nil }
        let isWrong = problems.contains { $0.field == field }
        return fieldset(isWrong ? .aria(.describedby, "error-\(field.rawValue)") : .absent) {
            legend(.class("title")) { title }
            problemLine(field, problems)
            div(.class("options")) {
                for item in list {
                    choice(
                        item, field: field, isFirst: item.value == first?.value,
                        isChecked: item.value == selected)
                }
            }
        }
    }

    func checkBox(_ field: Field, _ text: String, _ problems: [FieldProblem]) -> Markup {
        let described = describedBy(field, hint: false, problems)
        return div(.class("field")) {
            problemLine(field, problems)
            label(.class("check"), .for("field-\(field.rawValue)")) {
                input(
                    .type("checkbox"), .id("field-\(field.rawValue)"), .name(field.rawValue),
                    .value("yes"), described[0], described[1])
                span { text }
            }
        }
    }

    /// Facts as a list of terms; a row may carry a link that changes it.
    func facts(_ rows: [Fact]) -> Markup {
        dl(.class("facts")) {
            for row in rows {
                div(.class(row.change == nil ? "" : "changeable").when(row.change != nil)) {
                    dt { row.term }
                    dd {
                        row.value
                        if let detail = row.detail { small { detail } }
                    }
                    if let change = row.change {
                        dd(.class("change")) {
                            a(.href(change.path)) {
                                say.change
                                span(.class("unseen")) { " \(change.what)" }
                            }
                        }
                    }
                }
            }
        }
    }

    /// A table on a desk, a stack of cards on a phone. The first cell of a row names it.
    func table(
        _ caption: String, isCaptionHidden: Bool = false, columns: [Column], rows: [[Markup]],
        empty: String
    ) -> Markup {
        HTML.table(.class("data")) {
            HTML.caption(isCaptionHidden ? .class("unseen") : .absent) { caption }
            thead {
                tr {
                    for column in columns {
                        th(.scope("col"), .class("number").when(column.isNumber)) { column.title }
                    }
                }
            }
            tbody {
                if rows.isEmpty {
                    tr { td(.class("empty-cell"), .colspan(columns.count)) { empty } }
                }
                for row in rows {
                    tr {
                        for (column, cell) in zip(columns, row) {
                            if column.isRowName {
                                th(.scope("row")) { cell }
                            } else {
                                td(
                                    .class("number").when(column.isNumber),
                                    .data(.label, column.title)
                                ) { cell }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Arithmetic in full, so that the last line can be checked by the reader.
    func sum(_ caption: String, _ lines: [(text: String, cents: Int64)], total: (String, Int64))
        -> Markup
    {
        HTML.table(.class("sum")) {
            HTML.caption(.class("unseen")) { caption }
            tbody {
                for line in lines {
                    tr {
                        th(.scope("row")) { line.text }
                        td { dollars(line.cents) }
                    }
                }
                tr(.class("total")) {
                    th(.scope("row")) { total.0 }
                    td { dollars(total.1) }
                }
            }
        }
    }
}

/// A choice of a radio list.
struct Choice {
    var value: String
    var title: String
    var lines: [String] = []
    var end: String?
    /// Why it cannot be chosen, if it cannot.
    var refusal: String?
    var icon: Icon = .bank
}

/// One row of a list of facts.
struct Fact {
    let term: String
    let value: Markup
    var detail: String?
    var change: (path: Location, what: String)?

    init(
        _ term: String, _ value: Markup, detail: String? = nil,
        change: (path: Location, what: String)? = nil
    ) {
        self.term = term
        self.value = value
        self.detail = detail
        self.change = change
    }

    init(
        _ term: String, _ value: String, detail: String? = nil,
        change: (path: Location, what: String)? = nil
    ) {
        self.init(term, .text(value), detail: detail, change: change)
    }
}

/// A column of a table.
struct Column {
    let title: String
    var isNumber = false
    var isRowName = false

    init(_ title: String, number: Bool = false, name: Bool = false) {
        self.title = title
        isNumber = number
        isRowName = name
    }
}
