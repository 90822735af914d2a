import Foundation
import Testing

@testable import Web

/// A PDF as a reader of it begins: from its end.
private struct ReadPDF {
    let bytes: [UInt8]
    var text: String { String(decoding: bytes, as: Unicode.ASCII.self) }

    /// Where the table says each object begins, and what stands there.
    func objects() throws -> [(number: Int, text: String)] {
        let tail = try #require(text.components(separatedBy: "startxref\n").last)
        let table = try #require(Int(tail.prefix { $0.isNumber }))
        let rows = String(decoding: bytes[table...], as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        #expect(rows[0] == "xref")
        let count = try #require(rows[1].split(separator: " ").last.flatMap { Int($0) })
        return try (1..<count).map { number in
            let row = rows[2 + number]
            #expect(row.utf8.count == 19, "a row has twenty bytes with its end")
            let offset = try #require(Int(row.prefix(10)))
            return (number, String(decoding: bytes[offset...].prefix(40), as: UTF8.self))
        }
    }
}

@Suite struct PaperTests {
    private func pdf(
        title: String = "Receipt", lead: String = "Thank you.",
        rows: [(text: String, amount: String)] = [("To what was owed", "$50.00")]
    ) -> ReadPDF {
        ReadPDF(
            bytes: Paper(
                brand: "Sample Exchange", title: title, lead: lead,
                facts: [("Reference", "MW-1", nil)],
                sums: [(title: "The sum", rows: rows, total: ("Paid in all", "$50.00"))],
                notes: ["Made from its books."], language: "en-US",
                foot: { "page \($0) of \($1)" }
            ).pdf())
    }

    @Test("Every object begins where the table says")
    func table() throws {
        for (number, text) in try pdf().objects() {
            #expect(text.hasPrefix("\(number) 0 obj\n"), "\(text)")
        }
    }

    @Test("The same values give the same bytes")
    func pure() {
        #expect(pdf().bytes == pdf().bytes)
    }

    @Test("Words, brackets and letters of Spanish are written as the format asks")
    func escapes() {
        let text = pdf(title: "Compra (1) \\ año", lead: "¿Ya pagó? \u{2212}$50.00").text

        #expect(text.contains("(Compra \\(1\\) \\\\ a\\361o)"))
        #expect(text.contains("(\\277Ya pag\\363? \\226$50.00)"))
    }

    @Test("What the faces have no letter for reads as a question mark, and ends nothing")
    func foreign() {
        let text = pdf(title: "名前) ET endstream").text

        #expect(text.contains("(??\\) ET endstream)"))
        #expect(text.components(separatedBy: "endstream\nendobj").count == 2)
    }

    @Test(
        "A letter the faces lack is drawn as the one under its accent, and the file says which it is"
    )
    func accents() {
        let text = pdf(lead: "Ada Łużyńska, 名前").text

        #expect(text.contains("(Ada Luzynska, ??)"))
        let units = "Ada Łużyńska, 名前".utf16.map { String(format: "%04X", $0) }.joined()
        #expect(text.contains("/P << /MCID 2 >> BDC\n/Span << /ActualText <FEFF\(units)> >> BDC"))
        #expect(pdf(lead: "España, “así”… – œuvre").text.contains("/P << /MCID 2 >> BDC\nBT"))
    }

    @Test("A letter with its accent behind it is the letter")
    func composed() {
        #expect(pdf(lead: "an\u{303}o").text.contains("(a\\361o)"))
    }

    @Test("Title, headings, tables and their row headers are tagged, lines and feet are not read")
    func tags() throws {
        let text = pdf().text
        let kinds = text.matches(of: /\/StructElem \/S \/(\w+)/).map { String($0.1) }

        #expect(
            kinds == [
                "Document", "P", "H1", "P", "Table", "TR", "TH", "TD", "H2", "Table", "TR", "TH",
                "TD", "TR", "TH", "TD", "P",
            ])
        #expect(text.contains("/Lang (en-US) /MarkInfo << /Marked true >>"))
        #expect(text.contains("/Artifact BMC\nBT 0.40 g /F1 9 Tf 64.0 50.0 Td (page 1 of 1)"))
        let begun =
            text.components(separatedBy: " BDC\n").count
            + text.components(separatedBy: " BMC\n").count
        #expect(text.components(separatedBy: "EMC\n").count == begun - 1)
    }

