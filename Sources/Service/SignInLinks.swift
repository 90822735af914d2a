import Banking
import Edges
import Foundation
import Wire

/// A web address that signs somebody in, once, until its time has passed.
public struct SignInLink: Hashable, Sendable {
    /// Secret: whoever has it is signed in. Never log it.
    public let url: String
    public let expires: Instant

    /// What a link's token starts with; a page takes it apart with the same word.
    public static let tokenPrefix = "link"
    /// Long enough to change from one app to another, short enough that a forgotten one is useless.
    public static let minutes = 15
}

extension SignInLink {
    /// A new link for `subject`. Only the digest of its token is kept.
    ///
    /// - Throws: what the database throws; then there is no link.
    public static func make(
        for subject: EdgeStore.Subject, edge: EdgeStore, now: Instant, publicURL: String,
        minutes: Int = SignInLink.minutes
    ) throws -> SignInLink {
        let token = Token.random(prefix: tokenPrefix)
        let expires = now.adding(milliseconds: Int64(minutes) * 60_000)
        try edge.keepLink(digest: Data(token.hash), for: subject, expires: expires, at: now)
        return SignInLink(url: "\(publicURL)/sign-in?token=\(token.text)", expires: expires)
    }
}

extension Service {
    /// ``SignInLink/make(for:edge:now:publicURL:minutes:)`` with this service's parts, by the time
    /// on the wall.
    public func signInLink(
        for subject: EdgeStore.Subject, minutes: Int = SignInLink.minutes
    ) throws -> SignInLink {
        try SignInLink.make(
            for: subject, edge: edge, now: wallTime, publicURL: settings.publicURL,
            minutes: minutes)
    }
}
