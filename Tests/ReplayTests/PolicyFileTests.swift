import Money
import Rules
import Testing
import Vocabulary
import Wire

@Suite struct PolicyFileTests {
    @Test("The default policy is read and keeps what customers are promised")
    func defaultPolicy() throws {
        let policy = try Project.policy()

        #expect(policy.grace.hours == 48)
        #expect(policy.hold.hours == 168)
        #expect(policy.credit.balanceCover == BasisPoints(13_000))
        #expect(policy.credit.tiers.map(\.limit.count) == [50_000, 250_000, 1_000_000])
        #expect(policy.representment.countMax == 2)
        #expect(policy.method(.ach)?.documents == [.bankProof, .photoID])
    }

    @Test("What is read can be written and read again")
    func roundTrip() throws {
        let book = try Project.policies()

        #expect(try PolicyFile.load(PolicyFile.json(book)) == book)
    }

    @Test("Every unknown key is named, wherever it is")
    func unknownKeys() throws {
        let file = try Project.json("policy.json")
        let policy = try #require(file[0])
        let method = try #require(policy["settlement"]?["methods"]?[1])
        let wrong: JSON = .array([
            policy.adding("comment", "hello")
                .replacing(["settlement", "methods", "1"], with: method.adding("feerate", 1))
        ])

        let problem = #expect(throws: PolicyFileProblem.self) {
            _ = try PolicyFile.load(wrong.bytes())
        }

        #expect(
            Set(problem?.faults.map(\.pointer) ?? [])
                == ["/0/comment", "/0/settlement/methods/1/feerate"])
    }

    @Test("Wrong types and missing keys are told with a pointer")
    func wrongValues() throws {
        let half = JSON.number(try #require(JSON.Number("48.5")))
        let whole = JSON.number(try #require(JSON.Number("48.0")))
        for (path, value) in [
            (["0", "grace", "hours"], "48" as JSON), (["0", "grace", "hours"], half),
            (["0", "grace", "hours"], whole), (["0", "grace", "extendsToBankingDay"], 1),
            (["0", "credit", "tiers"], [:]), (["0", "credit", "tiers", "1", "limit"], -1),
            (["0", "effectiveFrom"], "2026-01-01"), (["0", "assets", "0", "code"], "btc"),
            (["0", "settlement", "methods", "0", "kind"], "cheque"), (["0", "bank"], .null),
            (["0", "version"], 7),
        ] {
            let wrong = try Project.json("policy.json").replacing(path, with: value)
            let problem = #expect(throws: PolicyFileProblem.self) {
                _ = try PolicyFile.load(wrong.bytes())
            }
            #expect(problem?.faults.first?.pointer == "/" + path.joined(separator: "/"))
        }

        let policy = try #require(Project.json("policy.json")[0])
        let problem = #expect(throws: PolicyFileProblem.self) {
            _ = try PolicyFile.load(JSON.array([policy.removing("loss")]).bytes())
        }
        #expect(problem?.faults.first?.pointer == "/0/loss")
    }

    @Test("Values that nobody can mean are refused in a sentence")
    func impossibleValues() throws {
        for (path, value) in [
            (["0", "grace", "hours"], 47 as JSON), (["0", "representment", "countMax"], 3),
            (["0", "representment", "daysMax"], 181), (["0", "bank", "cutOff"], "25:00"),
            (["0", "liquidation", "bands"], []), (["0", "assets", "0", "lot"], 0),
        ] {
            let wrong = try Project.json("policy.json").replacing(path, with: value)
            let problem = #expect(throws: PolicyFileProblem.self) {
                _ = try PolicyFile.load(wrong.bytes())
            }
            #expect(problem?.description.hasPrefix("Policy 2026-01: ") == true)
        }
    }

    @Test("What is no JSON, no array, empty, or names a key twice is refused")
    func notABook() throws {
        for text in ["", "{}", "[]", "[1]", "null", "[{\"version\":\"a\",\"version\":\"b\"}]"] {
            #expect(throws: PolicyFileProblem.self) {
                _ = try PolicyFile.load(Array(text.utf8))
            }
        }
    }
}
