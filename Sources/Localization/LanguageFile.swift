/// One language: its tag and name, how it counts and writes numbers, and every sentence by its key.
///
/// The file is an Application Resource Bundle (`.arb`), which translation tools read: a JSON object
/// of messages. What concerns the whole language has keys that begin with `@@`; what is said about
/// one sentence stands beside it under `@` and its key. `docs/reference/languages.md` shows one.
public struct LanguageFile: Sendable, Hashable {
    /// Which way a language is read.
    public enum Direction: String, Sendable, Hashable {
        case leftToRight = "ltr"
        case rightToLeft = "rtl"
    }

    /// Something to put right in a file.
    public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        /// The line it is about; `nil` where a sentence is missing.
        public let line: Int?
        /// What is wrong and what to write.
        public let sentence: String

        public var description: String { line.map { "Line \($0): \(sentence)" } ?? sentence }
    }

    /// Everything there is to put right, in the order of the file.
    public struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        public let problems: [Problem]

        public init(problems: [Problem]) { self.problems = problems }

        public var description: String {
            problems.map(\.description).joined(separator: "\n")
        }
    }

    /// A BCP 47 tag such as `es-US`.
    public let tag: String
    /// What the language calls itself.
    public let name: String
    public let direction: Direction
    public let plurals: PluralRules
    public let numbers: NumberForms
    /// The keys in the order of the file.
    public let keys: [String]
    let messages: [String: Message]
    /// Values a sentence may leave out, by key.
    let optional: [String: Set<String>]
    private let lines: [String: Int]

    /// - Throws: Everything that is wrong with the file by itself. What it lacks is asked of
    ///   ``problems(against:)``.
    public init(_ bytes: [UInt8]) throws(Refusal) {
        let members: BundleReader.Members
        do {
            members = try BundleReader.members(of: bytes)
        } catch {
            throw Refusal(problems: [Problem(line: nil, sentence: error.description)])
        }
        var header = Header()
        var keys: [String] = []
        var messages: [String: Message] = [:]
        var lines: [String: Int] = [:]
        var optional: [String: Set<String>] = [:]
        for (key, value, line) in members {
            if key.hasPrefix("@@") {
                header.take(key, value, line)
            } else if key.hasPrefix("@") {
                optional[String(key.dropFirst())] = LanguageFile.optional(value)
            } else {
                guard case .text(let text) = value else {
                    header.add(line, "\(key) must be a text.")
                    continue
                }
                keys.append(key)
                lines[key] = line
                do {
                    let message = try Message(text)
                    _ = try message.placeholders()
                    messages[key] = message
                } catch {
                    header.add(line, "\(key): \(error)")
                }
            }
        }
        header.finish()
        guard header.problems.isEmpty else { throw Refusal(problems: header.problems) }
        tag = header.tag
        name = header.name
        direction = header.direction
        plurals = header.plurals
        numbers = header.numbers
        self.keys = keys
        self.messages = messages
        self.optional = optional
        self.lines = lines
        let uneven = forms()
        guard uneven.isEmpty else { throw Refusal(problems: uneven) }
    }

    private init(
        tag: String, name: String, direction: Direction, of file: LanguageFile,
        messages: [String: Message]
    ) {
        self.tag = tag
        self.name = name
        self.direction = direction
        plurals = file.plurals
        numbers = file.numbers
        keys = file.keys
        self.messages = messages
        optional = file.optional
        lines = file.lines
    }

    /// The sentence of a key.
    public subscript(key: String) -> Message? { messages[key] }

    /// A made-up language for tests: every sentence between two marks, so that text without them
    /// did not come from the file.
    public func marked(
        tag: String, name: String, _ opening: String, _ closing: String
    ) -> LanguageFile {
        LanguageFile(
            tag: tag, name: name, direction: direction, of: self,
            messages: messages.mapValues { $0.between(opening, closing) })
    }

    /// What keeps this file from saying all that `reference` says: sentences that are missing or
    /// unknown, values of other names or kinds.
    public func problems(against reference: LanguageFile) -> [Problem] {
        var problems: [Problem] = []
        for key in keys where reference.messages[key] == nil {
            problems.append(
                Problem(line: lines[key], sentence: "\(key) is not a sentence of ours; remove it."))
        }
        for key in reference.keys {
            guard let theirs = reference.messages[key] else { continue }
            guard let ours = messages[key] else {
                problems.append(Problem(line: nil, sentence: "\(key) is missing."))
                continue
            }
            for sentence in LanguageFile.differences(
                ours, theirs, optional: reference.optional[key] ?? [])
            {
                problems.append(Problem(line: lines[key], sentence: "\(key): \(sentence)"))
            }
        }
        return problems
    }

    private static func differences(
        _ ours: Message, _ theirs: Message, optional: Set<String>
    ) -> [String] {
        // Both were read before, when a value of two kinds was refused.
        guard let given = try? ours.placeholders(), let wanted = try? theirs.placeholders() else {
            return []
        }
        var sentences: [String] = []
        for (name, kind) in wanted.sorted(by: { $0.key < $1.key }) {
            switch (given[name], kind) {
            case (nil, _):
                if !optional.contains(name) { sentences.append("{\(name)} is missing.") }
            case (.choice(let words)?, .choice(let known)):
                for word in words.symmetricDifference(known).sorted() {
                    sentences.append(
                        words.contains(word)
                            ? "\(word) is not a case of {\(name)}."
                            : "the case \(word) of {\(name)} is missing.")
                }
            case (let found?, _):
                guard found != kind else { continue }
                sentences.append("{\(name)} must be \(say(kind)), and is \(say(found)).")
            }
        }
        for name in given.keys.sorted() where wanted[name] == nil && !optional.contains(name) {
            sentences.append("{\(name)} is not a value of this sentence.")
        }
        return sentences
    }

    private static func say(_ kind: Message.Kind) -> String {
        switch kind {
        case .text: "a text"
        case .count: "a count (number or plural)"
        case .choice: "a choice (select)"
        }
    }

    /// Sentences whose forms are not those that the language has.
    private func forms() -> [Problem] {
        let known = Set(plurals.categories)
        let needed = plurals.needed
        return keys.flatMap { key in
            (messages[key]?.formSets ?? []).flatMap { name, forms in
                PluralCategory.allCases.compactMap { category -> Problem? in
                    switch (
                        forms.contains(category), known.contains(category),
                        needed.contains(category)
                    ) {
                    case (true, true, _), (false, _, false): nil
                    case (false, _, true):
                        Problem(
                            line: lines[key],
                            sentence:
                                "\(key): the form \(category.rawValue) of {\(name)} is missing.")
                    case (true, false, _):
                        Problem(
                            line: lines[key],
                            sentence:
                                "\(key): {\(name)} has the form \(category.rawValue), which has no rule "
                                + "in @@x-plurals.")
                    }
                }
            }
        }
    }

    /// `{"placeholders": {"hour12": {"x-optional": "yes"}}}`: values that a sentence may leave out.
    private static func optional(_ value: BundleReader.Value) -> Set<String> {
        guard case .object(let members) = value,
            case .object(let placeholders)? = members["placeholders"]
        else { return [] }
        return Set(
            placeholders.compactMap { name, about in
                if case .object(let members) = about, members["x-optional"] != nil {
                    name
                } else {
                    nil
                }
            })
    }
}

