import Assertions
import Banking
import Crypto
import Foundation
import Wire

/// A host with keys of its own, that signs whatever a test wants signed. It uses no part of what
/// verifies.
struct Host {
    let edwards = Curve25519.Signing.PrivateKey()
    let curve = P256.Signing.PrivateKey()

    static let issuer = "https://app.example.com"
    static let audience = "https://pay.example.com"
    /// Sunday, 22 November 2026, 12:00 UTC.
    static let now = Instant(milliseconds: 1_795_348_800_000)
    static let nowSeconds: Int64 = 1_795_348_800

    static func part(_ json: JSON) -> String { url(json.bytes()) }

    static func url(_ data: some Sequence<UInt8>) -> String { Base64.encode(Array(data), .url) }

    var jwks: JSON {
        let point = Array(curve.publicKey.rawRepresentation)
        return [
            "keys": [
                [
                    "kty": "OKP", "crv": "Ed25519", "kid": "ed-1", "use": "sig", "alg": "EdDSA",
                    "x": .string(Host.url(edwards.publicKey.rawRepresentation)),
                ],
                [
                    "kty": "EC", "crv": "P-256", "kid": "es-1",
                    "x": .string(Host.url(point[..<32])), "y": .string(Host.url(point[32...])),
                ],
            ]
        ]
    }

    func signIn(subject: HostSignIn.Subject = .reference) async throws -> HostSignIn {
        HostSignIn(
            issuer: Host.issuer, audience: Host.audience, subject: subject,
            origins: ["https://app.example.com"], keys: try await HostKeys(jwks: jwks.bytes()))
    }

    /// Claims that are right, with some replaced; `nil` takes one away.
    static func claims(_ changes: [String: JSON?] = [:]) -> JSON {
        var claims: JSON.Object = [
            "iss": .string(issuer), "aud": .string(audience), "sub": "ex-1001",
            "iat": .integer(nowSeconds), "exp": .integer(nowSeconds + 120),
            "jti": "9f4c2d1e-0001",
        ]
        for (name, value) in changes { claims[name] = value }
        return .object(claims)
    }

    static let header: JSON = ["alg": "EdDSA", "typ": "JWT", "kid": "ed-1"]

    func token(_ claims: JSON = Host.claims(), header: JSON = Host.header) throws -> String {
        try sign(Host.url(header.bytes()) + "." + Host.url(claims.bytes()))
    }

    func sign(_ text: String) throws -> String {
        text + "." + Host.url(try edwards.signature(for: Data(text.utf8)))
    }

    func tokenByCurve(
        _ claims: JSON = Host.claims(), header: JSON = ["alg": "ES256", "kid": "es-1"]
    ) throws -> String {
        let text = Host.url(header.bytes()) + "." + Host.url(claims.bytes())
        return text + "."
            + Host.url(try curve.signature(for: Data(text.utf8)).rawRepresentation)
    }
}
