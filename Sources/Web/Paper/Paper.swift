/// A document to keep: a heading, facts, sums and notes, laid out on as many pages as it needs.
///
/// It says what the page on the screen says, in the same words, from the same catalogue.
struct Paper {
    /// Whose paper it is, above the title.
    var brand: String
    /// The document's name.
    var title: String
    /// A sentence below the title.
    var lead: String
    /// Facts: what, and its value, with a second line.
    var facts: [(term: String, value: String, detail: String?)]
    /// Tables of amounts, each below a heading of its own.
    var sums: [(title: String, rows: [(text: String, amount: String)], total: (String, String)?)]
    /// Small print at the end.
    var notes: [String]
    /// A BCP 47 tag.
    var language: String
    /// The foot of every page.
    var foot: (_ page: Int, _ of: Int) -> String

    /// The document as PDF.
    func pdf() -> [UInt8] {
        var press = Press()
        press.paragraph(brand, face: .bold, size: 11, gray: 35)
        press.space(140)
        press.paragraph(title, as: .title, face: .bold, size: 22)
        press.space(40)
        press.paragraph(lead, face: .regular, size: 11, gray: 25)
        press.space(120)
        press.rule()
        press.begin(.table)
        for fact in facts { press.fact(fact.term, fact.value, fact.detail) }
        press.end()
        for sum in sums {
            press.space(140)
            press.keepTogether(60)
            press.paragraph(sum.title, as: .heading, face: .bold, size: 13)
            press.space(30)
            press.rule()
            press.begin(.table)
            for row in sum.rows { press.row(row.text, row.amount, face: .regular) }
            if let total = sum.total {
                press.rule(thickness: 12, gray: 0)
                press.row(total.0, total.1, face: .bold)
            }
            press.end()
        }
        press.space(160)
        for note in notes {
            press.paragraph(note, face: .regular, size: 9, gray: 35)
            press.space(30)
        }
        return PDFFile(
            title: title, language: language, author: brand, pages: press.finished(foot: foot),
            outline: press.outline
        ).bytes()
    }
}

/// Sets lines from top to bottom and begins another page when one is full. All lengths are in
/// tenths of a point.
private struct Press {
    private static let left = 640
    private static let right = 5_480
    private static let top = 7_240
    private static let bottom = 820
    private static let terms = 1_700

    private var done: [PDFFile.Canvas] = []
    private var canvas = PDFFile.Canvas()
    private var y = Press.top
    private(set) var outline = PDFFile.Outline()

    mutating func begin(_ kind: PDFFile.Kind) { outline.begin(kind) }
    mutating func end() { outline.end() }

    mutating func space(_ height: Int) { y -= height }

    /// Begins another page unless so many points are left on this one.
    mutating func keepTogether(_ points: Int) {
        guard y - points * 10 < Press.bottom else { return }
        done.append(canvas)
        canvas = PDFFile.Canvas()
        y = Press.top
    }

    mutating func rule(thickness: Int = 6, gray: Int = 82) {
        keepTogether(30)
        canvas.line(
            x: Press.left, y: y, width: Press.right - Press.left, thickness: thickness, gray: gray)
        y -= 60
    }

    mutating func paragraph(
        _ text: String, as kind: PDFFile.Kind = .paragraph, face: Helvetica, size: Int,
        gray: Int = 0
    ) {
        begin(kind)
        for line in broken(text, face: face, size: size, width: Press.right - Press.left) {
            set(line, x: Press.left, face: face, size: size, gray: gray)
        }
        end()
    }

    mutating func fact(_ term: String, _ value: String, _ detail: String?) {
        let width = Press.right - Press.left - Press.terms
        let names = broken(term, face: .regular, size: 10, width: Press.terms - 120)
        let values = broken(value, face: .bold, size: 11, width: width)
        let details = detail.map { broken($0, face: .regular, size: 9, width: width) } ?? []
        keepTogether(14 * max(names.count, values.count + details.count) + 12)
        let start = y
        begin(.row)
        begin(.rowHeader)
        for name in names { set(name, x: Press.left, face: .regular, size: 10, gray: 35) }
        end()
        let below = y
        y = start
        begin(.cell)
        for value in values { set(value, x: Press.left + Press.terms, face: .bold, size: 11) }
        for detail in details {
            set(detail, x: Press.left + Press.terms, face: .regular, size: 9, gray: 35)
        }
        end()
        end()
        y = min(y, below) - 20
        rule()
    }

    /// Words on the left, an amount on the right.
    mutating func row(_ text: String, _ amount: String, face: Helvetica) {
        let wide = face.width(of: WinAnsi.bytes(amount)) * 11 / 100
        let lines = broken(
            text, face: face, size: 11, width: Press.right - Press.left - wide - 200)
        keepTogether(15 * lines.count + 10)
        let start = y
        begin(.row)
        begin(.rowHeader)
        for line in lines { set(line, x: Press.left, face: face, size: 11) }
        end()
        let below = y
        y = start
        begin(.cell)
        set(amount, x: Press.right - wide, face: face, size: 11)
        end()
        end()
        y = min(y, below) - 30
    }

    private mutating func set(
        _ text: String, x: Int, face: Helvetica, size: Int, gray: Int = 0
    ) {
        keepTogether(size + 6)
        y -= size * 10
        canvas.text(
            text, x: x, y: y, face: face, size: size, gray: gray,
            mark: outline.mark(page: done.count))
        y -= size * 4
    }

    /// Broken between words; a word wider than the line is broken within.
    private func broken(_ text: String, face: Helvetica, size: Int, width: Int) -> [String] {
        let widthMax = width * 100 / size
        func fits(_ text: String) -> Bool { face.width(of: WinAnsi.bytes(text)) <= widthMax }
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            let joined = line.isEmpty ? String(word) : "\(line) \(word)"
            if fits(joined) {
                line = joined
                continue
            }
            if !line.isEmpty { lines.append(line) }
            line = ""
            for character in word {
                if !line.isEmpty, !fits(line + String(character)) {
                    lines.append(line)
                    line = ""
                }
                line.append(character)
            }
        }
        return lines + [line]
    }

    /// Every page with its foot.
    mutating func finished(foot: (Int, Int) -> String) -> [PDFFile.Canvas] {
        var pages = done + [canvas]
        for index in pages.indices {
            pages[index].text(
                foot(index + 1, pages.count), x: Press.left, y: 500, face: .regular,
                size: 9, gray: 40)
        }
        return pages
    }
}
