import Banking
import Edges
import Ledger
import Rules
import Service
import Web

// MARK: Endpoints of the host

extension Site {
    private var hooks: Webhooks { Webhooks(service) }

    func webhookEndpoints(_ visit: DeskVisit) async throws -> Answer {
        .page(WebhooksPage(endpoints: try hooks.store.endpoints().map(row)))
    }

    func webhookEndpoint(_ visit: DeskVisit) async throws -> Answer {
        let endpoint = try found(visit)
        let limit = Site.deskRowsPerPage
        let deliveries = try hooks.store.deliveries(of: endpoint.id, limit: limit + 1)
        let acts = try hooks.store.acts(of: endpoint.id, limit: limit)
        return .page(
            WebhookPage(
                endpoint: try row(of: endpoint),
                deliveries: deliveries.prefix(limit).map(Self.page(of:)),
                hasMore: deliveries.count > limit, acts: acts.map(Self.page(of:)),
                mayAct: visit.mayAct))
    }

    /// Each says what should be so: doing it twice does no harm, and the page shows what is.
    func actOnWebhookEndpoint(_ visit: DeskVisit) async throws -> Answer {
        let id = try found(visit).id
        let actor = Actor.operator(visit.name)
        switch visit.form[.decision] {
        case "enable": _ = try hooks.set(id, .enabled, by: actor)
        case "disable": _ = try hooks.set(id, .disabled, by: actor)
        case "test": _ = try hooks.test(id, by: actor)
        case "replay":
            guard let event = EventID(visit.form[.event]) else { throw Turn.bodyMalformed }
            if case .eventUnknown = try hooks.replay(event, to: id, by: actor) {
                throw Turn.notFound
            }
        default: throw Turn.bodyMalformed
        }
        return .seeOther(Paths.Desk.webhook("\(id)").text)
    }

    private func found(_ visit: DeskVisit) throws -> WebhookStore.Endpoint {
        guard
            let id = visit.visit.parameters.get("id").flatMap({ WebhookEndpointID($0) }),
            let endpoint = try hooks.store.endpoint(id)
        else { throw Turn.notFound }
        return endpoint
    }

    private func row(of endpoint: WebhookStore.Endpoint) throws -> WebhookRow {
        let counts = try hooks.store.counts(of: endpoint.id)
        let state: WebhookRow.State =
            switch endpoint.state {
            case .enabled: endpoint.failingSince == nil ? .working : .failing
            case .disabled: .off
            case .gone: .gone
            }
        return WebhookRow(
            id: "\(endpoint.id)", url: endpoint.url, description: endpoint.description,
            types: endpoint.types, state: state, waiting: counts.waiting, failed: counts.failed,
            deliveredAt: endpoint.deliveredAt?.milliseconds,
            failingSince: endpoint.failingSince?.milliseconds)
    }

    private static func page(of act: WebhookStore.Act) -> WebhookPage.Act {
        WebhookPage.Act(
            at: act.at.milliseconds, actor: act.actor, kind: act.kind.onPages, detail: act.detail)
    }

    private static func page(of delivery: WebhookStore.Delivery) -> WebhookPage.Delivery {
        WebhookPage.Delivery(
            event: "\(delivery.event)", type: delivery.type, state: delivery.state.onPages,
            attempts: delivery.attempts,
            at: (delivery.tries.last?.at ?? delivery.madeAt).milliseconds,
            result: delivery.tries.last?.result.onPages, status: delivery.tries.last?.status,
            nextAt: delivery.state == .waiting ? delivery.due.milliseconds : nil)
    }
}

extension WebhookStore.Delivery.State {
    fileprivate var onPages: WebhookPage.Delivery.State {
        switch self {
        case .waiting: .waiting
        case .delivered: .delivered
        case .failed: .failed
        case .stopped: .stopped
        }
    }
}

extension WebhookStore.Act.Kind {
    fileprivate var onPages: WebhookPage.Act.Kind {
        switch self {
        case .added: .added
        case .changed: .changed
        case .enabled: .enabled
        case .disabled: .disabled
        case .removed: .removed
        case .rotated: .rotated
        case .tested: .tested
        case .replayed: .replayed
        case .gone: .gone
        }
    }
}

extension WebhookStore.Try.Result {
    fileprivate var onPages: WebhookPage.Delivery.Result {
        switch self {
        case .delivered: .delivered
        case .gone: .gone
        case .throttled: .throttled
        case .redirected: .redirected
        case .refused: .refused
        case .timedOut: .timedOut
        case .unreachable: .unreachable
        case .untrusted: .untrusted
        case .nameUnknown: .nameUnknown
        case .addressForbidden: .addressForbidden
        }
    }
}
