import Edges
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Rails

@Suite struct WebhookCallerTests {
    /// What a caller that knows these addresses says of a URL.
    private func verdict(
        _ url: String, _ addresses: [[UInt8]], inside: Bool = false
    ) async throws -> WebhookStore.Try.Result? {
        let caller = try WebhookCaller(mayStayInside: inside) { _ in addresses }
        do throws(WebhookCaller.NoWay) {
            await (try await caller.way(to: url)).close()
            return nil
        } catch {
            return error.result
        }
    }

    @Test("A name is called when every address it has is public, and not when one is not")
    func addresses() async throws {
        let outside: [UInt8] = [1, 1, 1, 1]
        let inside: [UInt8] = [127, 0, 0, 1]

        #expect(try await verdict("https://example.com/", [outside]) == nil)
        #expect(try await verdict("https://example.com/", [inside]) == .addressForbidden)
        #expect(try await verdict("https://example.com/", [outside, inside]) == .addressForbidden)
        #expect(try await verdict("https://example.com/", []) == .nameUnknown)
        #expect(try await verdict("http://example.com/", [outside]) == .addressForbidden)
        #expect(try await verdict("https://a@example.com/", [outside]) == .addressForbidden)
        #expect(try await verdict("http://127.0.0.1:9/", [inside], inside: true) == nil)
    }

    @Test("The system's own names of this machine lead nowhere")
    func ownNames() async throws {
        let caller = try WebhookCaller(mayStayInside: false)
        for host in ["localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"] {
            let error = await #expect(throws: WebhookCaller.NoWay.self) {
                try await caller.way(to: "https://\(host):8443/")
            }
            #expect(error?.result == .addressForbidden, "\(host)")
        }
    }

    @Test("What is connected to is the address that was looked at, asked for by the host's name")
    func pinned() async throws {
        try await Receiver.run(answer: "HTTP/1.1 204 No Content\r\n\r\n") { receiver in
            // A name that no name server has: only the address that was given can be called.
            let caller = try WebhookCaller(mayStayInside: true) { _ in [[127, 0, 0, 1]] }
            let way = try await caller.way(to: "http://hooks.invalid:\(receiver.port)/in?x=1")

            let answer = try await caller.send(Array("{}".utf8), [("webhook-id", "evt_1")], by: way)

            await way.close()
            #expect(answer.result == .delivered && answer.status == 204)
            let request = receiver.request
            #expect(request.hasPrefix("POST /in?x=1 HTTP/1.1\r\n"), "\(request)")
            #expect(request.lowercased().contains("host: hooks.invalid:\(receiver.port)\r\n"))
            #expect(request.contains("webhook-id: evt_1\r\n"))
        }
    }

    @Test("Certificates to trust that cannot be read are refused at once")
    func badRoots() {
        #expect(throws: (any Error).self) {
            try WebhookCaller(mayStayInside: false, rootsPEM: "-----BEGIN CERTIFICATE-----\nAA==")
        }
    }

    @Test("A redirect is an answer and not a way")
    func redirect() async throws {
        try await Receiver.run(
            answer: "HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
        ) { receiver in
            let caller = try WebhookCaller(mayStayInside: true) { _ in [[127, 0, 0, 1]] }
            let way = try await caller.way(to: "http://127.0.0.1:\(receiver.port)/")

            let answer = try await caller.send([], [], by: way)

            await way.close()
            #expect(answer.result == .redirected && answer.status == 307)
        }
    }

    @Test("A peer that hangs up or speaks no HTTP is unreachable, and nothing is thrown")
    func nonsense() async throws {
        for answer in ["", "SSH-2.0-Sample\r\n", "HTTP/1.1 2"] {
            try await Receiver.run(answer: answer) { receiver in
                let caller = try WebhookCaller(mayStayInside: true) { _ in [[127, 0, 0, 1]] }
                let way = try await caller.way(to: "http://127.0.0.1:\(receiver.port)/")

                let got = try await caller.send([], [], by: way)

                await way.close()
                #expect(got.result == .unreachable && got.status == nil, "\(answer)")
            }
        }
    }
}

/// Takes connections, keeps what is said and answers the same to each, then hangs up.
private final class Receiver: Sendable {
    let port: Int
    private let said: Box

    private final class Box: Sendable {
        let text = Mutex("")
    }

    var request: String { said.text.withLock { $0 } }

    private init(port: Int, said: Box) {
        self.port = port
        self.said = said
    }

    static func run(
        answer: String, _ body: (Receiver) async throws -> Void
    ) async throws {
        let box = Box()
        try await LocalServer.run {
            Handler(answer: answer) { text in box.text.withLock { $0 += text } }
        } body: { port in
            try await body(Receiver(port: port, said: box))
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let answer: String
        private let hear: (String) -> Void
        private var isAnswered = false

        init(answer: String, _ hear: @escaping (String) -> Void) {
            self.answer = answer
            self.hear = hear
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            hear(String(buffer: unwrapInboundIn(data)))
            guard !isAnswered else { return }
            isAnswered = true
            context.writeAndFlush(
                wrapOutboundOut(context.channel.allocator.buffer(string: answer)), promise: nil)
            context.close(promise: nil)
        }
    }
}
