import Foundation
import Synchronization
import Testing

@testable import MakewholeClient

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// An API that answers what a test says, and remembers what it was asked.
final class Stub: Transport {
    struct Asked: Sendable {
        let method: String
        /// With its query, below the customer's path.
        let path: String
        let key: String?
        let body: String
    }

    /// One opening of a stream: a status with its parts, or no connection at all. `isBroken` ends
    /// it with an error.
    struct Stream: Sendable {
        var status = 200
        var retryAfterSeconds: Int64?
        var parts: [String] = []
        var isBroken = false
    }

    private struct State {
        var answers: [String: [(status: Int, body: String)]] = [:]
        var asked: [Asked] = []
        var streams: [Stream?] = []
        var openedAfter: [String?] = []
        var onSend: (@Sendable (String) async -> Void)?
    }

    private let state = Mutex(State())

    /// The next answers to a method and path with its query; the last one is given again and again.
    /// Status 0 is no answer at all, and so is a path that nobody named.
    func answer(_ request: String, _ answers: (Int, String)...) {
        state.withLock { $0.answers[request] = answers.map { (status: $0.0, body: $0.1) } }
    }

    /// The next openings of the stream of changes; `nil` is no connection.
    func stream(_ streams: Stream?...) { state.withLock { $0.streams = streams } }
    func then(_ stream: Stream?) { state.withLock { $0.streams.append(stream) } }

    /// What is done while a request is under way.
    func whileSending(_ body: (@Sendable (String) async -> Void)?) {
        state.withLock { $0.onSend = body }
    }

    var asked: [Asked] { state.withLock { $0.asked } }
    /// `Last-Event-ID` of each opening.
    var openedAfter: [String?] { state.withLock { $0.openedAfter } }
    var posts: [Asked] { asked.filter { $0.method == "POST" } }

    func send(_ request: URLRequest) async throws -> (Data, HTTPURLResponse) {
        guard let url = request.url else { throw URLError(.badURL) }
        let method = request.httpMethod ?? "GET"
        let path = String(
            (url.path + (url.query.map { "?" + $0 } ?? "")).dropFirst("/v1/customers/cus_1".count))
        if let body = state.withLock({ $0.onSend }) { await body("\(method) \(path)") }
        let answer = state.withLock { state -> (status: Int, body: String)? in
            state.asked.append(
                Asked(
                    method: method, path: path,
                    key: request.value(forHTTPHeaderField: "Idempotency-Key"),
                    body: String(decoding: request.httpBody ?? Data(), as: UTF8.self)))
            let name = "\(method) \(path)"
            guard var answers = state.answers[name], let first = answers.first else { return nil }
            if answers.count > 1 { answers.removeFirst() }
            state.answers[name] = answers
            return first
        }
        guard let answer, answer.status > 0,
            let response = HTTPURLResponse(
                url: url, statusCode: answer.status, httpVersion: "HTTP/1.1", headerFields: nil)
        else { throw URLError(.cannotConnectToHost) }
        return (Data(answer.body.utf8), response)
    }

    func open(_ request: URLRequest) async throws -> OpenAnswer {
        let stream = state.withLock { state -> Stream? in
            state.openedAfter.append(request.value(forHTTPHeaderField: "Last-Event-ID"))
            return state.streams.isEmpty ? nil : state.streams.removeFirst()
        }
        guard let stream, request.url?.path == "/v1/customers/cus_1/changes" else {
            throw URLError(.cannotConnectToHost)
        }
        let (parts, bring) = AsyncThrowingStream.makeStream(of: Data.self)
        for part in stream.parts { bring.yield(Data(part.utf8)) }
        bring.finish(throwing: stream.isBroken ? URLError(.networkConnectionLost) : nil)
        return OpenAnswer(
            status: stream.status, retryAfterSeconds: stream.retryAfterSeconds, parts: parts)
    }

    /// A folder of its own, thrown away by the system.
    static func folder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("makewhole-client-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    func client(
        _ folder: URL, later seconds: TimeInterval = 0,
        authorization: @escaping @Sendable () async throws -> String = { "Bearer sample" }
    ) throws -> Client {
        Client(
            base: try #require(URL(string: "https://api.example.com")), customer: "cus_1",
            pending: try PendingRequests(folder: folder), transport: self,
            now: { Date(timeIntervalSince1970: 1_764_000_000 + seconds) },
            authorization: authorization)
    }

    // MARK: Answers

    static func customer(owed: Int64) -> String {
        """
        {"id":"cus_1","reference":"ex-1","name":"Ada Sample","display_balance_minor":\(-owed),
        "cash_minor":0,"owed_minor":\(owed),"withdrawable":{"total_minor":0,"held_minor":0,
        "next_release_at":null},"holdings":[{"asset":"BTC","quantity":"0.5"}],"more":{"new":1}}
        """
    }

    static func page(_ rows: String..., next: String? = nil) -> String {
        let cursor = next.map { "\"\($0)\"" } ?? "null"
        return "{\"data\":[\(rows.joined(separator: ","))],\"next_cursor\":\(cursor)}"
    }

    static func obligation(active: String? = nil) -> String {
        let settlement = active.map { "\"\($0)\"" } ?? "null"
        return """
            {"id":"obl_1","state":{"name":"open"},"outstanding_minor":15000,
            "pay_by":"2026-11-26T15:00:00Z","reason":"insufficient_funds",
            "active_settlement":\(settlement)}
            """
    }

    static let method = """
        {"id":"pmt_1","type":"bank_account","label":"Checking","last_four":"3210","verified":true,
        "standing":"usable"}
        """

    static let wire = SettlementOptionValue(
        kind: "wire", method: nil, asset: nil, feeMinor: 0, needsDocuments: false, unavailable: nil)

    static func option(_ kind: String, unavailable: String? = nil) -> String {
        let why = unavailable.map { "\"\($0)\"" } ?? "null"
        return """
            {"kind":"\(kind)","method":null,"asset":null,"fee_minor":250,"needs_documents":false,
            "unavailable":\(why)}
            """
    }

    static func settlement(_ state: String, documents: String = "") -> String {
        """
        {"id":"stl_1","kind":"wire","state":{"name":"\(state)"},"amount_minor":15000,
        "fee_minor":0,"reference":"ABCD1234","documents_wanted":["photo_id","bank_proof"],
        "documents_missing":[\(documents)],"action_url":null}
        """
    }

    static func notice(_ id: Int) -> String {
        """
        {"id":"ntc_\(id)","at":"2026-11-23T15:00:0\(id % 10).250Z","type":"reminder","text":"You owe.",
        "read_at":null}
        """
    }

    static func problem(
        _ code: String, status: Int, outcome: String? = "refused", owed: Int64? = nil
    ) -> String {
        let more =
            (outcome.map { ",\"outcome\":\"\($0)\"" } ?? "")
            + (owed.map { ",\"owed_minor\":\($0)" } ?? "")
        return "{\"code\":\"\(code)\",\"title\":\"No\",\"status\":\(status)\(more)}"
    }

    static let made =
        "{\"result\":\"deposit\",\"id\":\"dep_1\",\"credit_minor\":5000,"
        + "\"release_at\":\"2026-11-30T15:00:00Z\",\"reasons\":[]}"
}
