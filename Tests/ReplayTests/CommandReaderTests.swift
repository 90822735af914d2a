import Banking
import Ledger
import Money
import Nacha
import Rules
import Testing
import Vocabulary
import Wire

/// The examples of the reference are the valid bodies: what is written there is what is read.
@Suite struct CommandReaderTests {
    @Test("The reference has an example of every command, and the reader takes every example")
    func everyExampleIsRead() throws {
        let examples = try commandExamples()

        #expect(Set(examples.map(\.name)) == Set(CommandName.allCases))
        for example in examples {
            let read = try CommandReader.read(
                example.name, body: example.body, context: context(for: example.name))
            #expect(read.command.name == example.name.rawValue)
            #expect((read.addressee == .house) == example.name.isForHouse)
        }
    }

    @Test("A field that no command knows is refused with its pointer, in every command")
    func unknownFields() throws {
        for example in try commandExamples() {
            let errors = faults(example.name, example.body.adding("surplus", 1))

            #expect(errors.map(\.pointer) == ["/surplus"], "\(example.name)")
            #expect(errors.map(\.code) == [.unknownField], "\(example.name)")
        }
    }

    @Test("Every amount refuses what is not a whole number of cents within bounds")
    func amounts() throws {
        let fraction = try #require(JSON.Number("1.5"))
        let exponent = try #require(JSON.Number("1e3"))
        for example in try commandExamples() {
            for (path, _) in leaves(of: example.body) where path.last?.hasSuffix("_minor") == true {
                for wrong: JSON in [
                    -1, "5", .number(fraction), .number(exponent), 1_000_000_000_001, true, [],
                    .integer(.max),
                ] {
                    let errors = faults(
                        example.name, example.body.replacing(path, with: wrong))
                    #expect(
                        errors.contains { $0.pointer == "/" + path.joined(separator: "/") },
                        "\(example.name) \(path) \(wrong.text())")
                }
            }
        }
    }

    @Test("Every quantity refuses numbers, signs, too many decimals, zero and too much")
    func quantities() throws {
        for example in try commandExamples() where example.body["quantity"] != nil {
            for wrong: JSON in [
                1, "-1", "+1", "0", "0.00000000", "0.000000001", "1,5", ".5", "5.", "1e3", " 1",
                "10000000.00000001", "", "NaN", .null,
            ] {
                let errors = faults(example.name, example.body.adding("quantity", wrong))
                #expect(
                    errors.contains { $0.pointer == "/quantity" },
                    "\(example.name) \(wrong.text())")
            }
        }
    }

    @Test("Every text field refuses a value that is not text")
    func wrongTypes() throws {
        for example in try commandExamples() {
            for (path, value) in leaves(of: example.body) where value.stringValue != nil {
                let errors = faults(example.name, example.body.replacing(path, with: 7))
                // An element of an array is told at the array or at its own place.
                let place = "/" + path.joined(separator: "/")
                #expect(
                    errors.contains { place.hasPrefix($0.pointer) && !$0.pointer.isEmpty },
                    "\(example.name) \(path)")
            }
        }
    }

    @Test("An asset the policy does not have is refused, with those it has")
    func unknownAsset() {
        let errors = faults(
            .trade,
            [
                "customer": "C1", "side": "buy", "asset": "DOGE", "quantity": "1",
                "cash_minor": 100,
            ])

        #expect(errors.map(\.pointer) == ["/asset"])
        #expect(errors.first?.detail == "An asset must be one of: BTC, ETH, USDC.")
    }

    @Test("All faults are told at once")
    func allAtOnce() {
        let errors = faults(
            .startDeposit, ["amount_minor": 0, "credit_minor": -1, "note": "hello"])

        #expect(
            errors.map(\.pointer) == [
                "/customer", "/method", "/amount_minor", "/credit_minor", "/note",
            ])
    }

    @Test("A name nobody knows, and one only the engine may use, are refused")
    func unknownNames() throws {
        for name in [
            "", "START_DEPOSIT", "timer", "block_methods", "uphold_return", "block_account",
        ] {
            let error = #expect(throws: InvalidBody.self) {
                _ = try CommandReader.read(name: name, body: [:], context: plain())
            }
            #expect(error?.errors.map(\.pointer) == ["/do"])
        }
    }

    @Test("What the route says cannot be said again by the body")
    func givenTwice() throws {
        let customer = try #require(CustomerID("cus_00000000000000000000000002"))
        let deposit = try #require(DepositID("dep_00000000000000000000000003"))
        let route = try plain().giving("customer", customer).giving("deposit", deposit)

        let read = try CommandReader.read(.cancelDeposit, body: [:], context: route)
        let error = #expect(throws: InvalidBody.self) {
            _ = try CommandReader.read(
                .cancelDeposit, body: ["deposit": "dep_00000000000000000000000004"],
                context: route)
        }

        #expect(read.addressee == .customer(customer))
        #expect(read.command == .cancelDeposit(deposit))
        #expect(error?.errors.map(\.pointer) == ["/deposit"])
        #expect(error?.errors.map(\.code) == [.unknownField])
    }

    @Test("An identifier of another kind is refused")
    func otherKinds() {
        let errors = faults(
            .closeOrder,
            [
                "customer": "cus_00000000000000000000000001",
                "order": "dep_00000000000000000000000001",
            ])

        #expect(errors.map(\.pointer) == ["/order"])
    }

    @Test("The account number is sealed before there is a command")
    func sealing() throws {
        let example = try #require(try commandExamples().first { $0.name == .linkMethod })

        let read = try CommandReader.read(
            .linkMethod, body: example.body, context: context(for: .linkMethod))

        guard case .linkMethod(let link) = read.command, case .bankAccount(let account) = link.kind
        else {
            Issue.record("a bank account was linked")
            return
        }
        #expect(account.sealedNumber == "sealed")
        #expect(account.fingerprint == "021000021/6789")
        #expect(link.lastFour == "6789")
        #expect(!"\(read.command)".contains("123456789"))
    }

    @Test("A routing number whose check digit is wrong is refused")
    func checkDigit() throws {
        let example = try #require(try commandExamples().first { $0.name == .linkMethod })

        let errors = faults(
            .linkMethod,
            example.body.replacing(["routing_number"], with: "021000022"))

        #expect(errors.map(\.pointer) == ["/routing_number"])
    }

    @Test("A method is a bank account or a card: the fields of the other are not known")
    func oneKindOfMethod() {
        let account: JSON = [
            "customer": "C1", "type": "bank_account", "label": "x", "routing_number": "021000021",
            "account_number": "123456789", "account_type": "checking",
        ]
        let card: JSON = [
            "customer": "C1", "type": "card", "label": "x", "token": "tok_sample",
            "last_four": "4242",
        ]

        #expect(faults(.linkMethod, account).isEmpty)
        #expect(faults(.linkMethod, card).isEmpty)
        for (body, field) in [
            (account, "token"), (account, "last_four"), (card, "routing_number"),
            (card, "account_number"), (card, "account_type"), (card, "balance_minor"),
        ] {
            let errors = faults(.linkMethod, body.adding(field, "1"))
            #expect(errors.map(\.pointer) == ["/\(field)"])
            #expect(errors.map(\.code) == [.unknownField])
        }
    }

    @Test("Without a type that is known, only the type and what any method has are asked for")
    func unknownTypeOfMethod() {
        let body: JSON = ["customer": "C1", "token": "tok_1", "routing_number": 7, "hue": "red"]
        let wrong: [(JSON?, FieldError.Code)] = [
            (nil, .missing), ("cash", .notAllowed), (7, .wrongType),
        ]

        for (type, code) in wrong {
            let errors = faults(.linkMethod, type.map { body.adding("type", $0) } ?? body)
            #expect(Set(errors.map(\.pointer)) == ["/type", "/label", "/hue"])
            #expect(errors.filter { $0.pointer == "/type" }.map(\.code) == [code])
        }
    }

    @Test("A balance is of the moment it is told, and none may be told")
    func balanceOfNow() throws {
        let body: JSON = [
            "customer": "C1", "type": "bank_account", "label": "x", "routing_number": "021000021",
            "account_number": "123456789", "account_type": "savings",
        ]
        func balance(_ told: JSON) throws -> PaymentMethod.BalanceCheck? {
            let read = try CommandReader.read(
                .linkMethod, body: body.adding("balance_minor", told),
                context: context(for: .linkMethod))
            guard case .linkMethod(let link) = read.command else { return nil }
            return link.balance
        }

        #expect(try balance(0) == PaymentMethod.BalanceCheck(amount: .zero, asOf: now))
        #expect(try balance(250) == PaymentMethod.BalanceCheck(amount: Cents(250), asOf: now))
        #expect(try balance(.null) == nil)
    }

    @Test("An account that no bank has is not linked", arguments: ["0000", "00000000000000000"])
    func noAccount(number: String) {
        let body: JSON = [
            "customer": "C1", "type": "bank_account", "label": "x", "routing_number": "021000021",
            "account_number": .string(number), "account_type": "savings",
        ]

        #expect(faults(.linkMethod, body).map(\.pointer) == ["/account_number"])
        #expect(faults(.linkMethod, body.adding("account_number", "00001")).isEmpty)
    }

    @Test("A correction has a whole account or none of it")
    func correction() throws {
        let none: JSON = ["customer": "C1", "method": "M1", "code": "C01"]

        let read = try CommandReader.read(
            .correctMethod, body: none, context: context(for: .correctMethod))
        let part = faults(.correctMethod, none.adding("account_number", "123456789"))

        guard case .correctMethod(let correct) = read.command else {
            Issue.record("a method is corrected")
            return
        }
        #expect(correct.bankAccount == nil && correct.lastFour == nil)
        #expect(part.map(\.pointer) == ["/routing_number", "/account_type"])
        #expect(part.map(\.code) == [.missing, .missing])
    }

    @Test("A fee above the amount, a fill of another asset and an element named twice are refused")
    func crossChecks() throws {
        let sale = try #require(SaleID("sal_00000000000000000000000001"))
        var context = try plain()
        context.assetOfSale = { $0 == sale ? AssetCode("ETH") : nil }
        let customer: JSON = "cus_00000000000000000000000001"

        let fee = faults(
            .trade,
            [
                "customer": customer, "side": "buy", "asset": "BTC", "quantity": "1",
                "cash_minor": 100, "fee_minor": 101,
            ])
        let fill = faults(
            .fill,
            [
                "customer": customer, "sale": .string(sale.description), "asset": "BTC",
                "trade": "T1", "quantity": "1", "price": "1.00",
            ], context)
        let order = faults(
            .setLiquidationOrder, ["customer": customer, "assets": ["BTC", "BTC"]])

        #expect(fee.map(\.pointer) == ["/fee_minor"])
        #expect(fill.map(\.pointer) == ["/asset"])
        #expect(order.map(\.pointer) == ["/assets"])
    }

    @Test("An amount by a name of another command is missing and unknown; the fee is not at fault")
    func amountOfAnotherName() {
        let trade: JSON = [
            "customer": "C1", "side": "buy", "asset": "BTC", "quantity": "1", "fee_minor": 5,
            "amount_minor": 100,
        ]

        let errors = faults(.trade, trade)

        #expect(errors.map(\.pointer) == ["/cash_minor", "/amount_minor"])
        #expect(errors.map(\.code) == [.missing, .unknownField])
    }

    @Test("Nothing random makes the reader crash")
    func mutations() throws {
        var random = Mixer(state: 20_260_302)
        let examples = try commandExamples()
        let values: [JSON] = [
            .null, true, 0, -1, .integer(.min), "", "💸", "x\u{0}", [], [[]], [:], ["do": "waive"],
        ]
        for _ in 0..<5_000 {
            let example = examples[random.below(examples.count)]
            let leaves = leaves(of: example.body)
            guard !leaves.isEmpty else { continue }
            let path = leaves[random.below(leaves.count)].0
            let depth = 1 + random.below(path.count)
            let body = example.body.replacing(
                Array(path.prefix(depth)), with: values[random.below(values.count)])
            _ = faults(CommandName.allCases[random.below(CommandName.allCases.count)], body)
            _ = faults(example.name, body)
        }
    }

    // MARK: Helpers

    private let now = Instant(milliseconds: 1_772_481_600_000)

    private func commandExamples() throws -> [(name: CommandName, body: JSON)] {
        try Project.examples(in: "docs/reference/scenario.md").compactMap { example in
            guard let word = example["do"]?.stringValue else { return nil }
            let name = try #require(CommandName(rawValue: word), "\(word)")
            var body = example
            for field in ["do", "as", "by", "refused"] { body = body.removing(field) }
            if !name.isForHouse, name != .openCustomer { body = body.adding("customer", "C1") }
            return (name, body)
        }
    }

    private func plain() throws -> CommandContext {
        CommandContext(policy: try Project.policy(), now: now) { routing, number in
            CommandContext.SealedAccount(
                number: "sealed", fingerprint: "\(routing.text)/\(number.suffix(4))")
        }
    }

    /// Every name is known, and stands for one identifier of whatever kind is asked for.
    private func context(for name: CommandName) throws -> CommandContext {
        var context = try plain()
        context.named = { prefix, name in
            name.utf8.count <= 6 && !name.isEmpty ? "\(prefix)_00000000000000000000000001" : nil
        }
        switch name {
        case .openCustomer: return context.giving("customer", CustomerID(high: 0, low: 1))
        case .submitDocument: return context.giving("document", DocumentID(high: 0, low: 1))
        default: return context
        }
    }

    private func faults(
        _ name: CommandName, _ body: JSON, _ special: CommandContext? = nil
    ) -> [FieldError] {
        do {
            _ = try CommandReader.read(
                name, body: body, context: special ?? context(for: name))
            return []
        } catch let invalid as InvalidBody {
            return invalid.errors
        } catch {
            Issue.record("\(error)")
            return []
        }
    }

    /// Every value in the body that holds no others, with the way to it.
    private func leaves(of json: JSON, _ path: [String] = []) -> [([String], JSON)] {
        switch json {
        case .object(let object):
            object.members.flatMap { leaves(of: $0.value, path + [$0.key]) }
        case .array(let elements):
            elements.enumerated().flatMap { leaves(of: $1, path + ["\($0)"]) }
        case .null, .boolean, .integer, .number, .string: [(path, json)]
        }
    }
}

/// SplitMix64: the same sequence everywhere, for ever.
struct Mixer {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
}
