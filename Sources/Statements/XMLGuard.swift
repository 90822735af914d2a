/// What is looked at in the bytes of a document before a parser sees them.
///
/// Foundation's parser mends what is broken, substitutes entities, and traps on some documents that
/// are not well-formed; what it makes is walked by recursion. So it is only ever given what was read
/// here first, byte by byte, and found to be well-formed, without a document type or entities of its
/// own, in UTF-8, and not deep. It reads a stream and holds one piece of it: the document may be
/// larger than memory, and whoever is told of its pieces gives the parser a part at a time.
struct XMLGuard {
    private(set) var elements = 0

    /// Levels of elements. camt.053 has sixteen.
    static let depthMax = 40
    /// Bytes of one tag; the longest are those with namespaces.
    static let tagMax = 8_192
    /// Bytes of one text or comment: no field of a statement comes near it.
    static let pieceMax = 1 << 20
    /// Attributes of one tag.
    static let attributesMax = 32

    enum Fault: Error, Equatable {
        case stranger(String)
        case encoding(String)
        case documentType
        case tooDeep(line: Int)
        case tooMany
        case notWellFormed(line: Int)
    }

    /// A tag, or text between tags. The bytes are UTF-8, and are only there while it is told.
    struct Piece {
        enum Kind { case start, end, empty, text }
        let kind: Kind
        /// 1 in the root element, which has it itself.
        let depth: Int
        /// Without its prefix; nothing for text.
        let name: ArraySlice<UInt8>
        let bytes: ArraySlice<UInt8>
        /// What the root's prefix stands for.
        let namespace: String
    }

    /// Bytes before the encoding is known.
    private var head: [UInt8]? = []
    private var namespace = ""
    private var isLatin = false
    /// What has come and was not read through.
    private var document: [UInt8] = []
    private var at = 0
    private var line = 1
    private var open: [[UInt8]] = []
    private var prefixes: [(name: [UInt8], depth: Int)] = []

    /// Reads the next bytes, cut anywhere, and tells what they complete.
    mutating func read(_ chunk: [UInt8], _ take: (Piece) -> Void) throws(Fault) {
        if head == nil { append(chunk[...]) } else { head? += chunk }
        guard try isBegun(isLast: false) else { return }
        try walk(isLast: false, take)
        document.removeFirst(at)
        at = 0
    }

    /// Reads what is left when no more bytes come.
    mutating func finish(_ take: (Piece) -> Void) throws(Fault) {
        _ = try isBegun(isLast: true)
        try walk(isLast: true, take)
        guard open.isEmpty, elements > 0 else { throw broken }
    }

    // MARK: - Encoding

    /// Bytes after the first sign in which an encoding is declared, and strangers are known.
    private static let headMax = 1_024

