import HTML

/// A notice as mail: the words of the app, and one link. No amounts beyond those in the words, no
/// account number, nothing that signs anybody in.
public struct NoticeMailText: Sendable, Equatable {
    /// The subject line.
    public let subject: String
    /// The message without markup.
    public let text: String
    /// The message as a small HTML document without images or scripts.
    public let html: String

    /// - Parameters:
    ///   - greeting: The customer's name as he gave it.
    ///   - address: Where the notice can be read after signing in.
    public init(
        _ kind: NoticesPage.Kind, greeting: String, address: String, in scene: Scene
    ) {
        let words = scene.say.notice(kind, scene)
        let hello = scene.say.mailGreeting(greeting)
        let link = scene.say.mailLink
        let footer = scene.say.mailFooter(scene.brand)
        subject = "\(scene.brand): \(words.title)"
        text = [hello, words.title + ".", words.text, "\(link) \(address)", footer]
            .joined(separator: "\n\n")
        let target = Location(absoluteURL: address)
        html =
            documentRoot(.lang(scene.language.tag)) {
                documentHead { documentTitle { words.title } }
                documentBody {
                    p { hello }
                    h1 { words.title }
                    p { words.text }
                    if let target { p { a(.href(target)) { link } } }
                    p { footer }
                }
            }.html
    }
}
