import Engine
import Foundation
import Hummingbird
import Rules
import Service
import Tables
import Vocabulary
import Wire

/// A header field of a request or an answer.
typealias Header = HTTPFields.Element

/// Brings a request to its route and the answer back: who may, what was sent, what went wrong.
struct Dispatcher: Sendable {
    private let service: Service
    /// Each route with its path taken apart, by the number of its parts.
    private let routes: [Int: [(route: Route, segments: [Substring])]]
    private let openAPI: [UInt8]

    init(service: Service, routes: [Route], openAPI: [UInt8]) {
        self.service = service
        let rows = routes.map { (route: $0, segments: $0.path.split(separator: "/")) }
        self.routes = Dictionary(grouping: rows) { $0.segments.count }
        self.openAPI = openAPI
    }

    /// Never throws: what goes wrong is an answer too.
    func respond(to request: Request, _ context: BasicRequestContext) async -> Response {
        var answer: Answer
        do {
            answer = try await carryOut(request, context)
        } catch {
            answer = self.answer(to: error, request, context)
        }
        answer.headers += [
            ("X-Request-Id", context.id), ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return response(answer, withBody: request.method != .head)
    }

    private func carryOut(
        _ request: Request, _ context: BasicRequestContext
    ) async throws -> Answer {
        let path = request.uri.path
        let segments = path.split(separator: "/")
        // HEAD is GET without the body (RFC 9110, section 9.3.2).
        let method = request.method == .head ? "GET" : request.method.rawValue
        let found = routes[segments.count, default: []].compactMap { row in
            Route.match(row.segments, segments).map { (route: row.route, parameters: $0) }
        }
        let match = found.first { $0.route.method.rawValue == method }
        // Who is asking comes first: without a key nobody learns which paths there are.
        let isPrivate = match.map(\.route.access.needsKey) ?? (segments.first == "v1")
        let key = isPrivate ? try authenticate(request) : nil
        guard let (route, parameters) = match else {
            guard !found.isEmpty else { throw Denial(.notFound) }
            let allowed = found.map(\.route.method.rawValue)
                .flatMap { $0 == "GET" ? ["GET", "HEAD"] : [$0] }
            throw Denial(
                .methodNotAllowed, headers: [("Allow", allowed.joined(separator: ", "))])
        }
        context.coreContext.endpointPath.value = route.path
        if case .key(let scope) = route.access, key?.scopes.contains(scope) != true {
            throw Denial(
                .scopeMissing, "The key lacks the scope \(scope.rawValue).",
                headers: [
                    (
                        "WWW-Authenticate",
                        "Bearer error=\"insufficient_scope\", scope=\"\(scope.rawValue)\""
                    )
                ])
        }
        let logger = context.logger
        let idempotencyKey = try idempotencyKey(request, route)
        let query = try query(request, route)
        let rawBody = route.method == .post ? try await bytes(request) : []
        let call = Call(
            service: service, route: route, parameters: parameters, query: query, key: key,
            idempotencyKey: idempotencyKey,
            body: try json(rawBody, request, route), rawBody: rawBody,
            header: { name in Header.Name(name).flatMap { request.headers[$0] } },
            requestID: context.id, log: { logger.warning("\($0)") })
        if route.operation == "getOpenAPI" {
            return Answer(
                status: 200,
                content: .text(
                    String(decoding: openAPI, as: UTF8.self), mediaType: "application/json"))
        }
        return try await route.handle(call)
    }

    // MARK: Who

    private func authenticate(_ request: Request) throws -> Service.APIKey {
        let challenge = [("WWW-Authenticate", "Bearer realm=\"makewhole\"")]
        guard let header = request.headers[.authorization] else {
            throw Denial(.unauthenticated, headers: challenge)
        }
        // The scheme's name may be in any case (RFC 9110, section 11.1).
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer",
            let key = service.settings.apiKey(String(parts[1]))
        else { throw Denial(.unauthenticated, headers: challenge) }
        return key
    }

    // MARK: What was sent

    static let idempotencyKeyName = "Idempotency-Key"
    static let idempotencyKeyLengthMax = 255

    private func idempotencyKey(_ request: Request, _ route: Route) throws -> String? {
        guard let name = Header.Name(Dispatcher.idempotencyKeyName) else { return nil }
        let values = request.headers[values: name]
        switch route.idempotency {
        case .none: return nil
        case .optional where values.isEmpty: return nil
        case .required where values.isEmpty: throw Denial(.idempotencyKeyMissing)
        case .optional, .required: break
        }
        guard values.count == 1, let key = Dispatcher.token(values[0]) else {
            throw Denial(.idempotencyKeyMalformed)
        }
        return key
    }

    /// A string of structured fields (RFC 9651, section 3.3.3), or the same text without quotes.
    static func token(_ text: String) -> String? {
        var bytes = Array(text.utf8)
        guard bytes.first == 0x22 else {
            let isToken =
                (1...idempotencyKeyLengthMax).contains(bytes.count)
                && bytes.allSatisfy { (0x21..<0x7F).contains($0) && $0 != 0x22 && $0 != 0x2C }
            return isToken ? text : nil
        }
        guard bytes.count >= 2, bytes.removeLast() == 0x22 else { return nil }
        var key: [UInt8] = []
        var rest = bytes.dropFirst()
        while let byte = rest.popFirst() {
            switch byte {
            case 0x22: return nil
            case 0x5C:
                guard let escaped = rest.popFirst(), escaped == 0x22 || escaped == 0x5C else {
                    return nil
                }
                key.append(escaped)
            case 0x20..<0x7F: key.append(byte)
            default: return nil
            }
        }
        guard (1...idempotencyKeyLengthMax).contains(key.count) else { return nil }
        return String(decoding: key, as: UTF8.self)
    }

    private func query(_ request: Request, _ route: Route) throws -> [String: String] {
        guard let text = request.uri.query, !text.isEmpty else { return [:] }
        var values: [String: String] = [:]
        for item in text.split(separator: "&") {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = String(parts[0]).removingPercentEncoding,
                route.query.contains(where: { $0.name == name })
            else {
                let known = route.query.map(\.name).joined(separator: ", ")
                throw Denial(
                    .invalidQuery,
                    known.isEmpty
                        ? "This path takes no query." : "The parameters here are: \(known).")
            }
            guard parts.count == 2, let value = String(parts[1]).removingPercentEncoding,
                !value.isEmpty, values.updateValue(value, forKey: name) == nil
            else { throw Denial(.invalidQuery, "\(name) must be given once, with a value.") }
        }
        return values
    }

    /// The body in whole, never more than ``Call/bodyBytesMax``.
    private func bytes(_ request: Request) async throws -> [UInt8] {
        if let length = request.headers[.contentLength].flatMap(Int.init),
            length > Call.bodyBytesMax
        {
            throw Denial(.bodyTooLarge)
        }
        var bytes: [UInt8] = []
        for try await buffer in request.body {
            guard bytes.count + buffer.readableBytes <= Call.bodyBytesMax else {
                throw Denial(.bodyTooLarge)
            }
            bytes += buffer.readableBytesView
        }
        return bytes
    }

    private func json(_ bytes: [UInt8], _ request: Request, _ route: Route) throws -> JSON {
        guard let body = route.body else {
            guard route.access != .signature, !bytes.isEmpty else { return .object([:]) }
            throw Denial(.invalidBody, "This takes no body.")
        }
        if bytes.isEmpty, body.mayBeEmpty { return .object([:]) }
        let mediaType = request.headers[.contentType]?
            .split(separator: ";").first.map {
                $0.trimmingCharacters(in: .whitespaces).lowercased()
            }
        guard mediaType == "application/json" else { throw Denial(.mediaTypeUnsupported) }
        return try JSON.parse(bytes, bytesMax: Call.bodyBytesMax)
    }

    // MARK: What went wrong

    private func answer(
        to error: any Error, _ request: Request, _ context: BasicRequestContext
    ) -> Answer {
        switch error {
        case let denial as Denial:
            return problem(
                denial.problem, detail: denial.detail ?? denial.problem.detail,
                errors: denial.errors, headers: denial.headers, context)
        case let decided as Decided:
            return answer(to: decided.refusal, outcome: .refused, context)
        case let refusal as Refusal:
            // Of something the request names, before it was decided.
            return answer(to: refusal, outcome: .notReached, context)
        case let invalid as InvalidBody:
            let count = invalid.errors.count
            return problem(
                .invalidBody,
                detail: count == 1 ? "One field is at fault." : "\(count) fields are at fault.",
                errors: invalid.errors, headers: [], context)
        case let malformed as JSONError:
            return problem(
                .malformedJSON, detail: "\(malformed).",
                errors: [
                    FieldError(
                        pointer: malformed.pointer, code: .malformed, detail: "\(malformed).")
                ], headers: [], context)
        case let fault as Fault:
            if case .store(let sentence) = fault { context.logger.error("The store: \(sentence)") }
            let denial = Denial(fault)
            return problem(
                denial.problem, detail: denial.problem.detail, errors: [],
                headers: denial.headers, context)
        case let fault as DatabaseFault where fault.mayPass:
            context.logger.error("The database: \(fault)")
            let denial = Denial(.storeUnavailable, headers: [("Retry-After", "1")])
            return problem(
                denial.problem, detail: denial.problem.detail, errors: [],
                headers: denial.headers, context)
        default:
            // Never in the answer: what went wrong inside is for the log.
            context.logger.error("\(request.method) failed: \(error)")
            return problem(
                .internalError, detail: EdgeProblem.internalError.detail, errors: [], headers: [],
                context)
        }
    }

    private func answer(
        to refusal: Refusal, outcome: ProblemOutcome, _ context: BasicRequestContext
    ) -> Answer {
        let policy = service.policies.policy(at: service.clock.now())
        let told = Describe(policy).problem(refusal)
        if told.status >= 500 { context.logger.error("The rules refused: \(refusal)") }
        return answer(
            told.details(base: base), outcome,
            told.status == 503 ? [("Retry-After", "60")] : [], context)
    }

    private var base: String { service.settings.publicURL + "/problems/" }

    private func problem(
        _ problem: EdgeProblem, detail: String, errors: [FieldError],
        headers: [(name: String, value: String)], _ context: BasicRequestContext
    ) -> Answer {
        answer(
            ProblemDetails(
                type: base + problem.rawValue, title: problem.title, status: problem.status,
                detail: detail, errors: errors, extensions: ["code": .string(problem.rawValue)]),
            problem.outcome, headers, context)
    }

    private func answer(
        _ details: ProblemDetails, _ outcome: ProblemOutcome,
        _ headers: [(name: String, value: String)], _ context: BasicRequestContext
    ) -> Answer {
        let json = details.json.with("outcome", .string(outcome.rawValue))
            .with("request_id", .string(context.id))
        return Answer(
            status: details.status,
            content: .text(json.text(), mediaType: ProblemDetails.contentType), headers: headers)
    }

    // MARK: Out

    private func response(_ answer: Answer, withBody: Bool) -> Response {
        var headers = HTTPFields()
        for (name, value) in answer.headers {
            if let name = Header.Name(name) { headers[name] = value }
        }
        var body = ResponseBody()
        switch answer.content {
        case .none: break
        case .json(let json):
            headers[.contentType] = "application/json"
            body = ResponseBody(byteBuffer: ByteBuffer(bytes: json.bytes()))
        case .text(let text, let mediaType):
            headers[.contentType] = mediaType
            body = ResponseBody(byteBuffer: ByteBuffer(string: text))
        case .stream(let stream):
            headers[.contentType] = stream.mediaType
            guard withBody else {
                stream.drop()
                break
            }
            body = ResponseBody { try await stream.write(&$0) }
        }
        let response = Response(
            status: HTTPResponse.Status(code: answer.status), headers: headers, body: body)
        return withBody ? response : response.createHeadResponse()
    }
}

extension Route.Access {
    var needsKey: Bool {
        switch self {
        case .key: true
        case .open, .signature: false
        }
    }
}
