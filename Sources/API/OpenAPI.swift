import Ledger
import Service
import Wire

extension API {
    /// The OpenAPI 3.1 document of ``routes``: written from the same rows that answer.
    var openAPI: JSON {
        var paths = JSON.Object()
        for route in routes {
            let path = paths[route.path] ?? .object(JSON.Object())
            paths[route.path] = path.with(route.method.rawValue.lowercased(), operation(route))
        }
        return .object([
            ("openapi", "3.1.0"),
            (
                "info",
                [
                    "title": .string("\(service.settings.brand) API"), "version": "1.0.0",
                    "summary": "Instant credit on bank deposits, and what follows when one fails.",
                    "description": .string(API.introduction),
                    "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
                ]
            ),
            ("servers", [["url": .string(service.settings.publicURL)]]),
            ("security", [["key": .array([])]]),
            (
                "tags",
                .array(
                    Route.Tag.allCases.filter { tag in routes.contains { $0.tag == tag } }.map {
                        ["name": .string($0.rawValue), "description": .string($0.words)]
                    })
            ),
            ("paths", .object(paths)),
            ("webhooks", ["event": ["post": API.message]]),
            ("components", components),
        ])
    }

    /// What an endpoint of the host is sent.
    private static var message: JSON {
        let headers: [(String, String)] = [
            (WebhookSignature.idHeader, "The event's id: the same for every try."),
            (WebhookSignature.timestampHeader, "When it was signed, in seconds since 1970."),
            (
                WebhookSignature.signatureHeader,
                "Signatures of Standard Webhooks, one for each secret or key in force."
            ),
        ]
        return [
            "operationId": "event", "tags": [.string(Route.Tag.events.rawValue)],
            "summary": "An event, sent to each endpoint that wants it", "security": .array([]),
            "parameters": .array(
                headers.map { name, words in
                    [
                        "name": .string(name), "in": "header", "required": true,
                        "description": .string(words), "schema": Schema.words.json,
                    ]
                }),
            "requestBody": [
                "required": true,
                "content": [
                    "application/json": ["schema": Schema.named("WebhookMessage").json]
                ],
            ],
            "responses": [
                "2XX": ["description": "It was taken; anything else is tried again."],
                "410": ["description": "Nobody is here any more: the endpoint is switched off."],
            ],
        ]
    }

    private static let introduction = """
        Amounts of dollars are whole cents in fields that end in `_minor`; quantities of other \
        assets and prices are decimal text. Times are RFC 3339 in UTC. A value that is not there \
        is `null`. Fields that are not known are refused in requests; in answers more may be added.

        A POST that moves money needs the header `Idempotency-Key`. The same key with the same \
        request gives the same answer, with `Idempotency-Replayed: true`; with another request it \
        is refused. Keys are kept for ever and belong to the API key that used them. A request \
        that was refused leaves no trace and may be made again with its key.

        Errors are RFC 9457 problems. Rely on `code`; `detail` is for people.
        """

    private func operation(_ route: Route) -> JSON {
        var operation: JSON.Object = [
            "operationId": .string(route.operation), "tags": [.string(route.tag.rawValue)],
            "summary": .string(route.summary),
        ]
        let parameters = parameters(route)
        if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
        if let body = route.body {
            operation["requestBody"] = [
                "required": .boolean(!body.mayBeEmpty),
                "content": [
                    "application/json": ["schema": body.schema.json, "example": body.example]
                ],
            ]
        } else if route.access == .signature {
            operation["requestBody"] = [
                "required": true,
                "content": [
                    "application/json": [
                        "schema": ["type": "object", "additionalProperties": true]
                    ]
                ],
            ]
        }
        operation["responses"] = responses(route)
        switch route.access {
        case .key(let scope):
            operation["security"] = [["key": .array([])]]
            operation["x-scope"] = .string(scope.rawValue)
        case .open: operation["security"] = .array([])
        case .signature:
            operation["security"] = [["webhook": .array([])]]
        }
        return .object(operation)
    }

    private func parameters(_ route: Route) -> [JSON] {
        var parameters: [JSON] = route.parameters.map { name in
            [
                "name": .string(name), "in": "path", "required": true,
                "schema": API.schema(ofParameter: name).json,
            ]
        }
        parameters += route.query.map { query in
            [
                "name": .string(query.name), "in": "query",
                "required": .boolean(query.name == "state"),
                "description": .string(query.words), "schema": query.schema.json,
            ]
        }
        switch route.idempotency {
        case .none: break
        case .optional, .required:
            parameters.append([
                "$ref": .string(
                    "#/components/parameters/\(route.idempotency == .required ? "" : "Optional")"
                        + "IdempotencyKey")
            ])
        }
        return parameters
    }

