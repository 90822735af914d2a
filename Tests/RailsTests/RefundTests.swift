import AsyncHTTPClient
import Banking
import Edges
import Foundation
import Ledger
import Logging
import Money
import NIOCore
import NIOPosix
import Nacha
import Rules
import Service
import Synchronization
import Testing
import Wire

@testable import Rails

/// What was paid too much goes back once, whatever the processor says or does not say.
@Suite("Refunds")
struct RefundTests {
    private let settlement = SettlementID(high: 7, low: 7)

    private func ask(_ server: ScriptedProcessor) async throws -> ProcessorClient.Refund {
        try await ProcessorClient(
            baseURL: "http://127.0.0.1:\(server.port)", http: HTTPClient.shared
        ).refund(settlement, named: settlement.refundOfOverpayment, amount: Cents(18_522))
    }

    @Test("A refund nobody has asked for yet is asked for under one name, once")
    func asked() async throws {
        try await ScriptedProcessor.run([
            .answer(404, "{}"), .answer(201, #"{"status":"pending"}"#),
        ]) { server in
            let said = try await ask(server)
            #expect(said == .pending)

            let name = "over_\(settlement)"
            #expect(server.lines == ["GET /processor/refunds/\(name)", "POST /processor/refunds"])
            #expect(server.said.contains("idempotency-key: \(name)"))
            #expect(server.said.contains(#""amount_minor":18522"#))
        }
    }

    @Test(
        "What the processor says of a refund it knows is believed, and it is not asked for again",
        arguments: [
            (#"{"status":"succeeded"}"#, ProcessorClient.Refund.succeeded),
            (#"{"status":"pending"}"#, .pending),
            (#"{"status":"failed","reason":"card_closed"}"#, .refused(reason: "card_closed")),
        ])
    func known(_ body: String, _ expected: ProcessorClient.Refund) async throws {
        try await ScriptedProcessor.run([.answer(200, body)]) { server in
            let said = try await ask(server)
            #expect(said == expected)
            #expect(server.lines.count == 1)
        }
    }

    @Test("A no is a no; not now, weather and words we do not know are asked again")
    func answers() async throws {
        try await ScriptedProcessor.run([.answer(404, "{}"), .answer(422, "{}")]) { server in
            let said = try await ask(server)
            #expect(said == .refused(reason: "refused_by_processor"))
        }
        for answer in [(429, "{}"), (500, "{}"), (200, #"{"status":"odd"}"#), (200, "<html>")] {
            try await ScriptedProcessor.run([.answer(answer.0, answer.1)]) { server in
                await #expect(throws: (any Error).self) { try await ask(server) }
                #expect(server.lines.count == 1)
            }
        }
    }

    // MARK: From the charge to the refund

    /// Owes 150 dollars, pays by card, and a wire of 60 comes first.
    private func overpaid(_ world: World) async throws -> SettlementID {
        try await world.owe()
        guard
            case .settlement(let id) = try await world.tell(
                .startSettlement(Command.StartSettlement(kind: .card)))
        else { throw WorldProblem("no settlement") }
        try await world.tell(
            .receiveFunds(
                Command.ReceiveFunds(
                    rail: .wire, amount: Cents(6_000), source: "••4321", reference: nil)))
        try await world.tell(
            .chargeSucceeded(
                Command.ChargeSucceeded(settlement: id, amount: Cents(15_000), fee: Cents(435))))
        return id
    }

    private func outbox(_ world: World, _ server: ScriptedProcessor) throws -> Outbox {
        let http = HTTPClient.shared
        let quiet = Logger(label: "refunds") { _ in SwiftLogNoOpLogHandler() }
        let courier = Courier(
            service: world.service,
            mailer: Mailer(
                client: SMTPClient(
                    SMTPClient.Configuration(host: "127.0.0.1", port: 9, security: .none)),
                from: try #require(MailAddress("notices@example.com")), domain: "example.com",
                clock: world.service.clock, compose: { _, _ in ("Subject", "Text", "<p></p>") }),
            push: nil, text: nil, logger: quiet)
        return Outbox(
            service: world.service,
            processor: ProcessorClient(baseURL: "http://127.0.0.1:\(server.port)", http: http),
            venue: VenueClient(baseURL: "", http: http), courier: courier, logger: quiet)
    }

    @Test("An answer that never came is asked for, and the money goes back once")
    func lostAnswer() async throws {
        let world = try World()
        let id = try await overpaid(world)
        // The charge itself; the refund that is not known; asked for, and no answer; known then.
        try await ScriptedProcessor.run([
            .answer(201, #"{"action_url":"https://pay.example/1"}"#), .answer(404, "{}"), .silence,
            .answer(200, #"{"status":"succeeded"}"#),
        ]) { server in
            let outbox = try outbox(world, server)
            _ = await outbox.tick()
            guard case .asked = try world.read().settlements[id]?.overpayment?.state else {
                throw WorldProblem("not asked")
            }
            world.service.clock.advance(to: world.service.clock.now().adding(seconds: 5))

            _ = await outbox.tick()

            guard case .refunded = try world.read().settlements[id]?.overpayment?.state else {
                throw WorldProblem("not refunded")
            }
            #expect(server.lines.count { $0.hasPrefix("POST /processor/refunds") } == 1)
        }
    }

    @Test("A no of the processor makes it the customer's cash, and a person is told")
    func no() async throws {
        let world = try World()
        let id = try await overpaid(world)
        try await ScriptedProcessor.run([
            .answer(201, #"{"action_url":"https://pay.example/1"}"#), .answer(404, "{}"),
            .answer(409, "{}"),
        ]) { server in
            _ = await (try outbox(world, server)).tick()

            // 60 of 150 dollars were too much, and of 4.35 dollars of fee 1.74.
            #expect(try world.read().cash == Cents(6_174))
            let told = try world.alerts.contains {
                $0 == .refundRefused(world.customer, id, "refused_by_processor")
            }
            #expect(told)
        }
    }
}

/// Answers one request after the other as it was told to, and keeps what was said.
private final class ScriptedProcessor: Sendable {
    enum Step: Sendable {
        case answer(Int, String)
        /// Hangs up without a word.
        case silence
    }

    let port: Int
    private let box: Box

    private final class Box: Sendable {
        let said = Mutex("")
        let steps: Mutex<[Step]>
        init(_ steps: [Step]) { self.steps = Mutex(steps) }
    }

    var said: String { box.said.withLock { $0.lowercased() } }

    /// Method and path of every request.
    var lines: [String] {
        box.said.withLock { $0 }.components(separatedBy: "\r\n")
            .filter { $0.hasSuffix("HTTP/1.1") }
            .map { $0.replacing(" HTTP/1.1", with: "") }
    }

    private init(port: Int, box: Box) {
        self.port = port
        self.box = box
    }

    static func run(
        _ steps: [Step], _ body: (ScriptedProcessor) async throws -> Void
    ) async throws {
        let box = Box(steps)
        try await LocalServer.run {
            Handler(box)
        } body: { port in
            try await body(ScriptedProcessor(port: port, box: box))
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let box: Box
        private var request = ""

        init(_ box: Box) { self.box = box }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            request += String(buffer: unwrapInboundIn(data))
            guard isWhole else { return }
            box.said.withLock { $0 += request + "\r\n" }
            request = ""
            let step = box.steps.withLock { $0.isEmpty ? .silence : $0.removeFirst() }
            if case .answer(let status, let body) = step {
                let text = """
                    HTTP/1.1 \(status) X\r\nContent-Type: application/json\r\n\
                    Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)
                    """
                context.writeAndFlush(
                    wrapOutboundOut(context.channel.allocator.buffer(string: text)), promise: nil)
            }
            context.close(promise: nil)
        }

        private var isWhole: Bool {
            guard let end = request.range(of: "\r\n\r\n") else { return false }
            let length =
                request.lowercased().components(separatedBy: "\r\n")
                .first { $0.hasPrefix("content-length:") }
                .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
            return request[end.upperBound...].utf8.count >= length
        }
    }
}
