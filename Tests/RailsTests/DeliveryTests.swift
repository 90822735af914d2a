import Banking
import Edges
import Foundation
import Rules
import Service
import Synchronization
import Testing

@testable import Rails

/// A server with a connection that can be cut, and a bank that takes files away.
final class FakeServer: BankTransport {
    struct Cut: Error {}

    struct State {
        var files: [String: Data] = [:]
        /// What the bank took away, in order.
        var taken: [Data] = []
        /// Every file that ever got its own name here.
        var arrived: [String] = []
        var calls = 0
        /// The call that fails, and whether it does its work first.
        var cutAt: Int?
        var cutAfter = false
        var bankTakes = false
        var putsHalf = false
    }

    let state = Mutex(State())
    let patience: (triesMax: Int, firstRetrySeconds: Int)
    var keepsParts: Bool { false }

    init(triesMax: Int = 5) { patience = (triesMax, 1) }

    func place(of name: String) -> String { "fake/\(name)" }

    private func call<Value: Sendable>(
        _ body: (inout State) -> Value
    ) throws(TransportFault) -> Value {
        let value = state.withLock { state -> Value? in
            state.calls += 1
            guard state.cutAt == state.calls else { return body(&state) }
            if state.cutAfter { _ = body(&state) }
            return nil
        }
        guard let value else { throw TransportFault("cut") }
        return value
    }

    func sight(_ parcel: Parcel) async throws(TransportFault) -> Sighting {
        try call { state in
            func seen(_ name: String) -> Sighting.Seen {
                state.files[name].map { $0 == parcel.bytes ? .same : .other } ?? .absent
            }
            return Sighting(file: seen(parcel.name), part: seen(parcel.part), collected: .absent)
        }
    }

    func put(_ parcel: Parcel) async throws(TransportFault) {
        try call { state in
            // A connection cut while it puts leaves half of it.
            let isHalf = state.cutAt == state.calls && state.putsHalf
            state.files[parcel.part] = isHalf ? parcel.bytes.prefix(50) : parcel.bytes
        }
    }

    func rename(_ parcel: Parcel) async throws(TransportFault) {
        try call { state in
            state.files[parcel.name] = state.files.removeValue(forKey: parcel.part)
            state.arrived.append(parcel.name)
            if state.bankTakes, let bytes = state.files.removeValue(forKey: parcel.name) {
                state.taken.append(bytes)
            }
        }
    }

    func discard(part: String) async throws(TransportFault) {
        try call { state in _ = state.files.removeValue(forKey: part) }
    }
}

struct DeliveryTests {
    private func world(files: [String] = ["a.ach"]) throws -> World {
        let world = try World()
        for name in files { try hand(over: name, in: world) }
        return world
    }

    private func hand(over name: String, in world: World) throws {
        let now = world.service.clock.now()
        let opened = try world.edge.open(
            EdgeStore.OutboundFile(
                name: name, day: Eastern.day(at: now), modifier: name, window: nil), at: now)
        #expect(opened)
        let parcel = Parcel(
            name: name, part: "", bytes: Data((name + String(repeating: "9", count: 94)).utf8))
        try world.edge.hand(over: name, bytes: parcel.bytes, digest: parcel.digest, at: now)
    }

    /// As many rounds as it takes, each with a rail that remembers nothing, as after a kill.
    private func run(_ world: World, _ server: FakeServer, rounds: Int = 12) async throws {
        for _ in 0..<rounds {
            try await world.rail(over: server).deliver()
            world.service.clock.advance(to: world.service.clock.now().adding(hours: 1))
        }
    }

    private func states(_ world: World, _ file: String = "a.ach") throws -> [String] {
        try world.edge.deliveries(of: file).map(\.state.rawValue)
    }

    @Test("However the connection is cut, a file gets its name once and has one receipt")
    func cutAnywhere() async throws {
        for call in 1...5 {
            for after in [false, true] {
                for half in [false, true] {
                    let world = try world()
                    let server = FakeServer()
                    server.state.withLock {
                        ($0.cutAt, $0.cutAfter, $0.putsHalf) = (call, after, half)
                    }

                    try await run(world, server)

                    let place = "call \(call), after \(after), half \(half)"
                    let arrived = server.state.withLock { $0.arrived }
                    let there = server.state.withLock { $0.files }
                    #expect(arrived == ["a.ach"], "\(place)")
                    #expect(there.keys.sorted() == ["a.ach"], "\(place)")
                    #expect(try states(world) == ["sent"], "\(place)")
                    let receipt = try #require(try world.edge.deliveries(of: "a.ach")[0].receipt)
                    #expect(receipt.size == there["a.ach"]?.count)
                    #expect(try world.edge.bankFile(named: "a.ach")?.state == "sent")
                }
            }
        }
    }

