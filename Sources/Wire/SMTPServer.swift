import NIOCore
import NIOPosix

/// A message as a server received it.
public struct ReceivedMail: Hashable, Sendable {
    /// The name the client gave itself.
    public let hello: String
    /// Where reports of failed delivery go; empty for such a report itself.
    public let sender: String
    public let recipients: [String]
    /// Headers and body, lines ending with carriage return and line feed.
    public let bytes: [UInt8]

    public init(hello: String, sender: String, recipients: [String], bytes: [UInt8]) {
        self.hello = hello
        self.sender = sender
        self.recipients = recipients
        self.bytes = bytes
    }
}

/// What a mail box says to a recipient or a message.
public enum SMTPVerdict: Hashable, Sendable {
    case accept
    /// For good (550): what a mail box that does not exist says.
    case refuse(String)
    /// For now (451): come again later.
    case postpone(String)
}

/// A small server that receives mail for a sandbox: EHLO, HELO, MAIL, RCPT, DATA, RSET, NOOP, QUIT
/// (RFC 5321). It relays nothing, and it is not meant to face the internet.
public struct SMTPServer: Sendable {
    public struct Configuration: Sendable {
        public var host = "127.0.0.1"
        /// Zero takes any free one.
        public var port = 0
        public var hostname = "localhost"
        public var messageBytesMax = 10 << 20
        public var recipientsMax = 100
        /// Further clients are told to come again.
        public var connectionsMax = 64
        public var idleTimeoutSeconds = 60.0

        public init() {}
    }

    /// Decides about one recipient, by address.
    public typealias Recipients = @Sendable (String) async -> SMTPVerdict
    /// Takes one message; its verdict is the reply to the client.
    public typealias Receive = @Sendable (ReceivedMail) async -> SMTPVerdict

    /// Hears why a connection broke. Clients come and go, so this is seldom worth more than a line.
    public typealias ConnectionFailed = @Sendable (any Error) -> Void

    typealias Connection = NIOAsyncChannel<[UInt8], ByteBuffer>

    private let listener: NIOAsyncChannel<Connection, Never>
    private let configuration: Configuration
    private let recipients: Recipients
    private let receive: Receive
    private let connectionFailed: ConnectionFailed

    /// The port it listens on.
    public let port: Int

    /// Starts to listen; clients are served once ``run()`` runs.
    public static func bind(
        _ configuration: Configuration = Configuration(),
        recipients: @escaping Recipients = { _ in .accept },
        connectionFailed: @escaping ConnectionFailed = { _ in },
        receive: @escaping Receive
    ) async throws -> SMTPServer {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: configuration.host, port: configuration.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandlers(
                        IdleStateHandler(
                            allTimeout: TimeAmount(within: configuration.idleTimeoutSeconds)),
                        IdleCloseHandler())
                    try pipeline.addHandler(
                        ByteToMessageHandler(
                            SMTPLineDecoder(),
                            maximumBufferSize: SMTPLineDecoder.lineLengthMax))
                    return try Connection(wrappingChannelSynchronously: channel)
                }
            }
        return SMTPServer(
            listener: listener, configuration: configuration, recipients: recipients,
            receive: receive, connectionFailed: connectionFailed,
            port: listener.channel.localAddress?.port ?? configuration.port)
    }

    /// Serves clients until the task is cancelled; then closes them, stops listening, and throws
    /// `CancellationError`.
    public func run() async throws {
        let open = ConnectionCount(max: configuration.connectionsMax)
        try await withThrowingDiscardingTaskGroup { group in
            try await listener.executeThenClose { clients in
                for try await client in clients {
                    group.addTask { await serve(client, open) }
                }
            }
            group.cancelAll()
        }
    }

    /// A fault of one connection ends that connection and concerns nobody else.
    private func serve(_ client: Connection, _ open: ConnectionCount) async {
        do {
            try await client.executeThenClose { lines, replies in
                guard await open.enter() else {
                    return try await replies.write(SMTPSession.reply(421, "Too many clients."))
                }
                do {
                    try await converse(lines, replies)
                } catch {
                    await open.leave()
                    throw error
                }
                await open.leave()
            }
        } catch {
            connectionFailed(error)
        }
    }

    private func converse(
        _ lines: NIOAsyncChannelInboundStream<[UInt8]>,
        _ replies: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws {
        var session = SMTPSession(configuration)
        try await replies.write(SMTPSession.reply(220, "\(configuration.hostname) ready"))
        do {
            for try await line in lines {
                switch session.take(line) {
                case .nothing: continue
                case .reply(let reply): try await replies.write(reply)
                case .ask(let recipient):
                    let verdict = await recipients(recipient)
                    try await replies.write(session.judged(recipient, verdict))
                case .deliver(let mail):
                    try await replies.write(SMTPSession.reply(await receive(mail)))
                case .close(let reply): return try await replies.write(reply)
                }
            }
        } catch is SMTPLineTooLong {
            try await replies.write(SMTPSession.reply(500, "The line is too long."))
        }
    }
}

