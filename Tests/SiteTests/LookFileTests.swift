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
        #expect(refusal(look, picture: Self.png(16, 16)) == nil)
        #expect(
            refusal(look, picture: Array(Self.png(16, 16).prefix(20)))?.contains("breaks off")
                == true)
    }

    private static func png(_ width: UInt8, _ height: UInt8) -> [UInt8] {
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
            + [0, 0, 0, width, 0, 0, 0, height, 8, 2, 0, 0, 0, 0, 0, 0, 0]
    }

    @Test(
        "An icon is square and large enough for a phone",
        arguments: [
            (64, 64, "it needs 192 or more"), (200, 100, "as wide as high"), (192, 192, nil),
        ] as [(UInt8, UInt8, String?)])
    func icons(width: UInt8, height: UInt8, expected: String?) {
        let said = refusal("{\"icon\": \"i.png\"}", picture: Self.png(width, height))

        #expect(expected.map { said?.contains($0) == true } ?? (said == nil), "\(said ?? "taken")")
    }

    private func drawing(_ inside: String, _ attributes: String = "") -> String? {
        refusal(
            "{\"logo\": \"l.svg\"}",
            picture: Array(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" \(attributes)>\(inside)</svg>".utf8))
    }

    @Test("A drawing of shapes, gradients and styles is taken")
    func drawings() {
        #expect(
            drawing(
                """
                <title>Sample</title><style>.a { fill: url(#g) }</style>
                <defs><linearGradient id="g"><stop offset="0" stop-color="#123456"/></linearGradient></defs>
                <g transform="scale(2)"><path class="a" d="M0 0h4" stroke-width="2"/></g>
                <use xlink:href="#g" x="3"/>
                """,
                "viewBox=\"0 0 32 32\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"") == nil)
    }

    @Test(
        "Whatever a drawing has besides what is drawn is refused, however it is written",
        arguments: [
            ("<script>alert(1)</script>", "", "the element script"),
            ("<SCRIPT>alert(1)</SCRIPT>", "", "the element SCRIPT"),
            (
                "<x:script>alert(1)</x:script>", "xmlns:x=\"http://www.w3.org/2000/svg\"",
                "the element x:script"
            ),
            ("", "onload=\"alert(1)\"", "the attribute onload"),
            ("<path d=\"M0 0\" onclick=\"alert(1)\"/>", "", "the attribute onclick"),
            ("<a href=\"#x\"/>", "", "the element a"),
            ("<use href=\"&#106;avascript:alert(1)\"/>", "", "leads elsewhere"),
            ("<use href=\"https://evil.example/x.svg#a\"/>", "", "leads elsewhere"),
            ("<path fill=\"url(https://evil.example/x)\"/>", "", "leads elsewhere"),
            ("<style>@import 'https://evil.example/x.css';</style>", "", "leads elsewhere"),
            ("<style><![CDATA[a{fill:u\\72l(//evil.example)}]]></style>", "", "leads elsewhere"),
            ("<image href=\"#a\"/>", "", "the element image"),
            ("<foreignObject/>", "", "the element foreignObject"),
            ("<animate attributeName=\"href\" to=\"x\"/>", "", "the element animate"),
            ("<?xml-stylesheet href=\"x\"?>", "", "an instruction"),
            ("<g>", "", "no SVG that can be read"),
        ])
    func others(_ inside: String, _ attributes: String, _ expected: String) {
        let said = drawing(inside, attributes)

        #expect(said?.contains(expected) == true, "\(said ?? "taken")")
    }

    @Test(
        "A drawing that another reader could read otherwise is refused",
        arguments: [
            "<!DOCTYPE svg [<!ENTITY x \"y\">]><svg xmlns=\"http://www.w3.org/2000/svg\">&x;</svg>",
            "<?xml version=\"1.0\" encoding=\"UTF-7\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            "<html><svg xmlns=\"http://www.w3.org/2000/svg\"/></html>",
            "<svg xmlns=\"http://www.w3.org/1999/xhtml\"/>",
        ])
    func ambiguous(_ text: String) {
        #expect(refusal("{\"logo\": \"l.svg\"}", picture: Array(text.utf8)) != nil)
    }
}
