import HTML

/// An endpoint of the host that is told of events.
public struct WebhookRow: Sendable, Equatable {
    /// Whether it is told anything.
    public enum State: Sendable, Equatable, CaseIterable {
        /// It is told, and the last try arrived or nothing was to be told yet.
        case working
        /// It is told, and every try fails since a while.
        case failing
        /// A person switched it off.
        case off
        /// It said that nobody is there any more.
        case gone
    }

    /// Its id.
    public var id: String
    /// Where it is.
    public var url: String
    /// What it is for.
    public var description: String
    /// What it wants to be told; empty for everything.
    public var types: [String]
    /// Whether it is told anything.
    public var state: State
    /// Deliveries that are tried again.
    public var waiting: Int
    /// Deliveries that were given up.
    public var failed: Int
    /// When something last arrived.
    public var deliveredAt: Int64?
    /// Since when every try failed.
    public var failingSince: Int64?
    /// The values the reader sees, each described at its property.
    public init(
        id: String, url: String, description: String, types: [String], state: State, waiting: Int,
        failed: Int, deliveredAt: Int64?, failingSince: Int64?
    ) {
        self.id = id
        self.url = url
        self.description = description
        self.types = types
        self.state = state
        self.waiting = waiting
        self.failed = failed
        self.deliveredAt = deliveredAt
        self.failingSince = failingSince
    }
}

/// Every endpoint, with how it fares.
public struct WebhooksPage: Page, Equatable {
    /// Endpoints, the oldest first.
    public var endpoints: [WebhookRow]
    /// The values the reader sees, each described at its property.
    public init(endpoints: [WebhookRow]) { self.endpoints = endpoints }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(
            title: say.deskSection(.webhooks), place: .desk(.webhooks), width: .full)
        return layout.document(in: scene) {
            scene.heading(say.deskSection(.webhooks), say.webhooksLead)
            section(.class("card"), .aria(.label, say.deskSection(.webhooks))) {
                scene.table(
                    say.deskSection(.webhooks), isCaptionHidden: true,
                    columns: [
                        Column(say.endpointColumn, name: true), Column(say.statusColumn),
                        Column(say.waitingColumn, number: true),
                        Column(say.givenUpColumn, number: true), Column(say.lastArrived),
                        Column(say.failingSince),
                    ],
                    rows: endpoints.map { endpoint in
                        [
                            a(.href(Paths.Desk.webhook(endpoint.id))) { endpoint.url },
                            scene.webhookState(endpoint.state), .text("\(endpoint.waiting)"),
                            .text("\(endpoint.failed)"),
                            scene.moment(endpoint.deliveredAt), scene.moment(endpoint.failingSince),
                        ]
                    }, empty: say.noEndpoints)
            }
        }
    }
}

/// One endpoint: how it fares, what was sent to it, and the forms to send again, try, switch on and
/// off.
public struct WebhookPage: Page, Equatable {
    /// What was sent or is to be.
    public struct Delivery: Sendable, Equatable {
        /// Where it stands.
        public enum State: Sendable, Equatable, CaseIterable {
            /// It is tried again.
            case waiting
            /// It arrived.
            case delivered
            /// It was given up.
            case failed
            /// Its endpoint was switched off meanwhile.
            case stopped
        }

        /// Why a try did not arrive.
        public enum Result: Sendable, Equatable, CaseIterable {
            /// It arrived.
            case delivered
            /// The endpoint says that nobody is there any more.
            case gone
            /// The endpoint asks for rest.
            case throttled
            /// The endpoint sends elsewhere, which is not followed.
            case redirected
            /// Any other answer.
            case refused
            /// No answer in time.
            case timedOut
            /// No connection.
            case unreachable
            /// Its certificate is not believed.
            case untrusted
            /// The name has no address.
            case nameUnknown
            /// The name leads to an address that may not be called.
            case addressForbidden
        }

        /// The event's id.
        public var event: String
        /// The event's type.
        public var type: String
        /// Where it stands.
        public var state: State
        /// Tries so far.
        public var attempts: Int
        /// When it was tried last; when it was made, before that.
        public var at: Int64
        /// What the last try came to; `nil` before the first.
        public var result: Result?
        /// What was answered.
        public var status: Int?
        /// When it is tried again.
        public var nextAt: Int64?
        /// The values the reader sees, each described at its property.
        public init(
            event: String, type: String, state: State, attempts: Int, at: Int64, result: Result?,
            status: Int?, nextAt: Int64?
        ) {
            self.event = event
            self.type = type
            self.state = state
            self.attempts = attempts
            self.at = at
            self.result = result
            self.status = status
            self.nextAt = nextAt
        }
    }

    /// What somebody did with the endpoint.
    public struct Act: Sendable, Equatable {
        /// What was done.
        public enum Kind: Sendable, Equatable, CaseIterable {
            /// It came into being.
            case added
            /// Its URL, filter or description is another.
            case changed
            /// It was switched on.
            case enabled
            /// It was switched off.
            case disabled
            /// It was deleted.
            case removed
            /// It has a new secret.
            case rotated
            /// A test was sent.
            case tested
            /// Something was sent again.
            case replayed
            /// It answered 410 and was switched off by that.
            case gone
        }

        /// When.
        public var at: Int64
        /// Whose key or sign-in it was.
        public var actor: String
        /// What was done.
        public var kind: Kind
        /// What was before and after, or which events.
        public var detail: String
        /// The values the reader sees, each described at its property.
        public init(at: Int64, actor: String, kind: Kind, detail: String) {
            self.at = at
            self.actor = actor
            self.kind = kind
            self.detail = detail
        }
    }

