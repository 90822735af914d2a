import Ledger
import Money
import Rules
import Wire

extension Describe {
    /// An event as the host is sent it: `type`, `timestamp` and `data`. Of a thing only what was fixed
    /// when it came into being is told, so that the same event is the same text whenever it is sent.
    ///
    /// - Parameter isShort: leaves lists out, for an event that would be too long with them.
    public func event(_ event: HostEvent, isShort: Bool = false) -> JSON {
        var data: JSON.Object = [
            "customer": text(event.customer), "reference": .string(event.reference),
        ]
        if let subject = event.subject {
            for (name, value) in fixed(subject) { data[name] = value }
        }
        if let state = event.state { data["state"] = .string(state) }
        if let notice = event.notice {
            data["notice"] = text(notice.id)
            for (name, value) in values(of: notice.content) { data[name] = value }
        }
        switch event.detail {
        case .kind(let kind): data["kind"] = .string(kind)
        case .stop(let flag, let kind):
            data["flag"] = flag.map { text($0) } ?? .null
            data["kind"] = kind.map { .string($0) } ?? .null
        case nil: break
        }
        if isShort {
            for member in data.members where member.value.arrayValue != nil {
                data[member.key] = .null
            }
        }
        return [
            "type": .string(event.type), "timestamp": time(event.at), "data": .object(data),
        ]
    }

    private func fixed(_ subject: HostEvent.Subject) -> [(String, JSON)] {
        switch subject {
        case .deposit(let deposit):
            [
                ("deposit", text(deposit.id)), ("method", text(deposit.method)),
                ("amount_minor", cents(deposit.amount)), ("credit_minor", cents(deposit.credit)),
            ]
        case .obligation(let obligation):
            [("obligation", text(obligation.id))] + [origin(obligation.origin)]
        case .settlement(let settlement):
            [
                ("settlement", text(settlement.id)), ("kind", .string(settlement.kind.rawValue)),
                ("amount_minor", cents(settlement.amount)), ("fee_minor", cents(settlement.fee)),
                ("obligations", .array(settlement.allocations.map { text($0.obligation) })),
            ]
        case .withdrawal(let withdrawal):
            [("withdrawal", text(withdrawal.id))] + amount(withdrawal.amount, withdrawal.asset) + [
                ("destination", .string(withdrawal.destination)),
                ("refund", .boolean(withdrawal.isRefund)),
            ]
        case .order(let order):
            [
                ("order", text(order.id)), ("order_reference", .string(order.reference)),
                ("side", .string(order.side.rawValue)), ("asset", .string(order.asset.description)),
            ]
        case .sale(let sale):
            [
                ("sale", text(sale.id)), ("asset", .string(sale.asset.description)),
                ("quantity", quantity(sale.ordered, sale.asset)),
                ("limit_price", .string(sale.limit.text)),
            ]
        case .document(let document):
            [
                ("document", text(document.id)), ("settlement", text(document.settlement)),
                ("document_type", .string(document.type.rawValue)),
            ]
        case .claim(let claim):
            [
                ("claim", text(claim.id)), ("deposit", text(claim.deposit)),
                ("amount_minor", cents(claim.amount)),
            ]
        }
    }

    private func origin(_ origin: Obligation.Origin) -> (String, JSON) {
        switch origin {
        case .deposit(let id): ("deposit", text(id))
        case .chargeback(let id): ("settlement", text(id))
        case .warrantyClaim(let id): ("claim", text(id))
        }
    }
}
