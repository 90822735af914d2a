import NIOCore
import NIOPosix
import NIOSSL

/// Why a message was not handed over, in the three ways a sender can act on.
public enum SMTPFailure: Error, Hashable, Sendable {
    /// The server said no for good (5xx): sending again will not help.
    case permanent(SMTPStage, SMTPReply)
    /// Not now: the server said so (4xx). The message was certainly not accepted.
    case transient(SMTPStage, SMTPReply)
    /// There was no connection, or it broke before the message was complete: not accepted.
    case connection(SMTPStage, reason: String)
    /// The connection broke after the message had been sent and before it was acknowledged: it may
    /// or may not arrive. Sending again may deliver it twice.
    case outcomeUnknown(reason: String)
    /// The server does not offer what the configuration demands; a person has to look.
    case misconfigured(reason: String)
}

/// How far the conversation had come.
public enum SMTPStage: String, Hashable, Sendable {
    case connect, greeting, hello, startTLS, authentication, sender, recipient, data, message
}

/// What the server took.
public struct SMTPReceipt: Hashable, Sendable {
    public struct Refusal: Hashable, Sendable {
        public let recipient: MailAddress
        public let reply: SMTPReply
    }

    public let accepted: [MailAddress]
    /// Recipients the server would not have, while it took the message for the others.
    public let refused: [Refusal]
    /// The final reply; many servers name their queue's id in it.
    public let reply: SMTPReply
}

/// A name and a password. Neither may hold a NUL, which separates them on the wire.
public struct SMTPCredentials: Hashable, Sendable, CustomStringConvertible {
    let username: String
    let password: String

    public init?(username: String, password: String) {
        guard !username.isEmpty, !username.utf8.contains(0), !password.utf8.contains(0) else {
            return nil
        }
        self.username = username
        self.password = password
    }

    /// Never the password: descriptions end up in logs.
    public var description: String { "SMTPCredentials(•••)" }
}

/// Hands messages to a mail server: RFC 5321, with STARTTLS (RFC 3207), implicit TLS (RFC 8314)
/// and AUTH (RFC 4954). One connection a message; nothing is retried here.
public struct SMTPClient: Sendable {
    public struct Configuration: Sendable {
        public enum Security: Sendable {
            /// In the clear: for a relay on this machine or a sandbox.
            case none
            /// Demanded: without it nothing is sent.
            case startTLS
            /// From the first byte, usually port 465.
            case implicitTLS
        }

        /// Whom to believe about the server's identity.
        public enum Trust: Sendable {
            case system
            /// PEM certificates, and only those.
            case certificates(pem: String)
        }

        public var host: String
        public var port: Int
        public var security: Security
        public var trust = Trust.system
        public var credentials: SMTPCredentials?
        /// The name this machine gives itself; a host name.
        public var helloName = "localhost"
        public var connectTimeoutSeconds = 10.0
        /// How long a server may think about a command.
        public var replyTimeoutSeconds = 30.0
        /// How long it may take over a complete message, which it may scan first. RFC 5321,
        /// section 4.5.3.2.6 asks for ten minutes; longer waits make more doubt, not less.
        public var acceptanceTimeoutSeconds = 600.0

        public init(host: String, port: Int, security: Security) {
            self.host = host
            self.port = port
            self.security = security
        }
    }

    private let configuration: Configuration

    public init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    /// Hands `message` to the server for `recipients`; those in its To line when none are given.
    ///
    /// Returns when the server has taken responsibility for at least one recipient. `sender` is
    /// where reports of failed delivery go; the From address when not given. Cancelling the task
    /// breaks the connection off, with the failure that this means at its stage.
    public func send(
        _ message: MailMessage, from sender: MailAddress? = nil, to recipients: [MailAddress]? = nil
    ) async throws(SMTPFailure) -> SMTPReceipt {
        guard configuration.helloName.utf8.allSatisfy({ (0x21..<0x7F).contains($0) }) else {
            throw .misconfigured(reason: "The hello name holds a space or a control character.")
        }
        let tls = try tls()
        let connection = try await connect(tls)
        let result: Result<SMTPReceipt, SMTPFailure>
        do throws(SMTPFailure) {
            try await connection.prepare(tls)
            result = .success(
                try await connection.deliver(
                    message.bytes, from: sender ?? message.from, to: recipients ?? message.to))
        } catch {
            result = .failure(error)
        }
        connection.quit()
        return try result.get()
    }

    private func tls() throws(SMTPFailure) -> SMTPTLS? {
        switch configuration.security {
        case .none: return nil
        case .startTLS, .implicitTLS:
            do {
                return try SMTPTLS(host: configuration.host, trust: configuration.trust)
            } catch {
                throw .misconfigured(reason: "TLS cannot be set up: \(error)")
            }
        }
    }

