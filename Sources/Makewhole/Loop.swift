import ServiceLifecycle

/// Does something again and again until the service stops.
struct Loop: ServiceLifecycle.Service {
    let body: @Sendable () async -> Void
    let pause: @Sendable () async throws -> Void
    let atEnd: @Sendable () -> Void

    init(
        _ body: @escaping @Sendable () async -> Void,
        pause: @escaping @Sendable () async throws -> Void,
        atEnd: @escaping @Sendable () -> Void = {}
    ) {
        self.body = body
        self.pause = pause
        self.atEnd = atEnd
    }

    func run() async throws {
        defer { atEnd() }
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await body()
                do { try await pause() } catch is CancellationError { return }
            }
        }
    }
}
