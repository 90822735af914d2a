import Banking
import Edges
import Testing

@testable import Rails

struct WebhookScheduleTests {
    private let now = Instant(milliseconds: 1_800_000_000_000)

    private func seconds(after attempts: Int, rest: Int64? = nil, jitter: Int64 = 0) -> Double? {
        WebhookSchedule.next(after: attempts, at: now, rest: rest, jitter: jitter)
            .map { Double($0 - now) / 1_000 }
    }

    @Test("Ten tries are spread over 75 hours and 35 minutes, and the tenth is the last")
    func schedule() {
        let waits = (1...9).compactMap { seconds(after: $0) }
        let all: Int64 = WebhookSchedule.delays.reduce(0, +)

        #expect(waits == [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400])
        #expect(seconds(after: 10) == nil)
        // 75 hours, 35 minutes and the first five seconds.
        #expect(all == 272_105)
    }

    @Test("A try is late by a tenth of its delay at most, and never early")
    func jitter() {
        #expect(seconds(after: 2, jitter: 0) == 300)
        #expect(seconds(after: 2, jitter: 50) == 315)
        #expect(seconds(after: 2, jitter: 5_000) == 330)
        #expect(seconds(after: 2, jitter: -9) == 300)
    }

    @Test("Rest that was asked for is given, a day of it at most")
    func rest() {
        #expect(seconds(after: 1, rest: 2) == 5)
        #expect(seconds(after: 1, rest: 600) == 600)
        #expect(seconds(after: 1, rest: 1_000_000) == 86_400)
        #expect(WebhookSchedule.rest(after: .throttled, retryAfter: nil) == 30)
        #expect(WebhookSchedule.rest(after: .throttled, retryAfter: 7) == 7)
        #expect(WebhookSchedule.rest(after: .refused, retryAfter: nil) == nil)
        #expect(WebhookSchedule.rest(after: .refused, retryAfter: 120) == 120)
        #expect(WebhookSchedule.rest(after: .delivered, retryAfter: 120) == nil)
    }

    @Test("Only 2xx is success; 3xx is a failure, 410 the end, 429, 502 and 504 a wish for rest")
    func statuses() {
        for status in 100..<600 {
            let expected: WebhookStore.Try.Result =
                switch status {
                case 200...299: .delivered
                case 300...399: .redirected
                case 410: .gone
                case 429, 502, 504: .throttled
                default: .refused
                }
            #expect(WebhookSchedule.result(of: status) == expected, "\(status)")
        }
    }

    @Test("Retry-After is read in seconds or as a date, and nothing else is guessed from it")
    func retryAfter() throws {
        let at = try #require(Instant(rfc3339: "2026-11-23T15:00:00Z"))
        func read(_ text: String?) -> Int64? { WebhookSchedule.retryAfter(text, at: at) }

        #expect(read("120") == 120)
        #expect(read("0") == 0)
        #expect(read("Mon, 23 Nov 2026 15:01:30 GMT") == 90)
        #expect(read("Mon, 23 Nov 2026 14:00:00 GMT") == 0)
        for text in [
            "", "-5", "1.5", "soon", "9999999999", "Mon, 23 Nov 2026 15:01:30 CET",
            "Mon, 23 Foo 2026 15:01:30 GMT", "Mon, 99 Nov 2026 15:01:30 GMT",
            String(repeating: "1", count: 1_000),
        ] { #expect(read(text) == nil, "\(text)") }
        #expect(read(nil) == nil)
    }
}
