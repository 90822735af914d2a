import NIOCore
import NIOPosix

/// Asks clamd about bytes, by its command INSTREAM (`man clamd`): nothing of them is on disk for it.
public struct VirusScanner: Sendable {
    /// Where clamd listens.
    public enum Address: Hashable, Sendable {
        /// A Unix socket, by its path.
        case socket(String)
        case host(String, port: Int)

        /// A path that begins with a slash, or `tcp://host:port`; `nil` for anything else.
        public init?(_ text: String) {
            if text.hasPrefix("/") {
                // A socket's address has no room for more (`unix(7)`).
                guard text.utf8.count < 108 else { return nil }
                self = .socket(text)
                return
            }
            guard text.hasPrefix("tcp://"), let colon = text.lastIndex(of: ":"),
                let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port)
            else { return nil }
            let host = text.dropFirst(6).prefix(upTo: colon)
            guard !host.isEmpty, !host.contains(where: { $0 == "/" || $0.isWhitespace }) else {
                return nil
            }
            self = .host(String(host), port: port)
        }
    }

    /// What clamd said.
    public enum Verdict: Hashable, Sendable {
        case clean
        /// By the name of what was found.
        case found(String)
    }

    /// clamd did not say anything about the bytes: not there, too slow, or of its own opinion.
    public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    private let address: Address

    static let chunk = 128 << 10
    static let answerMax = 4 << 10
    static let connectSeconds: Int64 = 5
    /// clamd's own limit for one file is two minutes; nobody waits at a form for that long.
    static let seconds = 30

    public init(_ address: Address) { self.address = address }

    public func scan(_ bytes: [UInt8]) async throws(Fault) -> Verdict {
        let answer: String
        do {
            answer = try await withThrowingTaskGroup(of: String?.self) { group in
                group.addTask { try await ask(bytes) }
                group.addTask {
                    try await Task.sleep(for: .seconds(VirusScanner.seconds))
                    return nil
                }
                defer { group.cancelAll() }
                guard let first = try await group.next(), let answer = first else {
                    throw Fault(
                        description: "clamd did not answer within \(VirusScanner.seconds) seconds")
                }
                return answer
            }
        } catch let fault as Fault {
            throw fault
        } catch {
            throw Fault(description: "clamd cannot be asked: \(error)")
        }
        return try VirusScanner.verdict(of: answer)
    }

    /// Reads `stream: OK` and `stream: Name FOUND`; all else says nothing about the bytes.
    static func verdict(of answer: String) throws(Fault) -> Verdict {
        let text = answer.prefix { $0 != "\0" && $0 != "\n" }
        if text == "stream: OK" { return .clean }
        if text.hasPrefix("stream: "), text.hasSuffix(" FOUND") {
            let name = text.dropFirst(8).dropLast(6)
            return .found(String(name.prefix(120).filter { $0.isASCII && $0.isPrintable }))
        }
        let words = text.prefix(200).filter { $0.isASCII && $0.isPrintable }
        throw Fault(description: "clamd answered: \(words.isEmpty ? "nothing" : words)")
    }

    private func ask(_ bytes: [UInt8]) async throws -> String {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(VirusScanner.connectSeconds))
        let wrap:
            @Sendable (any Channel) -> EventLoopFuture<NIOAsyncChannel<ByteBuffer, ByteBuffer>> = {
                channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
        let channel =
            switch address {
            case .socket(let path):
                try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: wrap)
            case .host(let host, let port):
                try await bootstrap.connect(host: host, port: port, channelInitializer: wrap)
            }
        return try await channel.executeThenClose { inbound, outbound in
            do {
                try await outbound.write(ByteBuffer(string: "zINSTREAM\0"))
                for start in stride(from: 0, to: bytes.count, by: VirusScanner.chunk) {
                    let part = bytes[start..<min(bytes.count, start + VirusScanner.chunk)]
                    var buffer = ByteBuffer()
                    buffer.writeInteger(UInt32(part.count))
                    buffer.writeBytes(part)
                    try await outbound.write(buffer)
                }
                var end = ByteBuffer()
                end.writeInteger(UInt32(0))
                try await outbound.write(end)
            } catch is ChannelError {
                // It has had enough before the end, and its answer says of what.
            }
            var answer = ByteBuffer()
            for try await part in inbound {
                answer.writeImmutableBuffer(part)
                if answer.readableBytes > VirusScanner.answerMax
                    || part.readableBytesView.contains(0)
                {
                    break
                }
            }
            return String(buffer: answer)
        }
    }
}

extension Character {
    fileprivate var isPrintable: Bool { (asciiValue ?? 0) >= 0x20 && asciiValue != 0x7F }
}
