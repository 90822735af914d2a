import Assertions
import Banking
import Crypto
import Foundation
import Testing
import Wire

@Suite("What a host signs")
struct HostSignInTests {
    let host = Host()

    private func verify(
        _ token: String, at now: Instant = Host.now
    ) async throws -> Assertion {
        try await host.signIn().verify(token, now: now)
    }

    private func refused(
        _ why: AssertionRefusal, _ token: String, at now: Instant = Host.now,
        _ location: SourceLocation = #_sourceLocation
    ) async throws {
        let signIn = try await host.signIn()
        #expect(throws: why, sourceLocation: location) {
            try signIn.verify(token, now: now)
        }
    }

    @Test("An assertion signed with Ed25519 names its customer")
    func edwards() async throws {
        let assertion = try await verify(try host.token())

        #expect(assertion.subject == "ex-1001")
        #expect(assertion.digest.count == 32)
        #expect(assertion.end == Host.now.adding(seconds: 150))
    }

    @Test("An assertion signed with P-256 names its customer")
    func curve() async throws {
        #expect(try await verify(try host.tokenByCurve()).subject == "ex-1001")
    }

    @Test("Signatures of another key are refused")
    func otherKey() async throws {
        try await refused(.signatureWrong, try Host().token())
        try await refused(.signatureWrong, try Host().tokenByCurve())
    }

    @Test("A changed claim makes the signature wrong")
    func changedClaim() async throws {
        let parts = try host.token().split(separator: ".")
        let other = Host.url(Host.claims(["sub": "ex-1002"]).bytes())

        try await refused(.signatureWrong, "\(parts[0]).\(other).\(parts[2])")
    }

    @Test("A changed header makes the signature wrong")
    func changedHeader() async throws {
        let parts = try host.token().split(separator: ".")
        let other = Host.part(["alg": "EdDSA", "kid": "ed-1"])

        try await refused(.signatureWrong, "\(other).\(parts[1]).\(parts[2])")
    }

    @Test("A signature that is empty, cut or too long is wrong, and nothing breaks")
    func signatureLengths() async throws {
        let signed = try host.token().split(separator: ".").prefix(2).joined(separator: ".")
        for length in [0, 1, 63, 65, 128] {
            let signature = Host.url([UInt8](repeating: 1, count: length))
            try await refused(.signatureWrong, "\(signed).\(signature)")
        }
        let byCurve = try host.tokenByCurve().split(separator: ".").prefix(2)
            .joined(separator: ".")
        for length in [0, 1, 63, 65, 72] {
            let signature = Host.url([UInt8](repeating: 1, count: length))
            try await refused(.signatureWrong, "\(byCurve).\(signature)")
        }
    }

    @Test("Zeros are no signature of P-256")
    func zeros() async throws {
        let signed = try host.tokenByCurve().split(separator: ".").prefix(2)
            .joined(separator: ".")

        try await refused(
            .signatureWrong, signed + "." + Host.url([UInt8](repeating: 0, count: 64)))
    }

    @Test(
        "The key has its algorithm, whatever the header asks for",
        arguments: ["none", "None", "HS256", "ES256", "RS256", "EdDSA ", "eddsa", "Ed25519", ""])
    func otherAlgorithm(name: String) async throws {
        try await refused(
            .algorithmDiffers, try host.token(header: ["alg": .string(name), "kid": "ed-1"]))
    }

    @Test("A token without a signature is refused however it is called")
    func noSignature() async throws {
        let text = Host.part(["alg": "none"]) + "." + Host.url(Host.claims().bytes())

        try await refused(.keyUnknown, text + ".")
        let named =
            Host.part(["alg": "none", "kid": "ed-1"]) + "."
            + Host.url(Host.claims().bytes())
        try await refused(.algorithmDiffers, named + ".")
    }

    @Test("The public key as a shared secret signs nothing")
    func keyAsSecret() async throws {
        let text =
            Host.part(["alg": "HS256", "kid": "ed-1"]) + "."
            + Host.url(Host.claims().bytes())
        let mac = HMAC<SHA256>.authenticationCode(
            for: Data(text.utf8),
            using: SymmetricKey(data: host.edwards.publicKey.rawRepresentation))

        try await refused(.algorithmDiffers, text + "." + Host.url(mac))
    }

    @Test("A header that names no key, or an unknown one, is refused")
    func unknownKey() async throws {
        try await refused(.keyUnknown, try host.token(header: ["alg": "EdDSA"]))
        try await refused(.keyUnknown, try host.token(header: ["alg": "EdDSA", "kid": "ed-2"]))
        try await refused(.keyUnknown, try host.token(header: ["alg": "EdDSA", "kid": 1]))
    }

    @Test("A key that comes with the token is not looked at")
    func ownKey() async throws {
        let other = Host()
        let jwk = try #require(other.jwks["keys"]?[0])

        try await refused(
            .signatureWrong,
            try other.token(header: ["alg": "EdDSA", "kid": "ed-1", "jwk": jwk]))
        try await refused(.keyUnknown, try other.token(header: ["alg": "EdDSA", "jwk": jwk]))
    }

    @Test("What must be understood and is not is refused")
    func critical() async throws {
        try await refused(
            .extensionUnknown,
            try host.token(header: ["alg": "EdDSA", "kid": "ed-1", "crit": ["b64"], "b64": false]))
    }

    @Test("It holds until its end and the difference of clocks, and not a moment longer")
    func expiry() async throws {
        let token = try host.token()

        _ = try await verify(token, at: Host.now.adding(milliseconds: 149_999))
        try await refused(.expired, token, at: Host.now.adding(seconds: 150))
    }

    @Test("It may be issued in the future by as much as clocks may differ")
    func notYet() async throws {
        let token = try host.token()

        _ = try await verify(token, at: Host.now.adding(seconds: -30))
        try await refused(.notYetValid, token, at: Host.now.adding(milliseconds: -30_001))
    }

    @Test("A time before which it must not be used is kept")
    func notBefore() async throws {
        try await refused(
            .notYetValid,
            try host.token(Host.claims(["nbf": .integer(Host.nowSeconds + 31)])))
        try await refused(.claimMissing, try host.token(Host.claims(["nbf": "soon"])))
        _ = try await verify(try host.token(Host.claims(["nbf": .integer(Host.nowSeconds)])))
    }

    @Test("Five minutes are the most it may live")
    func life() async throws {
        _ = try await verify(
            try host.token(Host.claims(["exp": .integer(Host.nowSeconds + 300)])))
        try await refused(
            .livesTooLong, try host.token(Host.claims(["exp": .integer(Host.nowSeconds + 301)])))
        // An old `iat` is no way to a late end either.
        try await refused(
            .livesTooLong,
            try host.token(
                Host.claims([
                    "iat": .integer(Host.nowSeconds - 200), "exp": .integer(Host.nowSeconds + 101),
                ])))
    }

    @Test("Another audience's assertion is refused, and one of several audiences is enough")
    func audience() async throws {
        try await refused(
            .audienceDiffers, try host.token(Host.claims(["aud": "https://pay.example.com/"])))
        try await refused(.audienceDiffers, try host.token(Host.claims(["aud": []])))
        try await refused(.audienceDiffers, try host.token(Host.claims(["aud": .some(nil)])))
        _ = try await verify(
            try host.token(
                Host.claims(["aud": ["https://other.example", .string(Host.audience)]])))
    }

    @Test("Another issuer's assertion is refused")
    func issuer() async throws {
        try await refused(
            .issuerDiffers, try host.token(Host.claims(["iss": "https://other.example"])))
        try await refused(.issuerDiffers, try host.token(Host.claims(["iss": .some(nil)])))
    }

    @Test(
        "A claim that is missing or of another kind is refused",
        arguments: ["sub", "jti", "iat", "exp"])
    func missing(name: String) async throws {
        for value: JSON? in [nil, .null, true, [], "", .object([])] {
            try await refused(.claimMissing, try host.token(Host.claims([name: value])))
        }
    }

    @Test("Times beyond every calendar are refused, and nothing breaks")
    func oddTimes() async throws {
        for text in ["1e400", "-1", "1795348800000", "99999999999999999999999", "253402300800"] {
            let claims = Host.claims().text().replacing("1795348920", with: text)
            let token = try host.sign(
                Host.url(Host.header.bytes()) + "." + Host.url(Array(claims.utf8)))
            try await refused(.claimMissing, token)
        }
    }

    @Test("A time with a fraction is read")
    func fraction() async throws {
        let claims = Host.claims().text().replacing("1795348920", with: "1795348919.5")
        let token = try host.sign(
            Host.url(Host.header.bytes()) + "." + Host.url(Array(claims.utf8)))

        #expect(try await verify(token).end == Host.now.adding(milliseconds: 149_500))
    }

    @Test("Names of an assertion and of a customer have bounds")
    func lengths() async throws {
        let long = JSON.string(String(repeating: "x", count: 129))
        try await refused(.claimMissing, try host.token(Host.claims(["jti": long])))
        try await refused(.claimMissing, try host.token(Host.claims(["jti": "short"])))
        try await refused(.claimMissing, try host.token(Host.claims(["sub": long])))
    }

    @Test("The same jti of the same issuer is one assertion, whatever else it says")
    func digest() async throws {
        let first = try await verify(try host.token())
        let again = try await verify(try host.token(Host.claims(["sub": "ex-1002"])))
        let other = try await verify(try host.token(Host.claims(["jti": "9f4c2d1e-0002"])))

        #expect(first.digest == again.digest)
        #expect(first.digest != other.digest)
    }

    @Test(
        "What is not an assertion is refused",
        arguments: [
            "", ".", "..", "...", "a.b", "a.b.c.d", "a.b.c", "e30.e30.AA", "bnVsbA.bnVsbA.AA",
            "W10.W10.AA", "e30=.e30.AA", "e30.e30.A A", "é.é.é",
        ])
    func malformed(text: String) async throws {
        let signIn = try await host.signIn()
        #expect(throws: AssertionRefusal.self) { try signIn.verify(text, now: Host.now) }
    }

    @Test("A header or claims that say the same thing twice are refused")
    func twice() async throws {
        let header = #"{"alg":"EdDSA","kid":"ed-1","kid":"es-1"}"#
        let claims = Host.url(Host.claims().bytes())
        try await refused(
            .malformed, try host.sign(Host.url(Array(header.utf8)) + "." + claims))
        let two = Host.claims().text().replacing(
            "\"sub\":\"ex-1001\"", with: "\"sub\":\"ex-1001\",\"sub\":\"ex-1\"")
        try await refused(
            .malformed,
            try host.sign(Host.url(Host.header.bytes()) + "." + Host.url(Array(two.utf8))))
    }

    @Test("An assertion larger than one needs to be is not read")
    func oversized() async throws {
        let padding = JSON.string(String(repeating: "x", count: HostSignIn.bytesMax))

        try await refused(.malformed, try host.token(Host.claims(["padding": padding])))
    }

    @Test("No token that is cut or changed anywhere is taken")
    func mutations() async throws {
        let signIn = try await host.signIn()
        let token = Array(try host.token().utf8)
        for place in token.indices {
            var changed = token
            changed[place] = changed[place] == 0x41 ? 0x42 : 0x41
            let text = String(decoding: changed, as: UTF8.self)
            #expect(throws: AssertionRefusal.self, "\(place)") {
                try signIn.verify(text, now: Host.now)
            }
            let cut = String(decoding: token[..<place], as: UTF8.self)
            #expect(throws: AssertionRefusal.self, "\(place)") {
                try signIn.verify(cut, now: Host.now)
            }
        }
    }
}

