import HTML

/// A notice as mail: the words of the app, and one link. No amounts beyond those in the words, no
/// account number, nothing that signs anybody in.
public struct NoticeMailText: Sendable, Equatable {
    /// The subject line.
    public let subject: String
    /// The message without markup.
    public let text: String
    /// The same as a small HTML document in the colours of the pages, light and dark, without images
    /// or scripts.
    public let html: String

    /// - Parameters:
    ///   - greeting: The customer's name as he gave it.
    ///   - address: Where the notice can be read after signing in.
    public init(
        _ kind: NoticesPage.Kind, greeting: String, address: String, in scene: Scene
    ) {
        let words = scene.say.notice(kind, scene)
        let hello = scene.say.mailGreeting(greeting)
        let footer = scene.say.mailFooter(scene.brand)
        subject = "\(scene.brand): \(words.title)"
        text = [
            hello, words.title + ".", words.text, "\(scene.say.mailLink) \(address)", footer,
        ].joined(separator: "\n\n")
        let target = Location(absoluteURL: address)
        html =
            group {
                raw("<!DOCTYPE html>")
                documentRoot(
                    .lang(scene.language.tag),
                    .dir(scene.language.direction.rawValue)
                        .when(scene.language.direction != .leftToRight)
                ) {
                    documentHead {
                        raw("<meta charset=\"utf-8\">")
                        documentTitle { words.title }
                        meta(.name("viewport"), .content("width=device-width, initial-scale=1"))
                        meta(.name("color-scheme"), .content("light dark"))
                        raw("<style>")
                        MailStyle.rules(of: scene.look)
                        raw("</style>")
                    }
                    documentBody {
                        div(.class("sheet")) {
                            p(.class("brand")) { scene.brand }
                            div(.class("card")) {
                                p { hello }
                                h1 { words.title }
                                p { words.text }
                                if let target {
                                    p {
                                        a(.class("button"), .href(target)) { scene.say.mailButton }
                                    }
                                }
                            }
                            p(.class("foot")) { footer }
                        }
                    }
                }
            }.html
    }
}

/// The look of the pages, as far as mail readers know it: rules on classes, a dark half in a media
/// query. Where a reader takes them away, the words stand by themselves.
private enum MailStyle {
    /// Rules without a quote, an ampersand or an angle, so that they are the same in markup.
    static func rules(of look: Look) -> String {
        let corner = look.cornerPixels
        return """
            body { margin: 0; padding: 0; font: 17px/1.55 -apple-system, BlinkMacSystemFont, Segoe UI, \
            Roboto, Helvetica Neue, Arial, sans-serif; }
            .sheet { max-width: 544px; margin: 0 auto; padding: 24px 16px 32px; }
            .brand { margin: 0 0 16px; font-weight: 700; font-size: 18px; }
            .card { border-width: 1px; border-style: solid; border-radius: \(corner)px; \
            padding: 28px 24px 12px; }
            .card p { margin: 0 0 16px; }
            h1 { font-size: 24px; line-height: 1.2; letter-spacing: -0.02em; margin: 0 0 12px; }
            .button { display: inline-block; padding: 12px 20px; border-radius: \(corner * 2 / 3)px; \
            font-weight: 650; text-decoration: none; }
            .foot { margin: 16px 8px 0; font-size: 14px; }
            \(colors(look) { $0.light })
            @media (prefers-color-scheme: dark) {
            \(colors(look) { $0.dark })
            }
            """
    }

    private static func colors(_ look: Look, _ half: (Look.Pair) -> Look.Color) -> String {
        func color(_ token: Look.Token) -> String {
            look.colors[token].map { half($0).text } ?? "inherit"
        }
        return """
            body { background-color: \(color(.paper)); color: \(color(.ink)); }
            .brand { color: \(color(.brand)); }
            .card { background-color: \(color(.card)); border-color: \(color(.line)); }
            .button { background-color: \(color(.brand)); color: \(color(.onBrand)); }
            .foot { color: \(color(.soft)); }
            """
    }
}
