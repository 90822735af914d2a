/// The two faces every reader of PDF has without our sending them, and how wide their letters are.
///
/// The widths are those of Adobe's metrics for Helvetica and Helvetica-Bold, in thousandths of the
/// size. An accented letter is as wide as the letter under its accent.
enum Helvetica: String, Sendable, CaseIterable {
    case regular = "Helvetica"
    case bold = "Helvetica-Bold"

    /// The name it has in a page's resources.
    var resource: String {
        switch self {
        case .regular: "F1"
        case .bold: "F2"
        }
    }

    /// How wide `bytes` of WinAnsi stand, in thousandths of a point at size 1.
    func width(of bytes: [UInt8]) -> Int { bytes.reduce(0) { $0 + width(of: $1) } }

    private func width(of byte: UInt8) -> Int {
        let table = self == .regular ? Helvetica.regularWidths : Helvetica.boldWidths
        if (0x20...0x7E).contains(byte) { return table[Int(byte) - 0x20] }
        switch byte {
        case 0x91, 0x92: return self == .regular ? 222 : 278
        case 0x93, 0x94: return self == .regular ? 333 : 500
        case 0x95: return 350
        case 0x85, 0x97: return 1_000
        case 0xA0: return 278
        case 0xA1: return 333
        case 0xB7: return 278
        case 0xBF: return 611
        case 0xC6: return 1_000
        case 0xE6: return 889
        default: return Helvetica.baseLetters[byte].map { width(of: $0) } ?? 556
        }
    }

    /// The letter under the accent.
    private static let baseLetters: [UInt8: UInt8] = {
        let rows: [(String, ClosedRange<UInt8>)] = [
            ("A", 0xC0...0xC5), ("C", 0xC7...0xC7), ("E", 0xC8...0xCB), ("I", 0xCC...0xCF),
            ("D", 0xD0...0xD0), ("N", 0xD1...0xD1), ("O", 0xD2...0xD6), ("O", 0xD8...0xD8),
            ("U", 0xD9...0xDC), ("Y", 0xDD...0xDD), ("P", 0xDE...0xDE), ("b", 0xDF...0xDF),
            ("a", 0xE0...0xE5), ("c", 0xE7...0xE7), ("e", 0xE8...0xEB), ("i", 0xEC...0xEF),
            ("o", 0xF0...0xF0), ("n", 0xF1...0xF1), ("o", 0xF2...0xF6), ("o", 0xF8...0xF8),
            ("u", 0xF9...0xFC), ("y", 0xFD...0xFD), ("p", 0xFE...0xFE), ("y", 0xFF...0xFF),
        ]
        var letters: [UInt8: UInt8] = [:]
        for (letter, range) in rows {
            for byte in range { letters[byte] = letter.utf8.first }
        }
        return letters
    }()

    /// U+0020 through U+007E.
    private static let regularWidths = [
        278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556,
        556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722,
        722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722,
        667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556,
        556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500,
        500, 334, 260, 334, 584,
    ]

    private static let boldWidths = [
        278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556,
        556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722,
        722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722,
        667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611,
        611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556,
        500, 389, 280, 389, 584,
    ]
}

/// Text in the encoding of the PDF's faces (WinAnsi, which is Windows-1252).
///
/// It has every letter of English and Spanish. What it lacks, such as a name in another script,
/// reads as a question mark; the page on the screen has it whole.
enum WinAnsi {
    static func bytes(_ text: String) -> [UInt8] {
        text.unicodeScalars.compactMap(byte)
    }

    private static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
        switch scalar.value {
        case 0x20...0x7E, 0xA0...0xFF: UInt8(scalar.value)
        // A minus, and the dashes it is printed with.
        case 0x2212, 0x2013: 0x96
        case 0x2014: 0x97
        case 0x2018: 0x91
        case 0x2019: 0x92
        case 0x201C: 0x93
        case 0x201D: 0x94
        case 0x2022: 0x95
        case 0x2026: 0x85
        case 0x20AC: 0x80
        // The brackets of the made-up language.
        case 0x27E6: 0x5B
        case 0x27E7: 0x5D
        // Accents that stand behind their letter, and marks of direction.
        case 0x0300...0x036F, 0x200B...0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFE00...0xFE0F:
            nil
        default: 0x3F
        }
    }
}
