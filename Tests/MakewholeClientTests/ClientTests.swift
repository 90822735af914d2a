import Foundation
import Synchronization
import Testing

@testable import MakewholeClient

@Suite struct PendingRequestTests {
    @Test("A wish is on disk before it is sent, and keeps its key until its answer is known")
    func keys() async throws {
        let stub = Stub()
        let folder = try Stub.folder()
        stub.answer("POST /deposits", (0, ""), (503, ""), (201, Stub.made))

        for _ in 1...2 {
            await #expect(throws: ClientFailure.unreachable) {
                try await stub.client(folder).startDeposit(method: "pmt_1", amountMinor: 5_000)
            }
        }
        // The app was ended meanwhile: another object reads what the first wrote.
        let made = try await stub.client(folder).startDeposit(method: "pmt_1", amountMinor: 5_000)
        _ = try await stub.client(folder).startDeposit(method: "pmt_1", amountMinor: 5_000)

        #expect(made.id == "dep_1" && made.creditMinor == 5_000)
        let keys = stub.posts.map(\.key)
        #expect(keys.count == 4 && Set(keys.prefix(3)).count == 1)
        #expect(keys[3] != keys[0], "the next wish is another")
        #expect(stub.posts.allSatisfy { $0.body == #"{"amount_minor":5000,"method":"pmt_1"}"# })
        #expect(try await PendingRequests(folder: folder).unanswered(at: .distantPast).isEmpty)
    }

    @Test("A refusal is an answer: nothing is left to be sent again")
    func refusal() async throws {
        let stub = Stub()
        let folder = try Stub.folder()
        stub.answer("POST /deposits", (409, Stub.problem("method_unusable", status: 409)))
        let client = try stub.client(folder)

        await #expect(throws: ClientFailure.self) {
            try await client.startDeposit(method: "pmt_1", amountMinor: 5_000)
        }

        #expect(await client.pending.unanswered(at: client.time).isEmpty)
        #expect(await client.resume() == Client.Resumption())
    }

    @Test("After a start everything without an answer is sent again, the oldest first")
    func resuming() async throws {
        let stub = Stub()
        let folder = try Stub.folder()
        let client = try stub.client(folder)
        for cents in [100, 200] as [Int64] {
            await #expect(throws: ClientFailure.unreachable) {
                try await client.startDeposit(method: "pmt_1", amountMinor: cents)
            }
        }
        stub.answer(
            "POST /deposits", (409, Stub.problem("method_unusable", status: 409)),
            (201, Stub.made))

        let resumed = try await stub.client(folder).resume()

        #expect(resumed.made.map(\.id) == ["dep_1"])
        #expect(resumed.refused.map(\.code) == ["method_unusable"])
        #expect(resumed.stoppedBy == nil && resumed.unanswered.isEmpty)
        let keys = stub.posts.map(\.key)
        #expect(keys == [keys[0], keys[1], keys[0], keys[1]])
    }

    @Test("Signed out, a wish stands, and nothing is sent under a key that was not kept")
    func signedOut() async throws {
        let stub = Stub()
        let folder = try Stub.folder()
        stub.answer("POST /deposits", (401, "{}"))
        let client = try stub.client(folder)

        await #expect(throws: ClientFailure.signedOut) {
            try await client.startDeposit(method: "pmt_1", amountMinor: 1)
        }
        #expect(await client.pending.unanswered(at: client.time).count == 1)
        try FileManager.default.removeItem(at: folder)
        await #expect(throws: ClientFailure.malformed) {
            try await client.startDeposit(method: "pmt_1", amountMinor: 2)
        }
        #expect(stub.posts.count == 1)
    }

    @Test("A refusal with a status of 500 or more is an answer too, and nothing is sent later")
    func refusedByTheRules() async throws {
        let stub = Stub()
        let client = try stub.client(try Stub.folder())
        for (code, outcome) in [
            ("quote_missing", "refused"), ("books", "refused"), ("busy", "not_reached"),
        ] {
            stub.answer(
                "POST /settlements", (503, Stub.problem(code, status: 503, outcome: outcome)))
            await #expect(throws: ClientFailure.self) {
                do {
                    _ = try await client.startSettlement(Stub.wire, owedShownMinor: 15_000)
                } catch ClientFailure.refused(let problem) {
                    #expect(problem.code == code)
                    throw ClientFailure.refused(problem)
                }
            }
            #expect(await client.pending.unanswered(at: client.time).isEmpty, "\(code)")
        }
        for body in [
            Stub.problem("store_unavailable", status: 503, outcome: "unknown"),
            Stub.problem("internal_error", status: 500, outcome: nil), "<html>", "",
        ] {
            stub.answer("POST /settlements", (503, body))
            await #expect(throws: ClientFailure.unreachable) {
                try await client.startSettlement(Stub.wire, owedShownMinor: 15_000)
            }
        }
        #expect(await client.pending.unanswered(at: client.time).count == 1)
    }

    @Test(
        "After a try without an answer only a decision ends the request",
        arguments: [
            (401, "unauthenticated", "not_reached"), (403, "scope_missing", "not_reached"),
            (404, "not_found", "not_reached"), (408, "too_slow", nil), (409, "in_progress", nil),
            (413, "body_too_large", "not_reached"), (425, "too_early", nil),
            (429, "slow_down", nil),
            (503, "busy", "not_reached"),
        ] as [(Int, String, String?)])
    func secondTries(status: Int, code: String, outcome: String?) async throws {
        let stub = Stub()
        let folder = try Stub.folder()
        stub.answer(
            "POST /deposits", (0, ""),
            (status, Stub.problem(code, status: status, outcome: outcome)), (201, Stub.made))
        let client = try stub.client(folder)

        await #expect(throws: ClientFailure.unreachable) {
            try await client.startDeposit(method: "pmt_1", amountMinor: 5_000)
        }
        await #expect(throws: status == 401 ? .signedOut : ClientFailure.unreachable) {
            try await client.startDeposit(method: "pmt_1", amountMinor: 5_000)
        }
        let made = try await client.startDeposit(method: "pmt_1", amountMinor: 5_000)

        #expect(made.id == "dep_1")
        #expect(stub.posts.count == 3 && Set(stub.posts.map(\.key)).count == 1)
    }

    @Test("After a day a request is not sent any more, and the app is told of it")
    func age() async throws {
        let stub = Stub()
        let folder = try Stub.folder()
        await #expect(throws: ClientFailure.unreachable) {
            try await stub.client(folder).startDeposit(method: "pmt_1", amountMinor: 5_000)
        }
        stub.answer("POST /deposits", (201, Stub.made))
        let young = try stub.client(folder, later: PendingRequests.ageMax)
        let old = try stub.client(folder, later: PendingRequests.ageMax + 1)
        #expect(await young.pending.unanswered(at: young.time).count == 1)

        let resumed = await old.resume()

        #expect(resumed.made.isEmpty && stub.posts.count == 1)
        #expect(resumed.expired.map(\.key) == stub.posts.map(\.key))
        // The same wish is another one by now.
        _ = try await old.startDeposit(method: "pmt_1", amountMinor: 5_000)
        #expect(stub.posts[1].key != stub.posts[0].key)
        try await old.pending.end(resumed.expired[0])
        #expect(await old.resume() == Client.Resumption())
    }

    @Test("One request whose answer says nothing does not hold up the others")
    func oneOfSeveral() async throws {
        let stub = Stub()
        let folder = try Stub.folder()
        let client = try stub.client(folder)
        for cents in [100, 200, 300] as [Int64] {
            await #expect(throws: ClientFailure.unreachable) {
                try await client.startDeposit(method: "pmt_1", amountMinor: cents)
            }
        }
        stub.answer(
            "POST /deposits", (404, "<html>"),
            (429, Stub.problem("slow_down", status: 429, outcome: nil)),
            (201, Stub.made), (0, ""))

        let resumed = await client.resume()

        #expect(resumed.made.count == 1 && resumed.stoppedBy == nil)
        #expect(resumed.unanswered.map(\.key) == stub.posts.prefix(2).map(\.key))
        let again = await client.resume()
        #expect(again.stoppedBy == .unreachable && again.unanswered.count == 2)
        #expect(stub.posts.count == 7, "without a connection the rest is not tried")
    }

    @Test("A record that cannot be read is set aside and told, and the others go on")
    func damagedRecord() async throws {
        let stub = Stub()
        let folder = try Stub.folder()
        for cents in [100, 200] as [Int64] {
            await #expect(throws: ClientFailure.unreachable) {
                try await stub.client(folder).startDeposit(method: "pmt_1", amountMinor: cents)
            }
        }
        let file = folder.appendingPathComponent("pending-requests.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        let damaged = text.replacingOccurrences(of: "[{", with: #"[{"key":7,"lost":"x"},"text",{"#)
        try Data(damaged.utf8).write(to: file)
        stub.answer("POST /deposits", (201, Stub.made))

        for start in 1...2 {
            let client = try stub.client(folder)
            let resumed = await client.resume()
            #expect(resumed.unreadable == 2, "told at each start until it is forgotten")
            #expect(resumed.made.count == (start == 1 ? 2 : 0))
        }
        let pending = try PendingRequests(folder: folder)
        let kept = await pending.unreadable.map { String(decoding: $0, as: UTF8.self) }
        #expect(kept.contains { $0.contains(#""lost":"x""#) })
        try await pending.forgetUnreadable()
        #expect(try await PendingRequests(folder: folder).unreadable.isEmpty)
    }

    @Test("A file that cannot be read as a whole is not thrown away")
    func damaged() async throws {
        let folder = try Stub.folder()
        try Data("{".utf8).write(to: folder.appendingPathComponent("pending-requests.json"))

        #expect(throws: DecodingError.self) { try PendingRequests(folder: folder) }
    }
}

@Suite struct NoticeFeedTests {
    private func ids(_ notices: [NoticeValue]) -> [String] { notices.map(\.id) }

    @Test("New notices come once, the oldest first, across pages and starts")
    func resuming() async throws {
        let stub = Stub()
        let folder = try Stub.folder()
        let client = try stub.client(folder)
        let path = "GET /notices?limit=50"
        stub.answer(path, (200, Stub.page(Stub.notice(1), Stub.notice(0))))
        let first = try NoticeFeed(client: client, folder: folder)

        let begun = try await first.look()
        #expect(ids(begun) == ["ntc_1"])
        try await first.take(through: begun[0])
        #expect(try await first.look().isEmpty)
        stub.answer(path, (200, Stub.page(Stub.notice(4), Stub.notice(3), next: "c")))
        stub.answer(path + "&cursor=c", (200, Stub.page(Stub.notice(2), Stub.notice(1))))
        let second = try NoticeFeed(client: client, folder: folder)

        let new = try await second.look()

        #expect(ids(new) == ["ntc_2", "ntc_3", "ntc_4"])
        // What was not taken comes again.
        try await second.take(through: new[0])
        stub.answer(
            path, (200, Stub.page(Stub.notice(4), Stub.notice(3), Stub.notice(2), Stub.notice(1))))
        let third = try NoticeFeed(client: client, folder: folder)
        #expect(ids(try await third.look()) == ["ntc_3", "ntc_4"])
    }

    @Test("What comes after the first look is not passed over, whether there was anything or not")
    func beginning() async throws {
        let stub = Stub()
        let path = "GET /notices?limit=50"
        let folder = try Stub.folder()
        let feed = try NoticeFeed(client: stub.client(folder), folder: folder)
        stub.answer(path, (200, Stub.page()))
        #expect(try await feed.look().isEmpty)
        stub.answer(path, (200, Stub.page(Stub.notice(3), Stub.notice(2), Stub.notice(1))))
        #expect(ids(try await feed.look()) == ["ntc_1", "ntc_2", "ntc_3"])

        let other = try Stub.folder()
        stub.answer(path, (200, Stub.page(Stub.notice(2), Stub.notice(1))))
        let begun = try NoticeFeed(client: stub.client(other), folder: other)
        #expect(ids(try await begun.look()) == ["ntc_2"])
        // Nothing was taken, and the app was ended.
        stub.answer(
            path, (200, Stub.page(Stub.notice(4), Stub.notice(3), Stub.notice(2), Stub.notice(1))))
        let again = try NoticeFeed(client: stub.client(other), folder: other)
        #expect(ids(try await again.look()) == ["ntc_2", "ntc_3", "ntc_4"])
    }
}

@Suite struct ChangeFeedTests {
    private final class Count: Sendable {
        private let state = Mutex((looks: 0, pauses: [Int64]()))
        var looks: Int { state.withLock { $0.looks } }
        var pauses: [Int64] { state.withLock { $0.pauses } }
        func look() { state.withLock { $0.looks += 1 } }
        func pause(_ milliseconds: Int64) { state.withLock { $0.pauses.append(milliseconds) } }
    }

    private func follow(_ streams: [Stub.Stream?]) async throws -> (Stub, Count) {
        let stub = Stub()
        let count = Count()
        for stream in streams + [Stub.Stream(status: 401)] { stub.then(stream) }
        let feed = ChangeFeed(client: try stub.client(try Stub.folder())) { count.pause($0) }
        await #expect(throws: ClientFailure.signedOut) {
            try await feed.follow { count.look() }
        }
        return (stub, count)
    }

    @Test("A stream that breaks is opened again from where it was")
    func resuming() async throws {
        let (stub, count) = try await follow([
            Stub.Stream(
                parts: ["retry: 3000\n\n:\n\nid: 4", "1\nevent: change\nda", "ta: {}\n\n"],
                isBroken: true),
            nil,
            Stub.Stream(parts: [":\n\n", "id: 43\ndata: {}\n\nid: 44\ndata: {}\n\n"]),
        ])

        #expect(stub.openedAfter == [nil, "41", "41", "44"])
        #expect(count.looks == 2, "a beat is no change, and two at once are one look")
    }

    @Test("Without a connection the pauses double to two minutes, and an opened stream ends that")
    func pausing() async throws {
        let (_, count) = try await follow(
            Array(repeating: nil, count: 8) + [
                Stub.Stream(status: 503, retryAfterSeconds: 90),
                Stub.Stream(parts: ["retry: 5000\n\n"]),
                Stub.Stream(status: 503, retryAfterSeconds: 15),
                nil,
            ])

        let least: [Int64] = [3, 6, 12, 24, 48, 96, 120, 120, 120, 5, 15, 10].map { $0 * 1_000 }
        #expect(count.pauses.count == least.count)
        for (pause, least) in zip(count.pauses, least) {
            #expect((least...least * 5 / 4).contains(pause))
        }
    }

    @Test("What no waiting mends ends the feed")
    func ending() async throws {
        let stub = Stub()
        stub.then(
            Stub.Stream(
                status: 404, parts: [Stub.problem("customer_unknown", status: 404)]))
        let feed = ChangeFeed(client: try stub.client(try Stub.folder())) { _ in }
        do {
            try await feed.follow {}
            Issue.record("it went on")
        } catch {
            guard case .refused(let problem) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(problem.code == "customer_unknown")
        }
    }

    @Test("Streams are read as browsers read them, wherever their parts break")
    func reading() throws {
        let text =
            "\u{FEFF}: comment\r\nid: 1\r\nevent: a\r\ndata: one\r\ndata:two\r\n\r\n"
            + "data\n\nid\n\nid: b\0c\nretry: 70\nretry: x\ndata:  sp\rdata\r\rid: 9\n\nunknown: x\n\n"
        let expected = [
            EventStreamReader.Event(name: "a", data: "one\ntwo"),
            EventStreamReader.Event(name: "message", data: ""),
            EventStreamReader.Event(name: "message", data: " sp\n"),
        ]
        let bytes = Data(text.utf8)
        for size in [1, 2, 3, 7, bytes.count] {
            var reader = EventStreamReader()
            var events: [EventStreamReader.Event] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                events += try reader.take(bytes[start..<min(start + size, bytes.count)])
            }
            #expect(events == expected, "in parts of \(size)")
            #expect(reader.lastID == "9" && reader.retryMilliseconds == 70)
        }
        #expect(throws: ClientFailure.malformed) {
            var reader = EventStreamReader()
            _ = try reader.take(Data(repeating: 0x61, count: EventStreamReader.bytesMax + 1))
        }
        #expect(throws: ClientFailure.malformed) {
            var reader = EventStreamReader()
            for _ in 0..<3 {
                _ = try reader.take(
                    Data("data: \(String(repeating: "a", count: 30_000))\n".utf8))
            }
        }
    }
}