    @Test("When the bank takes files at once, a cut never sends one twice")
    func takenAtOnce() async throws {
        for call in 1...4 {
            for after in [false, true] {
                let world = try world()
                let server = FakeServer()
                server.state.withLock {
                    ($0.cutAt, $0.cutAfter, $0.bankTakes) = (call, after, true)
                }

                try await run(world, server)

                #expect(server.state.withLock { $0.taken.count } == 1, "call \(call) \(after)")
                // The third call renames: cut after it, nobody can know from here.
                let isUnknown = call == 3 && after
                #expect(try states(world) == [isUnknown ? "unknown" : "sent"])
                #expect(
                    try world.alerts
                        == (isUnknown ? [.bankDelivery(name: "a.ach", .unknown)] : []))
            }
        }
    }

    @Test("Another file under the name stops it, and a person is told")
    func otherBytes() async throws {
        let world = try world()
        let server = FakeServer()
        server.state.withLock { $0.files["a.ach"] = Data("other".utf8) }

        try await run(world, server)

        #expect(server.state.withLock { $0.files["a.ach"] } == Data("other".utf8))
        #expect(try states(world) == ["stopped"])
        #expect(try world.alerts == [.bankDelivery(name: "a.ach", .otherBytes)])
        #expect(try world.edge.bankFile(named: "a.ach")?.state == "failed")
    }

    @Test("A bank that does not answer is tried so often, then a person is told and may send again")
    func givesUp() async throws {
        let world = try world(files: ["a.ach", "b.ach"])
        let deaf = FakeServer(triesMax: 4)
        for _ in 0..<60 {
            let calls = deaf.state.withLock {
                $0.cutAt = $0.calls + 1
                return $0.calls
            }
            try await world.rail(over: deaf).deliver()
            if deaf.state.withLock({ $0.calls }) == calls {
                world.service.clock.advance(to: world.service.clock.now().adding(hours: 1))
            }
        }
        #expect(deaf.state.withLock { $0.calls } == 8)
        #expect(try states(world) == ["stopped"])
        #expect(
            Set(try world.alerts.map { "\($0)" }).count == 2, "each file once, late no more")

        let now = world.service.clock.now()
        try world.edge.ask(
            by: "dana", reason: "the line is back", from: World.start, to: now, again: false,
            at: now)
        let server = FakeServer()
        try world.rail(over: server).carryOutRequests()
        try world.rail(over: server).carryOutRequests()
        try await run(world, server, rounds: 2)

        #expect(server.state.withLock { $0.arrived } == ["a.ach", "b.ach"])
        #expect(try states(world) == ["stopped", "sent"])
        let again = try #require(try world.edge.deliveries(of: "a.ach").last)
        #expect(again.request?.by == "dana" && again.request?.reason == "the line is back")
    }

    @Test("A file with a receipt goes again only when somebody says again")
    func again() async throws {
        let world = try world()
        let server = FakeServer()
        server.state.withLock { $0.bankTakes = true }
        try await run(world, server, rounds: 1)
        let now = world.service.clock.now()
        func ask(again: Bool) async throws {
            try world.edge.ask(
                by: "dana", reason: "lost by the bank", from: World.start, to: now, again: again,
                at: now)
            try world.rail(over: server).carryOutRequests()
            try await run(world, server, rounds: 2)
        }

        try await ask(again: false)
        #expect(server.state.withLock { $0.taken.count } == 1)
        #expect(try states(world) == ["sent"])
        try await ask(again: true)

        let taken = server.state.withLock { $0.taken }
        #expect(taken.count == 2 && taken[0] == taken[1])
        #expect(try states(world) == ["sent", "sent"])
    }

    @Test("What is done next is never a second sending: every state with every sight")
    func everyStep() {
        for state in EdgeStore.Delivery.State.allCases {
            for file in Sighting.Seen.allCases {
                for part in Sighting.Seen.allCases {
                    for keepsParts in [false, true] {
                        let step = DeliveryStep(
                            state, isFirst: true, hasTried: true,
                            sees: Sighting(file: file, part: part, collected: .absent),
                            keepsParts: keepsParts)

                        switch step {
                        case .put:
                            // Only when the name was not asked for, or what should get it is not
                            // what it was.
                            #expect(file == .absent)
                            #expect(
                                state == .waiting || state == .putting
                                    || (state == .renaming && part == .other))
                        case .rename: #expect(file == .absent && part == .same)
                        case .receipt:
                            #expect(
                                file == .same
                                    || (state == .renaming && part == .absent && keepsParts))
                        case .stop(.otherBytes): #expect(file == .other)
                        case .stop(.unknown):
                            #expect(file == .absent && (part == .absent || !state.isOpen))
                        }
                    }
                }
            }
        }
    }

    @Test("What the bank has taken proves the first sending, and no later one")
    func collected() {
        let seen = Sighting(file: .absent, part: .absent, collected: .same)
        func step(_ isFirst: Bool) -> DeliveryStep {
            DeliveryStep(
                .waiting, isFirst: isFirst, hasTried: false, sees: seen, keepsParts: false)
        }

        #expect(step(true) == .receipt(note: "taken by the bank"))
        #expect(step(false) == .put)
    }

    @Test("In a local folder a file is sent once, whatever the bank takes in between")
    func folder() async throws {
        let world = try World()
        let rail = try world.rail()
        try hand(over: "a.ach", in: world)

        await rail.carry()
        let first = try Data(contentsOf: world.outbound.appendingPathComponent("a.ach"))
        try FileManager.default.removeItem(at: world.outbound.appendingPathComponent("a.ach"))
        await rail.carry()

        #expect(!first.isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: world.outbound.path).isEmpty)
        #expect(try states(world) == ["sent"])
    }

    @Test(
        "The client's listing is read as it writes it",
        arguments: [
            ("-rw-r--r--    ? 0  0   13 Nov 30 08:30 out/a.ach", "a.ach", 13, true),
            ("-rw-------    1 10 10 940 Jan  1  2025 a b.ach", "a b.ach", 940, true),
            ("-rw-------    ? Domain Users Some One 7 Jan  1 10:00 a", "a", 7, true),
            ("drwxr-xr-x    ? 0  0 4096 Nov 30 08:30 out/old", "old", 4_096, false),
        ])
    func listing(line: String, name: String, size: Int, isFile: Bool) throws {
        let file = try #require(RemoteFile(line: line[...]))

        #expect(file.name == name && file.size == size && file.isFile == isFile)
    }

    @Test("Other lines are no files, and no name breaks out of a command")
    func names() {
        #expect(RemoteFile.all(in: "sftp> ls -lna \"out\"\nConnected to x.\n\n").isEmpty)
        #expect(SFTPTransport.quoted("a b.ach") == "\"a b.ach\"")
        for name in ["-x", "a\"b", "a\\b", "a*", "a?", "[a]", "a\u{7}b", "ä"] {
            let file = RemoteFile(line: "-rw-r--r--    ? 0 0 1 Nov 30 08:30 \(name)"[...])
            #expect(file?.hasUsableName == false, "\(name)")
        }
    }

    @Test("What the client said last is kept in one line, without an end to it")
    func lastWords() {
        let said = "@@@@\nHost key verification failed.\r\n\nConnection closed\n"

        #expect(
            SFTPTransport.lastWords(of: said) == "Host key verification failed. Connection closed")
        #expect(SFTPTransport.lastWords(of: "\n") == "no word why")
        #expect(
            SFTPTransport.lastWords(of: String(repeating: "\u{1B}[2J", count: 500)).count == 400)
    }

    @Test("The arguments of the client hold no secret and trust no unknown server")
    func arguments() {
        let setup = SFTPSetup(
            host: "::1", user: "u", keyFile: "/k y/id", knownHostsFile: "/known",
            outbound: "o", inbound: "i")

        let arguments = SFTPTransport.arguments(setup)

        #expect(arguments.contains("StrictHostKeyChecking=yes"))
        #expect(arguments.contains("GlobalKnownHostsFile=/dev/null"))
        #expect(arguments.contains("IdentityFile=\"/k y/id\""))
        #expect(arguments.last == "u@[::1]")
    }
}

extension EdgeStore.Delivery.State {
    fileprivate var isOpen: Bool { self == .waiting || self == .putting || self == .renaming }
}
