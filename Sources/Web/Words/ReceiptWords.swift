extension Catalogue {
    // Receipts

    var receiptOfPayment: String { text(.receiptOfPayment) }
    var paidBy: String { text(.paidBy) }
    var paidTo: String { text(.paidTo) }
    var paidWith: String { text(.paidWith) }
    var paidInAll: String { text(.paidInAll) }
    var toWhatWasOwed: String { text(.toWhatWasOwed) }
    var ofItSaleFee: String { text(.ofItSaleFee) }
    var whatItPaid: String { text(.whatItPaid) }
    var toWrittenOff: String { text(.toWrittenOff) }
    var toYourCash: String { text(.toYourCash) }
    var moreThanOwed: String { text(.moreThanOwed) }
    func paidFor(_ deposit: String, _ state: String) -> String {
        text(.paidFor, ["deposit": deposit, "state": state])
    }
    func dateAndTime(_ date: String, _ time: String) -> String {
        text(.dateAndTime, ["date": date, "time": time])
    }
    func receiptMade(_ brand: String, _ time: String) -> String {
        text(.receiptMade, ["brand": brand, "time": time])
    }
    func pageOf(_ reference: String, _ page: Int, _ count: Int) -> String {
        text(.pageOf, ["reference": reference, "page": page, "count": count])
    }
    func soldLine(_ amount: String, _ price: String, _ time: String) -> String {
        text(.soldLine, ["amount": amount, "price": price, "time": time])
    }
    var downloadPDF: String { text(.downloadPDF) }
}
