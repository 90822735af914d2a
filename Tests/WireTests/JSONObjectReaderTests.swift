import Testing
import Wire

struct JSONObjectReaderTests {
    private enum Method: String, CaseIterable { case ach, card, wire }

    private struct Deposit: Equatable {
        var customer = ""
        var amount: Int64 = 0
        var method = Method.ach
        var memo: String?
        var isInstant = false
        var street: String?
        var tags: [String] = []
        var lots: [Int64] = []
    }

    private func read(_ text: String) throws -> Deposit {
        let value = try JSON.parse(text, bytesMax: 10_000)
        return try JSONObjectReader.read(value) { reader in
            Deposit(
                customer: reader.string("customer", max: 10),
                amount: reader.integer("amount_minor", in: 1...1000),
                method: reader.enumeration("method", as: Method.self),
                memo: reader.optionalString("memo", min: 0, max: 20, lines: .many),
                isInstant: reader.optionalBoolean("instant") ?? false,
                street: reader.optionalObject("address") { $0.string("street", max: 20) },
                tags: reader.strings("tags", max: 3, lengthMax: 4),
                lots: reader.objects("lots", max: 2) { $0.integer("n", in: 0...9) })
        }
    }

    private func errors(_ text: String) throws -> [String] {
        do {
            _ = try read(text)
            return []
        } catch let invalid as InvalidBody {
            return invalid.errors.map { "\($0.pointer) \($0.code.rawValue)" }
        }
    }

    @Test("A body that says everything is read whole")
    func good() throws {
        let deposit = try read(
            """
            {"customer":"cus_1","amount_minor":5,"method":"wire","memo":"a\\nb","instant":true,
             "address":{"street":"Main 1"},"tags":["a","b"],"lots":[{"n":1},{"n":2}]}
            """)

        #expect(
            deposit
                == Deposit(
                    customer: "cus_1", amount: 5, method: .wire, memo: "a\nb", isInstant: true,
                    street: "Main 1", tags: ["a", "b"], lots: [1, 2]))
    }

    @Test("Every error is told at once, each with its place")
    func allErrors() throws {
        let found = try errors(
            """
            {"customer":7,"amount_minor":1001,"method":"cash","memo":"\\u0000","instant":"yes",
             "address":{"street":"","zip":1},"tags":["a",2,"toolong"],"lots":[{"n":10},3],"x/y":0}
            """)

        #expect(
            found == [
                "/customer wrong_type", "/amount_minor out_of_range", "/method not_allowed",
                "/memo malformed", "/instant wrong_type", "/address/street too_short",
                "/address/zip unknown_field", "/tags/1 wrong_type", "/tags/2 too_long",
                "/lots/0/n out_of_range", "/lots/1 wrong_type", "/x~1y unknown_field",
            ])
    }

    @Test("An absent or null field is missing when required and nothing when optional")
    func missing() throws {
        let found = try errors(#"{"customer":null,"memo":null,"method":"ach","tags":[]}"#)

        #expect(found == ["/customer missing", "/amount_minor missing", "/lots missing"])
    }

    @Test("An amount with a point or an exponent is not an integer")
    func amounts() throws {
        for amount in ["1.0", "1e1", "\"5\"", "-0", "99999999999999999999"] {
            let found = try errors(
                #"{"customer":"c","amount_minor":\#(amount),"method":"ach","tags":[],"lots":[]}"#)

            #expect(found == ["/amount_minor wrong_type"], "\(amount)")
        }
    }

    @Test("A missing required object is one error, not one for each of its fields")
    func silentNesting() throws {
        let value: JSON = [:]

        let invalid = #expect(throws: InvalidBody.self) {
            try JSONObjectReader.read(value) { reader in
                reader.object("bank") { bank in
                    bank.string("routing", max: 9) + bank.object("owner") { $0.string("n", max: 3) }
                }
            }
        }

        #expect(invalid?.errors.map(\.pointer) == ["/bank"])
    }

    @Test("A body that is no object is refused as such")
    func notAnObject() throws {
        #expect(try errors("[]") == [" wrong_type"])
    }

    @Test("Text that reverses its direction is refused")
    func bidirectional() throws {
        let found = try errors(
            "{\"customer\":\"a\u{202E}b\",\"amount_minor\":1,\"method\":\"ach\","
                + "\"tags\":[],\"lots\":[]}"
        )

        #expect(found == ["/customer malformed"])
    }

    @Test("A hostile body gets a bounded number of errors of bounded length")
    func bounded() throws {
        let key = String(repeating: "k", count: 5000)
        let members = (0..<500).map { ("\($0)\(key)", JSON.null) }

        let invalid = #expect(throws: InvalidBody.self) {
            try JSONObjectReader.read(.object(members)) { _ in () }
        }

        #expect(invalid?.errors.count == InvalidBody.errorsMax)
        #expect(invalid?.errors.allSatisfy { $0.pointer.count < 80 } == true)
    }

    @Test("A value parsed by the caller is refused with the caller's words")
    func parsed() throws {
        let value: JSON = ["date": "2026-13-01", "code": "R01"]

        let invalid = #expect(throws: InvalidBody.self) {
            try JSONObjectReader.read(value) { reader in
                _ = reader.parsed("code", max: 3, expected: "a code", placeholder: 0) { _ in 1 }
                _ = reader.optionalParsed("date", max: 10, expected: "a date") { _ in nil as Int? }
                reader.reject("", .conflict, "These do not go together.")
            }
        }

        #expect(
            invalid?.errors == [
                FieldError(pointer: "/date", code: .malformed, detail: "This must be a date."),
                FieldError(pointer: "", code: .conflict, detail: "These do not go together."),
            ])
    }
}