    /// Whether the encoding is known: what the document begins with decides it, however it comes in
    /// pieces.
    private mutating func isBegun(isLast: Bool) throws(Fault) -> Bool {
        guard let bytes = head else { return true }
        var rest = bytes[...]
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        rest = rest.drop(while: Self.isBlank)
        guard rest.startIndex <= Self.pieceMax else { throw .tooMany }
        guard isLast || rest.count >= Self.headMax else { return false }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw .encoding("UTF-16")
        }
        if bytes.prefix(rest.startIndex + Self.headMax).contains(0) {
            throw .encoding("bytes of zero")
        }
        guard rest.first == 0x3C else { throw .stranger(Stranger.name(bytes) ?? "something else") }
        if let name = Stranger.name(bytes) { throw .stranger(name) }
        for byte in bytes[..<rest.startIndex] where byte == 0x0A { line += 1 }
        var encoding = "UTF-8"
        if rest.starts(with: "<?xml".utf8), rest.dropFirst(5).first.map(Self.isBlank) == true {
            guard let end = rest.prefix(512).firstRange(of: Array("?>".utf8)) else { throw broken }
            let declaration = String(decoding: rest[..<end.lowerBound], as: UTF8.self)
            encoding = Self.declared(declaration) ?? encoding
            for byte in rest[..<end.upperBound] where byte == 0x0A { line += 1 }
            rest = rest[end.upperBound...]
        }
        switch encoding.uppercased() {
        case "UTF-8", "UTF8", "US-ASCII", "ASCII": isLatin = false
        case "ISO-8859-1", "LATIN1": isLatin = true
        default: throw .encoding(encoding)
        }
        head = nil
        append(rest)
        return true
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        if isLatin {
            document += String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })).utf8
        } else {
            document += bytes
        }
    }

    private static func declared(_ declaration: String) -> String? {
        guard let place = declaration.firstRange(of: "encoding") else { return nil }
        let value = declaration[place.upperBound...].drop { $0.isWhitespace || $0 == "=" }
        guard let quote = value.first, quote == "\"" || quote == "'" else { return "none" }
        return String(value.dropFirst().prefix { $0 != quote })
    }

    // MARK: - Markup

    private mutating func walk(isLast: Bool, _ take: (Piece) -> Void) throws(Fault) {
        while at < document.count, let end = try pieceEnd(isLast: isLast) {
            guard String(validating: document[at..<end], as: UTF8.self) != nil else {
                throw .encoding("bytes that are no UTF-8")
            }
            if document[at] != 0x3C {
                try text(end, take)
            } else if starts(with: "<!--") {
                try comment()
            } else if starts(with: "<![CDATA[") {
                guard !open.isEmpty else { throw broken }
                try characters(document[at..<end])
                take(piece(.text, [], end))
                move(to: end)
            } else if starts(with: "<?") {
                try instruction()
            } else if starts(with: "</") {
                try endTag(take)
            } else {
                try startTag(end - 1, take)
            }
        }
    }

    /// Where the piece that begins here ends, `nil` when that has not come. It depends on nothing
    /// but the bytes of the piece.
    private func pieceEnd(isLast: Bool) throws(Fault) -> Int? {
        let rest = document[at...]
        if rest[at] != 0x3C {
            let end = rest.firstIndex(of: 0x3C) ?? (isLast ? rest.endIndex : nil)
            return try limited(end, Self.pieceMax)
        }
        for (start, stop) in [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")] {
            let length = min(start.utf8.count, rest.count)
            guard rest.prefix(length).elementsEqual(start.utf8.prefix(length)) else { continue }
            // Of so few bytes it cannot be told which it is; at the end it is none.
            guard length == start.utf8.count else {
                if isLast { throw broken }
                return nil
            }
            let found = rest.dropFirst(length).firstRange(of: Array(stop.utf8))
            if found == nil, isLast { throw broken }
            return try limited(found?.upperBound, Self.pieceMax)
        }
        if rest.starts(with: "<!".utf8) { throw .documentType }
        if rest.starts(with: "</".utf8) {
            let found = rest.firstIndex(of: 0x3E)
            if found == nil, isLast { throw broken }
            return try limited(found.map { $0 + 1 }, Self.tagMax)
        }
        return try tagEnd(isLast: isLast).map { $0 + 1 }
    }

    private func limited(_ end: Int?, _ most: Int) throws(Fault) -> Int? {
        guard (end ?? document.count) - at <= most else { throw .tooMany }
        return end
    }

    private func piece(
        _ kind: Piece.Kind, _ name: ArraySlice<UInt8>, _ end: Int, depth: Int? = nil
    ) -> Piece {
        Piece(
            kind: kind, depth: depth ?? open.count, name: name, bytes: document[at..<end],
            namespace: namespace)
    }

    private var broken: Fault { .notWellFormed(line: line) }

    private mutating func text(_ end: Int, _ take: (Piece) -> Void) throws(Fault) {
        let text = document[at..<end]
        if open.isEmpty {
            guard text.allSatisfy(Self.isBlank) else { throw broken }
        } else {
            try content(text)
            guard text.firstRange(of: Array("]]>".utf8)) == nil else { throw broken }
            take(piece(.text, [], end))
        }
        move(to: end)
    }

    /// Characters that may stand in text and attributes, and no entity but the five and numbers.
    /// No control characters and no code points that are no characters (XML 1.0, Char).
    private func characters(_ text: ArraySlice<UInt8>) throws(Fault) {
        for index in text.indices {
            let byte = text[index]
            if byte < 0x20, !Self.isBlank(byte) { throw broken }
            if byte == 0xEF,
                text[index...].starts(with: [0xEF, 0xBF, 0xBE])
                    || text[index...].starts(with: [0xEF, 0xBF, 0xBF])
            {
                throw broken
            }
        }
    }

    private func content(_ text: ArraySlice<UInt8>) throws(Fault) {
        try characters(text)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            index += 1
            guard byte == 0x26 else { continue }
            guard let end = text[index...].prefix(12).firstIndex(of: 0x3B),
                Self.isReference(String(decoding: text[index..<end], as: UTF8.self))
            else { throw broken }
            index = end + 1
        }
    }

    private static func isReference(_ name: String) -> Bool {
        if ["amp", "lt", "gt", "quot", "apos"].contains(name) { return true }
        guard name.hasPrefix("#") else { return false }
        let digits = name.dropFirst()
        let isHexadecimal = digits.hasPrefix("x")
        let value = isHexadecimal ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        guard let value, !digits.hasPrefix("+"), !digits.dropFirst().hasPrefix("+") else {
            return false
        }
        switch value {
        case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x1_0000...0x10_FFFF: return true
        default: return false
        }
    }

    private mutating func comment() throws(Fault) {
        let start = at + 4
        try skip(past: "-->", from: 4)
        let text = document[start..<max(start, at - 3)]
        guard text.firstRange(of: Array("--".utf8)) == nil, text.last != 0x2D,
            text.allSatisfy({ $0 >= 0x20 || Self.isBlank($0) })
        else { throw broken }
    }

    private mutating func instruction() throws(Fault) {
        let start = at + 2
        try skip(past: "?>", from: 2)
        let text = document[start..<max(start, at - 2)]
        let name = text.prefix { Self.isName($0) }
        guard let first = name.first, Self.isNameStart(first), !name.contains(0x3A),
            String(decoding: name, as: UTF8.self).lowercased() != "xml",
            text.count == name.count || Self.isBlank(text[name.endIndex]),
            text.allSatisfy({ $0 >= 0x20 || Self.isBlank($0) })
        else { throw broken }
    }

    private mutating func endTag(_ take: (Piece) -> Void) throws(Fault) {
        var rest = document[(at + 2)...]
        let name = rest.prefix { Self.isName($0) }
        rest = rest.dropFirst(name.count).drop(while: Self.isBlank)
        guard rest.first == 0x3E, let opened = open.popLast(), opened.elementsEqual(name) else {
            throw broken
        }
        take(piece(.end, try split(name).local, rest.startIndex + 1, depth: open.count + 1))
        prefixes.removeAll { $0.depth > open.count }
        move(to: rest.startIndex + 1)
    }

    private mutating func startTag(_ end: Int, _ take: (Piece) -> Void) throws(Fault) {
        guard !open.isEmpty || elements == 0 else { throw broken }
        elements += 1
        var tag = document[(at + 1)..<end]
        let isEmpty = tag.last == 0x2F
        if isEmpty { tag = tag.dropLast() }
        let name = tag.prefix { Self.isName($0) }
        let attributes = try attributes(tag[name.endIndex...])
        for attribute in attributes where attribute.prefix.elementsEqual("xmlns".utf8) {
            // `xml` and `xmlns` are taken, and a prefix stands for something.
            guard !attribute.local.starts(with: "xml".utf8), !attribute.value.isEmpty else {
                throw broken
            }
            prefixes.append((Array(attribute.local), open.count + 1))
        }
        let (prefix, local) = try split(name)
        try known(prefix)
        for attribute in attributes where !attribute.prefix.elementsEqual("xmlns".utf8) {
            try known(attribute.prefix)
        }
        if elements == 1 {
            let wanted = attributes.first {
                prefix.isEmpty
                    ? $0.prefix.isEmpty && $0.local.elementsEqual("xmlns".utf8)
                    : $0.prefix.elementsEqual("xmlns".utf8) && $0.local.elementsEqual(prefix)
            }
            namespace = wanted.map { String(decoding: $0.value, as: UTF8.self) } ?? ""
        }
        if isEmpty {
            prefixes.removeAll { $0.depth > open.count }
        } else {
            open.append(Array(name))
            guard open.count <= Self.depthMax else { throw .tooDeep(line: line) }
        }
        let depth = isEmpty ? open.count + 1 : open.count
        take(piece(isEmpty ? .empty : .start, local, end + 1, depth: depth))
        move(to: end + 1)
    }

    /// Where the tag that begins here ends; quoted text may hold the sign that ends it.
    private func tagEnd(isLast: Bool) throws(Fault) -> Int? {
        var quote: UInt8?
        var end = at + 1
        while end < document.count, quote != nil || document[end] != 0x3E {
            let byte = document[end]
            guard byte != 0x3C else { throw broken }
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == 0x22 || byte == 0x27 {
                quote = byte
            }
            end += 1
            guard end - at <= Self.tagMax else { throw .tooMany }
        }
        guard end < document.count else {
            if isLast { throw broken }
            return nil
        }
        return end
    }

    private struct XMLAttribute {
        let prefix: ArraySlice<UInt8>
        let local: ArraySlice<UInt8>
        let value: ArraySlice<UInt8>
    }

    private func attributes(_ tag: ArraySlice<UInt8>) throws(Fault) -> [XMLAttribute] {
        var attributes: [XMLAttribute] = []
        var rest = tag
        while true {
            let blank = rest.prefix(while: Self.isBlank)
            rest = rest.dropFirst(blank.count)
            guard !rest.isEmpty else { return attributes }
            let name = rest.prefix { Self.isName($0) }
            guard !blank.isEmpty, !name.isEmpty else { throw broken }
            rest = rest.dropFirst(name.count).drop(while: Self.isBlank)
            guard rest.first == 0x3D else { throw broken }
            rest = rest.dropFirst().drop(while: Self.isBlank)
            guard let quote = rest.first, quote == 0x22 || quote == 0x27,
                let end = rest.dropFirst().firstIndex(of: quote)
            else { throw broken }
            let value = rest[(rest.startIndex + 1)..<end]
            try content(value)
            let (prefix, local) = try split(name)
            let isTwice = attributes.contains {
                $0.local.elementsEqual(local)
                    && $0.prefix.elementsEqual("xmlns".utf8) == prefix.elementsEqual("xmlns".utf8)
            }
            guard !isTwice else { throw broken }
            attributes.append(XMLAttribute(prefix: prefix, local: local, value: value))
            guard attributes.count <= Self.attributesMax else { throw .tooMany }
            rest = rest[(end + 1)...]
        }
    }

    /// A name in its two parts; the first is empty where there is no colon.
    private func split(
        _ name: ArraySlice<UInt8>
    ) throws(Fault) -> (prefix: ArraySlice<UInt8>, local: ArraySlice<UInt8>) {
        let parts = name.split(separator: 0x3A, omittingEmptySubsequences: false)
        guard parts.count <= 2,
            parts.allSatisfy({ $0.first.map(Self.isNameStart) ?? false })
        else { throw broken }
        return parts.count == 2 ? (parts[0], parts[1]) : ([], parts[0])
    }

    private func known(_ prefix: ArraySlice<UInt8>) throws(Fault) {
        guard
            prefix.isEmpty || prefix.elementsEqual("xml".utf8)
                || prefixes.contains(where: { $0.name.elementsEqual(prefix) })
        else { throw broken }
    }

    // MARK: - Bytes

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    /// Of ASCII alone: the names of ISO 20022 have no others.
    private static func isNameStart(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }

    private static func isName(_ byte: UInt8) -> Bool {
        isNameStart(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x2E
            || byte == 0x3A
    }

    private func starts(with text: String) -> Bool { document[at...].starts(with: text.utf8) }

    private mutating func skip(past text: String, from skipped: Int) throws(Fault) {
        let start = min(at + skipped, document.count)
        guard let end = document[start...].firstRange(of: Array(text.utf8)) else { throw broken }
        move(to: end.upperBound)
    }

    /// Goes on to a place, counting lines on the way.
    private mutating func move(to place: Int) {
        for byte in document[at..<place] where byte == 0x0A { line += 1 }
        at = place
    }
}
