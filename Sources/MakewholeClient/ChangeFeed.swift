import Foundation

/// A screen that can be brought up to date.
@MainActor
public protocol Refreshable: AnyObject, Sendable {
    /// Reads anew what the screen shows. It never disturbs what the customer is about to send, nor
    /// what was sent and has no answer.
    func refresh() async
}

/// Tells the app that something of the customer's changed, over a stream that stays open.
///
/// The stream says that there is something new and not what: screens read it themselves. A stream
/// that breaks is opened again from where it was, so that a change in between is told too; one that
/// cannot be opened is tried again after a pause that doubles, ``pauseMaxSeconds`` at most.
public actor ChangeFeed {
    private let client: Client
    private let pause: @Sendable (_ milliseconds: Int64) async throws -> Void
    private var last: String?

    /// What the server says is used; this before it said anything.
    static let pauseMilliseconds: Int64 = 3_000
    public static let pauseMaxSeconds: Int64 = 120
    /// Part of a pause, in percent, by which it may be longer, so that apps that lost their streams
    /// together do not come back together.
    static let jitterPercent: Int64 = 25

    /// - Parameter pause: waits; another one for tests.
    public init(
        client: Client,
        pause: @escaping @Sendable (_ milliseconds: Int64) async throws -> Void = {
            try await Task.sleep(for: .milliseconds($0))
        }
    ) {
        self.client = client
        self.pause = pause
    }

    /// Brings the screens up to date when something changed, until the task is cancelled.
    ///
    /// - Throws: what no waiting mends: signed out, or refused for good.
    public func follow(_ screens: [any Refreshable]) async throws(ClientFailure) {
        try await follow {
            for screen in screens { await screen.refresh() }
        }
    }

    /// Calls `body` when something changed, and at the beginning, until the task is cancelled.
    ///
    /// - Throws: what no waiting mends: signed out, or refused for good.
    public func follow(_ body: @Sendable () async -> Void) async throws(ClientFailure) {
        var usual = Self.pauseMilliseconds
        var failures = 0
        while !Task.isCancelled {
            var asked: Int64 = 0
            do throws(ClientFailure) {
                let answer = try await client.openChanges(after: last)
                switch answer.status {
                case 200:
                    failures = 0
                    try await read(answer.parts, usual: &usual, body)
                case 401: throw .signedOut
                case 408, 429, 500...:
                    failures += 1
                    asked = answer.retryAfterSeconds ?? 0
                default: throw .refused(await problem(of: answer))
                }
            } catch {
                switch error {
                case .signedOut, .refused: throw error
                case .unreachable, .malformed, .tooManyUnanswered: failures += 1
                }
            }
            guard !Task.isCancelled else { return }
            let wait = max(
                Self.wait(after: failures, usual: usual),
                min(asked, Self.pauseMaxSeconds) * 1_000)
            do {
                try await pause(wait + Int64.random(in: 0...(wait * Self.jitterPercent / 100)))
            } catch {
                return
            }
        }
    }

    /// Milliseconds before the next try, without what is added by chance.
    static func wait(after failures: Int, usual: Int64) -> Int64 {
        let doublings = min(max(failures - 1, 0), 16)
        return min(max(usual, 100) << Int64(doublings), pauseMaxSeconds * 1_000)
    }

    private func read(
        _ parts: AsyncThrowingStream<Data, any Error>, usual: inout Int64,
        _ body: @Sendable () async -> Void
    ) async throws(ClientFailure) {
        var reader = EventStreamReader(lastID: last)
        do {
            for try await part in parts {
                let events = try reader.take(part)
                if let retry = reader.retryMilliseconds {
                    usual = min(retry, Self.pauseMaxSeconds * 1_000)
                }
                // Several in one part are one look.
                if !events.isEmpty { await body() }
                // After the look: ended in between, it is made again.
                last = reader.lastID
            }
        } catch let failure as ClientFailure {
            throw failure
        } catch {
            throw .unreachable
        }
    }

    private func problem(of answer: OpenAnswer) async -> Problem {
        var data = Data()
        do {
            for try await part in answer.parts where data.count < EventStreamReader.bytesMax {
                data += part
            }
            return try Timestamps.decoder().decode(Problem.self, from: data)
        } catch {
            // The status alone says that it is refused.
            return Problem(
                code: "", title: "", status: answer.status, detail: nil, requestId: nil,
                outcome: nil, owedMinor: nil)
        }
    }
}
