/// Why a host's assertion signs nobody in. The words are for the log and for a figure; they name
/// nothing that was sent.
public enum AssertionRefusal: String, Error, Hashable, Sendable, CaseIterable {
    /// Not three parts of base64url with JSON in the first two, or too long.
    case malformed
    /// The header names no key, or one that is not configured.
    case keyUnknown = "key_unknown"
    /// The header asks for another algorithm than the key's own.
    case algorithmDiffers = "algorithm_differs"
    /// The header asks for something that must be understood and is not (RFC 7515, `crit`).
    case extensionUnknown = "extension_unknown"
    case signatureWrong = "signature_wrong"
    /// A claim is missing or not of its kind.
    case claimMissing = "claim_missing"
    case issuerDiffers = "issuer_differs"
    case audienceDiffers = "audience_differs"
    /// Issued in the future, by more than clocks may differ.
    case notYetValid = "not_yet_valid"
    case expired
    /// More than five minutes from `iat` to `exp`.
    case livesTooLong = "lives_too_long"
    /// Its `jti` was used before.
    case replayed
    case customerUnknown = "customer_unknown"
    /// The page that sent it is none of the host's.
    case originNotAllowed = "origin_not_allowed"
    /// `return_to` is no address on this site.
    case returnNotLocal = "return_not_local"
}
