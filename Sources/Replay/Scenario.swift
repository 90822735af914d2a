import Banking
import Ledger
import Money
import Rules
import Vocabulary
import Wire

/// A story in commands, prices and times; `docs/reference/scenario.md` describes the file.
struct Scenario {
    let title: String
    /// Laid over every policy of the book, value by value; `null` when nothing is.
    let policy: JSON
    let customers: [NamedCustomer]
    let steps: [Step]

    struct NamedCustomer {
        let name: String
        let body: JSON.Object
        let methods: [Instruction]
        let pointer: String
    }

    struct Step {
        let at: Instant
        let note: String?
        let market: [(asset: AssetCode, quote: MarketQuote)]
        let bankFeedStale: Bool?
        let commands: [Instruction]
        let expect: JSON?
        let pointer: String
    }

    /// One command as written, still in words.
    struct Instruction {
        let name: CommandName
        /// What the thing it makes is called from here on.
        let named: String?
        let by: String?
        /// The code of the refusal the story expects.
        let refused: String?
        var body: JSON.Object
        let pointer: String
    }

    /// Prices in text, because how many decimals the depth has is the policy's to say.
    struct MarketQuote {
        let index: Price
        let bid: Price
        let ask: Price
        let depth: String
        let asOf: Instant?
        let halted: Bool
        let pointer: String
    }

    static let bytesMax = 4 << 20
    static let stepsMax = 10_000
    static let commandsMax = 1_000
    static let nameLengthMax = 30
}

/// Why a scenario could not be run: what is wrong with it, and where.
public struct ReplayProblem: Error, Hashable, Sendable, CustomStringConvertible {
    public struct Fault: Hashable, Sendable {
        /// JSON pointer (RFC 6901) into the scenario.
        public let pointer: String
        public let sentence: String
    }

    public let faults: [Fault]

    init(_ pointer: String, _ sentence: String) {
        faults = [Fault(pointer: pointer, sentence: sentence)]
    }

    init(_ invalid: InvalidBody, under pointer: String = "") {
        faults = invalid.errors.map { error in
            Fault(pointer: pointer + error.pointer, sentence: error.detail)
        }
    }

    public var description: String {
        faults.map { $0.pointer.isEmpty ? $0.sentence : "\($0.pointer): \($0.sentence)" }
            .joined(separator: "\n")
    }
}

