import Testing
import Wire

struct JSONTests {
    private func parse(_ text: String) throws(JSONError) -> JSON {
        try JSON.parse(text, bytesMax: 1 << 20)
    }

    private func reason(_ bytes: [UInt8], bytesMax: Int = 1 << 20) -> JSONError.Reason? {
        do throws(JSONError) {
            _ = try JSON.parse(bytes, bytesMax: bytesMax)
            return nil
        } catch {
            return error.reason
        }
    }

    private func reason(_ text: String) -> JSONError.Reason? { reason(Array(text.utf8)) }

    @Test("Every kind of value is read as what it is")
    func values() throws {
        let text = """
            {"a": null, "b": true, "c": false, "d": [1, -2, []], "e": {}, "f": "x\\u0041\\n\\/"}
            """

        let value = try parse(text)

        let expected: JSON = [
            "a": nil, "b": true, "c": false, "d": [1, -2, []], "e": [:], "f": "xA\n/",
        ]
        #expect(value == expected)
    }

    @Test("Integers are exact to both ends of 64 bits and the next one is text")
    func integers() throws {
        #expect(try parse("9223372036854775807") == .integer(.max))
        #expect(try parse("-9223372036854775808") == .integer(.min))
        #expect(try parse("999999999999999999") == .integer(999_999_999_999_999_999))
        #expect(
            try parse("9223372036854775808")
                == .number(#require(JSON.Number("9223372036854775808"))))
    }

    @Test("A number with a fraction, an exponent or a negative zero is never an integer")
    func numbers() throws {
        for text in ["1.0", "1e2", "1E+2", "-0", "0.5", "-1.25e-3", "100e0"] {
            let value = try parse(text)

            #expect(value.integerValue == nil, "\(text)")
            #expect(value.text() == text)
        }
    }

    @Test(
        "Malformed numbers are refused",
        arguments: ["01", "-", "1.", ".5", "+1", "1e", "1e+", "00", "-01", "0x1", "1.e1", "NaN"])
    func malformedNumbers(text: String) {
        #expect(reason(text) != nil)
        #expect(JSON.Number(text) == nil)
        #expect(reason("[\(text)]") != nil)
    }

    @Test("Surrogate pairs make one scalar and halves are refused")
    func surrogates() throws {
        #expect(try parse(#""\uD83D\ude00""#) == "😀")
        #expect(reason(#""\uD83D""#) == .loneSurrogate)
        #expect(reason(#""\uD83Dx""#) == .loneSurrogate)
        #expect(reason(#""\uDE00\uD83D""#) == .loneSurrogate)
        #expect(reason(#""\uD83D\uD83D""#) == .loneSurrogate)
        #expect(reason(#""\uD83D\n""#) == .loneSurrogate)
    }

    @Test("Invalid UTF-8 is refused at the byte that breaks it")
    func invalidUTF8() throws {
        let sequences: [[UInt8]] = [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF4, 0x90, 0x80, 0x80],
            [0x80],
        ]
        for sequence in sequences {
            let bytes = Array("[\"é".utf8) + sequence + Array("\"]".utf8)

            let error = #expect(throws: JSONError.self) { try JSON.parse(bytes, bytesMax: 100) }

            #expect(error?.reason == .invalidUTF8)
            #expect(error?.offset == 4)
            #expect(error?.pointer == "/0")
        }
    }

    @Test("A byte-order mark, text after the value and an empty document are refused")
    func around() {
        #expect(reason([0xEF, 0xBB, 0xBF, 0x31]) == .unexpectedByte(0xEF))
        #expect(reason("1 2") == .textAfterValue)
        #expect(reason("") == .unexpectedEnd)
        #expect(reason("  \n ") == .unexpectedEnd)
        #expect(reason("{}}") == .textAfterValue)
    }

