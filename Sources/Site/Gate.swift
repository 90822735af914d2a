import Banking
import Edges
import Engine
import Foundation
import HTTPTypes
import Hummingbird
import Ledger
import Rules
import Service
import Tables
import Web
import Wire

/// Names of headers that the library of HTTP fields does not have.
enum Header {
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
    static let secPurpose = HTTPField.Name("Sec-Purpose")!
    static let purpose = HTTPField.Name("Purpose")!
    static let refresh = HTTPField.Name("Refresh")!
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    static let openerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy")!
    static let resourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy")!
    /// Whose page it is, for the worker: it keeps a page for one session and no other.
    static let reader = HTTPField.Name("X-Reader")!
    /// The form's token, of a body that is no form.
    static let formToken = HTTPField.Name("X-Form-Token")!
}

extension Site {
    /// Our largest form is a message of 4,000 characters, each up to twelve bytes once encoded.
    static let formBytesMax = 96 << 10
    /// What stands around a file in an upload.
    static let uploadMargin = 16 << 10

    /// Carries out one visit. Whatever happens is answered with a page.
    func respond(
        to request: Request, _ context: some RequestContext, by route: Route
    ) async -> Response {
        do {
            let visit = try visit(of: request, context)
            if let turned = languageChosen(by: visit, route) {
                return response(turned, in: strangerScene(request))
            }
            do {
                // A task of its own, so that what it took is given back before the answer is
                // written: an open stream would hold it for as long as it lasts.
                async let answered = answer(to: visit, by: route)
                let (answer, scene) = try await answered
                var response = response(answer, in: scene)
                if case .customer = visit.session?.subject, let session = visit.session {
                    response.headers[Header.reader] = Site.publicID(of: session.digest)
                }
                return response
            } catch let turn as Turn {
                if case .assertionRefused(let refusal) = turn {
                    context.logger.warning(
                        "a host's assertion was refused", metadata: ["why": "\(refusal.rawValue)"])
                }
                return response(to: turn, visit)
            } catch let fault as Fault {
                return response(to: fault, visit, context)
            } catch let fault as DatabaseFault where fault.mayPass {
                context.logger.error("the database", metadata: ["error": "\(fault)"])
                return response(to: Fault.busy(retryAfterSeconds: 1), visit, context)
            } catch let refusal as Refusal {
                return response(to: refusal, visit)
            }
        } catch {
            return unexpected(error, request, context)
        }
    }

    private func visit(of request: Request, _ context: some RequestContext) throws -> Visit {
        // Before anything is read: what changes meanwhile, the page hears of.
        let lastChange = service.live.last
        let now = service.clock.now()
        var session: Visit.Session?
        if let cookie = request.cookies[SignIn.cookie],
            let token = Token(cookie.value, prefix: SignIn.sessionPrefix)
        {
            let digest = Data(token.hash)
            session = try service.edge.session(
                digest: digest, at: service.wallTime
            ).map {
                Visit.Session(
                    digest: digest, subject: $0.subject, csrf: $0.csrf,
                    startedAt: $0.startedAt, seenAt: $0.seenAt)
            }
        }
        let query: FormBody
        do {
            query = try FormBody.parse(Array((request.uri.query ?? "").utf8), bytesMax: 4_096)
        } catch {
            // A query nobody of ours wrote says nothing.
            query = FormBody([])
        }
        return Visit(
            request: request, parameters: context.parameters, query: query, session: session,
            now: now, lastChange: lastChange)
    }

