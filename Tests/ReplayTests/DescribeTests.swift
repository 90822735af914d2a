import Banking
import Ledger
import Money
import Rules
import Testing
import Vocabulary
import Wire

@Suite struct DescribeTests {
    @Test("Each refusal is a problem type of its own, with a sentence and a status that fits")
    func refusals() throws {
        let describe = Describe(try Project.policy())
        let btc = try #require(AssetCode("BTC"))
        let at = Instant(milliseconds: 0)
        let key = BalanceKey(.house(.custody), btc)
        let refusals: [Refusal] = [
            .customerExists, .customerUnknown, .methodUnknown, .methodUnusable(.disabled),
            .methodBlocked, .bankLinksStopped, .depositUnknown, .obligationUnknown,
            .settlementUnknown,
            .withdrawalUnknown, .orderUnknown, .saleUnknown, .documentUnknown, .suspenseUnknown,
            .claimUnknown, .proposalUnknown, .flagUnknown, .assetUnknown(btc),
            .amountOutOfRange(min: Cents(1), max: Cents(2)), .quantityOutOfRange,
            .insufficientBalance(btc), .held(withdrawable: Cents(5), until: at), .owing(Cents(5)),
            .securityLock(until: at), .stopped(.hardship), .purchaseNotCredited(credit: Cents(5)),
            .wrongState("the deposit is not waiting to be sent"), .creditInUse,
            .settlementInProgress(SettlementID(high: 0, low: 1)), .settlementMethodOff(.card),
            .settlementExceedsOwed(owed: Cents(5)), .partialNotAllowed(owed: Cents(5)),
            .amountChanged(owed: Cents(5)), .nothingOwed, .representmentNotAllowed(.tooLate),
            .quoteMissing(btc), .tooLittleToSell(btc), .overpaymentSourceDiffers,
            .secondPersonRequired, .samePerson, .alreadyDecided, .reasonRequired,
            .warrantyWindowPassed, .books(.overdrawn(key)),
        ]
        let problems = refusals.map(describe.problem)

        #expect(Set(problems.map(\.code)).count == refusals.count)
        for problem in problems {
            #expect([403, 404, 409, 422, 500, 503].contains(problem.status), "\(problem.code)")
            #expect(problem.detail.hasSuffix("."), "\(problem.code)")
            #expect(problem.details(base: "/problems/").type == "/problems/\(problem.code)")
        }
    }

    @Test("The reason of a compliance stop is told to nobody")
    func complianceIsSilent() throws {
        let describe = Describe(try Project.policy())

        #expect(describe.problem(.stopped(.compliance)).values.isEmpty)
        #expect(describe.problem(.stopped(.hardship)).values["kind"] == "hardship")
    }

    @Test("Dollars read as people write them")
    func dollars() throws {
        let describe = Describe(try Project.policy())
        func detail(_ cents: Int64) -> String { describe.problem(.owing(Cents(cents))).detail }

        #expect(detail(5).contains("$0.05 "))
        #expect(detail(123_456).contains("$1,234.56 "))
        #expect(detail(100_000_000).contains("$1,000,000.00 "))
    }

    @Test("Quantities have all the decimals of their asset, and a dropped asset says its units")
    func quantities() throws {
        let describe = Describe(try Project.policy())
        let gone = try #require(AssetCode("GONE"))

        #expect(describe.decimal(829_166, try #require(AssetCode("BTC"))) == "0.00829166")
        #expect(describe.decimal(-1_500_000, try #require(AssetCode("USDC"))) == "-1.500000")
        #expect(describe.decimal(5, gone) == "5 units")
    }

    @Test("A linked account shows four digits of its number and nothing sealed")
    func masked() throws {
        let describe = Describe(try Project.policy())
        let method = try JSON.parse(
            describe.method(try sampleMethod()).text(), bytesMax: 10_000)

        #expect(method["last_four"] == "6789")
        #expect(!method.text().contains("secret"))
    }

    private func sampleMethod() throws -> PaymentMethod {
        let facts = Facts(
            now: Instant(milliseconds: 0), policy: try Project.policy(), actor: .system)
        let customer = Customer.open(
            Command.OpenCustomer(
                id: CustomerID(high: 0, low: 1), reference: "r", name: "n", email: "e@example.com",
                language: .english, timeZone: "America/New_York"), facts: facts)
        var draft = Draft(customer, facts: facts, cause: Cause(high: 0, low: 1))
        _ = try draft.decide(
            .linkMethod(
                Command.LinkMethod(
                    kind: .bankAccount(
                        PaymentMethod.BankAccount(
                            routingNumber: "021000021", sealedNumber: "secret",
                            fingerprint: "secret too", type: .checking)), label: "Checking",
                    lastFour: "6789", verified: true, balance: nil)))
        return try #require(draft.customer.methods.values.first)
    }
}
