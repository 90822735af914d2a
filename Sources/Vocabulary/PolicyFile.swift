import Foundation
import Rules
import Wire

/// The policy book as operators write it: a JSON array of policies, oldest first.
///
/// `docs/reference/policy.md` explains every value. The file is read strictly, because a value an
/// operator meant and misspelt must not silently be something else.
public enum PolicyFile {
    /// Far above any book; bounds the work on a wrong file.
    public static let bytesMax = 4 << 20

    /// The book in `bytes`.
    ///
    /// - Throws: ``PolicyFileProblem`` with a JSON pointer to each unknown key, to the first
    ///   missing key or wrong type, or with the sentence of a policy that cannot be meant.
    public static func load(_ bytes: [UInt8]) throws(PolicyFileProblem) -> PolicyBook {
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(bytes, bytesMax: bytesMax)
        } catch {
            throw PolicyFileProblem([(error.pointer, "\(error)")])
        }
        return try load(json)
    }

    /// The same for a book that has been parsed.
    public static func load(_ json: JSON) throws(PolicyFileProblem) -> PolicyBook {
        guard json.arrayValue != nil else {
            throw PolicyFileProblem([("", "A policy book is an array of policies")])
        }
        let fractions = fractions(in: json, at: "")
        guard fractions.isEmpty else { throw PolicyFileProblem(fractions) }
        let policies = try decode(json)
        let unknown = unknownKeys(in: json, comparedWith: encode(policies), at: "")
        guard unknown.isEmpty else { throw PolicyFileProblem(unknown) }
        do throws(PolicyProblem) {
            return try PolicyBook(policies)
        } catch {
            throw PolicyFileProblem([("", "\(error)")])
        }
    }

    /// What ``load(_:)-(JSON)`` reads: every value of every policy, none left to a default.
    public static func json(_ book: PolicyBook) -> JSON { encode(book.versions) }

    private static func decode(_ json: JSON) throws(PolicyFileProblem) -> [Policy] {
        do {
            return try JSONDecoder().decode([Policy].self, from: Data(json.bytes()))
        } catch let error as DecodingError {
            throw PolicyFileProblem([fault(error)])
        } catch {
            throw PolicyFileProblem([("", "\(error)")])
        }
    }

    private static func fault(_ error: DecodingError) -> (String, String) {
        switch error {
        case .keyNotFound(let key, let context):
            (pointer(context.codingPath + [key]), "This value is required")
        case .typeMismatch(let type, let context):
            (pointer(context.codingPath), "This must be \(word(for: type))")
        case .valueNotFound(let type, let context):
            (pointer(context.codingPath), "This must be \(word(for: type)), not null")
        case .dataCorrupted(let context):
            (pointer(context.codingPath), sentence(context.debugDescription))
        @unknown default: ("", "\(error)")
        }
    }

    private static func sentence(_ text: String) -> String {
        "This value is not possible: " + text
    }

    private static func word(for type: Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is Int.Type, is Int64.Type: "a whole number"
        case is [Any].Type: "an array"
        default: "an object"
        }
    }

    private static func pointer(_ path: [any CodingKey]) -> String {
        path.reduce("") { pointer, key in
            JSONPointer.appending(key.intValue.map(String.init) ?? key.stringValue, to: pointer)
        }
    }

    /// Every number of a policy is whole; a decoder would take `5.0` for 5.
    private static func fractions(in json: JSON, at pointer: String) -> [(String, String)] {
        switch json {
        case .null, .boolean, .integer, .string: []
        case .number: [(pointer, "This must be a whole number, without point or exponent")]
        case .array(let elements):
            elements.enumerated().flatMap { index, element in
                fractions(in: element, at: JSONPointer.appending("\(index)", to: pointer))
            }
        case .object(let object):
            object.members.flatMap { member in
                fractions(
                    in: member.value, at: JSONPointer.appending(member.key, to: pointer))
            }
        }
    }

    /// What was written and is not there after reading was not understood.
    private static func unknownKeys(
        in written: JSON, comparedWith read: JSON, at pointer: String
    ) -> [(String, String)] {
        switch (written, read) {
        case (.object(let written), .object(let read)):
            written.members.flatMap { member in
                let place = JSONPointer.appending(member.key, to: pointer)
                guard let known = read[member.key] else {
                    return [(place, "This key is not known")]
                }
                return unknownKeys(in: member.value, comparedWith: known, at: place)
            }
        case (.array(let written), .array(let read)):
            zip(written, read).enumerated().flatMap { index, pair in
                unknownKeys(
                    in: pair.0, comparedWith: pair.1,
                    at: JSONPointer.appending("\(index)", to: pointer))
            }
        default: []
        }
    }

    private static func encode(_ policies: [Policy]) -> JSON {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do {
            let data = try encoder.encode(policies)
            return try JSON.parse(Array(data), bytesMax: bytesMax)
        } catch {
            preconditionFailure("a policy is made of values that JSON has: \(error)")
        }
    }
}

/// What is wrong with a policy file.
public struct PolicyFileProblem: Error, Hashable, Sendable, CustomStringConvertible {
    public struct Fault: Hashable, Sendable {
        /// JSON pointer (RFC 6901) to the place; empty for the whole file.
        public let pointer: String
        public let sentence: String
    }

    public let faults: [Fault]

    init(_ faults: [(String, String)]) {
        self.faults = faults.map { Fault(pointer: $0.0, sentence: $0.1) }
    }

    public var description: String {
        faults.map { fault in
            let text = fault.sentence.hasSuffix(".") ? fault.sentence : fault.sentence + "."
            return fault.pointer.isEmpty ? text : "\(fault.pointer): \(text)"
        }.joined(separator: "\n")
    }
}
