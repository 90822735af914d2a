import NIOCore
import NIOPosix
import Testing

@testable import Wire

/// The messages a mail box received.
private actor MailBox {
    private(set) var mails: [ReceivedMail] = []

    func receive(_ mail: ReceivedMail) -> SMTPVerdict {
        mails.append(mail)
        return mail.bytes.starts(with: Array("Refuse".utf8)) ? .refuse("Spam") : .accept
    }
}

/// Runs `body` while a server of ours serves on a free port.
private func withServer(
    _ configuration: SMTPServer.Configuration = .init(),
    _ body: (_ port: Int, _ box: MailBox) async throws -> Void
) async throws {
    let box = MailBox()
    let server = try await SMTPServer.bind(
        configuration,
        recipients: { address in
            switch address {
            case "gone@mail.example": .refuse("No such mail box.")
            case "full@mail.example": .postpone("The mail box is full.")
            default: .accept
            }
        },
        receive: { await box.receive($0) })
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        try await body(server.port, box)
        group.cancelAll()
        while let result = await group.nextResult() {
            if case .failure(let error) = result { #expect(error is CancellationError, "\(error)") }
        }
    }
}

private func client(_ port: Int, timeoutSeconds: Double = 120) -> SMTPClient {
    var configuration = SMTPClient.Configuration(host: "127.0.0.1", port: port, security: .none)
    // Long, because tests that keep every core busy run beside these; a fault is told at once.
    configuration.connectTimeoutSeconds = timeoutSeconds
    configuration.replyTimeoutSeconds = timeoutSeconds
    configuration.acceptanceTimeoutSeconds = timeoutSeconds
    return SMTPClient(configuration)
}

private func address(_ text: String) throws -> MailAddress { try #require(MailAddress(text)) }

struct SMTPServerTests {
    @Test("A message arrives byte for byte, with its envelope")
    func delivery() async throws {
        let message = try sampleMail(subject: "Ünïcode", text: ".\n..\n.a\n", html: "<p>.</p>")
        try await withServer { port, box in
            let receipt = try await client(port).send(
                message, from: try address("bounces@makewhole.example"),
                to: [try address("a@mail.example"), try address("b@mail.example")])

            #expect(receipt.reply.code == 250)
            #expect(
                await box.mails == [
                    ReceivedMail(
                        hello: "localhost", sender: "bounces@makewhole.example",
                        recipients: ["a@mail.example", "b@mail.example"], bytes: message.bytes)
                ])
        }
    }

    @Test("A refused recipient is reported and the others get the message")
    func partlyRefused() async throws {
        let message = try sampleMail()
        try await withServer { port, box in
            let receipt = try await client(port).send(
                message, to: [try address("gone@mail.example"), try address("a@mail.example")])

            #expect(receipt.accepted.map(\.address) == ["a@mail.example"])
            #expect(receipt.refused.map(\.reply.code) == [550])
            #expect(await box.mails.map(\.recipients) == [["a@mail.example"]])
        }
    }

    @Test("A mail box that is gone is a permanent failure and a full one a transient one")
    func bounces() async throws {
        let message = try sampleMail()
        try await withServer { port, box in
            await #expect(
                throws: SMTPFailure.permanent(
                    .recipient, SMTPReply(code: 550, lines: ["No such mail box."]))
            ) {
                try await client(port).send(message, to: [try address("gone@mail.example")])
            }
            await #expect(
                throws: SMTPFailure.transient(
                    .recipient, SMTPReply(code: 451, lines: ["The mail box is full."]))
            ) {
                try await client(port).send(
                    message,
                    to: [try address("gone@mail.example"), try address("full@mail.example")])
            }
            #expect(await box.mails.isEmpty)
        }
    }

    @Test("A message above the limit is refused at its end")
    func tooLarge() async throws {
        var configuration = SMTPServer.Configuration()
        configuration.messageBytesMax = 1000
        let message = try sampleMail(text: String(repeating: "x", count: 2000))
        try await withServer(configuration) { port, box in
            await #expect(
                throws: SMTPFailure.permanent(
                    .message, SMTPReply(code: 552, lines: ["The message is too large."]))
            ) {
                try await client(port).send(message)
            }
            #expect(await box.mails.isEmpty)
        }
    }

    @Test("A client that says nothing is let go")
    func idle() async throws {
        var configuration = SMTPServer.Configuration()
        configuration.idleTimeoutSeconds = 0.1
        try await withServer(configuration) { port, _ in
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port).get()

            try await channel.closeFuture.get()
        }
    }

    @Test("Several clients at once are served, and one too many is told to come again")
    func manyClients() async throws {
        var configuration = SMTPServer.Configuration()
        configuration.connectionsMax = 0
        let message = try sampleMail()
        try await withServer { port, box in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask { _ = try await client(port).send(message) }
                }
                try await group.waitForAll()
            }
            #expect(await box.mails.count == 20)
        }
        try await withServer(configuration) { port, _ in
            await #expect(
                throws: SMTPFailure.transient(
                    .greeting, SMTPReply(code: 421, lines: ["Too many clients."]))
            ) {
                try await client(port).send(message)
            }
        }
    }
}

