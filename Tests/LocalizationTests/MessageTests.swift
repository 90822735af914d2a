import Testing

@testable import Localization

@Suite struct MessageTests {
    private func say(
        _ text: String, _ values: KeyValuePairs<String, any MessageValue> = [:],
        _ rules: [PluralCategory: String] = [.one: "n = 1"]
    ) throws -> String {
        try Message(text).text(
            values, plurals: try PluralRules(rules), number: NumberForms.american.whole)
    }

    @Test("A sentence without values is itself, apostrophes and all")
    func plain() throws {
        #expect(try say("Don't worry: it's 100% yours. #1") == "Don't worry: it's 100% yours. #1")
        #expect(try say("") == "")
    }

    @Test("Values stand where their names do, as often as they do")
    func values() throws {
        let text = try say("{a} and {b}, {a} again", ["a": "one", "b": "two"])

        #expect(text == "one and two, one again")
    }

    @Test("A value is never read as notation")
    func hostile() throws {
        #expect(
            try say("<{name}>", ["name": "{b} # 'x' {count, plural"])
                == "<{b} # 'x' {count, plural>")
    }

    @Test("The form of a count is the language's, an exact count goes before it")
    func plurals() throws {
        let text = "{count, plural, =0 {No deposits} one {# deposit} other {# deposits of {who}}}"

        #expect(try say(text, ["count": 0, "who": "Ada"]) == "No deposits")
        #expect(try say(text, ["count": 1, "who": "Ada"]) == "1 deposit")
        #expect(try say(text, ["count": 1_200, "who": "Ada"]) == "1,200 deposits of Ada")
    }

    @Test("A language with four forms has four")
    func polish() throws {
        let rules: [PluralCategory: String] = [
            .one: "i = 1 and v = 0", .few: "v = 0 and i % 10 = 2..4 and i % 100 != 12..14",
            .many:
                "v = 0 and i != 1 and i % 10 = 0..1 or v = 0 and i % 10 = 5..9 or v = 0 and i % 100 = 12..14",
        ]
        let text = "{n, plural, one {# plik} few {# pliki} many {# plików} other {# pliku}}"

        #expect(
            try [1, 3, 5, 22, 112].map { try say(text, ["n": $0], rules) } == [
                "1 plik", "3 pliki", "5 plików", "22 pliki", "112 plików",
            ])
    }

    @Test("A choice takes its case, and other when there is none")
    func choices() throws {
        let text = "{kind, select, sale {Sold {amount}} other {Moved}}"

        #expect(try say(text, ["kind": "sale", "amount": "$5"]) == "Sold $5")
        #expect(try say(text, ["kind": "gift", "amount": "$5"]) == "Moved")
    }

    @Test("Braces are written between apostrophes, two apostrophes are one")
    func quotes() throws {
        #expect(try say("'{'count'}' isn''t a value, o'clock") == "{count} isn't a value, o'clock")
        #expect(try say("{n, plural, one {'#' #} other {#s}}", ["n": 1]) == "# 1")
    }

    @Test("A value that is not given shows its name, and the rest is said")
    func missing() throws {
        #expect(try say("You owe {amount}.") == "You owe {amount}.")
        #expect(try say("{count, plural, one {a} other {b}}", ["count": "three"]) == "{count}")
    }

    @Test("A sentence knows the names and kinds of its values")
    func placeholders() throws {
        let message = try Message(
            "{who}: {n, plural, one {{m, number}} other {#}} {kind, select, a {x} other {y}}")

        #expect(
            try message.placeholders() == [
                "who": .text, "n": .count, "m": .count, "kind": .choice(["a", "other"]),
            ])
        #expect(throws: Message.Fault.self) { try Message("{n} {n, number}").placeholders() }
    }

    @Test(
        "What is not in the notation is refused, and crashes nothing",
        arguments: [
            "{", "}", "{}", "{a", "{a,", "{a, money}", "{a, number", "{a, plural}",
            "{a, plural, one {x}}", "{a, plural, other}", "{a, plural, other {x}",
            "{a, plural, some {x} other {y}}", "{a, plural, one {x} one {y} other {z}}",
            "{a, plural, =x {y} other {z}}", "{a, plural, =1 {y} =1 {y} other {z}}",
            "{a, select, other {x} other {y}}", "{a, select, x {y}}", "{a b}", "a } b",
            "{a, plural, other {{b, plural, other {{c}}", "{a, select, other {x}",
            String(repeating: "{a, select, other {", count: 100_000),
        ])
    func refused(text: String) {
        #expect(throws: Message.Fault.self) { try Message(text) }
    }

    @Test("Marks stand around the whole sentence")
    func marks() throws {
        let plain = try Message("Home").between("⟦", "⟧")
        let open = try Message("{a} of {b}").between("⟦", "⟧")
        let rules = try PluralRules([:])

        #expect(plain.text([:], plurals: rules, number: String.init) == "⟦Home⟧")
        #expect(
            open.text(["a": "1", "b": "2"], plurals: rules, number: String.init) == "⟦1 of 2⟧")
    }
}
