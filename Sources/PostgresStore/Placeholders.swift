/// Placeholders as PostgreSQL has them: `?` is the next number, `?2` the second.
enum Placeholders {
    /// The same statement with numbered placeholders. What stands in quotes is left alone.
    static func numbered(_ sql: String) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(sql.utf8.count + 16)
        var last = 0
        var quote: UInt8?
        var bytes = sql.utf8.makeIterator()
        var next = bytes.next()
        while let byte = next {
            next = bytes.next()
            if let open = quote {
                if byte == open { quote = nil }
                text.append(byte)
                continue
            }
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                quote = byte
                text.append(byte)
            case UInt8(ascii: "?"):
                text.append(UInt8(ascii: "$"))
                var isNumbered = false
                while let digit = next, (0x30...0x39).contains(digit) {
                    text.append(digit)
                    isNumbered = true
                    next = bytes.next()
                }
                if !isNumbered {
                    last += 1
                    text.append(contentsOf: "\(last)".utf8)
                }
            default: text.append(byte)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