struct SMTPSessionTests {
    private func converse(_ lines: [String]) -> [String] {
        var session = SMTPSession(SMTPServer.Configuration())
        return lines.map { line in
            switch session.take(Array(line.utf8)) {
            case .nothing: "-"
            case .reply(let bytes): String(String(buffer: bytes).prefix(3))
            case .ask(let recipient):
                String(String(buffer: session.judged(recipient, .accept)).prefix(3))
            case .deliver(let mail): "mail " + mail.recipients.joined(separator: ",")
            case .close(let bytes): "close \(String(buffer: bytes).prefix(3))"
            }
        }
    }

    @Test("A whole conversation, twice over one connection")
    func conversation() {
        let message = [
            "MAIL FROM:<a@b.example> SIZE=10 BODY=8BITMIME", "RCPT TO:<c@d.example>", "DATA",
        ]
        let replies = converse(
            ["EHLO me"] + message + ["..x", "", "."] + ["mail from: <>", "rcpt to: <x@y.example>"]
                + ["data", ".", "QUIT"])

        #expect(
            replies == [
                "250", "250", "250", "354", "-", "-", "mail c@d.example", "250", "250", "354",
                "mail x@y.example", "close 221",
            ])
    }

    @Test("Commands out of order are refused by name")
    func order() {
        #expect(
            converse([
                "MAIL FROM:<a@b.example>", "HELO me", "RCPT TO:<a@b.example>", "DATA",
                "MAIL FROM:<a@b.example>", "MAIL FROM:<a@b.example>", "DATA", "RSET",
                "RCPT TO:<a@b.example>", "VRFY x", "EHLO", "NOOP",
            ]) == [
                "503", "250", "503", "503", "250", "503", "554", "250", "503", "502", "501", "250",
            ])
    }

    @Test("Malformed commands are refused")
    func malformed() {
        #expect(
            converse([
                "EHLO me", "MAIL FROM:a@b.example", "MAIL FROM:<a b@c.example>", "MAIL FROM:<a",
                "MAIL FROM:<a>b", "MAIL FROM:<a@b> SIZE=99999999999", "MAIL FROM:<a@b> X=1",
                "MAIL FROM:<a@b.example>", "RCPT TO:<>", "RCPT TO:<a> X=1", "\u{1}", "é",
            ]) == [
                "250", "501", "501", "501", "501", "552", "555", "250", "501", "501", "500", "500",
            ])
    }

    @Test("A client that makes too many mistakes is shown out")
    func mistakes() {
        #expect(converse(Array(repeating: "X", count: 20)).last == "close 421")
    }

    @Test("A message with half a line break is refused, because it may hide a second one")
    func smuggling() {
        let replies = converse([
            "EHLO me", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA", "a\n.\nMAIL",
            ".",
        ])

        #expect(replies.last == "550")
    }

    @Test("Only a whole line break ends a line, and a line without end is refused")
    func lines() throws {
        var decoder = SMTPLineDecoder()
        var buffer = ByteBuffer(string: "a\nb\rc\r\nd\r\ne")

        #expect(try decoder.decode(buffer: &buffer) == Array("a\nb\rc".utf8))
        #expect(try decoder.decode(buffer: &buffer) == Array("d".utf8))
        #expect(try decoder.decode(buffer: &buffer) == nil)
        buffer.writeRepeatingByte(0x61, count: 20_000)
        #expect(throws: SMTPLineTooLong.self) { try decoder.decode(buffer: &buffer) }
    }

    @Test("Damaged conversations never crash and never deliver without a recipient")
    func mutations() {
        var mutator = Mutator(seed: 61)
        let original = Array(
            "EHLO me\nMAIL FROM:<a@b.example>\nRCPT TO:<c@d.example>\nDATA\n.x\n.\nQUIT".utf8)
        for round in 0..<3000 {
            let text = String(decoding: mutator.mutate(original), as: UTF8.self)
            let replies = converse(text.split(separator: "\n").map(String.init))
            #expect(!replies.contains("mail "), "round \(round)")
        }
    }
}

