import Foundation

/// Requests that may move money, kept on disk before they are sent, each with its idempotency key.
///
/// While the answer to one is not known, the same wish gets the same key, whatever happened in between:
/// a second tap, a lost connection, an app that was ended. So it happens once.
public actor PendingRequests {
    public struct Request: Codable, Hashable, Sendable {
        /// The header `Idempotency-Key`.
        public let key: String
        /// Below the API's base, as in `/v1/customers/…/deposits`.
        public let path: String
        public let body: Data
        public let startedAt: Date
    }

    private let file: URL
    private var requests: [Request]

    /// More unanswered requests than this are a fault: nobody made them.
    static let countMax = 100

    /// Opens the folder of one customer; throws when what is there cannot be read, because to begin
    /// anew would forget keys.
    public init(folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        file = folder.appendingPathComponent("pending-requests.json")
        guard FileManager.default.fileExists(atPath: file.path) else {
            requests = []
            return
        }
        requests = try JSONDecoder().decode([Request].self, from: Data(contentsOf: file))
    }

    /// What was sent or is to be sent, and has no answer; the oldest first.
    public var unanswered: [Request] { requests }

    /// The request for a wish: the one that is kept for the same path and body, or a new one, which is
    /// on disk when this returns.
    public func begin(_ path: String, _ body: Data, at now: Date) throws -> Request {
        if let known = requests.first(where: { $0.path == path && $0.body == body }) {
            return known
        }
        guard requests.count < Self.countMax else { throw ClientFailure.tooManyUnanswered }
        let request = Request(
            key: UUID().uuidString.lowercased(), path: path, body: body, startedAt: now)
        try keep(requests + [request])
        return request
    }

    /// Its answer is known for good: the next wish like it is another one.
    public func end(_ request: Request) throws {
        try keep(requests.filter { $0.key != request.key })
    }

    /// Forgets everything, at sign-out. What was under way is still carried out or not; the API knows.
    public func wipe() throws { try keep([]) }

    private func keep(_ next: [Request]) throws {
        try JSONEncoder().encode(next).write(to: file, options: .atomic)
        requests = next
    }
}