/// How many connections are open, kept within a limit.
private actor ConnectionCount {
    private var count = 0
    private let max: Int

    init(max: Int) { self.max = max }

    func enter() -> Bool {
        guard count < max else { return false }
        count += 1
        return true
    }

    func leave() { count -= 1 }
}

/// Closes a connection on which nothing has happened for the idle time.
private final class IdleCloseHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}

struct SMTPLineTooLong: Error {}

/// Lines that end with carriage return and line feed, and with nothing less.
struct SMTPLineDecoder: NIOSingleStepByteToMessageDecoder {
    typealias InboundOut = [UInt8]

    /// RFC 5321, section 4.5.3.1.6 allows 1,000; some mailers exceed it.
    static let lineLengthMax = 16_384

    mutating func decode(buffer: inout ByteBuffer) throws -> [UInt8]? {
        let view = buffer.readableBytesView
        var search = view.startIndex
        while let feed = view[search...].firstIndex(of: Byte.lineFeed) {
            if feed > view.startIndex, view[feed - 1] == Byte.carriageReturn {
                let length = feed - 1 - view.startIndex
                guard length < SMTPLineDecoder.lineLengthMax - 2 else { throw SMTPLineTooLong() }
                let line = buffer.readBytes(length: length)
                buffer.moveReaderIndex(forwardBy: 2)
                return line
            }
            search = feed + 1
        }
        guard view.count < SMTPLineDecoder.lineLengthMax - 2 else { throw SMTPLineTooLong() }
        return nil
    }

    mutating func decodeLast(buffer: inout ByteBuffer, seenEOF: Bool) throws -> [UInt8]? {
        // What has no line end when the connection closes was never said.
        try decode(buffer: &buffer)
    }
}

/// The server's side of one conversation, without its connection: lines in, what to do out.
struct SMTPSession {
    enum Action: Equatable {
        case nothing
        case reply(ByteBuffer)
        case ask(recipient: String)
        case deliver(ReceivedMail)
        case close(ByteBuffer)
    }

    private enum State {
        case connected
        case greeted
        case sender(String)
        case message(sender: String)
    }

    /// More mistakes than a client at work makes.
    private static let mistakesMax = 20

    private let configuration: SMTPServer.Configuration
    private var state = State.connected
    private var hello = ""
    private var recipients: [String] = []
    private var bytes: [UInt8] = []
    private var bytesCount = 0
    private var hasBareLineBreak = false
    private var mistakes = 0

    init(_ configuration: SMTPServer.Configuration) { self.configuration = configuration }

    static func reply(_ code: Int, _ text: String) -> ByteBuffer {
        ByteBuffer(string: "\(code) \(oneLine(text))\r\n")
    }

    static func reply(_ verdict: SMTPVerdict) -> ByteBuffer {
        switch verdict {
        case .accept: reply(250, "OK")
        case .refuse(let text): reply(550, text)
        case .postpone(let text): reply(451, text)
        }
    }

    mutating func take(_ line: [UInt8]) -> Action {
        if case .message(let sender) = state { return takeContent(line, sender) }
        let action = takeCommand(line)
        guard case .reply(let reply) = action, reply.getInteger(at: 0, as: UInt8.self) == 0x35
        else { return action }
        mistakes += 1
        guard mistakes < SMTPSession.mistakesMax else {
            return .close(SMTPSession.reply(421, "Too many mistakes."))
        }
        return action
    }

    /// Notes what was decided about a recipient and returns the reply.
    mutating func judged(_ recipient: String, _ verdict: SMTPVerdict) -> ByteBuffer {
        if verdict == .accept { recipients.append(recipient) }
        return SMTPSession.reply(verdict)
    }

    private mutating func takeCommand(_ line: [UInt8]) -> Action {
        guard line.count <= 1000, line.allSatisfy({ (0x20..<0x7F).contains($0) }) else {
            return .reply(SMTPSession.reply(500, "A command is a line of ASCII."))
        }
        let text = String(decoding: line, as: UTF8.self)
        let verb = text.prefix { $0 != " " }.uppercased()
        let argument = text.dropFirst(verb.count).drop { $0 == " " }
        switch verb {
        case "EHLO", "HELO": return greet(verb, String(argument))
        case "MAIL": return mail(String(argument))
        case "RCPT": return recipient(String(argument))
        case "DATA": return data()
        case "RSET":
            reset()
            return .reply(SMTPSession.reply(250, "OK"))
        case "NOOP": return .reply(SMTPSession.reply(250, "OK"))
        case "QUIT": return .close(SMTPSession.reply(221, "Goodbye."))
        default: return .reply(SMTPSession.reply(502, "This server does not know that command."))
        }
    }

