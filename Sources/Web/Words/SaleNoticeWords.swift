extension Catalogue {
    // What may be sold

    var saleNoticeTitle: String { pick("What we may sell", "Lo que podemos vender") }
    func saleNoticeLead(_ owed: String) -> String {
        pick(
            """
            You owe \(owed). If it stays unpaid we may sell just enough of your assets to cover \
            it, in this order.
            """,
            """
            Debe \(owed). Si no se paga, podemos vender solo los activos necesarios para cubrirlo, \
            en este orden.
            """
        )
    }
    var nothingSoldBefore: String {
        pick("Nothing is sold before that time.", "No se vende nada antes de esa hora.")
    }
    var saleOrderTitle: String { pick("In this order", "En este orden") }
    var nothingToSellAtAll: String {
        pick(
            "You hold nothing that we could sell. What you owe stays owed until it is paid.",
            "No tiene nada que podamos vender. Lo que debe sigue pendiente hasta que se pague.")
    }
    var nothingToSellNow: String {
        pick(
            """
            There is no fresh price right now, or what you hold is too little to sell. Nothing is \
            sold without a fresh price.
            """,
            """
            Ahora no hay un precio reciente, o lo que tiene es muy poco para venderlo. No se vende \
            nada sin un precio reciente.
            """
        )
    }
    var assetColumn: String { pick("Asset", "Activo") }
    func placeInOrder(_ place: Int, _ name: String) -> String {
        pick("\(place). \(name)", "\(place). \(name)")
    }
    var wouldObtain: String { pick("Would bring", "Se obtendría") }
    var coversOwed: String { pick("Covers what you owe", "Cubre lo que debe") }
    var wouldStayOwed: String { pick("Would still be owed", "Quedaría pendiente") }
    func pricesMove(_ time: String) -> String {
        pick(
            """
            Prices as of \(time). They move, so the quantities are worked out again at the moment \
            of a sale.
            """,
            """
            Precios de las \(time). Cambian, así que las cantidades se calculan de nuevo en el \
            momento de una venta.
            """
        )
    }
    func saleBuffer(_ percent: String) -> String {
        pick(
            """
            So that a falling price leaves nothing owed, the quantities are \(percent)% larger \
            than that. What is over is your cash.
            """,
            """
            Para que una caída del precio no deje nada pendiente, las cantidades son un \
            \(percent)% mayores. Lo que sobre es su efectivo.
            """
        )
    }
    func saleOfPart(_ amount: String, _ deadline: String) -> String {
        pick(
            """
            The first \(amount) of it is due \(deadline). Only for that would something be sold \
            then; the rest has time of its own.
            """,
            """
            Los primeros \(amount) vencen el \(deadline). Solo por eso se vendería algo entonces; \
            el resto tiene su propio plazo.
            """
        )
    }
    func saleOfPartNow(_ amount: String) -> String {
        pick(
            """
            \(amount) of it is due. Only for that would something be sold now; the rest has time \
            of its own.
            """,
            """
            De eso vencieron \(amount). Solo por eso se vendería algo ahora; el resto tiene su \
            propio plazo.
            """
        )
    }
    var saleOfNothing: String {
        pick(
            "No time to pay is over, and none runs at the moment.",
            "No ha vencido ningún plazo y ahora no corre ninguno.")
    }
    var nothingToSellYet: String {
        pick(
            "So nothing would be sold now. We will write before that changes.",
            "Por eso ahora no se vendería nada. Le escribiremos antes de que eso cambie.")
    }
    func saleHindrance(_ hindrance: SaleNoticePage.Hindrance) -> String {
        switch hindrance {
        case .halted:
            pick(
                "Not sold now: we have paused its sale.",
                "No se vende ahora: hemos pausado su venta.")
        case .neverSold:
            pick(
                "Never sold unless you choose to.", "Nunca se vende si usted no lo decide.")
        case .notHeld:
            pick(
                "Not sold now: you have none that is free.",
                "No se vende ahora: no tiene nada disponible.")
        case .noPrice:
            pick(
                "Not sold now: there is no fresh price.",
                "No se vende ahora: no hay un precio reciente.")
        case .tooLittle:
            pick(
                "Not sold now: it is less than the market takes.",
                "No se vende ahora: es menos de lo que acepta el mercado.")
        }
    }
    var howToStop: String { pick("How to stop it", "Cómo evitarlo") }
    var howToStopLead: String {
        pick(
            "Each of these can stop it, also after the deadline, until an order has been placed.",
            """
            Cada una de estas opciones puede evitarlo, también después del plazo, mientras no haya \
            una orden.
            """
        )
    }
    var stopByPaying: String {
        pick(
            """
            Pay in any way you like. What counts is that the money is here, or on its way through \
            us, before an order is placed.
            """,
            """
            Pague como prefiera. Lo que cuenta es que el dinero esté aquí, o en camino por nuestro \
            medio, antes de que se haga una orden.
            """
        )
    }
    func sellMyself(_ name: String) -> String {
        pick(
            "Sell exactly enough \(name) myself, at a price I see first",
            "Vender yo mismo lo justo de \(name), a un precio que vea antes")
    }
    var askForTime: String {
        pick("Ask for more time, or to pay in parts", "Pedir más tiempo, o pagar en partes")
    }
    var changeOrder: String { pick("Which asset goes first", "Qué activo va primero") }
    var changeOrderLead: String {
        pick(
            "Choose what you would miss least. It holds from now on.",
            "Elija lo que menos echaría de menos. Vale desde ahora.")
    }
    func sellFirst(_ name: String) -> String {
        pick("Put \(name) first", "Poner \(name) primero")
    }
    var isFirst: String { pick("First", "Primero") }
    var seeSaleNotice: String {
        pick(
            "See what we may sell, in which order and at what price",
            "Ver lo que podemos vender, en qué orden y a qué precio")
    }
}
