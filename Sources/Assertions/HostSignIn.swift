import Banking
import Crypto
import Foundation
import JWTKit
import Wire

/// How a host signs its customers in: who it is, which keys are its own, and from which pages.
public struct HostSignIn: Sendable {
    /// What `sub` names. It is one or the other: were both tried, whoever may choose his reference
    /// at the host could choose another's id.
    public enum Subject: String, Sendable, CaseIterable {
        /// The host's own name for the customer.
        case reference
        /// Our id of the customer.
        case id
    }

    /// What `iss` must say.
    public let issuer: String
    /// What `aud` must say, alone or among others: the public address of this Makewhole.
    public let audience: String
    public let subject: Subject
    /// The origins of the host's pages that may send an assertion.
    public let origins: Set<String>
    private let keys: HostKeys

    /// Seconds by which the host's clock and ours may differ.
    public static let clockSkewSeconds = 30
    /// Seconds from `iat` to `exp`: enough to load a page, too few to find the token later.
    public static let lifeSecondsMax = 300
    /// Characters of an assertion: three times what one needs.
    public static let bytesMax = 4_096
    static let jtiLengths = 8...128
    static let subjectLengths = 1...100

    public init(
        issuer: String, audience: String, subject: Subject, origins: Set<String>, keys: HostKeys
    ) {
        self.issuer = issuer
        self.audience = audience
        self.subject = subject
        self.origins = origins
        self.keys = keys
    }

    /// Reads and checks an assertion in every way that needs no memory. Whether it was used before
    /// is for the caller to know, by ``Assertion/digest``.
    ///
    /// The header is read before its key is looked up, and no claim is read before the signature
    /// is known to be right.
    public func verify(
        _ text: String, now: Instant
    ) throws(AssertionRefusal) -> Assertion {
        guard text.utf8.count <= HostSignIn.bytesMax else { throw .malformed }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let signature = Base64.decode(parts[2], .url) else {
            throw .malformed
        }
        let header = try HostSignIn.object(parts[0])
        guard header["crit"] == nil else { throw .extensionUnknown }
        guard let kid = header["kid"]?.stringValue, let key = keys.keys[kid] else {
            throw .keyUnknown
        }
        guard header["alg"]?.stringValue == key.algorithm.name else { throw .algorithmDiffers }
        let signed = Array("\(parts[0]).\(parts[1])".utf8)
        do {
            guard try key.algorithm.verify(signature, signs: signed) else {
                throw AssertionRefusal.signatureWrong
            }
        } catch {
            // A signature of the wrong length is as wrong as any other.
            throw .signatureWrong
        }
        return try assertion(try HostSignIn.object(parts[1]), now: now)
    }

    private static func object(_ part: Substring) throws(AssertionRefusal) -> JSON.Object {
        guard let bytes = Base64.decode(part, .url) else { throw .malformed }
        do {
            guard let object = try JSON.parse(bytes, bytesMax: bytesMax).objectValue else {
                throw AssertionRefusal.malformed
            }
            return object
        } catch {
            throw .malformed
        }
    }

    private func assertion(
        _ claims: JSON.Object, now: Instant
    ) throws(AssertionRefusal) -> Assertion {
        guard let subject = claims["sub"]?.stringValue, let jti = claims["jti"]?.stringValue,
            HostSignIn.subjectLengths.contains(subject.utf8.count),
            HostSignIn.jtiLengths.contains(jti.utf8.count),
            let issued = HostSignIn.instant(claims["iat"]),
            let expires = HostSignIn.instant(claims["exp"])
        else { throw .claimMissing }
        guard claims["iss"]?.stringValue == issuer else { throw .issuerDiffers }
        let audiences = claims["aud"].map { $0.arrayValue ?? [$0] } ?? []
        guard audiences.contains(.string(audience)) else { throw .audienceDiffers }
        let latest = now.adding(seconds: HostSignIn.clockSkewSeconds)
        guard issued <= latest else { throw .notYetValid }
        if let notBefore = claims["nbf"] {
            guard let instant = HostSignIn.instant(notBefore) else { throw .claimMissing }
            guard instant <= latest else { throw .notYetValid }
        }
        let end = expires.adding(seconds: HostSignIn.clockSkewSeconds)
        guard end > now else { throw .expired }
        guard expires - issued <= Int64(HostSignIn.lifeSecondsMax) * 1_000 else {
            throw .livesTooLong
        }
        return Assertion(subject: subject, digest: digest(ofJTI: jti), end: end)
    }

    /// Named by issuer and `jti`, so that nothing of either is kept as it was sent.
    private func digest(ofJTI jti: String) -> [UInt8] {
        Array(
            SHA256.hash(data: Data("assertion:\(issuer.utf8.count):\(issuer):\(jti)".utf8)))
    }

    /// A NumericDate (RFC 7519, section 2): seconds since 1970, perhaps with a fraction.
    private static func instant(_ json: JSON?) -> Instant? {
        let seconds: Double
        switch json {
        case .integer(let count): seconds = Double(count)
        case .number(let number):
            guard let value = Double(number.text) else { return nil }
            seconds = value
        case .null, .boolean, .string, .array, .object, nil: return nil
        }
        // Until the year 9999; what is beyond is a mistake, such as milliseconds.
        guard (0..<253_402_300_800).contains(seconds) else { return nil }
        return Instant(milliseconds: Int64(seconds * 1_000))
    }
}

/// What a verified assertion says.
public struct Assertion: Hashable, Sendable {
    /// Whom the host names.
    public let subject: String
    /// Names this assertion for ever: it may be used once.
    public let digest: [UInt8]
    /// Until then it would be accepted, so until then its use must be remembered.
    public let end: Instant
}