    private static func schema(ofParameter name: String) -> Schema {
        switch name {
        case "customer": .id(CustomerID.self)
        case "method": .id(PaymentMethodID.self)
        case "deposit": .id(DepositID.self)
        case "order": .id(OrderID.self)
        case "withdrawal": .id(WithdrawalID.self)
        case "obligation": .id(ObligationID.self)
        case "settlement": .id(SettlementID.self)
        case "sale": .id(SaleID.self)
        case "endpoint": .id(WebhookEndpointID.self)
        default: .pattern("^[a-z_]+$", example: "owing")
        }
    }

    private func responses(_ route: Route) -> JSON {
        var answer: JSON.Object = ["description": .string(route.answer.words)]
        var headers: JSON.Object = ["X-Request-Id": ["$ref": "#/components/headers/RequestId"]]
        if route.idempotency != .none {
            headers["Idempotency-Replayed"] = [
                "$ref": "#/components/headers/IdempotencyReplayed"
            ]
        }
        answer["headers"] = .object(headers)
        if let schema = route.answer.schema {
            let content: JSON = ["schema": schema.json]
            answer["content"] = .object([(route.answer.mediaType, content)])
        }
        var responses: [(String, JSON)] = [("\(route.answer.status)", .object(answer))]
        let codes = Set(problems(of: route))
        let book = ProblemBook(policy: service.policies.versions[0])
        let entries = book.entries.filter { codes.contains($0.code) }
        for status in Set(entries.map(\.status)).sorted() {
            let lines = entries.filter { $0.status == status }.map { "`\($0.code)`: \($0.title)." }
            responses.append(
                (
                    "\(status)",
                    [
                        "description": .string(lines.joined(separator: " ")),
                        "headers": ["X-Request-Id": ["$ref": "#/components/headers/RequestId"]],
                        "content": [
                            "application/problem+json": [
                                "schema": Schema.named("Problem").json
                            ]
                        ],
                    ]
                ))
        }
        return .object(responses)
    }

    /// The row's own problems with those all of its kind share.
    private func problems(of route: Route) -> [String] {
        var codes = route.problems + [EdgeProblem.internalError.rawValue]
        func add(_ problems: EdgeProblem...) { codes += problems.map(\.rawValue) }
        add(.methodNotAllowed)
        if route.access.needsKey { add(.unauthenticated, .scopeMissing) }
        if !route.parameters.isEmpty || route.access == .open { add(.notFound) }
        if route.parameters.contains("customer") { codes.append("customer_unknown") }
        add(.invalidQuery)
        if route.query.contains(where: { $0.name == "cursor" }) { add(.invalidCursor) }
        if route.method == .post {
            add(.malformedJSON, .bodyTooLarge, .mediaTypeUnsupported, .invalidBody)
            add(.busy, .storeUnavailable, .stopping)
        }
        if route.idempotency == .required { add(.idempotencyKeyMissing) }
        if route.idempotency != .none || route.access == .signature {
            add(.idempotencyKeyMalformed, .idempotencyKeyReused)
        }
        return codes
    }

    private var components: JSON {
        let key: JSON = [
            "name": .string(Dispatcher.idempotencyKeyName), "in": "header",
            "description":
                "A text of your own for this request, quoted or not; the same when you try again.",
            "schema": Schema.pattern(
                #"^("([ !#-\[\]-~]|\\["\\])+"|[!#-+\--~]+)$"#, example: "deposit-2026-03-02-0001"
            ).json,
        ]
        return [
            "securitySchemes": [
                "key": [
                    "type": "http", "scheme": "bearer",
                    "description": "An API key. What it may do is its scopes; see `x-scope`.",
                ],
                "webhook": [
                    "type": "apiKey", "in": "header",
                    "name": .string(WebhookSignature.signatureHeader),
                    "description": "Standard Webhooks, HMAC-SHA256.",
                ],
            ],
            "parameters": [
                "IdempotencyKey": key.with("required", true),
                "OptionalIdempotencyKey": key.with("required", false),
            ],
            "headers": [
                "RequestId": [
                    "description": "Names this request; tell it when you ask about it.",
                    "schema": Schema.words.json,
                ],
                "IdempotencyReplayed": [
                    "description": "`true` when the answer is that of an earlier request.",
                    "schema": Schema.words.json,
                ],
            ],
            "schemas": .object(Schemas.all.map { ($0.key, $0.value.json) }),
        ]
    }
}
