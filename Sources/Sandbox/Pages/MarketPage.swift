import Banking
import HTML
import Money

/// Prices, books and the switches of the market.
enum MarketPage {
    private static let ordersShown = 15

    static func render(_ state: MarketState, now: Instant, flash: Flash?) -> Markup {
        SandboxPage.page(title: "Market", section: .market, flash: flash) {
            h1 { "Market" }
            section(.class("card")) {
                h2 { "Price feed" }
                p(.class("soft")) {
                    state.frozenAt == nil
                        ? "Prices are fresh: \(SandboxPage.eastern(state.asOf(now)))."
                        : "Prices stand still since \(SandboxPage.eastern(state.asOf(now)))."
                }
                div(.class("row")) {
                    toggle(
                        state.frozenAt == nil ? "Make prices stale" : "Make prices fresh",
                        "freeze", isOn: state.frozenAt == nil)
                    toggle(
                        state.isDrifting ? "Hold prices still" : "Let prices wander", "drift",
                        isOn: !state.isDrifting)
                }
            }
            div(.class("grid")) {
                for asset in MarketAsset.all { self.asset(asset, state, now) }
            }
            orders(state)
        }
    }

    private static func asset(_ asset: MarketAsset, _ state: MarketState, _ now: Instant) -> Markup
    {
        let listing = state.listing(asset)
        return section(.class("card")) {
            div(.class("entry-head")) {
                h2 { asset.code }
                if listing.isHalted { span(.class("chip problem")) { "Halted" } }
                if listing.depthPercent < 100 {
                    span(.class("chip")) { "\(listing.depthPercent) % deep" }
                }
            }
            p(.class("big")) { "$" + asset.text(state.index(of: asset, at: now)) }
            book(asset, state, now)
            form(.method(.post), .action("/control/market/price"), .class("row")) {
                input(.type("hidden"), .name("page"), .value("market"))
                input(.type("hidden"), .name("asset"), .value(asset.code))
                SandboxPage.field(
                    "Price", name: "price", id: "price-\(asset.code)",
                    value: asset.text(state.index(of: asset, at: now)), mode: "decimal")
                button(.type("submit")) { "Set" }
            }
            div(.class("row")) {
                for percent in ["-30", "-10", "-2", "10"] {
                    action(
                        (percent.hasPrefix("-") ? "\u{2212}\(percent.dropFirst())" : "+\(percent)")
                            + " %",
                        "move", asset, [("percent", percent)])
                }
            }
            div(.class("row")) {
                action(
                    listing.isHalted ? "Trade again" : "Halt", "halt", asset,
                    [("state", listing.isHalted ? "off" : "on")])
                if listing.depthPercent < 100 {
                    action("Full book", "thin", asset, [("percent", "100")])
                } else {
                    action("Thin book", "thin", asset, [("percent", "2")])
                }
            }
        }
    }

    private static func book(_ asset: MarketAsset, _ state: MarketState, _ now: Instant) -> Markup {
        details {
            summary { "Book" }
            div(
                .class("scroll"), .role("region"), .aria(.label, "Book of \(asset.code)"),
                .tabindex(0)
            ) {
                table {
                    thead {
                        tr {
                            th(.scope("col")) { "Side" }
                            th(.scope("col"), .class("amount")) { "Price" }
                            th(.scope("col"), .class("amount")) { "Quantity" }
                        }
                    }
                    tbody {
                        for level in state.asks(of: asset, at: now).reversed() {
                            row("ask", level, asset)
                        }
                        for level in state.bids(of: asset, at: now) { row("bid", level, asset) }
                    }
                }
            }
        }
    }

    private static func row(_ side: String, _ level: BookLevel, _ asset: MarketAsset) -> Markup {
        tr {
            td { side }
            td(.class("amount")) { asset.text(level.price) }
            td(.class("amount")) { asset.text(level.quantity) }
        }
    }

    private static func orders(_ state: MarketState) -> Markup {
        let latest = state.orders.values.sorted {
            ($0.placedAt, $0.orderID) > ($1.placedAt, $1.orderID)
        }.prefix(ordersShown)
        return section(.class("card")) {
            h2 { "Orders" }
            if latest.isEmpty {
                p(.class("soft")) { "No order has been placed yet." }
            } else {
                div(.class("scroll"), .role("region"), .aria(.label, "Orders"), .tabindex(0)) {
                    table {
                        thead {
                            tr {
                                th(.scope("col")) { "Placed" }
                                th(.scope("col")) { "Order" }
                                th(.scope("col"), .class("amount")) { "Quantity" }
                                th(.scope("col"), .class("amount")) { "Filled" }
                                th(.scope("col")) { "Status" }
                            }
                        }
                        tbody {
                            for order in latest { orderRow(order) }
                        }
                    }
                }
            }
        }
    }

    private static func orderRow(_ order: Order) -> Markup {
        let asset = MarketAsset.named(order.request.asset)
        return tr {
            td { SandboxPage.eastern(Instant(milliseconds: order.placedAt)) }
            td {
                "\(order.request.side.rawValue) \(order.request.asset)"
                br()
                small { order.request.clientOrderID }
            }
            td(.class("amount")) { asset?.text(Quantity(order.request.quantity)) ?? "" }
            td(.class("amount")) { asset?.text(order.filled) ?? "" }
            td { order.status.rawValue }
        }
    }

    private static func toggle(_ label: String, _ name: String, isOn: Bool) -> Markup {
        SandboxPage.button(
            label, action: "/control/market/\(name)",
            fields: [("page", "market"), ("state", isOn ? "on" : "off")])
    }

    private static func action(
        _ label: String, _ name: String, _ asset: MarketAsset, _ fields: [(String, String)]
    ) -> Markup {
        SandboxPage.button(
            label, action: "/control/market/\(name)",
            fields: [("page", "market"), ("asset", asset.code)] + fields)
    }
}
