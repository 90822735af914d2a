/// A header value with parameters, such as `form-data; name="file"`: RFC 2045, section 5.1.
struct HeaderValue {
    /// Lowercase.
    let value: String
    /// Names lowercase, each once.
    let parameters: [String: String]

    /// Ten are more than any header here has.
    private static let parametersMax = 10

    /// `nil` when malformed, or when a parameter is given twice.
    init?(_ text: some StringProtocol) {
        var scanner = Scanner(bytes: Array(text.utf8))
        let value = scanner.take { $0 != Byte.semicolon }
        guard let text = HeaderValue.trimmed(value), !text.isEmpty else { return nil }
        self.value = text.lowercased()
        var parameters: [String: String] = [:]
        while scanner.take(Byte.semicolon) {
            scanner.skipSpace()
            if scanner.isAtEnd { break }
            let nameBytes = scanner.take(while: HeaderValue.isToken)
            guard !nameBytes.isEmpty, parameters.count < HeaderValue.parametersMax else {
                return nil
            }
            let name = String(decoding: nameBytes, as: UTF8.self).lowercased()
            scanner.skipSpace()
            guard scanner.take(Byte.equals) else { return nil }
            scanner.skipSpace()
            guard let value = scanner.parameterValue(), parameters[name] == nil else { return nil }
            parameters[name] = value
            scanner.skipSpace()
        }
        guard scanner.isAtEnd else { return nil }
        self.parameters = parameters
    }

    /// Characters of a token: RFC 2045 for headers of mail, and a superset of what HTTP sends.
    static func isToken(_ byte: UInt8) -> Bool {
        guard (0x21..<0x7F).contains(byte) else { return false }
        switch byte {
        case 0x22, 0x28, 0x29, 0x2C, 0x2F, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x3F, 0x40, 0x5B, 0x5C,
            0x5D:
            return false
        default: return true
        }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String? {
        let isSpace = { (byte: UInt8) in byte == Byte.space || byte == Byte.tab }
        var rest = bytes.drop(while: isSpace)
        while let last = rest.last, isSpace(last) { rest.removeLast() }
        return String(validating: rest, as: UTF8.self)
    }

    private struct Scanner {
        let bytes: [UInt8]
        var offset = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        var isAtEnd: Bool { offset == bytes.count }

        mutating func take(while isWanted: (UInt8) -> Bool) -> ArraySlice<UInt8> {
            let start = offset
            while offset < bytes.count, isWanted(bytes[offset]) { offset += 1 }
            return bytes[start..<offset]
        }

        mutating func take(_ byte: UInt8) -> Bool {
            guard offset < bytes.count, bytes[offset] == byte else { return false }
            offset += 1
            return true
        }

        mutating func skipSpace() {
            _ = take { $0 == Byte.space || $0 == Byte.tab }
        }

        /// A token or a quoted string. Only `\"` and `\\` are escapes, because browsers send the
        /// backslashes of a path as they are.
        mutating func parameterValue() -> String? {
            guard take(Byte.quote) else {
                let token = take { HeaderValue.isToken($0) || $0 == Byte.slash || $0 >= 0x80 }
                return token.isEmpty ? nil : String(validating: token, as: UTF8.self)
            }
            var value: [UInt8] = []
            while offset < bytes.count {
                let byte = bytes[offset]
                offset += 1
                if byte == Byte.quote { return String(validating: value, as: UTF8.self) }
                let isEscape =
                    byte == Byte.backslash && offset < bytes.count
                    && (bytes[offset] == Byte.quote || bytes[offset] == Byte.backslash)
                value.append(isEscape ? bytes[offset] : byte)
                if isEscape { offset += 1 }
            }
            return nil
        }
    }
}
