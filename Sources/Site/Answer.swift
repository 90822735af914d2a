import Assertions
import HTTPTypes
import Hummingbird
import Web

/// What a route answers; the gate adds the headers every answer has.
enum Answer: Sendable {
    case page(any Page)
    /// A page that looks again after this many seconds, at `address` if one is named.
    case watching(any Page, seconds: Int, address: String?)
    /// A page whose form may lead on to the processor.
    case payable(any Page)
    /// 303: what was asked is done, and this is where its result stands.
    case seeOther(String)
    /// The same with cookies to set.
    case seeOtherSetting(String, [Cookie])
    /// An answer that is no page and has every header it needs.
    case ready(Response)
    /// The customer's own figures as a file; the name is ours.
    case file([UInt8], contentType: String, name: String)
    /// The same, made while it leaves. A part that cannot be made breaks the transfer off, so that half
    /// a file is never taken for a whole one.
    case streamedFile(any FileParts, contentType: String, name: String)
    /// A page of a customer's document, drawn anew as JPEG, for an operator.
    case picture([UInt8])
}

/// A file that is made part by part.
protocol FileParts: Sendable {
    /// The next part; `nil` after the last.
    mutating func next() throws -> [UInt8]?
}

/// Why a visit ends before its route could answer.
enum Turn: Error, Sendable {
    case signInNeeded
    case sessionEnded
    /// The reader signed in too long ago for what was asked; where to go on after doing it again.
    case freshSignInNeeded(minutes: Int, returnTo: String)
    case linkExpired
    /// What a host signed lets nobody in.
    case assertionRefused(AssertionRefusal)
    case notFound
    /// The role that would be allowed.
    case notAllowed(role: String)
    case staleForm
    /// The key was used before for something else.
    case keyUsedOtherwise
    case bodyTooLarge
    case bodyMalformed
}