    private func connect(_ tls: SMTPTLS?) async throws(SMTPFailure) -> SMTPConnection {
        let isImplicit = configuration.security == .implicitTLS
        let timeout = TimeAmount(within: configuration.replyTimeoutSeconds)
        do {
            let (channel, greeting) = try await ClientBootstrap(
                group: MultiThreadedEventLoopGroup.singleton
            )
            .connectTimeout(TimeAmount(within: configuration.connectTimeoutSeconds))
            .connect(host: configuration.host, port: configuration.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if isImplicit, let tls { try pipeline.addHandler(tls.handler()) }
                    let greeting = channel.eventLoop.makePromise(of: SMTPReply.self)
                    try pipeline.addHandler(
                        SMTPExchangeHandler(greeting: greeting, timeout: timeout))
                    return (channel, greeting.futureResult)
                }
            }
            return SMTPConnection(
                channel: channel, greeting: greeting, configuration: configuration)
        } catch {
            throw .connection(.connect, reason: "\(error)")
        }
    }
}

extension TimeAmount {
    /// Seconds from a configuration, held to a range in which nothing overflows.
    init(within seconds: Double) {
        self = .nanoseconds(Int64(Swift.min(Swift.max(seconds, 0.001), 86_400) * 1e9))
    }
}

/// The client's side of TLS towards one host.
struct SMTPTLS: Sendable {
    private let context: NIOSSLContext
    private let host: String

    init(host: String, trust: SMTPClient.Configuration.Trust) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if case .certificates(let pem) = trust {
            configuration.trustRoots = .certificates(
                try NIOSSLCertificate.fromPEMBytes(Array(pem.utf8)))
        }
        context = try NIOSSLContext(configuration: configuration)
        self.host = host
    }

    func handler() throws -> NIOSSLClientHandler {
        do {
            return try NIOSSLClientHandler(context: context, serverHostname: host)
        } catch let error as NIOSSLExtraError where error == .cannotUseIPAddressInSNI {
            // A host given by its address is held to the addresses in its certificate instead.
            return try NIOSSLClientHandler(context: context, serverHostname: nil)
        }
    }
}

/// One conversation with one server.
private struct SMTPConnection: Sendable {
    let channel: any Channel
    let greeting: EventLoopFuture<SMTPReply>
    let configuration: SMTPClient.Configuration

    /// Everything up to the first message: greeting, hello, TLS, hello again, authentication.
    func prepare(_ tls: SMTPTLS?) async throws(SMTPFailure) {
        try check(try await reply(greeting, .greeting), .greeting)
        var offers = try await hello()
        if configuration.security == .startTLS, let tls {
            guard offers.contains("STARTTLS") else {
                throw .misconfigured(reason: "The server does not offer STARTTLS.")
            }
            try check(try await command("STARTTLS", .startTLS), .startTLS)
            _ = try await exchange(.startTLS(tls), .startTLS)
            // What was offered in the clear may have been anybody's offer.
            offers = try await hello()
        }
        if let credentials = configuration.credentials {
            try await authenticate(credentials, offers)
        }
    }

    /// RFC 5321, section 3.3: sender, recipients, message.
    func deliver(
        _ message: [UInt8], from sender: MailAddress, to recipients: [MailAddress]
    ) async throws(SMTPFailure) -> SMTPReceipt {
        try check(try await command("MAIL FROM:<\(sender.address)>", .sender), .sender)
        var accepted: [MailAddress] = []
        var refused: [SMTPReceipt.Refusal] = []
        for recipient in recipients {
            let reply = try await command("RCPT TO:<\(recipient.address)>", .recipient)
            if reply.isPositive {
                accepted.append(recipient)
            } else {
                refused.append(SMTPReceipt.Refusal(recipient: recipient, reply: reply))
            }
        }
        guard !accepted.isEmpty else {
            // Any one that may yet be accepted makes another attempt worth while.
            let replies = refused.map(\.reply)
            guard let reply = replies.first(where: { $0.code < 500 }) ?? replies.first else {
                throw .misconfigured(reason: "The message has no recipient.")
            }
            throw failure(reply, .recipient)
        }
        let permission = try await command("DATA", .data)
        guard permission.code == 354 else { throw failure(permission, .data) }
        let reply = try await exchange(
            .send(ByteBuffer(bytes: SMTPData.framed(message))), .message,
            timeoutSeconds: configuration.acceptanceTimeoutSeconds)
        try check(reply, .message)
        return SMTPReceipt(accepted: accepted, refused: refused, reply: reply)
    }

    /// Says goodbye and closes, without keeping anybody waiting: the outcome is known by now, and
    /// nothing here can change it.
    func quit() {
        let reply = channel.eventLoop.makePromise(of: SMTPReply.self)
        let goodbye = SMTPExchange(
            kind: .send(ByteBuffer(string: "QUIT\r\n")), timeout: .seconds(1), reply: reply)
        channel.writeAndFlush(goodbye).whenFailure { reply.fail($0) }
        reply.futureResult.whenComplete { _ in channel.close(promise: nil) }
    }

