extension Catalogue {
    // Receipts

    var receiptOfPayment: String { pick("Receipt", "Comprobante") }
    var paidBy: String { pick("Paid by", "Pagado por") }
    var paidTo: String { pick("Paid to", "Pagado a") }
    var paidWith: String { pick("Paid with", "Pagado con") }
    var paidInAll: String { pick("Paid in all", "Pagado en total") }
    var toWhatWasOwed: String { pick("To what was owed", "A lo que debía") }
    var ofItSaleFee: String {
        pick("Our fee, taken from the sale", "Nuestra comisión, descontada de la venta")
    }
    var whatItPaid: String { pick("What it paid", "Lo que pagó") }
    var toWrittenOff: String {
        pick("To what had been written off", "A lo que se había dado por perdido")
    }
    var toYourCash: String { pick("To your cash", "A su efectivo") }
    var moreThanOwed: String {
        pick("More than was owed, goes back", "Más de lo que debía, se devuelve")
    }
    func paidFor(_ deposit: String, _ state: String) -> String {
        pick("\(deposit) (\(state))", "\(deposit) (\(state))")
    }
    func dateAndTime(_ date: String, _ time: String) -> String {
        pick("\(date), \(time)", "\(date), \(time)")
    }
    func receiptMade(_ brand: String, _ time: String) -> String {
        pick(
            "Made by \(brand) from its books on \(time). The same page can be made again any time.",
            """
            Hecho por \(brand) a partir de sus libros el \(time). La misma página puede hacerse de \
            nuevo en cualquier momento.
            """
        )
    }
    func pageOf(_ reference: String, _ page: Int, _ count: Int) -> String {
        pick(
            "\(reference) · page \(page) of \(count)", "\(reference) · página \(page) de \(count)")
    }
    func soldLine(_ amount: String, _ price: String, _ time: String) -> String {
        pick("\(amount) at \(price), \(time)", "\(amount) a \(price), \(time)")
    }
    var downloadPDF: String { pick("Download as PDF", "Descargar en PDF") }
}
