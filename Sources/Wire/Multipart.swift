/// Why a multipart body was not read.
public enum MultipartError: Error, Hashable, Sendable {
    /// The content type is not `multipart/form-data` with a boundary of 1 through 70 characters.
    case contentTypeMalformed
    case tooLarge(bytesMax: Int)
    case tooManyParts(partsMax: Int)
    /// The body does not begin with its boundary.
    case boundaryMissing
    /// The body breaks off before the closing boundary.
    case unfinished
    case headersTooLarge(part: Int)
    case headerMalformed(part: Int)
    /// No `Content-Disposition: form-data` with a name.
    case dispositionMissing(part: Int)
    case partTooLarge(part: Int, bytesMax: Int)
}

/// A `multipart/form-data` body: RFC 7578.
public struct Multipart: Hashable, Sendable {
    public struct Part: Hashable, Sendable {
        /// The name of the form's field.
        public let name: String
        /// As the sender wrote it: never a path to trust. See ``FileName/sanitised(_:)``.
        public let filename: String?
        /// Lowercase, without parameters; a claim of the sender. See ``FileType``.
        public let contentType: String?
        public let bytes: [UInt8]

        public init(name: String, filename: String?, contentType: String?, bytes: [UInt8]) {
            self.name = name
            self.filename = filename
            self.contentType = contentType
            self.bytes = bytes
        }

        /// The bytes as text, `nil` when they are not UTF-8.
        public var text: String? { String(validating: bytes, as: UTF8.self) }
    }

    /// What one body may cost.
    public struct Limits: Hashable, Sendable {
        public var bytesMax: Int
        public var partsMax: Int
        public var partBytesMax: Int
        /// Of one part. Browsers send about two hundred bytes.
        public var headerBytesMax: Int

        public init(
            bytesMax: Int = 12 << 20, partsMax: Int = 32, partBytesMax: Int = 10 << 20,
            headerBytesMax: Int = 4096
        ) {
            self.bytesMax = bytesMax
            self.partsMax = partsMax
            self.partBytesMax = partBytesMax
            self.headerBytesMax = headerBytesMax
        }
    }

    public let parts: [Part]

    /// The one part called `name`; `nil` when there is none or more than one.
    public subscript(name: String) -> Part? {
        let found = parts.filter { $0.name == name }
        return found.count == 1 ? found[0] : nil
    }

    /// Reads `body`, whose `Content-Type` header is `contentType`.
    ///
    /// Takes linear time: the boundary begins with a carriage return and has no other, so a match
    /// that fails is never looked at twice.
    public static func parse(
        _ body: [UInt8], contentType: String, limits: Limits = Limits()
    ) throws(MultipartError) -> Multipart {
        guard let boundary = boundary(of: contentType) else { throw .contentTypeMalformed }
        guard body.count <= limits.bytesMax else { throw .tooLarge(bytesMax: limits.bytesMax) }
        var reader = Reader(body: body, boundary: boundary, limits: limits)
        return Multipart(parts: try reader.parts())
    }

    /// RFC 2046, section 5.1.1.
    static func boundary(of contentType: String) -> [UInt8]? {
        guard contentType.utf8.count <= 512, let header = HeaderValue(contentType),
            header.value == "multipart/form-data",
            let boundary = header.parameters["boundary"].map({ Array($0.utf8) }),
            (1...70).contains(boundary.count), boundary.last != Byte.space
        else { return nil }
        let marks = Array("'()+_,-./:=? ".utf8)
        let isValid = boundary.allSatisfy {
            Byte.isLetter($0) || Byte.isDigit($0) || marks.contains($0)
        }
        return isValid ? boundary : nil
    }
}

extension Multipart {
    private struct Reader {
        let body: [UInt8]
        let limits: Limits
        /// Line break, two dashes and the boundary.
        let delimiter: [UInt8]
        var offset = 0

        private static let lineBreak = [Byte.carriageReturn, Byte.lineFeed]

        init(body: [UInt8], boundary: [UInt8], limits: Limits) {
            self.body = body
            self.limits = limits
            delimiter = Reader.lineBreak + [Byte.dash, Byte.dash] + boundary
        }

        mutating func parts() throws(MultipartError) -> [Part] {
            guard take(delimiter[2...]) else { throw .boundaryMissing }
            var parts: [Part] = []
            while true {
                if take([Byte.dash, Byte.dash]) { return parts }
                while offset < body.count, body[offset] == Byte.space || body[offset] == Byte.tab {
                    offset += 1
                }
                guard take(Reader.lineBreak[...]) else {
                    throw offset >= body.count ? .unfinished : .boundaryMissing
                }
                guard parts.count < limits.partsMax else {
                    throw .tooManyParts(partsMax: limits.partsMax)
                }
                parts.append(try part(parts.count))
            }
        }

        private mutating func part(_ number: Int) throws(MultipartError) -> Part {
            let headers = try headers(number)
            guard let disposition = headers["content-disposition"].flatMap({ HeaderValue($0) }),
                disposition.value == "form-data", let name = disposition.parameters["name"]
            else { throw .dispositionMissing(part: number) }
            var contentType: String?
            if let header = headers["content-type"] {
                guard let parsed = HeaderValue(header) else {
                    throw .headerMalformed(part: number)
                }
                contentType = parsed.value
            }
            return Part(
                name: Multipart.unescaped(name),
                filename: disposition.parameters["filename"].map(Multipart.unescaped),
                contentType: contentType, bytes: try content(number))
        }

