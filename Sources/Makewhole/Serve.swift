import API
import ArgumentParser
import Hummingbird
import Logging
import ServiceLifecycle
import Site

struct ConfigurationOptions: ParsableArguments {
    @Option(name: .long, help: "The configuration file (JSON). The environment goes before it.")
    var config: String?
}

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the service: pages, API, bank files, outgoing work, timers.")

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        try await Failure.reported { try await serve() }
    }

    private func serve() async throws {
        let deployment = try await Deployment.load(file: options.config)
        var logger = Logger(label: "makewhole") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .info
        let running = try Running(deployment, logger: logger)
        if let missing = await deployment.settings.documents.pictures.check() {
            logger.warning("documents cannot be shown", metadata: ["why": "\(missing)"])
        }
        let router = Router()
        router.add(middleware: RequestFigures(figures: running.service.figures))
        Site(
            service: running.service, look: deployment.look, languages: deployment.languages
        ).addRoutes(to: router)
        API(service: running.service).addRoutes(to: router)
        let application = Application(
            router: router,
            configuration: .init(
                address: .hostname(deployment.host, port: deployment.port),
                serverName: "Makewhole"),
            onServerRunning: { channel in
                Terminal.talk(
                    "makewhole: listening on \(channel.localAddress?.description ?? "?")")
            },
            logger: logger)
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: application),
                    .init(service: running.bankLoop),
                    .init(service: running.carryingLoop),
                    .init(service: running.outboxLoop),
                    .init(service: running.liveLoop),
                    .init(service: running.marketLoop),
                    .init(service: running.ratesLoop),
                    .init(service: running.webhookLoop),
                    .init(service: running.documentLoop),
                ] + running.courierLoops.map { .init(service: $0) },
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger))
        do {
            // Whatever asks a database on another machine waits on threads of its own.
            if let threads = running.threads {
                try await withTaskExecutorPreference(threads) { try await group.run() }
            } else {
                try await group.run()
            }
        } catch {
            running.stop()
            try await running.http.shutdown()
            throw Failure.failed("stopped: \(error)")
        }
        running.stop()
        try await running.http.shutdown()
        Terminal.talk("makewhole: stopped; everything acknowledged is on disk")
    }
}
