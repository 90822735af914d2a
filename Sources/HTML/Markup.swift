/// A piece of a page as a value: text, an element, or several of them in order.
///
/// Markup is safe by construction. Text and attribute values are escaped when they are written,
/// tag and attribute names are fixed in this module, and the only unescaped text is a literal of
/// the program itself (`raw`). A `String`, wherever it came from, can therefore never become a tag.
public struct Markup: Sendable {
    enum Node: Sendable {
        case nothing
        case text(String)
        case literal(StaticString)
        indirect case element(Tag, [Attribute], Markup)
        case sequence([Markup])
    }

    let node: Node

    init(_ node: Node) {
        self.node = node
    }

    /// Markup that writes nothing, for the branch of a page that has nothing to say.
    public static let nothing = Markup(.nothing)

    /// Text, escaped when it is written.
    public static func text(_ text: String) -> Markup {
        Markup(.text(text))
    }

    /// Pieces in order, with nothing between them.
    public static func sequence(_ pieces: [Markup]) -> Markup {
        Markup(.sequence(pieces))
    }

    /// True when nothing would be written.
    public var isNothing: Bool {
        switch node {
        case .nothing: true
        case .sequence(let pieces): pieces.allSatisfy(\.isNothing)
        case .text(let text): text.isEmpty
        case .literal, .element: false
        }
    }

    /// The text a reader would see, in order, without tags. Used by tests and by mail.
    public var visibleTexts: [String] {
        switch node {
        case .nothing, .literal: []
        case .text(let text): [text]
        case .element(_, _, let content): content.visibleTexts
        case .sequence(let pieces): pieces.flatMap(\.visibleTexts)
        }
    }
}

/// Markup written exactly as it stands in the program's source.
///
/// It takes a `StaticString`, so a value that arrives at run time cannot reach it. Used for the
/// document type and for drawings.
public func raw(_ markup: StaticString) -> Markup {
    Markup(.literal(markup))
}

/// The name of an element, with both of its spellings ready to be copied.
struct Tag: Sendable {
    let open: StaticString
    let close: StaticString
    /// A void element (`br`, `input`) has neither content nor a closing tag.
    let isVoid: Bool

    init(_ open: StaticString, _ close: StaticString) {
        self.open = open
        self.close = close
        isVoid = false
    }

    init(void open: StaticString) {
        self.open = open
        close = ""
        isVoid = true
    }
}
