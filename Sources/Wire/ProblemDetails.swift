/// A problem as RFC 9457 describes it: what an HTTP answer says when a request did not succeed.
public struct ProblemDetails: Error, Hashable, Sendable {
    public static let contentType = "application/problem+json"

    /// A URI reference that names the kind of problem, for ever, and leads to a page about it.
    public let type: String
    /// The kind of problem in a few words; the same for every occurrence.
    public let title: String
    /// The status of the HTTP answer.
    public let status: Int
    /// This occurrence, in a sentence: what happened, why, and what to do next.
    public let detail: String?
    /// A URI reference to this occurrence.
    public let instance: String?
    /// What is wrong with each field, for a body that was refused.
    public let errors: [FieldError]
    /// Further members. One that has the name of a member above is left out.
    public let extensions: JSON.Object

    public init(
        type: String = "about:blank", title: String, status: Int, detail: String? = nil,
        instance: String? = nil, errors: [FieldError] = [],
        extensions: JSON.Object = JSON.Object()
    ) {
        precondition((400...599).contains(status), "a problem has a 4xx or 5xx status")
        self.type = type
        self.title = title
        self.status = status
        self.detail = detail
        self.instance = instance
        self.errors = errors
        self.extensions = extensions
    }

    /// The problem of a body that is not JSON.
    public init(type: String, _ error: JSONError) {
        self.init(
            type: type, title: "The body is not valid JSON", status: 400,
            detail: error.description + ".",
            errors: [
                FieldError(pointer: error.pointer, code: .malformed, detail: "\(error).")
            ])
    }

    /// The problem of a body that is JSON and does not say what the request needs.
    public init(type: String, _ invalid: InvalidBody) {
        let count = invalid.errors.count
        self.init(
            type: type, title: "The body is not as it should be", status: 422,
            detail: count == 1 ? "One field is at fault." : "\(count) fields are at fault.",
            errors: invalid.errors)
    }

    public var json: JSON {
        var object = JSON.Object()
        object["type"] = .string(type)
        object["title"] = .string(title)
        object["status"] = .integer(Int64(status))
        object["detail"] = detail.map(JSON.string)
        object["instance"] = instance.map(JSON.string)
        if !errors.isEmpty { object["errors"] = .array(errors.map(\.json)) }
        for member in extensions.members where !ProblemDetails.reserved.contains(member.key) {
            object[member.key] = member.value
        }
        return .object(object)
    }

    public var bytes: [UInt8] { json.bytes() }

    private static let reserved: Set<String> = [
        "type", "title", "status", "detail", "instance", "errors",
    ]
}
