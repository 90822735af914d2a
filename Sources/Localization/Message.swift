/// What stands in a sentence's place for a value.
public protocol MessageValue: Sendable {
    /// The value as text or as a count.
    var messageArgument: MessageArgument { get }
}

/// A value on its way into a sentence.
public enum MessageArgument: Sendable, Hashable {
    case text(String)
    case count(Int)
}

extension String: MessageValue {
    public var messageArgument: MessageArgument { .text(self) }
}

extension Int: MessageValue {
    public var messageArgument: MessageArgument { .count(self) }
}

/// One sentence in one language, in the notation of ICU's MessageFormat:
///
///     You owe {amount}.
///     {count, plural, one {# deposit} other {# deposits}}
///     {kind, select, sale {Sold} other {Moved}}
///     Smaller than {megabytes, number} MB.
///
/// A brace is written `'{'`, an apostrophe as itself. It is read once; saying it looks nothing up
/// but its values.
public struct Message: Sendable, Hashable {
    /// What a value may be in a sentence.
    public enum Kind: Sendable, Hashable {
        case text
        /// A count: `{count, number}` and `{count, plural, …}` are the same to a caller.
        case count
        /// One of the words the sentence tells apart.
        case choice(Set<String>)
    }

    /// Why a sentence is refused, as a sentence for whoever wrote it.
    public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    indirect enum Part: Sendable, Hashable {
        case text(String)
        case argument(String)
        case number(String)
        /// Exact counts go before forms; the forms stand in the order of ``PluralCategory``.
        case plural(String, exact: [Int: [Part]], forms: [PluralCategory: [Part]])
        case choice(String, [String: [Part]])
    }

    let parts: [Part]
    /// The sentence when it has no values in it.
    private let plain: String?

    init(_ parts: [Part]) {
        self.parts = parts
        switch parts.count {
        case 0: plain = ""
        case 1:
            if case .text(let text) = parts[0] { plain = text } else { plain = nil }
        default: plain = nil
        }
    }

    /// - Throws: The first thing that is not in the notation.
    public init(_ text: String) throws(Fault) {
        var reader = MessageReader(text)
        self.init(try reader.message())
    }

    /// The sentence with its values. A value that is not given shows its name in braces, so that
    /// the sentence around it is still said; tests hold every call to what the sentences need.
    public func text(
        _ values: KeyValuePairs<String, any MessageValue>, plurals: PluralRules,
        number: (Int) -> String
    ) -> String {
        if let plain { return plain }
        var text = ""
        append(parts, to: &text, values, plurals, number)
        return text
    }

    private func append(
        _ parts: [Part], to text: inout String,
        _ values: KeyValuePairs<String, any MessageValue>, _ plurals: PluralRules,
        _ number: (Int) -> String
    ) {
        func value(_ name: String) -> MessageArgument? {
            for (key, value) in values where key == name { return value.messageArgument }
            return nil
        }
        for part in parts {
            switch part {
            case .text(let piece): text += piece
            case .argument(let name), .number(let name):
                switch value(name) {
                case .text(let words): text += words
                case .count(let count): text += number(count)
                case nil: text += "{\(name)}"
                }
            case .plural(let name, let exact, let forms):
                guard case .count(let count) = value(name) else {
                    text += "{\(name)}"
                    continue
                }
                let chosen = exact[count] ?? forms[plurals.category(of: count)] ?? forms[.other]
                append(chosen ?? [], to: &text, values, plurals, number)
            case .choice(let name, let options):
                guard case .text(let word) = value(name) else {
                    text += "{\(name)}"
                    continue
                }
                append(
                    options[word] ?? options["other"] ?? [], to: &text, values, plurals, number)
            }
        }
    }

    /// Every value the sentence speaks of, by name.
    ///
    /// - Throws: A value that is used as two kinds.
    public func placeholders() throws(Fault) -> [String: Kind] {
        var found: [String: Kind] = [:]
        try Message.collect(parts, into: &found)
        return found
    }

