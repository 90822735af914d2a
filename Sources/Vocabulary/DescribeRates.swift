import Banking
import Money
import Nacha
import Rules
import Wire

extension ReturnRates {
    /// Every figure, as the API tells it.
    public func json(_ policy: Policy.Returns) -> JSON {
        .object([
            ("day", .string(today.iso)),
            ("bank_links_stopped", .boolean(stopsBankLinks(policy))),
            ("figures", .array(figures.map(\.json))),
        ])
    }
}

extension ReturnRates.Figure {
    fileprivate var json: JSON {
        func level(_ points: BasisPoints?) -> JSON { points.map { .integer($0.count) } ?? .null }
        return .object([
            ("rate", .string(rate.rawValue)),
            ("method", .string(method.rawValue)),
            ("span", .string(span.rawValue)),
            ("from", .string(from.iso)),
            ("through", .string(through.iso)),
            ("returned", .integer(Int64(returned))),
            ("originated", .integer(Int64(originated))),
            ("basis_points", basisPoints.map(JSON.integer) ?? .null),
            ("limit_basis_points", .integer(limit.most.count)),
            ("warning_basis_points", .array(limit.warnings.map { .integer($0.count) })),
            ("reached_basis_points", level(reached)),
            ("next_basis_points", level(next)),
            ("exceeded", .boolean(isExceeded)),
        ])
    }
}
