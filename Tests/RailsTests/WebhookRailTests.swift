import Banking
import Edges
import Foundation
import Ledger
import Logging
import NIOCore
import NIOPosix
import Rules
import Service
import Synchronization
import Testing
import Wire

@testable import Rails

@Suite struct WebhookRailTests {
    private let world: World
    private let webhooks: Webhooks

    init() throws {
        world = try World()
        webhooks = Webhooks(world.service)
    }

    private func rail(_ logger: Logger? = nil) throws -> WebhookRail {
        WebhookRail(
            service: world.service,
            caller: try WebhookCaller(mayStayInside: true) { _ in [[127, 0, 0, 1]] },
            logger: logger ?? Logger(label: "rail") { _ in SwiftLogNoOpLogHandler() })
    }

    private func endpoint(_ port: Int, types: [String] = []) throws -> WebhookEndpointID {
        let url = try OutsideURL("http://127.0.0.1:\(port)/", allowsInsecure: true)
        return try webhooks.add(
            url, description: "", types: types, hasKey: false, by: .system
        ).made.endpoint
    }

    /// Runs the rail until something is so; never longer than two minutes.
    private func run(_ rail: WebhookRail, until isSo: () throws -> Bool) async throws {
        let loop = Task { await rail.run() }
        let end = ContinuousClock.now + .seconds(120)
        while try !isSo(), .now < end { try await Task.sleep(for: .milliseconds(20)) }
        loop.cancel()
        await loop.value
        #expect(try isSo())
    }

    @Test(
        "After an endpoint asks for rest, or is gone, the rest of the round is not sent",
        arguments: [429, 410])
    func rest(status: Int) async throws {
        try await Answerer.run(
            "HTTP/1.1 \(status) No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        ) { answerer in
            let id = try endpoint(answerer.port)
            try await world.deposit(Array(repeating: 1_000, count: 14))
            let told = try webhooks.log.events(after: EventID(high: 0, low: 0), limit: 99).events
            #expect(told.count == 28)

            try await run(try rail()) {
                try webhooks.store.deliveries(of: id, limit: 99).count == 28
            }

            #expect(answerer.count <= WebhookCaller.atOnce, "only what was under way")
            let deliveries = try webhooks.store.deliveries(of: id, limit: 99)
            #expect(Set(deliveries.map(\.event)) == Set(told.map(\.id)), "and nothing is lost")
            #expect(
                deliveries.count { $0.state == (status == 410 ? .stopped : .waiting) } == 28)
            #expect(deliveries.count { $0.attempts == 0 } == 28 - answerer.count)
        }
    }

    @Test("An endpoint whose secret cannot be read is left alone for longer each time")
    func unreadable() async throws {
        try await Answerer.run("HTTP/1.1 204 Fine\r\n\r\n") { answerer in
            let broken = try endpoint(answerer.port)
            _ = try webhooks.store.rotate(
                broken,
                to: [
                    WebhookStore.Secret(
                        number: 2, scheme: .v1, sealed: Data([1, 2, 3]), publicKey: nil,
                        madeAt: world.service.clock.now())
                ], oldUntil: world.service.clock.now(), by: .system,
                at: world.service.clock.now())
            try await world.deposit([1_000])
            let stumbles = Mutex(0)
            let logger = Logger(label: "rail") { _ in
                Counting { stumbles.withLock { $0 += 1 } }
            }
            let began = ContinuousClock.now

            try await run(try rail(logger)) { .now > began + .seconds(2) }

            // At once and a second later; the next is two seconds behind that.
            #expect((1...2).contains(stumbles.withLock { $0 }))
            #expect(answerer.count == 0)
        }
        #expect([1, 2, 3, 7, 8, 500].map(WebhookRail.stumbleSeconds) == [1, 2, 4, 60, 60, 60])
    }

    @Test("What one filter passed over is looked at again for another")
    func otherFilter() async throws {
        let rail = try rail()
        let id = try endpoint(1, types: ["claim.*"])
        try await world.deposit([1_000])
        let narrow = try #require(try webhooks.store.endpoint(id))
        #expect(try rail.batch(for: narrow).deliveries.isEmpty)
        #expect(rail.place(of: narrow) > narrow.position)

        _ = try webhooks.change(id, Webhooks.Wish(types: ["deposit.*"]), by: .system)

        let wide = try #require(try webhooks.store.endpoint(id))
        #expect(
            try rail.batch(for: wide).deliveries.map(\.type)
                == ["deposit.initiated", "deposit.credited"])
    }

    @Test("What is over is forgotten slice by slice until nothing old is left")
    func forgetting() async throws {
        let id = try endpoint(1)
        let now = world.service.clock.now()
        var round = WebhookStore.Round()
        let count = WebhookRail.forgottenMax * 2 + 7
        round.deliveries = (1...count).map { number in
            var delivery = WebhookStore.Delivery(
                event: EventID(high: 1, low: UInt64(number)), type: "claim.received", at: now)
            delivery.state = .delivered
            delivery.doneAt = now
            return delivery
        }
        let place = try #require(try webhooks.store.endpoint(id)?.position)
        try webhooks.store.keep(round, of: id, from: place, at: now)
        world.service.clock.advance(to: now.adding(days: WebhookStore.keptDays + 1))

        try await run(try rail()) { try webhooks.store.deliveries(of: id, limit: 9).isEmpty }
    }
}

/// Counts what is logged.
private struct Counting: LogHandler {
    let count: @Sendable () -> Void
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.error

    init(_ count: @escaping @Sendable () -> Void) { self.count = count }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { count() }
}

/// Answers every request the same, and counts them.
private final class Answerer: Sendable {
    let port: Int
    private let asked: Box

    private final class Box: Sendable {
        let count = Mutex(0)
    }

    var count: Int { asked.count.withLock { $0 } }

    private init(port: Int, asked: Box) {
        self.port = port
        self.asked = asked
    }

    static func run(_ answer: String, _ body: (Answerer) async throws -> Void) async throws {
        let box = Box()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Handler(answer) { box.count.withLock { $0 += 1 } })
                }
            }.bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(Answerer(port: try #require(channel.localAddress?.port), asked: box))
        } catch {
            try await channel.close()
            throw error
        }
        try await channel.close()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let answer: String
        private let hear: () -> Void
        private var isAnswered = false

        init(_ answer: String, _ hear: @escaping () -> Void) {
            self.answer = answer
            self.hear = hear
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard !isAnswered else { return }
            isAnswered = true
            hear()
            context.writeAndFlush(
                wrapOutboundOut(context.channel.allocator.buffer(string: answer)), promise: nil)
            context.close(promise: nil)
        }
    }
}
