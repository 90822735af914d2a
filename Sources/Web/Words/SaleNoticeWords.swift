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
            So that a falling price leaves nothing owed, an order may be up to \(percent)% larger. \
            What is over is your cash.
            """,
            """
            Para que una caída del precio no deje nada pendiente, una orden puede ser hasta \
            \(percent)% mayor. Lo que sobre es su efectivo.
            """
        )
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
