/// Writes a small tagged PDF 1.4: text and lines on pages of US Letter, in the two faces that need not
/// be sent along, and what each text is, for those who have it read out. Pure: the same pages give the
/// same bytes.
struct PDFFile {
    /// A page's width and height in points.
    static let width = 612
    static let height = 792

    /// What stands on a page, as its content stream.
    struct Canvas {
        private(set) var operators = ""

        /// Text whose baseline begins at a point, counted from the lower left corner. Coordinates
        /// are in tenths of a point, so that no binary fraction is needed. Text without a mark is not
        /// read out.
        mutating func text(
            _ text: String, x: Int, y: Int, face: Helvetica, size: Int, gray: Int = 0,
            mark: Mark? = nil
        ) {
            let bytes = WinAnsi.bytes(text)
            // What is drawn otherwise than it is meant says so in a span of its own.
            let says = WinAnsi.says(text)
            operators +=
                mark.map { "/\($0.kind.rawValue) << /MCID \($0.id) >> BDC\n" }
                ?? "/Artifact BMC\n"
            if !says { operators += "/Span << /ActualText \(Canvas.textString(text)) >> BDC\n" }
            operators += "BT \(Canvas.hundredths(gray)) g /\(face.resource) \(size) Tf "
            operators +=
                "\(Canvas.tenths(x)) \(Canvas.tenths(y)) Td (\(Canvas.escaped(bytes))) Tj ET\n"
            operators += says ? "EMC\n" : "EMC\nEMC\n"
        }

        /// A horizontal line, in tenths of a point.
        mutating func line(x: Int, y: Int, width: Int, thickness: Int, gray: Int) {
            operators += "/Artifact BMC\n"
            operators += "\(Canvas.hundredths(gray)) g \(Canvas.tenths(x)) \(Canvas.tenths(y)) "
            operators += "\(Canvas.tenths(width)) \(Canvas.tenths(thickness)) re f\nEMC\n"
        }

        private static func tenths(_ number: Int) -> String {
            "\(number / 10).\(number % 10)"
        }

        private static func hundredths(_ number: Int) -> String {
            number >= 100 ? "1" : "0.\(number / 10)\(number % 10)"
        }

        /// A literal string of PDF in seven-bit bytes: the rest is written in octal.
        private static func escaped(_ bytes: [UInt8]) -> String {
            var text = ""
            for byte in bytes {
                switch byte {
                case 0x28, 0x29, 0x5C: text += "\\" + String(UnicodeScalar(byte))
                case 0x20...0x7E: text.unicodeScalars.append(UnicodeScalar(byte))
                default:
                    let octal = String(byte, radix: 8)
                    text += "\\" + String(repeating: "0", count: 3 - octal.utf8.count) + octal
                }
            }
            return text
        }