    private func answer(to visit: Visit, by route: Route) async throws -> (Answer, Scene) {
        switch route.handler {
        case .anyone(let handle):
            return (try await handle(visit), try scene(of: visit))
        case .customer(let handle):
            let session = try session(of: visit)
            guard case .customer(let id) = session.subject else {
                if route.method == .get, route.path == "/" {
                    return (.seeOther(Paths.Desk.overview.text), try scene(of: visit))
                }
                throw Turn.notAllowed(role: "customer")
            }
            let form = try await form(of: visit, session, route)
            guard let customer = try service.reader.customer(id) else { throw Turn.sessionEnded }
            try see(session)
            let answer = try await handle(
                CustomerVisit(
                    visit: visit, service: service, languages: languages, customer: customer,
                    facts: try service.facts(for: .customer(id), about: id), form: form))
            return (answer, try scene(of: visit))
        case .desk(let handle), .deskAct(let handle):
            let session = try session(of: visit)
            guard case .operator(let name, let role) = session.subject else {
                throw Turn.notAllowed(role: DeskVisit.acting)
            }
            var isAct = false
            if case .deskAct = route.handler { isAct = true }
            guard role == DeskVisit.acting || (role == DeskVisit.reading && !isAct) else {
                throw Turn.notAllowed(role: DeskVisit.acting)
            }
            let form = try await form(of: visit, session, route)
            let answer = try await handle(
                DeskVisit(
                    visit: visit, service: service, name: name, role: role,
                    facts: try service.facts(
                        for: .operator(name),
                        about: visit.parameters.get("id").flatMap { CustomerID($0) }), form: form))
            return (answer, try scene(of: visit))
        }
    }

    /// Notes that a session was used, to some minutes: finer would be a write for every page.
    private func see(_ session: Visit.Session) throws {
        let now = service.wallTime
        guard now - session.seenAt > Site.seenMilliseconds else { return }
        try service.edge.seeSession(digest: session.digest, at: now)
    }

    /// How far behind "last used" may be.
    private static let seenMilliseconds: Int64 = 600_000

    private func session(of visit: Visit) throws(Turn) -> Visit.Session {
        if let session = visit.session { return session }
        throw visit.request.cookies[SignIn.cookie] == nil ? .signInNeeded : .sessionEnded
    }
}

// MARK: Forms

extension Site {
    /// Reads the form of a POST and proves that our own page sent it, for this session.
    private func form(
        of visit: Visit, _ session: Visit.Session, _ route: Route
    ) async throws -> Form {
        guard route.method == .post else { return .none }
        try refuseOtherSites(visit.request)
        guard !route.takesBytes else { return try await bytes(of: visit, session) }
        let limit =
            route.takesFile
            ? service.policies.policy(at: visit.now).verification.documentBytesMax
                + Site.uploadMargin : Site.formBytesMax
        guard let body = await body(of: visit.request, upTo: limit) else {
            guard route.takesFile else { throw Turn.bodyTooLarge }
            // The page itself says how large a file may be; nothing is changed by it.
            return Form(fields: FormBody([]), file: nil, key: "", isTooLarge: true)
        }
        let fields: FormBody
        var file: Multipart.Part?
        if route.takesFile {
            (fields, file) = try Site.multipart(body, visit.request.headers[.contentType] ?? "")
        } else {
            fields = try Site.urlEncoded(body, visit.request.headers[.contentType] ?? "")
        }
        let sent = Array((fields[Field.csrf.rawValue] ?? "").utf8)
        guard ConstantTime.equals(sent, Array(session.csrf.utf8)) else { throw Turn.staleForm }
        let key = fields[Field.idempotencyKey.rawValue] ?? ""
        guard key.isEmpty || Form.isWellFormed(key: key) else { throw Turn.bodyMalformed }
        return Form(fields: fields, file: file, key: key)
    }

    /// A part of a file. No other site's page can send the header without asking first.
    private func bytes(of visit: Visit, _ session: Visit.Session) async throws -> Form {
        let sent = Array((visit.request.headers[Header.formToken] ?? "").utf8)
        guard ConstantTime.equals(sent, Array(session.csrf.utf8)) else { throw Turn.staleForm }
        guard let body = await body(of: visit.request, upTo: Service.uploadPartMax) else {
            throw Turn.bodyTooLarge
        }
        let part = Multipart.Part(name: "part", filename: nil, contentType: nil, bytes: body)
        return Form(fields: FormBody([]), file: part, key: "")
    }

    /// A browser says where a request comes from; another site has no business with our forms.
    func refuseOtherSites(_ request: Request) throws(Turn) {
        guard let site = request.headers[Header.secFetchSite] else { return }
        guard site == "same-origin" || site == "none" else { throw .staleForm }
    }

