import Crypto

/// Unguessable texts for addresses of hosted pages.
enum Secrets {
    /// 128 random bits in hexadecimal.
    static func token() -> String {
        SymmetricKey(size: .bits128).withUnsafeBytes { bytes in
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }
}
