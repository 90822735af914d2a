import Assertions
import Banking
import Crypto
import Foundation
import HTTPTypes
import Ledger
import Rules
import Service
import Site
import Testing
import Wire

/// A host whose pages are at `https://app.example.com`, with a key of its own.
struct SigningHost {
    let key = Curve25519.Signing.PrivateKey()
    static let origin = "https://app.example.com"

    private static func url(_ bytes: some Sequence<UInt8>) -> String {
        Base64.encode(Array(bytes), .url)
    }

    func signIn(subject: HostSignIn.Subject = .reference) async throws -> HostSignIn {
        let jwks: JSON = [
            "keys": [
                [
                    "kty": "OKP", "crv": "Ed25519", "kid": "one",
                    "x": .string(SigningHost.url(key.publicKey.rawRepresentation)),
                ]
            ]
        ]
        return HostSignIn(
            issuer: "host", audience: "http://127.0.0.1:8080", subject: subject,
            origins: [SigningHost.origin], keys: try await HostKeys(jwks: jwks.bytes()))
    }

    func assertion(
        for subject: String = "alice", jti: String = UUID().uuidString, secondsAgo: Int64 = 0
    ) throws -> String {
        let now = Int64(Date().timeIntervalSince1970) - secondsAgo
        let header: JSON = ["alg": "EdDSA", "kid": "one"]
        let claims: JSON = [
            "iss": "host", "aud": "http://127.0.0.1:8080", "sub": .string(subject),
            "iat": .integer(now), "exp": .integer(now + 120), "jti": .string(jti),
        ]
        let text = SigningHost.url(header.bytes()) + "." + SigningHost.url(claims.bytes())
        return text + "." + SigningHost.url(try key.signature(for: Data(text.utf8)))
    }
}

@Suite("Coming in from the host's own pages")
struct AssertionDoorTests {
    private let host = SigningHost()

    private func run(
        _ subject: HostSignIn.Subject = .reference,
        _ body: @Sendable @escaping (World, Browser) async throws -> Void
    ) async throws {
        try await World.run(hostSignIn: try await host.signIn(subject: subject)) { world, reader in
            try await body(world, reader)
        }
    }

    /// Sends a form from one of the host's pages.
    private func send(
        _ browser: Browser, _ assertion: String, returnTo: String? = nil,
        origin: String? = SigningHost.origin
    ) async throws -> Browser.Answer {
        try await browser.post(
            "/sign-in/assertion",
            [("assertion", assertion)] + (returnTo.map { [("return_to", $0)] } ?? []),
            origin: origin)
    }

    /// The refusal's page, and no way in.
    private func expectRefused(
        _ answer: Browser.Answer, _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(answer.status == 403, sourceLocation: location)
        #expect(answer.headers[.setCookie] == nil, sourceLocation: location)
        #expect(answer.html.contains("We could not sign you in"), sourceLocation: location)
        #expect(answer.headers[.cacheControl] == "no-store", sourceLocation: location)
    }

    @Test("An assertion signs its customer in with the session a link makes")
    func signsIn() async throws {
        try await run { world, reader in
            let browser = reader.another()

            let answer = try await send(browser, try host.assertion())

            #expect(answer.status == 303)
            #expect(answer.location == "/")
            let cookie = answer.headers[.setCookie] ?? ""
            #expect(cookie.hasPrefix("mw_session=session_"))
            #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"))
            #expect(cookie.contains("Max-Age=86400") && cookie.contains("Path=/"))
            #expect(try await browser.get("/").status == 200)
        }
    }

    @Test("It leads where the host wants, within this site")
    func returns() async throws {
        try await run { _, reader in
            let answer = try await send(
                reader.another(), try host.assertion(), returnTo: "/deposits?show=owed")

            #expect(answer.status == 303)
            #expect(answer.location == "/deposits?show=owed")
        }
    }

    @Test(
        "It never leads to another site, and is not used up by trying",
        arguments: [
            "//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example",
            "/a\r\nLocation: //evil.example", "javascript:alert(1)", "", "deposits", "/\t/evil",
        ])
    func openRedirect(target: String) async throws {
        try await run { _, reader in
            let assertion = try host.assertion()

            expectRefused(try await send(reader.another(), assertion, returnTo: target))

            #expect(try await send(reader.another(), assertion).status == 303)
        }
    }

