/// Writes a small PDF 1.4: text and lines on pages of US Letter, in the two faces that need not be
/// sent along. Pure: the same pages give the same bytes.
struct PDFFile {
    /// A page's width and height in points.
    static let width = 612
    static let height = 792

    /// What stands on a page, as its content stream.
    struct Canvas {
        private(set) var operators = ""

        /// Text whose baseline begins at a point, counted from the lower left corner. Coordinates
        /// are in tenths of a point, so that no binary fraction is needed.
        mutating func text(
            _ bytes: [UInt8], x: Int, y: Int, face: Helvetica, size: Int, gray: Int = 0
        ) {
            operators += "BT \(Canvas.hundredths(gray)) g /\(face.resource) \(size) Tf "
            operators +=
                "\(Canvas.tenths(x)) \(Canvas.tenths(y)) Td (\(Canvas.escaped(bytes))) Tj ET\n"
        }

        /// A horizontal line, in tenths of a point.
        mutating func line(x: Int, y: Int, width: Int, thickness: Int, gray: Int) {
            operators += "\(Canvas.hundredths(gray)) g \(Canvas.tenths(x)) \(Canvas.tenths(y)) "
            operators += "\(Canvas.tenths(width)) \(Canvas.tenths(thickness)) re f\n"
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

        static func literal(_ text: String) -> String { "(\(escaped(WinAnsi.bytes(text))))" }
    }

    let title: String
    /// A BCP 47 tag, for readers that speak.
    let language: String
    /// What made it: the host's brand.
    let author: String
    let pages: [Canvas]

    /// The whole file.
    func bytes() -> [UInt8] {
        var objects: [String] = []
        // 1 catalog, 2 page tree, 3 and 4 faces, 5 information, then two objects a page.
        let firstPage = 6
        let kids = pages.indices.map { "\(firstPage + 2 * $0) 0 R" }.joined(separator: " ")
        objects.append(
            """
            << /Type /Catalog /Pages 2 0 R /Lang \(Canvas.literal(language)) \
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
            << /Title \(Canvas.literal(title)) /Author \(Canvas.literal(author)) \
            /Producer (Makewhole) >>
            """)
        for (index, page) in pages.enumerated() {
            objects.append(
                """
                << /Type /Page /Parent 2 0 R /MediaBox [0 0 \(PDFFile.width) \(PDFFile.height)] \
                /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> \
                /Contents \(firstPage + 2 * index + 1) 0 R >>
                """)
            objects.append(
                "<< /Length \(page.operators.utf8.count) >>\nstream\n\(page.operators)endstream")
        }
        return PDFFile.file(of: objects)
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
