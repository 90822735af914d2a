import Testing

@testable import Wire

struct EncodingTests {
    @Test("Base64 is that of RFC 4648, both ways")
    func vectors() {
        for (plain, encoded) in [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ] {
            #expect(Base64.encode(Array(plain.utf8)) == encoded)
            #expect(Base64.decode(encoded) == Array(plain.utf8))
        }
        #expect(Base64.encode([0xFB, 0xFF], .url) == "-_8")
        #expect(Base64.decode("-_8", .url) == [0xFB, 0xFF])
    }

    @Test("Each value has one spelling in base64")
    func strict() {
        for text in [
            "Zg", "Zg=", "Zh==", "Z", "Zg==\n", " Zg==", "Zg==Zg==", "====", "-_8=", "Zé==",
        ] {
            #expect(Base64.decode(text) == nil, "\(text)")
        }
        for text in ["-_9", "+/8", "-_8="] { #expect(Base64.decode(text, .url) == nil, "\(text)") }
    }

    @Test("Every length survives base64 and hexadecimal")
    func roundTrip() {
        for count in 0..<70 {
            let bytes = RandomBytes.make(count)

            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Base64.decode(Base64.encode(bytes, .url), .url) == bytes)
            #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        }
    }
}

struct WebhookSignatureTests {
    /// The example of the Standard Webhooks libraries.
    private let secret = WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    private let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    private let signed: Int64 = 1_614_265_330
    private let body = Array(#"{"test": 2432232314}"#.utf8)
    private let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    private func refusal(
        id: String? = nil, timestamp: String? = nil, signature: String? = nil, body: [UInt8]? = nil,
        now: Int64? = nil
    ) throws -> WebhookRefusal? {
        let secret = try #require(secret)
        do throws(WebhookRefusal) {
            try WebhookSignature.verify(
                id: id ?? self.id, timestamp: timestamp ?? "\(signed)",
                signature: signature ?? self.signature, body: body ?? self.body,
                secrets: [secret], nowSeconds: now ?? signed)
            return nil
        } catch {
            return error
        }
    }

    @Test("The signature is the one other libraries make")
    func vector() throws {
        let secret = try #require(secret)

        let made = try WebhookSignature.sign(
            id: id, timestampSeconds: signed, body: body, secrets: [secret])

        #expect(made == signature)
        #expect(try refusal() == nil)
    }

    @Test("One good signature among others and other versions is enough")
    func several() throws {
        #expect(try refusal(signature: "v1a,AAAA v1,AAAA  v2,x \(signature)") == nil)
        #expect(
            try refusal(signature: "v1,AAAA v1a,\(signature.dropFirst(3))") == .signatureMismatch)
    }

    @Test("A change of id, time, body or signature is refused")
    func forged() throws {
        #expect(try refusal(id: "msg_other") == .signatureMismatch)
        #expect(try refusal(timestamp: "\(signed + 1)") == .signatureMismatch)
        #expect(try refusal(body: body + [0x20]) == .signatureMismatch)
        #expect(try refusal(signature: "v1,") == .signatureMismatch)
        #expect(try refusal(signature: "") == .signatureMismatch)
        #expect(try refusal(signature: String(signature.dropLast())) == .signatureMismatch)
        let many = String(repeating: "v1,AAAA ", count: 100_000) + signature
        #expect(try refusal(signature: many) == .signatureMismatch)
    }

    @Test("Five minutes either way are tolerated and one second more is not")
    func tolerance() throws {
        #expect(try refusal(now: signed + 300) == nil)
        #expect(try refusal(now: signed + 301) == .tooOld)
        #expect(try refusal(now: signed - 300) == nil)
        #expect(try refusal(now: signed - 301) == .tooNew)
        #expect(try refusal(timestamp: "999999999999999999", now: .min) != nil)
    }

    @Test("Malformed ids and times are refused before any hash is made")
    func malformed() throws {
        for id in ["", "a.b", "a b", "é", String(repeating: "a", count: 257)] {
            #expect(try refusal(id: id) == .idMalformed, "\(id)")
        }
        for time in ["", "-1", "1.5", "1e9", " 1", "99999999999999999999"] {
            #expect(try refusal(timestamp: time) == .timestampMalformed, "\(time)")
        }
        let secret = try #require(secret)
        #expect(throws: WebhookRefusal.headerMissing("webhook-id")) {
            try WebhookSignature.verify(
                id: nil, timestamp: "1", signature: "", body: [], secrets: [secret], nowSeconds: 1)
        }
    }

