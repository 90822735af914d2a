import Banking
import Rules
import Web

extension Site {
    var receiptRoutes: [Route] {
        [
            .get("/settlements/:id/receipt", .customer(receipt)),
            .get("/settlements/:id/receipt.pdf", .customer(receiptFile)),
            .get("/sales/:id/receipt.pdf", .customer(saleReceiptFile)),
        ]
    }

    private func receipt(_ visit: CustomerVisit) async throws -> Answer {
        let settlement = try visit.settlement()
        guard let page = receiptPage(of: settlement, visit) else {
            return .seeOther(Paths.settlement("\(settlement.id)").text)
        }
        return .page(page)
    }

    private func receiptFile(_ visit: CustomerVisit) async throws -> Answer {
        let settlement = try visit.settlement()
        guard let page = receiptPage(of: settlement, visit) else {
            return .seeOther(Paths.settlement("\(settlement.id)").text)
        }
        return .file(
            page.pdf(in: try scene(of: visit.visit)), contentType: "application/pdf",
            name: "receipt-\(settlement.reference).pdf")
    }

    /// There is a receipt once the books have the payment.
    private func receiptPage(of settlement: Settlement, _ visit: CustomerVisit) -> ReceiptPage? {
        guard case .completed(let at) = settlement.state else { return nil }
        return ReceiptPage(
            payment: done(settlement, at, visit), payer: visit.customer.profile.name,
            payee: service.settings.originator.companyName)
    }

    private func saleReceiptFile(_ visit: CustomerVisit) async throws -> Answer {
        let page = try salePage(visit)
        return .file(
            page.pdf(in: try scene(of: visit.visit)), contentType: "application/pdf",
            name: "sale-\(page.saleID).pdf")
    }
}
