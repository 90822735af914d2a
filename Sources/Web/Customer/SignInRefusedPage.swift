import HTML

/// Coming from the host's own pages did not work. What was wrong is for the log: whoever tries
/// what he should not learns nothing here, and whoever came in good faith can do nothing with it.
public struct SignInRefusedPage: Page, Equatable {
    /// A refusal, said the same way whatever its cause.
    public init() {}

    /// 403.
    public var status: Int { 403 }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        return Layout(title: say.signInRefused, place: place(in: scene)).document(in: scene) {
            section(.class("card"), .aria(.labelledby, "message-title")) {
                div(.class("done")) {
                    span(.class("seal"), .data(.tone, Tone.quiet.rawValue)) { Icon.shield.markup }
                    h1(.id("message-title")) { say.signInRefused }
                    p { say.signInRefusedWhy }
                    p { say.signInRefusedNext }
                }
            }
        }
    }

    private func place(in scene: Scene) -> Layout.Place {
        switch scene.viewer {
        case .nobody: .outside
        case .customer: .customer(nil)
        case .operator: .desk(nil)
        }
    }
}
