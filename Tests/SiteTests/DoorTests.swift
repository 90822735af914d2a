import Banking
import Edges
import Foundation
import HTTPTypes
import Ledger
import Rules
import Service
import Site
import Testing
import Wire

@Suite struct DoorTests {
    @Test("A link signs its customer in, once")
    func linkWorksOnce() async throws {
        try await World.run { world, reader in
            let link = try world.service.signInLink(for: .customer(world.customer), minutes: 5)
            let path = String(link.url.dropFirst("http://127.0.0.1:8080".count))
            let other = reader.another()

            let first = try await other.get(path + "&next=%2Fdeposits")
            let again = try await reader.another().get(path)

            #expect(first.status == 303)
            #expect(first.location == "/deposits")
            let cookie = first.headers[.setCookie] ?? ""
            #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"))
            #expect(!cookie.contains("Secure"))
            #expect(again.status == 410)
            #expect(try await other.get("/").status == 200)
        }
    }

    @Test("The cookie is for TLS only where the site is")
    func cookieIsSecure() async throws {
        try await World.run(publicURL: "https://pay.example.com") { world, reader in
            let link = try world.service.signInLink(for: .customer(world.customer), minutes: 5)

            let answer = try await reader.another().get(
                String(link.url.dropFirst("https://pay.example.com".count)))

            #expect(answer.headers[.setCookie]?.contains("Secure") == true)
        }
    }

    @Test("A link that has run out opens nothing")
    func linkExpires() async throws {
        try await World.run { world, reader in
            let link = try world.service.signInLink(for: .customer(world.customer), minutes: 0)

            let answer = try await reader.another().get(
                String(link.url.dropFirst("http://127.0.0.1:8080".count)))

            #expect(answer.status == 410)
            #expect(answer.headers[.setCookie] == nil)
        }
    }

    @Test("Moving a sandbox's clock by a week signs nobody out")
    func sandboxClock() async throws {
        try await World.run { world, reader in
            world.service.clock.advance(to: World.start.adding(days: 7))

            let home = try await reader.get("/")

            #expect(home.status == 200)
            // Nor does a link made after the leap last a week: it ends by the time on the wall.
            let link = try world.service.signInLink(for: .customer(world.customer), minutes: 5)
            #expect(link.expires - world.service.wallTime <= 5 * 60_000)
        }
    }

    @Test(
        "Signing in never leads to another site",
        arguments: ["//evil.example", "https://evil.example", "/\\evil.example", "/a%0d%0ab"])
    func nextIsLocal(next: String) async throws {
        try await World.run { world, reader in
            let link = try world.service.signInLink(for: .customer(world.customer), minutes: 5)
            let path = String(link.url.dropFirst("http://127.0.0.1:8080".count))

            let answer = try await reader.another().get(path + "&next=\(next)")

            #expect(answer.status == 303)
            #expect(answer.location == "/")
        }
    }

    @Test("Who has no session is asked to sign in, and returns where he wanted to be")
    func signInNeeded() async throws {
        try await World.run { _, reader in
            let answer = try await reader.another().get("/deposits?show=owed")

            #expect(answer.status == 401)
            #expect(answer.html.contains("value=\"/deposits?show=owed\""))
            #expect(answer.headers[.cacheControl] == "no-store")
        }
    }

    @Test("Signing out ends the session for every copy of the cookie")
    func signOut() async throws {
        try await World.run { _, reader in
            let home = try await reader.get("/")
            let cookie = reader.cookies["mw_session"] ?? ""

            let out = try await reader.post("/sign-out", [], from: home)

            #expect(out.status == 303)
            let thief = reader.another()
            thief.headers = [.cookie: "mw_session=\(cookie)"]
            #expect(try await thief.get("/").status == 401)
        }
    }

