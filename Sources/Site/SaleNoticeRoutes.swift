import Ledger
import Money
import Rules
import Service
import Web

extension Site {
    var saleNoticeRoutes: [Route] {
        [
            .get("/sale-notice", .customer(saleNotice)),
            .post("/sale-notice/order", .customer(putFirst)),
        ]
    }

    private func saleNotice(_ visit: CustomerVisit) async throws -> Answer {
        let customer = try await afterShowing(visit)
        let facts = visit.facts
        let draft = Draft(
            customer, facts: facts, cause: Causes.named(scope: "preview", key: "\(visit.id)"))
        // What is due already, and when nothing is, what is due next.
        let planAt = customer.due(by: nil).isEmpty ? customer.nextDeadline : nil
        let due = customer.due(by: planAt)
        let plan = try draft.salePlan(dueBy: planAt)
        let own = Set(
            customer.settleMethods(facts).filter { $0.refusal == nil }.map(\.id))
        return .page(
            SaleNoticePage(
                owedCents: customer.owed.count, situation: customer.situation(at: facts.now),
                lines: plan.compactMap { $0.line(facts) },
                places: draft.salePlaces().map { place in
                    let method = SettleMethodID.ownSale(of: place.asset)
                    return SaleNoticePage.Place(
                        symbol: place.asset.description, name: AssetName.of(place.asset),
                        ownSale: own.contains(method)
                            && customer.mostSold(of: place.asset, facts) >= customer.owed
                            ? method : nil, hindrance: place.hindrance?.onPages)
                },
                pricesAsOf: plan.compactMap { facts.quotes[$0.asset]?.asOf }.min()?.milliseconds
                    ?? visit.now,
                bufferBasisPoints: Int(facts.policy.liquidation.buffer.count),
                idempotencyKey: Form.newKey(),
                plannedCents: due.map { customer.outstanding($0.id) }.sum().count,
                planAt: planAt?.milliseconds))
    }

    /// Puts one asset before the others, which stay in the order they had.
    private func putFirst(_ visit: CustomerVisit) async throws -> Answer {
        guard let first = AssetCode(visit.form[.asset]), visit.facts.policy.asset(first) != nil
        else { throw Turn.bodyMalformed }
        let draft = Draft(
            visit.customer, facts: visit.facts,
            cause: Causes.named(scope: "preview", key: "\(visit.id)"))
        let others = draft.salePlaces().map(\.asset).filter { $0 != first }
        _ = try await visit.perform(
            .setLiquidationOrder([first] + others), key: try visit.key(), body: "\(first) first"
        ).reply()
        return .seeOther(Paths.saleNotice.text)
    }
}

extension SalePlan {
    fileprivate func line(_ facts: Facts) -> SaleNoticePage.Line? {
        guard let policy = facts.policy.asset(asset) else { return nil }
        return SaleNoticePage.Line(
            name: AssetName.of(asset), amount: AssetAmount(policy, quantity),
            price: DollarPrice(price), grossCents: gross.count, feeCents: fee.count)
    }
}

extension SalePlace.Hindrance {
    fileprivate var onPages: SaleNoticePage.Hindrance {
        switch self {
        case .halted: .halted
        case .neverSold: .neverSold
        case .notHeld: .notHeld
        case .noPrice: .noPrice
        case .tooLittle: .tooLittle
        }
    }
}
