import NIOCore

/// What an SMTP server answers: RFC 5321, section 4.2.
public struct SMTPReply: Hashable, Sendable, CustomStringConvertible {
    /// 200 through 599.
    public let code: Int
    /// The text of each line, without the code.
    public let lines: [String]

    public init(code: Int, lines: [String]) {
        self.code = code
        self.lines = lines
    }

    /// Done as asked, 2xx.
    public var isPositive: Bool { (200..<300).contains(code) }

    public var description: String { "\(code) " + lines.joined(separator: " / ") }
}

/// What became of a connection before the reply to a command had come.
enum SMTPConnectionFault: Error {
    case closed
    case timedOut
    /// The server does not speak SMTP, or speaks out of turn.
    case protocolViolated(String)
}

/// One command and the promise of its reply.
struct SMTPExchange: Sendable {
    enum Kind: Sendable {
        case send(ByteBuffer)
        /// Put TLS under the connection. Succeeds at once with a reply of our own; a failed
        /// handshake shows at the next exchange.
        case startTLS(SMTPTLS)
    }

    let kind: Kind
    let timeout: TimeAmount
    let reply: EventLoopPromise<SMTPReply>
}

/// Reads the greeting, then sends one command at a time and reads its reply.
///
/// A reply that nobody asked for ends the connection: in particular one slipped in before TLS
/// begins, which must never be taken for an answer to what is said under TLS (CVE-2011-0411).
final class SMTPExchangeHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = SMTPExchange
    typealias OutboundOut = ByteBuffer

    /// RFC 5321, section 4.5.3.1.5 says 512; some servers are chatty.
    private static let lineLengthMax = 2048
    private static let linesMax = 128

    private var buffer = ByteBuffer()
    private var lines: [String] = []
    private var pending: EventLoopPromise<SMTPReply>?
    private var timer: Scheduled<Void>?
    private var fault: (any Error)?
    private let greetingTimeout: TimeAmount

    /// `greeting` is kept with the server's first reply, which may come and be followed by the end
    /// of the connection before anybody has had time to ask for it.
    init(greeting: EventLoopPromise<SMTPReply>, timeout: TimeAmount) {
        pending = greeting
        greetingTimeout = timeout
    }

    func channelActive(context: ChannelHandlerContext) {
        startTimer(greetingTimeout, context)
        context.fireChannelActive()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let exchange = unwrapOutboundIn(data)
        if let fault {
            exchange.reply.fail(fault)
            promise?.fail(fault)
            return
        }
        guard pending == nil else {
            preconditionFailure("one command is answered before the next is sent")
        }
        switch exchange.kind {
        case .send(let bytes):
            pending = exchange.reply
            startTimer(exchange.timeout, context)
            context.write(wrapOutboundOut(bytes), promise: promise)
        case .startTLS(let tls):
            startTLS(tls, exchange.reply, context)
            promise?.succeed()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        buffer.writeBuffer(&bytes)
        do throws(SMTPConnectionFault) {
            while let line = try takeLine() { try read(line) }
            buffer.discardReadBytes()
        } catch {
            fail(error, context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(SMTPConnectionFault.closed, context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(error, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        fail(SMTPConnectionFault.closed, context)
    }

    private func startTimer(_ timeout: TimeAmount, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: timeout) {
            let (handler, context) = bound.value
            handler.fail(SMTPConnectionFault.timedOut, context)
        }
    }

    private func startTLS(
        _ tls: SMTPTLS, _ reply: EventLoopPromise<SMTPReply>, _ context: ChannelHandlerContext
    ) {
        do {
            guard buffer.readableBytes == 0, lines.isEmpty else {
                throw SMTPConnectionFault.protocolViolated("text before TLS began")
            }
            try context.pipeline.syncOperations.addHandler(tls.handler(), position: .first)
            reply.succeed(SMTPReply(code: 220, lines: []))
        } catch {
            reply.fail(error)
            fail(error, context)
        }
    }

    private func takeLine() throws(SMTPConnectionFault) -> String? {
        let view = buffer.readableBytesView
        guard let end = view.firstIndex(of: Byte.lineFeed) else {
            guard view.count <= SMTPExchangeHandler.lineLengthMax else {
                throw .protocolViolated("a line without end")
            }
            return nil
        }
        let length = end - view.startIndex
        guard length <= SMTPExchangeHandler.lineLengthMax,
            var bytes = buffer.readBytes(length: length + 1)
        else { throw .protocolViolated("a line too long") }
        bytes.removeLast()
        if bytes.last == Byte.carriageReturn { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func read(_ line: String) throws(SMTPConnectionFault) {
        guard pending != nil else { throw .protocolViolated("a reply nobody asked for") }
        let bytes = Array(line.utf8)
        guard bytes.count >= 3, bytes[..<3].allSatisfy(Byte.isDigit),
            let code = Int(line.prefix(3)), (200...599).contains(code),
            bytes.count == 3 || bytes[3] == Byte.space || bytes[3] == Byte.dash
        else { throw .protocolViolated("a reply without a code") }
        lines.append(String(decoding: bytes.dropFirst(4), as: UTF8.self))
        guard lines.count <= SMTPExchangeHandler.linesMax else {
            throw .protocolViolated("a reply of too many lines")
        }
        guard bytes.count == 3 || bytes[3] != Byte.dash else { return }
        let reply = SMTPReply(code: code, lines: lines)
        lines = []
        finish { $0.succeed(reply) }
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        guard fault == nil else { return }
        fault = error
        finish { $0.fail(error) }
        context.close(promise: nil)
    }

    private func finish(_ complete: (EventLoopPromise<SMTPReply>) -> Void) {
        timer?.cancel()
        timer = nil
        guard let promise = pending else { return }
        pending = nil
        complete(promise)
    }
}
