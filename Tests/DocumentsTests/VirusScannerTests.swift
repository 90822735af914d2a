import NIOCore
import NIOPosix
import Testing

@testable import Documents

@Suite("What clamd says")
struct VirusScannerTests {
    @Test("An address is a socket's path or a host with a port, and nothing else")
    func addresses() {
        #expect(
            VirusScanner.Address("/run/clamav/clamd.ctl") == .socket("/run/clamav/clamd.ctl"))
        #expect(VirusScanner.Address("tcp://127.0.0.1:3310") == .host("127.0.0.1", port: 3310))
        for text in [
            "", "clamd", "tcp://", "tcp://:3310", "tcp://host", "tcp://host:0", "tcp://a/b:1",
        ] {
            #expect(VirusScanner.Address(text) == nil, "\(text)")
        }
        #expect(VirusScanner.Address("/" + String(repeating: "x", count: 200)) == nil)
    }

    @Test("Clean is clean, a name is a find, and every other word says nothing of the file")
    func verdicts() throws {
        #expect(try VirusScanner.verdict(of: "stream: OK\0") == .clean)
        #expect(
            try VirusScanner.verdict(of: "stream: Sample.Test.UNOFFICIAL FOUND\0")
                == .found("Sample.Test.UNOFFICIAL"))
        for answer in [
            "", "OK", "stream: OKAY", "INSTREAM size limit exceeded. ERROR\0", "stream: OK FOUND?",
        ] {
            #expect(throws: VirusScanner.Fault.self) { try VirusScanner.verdict(of: answer) }
        }
    }

    @Test("Where nobody listens, nothing is known")
    func nobody() async {
        await #expect(throws: VirusScanner.Fault.self) {
            try await VirusScanner(.socket("/tmp/no-clamd-here.sock")).scan([1])
        }
    }

    /// A stand-in that takes the parts of INSTREAM and answers with how many bytes it was given.
    @Test("Every byte is sent, in parts with their lengths and an end")
    func parts() async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel)
                }
            }
        let port = try #require(server.channel.localAddress?.port)
        let serving = Task {
            try await server.executeThenClose { clients in
                for try await client in clients {
                    try await client.executeThenClose { inbound, outbound in
                        var all = ByteBuffer()
                        for try await part in inbound {
                            all.writeImmutableBuffer(part)
                            if all.readableBytesView.suffix(4).elementsEqual([0, 0, 0, 0]) {
                                break
                            }
                        }
                        let command = all.readString(length: 10)
                        var count = 0
                        while let length = all.readInteger(as: UInt32.self), length > 0 {
                            count += all.readSlice(length: Int(length))?.readableBytes ?? 0
                        }
                        try await outbound.write(
                            ByteBuffer(
                                string: command == "zINSTREAM\0" && count == 300_001
                                    ? "stream: OK\0" : "stream: Other FOUND\0"))
                    }
                }
            }
        }
        defer { serving.cancel() }

        let verdict = try await VirusScanner(.host("127.0.0.1", port: port))
            .scan(Array(repeating: 1, count: 300_001))

        #expect(verdict == .clean)
    }
}
