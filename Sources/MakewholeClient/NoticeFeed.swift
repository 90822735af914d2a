import Foundation

/// New notices, each once, the oldest first, however often the app is started: the place is on disk and
/// moves only when the app has taken what it was given.
public actor NoticeFeed {
    private struct Place: Codable {
        /// The last notice that was taken; empty at the beginning of all.
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

    /// What came behind the place. The first look of all begins with the newest notice there is, and
    /// keeps that place: what comes after it is not passed over, taken or not.
    public func look() async throws -> [NoticeValue] {
        var new: [NoticeValue] = []
        var cursor: String?
        for _ in 0..<Self.pagesMax {
            let page = try await client.notices(limit: 50, cursor: cursor)
            let place = try self.place ?? begin(page.data)
            let fresh = page.data.prefix { $0.id != place }
            new += fresh
            guard fresh.count == page.data.count, let next = page.nextCursor else { break }
            cursor = next
        }
        return new.reversed()
    }

    /// The place behind all but the newest.
    private func begin(_ newest: [NoticeValue]) throws -> String {
        let before = newest.dropFirst().first?.id ?? ""
        try keep(before)
        return before
    }

    /// The app has taken everything through this notice.
    public func take(through notice: NoticeValue) throws { try keep(notice.id) }

    private func keep(_ id: String) throws {
        try JSONEncoder().encode(Place(last: id)).write(to: file, options: .atomic)
        place = id
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
