import Localization

/// Every sentence of every page, in one language.
///
/// A sentence is asked for by a property or a method here, with its values as arguments; the words
/// stand in the language's file under the same key. Plurals are chosen there, by the language's own
/// rules, and nothing is glued together out of halves. A key that no file has does not compile;
/// `LanguageTests` holds the files and these calls to one another.
struct Catalogue: Sendable {
    let language: Language

    func text(
        _ sentence: Sentence, _ values: KeyValuePairs<String, any MessageValue> = [:]
    ) -> String {
        language.text(sentence, values)
    }

    /// A sentence of the operator's pages, which are in English only.
    func staff(_ english: @autoclosure () -> String) -> String {
        language == .pseudo ? "⟦\(english())⟧" : english()
    }
}

/// One or many, in the English of the operator's pages; zero reads as many.
func plural(_ count: Int, _ one: @autoclosure () -> String, _ many: @autoclosure () -> String)
    -> String
{
    count == 1 ? one() : many()
}
