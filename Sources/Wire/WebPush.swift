import Crypto

/// The key a push service knows us by: ES256 on P-256, as VAPID wants it (RFC 8292).
public struct PushKey: Sendable, CustomStringConvertible {
    private let key: P256.Signing.PrivateKey

    /// A new key.
    public static func random() -> PushKey { PushKey(key: P256.Signing.PrivateKey()) }

    /// `nil` unless `text` is 32 bytes in URL-safe base64, and a private key of the curve.
    public init?(_ text: String) {
        guard let bytes = Base64.decode(text, .url) else { return nil }
        do {
            key = try P256.Signing.PrivateKey(rawRepresentation: bytes)
        } catch {
            return nil
        }
    }

    private init(key: P256.Signing.PrivateKey) { self.key = key }

    /// The secret itself, for the file that keeps it.
    public var text: String { Base64.encode(Array(key.rawRepresentation), .url) }

    /// What browsers subscribe under: the uncompressed point in URL-safe base64.
    public var publicText: String { Base64.encode(Array(key.publicKey.x963Representation), .url) }

    /// Never the secret: descriptions end up in logs.
    public var description: String { publicText }

    /// The value of `Authorization` for one push service (RFC 8292, section 2 and 3).
    ///
    /// - Parameters:
    ///   - origin: Scheme, host and port of the service.
    ///   - contact: How its operators reach ours: a `mailto:` or `https:` address.
    ///   - expires: Seconds since 1970; a service refuses more than 24 hours ahead.
    public func authorization(origin: String, contact: String, expires: Int64) throws -> String {
        let header: JSON = ["typ": "JWT", "alg": "ES256"]
        let claims: JSON = [
            "aud": .string(origin), "exp": .integer(expires), "sub": .string(contact),
        ]
        let signed =
            Base64.encode(header.bytes(), .url) + "." + Base64.encode(claims.bytes(), .url)
        let signature = try key.signature(for: Array(signed.utf8))
        let token = signed + "." + Base64.encode(Array(signature.rawRepresentation), .url)
        return "vapid t=\(token), k=\(publicText)"
    }
}

/// Who a push message is sealed for: a browser's public key and the secret it shares with us.
public struct PushReceiver: Hashable, Sendable {
    /// The uncompressed point, 65 bytes.
    public let publicKey: [UInt8]
    /// 16 bytes.
    public let secret: [UInt8]

    /// From a subscription's `p256dh` and `auth`; `nil` unless they are what RFC 8291 says.
    public init?(publicKey text: String, secret: String) {
        guard let point = Base64.decode(text, .url), let shared = Base64.decode(secret, .url),
            shared.count == 16
        else { return nil }
        do {
            _ = try P256.KeyAgreement.PublicKey(x963Representation: point)
        } catch {
            return nil
        }
        publicKey = point
        self.secret = shared
    }
}

/// The encryption of push messages: RFC 8291 over `aes128gcm` (RFC 8188), in one record.
public enum PushMessage {
    public static let encoding = "aes128gcm"
    /// Services take 4,096 bytes: header 86, tag 16, and one byte that ends the record.
    public static let bytesMax = 3_993

    private static let recordSize: UInt32 = 4_096

    /// `bytes` as only `receiver` can read them, filled up with zeros to `padded` bytes, so that the
    /// length does not tell one message from another. At most ``bytesMax`` of either.
    public static func seal(
        _ bytes: [UInt8], for receiver: PushReceiver, padded: Int = 0
    ) throws -> [UInt8] {
        try seal(
            bytes, for: receiver, padded: padded, salt: RandomBytes.make(16),
            ephemeral: P256.KeyAgreement.PrivateKey())
    }

    static func seal(
        _ bytes: [UInt8], for receiver: PushReceiver, padded: Int, salt: [UInt8],
        ephemeral: P256.KeyAgreement.PrivateKey
    ) throws -> [UInt8] {
        precondition(max(bytes.count, padded) <= bytesMax, "a push message is at most 3,993 bytes")
        let point = Array(ephemeral.publicKey.x963Representation)
        let theirs = try P256.KeyAgreement.PublicKey(x963Representation: receiver.publicKey)
        let shared = try ephemeral.sharedSecretFromKeyAgreement(with: theirs)
        let input = shared.hkdfDerivedSymmetricKey(
            using: SHA256.self, salt: receiver.secret,
            sharedInfo: Array("WebPush: info\0".utf8) + receiver.publicKey + point,
            outputByteCount: 32)
        func derived(_ name: String, _ count: Int) -> SymmetricKey {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: input, salt: salt,
                info: Array("Content-Encoding: \(name)\0".utf8), outputByteCount: count)
        }
        let nonce = derived("nonce", 12).withUnsafeBytes { Array($0) }
        // 2 says that this is the last record; zeros behind it are filling.
        let filling = [UInt8](repeating: 0, count: max(0, padded - bytes.count))
        let box = try AES.GCM.seal(
            bytes + [2] + filling, using: derived(encoding, 16),
            nonce: AES.GCM.Nonce(data: nonce))
        let size = (0..<4).map { UInt8(truncatingIfNeeded: recordSize >> (24 - 8 * $0)) }
        return salt + size + [UInt8(point.count)] + point + Array(box.ciphertext) + Array(box.tag)
    }
}
