import Foundation

/// New notices, each once, the oldest first, however often the app is started: the place is on disk and
/// moves only when the app has taken what it was given.
public actor NoticeFeed {
    private struct Place: Codable {
        var last: String
    }

    private let client: Client
    private let file: URL
    private var place: String?

    /// Pages that one look goes back at most; what is older is in the list of notices.
    static let pagesMax = 20

    public init(client: Client, folder: URL) throws {
        self.client = client
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        file = folder.appendingPathComponent("notice-feed.json")
        if FileManager.default.fileExists(atPath: file.path) {
            place = try JSONDecoder().decode(Place.self, from: Data(contentsOf: file)).last
        }
    }

    /// What came behind the place. The first look of all begins with the newest notice there is.
    public func look() async throws(ClientFailure) -> [NoticeValue] {
        var new: [NoticeValue] = []
        var cursor: String?
        for _ in 0..<Self.pagesMax {
            let page = try await client.notices(limit: 50, cursor: cursor)
            guard let place else { return Array(page.data.prefix(1)) }
            let fresh = page.data.prefix { $0.id != place }
            new += fresh
            guard fresh.count == page.data.count, let next = page.nextCursor else { break }
            cursor = next
        }
        return new.reversed()
    }

    /// The app has taken everything through this notice.
    public func take(through notice: NoticeValue) throws {
        try JSONEncoder().encode(Place(last: notice.id)).write(to: file, options: .atomic)
        place = notice.id
    }

    /// Looks again and again until the task is cancelled or `body` throws; a look without an answer is
    /// made again later, each time after twice as long, two minutes at most.
    public func follow(
        every pause: Duration = .seconds(15),
        _ body: @Sendable (NoticeValue) async throws -> Void
    ) async throws {
        var wait = pause
        while !Task.isCancelled {
            do {
                for notice in try await look() {
                    try await body(notice)
                    try take(through: notice)
                }
                wait = pause
            } catch ClientFailure.unreachable {
                wait = min(wait * 2, .seconds(120))
            }
            try await Task.sleep(for: wait)
        }
    }
}
