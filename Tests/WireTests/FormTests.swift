import Testing

@testable import Wire

struct FormTests {
    private func parse(_ text: String) throws(FormError) -> FormBody {
        try FormBody.parse(Array(text.utf8), bytesMax: 1000)
    }

    @Test("Names and values are decoded, and empty ones kept")
    func decoding() throws {
        let form = try parse("a=1+2&b=%C3%A9%26&&c&=d&a=")

        #expect(
            form.fields.map { "\($0.name)|\($0.value)" } == ["a|1 2", "b|é&", "c|", "|d", "a|"])
        #expect(form["b"] == "é&")
    }

    @Test("A name sent twice has no single value")
    func twice() throws {
        let form = try parse("to=me&to=you")

        #expect(form["to"] == nil)
        #expect(form.all("to") == ["me", "you"])
    }

    @Test("Broken escapes, bytes that are no text, and excess are refused")
    func refusals() {
        #expect(throws: FormError.malformedEscape(offset: 2)) { try parse("a=%4") }
        #expect(throws: FormError.malformedEscape(offset: 2)) { try parse("a=%4&b=1") }
        #expect(throws: FormError.malformedEscape(offset: 0)) { try parse("%zz=1") }
        #expect(throws: FormError.invalidUTF8(field: 1)) { try parse("a=1&b=%FF") }
        #expect(throws: FormError.tooLarge(bytesMax: 1000)) {
            try parse(String(repeating: "a", count: 1001))
        }
        #expect(throws: FormError.tooManyFields(fieldsMax: 256)) {
            try parse(String(repeating: "a&", count: 300))
        }
    }

    @Test("A form written is read back the same, for any text")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<500 {
            let text = String(
                String.UnicodeScalarView(
                    (0..<8).compactMap { _ in
                        Unicode.Scalar(UInt32.random(in: 0..<0x3000, using: &generator))
                    }))
            let form = FormBody([.init(name: text, value: "&=+% é" + text)])

            #expect(try FormBody.parse(form.bytes, bytesMax: 10_000) == form)
        }
    }

    @Test("Damaged forms never crash")
    func mutations() {
        var mutator = Mutator(seed: 12)
        let original = Array("name=A%20b&memo=%E2%82%AC+x&amount=5.00".utf8)
        for _ in 0..<5000 {
            let bytes = mutator.mutate(original)
            do throws(FormError) {
                let form = try FormBody.parse(bytes, bytesMax: 1000)
                #expect(form.fields.count <= bytes.count)
            } catch .malformedEscape(let offset) {
                #expect(offset < bytes.count)
            } catch {
                #expect(error != .tooLarge(bytesMax: 1000))
            }
        }
    }
}

struct MultipartTests {
    private let contentType = "multipart/form-data; boundary=\"x-y z1\""

    private func body(_ parts: [String], close: Bool = true) -> [UInt8] {
        var text = ""
        for part in parts { text += "--x-y z1\r\n\(part)\r\n" }
        if close { text += "--x-y z1--\r\n" }
        return Array(text.utf8)
    }

    private let field = "Content-Disposition: form-data; name=\"kind\"\r\n\r\nbank letter"
    private let file = """
        content-disposition: Form-Data; name=document; filename="a \\"b\\" %22c%22.pdf"\r
        Content-Type: Application/PDF; x=1\r
        \r
        %PDF\r\n--x-y\r\r\n\r\n-- end
        """

    private func parse(
        _ bytes: [UInt8], limits: Multipart.Limits = Multipart.Limits()
    ) throws(MultipartError) -> Multipart {
        try Multipart.parse(bytes, contentType: contentType, limits: limits)
    }

    @Test("Fields and files are read with their names, types and exact bytes")
    func good() throws {
        let form = try parse(body([field, file]))

        #expect(form["kind"]?.text == "bank letter")
        #expect(form["document"]?.filename == "a \"b\" \"c\".pdf")
        #expect(form["document"]?.contentType == "application/pdf")
        #expect(form["document"]?.text == "%PDF\r\n--x-y\r\r\n\r\n-- end")
    }

    @Test("A part may be empty, and a form may have none")
    func empty() throws {
        let header = "Content-Disposition: form-data; name=\"f\"; filename=\"\"\r\n\r\n"

        #expect(try parse(body([header])).parts.map(\.bytes) == [[]])
        #expect(try parse(body([])).parts.isEmpty)
    }

