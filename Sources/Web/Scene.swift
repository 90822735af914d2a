import HTML

/// Everything a page needs besides its own values: who reads it, when, where and in what language.
public struct Scene: Sendable {
    /// Who is reading.
    public enum Viewer: Sendable, Equatable {
        /// Nobody is signed in: no navigation is shown.
        case nobody
        /// A signed-in customer, with the number of notices not yet read.
        case customer(unreadNotices: Int)
        /// A signed-in operator: the name and the role shown beside "Sign out".
        case `operator`(name: String, role: String)
    }

    /// The colours: the reader's own setting, or a choice kept in a cookie.
    public enum Theme: String, Sendable, CaseIterable {
        /// What the reader's device is set to.
        case device
        /// Always light.
        case light
        /// Always dark.
        case dark
    }

    /// How to reach a person. Shown in the same place on every page.
    public struct Support: Sendable, Equatable {
        /// A telephone number as people write it, such as `1-800-555-0142`.
        public var phone: String
        /// When the telephone is answered, already in the page's language; empty to leave it out.
        public var hours: String

        /// A telephone number, and the hours it is answered.
        public init(phone: String, hours: String = "") {
            self.phone = phone
            self.hours = hours
        }
    }

    /// The language of every sentence and date.
    public let language: Language
    /// The languages the reader may choose from.
    public let languages: Languages
    /// The instant the page is made, in milliseconds since 1970 UTC.
    public let now: Int64
    /// The token every form sends back as `csrf`.
    public let csrf: String
    /// Who is reading.
    public let viewer: Viewer
    /// Light, dark, or as the device says.
    public let theme: Theme
    /// True in a sandbox: a ribbon says that no real money moves.
    public let isSandbox: Bool
    /// The product's name in the header and in titles.
    public let brand: String
    /// The host's colours and logo, or ours.
    public let look: Look
    /// How to reach a person, if there is a way.
    public let support: Support?
    /// The address of this page, which the language and theme forms return to. Begins with `/`.
    public let address: String
    /// The number of the last change this page knows; `nil` where it is not kept up to date.
    public let live: Int64?

    let say: Catalogue
    let time: LocalTime

    /// A scene.
    ///
    /// - Parameters:
    ///   - timeZone: An IANA name such as `America/New_York`. An unknown name means UTC, and
    ///     every time on the page then says so.
    ///   - now: Milliseconds since 1970 UTC.
    ///   - csrf: Sent back by every form.
    public init(
        language: Language, timeZone: String, now: Int64, csrf: String, viewer: Viewer,
        theme: Theme = .device, isSandbox: Bool = false, brand: String = "Makewhole",
        look: Look = .standard, support: Support? = nil, address: String = "/",
        live: Int64? = nil, languages: Languages = .builtIn
    ) {
        self.language = language
        self.languages = languages
        self.now = now
        self.csrf = csrf
        self.viewer = viewer
        self.theme = theme
        self.isSandbox = isSandbox
        self.brand = brand
        self.look = look
        self.support = support
        self.address = address
        self.live = live
        say = Catalogue(language: language)
        time = LocalTime(zone: timeZone, language: language)
    }

    func dollars(_ cents: Int64) -> String { language.numbers.dollars(cents) }

    /// The same for a paper, in a language that one can be written in.
    var onPaper: Scene {
        Scene(
            language: language.onPaper, timeZone: time.zone.identifier, now: now, csrf: csrf,
            viewer: viewer, theme: theme, isSandbox: isSandbox, brand: brand, look: look,
            support: support, address: address, live: live, languages: languages)
    }

    func deadline(_ instant: Int64) -> String {
        say.deadlineAndSpan(time.deadline(instant), time.relative(instant, now: now))
    }

    func moment(_ instant: Int64) -> String { time.moment(instant, now: now) }

    /// A `time` element with the moment as its text.
    func stamp(_ instant: Int64) -> Markup {
        HTML.time(.datetime(time.machine(instant))) { moment(instant) }
    }

    /// A `time` element with the date as its text.
    func day(_ instant: Int64) -> Markup {
        HTML.time(.datetime(time.machine(instant))) { time.date(instant) }
    }
}

/// A page: plain values in, HTML out. Pure; the same values and scene give the same bytes.
public protocol Page: Sendable {
    /// The HTTP status the page is to be sent with.
    var status: Int { get }
    /// The whole document.
    func document(in scene: Scene) -> Markup
}

extension Page {
    /// 200, unless the page says otherwise.
    public var status: Int { 200 }

    /// The document as UTF-8, ready to be sent.
    public func bytes(in scene: Scene) -> [UInt8] { document(in: scene).bytes() }

    /// The document as text.
    public func html(in scene: Scene) -> String { document(in: scene).html }
}
