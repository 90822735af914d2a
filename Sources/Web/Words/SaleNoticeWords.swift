extension Catalogue {
    // What may be sold

    var saleNoticeTitle: String { text(.saleNoticeTitle) }
    func saleNoticeLead(_ owed: String) -> String { text(.saleNoticeLead, ["owed": owed]) }
    var nothingSoldBefore: String { text(.nothingSoldBefore) }
    var saleOrderTitle: String { text(.saleOrderTitle) }
    var nothingToSellAtAll: String { text(.nothingToSellAtAll) }
    var nothingToSellNow: String { text(.nothingToSellNow) }
    var assetColumn: String { text(.assetColumn) }
    func placeInOrder(_ place: Int, _ name: String) -> String {
        text(.placeInOrder, ["place": place, "name": name])
    }
    var wouldObtain: String { text(.wouldObtain) }
    var coversOwed: String { text(.coversOwed) }
    var wouldStayOwed: String { text(.wouldStayOwed) }
    func pricesMove(_ time: String) -> String { text(.pricesMove, ["time": time]) }
    func saleBuffer(_ percent: String) -> String { text(.saleBuffer, ["percent": percent]) }
    func saleOfPart(_ amount: String, _ deadline: String) -> String {
        text(.saleOfPart, ["amount": amount, "deadline": deadline])
    }
    func saleOfPartNow(_ amount: String) -> String { text(.saleOfPartNow, ["amount": amount]) }
    var saleOfNothing: String { text(.saleOfNothing) }
    var nothingToSellYet: String { text(.nothingToSellYet) }
    func saleHindrance(_ hindrance: SaleNoticePage.Hindrance) -> String {
        switch hindrance {
        case .halted: text(.saleHindranceHalted)
        case .neverSold: text(.saleHindranceNeverSold)
        case .notHeld: text(.saleHindranceNotHeld)
        case .noPrice: text(.saleHindranceNoPrice)
        case .tooLittle: text(.saleHindranceTooLittle)
        }
    }
    var howToStop: String { text(.howToStop) }
    var howToStopLead: String { text(.howToStopLead) }
    var stopByPaying: String { text(.stopByPaying) }
    func sellMyself(_ name: String) -> String { text(.sellMyself, ["name": name]) }
    var askForTime: String { text(.askForTime) }
    var changeOrder: String { text(.changeOrder) }
    var changeOrderLead: String { text(.changeOrderLead) }
    func sellFirst(_ name: String) -> String { text(.sellFirst, ["name": name]) }
    var isFirst: String { text(.isFirst) }
    var seeSaleNotice: String { text(.seeSaleNotice) }
}
