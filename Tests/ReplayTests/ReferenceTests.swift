import Banking
import Ledger
import Money
import Replay
import Rules
import Testing
import Vocabulary
import Wire

/// The pages of the reference say everything there is, and nothing that is not there.
@Suite struct ReferenceTests {
    @Test("Every command has a heading, and no heading is of a command that is not there")
    func commands() throws {
        let headings = try Project.text("docs/reference/scenario.md").split(separator: "\n")
            .filter { $0.hasPrefix("### ") && !$0.contains(" A ") && $0 != "### A step" }
            .map { String($0.dropFirst(4)) }.filter { !$0.hasPrefix("A ") }

        #expect(Set(headings) == Set(CommandName.allCases.map(\.rawValue)))
        #expect(headings.count == CommandName.allCases.count)
    }

    @Test("The story that the page shows runs and comes out as it says")
    func shownStory() throws {
        let story = try #require(
            try Project.examples(in: "docs/reference/scenario.md").first { $0["steps"] != nil })

        #expect(try Replay.check(story.bytes(), policies: Project.policies()).isEmpty)
    }

    @Test("Every house account and every reason is a row of the chart")
    func chart() throws {
        let page = try Project.text("docs/reference/chart.md")

        for account in HouseAccount.allCases {
            #expect(page.contains("\n| `\(account.rawValue)` |"), "\(account.rawValue)")
        }
        for reason in Transfer.Reason.allCases {
            #expect(page.contains("\n| `\(reason.rawValue)` |"), "\(reason.rawValue)")
        }
    }

    @Test("Every account of a customer is a row of the chart")
    func customerAccounts() throws {
        let page = try Project.text("docs/reference/chart.md")
        let customer = CustomerID(high: 0, low: 1)
        let deposit = DepositID(high: 0, low: 2)
        let obligation = ObligationID(high: 0, low: 3)

        for account: Account in [
            .customer(customer, .cash), .customer(customer, .crypto),
            .instantCredit(customer, deposit), .uncredited(customer, deposit),
            .obligation(customer, obligation), .unconfirmed(customer, obligation),
        ] {
            let row = account.name.replacing(customer.description, with: "{customer}")
                .replacing(deposit.description, with: "{deposit}")
                .replacing(obligation.description, with: "{obligation}")
            #expect(page.contains("\n| `\(row)` |"), "\(row)")
        }
    }

    @Test("Every value of the policy is explained with the default it has")
    func policyValues() throws {
        let page = try Project.text("docs/reference/policy.md")
        let policy = try #require(PolicyFile.json(Project.policies())[0]?.objectValue)

        for section in policy.members {
            #expect(page.contains("`\(section.key)`"), "\(section.key)")
            guard case .object(let values) = section.value else { continue }
            for value in values.members {
                let shown: String?
                switch value.value {
                case .integer(let count): shown = "\(count)"
                case .boolean(let flag): shown = "\(flag)"
                case .string(let text): shown = "`\(text)`"
                case .array(let elements):
                    let counts = elements.compactMap(\.integerValue)
                    shown =
                        counts.count == elements.count
                        ? counts.map(String.init).joined(separator: ", ") : "see below"
                case .null, .number, .object: shown = nil
                }
                let standard = try #require(shown)
                #expect(
                    page.contains("\n| `\(value.key)` | \(standard) |"),
                    "\(section.key).\(value.key) \(standard)")
            }
        }
    }
}
