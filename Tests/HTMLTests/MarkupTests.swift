import Testing

@testable import HTML

@Suite struct MarkupTests {
    @Test func textIsEscaped() {
        let page = p { "<script>alert('x')</script> & \"so on\"" }

        #expect(
            page.html
                == "<p>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;so on&quot;</p>")
    }

    @Test func attributeValuesCannotLeaveTheirQuotes() {
        let page = input(.value("\"><script>"), .aria(.label, "a'b"))

        #expect(page.html == "<input value=\"&quot;&gt;&lt;script&gt;\" aria-label=\"a&#39;b\">")
    }

    @Test func escapingIsNotAppliedTwiceNorSkippedForWhatLooksEscaped() {
        #expect(p { "&amp;" }.html == "<p>&amp;amp;</p>")
    }

    @Test func everyByteOfTextSurvives() {
        let text = "Ñandú · −$5.00 🟢 \u{0} tab\tline\n"

        #expect(p { text }.html == "<p>\(text)</p>")
    }

    @Test func aVoidElementHasNoClosingTag() {
        #expect(br().html == "<br>")
    }

    @Test func flagsHaveNoValueAndAbsentAttributesAreNotWritten() {
        let box = input(
            .type("checkbox"), .checked.when(true), .required.when(false), .absent)

        #expect(box.html == "<input type=\"checkbox\" checked>")
    }

    @Test func branchesLoopsAndMissingPiecesBuildWhatIsThere() {
        let nobody: Markup? = nil
        let page = ul {
            for number in 1...3 {
                if number == 2 { li { "two" } } else { li { String(number) } }
            }
            if false { li { "never" } }
            nobody
        }

        #expect(page.html == "<ul><li>1</li><li>two</li><li>3</li></ul>")
    }

    @Test func rawWritesTheProgramsOwnLiteral() {
        #expect(raw("<!DOCTYPE html>").html == "<!DOCTYPE html>")
    }

    @Test func aScriptElementHasASourceAndNoContent() {
        #expect(
            script("/assets/site.js").html
                == "<script type=\"module\" src=\"/assets/site.js\"></script>")
    }

    @Test func visibleTextsAreInReadingOrder() {
        let page = div(.class("hidden value")) {
            "one"
            p { "two" }
            raw("<b>drawing</b>")
        }

        #expect(page.visibleTexts == ["one", "two"])
    }

    @Test func nothingIsNothing() {
        #expect(Markup.nothing.isNothing)
        #expect(group { if false { "x" } }.isNothing)
        #expect(!p { "" }.isNothing)
    }

    @Test func bytesAndTextAgree() {
        let page = p { "ü" }

        #expect(page.bytes() == Array(page.html.utf8))
    }
}

@Suite struct LocationTests {
    @Test func valuesAreEncodedAndLiteralsAreNot() {
        let id = "../a b?c=d&e#f%"
        let location: Location = "/deposits/\(id)/cancel?x=1"

        #expect(location.text == "/deposits/..%2Fa%20b%3Fc%3Dd%26e%23f%25/cancel?x=1")
    }

    @Test func aValueCannotSupplyAScheme() {
        let hostile = "javascript:alert(1)"
        let link = a(.href("\(hostile)")) { "x" }

        #expect(link.html == "<a href=\"javascript%3Aalert%281%29\">x</a>")
    }

    @Test func lettersBeyondASCIIAreEncodedByTheirUTF8() {
        let name = "ñ\u{1}"

        #expect(("/\(name)" as Location).text == "/%C3%B1%01")
    }

    @Test(arguments: ["/settle", "/deposits?show=all#x", "/"])
    func aPathOfThisSiteIsTaken(path: String) {
        #expect(Location(localPath: path)?.text == path)
    }

    @Test(arguments: [
        "", "//evil.example", "/\\evil.example", "https://evil.example", "javascript:x", "settle",
        "/a b", "/\"onclick=", "/\n", "/ñ",
    ])
    func aPathThatCouldLeaveThisSiteIsRefused(path: String) {
        #expect(Location(localPath: path) == nil)
    }

    @Test func aLocationWithinALocationIsNotEncodedTwice() {
        let id = "a b"
        let inner: Location = "/deposits/\(id)"

        #expect(("\(inner)?show=all" as Location).text == "/deposits/a%20b?show=all")
    }
}
