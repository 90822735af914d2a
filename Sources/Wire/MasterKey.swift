import Crypto

/// The 32 random bytes from which every other key of an installation is derived, so that an
/// operator has one secret to keep.
public struct MasterKey: Sendable, CustomStringConvertible {
    public static let bytesCount = 32

    private let key: SymmetricKey

    /// `nil` unless `bytes` is exactly 32 long, and not all alike, which no generator makes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == MasterKey.bytesCount, Set(bytes).count > 1 else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// `nil` unless `text` is 64 hexadecimal digits or the base64 of 32 bytes.
    public init?(_ text: String) {
        guard text.utf8.count <= 64,
            let bytes = text.utf8.count == 64 ? Hex.decode(text) : Base64.decode(text)
        else { return nil }
        self.init(bytes: bytes)
    }

    /// What a key is for. Each purpose has a key of its own (HKDF-SHA256, RFC 5869), so that what
    /// is made for one is worth nothing to another.
    public enum Purpose: String, Sendable, CaseIterable {
        case sealing = "makewhole sealing 1"
        case fingerprints = "makewhole fingerprints 1"
        case cursors = "makewhole cursors 1"
    }

    func derived(for purpose: Purpose) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, info: Array(purpose.rawValue.utf8), outputByteCount: 32)
    }

    /// Never the key: descriptions end up in logs.
    public var description: String { "MasterKey(•••)" }
}
