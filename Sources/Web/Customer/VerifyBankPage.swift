import HTML

/// Proving a bank account: two small amounts are sent, and the customer types what arrived.
public struct VerifyBankPage: Page, Equatable {
    /// The names of the form's fields.
    public enum Input: String, Sendable, CaseIterable {
        /// Cents of one amount.
        case first = "first_amount"
        /// Cents of the other.
        case second = "second_amount"
    }

    /// How far it is.
    public enum Stage: Sendable, Equatable {
        /// Nothing has been sent; `failure` is why the last time proved nothing.
        case offered(after: Failure?)
        /// The amounts leave with the next bank file.
        case waiting
        /// They are on their way or there.
        case typing(triesLeft: Int, until: Int64)
        /// A limit is reached, so that nothing is sent now; until when, where that is known.
        case limited(Limit, until: Int64?)
        /// It is proven.
        case proven
        /// It cannot be proven this way any more.
        case over
    }

    /// What keeps amounts from being sent now.
    public enum Limit: Sendable, Equatable, CaseIterable {
        /// So many times within so many days.
        case tooOften(times: Int, days: Int)
        /// So many other accounts are being verified.
        case others(Int)

        /// The usual ones.
        public static let allCases: [Limit] = [.tooOften(times: 6, days: 30), .others(3)]
    }

    /// Why amounts that were sent proved nothing.
    public enum Failure: Sendable, Equatable, CaseIterable {
        /// Three times others were typed.
        case wrongAmounts
        /// Nobody typed them in time.
        case expired
        /// The bank sent one of them back.
        case returned
        /// The account could not be used when they were to leave.
        case accountUnusable
    }

    /// What was wrong with the form.
    public enum Problem: Sendable, Equatable, CaseIterable {
        /// Not one through ninety-nine cents.
        case notCents
        /// The amounts are others.
        case wrong
        /// A limit is reached; the page says which.
        case limit
        /// It cannot be done now.
        case notNow
    }

    /// The account's id.
    public var id: String
    /// The bank and the last four digits.
    public var label: BankLabel
    /// How far it is.
    public var stage: Stage
    /// The name customers find on their bank statement.
    public var statementName: String
    /// The key of this one form.
    public var idempotencyKey: String
    /// What was wrong with the form.
    public var problem: Problem?

    /// The values the reader sees, each described at its property.
    public init(
        id: String, label: BankLabel, stage: Stage, statementName: String, idempotencyKey: String,
        problem: Problem? = nil
    ) {
        self.id = id
        self.label = label
        self.stage = stage
        self.statementName = statementName
        self.idempotencyKey = idempotencyKey
        self.problem = problem
    }

    /// 422 when the form had a problem.
    public var status: Int { problem == nil ? 200 : 422 }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let title = say.verifyBank(say.bank(label))
        let layout = Layout(
            title: title, place: .customer(.addMoney), hasProblems: problem != nil)
        return layout.document(in: scene) {
            scene.back(Paths.addMoney, say.section(.addMoney))
            scene.heading(title, say.verifyLead)
            if let problem {
                div(.class("error-summary"), .role("alert"), .tabindex(-1)) {
                    h2(.id("problem-title")) { say.thereIsAProblem }
                    p(.id("verify-problem")) { say.verifyProblem(problem) }
                }
            }
            section(.class("card"), .aria(.label, title)) { content(in: scene) }
        }
    }

    private func content(in scene: Scene) -> Markup {
        let say = scene.say
        switch stage {
        case .offered(let failure):
            return form(in: scene) {
                if let failure { scene.note(.attention) { p { say.verifyFailure(failure) } } }
                p { say.verifyOffer(statementName) }
                div(.class("actions wide")) { scene.submit(say.verifyStart, decision: "start") }
            }
        case .waiting: return p { say.verifyWaiting }
        case .typing(let triesLeft, let until):
            return form(in: scene) {
                p { say.verifyTyping(statementName, scene.time.deadline(until)) }
                amount(.first, say.verifyFirst, in: scene)
                amount(.second, say.verifySecond, in: scene)
                p(.class("soft small")) { say.verifyTries(triesLeft) }
                div(.class("actions wide")) { scene.submit(say.verifyConfirm, decision: "confirm") }
            }
        case .limited(let limit, let until):
            return group {
                p { say.verifyLimit(limit) }
                p {
                    until.map { say.verifyLimitUntil(limit, scene.time.deadline($0)) }
                        ?? say.verifyLimitOver
                }
            }
        case .proven:
            return div(.class("empty")) {
                p { say.verifyDone }
                scene.linkButton(Paths.addMoney, say.section(.addMoney))
            }
        case .over: return p { say.verifyOver }
        }
    }

    private func form(in scene: Scene, @MarkupBuilder _ content: () -> Markup) -> Markup {
        scene.post(Paths.verifyBank(id), key: idempotencyKey) { content() }
    }

    private func amount(_ name: Input, _ title: String, in scene: Scene) -> Markup {
        div(.class("field")) {
            HTML.label(.for("field-\(name.rawValue)")) { title }
            span(.class("hint"), .id("hint-\(name.rawValue)")) { scene.say.verifyHint }
            input(
                .type("text"), .id("field-\(name.rawValue)"), .name(name.rawValue), .value(""),
                .maxlength(5), .autocomplete("off"), .inputmode("decimal"),
                .aria(
                    .describedby,
                    "hint-\(name.rawValue)" + (problem == nil ? "" : " verify-problem")),
                problem == nil ? .absent : .aria(.invalid, "true"))
        }
    }
}
