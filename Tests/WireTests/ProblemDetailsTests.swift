import Testing
import Wire

struct ProblemDetailsTests {
    @Test("A problem writes its members in the order of the standard and its own last")
    func members() {
        let problem = ProblemDetails(
            type: "/problems/queue-full", title: "Busy", status: 503, detail: "Try again.",
            extensions: ["status": 200, "retry_after_seconds": 1])

        #expect(
            problem.json.text() == """
                {"type":"/problems/queue-full","title":"Busy","status":503,"detail":"Try again.",\
                "retry_after_seconds":1}
                """)
    }

    @Test("A body that is not JSON becomes a problem that says where")
    func notJSON() throws {
        let error = try #require(
            #expect(throws: JSONError.self) { try JSON.parse("{\"a\":x}", bytesMax: 10) })

        let problem = ProblemDetails(type: "/problems/not-json", error)

        #expect(problem.status == 400)
        #expect(
            problem.detail == "The character 'x' does not belong at line 1, column 6, in /a.")
        #expect(problem.errors.map(\.pointer) == ["/a"])
    }

    @Test("A refused body becomes a problem that names every field")
    func refusedBody() {
        let invalid = InvalidBody(errors: [
            FieldError(pointer: "/a", code: .missing, detail: "This field is required.")
        ])

        let problem = ProblemDetails(type: "/problems/invalid-body", invalid)

        #expect(
            problem.json["errors"]?.text()
                == #"[{"pointer":"/a","code":"missing","detail":"This field is required."}]"#)
    }
}
