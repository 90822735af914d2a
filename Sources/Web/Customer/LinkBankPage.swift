import HTML

/// Linking a bank account by its numbers. Account numbers are never shown again, so after a
/// problem they are typed once more.
public struct LinkBankPage: Page, Equatable {
    /// The names of the form's fields.
    public enum Input: String, Sendable, CaseIterable {
        /// The bank's name in the customer's words.
        case bankName = "bank_name"
        /// Nine digits.
        case routingNumber = "routing_number"
        /// 4 to 17 digits.
        case accountNumber = "account_number"
        /// The same once more.
        case accountNumberAgain = "account_number_again"
        /// `checking` or `savings`.
        case accountType = "account_type"
    }

    /// What kind of account.
    public enum AccountType: String, Sendable, CaseIterable {
        /// For payments.
        case checking
        /// For saving.
        case savings
    }

    /// What was wrong with the form.
    public enum Problem: Sendable, Equatable, CaseIterable {
        /// No name.
        case bankNameMissing
        /// Not nine digits, or the check digit does not fit.
        case routingNumber
        /// Not 4 to 17 digits.
        case accountNumber
        /// The second differs from the first.
        case accountNumberDiffers
        /// No kind of account.
        case accountType
        /// Nobody may debit this account.
        case cannotBeUsed

        var input: Input {
            switch self {
            case .bankNameMissing: .bankName
            case .routingNumber: .routingNumber
            case .accountNumber, .cannotBeUsed: .accountNumber
            case .accountNumberDiffers: .accountNumberAgain
            case .accountType: .accountType
            }
        }
    }

    /// The name as typed so far.
    public var bankName: String
    /// The routing number as typed so far.
    public var routingNumber: String
    /// The kind chosen so far.
    public var accountType: String?
    /// The key of this one account.
    public var idempotencyKey: String
    /// What was wrong with the form.
    public var problems: [Problem]

    /// The values the reader sees, each described at its property.
    public init(
        bankName: String = "", routingNumber: String = "", accountType: String? = nil,
        idempotencyKey: String, problems: [Problem] = []
    ) {
        self.bankName = bankName
        self.routingNumber = routingNumber
        self.accountType = accountType
        self.idempotencyKey = idempotencyKey
        self.problems = problems
    }

    /// 422 when the form had problems.
    public var status: Int { problems.isEmpty ? 200 : 422 }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(
            title: say.linkBank, place: .customer(.addMoney), hasProblems: !problems.isEmpty)
        return layout.document(in: scene) {
            summary(in: scene)
            scene.back(Paths.addMoney, say.section(.addMoney))
            scene.heading(say.linkBank, say.linkBankLead)
            section(.class("card"), .aria(.label, say.linkBank)) {
                scene.post(Paths.linkBank, key: idempotencyKey) {
                    text(.bankName, say.bankName, value: bankName, in: scene)
                    text(
                        .routingNumber, say.routingNumber, value: routingNumber,
                        hint: say.routingNumberHint, digits: true, in: scene)
                    text(.accountNumber, say.accountNumber, digits: true, in: scene)
                    text(.accountNumberAgain, say.accountNumberAgain, digits: true, in: scene)
                    kinds(in: scene)
                    p(.class("soft small")) { say.linkBankSafety }
                    div(.class("actions wide")) { scene.submit(say.linkBank) }
                }
            }
        }
    }

    private func summary(in scene: Scene) -> Markup {
        guard !problems.isEmpty else { return .nothing }
        return div(
            .class("error-summary"), .role("alert"), .tabindex(-1),
            .aria(.labelledby, "problem-title")
        ) {
            h2(.id("problem-title")) { scene.say.thereIsAProblem }
            ul(.class("stack tight")) {
                for problem in problems {
                    li {
                        a(.href("#field-\(problem.input.rawValue)")) {
                            scene.say.linkProblem(problem)
                        }
                    }
                }
            }
        }
    }

    private func problem(_ input: Input, in scene: Scene) -> Markup {
        guard let problem = problems.first(where: { $0.input == input }) else { return .nothing }
        return span(.class("error"), .id("error-\(input.rawValue)")) {
            Icon.warning.markup
            span { scene.say.linkProblem(problem) }
        }
    }

    private func text(
        _ name: Input, _ title: String, value: String = "", hint: String? = nil,
        digits: Bool = false, in scene: Scene
    ) -> Markup {
        let isWrong = problems.contains { $0.input == name }
        let ids =
            (hint == nil ? [] : ["hint-\(name.rawValue)"])
            + (isWrong ? ["error-\(name.rawValue)"] : [])
        return div(.class("field")) {
            label(.for("field-\(name.rawValue)")) { title }
            if let hint { span(.class("hint"), .id("hint-\(name.rawValue)")) { hint } }
            problem(name, in: scene)
            input(
                .type("text"), .id("field-\(name.rawValue)"), .name(name.rawValue),
                .value(value), .maxlength(digits ? 24 : 60), .autocomplete("off"),
                digits ? .inputmode("numeric") : .absent,
                ids.isEmpty ? .absent : .aria(.describedby, ids.joined(separator: " ")),
                isWrong ? .aria(.invalid, "true") : .absent)
        }
    }

    private func kinds(in scene: Scene) -> Markup {
        let name = Input.accountType.rawValue
        return fieldset {
            legend { scene.say.accountType }
            problem(.accountType, in: scene)
            div(.class("options")) {
                for type in AccountType.allCases {
                    let id = type == .checking ? "field-\(name)" : "\(name)-\(type.rawValue)"
                    label(.class("option"), .for(id)) {
                        input(
                            .type("radio"), .id(id), .name(name), .value(type.rawValue),
                            .checked.when(type.rawValue == accountType))
                        span(.class("body")) {
                            span(.class("lead")) { scene.say.accountType(type) }
                        }
                    }
                }
            }
        }
    }
}