    private mutating func greet(_ verb: String, _ name: String) -> Action {
        guard !name.isEmpty else { return .reply(SMTPSession.reply(501, "Say who you are.")) }
        hello = name
        state = .greeted
        reset()
        guard verb == "EHLO" else {
            return .reply(SMTPSession.reply(250, configuration.hostname))
        }
        let offers = [
            configuration.hostname, "PIPELINING", "8BITMIME",
            "SIZE \(configuration.messageBytesMax)",
        ]
        let lines = offers.enumerated().map { index, offer in
            "250\(index == offers.count - 1 ? " " : "-")\(offer)\r\n"
        }
        return .reply(ByteBuffer(string: lines.joined()))
    }

    private mutating func mail(_ argument: String) -> Action {
        guard case .greeted = state else {
            return .reply(SMTPSession.reply(503, "Not now: EHLO first, then one MAIL."))
        }
        guard let (path, parameters) = SMTPSession.path(argument, after: "FROM:") else {
            return .reply(SMTPSession.reply(501, "MAIL FROM:<address>"))
        }
        for parameter in parameters {
            let words = parameter.uppercased().split(separator: "=", maxSplits: 1)
            switch (words.first ?? "", words.count) {
            case ("SIZE", 2):
                guard let size = Int(words[1]), size <= configuration.messageBytesMax else {
                    return .reply(SMTPSession.reply(552, "The message is too large."))
                }
            case ("BODY", 2): break
            default: return .reply(SMTPSession.reply(555, "This server lacks that parameter."))
            }
        }
        state = .sender(path)
        return .reply(SMTPSession.reply(250, "OK"))
    }

    private mutating func recipient(_ argument: String) -> Action {
        guard case .sender = state else {
            return .reply(SMTPSession.reply(503, "MAIL first."))
        }
        guard let (path, parameters) = SMTPSession.path(argument, after: "TO:"), !path.isEmpty,
            parameters.isEmpty
        else { return .reply(SMTPSession.reply(501, "RCPT TO:<address>")) }
        guard recipients.count < configuration.recipientsMax else {
            return .reply(SMTPSession.reply(452, "Too many recipients."))
        }
        return .ask(recipient: path)
    }

    private mutating func data() -> Action {
        guard case .sender(let sender) = state else {
            return .reply(SMTPSession.reply(503, "MAIL and RCPT first."))
        }
        guard !recipients.isEmpty else {
            return .reply(SMTPSession.reply(554, "There is no valid recipient."))
        }
        state = .message(sender: sender)
        return .reply(SMTPSession.reply(354, "End with a line that is one dot."))
    }

    private mutating func takeContent(_ line: [UInt8], _ sender: String) -> Action {
        guard line == [Byte.dot] else {
            let content = line.first == Byte.dot ? line.dropFirst() : line[...]
            return keep(content)
        }
        let mail = ReceivedMail(
            hello: hello, sender: sender, recipients: recipients, bytes: bytes)
        let isTooLarge = bytesCount > configuration.messageBytesMax
        let isMalformed = hasBareLineBreak
        state = .greeted
        reset()
        if isTooLarge { return .reply(SMTPSession.reply(552, "The message is too large.")) }
        if isMalformed {
            return .reply(SMTPSession.reply(550, "A line break in the message is half a one."))
        }
        return .deliver(mail)
    }

    /// A message that is too large is read to its end, so that the client hears why, but not kept;
    /// one that is far too large is not even read.
    private mutating func keep(_ content: ArraySlice<UInt8>) -> Action {
        bytesCount += content.count + 2
        if bytesCount > configuration.messageBytesMax {
            bytes = []
            guard bytesCount <= configuration.messageBytesMax * 4 else {
                return .close(SMTPSession.reply(552, "The message is far too large."))
            }
            return .nothing
        }
        if content.contains(where: { $0 == Byte.lineFeed || $0 == Byte.carriageReturn }) {
            hasBareLineBreak = true
        }
        bytes += content
        bytes += [Byte.carriageReturn, Byte.lineFeed]
        return .nothing
    }

    private mutating func reset() {
        if case .sender = state { state = .greeted }
        recipients = []
        bytes = []
        bytesCount = 0
        hasBareLineBreak = false
    }

    /// The address between angle brackets behind `word`, and the parameters after it.
    private static func path(
        _ argument: String, after word: String
    ) -> (path: String, parameters: [Substring])? {
        guard argument.prefix(word.count).uppercased() == word else { return nil }
        let rest = argument.dropFirst(word.count).drop { $0 == " " }
        guard rest.first == "<", let end = rest.firstIndex(of: ">") else { return nil }
        let path = rest[rest.index(after: rest.startIndex)..<end]
        let isWellFormed = path.utf8.count <= 254 && !path.contains(" ") && !path.contains("<")
        guard isWellFormed else { return nil }
        let after = rest[rest.index(after: end)...]
        guard after.isEmpty || after.first == " " else { return nil }
        return (String(path), after.split(separator: " "))
    }

    private static func oneLine(_ text: String) -> String {
        String(
            decoding: text.utf8.map { (0x20..<0x7F).contains($0) ? $0 : Byte.question },
            as: UTF8.self)
    }
}
