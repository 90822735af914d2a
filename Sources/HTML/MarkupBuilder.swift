/// Builds markup from statements: text, elements, `if`, `switch` and `for`.
@resultBuilder
public enum MarkupBuilder {
    /// Text, escaped when it is written.
    public static func buildExpression(_ text: String) -> Markup { .text(text) }

    /// An element, or markup made elsewhere.
    public static func buildExpression(_ markup: Markup) -> Markup { markup }

    /// Markup that may be missing.
    public static func buildExpression(_ markup: Markup?) -> Markup { markup ?? .nothing }

    /// Several pieces made elsewhere, in order.
    public static func buildExpression(_ markup: [Markup]) -> Markup { .sequence(markup) }

    /// An empty body.
    public static func buildBlock() -> Markup { .nothing }

    /// A body of one piece.
    public static func buildBlock(_ piece: Markup) -> Markup { piece }

    /// A body of several pieces.
    public static func buildBlock(_ pieces: Markup...) -> Markup { .sequence(pieces) }

    /// An `if` without `else`.
    public static func buildOptional(_ markup: Markup?) -> Markup { markup ?? .nothing }

    /// The first branch of an `if` or `switch`.
    public static func buildEither(first markup: Markup) -> Markup { markup }

    /// The other branch of an `if` or `switch`.
    public static func buildEither(second markup: Markup) -> Markup { markup }

    /// A `for` loop.
    public static func buildArray(_ markup: [Markup]) -> Markup { .sequence(markup) }
}

/// Several pieces as one, for a function that returns markup without an element around it.
public func group(@MarkupBuilder _ content: () -> Markup) -> Markup {
    content()
}
