import HTML

extension Paths {
    /// `/security`: devices, what happened lately, and the customer's data.
    public static let security: Location = "/security"
    /// `/security/sign-out-others`
    public static let signOutOthers: Location = "/security/sign-out-others"
    /// `/security/sign-out-everywhere`
    public static let signOutEverywhere: Location = "/security/sign-out-everywhere"
    /// `/security/devices/{id}/sign-out`
    public static func signOutDevice(_ id: String) -> Location {
        "/security/devices/\(id)/sign-out"
    }
    /// `/deposits.csv`
    public static let depositsFile: Location = "/deposits.csv"
    /// `/account-entries.csv`
    public static let entriesFile: Location = "/account-entries.csv"
}

/// A browser and the system it runs on, as far as it says so. Families only: a finer name would
/// tell one person from another.
public struct Device: Sendable, Equatable {
    /// The browser's family.
    public enum Browser: String, Sendable, CaseIterable {
        case chrome, edge, firefox, opera, safari, samsung, other
    }

    /// The system's family.
    public enum System: String, Sendable, CaseIterable {
        case android, iPad, iPhone, linux, mac, windows, other
    }

    /// The browser's family.
    public var browser: Browser
    /// The system's family.
    public var system: System

    /// A browser on a system.
    public init(_ browser: Browser, _ system: System) {
        self.browser = browser
        self.system = system
    }

    /// Read from a `User-Agent`. Browsers name those they imitate too, so the order matters: the
    /// rarest name a browser has of its own is looked for first.
    public init(userAgent: String) {
        func says(_ word: String) -> Bool { userAgent.contains(word) }
        browser =
            if says("Edg/") || says("EdgA/") || says("EdgiOS/") {
                .edge
            } else if says("OPR/") {
                .opera
            } else if says("SamsungBrowser/") {
                .samsung
            } else if says("Firefox/") || says("FxiOS/") {
                .firefox
            } else if says("Chrome/") || says("CriOS/") {
                .chrome
            } else if says("Safari/") {
                .safari
            } else {
                .other
            }
        system =
            if says("iPhone") {
                .iPhone
            } else if says("iPad") {
                .iPad
            } else if says("Android") {
                .android
            } else if says("Windows") {
                .windows
            } else if says("Macintosh") {
                .mac
            } else if says("Linux") || says("X11") {
                .linux
            } else {
                .other
            }
    }

    /// As it is kept: `chrome/android`.
    public var text: String { "\(browser.rawValue)/\(system.rawValue)" }

    /// From what was kept; unknown words read as "another".
    public init(text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        browser = parts.first.flatMap(Browser.init) ?? .other
        system = parts.count == 2 ? System(rawValue: parts[1]) ?? .other : .other
    }
}

/// Where the customer is signed in, what happened to the account's doors lately, and the
/// customer's own data to take along.
public struct SecurityPage: Page, Equatable {
    /// One browser that is signed in.
    public struct Session: Sendable, Equatable {
        /// A name for it in addresses, that opens nothing.
        public var id: String
        /// What it is.
        public var device: Device
        /// When it was signed in.
        public var startedAt: Int64
        /// When it was last used, to some minutes.
        public var seenAt: Int64
        /// Until when it stays signed in.
        public var endsAt: Int64
        /// True for the browser that reads this.
        public var isThis: Bool
        /// The values the reader sees, each described at its property.
        public init(
            id: String, device: Device, startedAt: Int64, seenAt: Int64, endsAt: Int64,
            isThis: Bool
        ) {
            self.id = id
            self.device = device
            self.startedAt = startedAt
            self.seenAt = seenAt
            self.endsAt = endsAt
            self.isThis = isThis
        }
    }

    /// One thing that happened.
    public struct Event: Sendable, Equatable {
        /// What happened.
        public enum Kind: String, Sendable, CaseIterable {
            /// Somebody signed in.
            case signedIn = "signed_in"
            /// A browser was signed out by itself.
            case signedOut = "signed_out"
            /// A browser was signed out from another one.
            case signedOutFromAfar = "signed_out_from_afar"
        }

        /// What happened.
        public var kind: Kind
        /// When.
        public var at: Int64
        /// In which browser.
        public var device: Device
        /// The values the reader sees, each described at its property.
        public init(kind: Kind, at: Int64, device: Device) {
            self.kind = kind
            self.at = at
            self.device = device
        }
    }

    /// Every browser that is signed in, this one first.
    public var sessions: [Session]
    /// What happened lately, newest first.
    public var events: [Event]
    /// Until when withdrawals pause after a change of the sign-in details, if they do.
    public var lockedUntil: Int64?
    /// The values the reader sees, each described at its property.
    public init(sessions: [Session], events: [Event], lockedUntil: Int64?) {
        self.sessions = sessions
        self.events = events
        self.lockedUntil = lockedUntil
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        return Layout(title: say.security, place: .customer(nil)).document(in: scene) {
            scene.back(Paths.home, say.section(.home))
            scene.heading(say.security, say.securityLead)
            if let lockedUntil {
                scene.note(.attention) {
                    p {
                        say.blockUntil(
                            say.block(.securityChange), scene.time.deadline(lockedUntil))
                    }
                }
            }
            devices(in: scene)
            if !events.isEmpty { happened(in: scene) }
            scene.card(say.yourData, id: "data-title") {
                p { say.yourDataLead }
                ul(.class("stack tight")) {
                    li { a(.href(Paths.depositsFile), .download) { say.depositsAsCSV } }
                    li { a(.href(Paths.entriesFile), .download) { say.entriesAsCSV } }
                }
            }
            scene.card(say.notYou, id: "not-you-title") {
                p { say.notYouLead }
                a(.href(Paths.help(.notMine))) { say.getHelp }
            }
        }
    }

    private func devices(in scene: Scene) -> Markup {
        let say = scene.say
        return scene.card(say.whereSignedIn, id: "devices-title") {
            ul(.class("ledger")) {
                for session in sessions { device(session, in: scene) }
            }
            div(.class("actions wide")) {
                if sessions.count > 1 {
                    scene.post(Paths.signOutOthers) { scene.submit(say.signOutOthers) }
                }
                scene.post(Paths.signOutEverywhere) {
                    scene.submit(say.signOutEverywhere, "button second")
                }
            }
        }
    }

    private func device(_ session: Session, in scene: Scene) -> Markup {
        let say = scene.say
        let name = say.device(session.device)
        return li {
            div {
                span(.class("lead")) { name }
                small(.class("soft")) { say.signedInSince(scene.moment(session.startedAt)) }
                if !session.isThis {
                    small(.class("soft")) {
                        say.lastUsed(scene.time.relative(session.seenAt, now: scene.now))
                    }
                }
                small(.class("soft")) { say.endsBy(scene.moment(session.endsAt)) }
            }
            if session.isThis {
                scene.chip(say.thisDevice, .good, .check)
            } else {
                scene.post(Paths.signOutDevice(session.id)) {
                    button(.class("button second small"), .type("submit")) {
                        say.signOut
                        span(.class("unseen")) { say.ofDevice(name) }
                    }
                }
            }
        }
    }

    private func happened(in scene: Scene) -> Markup {
        let say = scene.say
        return scene.card(say.happenedLately, id: "events-title") {
            ul(.class("ledger")) {
                for event in events {
                    li {
                        div {
                            span { say.event(event.kind) }
                            small(.class("soft")) { say.device(event.device) }
                        }
                        small(.class("soft")) { scene.stamp(event.at) }
                    }
                }
            }
        }
    }
}
