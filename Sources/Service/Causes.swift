import Crypto
import Foundation
import Ledger

/// Causes from names: the same scope and key always give the same cause.
public enum Causes {
    /// 128 bits of SHA-256, so that nobody can choose a key that meets another's cause.
    public static func named(scope: String, key: String) -> Cause {
        let digest = Array(SHA256.hash(data: Data("\(scope.utf8.count):\(scope):\(key)".utf8)))
        return Cause(high: number(digest[0..<8]), low: number(digest[8..<16]))
    }

    /// Digest of what is asked under a cause.
    public static func fingerprint(_ text: String) -> UInt64 {
        number(Array(SHA256.hash(data: Data(text.utf8)))[0..<8])
    }

    /// 16 bytes that name a text.
    static func digest(of text: String) -> [UInt8] {
        Array(SHA256.hash(data: Data(text.utf8)).prefix(16))
    }

    /// SHA-256 of a file.
    static func digest(of bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: Data(bytes))) }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
