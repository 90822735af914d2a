import Hummingbird
import Ledger
import Rules
import Service
import Wire

/// One row of the API: where, for whom, what goes in, what comes out, and what happens.
struct Route: Sendable {
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case delete = "DELETE"
    }

    /// Who may call. There is no row without an answer to this.
    enum Access: Hashable, Sendable {
        case key(Service.Scope)
        /// Nothing is told here that anybody may not know.
        case open
        /// The body is signed by the processor.
        case signature
    }

    /// Whether a request must name itself, so that asking twice happens once.
    enum Idempotency: Sendable {
        case none
        /// It moves no money; without a key each request is one of its own.
        case optional
        case required
    }

    let method: Method
    let path: String
    /// The name in the OpenAPI document, from which clients make their functions.
    let operation: String
    let tag: Tag
    let summary: String
    let access: Access
    var idempotency = Idempotency.none
    var query: [Query] = []
    var body: Body?
    let answer: Success
    /// Codes of problems beyond those every route of its kind may answer.
    var problems: [String] = []
    let handle: @Sendable (Call) async throws -> Answer

    enum Tag: String, Sendable, CaseIterable {
        case customers = "Customers"
        case methods = "Payment methods"
        case deposits = "Deposits"
        case trading = "Trading"
        case withdrawals = "Withdrawals"
        case obligations = "What is owed"
        case settlements = "Settlements"
        case house = "House"
        case reconciliation = "Reconciliation"
        case events = "Events"
        case signIn = "Signing in"
        case system = "System"
        case sandbox = "Sandbox"

        var words: String {
            switch self {
            case .customers: "Who they are, what they have, what they were told."
            case .methods: "Bank accounts and cards; numbers go in and never come out."
            case .deposits: "Money on its way in by ACH debit, traded at once."
            case .trading: "What the host exchange executed and reserved."
            case .withdrawals: "What leaves, and when the rest may."
            case .obligations: "What a customer owes, deposit by deposit."
            case .settlements: "Customers making it whole."
            case .house: "Our own funds, and how many of our debits come back."
            case .reconciliation: "What the bank reports, held against what must have moved."
            case .events: "What happened, to be read, and told to endpoints of the host."
            case .signIn: "One-time links to the pages."
            case .system: "Health, figures, this document, and what the processor tells us."
            case .sandbox: "A clock to move; not there in production."
            }
        }
    }

    struct Query: Sendable {
        let name: String
        let words: String
        let schema: Schema
    }

    struct Body: Sendable {
        let schema: Schema
        let example: JSON
        /// Whether an empty body stands for `{}`.
        var mayBeEmpty = false
    }

    struct Success: Sendable {
        let status: Int
        let words: String
        /// `nil` for an answer without a body.
        let schema: Schema?
        /// What the answer is when it is not JSON.
        var mediaType = "application/json"
    }

    /// The names between braces, in order.
    var parameters: [String] {
        path.split(separator: "/").compactMap { segment in
            segment.hasPrefix("{") ? String(segment.dropFirst().dropLast()) : nil
        }
    }

    /// The values of the path's parameters; `nil` when `segments` are of another path.
    func match(_ segments: [Substring]) -> [String: String]? {
        Route.match(path.split(separator: "/"), segments)
    }

    static func match(_ own: [Substring], _ segments: [Substring]) -> [String: String]? {
        guard own.count == segments.count else { return nil }
        var values: [String: String] = [:]
        for (expected, segment) in zip(own, segments) {
            if expected.hasPrefix("{") {
                values[String(expected.dropFirst().dropLast())] = String(segment)
            } else if expected != segment {
                return nil
            }
        }
        return values
    }
}

/// What a handler gives back; the dispatcher adds the headers every answer has.
struct Answer: Sendable {
    enum Content: Sendable {
        case none
        case json(JSON)
        case text(String, mediaType: String)
        case stream(Stream)
    }

    /// A body that is written as it comes to be.
    struct Stream: Sendable {
        let mediaType: String
        let write: @Sendable (inout any ResponseBodyWriter) async throws -> Void
        /// What is done instead when only the headers are wanted.
        let drop: @Sendable () -> Void
    }

    let status: Int
    var content: Content
    var headers: [(name: String, value: String)] = []

    static func json(_ json: JSON) -> Answer { Answer(status: 200, content: .json(json)) }

    static let noContent = Answer(status: 204, content: .none)
}
