import Testing

@testable import Localization

@Suite struct LanguageFileTests {
    static let head = """
        "@@locale": "fr-CA", "@@x-name": "Français", "@@x-plurals": {"one": "i = 0..1"}
        """

    private func file(_ sentences: String, head: String = head) throws -> LanguageFile {
        try LanguageFile(Array("{\(head)\(sentences.isEmpty ? "" : ", ")\(sentences)}".utf8))
    }

    private func problems(_ sentences: String, head: String = head) -> [String] {
        do {
            _ = try file(sentences, head: head)
            return []
        } catch let refusal as LanguageFile.Refusal {
            return refusal.problems.map(\.description)
        } catch {
            return ["\(error)"]
        }
    }

    @Test("A file says its tag, name, direction, forms and numbers")
    func header() throws {
        let file = try LanguageFile(
            Array(
                """
                {
                  "@@locale": "ar", "@@x-name": "العربية", "@@x-direction": "rtl",
                  "@@x-plurals": {"zero": "n = 0", "two": "n = 2"},
                  "@@x-numbers": {"decimal": ",", "group": "\\u202f", "minus": "-", "dollars": "{amount} US$"},
                  "@@last_modified": "2026-11-30T20:00:00Z",
                  "home": "\\u0627 \\ud83d\\ude00", "@home": {"description": "x", "n": [1, {"a": null}]}
                }
                """.utf8))

        #expect(file.tag == "ar" && file.name == "العربية" && file.direction == .rightToLeft)
        #expect(file.plurals.categories == [.zero, .two, .other])
        #expect(file.numbers.dollars(-123_456_789) == "-1\u{202F}234\u{202F}567,89 US$")
        #expect(file.keys == ["home"])
        #expect(
            file["home"]?.text([:], plurals: file.plurals, number: String.init) == "\u{627} 😀")
    }

    @Test("Everything that is wrong is told at once, with its line")
    func allAtOnce() {
        let found = problems(
            """
            "a": "{x", "b": 5,
            "c": "{n, plural, one {#} few {#} other {#}}",
            "d": "{n} {n, number}"
            """)

        #expect(found.count == 3)
        #expect(found[0].hasPrefix("Line 1: a: "))
        #expect(found[1] == "Line 1: b must be a text.")
        #expect(found[2] == "Line 3: d: n is used as two kinds of value.")
    }

    @Test("Forms that the language lacks, and forms it does not have, are told")
    func forms() {
        let found = problems(
            """
            "a": "{n, plural, other {#}}", "b": "{n, plural, one {#} few {#} other {#}}"
            """)

        #expect(
            found == [
                "Line 1: a: the form one of {n} is missing.",
                "Line 1: b: {n} has the form few, which has no rule in @@x-plurals.",
            ])
    }

    @Test(
        "A head that says too little or something unknown is refused",
        arguments: [
            "\"@@locale\": \"fr\", \"@@x-name\": \"F\"",
            "\"@@locale\": \"fr\", \"@@x-plurals\": {}",
            "\"@@x-name\": \"F\", \"@@x-plurals\": {}",
            "\"@@locale\": \"French\", \"@@x-name\": \"F\", \"@@x-plurals\": {}",
            "\"@@locale\": \"fr\\\"x\", \"@@x-name\": \"F\", \"@@x-plurals\": {}",
            "\"@@locale\": \"fr\", \"@@x-name\": \"F\", \"@@x-plurals\": {\"some\": \"n = 1\"}",
            "\"@@locale\": \"fr\", \"@@x-name\": \"F\", \"@@x-plurals\": {\"one\": \"n\"}",
            "\"@@locale\": \"fr\", \"@@x-name\": \"F\", \"@@x-plurals\": {}, \"@@x-direction\": \"up\"",
            "\"@@locale\": \"fr\", \"@@x-name\": \"F\", \"@@x-plurals\": {}, \"@@x-numbers\": {}",
            """
            "@@locale": "fr", "@@x-name": "F", "@@x-plurals": {}, "@@x-numbers":
            {"decimal": ",", "group": ",", "minus": "-", "dollars": "{amount}"}
            """,
            """
            "@@locale": "fr", "@@x-name": "F", "@@x-plurals": {}, "@@x-numbers":
            {"decimal": ",", "group": " ", "minus": "-", "dollars": "amount"}
            """,
        ])
    func heads(head: String) {
        #expect(problems("", head: head).count == 1)
    }

    @Test(
        "What is no bundle is refused with its line, and crashes nothing",
        arguments: [
            "", "[]", "{", "{\"a\"", "{\"a\":", "{\"a\": \"b", "{\"a\": \"b\"", "{\"a\": \"b\",}",
            "{\"a\": \"b\"} x", "{\"a\": \"\\x\"}", "{\"a\": \"\\u12\"}", "{\"a\": \"\\ud800\"}",
            "{\"a\": \"\\ud800\\u0041\"}", "{\"a\": \"line\nline\"}",
            "{\"a\": \"b\", \"a\": \"c\"}",
            "{\"a\": }", "{\"a\": [1, }", "{\"a\": \"\\", "{\"a\": \"\\u",
            String(repeating: "{\"a\":", count: 100_000),
            "{\"a\": " + String(repeating: "[", count: 100_000),
        ])
    func notABundle(text: String) {
        #expect(throws: LanguageFile.Refusal.self) { try LanguageFile(Array(text.utf8)) }
    }

    @Test("Bytes that are no text are refused")
    func bytes() {
        #expect(throws: LanguageFile.Refusal.self) { try LanguageFile([0x7B, 0xFF, 0x7D]) }
    }

    @Test("A file that ends anywhere is refused and never trapped")
    func truncated() {
        let whole = Array(
            "{\(Self.head), \"a\": \"{n, plural, one {# \\u00e9} other {'{'}}\", \"@a\": {\"b\": [1]}}"
                .utf8)
        for end in whole.indices {
            #expect(throws: LanguageFile.Refusal.self) { try LanguageFile(Array(whole[..<end])) }
        }
    }

    @Test("Against another file: what is missing, unknown, or of another name or kind")
    func comparison() throws {
        let ours = try file(
            """
            "a": "x", "b": "{one} {two}", "c": "{n, number}", "d": "{k, select, x {1} other {2}}",
            "e": "{hour} {half}", "@e": {"placeholders": {"half": {"x-optional": "yes"}}}, "f": "y"
            """)
        let theirs = try file(
            """
            "a": "x",
            "b": "{one} {three}",
            "c": "{n}",
            "d": "{k, select, y {1} other {2}}",
            "e": "{hour}",
            "g": "z"
            """)

        #expect(
            theirs.problems(against: ours).map(\.description) == [
                "Line 6: g is not a sentence of ours; remove it.",
                "Line 2: b: {two} is missing.",
                "Line 2: b: {three} is not a value of this sentence.",
                "Line 3: c: {n} must be a count (number or plural), and is a text.",
                "Line 4: d: the case x of {k} is missing.",
                "Line 4: d: y is not a case of {k}.",
                "f is missing.",
            ])
        #expect(ours.problems(against: ours) == [])
    }

    @Test("A count that English only shows may have forms in another language")
    func ownForms() throws {
        let ours = try file("\"a\": \"{megabytes, number} MB\"")
        let theirs = try file(
            "\"a\": \"{megabytes, plural, one {# mégaoctet} other {# mégaoctets}}\"")

        #expect(theirs.problems(against: ours) == [])
    }
}
