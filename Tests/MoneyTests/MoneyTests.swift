import Money
import Testing

struct MoneyTests {
    @Test("Gross proceeds round down and fees round half up, as in a sale of 0.00506 BTC")
    func saleArithmetic() throws {
        let bitcoin = Asset(code: try #require(AssetCode("BTC")), scale: 8)
        let price = try #require(Price(cents: 59_700_00))

        let gross = price.value(of: Quantity(506_000), of: bitcoin, rounding: .down)

        #expect(gross == Cents(302_08))
        #expect(gross.share(BasisPoints(60), rounding: .halfUp) == Cents(1_81))
    }

    @Test("A price lowered by a band rounds towards the seller")
    func band() throws {
        let price = try #require(Price(cents: 60_000_00))

        #expect(price.lowered(by: BasisPoints(50)) == Price(cents: 59_700_00))
        #expect(price.lowered(by: BasisPoints(10_000)) == nil)
    }

    @Test("An absurd price reaches a ceiling instead of stopping the program")
    func absurdPrices() throws {
        let asset = Asset(code: try #require(AssetCode("BTC")), scale: 8)
        let nothing = try #require(Price(count: 1))
        let everything = try #require(Price(count: .max))

        let quantity = nothing.quantity(for: Cents(5_000_000_00), of: asset, rounding: .up)
        let value = everything.value(of: .max, of: asset, rounding: .down)

        #expect(quantity == .max)
        #expect(value == .balanceMax)
    }

    @Test("Decimal text is exact or refused")
    func decimalText() {
        #expect(DecimalText.parse("0.00000001", scale: 8) == 1)
        #expect(DecimalText.parse("59700.00", scale: 8) == 5_970_000_000_000)
        #expect(DecimalText.parse("12", scale: 2) == 1200)
        for text in ["", ".", "1.", ".5", "-1", "+1", "1e3", "1.001", "1 ", "9223372036854775808"] {
            #expect(DecimalText.parse(text, scale: 2) == nil, "\(text)")
        }
        #expect(DecimalText.format(5, scale: 2) == "0.05")
        #expect(DecimalText.format(-5000, scale: 2) == "-50.00")
        #expect(DecimalText.format(7, scale: 0) == "7")
    }

    @Test("An asset code survives packing, and only capitals and digits make one")
    func assetCodes() {
        for text in ["USD", "BTC", "USDC", "1INCH", "ABCDEFGH"] {
            let code = AssetCode(text)
            #expect(code?.description == text)
            #expect(code.flatMap { AssetCode(packed: $0.packed) } == code)
        }
        for text in ["", "A", "usd", "ABCDEFGHI", "A-B", "ÄÖ"] {
            #expect(AssetCode(text) == nil, "\(text)")
        }
    }

    @Test("Lots round to the side that is named")
    func lots() {
        #expect(Quantity(505_001).roundedUp(toLot: Quantity(1_000)) == Quantity(506_000))
        #expect(Quantity(505_999).roundedDown(toLot: Quantity(1_000)) == Quantity(505_000))
    }
}
