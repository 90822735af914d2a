/// A language's file with each sentence at the place of its key, so that saying one looks no name up.
public final class SentenceBook: Sendable {
    public let file: LanguageFile
    private let messages: [Message]

    /// - Parameters:
    ///   - keys: The keys in the order of their places.
    ///   - reference: What the file has to say; the file itself where it is the first.
    /// - Throws: Every sentence that is missing or unknown, and every value of another name or kind
    ///   than in `reference`, as sentences for whoever wrote the file.
    public init(
        _ file: LanguageFile, keys: [String], against reference: LanguageFile
    ) throws(LanguageFile.Refusal) {
        let problems = file.problems(against: reference)
        guard problems.isEmpty else { throw LanguageFile.Refusal(problems: problems) }
        self.file = file
        messages = keys.map { key in
            guard let message = file.messages[key] else {
                preconditionFailure("\(key) was found when the file was compared")
            }
            return message
        }
    }

    /// The sentence at a place, with its values.
    public func text(_ place: Int, _ values: KeyValuePairs<String, any MessageValue>) -> String {
        messages[place].text(values, plurals: file.plurals, number: file.numbers.whole)
    }

    /// Whether every word of every sentence passes.
    public func allWords(_ passes: (String) -> Bool) -> Bool {
        messages.allSatisfy { $0.words.allSatisfy(passes) }
    }
}

/// Tags of languages (BCP 47).
public enum LanguageTag {
    /// The tag nearest to another: the tag itself, without its last parts, or one of the same first
    /// part (RFC 4647, 3.4, and one step further). `fr-CA` finds `fr`, and `fr` finds `fr-CA`.
    public static func nearest(_ tag: String, among tags: [String]) -> String? {
        var parts = tag.lowercased().split(separator: "-")
        guard let first = parts.first else { return nil }
        while !parts.isEmpty {
            let range = parts.joined(separator: "-")
            if let found = tags.first(where: { $0.lowercased() == range }) { return found }
            parts.removeLast()
        }
        return tags.first { $0.lowercased().split(separator: "-").first == first }
    }
}
