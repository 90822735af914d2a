import Banking
import Replay
import Testing
import Vocabulary
import Wire

@Suite struct ScenarioTests {
    @Test("Every story comes out as it expects, to the cent", arguments: Project.scenarios)
    func comesOut(_ name: String) throws {
        let mismatches = try Replay.check(
            Project.bytes("Scenarios/\(name)"), policies: Project.policies())

        #expect(mismatches.isEmpty, "\(mismatches.map(\.description).joined(separator: "\n"))")
    }

    @Test("No story was lost, and each one expects something of its last step")
    func allAreThere() throws {
        let ids = Project.scenarios.map { String($0.prefix { $0 != "-" }) }

        #expect(
            Set(ids).isSuperset(of: [
                "E01", "E02", "E03", "E04", "E06", "E07", "E09", "E10", "E11", "E13", "E14", "E16",
                "E19", "E20", "E23", "W1", "W3", "W5",
            ]))
        for name in Project.scenarios {
            let steps = try #require(Project.json("Scenarios/\(name)")["steps"]?.arrayValue)
            #expect(steps.last?["expect"] != nil, "\(name)")
        }
    }

    @Test("An expectation that is one cent off fails, and says where")
    func oneCentOff() throws {
        let place = ["steps", "8", "expect", "balances", "USD", "income:liquidation_fee"]
        let story = try Project.json("Scenarios/E06-liquidation.json")
            .replacing(place, with: -180)

        let mismatches = try Replay.check(story.bytes(), policies: Project.policies())

        #expect(mismatches.map(\.pointer) == ["/steps/8/expect/balances"])
    }

    @Test("An account the story does not expect fails as much as a wrong amount")
    func accountTooMany() throws {
        let story = try Project.json("Scenarios/E02-return-covered.json")
            .replacing(["steps", "0", "expect", "balances", "USD"], with: [:])

        let mismatches = try Replay.check(story.bytes(), policies: Project.policies())

        #expect(mismatches.map(\.pointer) == ["/steps/0/expect/balances"])
    }

    @Test("A member that nothing is known of cannot be expected")
    func unknownExpectation() throws {
        let story = try Project.json("Scenarios/E02-return-covered.json")
            .replacing(["steps", "0", "expect"], with: ["balnces": [:]])

        let mismatches = try Replay.check(story.bytes(), policies: Project.policies())

        #expect(mismatches.map(\.pointer) == ["/steps/0/expect/balnces"])
    }

    @Test("A refusal that does not come, and one that comes unexpected, both fail")
    func refusals() throws {
        let command = ["steps", "1", "commands", "0"]
        let vector = try Project.json("Scenarios/W1-hold-on-cash.json")
        let held = try #require(vector["steps"]?[1]?["commands"]?[0])

        let unexpected = try Replay.check(
            vector.replacing(command, with: held.removing("refused")).bytes(),
            policies: Project.policies())
        let other = try Replay.check(
            vector.replacing(command + ["refused"], with: "owing").bytes(),
            policies: Project.policies())

        #expect(unexpected.map(\.pointer) == ["/steps/1/commands/0/refused"])
        #expect(other.map(\.pointer) == ["/steps/1/commands/0/refused"])
    }

    @Test("The same story gives the same bytes")
    func deterministic() throws {
        let story = try Project.bytes("Scenarios/E07-charge-off-and-recovery.json")

        let first = try Replay.run(story, policies: Project.policies())
        let second = try Replay.run(story, policies: Project.policies())

        #expect(first.bytes() == second.bytes())
    }

    @Test("A timer fires at its own time, not at the time of the next step")
    func timersFireOnTheWay() throws {
        let output = try run([
            deposit(at: "2026-03-02T15:00:00-05:00"),
            [
                "at": "2026-03-02T20:00:00-05:00",
                "commands": [
                    [
                        "do": "submit_entry", "payment": "D1", "trace": "121042880000001",
                        "file": "debits.ach",
                    ]
                ],
            ],
            [
                "at": "2026-03-03T08:30:00-05:00",
                "commands": [["do": "settle_entry", "payment": "D1", "day": "2026-03-03"]],
            ],
            ["at": "2026-12-24T12:00:00-05:00"],
        ])

        let last = try #require(output["steps"]?[3])
        #expect(
            last["timers_fired"]
                == [["at": "2026-03-09T20:00:00Z", "timer": "release:D1", "customer": "C1"]])
        #expect(last["statuses"] == ["D1": "SETTLED"])
    }

    @Test("Every transfer is told with its reason, its command and its time, in the story's names")
    func transfersAreTold() throws {
        let output = try run([deposit(at: "2026-03-02T15:00:00-05:00")])

        let transfer = try #require(output["steps"]?[0]?["transfers"]?[0])
        #expect(transfer["debit"] == "asset:precredit:D1")
        #expect(transfer["credit"] == "liab:customer:C1:cash")
        #expect(transfer["amount"] == 50000)
        #expect(transfer["reason"] == "instant_credit")
        #expect(transfer["command"] == "start_deposit")
        #expect(transfer["at"] == "2026-03-02T20:00:00Z")
    }

    @Test("An account number never comes out")
    func numbersStayInside() throws {
        let output = try run([deposit(at: "2026-03-02T15:00:00-05:00")])

        #expect(!output.text().contains("123456789"))
    }

    @Test("A fault of a command is told with its place in the story")
    func faultsHavePlaces() throws {
        let problem = #expect(throws: ReplayProblem.self) {
            _ = try run([
                [
                    "at": "2026-03-02T15:00:00-05:00",
                    "commands": [["do": "start_deposit", "method": "M7", "amount_minor": 0]],
                ]
            ])
        }

        #expect(
            problem?.faults.map(\.pointer) == [
                "/steps/0/commands/0/method", "/steps/0/commands/0/amount_minor",
            ])
    }

    @Test("A step before the one before it, an unknown command, field, asset or sender is refused")
    func wrongStories() throws {
        let at: JSON = "2026-03-02T15:00:00-05:00"
        let quote: JSON = ["index": "1.00", "bid": "1.00", "ask": "1.00", "bid_depth": "1"]
        let wrong: [(JSON, String)] = [
            ([["at": at], ["at": "2026-03-02T14:59:59-05:00"]], "/steps/1/at"),
            ([["at": at, "commands": [["do": "print_money"]]]], "/steps/0/commands/0/do"),
            ([["at": at, "postings": []]], "/steps/0/postings"),
            ([["at": at, "market": ["DOGE": quote]]], "/steps/0/market/DOGE"),
            (
                [
                    [
                        "at": at,
                        "commands": [["do": "approve", "by": "someone", "proposal": "D1"]],
                    ]
                ], "/steps/0/commands/0/proposal"
            ),
            (
                [
                    [
                        "at": at,
                        "commands": [["do": "set_liquidation_order", "assets": [], "by": "x"]],
                    ]
                ],
                "/steps/0/commands/0/by"
            ),
            ([["at": "2026-03-02"]], "/steps/0/at"),
        ]
        for (steps, pointer) in wrong {
            let problem = #expect(throws: ReplayProblem.self) {
                _ = try Replay.run(story(steps).bytes(), policies: Project.policies())
            }
            #expect(problem?.faults.first?.pointer == pointer)
        }
    }

    @Test("A name can be given once")
    func namesAreUnique() throws {
        let problem = #expect(throws: ReplayProblem.self) {
            _ = try run([
                deposit(at: "2026-03-02T15:00:00-05:00"), deposit(at: "2026-03-02T15:01:00-05:00"),
            ])
        }

        #expect(problem?.faults.map(\.pointer) == ["/steps/1/commands/0/as"])
    }

    @Test("A policy value that is misspelt in a story is refused, and so is an impossible one")
    func overridesAreStrict() throws {
        for (policy, place) in [
            (["hold": ["hour": 1]] as JSON, "/0/hold/hour"),
            (["grace": ["hours": 12]], "grace.hours must be at least 48"),
            (["grace": ["hours": "48"]], "/0/grace/hours"),
        ] {
            let wrong = story([deposit(at: "2026-03-02T15:00:00-05:00")]).adding("policy", policy)
            let problem = #expect(throws: ReplayProblem.self) {
                _ = try Replay.run(wrong.bytes(), policies: Project.policies())
            }
            #expect(problem?.faults.first?.pointer == "/policy")
            #expect(problem?.description.contains(place) == true)
        }
    }

    @Test("A late bank file keeps a hold from ending until it has come")
    func staleBankFeed() throws {
        let output = try run([
            deposit(at: "2026-03-02T15:00:00-05:00"),
            [
                "at": "2026-03-02T20:00:00-05:00",
                "commands": [
                    [
                        "do": "submit_entry", "payment": "D1", "trace": "121042880000001",
                        "file": "debits.ach",
                    ]
                ],
            ],
            [
                "at": "2026-03-03T08:30:00-05:00", "bank_feed_stale": true,
                "commands": [["do": "settle_entry", "payment": "D1", "day": "2026-03-03"]],
            ],
            ["at": "2026-03-09T18:30:00-04:00", "bank_feed_stale": false],
            ["at": "2026-03-09T19:00:00-04:00"],
        ])

        #expect(output["steps"]?[3]?["statuses"] == ["D1": "FUNDS_RECEIVED_UNCONFIRMED"])
        #expect(output["steps"]?[4]?["statuses"] == ["D1": "SETTLED"])
    }

    private func deposit(at: JSON) -> JSON {
        [
            "at": at,
            "commands": [
                ["do": "start_deposit", "as": "D1", "method": "M1", "amount_minor": 50000]
            ],
        ]
    }

    private func story(_ steps: JSON) -> JSON {
        [
            "title": "A story of a test",
            "customers": [
                [
                    "as": "C1",
                    "methods": [
                        [
                            "as": "M1", "type": "bank_account", "label": "Checking",
                            "routing_number": "021000021", "account_number": "123456789",
                            "account_type": "checking", "verified": true,
                        ]
                    ],
                ]
            ],
            "steps": steps,
        ]
    }

    private func run(_ steps: [JSON]) throws -> JSON {
        try Replay.run(story(.array(steps)).bytes(), policies: Project.policies())
    }
}
