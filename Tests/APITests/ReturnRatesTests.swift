import Banking
import Money
import Rules
import Service
import Testing
import Wire

@testable import API

@Suite("Return rates")
struct ReturnRatesTests {
    private func figure(
        _ rate: String, _ method: String, _ span: String = "days", in json: JSON
    ) throws -> JSON {
        try #require(
            (json["figures"]?.arrayValue ?? []).first {
                $0["rate"]?.stringValue == rate && $0["method"]?.stringValue == method
                    && $0["span"]?.stringValue == span
            })
    }

    @Test("Each rate is told with what it is made of, by both methods over both spans")
    func told() async throws {
        try await World.run { (world: World) async throws in
            _ = try await world.owing()

            let got = try await world.get("/v1/return-rates")

            #expect(got.status == 200)
            #expect(got.json["figures"]?.arrayValue?.count == 12)
            let overall = try figure("overall", "period", in: got.json)
            #expect(overall["returned"] == 1 && overall["originated"] == 1)
            #expect(overall["basis_points"] == 10_000)
            #expect(overall["exceeded"] == true)
            #expect(overall["next_basis_points"] == .null)
            let unauthorized = try figure("unauthorized", "period", in: got.json)
            #expect(unauthorized["returned"] == 0 && unauthorized["originated"] == 1)
            #expect(unauthorized["limit_basis_points"] == 50)
            #expect(unauthorized["next_basis_points"] == 30)
            // It settles on a later day, and was not sent in the months before this one.
            #expect(try figure("overall", "cohort", in: got.json)["originated"] == 0)
            #expect(try figure("overall", "period", "months", in: got.json)["originated"] == 0)
            #expect(got.json["bank_links_stopped"] == false)
        }
    }

    @Test("Watchers see returns, debits and the limit of each rate and method")
    func gauges() async throws {
        try await World.run { (world: World) async throws in
            _ = try await world.owing(code: "R10")

            let text = try await world.get("/metrics").text

            for line in [
                "makewhole_debits_returned{rate=\"unauthorized\",method=\"period\"} 1",
                "makewhole_debits_originated{rate=\"unauthorized\",method=\"period\"} 1",
                "makewhole_debits_returned{rate=\"administrative\",method=\"period\"} 0",
                "makewhole_debits_returned{rate=\"overall\",method=\"cohort\"} 0",
                "makewhole_return_rate_limit{rate=\"unauthorized\",method=\"cohort\"} 0.005",
                "makewhole_return_rate_limit{rate=\"overall\",method=\"period\"} 0.15",
            ] {
                #expect(text.contains(line + "\n"), "\(line)")
            }
        }
    }

    /// A policy under which one debit makes a rate.
    private static let oneDebit: @Sendable (inout Policy) -> Void = { $0.returns.debitsMin = 1 }

    private func told(_ world: World) throws -> [Alert.Content] {
        try world.service.reader.openAlerts(limit: 50).map(\.content).filter {
            if case .returnRate = $0 { true } else { false }
        }
    }

    @Test("A level is told once when it is reached, and again when it is reached again")
    func alerts() async throws {
        try await World.run(policy: Self.oneDebit) { (world: World) async throws in
            let watch = ReturnRateWatch(service: world.service)
            try watch.look()
            #expect(try told(world).isEmpty)

            _ = try await world.owing(code: "R10")
            try watch.look()
            try watch.look()
            let first = try told(world)
            world.service.clock.advance(to: world.service.clock.now().adding(days: 100))
            try watch.look()
            #expect(try told(world).count == first.count)
            _ = try await world.owing("ex-22", code: "R10")
            try watch.look()

            #expect(
                Set(first)
                    == [
                        .returnRate(
                            name: "unauthorized", method: "period", reached: BasisPoints(50),
                            isExceeded: true),
                        .returnRate(
                            name: "overall", method: "period", reached: BasisPoints(1_500),
                            isExceeded: true),
                    ])
            #expect(first.count == 2)
            #expect(try told(world).count == 4)
        }
    }

    @Test("Near the limit no new bank account is linked, until the rate has fallen")
    func linkStop() async throws {
        try await World.run(policy: Self.oneDebit) { (world: World) async throws in
            let watch = ReturnRateWatch(service: world.service)
            let (customer, _) = try await world.owing(code: "R10")
            let path = "/v1/customers/\(customer)/payment-methods"
            let account: JSON = [
                "type": "bank_account", "label": "Other", "routing_number": "021000021",
                "account_number": "1112223334", "account_type": "savings",
            ]

            try watch.look()
            let refused = try await world.post(path, account)
            #expect(refused.status == 409 && refused.code == "bank_links_stopped")
            #expect(try await world.get("/v1/return-rates").json["bank_links_stopped"] == true)

            world.service.clock.advance(to: world.service.clock.now().adding(days: 100))
            try watch.look()
            #expect(try await world.post(path, account).status == 201)
        }
    }

    @Test("Over fewer debits than the policy asks for nothing is told and nothing stops")
    func few() async throws {
        try await World.run { (world: World) async throws in
            let (customer, _) = try await world.owing(code: "R10")

            try ReturnRateWatch(service: world.service).look()

            #expect(try told(world).isEmpty)
            _ = try await world.bankAccount(customer, number: "5556667778")
        }
    }
}
