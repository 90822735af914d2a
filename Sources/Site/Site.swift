import Foundation
import Hummingbird
import Service
import Web

/// The pages: what a customer and an operator reach with a browser.
///
/// A route decodes, asks the reader or the engine once, and maps the answer to a page value of
/// `Web`. It decides nothing about money.
public struct Site: Sendable {
    let service: Service
    let look: Look
    let languages: Languages

    /// A site over `service` in a host's look and languages; it keeps no state of its own.
    public init(service: Service, look: Look = .standard, languages: Languages = .builtIn) {
        self.service = service
        self.look = look
        self.languages = languages
    }

    /// Adds every address of `Web.Paths`, the assets, and the answers to what is not there.
    ///
    /// Add the site after other routes of the same router: addresses nobody knows are answered
    /// with a page only where a browser asks for one.
    public func addRoutes<Context: RequestContext>(to router: Router<Context>) {
        router.add(middleware: UnknownAddress<Context>(site: self))
        let routes =
            customerRoutes + depositRoutes + moneyRoutes + verifyRoutes + settleRoutes
            + saleNoticeRoutes + receiptRoutes + securityRoutes + deskRoutes + assertionRoutes
            + reachRoutes + appRoutes + deskNoticeRoutes
        for route in routes + doorRoutes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                await respond(to: request, context, by: route)
            }
        }
        for (path, routes) in Dictionary(grouping: routes + doorRoutes, by: \.path) {
            let allowed = routes.map(\.method)
            for method in Site.methods where !allowed.contains(method) {
                router.on(RouterPath(path), method: method) { request, context in
                    notAllowed(request, context, allowed: allowed)
                }
            }
        }
        for asset in Assets.all + Assets.app + look.assets {
            router.get(RouterPath(asset.location.text)) { _, _ in Site.response(to: asset) }
        }
    }

    private static let methods: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .patch, .delete, .options,
    ]
}

/// One address and method, who may come, and what answers.
struct Route: Sendable {
    enum Handler: Sendable {
        case anyone(@Sendable (Visit) async throws -> Answer)
        case customer(@Sendable (CustomerVisit) async throws -> Answer)
        /// Operators and viewers.
        case desk(@Sendable (DeskVisit) async throws -> Answer)
        /// Operators only; a viewer reads and changes nothing.
        case deskAct(@Sendable (DeskVisit) async throws -> Answer)
    }

    let method: HTTPRequest.Method
    let path: String
    let handler: Handler
    /// Whether a file may come with the form.
    var takesFile = false
    /// Whether the body is bytes of a file, and the form's token stands in a header.
    var takesBytes = false

    static func get(_ path: String, _ handler: Handler) -> Route {
        Route(method: .get, path: path, handler: handler)
    }

    static func post(_ path: String, _ handler: Handler, takesFile: Bool = false) -> Route {
        Route(method: .post, path: path, handler: handler, takesFile: takesFile)
    }

    static func postBytes(_ path: String, _ handler: Handler) -> Route {
        Route(method: .post, path: path, handler: handler, takesBytes: true)
    }
}

/// Turns "no such address" into a page for readers who asked for one; programs keep their answer.
private struct UnknownAddress<Context: RequestContext>: RouterMiddleware {
    let site: Site

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            guard request.headers[.accept]?.contains("text/html") == true else { throw error }
            return site.unknownAddress(request, context)
        }
    }
}
