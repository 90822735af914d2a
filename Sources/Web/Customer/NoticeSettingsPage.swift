import HTML

/// What a customer wants to hear of, over which channels, and when his devices stay quiet.
public struct NoticeSettingsPage: Page, Equatable {
    /// What notices are about.
    public enum Topic: String, Sendable, CaseIterable {
        /// What is owed, and its deadline.
        case owed
        /// Assets that are sold.
        case sales
        /// Payments and their documents.
        case payments
        /// Deposits.
        case deposits
        /// Linked accounts and withdrawals.
        case account
    }

    /// How a notice comes besides the app.
    public enum Channel: String, Sendable, CaseIterable {
        /// Mail.
        case mail
        /// A notice of the browser's or the phone's.
        case push
        /// A text message.
        case text
    }

    /// One topic over one channel.
    public struct Wish: Sendable, Equatable {
        /// What it is about.
        public var topic: Topic
        /// How it comes.
        public var channel: Channel
        /// Whether it does.
        public var isOn: Bool
        /// Whether it always does.
        public var isFixed: Bool
        /// The values the reader sees, each described at its property.
        public init(topic: Topic, channel: Channel, isOn: Bool, isFixed: Bool) {
            self.topic = topic
            self.channel = channel
            self.isOn = isOn
            self.isFixed = isFixed
        }

        /// The value of its box.
        public var name: String { "\(topic.rawValue).\(channel.rawValue)" }
    }

    /// A browser that shows notices.
    public struct Device: Sendable, Equatable {
        /// Its id.
        public var id: String
        /// The push service's host.
        public var host: String
        /// Since when.
        public var since: Int64
        /// The values the reader sees, each described at its property.
        public init(id: String, host: String, since: Int64) {
            self.id = id
            self.host = host
            self.since = since
        }
    }

    /// Where mail goes.
    public var mail: String
    /// Every topic over every channel there is, topic by topic.
    public var wishes: [Wish]
    /// The hour quiet begins, and the one it ends at; `nil` for none.
    public var quietFrom: Int?
    /// See `quietFrom`.
    public var quietTo: Int?
    /// The key browsers subscribe under; `nil` where there is no push.
    public var pushKey: String?
    /// Browsers that show notices.
    public var devices: [Device]
    /// What was done, said above the form.
    public var said: Said?
    /// What was wrong with the form.
    public var problems: [FieldProblem] = []

    /// What a visit before this one did.
    public enum Said: String, Sendable, CaseIterable {
        /// Settings were kept.
        case kept
        /// A device could not be added.
        case refused
    }

    /// The values the reader sees, each described at its property.
    public init(
        mail: String, wishes: [Wish], quietFrom: Int?, quietTo: Int?, pushKey: String?,
        devices: [Device], said: Said? = nil, problems: [FieldProblem] = []
    ) {
        self.problems = problems
        self.mail = mail
        self.wishes = wishes
        self.quietFrom = quietFrom
        self.quietTo = quietTo
        self.pushKey = pushKey
        self.devices = devices
        self.said = said
    }

    /// 422 when the form had problems.
    public var status: Int { problems.isEmpty ? 200 : 422 }

    private var topics: [Topic] {
        Topic.allCases.filter { topic in wishes.contains { $0.topic == topic } }
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(
            title: say.noticeSettings, place: .customer(.notices), hasProblems: !problems.isEmpty)
        return layout.document(in: scene) {
            scene.problemSummary(problems)
            scene.back(Paths.notices, say.section(.notices))
            scene.heading(say.noticeSettings, say.noticeSettingsLead)
            switch said {
            case .kept: scene.note(.good) { p(.role("status")) { say.settingsKept } }
            case .refused: scene.note(.attention) { p(.role("alert")) { say.deviceNotAdded } }
            case nil: Markup.nothing
            }
            if pushKey != nil { devicesCard(in: scene) }
            scene.card(say.whatAbout, id: "wishes-title") {
                if wishes.contains(where: { $0.channel == .mail }) {
                    p(.class("soft")) { say.mailGoesTo(mail) }
                }
                scene.post(Paths.noticeSettings) {
                    for topic in topics { topicField(topic, in: scene) }
                    quietField(in: scene)
                    div(.class("actions wide")) { scene.submit(say.keepSettings) }
                }
            }
        }
    }

    private func topicField(_ topic: Topic, in scene: Scene) -> Markup {
        let own = wishes.filter { $0.topic == topic }
        let isFixed = own.contains(where: \.isFixed)
        return fieldset(
            .class("wishes"), isFixed ? .aria(.describedby, "fixed-\(topic.rawValue)") : .absent
        ) {
            legend { scene.say.topic(topic) }
            for wish in own {
                label(.class("check"), .for("want-\(wish.name)")) {
                    input(
                        .type("checkbox"), .id("want-\(wish.name)"), .name(Field.want.rawValue),
                        .value(wish.name), .checked.when(wish.isOn), .disabled.when(wish.isFixed))
                    span { scene.say.channel(wish.channel) }
                }
            }
            if isFixed {
                small(.class("hint"), .id("fixed-\(topic.rawValue)")) { scene.say.alwaysMailed }
            }
        }
    }

