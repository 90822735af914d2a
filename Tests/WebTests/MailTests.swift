import Foundation
import HTML
import Testing

@testable import Web

@Suite struct NoticeMailTests {
    private let kind = NoticesPage.Kind.owed(cents: 5_000, deadline: Samples.deadline)

    private func mail(
        _ language: Language = .english, greeting: String = "Ada Sample", look: Look = .standard
    ) -> NoticeMailText {
        NoticeMailText(
            kind, greeting: greeting, address: "https://example.com/notices/1",
            in: Scene(
                language: language, timeZone: "America/New_York", now: Samples.now, csrf: "",
                viewer: .nobody, brand: "Sample Exchange", look: look))
    }

    /// What stands between the tags of the body.
    private func words(_ html: String) -> [String] {
        let body = html.components(separatedBy: "<body>").last ?? ""
        return body.replacing(/<[^>]*>/, with: "\n").split(separator: "\n").map {
            String($0).replacing("&#39;", with: "'")
        }
    }

    @Test("Both parts say the same, in every language", arguments: Languages.builtIn.offered)
    func equal(language: Language) {
        let mail = mail(language)
        let plain = mail.text.split(separator: "\n").map {
            $0.replacing(/: https.*$/, with: "").trimmingCharacters(in: ["."])
        }
        let marked = words(mail.html).map { $0.trimmingCharacters(in: ["."]) }

        #expect(marked == ["Sample Exchange"] + plain)
        #expect(mail.text.contains("https://example.com/notices/1"))
        #expect(mail.html.contains("href=\"https://example.com/notices/1\""))
    }

    @Test("The look is the host's, with a dark half, and loads nothing")
    func look() throws {
        let brand = try #require(Look.Color("#5b2a86"))
        let dark = try #require(Look.Color("#c9a6ee"))
        let strong = try #require(Look.Color("#3f1b60"))
        let darkStrong = try #require(Look.Color("#dcc4f5"))
        let onDark = try #require(Look.Color("#22103a"))
        let white = try #require(Look.Color("#ffffff"))
        let tint = try #require(Look.Color("#f1e9f8"))
        let darkTint = try #require(Look.Color("#2c2038"))
        let html = mail(
            look: try Look(colors: [
                .brand: Look.Pair(light: brand, dark: dark),
                .brandStrong: Look.Pair(light: strong, dark: darkStrong),
                .onBrand: Look.Pair(light: white, dark: onDark),
                .brandTint: Look.Pair(light: tint, dark: darkTint),
            ])
        ).html
        let halves = html.components(separatedBy: "@media (prefers-color-scheme: dark)")

        #expect(halves.count == 2)
        #expect(halves[0].contains(".button { background-color: #5b2a86; color: #ffffff; }"))
        #expect(halves[1].contains(".button { background-color: #c9a6ee; color: #22103a; }"))
        for loads in ["<img", "<script", "<link", "url(", "@import", "<style>\n@"] {
            #expect(!html.contains(loads))
        }
    }

    @Test("A name is text, whatever stands in it")
    func hostile() {
        let html = mail(greeting: "</style><script>alert(1)</script>").html

        #expect(!html.contains("<script"))
        #expect(html.components(separatedBy: "</style>").count == 2)
    }
}
