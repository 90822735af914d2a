import Foundation
import Site
import Testing

@Suite struct LookFileTests {
    private static let svg = Array("<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>".utf8)

    private func refusal(
        _ text: String, picture: [UInt8]? = LookFileTests.svg
    ) -> String? {
        do {
            _ = try LookFile.load(Array(text.utf8)) { _ in picture }
            return nil
        } catch {
            return error.description
        }
    }

    @Test("An empty look is ours, and a whole one is taken")
    func taken() {
        #expect(refusal("{}") == nil)
        #expect(
            refusal(
                """
                {"colors": {"brand": ["#5b2a86", "#c9a6ee"], "on-brand": ["#ffffff", "#22103a"]},
                 "corners": 0, "face": "rounded", "logo": "a.svg", "logo_dark": "b.svg",
                 "logo_has_name": true, "icon": "i.svg"}
                """) == nil)
    }

    @Test(
        "Each mistake is told with its place",
        arguments: [
            ("[]", "it must be an object"), ("{", "it is not JSON"),
            ("{\"colours\": {}}", "colours is not known"),
            ("{\"colors\": []}", "colors must be an object of pairs"),
            (
                "{\"colors\": {\"bad-ink\": [\"#000000\", \"#ffffff\"]}}",
                "colors.bad-ink is not known"
            ),
            ("{\"colors\": {\"brand\": \"#5b2a86\"}}", "colors.brand must be a light and a dark"),
            (
                "{\"colors\": {\"brand\": [\"#5b2a86\", \"violet\"]}}",
                "colors.brand must be a light"
            ),
            (
                "{\"colors\": {\"brand\": [\"#5b2a86;}\", \"#c9a6ee\"]}}",
                "colors.brand must be a light"
            ),
            (
                "{\"colors\": {\"ink\": [\"#eeeeee\", \"#e8efec\"]}}",
                "ink on paper has a contrast of"
            ),
            ("{\"corners\": 99}", "corners must be 0 through 32"),
            ("{\"corners\": \"8\"}", "corners must be"),
            ("{\"face\": \"comic\"}", "face must be one of"),
            ("{\"logo\": 7}", "logo must name a file"),
            ("{\"logo_dark\": \"d.svg\"}", "need a logo"),
            ("{\"logo\": \"l.svg\", \"logo_has_name\": 1}", "logo_has_name must be true or false"),
        ])
    func mistakes(_ text: String, _ expected: String) {
        #expect(refusal(text)?.contains(expected) == true, "\(refusal(text) ?? "taken")")
    }

    @Test("A picture that is missing, large, no picture or more than a picture is refused")
    func pictures() {
        let look = "{\"logo\": \"l.svg\"}"

        #expect(refusal(look, picture: nil)?.contains("is not there") == true)
        #expect(
            refusal(look, picture: [UInt8](repeating: 0x20, count: 70_000))?
                .contains("64 KB or smaller") == true)
        #expect(refusal(look, picture: Array("GIF89a".utf8))?.contains("SVG or a PNG") == true)
        #expect(
            refusal(look, picture: Array("<svg><SCRIPT>alert(1)</SCRIPT></svg>".utf8))?
                .contains("<script") == true)
        #expect(refusal(look, picture: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1]) == nil)
    }
}
