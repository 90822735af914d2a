import Books
import Money
import Testing

/// Ids as texts.
struct BookIDTests {
    @Test("An id is read as it is written, with hyphens and without")
    func text() throws {
        let id = BookID(high: 0x0193_7A5C_1E2F_7ABC, low: 0x8123_4567_89AB_CDEF)

        #expect(id.description == "01937a5c-1e2f-7abc-8123-456789abcdef")
        #expect(BookID(id.description) == id)
        #expect(BookID("01937A5C1E2F7ABC8123456789ABCDEF") == id)
        #expect(id.milliseconds == 0x0193_7A5C_1E2F)
    }

    @Test(
        "What is no id is refused",
        arguments: [
            "", "01937a5c", "01937a5c-1e2f-7abc-8123-456789abcdeg",
            "01937a5c1e2f-7abc-8123-456789abcdef0-",
        ])
    func refused(_ text: String) {
        #expect(BookID(text) == nil)
    }

    @Test("What is available counts what is pending and held, and never goes below zero")
    func available() {
        let balance = BookBalance(
            debitsPosted: 300, creditsPosted: 1_000, debitsPending: 200, creditsPending: 999)

        #expect(
            balance.available(under: AccountTerms(limit: .debits(beyondCredits: 50), held: 100))
                == 450)
        #expect(
            balance.available(under: AccountTerms(limit: .debits(beyondCredits: 0), held: 501)) == 0
        )
        #expect(balance.available(under: .free) == nil)
    }
}
