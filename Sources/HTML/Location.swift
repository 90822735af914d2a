/// An address a page may point at: the program's own literal, with every value in it
/// percent-encoded.
///
/// `"/deposits/\(id)"` keeps its slashes and encodes the id, so an id such as `../x?y` stays one
/// segment and a value can never supply a scheme such as `javascript:`.
public struct Location: Sendable, Hashable, ExpressibleByStringInterpolation {
    /// The encoded address: ASCII, and safe in a header as well as in a page.
    public let text: String

    /// The address written in the program.
    public init(stringLiteral literal: String) {
        text = literal
    }

    /// A path that arrived from outside, such as the address to return to.
    ///
    /// `nil` unless it begins with one `/` and holds only printable ASCII without spaces, quotes,
    /// angle brackets or backslashes: so it stays on this site and cannot name another host.
    public init?(localPath path: String) {
        let allowed = path.utf8.allSatisfy { byte in
            (0x21...0x7e).contains(byte) && !"\"'<>\\`".utf8.contains(byte)
        }
        guard allowed, path.hasPrefix("/"), !path.hasPrefix("//") else { return nil }
        text = path
    }

    /// A whole address from the configuration, for mail, where a path alone leads nowhere.
    ///
    /// `nil` unless it is `http` or `https` and holds only what ``init(localPath:)`` allows.
    public init?(absoluteURL address: String) {
        guard let scheme = ["https://", "http://"].first(where: address.hasPrefix),
            Location(localPath: "/" + address.dropFirst(scheme.count)) != nil
        else { return nil }
        text = address
    }

    /// The program's literal with its values encoded.
    public init(stringInterpolation interpolation: Interpolation) {
        text = interpolation.text
    }

    /// Collects the literal parts as they are and the values percent-encoded.
    public struct Interpolation: StringInterpolationProtocol {
        var text = ""

        /// Reserves room; part of the protocol.
        public init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        /// Takes a part of the program's own text as it stands.
        public mutating func appendLiteral(_ literal: String) {
            text += literal
        }

        /// Takes a value, encoding everything but RFC 3986's unreserved characters.
        public mutating func appendInterpolation(_ value: String) {
            for byte in value.utf8 {
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                    UInt8(ascii: "_"), UInt8(ascii: "~"):
                    text.unicodeScalars.append(Unicode.Scalar(byte))
                default:
                    text += byte < 16 ? "%0" : "%"
                    text += String(byte, radix: 16, uppercase: true)
                }
            }
        }

        /// Takes a location whole: it is already encoded.
        public mutating func appendInterpolation(_ location: Location) {
            text += location.text
        }
    }
}