/// What concerns the whole language, as it is gathered from the file.
private struct Header {
    var tag = ""
    var name = ""
    var direction = LanguageFile.Direction.leftToRight
    var plurals: PluralRules
    var numbers = NumberForms.american
    var problems: [LanguageFile.Problem] = []
    private var hasPlurals = false

    init() {
        do {
            plurals = try PluralRules([:])
        } catch {
            preconditionFailure("no rules are rules")
        }
    }

    mutating func add(_ line: Int?, _ sentence: String) {
        problems.append(LanguageFile.Problem(line: line, sentence: sentence))
    }

    mutating func take(_ key: String, _ value: BundleReader.Value, _ line: Int) {
        switch (key, value) {
        case ("@@locale", .text(let text)):
            guard Header.isTag(text) else {
                return add(line, "@@locale must be a language's tag, as in fr-CA.")
            }
            tag = text
        case ("@@x-name", .text(let text)): name = text
        case ("@@x-direction", .text(let text)):
            guard let known = LanguageFile.Direction(rawValue: text) else {
                return add(line, "@@x-direction must be ltr or rtl.")
            }
            direction = known
        case ("@@x-plurals", .object(let members)):
            hasPlurals = true
            take(plurals: members, line)
        case ("@@x-numbers", .object(let members)): take(numbers: members, line)
        case ("@@locale", _), ("@@x-name", _), ("@@x-direction", _):
            add(line, "\(key) must be a text.")
        case ("@@x-plurals", _), ("@@x-numbers", _): add(line, "\(key) must be an object.")
        // Tools leave marks of their own: who changed it, and when.
        default: break
        }
    }

