import Testing

@testable import Localization

/// What CLDR 46's own reader (Babel) says of the counts 0 through 124: z, 1, 2, f, m and o for zero,
/// one, two, few, many and other.
private let known: [(tag: String, rules: [PluralCategory: String], counts: String)] = [
    ("en", [.one: "i = 1 and v = 0"], "o1" + String(repeating: "o", count: 123)),
    ("fr", [.one: "i = 0..1"], "11" + String(repeating: "o", count: 123)),
    (
        "ru",
        [
            .one: "v = 0 and i % 10 = 1 and i % 100 != 11",
            .few: "v = 0 and i % 10 = 2..4 and i % 100 != 12..14",
            .many: "v = 0 and i % 10 = 0 or v = 0 and i % 10 = 5..9 or v = 0 and i % 100 = 11..14",
        ],
        """
        m1fffmmmmmmmmmmmmmmmm1fffmmmmmm1fffmmmmmm1fffmmmmmm1fffmmmmmm1fffmmmmmm1fffmmmmmm1fffmmmmmm1fff\
        mmmmmm1fffmmmmmmmmmmmmmmmm1fff
        """
    ),
    (
        "pl",
        [
            .one: "i = 1 and v = 0", .few: "v = 0 and i % 10 = 2..4 and i % 100 != 12..14",
            .many: """
            v = 0 and i != 1 and i % 10 = 0..1 or v = 0 and i % 10 = 5..9 or v = 0 and \
            i % 100 = 12..14
            """,
        ],
        """
        m1fffmmmmmmmmmmmmmmmmmfffmmmmmmmfffmmmmmmmfffmmmmmmmfffmmmmmmmfffmmmmmmmfffmmmmmmmfffmmmmmmmfff\
        mmmmmmmfffmmmmmmmmmmmmmmmmmfff
        """
    ),
    (
        "lt",
        [
            .one: "n % 10 = 1 and n % 100 != 11..19", .few: "n % 10 = 2..9 and n % 100 != 11..19",
            .many: "f != 0",
        ],
        """
        o1ffffffffooooooooooo1ffffffffo1ffffffffo1ffffffffo1ffffffffo1ffffffffo1ffffffffo1ffffffffo1fff\
        fffffo1ffffffffooooooooooo1fff
        """
    ),
    (
        "sl",
        [
            .one: "v = 0 and i % 100 = 1", .two: "v = 0 and i % 100 = 2",
            .few: "v = 0 and i % 100 = 3..4 or v != 0",
        ],
        "o12ff" + String(repeating: "o", count: 96) + "12ff" + String(repeating: "o", count: 20)
    ),
    (
        "ar",
        [
            .zero: "n = 0", .one: "n = 1", .two: "n = 2", .few: "n % 100 = 3..10",
            .many: "n % 100 = 11..99",
        ],
        "z12ffffffff" + String(repeating: "m", count: 89) + "oooffffffff"
            + String(repeating: "m", count: 14)
    ),
    (
        "cy", [.zero: "n = 0", .one: "n = 1", .two: "n = 2", .few: "n = 3", .many: "n = 6"],
        "z12foom" + String(repeating: "o", count: 118)
    ),
    ("ja", [:], String(repeating: "o", count: 125)),
]

@Suite struct PluralRulesTests {
    private static let letters: [PluralCategory: Character] = [
        .zero: "z", .one: "1", .two: "2", .few: "f", .many: "m", .other: "o",
    ]

    @Test("Counts take the forms that the CLDR gives them, in nine languages", arguments: known)
    func agreement(tag: String, rules: [PluralCategory: String], counts: String) throws {
        let plurals = try PluralRules(rules)
        let found = String((0...124).compactMap { Self.letters[plurals.category(of: $0)] })

        #expect(found == counts, "\(tag)")
    }

    @Test("A form that only decimals take is known and not asked for")
    func decimals() throws {
        let czech = try PluralRules([
            .one: "i = 1 and v = 0", .few: "i = 2..4 and v = 0", .many: "v != 0",
        ])

        #expect(czech.categories == [.one, .few, .many, .other])
        #expect(czech.needed == [.one, .few, .other])
    }

    @Test("A count below zero reads as its magnitude, and the least there is does not trap")
    func negatives() throws {
        let english = try PluralRules([.one: "n = 1"])

        #expect(english.category(of: -1) == .one)
        #expect(english.category(of: .min) == .other)
    }

    @Test("Samples behind a rule, and spaces around it, change nothing")
    func samples() throws {
        let rules = try PluralRules([.one: "  n=1,21 @integer 1, 21 @decimal 1.0  "])

        #expect(rules.category(of: 21) == .one)
        #expect(rules.category(of: 2) == .other)
    }

    @Test(
        "What is no rule is refused with what is wrong",
        arguments: [
            "", "n", "n =", "n = 1 and", "x = 1", "n % 0 = 1", "n = 4..2", "n = 1 2", "n == 1",
            "n = 99999999999999999999", "n % = 1", "n is 1",
        ])
    func refused(text: String) {
        #expect(throws: PluralRules.Fault.self) { try PluralRules([.one: text]) }
    }

    @Test("Other takes no rule")
    func other() {
        #expect(throws: PluralRules.Fault.self) { try PluralRules([.other: "n = 1"]) }
    }
}
