import Crypto
import Foundation

/// A key pair of Standard Webhooks' asymmetric scheme `v1a`, which is Ed25519 (RFC 8032): we sign
/// with the private half, a receiver needs only the public half, written `whpk_<base64>`.
public struct WebhookKey: Sendable, CustomStringConvertible {
    static let publicPrefix = "whpk_"
    /// Bytes of either half.
    public static let bytesCount = 32

    private let key: Curve25519.Signing.PrivateKey

    /// `nil` unless `privateBytes` are 32.
    public init?(privateBytes: [UInt8]) {
        do {
            key = try Curve25519.Signing.PrivateKey(rawRepresentation: privateBytes)
        } catch {
            return nil
        }
    }

    private init(_ key: Curve25519.Signing.PrivateKey) { self.key = key }

    public static func random() -> WebhookKey { WebhookKey(Curve25519.Signing.PrivateKey()) }

    /// To be sealed, never to be shown.
    public var privateBytes: [UInt8] { Array(key.rawRepresentation) }

    /// What a receiver checks signatures with; it is no secret.
    public var publicText: String {
        WebhookKey.publicPrefix + Base64.encode(Array(key.publicKey.rawRepresentation))
    }

    /// The public half only: descriptions end up in logs.
    public var description: String { publicText }

    func signature(of bytes: [UInt8]) throws -> [UInt8] { Array(try key.signature(for: bytes)) }
}

/// What signs a webhook.
public enum WebhookSigner: Sendable {
    case secret(WebhookSecret)
    case key(WebhookKey)
}