    @Test("Two places to return to are none")
    func twoReturns() async throws {
        try await run { _, reader in
            let answer = try await reader.another().post(
                "/sign-in/assertion",
                [
                    ("assertion", try host.assertion()), ("return_to", "/"),
                    ("return_to", "//evil.example"),
                ], origin: SigningHost.origin)

            expectRefused(answer)
        }
    }

    @Test("An assertion works once")
    func once() async throws {
        try await run { _, reader in
            let assertion = try host.assertion()
            #expect(try await send(reader.another(), assertion).status == 303)

            expectRefused(try await send(reader.another(), assertion))
        }
    }

    @Test("Another assertion with a used jti is the same one")
    func sameJTI() async throws {
        try await run { _, reader in
            _ = try await send(reader.another(), try host.assertion(jti: "jti-0001"))

            expectRefused(
                try await send(
                    reader.another(), try host.assertion(jti: "jti-0001", secondsAgo: 1)))
        }
    }

    @Test("Of many who send it at once, one comes in")
    func race() async throws {
        try await run { _, reader in
            let assertion = try host.assertion()
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<12 {
                    let browser = reader.another()
                    group.addTask { try await send(browser, assertion).status }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }

            #expect(statuses.filter { $0 == 303 }.count == 1)
            #expect(statuses.filter { $0 == 403 }.count == 11)
        }
    }

    @Test("A wrong key, an old assertion and an unknown customer open nothing")
    func refusals() async throws {
        try await run { _, reader in
            expectRefused(try await send(reader.another(), try SigningHost().assertion()))
            expectRefused(
                try await send(reader.another(), try host.assertion(secondsAgo: 151)))
            expectRefused(
                try await send(reader.another(), try host.assertion(secondsAgo: -45)))
            expectRefused(try await send(reader.another(), try host.assertion(for: "nobody")))
            expectRefused(try await send(reader.another(), "not.an.assertion"))
            expectRefused(try await send(reader.another(), ""))
        }
    }

    @Test("Where the host names references, an id is only a name")
    func idAsReference() async throws {
        try await run { world, reader in
            expectRefused(
                try await send(reader.another(), try host.assertion(for: "\(world.customer)")))
        }
    }

    @Test("Where the host names ids, an id signs in and a reference does not")
    func ids() async throws {
        try await run(.id) { world, reader in
            expectRefused(try await send(reader.another(), try host.assertion(for: "alice")))
            expectRefused(
                try await send(
                    reader.another(), try host.assertion(for: "\(CustomerID(high: 9, low: 9))")))

            let answer = try await send(
                reader.another(), try host.assertion(for: "\(world.customer)"))
            #expect(answer.status == 303)
        }
    }

    @Test(
        "Only the host's own pages may send one: a stranger's signs nobody in as somebody else",
        arguments: [
            nil, "null", "https://evil.example", "https://app.example.com.evil.example",
            "http://app.example.com", "https://app.example.com:8443", "https://APP.example.com",
        ])
    func otherOrigins(origin: String?) async throws {
        try await run { world, reader in
            try await world.tell(
                .openCustomer(
                    Command.OpenCustomer(
                        id: CustomerID(high: 2, low: 2), reference: "mallory", name: "Mallory",
                        email: "m@example.com", language: .english,
                        timeZone: "America/New_York")),
                to: .customer(CustomerID(high: 2, low: 2)))
            let before = reader.cookies["mw_session"]

            let answer = try await send(
                reader, try host.assertion(for: "mallory"), origin: origin)

            expectRefused(answer)
            #expect(reader.cookies["mw_session"] == before)
            #expect(try await reader.get("/deposits").status == 200)
        }
    }