    /// The whole body; `nil` when there is more of it than `limit`.
    func body(of request: Request, upTo limit: Int) async -> [UInt8]? {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            return nil
        }
        do {
            return Array(try await request.body.collect(upTo: limit).readableBytesView)
        } catch {
            // Too long, or broken off: either way it is not all there.
            return nil
        }
    }

    static func urlEncoded(_ body: [UInt8], _ contentType: String) throws(Turn) -> FormBody {
        guard contentType.lowercased().hasPrefix(FormBody.contentType) else {
            throw .bodyMalformed
        }
        do {
            return try FormBody.parse(body, bytesMax: formBytesMax)
        } catch {
            throw .bodyMalformed
        }
    }

    private static func multipart(
        _ body: [UInt8], _ contentType: String
    ) throws(Turn) -> (FormBody, Multipart.Part?) {
        let limits = Multipart.Limits(
            bytesMax: body.count, partsMax: 8, partBytesMax: body.count)
        do {
            let multipart = try Multipart.parse(body, contentType: contentType, limits: limits)
            let fields = multipart.parts.filter { $0.filename == nil }.compactMap { part in
                part.text.map { FormBody.Field(name: part.name, value: $0) }
            }
            // Taken with the camera, or chosen: a field that was left empty has no name of a file.
            let files = [Field.file, .photo].compactMap { multipart[$0.rawValue] }
            return (
                FormBody(fields), files.first { !($0.filename ?? "").isEmpty } ?? files.first
            )
        } catch {
            throw .bodyMalformed
        }
    }
}

// MARK: Responses

extension Site {
    func scene(of visit: Visit) throws -> Scene {
        let (viewer, language, zone) = try reader(of: visit)
        let phone = service.settings.supportPhone
        return Scene(
            language: language, timeZone: zone, now: visit.now.milliseconds,
            csrf: visit.session?.csrf ?? "", viewer: viewer,
            theme: Preference.theme(of: visit.request), isSandbox: service.settings.isSandbox,
            brand: service.settings.brand, look: look,
            support: phone.isEmpty ? nil : Scene.Support(phone: phone), address: visit.address,
            live: visit.live, languages: languages)
    }

    private func reader(of visit: Visit) throws -> (Scene.Viewer, Language, zone: String) {
        let chosen = chosenLanguage(visit.request)
        switch visit.session?.subject {
        case .customer(let id):
            guard let customer = try service.reader.customer(id) else { fallthrough }
            return (
                .customer(unreadNotices: try service.reader.unread(of: id).count),
                chosen ?? languages.speaking(customer.profile.language.rawValue),
                customer.profile.timeZone
            )
        case nil:
            return (.nobody, chosen ?? askedLanguage(visit.request), Site.bankZone)
        case .operator(let name, let role):
            return (.operator(name: name, role: role), .english, Site.bankZone)
        }
    }

    /// The language chosen in this browser. A sandbox also speaks the made-up language of tests,
    /// which no page offers.
    func chosenLanguage(_ request: Request) -> Language? {
        Preference.language(of: request, languages, isSandbox: service.settings.isSandbox)
    }

    /// What the browser asks for; English where we do not speak it.
    private func askedLanguage(_ request: Request) -> Language {
        request.headers[.acceptLanguage].flatMap { languages.asked($0) } ?? languages.standard
    }

    /// The clock banks go by.
    static let bankZone = "America/New_York"

