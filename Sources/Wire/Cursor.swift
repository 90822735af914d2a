import Crypto

/// Where a list goes on: an opaque text the reader hands back, which only we can have made.
public struct Cursor: Hashable, Sendable {
    /// The position: a few values, such as the time and id of the last row shown.
    public let parts: [Part]

    public enum Part: Hashable, Sendable {
        case text(String)
        case integer(Int64)
    }

    /// A position is a sort key and an id; a few more leave room.
    public static let partsMax = 8
    /// No honest cursor is longer: it must fit a URL with ease.
    public static let lengthMax = 1024

    /// Traps beyond ``partsMax``: the caller wrote the list.
    public init(_ parts: [Part]) {
        precondition(parts.count <= Cursor.partsMax, "a cursor has few parts")
        self.parts = parts
    }

    /// Writes and reads cursors with one key.
    public struct Codec: Sendable {
        private static let version: UInt8 = 1
        /// Half of HMAC-SHA256 (RFC 2104, section 5): forging takes 2^128 attempts.
        private static let codeLength = 16

        private let key: SymmetricKey

        public init(key: MasterKey) { self.key = key.derived(for: .cursors) }

        /// URL-safe text. `scope` names the list and its filters, and must be the same at
        /// ``decode(_:scope:)``: a cursor of one list means nothing in another.
        public func encode(_ cursor: Cursor, scope: String) -> String {
            var payload = [Codec.version]
            for part in cursor.parts {
                switch part {
                case .integer(let count):
                    payload.append(0)
                    payload += Codec.bigEndian(UInt64(bitPattern: count), bytes: 8)
                case .text(let text):
                    payload.append(1)
                    payload += Codec.bigEndian(UInt64(text.utf8.count), bytes: 4)
                    payload += text.utf8
                }
            }
            return Base64.encode(payload + code(payload, scope), .url)
        }

        /// `nil` for anything that ``encode(_:scope:)`` did not make with this key and scope.
        public func decode(_ text: String, scope: String) -> Cursor? {
            guard text.utf8.count <= Cursor.lengthMax,
                let bytes = Base64.decode(text, .url), bytes.count > Codec.codeLength
            else { return nil }
            let payload = Array(bytes.dropLast(Codec.codeLength))
            guard
                ConstantTime.equals(
                    Array(bytes.suffix(Codec.codeLength)), code(payload, scope))
            else { return nil }
            return Codec.parse(payload)
        }

        private static func parse(_ payload: [UInt8]) -> Cursor? {
            guard payload.first == version else { return nil }
            var rest = payload.dropFirst()
            var parts: [Part] = []
            while let kind = rest.popFirst() {
                guard parts.count < Cursor.partsMax else { return nil }
                switch kind {
                case 0:
                    guard let bits = integer(&rest, bytes: 8) else { return nil }
                    parts.append(.integer(Int64(bitPattern: bits)))
                case 1:
                    guard let count = integer(&rest, bytes: 4), count <= UInt64(rest.count),
                        let text = String(validating: rest.prefix(Int(count)), as: UTF8.self)
                    else { return nil }
                    rest = rest.dropFirst(Int(count))
                    parts.append(.text(text))
                default: return nil
                }
            }
            return Cursor(parts)
        }

        private func code(_ payload: [UInt8], _ scope: String) -> [UInt8] {
            var authentication = HMAC<SHA256>(key: key)
            authentication.update(data: Codec.bigEndian(UInt64(scope.utf8.count), bytes: 8))
            authentication.update(data: Array(scope.utf8))
            authentication.update(data: payload)
            return Array(authentication.finalize().prefix(Codec.codeLength))
        }

        private static func bigEndian(_ value: UInt64, bytes: Int) -> [UInt8] {
            (0..<bytes).map {
                UInt8(truncatingIfNeeded: value >> UInt64(8 * (bytes - 1 - $0)))
            }
        }

        private static func integer(_ rest: inout ArraySlice<UInt8>, bytes: Int) -> UInt64? {
            guard rest.count >= bytes else { return nil }
            let value = rest.prefix(bytes).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            rest = rest.dropFirst(bytes)
            return value
        }
    }
}
