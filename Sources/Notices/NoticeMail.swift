import Foundation
import Rules
import Service
import Web

/// A notice in the customer's language for what carries it out of the app: a mail in the same words,
/// or a line for a locked screen.
public struct NoticeMail: Sendable {
    private let publicURL: String
    private let brand: String
    /// Says how many decimals an asset has.
    private let policies: PolicyBook
    private let languages: Languages
    private let look: Look

    public init(
        service: Service, languages: Languages = .builtIn, look: Look = .standard
    ) {
        self.languages = languages
        self.look = look
        publicURL = service.settings.publicURL
        brand = service.settings.brand
        policies = service.policies
    }

    /// Subject, plain text and HTML.
    public func compose(
        _ notice: Notice, _ customer: Customer
    ) -> (subject: String, text: String, html: String) {
        let mail = NoticeMailText(
            kind(of: notice, customer), greeting: customer.profile.name,
            address: publicURL + path(of: notice), in: scene(of: notice, customer))
        return (mail.subject, mail.text, mail.html)
    }

    /// A line that a locked screen may show, and where it leads.
    public func glance(
        _ notice: Notice, _ customer: Customer
    ) -> (title: String, body: String, path: String) {
        let text = NoticeGlanceText(kind(of: notice, customer), in: scene(of: notice, customer))
        return (text.title, text.body, path(of: notice))
    }

    private func path(of notice: Notice) -> String { Paths.notice("\(notice.id)").text }

    private func kind(of notice: Notice, _ customer: Customer) -> NoticesPage.Kind {
        NoticesPage.Kind(notice.content, of: customer, policies.policy(at: notice.at))
    }

    private func scene(of notice: Notice, _ customer: Customer) -> Scene {
        Scene(
            language: languages.speaking(customer.profile.language.rawValue),
            timeZone: customer.profile.timeZone, now: notice.at.milliseconds, csrf: "",
            viewer: .nobody, brand: brand, look: look, languages: languages)
    }
}