        private mutating func headers(_ number: Int) throws(MultipartError) -> [String: String] {
            var headers: [String: String] = [:]
            let start = offset
            while true {
                guard let line = try line(number, start: start) else {
                    throw .unfinished
                }
                if line.isEmpty { return headers }
                guard let colon = line.firstIndex(of: Byte.colon), colon > line.startIndex,
                    line[..<colon].allSatisfy(HeaderValue.isToken),
                    line[colon...].allSatisfy({ $0 >= Byte.space || $0 == Byte.tab }),
                    let value = String(validating: line[(colon + 1)...], as: UTF8.self)
                else { throw .headerMalformed(part: number) }
                let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
                guard headers.updateValue(value, forKey: name) == nil else {
                    throw .headerMalformed(part: number)
                }
            }
        }

        /// The next header line; `nil` at the end of the body.
        private mutating func line(
            _ number: Int, start: Int
        ) throws(MultipartError) -> ArraySlice<UInt8>? {
            let lineStart = offset
            while offset < body.count {
                guard offset - start <= limits.headerBytesMax else {
                    throw .headersTooLarge(part: number)
                }
                if body[offset] == Byte.carriageReturn, offset + 1 < body.count,
                    body[offset + 1] == Byte.lineFeed
                {
                    defer { offset += 2 }
                    return body[lineStart..<offset]
                }
                offset += 1
            }
            return nil
        }

        /// The bytes up to the next delimiter, which is stepped over.
        private mutating func content(_ number: Int) throws(MultipartError) -> [UInt8] {
            // An empty part may have its blank line and its delimiter share one line break.
            let start = offset
            var search = max(0, start - 2)
            while let found = body[search...].firstIndex(of: Byte.carriageReturn) {
                offset = found
                if take(delimiter[...]) {
                    let size = max(0, found - start)
                    guard size <= limits.partBytesMax else {
                        throw .partTooLarge(part: number, bytesMax: limits.partBytesMax)
                    }
                    return Array(body[start..<max(start, found)])
                }
                search = found + 1
            }
            throw .unfinished
        }

        private mutating func take(_ wanted: ArraySlice<UInt8>) -> Bool {
            guard body.count - offset >= wanted.count,
                body[offset..<offset + wanted.count].elementsEqual(wanted)
            else { return false }
            offset += wanted.count
            return true
        }
    }

    /// Browsers write the three characters that would end a quoted name as escapes (WHATWG HTML,
    /// "multipart/form-data").
    static func unescaped(_ name: String) -> String {
        guard name.utf8.contains(Byte.percent) else { return name }
        var output: [UInt8] = []
        var rest = Array(name.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == Byte.percent, let escaped = escapes[Array(rest.prefix(2))] {
                output.append(escaped)
                rest = rest.dropFirst(2)
            } else {
                output.append(byte)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static let escapes: [[UInt8]: UInt8] = [
        Array("22".utf8): Byte.quote, Array("0D".utf8): Byte.carriageReturn,
        Array("0A".utf8): Byte.lineFeed,
    ]
}

/// Names of files from outside.
public enum FileName {
    /// Long enough to recognise, short enough for every file system.
    public static let lengthMax = 100

    /// A name that is safe to show, to store and to offer for download: the last component of
    /// `name`, letters, digits, spaces and `-_.()` only, no leading dot, at most 100 characters,
    /// with its extension kept; `file` when nothing is left.
    public static func sanitised(_ name: String) -> String {
        let component =
            name.unicodeScalars
            .split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }.last ?? [][...]
        var scalars = String.UnicodeScalarView()
        for scalar in component.prefix(1024) {
            guard let kept = kept(scalar), !(kept == " " && scalars.last == " ") else { continue }
            scalars.append(kept)
        }
        var text = String(scalars)
        while let first = text.first, first == "." || first == " " { text.removeFirst() }
        while let last = text.last, last == "." || last == " " { text.removeLast() }
        text = shortened(text)
        if text.isEmpty { return "file" }
        return isReserved(text) ? "_" + text : text
    }

    private static func kept(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar {
        case " ", "-", "_", ".", "(", ")": return scalar
        default: break
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .decimalNumber:
            return scalar
        case .nonspacingMark, .spacingMark: return scalar
        case .control, .format, .surrogate, .privateUse, .unassigned: return nil
        default: return "_"
        }
    }

    private static func shortened(_ name: String) -> String {
        guard name.unicodeScalars.count > lengthMax else { return name }
        let scalars = name.unicodeScalars
        let tail = scalars.suffix(12)
        guard let dot = tail.lastIndex(of: "."), dot > scalars.startIndex else {
            return String(String.UnicodeScalarView(scalars.prefix(lengthMax)))
        }
        let ending = scalars[dot...]
        let stem = scalars[..<dot].prefix(lengthMax - ending.count)
        return String(String.UnicodeScalarView(stem)) + String(String.UnicodeScalarView(ending))
    }

    /// Names that mean a device on Windows, whatever their extension.
    private static func isReserved(_ name: String) -> Bool {
        let stem = name.split(separator: ".").first.map { $0.uppercased() } ?? ""
        if ["CON", "PRN", "AUX", "NUL"].contains(stem) { return true }
        return stem.count == 4 && (stem.hasPrefix("COM") || stem.hasPrefix("LPT"))
            && stem.last?.isWholeNumber == true
    }
}
