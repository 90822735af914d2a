import Foundation

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
        case 0x82, 0x91, 0x92: return self == .regular ? 222 : 278
        case 0x84, 0x93, 0x94: return self == .regular ? 333 : 500
        case 0x88, 0x8B, 0x98, 0x9B: return 333
        case 0x95: return 350
        case 0x85, 0x89, 0x8C, 0x97, 0x99: return 1_000
        case 0x9C: return 944
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
            ("S", 0x8A...0x8A), ("Z", 0x8E...0x8E), ("s", 0x9A...0x9A), ("z", 0x9E...0x9E),
            ("Y", 0x9F...0x9F), ("o", 0xF0...0xF0), ("n", 0xF1...0xF1), ("o", 0xF2...0xF6),
            ("o", 0xF8...0xF8),
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
/// It has every letter of English, Spanish and their neighbours. A Latin letter it lacks is drawn as
/// the letter under its accent, anything else as a question mark; the file says beside it what the
/// text is (``PDFFile/Mark``), for whoever has it read out, copies or searches it.
enum WinAnsi {
    static func bytes(_ text: String) -> [UInt8] {
        // A letter and an accent behind it are one letter here.
        text.precomposedStringWithCanonicalMapping.unicodeScalars.compactMap(byte)
    }

    /// Whether the faces have every letter of `text`.
    static func has(_ text: String) -> Bool {
        text.precomposedStringWithCanonicalMapping.unicodeScalars.allSatisfy { own($0) != nil }
    }

    /// Whether what is drawn says by itself what `text` is.
    static func says(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            // The minus is drawn as a dash, and some marks as their nearest.
            ![0x2212, 0x202F, 0x27E6, 0x27E7].contains(scalar.value) && own(scalar) != nil
        }
    }

    private static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
        if let byte = own(scalar) { return byte }
        switch scalar.value {
        // Accents without their letter, and marks of direction.
        case 0x0300...0x036F, 0x200B...0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFE00...0xFE0F:
            return nil
        default: break
        }
        if let plain = plainLetters[scalar] { return plain }
        let base = String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars.first
        if let base, base != scalar, base.isASCII { return UInt8(base.value) }
        return 0x3F
    }

    private static func own(_ scalar: Unicode.Scalar) -> UInt8? {
        switch scalar.value {
        case 0x20...0x7E, 0xA0...0xFF: UInt8(scalar.value)
        // A minus is printed with a dash.
        case 0x2212: 0x96
        // A narrow space that does not break, and the brackets of the made-up language.
        case 0x202F: 0xA0
        case 0x27E6: 0x5B
        case 0x27E7: 0x5D
        default: extra[scalar]
        }
    }

    /// What Windows-1252 has between 0x80 and 0x9F.
    private static let extra: [Unicode.Scalar: UInt8] = [
        "\u{20AC}": 0x80, "\u{201A}": 0x82, "\u{0192}": 0x83, "\u{201E}": 0x84, "\u{2026}": 0x85,
        "\u{2020}": 0x86, "\u{2021}": 0x87, "\u{02C6}": 0x88, "\u{2030}": 0x89, "\u{0160}": 0x8A,
        "\u{2039}": 0x8B, "\u{0152}": 0x8C, "\u{017D}": 0x8E, "\u{2018}": 0x91, "\u{2019}": 0x92,
        "\u{201C}": 0x93, "\u{201D}": 0x94, "\u{2022}": 0x95, "\u{2013}": 0x96, "\u{2014}": 0x97,
        "\u{02DC}": 0x98, "\u{2122}": 0x99, "\u{0161}": 0x9A, "\u{203A}": 0x9B, "\u{0153}": 0x9C,
        "\u{017E}": 0x9E, "\u{0178}": 0x9F,
    ]

    /// Letters whose bar or missing dot is no accent.
    private static let plainLetters: [Unicode.Scalar: UInt8] = [
        "\u{0141}": 0x4C, "\u{0142}": 0x6C, "\u{0110}": 0x44, "\u{0111}": 0x64,
        "\u{0126}": 0x48, "\u{0127}": 0x68, "\u{0131}": 0x69, "\u{0166}": 0x54, "\u{0167}": 0x74,
    ]
}
