import Banking
import Edges
import Foundation
import HTTPTypes
import Hummingbird
import Service
import Web
import Wire

/// Coming in and going out: a link that works once, a session that ends by itself.
public enum SignIn {
    static let cookie = "mw_session"
    static let sessionPrefix = "session_"
    /// A day. A limit of twenty hours or less would have to warn before it ends and offer more time
    /// (WCAG 2.2, 2.2.1), which no page can do without a script. `/security` ends one sooner.
    static let sessionHours = 24

    static func isSecure(_ service: Service) -> Bool {
        service.settings.publicURL.hasPrefix("https:")
    }

    static func newCookie(_ token: Token, _ service: Service) -> Cookie {
        Cookie(
            name: cookie, value: token.text, maxAge: sessionHours * 3600, path: "/",
            secure: isSecure(service), httpOnly: true, sameSite: .lax)
    }

    static func clearedCookie(_ service: Service) -> Cookie {
        Cookie(
            name: cookie, value: "", maxAge: 0, path: "/", secure: isSecure(service),
            httpOnly: true, sameSite: .lax)
    }
}

extension Site {
    var doorRoutes: [Route] {
        [
            .get("/sign-in", .anyone(signIn)),
            .post("/sign-out", .anyone(signOut)),
            .post("/preferences", .anyone(setPreference)),
        ]
    }

    private func signIn(_ visit: Visit) async throws -> Answer {
        let wanted =
            Visit.local(visit.query["next"]) ?? Visit.local(visit.query[Field.returnTo.rawValue])
        guard let text = visit.query["token"] else {
            if let session = visit.session { return .seeOther(wanted ?? home(of: session.subject)) }
            return .page(MessagePage(kind: .signInNeeded(returnTo: wanted ?? "/")))
        }
        guard let link = Token(text, prefix: SignInLink.tokenPrefix),
            let subject = try service.edge.useLink(
                digest: Data(link.hash), at: service.wallTime)
        else { throw Turn.linkExpired }
        if case .customer(let id) = subject, try service.reader.customer(id) == nil {
            throw Turn.linkExpired
        }
        return try enter(as: subject, visit, to: wanted)
    }

    /// Begins a session of `subject` in this browser, with a new token whatever it held before.
    func enter(
        as subject: EdgeStore.Subject, _ visit: Visit, to wanted: String?
    ) throws -> Answer {
        // Another reader of this browser leaves before the new one comes in.
        if let old = visit.session { try end(old) }
        let token = Token.random(prefix: SignIn.sessionPrefix)
        try service.edge.keepSession(
            digest: Data(token.hash), subject: subject,
            csrf: Token.random(prefix: "csrf_").text,
            device: Device(userAgent: visit.request.headers[.userAgent] ?? "").text,
            expires: service.wallTime.adding(hours: SignIn.sessionHours), at: service.wallTime)
        return .seeOtherSetting(
            wanted ?? home(of: subject), [SignIn.newCookie(token, service)])
    }

    private func home(of subject: EdgeStore.Subject) -> String {
        switch subject {
        case .customer: Paths.home.text
        case .operator: Paths.Desk.overview.text
        }
    }

    private func signOut(_ visit: Visit) async throws -> Answer {
        let fields = try await fields(of: visit)
        if let session = visit.session {
            guard isOurs(fields, session) else { throw Turn.staleForm }
            try end(session)
        }
        return .seeOtherSetting(Paths.signIn.text, [SignIn.clearedCookie(service)])
    }

    /// Ends a session by the wish of whoever is in it, with the pages it has open.
    func end(_ session: Visit.Session) throws {
        try service.edge.endSession(digest: session.digest, at: service.wallTime)
        if case .customer(let id) = session.subject {
            service.live.end(session: session.digest, of: id)
        }
    }

    private func setPreference(_ visit: Visit) async throws -> Answer {
        let fields = try await fields(of: visit)
        if let session = visit.session, !isOurs(fields, session) { throw Turn.staleForm }
        var cookies: [Cookie] = []
        if let language = fields[Field.language.rawValue].flatMap({ languages[$0] }) {
            cookies.append(preference(Preference.languageCookie, language.tag))
        }
        if let theme = fields[Field.theme.rawValue].flatMap({ Scene.Theme(rawValue: $0) }) {
            cookies.append(preference(Preference.themeCookie, theme.rawValue))
        }
        return .seeOtherSetting(
            Visit.local(fields[Field.returnTo.rawValue]) ?? Paths.home.text, cookies)
    }

    /// A link may choose a language: `?lang=es`. The browser is sent on to the same address without
    /// it, so that the choice in the footer is not undone when it returns there.
    func languageChosen(by visit: Visit, _ route: Route) -> Answer? {
        // The app's own description is asked for in the language of each page.
        guard route.method == .get, route.path != AppRoutes.manifestPath,
            let language = visit.query["lang"].flatMap({ languages.nearest($0) }),
            let address = Visit.local(visit.request.uri.string)
        else { return nil }
        let parts = address.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let kept = (parts.count == 2 ? parts[1] : "").split(separator: "&").filter {
            !$0.hasPrefix("lang=")
        }
        return .seeOtherSetting(
            String(parts[0]) + (kept.isEmpty ? "" : "?" + kept.joined(separator: "&")),
            [preference(Preference.languageCookie, language.tag)])
    }

    private func preference(_ name: String, _ value: String) -> Cookie {
        // One year: a preference is no secret and nothing personal.
        Cookie(
            name: name, value: value, maxAge: 365 * 86_400, path: "/",
            secure: SignIn.isSecure(service), httpOnly: true, sameSite: .lax)
    }

    private func fields(of visit: Visit) async throws -> FormBody {
        try refuseOtherSites(visit.request)
        guard let body = await body(of: visit.request, upTo: Site.formBytesMax) else {
            throw Turn.bodyTooLarge
        }
        return try Site.urlEncoded(body, visit.request.headers[.contentType] ?? "")
    }

    private func isOurs(_ fields: FormBody, _ session: Visit.Session) -> Bool {
        ConstantTime.equals(
            Array((fields[Field.csrf.rawValue] ?? "").utf8), Array(session.csrf.utf8))
    }
}