        /// A text outside of a page: in ASCII as it is, else in UTF-16.
        static func textString(_ text: String) -> String {
            if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) {
                return "(\(escaped(Array(text.utf8))))"
            }
            let units = text.utf16.map { unit in
                let digits = String(unit, radix: 16, uppercase: true)
                return String(repeating: "0", count: 4 - digits.utf8.count) + digits
            }
            return "<FEFF\(units.joined())>"
        }
    }

    /// What a piece of text is.
    enum Kind: String, Sendable {
        case document = "Document"
        case title = "H1"
        case heading = "H2"
        case paragraph = "P"
        case table = "Table"
        case row = "TR"
        case rowHeader = "TH"
        case cell = "TD"
    }

    /// A text of a page by its number there, and what it is.
    struct Mark: Sendable {
        let kind: Kind
        let id: Int
    }

    /// The tree of what is said: each part is within another, and has texts on pages.
    struct Outline: Sendable {
        struct Element: Sendable {
            let kind: Kind
            let parent: Int?
            var children: [Child] = []
        }

        enum Child: Sendable {
            case element(Int)
            case mark(page: Int, id: Int)
        }

        private(set) var elements = [Element(kind: .document, parent: nil)]
        private var open = [0]
        /// For each page, the element of each of its texts.
        private(set) var owners: [[Int]] = [[]]

        /// Goes into a new part of what is open, and out of it again after `body`.
        mutating func begin(_ kind: Kind) {
            let parent = open[open.count - 1]
            elements.append(Element(kind: kind, parent: parent))
            elements[parent].children.append(.element(elements.count - 1))
            open.append(elements.count - 1)
        }

        mutating func end() { open.removeLast() }

        /// A text of what is open, on a page.
        mutating func mark(page: Int) -> Mark {
            while owners.count <= page { owners.append([]) }
            let element = open[open.count - 1]
            let id = owners[page].count
            owners[page].append(element)
            elements[element].children.append(.mark(page: page, id: id))
            return Mark(kind: elements[element].kind, id: id)
        }
    }

    let title: String
    /// A BCP 47 tag, for readers that speak.
    let language: String
    /// What made it: the host's brand.
    let author: String
    let pages: [Canvas]
    let outline: Outline

    /// The whole file.
    func bytes() -> [UInt8] {
        var objects: [String] = []
        // 1 catalog, 2 page tree, 3 and 4 faces, 5 information, two objects a page, then the tree of
        // what is said: its root, whose each text is, and its elements.
        let firstPage = 6
        let root = firstPage + 2 * pages.count
        let kids = pages.indices.map { "\(firstPage + 2 * $0) 0 R" }.joined(separator: " ")
        objects.append(
            """
            << /Type /Catalog /Pages 2 0 R /Lang \(Canvas.textString(language)) \
            /MarkInfo << /Marked true >> /StructTreeRoot \(root) 0 R \
            /ViewerPreferences << /DisplayDocTitle true >> >>
            """)
        objects.append("<< /Type /Pages /Kids [\(kids)] /Count \(pages.count) >>")
        for face in Helvetica.allCases {
            objects.append(
                """
                << /Type /Font /Subtype /Type1 /BaseFont /\(face.rawValue) \
                /Encoding /WinAnsiEncoding >>
                """)
        }
        objects.append(
            """
            << /Title \(Canvas.textString(title)) /Author \(Canvas.textString(author)) \
            /Producer (Makewhole) >>
            """)
        for (index, page) in pages.enumerated() {
            objects.append(
                """
                << /Type /Page /Parent 2 0 R /MediaBox [0 0 \(PDFFile.width) \(PDFFile.height)] \
                /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> \
                /Contents \(firstPage + 2 * index + 1) 0 R /StructParents \(index) /Tabs /S >>
                """)
            objects.append(
                "<< /Length \(page.operators.utf8.count) >>\nstream\n\(page.operators)endstream")
        }
        return PDFFile.file(of: objects + tree(from: root, firstPage: firstPage))
    }

    /// The tree of what is said, as objects numbered from `root`.
    private func tree(from root: Int, firstPage: Int) -> [String] {
        func element(_ index: Int) -> String { "\(root + 2 + index) 0 R" }
        func page(_ index: Int) -> String { "\(firstPage + 2 * index) 0 R" }
        let owners = outline.owners.enumerated().map { index, owners in
            "\(index) [\(owners.map(element).joined(separator: " "))]"
        }
        let parts = outline.elements.map { part in
            let children = part.children.map { child in
                switch child {
                case .element(let index): element(index)
                case .mark(let index, let id): "<< /Type /MCR /Pg \(page(index)) /MCID \(id) >>"
                }
            }
            let scope = part.kind == .rowHeader ? " /A << /O /Table /Scope /Row >>" : ""
            return """
                << /Type /StructElem /S /\(part.kind.rawValue) \
                /P \(part.parent.map(element) ?? "\(root) 0 R")\(scope) \
                /K [\(children.joined(separator: " "))] >>
                """
        }
        return [
            "<< /Type /StructTreeRoot /K \(element(0)) /ParentTree \(root + 1) 0 R >>",
            "<< /Nums [\(owners.joined(separator: " "))] >>",
        ] + parts
    }

    /// Header, objects, the table of where each begins, and the trailer.
    private static func file(of objects: [String]) -> [UInt8] {
        var bytes = Array("%PDF-1.4\n%".utf8) + [0xE2, 0xE3, 0xCF, 0xD3, 0x0A]
        var offsets: [Int] = []
        for (index, object) in objects.enumerated() {
            offsets.append(bytes.count)
            bytes += Array("\(index + 1) 0 obj\n\(object)\nendobj\n".utf8)
        }
        let table = bytes.count
        var tail = "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n"
        for offset in offsets {
            // Each row of the table has twenty bytes.
            let digits = String(offset)
            tail += String(repeating: "0", count: 10 - digits.utf8.count) + digits + " 00000 n \n"
        }
        tail += "trailer\n<< /Size \(objects.count + 1) /Root 1 0 R /Info 5 0 R >>\n"
        tail += "startxref\n\(table)\n%%EOF\n"
        return bytes + Array(tail.utf8)
    }
}