    /// The endpoint.
    public var endpoint: WebhookRow
    /// The newest first.
    public var deliveries: [Delivery]
    /// Whether the API has more of them.
    public var hasMore: Bool
    /// What was done with it, the newest first.
    public var acts: [Act]
    /// Whether the reader may act.
    public var mayAct: Bool
    /// The values the reader sees, each described at its property.
    public init(
        endpoint: WebhookRow, deliveries: [Delivery], hasMore: Bool, acts: [Act], mayAct: Bool
    ) {
        self.endpoint = endpoint
        self.deliveries = deliveries
        self.hasMore = hasMore
        self.acts = acts
        self.mayAct = mayAct
    }

    private var isOn: Bool { endpoint.state == .working || endpoint.state == .failing }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(title: endpoint.url, place: .desk(.webhooks), width: .full)
        return layout.document(in: scene) {
            scene.back(Paths.Desk.webhooks, say.deskSection(.webhooks))
            div(.class("heading")) {
                h1 { say.endpointColumn }
                div(.class("actions")) { scene.webhookState(endpoint.state) }
            }
            section(.class("card"), .aria(.label, say.details)) {
                scene.facts([
                    Fact(say.endpointURL, code { endpoint.url }),
                    Fact(
                        say.endpointFor,
                        endpoint.description.isEmpty ? "–" : endpoint.description),
                    Fact(
                        say.toldOf,
                        endpoint.types.isEmpty
                            ? say.everyEvent : endpoint.types.joined(separator: ", ")),
                    Fact(say.waitingColumn, "\(endpoint.waiting)"),
                    Fact(say.givenUpColumn, "\(endpoint.failed)"),
                    Fact(say.lastArrived, scene.moment(endpoint.deliveredAt)),
                    Fact(say.failingSince, scene.moment(endpoint.failingSince)),
                ])
                if mayAct { actions(in: scene) }
            }
            scene.card(say.deliveriesTitle, id: "deliveries-title") {
                scene.table(
                    say.deliveriesTitle, isCaptionHidden: true,
                    columns: columns(say), rows: deliveries.map { row($0, in: scene) },
                    empty: say.nothingSent)
                if hasMore { p(.class("soft small")) { say.moreRows(deliveries.count) } }
            }
            scene.card(say.endpointActsTitle, id: "acts-title") {
                scene.table(
                    say.endpointActsTitle, isCaptionHidden: true,
                    columns: [
                        Column(say.actColumn, name: true), Column(say.actorColumn),
                        Column(say.actTimeColumn), Column(say.details),
                    ],
                    rows: acts.map { act in
                        [
                            .text(say.endpointAct(act.kind)), .text(act.actor),
                            scene.moment(act.at),
                            .text(act.detail.isEmpty ? "–" : act.detail),
                        ]
                    }, empty: say.noEndpointActs)
            }
        }
    }

    private func actions(in scene: Scene) -> Markup {
        let say = scene.say
        return scene.post(Paths.Desk.webhook(endpoint.id)) {
            div(.class("actions")) {
                if isOn {
                    scene.submit(say.tryEndpoint, decision: "test")
                    scene.submit(say.switchOff, "button second", decision: "disable")
                } else {
                    scene.submit(say.switchOn, decision: "enable")
                }
            }
            p(.class("soft small")) { isOn ? say.switchOffHint : say.switchOnHint }
        }
    }

    private func columns(_ say: Catalogue) -> [Column] {
        let told = [
            Column(say.eventColumn, name: true), Column(say.statusColumn),
            Column(say.triesColumn, number: true), Column(say.lastTry), Column(say.answerColumn),
            Column(say.nextTry),
        ]
        return mayAct && isOn ? told + [Column(say.sendAgain)] : told
    }

    private func row(_ delivery: Delivery, in scene: Scene) -> [Markup] {
        let say = scene.say
        let told: [Markup] = [
            group {
                .text(delivery.type)
                br()
                code { delivery.event }
            },
            scene.deliveryState(delivery.state), .text("\(delivery.attempts)"),
            scene.moment(delivery.at),
            .text(delivery.result.map { say.tryResult($0, delivery.status) } ?? "–"),
            scene.moment(delivery.nextAt),
        ]
        guard mayAct, isOn else { return told }
        return told + [
            scene.post(Paths.Desk.webhook(endpoint.id)) {
                hiddenField(.event, delivery.event)
                button(
                    .class("button second"), .type("submit"), .name(Field.decision.rawValue),
                    .value("replay"), .aria(.label, say.sendAgain(delivery.event))
                ) { say.sendAgain }
            }
        ]
    }
}

extension Scene {
    fileprivate func moment(_ at: Int64?) -> Markup { at.map { stamp($0) } ?? .text("–") }

    fileprivate func webhookState(_ state: WebhookRow.State) -> Markup {
        switch state {
        case .working: chip(say.webhookState(state), .good, .check)
        case .failing: chip(say.webhookState(state), .attention, .warning)
        case .off, .gone: chip(say.webhookState(state), .quiet, .pause)
        }
    }

    fileprivate func deliveryState(_ state: WebhookPage.Delivery.State) -> Markup {
        switch state {
        case .delivered: chip(say.deliveryState(state), .good, .check)
        case .waiting: chip(say.deliveryState(state), .attention, .clock)
        case .failed: chip(say.deliveryState(state), .attention, .warning)
        case .stopped: chip(say.deliveryState(state), .quiet, .pause)
        }
    }
}
