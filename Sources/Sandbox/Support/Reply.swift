import HTML
import HTTPTypes
import Hummingbird
import NIOCore
import Wire

/// Answers of the sandbox, all made here so that every one carries the same careful headers.
enum Reply {
    static func json(
        _ value: JSON, status: HTTPResponse.Status = .ok
    ) -> Response {
        response(status, "application/json", value.bytes())
    }

    static func problem(
        _ status: HTTPResponse.Status, _ code: String, _ detail: String
    ) -> Response {
        let problem = ProblemDetails(
            type: "/problems/\(code)", title: status.reasonPhrase, status: status.code,
            detail: detail)
        return response(status, ProblemDetails.contentType, problem.bytes)
    }

    static func problem(_ problem: ProblemDetails) -> Response {
        response(
            HTTPResponse.Status(code: problem.status), ProblemDetails.contentType, problem.bytes)
    }

    static func page(_ markup: Markup, status: HTTPResponse.Status = .ok) -> Response {
        var response = response(status, "text/html; charset=utf-8", markup.bytes())
        response.headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
            + "frame-ancestors 'none'"
        return response
    }

    static func text(
        _ text: String, type: String = "text/plain; charset=utf-8",
        status: HTTPResponse.Status = .ok
    ) -> Response {
        response(status, type, Array(text.utf8))
    }

    /// Sends a browser elsewhere after a form, so that reloading does not send the form again.
    static func redirect(_ location: String, flash: Flash? = nil) -> Response {
        var response = Response(status: .seeOther)
        response.headers[.location] = location
        response.headers[.cacheControl] = "no-store"
        if let flash { response.headers[.setCookie] = flash.cookie }
        return response
    }

    private static func response(
        _ status: HTTPResponse.Status, _ type: String, _ bytes: [UInt8]
    ) -> Response {
        var response = Response(
            status: status, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        response.headers[.contentType] = type
        response.headers[.contentLength] = String(bytes.count)
        response.headers[.cacheControl] = "no-store"
        response.headers[.xContentTypeOptions] = "nosniff"
        return response
    }
}

/// One sentence that survives one redirect.
struct Flash: Sendable, Equatable {
    enum Tone: String, Sendable {
        case done
        case problem
    }

    var tone: Tone
    var text: String

    static let cookieName = "sandbox_flash"

    /// Longer sentences are cut: a cookie holds four kilobytes.
    private static let textMax = 600

    var cookie: String {
        let hex = text.prefix(Self.textMax).utf8.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        return "\(Self.cookieName)=\(tone.rawValue).\(hex); Path=/; Max-Age=60; HttpOnly; "
            + "SameSite=Strict"
    }

    /// Takes the sentence back when it was shown.
    static let clearing = "\(cookieName)=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"

    /// Reads the cookie of a request; anything that we did not write is no flash.
    init?(_ request: Request) {
        let cookies = request.headers[values: .cookie].flatMap { $0.split(separator: ";") }
        let prefix = "\(Self.cookieName)="
        guard
            let value = cookies.map({ $0.drop(while: { $0 == " " }) })
                .first(where: { $0.hasPrefix(prefix) })?.dropFirst(prefix.count)
        else { return nil }
        let parts = value.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let tone = Tone(rawValue: String(parts[0])) else { return nil }
        var bytes: [UInt8] = []
        var rest = parts[1]
        while rest.count >= 2 {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        guard let text = String(validating: bytes, as: UTF8.self), !text.isEmpty else {
            return nil
        }
        self.init(tone: tone, text: text)
    }

    init(tone: Tone, text: String) {
        self.tone = tone
        self.text = text
    }
}

/// Reading requests, with one limit for all bodies.
extension Request {
    /// Larger than any request of the sandbox by far.
    static let bodyBytesMax = 256 * 1024

    /// The body as bytes; a body that is too large is refused by the server with 413.
    func bytes() async throws -> [UInt8] {
        Array(buffer: try await body.collect(upTo: Self.bodyBytesMax))
    }

    /// Reads a JSON object by `body`, or throws the problem to answer with.
    func read<Value>(
        _ read: (inout JSONObjectReader) -> Value
    ) async throws -> Value {
        let bytes = try await bytes()
        do {
            return try JSONObjectReader.read(
                JSON.parse(bytes, bytesMax: Self.bodyBytesMax), read)
        } catch let error as JSONError {
            throw ProblemDetails(type: "/problems/malformed-json", error)
        } catch let error as InvalidBody {
            throw ProblemDetails(type: "/problems/invalid-body", error)
        }
    }

    /// The fields of a form; a malformed form reads as the problem to answer with.
    func form() async throws -> FormBody {
        let bytes = try await bytes()
        do {
            return try FormBody.parse(bytes, bytesMax: Self.bodyBytesMax)
        } catch {
            throw ProblemDetails(
                type: "/problems/malformed-form", title: "Bad Request", status: 400,
                detail: "The form could not be read. Send it as \(FormBody.contentType).")
        }
    }
}

/// Turns a thrown problem into its answer, and refuses forms posted by other web sites.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        // Browsers say where a form comes from; a page of somebody else must not press our buttons.
        if request.method == .post, request.headers[.secFetchSite] == "cross-site" {
            return Reply.problem(
                .forbidden, "cross-site", "Open the sandbox's own page and press the button there.")
        }
        do {
            return try await next(request, context)
        } catch let problem as ProblemDetails {
            return Reply.problem(problem)
        }
    }
}

extension HTTPField.Name {
    /// Where a request comes from, as browsers report it (Fetch Metadata).
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
    /// The key that makes a repeated POST harmless.
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
    /// Asks a browser to load the page again.
    static let refresh = HTTPField.Name("Refresh")!
}
