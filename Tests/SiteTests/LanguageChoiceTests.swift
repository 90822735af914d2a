import HTTPTypes
import Testing
import Web

@Suite struct LanguageChoiceTests {
    @Test("A link chooses a language, keeps it, and leads to the same address without it")
    func link() async throws {
        try await World.run { _, reader in
            let turned = try await reader.get("/help?topic=moreTime&lang=es&deposit=x")
            let page = try await reader.get(turned.location)

            #expect(turned.status == 303)
            #expect(turned.location == "/help?topic=moreTime&deposit=x")
            #expect(page.html.contains("<html lang=\"es-US\""))
            #expect(try await reader.get("/").html.contains(">Inicio</h1>"))
        }
    }

    @Test(
        "A link in a language nobody speaks here changes nothing", arguments: ["xx", "", "%3Cb%3E"])
    func unknown(tag: String) async throws {
        try await World.run { _, reader in
            let page = try await reader.get("/deposits?lang=\(tag)")

            #expect(page.status == 200)
            #expect(page.headers[.setCookie] == nil)
            #expect(page.html.contains("<html lang=\"en-US\""))
        }
    }

    @Test("A link leads nowhere else")
    func elsewhere() async throws {
        try await World.run { _, reader in
            let page = try await reader.get("//evil.example/?lang=es")

            #expect(page.location == "")
        }
    }

    @Test("The app's description in a language chooses it for nothing else")
    func manifest() async throws {
        try await World.run { _, reader in
            let manifest = try await reader.get("/manifest.webmanifest?lang=es-US")

            #expect(manifest.status == 200)
            #expect(manifest.headers[.setCookie] == nil)
            #expect(manifest.html.contains("\"lang\":\"es-US\""))
        }
    }

    @Test(
        "A stranger reads what his browser asks for",
        arguments: [
            ("es-MX,es;q=0.9,en;q=0.8", "es-US"), ("fr, en;q=0.2, es;q=0.3", "es-US"),
            ("en-GB,es;q=0.9", "en-US"), ("fr", "en-US"), ("\u{0}\"<", "en-US"),
        ])
    func asked(wishes: String, found: String) async throws {
        try await World.run { _, reader in
            let stranger = reader.another()
            stranger.headers[.acceptLanguage] = wishes

            let page = try await stranger.get("/offline")

            #expect(
                page.headers[.contentLanguage] == found || page.html.contains("lang=\"\(found)\""))
            #expect(page.html.contains("<html lang=\"\(found)\""))
        }
    }

    @Test("A customer reads his own language, whatever the browser asks for, until he chooses")
    func own() async throws {
        try await World.run { _, reader in
            reader.headers[.acceptLanguage] = "es"

            let html = try await reader.get("/").html
            #expect(html.contains("<html lang=\"en-US\""))
        }
    }
}
