import Testing

@testable import Web

@Suite struct SaleNoticeTests {
    private let html = Samples.saleNotice(.due(by: Samples.deadline)).html(in: Samples.scene())

    @Test("What would be sold stands in order, with quantity, price, proceeds and fee")
    func plan() throws {
        let bitcoin = try #require(html.range(of: "1. Bitcoin"))
        let ether = try #require(html.range(of: "2. Ether"))

        #expect(bitcoin.lowerBound < ether.lowerBound)
        for text in ["0.01284 BTC", "$41,900.00 per BTC", "$537.99", "$3.23", "0.217 ETH"] {
            #expect(html.contains(text), "\(text)")
        }
    }

    @Test("The sum adds up: what it brings, less fee and debt, is the customer's cash")
    func sum() {
        // 537.99 + 519.50 = 1,057.49; less 6.35 in fees and 1,050.00 owed leaves 1.14.
        #expect(html.contains("<td>$1,057.49</td>"))
        #expect(html.contains("<td>\u{2212}$6.35</td>"))
        #expect(html.contains("<td>\u{2212}$1,050.00</td>"))
        #expect(html.contains("<td>$1.14</td>"))
    }

    @Test("What the sale would not cover is said as still owed")
    func uncovered() {
        var page = Samples.saleNotice(.deadlinePassed)
        (page.owedCents, page.plannedCents) = (200_000, 200_000)
        let html = page.html(in: Samples.scene())

        #expect(html.contains("Would still be owed"))
        #expect(html.contains("<td>$948.86</td>"))
    }

    @Test("Only what is due first is planned for, and what is not sold now says why")
    func part() {
        let html = Samples.saleNoticeOfPart.html(in: Samples.scene())

        #expect(html.contains("The first $530.00 of it is due"))
        // 537.99 less 3.23 in fees and 530.00 due leaves 4.76.
        #expect(html.contains("<td>$4.76</td>"))
        #expect(html.contains("3. Cardano") && html.contains("4. Solana"))
        #expect(html.contains("we have paused its sale"))
        #expect(html.contains("there is no fresh price"))
        #expect(html.contains("you have none that is free"))
    }

    @Test("The deadline stands before everything, and every way to stop it is on the page")
    func stopping() {
        #expect(html.contains("Nothing is sold before that time."))
        #expect(html.contains("href=\"/settle?method=sell_asset%3AETH\""))
        #expect(html.contains("href=\"/help?topic=more-time\""))
        #expect(html.contains("href=\"/help?topic=not-mine\""))
        #expect(html.contains("href=\"/help?topic=paid-already\""))
        #expect(html.contains(">Settle Balance</a>"))
    }

    @Test("While a payment is on its way nobody is asked to pay again")
    func paying() {
        let html = Samples.saleNotice(.paymentInProgress).html(in: Samples.scene())

        #expect(html.contains("Nothing will be sold while it clears."))
        #expect(!html.contains(">Settle Balance</a>"))
        #expect(!html.contains("myself"))
    }

    @Test("Another asset can be put first, and the first cannot")
    func order() {
        #expect(html.contains("value=\"ETH\""))
        #expect(html.contains("value=\"ADA\""))
        #expect(!html.contains("name=\"asset\" value=\"BTC\""))
        #expect(html.components(separatedBy: "action=\"/sale-notice/order\"").count == 3)
    }
}