    @Test("What is malformed is refused by name")
    func refusals() {
        #expect(throws: MultipartError.boundaryMissing) { try parse([]) }
        #expect(throws: MultipartError.boundaryMissing) { try parse(Array("hello".utf8)) }
        #expect(throws: MultipartError.unfinished) { try parse(body([field], close: false)) }
        #expect(throws: MultipartError.unfinished) { try parse(Array(body([field]).dropLast(14))) }
        #expect(throws: MultipartError.headerMalformed(part: 0)) { try parse(body(["x\r\n\r\n"])) }
        #expect(throws: MultipartError.headerMalformed(part: 1)) {
            try parse(body([field, "A: 1\r\nA: 2\r\n\r\n"]))
        }
        #expect(throws: MultipartError.dispositionMissing(part: 0)) {
            try parse(body(["Content-Type: text/plain\r\n\r\nx"]))
        }
        #expect(throws: MultipartError.dispositionMissing(part: 0)) {
            try parse(body(["Content-Disposition: form-data; name=a; name=b\r\n\r\nx"]))
        }
        #expect(throws: MultipartError.dispositionMissing(part: 0)) {
            try parse(body(["Content-Disposition: attachment; name=a\r\n\r\nx"]))
        }
    }

    @Test("Each limit is kept")
    func limits() {
        let parts = body([field, file])
        #expect(throws: MultipartError.tooLarge(bytesMax: 10)) {
            try parse(parts, limits: .init(bytesMax: 10))
        }
        #expect(throws: MultipartError.tooManyParts(partsMax: 1)) {
            try parse(parts, limits: .init(partsMax: 1))
        }
        #expect(throws: MultipartError.partTooLarge(part: 0, bytesMax: 10)) {
            try parse(parts, limits: .init(partBytesMax: 10))
        }
        #expect(throws: MultipartError.headersTooLarge(part: 0)) {
            try parse(parts, limits: .init(headerBytesMax: 20))
        }
    }

    @Test(
        "A content type without a usable boundary is refused",
        arguments: [
            "", "multipart/form-data", "multipart/mixed; boundary=a",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=\"a", "multipart/form-data; boundary=\"a\r\nb\"",
            "multipart/form-data; boundary=a; boundary=b", "multipart/form-data; boundary=\"a \"",
            "multipart/form-data; boundary=" + String(repeating: "a", count: 71),
        ])
    func boundaries(contentType: String) {
        #expect(throws: MultipartError.contentTypeMalformed) {
            try Multipart.parse([], contentType: contentType)
        }
    }

    @Test("Damaged bodies never crash and never yield more bytes than they have")
    func mutations() {
        var mutator = Mutator(seed: 21)
        let original = body([field, file])
        var accepted = 0
        for round in 0..<5000 {
            let bytes = mutator.mutate(original)
            do throws(MultipartError) {
                let form = try parse(bytes)
                accepted += 1
                #expect(form.parts.map(\.bytes.count).reduce(0, +) < bytes.count, "round \(round)")
            } catch {
                #expect(error != .contentTypeMalformed, "round \(round)")
            }
        }
        #expect(accepted > 100)
    }

    @Test(
        "File names are made safe",
        arguments: [
            ("statement.pdf", "statement.pdf"), ("../../etc/passwd", "passwd"),
            ("C:\\fakepath\\Ausweis Köln.jpg", "Ausweis Köln.jpg"), ("", "file"), ("...", "file"),
            (".htaccess", "htaccess"), ("a\u{202E}gpj.exe", "agpj.exe"),
            ("a\r\nb: c.pdf", "ab_ c.pdf"),
            ("con.pdf", "_con.pdf"), ("COM1", "_COM1"), ("a/", "file"),
            ("<script>.png", "_script_.png"),
            ("a  b.pdf ", "a b.pdf"), ("a\u{0}.pdf", "a.pdf"),
        ])
    func fileNames(raw: String, safe: String) {
        #expect(FileName.sanitised(raw) == safe)
    }

    @Test("A long file name is cut and keeps its extension")
    func longFileName() {
        let safe = FileName.sanitised(String(repeating: "x", count: 5000) + ".pdf")

        #expect(
            FileName.sanitised(String(repeating: "é", count: 300) + ".jpeg").hasSuffix("é.jpeg"))
        #expect(safe.count <= FileName.lengthMax)
    }
}
