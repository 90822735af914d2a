import Testing

@testable import Wire

struct OutsideAddressTests {
    private func six(_ groups: UInt16...) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 16)
        for (place, group) in groups.enumerated() {
            bytes[2 * place] = UInt8(group >> 8)
            bytes[2 * place + 1] = UInt8(group & 0xFF)
        }
        return bytes
    }

    /// `::ffff:a.b.c.d` and its like.
    private func wrapped(_ prefix: [UInt8], _ address: [UInt8]) -> [UInt8] {
        prefix + [UInt8](repeating: 0, count: 16 - prefix.count - address.count) + address
    }

    @Test(
        "No address of ours, of a neighbour or of many is one of the public internet",
        arguments: [
            [0, 0, 0, 0], [0, 1, 2, 3], [10, 0, 0, 1], [10, 255, 255, 255], [100, 64, 0, 1],
            [100, 100, 100, 200], [100, 127, 255, 255], [127, 0, 0, 1], [127, 255, 0, 9],
            [168, 63, 129, 16], [169, 254, 169, 254], [172, 16, 0, 1], [172, 31, 255, 255],
            [192, 0, 0, 192], [192, 0, 2, 1], [192, 88, 99, 1], [192, 168, 1, 1], [198, 18, 0, 1],
            [198, 19, 255, 255], [198, 51, 100, 7], [203, 0, 113, 7], [224, 0, 0, 1],
            [239, 255, 255, 250], [240, 0, 0, 1], [255, 255, 255, 255],
        ] as [[UInt8]])
    func inside(_ address: [UInt8]) {
        #expect(!OutsideAddress.isPublic(address))
        // Nor does another notation of it make it one: mapped, compatible, translated, 6to4.
        let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
        #expect(!OutsideAddress.isPublic(wrapped(mapped, address)))
        #expect(!OutsideAddress.isPublic(wrapped([], address)))
        #expect(!OutsideAddress.isPublic(wrapped([0x00, 0x64, 0xFF, 0x9B], address)))
        let relayed: [UInt8] = [0x20, 0x02] + address
        #expect(!OutsideAddress.isPublic(relayed + [UInt8](repeating: 0, count: 10)))
    }

    @Test("Nor is any of IPv6 that is not given out for hosts")
    func insideOfSix() {
        #expect(!OutsideAddress.isPublic(six(0, 0, 0, 0, 0, 0, 0, 0)))
        #expect(!OutsideAddress.isPublic(six(0, 0, 0, 0, 0, 0, 0, 1)))
        #expect(!OutsideAddress.isPublic(six(0xFC00)))
        #expect(!OutsideAddress.isPublic(six(0xFD00, 0x0EC2, 0, 0, 0, 0, 0, 0x254)))
        #expect(!OutsideAddress.isPublic(six(0xFE80, 0, 0, 0, 0, 0, 0, 1)))
        #expect(!OutsideAddress.isPublic(six(0xFEC0)))
        #expect(!OutsideAddress.isPublic(six(0xFF02, 0, 0, 0, 0, 0, 0, 1)))
        #expect(!OutsideAddress.isPublic(six(0x0100)))
        #expect(!OutsideAddress.isPublic(six(0x2001, 0x0000, 0x4136)))
        #expect(!OutsideAddress.isPublic(six(0x2001, 0x01FF)))
        #expect(!OutsideAddress.isPublic(six(0x2001, 0x0DB8)))
        #expect(!OutsideAddress.isPublic(six(0x3FFF, 0x0FFF)))
        #expect(!OutsideAddress.isPublic(six(0x4000)))
        #expect(!OutsideAddress.isPublic([]) && !OutsideAddress.isPublic([1, 2, 3]))
    }

    @Test("What lies just beside the blocks is public")
    func outside() {
        for address: [UInt8] in [
            [1, 1, 1, 1], [9, 255, 255, 255], [11, 0, 0, 0], [100, 63, 255, 255], [100, 128, 0, 0],
            [126, 255, 255, 255], [128, 0, 0, 0], [168, 63, 129, 15], [169, 253, 255, 255],
            [169, 255, 0, 0], [172, 15, 255, 255], [172, 32, 0, 0], [192, 0, 1, 0], [192, 0, 3, 0],
            [192, 167, 255, 255], [192, 169, 0, 0], [198, 17, 255, 255], [198, 20, 0, 0],
            [223, 255, 255, 255],
        ] { #expect(OutsideAddress.isPublic(address), "\(address)") }
        #expect(OutsideAddress.isPublic(six(0x2606, 0x4700, 0x4700, 0, 0, 0, 0, 0x1111)))
        #expect(OutsideAddress.isPublic(six(0x2001, 0x0200)))
        #expect(OutsideAddress.isPublic(six(0x2001, 0x0DB9)))
        #expect(OutsideAddress.isPublic(six(0x2003)))
        #expect(OutsideAddress.isPublic(six(0x3FFF, 0x1000)))
    }
}

