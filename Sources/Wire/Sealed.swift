import Crypto

/// Why sealed bytes were not opened.
public enum SealedRefusal: Error, Hashable, Sendable {
    /// Too short, or of a version this program does not know.
    case malformed
    /// Sealed with a key that is not on this ring.
    case keyUnknown(UInt8)
    /// Changed since, sealed for another context, or sealed with another key of the same number.
    case forged
}

/// Secrets sealed for storage: AES-256-GCM with a random nonce, bound to a context.
///
/// The bytes are `version (1) | key number (1) | nonce (12) | ciphertext | tag (16)`. Version, key
/// number and context are authenticated. Say in the context where the secret belongs, such as
/// `bank-account/ba_123/number`: then nobody with write access to the database can move a sealed
/// value to another row.
///
/// Random nonces keep one key safe for four thousand million sealings (NIST SP 800-38D, 8.3).
public struct Sealed: Sendable {
    private static let version: UInt8 = 1
    /// Bytes that sealing adds.
    public static let overhead = 2 + 12 + 16

    private let current: UInt8
    private let keys: [UInt8: SymmetricKey]

    /// A ring that seals with `current` and still opens what `retired` keys sealed.
    ///
    /// Key numbers are the operator's, must differ, and are never used again for another key.
    public init(current: (number: UInt8, key: MasterKey), retired: [UInt8: MasterKey] = [:]) {
        precondition(retired[current.number] == nil, "a key is current or retired")
        var keys = retired.mapValues { $0.derived(for: .sealing) }
        keys[current.number] = current.key.derived(for: .sealing)
        self.current = current.number
        self.keys = keys
    }

    /// Seals `plaintext` for `context`; sealing the same twice gives different bytes.
    public func seal(_ plaintext: [UInt8], context: String) -> [UInt8] {
        let header = [Sealed.version, current]
        guard let key = keys[current] else { preconditionFailure("the current key is on the ring") }
        do {
            let box = try AES.GCM.seal(
                plaintext, using: key, nonce: AES.GCM.Nonce(),
                authenticating: Sealed.authenticated(header, context))
            return header + Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
        } catch {
            preconditionFailure("AES-GCM seals any bytes with a 32-byte key: \(error)")
        }
    }

    /// The plaintext of `bytes` that ``seal(_:context:)`` made with the same context.
    public func open(_ bytes: [UInt8], context: String) throws(SealedRefusal) -> [UInt8] {
        guard bytes.count >= Sealed.overhead, bytes[0] == Sealed.version else { throw .malformed }
        guard let key = keys[bytes[1]] else { throw .keyUnknown(bytes[1]) }
        do {
            let box = try AES.GCM.SealedBox(combined: bytes[2...])
            let plaintext = try AES.GCM.open(
                box, using: key,
                authenticating: Sealed.authenticated(Array(bytes[..<2]), context))
            return Array(plaintext)
        } catch {
            throw .forged
        }
    }

    /// The number of the key that sealed `bytes`, to find what is left to seal anew after a
    /// rotation; `nil` when they are not of a version this program knows.
    public static func keyNumber(of bytes: [UInt8]) -> UInt8? {
        guard bytes.count >= overhead, bytes[0] == version else { return nil }
        return bytes[1]
    }

    /// Whether the current key sealed `bytes`.
    public func isCurrent(_ bytes: [UInt8]) -> Bool { Sealed.keyNumber(of: bytes) == current }

    private static func authenticated(_ header: [UInt8], _ context: String) -> [UInt8] {
        header + Array(context.utf8)
    }
}

extension Sealed {
    /// ``seal(_:context:)`` for text.
    public func seal(_ plaintext: String, context: String) -> [UInt8] {
        seal(Array(plaintext.utf8), context: context)
    }

    /// ``open(_:context:)`` for text.
    public func openText(_ bytes: [UInt8], context: String) throws(SealedRefusal) -> String {
        guard let text = String(validating: try open(bytes, context: context), as: UTF8.self)
        else { throw .malformed }
        return text
    }
}

/// Secrets as they may be shown.
public enum Masked {
    /// Four dots, which do not give away the length, and the last four characters; of a number
    /// shorter than eight only its last half, so that a mask never shows most of what it hides.
    public static func accountNumber(_ number: String) -> String {
        "••••" + number.suffix(min(4, number.count / 2))
    }
}

/// A keyed hash by which two secrets can be compared without being kept.
///
/// Account numbers are few enough to try them all, so a plain hash would hide nothing; this one
/// needs the key.
public struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
    /// 32 bytes.
    public let bytes: [UInt8]

    /// 64 hexadecimal digits, which give away nothing without the key.
    public var description: String { Hex.encode(bytes) }

    /// Makes fingerprints with one key. Rotating it means computing them all anew, so it is derived
    /// from a key that is kept for that alone.
    public struct Maker: Sendable {
        private let key: SymmetricKey

        public init(key: MasterKey) { self.key = key.derived(for: .fingerprints) }

        /// The fingerprint of `parts`, which differ from any other division of the same text.
        public func fingerprint(of parts: [String]) -> Fingerprint {
            var authentication = HMAC<SHA256>(key: key)
            for part in parts {
                authentication.update(data: Array("\(part.utf8.count):\(part)".utf8))
            }
            return Fingerprint(bytes: Array(authentication.finalize()))
        }

        /// The fingerprint of a bank account. Spaces and dashes in the account number, and the
        /// case of its letters, do not matter; leading zeros do.
        public func bankAccount(routingNumber: String, accountNumber: String) -> Fingerprint {
            let plain = accountNumber.filter { $0 != " " && $0 != "-" }.uppercased()
            return fingerprint(of: ["bank account", routingNumber, plain])
        }
    }
}
