import Banking
import Edges
import Foundation
import Ledger
import Logging
import Rules
import Service
import Synchronization
import Wire

/// Tells the host what happened: to each endpoint in rounds of its own, so that one that is slow or
/// down holds up no other. A round sends what waits and what the log has behind the endpoint's place,
/// and keeps what became of it in one transaction; a crash before that sends the same again, under the
/// same ids.
public final class WebhookRail: Sendable {
    private let service: Service
    private let webhooks: Webhooks
    private let caller: WebhookCaller
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        /// Endpoints with a round under way.
        var busy: Set<WebhookEndpointID> = []
        /// How far the log was looked through without anything to send, behind the kept place.
        var passed: [WebhookEndpointID: Passed] = [:]
        /// Endpoints of which something could not be read or kept.
        var stumbles: [WebhookEndpointID: (count: Int, until: ContinuousClock.Instant)] = [:]
    }

    /// It holds for this place and filter only: what one filter passes over another may want.
    private struct Passed {
        let from: EventID
        let types: [String]
        let through: EventID
    }

    /// Deliveries of one round, which are kept together.
    static let roundMax = 32
    /// Commits without anything to send before the place is kept anyway.
    static let passedMax = 1_000
    /// Rounds follow each other for so long before the name is looked up again.
    static let waySeconds: Int64 = 30
    /// Deliveries that are forgotten in one transaction, and the pause behind it: others write too.
    static let forgottenMax = 500
    static let forgetPauseMilliseconds = 50
    /// Seconds from one look for what is to be forgotten to the next.
    static let forgetSeconds = 60
    /// An endpoint of which something could not be read is left alone for a second, then for twice
    /// as long each time, and never longer than this.
    static let stumbleSecondsMax: Int64 = 60

    public init(service: Service, caller: WebhookCaller, logger: Logger) {
        self.service = service
        webhooks = Webhooks(service)
        self.caller = caller
        self.logger = logger
    }

    private var store: WebhookStore { webhooks.store }
    private var log: EventLog { webhooks.log }

    /// Goes on until it is cancelled.
    public func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.forget() }
            while !Task.isCancelled {
                do {
                    for endpoint in try waiting() {
                        group.addTask { await self.tell(endpoint) }
                    }
                } catch {
                    stumble(error)
                }
                await service.eventBell.wait(atMost: 500)
                // Commits come in crowds: one look is enough for those of a moment.
                do { try await Task.sleep(for: .milliseconds(20)) } catch { return }
            }
        }
    }

    private func stumble(_ error: any Error) {
        logger.error("the host could not be told", metadata: ["error": "\(error)"])
        service.figures.stumbled(.webhooks)
    }

    /// Endpoints that have something to be sent and no round under way; each has one now.
    private func waiting() throws -> [WebhookStore.Endpoint] {
        let endpoints = try store.endpoints().filter { $0.state == .enabled }
        guard !endpoints.isEmpty else { return [] }
        let now = service.clock.now()
        let head = try log.head()
        return endpoints.filter { endpoint in
            guard endpoint.quietUntil.map({ $0 <= now }) ?? true else { return false }
            let isAlone = state.withLock { state in
                let isResting = state.stumbles[endpoint.id].map { $0.until > .now } ?? false
                return !isResting && !state.busy.contains(endpoint.id)
            }
            guard isAlone else { return false }
            do {
                let hasWork =
                    try place(of: endpoint) < head
                    || !store.due(endpoint.id, at: now, limit: 1).isEmpty
                guard hasWork else { return false }
            } catch {
                stumble(error, over: endpoint.id)
                return false
            }
            return state.withLock { $0.busy.insert(endpoint.id).inserted }
        }
    }

    func place(of endpoint: WebhookStore.Endpoint) -> EventID {
        state.withLock { state in
            guard let passed = state.passed[endpoint.id], passed.from == endpoint.position,
                passed.types == endpoint.types
            else { return endpoint.position }
            return max(passed.through, endpoint.position)
        }
    }

    /// One endpoint is left alone for a while, and holds up no other.
    private func stumble(_ error: any Error, over id: WebhookEndpointID) {
        stumble(error)
        state.withLock { state in
            let count = (state.stumbles[id]?.count ?? 0) + 1
            state.stumbles[id] = (count, .now + .seconds(Self.stumbleSeconds(after: count)))
        }
    }

    static func stumbleSeconds(after count: Int) -> Int64 {
        min(1 << Int64(min(max(count - 1, 0), 16)), stumbleSecondsMax)
    }

    /// Deliveries that are over are forgotten after ``WebhookStore/keptDays``, in slices, until none
    /// is left that is older.
    private func forget() async {
        while !Task.isCancelled {
            do {
                while try forgetSome() == Self.forgottenMax {
                    try await Task.sleep(for: .milliseconds(Self.forgetPauseMilliseconds))
                }
                try await Task.sleep(for: .seconds(Self.forgetSeconds))
            } catch is CancellationError {
                return
            } catch {
                stumble(error)
                do { try await Task.sleep(for: .seconds(Self.forgetSeconds)) } catch { return }
            }
        }
    }

    private func forgetSome() throws -> Int {
        try store.forget(
            before: service.clock.now().adding(days: -WebhookStore.keptDays),
            limit: Self.forgottenMax)
    }

    // MARK: Rounds

    private func tell(_ endpoint: WebhookStore.Endpoint) async {
        do {
            try await rounds(of: endpoint)
            state.withLock {
                $0.stumbles[endpoint.id] = nil
                $0.busy.remove(endpoint.id)
            }
            service.eventBell.ring()
        } catch {
            // What was under way is sent again, after a while or after the next start.
            if !(error is CancellationError) { stumble(error, over: endpoint.id) }
            state.withLock { _ = $0.busy.remove(endpoint.id) }
        }
    }

    private func rounds(of first: WebhookStore.Endpoint) async throws {
        var way: Result<WebhookCaller.Way, WebhookCaller.NoWay>?
        do {
            let began = ContinuousClock.now
            var endpoint: WebhookStore.Endpoint? = first
            while let current = endpoint, current.state == .enabled, current.url == first.url,
                current.quietUntil.map({ $0 <= service.clock.now() }) ?? true,
                began.duration(to: .now) < .seconds(Self.waySeconds)
            {
                try Task.checkCancellation()
                let (batch, through) = try batch(for: current)
                guard !batch.isEmpty else { break }
                if way == nil {
                    do throws(WebhookCaller.NoWay) {
                        way = .success(try await caller.way(to: current.url))
                    } catch {
                        way = .failure(error)
                    }
                }
                guard let way else { break }
                try await round(batch, through: through, of: current, by: way)
                endpoint = try store.endpoint(current.id)
            }
        } catch {
            if case .success(let way) = way { await way.close() }
            throw error
        }
        if case .success(let way) = way { await way.close() }
    }

    /// What waits and is due, and what is new; passes over what the endpoint does not want.
    func batch(
        for endpoint: WebhookStore.Endpoint
    ) throws -> (deliveries: [WebhookStore.Delivery], through: EventID?) {
        let now = service.clock.now()
        let due = try store.due(endpoint.id, at: now, limit: Self.roundMax)
        var fresh: [WebhookStore.Delivery] = []
        var through = place(of: endpoint)
        var hasMore = due.count < Self.roundMax
        while hasMore, fresh.isEmpty {
            try Task.checkCancellation()
            let reading = try log.events(
                after: through, limit: Self.roundMax - due.count, where: endpoint.wants)
            fresh = reading.events.map {
                WebhookStore.Delivery(event: $0.id, type: $0.type, at: now)
            }
            through = reading.through
            hasMore = reading.hasMore
        }
        if due.isEmpty, fresh.isEmpty {
            if through.commitsBehind(endpoint.position) < Self.passedMax {
                state.withLock {
                    $0.passed[endpoint.id] = Passed(
                        from: endpoint.position, types: endpoint.types, through: through)
                }
            } else {
                var round = WebhookStore.Round()
                round.position = through
                round.types = endpoint.types
                try store.keep(round, of: endpoint.id, from: endpoint.position, at: now)
            }
        }
        // An event that is sent again may be ahead in both: it is sent once.
        let waiting = Set(due.map(\.event))
        return (due + fresh.filter { !waiting.contains($0.event) }, through)
    }

    private func round(
        _ batch: [WebhookStore.Delivery], through: EventID?, of endpoint: WebhookStore.Endpoint,
        by way: Result<WebhookCaller.Way, WebhookCaller.NoWay>
    ) async throws {
        let signers = try webhooks.signers(of: endpoint.id)
        var round = WebhookStore.Round()
        round.position = through
        round.types = endpoint.types
        try await withThrowingTaskGroup(of: Tried.self) { group in
            var left = batch[...]
            while !left.isEmpty {
                if batch.count - left.count >= WebhookCaller.atOnce,
                    let tried = try await group.next()
                {
                    take(tried, into: &round)
                }
                // Who asks for rest, or is gone, gets nothing more of this round.
                guard !round.asksForRest else { break }
                let delivery = left.removeFirst()
                group.addTask { try await self.send(delivery, signers, by: way) }
            }
            while let tried = try await group.next() { take(tried, into: &round) }
            // What is new is kept with the place that passes it; what waited waits.
            round.deliveries += left.filter { $0.number == 0 }
        }
        try store.keep(
            round, of: endpoint.id, from: endpoint.position, at: service.clock.now())
    }

    private struct Tried {
        var delivery: WebhookStore.Delivery
        let one: WebhookStore.Try
        let retryAfter: Int64?
    }

    private func send(
        _ delivery: WebhookStore.Delivery, _ signers: [WebhookSigner],
        by way: Result<WebhookCaller.Way, WebhookCaller.NoWay>
    ) async throws -> Tried {
        let at = service.clock.now()
        let start = ContinuousClock.now
        let answer: WebhookCaller.Answer
        switch way {
        case .failure(let none):
            answer = WebhookCaller.Answer(result: none.result, status: nil, retryAfter: nil)
        case .success(let way):
            guard let body = try webhooks.body(of: delivery) else {
                // Its commit is not in these books, so nothing can be sent.
                logger.error("an event is gone", metadata: ["event": "\(delivery.event)"])
                answer = WebhookCaller.Answer(result: .unreachable, status: nil, retryAfter: nil)
                break
            }
            // Receivers compare with the time of the world, whatever a sandbox plays.
            let headers = try WebhookSignature.headers(
                id: "\(delivery.event)",
                timestampSeconds: Int64(Date().timeIntervalSince1970), body: body,
                signers: signers)
            answer = try await caller.send(body, headers, by: way)
        }
        let (seconds, attoseconds) = start.duration(to: .now).components
        return Tried(
            delivery: delivery,
            one: WebhookStore.Try(
                at: at, milliseconds: seconds * 1_000 + attoseconds / 1_000_000_000_000_000,
                status: answer.status, result: answer.result),
            retryAfter: WebhookSchedule.retryAfter(answer.retryAfter, at: at))
    }

    private func take(_ tried: Tried, into round: inout WebhookStore.Round) {
        let now = service.clock.now()
        let result = tried.one.result
        var delivery = tried.delivery
        delivery.tries = [tried.one]
        delivery.attempts += 1
        if result == .delivered {
            delivery.state = .delivered
            delivery.doneAt = now
        } else if let due = WebhookSchedule.next(
            after: delivery.attempts, at: now, rest: tried.retryAfter,
            jitter: Int64.random(in: 0...WebhookSchedule.jitterMax))
        {
            delivery.due = due
        } else {
            delivery.state = .failed
            delivery.doneAt = now
        }
        if result == .gone { round.isGone = true }
        if let rest = WebhookSchedule.rest(after: result, retryAfter: tried.retryAfter) {
            let until = now.adding(seconds: Int(rest))
            round.quietUntil = max(round.quietUntil ?? until, until)
        }
        service.figures.webhook(result)
        if delivery.state == .failed {
            logger.warning("an event was not delivered", metadata: ["event": "\(delivery.event)"])
        }
        round.deliveries.append(delivery)
    }
}
