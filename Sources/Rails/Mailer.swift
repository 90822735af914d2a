import Foundation
import Ledger
import Rules
import Service
import Wire

/// Sends a notice by mail, in the customer's language.
public struct Mailer: Sendable {
    let client: SMTPClient?
    let from: MailAddress
    let domain: String
    let clock: ServiceClock
    let compose: Compose

    /// The words of a notice: subject, plain text and HTML.
    public typealias Compose =
        @Sendable (Notice, Customer) -> (
            subject: String, text: String, html: String
        )

    public init(
        client: SMTPClient?, from: MailAddress, domain: String, clock: ServiceClock,
        compose: @escaping Compose
    ) {
        self.client = client
        self.from = from
        self.domain = domain
        self.clock = clock
        self.compose = compose
    }

    func send(_ notice: Notice, to customer: Customer) async -> Courier.Sending {
        guard let client else { return .refused("No mail server is configured.") }
        guard let to = MailAddress(customer.profile.email, name: customer.profile.name),
            let id = MailMessageID("\(notice.id)@\(domain)")
        else { return .refused("The mail address cannot be sent to.") }
        let words = compose(notice, customer)
        let message = MailMessage(
            from: from, to: [to], subject: words.subject, text: words.text, html: words.html,
            messageID: id, dateSeconds: notice.at.milliseconds / 1000)
        do throws(SMTPFailure) {
            _ = try await client.send(message)
            return .taken("The mail server took it.")
        } catch {
            switch error {
            case .permanent(let stage, _):
                switch stage {
                case .sender, .recipient, .data, .message: return .refused("\(error)")
                // The server does not want us, not him: somebody sets it right meanwhile.
                case .connect, .greeting, .hello, .startTLS, .authentication:
                    return .later("\(error)", seconds: nil)
                }
            // It may have arrived: the same Message-ID lets the receiver see a twin.
            case .transient, .connection, .misconfigured, .outcomeUnknown:
                return .later("\(error)", seconds: nil)
            }
        }
    }
}
