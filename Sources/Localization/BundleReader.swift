/// Reads an Application Resource Bundle: one JSON object of sentences, and of objects about them.
///
/// It is strict where a slip would lose a sentence without a word: a key that stands twice, a byte
/// that is no text, anything after the end.
struct BundleReader {
    /// Why a file is refused, and where.
    struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        let description: String
    }

    enum Value: Hashable, Sendable {
        case text(String)
        case object([String: Value])
        /// A number, an array, `true`: nothing a bundle needs, and nothing that hurts one.
        case other
    }

    /// Sentences and what is said of them, in the order of the file.
    typealias Members = [(key: String, value: Value, line: Int)]

    /// More than twenty times the largest catalogue of ours.
    static let bytesMax = 4 << 20
    private static let depthMax = 16

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func members(of bytes: [UInt8]) throws(Fault) -> Members {
        guard bytes.count <= bytesMax else {
            throw Fault(description: "The file is larger than \(bytesMax) bytes.")
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw Fault(description: "The file is not UTF-8.")
        }
        var reader = BundleReader(bytes)
        let members = try reader.object(depth: 0)
        reader.skipSpace()
        guard reader.position == bytes.count else {
            throw reader.fault("something stands after the end")
        }
        return members
    }

    private mutating func object(depth: Int) throws(Fault) -> Members {
        guard depth < BundleReader.depthMax else {
            throw fault("objects are nested more than \(BundleReader.depthMax) deep")
        }
        skipSpace()
        guard take("{") else { throw fault("a { is missing") }
        var members: Members = []
        var known: Set<String> = []
        skipSpace()
        if take("}") { return members }
        repeat {
            skipSpace()
            let line = line
            let key = try string()
            guard known.insert(key).inserted else { throw fault("\(key) stands twice") }
            skipSpace()
            guard take(":") else { throw fault("a colon is missing after \(key)") }
            members.append((key, try value(depth: depth), line))
            skipSpace()
        } while take(",")
        guard take("}") else { throw fault("a comma or } is missing") }
        return members
    }

    private mutating func value(depth: Int) throws(Fault) -> Value {
        skipSpace()
        guard position < bytes.count else { throw fault("the file ends too early") }
        switch bytes[position] {
        case UInt8(ascii: "\""): return .text(try string())
        case UInt8(ascii: "{"):
            let members = try object(depth: depth + 1)
            return .object(
                Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { one, _ in one }))
        case UInt8(ascii: "["):
            guard depth < BundleReader.depthMax else {
                throw fault("arrays are nested more than \(BundleReader.depthMax) deep")
            }
            position += 1
            skipSpace()
            if take("]") { return .other }
            repeat { _ = try value(depth: depth + 1) } while takeAfterSpace(",")
            guard takeAfterSpace("]") else { throw fault("a comma or ] is missing") }
            return .other
        default:
            let start = position
            while position < bytes.count, BundleReader.isOfWord(bytes[position]) { position += 1 }
            guard position > start else { throw fault("a value is missing") }
            return .other
        }
    }

    private static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "E"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private mutating func string() throws(Fault) -> String {
        guard take("\"") else { throw fault("a \" is missing") }
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text += Array(String(try escaped()).utf8)
            case 0..<0x20: throw fault("a line ends within a text; write \\n for a new line")
            default: text.append(byte)
            }
        }
        throw fault("a text is not closed")
    }

    private mutating func escaped() throws(Fault) -> Unicode.Scalar {
        guard position < bytes.count else { throw fault("the file ends too early") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
            return Unicode.Scalar(byte)
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "u"):
            let unit = try codeUnit()
            if let scalar = Unicode.Scalar(unit) { return scalar }
            // Beyond the first plane a letter is written as two halves.
            guard (0xD800..<0xDC00).contains(unit), take("\\"), take("u") else {
                throw fault("\\u names half a letter")
            }
            let low = try codeUnit()
            guard (0xDC00..<0xE000).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
            else { throw fault("\\u names half a letter") }
            return scalar
        default: throw fault("\\ is followed by something unknown")
        }
    }

    private mutating func codeUnit() throws(Fault) -> UInt32 {
        let end = position + 4
        guard end <= bytes.count,
            bytes[position..<end].allSatisfy({
                (0x30...0x39).contains($0) || (0x41...0x46).contains($0 & 0xDF)
            }),
            let unit = UInt32(String(decoding: bytes[position..<end], as: UTF8.self), radix: 16)
        else { throw fault("\\u takes four hexadecimal digits") }
        position = end
        return unit
    }

    private mutating func takeAfterSpace(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        return take(character)
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else {
            return false
        }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x0A: line += 1
            case 0x20, 0x09, 0x0D: break
            default: return
            }
            position += 1
        }
    }

    private func fault(_ what: String) -> Fault {
        Fault(description: "Line \(line): \(what).")
    }
}
