/// How the pages look in one deployment: the host's colours, corners, letters and logo over ours.
///
/// What may be changed is a list of tokens. Every pair of colours that words stand in must differ
/// enough to be read (WCAG 2.2, 1.4.3 and 1.4.11); a look that fails cannot be made.
public struct Look: Sendable {
    /// A colour that a host may set. Tones of status are not among them: red, amber and green mean
    /// the same at every host.
    public enum Token: String, Sendable, CaseIterable {
        /// The ground of the page.
        case paper
        /// The ground of cards, the header and fields.
        case card
        /// A card's ground under the pointer.
        case raised
        /// Text.
        case ink
        /// Text that matters less.
        case soft
        /// Lines between things.
        case line
        /// The edges of fields and second buttons.
        case edge
        /// Links and the first button.
        case brand
        /// The same under the pointer.
        case brandStrong = "brand-strong"
        /// Words on the first button.
        case onBrand = "on-brand"
        /// The ground of what is chosen.
        case brandTint = "brand-tint"
        /// The balance's ground, at its light corner.
        case hero
        /// The balance's ground, at its dark corner.
        case heroDeep = "hero-deep"
        /// The balance.
        case heroInk = "hero-ink"
        /// Words beside the balance.
        case heroSoft = "hero-soft"
        /// The ring around what the keyboard is on.
        case focus
    }

    /// A colour of the screen: eight bits each of red, green and blue.
    public struct Color: Sendable, Hashable {
        let red, green, blue: UInt8

        /// From `#rrggbb`; `nil` for anything else.
        public init?(_ text: String) {
            let digits = text.utf8.dropFirst()
            guard text.utf8.first == UInt8(ascii: "#"), digits.count == 6,
                let value = UInt32(text.dropFirst(), radix: 16),
                digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-")
            else { return nil }
            self.init(value)
        }

        init(_ value: UInt32) {
            red = UInt8(truncatingIfNeeded: value >> 16)
            green = UInt8(truncatingIfNeeded: value >> 8)
            blue = UInt8(truncatingIfNeeded: value)
        }

        var text: String {
            "#"
                + [red, green, blue].map { part in
                    (part < 16 ? "0" : "") + String(part, radix: 16)
                }.joined()
        }

        /// How different two colours are to the eye, 1 through 21 (WCAG 2.2, contrast ratio).
        public func contrast(with other: Color) -> Double {
            let (lighter, darker) = (
                max(luminance, other.luminance), min(luminance, other.luminance)
            )
            return (lighter + 0.05) / (darker + 0.05)
        }

        private var luminance: Double {
            func linear(_ part: UInt8) -> Double {
                let share = Double(part) / 255
                return share <= 0.04045 ? share / 12.92 : power((share + 0.055) / 1.055)
            }
            return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
        }

        /// `base` to the power of 2.4, by the square of it and its fifth root squared.
        private func power(_ base: Double) -> Double {
            guard base > 0 else { return 0 }
            var root = base
            // Newton's steps for the fifth root; forty are far more than it takes.
            for _ in 0..<40 {
                let fourth = root * root * root * root
                root -= (root * fourth - base) / (5 * fourth)
            }
            return base * base * root * root
        }
    }

    /// A colour on a light page and on a dark one.
    public struct Pair: Sendable, Hashable {
        /// On a light page.
        public var light: Color
        /// On a dark page.
        public var dark: Color

        /// Two colours.
        public init(light: Color, dark: Color) {
            self.light = light
            self.dark = dark
        }

        init(_ light: UInt32, _ dark: UInt32) {
            self.init(light: Color(light), dark: Color(dark))
        }
    }

    /// The family of letters. Only those a device has: nothing is fetched from elsewhere.
    public enum Face: String, Sendable, CaseIterable {
        case sans, serif, rounded

        var stack: String {
            switch self {
            case .sans: ""
            case .serif: "\"Iowan Old Style\", \"Source Serif 4\", Charter, Georgia, serif"
            case .rounded:
                """
                ui-rounded, "SF Pro Rounded", "Hiragino Maru Gothic ProN", Quicksand, Nunito, \
                "Segoe UI", sans-serif
                """
            }
        }
    }

    /// A picture of the host's, served from here.
    public struct Picture: Sendable {
        /// What it is served as.
        public let asset: Asset
        /// What it is.
        public let kind: Kind
        /// Its width and height, where it says so.
        public let size: Size?

        /// Pixels, or units of a drawing.
        public struct Size: Sendable, Hashable {
            /// Across.
            public let width: Int
            /// Down.
            public let height: Int

            /// Both.
            public init(width: Int, height: Int) {
                self.width = width
                self.height = height
            }
        }

        /// A picture whose address is `/assets/{name}-{hash}.{ending}`.
        public init(name: String, bytes: [UInt8], kind: Kind, size: Size? = nil) {
            self.kind = kind
            self.size = size
            asset = Asset(
                name: name, ending: kind.rawValue, contentType: kind.mediaType, bytes: bytes)
        }

