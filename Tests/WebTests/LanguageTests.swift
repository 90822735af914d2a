import Foundation
import HTML
import Testing

@testable import Localization
@testable import Web

/// Every sentence of the sources that asks the catalogue for one: the key, and the names of the
/// values it gives.
private func calls() throws -> [(key: String, names: [String], file: String)] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Sources/Web")
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    var found: [(key: String, names: [String], file: String)] = []
    for path in paths where path.hasSuffix(".swift") {
        let source = try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
        for call in source.matches(of: /text\(\s*\.(\w+)(,\s*\[)?/) {
            var names: [String] = []
            if call.2 != nil {
                // To the bracket that closes the values; a name stands before each colon outside
                // of what is nested.
                var depth = 1
                var rest = source[call.range.upperBound...]
                var text = ""
                while depth > 0, let character = rest.popFirst() {
                    if "[(".contains(character) { depth += 1 }
                    if "])".contains(character) { depth -= 1 }
                    if depth == 1 { text.append(character) }
                }
                names = text.matches(of: /"(\w+)":/).map { String($0.1) }
            }
            found.append((String(call.1), names, path))
        }
    }
    return found
}

@Suite struct LanguageTests {
    /// Keys that are asked for from a list, not one by one.
    private static let listed = ["month", "weekday", "zone", "half"]

    @Test("Every language that is built in says everything, with the same values")
    func whole() throws {
        #expect(Languages.builtIn.offered.map(\.tag) == ["en-US", "es-US"])
        for text in BuiltInLanguages.files {
            let file = try LanguageFile(Array(text.utf8))

            #expect(file.problems(against: Language.reference).map(\.description) == [])
        }
    }

    @Test("Every sentence that is asked for is given exactly the values it speaks of")
    func values() throws {
        let calls = try calls()
        #expect(calls.count > 600)
        for (key, names, file) in calls {
            guard let message = Language.reference[key] else {
                Issue.record("\(file): \(key) is no sentence")
                continue
            }
            let spoken = Set(try message.placeholders().keys)
            let optional = Language.reference.optional[key] ?? []

            #expect(Set(names) == spoken.union(optional), "\(file): \(key)")
            #expect(names.count == Set(names).count, "\(file): \(key) gives a value twice")
        }
    }

    @Test("Every sentence of the files is asked for somewhere")
    func used() throws {
        let asked = Set(try calls().map(\.key))
        let unused = Sentence.names.filter { name in
            !asked.contains(name) && !Self.listed.contains { name.hasPrefix($0) }
        }

        #expect(unused == [])
    }

    /// Sentences that are the same in both languages, and why.
    private static let alike: [String: String] = [
        "titleOfPage": "two names and a dash", "titleWithProblem": "Error is a word of both",
        "deadlineAndSpan": "a date and a length of time", "bank": "a name and digits",
        "stepWithAmount": "two values", "depositOption": "three values", "paidFor": "two values",
        "dateAndTime": "two values", "dateThenTime": "two values",
        "placeInOrder": "a place and a name",
        "ofDevice": "a value", "timeOfDay": "the parts of a clock",
        "fullHour": "the parts of a clock",
        "spanOfTwo": "two values", "zoneUniversal": "a name of its own",
        "zoneOffset": "a name of its own",
    ]

    @Test("A Spanish sentence that reads like the English one is on a list, with the reason")
    func alike() throws {
        let spanish = Languages.builtIn.offered[1]
        let file = try #require(Languages.builtInFile(spanish.tag))
        let read = try LanguageFile(Array(file.utf8))
        let same = Sentence.names.filter { read[$0] == Language.reference[$0] }

        #expect(Set(same) == Set(Self.alike.keys))
    }

    @Test("No English word is left in a Spanish sentence")
    func english() throws {
        let file = try #require(Languages.builtInFile("es-US"))
        let words: Set<String> = [
            "the", "your", "you", "we", "and", "with", "for", "this", "that", "is", "are", "was",
            "will", "not", "account", "deposit", "bank", "payment", "from", "by", "of", "it",
        ]
        for line in file.split(separator: "\n") where !line.contains("\"@") {
            let text = line.split(separator: "\":", maxSplits: 1).last.map(String.init) ?? ""
            let bare = text.replacing(/\{\w+(, number|, plural,)?/, with: "")
            let found = bare.lowercased().split { !$0.isLetter }.map(String.init)

            #expect(words.isDisjoint(with: found), "\(line)")
        }
    }

    @Test("Marks and spaces at the ends of a sentence are the same in both languages")
    func ends() throws {
        let file = try #require(Languages.builtInFile("es-US"))
        let spanish = try LanguageFile(Array(file.utf8))
        func ends(_ message: Message?) -> [Bool] {
            guard case .text(let first)? = message?.parts.first,
                case .text(let last)? = message?.parts.last
            else { return [] }
            return [
                first.hasPrefix(" "), last.hasSuffix(" "), last.hasSuffix("."), last.hasSuffix("?"),
            ]
        }
        // An abbreviated month ends with a full stop in Spanish, and the like.
        for name in Sentence.names where !Self.listed.contains(where: { name.hasPrefix($0) }) {
            let (ours, theirs) = (ends(Language.reference[name]), ends(spanish[name]))
            if ours.isEmpty || theirs.isEmpty { continue }
            #expect(ours == theirs, "\(name)")
        }
    }
}

// MARK: - A language that is one file

/// A language nobody speaks, made of ours: accents on every letter that has one, four forms for
/// counts, read from the right.
private enum Invented {
    static let tag = "qaa-XB"

    static func file() throws -> [UInt8] {
        var members: [String: Any] = [
            "@@locale": tag, "@@x-name": "Ïñvéñtéd", "@@x-direction": "rtl",
            "@@x-plurals": [
                "one": "i = 1", "few": "i % 10 = 2..4 and i % 100 != 12..14",
                "many": "i % 10 = 0 or i % 10 = 5..9 or i % 100 = 11..14",
            ],
            "@@x-numbers": [
                "decimal": ",", "group": "\u{202F}", "minus": "-", "dollars": "{amount} $",
            ],
        ]
        for key in Language.reference.keys {
            let message = try #require(Language.reference[key])
            members[key] = written(message.parts)
        }
        return [UInt8](try JSONSerialization.data(withJSONObject: members))
    }

    private static func written(_ parts: [Message.Part]) -> String {
        parts.map { part in
            switch part {
            case .text(let text): accented(text)
            case .argument(let name): "{\(name)}"
            case .number(let name): "{\(name), number}"
            case .plural(let name, _, let forms):
                "{\(name), plural, one {\(written(forms[.one] ?? []))} "
                    + ["few", "many", "other"].map {
                        "\($0) {\($0)·\(written(forms[.other] ?? []))}"
                    }
                    .joined(separator: " ") + "}"
            case .choice(let name, let options):
                "{\(name), select, "
                    + options.map { "\($0.key) {\(written($0.value))}" }.joined(separator: " ")
                    + "}"
            }
        }.joined()
    }

    /// Always marked, so that a sentence without letters is known too.
    private static func accented(_ text: String) -> String {
        let accents: [Character: Character] = [
            "a": "å", "e": "é", "i": "ï", "o": "ø", "u": "ü", "A": "Å", "E": "É", "I": "Ï",
            "O": "Ø",
            "U": "Ü", "y": "ý", "{": "⟨", "}": "⟩",
        ]
        return "·" + String(text.map { accents[$0] ?? $0 })
    }
}

@Suite struct AddedLanguageTests {
    private let languages: Languages
    private let language: Language

    init() throws {
        language = try Language(try LanguageFile(try Invented.file()))
        languages = Languages.builtIn.adding(language)
    }

    private func scene(_ viewer: Scene.Viewer = .customer(unreadNotices: 2)) -> Scene {
        Samples.scene(language, viewer: viewer, languages: languages)
    }

    @Test("One file makes every page, with no sentence of another language left")
    func pages() {
        let pages: [(String, any Page, Scene.Viewer)] =
            Samples.customerPages.map { ($0.name, $0.page, .customer(unreadNotices: 2)) }
            + Samples.outsidePages.map { ($0.name, $0.page, .nobody) }
        for (name, page, viewer) in pages {
            let ours = page.document(in: Samples.scene(.pseudo, viewer: viewer)).visibleTexts
            let theirs = page.document(in: Samples.scene(language, viewer: viewer)).visibleTexts

            #expect(ours.count == theirs.count, "\(name)")
            for (our, their) in zip(ours, theirs) where our.contains("⟦") {
                #expect(their.contains("·"), "\(name): \(our)")
            }
        }
    }

    @Test("A page says the language and its direction, and offers all there are")
    func frame() {
        let html = Samples.home(nil).html(in: scene())

        #expect(html.contains("<html lang=\"qaa-XB\" dir=\"rtl\""))
        #expect(html.contains("lang=\"qaa-XB\" aria-current=\"true\">Ïñvéñtéd</button>"))
        #expect(html.contains("lang=\"es-US\">Español</button>"))
        #expect(html.contains("?lang=qaa-XB"))
    }

    @Test("Counts take the forms of the file's own rules")
    func forms() {
        let say = Catalogue(language: language)

        #expect(say.verifyTries(1).hasPrefix("·"))
        #expect(say.verifyTries(3).hasPrefix("few·"))
        #expect(say.verifyTries(5).hasPrefix("many·"))
    }

    @Test("Amounts, quantities and prices are written as the file says")
    func numbers() {
        #expect(scene().dollars(-123_456_789) == "-1\u{202F}234\u{202F}567,89 $")
        #expect(AssetAmount("BTC", 120_000, decimals: 8).text(in: language) == "0,0012 BTC")
        #expect(DollarPrice(cents: 4_190_000).text(in: language) == "41\u{202F}900,00 $")
    }

    @Test("Mail and a locked screen speak it too")
    func mail() {
        let kind = NoticesPage.Kind.owed(cents: 5_000, deadline: Samples.deadline)
        let mail = NoticeMailText(
            kind, greeting: "Ada Sample", address: "https://example.com/notices/1", in: scene())
        let glance = NoticeGlanceText(kind, in: scene())

        #expect(mail.subject.contains("·Yøü øwé 50,00 $"))
        #expect(mail.html.contains("<html lang=\"qaa-XB\" dir=\"rtl\">"))
        #expect(glance.body.hasPrefix("·"))
    }

    @Test("A file that lacks a sentence, or has one too many, makes no language")
    func incomplete() throws {
        var members = try #require(
            try JSONSerialization.jsonObject(with: Data(try Invented.file())) as? [String: Any])
        members["youOwe"] = nil
        members["youMay"] = "·"
        members["settleBy"] = "·{deadlien}"
        let bytes = [UInt8](try JSONSerialization.data(withJSONObject: members))
        let file = try LanguageFile(bytes)

        let refusal = #expect(throws: LanguageFile.Refusal.self) { try Language(file) }
        let sentences = Set((refusal?.problems ?? []).map(\.sentence))
        #expect(
            sentences == [
                "youOwe is missing.", "youMay is not a sentence of ours; remove it.",
                "settleBy: {deadline} is missing.",
                "settleBy: {deadlien} is not a value of this sentence.",
            ])
    }
}