/// A server that says what it is told to, whatever it hears.
private func withScript(
    greeting: String = "220 hi\r\n", _ replies: [String?], endsAfterScript: Bool = true,
    _ body: (_ port: Int) async throws -> Void
) async throws {
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    ScriptHandler(greeting, replies, endsAfterScript))
            }
        }
        .bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(listener.localAddress?.port)
    do {
        try await body(port)
    } catch {
        try await listener.close()
        throw error
    }
    try await listener.close()
}

/// Answers each line with the next reply; `nil` closes. Hears a message as one line.
private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let greeting: String
    private var replies: [String?]
    private let endsAfterScript: Bool
    private var heard = ""

    init(_ greeting: String, _ replies: [String?], _ endsAfterScript: Bool) {
        self.greeting = greeting
        self.replies = replies
        self.endsAfterScript = endsAfterScript
    }

    func channelActive(context: ChannelHandlerContext) { say(greeting, context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        heard += String(buffer: unwrapInboundIn(data))
        let isMessage = heard.hasPrefix("Date:")
        guard heard.hasSuffix(isMessage ? "\r\n.\r\n" : "\r\n") else { return }
        heard = ""
        guard !replies.isEmpty else {
            if endsAfterScript { context.close(promise: nil) }
            return
        }
        guard let reply = replies.removeFirst() else { return context.close(promise: nil) }
        say(reply, context)
    }

    private func say(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }
}

struct SMTPClientTests {
    private let good = [
        "250-me\r\n250-AUTH LOGIN PLAIN\r\n250 OK\r\n", "250 s\r\n", "250 r\r\n", "354 go\r\n",
    ]

    private func failure(
        greeting: String = "220 hi\r\n", _ replies: [String?], endsAfterScript: Bool = true,
        timeoutSeconds: Double = 10
    ) async throws -> SMTPFailure? {
        let message = try sampleMail()
        var failure: SMTPFailure?
        try await withScript(greeting: greeting, replies, endsAfterScript: endsAfterScript) {
            port in
            do throws(SMTPFailure) {
                _ = try await client(port, timeoutSeconds: timeoutSeconds).send(message)
            } catch {
                failure = error
            }
        }
        return failure
    }

