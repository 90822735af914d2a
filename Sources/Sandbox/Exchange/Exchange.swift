import Banking
import Foundation
import Logging
import Money
import ServiceLifecycle

/// What a person at the exchange's page wants to trade.
struct TradeTicket: Sendable, Equatable {
    var side: Side
    var asset: MarketAsset
    /// Cents for a buy at the market's price.
    var cash: Cents?
    /// For a sale, and for a buy with a limit.
    var quantity: Quantity?
    var limit: Price?

    static func == (lhs: TradeTicket, rhs: TradeTicket) -> Bool {
        lhs.side == rhs.side && lhs.asset.code == rhs.asset.code && lhs.cash == rhs.cash
            && lhs.quantity == rhs.quantity && lhs.limit == rhs.limit
    }
}

/// The host exchange: it owns the customers, trades for them, and keeps its books in Makewhole.
///
/// An order is first reserved in Makewhole, then sent to the market, then each trade is booked,
/// then what is left of the reservation is given free.
actor Exchange: Service {
    private var kept: Kept<ExchangeState>
    nonisolated let client: ExchangeClient
    private let market: Market
    private let clock: SandboxClock
    private let logger: Logger
    /// Makewhole's ids by our reference, once the samples are there.
    private(set) var customerIDs: [String: String] = [:]
    /// Why the samples are not there yet, as a sentence.
    private(set) var setupTrouble: String?
    /// What was last said about an order that cannot go on.
    private var troubles: [String: String] = [:]
    /// An order is taken a step further by one call at a time.
    private var busyOrders: Set<String> = []

    /// How often the desk looks for trades to book and withdrawals to send.
    static let pause: Duration = .seconds(1)

    init(
        folder: URL, client: ExchangeClient, market: Market, clock: SandboxClock, logger: Logger
    ) throws {
        kept = try Kept(folder.appendingPathComponent("exchange.jsonl"))
        self.client = client
        self.market = market
        self.clock = clock
        self.logger = logger
    }

    var state: ExchangeState { kept.state }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.attend()
                do { try await Task.sleep(for: Self.pause) } catch { return }
            }
        }
    }

    // MARK: The desk

    /// One look at everything that waits for the exchange. It may run at any time, also while
    /// another one is on its way.
    func attend() async {
        do {
            if customerIDs.count < SampleCustomer.all.count { try await setUp() }
            try await workOffOrders()
            try await sendWithdrawals()
        } catch let failure as MakewholeFailure {
            switch failure {
            case .unreachable: logger.debug("The exchange waits: \(failure)")
            case .refused, .unexpected: logger.warning("The exchange: \(failure)")
            }
        } catch {
            logger.error("The exchange's journal cannot be written: \(error)")
        }
    }

    /// Makes sure the sample customers are there, with their accounts. Safe to repeat: what is
    /// there is found by our own reference.
    private func setUp() async throws {
        do {
            for sample in SampleCustomer.all where customerIDs[sample.reference] == nil {
                customerIDs[sample.reference] = try await setUp(sample)
            }
            setupTrouble = nil
        } catch {
            setupTrouble = "\(error)"
            throw error
        }
    }

    private func setUp(_ sample: SampleCustomer) async throws -> String {
        if let known = try await client.customer(reference: sample.reference) {
            return known.id
        }
        for fund in SampleCustomer.houseFunds {
            try await client.fund(fund.asset, fund.quantity)
        }
        let customer = try await client.create(sample)
        for account in sample.accounts {
            try await client.link(account, to: customer.id, reference: sample.reference)
        }
        try await client.linkCard(to: customer.id, reference: sample.reference)
        logger.info("The exchange opened an account for \(sample.name).")
        return customer.id
    }

    private func workOffOrders() async throws {
        let unfinished = kept.state.unfinished
        guard !unfinished.isEmpty else { return }
        let unwanted = Set(try await client.ordersToCancel())
        for order in unfinished {
            do {
                if unwanted.contains(order.id), case .atMarket = kept.state.stage(order) {
                    _ = try await market.cancel(order.id)
                }
                try await workOff(order)
            } catch let failure as MakewholeFailure {
                note(failure, about: order.id)
            }
        }
    }

    /// Says once what keeps an order from going on; it is tried again every round.
    private func note(_ failure: MakewholeFailure, about id: String) {
        guard troubles[id] != failure.description else { return }
        troubles[id] = failure.description
        logger.warning("Order \(id) waits: \(failure)")
    }

    /// Takes an order as far as it goes now.
    private func workOff(_ order: ExchangeOrder) async throws {
        guard busyOrders.insert(order.id).inserted else { return }
        defer { busyOrders.remove(order.id) }
        if kept.state.stage(order) == .wanted {
            do {
                let id = try await client.reserve(order)
                try kept.keep([.reserved(id: order.id, makewholeID: id)])
            } catch let MakewholeFailure.refused(_, _, detail) {
                try kept.keep([.refused(id: order.id, reason: detail)])
                return
            }
        }
        if case .reserved = kept.state.stage(order) {
            try await market.take(order)
            try kept.keep([.sentToMarket(id: order.id)])
        }
        if case .atMarket(let makewholeID) = kept.state.stage(order) {
            try await book(order, as: makewholeID)
        }
    }

    private func book(_ order: ExchangeOrder, as makewholeID: String) async throws {
        // An order that found no offer at all was never at the market.
        let placed = await market.state.orders[order.id]
        for (fill, cash) in Spending.amounts(of: placed?.fills ?? [], in: order)
        where !kept.state.isBooked(fill.tradeID, of: order) {
            // A trade worth less than a cent has no place in books of cents; the exchange bears it.
            if cash > .zero {
                try await client.book(
                    order, as: makewholeID, tradeID: fill.tradeID,
                    quantity: MarketAsset.named(order.asset)?.text(Quantity(fill.quantity)) ?? "",
                    cashMinor: cash.count)
            }
            try kept.keep([.booked(id: order.id, tradeID: fill.tradeID)])
        }
        if placed?.isResting == true { return }
        try await client.close(order, as: makewholeID)
        try kept.keep([.closed(id: order.id)])
    }

    /// Everything asked for goes out at once: the exchange's chain and wires are make-believe.
    private func sendWithdrawals() async throws {
        for withdrawal in try await client.withdrawalsToSend() {
            try await client.markSent(withdrawal.id, of: withdrawal.customer)
        }
    }

    // MARK: For the pages

    /// Places an order; throws Makewhole's refusal when it cannot be reserved.
    func place(_ ticket: TradeTicket, for customer: String) async throws -> ExchangeOrder {
        let now = await clock.now()
        let cash: Cents
        switch (ticket.side, ticket.cash, ticket.limit) {
        case (.sell, _, _): cash = .zero
        case (.buy, .some(let given), _): cash = given
        case (.buy, nil, let limit):
            cash =
                limit?.value(
                    of: ticket.quantity ?? .zero, of: ticket.asset.asset, rounding: .up)
                ?? .zero
        }
        let order = ExchangeOrder(
            id: "sx-\(Secrets.token())", customer: customer, side: ticket.side,
            asset: ticket.asset.code, cashMinor: cash.count,
            quantity: ticket.quantity?.count ?? 0, limit: ticket.limit?.count,
            placedAt: now.milliseconds)
        try kept.keep([.wanted(order)])
        do {
            try await workOff(order)
        } catch let failure as MakewholeFailure {
            // The order is kept, so the desk goes on with it as soon as Makewhole answers.
            note(failure, about: order.id)
        }
        if case .refused(let reason) = kept.state.stage(order) {
            throw MakewholeFailure.refused(status: 409, code: "refused", detail: reason)
        }
        return order
    }

    /// Takes a waiting order out of the market and frees what it reserved.
    func cancel(_ id: String, of customer: String) async throws {
        guard
            let order = kept.state.unfinished.first(where: {
                $0.id == id && $0.customer == customer
            })
        else { throw MarketRefusal.unknownOrder(id) }
        _ = try await market.cancel(id)
        try await workOff(order)
    }

    func ordersShown(of customer: String) -> [ExchangeOrder] {
        kept.state.orders.filter { $0.customer == customer }
    }
}

extension Market {
    /// Brings an exchange order to the market. Repeating it changes nothing.
    func take(_ order: ExchangeOrder) async throws {
        if state.orders[order.id] != nil { return }
        guard let asset = MarketAsset.named(order.asset) else {
            throw MarketRefusal.unknownAsset(order.asset)
        }
        var request = OrderRequest(
            clientOrderID: order.id, asset: order.asset, side: order.side,
            quantity: order.quantity, limit: order.limit,
            timeInForce: order.limit == nil ? .immediateOrCancel : .goodTillCancelled)
        if order.quantity == 0 {
            let offers = await offers(to: order.side, of: asset)
            guard
                let bought = Spending.quantity(
                    for: Cents(order.cashMinor), of: asset.asset, offers: offers)
            else { return }
            request.quantity = bought.quantity.count
            request.limit = bought.worst.count
        }
        _ = try await place(request)
    }
}