    private static func collect(
        _ parts: [Part], into found: inout [String: Kind]
    ) throws(Fault) {
        func add(_ name: String, _ kind: Kind) throws(Fault) {
            switch (found[name], kind) {
            case (nil, _): found[name] = kind
            case (.choice(let words)?, .choice(let more)):
                found[name] = .choice(words.union(more))
            case (let known?, _):
                guard known == kind else {
                    throw Fault(description: "\(name) is used as two kinds of value.")
                }
            }
        }
        for part in parts {
            switch part {
            case .text: break
            case .argument(let name): try add(name, .text)
            case .number(let name): try add(name, .count)
            case .plural(let name, let exact, let forms):
                try add(name, .count)
                for form in exact.values { try collect(form, into: &found) }
                for form in forms.values { try collect(form, into: &found) }
            case .choice(let name, let options):
                try add(name, .choice(Set(options.keys)))
                for option in options.values { try collect(option, into: &found) }
            }
        }
    }

    /// The sets of forms of its counts, each of which must be what the language has.
    var formSets: [(name: String, forms: Set<PluralCategory>)] { Message.formSets(parts) }

    private static func formSets(
        _ parts: [Part]
    ) -> [(name: String, forms: Set<PluralCategory>)] {
        parts.flatMap { part -> [(name: String, forms: Set<PluralCategory>)] in
            switch part {
            case .text, .argument, .number: []
            case .plural(let name, let exact, let forms):
                [(name, Set(forms.keys))] + exact.values.flatMap(formSets)
                    + forms.values.flatMap(formSets)
            case .choice(_, let options): options.values.flatMap(formSets)
            }
        }
    }

    /// Every word of the sentence that is not a value, in all its forms.
    public var words: [String] { Message.words(parts) }

    private static func words(_ parts: [Part]) -> [String] {
        parts.flatMap { part -> [String] in
            switch part {
            case .text(let text): [text]
            case .argument, .number: []
            case .plural(_, let exact, let forms):
                exact.values.flatMap(words) + forms.values.flatMap(words)
            case .choice(_, let options): options.values.flatMap(words)
            }
        }
    }

    /// The same sentence between two marks.
    public func between(_ opening: String, _ closing: String) -> Message {
        if let plain { return Message([.text(opening + plain + closing)]) }
        return Message([.text(opening)] + parts + [.text(closing)])
    }
}

/// Reads the notation, depth first.
private struct MessageReader {
    /// Far deeper than any sentence; a hostile file must not exhaust the stack.
    private static let depthMax = 8

    private let characters: [Unicode.Scalar]
    private var position = 0

    init(_ text: String) { characters = Array(text.unicodeScalars) }

    mutating func message() throws(Message.Fault) -> [Message.Part] {
        try parts(depth: 0, count: nil)
    }

    /// - Parameter count: The name of the count that `#` stands for.
    private mutating func parts(
        depth: Int, count: String?
    ) throws(Message.Fault) -> [Message.Part] {
        guard depth <= MessageReader.depthMax else {
            throw fault("forms are nested more than \(MessageReader.depthMax) deep")
        }
        var parts: [Message.Part] = []
        var text = String.UnicodeScalarView()
        func flush() {
            guard !text.isEmpty else { return }
            parts.append(.text(String(text)))
            text = String.UnicodeScalarView()
        }
        while position < characters.count {
            let character = characters[position]
            switch character {
            case "{":
                flush()
                position += 1
                parts.append(try placeholder(depth: depth, count: count))
            case "}":
                guard depth > 0 else { throw fault("a } has no { before it") }
                flush()
                return parts
            case "#" where count != nil:
                flush()
                position += 1
                if let count { parts.append(.number(count)) }
            case "'":
                position += 1
                quoted(into: &text, hash: count != nil)
            default:
                text.append(character)
                position += 1
            }
        }
        guard depth == 0 else { throw fault("a { is not closed") }
        flush()
        return parts
    }

    /// After an apostrophe: two are one, one before a brace begins quoted text, any other is itself.
    private mutating func quoted(into text: inout String.UnicodeScalarView, hash: Bool) {
        guard position < characters.count else { return text.append("'") }
        let next = characters[position]
        guard next != "'" else {
            position += 1
            return text.append("'")
        }
        guard next == "{" || next == "}" || (hash && next == "#") else { return text.append("'") }
        while position < characters.count {
            let character = characters[position]
            position += 1
            guard character == "'" else {
                text.append(character)
                continue
            }
            guard position < characters.count, characters[position] == "'" else { return }
            position += 1
            text.append("'")
        }
    }