    /// The capabilities the server offers, in capitals.
    private func hello() async throws(SMTPFailure) -> Set<String> {
        let reply = try await command("EHLO \(configuration.helloName)", .hello)
        try check(reply, .hello)
        return Set(reply.lines.dropFirst().map { $0.uppercased() })
    }

    private func authenticate(
        _ credentials: SMTPCredentials, _ offers: Set<String>
    ) async throws(SMTPFailure) {
        let isLocal = ["127.0.0.1", "::1", "localhost"].contains(configuration.host)
        guard configuration.security != .none || isLocal else {
            throw .misconfigured(reason: "A password is not sent in the clear to another machine.")
        }
        let mechanisms = offers.first { $0.hasPrefix("AUTH ") }?.split(separator: " ") ?? []
        let name = Array(credentials.username.utf8)
        let password = Array(credentials.password.utf8)
        if mechanisms.contains("PLAIN") {
            let both = Base64.encode([0] + name + [0] + password)
            try check(try await command("AUTH PLAIN \(both)", .authentication), .authentication)
        } else if mechanisms.contains("LOGIN") {
            for line in ["AUTH LOGIN", Base64.encode(name)] {
                let reply = try await command(line, .authentication)
                guard reply.code == 334 else { throw failure(reply, .authentication) }
            }
            try check(try await command(Base64.encode(password), .authentication), .authentication)
        } else {
            throw .misconfigured(reason: "The server offers neither AUTH PLAIN nor AUTH LOGIN.")
        }
    }

    private func command(_ line: String, _ stage: SMTPStage) async throws(SMTPFailure) -> SMTPReply
    {
        try await exchange(.send(ByteBuffer(string: line + "\r\n")), stage)
    }

    private func exchange(
        _ kind: SMTPExchange.Kind, _ stage: SMTPStage, timeoutSeconds: Double? = nil
    ) async throws(SMTPFailure) -> SMTPReply {
        let seconds = timeoutSeconds ?? configuration.replyTimeoutSeconds
        let reply = channel.eventLoop.makePromise(of: SMTPReply.self)
        let exchange = SMTPExchange(kind: kind, timeout: TimeAmount(within: seconds), reply: reply)
        channel.writeAndFlush(exchange).whenFailure { reply.fail($0) }
        return try await self.reply(reply.futureResult, stage)
    }

    private func reply(
        _ future: EventLoopFuture<SMTPReply>, _ stage: SMTPStage
    ) async throws(SMTPFailure) -> SMTPReply {
        do {
            return try await withTaskCancellationHandler {
                try await future.get()
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch {
            let reason = SMTPConnection.reason(error)
            throw stage == .message
                ? .outcomeUnknown(reason: reason) : .connection(stage, reason: reason)
        }
    }

    private func check(_ reply: SMTPReply, _ stage: SMTPStage) throws(SMTPFailure) {
        // A 3xx asks for more, and nothing checked here has more to say.
        guard (200..<300).contains(reply.code) else { throw failure(reply, stage) }
    }

    private func failure(_ reply: SMTPReply, _ stage: SMTPStage) -> SMTPFailure {
        switch reply.code {
        case 500...: .permanent(stage, reply)
        case 400..<500: .transient(stage, reply)
        default: .connection(stage, reason: "The server gave an answer out of place: \(reply).")
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case SMTPConnectionFault.closed, ChannelError.ioOnClosedChannel:
            "The server closed the connection."
        case SMTPConnectionFault.timedOut: "The server did not answer in time."
        case SMTPConnectionFault.protocolViolated(let what): "The server sent \(what)."
        default: "\(error)"
        }
    }
}

/// A message between DATA and its final dot: RFC 5321, section 4.5.2.
enum SMTPData {
    static let end: [UInt8] = [
        Byte.dot, Byte.carriageReturn, Byte.lineFeed,
    ]

    /// Doubles the dot at the start of a line and ends with the line that is one dot. Every line
    /// break becomes carriage return and line feed: a bare one is how a second message is smuggled
    /// past a server that is less strict than the next.
    static func framed(_ message: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(message.count + message.count / 64 + 8)
        var isLineStart = true
        for (index, byte) in message.enumerated() {
            switch byte {
            case Byte.carriageReturn, Byte.lineFeed:
                let endsPair =
                    byte == Byte.lineFeed && index > 0 && message[index - 1] == Byte.carriageReturn
                if !endsPair { output += [Byte.carriageReturn, Byte.lineFeed] }
                isLineStart = true
            default:
                if isLineStart, byte == Byte.dot { output.append(Byte.dot) }
                output.append(byte)
                isLineStart = false
            }
        }
        if !isLineStart { output += [Byte.carriageReturn, Byte.lineFeed] }
        return output + end
    }
}
