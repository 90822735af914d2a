import AsyncHTTPClient
import Banking
import NIOCore
import Wire

/// Why a call of Makewhole's API brought no answer to use.
enum MakewholeFailure: Error, CustomStringConvertible {
    /// Nobody answered, or too late.
    case unreachable(String)
    /// Makewhole said no; its own sentence.
    case refused(status: Int, code: String, detail: String)
    /// The answer is not what the API promises.
    case unexpected(String)

    var description: String {
        switch self {
        case .unreachable(let reason): "Makewhole cannot be reached: \(reason)"
        case .refused(let status, _, let detail): "\(detail) (\(status))"
        case .unexpected(let what): "Makewhole's answer was not understood: \(what)"
        }
    }
}

/// Calls of Makewhole's JSON API with the host's key.
struct MakewholeClient: Sendable {
    let client: HTTPClient
    /// Without a slash at the end.
    let base: String
    let hostKey: String

    /// The largest answer that is read.
    static let answerBytesMax = 1024 * 1024

    /// How long a call may take; Makewhole answers within milliseconds or not at all.
    static let timeout = TimeAmount.seconds(10)

    /// GETs a path; the JSON of a 2xx answer.
    func get(_ path: String) async throws(MakewholeFailure) -> JSON {
        try await call(.get, path, body: nil, idempotencyKey: nil)
    }

    /// POSTs JSON; a key makes a repeated call harmless.
    func post(
        _ path: String, _ body: JSON, idempotencyKey: String? = nil
    ) async throws(MakewholeFailure) -> JSON {
        try await call(.post, path, body: body, idempotencyKey: idempotencyKey)
    }

    /// DELETEs a path.
    func delete(_ path: String) async throws(MakewholeFailure) -> JSON {
        try await call(.delete, path, body: nil, idempotencyKey: nil)
    }

    private func call(
        _ method: HTTPMethodName, _ path: String, body: JSON?, idempotencyKey: String?
    ) async throws(MakewholeFailure) -> JSON {
        var request = HTTPClientRequest(url: base + path)
        request.method = .RAW(value: method.rawValue)
        request.headers.add(name: "authorization", value: "Bearer \(hostKey)")
        request.headers.add(name: "accept", value: "application/json")
        if let idempotencyKey {
            request.headers.add(name: "idempotency-key", value: idempotencyKey)
        }
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body.bytes()))
        }
        let status: Int
        let bytes: [UInt8]
        do {
            let response = try await client.execute(request, timeout: Self.timeout)
            status = Int(response.status.code)
            bytes = Array(
                buffer: try await response.body.collect(upTo: Self.answerBytesMax))
        } catch {
            throw .unreachable("\(error)")
        }
        return try Self.answer(status: status, bytes: bytes)
    }

    private static func answer(
        status: Int, bytes: [UInt8]
    ) throws(MakewholeFailure) -> JSON {
        let json: JSON
        do {
            json = bytes.isEmpty ? .null : try JSON.parse(bytes, bytesMax: answerBytesMax)
        } catch {
            throw .unexpected("status \(status), \(error)")
        }
        guard (200..<300).contains(status) else {
            throw .refused(
                status: status, code: json["code"]?.stringValue ?? "",
                detail: json["detail"]?.stringValue ?? json["title"]?.stringValue
                    ?? "Makewhole said no")
        }
        return json
    }
}

/// The methods of the API the sandbox uses.
enum HTTPMethodName: String, Sendable {
    case get = "GET"
    case post = "POST"
    case delete = "DELETE"
}

/// A reading of Makewhole's clock in sandbox mode.
struct ClockReading: Sendable, Equatable {
    var now: Instant
    /// When Makewhole will next do something by itself.
    var nextDue: Instant?
    /// Whether it is still working off what is due.
    var isBusy: Bool

    /// Reads `{"now", "next_due", "busy"}`.
    init(_ json: JSON) throws(MakewholeFailure) {
        guard let now = json["now"]?.stringValue.flatMap({ Instant(rfc3339: $0) }) else {
            throw .unexpected("the clock has no field \"now\"")
        }
        self.now = now
        nextDue = json["next_due"]?.stringValue.flatMap { Instant(rfc3339: $0) }
        isBusy = json["busy"]?.booleanValue ?? false
    }
}

extension MakewholeClient {
    func clock() async throws(MakewholeFailure) -> ClockReading {
        try ClockReading(await get("/v1/sandbox/clock"))
    }

    func advanceClock(to target: Instant) async throws(MakewholeFailure) {
        _ = try await post("/v1/sandbox/clock", ["advance_to": .string(target.rfc3339)])
    }
}
