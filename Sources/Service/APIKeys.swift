import Crypto
import Foundation
import Wire

extension Service.APIKey {
    /// What is kept of a key: SHA-256 of its text. A slow hash would add nothing, because a key is
    /// random and not chosen by a person.
    public static func hash(of text: String) -> [UInt8] {
        Array(SHA256.hash(data: Data(text.utf8)))
    }
}

extension Service.Settings {
    /// The caller whose key this is, if any. Every key is compared in full, so that the time it
    /// takes tells nothing about any of them.
    public func apiKey(_ text: String) -> Service.APIKey? {
        let hash = Service.APIKey.hash(of: text)
        var found: Service.APIKey?
        for key in apiKeys where ConstantTime.equals(key.hash, hash) { found = key }
        return found
    }
}
