import Banking
import Foundation
import Wire

/// The market at work: its books, kept durable, on the sandbox's clock.
actor Market {
    private var kept: Kept<MarketState>
    private let clock: SandboxClock

    init(folder: URL, clock: SandboxClock) throws {
        kept = try Kept(folder.appendingPathComponent("market.jsonl"))
        self.clock = clock
    }

    var state: MarketState { kept.state }

    /// When somebody last asked for prices.
    struct Reading: Sendable {
        /// On the sandbox's clock.
        var at: Instant
        /// On the real one.
        var realTime: ContinuousClock.Instant

        /// Whether whoever asks is still there.
        var isRecent: Bool { ContinuousClock.now - realTime < .seconds(15) }
    }

    private(set) var latestReading: Reading?

    /// Notes that somebody asked for prices.
    func noteReading(at now: Instant) {
        latestReading = Reading(at: now, realTime: .now)
    }

    /// Opens a new market, and fills resting orders the prices have reached.
    func tick(at now: Instant) throws {
        try kept.keep(kept.state.decideOpening(at: now))
        while true {
            let events = kept.state.decideCrossing(at: now)
            if events.isEmpty { return }
            try kept.keep(events)
        }
    }

    func place(_ request: OrderRequest) async throws -> Order {
        let now = await clock.now()
        try tick(at: now)
        try kept.keep(kept.state.decidePlacing(request, at: now))
        return try order(request.clientOrderID)
    }

    /// What a taker on this side meets now, best first.
    func offers(to side: Side, of asset: MarketAsset) async -> [BookLevel] {
        kept.state.offers(to: side, of: asset, at: await clock.now())
    }

    func order(_ clientOrderID: String) throws(MarketRefusal) -> Order {
        guard let order = kept.state.orders[clientOrderID] else {
            throw .unknownOrder(clientOrderID)
        }
        return order
    }

    func cancel(_ clientOrderID: String) throws -> Order {
        try kept.keep(kept.state.decideCancelling(clientOrderID))
        return try order(clientOrderID)
    }

    /// Does what a person asked of the market, then fills what the new prices reach.
    func perform(
        _ decide: @Sendable (MarketState, Instant) throws(MarketRefusal) -> [MarketState.Event]
    ) async throws {
        let now = await clock.now()
        try kept.keep(decide(kept.state, now))
        try tick(at: now)
    }
}
