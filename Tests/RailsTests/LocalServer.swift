import NIOCore
import NIOPosix
import Testing

/// A server on this machine, for what a call says on the wire and what it makes of any answer.
enum LocalServer {
    /// Gives `body` the port; each connection has a handler of its own.
    static func run(
        handler: @escaping @Sendable () -> some ChannelHandler,
        body: (Int) async throws -> Void
    ) async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(handler())
                }
            }.bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(try #require(channel.localAddress?.port))
        } catch {
            try await channel.close()
            throw error
        }
        try await channel.close()
    }
}
