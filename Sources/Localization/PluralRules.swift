/// The forms a language may have for a count, as the Unicode CLDR names them.
public enum PluralCategory: String, Sendable, Hashable, CaseIterable {
    case zero, one, two, few, many, other
}

/// Which form of a sentence a count takes in one language: the CLDR's plural rules, as data.
///
/// A rule is written as in UTS #35, part 3, section 5: `n % 10 = 1 and n % 100 != 11`. Counts here
/// are whole, so `n` and `i` are the count and the operands of decimals (`v w f t c e`) are 0.
public struct PluralRules: Sendable, Hashable {
    /// Why a rule is refused, as a sentence for whoever wrote it.
    public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    struct Relation: Sendable, Hashable {
        let isOfCount: Bool
        let modulus: UInt64?
        let isEqual: Bool
        let ranges: [ClosedRange<UInt64>]

        func holds(for count: UInt64) -> Bool {
            var value = isOfCount ? count : 0
            if let modulus { value %= modulus }
            return ranges.contains { $0.contains(value) } == isEqual
        }
    }

    /// Alternatives of conditions that hold together.
    struct Rule: Sendable, Hashable {
        let category: PluralCategory
        let alternatives: [[Relation]]
    }

    let rules: [Rule]

    /// Rules by category; what none of them takes is `other`, which has no rule.
    ///
    /// - Throws: The first rule that is not one.
    public init(_ written: [PluralCategory: String]) throws(Fault) {
        var rules: [Rule] = []
        for category in PluralCategory.allCases {
            guard let text = written[category] else { continue }
            guard category != .other else {
                throw Fault(description: "other has no rule: it is what no other form takes.")
            }
            var reader = RuleReader(text)
            rules.append(Rule(category: category, alternatives: try reader.alternatives()))
        }
        self.rules = rules
    }

    /// The form for a count; a count below zero reads as its magnitude does.
    public func category(of count: Int) -> PluralCategory {
        let magnitude = UInt64(count.magnitude)
        for rule in rules {
            for relations in rule.alternatives
            where relations.allSatisfy({ $0.holds(for: magnitude) }) {
                return rule.category
            }
        }
        return .other
    }

    /// Every form a sentence with a count may have, `other` last.
    public var categories: [PluralCategory] { rules.map(\.category) + [.other] }

    /// Every form a sentence with a count must have: the rule of a form that only decimals take
    /// asks for nothing. Rules turn on the last digits, so that a thousand counts show all forms,
    /// and on whole millions.
    public var needed: Set<PluralCategory> {
        Set(((0...1_000) + [10_000, 100_000, 1_000_000, 1_000_001]).map { category(of: $0) })
            .union([.other])
    }
}

/// Reads `n % 10 = 2..4 and n % 100 != 12..14 or n = 0`.
private struct RuleReader {
    private let text: String
    private var rest: Substring

    init(_ text: String) {
        self.text = text
        // Samples behind the rule say nothing new.
        rest = text.prefix { $0 != "@" }
    }

    mutating func alternatives() throws(PluralRules.Fault) -> [[PluralRules.Relation]] {
        var alternatives = [try conditions()]
        while take("or") { alternatives.append(try conditions()) }
        skipSpace()
        guard rest.isEmpty else { throw fault("\(rest) does not belong there") }
        return alternatives
    }

    private mutating func conditions() throws(PluralRules.Fault) -> [PluralRules.Relation] {
        var relations = [try relation()]
        while take("and") { relations.append(try relation()) }
        return relations
    }

    private mutating func relation() throws(PluralRules.Fault) -> PluralRules.Relation {
        skipSpace()
        guard let operand = rest.popFirst(), "nivwftce".contains(operand) else {
            throw fault("a condition begins with n, i, v, w, f, t, c or e")
        }
        var modulus: UInt64?
        if take("%") {
            let divisor = try number()
            guard divisor > 0 else { throw fault("nothing can be divided by 0") }
            modulus = divisor
        }
        let isEqual: Bool
        if take("!=") {
            isEqual = false
        } else if take("=") {
            isEqual = true
        } else {
            throw fault("= or != is missing")
        }
        var ranges = [try range()]
        while take(",") { ranges.append(try range()) }
        return PluralRules.Relation(
            isOfCount: operand == "n" || operand == "i", modulus: modulus, isEqual: isEqual,
            ranges: ranges)
    }

    private mutating func range() throws(PluralRules.Fault) -> ClosedRange<UInt64> {
        let first = try number()
        guard take("..") else { return first...first }
        let last = try number()
        guard first <= last else { throw fault("\(first)..\(last) runs backwards") }
        return first...last
    }

    private mutating func number() throws(PluralRules.Fault) -> UInt64 {
        skipSpace()
        let digits = rest.prefix { ("0"..."9").contains($0) }
        guard let number = UInt64(digits) else { throw fault("a number is missing") }
        rest = rest.dropFirst(digits.count)
        return number
    }

    private mutating func take(_ token: String) -> Bool {
        skipSpace()
        guard rest.hasPrefix(token) else { return false }
        rest = rest.dropFirst(token.count)
        return true
    }

    private mutating func skipSpace() {
        rest = rest.drop { $0 == " " }
    }

    private func fault(_ what: String) -> PluralRules.Fault {
        PluralRules.Fault(description: "“\(text)” is not a plural rule: \(what).")
    }
}
