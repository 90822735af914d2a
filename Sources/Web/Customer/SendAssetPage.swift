import HTML

extension Paths {
    /// `/settlements/{id}/send`
    public static func sendAsset(_ settlement: String) -> Location {
        "/settlements/\(settlement)/send"
    }
    /// `/settlements/{id}/continue`: on to the processor, as soon as it has a page.
    public static func continuePayment(_ settlement: String) -> Location {
        "/settlements/\(settlement)/continue"
    }
}

/// How to settle by sending an asset in, at a price held for a while.
public struct SendAssetPage: Page, Equatable {
    /// The settlement's id.
    public var settlementID: String
    /// Exactly how much to send.
    public var amount: AssetAmount
    /// Dollars for a whole unit.
    public var price: DollarPrice
    /// Cents it counts as.
    public var cents: Int64
    /// Until when the price holds.
    public var expiresAt: Int64
    /// What names the payment.
    public var reference: String

    /// The values the reader sees, each described at its property.
    public init(
        settlementID: String, amount: AssetAmount, price: DollarPrice, cents: Int64,
        expiresAt: Int64, reference: String
    ) {
        self.settlementID = settlementID
        self.amount = amount
        self.price = price
        self.cents = cents
        self.expiresAt = expiresAt
        self.reference = reference
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let title = say.sendAssetTitle(amount.symbol)
        return Layout(title: title, place: .customer(nil)).document(in: scene) {
            scene.back(Paths.settle, say.settleBalance)
            scene.heading(title, say.sendAssetLead)
            section(.class("card"), .aria(.label, title)) {
                scene.facts([
                    Fact(
                        say.sendExactly, span(.class("number")) { amount.text(in: scene.language) }),
                    Fact(say.price, say.perUnit(price.text(in: scene.language), amount.symbol)),
                    Fact(say.worth, scene.number(cents)),
                    Fact(say.sendBefore, scene.deadline(expiresAt)),
                    Fact(say.referenceTerm, span(.class("reference")) { reference }),
                ])
                scene.note(.info) { p { say.sentLate } }
                div(.class("actions wide")) {
                    scene.linkButton(Paths.settlement(settlementID), say.haveSent)
                    scene.linkButton(Paths.settle, say.chooseAnotherWay, "button second")
                }
            }
        }
    }
}
