import Banking
import HTML

/// The mail box as a person reads it.
enum MailPage {
    static func list(_ state: MailState, flash: Flash?) -> Markup {
        SandboxPage.page(title: "Mail", section: .mail, flash: flash) {
            h1 { "Mail" }
            section(.class("card")) {
                if state.items.isEmpty {
                    p(.class("soft")) {
                        "No message yet. Makewhole writes when a deposit is returned, when a "
                            + "deadline comes near, and when something is settled."
                    }
                } else {
                    ul(.class("plain")) {
                        for item in state.items.reversed() { row(MailMessageView(item)) }
                    }
                }
            }
            bounces(state)
        }
    }

    private static func row(_ message: MailMessageView) -> Markup {
        li {
            a(.href("/mail/\(String(message.item.id))")) { title(message) }
            br()
            small {
                "To \(message.item.recipients.joined(separator: ", ")) · "
                    + SandboxPage.eastern(Instant(milliseconds: message.item.at))
            }
        }
    }

    static func message(_ message: MailMessageView) -> Markup {
        SandboxPage.page(title: title(message), section: .mail, flash: nil) {
            article(.class("card")) {
                h1 { title(message) }
                dl {
                    dt { "From" }
                    dd { message.parsed.from }
                    dt { "To" }
                    dd { message.item.recipients.joined(separator: ", ") }
                    dt { "Received" }
                    dd { SandboxPage.eastern(Instant(milliseconds: message.item.at)) }
                }
                p(.class("letter")) { message.parsed.text ?? "This message has no plain text." }
                div(.class("row")) {
                    for link in message.links {
                        a(.class("button main"), .href(Location(stringLiteral: link))) {
                            message.links.count == 1 ? "Open the link" : link
                        }
                    }
                    if message.parsed.html != nil {
                        a(.class("button"), .href("/mail/\(String(message.item.id))/html")) {
                            "Show as sent"
                        }
                    }
                    a(.class("button"), .href("/mail")) { "All mail" }
                }
            }
        }
    }

    private static func title(_ message: MailMessageView) -> String {
        message.parsed.subject.isEmpty ? "(no subject)" : message.parsed.subject
    }

    private static func bounces(_ state: MailState) -> Markup {
        section(.class("card")) {
            h2 { "Addresses that bounce" }
            p(.class("soft")) { "Mail to these addresses is refused for good." }
            ul(.class("plain")) {
                for address in state.bouncing.sorted() {
                    li {
                        div(.class("row")) {
                            span { address }
                            SandboxPage.button(
                                "Take mail again", action: "/control/mail/bounce",
                                fields: [
                                    ("page", "mail"), ("address", address), ("state", "off"),
                                ])
                        }
                    }
                }
            }
            form(.method(.post), .action("/control/mail/bounce"), .class("row")) {
                input(.type("hidden"), .name("page"), .value("mail"))
                input(.type("hidden"), .name("state"), .value("on"))
                SandboxPage.field(
                    "Address", name: "address", id: "bounce-address", size: "", mode: "email")
                button(.type("submit")) { "Let it bounce" }
            }
        }
    }
}
