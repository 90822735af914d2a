import Foundation
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Sends a request and brings the answer, whatever its status.
public protocol Transport: Sendable {
    /// Throws when there was no answer.
    func send(_ request: URLRequest) async throws -> (Data, HTTPURLResponse)

    /// The same for an answer that stays open and comes in parts. Throws when there was no answer;
    /// its parts end with an error when the connection breaks.
    func open(_ request: URLRequest) async throws -> OpenAnswer
}

/// An answer that stays open. Letting go of its parts ends it.
public struct OpenAnswer: Sendable {
    public let status: Int
    /// What `Retry-After` says, where it says seconds.
    public let retryAfterSeconds: Int64?
    public let parts: AsyncThrowingStream<Data, any Error>

    public init(
        status: Int, retryAfterSeconds: Int64?, parts: AsyncThrowingStream<Data, any Error>
    ) {
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds
        self.parts = parts
    }
}

/// The system's own way.
public struct SystemTransport: Transport {
    private let session: URLSession

    public init(session: URLSession = .shared) { self.session = session }

    public func send(_ request: URLRequest) async throws -> (Data, HTTPURLResponse) {
        let (data, response) = try await session.data(for: request)
        guard let http = response as? HTTPURLResponse else { throw ClientFailure.malformed }
        return (data, http)
    }

    public func open(_ request: URLRequest) async throws -> OpenAnswer {
        let receiver = Receiver()
        // A session of its own, because only a session has someone to bring the parts to.
        let session = URLSession(
            configuration: self.session.configuration, delegate: receiver, delegateQueue: nil)
        let task = session.dataTask(with: request)
        receiver.onEnd { task.cancel() }
        defer { session.finishTasksAndInvalidate() }
        return try await withTaskCancellationHandler {
            try await receiver.answer { task.resume() }
        } onCancel: {
            task.cancel()
        }
    }
}

/// Brings the parts of one answer.
private final class Receiver: NSObject, URLSessionDataDelegate, Sendable {
    private let answering = Mutex<CheckedContinuation<OpenAnswer, any Error>?>(nil)
    private let parts: AsyncThrowingStream<Data, any Error>
    private let bring: AsyncThrowingStream<Data, any Error>.Continuation

    /// Parts nobody has taken; with more the stream is given up, and opened again from its place.
    private static let waitingMax = 256

    override init() {
        (parts, bring) = AsyncThrowingStream.makeStream(
            of: Data.self, throwing: (any Error).self,
            bufferingPolicy: .bufferingOldest(Receiver.waitingMax))
        super.init()
    }

    func onEnd(_ body: @escaping @Sendable () -> Void) {
        bring.onTermination = { _ in body() }
    }

    func answer(_ start: () -> Void) async throws -> OpenAnswer {
        try await withCheckedThrowingContinuation { continuation in
            answering.withLock { $0 = continuation }
            start()
        }
    }

    private func take() -> CheckedContinuation<OpenAnswer, any Error>? {
        answering.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        guard let http = response as? HTTPURLResponse else {
            take()?.resume(throwing: ClientFailure.malformed)
            return completionHandler(.cancel)
        }
        take()?.resume(
            returning: OpenAnswer(
                status: http.statusCode,
                retryAfterSeconds: http.value(forHTTPHeaderField: "Retry-After").flatMap {
                    Int64($0)
                },
                parts: parts))
        completionHandler(.allow)
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data
    ) {
        if case .dropped = bring.yield(data) { bring.finish(throwing: ClientFailure.unreachable) }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
    ) {
        take()?.resume(throwing: error ?? ClientFailure.unreachable)
        bring.finish(throwing: error)
    }
}