    @Test("Who was signed in as another is signed out before, and the old cookie opens nothing")
    func another() async throws {
        try await run { world, reader in
            let bob = CustomerID(high: 2, low: 2)
            try await world.tell(
                .openCustomer(
                    Command.OpenCustomer(
                        id: bob, reference: "bob", name: "Bob Sample", email: "bob@example.com",
                        language: .english, timeZone: "America/New_York")), to: .customer(bob))
            let old = try #require(reader.cookies["mw_session"])

            #expect(try await send(reader, try host.assertion(for: "bob")).status == 303)

            let new = try #require(reader.cookies["mw_session"])
            #expect(new != old)
            let session = { (text: String) in
                try world.service.edge.session(
                    digest: Data(try #require(Token(text, prefix: "session_")).hash),
                    at: world.service.wallTime)
            }
            #expect(try session(old) == nil)
            #expect(try session(new)?.subject == .customer(bob))
        }
    }

    @Test("A cookie somebody planted is not the session's")
    func fixation() async throws {
        try await run { _, reader in
            let planted = Token.random(prefix: "session_").text
            let browser = reader.another()
            browser.headers[.cookie] = "mw_session=\(planted)"

            let answer = try await send(browser, try host.assertion())

            #expect(answer.status == 303)
            #expect(answer.headers[.setCookie]?.contains(planted) == false)
            browser.headers[.cookie] = "mw_session=\(planted)"
            let thief = reader.another()
            thief.headers[.cookie] = "mw_session=\(planted)"
            #expect(try await thief.get("/").status == 401)
        }
    }

    @Test("A body without fields, of another type, or too large is refused")
    func bodies() async throws {
        try await run { _, reader in
            let large = String(repeating: "x", count: 5_000)
            expectRefused(try await send(reader.another(), large))
            let larger = String(repeating: "x", count: 100_000)
            #expect(try await send(reader.another(), larger).status == 413)
            let two = try await reader.another().post(
                "/sign-in/assertion",
                [("assertion", try host.assertion()), ("assertion", try host.assertion())],
                origin: SigningHost.origin)
            expectRefused(two)
            let none = try await reader.another().post(
                "/sign-in/assertion", [], origin: SigningHost.origin)
            expectRefused(none)
            let browser = reader.another()
            browser.headers[.origin] = SigningHost.origin
            let upload = try await browser.upload(
                "/sign-in/assertion", [("assertion", try host.assertion())], file: [],
                named: "a.txt")
            #expect(upload.status == 400)
            #expect(upload.headers[.setCookie] == nil)
        }
    }

    @Test("An assertion in an address is not looked at")
    func inAddress() async throws {
        try await run { _, reader in
            let assertion = try host.assertion()
            let got = try await reader.another().get("/sign-in/assertion?assertion=\(assertion)")
            #expect(got.status == 405)

            let posted = try await reader.another().post(
                "/sign-in/assertion?assertion=\(assertion)", [], origin: SigningHost.origin)
            expectRefused(posted)
            #expect(try await send(reader.another(), assertion).status == 303)
        }
    }

    @Test("It is not there where no keys are configured")
    func off() async throws {
        try await World.run { world, reader in
            let answer = try await send(reader.another(), try host.assertion())

            #expect(answer.status == 404)
            #expect(answer.headers[.setCookie] == nil)
        }
    }

    @Test("The refusal is told in the reader's language, and says what to do")
    func language() async throws {
        try await run { _, reader in
            let browser = reader.another()
            browser.headers[.acceptLanguage] = "es-MX,es;q=0.9"

            let answer = try await send(browser, "x")

            #expect(answer.html.contains("No pudimos iniciar su sesión"))
            #expect(answer.html.contains("Vuelva a esa página"))
        }
    }

    @Test("A wrong assertion leaves who is signed in as he was")
    func keepsSession() async throws {
        try await run { world, reader in
            let before = reader.cookies["mw_session"]

            expectRefused(try await send(reader, try host.assertion(secondsAgo: 999)))

            #expect(reader.cookies["mw_session"] == before)
            #expect(try await reader.get("/").status == 200)
        }
    }

    @Test("Accepted and refused ones are counted, by a word")
    func counted() async throws {
        try await run { world, reader in
            let assertion = try host.assertion()
            _ = try await send(reader.another(), assertion)
            _ = try await send(reader.another(), assertion)
            _ = try await send(reader.another(), assertion, origin: "https://evil.example")

            let text = world.service.figuresText()

            for outcome in ["accepted", "replayed", "origin_not_allowed"] {
                #expect(
                    text.contains(
                        "makewhole_assertion_sign_ins_total{outcome=\"\(outcome)\"} 1\n"))
            }
        }
    }
}