    private func quietField(in scene: Scene) -> Markup {
        let hours = (0...23).map { (value: String($0), text: scene.say.hour($0)) }
        let none = [(value: "", text: scene.say.noQuietHours)]
        return fieldset(.class("wishes"), .aria(.describedby, "quiet-hint")) {
            legend { scene.say.quietHours }
            small(.class("hint"), .id("quiet-hint")) { scene.say.quietHoursHint }
            div(.class("pair")) {
                scene.selectField(
                    .quietFrom, scene.say.quietFrom, options: none + hours,
                    selected: quietFrom.map(String.init) ?? "", problems)
                scene.selectField(
                    .quietTo, scene.say.quietTo, options: none + hours,
                    selected: quietTo.map(String.init) ?? "", problems)
            }
        }
    }

    private func devicesCard(in scene: Scene) -> Markup {
        let say = scene.say
        return scene.card(say.yourDevices, id: "devices-title") {
            // Script shows the one that is true here; without it this device can show nothing.
            p(.hidden, .data(.enhance, "device-on"), .class("soft")) { say.deviceIsOn }
            p(.hidden, .data(.enhance, "device-denied")) { say.deviceDenied }
            p(.hidden, .data(.enhance, "device-unable")) { say.deviceUnable }
            form(
                .method(.post), .action(Paths.noticeDevices), .hidden,
                .data(.enhance, "device-ask"), .data(.value, pushKey ?? "")
            ) {
                hiddenField(.csrf, scene.csrf)
                hiddenField(.address, "")
                hiddenField(.key, "")
                hiddenField(.secret, "")
                p(.class("soft")) { say.deviceOnHint }
                div(.class("actions")) { scene.submit(say.deviceOn, "button second") }
            }
            if devices.isEmpty {
                p(.class("empty")) { say.noDevices }
            } else {
                ul(.class("stack")) {
                    for device in devices {
                        li(.class("device")) {
                            span {
                                say.device(device.host)
                                small(.class("soft block")) {
                                    say.deviceSince(scene.moment(device.since))
                                }
                            }
                            scene.post(Paths.removeNoticeDevice(device.id)) {
                                button(.class("text-button"), .type("submit")) {
                                    say.removeDevice
                                    span(.class("unseen")) { ": \(say.device(device.host))" }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What a phone shows of an address while it has no connection. It is kept by the service worker, so
/// nothing of any customer's is on it.
public struct OfflinePage: Page, Equatable {
    /// The page.
    public init() {}

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        return Layout(title: say.offlineTitle, place: .outside).document(in: scene) {
            section(.class("card"), .aria(.labelledby, "message-title")) {
                div(.class("done")) {
                    span(.class("seal"), .data(.tone, Tone.quiet.rawValue)) { Icon.clock.markup }
                    h1(.id("message-title")) { say.offlineTitle }
                    p { say.offlineLead }
                }
                div(.class("actions wide")) {
                    // The address is still the one that was asked for.
                    a(.class("button"), .href(""), .data(.enhance, "again")) { say.tryAgain }
                    a(
                        .class("button second"), .href(Paths.home), .hidden,
                        .data(.enhance, "kept")
                    ) { say.offlineSeeHome }
                }
            }
        }
    }
}

/// A notice in so few words that a locked screen may show them.
public struct NoticeGlanceText: Sendable, Equatable {
    /// The product's name.
    public let title: String
    /// That there is something, without an amount.
    public let body: String

    /// The words for one kind of notice.
    public init(_ kind: NoticesPage.Kind, in scene: Scene) {
        title = scene.brand
        body = scene.say.glance(kind)
    }
}

/// What an open page is told when something changed.
public struct NewsText: Sendable, Equatable {
    /// A sentence for the polite announcement.
    public let text: String

    /// The words about the newest notice that was not read.
    public init(_ kind: NoticesPage.Kind, in scene: Scene) {
        text = scene.say.newNotice(scene.say.notice(kind, scene).title)
    }
}

/// The words a phone shows of the installed site: name, what it is, and its shortcuts.
public struct AppText: Sendable, Equatable {
    /// One sentence.
    public let description: String
    /// What a long press on the icon offers.
    public let shortcuts: [(name: String, path: Location)]

    /// The words in the language of a scene.
    public init(in scene: Scene) {
        description = scene.say.appDescription(scene.brand)
        shortcuts = [Section.deposits, .notices, .addMoney, .help].map {
            (scene.say.section($0), $0.path)
        }
    }

    /// Whether all words are the same.
    public static func == (left: AppText, right: AppText) -> Bool {
        left.description == right.description
            && left.shortcuts.elementsEqual(right.shortcuts, by: ==)
    }
}