    @Test("During a rotation both secrets verify")
    func rotation() throws {
        let old = WebhookSecret.random()
        let new = WebhookSecret.random()
        let made = try WebhookSignature.sign(
            id: "m1", timestampSeconds: 5, body: body, secrets: [old, new])

        for secret in [old, new] {
            try WebhookSignature.verify(
                id: "m1", timestamp: "5", signature: made, body: body, secrets: [secret],
                nowSeconds: 5)
        }
    }

    @Test("A secret has 24 through 64 bytes and survives its text")
    func secrets() {
        #expect(WebhookSecret(bytes: RandomBytes.make(23)) == nil)
        #expect(WebhookSecret(bytes: RandomBytes.make(65)) == nil)
        #expect(WebhookSecret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") == nil)
        #expect(WebhookSecret("whsec_???") == nil)
        let secret = WebhookSecret.random()
        #expect(WebhookSecret(secret.text) == secret)
        #expect("\(secret)" == "whsec_•••")
    }
}

struct SealedTests {
    private func key(_ byte: UInt8) throws -> MasterKey {
        try #require(MasterKey(bytes: (0..<32).map { $0 ^ byte }))
    }

    @Test("What is sealed opens in its context, for every size")
    func roundTrip() throws {
        let sealed = Sealed(current: (1, try key(1)))
        for count in [0, 1, 16, 17, 100_000] {
            let plaintext = RandomBytes.make(count)

            let bytes = sealed.seal(plaintext, context: "file/1")

            #expect(bytes.count == count + Sealed.overhead)
            #expect(try sealed.open(bytes, context: "file/1") == plaintext)
        }
        #expect(try sealed.openText(sealed.seal("0123", context: "a"), context: "a") == "0123")
    }

    @Test("Sealing the same twice gives different bytes")
    func nonces() throws {
        let sealed = Sealed(current: (1, try key(1)))

        #expect(sealed.seal("x", context: "a") != sealed.seal("x", context: "a"))
    }

    @Test("Another context does not open it")
    func context() throws {
        let sealed = Sealed(current: (1, try key(1)))
        let bytes = sealed.seal("123456789", context: "bank-account/ba_1/number")

        #expect(throws: SealedRefusal.forged) {
            try sealed.open(bytes, context: "bank-account/ba_2/number")
        }
    }

    @Test("Any single changed bit and any shortening is refused")
    func tampering() throws {
        let sealed = Sealed(current: (1, try key(1)))
        let bytes = sealed.seal("123456789", context: "a")
        for index in bytes.indices {
            for bit in UInt8(0)..<8 {
                var changed = bytes
                changed[index] ^= 1 << bit
                #expect(throws: SealedRefusal.self) { try sealed.open(changed, context: "a") }
            }
            #expect(throws: SealedRefusal.self) {
                try sealed.open(Array(bytes.prefix(index)), context: "a")
            }
        }
    }

    @Test("After a rotation old bytes open, new ones use the new key, and strangers stay out")
    func rotation() throws {
        let old = Sealed(current: (1, try key(1)))
        let both = Sealed(current: (2, try key(2)), retired: [1: try key(1)])
        let before = old.seal("x", context: "a")

        #expect(try both.openText(before, context: "a") == "x")
        #expect(!both.isCurrent(before))
        #expect(Sealed.keyNumber(of: both.seal("x", context: "a")) == 2)
        #expect(throws: SealedRefusal.keyUnknown(2)) {
            try old.open(both.seal("x", context: "a"), context: "a")
        }
        #expect(throws: SealedRefusal.forged) {
            try Sealed(current: (1, try key(9))).open(before, context: "a")
        }
    }

    @Test("A master key is 32 bytes in either spelling, and never a row of zeros")
    func masterKey() throws {
        let bytes = RandomBytes.make(32)
        #expect(MasterKey(Hex.encode(bytes)) != nil)
        #expect(MasterKey(Base64.encode(bytes)) != nil)
        #expect(MasterKey(bytes: [UInt8](repeating: 0, count: 32)) == nil)
        #expect(MasterKey(bytes: RandomBytes.make(31)) == nil)
        #expect(MasterKey("secret") == nil)
        #expect("\(try key(1))" == "MasterKey(•••)")
    }

    @Test("A mask shows four digits at most and never more than half")
    func masks() {
        #expect(Masked.accountNumber("123456789") == "••••6789")
        #expect(Masked.accountNumber("12345") == "••••45")
        #expect(Masked.accountNumber("1") == "••••")
        #expect(Masked.accountNumber("") == "••••")
    }

    @Test("Fingerprints agree for one account and differ for any other, and for any other key")
    func fingerprints() throws {
        let maker = Fingerprint.Maker(key: try key(1))
        let print = maker.bankAccount(routingNumber: "021000021", accountNumber: "0012 345-x")

        #expect(print == maker.bankAccount(routingNumber: "021000021", accountNumber: "0012345X"))
        #expect(print != maker.bankAccount(routingNumber: "021000021", accountNumber: "12345X"))
        #expect(print != maker.bankAccount(routingNumber: "021000020", accountNumber: "0012345X"))
        #expect(maker.fingerprint(of: ["ab", "c"]) != maker.fingerprint(of: ["a", "bc"]))
        let other = Fingerprint.Maker(key: try key(2))
        #expect(print != other.bankAccount(routingNumber: "021000021", accountNumber: "0012345X"))
        #expect(print.description.count == 64)
    }
}

