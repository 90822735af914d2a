import Banking
import Foundation
import Money
import Nacha
import Rules

extension Service {
    /// The return rates of today, from the counts of the days they look at.
    public func returnRates() throws -> ReturnRates {
        let today = Eastern.day(at: clock.now())
        let first = ReturnRates.firstDay(today, rules: rules)
        return ReturnRates(try reader.debitCounts(since: first), rules: rules, today: today)
    }
}

/// Looks at the return rates from time to time: tells operators when one reaches a level, once for
/// each time it does, and has the engine stop the linking of bank accounts where the policy says so.
public struct ReturnRateWatch: Sendable {
    private let service: Service

    public init(service: Service) { self.service = service }

    /// One look. Asked again at any time it says nothing twice.
    public func look() throws {
        let rates = try service.returnRates()
        let policy = service.policies.policy(at: service.clock.now()).returns
        service.engine.update(bankLinksStopped: rates.stopsBankLinks(policy))
        for figure in rates.figures where figure.span == .days {
            try look(at: figure, policy, on: rates.today)
        }
    }

    /// The level last told is kept: a rate that falls and rises again is told again.
    private func look(
        at figure: ReturnRates.Figure, _ policy: Policy.Returns, on today: Day
    ) throws {
        let setting = "return_rate_\(figure.rate.rawValue)_\(figure.method.rawValue)"
        let told = try service.edge.setting(setting).flatMap { Int64($0) } ?? 0
        let isMeant = figure.originated >= policy.debitsMin
        let reached = isMeant ? figure.reached?.count ?? 0 : 0
        guard reached != told else { return }
        if reached > told {
            try service.raise(
                .returnRate(
                    name: figure.rate.rawValue, method: figure.method.rawValue,
                    reached: BasisPoints(reached), isExceeded: figure.isExceeded),
                about: "\(setting) \(reached) \(today)")
        }
        try service.edge.set(setting, to: "\(reached)")
    }
}
