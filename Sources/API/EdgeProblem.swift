import Engine
import Rules
import Vocabulary
import Wire

/// What can be wrong with a request before any rule has seen it. `docs/reference/problems.md` has a
/// row for each, next to those of the rules.
enum EdgeProblem: String, Hashable, Sendable, CaseIterable {
    case unauthenticated
    case scopeMissing = "scope_missing"
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case bodyTooLarge = "body_too_large"
    case mediaTypeUnsupported = "media_type_unsupported"
    case malformedJSON = "malformed_json"
    case invalidBody = "invalid_body"
    case invalidQuery = "invalid_query"
    case invalidCursor = "invalid_cursor"
    case idempotencyKeyMissing = "idempotency_key_missing"
    case idempotencyKeyMalformed = "idempotency_key_malformed"
    case idempotencyKeyReused = "idempotency_key_reused"
    case webhookNotVerified = "webhook_not_verified"
    case breakClosed = "break_closed"
    case webhookURLTaken = "webhook_url_taken"
    case webhookEndpointsFull = "webhook_endpoints_full"
    case webhookEndpointOff = "webhook_endpoint_off"
    case eventUnknown = "event_unknown"
    case busy
    case storeUnavailable = "store_unavailable"
    case stopping
    case notReady = "not_ready"
    case internalError = "internal_error"

    var status: Int {
        switch self {
        case .malformedJSON, .invalidQuery, .invalidCursor, .idempotencyKeyMissing,
            .idempotencyKeyMalformed:
            400
        case .unauthenticated, .webhookNotVerified: 401
        case .scopeMissing: 403
        case .notFound, .eventUnknown: 404
        case .methodNotAllowed: 405
        case .breakClosed, .webhookURLTaken, .webhookEndpointsFull, .webhookEndpointOff: 409
        case .bodyTooLarge: 413
        case .mediaTypeUnsupported: 415
        case .invalidBody, .idempotencyKeyReused: 422
        case .internalError: 500
        case .busy, .storeUnavailable, .stopping, .notReady: 503
        }
    }

    var outcome: ProblemOutcome {
        switch self {
        // Another request was carried out under the key, so this one never is.
        case .idempotencyKeyReused: .refused
        case .storeUnavailable, .internalError: .unknown
        case .unauthenticated, .scopeMissing, .notFound, .methodNotAllowed, .bodyTooLarge,
            .mediaTypeUnsupported, .malformedJSON, .invalidBody, .invalidQuery, .invalidCursor,
            .idempotencyKeyMissing, .idempotencyKeyMalformed, .webhookNotVerified, .breakClosed,
            .webhookURLTaken, .webhookEndpointsFull, .webhookEndpointOff, .eventUnknown, .busy,
            .stopping, .notReady:
            .notReached
        }
    }

    var title: String {
        switch self {
        case .unauthenticated: "An API key is required"
        case .scopeMissing: "This key may not do that"
        case .notFound: "There is nothing here"
        case .methodNotAllowed: "This method is not offered here"
        case .bodyTooLarge: "The body is too large"
        case .mediaTypeUnsupported: "The body must be JSON"
        case .malformedJSON: "The body is not valid JSON"
        case .invalidBody: "The body is not as it should be"
        case .invalidQuery: "The query is not as it should be"
        case .invalidCursor: "The cursor is not one of this list"
        case .idempotencyKeyMissing: "An Idempotency-Key is required"
        case .idempotencyKeyMalformed: "The Idempotency-Key is not as it should be"
        case .idempotencyKeyReused: "The Idempotency-Key was used for something else"
        case .webhookNotVerified: "The webhook's signature is not believed"
        case .breakClosed: "The break is closed"
        case .webhookURLTaken: "Another endpoint has this URL"
        case .webhookEndpointsFull: "There are as many endpoints as there may be"
        case .webhookEndpointOff: "The endpoint is not switched on"
        case .eventUnknown: "No event has this id"
        case .busy: "Too much is waiting"
        case .storeUnavailable: "The store did not answer"
        case .stopping: "The service is stopping"
        case .notReady: "The service is not ready"
        case .internalError: "Something is wrong on our side"
        }
    }

