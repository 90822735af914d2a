import Banking
import Foundation
import HTML
import Rules
import Service

extension CustomerVisit {
    /// Asks whoever signed in a while ago to do it again, before what a thief of an open page would do
    /// first: send money somewhere new, add an account, or change how the customer hears of it.
    ///
    /// The rules do not know sessions, so this is asked at the page; a host that calls the API has its
    /// own sign-in.
    func requireFreshSignIn(returnTo address: Location) throws(Turn) {
        guard let session = visit.session else { throw .signInNeeded }
        let security = facts.policy.security
        guard service.wallTime - session.startedAt > security.freshSignInMilliseconds else {
            return
        }
        throw .freshSignInNeeded(
            minutes: Int(security.freshSignInMilliseconds / 60_000), returnTo: address.text)
    }
}
