/// Why a form was not read.
public enum FormError: Error, Hashable, Sendable {
    case tooLarge(bytesMax: Int)
    case tooManyFields(fieldsMax: Int)
    /// A `%` that two hexadecimal digits do not follow.
    case malformedEscape(offset: Int)
    /// A name or value that is not UTF-8 once decoded.
    case invalidUTF8(field: Int)
}

/// The fields of an `application/x-www-form-urlencoded` body or query, in the order sent
/// (WHATWG URL Standard, section 5, but strict where browsers guess).
public struct FormBody: Hashable, Sendable {
    public struct Field: Hashable, Sendable {
        public let name: String
        public let value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public static let contentType = "application/x-www-form-urlencoded"
    /// Our largest form has some thirty fields.
    public static let fieldsMax = 256

    public let fields: [Field]

    public init(_ fields: [Field]) { self.fields = fields }

    public static func parse(
        _ bytes: [UInt8], bytesMax: Int, fieldsMax: Int = fieldsMax
    ) throws(FormError) -> FormBody {
        guard bytes.count <= bytesMax else { throw .tooLarge(bytesMax: bytesMax) }
        var fields: [Field] = []
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: Byte.ampersand) ?? bytes.count
            defer { start = end + 1 }
            guard end > start else { continue }
            guard fields.count < fieldsMax else { throw .tooManyFields(fieldsMax: fieldsMax) }
            let equals = bytes[start..<end].firstIndex(of: Byte.equals) ?? end
            let name = try decode(bytes[start..<equals], field: fields.count)
            let value = try decode(bytes[min(equals + 1, end)..<end], field: fields.count)
            fields.append(Field(name: name, value: value))
        }
        return FormBody(fields)
    }

    /// The value of the one field called `name`; `nil` when there is none or more than one, so
    /// that nobody can smuggle a second value past a check of the first.
    public subscript(name: String) -> String? {
        let values = all(name)
        return values.count == 1 ? values[0] : nil
    }

    /// Every value of `name`, in the order sent: check boxes of one name, for instance.
    public func all(_ name: String) -> [String] {
        fields.filter { $0.name == name }.map(\.value)
    }

    /// The fields as a body; ``parse(_:bytesMax:fieldsMax:)`` reads them back the same.
    public var bytes: [UInt8] {
        var output: [UInt8] = []
        for field in fields {
            if !output.isEmpty { output.append(Byte.ampersand) }
            FormBody.encode(field.name, into: &output)
            output.append(Byte.equals)
            FormBody.encode(field.value, into: &output)
        }
        return output
    }

    private static func decode(
        _ bytes: ArraySlice<UInt8>, field: Int
    ) throws(FormError) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var offset = bytes.startIndex
        while offset < bytes.endIndex {
            switch bytes[offset] {
            case Byte.plus: decoded.append(Byte.space)
            case Byte.percent:
                guard offset + 2 < bytes.endIndex, let high = Hex.value(bytes[offset + 1]),
                    let low = Hex.value(bytes[offset + 2])
                else { throw .malformedEscape(offset: offset) }
                decoded.append(high << 4 | low)
                offset += 2
            case let byte: decoded.append(byte)
            }
            offset += 1
        }
        guard let text = String(validating: decoded, as: UTF8.self) else {
            throw .invalidUTF8(field: field)
        }
        return text
    }

    private static func encode(_ text: String, into output: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case Byte.space: output.append(Byte.plus)
            case 0x2A, Byte.dash, Byte.dot, Byte.underscore: output.append(byte)
            case _ where Byte.isLetter(byte) || Byte.isDigit(byte): output.append(byte)
            default:
                output.append(Byte.percent)
                output += Hex.encode([byte]).uppercased().utf8
            }
        }
    }
}
