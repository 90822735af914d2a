/// A received message, read far enough to be shown.
///
/// Reading never fails: mail that follows no rule still has bytes, and those are shown as text.
public struct ParsedMail: Hashable, Sendable {
    public struct Header: Hashable, Sendable {
        public let name: String
        /// Unfolded and decoded (RFC 2047).
        public let value: String
    }

    public let headers: [Header]
    /// The first `text/plain` part.
    public let text: String?
    /// The first `text/html` part. It is a stranger's: show it as text, or in a sandboxed frame.
    public let html: String?

    /// The first header called `name`, whatever its case.
    public subscript(name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }

    public var subject: String { self["Subject"] ?? "" }
    public var from: String { self["From"] ?? "" }
    public var to: String { self["To"] ?? "" }
    public var date: String { self["Date"] ?? "" }
    /// With its angle brackets.
    public var messageID: String? { self["Message-ID"] }

    /// Reads `bytes` in linear time.
    public init(_ bytes: [UInt8]) {
        var parser = MailParser()
        let (headers, body) = MailParser.split(bytes[...])
        self.headers = headers
        parser.read(headers, body, depth: 0)
        text = parser.text
        html = parser.html
    }
}

private struct MailParser {
    /// Each is more than mail for people has.
    private static let headersMax = 200
    private static let headerLengthMax = 16_384
    private static let depthMax = 5
    private static let partsMax = 50

    var text: String?
    var html: String?
    private var parts = 0

    static func split(
        _ bytes: ArraySlice<UInt8>
    ) -> (headers: [ParsedMail.Header], body: ArraySlice<UInt8>) {
        var headers: [ParsedMail.Header] = []
        var name = ""
        var value: [UInt8] = []
        var offset = bytes.startIndex
        func keep() {
            guard !name.isEmpty, headers.count < headersMax else { return }
            let shown = Array(value.prefix(headerLengthMax))
            headers.append(ParsedMail.Header(name: name, value: EncodedWords.decode(shown)))
        }
        while offset < bytes.endIndex {
            let line = line(bytes, from: offset)
            if line.isEmpty || line.allSatisfy({ $0 == Byte.carriageReturn }) {
                offset = min(line.endIndex + 1, bytes.endIndex)
                break
            }
            if line.first == Byte.space || line.first == Byte.tab {
                // A folded line belongs to the one before; the break itself means nothing.
                value += trimmed(line, keepingLead: true)
            } else if let colon = line.firstIndex(of: Byte.colon), colon > line.startIndex,
                line[..<colon].allSatisfy({ (0x21..<0x7F).contains($0) })
            {
                keep()
                name = String(decoding: line[..<colon], as: UTF8.self)
                value = Array(trimmed(line[(colon + 1)...], keepingLead: false))
            } else {
                break
            }
            offset = min(line.endIndex + 1, bytes.endIndex)
        }
        keep()
        return (headers, bytes[offset...])
    }

    mutating func read(_ headers: [ParsedMail.Header], _ body: ArraySlice<UInt8>, depth: Int) {
        func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name }?.value
        }
        parts += 1
        guard parts <= MailParser.partsMax else { return }
        let type = header("content-type").flatMap { HeaderValue($0) }
        let kind = type?.value ?? "text/plain"
        let encoding = header("content-transfer-encoding")?.lowercased() ?? ""
        let isAttachment = header("content-disposition")?.lowercased().hasPrefix("attachment")
        if kind.hasPrefix("multipart/"), depth < MailParser.depthMax,
            let boundary = type?.parameters["boundary"], !boundary.isEmpty
        {
            for part in MailParser.parts(of: body, boundary: boundary) {
                let (headers, content) = MailParser.split(part)
                read(headers, content, depth: depth + 1)
            }
        } else if isAttachment != true {
            let charset = type?.parameters["charset"]?.lowercased() ?? "utf-8"
            switch kind {
            case "text/plain" where text == nil:
                text = Charset.decode(MailParser.decoded(body, encoding), charset)
            case "text/html" where html == nil:
                html = Charset.decode(MailParser.decoded(body, encoding), charset)
            default: break
            }
        }
    }

    private static func decoded(_ body: ArraySlice<UInt8>, _ encoding: String) -> [UInt8] {
        switch encoding {
        case "quoted-printable": return QuotedPrintable.decode(body)
        case "base64":
            let digits = body.filter { $0 > Byte.space }
            return Base64.decode(String(decoding: digits, as: UTF8.self)) ?? Array(body)
        default: return Array(body)
        }
    }

    /// RFC 2046, section 5.1: what stands between the lines `--boundary`.
    private static func parts(
        of body: ArraySlice<UInt8>, boundary: String
    ) -> [ArraySlice<UInt8>] {
        let delimiter = Array("--\(boundary)".utf8)
        var parts: [ArraySlice<UInt8>] = []
        var start: Int?
        var offset = body.startIndex
        while offset < body.endIndex, parts.count < partsMax {
            let line = line(body, from: offset)
            if line.starts(with: delimiter) {
                if let start { parts.append(withoutLastBreak(body[start..<offset])) }
                let isLast = line.dropFirst(delimiter.count).starts(with: [Byte.dash, Byte.dash])
                start = min(line.endIndex + 1, body.endIndex)
                if isLast { return parts }
            }
            offset = min(line.endIndex + 1, body.endIndex)
        }
        // A message cut off still shows what there is.
        if let start, start < body.endIndex, parts.count < partsMax { parts.append(body[start...]) }
        return parts
    }

    /// From `start` to before the next line feed.
    private static func line(_ bytes: ArraySlice<UInt8>, from start: Int) -> ArraySlice<UInt8> {
        bytes[start..<(bytes[start...].firstIndex(of: Byte.lineFeed) ?? bytes.endIndex)]
    }

    private static func withoutLastBreak(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = bytes
        if rest.last == Byte.lineFeed { rest.removeLast() }
        if rest.last == Byte.carriageReturn { rest.removeLast() }
        return rest
    }

    private static func trimmed(
        _ bytes: ArraySlice<UInt8>, keepingLead: Bool
    ) -> ArraySlice<UInt8> {
        var rest = keepingLead ? bytes : bytes.drop { $0 <= Byte.space }
        while let last = rest.last, last <= Byte.space { rest.removeLast() }
        return rest
    }
}

