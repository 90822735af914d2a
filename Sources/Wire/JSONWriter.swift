extension JSON {
    /// How a document is laid out. Both ways are deterministic: same value, same bytes.
    public enum Layout: Sendable {
        case compact
        /// Two spaces a level, one member or element a line.
        case pretty
    }

    /// This value as UTF-8 JSON text, members in their own order.
    public func bytes(_ layout: Layout = .compact) -> [UInt8] {
        var writer = JSONWriter(layout: layout)
        writer.write(self)
        return writer.output
    }

    /// ``bytes(_:)`` as a string.
    public func text(_ layout: Layout = .compact) -> String {
        String(decoding: bytes(layout), as: UTF8.self)
    }
}

struct JSONWriter {
    let layout: JSON.Layout
    var output: [UInt8] = []
    private var depth = 0

    init(layout: JSON.Layout) { self.layout = layout }

    mutating func write(_ value: JSON) {
        switch value {
        case .null: output += "null".utf8
        case .boolean(let flag): output += flag ? "true".utf8 : "false".utf8
        case .integer(let count): output += String(count).utf8
        case .number(let number): output += number.text.utf8
        case .string(let text): write(text)
        case .array(let elements): write(elements)
        case .object(let object): write(object)
        }
    }

    private mutating func write(_ elements: [JSON]) {
        output.append(Byte.openBracket)
        depth += 1
        for (position, element) in elements.enumerated() {
            separate(at: position)
            write(element)
        }
        depth -= 1
        if !elements.isEmpty { breakLine() }
        output.append(Byte.closeBracket)
    }

    private mutating func write(_ object: JSON.Object) {
        output.append(Byte.openBrace)
        depth += 1
        for (position, member) in object.members.enumerated() {
            separate(at: position)
            write(member.key)
            output.append(Byte.colon)
            if layout == .pretty { output.append(Byte.space) }
            write(member.value)
        }
        depth -= 1
        if !object.isEmpty { breakLine() }
        output.append(Byte.closeBrace)
    }

    private mutating func separate(at position: Int) {
        if position > 0 { output.append(Byte.comma) }
        breakLine()
    }

    private mutating func breakLine() {
        guard layout == .pretty else { return }
        output.append(Byte.lineFeed)
        for _ in 0..<depth * 2 { output.append(Byte.space) }
    }

    private mutating func write(_ text: String) {
        output.append(Byte.quote)
        for byte in text.utf8 {
            switch byte {
            case Byte.quote, Byte.backslash: output += [Byte.backslash, byte]
            case 0x08: output += "\\b".utf8
            case 0x09: output += "\\t".utf8
            case 0x0A: output += "\\n".utf8
            case 0x0C: output += "\\f".utf8
            case 0x0D: output += "\\r".utf8
            case 0..<0x20:
                output += "\\u00".utf8
                output += [Hex.digit(byte >> 4), Hex.digit(byte & 15)]
            default: output.append(byte)
            }
        }
        output.append(Byte.quote)
    }
}