    @Test("A form without this session's token changes nothing")
    func csrf() async throws {
        try await World.run { world, reader in
            let page = try await reader.get("/help")
            let fields = [("topic", "not-mine"), ("message", "Not me.")]

            let without = try await reader.post("/help", fields + [("csrf", "")], from: page)
            let foreign = try await reader.post(
                "/help", fields + [("csrf", "csrf_" + String(repeating: "A", count: 43))],
                from: page)

            #expect(without.status == 403)
            #expect(foreign.status == 403)
            #expect(try world.read().profile.flags.isEmpty)
        }
    }

    @Test("A form sent from another site is refused even with the right token")
    func otherSite() async throws {
        try await World.run { world, reader in
            let page = try await reader.get("/help")
            if let name = HTTPField.Name("Sec-Fetch-Site") { reader.headers[name] = "cross-site" }

            let answer = try await reader.post(
                "/help", [("topic", "not-mine"), ("message", "Not me.")], from: page)

            #expect(answer.status == 403)
            #expect(try world.read().profile.flags.isEmpty)
        }
    }

    @Test("Every page says how it may be used")
    func headers() async throws {
        try await World.run { _, reader in
            for path in ["/", "/nowhere", "/settle", "/operator"] {
                let answer = try await reader.get(path)

                let policy = answer.headers[.contentSecurityPolicy] ?? ""
                #expect(policy.hasPrefix("default-src 'none'; script-src 'self'"))
                #expect(!policy.contains("unsafe"))
                #expect(answer.headers[.xContentTypeOptions] == "nosniff")
                #expect(answer.headers[.cacheControl] == "no-store")
                if let name = HTTPField.Name("Referrer-Policy") {
                    #expect(answer.headers[name] == "same-origin")
                }
            }
        }
    }

    @Test("Assets are kept for ever under a name that changes with them")
    func assets() async throws {
        try await World.run { _, reader in
            let home = try await reader.get("/")
            let start = try #require(home.html.range(of: "/assets/site-"))
            let path = home.html[start.lowerBound...].prefix { $0 != "\"" }

            let answer = try await reader.get(String(path))

            #expect(answer.status == 200)
            #expect(answer.headers[.cacheControl]?.contains("immutable") == true)
        }
    }

    @Test("An unknown address is a page for people and an error for programs")
    func unknown() async throws {
        try await World.run { _, reader in
            let page = try await reader.get("/no/such/page")
            reader.headers[.accept] = "application/json"
            let program = try await reader.get("/no/such/page")

            #expect(page.status == 404)
            #expect(page.html.contains("<h1"))
            #expect(program.status == 404)
            #expect(!program.html.contains("<h1"))
        }
    }

    @Test("A wrong method is told which ones there are")
    func wrongMethod() async throws {
        try await World.run { _, reader in
            let home = try await reader.get("/")

            let answer = try await reader.post("/notices", [], from: home)

            #expect(answer.status == 405)
            #expect(answer.headers[.allow] == "GET")
        }
    }

    @Test("Language and colours follow the footer's choice")
    func preferences() async throws {
        try await World.run { _, reader in
            let home = try await reader.get("/")

            let answer = try await reader.post(
                "/preferences",
                [("language", "es-US"), ("theme", "dark"), ("return_to", "/deposits")], from: home)
            let deposits = try await reader.get("/deposits")

            #expect(answer.location == "/deposits")
            #expect(deposits.html.contains("lang=\"es-US\""))
            #expect(deposits.html.contains("data-theme=\"dark\""))
        }
    }

    @Test("A customer sees no operator's page, and a viewer changes nothing")
    func roles() async throws {
        try await World.run { world, reader in
            let viewer = reader.another()
            try await viewer.signIn(.operator(name: "vera", role: "viewer"), world)
            let nobody = reader.another()
            try await nobody.signIn(.operator(name: "nick", role: "intern"), world)
            let desk = try await viewer.get("/operator/liquidation")

            let pause = try await viewer.post("/operator/liquidation/pause", [], from: desk)

            #expect(try await reader.get("/operator").status == 403)
            #expect(desk.status == 200)
            #expect(pause.status == 403)
            #expect(try await nobody.get("/operator").status == 403)
            #expect(try await viewer.get("/").location == "/operator")
            #expect(try await viewer.get("/deposits").status == 403)
        }
    }
}