    @Test("Every text of every page belongs to one element, in order")
    func marks() throws {
        let text = pdf(rows: (1...120).map { (text: "Row \($0)", amount: "$\($0).00") }).text
        let streams = text.components(separatedBy: "stream\n").filter { $0.contains(" BDC\n") }
        let tree = try #require(text.firstMatch(of: /\/Nums \[(.*)\] >>/)?.1)
        let owners = tree.matches(of: /\[([^\]]*)\]/).map { $0.1.split(separator: "R").count }

        #expect(streams.count == owners.count && owners.count > 2)
        for (stream, count) in zip(streams, owners) {
            let marks = stream.matches(of: /\/MCID (\d+)/).compactMap { Int($0.1) }
            #expect(marks == Array(0..<count))
        }
    }

    @Test("A long list goes on, on another page, and every page says which it is")
    func pages() throws {
        let rows = (1...120).map { (text: "Row \($0)", amount: "$\($0).00") }
        let read = pdf(rows: rows)

        let text = read.text
        let count = text.components(separatedBy: "/Type /Page /Parent").count - 1
        #expect(count > 2)
        for page in 1...count { #expect(text.contains("(page \(page) of \(count))")) }
        for row in rows { #expect(text.contains("(\(row.text))")) }
        #expect(try read.objects().count > 5 + 2 * count)
    }

    @Test("A word wider than the page is broken, and none of it is lost")
    func wideWord() {
        let word = String(repeating: "W", count: 400)
        let text = pdf(lead: word).text

        let shown = text.components(separatedBy: "Tj").filter { $0.contains("(W") }
        #expect(shown.count > 5)
        #expect(shown.reduce(0) { $0 + $1.filter { $0 == "W" }.count } == 400)
    }

    @Test("Lines end before the right edge of the page")
    func breaking() {
        let lead = String(repeating: "Every word of this goes onto a line. ", count: 30)
        let lines = pdf(lead: lead).text.split(separator: "\n").filter { $0.contains("Every") }

        for line in lines {
            let words = line.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }
            let wide = Helvetica.regular.width(of: Array(words.utf8)) * 11 / 1_000
            #expect(wide <= 484, "\(words)")
        }
        #expect(lines.count > 8)
    }

    @Test("An amount ends at the right edge, whatever it is")
    func alignment() throws {
        for amount in ["$1.00", "$1,234,567.89", "\u{2212}$0.28"] {
            let text = pdf(rows: [("Row", amount)]).text
            let encoded = WinAnsi.bytes(amount)
            let line = try #require(
                text.split(separator: "\n").first {
                    $0.contains(amount.replacingOccurrences(of: "\u{2212}", with: "\\226") + ")")
                        && $0.contains("/F1 11")
                })
            let x = try #require(
                Double(line.components(separatedBy: "Tf ")[1].prefix { $0 != " " }))
            let end = x + Double(Helvetica.regular.width(of: encoded)) * 0.011
            #expect(abs(end - 548) < 0.2, "\(line)")
        }
    }

    @Test("A receipt says in both languages what was paid, by whom, and what is left")
    func receipt() {
        for (language, words) in [
            (Language.english, ["(Receipt)", "(Paid in all)", "($36.45)", "(Ada Sample)"]),
            (.spanish, ["(Comprobante)", "(Pagado en total)", "($36.45)", "(Ada Sample)"]),
        ] {
            let text = String(
                decoding: Samples.receipt(remaining: 1_500).pdf(in: Samples.scene(language)),
                as: Unicode.ASCII.self)
            for word in words { #expect(text.contains(word), "\(word)") }
            #expect(text.contains("($15.00)"))
        }
    }
}
