import Banking
import Foundation
import Ledger
import Rules
import Tables

/// Who did what with the endpoints: written in the transaction of the act, so that there is none
/// without the other, and kept when the endpoint is gone.
extension WebhookStore {
    public struct Act: Sendable, Equatable {
        /// Its place in the trail, by which lists go on.
        public let number: Int64
        public let at: Instant
        public let endpoint: WebhookEndpointID
        /// Where the endpoint was then.
        public let url: String
        /// Whose key or sign-in it was, as it stands in the audit of the books.
        public let actor: String
        public let kind: Kind
        /// What was before and after, or which events; never a secret.
        public let detail: String

        public enum Kind: String, Sendable, CaseIterable {
            case added
            case changed
            case enabled
            case disabled
            case removed
            case rotated = "secret_rotated"
            case tested
            case replayed
            /// It answered 410, and was switched off by that.
            case gone
        }
    }

    static func note(
        _ kind: Act.Kind, of id: WebhookEndpointID, url: String, detail: String, by actor: String,
        at now: Instant, _ db: Database
    ) throws {
        try db.execute(
            sql: """
                INSERT INTO webhook_act(at, endpoint, url, actor, act, detail)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [now.milliseconds, "\(id)", url, actor, kind.rawValue, detail])
    }

    /// What was done, the newest first: with one endpoint, there or gone, or with all.
    public func acts(
        of id: WebhookEndpointID? = nil, before: Int64? = nil, limit: Int
    ) throws -> [Act] {
        try pool.read { db in
            var arguments: StatementArguments = [before ?? Int64.max]
            if let id { arguments += ["\(id)"] }
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM webhook_act
                    WHERE number < ? \(id == nil ? "" : "AND endpoint = ?")
                    ORDER BY number DESC LIMIT ?
                    """, arguments: arguments + [limit]
            ).compactMap(Self.act)
        }
    }

    private static func act(_ row: Row) -> Act? {
        guard let id = WebhookEndpointID(row["endpoint"] as String),
            let kind = Act.Kind(rawValue: row["act"])
        else { return nil }
        return Act(
            number: row["number"], at: Instant(milliseconds: row["at"]), endpoint: id,
            url: row["url"], actor: row["actor"], kind: kind, detail: row["detail"])
    }
}

extension WebhookStore.Endpoint {
    var typesInWords: String { types.isEmpty ? "every event" : types.joined(separator: ", ") }

    /// What is different from before, each for the trail; nothing when it is as it was.
    func changes(since before: Self) -> [(WebhookStore.Act.Kind, detail: String)] {
        var changes: [String] = []
        func note(_ name: String, _ old: String, _ new: String) {
            if old != new { changes.append("\(name): \(old) → \(new)") }
        }
        note("url", before.url, url)
        note("types", before.typesInWords, typesInWords)
        note("description", "“\(before.description)”", "“\(description)”")
        var acts: [(WebhookStore.Act.Kind, detail: String)] =
            changes.isEmpty ? [] : [(.changed, changes.joined(separator: "; "))]
        if before.state != state {
            switch state {
            case .enabled: acts.append((.enabled, "was \(before.state.rawValue)"))
            case .disabled: acts.append((.disabled, "was \(before.state.rawValue)"))
            case .gone: acts.append((.gone, "was \(before.state.rawValue)"))
            }
        }
        return acts
    }
}
