import Testing

@testable import Rules

@Suite struct LanguageTagTests {
    @Test(
        "Any language there is may be a customer's",
        arguments: ["en", "es-US", "fil", "zh-Hant-TW"])
    func known(tag: String) throws {
        let language = try #require(Customer.Language(rawValue: tag))

        var packer = Packer()
        language.pack(into: &packer)
        var unpacker = try Unpacker(packer.bytes)
        #expect(try unpacker.get() == language)
    }

    @Test(
        "What is no tag is nobody's language",
        arguments: [
            "", "e", "EN", "engl", "en_US", "en-", "-US", "en--US", "en-abcdefghi", "ñe", "e1",
        ])
    func refused(tag: String) {
        #expect(Customer.Language(rawValue: tag) == nil)
    }

    @Test("A tag has at most thirty-five characters")
    func length() {
        #expect(Customer.Language(rawValue: "en" + String(repeating: "-abcdefgh", count: 4)) == nil)
        #expect(Customer.Language(rawValue: "en" + String(repeating: "-abcdefgh", count: 3)) != nil)
    }
}
