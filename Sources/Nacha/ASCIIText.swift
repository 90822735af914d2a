/// Text as bank files hold it: printable ASCII in a fixed number of columns.
public enum ASCIIText {
    /// Makes any text fit a field: Latin letters lose their accents, anything else that is not
    /// printable ASCII becomes `?`, blanks at both ends go, and the rest is cut at `columns`.
    ///
    /// Meant for names people typed. An account number is never fitted; it is right or refused.
    public static func fitting(_ text: some StringProtocol, columns: Int) -> String {
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x20...0x7E: bytes.append(UInt8(scalar.value))
            // A letter written with a separate combining accent: the letter was already taken.
            case 0x300...0x36F: continue
            case 0xDF: bytes += [0x73, 0x73]
            case 0xC6, 0x152: bytes += [UInt8(scalar.value == 0xC6 ? 0x41 : 0x4F), 0x45]
            case 0xE6, 0x153: bytes += [UInt8(scalar.value == 0xE6 ? 0x61 : 0x6F), 0x65]
            case 0xC0...0x17F: bytes.append(letters[Int(scalar.value) - 0xC0])
            case 0x2018, 0x2019: bytes.append(0x27)
            case 0x2010...0x2015: bytes.append(0x2D)
            case 0xA0, 0x09: bytes.append(0x20)
            default: bytes.append(0x3F)
            }
        }
        let start = bytes.firstIndex { $0 != 0x20 } ?? bytes.endIndex
        return trimmed(bytes[start...].prefix(max(0, columns)))
    }

    /// The plain letters of U+00C0 through U+017F.
    private static let letters = Array(
        """
        AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo?ouuuuyty\
        AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOo\
        RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs
        """.utf8)

    /// The bytes as text without blanks at either end.
    static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        trimmedEnd(bytes.drop { $0 == 0x20 })
    }

    /// The bytes as text without blanks at the end.
    static func trimmedEnd(_ bytes: ArraySlice<UInt8>) -> String {
        let last = bytes.lastIndex { $0 != 0x20 }
        guard let last else { return "" }
        return String(decoding: bytes[bytes.startIndex...last], as: UTF8.self)
    }

    /// Whether the text is nothing but blanks and zeros, which the rules do not count as filled.
    static func isBlankOrZero(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 == 0x20 || $0 == 0x30 }
    }

    static func isPrintable(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}
