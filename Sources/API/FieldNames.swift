import Rules
import Vocabulary
import Wire

/// The names a route's body has for fields that commands name otherwise.
///
/// A body is flat, and says what dollars are for (`cash_minor`, `credit_minor`); commands nest what
/// belongs together. Faults are told with the pointers of the body that was sent.
struct FieldNames: Sendable {
    struct Rename: Sendable {
        let field: String
        /// The pointer at which the command has it.
        let pointer: String
    }

    let renames: [Rename]
    /// Members a command needs and the body does not have.
    var additions: [(pointer: String, value: JSON)] = []
    /// Fields the route has read itself.
    var readAlready: Set<String> = []

    static let same = FieldNames([:])

    init(_ names: KeyValuePairs<String, String>) {
        renames = names.map { Rename(field: $0.key, pointer: $0.value) }
    }

    /// The command a body asks for.
    ///
    /// - Throws: ``InvalidBody`` with pointers into `body`.
    func read(
        _ name: CommandName, _ body: JSON, _ context: CommandContext
    ) throws(InvalidBody) -> (addressee: Addressee, command: Command) {
        let translated = try translate(body)
        do throws(InvalidBody) {
            return try CommandReader.read(name, body: translated, context: context)
        } catch {
            throw InvalidBody(errors: error.errors.map(inWordsOfBody))
        }
    }

    private func translate(_ body: JSON) throws(InvalidBody) -> JSON {
        guard case .object(let object) = body else {
            throw InvalidBody(errors: [
                FieldError(pointer: "", code: .wrongType, detail: "This must be an object.")
            ])
        }
        var result = JSON.Object()
        var errors: [FieldError] = []
        for member in object.members where !readAlready.contains(member.key) {
            if let rename = renames.first(where: { $0.field == member.key }) {
                // What is null counts as absent, and would here make an object that is not.
                guard !member.value.isNull else { continue }
                FieldNames.put(member.value, at: rename.pointer, in: &result)
            } else if isTaken(member.key) {
                errors.append(
                    FieldError(
                        pointer: JSONPointer.appending(member.key, to: ""), code: .unknownField,
                        detail: "This field is not known here."))
            } else {
                result[member.key] = member.value
            }
        }
        guard errors.isEmpty else { throw InvalidBody(errors: errors) }
        for addition in additions {
            FieldNames.put(addition.value, at: addition.pointer, in: &result)
        }
        return .object(result)
    }

    /// Whether the command's own name of another field is meant, which the body does not have.
    private func isTaken(_ key: String) -> Bool {
        let pointers = renames.map(\.pointer) + additions.map(\.pointer)
        return pointers.contains { FieldNames.parts($0).first == key }
    }

    private func inWordsOfBody(_ error: FieldError) -> FieldError {
        for rename in renames where rename.pointer == error.pointer {
            return FieldError(
                pointer: "/" + rename.field, code: error.code, detail: error.detail)
        }
        return error
    }

    /// Pointers here have one or two parts.
    private static func put(_ value: JSON, at pointer: String, in object: inout JSON.Object) {
        let parts = parts(pointer)
        guard parts.count == 2 else {
            if object[parts[0]] == nil { object[parts[0]] = value }
            return
        }
        var nested = object[parts[0]]?.objectValue ?? JSON.Object()
        nested[parts[1]] = value
        object[parts[0]] = .object(nested)
    }

    private static func parts(_ pointer: String) -> [String] {
        pointer.split(separator: "/").map(String.init)
    }
}