struct CursorTests {
    private func codec(_ byte: UInt8 = 1) throws -> Cursor.Codec {
        Cursor.Codec(key: try #require(MasterKey(bytes: (0..<32).map { $0 ^ byte })))
    }

    private let cursor = Cursor([.integer(.min), .text("dep_é"), .integer(7), .text("")])

    @Test("A cursor comes back as it was")
    func roundTrip() throws {
        let codec = try codec()

        let text = codec.encode(cursor, scope: "deposits")

        #expect(codec.decode(text, scope: "deposits") == cursor)
        #expect(codec.decode(codec.encode(Cursor([]), scope: ""), scope: "") == Cursor([]))
    }

    @Test("A cursor of another list or another key is nothing")
    func foreign() throws {
        let text = try codec().encode(cursor, scope: "deposits")

        #expect(try codec().decode(text, scope: "accounts") == nil)
        #expect(try codec(2).decode(text, scope: "deposits") == nil)
    }

    @Test("A changed, cut or lengthened cursor is nothing")
    func forged() throws {
        let codec = try codec()
        let text = codec.encode(cursor, scope: "deposits")
        var mutator = Mutator(seed: 31)
        for round in 0..<3000 {
            let changed = String(decoding: mutator.mutate(Array(text.utf8)), as: UTF8.self)
            guard changed != text else { continue }

            #expect(codec.decode(changed, scope: "deposits") == nil, "round \(round)")
        }
        #expect(codec.decode("", scope: "deposits") == nil)
        #expect(codec.decode(String(repeating: "A", count: 5000), scope: "deposits") == nil)
    }
}

struct TokenTests {
    @Test("A token has its prefix, is safe in a URL and differs each time")
    func random() {
        let token = Token.random(prefix: "mk_live_")

        #expect(token.text.hasPrefix("mk_live_"))
        #expect(token.text.utf8.count == 8 + 43)
        #expect(token.text != Token.random(prefix: "mk_live_").text)
        #expect("\(token)" == "mk_live_•••")
    }

    @Test("A token is recognised by its hash and no other is")
    func hashes() throws {
        let token = Token.random(prefix: "mk_")

        let again = try #require(Token(token.text, prefix: "mk_"))

        #expect(again.matches(hash: token.hash))
        #expect(!Token.random(prefix: "mk_").matches(hash: token.hash))
        #expect(!token.matches(hash: []))
    }

    @Test("Text that is no token of ours is refused before any look-up")
    func malformed() {
        let text = Token.random(prefix: "mk_").text
        for wrong in ["", "mk_", text + "A", String(text.dropLast()), "xx_" + text.dropFirst(3)] {
            #expect(Token(wrong, prefix: "mk_") == nil, "\(wrong)")
        }
        #expect(Token(text, prefix: "mk_live_") == nil)
    }
}
