import AsyncHTTPClient
import Foundation
import Hummingbird
import Logging
import ServiceLifecycle
import Wire

/// Everything `serve` was told.
struct SandboxSettings: Sendable {
    var folder: URL
    var host: String
    var port: Int
    var smtpPort: Int
    /// This program's address as a browser sees it, without a slash at the end.
    var publicBase: String
    /// Makewhole's address, without a slash at the end.
    var makewholeBase: String
    var hostKey: String
    var webhookSecret: WebhookSecret
    /// How long a processor call hangs when a timeout is played.
    var timeoutPause: Duration
}

/// The sandbox as a running program: its parts, its services and its routes.
struct SandboxServer: Sendable {
    let settings: SandboxSettings
    let logger: Logger

    /// Runs until SIGINT or SIGTERM, then lets calls in flight end.
    func run() async throws {
        let lock = try FolderLock(folder: settings.folder)
        var configuration = HTTPClient.Configuration()
        // A webhook or an API call that is redirected is a mistake to see, not to follow.
        configuration.redirectConfiguration = .disallow
        // Everybody here is near; whoever does not answer at once is away.
        configuration.timeout.connect = .seconds(2)
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            try await application(http: client).runService()
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
        withExtendedLifetime(lock) { logger.info("The sandbox has stopped.") }
    }

    private func application(http: HTTPClient) throws -> some ApplicationProtocol {
        let makewhole = MakewholeClient(
            client: http, base: settings.makewholeBase, hostKey: settings.hostKey)
        let world = try makeWorld(makewhole: makewhole)
        var application = Application(
            router: router(world),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port),
                serverName: "makewhole-sandbox"),
            logger: logger)
        application.addServices(
            MailService(
                mail: world.mail, host: settings.host, port: settings.smtpPort, logger: logger),
            WebhookSender(
                processor: world.processor, clock: world.clock, client: http,
                url: "\(settings.makewholeBase)/webhooks/processor",
                secret: settings.webhookSecret, logger: logger),
            Pulse(
                clock: world.clock, bank: world.bank, market: world.market,
                makewhole: makewhole, logger: logger),
            world.advancer, world.exchange)
        return application
    }

    private func makeWorld(makewhole: MakewholeClient) throws -> World {
        let folder = settings.folder
        let clock = try SandboxClock(folder: folder)
        let bank = try Bank(folder: folder, logger: logger)
        let processor = try Processor(folder: folder, clock: clock)
        let market = try Market(folder: folder, clock: clock)
        let exchange = try Exchange(
            folder: folder, client: ExchangeClient(makewhole: makewhole), market: market,
            clock: clock, logger: logger)
        return World(
            clock: clock, bank: bank, processor: processor, market: market,
            mail: try MailBox(folder: folder, clock: clock), exchange: exchange,
            advancer: Advancer(
                clock: clock, bank: bank, market: market, processor: processor,
                exchange: exchange, makewhole: makewhole, logger: logger))
    }

    private func router(_ world: World) -> Router<BasicRequestContext> {
        let router = Router()
        router.add(middleware: ProblemMiddleware())
        ControlRoutes(world: world, makewholeBase: settings.makewholeBase).add(to: router)
        MarketRoutes(market: world.market, clock: world.clock).add(to: router)
        ProcessorRoutes(
            processor: world.processor, publicBase: settings.publicBase,
            timeoutPause: settings.timeoutPause
        ).add(to: router)
        MailRoutes(mail: world.mail).add(to: router)
        ExchangeRoutes(exchange: world.exchange, market: world.market, clock: world.clock)
            .add(to: router)
        return router
    }
}