    @Test(
        "Broken structure is refused",
        arguments: [
            "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "[",
            "{",
            "{\"a\":1", "[1", "tru", "nul", "truE", "'a'", "\"a", "\"\\", "\"\\x\"", "\"\\u12\"",
            "\"\\u12g4\"", "\"\t\"", "[1}", "{\"a\":1]", "/* */1", "{1:2}", "\u{0}",
        ])
    func structure(text: String) {
        #expect(reason(text) != nil)
    }

    @Test("A key that appears twice is refused, however it is spelled and however many there are")
    func duplicates() {
        #expect(reason(#"{"a":1,"a":1}"#) == .duplicateKey)
        #expect(reason(#"{"a":1,"\u0061":2}"#) == .duplicateKey)
        #expect(reason(#"{"\u00e9":1,"e\u0301":2}"#) == .duplicateKey)
        let many = (0..<1000).map { "\"k\($0)\":0" } + ["\"k500\":1"]
        #expect(reason("{\(many.joined(separator: ","))}") == .duplicateKey)
    }

    @Test("Nesting is allowed to depth 64 and refused at 65")
    func depth() {
        let nested = { (depth: Int) in
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(reason(nested(64)) == nil)
        #expect(reason(nested(65)) == .tooDeep(depthMax: 64))
        #expect(reason(String(repeating: "{\"a\":", count: 100_000)) == .tooDeep(depthMax: 64))
    }

    @Test("A document above the caller's limit is refused unread")
    func size() {
        #expect(reason(Array("[1,2]".utf8), bytesMax: 5) == nil)
        #expect(reason(Array("[1,2]".utf8), bytesMax: 4) == .tooLarge(bytesMax: 4))
    }

    @Test("An error says its offset, line, column and pointer")
    func errorPlace() {
        let text = "{\n  \"a/b\": [1,\n    {\"~\": tru }\n]}"

        let error = #expect(throws: JSONError.self) { try JSON.parse(text, bytesMax: 100) }

        #expect(error?.offset == 28)
        #expect(error?.line == 3)
        #expect(error?.column == 14)
        #expect(error?.pointer == "/a~1b/1/~0")
        #expect(
            error?.description
                == "The byte 0x20 does not belong at line 3, column 14, in /a~1b/1/~0")
    }

    @Test("An error in a key points at its object")
    func errorInKey() {
        let error = #expect(throws: JSONError.self) {
            try JSON.parse(#"{"a": 1, b: 2}"#, bytesMax: 100)
        }

        #expect(error?.pointer == "")
        #expect(error?.offset == 9)
    }

    @Test("An object keeps its order through reading, change and writing")
    func order() throws {
        var object = try #require(try parse(#"{"z":1,"a":2,"m":3}"#).objectValue)

        object["a"] = nil
        object["b"] = true
        object["z"] = 9

        #expect(JSON.object(object).text() == #"{"z":9,"m":3,"b":true}"#)
    }

    @Test("An object of many members finds each, also after some are removed")
    func manyMembers() {
        var object = JSON.Object()
        for index in 0..<50 { object["k\(index)"] = .integer(Int64(index)) }
        for index in stride(from: 0, to: 50, by: 2) { object["k\(index)"] = nil }

        #expect(object.count == 25)
        #expect(object["k49"] == 49)
        #expect(object["k48"] == nil)
        let isInserted = object.insert(1, for: "k1")
        #expect(!isInserted)
    }

    @Test("Writing escapes what must be escaped and nothing else")
    func escapes() throws {
        let value = JSON.string("\u{0}\u{1F}\u{8}\t\n\u{C}\r\"\\/é😀\u{7F}")

        #expect(value.text() == "\"\\u0000\\u001f\\b\\t\\n\\f\\r\\\"\\\\/é😀\u{7F}\"")
        #expect(try parse(value.text()) == value)
    }

    @Test("The pretty layout is stable and reads back the same")
    func pretty() throws {
        let value: JSON = ["a": [1, [], [:]], "b": ["c": nil]]

        let text = value.text(.pretty)

        #expect(
            text == """
                {
                  "a": [
                    1,
                    [],
                    {}
                  ],
                  "b": {
                    "c": null
                  }
                }
                """)
        #expect(try parse(text) == value)
    }

    @Test("Twenty thousand damaged documents are refused or read back as written")
    func mutations() throws {
        let seed: UInt64 = 0x4A50_4E01
        let original = Array(
            #"{"id":"dep_1","amount_minor":302.50e1,"tags":["\u00e9\uD83D\uDE00",null],"n":-1}"#
                .utf8)
        var mutator = Mutator(seed: seed)
        var accepted = 0
        for round in 0..<20_000 {
            let bytes = mutator.mutate(original)
            do throws(JSONError) {
                let value = try JSON.parse(bytes, bytesMax: 4096)
                accepted += 1
                #expect(
                    try JSON.parse(value.bytes(), bytesMax: 8192) == value,
                    "seed \(seed), round \(round)")
            } catch {
                #expect(error.offset <= bytes.count, "seed \(seed), round \(round)")
            }
        }
        #expect(accepted > 100)
    }
}
