import Assertions
import Edges
import Foundation
import Hummingbird
import Service
import Web
import Wire

/// Coming in from the host's own pages: its server signs who the reader is, and his browser brings
/// it in a form. `docs/reference/host-sign-in.md` tells hosts how.
extension Site {
    /// The names of the form's fields, as hosts write them.
    enum AssertionField {
        static let assertion = "assertion"
        static let returnTo = Field.returnTo.rawValue
    }

    var assertionRoutes: [Route] {
        [.post("/sign-in/assertion", .anyone(signInByAssertion))]
    }

    private func signInByAssertion(_ visit: Visit) async throws -> Answer {
        guard let host = service.settings.hostSignIn else { throw Turn.notFound }
        do {
            let answer = try await redeem(visit, host)
            service.figures.signIn(nil)
            return answer
        } catch let refusal as AssertionRefusal {
            service.figures.signIn(refusal)
            throw Turn.assertionRefused(refusal)
        }
    }

    private func redeem(_ visit: Visit, _ host: HostSignIn) async throws -> Answer {
        // A stranger's page could sign its visitor in as somebody else, who would then read what
        // the visitor types. Every browser says from where a form comes.
        guard let origin = visit.request.headers[.origin], host.origins.contains(origin) else {
            throw AssertionRefusal.originNotAllowed
        }
        guard let body = await body(of: visit.request, upTo: Site.formBytesMax) else {
            throw Turn.bodyTooLarge
        }
        let fields = try Site.urlEncoded(body, visit.request.headers[.contentType] ?? "")
        // Checked before the assertion is used up, so that the host can try again with another.
        let wanted = Visit.local(fields[AssertionField.returnTo])
        guard wanted != nil || fields.all(AssertionField.returnTo).isEmpty else {
            throw AssertionRefusal.returnNotLocal
        }
        guard let assertion = fields[AssertionField.assertion] else {
            throw AssertionRefusal.malformed
        }
        let customer = try service.redeem(assertion, by: host)
        return try enter(as: .customer(customer), visit, to: wanted)
    }
}