@Suite struct AmountTests {
    @Test("Amounts are read as people type them, to the cent, and nothing else is guessed")
    func parsing() {
        let read: [(String, Int64)] = [
            ("50", 5_000), ("$50.00", 5_000), (" 50.5 ", 5_050), ("0.01", 1),
            ("1,234.50", 123_450), ("1234.5", 123_450), ("1,000,000", 100_000_000),
        ]
        for (text, cents) in read {
            #expect(Amount.parse(text) == .success(cents), "\(text)")
        }
        for text in [
            "", "$", "-5", "5.", ".5", "5.123", "1,23", "1,2345", "12,34,567", "1e3", "٥", "5 0",
            "$$5", "0x10", "1.2.3",
        ] {
            #expect(throws: DepositModel.AmountProblem.notAnAmount, "\(text)") {
                try Amount.parse(text).get()
            }
        }
        #expect(throws: DepositModel.AmountProblem.tooSmall) { try Amount.parse("0.00").get() }
        for text in ["1000000000.01", "99999999999999999999999"] {
            #expect(throws: DepositModel.AmountProblem.tooLarge) { try Amount.parse(text).get() }
        }
    }

    @Test("Amounts are written with a sign, commas and two decimals")
    func writing() {
        #expect(Amount.text(0) == "$0.00")
        #expect(Amount.text(123_456_789) == "$1,234,567.89")
        #expect(Amount.text(-105) == "−$1.05")
        #expect(Amount.text(.min) == "−$92,233,720,368,547,758.08")
    }
}