    private mutating func take(plurals members: [String: BundleReader.Value], _ line: Int) {
        var written: [PluralCategory: String] = [:]
        for (name, value) in members {
            guard let category = PluralCategory(rawValue: name), case .text(let rule) = value else {
                return add(
                    line,
                    "@@x-plurals: \(name) is not one of zero, one, two, few and many with its rule."
                )
            }
            written[category] = rule
        }
        do {
            plurals = try PluralRules(written)
        } catch {
            add(line, "@@x-plurals: \(error)")
        }
    }

    private mutating func take(numbers members: [String: BundleReader.Value], _ line: Int) {
        let names = ["decimal", "group", "minus", "dollars"]
        for name in members.keys.sorted() where !names.contains(name) {
            add(
                line,
                "@@x-numbers: \(name) is not known. There are \(names.joined(separator: ", ")).")
        }
        func text(_ name: String) -> String? {
            guard case .text(let text)? = members[name] else { return nil }
            return text
        }
        guard let decimal = text("decimal"), let group = text("group"), let minus = text("minus"),
            let dollars = text("dollars")
        else {
            return add(line, "@@x-numbers must have \(names.joined(separator: ", ")) as texts.")
        }
        guard let mark = dollars.firstRange(of: "{amount}") else {
            return add(line, "@@x-numbers: dollars must hold {amount}, as in ${amount}.")
        }
        guard !decimal.isEmpty, decimal != group else {
            return add(line, "@@x-numbers: decimal and group must differ.")
        }
        numbers = NumberForms(
            decimal: decimal, group: group, minus: minus,
            beforeDollars: String(dollars[..<mark.lowerBound]),
            behindDollars: String(dollars[mark.upperBound...]))
    }

    mutating func finish() {
        if tag.isEmpty, !problems.contains(where: { $0.sentence.hasPrefix("@@locale") }) {
            add(nil, "@@locale is missing: the language's tag, as in fr-CA.")
        }
        if name.isEmpty {
            add(nil, "@@x-name is missing: what the language calls itself, as in Français.")
        }
        if !hasPlurals {
            add(
                nil,
                "@@x-plurals is missing: the rules of its counts, as in {\"one\": \"n = 1\"}; {} if "
                    + "counts change nothing.")
        }
    }

    /// Letters first, then parts of up to eight letters and digits (RFC 5646, without its long tail).
    private static func isTag(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let language = parts.first, (2...3).contains(language.utf8.count),
            language.utf8.allSatisfy({ (0x61...0x7A).contains($0) }), text.utf8.count <= 35
        else { return false }
        return parts.dropFirst().allSatisfy { part in
            (1...8).contains(part.utf8.count)
                && part.utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20)
                }
        }
    }
}
