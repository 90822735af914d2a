import Foundation

/// Requests that may move money, kept on disk before they are sent, each with its idempotency key.
///
/// While the answer to one is not known, the same wish gets the same key, whatever happened in between:
/// a second tap, a lost connection, an app that was ended. So it happens once. After ``ageMax`` it is
/// not sent any more: money that moves a day after somebody asked for it is not what he asked for.
public actor PendingRequests {
    public struct Request: Codable, Hashable, Sendable {
        /// The header `Idempotency-Key`.
        public let key: String
        /// Below the API's base, as in `/v1/customers/…/deposits`.
        public let path: String
        public let body: Data
        public let startedAt: Date

        /// Whether it is one that can have been kept here.
        fileprivate var isOurs: Bool {
            !key.isEmpty && key.allSatisfy { $0.isASCII && $0 > " " && $0 != "\"" }
                && path.hasPrefix("/v1/customers/") && URL(string: path) != nil && !body.isEmpty
        }
    }

    private let file: URL
    private let asideFile: URL
    private var requests: [Request]

    /// Records that could not be read, as they stood in the file. Their keys are not known, so that
    /// a wish like one of them would happen a second time: show the customer what was made before
    /// more is sent, then ``forgetUnreadable()``.
    public private(set) var unreadable: [Data]

    /// Unanswered requests there may be; when there are more, nobody made them.
    static let countMax = 100
    /// A request is sent again for so long after it was begun, in seconds: a day.
    public static let ageMax: TimeInterval = 86_400

    /// Opens the folder of one customer. A record that cannot be read is set aside and the others go
    /// on; throws when the file as a whole cannot be read, because to begin anew would forget keys.
    public init(folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        file = folder.appendingPathComponent("pending-requests.json")
        asideFile = folder.appendingPathComponent("pending-requests-unreadable.json")
        var aside =
            FileManager.default.fileExists(atPath: asideFile.path)
            ? try JSONDecoder().decode([Data].self, from: Data(contentsOf: asideFile)) : []
        var records: [Record] = []
        if FileManager.default.fileExists(atPath: file.path) {
            records = try JSONDecoder().decode([Record].self, from: Data(contentsOf: file))
        }
        let readable = records.compactMap(\.request)
        if readable.count < records.count {
            for record in records where record.request == nil {
                let text = try JSONEncoder().encode(record)
                if !aside.contains(text) { aside.append(text) }
            }
            // Aside first: ended in between, the same is set aside once more, and nothing is lost.
            try JSONEncoder().encode(aside).write(to: asideFile, options: .atomic)
            try JSONEncoder().encode(readable).write(to: file, options: .atomic)
        }
        requests = readable
        unreadable = aside
    }

    /// What was sent or is to be sent, and has no answer; the oldest first.
    public func unanswered(at now: Date) -> [Request] {
        requests.filter { !Self.isExpired($0, at: now) }
    }

    /// What got no answer in ``ageMax`` and is not sent any more. Nobody knows here whether it was
    /// carried out; the lists of deposits and payments do. ``end(_:)`` it when the customer was told.
    public func expired(at now: Date) -> [Request] {
        requests.filter { Self.isExpired($0, at: now) }
    }

    private static func isExpired(_ request: Request, at now: Date) -> Bool {
        now.timeIntervalSince(request.startedAt) > ageMax
    }

    /// The request for a wish: the one that is kept for the same path and body, which may have been
    /// carried out already, or a new one, which is on disk when this returns.
    public func begin(
        _ path: String, _ body: Data, at now: Date
    ) throws -> (request: Request, isNew: Bool) {
        let known = requests.first {
            $0.path == path && $0.body == body && !Self.isExpired($0, at: now)
        }
        if let known { return (known, false) }
        guard requests.count < Self.countMax else { throw ClientFailure.tooManyUnanswered }
        let request = Request(
            key: UUID().uuidString.lowercased(), path: path, body: body, startedAt: now)
        try keep(requests + [request])
        return (request, true)
    }

    /// Its answer is known for good: the next wish like it is another one.
    public func end(_ request: Request) throws {
        try keep(requests.filter { $0.key != request.key })
    }

    /// The customer has seen what was made; see ``unreadable``.
    public func forgetUnreadable() throws {
        try JSONEncoder().encode([Data]()).write(to: asideFile, options: .atomic)
        unreadable = []
    }

    /// Forgets everything, at sign-out. What was under way is still carried out or not; the API knows.
    public func wipe() throws {
        try keep([])
        if !unreadable.isEmpty { try forgetUnreadable() }
    }

    private func keep(_ next: [Request]) throws {
        try JSONEncoder().encode(next).write(to: file, options: .atomic)
        requests = next
    }
}

/// One element of the file: a request, or whatever else stands there.
private struct Record: Codable {
    let request: PendingRequests.Request?
    let other: AnyJSON

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        other = try container.decode(AnyJSON.self)
        do {
            let read = try container.decode(PendingRequests.Request.self)
            request = read.isOurs ? read : nil
        } catch {
            request = nil
        }
    }

    func encode(to encoder: any Encoder) throws { try other.encode(to: encoder) }
}

/// Any JSON, kept so that nothing of a damaged record is lost.
private enum AnyJSON: Codable {
    case null
    case boolean(Bool)
    case number(Decimal)
    case text(String)
    case array([AnyJSON])
    case object([String: AnyJSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
            return
        }
        // In the order in which one cannot be taken for another.
        if let value = Self.decoded(Bool.self, container) {
            self = .boolean(value)
        } else if let value = Self.decoded(Decimal.self, container) {
            self = .number(value)
        } else if let value = Self.decoded(String.self, container) {
            self = .text(value)
        } else if let value = Self.decoded([AnyJSON].self, container) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: AnyJSON].self))
        }
    }

    private static func decoded<Value: Decodable>(
        _ type: Value.Type, _ container: any SingleValueDecodingContainer
    ) -> Value? {
        do { return try container.decode(type) } catch { return nil }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .boolean(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
