import Crypto

/// A shared secret of Standard Webhooks: 24 through 64 random bytes, written `whsec_<base64>`.
public struct WebhookSecret: Hashable, Sendable, CustomStringConvertible {
    public static let bytesRange = 24...64
    static let prefix = "whsec_"

    let bytes: [UInt8]

    /// `nil` unless `bytes` has a length in ``bytesRange``.
    public init?(bytes: [UInt8]) {
        guard WebhookSecret.bytesRange.contains(bytes.count) else { return nil }
        self.bytes = bytes
    }

    /// `nil` unless `text` is `whsec_` and the strict base64 of 24 through 64 bytes.
    public init?(_ text: String) {
        guard text.hasPrefix(WebhookSecret.prefix), text.utf8.count < 128,
            let bytes = Base64.decode(text.dropFirst(WebhookSecret.prefix.count))
        else { return nil }
        self.init(bytes: bytes)
    }

    private init(random: [UInt8]) { bytes = random }

    /// A new secret of 32 bytes.
    public static func random() -> WebhookSecret { WebhookSecret(random: RandomBytes.make(32)) }

    /// The secret itself, to be shown to its owner once.
    public var text: String { WebhookSecret.prefix + Base64.encode(bytes) }

    /// Never the secret: descriptions end up in logs.
    public var description: String { "whsec_•••" }

    public static func == (lhs: WebhookSecret, rhs: WebhookSecret) -> Bool {
        ConstantTime.equals(lhs.bytes, rhs.bytes)
    }
}

/// Why a webhook is not believed.
public enum WebhookRefusal: Error, Hashable, Sendable {
    case headerMissing(String)
    case idMalformed
    case timestampMalformed
    /// The message was signed more than the tolerance ago: perhaps a replay.
    case tooOld
    /// The message claims to come from the future by more than the tolerance.
    case tooNew
    /// No signature of a kind we know was made with a secret we know.
    case signatureMismatch
}

/// Signatures of webhooks: Standard Webhooks over `id.timestamp.body` in base64, by the symmetric
/// scheme `v1`, which is HMAC-SHA256, or the asymmetric `v1a`, which is Ed25519.
public enum WebhookSignature {
    public static let idHeader = "webhook-id"
    public static let timestampHeader = "webhook-timestamp"
    public static let signatureHeader = "webhook-signature"

    /// How far the two clocks may differ: what the specification's own libraries allow.
    public static let toleranceSeconds: Int64 = 300

    /// Rotation needs two at a time; a few more do no harm, thousands would be work for nothing.
    static let signaturesMax = 16
    static let idLengthMax = 256

    /// The value of ``signatureHeader``: one signature a secret, so that a secret can be rotated
    /// without a message lost.
    ///
    /// Throws ``WebhookRefusal/idMalformed`` unless `id` is 1 through 256 visible ASCII characters
    /// without a full stop, which would make the signed text ambiguous.
    public static func sign(
        id: String, timestampSeconds: Int64, body: [UInt8], secrets: [WebhookSecret]
    ) throws(WebhookRefusal) -> String {
        guard isWellFormed(id: id) else { throw .idMalformed }
        guard timestampSeconds >= 0 else { throw .timestampMalformed }
        return secrets.map {
            let code = code(id: id, timestamp: "\(timestampSeconds)", body: body, secret: $0)
            return "v1," + Base64.encode(code)
        }.joined(separator: " ")
    }

    /// The three headers of a message, ready to send.
    public static func headers(
        id: String, timestampSeconds: Int64, body: [UInt8], secrets: [WebhookSecret]
    ) throws(WebhookRefusal) -> [(name: String, value: String)] {
        let signature = try sign(
            id: id, timestampSeconds: timestampSeconds, body: body, secrets: secrets)
        return [
            (idHeader, id), (timestampHeader, "\(timestampSeconds)"), (signatureHeader, signature),
        ]
    }

    /// The three headers of a message that receivers check in different ways: one signature a signer,
    /// in their order.
    public static func headers(
        id: String, timestampSeconds: Int64, body: [UInt8], signers: [WebhookSigner]
    ) throws -> [(name: String, value: String)] {
        guard isWellFormed(id: id) else { throw WebhookRefusal.idMalformed }
        guard timestampSeconds >= 0 else { throw WebhookRefusal.timestampMalformed }
        let signatures = try signers.map { signer in
            switch signer {
            case .secret(let secret):
                let code = code(
                    id: id, timestamp: "\(timestampSeconds)", body: body, secret: secret)
                return "v1," + Base64.encode(code)
            case .key(let key):
                let signed = Array("\(id).\(timestampSeconds).".utf8) + body
                return "v1a," + Base64.encode(try key.signature(of: signed))
            }
        }
        return [
            (idHeader, id), (timestampHeader, "\(timestampSeconds)"),
            (signatureHeader, signatures.joined(separator: " ")),
        ]
    }

    /// Returns when any of the signatures was made with any of `secrets` within the tolerance of
    /// `nowSeconds`; otherwise throws why not.
    ///
    /// A `nil` header value means that the header was not sent. Compares in constant time. A
    /// receiver must still remember ids: a message may come twice within the tolerance.
    public static func verify(
        id: String?, timestamp: String?, signature: String?, body: [UInt8],
        secrets: [WebhookSecret], nowSeconds: Int64
    ) throws(WebhookRefusal) {
        guard let id else { throw .headerMissing(idHeader) }
        guard let timestamp else { throw .headerMissing(timestampHeader) }
        guard let signature else { throw .headerMissing(signatureHeader) }
        guard isWellFormed(id: id) else { throw .idMalformed }
        try checkTime(timestamp, nowSeconds: nowSeconds)
        let sent = signatures(in: signature)
        var isGenuine = false
        for secret in secrets {
            let expected = code(id: id, timestamp: timestamp, body: body, secret: secret)
            for candidate in sent where ConstantTime.equals(candidate, expected) {
                isGenuine = true
            }
        }
        guard isGenuine else { throw .signatureMismatch }
    }

    private static func checkTime(
        _ timestamp: String, nowSeconds: Int64
    ) throws(WebhookRefusal) {
        let digits = timestamp.utf8
        guard (1...18).contains(digits.count), digits.allSatisfy(Byte.isDigit),
            let seconds = Int64(timestamp)
        else { throw .timestampMalformed }
        let (age, overflow) = nowSeconds.subtractingReportingOverflow(seconds)
        guard !overflow, age <= toleranceSeconds else { throw .tooOld }
        guard age >= -toleranceSeconds else { throw .tooNew }
    }

    /// The `v1` signatures of a header; other versions (`v1a` is asymmetric) are passed over.
    private static func signatures(in header: String) -> [[UInt8]] {
        header.utf8.prefix(signaturesMax * 128)
            .split(separator: Byte.space, maxSplits: signaturesMax)
            .prefix(signaturesMax)
            .compactMap { part in
                guard let text = String(part), text.hasPrefix("v1,") else { return nil }
                return Base64.decode(text.dropFirst(3))
            }
    }

    private static func isWellFormed(id: String) -> Bool {
        (1...idLengthMax).contains(id.utf8.count)
            && id.utf8.allSatisfy { (0x21..<0x7F).contains($0) && $0 != Byte.dot }
    }

    private static func code(
        id: String, timestamp: String, body: [UInt8], secret: WebhookSecret
    ) -> [UInt8] {
        var authentication = HMAC<SHA256>(key: SymmetricKey(data: secret.bytes))
        authentication.update(data: Array("\(id).\(timestamp).".utf8))
        authentication.update(data: body)
        return Array(authentication.finalize())
    }
}
