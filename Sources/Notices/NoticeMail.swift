import Foundation
import Rules
import Service
import Web

/// A notice as mail: the same words as in the app, in the customer's language, with one link.
///
/// No account number, no token: the link leads to sign-in.
public struct NoticeMail: Sendable {
    private let publicURL: String
    private let brand: String

    public init(service: Service.Service) {
        publicURL = service.settings.publicURL
        brand = service.settings.brand
    }

    /// Subject, plain text and HTML.
    public var compose: @Sendable (Notice, Customer) -> (subject: String, text: String, html: String) {
        { [publicURL, brand] notice, customer in
            let item = NoticeItem.item(notice, of: customer, isRead: false)
            let scene = Scene(
                language: customer.profile.language == .spanish ? .spanish : .english,
                timeZone: customer.profile.timeZone, now: notice.at.milliseconds, csrf: "",
                viewer: .nobody, brand: brand)
            return MailPage(notice: item, address: publicURL + "/notices").words(in: scene)
        }
    }
}
