/// What is wrong with one field of a request.
public struct FieldError: Hashable, Sendable {
    /// A word a program may rely on; it never changes once published.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case missing
        case wrongType = "wrong_type"
        case tooShort = "too_short"
        case tooLong = "too_long"
        case outOfRange = "out_of_range"
        case notAllowed = "not_allowed"
        case malformed
        case unknownField = "unknown_field"
        case tooFew = "too_few"
        case tooMany = "too_many"
        case conflict
    }

    /// The field, as a JSON pointer (RFC 6901); empty for the whole body.
    public let pointer: String
    public let code: Code
    /// A sentence for a person, which never repeats the value that was sent.
    public let detail: String

    public init(pointer: String, code: Code, detail: String) {
        self.pointer = pointer
        self.code = code
        self.detail = detail
    }

    public var json: JSON {
        [
            "pointer": .string(pointer), "code": .string(code.rawValue), "detail": .string(detail),
        ]
    }
}

/// A body that was understood as JSON and does not say what the request needs.
public struct InvalidBody: Error, Hashable, Sendable {
    /// At least one and at most ``errorsMax``, in the order they were found.
    public let errors: [FieldError]

    /// More would help no reader, and a hostile body must not make a long answer.
    public static let errorsMax = 50

    /// Traps when `errors` is empty: then nothing is invalid.
    public init(errors: [FieldError]) {
        precondition(!errors.isEmpty, "an invalid body has an error")
        self.errors = Array(errors.prefix(InvalidBody.errorsMax))
    }
}
