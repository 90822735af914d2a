import AsyncHTTPClient
import Banking
import Edges
import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Wire

/// Calls URLs that somebody outside named. The host's name is resolved, every address it has is looked
/// at, and the one that was looked at is connected to, so that a name cannot lead elsewhere between
/// the look and the call. Redirects are never followed, and little of an answer is read.
public struct WebhookCaller: Sendable {
    /// The addresses of a name, 4 or 16 bytes each; empty when it has none.
    public typealias Resolve = @Sendable (String) async throws -> [[UInt8]]

    let mayStayInside: Bool
    let roots: [NIOSSLCertificate]
    let resolve: Resolve

    static let connectSeconds: Int64 = 5
    /// From the request to the answer's status.
    public static let answerSeconds: Int64 = 15
    /// From there to the end of the body, which nobody reads.
    static let bodySeconds: Int64 = 2
    /// Bytes of an answer that are read so that the connection can be used again.
    static let answerBytesMax = 16 << 10
    /// Requests to one endpoint at the same time.
    static let atOnce = 8

    /// - Parameter mayStayInside: lets addresses be called that are not public: for tests on one
    ///   machine.
    /// - Parameter rootsPEM: certificates that an endpoint's may lead to, besides the system's; empty
    ///   for none.
    /// - Throws: when they cannot be read.
    public init(
        mayStayInside: Bool, rootsPEM: String = "",
        resolve: @escaping Resolve = WebhookCaller.system
    ) throws {
        self.mayStayInside = mayStayInside
        roots = rootsPEM.isEmpty ? [] : try NIOSSLCertificate.fromPEMBytes(Array(rootsPEM.utf8))
        self.resolve = resolve
    }

    /// A way to one endpoint, or why there is none. Whoever has it closes it.
    struct Way: Sendable {
        let url: String
        let client: HTTPClient

        func close() async {
            // Nothing is lost: what was under way is asked again.
            do { try await client.shutdown() } catch {}
        }
    }

    struct NoWay: Error {
        let result: WebhookStore.Try.Result
    }

    func way(to text: String) async throws(NoWay) -> Way {
        let url: OutsideURL
        do throws(OutsideURL.Refusal) {
            url = try OutsideURL(text, allowsInsecure: mayStayInside)
        } catch {
            // Taken under another configuration.
            throw NoWay(result: .addressForbidden)
        }
        let addresses: [[UInt8]]
        do {
            addresses = try await resolve(url.host)
        } catch {
            throw NoWay(result: .nameUnknown)
        }
        guard let first = addresses.first else { throw NoWay(result: .nameUnknown) }
        guard mayStayInside || addresses.allSatisfy(OutsideAddress.isPublic) else {
            throw NoWay(result: .addressForbidden)
        }
        var configuration = HTTPClient.Configuration()
        if !Self.isAddress(url.host) {
            // The client must know the host by the very name that is pinned.
            guard URL(string: url.text)?.host == url.host else {
                throw NoWay(result: .addressForbidden)
            }
            configuration.dnsOverride = [url.host: Self.text(first)]
        }
        if !roots.isEmpty {
            var trust = TLSConfiguration.makeClientConfiguration()
            trust.additionalTrustRoots = [.certificates(roots)]
            configuration.tlsConfiguration = trust
        }
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.timeout = .init(
            connect: .seconds(Self.connectSeconds), read: .seconds(Self.answerSeconds))
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.atOnce
        return Way(
            url: url.text,
            client: HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration))
    }

    struct Answer: Sendable {
        let result: WebhookStore.Try.Result
        let status: Int?
        let retryAfter: String?
    }

    /// Sends one message. Throws only when the caller is cancelled: then nothing is known.
    func send(
        _ body: [UInt8], _ headers: [(name: String, value: String)], by way: Way
    ) async throws(CancellationError) -> Answer {
        var request = HTTPClientRequest(url: way.url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "User-Agent", value: "Makewhole-Webhooks/1")
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.body = .bytes(body)
        do {
            let response = try await way.client.execute(
                request, timeout: .seconds(Self.answerSeconds))
            let status = Int(response.status.code)
            await Self.drain(response.body)
            return Answer(
                result: WebhookSchedule.result(of: status), status: status,
                retryAfter: response.headers.first(name: "Retry-After"))
        } catch {
            if Task.isCancelled { throw CancellationError() }
            let isLate = [.connectTimeout, .readTimeout, .deadlineExceeded]
                .contains(error as? HTTPClientError)
            // TLS fails for other reasons too, but for none that another try mends.
            let isTLS = error is NIOSSLError || error is NIOSSLExtraError
            return Answer(
                result: isLate ? .timedOut : isTLS ? .untrusted : .unreachable, status: nil,
                retryAfter: nil)
        }
    }

    /// Reads what a small answer has, so that its connection can be used again; of a large or slow one
    /// the rest is left, and the connection with it. The status has been told: how the body ends
    /// changes nothing.
    private static func drain(_ body: HTTPClientResponse.Body) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                var count = 0
                do {
                    for try await chunk in body {
                        count += chunk.readableBytes
                        if count > answerBytesMax { return }
                    }
                } catch {}
            }
            group.addTask {
                do { try await Task.sleep(for: .seconds(bodySeconds)) } catch {}
            }
            await group.next()
            group.cancelAll()
        }
    }

    // MARK: Names and addresses

    /// Apart from everything else, because a name server may take its time.
    private static let threads: NIOThreadPool = {
        let threads = NIOThreadPool(numberOfThreads: 4)
        threads.start()
        return threads
    }()

    /// Asks as every program of the system asks.
    public static let system: Resolve = { host in
        try await threads.runIfActive { addresses(of: host) }
    }

    private static func addresses(of host: String) -> [[UInt8]] {
        var hints = addrinfo()
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var addresses: [[UInt8]] = []
        var next = list
        while let entry = next {
            next = entry.pointee.ai_next
            guard let raw = UnsafeRawPointer(entry.pointee.ai_addr) else { continue }
            let bytes: [UInt8]
            switch entry.pointee.ai_family {
            case AF_INET:
                bytes = withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in.self).sin_addr) {
                    Array($0)
                }
            case AF_INET6:
                bytes = withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr) {
                    Array($0)
                }
            default: continue
            }
            if !addresses.contains(bytes) { addresses.append(bytes) }
        }
        return addresses
    }

    private static func isAddress(_ host: String) -> Bool {
        host.contains(":") || host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
    }

    private static func text(_ address: [UInt8]) -> String {
        guard address.count == 16 else { return address.map { "\($0)" }.joined(separator: ".") }
        return stride(from: 0, to: 16, by: 2).map {
            String(UInt16(address[$0]) << 8 | UInt16(address[$0 + 1]), radix: 16)
        }.joined(separator: ":")
    }
}