@Suite struct LanguagesTests {
    private static func added(_ tags: String...) throws -> Languages {
        var languages = Languages.builtIn
        for tag in tags {
            let text = try #require(Languages.builtInFile("es-US"))
                .replacing("\"es-US\"", with: "\"\(tag)\"")
            languages = languages.adding(try Language(try LanguageFile(Array(text.utf8))))
        }
        return languages
    }

    @Test(
        "The nearest language to a tag is found, whatever its letters' case",
        arguments: [
            ("es-US", "es-US"), ("es", "es-US"), ("ES-mx", "es-US"), ("en-GB", "en-US"),
            ("fr", "fr-CA"), ("fr-FR", "fr-CA"), ("pt-BR", "pt"), ("de", nil), ("", nil),
            ("-", nil),
        ])
    func nearest(tag: String, found: String?) throws {
        #expect(try Self.added("fr-CA", "pt").nearest(tag)?.tag == found)
    }

    @Test(
        "A browser's wishes are weighed",
        arguments: [
            ("es", "es-US"), ("de, es;q=0.5", "es-US"), ("en;q=0.4, es;q=0.5", "es-US"),
            ("es;q=0, en", "en-US"), ("es-MX,es;q=0.9,en;q=0.8", "es-US"), ("*", "en-US"),
            ("en, es", "en-US"), ("es;q=0.500, en;q=0.499", "es-US"), ("de", nil), ("", nil),
            (";;,,;q=1", nil), ("es;q=x", nil), ("es;q=-1", nil), ("es; q=1.0", "es-US"),
            ("es;q=2", nil),
        ])
    func asked(header: String, found: String?) {
        #expect(Languages.builtIn.asked(header)?.tag == found)
    }

    @Test("A header of a million wishes is answered by its first ones")
    func longHeader() {
        let header = "es;q=0.1," + String(repeating: "de,", count: 300_000) + "en"

        #expect(Languages.builtIn.asked(header)?.tag == "es-US")
    }

    @Test("A file with the tag of ours takes its place, English stays first")
    func replaced() throws {
        let languages = try Self.added("aa", "es-US")

        #expect(languages.offered.map(\.tag) == ["en-US", "aa", "es-US"])
        #expect(languages.standard == .english)
    }
}
