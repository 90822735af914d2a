import Testing

@testable import Wire

/// A message of the house, for tests.
func sampleMail(
    subject: String = "Your deposit came back", text: String = "Please settle.\n",
    html: String? = nil, name: String? = nil
) throws -> MailMessage {
    MailMessage(
        from: try #require(MailAddress("notices@makewhole.example", name: name)),
        to: [try #require(MailAddress("customer@mail.example"))], subject: subject, text: text,
        html: html, messageID: try #require(MailMessageID("notice_1@makewhole.example")),
        dateSeconds: 1_763_805_845)
}

struct MailMessageTests {
    private func lines(_ message: MailMessage) -> [String] {
        String(decoding: message.bytes, as: UTF8.self)
            .split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test("A plain message has the headers of the standard and its text")
    func plain() throws {
        let message = try sampleMail()

        #expect(
            lines(message) == [
                "Date: Sat, 22 Nov 2025 10:04:05 +0000",
                "From: notices@makewhole.example",
                "To: customer@mail.example",
                "Subject: Your deposit came back",
                "Message-ID: <notice_1@makewhole.example>",
                "Auto-Submitted: auto-generated",
                "MIME-Version: 1.0",
                "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable",
                "",
                "Please settle.",
                "",
                "",
            ])
    }

    @Test("Every line of every message is ASCII, short, and ends as mail wants it")
    func wellFormed() throws {
        var generator = SeededGenerator(seed: 41)
        for _ in 0..<300 {
            let text = String(
                String.UnicodeScalarView(
                    (0..<200).compactMap { _ in
                        Unicode.Scalar(
                            [0x0A, 0x0D, 0x20, 0x2E, 0x3D, 0x61, 0xE9, 0x20AC, 0x1F600, 0]
                                .randomElement(using: &generator) ?? 0)
                    }))
            let message = try sampleMail(subject: text, text: text, html: text, name: text)

            #expect(lines(message).allSatisfy { $0.utf8.count <= 78 })
            #expect(message.bytes.allSatisfy { $0 < 0x7F })
            let joined = lines(message).joined()
            #expect(!joined.contains("\r") && !joined.contains("\n"))
        }
    }

    @Test("What is written is read back: subject, name, text and HTML")
    func roundTrip() throws {
        let subject = "Rückzahlung 😀 " + String(repeating: "überfällig ", count: 12)
        let text =
            "Zeile 1 = 100 %\n.\n..zwei\nFrom here \n\tTab\t\n"
            + String(repeating: "lang ", count: 60)
        let message = try sampleMail(
            subject: subject, text: text, html: "<p>ä\u{20AC}</p>", name: "Makewhole \"Notices\" ü")

        let parsed = ParsedMail(message.bytes)

        #expect(parsed.subject == subject)
        #expect(parsed.from == "Makewhole \"Notices\" ü <notices@makewhole.example>")
        #expect(parsed.text?.replacing("\r\n", with: "\n") == text)
        #expect(parsed.html == "<p>ä\u{20AC}</p>")
        #expect(parsed.messageID == "<notice_1@makewhole.example>")
    }

    @Test("No text adds a header, a recipient or a body")
    func injection() throws {
        let evil = "Hello\r\nBcc: victim@mail.example\r\n\r\n<script>"
        let message = try sampleMail(subject: evil, name: evil)

        let parsed = ParsedMail(message.bytes)

        #expect(parsed["Bcc"] == nil)
        #expect(parsed.headers.count == 9)
        #expect(parsed.subject == "Hello  Bcc: victim@mail.example    <script>")
    }

    @Test(
        "Addresses that could break out of a command or a header are refused",
        arguments: [
            "", "a", "@b.example", "a@", "a@b", "a b@c.example", "a@b.example\r\nX: y",
            "a@@b.example",
            "<a@b.example>", "a@b.example>", "a..b@c.example", ".a@b.example", "a.@b.example",
            "a@-b.example", "a@b..example", "\"a\"@b.example", "ä@b.example", "a@bücher.example",
            "a@b.example\0", "a,c@b.example", String(repeating: "a", count: 65) + "@b.example",
        ])
    func badAddresses(text: String) {
        #expect(MailAddress(text) == nil)
    }

    @Test("Ordinary addresses are taken, with their domain in lower case")
    func goodAddresses() {
        #expect(MailAddress("Anna.B+tag@Mail.Example")?.address == "Anna.B+tag@mail.example")
        #expect(MailAddress("root@localhost")?.address == "root@localhost")
    }

    @Test(
        "Dates are right across leap years and centuries",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 +0000"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
            (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 +0000"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 +0000"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 +0000"),
            (-5, "Thu, 01 Jan 1970 00:00:00 +0000"), (.max, "Fri, 31 Dec 9999 23:59:59 +0000"),
        ] as [(Int64, String)])
    func dates(seconds: Int64, text: String) {
        #expect(MailDate.format(seconds: seconds) == text)
    }

    @Test("Quoted-printable survives any bytes of text")
    func quotedPrintable() {
        for text in [
            "", " ", "=", "a \n", "\t", "é=\n=", String(repeating: "=", count: 200), "a\r\nb",
        ] {
            let encoded = Array(QuotedPrintable.encode(text).utf8)

            let decoded = String(decoding: QuotedPrintable.decode(encoded[...]), as: UTF8.self)
            #expect(decoded.replacing("\r\n", with: "\n") == text.replacing("\r\n", with: "\n"))
        }
    }

    @Test("Dots at the start of a line are doubled and half line breaks made whole")
    func dotStuffing() {
        let framed = { (text: String) in
            String(decoding: SMTPData.framed(Array(text.utf8)), as: UTF8.self)
        }
        #expect(framed(".a\r\n..\r\nb.\r\n") == "..a\r\n...\r\nb.\r\n.\r\n")
        #expect(framed("a\n.\r\nb") == "a\r\n..\r\nb\r\n.\r\n")
        #expect(framed("a\r.\rb\n\n") == "a\r\n..\r\nb\r\n\r\n.\r\n")
        #expect(framed("") == ".\r\n")
    }
}

struct MailParserTests {
    private func parse(_ text: String) -> ParsedMail {
        ParsedMail(Array(text.replacing("\n", with: "\r\n").utf8))
    }

    @Test("A folded and encoded header is shown as it was meant")
    func headers() {
        let mail = parse(
            """
            Subject: =?iso-8859-1?Q?R=FCck_zahlung?= =?UTF-8?B?w6Q=?=
             =?utf-8?b?w7Y=?= plain =?bad?=
            X-Empty:

            body
            """)

        #expect(mail.subject == "Rück zahlungäö plain =?bad?=")
        #expect(mail["x-empty"] == "")
        #expect(mail.text == "body")
    }

    @Test("The text and HTML of nested parts are found and attachments passed over")
    func nested() {
        let mail = parse(
            """
            Content-Type: multipart/mixed; boundary="o"

            preamble
            --o
            Content-Type: multipart/alternative; boundary=i

            --i
            Content-Type: text/plain; charset=iso-8859-1
            Content-Transfer-Encoding: quoted-printable

            Gr=FC=DFe
            --i
            Content-Type: text/html
            Content-Transfer-Encoding: base64

            PGI+
            w6Q8L2I+
            --i--
            --o
            Content-Type: text/plain
            Content-Disposition: attachment; filename=a.txt

            not this
            --o--
            epilogue
            """)

        #expect(mail.text == "Grüße")
        #expect(mail.html == "<b>ä</b>")
    }

    @Test("Mail that follows no rule is still shown")
    func broken() {
        #expect(parse("no header at all").text == "no header at all")
        #expect(ParsedMail([]).text == "")
        #expect(parse("A: b").headers.map(\.value) == ["b"])
        #expect(parse("Content-Type: multipart/mixed; boundary=x\n\n--x\n\ncut").text == "cut")
    }

    @Test("Damaged mail never crashes")
    func mutations() throws {
        var mutator = Mutator(seed: 51)
        let original = try sampleMail(
            subject: "Ünïcode = ?", text: "é = \n.\n", html: "<b>x</b>", name: "Ü"
        ).bytes
        for round in 0..<3000 {
            let parsed = ParsedMail(mutator.mutate(original))
            #expect(parsed.headers.count < 30, "round \(round)")
        }
    }

    @Test("Deep nesting and a flood of parts and headers stay within bounds")
    func bounded() {
        var deep = ""
        for level in 0..<200 {
            deep += "Content-Type: multipart/mixed; boundary=b\(level)\n\n--b\(level)\n"
        }
        #expect(parse(deep).text == nil)
        #expect(parse(String(repeating: "A: b\n", count: 10_000)).headers.count == 200)
        let parts = String(repeating: "--x\n\n", count: 10_000)
        #expect(parse("Content-Type: multipart/mixed; boundary=x\n\n\(parts)").text == "")
        let words = String(repeating: "=?utf-8?B?YQ==?= ", count: 100_000)
        #expect(parse("Subject: \(words)\n\nx").subject.count < 2000)
    }
}
