import Assertions
import Banking
import Foundation
import Ledger
import Rules

extension Service {
    /// The time on the wall, by which links, sessions and assertions end: moving a sandbox's clock
    /// through a week signs nobody out.
    public var wallTime: Instant {
        clock.now().adding(milliseconds: -clock.offsetMilliseconds)
    }

    /// The customer a host's assertion names; it names him once.
    ///
    /// It becomes a sign-in link that is used at once, under a digest of its issuer and `jti`. So
    /// that it was used is as durable as a link's use, and remembered until it would be refused
    /// for its age.
    ///
    /// - Throws: ``AssertionRefusal``, or what the database throws; then nobody is signed in.
    public func redeem(_ assertion: String, by host: HostSignIn) throws -> CustomerID {
        let now = wallTime
        let verified = try host.verify(assertion, now: now)
        let named: CustomerID? =
            switch host.subject {
            case .reference: try reader.customerID(reference: verified.subject)
            case .id: CustomerID(verified.subject)
            }
        guard let customer = named, try reader.customer(customer) != nil else {
            throw AssertionRefusal.customerUnknown
        }
        let digest = Data(verified.digest)
        guard
            try edge.keepLink(
                digest: digest, for: .customer(customer), expires: verified.end, at: now),
            try edge.useLink(digest: digest, at: now) == .customer(customer)
        else { throw AssertionRefusal.replayed }
        return customer
    }
}
