extension Markup {
    /// Appends the page's UTF-8 bytes to a buffer.
    public func write(into buffer: inout [UInt8]) {
        switch node {
        case .nothing:
            break
        case .text(let text):
            buffer.append(escaping: text)
        case .literal(let literal):
            buffer.append(literal)
        case .sequence(let pieces):
            for piece in pieces { piece.write(into: &buffer) }
        case .element(let tag, let attributes, let content):
            buffer.append(tag.open)
            for attribute in attributes { attribute.write(into: &buffer) }
            buffer.append(UInt8(ascii: ">"))
            if tag.isVoid { return }
            content.write(into: &buffer)
            buffer.append(tag.close)
        }
    }

    /// The page as UTF-8 bytes, in one buffer.
    public func bytes(reserving capacity: Int = 16_384) -> [UInt8] {
        var buffer: [UInt8] = []
        buffer.reserveCapacity(capacity)
        write(into: &buffer)
        return buffer
    }

    /// The page as text.
    public var html: String {
        String(decoding: bytes(), as: UTF8.self)
    }
}

extension Attribute {
    func write(into buffer: inout [UInt8]) {
        switch value {
        case .absent:
            break
        case .flag:
            buffer.append(UInt8(ascii: " "))
            buffer.append(name)
        case .text(let text):
            writeName(into: &buffer)
            buffer.append(escaping: text)
            buffer.append(UInt8(ascii: "\""))
        case .location(let location):
            writeName(into: &buffer)
            buffer.append(escaping: location.text)
            buffer.append(UInt8(ascii: "\""))
        }
    }

    private func writeName(into buffer: inout [UInt8]) {
        buffer.append(UInt8(ascii: " "))
        buffer.append(name)
        buffer.append("=\"")
    }
}

extension [UInt8] {
    @inline(__always)
    mutating func append(_ literal: StaticString) {
        // Every literal of this module has a pointer: none is a single scalar.
        append(
            contentsOf: UnsafeBufferPointer(
                start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Appends text with the five characters that mean something in HTML written as references.
    ///
    /// Both quotes are escaped everywhere, so one routine serves text and attributes.
    mutating func append(escaping text: String) {
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            var index = 0
            while index < bytes.count {
                let byte = bytes[index]
                if byte <= UInt8(ascii: ">"), special & (1 << UInt64(byte)) != 0 {
                    append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<index]))
                    append(reference(for: byte))
                    start = index + 1
                }
                index += 1
            }
            append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start...]))
        }
    }
}

/// One bit for each of `"`, `&`, `'`, `<` and `>`; all lie below 64, so a word holds them.
private let special: UInt64 = 1 << 34 | 1 << 38 | 1 << 39 | 1 << 60 | 1 << 62

private func reference(for byte: UInt8) -> StaticString {
    switch byte {
    case UInt8(ascii: "&"): "&amp;"
    case UInt8(ascii: "<"): "&lt;"
    case UInt8(ascii: ">"): "&gt;"
    case UInt8(ascii: "\""): "&quot;"
    default: "&#39;"
    }
}
