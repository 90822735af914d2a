import HTML

/// The addresses pages link to and forms are sent to. Routing follows this list.
///
/// A GET shows a page, a POST changes something and answers with a redirect (303), or with the same
/// page and its problems (422). Every POST carries `csrf`; fields have the names of `Field`.
///
/// | POST to | Fields besides `csrf` | Then |
/// |---|---|---|
/// | `/preferences` | `return_to` and `language` or `theme` | back to `return_to` |
/// | `/add-money/review` | `amount`, `bank_account` | `AddMoneyReviewPage` |
/// | `/deposits` | `idempotency_key`, `amount`, `bank_account`, `authorize` | the deposit |
/// | `/deposits/{id}/cancel` | `idempotency_key` | the deposit |
/// | `/withdraw` | `idempotency_key`, `asset`, `amount` | Home, or the refusal |
/// | `/trade/quote` | `side`, `asset`, `amount` | `TradePage` with a quote |
/// | `/trade` | `idempotency_key`, `quote` | Home |
/// | `/settle` | `idempotency_key`, `amount_seen`, `amount`, `method` | review, documents or wire |
/// | `/settlements/{id}/documents` | `idempotency_key`, `document_kind`, `file` | itself |
/// | `/settlements/{id}` | `idempotency_key`, `amount_seen`, `authorize` | the settlement |
/// | `/bank-accounts/{id}/verify` | `idempotency_key`, `decision`, both amounts | itself |
/// | `/notices/{id}/read` | | the notices |
/// | `/notices/settings` | `want`, `quiet_from`, `quiet_to` | itself |
/// | `/notices/devices` | `address`, `key`, `secret` | the settings |
/// | `/notices/devices/{id}/remove` | | the settings |
/// | `/help` | `idempotency_key`, `topic`, `deposit`, `message` | `HelpSentPage` |
/// | `/sign-out` | | the door |
/// | `/operator/customers/{id}/{action}` | `idempotency_key`, `reason`; `hours`, `deposit` | itself |
/// | `/operator/customers/{id}/notices/{notice}/told` | `idempotency_key`, `reason` | the notices |
/// | `/operator/documents/{id}` | `idempotency_key`, `decision`, `reason` | the queue |
/// | `/operator/suspense/{id}` | `idempotency_key`, `decision`, `deposit`, `reason` | the queue |
/// | `/operator/tasks/{id}/done` | `idempotency_key` | the tasks |
/// | `/operator/reconciliation/breaks/{id}` | `decision`, `owner` or `reason` | itself |
/// | `/operator/webhooks/{id}` | `decision`, `event` | itself |
/// | `/operator/liquidation/pause` | `idempotency_key` | itself |
/// | `/operator/liquidation/resume` | `idempotency_key`, `reason` | itself |
///
/// `amount_seen` is what was owed, in cents, when the form was made. When it is owed no longer, the
/// answer is 409 and nothing is paid.
public enum Paths {
    /// `/`
    public static let home: Location = "/"
    /// `/deposits`
    public static let deposits: Location = "/deposits"
    /// `/add-money`
    public static let addMoney: Location = "/add-money"
    /// `/add-money/review`
    public static let addMoneyReview: Location = "/add-money/review"
    /// `/withdraw`
    public static let withdraw: Location = "/withdraw"
    /// `/trade`
    public static let trade: Location = "/trade"
    /// `/trade/quote`
    public static let tradeQuote: Location = "/trade/quote"
    /// `/settle`
    public static let settle: Location = "/settle"
    /// `/notices`
    public static let notices: Location = "/notices"
    /// `/notices/settings`
    public static let noticeSettings: Location = "/notices/settings"
    /// `/notices/devices`
    public static let noticeDevices: Location = "/notices/devices"
    /// `/notices/devices/{id}/remove`
    public static func removeNoticeDevice(_ id: String) -> Location {
        "/notices/devices/\(id)/remove"
    }
    /// `/notices/{id}`, which leads on to what it is about
    public static func notice(_ id: String) -> Location { "/notices/\(id)" }
    /// `/events`
    public static let events: Location = "/events"
    /// `/offline`
    public static let offline: Location = "/offline"
    /// `/worker.js`
    public static let worker: Location = "/worker.js"
    /// `/manifest.webmanifest?lang={language}`
    public static func manifest(_ language: Language) -> Location {
        "/manifest.webmanifest?lang=\(language.tag)"
    }
    /// `/help`
    public static let help: Location = "/help"
    /// `/bank-accounts/new`
    public static let linkBank: Location = "/bank-accounts/new"
    /// `/bank-accounts/{id}/verify`
    public static func verifyBank(_ id: String) -> Location { "/bank-accounts/\(id)/verify" }
    /// `/sign-in`
    public static let signIn: Location = "/sign-in"
    /// `/sign-out`
    public static let signOut: Location = "/sign-out"
    /// `/preferences`
    public static let preferences: Location = "/preferences"

