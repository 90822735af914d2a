/// Why text was refused as JSON, and exactly where.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: Hashable, Sendable {
        case tooLarge(bytesMax: Int)
        case tooDeep(depthMax: Int)
        case unexpectedEnd
        case unexpectedByte(UInt8)
        case textAfterValue
        case malformedNumber
        case malformedEscape
        case loneSurrogate
        case controlCharacterInString
        case invalidUTF8
        case duplicateKey
    }

    public let reason: Reason
    /// Bytes before the place, from zero.
    public let offset: Int
    /// Counted from one; a line ends at a line feed.
    public let line: Int
    /// Bytes into the line, counted from one.
    public let column: Int
    /// The value being read, as a JSON pointer (RFC 6901); empty for the whole document.
    public let pointer: String

    public var description: String {
        let place = "line \(line), column \(column)"
        return pointer.isEmpty
            ? "\(sentence) at \(place)" : "\(sentence) at \(place), in \(pointer)"
    }

    private var sentence: String {
        switch reason {
        case .tooLarge(let bytesMax): "The document is larger than \(bytesMax) bytes"
        case .tooDeep(let depthMax): "Values are nested more than \(depthMax) deep"
        case .unexpectedEnd: "The document ends too early"
        case .unexpectedByte(let byte):
            (0x21..<0x7F).contains(byte)
                ? "The character '\(Character(Unicode.Scalar(byte)))' does not belong"
                : "The byte 0x\(Hex.encode([byte])) does not belong"
        case .textAfterValue: "There is text after the value"
        case .malformedNumber: "The number is malformed"
        case .malformedEscape: "The escape is malformed"
        case .loneSurrogate: "The escape is half of a surrogate pair"
        case .controlCharacterInString: "A control character in a string is not escaped"
        case .invalidUTF8: "The text is not UTF-8"
        case .duplicateKey: "The key appears twice in its object"
        }
    }
}

extension JSON {
    /// How deep arrays and objects may nest: far more than any of our documents, and few enough
    /// that a recursive reader cannot exhaust a thread's stack.
    public static let depthMax = 64

    /// Reads one JSON document (RFC 8259), strictly: no byte-order mark, no duplicate keys, no
    /// invalid UTF-8, no lone surrogates, nothing after the value.
    ///
    /// Takes time and memory linear in `bytes`, which may be at most `bytesMax` long.
    public static func parse(_ bytes: [UInt8], bytesMax: Int) throws(JSONError) -> JSON {
        var parser = JSONParser(bytes: bytes)
        guard bytes.count <= bytesMax else {
            throw parser.error(.tooLarge(bytesMax: bytesMax), at: 0)
        }
        return try parser.document()
    }

    /// ``parse(_:bytesMax:)`` for text already in memory.
    public static func parse(_ text: String, bytesMax: Int) throws(JSONError) -> JSON {
        try parse(Array(text.utf8), bytesMax: bytesMax)
    }
}

