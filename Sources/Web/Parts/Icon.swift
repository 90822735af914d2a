import HTML

/// The drawings pages use: 24 units square, in the colour of the text, silent to screen readers
/// because the word always stands beside them. They say their size themselves, so that a page whose
/// style sheet has not come is not one drawing.
enum Icon: CaseIterable {
    case home, list, trade, bell, help, back, check, clock, warning, returned, arrow, document, bank
    case card, bolt, coin, cross, sold, pause, play, flag, shield, plus, down, upload

    var markup: Markup {
        switch self {
        case .home: draw("<path d='M4 11l8-7 8 7v8a1 1 0 0 1-1 1h-4v-6H9v6H5a1 1 0 0 1-1-1z'/>")
        case .list: draw("<path d='M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01'/>")
        case .trade: draw("<path d='M4 8h14l-4-4M20 16H6l4 4'/>")
        case .bell: draw("<path d='M6 10a6 6 0 0 1 12 0c0 5 2 6 2 7H4c0-1 2-2 2-7M10 20h4'/>")
        case .help:
            draw(
                """
                <circle cx='12' cy='12' r='9'/><path d='M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.7.4-1.1 \
                1-1.1 1.8M12 17h.01'/>
                """
            )
        case .back: draw("<path d='M15 5l-7 7 7 7'/>")
        case .check: draw("<path d='M5 12.5l4.5 4.5L19 7.5'/>")
        case .clock: draw("<circle cx='12' cy='12' r='9'/><path d='M12 7v5l3 2'/>")
        case .warning: draw("<path d='M12 4l9 16H3zM12 10v4M12 17h.01'/>")
        case .returned: draw("<path d='M9 6L4 11l5 5M4 11h10a5 5 0 0 1 0 10h-2'/>")
        case .arrow: draw("<path d='M5 12h14M13 6l6 6-6 6'/>")
        case .document: draw("<path d='M6 3h8l4 4v14H6zM14 3v4h4M9 13h6M9 17h6'/>")
        case .bank: draw("<path d='M4 10l8-6 8 6zM6 10v8M10 10v8M14 10v8M18 10v8M4 20h16'/>")
        case .card: draw("<rect x='3' y='5' width='18' height='14' rx='2'/><path d='M3 10h18'/>")
        case .bolt: draw("<path d='M13 3L5 14h6l-1 7 8-11h-6z'/>")
        case .coin: draw("<circle cx='12' cy='12' r='9'/><path d='M12 7v10M9 10h6M9 14h6'/>")
        case .cross: draw("<path d='M6 6l12 12M18 6L6 18'/>")
        case .sold: draw("<path d='M4 7l6 6 3-3 7 7M20 12v5h-5'/>")
        case .pause: draw("<path d='M9 5v14M15 5v14'/>")
        case .play: draw("<path d='M8 5l11 7-11 7z'/>")
        case .flag: draw("<path d='M6 21V4h12l-2.5 4L18 12H6'/>")
        case .shield: draw("<path d='M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6z'/>")
        case .plus: draw("<path d='M12 5v14M5 12h14'/>")
        case .down: draw("<path d='M12 5v14M6 13l6 6 6-6'/>")
        case .upload: draw("<path d='M12 19V7M6 12l6-6 6 6M4 21h16'/>")
        }
    }

    private func draw(_ shape: StaticString) -> Markup {
        group {
            raw(
                """
                <svg class=\"icon\" width=\"20\" height=\"20\" viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" \
                stroke-width=\"2\" stroke-linecap=\"round\" stroke-linejoin=\"round\" \
                aria-hidden=\"true\">
                """
            )
            raw(shape)
            raw("</svg>")
        }
    }

    /// The mark beside the product's name.
    static let mark = raw(
        """
        <svg width=\"28\" height=\"28\" viewBox=\"0 0 24 24\" fill=\"none\" stroke-width=\"5\" \
        aria-hidden=\"true\"><path \
        stroke=\"currentColor\" d=\"M12 4a8 8 0 1 0 8 8\"/><path class=\"slice\" d=\"M14.9 4.5a8 8 \
        0 0 1 4.6 4.6\"/></svg>
        """
    )
}

/// How a status is coloured. The icon and the word say the same, so colour is never alone.
enum Tone: String {
    case quiet, good, info, attention, bad
}