    /// What happened and what to do next, when nothing more particular is known.
    var detail: String {
        switch self {
        case .unauthenticated:
            "Send the header Authorization: Bearer <key> with a key that is in force."
        case .scopeMissing: "The key is known, but it lacks the scope this needs."
        case .notFound: "No such path is known. Look at /openapi.json for those that are."
        case .methodNotAllowed: "The header Allow names the methods of this path."
        case .bodyTooLarge: "A body here has at most \(Call.bodyBytesMax) bytes."
        case .mediaTypeUnsupported: "Send the header Content-Type: application/json."
        case .malformedJSON: "The body cannot be read as JSON."
        case .invalidBody: "Look at the errors, each with a pointer to its field."
        case .invalidQuery: "A parameter of the query is unknown, given twice or out of range."
        case .invalidCursor: "Use next_cursor as it was given, with the same list and filters."
        case .idempotencyKeyMissing:
            "This may move money. Send the header Idempotency-Key with a new text for each request "
                + "you mean, and the same text when you try again."
        case .idempotencyKeyMalformed:
            "An Idempotency-Key is one text of 1 through 255 visible characters, quoted or not."
        case .idempotencyKeyReused:
            "The same key came before with another request, which was carried out. Use a new key."
        case .webhookNotVerified:
            "Sign the body as Standard Webhooks describes, with the secret that was agreed."
        case .breakClosed: "Somebody closed it, or its movement was found. Nothing was done."
        case .webhookURLTaken:
            "Each URL is told once. Change the endpoint that has it, or rotate its secret."
        case .webhookEndpointsFull: "Delete one that is not needed any more."
        case .webhookEndpointOff: "Nothing is sent to it. Enable it first."
        case .eventUnknown: "Use an id as GET /v1/events or a webhook told it."
        case .busy:
            "Nothing was done. Try again after the seconds in Retry-After, with the same key."
        case .storeUnavailable:
            "Whether it was done is not known. Try again with the same Idempotency-Key."
        case .stopping: "Nothing was done. Try again in a moment, with the same key."
        case .notReady: "The database did not answer. Try again in a moment."
        case .internalError: "Nothing more is known. Tell us the request id of this answer."
        }
    }
}

/// What a problem says of a request that may move money, so that a client knows whether to ask again.
enum ProblemOutcome: String, Hashable, Sendable, CaseIterable {
    /// It was decided after its key had been looked up: neither this request nor one before it under
    /// the same key was carried out.
    case refused
    /// It ended before its key was looked up: it did nothing, and says nothing of one before it.
    case notReached = "not_reached"
    /// Whether it was carried out is not known.
    case unknown
}

/// A refusal of the rules, which came after the key had been looked up.
struct Decided: Error {
    let refusal: Refusal
}

/// A request that ends here. Thrown by whoever notices; the dispatcher makes the answer of it.
struct Denial: Error {
    let problem: EdgeProblem
    var detail: String?
    var errors: [FieldError] = []
    var headers: [(name: String, value: String)] = []

    init(
        _ problem: EdgeProblem, _ detail: String? = nil, errors: [FieldError] = [],
        headers: [(name: String, value: String)] = []
    ) {
        self.problem = problem
        self.detail = detail
        self.errors = errors
        self.headers = headers
    }

    init(_ fault: Fault) {
        switch fault {
        case .busy(let seconds):
            self.init(.busy, headers: [("Retry-After", "\(seconds)")])
        case .store: self.init(.storeUnavailable, headers: [("Retry-After", "1")])
        case .stopped: self.init(.stopping, headers: [("Retry-After", "5")])
        }
    }
}
