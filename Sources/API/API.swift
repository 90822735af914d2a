import Hummingbird
import Service
import Wire

/// The JSON API under `/v1`, the webhooks that come in, health, problem pages and the OpenAPI
/// document: everything another program may ask of us.
///
/// One table, ``routes``, says what there is: each row holds the path, who may call it, what it
/// takes and gives, and what it does. Requests are dispatched by it and the OpenAPI document is
/// written from it, so the two cannot differ.
public struct API: Sendable {
    let service: Service
    let routes: [Route]

    /// The API of a service. Routes of the sandbox are there only when its settings say so.
    public init(service: Service) {
        self.service = service
        routes = RouteTable.routes(isSandbox: service.settings.isSandbox)
    }

    /// Every prefix the API answers under. Within them nothing else is served, so that an unknown
    /// path or method is answered by a problem of ours.
    static let prefixes = [
        "/v1/**", "/webhooks/**", "/problems/**", "/livez", "/readyz", "/metrics",
        "/openapi.json",
    ]

    /// Adds everything the API answers to `router`, with no claim on any other path.
    public func addRoutes(to router: Router<BasicRequestContext>) {
        let methods: [HTTPRequest.Method] = [
            .get, .head, .post, .put, .patch, .delete, .options, .trace, .connect,
        ]
        let dispatcher = Dispatcher(service: service, routes: routes, openAPI: openAPI.bytes())
        for prefix in API.prefixes {
            for method in methods {
                router.on(RouterPath(prefix), method: method) { request, context in
                    await dispatcher.respond(to: request, context)
                }
            }
        }
    }
}
