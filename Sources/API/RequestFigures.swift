import Hummingbird
import Service

/// Counts every request by method, route and status, and takes its time.
///
/// Hummingbird's own middleware does the same, and takes the method as it was sent: whoever invents
/// methods makes a new series with each. Here what is not offered anywhere is one word.
public struct RequestFigures<Context: RequestContext>: RouterMiddleware {
    private let figures: Figures

    public init(figures: Figures) { self.figures = figures }

    public func handle(
        _ request: Request, context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        do {
            let response = try await next(request, context)
            note(request, context, response.status, since: start)
            return response
        } catch {
            let status = (error as? any HTTPResponseError)?.status ?? .internalServerError
            note(request, context, status, since: start)
            throw error
        }
    }

    private func note(
        _ request: Request, _ context: Context, _ status: HTTPResponse.Status,
        since start: ContinuousClock.Instant
    ) {
        let method =
            switch request.method {
            case .get, .head, .post, .put, .patch, .delete, .options: request.method.rawValue
            default: "other"
            }
        figures.request(
            method: method, route: context.endpointPath ?? "NotFound", status: status.code,
            after: start.duration(to: .now))
    }
}