struct OutsideURLTests {
    private func refusal(_ text: String, inside: Bool = false) -> OutsideURL.Refusal? {
        do throws(OutsideURL.Refusal) {
            _ = try OutsideURL(text, allowsInsecure: inside)
            return nil
        } catch {
            return error
        }
    }

    @Test("A URL is taken apart as every reader would")
    func parts() throws {
        let plain = try OutsideURL("HTTPS://Hooks.Example.COM", allowsInsecure: false)
        #expect((plain.host, plain.port, plain.target) == ("hooks.example.com", 443, "/"))
        #expect(plain.text == "https://hooks.example.com/")
        let full = try OutsideURL(
            "https://a-b_c.example:8443/in/%20x?y=1&z=//2", allowsInsecure: false)
        #expect((full.port, full.target) == (8_443, "/in/%20x?y=1&z=//2"))
        #expect(full.text == "https://a-b_c.example:8443/in/%20x?y=1&z=//2")
        let six = try OutsideURL("https://[2606:4700::1111]:443?q", allowsInsecure: false)
        #expect((six.host, six.text) == ("2606:4700::1111", "https://[2606:4700::1111]/?q"))
        #expect(try OutsideURL("https://1.2.3.4/", allowsInsecure: false).host == "1.2.3.4")
        let test = try OutsideURL("http://127.0.0.1:80/x", allowsInsecure: true)
        #expect(!test.isSecure && test.text == "http://127.0.0.1/x")
    }

    @Test("What readers disagree about, or what could lead inside, is refused by name")
    func refused() {
        #expect(refusal("http://example.com/") == .schemeForbidden)
        #expect(refusal("ftp://example.com/") == .schemeForbidden)
        #expect(refusal("//example.com/") == .schemeForbidden)
        #expect(refusal("") == .schemeForbidden)
        #expect(refusal("https://ada@example.com/") == .hasCredentials)
        #expect(refusal("https://ada:pw@example.com/") == .hasCredentials)
        #expect(refusal("https://example.com/#x") == .hasFragment)
        for text in [
            "https://example.com/a b", "https://example.com\\@127.0.0.1/", "https://exämple.com/",
            "https://example.com/\u{0}", "https://example.com/\r\nx", "https://example.com/\"",
        ] { #expect(refusal(text) == .malformed, "\(text)") }
        for text in [
            "https://", "https:///x", "https://:443/", "https://.example.com/",
            "https://example..com/", "https://example.com./", "https://-a.example/",
            "https://a%2Eb/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.1/",
            "https://127.1/", "https://017.0.0.1/", "https://1.2.3.256/", "https://1.2.3.4.5/",
            "https://[::1/", "https://[::1]x/", "https://[1.2.3.4]/", "https://[fe80::1%25eth0]/",
            "https://\(String(repeating: "a", count: 64)).example/",
        ] { #expect(refusal(text) == .hostMalformed, "\(text)") }
        for text in [
            "https://example.com:22/", "https://example.com:80/", "https://example.com:0/",
            "https://example.com:65536/", "https://example.com:/", "https://example.com:+443/",
            "https://example.com:443443/",
        ] { #expect(refusal(text) == .portForbidden, "\(text)") }
        #expect(
            refusal("https://example.com/" + String(repeating: "x", count: 1_024)) == .tooLong)
        #expect(refusal("http://127.0.0.1:25/", inside: true) == nil)
        #expect(refusal("http://ada@127.0.0.1/", inside: true) == .hasCredentials)
    }
}

struct WebhookKeyTests {
    /// The first test of RFC 8032, section 7.1.
    private let secret = Hex.decode(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    private let known = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    private let empty =
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c"
        + "f9b46bd25bf5f0595bbe24655141438e7a100b"

    @Test("A key signs as RFC 8032 says, and shows only its public half")
    func vector() throws {
        let bytes = try #require(secret)
        let key = try #require(WebhookKey(privateBytes: bytes))

        #expect(Hex.encode(try key.signature(of: [])) == empty)
        #expect(key.publicText == "whpk_" + Base64.encode(Hex.decode(known) ?? []))
        #expect("\(key)" == key.publicText)
        #expect(WebhookKey(privateBytes: key.privateBytes)?.publicText == key.publicText)
        #expect(WebhookKey(privateBytes: []) == nil)
        #expect(WebhookKey.random().publicText != WebhookKey.random().publicText)
    }

    @Test("A message has one signature of each signer, in their order")
    func several() throws {
        let bytes = try #require(secret)
        let key = try #require(WebhookKey(privateBytes: bytes))
        let shared = try #require(WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let body = Array(#"{"test": 2432232314}"#.utf8)

        let headers = try WebhookSignature.headers(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestampSeconds: 1_614_265_330, body: body,
            signers: [.secret(shared), .key(key)])

        let signed = Array("msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.".utf8) + body
        let own = Base64.encode(try key.signature(of: signed))
        #expect(headers.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
        #expect(
            headers[2].value == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1a,\(own)")
        #expect(throws: WebhookRefusal.idMalformed) {
            try WebhookSignature.headers(
                id: "a.b", timestampSeconds: 1, body: [], signers: [.secret(shared)])
        }
    }
}
