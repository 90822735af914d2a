import Testing

@testable import Localization

@Suite struct NumberFormsTests {
    let american = NumberForms.american

    @Test("Dollars are grouped, and below zero stand behind a real minus")
    func dollars() {
        #expect(american.dollars(0) == "$0.00")
        #expect(american.dollars(5) == "$0.05")
        #expect(american.dollars(-5_000) == "\u{2212}$50.00")
        #expect(american.dollars(100_000) == "$1,000.00")
        #expect(american.dollars(123_456_789) == "$1,234,567.89")
    }

    @Test("The largest and smallest amounts do not trap")
    func extremes() {
        #expect(american.dollars(.max) == "$92,233,720,368,547,758.07")
        #expect(american.dollars(.min) == "\u{2212}$92,233,720,368,547,758.08")
        #expect(american.whole(.min) == "\u{2212}9,223,372,036,854,775,808")
    }

    @Test("A decimal is exact, without zeros it does not need")
    func decimals() {
        #expect(american.decimal(120_000, places: 8) == "0.0012")
        #expect(american.decimal(50, places: 2, minimum: 1) == "0.5")
        #expect(american.decimal(-700, places: 2, minimum: 2) == "\u{2212}7.00")
    }
}
