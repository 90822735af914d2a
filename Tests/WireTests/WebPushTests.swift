import Crypto
import Testing

@testable import Wire

@Suite("Push messages")
struct WebPushTests {
    /// RFC 8291, appendix A.
    private enum Vector {
        static let text = "When I grow up, I want to be a watermelon"
        static let ours = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
        static let theirs =
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        static let secret = "BTBZMqHH6r4Tts7J_aSIgg"
        static let salt = "DGv6ra1nlYgDCS1FRnbzlw"
        static let sealed = """
            DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocIn\
            mYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGN\
            WQexSgSxsj_Qulcy4a-fN
            """
    }

    @Test("A message sealed with the keys of RFC 8291 is the RFC's, byte for byte")
    func vector() throws {
        let receiver = try #require(
            PushReceiver(publicKey: Vector.theirs, secret: Vector.secret))
        let salt = try #require(Base64.decode(Vector.salt, .url))
        let ours = try P256.KeyAgreement.PrivateKey(
            rawRepresentation: try #require(Base64.decode(Vector.ours, .url)))

        let sealed = try PushMessage.seal(
            Array(Vector.text.utf8), for: receiver, padded: 0, salt: salt, ephemeral: ours)

        #expect(Base64.encode(sealed, .url) == Vector.sealed)
    }

    @Test("Two messages of different lengths are sealed to the same length")
    func padding() throws {
        let receiver = try #require(
            PushReceiver(publicKey: Vector.theirs, secret: Vector.secret))

        let short = try PushMessage.seal([1], for: receiver, padded: 400)
        let long = try PushMessage.seal(
            [UInt8](repeating: 7, count: 399), for: receiver, padded: 400)

        #expect(short.count == long.count)
        #expect(short != long)
    }

    @Test(
        "A subscription whose keys are not what the RFC says is refused",
        arguments: [
            ("", Vector.secret), (Vector.theirs, ""), (Vector.theirs, "AAAA"),
            ("BCVxsr7N", Vector.secret),
            // One bit off the curve.
            (String(Vector.theirs.dropLast()) + "5", Vector.secret),
            ("not base64!", Vector.secret),
        ])
    func badKeys(publicKey: String, secret: String) {
        #expect(PushReceiver(publicKey: publicKey, secret: secret) == nil)
    }

    @Test("The token of a push service is signed by the key that browsers are given")
    func token() throws {
        let key = PushKey.random()

        let header = try key.authorization(
            origin: "https://push.example", contact: "mailto:ops@example.com",
            expires: 1_800_000_000)

        let token = try #require(header.dropFirst("vapid t=".count).split(separator: ",").first)
        #expect(header.hasSuffix(", k=\(key.publicText)"))
        let parts = token.split(separator: ".").map(String.init)
        try #require(parts.count == 3)
        let claims = try #require(Base64.decode(parts[1], .url))
        #expect(
            String(decoding: claims, as: UTF8.self)
                == #"{"aud":"https://push.example","exp":1800000000,"sub":"mailto:ops@example.com"}"#
        )
        let point = try #require(Base64.decode(key.publicText, .url))
        let verifier = try P256.Signing.PublicKey(x963Representation: point)
        let signature = try P256.Signing.ECDSASignature(
            rawRepresentation: try #require(Base64.decode(parts[2], .url)))
        #expect(
            verifier.isValidSignature(
                signature, for: Array("\(parts[0]).\(parts[1])".utf8)))
    }

    @Test("A key that was printed is the same key when it is read")
    func keyText() throws {
        let key = PushKey.random()
        let read = try #require(PushKey(key.text))
        #expect(read.publicText == key.publicText)
        #expect(PushKey("AAAA") == nil)
        #expect(PushKey(Base64.encode([UInt8](repeating: 0, count: 32), .url)) == nil)
    }
}