/// JSON pointers, RFC 6901.
public enum JSONPointer {
    /// `pointer` extended by an object's key.
    public static func appending(_ key: String, to pointer: String) -> String {
        guard key.utf8.contains(where: { $0 == 0x7E || $0 == Byte.slash }) else {
            return pointer + "/" + key
        }
        var escaped = ""
        for scalar in key.unicodeScalars {
            switch scalar {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return pointer + "/" + escaped
    }

    /// Keys in pointers are hostile text too: only so many scalars of each are repeated back.
    static let keyShownMax = 64

    static func shortened(_ key: String) -> String {
        let shown = key.unicodeScalars.prefix(keyShownMax)
        return shown.endIndex == key.unicodeScalars.endIndex ? key : String(shown) + "…"
    }
}

struct JSONParser {
    private enum Step {
        /// Inside an object, before the key is known.
        case anyKey
        case key(String)
        case index(Int)
    }

    private let bytes: [UInt8]
    private var offset = 0
    private var path: [Step] = []

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(JSONError) -> JSON {
        let value = try value()
        skipSpace()
        guard offset == bytes.count else { throw error(.textAfterValue, at: offset) }
        return value
    }

    private mutating func value() throws(JSONError) -> JSON {
        skipSpace()
        guard offset < bytes.count else { throw error(.unexpectedEnd, at: offset) }
        switch bytes[offset] {
        case Byte.quote: return .string(try string())
        case Byte.openBrace: return try object()
        case Byte.openBracket: return try array()
        case Byte.dash, Byte.zero...Byte.nine: return try number()
        case 0x74: return try literal("true", .boolean(true))
        case 0x66: return try literal("false", .boolean(false))
        case 0x6E: return try literal("null", .null)
        case let byte: throw error(.unexpectedByte(byte), at: offset)
        }
    }

    private mutating func object() throws(JSONError) -> JSON {
        try descend()
        var object = JSON.Object()
        if try take(Byte.closeBrace) { return .object(object) }
        path.append(.anyKey)
        while true {
            skipSpace()
            let keyOffset = offset
            try expect(Byte.quote)
            offset = keyOffset
            let key = try string()
            path[path.count - 1] = .key(key)
            skipSpace()
            try expect(Byte.colon)
            let value = try value()
            guard object.insert(value, for: key) else { throw error(.duplicateKey, at: keyOffset) }
            if try take(Byte.closeBrace) { break }
            try expect(Byte.comma)
            path[path.count - 1] = .anyKey
        }
        path.removeLast()
        return .object(object)
    }

    private mutating func array() throws(JSONError) -> JSON {
        try descend()
        var elements: [JSON] = []
        if try take(Byte.closeBracket) { return .array(elements) }
        path.append(.index(0))
        while true {
            elements.append(try value())
            if try take(Byte.closeBracket) { break }
            try expect(Byte.comma)
            path[path.count - 1] = .index(elements.count)
        }
        path.removeLast()
        return .array(elements)
    }

    /// Steps over an opening bracket, whose depth is that of the path it adds to.
    private mutating func descend() throws(JSONError) {
        guard path.count < JSON.depthMax else {
            throw error(.tooDeep(depthMax: JSON.depthMax), at: offset)
        }
        offset += 1
    }

    private mutating func literal(_ word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        for index in 0..<word.utf8CodeUnitCount {
            try expect(word.utf8Start[index])
        }
        return value
    }

    private mutating func number() throws(JSONError) -> JSON {
        let start = offset
        let isNegative = bytes[offset] == Byte.dash
        if isNegative { offset += 1 }
        let firstDigit = offset
        var magnitude: UInt64 = 0
        var digits = 0
        while offset < bytes.count, Byte.isDigit(bytes[offset]) {
            // Eighteen digits cannot overflow; longer numbers take the careful way below.
            if digits < 18 { magnitude = magnitude &* 10 &+ UInt64(bytes[offset] &- Byte.zero) }
            digits += 1
            offset += 1
        }
        let endsEarly = digits == 0 && offset == bytes.count
        guard !endsEarly else { throw error(.unexpectedEnd, at: offset) }
        guard digits == 1 || (digits > 1 && bytes[firstDigit] != Byte.zero) else {
            throw error(.malformedNumber, at: start)
        }
        let isWhole = !isFractionOrExponent
        if isWhole, digits <= 18, !(isNegative && magnitude == 0) {
            return .integer(isNegative ? -Int64(magnitude) : Int64(magnitude))
        }
        guard let end = JSONNumberGrammar.end(of: bytes, from: start) else {
            throw error(.malformedNumber, at: start)
        }
        offset = end
        let text = String(decoding: bytes[start..<end], as: UTF8.self)
        if isWhole, text != "-0", let integer = Int64(text) { return .integer(integer) }
        return .number(JSON.Number(trusted: text))
    }

    private var isFractionOrExponent: Bool {
        guard offset < bytes.count else { return false }
        return bytes[offset] == Byte.dot || bytes[offset] | 0x20 == 0x65
    }

    /// Reads a string whose opening quote is at `offset`.
    private mutating func string() throws(JSONError) -> String {
        offset += 1
        let start = offset
        var allBits: UInt8 = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == Byte.quote { break }
            if byte == Byte.backslash { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw error(.controlCharacterInString, at: offset) }
            allBits |= byte
            offset += 1
        }
        guard offset < bytes.count else { throw error(.unexpectedEnd, at: offset) }
        let raw = bytes[start..<offset]
        // Most strings are ASCII, which needs no second look.
        let text =
            allBits < 0x80
            ? String(decoding: raw, as: UTF8.self) : try validated(start..<offset, raw)
        offset += 1
        return text
    }

    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var decoded = Array(bytes[start..<offset])
        while offset < bytes.count {
            switch bytes[offset] {
            case Byte.quote:
                let text = try validated(start..<offset, decoded[...])
                offset += 1
                return text
            case Byte.backslash: try escape(into: &decoded)
            case 0..<0x20: throw error(.controlCharacterInString, at: offset)
            case let byte:
                decoded.append(byte)
                offset += 1
            }
        }
        throw error(.unexpectedEnd, at: offset)
    }

    /// The decoded text of the raw bytes in `range`; escapes are ASCII, so both are valid UTF-8 or
    /// neither is, and a fault can be placed in the raw ones.
    private func validated(
        _ range: Range<Int>, _ decoded: ArraySlice<UInt8>
    ) throws(JSONError) -> String {
        if let text = String(validating: decoded, as: UTF8.self) { return text }
        throw error(.invalidUTF8, at: UTF8Check.firstInvalid(in: bytes, range) ?? range.lowerBound)
    }