        /// What a logo may be.
        public enum Kind: String, Sendable {
            case svg, png

            var mediaType: String {
                switch self {
                case .svg: "image/svg+xml"
                case .png: "image/png"
                }
            }
        }
    }

    /// Two colours that are too alike to be read.
    public struct TooAlike: Error, Sendable, Hashable, CustomStringConvertible {
        /// What stands on `ground`: a token, or a tone of status.
        public let figure: String
        /// What it stands on.
        public let ground: String
        /// True on a dark page.
        public let isDark: Bool
        /// The least contrast it needs, in tenths.
        public let neededTenths: Int
        /// The contrast it has, in tenths, rounded down.
        public let foundTenths: Int

        /// A sentence for whoever wrote the look.
        public var description: String {
            """
            \(figure) on \(ground) has a contrast of \(foundTenths / 10).\
            \(foundTenths % 10) on the \(isDark ? "dark" : "light") page; it needs \
            \(neededTenths / 10).\(neededTenths % 10). \(advice)
            """
        }

        private var advice: String {
            if Tone(rawValue: figure) != nil {
                return "\(figure) is the same at every host: choose another \(ground)."
            }
            if Tone(rawValue: ground) != nil {
                return "\(ground) is the same at every host: choose another \(figure)."
            }
            return "Choose colours that differ more."
        }
    }

    /// The colours in force.
    public let colors: [Token: Pair]
    /// The radius of a card's corners in pixels.
    public let cornerPixels: Int
    /// The letters.
    public let face: Face
    /// The host's logo on a light page, instead of our mark.
    public let logo: Picture?
    /// The logo on a dark page, if it is another.
    public let logoDark: Picture?
    /// Whether the logo shows the name, so that it need not be written beside it.
    public let logoHasName: Bool
    /// The site's icon, instead of our mark.
    public let icon: Picture?
    /// The style sheet with the look in it.
    public let stylesheet: Asset

    /// Makewhole's own look.
    public static let standard: Look = {
        do {
            return try Look()
        } catch {
            preconditionFailure("our own colours can be read")
        }
    }()

    /// A look; what is not given is ours.
    ///
    /// - Throws: The first two colours that are too alike to be read.
    public init(
        colors changed: [Token: Pair] = [:], cornerPixels: Int = 16, face: Face = .sans,
        logo: Picture? = nil, logoDark: Picture? = nil, logoHasName: Bool = false,
        icon: Picture? = nil
    ) throws(TooAlike) {
        let all = Look.ours.merging(changed) { _, theirs in theirs }
        for rule in Look.legibility { try Look.check(rule, all) }
        colors = all
        self.cornerPixels = cornerPixels
        self.face = face
        self.logo = logo
        self.logoDark = logoDark
        self.logoHasName = logo != nil && logoHasName
        self.icon = icon
        stylesheet = Asset(
            name: "site", ending: "css", contentType: "text/css; charset=utf-8",
            bytes: Array(
                Assets.stylesheetText(
                    with: Look.style(changed, cornerPixels: cornerPixels, face: face)
                ).utf8))
    }

    /// The fewest pixels of an icon that browsers offer an app to be installed with.
    public static let iconPixelsMin = 192

    /// What stands for the installed app: the host's icon, or its logo where that is square. `nil`
    /// where the host has no picture of its own.
    public var appIcon: Picture? {
        if let icon { return icon }
        guard let logo, let size = logo.size, size.width == size.height,
            logo.kind == .svg || size.width >= Look.iconPixelsMin
        else { return nil }
        return logo
    }

    /// Whether the pages are somebody's own, so that no mark of ours belongs beside them.
    public var isHosts: Bool { icon != nil || logo != nil }

    /// A colour as on a light page, `#rrggbb`.
    public func color(of token: Token) -> String {
        (colors[token] ?? Look.ours[token])?.light.text ?? ""
    }

    /// Everything this look has served.
    public var assets: [Asset] {
        [stylesheet] + [logo, logoDark, icon].compactMap { $0?.asset }
    }

    /// The corners a host may choose, in pixels.
    public static let corners = 0...32

    // MARK: Legibility

    /// A colour of status that stands on a host's colours, or a host's on it.
    enum Tone: String, CaseIterable {
        case badInk = "bad-ink"
        case badLine = "bad-line"
        case goodInk = "good-ink"
        case quietTint = "quiet-tint"
    }

    /// What stands in a rule: a host's colour, or one of ours that stays.
    private enum Figure {
        case host(Token)
        case status(Tone)

        var name: String {
            switch self {
            case .host(let token): token.rawValue
            case .status(let tone): tone.rawValue
            }
        }
    }

    private struct Rule {
        let figure: Figure
        let grounds: [Figure]
        /// In tenths: 45 for text, 30 for what is no text.
        let least: Int

        init(figure: Token, grounds: [Token], least: Int) {
            self.figure = .host(figure)
            self.grounds = grounds.map(Figure.host)
            self.least = least
        }

