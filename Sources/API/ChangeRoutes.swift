import Foundation
import Hummingbird
import Ledger
import Service
import Wire

// MARK: - That something changed, over a stream that stays open

extension RouteTable {
    static let changes: [Route] = [
        Route(
            method: .get, path: "/v1/customers/{customer}/changes", operation: "followChanges",
            tag: .customers,
            summary: "Be told that something of the customer's changed, over an event stream",
            access: .key(.customersRead),
            answer: Route.Success(
                status: 200,
                words: "A stream of events named change, which says that and not what; "
                    + "`Last-Event-ID` goes on where another broke off.",
                schema: .words, mediaType: "text/event-stream"),
            problems: ["customer_unknown", "busy"], handle: followChanges)
    ]

    /// Milliseconds before a reader opens a stream that ended again.
    private static let retry = 3_000
    private static let retrySeconds = "15"
    private static let beat = ByteBuffer(string: ":\n\n")

    @Sendable private static func followChanges(_ call: Call) async throws -> Answer {
        let id = try call.customer().id
        let live = call.service.live
        guard let page = live.open(id, session: Data(call.key?.hash ?? [])) else {
            throw Denial(
                .busy, "Too many streams are open. Read the lists meanwhile.",
                headers: [("Retry-After", retrySeconds)])
        }
        let known = call.header("Last-Event-ID").flatMap { Int64($0) }.map { max(0, $0) }
        // A reader that does not say where it was looks at everything once.
        let isTold: Bool
        do {
            isTold = try known.map { try live.isBehind(id, after: $0, call.service.reader) } ?? true
        } catch {
            live.close(page.number, of: id)
            throw error
        }
        // After a start the service has not looked yet, and a reader's number never goes back.
        let start = max(page.start, known ?? 0)
        let stream = Answer.Stream(mediaType: "text/event-stream") { writer in
            defer { live.close(page.number, of: id) }
            try await writer.write(ByteBuffer(string: "retry: \(retry)\n\n"))
            var last = start
            if isTold { try await writer.write(change(start)) }
            for await number in page.numbers {
                try await writer.write(number > last ? change(number) : beat)
                last = max(last, number)
            }
            try await writer.finish(nil)
        } drop: {
            live.close(page.number, of: id)
        }
        return Answer(
            status: 200, content: .stream(stream), headers: [("X-Accel-Buffering", "no")])
    }

    private static func change(_ number: Int64) -> ByteBuffer {
        ByteBuffer(string: "id: \(number)\nevent: change\ndata: {}\n\n")
    }
}