@Suite("The keys of a host")
struct HostKeysTests {
    let host = Host()

    private func refused(
        _ words: String, _ json: JSON, _ location: SourceLocation = #_sourceLocation
    ) async {
        await #expect(sourceLocation: location) {
            try await HostKeys(jwks: json.bytes())
        } throws: { error in
            (error as? HostKeysProblem)?.description.contains(words) == true
        }
    }

    private func key(_ index: Int, _ changes: [String: JSON?]) throws -> JSON {
        var key = try #require(host.jwks["keys"]?[index]?.objectValue)
        for (name, value) in changes { key[name] = value }
        return ["keys": [.object(key)]]
    }

    @Test("Two keys stand side by side while one takes the other's place")
    func rotation() async throws {
        let old = Host()
        let both: JSON = [
            "keys": [
                try #require(try key(0, ["kid": "2027"])["keys"]?[0]),
                try #require(old.jwks["keys"]?[0]),
            ]
        ]
        let signIn = HostSignIn(
            issuer: Host.issuer, audience: Host.audience, subject: .reference, origins: [],
            keys: try await HostKeys(jwks: both.bytes()))

        let new = try host.token(header: ["alg": "EdDSA", "kid": "2027"])
        #expect(try signIn.verify(new, now: Host.now).subject == "ex-1001")
        #expect(try signIn.verify(old.token(), now: Host.now).subject == "ex-1001")
        #expect(throws: AssertionRefusal.signatureWrong) {
            try signIn.verify(old.token(header: ["alg": "EdDSA", "kid": "2027"]), now: Host.now)
        }
    }

    @Test("Private keys and shared secrets are refused, and told not to be here")
    func secrets() async throws {
        await refused("Only public keys", try key(0, ["d": "AAAA"]))
        await refused("Only public keys", try key(1, ["d": "AAAA"]))
        await refused(
            "Only public keys", ["keys": [["kty": "oct", "kid": "a", "k": "c2VjcmV0"]]])
    }

    @Test("Only Ed25519 and P-256 are keys here")
    func kinds() async throws {
        await refused("neither", ["keys": [["kty": "oct", "kid": "a"]]])
        await refused("neither", ["keys": [["kty": "RSA", "kid": "a", "n": "AQAB", "e": "AQAB"]]])
        await refused("neither", try key(1, ["crv": "P-384"]))
        await refused("neither", try key(0, ["crv": "X25519"]))
        await refused("not for its alg", try key(0, ["alg": "ES256"]))
        await refused("not for its alg", try key(1, ["alg": "EdDSA"]))
        await refused("not for signatures", try key(0, ["use": "enc"]))
    }

    @Test("What is no point of the curve is refused")
    func points() async throws {
        await refused("no point", try key(0, ["x": "AAAA"]))
        await refused("no point", try key(0, ["x": .some(nil)]))
        await refused("no point", try key(1, ["y": "AAAA"]))
        await refused(
            "no point", try key(1, ["y": .string(Host.url([UInt8](repeating: 1, count: 32)))]))
    }

    @Test("A set without keys, with a key without a name, or with one name twice is refused")
    func names() async throws {
        await refused("no keys", [:])
        await refused("no keys", ["keys": []])
        await refused("kid", try key(0, ["kid": .some(nil)]))
        await refused("kid", try key(0, ["kid": ""]))
        let one = try #require(host.jwks["keys"]?[0])
        await refused("Two keys", ["keys": [one, one]])
        await refused(
            "more than", ["keys": .array(Array(repeating: one, count: HostKeys.keysMax + 1))])
    }
}
