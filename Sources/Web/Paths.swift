import HTML

/// The addresses pages link to and forms are sent to. Routing follows this list.
///
/// A GET shows a page, a POST changes something and answers with a redirect (303), or with the same
/// page and its problems (422).
public enum Paths {
    public static let home: Location = "/"
    public static let deposits: Location = "/deposits"
    public static let addMoney: Location = "/add-money"
    public static let addMoneyReview: Location = "/add-money/review"
    public static let withdraw: Location = "/withdraw"
    public static let trade: Location = "/trade"
    public static let tradeQuote: Location = "/trade/quote"
    public static let settle: Location = "/settle"
    public static let notices: Location = "/notices"
    public static let help: Location = "/help"
    public static let linkBank: Location = "/bank-accounts/new"
    public static let signIn: Location = "/sign-in"
    public static let signOut: Location = "/sign-out"
    public static let preferences: Location = "/preferences"

    public static func deposits(_ filter: DepositsPage.Filter) -> Location {
        "/deposits?show=\(filter.rawValue)"
    }
    public static func depositsPage(_ filter: DepositsPage.Filter, cursor: String) -> Location {
        "/deposits?show=\(filter.rawValue)&after=\(cursor)"
    }
    public static func deposit(_ id: String) -> Location { "/deposits/\(id)" }
    public static func cancelDeposit(_ id: String) -> Location { "/deposits/\(id)/cancel" }
    public static func settleDocuments(_ settlement: String) -> Location {
        "/settlements/\(settlement)/documents"
    }
    public static func settleReview(_ settlement: String) -> Location {
        "/settlements/\(settlement)/review"
    }
    public static func settlement(_ id: String) -> Location { "/settlements/\(id)" }
    public static func wireInstructions(_ settlement: String) -> Location {
        "/settlements/\(settlement)/wire"
    }
    public static func receipt(_ settlement: String) -> Location {
        "/settlements/\(settlement)/receipt"
    }
    public static func sale(_ id: String) -> Location { "/sales/\(id)" }
    public static func help(_ topic: HelpPage.Topic) -> Location { "/help?topic=\(topic.rawValue)" }
    public static func readNotice(_ id: String) -> Location { "/notices/\(id)/read" }
    public static func notices(cursor: String) -> Location { "/notices?after=\(cursor)" }

    /// The operators' pages.
    public enum Desk {
        public static let overview: Location = "/operator"
        public static let negatives: Location = "/operator/negative-accounts"
        public static let documents: Location = "/operator/documents"
        public static let returns: Location = "/operator/suspense"
        public static let tasks: Location = "/operator/tasks"
        public static let liquidation: Location = "/operator/liquidation"
        public static let pause: Location = "/operator/liquidation/pause"
        public static let resume: Location = "/operator/liquidation/resume"
        public static let files: Location = "/operator/bank-files"
        public static let audit: Location = "/operator/audit"

        public static func negatives(age: String, cursor: String) -> Location {
            "/operator/negative-accounts?age=\(age)&after=\(cursor)"
        }
        public static func audit(cursor: String) -> Location { "/operator/audit?after=\(cursor)" }
        public static func customer(_ id: String) -> Location { "/operator/customers/\(id)" }
        public static func action(_ customer: String, _ action: OperatorAction) -> Location {
            "/operator/customers/\(customer)/\(action.rawValue)"
        }
        public static func document(_ id: String) -> Location { "/operator/documents/\(id)" }
        public static func documentImage(_ id: String) -> Location {
            "/operator/documents/\(id)/image"
        }
        public static func suspense(_ id: String) -> Location { "/operator/suspense/\(id)" }
        public static func task(_ id: String) -> Location { "/operator/tasks/\(id)/done" }
        public static func file(_ id: String) -> Location { "/operator/bank-files/\(id)" }
    }
}
