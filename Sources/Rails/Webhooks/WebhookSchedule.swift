import Banking
import Edges

/// When a delivery is tried, and what an answer means: the schedule that Standard Webhooks shows,
/// ten tries over 75 hours and 35 minutes.
public enum WebhookSchedule {
    /// Seconds from one try to the next; the first is made at once.
    public static let delays: [Int64] = [
        0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400,
    ]
    /// A try is later than its time by a part of the delay, at most so many thousandths of it, so
    /// that what failed together does not come back together.
    public static let jitterMax: Int64 = 100
    /// An endpoint that asks for more rest than a day does not get it.
    static let restMax: Int64 = 86_400
    /// The rest of an endpoint that says it is too busy and not for how long.
    static let restUsual: Int64 = 30

    /// When the next try is due after so many; `nil` after the last.
    ///
    /// - Parameters:
    ///   - rest: what the endpoint asked for, in seconds.
    ///   - jitter: thousandths of the delay to be late by, 0 through ``jitterMax``.
    public static func next(
        after attempts: Int, at now: Instant, rest: Int64?, jitter: Int64
    ) -> Instant? {
        guard delays.indices.contains(attempts) else { return nil }
        let milliseconds = delays[attempts] * (1_000 + min(max(jitter, 0), jitterMax))
        let asked = min(rest ?? 0, restMax) * 1_000
        return Instant(milliseconds: now.milliseconds + max(milliseconds, asked))
    }

    /// What a status means: only 2xx is success, and a redirect is a failure like others.
    public static func result(of status: Int) -> WebhookStore.Try.Result {
        switch status {
        case 200..<300: .delivered
        case 300..<400: .redirected
        case 410: .gone
        case 429, 502, 504: .throttled
        default: .refused
        }
    }

    /// Until when an endpoint is left alone after an answer, in seconds; `nil` when it is not.
    static func rest(after result: WebhookStore.Try.Result, retryAfter: Int64?) -> Int64? {
        switch result {
        case .throttled: min(retryAfter ?? restUsual, restMax)
        case .refused: retryAfter.map { min($0, restMax) }
        case .delivered, .gone, .redirected, .timedOut, .unreachable, .untrusted, .nameUnknown,
            .addressForbidden:
            nil
        }
    }

    /// The value of `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3). `nil` when it is
    /// neither; none when the date is past.
    public static func retryAfter(_ text: String?, at now: Instant) -> Int64? {
        guard let text, text.utf8.count <= 64 else { return nil }
        if (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return Int64(text)
        }
        let parts = text.split(separator: " ")
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        guard parts.count == 6, parts[5] == "GMT",
            let month = months.firstIndex(of: String(parts[2])),
            let instant = Instant(
                rfc3339: "\(parts[3])-\(month < 9 ? "0" : "")\(month + 1)-\(parts[1])T\(parts[4])Z")
        else { return nil }
        return max(0, (instant - now + 999) / 1_000)
    }
}