/// Encoded words in headers: RFC 2047.
private enum EncodedWords {
    static func decode(_ bytes: [UInt8]) -> String {
        guard bytes.contains(Byte.question) else { return Charset.decode(bytes, "utf-8") }
        var output = ""
        var pending: (charset: String, bytes: [UInt8])?
        var blanks: [UInt8] = []
        func flush() {
            if let word = pending { output += Charset.decode(word.bytes, word.charset) }
            pending = nil
        }
        // Blanks between two encoded words do not count (section 6.2).
        for piece in pieces(bytes) {
            if piece.allSatisfy({ $0 == Byte.space || $0 == Byte.tab }) {
                blanks = Array(piece)
            } else if let word = word(piece) {
                if let before = pending, before.charset == word.charset {
                    pending = (word.charset, before.bytes + word.bytes)
                } else {
                    let wasWord = pending != nil
                    flush()
                    if !wasWord { output += String(decoding: blanks, as: UTF8.self) }
                    pending = word
                }
                blanks = []
            } else {
                flush()
                output += String(decoding: blanks, as: UTF8.self)
                output += Charset.decode(Array(piece), "utf-8")
                blanks = []
            }
        }
        flush()
        return output
    }

    /// Runs of blanks and runs of anything else, by turns.
    private static func pieces(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        func isBlank(_ index: Int) -> Bool {
            bytes[index] == Byte.space || bytes[index] == Byte.tab
        }
        for index in bytes.indices where index > start && isBlank(index) != isBlank(start) {
            pieces.append(bytes[start..<index])
            start = index
        }
        if start < bytes.count { pieces.append(bytes[start...]) }
        return pieces
    }

    /// `=?charset?B?text?=` or `=?charset?Q?text?=`.
    private static func word(_ piece: ArraySlice<UInt8>) -> (charset: String, bytes: [UInt8])? {
        guard piece.count > 6, piece.starts(with: [Byte.equals, Byte.question]),
            piece.suffix(2).elementsEqual([Byte.question, Byte.equals])
        else { return nil }
        let fields = piece.dropFirst(2).dropLast(2)
            .split(separator: Byte.question, omittingEmptySubsequences: false)
        guard fields.count == 3 else { return nil }
        let charset = String(decoding: fields[0], as: UTF8.self).lowercased()
        switch String(decoding: fields[1], as: UTF8.self).lowercased() {
        case "b":
            guard let bytes = Base64.decode(String(decoding: fields[2], as: UTF8.self)) else {
                return nil
            }
            return (charset, bytes)
        case "q":
            let spaced = fields[2].map { $0 == Byte.underscore ? Byte.space : $0 }
            // A final blank counts here, unlike at the end of a line of text.
            return (charset, QuotedPrintable.decode(spaced[...]))
        default: return nil
        }
    }
}

/// The character sets mail is written in, as far as a sandbox needs them.
private enum Charset {
    static func decode(_ bytes: [UInt8], _ charset: String) -> String {
        switch charset.prefix(while: { $0 != "*" }) {
        case "iso-8859-1", "latin1", "windows-1252", "iso-8859-15":
            return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        default: return String(decoding: bytes, as: UTF8.self)
        }
    }
}
