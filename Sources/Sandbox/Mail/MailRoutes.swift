import Banking
import HTML
import HTTPTypes
import Hummingbird
import Wire

/// The pages of the mail box, and its messages as JSON for scripts.
struct MailRoutes: Sendable {
    let mail: MailBox

    func add(to router: some RouterMethods<BasicRequestContext>) {
        router.get("/mail") { request, _ in
            let flash = Flash(request)
            var response = Reply.page(MailPage.list(await mail.state, flash: flash))
            if flash != nil { response.headers[.setCookie] = Flash.clearing }
            return response
        }
        router.get("/mail.json") { _, _ in
            let messages = await mail.state.items.map { MailMessageView($0).json }
            return Reply.json(["messages": .array(messages)])
        }
        router.get("/mail/{id}") { _, context in
            guard let message = await message(context) else { return Self.noSuchMessage }
            return Reply.page(MailPage.message(message))
        }
        router.get("/mail/{id}/html") { _, context in
            guard let html = await message(context)?.parsed.html else {
                return Self.noSuchMessage
            }
            var response = Reply.text(html, type: "text/html; charset=utf-8")
            // The message is a stranger's: no scripts, no loading, no forms, an origin of its own.
            response.headers[.contentSecurityPolicy] =
                "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
            return response
        }
    }

    private func message(_ context: BasicRequestContext) async -> MailMessageView? {
        guard let id = context.parameters.get("id", as: Int.self) else { return nil }
        return await mail.state.items.first { $0.id == id }.map { MailMessageView($0) }
    }

    private static var noSuchMessage: Response {
        Reply.page(
            SandboxPage.message(
                title: "There is no such message",
                text: "Messages are listed in the mail box, newest first."),
            status: .notFound)
    }
}

/// A message with what a reader wants from it.
struct MailMessageView: Sendable {
    let item: MailItem
    let parsed: ParsedMail

    init(_ item: MailItem) {
        self.item = item
        parsed = ParsedMail([UInt8](item.raw))
    }

    /// Complete web addresses in the text, in order, each once.
    var links: [String] {
        var links: [String] = []
        for word in (parsed.text ?? "").split(whereSeparator: \.isWhitespace) {
            guard
                let start = ["https://", "http://"].lazy.compactMap({ word.firstRange(of: $0) })
                    .first?.lowerBound
            else { continue }
            let link = String(word[start...]).droppingLast(while: { ">).,;\"'".contains($0) })
            let isPlain = link.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            if isPlain, !links.contains(link) { links.append(link) }
        }
        return links
    }

    var json: JSON {
        [
            "id": .integer(Int64(item.id)),
            "received_at": .string(Instant(milliseconds: item.at).rfc3339),
            "from": .string(item.sender),
            "to": .array(item.recipients.map { .string($0) }),
            "subject": .string(parsed.subject),
            "text": parsed.text.map { .string($0) } ?? .null,
            "links": .array(links.map { .string($0) }),
        ]
    }
}

extension String {
    fileprivate func droppingLast(while predicate: (Character) -> Bool) -> String {
        String(reversed().drop(while: predicate).reversed())
    }
}