    /// `/deposits?show={filter}`
    public static func deposits(_ filter: DepositsPage.Filter) -> Location {
        "/deposits?show=\(filter.rawValue)"
    }
    /// `/deposits?show={filter}&after={cursor}`
    public static func depositsPage(_ filter: DepositsPage.Filter, cursor: String) -> Location {
        "/deposits?show=\(filter.rawValue)&after=\(cursor)"
    }
    /// `/deposits/{id}`
    public static func deposit(_ id: String) -> Location { "/deposits/\(id)" }
    /// `/deposits/{id}/cancel`
    public static func cancelDeposit(_ id: String) -> Location { "/deposits/\(id)/cancel" }
    /// `/settlements/{settlement}/documents/uploads`
    public static func settleUploads(_ settlement: String) -> Location {
        "/settlements/\(settlement)/documents/uploads"
    }
    /// `/settlements/{settlement}/documents`
    public static func settleDocuments(_ settlement: String) -> Location {
        "/settlements/\(settlement)/documents"
    }
    /// `/settlements/{settlement}/review`
    public static func settleReview(_ settlement: String) -> Location {
        "/settlements/\(settlement)/review"
    }
    /// `/settlements/{id}`
    public static func settlement(_ id: String) -> Location { "/settlements/\(id)" }
    /// `/settlements/{settlement}/wire`
    public static func wireInstructions(_ settlement: String) -> Location {
        "/settlements/\(settlement)/wire"
    }
    /// `/settlements/{settlement}/receipt`
    public static func receipt(_ settlement: String) -> Location {
        "/settlements/\(settlement)/receipt"
    }
    /// `/sales/{id}`
    public static func sale(_ id: String) -> Location { "/sales/\(id)" }
    /// `/help?topic={topic}`
    public static func help(_ topic: HelpPage.Topic) -> Location { "/help?topic=\(topic.rawValue)" }
    /// `/notices/{id}/read`
    public static func readNotice(_ id: String) -> Location { "/notices/\(id)/read" }
    /// `/notices?after={cursor}`
    public static func notices(cursor: String) -> Location { "/notices?after=\(cursor)" }

    /// The operators' pages.
    public enum Desk {
        /// `/operator`
        public static let overview: Location = "/operator"
        /// `/operator/negative-accounts`
        public static let negatives: Location = "/operator/negative-accounts"
        /// `/operator/documents`
        public static let documents: Location = "/operator/documents"
        /// `/operator/suspense`
        public static let returns: Location = "/operator/suspense"
        /// `/operator/tasks`
        public static let tasks: Location = "/operator/tasks"
        /// `/operator/liquidation`
        public static let liquidation: Location = "/operator/liquidation"
        /// `/operator/liquidation/pause`
        public static let pause: Location = "/operator/liquidation/pause"
        /// `/operator/liquidation/resume`
        public static let resume: Location = "/operator/liquidation/resume"
        /// `/operator/bank-files`
        public static let files: Location = "/operator/bank-files"
        /// `/operator/reconciliation`
        public static let reconciliation: Location = "/operator/reconciliation"
        /// `/operator/webhooks`
        public static let webhooks: Location = "/operator/webhooks"
        /// `/operator/audit`
        public static let audit: Location = "/operator/audit"

        /// `/operator/negative-accounts?age={age}&after={cursor}`
        public static func negatives(age: String, cursor: String) -> Location {
            "/operator/negative-accounts?age=\(age)&after=\(cursor)"
        }
        /// `/operator/audit?after={cursor}`
        public static func audit(cursor: String) -> Location { "/operator/audit?after=\(cursor)" }
        /// `/operator/customers/{id}`
        public static func customer(_ id: String) -> Location { "/operator/customers/\(id)" }
        /// `/operator/customers/{id}/notices`
        public static func notices(of id: String) -> Location {
            "/operator/customers/\(id)/notices"
        }
        /// `/operator/customers/{customer}/notices/{notice}/told`
        public static func told(_ customer: String, _ notice: String) -> Location {
            "/operator/customers/\(customer)/notices/\(notice)/told"
        }
        /// `/operator/customers/{customer}/{action}`
        public static func action(_ customer: String, _ action: OperatorAction) -> Location {
            "/operator/customers/\(customer)/\(action.rawValue)"
        }
        /// `/operator/documents/{id}`
        public static func document(_ id: String) -> Location { "/operator/documents/\(id)" }
        /// `/operator/documents/{id}/pages/{number}`
        public static func documentPage(_ id: String, _ number: Int) -> Location {
            "/operator/documents/\(id)/pages/\(String(number))"
        }
        /// `/operator/suspense/{id}`
        public static func suspense(_ id: String) -> Location { "/operator/suspense/\(id)" }
        /// `/operator/tasks/{id}/done`
        public static func task(_ id: String) -> Location { "/operator/tasks/\(id)/done" }
        /// `/operator/reconciliation/days/{day}`
        public static func reconciliationDay(_ day: String) -> Location {
            "/operator/reconciliation/days/\(day)"
        }
        /// `/operator/reconciliation/breaks/{id}`
        public static func reconciliationBreak(_ id: String) -> Location {
            "/operator/reconciliation/breaks/\(id)"
        }
        /// `/operator/webhooks/{id}`
        public static func webhook(_ id: String) -> Location { "/operator/webhooks/\(id)" }
        /// `/operator/bank-files/{id}`
        public static func file(_ id: String) -> Location { "/operator/bank-files/\(id)" }
    }
}
