import Crypto

/// A secret text that proves who is calling: an API key, a session, a link in a mail.
///
/// It is 32 random bytes behind a prefix that says what it is, such as `mk_live_`, so that people
/// and secret scanners recognise one. Keep only its ``hash``.
public struct Token: Sendable, CustomStringConvertible {
    static let bytesCount = 32
    static let prefixLengthMax = 32

    /// The token itself, shown to its owner once.
    public let text: String
    private let prefix: String

    /// A new token. `prefix` is lowercase letters, digits and underscores, at most 32 of them.
    public static func random(prefix: String) -> Token {
        precondition(isWellFormed(prefix: prefix), "a prefix is a-z, 0-9 and _, at most 32")
        let secret = Base64.encode(RandomBytes.make(bytesCount), .url)
        return Token(text: prefix + secret, prefix: prefix)
    }

    /// `nil` unless `text` is `prefix` and the one spelling of 32 bytes in URL-safe base64. Says
    /// nothing about whether it was ever issued.
    public init?(_ text: String, prefix: String) {
        guard text.utf8.count <= Token.prefixLengthMax + 43, text.hasPrefix(prefix),
            Base64.decode(text.dropFirst(prefix.count), .url)?.count == Token.bytesCount
        else { return nil }
        self.init(text: text, prefix: prefix)
    }

    private init(text: String, prefix: String) {
        self.text = text
        self.prefix = prefix
    }

    /// SHA-256 of the text, 32 bytes: what to store and look up by. A slow hash would add nothing,
    /// because 256 random bits cannot be guessed.
    public var hash: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    /// Whether `stored` is this token's hash, compared in constant time.
    public func matches(hash stored: [UInt8]) -> Bool { ConstantTime.equals(hash, stored) }

    /// The prefix only: descriptions end up in logs.
    public var description: String { prefix + "•••" }

    private static func isWellFormed(prefix: String) -> Bool {
        prefix.utf8.count <= prefixLengthMax
            && prefix.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || Byte.isDigit($0) || $0 == Byte.underscore
            }
    }
}
