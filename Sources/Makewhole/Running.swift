import AsyncHTTPClient
import Banking
import Edges
import Engine
import Foundation
import Logging
import Notices
import PostgresStore
import Rails
import Rules
import Service
import Wire

/// The parts of a running service, wired together.
struct Running {
    let service: Service
    let rail: BankRail
    let http: HTTPClient
    let bankLoop: Loop
    let carryingLoop: Loop
    let outboxLoop: Loop
    let courierLoops: [Loop]
    let liveLoop: Loop
    let marketLoop: Loop
    let ratesLoop: Loop
    let webhookLoop: Loop
    let documentLoop: Loop
    let threads: WaitingThreads?
    private let works: Works
    private let lock: FileLock

    init(_ deployment: Deployment, logger: Logger) throws {
        try FileManager.default.createDirectory(
            at: deployment.dataFolder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        lock = try FileLock(deployment.dataFolder.appendingPathComponent("lock"))
        let database = try KeptDatabase.open(deployment)
        let edge = database.edge
        threads = database.threads
        let works = Works(leases: database.leases, logger: logger)
        self.works = works
        let offset =
            deployment.settings.isSandbox
            ? Int64(try edge.setting("clock_offset_ms") ?? "0") ?? 0 : 0
        let clock = ServiceClock(offsetMilliseconds: offset)
        let bell = Bell()
        let eventBell = Bell()
        let policies = deployment.policies
        let rules = deployment.rules
        let live = LiveUpdates()
        let engine = try Engine(
            open: {
                try Core(
                    store: try database.store(), policies: policies, rules: rules)
            },
            clock: clock,
            afterCommit: {
                bell.ring()
                live.bell.ring()
                eventBell.ring()
            })
        let service = Service(
            engine: engine, reader: database.reader, edge: edge,
            policies: policies,
            clock: clock, vault: Vault(key: deployment.masterKey), market: MarketBoard(),
            settings: deployment.settings, bell: bell,
            figures: Figures(store: database.figures), rules: rules, eventBell: eventBell,
            live: live)
        self.service = service
        // Whoever answers may not send us elsewhere: a push's address comes from a customer, and an answer
        // from somewhere else would say that something arrived which did not.
        http = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: HTTPClient.Configuration(redirectConfiguration: .disallow))

        let rail = try BankRail(service: service, folder: deployment.bankFolder, logger: logger)
        self.rail = rail
        let venue = VenueClient(baseURL: deployment.settings.marketURL, http: http)
        let words = NoticeMail(
            service: service, languages: deployment.languages, look: deployment.look)
        let from = try deployment.smtp?.from ?? Running.nobody()
        let mailer = Mailer(
            client: deployment.smtp.map { smtp in
                var configuration = SMTPClient.Configuration(
                    host: smtp.host, port: smtp.port, security: smtp.security)
                configuration.credentials = smtp.credentials
                configuration.trust = smtp.trust
                return SMTPClient(configuration)
            },
            from: from,
            // Whose addresses they are: what asks after a Message-ID asks there.
            domain: String(from.address.split(separator: "@").last ?? "localhost"),
            clock: clock, compose: words.compose)
        let http = self.http
        let courier = Courier(
            service: service, mailer: mailer,
            push: deployment.settings.notices.push.map {
                PushSender(ways: $0, http: http, compose: words.glance)
            },
            text: deployment.settings.notices.text.map {
                TextSender(
                    ways: $0, http: http, publicURL: deployment.settings.publicURL,
                    compose: words.glance)
            }, logger: logger)
        let couriers = NoticeChannel.allCases.map { (channel: $0, bell: Bell()) }
        let outbox = Outbox(
            service: service,
            processor: ProcessorClient(baseURL: deployment.settings.processorURL, http: http),
            venue: venue, courier: courier, logger: logger)
        bankLoop = Loop {
            await works.alone(
                "bank",
                otherwise: {
                    // What the others only hear of.
                    do { try rail.hearOfMissing() } catch {
                        logger.error(
                            "missing files could not be read", metadata: ["error": "\(error)"])
                    }
                }
            ) { await rail.tick() }
        } pause: {
            try await Task.sleep(for: .milliseconds(300))
        }
        carryingLoop = Loop {
            await works.alone("bank") { await rail.carry() }
        } pause: {
            try await Task.sleep(for: .milliseconds(300))
        }
        outboxLoop = Loop {
            // However much waits, a stop is heard between two rounds of it.
            await works.alone("outbox") {
                while !Task.isCancelled, await outbox.tick() {
                    for one in couriers { one.bell.ring() }
                }
            }
        } pause: {
            await bell.wait(atMost: 1000)
        }
        courierLoops = couriers.map { one in
            Loop {
                await works.alone("notices over \(one.channel.rawValue)") {
                    while !Task.isCancelled, await courier.tick(over: one.channel) {}
                }
            } pause: {
                await one.bell.wait(atMost: 1000)
            }
        }
        let reader = service.reader
        let figures = service.figures
        liveLoop = Loop {
            do {
                try live.look(reader)
            } catch {
                logger.error("changes could not be read", metadata: ["error": "\(error)"])
                figures.stumbled(.live)
            }
            live.beat()
        } pause: {
            // However fast commits follow each other, pages are told twenty times a second.
            try await Task.sleep(for: .milliseconds(50))
            await live.bell.wait(atMost: 1000)
        } atEnd: {
            // An open page would keep the server from stopping.
            live.stop()
        }
        marketLoop = Loop {
            do {
                let policy = policies.policy(at: clock.now())
                let quotes = try await venue.quotes(policy)
                service.market.update(quotes)
                engine.update(quotes: quotes)
            } catch {
                // Old quotes age by themselves and stop sales; a missing market needs no more.
                logger.debug("no quotes", metadata: ["error": "\(error)"])
                service.figures.stumbled(.market)
            }
        } pause: {
            try await Task.sleep(for: .seconds(2))
        }
        let webhooks = WebhookRail(
            service: service,
            caller: deployment.webhookCaller,
            logger: logger)
        webhookLoop = Loop {
            await works.alone("webhooks") { await webhooks.run() }
        } pause: {
            try await Task.sleep(for: .seconds(1))
        }
        let documents = DocumentEnd(service: service, logger: logger)
        documentLoop = Loop {
            await works.alone("documents") { documents.look() }
        } pause: {
            try await Task.sleep(for: .seconds(60))
        }
        let watch = ReturnRateWatch(service: service)
        ratesLoop = Loop {
            await works.alone("return rates") {
                do {
                    try watch.look()
                } catch {
                    logger.error(
                        "the return rates could not be read", metadata: ["error": "\(error)"])
                    service.figures.stumbled(.rates)
                }
            }
        } pause: {
            try await Task.sleep(for: .seconds(10))
        }
    }

    private static func nobody() throws -> MailAddress {
        guard let address = MailAddress("nobody@localhost") else {
            throw Failure.failed("the empty mail address is malformed")
        }
        return address
    }

    func stop() {
        service.engine.stop()
        works.giveBack()
        lock.release()
    }
}

/// One writer for one folder: a second program is refused instead of forking the books.
final class FileLock: @unchecked Sendable {
    private let descriptor: Int32

    init(_ url: URL) throws {
        descriptor = open(url.path, O_CREAT | O_RDWR, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Failure.later(
                "Another makewhole is running on \(url.deletingLastPathComponent().path). "
                    + "Stop it first.")
        }
    }

    func release() { close(descriptor) }
}
