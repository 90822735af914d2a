import Banking
import Edges
import Foundation
import Ledger
import Money
import Rules
import Service
import Testing
import Wire

/// What a thief of an open page would do first asks for a sign-in of the last minutes.
@Suite struct FreshSignInTests {
    /// A browser of the world's customer whose sign-in is so many minutes old.
    private func reader(
        of world: World, like other: Browser, signedInMinutesAgo minutes: Int
    ) throws -> Browser {
        let token = Token.random(prefix: "session_")
        try world.service.edge.keepSession(
            digest: Data(token.hash), subject: .customer(world.customer), csrf: "csrf_sample",
            device: "", expires: world.service.wallTime.adding(hours: 8),
            at: world.service.wallTime.adding(seconds: -60 * minutes))
        let reader = other.another()
        reader.headers[.cookie] = "mw_session=\(token.text)"
        return reader
    }

    private let typed = [
        ("bank_name", "First Harbor"), ("routing_number", "021000021"),
        ("account_number", "555000111"), ("account_number_again", "555000111"),
        ("account_type", "checking"), ("csrf", "csrf_sample"),
        ("idempotency_key", "form_fresh_sign_in"),
    ]

    @Test("After fifteen minutes a bank account is added only with a new sign-in")
    func account() async throws {
        try await World.run { world, first in
            let old = try reader(of: world, like: first, signedInMinutesAgo: 16)
            let page = try await old.get("/bank-accounts/new")
            let sent = try await old.post("/bank-accounts/new", typed, from: page)

            #expect(page.status == 403 && sent.status == 403)
            #expect(page.html.contains("within the last 15 minutes"))
            #expect(page.html.contains("href=\"/bank-accounts/new\""))
            #expect(try world.read().methods.isEmpty)

            let fresh = try reader(of: world, like: first, signedInMinutesAgo: 14)
            let form = try await fresh.get("/bank-accounts/new")
            #expect(form.status == 200)
            #expect(try await fresh.post("/bank-accounts/new", typed, from: form).status == 303)
            #expect(try world.read().methods.count == 1)
        }
    }

    @Test("Money leaves to where some has gone before without asking, and to nowhere else")
    func withdrawal() async throws {
        try await World.run { world, first in
            guard case .method(let method) = try await world.linkBank() else { return }
            try await world.tell(
                .receiveFunds(
                    Command.ReceiveFunds(
                        rail: .wire, amount: Cents(10_000), source: "••4321", reference: nil)))
            let old = try reader(of: world, like: first, signedInMinutesAgo: 60)
            let form = try await old.get("/withdraw")
            func ask(_ key: String) async throws -> Browser.Answer {
                try await old.post(
                    "/withdraw",
                    [
                        ("asset", "USD"), ("amount", "10.00"), ("csrf", "csrf_sample"),
                        ("idempotency_key", key),
                    ], from: form)
            }

            #expect(try await ask("form_withdraw_1").status == 403)
            #expect(try world.read().withdrawals.isEmpty)

            guard
                case .withdrawal(let sent) = try await world.tell(
                    .requestWithdrawal(
                        Command.RequestWithdrawal(
                            asset: .usd, amount: 100, destination: "\(method)")))
            else { return }
            try await world.tell(.withdrawalSent(sent))
            #expect(try await ask("form_withdraw_2").status == 303)
            #expect(try world.read().withdrawals.count == 2)
        }
    }

    @Test("How notices arrive is not changed from a page that was left open")
    func notices() async throws {
        try await World.run { world, first in
            let old = try reader(of: world, like: first, signedInMinutesAgo: 16)
            let page = try await old.get("/notices/settings")
            #expect(page.status == 200)

            let sent = try await old.post(
                "/notices/settings",
                [("quiet_from", "22"), ("quiet_to", "8"), ("csrf", "csrf_sample")], from: page)

            #expect(sent.status == 403)
            #expect(try world.service.noticeWish(of: world.customer).quiet == nil)
        }
    }
}
