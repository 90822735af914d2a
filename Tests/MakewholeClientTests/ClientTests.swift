import Foundation
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
        #expect(try await PendingRequests(folder: folder).unanswered.isEmpty)
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

        #expect(await client.pending.unanswered.isEmpty)
        #expect(try await client.resume().isEmpty)
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

        let made = try await stub.client(folder).resume()

        #expect(made.map(\.id) == ["dep_1"])
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
        #expect(await client.pending.unanswered.count == 1)
        try FileManager.default.removeItem(at: folder)
        await #expect(throws: ClientFailure.malformed) {
            try await client.startDeposit(method: "pmt_1", amountMinor: 2)
        }
        #expect(stub.posts.count == 1)
    }

    @Test("What cannot be read is not thrown away")
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
        stub.answer("GET /notices", (200, Stub.page(Stub.notice(1), Stub.notice(0))))
        let first = try NoticeFeed(client: client, folder: folder)

        let begun = try await first.look()
        #expect(ids(begun) == ["ntc_1"])
        try await first.take(through: begun[0])
        #expect(try await first.look().isEmpty)
        stub.answer(
            "GET /notices", (200, Stub.page(Stub.notice(4), Stub.notice(3), next: "c")),
            (200, Stub.page(Stub.notice(2), Stub.notice(1))))
        let second = try NoticeFeed(client: client, folder: folder)

        let new = try await second.look()

        #expect(ids(new) == ["ntc_2", "ntc_3", "ntc_4"])
        // What was not taken comes again.
        try await second.take(through: new[0])
        stub.answer(
            "GET /notices",
            (200, Stub.page(Stub.notice(4), Stub.notice(3), Stub.notice(2), Stub.notice(1))))
        let third = try NoticeFeed(client: client, folder: folder)
        #expect(ids(try await third.look()) == ["ntc_3", "ntc_4"])
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
