import HTML

/// What a customer was told and how each notice went over each channel.
public struct CustomerNoticesPage: Page, Equatable {
    /// How it went.
    public enum State: String, Sendable, CaseIterable {
        /// It stands in the app and was not read.
        case unread
        /// It was read in the app.
        case read
        /// It is on its way.
        case waiting
        /// The next on the way took it.
        case delivered
        /// The next on the way will never take it.
        case refused
        /// It was tried as often as it may be.
        case gaveUp
        /// It was taken and came back.
        case bounced

        var tone: Tone {
            switch self {
            case .read, .delivered: .good
            case .unread, .waiting: .info
            case .refused, .gaveUp, .bounced: .attention
            }
        }

        var icon: Icon {
            switch self {
            case .read, .delivered: .check
            case .unread, .waiting: .clock
            case .refused, .gaveUp: .cross
            case .bounced: .returned
            }
        }
    }

    /// One way of one notice; without a channel it is the app.
    public struct Way: Sendable, Equatable {
        /// How, besides the app.
        public var channel: NoticeSettingsPage.Channel?
        /// How it went.
        public var state: State
        /// How often it was tried.
        public var tries: Int
        /// What the next on the way said.
        public var said: String
        /// When it ended, or will be tried.
        public var at: Int64
        /// The values the reader sees, each described at its property.
        public init(
            channel: NoticeSettingsPage.Channel?, state: State, tries: Int, said: String, at: Int64
        ) {
            self.channel = channel
            self.state = state
            self.tries = tries
            self.said = said
            self.at = at
        }
    }

    /// One notice.
    public struct Item: Sendable, Equatable {
        /// Its id.
        public var id: String
        /// What it tells.
        public var kind: NoticesPage.Kind
        /// When it was written.
        public var at: Int64
        /// The app first, then the channels.
        public var ways: [Way]
        /// Whether a time to pay waits for it.
        public var startsClock: Bool
        /// The values the reader sees, each described at its property.
        public init(
            id: String, kind: NoticesPage.Kind, at: Int64, ways: [Way], startsClock: Bool
        ) {
            self.id = id
            self.kind = kind
            self.at = at
            self.ways = ways
            self.startsClock = startsClock
        }
    }

    /// The customer's id.
    public var customerID: String
    /// The customer's name.
    public var name: String
    /// Notices, newest first.
    public var items: [Item]
    /// Whether the reader may act.
    public var mayAct: Bool
    /// The key of what is done next.
    public var idempotencyKey: String
    /// What was wrong with the form.
    public var problems: [FieldProblem] = []

    /// The values the reader sees, each described at its property.
    public init(
        customerID: String, name: String, items: [Item], mayAct: Bool, idempotencyKey: String,
        problems: [FieldProblem] = []
    ) {
        self.customerID = customerID
        self.name = name
        self.items = items
        self.mayAct = mayAct
        self.idempotencyKey = idempotencyKey
        self.problems = problems
    }

    /// 422 when the form had problems.
    public var status: Int { problems.isEmpty ? 200 : 422 }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(
            title: say.noticesOfCustomer, place: .desk(.negatives), width: .full,
            hasProblems: !problems.isEmpty)
        return layout.document(in: scene) {
            scene.problemSummary(problems)
            scene.back(Paths.Desk.customer(customerID), name)
            scene.heading(say.noticesOfCustomer, say.noticesOfCustomerLead)
            if let waiting = items.first(where: \.startsClock), mayAct {
                scene.card(scene.say.notice(waiting.kind, scene).title, id: "told-title") {
                    scene.post(Paths.Desk.told(customerID, waiting.id), key: idempotencyKey) {
                        scene.textField(
                            .reason, say.toldOtherwise, hint: say.toldOtherwiseHint, limit: 500,
                            problems)
                        div(.class("actions")) { scene.submit(say.toldOtherwise) }
                    }
                }
            }
            section(.class("card"), .aria(.label, say.noticesOfCustomer)) {
                scene.table(
                    say.noticesOfCustomer, isCaptionHidden: true,
                    columns: [
                        Column(say.noticeColumnName, name: true), Column(say.when),
                        Column(say.channelColumn), Column(say.outcomeColumn),
                        Column(say.triesColumn, number: true), Column(say.saidColumn),
                    ], rows: items.flatMap { rows(of: $0, in: scene) }, empty: say.noDeliveries)
            }
        }
    }

    private func rows(of item: Item, in scene: Scene) -> [[Markup]] {
        item.ways.map { way in
            [
                .text(scene.say.notice(item.kind, scene).title),
                scene.stamp(way.channel == nil ? item.at : way.at),
                .text(way.channel.map(scene.say.channel) ?? scene.say.inTheApp),
                scene.chip(scene.say.delivery(way.state), way.state.tone, way.state.icon),
                .text(way.channel == nil ? "" : String(way.tries)), .text(way.said),
            ]
        }
    }
}
