import Banking
import Wire

/// The body of a webhook as Standard Webhooks lays it out.
enum WebhookBody {
    static func text(type: String, at instant: Instant, data: JSON) -> String {
        JSON.object([
            ("type", .string(type)), ("timestamp", .string(instant.rfc3339)), ("data", data),
        ]).text()
    }
}
