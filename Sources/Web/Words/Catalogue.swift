/// Every sentence of every page, by key, in every language.
///
/// A key is a property or a method, and its languages stand side by side, so a sentence without
/// its translation does not compile. Values arrive as arguments and plurals are chosen in the
/// sentence itself; nothing is glued together out of halves.
struct Catalogue: Sendable {
    let language: Language

    func pick(
        _ english: @autoclosure () -> String, _ spanish: @autoclosure () -> String
    ) -> String {
        switch language {
        case .english: english()
        case .spanish: spanish()
        case .pseudo: "⟦\(english())⟧"
        }
    }

    /// A sentence of the operator's pages, which are in English only.
    func staff(_ english: @autoclosure () -> String) -> String {
        language == .pseudo ? "⟦\(english())⟧" : english()
    }
}

/// One or many. Both languages of the catalogue have these two forms; zero reads as many.
func plural(_ count: Int, _ one: @autoclosure () -> String, _ many: @autoclosure () -> String)
    -> String
{
    count == 1 ? one() : many()
}
