import Banking
import HTML
import Money

/// The sample exchange as its customers see it.
enum ExchangePage {
    private static let brand = "Sample Exchange"
    private static let ordersMax = 8

    // MARK: Choosing a customer

    static func list(ready: Set<String>, trouble: String?, flash: Flash?) -> Markup {
        SandboxPage.page(title: "Exchange", section: .exchange, flash: flash) {
            h1 { brand }
            if let trouble {
                p(.class("flash problem"), .role("status")) {
                    "The sample customers are not ready: \(trouble)"
                }
            }
            div(.class("grid")) {
                for sample in SampleCustomer.all { card(sample, ready.contains(sample.reference)) }
            }
        }
    }

    private static func card(_ sample: SampleCustomer, _ isReady: Bool) -> Markup {
        section(.class("card")) {
            h2 { sample.name }
            p(.class("soft")) { sample.story }
            if isReady {
                div(.class("row")) {
                    a(.class("button main"), .href("/exchange/\(sample.reference)")) {
                        "Open the exchange"
                    }
                    SandboxPage.button(
                        "Open Makewhole", action: "/exchange/\(sample.reference)/makewhole")
                }
            } else {
                p { "Waiting for Makewhole." }
            }
        }
    }

    // MARK: One customer

    /// Everything one customer's page shows.
    struct View: Sendable {
        var sample: SampleCustomer
        var customer: ExchangeCustomer
        /// Bank accounts, the usual one first.
        var methods: [ExchangeMethod]
        var withdrawable: ExchangeWithdrawable
        var orders: [(order: ExchangeOrder, stage: ExchangeState.Stage, filled: Quantity)]
        /// The market's best prices, as text, by asset.
        var prices: [(asset: String, price: String)]
    }

    static func customer(_ view: View, flash: Flash?) -> Markup {
        let reference = view.sample.reference
        return SandboxPage.branded(
            brand, home: "/exchange/\(reference)", title: view.sample.name, flash: flash
        ) {
            balances(view)
            deposit(view)
            trade(view)
            orders(view)
            withdraw(view)
            p {
                a(.href("/exchange")) { "Other sample customers" }
            }
        }
    }

    private static func balances(_ view: View) -> Markup {
        let shown = view.customer.cashMinor - view.customer.owedMinor
        return section(.class("card")) {
            h1 { "Hello, \(view.sample.name)" }
            p(.class("soft")) { "Your balance" }
            p(.class("big")) { Dollars.text(shown) }
            if view.customer.owedMinor > 0 {
                p(.class("flash problem"), .role("status")) {
                    "\(Dollars.text(view.customer.owedMinor)) is owed for a deposit that came "
                        + "back. Open Makewhole to see it and settle it."
                }
            }
            dl {
                for holding in view.customer.holdings {
                    dt { holding.asset }
                    dd { holding.quantity }
                }
            }
            SandboxPage.button(
                "Open my Makewhole page",
                action: "/exchange/\(view.sample.reference)/makewhole", isMain: true)
        }
    }

    private static func deposit(_ view: View) -> Markup {
        section(.class("card")) {
            h2 { "Add money" }
            p(.class("soft")) {
                "You can trade at once. The bank's answer comes within days; until then the "
                    + "money cannot leave."
            }
            form(.method(.post), .action("/exchange/\(view.sample.reference)/deposit")) {
                key
                div(.class("row")) {
                    SandboxPage.field(
                        "Dollars", name: "amount", id: "deposit-amount", value: "500.00",
                        mode: "decimal")
                    div {
                        label(.for("deposit-method")) { "From" }
                        select(.name("method"), .id("deposit-method")) {
                            for method in view.methods {
                                option(.value(method.id)) {
                                    "\(method.label) ••\(method.lastFour)"
                                }
                            }
                        }
                    }
                }
                button(.type("submit"), .class("main")) { "Deposit" }
            }
        }
    }

