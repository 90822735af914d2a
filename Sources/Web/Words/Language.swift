/// The language a page is written in.
public enum Language: String, Sendable, CaseIterable {
    /// English as read in the United States.
    case english = "en-US"
    /// Spanish as read in the United States.
    case spanish = "es-US"
    /// A made-up language for tests: English between brackets, longer than English. Text on a page
    /// without brackets did not come from the catalogue.
    case pseudo = "en-XA"

    /// The languages a customer may choose.
    public static let offered: [Language] = [.english, .spanish]
}