    func response(_ answer: Answer, in scene: Scene) -> Response {
        switch answer {
        case .page(let page): return response(page, in: scene)
        case .watching(let page, let seconds, let address):
            var response = response(page, in: scene)
            response.headers[Header.refresh] =
                address.map { "\(seconds); url=\($0)" } ?? "\(seconds)"
            return response
        case .payable(let page):
            var response = response(page, in: scene)
            response.headers[.contentSecurityPolicy] = payingPolicy
            return response
        case .ready(let ready): return ready
        case .seeOther(let address): return redirect(to: address)
        case .seeOtherSetting(let address, let cookies):
            var response = redirect(to: address)
            for cookie in cookies {
                response.headers.append(
                    HTTPField(name: .setCookie, value: cookie.description))
            }
            return response
        case .file(let bytes, let contentType, let name):
            return Response(
                status: .ok, headers: Site.fileHeaders(contentType, name),
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        case .streamedFile(let parts, let contentType, let name):
            return Response(
                status: .ok, headers: Site.fileHeaders(contentType, name),
                body: ResponseBody { writer in
                    var parts = parts
                    while let bytes = try parts.next() {
                        try await writer.write(ByteBuffer(bytes: bytes))
                    }
                    try await writer.finish(nil)
                })
        case .picture(let bytes):
            var headers = Site.personalHeaders
            headers[.contentType] = "image/jpeg"
            headers[.contentSecurityPolicy] = "sandbox; default-src 'none'"
            headers[Header.resourcePolicy] = "same-origin"
            return Response(
                status: .ok, headers: headers,
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        }
    }

    private static func fileHeaders(_ contentType: String, _ name: String) -> HTTPFields {
        var headers = Site.personalHeaders
        headers[.contentType] = contentType
        headers[.contentSecurityPolicy] = "sandbox; default-src 'none'"
        headers[.contentDisposition] = "attachment; filename=\"\(name)\""
        headers[Header.resourcePolicy] = "same-origin"
        return headers
    }

    private func response(_ page: any Page, in scene: Scene, status: Int? = nil) -> Response {
        var headers = Site.personalHeaders
        headers[.contentType] = "text/html; charset=utf-8"
        headers[.contentSecurityPolicy] = Assets.contentSecurityPolicy
        headers[.contentLanguage] = scene.language.tag
        return Response(
            status: HTTPResponse.Status(code: status ?? page.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: page.bytes(in: scene))))
    }

    private func redirect(to address: String) -> Response {
        var headers = Site.personalHeaders
        headers[.location] = address
        return Response(status: .seeOther, headers: headers)
    }

    /// What every personal answer says: keep it to yourself, guess nothing, tell other sites
    /// nothing.
    static let personalHeaders: HTTPFields = [
        .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
        Header.referrerPolicy: "same-origin", Header.openerPolicy: "same-origin",
    ]

    /// A form whose answer leads on to the processor: browsers hold a form to `form-action` along
    /// its redirects too.
    private var payingPolicy: String {
        guard let origin = processorOrigin else { return Assets.contentSecurityPolicy }
        return Assets.contentSecurityPolicy
            .replacingOccurrences(
                of: "form-action 'self'", with: "form-action 'self' \(origin)")
    }

    /// Scheme, host and port of the processor, if it has an address.
    var processorOrigin: String? { Site.origin(of: service.settings.processorURL) }

    /// The origin of a web address; `nil` for anything a header must not carry.
    static func origin(of text: String) -> String? {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = url.host(), !host.isEmpty,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x3B && $0 != 0x2C })
        else { return nil }
        return "\(scheme)://\(host)" + (url.port.map { ":\($0)" } ?? "")
    }

    static func response(to asset: Web.Asset) -> Response {
        var headers: HTTPFields = [
            .contentType: asset.contentType,
            .cacheControl: "public, max-age=31536000, immutable",
            .xContentTypeOptions: "nosniff", Header.resourcePolicy: "same-origin",
        ]
        if asset.contentType.hasPrefix("image/") {
            // A host's logo opened by itself is a picture too, and runs nothing.
            headers[.contentSecurityPolicy] =
                "sandbox; default-src 'none'; style-src 'unsafe-inline'"
        }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes)))
    }
}

// MARK: Problems

extension Site {
    private func response(to turn: Turn, _ visit: Visit) -> Response {
        let back = visit.address
        switch turn {
        case .signInNeeded: return message(.signInNeeded(returnTo: back), visit)
        case .sessionEnded:
            var response = message(.sessionEnded(returnTo: back), visit)
            response.headers.append(
                HTTPField(name: .setCookie, value: SignIn.clearedCookie(service).description))
            return response
        case .freshSignInNeeded(let minutes, let address):
            return message(.freshSignInNeeded(minutes: minutes, returnTo: address), visit)
        case .linkExpired: return message(.linkExpired, visit)
        case .assertionRefused: return self.page(SignInRefusedPage(), visit)
        case .notFound: return message(.notFound, visit)
        case .notAllowed(let role): return message(.notAllowed(role: role), visit)
        case .staleForm: return message(.staleForm(returnTo: back), visit)
        case .keyUsedOtherwise: return message(.staleForm(returnTo: back), visit, status: 409)
        case .bodyTooLarge: return message(.staleForm(returnTo: back), visit, status: 413)
        case .bodyMalformed: return message(.staleForm(returnTo: back), visit, status: 400)
        }
    }