    private static func trade(_ view: View) -> Markup {
        section(.class("card")) {
            h2 { "Trade" }
            p(.class("soft")) {
                view.prices.map { "\($0.asset) $\($0.price)" }.joined(separator: " · ")
            }
            form(.method(.post), .action("/exchange/\(view.sample.reference)/buy")) {
                h3 { "Buy at the market's price" }
                div(.class("row")) {
                    SandboxPage.field(
                        "Dollars", name: "amount", id: "buy-amount", value: "500.00",
                        mode: "decimal")
                    assets("buy-asset")
                    button(.type("submit")) { "Buy" }
                }
            }
            form(.method(.post), .action("/exchange/\(view.sample.reference)/sell")) {
                h3 { "Sell at the market's price" }
                div(.class("row")) {
                    SandboxPage.field(
                        "Quantity", name: "quantity", id: "sell-quantity", value: "0.001",
                        mode: "decimal")
                    assets("sell-asset")
                    button(.type("submit")) { "Sell" }
                }
            }
            details {
                summary { "Limit order" }
                form(.method(.post), .action("/exchange/\(view.sample.reference)/limit")) {
                    div(.class("row")) {
                        div(.class("tiny")) {
                            label(.for("limit-side")) { "Side" }
                            select(.name("side"), .id("limit-side")) {
                                option(.value("buy")) { "Buy" }
                                option(.value("sell")) { "Sell" }
                            }
                        }
                        SandboxPage.field(
                            "Quantity", name: "quantity", id: "limit-quantity", value: "0.001",
                            mode: "decimal")
                        assets("limit-asset")
                        SandboxPage.field(
                            "Price", name: "price", id: "limit-price",
                            value: view.prices.first?.price ?? "", mode: "decimal")
                        button(.type("submit")) { "Place order" }
                    }
                }
            }
        }
    }

    private static func assets(_ id: String, withDollars: Bool = false) -> Markup {
        div(.class("tiny")) {
            label(.for(id)) { "Asset" }
            select(.name("asset"), .id(id)) {
                if withDollars { option(.value("USD")) { "USD" } }
                for asset in MarketAsset.all { option(.value(asset.code)) { asset.code } }
            }
        }
    }

    private static func orders(_ view: View) -> Markup {
        group {
            if !view.orders.isEmpty {
                section(.class("card")) {
                    h2 { "Orders" }
                    ul(.class("plain")) {
                        for row in view.orders.suffix(ordersMax).reversed() {
                            li { order(row.order, row.stage, row.filled, view.sample.reference) }
                        }
                    }
                }
            }
        }
    }

    private static func order(
        _ order: ExchangeOrder, _ stage: ExchangeState.Stage, _ filled: Quantity,
        _ reference: String
    ) -> Markup {
        let asset = MarketAsset.named(order.asset)
        let limit = order.limit.flatMap { Price(count: $0) }.flatMap { asset?.text($0) }
        return group {
            strong { "\(order.side == .buy ? "Buy" : "Sell") \(order.asset)" }
            if let limit { " at $\(limit)" }
            ", filled \(asset?.text(filled) ?? "")"
            switch stage {
            case .wanted, .reserved:
                p(.class("soft")) { "On its way" }
            case .atMarket:
                SandboxPage.button(
                    "Cancel", action: "/exchange/\(reference)/cancel",
                    fields: [("order", order.id)])
            case .refused(let reason): p(.class("soft")) { reason }
            case .closed: Markup.nothing
            }
        }
    }

    private static func withdraw(_ view: View) -> Markup {
        section(.class("card")) {
            h2 { "Withdraw" }
            if view.withdrawable.heldMinor > 0 {
                p(.class("soft")) {
                    "\(Dollars.text(view.withdrawable.heldMinor)) of value cannot leave yet"
                        + (view.withdrawable.nextRelease.map {
                            "; the next part may from \(SandboxPage.eastern($0))"
                        } ?? "") + "."
                }
            }
            if !view.withdrawable.each.isEmpty {
                dl {
                    for row in view.withdrawable.each {
                        dt { "\(row.asset), up to" }
                        dd { row.quantity }
                    }
                }
            }
            form(.method(.post), .action("/exchange/\(view.sample.reference)/withdraw")) {
                key
                div(.class("row")) {
                    SandboxPage.field(
                        "Amount", name: "amount", id: "withdraw-amount", value: "100.00",
                        mode: "decimal")
                    assets("withdraw-asset", withDollars: true)
                    SandboxPage.field(
                        "To", name: "destination", id: "withdraw-destination",
                        value: "sample-wallet-1")
                }
                button(.type("submit")) { "Withdraw" }
            }
        }
    }

    /// A key made with the page, so that a form sent twice acts once.
    private static var key: Markup {
        input(.type("hidden"), .name("key"), .value(Secrets.token()))
    }
}