extension Scenario {
    init(_ bytes: [UInt8]) throws(ReplayProblem) {
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(bytes, bytesMax: Scenario.bytesMax)
        } catch {
            throw ReplayProblem(error.pointer, "\(error).")
        }
        let read = try Scenario.reading("") { () throws(InvalidBody) in
            try JSONObjectReader.read(json) { reader in
                (
                    title: reader.string("title", max: 200),
                    covers: reader.optionalString("covers", max: 500),
                    policy: reader.optionalValue("policy") ?? .null,
                    customers: reader.optionalArray("customers", max: 1_000) ?? [],
                    steps: reader.array("steps", min: 1, max: Scenario.stepsMax)
                )
            }
        }
        title = read.title
        policy = read.policy
        customers = try Scenario.each(read.customers, at: "/customers", Scenario.customer)
        steps = try Scenario.each(read.steps, at: "/steps", Scenario.step)
        for (index, step) in steps.enumerated().dropFirst() where step.at < steps[index - 1].at {
            throw ReplayProblem("\(step.pointer)/at", "A step cannot be before the one before it.")
        }
    }

    private static func reading<Value>(
        _ pointer: String, _ body: () throws(InvalidBody) -> Value
    ) throws(ReplayProblem) -> Value {
        do throws(InvalidBody) {
            return try body()
        } catch {
            throw ReplayProblem(error, under: pointer)
        }
    }

    private static func each<Value>(
        _ elements: [JSON], at pointer: String,
        _ read: (JSON, String) throws(ReplayProblem) -> Value
    ) throws(ReplayProblem) -> [Value] {
        var values: [Value] = []
        for (index, element) in elements.enumerated() {
            values.append(try read(element, "\(pointer)/\(index)"))
        }
        return values
    }

    /// A customer is opened and methods are linked by the commands of those names; what a story
    /// does not care about has a value that is plainly a sample.
    private static func customer(
        _ json: JSON, _ pointer: String
    ) throws(ReplayProblem) -> NamedCustomer {
        guard var body = json.objectValue, let name = body["as"]?.stringValue, !name.isEmpty else {
            throw ReplayProblem(pointer, "This must be an object with a name in the field as.")
        }
        body["as"] = nil
        let methods = body["methods"]?.arrayValue ?? []
        body["methods"] = nil
        for (key, value) in [
            ("reference", name), ("name", "Customer \(name)"),
            ("email", "\(name.lowercased())@example.com"),
        ] where body[key] == nil {
            body[key] = .string(value)
        }
        return NamedCustomer(
            name: name, body: body,
            methods: try each(methods, at: "\(pointer)/methods") {
                (json, place) throws(ReplayProblem) in
                guard var method = json.objectValue else {
                    throw ReplayProblem(place, "This must be an object.")
                }
                method["do"] = "link_method"
                method["customer"] = .string(name)
                return try instruction(.object(method), place)
            }, pointer: pointer)
    }

    private static func step(_ json: JSON, _ pointer: String) throws(ReplayProblem) -> Step {
        let read = try reading(pointer) { () throws(InvalidBody) in
            try JSONObjectReader.read(json) { reader in
                (
                    at: reader.parsed(
                        "at", max: 64, expected: "an RFC 3339 time",
                        placeholder: Instant(milliseconds: 0)
                    ) { Instant(rfc3339: $0) },
                    note: reader.optionalString("note", max: 500),
                    market: reader.optionalValue("market") ?? .object([:]),
                    bankFeedStale: reader.optionalBoolean("bank_feed_stale"),
                    commands: reader.optionalArray("commands", max: commandsMax) ?? [],
                    expect: reader.optionalValue("expect")
                )
            }
        }
        guard let market = read.market.objectValue else {
            throw ReplayProblem("\(pointer)/market", "This must be an object of assets.")
        }
        var quotes: [(asset: AssetCode, quote: MarketQuote)] = []
        for member in market.members {
            let place = JSONPointer.appending(member.key, to: "\(pointer)/market")
            guard let asset = AssetCode(member.key) else {
                throw ReplayProblem(place, "This is not the code of an asset.")
            }
            quotes.append((asset, try quote(member.value, place)))
        }
        return Step(
            at: read.at, note: read.note, market: quotes, bankFeedStale: read.bankFeedStale,
            commands: try each(read.commands, at: "\(pointer)/commands", instruction),
            expect: read.expect, pointer: pointer)
    }

    private static func quote(
        _ json: JSON, _ pointer: String
    ) throws(ReplayProblem) -> MarketQuote {
        let read = try reading(pointer) { () throws(InvalidBody) in
            try JSONObjectReader.read(json) { reader in
                (
                    index: price("index", &reader), bid: price("bid", &reader),
                    ask: price("ask", &reader), depth: reader.string("bid_depth", max: 40),
                    asOf: reader.optionalParsed("as_of", max: 64, expected: "an RFC 3339 time") {
                        Instant(rfc3339: $0)
                    },
                    halted: reader.optionalBoolean("halted") ?? false
                )
            }
        }
        guard let index = read.index, let bid = read.bid, let ask = read.ask else {
            preconditionFailure("a quote without faults has its prices")
        }
        return MarketQuote(
            index: index, bid: bid, ask: ask, depth: read.depth, asOf: read.asOf,
            halted: read.halted, pointer: pointer)
    }

    private static func price(_ field: String, _ reader: inout JSONObjectReader) -> Price? {
        reader.parsed(
            field, max: 40, expected: "a price, as in \"59700.00\"", placeholder: Price?.none
        ) { text in
            DecimalText.parse(text, scale: Price.scale).flatMap { Price(count: $0) }
                .map { Price?.some($0) }
        }
    }

    private static func instruction(
        _ json: JSON, _ pointer: String
    ) throws(ReplayProblem) -> Instruction {
        guard var body = json.objectValue else {
            throw ReplayProblem(pointer, "This must be an object.")
        }
        guard let word = body["do"]?.stringValue, let name = CommandName(rawValue: word) else {
            throw ReplayProblem("\(pointer)/do", "This must be the name of a command.")
        }
        func take(_ field: String) throws(ReplayProblem) -> String? {
            guard let value = body[field] else { return nil }
            guard let text = value.stringValue, (1...nameLengthMax).contains(text.utf8.count) else {
                throw ReplayProblem(
                    "\(pointer)/\(field)",
                    "This must be text of 1 through \(nameLengthMax) letters.")
            }
            body[field] = nil
            return text
        }
        let named = try take("as")
        let by = try take("by")
        let refused = try take("refused")
        body["do"] = nil
        return Instruction(
            name: name, named: named, by: by, refused: refused, body: body, pointer: pointer)
    }
}