    private mutating func escape(into decoded: inout [UInt8]) throws(JSONError) {
        let start = offset
        guard offset + 1 < bytes.count else { throw error(.unexpectedEnd, at: bytes.count) }
        let letter = bytes[offset + 1]
        offset += 2
        switch letter {
        case Byte.quote, Byte.backslash, Byte.slash: decoded.append(letter)
        case 0x62: decoded.append(0x08)
        case 0x66: decoded.append(0x0C)
        case 0x6E: decoded.append(0x0A)
        case 0x72: decoded.append(0x0D)
        case 0x74: decoded.append(0x09)
        case 0x75:
            let scalar = try escapedScalar(from: start)
            decoded.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: throw error(.malformedEscape, at: start)
        }
    }

    private mutating func escapedScalar(from start: Int) throws(JSONError) -> Unicode.Scalar {
        let first = try fourHexDigits(from: start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        let isPair =
            UTF16.isLeadSurrogate(UInt16(first)) && offset + 1 < bytes.count
            && bytes[offset] == Byte.backslash && bytes[offset + 1] == 0x75
        guard isPair else { throw error(.loneSurrogate, at: start) }
        offset += 2
        let second = try fourHexDigits(from: offset - 2)
        guard UTF16.isTrailSurrogate(UInt16(second)) else {
            throw error(.loneSurrogate, at: start)
        }
        let value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        guard let scalar = Unicode.Scalar(value) else { throw error(.loneSurrogate, at: start) }
        return scalar
    }

    private mutating func fourHexDigits(from start: Int) throws(JSONError) -> UInt16 {
        guard offset + 4 <= bytes.count else { throw error(.unexpectedEnd, at: bytes.count) }
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = Hex.value(bytes[offset]) else {
                throw error(.malformedEscape, at: start)
            }
            value = value << 4 | UInt16(digit)
            offset += 1
        }
        return value
    }

    private mutating func skipSpace() {
        while offset < bytes.count {
            let byte = bytes[offset]
            guard byte <= Byte.space else { return }
            switch byte {
            case Byte.space, Byte.lineFeed, Byte.carriageReturn, Byte.tab: offset += 1
            default: return
            }
        }
    }

    /// Whether `byte` is next; when it is, it is taken.
    private mutating func take(_ byte: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        guard offset < bytes.count else { throw error(.unexpectedEnd, at: offset) }
        guard bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard offset < bytes.count else { throw error(.unexpectedEnd, at: offset) }
        guard bytes[offset] == byte else {
            throw error(.unexpectedByte(bytes[offset]), at: offset)
        }
        offset += 1
    }

    func error(_ reason: JSONError.Reason, at place: Int) -> JSONError {
        var line = 1
        var lineStart = 0
        for index in 0..<min(place, bytes.count) where bytes[index] == Byte.lineFeed {
            line += 1
            lineStart = index + 1
        }
        return JSONError(
            reason: reason, offset: place, line: line, column: place - lineStart + 1,
            pointer: pointer)
    }

    private var pointer: String {
        var pointer = ""
        for step in path {
            switch step {
            case .anyKey: break
            case .key(let key):
                pointer = JSONPointer.appending(JSONPointer.shortened(key), to: pointer)
            case .index(let index): pointer += "/\(index)"
            }
        }
        return pointer
    }
}

/// The grammar of numbers, RFC 8259, section 6.
enum JSONNumberGrammar {
    static func matches(_ bytes: [UInt8]) -> Bool { end(of: bytes, from: 0) == bytes.count }

    /// The offset after the longest number that starts at `start`; `nil` when none does, or when
    /// it breaks off after its point or its exponent letter.
    static func end(of bytes: [UInt8], from start: Int) -> Int? {
        var offset = start
        func peek() -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }
        func digits() -> Int {
            let first = offset
            while Byte.isDigit(peek()) { offset += 1 }
            return offset - first
        }
        if peek() == Byte.dash { offset += 1 }
        let startsWithZero = peek() == Byte.zero
        let whole = digits()
        guard whole == 1 || (whole > 1 && !startsWithZero) else { return nil }
        if peek() == Byte.dot {
            offset += 1
            guard digits() > 0 else { return nil }
        }
        if peek() | 0x20 == 0x65 {
            offset += 1
            if peek() == Byte.plus || peek() == Byte.dash { offset += 1 }
            guard digits() > 0 else { return nil }
        }
        return offset
    }
}

enum UTF8Check {
    /// The offset of the first byte in `range` that starts no valid UTF-8 sequence.
    static func firstInvalid(in bytes: [UInt8], _ range: Range<Int>) -> Int? {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let lead = bytes[offset]
            let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
            let end = min(offset + length, range.upperBound)
            let isValid = String(validating: bytes[offset..<end], as: UTF8.self) != nil
            guard isValid, end == offset + length else { return offset }
            offset = end
        }
        return nil
    }
}