    private func response(
        to fault: Fault, _ visit: Visit, _ context: some RequestContext
    ) -> Response {
        switch fault {
        case .busy(let seconds):
            var response = message(.unavailable(until: nil), visit)
            response.headers[.retryAfter] = String(seconds)
            return response
        case .stopped:
            var response = message(.unavailable(until: nil), visit)
            response.headers[.retryAfter] = "5"
            return response
        case .store(let sentence):
            return unexpected(SiteFault(sentence: sentence), visit.request, context)
        }
    }

    /// A refusal no form could show beside a field: what was asked for is not there, or the page
    /// was made before it changed.
    private func response(to refusal: Refusal, _ visit: Visit) -> Response {
        switch refusal {
        case .customerUnknown, .methodUnknown, .depositUnknown, .obligationUnknown,
            .settlementUnknown, .withdrawalUnknown, .orderUnknown, .saleUnknown, .documentUnknown,
            .suspenseUnknown, .claimUnknown, .proposalUnknown, .flagUnknown,
            .assetUnknown:
            message(.notFound, visit)
        case .customerExists, .methodUnusable, .methodBlocked, .validationLimit, .bankLinksStopped,
            .amountOutOfRange, .quantityOutOfRange, .insufficientBalance, .held, .owing,
            .securityLock, .stopped,
            .purchaseNotCredited, .wrongState, .creditInUse, .settlementInProgress,
            .settlementMethodOff, .settlementExceedsOwed, .partialNotAllowed, .amountChanged,
            .nothingOwed, .representmentNotAllowed, .quoteMissing, .tooLittleToSell,
            .overpaymentSourceDiffers, .secondPersonRequired, .samePerson, .alreadyDecided,
            .reasonRequired, .warrantyWindowPassed, .books:
            message(.staleForm(returnTo: visit.address), visit, status: 409)
        }
    }

    /// Something broke: the reader gets a reference, the log gets the cause under it.
    private func unexpected(
        _ error: any Error, _ request: Request, _ context: some RequestContext
    ) -> Response {
        let reference = String(Token.random(prefix: "").text.prefix(8)).uppercased()
        context.logger.error(
            "page failed",
            metadata: [
                "reference": "\(reference)", "path": "\(request.uri.path)", "error": "\(error)",
            ])
        return response(
            MessagePage(kind: .fault(reference: reference)), in: strangerScene(request))
    }

    private func message(
        _ kind: MessagePage.Kind, _ visit: Visit, status: Int? = nil
    ) -> Response {
        page(MessagePage(kind: kind), visit, status: status)
    }

    private func page(_ page: any Page, _ visit: Visit, status: Int? = nil) -> Response {
        let scene: Scene
        do {
            scene = try self.scene(of: visit)
        } catch {
            // The page says what it has to say without knowing who reads it.
            scene = strangerScene(visit.request)
        }
        return response(page, in: scene, status: status)
    }

    func strangerScene(_ request: Request, language: Language? = nil) -> Scene {
        Scene(
            language: language ?? chosenLanguage(request) ?? askedLanguage(request),
            timeZone: Site.bankZone,
            now: service.clock.now().milliseconds, csrf: "", viewer: .nobody,
            theme: Preference.theme(of: request), isSandbox: service.settings.isSandbox,
            brand: service.settings.brand, look: look, languages: languages)
    }

    /// The page for an address nobody knows.
    func unknownAddress(_ request: Request, _ context: some RequestContext) -> Response {
        do {
            return message(.notFound, try visit(of: request, context))
        } catch {
            return unexpected(error, request, context)
        }
    }

    func notAllowed(
        _ request: Request, _ context: some RequestContext, allowed: [HTTPRequest.Method]
    ) -> Response {
        do {
            var response = message(.notFound, try visit(of: request, context), status: 405)
            response.headers[.allow] = allowed.map(\.rawValue).joined(separator: ", ")
            return response
        } catch {
            return unexpected(error, request, context)
        }
    }
}

/// A fault of the store, with its sentence for the log.
private struct SiteFault: Error, CustomStringConvertible {
    let sentence: String
    var description: String { sentence }
}
