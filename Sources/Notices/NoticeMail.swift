import Foundation
import Rules
import Service
import Web

/// A notice as mail: the same words as in the app, in the customer's language, with one link.
public struct NoticeMail: Sendable {
    private let publicURL: String
    private let brand: String
    /// Says how many decimals an asset has.
    private let policies: PolicyBook

    public init(service: Service) {
        publicURL = service.settings.publicURL
        brand = service.settings.brand
        policies = service.policies
    }

    /// Subject, plain text and HTML.
    public func compose(
        _ notice: Notice, _ customer: Customer
    ) -> (subject: String, text: String, html: String) {
        let scene = Scene(
            language: customer.profile.language == .spanish ? .spanish : .english,
            timeZone: customer.profile.timeZone, now: notice.at.milliseconds, csrf: "",
            viewer: .nobody, brand: brand)
        let mail = NoticeMailText(
            NoticesPage.Kind(notice.content, of: customer, policies.policy(at: notice.at)),
            greeting: customer.profile.name,
            address: publicURL + "/notices", in: scene)
        return (mail.subject, mail.text, mail.html)
    }
}
