import AsyncHTTPClient
import Banking
import Logging
import NIOCore
import ServiceLifecycle
import Wire

/// Carries the processor's messages to Makewhole, at least once and in order.
///
/// A message is tried until an answer of 2xx, with growing pauses. Pauses are real time, since
/// they belong to the network; the signed timestamp is the sandbox's clock, which is Makewhole's
/// own, and is new at each attempt.
struct WebhookSender: Service {
    let processor: Processor
    let clock: SandboxClock
    let client: HTTPClient
    let url: String
    let secret: WebhookSecret
    let logger: Logger

    /// Longer than a busy Makewhole takes, short enough to watch.
    static let timeout = TimeAmount.seconds(15)

    /// The pause after the nth round in which nothing arrived; the last one repeats for ever. It is
    /// short enough that a demonstration goes on soon after Makewhole is back.
    static let pauses: [Duration] = [
        .milliseconds(200), .seconds(1), .seconds(2), .seconds(5), .seconds(10),
    ]

    func run() async throws {
        await cancelWhenGracefulShutdown {
            do {
                try await deliverForEver()
            } catch is CancellationError {
                return
            } catch {
                logger.error("The processor's journal cannot be written: \(error)")
            }
        }
    }

    private func deliverForEver() async throws {
        try await deliverAll()
        for await _ in processor.doorbell {
            try await deliverAll()
        }
    }

    /// Sends everything that waits, oldest first, and starts over until nothing waits. A message
    /// that is refused does not hold up the ones behind it.
    private func deliverAll() async throws {
        var failures = 0
        while true {
            let state = await processor.state
            let waiting = state.undelivered.compactMap { state.webhooks[$0] }
            if waiting.isEmpty { return }
            var arrivedCount = 0
            for message in waiting {
                try Task.checkCancellation()
                guard await deliver(message) else { continue }
                try await processor.delivered(message.id)
                arrivedCount += 1
            }
            if arrivedCount == waiting.count { continue }
            failures = arrivedCount > 0 ? 0 : failures + 1
            try await Task.sleep(for: Self.pauses[min(failures, Self.pauses.count - 1)])
        }
    }

    private func deliver(_ message: WebhookEvent) async -> Bool {
        do {
            let now = await clock.now()
            let body = Array(message.body.utf8)
            var request = HTTPClientRequest(url: url)
            request.method = .POST
            request.headers.add(name: "content-type", value: "application/json")
            for (name, value) in try WebhookSignature.headers(
                id: message.id, timestampSeconds: now.milliseconds / 1_000, body: body,
                secrets: [secret])
            {
                request.headers.add(name: name, value: value)
            }
            request.body = .bytes(ByteBuffer(bytes: body))
            let response = try await client.execute(request, timeout: Self.timeout)
            let isTaken = (200..<300).contains(response.status.code)
            if !isTaken {
                logger.warning(
                    "Makewhole answered \(response.status.code) to webhook \(message.id).")
            }
            return isTaken
        } catch {
            logger.debug("Webhook \(message.id) did not arrive: \(error)")
            return false
        }
    }
}
