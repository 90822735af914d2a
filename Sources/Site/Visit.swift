import Banking
import Edges
import Engine
import Foundation
import Hummingbird
import Ledger
import Rules
import Service
import Web
import Wire

/// One request, read as far as every page needs it.
struct Visit: Sendable {
    let request: Request
    let parameters: Parameters
    let query: FormBody
    let session: Session?
    let now: Instant
    /// The number of the last change before anything was read for this visit.
    let lastChange: Int64

    /// The number a page begins to listen after; `nil` where it shows the answer to a form.
    var live: Int64? {
        guard request.method == .get, case .customer? = session?.subject else { return nil }
        return lastChange
    }

    /// Someone who is signed in, with the digest of the cookie that says so.
    struct Session: Sendable {
        let digest: Data
        let subject: EdgeStore.Subject
        let csrf: String
        /// When its reader signed in.
        let startedAt: Instant
        /// When it was last written that somebody used it.
        let seenAt: Instant
    }

    /// The identifier in the address; a malformed one names nothing, like an unknown one.
    func id<Kind>(_ name: String = "id") throws(Turn) -> Identifier<Kind> {
        guard let text = parameters.get(name), let id = Identifier<Kind>(text) else {
            throw .notFound
        }
        return id
    }

    /// Path and query, for the forms that return here.
    var address: String {
        guard request.method == .get else { return "/" }
        return Visit.local(request.uri.string) ?? "/"
    }

    /// Whether the browser only looks ahead: nobody has seen the page.
    var isPrefetch: Bool {
        request.headers[Header.secPurpose]?.contains("prefetch") == true
            || request.headers[Header.purpose] == "prefetch"
    }

    /// `text` if it is an address on this site: one leading slash, printable ASCII, no backslash,
    /// so that no browser can read a host into it.
    static func local(_ text: String?) -> String? {
        guard let text, text.hasPrefix("/"), !text.hasPrefix("//"), text.utf8.count <= 2_048,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x5C })
        else { return nil }
        return text
    }
}

/// A customer's request with the customer as the books have him now.
struct CustomerVisit: Sendable {
    let visit: Visit
    let service: Service
    let languages: Languages
    var customer: Customer
    let facts: Facts
    let form: Form

    var id: CustomerID { customer.id }
    var now: Int64 { facts.now.milliseconds }
    var actor: Actor { .customer(customer.id) }
    var language: Language {
        Preference.language(
            of: visit.request, languages, isSandbox: service.settings.isSandbox)
            ?? languages.speaking(customer.profile.language.rawValue)
    }

    /// Asks the engine under the key of the form.
    func perform(_ command: Command, key: String, body: String = "") async throws -> Outcome {
        try await service.perform(
            command, to: .customer(id), by: actor, scope: "web:\(id)", key: key, body: body)
    }

    func deposit() throws(Turn) -> Deposit {
        guard let deposit = customer.deposits[try visit.id()] else { throw .notFound }
        return deposit
    }

    func settlement() throws(Turn) -> Settlement {
        guard let settlement = customer.settlements[try visit.id()] else { throw .notFound }
        return settlement
    }
}

/// An operator's request.
struct DeskVisit: Sendable {
    let visit: Visit
    let service: Service
    let name: String
    let role: String
    let facts: Facts
    let form: Form

    var now: Int64 { facts.now.milliseconds }
    var mayAct: Bool { role == DeskVisit.acting }

    /// The role that may change something; ``reading`` may look.
    static let acting = "operator"
    static let reading = "viewer"

    func perform(_ command: Command, to addressee: Addressee, key: String) async throws -> Outcome {
        let reason = form[.reason]
        return try await service.perform(
            command, to: addressee, by: .operator(name), scope: "desk:\(name)", key: key,
            reason: reason.isEmpty ? nil : reason)
    }

    func customer() throws -> Customer {
        guard let customer = try service.reader.customer(try visit.id()) else {
            throw Turn.notFound
        }
        return customer
    }
}

extension Outcome {
    /// The engine's answer, whether it was given now or before; a refusal is thrown.
    func reply() throws -> Reply {
        switch self {
        case .accepted(let reply), .replayed(let reply): return reply
        case .refused(let refusal): throw refusal
        case .conflict: throw Turn.keyUsedOtherwise
        }
    }
}

/// What was sent with a form.
struct Form: Sendable {
    let fields: FormBody
    let file: Multipart.Part?
    /// Names what is asked, so that asking twice does it once.
    let key: String
    /// More was sent than is taken; nothing of it was read.
    var isTooLarge = false

    static let none = Form(fields: FormBody([]), file: nil, key: "")

    subscript(_ field: Field) -> String { fields[field.rawValue] ?? "" }

    /// A key for a new form.
    static func newKey() -> String { Token.random(prefix: "form_").text }

    /// Keys we made have 48 characters, and what pages append makes them a little longer.
    static func isWellFormed(key: String) -> Bool {
        (8...120).contains(key.utf8.count)
            && key.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0)
                    || (0x61...0x7A).contains($0) || $0 == 0x2D || $0 == 0x5F
            }
    }
}

/// Language and colours, chosen in the footer and kept in cookies.
enum Preference {
    static let languageCookie = "mw_language"
    static let themeCookie = "mw_theme"

    /// The language chosen in this browser. A sandbox also speaks the made-up language of tests,
    /// which no page offers.
    static func language(
        of request: Request, _ languages: Languages, isSandbox: Bool
    ) -> Language? {
        guard let tag = request.cookies[languageCookie]?.value else { return nil }
        if isSandbox, tag == Language.pseudo.tag { return .pseudo }
        return languages[tag]
    }

    static func theme(of request: Request) -> Scene.Theme {
        request.cookies[themeCookie].flatMap { Scene.Theme(rawValue: $0.value) } ?? .device
    }
}