        init(figure: Tone, grounds: [Token], least: Int) {
            self.figure = .status(figure)
            self.grounds = grounds.map(Figure.host)
            self.least = least
        }

        init(figure: Token, on tone: Tone, least: Int) {
            self.figure = .host(figure)
            grounds = [.status(tone)]
            self.least = least
        }
    }

    private static let legibility = [
        Rule(figure: .ink, grounds: [.paper, .card, .raised, .brandTint], least: 45),
        Rule(figure: .soft, grounds: [.paper, .card, .raised, .brandTint], least: 45),
        Rule(figure: .brand, grounds: [.paper, .card, .raised], least: 45),
        Rule(figure: .brandStrong, grounds: [.paper, .card, .brandTint], least: 45),
        Rule(figure: .onBrand, grounds: [.brand, .brandStrong], least: 45),
        Rule(figure: .heroInk, grounds: [.hero, .heroDeep], least: 45),
        Rule(figure: .heroSoft, grounds: [.hero, .heroDeep], least: 45),
        Rule(figure: .edge, grounds: [.card, .raised], least: 30),
        Rule(figure: .focus, grounds: [.paper, .card], least: 30),
        // What is wrong, under a field and above the form; the words on a button that warns.
        Rule(figure: Tone.badInk, grounds: [.paper, .card, .raised], least: 45),
        Rule(figure: .card, on: .badLine, least: 45),
        Rule(figure: Tone.badLine, grounds: [.card], least: 30),
        Rule(figure: Tone.goodInk, grounds: [.card], least: 45),
        Rule(figure: .ink, on: .quietTint, least: 45),
    ]

    private static func check(_ rule: Rule, _ colors: [Token: Pair]) throws(TooAlike) {
        func pair(_ figure: Figure) -> Pair? {
            switch figure {
            case .host(let token): colors[token]
            case .status(let tone): tones[tone]
            }
        }
        for ground in rule.grounds {
            for isDark in [false, true] {
                guard let figure = pair(rule.figure), let under = pair(ground) else { continue }
                let contrast =
                    isDark
                    ? figure.dark.contrast(with: under.dark)
                    : figure.light.contrast(with: under.light)
                guard contrast * 10 < Double(rule.least) else { continue }
                throw TooAlike(
                    figure: rule.figure.name, ground: ground.name, isDark: isDark,
                    neededTenths: rule.least, foundTenths: Int(contrast * 10))
            }
        }
    }

    // MARK: The style sheet

    /// The rules that put a look over ours; empty for ours.
    private static func style(
        _ changed: [Token: Pair], cornerPixels: Int, face: Face
    ) -> String {
        let tokens = Token.allCases.compactMap { token in changed[token].map { (token, $0) } }
        var rules = tokens.map {
            "--\($0.0.rawValue): light-dark(\($0.1.light.text), \($0.1.dark.text));"
        }
        if cornerPixels != 16 {
            rules.append("--round: \(cornerPixels)px; --round-small: \(cornerPixels * 2 / 3)px;")
        }
        if face != .sans { rules.append("--face: \(face.stack);") }
        guard !rules.isEmpty else { return "" }
        let plain = tokens.map { "--\($0.0.rawValue): \($0.1.light.text);" }
        return """
            :root { \(rules.joined(separator: " ")) }
            @supports not (color: light-dark(#000, #fff)) {
              :root { \(plain.joined(separator: " ")) }
            }

            """
    }

    /// The tones of status that meet a host's colours.
    static let tones: [Tone: Pair] = [
        .badInk: Pair(0x96261a, 0xffb3a6), .badLine: Pair(0xc8402f, 0xe0705f),
        .goodInk: Pair(0x0b5a3c, 0x86dfb6), .quietTint: Pair(0xecefe9, 0x22302c),
    ]

    /// The colours of the style sheet's own tokens.
    static let ours: [Token: Pair] = [
        .paper: Pair(0xf5f5f0, 0x0c1311), .card: Pair(0xffffff, 0x141d1a),
        .raised: Pair(0xfafaf7, 0x1a2522), .ink: Pair(0x13211d, 0xe8efec),
        .soft: Pair(0x51605b, 0xa3b1ac), .line: Pair(0xe0e3db, 0x2a3733),
        .edge: Pair(0x7c8a85, 0x6f807a), .brand: Pair(0x0d5a4a, 0x63d5b0),
        .brandStrong: Pair(0x084236, 0x8ae6c8), .onBrand: Pair(0xffffff, 0x04231b),
        .brandTint: Pair(0xe3f1ec, 0x16332b), .hero: Pair(0x0f3f35, 0x12332b),
        .heroDeep: Pair(0x0a2c26, 0x0d241f), .heroInk: Pair(0xf2faf6, 0xf2faf6),
        .heroSoft: Pair(0xb5d3c8, 0xb5d3c8), .focus: Pair(0x1a4fd0, 0x9dbdff),
    ]
}
