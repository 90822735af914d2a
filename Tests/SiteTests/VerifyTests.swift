import Banking
import Foundation
import Ledger
import Money
import Nacha
import Rules
import Testing

@Suite struct VerifyTests {
    private func link(_ reader: Browser) async throws -> String {
        let page = try await reader.get("/bank-accounts/new")
        _ = try await reader.post(
            "/bank-accounts/new",
            [
                ("bank_name", "First Harbor"), ("routing_number", "021000021"),
                ("account_number", "123456789"), ("account_number_again", "123456789"),
                ("account_type", "checking"),
            ], from: page)
        let add = try await reader.get("/add-money")
        let method = try #require(add.field("bank_account"))
        let path = "/bank-accounts/\(method)/verify"
        #expect(add.html.contains(path))
        return path
    }

    /// The bank's file leaves; says what was sent.
    private func send(_ world: World) async throws -> [Cents] {
        let entries = try #require(try world.read().methods.values.first?.validation).entries
        let odfi = try #require(DFIIdentification("09100001"))
        try await world.tell(
            .submitMicroEntries(
                try entries.enumerated().map { index, entry in
                    Command.SubmitEntry(
                        payment: .microEntry(entry.id),
                        trace: try #require(TraceNumber(odfi: odfi, sequence: 1 + index)),
                        file: "f")
                }))
        return entries.filter(\.isCredit).map(\.amount)
    }

    private func dollars(_ amount: Cents) -> String {
        "0.\(amount.count < 10 ? "0" : "")\(amount.count)"
    }

    @Test("A customer has two small amounts sent, mistypes one, types both and is verified")
    func proven() async throws {
        try await World.run { world, reader in
            let path = try await link(reader)
            let offer = try await reader.get(path)
            let asked = try await reader.post(path, [("decision", "start")], from: offer)
            #expect(asked.location == path)
            let again = try await reader.post(path, [("decision", "start")], from: offer)
            #expect(again.location == path)
            #expect(try world.read().methods.values.first?.validations.count == 1)
            #expect(try await reader.get(path).html.contains("next file to your bank"))
            let amounts = try await send(world)

            let typing = try await reader.get(path)
            let empty = try await reader.post(
                path, [("decision", "confirm"), ("first_amount", "12")], from: typing)
            #expect(empty.status == 422)
            #expect(empty.html.contains("between 0.01 and 0.99"))
            let wrong = try await reader.post(
                path,
                [
                    ("decision", "confirm"), ("first_amount", dollars(amounts[0])),
                    ("second_amount", dollars(amounts[0])),
                ], from: empty)
            #expect(wrong.status == 422 && wrong.html.contains("You have 2 tries left."))
            for amount in amounts { #expect(!wrong.html.contains(dollars(amount))) }
            let right = try await reader.post(
                path,
                [
                    ("decision", "confirm"), ("first_amount", dollars(amounts[1])),
                    ("second_amount", dollars(amounts[0])),
                ], from: wrong)

            #expect(right.location == path)
            #expect(try await reader.get(path).html.contains("This account is verified."))
            #expect(try world.read().methods.values.first?.verified == true)
            let add = try await reader.get("/add-money")
            #expect(!add.html.contains("/verify"))
            #expect(try await reader.get("/notices").html.contains("is verified"))
        }
    }

    @Test("After three wrong tries the page offers new amounts, and after three rounds no more")
    func over() async throws {
        try await World.run { world, reader in
            let path = try await link(reader)
            for round in 1...3 {
                let offer = try await reader.get(path)
                _ = try await reader.post(path, [("decision", "start")], from: offer)
                let amounts = try await send(world)
                for _ in 0..<3 {
                    let page = try await reader.get(path)
                    _ = try await reader.post(
                        path,
                        [
                            ("decision", "confirm"), ("first_amount", dollars(amounts[0])),
                            ("second_amount", dollars(amounts[0])),
                        ], from: page)
                }
                let page = try await reader.get(path)
                #expect(
                    page.html.contains(
                        round < 3 ? "typed three times" : "cannot be verified this way any more"))
            }
        }
    }

    @Test("Another customer's account is not there")
    func notMine() async throws {
        try await World.run { _, reader in
            let other = PaymentMethodID(high: 5, low: 5)

            let page = try await reader.get("/bank-accounts/\(other)/verify")

            #expect(page.status == 404)
        }
    }
}