    private mutating func placeholder(
        depth: Int, count: String?
    ) throws(Message.Fault) -> Message.Part {
        let name = word()
        guard !name.isEmpty else { throw fault("a { must be followed by a name") }
        if take("}") { return .argument(name) }
        guard take(",") else { throw fault("after {\(name) comes } or a comma") }
        let type = word()
        switch type {
        case "number":
            guard take("}") else { throw fault("{\(name), number is not closed") }
            return .number(name)
        case "plural":
            guard take(",") else { throw fault("a comma is missing after {\(name), plural") }
            return try plural(name, depth: depth)
        case "select":
            guard take(",") else { throw fault("a comma is missing after {\(name), select") }
            return try select(name, depth: depth, count: count)
        default:
            throw fault("{\(name), \(type) is not known; there are number, plural and select")
        }
    }

    private mutating func plural(
        _ name: String, depth: Int
    ) throws(Message.Fault) -> Message.Part {
        var exact: [Int: [Message.Part]] = [:]
        var forms: [PluralCategory: [Message.Part]] = [:]
        while !take("}") {
            if take("=") {
                guard let count = Int(word()) else {
                    throw fault("after = in {\(name), plural comes a number")
                }
                guard exact[count] == nil else { throw fault("=\(count) stands twice") }
                exact[count] = try form(depth: depth, count: name)
            } else {
                let word = word()
                guard let category = PluralCategory(rawValue: word) else {
                    throw fault(
                        "\(word.isEmpty ? "nothing" : word) is not a form of {\(name), plural; "
                            + "there are zero, one, two, few, many and other")
                }
                guard forms[category] == nil else { throw fault("\(word) stands twice") }
                forms[category] = try form(depth: depth, count: name)
            }
        }
        guard forms[.other] != nil else { throw fault("{\(name), plural has no other") }
        return .plural(name, exact: exact, forms: forms)
    }

    private mutating func select(
        _ name: String, depth: Int, count: String?
    ) throws(Message.Fault) -> Message.Part {
        var options: [String: [Message.Part]] = [:]
        while !take("}") {
            let word = word()
            guard !word.isEmpty else { throw fault("{\(name), select is not closed") }
            guard options[word] == nil else { throw fault("\(word) stands twice") }
            options[word] = try form(depth: depth, count: count)
        }
        guard options["other"] != nil else { throw fault("{\(name), select has no other") }
        return .choice(name, options)
    }

    private mutating func form(
        depth: Int, count: String?
    ) throws(Message.Fault) -> [Message.Part] {
        guard take("{") else { throw fault("a form stands in braces, as in one {# day}") }
        let parts = try parts(depth: depth + 1, count: count)
        guard take("}") else { throw fault("a { is not closed") }
        return parts
    }

    /// Letters, digits and low lines, with the space around them gone.
    private mutating func word() -> String {
        skipSpace()
        var word = String.UnicodeScalarView()
        while position < characters.count {
            let character = characters[position]
            guard
                character.properties.isAlphabetic || ("0"..."9").contains(character)
                    || character == "_"
            else { break }
            word.append(character)
            position += 1
        }
        skipSpace()
        return String(word)
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpaceBeforeSyntax(character)
        guard position < characters.count, characters[position] == character else { return false }
        position += 1
        return true
    }

    /// Space belongs to the text after a form's opening brace, and to nobody before syntax.
    private mutating func skipSpaceBeforeSyntax(_ character: Unicode.Scalar) {
        var ahead = position
        while ahead < characters.count, characters[ahead].properties.isWhitespace { ahead += 1 }
        if ahead < characters.count, characters[ahead] == character { position = ahead }
    }

    private mutating func skipSpace() {
        while position < characters.count, characters[position].properties.isWhitespace {
            position += 1
        }
    }

    private func fault(_ what: String) -> Message.Fault {
        Message.Fault(description: "\(what).")
    }
}
