import Ledger
import Wire

/// A JSON Schema (2020-12), as the OpenAPI document shows it.
struct Schema: Sendable {
    let json: JSON

    init(_ json: JSON) { self.json = json }

    /// One of the named schemas of ``Schemas``.
    static func named(_ name: String) -> Schema {
        Schema(["$ref": .string("#/components/schemas/\(name)")])
    }

    static func text(_ length: ClosedRange<Int>, example: String? = nil) -> Schema {
        Schema([
            "type": "string", "minLength": .integer(Int64(length.lowerBound)),
            "maxLength": .integer(Int64(length.upperBound)),
        ]).example(example.map(JSON.string))
    }

    /// Text we write, of no promised length.
    static let words = Schema(["type": "string"])

    static func pattern(_ pattern: String, example: String) -> Schema {
        Schema(["type": "string", "pattern": .string(pattern)]).example(.string(example))
    }

    static func oneOf(_ words: [String]) -> Schema {
        Schema(["type": "string", "enum": .array(words.map(JSON.string))])
    }

    static func oneOf<Word: RawRepresentable<String> & CaseIterable>(_: Word.Type) -> Schema {
        oneOf(Word.allCases.map(\.rawValue))
    }

    static func constant(_ word: String) -> Schema { Schema(["const": .string(word)]) }

    static func integer(_ range: ClosedRange<Int64>, default usual: Int64? = nil) -> Schema {
        var object: JSON.Object = [
            "type": "integer", "minimum": .integer(range.lowerBound),
            "maximum": .integer(range.upperBound),
        ]
        object["default"] = usual.map(JSON.integer)
        return Schema(.object(object))
    }

    static let boolean = Schema(["type": "boolean"])

    /// Whole cents above zero, as requests name them.
    static let amount = Schema([
        "type": "integer", "minimum": 1, "maximum": 1_000_000_000_000,
    ]).example(50_000)

    /// Whole cents that may be none.
    static let cents = Schema(["type": "integer", "minimum": 0]).example(50_000)

    /// Cents with a sign: a balance that may be owed.
    static let signedCents = Schema(["type": "integer"]).example(-2_500)

    static let count = Schema(["type": "integer", "minimum": 0])

    /// A BCP 47 tag. Pages and mail are in English where the deployment has no words in it.
    static let language = pattern(
        "^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$", example: "en"
    ).described(
        "The language of pages and mail: the tag of any; English where there are no words in it.")

    static let asset = pattern("^[A-Z0-9]{2,8}$", example: "BTC")

    /// A decimal string in whole units of the asset, with at most its decimals.
    static let quantity = pattern("^[0-9]+(\\.[0-9]+)?$", example: "0.00829166")

    static let price = pattern("^[0-9]+(\\.[0-9]+)?$", example: "60000.00")

    static let time = Schema(["type": "string", "format": "date-time"])
        .example("2026-03-02T20:00:00Z")

    static let day = Schema(["type": "string", "format": "date"]).example("2026-03-04")

    static func id<Kind: IdentifierKind>(_: Identifier<Kind>.Type) -> Schema {
        pattern(
            "^\(Kind.prefix)_[0-7][0-9a-hjkmnp-tv-z]{25}$",
            example: "\(Kind.prefix)_01kjqz8v5m3t9w2x4y6c7d8e9f")
    }

    static func list(_ item: Schema, max: Int? = nil) -> Schema {
        var object: JSON.Object = ["type": "array", "items": item.json]
        object["maxItems"] = max.map { .integer(Int64($0)) }
        return Schema(.object(object))
    }

    static func any(_ schemas: [Schema]) -> Schema {
        Schema(["anyOf": .array(schemas.map(\.json))])
    }

    var orNull: Schema { .any([self, Schema(["type": "null"])]) }

    func described(_ words: String) -> Schema { Schema(json.with("description", .string(words))) }

    func example(_ example: JSON?) -> Schema {
        guard let example else { return self }
        return Schema(json.with("examples", [example]))
    }

    /// What we answer: every member is there, none of them left out. Members may be added later, so
    /// a reader passes over those it does not know.
    static func answer(_ members: KeyValuePairs<String, Schema>) -> Schema {
        Schema([
            "type": "object",
            "properties": .object(members.map { ($0.key, $0.value.json) }),
            "required": .array(members.map { .string($0.key) }),
        ])
    }

    /// What we are sent: no member but these.
    static func request(
        _ required: KeyValuePairs<String, Schema>, optional: KeyValuePairs<String, Schema> = [:]
    ) -> Schema {
        var object: JSON.Object = [
            "type": "object",
            "properties": .object(
                required.map { ($0.key, $0.value.json) } + optional.map { ($0.key, $0.value.json) }),
            "additionalProperties": false,
        ]
        if !required.isEmpty { object["required"] = .array(required.map { .string($0.key) }) }
        return Schema(.object(object))
    }

    /// One page of a list.
    static func page(_ item: String) -> Schema {
        .answer([
            "data": .list(.named(item), max: Page.limitMax),
            "next_cursor": .words.orNull,
        ])
    }
}