    @Test("A connection lost after the message is of unknown outcome")
    func lostAfterData() async throws {
        #expect(
            try await failure(good + [nil])
                == .outcomeUnknown(reason: "The server closed the connection."))
    }

    @Test("Silence after the message is of unknown outcome")
    func silentAfterData() async throws {
        #expect(
            try await failure(good, endsAfterScript: false, timeoutSeconds: 0.2)
                == .outcomeUnknown(reason: "The server did not answer in time."))
    }

    @Test("A connection lost before the message was sent is certain not to have delivered it")
    func lostBeforeData() async throws {
        #expect(
            try await failure(Array(good.prefix(2)) + [nil])
                == .connection(.recipient, reason: "The server closed the connection."))
    }

    @Test("A refusal after the message is what the server says it is")
    func refusedAfterData() async throws {
        #expect(
            try await failure(good + ["451 later\r\n"])
                == .transient(.message, SMTPReply(code: 451, lines: ["later"])))
        #expect(
            try await failure(good + ["554-no\r\n554 never\r\n"])
                == .permanent(.message, SMTPReply(code: 554, lines: ["no", "never"])))
    }

    @Test("A server that does not speak SMTP is found out, at once or in time")
    func notSMTP() async throws {
        #expect(
            try await failure(greeting: "HTTP/1.1 400 Bad Request\r\n", [])
                == .connection(.greeting, reason: "The server sent a reply without a code."))
        #expect(
            try await failure(greeting: String(repeating: "2", count: 5000), [])
                == .connection(.greeting, reason: "The server sent a line without end."))
        #expect(
            try await failure(greeting: String(repeating: "220-x\r\n", count: 200), [])
                == .connection(.greeting, reason: "The server sent a reply of too many lines."))
        #expect(
            try await failure(greeting: "220-slow\r\n", [], timeoutSeconds: 0.2)
                == .connection(.greeting, reason: "The server did not answer in time."))
        #expect(
            try await failure(greeting: "554 go away\r\n", [])
                == .permanent(.greeting, SMTPReply(code: 554, lines: ["go away"])))
    }

    @Test("A reply nobody asked for ends the conversation")
    func unasked() async throws {
        let found = try await failure(["250 me\r\n250 forged\r\n", "250 s\r\n"])

        guard case .connection(.sender, _) = found else {
            Issue.record("\(String(describing: found))")
            return
        }
    }

    @Test("A task that is cancelled fails at once instead of waiting")
    func cancelled() async throws {
        let message = try sampleMail()
        try await withScript(good, endsAfterScript: false) { port in
            let sending = Task { try await client(port, timeoutSeconds: 600).send(message) }
            // Whenever it comes, the cancellation ends the wait, at whichever stage that is.
            sending.cancel()

            let result = await sending.result

            #expect(throws: SMTPFailure.self) { try result.get() }
        }
    }

    @Test("Where nobody listens there is no connection")
    func nobody() async throws {
        var port = 0
        try await withScript([]) { port = $0 }
        let message = try sampleMail()

        let found = await #expect(throws: SMTPFailure.self) {
            try await client(port).send(message)
        }

        guard case .connection(.connect, _) = found else {
            Issue.record("\(String(describing: found))")
            return
        }
    }

    @Test("A message without recipients is not sent")
    func noRecipients() async throws {
        let message = try sampleMail()
        try await withScript(good) { port in
            await #expect(
                throws: SMTPFailure.misconfigured(reason: "The message has no recipient.")
            ) {
                try await client(port).send(message, to: [])
            }
        }
    }

    @Test("Without STARTTLS on offer nothing is sent, and text before TLS is not believed")
    func startTLS() async throws {
        let message = try sampleMail()
        func failure(_ replies: [String?]) async throws -> SMTPFailure? {
            var found: SMTPFailure?
            try await withScript(replies) { port in
                let client = SMTPClient(.init(host: "127.0.0.1", port: port, security: .startTLS))
                found = await #expect(throws: SMTPFailure.self) { try await client.send(message) }
            }
            return found
        }

        #expect(
            try await failure(["250 me\r\n"])
                == .misconfigured(reason: "The server does not offer STARTTLS."))
        let offer = "250-me\r\n250 STARTTLS\r\n"
        #expect(
            try await failure([offer, "454 not now\r\n"])
                == .transient(.startTLS, SMTPReply(code: 454, lines: ["not now"])))
        let injected = try await failure([offer, "220 go\r\n250 forged\r\n", "250 s\r\n"])
        guard case .connection = injected else {
            Issue.record("\(String(describing: injected))")
            return
        }
    }

    @Test("A password is refused as the server says, by either mechanism, and never sent in vain")
    func authentication() async throws {
        let message = try sampleMail()
        func failure(_ replies: [String?], host: String = "127.0.0.1") async throws -> SMTPFailure?
        {
            var found: SMTPFailure?
            try await withScript(replies) { port in
                var configuration = SMTPClient.Configuration(
                    host: host, port: port, security: .none)
                configuration.credentials = SMTPCredentials(username: "u", password: "p")
                let client = SMTPClient(configuration)
                found = await #expect(throws: SMTPFailure.self) { try await client.send(message) }
            }
            return found
        }
        let wrong = SMTPFailure.permanent(
            .authentication, SMTPReply(code: 535, lines: ["wrong"]))

        #expect(try await failure(["250-me\r\n250 AUTH PLAIN\r\n", "535 wrong\r\n"]) == wrong)
        let login = ["250-me\r\n250 AUTH LOGIN\r\n", "334 VXNlcm5hbWU6\r\n", "334 x\r\n"]
        #expect(try await failure(login + ["535 wrong\r\n"]) == wrong)
        #expect(
            try await failure(["250 me\r\n"])
                == .misconfigured(
                    reason: "The server offers neither AUTH PLAIN nor AUTH LOGIN."))
        #expect(SMTPCredentials(username: "a\0b", password: "c") == nil)
        #expect("\(try #require(SMTPCredentials(username: "a", password: "c")))".contains("•••"))
    }
}
